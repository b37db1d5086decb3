//! Search over everything heard: the index narrows, the one matcher decides.

use crate::{Engine, Result};
use std::collections::HashMap;
use tertulia_analysis::query::{Document, Narrow, Query, channel_key};
use tertulia_model::{ChannelId, PersonId};
use tertulia_store::{
    channels,
    messages::flags,
    reading::{self, Message},
    search::{self, Bounds, Terms},
};

/// What a search asks for besides its words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    pub channel: Option<ChannelId>,
    pub language: Option<String>,
    pub person: Option<PersonId>,
    pub since: Option<i64>,
    pub until: Option<i64>,
    /// Only what stands in a conversation.
    pub held: bool,
}

impl Filter {
    /// Places give the time only from 1991 on, so it is asked of the message itself too.
    fn holds_for(&self, message: &Message) -> bool {
        self.since.is_none_or(|since| message.at >= since)
            && self.until.is_none_or(|until| message.at < until)
            && (!self.held || message.conversation_id.is_some())
    }
}

/// A page of what was found, newest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    pub messages: Vec<Message>,
    /// Where the next page starts; `None` at the end.
    pub below: Option<i64>,
    /// How many candidates were looked at: a search that finds little among much stops for breath and says so.
    pub looked_at: usize,
}

/// Candidates asked of the index at once: few at first, since most searches find their page among the first.
const FIRST_LOOK: i64 = 64;
const LOOK: i64 = 512;
/// Candidates looked at before a page is given back unfilled.
const MOST_LOOKED_AT: usize = 20_000;

pub async fn search(
    engine: &Engine,
    query: &Query,
    filter: &Filter,
    below: Option<i64>,
    limit: usize,
) -> Result<Found> {
    search_among(engine, query, filter, below, (limit, MOST_LOOKED_AT)).await
}

/// The same, which stops for breath after so many candidates.
pub async fn search_among(
    engine: &Engine,
    query: &Query,
    filter: &Filter,
    below: Option<i64>,
    (limit, most): (usize, usize),
) -> Result<Found> {
    let mut db = engine.db.reader();
    let channels: HashMap<ChannelId, channels::Channel> =
        channels::all_ever(&mut db).await?.into_iter().map(|c| (c.id, c)).collect();
    let bounds = bounds(query, filter, &channels);
    let terms = terms(&query.narrow());
    let mut below = below.unwrap_or(i64::MAX);
    let mut found = Found::default();
    let mut look = FIRST_LOOK.max(i64::try_from(limit).unwrap_or(FIRST_LOOK) + 1);
    loop {
        look = look.min(i64::try_from(most.saturating_sub(found.looked_at)).unwrap_or(look)).max(1);
        let places = search::candidates(&mut db, terms.as_ref(), &bounds, below, look).await?;
        let last_page = i64::try_from(places.len()).unwrap_or(i64::MAX) < look;
        for message in reading::at_places(&mut db, &places).await? {
            found.looked_at += 1;
            if message.state != "shown" || !filter.holds_for(&message) || !matches(query, &message, &channels) {
                continue;
            }
            if found.messages.len() == limit {
                found.below = found.messages.last().map(|m| m.place);
                return Ok(found);
            }
            found.messages.push(message);
        }
        let Some(lowest) = places.last().copied().filter(|_| !last_page) else { return Ok(found) };
        below = lowest;
        if found.looked_at >= most {
            found.below = Some(below);
            return Ok(found);
        }
        look = LOOK;
    }
}

pub(crate) fn bounds(query: &Query, filter: &Filter, channels: &HashMap<ChannelId, channels::Channel>) -> Bounds {
    let asked = query.bounds();
    let named = asked.channels.map(|names| {
        let is_named = |c: &&channels::Channel| channel_names(c).iter().any(|name| names.contains(&channel_key(name)));
        channels.values().filter(is_named).map(|c| c.id).collect::<Vec<_>>()
    });
    Bounds {
        since: asked.since.max(filter.since),
        until: [asked.until, filter.until].into_iter().flatten().min(),
        person: filter.person,
        channels: match (filter.channel, named) {
            (Some(id), Some(named)) => Some(named.into_iter().filter(|n| *n == id).collect()),
            (Some(id), None) => Some(vec![id]),
            (None, named) => named,
        },
        languages: match (&filter.language, asked.languages) {
            (Some(code), Some(codes)) => Some(codes.into_iter().filter(|c| c == code).collect()),
            (Some(code), None) => Some(vec![code.clone()]),
            (None, codes) => codes,
        },
    }
}

/// The index's part of a query; `None` where it cannot help and everything is a candidate.
pub(crate) fn terms(narrow: &Narrow) -> Option<Terms> {
    match narrow {
        Narrow::Everything => None,
        Narrow::Term(term) => Some(Terms::Term(term.clone())),
        Narrow::Prefix(prefix) => Some(Terms::Prefix(prefix.clone())),
        Narrow::All(all) => {
            let all: Vec<Terms> = all.iter().filter_map(terms).collect();
            (!all.is_empty()).then_some(Terms::All(all))
        }
        Narrow::Any(any) => {
            any.iter().map(terms).collect::<Option<Vec<_>>>().filter(|any| !any.is_empty()).map(Terms::Any)
        }
    }
}

/// The names that a query may call a channel by.
pub(crate) fn channel_names(channel: &channels::Channel) -> [&str; 2] {
    [&channel.connector, &channel.name]
}

/// Whether a stored message is what a query asks for: the one matcher, here over what the database holds.
pub fn matches(query: &Query, message: &Message, channels: &HashMap<ChannelId, channels::Channel>) -> bool {
    with_document(message, channels, |document| query.matches(document))
}

/// A stored message as the matcher sees it.
pub(crate) fn with_document<R>(
    message: &Message,
    channels: &HashMap<ChannelId, channels::Channel>,
    ask: impl FnOnce(&Document<'_>) -> R,
) -> R {
    let channel = channels.get(&message.channel_id);
    let texts: Vec<&str> = message.subject.as_deref().into_iter().chain([message.text.as_str()]).collect();
    let names = channel.map(channel_names);
    let authors: Vec<&str> = message.person_name.as_deref().into_iter().chain(message.handle.as_deref()).collect();
    ask(&Document {
        texts: &texts,
        channel: names.as_ref().map_or(&[], |names| names.as_slice()),
        language: &message.language,
        author: &authors,
        has_attachment: message.flags & flags::ATTACHMENT != 0,
        has_image: message.flags & flags::IMAGE != 0,
        thread: message.thread_id.0,
        reach: message.reach,
        at: message.at,
    })
}
