//! Today: a few cards, what does not go as it should, the goal; and how to begin.

use crate::support::talk::{Line, Talk};
use crate::support::{
    PASSWORD, Site,
    desk::{follow, location, undo_of},
    talk,
};
use tertulia_connector::SendError;
use tertulia_engine::{
    accounts,
    outbound::{self, ReplyForm},
};
use tertulia_model::{ChannelState, ConversationId, DeliveryId, Role};
use tertulia_store::channels;

#[tokio::test]
async fn a_new_installation_shows_its_goal_and_how_to_begin() {
    let (site, owner) = Site::ready(vec![Talk::named("email"), Talk::hosting("parlour")]).await;
    let page = site.get("/", &owner).await.body;
    for words in ["Answer everybody within a day", "about half", "nine of ten", "31 March 2027, in 130 days"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("href=\"/channels/new/email\"") && page.contains("href=\"/channels/new/parlour\""));
    assert!(!page.contains("Bring in an archive"), "only what this program was built with is offered");
    assert!(page.contains("Nobody waits for you."));
    // In Kiritimati it is tomorrow already.
    let there = crate::support::request("GET", "/", "")
        .header("cookie", format!("tertulia_session={owner}; tz=Pacific%2FKiritimati"))
        .body(axum::body::Body::empty());
    assert!(site.send(there.unwrap()).await.body.contains("31 March 2027, in 129 days"));
    let agent = site.member(Role::Agent).await;
    let page = site.get("/", &agent).await.body;
    assert!(page.contains("An owner of the team connects") && !page.contains("href=\"/channels/new/email\""));
    assert!(!page.contains("href=\"/goals/"), "only an owner changes it");
}

#[tokio::test]
async fn an_archive_is_no_channel_on_which_somebody_could_write() {
    let (site, owner) = Site::ready(vec![Talk::archive("import"), Talk::named("email")]).await;
    talk::channel(&site, "import", "old forum").await;
    assert!(site.get("/", &owner).await.body.contains("Connect your first channel"));
    assert!(site.get("/inbox", &owner).await.body.contains("No channel yet"));
    talk::channel(&site, "email", "shop@roaster.example").await;
    assert!(!site.get("/", &owner).await.body.contains("Connect your first channel"));
    assert!(!site.get("/inbox", &owner).await.body.contains("No channel yet"));
}

/// Answers the conversation that holds a line; gives the delivery.
async fn answer(site: &Site, session: &str, line: &str) -> (ConversationId, DeliveryId) {
    let me = accounts::session(&site.engine, session).await.unwrap().unwrap().0.id;
    let mut db = site.engine.db.reader();
    let rows = tertulia_store::listing::inbox(&mut db, me, Default::default(), None, 100).await.unwrap();
    let row = rows.iter().find(|row| row.snippet.starts_with(line)).unwrap();
    let form = ReplyForm {
        conversation: row.id,
        channel: row.channel_id,
        text: "An answer.".to_owned(),
        recipients: Vec::new(),
        subject: None,
        from_address: None,
        idempotency_key: format!("answer to {line}"),
        seen: None,
        shown: Vec::new(),
        even_if_unseen: false,
        close: false,
        files: outbound::Files::none(),
        articles: Vec::new(),
        forwards: None,
    };
    let delivery = outbound::queue_reply(&site.engine, me, form).await.unwrap();
    (row.id, delivery.id)
}

#[tokio::test]
async fn an_answer_that_was_not_sent_asks_for_somebody() {
    let talk = Talk::new();
    let (site, owner) = Site::ready(vec![talk.clone()]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    let cases = [
        (
            "amina",
            SendError::Rejected("The account is closed.".to_owned()),
            "could not be delivered",
            "Send it again, write it again, or leave it",
        ),
        ("bo", SendError::Unknown("No answer came.".to_owned()), "Perhaps", "Nothing is sent again by itself"),
    ];
    for (who, error, what, next) in cases {
        let mut line = Line::new(who, who, &format!("{who} asks"));
        line.name = Some(format!("Name of {who}"));
        talk::hear(&site, channel, &[line]).await;
        let (conversation, delivery) = answer(&site, &owner, who).await;
        site.clock.advance(11_000);
        *talk.refuse.lock().unwrap() = Some(error.clone());
        outbound::run_send(&site.engine, delivery).await.unwrap();
        *talk.refuse.lock().unwrap() = None;
        let page = site.get("/today/cards", &owner).await.body;
        for words in
            [what, next, &format!("Name of {who}"), &error.to_string(), &format!("href=\"/inbox/{conversation}#")]
        {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
}

#[tokio::test]
async fn a_channel_in_trouble_says_what_to_do_and_to_whom() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    assert!(!site.get("/", &owner).await.body.contains("Channels that need somebody"));
    let mut tx = site.engine.db.begin().await.unwrap();
    channels::note_failure(&mut tx, channel, ChannelState::Stopped, "The password was refused.").await.unwrap();
    tx.commit().await.unwrap();
    let page = site.get("/", &owner).await.body;
    assert!(page.contains("has stopped") && page.contains("The password was refused."), "{page}");
    assert!(page.contains(&format!("href=\"/channels/{channel}\"")));
    let agent = site.member(Role::Agent).await;
    let page = site.get("/", &agent).await.body;
    assert!(page.contains("Ask an owner") && !page.contains(&format!("href=\"/channels/{channel}\"")));
}

#[tokio::test]
async fn what_was_set_aside_is_counted() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    talk::hear_raw(&site, channel, vec![("broken".to_owned(), b"\xff\xfe no JSON".to_vec())]).await;
    let page = site.get("/", &owner).await.body;
    assert!(page.contains("One item could not be read") && page.contains("Nothing of that is lost"), "{page}");
}

#[tokio::test]
async fn names_from_elsewhere_stay_words() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    let mut line = Line::new("x", "x", "<img src=x onerror=alert(1)>");
    line.name = Some("<script>alert(1)</script>".to_owned());
    talk::hear(&site, channel, &[line]).await;
    let page = site.get("/", &owner).await.body;
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
    let mut line = Line::new("y", "y", "Hello");
    line.name = Some("Bo\u{202e}ami".to_owned());
    talk::hear(&site, channel, &[line]).await;
    let page = site.get("/", &owner).await.body;
    assert!(page.contains("Boami") && !page.contains('\u{202e}'), "a name does not turn the line around");
    assert!(!page.contains(PASSWORD));
}

/// Somebody writes for the first time; gives the address of their card.
async fn wrote(site: &Site, owner: &str, who: &str) -> String {
    let all = channels::all(&mut site.engine.db.reader()).await.unwrap();
    let mut line = Line::new(who, who, &format!("{who} asks something"));
    line.name = Some(format!("Name of {who}"));
    talk::hear(site, all[0].id, &[line]).await;
    let page = site.get("/", owner).await.body;
    let at = page.find(&format!("Name of {who}")).unwrap_or_else(|| panic!("{who} is missing: {page}"));
    let form = page[at..].split("action=\"/today/").nth(1).unwrap_or_else(|| panic!("no act is offered: {page}"));
    format!("/today/{}", form.split('/').next().unwrap())
}

async fn busy() -> (Site, String) {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    talk::channel(&site, "talk", "roaster").await;
    (site, owner)
}

#[tokio::test]
async fn who_writes_for_the_first_time_stands_on_a_card_that_is_done_and_undone() {
    let (site, owner) = busy().await;
    let page = site.get("/", &owner).await.body;
    assert!(page.contains("That’s all for today") && page.contains("Saturday, 21 November"), "{page}");
    assert!(!page.contains("Connect your first channel"));
    let card = wrote(&site, &owner, "amina").await;
    let page = site.get("/", &owner).await.body;
    for words in
        ["Wrote for the first time", "“<bdi>amina asks something</bdi>”", "They have waited since", "data-hotkey=\"d\""]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Pass on"), "there is nobody to pass it on to");
    let done = site.post(&format!("{card}/done"), &owner, &[]).await;
    assert_eq!(location(&done), "/");
    let page = follow(&site, &owner, &done).await;
    assert!(page.contains("Done.") && !page.contains("amina asks"), "{page}");
    assert_eq!(location(&site.post(&undo_of(&page), &owner, &[]).await), "/");
    let fragment = site.get("/today/cards", &owner).await.body;
    assert!(fragment.contains("amina asks") && !fragment.contains("<html"), "the live part comes by itself");
    assert!(fragment.contains("Saturday, 21 November"), "with its day");
    answer(&site, &owner, "amina").await;
    assert!(!site.get("/today/cards", &owner).await.body.contains("amina asks"));
    let late = site.post(&format!("{card}/done"), &owner, &[]).await;
    assert!(follow(&site, &owner, &late).await.contains("does not stand in your Today any more"));
    assert_eq!(site.post("/today/nonsense/done", &owner, &[]).await.status, 404);
}

#[tokio::test]
async fn a_card_is_passed_on_with_a_note_and_who_only_reads_decides_nothing() {
    let (site, owner) = busy().await;
    let agent = site.member(Role::Agent).await;
    let viewer = site.member(Role::Viewer).await;
    let card = wrote(&site, &owner, "amina").await;
    let page = site.get("/", &viewer).await.body;
    assert!(page.contains("amina asks") && !page.contains("action=\"/today/"), "{page}");
    assert_eq!(site.post(&format!("{card}/done"), &viewer, &[]).await.status, 403);
    let to = accounts::session(&site.engine, &agent).await.unwrap().unwrap().0.id.to_string();
    let page = site.get("/", &owner).await.body;
    assert!(page.contains(&format!("<option value=\"{to}\">agent</option>")), "{page}");
    assert!(!page.contains(">viewer</option>"));
    let nobody = site.post(&format!("{card}/pass-on"), &owner, &[("to", ""), ("note", "You know <b>blue</b>")]).await;
    assert_eq!(nobody.status, 422);
    assert!(nobody.body.contains("Choose a member of the team.") && nobody.body.contains("You know &#60;b&#62;blue"));
    assert!(!nobody.body.contains("data-live-src=\"/today/cards\""), "nothing that comes takes away what was typed");
    let passed = site.post(&format!("{card}/pass-on"), &owner, &[("to", &to), ("note", "You know blue")]).await;
    let page = follow(&site, &owner, &passed).await;
    assert!(page.contains("It stands in the Today of agent.") && !page.contains("amina asks"), "{page}");
    let page = site.get("/", &agent).await.body;
    assert!(page.contains("Inés Robledo passed this on to you") && page.contains("You know blue"), "{page}");
    let page = site.get("/", &viewer).await.body;
    assert!(page.contains("Inés Robledo passed this on") && !page.contains("passed this on to you"), "{page}");
    assert!(!page.contains("/today/month"), "of who decides nothing no day is kept");
    // What was typed for a card that is gone is not lost with it.
    let late = site.post(&format!("{card}/pass-on"), &owner, &[("to", &to), ("note", "Long words")]).await;
    assert_eq!(late.status, 422);
    assert!(late.body.contains("does not stand in your Today any more") && late.body.contains("Long words"));
}

#[tokio::test]
async fn a_card_is_put_off_until_tomorrow_monday_or_a_day() {
    let (site, owner) = busy().await;
    let card = wrote(&site, &owner, "amina").await;
    let put = async |form: &[(&str, &str)]| site.post(&format!("{card}/put-off"), &owner, form).await;
    for wrong in [
        [("until", "date"), ("date", "2026-11-21")],
        [("until", "date"), ("date", "soon")],
        [("until", "sometime"), ("date", "")],
    ] {
        let again = put(&wrong).await;
        assert_eq!(again.status, 422, "{wrong:?}");
        assert!(again.body.contains("a day after today"), "{}", again.body);
    }
    let kept = put(&[("until", "date"), ("date", "2026-11-20")]).await.body;
    assert!(kept.contains("value=\"2026-11-20\""), "{kept}");
    for (form, words) in [
        ([("until", "tomorrow"), ("date", "")], "Put off until Sunday, 22 November."),
        ([("until", "week"), ("date", "")], "Put off until Monday, 23 November."),
        ([("until", "date"), ("date", "2027-01-04")], "Put off until Monday, 4 January 2027."),
    ] {
        let page = follow(&site, &owner, &put(&form).await).await;
        assert!(page.contains(words) && !page.contains("amina asks"), "{words}: {page}");
        site.post(&undo_of(&page), &owner, &[]).await;
    }
}

#[tokio::test]
async fn the_month_is_a_table_of_days() {
    let (site, owner) = busy().await;
    let page = site.get("/today/month", &owner).await.body;
    assert!(page.contains("<caption>November 2026</caption>") && page.contains("October 2026"), "{page}");
    assert!(!page.contains("December 2026"), "what is to come is not there to be looked at");
    assert_eq!(page.matches("<td").count(), 42);
    assert_eq!(page.matches("aria-current=\"date\"").count(), 1);
    assert!(page.contains("Of no day of this month is it known"));
    let page = site.get("/today/month?of=2026-02", &owner).await.body;
    assert!(page.contains("<caption>February 2026</caption>") && page.contains("March 2026"));
    assert_eq!(site.get("/today/month?of=nonsense", &owner).await.status, 200);
}
