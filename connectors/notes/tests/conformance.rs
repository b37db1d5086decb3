//! The promises that every connector keeps.

use serde_json::{Map, Value, json};
use tertulia_connector::{
    Connector, FieldError,
    by_hand::{Brought, Entry, File},
    conformance::{self, Carries, Fixture},
};
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

const NOW: i64 = 1_750_000_000_000;

#[test]
fn hostile_words_are_kept_or_set_aside_by_the_form_and_by_the_table() {
    let notes = connector();
    let ctx = conformance::context(&notes, json!({ "place": "Counter" }));
    let by_hand = notes.by_hand().expect("notes are brought by hand");
    let came = |brought: Result<Brought, Vec<FieldError>>| match brought {
        Ok(brought) => conformance::came(brought.batch),
        Err(errors) => Err(errors.into_iter().map(|error| error.message).collect()),
    };
    conformance::check_hostile(&notes, &ctx.account, Carries::Words, |words| {
        let values = Map::from_iter([("they_said".to_owned(), words.into()), ("name".to_owned(), words.into())]);
        let entry = Entry { values, files: Vec::new(), key: "form-1".to_owned(), zone: String::new(), at: NOW };
        came(by_hand.entry(&ctx, &entry))
    });
    conformance::check_hostile(&notes, &ctx.account, Carries::Words, |words| {
        let quoted = words.replace('"', "\"\"");
        let bytes = format!("name,they said\n\"{quoted}\",\"{quoted}\"\n").into();
        let file = File { name: "notes.csv".to_owned(), bytes, key: None, zone: String::new(), at: NOW };
        came(by_hand.file(&ctx, &file))
    });
}
