//! The posts of one account, as Mastodon and its relatives export them: an OrderedCollection of ActivityPub
//! (W3C Recommendation of 2018-01-23), bare or in the zip or tar.gz of the account's export.

use crate::{
    bounds::id,
    elements::Elements,
    format::Encoding,
    json::{self, each, text},
    packed::{Unpacked, one_of},
    plan::Plan,
    reader::{ImportError, Opened},
    said::{MOST_SUBJECT, Said, author, content_of, is_web_address, parse_json, remark_file, take_sides, without_nul},
    times,
    window::{Input, Window},
};
use serde_json::{Value, json};
use std::io::{Read, Seek, SeekFrom};
use tertulia_connector::NormaliseError;
use tertulia_connector::html::{html_to_text, shown_in};
use tertulia_connector_email::one_line;
use tertulia_model::{Content, EventKey, Inbound, InboundKind, Millis, Shows, Visibility};
use url::Url;

pub(crate) const SOURCE: &str = "mastodon";
const PUBLIC: [&str; 3] = ["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"];

/// Whether text that begins so is such a collection.
pub(crate) fn begins_an_outbox(start: &str) -> bool {
    start.starts_with('{')
        && (start.contains("\"orderedItems\"") || start.contains("\"OrderedCollection"))
        && start.contains("activitystreams")
}

/// Whether a packed file with a member of this name, in its beginning, is an account's export.
pub(crate) fn is_in_an_export(member: &str) -> bool {
    let base = crate::packed::base(member);
    matches!(base, "outbox.json" | "actor.json") || member.contains("media_attachments/files/")
}

pub(crate) fn open(mut input: Box<dyn Input>) -> Result<Opened, ImportError> {
    let mut first = Vec::new();
    input.seek(SeekFrom::Start(0))?;
    (&mut input).take(4).read_to_end(&mut first)?;
    let is_packed = first.starts_with(b"PK") || first.starts_with(&[0x1f, 0x8b]);
    let (input, packed, actor): (Box<dyn Input>, _, _) = if is_packed {
        let (outbox, actor): (Unpacked, _) = one_of(input, "outbox.json", "actor.json")?;
        let size = outbox.size();
        (Box::new(outbox), Some(size), actor)
    } else {
        (input, None, None)
    };
    let mut window = Window::new(input, Encoding::Utf8, 0)?;
    if !json::enter(&mut window, &["orderedItems"])? {
        let what = "This file has no list called orderedItems: it is no outbox, or only its cover page. Ask for the export \
                    under Preferences, Import and export; its outbox.json holds the posts.";
        return Err(ImportError::Unreadable(what.to_owned()));
    }
    let facts = actor.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()).map_or(Value::Null, |actor| {
        json!({ "actor": text(&actor, "id"), "username": text(&actor, "preferredUsername"), "name": text(&actor, "name") })
    });
    Ok((Box::new(Elements::of_list(window, judge, packed)), facts))
}

fn judge(activity: &Value) -> Option<&'static str> {
    let object = activity.get("object");
    let is_post = |object: &Value| text(object, "type").is_some_and(|kind| POSTS.contains(&kind));
    match text(activity, "type")? {
        "Create" | "Update" if object.is_some_and(Value::is_string) => {
            Some("It only names a post and does not hold it.")
        }
        "Create" | "Update" if !object.is_some_and(is_post) => Some("It tells of something else than a post."),
        "Create" | "Update" | "Delete" => None,
        "Announce" => Some("It passes on what somebody else wrote (a boost)."),
        kind if POSTS.contains(&kind) => None,
        _ => Some("It holds no words (a like, a follow, something undone)."),
    }
}

/// What stands for a post: Mastodon writes Note and Question, its relatives the others.
const POSTS: [&str; 6] = ["Note", "Question", "Article", "Page", "Video", "Event"];

pub(crate) fn normalise(plan: &Plan, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
    let activity = parse_json(bytes)?;
    let key = |object: &Value| {
        let told = object.as_str().or_else(|| text(object, "id"));
        let told =
            told.ok_or_else(|| NormaliseError("This post has no id, so it cannot be told from others.".to_owned()))?;
        Ok::<_, NormaliseError>(EventKey { source: SOURCE.to_owned(), external_id: id(told) })
    };
    let object = activity.get("object").unwrap_or(&Value::Null);
    match text(&activity, "type") {
        Some("Delete") => Ok(vec![Inbound { key: key(object)?, kind: InboundKind::Deleted }]),
        Some("Update") => {
            let (key, said) = (key(object)?, said(plan, &activity, object));
            let revision = said.edited_at.or(time(&activity, "published")).unwrap_or(1).max(1);
            Ok(vec![Inbound { key, kind: InboundKind::Edited { revision, content: Box::new(said.content) } }])
        }
        Some("Create") => Ok(said(plan, &activity, object).into_events(key(object)?)),
        Some(kind) if POSTS.contains(&kind) => Ok(said(plan, &activity, &activity).into_events(key(&activity)?)),
        _ => Err(NormaliseError("This is no activity of ActivityPub that is known here.".to_owned())),
    }
}

fn time(object: &Value, key: &str) -> Option<Millis> {
    times::read(text(object, key)?, crate::mapping::TimeFormat::Iso, &jiff::tz::TimeZone::UTC)
}

fn said(plan: &Plan, activity: &Value, object: &Value) -> Said {
    let actor = ["attributedTo", "actor"].into_iter().find_map(|key| {
        let named = |object: &Value| {
            each(object.get(key)).find_map(|actor| actor.as_str().or_else(|| text(actor, "id"))).map(str::to_owned)
        };
        named(object).or_else(|| named(activity))
    });
    let actor = actor.unwrap_or_else(|| "unknown".to_owned());
    let (account, name) = account(plan, &actor);
    let html = text(object, "content").or_else(|| each(object.get("contentMap")).find_map(first_text));
    let html = without_nul(html.unwrap_or_default().to_owned());
    let mut words = html_to_text(&html);
    for option in ["oneOf", "anyOf"].into_iter().flat_map(|kind| each(object.get(kind))) {
        words.push_str("\n- ");
        words.push_str(&one_line(text(option, "name").unwrap_or_default(), 500));
    }
    let title = text(object, "summary").or_else(|| text(object, "name"));
    let mut content = Content {
        visibility: visibility(activity, object),
        stated_at: time(object, "published").or_else(|| time(activity, "published")),
        subject: title.map(|title| one_line(&html_to_text(title), MOST_SUBJECT)),
        references: references(object),
        shows: shown(object, &html),
        html: Some(html).filter(|html| !html.is_empty()),
        permalink: permalink(object),
        ..content_of(author(SOURCE, &account, name.as_deref()), words.trim_start_matches('\n').to_owned())
    };
    for file in each(object.get("attachment")) {
        let name = text(file, "name").or_else(|| text(file, "mediaType")).unwrap_or_default();
        remark_file(&mut content, name, text(file, "url"));
    }
    let mentions = each(object.get("tag")).filter(|tag| text(tag, "type") == Some("Mention"));
    let mentions: Vec<&str> = mentions.flat_map(|tag| [text(tag, "name"), text(tag, "href")]).flatten().collect();
    take_sides(plan, &mut content, [account.as_str(), actor.as_str()], mentions);
    Said { content, revision: None, edited_at: time(object, "updated") }
}

/// Programs that write articles name the picture above one by itself.
fn shown(object: &Value, html: &str) -> Shows {
    let file = |file: &Value| {
        let told = match text(file, "type") {
            Some("Image") => Shows::file("image"),
            _ => Shows::file(text(file, "mediaType").unwrap_or_default()),
        };
        told | Shows::file_named(text(file, "url").unwrap_or_default())
    };
    let above = each(object.get("image")).take(1).map(|_| Shows::IMAGE);
    each(object.get("attachment")).map(file).chain(above).collect::<Shows>() | shown_in(html)
}

fn first_text(map: &Value) -> Option<&str> {
    map.as_object()?.values().find_map(Value::as_str)
}

/// The account as people write it: `kim@example.social`. What follows the host in an actor's address differs from program
/// to program; where it cannot be understood the address itself is the handle.
fn account(plan: &Plan, actor: &str) -> (String, Option<String>) {
    let facts = &plan.facts;
    let is_own = text(facts, "actor") == Some(actor);
    let name = text(facts, "name").filter(|_| is_own).map(str::to_owned);
    let told = text(facts, "username").filter(|_| is_own);
    let account = Url::parse(actor).ok().and_then(|url| {
        let host = url.host_str()?;
        let mut parts = url.path_segments()?.filter(|part| !part.is_empty());
        let by_address = match (parts.next()?, parts.next(), parts.next()) {
            ("users" | "profile" | "u" | "accounts", Some(name), None) => Some(name),
            (name, None, None) => name.strip_prefix('@'),
            _ => None,
        };
        Some(format!("{}@{host}", told.or(by_address)?).to_lowercase())
    });
    (id(&account.unwrap_or_else(|| actor.to_owned())), name)
}

/// Public is what was written to everybody, also where it was kept out of lists ("unlisted" stands in cc).
fn visibility(activity: &Value, object: &Value) -> Visibility {
    let readers = |of: &Value| ["to", "cc"].into_iter().any(|key| of.get(key).is_some_and(|list| !list.is_null()));
    let of = if readers(object) { object } else { activity };
    let everybody = ["to", "cc"].into_iter().flat_map(|key| each(of.get(key))).filter_map(Value::as_str);
    match everybody.into_iter().any(|reader| PUBLIC.contains(&reader)) {
        true => Visibility::Public,
        false => Visibility::Private,
    }
}

fn references(object: &Value) -> Vec<String> {
    let own = text(object, "id");
    let parents = each(object.get("inReplyTo")).filter_map(|parent| parent.as_str().or_else(|| text(parent, "id")));
    parents.filter(|parent| Some(*parent) != own).map(id).take(1).collect()
}

fn permalink(object: &Value) -> Option<String> {
    let links = each(object.get("url")).filter_map(|link| link.as_str().or_else(|| text(link, "href")));
    let mut links = links.chain(text(object, "id"));
    links.find(|link| is_web_address(link)).map(str::to_owned)
}
