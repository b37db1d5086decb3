//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{
    labels::{Models, Place},
    monitors::{MonitorSet, Scratch},
    query::{Document, Query, parse},
    quotes,
};

/// A query in the first line, a text below it. What can be read prints as something that reads the same, and whoever asks
/// it alone is told what a set of monitors is told.
pub fn query(bytes: &[u8]) {
    let input = String::from_utf8_lossy(bytes);
    let (asked, text) = input.split_once('\n').unwrap_or((&input, "tea \u{6771}\u{4eac} #tea"));
    let query = match parse(asked) {
        Ok(query) => query,
        Err(error) => {
            assert!(
                error.at.end <= asked.len() && asked.get(error.at.clone()).is_some(),
                "it points at {:?}",
                error.at
            );
            return;
        }
    };
    let printed = query.to_string();
    match parse(&printed) {
        Ok(again) => assert_eq!(again.to_string(), printed, "{asked:?} prints as {printed:?}"),
        Err(error) => panic!("{asked:?} prints as {printed:?}, which cannot be read: {error}"),
    }
    let again = parse(&printed).unwrap_or_else(|error| panic!("{printed:?}: {error}"));
    for texts in [&[text][..], &[asked, text]] {
        let document = document(texts);
        let alone = query.matches(&document);
        assert_eq!(alone, again.matches(&document), "{asked:?} and {printed:?} about {texts:?}");
        assert_eq!(alone, in_a_set(&query, &document), "{asked:?} alone and in a set, about {texts:?}");
    }
    let marks = query.highlights(text);
    assert!(marks.iter().all(|mark| text.get(mark.start..mark.end).is_some()), "{asked:?} marks {marks:?} in {text:?}");
    assert!(marks.is_sorted_by(|one, next| one.end <= next.start), "marks overlap: {marks:?}");
}

fn document<'a>(texts: &'a [&'a str]) -> Document<'a> {
    Document {
        texts,
        channel: &["email", "My shop"],
        language: "es",
        author: &["Amina \u{d6}z", "amina@example.org"],
        has_attachment: false,
        has_image: true,
        thread: 7,
        reach: Some(250),
        at: 1_769_900_000_000,
    }
}

fn in_a_set(query: &Query, document: &Document<'_>) -> bool {
    let mut monitors = MonitorSet::new();
    monitors.insert(1, query.clone());
    for (id, other) in (2..).zip(["tea", "-coffee", "te*"]) {
        monitors.insert(id, parse(other).unwrap_or_else(|error| panic!("{other}: {error}")));
    }
    monitors.matching(document, &mut Scratch::default()).contains(&1)
}

/// What a person wrote: own words, quotes and signature told apart, language, terms, first words.
pub fn words(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let analysis = crate::analyse(&Models::default(), text.lines().next(), &text, Place::Public);
    let own = quotes::own_text(&text);
    assert!(own.len() <= text.len() + 2, "more own words than words");
    for promise in crate::promises::find(&text, analysis.language, 1_796_032_800_000, &jiff::tz::TimeZone::UTC) {
        assert!(text.get(promise.start..promise.end).is_some_and(|words| !words.is_empty()), "{promise:?}");
    }
    if let Some(asked) = crate::questions::find(&text) {
        assert!(asked.chars().count() <= crate::questions::MOST_CHARS, "{asked:?}");
    }
    assert!(crate::saved::fill(&text, |_| None).len() <= text.len(), "more than was written");
    assert!(crate::knowhow::asked(&text, &text).len() <= 2 * crate::knowhow::MOST_WORDS);
    let said = crate::identity::of_signature(&text, text.lines().next());
    let said = said.into_iter().chain(crate::identity::of_profile([&*text]));
    assert!(said.map(|(_, value)| value).all(|value| !value.trim().is_empty()));
    assert!(analysis.snippet.chars().count() <= crate::analyse::SNIPPET_CHARS + 1, "{:?}", analysis.snippet);
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_queries_is_read_printed_and_asked() {
        replay("query", super::query);
    }

    #[test]
    fn the_corpus_of_words_is_read() {
        replay("words", super::words);
    }
}
