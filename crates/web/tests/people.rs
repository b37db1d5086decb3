//! People, found and shown.
#![allow(clippy::unwrap_used)]

mod support;

use support::{
    Site,
    talk::{self, Line, Talk},
};
use tertulia_store::people;

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
