//! How everybody is made up, as somebody put it down.

use crate::support::{NOW, on_both, write};
use tertulia_model::UserId;
use tertulia_store::margins::{self, Part, Source};

#[test]
fn a_margin_is_kept_with_its_source_and_replaced_as_a_whole() {
    on_both(async |mut db| {
        let source = Source {
            attribute: "region".to_owned(),
            source: "The census".to_owned(),
            as_of: "2025-12-31".to_owned(),
            by_user: UserId(1),
            at: NOW,
            version: 0,
        };
        let part = |value: &str, amount| Part {
            attribute: "region".to_owned(),
            folded: value.to_lowercase(),
            value: value.to_owned(),
            amount,
        };
        let parts = [part("North", 40.0), part("South", 60.0)];
        write!(db, |tx| margins::put(tx, &source, &parts).await.unwrap());
        assert_eq!(margins::parts(&mut db).await.unwrap(), parts);
        let newer = Source { source: "A newer one".to_owned(), at: NOW + 1, ..source };
        write!(db, |tx| margins::put(tx, &newer, &parts[1..]).await.unwrap());
        assert_eq!(margins::parts(&mut db).await.unwrap(), parts[1..]);
        let kept = margins::sources(&mut db).await.unwrap();
        assert_eq!((kept[0].source.as_str(), kept[0].version), ("A newer one", 2));
        assert!(write!(db, |tx| margins::remove(tx, "region").await.unwrap()));
        assert!(!write!(db, |tx| margins::remove(tx, "region").await.unwrap()));
        assert_eq!(margins::parts(&mut db).await.unwrap(), []);
        assert_eq!(margins::sources(&mut db).await.unwrap(), []);
    });
}
