//! The table of routes. A route cannot be added without saying who may use it.

use crate::{App, guard};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Method, Uri},
    middleware,
    response::Redirect,
    routing::{self, MethodRouter},
};
use std::collections::BTreeSet;
use tertulia_model::Permission;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anybody: signing in, the first run, health, a visitor's chat.
    Anybody,
    /// A signed-in member whose role has this permission.
    Member(Permission),
    /// A program with a key that has this scope (`read`, `reply`, `listen`, `manage`), and whose member has the permission.
    Key(&'static str, Permission),
    /// Who watches over the installation: a key with the scope `read`, or anybody where the operator says so.
    Watcher,
}

/// One route.
pub struct Entry {
    pub method: Method,
    pub path: &'static str,
    pub rule: Rule,
    router: MethodRouter<App>,
    body_limit: usize,
    by_itself: bool,
    once: bool,
}

/// Bytes of a request's body unless its route says otherwise.
const BODY_LIMIT: usize = 1 << 20;

#[derive(Default)]
pub struct Table(Vec<Entry>);

impl Table {
    pub fn get(&mut self, path: &'static str, rule: Rule, router: MethodRouter<App>) {
        self.add(Method::GET, path, rule, router, BODY_LIMIT);
    }

    pub fn post(&mut self, path: &'static str, rule: Rule, router: MethodRouter<App>) {
        self.add(Method::POST, path, rule, router, BODY_LIMIT);
    }

    /// What a page says, to take along: one handler, the ending says as what.
    pub fn exports(&mut self, paths: [&'static str; 3], rule: Rule, router: MethodRouter<App>) {
        for path in paths {
            self.get(path, rule, router.clone());
        }
    }

    /// A change that a program asks for. Asked for again with the same `Idempotency-Key`, it is answered as it was before.
    pub fn change(&mut self, method: Method, path: &'static str, rule: Rule, router: MethodRouter<App>) {
        self.add(method, path, rule, router, BODY_LIMIT);
        self.0.last_mut().into_iter().for_each(|entry| entry.once = true);
    }

    /// The same for a file, of up to `limit` bytes.
    pub fn change_with(&mut self, path: &'static str, rule: Rule, router: MethodRouter<App>, limit: usize) {
        self.change(Method::POST, path, rule, router);
        self.0.last_mut().into_iter().for_each(|entry| entry.body_limit = limit);
    }

    /// A POST that pages send by themselves: it is no sign that somebody works.
    pub fn told(&mut self, path: &'static str, rule: Rule, router: MethodRouter<App>) {
        self.post(path, rule, router);
        self.by_itself();
    }

    /// A GET that open pages send by themselves: no session is kept by it.
    pub fn asked(&mut self, path: &'static str, rule: Rule, router: MethodRouter<App>) {
        self.get(path, rule, router);
        self.by_itself();
    }

    fn by_itself(&mut self) {
        self.0.last_mut().into_iter().for_each(|entry| entry.by_itself = true);
    }

    /// A route that takes large bodies (files), up to `limit` bytes.
    pub fn upload(&mut self, path: &'static str, rule: Rule, router: MethodRouter<App>, limit: usize) {
        self.add(Method::POST, path, rule, router, limit);
    }

    fn add(&mut self, method: Method, path: &'static str, rule: Rule, router: MethodRouter<App>, body_limit: usize) {
        self.0.push(Entry { method, path, rule, router, body_limit, by_itself: false, once: false });
    }

    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// A page that answers a form stands at the form's address. Whoever asks for that address again (Enter in the address
    /// bar, a change of the look) is led back to what it belongs to.
    fn ways_back(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let pages: BTreeSet<&str> = self.0.iter().filter(|e| e.method == Method::GET).map(|e| e.path).collect();
        let acts = self.0.iter().filter(|e| e.method == Method::POST && matches!(e.rule, Rule::Member(_)));
        acts.filter(|act| !pages.contains(act.path)).map(|act| act.path).collect::<Vec<_>>().into_iter().map(
            move |act| {
                let above = act.match_indices('/').rev().map(|(end, _)| &act[..end]).find(|path| pages.contains(path));
                (act, above.map_or(0, |path| path.matches('/').count()))
            },
        )
    }

    pub fn into_router(self, app: &App) -> Router {
        let mut router = Router::new();
        for (act, depth) in self.ways_back() {
            router = router.route(act, routing::get(move |uri: Uri| async move { back(&uri, depth) }));
        }
        for entry in self.0 {
            let state = guard::Guarded {
                app: app.clone(),
                path: entry.path,
                rule: entry.rule,
                by_itself: entry.by_itself,
                once: entry.once,
            };
            let guarded: MethodRouter<App> = entry
                .router
                .layer::<_, std::convert::Infallible>(middleware::from_fn_with_state(state, guard::check))
                .layer::<_, std::convert::Infallible>(DefaultBodyLimit::max(entry.body_limit));
            router = router.route(entry.path, guarded);
        }
        router.with_state(app.clone())
    }
}

/// To the first `depth` parts of an address, with its query.
fn back(uri: &Uri, depth: usize) -> Redirect {
    let path: String = uri.path().split('/').skip(1).take(depth).map(|part| format!("/{part}")).collect();
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    Redirect::to(&if depth == 0 { "/".to_owned() } else { path + &query })
}
