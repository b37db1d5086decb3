//! One pull: what came since the cursor by REST, then what comes on the streams.

use crate::{
    Mastodon,
    api::{Api, Me, time},
    catchup::{self, Source},
    cursor::{Cursor, Known},
    items::{Items, Light},
    listen::{Heard, Streams},
    said::hash_of,
    settings::Settings,
    sse::Event,
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use std::{collections::BTreeMap, time::Duration};
use tertulia_connector::{Context, PullError};
use tertulia_model::{Batch, Millis};
use tokio::time::Instant;

/// Beside a stream everything is read by REST this often: a stream may lose something in silence.
const BESIDE_STREAM: Duration = Duration::from_secs(120);
/// The same where the server has no streams.
const WITHOUT_STREAM: Duration = Duration::from_secs(30);
/// 300 requests in five minutes: one source costs one or two.
const EACH_SOURCE: Duration = Duration::from_millis(2_500);
/// What was heard is looked at again for edits and deletions that no stream tells.
const AGAIN: Duration = Duration::from_secs(300);
const LOOKED_AT: usize = 40;
/// Statuses of one pull: each may cost requests for its parent and its first wording.
const MOST_STATUSES: usize = 80;

const REFUSED: &str = "Readings of a hashtag or a search that the server refused";

/// What is kept between two pulls.
struct Kept {
    me: Me,
    streams: Streams,
    /// The server has no streaming.
    streamless: bool,
    /// When everything was read by REST; none: it must be.
    caught_up: Option<Instant>,
    looked_again: Option<Instant>,
    /// Where the last pull left the cursor: another one means that what it brought was not stored.
    left_at: Option<Value>,
    parents: BTreeMap<String, String>,
    /// The server asked for a pause while what came before was given.
    rest: Option<Rest>,
}

struct Rest {
    until: Millis,
    reason: String,
}

impl Rest {
    /// What is left of it.
    fn left(&self, now: Millis) -> Option<PullError> {
        let left = self.until.saturating_sub(now);
        (left > 0).then(|| PullError::RetryAfter {
            wait: Duration::from_millis(left.unsigned_abs()),
            reason: self.reason.clone(),
        })
    }
}

pub async fn pull(connector: &Mastodon, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
    let settings = Settings::read(&ctx.settings);
    let api = Api::of(ctx, &settings).await?;
    let mut slot = ctx.session.lock().await;
    let mut kept = match slot.take().and_then(|kept| kept.downcast::<Kept>().ok()) {
        Some(kept) => *kept,
        None => Kept::begin(&api).await?,
    };
    if kept.left_at != cursor {
        kept.caught_up = None;
    }
    let now = ctx.clock.now();
    if let Some(rest) = kept.rest.as_ref().and_then(|rest| rest.left(now)) {
        *slot = Some(Box::new(kept));
        return Err(rest);
    }
    kept.rest = None;
    let mut round = Round {
        api: &api,
        now,
        before: Cursor::read(cursor.clone()),
        cursor: Cursor::read(cursor.clone()),
        items: Items::default(),
        batch: Batch::default(),
    };
    let done = round.run(&mut kept, connector.waiting).await;
    match done {
        Ok(()) => {
            let batch = round.finish();
            kept.left_at = batch.next.clone().or(cursor);
            *slot = Some(Box::new(kept));
            Ok(batch)
        }
        Err(error) => {
            let error = api.confirmed(error).await;
            // What was read from a stream and not given is read again by REST.
            kept.caught_up = None;
            kept.looked_again = None;
            kept.streams = Streams::default();
            if !matches!(error, PullError::Reauthorise(_) | PullError::Misconfigured(_)) {
                *slot = Some(Box::new(kept));
            }
            Err(error)
        }
    }
}

impl Kept {
    async fn begin(api: &Api<'_>) -> Result<Self, PullError> {
        Ok(Self {
            me: Me::ask(api).await?,
            streams: Streams::default(),
            streamless: false,
            caught_up: None,
            looked_again: None,
            left_at: None,
            parents: BTreeMap::new(),
            rest: None,
        })
    }
}

struct Round<'a> {
    api: &'a Api<'a>,
    now: Millis,
    before: Cursor,
    cursor: Cursor,
    items: Items,
    batch: Batch,
}

impl Round<'_> {
    async fn run(&mut self, kept: &mut Kept, waiting: Duration) -> Result<(), PullError> {
        let sources = Source::all(self.api.settings);
        // First the streams, then what they missed: so nothing falls in between.
        if !kept.streams.are_open() && !kept.streamless {
            kept.streams = Streams::open(self.api).await?;
            kept.streamless = !kept.streams.are_open();
            (kept.caught_up, kept.looked_again) = (None, None);
        }
        let every = if kept.streamless { WITHOUT_STREAM } else { BESIDE_STREAM };
        let every = every.max(EACH_SOURCE * u32::try_from(sources.len()).unwrap_or(u32::MAX));
        if kept.caught_up.is_none_or(|at| at.elapsed() >= every) {
            let whole = self.catch_up(&sources, kept).await?;
            kept.caught_up = whole.then(Instant::now);
            self.batch.more = !whole;
        }
        if kept.rest.is_none() && kept.looked_again.is_none_or(|at| at.elapsed() >= AGAIN) {
            self.look_again().await?;
            kept.looked_again = Some(Instant::now());
        }
        if self.is_quiet() && kept.streams.are_open() {
            self.listen(kept, waiting).await;
        } else if self.is_quiet() {
            tokio::time::sleep(waiting).await;
        }
        self.items.complete(self.api, &mut kept.parents).await?;
        self.batch.items = self.items.take(self.api.settings, &kept.me, self.now);
        Ok(())
    }

    fn is_quiet(&self) -> bool {
        self.items.is_empty() && self.batch.skipped.is_empty() && self.before == self.cursor
    }

    fn finish(mut self) -> Batch {
        if self.before != self.cursor {
            self.batch.next = Some(self.cursor.to_value());
        }
        self.batch
    }

    /// Whether everything was read to its end.
    async fn catch_up(&mut self, sources: &[Source], kept: &mut Kept) -> Result<bool, PullError> {
        self.cursor.marks.retain(|name, _| sources.iter().any(|source| source.name() == *name));
        for source in sources {
            match self.read(source, &kept.me).await {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                // What came is stored first, if nothing is to be asked for it; the next pull keeps the pause.
                Err(PullError::RetryAfter { wait, reason }) => {
                    if self.items.is_empty() || !self.items.are_whole(&kept.parents) {
                        return Err(PullError::RetryAfter { wait, reason });
                    }
                    let wait = Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX);
                    let until = self.api.ctx.clock.now().saturating_add(wait);
                    kept.rest = Some(Rest { until, reason });
                    return Ok(false);
                }
                // What came is stored first; the next pull meets the trouble again.
                Err(error) if !self.items.is_empty() => {
                    tracing::warn!(source = source.name(), "catching up was interrupted: {error}");
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    async fn read(&mut self, source: &Source, me: &Me) -> Result<bool, PullError> {
        let name = source.name();
        let Some(mut mark) = self.cursor.marks.get(&name).cloned() else {
            match catchup::newest(self.api, source, &me.id, self.now).await? {
                Some(newest) => drop(self.cursor.marks.insert(name, newest)),
                None => self.count(REFUSED),
            }
            return Ok(true);
        };
        loop {
            let Some(step) = catchup::next(self.api, source, &me.id, &mark).await? else {
                self.count(REFUSED);
                return Ok(true);
            };
            self.batch.unheard.gaps.extend(step.gap);
            for entry in step.entries {
                match entry.status {
                    Some(raw) => self.take(raw),
                    None => self.count("Notifications whose post is gone"),
                }
            }
            self.cursor.marks.insert(name.clone(), step.mark.clone());
            mark = step.mark;
            if !step.more {
                return Ok(true);
            }
            if self.items.len() >= MOST_STATUSES {
                return Ok(false);
            }
        }
    }

    fn count(&mut self, reason: &str) {
        *self.batch.unheard.counted.entry(reason.to_owned()).or_default() += 1;
    }

    /// Takes a status that is to be heard, unless it was given already as it is.
    fn take(&mut self, raw: Box<RawValue>) {
        let Ok(light) = serde_json::from_str::<Light>(raw.get()) else {
            return self.count("Answers of the server that are no posts");
        };
        if light.reblog.is_some() {
            return self.count("Boosts: the words stand in the post itself");
        }
        let edited = light.edited_at.as_deref().and_then(time).unwrap_or(0);
        let known = self.cursor.known(&light.id).cloned();
        if known.as_ref().is_some_and(|known| known.edited >= edited) {
            return;
        }
        self.cursor.remember(Known { id: light.id.clone(), hash: hash_of(&light.uri), edited });
        if raw.get().len() > crate::sse::MOST {
            self.set_aside(&light.id, raw.get().len());
            return;
        }
        self.items.add(raw, light, edited, known.is_some());
    }

    fn set_aside(&mut self, id: &str, bytes: usize) {
        let words = format!("This post has {} MB; posts of up to 4 MB are read.", bytes >> 20);
        self.batch.skipped.push((format!("status/{id}"), words));
    }

    /// Edits and deletions of what was heard last: nobody tells us those of people whom this account does not follow.
    async fn look_again(&mut self) -> Result<(), PullError> {
        let latest: Vec<Known> = self.cursor.known.iter().rev().take(LOOKED_AT).rev().cloned().collect();
        for some in latest.chunks(20) {
            let ids: Vec<(&str, &str)> = some.iter().map(|known| ("id[]", known.id.as_str())).collect();
            // Servers before 4.3 do not know this question.
            let Some(found) = self.api.peek::<Vec<Box<RawValue>>>("/api/v1/statuses", &ids).await? else {
                return Ok(());
            };
            let mut there = Vec::new();
            for raw in found {
                if let Ok(light) = serde_json::from_str::<Light>(raw.get()) {
                    there.push(light.id);
                    self.take(raw);
                }
            }
            for absent in some.iter().filter(|known| !there.contains(&known.id)) {
                if self.is_gone(&absent.id).await? {
                    self.delete(&absent.id);
                }
            }
        }
        Ok(())
    }

    async fn is_gone(&self, id: &str) -> Result<bool, PullError> {
        let answer = self.api.answer(&format!("/api/v1/statuses/{id}"), &[]).await?;
        match answer.status {
            404 | 410 => Ok(true),
            200..300 | 403 => Ok(false),
            _ => Err(self.api.refused(&answer)),
        }
    }

    fn delete(&mut self, id: &str) {
        match self.cursor.forget(id) {
            Some(known) => self.items.delete(known),
            None => self.count("Deletions of posts that were not heard, or too long ago"),
        }
    }

    async fn listen(&mut self, kept: &mut Kept, waiting: Duration) {
        let brought = kept.streams.wait(waiting).await;
        for heard in brought.heard {
            self.hear(heard, kept);
        }
        if let Some(why) = brought.broken {
            tracing::debug!(channel = %self.api.ctx.channel, "{why} It is opened again.");
            kept.streams = Streams::default();
            self.batch.more = true;
        }
    }

    fn hear(&mut self, heard: Heard, kept: &mut Kept) {
        let (name, data) = match heard.event {
            Event::Told { name, data } => (name, data),
            Event::TooLarge { name, bytes } => return self.set_aside(&format!("stream/{name}/{bytes}"), bytes),
        };
        match name.as_str() {
            // One of Mastodon's kin writes it with an underscore.
            "update" | "status.update" | "status_update" => match serde_json::from_slice::<Box<RawValue>>(&data) {
                Ok(raw) => self.hear_status(raw, heard.by_account, &kept.me),
                Err(_) => self.count("Events of the stream that cannot be read"),
            },
            "delete" => self.delete(String::from_utf8_lossy(&data).trim().trim_matches('"')),
            "notification" => self.hear_notification(&data),
            // Notifications came out of the list of requests: they have no event of their own.
            "notifications_merged" => kept.caught_up = None,
            _ => {}
        }
    }

    fn hear_status(&mut self, raw: Box<RawValue>, by_account: bool, me: &Me) {
        let settings = self.api.settings;
        if by_account && !settings.home {
            let light = serde_json::from_str::<Light>(raw.get()).ok();
            let about_us = light.is_some_and(|light| light.is_about(me) && settings.account);
            if !about_us && !self.is_known(&raw) {
                return self.count("Posts of accounts that this one follows: the home timeline is not heard");
            }
        }
        self.take(raw);
    }

    fn is_known(&self, raw: &RawValue) -> bool {
        serde_json::from_str::<Light>(raw.get()).is_ok_and(|light| self.cursor.known(&light.id).is_some())
    }

    fn hear_notification(&mut self, data: &[u8]) {
        #[derive(Deserialize)]
        struct Notification {
            #[serde(rename = "type", default)]
            kind: String,
            status: Option<Box<RawValue>>,
        }
        match serde_json::from_slice::<Notification>(data) {
            Ok(Notification { kind, status: Some(raw) }) if matches!(kind.as_str(), "mention" | "quote" | "update") => {
                if self.api.settings.account && (kind != "update" || self.is_known(&raw)) {
                    self.take(raw);
                }
            }
            Ok(_) => self.count("Favourites, boosts, follows and votes: they have no words"),
            Err(_) => self.count("Events of the stream that cannot be read"),
        }
    }
}
