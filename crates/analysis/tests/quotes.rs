//! Splitting a text into own words, quotes and signature: over all fixtures, and over anything at all.
//!
//! A fixture `NN-name.txt` is a message, `NN-name.own` what its author wrote themselves (as `own_text` gives it).

use proptest::prelude::*;
use std::path::Path;
use std::time::{Duration, Instant};
use tertulia_analysis::quotes::{Parts, own_text, split};
use tertulia_model::Extent;

fn all(parts: &Parts) -> Vec<Extent> {
    let mut all: Vec<Extent> = parts.own.iter().chain(&parts.quoted).chain(&parts.signature).copied().collect();
    all.sort_by_key(|extent| extent.start);
    all
}

/// Panics where parts overlap, leave the text, cut a character or leave a full line out.
fn check(text: &str, parts: &Parts) {
    let all = all(parts);
    let mut end = 0;
    for extent in &all {
        assert!(extent.start >= end && extent.start < extent.end, "{extent:?} after {end} in {text:?}");
        assert!(text.get(extent.start..extent.end).is_some(), "{extent:?} in {text:?}");
        end = extent.end;
    }
    let mut start = 0;
    for line in text.split('\n') {
        if !line.trim().is_empty() {
            let within =
                all.iter().filter(|extent| extent.start <= start && start + line.trim_end().len() <= extent.end);
            assert_eq!(within.count(), 1, "{line:?} of {text:?}");
        }
        start += line.len() + 1;
    }
}

#[test]
fn every_fixture_gives_back_what_its_author_wrote() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/quotes");
    let mut read = 0;
    let mut wrong = Vec::new();
    for language in ["en", "es", "de"] {
        for entry in std::fs::read_dir(root.join(language)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "txt") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let expected = std::fs::read_to_string(path.with_extension("own")).unwrap();
            check(&text, &split(&text));
            let own = own_text(&text);
            if own != expected.trim_end() {
                wrong.push(format!("{}\n  expected {:?}\n  got      {own:?}", path.display(), expected.trim_end()));
            }
            read += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(read >= 45, "{read} fixtures");
}

#[test]
fn a_signature_and_the_footer_below_it_are_one_part() {
    let text = "Hi\n-- \nJo\n____________________________\nBeans mailing list\n";
    let parts = split(text);
    let signature = parts.signature.unwrap();
    assert_eq!(&text[signature.start..signature.end], "-- \nJo\n____________________________\nBeans mailing list");
    assert!(parts.quoted.is_empty());
}

#[test]
fn a_message_of_a_signature_alone_has_no_words_of_its_own() {
    let parts = split("Sent from my iPhone\n");
    assert!(parts.own.is_empty() && parts.quoted.is_empty() && parts.signature.is_some());
}

#[test]
fn a_megabyte_of_any_marker_is_split_in_linear_time() {
    for unit in [
        ">",
        "> ",
        ">\n",
        "On ",
        "On \n",
        "On 1 \n",
        "On 1 a@b\n",
        "a@b 1\n\n",
        "-- \n",
        "--\n\n",
        "From: a\n",
        "From: a\n\n",
        "_",
        "____________________________\n",
        "On 12:34 wrote:\n\n",
        "-----Original Message-----\n>",
        "Sent from my a\n",
        "Sent from my a\n\nx\n",
        "\r",
        "\n",
        "\u{301}",
        "\u{202e}",
        "İ",
        "-",
        ":\n",
        ">From \n",
        "a wrote:\n\n\n\n",
        "wrote",
    ] {
        let text = unit.repeat(1_000_000 / unit.len());
        let begun = Instant::now();
        check_bounds(&text, &split(&text));
        let taken = begun.elapsed();
        // A debug build on a busy machine; quadratic work would take minutes.
        assert!(taken < Duration::from_secs(20), "{unit:?} took {taken:?}");
    }
}

fn check_bounds(text: &str, parts: &Parts) {
    assert!(all(parts).iter().all(|extent| text.get(extent.start..extent.end).is_some()));
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("> quoted".to_owned()),
        Just(">From here".to_owned()),
        Just("-- ".to_owned()),
        Just("--".to_owned()),
        Just("On Mon, 3 May 2024, Jo <jo@example.org>".to_owned()),
        Just("Am 3.5.2024 schrieb Jo:".to_owned()),
        Just("wrote:".to_owned()),
        Just("-----Original Message-----".to_owned()),
        Just("From: Jo".to_owned()),
        Just("Sent: today".to_owned()),
        Just("To: Rosa".to_owned()),
        Just("Sent from my iPhone".to_owned()),
        Just("______________________________".to_owned()),
        Just("The mailing list".to_owned()),
        "\\PC{0,30}",
        "[ \t\u{a0}\u{301}é京\r>:-]{0,12}",
    ]
}

proptest! {
    #[test]
    fn parts_never_overlap_and_cover_every_full_line(lines in prop::collection::vec(line(), 0..24)) {
        let text = lines.join("\n");
        check(&text, &split(&text));
    }

    #[test]
    fn words_are_never_lost_altogether(lines in prop::collection::vec(line(), 1..16)) {
        let text = lines.join("\n");
        let parts = split(&text);
        prop_assert!(!parts.own.is_empty() || parts.quoted.is_empty());
    }
}
