//! The fields of an element, and what the head of an export says of the site.

use crate::reader::ImportError;
use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The list of categories and tags may be long; the authors stand before it.
pub(super) const MOST_HEAD_BYTES: u64 = 16 << 20;
/// Their names go with each item that is set aside; of more, those that come first have one.
const MOST_AUTHORS: usize = 2_000;
const DEEPEST: usize = 64;

/// The text of the elements that are asked for, by their names, whichever depth they stand at; the first of each name
/// counts. An export that is damaged in the middle of it gives what came before, and the reason.
pub(super) fn fields(xml: &[u8], wanted: &[&str]) -> (HashMap<String, String>, Option<String>) {
    let mut found = HashMap::new();
    let trouble = each_text(xml, &mut |path, text| {
        if let Some(name) = path.last()
            && wanted.contains(&name.as_str())
        {
            found.entry(name.clone()).or_insert(text);
        }
    });
    (found, trouble)
}

/// Gives each element's own text, with the names of the elements in which it stands. Entities are those five that XML
/// itself knows and the numbered ones; no other is resolved, whatever the file declares.
fn each_text(xml: &[u8], give: &mut dyn FnMut(&[String], String)) -> Option<String> {
    let xml = String::from_utf8_lossy(xml);
    let mut reader = Reader::from_str(&xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().allow_dangling_amp = true;
    let mut path: Vec<(String, String)> = Vec::new();
    loop {
        match reader.read_event() {
            Err(error) => return Some(format!("Its XML is damaged: {error}.")),
            Ok(Event::Eof) => break,
            Ok(Event::Start(start)) => {
                if path.len() == DEEPEST {
                    return Some("Its elements stand deeper in each other than an export's do.".to_owned());
                }
                path.push((start.name().as_ref().to_owned(), String::new()));
            }
            Ok(Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            Ok(Event::Text(text)) => push(&mut path, &text.into_inner()),
            Ok(Event::CData(text)) => push(&mut path, &text.into_inner()),
            Ok(Event::GeneralRef(reference)) => {
                let number = reference.resolve_char_ref().ok().flatten().map(String::from);
                let name = reference.into_inner();
                let known = number.or_else(|| resolve_predefined_entity(&name).map(str::to_owned));
                push(&mut path, &known.unwrap_or_else(|| format!("&{name};")));
            }
            Ok(Event::End(_)) => {
                let Some((name, text)) = path.pop() else { continue };
                let mut names: Vec<String> = path.iter().map(|(name, _)| name.clone()).collect();
                names.push(name);
                give(&names, text);
            }
        }
    }
    None
}

fn push(path: &mut [(String, String)], text: &str) {
    if let Some((_, whole)) = path.last_mut() {
        whole.push_str(text);
    }
}

/// Whose site it is, and what its authors are called.
pub(super) fn facts(head: &[u8]) -> Result<Value, ImportError> {
    let (mut site, mut authors, mut logins) = (Map::new(), Map::new(), Map::new());
    let mut author: HashMap<String, String> = HashMap::new();
    each_text(head, &mut |path, text| {
        let text = text.trim();
        let Some((name, above)) = path.split_last() else { return };
        match (above.last().map(String::as_str), name.as_str()) {
            (Some("channel"), "link" | "title" | "wp:base_blog_url") => {
                site.entry(name.clone()).or_insert_with(|| text.into());
            }
            (Some("wp:author"), part) => {
                author.insert(part.to_owned(), text.chars().take(200).collect());
            }
            (_, "wp:author") => {
                let mut part = |name: &str| author.remove(name).unwrap_or_default();
                let login = part("wp:author_login");
                if !login.is_empty() && authors.len() < MOST_AUTHORS {
                    logins.insert(part("wp:author_id"), login.clone().into());
                    authors.insert(login, json!([part("wp:author_display_name"), part("wp:author_email")]));
                }
                author.clear();
            }
            _ => {}
        }
    });
    let link =
        ["link", "wp:base_blog_url"].into_iter().find_map(|name| site.get(name)?.as_str().filter(|l| !l.is_empty()));
    let Some(link) = link else {
        let what = "This file does not say which site it is from (channel, link), so it is no whole WordPress export. \
                    Export it again under Tools, Export.";
        return Err(ImportError::Unreadable(what.to_owned()));
    };
    Ok(json!({ "site": link, "title": site.get("title"), "authors": authors, "logins": logins }))
}
