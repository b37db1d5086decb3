//! Goals and outcomes as a program sees them.

use super::{Api, at_field, problem};
use serde_json::json;

#[tokio::test]
async fn a_program_declares_a_goal_brings_its_values_and_is_told_how_it_stands() {
    let api = Api::new().await;
    let outcome = api.done("POST", "/api/v1/outcomes", &json!({ "name": "Visits", "adds_up": true })).await;
    let id = outcome["id"].as_str().unwrap();
    let mut goal = json!({
        "sentence": "More visits", "today": "50", "hoped": "100", "due_on": "2026-12-31", "measure": format!("outcome-{id}"),
    });
    let made = api.done("POST", "/api/v1/goals", &goal).await;
    assert_eq!(
        (&made["verdict"], &made["value"], &made["declared"]["target"]),
        (&json!("running"), &json!(null), &json!(100.0))
    );
    let here = format!("/api/v1/outcomes/{id}/values");
    let values = json!({ "source": "till", "values": [
        { "day": "2026-11-18", "value": 60 }, { "day": "2026-11-19", "value": 2.5 }, { "day": "2026-11-19", "value": 3 },
    ] });
    let taken = api.done("POST", &here, &values).await;
    assert_eq!((&taken["taken"], &taken["left_out"][0]["row"]), (&json!(2), &json!(3)));
    let at = format!("/api/v1/goals/{}", made["id"].as_str().unwrap());
    assert_eq!(api.read(&at).await["value"], 62.5);
    let first = api.read(&format!("{here}?limit=1")).await;
    assert_eq!(first["items"][0]["day"], "2026-11-19");
    let rest = api.read(&format!("{here}?cursor={}", first["next"].as_str().unwrap())).await;
    let value = rest["items"][0]["id"].as_str().unwrap();
    assert_eq!(api.change("DELETE", &format!("{here}/{value}"), &json!(null)).await.status, 204);
    assert_eq!(api.change("DELETE", &format!("{here}/{value}"), &json!(null)).await.status, 404);
    goal["hoped"] = json!("200");
    goal["version"] = made["declared"]["version"].clone();
    let anew = api.done("PUT", &at, &goal).await;
    assert_eq!((&anew["declared"]["target"], &anew["id"]), (&json!(200.0), &made["id"]));
    assert_eq!(problem(&api.change("PUT", &at, &goal).await).0, 409, "it was declared anew since");
    let versions = api.read(&format!("{at}/versions")).await["items"].clone();
    assert_eq!((&versions[0]["verdict"], &versions[0]["sentence"]), (&json!("running"), &json!("More visits")));
    assert!(versions[1]["verdict"].is_null(), "it was replaced before its day: {versions}");
    let there = format!("/api/v1/outcomes/{id}");
    let renamed = api.done("PUT", &there, &json!({ "name": "Guests", "adds_up": true, "archived": true })).await;
    assert_eq!((&renamed["name"], renamed["archived_at"].is_number()), (&json!("Guests"), true));
    let counted = api.change("PUT", &there, &json!({ "name": "Guests", "adds_up": false })).await;
    assert!(at_field(&counted, "adds_up").contains("frozen"));
    let nobody = json!({ "sentence": "x", "today": "x", "hoped": "x", "due_on": "2026-12-31", "owner_id": "7" });
    assert!(at_field(&api.change("POST", "/api/v1/goals", &nobody).await, "owner_id").contains("team"));
    assert!(api.done("POST", &format!("{at}/give-up"), &json!(null)).await["given_up_at"].is_number());
    assert!(api.done("POST", &format!("{at}/take-up"), &json!(null)).await["given_up_at"].is_null());
    let wrong = json!({ "sentence": "x", "today": "x", "hoped": "x", "due_on": "2020-01-01" });
    assert!(at_field(&api.change("POST", "/api/v1/goals", &wrong).await, "due_on").contains("still to come"));
    assert_eq!(api.get("/api/v1/goals/7").await.status, 404);
}
