//! Passing a message on, as a browser does it.

use crate::support::{
    NOW, Site,
    desk::{Desk, amina, desk, field, location, undo_of},
    talk::{self, Line, Talk},
};
use tertulia_model::{ConversationId, MessageId, Role};
use tertulia_store::{
    drafts::{self, Key},
    reading,
};

/// Amina complains, with a picture; gives where, and what.
async fn complained(desk: &Desk) -> (ConversationId, MessageId) {
    let picture = Some(("stale.png".to_owned(), "image/png".to_owned(), "pixels".to_owned()));
    let id = desk.hears(Line { file: picture, at: NOW - 9_000, ..amina("q", "They were <b>stale</b>.") }).await;
    (id, talk::message(&desk.site, id, "q").await)
}

/// Presses "Forward"; gives the address of the page it leads to.
async fn begin(desk: &Desk, (id, message): (ConversationId, MessageId)) -> String {
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let action = format!("/inbox/{id}/forward/{message}");
    assert!(page.contains(&format!("action=\"{action}\"")), "{page}");
    let to = location(&desk.post(&action, &[]).await);
    assert_eq!(to, format!("/inbox/{id}?forward={message}"));
    to
}

#[tokio::test]
async fn a_message_is_passed_on_with_its_files_and_its_conversation_stays_as_it_is() {
    let desk = desk().await;
    let (id, message) = complained(&desk).await;
    let open = begin(&desk, (id, message)).await;
    let page = desk.get(&open).await.body;
    assert!(page.contains("You pass on") && page.contains("what <strong><bdi>Amina Yusuf</bdi></strong> wrote"));
    assert!(
        page.contains("From: Amina Yusuf &#60;amina@example.org&#62;") && page.contains("&#60;b&#62;stale"),
        "{page}"
    );
    assert!(page.contains("Forward by e-mail") && !page.contains("Send and close"));
    assert_eq!((field(&page, "subject").as_str(), field(&page, "to").as_str()), ("Fwd: Beans", ""));
    assert!(page.contains("Take stale.png out"));

    let before = desk.held(id).await;
    let (key, channel) = (field(&page, "key"), desk.mail.to_string());
    let form =
        |to| [("key", key.as_str()), ("channel", &channel), ("to", to), ("cc", "lab@mill.example"), ("text", "Nils?")];
    let reply = format!("/inbox/{id}/reply?forward={message}");
    let refused = desk.compose(&reply, &form(""), &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Say whom it goes to") && refused.body.contains("Nils?</textarea>"));
    assert!(refused.body.contains("You pass on") && refused.body.contains("Take stale.png out"));

    let sent = desk.compose(&reply, &form("Nils <nils@mill.example>"), &[("label.png", b"more")]).await;
    assert_eq!(location(&sent), format!("/inbox/{id}"));
    assert_eq!(desk.held(id).await, before);
    let delivery = desk.sent(id).await.remove(0);
    let outgoing = &delivery.outgoing;
    assert_eq!(outgoing.attachments.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["stale.png", "label.png"]);
    assert!(outgoing.whole_text().ends_with("They were <b>stale</b>."));
    let page = desk.follow(&sent).await;
    assert!(page.contains("forwarded to Nils, copy to lab@mill.example"), "{page}");
    assert!(page.contains("Show what was passed on") && page.contains("class=\"message ours forward\""));
    assert!(!desk.get("/inbox").await.body.contains("answered"), "nobody has answered Amina");
    // The same form twice is one forward; taken back, it is a draft again, of its own.
    desk.compose(&reply, &form("Nils <nils@mill.example>"), &[]).await;
    assert_eq!(desk.sent(id).await.len(), 1);
    let back = desk.post(&undo_of(&page), &[]).await;
    assert_eq!(location(&back), open);
    let page = desk.get(&open).await.body;
    assert!(page.contains("Nils?</textarea>") && page.contains("label.png"));
    assert_eq!(field(&page, "to"), "Nils &#60;nils@mill.example&#62;");
    assert!(!desk.get(&format!("/inbox/{id}")).await.body.contains("Nils?"), "the answer is another draft");
}

#[tokio::test]
async fn what_came_back_and_what_was_passed_on_lead_to_each_other() {
    let desk = desk().await;
    let (id, message) = complained(&desk).await;
    begin(&desk, (id, message)).await;
    let channel = desk.mail.to_string();
    let form = [("channel", channel.as_str()), ("to", "nils@mill.example"), ("text", "")];
    desk.compose(&format!("/inbox/{id}/reply?forward={message}"), &form, &[]).await;
    let forward = desk.sent(id).await[0].message_id.to_string();
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(!page.contains("Read what came back"));
    let answer =
        Line { answers: Some(forward.clone()), at: NOW + 1_000, ..Line::new("n", "nils@mill.example", "A wet sack.") };
    let talk = desk.hears(answer).await;
    assert_ne!(talk, id);
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains(&format!("href=\"/inbox/{talk}\"")) && page.contains("Read what came back"), "{page}");
    let rows = desk.get("/inbox/list").await.body;
    assert!(rows.contains("They were") && rows.contains("A wet sack."), "each row says its own person's words");
    let there = desk.get(&format!("/inbox/{talk}")).await.body;
    let origin = format!("href=\"/inbox/{id}?at={forward}#message-{forward}\"");
    assert!(there.contains("Answers what we passed on") && there.contains(&origin), "{there}");
    assert!(there.contains("Send to nils by e-mail"));
}

#[tokio::test]
async fn only_what_can_be_addressed_to_anybody_is_passed_on_and_only_by_who_may() {
    let (site, owner) = Site::ready(vec![Talk::named("talk"), Talk::named("email")]).await;
    let chat = talk::channel(&site, "talk", "lobby").await;
    let id = talk::conversation(&site, chat, Line::new("c", "bo", "Hello?")).await;
    let message = talk::message(&site, id, "c").await;
    let page = site.get(&format!("/inbox/{id}"), &owner).await.body;
    assert!(page.contains("<textarea") && !page.contains("/forward/"), "{page}");
    assert_eq!(site.post(&format!("/inbox/{id}/forward/{message}"), &owner, &[]).await.status, 409);

    let desk = desk().await;
    let (id, message) = complained(&desk).await;
    let viewer = desk.site.member(Role::Viewer).await;
    let page = desk.site.get(&format!("/inbox/{id}"), &viewer).await.body;
    assert!(page.contains("stale") && !page.contains("/forward/"));
    assert_eq!(desk.site.post(&format!("/inbox/{id}/forward/{message}"), &viewer, &[]).await.status, 403);
    // An address to something that is not being passed on leads to the conversation.
    assert_eq!(
        location(&desk.get(&format!("/inbox/{id}?forward={message}&state=closed")).await),
        format!("/inbox/{id}?state=closed")
    );
    assert_eq!(desk.get(&format!("/inbox/{id}?forward=nonsense")).await.status, 404);
    assert_eq!(desk.post(&format!("/inbox/{id}/forward/7"), &[]).await.status, 409);
}

#[tokio::test]
async fn a_forward_is_kept_as_it_is_typed_and_can_be_left_and_thrown_away() {
    let desk = desk().await;
    let (id, message) = complained(&desk).await;
    let open = begin(&desk, (id, message)).await;
    desk.post(&format!("/inbox/{id}/draft"), &[("text", "Dear Amina")]).await;
    let draft = format!("/inbox/{id}/draft?forward={message}");
    let kept = desk.post(&draft, &[("text", "Nils?"), ("to", "nils@mill.example")]).await;
    assert_eq!(location(&kept), open);
    let page = desk.get(&open).await.body;
    assert!(page.contains("Nils?</textarea>") && page.contains("Back to the answer"));
    let plain = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(plain.contains("Dear Amina</textarea>") && !plain.contains("stale.png out"));
    // A file left out stays out, also where it is begun once more.
    let key = Key::forward(desk.me().await, id, message);
    let file = drafts::files(&mut desk.site.engine.db.reader(), key).await.unwrap().remove(0);
    desk.post(&format!("/inbox/{id}/files/{}/remove?forward={message}", file.id), &[("text", "Nils!")]).await;
    assert_eq!(begin(&desk, (id, message)).await, open);
    let page = desk.get(&open).await.body;
    assert!(page.contains("Nils!</textarea>") && !page.contains("Take stale.png out"));

    let thrown =
        desk.compose(&format!("/inbox/{id}/draft/discard?forward={message}"), &[("text", "Nils! Ni")], &[]).await;
    assert_eq!(location(&thrown), format!("/inbox/{id}"));
    let page = desk.follow(&thrown).await;
    assert!(page.contains("Thrown away.") && page.contains("Dear Amina</textarea>"));
    assert_eq!(location(&desk.get(&open).await), format!("/inbox/{id}"));
    assert_eq!(location(&desk.post(&undo_of(&page), &[]).await), open);
    assert!(desk.get(&open).await.body.contains("Nils! Ni</textarea>"));
}

#[tokio::test]
async fn a_draft_thrown_away_comes_back_with_its_files_unless_something_new_was_begun() {
    let desk = desk().await;
    let id = desk.hears(amina("q", "When do you open?")).await;
    desk.compose(&format!("/inbox/{id}/files"), &[], &[("menu.png", b"x")]).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains(&format!("formaction=\"/inbox/{id}/draft/discard\"")));
    let form = [("text", "At nine"), ("subject", "Hours"), ("to", "amina@example.org, bo@example.org")];
    let thrown = desk.compose(&format!("/inbox/{id}/draft/discard"), &form, &[]).await;
    let page = desk.follow(&thrown).await;
    assert!(!page.contains("At nine</textarea>") && !page.contains("menu.png"), "{page}");
    let undo = undo_of(&page);
    desk.post(&undo, &[]).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains("At nine</textarea>") && page.contains("menu.png") && page.contains("bo@example.org"));
    assert_eq!(field(&page, "subject"), "Hours");

    desk.compose(&format!("/inbox/{id}/draft/discard"), &form, &[]).await;
    desk.post(&format!("/inbox/{id}/draft"), &[("text", "Something else")]).await;
    let late = desk.post(&undo, &[]).await;
    assert_eq!(late.status, 409);
    assert!(desk.get(&format!("/inbox/{id}")).await.body.contains("Something else</textarea>"));
    // Whose it is not cannot bring it back, or throw it away.
    let agent = desk.site.member(Role::Agent).await;
    assert_eq!(desk.site.post(&undo, &agent, &[]).await.status, 409);
    desk.site.post(&format!("/inbox/{id}/draft/discard"), &agent, &[("text", "")]).await;
    assert!(desk.get(&format!("/inbox/{id}")).await.body.contains("Something else</textarea>"));
    let nothing_left = reading::conversation(&mut desk.site.engine.db.reader(), id, None, 9).await.unwrap();
    assert_eq!(nothing_left.len(), 1, "nothing was sent by any of it");
}

#[tokio::test]
async fn a_forward_corrected_on_the_page_gone_back_to_is_not_taken_for_the_one_that_went() {
    let desk = desk().await;
    let (id, message) = complained(&desk).await;
    let open = begin(&desk, (id, message)).await;
    let key = field(&desk.get(&open).await.body, "key");
    let channel = desk.mail.to_string();
    let forward = format!("/inbox/{id}/reply?forward={message}");
    let form = |key: &str, to: &str| [("key", key), ("channel", &channel), ("to", to), ("text", "Nils?")].map(owned);
    let compose = async |to: &str, form: &[(String, String)], files: &[(&str, &[u8])]| {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        desk.compose(to, &form, files).await
    };
    compose(&forward, &form(&key, "wrong@mill.example"), &[("bag.png", b"jute")]).await;
    assert_eq!(desk.sent(id).await.len(), 1);
    // An impatient press, with the file and without.
    for files in [&[("bag.png", &b"jute"[..])][..], &[]] {
        location(&compose(&forward, &form(&key, "wrong@mill.example"), files).await);
    }
    assert_eq!(desk.sent(id).await.len(), 1);
    for files in [&[("bag.png", &b"silk"[..])][..], &[("sack.png", b"jute")]] {
        let other = compose(&forward, &form(&key, "wrong@mill.example"), files).await;
        assert_eq!(other.status, 409, "{}", other.body);
    }
    let answer = compose(&format!("/inbox/{id}/reply"), &form(&key, ""), &[]).await;
    assert_eq!(answer.status, 409, "an answer with the same words is no forward");

    let corrected = compose(&forward, &form(&key, "nils@mill.example"), &[]).await;
    assert_eq!(corrected.status, 409);
    assert!(corrected.body.contains("Press again to send this as well"), "{}", corrected.body);
    assert_eq!(field(&corrected.body, "to"), "nils@mill.example");
    let fresh = field(&corrected.body, "key");
    assert_ne!(fresh, key);
    location(&compose(&forward, &form(&fresh, "nils@mill.example"), &[]).await);
    let sent = desk.sent(id).await;
    let to: Vec<&str> = sent.iter().map(|delivery| delivery.outgoing.recipients[0].address.as_str()).collect();
    assert_eq!(to, ["wrong@mill.example", "nils@mill.example"]);
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
