//! A visitor's live stream: what was said before, then what comes, from their own log alone.

use super::{channel_of, refused};
use crate::{App, Result, state::Peer};
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures::{Stream, stream};
use serde::Deserialize;
use serde_json::json;
use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};
use tertulia_connector::ReceiveError;
use tertulia_engine::{
    Engine,
    visitors::{self, DoorError, Visit},
};
use tertulia_store::{changes::Change, visitors::Entry};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// The page takes a silence of 45 seconds for a dead connection, and is promised a comment every 15.
const COMMENT_EVERY: Duration = Duration::from_secs(12);
const AT_ONCE: i64 = 200;

#[derive(Deserialize)]
pub(super) struct From {
    after: Option<String>,
}

pub(super) async fn open(
    State(app): State<App>,
    Path(channel): Path<String>,
    Query(from): Query<From>,
    peer: Peer,
    headers: HeaderMap,
) -> Result<Response> {
    let token = bearer(&headers).ok_or_else(|| {
        let missing = "The visitor's token is missing. Reload the page.".to_owned();
        refused(DoorError::Refused(ReceiveError::Unauthorised(missing)))
    })?;
    let address = app.visitor_address(peer, &headers);
    let engine = app.engine;
    // Listened to before anything is read: what is committed in between is read again rather than missed.
    let changes = engine.bus.listen();
    let mut visit = visitors::enter(&engine, channel_of(&channel)?, token, address).await.map_err(refused)?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned).or(from.after);
    let last = last.and_then(|seq| seq.trim().parse().ok()).unwrap_or(0);
    let after = visit.resume(&engine, last).await.map_err(refused)?;
    let live = Live { engine, visit, changes, after, waiting: VecDeque::new(), caught_up: false, look: true };
    let mut response = Sse::new(live.events()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    // nginx would keep the events back until its buffer is full.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The stream's state. The visitor counts as there as long as it lives.
struct Live {
    engine: Arc<Engine>,
    visit: Visit,
    changes: Receiver<Change>,
    after: i64,
    waiting: VecDeque<Event>,
    caught_up: bool,
    /// There may be something new to read.
    look: bool,
}

impl Live {
    fn events(self) -> impl Stream<Item = std::result::Result<Event, Infallible>> {
        stream::unfold(self, |mut live| async move { live.next().await.map(|event| (Ok(event), live)) })
    }

    /// The next event; `None` ends the stream, and the page opens another.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.look {
                self.read().await?;
            } else if !self.wait().await? {
                // Another process may have stored something, or put off an answer while the visitor was on their way.
                self.look = true;
                if let Err(error) = self.visit.awaken(&self.engine).await {
                    tracing::warn!(%error, "answers that wait for a visitor could not be looked for");
                }
                return Some(Event::default().comment("here"));
            }
        }
    }

    async fn read(&mut self) -> Option<()> {
        let entries = match self.visit.read(&self.engine, self.after, AT_ONCE).await {
            Ok(entries) => entries,
            Err(error) => {
                tracing::warn!(%error, "a visitor's stream could not be read and ends");
                return None;
            }
        };
        self.look = i64::try_from(entries.len()).is_ok_and(|count| count == AT_ONCE);
        for entry in &entries {
            self.after = entry.seq;
            self.waiting.extend(told(entry));
        }
        if !self.look && !self.caught_up {
            self.caught_up = true;
            self.waiting.push_back(Event::default().event("ready").data("{}"));
        }
        Some(())
    }

    /// Waits for something that concerns this visitor: true. After a while without: false.
    async fn wait(&mut self) -> Option<bool> {
        let heard = async {
            loop {
                match self.changes.recv().await {
                    Ok(change) if self.visit.concerns(&change) => return true,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return true,
                    Err(RecvError::Closed) => return false,
                }
            }
        };
        match tokio::time::timeout(COMMENT_EVERY, heard).await {
            Ok(true) => {
                self.look = true;
                Some(true)
            }
            Ok(false) => None,
            Err(_) => Some(false),
        }
    }
}

/// What a visitor is told of one entry; nothing of an answer that has not been sent.
fn told(entry: &Entry) -> Option<Event> {
    let id = entry.seq.to_string();
    if entry.state != "shown" {
        let data = json!({ "id": entry.shown_id });
        return Some(Event::default().id(id).event("removed").data(data.to_string()));
    }
    let ours = entry.direction == "ours";
    if ours && entry.delivery.as_deref() != Some("sent") {
        return None;
    }
    let data = json!({
        "id": entry.shown_id,
        "seq": id,
        "direction": entry.direction,
        // What went on by mail is read there; here it is only said that it did.
        "text": if entry.elsewhere { "" } else { entry.text.as_str() },
        "at": entry.at,
        "author": entry.author,
        "via": if entry.elsewhere { "mail" } else { "chat" },
    });
    Some(Event::default().id(id).event("message").data(data.to_string()))
}
