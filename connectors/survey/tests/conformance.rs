//! The promises that every connector keeps.

use serde_json::{Value, json};
use tertulia_connector::{
    Request,
    conformance::{self, Carries, Fixture},
    sign,
};
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

#[test]
fn hostile_words_are_kept_or_set_aside_as_a_file_and_by_a_program() {
    let survey = connector();
    let ctx = conformance::context(&survey, json!({ "account": "spring", "name": "Spring survey" }));
    let token = sign::sign(ctx.secrets["door_key"].reveal().as_bytes(), "answers");
    let post = |path: &str, body: String| {
        let headers = vec![("authorization".to_owned(), format!("Bearer {token}"))];
        Request { headers, ..conformance::request("POST", path, "", body.as_bytes()) }
    };
    conformance::check_hostile(&survey, &ctx.account, Carries::Words, |words| {
        let quoted = words.replace('"', "\"\"");
        let table = format!("respondent,name,question,score,comment\nkim,\"{quoted}\",\"{quoted}\",9,\"{quoted}\"\n");
        conformance::knock(&survey, &ctx, post("/file", table))
    });
    conformance::check_hostile(&survey, &ctx.account, Carries::Words, |words| {
        let answer = json!({ "respondent": "kim", "question": words, "score": 9, "comment": words, words: words });
        conformance::knock(&survey, &ctx, post("/answers", answer.to_string()))
    });
}
