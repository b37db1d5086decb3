//! The public roadmap: nothing until it is on, then only what was published, for everybody and without a cookie.

use crate::support::{
    Answer, Site,
    desk::{location, undo_of},
    request,
    talk::{self, Talk},
};
use axum::body::Body;
use serde_json::Value;
use std::sync::Arc;
use tertulia_engine::worker;
use tertulia_model::{ChangeId, Role};
use tertulia_store::voices;

const PUBLIC: [&str; 6] =
    ["/roadmap", "/changelog", "/roadmap.atom", "/roadmap.json", "/changelog.atom", "/changelog.json"];

struct Place {
    site: Site,
    owner: String,
    mail: Arc<Talk>,
}

async fn open() -> Place {
    let mail = Talk::named("email");
    let (site, owner) = Site::ready(vec![mail.clone()]).await;
    let form = [("on", "yes"), ("colour", "#1d635f"), ("counts", "exact"), ("introduction", "What <we> do.")];
    assert_eq!(site.post("/settings/roadmap", &owner, &form).await.status, 303);
    Place { site, owner, mail }
}

impl Place {
    /// A change that is published under this title; gives its page among us.
    async fn published(&self, title: &str) -> String {
        let made = self.site.post("/feedback/changes/new", &self.owner, &[("title", "Among us: secret plan")]).await;
        let change = location(&made);
        let form = [("title", title), ("words", "<b>42</b>")];
        assert_eq!(self.site.post(&format!("{change}/public"), &self.owner, &form).await.status, 303);
        change
    }

    async fn read(&self, path: &str) -> Answer {
        self.site.get(path, "").await
    }

    /// The form of a voice as a reader sends it, a while after it was drawn.
    async fn speaks(&self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.read(&format!("{page}/voice")).await.body;
        let stamp = form.split("name=\"stamp\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        self.site.clock.advance(5_000);
        let all: Vec<_> = fields.iter().copied().chain([("stamp", stamp.as_str())]).collect();
        self.site.post(&format!("{page}/voice"), "", &all).await
    }

    /// The link of the mail that leaves.
    async fn link(&self, page: &str, address: &str) -> String {
        let change = ChangeId(id_of(page).parse().unwrap());
        let voice = voices::of(&mut self.site.engine.db.reader(), change, address).await.unwrap().unwrap();
        let job = worker::take(&self.site.engine, worker::VOICE, voice.id).await.unwrap();
        job.expect("it is due").await.unwrap();
        let sent = self.mail.sent.lock().unwrap().last().cloned().unwrap();
        assert_eq!(sent.to_handle, address);
        let link = sent.text.split_whitespace().find(|word| word.contains("/voices/")).unwrap().to_owned();
        link.strip_prefix("http://desk.example").unwrap().to_owned()
    }
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn there_is_nothing_until_an_owner_turns_it_on_and_then_only_what_was_published() {
    let (site, owner) = Site::ready(Vec::new()).await;
    for path in PUBLIC.into_iter().chain(["/roadmap/1", "/roadmap/1/voice"]) {
        assert_eq!(site.get(path, "").await.status, 404, "{path}");
    }
    let agent = site.member(Role::Agent).await;
    assert_eq!(site.post("/settings/roadmap", &agent, &[("on", "yes")]).await.status, 403);
    let wrong = site.post("/settings/roadmap", &owner, &[("on", "yes"), ("colour", "red")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("such as #a8432a") && wrong.body.contains("value=\"red\""));
    let place = open().await;
    let change = place.published("We open <i>on Sundays</i>").await;
    let secret = location(&place.site.post("/feedback/changes/new", &place.owner, &[("title", "Hushed")]).await);
    let page = place.read("/roadmap").await;
    assert!(page.body.contains("We open &#60;i&#62;on Sundays") && page.body.contains("&#60;b&#62;42"));
    assert!(page.body.contains("What &#60;we&#62; do.") && page.body.contains("Fuente &#38; Flor"), "{}", page.body);
    for hidden in ["secret plan", "Hushed", "<script", "style=", "Inés"] {
        assert!(!page.body.contains(hidden), "{hidden} stands in {}", page.body);
    }
    assert_eq!(place.read(&format!("/roadmap/{}", id_of(&secret))).await.status, 404, "it was not published");
    let one = place.read(&format!("/roadmap/{}", id_of(&change))).await;
    assert!(one.body.contains("<link rel=\"canonical\" href=\"http://desk.example/roadmap/"), "{}", one.body);
    for path in ["/roadmap/x", "/roadmap/7", "/roadmap/99999999999999999999"] {
        assert_eq!(place.read(path).await.status, 404, "{path}");
    }
    let off = place.site.post(&format!("{change}/public/withdraw"), &place.owner, &[]).await;
    assert_eq!(place.read(&format!("/roadmap/{}", id_of(&change))).await.status, 404);
    let back = crate::support::desk::follow(&place.site, &place.owner, &off).await;
    place.site.post(&undo_of(&back), &place.owner, &[]).await;
    assert_eq!(place.read(&format!("/roadmap/{}", id_of(&change))).await.status, 200, "as it was");
}

#[tokio::test]
async fn whoever_reads_gets_no_cookie_and_a_page_that_may_be_kept_and_runs_nothing() {
    let place = open().await;
    let change = place.published("We open on Sundays").await;
    let one = format!("/roadmap/{}", id_of(&change));
    for path in PUBLIC.into_iter().chain([one.as_str()]) {
        place.site.clock.advance(2_000);
        let first = place.read(path).await;
        assert_eq!(first.status, 200, "{path}");
        assert!(!first.headers.contains_key("set-cookie"), "{path}");
        assert_eq!(header(&first, "cache-control"), "public, max-age=60", "{path}");
        let policy = header(&first, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'") && !policy.contains("script"), "{policy}");
        let again = request("GET", path, "").header("if-none-match", header(&first, "etag"));
        let again = place.site.send(again.body(Body::empty()).unwrap()).await;
        assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{path}");
        if path.contains('.') {
            let since = request("GET", path, "").header("if-modified-since", header(&first, "last-modified"));
            assert_eq!(place.site.send(since.body(Body::empty()).unwrap()).await.status, 304, "{path}");
        }
    }
    let signed_in = place.site.get("/roadmap", &place.owner).await;
    assert_eq!(signed_in.body, place.read("/roadmap").await.body, "it is the same for everybody");
    let colours = place.read("/roadmap/colours.css").await;
    assert!(colours.body.contains("--band:#1d635f;--on-band:#ffffff"), "{}", colours.body);
    let mut refused = 0;
    for _ in 0..260 {
        refused += usize::from(place.read("/changelog").await.status == 429);
    }
    assert!((1..260).contains(&refused), "{refused}: nobody reads without end");
}

#[tokio::test]
async fn feeds_tell_what_moved_and_never_how_many_asked() {
    let place = open().await;
    let planned = place.published("Longer hours & more").await;
    let done = place.published("Abrimos los domingos para todos los vecinos").await;
    place.site.clock.advance(60_000);
    place.site.post(&format!("{done}/move"), &place.owner, &[("state", "done"), ("reason", "Ya está.")]).await;
    place.site.clock.advance(60_000);
    let whole: Value = serde_json::from_str(&place.read("/roadmap.json").await.body).unwrap();
    assert_eq!(whole["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(whole["items"].as_array().unwrap().len(), 2);
    assert_eq!(whole["items"][0]["url"], format!("http://desk.example/roadmap/{}", id_of(&done)), "the newest first");
    assert_eq!((&whole["items"][0]["language"], &whole["items"][0]["tags"][0]), (&"es".into(), &"done".into()));
    let log: Value = serde_json::from_str(&place.read("/changelog.json").await.body).unwrap();
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
    assert!(log["items"][0]["content_text"].as_str().unwrap().ends_with("Ya está."));
    let atom = place.read("/roadmap.atom").await;
    assert_eq!(header(&atom, "content-type"), "application/atom+xml; charset=utf-8");
    assert!(atom.body.contains("<title>Longer hours &amp; more</title>") && atom.body.contains("xml:lang=\"es\""));
    assert!(!atom.body.contains("asked"), "{}", atom.body);
    let stamp = header(&atom, "last-modified").to_owned();
    place.site.post(&format!("{planned}/public/withdraw"), &place.owner, &[]).await;
    place.site.clock.advance(60_000);
    let since = request("GET", "/roadmap.atom", "").header("if-modified-since", stamp);
    let now = place.site.send(since.body(Body::empty()).unwrap()).await;
    assert!(now.status == 200 && !now.body.contains("Longer hours"), "what is taken off is gone from the feed");
}

#[tokio::test]
async fn the_page_is_cut_and_the_changelog_leads_to_what_is_older() {
    let place = open().await;
    for n in 0..52 {
        let change = place.published(&format!("Change number {n} of many")).await;
        place.site.clock.advance(1_000);
        place.site.post(&format!("{change}/move"), &place.owner, &[("state", "done")]).await;
    }
    let first = place.read("/changelog").await.body;
    assert!(first.contains("number 51 of") && !first.contains("number 1 of"), "the newest first");
    let older = first.split("href=\"/changelog?below=").nth(1).unwrap().split('"').next().unwrap();
    let second = place.read(&format!("/changelog?below={older}")).await.body;
    assert!(second.contains("number 1 of") && second.contains("number 0 of") && !second.contains("number 2 of"));
    assert!(!second.contains("Show older"));
    let board = place.read("/roadmap").await.body;
    assert_eq!(board.matches("class=\"public-card\"").count(), 20);
    assert!(board.contains("href=\"/changelog\">Everything that was done"));
    assert_eq!(place.read("/roadmap?state=nonsense&below=x_y").await.status, 200);
}

#[tokio::test]
async fn a_reader_adds_a_voice_confirms_it_and_takes_it_back_by_forms_alone() {
    let place = open().await;
    let change = place.published("We open on Sundays").await;
    let page = format!("/roadmap/{}", id_of(&change));
    assert!(
        place.read(&format!("{page}/voice")).await.body.contains("cannot be taken at present"),
        "no mail can leave"
    );
    assert!(place.site.get("/settings/roadmap", &place.owner).await.body.contains("No mail can be sent, so no voices"));
    talk::channel(&place.site, "email", "shop@roaster.example").await;
    let wrong = place.speaks(&page, &[("address", "amina"), ("words", "Sundays <b>please")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("whole e-mail address"), "{}", wrong.body);
    assert!(wrong.body.contains("value=\"amina\"") && wrong.body.contains("Sundays &#60;b&#62;please"), "it is kept");
    let quick = place.site.post(&format!("{page}/voice"), "", &[("address", "amina@example.org")]).await;
    assert_eq!(quick.status, 422, "without the form nothing is taken");
    let robot = [("address", "robot@example.org"), ("website", "https://spam.example")];
    let robot = place.speaks(&page, &robot).await;
    let sent = place.speaks(&page, &[("address", "Amina@Example.org"), ("words", "Sundays <b>please")]).await;
    assert_eq!((sent.status.as_u16(), robot.status.as_u16()), (200, 200));
    let again = place.speaks(&page, &[("address", "amina@example.org"), ("words", "")]).await;
    for other in [&robot, &again] {
        assert_eq!(other.body, sent.body, "whoever's address it is, the answer is the same");
    }
    let id = ChangeId(id_of(&page).parse().unwrap());
    let known = voices::of(&mut place.site.engine.db.reader(), id, "robot@example.org").await.unwrap();
    assert_eq!(known, None);
    let item_before = place.site.get(&change, &place.owner).await.body;
    assert!(item_before.contains("Nobody asks for it"), "members see nothing of it yet");
    let link = place.link(&page, "amina@example.org").await;
    let asks = place.read(&link).await;
    assert!(asks.body.contains("Yes, count my voice") && asks.body.contains("Sundays &#60;b&#62;please"));
    assert_eq!(header(&asks, "cache-control"), "no-store");
    assert_eq!(place.site.post(&format!("{link}x"), "", &[("act", "confirm")]).await.status, 410);
    let thanks = place.site.post(&link, "", &[("act", "confirm")]).await;
    assert!(thanks.status == 200 && thanks.body.contains("You count among those"), "{}", thanks.body);
    assert!(place.site.get(&change, &place.owner).await.body.contains("One person asks for it"));
    assert!(place.read(&page).await.body.contains("A few people asked for this"));
    assert!(
        place.site.get("/inbox", &place.owner).await.body.contains("Sundays &#60;b&#62;please"),
        "it can be answered"
    );
    let gone = place.site.post(&link, "", &[("act", "withdraw")]).await;
    assert!(gone.body.contains("You are not counted any more"), "{}", gone.body);
    assert_eq!(place.read(&link).await.status, 410);
    assert!(!place.read(&page).await.body.contains("A few people"));
}
