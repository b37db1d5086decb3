//! Who wrote what is kept: the stream tells DIDs only, so the account's server is asked for the profiles behind them. They
//! are kept in memory for a day; what cannot be found out stays out, and holds up nothing.

use crate::{
    login::{Call, call},
    names::POST,
    scan::{What, glance},
    settings::Settings,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tertulia_connector::{Context, words::one_line};
use tertulia_model::{Millis, RawContent, RawItem};

const METHOD: &str = "app.bsky.actor.getProfiles";
/// Profiles that the lexicon lets one question ask for.
const AT_ONCE: usize = 25;
/// Questions of one batch: what comes in a flood goes without.
const MOST_ASKED: usize = 4;
/// So long a batch waits for the names of its writers: what was said is on the screen within two seconds, whoever it was.
/// The answer comes nevertheless, for what they say next.
const PATIENCE: Duration = Duration::from_millis(500);
/// All questions of one batch together, with signing in.
const LONGEST: Duration = Duration::from_secs(30);
/// For how long a profile holds, also one that nobody has.
const HOLDS: Millis = 24 * 3_600_000;
/// After a question that was not answered none is asked for this long.
const REST: Millis = 10 * 60_000;
/// Profiles kept in memory.
const MOST_KEPT: usize = 20_000;
const MOST_NAME: usize = 200;
/// The lexicon allows 256 letters, however many parts each is made of.
const MOST_ABOUT: usize = 2_560;

/// What is known of an author, as it stands in an item's hint; empty where the server knows nobody.
pub type Profile = Option<Arc<Value>>;

/// What is known of authors, by the server that says so and their DID.
#[derive(Default, Clone)]
pub struct Profiles(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    known: HashMap<(String, String), (Profile, Millis)>,
    /// Until when a server is left alone.
    resting: HashMap<String, Millis>,
}

impl Profiles {
    /// Writes into each post's hint who wrote it, as far as that can be found out.
    pub async fn complete(&self, ctx: &Arc<Context>, items: &mut [RawItem]) {
        let settings = Settings::read(&ctx.settings);
        let authors: Vec<Option<String>> = items.iter().map(author_of).collect();
        let unknown = self.unknown(&settings.service, authors.iter().flatten(), ctx.clock.now());
        if !unknown.is_empty() {
            self.ask(ctx, &settings, unknown).await;
        }
        let now = ctx.clock.now();
        for (item, author) in items.iter_mut().zip(authors) {
            let Some(profile) = author.and_then(|did| self.get(&settings.service, did, now)) else { continue };
            let mut hint = item.hint.as_ref().clone();
            if let Some(hint) = hint.as_object_mut() {
                hint.insert("profile".to_owned(), profile.as_ref().clone());
            }
            item.hint = Arc::new(hint);
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those who are to be asked for; nobody while the server is left alone.
    fn unknown<'a>(&self, service: &str, authors: impl Iterator<Item = &'a String>, now: Millis) -> Vec<String> {
        let kept = self.kept();
        if kept.resting.get(service).is_some_and(|until| now < *until) {
            return Vec::new();
        }
        let holds = |did: &&String| {
            kept.known.get(&(service.to_owned(), (*did).clone())).is_some_and(|(_, at)| now - at < HOLDS)
        };
        let unknown: BTreeSet<&String> = authors.filter(|did| !holds(did)).collect();
        unknown.into_iter().take(AT_ONCE * MOST_ASKED).cloned().collect()
    }

    fn get(&self, service: &str, did: String, now: Millis) -> Profile {
        let kept = self.kept();
        let (profile, at) = kept.known.get(&(service.to_owned(), did))?;
        profile.clone().filter(|_| now - at < HOLDS)
    }

    fn rest(&self, service: &str, now: Millis) {
        self.kept().resting.insert(service.to_owned(), now + REST);
    }

    /// Asks, and waits for the answers a little. The server is left alone from here on, by which no other questions are asked
    /// while these are under way; where all of them are answered, that ends.
    async fn ask(&self, ctx: &Arc<Context>, settings: &Settings, unknown: Vec<String>) {
        self.rest(&settings.service, ctx.clock.now());
        let (asking, ctx, settings) = (self.clone(), ctx.clone(), settings.clone());
        let questions = async move {
            let answered = tokio::time::timeout(LONGEST, asking.ask_all(&ctx, &settings, &unknown)).await;
            if answered == Ok(true) {
                asking.kept().resting.remove(&settings.service);
            }
        };
        let _ = tokio::time::timeout(PATIENCE, tokio::spawn(questions)).await;
    }

    /// Whether all that was asked was answered.
    async fn ask_all(&self, ctx: &Context, settings: &Settings, unknown: &[String]) -> bool {
        for few in unknown.chunks(AT_ONCE) {
            let actors: Vec<(&str, &str)> = few.iter().map(|did| ("actors", did.as_str())).collect();
            let now = ctx.clock.now();
            // Whatever is wrong, with the password for instance, a pull or a sending says in words.
            let answer = call(ctx, settings, Call::Ask(METHOD, &actors)).await.ok().map(|(_, answer)| answer);
            let found = answer.filter(|answer| answer.is_success()).and_then(|answer| answer.json().ok());
            let Some(list) = found.as_ref().and_then(|found| found.get("profiles")?.as_array()) else {
                return false;
            };
            self.note(&settings.service, few, list, now);
        }
        true
    }

    /// Whom the answer leaves out is not asked for again before his time.
    fn note(&self, service: &str, asked: &[String], list: &[Value], now: Millis) {
        let mut kept = self.kept();
        if kept.known.len() + asked.len() > MOST_KEPT {
            // The older half goes; a profile that is asked for again costs little.
            let mut times: Vec<Millis> = kept.known.values().map(|(_, at)| *at).collect();
            times.sort_unstable();
            let middle = times.get(times.len() / 2).copied().unwrap_or(now);
            kept.known.retain(|_, (_, at)| *at > middle);
        }
        for did in asked {
            let told = list.iter().find(|one| one.get("did").and_then(Value::as_str) == Some(did));
            kept.known.insert((service.to_owned(), did.clone()), (told.and_then(profile), now));
        }
    }
}

/// What is kept of a profile: what its owner is called, or else their handle, how many follow, its address and its words.
pub fn profile(told: &Value) -> Profile {
    let line = |name: &str| {
        told.get(name).and_then(Value::as_str).map(|text| one_line(text, MOST_NAME)).filter(|line| !line.is_empty())
    };
    // The network's own word for a name that leads nowhere.
    let handle = line("handle").filter(|handle| handle != "handle.invalid");
    let followers = told.get("followersCount").and_then(Value::as_i64).filter(|count| *count >= 0);
    let page = handle.as_deref().map(|handle| format!("https://bsky.app/profile/{handle}"));
    let about = told.get("description").and_then(Value::as_str).map(|text| one_line(text, MOST_ABOUT));
    let says: Vec<String> = page.into_iter().chain(about).filter(|words| !words.is_empty()).collect();
    Some(Arc::new(json!({ "name": line("displayName").or(handle), "followers": followers, "says": says })))
}

/// Who wrote the post of an item, where that is not known yet.
fn author_of(item: &RawItem) -> Option<String> {
    let RawContent::Memory(bytes) = &item.content else { return None };
    if item.hint.get("profile").is_some() {
        return None;
    }
    let seen = glance(std::str::from_utf8(bytes).ok()?)?;
    let said = matches!(seen.what, What::Commit { operation: "create" | "update", collection: POST });
    (said && item.hint.get("us").and_then(Value::as_str) != Some(seen.did)).then(|| seen.did.to_owned())
}
