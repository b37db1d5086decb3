//! Customers, what is known of people, organisations and segments, for programs.

use super::{Api, at_field};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};
use tertulia_engine::worker;

const LIST: &str = "id,email,segment\n1,amina@example.org,Wholesale\n2,never@example.org,Retail\n3,nowhere,Retail\n";
/// The fourth of March, where they are.
const AMERICAN: &str = "id,since\n1,03/04/2024\n";

async fn send(api: &Api, text: &str) -> Value {
    let bearer = format!("Bearer {}", api.key);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/octet-stream")];
    let answer = api.ask("POST", "/api/v1/customer-lists/files?name=crm.csv", &headers, text).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

async fn brought(api: &Api) -> String {
    let sent = send(api, LIST).await;
    assert_eq!(sent["suggested"]["email"], "mail");
    let list = json!({ "file": sent["file"], "list": "CRM" });
    let begun = api.done("POST", "/api/v1/customer-lists", &list).await;
    let id = begun["id"].as_str().unwrap().to_owned();
    let job = worker::take(&api.site.engine, worker::CUSTOMERS, id.parse().unwrap()).await.unwrap();
    job.expect("it is due").await.unwrap();
    id
}

async fn amina(api: &Api) -> String {
    talk::hear(&api.site, api.channel, &[Line::new("1", "amina", "Could you open on Sundays?")]).await;
    api.read("/api/v1/people?q=amina").await["items"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_program_brings_a_list_and_sees_what_came_of_it() {
    let api = Api::new().await;
    let id = brought(&api).await;
    let list = api.read(&format!("/api/v1/customer-lists/{id}")).await;
    assert_eq!((&list["state"], &list["added"], &list["wrong"]), (&json!("done"), &json!(2), &json!(1)));
    let wrong = api.read(&format!("/api/v1/customer-lists/{id}/wrong")).await;
    assert_eq!(wrong["items"][0]["line"], 4);
    assert_eq!(api.read("/api/v1/customer-lists").await["items"][0]["id"], json!(id));
    let customers = api.read("/api/v1/customers?limit=1").await;
    assert_eq!(customers["items"][0]["attributes"]["segment"], "Retail");
    let next = customers["next"].as_str().unwrap();
    let rest = api.read(&format!("/api/v1/customers?limit=1&cursor={next}")).await;
    assert_eq!((&rest["items"][0]["tie"], &rest["next"]), (&json!("none"), &Value::Null));
    assert_eq!(api.change("POST", &format!("/api/v1/customer-lists/{id}/stop"), &Value::Null).await.status, 409);
    let sent = send(&api, LIST).await;
    let no = json!({ "file": sent["file"], "list": "CRM", "columns": { "email": "smoke" } });
    at_field(&api.change("POST", "/api/v1/customer-lists", &no).await, "columns");
    at_field(&api.change("POST", "/api/v1/customer-lists", &json!({ "file": "x", "list": "CRM" })).await, "file");
    assert_eq!(api.read("/api/v1/customers?tie=said").await["items"], json!([]));
    let sent = send(&api, AMERICAN).await;
    let list = json!({ "file": sent["file"], "list": "Shop", "dates": "month_day_year" });
    let begun = api.done("POST", "/api/v1/customer-lists", &list).await;
    let id: i64 = begun["id"].as_str().unwrap().parse().unwrap();
    worker::take(&api.site.engine, worker::CUSTOMERS, id).await.unwrap().expect("it is due").await.unwrap();
    let newest = api.read("/api/v1/customers?limit=1").await;
    assert_eq!(newest["items"][0]["attributes"]["since"], "2024-03-04");
    let sent = send(&api, "id,seats\n9,\"1.250\"\n").await;
    let columns = json!({ "id": "id", "seats": "new:number" });
    let list = json!({ "file": sent["file"], "list": "Halls", "columns": columns, "numbers": "point" });
    let begun = api.done("POST", "/api/v1/customer-lists", &list).await;
    let id: i64 = begun["id"].as_str().unwrap().parse().unwrap();
    worker::take(&api.site.engine, worker::CUSTOMERS, id).await.unwrap().expect("it is due").await.unwrap();
    assert_eq!(api.read("/api/v1/customers?limit=1").await["items"][0]["attributes"]["seats"], "1.25");
}

#[tokio::test]
async fn a_program_says_what_is_known_of_somebody_and_who_a_customer_is() {
    let api = Api::new().await;
    brought(&api).await;
    let person = amina(&api).await;
    let customer = api.read("/api/v1/customers").await["items"][1]["id"].as_str().unwrap().to_owned();
    let tie = format!("/api/v1/customers/{customer}/people/{person}");
    let said = api.done("PUT", &tie, &json!({ "is_same": true })).await;
    assert_eq!((&said["tie"], &said["person_id"]), (&json!("member"), &json!(person)));
    let segment = format!("/api/v1/people/{person}/attributes/segment");
    let known = api.done("PUT", &segment, &json!({ "value": "Press", "source": "hand" })).await;
    let told = |n: usize, what: &str| known["items"][n][what].clone();
    assert_eq!((told(0, "value"), told(0, "holds"), told(0, "source")), (json!("Press"), json!(true), json!("hand")));
    assert_eq!((told(1, "value"), told(1, "holds"), told(1, "list")), (json!("Wholesale"), json!(false), json!("CRM")));
    let left = api.done("DELETE", &format!("{segment}?source=hand"), &Value::Null).await;
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    assert_eq!(api.change("DELETE", &segment, &Value::Null).await.status, 404);
    let seats = format!("/api/v1/people/{person}/attributes/seats");
    assert_eq!(api.change("PUT", &seats, &json!({ "value": "7" })).await.status, 404, "it is not known yet");
    at_field(&api.change("PUT", &seats, &json!({ "value": "many", "kind": "number" })).await, "value");
    at_field(&api.change("PUT", &seats, &json!({ "value": "7", "title": "Chairs" })).await, "title");
    api.done("PUT", &seats, &json!({ "value": "7", "kind": "number", "title": "Seats" })).await;
    let all = api.read("/api/v1/attributes").await;
    assert_eq!(all["items"].as_array().unwrap().last().unwrap()["title"], "Seats");
    api.done("DELETE", &tie, &Value::Null).await;
    assert_eq!(api.read(&format!("/api/v1/customers/{customer}")).await["person_id"], Value::Null);
    assert_eq!(api.get("/api/v1/customers/7").await.status, 404);
}

#[tokio::test]
async fn a_program_keeps_segments_and_organisations_and_reads_what_is_weighed() {
    let api = Api::new().await;
    brought(&api).await;
    let person = amina(&api).await;
    api.done("PUT", &format!("/api/v1/people/{person}/attributes/segment"), &json!({ "value": "Wholesale" })).await;
    let rules = json!([{ "attribute": "segment", "is": "one_of", "words": ["wholesale"] }]);
    let segment = api.done("POST", "/api/v1/segments", &json!({ "name": "Large", "rules": rules })).await;
    let path = format!("/api/v1/segments/{}", segment["id"].as_str().unwrap());
    let narrowed = format!("/api/v1/people?segment_id={}", segment["id"].as_str().unwrap());
    assert_eq!(api.read(&narrowed).await["items"][0]["id"], json!(person));
    at_field(&api.get("/api/v1/people?segment_id=7").await, "segment_id");
    at_field(&api.change("POST", "/api/v1/segments", &json!({ "name": "Large", "rules": rules })).await, "name");
    at_field(&api.change("POST", "/api/v1/segments", &json!({ "name": "None", "rules": [] })).await, "rules");
    let changed = api.done("PUT", &path, &json!({ "name": "Larger", "rules": rules })).await;
    assert_eq!((&changed["name"], &changed["version"]), (&json!("Larger"), &json!(1)));
    api.done("DELETE", &path, &Value::Null).await;
    assert_eq!(api.get(&path).await.status, 404);
    let form = json!({ "title": "Sundays", "person_id": person, "note": "By phone" });
    let item = api.done("POST", "/api/v1/feedback", &form).await;
    let weighted = format!("/api/v1/feedback/{}/weighted", item["id"].as_str().unwrap());
    let first = api.read(&weighted).await;
    assert_eq!((&first["askers"], &first["weighted"], &first["refused"]), (&json!(1), &Value::Null, &json!("too few")));
    at_field(&api.change("PUT", "/api/v1/segment-weights", &json!({ "weights": { "Retail": -1 } })).await, "weights");
    let weights = json!({ "weights": { "wholesale": 2.5, "Retail": 1 } });
    assert_eq!(api.done("PUT", "/api/v1/segment-weights", &weights).await["chosen"], true);
    let chosen = api.read(&weighted).await;
    assert_eq!((&chosen["weighted"], &chosen["weighed"]), (&json!(2.5), &json!(1)));
    api.done("PUT", "/api/v1/segment-weights", &json!({ "weights": null })).await;
    let of = format!("/api/v1/people/{person}/organisations");
    let bean = api.done("POST", &of, &json!({ "name": "Bean" })).await["items"][0]["id"].as_str().unwrap().to_owned();
    let both = api.done("POST", &of, &json!({ "name": "Bean Ltd" })).await;
    let other = both["items"][1]["id"].as_str().unwrap();
    let merged = api.done("POST", &format!("/api/v1/organisations/{bean}/merge"), &json!({ "into": other })).await;
    assert_eq!(merged["id"], json!(other));
    assert_eq!(api.read(&format!("/api/v1/organisations/{bean}")).await["merged_into"], json!(other));
    assert_eq!(api.read(&format!("/api/v1/organisations/{bean}/people")).await["items"][0]["id"], json!(person));
    api.done("POST", &format!("/api/v1/organisations/{bean}/part"), &Value::Null).await;
    api.done("PUT", &format!("/api/v1/organisations/{bean}/name"), &json!({ "name": "Bohne" })).await;
    assert_eq!(api.read("/api/v1/organisations?q=BOHN").await["items"][0]["name"], "Bohne");
    let left = api.done("DELETE", &format!("{of}/{bean}"), &Value::Null).await;
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_program_erases_a_customer_who_never_wrote_and_sees_who_goes_with_a_person() {
    let api = Api::new().await;
    brought(&api).await;
    let person = amina(&api).await;
    let listed = api.read("/api/v1/customers?q=amina").await["items"][0]["id"].as_str().unwrap().to_owned();
    let tie = format!("/api/v1/customers/{listed}/people/{person}");
    api.done("PUT", &tie, &json!({ "is_same": true })).await;
    let along = api.read(&format!("/api/v1/people/{person}/erasure")).await["customers"].clone();
    assert_eq!((&along[0]["list"], &along[0]["is_known"]), (&json!("CRM"), &json!(true)));
    let heard = format!("/api/v1/customers/{}/erasure", along[0]["id"].as_str().unwrap());
    assert_eq!(api.get(&heard).await.status, 409);
    let customer = api.read("/api/v1/customers?q=never").await["items"][0].clone();
    let path = format!("/api/v1/customers/{}/erasure", customer["id"].as_str().unwrap());
    let preview = api.read(&path).await;
    assert_eq!((&preview["name"], &preview["addresses"]), (&customer["name"], &json!(1)));
    at_field(&api.change("POST", &path, &json!({ "name": "Bo" })).await, "name");
    let done = api.change("POST", &path, &json!({ "name": customer["name"] })).await;
    assert_eq!(done.status, 201, "{}", done.body);
    let report: Value = serde_json::from_str(&done.body).unwrap();
    assert_eq!(report["report"]["rows"]["customers"], 1);
    assert_eq!(api.get(&path).await.status, 404);
}
