//! Notes on the screens: only the team's, between the messages and on a person's page, and told to whom they name. How a
//! conversation ended, and a person's story beside the composer.

use crate::support::{
    NOW,
    desk::{Desk, amina, desk, field, location, undo_of},
    request,
    talk::{self, Line},
};
use axum::body::Body;
use tertulia_engine::{desk as engine_desk, feedback};
use tertulia_model::{ConversationId, Role};

async fn heard() -> (Desk, ConversationId) {
    let desk = desk().await;
    let id = desk.hears(amina("1", "Do you have it in blue?")).await;
    (desk, id)
}

/// The address of something that can be done with the first note on a page.
fn act(page: &str, act: &str) -> String {
    let paths = page.split("\"/notes/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut paths = paths.filter(|path| path.ends_with(&format!("/{act}")));
    format!("/notes/{}", paths.next().unwrap_or_else(|| panic!("{act} is not offered: {page}")))
}

#[tokio::test]
async fn a_note_stands_between_the_messages_as_the_teams_own_and_goes_to_nobody() {
    let (desk, id) = heard().await;
    let noted = desk.post(&format!("/inbox/{id}/notes"), &[("note", "She pays in <b>cash</b>.\nشكرا")]).await;
    assert!(location(&noted).starts_with(&format!("/inbox/{id}#note-")));
    let page = desk.follow(&noted).await;
    assert!(page.contains("She pays in &#60;b&#62;cash&#60;/b&#62;.\nشكرا"), "{page}");
    assert!(page.contains("Only the team") && page.contains("Note from You, only for the team"));
    let (message, note) =
        (page.find("Do you have it in blue?</div>").unwrap(), page.find("<article class=\"note").unwrap());
    assert!(message < note, "it stands where it was written");
    assert!(desk.sent(id).await.is_empty());
    let live = desk.get(&format!("/inbox/{id}/messages?from=&mark=0")).await.body;
    assert!(live.contains("She pays in"), "who has it open sees it at once");
    desk.post(&undo_of(&page), &[]).await;
    assert!(!desk.get(&format!("/inbox/{id}")).await.body.contains("She pays in"));
}

#[tokio::test]
async fn what_cannot_be_a_note_comes_again_with_what_was_typed_and_why() {
    let (desk, id) = heard().await;
    let person = desk.held(id).await.person_id.unwrap();
    for path in [format!("/inbox/{id}/notes"), format!("/people/{person}/notes")] {
        let long = "long words ".repeat(400);
        let refused = desk.post(&path, &[("note", &long)]).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.body.contains(long.trim())
                && refused.body.contains("A note holds 4000 characters; these are 4399.")
        );
        let refused = desk.post(&path, &[("note", "  ")]).await;
        assert!(refused.status == 422 && refused.body.contains("Write what the team should know."));
    }
    assert_eq!(desk.post("/inbox/7/notes", &[("note", "x")]).await.status, 404);
    assert_eq!(desk.post("/people/7/notes", &[("note", "x")]).await.status, 404);
}

#[tokio::test]
async fn whoever_wrote_a_note_changes_it_or_takes_it_away_and_nobody_else_does() {
    let (desk, id) = heard().await;
    let noted = desk.post(&format!("/inbox/{id}/notes"), &[("note", "First")]).await;
    let page = desk.follow(&noted).await;
    let (change, remove) = (act(&page, "change"), act(&page, "remove"));
    let form = desk.get(&change).await.body;
    assert!(form.contains(">First</textarea>"), "{form}");
    assert_eq!(desk.post(&change, &[("note", " ")]).await.status, 422);
    let changed = desk.follow(&desk.post(&change, &[("note", "Second")]).await).await;
    assert!(changed.contains(">Second</div>") && changed.contains("changed "), "{changed}");
    desk.post(&undo_of(&changed), &[]).await;
    assert!(desk.get(&format!("/inbox/{id}")).await.body.contains(">First</div>"));
    let agent = desk.site.member(Role::Agent).await;
    let theirs = desk.site.get(&format!("/inbox/{id}"), &agent).await.body;
    assert!(theirs.contains(">First</div>") && !theirs.contains(&change) && !theirs.contains(&remove));
    assert_eq!(desk.site.get(&change, &agent).await.status, 403);
    assert_eq!(desk.site.post(&change, &agent, &[("note", "Mine")]).await.status, 403);
    assert_eq!(desk.site.post(&remove, &agent, &[]).await.status, 409);
    let reader = desk.site.member(Role::Viewer).await;
    assert_eq!(desk.site.post(&format!("/inbox/{id}/notes"), &reader, &[("note", "x")]).await.status, 403);
    assert!(!desk.site.get(&format!("/inbox/{id}"), &reader).await.body.contains("note-here"));
    let gone = desk.follow(&desk.post(&remove, &[]).await).await;
    assert!(!gone.contains(">First</div>"));
    assert_eq!(desk.get(&change).await.status, 404);
    desk.post(&undo_of(&gone), &[]).await;
    assert!(desk.get(&format!("/inbox/{id}")).await.body.contains(">First</div>"));
}

#[tokio::test]
async fn who_is_named_has_it_in_a_list_with_a_number_until_they_opened_it() {
    let (desk, id) = heard().await;
    let agent = desk.site.member(Role::Agent).await;
    let see = async |path: &str| desk.site.get(path, &agent).await.body;
    assert!(see("/mentions").await.contains("Nobody has mentioned you yet"));
    assert_eq!(see("/mentions/unseen").await, "");
    desk.post(&format!("/inbox/{id}/notes"), &[("note", "@Agent, she calls at noon")]).await;
    assert!(see("/mentions/unseen").await.starts_with('1'));
    let list = see("/mentions").await;
    assert!(
        list.contains("In a conversation with Amina Yusuf")
            && list.contains("<mark class=\"note-name\"><bdi>@Agent</bdi></mark>")
    );
    assert!(list.contains("class=\"note-new small\">new<") && list.contains(&format!("/inbox/{id}?note=")), "{list}");
    assert!(see("/people").await.contains("that you have not seen"), "the number stands on every page");
    assert!(see("/mentions").await.contains("note-new"), "to look at the list is not to have opened it");
    see(&format!("/inbox/{id}")).await;
    assert_eq!(see("/mentions/unseen").await, "");
    assert!(!see("/mentions").await.contains("note-new"));
    // Of a person, too; and all at once.
    let person = desk.held(id).await.person_id.unwrap();
    desk.post(&format!("/people/{person}/notes"), &[("note", "Ask @agent")]).await;
    assert!(see("/mentions").await.contains("Of Amina Yusuf"));
    let seen = desk.site.post("/mentions/seen", &agent, &[]).await;
    assert_eq!((location(&seen).as_str(), see("/mentions/unseen").await.as_str()), ("/mentions", ""));
}

/// The address of the newest note in the list of those that name somebody.
fn newest(list: &str) -> String {
    let rest = list.split("<main").nth(1).unwrap();
    let links = rest.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut links = links.filter(|link| link.contains("#note-"));
    links.next().unwrap_or_else(|| panic!("no note: {list}")).replace("&#38;", "&")
}

#[tokio::test]
async fn a_note_is_seen_where_it_stands_on_the_page_and_its_address_leads_to_that_part() {
    let (desk, id) = heard().await;
    let agent = desk.site.member(Role::Agent).await;
    let see = async |path: &str| desk.site.get(path, &agent).await.body;
    desk.post(&format!("/inbox/{id}/notes"), &[("note", "@Agent, she calls at noon")]).await;
    desk.site.clock.advance(7_200_000);
    let late = |n: i64| Line {
        answers: Some("1".into()),
        at: NOW + 3_600_000 + n * 1_000,
        ..amina(&format!("late-{n}"), &format!("And {n}?"))
    };
    let all: Vec<Line> = (0..60).map(late).collect();
    talk::hear(&desk.site, desk.mail, &all).await;
    let page = see(&format!("/inbox/{id}")).await;
    assert!(page.contains("And 59?") && !page.contains("she calls at noon"), "it stands further up");
    assert!(see("/mentions/unseen").await.starts_with('1'), "so nobody has seen it");
    assert!(see(&newest(&see("/mentions").await)).await.contains("she calls at noon"));
    assert_eq!(see("/mentions/unseen").await, "");
    // The same on a person's page.
    let at = format!("/people/{}", desk.held(id).await.person_id.unwrap());
    desk.post(&format!("{at}/notes"), &[("note", "@Agent, the first of many")]).await;
    for n in 0..20 {
        desk.post(&format!("{at}/notes"), &[("note", &format!("Number {n}."))]).await;
    }
    assert!(!see(&at).await.contains("the first of many"));
    assert!(see("/mentions/unseen").await.starts_with('1'));
    let page = see(&newest(&see("/mentions").await)).await;
    assert!(page.contains("the first of many") && page.contains("Show the newest notes"), "{page}");
    assert_eq!(see("/mentions/unseen").await, "");
}

#[tokio::test]
async fn after_a_note_the_same_list_stands_beside_it_and_what_became_part_of_another_loses_none() {
    let (desk, one) = heard().await;
    let noted = desk.post(&format!("/inbox/{one}/notes?state=closed"), &[("note", "First")]).await;
    assert!(location(&noted).starts_with(&format!("/inbox/{one}?state=closed#note-")), "{}", location(&noted));
    let two = desk.hears(Line { subject: None, ..amina("2", "And where?") }).await;
    engine_desk::merge(&desk.site.engine, two, one).await.unwrap();
    let written = [("note", "Written for the other")];
    let moved = desk.post(&format!("/inbox/{two}/notes"), &written).await;
    assert_eq!(moved.status, 307);
    let to = moved.headers["location"].to_str().unwrap().to_owned();
    assert!(desk.follow(&desk.post(&to, &written).await).await.contains("Written for the other"));
    assert!(desk.get(&format!("/inbox/{one}")).await.body.contains("Written for the other"));
}

#[tokio::test]
async fn every_screen_of_the_rail_has_a_key_of_its_own_and_the_list_of_keys_tells_of_it() {
    let (desk, _) = heard().await;
    let page = desk.get("/inbox").await.body;
    let rail = page.split("<nav class=\"rail\"").nth(1).unwrap().split("</nav>").next().unwrap();
    let keys: Vec<&str> = rail.split("data-hotkey=\"g ").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let mut each = keys.clone();
    each.sort_unstable();
    each.dedup();
    assert_eq!(each.len(), keys.len(), "{keys:?}");
    let help = page.split("id=\"keys\"").nth(1).unwrap();
    let mut told: Vec<&str> = help
        .split("<dt><kbd>g</kbd> then")
        .skip(1)
        .flat_map(|rest| rest.split("</dt>").next().unwrap().split("<kbd>").skip(1))
        .map(|key| key.split('<').next().unwrap())
        .collect();
    told.sort_unstable();
    assert_eq!(told, each);
}

#[tokio::test]
async fn a_note_is_found_where_it_stands_by_an_address_that_tells_nothing() {
    let (desk, id) = heard().await;
    let noted = location(&desk.post(&format!("/inbox/{id}/notes"), &[("note", "First")]).await);
    let note = noted.rsplit('-').next().unwrap().to_owned();
    assert_eq!(location(&desk.get(&format!("/notes/{note}")).await), format!("/inbox/{id}?note={note}#note-{note}"));
    assert_eq!(desk.get("/notes/7").await.status, 404);
    assert_eq!(desk.get("/notes/x").await.status, 404);
}

#[tokio::test]
async fn a_persons_page_holds_notes_and_what_they_asked_for_with_what_became_of_it() {
    let (desk, id) = heard().await;
    let person = desk.held(id).await.person_id.unwrap();
    let at = format!("/people/{person}");
    let page = desk.get(&at).await.body;
    assert!(page.contains("The team has noted nothing of them.") && !page.contains("What they asked for"));
    let noted = desk.post(&format!("{at}/notes"), &[("note", "Knows the roaster")]).await;
    assert!(location(&noted).starts_with(&format!("{at}#note-")));
    let page = desk.follow(&noted).await;
    assert!(page.contains("Knows the roaster") && page.contains(&format!("data-live=\"person:{person}\"")));
    let live = desk.get(&format!("{at}/notes?notes=")).await.body;
    assert!(live.contains("Knows the roaster") && !live.contains("<section"), "who has it open sees it at once");
    assert_eq!(location(&desk.post(&undo_of(&page), &[]).await), format!("{at}#h-notes"));
    for n in 0..21 {
        desk.post(&format!("{at}/notes"), &[("note", &format!("Number {n}."))]).await;
    }
    let page = desk.get(&at).await.body;
    assert!(page.contains("Number 1.") && !page.contains("Number 0."), "a page of them");
    let older = page.split(&format!("{at}?notes=")).nth(1).unwrap().split('#').next().unwrap();
    assert!(desk.get(&format!("{at}?notes={older}")).await.body.contains("Number 0."));
    let form = feedback::ItemForm { title: "A blue one".to_owned(), asked: String::new() };
    let of = feedback::Of::Person { person, note: "At the counter".to_owned() };
    feedback::add(&desk.site.engine, desk.me().await, &form, Some(&of)).await.unwrap();
    let page = desk.get(&at).await.body;
    assert!(
        page.contains("What they asked for")
            && page.contains("A blue one")
            && page.contains("Nothing is done about it yet.")
    );
}

#[tokio::test]
async fn a_conversation_is_closed_as_just_listened_found_by_it_and_opens_again_when_they_write() {
    let (desk, id) = heard().await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains("Just listened") && page.contains("They wanted to be heard, and nothing has to change."));
    let ended = desk.post(&format!("/inbox/{id}/end"), &[("outcome", "listened")]).await;
    let after = desk.follow(&ended).await;
    assert!(after.contains("Closed: just listened. It opens again when they write."), "{after}");
    let list = desk.get("/inbox?state=closed&outcome=listened").await.body;
    assert!(
        list.contains(&format!("/inbox/{id}?state=closed&#38;outcome=listened")) && list.contains("just listened"),
        "{list}"
    );
    assert!(desk.get("/inbox?state=closed&outcome=answered").await.body.contains("None ended so yet"));
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(
        page.contains("closed: just listened, said by you") && page.contains("closed by you: just listened"),
        "{page}"
    );
    desk.post(&undo_of(&after), &[]).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(!page.contains("closed by you") && desk.held(id).await.waiting_since.is_some());
    desk.post(&format!("/inbox/{id}/end"), &[("outcome", "listened")]).await;
    let late = Line { answers: Some("1".into()), ..amina("2", "One more thing.") };
    talk::hear(&desk.site, desk.mail, &[late]).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(!page.contains("said by you") && page.contains("closed by you: just listened"), "that it had ended stays");
    let refused = desk.post(&format!("/inbox/{id}/end"), &[("outcome", "won")]).await;
    assert_eq!(refused.status, 422);
    let none = request("POST", &format!("/inbox/{id}/end"), &desk.owner).header("sec-fetch-site", "same-origin");
    assert!(desk.site.send(none.body(Body::empty()).unwrap()).await.status.is_client_error());
}

#[tokio::test]
async fn beside_the_composer_stands_their_story_made_of_what_is_stored() {
    let (desk, id) = heard().await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(
        page.contains(", first heard on ")
            && page.contains("All they said stands here.")
            && page.contains("aria-label=\"Their story\""),
        "{page}"
    );
    let before = desk.hears(amina("9", "Is the shop open?")).await;
    engine_desk::close_as(&desk.site.engine, before, "listened", desk.me().await).await.unwrap();
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains(&format!("<a href=\"/inbox/{before}\">")), "{page}");
    assert!(page.contains("(just listened)") && page.contains("Nothing is promised to them."), "{page}");
}

#[tokio::test]
async fn an_answer_over_what_was_on_the_page_and_not_on_the_screen_asks_once() {
    let (desk, id) = heard().await;
    let late = |n: &str, text: &str| Line { answers: Some("1".into()), ..amina(n, text) };
    talk::hear(&desk.site, desk.mail, &[late("2", "The light blue."), late("3", "Or green.")]).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let (key, newest, channel) = (field(&page, "key"), field(&page, "seen"), desk.mail.to_string());
    let first = talk::message(&desk.site, id, "1").await.to_string();
    let send = async |seen: &str, shown: &str, key: &str| {
        let form =
            [("key", key), ("seen", seen), ("shown", shown), ("channel", channel.as_str()), ("text", "We have.")];
        desk.reply(id, &form, &[]).await
    };
    let asked = send(&first, "", &key).await;
    assert!(asked.status == 409 && asked.body.contains("2 messages were not on your screen yet"), "{}", asked.body);
    // The last of them was shown, though not the one before it.
    let asked = send(&first, &format!("{newest} x"), &key).await;
    assert!(asked.status == 409 && asked.body.contains("1 message was not on your screen yet"), "{}", asked.body);
    let settled = asked.body.split("data-settled=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(settled, newest, "the page asks about none of them again");
    assert_eq!(send(&field(&asked.body, "seen"), "", &key).await.status, 303);
}

#[tokio::test]
async fn being_asked_about_words_of_another_device_settles_no_messages() {
    let (desk, id) = heard().await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let (key, channel) = (field(&page, "key"), desk.mail.to_string());
    let phone = [("channel", channel.as_str()), ("base", ""), ("version", "phone"), ("text", "Written on the phone.")];
    desk.compose(&format!("/inbox/{id}/draft"), &phone, &[]).await;
    let form =
        [("key", key.as_str()), ("seen", "0"), ("channel", channel.as_str()), ("base", ""), ("text", "At nine.")];
    let asked = desk.reply(id, &form, &[]).await;
    assert!(asked.status == 409 && asked.body.contains("on another device meanwhile"), "{}", asked.body);
    assert!(asked.body.contains("data-settled=\"0\""), "whether they were on the screen is still asked");
}
