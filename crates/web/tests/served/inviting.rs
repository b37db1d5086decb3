//! Those who were not heard are invited, by forms alone.

use crate::support::{
    Answer, Site,
    desk::{self, Desk, field, location, undo_of},
    talk::{self, Line},
};
use tertulia_engine::{
    customers::{self, New},
    outbound, worker,
};
use tertulia_model::{DeliveryId, Role, UserId};

const LIST: &str = "id,name,email,segment,language\n1,Amina <Yusuf>,amina@example.org,Retail,en\n\
    2,Never <b>Heard</b>,never@example.org,Wholesale,en\n3,Cy,,Wholesale,en\n4,Dora,dora@example.org,Retail,es\n";

/// A list, read to its end.
pub(crate) async fn bring(site: &Site, by: UserId, text: &str) {
    let blob = site.engine.blobs.put(text.as_bytes()).unwrap();
    let mapping = customers::look(&site.engine, &blob.blob).await.unwrap().mapping;
    let (list, name, missing) = ("CRM".to_owned(), "crm.csv".to_owned(), "keep".to_owned());
    let new = New { list, name, blob, mapping, missing, by };
    let id = customers::start(&site.engine, new).await.unwrap();
    worker::take(&site.engine, worker::CUSTOMERS, id).await.unwrap().expect("it is due").await.unwrap();
}

/// Amina has written; two of the others can be invited. Gives where they were drawn.
async fn drawn(desk: &Desk) -> String {
    bring(&desk.site, desk.me().await, LIST).await;
    desk.hears(desk::amina("1", "Do you have it in blue?")).await;
    let form = [("attribute", "segment"), ("size", "10"), ("seed", "7"), ("rest", "90")];
    location(&desk.post("/insights/invite", &form).await)
}

async fn writes(desk: &Desk, round: &str, language: &str, words: &str) -> Answer {
    let text = [("language", language), ("subject", "A question, {first name|dear customer}"), ("words", words)];
    desk.post(&format!("{round}/text"), &text).await
}

/// The addresses of the invitations on a page, in its order.
fn on(page: &str) -> Vec<String> {
    let links = page.split("href=\"/insights/invitations/").skip(1);
    let mut found: Vec<String> = links.map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
    found.dedup();
    found.into_iter().map(|id| format!("/insights/invitations/{id}")).collect()
}

async fn sends(desk: &Desk, draft: &str, words: &str) -> Answer {
    let page = desk.get(draft).await.body;
    let (seen, key) = (field(&page, "seen"), field(&page, "key"));
    desk.post(&format!("{draft}/send"), &[("seen", &seen), ("key", &key), ("words", words)]).await
}

#[tokio::test]
async fn an_empty_house_is_told_what_to_do_first() {
    let desk = desk::desk().await;
    let page = desk.get("/insights/invite").await;
    assert!(page.status == 200 && page.body.contains("No list of customers says this yet"), "{}", page.body);
    assert!(page.body.contains("/customers/lists"));
    let refused = desk.post("/insights/invite", &[("attribute", "segment"), ("size", "3"), ("seed", "1")]).await;
    assert!(refused.status == 422 && refused.body.contains("Nothing was drawn"), "{}", refused.body);
    assert_eq!(desk.get("/insights/invite/7").await.status, 404);
    assert_eq!(desk.get("/insights/invitations/7").await.status, 404);
}

#[tokio::test]
async fn a_plan_says_who_was_not_heard_and_wrong_numbers_are_refused() {
    let desk = desk::desk().await;
    bring(&desk.site, desk.me().await, LIST).await;
    desk.hears(desk::amina("1", "Do you have it in blue?")).await;
    let page = desk.get("/insights/invite?attribute=segment&size=10&seed=7").await.body;
    assert!(page.contains("3 of your 4 customers have never written. 2 of these can be written to first."), "{page}");
    assert!(page.contains("1: No list names an address of theirs.") && page.contains("Draw 2 people"), "{page}");
    assert!(page.contains("name=\"seed\" value=\"7\""), "{page}");
    let voices = desk.get("/insights/voices?days=365").await.body;
    assert!(voices.contains("href=\"/insights/invite?attribute=segment\""), "{voices}");
    for odd in ["size=0", "size=501", "size=many", "seed=-1", "rest=-1", "attribute=shoe"] {
        let odd_page = desk.get(&format!("/insights/invite?{odd}")).await;
        assert_eq!(odd_page.status, 422, "{odd}");
    }
    let drawn = desk.get("/insights/invite").await.body;
    assert_ne!(field(&drawn, "seed"), "", "one by chance");
}

#[tokio::test]
async fn drafts_are_looked_at_and_sent_one_by_one_and_who_answers_is_seen() {
    let desk = desk::desk().await;
    let round = drawn(&desk).await;
    let page = desk.get(&round).await.body;
    assert!(page.contains("2 drawn, seed 7") && page.contains("Nobody was invited yet."), "{page}");
    assert!(!page.contains("<b>Heard"), "{page}");
    let all = on(&page);
    assert_eq!(all.len(), 2);
    assert!(desk.get(&all[0]).await.body.contains("Nobody has written yet what is to be said"));
    let form = desk.get(&format!("{round}/text")).await.body;
    assert!(form.contains("{first name|there}"), "something to begin with: {form}");
    let wrong = writes(&desk, &round, "en", "Hello {you} <b>").await;
    assert!(wrong.status == 422 && wrong.body.contains("Hello {you} &#60;b&#62;"), "{}", wrong.body);
    location(&writes(&desk, &round, "en", "Hello {first name|there}, what do you miss?").await);
    let again = writes(&desk, &round, "en", "Hello").await;
    assert!(again.status == 422 && again.body.contains("Somebody wrote this text meanwhile"), "{}", again.body);
    assert!(desk.get(&round).await.body.contains("One of them is to be written to in Spanish"));
    let drafts = [desk.get(&all[0]).await.body, desk.get(&all[1]).await.body];
    let never = usize::from(drafts[1].contains("never@example.org"));
    let (never, dora) = (&all[never], &all[1 - never]);
    let draft = desk.get(never).await.body;
    // Nobody is called "Never <b>Heard</b>": such a name is not used.
    assert!(draft.contains("Hello there, what do you miss?") && draft.contains("of 2 to look at"), "{draft}");
    assert!(draft.contains("A question, dear customer"), "{draft}");
    assert!(desk.get(dora).await.body.contains("in Spanish, in which there is no text: this is in English."));

    let answer = sends(&desk, never, "Hello, what do you miss?").await;
    assert_eq!(&location(&answer), dora, "the next one");
    let undo = undo_of(&desk.follow(&answer).await);
    let back = desk.post(&undo, &[]).await;
    assert_eq!(&location(&back), never);
    assert!(
        desk.get(never).await.body.contains(">Hello, what do you miss?</textarea>"),
        "in the words that were to go"
    );
    let answer = sends(&desk, never, "Hello, what do you miss?").await;
    let delivery: i64 = undo_of(&desk.follow(&answer).await).split('/').nth(2).unwrap().parse().unwrap();
    desk.site.clock.advance(outbound::UNDO_MILLIS);
    outbound::run_send(&desk.site.engine, DeliveryId(delivery)).await.unwrap();
    let sent = desk.get(&format!("{round}?show=sent")).await.body;
    assert!(
        sent.contains("One person was invited, and has not answered yet.") && on(&sent) == [never.clone()],
        "{sent}"
    );
    let talk = desk.get(never).await.body;
    let talk = talk.split("href=\"/inbox/").nth(1).unwrap().split(['?', '"']).next().unwrap().to_owned();
    assert!(desk.get(&format!("/inbox/{talk}")).await.body.contains("Invited to say something"));

    let ours = desk.sent(talk.parse().map(tertulia_model::ConversationId).unwrap()).await;
    let external = ours.last().unwrap().outgoing.external_id.clone();
    let line = Line { answers: Some(external), ..Line::new("a", "never@example.org", "Sunday hours") };
    talk::hear_late(&desk.site, desk.mail, &[line]).await;
    let answered = desk.get(&format!("{round}?show=answered")).await.body;
    assert!(answered.contains("The one person who was invited has answered."), "{answered}");
    assert!(answered.contains("· answered") && on(&answered) == [never.clone()], "{answered}");
}

#[tokio::test]
async fn words_are_kept_one_is_left_out_and_both_are_undone() {
    let desk = desk::desk().await;
    let round = drawn(&desk).await;
    location(&writes(&desk, &round, "en", "Hello").await);
    let all = on(&desk.get(&round).await.body);
    let version = field(&desk.get(&all[0]).await.body, "version");
    let kept = desk.post(&format!("{}/keep", all[0]), &[("words", "Only for you"), ("version", &version)]).await;
    let undo = undo_of(&desk.follow(&kept).await);
    assert!(desk.get(&all[0]).await.body.contains(">Only for you</textarea>"));
    assert_eq!(location(&desk.post(&undo, &[]).await), all[0]);
    assert!(desk.get(&all[0]).await.body.contains(">Hello</textarea>"));
    let skipped = desk.post(&format!("{}/skip", all[0]), &[]).await;
    assert_eq!(location(&skipped), all[1]);
    let undo = undo_of(&desk.follow(&skipped).await);
    assert!(desk.get(&format!("{round}?show=skipped")).await.body.contains("Left out"));
    location(&desk.post(&undo, &[]).await);
    assert_eq!(desk.post(&undo, &[]).await.status, 409, "once");
    location(&desk.post(&format!("{}/skip", all[0]), &[]).await);
    location(&desk.post(&format!("{}/again", all[0]), &[]).await);
    assert_eq!(on(&desk.get(&round).await.body).len(), 2);
    location(&desk.post(&format!("{round}/text/remove"), &[("language", "en")]).await);
    assert!(desk.get(&all[0]).await.body.contains("Nobody has written yet what is to be said"));
}

#[tokio::test]
async fn who_only_reads_sees_it_and_sends_nothing() {
    let desk = desk::desk().await;
    let round = drawn(&desk).await;
    location(&writes(&desk, &round, "en", "Hello").await);
    let draft = on(&desk.get(&round).await.body)[0].clone();
    let reader = desk.site.member(Role::Viewer).await;
    let page = desk.site.get(&draft, &reader).await;
    assert!(page.status == 200 && !page.body.contains("Send to"), "{}", page.body);
    assert!(!desk.site.get("/insights/invite", &reader).await.body.contains("Draw 2"));
    for path in [format!("{draft}/send"), format!("{draft}/skip"), "/insights/invite".to_owned()] {
        assert_eq!(desk.site.post(&path, &reader, &[]).await.status, 403, "{path}");
    }
}
