//! People, found and shown.

use crate::support::{
    NOW, Site,
    talk::{self, Line, Talk},
};
use axum::http::StatusCode;
use tertulia_engine::{
    accounts,
    outbound::{self, ReplyForm},
};
use tertulia_store::{conversations, people};

async fn heard() -> (Site, String) {
    let (site, owner) = Site::ready(vec![Talk::named("email"), Talk::new()]).await;
    let mail = talk::channel(&site, "email", "shop@roaster.example").await;
    let forum = talk::channel(&site, "talk", "forum").await;
    let amina = |id: &str, text: &str| Line {
        name: Some("أمينة يوسف".into()),
        ..Line::new(id, "amina@example.org", text)
    };
    talk::hear(&site, mail, &[amina("1", "When do you open?"), amina("2", "<i>And</i> where?")]).await;
    talk::hear(&site, forum, &[Line { overheard: true, ..Line::new("3", "bo_100%", "Best beans in town.") }]).await;
    (site, owner)
}

async fn id_of(site: &Site, like: &str) -> String {
    people::list(&mut site.engine.db.reader(), Some(like), None, 1).await.unwrap()[0].id.to_string()
}

#[tokio::test]
async fn people_are_found_by_a_part_of_their_name_or_address() {
    let (site, owner) = heard().await;
    for (query, found) in [("", 2), ("%D9%8A%D9%88%D8%B3%D9%81", 1), ("EXAMPLE.org", 1), ("100%25", 1), ("0_", 0)] {
        let page = site.get(&format!("/people?q={query}"), &owner).await.body;
        assert_eq!(page.matches("class=\"person-line\"").count(), found, "{query}");
    }
    assert!(site.get("/people?q=nobody", &owner).await.body.contains("Nobody is called that"));
}

#[tokio::test]
async fn a_persons_page_holds_their_addresses_and_all_they_said() {
    let (site, owner) = heard().await;
    let page = site.get(&format!("/people/{}", id_of(&site, "amina").await), &owner).await.body;
    assert!(page.contains("<bdi>أمينة يوسف</bdi>") && page.contains("<bdi>amina@example.org</bdi>"));
    assert!(page.contains("&#60;i&#62;And&#60;/i&#62; where?") && !page.contains("<i>And"));
    assert!(page.find("where?").unwrap() < page.rfind("When do you open?").unwrap(), "the newest stands first");
    let overheard = site.get(&format!("/people/{}", id_of(&site, "bo_100").await), &owner).await.body;
    assert!(overheard.contains("Best beans in town.") && overheard.contains("/listen/thread/"));
}

#[tokio::test]
async fn our_answers_stand_between_what_they_said_with_how_far_they_have_come() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    let line = |id: &str, minute: i64, text: &str| Line {
        at: NOW - 3_600_000 + minute * 60_000,
        ..Line::new(id, "amina", text)
    };
    let ours = Line { ours: true, answers: Some("1".to_owned()), ..line("2", 1, "At nine, every day.") };
    let ours = Line { from: "roaster".to_owned(), ..ours };
    let again = Line { answers: Some("2".to_owned()), ..line("3", 2, "Sunday, too?") };
    talk::hear(&site, channel, &[line("1", 0, "When do you open?"), ours, again]).await;
    let amina = people::list(&mut site.engine.db.reader(), Some("amina"), None, 1).await.unwrap()[0].id;
    let held = conversations::of_person(&mut site.engine.db.reader(), amina, 1).await.unwrap()[0];
    let me = accounts::session(&site.engine, &owner).await.unwrap().unwrap().0.id;
    let form = ReplyForm {
        conversation: held,
        channel,
        text: "On that day we sleep.".to_owned(),
        recipients: Vec::new(),
        subject: None,
        from_address: None,
        idempotency_key: "k".to_owned(),
        seen: None,
        shown: Vec::new(),
        even_if_unseen: false,
        close: false,
        files: outbound::Files::none(),
        articles: Vec::new(),
        forwards: None,
    };
    outbound::queue_reply(&site.engine, me, form).await.unwrap();
    let page = site.get(&format!("/people/{amina}"), &owner).await.body;
    let said = page.split("id=\"h-said\"").nth(1).unwrap();
    let places = ["On that day we sleep.", "Sunday, too?", "At nine, every day.", "When do you open?"]
        .map(|words| said.find(words).unwrap_or_else(|| panic!("{words}: {said}")));
    assert!(places.is_sorted(), "{places:?}: {said}");
    assert_eq!(said.matches("class=\"heard ours\"").count(), 2);
    assert!(said.contains(">on its way<") && said.contains(">You<"), "{said}");
}

#[tokio::test]
async fn a_persons_conversations_are_paged_through_to_the_last() {
    let (site, owner) = Site::ready(vec![Talk::named("email")]).await;
    let channel = talk::channel(&site, "email", "shop@roaster.example").await;
    let lines: Vec<Line> = (0..45).map(|n| Line::new(&format!("{n}"), "amina@example.org", "Hello")).collect();
    talk::hear(&site, channel, &lines).await;
    let mut path = format!("/people/{}", id_of(&site, "amina@example.org").await);
    let (person, mut seen) = (path.clone(), std::collections::BTreeSet::new());
    for _ in 0..3 {
        let page = site.get(&path, &owner).await.body;
        seen.extend(page.split("id=\"row-").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        let Some(next) = page.split(&format!("href=\"{person}?below=")).nth(1) else { break };
        path = format!("{person}?below={}", next.split('"').next().unwrap());
    }
    assert_eq!(seen.len(), 45);
}

#[tokio::test]
async fn many_people_are_paged_through_to_the_last() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "forum").await;
    let lines: Vec<Line> = (0..130).map(|n| Line::new(&format!("{n}"), &format!("reader{n}"), "Hello")).collect();
    talk::hear(&site, channel, &lines).await;
    let (mut path, mut seen) = ("/people?q=reader".to_owned(), 0);
    for _ in 0..4 {
        let page = site.get(&path, &owner).await.body;
        seen += page.matches("class=\"person-line\"").count();
        let Some(next) = page.split("href=\"/people?before=").nth(1) else { break };
        path = format!("/people?before={}", next.split('"').next().unwrap().replace("&#38;", "&"));
    }
    assert_eq!(seen, 130);
}

#[tokio::test]
async fn nobody_heard_yet_is_said_and_nobody_of_that_number_is_not_found() {
    let (site, owner) = Site::ready(Vec::new()).await;
    assert!(site.get("/people", &owner).await.body.contains("Nobody was heard yet"));
    for path in ["/people/1", "/people/amina", "/people/1?before=x"] {
        assert_eq!(site.get(path, &owner).await.status, 404, "{path}");
    }
}

fn location(answer: &crate::support::Answer) -> String {
    answer.headers["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn two_are_looked_at_side_by_side_made_one_and_parted_again() {
    let (site, owner) = heard().await;
    let (amina, bo) = (id_of(&site, "amina").await, id_of(&site, "bo_100").await);
    let page = site.get(&format!("/people/{amina}"), &owner).await.body;
    assert!(page.contains(&format!("href=\"/people/{amina}/same\"")));
    let found = site.get(&format!("/people/{amina}/same?q=100%25"), &owner).await.body;
    let both = format!("/people/{amina}/same/{bo}");
    assert!(found.contains(&format!("href=\"{both}\"")) && !found.contains(&format!("/same/{amina}\"")));
    assert!(
        site.get(&format!("/people/{amina}/same?q=nobody"), &owner).await.body.contains("Nobody else is called that")
    );
    let preview = site.get(&both, &owner).await.body;
    assert!(
        preview.contains("2 messages, 2 conversations") && preview.contains("1 message, no conversation"),
        "{preview}"
    );
    assert!(preview.contains("value=\"أمينة يوسف\""), "a name that somebody gave");
    let nameless = site.post(&both, &owner, &[("name", "")]).await;
    assert!(nameless.status == 422 && nameless.body.contains("Give a name"), "{}", nameless.body);
    let done = site.post(&both, &owner, &[("name", "Amina Youssef")]).await;
    assert_eq!((done.status, location(&done)), (StatusCode::SEE_OTHER, format!("/people/{amina}")));
    let page = site.get(&format!("/people/{amina}"), &owner).await.body;
    assert!(
        page.contains("Best beans in town.") && page.contains("When do you open?") && page.contains("Made one from 2")
    );
    assert_eq!(location(&site.get(&format!("/people/{bo}"), &owner).await), format!("/people/{amina}"));
    assert!(page.contains("Amina Youssef") && page.contains("A member of the team said so."));
    let part = page.split("action=\"").filter_map(|rest| rest.split('"').next()).find(|to| to.contains("/part/"));
    let parted = site.post(part.unwrap(), &owner, &[]).await;
    assert_eq!((parted.status, location(&parted)), (StatusCode::SEE_OTHER, format!("/people/{bo}")));
    assert!(!site.get(&format!("/people/{amina}"), &owner).await.body.contains("Best beans in town."));
    assert_eq!(site.post(part.unwrap(), &owner, &[]).await.status, 409);
    // They are two: it is remembered, said, and taken back.
    let apart = site.post(&format!("/people/{amina}/apart/{bo}"), &owner, &[]).await;
    assert_eq!(location(&apart), format!("/people/{amina}"));
    assert!(site.get(&both, &owner).await.body.contains("It was decided that they are two."));
    site.post(&format!("/people/{amina}/apart/{bo}/undo"), &owner, &[]).await;
    assert!(!site.get(&both, &owner).await.body.contains("It was decided that they are two."));
}

#[tokio::test]
async fn a_person_is_erased_after_their_name_is_typed_and_the_report_holds_no_word_of_theirs() {
    let (site, owner) = heard().await;
    let agent = site.member(tertulia_model::Role::Agent).await;
    let person = format!("/people/{}", id_of(&site, "amina").await);
    let erase = format!("{person}/erase");
    assert!(site.get(&person, &owner).await.body.contains(&format!("href=\"{erase}\"")));
    assert!(!site.get(&person, &agent).await.body.contains(&erase));
    assert_eq!(site.post(&erase, &agent, &[("name", "أمينة يوسف")]).await.status, 403);
    let asked = site.get(&erase, &owner).await.body;
    assert!(asked.contains("2 messages of theirs") && asked.contains("Type their name"));
    let wrong = site.post(&erase, &owner, &[("name", "Bo")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("Nothing was erased"), "{}", wrong.body);
    // Somebody became part of them since the page was drawn: that is shown before anything goes.
    let (amina, bo) = (id_of(&site, "amina").await, id_of(&site, "bo_100").await);
    site.post(&format!("/people/{amina}/same/{bo}"), &owner, &[("name", "أمينة يوسف")]).await;
    let form = |page: &str| [("name", " أمينة  يوسف ".to_owned()), ("known", known(page))];
    let changed = site.post(&erase, &owner, &fields(&form(&asked))).await;
    assert!(changed.status == 409 && changed.body.contains("Look once more"), "{}", changed.body);
    let page = site.get(&format!("/people/{amina}"), &owner).await.body;
    let part = page.split("action=\"").filter_map(|rest| rest.split('"').next()).find(|to| to.contains("/part/"));
    assert_eq!(site.post(part.unwrap(), &owner, &[]).await.status, 303);
    let stale = site.post(&erase, &owner, &fields(&form(&changed.body))).await;
    assert_eq!(stale.status, 409, "{}", stale.body);
    let done = site.post(&erase, &owner, &fields(&form(&asked))).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let begun = site.get(&location(&done), &owner).await.body;
    assert!(begun.contains("The person is being erased") && begun.contains("<progress"), "{begun}");
    assert!(site.get("/people/erasures", &owner).await.body.contains("the disk is being rid of them"));
    finish(&site, &location(&done)).await;
    let state = site.get(&format!("{}/state", location(&done)), &owner).await.body;
    assert!(state.contains("The person is erased") && !state.contains("<html"), "{state}");
    let report = site.get(&location(&done), &owner).await.body;
    assert!(
        report.contains("The person is erased")
            && !report.contains("<progress")
            && !report.contains("amina")
            && !report.contains("أمينة")
    );
    let json = site.get(&format!("{}/report.json", location(&done)), &owner).await.body;
    assert!(json.contains("\"messages_of_theirs\":2") && !json.contains("amina"));
    for path in [&person, &erase] {
        assert_eq!(site.get(path, &owner).await.status, 404);
    }
    assert!(site.get("/people?q=amina", &owner).await.body.contains("Nobody is called that"));
    assert!(!site.get("/inbox", &owner).await.body.contains("When do you open?"));
}

/// The identities that the form of an erasure carries.
fn known(page: &str) -> String {
    page.split("name=\"known\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned()
}

fn fields<'a>(form: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    form.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Sees the job done that follows an erasure.
async fn finish(site: &Site, report: &str) {
    use tertulia_engine::worker;
    let id = report.rsplit('/').next().unwrap().parse().unwrap();
    worker::take(&site.engine, worker::ERASE, id).await.unwrap().expect("it is due").await.unwrap();
}

#[tokio::test]
async fn erasures_are_listed_page_by_page_for_those_who_may_erase() {
    use tertulia_store::erased::{self, Report};
    let (site, owner) = heard().await;
    let agent = site.member(tertulia_model::Role::Agent).await;
    let list = "/people/erasures";
    assert_eq!(site.get(list, &agent).await.status, 403);
    assert!(!site.get("/people", &agent).await.body.contains(list));
    assert!(site.get("/people", &owner).await.body.contains(&format!("href=\"{list}\"")));
    assert!(site.get(list, &owner).await.body.contains("Nobody was erased yet"));
    let by_user = tertulia_store::users::all(&mut site.engine.db.reader()).await.unwrap()[0].id;
    let mut tx = site.engine.db.begin().await.unwrap();
    for n in 1..=60 {
        let named = r#"{"named_in":[{"kind":"monitor","id":"7"},{"kind":"file","id":"8"}]}"#;
        let (report, at, id) = (named.to_owned(), crate::support::NOW + n, 1_000 + n);
        let report = Report { id, at, by_user, report, sealed: None, rewritten: 1, removed: 0, bytes_gone: 5 };
        erased::begin(&mut tx, &report).await.unwrap();
    }
    tx.commit().await.unwrap();
    let first = site.get(list, &owner).await.body;
    assert_eq!(first.matches("href=\"/people/erasures/1").count(), 50);
    assert!(first.contains("/people/erasures/1060\"") && first.contains("<span>done</span>"));
    let rest = site.get(&format!("{list}?below=1011"), &owner).await.body;
    assert!(first.contains("below=1011") && rest.contains("/people/erasures/1001\"") && !rest.contains("below="));
    let one = site.get("/people/erasures/1060", &owner).await.body;
    assert!(one.contains("/listen/monitors/7/edit") && one.contains("href=\"/import/8\""), "{one}");
    assert_eq!(site.get("/people/erasures/7", &owner).await.status, 404);
}

#[tokio::test]
async fn a_person_is_given_all_that_is_kept_of_them_in_one_file() {
    let (site, owner) = heard().await;
    let channel = tertulia_store::channels::all(&mut site.engine.db.reader()).await.unwrap()[0].id;
    let file = Some(("../na/me.txt".into(), "text/plain".into(), "what was attached".into()));
    talk::hear(&site, channel, &[Line { file, ..Line::new("4", "amina@example.org", "With a file") }]).await;
    let person = format!("/people/{}", id_of(&site, "amina").await);
    let zip = site.get(&format!("{person}/export.zip"), &owner).await;
    assert_eq!((zip.status.as_u16(), zip.headers["content-type"].to_str().unwrap()), (200, "application/zip"));
    for part in
        ["README.txt", "person.json", "When do you open?", "With a file", "what was attached", "amina@example.org"]
    {
        assert!(zip.body.contains(part), "{part}");
    }
    assert!(zip.body.contains("-_na_me.txt") && !zip.body.contains("/../") && !zip.body.contains("Best beans"));
    let agent = site.member(tertulia_model::Role::Agent).await;
    assert_eq!(site.get(&format!("{person}/export.zip"), &agent).await.status, 403);
}

#[tokio::test]
async fn what_a_person_wants_is_noted_with_a_reason_and_said_before_anything_is_typed() {
    let (site, owner) = heard().await;
    let id = id_of(&site, "amina").await;
    let person = format!("/people/{id}");
    assert!(site.get(&person, &owner).await.body.contains("Nothing was said about it"));
    let note = format!("{person}/consent");
    for form in [[("wish", "no"), ("why", " ")], [("wish", ""), ("why", "By phone")]] {
        assert_eq!(site.post(&note, &owner, &form).await.status, 422);
    }
    let form = [("channel", ""), ("wish", "no"), ("why", "She said so <by> phone")];
    assert_eq!(site.post(&note, &owner, &form).await.status, 303);
    let page = site.get(&person, &owner).await.body;
    assert!(page.contains("does not want to be") && page.contains("noted by Inés Robledo"), "{page}");
    assert!(page.contains("She said so &#60;by&#62; phone"));
    let mut db = site.engine.db.reader();
    let held = tertulia_store::listing::inbox(
        &mut db,
        tertulia_model::UserId(1),
        tertulia_store::listing::InboxFilter { person: id.parse().ok(), ..Default::default() },
        None,
        1,
    );
    let held = held.await.unwrap()[0].id;
    let talk = site.get(&format!("/inbox/{held}"), &owner).await.body;
    assert!(talk.contains("composer-warning") && talk.contains("does not want to be written to here"), "{talk}");
    let form = [("channel", ""), ("wish", "yes"), ("why", "She wrote that it is fine")];
    site.post(&note, &owner, &form).await;
    assert!(!site.get(&format!("/inbox/{held}"), &owner).await.body.contains("composer-warning"));
    let viewer = site.member(tertulia_model::Role::Viewer).await;
    assert_eq!(site.post(&note, &viewer, &form).await.status, 403);
}
