//! Ballots, votes and maps as a program sees them.

use super::{Api, at_field};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};
use tertulia_engine::erase;

async fn ballot(api: &Api) -> (String, Vec<String>) {
    let made = api.done("POST", "/api/v1/opinions", &json!({ "question": "How should the park change?" })).await;
    let path = format!("/api/v1/opinions/{}", made["id"].as_str().unwrap());
    let texts: Vec<Value> = (1..=6).map(|n| json!({ "text": format!("Idea {n}"), "language": "en" })).collect();
    let added = api.done("POST", &format!("{path}/statements"), &json!({ "statements": texts })).await;
    let ids =
        added["statements"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    (path, ids)
}

#[tokio::test]
async fn a_program_makes_a_ballot_brings_votes_and_reads_its_map() {
    let api = Api::new().await;
    let (path, statements) = ballot(&api).await;
    let mut votes = Vec::new();
    for person in 0..16 {
        for (n, statement) in statements.iter().enumerate() {
            let vote = if n == 5 || (n % 2 == 0) == (person % 2 == 0) { "agree" } else { "disagree" };
            votes.push(json!({ "participant": format!("p{person}"), "statement_id": statement, "vote": vote }));
        }
    }
    let taken = api.done("POST", &format!("{path}/votes"), &json!({ "name": "kiosk", "votes": votes })).await;
    assert_eq!((&taken["taken"], &taken["known"], &taken["left_out_count"]), (&json!(96), &json!(0), &json!(0)));
    let again = api.done("POST", &format!("{path}/votes"), &json!({ "votes": votes })).await;
    assert_eq!((&again["taken"], &again["known"]), (&json!(0), &json!(96)), "the same again changes nothing");
    let map = api.read(&format!("{path}/map")).await;
    assert_eq!((&map["people"], &map["placed"], &map["votes"]), (&json!(16), &json!(16), &json!(96)));
    assert_eq!(map["groups"].as_array().unwrap().len(), 2);
    assert_eq!(map["agreed_across_groups"][0]["statement_id"], json!(statements[5]));
    let told = &map["groups"][0]["told"];
    assert_eq!((told, map["statements"][0]["by_group"].as_array().unwrap().len()), (&json!(true), 2));
    let places = api.read(&format!("{path}/places?limit=10")).await;
    let across: Vec<f64> = places["items"].as_array().unwrap().iter().map(|one| one["x"].as_f64().unwrap()).collect();
    assert!(across.is_sorted() && across[0] < across[9], "who came when does not show: {across:?}");
    let rest = api.read(&format!("{path}/places?limit=10&cursor={}", places["next"].as_str().unwrap())).await;
    assert_eq!((places["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (10, 6));
    assert!(rest["next"].is_null());
    let page = api.read(&format!("{path}/votes?limit=60")).await;
    let rest = api.read(&format!("{path}/votes?limit=60&cursor={}", page["next"].as_str().unwrap())).await;
    assert_eq!((page["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (60, 36));
    let some = api.read(&format!("{path}/statements?limit=4")).await;
    let rest = api.read(&format!("{path}/statements?limit=4&cursor={}", some["next"].as_str().unwrap())).await;
    assert_eq!(rest["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_later_vote_counts_until_it_is_taken_back() {
    let api = Api::new().await;
    let (path, statements) = ballot(&api).await;
    let vote = |vote: &str, at: i64| json!({ "votes": [{ "participant": "17", "statement_id": statements[0], "vote": vote, "at": at }] });
    let later = api.done("POST", &format!("{path}/votes"), &vote("disagree", 2_000)).await;
    api.done("POST", &format!("{path}/votes"), &vote("agree", 1_000)).await;
    let of = async || api.read(&format!("{path}/map")).await["statements"][0]["all"].clone();
    assert_eq!(of().await, json!({ "agree": 0, "disagree": 1, "pass": 0, "seen": 1 }));
    let brought = api.read(&format!("{path}/brought")).await;
    assert_eq!((&brought["items"][1]["id"], &brought["items"][1]["state"]), (&later["batch_id"], &json!("done")));
    assert_eq!(api.change("DELETE", &path, &Value::Null).await.status, 409, "votes were brought");
    let back = format!("{path}/brought/{}", later["batch_id"].as_str().unwrap());
    assert_eq!(api.change("DELETE", &back, &Value::Null).await.status, 204);
    assert_eq!(of().await, json!({ "agree": 1, "disagree": 0, "pass": 0, "seen": 1 }));
    assert_eq!(api.change("DELETE", &back, &Value::Null).await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_a_vote_is_told_and_nothing_is_taken() {
    let api = Api::new().await;
    let (path, statements) = ballot(&api).await;
    let bring = async |vote: Value| api.change("POST", &format!("{path}/votes"), &json!({ "votes": [vote] })).await;
    let wrong = bring(json!({ "participant": "17", "statement_id": "7", "vote": "agree" })).await;
    assert!(at_field(&wrong, "votes").contains("no such statement"));
    let wrong = bring(json!({ "participant": " ", "statement_id": statements[0], "vote": "agree" })).await;
    assert!(at_field(&wrong, "votes").contains("name the participant"));
    let wrong =
        bring(json!({ "participant": "17", "statement_id": statements[0], "vote": "agree", "person_id": "7" })).await;
    assert!(at_field(&wrong, "person_id").contains("no person"));
    at_field(&api.change("POST", &format!("{path}/votes"), &json!({ "votes": [] })).await, "votes");
    at_field(&api.get(&format!("{path}/votes?cursor=1_2")).await, "cursor");
    assert_eq!(api.read(&format!("{path}/brought")).await["items"], json!([]));
    assert_eq!(api.get("/api/v1/opinions/7/map").await.status, 404);
}

#[tokio::test]
async fn an_erasure_takes_the_votes_of_a_person() {
    let api = Api::new().await;
    let (path, statements) = ballot(&api).await;
    let held = talk::conversation(&api.site, api.channel, Line::new("1", "rosa", "Do you have it in blue?")).await;
    let person = api.read(&format!("/api/v1/conversations/{held}")).await["person"]["id"].clone();
    let votes = json!({ "votes": [
        { "participant": "17", "person_id": person, "statement_id": statements[0], "vote": "agree" },
        { "participant": "18", "statement_id": statements[0], "vote": "agree" },
    ] });
    api.done("POST", &format!("{path}/votes"), &votes).await;
    let id: i64 = person.as_str().unwrap().parse().unwrap();
    assert_eq!(api.read(&format!("{path}/map")).await["people"], json!(2));
    erase::erase(&api.site.engine, tertulia_model::PersonId(id), api.owner).await.unwrap();
    assert_eq!(api.read(&format!("{path}/map")).await["people"], json!(1));
    let left = api.read(&format!("{path}/votes")).await;
    assert_eq!((left["items"].as_array().unwrap().len(), &left["items"][0]["participant"]), (1, &json!("18")));
    // An older file that knows only their number does not bring them back.
    let votes = json!({ "votes": [
        { "participant": "17", "statement_id": statements[0], "vote": "agree" },
        { "participant": "19", "statement_id": statements[0], "vote": "agree" },
    ] });
    let again = api.done("POST", &format!("{path}/votes"), &votes).await;
    assert_eq!((&again["taken"], &again["left_out_count"]), (&json!(1), &json!(1)));
    assert!(again["left_out"][0]["why"].as_str().unwrap().contains("erased"), "{again}");
    assert_eq!(api.read(&format!("{path}/map")).await["people"], json!(2));
}

#[tokio::test]
async fn a_vote_of_the_future_does_not_outvote_those_to_come() {
    let api = Api::new().await;
    let (path, statements) = ballot(&api).await;
    let vote =
        json!({ "participant": "17", "statement_id": statements[0], "vote": "agree", "at": 253_402_300_799_999_i64 });
    let taken = api.done("POST", &format!("{path}/votes"), &json!({ "votes": [vote] })).await;
    assert_eq!((&taken["taken"], &taken["left_out_count"]), (&json!(0), &json!(1)));
    assert_eq!(api.read(&format!("{path}/map")).await["people"], json!(0));
}

#[tokio::test]
async fn an_address_votes_once_however_it_is_written() {
    let api = Api::new().await;
    let (path, statements) = ballot(&api).await;
    for name in ["Ann@Example.org", "ann@example.org "] {
        let vote = json!({ "participant": name, "statement_id": statements[0], "vote": "agree" });
        api.done("POST", &format!("{path}/votes"), &json!({ "votes": [vote] })).await;
    }
    assert_eq!(api.read(&format!("{path}/map")).await["people"], json!(1));
}

#[tokio::test]
async fn whatever_is_taken_back_first_nobody_is_left_who_did_not_vote() {
    let api = Api::new().await;
    let (path, statements) = ballot(&api).await;
    let mut brought = Vec::new();
    for statement in &statements[..2] {
        let vote = json!({ "participant": "17", "statement_id": statement, "vote": "agree" });
        let taken = api.done("POST", &format!("{path}/votes"), &json!({ "votes": [vote] })).await;
        brought.push(taken["batch_id"].as_str().unwrap().to_owned());
    }
    for batch in brought {
        assert_eq!(api.change("DELETE", &format!("{path}/brought/{batch}"), &Value::Null).await.status, 204);
    }
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let size = tertulia_store::opinions::size(&mut api.site.engine.db.reader(), id).await.unwrap();
    assert_eq!((size.statements, size.voters), (6, 0));
}
