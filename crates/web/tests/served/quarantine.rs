//! Quarantine: what could not be read.

use crate::support::{
    Site,
    talk::{self, Talk},
};
use tertulia_model::{QuarantineId, Role};
use tertulia_store::quarantine;

async fn site() -> (Site, String) {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "forum").await;
    let large = format!("{{ \"id\": \"{}", "x".repeat(30_000));
    let items = vec![
        ("bad/1".to_owned(), b"<script>alert(1)</script>\0\x1b[31m".to_vec()),
        ("bad/2".to_owned(), large.into_bytes()),
    ];
    talk::hear_raw(&site, channel, items).await;
    (site, owner)
}

async fn waiting(site: &Site) -> Vec<quarantine::Quarantined> {
    let mut found = quarantine::waiting(&mut site.engine.db.reader(), None, 100).await.unwrap();
    found.reverse();
    found
}

#[tokio::test]
async fn nothing_set_aside_is_said_calmly() {
    let (site, owner) = Site::ready(vec![Talk::new()]).await;
    assert!(site.get("/quarantine", &owner).await.body.contains("Nothing is set aside."));
}

#[tokio::test]
async fn what_was_set_aside_is_shown_as_text_and_can_do_nothing() {
    let (site, owner) = site().await;
    let items = waiting(&site).await;
    let list = site.get("/quarantine", &owner).await.body;
    assert!(list.contains("expected value") && list.contains("forum&#39;s place"), "{list}");
    let item = site.get(&format!("/quarantine/{}", items[0].id), &owner).await.body;
    assert!(item.contains("&#60;script&#62;alert(1)&#60;/script&#62;\u{2400}\u{241b}[31m"), "{item}");
    let large = site.get(&format!("/quarantine/{}", items[1].id), &owner).await.body;
    assert!(large.contains("Only the first 20 kB are shown") && !large.contains(&"x".repeat(20_000)));
    let file = site.get(&format!("/quarantine/{}/file", items[0].id), &owner).await;
    assert_eq!(file.headers["content-type"], "application/octet-stream");
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(file.body, "<script>alert(1)</script>\0\x1b[31m");
    assert_eq!(site.get("/quarantine/99", &owner).await.status, 404);
}

#[tokio::test]
async fn only_an_owner_looks_into_an_item_and_decides() {
    let (site, _) = site().await;
    let id = waiting(&site).await[0].id;
    let agent = site.member(Role::Agent).await;
    let list = site.get("/quarantine", &agent).await;
    assert!(list.status == 200 && !list.body.contains("/discard"));
    for path in ["", "/file"] {
        assert_eq!(site.get(&format!("/quarantine/{id}{path}"), &agent).await.status, 403);
    }
    for act in ["replay", "discard", "restore"] {
        assert_eq!(site.post(&format!("/quarantine/{id}/{act}"), &agent, &[]).await.status, 403);
    }
    assert_eq!(waiting(&site).await.len(), 2);
}

#[tokio::test]
async fn what_was_discarded_can_be_taken_back_and_nothing_else_can() {
    let (site, owner) = site().await;
    let id = waiting(&site).await[0].id;
    let done = site.post(&format!("/quarantine/{id}/discard"), &owner, &[]).await;
    let page = site.get(done.headers["location"].to_str().unwrap(), &owner).await.body;
    assert!(page.contains("Discarded.") && page.contains(&format!("/quarantine/{id}/restore")));
    assert_eq!(waiting(&site).await.len(), 1);
    assert_eq!(site.post(&format!("/quarantine/{id}/restore"), &owner, &[]).await.status, 303);
    assert_eq!(waiting(&site).await.len(), 2);
    assert_eq!(site.post(&format!("/quarantine/{id}/restore"), &owner, &[]).await.status, 409, "it waits already");
    assert_eq!(site.post("/quarantine/99/restore", &owner, &[]).await.status, 404);
}

#[tokio::test]
async fn a_replay_that_fails_again_says_so_and_loses_nothing() {
    let (site, owner) = site().await;
    let items = waiting(&site).await;
    let again = site.post(&format!("/quarantine/{}/replay", items[0].id), &owner, &[]).await;
    assert_eq!(again.status, 409);
    assert!(again.body.contains("It still cannot be read"));
    let all = site.post("/quarantine/replay-all", &owner, &[("reason", items[0].reason.as_str())]).await;
    assert_eq!(all.headers["location"], "/quarantine?replayed=0-1", "only what has this reason is tried");
    let page = site.get("/quarantine?replayed=0-1", &owner).await.body;
    assert!(page.contains("None could be read yet; 1 stay here."));
    let still = quarantine::get(&mut site.engine.db.reader(), QuarantineId(items[1].id.0)).await.unwrap().unwrap();
    assert_eq!((waiting(&site).await.len(), still.state.as_str()), (2, "waiting"));
}

#[tokio::test]
async fn the_list_keeps_to_a_channel_or_a_reason() {
    let (site, owner) = site().await;
    let items = waiting(&site).await;
    let reason: String = url::form_urlencoded::byte_serialize(items[1].reason.as_bytes()).collect();
    let one = site.get(&format!("/quarantine?reason={reason}"), &owner).await.body;
    assert!(
        one.contains(&format!("quarantine-{}", items[1].id)) && !one.contains(&format!("quarantine-{}", items[0].id))
    );
    let none = site.get("/quarantine?channel=12345", &owner).await.body;
    assert!(none.contains("Nothing is set aside.") && none.contains("Look at all"));
}
