//! Which conversations the inbox lists: those of one channel, and those in which one has begun to write.

use crate::support::{
    desk::{Desk, amina, desk},
    talk::{self, Line},
};
use tertulia_model::ConversationId;

/// Keeps an answer as a draft, by the composer's own form.
async fn keep(desk: &Desk, id: ConversationId, text: &str) {
    desk.compose(&format!("/inbox/{id}/draft"), &[("text", text)], &[]).await;
}

#[tokio::test]
async fn one_channel_can_be_listed_alone_and_stays_chosen() {
    let desk = desk().await;
    let mail = desk.hears(amina("1", "By mail")).await;
    assert!(!desk.get("/inbox").await.body.contains("channel-menu"), "where there is but one, there is no choice");
    let talk = talk::channel(&desk.site, "talk", "forum").await;
    talk::conversation(&desk.site, talk, Line::new("2", "bo@example.org", "By talk")).await;
    let all = desk.get("/inbox").await.body;
    assert!(all.contains("By mail") && all.contains("By talk") && all.contains("<span>All channels</span>"));
    let page = desk.get(&format!("/inbox?channel={talk}")).await.body;
    assert!(page.contains("By talk") && !page.contains("By mail"), "{page}");
    assert!(page.contains("Open <span class=\"count\">1</span>"), "the counts are of what is listed");
    for kept in ["?state=closed", "?whose=me"] {
        assert!(page.contains(&format!("{kept}&#38;channel={talk}")), "{kept}: {page}");
    }
    let opened = desk.get(&format!("/inbox/{mail}?channel={talk}")).await.body;
    assert!(opened.contains(&format!("/inbox/{mail}/reply?channel={talk}")), "and stays beside what is opened");
}

#[tokio::test]
async fn what_was_begun_is_marked_in_the_list_and_found_in_a_list_of_its_own() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    desk.hears(Line::new("2", "bo@example.org", "Is the shop open?")).await;
    let marks = async |path: &str| desk.get(path).await.body.matches("<span>Draft</span>").count();
    assert!(!desk.get("/inbox").await.body.contains("state=drafts"), "who has begun nothing needs no list of it");
    keep(&desk, id, "At nine").await;
    desk.post(&format!("/inbox/{id}/close"), &[]).await;
    assert_eq!(marks("/inbox?state=closed").await, 1);
    let page = desk.get("/inbox?state=drafts").await.body;
    assert!(page.contains("aria-current=\"page\">Drafts <span class=\"count\">1</span>"), "{page}");
    assert!(page.contains(&format!("/inbox/{id}?state=drafts")) && page.matches("class=\"row").count() > 0);
    assert!(!page.contains("Is the shop open?"), "where nothing is begun");
    let colleague = desk.site.member(tertulia_model::Role::Agent).await;
    let theirs = desk.site.get("/inbox?state=drafts", &colleague).await.body;
    assert!(theirs.contains("Nothing is begun") && !theirs.contains("<span>Draft</span>"), "each has their own");
    keep(&desk, id, "").await;
    assert_eq!(marks("/inbox?state=closed").await, 0, "an empty draft is none");
}

#[tokio::test]
async fn what_one_began_to_pass_on_opens_as_that() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "Where is my order?")).await;
    let message = desk.newest(id).await;
    desk.post(&format!("/inbox/{id}/forward/{message}"), &[]).await;
    let opens = format!("/inbox/{id}?forward={message}");
    assert!(!desk.get("/inbox").await.body.contains(&opens), "nothing was written yet");
    let page = format!("/inbox/{id}/draft?forward={message}");
    desk.compose(&page, &[("text", "Bo, do you know?"), ("to", "bo@example.org")], &[]).await;
    let drafts = format!("{opens}&amp;state=drafts");
    let page = desk.get("/inbox?state=drafts").await.body.replace("&#38;", "&amp;");
    assert!(page.contains(&drafts), "{page}");
    let inbox = desk.get("/inbox").await.body;
    assert!(
        !inbox.contains(&opens) && inbox.contains(&format!("/inbox/{id}\"")),
        "who looks for it there means to answer"
    );
}
