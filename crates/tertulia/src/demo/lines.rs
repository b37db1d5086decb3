//! From a line of the story to what a channel would have brought: a mail, a visitor's words, a row of an archive.

use super::{
    letter::{Letter, Mailbox},
    story::{Line, Place, Story},
};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::sync::Arc;
use tertulia_model::{Millis, RawContent, RawItem};

/// The domain of our own Message-IDs.
const OUR_DOMAIN: &str = "fuenteyflor.example";
/// Our name on the forum and the social site.
pub const OUR_HANDLE: &str = "fuenteyflor";

pub fn minutes(minutes: i64) -> Millis {
    minutes * 60_000
}

/// What a mail is called: `m0001@correo.example`.
pub fn message_id(story: &Story, line: &Line) -> String {
    let mail = line.from.as_deref().and_then(|key| story.person(key).ok()?.mail.as_deref());
    let domain = mail.and_then(|mail| mail.split_once('@')).map_or(OUR_DOMAIN, |(_, domain)| domain);
    format!("{}@{domain}", line.key)
}

/// A mail, in the inbox or in the folder of sent mail.
pub fn mail(story: &Story, line: &Line, at: Millis) -> Result<RawItem> {
    let ours = line.to_us.clone().unwrap_or_else(|| story.organisation.addresses[0].clone());
    let (from, to) = match (&line.from, &line.from_us) {
        (Some(key), _) => {
            let person = story.person(key)?;
            let mail = person.mail.clone().with_context(|| format!("{} writes mail without an address", person.key))?;
            ((Some(person.name.clone()), mail), vec![(Some(story.organisation.name.clone()), ours)])
        }
        (None, Some(member)) => {
            let name = format!("{} · {}", story.member(member)?.name, story.organisation.name);
            ((Some(name), ours), addressees(story, line)?)
        }
        (None, None) => anyhow::bail!("{} has no author", line.key),
    };
    let mut references: Vec<String> =
        story.ancestors(line).filter(|l| l.channel == Place::Email).map(|l| message_id(story, l)).collect();
    references.reverse();
    let letter = Letter {
        id: message_id(story, line),
        from,
        to,
        cc: line.cc.iter().map(|address| named(story, address)).collect(),
        subject: line.subject.clone().unwrap_or_default(),
        at,
        references,
        text: line.text.clone(),
        html: line.html.clone(),
        files: line.attachments.clone(),
        marks: marks(line),
    };
    letter_item(story, &letter, line.from_us.is_some())
}

/// A letter as the mailbox would hand it over.
pub fn letter_item(story: &Story, letter: &Letter, sent: bool) -> Result<RawItem> {
    let folder = if sent { "sent" } else { "inbox" };
    Ok(RawItem {
        key: format!("{folder}:{}", letter.id),
        content: RawContent::Memory(letter.bytes()?),
        received_at: letter.at,
        hint: Arc::new(json!({ "folder": folder, "ours": story.organisation.addresses })),
    })
}

fn marks(line: &Line) -> Vec<(&'static str, &'static str)> {
    if line.bounce_of.is_some() {
        return vec![("Return-Path", "<>"), ("Auto-Submitted", "auto-replied")];
    }
    match line.auto.as_deref() {
        Some("reply") => vec![("Auto-Submitted", "auto-replied"), ("X-Autoreply", "yes")],
        Some(_) => vec![("Precedence", "bulk"), ("List-Unsubscribe", "<mailto:unsubscribe@lists.example>")],
        None => Vec::new(),
    }
}

/// Whom a mail of ours goes to: as it says, or whoever wrote last in what it answers.
fn addressees(story: &Story, line: &Line) -> Result<Vec<Mailbox>> {
    if !line.to.is_empty() {
        return Ok(line.to.iter().map(|address| named(story, address)).collect());
    }
    let person = story.ancestors(line).find_map(|line| line.from.as_deref());
    let person = story.person(person.with_context(|| format!("{} is written to nobody", line.key))?)?;
    let mail = person.mail.clone().with_context(|| format!("{} has no address", person.key))?;
    Ok(vec![(Some(person.name.clone()), mail)])
}

fn named(story: &Story, address: &str) -> Mailbox {
    (story.person_by_mail(address).map(|person| person.name.clone()), address.to_owned())
}

/// The handle of a visitor of the chat.
pub fn visitor(person: &str) -> String {
    format!("visitor:{person}")
}

/// What a line of the chat is called there.
pub fn chat_id(story: &Story, line: &Line) -> String {
    format!("00000000-0000-4000-8000-{:012}", story.number(&line.key))
}

/// What a visitor said, or with `said_by_us` what we said to them.
pub fn chat(story: &Story, line: &Line, at: Millis) -> Result<RawItem> {
    let said_by = line.from.as_deref().or_else(|| story.ancestors(line).find_map(|line| line.from.as_deref()));
    let person = story.person(said_by.with_context(|| format!("{} is said to nobody", line.key))?)?;
    let said_by_us = line.from_us.as_deref().map(|member| story.member(member)).transpose()?;
    let id = chat_id(story, line);
    Ok(chat_item(
        &person.key,
        &person.name,
        &id,
        &line.text,
        at,
        line.visitor_mail.as_deref(),
        said_by_us.map(|m| &*m.name),
    ))
}

/// A visitor's words as the chat keeps them.
pub fn chat_item(
    person: &str,
    name: &str,
    id: &str,
    text: &str,
    at: Millis,
    mail: Option<&str>,
    said_by_us: Option<&str>,
) -> RawItem {
    let said = json!({
        "v": 1, "handle": visitor(person), "id": id, "text": text, "received": at,
        "written": null, "posted": null, "name": name, "claimed_mail": mail,
    });
    RawItem {
        key: id.to_owned(),
        content: RawContent::Memory(said.to_string().into_bytes()),
        received_at: at,
        hint: Arc::new(said_by_us.map_or(Value::Null, |name| json!({ "said_by_us": name }))),
    }
}

/// How the rows of the demo's archives are to be read.
pub fn mapping(place: Place) -> Value {
    let source = if place == Place::Forum { "Neighbourhood forum" } else { "Social posts" };
    let thread = (place == Place::Forum).then_some("thread");
    json!({
        "source": source, "id": "id", "text": "text", "author": "author", "author_name": "name", "time": "time",
        "time_format": "unix_millis", "subject": "subject", "parent": "parent", "thread": thread,
        "revision": "revision", "deleted": "deleted", "our_accounts": [OUR_HANDLE], "visibility": "public",
    })
}

/// The rows of one post: as it was written, each edit, and its deletion.
pub fn rows(story: &Story, line: &Line, at: Millis, now: Millis) -> Result<Vec<String>> {
    let (author, name) = match (&line.from, &line.from_us) {
        (Some(key), _) => {
            let person = story.person(key)?;
            let handle = if line.channel == Place::Forum { &person.forum } else { &person.social };
            (handle.clone().unwrap_or_else(|| person.key.clone()), person.name.clone())
        }
        (None, Some(member)) => {
            (OUR_HANDLE.to_owned(), format!("{} · {}", story.member(member)?.name, story.organisation.name))
        }
        (None, None) => anyhow::bail!("{} has no author", line.key),
    };
    let row = |revision: usize, text: &str| {
        json!({
            "id": line.key, "author": author, "name": name, "time": at, "text": text, "subject": line.subject,
            "parent": line.reply_to, "thread": line.subject, "revision": revision,
        })
        .to_string()
    };
    let mut rows = vec![row(0, &line.text)];
    rows.extend(line.edits.iter().enumerate().map(|(n, edit)| row(n + 1, &edit.text)));
    if line.deleted_minutes_ago.is_some_and(|ago| minutes(ago) >= 0 && at <= now) {
        rows.push(json!({ "id": line.key, "deleted": true }).to_string());
    }
    Ok(rows)
}

/// A row that comes while the demo runs.
pub fn row_item(place: Place, key: &str, row: String, at: Millis) -> RawItem {
    RawItem {
        key: key.to_owned(),
        content: RawContent::Memory(row.into_bytes()),
        received_at: at,
        hint: Arc::new(json!({ "format": "jsonl", "mapping": mapping(place) })),
    }
}
