//! From one post's record (DAG-CBOR) to its event.

use super::{POSTS, Place, SOURCE};
use crate::{
    bounds::id,
    json::{each, text},
    mapping::TimeFormat,
    plan::Plan,
    said::{Said, author, content_of, place_and_bytes, remark, remark_file, take_sides, without_nul},
    times,
};
use ipld_core::ipld::Ipld;
use serde_json::{Map, Value, json};
use tertulia_connector::NormaliseError;
use tertulia_connector_email::one_line;
use tertulia_model::{Content, EventKey, Inbound, Shows, Visibility};

/// A record as JSON, as the protocol's own JSON writes links; bytes say nothing to anybody and stay out.
fn to_json(record: Ipld) -> Value {
    match record {
        Ipld::Null | Ipld::Bytes(_) => Value::Null,
        Ipld::Bool(is) => is.into(),
        Ipld::Integer(number) => i64::try_from(number).map_or(Value::Null, Value::from),
        Ipld::Float(number) => number.into(),
        Ipld::String(text) => text.into(),
        Ipld::List(list) => list.into_iter().map(to_json).collect(),
        Ipld::Map(map) => map.into_iter().map(|(key, value)| (key, to_json(value))).collect::<Map<_, _>>().into(),
        Ipld::Link(cid) => json!({ "$link": cid.to_string() }),
    }
}

fn record(bytes: &[u8]) -> Result<Value, NormaliseError> {
    let record = serde_ipld_dagcbor::from_slice(bytes);
    record.map(to_json).map_err(|error| NormaliseError(format!("This record cannot be read: {error}.")))
}

/// What the account calls itself.
pub(super) fn display_name(profile: &[u8]) -> Option<String> {
    record(profile).ok().and_then(|profile| text(&profile, "displayName").map(|name| one_line(name, 200)))
}

pub(crate) fn normalise(plan: &Plan, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
    let (place, bytes): (Place, _) = place_and_bytes(bytes)?;
    let record = record(bytes)?;
    if text(&record, "$type") != Some(POSTS) {
        return Err(NormaliseError("This record is called a post and says that it is something else.".to_owned()));
    }
    let Place { did, rkey } = &place;
    let key = EventKey { source: SOURCE.to_owned(), external_id: id(&format!("at://{did}/{POSTS}/{rkey}")) };
    let said = without_nul(record.get("text").and_then(Value::as_str).unwrap_or_default().to_owned());
    let facets = facets(&record, &said);
    let reply = &record["reply"];
    let parents = ["root", "parent"].into_iter().filter_map(|which| text(&reply[which], "uri"));
    let mut references: Vec<String> = parents.map(id).filter(|parent| *parent != key.external_id).collect();
    references.dedup();
    let called = facets.iter().filter_map(|facet| facet.mention.clone());
    let answered = references.iter().filter_map(|uri| uri.strip_prefix("at://")?.split('/').next().map(str::to_owned));
    let to: Vec<String> = called.chain(answered).collect();
    let time = text(&record, "createdAt");
    let mut content = Content {
        // A repository is open to everybody.
        visibility: Visibility::Public,
        stated_at: time.and_then(|time| times::read(time, TimeFormat::Iso, &jiff::tz::TimeZone::UTC)),
        html: (!facets.is_empty()).then(|| html(&said, &facets)),
        permalink: Some(format!("https://bsky.app/profile/{did}/post/{rkey}")),
        references,
        ..content_of(author(SOURCE, did, text(&plan.facts, "name")), said)
    };
    name_embed(&mut content, &record["embed"]);
    take_sides(plan, &mut content, [did.as_str()], to.iter().map(String::as_str));
    if content.text.trim().is_empty() && content.remarks.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Said { content, revision: None, edited_at: None }.into_events(key))
}

/// What was shown below the words: pictures, a film, a link's card, another post.
fn name_embed(content: &mut Content, embed: &Value) {
    for picture in each(embed.get("images")) {
        content.shows |= Shows::IMAGE | Shows::FILE;
        remark_file(content, text(picture, "alt").unwrap_or("a picture without a description"), None);
    }
    if embed.get("video").is_some_and(Value::is_object) {
        let moves = text(embed, "presentation") == Some("gif");
        content.shows |= if moves { Shows::IMAGE | Shows::FILE } else { Shows::FILE };
        remark_file(content, text(embed, "alt").unwrap_or("a film"), None);
    }
    if let Some(link) = text(&embed["external"], "uri") {
        // A card's picture is that of its page; but a moving picture is handed on as the card of its own address.
        content.shows.image |= Shows::file_named(link).image;
        let title = one_line(text(&embed["external"], "title").unwrap_or_default(), 200);
        remark(content, format!("A link stands below it: {title} {}", one_line(link, 2000)));
    }
    let quoted = &embed["record"];
    if let Some(quoted) = text(quoted, "uri").or_else(|| text(&quoted["record"], "uri")) {
        remark(content, format!("It quotes {}", one_line(quoted, 1000)));
    }
    if embed["media"].is_object() {
        name_embed(content, &embed["media"]);
    }
}

/// A part of the text that is more than text.
struct Facet {
    start: usize,
    end: usize,
    link: Option<String>,
    mention: Option<String>,
}

/// Facets count bytes of UTF-8. Those that do not fit the text, or overlap, are left out: the words stand all the same.
fn facets(record: &Value, said: &str) -> Vec<Facet> {
    let mut facets: Vec<Facet> =
        each(record.get("facets")).take(500).filter_map(|facet| facet_of(facet, said)).collect();
    facets.sort_by_key(|facet| facet.start);
    let mut end = 0;
    facets.retain(|facet| {
        let fits = facet.start >= end;
        end = if fits { facet.end } else { end };
        fits
    });
    facets
}

fn facet_of(facet: &Value, said: &str) -> Option<Facet> {
    let place = |name: &str| usize::try_from(facet["index"].get(name)?.as_u64()?).ok();
    let (start, end) = (place("byteStart")?, place("byteEnd")?);
    said.get(start..end).filter(|part| !part.is_empty())?;
    let features = || each(facet.get("features"));
    let of = |kind: &str, key: &str| {
        features()
            .find(|feature| text(feature, "$type") == Some(kind))
            .and_then(|feature| text(feature, key))
            .map(str::to_owned)
    };
    let mention = of("app.bsky.richtext.facet#mention", "did");
    let profile = mention.as_ref().map(|did| format!("https://bsky.app/profile/{did}"));
    let link = of("app.bsky.richtext.facet#link", "uri").filter(|link| crate::said::is_web_address(link)).or(profile);
    (link.is_some() || mention.is_some()).then_some(Facet { start, end, link, mention })
}

/// The text with its links, as a page shows it.
fn html(said: &str, facets: &[Facet]) -> String {
    let escaped = |text: &str| html_escape::encode_safe(text).replace('\n', "<br>\n");
    let mut html = String::from("<p>");
    let mut at = 0;
    for facet in facets {
        html += &escaped(&said[at..facet.start]);
        let words = escaped(&said[facet.start..facet.end]);
        match &facet.link {
            Some(link) => {
                html += &format!("<a href=\"{}\">{words}</a>", html_escape::encode_double_quoted_attribute(link))
            }
            None => html += &words,
        }
        at = facet.end;
    }
    html += &escaped(&said[at..]);
    html + "</p>"
}
