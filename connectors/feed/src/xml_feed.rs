//! RSS in all its versions, and Atom (RFC 4287) with its threads (RFC 4685).

use crate::{
    document::{Document, Entry, LONGEST_NAME, LONGEST_TITLE, Person, Words, address},
    xml::{Element, Rest},
};
use std::time::Duration;
use tertulia_connector::words::one_line;
use url::Url;

/// The feed around the items; none where this is no feed.
pub fn document(rest: &Rest, at: &Url) -> Option<Document> {
    let root = &rest.root;
    // RSS 1.0 and 0.9 keep their items beside the channel, the later ones inside.
    let channel = match root.name.as_str() {
        "rss" | "rdf:rdf" | "other:rdf" | "rdf" => root.first("channel")?,
        "atom:feed" | "feed" => root,
        "channel" => root,
        _ => return None,
    };
    let base = base_of(channel, at);
    let mut document = Document { broken: rest.broken.clone(), ..Document::default() };
    document.title = channel
        .first("title")
        .or_else(|| channel.first("atom:title"))
        .and_then(|title| words(title).into_line(LONGEST_TITLE));
    document.home = channel.text_of("link").and_then(|link| address(&link, &base));
    for link in links(channel) {
        let Some(href) = link.attribute("href").and_then(|href| address(href, &base)) else { continue };
        match link.attribute("rel").unwrap_or("alternate") {
            "self" => document.own = Some(href),
            "hub" if document.hubs.len() < 5 => document.hubs.push(href),
            "alternate" => {
                document.home.get_or_insert(href);
            }
            _ => {}
        }
    }
    document.wish = wish(channel);
    Some(document)
}

fn links(element: &Element) -> impl Iterator<Item = &Element> {
    element.elements().filter(|child| matches!(child.name.as_str(), "atom:link" | "link"))
}

fn base_of(element: &Element, at: &Url) -> Url {
    element.attribute("xml:base").and_then(|base| at.join(base).ok()).unwrap_or_else(|| at.clone())
}

/// `ttl` is minutes (RSS 2.0). Of `sy:updatePeriod` "hourly" says nothing: it is what programs write of their own accord.
fn wish(channel: &Element) -> Option<Duration> {
    let minutes = |minutes: u64| Duration::from_secs(minutes.saturating_mul(60));
    let ttl = channel.text_of("ttl").and_then(|ttl| ttl.parse().ok()).map(minutes);
    let period = channel.text_of("sy:updateperiod").and_then(|period| match period.to_ascii_lowercase().as_str() {
        "daily" => Some(24 * 60),
        "weekly" => Some(7 * 24 * 60),
        "monthly" => Some(30 * 24 * 60),
        "yearly" => Some(365 * 24 * 60),
        _ => None,
    });
    let times = channel.text_of("sy:updatefrequency").and_then(|times| times.parse::<u64>().ok()).unwrap_or(1).max(1);
    ttl.max(period.map(|period| minutes(period / times)))
}

/// One item, with the elements around it.
pub fn entry(item: &Element, around: &[Element], at: &Url) -> Entry {
    let base = around.iter().chain([item]).fold(at.clone(), |base, element| base_of(element, &base));
    let mut entry = if item.name == "item" { rss(item, &base) } else { atom(item, &base) };
    entry.comments_feed =
        entry.comments_feed.or_else(|| item.text_of("wfw:commentrss")).and_then(|url| address(&url, &base));
    entry.comments = entry.comments.or_else(|| item.text_of("slash:comments").and_then(|count| count.parse().ok()));
    // RFC 4685 §3: the ref is the id of what is answered; where it is missing, the address stands for it.
    entry.answers = item
        .all("thr:in-reply-to")
        .filter_map(|answered| answered.attribute("ref").or_else(|| answered.attribute("href")))
        .map(str::to_owned)
        .take(5)
        .collect();
    for media in item.all("media:content").chain(item.all("media:group").flat_map(|group| group.all("media:content"))) {
        if let Some(url) = media.attribute("url") {
            let bytes = media.attribute("filesize").and_then(|bytes| bytes.parse().ok());
            entry.add_file(url, media.attribute("type").or_else(|| media.attribute("medium")), bytes, &base);
        }
    }
    entry
}

fn rss(item: &Element, base: &Url) -> Entry {
    let title = item.first("title").and_then(|title| Words::Html(title.text()).into_line(LONGEST_TITLE));
    let mut entry = Entry { title, ..Entry::default() };
    let guid = item.first("guid");
    entry.id =
        guid.map(Element::text).filter(|id| !id.is_empty()).or_else(|| item.attribute("rdf:about").map(str::to_owned));
    let by_guid = || guid.filter(|guid| guid.attribute("ispermalink") != Some("false")).map(Element::text);
    let of_atom = || links(item).find_map(|link| link.attribute("href").map(str::to_owned));
    let link = item.text_of("link").or_else(of_atom).or_else(|| by_guid().filter(|id| id.starts_with("http")));
    entry.link = link.and_then(|link| address(&link, base));
    entry.author = item.text_of("dc:creator").map(|name| person(&name)).or_else(|| {
        let written = item.text_of("author").or_else(|| item.text_of("itunes:author"))?;
        Some(person(named_in(&written)))
    });
    entry.published = entry.date(item.text_of("pubdate").or_else(|| item.text_of("dc:date")));
    let html = item.text_of("content:encoded").or_else(|| item.text_of("description"));
    let html = html.or_else(|| item.first("xhtml:body").map(Element::inner_html));
    Words::Html(html.unwrap_or_default()).into_entry(&mut entry);
    for enclosure in item.all("enclosure") {
        if let Some(url) = enclosure.attribute("url") {
            let bytes = enclosure.attribute("length").and_then(|bytes| bytes.parse().ok());
            entry.add_file(url, enclosure.attribute("type"), bytes, base);
        }
    }
    entry
}

fn atom(item: &Element, base: &Url) -> Entry {
    // Some write Atom without its namespace.
    let text_of = |name: &str| item.text_of(&format!("atom:{name}")).or_else(|| item.text_of(name));
    let first = |name: &str| item.first(&format!("atom:{name}")).or_else(|| item.first(name));
    let mut entry = Entry { id: text_of("id"), ..Entry::default() };
    entry.title = first("title").and_then(|title| words(title).into_line(LONGEST_TITLE));
    entry.author = first("author").and_then(|author| {
        let part = |name: &str| author.text_of(&format!("atom:{name}")).or_else(|| author.text_of(name));
        let uri = part("uri").or_else(|| part("url")).and_then(|uri| address(&uri, base));
        Some(Person { uri, ..person(&part("name")?) })
    });
    entry.published = entry.date(text_of("published").or_else(|| text_of("issued")));
    entry.updated = entry.date(text_of("updated").or_else(|| text_of("modified")));
    if let Some(content) =
        first("content").filter(|content| content.attribute("src").is_none()).or_else(|| first("summary"))
    {
        words(content).into_entry(&mut entry);
    }
    for link in links(item) {
        let Some(href) = link.attribute("href") else { continue };
        match link.attribute("rel").unwrap_or("alternate") {
            "alternate" if entry.link.is_none() => entry.link = address(href, base),
            "enclosure" => {
                let bytes = link.attribute("length").and_then(|bytes| bytes.parse().ok());
                entry.add_file(href, link.attribute("type"), bytes, base);
            }
            // RFC 4685 §4: the replies, as a feed or as a page.
            "replies" if link.attribute("type").is_some_and(|media| media.contains("xml")) => {
                entry.comments_feed = Some(href.to_owned());
                entry.comments = link.attribute("thr:count").and_then(|count| count.parse().ok());
            }
            _ => {}
        }
    }
    entry
}

/// An Atom text construct (RFC 4287 §3.1).
fn words(element: &Element) -> Words {
    match element.attribute("type").unwrap_or("text") {
        "xhtml" | "application/xhtml+xml" => Words::Html(element.inner_html()),
        "html" | "text/html" => Words::Html(element.text()),
        _ if element.elements().next().is_some() => Words::Html(element.inner_html()),
        // RSS says of no title what it is; a title with a tag inside is none that was meant so.
        _ if !element.name.starts_with("atom:") => Words::Html(element.text()),
        _ => Words::Plain(element.text()),
    }
}

pub fn person(name: &str) -> Person {
    Person { name: one_line(name, LONGEST_NAME), uri: None }
}

/// RSS writes `kim@example.org (Kim Lee)`.
fn named_in(written: &str) -> &str {
    let inner = written.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(name, _)| name.trim());
    inner.filter(|name| !name.is_empty()).unwrap_or(written)
}
