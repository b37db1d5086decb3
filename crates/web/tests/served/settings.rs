//! Settings: the organisation gets another name, and its old one back.

use crate::support::Site;
use tertulia_model::Role;

/// The address that the toast's button posts to.
fn undo_url(page: &str) -> String {
    let start = page.find("/settings/undo?of=").expect("the toast undoes");
    page[start..].split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
}

async fn after(site: &Site, session: &str, answer: &crate::support::Answer) -> String {
    let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let request = axum::http::Request::get(answer.headers["location"].to_str().unwrap())
        .header("host", "desk.example")
        .header("cookie", format!("tertulia_session={session}; {cookie}"));
    site.send(request.body(axum::body::Body::empty()).unwrap()).await.body
}

#[tokio::test]
async fn the_owner_gives_another_name_and_takes_it_back() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let page = site.get("/settings", &owner).await.body;
    assert!(page.contains("value=\"Fuente &#38; Flor\"") && page.contains("http://desk.example"), "{page}");
    assert!(page.contains("Answer everybody within a day"));
    let done = site.post("/settings", &owner, &[("organisation", "  Café Fuente ")]).await;
    assert_eq!((done.status.as_u16(), &done.headers["location"]), (303, &"/settings".parse().unwrap()));
    let page = after(&site, &owner, &done).await;
    assert!(page.contains("The new name is kept.") && page.contains("value=\"Café Fuente\""));
    assert!(site.get("/", &owner).await.body.contains("Café Fuente, Today"), "it stands above every page");
    let undo = undo_url(&page);
    assert_eq!(site.post(&undo, &owner, &[]).await.status, 303);
    assert!(site.get("/settings", &owner).await.body.contains("value=\"Fuente &#38; Flor\""));

    site.post("/settings", &owner, &[("organisation", "Casa Tres")]).await;
    let late = site.post(&undo, &owner, &[]).await;
    assert!(after(&site, &owner, &late).await.contains("another name since"));
    assert!(site.get("/settings", &owner).await.body.contains("value=\"Casa Tres\""));
}

#[tokio::test]
async fn a_name_that_is_none_is_said_at_its_field_and_changes_nothing() {
    let (site, owner) = Site::ready(Vec::new()).await;
    for (name, words) in [(" ", "What is your organisation called?"), (&*"x".repeat(101), "at most a hundred")] {
        let answer = site.post("/settings", &owner, &[("organisation", name)]).await;
        assert!(answer.status == 422 && answer.body.contains(words), "{}", answer.body);
    }
    assert!(site.get("/settings", &owner).await.body.contains("value=\"Fuente &#38; Flor\""));
}

#[tokio::test]
async fn the_owner_says_where_the_day_ends() {
    let (site, owner) = Site::ready(Vec::new()).await;
    assert!(site.get("/settings", &owner).await.body.contains("value=\"UTC\""));
    let wrong = site.post("/settings/time-zone", &owner, &[("time_zone", "Atlantis/Harbour")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("value=\"Atlantis/Harbour\""), "{}", wrong.body);
    assert_eq!(site.post("/settings/time-zone", &owner, &[("time_zone", " europe/madrid ")]).await.status, 303);
    assert!(site.get("/settings", &owner).await.body.contains("value=\"Europe/Madrid\""));
}

#[tokio::test]
async fn only_an_owner_sees_the_settings() {
    let (site, owner) = Site::ready(Vec::new()).await;
    assert!(site.get("/", &owner).await.body.contains("href=\"/settings\""));
    let agent = site.member(Role::Agent).await;
    assert!(!site.get("/", &agent).await.body.contains("href=\"/settings\""));
    assert_eq!(site.get("/settings", &agent).await.status, 403);
}
