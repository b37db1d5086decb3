//! What else is done by hand with messages, answers and conversations: their files, wordings, ends and merges.

use super::{Api, problem};
use crate::support::talk::{self, Line};
use serde_json::json;
use tertulia_connector::SendError;
use tertulia_engine::outbound;
use tertulia_model::DeliveryId;

#[tokio::test]
async fn a_file_is_given_as_it_came_and_a_message_with_what_it_said_before() {
    let api = Api::new().await;
    let file = Some(("menu.html".to_owned(), "text/html".to_owned(), "<script>1</script>".to_owned()));
    talk::hear(&api.site, api.channel, &[Line { file, ..Line::new("1", "amina", "Here is the menu") }]).await;
    let edit = Line { revision: 1, ..Line::new("1", "amina", "Here is our menu") };
    talk::hear(&api.site, api.channel, &[edit]).await;
    let message = api.read("/api/v1/messages").await["messages"][0].clone();
    let path = format!("/api/v1/messages/{}", message["id"].as_str().unwrap());
    let wordings = api.read(&format!("{path}/wordings")).await;
    let said: Vec<_> = wordings["items"].as_array().unwrap().iter().map(|w| w["text"].as_str().unwrap()).collect();
    assert_eq!(said, ["Here is our menu", "Here is the menu"]);
    assert_eq!(problem(&api.get("/api/v1/messages/7/wordings").await).0, 404);
    assert_eq!(problem(&api.get("/api/v1/attachments/7").await).0, 404);
    let with_file = Line {
        file: Some(("logo.png".to_owned(), "image/png".to_owned(), "no pixels".to_owned())),
        ..Line::new("2", "amina", "And a logo")
    };
    talk::hear(&api.site, api.channel, &[with_file]).await;
    let found = api.read("/api/v1/messages?q=has:attachment").await;
    let known = &found["messages"][0]["attachments"][0];
    assert_eq!(known["name"], "logo.png");
    let given = api.get(&format!("/api/v1/attachments/{}", known["id"].as_str().unwrap())).await;
    assert_eq!((given.status.as_u16(), given.body.as_str()), (200, "no pixels"));
    assert_eq!(given.headers["content-type"], "application/octet-stream");
    let saved = given.headers["content-disposition"].to_str().unwrap();
    assert!(saved.starts_with("attachment; filename=\"logo.png\""), "{saved}");
    assert!(given.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
}

#[tokio::test]
async fn what_is_set_aside_is_looked_at_and_taken_along() {
    let api = Api::new().await;
    talk::hear_raw(&api.site, api.channel, vec![("bad".to_owned(), b"\x00no".to_vec())]).await;
    let item = api.read("/api/v1/quarantine").await["items"][0].clone();
    let path = format!("/api/v1/quarantine/{}", item["id"].as_str().unwrap());
    assert_eq!(api.read(&path).await, item);
    let bytes = api.get(&format!("{path}/file")).await;
    assert_eq!((bytes.body.as_str(), &bytes.headers["content-length"]), ("\u{0}no", &"3".parse().unwrap()));
    assert_eq!(problem(&api.get("/api/v1/quarantine/7").await).0, 404);
    assert_eq!(problem(&api.get("/api/v1/quarantine/7/file").await).0, 404);
}

#[tokio::test]
async fn two_conversations_are_made_one_and_parted_again() {
    let api = Api::new().await;
    let one = talk::conversation(&api.site, api.channel, Line::new("1", "amina", "When do you open?")).await;
    let two = talk::conversation(&api.site, api.channel, Line::new("2", "bo", "And where?")).await;
    let (path, other) = (format!("/api/v1/conversations/{one}"), json!({ "conversation_id": two.to_string() }));
    assert_eq!(api.done("POST", &format!("{path}/merge"), &other).await["id"], one.to_string());
    assert_eq!(api.read("/api/v1/conversations").await["conversations"].as_array().unwrap().len(), 1);
    assert_eq!(api.done("POST", &format!("{path}/part"), &other).await["id"], two.to_string());
    assert_eq!(api.read("/api/v1/conversations").await["conversations"].as_array().unwrap().len(), 2);
    assert_eq!(problem(&api.change("POST", &format!("{path}/part"), &other).await).0, 409);
    let itself = json!({ "conversation_id": one.to_string() });
    assert_eq!(problem(&api.change("POST", &format!("{path}/merge"), &itself).await).0, 409);
    let nobody = json!({ "conversation_id": "7" });
    assert_eq!(problem(&api.change("POST", &format!("{path}/merge"), &nobody).await).0, 404);
    assert_eq!(problem(&api.change("POST", "/api/v1/conversations/7/merge", &other).await).0, 404);
    assert_eq!(api.done("POST", &format!("{path}/pending"), &json!(null)).await["state"], "pending");
    assert!(api.change("POST", &format!("{path}/unread"), &json!(null)).await.status.is_success());
}

/// Has the answer go out, or fail.
async fn sent_out(api: &Api, path: &str) {
    api.site.clock.advance(11_000);
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    outbound::run_send(&api.site.engine, DeliveryId(id)).await.unwrap();
}

#[tokio::test]
async fn an_answer_is_taken_back_or_sent_again_or_left() {
    let api = Api::new().await;
    let one = talk::conversation(&api.site, api.channel, Line::new("1", "amina", "When do you open?")).await;
    let replies = format!("/api/v1/conversations/{one}/replies");
    let queued = api.reply(&replies, "first", &json!({ "text": "At nine." })).await;
    let path = queued.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(api.done("POST", &format!("{path}/undo"), &json!(null)).await["state"], "withdrawn");
    assert_eq!(problem(&api.change("POST", &format!("{path}/undo"), &json!(null)).await).0, 409);
    assert_eq!(problem(&api.change("POST", &format!("{path}/again"), &json!(null)).await).0, 409, "nothing failed");

    *api.talk.refuse.lock().unwrap() = Some(SendError::Rejected("Nobody lives here".to_owned()));
    let queued = api.reply(&replies, "second", &json!({ "text": "At ten." })).await;
    let path = queued.headers["location"].to_str().unwrap().to_owned();
    sent_out(&api, &path).await;
    assert_eq!(api.read(&path).await["state"], "failed");
    assert_eq!(api.done("POST", &format!("{path}/leave"), &json!(null)).await["state"], "failed");
    assert_eq!(api.done("POST", &format!("{path}/take-up"), &json!(null)).await["state"], "failed");
    assert_eq!(problem(&api.change("POST", &format!("{path}/take-up"), &json!(null)).await).0, 409);
    assert_eq!(
        problem(&api.change("POST", &format!("{path}/arrived"), &json!(null)).await).0,
        409,
        "it surely did not"
    );
    *api.talk.refuse.lock().unwrap() = None;
    assert_eq!(api.done("POST", &format!("{path}/again"), &json!(null)).await["state"], "queued");
    sent_out(&api, &path).await;
    assert_eq!(api.read(&path).await["state"], "sent");
    assert_eq!(problem(&api.change("POST", "/api/v1/deliveries/7/again", &json!(null)).await).0, 404);
}
