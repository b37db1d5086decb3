//! How another organisation answers in public, and how we do: two lists of cases, made by the same function of what was said.

use super::{Known, form::addressing, one};
use crate::{
    Engine, Result,
    figures::Period,
    promises,
    search::{self, Filter},
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tertulia_analysis::{
    figures::Window,
    others::{Answers, Case, Kind, Said, Voice, answers, cases},
};
use tertulia_model::{ChannelId, IdentityId, MessageId, PersonId, ThreadId};
use tertulia_store::{Sql, channels, others};

/// Threads of one account, page or channel; the latest, where there are more.
const MOST_THREADS: i64 = 5_000;
/// Messages that name one account; the latest, where there are more.
const MOST_NAMED: usize = 5_000;
/// Messages that are looked at for that.
const MOST_LOOKED_AT: usize = 50_000;
/// Threads that are read at once.
const TOGETHER: usize = 400;

/// What stands side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub known: Known,
    pub theirs: Side,
    pub ours: Side,
    /// Where they say nothing that is heard here.
    pub silent: Vec<Silent>,
    /// What was said to us on the same networks in another way than to them, and is left out.
    pub left_out: usize,
    /// There was more than is read at once: the latest was.
    pub is_cut: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    pub said: Answers,
    /// The latest last.
    pub cases: Vec<Case>,
}

/// A network on which others speak to them and nothing of theirs was heard: whether they answer is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silent {
    pub accounts: Vec<String>,
    pub cases: usize,
}

impl Side {
    fn of(cases: Vec<Case>) -> Self {
        Self { said: answers(&cases), cases }
    }
}

impl Compared {
    /// The channels on which any of it was heard.
    pub fn channels(&self) -> BTreeSet<ChannelId> {
        self.theirs.cases.iter().chain(&self.ours.cases).map(|case| case.channel).collect()
    }
}

/// How one answers, in days of the organisation's calendar, and how we do.
pub async fn compare(engine: &Engine, id: i64, period: Period) -> Result<Compared> {
    let known = one(engine, id).await?;
    let mut db = engine.db.reader();
    let window = period.window(&promises::time_zone(&mut db).await?);
    let mut cut = false;
    let them = Them::find(engine, &known, window, &mut cut).await?;
    let (heard, of_them) = read(&mut db, &them.threads, window, |row| them.hears(row)).await?;
    let networks = Networks { of: heard };
    let (theirs, unheard): (Vec<Case>, Vec<Case>) =
        cases(&of_them, window).into_iter().partition(|case| them.speaks.contains(networks.of(case)));
    // On the same networks, and said in the same ways.
    let ways: HashSet<(&str, Kind)> = theirs.iter().map(|case| (networks.of(case), case.kind)).collect();
    let same: HashSet<&str> = ways.iter().map(|(network, _)| *network).collect();
    let threads = threads_to_us(&mut db, &same, window, &mut cut).await?;
    let (heard, to_us) = read(&mut db, &threads, window, hears_us).await?;
    let beside = Networks { of: heard };
    let all = cases(&to_us, window).into_iter().filter(|case| same.contains(beside.of(case)));
    let (ours, apart): (Vec<Case>, Vec<Case>) = all.partition(|case| ways.contains(&(beside.of(case), case.kind)));
    let silent = silent(&known, &unheard, &networks);
    Ok(Compared { known, theirs: Side::of(theirs), ours: Side::of(ours), silent, left_out: apart.len(), is_cut: cut })
}

/// On which network each message was said to an organisation.
struct Networks {
    of: HashMap<MessageId, String>,
}

impl Networks {
    fn of(&self, case: &Case) -> &str {
        self.of.get(&case.message).map_or("", String::as_str)
    }
}

/// Who is looked at, and what was said to them.
struct Them {
    /// Their accounts, each with its network.
    identities: HashMap<IdentityId, String>,
    persons: HashSet<PersonId>,
    /// Channels that hear nothing but a page of theirs.
    pages: HashMap<ChannelId, String>,
    /// Messages that name one of their accounts on its own network.
    named: HashSet<(MessageId, String)>,
    /// Networks on which anything that they said was heard.
    speaks: HashSet<String>,
    threads: BTreeSet<ThreadId>,
}

impl Them {
    async fn find(engine: &Engine, known: &Known, window: Window, cut: &mut bool) -> Result<Self> {
        let mut db = engine.db.reader();
        let mut them = Self {
            identities: HashMap::new(),
            persons: HashSet::new(),
            pages: HashMap::new(),
            named: HashSet::new(),
            speaks: HashSet::new(),
            threads: BTreeSet::new(),
        };
        for account in &known.accounts {
            let who = (account.person_id, account.identity_id);
            them.identities.insert(account.identity_id, account.space.clone());
            them.persons.insert(account.person_id);
            if others::is_heard(&mut db, who, window.from).await? {
                them.speaks.insert(account.space.clone());
            }
            them.take(others::threads_of(&mut db, who, window.until, MOST_THREADS).await?, cut);
            if let Some(page) = account.page_id {
                them.pages.insert(page, account.space.clone());
                let days = (window.from, window.until);
                them.take(others::threads_begun(&mut db, page, days, MOST_THREADS).await?, cut);
            }
            them.find_named(engine, (&account.called, &account.space), window, cut).await?;
        }
        Ok(them)
    }

    fn take(&mut self, threads: Vec<ThreadId>, cut: &mut bool) {
        *cut |= i64::try_from(threads.len()).is_ok_and(|found| found >= MOST_THREADS);
        self.threads.extend(threads);
    }

    async fn find_named(
        &mut self,
        engine: &Engine,
        (called, space): (&str, &str),
        window: Window,
        cut: &mut bool,
    ) -> Result<()> {
        let Some(query) = addressing(called) else { return Ok(()) };
        let filter = Filter { since: Some(window.from), until: Some(window.until), ..Filter::default() };
        let bounds = (MOST_NAMED, MOST_LOOKED_AT);
        let found = search::search_among(engine, &query, &filter, None, bounds).await?;
        *cut |= found.below.is_some();
        for message in found.messages.into_iter().filter(|message| message.visibility == "public") {
            self.named.insert((message.id, space.to_owned()));
            self.threads.insert(message.thread_id);
        }
        Ok(())
    }

    /// What a message is to them, and on which network it was said to them.
    fn hears(&self, row: &others::Said) -> Option<(Voice, Option<String>)> {
        let is_theirs = |person: &PersonId| self.persons.contains(person);
        if row.identity_id.is_some_and(|identity| self.identities.contains_key(&identity)) {
            return Some((Voice::Itself(row.answers_person.filter(|person| !is_theirs(person))), None));
        }
        // What whoever speaks for them says by an account of their own is neither said by them nor to them.
        let person = row.person_id.filter(|person| !row.is_ours && !is_theirs(person))?;
        let answered = row.answers_identity.and_then(|identity| self.identities.get(&identity));
        if let Some(network) = answered {
            return Some((Voice::Somebody(person, Some(Kind::Reply)), Some(network.clone())));
        }
        let named = row.space.clone().filter(|space| self.named.contains(&(row.id, space.clone())));
        let on_page = self.pages.get(&row.channel_id).filter(|_| row.begins);
        let network = named.or_else(|| on_page.cloned());
        Some((Voice::Somebody(person, network.as_ref().map(|_| Kind::Named)), network))
    }
}

/// What a message is to us.
fn hears_us(row: &others::Said) -> Option<(Voice, Option<String>)> {
    if row.is_ours {
        return Some((Voice::Itself(row.answers_person), None));
    }
    let kind = match (row.answers_ours, row.is_to_us) {
        (true, _) => Some(Kind::Reply),
        (false, true) => Some(Kind::Named),
        (false, false) => None,
    };
    Some((Voice::Somebody(row.person_id?, kind), row.space.clone().filter(|_| kind.is_some())))
}

/// What was said in threads, as an organisation hears it; and the network of what was said to it.
async fn read(
    on: &mut impl Sql,
    threads: &BTreeSet<ThreadId>,
    window: Window,
    hears: impl Fn(&others::Said) -> Option<(Voice, Option<String>)>,
) -> Result<(HashMap<MessageId, String>, Vec<Said>)> {
    let threads: Vec<ThreadId> = threads.iter().copied().collect();
    let (mut networks, mut said) = (HashMap::new(), Vec::new());
    for piece in threads.chunks(TOGETHER) {
        for row in others::said_in(on, piece, window.from).await? {
            let Some((voice, network)) = hears(&row) else { continue };
            if let Some(network) = network {
                networks.insert(row.id, network);
            }
            let (message, thread, channel) = (row.id, row.thread_id, row.channel_id);
            said.push(Said { message, thread, place: row.place, at: row.at, channel, voice });
        }
    }
    Ok((networks, said))
}

/// Threads in which something was said to us in public; none where there is no network to look at.
async fn threads_to_us(
    on: &mut impl Sql,
    networks: &HashSet<&str>,
    window: Window,
    cut: &mut bool,
) -> Result<BTreeSet<ThreadId>> {
    let mut threads = BTreeSet::new();
    if networks.is_empty() {
        return Ok(threads);
    }
    let days = (window.from, window.until);
    for channel in channels::names(on).await? {
        let found = others::threads_to_us(on, channel.id, days, MOST_THREADS).await?;
        *cut |= i64::try_from(found.len()).is_ok_and(|found| found >= MOST_THREADS);
        threads.extend(found);
    }
    Ok(threads)
}

fn silent(known: &Known, unheard: &[Case], networks: &Networks) -> Vec<Silent> {
    let mut by_network: BTreeMap<&str, usize> = BTreeMap::new();
    for case in unheard {
        *by_network.entry(networks.of(case)).or_default() += 1;
    }
    let of = |(network, cases): (&str, usize)| {
        let here = known.accounts.iter().filter(|account| account.space == network);
        Silent { accounts: here.map(|account| account.handle.clone()).collect(), cases }
    };
    by_network.into_iter().map(of).collect()
}
