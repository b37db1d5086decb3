//! The JSON API, as an integrator meets it.

mod customers;
mod feedback;
mod figures;
mod files;
mod forwards;
mod goals;
mod hands;
mod insights;
mod invitations;
mod knowhow;
mod labels;
mod listen;
mod look_after;
mod metrics;
mod notes;
mod once;
mod opinions;
mod others;
mod promises;
mod roadmap;
mod same;
mod samples;
mod telling;
mod today;
mod topics;
mod twins;
mod webhooks;

use crate::support::talk::{Line, Talk};
use crate::support::{Answer, Site, talk};
use axum::body::Body;
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc};
use tertulia_connector::Connector;
use tertulia_engine::accounts;
use tertulia_model::{ChannelId, ConversationId, DeliveryId, Role, UserId};
use tertulia_store::deliveries::{self, Delivery};

struct Api {
    site: Site,
    talk: Arc<Talk>,
    channel: ChannelId,
    owner: UserId,
    /// May do all that there is.
    key: String,
}

impl Api {
    async fn new() -> Self {
        Self::beside(Vec::new()).await
    }

    /// The same with other kinds of channels besides.
    async fn beside(others: Vec<Arc<dyn Connector>>) -> Self {
        let talk = Talk::new();
        let mut connectors: Vec<Arc<dyn Connector>> = vec![talk.clone()];
        connectors.extend(others);
        let (site, session) = Site::ready(connectors).await;
        let channel = talk::channel(&site, "talk", "roaster").await;
        let owner = accounts::session(&site.engine, &session).await.unwrap().unwrap().0.id;
        let key = accounts::add_api_token(&site.engine, owner, "shop", &accounts::SCOPES.map(str::to_owned)).await;
        Self { site, talk, channel, owner, key: key.unwrap() }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = axum::http::Request::builder().method(method).uri(path).header("host", "desk.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.site.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[("authorization", &format!("Bearer {}", self.key))], "").await
    }

    async fn read(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// A change; an empty body is none.
    async fn change(&self, method: &str, path: &str, body: &Value) -> Answer {
        let (bearer, text) = (format!("Bearer {}", self.key), body.to_string());
        let mut headers = vec![("authorization", bearer.as_str())];
        if !body.is_null() {
            headers.push(("content-type", "application/json"));
        }
        self.ask(method, path, &headers, if body.is_null() { "" } else { &text }).await
    }

    /// A change that is done, and what it gave.
    async fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.change(method, path, body).await;
        assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.body);
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    /// A key of the owner with these scopes alone.
    async fn key_for(&self, scopes: &[&str]) -> String {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        accounts::add_api_token(&self.site.engine, self.owner, "other", &scopes).await.unwrap()
    }

    /// Brings a file for what is sent in a conversation.
    async fn bring(&self, conversation: ConversationId, query: &str, bytes: &str) -> Answer {
        let path = format!("/api/v1/conversations/{conversation}/files?{query}");
        self.ask("POST", &path, &[("authorization", &format!("Bearer {}", self.key))], bytes).await
    }

    /// The id of a file that was taken.
    async fn brought(&self, conversation: ConversationId, name: &str, bytes: &str) -> String {
        let answer = self.bring(conversation, &format!("name={name}"), bytes).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let brought: Value = serde_json::from_str(&answer.body).unwrap();
        brought["id"].as_str().unwrap().to_owned()
    }

    async fn delivery(&self, answer: &Answer) -> Delivery {
        assert_eq!(answer.status, 202, "{}", answer.body);
        let said: Value = serde_json::from_str(&answer.body).unwrap();
        let id = DeliveryId(said["id"].as_str().unwrap().parse().unwrap());
        assert_eq!(answer.headers["location"], format!("/api/v1/deliveries/{id}"));
        deliveries::get(&mut self.site.engine.db.reader(), id).await.unwrap().unwrap()
    }

    async fn reply(&self, path: &str, key: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let headers =
            [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
        self.ask("POST", path, &headers, &body.to_string()).await
    }
}

/// The field that an error names, with its words.
fn at_field(answer: &Answer, field: &str) -> String {
    assert_eq!(problem(answer).0, 422, "{}", answer.body);
    let said: Value = serde_json::from_str(&answer.body).unwrap();
    said["errors"][field].as_str().unwrap_or_else(|| panic!("{field}: {said}")).to_owned()
}

/// An error's status and words, which must come as a problem.
fn problem(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{}", answer.body);
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["status"], answer.status.as_u16());
    assert!(!problem["title"].as_str().unwrap().is_empty());
    (answer.status.as_u16(), problem["detail"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn conversations_are_listed_page_by_page_without_doubles_or_gaps() {
    let api = Api::new().await;
    let mut expected = Vec::new();
    for n in 0..7 {
        let line = Line::new(&format!("m{n}"), &format!("person{n}"), "Is the café open?");
        expected.insert(0, talk::conversation(&api.site, api.channel, line).await.to_string());
    }
    let mut found = Vec::new();
    let mut path = "/api/v1/conversations?limit=3&state=open".to_owned();
    loop {
        let page = api.read(&path).await;
        found.extend(page["conversations"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/conversations?limit=3&state=open&cursor={next}");
    }
    assert_eq!(found, expected);
    assert_eq!(api.read("/api/v1/conversations?state=closed").await["conversations"], json!([]));
    assert_eq!(api.read("/api/v1/conversations?assignee=me").await["conversations"], json!([]));
}

#[tokio::test]
async fn a_conversation_shows_its_messages_newest_first_with_files_and_ways_to_answer() {
    let api = Api::new().await;
    let mut first = Line::new("a", "amina", "My grinder is broken.");
    first.file = Some(("photo.png".into(), "image/png".into(), "not really a picture".into()));
    let id = talk::conversation(&api.site, api.channel, first).await;
    let mut second = Line::new("b", "amina", "Here is more.");
    second.answers = Some("a".into());
    talk::hear(&api.site, api.channel, &[second]).await;
    let page = api.read(&format!("/api/v1/conversations/{id}?limit=1")).await;
    assert_eq!(page["id"], id.to_string());
    assert_eq!(page["state"], "open");
    assert_eq!(page["ways"][0]["channel_id"], api.channel.to_string());
    assert_eq!(page["ways"][0]["to"], "amina");
    assert_eq!(page["messages"][0]["text"], "Here is more.");
    assert_eq!(page["messages"].as_array().unwrap().len(), 1);
    let next = page["next"].as_str().unwrap();
    let older = api.read(&format!("/api/v1/conversations/{id}?limit=1&cursor={next}")).await;
    assert_eq!(older["messages"][0]["text"], "My grinder is broken.");
    assert_eq!(older["messages"][0]["attachments"][0]["name"], "photo.png");
    assert_eq!(older["messages"][0]["attachments"][0]["bytes"], 20);
    assert!(older.get("next").is_none());
    assert!(page["messages"][0]["id"].is_string() && page["messages"][0]["at"].is_i64());
}

#[tokio::test]
async fn a_deleted_message_is_shown_as_such_and_without_its_words() {
    let api = Api::new().await;
    let line = Line::new("a", "amina", "I take that back soon.");
    let id = talk::conversation(&api.site, api.channel, line.clone()).await;
    talk::hear(&api.site, api.channel, &[Line { deleted: true, ..line }]).await;
    let page = api.read(&format!("/api/v1/conversations/{id}")).await;
    assert_eq!(page["messages"][0]["deleted"], true);
    assert_eq!(page["messages"][0]["text"], "");
    assert_eq!(api.read("/api/v1/messages?q=back").await["messages"], json!([]));
}

#[tokio::test]
async fn a_reply_goes_out_once_however_often_it_is_asked_for() {
    let api = Api::new().await;
    let id = talk::conversation(&api.site, api.channel, Line::new("a", "amina", "Open on Sunday?")).await;
    let path = format!("/api/v1/conversations/{id}/replies");
    let body = json!({ "text": "Yes, from ten." });
    let (one, two) = tokio::join!(api.reply(&path, "order-7", &body), api.reply(&path, "order-7", &body));
    let again = api.reply(&path, "order-7", &body).await;
    for answer in [&one, &two, &again] {
        assert_eq!(answer.status, 202, "{}", answer.body);
        assert_eq!(answer.body, one.body);
    }
    let delivery: Value = serde_json::from_str(&one.body).unwrap();
    assert_eq!(one.headers["location"], format!("/api/v1/deliveries/{}", delivery["id"].as_str().unwrap()));
    assert_eq!(delivery["state"], "queued");
    let held = api.read(&format!("/api/v1/conversations/{id}")).await;
    assert_eq!(held["messages"].as_array().unwrap().len(), 2, "{held}");
    assert_eq!((&held["messages"][0]["direction"], &held["state"]), (&json!("ours"), &json!("pending")));

    api.site.clock.advance(11_000);
    let delivery_id = delivery["id"].as_str().unwrap().parse().unwrap();
    tertulia_engine::outbound::run_send(&api.site.engine, tertulia_model::DeliveryId(delivery_id)).await.unwrap();
    let after = api.read(&format!("/api/v1/deliveries/{delivery_id}")).await;
    assert_eq!(after["state"], "sent");
    let sent = api.talk.sent.lock().unwrap();
    assert_eq!(sent.iter().map(|o| o.text.as_str()).collect::<Vec<_>>(), ["Yes, from ten."]);
}

#[tokio::test]
async fn one_key_is_not_taken_for_two_replies() {
    let api = Api::new().await;
    let id = talk::conversation(&api.site, api.channel, Line::new("a", "amina", "Open on Sunday?")).await;
    let other = talk::conversation(&api.site, api.channel, Line::new("b", "bo", "And on Monday?")).await;
    let path = format!("/api/v1/conversations/{id}/replies");
    assert_eq!(api.reply(&path, "k", &json!({ "text": "Yes." })).await.status, 202);
    let (status, detail) = problem(&api.reply(&path, "k", &json!({ "text": "No." })).await);
    assert!(status == 422 && detail.contains("another reply"), "{detail}");
    let elsewhere = api.reply(&format!("/api/v1/conversations/{other}/replies"), "k", &json!({ "text": "Yes." })).await;
    assert_eq!(problem(&elsewhere).0, 422);
    assert_eq!(api.read(&format!("/api/v1/conversations/{other}")).await["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn two_members_may_choose_the_same_key_for_their_replies() {
    let api = Api::new().await;
    let id = talk::conversation(&api.site, api.channel, Line::new("a", "amina", "Open on Sunday?")).await;
    let path = format!("/api/v1/conversations/{id}/replies");
    assert_eq!(api.reply(&path, "k", &json!({ "text": "Yes." })).await.status, 202);
    let session = api.site.member(Role::Agent).await;
    let agent = accounts::session(&api.site.engine, &session).await.unwrap().unwrap().0.id;
    let key = accounts::add_api_token(&api.site.engine, agent, "other", &["reply".to_owned()]).await.unwrap();
    let api = Api { key, ..api };
    assert_eq!(api.reply(&path, "k", &json!({ "text": "And on Monday too." })).await.status, 202);
}

#[tokio::test]
async fn a_reply_that_cannot_be_sent_says_why_and_sends_nothing() {
    let api = Api::new().await;
    let id = talk::conversation(&api.site, api.channel, Line::new("a", "amina", "Hello")).await;
    let path = format!("/api/v1/conversations/{id}/replies");
    let bearer = format!("Bearer {}", api.key);
    let json_type = ("content-type", "application/json");
    let auth = ("authorization", bearer.as_str());
    let cases = [
        (api.reply(&path, "", &json!({ "text": "Hi" })).await, 422, "Idempotency-Key"),
        (api.reply(&path, "1", &json!({ "text": "  " })).await, 422, "Write something"),
        (api.reply(&path, "2", &json!({ "text": "x".repeat(2_001) })).await, 422, "2000"),
        (api.reply(&path, "3", &json!({ "text": "Hi", "chanel": "1" })).await, 422, "chanel"),
        (api.reply(&path, "4", &json!({ "txt": "Hi" })).await, 422, "txt"),
        (api.reply(&path, "5", &json!({ "text": "Hi", "channel": "1" })).await, 409, "channel"),
        (api.reply("/api/v1/conversations/12/replies", "6", &json!({ "text": "Hi" })).await, 404, "nothing"),
        (api.ask("POST", &path, &[auth, ("idempotency-key", "7"), json_type], "{ no").await, 400, ""),
        (api.ask("POST", &path, &[auth, ("idempotency-key", "8")], "text=Hi").await, 415, ""),
        (api.ask("POST", &path, &[auth, ("idempotency-key", "9"), json_type], &"x".repeat(1_100_000)).await, 413, ""),
    ];
    for (answer, status, word) in cases {
        let (given, detail) = problem(&answer);
        assert_eq!(given, status, "{detail}");
        assert!(detail.contains(word), "{word}: {detail}");
    }
    assert_eq!(api.read(&format!("/api/v1/conversations/{id}")).await["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn search_finds_words_and_says_what_it_cannot_read() {
    let api = Api::new().await;
    for n in 0..5 {
        let mut line = Line::new(&format!("m{n}"), "amina", "The espresso was cold again.");
        line.overheard = true;
        talk::hear(&api.site, api.channel, &[line, Line::new(&format!("t{n}"), "bo", "Tea, please.")]).await;
    }
    let page = api.read("/api/v1/messages?q=espresso&limit=3").await;
    assert_eq!(page["messages"].as_array().unwrap().len(), 3);
    let next = page["next"].as_str().unwrap();
    let rest = api.read(&format!("/api/v1/messages?q=espresso&limit=3&cursor={next}")).await;
    assert_eq!(rest["messages"].as_array().unwrap().len(), 2);
    assert!(rest.get("next").is_none());
    assert_eq!(api.read("/api/v1/messages").await["messages"].as_array().unwrap().len(), 10);
    let (status, detail) = problem(&api.get("/api/v1/messages?q=%22open").await);
    assert!(status == 422 && detail.contains("quotation mark"), "{detail}");
}

#[tokio::test]
async fn every_error_is_a_problem() {
    let api = Api::new().await;
    let cases = [
        (api.ask("GET", "/api/v1/conversations", &[], "").await, 401),
        (api.ask("GET", "/api/v1/conversations", &[("authorization", "Bearer tt_guessed")], "").await, 401),
        (api.ask("GET", "/api/v1/conversations", &[("authorization", "Basic YTpi")], "").await, 401),
        (api.get("/api/v1/conversations/1").await, 404),
        (api.get("/api/v1/conversations/seven").await, 404),
        (api.get("/api/v1/deliveries/99999999999999999999").await, 404),
        (api.get("/api/v1/nothing").await, 404),
        (api.get("/api/v1/conversations?state=opn").await, 422),
        (api.get("/api/v1/conversations?stat=open").await, 422),
        (api.get("/api/v1/conversations?limit=0").await, 422),
        (api.get("/api/v1/conversations?limit=101").await, 422),
        (api.get("/api/v1/conversations?limit=many").await, 422),
        (api.get("/api/v1/conversations?cursor=elsewhere").await, 422),
        (api.get("/api/v1/conversations?assignee=bo").await, 422),
    ];
    for (n, (answer, status)) in cases.iter().enumerate() {
        assert_eq!(problem(answer).0, *status, "case {n}: {}", answer.body);
    }
    let bearer = format!("Bearer {}", api.key);
    let wrong_method = api.ask("DELETE", "/api/v1/conversations", &[("authorization", &bearer)], "").await;
    assert_eq!(problem(&wrong_method).0, 405);
    assert!(wrong_method.headers["allow"].to_str().unwrap().contains("GET"));
    let problem: Value = serde_json::from_str(&cases[7].0.body).unwrap();
    assert!(problem["errors"]["state"].as_str().unwrap().contains("pending"), "the field is named: {problem}");
}

#[tokio::test]
async fn a_key_does_no_more_than_its_scopes_and_its_member_may() {
    let api = Api::new().await;
    let id = talk::conversation(&api.site, api.channel, Line::new("a", "amina", "Hello")).await;
    let path = format!("/api/v1/conversations/{id}/replies");
    let text = json!({ "text": "Hi" });
    let read_only = accounts::add_api_token(&api.site.engine, api.owner, "reads", &["read".into()]).await.unwrap();
    let viewer = api.site.member(Role::Viewer).await;
    let viewer = accounts::session(&api.site.engine, &viewer).await.unwrap().unwrap().0.id;
    let scopes = ["read".to_owned(), "reply".to_owned()];
    let of_viewer = accounts::add_api_token(&api.site.engine, viewer, "viewer", &scopes).await.unwrap();
    let mut api = api;
    for key in [read_only, of_viewer] {
        api.key = key;
        assert_eq!(api.get("/api/v1/conversations").await.status, 200);
        assert_eq!(problem(&api.reply(&path, "1", &text).await).0, 403);
    }
    accounts::change_member(&api.site.engine, viewer, Role::Viewer, true).await.unwrap();
    assert_eq!(problem(&api.get("/api/v1/conversations").await).0, 401, "a disabled member's keys end");
}

#[tokio::test]
async fn the_document_names_every_route_and_no_other() {
    let api = Api::new().await;
    let answer = api.ask("GET", "/api/v1/openapi.json", &[], "").await;
    assert_eq!(answer.status, 200);
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut documented = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            documented.insert((method.to_uppercase(), path.clone()));
            assert!(operation["summary"].is_string(), "{method} {path} has no words");
            assert!(!operation["responses"].as_object().unwrap().is_empty());
        }
    }
    let table = tertulia_web::table();
    let routes: BTreeSet<(String, String)> = table
        .entries()
        .iter()
        .filter(|entry| entry.path.starts_with("/api/"))
        .map(|entry| (entry.method.to_string(), entry.path.to_owned()))
        .collect();
    assert_eq!(documented, routes);
    assert!(routes.len() > 5);
}

#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() {
    let api = Api::new().await;
    let body = api.ask("GET", "/api/v1/openapi.json", &[], "").await.body;
    let document: Value = serde_json::from_str(&body).unwrap();
    let references: Vec<&str> = body.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 10);
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
    }
}

#[tokio::test]
async fn operations_have_names_of_their_own_and_say_what_goes_wrong() {
    let api = Api::new().await;
    let document: Value = serde_json::from_str(&api.ask("GET", "/api/v1/openapi.json", &[], "").await.body).unwrap();
    assert_eq!(document["components"]["schemas"].get("i64"), None, "a number needs no name");
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
            if path.ends_with("openapi.json") {
                continue;
            }
            let mut expected = vec!["401", "403"];
            expected.extend(path.contains('{').then_some("404"));
            expected.extend((method != "get").then_some(["409", "422"]).into_iter().flatten());
            expected.extend(operation.get("requestBody").map(|_| ["400", "413", "415"]).into_iter().flatten());
            for status in expected {
                let answer = &operation["responses"][status]["content"]["application/problem+json"]["schema"];
                assert_eq!(answer["$ref"], "#/components/schemas/Problem", "{method} {path} {status}");
            }
            let keyed = operation["parameters"].as_array().unwrap().iter().any(|p| p["name"] == "Idempotency-Key");
            let is_file = operation["requestBody"]["content"].get("application/octet-stream").is_some();
            assert_eq!(keyed, method != "get" && !is_file, "{method} {path}");
        }
    }
}
