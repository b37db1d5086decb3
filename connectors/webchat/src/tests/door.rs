//! What the page posts, and what is turned away.

use super::*;
use tertulia_connector::sign;
use tertulia_model::EventKey;

/// A post as the page makes it.
fn post(path: &str, token: Option<&str>, body: &Value) -> Request {
    let mut headers = vec![
        ("origin".to_owned(), "https://chat.example".to_owned()),
        ("sec-fetch-site".to_owned(), "same-origin".to_owned()),
        ("content-type".to_owned(), "application/json".to_owned()),
    ];
    headers.extend(token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
    Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        raw_query: String::new(),
        headers,
        body: Bytes::from(body.to_string()),
        from: None,
        at: NOW,
    }
}

fn replace(mut request: Request, name: &str, value: Option<&str>) -> Request {
    request.headers.retain(|(n, _)| n != name);
    request.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    request
}

async fn token(chat: &WebChat, ctx: &Context) -> String {
    let answer = chat.receive(ctx, post("/session", None, &json!({}))).await.unwrap();
    answer.body["token"].as_str().unwrap().to_owned()
}

fn identity(subject: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let claims =
        json!({ "sub": subject, "name": "Amina", "email": "a@example.org", "iat": NOW / 1000, "exp": NOW / 1000 + 60 });
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(json!({ "alg": "HS256" })), part(claims));
    format!("{signed}.{}", sign::sign(SITE_SECRET.as_bytes(), &signed))
}

fn keys(chat: &WebChat, received: &Received) -> Vec<EventKey> {
    let events = received.batch.items.iter().flat_map(|item| {
        let RawContent::Memory(bytes) = &item.content else { panic!("not in memory") };
        chat.normalise("shop", item, bytes).unwrap()
    });
    events.map(|event| event.key).collect()
}

#[tokio::test]
async fn a_session_greets_and_its_token_names_the_visitor() {
    let (chat, ctx) = (connector(), context());
    let answer = chat.receive(&ctx, post("/session", None, &json!({}))).await.unwrap();
    assert_eq!((answer.status, answer.body["greeting"].as_str()), (200, Some("Hello.")));
    assert_eq!(answer.body["resumed"], false);
    let author = chat.visitor(&ctx, answer.body["token"].as_str().unwrap()).unwrap();
    assert_eq!(author.space, "webchat:shop");
    assert!(author.handle.starts_with("visitor:"));
    assert_eq!(author.claimed_mail, None);
}

#[tokio::test]
async fn who_comes_back_is_the_same_visitor() {
    let (chat, ctx) = (connector(), context());
    let first = token(&chat, &ctx).await;
    let mut later = post("/session", Some(&first), &json!({}));
    later.at = NOW + 86_400_000;
    let answer = chat.receive(&ctx, later).await.unwrap();
    assert_eq!(answer.body["resumed"], true);
    let second = answer.body["token"].as_str().unwrap();
    assert_ne!(first, second, "the token was not renewed");
    let later_clock = Context { clock: Arc::new(FixedClock::at(NOW + 86_400_000)), ..context() };
    assert_eq!(chat.visitor(&ctx, &first).unwrap(), chat.visitor(&later_clock, second).unwrap());
}

#[tokio::test]
async fn a_forged_token_gets_a_new_visitor_and_no_message_through() {
    let (chat, ctx) = (connector(), context());
    let answer = chat.receive(&ctx, post("/session", Some("v1.e30.x"), &json!({}))).await.unwrap();
    assert_eq!(answer.body["resumed"], false);
    for token in [None, Some(""), Some("v1.e30.x"), Some("x")] {
        let refused = chat.receive(&ctx, post("/messages", token, &json!({ "id": UUID, "text": "x" }))).await;
        assert!(matches!(refused, Err(ReceiveError::Unauthorised(_))), "{token:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_token_of_another_channel_is_refused() {
    let (chat, ctx) = (connector(), context());
    let token = token(&chat, &Context { account: "other".to_owned(), ..context() }).await;
    assert!(matches!(chat.visitor(&ctx, &token), Err(ReceiveError::Unauthorised(_))));
}

#[tokio::test]
async fn the_sites_own_user_is_named_and_a_forged_one_is_not() {
    let (chat, ctx) = (connector(), context());
    let asked = json!({ "identity": identity("42") });
    let answer = chat.receive(&ctx, post("/session", None, &asked)).await.unwrap();
    assert_eq!((answer.body["named"].as_bool(), answer.body["ask_mail"].as_bool()), (Some(true), Some(false)));
    let author = chat.visitor(&ctx, answer.body["token"].as_str().unwrap()).unwrap();
    assert_eq!((author.handle.as_str(), author.display_name.as_deref()), ("user:42", Some("Amina")));
    assert_eq!(author.claimed_mail.as_deref(), Some("a@example.org"));

    let forged = json!({ "identity": format!("{}x", identity("1")) });
    assert!(matches!(chat.receive(&ctx, post("/session", None, &forged)).await, Err(ReceiveError::Forbidden(_))));
    let without = Context {
        secrets: context().secrets.into_iter().filter(|(n, _)| n != "identity_secret").collect(),
        ..context()
    };
    assert!(matches!(chat.receive(&without, post("/session", None, &asked)).await, Err(ReceiveError::Forbidden(_))));
}

#[tokio::test]
async fn the_same_id_twice_is_the_same_event() {
    let (chat, ctx) = (connector(), context());
    let token = token(&chat, &ctx).await;
    let said = json!({ "id": UUID, "text": "Do you have decaf?", "at": NOW - 5, "sent": NOW });
    let first = chat.receive(&ctx, post("/messages", Some(&token), &said)).await.unwrap();
    let mut again = post("/messages", Some(&token), &said);
    again.at = NOW + 60_000;
    let second = chat.receive(&ctx, again).await.unwrap();
    assert_eq!((first.status, first.body["id"].as_str()), (202, Some(UUID)));
    assert_eq!(keys(&chat, &first), keys(&chat, &second));
    assert_eq!(keys(&chat, &first).len(), 1);
}

#[tokio::test]
async fn a_message_empty_or_too_long_is_refused_with_what_to_do() {
    let (chat, ctx) = (connector(), context());
    let token = token(&chat, &ctx).await;
    let most = "ش".repeat(8_000);
    for (text, taken) in [("", false), (" \n\u{0}", false), (most.as_str(), true), (&format!("{most}x"), false)] {
        let answer = chat.receive(&ctx, post("/messages", Some(&token), &json!({ "id": UUID, "text": text }))).await;
        match answer {
            Ok(received) => assert!(taken && received.batch.items.len() == 1, "{} characters were taken", text.len()),
            Err(error) => assert!(!taken && matches!(error, ReceiveError::Invalid(_)), "{error}"),
        }
    }
}

#[tokio::test]
async fn hostile_bodies_are_refused_without_a_panic() {
    let (chat, ctx) = (connector(), context());
    let token = token(&chat, &ctx).await;
    let deep = "[".repeat(100_000);
    let large = format!("{{\"id\":\"{UUID}\",\"text\":\"{}\"}}", " ".repeat(200_000));
    for body in ["", "null", "{", "[]", "{\"id\":1,\"text\":2}", "\u{feff}{}", deep.as_str(), large.as_str()] {
        for path in ["/messages", "/mail"] {
            let mut request = post(path, Some(&token), &Value::Null);
            request.body = Bytes::copy_from_slice(body.as_bytes());
            let refused = chat.receive(&ctx, request).await;
            assert!(matches!(refused, Err(ReceiveError::Invalid(_))), "{path} {:?}", &body[..body.len().min(40)]);
        }
    }
    let mut request = post("/messages", Some(&token), &Value::Null);
    request.body = Bytes::from_static(b"\xff\xfe{}");
    assert!(matches!(chat.receive(&ctx, request).await, Err(ReceiveError::Invalid(_))));
}

#[tokio::test]
async fn an_id_that_is_no_uuid_is_refused() {
    let (chat, ctx) = (connector(), context());
    let token = token(&chat, &ctx).await;
    for id in ["", "1", "visitor:b/3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e5f", "3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e5/"] {
        let refused = chat.receive(&ctx, post("/messages", Some(&token), &json!({ "id": id, "text": "x" }))).await;
        assert!(matches!(refused, Err(ReceiveError::Invalid(_))), "{id}");
    }
}

#[tokio::test]
async fn a_typed_address_is_a_claim_and_nothing_more() {
    let (chat, ctx) = (connector(), context());
    let token = token(&chat, &ctx).await;
    let typed = json!({ "address": " Amina@Example.org" });
    let answer = chat.receive(&ctx, post("/mail", Some(&token), &typed)).await.unwrap();
    let claim = answer.claim.unwrap();
    assert_eq!(claim.claimed_mail.as_deref(), Some("amina@example.org"));
    assert_eq!(claim.handle, chat.visitor(&ctx, &token).unwrap().handle);
    assert!(answer.batch.items.is_empty());
    assert_eq!(answer.body, json!({ "address": "amina@example.org" }));
    let wrong = chat.receive(&ctx, post("/mail", Some(&token), &json!({ "address": "amina" }))).await;
    assert!(matches!(wrong, Err(ReceiveError::Invalid(_))));
}

#[tokio::test]
async fn a_claim_sent_with_a_message_stands_on_its_author() {
    let (chat, ctx) = (connector(), context());
    let token = token(&chat, &ctx).await;
    let said = json!({ "id": UUID, "text": "x", "claimed_mail": "amina@example.org" });
    let received = chat.receive(&ctx, post("/messages", Some(&token), &said)).await.unwrap();
    let RawContent::Memory(bytes) = &received.batch.items[0].content else { panic!("not in memory") };
    let events = chat.normalise("shop", &received.batch.items[0], bytes).unwrap();
    let InboundKind::Created(content) = &events[0].kind else { panic!("no message") };
    assert_eq!(content.author.claimed_mail.as_deref(), Some("amina@example.org"));
}

#[tokio::test]
async fn only_our_own_page_may_post() {
    let (chat, ctx) = (connector(), context());
    let page = || post("/session", None, &json!({}));
    for (name, value) in [
        ("origin", Some("https://cafe.example")),
        ("origin", Some("https://chat.example.evil.example")),
        ("origin", Some("http://chat.example")),
        ("origin", Some("null")),
        ("sec-fetch-site", Some("cross-site")),
        ("sec-fetch-site", Some("same-site")),
        ("sec-fetch-site", Some("none")),
    ] {
        let refused = chat.receive(&ctx, replace(page(), name, value)).await;
        assert!(matches!(refused, Err(ReceiveError::Forbidden(_))), "{name}: {value:?}");
    }
    assert!(chat.receive(&ctx, replace(page(), "sec-fetch-site", None)).await.is_ok(), "an older browser");
    assert!(chat.receive(&ctx, replace(page(), "origin", None)).await.is_ok());
    let bare = replace(replace(page(), "origin", None), "sec-fetch-site", None);
    assert!(matches!(chat.receive(&ctx, bare).await, Err(ReceiveError::Forbidden(_))));
}

#[tokio::test]
async fn a_body_that_a_foreign_form_could_send_is_refused() {
    let (chat, ctx) = (connector(), context());
    for media_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data")]
    {
        let refused = chat.receive(&ctx, replace(post("/session", None, &json!({})), "content-type", media_type)).await;
        assert!(matches!(refused, Err(ReceiveError::Invalid(_))), "{media_type:?}");
    }
}

#[tokio::test]
async fn a_chat_without_its_key_takes_nobody() {
    let chat = connector();
    for key in ["", "short"] {
        let secrets = SecretSet::from([("visitor_key".to_owned(), Secret::new(key))]);
        let ctx = Context { secrets, ..context() };
        let refused = chat.receive(&ctx, post("/session", None, &json!({}))).await;
        assert!(matches!(refused, Err(ReceiveError::Forbidden(_))), "{refused:?}");
        assert!(chat.visitor(&ctx, "v1.e30.x").is_err());
    }
}

#[tokio::test]
async fn a_sign_of_life_keeps_the_visitor_there() {
    let (chat, ctx) = (impatient(), context());
    let token = token(&chat, &ctx).await;
    let handle = chat.visitor(&ctx, &token).unwrap().handle;
    let _guard = chat.presence.enter(ctx.channel, &handle, NOW - tertulia_connector::HERE_FOR - 1);
    assert!(!chat.presence.is_here(ctx.channel, &handle, NOW));
    let answer = chat.receive(&ctx, post("/here", Some(&token), &json!({}))).await.unwrap();
    assert_eq!((answer.status, answer.body), (204, Value::Null));
    assert!(chat.presence.is_here(ctx.channel, &handle, NOW));
}

#[tokio::test]
async fn there_is_nothing_at_other_addresses() {
    let (chat, ctx) = (connector(), context());
    let mut get = post("/session", None, &json!({}));
    get.method = "GET".to_owned();
    assert_eq!(chat.receive(&ctx, get).await.unwrap_err(), ReceiveError::NotFound);
    for path in ["", "/", "/session/", "/admin", "/messages/../session"] {
        let refused = chat.receive(&ctx, post(path, None, &json!({}))).await;
        assert_eq!(refused.unwrap_err(), ReceiveError::NotFound, "{path}");
    }
}
