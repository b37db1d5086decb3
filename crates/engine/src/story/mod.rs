//! A person's story in three lines, for whoever is about to answer them: who they are, what was before and elsewhere, what we
//! promised. It says what is stored and nothing else; each part leads to where it stands.

mod telling;

pub use telling::{Facts, First, Line, Piece, Talk, To, tell};

use crate::{Engine, Result, people::knowing, promises as desk};
use tertulia_model::{ConversationId, Millis};
use tertulia_store::{
    evidence,
    listing::InboxRow,
    people::{Identity, Person},
    promises, reading,
};

/// So many of each are counted; that there are more is said without a number.
const MOST_ASKED: i64 = 5;
const MOST_OPEN: i64 = 50;

/// What the page has read of them already.
pub struct Read<'a> {
    pub person: &'a Person,
    pub identities: &'a [Identity],
    pub first_heard: Option<Millis>,
    /// Their other conversations, the latest first.
    pub others: First<&'a InboxRow>,
}

/// The story beside a conversation.
pub async fn of(engine: &Engine, read: Read<'_>, here: ConversationId) -> Result<Vec<Line>> {
    let mut db = engine.db.reader();
    let id = read.person.id;
    let knowing = knowing(engine, id).await?;
    let (kept, broken) = promises::closed_of_person(&mut db, id).await?;
    let zone = desk::time_zone(&mut db).await?;
    let facts = Facts {
        person: id,
        name: read.person.name.clone(),
        first_heard: read.first_heard,
        heard_elsewhere: read.others.found.is_empty() && reading::is_heard_elsewhere(&mut db, id, here).await?,
        channels: channels(engine, read.identities),
        stage: knowing.stage,
        means: knowing.means,
        before: read.others.map(talk),
        asked: First::of(evidence::items_of_person(&mut db, id, false, MOST_ASKED + 1).await?, MOST_ASKED),
        open: First::of(promises::open_of_person(&mut db, id, MOST_OPEN + 1).await?, MOST_OPEN),
        kept,
        broken,
        now: engine.now(),
    };
    Ok(tell(&facts, &zone))
}

fn talk(row: &InboxRow) -> Talk {
    let words = if row.snippet.trim().is_empty() { &row.subject } else { &row.snippet };
    Talk {
        conversation: row.id,
        at: row.last_at,
        words: words.clone(),
        state: row.state.clone(),
        outcome: row.outcome.clone(),
    }
}

/// The kinds of channels on which they are known, each once.
fn channels(engine: &Engine, identities: &[Identity]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for identity in identities {
        let known = engine.registry.of_space(&identity.space).map(|connector| connector.spec().title.clone());
        let mail = (identity.space == "mail").then(|| "E-mail".to_owned());
        all.extend(known.or(mail).filter(|title| !all.contains(title)));
    }
    all
}
