//! The table of routes. A route cannot be added without saying who may use it.

use crate::{App, guard};
use axum::{Router, extract::DefaultBodyLimit, http::Method, middleware, routing::MethodRouter};
use tertulia_model::Permission;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anybody: signing in, the first run, health, a visitor's chat.
    Anybody,
    /// A signed-in member whose role has this permission.
    Member(Permission),
    /// A program with a key that has this scope (`read`, `reply`), and whose member has the permission.
    Key(&'static str, Permission),
}

/// One route.
pub struct Entry {
    pub method: Method,
    pub path: &'static str,
    pub rule: Rule,
    router: MethodRouter<App>,
    body_limit: usize,
    by_itself: bool,
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

    /// A POST that pages send by themselves: it is no sign that somebody works.
    pub fn told(&mut self, path: &'static str, rule: Rule, router: MethodRouter<App>) {
        self.post(path, rule, router);
        self.0.last_mut().into_iter().for_each(|entry| entry.by_itself = true);
    }

    /// A route that takes large bodies (files), up to `limit` bytes.
    pub fn upload(&mut self, path: &'static str, rule: Rule, router: MethodRouter<App>, limit: usize) {
        self.add(Method::POST, path, rule, router, limit);
    }

    fn add(&mut self, method: Method, path: &'static str, rule: Rule, router: MethodRouter<App>, body_limit: usize) {
        self.0.push(Entry { method, path, rule, router, body_limit, by_itself: false });
    }

    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    pub fn into_router(self, app: &App) -> Router {
        let mut router = Router::new();
        for entry in self.0 {
            let state = guard::Guarded { app: app.clone(), rule: entry.rule, by_itself: entry.by_itself };
            let guarded: MethodRouter<App> = entry
                .router
                .layer::<_, std::convert::Infallible>(middleware::from_fn_with_state(state, guard::check))
                .layer::<_, std::convert::Infallible>(DefaultBodyLimit::max(entry.body_limit));
            router = router.route(entry.path, guarded);
        }
        router.with_state(app.clone())
    }
}
