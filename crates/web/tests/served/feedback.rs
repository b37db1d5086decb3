//! What people ask for, from a message to a change, by forms alone.

use crate::support::{
    Answer, Site,
    talk::{self, Line, Talk},
};
use tertulia_model::Role;
use tertulia_store::{people, search};

async fn heard() -> (Site, String) {
    let (site, owner) = Site::ready(vec![Talk::named("email"), Talk::new()]).await;
    let mail = talk::channel(&site, "email", "shop@roaster.example").await;
    let forum = talk::channel(&site, "talk", "forum").await;
    let line = |id: &str, from: &str, text: &str| Line::new(id, from, text);
    talk::hear(&site, mail, &[line("1", "amina@example.org", "Could you <b>open</b> on Sundays?")]).await;
    talk::hear(&site, forum, &[Line { overheard: true, ..line("2", "bo", "Sundays would be nice.") }]).await;
    (site, owner)
}

/// The newest message first.
async fn messages(site: &Site) -> Vec<String> {
    let mut db = site.engine.db.reader();
    let places = search::candidates(&mut db, None, &search::Bounds::default(), i64::MAX, 9).await.unwrap();
    let found = tertulia_store::reading::at_places(&mut db, &places).await.unwrap();
    let mut ids: Vec<_> = found.into_iter().map(|message| (message.handle.unwrap_or_default(), message.id)).collect();
    ids.sort();
    ids.into_iter().map(|(_, id)| id.to_string()).collect()
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// The address under the button "Undo" of the page that comes next.
async fn undo(site: &Site, session: &str, answer: &Answer) -> Answer {
    let cookie =
        answer.headers.get_all("set-cookie").iter().find_map(|c| c.to_str().unwrap().strip_prefix("tertulia_said="));
    let said = cookie.unwrap().split(';').next().unwrap().to_owned();
    let request = axum::http::Request::builder()
        .uri(location(answer))
        .header("host", "desk.example")
        .header("cookie", format!("tertulia_session={session}; tertulia_said={said}"));
    let page = site.send(request.body(axum::body::Body::empty()).unwrap()).await.body;
    let url = page.split("action=\"/feedback/undo?of=").nth(1).unwrap_or_else(|| panic!("{page}"));
    site.post(&format!("/feedback/undo?of={}", url.split('"').next().unwrap()), session, &[]).await
}

#[tokio::test]
async fn one_message_becomes_an_item_and_the_next_that_asks_the_same_joins_it() {
    let (site, owner) = heard().await;
    assert!(site.get("/feedback", &owner).await.body.contains("Nobody has asked for anything yet"));
    let all = messages(&site).await;
    let (amina, bo) = (&all[0], &all[1]);
    let form = site.get(&format!("/feedback/new?message={amina}"), &owner).await.body;
    assert!(form.contains("&#60;b&#62;open&#60;/b&#62; on Sundays?") && !form.contains("<b>open"), "{form}");
    let refused = site.post("/feedback/new", &owner, &[("message", amina), ("title", " ")]).await;
    assert!(refused.status == 422 && refused.body.contains("Say in a few words"), "{}", refused.body);
    let made = site.post("/feedback/new", &owner, &[("message", amina), ("title", "Open on <i>Sundays</i>")]).await;
    let item = location(&made);
    let page = site.get(&item, &owner).await.body;
    assert!(page.contains("One person asks for it") && page.contains("Open on &#60;i&#62;Sundays"), "{page}");
    assert!(page.contains(&format!("#message-{amina}")), "it leads to the conversation");
    let likely = site.get("/feedback/like?title=Sundays+open", &owner).await.body;
    assert!(likely.contains("It is this one") && !likely.contains("<html"), "{likely}");
    let thread = site.get(&format!("/listen/thread/{bo}"), &owner).await.body;
    assert!(thread.contains(&format!("href=\"/feedback/new?message={bo}\"")) && thread.contains("data-hotkey=\"w\""));
    let id = item.rsplit('/').next().unwrap();
    let joined = site.post("/feedback/new", &owner, &[("message", bo), ("title", "x"), ("item", id)]).await;
    assert_eq!(location(&joined), item);
    assert!(site.get(&item, &owner).await.body.contains("2 people ask for it"));
    assert!(site.get(&format!("/listen/thread/{bo}"), &owner).await.body.contains("Noted in Feedback"));
    assert_eq!(location(&undo(&site, &owner, &joined).await), item);
    assert!(site.get(&item, &owner).await.body.contains("One person asks for it"));
    let list = site.get("/feedback?q=SUNDAYS&state=open", &owner).await.body;
    assert!(list.contains(&format!("href=\"{item}\"")), "{list}");
    assert!(site.get("/feedback?q=parking", &owner).await.body.contains("Nothing of that is asked for"));
    assert!(site.get("/feedback?state=done", &owner).await.body.contains("Nothing of that is asked for"));
}

#[tokio::test]
async fn somebody_is_noted_by_name_and_two_items_are_made_one_after_a_look() {
    let (site, owner) = heard().await;
    let all = messages(&site).await;
    let one =
        location(&site.post("/feedback/new", &owner, &[("message", &all[0]), ("title", "Open on Sundays")]).await);
    let two = location(&site.post("/feedback/new", &owner, &[("message", &all[1]), ("title", "Sundays open")]).await);
    let bo = people::list(&mut site.engine.db.reader(), Some("bo"), None, 1).await.unwrap()[0].id.to_string();
    let found = site.get(&format!("{one}/behalf?q=bo"), &owner).await.body;
    assert!(found.contains(&format!("name=\"person\" value=\"{bo}\"")), "{found}");
    let without = site.post(&format!("{one}/behalf"), &owner, &[("q", "bo"), ("person", &bo)]).await;
    assert!(without.status == 422 && without.body.contains("how you know"), "{}", without.body);
    let noted = [("q", "bo"), ("person", bo.as_str()), ("note", "At the counter")];
    assert_eq!(location(&site.post(&format!("{one}/behalf"), &owner, &noted).await), one);
    let id = |href: &str| href.rsplit('/').next().unwrap().to_owned();
    assert!(site.get(&one, &owner).await.body.contains(&format!("{one}/merge/{}", id(&two))), "it is suggested");
    let merge = format!("{one}/merge/{}", id(&two));
    let look = site.get(&merge, &owner).await.body;
    assert!(look.contains("Together: 2 people ask for it"), "{look}");
    let merged = site.post(&merge, &owner, &[]).await;
    assert_eq!(location(&merged), two);
    assert_eq!(location(&site.get(&one, &owner).await), two, "who looks for the one finds the other");
    assert!(site.get(&two, &owner).await.body.contains("Made one from 2 items"));
    let nobody = site.post("/feedback/new", &owner, &[("title", "x"), ("item", &id(&two))]).await;
    assert_eq!(location(&nobody), format!("{two}/behalf"), "who asks is still to be said");
    undo(&site, &owner, &merged).await;
    assert!(site.get(&one, &owner).await.body.contains("2 people ask for it"));
    let page = site.get(&one, &owner).await.body;
    let remove = page.split("/evidence/").nth(1).unwrap().split('/').next().unwrap();
    let back = site.post(&format!("{one}/evidence/{remove}/remove"), &owner, &[]).await;
    assert_eq!(location(&back), one);
    assert!(site.get(&one, &owner).await.body.contains("One person asks for it"));
}

#[tokio::test]
async fn a_change_goes_through_its_columns_and_is_declined_only_with_a_reason() {
    let (site, owner) = heard().await;
    let all = messages(&site).await;
    let item =
        location(&site.post("/feedback/new", &owner, &[("message", &all[0]), ("title", "Open on Sundays")]).await);
    let id = item.rsplit('/').next().unwrap();
    assert!(site.get("/feedback/changes", &owner).await.body.contains("No change yet"));
    assert!(
        site.get(&format!("/feedback/changes/new?item={id}"), &owner).await.body.contains("value=\"Open on Sundays\"")
    );
    let bad = [("title", "We open"), ("link", "javascript:alert(1)")];
    assert_eq!(site.post("/feedback/changes/new", &owner, &bad).await.status, 422);
    let form = [("title", "We open"), ("item", id), ("link", "https://issues.example/7")];
    let change = location(&site.post("/feedback/changes/new", &owner, &form).await);
    let page = site.get(&change, &owner).await.body;
    assert!(page.contains("One person asks for it") && page.contains("https://issues.example/7"), "{page}");
    assert!(site.get(&item, &owner).await.body.contains(&format!("href=\"{change}\"")));
    let refused = site.post(&format!("{change}/move"), &owner, &[("state", "declined")]).await;
    assert!(refused.status == 422 && refused.body.contains("Say why not"), "{}", refused.body);
    let moved = site.post(&format!("{change}/move"), &owner, &[("state", "planned"), ("reason", "From May on")]).await;
    let board = site.get("/feedback/changes", &owner).await.body;
    let planned = board.split("id=\"h-planned\"").nth(1).unwrap();
    assert!(planned.split("</section>").next().unwrap().contains("We open"), "{board}");
    assert!(site.get("/feedback?state=planned", &owner).await.body.contains("Open on Sundays"));
    undo(&site, &owner, &moved).await;
    assert!(site.get(&change, &owner).await.body.contains("(undone)"));
    let reader = site.member(Role::Viewer).await;
    assert!(!site.get(&change, &reader).await.body.contains("Move it"));
    assert_eq!(site.post(&format!("{change}/move"), &reader, &[("state", "done")]).await.status, 403);
    for path in ["/feedback/1", "/feedback/x", "/feedback/changes/1", "/feedback/1/merge/2"] {
        assert_eq!(site.get(path, &owner).await.status, 404, "{path}");
    }
}
