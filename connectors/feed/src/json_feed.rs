//! JSON Feed 1.0 and 1.1 (jsonfeed.org).

use crate::document::{Document, Entries, Entry, LONGEST_TITLE, Person, Read, Words, address};
use serde_json::Value;
use tertulia_connector::words::one_line;
use url::Url;

pub fn read(text: &str, at: &Url) -> Read {
    let Ok(feed) = serde_json::from_str::<Value>(text) else {
        return Read::Neither("This is no feed: it looks like JSON and cannot be read as such.".to_owned());
    };
    let version = feed.get("version").and_then(Value::as_str).unwrap_or_default();
    let Some(items) = feed.get("items").and_then(Value::as_array).filter(|_| version.contains("jsonfeed.org")) else {
        return Read::Neither("This is JSON and no feed: its version does not name jsonfeed.org.".to_owned());
    };
    let mut entries = Entries::default();
    for item in items {
        entries.add(|| entry(item, feed.get("authors").or_else(|| feed.get("author")), at));
    }
    let url = |name: &str| feed.get(name).and_then(Value::as_str).and_then(|url| address(url, at));
    let hubs = feed.get("hubs").and_then(Value::as_array).into_iter().flatten();
    let hubs = hubs
        .filter(|hub| hub.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("websub")));
    Read::Feed(Box::new(Document {
        title: text_of(&feed, "title").and_then(|title| Words::Plain(title).into_line(LONGEST_TITLE)),
        home: url("home_page_url"),
        own: url("feed_url"),
        hubs: hubs.filter_map(|hub| address(hub.get("url")?.as_str()?, at)).take(5).collect(),
        wish: None,
        entries: entries.list,
        left_out: entries.left_out,
        broken: None,
    }))
}

fn entry(item: &Value, feed_authors: Option<&Value>, at: &Url) -> Entry {
    // Numbers are allowed to be read as ids: many write them.
    let id = text_of(item, "id").or_else(|| item.get("id").filter(|id| id.is_number()).map(Value::to_string));
    let mut entry = Entry { id, ..Entry::default() };
    entry.link = text_of(item, "url").or_else(|| text_of(item, "external_url")).and_then(|url| address(&url, at));
    entry.title = text_of(item, "title").and_then(|title| Words::Plain(title).into_line(LONGEST_TITLE));
    entry.author =
        item.get("authors").or_else(|| item.get("author")).and_then(author).or_else(|| feed_authors.and_then(author));
    entry.published = entry.date(text_of(item, "date_published"));
    entry.updated = entry.date(text_of(item, "date_modified"));
    let words = text_of(item, "content_html").map(Words::Html);
    let words = words.or_else(|| text_of(item, "content_text").or_else(|| text_of(item, "summary")).map(Words::Plain));
    if let Some(words) = words {
        words.into_entry(&mut entry);
    }
    for picture in ["image", "banner_image"].iter().filter_map(|name| text_of(item, name)) {
        entry.add_file(&picture, Some("image"), None, at);
    }
    for file in item.get("attachments").and_then(Value::as_array).into_iter().flatten() {
        if let Some(url) = text_of(file, "url") {
            let bytes = file.get("size_in_bytes").and_then(Value::as_u64);
            entry.add_file(&url, text_of(file, "mime_type").as_deref(), bytes, at);
        }
    }
    entry
}

/// One author (1.0) or the first of several (1.1).
fn author(of: &Value) -> Option<Person> {
    let one = if of.is_array() { of.get(0)? } else { of };
    let name = one_line(&text_of(one, "name")?, crate::document::LONGEST_NAME);
    let uri =
        text_of(one, "url").filter(|url| Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")));
    (!name.is_empty()).then_some(Person { name, uri })
}

fn text_of(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}
