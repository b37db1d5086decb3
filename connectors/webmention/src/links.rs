//! Whether a page really links to what it says it does, and what stands around the link.

use serde_json::Value;
use tertulia_connector::{
    html::{Token, tokens},
    words::one_line,
};
use url::Url;

/// Characters before and after a link that say what it is about.
const AROUND: usize = 250;
/// Values looked at in a document of JSON.
const MOST_VALUES: usize = 100_000;

/// Whether two addresses lead to the same page: whichever of http and https, whatever place in the page.
pub fn same_page(one: &str, other: &str) -> bool {
    let bare = |url: &str| {
        let mut url = Url::parse(url).ok()?;
        url.set_fragment(None);
        let scheme = url.scheme().to_owned();
        Some(String::from(url).strip_prefix(&scheme)?.to_owned())
    };
    bare(one).is_some_and(|one| Some(one) == bare(other))
}

/// What was found on a page: its title, and the words around the link.
#[derive(Debug, PartialEq, Eq)]
pub struct Linked {
    pub title: Option<String>,
    pub excerpt: String,
}

/// A link in HTML (W3C Webmention §3.2.2): any attribute that leads to `target`.
pub fn in_html(html: &str, at: &Url, target: &str) -> Option<Linked> {
    let (mut text, mut title, mut place, mut base) = (String::new(), None, None, at.clone());
    let mut in_title = false;
    for token in tokens(html) {
        match token {
            Token::Text(words) if in_title => title = Some(one_line(&words, 300)).filter(|title| !title.is_empty()),
            Token::Text(words) => text.push_str(&words),
            Token::Close(name) if name == "title" => in_title = false,
            Token::Close(name) if is_inside_a_line(&name) => {}
            Token::Close(_) => text.push(' '),
            Token::Open(tag) => {
                in_title |= tag.name == "title";
                if tag.name == "base" {
                    base = tag.attribute("href").and_then(|href| at.join(href).ok()).unwrap_or(base);
                } else if place.is_none() {
                    let leads = ["href", "src", "data", "poster", "cite"].iter().filter_map(|name| tag.attribute(name));
                    let found =
                        leads.filter_map(|to| base.join(to.trim()).ok()).any(|to| same_page(to.as_str(), target));
                    place = found.then_some(text.len());
                }
                if !is_inside_a_line(&tag.name) {
                    text.push(' ');
                }
            }
        }
    }
    place.map(|place| Linked { title, excerpt: around(&text, place) })
}

/// Whether an element ends no word.
fn is_inside_a_line(name: &str) -> bool {
    matches!(name, "a" | "b" | "i" | "em" | "strong" | "span" | "code" | "small" | "u" | "mark")
}

/// The words before and after a place, whole.
fn around(text: &str, place: usize) -> String {
    let before: String = text[..place].chars().rev().take(AROUND).collect::<Vec<_>>().into_iter().rev().collect();
    let after: String = text[place..].chars().take(AROUND).collect();
    let (cut_before, cut_after) = (before.len() < place, after.len() < text.len() - place);
    let before = if cut_before { before.split_once(char::is_whitespace).map_or("", |(_, rest)| rest) } else { &before };
    let after = if cut_after { after.rsplit_once(char::is_whitespace).map_or("", |(rest, _)| rest) } else { &after };
    let line = one_line(&format!("{before}{after}"), 2 * AROUND);
    let mark = |cut: bool| if cut { "\u{2026}" } else { "" };
    format!("{}{line}{}", mark(cut_before), mark(cut_after))
}

/// A link in JSON: any value that is the address.
pub fn in_json(text: &str, target: &str) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return false };
    let mut waiting = vec![&value];
    for _ in 0..MOST_VALUES {
        match waiting.pop() {
            Some(Value::String(text)) if same_page(text, target) => return true,
            Some(Value::Array(list)) => waiting.extend(list),
            Some(Value::Object(map)) => waiting.extend(map.values()),
            Some(_) => {}
            None => return false,
        }
    }
    false
}

/// A link in plain text: the address itself, and no longer one that begins with it.
pub fn in_text(text: &str, target: &str) -> Option<Linked> {
    let ends =
        |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '%' | '&' | '='));
    let place = text.match_indices(target).find(|(at, _)| ends(&text[at + target.len()..])).map(|(at, _)| at)?;
    Some(Linked { title: None, excerpt: around(text, place) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: &str = "https://shop.example/grinder";

    #[test]
    fn a_link_is_one_whatever_its_attribute_and_however_it_is_written() {
        let at = Url::parse("https://kim.example/posts/").unwrap();
        for html in [
            "<a href='https://shop.example/grinder'>x</a>",
            "<a href=http://SHOP.example/grinder#loud>x</a>",
            "<img src=//shop.example/grinder>",
            "<base href=https://shop.example/><a href=grinder>",
            "<video poster=\"https://shop.example:443/grinder\">",
        ] {
            assert!(in_html(html, &at, TARGET).is_some(), "{html}");
        }
        for html in [
            "https://shop.example/grinder",
            "<!-- <a href='https://shop.example/grinder'> -->",
            "<a href='https://shop.example/grinder/2'>",
            "<a href='https://shop.example/'>",
            "<a title='https://shop.example/grinder'>",
            "<script>\"<a href='https://shop.example/grinder'>\"</script>",
        ] {
            assert_eq!(in_html(html, &at, TARGET), None, "{html}");
        }
    }

    #[test]
    fn the_words_around_a_link_say_what_it_is_about() {
        let at = Url::parse("https://kim.example/").unwrap();
        let page = "<title>On &amp; on</title><nav>Home</nav><p>We tried <a href='https://shop.example/grinder'>a grinder</a> today.";
        let linked = in_html(page, &at, TARGET).unwrap();
        assert_eq!(linked, Linked { title: Some("On & on".into()), excerpt: "Home We tried a grinder today.".into() });
        let long = format!(
            "<p>{} <a href='https://shop.example/grinder'>here</a> {}",
            "früher ".repeat(200),
            "später ".repeat(200)
        );
        let excerpt = in_html(&long, &at, TARGET).unwrap().excerpt;
        assert!(
            excerpt.starts_with("\u{2026}früher") && excerpt.contains("here") && excerpt.ends_with("später\u{2026}")
        );
    }

    #[test]
    fn documents_that_are_no_pages_may_link_too() {
        assert!(in_json(r#"{"a":[{"b":"https://shop.example/grinder"}]}"#, TARGET));
        assert!(!in_json(r#"{"https://shop.example/grinder":"see https://shop.example/grinder"}"#, TARGET));
        assert!(!in_json(&"[".repeat(100_000), TARGET));
        assert_eq!(
            in_text("See https://shop.example/grinder.", TARGET).unwrap().excerpt,
            "See https://shop.example/grinder."
        );
        assert_eq!(in_text("See https://shop.example/grinders", TARGET), None);
    }
}
