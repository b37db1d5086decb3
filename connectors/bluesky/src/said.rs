//! Understanding one event of the stream: a post that was made, changed or taken back.

use crate::{
    facets::{is_web, mentions, written_out},
    names::{POST, is_did, is_record_key, micros_of, page_of, parts_of, post_uri},
};
use serde::Deserialize;
use serde_json::Value;
use tertulia_connector::NormaliseError;
use tertulia_model::{Author, Content, Direction, EventKey, Inbound, InboundKind, RawItem, Shows, Visibility};

/// Addresses of records (`at://`) are unique in the whole network.
pub const SOURCE: &str = "bluesky";
const SPACE: &str = "bluesky";
/// The lexicon allows 3,000 bytes; who keeps to nothing is cut here.
const MOST_TEXT: usize = 64 << 10;
const MOST_PARTS: usize = 20;

#[derive(Deserialize)]
struct Event {
    did: String,
    #[serde(default)]
    time_us: i64,
    kind: String,
    commit: Option<Commit>,
}

#[derive(Deserialize)]
struct Commit {
    #[serde(default)]
    rev: String,
    operation: String,
    collection: String,
    rkey: String,
    record: Option<Value>,
}

pub fn normalise(account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
    let event: Event = serde_json::from_slice(bytes)
        .map_err(|error| NormaliseError(format!("This is no event of a Jetstream: {error}.")))?;
    // An account that was closed or suspended says nothing, and takes nothing back.
    let Some(commit) = event.commit.filter(|commit| event.kind == "commit" && commit.collection == POST) else {
        return Ok(Vec::new());
    };
    if !is_did(&event.did) || !is_record_key(&commit.rkey) {
        return Err(NormaliseError("The author or the name of this post is not one of the AT protocol.".to_owned()));
    }
    let uri = post_uri(&event.did, &commit.rkey);
    let key = EventKey { source: SOURCE.to_owned(), external_id: uri.clone() };
    let us = item.hint.get("us").and_then(Value::as_str);
    let content = |record: Option<&Value>| match record {
        Some(record) if record.is_object() => {
            let said = content(account, &event.did, &uri, record, us);
            Ok(Box::new(with_profile(said, item.hint.get("profile"))))
        }
        _ => Err(NormaliseError("This post has no record.".to_owned())),
    };
    let kinds = match commit.operation.as_str() {
        "create" => vec![InboundKind::Created(content(commit.record.as_ref())?)],
        "update" => {
            let content = content(commit.record.as_ref())?;
            // Revisions of a repository rise (they are TIDs), whatever the clock of a stream says.
            let revision = micros_of(&commit.rev).unwrap_or(event.time_us).max(1);
            // An update carries the whole post: where it was not kept before, it is heard as it stands now.
            vec![InboundKind::Created(content.clone()), InboundKind::Edited { revision, content }]
        }
        "delete" => vec![InboundKind::Deleted],
        other => {
            let shown: String = other.chars().take(40).collect();
            return Err(NormaliseError(format!("{shown} is nothing that is known to happen to a post.")));
        }
    };
    Ok(kinds.into_iter().map(|kind| Inbound { key: key.clone(), kind }).collect())
}

fn content(account: &str, did: &str, uri: &str, record: &Value, us: Option<&str>) -> Content {
    let words = record.get("text").and_then(Value::as_str).unwrap_or_default();
    let none = Value::Null;
    let facets = record.get("facets").unwrap_or(&none);
    let mut remarks = Vec::new();
    let kept = &words[..words.floor_char_boundary(MOST_TEXT)];
    if kept.len() < words.len() {
        remarks.push("This post is very long; its end was left out.".to_owned());
    }
    let text = whole_text(did, kept, facets, record, &mut remarks);
    let ours = us == Some(did);
    let ancestors = ancestors(record, uri);
    let answers_us = us.is_some_and(|us| {
        ancestors.iter().any(|uri| parts_of(uri).is_some_and(|(repo, _)| repo == us)) || mentions(kept, facets, us)
    });
    let author = Author { space: SPACE.to_owned(), handle: did.to_owned(), display_name: None, claimed_mail: None };
    let direction = if ours { Direction::Ours } else { Direction::Theirs };
    let stated = record.get("createdAt").and_then(Value::as_str);
    Content {
        addressed_to_us: !ours && answers_us,
        stated_at: stated.and_then(|at| at.parse::<jiff::Timestamp>().ok()).map(|at| at.as_millisecond()),
        references: ancestors,
        our_address: (ours || answers_us).then(|| account.to_owned()),
        permalink: page_of(uri),
        shows: record.get("embed").map(shown).unwrap_or_default(),
        remarks,
        ..Content::said(author, direction, Visibility::Public, text)
    }
}

/// What was found out of its author when it was kept.
fn with_profile(mut content: Content, profile: Option<&Value>) -> Content {
    let told = |name: &str| profile.and_then(|profile| profile.get(name));
    content.author.display_name = told("name").and_then(Value::as_str).map(str::to_owned);
    content.reach = told("followers").and_then(Value::as_i64);
    let says = told("says").and_then(Value::as_array).into_iter().flatten();
    content.profile = says.filter_map(Value::as_str).map(str::to_owned).collect();
    content
}

/// The beginning of the talk and what is answered directly, as far as they are posts.
fn ancestors(record: &Value, own: &str) -> Vec<String> {
    let uri = |which: &str| record.pointer(&format!("/reply/{which}/uri")).and_then(Value::as_str);
    let mut ancestors: Vec<String> = Vec::new();
    for uri in ["root", "parent"].into_iter().filter_map(uri) {
        let known = parts_of(uri).is_some_and(|(repo, _)| is_did(repo));
        if known && uri != own {
            ancestors.retain(|other| other != uri);
            ancestors.push(uri.to_owned());
        }
    }
    ancestors
}

/// The words, and below them what else the author put there.
fn whole_text(did: &str, words: &str, facets: &Value, record: &Value, remarks: &mut Vec<String>) -> String {
    let mut text = written_out(words, facets);
    text.retain(|c| c != '\0');
    let mut below = Vec::new();
    if let Some(embed) = record.get("embed") {
        embedded(did, embed, &mut below, remarks);
        below.retain(|line| {
            !line.rsplit(' ').next().is_some_and(|link| is_web(link) && line == link && text.contains(link))
        });
    }
    let hidden_tags: Vec<String> = strings(record.get("tags")).map(|tag| format!("#{}", one_line(tag, 640))).collect();
    if !hidden_tags.is_empty() {
        below.push(hidden_tags.join(" "));
    }
    let labels = record.pointer("/labels/values").and_then(Value::as_array).into_iter().flatten().take(MOST_PARTS);
    let labels: Vec<&str> = labels.filter_map(|label| label.get("val")?.as_str()).collect();
    if !labels.is_empty() {
        remarks.push(format!("Its author marked it: {}.", one_line(&labels.join(", "), 200)));
    }
    if !below.is_empty() {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&below.join("\n"));
    }
    text
}

fn strings(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).take(MOST_PARTS)
}

fn embedded(did: &str, embed: &Value, below: &mut Vec<String>, remarks: &mut Vec<String>) {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(|text| one_line(text, 2_000));
    match embed.get("$type").and_then(Value::as_str) {
        Some("app.bsky.embed.images") => {
            let images = embed.get("images").and_then(Value::as_array).into_iter().flatten().take(MOST_PARTS);
            for image in images {
                // JSON of the protocol writes `$link`; some streams write a lone slash.
                let link = image.pointer("/image/ref/$link").or_else(|| image.pointer("/image/ref/~1"));
                below.push(medium(
                    "Picture",
                    text(image, "alt"),
                    link.and_then(Value::as_str).and_then(|cid| picture(did, cid)),
                ));
            }
            remarks.push("Pictures and other files stay where they are; links lead to them.".to_owned());
        }
        Some("app.bsky.embed.video") => {
            below.push(medium("Video", text(embed, "alt"), None));
            remarks.push("Pictures and other files stay where they are.".to_owned());
        }
        Some("app.bsky.embed.external") => {
            let Some(external) = embed.get("external") else { return };
            let Some(uri) = external.get("uri").and_then(Value::as_str).filter(|uri| is_web(uri) && uri.len() <= 8_192)
            else {
                return;
            };
            let uri: String = uri.split_whitespace().collect();
            match text(external, "title").filter(|title| !title.is_empty()) {
                Some(title) => below.push(format!("[Link: {title}] {uri}")),
                None => below.push(uri),
            }
        }
        Some("app.bsky.embed.record") => {
            let quoted = embed.pointer("/record/uri").and_then(Value::as_str);
            below.extend(quoted.and_then(page_of).map(|page| format!("RE: {page}")));
        }
        Some("app.bsky.embed.recordWithMedia") => {
            // One of each, and neither holds another one of these.
            for (part, inner) in [("media", embed.get("media")), ("record", embed.get("record"))] {
                let nested = inner.filter(|inner| {
                    inner.get("$type").and_then(Value::as_str) != Some("app.bsky.embed.recordWithMedia")
                });
                if let Some(nested) = nested {
                    embedded(did, nested, below, remarks);
                } else if part == "record" {
                    remarks.push("What it quotes could not be read.".to_owned());
                }
            }
        }
        _ => {}
    }
}

/// The picture of a link's card is that of the page it leads to, and none that the author shows. But an animated one that
/// was chosen in an app is handed on as the card of its own address.
fn shown(embed: &Value) -> Shows {
    let kind = |embed: &Value| embed.get("$type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let media = match kind(embed).as_str() {
        "app.bsky.embed.recordWithMedia" => embed.get("media").unwrap_or(&Value::Null),
        _ => embed,
    };
    let is_moving = || media.get("presentation").and_then(Value::as_str) == Some("gif");
    match kind(media).as_str() {
        "app.bsky.embed.images" if media.pointer("/images/0").is_some() => Shows::IMAGE | Shows::FILE,
        "app.bsky.embed.video" if is_moving() => Shows::IMAGE | Shows::FILE,
        "app.bsky.embed.video" => Shows::FILE,
        "app.bsky.embed.external" => {
            let uri = media.pointer("/external/uri").and_then(Value::as_str).unwrap_or_default();
            Shows { file: false, ..Shows::file_named(uri) }
        }
        _ => Shows::default(),
    }
}

fn medium(kind: &str, shows: Option<String>, link: Option<String>) -> String {
    let link = link.map(|link| format!(" {link}")).unwrap_or_default();
    match shows.filter(|shows| !shows.is_empty()) {
        Some(shows) => format!("[{kind}: {shows}]{link}"),
        None => format!("[{kind}]{link}"),
    }
}

/// Where Bluesky's own page takes its pictures from.
fn picture(did: &str, cid: &str) -> Option<String> {
    let good = (10..=200).contains(&cid.len()) && cid.bytes().all(|b| b.is_ascii_alphanumeric());
    good.then(|| format!("https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg"))
}

fn one_line(text: &str, most: usize) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|c| *c != '\0').take(most).collect()
}
