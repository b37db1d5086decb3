//! Today as a program sees it.

use super::{Api, at_field, problem};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};
use tertulia_engine::accounts;
use tertulia_model::Role;
use tertulia_store::users;

async fn first(api: &Api) -> String {
    talk::conversation(&api.site, api.channel, Line::new("m", "rosa", "Do you have it in blue?")).await;
    let today = api.read("/api/v1/today").await;
    assert_eq!((&today["day"], &today["more"]), (&json!("2026-11-21"), &json!(false)));
    assert_eq!(
        (&today["cards"][0]["kind"], &today["cards"][0]["words"]),
        (&json!("first"), &json!("Do you have it in blue?"))
    );
    today["cards"][0]["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_card_is_put_off_and_done_by_its_key() {
    let api = Api::new().await;
    let at = format!("/api/v1/today/{}", first(&api).await);
    let wrong = api.change("POST", &format!("{at}/put-off"), &json!({ "until": "Monday" })).await;
    assert!(at_field(&wrong, "until").contains("2026-12-04"));
    let past = api.change("POST", &format!("{at}/put-off"), &json!({ "until": "2026-11-20" })).await;
    assert!(at_field(&past, "until").contains("after today"));
    let unknown = api.change("POST", "/api/v1/today/first-77-0/done", &Value::Null).await;
    assert_eq!(problem(&unknown).0, 409);
    assert_eq!(problem(&api.change("POST", "/api/v1/today/first/done", &Value::Null).await).0, 404);
    let after = api.done("POST", &format!("{at}/done"), &Value::Null).await;
    assert_eq!(after["cards"], json!([]));
    assert_eq!(problem(&api.change("POST", &format!("{at}/put-off"), &json!({ "until": "2026-11-23" })).await).0, 409);
}

#[tokio::test]
async fn a_card_is_passed_on_to_a_member_who_may_answer() {
    let api = Api::new().await;
    let at = format!("/api/v1/today/{}/pass-on", first(&api).await);
    let reader = api.site.member(Role::Viewer).await;
    let reader = accounts::session(&api.site.engine, &reader).await.unwrap().unwrap().0.id;
    let refused = api.change("POST", &at, &json!({ "to": reader.to_string() })).await;
    assert!(at_field(&refused, "to").contains("may only read"));
    let all = users::all(&mut api.site.engine.db.reader()).await.unwrap();
    let agent = api.site.member(Role::Agent).await;
    let agent = accounts::session(&api.site.engine, &agent).await.unwrap().unwrap().0.id;
    assert!(all.iter().all(|user| user.id != agent));
    let after = api.done("POST", &at, &json!({ "to": agent.to_string(), "note": "You know blue." })).await;
    assert_eq!(after["cards"], json!([]));
}

#[tokio::test]
async fn the_days_of_a_month_say_how_they_ended() {
    let api = Api::new().await;
    let month = api.read("/api/v1/today/days?month=2026-02").await;
    assert_eq!((&month["month"], &month["kept"]), (&json!("2026-02"), &json!(0)));
    assert_eq!(month["days"].as_array().unwrap().len(), 28);
    assert_eq!(month["days"][27], json!({ "day": "2026-02-28", "due": null, "left": null, "kept": false }));
    assert_eq!(api.read("/api/v1/today/days").await["month"], "2026-11");
    for wrong in ["2026-13", "26-1", "November", "2026-1x", "1026-11"] {
        let path = format!("/api/v1/today/days?month={wrong}");
        assert!(at_field(&api.get(&path).await, "month").contains("2026-11"), "{wrong}");
    }
}
