//! Posts of a forum, as Discourse's API gives them: the lines of a crawl, a list, or a topic with its `post_stream`.

use crate::{
    bounds::id,
    elements::Elements,
    format::{Encoding, Format},
    json::{self, text},
    plain::Plain,
    plan::Plan,
    reader::{ImportError, Opened},
    rows::LineEnd,
    said::{MOST_SUBJECT, Said, author, content_of, parse_json, remark, take_sides, without_nul},
    window::{Input, Window},
};
use serde_json::Value;
use tertulia_connector::NormaliseError;
use tertulia_connector::html::{Token, html_to_text, shown_in, tokens};
use tertulia_connector_email::one_line;
use tertulia_model::{Content, EventKey, Inbound, InboundKind, Shows, Visibility};
use url::Url;

/// Where a file may hold its posts.
const PATHS: [&[&str]; 4] = [&["post_stream", "posts"], &["latest_posts"], &["posts"], &[]];
/// What a topic says of all its posts.
const FACTS: [&str; 4] = ["id", "title", "slug", "archetype"];

/// Whether the first object of a text has what only posts of Discourse have.
pub(crate) fn begins_posts(start: &str) -> bool {
    let has = |key: &str| start.contains(&format!("\"{key}\""));
    matches!(start.as_bytes().first(), Some(b'{' | b'['))
        && ["cooked", "post_number", "topic_id", "username"].into_iter().all(has)
}

pub(crate) fn open(input: Box<dyn Input>, mark: u64) -> Result<Opened, ImportError> {
    let mut window = Window::new(input, Encoding::Utf8, mark)?;
    for path in PATHS {
        window.jump(mark)?;
        if json::enter(&mut window, path)? {
            let mut facts = Value::Null;
            if path.len() == 2 {
                window.jump(mark)?;
                facts = Value::Object(json::facts(&mut window, &FACTS)?);
                window.jump(mark)?;
                json::enter(&mut window, path)?;
            }
            return Ok((Box::new(Elements::of_list(window, judge, None)), facts));
        }
        if path.len() == 2 && is_one_post_a_line(&mut window, mark)? {
            window.jump(mark)?;
            let lines = Plain {
                window,
                format: Format::Discourse,
                encoding: Encoding::Utf8,
                ends: LineEnd::Either,
                columns: 0,
                read_again: 0,
            };
            return Ok((Box::new(Elements::of_lines(lines, judge)), Value::Null));
        }
    }
    let what = "No posts were found in this file. Import a topic as the API gives it (/t/ID.json), a list of posts, or one \
                post a line.";
    Err(ImportError::Unreadable(what.to_owned()))
}

/// Whether the first object is a post itself.
fn is_one_post_a_line(window: &mut Window, mark: u64) -> Result<bool, ImportError> {
    window.jump(mark)?;
    Ok(json::facts(window, &["post_number"])?.contains_key("post_number"))
}

fn judge(post: &Value) -> Option<&'static str> {
    // Of the kinds of posts, 3 is what the forum notes by itself.
    (post.get("post_type").and_then(Value::as_i64) == Some(3))
        .then_some("It is a note of the forum's own (a topic was closed, somebody was invited).")
}

pub(crate) fn normalise(account: &str, plan: &Plan, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
    let post = parse_json(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))?;
    let missing =
        |what: &str| NormaliseError(format!("This post has no {what}, so it is no post as Discourse gives them."));
    let topic = post.get("topic_id").or_else(|| plan.facts.get("id")).and_then(Value::as_i64);
    let topic = topic.ok_or_else(|| missing("topic_id"))?;
    let number = post.get("post_number").and_then(Value::as_i64).ok_or_else(|| missing("post_number"))?;
    let site = site(account, plan);
    let source = format!("discourse:{}", site.name);
    let key = EventKey { source: source.clone(), external_id: name(topic, number) };
    let is_set = |field: &str| post.get(field).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)));
    if is_set("deleted_at") || is_set("user_deleted") {
        return Ok(vec![Inbound { key, kind: InboundKind::Deleted }]);
    }
    let html = without_nul(text(&post, "cooked").unwrap_or_default().to_owned());
    let words = if html.is_empty() { text(&post, "raw").unwrap_or_default().to_owned() } else { html_to_text(&html) };
    if words.trim().is_empty() && html.is_empty() {
        return Ok(Vec::new());
    }
    let username = text(&post, "username").ok_or_else(|| missing("username"))?;
    let display = text(&post, "name").or_else(|| text(&post, "display_username"));
    let title = text(&post, "topic_title").or_else(|| text(&post, "title")).or_else(|| text(&plan.facts, "title"));
    let is_private = text(&plan.facts, "archetype") == Some("private_message") || post["post_type"] == 4;
    let read = |field: &str| plan.time(text(&post, field)?);
    let mut content = Content {
        visibility: if is_private || is_set("hidden") { Visibility::Private } else { plan.visibility() },
        stated_at: read("created_at"),
        subject: title.map(|title| one_line(&html_to_text(title), MOST_SUBJECT)),
        references: references(&post, topic, number),
        permalink: site.address.map(|address| format!("{address}/t/{}/{topic}/{number}", slug(plan, &post))),
        ..content_of(author(&source, &id(&username.to_lowercase()), display.or(Some(username))), without_nul(words))
    };
    if is_set("hidden") {
        remark(&mut content, "The forum hides this post.".to_owned());
    }
    let to = text(&post["reply_to_user"], "username");
    let mentions = mentions(&html);
    take_sides(plan, &mut content, [username], to.into_iter().chain(mentions.iter().map(String::as_str)));
    content.shows = shown(&html);
    content.html = Some(html).filter(|html| !html.is_empty());
    let version = post.get("version").and_then(Value::as_i64).unwrap_or(1);
    Ok(versions(key, content, version))
}

/// The first version of a post is 1. Only the latest is given: it stands for the original, too.
fn versions(key: EventKey, content: Content, version: i64) -> Vec<Inbound> {
    let original = Said { content: content.clone(), revision: None, edited_at: None }.into_events(key.clone());
    let latest = (version > 1).then(|| Said { content, revision: Some(version - 1), edited_at: None }.into_events(key));
    original.into_iter().chain(latest.into_iter().flatten()).collect()
}

fn name(topic: i64, number: i64) -> String {
    format!("t/{topic}/{number}")
}

/// A post that answers none in particular answers the first of its topic.
fn references(post: &Value, topic: i64, number: i64) -> Vec<String> {
    let parent = post.get("reply_to_post_number").and_then(Value::as_i64);
    let mut references: Vec<i64> = std::iter::once(1).chain(parent).filter(|other| *other != number).collect();
    references.dedup();
    references.into_iter().map(|number| name(topic, number)).collect()
}

fn slug(plan: &Plan, post: &Value) -> String {
    let slug = text(post, "topic_slug").or_else(|| text(&plan.facts, "slug")).unwrap_or("-");
    slug.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).take(200).collect()
}

struct Site {
    name: String,
    /// Where it stands, if its name says so.
    address: Option<String>,
}

/// The posts do not say which forum they are from; the name of the archive does. `forum.example.org`, with or without
/// `https://`, is where a link leads.
fn site(account: &str, plan: &Plan) -> Site {
    let given = Some(plan.mapping.source.trim()).filter(|name| !name.is_empty()).unwrap_or(account);
    let url = Url::parse(given).or_else(|_| Url::parse(&format!("https://{given}")));
    let host = url.ok().filter(|url| url.has_host() && !given.contains(char::is_whitespace)).and_then(|url| {
        let host = url.host_str()?.to_owned();
        host.contains('.').then(|| url.port().map_or(host.clone(), |port| format!("{host}:{port}")))
    });
    match host {
        Some(host) => Site { address: Some(format!("https://{host}")), name: host },
        None => Site { name: one_line(given, 80).to_lowercase(), address: None },
    }
}

/// A file that was uploaded is a link of a class of its own: `<a class="attachment" href="/uploads/…">`.
fn shown(html: &str) -> Shows {
    let is_file = |token| matches!(token, Token::Open(tag) if tag.name == "a" && tag.lists("class", "attachment"));
    let files = html.contains("attachment") && tokens(html).any(is_file);
    shown_in(html) | Shows { image: false, file: files }
}

/// Who is called by name: `<a class="mention" href="/u/kim">@kim</a>`.
fn mentions(html: &str) -> Vec<String> {
    let after = html.split("class=\"mention\"").skip(1).take(50);
    let named = after.filter_map(|rest| rest.split_once(">@").filter(|(tag, _)| tag.len() < 300));
    named.map(|(_, rest)| rest.split('<').next().unwrap_or_default().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_read_from_their_links() {
        let html =
            "<p><a class=\"mention\" href=\"/u/kim\">@kim</a> and <a class=\"mention\" href=\"/u/b\">@Bo_1</a></p>";
        assert_eq!(mentions(html), ["kim", "Bo_1"]);
    }
}
