//! The scorecard: nothing to anybody until an owner shows it, and then the same for everybody.

use crate::support::{
    Answer,
    desk::{Desk, amina, desk},
};
use tertulia_model::Role;

async fn asked(desk: &Desk, path: &str) -> Answer {
    desk.site.get(path, "").await
}

#[tokio::test]
async fn nobody_sees_it_until_an_owner_shows_it_and_nobody_once_it_is_off_again() {
    let desk = desk().await;
    for n in 1..=5 {
        desk.hears(amina(&n.to_string(), "Do you have it in blue?")).await;
    }
    assert_eq!(asked(&desk, "/scorecard").await.status, 404);
    assert_eq!(asked(&desk, "/scorecard/answered/badge.svg").await.status, 404);
    let agent = desk.site.member(Role::Agent).await;
    assert_eq!(
        desk.site.post("/settings/scorecard", &agent, &[("shown", "yes"), ("colour", "#1d635f")]).await.status,
        403
    );
    let wrong = desk.post("/settings/scorecard", &[("shown", "yes"), ("colour", "red\"><script>")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(asked(&desk, "/scorecard").await.status, 404);
    desk.post("/settings/scorecard", &[("shown", "yes"), ("colour", "#1D635F")]).await;
    let page = asked(&desk, "/scorecard").await;
    assert_eq!(page.headers["cache-control"], "public, max-age=600");
    assert!(
        page.body.contains("0 of 5 conversations have an answer.") && page.body.contains("fill=\"#1d635f\""),
        "{}",
        page.body
    );
    assert!(page.body.contains("Too few to say") && !page.body.contains("Amina"), "{}", page.body);
    assert!(!page.body.contains("look at each"), "a stranger can look at nothing: {}", page.body);
    assert!(page.body.contains("id=\"loop-time\"") && page.body.contains("No person was told."), "{}", page.body);
    let badge = asked(&desk, "/scorecard/loop-time/badge.svg").await;
    assert!(badge.status == 200 && badge.body.contains("Loop time"), "{}", badge.body);
    desk.post("/settings/scorecard", &[("shown", "no"), ("colour", "#1d635f")]).await;
    assert_eq!(asked(&desk, "/scorecard").await.status, 404);
}

#[tokio::test]
async fn a_badge_says_one_figure_and_is_counted_anew_only_after_ten_minutes() {
    let desk = desk().await;
    desk.post("/settings/scorecard", &[("shown", "yes"), ("colour", "#ffdd00")]).await;
    let badge = asked(&desk, "/scorecard/answered/badge.svg").await;
    assert_eq!(
        (badge.status.as_u16(), &badge.headers["content-type"]),
        (200, &"image/svg+xml; charset=utf-8".parse().unwrap())
    );
    assert_eq!(badge.headers["cross-origin-resource-policy"], "cross-origin");
    assert!(
        badge.body.contains("Answered: Too few to say (n = 0)") && badge.body.contains("fill=\"#000000\""),
        "{}",
        badge.body
    );
    for n in 1..=5 {
        desk.hears(amina(&n.to_string(), "Do you have it in blue?")).await;
    }
    assert!(asked(&desk, "/scorecard/answered/badge.svg").await.body.contains("n = 0"), "as it was counted");
    desk.site.clock.advance(600_000);
    assert!(asked(&desk, "/scorecard/answered/badge.svg").await.body.contains("0 % (n = 5)"));
    assert_eq!(asked(&desk, "/scorecard/turns/badge.svg").await.status, 404);
    let mut refused = 0;
    for _ in 0..200 {
        refused += usize::from(asked(&desk, "/scorecard/answered/badge.svg").await.status == 429);
    }
    assert!(refused > 50, "{refused}");
}
