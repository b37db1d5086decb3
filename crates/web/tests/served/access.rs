//! The first run, signing in and out, links to set a password.

use crate::support::{PASSWORD, Site, request};
use axum::body::Body;
use tertulia_engine::accounts;
use tertulia_model::Role;
use tertulia_store::{goals, users};

const WHOLE: [(&str, &str); 8] = [
    ("organisation", "Fuente & Flor"),
    ("name", "Inés Robledo"),
    ("mail", "ines@roaster.example"),
    ("password", PASSWORD),
    ("goal", "Everybody has an answer within a day"),
    ("today", "about half"),
    ("hoped", "nine of ten"),
    ("due_on", "2027-03-31"),
];

fn with<'a>(name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    WHOLE.iter().map(|(n, v)| if *n == name { (*n, value) } else { (*n, *v) }).collect()
}

fn token_of(answer: &crate::support::Answer) -> String {
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    cookie.strip_prefix("tertulia_session=").unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_installation_leads_to_the_first_run_and_from_there_in() {
    let site = Site::empty(Vec::new()).await;
    for path in ["/", "/sign-in"] {
        let answer = site.get(path, "").await;
        assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, "/welcome"), "{path}");
    }
    let page = site.get("/welcome", "").await;
    assert_eq!(page.status, 200);
    for (name, _) in WHOLE {
        assert!(page.body.contains(&format!("name=\"{name}\"")), "the page asks for {name}");
    }
    let done = site.post("/welcome", "", &WHOLE).await;
    assert_eq!((done.status.as_u16(), done.headers["location"].to_str().unwrap()), (303, "/"));
    let (user, _) = accounts::session(&site.engine, &token_of(&done)).await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.role), ("Inés Robledo", Role::Owner));
    let goal = goals::current(&mut site.engine.db.reader()).await.unwrap().unwrap();
    assert_eq!((goal.sentence.as_str(), goal.due_on.as_str()), ("Everybody has an answer within a day", "2027-03-31"));
}

#[tokio::test]
async fn a_first_run_with_a_mistake_says_it_beside_the_field_and_keeps_what_was_typed() {
    let site = Site::empty(Vec::new()).await;
    let answer = site.post("/welcome", "", &with("due_on", "2020-01-01")).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("id=\"error-due_on\""), "{}", answer.body);
    assert!(!answer.body.contains("id=\"error-goal\""));
    for kept in ["Fuente &#38; Flor", "Inés Robledo", "ines@roaster.example", "nine of ten", "2020-01-01"] {
        assert!(answer.body.contains(kept), "{kept} was lost");
    }
    assert!(!answer.body.contains(PASSWORD), "a password never goes back into a page");
    assert!(!answer.headers.contains_key("set-cookie"));
    let empty = site.post("/welcome", "", &[]).await;
    for (name, _) in WHOLE {
        assert!(empty.body.contains(&format!("id=\"error-{name}\"")), "nothing is said of {name}");
    }
    assert!(users::all(&mut site.engine.db.reader()).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_first_run_happens_once() {
    let (site, _) = Site::ready(Vec::new()).await;
    assert_eq!(site.get("/welcome", "").await.headers["location"], "/sign-in");
    let again = site.post("/welcome", "", &with("mail", "thief@evil.example")).await;
    assert_eq!((again.status.as_u16(), again.headers["location"].to_str().unwrap()), (303, "/sign-in"));
    assert_eq!(users::all(&mut site.engine.db.reader()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn signing_in_leads_back_to_where_one_was_and_nowhere_else() {
    let (site, _) = Site::ready(Vec::new()).await;
    let asked = site.get("/?a=b", "").await;
    assert_eq!(asked.headers["location"], "/sign-in?next=%2F%3Fa%3Db");
    let page = site.get("/sign-in?next=%2Finbox%3Fstate%3Dpending", "").await;
    assert!(page.body.contains("value=\"/inbox?state=pending\""), "{}", page.body);
    let cases = [
        ("/inbox?state=pending", "/inbox?state=pending"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
    ];
    for (next, leads_to) in cases {
        let form = [("mail", "Ines@Roaster.example "), ("password", PASSWORD), ("next", next)];
        let answer = site.post("/sign-in", "", &form).await;
        assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, leads_to), "{next:?}");
    }
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_strange_pages() {
    let (site, _) = Site::ready(Vec::new()).await;
    let answer = site.post("/sign-in", "", &[("mail", "ines@roaster.example"), ("password", PASSWORD)]).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    for flag in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=34560000"] {
        assert!(cookie.contains(flag), "{flag} is missing from {cookie}");
    }
    assert!(!cookie.contains("; Secure"), "this installation is reached by http");
    let session = token_of(&answer);
    let bare = request("GET", "/sign-in", &session).body(Body::empty()).unwrap();
    assert_eq!(site.send(bare).await.headers["location"], "/", "who is signed in need not do it again");
}

#[tokio::test]
async fn a_wrong_password_says_so_and_many_are_made_to_wait() {
    let (site, _) = Site::ready(Vec::new()).await;
    let wrong = [("mail", "ines@roaster.example"), ("password", "not this one")];
    for _ in 0..8 {
        let answer = site.post("/sign-in", "", &wrong).await;
        assert_eq!(answer.status, 422);
        assert!(
            answer.body.contains("id=\"error-password\"") && answer.body.contains("value=\"ines@roaster.example\"")
        );
        // The first field with a mistake has the focus, and what describes it is read out with it.
        assert!(answer.body.contains("aria-invalid=\"true\" autofocus aria-describedby=\"error-password\""));
    }
    let right = [("mail", "ines@roaster.example"), ("password", PASSWORD)];
    let late = site.post("/sign-in", "", &right).await;
    assert_eq!(late.status, 429);
    assert!(late.body.contains("Wait a minute") && late.body.contains("name=\"password\""), "{}", late.body);
    site.clock.advance(61_000);
    assert_eq!(site.post("/sign-in", "", &right).await.status, 303);
}

#[tokio::test]
async fn whoever_tries_many_passwords_keeps_a_browser_that_was_signed_in_before_out_of_nothing() {
    let (site, _) = Site::ready(Vec::new()).await;
    let right = [("mail", "ines@roaster.example"), ("password", PASSWORD)];
    let signed_in = site.post("/sign-in", "", &right).await;
    let mut cookies = signed_in.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let mark = cookies.find(|cookie| cookie.starts_with("tertulia_browser=")).unwrap();
    for flag in ["; Path=/sign-in", "; HttpOnly", "; SameSite=Lax", "; Max-Age=34560000"] {
        assert!(mark.contains(flag), "{flag} is missing from {mark}");
    }
    let mark = mark.split(';').next().unwrap();
    for _ in 0..20 {
        site.post("/sign-in", "", &[("mail", "ines@roaster.example"), ("password", "not this one")]).await;
    }
    let by = |mail: &str, cookie: &str| {
        let form = format!("mail={}&password={}", mail.replace('@', "%40"), PASSWORD.replace(' ', "+"));
        let request = request("POST", "/sign-in", "")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookie);
        site.send(request.body(Body::from(form)).unwrap())
    };
    assert_eq!(by("ines@roaster.example", "").await.status, 429);
    assert_eq!(by("ines@roaster.example", &format!("{mark}x")).await.status, 429, "a mark that we did not give");
    assert_eq!(by("ines@roaster.example", mark).await.status, 303);
    assert_eq!(by("bo@roaster.example", mark).await.status, 422, "it opens nothing");
}

#[tokio::test]
async fn nobody_is_signed_in_by_a_strange_page() {
    let (site, _) = Site::ready(Vec::new()).await;
    let form = format!("mail=ines%40roaster.example&password={}", PASSWORD.replace(' ', "+"));
    for (path, name, value) in [
        ("/sign-in", "sec-fetch-site", "cross-site"),
        ("/sign-in", "origin", "https://evil.example"),
        ("/welcome", "sec-fetch-site", "cross-site"),
        ("/password/x", "sec-fetch-site", "cross-site"),
    ] {
        let request = request("POST", path, "")
            .header(name, value)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.clone()))
            .unwrap();
        assert_eq!(site.send(request).await.status, 403, "{path} {name}");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let answer = site.post("/sign-out", &owner, &[]).await;
    assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, "/sign-in"));
    assert!(answer.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert!(accounts::session(&site.engine, &owner).await.unwrap().is_none());
}

#[tokio::test]
async fn an_invitation_lets_its_member_choose_a_password_once() {
    let (site, _) = Site::ready(Vec::new()).await;
    let link = accounts::invite(&site.engine, "bo@roaster.example", "Bo <b>", Role::Agent).await.unwrap();
    let path = link.strip_prefix("http://desk.example").unwrap();
    let page = site.get(path, "").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("You are invited") && page.body.contains("Bo &#60;b&#62;"));
    let short = site.post(path, "", &[("password", "short")]).await;
    assert_eq!(short.status, 422);
    assert!(short.body.contains("id=\"error-password\""));
    let done = site.post(path, "", &[("password", "long enough to keep")]).await;
    assert_eq!((done.status.as_u16(), done.headers["location"].to_str().unwrap()), (303, "/"));
    let (user, _) = accounts::session(&site.engine, &token_of(&done)).await.unwrap().unwrap();
    assert_eq!(user.mail, "bo@roaster.example");
    for answer in [site.get(path, "").await, site.post(path, "", &[("password", "another long one")]).await] {
        assert_eq!(answer.status, 409);
        assert!(answer.body.contains("Ask an owner"), "{}", answer.body);
    }
}

#[tokio::test]
async fn the_look_is_changed_on_the_page_where_one_is() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let send = |referrer: &'static str, theme: &'static str| {
        let request = request("POST", "/theme", &owner)
            .header("sec-fetch-site", "same-origin")
            .header("referer", referrer)
            .header("content-type", "application/x-www-form-urlencoded");
        site.send(request.body(Body::from(format!("theme={theme}"))).unwrap())
    };
    let answer = send("http://desk.example/inbox?state=open", "dark").await;
    assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, "/inbox?state=open"));
    let (user, _) = accounts::session(&site.engine, &owner).await.unwrap().unwrap();
    assert_eq!(user.theme, "dark");
    assert_eq!(send("http://desk.example//evil.example", "light").await.headers["location"], "/");
    assert_eq!(send("http://desk.example/", "neon").await.status, 422);
}

#[tokio::test]
async fn a_session_goes_on_by_what_its_member_does_and_not_by_a_page_that_stands_open() {
    let (site, owner) = Site::ready(Vec::new()).await;
    const DAY: i64 = 24 * 3_600_000;
    let by_itself = async |path: &str| {
        let mut asked = request("GET", path, &owner);
        if !path.starts_with("/live") {
            asked = asked.header("hx-request", "true");
        }
        site.send(asked.body(Body::empty()).unwrap()).await.status
    };
    site.clock.advance(8 * DAY);
    assert_eq!(site.get("/", &owner).await.status, 200);
    site.clock.advance(8 * DAY);
    for path in ["/inbox/unread", "/live/member", "/inbox/tabs"] {
        assert!(by_itself(path).await.is_success(), "{path}");
    }
    site.clock.advance(7 * DAY);
    assert_eq!(by_itself("/inbox/unread").await, 401);
}

#[tokio::test]
async fn a_link_for_a_new_password_ends_when_its_member_chooses_one() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let me = accounts::session(&site.engine, &owner).await.unwrap().unwrap().0;
    let link = accounts::password_link(&site.engine, me.id).await.unwrap();
    let path = link.strip_prefix("http://desk.example").unwrap();
    assert_eq!(site.get(path, "").await.status, 200);
    accounts::set_password(&site.engine, me.id, "a quiet cup of tea").await.unwrap();
    assert_eq!(site.get(path, "").await.status, 409);
}
