//! What comes in: raw bytes from the wire, and the normalised event that a connector makes of them.

use crate::Millis;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A range of a content-addressed blob. Small raw items of one batch share a blob; a large one has its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlobRange {
    /// BLAKE3 of the whole blob, in hex.
    pub blob: String,
    pub offset: u64,
    pub length: u64,
}

/// Where the bytes of a raw item are: still in memory, or already in the blob store (a 60 MB mail is never held
/// in memory on its way there).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawContent {
    Memory(Vec<u8>),
    Stored(BlobRange),
}

/// What came from the wire, before anybody looked into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawItem {
    /// Names the item within its channel (IMAP's UIDVALIDITY and UID, a file's offset): for logs and quarantine.
    pub key: String,
    pub content: RawContent,
    pub received_at: Millis,
    /// What the connector must know to normalise it again later (the folder it lay in, the import's mapping).
    /// Shared, since a file of a million rows has one mapping.
    pub hint: Arc<serde_json::Value>,
}

/// What one pull brought.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub items: Vec<RawItem>,
    /// The position after these items, saved only once they are durable. `None` leaves it where it was. It holds no words
    /// and no name or handle of anybody, nor an id that tells one: whoever is erased is looked for in no position.
    pub next: Option<serde_json::Value>,
    /// History (an import, the past of a new mailbox) arrives closed: no notice, no clock, no answer by itself.
    pub history: bool,
    /// Whether more is waiting, so that the next pull should come at once.
    pub more: bool,
    /// When there may be something again, for a channel that is asked at times and not listened to: until then it is
    /// left alone, and costs nothing.
    pub again_at: Option<Millis>,
    /// Items that the channel showed but did not give, with the reason: they are named in Quarantine.
    pub skipped: Vec<(String, String)>,
    /// A stream of everybody's words, of which most are about nobody we know: kept is what a monitor looks for, what is
    /// addressed to us or said by us, and what changes something that was kept. The rest is counted in the ledger.
    pub only_watched: bool,
    /// For the ledger: what was there and is not among the items.
    pub unheard: Unheard,
    /// What is to be done later on the channel's behalf: a page to be fetched, a subscription to be renewed.
    pub errands: Vec<Errand>,
    /// The same, for what comes in pieces (the parts of one long text message): where an errand with the same key stands,
    /// the two become one ([`Errand::gather`]) instead of the new one taking its place.
    pub gathered: Vec<Errand>,
}

/// What a channel could not hear, or heard and did not keep.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unheard {
    /// Spans of time of which something is missing.
    pub gaps: Vec<Gap>,
    /// What was seen and not kept, by its reason: few reasons, in plain words, the connector's own.
    pub counted: std::collections::BTreeMap<String, u64>,
    /// The share of everything that the source gave out, where it says that it gives a sample: above 0, at most 1.
    pub sampled: Option<f64>,
}

/// A span of which something is missing: a stream that broke and could not be resumed, a cursor that the source moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub from: Millis,
    pub until: Millis,
    /// In plain words: "The stream keeps three days; this channel was away for five."
    pub reason: String,
}

/// Work for later, kept in the database until it is done, and then handed to the connector's `errand`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Errand {
    /// One errand a channel and key: the same again replaces the one that stands.
    pub key: String,
    pub task: serde_json::Value,
    pub due: Millis,
}

impl Errand {
    /// Takes up another of the same key: object into object, what is said anew counts (RFC 7396 without its nulls), and
    /// whichever is due earlier says when. Pieces may come while the errand is being done: it is done only if its task
    /// is still the one that was handed out, and what that brought is gathered into whatever stands by then.
    pub fn gather(&mut self, more: Self) {
        merge(&mut self.task, more.task);
        self.due = self.due.min(more.due);
    }
}

fn merge(into: &mut serde_json::Value, more: serde_json::Value) {
    match (into, more) {
        (serde_json::Value::Object(into), serde_json::Value::Object(more)) => {
            for (name, value) in more {
                merge(into.entry(name).or_insert(serde_json::Value::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}

/// What an event is called at its source. `source` is the space in which `external_id` is unique: `mail` for
/// Message-IDs, whichever mailbox they came through; otherwise the account at the platform.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventKey {
    pub source: String,
    pub external_id: String,
}

impl EventKey {
    /// The first 128 bits of BLAKE3 over source and external id: by it a message is known again, and says nothing of who
    /// wrote it.
    pub fn hash(source: &str, external_id: &str) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(source.as_bytes());
        hasher.update(&[0]);
        hasher.update(external_id.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        key
    }
}

/// The connector's normalised event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbound {
    pub key: EventKey,
    pub kind: InboundKind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum InboundKind {
    Created(Box<Content>),
    /// `revision` orders the edits of one message; the original is revision 0. An edit carries the whole content,
    /// and waits where its original has not come yet.
    Edited {
        revision: i64,
        content: Box<Content>,
    },
    Deleted,
    /// The same, of a message of which the channel remembered only the hash of its key ([`EventKey::hash`]): ids tell names.
    /// The event's own external id means nothing.
    DeletedByHash([u8; 16]),
    /// A message of ours that could not be delivered, named by the id it went out with.
    Bounced(BounceNotice),
    /// A message of ours reached its reader's device, says the channel; named by the id it went out with.
    Arrived {
        id: String,
    },
    /// Somebody said by the channel's own means whether they want to hear from us on it (STOP and START of text
    /// messages). It goes before everything else: what still waits to be sent to them is not sent.
    Consent {
        author: Author,
        /// None where they only ask for help: what they said before holds.
        allowed: Option<bool>,
        /// What they wrote, for the record.
        words: String,
        /// What is sent back to them once, by the program: that they are off the list, or how to be helped.
        answer: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BounceNotice {
    pub bounced_id: String,
    /// A permanent failure (5.x.x of RFC 3463) against one that the other server still tries to mend.
    pub permanent: bool,
    /// The recipients it did not reach; empty where the notice does not say.
    #[serde(default)]
    pub failed: Vec<String>,
    pub reason: String,
}

impl BounceNotice {
    /// Whom it did not reach, as far as that is known, and why.
    pub fn words(&self) -> String {
        if self.failed.is_empty() {
            self.reason.clone()
        } else {
            format!("{}: {}", self.failed.join(", "), self.reason)
        }
    }
}

/// Who said it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Author {
    /// The kind of handle: `mail`, `webchat:<account>`, `twitter` …
    pub space: String,
    /// The handle in its canonical form (addresses lower-cased); with `space` it names one identity.
    pub handle: String,
    pub display_name: Option<String>,
    /// An address that the author typed and has not confirmed: it proves nothing and shows nothing.
    pub claimed_mail: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Said to or about us.
    Theirs,
    /// Said by us.
    Ours,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    Private,
    Public,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecipientRole {
    To,
    Cc,
    Bcc,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub role: RecipientRole,
    pub address: String,
    pub name: Option<String>,
}

/// Whether a machine wrote it (RFC 3834). A machine is never answered by a machine, and counts as nobody's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum AutoKind {
    #[default]
    Person,
    /// An absence notice or another automatic reply.
    Reply,
    /// A newsletter or another mail to many.
    Bulk,
}

/// A file that came with a message, still inside the raw item's bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub name: String,
    pub media_type: String,
    /// `Content-ID` without its brackets, for pictures inside the HTML.
    pub content_id: Option<String>,
    pub inline: bool,
    pub bytes: Vec<u8>,
}

/// What a message shows besides its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Shows {
    pub image: bool,
    /// A file came with it, be that here or still where it came from; a picture may be one, too.
    pub file: bool,
}

impl Shows {
    /// A picture that stands among the words and is no file of its own.
    pub const IMAGE: Self = Self { image: true, file: false };
    /// A file that is no picture.
    pub const FILE: Self = Self { image: false, file: true };

    /// A file of this type.
    pub fn file(media_type: &str) -> Self {
        let kind = media_type.split(['/', ';']).next().unwrap_or_default();
        Self { image: kind.trim().eq_ignore_ascii_case("image"), file: true }
    }

    /// A file of which only the name or the address is known: what it is stands at its end.
    pub fn file_named(name: &str) -> Self {
        const PICTURES: [&str; 11] = ["apng", "avif", "bmp", "gif", "heic", "jpe", "jpeg", "jpg", "jxl", "png", "webp"];
        let path = name.split(['?', '#']).next().unwrap_or_default();
        let base = path.rsplit('/').next().unwrap_or_default();
        let ending = base.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        Self { image: PICTURES.contains(&ending.as_str()), file: true }
    }
}

impl std::ops::BitOr for Shows {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self { image: self.image || other.image, file: self.file || other.file }
    }
}

impl std::ops::BitOrAssign for Shows {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl FromIterator<Self> for Shows {
    fn from_iter<T: IntoIterator<Item = Self>>(all: T) -> Self {
        all.into_iter().fold(Self::default(), std::ops::BitOr::bitor)
    }
}

/// A range of bytes in `Content::text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub author: Author,
    pub direction: Direction,
    pub visibility: Visibility,
    /// Written to us, so that it opens a conversation; what is only said about us stays a thread.
    pub addressed_to_us: bool,
    /// When the sender says it was written.
    pub stated_at: Option<Millis>,
    pub subject: Option<String>,
    /// Plain text as it came, quotes and signature included.
    pub text: String,
    /// HTML as it came; nobody shows it before it was sanitised.
    pub html: Option<String>,
    /// External ids of the ancestors in the same source, oldest first; the last is the direct parent.
    pub references: Vec<String>,
    /// Names one of our own messages that this answers, however its headers were mangled.
    pub reply_token: Option<String>,
    /// The token in this message's own header: it went out with it, as a copy of that message of ours.
    pub copy_token: Option<String>,
    pub recipients: Vec<Recipient>,
    /// The address or account of ours that it was written to, or by which we wrote it.
    pub our_address: Option<String>,
    /// Where to answer, if not to the author's own handle.
    pub reply_to: Option<String>,
    pub auto: AutoKind,
    /// Too large to be fetched whole: of what it says nothing is here.
    pub headers_only: bool,
    pub permalink: Option<String>,
    pub attachments: Vec<Attachment>,
    /// What it shows that is not among the attachments: pictures and files that stay where they are.
    #[serde(default)]
    pub shows: Shows,
    /// What could not be read as it should have been ("unknown charset, read as Windows-1252"), shown on the message.
    pub remarks: Vec<String>,
    /// How many people the source says it could reach: the author's followers.
    #[serde(default)]
    pub reach: Option<i64>,
    /// What it answers, where it is an answer of a survey.
    #[serde(default)]
    pub survey: Option<SurveyAnswer>,
    /// Its language (ISO 639-1), where somebody says so who knows; else the words tell it.
    #[serde(default)]
    pub language: Option<String>,
    /// What the author's profile says: its own address, and words in which others may stand. It is what somebody typed, and
    /// proves nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<String>,
}

/// One person's answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurveyAnswer {
    pub survey: String,
    pub question: String,
    pub scale: Scale,
    /// Within the scale; none where only words were given.
    pub score: Option<f64>,
    /// What is known of who answered ("zone": "north"), as the source says it.
    pub attributes: std::collections::BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// 0 to 10: would you recommend us (Reichheld 2003).
    Nps,
    /// 1 to 5: how content are you.
    Csat,
    /// Words alone, or a number without a meaning of its own.
    Free,
}

impl Content {
    /// Something said in public or in private by `author`, and nothing else known of it: nobody's answer, addressed to
    /// nobody. What is known besides is set on it.
    pub fn said(author: Author, direction: Direction, visibility: Visibility, text: String) -> Self {
        Self {
            author,
            direction,
            visibility,
            addressed_to_us: false,
            stated_at: None,
            subject: None,
            text,
            html: None,
            references: Vec::new(),
            reply_token: None,
            copy_token: None,
            recipients: Vec::new(),
            our_address: None,
            reply_to: None,
            auto: AutoKind::Person,
            headers_only: false,
            permalink: None,
            attachments: Vec::new(),
            shows: Shows::default(),
            remarks: Vec::new(),
            reach: None,
            survey: None,
            language: None,
            profile: Vec::new(),
        }
    }

    /// All that it shows, its attachments among it.
    pub fn shown(&self) -> Shows {
        self.shows | self.attachments.iter().map(|file| Shows::file(&file.media_type)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pieces_that_are_gathered_stand_side_by_side_and_the_earlier_hour_holds() {
        let errand = |task, due| Errand { key: "parts".to_owned(), task, due };
        let mut first = errand(json!({ "of": 2, "parts": { "a": { "text": "one" } } }), 9);
        first.gather(errand(json!({ "of": 2, "parts": { "b": { "text": "two" }, "a": { "told": true } } }), 5));
        let both = json!({ "of": 2, "parts": { "a": { "text": "one", "told": true }, "b": { "text": "two" } } });
        assert_eq!(first, errand(both, 5));
        first.gather(errand(json!({ "of": 3 }), 7));
        assert_eq!((first.task["of"].clone(), first.due), (json!(3), 5));
    }

    #[test]
    fn a_file_is_a_picture_by_its_type_or_else_by_its_name() {
        let (picture, file) = (Shows::IMAGE | Shows::FILE, Shows::FILE);
        for media_type in ["image/png", "IMAGE/JPEG; x=1", " image/svg+xml", "image"] {
            assert_eq!(Shows::file(media_type), picture, "{media_type}");
        }
        for media_type in ["", "img", "images/png", "video/mp4", "application/image"] {
            assert_eq!(Shows::file(media_type), file, "{media_type}");
        }
        for name in ["a.PNG", "https://a.example/x/y.jpeg?w=1.5#z", "\u{e9}.gif"] {
            assert_eq!(Shows::file_named(name), picture, "{name}");
        }
        for name in ["", "png", "https://a.png/x", "a.png.zip", "https://a.example/?of=x.png", "x.mp4"] {
            assert_eq!(Shows::file_named(name), file, "{name}");
        }
        assert_eq!([Shows::IMAGE, file].into_iter().collect::<Shows>(), Shows { image: true, file: true });
        assert_eq!(Shows::default() | Shows::IMAGE, Shows { image: true, file: false });
    }
}
