use crate::support::{on_both, write};
use tertulia_store::settings;

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
