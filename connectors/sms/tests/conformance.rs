//! The promises that every connector keeps.

use serde_json::json;
use tertulia_connector::{
    Request,
    conformance::{self, Carries, Fixture},
    sign,
};
use tertulia_connector_sms::connector;

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
