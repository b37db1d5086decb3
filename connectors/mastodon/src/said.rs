//! Understanding one raw item: a status in the JSON of the client API.

use crate::{
    api::time,
    text::{is_web, plain},
};
use serde::Deserialize;
use serde_json::Value;
use tertulia_connector::NormaliseError;
use tertulia_model::{
    Author, AutoKind, Content, Direction, EventKey, Inbound, InboundKind, Millis, RawItem, Shows, Visibility,
};

/// The names of statuses (ActivityPub ids) are unique in the whole world, and the same in archives.
pub const SOURCE: &str = "mastodon";
const SPACE: &str = "mastodon";
/// HTML of one status that is read, and text that is kept of it.
const MOST_HTML: usize = 2 << 20;
const MOST_TEXT: usize = 1 << 20;
const MOST_NAME: usize = 200;
/// Of what somebody says of themselves in their profile: so much of each part, and so many fields.
const MOST_ABOUT: usize = 5_000;
const MOST_FIELDS: usize = 8;
const LONGEST_URI: usize = 2_000;
/// Pictures and choices that are named.
const MOST_PARTS: usize = 50;

#[derive(Deserialize)]
struct Status {
    uri: Option<String>,
    url: Option<String>,
    account: Option<Account>,
    #[serde(default)]
    in_reply_to_id: Option<String>,
    in_reply_to_account_id: Option<String>,
    reblog: Option<serde::de::IgnoredAny>,
    created_at: Option<String>,
    edited_at: Option<String>,
    visibility: Option<String>,
    #[serde(default)]
    mentions: Vec<Mention>,
    quote: Option<Quote>,
    #[serde(flatten)]
    words: Words,
}

/// What an edit can change, in the form of a status and of an entry of its history.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Words {
    content: Option<String>,
    spoiler_text: Option<String>,
    media_attachments: Vec<Media>,
    poll: Option<Poll>,
}

#[derive(Deserialize)]
struct Account {
    id: Option<String>,
    acct: Option<String>,
    display_name: Option<String>,
    followers_count: Option<i64>,
    #[serde(default)]
    bot: Option<bool>,
    /// What a profile says is no reason not to read a post: whatever a server of the kin puts there is taken.
    #[serde(default)]
    url: Value,
    #[serde(default)]
    note: Value,
    #[serde(default)]
    fields: Value,
}

#[derive(Deserialize)]
struct Mention {
    id: Option<String>,
    acct: Option<String>,
}

#[derive(Deserialize)]
struct Media {
    #[serde(rename = "type")]
    kind: Option<String>,
    url: Option<String>,
    remote_url: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Poll {
    #[serde(default)]
    options: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    title: Option<String>,
}

#[derive(Deserialize)]
struct Quote {
    quoted_status: Option<Quoted>,
}

#[derive(Deserialize)]
struct Quoted {
    url: Option<String>,
}

/// By what a status is remembered, in hex.
pub fn hash_of(uri: &str) -> String {
    format!("{:032x}", u128::from_be_bytes(EventKey::hash(SOURCE, uri)))
}

/// A status that is gone, as the pull remembered it.
#[derive(Deserialize)]
struct Gone {
    hash: String,
}

fn gone(bytes: &[u8]) -> Result<Inbound, NormaliseError> {
    let hash = serde_json::from_slice::<Gone>(bytes).ok().filter(|gone| gone.hash.len() == 32);
    let number = hash.as_ref().and_then(|gone| u128::from_str_radix(&gone.hash, 16).ok());
    let (Some(Gone { hash }), Some(number)) = (hash, number) else {
        return Err(NormaliseError("This tells of a post that is gone, and not of which.".to_owned()));
    };
    let key = EventKey { source: SOURCE.to_owned(), external_id: hash };
    Ok(Inbound { key, kind: InboundKind::DeletedByHash(number.to_be_bytes()) })
}

/// What the pull knew besides the status.
struct Hint<'a> {
    domain: &'a str,
    us: Option<&'a str>,
    event: &'a str,
    parent: Option<&'a str>,
    original: Option<&'a Value>,
}

impl<'a> Hint<'a> {
    fn read(account: &'a str, hint: &'a Value) -> Self {
        let text = |name: &str| hint.get(name).and_then(Value::as_str);
        let own_domain = account.split_once('@').map_or("", |(_, domain)| domain);
        Self {
            domain: text("domain").unwrap_or(own_domain),
            us: text("us"),
            event: text("event").unwrap_or("said"),
            parent: text("parent"),
            original: hint.get("original").filter(|original| original.is_object()),
        }
    }
}

pub fn normalise(account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
    let hint = Hint::read(account, &item.hint);
    if hint.event == "deleted" {
        return Ok(vec![gone(bytes)?]);
    }
    let status: Status = serde_json::from_slice(bytes)
        .map_err(|error| NormaliseError(format!("This is not a post as Mastodon's API gives it: {error}.")))?;
    let uri = status.uri.as_deref().filter(|uri| !uri.is_empty() && uri.len() <= LONGEST_URI);
    let uri = uri.ok_or_else(|| NormaliseError("This post has no name (uri), or one that is too long.".to_owned()))?;
    let key = EventKey { source: SOURCE.to_owned(), external_id: uri.to_owned() };
    if status.reblog.is_some() {
        return Err(NormaliseError("This is a boost: the words stand in the post itself.".to_owned()));
    }
    let content = |words: &Words| content(account, &hint, &status, uri, words);
    let created = |content| Inbound { key: key.clone(), kind: InboundKind::Created(Box::new(content)) };
    let edited = |revision, content| {
        let kind = InboundKind::Edited { revision, content: Box::new(content) };
        Inbound { key: key.clone(), kind }
    };
    let now = content(&status.words)?;
    let revision = status.edited_at.as_deref().and_then(time).filter(|at| *at > 0);
    Ok(match (hint.event, revision, hint.original) {
        ("edited", Some(revision), _) => vec![edited(revision, now)],
        (_, Some(revision), Some(original)) => match serde_json::from_value::<Words>(original.clone()) {
            Ok(first) => vec![created(content(&first)?), edited(revision, now)],
            Err(_) => vec![created(now)],
        },
        _ => vec![created(now)],
    })
}

fn content(
    account: &str,
    hint: &Hint<'_>,
    status: &Status,
    uri: &str,
    words: &Words,
) -> Result<Content, NormaliseError> {
    let by = status.account.as_ref().ok_or_else(|| NormaliseError("This post has no author.".to_owned()))?;
    let author = author(by, hint.domain)?;
    // The number that the server itself gave is surer than a name.
    let ours = match (hint.us, by.id.as_deref()) {
        (Some(us), Some(id)) => us == id,
        _ => author.handle == account.to_lowercase(),
    };
    let direction = if ours { Direction::Ours } else { Direction::Theirs };
    // What is neither of the two public kinds ("private", "direct", and what the kin add) stays among few.
    let public = matches!(status.visibility.as_deref(), Some("public" | "unlisted"));
    let visibility = if public { Visibility::Public } else { Visibility::Private };
    let mut remarks = Vec::new();
    let text = whole_text(status, words, &mut remarks);
    let is_us = |id: Option<&str>| id.is_some() && id == hint.us;
    let mentioned = status.mentions.iter().any(|mention| {
        let named = mention.acct.as_deref().is_some_and(|acct| full(acct, hint.domain) == account.to_lowercase());
        named || is_us(mention.id.as_deref())
    });
    let references: Vec<String> =
        hint.parent.filter(|parent| *parent != uri && !parent.is_empty()).map(str::to_owned).into_iter().collect();
    if status.in_reply_to_id.is_some() && references.is_empty() {
        remarks.push("It answers a post that is gone, or that this account may not see.".to_owned());
    }
    let permalink = status.url.as_deref().filter(|url| is_web(url)).or_else(|| Some(uri).filter(|uri| is_web(uri)));
    let addressed_to_us = !ours && (mentioned || is_us(status.in_reply_to_account_id.as_deref()));
    Ok(Content {
        addressed_to_us,
        stated_at: status.created_at.as_deref().and_then(time),
        subject: words.spoiler_text.as_deref().map(|words| cut(words.trim(), 1_000)).filter(|words| !words.is_empty()),
        references,
        our_address: (ours || addressed_to_us).then(|| account.to_owned()),
        auto: if by.bot == Some(true) { AutoKind::Bulk } else { AutoKind::Person },
        permalink: permalink.map(str::to_owned),
        remarks,
        shows: words.media_attachments.iter().map(shown).collect(),
        reach: by.followers_count.filter(|count| *count >= 0),
        profile: profile(by),
        ..Content::said(author, direction, visibility, text)
    })
}

fn author(account: &Account, domain: &str) -> Result<Author, NormaliseError> {
    let acct = account.acct.as_deref().map(str::trim).filter(|acct| is_name(acct));
    let named = acct.map(|acct| full(acct, domain));
    // Without a name the account's own number still tells who it is.
    let handle = named.or_else(|| account.id.as_ref().filter(|id| !id.is_empty()).map(|id| format!("{id}@{domain}")));
    let handle = handle.ok_or_else(|| NormaliseError("This post has no author.".to_owned()))?;
    let display_name =
        account.display_name.as_deref().map(|name| cut(name.trim(), MOST_NAME)).filter(|n| !n.is_empty());
    Ok(Author { space: SPACE.to_owned(), handle, display_name, claimed_mail: None })
}

/// The profile's own address, what its owner wrote there, and the links in its fields.
fn profile(account: &Account) -> Vec<String> {
    let url = account.url.as_str().into_iter().filter(|url| is_web(url)).map(|url| one_line(url, LONGEST_URI));
    let fields = account.fields.as_array().into_iter().flatten().take(MOST_FIELDS);
    let fields = fields.filter_map(|field| field.get("value").and_then(Value::as_str));
    let words = account.note.as_str().into_iter().chain(fields);
    let words = words.map(|html| one_line(&plain(&html[..html.floor_char_boundary(MOST_ABOUT)]), MOST_ABOUT));
    url.chain(words).filter(|words| !words.is_empty()).collect()
}

fn is_name(acct: &str) -> bool {
    (1..=500).contains(&acct.len()) && acct.chars().all(|c| c.is_alphanumeric() || "@._-:".contains(c))
}

/// Who has their account on the same server is named without it.
fn full(acct: &str, domain: &str) -> String {
    let acct = acct.trim_start_matches('@').to_lowercase();
    if acct.contains('@') || domain.is_empty() { acct } else { format!("{acct}@{domain}") }
}

/// The words, and below them what else the author put there: choices of a poll, pictures with what they show.
fn whole_text(status: &Status, words: &Words, remarks: &mut Vec<String>) -> String {
    let html = words.content.as_deref().unwrap_or_default();
    let start = &html[..html.floor_char_boundary(MOST_HTML)];
    let whole = plain(start);
    let mut text = cut_bytes(&whole, MOST_TEXT).to_owned();
    if start.len() < html.len() || text.len() < whole.len() {
        remarks.push("This post is very long; its end was left out.".to_owned());
    }
    let mut below = Vec::new();
    if let Some(poll) = words.poll.as_ref().filter(|poll| !poll.options.is_empty()) {
        let choices = poll.options.iter().take(MOST_PARTS).filter_map(|choice| choice.title.as_deref());
        below.extend(choices.map(|title| format!("- {}", one_line(title, 500))));
    }
    let parts = words.media_attachments.iter().take(MOST_PARTS);
    below.extend(parts.map(|media| medium(media, remarks)));
    // Servers that know quotes put the address into the words as well, for those that do not.
    let quoted = status.quote.as_ref().and_then(|quote| quote.quoted_status.as_ref()?.url.as_deref());
    below.extend(
        quoted
            .filter(|url| is_web(url) && !text.contains(url))
            .map(|url| format!("RE: {}", one_line(url, LONGEST_URI))),
    );
    if !below.is_empty() {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&below.join("\n"));
    }
    text
}

/// What the server could not fetch it calls unknown: then the name has to tell.
fn shown(media: &Media) -> Shows {
    match media.kind.as_deref() {
        // A moving picture that somebody put there as a GIF is kept as a silent film.
        Some("image" | "gifv") => Shows::IMAGE | Shows::FILE,
        Some("video" | "audio") => Shows::FILE,
        _ => Shows::file_named(media.remote_url.as_deref().or(media.url.as_deref()).unwrap_or_default()),
    }
}

fn medium(media: &Media, remarks: &mut Vec<String>) -> String {
    let kind = match media.kind.as_deref() {
        Some("image") => "Picture",
        Some("gifv" | "video") => "Video",
        Some("audio") => "Sound",
        _ => "File",
    };
    let shows = media.description.as_deref().map(|words| one_line(words, 2_000)).filter(|words| !words.is_empty());
    let link = media.remote_url.as_deref().or(media.url.as_deref()).filter(|url| is_web(url));
    let link = link.map(|url| format!(" {}", one_line(url, LONGEST_URI))).unwrap_or_default();
    if remarks.is_empty() {
        remarks.push("Pictures and other files stay where they are; links lead to them.".to_owned());
    }
    match shows {
        Some(shows) => format!("[{kind}: {shows}]{link}"),
        None => format!("[{kind}]{link}"),
    }
}

fn one_line(text: &str, most: usize) -> String {
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), most)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|c| *c != '\0').take(most).collect()
}

fn cut_bytes(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Whether two texts say the same, as Mastodon may have shaped one of them a little.
pub fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// When a status was written, for who looks for one.
pub fn written_at(status: &Value) -> Option<Millis> {
    status.get("created_at").and_then(Value::as_str).and_then(time)
}
