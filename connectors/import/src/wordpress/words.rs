//! From a post or a comment of an export to its events.

use super::{Post, site::fields};
use crate::{
    bounds::id,
    mapping::TimeFormat,
    plan::Plan,
    said::{
        MOST_NAME, MOST_SUBJECT, Said, author, content_of, is_web_address, place_and_bytes, remark, take_sides,
        without_nul,
    },
    times,
};
use serde_json::Value;
use std::collections::HashMap;
use tertulia_connector::NormaliseError;
use tertulia_connector::html::{html_to_text, shown_in};
use tertulia_connector_email::{one_line, plain_address};
use tertulia_model::{Author, Content, EventKey, Inbound, Millis, Shows, Visibility};

type Fields = HashMap<String, String>;

pub(super) const POST_FIELDS: [&str; 12] = [
    "guid",
    "link",
    "title",
    "dc:creator",
    "pubDate",
    "wp:status",
    "wp:post_type",
    "wp:post_date_gmt",
    "wp:post_modified_gmt",
    "wp:post_password",
    "content:encoded",
    "excerpt:encoded",
];
pub(super) const COMMENT_FIELDS: [&str; 11] = [
    "wp:comment_id",
    "wp:comment_author",
    "wp:comment_author_email",
    "wp:comment_author_url",
    "wp:comment_date",
    "wp:comment_date_gmt",
    "wp:comment_content",
    "wp:comment_approved",
    "wp:comment_type",
    "wp:comment_parent",
    "wp:comment_user_id",
];

fn field<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// Why a post is nothing that anybody said to others.
pub(super) fn passes_over_post(fields: &Fields) -> Option<&'static str> {
    match field(fields, "wp:post_type") {
        Some("post" | "page") | None => {}
        Some("attachment") => return Some("It is a file of the site's, no post."),
        Some(_) => return Some("It is a part of the site (a menu, a block, a revision), no post."),
    }
    match field(fields, "wp:status") {
        Some("draft" | "auto-draft" | "pending" | "future" | "inherit") => {
            Some("It is a draft that was not published.")
        }
        Some("trash") => Some("It stands in the trash."),
        _ => ["content:encoded", "excerpt:encoded", "title"]
            .iter()
            .all(|name| field(fields, name).is_none())
            .then_some("It has neither words nor a title."),
    }
}

pub(super) fn passes_over_comment(fields: &Fields) -> Option<&'static str> {
    match (field(fields, "wp:comment_approved"), field(fields, "wp:comment_type")) {
        (Some("spam"), _) => Some("WordPress holds it for spam."),
        (Some("trash" | "post-trashed"), _) => Some("It stands in the trash."),
        (_, Some("pingback" | "trackback")) => Some("It only says that another page links here (a pingback)."),
        (_, None | Some("comment")) => {
            field(fields, "wp:comment_content").is_none().then_some("It is a comment without words.")
        }
        _ => Some("It is a note of a plug-in's, no comment."),
    }
}

pub(crate) fn normalise(plan: &Plan, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
    let (key, said) = if bytes.starts_with(b"{") {
        let (place, bytes): (Post, _) = place_and_bytes(bytes)?;
        if bytes.starts_with(b"<item") { post(plan, bytes, Some(place))? } else { comment(plan, bytes, &place)? }
    } else {
        post(plan, bytes, None)?
    };
    Ok(said.into_events(key))
}

fn parsed(bytes: &[u8], wanted: &[&str]) -> Result<Fields, NormaliseError> {
    match fields(bytes, wanted) {
        // What ends in its middle would be taken for the whole.
        (_, Some(trouble)) => Err(NormaliseError(trouble)),
        (found, None) => Ok(found.into_iter().map(|(name, text)| (name, without_nul(text))).collect()),
    }
}

/// The site's own address: what its feeds call it, too.
fn source(plan: &Plan) -> String {
    let site = plan.facts.get("site").and_then(Value::as_str).unwrap_or_default();
    match site.trim().trim_end_matches('/') {
        "" => "wordpress".to_owned(),
        site => id(site),
    }
}

/// `told` is what the reader knows of it better than its own fields.
fn post(plan: &Plan, bytes: &[u8], told: Option<Post>) -> Result<(EventKey, Said), NormaliseError> {
    let fields = parsed(bytes, &POST_FIELDS)?;
    let post = told.unwrap_or_else(|| Post::of(&fields));
    let key = EventKey { source: source(plan), external_id: name_of_post(&post)? };
    let login = field(&fields, "dc:creator").unwrap_or("unknown");
    let title = field(&fields, "title").map(|title| one_line(&html_to_text(title), MOST_SUBJECT));
    let html = field(&fields, "content:encoded").or_else(|| field(&fields, "excerpt:encoded")).map(with_lines);
    let mut content = Content {
        visibility: visibility(&post, &fields),
        stated_at: gmt(&fields, "wp:post_date_gmt").or_else(|| rfc2822(&fields, "pubDate")),
        subject: title.clone(),
        permalink: Some(post.link.clone()).filter(|link| is_web_address(link)),
        ..content_of(writer(plan, &key, login), html.as_deref().map(html_to_text).or(title).unwrap_or_default())
    };
    content.shows = html.as_deref().map(shown).unwrap_or_default();
    content.html = html;
    let names = names(plan, login);
    take_sides(plan, &mut content, names.iter().map(String::as_str), []);
    Ok((key, Said { content, revision: None, edited_at: gmt(&fields, "wp:post_modified_gmt") }))
}

/// WordPress makes pictures of its shortcode for a gallery when it shows it.
fn shown(html: &str) -> Shows {
    let gallery = html.contains("[gallery]") || html.contains("[gallery ");
    if gallery { Shows::IMAGE } else { shown_in(html) }
}

/// The guid: what WordPress's feeds call a post by, and never changes.
fn name_of_post(post: &Post) -> Result<String, NormaliseError> {
    let named = [&post.guid, &post.link].into_iter().find(|name| !name.is_empty());
    named.map(|name| id(name)).ok_or_else(|| {
        NormaliseError("This post has neither a guid nor a link, so it cannot be told from others.".to_owned())
    })
}

/// As its feeds call a comment: the post's guid and the comment's number.
fn name_of_comment(post: &str, number: &str) -> String {
    id(&format!("{post}#comment-{number}"))
}

fn visibility(post: &Post, fields: &Fields) -> Visibility {
    let open = matches!(post.status.as_str(), "publish" | "") && field(fields, "wp:post_password").is_none();
    if open { Visibility::Public } else { Visibility::Private }
}

fn comment(plan: &Plan, bytes: &[u8], post: &Post) -> Result<(EventKey, Said), NormaliseError> {
    let fields = parsed(bytes, &COMMENT_FIELDS)?;
    let number = field(&fields, "wp:comment_id")
        .ok_or_else(|| NormaliseError("This comment has no number, so it cannot be told from others.".to_owned()))?;
    let below = name_of_post(post)?;
    let key = EventKey { source: source(plan), external_id: name_of_comment(&below, number) };
    let parent = field(&fields, "wp:comment_parent").filter(|parent| *parent != "0" && *parent != number);
    let html = with_lines(field(&fields, "wp:comment_content").unwrap_or_default());
    let login = field(&fields, "wp:comment_user_id")
        .filter(|number| *number != "0")
        .and_then(|number| plan.facts["logins"].get(number)?.as_str());
    let waits = matches!(field(&fields, "wp:comment_approved"), Some("0" | "hold"));
    let mut content = Content {
        visibility: if waits { Visibility::Private } else { visibility(post, &fields) },
        stated_at: gmt(&fields, "wp:comment_date_gmt").or_else(|| plan.time(field(&fields, "wp:comment_date")?)),
        subject: Some(one_line(&html_to_text(&post.title), MOST_SUBJECT)).filter(|title| !title.is_empty()),
        references: std::iter::once(below.clone()).chain(parent.map(|n| name_of_comment(&below, n))).collect(),
        permalink: Some(format!("{}#comment-{number}", post.link)).filter(|link| is_web_address(link)),
        profile: field(&fields, "wp:comment_author_url")
            .filter(|url| is_web_address(url))
            .map(str::to_owned)
            .into_iter()
            .collect(),
        ..content_of(commenter(plan, &key, &fields, login), html_to_text(&html))
    };
    content.shows = shown(&html);
    content.html = Some(html);
    if waits {
        remark(&mut content, "It waited to be let through when the site was exported.".to_owned());
    }
    let mail = field(&fields, "wp:comment_author_email").map(str::to_owned);
    let by: Vec<String> = login.map(|login| names(plan, login)).unwrap_or_default().into_iter().chain(mail).collect();
    let to = names(plan, &post.author);
    take_sides(plan, &mut content, by.iter().map(String::as_str), to.iter().map(String::as_str));
    Ok((key, Said { content, revision: None, edited_at: None }))
}

/// What an author of the site is known by: the login and the mail address.
fn names(plan: &Plan, login: &str) -> Vec<String> {
    let mail = plan.facts["authors"].get(login).and_then(|author| author.get(1)?.as_str());
    [Some(login), mail].into_iter().flatten().filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// An author of the site.
fn writer(plan: &Plan, key: &EventKey, login: &str) -> Author {
    let shown = plan.facts["authors"].get(login).and_then(|author| author.get(0)?.as_str());
    author(&key.source, &id(&login.to_lowercase()), shown.filter(|name| !name.is_empty()).or(Some(login)))
}

/// Whoever commented: an author of the site, or somebody who typed a name and an address. The address proves nothing, but
/// two people who call themselves Kim are told apart by it.
fn commenter(plan: &Plan, key: &EventKey, fields: &Fields, login: Option<&str>) -> Author {
    if let Some(login) = login {
        return writer(plan, key, login);
    }
    let name = field(fields, "wp:comment_author").map(html_to_text);
    let mail = field(fields, "wp:comment_author_email").and_then(plain_address);
    let beside =
        || Some(format!("{} {}", name.as_deref()?, field(fields, "wp:comment_author_url").unwrap_or_default()));
    let handle = mail.clone().or_else(beside).map(|handle| id(&one_line(&handle, MOST_NAME).to_lowercase()));
    let handle = handle.filter(|handle| !handle.is_empty()).unwrap_or_else(|| format!("unknown:{}", key.external_id));
    Author { claimed_mail: mail, ..author(&key.source, &handle, name.as_deref()) }
}

/// `2012-03-14 09:49:22`; what has no time says `0000-00-00 00:00:00`.
fn gmt(fields: &Fields, name: &str) -> Option<Millis> {
    times::read(field(fields, name)?, TimeFormat::Iso, &jiff::tz::TimeZone::UTC)
}

fn rfc2822(fields: &Fields, name: &str) -> Option<Millis> {
    times::read(field(fields, name)?, TimeFormat::Rfc2822, &jiff::tz::TimeZone::UTC)
}

/// What was written without paragraphs of its own: WordPress makes them of line ends when it shows it.
fn with_lines(written: &str) -> String {
    let unix = written.replace("\r\n", "\n");
    let has_blocks = ["<p>", "<p ", "<!-- wp:", "<br"].iter().any(|block| unix.contains(block));
    if has_blocks { unix } else { unix.replace('\n', "<br>\n") }
}
