//! The promises that every connector keeps.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use support::{DAY, World};
use tertulia_connector::conformance::{self, Fixture};
use tertulia_model::{Batch, RawContent};
use tertulia_testkit::Page;

async fn items(world: &mut World) -> Vec<Vec<u8>> {
    let batches: Vec<Batch> = world.try_work().await.into_iter().map(Result::unwrap).collect();
    let items = batches.into_iter().flat_map(|batch| batch.items);
    items.map(|item| if let RawContent::Memory(bytes) = item.content { bytes } else { Vec::new() }).collect()
}

/// A mention that came, changed and went.
#[test]
fn webmentions_keep_what_every_connector_must_keep() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixtures = runtime.block_on(async {
        let mut world = World::new();
        let (source, target) = (world.source("/a"), world.target());
        world.put("/a", "<p>Été \u{202e}\u{1f600}</p>");
        world.tell(&source, &target).await.unwrap();
        let mut fixtures = items(&mut world).await;
        world.put("/a", "Other words");
        world.clock.advance(DAY);
        fixtures.extend(items(&mut world).await);
        world.theirs.put("/a", Page::status(410));
        world.clock.advance(7 * DAY);
        fixtures.extend(items(&mut world).await);
        fixtures
    });
    let names = ["created", "edited", "deleted"];
    assert_eq!(fixtures.len(), names.len());
    let fixtures: Vec<Fixture> =
        names.into_iter().zip(fixtures).map(|(name, bytes)| Fixture::new(name, bytes, json!(null))).collect();
    conformance::check(&tertulia_connector_webmention::connector(), "https://shop.example", &fixtures);
}
