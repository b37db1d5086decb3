//! The tags of a page, one after the other, in time that grows with its length whatever stands in it: no tree is built,
//! nothing is opened again, and a tag with a million attributes keeps the first few.

use std::borrow::Cow;

/// Attributes kept of one tag.
const MOST_ATTRIBUTES: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'a> {
    Open(Tag),
    /// The name of what ends, in lower case.
    Close(String),
    Text(Cow<'a, str>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// In lower case.
    pub name: String,
    /// Names in lower case, values with their entities read; the first of two that have the same name.
    attributes: Vec<(String, String)>,
    /// Nothing stands inside: `<br>`, `<link …>`, or written as `<x/>`.
    pub is_empty: bool,
}

impl Tag {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Whether the attribute is a list of words that holds `word`: `rel`, `class`.
    pub fn lists(&self, name: &str, word: &str) -> bool {
        self.attribute(name).is_some_and(|list| list.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(word)))
    }
}

/// Cuts a page into its tags and the text between them. Comments, declarations, scripts and styles are left out.
pub fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html, raw: None }
}

pub struct Tokens<'a> {
    rest: &'a str,
    /// Inside an element whose content is no markup.
    raw: Option<String>,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            return Some(self.raw_text(&name));
        }
        loop {
            let at = self.rest.find('<').unwrap_or(self.rest.len());
            if at > 0 {
                return Some(Token::Text(self.text_to(at)));
            }
            let inside = self.rest.strip_prefix('<')?;
            match inside.bytes().next() {
                Some(b'a'..=b'z' | b'A'..=b'Z') => return Some(self.open(inside)),
                Some(b'/') => {
                    let end = inside.find('>').map_or(inside.len(), |end| end + 1);
                    self.rest = &inside[end..];
                    return Some(Token::Close(name_of(&inside[1..]).0));
                }
                Some(b'!' | b'?') => {
                    let comment = inside.strip_prefix("!--");
                    let (from, mark) = comment.map_or((inside, ">"), |comment| (comment, "-->"));
                    self.rest = from.find(mark).map_or("", |end| &from[end + mark.len()..]);
                }
                _ => {
                    self.rest = inside;
                    return Some(Token::Text("<".into()));
                }
            }
        }
    }
}

impl<'a> Tokens<'a> {
    fn text_to(&mut self, at: usize) -> Cow<'a, str> {
        let (text, rest) = self.rest.split_at(at);
        self.rest = rest;
        html_escape::decode_html_entities(text)
    }

    /// The content of a `<title>` or `<textarea>` is text, that of a script is nothing that anybody reads.
    fn raw_text(&mut self, name: &str) -> Token<'a> {
        let end = self.end_of_raw(name);
        let text = self.text_to(end);
        let readable = matches!(name, "title" | "textarea");
        Token::Text(if readable { text } else { "".into() })
    }

    fn end_of_raw(&self, name: &str) -> usize {
        let bytes = self.rest.as_bytes();
        let ends = |at: &usize| {
            let after = bytes.get(at + 2..at + 2 + name.len());
            bytes.get(at + 1) == Some(&b'/') && after.is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
        };
        self.rest.match_indices('<').map(|(at, _)| at).find(ends).unwrap_or(self.rest.len())
    }

    fn open(&mut self, inside: &'a str) -> Token<'a> {
        let (name, mut rest) = name_of(inside);
        let mut tag = Tag { is_empty: is_void(&name), name, attributes: Vec::new() };
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
            if let Some(after) = rest.strip_prefix('/') {
                tag.is_empty |= after.starts_with('>');
                rest = after;
                continue;
            }
            if rest.is_empty() || rest.starts_with('>') {
                break;
            }
            let (name, value, after) = attribute(rest);
            rest = after;
            if tag.attributes.len() < MOST_ATTRIBUTES && tag.attribute(&name).is_none() {
                tag.attributes.push((name, value.map(read).unwrap_or_default()));
            }
        }
        self.rest = rest.strip_prefix('>').unwrap_or(rest);
        if !tag.is_empty && matches!(tag.name.as_str(), "script" | "style" | "title" | "textarea" | "noscript") {
            self.raw = Some(tag.name.clone());
        }
        Token::Open(tag)
    }
}

fn read(value: &str) -> String {
    html_escape::decode_html_entities(value).into_owned()
}

fn name_of(text: &str) -> (String, &str) {
    let end = text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(text.len());
    (text[..end].to_ascii_lowercase(), &text[end..])
}

/// One attribute off the front, which is neither blank nor an end of the tag.
fn attribute(text: &str) -> (String, Option<&str>, &str) {
    // A lone `=` is part of a name (HTML Standard, "before attribute name state").
    let first = text.chars().next().map_or(0, char::len_utf8);
    let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=');
    let end = text[first..].find(ends).map_or(text.len(), |end| first + end);
    let name = text[..end].to_ascii_lowercase();
    let after = text[end..].trim_start_matches(|c: char| c.is_ascii_whitespace());
    let Some(value) = after.strip_prefix('=') else { return (name, None, &text[end..]) };
    let value = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
    match value.bytes().next() {
        Some(quote @ (b'"' | b'\'')) => {
            let value = &value[1..];
            let end = value.find(char::from(quote)).unwrap_or(value.len());
            (name, Some(&value[..end]), value.get(end + 1..).unwrap_or_default())
        }
        _ => {
            let end = value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len());
            (name, Some(&value[..end]), &value[end..])
        }
    }
}

/// HTML Standard, "void elements".
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(html: &str) -> Vec<Tag> {
        let opened = |token| if let Token::Open(tag) = token { Some(tag) } else { None };
        tokens(html).filter_map(opened).collect()
    }

    #[test]
    fn attributes_are_read_however_they_are_written() {
        let html = "<LINK rel=alternate TYPE='application/rss+xml' href=\"/a?x=1&amp;y=2\" hidden / ><a HREF=b/c>x</a>";
        let tags = opened(html);
        assert_eq!(tags[0].attribute("href"), Some("/a?x=1&y=2"));
        assert_eq!(tags[0].attribute("hidden"), Some(""));
        assert!(tags[0].lists("rel", "Alternate") && tags[0].is_empty);
        assert_eq!((tags[1].name.as_str(), tags[1].attribute("href")), ("a", Some("b/c")));
    }

    #[test]
    fn what_is_no_markup_gives_no_tags() {
        let html = "<!doctype html><!-- <a href=x> --><script>'<a href=y>'</script><title>a &lt; <b></title>\
            <style><a></style>1 < 2<a href=z>";
        let hrefs: Vec<_> = opened(html).iter().filter_map(|tag| tag.attribute("href").map(str::to_owned)).collect();
        assert_eq!(hrefs, ["z"]);
        let text: String = tokens(html).filter_map(|t| if let Token::Text(t) = t { Some(t) } else { None }).collect();
        assert_eq!(text, "a < <b>1 < 2");
    }

    #[test]
    fn hostile_tags_take_no_more_time_than_others_and_never_panic() {
        let started = std::time::Instant::now();
        let many: String = (0..200_000).map(|n| format!(" a{n}=1")).collect();
        assert_eq!(opened(&format!("<a{many}>"))[0].attributes.len(), MOST_ATTRIBUTES);
        for piece in ["<", "</", "<!--", "<a b=\"", "<a ='", "<script", "<title>", "< /", "<a\u{a0}=", "</\u{1f600}"] {
            assert!(tokens(&piece.repeat(100_000)).count() < 1_000_000);
        }
        assert!(started.elapsed().as_secs() < 30, "read again and again to its end");
    }
}
