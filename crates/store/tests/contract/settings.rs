use crate::support::{on_both, write};
use tertulia_store::settings;

#[test]
fn a_setting_that_two_want_to_change_is_changed_by_one() {
    on_both(async |mut db| {
        write!(db, |tx| {
            settings::set(tx, settings::ALIVE, "1").await.unwrap();
            assert!(settings::swap(tx, settings::ALIVE, "1", "2").await.unwrap());
            settings::hold(tx, settings::ALIVE).await.unwrap();
            assert!(!settings::swap(tx, settings::ALIVE, "1", "3").await.unwrap());
            assert!(!settings::swap(tx, settings::ORGANISATION, "", "Café Röst").await.unwrap(), "it is not there");
        });
        assert_eq!(settings::get(&mut db, settings::ALIVE).await.unwrap().as_deref(), Some("2"));
    });
}

#[test]
fn a_setting_is_set_changed_and_set_once() {
    on_both(async |mut db| {
        assert_eq!(settings::get(&mut db, settings::ORGANISATION).await.unwrap(), None);
        write!(db, |tx| {
            settings::set(tx, settings::ORGANISATION, "Café Röst ☕ قهوة").await.unwrap();
            settings::set(tx, settings::ORGANISATION, "Café Röst").await.unwrap();
            assert_eq!(settings::set_once(tx, settings::SECRETS_CHECK, "first").await.unwrap(), "first");
            assert_eq!(settings::set_once(tx, settings::SECRETS_CHECK, "second").await.unwrap(), "first");
        });
        assert_eq!(settings::get(&mut db, settings::ORGANISATION).await.unwrap().as_deref(), Some("Café Röst"));
        assert_eq!(settings::get(&mut db, settings::SECRETS_CHECK).await.unwrap().as_deref(), Some("first"));
    });
}
