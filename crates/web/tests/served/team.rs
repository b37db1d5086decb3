//! The team: invitations, roles, leaving, and keys for programs.

use crate::support::{Answer, PASSWORD, Site, talk};
use axum::{body::Body, http::Request};
use tertulia_connector::SendError;
use tertulia_engine::accounts;
use tertulia_model::{Role, UserId};
use tertulia_store::users;

fn leads_to(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.headers["location"].to_str().unwrap()
}

async fn member(site: &Site, mail: &str) -> users::User {
    users::by_mail(&mut site.engine.db.reader(), mail).await.unwrap().unwrap()
}

/// The value of the field that is there to be copied.
fn handed(page: &str, field: &str) -> String {
    let from =
        page.split(&format!("id=\"field-{field}\" type=\"text\" value=\"")).nth(1).expect("something is handed over");
    from.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_invitation_is_a_link_that_lets_its_member_in() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let form = [("name", "Bo <b>Lind</b>"), ("mail", "Bo@Roaster.example"), ("role", "viewer")];
    let page = site.post("/team/new", &owner, &form).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Bo &#60;b&#62;Lind") && !page.body.contains("<b>Lind"));
    assert!(!page.body.contains("Or by mail"), "no mailbox is connected");
    let link = handed(&page.body, "link");
    let path = link.strip_prefix("http://desk.example").unwrap();
    let list = site.get("/team", &owner).await;
    assert!(list.body.contains("Viewer, invited"), "{}", list.body);
    assert_eq!(leads_to(&site.post(path, "", &[("password", PASSWORD)]).await), "/");
    assert!(!site.get("/team", &owner).await.body.contains("invited"));
    assert_eq!(member(&site, "bo@roaster.example").await.role, Role::Viewer);
}

#[tokio::test]
async fn an_invitation_with_a_mistake_keeps_what_was_typed() {
    let (site, owner) = Site::ready(Vec::new()).await;
    for (mail, why) in
        [("not an address", "not an e-mail address"), ("ines@roaster.example", "has this address already")]
    {
        let page = site.post("/team/new", &owner, &[("name", "Bo Lind"), ("mail", mail), ("role", "owner")]).await;
        assert_eq!(page.status, 422);
        assert!(page.body.contains("id=\"error-mail\"") && page.body.contains(why), "{}", page.body);
        assert!(page.body.contains("value=\"Bo Lind\"") && page.body.contains(&format!("value=\"{mail}\"")));
        assert!(page.body.contains("value=\"owner\" checked"), "the chosen role stays chosen");
    }
    assert_eq!(users::all(&mut site.engine.db.reader()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_goes_out_by_mail_where_a_mailbox_is_connected() {
    let mail = talk::Talk::named("email");
    let (site, owner) = Site::ready(vec![mail.clone()]).await;
    talk::channel(&site, "email", "hello@roaster.example").await;
    let page =
        site.post("/team/new", &owner, &[("name", "Bo"), ("mail", "bo@roaster.example"), ("role", "agent")]).await;
    let shown = handed(&page.body, "link");
    let bo = member(&site, "bo@roaster.example").await.id;
    assert!(page.body.contains(&format!("action=\"/team/{bo}/mail\"")));
    assert_eq!(leads_to(&site.post(&format!("/team/{bo}/mail"), &owner, &[]).await), format!("/team/{bo}?done=mailed"));
    let text = {
        let sent = mail.sent.lock().unwrap();
        assert_eq!(sent.len(), 1);
        assert_eq!(
            (sent[0].to_handle.as_str(), sent[0].subject.as_deref()),
            ("bo@roaster.example", Some("Your invitation to Fuente & Flor"))
        );
        sent[0].text.clone()
    };
    let link = text.lines().find(|line| line.starts_with("http://desk.example/password/")).unwrap();
    assert_ne!(link, shown);
    let path_of = |link: &str| link.strip_prefix("http://desk.example").unwrap().to_owned();
    assert_eq!(site.get(&path_of(&shown), "").await.status, 409, "the earlier link has ended");
    assert_eq!(site.get(&path_of(link), "").await.status, 200);
}

#[tokio::test]
async fn a_mail_that_did_not_go_out_leaves_a_link_to_hand_over() {
    let mail = talk::Talk::named("email");
    let (site, owner) = Site::ready(vec![mail.clone()]).await;
    talk::channel(&site, "email", "hello@roaster.example").await;
    site.post("/team/new", &owner, &[("name", "Bo"), ("mail", "bo@roaster.example"), ("role", "agent")]).await;
    let bo = member(&site, "bo@roaster.example").await.id;
    *mail.refuse.lock().unwrap() = Some(SendError::Rejected("The mail server wants a password.".to_owned()));
    let page = site.post(&format!("/team/{bo}/mail"), &owner, &[]).await;
    assert_eq!(page.status, 502);
    assert!(page.body.contains("did not go out") && page.body.contains("wants a password"), "{}", page.body);
    let link = handed(&page.body, "link");
    assert_eq!(site.get(link.strip_prefix("http://desk.example").unwrap(), "").await.status, 200);
}

#[tokio::test]
async fn a_new_role_counts_at_once() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let agent = site.member(Role::Agent).await;
    assert_eq!(site.get("/team", &agent).await.status, 403);
    let id = member(&site, "agent@roaster.example").await.id;
    let changed = site.post(&format!("/team/{id}/role"), &owner, &[("role", "owner")]).await;
    assert_eq!(leads_to(&changed), format!("/team/{id}?done=role"));
    assert_eq!(site.get("/team", &agent).await.status, 200);
    assert_eq!(site.post(&format!("/team/{id}/role"), &owner, &[("role", "king")]).await.status, 422);
    assert_eq!(member(&site, "agent@roaster.example").await.role, Role::Owner);
}

#[tokio::test]
async fn who_leaves_the_team_is_out_at_once_and_can_come_back() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let agent = site.member(Role::Agent).await;
    let id = member(&site, "agent@roaster.example").await.id;
    leads_to(&site.post(&format!("/team/{id}/disable"), &owner, &[]).await);
    assert!(leads_to(&site.get("/", &agent).await).starts_with("/sign-in"));
    assert_eq!(
        site.post("/sign-in", "", &[("mail", "agent@roaster.example"), ("password", PASSWORD)]).await.status,
        422
    );
    assert!(site.get("/team", &owner).await.body.contains("cannot sign in"));
    leads_to(&site.post(&format!("/team/{id}/enable"), &owner, &[]).await);
    assert_eq!(
        leads_to(&site.post("/sign-in", "", &[("mail", "agent@roaster.example"), ("password", PASSWORD)]).await),
        "/"
    );
}

#[tokio::test]
async fn the_last_owner_stays() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let id = member(&site, "ines@roaster.example").await.id;
    for (act, form) in [("role", &[("role", "viewer")][..]), ("disable", &[])] {
        let page = site.post(&format!("/team/{id}/{act}"), &owner, form).await;
        assert_eq!(page.status, 409);
        assert!(
            page.body.contains("There must be one owner") && page.body.contains("Nothing was changed"),
            "{}",
            page.body
        );
    }
    let still = member(&site, "ines@roaster.example").await;
    assert_eq!((still.role, still.disabled_at), (Role::Owner, None));
    assert_eq!(site.get("/team", &owner).await.status, 200, "and is still signed in");
}

#[tokio::test]
async fn a_member_who_is_not_there_is_not_found() {
    let (site, owner) = Site::ready(Vec::new()).await;
    for path in ["/team/12", "/team/nobody"] {
        assert_eq!(site.get(path, &owner).await.status, 404, "{path}");
    }
    for act in ["role", "disable", "enable", "link", "mail"] {
        assert_eq!(site.post(&format!("/team/12/{act}"), &owner, &[("role", "agent")]).await.status, 404, "{act}");
    }
}

#[tokio::test]
async fn what_was_done_is_said_in_our_own_words_only() {
    let (site, owner) = Site::ready(Vec::new()).await;
    assert!(site.get("/team?done=revoked", &owner).await.body.contains("The key has ended."));
    assert!(!site.get("/team?done=Your+account+is+blocked", &owner).await.body.contains("blocked"));
}

async fn asks(site: &Site, key: &str) -> u16 {
    let request = Request::get("/api/v1/conversations").header("authorization", format!("Bearer {key}"));
    site.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn a_key_is_shown_once_and_ends_when_it_is_ended() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let page = site.post("/team/keys/new", &owner, &[("name", "web shop"), ("reply", "yes")]).await;
    assert_eq!(page.status, 200);
    let key = handed(&page.body, "key");
    assert!(key.starts_with("tt_"));
    let list = site.get("/team", &owner).await.body;
    assert!(list.contains("web shop") && list.contains("read and reply") && list.contains(">never<"), "{list}");
    assert!(!list.contains(&key));
    assert_eq!(asks(&site, &key).await, 200);
    assert!(!site.get("/team", &owner).await.body.contains(">never<"), "its use is noted");
    let id = users::api_tokens(&mut site.engine.db.reader()).await.unwrap()[0].id;
    assert_eq!(leads_to(&site.post(&format!("/team/keys/{id}/revoke"), &owner, &[]).await), "/team?done=revoked");
    assert_eq!(asks(&site, &key).await, 401);
    assert!(!site.get("/team", &owner).await.body.contains("web shop"));
}

#[tokio::test]
async fn a_key_needs_a_name_and_says_what_it_may() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let page = site.post("/team/keys/new", &owner, &[("name", " "), ("listen", "yes")]).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("id=\"error-name\"") && page.body.contains("name=\"listen\" value=\"yes\" checked"));
    assert!(users::api_tokens(&mut site.engine.db.reader()).await.unwrap().is_empty());
    let form = [("name", "all"), ("reply", "yes"), ("listen", "yes"), ("manage", "yes")];
    assert_eq!(site.post("/team/keys/new", &owner, &form).await.status, 200);
    let list = site.get("/team", &owner).await.body;
    assert!(list.contains("read, reply, look after monitors and manage"), "{list}");
}

#[tokio::test]
async fn a_key_made_for_reading_cannot_reply() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let page = site.post("/team/keys/new", &owner, &[("name", "report")]).await;
    let accounts::Program { user: who, scopes, .. } =
        accounts::by_api_token(&site.engine, &handed(&page.body, "key")).await.unwrap().unwrap();
    assert_eq!((who.mail.as_str(), scopes), ("ines@roaster.example", vec!["read".to_owned()]));
    assert_ne!(who.id, UserId(0));
}
