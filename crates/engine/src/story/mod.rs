//! A person's story in three lines, for whoever is about to answer them: who they are, what was before and elsewhere, what we
//! promised. It says what is stored and nothing else; each part leads to where it stands.

mod telling;

pub use telling::{Facts, First, Line, Piece, Talk, To, tell};

use crate::{
    Engine, Result,
    people::{MOST_PROMISES, by_promises},
    promises as desk,
};
use tertulia_model::{ConversationId, Millis};
use tertulia_store::{
    evidence,
    listing::InboxRow,
    people::{Identity, Person},
    promises::{self, Promise},
    reading,
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
    let id = read.person.id;
    let known = async {
        let made = promises::of_person(&mut engine.db.reader(), id, MOST_PROMISES).await?;
        Ok((by_promises(engine, id, &made).await?, made))
    };
    let asked = async { Ok(evidence::items_of_person(&mut engine.db.reader(), id, false, MOST_ASKED + 1).await?) };
    let elsewhere = async {
        let is_asked = read.others.found.is_empty();
        Ok(is_asked && reading::is_heard_elsewhere(&mut engine.db.reader(), id, here).await?)
    };
    let zone = async { desk::time_zone(&mut engine.db.reader()).await };
    let ((knowing, made), asked, heard_elsewhere, zone) = tokio::try_join!(known, asked, elsewhere, zone)?;
    let came_to = |state: &str| made.iter().filter(|promise| promise.state == state).count() as i64;
    let facts = Facts {
        person: id,
        name: read.person.name.clone(),
        first_heard: read.first_heard,
        heard_elsewhere,
        channels: channels(engine, read.identities),
        stage: knowing.stage,
        means: knowing.means,
        before: read.others.map(talk),
        asked: First::of(asked, MOST_ASKED),
        kept: came_to("kept"),
        broken: came_to("broken"),
        open: First::of(open(made), MOST_OPEN),
        now: engine.now(),
    };
    Ok(tell(&facts, &zone))
}

/// Those that nobody has closed, what is due first.
fn open(mut made: Vec<Promise>) -> Vec<Promise> {
    made.retain(|promise| promise.state == "open");
    made.sort_by_key(Promise::place);
    made
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
