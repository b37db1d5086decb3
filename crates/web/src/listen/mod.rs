//! Listen: search over everything heard.

mod asked;
mod cards;
mod coverage;
pub(crate) mod languages;
mod ledger;
mod monitors;
mod thread;

use crate::{
    App, Result, Viewer,
    by_hand::{WriteDown, write_down},
    inbox::times,
    layout::{Nav, Shell},
    routes::{Rule, Table},
};
use askama::Template;
use asked::{Asked, FieldErrors};
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
    routing,
};
pub(crate) use cards::message_href;
use cards::{Card, Pieces};
pub(crate) use coverage::{METHODS, ledger};
pub(crate) use ledger::along as ledger_along;
use std::collections::HashMap;
use tertulia_analysis::query::{Query, QueryError};
use tertulia_engine::{desk, search};
use tertulia_model::{ChannelId, MessageId, Permission};
use tertulia_store::{channels, channels::Channel, people, person_merges};

pub(crate) fn routes(table: &mut Table) {
    let read = Rule::Member(Permission::Read);
    table.get("/listen", read, routing::get(listen));
    table.get("/listen/news", read, routing::get(news));
    table.get("/listen/thread/{message}", read, routing::get(thread::show));
    table.get("/listen/coverage", read, routing::get(coverage::page));
    monitors::routes(table);
    table.post("/listen/open/{message}", Rule::Member(Permission::Converse), routing::post(open));
}

/// Messages on a page.
const PAGE: usize = 30;

#[derive(Template)]
#[template(path = "listen/page.html")]
struct ListenPage {
    shell: Shell,
    asked: Asked,
    channels: Vec<(String, String)>,
    languages: Vec<(String, String)>,
    has: Vec<(String, String)>,
    /// The one person that the search keeps to, and the address that lets go of them.
    only: Option<(String, String)>,
    /// The address that looks beyond conversations, where the search keeps to them.
    all_href: Option<String>,
    broken: Option<BrokenQuery>,
    errors: FieldErrors,
    /// Where what is asked becomes a monitor.
    save_href: Option<String>,
    cards: Vec<Card>,
    /// What there is to say of the search: how far it looked.
    stopped: Option<String>,
    older: Option<String>,
    /// Where the page asks whether something new was heard.
    news: Option<String>,
    /// To the form for what was said where no program hears it.
    write_down: Option<WriteDown>,
    may_open: bool,
    nothing_ever: bool,
    zone: &'static str,
    /// Whose days those of the query are, where it has any.
    days: Option<&'static str>,
}

impl ListenPage {
    /// "From day", and whose days they are where the reader's own are not known.
    fn day(&self, word: &str) -> String {
        format!("{word} day{}", self.zone)
    }

    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| *name == field).map_or("", |(_, message)| message.as_str())
    }
}

/// A query that cannot be read, with the place that is wrong.
struct BrokenQuery {
    pieces: Pieces,
    message: String,
    help: String,
}

impl BrokenQuery {
    fn of(text: &str, error: QueryError) -> Self {
        let (from, to) = (error.at.start.min(text.len()), error.at.end.min(text.len()));
        let parts = [(text.get(..from), false), (text.get(from..to), true), (text.get(to..), false)];
        let mut pieces: Pieces = parts
            .into_iter()
            .filter_map(|(part, wrong)| part.filter(|part| !part.is_empty()).map(|part| (part.to_owned(), wrong)))
            .collect();
        // Something is missing at the end: the place itself is empty, and still has to be seen.
        if !pieces.iter().any(|(_, wrong)| *wrong) {
            pieces.push((" … ".to_owned(), true));
        }
        // A query may be as long as somebody can paste; the place that is wrong is what counts.
        for (piece, _) in &mut pieces {
            if piece.chars().count() > 200 {
                *piece = format!("{}…", piece.chars().take(200).collect::<String>());
            }
        }
        Self { pieces, message: error.message, help: error.help }
    }
}

async fn listen(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response> {
    let (asked, zone) = (Asked::of(raw.as_deref()), times::zone(&headers));
    if let Some(better) = asked.said_in_the_query() {
        return Ok(Redirect::to(&better.address("/listen", None)).into_response());
    }
    let mut db = app.engine.db.reader();
    // Older links lead to whomever somebody is part of by now.
    if let Some(person) = asked.person_id()
        && let Some(into) = person_merges::part_of(&mut db, person).await?
    {
        return Ok(Redirect::to(&asked.kept_to(into).address("/listen", None)).into_response());
    }
    let shell = app.shell(&viewer, "listen", "Listen", Nav::Listen).await?;
    let all: HashMap<ChannelId, Channel> =
        channels::all_ever(&mut db).await?.into_iter().map(|channel| (channel.id, channel)).collect();
    let (filter, errors) = asked.filter(&zone);
    let only = match asked.person_id() {
        Some(id) => {
            people::get(&mut db, id).await?.map(|person| (person.name, asked.without_person().address("/listen", None)))
        }
        None => None,
    };
    let mut page = ListenPage {
        channels: channel_choices(&all),
        languages: languages::choices(),
        has: has_choices(),
        only,
        all_href: asked.is_held().then(|| asked.without_held().address("/listen", None)),
        broken: None,
        errors,
        save_href: None,
        cards: Vec::new(),
        stopped: None,
        older: None,
        news: None,
        may_open: viewer.user.role.may(Permission::Converse),
        write_down: write_down(&app, viewer.user.role.may(Permission::Converse)),
        nothing_ever: false,
        zone: times::zone_words(&zone),
        days: None,
        shell,
        asked,
    };
    match page.asked.query() {
        Err(error) => page.broken = Some(BrokenQuery::of(&page.asked.q, error)),
        Ok(query) if page.errors.is_empty() => {
            page.days = query.uses().time.then_some(asked::DAYS_ARE_UTC);
            let may_save = page.may_open && (!page.asked.q.is_empty() || page.asked.narrows());
            page.save_href = may_save.then(|| page.asked.address("/listen/monitors/new", None));
            fill(&app, &mut page, &query, &filter, &all).await?;
        }
        Ok(_) => {}
    }
    Ok(Html(page.render()?).into_response())
}

async fn fill(
    app: &App,
    page: &mut ListenPage,
    query: &Query,
    filter: &search::Filter,
    channels: &HashMap<ChannelId, Channel>,
) -> Result<()> {
    let found = search::search(&app.engine, query, filter, page.asked.below, PAGE).await?;
    let organisation = &page.shell.organisation;
    page.cards = found.messages.iter().map(|m| cards::card(app, channels, organisation, query, m)).collect();
    page.older = found.below.map(|place| page.asked.address("/listen", Some(place)));
    if found.below.is_some() && found.messages.len() < PAGE {
        page.stopped = Some(format!(
            "{} messages were looked at and {} fit. There is more further back.",
            thousands(found.looked_at),
            if found.messages.is_empty() { "none".to_owned() } else { found.messages.len().to_string() }
        ));
    }
    page.nothing_ever = page.asked.asks_nothing() && page.cards.is_empty() && page.asked.below.is_none();
    if page.asked.below.is_none() {
        let newest = found.messages.first();
        let address = page.asked.address("/listen/news", None);
        let join = if address.contains('?') { '&' } else { '?' };
        let (place, at) = newest.map_or((0, 0), |m| (m.place, m.at));
        page.news = Some(format!("{address}{join}after={place}&at={at}"));
    }
    Ok(())
}

/// "20,000".
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn channel_choices(all: &HashMap<ChannelId, Channel>) -> Vec<(String, String)> {
    let mut choices: Vec<(String, String)> = all.values().map(|c| (c.id.to_string(), c.name.clone())).collect();
    choices.sort_by_cached_key(|(_, name)| name.to_lowercase());
    choices.insert(0, (String::new(), "any channel".to_owned()));
    choices
}

fn has_choices() -> Vec<(String, String)> {
    let choices = [
        ("", "anything"),
        ("question", "a question"),
        ("link", "a link"),
        ("image", "a picture"),
        ("attachment", "an attachment"),
    ];
    choices.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec()
}

#[derive(Template)]
#[template(path = "listen/news.html")]
struct News {
    href: String,
}

/// Whether something that fits was heard since the page was drawn. Nothing at all where not, so that nothing moves.
async fn news(State(app): State<App>, _: Viewer, headers: HeaderMap, RawQuery(raw): RawQuery) -> Result<Response> {
    let (asked, zone) = (Asked::of(raw.as_deref()), times::zone(&headers));
    let number = |name: &str| {
        let pairs = url::form_urlencoded::parse(raw.as_deref().unwrap_or_default().as_bytes());
        pairs.filter(|(given, _)| given == name).find_map(|(_, value)| value.parse::<i64>().ok()).unwrap_or(0)
    };
    let (mut filter, errors) = asked.filter(&zone);
    let (Ok(query), true) = (asked.query(), errors.is_empty()) else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    // Only what is younger than the page's first message can be news; nothing older need be looked at.
    filter.since = filter.since.max(Some(number("at")));
    let found = search::search(&app.engine, &query, &filter, None, 1).await?;
    if found.messages.first().is_none_or(|newest| newest.place <= number("after")) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Html(News { href: asked.address("/listen", None) }.render()?).into_response())
}

/// Opens a conversation from what was only listened to.
async fn open(State(app): State<App>, viewer: Viewer, Path(message): Path<i64>) -> Result<Redirect> {
    let id = desk::open_thread(&app.engine, MessageId(message), viewer.user.id).await?;
    Ok(Redirect::to(&cards::conversation_href(id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_analysis::query;

    #[test]
    fn the_place_that_is_wrong_in_a_query_is_marked() {
        let broken = |text: &str| BrokenQuery::of(text, query::parse(text).unwrap_err()).pieces;
        assert_eq!(broken("coffee \"flat white"), [("coffee ".to_owned(), false), ("\"flat white".to_owned(), true)]);
        assert!(broken("coffee OR").iter().any(|(_, wrong)| *wrong));
        assert!(broken(&"a".repeat(9_000)).iter().all(|(piece, _)| piece.chars().count() <= 201));
    }

    #[test]
    fn large_numbers_are_written_with_commas() {
        assert_eq!([0, 999, 1_000, 20_000, 1_234_567].map(thousands), ["0", "999", "1,000", "20,000", "1,234,567"]);
    }
}
