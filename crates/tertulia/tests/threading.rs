//! Threading, on a real mailing list: every parent that is there is found, and for an absent one the nearest ancestor that
//! is. The expectation comes from the raw header lines by a slow plain way that shares nothing with the program.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    process::Command,
    sync::Arc,
    time::Instant,
};
use tertulia_analysis::labels::Models;
use tertulia_connector::{Connector, guard::AddressGuard};
use tertulia_engine::{Engine, Parts, Registry, imports, imports::NewImport, vault::Vault};
use tertulia_model::{Chance, MessageId, SeededChance, SystemClock};
use tertulia_store::{
    Db,
    blobs::BlobStore,
    imports as runs, migrate, reading,
    search::{Bounds, candidates},
};

/// So many bytes of the list (its first years) keep this test under a minute without optimisation; a soak takes all.
const SLICE: usize = 12 << 20;
/// One mail in so many loses the headers that say what it answers.
const WITHHELD_ONE_IN: u64 = 5;

/// A mail as its raw lines say it.
struct Plain {
    id: String,
    /// What it answers, the nearest last.
    references: Vec<String>,
}

/// Cuts a mailbox file into mails: a separator is a line that begins with "From " and holds a time, before a header.
fn mails(file: &str) -> Vec<&str> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in file.split_inclusive('\n') {
        let next = file[at + line.len()..].lines().next().unwrap_or_default();
        let header = next.split_once(':').is_some_and(|(name, _)| !name.is_empty() && !name.contains(' '));
        if line.starts_with("From ") && line.matches(':').count() >= 2 && header {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(file.len());
    starts.windows(2).map(|pair| &file[pair[0]..pair[1]]).collect()
}

/// The value of a header field, unfolded; the first of that name.
fn field(mail: &str, name: &str) -> String {
    let mut value = String::new();
    let mut inside = false;
    for line in mail.lines().skip(1).take_while(|line| !line.is_empty()) {
        if inside && line.starts_with([' ', '\t']) {
            value.push_str(line);
        } else if inside {
            break;
        } else if let Some((field, rest)) = line.split_once(':')
            && field.eq_ignore_ascii_case(name)
        {
            inside = true;
            value.push_str(rest);
        }
    }
    value
}

/// The ids in a header: what stands in angle brackets (blanks there come from folding), else words with an @.
fn ids(value: &str) -> Vec<String> {
    if !(value.contains('<') && value.contains('>')) {
        return value.split_whitespace().filter(|word| word.contains('@')).map(str::to_owned).collect();
    }
    let between = value.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(id, _)| id);
    between.map(|id| id.split_whitespace().collect::<String>()).filter(|id| !id.is_empty()).collect()
}

fn plain(mail: &str) -> Option<Plain> {
    let id = ids(&field(mail, "Message-ID")).into_iter().next()?;
    let mut references = ids(&field(mail, "References"));
    let answers = ids(&field(mail, "In-Reply-To"));
    // Several are none in particular, unless there is nothing else.
    if answers.len() == 1 || references.is_empty() {
        references.extend(answers);
    }
    references.retain(|reference| *reference != id);
    Some(Plain { id, references })
}

/// For each mail the nearest of what it refers to that is in the file.
fn expected_parents(mails: &[Plain]) -> HashMap<&str, Option<&str>> {
    let present: HashSet<&str> = mails.iter().map(|mail| mail.id.as_str()).collect();
    let mut parents = HashMap::new();
    for mail in mails {
        let nearest = mail.references.iter().rev().map(String::as_str).find(|id| present.contains(id));
        // Of several mails of one name the first is the one that stands under it.
        parents.entry(mail.id.as_str()).or_insert(nearest);
    }
    parents
}

/// Which mails hang together by what they refer to, be it there or not: for each a number that they share.
fn expected_threads(mails: &[Plain]) -> HashMap<&str, usize> {
    let mut of: HashMap<&str, usize> = HashMap::new();
    let mut members: Vec<Vec<&str>> = Vec::new();
    let mut seen = HashSet::new();
    // What the first mail of a name refers to counts.
    for mail in mails.iter().filter(|mail| seen.insert(mail.id.as_str())) {
        let tied: Vec<&str> = std::iter::once(&mail.id).chain(&mail.references).map(String::as_str).collect();
        let into = members.len();
        members.push(Vec::new());
        for id in tied {
            let joined = of.get(id).map_or_else(|| vec![id], |thread| std::mem::take(&mut members[*thread]));
            for id in joined {
                of.insert(id, into);
                members[into].push(id);
            }
        }
    }
    of
}

/// What the program made of a file: each mail's parent and thread by its id.
struct Threads {
    parents: BTreeMap<String, Option<String>>,
    thread: BTreeMap<String, i64>,
    mails_per_second: f64,
}

async fn import(file: &str) -> Threads {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(&folder.path().join("tertulia.db")).await.unwrap();
    migrate(&db, 0).await.unwrap();
    let import: Arc<dyn Connector> = Arc::new(tertulia_connector_import::connector());
    let parts = Parts {
        db,
        blobs: BlobStore::open(folder.path().join("blobs")).unwrap(),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SeededChance::new(1)),
        registry: Registry::new([import]),
        guard: AddressGuard::default(),
        outsiders_guard: AddressGuard::default(),
        vault: Vault::new([1; 32]),
        models: Models::default(),
        public_url: String::new(),
        node: 1,
    };
    let engine = Engine::start(parts).await.unwrap();
    let blob = engine.blobs.put(file.as_bytes()).unwrap();
    let look = imports::look(&engine, "r-sig-mac.mbox", &blob.blob).unwrap();
    let new = NewImport { name: "r-sig-mac".into(), format: look.format, mapping: look.mapping, blob, by: None };
    let id = imports::start(&engine, new).await.unwrap();
    let started = Instant::now();
    imports::run(&engine, id).await.unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let run = runs::get(&mut engine.db.reader(), id).await.unwrap().unwrap();
    assert_eq!((run.state.as_str(), run.error), ("done", None));
    println!("taken {}, known {}, set aside {}: {}", run.taken, run.known, run.quarantined, run.reasons);
    let threads = threads(&engine, run.taken as f64 / seconds).await;
    engine.db.close().await;
    threads
}

async fn threads(engine: &Engine, mails_per_second: f64) -> Threads {
    let mut db = engine.db.reader();
    let places = candidates(&mut db, None, &Bounds::default(), i64::MAX, i64::MAX).await.unwrap();
    let messages = reading::at_places(&mut db, &places).await.unwrap();
    let names: HashMap<MessageId, &str> = messages.iter().map(|m| (m.id, m.external_id.as_str())).collect();
    let parent = |id: Option<MessageId>| id.map(|id| names[&id].to_owned());
    Threads {
        parents: messages.iter().map(|m| (m.external_id.clone(), parent(m.parent_id))).collect(),
        thread: messages.iter().map(|m| (m.external_id.clone(), m.thread_id.0)).collect(),
        mails_per_second,
    }
}

/// The beginning of the list, cut where a mail begins; in a soak the whole of it.
fn part_of_the_list() -> Option<String> {
    let path = tertulia_testkit::data("conversations/r-sig-mac.mbox.xz")?;
    let Ok(output) = Command::new("xz").arg("-dc").arg(path).output() else {
        tertulia_testkit::skipped("xz", "apt-get install xz-utils");
        return None;
    };
    let whole = String::from_utf8_lossy(&output.stdout).into_owned();
    let end = if tertulia_testkit::soaking() { whole.len() } else { whole.floor_char_boundary(SLICE) };
    let end = if end == whole.len() { end } else { whole[..end].rfind("\n\nFrom ").map_or(end, |at| at + 2) };
    println!("r-sig-mac: the first {} of its {} MB", end >> 20, whole.len() >> 20);
    Some(whole[..end].to_owned())
}

/// The mail without the headers that say what it answers.
fn withheld(mail: &str) -> String {
    let mut kept = String::with_capacity(mail.len());
    let (mut header, mut dropping) = (true, false);
    for line in mail.split_inclusive('\n') {
        header &= !line.trim_end().is_empty();
        if header && !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap_or_default();
            dropping = ["References", "In-Reply-To"].iter().any(|field| name.eq_ignore_ascii_case(field));
        }
        if !(header && dropping) {
            kept.push_str(line);
        }
    }
    kept
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

#[test]
fn soak_every_parent_that_is_present_is_found_and_for_an_absent_one_the_nearest_ancestor() {
    let Some(file) = part_of_the_list() else { return };
    let mails = mails(&file);
    let plain: Vec<Plain> = mails.iter().filter_map(|mail| plain(mail)).collect();
    let expected = expected_parents(&plain);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let found = runtime.block_on(import(&file));
    let mut wrong = Vec::new();
    for (id, parent) in &expected {
        match found.parents.get(*id) {
            Some(given) if given.as_deref() == *parent => {}
            given => wrong.push(format!("{id}: {parent:?} was expected, {given:?} given")),
        }
    }
    let with_parent = expected.values().flatten().count();
    let refers = plain.iter().filter(|mail| !mail.references.is_empty()).count();
    tertulia_testkit::told(&format!(
        "{} mails of {} bytes, {:.0} a second in this build; {refers} refer to others, {with_parent} have a parent here",
        mails.len(),
        file.len(),
        found.mails_per_second
    ));
    assert!(wrong.is_empty(), "{} wrong, such as {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    let apart = expected_threads(&plain);
    let mut pairs: HashMap<usize, HashSet<i64>> = HashMap::new();
    for id in expected.keys() {
        pairs.entry(apart[id]).or_default().insert(found.thread[*id]);
    }
    assert!(pairs.values().all(|threads| threads.len() == 1), "what hangs together is one thread");
    let threads: HashSet<i64> = pairs.values().flatten().copied().collect();
    assert_eq!(threads.len(), pairs.len(), "and what does not is none");
    assert!(with_parent > 1_000, "the list has long conversations");
    hide_some(&runtime, &mails, &plain, &expected);
}

/// Takes the headers from one mail in five and tells what is still known of it. What is found then must be true.
fn hide_some(
    runtime: &tokio::runtime::Runtime,
    mails: &[&str],
    plain: &[Plain],
    expected: &HashMap<&str, Option<&str>>,
) {
    let chance = SeededChance::new(2001);
    let mut decided: HashMap<String, bool> = HashMap::new();
    let hide = |mail: &&str| {
        let id = self::plain(mail).map(|mail| mail.id).unwrap_or_default();
        // A mail that stands in the file twice is hidden both times or not at all.
        let hide = *decided.entry(id).or_insert_with(|| chance.below(WITHHELD_ONE_IN) == 0);
        if hide { withheld(mail) } else { (*mail).to_owned() }
    };
    let rest: String = mails.iter().map(hide).collect();
    let hidden: HashSet<&str> = decided.iter().filter(|(_, hide)| **hide).map(|(id, _)| id.as_str()).collect();
    let found = runtime.block_on(import(&rest));
    let lost: Vec<(&str, &str)> = hidden.iter().filter_map(|id| Some((*id, (*expected.get(id)?)?))).collect();
    let recovered = lost.iter().filter(|(id, parent)| found.parents[*id].as_deref() == Some(*parent)).count();
    let together = lost.iter().filter(|(id, parent)| found.thread[*id] == found.thread[*parent]).count();
    let told = told_by_others(plain, &hidden);
    let tellable = lost.iter().filter(|(id, parent)| told.get(id) == Some(parent)).count();
    let misled = lost.iter().filter(|(id, parent)| told.get(id).is_some_and(|told| told != parent)).count();
    tertulia_testkit::told(&format!(
        "headers of {} mails withheld; {} of them had a parent: {recovered} recovered ({:.1} %), {together} in their \
         thread still ({:.1} %); the references of others would tell {tellable} ({:.1} %) and mislead for {misled}",
        hidden.len(),
        lost.len(),
        share(recovered, lost.len()),
        share(together, lost.len()),
        share(tellable, lost.len()),
    ));
    let wrong = hidden.iter().filter(|id| {
        let given = found.parents.get(**id).and_then(Option::as_deref);
        given.is_some() && given != expected.get(*id).copied().flatten()
    });
    assert_eq!(wrong.count(), 0, "nobody is given a parent that is not theirs");
    assert!(recovered * 4 > lost.len(), "what others tell is used");
}

/// For each hidden mail what stands before it in the references of those that kept theirs.
fn told_by_others<'a>(plain: &'a [Plain], hidden: &HashSet<&str>) -> HashMap<&'a str, &'a str> {
    let mut told = HashMap::new();
    for mail in plain.iter().filter(|mail| !hidden.contains(mail.id.as_str())) {
        for pair in mail.references.windows(2).filter(|pair| hidden.contains(pair[1].as_str()) && pair[0] != pair[1]) {
            told.entry(pair[1].as_str()).or_insert(pair[0].as_str());
        }
    }
    told
}
