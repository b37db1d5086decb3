//! XML as small trees, one for each item, so that a feed of any length never stands in memory as a whole tree. It is read
//! as feeds are written, not as XML asks for: ends that do not match, entities of HTML and prefixes that nobody declared
//! are taken for what was meant. Entities that a document defines itself are never opened (a document of a few bytes
//! would become gigabytes).

use quick_xml::{
    events::{BytesStart, Event},
    name::ResolveResult,
    reader::NsReader,
};

/// Elements kept of one item, and outside of all items.
const MOST_ELEMENTS: usize = 20_000;
/// Names of elements that are not kept, remembered so that their ends end nothing else.
const MOST_IGNORED: usize = 200;
const DEEPEST: usize = 40;
const MOST_ATTRIBUTES: usize = 20;

#[derive(Debug, Default)]
pub struct Element {
    /// In lower case, with the prefix that its namespace commonly has: `pubdate`, `atom:entry`, `dc:creator`.
    pub name: String,
    attributes: Vec<(String, String)>,
    pub children: Vec<Child>,
}

#[derive(Debug)]
pub enum Child {
    Text(String),
    Element(Element),
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |element| element.name == name)
    }

    pub fn first(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    /// The text inside, trimmed, if there is any.
    pub fn text_of(&self, name: &str) -> Option<String> {
        self.all(name).map(Element::text).find(|text| !text.is_empty())
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        self.gather(&mut text);
        text.trim().to_owned()
    }

    fn gather(&self, text: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(piece) => text.push_str(piece),
                Child::Element(element) => element.gather(text),
            }
        }
    }

    /// What stands inside as HTML (Atom's `type="xhtml"`).
    pub fn inner_html(&self) -> String {
        let mut html = String::new();
        self.write_inside(&mut html);
        html
    }

    fn write_inside(&self, html: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(text) => html.push_str(&html_escape::encode_text(text)),
                Child::Element(element) => {
                    let name = element.name.rsplit(':').next().unwrap_or_default();
                    html.push('<');
                    html.push_str(name);
                    for (attribute, value) in element.attributes.iter().filter(|(name, _)| !name.contains(':')) {
                        html.push_str(&format!(
                            " {attribute}=\"{}\"",
                            html_escape::encode_double_quoted_attribute(value)
                        ));
                    }
                    html.push('>');
                    element.write_inside(html);
                    if !matches!(name, "br" | "hr" | "img" | "wbr") {
                        html.push_str(&format!("</{name}>"));
                    }
                }
            }
        }
    }
}

/// What is left once the items were handed on.
#[derive(Debug, Default)]
pub struct Rest {
    pub root: Element,
    /// Why it could not be read to its end.
    pub broken: Option<String>,
}

/// Reads a document and hands each item on as soon as it has ended, with what stands around it; one that has no end is
/// left out.
pub fn read(text: &str, mut item: impl FnMut(&Element, &[Element])) -> Rest {
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let mut tree = Tree::default();
    let broken = loop {
        let (space, event) = match reader.read_resolved_event() {
            Ok(read) => read,
            Err(error) => break Some(error.to_string()),
        };
        match event {
            Event::Start(start) => {
                let name = name(&space, start.local_name().as_ref());
                tree.open(name, attributes(&start));
            }
            Event::Empty(start) => {
                let name = name(&space, start.local_name().as_ref());
                tree.open(name.clone(), attributes(&start));
                tree.close(&name, &mut item);
            }
            Event::End(end) => {
                let name = name(&space, end.local_name().as_ref());
                tree.close(&name, &mut item);
            }
            Event::Text(piece) => tree.text(&piece.xml10_content()),
            Event::CData(piece) => tree.text(&piece.into_inner()),
            Event::GeneralRef(reference) => tree.text(&meant_by(&reference)),
            Event::Eof => break tree.is_open().then(|| "It ends in the middle.".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    };
    Rest { root: tree.finish(), broken }
}

#[derive(Default)]
struct Tree {
    /// From the root down to what is open.
    open: Vec<Element>,
    /// Opened below the deepest that is kept, or where there are too many already.
    ignored: Vec<String>,
    kept: usize,
    root: Option<Element>,
}

impl Tree {
    fn open(&mut self, name: String, attributes: Vec<(String, String)>) {
        if is_item(&name) && !self.open.iter().any(|open| is_item(&open.name)) {
            self.kept = 0;
        }
        if self.open.len() >= DEEPEST || self.kept >= MOST_ELEMENTS || !self.ignored.is_empty() {
            // Beyond that many it is no document, and to look through them at each end would take for ever.
            if self.ignored.len() < MOST_IGNORED {
                self.ignored.push(name);
            }
            return;
        }
        self.kept += 1;
        self.open.push(Element { name, attributes, children: Vec::new() });
    }

    fn text(&mut self, text: &str) {
        let Some(element) = self.open.last_mut().filter(|_| !text.is_empty()) else { return };
        match element.children.last_mut() {
            Some(Child::Text(before)) => before.push_str(text),
            _ => element.children.push(Child::Text(text.to_owned())),
        }
    }

    /// Ends the nearest open element of that name and what was left open inside; no other end means anything.
    fn close(&mut self, name: &str, item: &mut impl FnMut(&Element, &[Element])) {
        if let Some(at) = self.ignored.iter().rposition(|open| open == name) {
            self.ignored.truncate(at);
            return;
        }
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else { return };
        self.ignored.clear();
        while self.open.len() > at {
            let Some(element) = self.open.pop() else { return };
            if is_item(&element.name) && !self.open.iter().any(|open| is_item(&open.name)) && !self.open.is_empty() {
                item(&element, &self.open);
            } else {
                self.put(element);
            }
        }
    }

    fn put(&mut self, element: Element) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Child::Element(element)),
            None => {
                self.root.get_or_insert(element);
            }
        }
    }

    fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    fn finish(mut self) -> Element {
        while let Some(element) = self.open.pop() {
            if !is_item(&element.name) {
                self.put(element);
            }
        }
        self.root.unwrap_or_default()
    }
}

fn is_item(name: &str) -> bool {
    matches!(name, "item" | "atom:entry" | "entry")
}

/// A name with the prefix that everybody uses for its namespace, whichever the document chose.
fn name(space: &ResolveResult<'_>, local: &str) -> String {
    let local = local.to_ascii_lowercase();
    let prefix = match space {
        ResolveResult::Bound(space) => known(space.as_ref()),
        ResolveResult::Unbound => "",
        ResolveResult::Unknown(prefix) => return format!("{}:{local}", prefix.to_ascii_lowercase()),
    };
    if prefix.is_empty() { local } else { format!("{prefix}:{local}") }
}

fn known(space: &str) -> &'static str {
    match space.trim().trim_end_matches('/') {
        "http://www.w3.org/2005/Atom" | "http://purl.org/atom/ns#" => "atom",
        "http://purl.org/rss/1.0"
        | "http://my.netscape.com/rdf/simple/0.9"
        | "http://channel.netscape.com/rdf/simple/0.9"
        | "http://backend.userland.com/rss2" => "",
        "http://purl.org/rss/1.0/modules/content" => "content",
        "http://purl.org/rss/1.0/modules/slash" => "slash",
        "http://purl.org/rss/1.0/modules/syndication" => "sy",
        "http://purl.org/dc/elements/1.1" | "http://purl.org/dc/terms" => "dc",
        "http://wellformedweb.org/CommentAPI" => "wfw",
        "http://purl.org/syndication/thread/1.0" => "thr",
        "http://search.yahoo.com/mrss" => "media",
        "http://www.itunes.com/dtds/podcast-1.0.dtd" => "itunes",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#" => "rdf",
        "http://www.w3.org/1999/xhtml" => "xhtml",
        _ => "other",
    }
}

/// Names in lower case, with the prefix they were written with.
fn attributes(start: &BytesStart<'_>) -> Vec<(String, String)> {
    let mut list = Vec::new();
    for attribute in start.html_attributes().with_checks(false).take(MOST_ATTRIBUTES).flatten() {
        let value = html_escape::decode_html_entities(attribute.value.as_ref()).into_owned();
        list.push((attribute.key.as_ref().to_ascii_lowercase(), value));
    }
    list
}

/// What `&name;` stands for: a character, nothing where it is the number of none, or itself where nobody knows the name.
fn meant_by(reference: &str) -> String {
    let written = format!("&{reference};");
    let meant = html_escape::decode_html_entities(&written);
    if reference.starts_with('#') && meant == written {
        return String::new();
    }
    meant.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
