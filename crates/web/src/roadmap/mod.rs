//! The public side of changes: the roadmap, the changelog and their feeds. Anybody reads them, by no cookie and no script;
//! there is nothing here until an owner turns it on.

mod board;
mod cache;
mod feeds;
mod voice;

use crate::{
    App, Result, WebError,
    layout::direction,
    routes::{Rule, Table},
    state::Peer,
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use jiff::tz::TimeZone;
use tertulia_engine::{
    colours::{self, Palette},
    promises,
    roadmap::{self, Look},
};
use tertulia_model::Millis;
use tertulia_store::roadmap::Shown;

pub(crate) fn routes(table: &mut Table) {
    table.get("/roadmap", Rule::Anybody, get(board::page));
    table.get("/roadmap/{id}", Rule::Anybody, get(board::one));
    table.get("/roadmap/colours.css", Rule::Anybody, get(colours_css));
    table.get("/roadmap.atom", Rule::Anybody, get(feeds::roadmap_atom));
    table.get("/roadmap.json", Rule::Anybody, get(feeds::roadmap_json));
    table.get("/changelog", Rule::Anybody, get(board::changelog));
    table.get("/changelog.atom", Rule::Anybody, get(feeds::changelog_atom));
    table.get("/changelog.json", Rule::Anybody, get(feeds::changelog_json));
    voice::routes(table);
}

/// What every public page says around what it is about.
struct Frame {
    title: String,
    organisation: String,
    /// Of our own words; what is published names its own.
    lang: &'static str,
    address: String,
    /// "roadmap" or "changelog": which of the two is lit.
    current: &'static str,
}

impl Frame {
    /// The feeds, by their addresses and what they are called: first that of the page at hand, which readers take.
    fn feeds(&self) -> [(&'static str, &'static str); 2] {
        let (roadmap, changelog) = (("roadmap", "Roadmap"), ("changelog", "What changed"));
        if self.current == "changelog" { [changelog, roadmap] } else { [roadmap, changelog] }
    }

    fn direction(&self) -> &'static str {
        direction(self.lang)
    }
}

/// Whoever may read the page now, and how it looks.
struct Open {
    look: Look,
    organisation: String,
    zone: TimeZone,
}

/// Nothing is here while it is off.
async fn open(app: &App, peer: Peer, headers: &HeaderMap) -> Result<Open> {
    let open = looked(app, peer, headers).await?;
    if open.look.is_on { Ok(open) } else { Err(WebError::not_found()) }
}

/// How it looks, also while it is off. Nobody reads too often.
async fn looked(app: &App, peer: Peer, headers: &HeaderMap) -> Result<Open> {
    if !roadmap::may_read(&app.engine, app.visitor_address(peer, headers)) {
        let words = "That was too often from one place. Wait a minute, then load the page again.";
        return Err(WebError::new(StatusCode::TOO_MANY_REQUESTS, words));
    }
    let mut db = app.engine.db.reader();
    let look = roadmap::look(&mut db).await?;
    Ok(Open { look, organisation: app.organisation().await?, zone: promises::time_zone(&mut db).await? })
}

impl Open {
    fn frame(&self, app: &App, title: impl Into<String>, current: &'static str) -> Frame {
        Frame {
            title: title.into(),
            organisation: self.organisation.clone(),
            lang: "en",
            address: app.engine.public_url.clone(),
            current,
        }
    }

    /// "21 Nov 2026", by the organisation's calendar.
    fn day(&self, at: Millis) -> String {
        crate::inbox::times::in_zone(at, &self.zone).map_or_else(String::new, |at| at.strftime("%-d %b %Y").to_string())
    }
}

/// A change as everybody sees it.
struct Card {
    href: String,
    title: String,
    words: String,
    /// Of its words; empty where it is not known.
    lang: String,
    state: &'static str,
    /// "Planned", "Done on 21 Nov 2026".
    standing: String,
    reason: String,
    asked: Option<String>,
    /// Whether more voices are of use.
    takes_voices: bool,
}

fn href(change: &Shown) -> String {
    format!("/roadmap/{}", change.id)
}

/// A language that a page may name.
fn lang(known: &str) -> String {
    if known == "und" { String::new() } else { known.to_owned() }
}

impl Card {
    fn of(shown: Shown, open: &Open) -> Self {
        let day = open.day(shown.moved_at);
        let (state, standing) = match shown.state.as_str() {
            "planned" => ("planned", format!("Planned since {day}")),
            "done" => ("done", format!("Done on {day}")),
            "declined" => ("declined", format!("Declined on {day}")),
            _ => ("considering", format!("Considered since {day}")),
        };
        Self {
            href: href(&shown),
            takes_voices: roadmap::takes_voices(&shown.state),
            lang: lang(&shown.language),
            state,
            standing,
            asked: roadmap::asked_words(shown.askers, open.look.exact),
            title: shown.title,
            words: shown.words,
            reason: shown.reason,
        }
    }
}

/// The organisation's colour, as a style sheet of its own: nothing stands inline.
async fn colours_css(State(app): State<App>, peer: Peer, headers: HeaderMap) -> Result<Response> {
    let open = looked(&app, peer, &headers).await?;
    let palette = Palette::of(&open.look.colour).or_else(|| Palette::of(colours::USUAL));
    let css = palette.map(|p| {
        format!(
            ":root{{--band:{};--on-band:{};--accent:light-dark({},{});--accent-strong:var(--accent);--on-accent:light-dark({},{})}}",
            p.colour, p.ink, p.by_day, p.by_night, p.ink_by_day, p.ink_by_night
        )
    });
    Ok(cache::answer(&headers, "text/css; charset=utf-8", css.unwrap_or_default(), None))
}

/// Nothing but our own style sheets, faces and pictures; forms go to ourselves.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// With the headers of a public page.
fn public(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    response
}
