//! Channels: connected, tested, paused, deleted.

use crate::support::{
    NOW, Site, request,
    talk::{self, Line, Talk},
};
use axum::body::Body;
use tertulia_model::{ChannelState, Role};
use tertulia_store::{channels, ledger};

async fn all(site: &Site) -> Vec<channels::Channel> {
    channels::all(&mut site.engine.db.reader()).await.unwrap()
}

#[tokio::test]
async fn without_a_channel_the_page_says_what_one_is_for() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let page = site.get("/channels", &owner).await.body;
    assert!(page.contains("No channel yet") && page.contains("href=\"/channels/new\""));
    let agent = site.member(Role::Agent).await;
    let page = site.get("/channels", &agent).await;
    assert!(page.status == 200 && !page.body.contains("href=\"/channels/new\""));
    assert_eq!(site.get("/channels/new", &agent).await.status, 403);
}

#[tokio::test]
async fn a_channel_is_added_by_its_own_form_and_listed_in_words() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    assert!(site.get("/channels/new", &owner).await.body.contains("href=\"/channels/new/talk\""));
    let form = site.get("/channels/new/talk", &owner).await.body;
    assert!(form.contains("name=\"setting-account\"") && form.contains("type=\"password\""));
    assert!(form.find("setting-account") < form.find("setting-secret"), "in the schema's order");
    let typed = [("setting-account", "forum"), ("setting-secret", "olive-tree"), ("label", "The <old> forum")];
    let added = site.post("/channels/new/talk", &owner, &typed).await;
    assert_eq!((added.status.as_u16(), added.headers["location"].to_str().unwrap()), (303, "/channels?done=added"));
    let channel = all(&site).await.remove(0);
    talk::hear(&site, channel.id, &[Line::new("1", "amina", "Hello")]).await;
    let list = site.get("/channels?done=added", &owner).await.body;
    assert!(list.contains("The &#60;old&#62; forum") && list.contains("one message") && list.contains("is connected"));
    let edit = site.get(&format!("/channels/{}", channel.id), &owner).await.body;
    assert!(edit.contains("value=\"forum\"") && !edit.contains("olive-tree"), "a secret is never shown again");
    assert_eq!(site.get("/channels/new/nothing", &owner).await.status, 404);
    assert_eq!(site.get("/channels/99", &owner).await.status, 404);
}

#[tokio::test]
async fn what_is_missing_is_said_at_its_field_and_no_secret_comes_back() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let typed = [("setting-account", " "), ("setting-secret", "olive-tree"), ("label", "Forum")];
    let page = site.post("/channels/new/talk", &owner, &typed).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("“Account” is needed.") && page.body.contains("id=\"error-setting-account\""));
    assert!(page.body.contains("value=\"Forum\"") && !page.body.contains("olive-tree"));
    assert!(all(&site).await.is_empty());
}

#[tokio::test]
async fn the_same_account_is_not_connected_twice() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    talk::channel(&site, "talk", "forum").await;
    let again = site.post("/channels/new/talk", &owner, &[("setting-account", "forum")]).await;
    assert_eq!(again.status, 409);
    assert!(again.body.contains("forum is connected already"));
}

#[tokio::test]
async fn a_test_shows_what_was_seen_beside_the_form_and_keeps_no_secret() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let body = "setting-account=forum&setting-secret=olive-tree";
    let by_script = request("POST", "/channels/test/talk", &owner)
        .header("sec-fetch-site", "same-origin")
        .header("hx-request", "true")
        .header("content-type", "application/x-www-form-urlencoded");
    let seen = site.send(by_script.body(Body::from(body)).unwrap()).await;
    assert!(seen.body.contains("Talk answers.") && !seen.body.contains("<html"), "{}", seen.body);
    let typed = [("setting-account", "forum"), ("setting-secret", "olive-tree")];
    let page = site.post("/channels/test/talk", &owner, &typed).await.body;
    assert!(page.contains("Talk answers.") && page.contains("value=\"forum\""));
    assert!(page.contains("enter the password again") && !page.contains("olive-tree"));
    let missing = site.post("/channels/test/talk", &owner, &[("setting-account", "")]).await.body;
    assert!(missing.contains("Something is missing") && missing.contains("<strong>Account</strong>"));
    assert!(all(&site).await.is_empty(), "a test saves nothing");
}

#[tokio::test]
async fn an_empty_secret_keeps_the_one_that_is_stored() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let typed = [("setting-account", "forum"), ("setting-secret", "olive-tree")];
    site.post("/channels/new/talk", &owner, &typed).await;
    let channel = all(&site).await.remove(0);
    let typed = [("setting-account", "forum"), ("setting-secret", ""), ("label", "Forum")];
    let done = site.post(&format!("/channels/{}", channel.id), &owner, &typed).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let kept = all(&site).await.remove(0);
    let secrets = site.engine.vault.unlock(kept.secrets.as_deref().unwrap()).unwrap();
    assert_eq!((kept.name.as_str(), secrets["secret"].reveal()), ("Forum", "olive-tree"));
    let other = site.post(&format!("/channels/{}", channel.id), &owner, &[("setting-account", "shop")]).await;
    assert_eq!(other.status, 409, "another account is another channel");
}

#[tokio::test]
async fn a_channel_pauses_goes_on_and_is_deleted_but_its_messages_stay() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let id = talk::channel(&site, "talk", "forum").await;
    talk::hear(&site, id, &[Line::new("1", "amina", "I am still here")]).await;
    let set = async |state: &str| site.post(&format!("/channels/{id}/state"), &owner, &[("state", state)]).await;
    assert_eq!(set("paused").await.headers["location"], "/channels?done=paused");
    assert!(site.get("/channels", &owner).await.body.contains("paused"));
    assert_eq!(all(&site).await[0].state, ChannelState::Paused);
    set("live").await;
    assert_eq!(all(&site).await[0].state, ChannelState::Live);
    assert_eq!(set("nonsense").await.status, 422);
    let asked = site.get(&format!("/channels/{id}/delete"), &owner).await.body;
    assert!(asked.contains("Messages stay; credentials are forgotten; nothing new is heard."));
    assert_eq!(set("deleted").await.status, 303);
    assert!(all(&site).await.is_empty());
    assert!(site.get("/listen?q=still", &owner).await.body.contains("I am"));
    assert_eq!(set("live").await.status, 404, "what is deleted stays deleted");
}

#[tokio::test]
async fn a_channel_that_stopped_says_why_what_is_safe_and_what_to_do() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let id = talk::channel(&site, "talk", "forum").await;
    let mut tx = site.engine.db.begin().await.unwrap();
    channels::note_failure(&mut tx, id, ChannelState::Stopped, "The password was refused.").await.unwrap();
    tx.commit().await.unwrap();
    let list = site.get("/channels/rows", &owner).await.body;
    for words in
        ["stopped, needs you", "The password was refused.", "Nothing is lost", "test the connection", "Mend it"]
    {
        assert!(list.contains(words), "{words}: {list}");
    }
    let agent = site.member(Role::Agent).await;
    assert!(!site.get("/channels/rows", &agent).await.body.contains("Mend it"));
}

#[tokio::test]
async fn a_channel_says_how_far_behind_it_is() {
    let (site, owner) = Site::ready(vec![Talk::named("email"), Talk::pulling("talk")]).await;
    let id = talk::channel(&site, "talk", "forum").await;
    let said = async |words: &str| {
        let list = site.get("/channels/rows", &owner).await.body;
        assert!(list.contains(words), "{words}: {list}");
        let page = site.get(&format!("/channels/{id}"), &owner).await.body;
        assert!(page.contains(words), "its own page says it too: {words}");
    };
    said("about to look for the first time").await;
    let looked = async |caught_up: bool| {
        let mut tx = site.engine.db.begin().await.unwrap();
        channels::note_success(&mut tx, id, true, caught_up, site.engine.now()).await.unwrap();
        tx.commit().await.unwrap();
    };
    looked(false).await;
    said("behind: still fetching history").await;
    // 2026-11-20T11:00:00Z, and heard only now.
    let late = Line { at: NOW - 25 * 3_600_000, ..Line::new("1", "amina", "Hello") };
    talk::hear_late(&site, id, &[late]).await;
    said("still fetching history, now at <tt-time data-ms=\"1795172400000\"").await;
    looked(true).await;
    said(&format!("up to date, looked <tt-time data-ms=\"{NOW}\"")).await;
    said("the newest message was written 25 hours before it could be heard").await;
    site.clock.set(NOW + 240_000);
    said(&format!("it should look every minute, and looked last <tt-time data-ms=\"{NOW}\"")).await;
    let mut tx = site.engine.db.begin().await.unwrap();
    channels::note_failure(&mut tx, id, ChannelState::Failing, "The server does not answer.").await.unwrap();
    tx.commit().await.unwrap();
    said(&format!("has not been able to look; the last time was <tt-time data-ms=\"{NOW}\"")).await;
}

#[tokio::test]
async fn what_came_and_is_no_message_is_said_with_its_reason() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    let page = async || site.get(&format!("/channels/{channel}"), &owner).await.body;
    assert!(!page().await.contains("is no message"), "nothing is said where there is nothing to say");
    let mut tx = site.engine.db.begin().await.unwrap();
    let why = "It told what became of a message that was not sent from here.";
    channels::note_passed_over(&mut tx, channel, &std::collections::BTreeMap::from([(why, 3)]), NOW).await.unwrap();
    tx.commit().await.unwrap();
    let page = page().await;
    assert!(page.contains("What came and is no message") && page.contains(why) && page.contains(">3</td>"), "{page}");
}

#[tokio::test]
async fn calls_that_were_refused_today_are_said_with_what_to_do() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    let page = async || site.get(&format!("/channels/{channel}"), &owner).await.body;
    assert!(!page().await.contains("refused today"), "nothing is said where there is nothing to say");
    let refused = |reason: &str, times| ((ledger::Kind::Refused, reason.to_owned()), times);
    let counts = [refused("they did not say who. Compare the <secret>.", 12), refused("too many.", 1)].into();
    let mut tx = site.engine.db.begin().await.unwrap();
    ledger::note_counts(&mut tx, channel, ledger::day_of(NOW), &counts).await.unwrap();
    tx.commit().await.unwrap();
    let page = page().await;
    assert!(page.contains("12 calls were refused today: they did not say who.</p>"), "{page}");
    assert!(
        page.contains("<p>Compare the &#60;secret&#62;.</p>")
            && page.contains("One call was refused today: too many.</p>")
    );
    let coverage = site.get("/listen/coverage", &owner).await.body;
    assert!(coverage.contains("calls refused: they did not say who. Compare the"), "{coverage}");
}

#[tokio::test]
async fn a_kept_password_is_not_sent_to_another_server() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let typed = [("setting-account", "forum"), ("setting-secret", "olive-tree"), ("setting-server", "forum.example")];
    site.post("/channels/new/talk", &owner, &typed).await;
    let id = all(&site).await[0].id.to_string();
    let same = [("channel", id.as_str()), ("setting-account", "forum"), ("setting-server", "forum.example")];
    assert!(site.post("/channels/test/talk", &owner, &same).await.body.contains("Talk answers."));
    let other = [("channel", id.as_str()), ("setting-account", "forum"), ("setting-server", "evil.example")];
    for path in ["/channels/test/talk".to_owned(), format!("/channels/{id}")] {
        let page = site.post(&path, &owner, &other).await.body;
        assert!(
            page.contains("another server now: type it once more") && !page.contains("Talk answers."),
            "{path}: {page}"
        );
        assert!(page.contains("id=\"error-setting-secret\""), "at the field");
    }
    assert_eq!(all(&site).await[0].settings["server"], "forum.example");
    let with_password = [&other[..], &[("setting-secret", "cork-oak")]].concat();
    assert_eq!(site.post(&format!("/channels/{id}"), &owner, &with_password).await.status, 303);
    assert_eq!(all(&site).await[0].settings["server"], "evil.example");
}

#[tokio::test]
async fn a_channel_may_be_given_a_number_of_messages_a_day() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let forum = talk::channel(&site, "talk", "forum").await;
    let bounds = format!("/channels/{forum}/bounds");
    for wrong in ["0", "-3", "many", "99999999999"] {
        let refused = site.post(&bounds, &owner, &[("day_cap", wrong)]).await;
        assert!(refused.status == 422 && refused.body.contains("Write a whole number between 1 and"), "{wrong}");
    }
    assert_eq!(site.post(&bounds, &owner, &[("day_cap", " 2 ")]).await.status, 303);
    assert_eq!(all(&site).await[0].day_cap, Some(2));
    assert!(site.get(&format!("/channels/{forum}"), &owner).await.body.contains("value=\"2\""));
    let lines: Vec<Line> =
        (0..5).map(|n| Line { overheard: true, ..Line::new(&n.to_string(), "bo", "About you") }).collect();
    talk::hear(&site, forum, &lines).await;
    let ledger = site.get("/listen/coverage", &owner).await.body;
    assert!(ledger.contains("more than 2 messages a day are not kept"), "{ledger}");
    assert_eq!(site.post(&bounds, &owner, &[("day_cap", "")]).await.status, 303);
    assert_eq!(all(&site).await[0].day_cap, None);
}

#[tokio::test]
async fn a_pause_that_its_service_asked_for_is_said_until_it_is_over() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    site.post("/channels/new/talk", &owner, &[("setting-account", "forum"), ("setting-secret", "x")]).await;
    let channel = all(&site).await.remove(0);
    let page = format!("/channels/{}", channel.id);
    assert!(!site.get(&page, &owner).await.body.contains("asked for a pause"));
    let mut tx = site.engine.db.begin().await.unwrap();
    channels::rest(&mut tx, channel.id, channels::Pause::Sending, NOW + 60_000).await.unwrap();
    tx.commit().await.unwrap();
    for page in [page.as_str(), "/channels", "/channels/rows"] {
        let body = site.get(page, &owner).await.body;
        assert!(body.contains("Its service asked for a pause. What is to be sent waits until"), "{page}: {body}");
        assert!(!body.contains("asked for news again"), "{page}");
    }
}
