//! Inviting those who were not heard, for programs.

use super::{Api, at_field};
use crate::{
    inviting::bring,
    support::talk::{self, Talk},
};
use serde_json::{Value, json};
use tertulia_engine::outbound;
use tertulia_model::DeliveryId;

const LIST: &str = "id,name,email,segment,language\n1,Rosa,rosa@example.org,Retail,es\n2,Cy,,Retail,en\n";

async fn send(api: &Api, path: &str, key: &str, body: &Value) -> crate::support::Answer {
    let bearer = format!("Bearer {}", api.key);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
    api.ask("POST", &format!("{path}/send"), &headers, &body.to_string()).await
}

#[tokio::test]
async fn a_program_looks_at_a_plan_draws_writes_and_sends_what_it_read() {
    let mail = Talk::named("email");
    let api = Api::beside(vec![mail.clone()]).await;
    talk::channel(&api.site, "email", "shop@roaster.example").await;
    let plan = api.read("/api/v1/invitation-plan?attribute=segment").await;
    assert_eq!((&plan["parts"], &plan["drawn"]), (&json!([]), &json!(0)));
    bring(&api.site, api.owner, LIST).await;
    let plan = api.read("/api/v1/invitation-plan?attribute=segment&size=5&seed=7").await;
    assert_eq!(plan["parts"][0]["cannot"], json!({ "no_address": 1 }));
    assert_eq!((&plan["parts"][0]["reachable"], &plan["drawn"]), (&json!(1), &json!(1)));
    at_field(&api.get("/api/v1/invitation-plan?attribute=segment&size=0").await, "size");
    at_field(&api.get("/api/v1/invitation-plan?attribute=shoe").await, "attribute");

    let new = json!({ "attribute": "segment", "size": 5, "seed": 7 });
    let round = api.done("POST", "/api/v1/invitation-rounds", &new).await;
    assert_eq!(round["counts"], json!([{ "state": "draft", "people": 1 }]));
    assert_eq!(api.change("POST", "/api/v1/invitation-rounds", &new).await.status, 409, "nobody is left");
    let path = format!("/api/v1/invitation-rounds/{}", round["id"].as_str().unwrap());
    assert_eq!(api.read("/api/v1/invitation-rounds").await["items"][0]["id"], round["id"]);
    let text = json!({ "language": "en", "subject": "A question", "words": "Hello {first name|there}" });
    let texts = api.done("PUT", &format!("{path}/texts"), &text).await;
    assert_eq!(texts["items"][0]["version"], 0);
    assert_eq!(api.change("PUT", &format!("{path}/texts"), &text).await.status, 409);
    let line = api.read(&format!("{path}/invitations?state=draft")).await["items"][0].clone();
    assert_eq!((&line["customer_name"], &line["language"]), (&json!("Rosa"), &json!("es")));
    let one = format!("/api/v1/invitations/{}", line["id"].as_str().unwrap());
    let look = api.read(&one).await;
    assert_eq!((&look["words"], &look["other_language"]), (&json!("Hello Rosa"), &json!(true)));
    assert_eq!(look["goes_to"]["to"], "rosa@example.org");
    api.done("PUT", &one, &json!({ "words": "Just you", "version": look["version"] })).await;
    assert_eq!(send(&api, &one, "a", &json!({ "seen": look["seen"] })).await.status, 409, "it is not that any more");
    api.done("POST", &format!("{one}/skip"), &Value::Null).await;
    let look = api.done("POST", &format!("{one}/draft"), &Value::Null).await;
    let sent = send(&api, &one, "b", &json!({ "seen": look["seen"] })).await;
    assert_eq!(sent.status, 202, "{}", sent.body);
    let delivery = serde_json::from_str::<Value>(&sent.body).unwrap()["id"].as_str().unwrap().parse().unwrap();
    api.site.clock.advance(outbound::UNDO_MILLIS);
    outbound::run_send(&api.site.engine, DeliveryId(delivery)).await.unwrap();
    assert_eq!(mail.sent.lock().unwrap()[0].text, "Just you");
    let state = api.read(&path).await;
    assert_eq!((&state["parts"][0]["invited"], &state["parts"][0]["answered"]), (&json!(1), &json!(0)));
    assert_eq!(api.read(&format!("{path}/invitations?state=draft")).await["items"], json!([]));
    assert_eq!(api.change("DELETE", &format!("{path}/texts/en"), &Value::Null).await.status, 204);
    assert_eq!(api.read(&format!("{path}/texts")).await["items"], json!([]));
    assert_eq!(api.get("/api/v1/invitations/7").await.status, 404);
}
