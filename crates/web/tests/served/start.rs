//! The start page: the goal, and what waits.

use crate::support::talk::{Line, Talk};
use crate::support::{NOW, PASSWORD, Site, talk};
use tertulia_connector::SendError;
use tertulia_engine::{
    accounts,
    outbound::{self, ReplyForm},
};
use tertulia_model::{ChannelState, ConversationId, DeliveryId, Role};
use tertulia_store::{channels, goals};

#[tokio::test]
async fn a_new_installation_shows_its_goal_and_how_to_begin() {
    let (site, owner) = Site::ready(vec![Talk::named("email"), Talk::hosting("parlour")]).await;
    let page = site.get("/", &owner).await.body;
    for words in ["Answer everybody within a day", "about half", "nine of ten", "31 March 2027, in 130 days"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("href=\"/channels/new/email\"") && page.contains("href=\"/channels/new/parlour\""));
    assert!(!page.contains("Bring in an archive"), "only what this program was built with is offered");
    assert!(page.contains("Nobody waits for an answer."));
    // In Kiritimati it is tomorrow already.
    let there = crate::support::request("GET", "/", "")
        .header("cookie", format!("tertulia_session={owner}; tz=Pacific%2FKiritimati"))
        .body(axum::body::Body::empty());
    assert!(site.send(there.unwrap()).await.body.contains("31 March 2027, in 129 days"));
    let agent = site.member(Role::Agent).await;
    let page = site.get("/", &agent).await.body;
    assert!(page.contains("An owner of the team connects") && !page.contains("href=\"/channels/new/email\""));
    assert!(!page.contains("href=\"/goal\""));
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

#[tokio::test]
async fn who_waits_longest_stands_first_and_nobody_who_was_answered() {
    let talk = Talk::new();
    let (site, owner) = Site::ready(vec![talk]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    for (n, name) in ["Zoë", "Amina", "Bo"].into_iter().enumerate() {
        let mut line = Line::new(name, name, &format!("{name} asks something"));
        line.name = Some(name.to_owned());
        line.at = NOW - 10_000_000 + i64::try_from(n).unwrap() * 1_000;
        talk::hear(&site, channel, &[line]).await;
    }
    let page = site.get("/", &owner).await.body;
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words} is missing: {page}"));
    assert!(at("Zoë asks") < at("Amina asks") && at("Amina asks") < at("Bo asks"));
    assert!(page.contains("<strong>3</strong> conversations are open, <strong>none</strong> of them with you."));
    assert!(!page.contains("Connect your first channel"));
    answer(&site, &owner, "Zoë").await;
    let fragment = site.get("/start/waiting", &owner).await.body;
    assert!(!fragment.contains("Zoë asks") && fragment.contains("<strong>2</strong>"), "{fragment}");
    assert!(!fragment.contains("<html"), "the live part comes by itself");
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
        even_if_unseen: false,
        close: false,
        files: outbound::Files::none(),
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
        let page = site.get("/start/waiting", &owner).await.body;
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
async fn the_goal_is_declared_anew_by_an_owner_and_the_earlier_one_stays_written() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let form = site.get("/goal", &owner).await.body;
    assert!(
        form.contains("value=\"Answer everybody within a day\"") && form.contains("value=\"2027-03-31\""),
        "{form}"
    );
    let mistaken =
        [("goal", "Answer everybody in an hour"), ("today", "half"), ("hoped", ""), ("due_on", "2027-06-30")];
    let page = site.post("/goal", &owner, &mistaken).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("id=\"error-hoped\"") && page.body.contains("Answer everybody in an hour"));
    assert!(!page.body.contains("id=\"error-goal\""));
    let whole =
        [("goal", "Answer everybody in an hour"), ("today", "half"), ("hoped", "all"), ("due_on", "2027-06-30")];
    assert_eq!(site.post("/goal", &owner, &whole).await.headers["location"], "/");
    assert!(site.get("/", &owner).await.body.contains("Answer everybody in an hour"));
    let goal = goals::current(&mut site.engine.db.reader()).await.unwrap().unwrap();
    assert_eq!(goal.hoped_value, "all");
    assert_eq!(site.post("/goal", &site.member(Role::Agent).await, &whole).await.status, 403);
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
