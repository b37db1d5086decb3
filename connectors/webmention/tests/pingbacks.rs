//! Pingback: the same by an older door.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use support::{World, created};
use tertulia_connector::ReceiveError;
use tertulia_testkit::Page;

fn ping(source: &str, target: &str) -> String {
    let param = |url: &str| format!("<param><value><string>{}</string></value></param>", url.replace('&', "&amp;"));
    format!(
        "<?xml version=\"1.0\"?><methodCall><methodName>pingback.ping</methodName><params>{}{}</params></methodCall>",
        param(source),
        param(target)
    )
}

async fn answer(world: &mut World, body: &str) -> String {
    let received = world.receive("/pingback", "text/xml", body).await.unwrap();
    assert_eq!(received.status, 200, "faults are an answer, too");
    let (media_type, body) = received.plain.unwrap();
    assert_eq!(media_type, "text/xml");
    String::from_utf8(body).unwrap()
}

#[tokio::test]
async fn a_pingback_is_heard_like_a_webmention_of_the_same_page() {
    let mut world = World::new();
    let (source, target) = (world.source("/a?x=1&y=2"), world.target());
    world.theirs.put("/a", Page::html(format!("<p>See <a href='{target}'>the grinder</a>.")));
    let said = answer(&mut world, &ping(&source, &target)).await;
    assert!(said.contains("<methodResponse><params>") && !said.contains("fault"), "{said}");
    let events = world.work().await;
    assert_eq!(created(&events).text, "See the grinder.");
    assert_eq!(events[0].key.external_id, format!("{source} {target}"));
    world.tell(&source, &target).await.unwrap();
    assert!(world.work().await.is_empty(), "told by both ways it is one mention");
    assert!(answer(&mut world, &ping(&source, &target)).await.contains("<int>48</int>"));
}

#[tokio::test]
async fn faults_have_the_codes_that_callers_know() {
    let mut world = World::new();
    let (source, target) = (world.source("/a"), world.target());
    for (body, code) in [
        (ping("not a page", &target), "16"),
        (ping(&source, "https://somebody.example/"), "33"),
        (ping(&source, &target).replace("pingback.ping", "system.listMethods"), "-32601"),
        (ping(&source, &target).replace("<param>", "<x>").replace("</param>", "</x>"), "-32602"),
        ("<methodCall>".to_owned(), "-32700"),
        (String::new(), "-32700"),
        (format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{}", ping("&b;", &target)), "-32700"),
        (ping(&source, &target) + &" ".repeat(20_000), "-32700"),
    ] {
        let said = answer(&mut world, &body).await;
        assert!(said.contains(&format!("<int>{code}</int>")), "{code}: {said}");
    }
    assert!(world.waiting.is_empty());
    for _ in 0..60 {
        answer(&mut world, &ping(&source, &target)).await;
    }
    assert!(answer(&mut world, &ping(&source, &target)).await.contains("<int>49</int>"));
    world.ctx.settings["pingback"] = json!(false);
    let closed = world.receive("/pingback", "text/xml", &ping(&source, &target)).await;
    assert_eq!(closed.unwrap_err(), ReceiveError::NotFound);
}
