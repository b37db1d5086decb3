//! How a conversation ended is said by whoever closes it, is over when its person writes, and stays known.

use crate::support::{World, on_both, said::said};
use tertulia_engine::{EngineError, desk, outbound};
use tertulia_model::ConversationId;
use tertulia_store::endings::{self, Ending};

async fn endings(world: &World, id: ConversationId) -> Vec<Ending> {
    endings::of_conversation(&mut world.engine.db.reader(), id, (i64::MIN, i64::MAX), 9).await.unwrap()
}

async fn outcome(world: &World, id: ConversationId) -> Option<String> {
    world.conversation(id).await.unwrap().ended().map(|ended| ended.outcome)
}

async fn heard(world: &World) -> ConversationId {
    world.hear(&[said("q", "I only wanted to say how it was.").created()]).await;
    world.conversation_of("q").await.id
}

#[test]
fn somebody_was_just_listened_to_and_does_not_wait_any_more_until_they_write_again() {
    on_both(async |world| {
        let (engine, id) = (&world.engine, heard(&world).await);
        let undo = desk::close_as(engine, id, "listened", world.user).await.unwrap();
        let closed = world.conversation(id).await.unwrap();
        let ended = closed.ended().unwrap();
        assert_eq!((ended.outcome.as_str(), ended.by, closed.waiting_since), ("listened", world.user, None));
        assert_eq!(endings(&world, id).await.len(), 1);
        desk::undo(engine, &undo).await.unwrap();
        let open = world.conversation(id).await.unwrap();
        assert_eq!((open.state.as_str(), open.ended(), open.waiting_since.is_some()), ("open", None, true));
        assert_eq!(endings(&world, id).await, [], "it never ended");

        desk::close_as(engine, id, "listened", world.user).await.unwrap();
        world.hear(&[said("again", "And one more thing.").answering(&["q"]).at_minute(5).created()]).await;
        let again = world.conversation(id).await.unwrap();
        assert_eq!((again.state.as_str(), again.ended()), ("open", None));
        assert_eq!(endings(&world, id).await[0].outcome, "listened", "that it had ended stays known");
        desk::set_state(engine, id, "closed").await.unwrap();
        assert_eq!(outcome(&world, id).await, None, "nobody said how");
    });
}

#[test]
fn what_is_closed_can_be_said_to_have_ended_another_way_which_is_undone_too() {
    on_both(async |world| {
        let (engine, id) = (&world.engine, heard(&world).await);
        desk::close_as(engine, id, "answered", world.user).await.unwrap();
        world.clock.advance(1_000);
        let undo = desk::close_as(engine, id, "passed_on", world.user).await.unwrap();
        let all = endings(&world, id).await;
        assert_eq!((all.len(), all[0].outcome.as_str()), (1, "passed_on"), "the other was a slip");
        desk::undo(engine, &undo).await.unwrap();
        assert_eq!(outcome(&world, id).await.as_deref(), Some("answered"));
        assert_eq!(endings(&world, id).await[0].outcome, "answered");
        let wrong = desk::close_as(engine, id, "won", world.user).await;
        assert!(matches!(wrong, Err(EngineError::Invalid(_))));
    });
}

#[test]
fn an_answer_that_closes_ends_it_as_answered_and_taken_back_it_stands_as_before() {
    on_both(async |world| {
        let (engine, id) = (&world.engine, heard(&world).await);
        desk::close_as(engine, id, "listened", world.user).await.unwrap();
        world.clock.advance(1_000);
        let form = outbound::ReplyForm { close: true, ..world.reply(id, "k") };
        let sent = outbound::queue_reply(engine, world.user, form).await.unwrap();
        assert_eq!(outcome(&world, id).await.as_deref(), Some("answered"));
        assert_eq!(endings(&world, id).await.len(), 2);
        outbound::undo_reply(engine, world.user, sent.id).await.unwrap();
        assert_eq!(outcome(&world, id).await.as_deref(), Some("listened"));
        assert_eq!(endings(&world, id).await.len(), 1);
    });
}

#[test]
fn an_answer_that_was_taken_back_ended_nothing_also_where_they_wrote_meanwhile() {
    on_both(async |world| {
        let (engine, id) = (&world.engine, heard(&world).await);
        let form = outbound::ReplyForm { close: true, ..world.reply(id, "k") };
        let sent = outbound::queue_reply(engine, world.user, form).await.unwrap();
        world.clock.advance(1_000);
        world.hear(&[said("again", "And one more thing.").answering(&["q"]).at_minute(5).created()]).await;
        assert_eq!((outcome(&world, id).await, endings(&world, id).await.len()), (None, 1));
        outbound::undo_reply(engine, world.user, sent.id).await.unwrap();
        assert_eq!(endings(&world, id).await, []);
    });
}

#[test]
fn conversations_that_become_one_keep_how_they_ended_and_get_it_back() {
    on_both(async |world| {
        let (engine, from) = (&world.engine, heard(&world).await);
        world.hear(&[said("other", "By the way").by("rosa@work.example").at_minute(2).created()]).await;
        let into = world.conversation_of("other").await.id;
        desk::close_as(engine, from, "listened", world.user).await.unwrap();
        desk::set_state(engine, into, "closed").await.unwrap();
        desk::merge(engine, from, into).await.unwrap();
        assert_eq!(outcome(&world, into).await.as_deref(), Some("listened"));
        desk::part(engine, from, into).await.unwrap();
        assert_eq!((outcome(&world, from).await.as_deref(), outcome(&world, into).await), (Some("listened"), None));
        assert_eq!((endings(&world, from).await.len(), endings(&world, into).await.len()), (1, 0));
    });
}
