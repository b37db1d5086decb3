use crate::support::{NOW, conversation, message, on_both, write};
use tertulia_model::{ConversationId, PersonId, UserId};
use tertulia_store::{conversations, conversations::Conversation, drafts, messages, messages::NewMessage, reading};

#[test]
fn a_conversation_is_written_over_and_its_version_rises() {
    on_both(async |mut db| {
        write!(db, |tx| conversations::put(tx, &[conversation(1), conversation(2)]).await.unwrap());
        let first = conversations::get(&mut db, ConversationId(1)).await.unwrap().unwrap();
        assert_eq!(first, Conversation { version: 1, ..conversation(1) });
        let changed = Conversation {
            person_id: Some(PersonId(3)),
            assignee_id: Some(UserId(4)),
            state: "snoozed".to_owned(),
            snoozed_until: Some(NOW + 9),
            waiting_since: Some(NOW),
            snippet: "¿Dónde está? 🧶".to_owned(),
            ..first
        };
        write!(db, |tx| conversations::put(tx, std::slice::from_ref(&changed)).await.unwrap());
        let now = conversations::get(&mut db, ConversationId(1)).await.unwrap();
        assert_eq!(now, Some(Conversation { version: 2, ..changed }));
        let ids = vec![ConversationId(2), ConversationId(9), ConversationId(1), ConversationId(2)];
        let both = conversations::get_many(&mut db, ids).await.unwrap();
        assert_eq!(both.iter().map(|c| (c.id.0, c.version)).collect::<Vec<_>>(), [(1, 2), (2, 1)]);
    });
}

#[test]
fn what_a_member_has_is_found_whatever_its_state() {
    on_both(async |db| {
        let of = |n, member| Conversation { assignee_id: Some(UserId(member)), ..conversation(n) };
        let closed = Conversation { state: "closed".to_owned(), ..of(3, 4) };
        write!(db, |tx| {
            conversations::put(tx, &[closed, conversation(1), of(2, 4), of(5, 9)]).await.unwrap();
            let held = conversations::held_by_to_change(tx, UserId(4)).await.unwrap();
            assert_eq!(held.iter().map(|c| c.id.0).collect::<Vec<_>>(), [2, 3]);
        });
    });
}

#[test]
fn what_was_read_never_goes_back_unless_a_person_says_so() {
    on_both(async |mut db| {
        let (me, here) = (UserId(1), ConversationId(2));
        assert_eq!(conversations::seen(&mut db, me, here).await.unwrap(), 0);
        write!(db, |tx| {
            conversations::mark_read(tx, me, here, 50).await.unwrap();
            conversations::mark_read(tx, me, here, 40).await.unwrap();
        });
        assert_eq!(conversations::seen(&mut db, me, here).await.unwrap(), 50);
        write!(db, |tx| conversations::mark_unread(tx, me, here).await.unwrap());
        assert_eq!(conversations::seen(&mut db, me, here).await.unwrap(), 0);
    });
}

#[test]
fn a_merge_is_proposed_once_for_a_pair_and_decided_once() {
    on_both(async |mut db| {
        let [a, b, c] = [1, 2, 3].map(ConversationId);
        write!(db, |tx| {
            assert!(conversations::propose_merge(tx, b, a, NOW).await.unwrap());
            assert!(!conversations::propose_merge(tx, a, b, NOW).await.unwrap());
            assert!(conversations::propose_merge(tx, a, c, NOW).await.unwrap());
        });
        assert_eq!(conversations::merge_proposals(&mut db, a).await.unwrap(), [b, c]);
        write!(db, |tx| conversations::decide_merge(tx, b, a, "kept apart").await.unwrap());
        assert_eq!(conversations::merge_proposals(&mut db, a).await.unwrap(), [c]);
        let again = write!(db, |tx| conversations::propose_merge(tx, a, b, NOW).await.unwrap());
        assert!(!again, "a decision stands");
    });
}

#[test]
fn all_messages_of_a_conversation_move_into_another() {
    on_both(async |mut db| {
        let held = |n: i64, c: i64| NewMessage { conversation_id: Some(ConversationId(c)), ..message(n) };
        write!(db, |tx| {
            messages::add(tx, &[held(1, 1), held(2, 2), held(3, 2), message(4)]).await.unwrap();
            let moved = conversations::move_messages(tx, ConversationId(2), ConversationId(1)).await.unwrap();
            assert_eq!(moved, 2);
        });
        let whole = reading::conversation(&mut db, ConversationId(1), None, 9).await.unwrap();
        assert_eq!(whole.iter().map(|m| m.id.0).collect::<Vec<_>>(), [3, 2, 1]);
    });
}

#[test]
fn a_removed_conversation_leaves_nothing_that_was_kept_about_it() {
    on_both(async |mut db| {
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1), conversation(2)]).await.unwrap();
            conversations::mark_read(tx, UserId(4), ConversationId(1), 9).await.unwrap();
            conversations::remove(tx, ConversationId(1)).await.unwrap();
        });
        assert_eq!(conversations::get(&mut db, ConversationId(1)).await.unwrap(), None);
        assert!(conversations::get(&mut db, ConversationId(2)).await.unwrap().is_some());
        assert_eq!(conversations::seen(&mut db, UserId(4), ConversationId(1)).await.unwrap(), 0);
    });
}

#[test]
fn drafts_files_and_proposals_move_with_a_merged_conversation() {
    on_both(async |mut db| {
        let [from, into, third] = [1, 2, 3].map(ConversationId);
        let [me, you] = [4, 5].map(UserId);
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1), conversation(2), conversation(3)]).await.unwrap();
            drafts::save(tx, drafts::Key::answer(me, from), "mine", NOW).await.unwrap();
            drafts::save(tx, drafts::Key::answer(you, from), "older", NOW).await.unwrap();
            drafts::save(tx, drafts::Key::answer(you, into), "newer", NOW).await.unwrap();
            conversations::propose_merge(tx, from, into, NOW).await.unwrap();
            conversations::propose_merge(tx, from, third, NOW).await.unwrap();
            conversations::move_messages(tx, from, into).await.unwrap();
            conversations::decide_merge(tx, from, into, "merged").await.unwrap();
            conversations::remove(tx, from).await.unwrap();
        });
        assert_eq!(drafts::get(&mut db, drafts::Key::answer(me, into)).await.unwrap().unwrap().form, "mine");
        assert_eq!(drafts::get(&mut db, drafts::Key::answer(you, into)).await.unwrap().unwrap().form, "newer");
        assert_eq!(conversations::merge_proposals(&mut db, into).await.unwrap(), [third]);
        assert_eq!(conversations::merge_proposals(&mut db, third).await.unwrap(), [into]);
    });
}

#[test]
fn what_was_merged_away_is_found_where_it_is_now_however_often_it_moved() {
    on_both(async |mut db| {
        let [a, b, c] = [1, 2, 3].map(ConversationId);
        write!(db, |tx| {
            conversations::note_merge(tx, a, b, NOW).await.unwrap();
            conversations::note_merge(tx, b, c, NOW + 1).await.unwrap();
        });
        assert_eq!(conversations::merged_into(&mut db, a).await.unwrap(), Some(c));
        assert_eq!(conversations::merged_into(&mut db, b).await.unwrap(), Some(c));
        assert_eq!(conversations::merged_into(&mut db, c).await.unwrap(), None);
    });
}

#[test]
fn conversations_that_are_to_change_are_given_once_and_in_order() {
    on_both(async |db| {
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1), conversation(2)]).await.unwrap();
            let ids = [2, 1, 2, 9].map(ConversationId).to_vec();
            let found = conversations::get_to_change(tx, ids).await.unwrap();
            assert_eq!(found.iter().map(|c| c.id.0).collect::<Vec<_>>(), [1, 2]);
            assert_eq!(conversations::one_to_change(tx, ConversationId(9)).await.unwrap(), None);
        });
    });
}

#[test]
fn what_is_being_written_takes_the_place_of_what_was_thrown_away_in_the_other_conversation() {
    on_both(async |mut db| {
        let [from, into] = [1, 2].map(ConversationId);
        let key = |user, conversation| drafts::Key::answer(UserId(user), conversation);
        write!(db, |tx| {
            for (user, conversation, text) in
                [(4, from, "live"), (4, into, "thrown"), (5, from, "thrown"), (5, into, "live")]
            {
                drafts::save(tx, key(user, conversation), text, NOW).await.unwrap();
                if text == "thrown" {
                    drafts::throw_away(tx, key(user, conversation), NOW + 1).await.unwrap();
                }
            }
            conversations::move_messages(tx, from, into).await.unwrap();
            conversations::remove(tx, from).await.unwrap();
        });
        for user in [4, 5] {
            let kept = drafts::get(&mut db, key(user, into)).await.unwrap();
            assert_eq!(kept.map(|draft| draft.form).as_deref(), Some("live"), "of member {user}");
        }
    });
}
