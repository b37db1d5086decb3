//! The API against its own document: schemathesis makes requests of it by the thousand, right ones and wrong ones, and
//! looks whether each answer is what the document says. Whatever it finds can be repeated by its `--seed`.
#![allow(clippy::unwrap_used)]

#[path = "schemathesis/invited.rs"]
mod invited;
mod support;
#[path = "schemathesis/told.rs"]
mod told;

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use support::{Serving, done, folder, tertulia};
use tertulia_testkit::{first_seed, skipped, soaking, told, workspace_root};

const VERSION: &str = "4.32.5";
const INSTALL: &str = "apt-get install python3-venv";
/// What is set aside in this test cannot be read by a second try either; an import that is done neither stops nor goes on
/// nor is given up; nobody's answer here fails or is in doubt, and what is taken back must be so within seconds; two
/// conversations are not found by chance; a list of customers is read by then; nothing is suggested of two; one reader alone does not differ; there are
/// no topics before a week is over: all that is refused (404, 409), and rightly.
const NEVER_WELL: [&str; 19] = [
    "POST /api/v1/quarantine/{id}/retry",
    "POST /api/v1/imports/{id}/stop",
    "POST /api/v1/imports/{id}/go-on",
    "POST /api/v1/imports/{id}/give-up",
    "POST /api/v1/deliveries/{id}/undo",
    "POST /api/v1/deliveries/{id}/again",
    "POST /api/v1/deliveries/{id}/arrived",
    "POST /api/v1/deliveries/{id}/leave",
    "POST /api/v1/deliveries/{id}/take-up",
    "POST /api/v1/conversations/{id}/merge",
    "POST /api/v1/conversations/{id}/part",
    "POST /api/v1/conversations/{id}/apart",
    "POST /api/v1/people/{id}/same/{other}/ask",
    "POST /api/v1/customer-lists/{id}/stop",
    "PUT /api/v1/label-samples/{id}/messages/{message}/settled",
    "GET /api/v1/topics/{id}",
    "GET /api/v1/topics/{id}/messages",
    "POST /api/v1/topic-decisions",
    "DELETE /api/v1/topic-decisions/{id}",
];
/// Of the demo.
const OWNER: &str = "ines@fuenteyflor.example";
const PASSWORD: &str = "a quiet cup of coffee";
const NOTE: &str = r#"{ "values": { "they_said": "Hello" } }"#;
const PLACE: &str = r#"{ "connector": "notes" }"#;

/// The program, in an environment of Python of its own; none where that cannot be made.
fn schemathesis() -> Option<PathBuf> {
    let place = workspace_root().join("target/schemathesis").join(VERSION);
    let (program, ready) = (place.join("bin/schemathesis"), place.join("ready"));
    if ready.exists() {
        return Some(program);
    }
    let quiet = |command: &mut Command| {
        let ran = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
        ran.is_ok_and(|status| status.success())
    };
    if !quiet(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place)) {
        return None;
    }
    let package = format!("schemathesis=={VERSION}");
    let mut pip = Command::new(place.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &package]);
    if !quiet(&mut pip) {
        return None;
    }
    fs::write(ready, "").unwrap();
    Some(program)
}

/// A folder with what the demo holds, and items in Quarantine besides.
fn filled() -> tempfile::TempDir {
    let folder = folder();
    let demo = Serving::start(folder.path(), &["demo", "--bare", "--keep", "data"]);
    assert!(demo.terminate().success());
    let whole = r#"{ "id": "1", "at": "2026-11-02T10:00:00Z", "by": "ana", "said": "Do you have beans?" }"#;
    let broken = (2..5).map(|n| format!("{{ \"id\": \"{n}\", no")).collect::<Vec<_>>().join("\n");
    fs::write(folder.path().join("broken.jsonl"), format!("{whole}\n{broken}\n")).unwrap();
    let mapping = r#"{ "id": "id", "time": "at", "author": "by", "text": "said" }"#;
    fs::write(folder.path().join("mapping.json"), mapping).unwrap();
    done(folder.path(), &["import", "broken.jsonl", "--name", "Broken", "--mapping", "mapping.json"]);
    folder
}

/// A key that may do everything.
fn key(serving: &Serving) -> String {
    let owner = serving.sign_in(OWNER, PASSWORD).unwrap();
    let form = [("name", "schemathesis"), ("reply", "yes"), ("listen", "yes"), ("manage", "yes")];
    let page = serving.post("/team/keys/new", &owner, &form).body;
    let begin = page.find("tt_").unwrap();
    page[begin..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// A channel that may be deleted.
const CHAT: &str =
    r#"{ "connector": "webchat", "settings": { "name": "Spare", "allowed_origins": ["https://a.example"] } }"#;

/// Ids of things that are there, for addresses that chance alone would hardly ever fill rightly.
fn known(serving: &Serving, key: &str) -> Vec<(&'static str, String)> {
    let asked = Cell::new(0);
    let ask = |method: &str, path: &str, body: &str| {
        asked.set(asked.get() + 1);
        let once = format!("Idempotency-Key: known-{}\r\n", asked.get());
        let answer = serving.ask_with(&once, method, path, key, body);
        // What is gone says nothing.
        let body = if answer.body.is_empty() { "null" } else { &answer.body };
        serde_json::from_str::<serde_json::Value>(body).unwrap()
    };
    let id = |found: &serde_json::Value| found.as_str().unwrap().to_owned();
    let monitor = id(&ask("POST", "/api/v1/monitors", r#"{ "query": "coffee OR café" }"#)["id"]);
    let mentions = format!("/api/v1/monitors/{monitor}/mentions");
    let begin = Instant::now();
    let message = loop {
        if let Some(message) = ask("GET", &mentions, "")["items"][0]["message"]["id"].as_str() {
            break message.to_owned();
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "the monitor never looked at what was heard before");
        std::thread::sleep(Duration::from_millis(50));
    };
    let place = id(&ask("POST", "/api/v1/channels", PLACE)["id"]);
    let noted = ask("POST", &format!("/api/v1/channels/{place}/entries"), NOTE);
    let people = ask("GET", "/api/v1/people", "");
    // Whose message or conversation is needed is left alone.
    let author = ask("GET", &format!("/api/v1/messages/{message}"), "")["person"]["id"].clone();
    let talk = ask("GET", "/api/v1/conversations", "")["conversations"][0].clone();
    let needed = [&author, &talk["person"]["id"]];
    let people: Vec<_> = people["items"].as_array().unwrap().iter().filter(|p| !needed.contains(&&p["id"])).collect();
    let person = |n: usize| (id(&people[n]["id"]), id(&people[n]["name"]));
    let erased = format!("/api/v1/people/{}/erasure", person(0).0);
    let erasure = ask("POST", &erased, &serde_json::json!({ "name": person(0).1 }).to_string());
    let hook = r#"{ "url": "http://127.0.0.1:9/hooks", "events": ["message.heard"] }"#;
    let webhook = id(&ask("POST", "/api/v1/webhooks", hook)["webhook"]["id"]);
    let with_file = ask("GET", "/api/v1/messages?q=has:attachment", "");
    let attachment = id(&with_file["messages"][0]["attachments"][0]["id"]);
    let file = ask("POST", "/api/v1/imports/files?name=forum.csv", "id,text,author\n1,Hello,Ana\n");
    let import = serde_json::json!({ "name": "Table", "import": { "file": file["file"] } });
    let mapping = id(&ask("POST", "/api/v1/mappings", &import.to_string())["id"]);
    let spare = import.to_string().replace("Table", "Spare");
    let spare_mapping = id(&ask("POST", "/api/v1/mappings", &spare)["id"]);
    let [mail, other_mail] = mails(&ask);
    let answer = answer(&ask);
    let [promised, unsaid] = ["I'll check", "I'll write"].map(|words| {
        let words = serde_json::json!({ "words": words }).to_string();
        id(&ask("POST", &format!("/api/v1/messages/{answer}/promises"), &words)["id"])
    });
    let note = serde_json::json!({ "text": "Knows the roaster" }).to_string();
    let [team_note, spare_note] = [1, 2].map(|_| {
        id(&ask("POST", &format!("/api/v1/conversations/{}/notes", talk["id"].as_str().unwrap()), &note)["id"])
    });
    let outcome = id(&ask("POST", "/api/v1/outcomes", r#"{ "name": "Visits", "adds_up": true }"#)["id"]);
    let value = r#"{ "source": "the till", "values": [{ "day": "2026-11-21", "value": 3 }] }"#;
    ask("POST", &format!("/api/v1/outcomes/{outcome}/values"), value);
    let value = id(&ask("GET", &format!("/api/v1/outcomes/{outcome}/values"), "")["items"][0]["id"]);
    let goal = r#"{ "sentence": "More visits", "today": "few", "hoped": "many", "due_on": "2099-01-01" }"#;
    let goal = id(&ask("POST", "/api/v1/goals", goal)["id"]);
    let [ballot, spare_ballot, statement, batch] = ballot(&ask);
    let persons: Vec<String> = people.iter().map(|person| id(&person["id"])).collect();
    let mut known = vec![
        ("TERTULIA_AN_ANSWER", answer),
        ("TERTULIA_A_TEAM_NOTE", team_note),
        ("TERTULIA_A_SPARE_TEAM_NOTE", spare_note),
        ("TERTULIA_A_BALLOT", ballot),
        ("TERTULIA_A_SPARE_BALLOT", spare_ballot),
        ("TERTULIA_A_STATEMENT", statement),
        ("TERTULIA_A_BATCH_OF_VOTES", batch),
        ("TERTULIA_AN_OUTCOME", outcome),
        ("TERTULIA_A_VALUE_OF_IT", value),
        ("TERTULIA_A_GOAL", goal),
        ("TERTULIA_A_PROMISE", promised),
        ("TERTULIA_A_PROMISE_OF_WHICH_NOTHING_IS_SAID", unsaid),
        ("TERTULIA_A_MAPPING", mapping),
        ("TERTULIA_A_SPARE_MAPPING", spare_mapping),
        ("TERTULIA_A_MAIL_CONVERSATION", id(&mail["conversation_id"])),
        ("TERTULIA_A_MAIL", id(&mail["id"])),
        ("TERTULIA_A_NOTE", id(&noted["conversation"])),
        ("TERTULIA_A_PLACE_FOR_NOTES", place),
        ("TERTULIA_A_PERSON", person(1).0),
        ("TERTULIA_A_NAME", person(1).1),
        ("TERTULIA_ANOTHER_PERSON", person(2).0),
        ("TERTULIA_AN_ERASURE", id(&erasure["id"])),
        ("TERTULIA_AN_IMPORT", id(&ask("GET", "/api/v1/imports", "")["items"][0]["id"])),
        ("TERTULIA_A_FILE", id(&file["file"])),
        ("TERTULIA_A_CALL", id(&ask("POST", &format!("/api/v1/webhooks/{webhook}/test"), "")["id"])),
        ("TERTULIA_A_WEBHOOK", webhook),
        ("TERTULIA_A_SPARE_WEBHOOK", id(&ask("POST", "/api/v1/webhooks", hook)["webhook"]["id"])),
        ("TERTULIA_A_MONITOR", monitor),
        ("TERTULIA_A_FILE_OF_A_MESSAGE", attachment),
        ("TERTULIA_A_MESSAGE", message),
        ("TERTULIA_A_CHANNEL", id(&ask("GET", "/api/v1/channels", "")["items"][0]["id"])),
        ("TERTULIA_A_SPARE_CHANNEL", id(&ask("POST", "/api/v1/channels", CHAT)["id"])),
        ("TERTULIA_A_SPARE_MONITOR", id(&ask("POST", "/api/v1/monitors", r#"{ "query": "tea" }"#)["id"])),
        ("TERTULIA_A_CONVERSATION", id(&talk["id"])),
    ];
    known.extend(merged(&ask, &persons));
    known.extend(asked_for(&ask, &persons[9]));
    known.extend(written_down(&ask, mail["conversation_id"].as_str().unwrap()));
    known.extend(told::to_be_told(&ask, &persons[9], [&mail, &other_mail]));
    known.extend(in_lists(&ask, &persons[2]));
    known.extend(invited::to_be_invited(&ask));
    known.extend(beside_us(&ask));
    known.extend(to_be_read(&ask));
    known.extend(cards(&ask));
    known
}

type Ask<'a> = &'a dyn Fn(&str, &str, &str) -> serde_json::Value;
type Known = Vec<(&'static str, String)>;

/// One who is part of another already, two who may be made one, two who are not.
fn merged(ask: Ask<'_>, persons: &[String]) -> Known {
    let joined = serde_json::json!({ "person": persons[4] }).to_string();
    let merge = ask("POST", &format!("/api/v1/people/{}/merges", persons[3]), &joined);
    vec![
        ("TERTULIA_WHO_HOLDS_ANOTHER", persons[3].clone()),
        ("TERTULIA_A_MERGE", merge["id"].as_str().unwrap().to_owned()),
        ("TERTULIA_WHO_STAYS", persons[5].clone()),
        ("TERTULIA_WHO_JOINS", persons[6].clone()),
        ("TERTULIA_WHO_IS_NOT_THE_OTHER", persons[7].clone()),
        ("TERTULIA_THE_OTHER", persons[8].clone()),
    ]
}

/// What people ask for and what is done about it; what these addresses take away is needed by nobody else.
fn asked_for(ask: Ask<'_>, person: &str) -> Known {
    let make = |path: &str, body: serde_json::Value| {
        let made = ask("POST", &format!("/api/v1/{path}"), &body.to_string());
        made["id"].as_str().unwrap().to_owned()
    };
    let [stays, goes, part, spare, asked] =
        ["Seats outside", "More seats", "Chairs", "Shade", "A bench"].map(|title| {
            make("feedback", serde_json::json!({ "title": title, "person_id": person, "note": "At the counter" }))
        });
    make(&format!("feedback/{part}/merge"), serde_json::json!({ "into": stays }));
    let evidence = ask("GET", &format!("/api/v1/feedback/{asked}/evidence"), "");
    let [change, spare_change] =
        ["Chairs", "A tree"].map(|title| make("changes", serde_json::json!({ "title": title })));
    vec![
        ("TERTULIA_AN_ITEM", stays),
        ("TERTULIA_AN_ITEM_THAT_GOES", goes),
        ("TERTULIA_A_PART_OF_AN_ITEM", part),
        ("TERTULIA_A_SPARE_ITEM", spare),
        ("TERTULIA_AN_ASKED_ITEM", asked),
        ("TERTULIA_AN_EVIDENCE", evidence["items"][0]["id"].as_str().unwrap().to_owned()),
        ("TERTULIA_A_CHANGE", change),
        ("TERTULIA_A_SPARE_CHANGE", spare_change),
    ]
}

/// A sample that people label, and a message of it.
fn to_be_read(ask: Ask<'_>) -> Known {
    let sample = ask("POST", "/api/v1/label-samples", r#"{ "kind": "sentiment", "each": 5 }"#);
    let sample = sample["id"].as_str().unwrap().to_owned();
    let unread = ask("GET", &format!("/api/v1/label-samples/{sample}/unread"), "");
    let message = unread["items"][0]["message_id"].as_str().unwrap().to_owned();
    vec![("TERTULIA_A_LABEL_SAMPLE", sample), ("TERTULIA_A_MESSAGE_OF_A_SAMPLE", message)]
}

/// Articles, one of them in an answer, and saved replies.
fn written_down(ask: Ask<'_>, conversation: &str) -> Known {
    let make = |path: &str, body: serde_json::Value| {
        let made = ask("POST", &format!("/api/v1/{path}"), &body.to_string());
        made["id"].as_str().unwrap().to_owned()
    };
    let body = "Orders before noon leave the same day and take two days.";
    let [article, spare] = ["Delivery times", "Delivery abroad"]
        .map(|title| make("articles", serde_json::json!({ "title": title, "body": body, "language": "en" })));
    let answer = serde_json::json!({ "text": body, "articles": [article] }).to_string();
    let sent = ask("POST", &format!("/api/v1/conversations/{conversation}/replies"), &answer);
    let uses = ask("GET", &format!("/api/v1/articles/{article}/uses"), "");
    let used = uses["items"][0]["id"].as_str().unwrap_or_else(|| panic!("it stands in no answer: {sent}")).to_owned();
    let [reply, spare_reply] = ["Greeting", "Farewell"]
        .map(|title| make("saved-replies", serde_json::json!({ "title": title, "body": "Hello {first name|there}" })));
    vec![
        ("TERTULIA_AN_ARTICLE", article),
        ("TERTULIA_A_USE_OF_IT", used),
        ("TERTULIA_A_SPARE_ARTICLE", spare),
        ("TERTULIA_A_SAVED_REPLY", reply),
        ("TERTULIA_A_SPARE_SAVED_REPLY", spare_reply),
    ]
}

/// A list of customers that was read, what is known of a person by it, and trackers that may call.
fn in_lists(ask: Ask<'_>, person: &str) -> Known {
    let id = |made: &serde_json::Value| made["id"].as_str().unwrap().to_owned();
    let make = |path: &str, body: serde_json::Value| id(&ask("POST", &format!("/api/v1/{path}"), &body.to_string()));
    let table = "customer number,name,email,segment\n1,Ann,ann@shop.example,Retail\n2,Bo,bo@shop.example,Wholesale\n\
                 3,Cy,cy@shop.example,Retail\n4,Di,,Wholesale\n5,Ed,,Retail\n";
    let file = id_of_file(&ask("POST", "/api/v1/customer-lists/files?name=crm.csv", table));
    let list = make("customer-lists", serde_json::json!({ "file": file, "list": "CRM" }));
    let is_read = |_| {
        std::thread::sleep(Duration::from_millis(50));
        ask("GET", &format!("/api/v1/customer-lists/{list}"), "")["state"] == "done"
    };
    assert!((0..200).any(is_read), "the list was never read");
    // Nobody can invite the last two, who have no address: so they stay unheard.
    let [customer, unheard, spare_customer] =
        ["Bo", "Di", "Ed"].map(|name| id(&ask("GET", &format!("/api/v1/customers?q={name}"), "")["items"][0]));
    let value = serde_json::json!({ "value": "Gold" }).to_string();
    ask("PUT", &format!("/api/v1/people/{person}/attributes/plan"), &value);
    let [theirs, stays, goes, part] = ["Club", "Guild", "Mill", "Bakery"].map(|name| {
        let name_of = serde_json::json!({ "name": name }).to_string();
        ask("POST", &format!("/api/v1/people/{person}/organisations"), &name_of);
        id(&ask("GET", &format!("/api/v1/organisations?q={name}"), "")["items"][0])
    });
    make(&format!("organisations/{part}/merge"), serde_json::json!({ "into": stays }));
    let [segment, spare] = ["Retail", "Spare"].map(|name| {
        let rule = serde_json::json!({ "attribute": "segment", "is": "one_of", "words": ["Retail"] });
        make("segments", serde_json::json!({ "name": name, "rules": [rule] }))
    });
    let [tracker, spare_tracker] =
        ["Issues", "Spare"].map(|title| make("trackers", serde_json::json!({ "title": title })));
    vec![
        ("TERTULIA_A_CUSTOMER_FILE", file),
        ("TERTULIA_A_CUSTOMER_LIST", list),
        ("TERTULIA_A_CUSTOMER", customer),
        ("TERTULIA_AN_UNHEARD_CUSTOMER", unheard),
        ("TERTULIA_A_SPARE_CUSTOMER", spare_customer),
        ("TERTULIA_AN_ORGANISATION_OF_THEIRS", theirs),
        ("TERTULIA_AN_ORGANISATION", stays),
        ("TERTULIA_AN_ORGANISATION_THAT_GOES", goes),
        ("TERTULIA_A_PART_OF_AN_ORGANISATION", part),
        ("TERTULIA_A_SEGMENT", segment),
        ("TERTULIA_A_SPARE_SEGMENT", spare),
        ("TERTULIA_A_TRACKER", tracker),
        ("TERTULIA_A_SPARE_TRACKER", spare_tracker),
    ]
}

/// Of each thing that is done with a card one, and to whom it can be passed on.
fn cards(ask: Ask<'_>) -> Known {
    let today = ask("GET", "/api/v1/today", "");
    let key = |n: usize| today["cards"][n]["key"].as_str().expect("three cards stand there").to_owned();
    let members = ask("GET", "/api/v1/members", "");
    let colleague = members["items"].as_array().unwrap().iter().find(|member| member["role"] == "agent").unwrap();
    vec![
        ("TERTULIA_A_CARD", key(0)),
        ("TERTULIA_A_CARD_TO_PASS_ON", key(1)),
        ("TERTULIA_A_CARD_TO_PUT_OFF", key(2)),
        ("TERTULIA_A_COLLEAGUE", colleague["id"].as_str().unwrap().to_owned()),
    ]
}

/// Organisations that stand beside ours, by an account that was heard in public.
fn beside_us(ask: Ask<'_>) -> Known {
    let make = |name: &str, account: &str| {
        let form = serde_json::json!({ "name": name, "accounts": [{ "account": account }] });
        ask("POST", "/api/v1/others", &form.to_string())
    };
    let heard = ask("GET", "/api/v1/messages?limit=100", "");
    let is_public = |message: &&serde_json::Value| message["visibility"] == "public" && message["handle"].is_string();
    let accounts = heard["messages"].as_array().unwrap().iter().filter(is_public);
    let mut made = accounts.map(|message| make("Rival", message["handle"].as_str().unwrap()));
    let other = made.find(|made| made["id"].is_string()).expect("somebody speaks in public");
    let known = &other["accounts"][0];
    let account = format!("{} {}", known["kind"].as_str().unwrap(), known["account"].as_str().unwrap());
    let id = |made: &serde_json::Value| made["id"].as_str().unwrap().to_owned();
    let removed = id(&make("Gone", &account));
    ask("DELETE", &format!("/api/v1/others/{removed}"), "");
    vec![
        ("TERTULIA_AN_OTHER", id(&other)),
        ("TERTULIA_A_SPARE_OTHER", id(&make("Spare", &account))),
        ("TERTULIA_A_REMOVED_OTHER", removed),
        ("TERTULIA_A_PUBLIC_ACCOUNT", account),
    ]
}

fn id_of_file(sent: &serde_json::Value) -> String {
    sent["file"].as_str().unwrap().to_owned()
}

/// Mails of two people, which can be answered and passed on.
fn mails(ask: &impl Fn(&str, &str, &str) -> serde_json::Value) -> [serde_json::Value; 2] {
    let all = ask("GET", "/api/v1/conversations", "");
    let held = all["conversations"].as_array().unwrap().iter();
    let pages = held.map(|held| ask("GET", &format!("/api/v1/conversations/{}", held["id"].as_str().unwrap()), ""));
    let mut found: Vec<serde_json::Value> = Vec::new();
    for page in pages.filter(|page| page["ways"][0]["kind"] == "E-mail") {
        let said = page["messages"].as_array().unwrap();
        let mail = said.iter().find(|message| message["direction"] == "theirs").unwrap();
        if found.iter().all(|known| known["person"]["id"] != mail["person"]["id"]) {
            found.push(mail.clone());
        }
        if found.len() == 2 {
            break;
        }
    }
    found.try_into().expect("two people wrote by mail")
}

/// A ballot, one that nobody voted on, a statement of the first, and what brought a vote.
fn ballot(ask: &impl Fn(&str, &str, &str) -> serde_json::Value) -> [String; 4] {
    let id = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let new = || id(&ask("POST", "/api/v1/opinions", r#"{ "question": "How should the park change?" }"#)["id"]);
    let (ballot, spare) = (new(), new());
    let path = format!("/api/v1/opinions/{ballot}");
    let statements = r#"{ "statements": [{ "text": "It needs light" }] }"#;
    let statement = id(&ask("POST", &format!("{path}/statements"), statements)["statements"][0]["id"]);
    let vote = serde_json::json!({ "participant": "17", "statement_id": statement, "vote": "agree" });
    let votes = serde_json::json!({ "votes": [vote] }).to_string();
    let batch = id(&ask("POST", &format!("{path}/votes"), &votes)["batch_id"]);
    [ballot, spare, statement, batch]
}

/// An answer of ours.
fn answer(ask: &impl Fn(&str, &str, &str) -> serde_json::Value) -> String {
    let all = ask("GET", "/api/v1/conversations", "");
    let held = all["conversations"].as_array().unwrap().iter();
    let said = held.flat_map(|held| {
        let page = ask("GET", &format!("/api/v1/conversations/{}", held["id"].as_str().unwrap()), "");
        page["messages"].as_array().unwrap().clone()
    });
    let mut ours = said.filter(|message| message["direction"] == "ours" && message["deleted"] == false);
    ours.next().unwrap()["id"].as_str().unwrap().to_owned()
}

fn run(program: &Path, serving: &Serving, key: &str, seed: u64) -> (bool, String) {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemathesis");
    let examples = if soaking() { "100" } else { "25" };
    let output = Command::new(program)
        .arg("--config-file")
        .arg(settings.join("schemathesis.toml"))
        .args(["run", &format!("http://{}/api/v1/openapi.json", serving.address)])
        // All checks hold unless told otherwise; `--checks all` would overrule what the settings say of an address.
        .args(["--max-examples", examples, "--seed", &seed.to_string(), "--continue-on-failure", "--no-color"])
        .env("TERTULIA_KEY", key)
        .envs(known(serving, key))
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", &settings)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(&serving.folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output.status.success(), support::said(&output))
}

/// Of each route of the API, how many answers of a kind (`2xx`) the program has given, by its own figures.
fn answered(figures: &str, kind: &str) -> Vec<(String, u64)> {
    let name = "tertulia_http_request_duration_seconds_count";
    let of_api = figures.lines().filter(|line| line.starts_with(name) && line.contains("route=\"/api/v1/"));
    of_api
        .filter(|line| line.contains(&format!("status=\"{kind}\"")))
        .map(|line| {
            let said = |label: &str| line.split_once(&format!("{label}=\"")).unwrap().1.split('"').next().unwrap();
            (format!("{} {}", said("method"), said("route")), line.rsplit(' ').next().unwrap().parse().unwrap())
        })
        .collect()
}

#[test]
fn soak_every_answer_of_the_api_is_what_its_document_says() {
    let Some(program) = schemathesis() else { return skipped("schemathesis", INSTALL) };
    let folder = filled();
    let mut command = tertulia(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    // So that the figures can be read without a key.
    command.env("TERTULIA_METRICS", "open");
    // A program that is told stands here; nobody answers.
    command.env("TERTULIA_ALLOW_PRIVATE_HOSTS", "127.0.0.1");
    let serving = Serving::start_by(folder.path(), command);
    let key = key(&serving);
    let (passed, said) = run(&program, &serving, &key, first_seed() + 1);
    assert!(passed, "{said}");
    let figures = serving.get("/metrics", "").unwrap().body;
    assert_eq!(answered(&figures, "5xx"), []);
    let well = answered(&figures, "2xx");
    let routes = tertulia_web::table();
    let routes = routes.entries().iter().filter(|entry| entry.path.starts_with("/api/"));
    let never: Vec<String> = routes
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .filter(|route| !NEVER_WELL.contains(&route.as_str()) && well.iter().all(|(known, _)| known != route))
        .collect();
    assert!(never.is_empty(), "these were never answered well, so nothing is known of them: {never:?}\n{said}");
    let all: u64 = ["2xx", "4xx"].iter().flat_map(|kind| answered(&figures, kind)).map(|(_, times)| times).sum();
    assert!(all > 1_000, "only {all} requests were made\n{said}");
    told(&format!("schemathesis made {all} requests of {} routes of the API", well.len()));
}
