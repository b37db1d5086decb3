//! What we promise in an answer is asked about, kept or broken on the record, and goes with the words it was made of.

use crate::{
    erasing::{erase_wholly, person, places, rosa},
    exporting::{archive, holds},
    support::{World, on_both, said::said},
};
use std::sync::Arc;
use tertulia_engine::{EngineError, desk, outbound, promises as desk_of_promises, promises::Due, setup};
use tertulia_model::{ConversationId, MessageId, Millis};
use tertulia_store::promises::{self, Promise};

/// The end of Friday, 27 November 2026, in UTC; it is Saturday the 21st.
const FRIDAY: Millis = 1_795_823_999_999;
const HOUR: Millis = 3_600_000;

async fn answer(world: &World, to: &str, key: &str, text: &str) -> (ConversationId, MessageId) {
    let conversation = world.conversation_of(to).await.id;
    let form = outbound::ReplyForm { text: text.to_owned(), ..world.reply(conversation, key) };
    let delivery = outbound::queue_reply(&world.engine, world.user, form).await.unwrap();
    (conversation, delivery.message_id)
}

async fn of(world: &World, message: MessageId) -> Vec<Promise> {
    promises::of_messages(&mut world.engine.db.reader(), &[message]).await.unwrap()
}

async fn promised(world: &World) -> (ConversationId, Promise) {
    world.hear(&[said("q", "Do you still have it in blue?").created()]).await;
    let (conversation, message) = answer(world, "q", "k", "Hello Rosa,\n\nthank you. I'll check by Friday.\n").await;
    (conversation, of(world, message).await.remove(0))
}

fn is_refused<T: std::fmt::Debug>(said: Result<T, EngineError>) -> bool {
    matches!(said, Err(EngineError::Refused(_)))
}

#[test]
fn what_is_promised_in_an_answer_is_asked_about_under_it() {
    on_both(async |world| {
        let (conversation, promise) = promised(&world).await;
        assert_eq!((promise.words.as_str(), promise.due_at), ("I'll check by Friday.", Some(FRIDAY)));
        assert_eq!((promise.state.as_str(), promise.sign.as_str()), ("suggested", "future"));
        assert_eq!(promise.conversation_id, conversation);
        let (_, plain) = answer(&world, "q", "k2", "We have it in blue. Shall I keep one?").await;
        assert_eq!(of(&world, plain).await, []);
        // The same form twice is one answer, and promises once.
        assert_eq!(answer(&world, "q", "k", "I'll check by Friday.").await.1, promise.message_id);
        assert_eq!(of(&world, promise.message_id).await.len(), 1);
    });
}

#[test]
fn a_day_ends_where_the_organisation_is() {
    on_both(async |world| {
        setup::set_time_zone(&world.engine, "Asia/Tokyo").await.unwrap();
        let wrong = setup::set_time_zone(&world.engine, "Atlantis/Harbour").await;
        assert!(matches!(wrong, Err(EngineError::Invalid(_))));
        assert_eq!(promised(&world).await.1.due_at, Some(FRIDAY - 9 * HOUR));
    });
}

#[test]
fn an_answer_taken_back_promises_nothing() {
    on_both(async |world| {
        let (conversation, promise) = promised(&world).await;
        let sent = world.messages_in(conversation).await.into_iter().find(|m| m.id == promise.message_id).unwrap();
        assert_eq!(sent.text.lines().count(), 3);
        let mut db = world.engine.db.reader();
        let delivery = tertulia_store::deliveries::of_message(&mut db, promise.message_id).await.unwrap().unwrap();
        outbound::undo_reply(&world.engine, world.user, delivery.id).await.unwrap();
        assert_eq!(of(&world, promise.message_id).await, []);
    });
}

#[test]
fn a_promise_is_confirmed_kept_or_broken_and_each_of_it_is_undone() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        let (_, promise) = promised(&world).await;
        let stands = async || of(&world, promise.message_id).await.remove(0);
        let id = promise.id;
        assert!(is_refused(desk_of_promises::keep(engine, id, by, None).await), "nobody has confirmed it");
        let seen = engine.bus.newest();
        let confirmed = desk_of_promises::confirm(engine, id, by, Due::AsItIs).await.unwrap();
        assert!(engine.bus.newest() >= seen + 2, "the promise and its conversation are announced");
        let open = stands().await;
        assert_eq!((open.state.as_str(), open.due_at, open.confirmed_by), ("open", Some(FRIDAY), Some(by)));
        let kept = desk_of_promises::keep(engine, id, by, Some(" By phone. ")).await.unwrap();
        assert_eq!((stands().await.state.as_str(), stands().await.note.as_deref()), ("kept", Some("By phone.")));
        assert!(is_refused(desk_of_promises::confirm(engine, id, by, Due::NoDay).await));
        assert!(is_refused(desk_of_promises::undo(engine, &confirmed).await), "something came between");
        desk_of_promises::undo(engine, &kept).await.unwrap();
        assert_eq!(stands().await, Promise { version: open.version + 2, ..open.clone() });
        desk_of_promises::break_it(engine, id, by, None).await.unwrap();
        assert_eq!((stands().await.state.as_str(), stands().await.closed_by), ("broken", Some(by)));
        desk_of_promises::reopen(engine, id).await.unwrap();
        let later = jiff::civil::date(2026, 12, 1);
        let moved = desk_of_promises::confirm(engine, id, by, Due::On(later)).await.unwrap();
        assert_eq!(stands().await.due_at, Some(FRIDAY + 4 * 24 * HOUR));
        let past = desk_of_promises::confirm(engine, id, by, Due::On(jiff::civil::date(2026, 11, 20))).await;
        assert!(matches!(past, Err(EngineError::Invalid(_))));
        desk_of_promises::undo(engine, &moved).await.unwrap();
        assert_eq!(stands().await.due_at, Some(FRIDAY));
        let dismissed = desk_of_promises::dismiss(engine, id, by).await.unwrap();
        assert_eq!(stands().await.state, "dismissed");
        desk_of_promises::undo(engine, &dismissed).await.unwrap();
        assert_eq!(stands().await.state, "open");
    });
}

#[test]
fn a_promise_is_put_down_by_hand_in_what_we_said_alone() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        let (_, promise) = promised(&world).await;
        let theirs = world.message("q").await.id;
        assert!(is_refused(desk_of_promises::add(engine, theirs, by, "I will come", Due::NoDay).await));
        let day = Due::On(jiff::civil::date(2026, 11, 27));
        let added = desk_of_promises::add(engine, promise.message_id, by, " A blue\none ", day).await.unwrap();
        let found = of(&world, promise.message_id).await.pop().unwrap();
        assert_eq!((found.words.as_str(), found.due_at, found.state.as_str()), ("A blue one", Some(FRIDAY), "open"));
        desk_of_promises::undo(engine, &added).await.unwrap();
        assert_eq!(of(&world, promise.message_id).await, [promise]);
    });
}

#[test]
fn a_promise_stays_with_its_message_when_conversations_are_made_one_and_parted() {
    on_both(async |world| {
        let (from, promise) = promised(&world).await;
        world.hear(&[said("other", "By the way").by("rosa@work.example").at_minute(2).created()]).await;
        let into = world.conversation_of("other").await.id;
        desk::merge(&world.engine, from, into).await.unwrap();
        assert_eq!(of(&world, promise.message_id).await[0].conversation_id, into);
        desk::part(&world.engine, from, into).await.unwrap();
        assert_eq!(of(&world, promise.message_id).await[0].conversation_id, from);
    });
}

#[test]
fn whoever_is_given_what_is_kept_of_them_is_given_promises_and_an_erasure_takes_them() {
    on_both(async |world| {
        world.hear(&[rosa("q", "Do you have it in blue?").created()]).await;
        let name = "<q@marker-rosa.example>";
        let (_, message) = answer(&world, name, "k", "I'll look for the zanahoriaxx by Friday.").await;
        let promise = of(&world, message).await.remove(0);
        let engine: &Arc<_> = &world.engine;
        desk_of_promises::confirm(engine, promise.id, world.user, Due::AsItIs).await.unwrap();
        desk_of_promises::keep(engine, promise.id, world.user, Some("They found respuestaxx")).await.unwrap();
        let rosa = person(&world).await;
        let given = archive(&world, rosa).await;
        assert!(
            holds(&given, "\"words\": \"I'll look for the zanahoriaxx by Friday.\"") && holds(&given, "respuestaxx")
        );
        erase_wholly(&world, rosa).await;
        assert_eq!(of(&world, message).await, []);
        assert_eq!(places(&world, &["zanahoriaxx", "respuestaxx"]).await, Vec::<String>::new());
    });
}
