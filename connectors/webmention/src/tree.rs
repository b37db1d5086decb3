//! A page as a tree, as far as microformats need one: elements that are never closed end where people mean them to, and
//! neither depth nor number of elements is without a bound.

use tertulia_connector::html::{Tag, Token, tokens};

const DEEPEST: usize = 100;
const MOST: usize = 50_000;

#[derive(Debug)]
pub struct Node {
    pub tag: Tag,
    pub children: Vec<Child>,
    /// The page itself says where it ends.
    is_closed: bool,
}

#[derive(Debug, Clone)]
pub enum Child {
    Text(String),
    Node(usize),
}

/// The first node is the document itself.
#[derive(Debug)]
pub struct Tree(Vec<Node>);

impl Tree {
    pub fn of(html: &str) -> Option<Self> {
        let Some(Token::Open(document)) = tokens("<html>").next() else { return None };
        let mut nodes = vec![Node { tag: document, children: Vec::new(), is_closed: false }];
        let mut open = vec![0];
        for token in tokens(html) {
            let top = *open.last()?;
            match token {
                Token::Text(text) => nodes[top].children.push(Child::Text(text.into_owned())),
                Token::Close(name) => {
                    if let Some(at) = open.iter().skip(1).rposition(|at| nodes[*at].tag.name == name) {
                        nodes[open[at + 1]].is_closed = true;
                        open.truncate(at + 1);
                    }
                }
                Token::Open(tag) if nodes.len() < MOST => {
                    end_what_ends(&mut open, &nodes, &tag.name);
                    let (top, at, leaf) = (*open.last()?, nodes.len(), tag.is_empty);
                    nodes.push(Node { tag, children: Vec::new(), is_closed: false });
                    nodes[top].children.push(Child::Node(at));
                    if !leaf && open.len() < DEEPEST {
                        open.push(at);
                    }
                }
                Token::Open(_) => break,
            }
        }
        Some(Self(nodes))
    }

    pub fn node(&self, at: usize) -> &Node {
        &self.0[at]
    }

    /// The nodes in their order.
    pub fn nodes(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.0.iter().enumerate()
    }

    /// The elements inside `at`, outermost first, without those inside of what `opens` says no to.
    pub fn inside(&self, at: usize, opens: impl Fn(&Node) -> bool) -> Vec<usize> {
        let mut found = Vec::new();
        let mut waiting: Vec<usize> = self.elements(at).rev().collect();
        while let Some(next) = waiting.pop() {
            found.push(next);
            if opens(self.node(next)) {
                waiting.extend(self.elements(next).rev());
            }
        }
        found
    }

    fn elements(&self, at: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.0[at].children.iter().filter_map(|child| match child {
            Child::Node(at) => Some(*at),
            Child::Text(_) => None,
        })
    }

    /// What stands inside, as HTML.
    pub fn html(&self, at: usize) -> String {
        let mut html = String::new();
        self.write(at, &mut html);
        html
    }

    fn write(&self, at: usize, html: &mut String) {
        for child in &self.0[at].children {
            match child {
                Child::Text(text) => html.push_str(&html_escape::encode_text(text)),
                Child::Node(at) => {
                    let Node { tag, is_closed, .. } = &self.0[*at];
                    html.push_str(&format!("<{}", tag.name));
                    // How large a picture is, and whether it is a smiley, tells whether it is meant to be seen.
                    let of_pictures: &[&str] = if tag.name == "img" { &["class", "width", "height"] } else { &[] };
                    for name in ["href", "src", "alt", "title", "lang", "dir", "datetime"].iter().chain(of_pictures) {
                        if let Some(value) = tag.attribute(name) {
                            html.push_str(&format!(
                                " {name}=\"{}\"",
                                html_escape::encode_double_quoted_attribute(value)
                            ));
                        }
                    }
                    html.push('>');
                    self.write(*at, html);
                    // What nobody reads, and nobody closed, is not to take all that follows along.
                    let hides = matches!(tag.name.as_str(), "svg" | "template" | "noscript");
                    if !tag.is_empty && (*is_closed || !hides) {
                        html.push_str(&format!("</{}>", tag.name));
                    }
                }
            }
        }
    }

    pub fn text(&self, at: usize) -> String {
        tertulia_connector::html::html_to_text(&self.html(at))
    }
}

/// HTML Standard, "optional tags": a list's item ends where the next begins, a paragraph where a block begins.
fn end_what_ends(open: &mut Vec<usize>, nodes: &[Node], opened: &str) {
    let (ends, within): (&[&str], &[&str]) = match opened {
        "li" => (&["li"], &["ul", "ol"]),
        "dt" | "dd" => (&["dt", "dd"], &["dl"]),
        "tr" => (&["tr"], &["table"]),
        "td" | "th" => (&["td", "th"], &["tr", "table"]),
        "p" | "div" | "ul" | "ol" | "dl" | "table" | "blockquote" | "pre" | "section" | "article" | "aside"
        | "header" | "footer" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" => {
            (&["p"], &["button", "td", "th", "object"])
        }
        _ => return,
    };
    let names = open.iter().map(|at| nodes[*at].tag.name.as_str());
    for (at, name) in names.enumerate().skip(1).collect::<Vec<_>>().into_iter().rev() {
        if within.contains(&name) {
            return;
        }
        if ends.contains(&name) {
            open.truncate(at);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_never_closed_ends_where_people_mean_it_to() {
        let tree = Tree::of("<ul><li>a<li>b<ul><li>c</ul></ul><p>d<p>e<div>f</p>g").unwrap();
        assert_eq!(tree.html(0), "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><p>d</p><p>e</p><div>fg</div>");
    }

    #[test]
    fn a_picture_that_is_never_closed_takes_no_words_along() {
        let text = |html: &str| Tree::of(html).unwrap().text(0);
        assert_eq!(text("<p>a<svg>x</svg>b<svg/onload=x()>c</p>"), "abc");
    }

    #[test]
    fn neither_depth_nor_number_is_without_a_bound() {
        let tree = Tree::of(&"<div>".repeat(300_000)).unwrap();
        assert_eq!(tree.nodes().count(), MOST);
        assert!(tree.html(0).len() < 20 * MOST);
        assert!(Tree::of(&"</div>".repeat(300_000)).is_some());
    }
}
