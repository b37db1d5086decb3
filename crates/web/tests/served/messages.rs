//! Single messages: their words, formatted mail, files and earlier wordings.

use crate::support::{
    Answer, NOW, Site,
    desk::{follow, location, undo_of},
    request, steady,
    talk::{self, Line, Talk},
};
use axum::body::Body;
use tertulia_connector::{SendError, guard::AddressGuard};
use tertulia_engine::outbound::{self, ReplyForm};
use tertulia_model::{ChannelId, ConversationId, DeliveryState, Recipient, RecipientRole, Role, UserId};
use tertulia_store::{deliveries, reading, users};

struct Desk {
    site: Site,
    owner: String,
    mail: ChannelId,
}

async fn desk() -> Desk {
    desk_with(AddressGuard::default()).await
}

async fn desk_with(outsiders_guard: AddressGuard) -> Desk {
    let site = Site::beside(vec![Talk::named("email")], outsiders_guard).await;
    let owner = site.set_up().await;
    let mail = talk::channel(&site, "email", "shop@roaster.example").await;
    Desk { site, owner, mail }
}

impl Desk {
    async fn get(&self, path: &str) -> Answer {
        self.site.get(path, &self.owner).await
    }

    async fn shown(&self, conversation: ConversationId) -> String {
        self.get(&format!("/inbox/{conversation}/messages")).await.body
    }
}

fn line(id: &str, text: &str) -> Line {
    Line { name: Some("Amina Yusuf".into()), at: NOW - 60_000, ..Line::new(id, "amina@example.org", text) }
}

#[tokio::test]
async fn their_own_words_stand_first_and_what_was_stripped_is_one_tap_away() {
    let desk = desk().await;
    let text = "Gracias, perfecto.\n\nEl lun, 16 nov 2026 a las 10:12, Tienda <shop@roaster.example> escribió:\n> ¿Os viene bien el martes?\n> Inés";
    let id = talk::conversation(&desk.site, desk.mail, line("1", text)).await;
    let shown = desk.shown(id).await;
    let (own, rest) = shown.split_once("Show what was quoted").unwrap();
    assert!(own.contains("Gracias, perfecto.") && !own.contains("martes"));
    assert!(rest.contains("martes") && rest.contains("Spanish"));
    // What the models make of it is theirs to change.
    let (before, labels) = shown.split_once("<details class=\"fold small labels\"").unwrap();
    let (_, after) = labels.split_once("</details>").unwrap();
    insta::assert_snapshot!("a_message", steady(&format!("{before}{after}")));
}

#[tokio::test]
async fn an_edit_shows_its_earlier_wordings_and_a_deletion_that_there_was_something() {
    let desk = desk().await;
    let id = talk::conversation(&desk.site, desk.mail, line("1", "I like it.")).await;
    talk::hear(&desk.site, desk.mail, &[Line { revision: 1, ..line("1", "I love it.") }]).await;
    let message = talk::message(&desk.site, id, "1").await;
    let shown = desk.shown(id).await;
    assert!(shown.contains("I love it.") && !shown.contains("I like it.") && shown.contains("edited"));
    let page = desk.get(&format!("/messages/{message}/revisions")).await.body;
    assert!(page.contains("<html") && page.find("I love it.").unwrap() < page.find("I like it.").unwrap());
    talk::hear(&desk.site, desk.mail, &[Line { deleted: true, ..line("1", "") }]).await;
    let shown = desk.shown(id).await;
    assert!(shown.contains("was deleted where it was written") && !shown.contains("love"));
    for gone in ["revisions", "html"] {
        assert_eq!(desk.get(&format!("/messages/{message}/{gone}")).await.status, 404);
    }
}

#[tokio::test]
async fn a_mails_own_html_runs_nothing_and_fetches_nothing_until_asked() {
    let desk = desk().await;
    let html = "<p onclick=x()>Hi <b>there</b><script>alert(1)</script><img src='http://localhost:1/p.png'><img src='http://localhost:1/q.png'></p>";
    let id = talk::conversation(&desk.site, desk.mail, Line { html: Some(html.into()), ..line("1", "Hi there") }).await;
    let message = talk::message(&desk.site, id, "1").await;
    assert!(desk.shown(id).await.contains(&format!("<iframe src=\"/messages/{message}/html\" sandbox=\"allow-same-origin allow-popups allow-popups-to-escape-sandbox\"")));
    let page = desk.get(&format!("/messages/{message}/html")).await;
    assert!(page.body.contains("<b>there</b>") && page.body.contains("2 pictures from elsewhere"));
    assert!(!page.body.contains("<script") && !page.body.contains("onclick") && !page.body.contains("localhost"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; img-src 'self'") && policy.contains("sandbox"));
    assert!(policy.contains("frame-ancestors 'self'") && !policy.contains("unsafe") && !policy.contains("script"));
    let asked = desk.get(&format!("/messages/{message}/html?pictures=1")).await.body;
    let picture = asked.split("src=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    assert!(picture.starts_with(&format!("/messages/{message}/picture?of=http%3A%2F%2Flocalhost")), "{picture}");
    assert_eq!(desk.get(&picture).await.status, 502, "nobody listens there, and no more is said");
    // An address that we did not sign, or signed for another picture, mail or reader, fetches nothing.
    assert_eq!(desk.get(&picture.replace("p%2Epng", "q%2Epng")).await.status, 404);
    assert_eq!(desk.get(&picture.replace(&message.to_string(), "7")).await.status, 404);
    assert_eq!(desk.get(picture.split("&s=").next().unwrap()).await.status, 404);
    let other = desk.site.member(Role::Agent).await;
    assert_eq!(desk.site.get(&picture, &other).await.status, 404);
}

#[tokio::test]
async fn a_mail_of_more_pictures_than_can_be_shown_shows_the_first_and_says_so() {
    let desk = desk().await;
    let html: String = (0..130).map(|n| format!("<img src='http://localhost:1/{n}.png'>")).collect();
    let id = talk::conversation(&desk.site, desk.mail, Line { html: Some(html), ..line("1", "Look") }).await;
    let message = talk::message(&desk.site, id, "1").await;
    assert!(desk.get(&format!("/messages/{message}/html")).await.body.contains("130 pictures from elsewhere"));
    let asked = desk.get(&format!("/messages/{message}/html?pictures=1")).await.body;
    assert_eq!(asked.matches("/picture?of=").count(), 100);
    assert!(asked.contains("30 more pictures from elsewhere are left out"), "{asked}");
}

#[tokio::test]
async fn a_picture_from_elsewhere_comes_through_us_and_nothing_else_does() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let png = axum::routing::get(|| async { ([("content-type", "image/png")], "pixels") });
    let svg = axum::routing::get(|| async { ([("content-type", "image/svg+xml")], "<svg onload=x()/>") });
    let big = axum::routing::get(|| async { ([("content-type", "image/png")], vec![0_u8; (5 << 20) + 1]) });
    let elsewhere = axum::Router::new().route("/a.png", png).route("/b.svg", svg).route("/c.png", big);
    let server = tokio::spawn(async move { axum::serve(listener, elsewhere).await });
    // The listener stands for a server in the world; for outsiders, a house's own servers are none.
    let desk = desk_with(AddressGuard::new(["127.0.0.1".to_owned()])).await;
    let html = ["a.png", "b.svg", "c.png"].map(|name| format!("<img src=\"http://{address}/{name}\">")).concat();
    let id = talk::conversation(&desk.site, desk.mail, Line { html: Some(html), ..line("1", "Look") }).await;
    let message = talk::message(&desk.site, id, "1").await;
    let asked = desk.get(&format!("/messages/{message}/html?pictures=1")).await.body;
    let pictures: Vec<String> =
        asked.split("src=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&")).collect();
    let first = desk.get(&pictures[0]).await;
    assert_eq!((first.status.as_u16(), first.body.as_str()), (200, "pixels"));
    assert_eq!(first.headers["content-type"], "image/png");
    asks_before_it_shows_again(&desk, &pictures[0], &first).await;
    for other in &pictures[1..] {
        assert_eq!(desk.get(other).await.status, 502, "{other}");
    }
    server.abort();
}

/// What a browser kept is shown again only to who is still signed in.
async fn asks_before_it_shows_again(desk: &Desk, path: &str, first: &Answer) {
    assert_eq!(first.headers["cache-control"], "private, no-cache");
    let again = |session: &str| {
        let tag = first.headers["etag"].clone();
        desk.site.send(request("GET", path, session).header("if-none-match", tag).body(Body::empty()).unwrap())
    };
    let kept = again(&desk.owner).await;
    assert_eq!((kept.status.as_u16(), kept.body.as_str()), (304, ""));
    assert_eq!(again("").await.status, 303, "who is signed out is led to the sign-in");
}

#[tokio::test]
async fn a_mails_picture_reaches_no_private_host_even_where_channels_may() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let desk = desk().await;
    // The site's channels may reach 127.0.0.1, as a mail server in the house.
    assert!(desk.site.engine.guard.resolve("127.0.0.1", address.port()).await.is_ok());
    let html = format!("<img src=\"http://{address}/admin.png\"><img src=\"http://localhost:{}/\">", address.port());
    let id = talk::conversation(&desk.site, desk.mail, Line { html: Some(html), ..line("1", "Look") }).await;
    let message = talk::message(&desk.site, id, "1").await;
    let asked = desk.get(&format!("/messages/{message}/html?pictures=1")).await.body;
    for picture in asked.split("src=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&")) {
        // A knock would leave the fetch waiting for an answer that never comes.
        let fetched = tokio::time::timeout(std::time::Duration::from_secs(5), desk.get(&picture)).await;
        assert_eq!(fetched.expect("it is refused at once").status, 502);
    }
    let knocked = tokio::time::timeout(std::time::Duration::from_millis(50), listener.accept()).await;
    assert!(knocked.is_err(), "an outsider's mail made us knock at a private host");
}

#[tokio::test]
async fn a_file_is_saved_under_its_name_and_only_a_picture_is_looked_at() {
    let desk = desk().await;
    for (n, (name, kind, how)) in [
        (
            "Übersicht \u{202e}.pdf",
            "application/pdf",
            "attachment; filename=\"_bersicht _.pdf\"; filename*=UTF-8''%C3%9Cbersicht",
        ),
        ("evil.html", "text/html", "attachment; filename=\"evil.html\""),
        ("logo.svg", "image/svg+xml", "attachment; filename=\"logo.svg\""),
        ("bag.png", "image/png", "inline; filename=\"bag.png\""),
    ]
    .into_iter()
    .enumerate()
    {
        let file = Some((name.to_owned(), kind.to_owned(), "<script>alert(1)</script>".to_owned()));
        let id = talk::conversation(&desk.site, desk.mail, Line { file, ..line(&n.to_string(), "See the file") }).await;
        let message = talk::message(&desk.site, id, &n.to_string()).await;
        let stored = reading::attachments(&mut desk.site.engine.db.reader(), &[message]).await.unwrap();
        let answer = desk.get(&format!("/attachments/{}", stored[0].id)).await;
        assert_eq!(answer.body, "<script>alert(1)</script>");
        let disposition = answer.headers["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with(how), "{disposition}");
        let expected = if kind == "image/png" { kind } else { "application/octet-stream" };
        assert_eq!(answer.headers["content-type"], expected);
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["content-security-policy"], "default-src 'none'; sandbox");
        asks_before_it_shows_again(&desk, &format!("/attachments/{}", stored[0].id), &answer).await;
        assert_eq!(desk.shown(id).await.contains("<img src=\"/attachments/"), kind == "image/png");
        let deleted = Line { deleted: true, ..line(&n.to_string(), "") };
        talk::hear(&desk.site, desk.mail, &[deleted]).await;
        let path = format!("/attachments/{}", stored[0].id);
        let kept = request("GET", &path, &desk.owner).header("if-none-match", answer.headers["etag"].clone());
        let shown = desk.site.send(kept.body(Body::empty()).unwrap()).await;
        assert_eq!(shown.status, 404, "what was deleted is not shown from the browser's own copy");
    }
}

#[tokio::test]
async fn a_date_that_cannot_be_is_shown_beside_the_time_of_arrival() {
    let desk = desk().await;
    let past = Line { at: 0, ..line("1", "From the past") };
    talk::hear_late(&desk.site, desk.mail, std::slice::from_ref(&past)).await;
    let id = talk::conversation(&desk.site, desk.mail, past).await;
    assert!(
        desk.shown(id)
            .await
            .contains("Dated 1 January 1970, 00:00 UTC by whoever sent it, which cannot be; it came 21 November 2026")
    );
}

/// An answer to when they open.
fn at_nine(conversation: ConversationId, channel: ChannelId) -> ReplyForm {
    ReplyForm {
        conversation,
        channel,
        text: "At nine.".into(),
        recipients: Vec::new(),
        subject: None,
        from_address: None,
        idempotency_key: "k".into(),
        seen: None,
        shown: Vec::new(),
        even_if_unseen: true,
        close: false,
        files: outbound::Files::none(),
        articles: Vec::new(),
        forwards: None,
    }
}

#[tokio::test]
async fn an_answer_that_came_back_from_some_is_not_said_to_be_unsent_and_goes_to_all_again() {
    let desk = desk().await;
    let id = talk::conversation(&desk.site, desk.mail, line("1", "When do you open?")).await;
    let engine = &desk.site.engine;
    let to = |address: &str| Recipient { role: RecipientRole::To, address: address.to_owned(), name: None };
    let recipients = vec![to("bo@home.example"), to("kim@work.example")];
    let form = ReplyForm { recipients, ..at_nine(id, desk.mail) };
    let user = users::all(&mut engine.db.reader()).await.unwrap()[0].id;
    let delivery = outbound::queue_reply(engine, user, form).await.unwrap();
    let fail = async |why: &str| {
        let mut tx = engine.db.begin().await.unwrap();
        let from = [DeliveryState::Queued, DeliveryState::Failed];
        deliveries::set_state(&mut tx, delivery.id, &from, DeliveryState::Failed, Some(why), NOW).await.unwrap();
        tx.commit().await.unwrap();
        (desk.shown(id).await, desk.site.get("/", &desk.owner).await.body)
    };
    let (shown, start) = fail("The account is closed.").await;
    assert!(shown.contains(">not sent<") && start.contains("It could not be delivered: "), "{shown}");
    let (shown, start) = fail("It came back from bo@home.example: 550. Nothing is known against the others.").await;
    assert!(shown.contains(">came back<") && !shown.contains(">not sent<"), "{shown}");
    assert!(shown.contains(">Send it again to all<") && start.contains("It came back: "), "{shown}");
}

#[tokio::test]
async fn what_became_of_our_answer_is_said_with_what_can_be_done() {
    let talk = Talk::named("email");
    let (site, owner) = Site::ready(vec![talk.clone()]).await;
    let mail = talk::channel(&site, "email", "shop@roaster.example").await;
    let desk = Desk { site, owner, mail };
    let id = talk::conversation(&desk.site, mail, line("1", "When do you open?")).await;
    let user: UserId = users::all(&mut desk.site.engine.db.reader()).await.unwrap()[0].id;
    let form = at_nine(id, mail);
    let delivery = outbound::queue_reply(&desk.site.engine, user, form).await.unwrap();
    assert!(desk.shown(id).await.contains(&format!("/deliveries/{}/undo", delivery.id)));
    desk.site.clock.set(NOW + 20_000);
    assert!(!desk.shown(id).await.contains("/undo"), "after ten seconds it is too late");
    *talk.refuse.lock().unwrap() = Some(SendError::Unknown("The server took it and went silent.".into()));
    outbound::run_send(&desk.site.engine, delivery.id).await.unwrap();
    let shown = desk.shown(id).await;
    assert!(shown.contains("perhaps sent") && shown.contains("It did arrive") && shown.contains("Send it again"));
    let arrived = desk.site.post(&format!("/deliveries/{}/arrived", delivery.id), &desk.owner, &[]).await;
    assert_eq!(arrived.status, 303);
    let undo = undo_of(&follow(&desk.site, &desk.owner, &arrived).await);
    assert_eq!(location(&desk.site.post(&undo, &desk.owner, &[]).await), format!("/inbox/{id}"));
    assert!(desk.shown(id).await.contains("The server took it and went silent."), "it is in doubt as before");
    desk.site.post(&format!("/deliveries/{}/arrived", delivery.id), &desk.owner, &[]).await;
    let now = deliveries::get(&mut desk.site.engine.db.reader(), delivery.id).await.unwrap().unwrap();
    assert_eq!(now.state.as_str(), "sent");
    assert!(!desk.shown(id).await.contains("It did arrive"));
    let again = desk.site.post(&format!("/deliveries/{}/again", delivery.id), &desk.owner, &[]).await;
    assert_eq!(again.status, 409, "what has arrived is not sent again");
}

#[tokio::test]
async fn what_names_no_message_is_not_found() {
    let desk = desk().await;
    for path in
        ["/messages/1/html", "/messages/x/html", "/messages/1/revisions", "/attachments/1", "/attachments/..%2f"]
    {
        assert_eq!(desk.get(path).await.status, 404, "{path}");
    }
}
