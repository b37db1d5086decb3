//! One pull: some thousand events of the stream, or what came within a quarter of a second of the first.

use crate::{
    Bluesky,
    names::POST,
    scan::{Seen, What, glance},
    settings::{Mode, Settings},
    socket::{Came, MOST, Socket},
    who::{Names, Who},
};
use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tertulia_connector::{Context, PullError};
use tertulia_model::{Batch, Gap, Millis, RawContent, RawItem, Unheard};
use tokio::time::Instant;
use url::Url;

/// Events of one batch that are given, and those that are only counted.
const MOST_ITEMS: usize = 4_000;
const MOST_SEEN: u64 = 20_000;
/// Bytes of the events of one batch: all of them are in memory at once. A post has a few kilobytes.
const MOST_BYTES: usize = 16 << 20;
/// What comes after the first that is given goes along for this long; what is only counted is told less often.
const TOGETHER: Duration = Duration::from_millis(250);
const COUNTED: Duration = Duration::from_secs(5);
/// Accounts that an address can hold; more are named in a first message (`options_update`).
const IN_ADDRESS: usize = 100;
/// The largest event that is given. A post has a few kilobytes.
const MOST_EVENT: usize = 1 << 20;
/// Streams have clocks of their own: on another one what was read last is read again, and dropped as known.
const REWIND: i64 = 5_000_000;
/// A stream is asked to begin with an event that it gave before. One that begins this much later has moved us.
const MOVED: i64 = 60_000_000;
/// Jetstreams keep at least a day.
const KEEPS: Millis = 24 * 3_600_000;
/// No stream's clock runs this much ahead of ours: such a time is no position.
const AHEAD: i64 = 3_600_000_000;
/// We ask for a sign of life after each pull without an event, and a stream that gives none for this long is left.
const SILENCE: Duration = Duration::from_secs(90);
/// One that lived for less than this and gave nothing is a failure.
const SHORT_LIFE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    time_us: i64,
    /// The host that counted so.
    stream: String,
    /// Who our account and those that are watched turned out to be, by their names. A name is looked up until it was found,
    /// and never again: a DID stays with its account whatever it is called, and whatever becomes of the name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    names: Names,
    /// No event was heard yet: it is the time at which the channel began.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    fresh: bool,
}

struct Open {
    socket: Socket,
    host: String,
    since: Instant,
    /// When it last gave a sign of life.
    sign: Instant,
    /// Where it was asked to begin, until the first event tells whether it did.
    asked: Option<i64>,
    /// What was read before on the same stream.
    known_until: i64,
}

/// What is kept between two pulls.
struct Kept {
    who: Who,
    find_us: Finder<'static>,
    open: Option<Open>,
    /// The next stream to try.
    turn: usize,
    /// Until when a stream asked to be left alone, and its words.
    resting: BTreeMap<usize, (Millis, String)>,
    /// An event was larger than is ever taken: the stream is told to leave such out.
    limited: bool,
    /// Where the last pull left the cursor: another one means that what it brought was not stored.
    left_at: Option<Value>,
}

pub async fn pull(connector: &Bluesky, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
    let settings = Settings::read(&ctx.settings);
    let position: Option<Position> = cursor.as_ref().and_then(|value| serde_json::from_value(value.clone()).ok());
    let mut slot = ctx.session.lock().await;
    let mut kept = match slot.take().and_then(|kept| kept.downcast::<Kept>().ok()) {
        Some(kept) => *kept,
        None => Kept::begin(ctx, &settings, position.as_ref().map(|position| &position.names)).await?,
    };
    if kept.left_at != cursor {
        kept.open = None;
    }
    let pulled = kept.pull(ctx, &settings, position, connector.waiting).await;
    kept.left_at = pulled.as_ref().ok().and_then(|batch| batch.next.clone()).or(cursor);
    *slot = Some(Box::new(kept));
    pulled
}

/// Opens a stream and leaves it; what was seen.
pub async fn try_stream(ctx: &Context, settings: &Settings) -> Result<Vec<String>, PullError> {
    let mut kept = Kept::begin(ctx, settings, None).await?;
    let (open, _) = kept.connect(ctx, settings, None).await?;
    let mut seen = vec![format!("The stream {} is open.", open.host)];
    seen.extend(kept.who.lost().map(|name| {
        format!(
            "Nobody on the network is called {name}: it is not heard, and looked for again every quarter of an hour."
        )
    }));
    Ok(seen)
}

impl Kept {
    /// `known`: whom names led to before.
    async fn begin(ctx: &Context, settings: &Settings, known: Option<&Names>) -> Result<Self, PullError> {
        let who = Who::find(ctx, settings, known).await?;
        let find_us = Finder::new(who.us.as_bytes()).into_owned();
        Ok(Self { who, find_us, open: None, turn: 0, resting: BTreeMap::new(), limited: false, left_at: None })
    }

    async fn pull(
        &mut self,
        ctx: &Context,
        settings: &Settings,
        position: Option<Position>,
        waiting: Duration,
    ) -> Result<Batch, PullError> {
        let now = ctx.clock.now();
        // Who was found by now is to be heard: the stream is asked anew.
        if self.who.look_again(ctx, settings).await {
            self.open = None;
        }
        let mut unheard = Unheard::default();
        let mut open = match self.open.take() {
            Some(open) => open,
            None => {
                let (open, lost) = self.connect(ctx, settings, position.as_ref()).await?;
                unheard.gaps.extend(lost);
                unheard.counted.extend(self.not_told());
                open
            }
        };
        // The past is not heard: the stream begins now, and so does the cursor.
        let Some(position) = position else {
            let (time_us, stream) = (now.saturating_mul(1_000), open.host.clone());
            let position = Position { time_us, stream, names: self.who.names.clone(), fresh: true };
            self.open = Some(open);
            // What is said from now on waits for nobody.
            return Ok(Batch { next: serde_json::to_value(position).ok(), more: true, ..Batch::default() });
        };
        let mut round = Round::new(settings.mode, now, &position, json!({"us": self.who.us}));
        round.batch.unheard = unheard;
        let end = round.collect(&mut open, &self.find_us, &self.who.us, waiting).await;
        let host = open.host.clone();
        match end {
            End::Full => {
                round.batch.more = true;
                self.open = Some(open);
            }
            End::Time => self.open = Some(open),
            End::TooLarge => {
                self.limited = true;
                round.batch.more = true;
                round.set_aside(MOST);
            }
            End::Broken(why) => {
                self.turn += 1;
                if round.seen == 0 && open.since.elapsed() < SHORT_LIFE {
                    return Err(PullError::Retry(format!("{why} Another stream is tried.")));
                }
                tracing::debug!(channel = %ctx.channel, host, "{why}");
                round.batch.more = true;
            }
        }
        let names = self.who.names.clone();
        let fresh = position.fresh && round.read_to == position.time_us;
        let reached = Position { time_us: round.read_to, stream: host, names, fresh };
        let mut batch = round.finish();
        batch.next = (reached != position).then(|| serde_json::to_value(reached).ok()).flatten();
        Ok(batch)
    }

    /// What a stream that was just opened will not tell.
    fn not_told(&self) -> impl Iterator<Item = (String, u64)> {
        let names = self.who.lost().count() as u64;
        [
            ("Watched accounts whose name leads nowhere (Test connection names them)", names),
            (
                "Connections whose stream leaves out posts of more than 1 MB, and does not say how many",
                u64::from(self.limited),
            ),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(reason, count)| (reason.to_owned(), count))
    }

    /// Opens the next stream that answers, where the cursor left it. One that asked for a pause is passed over for as long.
    async fn connect(
        &mut self,
        ctx: &Context,
        settings: &Settings,
        position: Option<&Position>,
    ) -> Result<(Open, Option<Gap>), PullError> {
        let (now, mut trouble) = (ctx.clock.now(), None);
        for _ in 0..settings.streams.len() {
            let at = self.turn % settings.streams.len();
            if self.resting.get(&at).is_some_and(|(until, _)| *until > now) {
                self.turn += 1;
                continue;
            }
            let stream = &settings.streams[at];
            let host =
                format!("{}:{}", stream.host_str().unwrap_or_default(), stream.port_or_known_default().unwrap_or(0));
            let asked = position.map(|position| position.time_us.saturating_sub(REWIND));
            match self.subscribe(ctx, stream, asked).await {
                Ok(socket) => {
                    let since = Instant::now();
                    let same = position.filter(|position| position.stream == host);
                    let known_until = same.map_or(0, |position| position.time_us);
                    let lost = position.and_then(|position| self.long_away(position, now));
                    return Ok((Open { socket, host, since, sign: since, asked, known_until }, lost));
                }
                Err(PullError::RetryAfter { wait, reason }) => {
                    let wait = Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX);
                    self.resting.insert(at, (now.saturating_add(wait), reason));
                }
                Err(error) => trouble = Some(error),
            }
            self.turn += 1;
        }
        Err(trouble.unwrap_or_else(|| self.all_rest(now)))
    }

    /// Every stream asked for a pause: the first whose is over is tried then.
    fn all_rest(&self, now: Millis) -> PullError {
        match self.resting.values().min_by_key(|(until, _)| *until) {
            Some((until, reason)) => PullError::RetryAfter {
                wait: Duration::from_millis(until.saturating_sub(now).max(0).unsigned_abs()),
                reason: reason.clone(),
            },
            None => PullError::Misconfigured("The settings name no stream.".to_owned()),
        }
    }

    async fn subscribe(&self, ctx: &Context, stream: &Url, asked: Option<i64>) -> Result<Socket, PullError> {
        let many = self.who.wanted.len() > IN_ADDRESS;
        let mut socket = Socket::open(ctx, &self.address(stream, asked, many)).await?;
        if many {
            let most = if self.limited { MOST_EVENT } else { 0 };
            let wants =
                json!({"wantedCollections": [POST], "wantedDids": self.who.wanted, "maxMessageSizeBytes": most});
            socket.tell(json!({"type": "options_update", "payload": wants}).to_string()).await?;
        }
        Ok(socket)
    }

    /// The stream's address with all that is wanted of it, or with the promise to say that at once.
    fn address(&self, stream: &Url, asked: Option<i64>, promise: bool) -> Url {
        let mut url = stream.clone();
        let mut query = url.query_pairs_mut();
        if promise {
            query.append_pair("requireHello", "true");
        } else {
            query.append_pair("wantedCollections", POST);
            query.extend_pairs(self.who.wanted.iter().map(|did| ("wantedDids", did)));
            if self.limited {
                query.append_pair("maxMessageSizeBytes", &MOST_EVENT.to_string());
            }
        }
        if let Some(asked) = asked {
            query.append_pair("cursor", &asked.to_string());
        }
        drop(query);
        url
    }

    /// A few accounts may be silent for days: their first event does not tell whether the stream moved us. So what is
    /// older than any stream keeps for certain counts as missing.
    fn long_away(&self, position: &Position, now: Millis) -> Option<Gap> {
        let from = position.time_us / 1_000;
        (!self.who.wanted.is_empty() && now - from > KEEPS).then(|| Gap {
            from,
            until: now - KEEPS,
            reason:
                "The stream keeps about a day, and this channel was away for longer: posts of this time may be missing."
                    .to_owned(),
        })
    }
}

/// Why collecting ended.
enum End {
    /// More is waiting.
    Full,
    Time,
    TooLarge,
    Broken(String),
}

struct Round {
    mode: Mode,
    now: Millis,
    /// The cursor before, and how far was read.
    began_at: i64,
    is_fresh: bool,
    read_to: i64,
    hint: Arc<Value>,
    batch: Batch,
    counted: BTreeMap<&'static str, u64>,
    seen: u64,
    /// Of the events that are given.
    bytes: usize,
}

impl Round {
    fn new(mode: Mode, now: Millis, position: &Position, hint: Value) -> Self {
        Self {
            mode,
            now,
            began_at: position.time_us,
            is_fresh: position.fresh,
            read_to: position.time_us,
            hint: Arc::new(hint),
            batch: Batch::default(),
            counted: BTreeMap::new(),
            seen: 0,
            bytes: 0,
        }
    }

    async fn collect(&mut self, open: &mut Open, find_us: &Finder<'_>, us: &str, waiting: Duration) -> End {
        let mut until = Instant::now() + waiting;
        loop {
            if self.batch.items.len() >= MOST_ITEMS || self.bytes >= MOST_BYTES || self.seen >= MOST_SEEN {
                return End::Full;
            }
            let (items, seen) = (self.batch.items.len() + self.batch.skipped.len(), self.seen);
            match tokio::time::timeout_at(until, open.socket.next()).await {
                Ok(Came::Event(event)) => self.take(event.as_str(), open, find_us, us),
                Ok(Came::Sign) => {}
                Ok(Came::TooLarge) => return End::TooLarge,
                Ok(Came::Ended(why)) => return End::Broken(why),
                Err(_) => return if self.seen == 0 { still_there(open).await } else { End::Time },
            }
            // Only the first of each kind moves the end: the clock is not read for each event.
            if seen == 0 && self.seen > 0 {
                until = until.min(Instant::now() + COUNTED);
            }
            if items == 0 && self.batch.items.len() + self.batch.skipped.len() > 0 {
                until = until.min(Instant::now() + TOGETHER);
            }
            if seen == self.seen {
                open.sign = Instant::now();
            }
        }
    }

    fn count(&mut self, reason: &'static str) {
        *self.counted.entry(reason).or_default() += 1;
    }

    fn set_aside(&mut self, bytes: usize) {
        let words = format!(
            "An event of the stream has {} MB; a post has a few kilobytes, and up to 1 MB is read.",
            bytes >> 20
        );
        self.batch.skipped.push((format!("event/{}", self.read_to), words));
    }

    fn take(&mut self, event: &str, open: &mut Open, find_us: &Finder<'_>, us: &str) {
        let Some(seen) = glance(event) else {
            self.seen += 1;
            return self.count("Events of the stream that cannot be read");
        };
        if let Some(asked) = open.asked.take() {
            self.look_for_a_gap(asked, seen.time_us);
        }
        if seen.time_us <= open.known_until {
            return;
        }
        self.seen += 1;
        if seen.time_us <= self.now.saturating_mul(1_000).saturating_add(AHEAD) {
            self.read_to = self.read_to.max(seen.time_us);
        }
        match self.why_not(&seen, event, find_us, us) {
            Some(reason) => self.count(reason),
            None if event.len() > MOST_EVENT => self.set_aside(event.len()),
            None => {
                self.bytes += event.len();
                self.batch.items.push(RawItem {
                    key: seen.time_us.to_string(),
                    content: RawContent::Memory(event.as_bytes().to_vec()),
                    received_at: self.now,
                    hint: self.hint.clone(),
                });
            }
        }
    }

    /// Why an event is only counted.
    fn why_not(&self, seen: &Seen<'_>, event: &str, find_us: &Finder<'_>, us: &str) -> Option<&'static str> {
        let What::Commit { operation, collection } = seen.what else {
            return Some("Changes of accounts and of their names");
        };
        match collection {
            POST => {}
            "app.bsky.feed.like" => return Some("Likes"),
            "app.bsky.feed.repost" => return Some("Reposts"),
            "app.bsky.graph.follow" => return Some("Follows"),
            _ => return Some("Records that are no posts"),
        }
        // A deletion names nobody: whether it takes back something that was kept, the engine knows.
        let about_us = || operation == "delete" || seen.did == us || find_us.find(event.as_bytes()).is_some();
        (self.mode == Mode::Mentions && !about_us()).then_some("Posts that do not name the account")
    }

    /// Where no event was heard yet, a late one says that nobody spoke, as on a small network: unless streams may have
    /// forgotten by now what was said.
    fn look_for_a_gap(&mut self, asked: i64, first: i64) {
        let is_late = first.saturating_sub(asked) > MOVED + REWIND;
        let may_be_silence = self.is_fresh && self.now.saturating_sub(asked / 1_000) <= KEEPS;
        if self.mode == Mode::Watched || !is_late || may_be_silence {
            return;
        }
        self.batch.unheard.gaps.push(Gap {
            from: self.began_at / 1_000,
            until: first / 1_000,
            reason:
                "The stream no longer has what was said in this time: it keeps about a day and went on later than it was \
                 asked to."
                    .to_owned(),
        });
    }

    fn finish(self) -> Batch {
        let mut batch = self.batch;
        batch.only_watched = self.mode != Mode::Watched;
        batch.unheard.counted.extend(self.counted.into_iter().map(|(reason, count)| (reason.to_owned(), count)));
        batch
    }
}

/// Nothing came: is anybody there?
async fn still_there(open: &mut Open) -> End {
    if open.sign.elapsed() > SILENCE || !open.socket.ping().await {
        return End::Broken("The stream fell silent.".to_owned());
    }
    End::Time
}
