//! What the machine makes of a message, quietly under it and corrected in place; how often it is wrong; samples that are read.

use crate::support::{
    desk::{Desk, amina, desk, location, undo_of},
    request,
};
use axum::body::Body;
use tertulia_model::{ConversationId, Role};

async fn asked() -> (Desk, ConversationId, String) {
    let desk = desk().await;
    let id = desk.hears(amina("1", "Where is my order? I have been waiting for it since Monday.")).await;
    let message = desk.newest(id).await;
    (desk, id, message)
}

/// What stands under the one message of a page, in a few words.
fn short(page: &str) -> &str {
    let from = page.find("What the machine makes of this").unwrap_or_else(|| panic!("nothing is made of it: {page}"));
    page[from..].split('<').next().unwrap()
}

/// As htmx asks.
async fn swapped(desk: &Desk, method: &str, path: &str, form: &str) -> String {
    let asked = request(method, path, &desk.owner)
        .header("sec-fetch-site", "same-origin")
        .header("hx-request", "true")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = desk.site.send(asked.body(Body::from(form.to_owned())).unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn a_message_of_theirs_says_quietly_what_the_machine_makes_of_it() {
    let (desk, id, message) = asked().await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(short(&page).contains(": English, ") && short(&page).contains("asks something"), "{page}");
    assert!(page.contains("<dt>Asks something</dt><dd><strong>Yes</strong>"), "{page}");
    assert!(page.contains("How often it is wrong here was not measured."));
    assert!(page.contains(&format!("href=\"/messages/{message}/labels\"")), "it can be corrected");
    let reader = desk.site.member(Role::Viewer).await;
    let page = desk.site.get(&format!("/inbox/{id}"), &reader).await.body;
    assert!(page.contains("What the machine makes of this") && !page.contains("/labels\""), "only looked at");
    assert_eq!(desk.site.post(&format!("/messages/{message}/labels"), &reader, &[]).await.status, 403);
    let alone = desk.site.get(&format!("/messages/{message}/labels"), &reader).await;
    assert_eq!(alone.status, 200);
    assert!(!alone.body.contains("<form class=\"form fold-form labels-form"));
}

#[tokio::test]
async fn a_label_is_corrected_without_a_script_and_that_is_undone() {
    let (desk, id, message) = asked().await;
    let path = format!("/messages/{message}/labels");
    let page = desk.get(&path).await.body;
    assert!(!page.contains("hx-post=\"/messages/"), "a page of its own stays one");
    assert!(page.contains("name=\"sentiment\"") && page.contains("<option value=\"negative\""));
    assert!(page.contains("Where is my order?"), "the words stand beside it");
    let said = desk.post(&path, &[("thanks", "yes"), ("question", "no"), ("noise", "")]).await;
    assert_eq!(location(&said), format!("/inbox/{id}?at={message}#message-{message}"));
    let page = desk.follow(&said).await;
    assert!(short(&page).contains("says thanks") && !short(&page).contains("asks something"), "{page}");
    assert!(page.contains("Said by you, ") && page.contains("The model says: Yes."), "{page}");
    let undone = desk.post(&undo_of(&page), &[]).await;
    assert_eq!(undone.status, 303);
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(short(&page).contains("asks something") && !short(&page).contains("thanks"), "both are as before: {page}");
    assert_eq!(desk.post(&path, &[("sentiment", "sour")]).await.status, 422);
    assert_eq!(desk.post("/messages/7/labels", &[("sentiment", "negative")]).await.status, 404);
}

#[tokio::test]
async fn a_form_that_was_open_for_long_changes_what_its_reader_changed_and_nothing_else() {
    let (desk, id, message) = asked().await;
    let path = format!("/messages/{message}/labels");
    let page = desk.get(&path).await.body;
    for hidden in ["name=\"revision\" value=\"0\"", "name=\"was-question\" value=\"yes\""] {
        assert!(page.contains(hidden), "{hidden}: {page}");
    }
    let other = desk.site.member(Role::Agent).await;
    assert_eq!(desk.site.post(&path, &other, &[("question", "no")]).await.status, 303);
    let open =
        [("was-question", "yes"), ("question", "yes"), ("was-thanks", "no"), ("thanks", "yes"), ("revision", "0")];
    assert_eq!(desk.post(&path, &open).await.status, 303);
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(short(&page).contains("says thanks") && !short(&page).contains("asks something"), "{page}");
    let edited = crate::support::talk::Line { revision: 1, ..amina("1", "Where is it by now? I am still waiting.") };
    desk.hears(edited).await;
    let stale = desk.post(&path, &open).await;
    assert_eq!(stale.status, 409);
    assert!(stale.body.contains("worded anew"), "{}", stale.body);
}

#[tokio::test]
async fn what_is_left_for_later_stays_so_after_the_next_answer() {
    let desk = desk().await;
    for n in 0..5 {
        desk.hears(amina(&n.to_string(), &format!("Where is order {n}? I have been waiting since Monday."))).await;
    }
    let at = location(&desk.post("/insights/labels/question/draw", &[("each", "5")]).await);
    let sample = at.split('=').nth(1).unwrap();
    let later = to_read(&desk.get(&at).await.body).unwrap();
    let page = desk.get(&format!("{at}&skip={later}")).await.body;
    assert!(page.contains(&format!("name=\"skip\" value=\"{later}\"")), "{page}");
    let next = to_read(&page).unwrap();
    assert_ne!(next, later);
    let said = format!("/insights/labels/samples/{sample}/read/{next}");
    let answer = desk.post(&said, &[("value", "yes"), ("skip", &later)]).await;
    assert_eq!(location(&answer), format!("{at}&skip={later}"));
    assert_ne!(to_read(&desk.follow(&answer).await).unwrap(), later);
}

#[tokio::test]
async fn a_label_is_corrected_in_place_and_given_back_to_the_model() {
    let (desk, id, message) = asked().await;
    let path = format!("/messages/{message}/labels");
    let form = swapped(&desk, "GET", &path, "").await;
    assert!(form.starts_with("<form") && form.contains("autofocus") && form.contains("Spanish"), "{form}");
    let lines = swapped(&desk, "POST", &path, "language=es&question=yes").await;
    assert!(lines.contains("It holds from now on.") && lines.contains("<strong>Spanish</strong>"), "{lines}");
    assert!(!lines.contains("<html"), "a piece of a page");
    assert!(desk.get(&format!("/inbox/{id}")).await.body.contains("lang=\"es\""), "it is the message's language");
    let undo = lines.split("hx-post=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    assert!(swapped(&desk, "POST", &undo, "").await.contains("<strong>English</strong>"));
    swapped(&desk, "POST", &path, "language=es").await;
    assert!(swapped(&desk, "GET", &path, "").await.contains("as the model says"));
    assert!(swapped(&desk, "POST", &path, "language=model").await.contains("<strong>English</strong>"));
    assert!(swapped(&desk, "POST", &path, "language=en").await.contains("Nothing was changed."));
}

#[tokio::test]
async fn what_was_said_of_old_words_is_gone_with_them_and_what_is_deleted_has_no_labels() {
    let (desk, id, message) = asked().await;
    desk.post(&format!("/messages/{message}/labels"), &[("complaint", "yes"), ("noise", "spam")]).await;
    assert!(short(&desk.get(&format!("/inbox/{id}")).await.body).contains("spam"));
    let edited = crate::support::talk::Line { revision: 1, ..amina("1", "It has come, thank you very much for it.") };
    desk.hears(edited).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(!short(&page).contains("spam") && !short(&page).contains("asks something"), "{page}");
    desk.hears(crate::support::talk::Line { deleted: true, ..amina("1", "") }).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(!page.contains("What the machine makes of this"), "{page}");
    assert_eq!(desk.get(&format!("/messages/{message}/labels")).await.status, 404);
}

#[tokio::test]
async fn nothing_is_said_to_be_measured_before_a_sample_was_read() {
    let desk = desk().await;
    let page = desk.get("/insights/labels").await.body;
    assert!(page.contains("Nothing that people said has been labelled yet."), "{page}");
    assert!(page.contains("not measured") && page.contains("Nobody has read a sample yet."));
    let kind = desk.get("/insights/labels/question").await.body;
    assert!(kind.contains("It was not measured here") && kind.contains("Draw a sample"), "{kind}");
    let none = desk.post("/insights/labels/question/draw", &[("each", "5")]).await;
    assert_eq!(none.status, 422);
    assert!(none.body.contains("There is nothing to draw from"), "{}", none.body);
    assert_eq!(desk.post("/insights/labels/question/draw", &[("each", "many")]).await.status, 422);
    assert_eq!(desk.get("/insights/labels/mood").await.status, 404);
    assert_eq!(desk.get("/insights/labels/read").await.status, 404);
}

/// The id of the message that is to be read, of a page of the labelling screen.
fn to_read(page: &str) -> Option<String> {
    let act = page.split("/read/").nth(1)?;
    Some(act.split('"').next()?.to_owned())
}

#[tokio::test]
async fn a_sample_is_read_by_two_who_do_not_see_the_machines_guess_and_what_differs_is_settled() {
    let desk = desk().await;
    for n in 0..6 {
        desk.hears(amina(&n.to_string(), &format!("Where is order {n}? I have been waiting since Monday."))).await;
    }
    let drawn = desk.post("/insights/labels/question/draw", &[("each", "5")]).await;
    let at = location(&drawn);
    assert!(desk.follow(&drawn).await.contains("Drawn. Say of each message what it is."));
    let other = desk.site.member(Role::Agent).await;
    for (session, last) in [(desk.owner.clone(), "yes"), (other.clone(), "no")] {
        for n in 0..5 {
            let page = desk.site.get(&at, &session).await.body;
            assert!(page.contains("Does this ask something?") && page.contains("data-hotkey=\"1\""), "{page}");
            assert!(!page.contains("What the machine makes of this") && !page.contains("% sure"), "nothing leads them");
            assert!(page.contains(&format!("{n} of 5 messages read by you")), "{page}");
            let sample = at.split('=').nth(1).unwrap();
            let said = format!("/insights/labels/samples/{sample}/read/{}", to_read(&page).unwrap());
            let value = if n == 4 { last } else { "yes" };
            let answer = desk.site.post(&said, &session, &[("value", value)]).await;
            assert_eq!(location(&answer), at);
        }
        assert!(desk.site.get(&at, &session).await.body.contains("You have read all of it"));
    }
    let kind = desk.get("/insights/labels/question").await.body;
    assert!(kind.contains("In 1 readers differ") && kind.contains("Settle 1 in which readers differ"), "{kind}");
    assert!(kind.contains("<th scope=\"row\">English</th>") && kind.contains("What is taken for what"), "{kind}");
    let page = desk.get(&format!("{at}&differing=yes")).await.body;
    assert!(page.contains("<bdi>you</bdi>: Yes"), "now they see what each said: {page}");
    let settle = page.split("action=\"").find(|rest| rest.starts_with("/insights/labels/samples/")).unwrap();
    let settle = settle.split('"').next().unwrap().to_owned();
    assert!(settle.contains("/settle/"), "{settle}");
    let settled = desk.post(&settle, &[("value", "no")]).await;
    let page = desk.follow(&settled).await;
    assert!(page.contains("Settled: No.") && page.contains("Nobody differs"), "{page}");
    desk.post(&undo_of(&page), &[]).await;
    assert!(desk.get(&format!("{at}&differing=yes")).await.body.contains("<bdi>you</bdi>: Yes"));
    desk.post(&settle, &[("value", "no")]).await;
    // The page of all kinds goes by what was measured within a minute.
    desk.site.clock.advance(61_000);
    let trust = desk.get("/insights/labels").await.body;
    assert!(trust.contains("By 5 messages that people read"), "{trust}");
    let sample = at.split('=').nth(1).unwrap();
    let ended = desk.post(&format!("/insights/labels/samples/{sample}/end"), &[]).await;
    assert!(desk.follow(&ended).await.contains("Ended. What was read counts."));
    desk.post(&format!("/insights/labels/samples/{sample}/go-on"), &[]).await;
    // A minute later it stands beside each message, too.
    desk.site.clock.advance(61_000);
    let id = desk.hears(amina("later", "Where is my order by now? It is Friday already.")).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(
        page.contains("by 5 messages that people read.") && !page.contains("Few were read"),
        "nobody lends: {page}"
    );
}
