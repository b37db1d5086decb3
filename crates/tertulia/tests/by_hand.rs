//! What members bring by hand, from the form to the conversation: with the connectors as they are, and without a browser.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

#[path = "../../web/tests/support/mod.rs"]
mod support;

use axum::body::Body;
use serde_json::{Value, json};
use std::sync::Arc;
use support::{Answer, NOW, Site, request};
use tertulia_connector::Connector;
use tertulia_engine::{
    accounts, by_hand,
    channels::{self as desk, ChannelForm},
    outbound,
};
use tertulia_model::{ChannelId, ConversationId, DeliveryState, Role};
use tertulia_store::{
    conversations, deliveries,
    listing::{self, InboxFilter},
    people, quarantine,
    reading::{self, Message},
    users,
};

struct Shop {
    site: Site,
    owner: String,
    notes: ChannelId,
    survey: ChannelId,
}

async fn channel(site: &Site, kind: &str, settings: Value) -> ChannelId {
    let form = ChannelForm { settings: settings.as_object().cloned().unwrap(), ..ChannelForm::default() };
    desk::add(&site.engine, kind, form).await.unwrap()
}

impl Shop {
    async fn open() -> Self {
        let connectors: Vec<Arc<dyn Connector>> = vec![
            Arc::new(tertulia_connector_notes::connector()),
            Arc::new(tertulia_connector_survey::connector()),
            Arc::new(tertulia_connector_webhook::connector()),
            Arc::new(tertulia_connector_sms::connector()),
        ];
        let (site, owner) = Site::ready(connectors).await;
        let notes = channel(&site, "notes", json!({ "place": "At the shop", "country_code": "49" })).await;
        let survey = channel(&site, "survey", json!({ "name": "Spring", "time_zone": "UTC" })).await;
        Self { site, owner, notes, survey }
    }

    /// A multipart form as a browser of ours sends it.
    async fn form(&self, path: &str, session: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes(),
            );
        }
        if let Some((name, bytes)) = file {
            let head = format!(
                "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: \
                 application/octet-stream\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--edge--\r\n");
        let request = request("POST", path, session)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=edge");
        self.site.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn write_down(&self, fields: &[(&str, &str)]) -> Answer {
        self.form(&format!("/by-hand/{}", self.notes), &self.owner, fields, None).await
    }

    async fn messages(&self, conversation: ConversationId) -> Vec<Message> {
        let mut db = self.site.engine.db.reader();
        let mut all = reading::conversation(&mut db, conversation, None, 50).await.unwrap();
        all.reverse();
        all
    }

    async fn count(&self, state: &str) -> usize {
        let mut db = self.site.engine.db.reader();
        let owner = users::all(&mut db).await.unwrap()[0].id;
        let filter = InboxFilter { state: Some(state), ..InboxFilter::default() };
        listing::inbox(&mut db, owner, filter, None, 100).await.unwrap().len()
    }
}

fn conversation(answer: &Answer) -> ConversationId {
    let place = answer.headers.get("location").unwrap_or_else(|| panic!("{}: {}", answer.status, answer.body));
    place.to_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()
}

fn key(of: &str) -> String {
    format!("web-{}", of.repeat(11))
}

#[tokio::test]
async fn a_call_that_was_written_down_is_a_conversation_with_whoever_has_that_number() {
    let shop = Shop::open().await;
    let page = shop.site.get("/by-hand", &shop.owner).await;
    assert_eq!(page.headers["location"], format!("/by-hand/{}", shop.notes).as_str(), "the only place there is");
    let page = shop.site.get(&format!("/by-hand/{}", shop.notes), &shop.owner).await;
    // Now, where the browser named no zone.
    assert!(page.body.contains("value=\"2026-11-21T12:00\""), "{}", page.body);
    let key = key("0a");
    let fields = [
        ("key", key.as_str()),
        ("setting-kind", "call"),
        ("setting-name", "Amina"),
        ("setting-contact", "0170 1234567"),
        ("setting-when", "2026-11-21T11:00"),
        ("setting-they_said", "The grinder stands still."),
        ("setting-we_said", "Bring it by."),
        ("setting-open", "yes"),
    ];
    let first = conversation(&shop.write_down(&fields).await);
    let again = conversation(&shop.write_down(&fields).await);
    assert_eq!(first, again, "an impatient press is one note");
    let all = shop.messages(first).await;
    let said: Vec<(&str, &str)> = all.iter().map(|m| (m.direction.as_str(), m.text.as_str())).collect();
    assert_eq!(said, [("theirs", "The grinder stands still."), ("ours", "Bring it by.")]);
    assert_eq!(all[0].at, NOW - 3_600_000);
    let mut db = shop.site.engine.db.reader();
    let held = conversations::get(&mut db, first).await.unwrap().unwrap();
    assert_eq!(held.state, "open", "somebody has to look after it");
    let known = people::identities(&mut db, held.person_id.unwrap()).await.unwrap();
    assert_eq!((known[0].space.as_str(), known[0].handle.as_str()), ("sms", "+491701234567"));
    let owner = users::all(&mut db).await.unwrap()[0].id;
    assert_eq!(all[1].sent_by, Some(owner), "who entered it is who said it");
    let page = shop.site.get(&format!("/inbox/{first}"), &shop.owner).await.body;
    assert!(page.contains("Entered by you.") && page.contains("Phone call"), "{page}");
    assert!(page.contains("Nothing is sent; it is written down here."), "{page}");
}

#[tokio::test]
async fn a_conversation_goes_on_by_what_they_said_and_what_we_said_and_nothing_is_sent() {
    let shop = Shop::open().await;
    let key = key("0b");
    let fields = [("key", key.as_str()), ("setting-name", "Bo"), ("setting-we_said", "Your beans are here.")];
    let id = conversation(&shop.write_down(&fields).await);
    let reply = format!("/inbox/{id}/reply");
    let channel = shop.notes.to_string();
    let post = |key: String, text: &'static str, said: &'static str| {
        let (shop, reply, channel) = (&shop, &reply, &channel);
        async move {
            let mut fields = vec![("channel", channel.as_str()), ("key", key.as_str()), ("text", text)];
            fields.extend([("seen", "9223372036854775807")]);
            if !said.is_empty() {
                fields.push(("said", said));
            }
            let answer = shop.form(reply, &shop.owner, &fields, None).await;
            assert_eq!(answer.status, 303, "{}", answer.body);
        }
    };
    post(self::key("0c"), "I come on Monday.", "theirs").await;
    post(self::key("0c"), "I come on Monday.", "theirs").await;
    post(self::key("0d"), "Good.", "").await;
    let all = shop.messages(id).await;
    let said: Vec<(&str, &str)> = all.iter().map(|m| (m.direction.as_str(), m.text.as_str())).collect();
    assert_eq!(said, [("ours", "Your beans are here."), ("theirs", "I come on Monday."), ("ours", "Good.")]);
    let mut db = shop.site.engine.db.reader();
    let person = conversations::get(&mut db, id).await.unwrap().unwrap().person_id;
    assert_eq!(all[1].person_id, person, "it is the same person who speaks");
    let delivery = deliveries::of_conversation(&mut db, id).await.unwrap().remove(0);
    outbound::run_send(&shop.site.engine, delivery.id).await.unwrap();
    let delivery = deliveries::get(&mut db, delivery.id).await.unwrap().unwrap();
    assert_eq!(delivery.state, DeliveryState::Sent);
    let page = shop.site.get(&format!("/inbox/{id}"), &shop.owner).await.body;
    assert!(page.contains("written down") && !page.contains("on its way"), "{page}");
}

#[tokio::test]
async fn who_was_only_listened_to_is_closed_at_once_and_who_may_only_read_writes_nothing_down() {
    let shop = Shop::open().await;
    let fields = [("setting-they_said", "What a lovely smell!")];
    let id = conversation(&shop.write_down(&fields).await);
    let held = conversations::get(&mut shop.site.engine.db.reader(), id).await.unwrap().unwrap();
    assert_eq!(held.state, "closed", "the box was not ticked");
    let reader = shop.site.member(Role::Viewer).await;
    assert_eq!(shop.form(&format!("/by-hand/{}", shop.notes), &reader, &fields, None).await.status, 403);
    assert!(!shop.site.get("/inbox", &reader).await.body.contains("Write down a conversation"));
    assert!(shop.site.get("/listen", &shop.owner).await.body.contains("Write down a conversation"));
}

#[tokio::test]
async fn a_form_that_does_not_fit_comes_again_with_all_that_was_written() {
    let shop = Shop::open().await;
    let fields = [("setting-contact", "nobody"), ("setting-they_said", "Hello"), ("setting-when", "2027-01-01T10:00")];
    let answer = shop.write_down(&fields).await;
    assert_eq!(answer.status, 422);
    for words in ["neither a telephone number nor a mail address", "still to come", ">Hello</textarea>"] {
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
    }
    assert_eq!(shop.count("open").await, 0);
    desk::set_state(&shop.site.engine, shop.notes, tertulia_model::ChannelState::Paused).await.unwrap();
    let paused = shop.write_down(&[("setting-they_said", "Hello")]).await;
    assert!(paused.status == 422 && paused.body.contains("is paused"), "{}", paused.body);
}

#[tokio::test]
async fn a_table_of_notes_is_history_and_its_bad_row_is_shown_and_waits() {
    let shop = Shop::open().await;
    let table =
        "who,phone,when,they said\nOlga,0170 1234567,2026-11-02,When do you open?\nKim,nobody,2026-11-03,Hello\n";
    let path = format!("/channels/{}/file", shop.notes);
    for _ in 0..2 {
        let answer = shop.form(&path, &shop.owner, &[], Some(("notes.csv", table.as_bytes()))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        for words in ["One message was taken.", "1 row was set aside.", "neither a telephone number"] {
            assert!(answer.body.contains(words), "{words}: {}", answer.body);
        }
        assert_eq!((shop.count("closed").await, shop.count("open").await), (1, 0));
    }
    let mut db = shop.site.engine.db.reader();
    let waiting = quarantine::count_waiting_up_to(&mut db, 100).await.unwrap();
    assert!(waiting >= 1, "the bad row waits in Quarantine");
    let wrong = shop.form(&path, &shop.owner, &[], Some(("x.csv", b"name,age\nKim,7\n"))).await;
    assert!(wrong.status == 422 && wrong.body.contains("name, age"), "{}", wrong.body);
}

#[tokio::test]
async fn answers_to_a_survey_come_as_a_file_on_the_channels_page() {
    let shop = Shop::open().await;
    let page = shop.site.get(&format!("/channels/{}", shop.survey), &shop.owner).await.body;
    assert!(page.contains("Bring a file") && page.contains("name=\"sample\""), "{page}");
    let table =
        "email,when,nps,comment\nkim@b.example,2026-11-02T10:00Z,9,Fast\nlee@b.example,2026-11-02T10:00Z,11,Slow\n";
    let path = format!("/channels/{}/file", shop.survey);
    let answer = shop.form(&path, &shop.owner, &[], Some(("spring.csv", table.as_bytes()))).await;
    assert!(answer.status == 200 && answer.body.contains("One message was taken."), "{}", answer.body);
    assert!(answer.body.contains("<td class=\"number\" data-label=\"Row\">3</td>"), "{}", answer.body);
    assert_eq!(shop.form(&path, &shop.site.member(Role::Agent).await, &[], None).await.status, 403);
}

#[tokio::test]
async fn a_sample_shows_what_it_becomes_and_which_field_does_not_fit() {
    let shop = Shop::open().await;
    let sample = r#"{"id": "r-1", "body": {"text": "Great beans"}, "by": "kim"}"#;
    let ask = |text: &'static str| {
        let shop = &shop;
        async move {
            let form = [
                ("setting-name", "Reviews"),
                ("setting-text", text),
                ("setting-author", "by"),
                ("setting-addressed", "yes"),
                ("setting-visibility", "public"),
                ("sample", sample),
            ];
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            let request = request("POST", "/channels/preview/webhook", &shop.owner)
                .header("sec-fetch-site", "same-origin")
                .header("hx-request", "true")
                .header("content-type", "application/x-www-form-urlencoded");
            shop.site.send(request.body(Body::from(body)).unwrap()).await
        }
    };
    let fits = ask("body.text").await;
    for words in ["Great beans", "kim", "opens a conversation", "everybody can read it"] {
        assert!(fits.body.contains(words), "{words}: {}", fits.body);
    }
    let wrong = ask("text").await;
    assert!(wrong.body.contains("href=\"#field-setting-text\"") && wrong.body.contains("body.text"), "{}", wrong.body);
    assert_eq!(shop.count("open").await, 0, "nothing of it is kept");
}

#[tokio::test]
async fn whoever_asks_for_a_form_that_a_channel_does_not_have_is_told_so() {
    let shop = Shop::open().await;
    assert_eq!(shop.site.get(&format!("/by-hand/{}", shop.survey), &shop.owner).await.status, 404);
    let all = by_hand::channels(&shop.site.engine, false).await.unwrap();
    assert_eq!(all.iter().map(|channel| channel.id).collect::<Vec<_>>(), [shop.notes, shop.survey]);
}

#[tokio::test]
async fn a_program_writes_down_once_what_it_asks_for_twice_and_brings_a_table() {
    let shop = Shop::open().await;
    let owner = users::all(&mut shop.site.engine.db.reader()).await.unwrap()[0].id;
    let key = accounts::add_api_token(&shop.site.engine, owner, "till", &accounts::SCOPES.map(str::to_owned)).await;
    let key = key.unwrap();
    let ask = |path: String, once: &'static str, kind: &'static str, body: String| {
        let (site, key) = (&shop.site, &key);
        async move {
            let request = request("POST", &path, "")
                .header("authorization", format!("Bearer {key}"))
                .header("idempotency-key", once)
                .header("content-type", kind);
            let answer = site.send(request.body(Body::from(body)).unwrap()).await;
            (answer.status.as_u16(), serde_json::from_str::<Value>(&answer.body).unwrap())
        }
    };
    let entries = format!("/api/v1/channels/{}/entries", shop.notes);
    let json = "application/json";
    let values = json!({ "values": { "kind": "counter", "name": "Kim", "they_said": "Hello", "when": NOW - 60_000 } });
    let (status, first) = ask(entries.clone(), "a", json, values.to_string()).await;
    let (_, again) = ask(entries.clone(), "a", json, values.to_string()).await;
    assert_eq!((status, &first), (201, &again), "{first}");
    let id: ConversationId = first["conversation"].as_str().unwrap().parse().unwrap();
    let later = json!({ "text": "Bye" }).to_string();
    assert_eq!(ask(format!("/api/v1/conversations/{id}/entries"), "b", json, later).await.0, 201);
    assert_eq!(shop.messages(id).await.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(), ["Hello", "Bye"]);
    let brought =
        ask(format!("/api/v1/conversations/{id}/files?name=card.txt"), "f", "text/plain", "Kim, tel. 7".to_owned());
    let (status, brought) = brought.await;
    assert_eq!(status, 201, "{brought}");
    let card = json!({ "text": "My card", "files": [brought["id"]] }).to_string();
    for key in ["g", "g"] {
        assert_eq!(ask(format!("/api/v1/conversations/{id}/entries"), key, json, card.clone()).await.0, 201);
    }
    let said = shop.messages(id).await;
    assert_eq!((said.len(), said[2].text.as_str()), (3, "My card"));
    let files = reading::attachments(&mut shop.site.engine.db.reader(), &[said[2].id]).await.unwrap();
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["card.txt"]);
    let gone = json!({ "text": "Another", "files": ["7"] }).to_string();
    let (status, problem) = ask(format!("/api/v1/conversations/{id}/entries"), "h", json, gone).await;
    assert!(status == 422 && problem["errors"]["files"].is_string(), "{problem}");
    let letter = |name: &str, bytes: &str| {
        let values = json!({ "kind": "letter", "name": "Kim", "they_said": "See the letter", "when": NOW - 50_000 });
        json!({ "values": values, "files": [{ "name": name, "media_type": "text/plain", "base64": bytes }] })
            .to_string()
    };
    let (status, written) = ask(entries.clone(), "l", json, letter("../letter.txt", "RGVhciBzaG9w")).await;
    assert_eq!(status, 201, "{written}");
    let message = written["message"].as_str().unwrap().parse().unwrap();
    let files = reading::attachments(&mut shop.site.engine.db.reader(), &[message]).await.unwrap();
    assert_eq!(files.iter().map(|file| (file.name.as_str(), file.size)).collect::<Vec<_>>(), [("letter.txt", 9)]);
    for (key, bytes) in [("m", "???"), ("n", "")] {
        let (status, problem) = ask(entries.clone(), key, json, letter("a", bytes)).await;
        assert!(status == 422 && problem["errors"]["files"].is_string(), "{problem}");
    }
    assert_eq!(ask(entries.clone(), "o", json, letter("a", &"QUJD".repeat(3_200_000))).await.0, 413);
    let wrong = json!({ "values": { "they_sayd": "x", "open": "yes" } }).to_string();
    let (status, problem) = ask(entries, "c", json, wrong).await;
    let named: Vec<&str> = problem["errors"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((status, named), (422, vec!["open", "they_sayd"]), "{problem}");
    // Larger than what else a program may ask for, and a bad row.
    let row = format!("Lee,,{}\n", "Good morning. ".repeat(50));
    let table = format!("who,contact,they said\nKim,nobody,x\n{}", row.repeat(2_000));
    assert!(table.len() > 1 << 20);
    let file = format!("/api/v1/channels/{}/file", shop.notes);
    let (status, report) = ask(file, "d", "application/octet-stream", table).await;
    assert_eq!((status, &report["taken"], &report["rows"][0]["row"]), (200, &json!(2_000), &json!(2)), "{report}");
    let none = format!("/api/v1/channels/{}/entries", shop.survey);
    assert_eq!(ask(none, "e", json, values.to_string()).await.0, 404);
}
