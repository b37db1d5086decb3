//! What a sample would become, before a channel is added or changed.

use super::{Api, at_field, problem};
use crate::support::talk::{self, Line, Talk};
use serde_json::json;
use tertulia_store::messages;

const PREVIEW: &str = "/api/v1/channels/preview";

#[tokio::test]
async fn a_sample_shows_what_it_becomes_and_nothing_is_stored() {
    let api = Api::beside(vec![Talk::showing("hooks")]).await;
    let line = Line { name: Some("Amina".into()), subject: Some("Beans".into()), ..Line::new("1", "amina", "Hello") };
    let lines: Vec<Line> =
        std::iter::once(line).chain((2..=12).map(|n| Line::new(&n.to_string(), "bo", "Tea"))).collect();
    let sample = serde_json::to_string(&lines).unwrap();
    let body = json!({ "connector": "hooks", "settings": { "account": "shop" }, "sample": sample });
    let shown = api.done("POST", PREVIEW, &body).await;
    assert_eq!((shown["items"].as_array().unwrap().len(), &shown["more"]), (10, &json!(2)));
    let first = &shown["items"][0];
    assert_eq!(
        (&first["author"], &first["subject"], &first["text"]),
        (&json!("Amina"), &json!("Beans"), &json!("Hello"))
    );
    assert!(first["facts"].as_array().unwrap().contains(&json!("private")), "{first}");
    assert_eq!(messages::count(&mut api.site.engine.db.reader()).await.unwrap(), 0);

    // Settings that are left out are those of the channel that is to be changed.
    let channel = talk::channel(&api.site, "hooks", "shop").await.to_string();
    let body = json!({ "connector": "hooks", "channel_id": channel, "sample": sample });
    assert_eq!(api.done("POST", PREVIEW, &body).await, shown);
    let other = json!({ "connector": "hooks", "channel_id": api.channel.to_string(), "sample": sample });
    assert_eq!(problem(&api.change("POST", PREVIEW, &other).await).0, 404, "that is of another kind");
}

#[tokio::test]
async fn a_sample_that_cannot_be_read_says_why() {
    let api = Api::beside(vec![Talk::showing("hooks")]).await;
    let settings = json!({ "account": "shop" });
    let hooks = |sample: &str| json!({ "connector": "hooks", "settings": settings, "sample": sample });
    for (wrong, field) in [
        (hooks("no list"), "sample"),
        (hooks("[7]"), "sample"),
        (hooks("  "), "sample"),
        (hooks(&"é".repeat(200_001)), "sample"),
        (json!({ "connector": "hooks", "sample": "[]" }), "account"),
        (json!({ "connector": "hooks", "settings": { "acount": "x" }, "sample": "[]" }), "acount"),
        (json!({ "connector": "pigeon", "sample": "[]" }), "connector"),
    ] {
        at_field(&api.change("POST", PREVIEW, &wrong).await, field);
    }
    let (status, words) = problem(&api.change("POST", PREVIEW, &json!({ "connector": "talk", "sample": "[]" })).await);
    assert!(status == 409 && words.contains("shows no samples"), "{words}");
    let reads = Api { key: api.key_for(&["read"]).await, ..api };
    assert_eq!(problem(&reads.change("POST", PREVIEW, &hooks("[]")).await).0, 403);
}
