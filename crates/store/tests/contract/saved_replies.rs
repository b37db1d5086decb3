use crate::support::{NOW, on_both, write};
use tertulia_model::UserId;
use tertulia_store::saved_replies::{self, SavedReply, TEAM};

fn reply(n: i64, owner_id: UserId, title: &str) -> SavedReply {
    SavedReply {
        id: n,
        owner_id,
        title: title.to_owned(),
        body: "Hello {first name|there}".to_owned(),
        folded: format!("{}\nhello {{first name|there}}", title.to_lowercase()),
        version: 1,
        removed_at: None,
        changed_by: UserId(1),
        changed_at: NOW,
        title_before: None,
        body_before: None,
        owner_before: None,
    }
}

#[test]
fn what_was_removed_and_how_one_read_before_is_forgotten_after_a_while() {
    on_both(async |mut db| {
        write!(db, |tx| {
            for n in [1, 2, 3] {
                saved_replies::add(tx, &reply(n, TEAM, "Greeting")).await.unwrap();
            }
            let removed = SavedReply { removed_at: Some(NOW + 5), ..reply(1, TEAM, "Greeting") };
            let changed = SavedReply {
                title_before: Some("Hello".to_owned()),
                body_before: Some("Hello Rosa".to_owned()),
                owner_before: Some(UserId(1)),
                changed_at: NOW + 5,
                ..reply(2, TEAM, "Greeting")
            };
            saved_replies::put(tx, &removed).await.unwrap();
            saved_replies::put(tx, &changed).await.unwrap();
            saved_replies::forget_removed(tx, NOW + 5).await.unwrap();
        });
        assert_eq!(saved_replies::count_removed(&mut db).await.unwrap(), 2, "it can still be undone");
        let changed = saved_replies::get(&mut db, 2).await.unwrap().unwrap();
        assert_eq!((changed.body_before.as_deref(), changed.owner_before), (Some("Hello Rosa"), Some(UserId(1))));
        write!(db, |tx| saved_replies::forget_removed(tx, NOW + 6).await.unwrap());
        assert_eq!(saved_replies::count_removed(&mut db).await.unwrap(), 0);
        assert_eq!(saved_replies::get(&mut db, 1).await.unwrap(), None);
        let changed = saved_replies::get(&mut db, 2).await.unwrap().unwrap();
        assert_eq!((changed.title_before, changed.body_before, changed.owner_before), (None, None, None));
        assert_eq!(saved_replies::count(&mut db, TEAM).await.unwrap(), 2);
    });
}

#[test]
fn a_member_finds_their_own_and_the_teams_by_all_of_the_words() {
    on_both(async |mut db| {
        let (me, other) = (UserId(1), UserId(2));
        write!(db, |tx| {
            for one in [reply(1, TEAM, "Greeting"), reply(2, me, "Way to 100%"), reply(3, other, "Greeting mine")] {
                saved_replies::add(tx, &one).await.unwrap();
            }
        });
        let ids = async |db: &mut tertulia_store::Db, words: &[&str], below| {
            let found = saved_replies::list(db, me, words, below, 10).await.unwrap();
            found.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(&mut db, &[], None).await, [2, 1]);
        assert_eq!(ids(&mut db, &[], Some(2)).await, [1]);
        assert_eq!(ids(&mut db, &["hello", "greet"], None).await, [1]);
        assert_eq!(ids(&mut db, &["100%"], None).await, [2]);
        assert_eq!(ids(&mut db, &["1_0"], None).await, [0; 0]);
        assert_eq!(saved_replies::count(&mut db, me).await.unwrap(), 1);
        let all = saved_replies::all(&mut db, Some(3), 10).await.unwrap();
        assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [2, 1]);
        write!(db, |tx| {
            let mut mine = saved_replies::get_to_change(tx, 2).await.unwrap().unwrap();
            mine.owner_id = TEAM;
            mine.title = "The way".to_owned();
            mine.removed_at = Some(NOW + 1);
            saved_replies::put(tx, &mine).await.unwrap();
        });
        let removed = saved_replies::get(&mut db, 2).await.unwrap().unwrap();
        assert_eq!((removed.version, removed.title.as_str(), removed.owner_id), (2, "The way", TEAM));
        assert_eq!(ids(&mut db, &[], None).await, [1]);
    });
}
