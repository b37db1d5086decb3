use crate::support::{message, on_both, write};
use tertulia_model::{ChannelId, MessageId};
use tertulia_store::{
    messages::{self, NO_PARENT, NewMessage, flags},
    reading, threads,
    told::{self, TOLD, Told},
};

fn told(child: i64, parent: i64, channel: i64) -> Told {
    Told { child: message(child).source_key, parent: message(parent).source_key, channel: ChannelId(channel) }
}

#[test]
fn what_is_told_of_a_message_is_found_once_it_is_here_and_can_be_forgotten() {
    on_both(async |mut db| {
        write!(db, |tx| {
            messages::add(tx, &[message(1), message(3)]).await.unwrap();
            told::note(tx, &[told(3, 1, 1), told(3, 9, 2), told(4, 1, 1)]).await.unwrap();
            told::note(tx, &[told(3, 1, 1)]).await.unwrap();
        });
        let mut children = told::children_of(&mut db, &[MessageId(1), MessageId(3)]).await.unwrap();
        children.sort_unstable();
        let mut expected = [message(3).source_key, message(4).source_key];
        expected.sort_unstable();
        assert_eq!(children, expected);
        let keys = [message(3).source_key, message(4).source_key, message(3).source_key];
        let mut found = told::standing(&mut db, &keys).await.unwrap();
        found.sort_unstable_by_key(|one| one.told_on);
        let facts: Vec<_> = found.iter().map(|f| (f.child_id.0, f.told_on.0, f.parent_id, f.parent_at)).collect();
        let first = (3, 1, Some(MessageId(1)), Some(message(1).at));
        assert_eq!(facts, [first, (3, 2, None, None)], "once each, and nothing of who is not here");
        write!(db, |tx| told::forget(tx, &keys[..1]).await.unwrap());
        assert!(told::standing(&mut db, &keys).await.unwrap().is_empty());
        assert_eq!(told::children_of(&mut db, &[MessageId(1)]).await.unwrap(), [message(4).source_key]);
    });
}

#[test]
fn a_told_parent_stands_below_one_that_a_message_names_itself() {
    on_both(async |mut db| {
        let names_one = NewMessage { flags: flags::REFERS, ..message(3) };
        write!(db, |tx| {
            messages::add(tx, &[message(1), message(2), names_one, message(4)]).await.unwrap();
            told::note(tx, &[told(2, 1, 1), told(3, 1, 1), told(4, 1, 1)]).await.unwrap();
            told::set_parent(tx, MessageId(2), Some(MessageId(1))).await.unwrap();
            threads::set_parent(tx, MessageId(4), MessageId(1), 1).await.unwrap();
        });
        let keys = [2, 3, 4].map(|n| message(n).source_key);
        let mut found = told::standing(&mut db, &keys).await.unwrap();
        found.sort_unstable_by_key(|one| one.child_id);
        let own: Vec<bool> = found.iter().map(told::Standing::child_names_its_own).collect();
        assert_eq!(own, [false, true, true]);
        assert_eq!((found[0].child_rank, found[0].child_parent), (TOLD, Some(MessageId(1))));
        write!(db, |tx| told::set_parent(tx, MessageId(2), None).await.unwrap());
        let known = messages::known_by_id(&mut db, MessageId(2)).await.unwrap().unwrap();
        assert_eq!((known.parent_id, known.parent_rank), (None, NO_PARENT));
        // Who named its parent still did after it was deleted.
        write!(db, |tx| messages::bury(tx, MessageId(3), message(3).place).await.unwrap());
        let buried = reading::message(&mut db, MessageId(3)).await.unwrap().unwrap();
        assert_eq!((buried.state.as_str(), buried.flags), ("deleted", flags::REFERS));
    });
}

#[test]
fn no_third_parent_is_kept_since_two_disagree_already() {
    on_both(async |mut db| {
        write!(db, |tx| {
            messages::add(tx, &[message(3)]).await.unwrap();
            told::note(tx, &[told(3, 1, 1), told(3, 1, 1)]).await.unwrap();
            told::note(tx, &(10..500).map(|n| told(3, n, 1)).collect::<Vec<_>>()).await.unwrap();
            told::note(tx, &[told(3, 600, 1), told(3, 600, 2), told(3, 1, 2), told(3, 2, 2)]).await.unwrap();
        });
        let found = told::standing(&mut db, &[message(3).source_key]).await.unwrap();
        let mut channels: Vec<i64> = found.iter().map(|one| one.told_on.0).collect();
        channels.sort_unstable();
        assert_eq!(channels, [1, 1, 2, 2], "two of each channel");
        assert!(found.iter().any(|one| one.parent_key == message(1).source_key), "what was told first stays");
    });
}
