//! The feeds that a page or an answer names: `<link rel="alternate">` and the `Link` header (RFC 8288).

use crate::document::address;
use tertulia_connector::{
    html::{Token, tokens},
    http::Answer,
};
use url::Url;

/// Links looked at in one page or header.
const MOST_LINKS: usize = 200;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub feed: Option<String>,
    /// The feed of the comments: of the whole site, or of one post where the page is a post.
    pub comments: Option<String>,
}

struct Link {
    url: String,
    title: String,
}

pub fn feeds_of(answer: &Answer, page: &str, at: &Url) -> Found {
    let mut links: Vec<Link> = header_links(answer, at)
        .into_iter()
        .filter(|link| link.rel("alternate") && link.parameter("type").is_some_and(is_feed))
        .map(|link| Link { title: link.parameter("title").unwrap_or_default().to_owned(), url: link.url })
        .collect();
    links.extend(page_links(page, at));
    let comments = |link: &Link| link.title.to_lowercase().contains("comment") || names_comments(&link.url);
    let mut found = Found::default();
    for link in links {
        let place = if comments(&link) { &mut found.comments } else { &mut found.feed };
        place.get_or_insert(link.url);
    }
    found
}

/// Whether an address is that of comments, as the programs behind most sites build it.
pub fn names_comments(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    ["/comments/feed", "feed=comments", "/comments/default", "/comments.xml", "/comments.atom", "/comments/rss"]
        .iter()
        .any(|part| url.contains(part))
}

fn is_feed(media: &str) -> bool {
    // Not `application/json` alone: that is how WordPress names the data behind a page.
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(
        media.as_str(),
        "application/rss+xml" | "application/atom+xml" | "application/feed+json" | "application/rdf+xml" | "text/xml"
    )
}

fn page_links(page: &str, at: &Url) -> Vec<Link> {
    let mut base = at.clone();
    let mut links = Vec::new();
    for token in tokens(page) {
        let Token::Open(tag) = token else { continue };
        match tag.name.as_str() {
            "base" => base = tag.attribute("href").and_then(|href| at.join(href).ok()).unwrap_or(base),
            "link" | "a" if links.len() < MOST_LINKS && tag.lists("rel", "alternate") => {
                let url = tag.attribute("href").and_then(|href| address(href, &base));
                if let Some(url) = url.filter(|_| tag.attribute("type").is_some_and(is_feed)) {
                    links.push(Link { url, title: tag.attribute("title").unwrap_or_default().to_owned() });
                }
            }
            _ => {}
        }
    }
    links
}

/// One link of a `Link` header.
pub struct HeaderLink {
    pub url: String,
    parameters: Vec<(String, String)>,
}

impl HeaderLink {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn rel(&self, rel: &str) -> bool {
        self.parameter("rel").is_some_and(|rels| rels.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(rel)))
    }
}

pub fn header_links(answer: &Answer, at: &Url) -> Vec<HeaderLink> {
    let headers = answer.headers.iter().filter(|(name, _)| name == "link");
    headers.flat_map(|(_, value)| links_in(value, at)).take(MOST_LINKS).collect()
}

fn links_in(mut text: &str, at: &Url) -> Vec<HeaderLink> {
    let mut links = Vec::new();
    while let Some((url, rest)) = text.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        let (parameters, rest) = parameters(rest);
        if let Some(url) = address(url, at) {
            links.push(HeaderLink { url, parameters });
        }
        text = rest;
    }
    links
}

/// `; rel=hub; title="a, b"` up to the comma that ends the link.
fn parameters(mut text: &str) -> (Vec<(String, String)>, &str) {
    let mut list = Vec::new();
    loop {
        text = text.trim_start();
        let Some(rest) = text.strip_prefix(';') else { return (list, text) };
        let end = rest.find(['=', ';', ',']).unwrap_or(rest.len());
        let name = rest[..end].trim().to_ascii_lowercase();
        text = &rest[end..];
        let Some(value) = text.strip_prefix('=') else { continue };
        let value = value.trim_start();
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => value.split_at(value.find([';', ',']).unwrap_or(value.len())),
        };
        list.push((name, value.trim().to_owned()));
        text = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(links: &[&str]) -> Answer {
        let headers = links.iter().map(|link| ("link".to_owned(), (*link).to_owned())).collect();
        Answer { status: 200, headers, url: String::new(), moved_for_good: false, body: Vec::new(), is_cut: false }
    }

    #[test]
    fn a_page_names_its_feed_and_that_of_its_comments() {
        let at = Url::parse("https://a.example/blog/").unwrap();
        let page = r#"<html><head><link rel="alternate" type="application/json" href="/wp-json/1">
            <link rel="stylesheet" type="text/css" href="x.css"><link rel='alternate' hreflang=de href='/de'>
            <link rel="alternate" type="application/rss+xml" title="A &raquo; Comments Feed" href="comments/feed/">
            <LINK REL="Alternate" TYPE="application/rss+xml" title="A &raquo; Feed" HREF="feed/?a=1&amp;b=2">
            <link rel="alternate" type="application/atom+xml" href="atom">"#;
        let found = feeds_of(&answer(&[]), page, &at);
        assert_eq!(found.feed.as_deref(), Some("https://a.example/blog/feed/?a=1&b=2"));
        assert_eq!(found.comments.as_deref(), Some("https://a.example/blog/comments/feed/"));
    }

    #[test]
    fn a_header_names_links_too_whatever_stands_in_its_quotes() {
        let at = Url::parse("https://a.example/").unwrap();
        let answer = answer(&[
            "<https://hub.example/>; rel=\"hub\", </feed>; rel=self",
            "</f.xml>; title=\"a, b; <c>\"; type=\"application/atom+xml\"; rel=\"alternate feed\"",
            "<broken",
            "",
            ";;;,,,",
            "<javascript:alert(1)>; rel=hub",
        ]);
        let links = header_links(&answer, &at);
        let hubs: Vec<&str> = links.iter().filter(|link| link.rel("hub")).map(|link| link.url.as_str()).collect();
        assert_eq!(hubs, ["https://hub.example/"]);
        assert!(links.iter().any(|link| link.rel("self") && link.url == "https://a.example/feed"));
        assert_eq!(feeds_of(&answer, "", &at).feed.as_deref(), Some("https://a.example/f.xml"));
    }
}
