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
/// A page that cannot be found twice is gone.
const MOST_MISSES: u32 = 2;
/// So often a server that does not answer is looked for; what was heard of it stays.
const MOST_FAILURES: u32 = 10;

const ACCEPT: &str = "text/html, application/xhtml+xml;q=0.9, application/json;q=0.8, text/plain;q=0.7, */*;q=0.1";

/// A page to be looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub source: String,
    pub target: String,
    /// When it was told of; each telling is an errand of its own.
    pub told_at: Millis,
    /// What it said when it was last looked at; none where it was only told of.
    #[serde(default)]
    pub words: Option<String>,
    /// How often it was looked at.
    #[serde(default)]
    pub looks: usize,
    #[serde(default)]
    pub misses: u32,
    #[serde(default)]
    pub failures: u32,
}

impl Task {
    pub fn new(source: &Url, target: &Url, told_at: Millis) -> Self {
        let (source, target) = (source.to_string(), target.to_string());
        Self { source, target, told_at, words: None, looks: 0, misses: 0, failures: 0 }
    }

    pub fn key(&self) -> u64 {
        hash(&[&self.source, &self.target])
    }

    /// Something told anew is not what is to be looked at again: neither replaces the other.
    pub fn errand(&self, due: Millis) -> Errand {
        let what = if self.words.is_some() { "again" } else { "told" };
        Errand { key: format!("{what}:{:016x}", self.key()), task: serde_json::to_value(self).unwrap_or_default(), due }
    }
}

/// What a page turned out to be.
enum Found {
    Linking(Box<Said>),
    /// It is there and does not link to us (any more), or its server says that it is gone for good.
    Gone(&'static str),
    Missing,
    /// It is not to be had, and will not be.
    Refused(&'static str),
    /// Nobody knows just now.
    Away(PullError),
}

pub async fn run(connector: &Webmention, ctx: &Context, task: Task) -> Result<Batch, PullError> {
    let target = Url::parse(&task.target).map_err(|error| PullError::Misconfigured(error.to_string()))?;
    let now = ctx.clock.now();
    if !settings::is_ours(&ctx.settings, &target) {
        return Ok(counted("Mentions of pages that are no longer among your sites."));
    }
    if task.words.is_none() && !connector.knows(ctx, &task) {
        // Ours is asked for once, before anybody else is.
        if let Some(reason) = target_is_missing(ctx, &task.target, now).await? {
            return Ok(counted(reason));
        }
    }
    match look(ctx, &task, now).await {
        Found::Linking(said) => linking(connector, ctx, task, *said, now),
        Found::Gone(reason) => gone(connector, ctx, &task, reason, now),
        Found::Missing if task.misses + 1 >= MOST_MISSES => gone(connector, ctx, &task, "Pages that are gone.", now),
        Found::Missing if heard(connector, ctx, &task).is_some() => {
            let words = heard(connector, ctx, &task);
            let task = Task { misses: task.misses + 1, words, ..task };
            Ok(later(&task, now + DAY))
        }
        Found::Missing => Ok(counted("Pages that were said to mention you and are not there.")),
        Found::Refused(reason) => Ok(counted(reason)),
        Found::Away(error) if task.words.is_none() => Err(error),
        Found::Away(_) if task.failures + 1 >= MOST_FAILURES => {
            Ok(counted("Mentions whose servers answer no more: they are kept and not looked at again."))
        }
        Found::Away(_) => {
            let task = Task { failures: task.failures + 1, ..task };
            let wait = DAY * Millis::from(task.failures);
            Ok(later(&task, now + wait))
        }
    }
}

fn counted(reason: &str) -> Batch {
    let mut batch = Batch::default();
    batch.unheard.counted.insert(reason.to_owned(), 1);
    batch
}

fn later(task: &Task, due: Millis) -> Batch {
    Batch { errands: vec![task.errand(due)], ..Batch::default() }
}

/// What was last heard of a mention: by the errand that looks at it again, else by what this process remembers.
fn heard(connector: &Webmention, ctx: &Context, task: &Task) -> Option<String> {
    task.words.clone().or_else(|| connector.heard(ctx, task))
}

/// W3C Webmention §3.2: the target is there. Our own site is asked as whoever set this up wants it to be.
async fn target_is_missing(ctx: &Context, target: &str, now: Millis) -> Result<Option<&'static str>, PullError> {
    let answer = ctx.guard.ask(&Ask::get(target).beginning(4_096)).await?;
    match answer.status {
        200..300 => Ok(None),
        429 | 500..600 => Err(answer.pull_error("Your own site", now)),
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
        410 => Found::Gone("Pages that are gone."),
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
        None => Found::Gone("Pages that were said to mention you and do not."),
    }
}

fn linking(connector: &Webmention, ctx: &Context, task: Task, said: Said, now: Millis) -> Result<Batch, PullError> {
    let words = said.words();
    let before = heard(connector, ctx, &task);
    let told = task.words.is_none();
    if said.is_silent() && before.is_none() {
        connector.remember(ctx, &task, &words);
        return Ok(counted("Likes, reposts and bookmarks without words."));
    }
    connector.remember(ctx, &task, &words);
    let mut batch = Batch::default();
    if before.as_ref() != Some(&words) {
        let step = if before.is_none() { Step::Created } else { Step::Edited };
        batch = with_item(&task, step, said, now)?;
    }
    // What is told of again while its next look is waiting leaves that look where it is, unless there are other words.
    if !told || before.is_none() || !batch.items.is_empty() {
        let wait = AGAIN[task.looks.min(AGAIN.len() - 1)];
        let next = Task { words: Some(words), looks: task.looks + 1, misses: 0, failures: 0, ..task };
        batch.errands.push(next.errand(now + wait));
    }
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
    if heard(connector, ctx, task).is_none() {
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
