//! The live stream that tells open pages what changed: ids and a sequence in commit order, no content. Beside it goes
//! who opens and leaves what the browser shows; that has no sequence, since nobody needs to hear of it later.

pub(crate) mod here;

use crate::{
    App, Viewer, WebError,
    routes::{Rule, Table},
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use futures::{Stream, stream};
use std::{collections::VecDeque, convert::Infallible, time::Duration};
use tertulia_engine::{accounts, notes::MENTIONED, presence::StreamGuard};
use tertulia_model::{ConversationId, Permission::Read, UserId};
use tertulia_store::{
    StoreError,
    changes::{self, Change},
};
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        watch,
    },
    time::{Interval, MissedTickBehavior, interval},
};

pub(crate) fn routes(table: &mut Table) {
    table.asked("/live", Rule::Member(Read), get(live));
    table.asked("/live/member", Rule::Member(Read), get(still_signed_in));
    table.asked("/live/here/{id}", Rule::Member(Read), get(here::who));
    table.told("/live/here/{id}", Rule::Member(Read), post(here::enter));
    table.told("/live/here/{id}/gone", Rule::Member(Read), post(here::leave));
}

/// Proxies close a connection on which nothing comes for about a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// How soon a stream ends after its session ran out, or was ended by another process.
const RECHECK: Duration = Duration::from_secs(60);
/// Changes read at once.
const PAGE: i64 = 256;
/// A page that missed more than this is quicker loaded anew.
const MOST_MISSED: i64 = 2_000;

#[derive(serde::Deserialize, Default)]
struct Asked {
    after: Option<i64>,
}

async fn live(State(app): State<App>, viewer: Viewer, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    // A browser that resumes by itself sends what it saw last, with the address that it began with.
    let resumed = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let session = viewer.session.unwrap_or_default();
    let Some(heard) = app.engine.bus.presence.stream(&session) else { return too_many() };
    let watcher = Watcher::new(app, viewer.user.id, session, heard, resumed.or(asked.after));
    let events = Sse::new(watcher.events()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    // nginx holds an answer back until its buffer is full, unless told.
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    ([unbuffered], events).into_response()
}

/// A browser with more pages than that which can't share a stream: the newest shows how things stood when it was loaded.
fn too_many() -> Response {
    let words = "This browser has as many pages open as are kept up to date at a time. Close some of them.";
    let mut answer = WebError::new(StatusCode::TOO_MANY_REQUESTS, words).into_response();
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    answer
}

/// What a page asks when its stream broke off. The guard has compared the page's token with the session's.
async fn still_signed_in() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// One open stream.
struct Watcher {
    app: App,
    member: UserId,
    session: String,
    announced: broadcast::Receiver<Change>,
    opened: broadcast::Receiver<ConversationId>,
    /// Conversations of this browser to tell its pages about: who has them open has changed.
    moved: VecDeque<ConversationId>,
    _heard: StreamGuard,
    /// The sequence up to which the browser knows everything; `None` where it asked for the present.
    known: Option<i64>,
    started: bool,
    backlog: VecDeque<Change>,
    /// Whether the database may hold changes after the backlog that were not told yet.
    behind: bool,
    sessions_end: watch::Receiver<()>,
    recheck: Interval,
}

impl Watcher {
    fn new(app: App, member: UserId, session: String, heard: StreamGuard, known: Option<i64>) -> Self {
        let mut recheck = interval(RECHECK);
        recheck.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Listening begins before the database is read, so that nothing falls between the two.
        let announced = app.engine.bus.listen();
        let presence = &app.engine.bus.presence;
        let opened = presence.listen();
        let sessions_end = app.engine.bus.sessions_end();
        // Whoever came between a page's being drawn and this stream was not told to it.
        let moved = presence.shown_in(&session).into();
        let backlog = VecDeque::new();
        Self {
            app,
            member,
            session,
            announced,
            opened,
            moved,
            _heard: heard,
            known,
            started: false,
            backlog,
            behind: true,
            sessions_end,
            recheck,
        }
    }

    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut watcher| async move {
            let event = watcher.next().await?;
            Some((Ok(event), watcher))
        })
    }

    /// The next thing to tell; `None` ends the stream, and the browser comes back to be asked who it is.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if !self.started {
                self.started = true;
                match self.start().await {
                    Ok(None) => {}
                    Ok(Some(resync)) => return Some(resync),
                    Err(error) => return unreadable(&error),
                }
            }
            if let Some(change) = self.backlog.pop_front() {
                self.known = Some(change.seq);
                // What one member has read, or is told, concerns no other.
                if matches!(change.topic.as_str(), "read" | MENTIONED) && change.subject != self.member.0 {
                    continue;
                }
                return Some(told(&change));
            }
            if self.behind {
                if let Err(error) = self.read_on().await {
                    return unreadable(&error);
                }
                continue;
            }
            if let Some(conversation) = self.moved.pop_front() {
                return Some(here_at(conversation));
            }
            tokio::select! {
                change = self.announced.recv() => match change {
                    Ok(change) => self.take(change),
                    // So much changed at once that single changes no longer matter.
                    Err(RecvError::Lagged(_)) => return Some(self.resync()),
                    Err(RecvError::Closed) => return None,
                },
                opened = self.opened.recv() => self.hear_of(opened),
                Ok(()) = self.sessions_end.changed() => if !self.is_signed_in().await { return None },
                _ = self.recheck.tick() => if !self.is_signed_in().await { return None },
            }
        }
    }

    /// Whether the browser can go on from where it was; else what to tell it.
    async fn start(&mut self) -> Result<Option<Event>, StoreError> {
        let mut db = self.app.engine.db.reader();
        let newest = changes::newest(&mut db).await?;
        let Some(known) = self.known else {
            self.known = Some(newest);
            return Ok(None);
        };
        let oldest = changes::after(&mut db, 0, 1).await?.first().map_or(0, |change| change.seq);
        let forgotten = known + 1 < oldest;
        // A sequence from the future: another database was put in the place of this one.
        let unknown = known > newest.max(self.app.engine.bus.newest());
        if forgotten || unknown || newest - known > MOST_MISSED {
            self.known = Some(newest);
            return Ok(Some(resync_at(newest)));
        }
        Ok(None)
    }

    async fn read_on(&mut self) -> Result<(), StoreError> {
        let found = changes::after(&mut self.app.engine.db.reader(), self.known.unwrap_or(0), PAGE).await?;
        self.behind = i64::try_from(found.len()).is_ok_and(|found| found == PAGE);
        self.backlog.extend(found);
        Ok(())
    }

    /// Announcements come after the commit and may overtake one another: one that leaves a gap sends us to the database,
    /// which has them in order.
    fn take(&mut self, change: Change) {
        let known = self.known.unwrap_or(0);
        if change.seq == known + 1 {
            self.backlog.push_back(change);
        } else if change.seq > known {
            self.behind = true;
        }
    }

    /// A browser is told only of what its own pages show.
    fn hear_of(&mut self, opened: Result<ConversationId, RecvError>) {
        let shown = self.app.engine.bus.presence.shown_in(&self.session);
        match opened {
            Ok(conversation) if shown.contains(&conversation) => self.moved.push_back(conversation),
            Ok(_) | Err(RecvError::Closed) => {}
            Err(RecvError::Lagged(_)) => self.moved.extend(shown),
        }
    }

    fn resync(&mut self) -> Event {
        let newest = self.app.engine.bus.newest();
        self.known = Some(newest);
        resync_at(newest)
    }

    async fn is_signed_in(&self) -> bool {
        match accounts::session(&self.app.engine, &self.session).await {
            Ok(session) => session.is_some(),
            Err(error) => {
                tracing::warn!(%error, "a live stream's session could not be looked up");
                false
            }
        }
    }
}

fn told(change: &Change) -> Event {
    let data = serde_json::json!({ "seq": change.seq, "topic": change.topic, "id": change.subject.to_string() });
    Event::default().id(change.seq.to_string()).data(data.to_string())
}

fn here_at(conversation: ConversationId) -> Event {
    Event::default()
        .event("here")
        .data(serde_json::json!({ "topic": "here", "id": conversation.to_string() }).to_string())
}

fn resync_at(newest: i64) -> Event {
    Event::default().event("resync").id(newest.to_string()).data(newest.to_string())
}

fn unreadable(error: &StoreError) -> Option<Event> {
    tracing::warn!(%error, "a live stream could not read what changed");
    None
}
