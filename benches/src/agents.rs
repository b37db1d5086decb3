//! The people of the `inbox` bench, as their browsers: an open loop, so that a slow answer delays nobody's next request
//! and hides nothing; each request's time counts from when it was due.

use anyhow::{Context, Result, bail, ensure};
use futures::StreamExt;
use reqwest::{Client, RequestBuilder, StatusCode};
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tertulia_model::{Clock, Millis, SystemClock};
use tokio::sync::Notify;

const READ_EVERY: Duration = Duration::from_secs(2);
/// One reply a minute: each thirtieth act.
const REPLY_EVERY: usize = 30;
/// A page fetches its list at once, and in a burst no sooner than this after it last began to (`ui/src/elements/burst.ts`).
const PAUSE: Duration = Duration::from_millis(150);
/// Nor than so many times as long as that took, up to the second of these: what takes long is done less often.
const APART: u32 = 5;
const MOST_APART: Duration = Duration::from_secs(2);
/// Up to so many rows are fetched without the rest of their list (`ui/src/elements/rows.ts`).
const MOST_ALONE: usize = 20;
/// Now and then all of them.
const WHOLE_EVERY: Duration = Duration::from_secs(30);
/// How often words are searched for, out of ten reads; a list is read as often, and conversations the rest of the time.
const SEARCHES_OF_10: usize = 2;
const LISTS_OF_10: usize = 3;
/// How often a reply is pressed at most while ever new messages come.
const PRESSES: usize = 5;
/// After one in so many acts somebody types, looks at a person's page, at Today.
const TYPES_EVERY: usize = 4;
const PERSON_EVERY: usize = 8;
const TODAY_EVERY: usize = 10;

const LIST: &str = "/inbox";
const SEARCH: &str = "/listen";
const LIVE: &str = "/live";

#[derive(Debug, Clone)]
pub struct Agent {
    pub number: usize,
    pub session: String,
    pub csrf: String,
}

/// A change and a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    pub seq: i64,
    pub at: Millis,
}

impl Heard {
    pub fn parse(line: &str) -> Option<Self> {
        let (seq, at) = line.split_once(' ')?;
        Some(Self { seq: seq.parse().ok()?, at: at.parse().ok()? })
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seq, self.at)
    }
}

#[derive(Debug, Default)]
pub struct Times {
    pub list: Vec<Duration>,
    pub conversation: Vec<Duration>,
    pub search: Vec<Duration>,
    pub reply: Vec<Duration>,
    /// What fits is looked for while somebody types.
    pub typed: Vec<Duration>,
    pub person: Vec<Duration>,
    pub today: Vec<Duration>,
    /// When which screen showed what.
    shown: Vec<Heard>,
}

impl Times {
    fn add(&mut self, other: Self) {
        self.list.extend(other.list);
        self.conversation.extend(other.conversation);
        self.search.extend(other.search);
        self.reply.extend(other.reply);
        self.typed.extend(other.typed);
        self.person.extend(other.person);
        self.today.extend(other.today);
        self.shown.extend(other.shown);
    }

    /// From the commit to each screen.
    pub fn to_screens(&self, stored: &[Heard]) -> Vec<Duration> {
        let stored: HashMap<i64, Millis> = stored.iter().map(|heard| (heard.seq, heard.at)).collect();
        let took =
            |shown: &Heard| Some(Duration::from_millis((shown.at - stored.get(&shown.seq)?).max(0).unsigned_abs()));
        self.shown.iter().filter_map(took).collect()
    }
}

/// Lets them work until `end`; `searched` is what they search for.
pub async fn work(address: &str, agents: Vec<Agent>, searched: &[String], end: Instant) -> Result<Times> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let count = u32::try_from(agents.len())?;
    let mut tasks = Vec::new();
    for agent in agents {
        // Each begins at a moment of their own.
        let first = Instant::now() + READ_EVERY * u32::try_from(agent.number)? / count.max(1);
        let browser = Arc::new(Browser::new(address, agent, searched)?);
        tasks.push(tokio::spawn(watch(browser.clone(), end)));
        tasks.push(tokio::spawn(act(browser, first, end)));
    }
    let mut times = Times::default();
    for task in tasks {
        times.add(task.await??);
    }
    Ok(times)
}

struct Browser {
    client: Client,
    address: String,
    agent: Agent,
    conversations: Mutex<Vec<String>>,
    /// Where the open list fetches its rows again.
    rows: Mutex<Option<String>>,
    searched: Vec<String>,
}

impl Browser {
    fn new(address: &str, agent: Agent, searched: &[String]) -> Result<Self> {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let (address, searched) = (address.to_owned(), searched.to_vec());
        Ok(Self { client, address, agent, conversations: Mutex::default(), rows: Mutex::default(), searched })
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.with_cookie(self.client.get(format!("{}{path}", self.address)))
    }

    fn with_cookie(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("cookie", format!("tertulia_session={}", self.agent.session))
    }

    async fn page(&self, path: &str) -> Result<String> {
        let answer = self.get(path).send().await?;
        ensure!(answer.status().is_success(), "{path} answered {}", answer.status());
        Ok(answer.text().await?)
    }

    /// The list, and which conversations stand in it.
    async fn list(&self) -> Result<()> {
        let page = self.page(LIST).await?;
        let found = conversations_in(&page);
        ensure!(!found.is_empty(), "the inbox shows no conversation");
        let rows = live_source(&page).context("the inbox's list is not live")?;
        *self.conversations.lock().unwrap_or_else(PoisonError::into_inner) = found;
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner) = Some(rows);
        Ok(())
    }

    fn some_conversation(&self, act: usize) -> Result<String> {
        let known = self.conversations.lock().unwrap_or_else(PoisonError::into_inner);
        let at = (self.agent.number * 7 + act) % known.len().max(1);
        known.get(at).cloned().context("no conversation is known yet")
    }

    /// Somebody types, and what the team knows of it is looked for.
    async fn typed(&self, act: usize) -> Result<Duration> {
        let page = self.page(&format!("/inbox/{}", self.some_conversation(act)?)).await?;
        let url = attribute_of(&page, "data-beside").context("nothing is looked for beside an answer")?;
        let begin = Instant::now();
        let form =
            [("text", "Hello, your order of delivery kind three leaves within two days"), ("csrf", &self.agent.csrf)];
        let request = self.client.post(format!("{}{url}", self.address)).form(&form);
        let answer = self.with_cookie(request).header("x-csrf-token", &self.agent.csrf).send().await?;
        ensure!(answer.status().is_success(), "{url} answered {}", answer.status());
        answer.bytes().await?;
        Ok(begin.elapsed())
    }

    /// The page of whoever a conversation is with.
    async fn person(&self, act: usize) -> Result<Duration> {
        let page = self.page(&format!("/inbox/{}", self.some_conversation(act)?)).await?;
        let id: String = page
            .split("href=\"/people/")
            .skip(1)
            .map(|after| after.chars().take_while(char::is_ascii_digit).collect::<String>())
            .find(|id| !id.is_empty())
            .context("a conversation leads to nobody")?;
        let begin = Instant::now();
        self.page(&format!("/people/{id}")).await?;
        Ok(begin.elapsed())
    }

    async fn today(&self) -> Result<Duration> {
        let begin = Instant::now();
        self.page("/").await?;
        Ok(begin.elapsed())
    }

    async fn reply(&self, act: usize) -> Result<()> {
        let conversation = self.some_conversation(act)?;
        let mut page = self.page(&format!("/inbox/{conversation}")).await?;
        // What came while it was written is asked about, and stands on the page that asks.
        for _ in 0..PRESSES {
            let field = |name: &str| value_of(&page, name).with_context(|| format!("the composer has no field {name}"));
            let form = [
                ("csrf", self.agent.csrf.clone()),
                ("channel", field("channel")?),
                ("key", field("key")?),
                ("seen", field("seen")?),
                ("text", "Thank you for writing. We have looked into it, and your order leaves today.".to_owned()),
            ];
            let request = self.client.post(format!("{}/inbox/{conversation}/reply", self.address)).form(&form);
            let answer = self.with_cookie(request).header("x-csrf-token", &self.agent.csrf).send().await?;
            let status = answer.status();
            if status.is_success() || status.is_redirection() {
                return Ok(());
            }
            ensure!(status == StatusCode::CONFLICT, "the reply was answered {status}");
            page = answer.text().await?;
        }
        bail!("the reply was asked about {PRESSES} times")
    }
}

/// The ids in links to conversations, each once.
fn conversations_in(page: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for after in page.split("href=\"/inbox/").skip(1) {
        let id: String = after.chars().take_while(char::is_ascii_digit).collect();
        if !id.is_empty() && !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

/// Where the list of this page fetches its rows.
fn live_source(page: &str) -> Option<String> {
    let after = page.split("data-live-src=\"").find(|after| after.starts_with("/inbox/list"))?;
    Some(after.split('"').next()?.replace("&amp;", "&").replace("&#38;", "&"))
}

/// What stands in the first attribute of this name.
fn attribute_of(page: &str, name: &str) -> Option<String> {
    let (_, after) = page.split_once(&format!("{name}=\""))?;
    Some(after.split('"').next()?.replace("&amp;", "&").replace("&#38;", "&"))
}

/// What stands in the input of this name.
fn value_of(page: &str, name: &str) -> Option<String> {
    let named = format!("name=\"{name}\"");
    let tag = page.split('<').find(|tag| tag.contains(&named) && tag.starts_with("input"))?;
    let value = tag.split_once("value=\"")?.1;
    Some(value.split('"').next()?.to_owned())
}

async fn act(browser: Arc<Browser>, first: Instant, end: Instant) -> Result<Times> {
    tokio::time::sleep_until(first.into()).await;
    browser.list().await?;
    let times: Arc<Mutex<Times>> = Arc::default();
    let mut open = Vec::new();
    for act in 1_u32.. {
        let due = first + READ_EVERY * act;
        if due >= end {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        open.push(tokio::spawn(one_act(browser.clone(), times.clone(), act as usize, due)));
    }
    for request in open {
        request.await??;
    }
    let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *times))
}

async fn one_act(browser: Arc<Browser>, times: Arc<Mutex<Times>>, act: usize, due: Instant) -> Result<()> {
    let turn = (act + browser.agent.number) % 10;
    let kind: fn(&mut Times) -> &mut Vec<Duration> = if turn < SEARCHES_OF_10 {
        let word = &browser.searched[(act * 50 + browser.agent.number) % browser.searched.len()];
        let request = browser.get(SEARCH).query(&[("q", word)]).send().await?;
        ensure!(request.status().is_success(), "the search answered {}", request.status());
        request.bytes().await?;
        |times| &mut times.search
    } else if turn < SEARCHES_OF_10 + LISTS_OF_10 {
        browser.list().await?;
        |times| &mut times.list
    } else {
        browser.page(&format!("/inbox/{}", browser.some_conversation(act)?)).await?;
        |times| &mut times.conversation
    };
    let took = due.elapsed();
    kind(&mut times.lock().unwrap_or_else(PoisonError::into_inner)).push(took);
    besides(&browser, &times, act).await?;
    if act.is_multiple_of(REPLY_EVERY) {
        let begin = Instant::now();
        browser.reply(act).await?;
        times.lock().unwrap_or_else(PoisonError::into_inner).reply.push(begin.elapsed());
    }
    Ok(())
}

/// What is done now and then, beside reading.
async fn besides(browser: &Browser, times: &Mutex<Times>, act: usize) -> Result<()> {
    let turn = act + browser.agent.number;
    if turn.is_multiple_of(TYPES_EVERY) {
        let took = browser.typed(act).await?;
        times.lock().unwrap_or_else(PoisonError::into_inner).typed.push(took);
    }
    if turn.is_multiple_of(PERSON_EVERY) {
        let took = browser.person(act).await?;
        times.lock().unwrap_or_else(PoisonError::into_inner).person.push(took);
    }
    if turn.is_multiple_of(TODAY_EVERY) {
        let took = browser.today().await?;
        times.lock().unwrap_or_else(PoisonError::into_inner).today.push(took);
    }
    Ok(())
}

/// A page with its live stream: what is told is fetched as the page does it, at once or after a pause in a burst.
async fn watch(browser: Arc<Browser>, end: Instant) -> Result<Times> {
    let told: Arc<Mutex<Vec<Told>>> = Arc::default();
    let bell = Arc::new(Notify::new());
    let listening = tokio::spawn(listen(browser.clone(), told.clone(), bell.clone()));
    let mut times = Times::default();
    let (mut next, mut whole): (Instant, Option<Instant>) = (Instant::now(), None);
    // With messages arriving all the time the bell has always rung already: the clock is asked too.
    while Instant::now() < end && tokio::time::timeout_at(end.into(), bell.notified()).await.is_ok() {
        tokio::time::sleep_until(next.into()).await;
        let begun = Instant::now();
        next = begun + PAUSE;
        let now_told = std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner));
        if now_told.is_empty() {
            continue;
        }
        let rows = browser.rows.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(rows) = rows else { continue };
        let is_whole = whole.is_none_or(|at| at.elapsed() > WHOLE_EVERY);
        let source = if is_whole { rows.clone() } else { source_after(&rows, &now_told) };
        if source == rows {
            whole = Some(begun);
        }
        browser.page(&source).await?;
        next = next.max(begun + begun.elapsed().saturating_mul(APART).min(MOST_APART));
        let at = SystemClock.now();
        times.shown.extend(now_told.into_iter().map(|told| Heard { seq: told.seq, at }));
    }
    ensure!(!listening.is_finished(), "a live stream ended by itself");
    listening.abort();
    Ok(times)
}

/// What a live stream said of a list.
#[derive(Debug, Clone, Copy)]
struct Told {
    seq: i64,
    /// The conversation whose row it is about; `None` for more than one row.
    row: Option<i64>,
}

/// Where a list fetches what it was told of.
fn source_after(list: &str, told: &[Told]) -> String {
    let rows: Option<BTreeSet<i64>> = told.iter().map(|told| told.row).collect();
    match rows.filter(|rows| rows.len() <= MOST_ALONE) {
        Some(rows) => format!("{list}&only={}", rows.iter().map(i64::to_string).collect::<Vec<_>>().join(",")),
        None => list.to_owned(),
    }
}

async fn listen(browser: Arc<Browser>, told: Arc<Mutex<Vec<Told>>>, bell: Arc<Notify>) -> Result<()> {
    let answer = browser.get(LIVE).header("accept", "text/event-stream").send().await?;
    ensure!(answer.status().is_success(), "the live stream answered {}", answer.status());
    let mut stream = answer.bytes_stream();
    let mut text = String::new();
    while let Some(bytes) = stream.next().await {
        text.push_str(&String::from_utf8_lossy(&bytes?));
        while let Some((event, rest)) = text.split_once("\n\n") {
            let data = event.lines().find_map(|line| line.strip_prefix("data:"));
            let change: Option<serde_json::Value> = data.and_then(|data| serde_json::from_str(data.trim()).ok());
            if let Some(change) = change.filter(|change| change["topic"] == "conversation" || change["topic"] == "read")
                && let Some(seq) = change["seq"].as_i64()
            {
                let of = change["id"].as_str().and_then(|id| id.parse().ok());
                let row = of.filter(|_| change["topic"] == "conversation");
                told.lock().unwrap_or_else(PoisonError::into_inner).push(Told { seq, row });
                bell.notify_one();
            }
            text = rest.to_owned();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_fields_are_read_from_a_page() {
        let page = r#"<a href="/inbox/12?show=open">x</a><a href="/inbox/12">y</a><a href="/inbox/list">z</a>
            <input type="hidden" name="key" value="web-1">"#;
        assert_eq!(conversations_in(page), ["12"]);
        assert_eq!(value_of(page, "key").as_deref(), Some("web-1"));
        assert_eq!(value_of(page, "seen"), None);
        let list = r#"<ol data-live="inbox" data-live-src="/inbox/list?down_to=1.2&#38;mine=1">"#;
        assert_eq!(live_source(list).as_deref(), Some("/inbox/list?down_to=1.2&mine=1"));
    }
}
