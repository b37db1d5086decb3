//! Programs that are told: an owner adds one, sees its secret once, tries it out, reads the log, tells things again.

use crate::support::{
    Answer, Site,
    talk::{self, Line, Talk},
};
use std::sync::{
    Arc,
    atomic::{AtomicU16, Ordering},
};
use tertulia_engine::webhooks;
use tertulia_model::Role;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A program that answers with this status, and how its answer begins.
async fn program(status: Arc<AtomicU16>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = vec![0; 16 << 10];
            let _ = stream.read(&mut buffer).await;
            let body = "<b>so it said</b>";
            let status = status.load(Ordering::SeqCst);
            let answer =
                format!("HTTP/1.1 {status} So\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

fn form<'a>(url: &'a str, events: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![("url", url), ("description", "The <shop>")];
    form.extend(events.iter().map(|event| ("events", *event)));
    form
}

fn href(page: &str) -> String {
    let start = page.find("/settings/webhooks/").unwrap();
    page[start..].split('"').next().unwrap().to_owned()
}

fn secret(page: &str) -> String {
    let start = page.find("whsec_").unwrap();
    page[start..].split('"').next().unwrap().to_owned()
}

async fn said(site: &Site, session: &str, answer: &Answer) -> String {
    let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let request = axum::http::Request::get(answer.headers["location"].to_str().unwrap())
        .header("host", "desk.example")
        .header("cookie", format!("tertulia_session={session}; {cookie}"));
    site.send(request.body(axum::body::Body::empty()).unwrap()).await.body
}

#[tokio::test]
async fn an_owner_adds_a_program_tries_it_out_and_reads_why_it_failed() {
    let talk = Talk::new();
    let (site, owner) = Site::ready(vec![talk.clone()]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    let status = Arc::new(AtomicU16::new(204));
    let url = program(status.clone()).await;
    assert!(site.get("/settings", &owner).await.body.contains("href=\"/settings/webhooks\""));
    assert!(site.get("/settings/webhooks", &owner).await.body.contains("Nobody is told yet"));
    let added = site.post("/settings/webhooks/new", &owner, &form(&url, &["message.heard", "answer.failed"])).await;
    assert_eq!(added.status, 200, "{}", added.body);
    let (page, first) = (href(&added.body), secret(&added.body));
    let shown = site.get(&page, &owner).await.body;
    assert!(!shown.contains("whsec_"), "it is shown once");
    assert!(shown.contains("The &#60;shop&#62;") && shown.contains("Something was said"), "{shown}");

    let tested = site.post(&format!("{page}/test"), &owner, &[]).await;
    assert!(said(&site, &owner, &tested).await.contains("on its way"));
    webhooks::call_due(&site.engine).await.unwrap();
    assert!(site.get(&page, &owner).await.body.contains("taken"));

    status.store(500, Ordering::SeqCst);
    talk::hear(&site, channel, &[Line::new("a", "amina", "My grinder is broken.")]).await;
    webhooks::call_due(&site.engine).await.unwrap();
    let log = site.get(&format!("{page}/log?state=waiting"), &owner).await.body;
    assert!(log.contains("It answered 500.") && log.contains("Next try"), "{log}");
    assert!(site.get(&page, &owner).await.body.contains("Nothing has reached it since"));
    let call = {
        let start = log.find(&format!("{page}/log/")).unwrap();
        log[start..].split('"').next().unwrap().to_owned()
    };
    let whole = site.get(&call, &owner).await.body;
    assert!(whole.contains("&#60;b&#62;so it said&#60;/b&#62;"), "what it said is shown as text: {whole}");
    assert!(whole.contains("message_id") && !whole.contains("grinder"));

    let off = site.post(&format!("{page}/state"), &owner, &[("state", "off")]).await;
    assert!(said(&site, &owner, &off).await.contains("told nothing more"));
    let again = site.post(&format!("{page}/again"), &owner, &[("hours", "24")]).await;
    assert!(said(&site, &owner, &again).await.contains("Switch it on first"));
    site.post(&format!("{page}/state"), &owner, &[("state", "on")]).await;
    status.store(200, Ordering::SeqCst);
    let again = site.post(&format!("{page}/again"), &owner, &[("hours", "24")]).await;
    assert!(said(&site, &owner, &again).await.contains("One event is told once more."));
    webhooks::call_due(&site.engine).await.unwrap();
    let one = site.post(&format!("{call}/again"), &owner, &[]).await;
    assert!(said(&site, &owner, &one).await.contains("under the same id"));
    webhooks::call_due(&site.engine).await.unwrap();
    assert!(site.get(&call, &owner).await.body.matches("It took it (200).").count() == 2);

    let another = site.post(&format!("{page}/secret"), &owner, &[]).await.body;
    assert_ne!(secret(&another), first);
    assert!(site.get(&page, &owner).await.body.contains("signs as well until"));
    let removed = site.post(&format!("{page}/remove"), &owner, &[]).await;
    assert!(said(&site, &owner, &removed).await.contains("It is removed"));
    assert_eq!(site.get(&page, &owner).await.status, 404);
    assert_eq!(site.get(&call, &owner).await.status, 404);
}

#[tokio::test]
async fn what_is_wrong_with_a_program_is_said_at_its_field_and_nothing_is_lost() {
    let (site, owner) = Site::ready(Vec::new()).await;
    for (url, events, words) in [
        ("http://10.0.0.1/", vec!["answer.sent"], "private address"),
        ("shop", vec!["answer.sent"], "whole address"),
        ("https://shop.example/", vec![], "at least one event"),
        ("https://shop.example/", vec!["coffee.spilt"], "no event of this program"),
    ] {
        let answer = site.post("/settings/webhooks/new", &owner, &form(url, &events)).await;
        assert!(answer.status == 422 && answer.body.contains(words), "{url}: {}", answer.body);
        assert!(answer.body.contains("The &#60;shop&#62;"), "what was typed is still there");
    }
    let url = program(Arc::default()).await;
    let page = href(&site.post("/settings/webhooks/new", &owner, &form(&url, &["answer.sent"])).await.body);
    let edit = site.get(&format!("{page}/edit"), &owner).await.body;
    assert!(edit.contains(&url) && edit.contains("value=\"answer.sent\" checked"), "{edit}");
    let changed = form(&url, &["answer.failed", "person.erased"]);
    assert_eq!(site.post(&format!("{page}/edit"), &owner, &changed).await.status, 303);
    let shown = site.get(&page, &owner).await.body;
    assert!(shown.contains("Somebody was erased") && !shown.contains("An answer left"));
    assert_eq!(site.get("/settings/webhooks/7", &owner).await.status, 404);
    assert_eq!(site.get("/settings/webhooks/seven", &owner).await.status, 404);
}

#[tokio::test]
async fn only_an_owner_sees_which_programs_are_told() {
    let (site, _) = Site::ready(Vec::new()).await;
    let agent = site.member(Role::Agent).await;
    for path in ["/settings/webhooks", "/settings/webhooks/new"] {
        assert_eq!(site.get(path, &agent).await.status, 403);
    }
}
