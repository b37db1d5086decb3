//! What a monitor found.

use super::{
    extract::{Asked, Given, Id, Ids, LAST_NUMBER, cursor, invalid, limit, moment},
    ident::Ident,
    monitors::known,
    shapes::{Message, Page},
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State, http::StatusCode};
use jiff::{Span, civil::date};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use tertulia_analysis::labels::languages::ROMANISED_HINDI;
use tertulia_engine::monitors as desk;
use tertulia_model::{ChannelId, MessageId, MonitorId};
use tertulia_store::{
    ledger::DAY,
    mentions::{self, Asked as Filter},
    reading,
};
use utoipa::{IntoParams, ToSchema};

/// What a member makes of a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum MentionState {
    /// Nobody has decided.
    New,
    /// That we heard it was all there was to do.
    Listened,
    /// It is none.
    Noise,
}

impl MentionState {
    fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Listened => "listened",
            Self::Noise => "noise",
        }
    }
}

/// A message that a monitor found.
#[derive(Serialize, ToSchema)]
pub(super) struct Mention {
    monitor_id: Ident,
    message: Message,
    /// `new`, `listened` or `noise`.
    state: String,
    /// The member who decided.
    decided_by: Option<Ident>,
    decided_at: Option<i64>,
    /// The number under which it was found, in the order of finding; null where it was found in what was heard before the
    /// monitor was saved, changed or resumed.
    found: Option<i64>,
}

/// A page of mentions.
#[derive(Serialize, ToSchema)]
pub(super) struct MentionPage {
    items: Vec<Mention>,
    /// Give it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// On the last page of those that were asked for by `found_after`: give it as `found_after` when you ask the next time.
    #[serde(skip_serializing_if = "Option::is_none")]
    found_to: Option<i64>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MentionsQuery {
    /// Only of this channel.
    channel: Option<Ident>,
    /// Only in this language (ISO 639, `und` where it is not known).
    #[param(pattern = "^([a-z]{2,3}|hi-Latn)$")]
    language: Option<String>,
    /// Only what was said then or later.
    since: Option<i64>,
    /// Only what was said before then.
    until: Option<i64>,
    /// Only those in this state; all but noise if it is left out.
    #[param(inline)]
    state: Option<MentionState>,
    /// Only those that were found, as they came, after this number: what came late and what fits since an edit is among them,
    /// whatever its date. 0 for all of them. They stand in the order in which they were found.
    found_after: Option<i64>,
    /// Where the page before ended (`next`).
    #[param(pattern = "^(0|[1-9][0-9]{0,17}|[1-8][0-9]{18})(-(0|[1-9][0-9]{0,17}|[1-8][0-9]{18}))?$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

pub(super) fn language(given: Option<String>) -> Result<Option<String>> {
    let is_code = |code: &String| {
        (matches!(code.len(), 2..=3) && code.bytes().all(|c| c.is_ascii_lowercase())) || code == ROMANISED_HINDI
    };
    match given {
        Some(code) if !is_code(&code) => {
            Err(invalid("language", "Give a code of ISO 639, such as es; und if it is not known."))
        }
        given => Ok(given),
    }
}

/// Lists a monitor's mentions
///
/// Newest first, without those whose author or thread is muted. With `found_after` in the order in which they were found: ask
/// again and again with `found_to` of the last page, and none is missed.
#[utoipa::path(
    get, path = "/api/v1/monitors/{id}/mentions", tag = "monitors", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The monitor"), MentionsQuery),
    responses((status = 200, body = MentionPage))
)]
pub(super) async fn list(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<MentionsQuery>,
) -> Result<Json<MentionPage>> {
    let limit = limit(asked.limit)?;
    let after = found_after(asked.found_after)?;
    let at = asked.cursor.as_deref().map(place).transpose()?;
    let filter = Filter {
        channel: asked.channel.map(|channel| ChannelId(channel.0)),
        language: language(asked.language)?,
        since: moment("since", asked.since)?,
        until: moment("until", asked.until)?,
        state: asked.state.map(|state| state.as_str().to_owned()),
    };
    let monitor = known(&app, id).await?;
    let mut db = app.engine.db.reader();
    let of = (monitor.id, monitor.version);
    let rows = match after {
        None => mentions::page(&mut db, of, &filter, at.map_or(i64::MAX, |at| at.0), limit + 1).await?,
        Some(after) => {
            let from = at.map_or((after, MessageId(i64::MAX)), |(found, message)| (found, MessageId(message)));
            mentions::found_after(&mut db, of, &filter, from, limit + 1).await?
        }
    };
    let is_last = i64::try_from(rows.len()).is_ok_and(|rows| rows <= limit);
    // Where the rest of what was found together is not to be seen (any more), all of it is asked for once more.
    let nothing = at.map_or(after, |(found, _)| Some((found - 1).max(0)));
    let found_to = after.and(rows.last().map(|row| row.found).or(nothing)).filter(|_| is_last);
    let ids: Vec<MessageId> = rows.iter().map(|row| row.message_id).collect();
    let messages = reading::by_ids(&mut db, &ids).await?;
    let attachments = reading::attachments(&mut db, &ids).await?;
    let mut said: HashMap<i64, Message> =
        Message::with_attachments(messages, &attachments).into_iter().map(|message| (message.id.0, message)).collect();
    let next = |row: &mentions::Mention| match after {
        None => row.place.to_string(),
        Some(_) => format!("{}-{}", row.found, row.message_id),
    };
    let page = Page::of(rows, limit, next, |row| mention(row, &mut said));
    // One that was removed in between is none any more.
    Ok(Json(MentionPage { items: page.items.into_iter().flatten().collect(), next: page.next, found_to }))
}

/// Where a page ended: a place, or a number of finding with the message.
fn place(text: &str) -> Result<(i64, i64)> {
    let (one, two) = text.split_once('-').unwrap_or((text, "0"));
    let read = |text| cursor(Some(text)).map(Option::unwrap_or_default);
    Ok((read(one)?, read(two)?))
}

fn found_after(given: Option<i64>) -> Result<Option<i64>> {
    match given {
        Some(number) if !(0..=LAST_NUMBER).contains(&number) => {
            Err(invalid("found_after", "Give `found_to` of the answer before, or 0."))
        }
        given => Ok(given),
    }
}

fn mention(row: mentions::Mention, said: &mut HashMap<i64, Message>) -> Option<Mention> {
    Some(Mention {
        monitor_id: row.monitor_id.into(),
        message: said.remove(&row.message_id.0)?,
        state: row.state,
        decided_by: row.decided_by.map(Ident::from),
        decided_at: row.decided_at,
        found: (row.found > 0).then_some(row.found),
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    state: MentionState,
}

/// Decides about a mention
#[utoipa::path(
    put, path = "/api/v1/monitors/{id}/mentions/{message}/state", tag = "monitors", security(("key" = ["listen"])),
    request_body = Decision,
    params(("id" = Ident, Path, description = "The monitor"), ("message" = Ident, Path, description = "The message")),
    responses((status = 204, description = "It is so now"))
)]
pub(super) async fn decide(
    State(app): State<App>,
    viewer: Viewer,
    Ids(id, message): Ids,
    Given(decision): Given<Decision>,
) -> Result<StatusCode> {
    let (id, message) = (MonitorId(id), MessageId(message));
    desk::decide(&app.engine, id, message, decision.state.as_str(), viewer.user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VolumeQuery {
    /// Only what was said then or later; the last 30 days if it is left out.
    since: Option<i64>,
    /// Only what was said before then; until now if it is left out.
    until: Option<i64>,
    /// How many minutes the days' clock is ahead of UTC.
    #[param(minimum = -720, maximum = 840, example = 60)]
    offset: Option<i64>,
}

/// How many mentions there are of one day, channel and language.
#[derive(Serialize, ToSchema)]
pub(super) struct Volume {
    #[schema(format = Date, example = "2026-11-21")]
    day: String,
    channel_id: Ident,
    language: String,
    mentions: i64,
}

/// Shows a monitor's volume
///
/// Per day, channel and language, oldest first; days without mentions are left out, and so are noise and what is muted.
#[utoipa::path(
    get, path = "/api/v1/monitors/{id}/volume", tag = "monitors", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The monitor"), VolumeQuery),
    responses((status = 200, body = Page<Volume>))
)]
pub(super) async fn volume(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<VolumeQuery>,
) -> Result<Json<Page<Volume>>> {
    let now = app.engine.now();
    let filter = Filter {
        since: Some(moment("since", asked.since)?.unwrap_or(now - desk::PREVIEW_DAYS * DAY)),
        until: moment("until", asked.until)?,
        ..Filter::default()
    };
    let offset = match asked.offset.unwrap_or(0) {
        minutes @ -720..=840 => minutes * 60_000,
        _ => return Err(invalid("offset", "Give minutes, from -720 to 840.")),
    };
    let monitor = known(&app, id).await?;
    let mut db = app.engine.db.reader();
    let rows = mentions::volume(&mut db, (monitor.id, monitor.version), &filter, offset).await?;
    let rows = rows.into_iter().map(|row| {
        Ok::<_, WebError>(Volume {
            day: day_words(row.day)?,
            channel_id: row.channel_id.into(),
            language: row.language,
            mentions: row.times,
        })
    });
    Ok(Json(Page::whole(rows.collect::<Result<_>>()?)))
}

/// A day, counted since 1970-01-01, as a date.
pub(super) fn day_words(day: i64) -> Result<String> {
    let span = Span::new().try_days(day).map_err(std::io::Error::other)?;
    let date = date(1970, 1, 1).checked_add(span).map_err(std::io::Error::other)?;
    Ok(date.to_string())
}
