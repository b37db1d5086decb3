use crate::support::{NOW, before, body, conversation, message, on_both, person, write};
use tertulia_model::{ConversationId, MessageId, PersonId, UserId};
use tertulia_store::{
    Tx,
    conversations::{self, Conversation},
    merges,
    messages::{self, NewMessage},
    people,
    promises::{self, Promise},
};

/// The `n`th promise, in the `n`th message.
pub fn promise(n: i64, state: &str, due_at: Option<i64>) -> Promise {
    Promise {
        id: n,
        message_id: MessageId(n),
        conversation_id: ConversationId(n),
        words: format!("I'll check order {n} by Friday."),
        due_at,
        state: state.to_owned(),
        sign: "future".to_owned(),
        made_at: NOW,
        confirmed_by: None,
        confirmed_at: None,
        closed_by: None,
        closed_at: None,
        note: None,
        version: 0,
    }
}

fn ours(n: i64) -> NewMessage {
    NewMessage { conversation_id: Some(ConversationId(n)), direction: "ours", ..message(n) }
}

async fn stage(tx: &mut Tx) {
    people::add_persons(tx, &[person(1, "Amina")]).await.unwrap();
    let with_amina = conversations::Conversation { person_id: Some(PersonId(1)), ..conversation(1) };
    conversations::put(tx, &[with_amina, conversation(2), conversation(3)]).await.unwrap();
    messages::add(tx, &[ours(1), ours(2), ours(3)]).await.unwrap();
    messages::add_bodies(tx, &[body(1), body(2), body(3)]).await.unwrap();
    let all = [promise(1, "open", Some(NOW + 2)), promise(2, "open", None), promise(3, "open", Some(NOW + 1))];
    promises::add(tx, &all).await.unwrap();
}

#[test]
fn what_is_due_first_stands_first_and_what_has_no_day_last() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        let ids = |all: Vec<promises::Listed>| all.into_iter().map(|one| one.promise.id).collect::<Vec<_>>();
        assert_eq!(ids(promises::list(&mut db, "open", None, 10).await.unwrap()), [3, 1, 2]);
        let last = promises::list(&mut db, "open", None, 2).await.unwrap().pop().unwrap();
        assert_eq!(ids(promises::list(&mut db, "open", Some(last.promise.place()), 10).await.unwrap()), [2]);
        assert_eq!(ids(promises::list_back(&mut db, "open", None, 10).await.unwrap()), [2, 1, 3]);
        assert_eq!(ids(promises::list_back(&mut db, "open", Some(last.promise.place()), 10).await.unwrap()), [3]);
        assert_eq!((last.person_id, last.person_name.as_deref()), (Some(PersonId(1)), Some("Amina")));
        assert_eq!(promises::count_up_to(&mut db, "open", 2).await.unwrap(), 2);
        assert_eq!(promises::count_up_to(&mut db, "kept", 2).await.unwrap(), 0);
        let named = promises::of_messages(&mut db, &[MessageId(3), MessageId(1)]).await.unwrap();
        assert_eq!(named, [promise(1, "open", Some(NOW + 2)), promise(3, "open", Some(NOW + 1))]);
    });
}

#[test]
fn what_a_person_says_of_a_promise_is_kept_and_its_version_rises() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        write!(db, |tx| {
            let mut changed = promises::get_to_change(tx, 1).await.unwrap().unwrap();
            changed.state = "kept".to_owned();
            changed.due_at = None;
            (changed.confirmed_by, changed.confirmed_at) = (Some(UserId(7)), Some(NOW));
            (changed.closed_by, changed.closed_at) = (Some(UserId(8)), Some(NOW + 5));
            changed.note = Some("By phone.".to_owned());
            promises::put(tx, &changed).await.unwrap();
            promises::remove(tx, 2).await.unwrap();
        });
        let found = promises::get(&mut db, 1).await.unwrap().unwrap().promise;
        let wanted = Promise {
            confirmed_by: Some(UserId(7)),
            confirmed_at: Some(NOW),
            closed_by: Some(UserId(8)),
            closed_at: Some(NOW + 5),
            note: Some("By phone.".to_owned()),
            version: 1,
            ..promise(1, "kept", None)
        };
        assert_eq!(found, wanted);
        assert_eq!(promises::get(&mut db, 2).await.unwrap(), None);
        assert_eq!(promises::of_person(&mut db, PersonId(1), 10).await.unwrap(), [wanted]);
        assert_eq!(promises::of_person(&mut db, PersonId(2), 10).await.unwrap(), []);
    });
}

#[test]
fn a_promise_loses_its_words_with_its_message_and_goes_where_nobody_confirmed_it() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            promises::add(tx, &[promise(4, "suggested", None)].map(|p| Promise { message_id: MessageId(1), ..p }))
                .await
                .unwrap();
            messages::bury(tx, MessageId(1), message(1).place).await.unwrap();
        });
        let left = promises::of_messages(&mut db, &[MessageId(1)]).await.unwrap();
        assert_eq!(left, [Promise { words: String::new(), version: 1, ..promise(1, "open", Some(NOW + 2)) }]);
        assert_eq!(write!(db, |tx| promises::forget(tx, &[MessageId(1)]).await.unwrap()), 1);
        assert_eq!(promises::of_messages(&mut db, &[MessageId(1)]).await.unwrap(), []);
        write!(db, |tx| messages::remove(tx, MessageId(2), message(2).place).await.unwrap());
        assert_eq!(promises::get(&mut db, 2).await.unwrap(), None, "taken back before it left");
    });
}

#[test]
fn a_promise_goes_with_its_message_into_another_conversation_and_back() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            merges::join(tx, &before(ConversationId(2), ConversationId(1)), NOW).await.unwrap();
        });
        let of = async |db: &mut tertulia_store::Db| {
            promises::of_person(db, PersonId(1), 10).await.unwrap().into_iter().map(|p| p.id).collect::<Vec<_>>()
        };
        assert_eq!(of(&mut db).await, [2, 1]);
        write!(db, |tx| {
            merges::part(tx, &before(ConversationId(2), ConversationId(1)), ConversationId(1)).await.unwrap();
        });
        assert_eq!(of(&mut db).await, [1]);
    });
}

#[test]
fn what_is_open_to_a_person_stands_before_any_number_of_others() {
    on_both(async |mut db| {
        let of_amina =
            |n: i64, state: &str, due_at| Promise { conversation_id: ConversationId(1), ..promise(n, state, due_at) };
        write!(db, |tx| {
            stage(tx).await;
            let later: Vec<Promise> = (10..70).map(|n| of_amina(n, "kept", None)).collect();
            promises::add(tx, &later).await.unwrap();
            let others =
                [of_amina(70, "broken", None), of_amina(71, "suggested", None), of_amina(72, "open", Some(NOW))];
            promises::add(tx, &others).await.unwrap();
        });
        let found = promises::of_person(&mut db, PersonId(1), 4).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [72, 1, 70, 69]);
        assert_eq!(promises::of_person(&mut db, PersonId(1), 100).await.unwrap().len(), 63, "not what was suggested");
    });
}

#[test]
fn promises_are_looked_for_in_the_latest_500_conversations_of_a_person() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Amina")]).await.unwrap();
            let held = |n: i64| Conversation { person_id: Some(PersonId(1)), last_at: NOW + n, ..conversation(n) };
            conversations::put(tx, &(1..=501).map(held).collect::<Vec<_>>()).await.unwrap();
            promises::add(tx, &[promise(1, "open", None), promise(2, "open", None), promise(3, "kept", None)])
                .await
                .unwrap();
        });
        let ids = |found: Vec<Promise>| found.iter().map(|one| one.id).collect::<Vec<_>>();
        assert_eq!(ids(promises::of_person(&mut db, PersonId(1), 10).await.unwrap()), [2, 3]);
    });
}
