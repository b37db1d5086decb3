//! The roadmap and the changelog for feed readers: Atom (RFC 4287) and JSON Feed 1.1. They do not say how many people asked,
//! so that a voice is no news.

use super::{
    Open,
    cache::{self, Changed},
    href, lang, open, public,
};
use crate::{App, Result, feedback::state_words, layout::time_machine, state::Peer};
use axum::{extract::State, http::HeaderMap, response::Response};
use serde_json::{Map, Value, json};
use std::{cmp::Reverse, fmt::Write};
use tertulia_engine::{
    feedback::STATES,
    roadmap::{self as desk},
};
use tertulia_model::Millis;
use tertulia_store::roadmap::{self, Shown};

/// What a feed holds; the rest stands on the pages.
const MOST: usize = 50;

const ATOM: &str = "application/atom+xml; charset=utf-8";
const JSON: &str = "application/feed+json; charset=utf-8";

/// Which of the two, and as what.
struct Feed {
    name: &'static str,
    title: String,
    address: String,
    organisation: String,
    changed_at: Millis,
    entries: Vec<Shown>,
}

async fn read(app: &App, open: &Open, name: &'static str) -> Result<Feed> {
    let mut db = app.engine.db.reader();
    let states = if name == "changelog" { &STATES[2..3] } else { &STATES[..] };
    let changed_at = desk::changed_at(&mut db).await?;
    let mut entries = Vec::new();
    for state in states {
        entries.extend(roadmap::list(&mut db, state, None, MOST as i64).await?);
    }
    entries.sort_by_key(|shown| Reverse((changed(shown), shown.id)));
    entries.truncate(MOST);
    let words = if name == "changelog" { "What changed" } else { "Roadmap" };
    let title = format!("{}: {words}", open.organisation);
    let organisation = open.organisation.clone();
    Ok(Feed { name, title, address: app.engine.public_url.clone(), organisation, changed_at, entries })
}

fn changed(shown: &Shown) -> Millis {
    shown.moved_at.max(shown.updated_at)
}

/// When it became what it is: in the changelog when it was done, as far as everybody could know.
fn published(shown: &Shown) -> Millis {
    if shown.state == "done" { shown.moved_at.max(shown.published_at) } else { shown.published_at }
}

/// What an entry says: how it stands, the words, the reason.
fn content(shown: &Shown) -> String {
    let parts = [state_words(&shown.state), &shown.words, &shown.reason];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

async fn answer(
    app: &App,
    peer: Peer,
    headers: &HeaderMap,
    name: &'static str,
    kind: &'static str,
) -> Result<Response> {
    let open = open(app, peer, headers).await?;
    let feed = read(app, &open, name).await?;
    let text = if kind == ATOM { atom(&feed) } else { json_feed(&feed) };
    let changed = Changed { at: feed.changed_at, now: app.engine.now() };
    Ok(public(cache::answer(headers, kind, text, Some(changed))))
}

pub(super) async fn roadmap_atom(State(app): State<App>, peer: Peer, headers: HeaderMap) -> Result<Response> {
    answer(&app, peer, &headers, "roadmap", ATOM).await
}

pub(super) async fn roadmap_json(State(app): State<App>, peer: Peer, headers: HeaderMap) -> Result<Response> {
    answer(&app, peer, &headers, "roadmap", JSON).await
}

pub(super) async fn changelog_atom(State(app): State<App>, peer: Peer, headers: HeaderMap) -> Result<Response> {
    answer(&app, peer, &headers, "changelog", ATOM).await
}

pub(super) async fn changelog_json(State(app): State<App>, peer: Peer, headers: HeaderMap) -> Result<Response> {
    answer(&app, peer, &headers, "changelog", JSON).await
}

/// For XML 1.0, where most control characters may not stand at all.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn atom(feed: &Feed) -> String {
    let (address, name) = (escaped(&feed.address), feed.name);
    let updated = feed.entries.first().map_or(feed.changed_at, changed);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n\
         <id>{address}/{name}</id>\n<title>{}</title>\n<updated>{}</updated>\n<author><name>{}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{address}/{name}.atom\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{address}/{name}\"/>\n",
        escaped(&feed.title),
        time_machine(&updated),
        escaped(&feed.organisation),
    );
    for shown in &feed.entries {
        let (page, lang) = (format!("{address}{}", href(shown)), lang(&shown.language));
        let lang = if lang.is_empty() { String::new() } else { format!(" xml:lang=\"{}\"", escaped(&lang)) };
        let _ = writeln!(
            xml,
            "<entry{lang}>\n<id>{page}</id>\n<title>{}</title>\n<published>{}</published>\n<updated>{}</updated>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{page}\"/>\n<category term=\"{}\"/>\n\
             <content type=\"text\">{}</content>\n</entry>",
            escaped(&shown.title),
            time_machine(&published(shown)),
            time_machine(&changed(shown)),
            escaped(&shown.state),
            escaped(&content(shown)),
        );
    }
    xml.push_str("</feed>\n");
    xml
}

fn json_feed(feed: &Feed) -> String {
    let (address, name) = (&feed.address, feed.name);
    let item = |shown: &Shown| {
        let page = format!("{address}{}", href(shown));
        let mut item = json!({
            "id": page,
            "url": page,
            "title": shown.title,
            "content_text": content(shown),
            "date_published": time_machine(&published(shown)),
            "date_modified": time_machine(&changed(shown)),
            "tags": [shown.state],
        });
        let lang = lang(&shown.language);
        if !lang.is_empty() {
            item["language"] = lang.into();
        }
        item
    };
    let mut whole = Map::new();
    let mut put = |name: &str, value: Value| whole.insert(name.to_owned(), value);
    put("version", "https://jsonfeed.org/version/1.1".into());
    put("title", feed.title.clone().into());
    put("home_page_url", format!("{address}/{name}").into());
    put("feed_url", format!("{address}/{name}.json").into());
    put("authors", json!([{ "name": feed.organisation }]));
    put("items", feed.entries.iter().map(item).collect());
    Value::Object(whole).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_stand_in_xml_is_left_out_or_written_otherwise() {
        assert_eq!(escaped("a<b>&\"c\u{1}\u{b}\u{85}\u{ffff}\n"), "a&lt;b&gt;&amp;&quot;c\n");
        assert_eq!(escaped("شكرا 😀"), "شكرا 😀");
    }
}
