//! Monitors, what they find, and the coverage ledger.

use super::{Api, problem};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};
use tertulia_engine::monitors;
use tertulia_model::MonitorId;
use tertulia_store::{keys::place_at, monitors as stored};

async fn monitor(api: &Api, query: &str) -> String {
    let saved = api.done("POST", "/api/v1/monitors", &json!({ "query": query })).await;
    format!("/api/v1/monitors/{}", saved["id"].as_str().unwrap())
}

fn overheard(id: &str, from: &str, text: &str) -> Line {
    Line { overheard: true, ..Line::new(id, from, text) }
}

async fn hear(api: &Api, lines: &[Line]) {
    talk::hear(&api.site, api.channel, lines).await;
    while monitors::match_waiting(&api.site.engine).await.unwrap() > 0 {}
}

fn texts(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["message"]["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_monitor_is_saved_changed_paused_and_removed() {
    let api = Api::new().await;
    let saved = api.change("POST", "/api/v1/monitors", &json!({ "name": "Our grinder", "query": "grinder" })).await;
    assert_eq!(saved.status, 201, "{}", saved.body);
    let path = saved.headers["location"].to_str().unwrap().to_owned();
    let shown = api.read(&path).await;
    assert_eq!(serde_json::from_str::<Value>(&saved.body).unwrap(), shown);
    assert_eq!((&shown["name"], &shown["state"]), (&json!("Our grinder"), &json!("live")));
    assert_eq!(shown["created_by"], api.owner.to_string());
    let changed = api.done("PUT", &path, &json!({ "query": "grinder OR mill" })).await;
    assert_eq!((&changed["name"], &changed["query"]), (&json!("grinder OR mill"), &json!("grinder OR mill")));
    let changed =
        |instead_of: &str| json!({ "query": "mill", "instead_of": { "name": instead_of, "query": instead_of } });
    assert_eq!(problem(&api.change("PUT", &path, &changed("grinder")).await).0, 409, "somebody has changed it");
    assert_eq!(api.read(&path).await["query"], "grinder OR mill", "and nothing was written over");
    assert_eq!(api.done("PUT", &path, &changed("grinder OR mill")).await["query"], "mill");
    api.done("PUT", &path, &json!({ "query": "grinder OR mill", "instead_of": null })).await;
    assert_eq!(api.done("POST", &format!("{path}/pause"), &json!(null)).await["state"], "paused");
    assert_eq!(api.done("POST", &format!("{path}/resume"), &json!(null)).await["state"], "live");
    monitor(&api, "beans").await;
    let list = api.read("/api/v1/monitors").await;
    let names: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|m| &m["name"]).collect();
    assert_eq!(names, ["beans", "grinder OR mill"]);
    assert_eq!(api.change("DELETE", &path, &json!(null)).await.status, 204);
    for (method, at) in
        [("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/pause"), ("GET", "/mentions"), ("GET", "/volume")]
    {
        let body = if method == "PUT" { json!({ "query": "x" }) } else { json!(null) };
        assert_eq!(problem(&api.change(method, &format!("{path}{at}"), &body).await).0, 404, "{method} {at}");
    }
}

#[tokio::test]
async fn monitors_are_listed_page_by_page() {
    let api = Api::new().await;
    for query in ["one", "two", "three"] {
        monitor(&api, query).await;
    }
    let queries = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["query"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = api.read("/api/v1/monitors?limit=2").await;
    assert_eq!(queries(&first), ["three", "two"]);
    let last = api.read(&format!("/api/v1/monitors?limit=2&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!((queries(&last), &last["next"]), (vec!["one".to_owned()], &json!(null)));
    for wrong in ["limit=0", "limit=101", "cursor=x", "x=1"] {
        assert_eq!(problem(&api.get(&format!("/api/v1/monitors?{wrong}")).await).0, 422, "{wrong}");
    }
}

#[tokio::test]
async fn how_far_a_monitor_has_looked_back_is_told_by_what_is_stored_and_not_by_the_calendar() {
    let api = Api::new().await;
    let year = 365 * 86_400_000;
    let old = overheard("1", "amina", "A grinder, a year ago");
    hear(&api, &[Line { at: old.at - year, ..old }, overheard("2", "bo", "My grinder")]).await;
    let path = monitor(&api, "grinder").await;
    assert_eq!(api.read(&path).await["looked_back"], 0);
    let id = MonitorId(path.rsplit('/').next().unwrap().parse().unwrap());
    let looked = async |behind| {
        let mut tx = api.site.engine.db.begin().await.unwrap();
        assert!(stored::note_looked(&mut tx, id, 1, behind, 1).await.unwrap());
        tx.commit().await.unwrap();
        let told = api.read(&path).await["looked_back"].as_i64().unwrap();
        assert_eq!(api.read("/api/v1/monitors").await["items"][0]["looked_back"], told);
        told
    };
    let now = api.site.engine.now();
    assert_eq!(looked(Some(place_at(now - year / 4))).await, 24, "the oldest was said some minutes before that year");
    assert_eq!(looked(Some(place_at(now - year / 2))).await, 49);
    assert_eq!(looked(None).await, 100);
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_refused_with_its_place() {
    let api = Api::new().await;
    for path in ["/api/v1/monitors", "/api/v1/monitors/preview"] {
        let answer = api.change("POST", path, &json!({ "query": "café (tea" })).await;
        assert_eq!(problem(&answer).0, 422);
        let said: Value = serde_json::from_str(&answer.body).unwrap();
        assert!(!said["errors"]["query"].as_str().unwrap().is_empty());
        assert_eq!(said["errors"]["query_from"], "5", "in characters: {said}");
    }
    let empty = api.change("POST", "/api/v1/monitors", &json!({ "query": " " })).await;
    assert_eq!(problem(&empty).0, 422);
    assert_eq!(problem(&api.change("POST", "/api/v1/monitors", &json!({ "qery": "x" })).await).0, 422);
}

#[tokio::test]
async fn a_preview_shows_what_a_query_would_find_and_saves_nothing() {
    let api = Api::new().await;
    hear(&api, &[overheard("1", "amina", "A loud grinder."), overheard("2", "bo", "Good beans.")]).await;
    let preview = api.done("POST", "/api/v1/monitors/preview", &json!({ "query": "grinder" })).await;
    assert_eq!((&preview["matches"], &preview["looked_back_to"]), (&json!(1), &json!(null)));
    assert_eq!(preview["examples"][0]["text"], "A loud grinder.");
    assert_eq!(api.read("/api/v1/monitors").await["items"], json!([]));
}

#[tokio::test]
async fn mentions_are_listed_page_by_page_narrowed_and_decided() {
    let api = Api::new().await;
    let path = monitor(&api, "grinder").await;
    let lines: Vec<Line> = (0..5).map(|n| overheard(&format!("m{n}"), "amina", &format!("Grinder {n}"))).collect();
    hear(&api, &lines).await;
    hear(&api, &[overheard("b", "bo", "Beans")]).await;
    let mut found = Vec::new();
    let mut at = format!("{path}/mentions?limit=2");
    loop {
        let page = api.read(&at).await;
        found.extend(texts(&page));
        let Some(next) = page["next"].as_str() else { break };
        at = format!("{path}/mentions?limit=2&cursor={next}");
    }
    assert_eq!(found, ["Grinder 4", "Grinder 3", "Grinder 2", "Grinder 1", "Grinder 0"]);
    let page = api.read(&format!("{path}/mentions")).await;
    let (second, oldest) = (&page["items"][1]["message"], &page["items"][4]["message"]);
    let state = format!("{path}/mentions/{}/state", second["id"].as_str().unwrap());
    assert_eq!(api.change("PUT", &state, &json!({ "state": "noise" })).await.status, 204);
    assert_eq!(texts(&api.read(&format!("{path}/mentions")).await).len(), 4, "noise is left out");
    let noise = api.read(&format!("{path}/mentions?state=noise")).await;
    assert_eq!(texts(&noise), ["Grinder 3"]);
    assert_eq!(noise["items"][0]["decided_by"], api.owner.to_string());
    assert_eq!(api.change("PUT", &state, &json!({ "state": "new" })).await.status, 204);
    let narrowed = async |rest: &str| texts(&api.read(&format!("{path}/mentions?{rest}")).await).len();
    let at = second["at"].as_i64().unwrap();
    assert_eq!((narrowed(&format!("since={at}")).await, narrowed(&format!("until={at}")).await), (2, 3));
    assert_eq!((narrowed("state=listened").await, narrowed("channel=7").await), (0, 0));
    assert_eq!(
        narrowed(&format!("channel={}&language={}", api.channel, oldest["language"].as_str().unwrap())).await,
        5
    );
    for wrong in ["state=loud", "language=ENGLISH", "since=-1", "until=999999999999999", "channel=x", "cursor=x", "x=1"]
    {
        assert_eq!(problem(&api.get(&format!("{path}/mentions?{wrong}")).await).0, 422, "{wrong}");
    }
    assert_eq!(
        problem(&api.change("PUT", &format!("{path}/mentions/7/state"), &json!({ "state": "new" })).await).0,
        404
    );
    assert_eq!(problem(&api.change("PUT", &state, &json!({ "state": "loud" })).await).0, 422);
}

#[tokio::test]
async fn who_asks_by_the_number_of_finding_misses_neither_what_came_late_nor_what_fits_since_an_edit() {
    let api = Api::new().await;
    let path = format!("{}/mentions", monitor(&api, "grinder").await);
    assert_eq!(api.read(&format!("{path}?found_after=0")).await, json!({ "items": [], "found_to": 0 }));
    hear(&api, &[overheard("e", "bo", "A loud mill"), overheard("n", "amina", "A loud grinder")]).await;
    let first = api.read(&format!("{path}?found_after=0")).await;
    assert_eq!(texts(&first), ["A loud grinder"]);
    let to = first["items"][0]["found"].as_i64().unwrap();
    assert_eq!((&first["found_to"], &first["next"]), (&json!(to), &json!(null)));
    // Said three hours before the other, and heard only now.
    let late = overheard("l", "rosa", "Whose grinder?");
    hear(&api, &[Line { at: late.at - 3 * 3_600_000, ..late }]).await;
    hear(&api, &[Line { revision: 1, ..overheard("e", "bo", "A loud grinder, I mean") }]).await;
    let since = api.read(&format!("{path}?found_after={to}")).await;
    assert_eq!(texts(&since), ["Whose grinder?", "A loud grinder, I mean"]);
    assert_eq!(since["found_to"], since["items"][1]["found"]);
    let end = since["found_to"].as_i64().unwrap();
    assert_eq!(api.read(&format!("{path}?found_after={end}")).await, json!({ "items": [], "found_to": end }));
    // What was found together is not torn apart by the end of a page.
    hear(&api, &[1, 2, 3].map(|n| overheard(&format!("t{n}"), "amina", &format!("Grinder {n}")))).await;
    let one = api.read(&format!("{path}?found_after={end}&limit=2")).await;
    assert_eq!((texts(&one).len(), &one["found_to"]), (2, &json!(null)), "there is more first: {one}");
    let next = one["next"].as_str().unwrap();
    let two = api.read(&format!("{path}?found_after={end}&limit=2&cursor={next}")).await;
    assert_eq!([texts(&one), texts(&two)].concat(), ["Grinder 1", "Grinder 2", "Grinder 3"]);
    assert_eq!((&two["next"], &two["found_to"]), (&json!(null), &two["items"][0]["found"]));
    assert_eq!(texts(&api.read(&format!("{path}?found_after=0&state=listened")).await).len(), 0);
    for wrong in ["found_after=-1", "found_after=x", "found_after=9007199254740992", "found_after=0&cursor=1-x"] {
        assert_eq!(problem(&api.get(&format!("{path}?{wrong}")).await).0, 422, "{wrong}");
    }
    assert_eq!(api.read(&path).await["found_to"], json!(null));
}

#[tokio::test]
async fn an_author_is_muted_and_shown_again() {
    let api = Api::new().await;
    let path = monitor(&api, "grinder").await;
    hear(&api, &[overheard("1", "amina", "My grinder!"), overheard("2", "bo", "Whose grinder?")]).await;
    let all = api.read(&format!("{path}/mentions")).await;
    let of_amina = all["items"].as_array().unwrap().iter().find(|m| m["message"]["handle"] == "amina").unwrap();
    let body = json!({ "message_id": of_amina["message"]["id"], "kind": "person" });
    let mutes = api.done("POST", &format!("{path}/mutes"), &body).await;
    assert_eq!(mutes["items"].as_array().unwrap().len(), 1);
    assert_eq!(mutes["items"][0]["subject_id"], of_amina["message"]["person"]["id"]);
    assert_eq!(mutes, api.read(&format!("{path}/mutes")).await);
    assert_eq!(texts(&api.read(&format!("{path}/mentions")).await), ["Whose grinder?"]);
    let mute = format!("{path}/mutes/{}", mutes["items"][0]["id"].as_str().unwrap());
    assert_eq!(api.change("DELETE", &mute, &json!(null)).await.status, 204);
    assert_eq!(problem(&api.change("DELETE", &mute, &json!(null)).await).0, 404);
    assert_eq!(texts(&api.read(&format!("{path}/mentions")).await).len(), 2);
    let nowhere = json!({ "message_id": "7", "kind": "thread", "everywhere": true });
    assert_eq!(problem(&api.change("POST", &format!("{path}/mutes"), &nowhere).await).0, 404);
}

#[tokio::test]
async fn the_volume_is_told_by_the_days_of_the_asking_clock() {
    let api = Api::new().await;
    let path = monitor(&api, "grinder").await;
    // 2026-11-20T23:30:00Z and half a day before it.
    let late = 1_795_217_400_000;
    let at = |id: &str, at| Line { at, ..overheard(id, "amina", "grinder") };
    hear(&api, &[at("1", late), at("2", late - 43_200_000), at("3", late + 1)]).await;
    let days = async |rest: &str| {
        let volume = api.read(&format!("{path}/volume{rest}")).await;
        let items = volume["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|v| (v["day"].as_str().unwrap().to_owned(), v["mentions"].as_i64().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(days("").await, [("2026-11-20".to_owned(), 3)]);
    assert_eq!(days("?offset=60").await, [("2026-11-20".to_owned(), 1), ("2026-11-21".to_owned(), 2)]);
    assert_eq!(days(&format!("?since={late}&until={}", late + 1)).await, [("2026-11-20".to_owned(), 1)]);
    assert_eq!(problem(&api.get(&format!("{path}/volume?offset=841")).await).0, 422);
}

#[tokio::test]
async fn the_ledger_tells_what_was_heard_what_was_not_and_why() {
    let api = Api::new().await;
    hear(&api, &[overheard("1", "amina", "One"), overheard("2", "bo", "Two")]).await;
    talk::hear_raw(&api.site, api.channel, vec![("bad".into(), b"no".to_vec())]).await;
    api.done("POST", &format!("/api/v1/channels/{}/pause", api.channel), &json!(null)).await;
    let ledger = api.read("/api/v1/ledger").await;
    assert!(ledger["methods"].as_array().unwrap().len() > 4, "{ledger}");
    assert_eq!((&ledger["from"], &ledger["until"]), (&json!("2026-11-15"), &json!("2026-11-21")));
    let channel = &ledger["channels"][0];
    assert_eq!((&channel["channel_id"], &channel["connector"]), (&json!(api.channel.to_string()), &json!("talk")));
    let day = &channel["days"][0];
    assert_eq!((&day["day"], &day["heard"], &day["history"]), (&json!("2026-11-21"), &json!(2), &json!(0)));
    assert_eq!(day["lag_longest_ms"], 0);
    assert_eq!((&day["not_kept"][0]["kind"], &day["not_kept"][0]["times"]), (&json!("aside"), &json!(1)));
    assert_eq!((&channel["gaps"][0]["kind"], &channel["gaps"][0]["until"]), (&json!("away"), &json!(null)));
    let older = api.read("/api/v1/ledger?from=2025-12-01&until=2026-11-20").await;
    assert_eq!((&older["channels"][0]["days"], &older["channels"][0]["gaps"]), (&json!([]), &json!([])));
    assert_eq!(api.read("/api/v1/ledger?channel=7").await["channels"], json!([]));
    for wrong in ["from=2026-11-22", "from=2020-01-01", "from=yesterday", "until=2026-13-01", "until=2026-11-21T00:00"]
    {
        assert_eq!(problem(&api.get(&format!("/api/v1/ledger?{wrong}")).await).0, 422, "{wrong}");
    }
}
