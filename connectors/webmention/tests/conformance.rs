//! The promises that every connector keeps.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use support::{DAY, World};
use tertulia_connector::conformance::{self, Carries, Fixture};
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

#[test]
fn hostile_words_are_kept_or_counted_and_what_is_to_be_run_is_left_out() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut world = World::new();
    let target = world.target();
    let (webmention, mut n) = (tertulia_connector_webmention::connector(), 0);
    conformance::check_hostile(&webmention, "https://shop.example", Carries::Html, |html| {
        n += 1;
        let path = format!("/{n}");
        world.put(&path, html);
        let source = world.source(&path);
        runtime.block_on(async {
            world.tell(&source, &target).await.map_err(|refused| refused.to_string())?;
            let done = world.try_work().await.pop().unwrap();
            done.map_err(|error| error.to_string()).and_then(conformance::came)
        })
    });
}
