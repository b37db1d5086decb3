//! Know-how from an article to an answer and what came of it, and saved replies, by forms alone.

use crate::support::{
    desk::{Desk, amina, desk, field, location, said as told, undo_of},
    talk::{self, Line},
};
use tertulia_model::{ConversationId, Role};
use tertulia_store::{article_uses, articles, drafts, questions, saved_replies};

const BODY: &str = "You can return a bag within thirty days, opened or not.";

async fn asked() -> (Desk, ConversationId) {
    let desk = desk().await;
    let conversation = desk.hears(amina("1", "Can I <b>return</b> a bag?")).await;
    (desk, conversation)
}

async fn article(desk: &Desk) -> String {
    let typed = [("title", "Returns & <i>refunds</i>"), ("body", BODY), ("link", "https://shop.example/returns")];
    location(&desk.post("/know-how/new", &typed).await)
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[tokio::test]
async fn an_article_is_written_found_beside_an_answer_and_put_into_it_without_a_script() {
    let (desk, conversation) = asked().await;
    let empty = desk.get("/know-how").await.body;
    assert!(empty.contains("No article is written yet"), "{empty}");
    let refused = desk.post("/know-how/new", &[("title", "Returns"), ("body", "See www.shop.example now")]).await;
    assert!(refused.status == 422 && refused.body.contains("one link at most"), "{}", refused.body);
    assert!(refused.body.contains("See www.shop.example now"), "what was typed is kept");
    let path = article(&desk).await;
    let page = desk.get(&path).await.body;
    assert!(
        page.contains("Returns &#38; &#60;i&#62;refunds") && page.contains("It was put into no answer yet"),
        "{page}"
    );
    let at = format!("/inbox/{conversation}");
    let found = desk.get(&at).await.body;
    assert!(found.contains("data-put") && found.contains("Returns &#38; &#60;i&#62;refunds"), "{found}");
    let typed = [("text", "Hello Amina"), ("put", id_of(&path))];
    desk.compose(&format!("{at}/draft"), &typed, &[]).await;
    let drawn = desk.get(&at).await.body;
    assert!(
        drawn.contains("Hello Amina\n\nYou can return") && drawn.contains("https://shop.example/returns"),
        "{drawn}"
    );
    assert_eq!(field(&drawn, "articles"), id_of(&path));
}

#[tokio::test]
async fn what_fits_is_asked_for_as_it_is_typed_and_only_by_who_may_answer() {
    let (desk, conversation) = asked().await;
    let at = format!("/inbox/{conversation}/beside");
    article(&desk).await;
    let fits = desk.post(&at, &[("text", "About the refund")]).await;
    assert!(fits.status == 200 && fits.body.contains("data-put"), "{}", fits.body);
    assert_eq!(desk.post("/inbox/9/beside", &[("text", "x")]).await.status, 404);
    let viewer = desk.site.member(Role::Viewer).await;
    assert_eq!(desk.site.post(&at, &viewer, &[("text", "x")]).await.status, 403);
    assert!(desk.site.get("/know-how", &viewer).await.body.contains("Returns"), "who reads may read it");
    assert_eq!(desk.site.get("/know-how/new", &viewer).await.status, 403);
}

#[tokio::test]
async fn once_they_write_again_a_member_is_asked_whether_it_helped_and_it_is_undone() {
    let (desk, conversation) = asked().await;
    let path = article(&desk).await;
    let at = format!("/inbox/{conversation}");
    let page = desk.get(&at).await.body;
    let (key, channel, seen) = (field(&page, "key"), field(&page, "channel"), desk.newest(conversation).await);
    let sent = [("text", BODY), ("articles", id_of(&path)), ("key", &key), ("channel", &channel), ("seen", &seen)];
    location(&desk.reply(conversation, &sent, &[]).await);
    let page = desk.get(&at).await.body;
    assert!(page.contains("With <a href=") && !page.contains("It helped"), "nobody has written yet: {page}");
    let next = Line { at: desk.site.engine.now() + 60_000, answers: Some("1".to_owned()), ..amina("2", "Thank you!") };
    talk::hear(&desk.site, desk.mail, &[next]).await;
    let page = desk.get(&at).await.body;
    assert!(page.contains("It helped"), "{page}");
    let mut db = desk.site.engine.db.reader();
    let article = articles::list(&mut db, false, None, 1).await.unwrap().remove(0);
    let used = article_uses::of_article(&mut db, article.id, None, 9).await.unwrap().remove(0).used;
    let says = format!("/know-how/uses/{}", used.id);
    let said = desk.post(&says, &[("helped", "helped")]).await;
    assert!(location(&said).starts_with(&at));
    let page = desk.get(&path).await.body;
    assert!(page.contains("it helped 1 person") && page.contains("It helped"), "{page}");
    let undone = undo_of(&desk.follow(&said).await);
    desk.post(&undone, &[]).await;
    assert!(desk.get(&path).await.body.contains("Nobody has said yet whether it helped"));
    assert_eq!(desk.post(&says, &[("helped", "very")]).await.status, 422);
}

#[tokio::test]
async fn an_article_is_changed_archived_and_brought_back_and_an_earlier_version_put_back() {
    let (desk, _) = asked().await;
    let path = article(&desk).await;
    let typed = [("title", "Returns"), ("body", "Otherwise than before."), ("language", "en"), ("version", "1")];
    location(&desk.post(&format!("{path}/edit"), &typed).await);
    let stale = desk.post(&format!("{path}/edit"), &typed).await;
    assert!(stale.status == 422 && stale.body.contains("Somebody changed this article"), "{}", stale.body);
    assert!(stale.body.contains("What it says by now") && stale.body.contains("name=\"version\" value=\"2\""));
    location(&desk.post(&format!("{path}/versions/1"), &[]).await);
    assert!(desk.get(&path).await.body.contains(BODY));
    location(&desk.post(&format!("{path}/archive"), &[]).await);
    assert!(desk.get("/know-how?state=archived").await.body.contains("Returns"));
    assert!(desk.get("/know-how?q=return+a+bag").await.body.contains("No article speaks of that"));
    location(&desk.post(&format!("{path}/bring-back"), &[]).await);
    assert!(desk.get("/know-how?q=return+a+bag").await.body.contains("Returns"));
    assert!(desk.get("/know-how?q=opened").await.body.contains("Returns"), "who searches is content with one word");
    location(&desk.post(&format!("{path}/versions/2/forget"), &[]).await);
    assert!(!desk.get(&path).await.body.contains("Otherwise than before."));
    assert_eq!(desk.post(&format!("{path}/versions/3/forget"), &[]).await.status, 409, "it says that now");
    let other = [("title", "Rückgabe"), ("body", "Dreißig Tage lang."), ("language", "de"), ("topic", id_of(&path))];
    let german = location(&desk.post("/know-how/new", &other).await);
    assert!(
        desk.get(&path).await.body.contains("Also in German")
            && desk.get(&german).await.body.contains("Also in English")
    );
    for gone in ["/know-how/7", "/know-how/x", "/know-how/7/edit", "/know-how/new?topic=7"] {
        assert_eq!(desk.get(gone).await.status, 404, "{gone}");
    }
}

#[tokio::test]
async fn a_saved_reply_is_filled_in_in_the_menu_and_a_place_left_open_is_not_sent() {
    let (desk, conversation) = asked().await;
    let wrong = [("title", "Hello"), ("body", "Dear {frist name}"), ("whose", "team")];
    let refused = desk.post("/know-how/replies/new", &wrong).await;
    assert!(refused.status == 422 && refused.body.contains("{frist name} is not known"), "{}", refused.body);
    let typed = [("title", "Greeting"), ("body", "Hello {first name|there}, {day}"), ("whose", "team")];
    let saved = desk.post("/know-how/replies/new", &typed).await;
    location(&saved);
    let menu = desk.get(&format!("/inbox/{conversation}/saved?q=greet")).await.body;
    assert!(menu.contains("Hello Amina, Saturday"), "{menu}");
    let none = desk.get(&format!("/inbox/{conversation}/saved?q=zzz")).await.body;
    assert!(none.contains("No saved reply has these words"), "{none}");
    let page = desk.get(&format!("/inbox/{conversation}")).await.body;
    assert!(page.contains("data-any"), "a slash opens the menu where there is one");
    let (form, channel, seen) = (field(&page, "key"), field(&page, "channel"), desk.newest(conversation).await);
    let sent = [("text", "Hello {name}!"), ("key", form.as_str()), ("channel", &channel), ("seen", &seen)];
    let held = desk.reply(conversation, &sent, &[]).await;
    assert!(held.status == 422 && held.body.contains("{name} was not filled in"), "{}", held.body);
    assert_eq!(field(&held.body, "as_it_is"), "yes", "it may be meant so");
    let key = drafts::Key { user: desk.me().await, conversation, forwards: None };
    assert!(drafts::get(&mut desk.site.engine.db.reader(), key).await.unwrap().is_some(), "what was written is kept");
    location(&desk.reply(conversation, &[&sent[..], &[("as_it_is", "yes")]].concat(), &[]).await);
    assert_eq!(desk.sent(conversation).await[0].outgoing.text, "Hello {name}!");
    desk.post(&undo_of(&desk.follow(&saved).await), &[]).await;
    assert!(desk.get("/know-how/replies").await.body.contains("No reply is saved yet"));
}

#[tokio::test]
async fn a_long_saved_reply_is_changed_and_the_change_is_undone() {
    let desk = desk().await;
    let long = "привет ".repeat(570);
    location(&desk.post("/know-how/replies/new", &[("title", "Greeting"), ("body", &long), ("whose", "team")]).await);
    let mut db = desk.site.engine.db.reader();
    let id = saved_replies::list(&mut db, desk.me().await, &[], None, 9).await.unwrap()[0].id;
    let typed = [("title", "Greeting"), ("body", "Hello"), ("whose", "team"), ("version", "1")];
    let changed = desk.post(&format!("/know-how/replies/{id}"), &typed).await;
    assert!(told(&changed).len() < 4_000, "browsers keep no longer cookie");
    let stale = desk.post(&format!("/know-how/replies/{id}"), &typed).await;
    assert!(stale.status == 422 && stale.body.contains("What it says by now"), "{}", stale.body);
    assert!(stale.body.contains("name=\"version\" value=\"2\""), "saved again, it is a decision");
    desk.post(&undo_of(&desk.follow(&changed).await), &[]).await;
    assert!(desk.get("/know-how/replies").await.body.contains(long.trim()));
}

#[tokio::test]
async fn what_is_asked_without_an_article_is_called_no_question_taken_back_and_written_for() {
    let desk = desk().await;
    desk.hears(amina("1", "Do you ship to Spain?")).await;
    desk.hears(Line::new("2", "bo@example.org", "Can you ship it to Spain please?")).await;
    desk.site.clock.advance(120_000);
    let counting = tertulia_engine::worker::take(&desk.site.engine, tertulia_engine::worker::QUESTIONS, 0).await;
    counting.unwrap().expect("it is due").await.unwrap();
    let group = questions::groups(&mut desk.site.engine.db.reader(), "open", None, 9).await.unwrap().remove(0).id;
    let path = format!("/know-how/asked/{group}");
    let lists = async |state: &str| {
        let list = desk.get(&format!("/know-how/asked?state={state}")).await.body;
        list.contains(&path) && list.contains("Asked by 2 people")
    };
    assert!(lists("").await && !lists("known").await && !lists("none").await);
    let page = desk.get(&path).await.body;
    assert!(page.contains("Asked by 2 people") && page.contains("Amina Yusuf"), "{page}");
    let none = desk.post(&path, &[("none", "yes")]).await;
    assert!(lists("none").await && !lists("").await);
    assert_eq!(location(&desk.post(&undo_of(&desk.follow(&none).await), &[]).await), path);
    assert!(lists("").await);
    let id = group.to_string();
    let form = desk.get(&format!("/know-how/new?question={id}")).await.body;
    assert!(form.contains("Do you ship to Spain?"), "{form}");
    let body = "We send parcels to all of the country and to the neighbours.";
    location(&desk.post("/know-how/new", &[("title", "Sending abroad"), ("body", body), ("question", &id)]).await);
    assert!(lists("known").await && !lists("").await);
    let page = desk.get(&path).await.body;
    assert!(page.contains("An article speaks of it") && page.contains("It does not answer this"), "{page}");
    location(&desk.post(&path, &[]).await);
    assert!(lists("").await && !lists("known").await);
}
