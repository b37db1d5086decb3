//! Others beside us, for programs.

use super::{Api, at_field};
use crate::support::talk::{self, Line};
use serde_json::json;

#[tokio::test]
async fn a_program_names_another_and_reads_how_both_answer_in_public() {
    let api = Api::new().await;
    let begin = api.site.engine.now() - 3_600_000;
    let posted = |n: i64, id: &str, from: &str, text: &str| Line {
        overheard: true,
        at: begin + n * 60_000,
        ..Line::new(id, from, text)
    };
    let answer = Line { answers: Some("q1".to_owned()), ..posted(2, "a1", "rival", "Until six") };
    let lines = [posted(1, "q1", "ana", "@rival open?"), answer, posted(3, "q2", "bo", "@rival hello?")];
    talk::hear(&api.site, api.channel, &lines).await;
    let none = json!({ "name": "Rival", "accounts": [{ "account": "nobody" }] });
    at_field(&api.change("POST", "/api/v1/others", &none).await, "accounts");
    let form = json!({ "name": "Rival", "accounts": [{ "account": "rival", "called": ["rival", "rival.shop"] }] });
    let made = api.done("POST", "/api/v1/others", &form).await;
    assert_eq!(made["accounts"][0]["called"], json!(["rival", "rival.shop"]));
    let path = format!("/api/v1/others/{}", made["id"].as_str().unwrap());
    at_field(&api.change("POST", "/api/v1/others", &form).await, "name");
    assert_eq!(api.read("/api/v1/others").await["items"][0]["id"], made["id"]);
    let both = api.read(&format!("{path}/figures")).await;
    let theirs = &both["theirs"];
    assert_eq!((&theirs["n"], &theirs["answered"], &theirs["share"]), (&json!(2), &json!(1), &json!(null)));
    assert_eq!((&both["ours"]["n"], &both["cut"], &both["silent"]), (&json!(0), &json!(false), &json!([])));
    assert!(both["not_visible"][0].as_str().unwrap().contains("Not visible from outside"), "{both}");
    let first = api.read(&format!("{path}/cases?limit=1")).await;
    assert_eq!((&first["items"][0]["answer_id"], &first["items"][0]["kind"]), (&json!(null), &json!("named")));
    let next = first["next"].as_str().unwrap();
    let rest = api.read(&format!("{path}/cases?limit=1&cursor={next}")).await;
    assert!(rest["items"][0]["answer_id"].is_string() && rest["next"].is_null(), "{rest}");
    assert_eq!(api.read(&format!("{path}/cases?answered=true")).await["items"], rest["items"]);
    assert_eq!(api.read(&format!("{path}/cases?side=ours")).await["items"], json!([]));
    let renamed = json!({ "name": "The neighbour", "accounts": [{ "account": "rival" }] });
    let changed = api.done("PUT", &path, &renamed).await;
    assert_eq!((&changed["name"], &changed["version"]), (&json!("The neighbour"), &json!(1)));
    assert_eq!(api.change("DELETE", &path, &json!(null)).await.status, 204);
    assert_eq!(api.read("/api/v1/others").await["items"], json!([]));
    let back = api.done("POST", &format!("{path}/put-back"), &json!(null)).await;
    assert_eq!(back["name"], "The neighbour");
    assert_eq!(api.change("POST", &format!("{path}/put-back"), &json!(null)).await.status, 409);
}
