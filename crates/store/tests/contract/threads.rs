use crate::support::{message, on_both, write};
use tertulia_model::{ConversationId, MessageId, ThreadId};
use tertulia_store::{
    keys::source_key,
    messages::{self, NewMessage, flags},
    reading, threads,
};

#[test]
fn who_waits_for_an_absent_message_is_found_until_it_arrives() {
    on_both(async |mut db| {
        let key = |n: i64| source_key("mail", &format!("absent{n}"));
        write!(db, |tx| {
            messages::add(tx, &[message(1), message(2)]).await.unwrap();
            let awaited = [(key(1), MessageId(1), 1), (key(1), MessageId(2), 3), (key(2), MessageId(2), 1)];
            threads::await_keys(tx, &awaited).await.unwrap();
            threads::await_keys(tx, &awaited[..1]).await.unwrap();
        });
        let found = threads::awaiting(&mut db, &[key(1), key(9), key(1)]).await.unwrap();
        let facts: Vec<_> = found.iter().map(|a| (a.message_id, a.rank, a.thread_id)).collect();
        assert_eq!(facts, [(MessageId(1), 1, ThreadId(1)), (MessageId(2), 3, ThreadId(2))]);
        assert!(found.iter().all(|a| a.source_key == key(1)));
        let mut arrived: Vec<_> = (100..1_100).map(key).collect();
        arrived.push(key(1));
        write!(db, |tx| threads::arrived(tx, &arrived).await.unwrap());
        assert!(threads::awaiting(&mut db, &[key(1)]).await.unwrap().is_empty());
        assert_eq!(threads::awaiting(&mut db, &[key(2)]).await.unwrap().len(), 1);
    });
}

#[test]
fn however_many_share_an_absent_ancestor_one_of_them_tells_their_thread() {
    on_both(async |mut db| {
        let key = |n: i64| source_key("mail", &format!("absent{n}"));
        let one = |n: i64| NewMessage {
            thread_id: ThreadId(3),
            conversation_id: (n < 60).then_some(ConversationId(5)),
            ..message(n)
        };
        write!(db, |tx| {
            messages::add(tx, &(3..60).chain([90]).map(one).collect::<Vec<_>>()).await.unwrap();
            let awaited: Vec<_> = (3..60).rev().map(|n| (key(1), MessageId(n), n)).collect();
            threads::await_keys(tx, &awaited).await.unwrap();
            threads::await_keys(tx, &[(key(2), MessageId(90), 1)]).await.unwrap();
        });
        let mut found = threads::sharing(&mut db, &[key(1), key(7), key(2), key(1)]).await.unwrap();
        found.sort_unstable_by_key(|one| one.conversation_id);
        let facts: Vec<_> = found.iter().map(|s| (s.thread_id, s.conversation_id)).collect();
        assert_eq!(facts, [(ThreadId(3), None), (ThreadId(3), Some(ConversationId(5)))], "a row a name");
        assert!(threads::sharing(&mut db, &[]).await.unwrap().is_empty());
    });
}

#[test]
fn threads_join_and_come_into_a_conversation() {
    on_both(async |mut db| {
        let held = NewMessage { conversation_id: Some(ConversationId(5)), ..message(2) };
        write!(db, |tx| {
            messages::add(tx, &[message(1), held, message(3)]).await.unwrap();
            threads::set_parent(tx, MessageId(2), MessageId(1), 1).await.unwrap();
        });
        write!(db, |tx| {
            assert_eq!(threads::join(tx, ThreadId(2), ThreadId(1)).await.unwrap(), 1);
            assert_eq!(threads::join(tx, ThreadId(3), ThreadId(1)).await.unwrap(), 1);
        });
        let moved = write!(db, |tx| threads::hold(tx, ThreadId(1), ConversationId(8)).await.unwrap());
        assert_eq!(moved, 2, "what is in a conversation stays there");
        let whole = reading::thread(&mut db, ThreadId(1), 10).await.unwrap();
        let facts: Vec<_> = whole.iter().map(|m| (m.id.0, m.parent_id, m.conversation_id.map(|c| c.0))).collect();
        assert_eq!(facts, [(1, None, Some(8)), (2, Some(MessageId(1)), Some(5)), (3, None, Some(8))]);
    });
}

#[test]
fn a_thread_is_talked_about_where_nobody_passed_it_on() {
    on_both(async |mut db| {
        let held = |n: i64, conversation: i64, flags: i64| NewMessage {
            thread_id: ThreadId(1),
            conversation_id: Some(ConversationId(conversation)),
            flags,
            ..message(n)
        };
        let passed_on = held(1, 5, flags::FORWARD | flags::ATTACHMENT);
        write!(db, |tx| messages::add(tx, &[passed_on]).await.unwrap());
        assert_eq!(threads::talk(&mut db, ThreadId(1)).await.unwrap(), None);
        write!(db, |tx| messages::add(tx, &[held(2, 6, 0), held(3, 7, flags::LINK)]).await.unwrap());
        assert_eq!(threads::talk(&mut db, ThreadId(1)).await.unwrap(), Some(ConversationId(6)));
        let found = reading::forwards(&mut db, &[MessageId(1), MessageId(2), MessageId(9)]).await.unwrap();
        assert_eq!(found, [(MessageId(1), ConversationId(5))]);
        assert!(reading::forwards(&mut db, &[]).await.unwrap().is_empty());
    });
}

#[test]
fn who_places_messages_in_threads_is_alone_until_the_commit() {
    on_both(async |db| {
        let mut first = db.begin().await.unwrap();
        threads::place_alone(&mut first).await.unwrap();
        let other = db.clone();
        let waiting = tokio::spawn(async move {
            let mut second = other.begin().await.unwrap();
            threads::place_alone(&mut second).await.unwrap();
            second.commit().await.unwrap();
        });
        tokio::time::sleep(std::time::Duration::from_millis(80)).await;
        assert!(!waiting.is_finished());
        first.commit().await.unwrap();
        waiting.await.unwrap();
    });
}

#[test]
fn a_ring_is_cut_above_its_oldest_and_whole_again_once_one_leaves_it() {
    on_both(async |db| {
        // 1 answers 3, 3 answers 2, 2 answers 1; and 4 stands below them.
        let claims = [(1, 3), (3, 2), (2, 1), (4, 1)];
        write!(db, |tx| {
            messages::add(tx, &(1..6).map(message).collect::<Vec<_>>()).await.unwrap();
            for (child, parent) in claims {
                threads::set_parent(tx, MessageId(child), MessageId(parent), 1).await.unwrap();
            }
        });
        let parents = async || {
            let mut found = Vec::new();
            for n in 1..5 {
                let message = reading::message(&mut db.clone(), MessageId(n)).await.unwrap().unwrap();
                found.push(message.parent_id.map_or(0, |id| id.0));
            }
            found
        };
        let above = async |n: i64| {
            let mut ids: Vec<i64> =
                threads::above(&mut db.clone(), MessageId(n)).await.unwrap().iter().map(|one| one.id.0).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!((above(2).await, above(4).await, above(5).await), (vec![1, 2, 3], vec![1, 2, 3], vec![]));
        write!(db, |tx| threads::cut_ring(tx, MessageId(4)).await.unwrap());
        assert_eq!(parents().await, [3, 1, 2, 1], "who stands below a ring is not on it");
        write!(db, |tx| {
            threads::cut_ring(tx, MessageId(2)).await.unwrap();
            threads::cut_ring(tx, MessageId(3)).await.unwrap();
        });
        assert_eq!(parents().await, [0, 1, 2, 1]);
        let known = messages::known_by_id(&mut db.clone(), MessageId(1)).await.unwrap().unwrap();
        assert_eq!(known.parent_rank, 1, "how near the claimed parent stands is known still");
        write!(db, |tx| {
            threads::leave_ring(tx, MessageId(3)).await.unwrap();
            threads::set_parent(tx, MessageId(3), MessageId(5), 1).await.unwrap();
            threads::cut_ring(tx, MessageId(3)).await.unwrap();
        });
        assert_eq!(parents().await, [3, 1, 5, 1]);
    });
}

#[test]
fn a_chain_of_more_than_a_thousand_stays_whole_and_a_ring_of_as_many_is_cut_above_its_oldest() {
    on_both(async |db| {
        let parent = async |n: i64| {
            let message = reading::message(&mut db.clone(), MessageId(n)).await.unwrap().unwrap();
            message.parent_id.map(|id| id.0)
        };
        write!(db, |tx| {
            messages::add(tx, &(1..=1_100).map(message).collect::<Vec<_>>()).await.unwrap();
            for n in 2..=1_100 {
                threads::set_parent(tx, MessageId(n), MessageId(n - 1), 1).await.unwrap();
            }
            threads::cut_ring(tx, MessageId(1_100)).await.unwrap();
        });
        assert_eq!(parent(1_100).await, Some(1_099));
        write!(db, |tx| {
            threads::set_parent(tx, MessageId(1), MessageId(1_100), 1).await.unwrap();
            threads::cut_ring(tx, MessageId(1)).await.unwrap();
        });
        assert_eq!((parent(1).await, parent(2).await, parent(1_100).await), (None, Some(1), Some(1_099)));
    });
}
