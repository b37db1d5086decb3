//! The chat's routes where no connector of the chat is there, and the page behind the link that confirms an address.
//! What visitors and team say to each other is tested where the real connector may be named (crates/tertulia/tests).

use crate::support::{Site, request};
use axum::body::Body;

#[tokio::test]
async fn a_chat_that_is_not_there_is_not_found_in_a_form_that_its_page_can_read() {
    let site = Site::empty(Vec::new()).await;
    for path in ["/chat/1/widget.js", "/chat/1/frame", "/chat/none/frame", "/chat/99999999999999999999/frame"] {
        let answer = site.get(path, "").await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
    }
    let post = request("POST", "/chat/1/messages", "").header("content-type", "application/json");
    assert_eq!(site.send(post.body(Body::from("{}")).unwrap()).await.status, 404);
    let stream = request("GET", "/chat/1/stream", "").header("authorization", "Bearer v1.e30.e30");
    assert_eq!(site.send(stream.body(Body::empty()).unwrap()).await.status, 404);
    assert_eq!(site.get("/chat/1/stream", "").await.status, 401, "without a token nothing is looked up");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read_as_anything() {
    let site = Site::empty(Vec::new()).await;
    let post = request("POST", "/chat/1/messages", "").header("content-type", "application/json");
    let answer = site.send(post.body(Body::from("x".repeat(129 * 1024))).unwrap()).await;
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("Please send it in parts"), "{}", answer.body);
}

#[tokio::test]
async fn the_link_to_confirm_shows_a_button_and_a_false_one_changes_nothing() {
    let (site, _) = Site::ready(Vec::new()).await;
    let page = site.get("/confirm/1/2/abc", "").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<form class=\"form\" method=\"post\">"), "{}", page.body);
    assert!(page.body.contains("Fuente &amp; Flor") || page.body.contains("Fuente &#38; Flor"), "{}", page.body);
    for path in ["/confirm/1/2/abc", "/confirm/x/2/abc", "/confirm/1/99999999999999/abc"] {
        let answer = site.post(path, "", &[]).await;
        assert_eq!(answer.status, 410, "{path}");
        assert!(answer.body.contains("Nothing was changed"), "{}", answer.body);
        assert!(answer.body.contains("<h1>That did not work</h1>"), "{}", answer.body);
    }
}
