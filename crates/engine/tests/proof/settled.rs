//! What a person decides about a message that did not get through.

use crate::support::{json::Wire, on_both, said::said};
use tertulia_engine::{EngineError, desk, outbound};
use tertulia_model::Clock;
use tertulia_store::{drafts, listing};

#[test]
fn what_failed_is_left_so_and_that_is_undone_or_it_is_written_again() {
    on_both(async |world| {
        world.hear(&[said("q", "Where is my order?").created()]).await;
        let (engine, id) = (&world.engine, world.conversation_of("q").await.id);
        let key = drafts::Key::answer(world.user, id);
        desk::attach(engine, key, "label.pdf", "application/pdf", b"pdf".to_vec()).await.unwrap();
        let delivery = world.answer("q", "k").await;
        let early = outbound::leave(engine, world.user, delivery.id).await;
        assert!(matches!(early, Err(EngineError::Refused(_))), "it is on its way: {early:?}");
        world.wire.will([Wire::Rejected("The mailbox does not exist.")]);
        world.clock.advance(60_000);
        outbound::run_send(engine, delivery.id).await.unwrap();
        let row = async || listing::inbox_row(&mut engine.db.reader(), world.user, id).await.unwrap().unwrap();
        let back = row().await;
        assert_eq!((back.trouble.as_deref(), back.unread), (Some("failed"), true));
        assert_eq!(back.last_at, world.clock.now(), "it rises in the list");

        outbound::leave(engine, world.user, delivery.id).await.unwrap();
        assert_eq!(row().await.trouble, None);
        outbound::undo_leave(engine, delivery.id).await.unwrap();
        assert_eq!(row().await.trouble.as_deref(), Some("failed"));

        outbound::write_again(engine, world.user, delivery.id).await.unwrap();
        let twice = outbound::write_again(engine, world.user, delivery.id).await;
        assert!(matches!(twice, Err(EngineError::Refused(_))), "the words are not doubled: {twice:?}");
        assert_eq!(row().await.trouble, None);
        let draft = drafts::get(&mut engine.db.reader(), key).await.unwrap().unwrap();
        assert!(draft.form.contains("It left this morning."), "{}", draft.form);
        assert_eq!(drafts::files(&mut engine.db.reader(), key).await.unwrap().len(), 1);
        assert_eq!(world.messages_in(id).await.len(), 2, "what went wrong stays to be seen");
    });
}
