//! Slack's own way of writing: `<@U123>` is somebody, `<https://…|words>` a link, and `&`, `<`, `>` are escaped.

use super::Place;
use std::borrow::Cow;

/// How far the end of a mark is looked for.
const LONGEST_MARK: usize = 4096;

/// The marks of a text (what stands in pointed brackets) and the words between them.
fn pieces(text: &str) -> impl Iterator<Item = Result<&str, &str>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(inside) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            let words;
            (words, rest) = rest.split_at(end);
            return Some(Err(words));
        };
        let seen = inside.as_bytes();
        match memchr::memchr2(b'>', b'<', &seen[..seen.len().min(LONGEST_MARK)]) {
            Some(end) if seen[end] == b'>' => {
                rest = &inside[end + 1..];
                Some(Ok(&inside[..end]))
            }
            // Nothing that Slack writes: it stays as it is.
            _ => {
                rest = inside;
                Some(Err("<"))
            }
        }
    })
}

/// The ids of those who are named in a text.
pub(super) fn named(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).filter_map(|piece| piece.ok()?.strip_prefix('@')).map(|mark| mark.split('|').next().unwrap_or(mark))
}

/// The text as people saw it.
pub(super) fn plain(text: &str, place: &Place) -> String {
    let mut plain = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Err(words) => plain.push_str(&unescaped(words)),
            Ok(mark) => plain.push_str(&unescaped(&meant(mark, place))),
        }
    }
    plain
}

fn unescaped(words: &str) -> Cow<'_, str> {
    match words.contains('&') {
        true => Cow::Owned(words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")),
        false => Cow::Borrowed(words),
    }
}

fn meant(mark: &str, place: &Place) -> String {
    let (target, label) = match mark.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|label| !label.is_empty())),
        None => (mark, None),
    };
    let Some(kind) = target.chars().next() else { return String::new() };
    let name = &target[kind.len_utf8()..];
    match kind {
        '@' => {
            let known = place.people.get(name).and_then(|person| person.shown.as_deref().or(person.name.as_deref()));
            format!("@{}", label.or(known).unwrap_or(name).trim_start_matches('@'))
        }
        '#' => format!("#{}", label.unwrap_or(name)),
        // `!here`, `!subteam^S1|@support`, `!date^1392734382^{date}|18 February`.
        '!' => match label {
            Some(label) => label.to_owned(),
            None => format!("@{}", name.split('^').next().unwrap_or(name)),
        },
        _ => link(target, label),
    }
}

fn link(target: &str, label: Option<&str>) -> String {
    let bare = target.strip_prefix("mailto:").or_else(|| target.strip_prefix("tel:")).unwrap_or(target);
    let short =
        |link: &str| link.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned();
    match label {
        Some(label) if short(label) != short(bare) => format!("{label} ({bare})"),
        _ => bare.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::{Channel, Person};

    fn place() -> Place {
        let kim = Person { shown: Some("Kim".to_owned()), ..Person::default() };
        Place {
            channel: Channel { id: "C1".to_owned(), name: "general".to_owned(), closed: false },
            people: [("U1".to_owned(), kim)].into(),
        }
    }

    #[test]
    fn marks_become_what_people_saw() {
        for (written, seen) in [
            ("Hi <@U1> and <@U2|bo>, see <#C9|beans>", "Hi @Kim and @bo, see #beans"),
            ("<!here> <!channel> <!subteam^S1|@support>", "@here @channel @support"),
            ("<!date^1392734382^{date}|18 February>", "18 February"),
            ("<https://roast.example/a|the list>", "the list (https://roast.example/a)"),
            ("<https://roast.example/|roast.example> <https://x.example>", "https://roast.example/ https://x.example"),
            ("<mailto:a@b.example|a@b.example>", "a@b.example"),
            ("1 &lt; 2 &amp;&amp; 3 &gt; 2, &amp;lt;", "1 < 2 && 3 > 2, &lt;"),
            ("a < b <@U1> <", "a < b @Kim <"),
            ("<>", ""),
        ] {
            assert_eq!(plain(written, &place()), seen, "{written}");
        }
    }

    #[test]
    fn brackets_that_never_close_take_no_more_time_than_others() {
        let hostile = "<x ".repeat(300_000);
        assert_eq!(plain(&hostile, &place()), hostile);
    }
}
