//! The web chat from the visitor's page to the team and back, with the real connector and without a socket.

#[path = "chat/hostile.rs"]
mod hostile;
#[path = "chat/site.rs"]
mod site;

use serde_json::json;
use site::{Desk, MAIL, NOW, ORIGIN, Visitor};
use std::time::Duration;
use tertulia_engine::outbound::{self, UNDO_MILLIS};
use tertulia_model::{ChannelState, DeliveryState};
use tertulia_store::people;

const FIRST: &str = "3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e5f";
const SECOND: &str = "3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e60";

#[tokio::test]
async fn only_the_listed_sites_may_embed_the_chat_and_the_script_may_be_loaded_anywhere() {
    let desk = Desk::open().await;
    let frame = desk.get("frame?from=https://cafe.example").await;
    assert_eq!(frame.status, 200);
    let policy = frame.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("frame-ancestors 'self' https://cafe.example"), "{policy}");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert!(!frame.headers.contains_key("x-frame-options") && !frame.headers.contains_key("set-cookie"));
    assert!(frame.body.contains("data-origins=\"https://cafe.example\""), "{}", frame.body);
    let script = desk.get("widget.js").await;
    assert_eq!(script.headers["cross-origin-resource-policy"], "cross-origin");
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(script.headers["cache-control"], "public, max-age=300");
    let (first, rest) = script.body.split_once('\n').unwrap();
    let page = r##"{"page":{"colour":"#a8432a","ink":"#ffffff","title":"Café"}}"##;
    assert_eq!(first, format!("window.TertuliaChat=Object.assign(window.TertuliaChat||{{}},{page});"));
    assert!(rest.contains("attachShadow"), "the loader follows");
}

#[tokio::test]
async fn a_post_from_another_site_is_refused() {
    let desk = Desk::open().await;
    for (origin, site) in
        [("https://cafe.example", "cross-site"), ("https://evil.example", "cross-site"), ("null", "cross-site")]
    {
        let answer = desk.post_as("session", None, json!({}), &[("origin", origin), ("sec-fetch-site", site)]).await;
        assert_eq!(answer.status, 403, "{origin}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    assert_eq!(desk.post_as("session", None, json!({}), &[]).await.status, 403, "without any sign of a page");
    assert_eq!(desk.post_as("session", None, json!({}), &[("origin", ORIGIN)]).await.status, 200);
}

#[tokio::test]
async fn a_token_that_was_changed_opens_neither_the_post_nor_the_stream() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    let mut forged = visitor.token.clone();
    let at = forged.len() / 2;
    let other = if forged.as_bytes()[at] == b'A' { "B" } else { "A" };
    forged.replace_range(at..=at, other);
    for token in [Some(forged.as_str()), Some("v1.e30.e30"), None] {
        let body = json!({ "id": FIRST, "text": "Hola" });
        assert_eq!(desk.post("messages", token, body).await.status, 401, "{token:?}");
        assert_eq!(desk.stream_status(token).await, 401, "{token:?}");
    }
    assert_eq!(desk.stored().await, 0);
}

#[tokio::test]
async fn a_message_posted_twice_is_stored_and_shown_once() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    for _ in 0..3 {
        let answer = desk.say(&visitor, FIRST, "Do you have decaf?").await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (202, format!("{{\"id\":\"{FIRST}\"}}").as_str()));
    }
    assert_eq!(desk.stored().await, 1);
    let heard = desk.stream(&visitor, None).await.until("event: ready").await;
    assert_eq!(heard.matches("event: message").count(), 1, "{heard}");
    assert!(heard.contains("id: 1\n") && heard.contains(&format!("\"id\":\"{FIRST}\"")), "{heard}");
}

#[tokio::test]
async fn a_stream_resumes_after_what_was_had_and_goes_on_live() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    desk.say(&visitor, FIRST, "One").await;
    desk.say(&visitor, SECOND, "Two").await;
    let mut stream = desk.stream(&visitor, Some("1")).await;
    let heard = stream.until("event: ready").await;
    assert!(!heard.contains("One") && heard.contains("Two"), "{heard}");
    desk.say(&visitor, "3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e61", "Three").await;
    let heard = stream.until("Three").await;
    assert!(heard.contains("id: 3\n"), "{heard}");
    let all = desk.stream(&visitor, Some("999")).await.until("event: ready").await;
    assert_eq!(all.matches("event: message").count(), 3, "a number never given out begins anew: {all}");
}

#[tokio::test]
async fn an_answer_appears_once_it_is_sent_and_never_if_it_is_taken_back() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    desk.say(&visitor, FIRST, "Do you have decaf?").await;
    let mut stream = desk.stream(&visitor, None).await;
    stream.until("event: ready").await;
    let rash = desk.reply("Something rash").await;
    outbound::undo_reply(&desk.site.engine, desk.owner, rash.id).await.unwrap();
    let reply = desk.reply("Yes, we have.").await;
    desk.clock().advance(UNDO_MILLIS - 1);
    let early = desk.stream(&visitor, None).await.until("event: ready").await;
    assert!(!early.contains("Yes, we have"), "it can still be taken back: {early}");
    desk.work();
    desk.clock().advance(1);
    let heard = stream.until("Yes, we have.").await;
    assert!(heard.contains("\"direction\":\"ours\"") && heard.contains("\"author\":\"Inés Robledo\""), "{heard}");
    assert!(heard.contains("\"via\":\"chat\"") && heard.contains("id: 2\n") && !heard.contains("rash"), "{heard}");
    assert_eq!(desk.delivery(&reply).await.state, DeliveryState::Sent);
}

#[tokio::test]
async fn an_answer_for_who_has_gone_waits_and_is_there_at_once_when_they_return() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    desk.say(&visitor, FIRST, "Do you have decaf?").await;
    let reply = desk.reply("Yes, we have.").await;
    desk.clock().advance(UNDO_MILLIS);
    desk.work();
    let waiting = desk.delivery_that(&reply, |d| d.reason.is_some()).await;
    assert_eq!(waiting.state, DeliveryState::Queued);
    assert_eq!(waiting.reason.as_deref(), Some("The visitor has left the chat. It waits until they come back."));
    // No time passes by the clock: only the return brings it about.
    let heard = desk.stream(&visitor, None).await.until("Yes, we have.").await;
    assert!(heard.contains("\"via\":\"chat\""), "{heard}");
    assert_eq!(desk.delivery_that(&reply, |d| d.state == DeliveryState::Sent).await.reason, None);
}

#[tokio::test]
async fn an_answer_goes_on_by_mail_only_after_the_claimed_address_was_confirmed() {
    let desk = Desk::open().await;
    desk.add_mail_channel().await;
    let known = desk.person_with_mail("amina@example.org").await;
    let visitor = desk.visitor().await;
    desk.say(&visitor, FIRST, "Do you have decaf?").await;
    let claimed = desk.post("mail", Some(&visitor.token), json!({ "address": "Amina@example.org" })).await;
    assert_eq!((claimed.status.as_u16(), claimed.body.as_str()), (202, r#"{"address":"amina@example.org"}"#));
    let before = desk.identity_of(&visitor).await;
    assert_eq!(before.claimed_mail.as_deref(), Some("amina@example.org"));
    assert_ne!(before.person_id, known, "a claim makes nobody somebody else");

    let (first, second) = (desk.reply("Yes, we have.").await, desk.reply("Two kinds even.").await);
    desk.clock().advance(UNDO_MILLIS);
    desk.work();
    for reply in [&first, &second] {
        let waiting = desk.delivery_that(reply, |d| d.reason.is_some()).await;
        // The second looks again after a moment, once the first no longer goes before it.
        desk.clock().advance(1_000);
        assert!(waiting.reason.unwrap().contains("We asked amina@example.org to confirm"));
    }
    let mails = desk.mails();
    assert_eq!(mails.len(), 1, "an address is asked once: {mails:?}");
    assert_eq!(mails[0].to_handle, "amina@example.org");
    assert!(!mails[0].text.contains("decaf") && !mails[0].text.contains("Yes, we have"), "{}", mails[0].text);

    let link = mails[0].text.lines().find_map(|line| line.strip_prefix(ORIGIN)).unwrap().to_owned();
    let page = desk.site.get(&link, "").await;
    assert!(page.status == 200 && page.body.contains("Yes, it is mine"), "{}", page.body);
    assert_ne!(desk.identity_of(&visitor).await.person_id, known, "who only follows the link confirms nothing");
    let tampered = link.replace("/confirm/", "/confirm/1");
    assert_eq!(desk.site.post(&tampered, "", &[]).await.status, 410);
    assert_eq!(desk.site.post(&link, "", &[]).await.status, 200);
    assert_eq!(desk.site.post(&link, "", &[]).await.status, 200, "a second press does no harm");
    assert_eq!(desk.identity_of(&visitor).await.person_id, known);

    let sent = desk.delivery_that(&first, |d| d.state == DeliveryState::Sent).await;
    desk.clock().advance(1_000);
    desk.delivery_that(&second, |d| d.state == DeliveryState::Sent).await;
    assert_eq!(sent.outgoing.to_handle, "amina@example.org");
    let mails = desk.mails();
    assert_eq!(mails.len(), 3);
    assert!(mails.iter().any(|mail| mail.text == "Yes, we have." && mail.from_address.as_deref() == Some(MAIL)));
    let heard = desk.stream(&visitor, None).await.until("event: ready").await;
    assert_eq!(heard.matches("\"via\":\"mail\"").count(), 2, "{heard}");
    assert!(!heard.contains("Yes, we have."), "what went by mail is read there: {heard}");
}

/// A visitor claims an address and is answered while they are away; gives the link in the question whether it is theirs.
async fn ask(desk: &Desk, visitor: &Visitor, address: &str, answer: &str) -> Option<String> {
    desk.post("mail", Some(&visitor.token), json!({ "address": address })).await;
    let reply = desk.reply(answer).await;
    desk.in_time(async || desk.delivery(&reply).await.reason.is_some()).await;
    let mails = desk.mails();
    let asked = mails.iter().rev().find(|mail| mail.to_handle == address && mail.text.contains("/confirm/"))?;
    asked.text.lines().find_map(|line| line.strip_prefix(ORIGIN)).map(str::to_owned)
}

#[tokio::test]
async fn who_names_another_address_is_asked_there_and_nothing_goes_to_the_one_before() {
    let desk = Desk::open().await;
    desk.add_mail_channel().await;
    desk.work();
    let visitor = desk.visitor().await;
    desk.say(&visitor, FIRST, "Do you have decaf?").await;
    let link = ask(&desk, &visitor, "one@example.org", "Yes.").await.unwrap();
    assert_eq!(desk.site.post(&link, "", &[]).await.status, 200);
    let first = desk.identity_of(&visitor).await.person_id;
    let told = |text: &str| desk.mails().into_iter().find(|mail| mail.text == text).map(|mail| mail.to_handle);
    desk.in_time(async || told("Yes.").is_some()).await;
    assert_eq!(told("Yes.").as_deref(), Some("one@example.org"));

    let link = ask(&desk, &visitor, "two@example.org", "For the second one alone.").await.unwrap();
    assert_eq!(told("For the second one alone."), None, "it waits for the second address");
    assert_eq!(desk.site.post(&link, "", &[]).await.status, 200);
    desk.in_time(async || told("For the second one alone.").is_some()).await;
    assert_eq!(told("For the second one alone.").as_deref(), Some("two@example.org"));
    let second = desk.identity_of(&visitor).await.person_id;
    assert_ne!(second, first, "two addresses typed on one browser are not one person by that");
}

#[tokio::test]
async fn an_older_link_brings_no_address_to_the_person_who_confirmed_a_later_one() {
    let desk = Desk::open().await;
    desk.add_mail_channel().await;
    desk.work();
    let victim = desk.person_with_mail("victim@example.org").await;
    let visitor = desk.visitor().await;
    desk.say(&visitor, FIRST, "Hola").await;
    let own = ask(&desk, &visitor, "own@example.org", "One.").await.unwrap();
    desk.clock().advance(60_000);
    let theirs = ask(&desk, &visitor, "victim@example.org", "Two.").await.unwrap();
    assert_eq!(desk.site.post(&theirs, "", &[]).await.status, 200);
    assert_eq!(desk.identity_of(&visitor).await.person_id, victim);
    desk.clock().advance(60_000);
    desk.post("mail", Some(&visitor.token), json!({ "address": "own@example.org" })).await;
    assert_eq!(desk.site.post(&own, "", &[]).await.status, 410, "a later question ended that link");
    let mut db = desk.site.engine.db.reader();
    assert_eq!(people::identity(&mut db, "mail", "own@example.org").await.unwrap(), None);

    // A day later it is asked anew; who confirms it then leaves the victim's person and takes nothing along.
    desk.clock().advance(25 * 3_600_000);
    let own = ask(&desk, &visitor, "own@example.org", "Three.").await.unwrap();
    assert_eq!(desk.site.post(&own, "", &[]).await.status, 200);
    let mail = people::identity(&mut db, "mail", "own@example.org").await.unwrap().unwrap();
    assert_ne!(mail.person_id, victim);
    assert_eq!(desk.identity_of(&visitor).await.person_id, mail.person_id);
    let left: Vec<_> = people::identities(&mut db, victim).await.unwrap().into_iter().map(|one| one.handle).collect();
    assert_eq!(left, ["victim@example.org"]);
}

#[tokio::test]
async fn without_a_mail_channel_nobody_is_asked_and_the_answer_waits() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    let body = json!({ "id": FIRST, "text": "Hola", "claimed_mail": "amina@example.org" });
    assert_eq!(desk.post("messages", Some(&visitor.token), body).await.status, 202);
    let reply = desk.reply("Buenas.").await;
    desk.clock().advance(UNDO_MILLIS);
    desk.work();
    let waiting = desk.delivery_that(&reply, |d| d.reason.is_some()).await;
    assert!(waiting.reason.unwrap().ends_with("It waits until they come back."));
    assert!(desk.mails().is_empty());
}

#[tokio::test]
async fn a_mail_server_that_is_away_leaves_the_address_to_be_asked_later_and_holds_up_no_writer() {
    let desk = Desk::open().await;
    desk.add_mail_channel().await;
    desk.mail_is_away(true);
    let visitor = desk.visitor().await;
    desk.say(&visitor, FIRST, "Hola").await;
    desk.post("mail", Some(&visitor.token), json!({ "address": "amina@example.org" })).await;
    let reply = desk.reply("Buenas.").await;
    desk.clock().advance(UNDO_MILLIS);
    desk.work();
    let waiting = desk.delivery_that(&reply, |d| d.reason.is_some()).await;
    assert!(waiting.reason.unwrap().contains("could not be asked yet"));
    assert!(desk.wrote_while_sending(), "the one writer was free while the mail server was spoken to");
    desk.mail_is_away(false);
    desk.clock().advance(3_600_000);
    desk.delivery_that(&reply, |d| d.reason.as_deref().is_some_and(|why| why.contains("We asked"))).await;
    assert_eq!(desk.mails().len(), 1);
}

#[tokio::test]
async fn a_visitors_stream_never_shows_what_others_said_or_were_told() {
    let desk = Desk::open().await;
    let (amina, bo) = (desk.visitor().await, desk.visitor().await);
    desk.say(&amina, FIRST, "Amina asks").await;
    let _there = desk.stream(&amina, None).await;
    desk.reply("For Amina alone").await;
    desk.say(&bo, SECOND, "Bo asks").await;
    let mut stream = desk.stream(&bo, None).await;
    stream.until("event: ready").await;
    // The team joins the two conversations; the visitors still are two.
    desk.merge_all().await;
    desk.clock().advance(UNDO_MILLIS);
    desk.work();
    desk.stream(&amina, None).await.until("For Amina alone").await;
    desk.say(&bo, "3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e61", "Bo again").await;
    let heard = stream.until("Bo again").await;
    assert!(!heard.contains("Amina"), "{heard}");
    let again = desk.stream(&bo, None).await.until("event: ready").await;
    assert!(again.contains("Bo asks") && !again.contains("Amina"), "{again}");
}

#[tokio::test]
async fn an_answer_never_goes_to_the_address_of_another_in_the_same_conversation() {
    let desk = Desk::open().await;
    desk.add_mail_channel().await;
    let (amina, bo) = (desk.visitor().await, desk.visitor().await);
    desk.say(&amina, FIRST, "Amina asks").await;
    desk.post("mail", Some(&amina.token), json!({ "address": "amina@example.org" })).await;
    desk.clock().advance(1_000);
    desk.say(&bo, SECOND, "Bo asks").await;
    desk.merge_all().await;
    let reply = desk.reply("For Bo").await;
    assert_eq!(reply.outgoing.to_handle, bo.handle);
    desk.clock().advance(UNDO_MILLIS);
    desk.work();
    let waiting = desk.delivery_that(&reply, |d| d.reason.is_some()).await;
    assert!(waiting.reason.unwrap().ends_with("It waits until they come back."));
    assert!(desk.mails().is_empty(), "Amina is not asked about what Bo is told");
}

#[tokio::test]
async fn a_message_that_is_deleted_goes_from_the_screen_and_stays_away() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    desk.say(&visitor, FIRST, "My card number is …").await;
    let mut stream = desk.stream(&visitor, None).await;
    stream.until("event: ready").await;
    desk.delete_at_the_source(&visitor, FIRST).await;
    let heard = stream.until("event: removed").await;
    assert!(heard.contains("id: 2\n"), "{heard}");
    let later = desk.stream(&visitor, Some("1")).await.until("event: ready").await;
    assert!(later.contains("event: removed") && later.contains(FIRST), "{later}");
    let all = desk.stream(&visitor, None).await.until("event: ready").await;
    assert!(!all.contains("card number"), "{all}");
    // The page had heard no answer and posts it again: it stays deleted.
    desk.say(&visitor, FIRST, "My card number is …").await;
    assert!(!desk.stream(&visitor, None).await.until("event: ready").await.contains("card number"));
}

#[tokio::test]
async fn a_closed_stream_means_that_the_visitor_has_gone() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    let presence = desk.presence();
    let mut stream = desk.stream(&visitor, None).await;
    stream.until("event: ready").await;
    assert!(presence.is_here(desk.channel, &visitor.handle, NOW));
    drop(stream);
    assert!(!presence.is_here(desk.channel, &visitor.handle, NOW));
}

#[tokio::test]
async fn a_visitor_who_posts_without_end_is_told_to_wait_and_a_paused_chat_keeps_them_waiting() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    let mut last = 0;
    for n in 0..40 {
        last = desk.say(&visitor, &format!("3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e{n:02}"), "Hola").await.status.as_u16();
    }
    assert_eq!(last, 429);
    assert_eq!(desk.post("here", Some(&visitor.token), json!({})).await.status, 204, "but their presence still counts");
    assert_eq!(desk.post("typing", Some(&visitor.token), json!({})).await.status, 204);
    tertulia_engine::channels::set_state(&desk.site.engine, desk.channel, ChannelState::Paused).await.unwrap();
    assert_eq!(desk.post("here", Some(&visitor.token), json!({})).await.status, 503);
    assert_eq!(desk.get("widget.js").await.status, 503);
}

#[tokio::test]
async fn a_visitor_who_opens_stream_after_stream_is_told_to_wait_until_one_closes() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    let mut open = Vec::new();
    while open.len() < 20 {
        open.push(desk.stream(&visitor, None).await);
        // Opening them slowly costs nothing of what a visitor may post.
        desk.clock().advance(2_000);
    }
    assert_eq!(desk.stream_status(Some(&visitor.token)).await, 429);
    desk.stream(&desk.visitor().await, None).await.until("event: ready").await;
    open.pop();
    assert_eq!(desk.stream_status(Some(&visitor.token)).await, 200);
}

#[tokio::test]
async fn what_is_too_large_or_unknown_is_refused_in_words() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    let large = desk.say(&visitor, FIRST, &"x".repeat(200_000)).await;
    assert_eq!(
        (large.status.as_u16(), large.headers["content-type"].to_str().unwrap()),
        (413, "application/problem+json")
    );
    let long = desk.say(&visitor, FIRST, &"x".repeat(8_001)).await;
    assert_eq!(long.status, 422);
    assert!(long.body.contains("8001 characters; 8000 fit"), "{}", long.body);
    assert_eq!(desk.post("nothing", Some(&visitor.token), json!({})).await.status, 404);
    assert_eq!(desk.site.get("/chat/12/frame", "").await.status, 404);
    assert_eq!(desk.site.get("/chat/x/widget.js", "").await.status, 404);
}

#[tokio::test]
async fn an_address_claimed_by_ever_new_visitors_is_not_flooded() {
    let desk = Desk::open().await;
    desk.add_mail_channel().await;
    let mut replies = Vec::new();
    for n in 0..5 {
        let visitor = desk.visitor().await;
        desk.say(&visitor, &format!("3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e7{n}"), "Hola").await;
        desk.post("mail", Some(&visitor.token), json!({ "address": "victim@example.org" })).await;
        replies.push(desk.reply("Buenas.").await);
    }
    desk.clock().advance(UNDO_MILLIS);
    desk.work();
    for reply in &replies {
        desk.delivery_that(reply, |d| d.reason.is_some()).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(desk.mails().len(), 3);
    let found = people::identity(&mut desk.site.engine.db.reader(), "mail", "victim@example.org").await.unwrap();
    assert_eq!(found, None, "nobody confirmed it");
}
