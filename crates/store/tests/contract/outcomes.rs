//! What is seen outside of Tertulia.

use crate::support::{NOW, on_both, write};
use tertulia_model::UserId;
use tertulia_store::outcomes::{self, Entry, Outcome};

fn outcome(n: i64, name: &str) -> Outcome {
    let (name, unit) = (name.to_owned(), "visits".to_owned());
    Outcome { id: n, name, unit, adds_up: true, created_by: UserId(1), created_at: NOW, archived_at: None }
}

fn entry(n: i64, day: i64, source: &str, value: f64) -> Entry {
    Entry { id: n, outcome_id: 1, day, source: source.to_owned(), value, given_by: UserId(1), given_at: NOW }
}

#[test]
fn outcomes_are_listed_by_name_and_found_by_their_ids() {
    on_both(async |mut db| {
        write!(db, |tx| {
            outcomes::add(tx, &outcome(1, "Visits")).await.unwrap();
            outcomes::add(tx, &outcome(2, "Calls")).await.unwrap();
            assert_eq!(outcomes::get_to_change(tx, 1).await.unwrap(), Some(outcome(1, "Visits")));
        });
        assert_eq!(outcomes::all(&mut db).await.unwrap(), [outcome(2, "Calls"), outcome(1, "Visits")]);
        assert_eq!(outcomes::get(&mut db, 2).await.unwrap(), Some(outcome(2, "Calls")));
        assert_eq!(outcomes::get(&mut db, 3).await.unwrap(), None);
        let other =
            Outcome { unit: "people".to_owned(), adds_up: false, archived_at: Some(NOW), ..outcome(1, "Guests") };
        write!(db, |tx| outcomes::change(tx, &other).await.unwrap());
        assert_eq!(outcomes::get(&mut db, 1).await.unwrap(), Some(other));
        assert_eq!(outcomes::get(&mut db, 2).await.unwrap(), Some(outcome(2, "Calls")));
    });
}

#[test]
fn a_day_has_one_value_from_each_source() {
    on_both(async |mut db| {
        write!(db, |tx| {
            let all = [entry(1, 10, "till", 3.5), entry(2, 10, "door", 4.0), entry(3, 12, "till", 5.0)];
            outcomes::put(tx, &all).await.unwrap();
            outcomes::put(tx, &[entry(9, 12, "till", 6.0)]).await.unwrap();
        });
        let sources = [(1, "door".to_owned()), (1, "till".to_owned())];
        assert_eq!(outcomes::sources(&mut db).await.unwrap(), sources);
        let both = [entry(2, 10, "door", 4.0), entry(1, 10, "till", 3.5)];
        assert_eq!(outcomes::between(&mut db, 1, (10, 11)).await.unwrap(), both);
        let last = Entry { value: 6.0, ..entry(3, 12, "till", 6.0) };
        assert_eq!(outcomes::list(&mut db, 1, None, None, 2).await.unwrap(), [last, entry(2, 10, "door", 4.0)]);
        assert_eq!(outcomes::list(&mut db, 1, None, Some((10, 2)), 9).await.unwrap(), [entry(1, 10, "till", 3.5)]);
        assert!(outcomes::list(&mut db, 1, Some(11), Some((10, 2)), 9).await.unwrap().is_empty());
        assert_eq!(outcomes::entry(&mut db, 2, 1).await.unwrap(), None, "it is another outcome's");
        write!(db, |tx| {
            assert_eq!(outcomes::remove(tx, 2, 1).await.unwrap(), 0);
            assert_eq!(outcomes::remove(tx, 1, 1).await.unwrap(), 1);
        });
        assert_eq!(outcomes::entry(&mut db, 1, 1).await.unwrap(), None);
        assert_eq!(outcomes::entry(&mut db, 1, 2).await.unwrap(), Some(both[0].clone()));
    });
}
