//! The form: who may bring answers, and which column holds what.

use serde_json::{Value, json};
use tertulia_connector::{FieldError, settings::text, times};
use tertulia_model::{ConnectorSpec, EchoSafety, Limits};

pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "survey".to_owned(),
        title: "Survey".to_owned(),
        summary: "Answers to your surveys: scores (NPS, CSAT) and words, from a file or posted by a program."
            .to_owned(),
        icon: "clipboard-list".to_owned(),
        settings_schema: schema(),
        limits: Limits::NONE,
        echo_safety: EchoSafety::AtMostOnce,
        pulls: false,
        sends: false,
        hosts_visitors: false,
        cannot_hear: vec![
            "Who was asked and did not answer.".to_owned(),
            "Whether two answers without a name are one person's: each counts as another's.".to_owned(),
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
    add("name", "Name", "Of the survey, where no column says it.", json!({ "maxLength": 100 }));
    add("question", "Question", "What was asked, where no column says it.", json!({ "maxLength": 500 }));
    add(
        "scale",
        "Scale",
        "",
        json!({ "enum": ["auto", "nps", "csat", "free"], "default": "auto", "x-labels": {
        "auto": "As the columns say", "nps": "NPS: 0 to 10", "csat": "CSAT: 1 to 5", "free": "Words, or numbers of no scale" } }),
    );
    add(
        "score_column",
        "Column with the score",
        "Columns that are left empty here are found by their names.",
        json!({}),
    );
    add("comment_column", "Column with the comment", "", json!({}));
    add(
        "respondent_column",
        "Column with who answered",
        "A mail address, or your number for them. Without one, each \
        answer is somebody else's.",
        json!({}),
    );
    add("time_column", "Column with the time", "", json!({}));
    add("id_column", "Column with the answer's id", "So that what comes again is known again.", json!({}));
    add("survey_column", "Column with the survey", "", advanced());
    add("question_column", "Column with the question", "", advanced());
    add("scale_column", "Column with the scale", "It says nps, csat or free in each row.", advanced());
    add("zone_column", "Column with the zone", "", advanced());
    add("respondent_name_column", "Column with their name", "", advanced());
    add(
        "question_columns",
        "Columns that are a question each",
        "One a line, where a row is all that one person answered. \
        All other columns are what is known of them.",
        json!({ "type": "array", "items": { "type": "string" }, "format": "lines", "x-advanced": true }),
    );
    add("time_format", "How times are written", "", tertulia_connector::times::setting());
    add(
        "time_zone",
        "Time zone",
        "Of times that name none: Europe/Lisbon.",
        json!({ "x-advanced": true, "default": "UTC" }),
    );
    add("account", "Account", "", json!({ "x-generated": true }));
    add("door_key", "Key", "", json!({ "format": "password", "x-generated": true }));
    json!({ "type": "object", "required": ["name"], "properties": properties })
}

pub fn account(settings: &Value) -> String {
    text(settings, "account").unwrap_or("default").to_owned()
}

pub fn check(settings: &Value) -> Vec<FieldError> {
    let known = times::zone(text(settings, "time_zone").unwrap_or_default()).is_some();
    let error = || FieldError::new("time_zone", "This time zone is not known. Write it as Europe/Lisbon.");
    if known { Vec::new() } else { vec![error()] }
}
