//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{
    dates,
    html::{html_to_text, shown_in, tokens},
    http::Answer,
    times::{self, TimeFormat},
};
use std::time::Duration;
use tertulia_model::Millis;

const NOW: Millis = 1_750_000_000_000;

/// HTML of mails, posts and pages: cut into tags, and read as text.
pub fn html(bytes: &[u8]) {
    let html = String::from_utf8_lossy(bytes);
    assert!(tokens(&html).count() <= html.len() + 1, "more tags than characters");
    let (shown, text) = (shown_in(&html), html_to_text(&html));
    assert!(!shown.image || html.to_ascii_lowercase().contains("<img"), "a picture that stands nowhere");
    assert!(text.len() <= 16 * html.len() + 64, "a text grows out of its bounds");
}

/// A time as a table, a feed or a mail writes it: by every form that is known, in zones with and without a summer.
pub fn times(bytes: &[u8]) {
    const FORMATS: [TimeFormat; 7] = [
        TimeFormat::Auto,
        TimeFormat::Iso,
        TimeFormat::Rfc2822,
        TimeFormat::UnixSeconds,
        TimeFormat::UnixMillis,
        TimeFormat::DayMonthYear,
        TimeFormat::MonthDayYear,
    ];
    let text = String::from_utf8_lossy(bytes);
    for zone in ["", "Europe/Lisbon", "Pacific/Apia"].into_iter().filter_map(times::zone) {
        for format in FORMATS {
            let read = times::read(&text, format, &zone);
            assert!(read.is_none_or(|at| at.abs() < 1_000_000_000_000_000), "{format:?}: {read:?}");
        }
    }
    dates::read(&text);
}

/// What a server answers instead of what was asked for: its status, how long it wants to be left alone, and its words, a
/// line each.
pub fn answer(bytes: &[u8]) {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n').map(String::from_utf8_lossy);
    let status = lines.next().and_then(|line| line.trim().parse().ok()).unwrap_or(429);
    let wait = lines.next().unwrap_or_default();
    let body = lines.next().unwrap_or_default();
    for media in ["application/json", "text/plain"] {
        let headers = [("retry-after", &*wait), ("content-type", media)];
        let answer = Answer {
            status,
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            url: "https://shop.example/".to_owned(),
            moved_for_good: false,
            body: body.as_bytes().to_vec(),
            is_cut: false,
        };
        let bounds = Duration::from_secs(1)..=Duration::from_secs(24 * 3_600);
        let asked = answer.retry_after(NOW);
        assert!(asked.is_none_or(|wait| bounds.contains(&wait)), "{wait:?} is read as {asked:?}");
        for words in [answer.pull_error("It", NOW).to_string(), answer.send_error("It", NOW).to_string()] {
            assert!(words.starts_with("It answered") && words.chars().count() < 400, "{words}");
            assert!(!words.chars().any(turns_words), "{words:?} would turn what stands beside it");
        }
    }
}

/// Characters that show as something else than what stands there.
fn turns_words(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_html_is_read() {
        replay("html", super::html);
    }

    #[test]
    fn the_corpus_of_times_is_read() {
        replay("times", super::times);
    }

    #[test]
    fn the_corpus_of_refusals_is_read() {
        replay("answer", super::answer);
    }
}
