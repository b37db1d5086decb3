//! Reading by REST what came since a mark: after a break of the stream, and from time to time in any case.

use crate::{
    api::{Api, time},
    cursor::{Mark, compare_ids},
    settings::Settings,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::cmp::Ordering;
use tertulia_connector::{PullError, guard::GuardError};
use tertulia_model::{Gap, Millis};

/// The most that a server gives in one page.
const PAGE: usize = 40;
/// Pages of one search, which cannot be read on from a mark everywhere.
const SEARCH_PAGES: usize = 5;
/// A home timeline that gives fewer at once was surely not cut.
const CUT_FROM: usize = 20;

/// A place where statuses are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Mentions,
    Own,
    Home,
    Hashtag(String),
    Search(String),
}

impl Source {
    pub fn all(settings: &Settings) -> Vec<Self> {
        let mut all = Vec::new();
        if settings.account {
            all.extend([Self::Mentions, Self::Own]);
        }
        if settings.home {
            all.push(Self::Home);
        }
        all.extend(settings.hashtags.iter().cloned().map(Self::Hashtag));
        all.extend(settings.searches.iter().cloned().map(Self::Search));
        all
    }

    /// Its name in the cursor.
    pub fn name(&self) -> String {
        match self {
            Self::Mentions => "mentions".to_owned(),
            Self::Own => "own".to_owned(),
            Self::Home => "home".to_owned(),
            Self::Hashtag(tag) => format!("#{tag}"),
            Self::Search(words) => format!("search {words}"),
        }
    }

    fn place(&self, me: &str) -> (String, Vec<(&'static str, &str)>) {
        match self {
            // Those that wait for consent in the list of requests are said to us all the same.
            Self::Mentions => (
                "/api/v1/notifications".to_owned(),
                vec![("types[]", "mention"), ("types[]", "quote"), ("include_filtered", "true")],
            ),
            Self::Own => (format!("/api/v1/accounts/{me}/statuses"), vec![("exclude_reblogs", "true")]),
            Self::Home => ("/api/v1/timelines/home".to_owned(), Vec::new()),
            Self::Hashtag(tag) => {
                let tag: String = url::form_urlencoded::byte_serialize(tag.as_bytes()).collect();
                (format!("/api/v1/timelines/tag/{tag}"), Vec::new())
            }
            Self::Search(words) => ("/api/v2/search".to_owned(), vec![("type", "statuses"), ("q", words)]),
        }
    }
}

/// One entry of a page: a status, or the notification that brings one.
pub struct Entry {
    pub id: String,
    pub at: Option<Millis>,
    /// None where a notification has lost its status.
    pub status: Option<Box<RawValue>>,
}

/// What one step of reading a source brought, oldest first.
pub struct Step {
    pub entries: Vec<Entry>,
    pub mark: Mark,
    pub more: bool,
    pub gap: Option<Gap>,
}

/// A page in the form of its source.
#[derive(Deserialize)]
struct Notification {
    id: Option<String>,
    created_at: Option<String>,
    status: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    statuses: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Named {
    id: Option<String>,
    created_at: Option<String>,
}

/// Where a source stands now: what was said before it is not heard. None where the server does not have it.
pub async fn newest(api: &Api<'_>, source: &Source, me: &str, now: Millis) -> Result<Option<Mark>, PullError> {
    let Some(entries) = page(api, source, me, &[("limit", "1")]).await? else { return Ok(None) };
    let newest = entries.into_iter().max_by(|one, other| compare_ids(&one.id, &other.id));
    let mark = |entry: Entry| Mark { at: entry.at.unwrap_or(now), id: entry.id };
    Ok(Some(newest.map_or_else(|| Mark { id: "0".to_owned(), at: now }, mark)))
}

/// The next page after `mark`. None where the server does not have the source (any more).
pub async fn next(api: &Api<'_>, source: &Source, me: &str, mark: &Mark) -> Result<Option<Step>, PullError> {
    if let Source::Search(_) = source {
        return search(api, source, me, mark).await;
    }
    let Some(found) = page(api, source, me, &[("min_id", &mark.id), ("limit", "40")]).await? else { return Ok(None) };
    let entries = after(mark, found);
    let gap = match entries.first() {
        Some(first) if *source == Source::Home && entries.len() >= CUT_FROM && mark.id != "0" => {
            cut_before(api, me, mark, first).await?
        }
        _ => None,
    };
    // A server may give fewer in a page than it was asked for: only an empty page is the end.
    let more = !entries.is_empty();
    Ok(Some(step(mark, entries, more, gap)))
}

fn step(mark: &Mark, entries: Vec<Entry>, more: bool, gap: Option<Gap>) -> Step {
    let mark = entries
        .last()
        .map_or_else(|| mark.clone(), |last| Mark { id: last.id.clone(), at: last.at.unwrap_or(mark.at) });
    Step { entries, mark, more, gap }
}

pub fn after(mark: &Mark, mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.retain(|entry| compare_ids(&entry.id, &mark.id) == Ordering::Greater);
    entries.sort_by(|one, other| compare_ids(&one.id, &other.id));
    entries.dedup_by(|one, other| one.id == other.id);
    entries
}

/// A home timeline keeps its newest few hundred. Where nothing older than what came is left in it, what lay between that
/// and the mark is lost.
async fn cut_before(api: &Api<'_>, me: &str, mark: &Mark, first: &Entry) -> Result<Option<Gap>, PullError> {
    let older = page(api, &Source::Home, me, &[("max_id", &first.id), ("limit", "1")]).await?;
    let lost = older.is_some_and(|older| older.is_empty());
    Ok(lost.then(|| Gap {
        from: mark.at,
        until: first.at.unwrap_or(mark.at).max(mark.at),
        reason: "The server keeps only the newest posts of the home timeline; the older ones of this time are gone."
            .to_owned(),
    }))
}

/// Searches give the newest first, some servers from the beginning each time: read back until what is known.
async fn search(api: &Api<'_>, source: &Source, me: &str, mark: &Mark) -> Result<Option<Step>, PullError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut whole = false;
    for n in 0..SEARCH_PAGES {
        let offset = (n * PAGE).to_string();
        let query = [("min_id", mark.id.as_str()), ("limit", "40"), ("offset", &offset)];
        let Some(found) = page(api, source, me, &query).await? else { return Ok(None) };
        let given = found.len();
        let fresh = after(mark, found);
        let before = entries.len();
        let reached = fresh.len() < given || given < PAGE;
        entries.extend(fresh);
        entries = after(mark, entries);
        if reached {
            whole = true;
            break;
        }
        // The same page again: this server knows no second one.
        if entries.len() == before {
            break;
        }
    }
    let gap = (!whole && mark.id != "0").then(|| Gap {
        from: mark.at,
        until: entries.first().and_then(|first| first.at).unwrap_or(mark.at).max(mark.at),
        reason: format!(
            "The {} found more than the server gives at once; the older ones of this time are missing.",
            source.name()
        ),
    });
    Ok(Some(step(mark, entries, false, gap)))
}

/// A page of a source. One hashtag or search that the server refuses stops none of the others: it gives none.
async fn page(
    api: &Api<'_>,
    source: &Source,
    me: &str,
    query: &[(&str, &str)],
) -> Result<Option<Vec<Entry>>, PullError> {
    let (path, mut whole) = source.place(me);
    whole.extend(query.iter().copied());
    let answer = match api.answer(&path, &whole).await {
        Err(GuardError::TooLarge(_)) => {
            // One by one, where a page is too large to be read; a search cannot be read so.
            if matches!(source, Source::Search(_)) {
                return Ok(None);
            }
            whole.retain(|(name, _)| *name != "limit");
            whole.push(("limit", "1"));
            api.answer(&path, &whole).await?
        }
        answer => answer?,
    };
    let may_fail = matches!(source, Source::Hashtag(_) | Source::Search(_));
    if may_fail && matches!(answer.status, 400 | 403 | 404 | 410 | 422 | 501) {
        return Ok(None);
    }
    understood(source, api.understood::<Box<RawValue>>(&answer)?).map(Some)
}

pub fn understood(source: &Source, page: Box<RawValue>) -> Result<Vec<Entry>, PullError> {
    let entries = match source {
        Source::Mentions => {
            let page: Vec<Notification> = list(&page)?;
            let entry = |n: Notification| {
                Some(Entry { id: n.id?, at: n.created_at.as_deref().and_then(time), status: n.status })
            };
            page.into_iter().filter_map(entry).collect()
        }
        Source::Search(_) => statuses(list::<Found>(&page)?.statuses),
        _ => statuses(list(&page)?),
    };
    Ok(entries)
}

fn statuses(page: Vec<Box<RawValue>>) -> Vec<Entry> {
    let entry = |raw: Box<RawValue>| {
        let named: Named = serde_json::from_str(raw.get()).ok()?;
        Some(Entry { id: named.id?, at: named.created_at.as_deref().and_then(time), status: Some(raw) })
    };
    page.into_iter().filter_map(entry).collect()
}

fn list<T: DeserializeOwned>(page: &RawValue) -> Result<T, PullError> {
    serde_json::from_str(page.get()).map_err(|_| {
        PullError::Retry("The Mastodon server gave a list that cannot be read; it is asked again by itself.".to_owned())
    })
}
