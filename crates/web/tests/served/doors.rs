//! Who may use which route, and that a change must be meant.

use crate::support::{Site, request, talk};
use axum::body::Body;
use tertulia_engine::accounts;
use tertulia_model::Role;
use tertulia_web::routes::Rule;

/// A path with something in each of its holes.
fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_route_keeps_to_its_rule_for_every_role() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let sessions = [
        (Role::Owner, owner),
        (Role::Agent, site.member(Role::Agent).await),
        (Role::Viewer, site.member(Role::Viewer).await),
    ];
    let table = tertulia_web::table();
    // Signing out, here or elsewhere, ends the session that the other routes are tried with: it comes last.
    let is_end = |path: &str| matches!(path, "/sign-out" | "/account/sessions");
    let (ends, others): (Vec<_>, Vec<_>) = table.entries().iter().partition(|entry| is_end(entry.path));
    assert_eq!(ends.len(), 2);
    for entry in others.into_iter().chain(ends).filter(|entry| entry.rule != Rule::Anybody) {
        let path = filled(entry.path);
        let send = async |session: &str| {
            let request = request(entry.method.as_str(), &path, session).header("sec-fetch-site", "same-origin");
            site.head(request.body(Body::empty()).unwrap()).await.0.as_u16()
        };
        let nobody = send("").await;
        assert!(matches!(nobody, 303 | 401), "{} {} let nobody in: {nobody}", entry.method, entry.path);
        for (role, session) in &sessions {
            let session = match is_end(entry.path) {
                true => &site.signed_in_as(*role).await,
                false => session,
            };
            let status = send(session).await;
            match entry.rule {
                Rule::Member(permission) if role.may(permission) => {
                    assert!(!matches!(status, 401 | 403), "{} {} refused {role:?}: {status}", entry.method, entry.path);
                }
                Rule::Member(_) => assert_eq!(status, 403, "{} {} let {role:?} in", entry.method, entry.path),
                Rule::Key(..) | Rule::Watcher => {
                    assert_eq!(status, 401, "{} {} took a cookie for a key", entry.method, entry.path)
                }
                Rule::Anybody => unreachable!(),
            }
        }
    }
}

#[tokio::test]
async fn every_route_for_programs_keeps_to_its_scope_and_to_its_members_role() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let mut keys = Vec::new();
    for (role, session) in [
        (Role::Owner, owner),
        (Role::Agent, site.member(Role::Agent).await),
        (Role::Viewer, site.member(Role::Viewer).await),
    ] {
        let member = accounts::session(&site.engine, &session).await.unwrap().unwrap().0.id;
        for scope in accounts::SCOPES {
            let key = accounts::add_api_token(&site.engine, member, "one", &[scope.to_owned()]).await.unwrap();
            keys.push((role, scope, key));
        }
    }
    let mut walked = 0;
    for entry in tertulia_web::table().entries() {
        let (needed, permission) = match entry.rule {
            Rule::Key(scope, permission) => (scope, permission),
            Rule::Watcher => ("read", tertulia_model::Permission::Read),
            _ => continue,
        };
        for (role, scope, key) in &keys {
            let request = request(entry.method.as_str(), &filled(entry.path), "");
            let request = request.header("authorization", format!("Bearer {key}")).body(Body::empty()).unwrap();
            let status = site.send(request).await.status.as_u16();
            let may = *scope == needed && role.may(permission);
            let words = format!("{} {} by {role:?} with the scope {scope}: {status}", entry.method, entry.path);
            assert_eq!(!matches!(status, 401 | 403), may, "{words}");
            assert!(status < 500, "{words}");
            walked += 1;
        }
    }
    assert!(walked > 40 * keys.len(), "{walked}");
}

/// What anybody at all may open. A new one is written here on purpose, with the reason why it is safe.
const OPEN_DOORS: [&str; 34] = [
    // Whether the program lives and can answer, for whoever watches over it; nothing of what is in it.
    "GET /healthz",
    "GET /readyz",
    // What the API is like; not what is in it.
    "GET /api/v1/openapi.json",
    // The first run: closed for good once there is an owner.
    "GET /welcome",
    "POST /welcome",
    // Tries are counted by address and place.
    "GET /sign-in",
    "POST /sign-in",
    // Who has the link, of 256 bits, which holds for three days and once.
    "GET /password/{token}",
    "POST /password/{token}",
    // The web chat: a visitor's own token decides what they hear.
    "GET /chat/{channel}/widget.js",
    "GET /chat/{channel}/frame",
    "GET /chat/{channel}/stream",
    "POST /chat/{channel}/{door}",
    // Channels' doors for programs: each connector proves who calls.
    "GET /hooks/{channel}/{*path}",
    "POST /hooks/{channel}/{*path}",
    // What an owner chose to show: it holds no word and no name.
    "GET /scorecard",
    "GET /scorecard/{name}/badge.svg",
    // Who has the signed link in a mail.
    "GET /confirm/{identity}/{until}/{signature}",
    "POST /confirm/{identity}/{until}/{signature}",
    // Nothing until an owner turns it on, and then for everybody.
    "GET /roadmap",
    "GET /roadmap/{id}",
    "GET /roadmap/colours.css",
    "GET /roadmap.atom",
    "GET /roadmap.json",
    "GET /changelog",
    "GET /changelog.atom",
    "GET /changelog.json",
    "GET /roadmap/{id}/voice",
    "POST /roadmap/{id}/voice",
    // Who has the signed link in a mail.
    "GET /voices/{id}/{signature}",
    "POST /voices/{id}/{signature}",
    // Who has the link in a message to them, of 256 bits, which holds for a week and is answered once.
    "GET /is-this-you/{token}",
    "POST /is-this-you/{token}",
    // Trackers of issues: each call is proven by a signature.
    "POST /trackers/{id}",
];

#[test]
fn nothing_is_open_to_anybody_but_what_is_named_here() {
    let table = tertulia_web::table();
    let open = table.entries().iter().filter(|entry| entry.rule == Rule::Anybody);
    let mut open: Vec<String> = open.map(|entry| format!("{} {}", entry.method, entry.path)).collect();
    open.sort_unstable();
    let mut named = OPEN_DOORS;
    named.sort_unstable();
    assert_eq!(open, named);
}

#[tokio::test]
async fn a_change_that_comes_from_elsewhere_is_refused() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let changing = tertulia_web::table();
    let changing = changing.entries().iter().filter(|e| e.method == "POST" && matches!(e.rule, Rule::Member(_)));
    for entry in changing {
        for (name, value) in
            [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-csrf-token", "guessed")]
        {
            let request = request("POST", &filled(entry.path), &owner).header(name, value).body(Body::empty()).unwrap();
            let refused = if name == "x-csrf-token" { 401 } else { 403 };
            assert_eq!(site.send(request).await.status, refused, "{} {name}", entry.path);
        }
        let bare = request("POST", &filled(entry.path), &owner).body(Body::empty()).unwrap();
        assert_eq!(site.send(bare).await.status, 403, "{} without any sign", entry.path);
    }
}

#[tokio::test]
async fn a_page_drawn_for_an_earlier_session_does_nothing_in_the_name_of_who_signed_in_since() {
    let (site, owner) = Site::ready(vec![talk::Talk::new()]).await;
    let channel = talk::channel(&site, "talk", "roaster").await;
    let id = talk::conversation(&site, channel, talk::Line::new("1", "amina", "Hello")).await;
    let reply = format!("/inbox/{id}/reply");
    let (before, since) = (site.member(Role::Agent).await, owner);
    let token = accounts::session(&site.engine, &before).await.unwrap().unwrap().1.csrf;
    let urlencoded = ("application/x-www-form-urlencoded", format!("theme=dark&csrf={token}"));
    let part = |name: &str, value: &str| {
        format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let multipart =
        ("multipart/form-data; boundary=cut", part("csrf", &token) + &part("text", "Hello") + "--cut--\r\n");
    for (path, (kind, body)) in [("/theme", urlencoded), (reply.as_str(), multipart)] {
        let sent = request("POST", path, &since).header("sec-fetch-site", "same-origin").header("content-type", kind);
        let answer = site.send(sent.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, 401, "{path}: {}", answer.body);
        assert!(answer.body.contains("somebody else signed in here since"));
    }
    let asks = |session: &str| {
        let request = request("GET", "/live/member", session).header("x-csrf-token", &token);
        site.send(request.body(Body::empty()).unwrap())
    };
    assert_eq!(asks(&since).await.status, 401);
    assert_eq!(asks("").await.status, 401);
    assert_eq!(asks(&before).await.status, 204);
}

#[tokio::test]
async fn who_asks_for_the_address_of_an_act_is_led_back_to_what_it_belongs_to() {
    let (site, owner) = Site::ready(Vec::new()).await;
    for (act, page) in [
        ("/inbox/7/reply?state=open", "/inbox/7?state=open"),
        ("/inbox/7/forward/8", "/inbox/7"),
        ("/team/7/link", "/team/7"),
        ("/import/start", "/import"),
        ("/channels/test/email", "/channels"),
        ("/sign-out", "/"),
    ] {
        let answer = site.get(act, &owner).await;
        assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, page), "{act}");
    }
}

#[tokio::test]
async fn what_the_router_refuses_is_a_page_for_a_person_too() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let put = site
        .send(request("PUT", "/inbox", &owner).header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap())
        .await;
    assert_eq!(put.status, 405);
    assert!(put.headers.contains_key("allow"));
    let wrong = [put, site.get("/channels/abc", &owner).await, site.get("/inbox/%ff", &owner).await];
    for answer in wrong {
        assert!(answer.status.is_client_error());
        assert!(answer.body.contains("Go to Today") && !answer.body.contains("Cannot parse"), "{}", answer.body);
    }
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let (site, owner) = Site::ready(vec![talk::Talk::named("email")]).await;
    let mail = talk::channel(&site, "email", "shop@roaster.example").await;
    let id = talk::conversation(&site, mail, talk::Line::new("1", "amina@example.org", "Hello")).await;
    let table = tertulia_web::table();
    let pages = table.entries().iter().filter(|entry| entry.method == "GET").map(|entry| filled(entry.path));
    for path in pages.chain(["/nowhere".to_owned(), format!("/inbox/{id}"), format!("/inbox/{id}/messages")]) {
        for session in [owner.as_str(), ""] {
            let (_, headers) = site.head(request("GET", &path, session).body(Body::empty()).unwrap()).await;
            let policy = headers["content-security-policy"].to_str().unwrap();
            let guards = policy.contains("script-src 'self'") || policy.contains("default-src 'none'");
            assert!(guards && !policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        }
    }
}

#[tokio::test]
async fn who_watches_over_it_is_told_when_the_database_is_away() {
    let site = Site::empty(Vec::new()).await;
    assert_eq!(site.get("/readyz", "").await.status, 200);
    site.engine.db.close().await;
    let answer = site.get("/readyz", "").await;
    assert!(answer.status == 503 && answer.body.contains("The database does not answer."), "{}", answer.body);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(site.get("/healthz", "").await.status, 200, "the program itself lives");
}
