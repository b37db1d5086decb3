//! What every connector must keep, on our own fixtures.

use serde_json::json;
use tertulia_connector::{
    Connector,
    conformance::{Carries, Fixture, HOUSE, check, check_hostile, check_house},
};

#[test]
fn the_connector_keeps_what_every_connector_must() {
    let folder = format!("{}/fixtures", env!("CARGO_MANIFEST_DIR"));
    let mut fixtures = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name: &'static str = path.file_stem().unwrap().to_string_lossy().into_owned().leak();
        let folder = if name == "sent_by_us" { "sent" } else { "inbox" };
        let hint = json!({"folder": folder, "ours": ["shop@roastery.example"]});
        fixtures.push(Fixture::new(name, std::fs::read(&path).unwrap(), hint));
    }
    assert!(fixtures.len() >= 25, "only {} fixtures", fixtures.len());
    check(&tertulia_connector_email::connector(), "hello@roastery.example", &fixtures);
}

#[test]
fn a_message_id_is_the_same_for_the_same_message_and_fit_for_a_header() {
    let email = tertulia_connector_email::connector();
    let settings = json!({"address": "Hello <hello@Roastery.example>"});
    let id = email.choose_external_id(&settings, "7123-abc>\r\nBcc: x");
    assert_eq!(id, "tertulia.7123-abcBccx@roastery.example");
    assert_eq!(id, email.choose_external_id(&settings, "7123-abc>\r\nBcc: x"));
    assert_eq!(email.account(&settings), "hello@roastery.example");
    assert_eq!(email.source("hello@roastery.example"), "mail");
}

#[test]
fn hostile_words_are_kept_as_text_and_as_html_and_what_is_to_be_run_is_left_out() {
    let mail = |kind: &str, words: &str| {
        let mail = format!(
            "From: Kim <kim@home.example>\r\nTo: hello@roastery.example\r\nMessage-ID: <1@home.example>\r\n\
             Date: Sun, 15 Jun 2025 15:06:40 +0000\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{words}\r\n"
        );
        Ok(vec![Fixture::new("mail", mail, json!({"folder": "inbox", "ours": ["hello@roastery.example"]})).item])
    };
    let email = tertulia_connector_email::connector();
    check_hostile(&email, "hello@roastery.example", Carries::Words, |words| mail("plain", words));
    check_hostile(&email, "hello@roastery.example", Carries::Html, |html| mail("html", html));
}

#[test]
fn mail_servers_whose_name_leads_into_our_house_are_not_asked() {
    let settings = json!({ "address": "hello@roastery.example", "imap_host": HOUSE, "smtp_host": HOUSE });
    check_house(&tertulia_connector_email::connector(), settings, "kim@customer.example", None);
}
