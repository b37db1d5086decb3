//! Two who are one person, and how well somebody is known, for programs.

use super::{Api, problem};
use crate::support::talk::{self, Line};
use serde_json::json;
use tertulia_model::IdentityId;
use tertulia_store::suggestions::{self, Suggestion};

async fn person(api: &Api, like: &str) -> String {
    let found = api.read(&format!("/api/v1/people?q={like}")).await;
    found["items"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn two_are_made_one_and_parted_and_what_was_decided_is_kept() {
    let api = Api::new().await;
    for (id, from) in [("1", "amina"), ("2", "bo")] {
        talk::hear(&api.site, api.channel, &[Line::new(id, from, &format!("Words {id}"))]).await;
    }
    let (amina, bo) = (person(&api, "amina").await, person(&api, "bo").await);
    let path = format!("/api/v1/people/{amina}");
    let body = json!({ "person": bo, "name": "Amina Bo" });
    let made = api.change("POST", &format!("{path}/merges"), &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let parts = api.read(&format!("{path}/merges")).await;
    assert_eq!((&parts[0]["person"], &parts[0]["name"]), (&json!(bo), &json!("bo")));
    assert_eq!(api.read(&path).await["name"], "Amina Bo");
    assert_eq!(api.read(&format!("/api/v1/people/{bo}")).await["part_of"], json!(amina));
    assert_eq!(api.read(&format!("{path}/messages")).await["items"].as_array().unwrap().len(), 2);
    assert_eq!(problem(&api.change("POST", &format!("{path}/merges"), &body).await).0, 409, "they are one");
    let merge = made.headers["location"].to_str().unwrap();
    assert_eq!(api.change("DELETE", merge, &json!(null)).await.status, 204);
    assert_eq!(problem(&api.change("DELETE", merge, &json!(null)).await).0, 409, "they are apart");
    assert_eq!(api.read(&format!("{path}/messages")).await["items"].as_array().unwrap().len(), 1);
    assert_eq!(api.read(&path).await["name"], "amina");
    let apart = format!("{path}/apart/{bo}");
    assert_eq!(api.change("PUT", &apart, &json!(null)).await.status, 204);
    assert_eq!(api.change("DELETE", &apart, &json!(null)).await.status, 204);
    let itself = format!("{path}/apart/{amina}");
    assert_eq!(problem(&api.change("PUT", &itself, &json!(null)).await).0, 409);
    assert_eq!(problem(&api.change("POST", &format!("{path}/merges"), &json!({ "person": "7" })).await).0, 404);
    for wrong in [json!({}), json!({ "person": bo, "name": "" }), json!({ "person": bo, "name": "x".repeat(201) })] {
        assert_eq!(problem(&api.change("POST", &format!("{path}/merges"), &wrong).await).0, 422, "{wrong}");
    }
    assert_eq!(api.read("/api/v1/people/suggestions").await["items"], json!([]));
    assert_eq!(problem(&api.get("/api/v1/people/suggestions?cursor=x").await).0, 422);
}

#[tokio::test]
async fn whoever_one_person_may_be_is_listed_to_the_last() {
    let api = Api::new().await;
    for (id, from) in [("1", "amina"), ("2", "bo"), ("3", "cy"), ("4", "dee")] {
        talk::hear(&api.site, api.channel, &[Line::new(id, from, &format!("Words {id}"))]).await;
    }
    let amina = person(&api, "amina").await;
    let mut tx = api.site.engine.db.begin().await.unwrap();
    let all = suggestions::newest(&mut tx, IdentityId(i64::MAX), 9).await.unwrap();
    let hers = all.iter().find(|one| one.person_id.to_string() == amina).unwrap().id;
    for other in all.iter().filter(|one| one.id != hers) {
        let suggestion = Suggestion {
            first_id: hers.min(other.id),
            second_id: hers.max(other.id),
            probability: 0.75,
            reasons: "[]".to_owned(),
            found_at: 1,
        };
        suggestions::put(&mut tx, &suggestion).await.unwrap();
    }
    tx.commit().await.unwrap();
    let (mut path, mut seen) = (format!("/api/v1/people/suggestions?person={amina}&limit=1"), Vec::new());
    let first = path.clone();
    loop {
        let page = api.read(&path).await;
        let one = &page["items"][0];
        let other = if one["person"] == json!(amina) { &one["other_name"] } else { &one["name"] };
        seen.push(other.as_str().unwrap().to_owned());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{first}&cursor={next}");
    }
    seen.sort();
    assert_eq!(seen, ["bo", "cy", "dee"]);
}

#[tokio::test]
async fn nothing_went_both_ways_with_whoever_only_wrote() {
    let api = Api::new().await;
    talk::hear(&api.site, api.channel, &[Line::new("1", "amina", "Do you open today?")]).await;
    let path = format!("/api/v1/people/{}/relationship", person(&api, "amina").await);
    let known = api.read(&path).await;
    assert_eq!((&known["stage"], &known["strength"], &known["exchange_days"]), (&json!("new"), &json!(0.0), &json!(0)));
    assert_eq!(problem(&api.get("/api/v1/people/7/relationship").await).0, 404);
}

#[tokio::test]
async fn several_are_parted_at_once_and_nothing_happens_by_itself_before_it_is_known_to_be_right() {
    let api = Api::new().await;
    for (id, from) in [("1", "amina"), ("2", "bo"), ("3", "cy")] {
        talk::hear(&api.site, api.channel, &[Line::new(id, from, &format!("Words {id}"))]).await;
    }
    let path = format!("/api/v1/people/{}/merges", person(&api, "amina").await);
    for other in ["bo", "cy"] {
        let made = api.change("POST", &path, &json!({ "person": person(&api, other).await })).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let listed = api.read("/api/v1/merges").await;
    let ids: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(
        (ids.len(), &listed["items"][0]["name"], &listed["items"][0]["is_automatic"]),
        (2, &json!("cy"), &json!(false))
    );
    assert_eq!(api.read("/api/v1/merges?automatic=true").await["items"], json!([]));
    let undone = api.done("POST", "/api/v1/merges/undo", &json!({ "merges": [ids[0], ids[1], "7"] })).await;
    assert_eq!(undone, json!({ "parted": 2 }));
    assert_eq!(problem(&api.change("POST", "/api/v1/merges/undo", &json!({ "merges": [] })).await).0, 422);
    assert_eq!(api.read("/api/v1/merges").await["items"], json!([]));
    let state = api.read("/api/v1/merges/automatic").await;
    assert_eq!((&state["wanted"], &state["suffices"], &state["reviewed"]), (&json!(false), &json!(false), &json!(0)));
    let (status, words) = problem(&api.change("PUT", "/api/v1/merges/automatic", &json!({ "wanted": true })).await);
    assert!(status == 409 && words.contains("stays off"), "{status} {words}");
    assert_eq!(api.done("PUT", "/api/v1/merges/automatic", &json!({ "wanted": false })).await["wanted"], json!(false));
}

#[tokio::test]
async fn one_of_two_is_asked_whether_they_are_one_once_in_a_month() {
    let api = Api::new().await;
    for (id, from) in [("1", "amina"), ("2", "bo")] {
        talk::hear(&api.site, api.channel, &[Line::new(id, from, &format!("Words {id}"))]).await;
    }
    let (amina, bo) = (person(&api, "amina").await, person(&api, "bo").await);
    let path = format!("/api/v1/people/{amina}/same/{bo}");
    assert_eq!(api.read(&path).await, json!({ "can_be_asked": [], "asked": [] }), "nothing is suggested");
    let mut tx = api.site.engine.db.begin().await.unwrap();
    let all = suggestions::newest(&mut tx, IdentityId(i64::MAX), 9).await.unwrap();
    let (first_id, second_id) = (all[0].id.min(all[1].id), all[0].id.max(all[1].id));
    let reasons = r#"[{"about":["link","exact"],"bits":9.0,"what":"example.social/@amina"}]"#.to_owned();
    let suggestion = Suggestion { first_id, second_id, probability: 0.75, reasons, found_at: 1 };
    suggestions::put(&mut tx, &suggestion).await.unwrap();
    tx.commit().await.unwrap();
    let reasons = &api.read("/api/v1/people/suggestions").await["items"][0]["reasons"];
    assert_eq!((&reasons[0]["about"], &reasons[0]["value"]), (&json!("link"), &json!("example.social/@amina")));
    let asking = api.read(&path).await;
    let both = asking["can_be_asked"].as_array().unwrap();
    let hers = both.iter().find(|one| one["handle"] == "amina").unwrap();
    assert_eq!((both.len(), &hers["person"], &hers["waits"]), (2, &json!(amina), &json!(true)));
    let ask = format!("{path}/ask");
    let body = json!({ "identity": hers["identity"], "words": "Are you both?" });
    let made = api.change("POST", &ask, &body).await;
    assert_eq!(made.status, 202, "{}", made.body);
    assert!(made.headers["location"].to_str().unwrap().starts_with("/api/v1/deliveries/"));
    assert_eq!(problem(&api.change("POST", &ask, &body).await).0, 409, "they were asked");
    let asked = api.read(&path).await["asked"].clone();
    assert_eq!((&asked[0]["handle"], &asked[0]["state"]), (&json!("amina"), &json!("queued")));
    assert_eq!((asked.as_array().unwrap().len(), &asked[0]["answer"]), (1, &json!(null)));
    let long = json!({ "identity": hers["identity"], "words": "x".repeat(1_001) });
    assert_eq!(problem(&api.change("POST", &ask, &long).await).0, 422);
    assert_eq!(problem(&api.change("POST", &ask, &json!({ "identity": "7" })).await).0, 409);
    assert_eq!(problem(&api.get(&format!("/api/v1/people/{amina}/same/{amina}")).await).0, 409);
    assert_eq!(problem(&api.get(&format!("/api/v1/people/{amina}/same/7")).await).0, 404);
}
