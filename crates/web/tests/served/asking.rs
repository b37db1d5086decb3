//! Somebody is asked whether another address is theirs, too: on the team's screens, and on the page behind the link.

use crate::support::{
    Site,
    talk::{self, Line, Talk},
};
use tertulia_engine::people::{self as desk, Choice};
use tertulia_model::{ConversationId, IdentityId, PersonId, Role};
use tertulia_store::{
    deliveries,
    suggestions::{self, Suggestion},
};

/// Amina writes from home and from work, and it is suggested that she is one.
async fn suggested() -> (Site, String, (PersonId, PersonId)) {
    let (site, owner) = Site::ready(vec![Talk::named("email")]).await;
    let mail = talk::channel(&site, "email", "shop@roaster.example").await;
    for (id, from) in [("1", "amina@example.org"), ("2", "m.youssef@work.example")] {
        talk::hear(&site, mail, &[Line::new(id, from, "When do you open?")]).await;
    }
    let mut tx = site.engine.db.begin().await.unwrap();
    let mut all = suggestions::newest(&mut tx, IdentityId(i64::MAX), 9).await.unwrap();
    all.sort_by_key(|identity| identity.id);
    let suggestion = Suggestion {
        first_id: all[0].id,
        second_id: all[1].id,
        probability: 0.9,
        reasons: "[]".to_owned(),
        found_at: 1,
    };
    suggestions::put(&mut tx, &suggestion).await.unwrap();
    tx.commit().await.unwrap();
    let pair = (all[0].person_id, all[1].person_id);
    (site, owner, pair)
}

/// Whoever wrote from here, as they can be asked.
async fn choice(site: &Site, pair: (PersonId, PersonId), handle: &str) -> Choice {
    let choices = desk::choices(&site.engine, pair).await.unwrap();
    choices.into_iter().find(|choice| choice.asked.handle == handle).unwrap()
}

/// The path of the link in the newest message of a conversation.
async fn link(site: &Site, conversation: ConversationId) -> String {
    let mut db = site.engine.db.reader();
    let keys = deliveries::newest_keys(&mut db, conversation, 1).await.unwrap();
    let sent = deliveries::by_key(&mut db, &keys[0]).await.unwrap().unwrap();
    let (_, token) = sent.outgoing.text.rsplit_once("/is-this-you/").unwrap();
    format!("/is-this-you/{token}")
}

#[tokio::test]
async fn a_member_asks_and_whoever_is_asked_says_it_on_a_page_that_tells_nothing() {
    let (site, owner, pair) = suggested().await;
    let both = format!("/people/{}/same/{}", pair.0, pair.1);
    assert!(site.get(&both, &owner).await.body.contains(&format!("href=\"{both}/ask\"")));
    let amina = choice(&site, pair, "amina@example.org").await;
    let form = site.get(&format!("{both}/ask"), &owner).await.body;
    assert!(
        form.contains("amina@example.org, by E-mail") && form.contains("m.youssef@work.example, by E-mail"),
        "{form}"
    );
    assert!(form.contains("we think that you may have written to us") && form.contains("answer first what they asked"));
    let identity = amina.asked.id.to_string();
    let typed = [("identity", identity.as_str()), ("words", "Are you <both>?")];
    let viewer = site.member(Role::Viewer).await;
    assert_eq!(site.post(&format!("{both}/ask"), &viewer, &typed).await.status, 403);
    let done = site.post(&format!("{both}/ask"), &owner, &typed).await;
    assert_eq!((done.status.as_u16(), done.headers["location"].to_str().unwrap()), (303, both.as_str()));
    let page = site.get(&both, &owner).await.body;
    assert!(page.contains("amina@example.org: was asked, and has not answered yet"), "{page}");
    let again = site.post(&format!("{both}/ask"), &owner, &typed).await;
    assert!(again.status == 422 && again.body.contains("less than a month ago"), "{}", again.body);
    assert!(again.body.contains("Are you &#60;both&#62;?"), "what was typed stands there");
    let link = link(&site, amina.conversation).await;
    let talk = format!("/inbox/{}", amina.conversation);
    assert!(site.get(&talk, &owner).await.body.contains(&link), "who may write sees what was written");
    let seen = site.get(&talk, &viewer).await.body;
    assert!(seen.contains("[link]") && !seen.contains("/is-this-you/"), "{seen}");
    let shown = site.get(&link, "").await;
    assert_eq!((shown.status.as_u16(), shown.headers["referrer-policy"].to_str().unwrap()), (200, "no-referrer"));
    assert!(shown.body.contains("m…@w….example") && !shown.body.contains("youssef"), "{}", shown.body);
    assert!(!shown.body.contains("amina"), "whose it is they know");
    assert_eq!(site.post(&link, "", &[]).await.status, 200, "no button was pressed");
    assert_eq!(site.post(&link, &owner, &[("said", "yes")]).await.status, 403, "it is not for the team to say");
    assert!(site.get(&both, &owner).await.body.contains("has not answered yet"));
    let thanks = site.post(&link, "", &[("said", "yes")]).await;
    assert!(thanks.status == 200 && thanks.body.contains("Thank you"), "{}", thanks.body);
    assert_eq!(site.post(&link, "", &[("said", "no")]).await.body, thanks.body, "it says the same");
    assert_eq!(site.get(&link, "").await.status, 410);
    let page = site.get(&both, &owner).await.body;
    assert!(page.contains("amina@example.org: was asked, and said that both are them"), "{page}");
    let listed = site.get("/people/suggested", &owner).await.body;
    assert!(listed.contains("One of them was asked and said that both are them"), "{listed}");
    site.post(&both, &owner, &[("name", "Amina")]).await;
    let one = site.get(&format!("/people/{}", pair.0), &owner).await.body;
    assert!(one.contains("One of them was asked, and said that both are them."), "{one}");
}

#[tokio::test]
async fn a_no_is_remembered_and_a_link_that_is_none_is_not_told_from_one_that_is_over() {
    let (site, owner, pair) = suggested().await;
    let both = format!("/people/{}/same/{}", pair.0, pair.1);
    let work = choice(&site, pair, "m.youssef@work.example").await;
    let identity = work.asked.id.to_string();
    site.post(&format!("{both}/ask"), &owner, &[("identity", &identity), ("words", "")]).await;
    let link = link(&site, work.conversation).await;
    assert!(site.post(&link, "", &[("said", "no")]).await.body.contains("Thank you"));
    assert!(site.get(&both, &owner).await.body.contains("It was decided that they are two."));
    let asks = site.get(&format!("{both}/ask"), &owner).await.body;
    assert!(asks.contains("They cannot be asked"), "{asks}");
    let over = site.get(&link, "").await;
    let none = site.get(&format!("/is-this-you/{}", "0".repeat(64)), "").await;
    assert_eq!((over.status.as_u16(), &over.body), (410, &none.body));
    site.post(&format!("/people/{}/apart/{}/undo", pair.0, pair.1), &owner, &[]).await;
    let listed = site.get("/people/suggested", &owner).await.body;
    assert!(listed.contains("One of them was asked and said that the other is not them."), "{listed}");
}
