//! The form: who may post, and which field holds what.

use serde_json::{Value, json};
pub use tertulia_connector::settings::text;
use tertulia_connector::{FieldError, times};
use tertulia_model::{ConnectorSpec, EchoSafety, Limits};

pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "webhook".to_owned(),
        title: "Webhook".to_owned(),
        summary: "Anything else: a program posts what people said as JSON, signed, and you say which field holds what."
            .to_owned(),
        icon: "webhook".to_owned(),
        settings_schema: schema(),
        limits: Limits::NONE,
        echo_safety: EchoSafety::AtMostOnce,
        pulls: false,
        sends: false,
        hosts_visitors: false,
        cannot_hear: vec![
            "What the other program does not post, or gives up posting while it is refused, is not heard of."
                .to_owned(),
            "Pictures and files are not fetched.".to_owned(),
        ],
    }
}

fn schema() -> Value {
    let mut properties = serde_json::Map::new();
    let mut add = |name: &str, title: &str, description: &str, more: Value| {
        let mut schema = json!({
            "type": "string", "title": title, "description": description, "x-order": properties.len() + 1
        });
        if let (Some(schema), Value::Object(more)) = (schema.as_object_mut(), more) {
            schema.extend(more);
        }
        properties.insert(name.to_owned(), schema);
    };
    let advanced = || json!({ "x-advanced": true });
    add("name", "Name", "What posts here: \u{201c}Shop reviews\u{201d}.", json!({ "maxLength": 60 }));
    add(
        "proof",
        "How the sender proves itself",
        "A signature also proves that nothing was changed on the way.",
        json!({ "enum": ["signature", "bearer"], "default": "signature",
            "x-labels": { "signature": "It signs (Standard Webhooks)", "bearer": "It sends a token" } }),
    );
    add(
        "secret",
        "Secret",
        "Leave it empty to have one made; Test shows it. Fill it in if the sender chooses it.",
        json!({ "format": "password", "x-advanced": true }),
    );
    add(
        "items",
        "List of items",
        "Where several come at once: the field that holds the list, such as data.posts.",
        json!({ "default": "" }),
    );
    add(
        "text",
        "Text",
        "The field with what was said. A path goes into objects: message.text, posts.0.body or /a/b.",
        json!({ "default": "text" }),
    );
    add(
        "id",
        "Message id",
        "So that what is posted again is known again. Empty: each post is something new, unless its sender names it \
         (webhook-id, Idempotency-Key).",
        json!({}),
    );
    add("author", "Author", "The field with their handle or account.", json!({}));
    add("author_name", "Author's name", "", json!({}));
    add("time", "Time", "When it was said. Empty: when it came.", json!({}));
    add("time_format", "How times are written", "", tertulia_connector::times::setting());
    add(
        "time_zone",
        "Time zone",
        "Of times that name none: Europe/Lisbon.",
        json!({ "x-advanced": true, "default": "UTC" }),
    );
    add("subject", "Subject", "", advanced());
    add("parent", "Answers (message id)", "The id of what it answers.", json!({}));
    add("thread", "Thread", "What all messages of one thread share.", advanced());
    add("permalink", "Link", "Where it can be read.", json!({}));
    add(
        "source_column",
        "Where it was said",
        "The field that names the place, where the sender hears several.",
        advanced(),
    );
    add("edited_at", "Last edited", "", advanced());
    add("deleted", "Deleted", "The field that is set where it was taken back.", advanced());
    add(
        "addressed",
        "Written to you",
        "What is written to you opens a conversation.",
        json!({ "enum": ["no", "yes", "field"], "default": "no",
            "x-labels": { "no": "No, it is said about you", "yes": "Yes, all of it", "field": "A field says so" } }),
    );
    add("addressed_field", "Field that says so", "", json!({ "x-show-if": { "addressed": "field" } }));
    add(
        "visibility",
        "Who can read it there",
        "",
        json!({ "enum": ["private", "public", "field"], "default": "private",
        "x-labels": { "private": "Only you and they", "public": "Everybody", "field": "A field says so" } }),
    );
    add("visibility_field", "Field that says so", "", json!({ "x-show-if": { "visibility": "field" } }));
    add(
        "our_accounts",
        "Your own accounts there",
        "One a line: what they say is yours.",
        json!({ "type": "array", "items": { "type": "string" }, "format": "lines", "x-advanced": true }),
    );
    add("account", "Account", "", json!({ "x-generated": true }));
    add("door_key", "Key", "", json!({ "format": "password", "x-generated": true }));
    json!({ "type": "object", "required": ["name", "text"], "properties": properties })
}

pub fn account(settings: &Value) -> String {
    text(settings, "account").unwrap_or("default").to_owned()
}

pub fn check(settings: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if times::zone(text(settings, "time_zone").unwrap_or_default()).is_none() {
        errors.push(FieldError::new("time_zone", "This time zone is not known. Write it as Europe/Lisbon."));
    }
    for name in ["addressed", "visibility"] {
        let field = format!("{name}_field");
        if text(settings, name) == Some("field") && text(settings, &field).is_none() {
            errors.push(FieldError::new(&field, "Which field says so?"));
        }
    }
    errors
}
