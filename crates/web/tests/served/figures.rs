//! Figures on the screens: a sentence each, what it means, and the conversations behind it.

use crate::support::desk::{amina, desk, location};

#[tokio::test]
async fn too_few_are_said_to_be_too_few_and_the_conversations_stand_behind_it() {
    let desk = desk().await;
    let page = desk.get("/figures").await.body;
    assert!(page.contains("Nothing was said in these days"), "{page}");
    let id = desk.hears(amina("1", "Do you have it in blue?")).await;
    let page = desk.get("/figures").await.body;
    assert!(page.contains("Too few to say") && page.contains("One conversation began"), "{page}");
    assert!(page.contains("Below 5, look at each of them instead."), "{page}");
    assert!(page.contains("One person had the last word.") && page.contains("What this means"), "{page}");
    let behind = desk.get("/figures/answered?days=7&holds=no").await.body;
    assert!(behind.contains(&format!("href=\"/inbox/{id}\"")) && behind.contains("No answer yet"), "{behind}");
    let none = desk.get("/figures/answered?days=7&holds=yes").await.body;
    assert!(none.contains("None in these days") && !none.contains(&format!("href=\"/inbox/{id}\"")), "{none}");
    assert_eq!(desk.get("/figures/likes").await.status, 404);
}

#[tokio::test]
async fn five_say_something_and_a_list_goes_on_where_the_page_before_ended() {
    let desk = desk().await;
    for n in 1..=45 {
        desk.hears(amina(&n.to_string(), "Do you have it in blue?")).await;
    }
    let page = desk.get("/figures?days=90").await.body;
    assert!(page.contains("0 of 45 conversations have an answer.") && page.contains(">0 %<"), "{page}");
    assert!(page.contains("Rests on 45 conversations with one person."), "{page}");
    let rows = |page: &str| page.matches("class=\"case-line\"").count();
    let first = desk.get("/figures/first-answer?days=90").await.body;
    assert_eq!(rows(&first), 40);
    let next = first.split("hx-get=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    assert_eq!(rows(&desk.get(&next).await.body), 5);
}

#[tokio::test]
async fn days_of_ones_own_are_kept_as_they_were_typed_where_they_are_none() {
    let desk = desk().await;
    desk.hears(amina("1", "Do you have it in blue?")).await;
    let wrong = desk.get("/figures?from=2026-11-20&until=2026-11-01").await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains("value=\"2026-11-20\"") && wrong.body.contains("lies before the first"),
        "{}",
        wrong.body
    );
    assert_eq!(desk.get("/figures?from=%3Cscript%3E&until=").await.status, 422);
    assert_eq!(desk.get("/figures/turns?from=%3Cscript%3E&until=").await.status, 422);
    let past = desk.get("/figures?from=2025-11-20&until=2025-11-21").await;
    assert!(past.status == 200 && past.body.contains("Nothing was said in these days"), "{}", past.body);
}

#[tokio::test]
async fn who_was_just_listened_to_is_named_beside_those_who_have_an_answer() {
    let desk = desk().await;
    let mut last = None;
    for n in 1..=6 {
        last = Some(desk.hears(amina(&n.to_string(), "I was so glad about it.")).await);
    }
    let id = last.unwrap();
    desk.post(&format!("/inbox/{id}/end"), &[("outcome", "listened")]).await;
    assert_eq!(desk.held(id).await.outcome.as_deref(), Some("listened"));
    let page = desk.get("/figures").await.body;
    assert!(page.contains("0 of 5 conversations have an answer; one more was just listened to."), "{page}");
    assert!(page.contains("1 of 6 conversations were just listened to."), "{page}");
    assert!(page.contains("of which 0 answered and 1 just listened to"), "{page}");
    let heard = desk.get("/figures/just-listened?holds=yes").await.body;
    assert!(heard.contains(&format!("href=\"/inbox/{id}\"")) && heard.contains("Just listened"), "{heard}");
    assert_eq!(heard.matches("class=\"case-line\"").count(), 1);
    let neither = desk.get("/figures/answered?holds=no").await.body;
    assert_eq!(neither.matches("class=\"case-line\"").count(), 5, "it waits for no answer");
}

#[tokio::test]
async fn what_stands_above_a_narrowed_list_speaks_of_that_list() {
    let desk = desk().await;
    for n in 1..=6 {
        desk.hears(amina(&n.to_string(), "Do you have it in blue?")).await;
    }
    let other = desk.get("/figures/answered?days=90&channel=7").await.body;
    assert!(other.contains("No conversation began.") && !other.contains("of 6 conversations"), "{other}");
    assert!(desk.get("/figures?channel=7").await.body.contains("0 of 6 conversations have an answer."));
}

#[tokio::test]
async fn the_answered_share_stands_by_segment_and_a_list_of_one_is_about_its_people_alone() {
    let desk = desk().await;
    let held = desk.hears(amina("1", "Do you have it in blue?")).await;
    assert!(!desk.get("/figures").await.body.contains("Answered, by segment"), "no segment is kept");
    let rules = [("title", "Big <ones>"), ("attribute-0", "plan"), ("is-0", "known"), ("words-0", "")];
    let kept = location(&desk.post("/segments/new", &rules).await);
    let id = kept.split("segment=").nth(1).unwrap();
    let page = desk.get("/figures").await.body;
    assert!(
        page.contains("In no segment") && page.contains("segment=none") && !page.contains("Big &#60;ones"),
        "{page}"
    );
    let person = desk.held(held).await.person_id.unwrap();
    let gold = [("attribute", "plan"), ("value", "Gold")];
    assert_eq!(desk.post(&format!("/people/{person}/values"), &gold).await.status, 303);
    let page = desk.get("/figures").await.body;
    assert!(page.contains("Answered, by segment") && page.contains("Big &#60;ones&#62;"), "{page}");
    assert!(!page.contains("In no segment"), "{page}");
    let behind = desk.get(&format!("/figures/answered?days=30&segment={id}")).await.body;
    assert!(
        behind.contains(&format!("href=\"/inbox/{held}\"")) && behind.contains("Only <bdi>Big &#60;ones&#62;"),
        "{behind}"
    );
    let none = desk.get("/figures/answered?days=30&segment=none").await.body;
    assert!(none.contains("people in no segment") && !none.contains(&format!("href=\"/inbox/{held}\"")), "{none}");
    assert!(desk.get("/figures/answered?segment=7").await.body.contains("a segment that is gone"));
}
