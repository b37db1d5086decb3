use crate::support::{identity, on_both, person, write};
use std::collections::BTreeMap;
use tertulia_model::{IdentityId, MessageId, PersonId};
use tertulia_store::{
    Db,
    erasing::Counts,
    identity_traits::{self, Trait},
    messages, people,
    suggestions::{self, Suggestion},
};

fn says(identity: i64, kind: &str, value: &str, message: i64) -> Trait {
    Trait {
        identity_id: IdentityId(identity),
        kind: kind.to_owned(),
        value: value.to_owned(),
        message_id: MessageId(message),
    }
}

async fn unkeyed(db: &mut Db) -> Vec<i64> {
    let found = suggestions::unkeyed(db, 1, 9).await.unwrap();
    found.iter().map(|identity| identity.id.0).collect()
}

#[test]
fn what_identities_say_of_themselves_is_kept_once_and_they_are_looked_at_anew() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Amina"), person(2, "Bo")]).await.unwrap();
            people::add_identities(tx, &[identity(1, 1, "a"), identity(2, 2, "b")]).await.unwrap();
            for id in [1, 2] {
                suggestions::keep_keys(tx, IdentityId(id), 1, &[]).await.unwrap();
            }
        });
        assert_eq!(unkeyed(&mut db).await, Vec::<i64>::new());
        let all =
            [says(1, "link", "amina.example", 7), says(1, "line", "Roaster", 7), says(1, "link", "amina.example", 8)];
        write!(db, |tx| {
            identity_traits::add(tx, &all).await.unwrap();
            identity_traits::add(tx, &[]).await.unwrap();
        });
        assert_eq!(unkeyed(&mut db).await, [1]);
        let both = [IdentityId(2), IdentityId(1)];
        let kept = identity_traits::of(&mut db, &both).await.unwrap();
        assert_eq!(kept, [says(1, "line", "Roaster", 7), says(1, "link", "amina.example", 7)]);
        assert_eq!(identity_traits::of(&mut db, &[]).await.unwrap(), []);
        // What the message said goes with its words.
        write!(db, |tx| {
            identity_traits::add(tx, &[says(2, "phone", "1712345678", 9)]).await.unwrap();
            suggestions::keep_keys(tx, IdentityId(1), 1, &[]).await.unwrap();
            suggestions::keep_keys(tx, IdentityId(2), 1, &[]).await.unwrap();
            let by_it = Suggestion {
                first_id: IdentityId(1),
                second_id: IdentityId(2),
                probability: 0.9,
                reasons: "Roaster".to_owned(),
                found_at: 1,
            };
            suggestions::put(tx, &by_it).await.unwrap();
            messages::bury(tx, MessageId(7), 1).await.unwrap();
            identity_traits::forget(tx, &[MessageId(70)]).await.unwrap();
        });
        assert_eq!(unkeyed(&mut db).await, [1], "nothing changed for the other");
        let start = (IdentityId(0), IdentityId(0));
        assert_eq!(suggestions::after(&mut db, start, 9).await.unwrap(), [], "it stood among the reasons, too");
        assert_eq!(identity_traits::of(&mut db, &both).await.unwrap(), [says(2, "phone", "1712345678", 9)]);
        let mut counts: Counts = BTreeMap::new();
        write!(db, |tx| people::forget(tx, PersonId(2), &mut counts).await.unwrap());
        assert_eq!(counts["identity_traits"], 1);
        assert_eq!(identity_traits::of(&mut db, &both).await.unwrap(), []);
    });
}
