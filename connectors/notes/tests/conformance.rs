//! The promises that every connector keeps.

use serde_json::{Value, json};
use tertulia_connector::conformance::{self, Fixture};
use tertulia_connector_notes::connector;

#[test]
fn notes_keep_what_every_connector_must_keep() {
    let columns = json!({ "columns": { "name": "Wer", "phone": "Telefon", "when": "Wann", "they_said": "Gesagt",
        "we_said": "Antwort" }, "country": "49", "zone": "Europe/Berlin" });
    let fixtures = [
        Fixture::new("call", &include_bytes!("../fixtures/call.json")[..], Value::Null),
        Fixture::new("letter", &include_bytes!("../fixtures/letter.json")[..], Value::Null),
        Fixture::new("later", &include_bytes!("../fixtures/later.json")[..], json!({ "brought_by": "7" })),
        Fixture::new("row", &include_bytes!("../fixtures/row.json")[..], columns),
    ];
    conformance::check(&connector(), "Our notes", &fixtures);
}
