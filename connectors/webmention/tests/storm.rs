//! Servers that refuse twenty times in a row: our own, where it is asked whether the page exists, and theirs.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{sync::Arc, time::Duration};
use support::{DAY, World};
use tertulia_connector::PullError;
use tertulia_model::{Batch, Clock, InboundKind};
use tertulia_testkit::{Page, REFUSALS, Storm};

fn storm(world: &World) -> Arc<Storm> {
    let clock = world.clock.clone();
    Storm::new(move || clock.now())
}

async fn attempt(world: &mut World) -> Result<Batch, (Duration, String)> {
    match world.try_work().await.pop().unwrap() {
        Ok(batch) => Ok(batch),
        Err(PullError::RetryAfter { wait, reason }) => Err((wait, reason)),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_mention_outlasts_twenty_refusals_of_either_side_and_is_heard_once() {
    for ours in [true, false] {
        let mut world = World::new();
        let (source, target) = (world.source("/a"), world.target());
        world.put("/a", "One");
        let (storm, clock) = (storm(&world), world.clock.clone());
        let page = format!("<article class=h-entry><a href='{target}'>re</a><p class=e-content>One</p></article>");
        match ours {
            true => world.ours.answer("/grinder", storm.before(|_| Page::html("<h1>The grinder</h1>"))),
            false => world.theirs.answer("/a", storm.before(move |_| Page::html(page.clone()))),
        }
        world.tell(&source, &target).await.unwrap();
        let batch = storm.weathered(|wait| clock.advance(wait), async || attempt(&mut world).await).await;
        let events = world.events(&[batch]);
        assert!(matches!(events.as_slice(), [one] if matches!(one.kind, InboundKind::Created(_))), "{events:?}");
        assert!(world.later(DAY).await.is_empty(), "nothing is told twice");
    }
}

#[tokio::test]
async fn what_was_heard_stays_through_twenty_refusals_and_its_change_is_heard_once() {
    let mut world = World::new();
    let (source, target) = (world.source("/a"), world.target());
    world.put("/a", "One");
    world.tell(&source, &target).await.unwrap();
    assert_eq!(world.work().await.len(), 1);
    let storm = storm(&world);
    let page = format!("<article class=h-entry><a href='{target}'>re</a><p class=e-content>Two</p></article>");
    world.theirs.answer("/a", storm.before(move |_| Page::html(page.clone())));
    for _ in 0..REFUSALS {
        world.clock.set(world.waiting[0].due);
        assert_eq!(world.counted().await, ["Mentions whose servers did not answer: kept, and looked at again."]);
    }
    world.clock.set(world.waiting[0].due);
    let events = world.work().await;
    assert!(matches!(events.as_slice(), [one] if matches!(one.kind, InboundKind::Edited { .. })), "{events:?}");
    storm.is_over();
}
