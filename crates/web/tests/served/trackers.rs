//! Trackers of issues: added with a secret that is shown once, heard at their door, and asked about among us.

use crate::support::{Site, desk::location, request};
use axum::body::Body;
use serde_json::json;
use tertulia_connector::sign;
use tertulia_model::Role;

const LINK: &str = "https://git.example/roaster/shop/issues/7";

fn between<'a>(page: &'a str, before: &str) -> &'a str {
    page.split(before).nth(1).unwrap_or_else(|| panic!("{page}")).split('"').next().unwrap()
}

#[tokio::test]
async fn a_tracker_is_heard_and_a_member_says_whether_the_change_is_done() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let agent = site.member(Role::Agent).await;
    assert_eq!(site.get("/settings/trackers", &agent).await.status, 403);
    assert_eq!(site.post("/settings/trackers", &owner, &[("title", " ")]).await.status, 422);
    let shown = site.post("/settings/trackers", &owner, &[("title", "The shop's <issues>")]).await.body;
    let secret =
        between(&shown, "id=\"field-secret\" type=\"text\" value=\"").replace("&#43;", "+").replace("&#61;", "=");
    let address = between(&shown, "id=\"field-address\" type=\"text\" value=\"").to_owned();
    let door = address.strip_prefix("http://desk.example").unwrap().to_owned();
    assert!(!site.get("/settings/trackers", &owner).await.body.contains(&secret), "it is shown once");
    let form = [("title", "We open"), ("link", LINK)];
    let change = location(&site.post("/feedback/changes/new", &owner, &form).await);
    let says = async |action: &str, at: &str, secret: &str| {
        let body = json!({ "action": action, "issue": { "html_url": LINK, "updated_at": at } }).to_string();
        let signature = format!("sha256={}", sign::hex_signature(secret.as_bytes(), body.as_bytes()));
        let call = request("POST", &door, "").header("x-hub-signature-256", signature);
        site.send(call.header("content-type", "application/json").body(Body::from(body)).unwrap()).await
    };
    let wrong = says("closed", "2026-11-21T11:00:00Z", "whsec_AAAA").await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.headers["content-type"].to_str().unwrap().starts_with("application/problem+json"), "{}", wrong.body);
    assert_eq!(says("closed", "2026-11-21T11:00:00Z", &secret).await.body, "{\"changes\":1}");
    for page in ["/feedback", "/feedback/changes", &change] {
        assert!(site.get(page, &owner).await.body.contains("The tracker says that this is done"), "{page}");
    }
    site.post(&format!("{change}/tracker/not-yet"), &agent, &[]).await;
    let page = site.get(&change, &owner).await.body;
    assert!(page.contains("The issue was closed") && !page.contains("Yes, it is done"), "{page}");
    says("reopened", "2026-11-21T11:10:00Z", &secret).await;
    says("closed", "2026-11-21T11:20:00Z", &secret).await;
    assert!(site.get(&change, &owner).await.body.contains("Yes, it is done"));
    let done = site.post(&format!("{change}/tracker/done"), &agent, &[]).await;
    assert_eq!(location(&done), change);
    let page = site.get(&change, &owner).await.body;
    assert!(page.contains("<strong>Done</strong>") && !page.contains("Yes, it is done"), "{page}");
    let id = door.rsplit('/').next().unwrap();
    assert_eq!(site.post(&format!("/settings/trackers/{id}/remove"), &owner, &[]).await.status, 303);
    assert_eq!(says("reopened", "2026-11-21T11:30:00Z", &secret).await.status, 404);
    for path in ["/trackers/x", "/trackers/7"] {
        let call = request("POST", path, "").body(Body::from("{}")).unwrap();
        assert_eq!(site.send(call).await.status, 404, "{path}");
    }
    let large = request("POST", &door, "").body(Body::from("x".repeat(2 << 20))).unwrap();
    assert_eq!(site.send(large).await.status, 413);
}
