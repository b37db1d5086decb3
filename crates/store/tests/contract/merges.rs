use crate::{
    deliveries::delivery,
    support::{NOW, before, conversation, message, on_both, write},
};
use tertulia_model::{ConversationId, MessageId, ThreadId, UserId};
use tertulia_store::{
    conversations, deliveries, drafts,
    drafts::Key,
    merges,
    merges::{Before, MovedDraft},
    messages,
    messages::NewMessage,
    reading,
};

#[test]
fn a_merge_is_proposed_once_for_a_pair_and_decided_until_the_decision_is_taken_back() {
    on_both(async |mut db| {
        let [a, b, c] = [1, 2, 3].map(ConversationId);
        write!(db, |tx| {
            assert!(merges::propose(tx, b, a, NOW).await.unwrap());
            assert!(!merges::propose(tx, a, b, NOW).await.unwrap());
            assert!(merges::propose(tx, a, c, NOW + 1).await.unwrap());
        });
        assert_eq!(merges::proposed(&mut db, a).await.unwrap(), [(b, NOW), (c, NOW + 1)]);
        write!(db, |tx| merges::decide(tx, b, a, Some("kept apart")).await.unwrap());
        assert_eq!(merges::proposed(&mut db, a).await.unwrap(), [(c, NOW + 1)]);
        write!(db, |tx| {
            assert!(!merges::propose(tx, a, b, NOW).await.unwrap(), "a decision stands");
            assert_eq!(merges::decision(tx, a, b).await.unwrap().as_deref(), Some("kept apart"));
            assert_eq!(merges::decision(tx, c, a).await.unwrap(), None);
            merges::withdraw(tx, a, b).await.unwrap();
            merges::decide(tx, a, b, None).await.unwrap();
        });
        assert_eq!(merges::proposed(&mut db, b).await.unwrap(), [(a, NOW)]);
        write!(db, |tx| merges::withdraw(tx, b, a).await.unwrap());
        assert!(merges::proposed(&mut db, b).await.unwrap().is_empty());
    });
}

fn held(n: i64, conversation: i64, thread: i64) -> NewMessage {
    NewMessage {
        conversation_id: Some(ConversationId(conversation)),
        thread_id: ThreadId(thread),
        parent_id: None,
        ..message(n)
    }
}

async fn stands_in(db: &mut tertulia_store::Db, conversation: i64) -> Vec<i64> {
    let mut ids: Vec<i64> = reading::conversation(db, ConversationId(conversation), None, 99)
        .await
        .unwrap()
        .into_iter()
        .map(|m| m.id.0)
        .collect();
    ids.sort_unstable();
    ids
}

#[test]
fn what_was_merged_is_parted_with_what_came_since_and_belongs_to_it() {
    on_both(async |mut db| {
        let [from, into] = [2, 1].map(ConversationId);
        let answering = |n, parent, thread| NewMessage { parent_id: Some(MessageId(parent)), ..held(n, 1, thread) };
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1), conversation(2)]).await.unwrap();
            let old = [held(1, 1, 1), held(2, 2, 2), held(3, 2, 2), held(4, 1, 4), held(5, 2, 4), message(6)];
            messages::add(tx, &old).await.unwrap();
            merges::join(tx, &before(from, into), NOW).await.unwrap();
            conversations::remove(tx, from).await.unwrap();
        });
        assert_eq!(stands_in(&mut db, 1).await, [1, 2, 3, 4, 5]);
        assert_eq!(merges::merged_into(&mut db, from).await.unwrap(), Some(into));
        let since = [
            answering(1_001, 3, 2),
            answering(1_002, 1_001, 2),
            answering(1_003, 1, 1),
            // Of a thread that is all theirs, and of one that both have a part in.
            held(1_004, 1, 2),
            held(1_005, 1, 4),
            answering(1_006, 5, 4),
            held(1_007, 1, 7),
        ];
        write!(db, |tx| {
            messages::add(tx, &since).await.unwrap();
            merges::part(tx, &before(from, into), into).await.unwrap();
        });
        assert_eq!(stands_in(&mut db, 2).await, [2, 3, 5, 1_001, 1_002, 1_004, 1_006]);
        assert_eq!(stands_in(&mut db, 1).await, [1, 4, 1_003, 1_005, 1_007]);
        assert_eq!(merges::merged_into(&mut db, from).await.unwrap(), None);
        assert_eq!(merges::before(&mut db, from).await.unwrap(), None);
    });
}

#[test]
fn deliveries_forwards_and_proposals_go_along_and_come_back() {
    on_both(async |mut db| {
        let [from, into, third, fourth] = [1, 2, 3, 4].map(ConversationId);
        let [me, you] = [4, 5].map(UserId);
        let passing_on = |conversation| Key::forward(me, conversation, MessageId(1));
        let kept = Before { proposals: vec![(third, NOW, false), (fourth, NOW, true)], ..before(from, into) };
        write!(db, |tx| {
            conversations::put(tx, &[1, 2, 3, 4].map(conversation)).await.unwrap();
            messages::add(tx, &[held(1, 1, 1), held(2, 2, 2)]).await.unwrap();
            deliveries::add(tx, &delivery(1)).await.unwrap();
            drafts::save(tx, Key::answer(me, from), "mine", NOW).await.unwrap();
            drafts::save(tx, passing_on(from), "see below", NOW).await.unwrap();
            drafts::save(tx, Key::answer(you, from), "older", NOW).await.unwrap();
            drafts::save(tx, Key::answer(you, into), "newer", NOW).await.unwrap();
            for (a, b) in [(from, into), (from, third), (from, fourth), (into, fourth)] {
                merges::propose(tx, a, b, NOW).await.unwrap();
            }
            merges::join(tx, &kept, NOW).await.unwrap();
            conversations::remove(tx, from).await.unwrap();
        });
        assert_eq!(drafts::get(&mut db, Key::answer(me, into)).await.unwrap().unwrap().form, "mine");
        assert_eq!(drafts::get(&mut db, passing_on(into)).await.unwrap().unwrap().form, "see below");
        assert_eq!(drafts::get(&mut db, Key::answer(you, into)).await.unwrap().unwrap().form, "newer");
        assert_eq!(merges::proposed(&mut db, into).await.unwrap(), [(third, NOW), (fourth, NOW)]);
        assert_eq!(deliveries::of_conversation(&mut db, into).await.unwrap().len(), 1);
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1)]).await.unwrap();
            merges::part(tx, &kept, into).await.unwrap();
        });
        assert_eq!(drafts::get(&mut db, passing_on(from)).await.unwrap().unwrap().form, "see below");
        assert_eq!(drafts::get(&mut db, Key::answer(me, into)).await.unwrap().unwrap().form, "mine", "the caller's");
        assert_eq!(deliveries::of_conversation(&mut db, from).await.unwrap().len(), 1);
        assert_eq!(merges::proposed(&mut db, into).await.unwrap(), [(from, NOW), (fourth, NOW)]);
        assert_eq!(merges::proposed(&mut db, from).await.unwrap(), [(into, NOW), (third, NOW), (fourth, NOW)]);
    });
}

#[test]
fn what_was_merged_away_is_found_where_it_is_now_however_often_it_moved() {
    on_both(async |mut db| {
        let [a, b, c] = [1, 2, 3].map(ConversationId);
        let draft = MovedDraft {
            user: UserId(4),
            from: "mine".to_owned(),
            into: None,
            became: "mine".to_owned(),
            files: Vec::new(),
        };
        let first = Before { drafts: vec![draft], readers: vec![(UserId(4), 7)], ..before(a, b) };
        write!(db, |tx| {
            merges::join(tx, &first, NOW).await.unwrap();
            merges::join(tx, &before(b, c), NOW + 1).await.unwrap();
        });
        assert_eq!(merges::merged_into(&mut db, a).await.unwrap(), Some(c));
        assert_eq!(merges::merged_into(&mut db, b).await.unwrap(), Some(c));
        assert_eq!(merges::merged_into(&mut db, c).await.unwrap(), None);
        assert_eq!(merges::before(&mut db, a).await.unwrap(), Some(first));
        let parts = merges::parts(&mut db, b, 9).await.unwrap();
        assert_eq!(parts.iter().map(|part| (part.from_id, part.merged_at)).collect::<Vec<_>>(), [(a, NOW)]);
        assert_eq!(merges::parts(&mut db, c, 9).await.unwrap().len(), 1);
        assert!(merges::parts(&mut db, a, 9).await.unwrap().is_empty());
    });
}

#[test]
fn what_is_being_written_takes_the_place_of_what_was_thrown_away_in_the_other_conversation() {
    on_both(async |mut db| {
        let [from, into] = [1, 2].map(ConversationId);
        let key = |user, conversation| Key::answer(UserId(user), conversation);
        write!(db, |tx| {
            for (user, conversation, text) in
                [(4, from, "live"), (4, into, "thrown"), (5, from, "thrown"), (5, into, "live")]
            {
                drafts::save(tx, key(user, conversation), text, NOW).await.unwrap();
                if text == "thrown" {
                    drafts::throw_away(tx, key(user, conversation), NOW + 1).await.unwrap();
                }
            }
            merges::join(tx, &before(from, into), NOW).await.unwrap();
            conversations::remove(tx, from).await.unwrap();
        });
        for user in [4, 5] {
            let kept = drafts::get(&mut db, key(user, into)).await.unwrap();
            assert_eq!(kept.map(|draft| draft.form).as_deref(), Some("live"), "of member {user}");
        }
    });
}

/// As 0.1.0 keeps it. What a later version adds must read this too: merges are undone years later.
#[test]
fn how_two_conversations_stood_is_read_as_the_first_version_kept_it() {
    const STOOD: &str = r#"{"subject":"Hi","person_id":null,"channel_id":"1","state":"open","assignee_id":null,"snoozed_until":null,
        "waiting_since":5,"last_at":5,"last_place":5,"last_theirs_place":5,"news":5,"woken":false,"snippet":"Hi","created_at":1,"version":1"#;
    let kept = format!(
        r#"{{"from":{STOOD},"id":"2"}},"into":{STOOD},"id":"1"}},"moment":9,"version":2,"readers":[["4",7]],"proposals":[["3",8,true]],
        "drafts":[{{"user":"4","from":"mine","into":null,"became":"mine","files":["6"]}}]}}"#
    );
    let before: Before = serde_json::from_str(&kept).unwrap();
    assert_eq!((before.from.id, before.into.id, before.decision), (ConversationId(2), ConversationId(1), None));
    assert_eq!(before.proposals, [(ConversationId(3), 8, true)]);
}
