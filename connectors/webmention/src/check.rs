//! The errands: a page that is said to mention us is fetched and looked at, and looked at again later on.

use crate::{
    Webmention,
    mention::{Item, Said, Step, hash},
    settings,
};
use serde::{Deserialize, Serialize};
use tertulia_connector::{
    Context, PullError,
    guard::GuardError,
    http::{Answer, Ask},
};
use tertulia_model::{Batch, Errand, Millis};
use url::Url;

const LARGEST_PAGE: usize = 1 << 20;
const DAY: Millis = 24 * 3_600_000;
/// When a page that mentions us is looked at again: after a day, a week, a month, and then every so often.
const AGAIN: [Millis; 4] = [DAY, 7 * DAY, 30 * DAY, 90 * DAY];
/// A page that cannot be found twice, or links to us no more twice, is gone.
const MOST_MISSES: u32 = 2;
/// A page that cannot be looked at is looked at again after a day, after two more, after three more, and at last every so
/// often: what was heard of it stays.
const LONGEST_WAIT: Millis = 90 * DAY;

const GONE: &str = "Pages that are gone.";
const SILENT: &str = "Pages that were said to mention you and do not.";

const ACCEPT: &str = "text/html, application/xhtml+xml;q=0.9, application/json;q=0.8, text/plain;q=0.7, */*;q=0.1";

/// A page to be looked at. There is one errand for a mention: what is told of again is gathered into the one that waits
/// for its next look, and only brings it forward. So what was heard of a page is kept in the database, not in memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub source: String,
    pub target: String,
    /// When it was last told of.
    pub told_at: Millis,
    /// What it said when it was last looked at; none where it was only told of. A telling leaves out this and all that
    /// follows, so that it changes nothing of what is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// How often it was looked at in its turn.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub looks: u32,
    /// When its turn comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Millis>,
    /// How often in a row it was not there or did not link to us, or could not be looked at.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub misses: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Task {
    pub fn new(source: &Url, target: &Url, told_at: Millis) -> Self {
        let (source, target) = (source.to_string(), target.to_string());
        Self { source, target, told_at, words: None, looks: 0, turn: None, misses: 0, failures: 0 }
    }

    pub fn key(&self) -> u64 {
        hash(&[&self.source, &self.target])
    }

    pub fn errand(&self, due: Millis) -> Errand {
        let key = format!("look:{:016x}", self.key());
        Errand { key, task: serde_json::to_value(self).unwrap_or_default(), due }
    }

    /// Looked at before its turn: somebody told of it just now.
    fn is_early(&self, now: Millis) -> bool {
        self.turn.is_some_and(|turn| turn > now)
    }

    /// Nothing was heard of it so far.
    fn is_new(&self) -> bool {
        self.words.is_none()
    }
}

/// What a page turned out to be.
enum Found {
    Linking(Box<Said>),
    /// Its server says that it is gone for good.
    Gone,
    Missing,
    /// It is there and does not link to us (any more): or a page for guests stands in its place, or one about repairs.
    Silent,
    /// It is not for us to read, or says nothing that could be heard. Another day it may.
    Refused(&'static str),
    /// Nobody knows just now.
    Away(PullError),
}

pub async fn run(connector: &Webmention, ctx: &Context, task: Task) -> Result<Batch, PullError> {
    let target = Url::parse(&task.target).map_err(|error| PullError::Misconfigured(error.to_string()))?;
    let now = ctx.clock.now();
    if !settings::is_ours(&ctx.settings, &target) {
        return Ok(not_now(task, "Mentions of pages that are no longer among your sites.", now));
    }
    if task.is_new() && !connector.knows(ctx, &task) {
        // Ours is asked for once, before anybody else is.
        if let Some(reason) = target_is_missing(ctx, &task.target, now).await? {
            return Ok(counted(reason));
        }
    }
    match look(ctx, &task, now).await {
        Found::Linking(said) => linking(connector, ctx, task, *said, now),
        Found::Gone => gone(connector, ctx, &task, GONE, now),
        Found::Missing if task.is_new() => Ok(counted("Pages that were said to mention you and are not there.")),
        Found::Missing => missed(connector, ctx, task, GONE, now),
        // Whoever takes the link out of a page tells of it (W3C Webmention §3.2.3); what we only come upon may be a mishap.
        Found::Silent if task.is_new() || task.is_early(now) => gone(connector, ctx, &task, SILENT, now),
        Found::Silent => missed(connector, ctx, task, SILENT, now),
        Found::Refused(reason) => Ok(not_now(task, reason, now)),
        Found::Away(error) if task.is_new() => Err(error),
        Found::Away(_) => Ok(not_now(task, "Mentions whose servers did not answer: kept, and looked at again.", now)),
    }
}

/// It takes two looks in their turn, a day apart, to find that nothing is there: not two tellings in one bad minute.
fn missed(
    connector: &Webmention,
    ctx: &Context,
    task: Task,
    reason: &'static str,
    now: Millis,
) -> Result<Batch, PullError> {
    match task.turn.filter(|turn| task.misses > 0 && *turn > now) {
        Some(turn) => Ok(later(task, turn)),
        None if task.misses + 1 >= MOST_MISSES => gone(connector, ctx, &task, reason, now),
        None => Ok(later(Task { misses: task.misses + 1, ..task }, now + DAY)),
    }
}

fn counted(reason: &str) -> Batch {
    let mut batch = Batch::default();
    batch.unheard.counted.insert(reason.to_owned(), 1);
    batch
}

fn later(task: Task, due: Millis) -> Batch {
    let task = Task { turn: Some(due), ..task };
    Batch { errands: vec![task.errand(due)], ..Batch::default() }
}

/// The page cannot be looked at. Only what its server says is gone (404, 410), or what links to us no more, takes a mention
/// back: what was heard stays, and is looked at again, later each time.
fn not_now(task: Task, reason: &str, now: Millis) -> Batch {
    let mut batch = counted(reason);
    if !task.is_new() {
        let failures = task.failures.saturating_add(1);
        let wait = (DAY * Millis::from(failures)).min(LONGEST_WAIT);
        batch.errands = later(Task { failures, ..task }, now + wait).errands;
    }
    batch
}

/// W3C Webmention §3.2: the target is there. A redirect of ours is an answer and is not followed: an outsider who names an
/// address of ours that leads elsewhere must not have us ask there, with what the guard allows us for ourselves.
async fn target_is_missing(ctx: &Context, target: &str, now: Millis) -> Result<Option<&'static str>, PullError> {
    let answer = ctx.guard.stream(&Ask::get(target)).await?;
    match answer.status {
        200..400 => Ok(None),
        429 | 500..600 => Err(answer.whole(LARGEST_PAGE).await?.pull_error("Your own site", now)),
        _ => Ok(Some("Mentions of pages that you do not have.")),
    }
}

async fn look(ctx: &Context, task: &Task, now: Millis) -> Found {
    let ask = Ask::get(&task.source).header("accept", ACCEPT).beginning(LARGEST_PAGE);
    // Anybody can name any address here.
    let answer = match ctx.guard.for_outsiders().ask(&ask).await {
        Ok(answer) => answer,
        Err(GuardError::Private { .. } | GuardError::BadUrl(_)) => {
            return Found::Refused("Pages at private addresses that were said to mention you: not fetched.");
        }
        Err(error) => return Found::Away(PullError::Retry(error.to_string())),
    };
    match answer.status {
        410 => Found::Gone,
        404 => Found::Missing,
        200..300 => said(ctx, &answer, &task.target),
        429 | 500..600 => Found::Away(answer.pull_error("The page's server", now)),
        _ => Found::Refused("Pages that were said to mention you and may not be read."),
    }
}

fn said(ctx: &Context, answer: &Answer, target: &str) -> Found {
    let text = String::from_utf8_lossy(&answer.body);
    let Ok(at) = Url::parse(&answer.url) else { return Found::Refused("Pages without an address.") };
    // A shortened address of ours, told as a page: our own page would speak in its name.
    if settings::is_ours(&ctx.settings, &at) {
        return Found::Refused("Addresses that only lead back to you.");
    }
    match Said::read(&text, answer.media_type().unwrap_or("text/html"), &at, target) {
        Some(said) => Found::Linking(Box::new(said)),
        None if answer.is_cut => Found::Refused("Pages that do not link to you in their first megabyte."),
        None => Found::Silent,
    }
}

fn linking(connector: &Webmention, ctx: &Context, task: Task, said: Said, now: Millis) -> Result<Batch, PullError> {
    let words = said.words();
    if said.is_silent() && task.is_new() {
        let told_before = connector.knows(ctx, &task);
        connector.remember(ctx, &task);
        return Ok(if told_before { Batch::default() } else { counted("Likes, reposts and bookmarks without words.") });
    }
    connector.remember(ctx, &task);
    let mut batch = Batch::default();
    if task.words.as_ref() != Some(&words) {
        let step = if task.is_new() { Step::Created } else { Step::Edited };
        batch = with_item(&task, step, said, now)?;
    }
    let next = Task { words: Some(words), misses: 0, failures: 0, ..task };
    // Told of before its turn: that leaves the turn where it is, or begins anew with other words.
    let early = next.turn.filter(|turn| *turn > now);
    batch.errands = match early {
        Some(turn) if batch.items.is_empty() => later(next, turn).errands,
        early => {
            let looks = if early.is_some() { 0 } else { next.looks };
            let wait = AGAIN[(looks as usize).min(AGAIN.len() - 1)];
            later(Task { looks: looks.saturating_add(1), ..next }, now + wait).errands
        }
    };
    Ok(batch)
}

fn gone(
    connector: &Webmention,
    ctx: &Context,
    task: &Task,
    reason: &'static str,
    now: Millis,
) -> Result<Batch, PullError> {
    // A page that links only after it was told of would otherwise be taken back before it was ever heard.
    if task.is_new() {
        return Ok(counted(reason));
    }
    connector.forget(ctx, task);
    with_item(task, Step::Deleted, Said::default(), now)
}

fn with_item(task: &Task, step: Step, said: Said, now: Millis) -> Result<Batch, PullError> {
    let item = Item { v: 1, step, source: task.source.clone(), target: task.target.clone(), at: now, said };
    let raw = item.into_raw().map_err(|error| PullError::Retry(error.to_string()))?;
    Ok(Batch { items: vec![raw], ..Batch::default() })
}
