//! What cannot be understood is set aside with its reason and holds up nothing.

use crate::support::{
    NOW, World,
    json::{item, poison},
    on_both,
    said::said,
};
use std::sync::atomic::Ordering;
use tertulia_engine::{EngineError, ingest::Taken, quarantine};
use tertulia_model::{Batch, RawContent, RawItem};
use tertulia_store::quarantine::{self as store, Quarantined};

async fn waiting(world: &World) -> Vec<Quarantined> {
    store::waiting(&mut world.engine.db.reader(), None, 99).await.unwrap()
}

fn batch() -> Batch {
    let panics = RawItem { content: RawContent::Memory(b"panic".to_vec()), ..item("uid 3", &[], NOW) };
    let items = vec![
        item("uid 1", &[said("a", "First").created()], NOW),
        poison("uid 2", &[said("b", "Second").created()], NOW),
        panics,
        item("uid 4", &[said("d", "Fourth").created()], NOW),
    ];
    Batch { items, ..Batch::default() }
}

async fn read(world: &World) -> Taken {
    world.submit(batch()).await.unwrap()
}

#[test]
fn a_poison_item_is_set_aside_with_its_reason_and_the_rest_goes_on() {
    on_both(async |world| {
        let taken = read(&world).await;
        assert_eq!((taken.stored, taken.quarantined), (2, 2));
        assert_eq!(taken.reasons["It is written in a way that is not known yet."], 1);
        assert!(world.find("a").await.is_some() && world.find("d").await.is_some());
        let aside = waiting(&world).await;
        assert_eq!(aside.iter().map(|q| q.item_key.as_str()).collect::<Vec<_>>(), ["uid 3", "uid 2"]);
        assert!(quarantine::bytes(&world.engine, aside[1].id).await.unwrap().starts_with(b"poison:"));
        assert_eq!(quarantine::bytes(&world.engine, aside[0].id).await.unwrap(), b"panic");
        read(&world).await;
        assert_eq!(waiting(&world).await.len(), 2, "reading it again sets nothing aside twice");
        assert_eq!(world.count().await, 2);
    });
}

#[test]
fn an_item_is_taken_in_once_it_is_understood_and_a_decision_stands() {
    on_both(async |world| {
        read(&world).await;
        let aside = waiting(&world).await;
        let refused = quarantine::replay(&world.engine, aside[1].id, world.user).await;
        assert!(matches!(refused, Err(EngineError::Refused(_))), "{refused:?}");
        quarantine::discard(&world.engine, aside[0].id, world.user).await.unwrap();
        world.wire.understands_poison.store(true, Ordering::SeqCst);
        quarantine::replay(&world.engine, aside[1].id, world.user).await.unwrap();
        assert_eq!(world.message("b").await.text, "Second");
        assert_eq!(world.conversation_of("b").await.state, "open", "it is news like any other");
        assert_eq!(waiting(&world).await, []);

        world.wire.understands_poison.store(false, Ordering::SeqCst);
        read(&world).await;
        assert_eq!(waiting(&world).await, [], "what was decided is not asked again");
        world.wire.understands_poison.store(true, Ordering::SeqCst);
        read(&world).await;
        assert_eq!(world.count().await, 3, "what was replayed is known");

        quarantine::restore(&world.engine, aside[0].id).await.unwrap();
        assert_eq!(waiting(&world).await.len(), 1);
        let missing = quarantine::replay(&world.engine, aside[1].id, world.user).await;
        assert!(matches!(missing, Err(EngineError::NotFound(_))));
    });
}

#[test]
fn what_held_nothing_is_counted_as_skipped_with_its_reason() {
    on_both(async |world| {
        let items = vec![item("uid 1", &[said("a", "First").created()], NOW), item("uid 2", &[], NOW)];
        let taken = world.submit(Batch { items, ..Batch::default() }).await.unwrap();
        assert_eq!((taken.stored, taken.skipped, taken.quarantined), (1, 1, 0));
        assert_eq!(taken.reasons["It held nothing that was said."], 1);
    });
}
