//! A whole installation on a throw-away SQLite database, and requests to it without a socket.
#![allow(clippy::unwrap_used, dead_code)]

pub mod desk;
pub mod talk;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use std::sync::Arc;
use tertulia_analysis::labels::Models;
use tertulia_connector::{Connector, guard::AddressGuard};
use tertulia_engine::{Engine, Parts, Registry, accounts, setup, vault::Vault};
use tertulia_model::{FixedClock, Role, SeededChance};
use tertulia_store::{Db, blobs::BlobStore, migrate, users};
use tower::ServiceExt;

/// 2026-11-21T12:00:00Z.
pub const NOW: i64 = 1_795_262_400_000;
pub const PASSWORD: &str = "a cup of quiet coffee";

pub struct Site {
    pub engine: Arc<Engine>,
    pub clock: Arc<FixedClock>,
    pub router: Router,
    folder: tempfile::TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Site {
    /// An installation that nobody has set up.
    pub async fn empty(connectors: Vec<Arc<dyn Connector>>) -> Self {
        Self::beside(connectors, AddressGuard::default()).await
    }

    /// The same where what an outsider's content names is fetched through this guard.
    pub async fn beside(connectors: Vec<Arc<dyn Connector>>, outsiders_guard: AddressGuard) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&folder.path().join("tertulia.db")).await.unwrap();
        migrate(&db, NOW).await.unwrap();
        let clock = Arc::new(FixedClock::at(NOW));
        let parts = Parts {
            db,
            blobs: BlobStore::open(folder.path().join("blobs")).unwrap(),
            clock: clock.clone(),
            chance: Arc::new(SeededChance::new(7)),
            registry: Registry::new(connectors),
            guard: AddressGuard::new(["127.0.0.1".to_owned(), "localhost".to_owned()]),
            outsiders_guard,
            vault: Vault::new([7; 32]),
            models: Models::default(),
            public_url: "http://desk.example".to_owned(),
            node: 1,
        };
        let engine = Engine::start(parts).await.unwrap();
        let router = tertulia_web::router(tertulia_web::App::new(engine.clone()));
        Self { engine, clock, router, folder }
    }

    /// Set up, with an owner; gives the owner's session.
    pub async fn ready(connectors: Vec<Arc<dyn Connector>>) -> (Self, String) {
        let site = Self::empty(connectors).await;
        let owner = site.set_up().await;
        (site, owner)
    }

    /// The first run; gives the owner's session.
    pub async fn set_up(&self) -> String {
        let goal = setup::GoalForm {
            sentence: "Answer everybody within a day".into(),
            today: "about half".into(),
            hoped: "nine of ten".into(),
            due_on: "2027-03-31".into(),
            declared_on: jiff::civil::date(2026, 11, 21),
            ..setup::GoalForm::default()
        };
        let form = setup::FirstRun {
            organisation: "Fuente & Flor".into(),
            name: "Inés Robledo".into(),
            mail: "ines@roaster.example".into(),
            password: PASSWORD.into(),
            goal,
        };
        let owner = setup::first_run(&self.engine, form).await.unwrap();
        owner.token
    }

    /// Another session of a member who is there: [`Site::member`], or the owner.
    pub async fn signed_in_as(&self, role: Role) -> String {
        let all = users::all(&mut self.engine.db.reader()).await.unwrap();
        let link = accounts::password_link(&self.engine, all.iter().find(|user| user.role == role).unwrap().id).await;
        accounts::accept(&self.engine, link.unwrap().rsplit('/').next().unwrap(), PASSWORD).await.unwrap().token
    }

    /// A session of a new member with this role.
    pub async fn member(&self, role: Role) -> String {
        let mail = format!("{}@roaster.example", role.as_str());
        let link = accounts::invite(&self.engine, &mail, role.as_str(), role).await.unwrap();
        accounts::accept(&self.engine, link.rsplit('/').next().unwrap(), PASSWORD).await.unwrap().token
    }

    pub async fn get(&self, path: &str, session: &str) -> Answer {
        self.send(request("GET", path, session).body(Body::empty()).unwrap()).await
    }

    /// A form sent as a browser of ours sends it.
    pub async fn post(&self, path: &str, session: &str, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = request("POST", path, session)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Only the head of an answer: a live stream has no end to wait for.
    pub async fn head(&self, request: Request<Body>) -> (StatusCode, HeaderMap) {
        let (parts, _) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        (parts.status, parts.headers)
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 32 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

pub fn request(method: &str, path: &str, session: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path).header("host", "desk.example");
    if session.is_empty() { request } else { request.header("cookie", format!("tertulia_session={session}")) }
}

/// A fragment without what differs from run to run: ids, places in the order of commits, the sprite's hash.
pub fn steady(fragment: &str) -> String {
    let mut steady = String::new();
    let mut digits = String::new();
    for c in fragment.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        steady.push_str(if digits.len() > 13 { "ID" } else { &digits });
        digits.clear();
        steady.push(c);
    }
    let steady = steady.trim_end_matches('\0');
    let sprite = tertulia_web::icons::href("mail");
    let sprite = sprite.trim_end_matches("#mail");
    let steady = steady.replace(sprite, "/icons.svg");
    let csrf = "name=\"csrf\" value=\"";
    let mut pieces = steady.split(csrf);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| format!("{text}{csrf}TOKEN{}", &piece[piece.find('"').unwrap_or(0)..]))
}
