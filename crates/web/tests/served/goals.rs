//! Goals on the screens: declared, measured, declared anew, and the outcomes beside them.

use crate::support::{
    Site,
    desk::{Desk, desk, field, location},
};
use tertulia_model::Role;
use tertulia_store::goals;

const WHOLE: [(&str, &str); 6] = [
    ("goal", "Answer everybody in an hour"),
    ("today", "half"),
    ("hoped", "90"),
    ("due_on", "2027-06-30"),
    ("measure", "answered"),
    ("bound", "least"),
];

#[tokio::test]
async fn the_first_goal_is_declared_anew_in_its_place_while_nobody_listens() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let goal = goals::current(&mut site.engine.db.reader()).await.unwrap().unwrap();
    let at = format!("/goals/{}", goal.goal_id);
    let page = site.get(&at, &owner).await.body;
    assert!(page.contains("Answer everybody within a day") && page.contains("Can still be changed"), "{page}");
    let form = site.get(&format!("{at}/edit"), &owner).await.body;
    assert!(form.contains("value=\"Answer everybody within a day\"") && form.contains("value=\"2027-03-31\""));
    let version = field(&form, "version");
    let mistaken =
        [("goal", "Answer everybody in an hour"), ("today", "half"), ("hoped", ""), ("due_on", "2027-06-30")];
    let refused = site.post(&format!("{at}/edit"), &owner, &mistaken).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("id=\"error-hoped\"") && refused.body.contains("Answer everybody in an hour"));
    let mut whole = WHOLE.to_vec();
    whole.push(("version", &version));
    let done = site.post(&format!("{at}/edit"), &owner, &whole).await;
    assert_eq!(location(&done), at);
    assert!(site.get("/", &owner).await.body.contains("Answer everybody in an hour"));
    let page = site.get(&at, &owner).await.body;
    assert_eq!(page.matches("case-line").count(), 1, "{page}");
    assert!(page.contains("at least 90 %") && page.contains("Too few to say"), "{page}");
    let agent = site.member(Role::Agent).await;
    assert_eq!(site.post("/goals/new", &agent, &WHOLE).await.status, 403);
    assert_eq!(site.get(&at, &agent).await.status, 200);
}

#[tokio::test]
async fn a_goal_declared_while_somebody_listens_says_so_and_is_given_up_and_taken_up_again() {
    let Desk { site, owner, .. } = desk().await;
    let at = location(&site.post("/goals/new", &owner, &WHOLE).await);
    let page = site.get(&at, &owner).await.body;
    assert!(page.contains("Declared after listening began."), "{page}");
    let anew = WHOLE.map(|(name, value)| (name, if name == "hoped" { "80" } else { value }));
    site.post(&format!("{at}/edit"), &owner, &anew).await;
    assert_eq!(site.get(&at, &owner).await.body.matches("case-line").count(), 2);
    site.post(&format!("{at}/give-up"), &owner, &[]).await;
    assert!(site.get("/goals", &owner).await.body.contains("Given up (1)"));
    site.post(&format!("{at}/take-up"), &owner, &[]).await;
    assert!(!site.get("/goals", &owner).await.body.contains("Given up"));
    assert_eq!(site.get("/goals/7", &owner).await.status, 404);
    assert_eq!(site.get("/goals/x", &owner).await.status, 404);
}

#[tokio::test]
async fn an_outcome_is_made_given_values_and_a_value_is_taken_away_and_stands_again() {
    let desk = desk().await;
    assert!(desk.get("/goals/outcomes").await.body.contains("No outcome yet"));
    assert_eq!(desk.post("/goals/outcomes", &[("name", " ")]).await.status, 422);
    let at = location(&desk.post("/goals/outcomes", &[("name", "<Visits>"), ("unit", "people")]).await);
    let wrong = desk.post(&at, &[("day", "2026-11-20"), ("value", "many"), ("source", "till")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("value=\"many\""), "{}", wrong.body);
    desk.post(&at, &[("day", "2026-11-20"), ("value", "1,200.5"), ("source", "till")]).await;
    let page = desk.get(&at).await.body;
    assert!(page.contains("1,200.5 people") && page.contains("&#60;Visits&#62;"), "{page}");
    let remove = page.split("action=\"").find(|rest| rest.contains("/remove\"")).unwrap();
    let removed = desk.post(remove.split('"').next().unwrap(), &[]).await;
    let page = desk.follow(&removed).await;
    assert!(!page.contains("1,200.5 people"), "{page}");
    let undo = crate::support::desk::undo_of(&page);
    desk.post(&undo, &[]).await;
    assert!(desk.get(&at).await.body.contains("1,200.5 people"));
    let table: &[u8] = b"day,value\n2026-11-18,3\n2026-11-18,4\nsoon,5\n";
    let brought = desk.compose(&format!("{at}/file"), &[("file_source", "door")], &[("visits.csv", table)]).await;
    assert!(
        brought.body.contains("One value was taken.") && brought.body.contains("2 rows were left out"),
        "{}",
        brought.body
    );
    let bad = desk.compose(&format!("{at}/file"), &[("day_column", "when")], &[("visits.csv", table)]).await;
    assert!(bad.status == 422 && bad.body.contains("There is no column “when”"), "{}", bad.body);
}

#[tokio::test]
async fn whoever_saves_over_what_another_declared_is_told_what_and_saves_by_a_second_press() {
    let Desk { site, owner, .. } = desk().await;
    let at = location(&site.post("/goals/new", &owner, &WHOLE).await);
    let old = field(&site.get(&format!("{at}/edit"), &owner).await.body, "version");
    let other = WHOLE.map(|(name, value)| (name, if name == "hoped" { "80" } else { value }));
    site.post(&format!("{at}/edit"), &owner, &other).await;
    let mut mine: Vec<_> = WHOLE.map(|(name, value)| (name, if name == "hoped" { "70" } else { value })).to_vec();
    mine.push(("version", &old));
    let refused = site.post(&format!("{at}/edit"), &owner, &mine).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("from half to 80 by 2027-06-30") && refused.body.contains("Save once more"));
    let newer = field(&refused.body, "version");
    mine.pop();
    mine.push(("version", &newer));
    assert_eq!(location(&site.post(&format!("{at}/edit"), &owner, &mine).await), at);
    let page = site.get(&at, &owner).await.body;
    assert!(page.contains("at least 70 %") && page.contains("Another took its place before its day."), "{page}");
}

#[tokio::test]
async fn an_outcome_is_named_anew_and_is_no_choice_once_nothing_is_measured_by_it() {
    let desk = desk().await;
    let at = location(&desk.post("/goals/outcomes", &[("name", "Vists"), ("how", "total")]).await);
    let form = desk.get(&format!("{at}/edit")).await.body;
    assert!(form.contains("value=\"Vists\""), "{form}");
    assert_eq!(desk.post(&format!("{at}/edit"), &[("name", "")]).await.status, 422);
    desk.post(&format!("{at}/edit"), &[("name", "Visits"), ("how", "latest")]).await;
    let page = desk.get(&at).await.body;
    assert!(page.contains("Visits") && page.contains("Its latest value holds."), "{page}");
    assert!(desk.get("/goals/new").await.body.contains("Outcome: Visits"));
    desk.post(&format!("{at}/edit"), &[("name", "Visits"), ("how", "latest"), ("archived", "yes")]).await;
    assert!(!desk.get("/goals/new").await.body.contains("Outcome: Visits"));
    let agent = desk.site.member(Role::Agent).await;
    assert_eq!(desk.site.post(&format!("{at}/edit"), &agent, &[("name", "Mine")]).await.status, 403);
}

#[tokio::test]
async fn a_value_that_was_replaced_stands_again_unless_another_came_since() {
    let desk = desk().await;
    let at = location(&desk.post("/goals/outcomes", &[("name", "Visits")]).await);
    let value = |value: &'static str| [("day", "2026-11-20"), ("value", value), ("source", "till")];
    desk.post(&at, &value("40")).await;
    desk.site.clock.advance(1_000);
    let replaced = desk.post(&at, &value("50")).await;
    let undo = crate::support::desk::undo_of(&desk.follow(&replaced).await);
    desk.site.clock.advance(1_000);
    desk.post(&at, &value("60")).await;
    desk.post(&undo, &[]).await;
    assert!(desk.get(&at).await.body.contains("<strong>60</strong>"), "what came since stays");
    desk.site.clock.advance(1_000);
    let replaced = desk.post(&at, &value("70")).await;
    let undo = crate::support::desk::undo_of(&desk.follow(&replaced).await);
    desk.post(&undo, &[]).await;
    assert!(desk.get(&at).await.body.contains("<strong>60</strong>"));
}
