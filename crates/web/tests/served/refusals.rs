//! Forms that are refused: each says so in one way, to eyes, to ears and to the keyboard.

use crate::support::{
    Answer, Site,
    desk::{Desk, desk},
};

/// Each value of an attribute on a page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let marker = format!(" {attribute}=\"");
    page.split(marker.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// What must hold of every page that refuses a form; `wrong` are the fields it marks.
#[track_caller]
fn is_well_refused(answer: &Answer, wrong: &[&str]) {
    let page = &answer.body;
    assert_eq!(answer.status, 422, "{page}");
    let main = page.split("<main").nth(1).unwrap();
    let summary = main.split("data-refused").nth(1).expect("a summary").split("</div>").next().unwrap();
    assert!(main.contains("role=\"alert\" tabindex=\"-1\" data-refused"), "it is told at once and can be gone to");
    let ids = values(main, "id");
    let led_to: Vec<&str> = values(summary, "href").iter().filter_map(|href| href.strip_prefix('#')).collect();
    let expected: Vec<String> = wrong.iter().map(|field| format!("field-{field}")).collect();
    assert_eq!(led_to, expected, "{summary}");
    assert!(led_to.iter().all(|id| ids.contains(id)), "each leads somewhere: {led_to:?}, {ids:?}");
    assert!(values(main, "aria-describedby").iter().flat_map(|all| all.split_whitespace()).all(|id| ids.contains(&id)));
    let first = main.split(" autofocus").next().unwrap();
    assert!(main.contains(" autofocus"), "somewhere the caret stands");
    let (marked, tag) = (main.matches("aria-invalid=\"true\"").count(), first.rsplit('<').next().unwrap());
    match wrong.first() {
        Some(field) if marked > 0 => assert!(tag.contains(&format!("id=\"field-{field}\"")), "{tag}"),
        _ => assert!(tag.contains("data-refused"), "{tag}"),
    }
    let described = main.split('<').filter(|tag| tag.contains("aria-invalid")).all(|tag| tag.contains("error-"));
    assert!(described, "what is wrong is told with the field");
}

#[tokio::test]
async fn the_first_run_and_the_sign_in() {
    let site = Site::empty(Vec::new()).await;
    let refused = site.post("/welcome", "", &[("organisation", "Café"), ("name", ""), ("password", "short")]).await;
    is_well_refused(&refused, &["name", "mail", "password", "goal", "today", "hoped", "due_on"]);
    let owner = site.set_up().await;
    assert!(
        !site.get("/sign-in", "").await.body.contains("data-refused"),
        "before anything was refused nothing is said"
    );
    is_well_refused(
        &site.post("/sign-in", "", &[("mail", "who@example.org"), ("password", "a guess at it")]).await,
        &["password"],
    );
    is_well_refused(&site.post("/settings", &owner, &[("organisation", "")]).await, &["organisation"]);
    is_well_refused(&site.post("/account/name", &owner, &[("name", "")]).await, &["name"]);
    let asked = [("present", "not mine at all"), ("password", "short")];
    is_well_refused(&site.post("/account/password", &owner, &asked).await, &["present"]);
}

#[tokio::test]
async fn the_team_the_goal_and_the_channels() {
    let Desk { site, owner, .. } = desk().await;
    is_well_refused(&site.post("/team/new", &owner, &[("name", ""), ("mail", "no address")]).await, &["name", "mail"]);
    is_well_refused(&site.post("/team/keys/new", &owner, &[("name", "")]).await, &["name"]);
    is_well_refused(&site.post("/goals/new", &owner, &[("goal", "")]).await, &["goal", "today", "hoped", "due_on"]);
    is_well_refused(&site.post("/channels/new/email", &owner, &[]).await, &["setting-account"]);
}
