//! Changes that are done, and for each address of a telling one in the state that it wants.

use super::{Ask, Known};
use serde_json::{Value, json};
use std::time::Duration;

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap_or_else(|| panic!("nothing was made: {made}")).to_owned()
}

/// The first that stands there; it is prepared behind the answer.
fn first_of(ask: Ask<'_>, path: &str) -> String {
    for _ in 0..200 {
        if let Some(telling) = ask("GET", path, "")["items"].as_array().unwrap().first() {
            return id(telling);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nobody stands under {path}")
}

/// A change for which `asker` asked and which is done, and their telling.
fn done(ask: Ask<'_>, title: &str, mut asker: Value) -> (String, String) {
    asker["title"] = title.into();
    let item = id(&ask("POST", "/api/v1/feedback", &asker.to_string()));
    let change = json!({ "title": title, "feedback_id": item }).to_string();
    let change = id(&ask("POST", "/api/v1/changes", &change));
    let path = format!("/api/v1/changes/{change}");
    ask("POST", &format!("{path}/move"), r#"{ "state": "done" }"#);
    for (kind, language) in [("done", "en"), ("helped", "en"), ("done", "de")] {
        let text = json!({ "kind": kind, "language": language, "words": "It is done." }).to_string();
        ask("PUT", &format!("{path}/telling/texts"), &text);
    }
    ask("POST", &format!("{path}/telling/prepare"), "");
    let telling = first_of(ask, &format!("{path}/tellings"));
    (change, telling)
}

/// `person` asked at the counter, the others by these two mails.
pub fn to_be_told(ask: Ask<'_>, person: &str, [mail, other]: [&Value; 2]) -> Known {
    let counter = || json!({ "person_id": person, "note": "At the counter" });
    let by = |mail: &Value| json!({ "message_id": mail["id"] });
    let (change, telling) = done(ask, "A bell", counter());
    let (_, kept) = done(ask, "A lamp", by(mail));
    let (_, sent) = done(ask, "A mat", by(mail));
    let seen = ask("GET", &format!("/api/v1/tellings/{sent}"), "")["seen"].as_str().unwrap().to_owned();
    let (_, owed) = done(ask, "A clock", by(other));
    let writer = other["person"]["id"].as_str().unwrap();
    ask("POST", &format!("/api/v1/people/{writer}/consents"), r#"{ "allowed": false, "words": "On the phone" }"#);
    let (asked, told) = done(ask, "A hook", counter());
    ask("POST", &format!("/api/v1/tellings/{told}/by-hand"), r#"{ "note": "At the counter" }"#);
    ask("POST", &format!("/api/v1/changes/{asked}/telling/ask"), "");
    let helped = first_of(ask, &format!("/api/v1/changes/{asked}/tellings?kind=helped"));
    vec![
        ("TERTULIA_A_DONE_CHANGE", change),
        ("TERTULIA_A_TELLING", telling),
        ("TERTULIA_A_TELLING_TO_KEEP", kept),
        ("TERTULIA_A_TELLING_TO_SEND", sent),
        ("TERTULIA_AS_IT_WAS_SEEN", seen),
        ("TERTULIA_A_TELLING_TO_OWE", owed),
        ("TERTULIA_WHETHER_IT_HELPED", helped),
    ]
}
