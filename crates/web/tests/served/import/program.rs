//! Imports as a program has them: a file, a look at its rows, a mapping by name.

use super::{FORUM, site};
use crate::support::{Answer, NOW, Site, request};
use serde_json::{Value, json};
use tertulia_engine::{accounts, imports as engine, mappings};
use tertulia_model::{ImportId, Role};
use tertulia_store::{messages, users};

struct Program {
    site: Site,
    key: String,
}

impl Program {
    async fn new() -> Self {
        let (site, owner) = site().await;
        let owner = accounts::session(&site.engine, &owner).await.unwrap().unwrap().0.id;
        let scopes = ["read".to_owned(), "manage".to_owned()];
        let key = accounts::add_api_token(&site.engine, owner, "a", &scopes).await.unwrap();
        Self { site, key }
    }

    async fn send(&self, method: &str, path: &str, body: String) -> Answer {
        let request = request(method, path, "").header("authorization", format!("Bearer {}", self.key));
        self.site.send(request.header("content-type", "application/json").body(body.into()).unwrap()).await
    }

    /// What is answered, with the status that it must have.
    async fn ask(&self, method: &str, path: &str, body: &Value, status: u16) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        if status >= 400 {
            assert_eq!(answer.headers["content-type"], "application/problem+json");
        }
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    async fn bring(&self, name: &str, file: &str) -> Value {
        let sent = self.send("POST", &format!("/api/v1/imports/files?name={name}"), file.to_owned()).await;
        assert_eq!(sent.status, 201, "{}", sent.body);
        serde_json::from_str(&sent.body).unwrap()
    }
}

const PREVIEW: &str = "/api/v1/imports/preview";

#[tokio::test]
async fn a_program_sends_a_file_says_what_its_columns_are_and_stops_and_goes_on() {
    let program = Program::new().await;
    let sent = program.bring("../old%20forum.csv", FORUM).await;
    assert_eq!((&sent["name"], &sent["columns"]), (&json!("old forum.csv"), &json!(["who", "text", "id"])));
    let with = |columns: Value| json!({ "file": sent["file"], "source": "Forum", "columns": columns });
    let imports = "/api/v1/imports";
    let wrong = program.ask("POST", imports, &with(json!({ "text": "txt", "mood": "who" })), 422).await;
    assert!(wrong["errors"]["text"].is_string() && wrong["errors"]["columns.mood"].is_string(), "{wrong}");
    let run = program.ask("POST", imports, &with(json!({ "text": "text" })), 201).await;
    let path = format!("{imports}/{}", run["id"].as_str().unwrap());
    assert_eq!(program.ask("POST", &format!("{path}/stop"), &json!(null), 200).await["state"], "stopped");
    assert_eq!(program.ask("POST", &format!("{path}/go-on"), &json!(null), 200).await["state"], "waiting");
    program.ask("POST", &format!("{path}/stop"), &json!(null), 200).await;
    assert_eq!(program.ask("POST", &format!("{path}/give-up"), &json!(null), 200).await["state"], "given_up");
    program.ask("POST", &format!("{path}/go-on"), &json!(null), 409).await;
    program.ask("POST", "/api/v1/imports/files?name=a.csv", &json!(null), 422).await;
}

#[tokio::test]
async fn a_program_looks_how_rows_would_be_read_and_nothing_is_imported() {
    let program = Program::new().await;
    let sent = program.bring("forum.csv", FORUM).await;
    let ours = ["hello@roaster.example"];
    let asked = json!({ "file": sent["file"], "columns": { "author": "who" }, "our_accounts": ours });
    let rows = program.ask("POST", PREVIEW, &asked, 200).await["items"].clone();
    let amina = json!({
        "author": "amina", "at": NOW, "subject": null, "text": "The grinder hums", "ours": false, "problem": null,
    });
    assert_eq!((&rows[0], rows.as_array().unwrap().len()), (&amina, 3));
    assert_eq!((&rows[1]["ours"], &rows[1]["text"]), (&json!(true), &json!("Send it to us")));
    assert_eq!((&rows[2]["problem"], &rows[2]["text"]), (&json!("This row says nothing."), &json!(null)));
    // Who says nothing of the author has them as the file suggests: here as none.
    assert_eq!(program.ask("POST", PREVIEW, &json!({ "file": sent["file"] }), 200).await["items"][0]["author"], "");

    for (wrong, field) in [
        (json!({ "file": sent["file"], "columns": { "text": "txt" } }), "text"),
        (json!({ "file": sent["file"], "columns": { "text": "" } }), "text"),
        (json!({ "file": sent["file"], "columns": { "mood": "who" } }), "columns.mood"),
        (json!({ "file": sent["file"], "time_zone": "Mars/Olympus" }), "time_zone"),
        (json!({ "file": sent["file"], "time_format": "soon" }), "time_format"),
        (json!({ "file": sent["file"], "mapping": "7" }), "mapping"),
        (json!({ "file": "made.up" }), "file"),
    ] {
        for path in [PREVIEW, "/api/v1/imports"] {
            let said = program.ask("POST", path, &wrong, 422).await;
            assert!(said["errors"][field].is_string(), "{path} {said}");
        }
        let named = program.ask("POST", "/api/v1/mappings", &json!({ "name": "Forum", "import": wrong }), 422).await;
        assert!(named["errors"][field].is_string(), "{named}");
    }
    program.ask("POST", PREVIEW, &json!({ "fil": sent["file"] }), 422).await;
    let long = program.bring("long.csv", &format!("text\n{}\n", "x".repeat(9_000))).await;
    let rows = program.ask("POST", PREVIEW, &json!({ "file": long["file"] }), 200).await;
    assert_eq!(rows["items"][0]["text"].as_str().unwrap().len(), 2_000);
    assert_eq!(program.ask("GET", "/api/v1/imports", &json!(null), 200).await["items"], json!([]));
    assert!(mappings::all(&program.site.engine).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_mapping_is_saved_by_a_program_and_the_next_file_is_read_with_it() {
    let program = Program::new().await;
    let sent = program.bring("forum.csv", FORUM).await;
    assert_eq!(sent["mappings"], json!([]));
    let import =
        json!({ "file": sent["file"], "columns": { "author": "who" }, "our_accounts": ["bo"], "public": true });
    let named = |name: &str, replace: bool| json!({ "name": name, "replace": replace, "import": import });
    let answer = program.send("POST", "/api/v1/mappings", named("Forum", false).to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let place = answer.headers["location"].to_str().unwrap().to_owned();
    let saved: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(program.ask("GET", &place, &json!(null), 200).await, saved);
    assert_eq!((&saved["name"], &saved["columns"]), (&json!("Forum"), &json!(["who", "text", "id"])));
    assert_eq!((&saved["mapping"]["author"], &saved["used_at"]), (&json!("who"), &json!(null)));
    program.ask("POST", "/api/v1/mappings", &named("FORUM", false), 409).await;
    let new = program.ask("POST", "/api/v1/mappings", &named("FORUM", true), 201).await;
    program.ask("GET", &place, &json!(null), 404).await;
    program.ask("POST", "/api/v1/mappings", &named("", false), 422).await;

    let next = program.bring("march.csv", "who,text,id\namina,It hums no more,9\n").await;
    let fits = json!([{ "id": new["id"], "name": "FORUM", "made_for_it": true }]);
    assert_eq!(next["mappings"], fits);
    let asked = json!({ "file": next["file"], "mapping": new["id"] });
    assert_eq!(program.ask("POST", PREVIEW, &asked, 200).await["items"][0]["author"], "amina");
    let run = program.ask("POST", "/api/v1/imports", &asked, 201).await;
    let id = ImportId(run["id"].as_str().unwrap().parse().unwrap());
    engine::run(&program.site.engine, id).await.unwrap();
    let done = program.ask("GET", &format!("/api/v1/imports/{id}"), &json!(null), 200).await;
    assert_eq!((&done["state"], &done["taken"]), (&json!("done"), &json!(1)));
    assert_eq!(messages::count(&mut program.site.engine.db.reader()).await.unwrap(), 1);
    let kept = mappings::all(&program.site.engine).await.unwrap().remove(0);
    assert_eq!(kept.used_at, Some(NOW));

    // A file that lacks one of its columns says which; whoever names another in its place goes on.
    let other = program.bring("other.csv", "name,text\namina,Hello\n").await;
    assert_eq!(other["mappings"], json!([]));
    let mut asked = json!({ "file": other["file"], "mapping": new["id"] });
    let wrong = program.ask("POST", PREVIEW, &asked, 422).await;
    assert!(wrong["errors"]["author"].as_str().unwrap().contains("“who”"), "{wrong}");
    asked["columns"] = json!({ "author": "name" });
    assert_eq!(program.ask("POST", PREVIEW, &asked, 200).await["items"][0]["author"], "amina");
}

#[tokio::test]
async fn only_an_owners_program_imports() {
    let program = Program::new().await;
    let sent = program.bring("forum.csv", FORUM).await;
    program.site.member(Role::Agent).await;
    let all = users::all(&mut program.site.engine.db.reader()).await.unwrap();
    let agent = all.iter().find(|user| user.role == Role::Agent).unwrap().id;
    let owner = all.iter().find(|user| user.role == Role::Owner).unwrap().id;
    let engine = program.site.engine.clone();
    let scopes = ["read".to_owned(), "manage".to_owned()];
    let of_agent = accounts::add_api_token(&engine, agent, "b", &scopes).await.unwrap();
    let only_reads = accounts::add_api_token(&engine, owner, "c", &scopes[..1]).await.unwrap();
    let mut program = program;
    for key in [of_agent, only_reads] {
        program.key = key;
        program.ask("POST", PREVIEW, &json!({ "file": sent["file"] }), 403).await;
        let named = json!({ "name": "Forum", "import": { "file": sent["file"] } });
        program.ask("POST", "/api/v1/mappings", &named, 403).await;
    }
}
