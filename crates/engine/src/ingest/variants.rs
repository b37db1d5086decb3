//! Two messages under one name: copies of one, or one of them forged. Every server on the way may have changed a copy a
//! little, and an archive keeps it in its own way.

use super::{Event, What, Words};
use crate::{Engine, Result};
use std::{
    collections::{HashMap, HashSet},
    io,
};
use tertulia_model::{BlobRange, Direction};
use tertulia_store::{
    Tx,
    keys::{self, SourceKey},
    messages::{
        self, Known,
        flags::{BARE, HEADERS_ONLY},
    },
    reading,
};

/// What a message says, by its words and by its files.
struct Said {
    text: String,
    files: Vec<BlobRange>,
}

impl Said {
    fn of(words: &Words) -> Self {
        let files = words.attachments.iter().map(|(_, content)| content.clone()).collect();
        Self { text: words.content.text.clone(), files }
    }

    async fn stored(tx: &mut Tx, there: &Known) -> Result<Self> {
        let text = messages::words(tx, there.id).await?.map(|(_, text)| text).unwrap_or_default();
        let files = reading::attachments(tx, &[there.id]).await?.iter().map(reading::Attachment::content).collect();
        Ok(Self { text, files })
    }

    fn is_wordless(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Created events whose id is taken by a message that says something else, stored before or earlier in this piece: each
/// gets an id of its own and is flagged.
pub(super) async fn find(
    engine: &Engine,
    tx: &mut Tx,
    events: &[Event],
    known: &HashMap<SourceKey, Known>,
) -> Result<HashMap<usize, (SourceKey, String)>> {
    let mut variants = HashMap::new();
    let mut first: HashMap<SourceKey, &Words> = HashMap::new();
    // Where an edit to the same words comes along, the source itself says that this is what the message says by now:
    // whoever has no message yet takes it as one, and whoever has an older wording, as its edit.
    let now_said: HashSet<(SourceKey, i64)> = events
        .iter()
        .filter_map(
            |event| if let What::Edited(_, words) = &event.what { Some((event.key, words.fingerprint)) } else { None },
        )
        .collect();
    for (n, event) in events.iter().enumerate() {
        let What::Created(words) = &event.what else { continue };
        if now_said.contains(&(event.key, words.fingerprint)) {
            continue;
        }
        let before = match known.get(&event.key) {
            Some(there) if there.flags & BARE == 0 => {
                let comparable = there.state == "shown" && there.revision == 0 && there.direction == "theirs";
                let comparable = comparable && there.flags & HEADERS_ONLY == 0 && !words.content.headers_only;
                if !comparable || there.fingerprint == words.fingerprint {
                    continue;
                }
                Said::stored(tx, there).await?
            }
            Some(there) if there.state == "deleted" => continue,
            _ => {
                let before = *first.entry(event.key).or_insert(words);
                let comparable = before.content.direction == Direction::Theirs;
                let comparable = comparable && !before.content.headers_only && !words.content.headers_only;
                if !comparable || before.fingerprint == words.fingerprint {
                    continue;
                }
                Said::of(before)
            }
        };
        if !same(engine, before, Said::of(words)).await? {
            let id = format!("{}#{:016x}", event.name.external_id, words.fingerprint);
            variants.insert(n, (keys::source_key(&event.name.source, &id), id));
        }
    }
    Ok(variants)
}

/// What has no words says what its files hold: a mailing list puts a footer below a photo, too.
async fn same(engine: &Engine, one: Said, other: Said) -> Result<bool> {
    if one.is_wordless() || other.is_wordless() {
        return same_files(engine, one.files, other.files).await;
    }
    Ok(same_words(&one.text, &other.text))
}

/// Whether two copies of one message say the same: blanks and breaks are the servers' affair, and a footer that a mailing
/// list puts below is no other words. To say nothing is not to say part of what the other says.
pub(super) fn same_words(one: &str, other: &str) -> bool {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (one, other) = (squeeze(one), squeeze(other));
    one.is_empty() == other.is_empty() && (one.contains(&other) || other.contains(&one))
}

/// Two that have no files at all have said nothing by them. Nor does a file that cannot be read any more: both are kept.
async fn same_files(engine: &Engine, one: Vec<BlobRange>, other: Vec<BlobRange>) -> Result<bool> {
    if one.is_empty() || one.len() != other.len() {
        return Ok(false);
    }
    let blobs = engine.blobs.clone();
    let compared = tokio::task::spawn_blocking(move || {
        let hash = |range| blobs.read(range).map(|bytes| file_hash(&bytes)).ok();
        one.iter().zip(&other).all(|(one, other)| hash(one).is_some_and(|hash_of_one| hash(other) == Some(hash_of_one)))
    });
    Ok(compared.await.map_err(io::Error::other)?)
}

/// The same for a file with the line ends of IMAP and with those of an archive on disk.
pub(super) fn file_hash(bytes: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for piece in bytes.split(|byte| *byte == b'\r') {
        hasher.update(piece);
    }
    hasher.finalize()
}
