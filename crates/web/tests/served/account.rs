//! What belongs to one member: their name, their password, where they are signed in.

use crate::support::{PASSWORD, Site};
use tertulia_model::Role;
use tertulia_store::users;

const NEW: &str = "another quiet cup of tea";

async fn viewer() -> (Site, String, String) {
    let (site, owner) = Site::ready(Vec::new()).await;
    let viewer = site.member(Role::Viewer).await;
    (site, owner, viewer)
}

fn session(answer: &crate::support::Answer) -> String {
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    cookie.strip_prefix("tertulia_session=").unwrap().split(';').next().unwrap().to_owned()
}

async fn name_of(site: &Site) -> (String, String) {
    let user = users::by_mail(&mut site.engine.db.reader(), "viewer@roaster.example").await.unwrap().unwrap();
    (user.id.to_string(), user.name)
}

#[tokio::test]
async fn every_member_has_an_account_and_says_what_they_are_called() {
    let (site, owner, viewer) = viewer().await;
    assert!(site.get("/", &viewer).await.body.contains("href=\"/account\""));
    assert!(site.get("/account", &viewer).await.body.contains("viewer@roaster.example"));
    assert_eq!(site.post("/account/name", &viewer, &[("name", " ")]).await.status, 422);
    assert_eq!(site.post("/account/name", &viewer, &[("name", "Vera\nBcc: x@y.example")]).await.status, 422);
    assert_eq!(site.post("/account/name", &viewer, &[("name", "Vera Lindgren")]).await.status, 303);
    assert!(site.get("/account", &viewer).await.body.contains("value=\"Vera Lindgren\""));
    let (id, name) = name_of(&site).await;
    assert_eq!(name, "Vera Lindgren");
    // An owner corrects it; nobody else does.
    let correct = [("name", "Vera Lindgrén")];
    assert_eq!(site.post(&format!("/team/{id}/name"), &viewer, &correct).await.status, 403);
    assert_eq!(site.post(&format!("/team/{id}/name"), &owner, &correct).await.status, 303);
    assert_eq!(name_of(&site).await.1, "Vera Lindgrén");
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_ends_what_is_signed_in_elsewhere() {
    let (site, _, viewer) = viewer().await;
    let wrong = site.post("/account/password", &viewer, &[("present", "not it at all"), ("password", NEW)]).await;
    assert!(wrong.status == 422 && wrong.body.contains("This is not your present password."), "{}", wrong.body);
    let short = site.post("/account/password", &viewer, &[("present", PASSWORD), ("password", "short")]).await;
    assert!(short.status == 422 && !short.body.contains(PASSWORD), "{}", short.body);
    let changed = site.post("/account/password", &viewer, &[("present", PASSWORD), ("password", NEW)]).await;
    assert_eq!(changed.headers["location"], "/account?done=password");
    let here = session(&changed);
    assert_eq!(site.get("/account", &here).await.status, 200);
    assert_eq!(site.get("/account", &viewer).await.status, 303, "the session before has ended");
    let form = |password| [("mail", "viewer@roaster.example"), ("password", password)];
    assert_eq!(site.post("/sign-in", "", &form(PASSWORD)).await.status, 422);
    assert_eq!(site.post("/sign-in", "", &form(NEW)).await.status, 303);
}

#[tokio::test]
async fn one_signs_out_everywhere_but_here() {
    let (site, _, viewer) = viewer().await;
    let elsewhere = site.post("/sign-in", "", &[("mail", "viewer@roaster.example"), ("password", PASSWORD)]).await;
    let done = site.post("/account/sessions", &viewer, &[]).await;
    assert_eq!(site.get("/account", &session(&elsewhere)).await.status, 303);
    assert_eq!(site.get("/account", &session(&done)).await.status, 200);
}
