//! Finds the tags of an XML file of any size, without holding what stands between them: text, comments, CDATA (where HTML
//! stands, whose tags are none of the file's).

use crate::window::Window;
use std::io;

/// A tag: where it stands and what it is called.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Markup {
    pub start: u64,
    pub end: u64,
    pub name: Vec<u8>,
    pub closes: bool,
    /// `<item/>`
    pub is_empty: bool,
}

/// Tags of a WordPress export have no attributes, or a few short ones.
const LONGEST_TAG: usize = 16 * 1024;
const LONGEST_NAME: usize = 64;

/// The next tag; the window then stands behind it. `None` at the end of the file.
pub(super) fn next_markup(window: &mut Window) -> io::Result<Option<Markup>> {
    loop {
        if !pass_to(window, b"<")? {
            return Ok(None);
        }
        window.at_least(b"<![CDATA[".len())?;
        let view = window.view();
        let end: &[u8] = match view {
            [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => b"]]>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'?', ..] => b"?>",
            // Declarations are passed and never obeyed: no entity means anything here.
            [b'<', b'!', ..] => b">",
            [b'<', b'/' | b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => {
                if let Some(tag) = tag(window)? {
                    return Ok(Some(tag));
                }
                continue;
            }
            _ => {
                window.forget(1);
                continue;
            }
        };
        window.forget(2);
        if pass_to(window, end)? {
            window.forget(end.len());
        }
    }
}

/// Moves to the next place where `wanted` stands, or to the end of the file.
fn pass_to(window: &mut Window, wanted: &[u8]) -> io::Result<bool> {
    let finder = memchr::memmem::Finder::new(wanted);
    loop {
        let view = window.view();
        if let Some(at) = finder.find(view) {
            window.forget(at);
            return Ok(true);
        }
        // Its beginning may stand at the end of what is seen.
        window.forget(view.len().saturating_sub(wanted.len() - 1));
        if !window.more()? {
            window.forget(window.view().len());
            return Ok(false);
        }
    }
}

/// The tag at which the window stands. `None` where it has no end; then only its bracket is passed.
fn tag(window: &mut Window) -> io::Result<Option<Markup>> {
    let start = window.offset(0);
    let mut seen = 256;
    let end = loop {
        window.at_least(seen)?;
        let view = window.view();
        if let Some(end) = memchr::memchr(b'>', &view[..view.len().min(seen)]) {
            break end;
        }
        if view.len() < seen || seen >= LONGEST_TAG {
            window.forget(1);
            return Ok(None);
        }
        seen *= 4;
    };
    let inside = &window.view()[1..end];
    let closes = inside.starts_with(b"/");
    let inside = inside.strip_prefix(b"/").unwrap_or(inside);
    let is_empty = inside.ends_with(b"/");
    let length = inside.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(inside.len());
    let name = inside[..length.min(LONGEST_NAME)].to_vec();
    window.forget(end + 1);
    Ok(Some(Markup { start, end: window.offset(0), name, closes, is_empty }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Encoding;

    fn names(xml: &str) -> Vec<String> {
        let mut window =
            Window::new(Box::new(std::io::Cursor::new(xml.as_bytes().to_vec())), Encoding::Utf8, 0).unwrap();
        let mut names = Vec::new();
        while let Some(tag) = next_markup(&mut window).unwrap() {
            let slash = if tag.closes { "/" } else { "" };
            assert_eq!(xml[tag.start as usize..tag.end as usize].chars().next(), Some('<'));
            names.push(format!("{slash}{}", String::from_utf8(tag.name).unwrap()));
        }
        names
    }

    #[test]
    fn only_the_files_own_tags_are_found() {
        let xml = "<?xml version=\"1.0\"?><!-- <item> --><!DOCTYPE rss [<!ENTITY a \"<item>\">]><rss a=\"b\"><item >\
                   <![CDATA[<item></item>]]> 1 < 2 <b/></item><";
        assert_eq!(names(xml), ["rss", "item", "b", "/item"]);
        assert!(names("<![CDATA[ never closed <item>").is_empty());
        assert_eq!(names(&format!("<x {}<item>", "y".repeat(100_000))), ["item"]);
    }
}
