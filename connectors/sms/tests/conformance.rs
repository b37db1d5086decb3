//! The promises that every connector keeps.

use serde_json::json;
use std::sync::Arc;
use tertulia_connector::{
    Connector, Request,
    conformance::{self, Carries, Fixture},
    sign,
};
use tertulia_connector_sms::connector;
use tertulia_model::{InboundKind, RawContent, RawItem};

#[test]
fn text_messages_keep_what_every_connector_must_keep() {
    let hint = || json!({ "country": "49", "stop_answer": "Bye.", "stop_words": ["adios"] });
    let fixtures = [
        Fixture::new("kannel", &include_bytes!("../fixtures/kannel.json")[..], hint()),
        Fixture::new("joined", &include_bytes!("../fixtures/joined.json")[..], hint()),
        Fixture::new("stop", &include_bytes!("../fixtures/stop.json")[..], hint()),
        Fixture::new("pictures", &include_bytes!("../fixtures/pictures.json")[..], hint()),
        Fixture::new("failed", &include_bytes!("../fixtures/failed.json")[..], hint()),
    ];
    conformance::check(&connector(), "+49301234567", &fixtures);
}

#[test]
fn hostile_words_are_kept_or_set_aside() {
    let sms = connector();
    let ctx = conformance::context(&sms, json!({ "gateway": "kannel", "numbers": "+49301234567" }));
    let key = sign::sign(ctx.secrets["door_key"].reveal().as_bytes(), "in");
    let query = format!("key={key}&from=%2B491701234567&to=%2B49301234567&id=i1");
    conformance::check_hostile(&sms, &ctx.account, Carries::Words, |words| {
        let headers = vec![("content-type".to_owned(), "text/plain; charset=\"UTF-8\"".to_owned())];
        let request = Request { headers, ..conformance::request("POST", "/in", &query, words.as_bytes()) };
        conformance::knock(&sms, &ctx, request)
    });
}

#[test]
fn a_gateway_whose_name_leads_into_our_house_is_given_nothing() {
    let url = format!("https://{}/sendsms", conformance::HOUSE);
    for settings in [
        json!({ "gateway": "kannel", "organisation": "Roastery", "numbers": "12345", "kannel_user": "desk", "kannel_url": url }),
        json!({ "gateway": "twilio", "organisation": "Roastery", "numbers": "+1 415 555 0100", "account_sid": "AC01", "twilio_url": url }),
    ] {
        conformance::check_house(&connector(), settings, "+14155550123", None);
    }
}

/// What is begun hangs on the same root as what comes back: both numbers as they are known.
#[test]
fn a_talk_that_we_begin_is_the_one_that_their_answer_belongs_to() {
    let sms = connector();
    let settings = json!({ "gateway": "kannel", "numbers": "+49301234567" });
    let begun = sms.begins(&settings, "+491701234567").expect("any number can be written to");
    let fixture = &include_bytes!("../fixtures/kannel.json")[..];
    let item = RawItem {
        key: "1".to_owned(),
        content: RawContent::Memory(fixture.to_vec()),
        received_at: 1_790_000_000_000,
        hint: Arc::new(json!({ "country": "49" })),
    };
    let events = sms.normalise("+49301234567", &item, fixture).unwrap();
    let InboundKind::Created(content) = &events[0].kind else { panic!("it says nothing") };
    assert_eq!((content.author.handle.as_str(), &content.references), ("+491701234567", &begun));
    assert_eq!(sms.begins(&settings, "mybank"), None, "nobody can write to a name");
}
