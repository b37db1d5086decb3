//! Two conversations are made one, and parted again.

use crate::support::{
    NOW,
    desk::{amina, desk, location, undo_of},
    request,
    talk::Line,
};
use axum::body::Body;
use tertulia_engine::desk;
use tertulia_store::merges;

#[tokio::test]
async fn a_proposed_merge_is_shown_and_decided() {
    let desk = desk().await;
    let one = desk.hears(amina("1", "When do you open?")).await;
    let two = desk.hears(Line { subject: None, ..amina("2", "And where?") }).await;
    let mut tx = desk.site.engine.db.begin().await.unwrap();
    merges::propose(&mut tx, one, two, NOW).await.unwrap();
    tx.commit().await.unwrap();
    let page = desk.get(&format!("/inbox/{one}")).await.body;
    assert!(page.contains("looks like the same conversation") && page.contains("And where?"));
    let with = two.to_string();
    let apart = desk.post(&format!("/inbox/{one}/apart"), &[("with", &with)]).await;
    assert!(!desk.get(&format!("/inbox/{one}")).await.body.contains("looks like the same"));
    desk.post(&undo_of(&desk.follow(&apart).await), &[]).await;
    assert!(desk.get(&format!("/inbox/{one}")).await.body.contains("looks like the same"));
    let merge = desk.post(&format!("/inbox/{one}/merge"), &[("with", &with)]).await;
    assert!(desk.get(&format!("/inbox/{one}")).await.body.contains("Made one from 2 conversations"));
    assert_eq!(location(&desk.post(&undo_of(&desk.follow(&merge).await), &[]).await), format!("/inbox/{one}"));
    assert!(desk.get(&format!("/inbox/{two}")).await.body.contains("And where?"));
    desk.post(&format!("/inbox/{one}/merge"), &[("with", &with)]).await;
    let parted = desk.post(&format!("/inbox/{one}/part"), &[("which", &with)]).await;
    assert_eq!(location(&parted), format!("/inbox/{two}"));
    assert_eq!(desk.post(&format!("/inbox/{one}/part"), &[("which", &with)]).await.status, 409);
    desk.post(&format!("/inbox/{one}/merge"), &[("with", &with)]).await;
    let page = desk.get(&format!("/inbox/{one}")).await.body;
    assert!(!page.contains("looks like the same") && page.contains("And where?"));
    // Whoever has the old page open is led to where it goes on, and what they send there is not lost.
    assert!(
        location(&desk.get(&format!("/inbox/{two}?state=closed")).await)
            .starts_with(&format!("/inbox/{one}?state=closed"))
    );
    assert!(location(&desk.post(&format!("/inbox/{two}/close"), &[]).await).starts_with(&format!("/inbox/{one}")));
    assert_eq!(desk.held(one).await.state, "open", "nothing was done to the other");
    let written = [("text", "At nine."), ("channel", "1")];
    let answer = desk.post(&format!("/inbox/{two}/reply"), &written).await;
    assert_eq!(answer.status, 307);
    let kept = answer.headers["location"].to_str().unwrap().to_owned();
    assert!(kept.starts_with(&format!("/inbox/{one}/draft")), "{kept}");
    assert_eq!(location(&desk.post(&kept, &written).await), format!("/inbox/{one}"));
    assert_eq!(location(&desk.post(&kept, &[("text", "Or at ten.")]).await), format!("/inbox/{one}"));
    let page = desk.get(&format!("/inbox/{one}")).await.body;
    assert!(page.contains("At nine.\n\nOr at ten.</textarea>"), "{page}");
    assert!(desk.sent(one).await.is_empty());
}

#[tokio::test]
async fn an_answer_to_several_people_names_whom_it_goes_to() {
    let desk = desk().await;
    let one = desk.hears(Line { at: NOW - 9_000_000, ..amina("1", "When do you open?") }).await;
    let bo = Line { name: Some("Bo Lind".into()), at: NOW - 1_000, ..Line::new("2", "bo@example.org", "And where?") };
    let two = desk.hears(bo).await;
    desk::merge(&desk.site.engine, two, one).await.unwrap();
    let page = desk.get(&format!("/inbox/{one}")).await.body;
    assert!(page.contains("to <strong><bdi data-addressee>Bo Lind</bdi></strong>"), "{page}");
    assert!(page.contains("Send to Bo Lind by") && page.contains("bo@example.org") && !page.contains("Send to Amina"));
}

#[tokio::test]
async fn a_page_of_a_conversation_that_was_merged_away_reads_nothing_for_its_member() {
    let desk = desk().await;
    let one = desk.hears(amina("1", "When do you open?")).await;
    let two = desk.hears(Line { subject: None, ..amina("2", "And where?") }).await;
    desk.get(&format!("/inbox/{two}")).await;
    desk::merge(&desk.site.engine, two, one).await.unwrap();
    for piece in ["messages", "head"] {
        let path = format!("/inbox/{two}/{piece}");
        let asked = request("GET", &path, &desk.owner).header("hx-request", "true");
        let answer = desk.site.send(asked.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 404, "{piece}");
        assert!(answer.body.contains("made one with another") && !answer.headers.contains_key("set-cookie"));
    }
    assert!(desk.get("/inbox").await.body.contains("row unread"), "they have not seen what is in it");
}

#[tokio::test]
async fn an_undo_is_for_whoever_did_it_and_for_a_day() {
    let desk = desk().await;
    let one = desk.hears(amina("1", "When do you open?")).await;
    let two = desk.hears(Line { subject: None, ..amina("2", "And where?") }).await;
    let merge = desk.post(&format!("/inbox/{one}/merge"), &[("with", &two.to_string())]).await;
    let undo = undo_of(&desk.follow(&merge).await);
    let colleague = desk.site.member(tertulia_model::Role::Agent).await;
    assert_eq!(desk.site.post(&undo, &colleague, &[]).await.status, 409);
    desk.site.clock.advance(25 * 3_600_000);
    let late = desk.post(&undo, &[]).await;
    assert!(late.status == 409 && late.body.contains("can no longer be undone from here"), "{}", late.body);
    assert_eq!(
        location(&desk.post(&format!("/inbox/{one}/part"), &[("which", &two.to_string())]).await),
        format!("/inbox/{two}")
    );
}
