//! Promises on the screens: asked about under the answer, listed with what is due first, said to be kept or not.

use crate::support::{
    desk::{Desk, amina, desk, field, location, undo_of},
    request,
};
use tertulia_model::{ConversationId, Role};

const DAY: i64 = 86_400_000;

/// The desk has promised Amina something by Friday, 27 November.
async fn promised() -> (Desk, ConversationId) {
    let desk = desk().await;
    let id = desk.hears(amina("1", "Do you have it in blue?")).await;
    say(&desk, id, "Thank you. I'll check by Friday.").await;
    (desk, id)
}

async fn say(desk: &Desk, id: ConversationId, text: &str) {
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let (key, channel, seen) = (field(&page, "key"), field(&page, "channel"), desk.newest(id).await);
    let fields = [("text", text), ("key", key.as_str()), ("channel", channel.as_str()), ("seen", seen.as_str())];
    let answer = desk.reply(id, &fields, &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

/// The address of something that can be said of the first promise on a page.
fn act(page: &str, act: &str) -> String {
    let forms = page.split("action=\"/promises/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut paths = forms.filter(|path| path.ends_with(&format!("/{act}")));
    format!("/promises/{}", paths.next().unwrap_or_else(|| panic!("{act} is not offered: {page}")))
}

#[tokio::test]
async fn a_promise_is_asked_about_with_one_tap_each_and_said_to_be_kept_with_another() {
    let (desk, id) = promised().await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(
        page.contains("A promise? Due Fri 27 Nov.") && page.contains("“<bdi>I&#39;ll check by Friday.</bdi>”"),
        "{page}"
    );
    assert!(page.contains(">Yes, remind us<") && page.contains(">No<"));
    let confirmed = desk.post(&act(&page, "confirm"), &[]).await;
    assert!(location(&confirmed).starts_with(&format!("/inbox/{id}?at=")));
    let page = desk.follow(&confirmed).await;
    assert!(page.contains("Promised by Fri 27 Nov.") && page.contains(">Not kept<"), "{page}");
    let undone = desk.post(&undo_of(&page), &[]).await;
    assert_eq!(location(&undone), format!("/inbox/{id}"));
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    desk.post(&act(&page, "confirm"), &[("due_on", "2026-12-01")]).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains("Promised by Tue 1 Dec."), "{page}");
    desk.post(&act(&page, "keep"), &[("note", "By phone")]).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(
        page.contains("Kept, said by you, Sat 21 Nov. Promised by Tue 1 Dec.") && page.contains("By phone"),
        "{page}"
    );
    desk.post(&act(&page, "reopen"), &[]).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    desk.post(&act(&page, "break"), &[]).await;
    assert!(desk.get(&format!("/inbox/{id}")).await.body.contains("Not kept, said by you"));
}

#[tokio::test]
async fn what_was_no_promise_is_not_said_and_what_no_grammar_found_is_put_down_by_hand() {
    let (desk, id) = promised().await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    desk.post(&act(&page, "dismiss"), &[]).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(!page.contains("class=\"promise"), "but for the form: {}", page.contains("promise asked"));
    let path = page.split("action=\"/messages/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/messages/{path}");
    assert_eq!(desk.post(&path, &[("words", " ")]).await.status, 422);
    assert_eq!(desk.post(&path, &[("words", "A blue one"), ("due_on", "soon")]).await.status, 422);
    let noted = desk.post(&path, &[("words", "A <blue> one"), ("due_on", "2026-11-21")]).await;
    let page = desk.follow(&noted).await;
    assert!(page.contains("A &#60;blue&#62; one") && page.contains("That is today."), "{page}");
}

#[tokio::test]
async fn promises_are_listed_with_what_is_due_first_and_say_when_their_day_is_over() {
    let (desk, id) = promised().await;
    say(&desk, id, "And I'll call you on Monday.").await;
    let list = desk.get("/promises?state=suggested").await.body;
    let (monday, friday) = (list.find("on Monday").unwrap(), list.find("by Friday").unwrap());
    assert!(monday < friday, "{list}");
    assert!(desk.get("/promises").await.body.contains("No promise is open"));
    let first = act(&list, "confirm");
    let back = desk.post(&first, &[("back", "list")]).await;
    assert_eq!(location(&back), "/promises");
    desk.site.clock.advance(5 * DAY);
    let list = desk.get("/promises").await.body;
    assert!(list.contains("That was 3 days ago, and nobody has said yet whether it was kept."), "{list}");
    assert!(list.contains("Amina Yusuf") && list.contains(&format!("/inbox/{id}?at=")));
    desk.post(&act(&list, "keep"), &[("back", "list")]).await;
    assert!(desk.get("/promises?state=kept").await.body.contains("on Monday"));
    assert!(desk.get("/people").await.body.contains("href=\"/promises\""));
}

#[tokio::test]
async fn a_persons_page_says_what_was_promised_to_them() {
    let (desk, id) = promised().await;
    let person = desk.held(id).await.person_id.unwrap();
    let at = format!("/people/{person}");
    assert!(!desk.get(&at).await.body.contains("What you promised them"), "nobody has confirmed it");
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    desk.post(&act(&page, "confirm"), &[]).await;
    let page = desk.get(&at).await.body;
    assert!(page.contains("What you promised them") && page.contains("Promised by Fri 27 Nov."), "{page}");
    let kept = desk.post(&act(&page, "keep"), &[("back", &format!("person-{person}"))]).await;
    assert!(location(&kept).starts_with(&at));
}

#[tokio::test]
async fn whoever_may_only_read_is_told_and_asked_nothing() {
    let (desk, id) = promised().await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let confirm = act(&page, "confirm");
    let reader = desk.site.member(Role::Viewer).await;
    let seen = desk.site.get(&format!("/inbox/{id}"), &reader).await.body;
    assert!(!seen.contains("A promise?") && !seen.contains("Note a promise"));
    assert_eq!(desk.site.post(&confirm, &reader, &[]).await.status, 403);
    desk.post(&confirm, &[]).await;
    let seen = desk.site.get(&format!("/inbox/{id}"), &reader).await.body;
    assert!(seen.contains("Promised by Fri 27 Nov.") && !seen.contains(">Kept<"));
    let nobody = desk.site.send(request("GET", "/promises", "").body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(nobody.status, 303);
}

#[tokio::test]
async fn a_card_says_who_promised_it() {
    let (desk, id) = promised().await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    desk.post(&act(&page, "confirm"), &[("due_on", "2026-11-21")]).await;
    let mine = desk.get("/").await.body;
    assert!(mine.contains("You promised it") && mine.contains("It is due today."), "{mine}");
    let viewer = desk.site.member(Role::Viewer).await;
    let seen = desk.site.get("/", &viewer).await.body;
    assert!(seen.contains("Inés Robledo promised it") && !seen.contains("You promised it"), "{seen}");
}
