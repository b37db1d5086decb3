//! The promises that every connector keeps.

use serde_json::{Value, json};
use tertulia_connector::conformance::{self, Fixture};
use tertulia_connector_survey::connector;

fn mapping(more: &Value) -> Value {
    let mut mapping = json!({
        "columns": { "id": "id", "respondent": "email", "time": "when", "score": "nps", "comment": "why", "zone": "Zone" },
        "survey": "Spring",
    });
    if let (Some(mapping), Some(more)) = (mapping.as_object_mut(), more.as_object()) {
        mapping.extend(more.clone());
    }
    mapping
}

#[test]
fn a_survey_keeps_what_every_connector_must_keep() {
    let questions = json!({ "questions": ["Would you recommend us?", "What could be better?"] });
    let fixtures = [
        Fixture::new("nps", &include_bytes!("../fixtures/nps.json")[..], mapping(&json!({}))),
        Fixture::new("anonymous", &include_bytes!("../fixtures/anonymous.json")[..], mapping(&json!({}))),
        Fixture::new("sheet", &include_bytes!("../fixtures/sheet.json")[..], mapping(&questions)),
    ];
    conformance::check(&connector(), "spring", &fixtures);
}
