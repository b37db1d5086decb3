//! Programs that are told, looked after by the API; and what else it had lacked beside the screens.

use super::{Api, problem};
use crate::support::talk::{self, Line, Talk};
use axum::body::Body;
use serde_json::{Value, json};
use tertulia_engine::{webhooks, worker};
use tertulia_store::{answers, users};

fn body(url: &str) -> Value {
    json!({ "url": url, "description": "Web shop", "events": ["message.heard", "person.erased"] })
}

/// Where nobody answers.
const NOBODY: &str = "http://127.0.0.1:9/hooks";

#[tokio::test]
async fn a_webhook_is_added_tried_out_rotated_and_removed() {
    let api = Api::new().await;
    let added = api.change("POST", "/api/v1/webhooks", &body(NOBODY)).await;
    assert_eq!(added.status, 201, "{}", added.body);
    let path = added.headers["location"].to_str().unwrap().to_owned();
    let new: Value = serde_json::from_str(&added.body).unwrap();
    let secret = new["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    assert_eq!(api.read(&path).await, new["webhook"]);
    assert_eq!(api.read("/api/v1/webhooks").await["items"], json!([new["webhook"]]));
    assert_eq!(new["webhook"]["state"], "on");
    let call = api.done("POST", &format!("{path}/test"), &json!(null)).await;
    webhooks::call_due(&api.site.engine).await.unwrap();
    let calls = format!("{path}/calls");
    let whole = api.read(&format!("{calls}/{}", call["id"].as_str().unwrap())).await;
    assert_eq!((&whole["call"]["state"], &whole["call"]["event"]), (&json!("failed"), &json!("endpoint.tested")));
    assert!(whole["attempts"][0]["error"].as_str().unwrap().contains("No connection"), "{whole}");
    talk::hear(&api.site, api.channel, &[Line::new("a", "amina", "My grinder is broken.")]).await;
    let page = api.read(&format!("{calls}?limit=1")).await;
    assert_eq!((&page["items"][0]["event"], &page["items"][0]["state"]), (&json!("message.heard"), &json!("waiting")));
    let rest = api.read(&format!("{calls}?limit=1&cursor={}", page["next"].as_str().unwrap())).await;
    assert_eq!(rest["items"][0]["id"], call["id"]);
    assert_eq!(api.read(&format!("{calls}?state=failed")).await["items"].as_array().unwrap().len(), 1);
    assert_eq!(problem(&api.get(&format!("{calls}?state=lost")).await).0, 422);
    let again = format!("{calls}/{}/redeliver", call["id"].as_str().unwrap());
    assert_eq!(api.done("POST", &again, &json!(null)).await["state"], "waiting");
    assert_eq!(problem(&api.change("POST", &again, &json!(null)).await).0, 409, "it is on its way");
    let since = json!({ "since": 0 });
    assert_eq!(api.done("POST", &format!("{path}/redeliver"), &since).await, json!({ "calls": 0 }));
    assert_eq!(api.done("POST", &format!("{path}/pause"), &json!(null)).await["state"], "off");
    assert_eq!(problem(&api.change("POST", &format!("{path}/redeliver"), &since).await).0, 409);
    assert_eq!(api.done("POST", &format!("{path}/resume"), &json!(null)).await["state"], "on");
    assert_eq!(api.done("POST", &format!("{path}/redeliver"), &since).await, json!({ "calls": 2 }));
    let rotated = api.done("POST", &format!("{path}/secret"), &json!(null)).await;
    assert_ne!(rotated["secret"], json!(secret));
    assert!(rotated["webhook"]["former_secret_until"].is_i64());
    let other = json!({ "url": NOBODY, "events": ["answer.sent"] });
    assert_eq!(api.done("PUT", &path, &other).await["events"], json!(["answer.sent"]));
    for (wrong, field) in [
        (body("http://169.254.169.254/"), "url"),
        (json!({ "url": NOBODY, "events": [] }), "events"),
        (json!({ "url": NOBODY, "events": ["coffee.spilt"] }), "events"),
    ] {
        let answer = api.change("POST", "/api/v1/webhooks", &wrong).await;
        let said: Value = serde_json::from_str(&answer.body).unwrap();
        assert!(problem(&answer).0 == 422 && said["errors"][field].is_string(), "{said}");
    }
    assert_eq!(api.change("DELETE", &path, &json!(null)).await.status, 204);
    for gone in [&path, &calls] {
        assert_eq!(problem(&api.get(gone).await).0, 404);
    }
}

#[tokio::test]
async fn a_secret_that_is_kept_for_a_repeated_request_is_kept_encrypted() {
    let api = Api::new().await;
    let bearer = format!("Bearer {}", api.key);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "w")];
    let first = api.ask("POST", "/api/v1/webhooks", &headers, &body(NOBODY).to_string()).await;
    let again = api.ask("POST", "/api/v1/webhooks", &headers, &body(NOBODY).to_string()).await;
    assert_eq!((first.status.as_u16(), &first.body), (201, &again.body));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(api.read("/api/v1/webhooks").await["items"].as_array().unwrap().len(), 1);
    let mut db = api.site.engine.db.reader();
    let token = users::api_tokens(&mut db).await.unwrap().remove(0).id;
    let kept = answers::get(&mut db, token, "w").await.unwrap().unwrap();
    assert!(!kept.body.contains("whsec_") && kept.body.contains("\"sealed\":true"), "{}", kept.body);
}

#[tokio::test]
async fn a_notice_says_where_no_mail_can_leave() {
    let api = Api::beside(vec![Talk::named("email")]).await;
    let monitor = api.done("POST", "/api/v1/monitors", &json!({ "query": "beans" })).await;
    let path = format!("/api/v1/monitors/{}", monitor["id"].as_str().unwrap());
    let set = api.done("PUT", &format!("{path}/notice"), &json!({ "often": "daily" })).await;
    assert!(set["cannot_mail"].as_str().unwrap().contains("No mailbox is connected"), "{set}");
    assert_eq!(api.read(&format!("{path}/webhooks")).await["cannot_mail"], json!(null), "it sends no mails");
    let mail = talk::channel(&api.site, "email", "shop@roaster.example").await;
    assert_eq!(api.read(&format!("{path}/notice")).await["cannot_mail"], json!(null));
    api.done("POST", &format!("/api/v1/channels/{mail}/pause"), &json!(null)).await;
    assert!(api.read(&format!("{path}/notice")).await["cannot_mail"].is_string());
}

#[tokio::test]
async fn how_often_somebody_is_told_of_a_monitor_is_set_for_a_member_and_for_programs() {
    let api = Api::new().await;
    let monitor = api.done("POST", "/api/v1/monitors", &json!({ "query": "beans" })).await;
    let path = format!("/api/v1/monitors/{}", monitor["id"].as_str().unwrap());
    for (of, soon_is_right) in [("notice", false), ("webhooks", true)] {
        let path = format!("{path}/{of}");
        assert_eq!(api.read(&path).await["told"], false);
        let daily = json!({ "often": "daily", "quiet_from": 22, "quiet_until": 7, "zone": "Europe/Madrid", "most": 5 });
        let set = api.done("PUT", &path, &daily).await;
        assert_eq!(
            (&set["told"], &set["often"], &set["zone"]),
            (&json!(true), &json!("daily"), &json!("Europe/Madrid"))
        );
        assert_eq!(api.read(&path).await, set);
        let soon = api.change("PUT", &path, &json!({ "often": "soon" })).await;
        assert_eq!(soon.status.is_success(), soon_is_right, "{}", soon.body);
        for wrong in [json!({ "often": "yearly" }), json!({ "often": "daily", "zone": "Nowhere" })] {
            assert_eq!(problem(&api.change("PUT", &path, &wrong).await).0, 422, "{wrong}");
        }
        assert_eq!(api.change("DELETE", &path, &json!(null)).await.status, 204);
        assert_eq!(api.read(&path).await["told"], false);
    }
    assert_eq!(problem(&api.get("/api/v1/monitors/7/webhooks").await).0, 404);
}

#[tokio::test]
async fn a_channel_is_changed_bounded_and_deleted() {
    let api = Api::new().await;
    let path = format!("/api/v1/channels/{}", api.channel);
    assert_eq!(api.read(&path).await["day_cap"], json!(null));
    assert_eq!(api.done("PUT", &format!("{path}/bounds"), &json!({ "day_cap": 500.0 })).await["day_cap"], 500);
    assert_eq!(problem(&api.change("PUT", &format!("{path}/bounds"), &json!({ "day_cap": 0.5 })).await).0, 422);
    assert_eq!(problem(&api.change("PUT", &format!("{path}/bounds"), &json!({ "day_cap": 0 })).await).0, 422);
    let bounded = api.done("PUT", &format!("{path}/bounds"), &json!({ "keep_days": 90 })).await;
    assert_eq!((&bounded["day_cap"], &bounded["keep_days"]), (&json!(null), &json!(90)), "what is not given is lifted");
    assert_eq!(problem(&api.change("PUT", &format!("{path}/bounds"), &json!({ "keep_days": 0 })).await).0, 422);
    assert_eq!(api.done("PUT", &path, &json!({ "name": "Fountain" })).await["name"], "Fountain");
    let elsewhere = json!({ "settings": { "account": "another" } });
    assert_eq!(problem(&api.change("PUT", &path, &elsewhere).await).0, 409, "that is another channel");
    assert_eq!(problem(&api.change("PUT", &path, &json!({ "settings": { "acount": "x" } })).await).0, 422);
    assert_eq!(api.change("DELETE", &path, &json!(null)).await.status, 204);
    for (method, body) in [("PUT", json!({})), ("DELETE", json!(null))] {
        assert_eq!(problem(&api.change(method, &path, &body).await).0, 404);
    }
}

#[tokio::test]
async fn a_person_is_exported_and_erased_by_their_name() {
    let api = Api::new().await;
    talk::hear(&api.site, api.channel, &[Line::new("a", "amina", "My grinder is broken.")]).await;
    let people = api.read("/api/v1/people").await;
    let path = format!("/api/v1/people/{}", people["items"][0]["id"].as_str().unwrap());
    let export = api.get(&format!("{path}/export")).await;
    assert_eq!((export.status.as_u16(), &export.headers["content-type"]), (200, &"application/zip".parse().unwrap()));
    assert!(export.body.starts_with("PK"));
    let preview = api.read(&format!("{path}/erasure")).await;
    assert_eq!((&preview["written"], &preview["identities"]), (&json!(1), &json!(1)));
    assert_eq!((&preview["set_aside"], &preview["left_for_later"]), (&json!(0), &json!(0)));
    let erasure = format!("{path}/erasure");
    assert_eq!(problem(&api.change("POST", &erasure, &json!({ "name": "Bo" })).await).0, 422);
    let done = api.change("POST", &erasure, &json!({ "name": preview["name"] })).await;
    assert_eq!(done.status, 201, "{}", done.body);
    let report: Value = serde_json::from_str(&done.body).unwrap();
    assert_eq!((&report["finished"], &report["report"]["messages_of_theirs"]), (&json!(false), &json!(1)));
    let place = done.headers["location"].to_str().unwrap();
    assert_eq!(api.read(place).await, report);
    let id = report["id"].as_str().unwrap().parse().unwrap();
    worker::take(&api.site.engine, worker::ERASE, id).await.unwrap().expect("it is due").await.unwrap();
    let finished = api.read(place).await;
    assert_eq!((&finished["finished"], &finished["report"]["finished"]), (&json!(true), &json!(true)));
    let listed = api.read("/api/v1/erasures?limit=1").await;
    assert_eq!((&listed["items"], listed.get("next")), (&json!([finished]), None));
    assert_eq!(api.read(&format!("/api/v1/erasures?cursor={id}")).await["items"], json!([]));
    assert_eq!(problem(&api.get("/api/v1/erasures?cursor=x").await).0, 422);
    assert!(!done.body.contains("amina"));
    for gone in [&path, &erasure, &format!("{path}/export"), &"/api/v1/erasures/7".to_owned()] {
        assert_eq!(problem(&api.get(gone).await).0, 404, "{gone}");
    }
}

#[tokio::test]
async fn what_is_not_there_cannot_be_imported() {
    // This installation has nothing that reads archives; what reads them is tried with the whole program.
    let api = Api::new().await;
    let request = axum::http::Request::post("/api/v1/imports/files?name=forum.csv")
        .header("host", "desk.example")
        .header("authorization", format!("Bearer {}", api.key));
    let sent = api.site.send(request.body(Body::from("id,text\n1,Hello\n")).unwrap()).await;
    let (status, words) = problem(&sent);
    assert!(status == 409 && words.contains("reads archives"), "{words}");
    let start = json!({ "file": "made.up", "source": "Forum" });
    assert_eq!(problem(&api.change("POST", "/api/v1/imports", &start).await).0, 422);
    for act in ["stop", "go-on", "give-up"] {
        assert_eq!(problem(&api.change("POST", &format!("/api/v1/imports/7/{act}"), &json!(null)).await).0, 404);
    }
}
