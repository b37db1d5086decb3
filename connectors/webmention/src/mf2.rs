//! What a page says about one entry of its own in microformats (microformats2, h-entry and h-card), as far as a mention
//! needs it.

use crate::tree::{Node, Tree};
use tertulia_connector::{
    dates,
    html::{html_to_text, shown_in},
    words::one_line,
};
use tertulia_model::{Millis, Shows};
use url::Url;

const LONGEST: usize = 500;
/// Addresses looked at of one property.
const MOST: usize = 20;

#[derive(Debug, Default, PartialEq)]
pub struct Entry {
    pub name: Option<String>,
    pub summary: Option<String>,
    pub html: Option<String>,
    pub text: Option<String>,
    pub url: Option<String>,
    pub published: Option<Millis>,
    pub shows: Shows,
    pub author: Author,
    /// What it names by `in-reply-to`, `like-of`, `repost-of`, `bookmark-of`.
    pub replies: Vec<String>,
    pub likes: Vec<String>,
    pub reposts: Vec<String>,
    pub bookmarks: Vec<String>,
}

#[derive(Debug, Default, PartialEq)]
pub struct Author {
    pub name: Option<String>,
    pub url: Option<String>,
}

/// The entry that `is_target` is named in; where no entry names it, the first one.
pub fn entry(tree: &Tree, at: &Url, is_target: impl Fn(&str) -> bool) -> Option<Entry> {
    let roots: Vec<usize> = tree.nodes().filter(|(_, node)| has(node, "h-entry")).map(|(at, _)| at).take(200).collect();
    let names = |root: &usize| {
        let links = tree.inside(*root, |_| true).into_iter().filter_map(|n| tree.node(n).tag.attribute("href"));
        links.take(2_000).any(|href| at.join(href).is_ok_and(|url| is_target(url.as_str())))
    };
    // The innermost: a page of many entries may be one itself.
    let root = roots.iter().copied().rev().find(names).or_else(|| roots.first().copied())?;
    let mut read = read(tree, root, at);
    if read.author == Author::default() {
        // An entry without one has that of its page (h-entry, "authorship").
        let card = tree.nodes().find(|(_, node)| has(node, "h-card") && !is_property(node)).map(|(at, _)| at);
        read.author = card.map(|card| author(tree, card, at)).unwrap_or_default();
    }
    Some(read)
}

fn has(node: &Node, class: &str) -> bool {
    node.tag.lists("class", class)
}

fn classes(node: &Node) -> impl Iterator<Item = &str> {
    node.tag.attribute("class").unwrap_or_default().split_ascii_whitespace()
}

/// The root of a thing of its own, whose properties are not those of what is around it.
fn is_root(node: &Node) -> bool {
    classes(node).any(|class| class.starts_with("h-"))
}

fn is_property(node: &Node) -> bool {
    classes(node).any(|class| ["p-", "u-", "dt-", "e-"].iter().any(|kind| class.starts_with(kind)))
}

fn read(tree: &Tree, root: usize, at: &Url) -> Entry {
    let mut entry = Entry::default();
    let line = |n: usize| Some(one_line(&value(tree, n), LONGEST)).filter(|line| !line.is_empty());
    for n in tree.inside(root, |node| !is_root(node)) {
        let node = tree.node(n);
        let place = |list: &mut Vec<String>| {
            if let Some(url) = address(tree, n, at).filter(|_| list.len() < MOST) {
                list.push(url);
            }
        };
        for class in classes(node) {
            match class {
                "p-name" if entry.name.is_none() => entry.name = line(n),
                "p-summary" if entry.summary.is_none() => entry.summary = Some(tree.text(n)),
                "e-content" if entry.html.is_none() => entry.html = Some(tree.html(n)),
                "p-content" if entry.text.is_none() => entry.text = Some(tree.text(n)),
                "u-url" if entry.url.is_none() => entry.url = address(tree, n, at),
                "u-photo" | "u-featured" if address(tree, n, at).is_some() => entry.shows |= Shows::IMAGE,
                "u-video" | "u-audio" if address(tree, n, at).is_some() => entry.shows |= Shows::FILE,
                "dt-published" if entry.published.is_none() => entry.published = dates::read(&value(tree, n)),
                "p-author" | "u-author" if entry.author == Author::default() => entry.author = author(tree, n, at),
                "u-in-reply-to" => place(&mut entry.replies),
                "u-like-of" | "u-like" => place(&mut entry.likes),
                "u-repost-of" | "u-repost" => place(&mut entry.reposts),
                "u-bookmark-of" => place(&mut entry.bookmarks),
                _ => {}
            }
        }
    }
    entry.shows |= entry.html.as_deref().map(shown_in).unwrap_or_default();
    entry.text = entry.html.as_deref().map(html_to_text).or(entry.text);
    entry
}

/// The text of a property: what is written for machines goes before what is written for people.
fn value(tree: &Tree, n: usize) -> String {
    let tag = &tree.node(n).tag;
    let attribute = match tag.name.as_str() {
        "time" | "ins" | "del" => tag.attribute("datetime"),
        "data" | "input" => tag.attribute("value"),
        "abbr" => tag.attribute("title"),
        "img" | "area" => tag.attribute("alt"),
        _ => None,
    };
    attribute.map_or_else(|| tree.text(n), str::to_owned)
}

/// The address of a property; of a thing of its own (`u-in-reply-to h-cite`) its own address.
fn address(tree: &Tree, n: usize, at: &Url) -> Option<String> {
    let node = tree.node(n);
    let own = ["href", "src", "data"].iter().find_map(|name| node.tag.attribute(name)).map(str::to_owned);
    let inside = || {
        let found = tree.inside(n, |node| !is_root(node));
        let link = |class: &str| found.iter().find(|n| class.is_empty() || has(tree.node(**n), class)).copied();
        let href = |n: usize| tree.node(n).tag.attribute("href").map(str::to_owned);
        link("u-url").and_then(href).or_else(|| found.iter().find_map(|n| href(*n)))
    };
    let text = || Some(value(tree, n)).filter(|text| text.trim().starts_with("http"));
    let written = own.or_else(inside).or_else(text)?;
    let url = at.join(written.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.into()).filter(|url: &String| url.len() <= 2_000)
}

fn author(tree: &Tree, n: usize, at: &Url) -> Author {
    let card = is_root(tree.node(n));
    let found = if card { tree.inside(n, |node| !is_root(node)) } else { Vec::new() };
    let with = |class: &str| found.iter().copied().find(|n| has(tree.node(*n), class));
    let name = with("p-name").map_or_else(|| value(tree, n), |n| value(tree, n));
    let name = Some(one_line(&name, 200)).filter(|name| !name.is_empty() && !name.starts_with("http"));
    let url = with("u-url").and_then(|n| address(tree, n, at)).or_else(|| address(tree, n, at));
    Author { name, url }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Entry {
        let at = Url::parse("https://kim.example/posts/").unwrap();
        entry(&Tree::of(html).unwrap(), &at, |url| url == "https://shop.example/grinder").unwrap()
    }

    #[test]
    fn an_answer_is_read_with_its_writer_its_words_and_its_time() {
        let entry = read(
            "<body><div class=h-feed><article class=h-entry><a href=1 class=u-url>other</a></article>\
             <article class='h-entry x'><div class='p-author h-card'><img src=k.png class=u-photo alt=''>\
             <a class='p-name u-url' href=/>Kim  Lee</a></div><p>to <span class='u-in-reply-to h-cite'>\
             <a class='p-name u-url' href=https://shop.example/grinder>the <b>grinder</b></a></span></p>\
             <div class=e-content><p>It <em>roars</em> &amp; shakes<p onclick=x()>Send help</div>\
             <a class=u-url href=2><time class=dt-published datetime='2025-06-15T15:06:40Z'>today</time></a></article>",
        );
        assert_eq!(entry.author, Author { name: Some("Kim Lee".into()), url: Some("https://kim.example/".into()) });
        assert_eq!(entry.replies, ["https://shop.example/grinder"]);
        assert_eq!(entry.text.as_deref(), Some("It roars & shakes\n\nSend help"));
        assert_eq!(entry.html.as_deref(), Some("<p>It <em>roars</em> &amp; shakes</p><p>Send help</p>"));
        assert_eq!(entry.url.as_deref(), Some("https://kim.example/posts/2"));
        assert_eq!(entry.published, Some(1_750_000_000_000));
        assert_eq!(entry.name, None, "the name of what is answered is not its own");
    }

    #[test]
    fn what_an_entry_shows_is_its_own_and_no_face_smiley_or_counter() {
        let shows = |inside: &str| {
            read(&format!("<div class=h-entry><a href=https://shop.example/grinder>x</a>{inside}</div>")).shows
        };
        for (inside, expected) in [
            ("<img class=u-photo src=a.png>", Shows::IMAGE),
            ("<a class=u-featured href=a.png>a</a><video class=u-video src=a.mp4></video>", Shows::IMAGE | Shows::FILE),
            ("<audio class=u-audio src=a.ogg></audio>", Shows::FILE),
            ("<div class=e-content><p>Look: <img src=a.png alt=cup></div>", Shows::IMAGE),
            (
                "<div class=e-content><img src=a.png class=emoji><img src=b.png width=1 height=1></div>",
                Shows::default(),
            ),
            (
                "<div class='p-author h-card'><img class=u-photo src=face.png>Kim</div><img src=ad.png>",
                Shows::default(),
            ),
            ("<img class=u-photo src=javascript:x>", Shows::default()),
        ] {
            assert_eq!(shows(inside), expected, "{inside}");
        }
    }

    #[test]
    fn a_like_names_what_is_liked_and_a_page_its_writer() {
        let entry = read(
            "<a class=h-card href=https://kim.example/me>Kim</a><div class=h-entry>\
             <a class=u-like-of href=https://shop.example/grinder></a><a class=u-like-of href=javascript:x></a></div>",
        );
        assert_eq!(entry.likes, ["https://shop.example/grinder"]);
        assert_eq!(entry.author, Author { name: Some("Kim".into()), url: Some("https://kim.example/me".into()) });
        assert_eq!((entry.text, entry.html), (None, None));
    }
}
