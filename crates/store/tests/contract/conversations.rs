use crate::support::{NOW, conversation, message, on_both, user, write};
use tertulia_model::{ConversationId, PersonId, Role, UserId};
use tertulia_store::{
    conversations::{self, Conversation},
    messages::{self, NewMessage, flags},
    reading, users,
};

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
        assert_eq!(conversations::news(&mut db, me, here).await.unwrap(), None, "there is none");
        write!(db, |tx| conversations::put(tx, &[conversation(2)]).await.unwrap());
        let news = conversation(2).news;
        assert_eq!(conversations::news(&mut db, me, here).await.unwrap(), Some((news, 0)));
        write!(db, |tx| {
            conversations::mark_read(tx, me, here, 50).await.unwrap();
            conversations::mark_read(tx, me, here, 40).await.unwrap();
        });
        assert_eq!(conversations::seen(&mut db, me, here).await.unwrap(), 50);
        assert_eq!(conversations::news(&mut db, me, here).await.unwrap(), Some((news, 50)));
        assert_eq!(conversations::news(&mut db, UserId(2), here).await.unwrap(), Some((news, 0)));
        write!(db, |tx| conversations::mark_unread(tx, me, here).await.unwrap());
        assert_eq!(conversations::seen(&mut db, me, here).await.unwrap(), 0);
    });
}

#[test]
fn a_removed_conversation_leaves_nothing_that_was_kept_about_it() {
    on_both(async |mut db| {
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1), conversation(2)]).await.unwrap();
            users::add(tx, &user(4, "amina@example.org", Role::Agent)).await.unwrap();
            conversations::mark_read(tx, UserId(4), ConversationId(1), 9).await.unwrap();
            assert_eq!(conversations::readers(tx, ConversationId(1)).await.unwrap(), [(UserId(4), 9)]);
            conversations::remove(tx, ConversationId(1)).await.unwrap();
        });
        assert_eq!(conversations::get(&mut db, ConversationId(1)).await.unwrap(), None);
        assert!(conversations::get(&mut db, ConversationId(2)).await.unwrap().is_some());
        assert_eq!(conversations::seen(&mut db, UserId(4), ConversationId(1)).await.unwrap(), 0);
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
fn what_was_passed_on_says_nothing_about_how_a_conversation_stands() {
    on_both(async |mut db| {
        let held = |n: i64, flags: i64| NewMessage { conversation_id: Some(ConversationId(1)), flags, ..message(n) };
        write!(db, |tx| {
            messages::add(tx, &[held(1, 0), held(2, flags::FORWARD), held(3, 0), message(4)]).await.unwrap();
        });
        let said = reading::newest_said(&mut db, ConversationId(1)).await.unwrap();
        assert_eq!(said.iter().map(|m| m.id.0).collect::<Vec<_>>(), [3, 1], "newest first");
    });
}
