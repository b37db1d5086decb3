//! What a token is, in every script, and that no text makes the walk slow or wrong.

use proptest::prelude::*;
use std::time::{Duration, Instant};
use tertulia_analysis::tokens::{MOST_TOKEN_BYTES, MOST_TOKENS, fold, for_each_token, index_terms};

fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for_each_token(text, |token, range| {
        assert!(text.get(range.clone()).is_some(), "{range:?} in {text:?}");
        found.push(token.to_owned());
    });
    found
}

#[test]
fn each_script_gives_the_tokens_that_a_reader_would_look_for() {
    let cases: &[(&str, &[&str])] = &[
        ("The QUICK fox", &["the", "quick", "fox"]),
        ("can't stop, won't stop", &["can", "t", "stop", "won", "t", "stop"]),
        ("3.14 and 1,000", &["3", "14", "and", "1", "000"]),
        ("snake_case C++ v2", &["snake", "case", "c", "v2"]),
        ("L'hôtel où l’été", &["l", "hotel", "ou", "l", "ete"]),
        ("Straße ŒUVRE Ærø Łódź İstanbul ısı", &["strasse", "oeuvre", "aero", "lodz", "istanbul", "isi"]),
        ("e\u{301}te\u{301} co\u{AD}operate", &["ete", "cooperate"]),
        ("Ｆｕｌｌ　ｗｉｄｔｈ １２３", &["full", "width", "123"]),
        ("ﬁne ½ x² №5", &["fine", "12", "x2", "5"]),
        ("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ", &["οδυσσευσ", "οδυσσευσ"]),
        ("Ёлка Йод", &["елка", "иод"]),
        ("مُحَمَّدٌ كتـــاب أحمد", &["محمد", "كتاب", "احمد"]),
        ("שָׁלוֹם", &["שלום"]),
        ("हिन्दी में क्या", &["हिन्दी", "में", "क्या"]),
        ("தமிழ் மொழி", &["தமிழ்", "மொழி"]),
        ("한국어 커피", &["한국어", "커피"]),
        ("東京都", &["東京", "京都"]),
        ("茶", &["茶"]),
        ("コーヒー店でlatteを", &["コー", "ーヒ", "ヒー", "ー店", "店で", "latte", "を"]),
        ("ｶﾞｽ", &["ガス"]),
        ("カ\u{3099}ス", &["ガス"]),
        ("กินข้าว", &["กิน", "นข้", "ข้า", "าว"]),
        ("ກາເຟ", &["ກາ", "າເ", "ເຟ"]),
        (
            "#Coffee #flat_white C#sharp a#b",
            &["#coffee", "coffee", "#flat_white", "flat", "white", "c", "sharp", "a", "b"],
        ),
        ("@Jane_Doe @josé ＠東京", &["@jane_doe", "jane", "doe", "@jose", "jose", "@東京", "東京"]),
        ("今日は#珈琲", &["今日", "日は", "#珈琲", "珈琲"]),
        ("mail amina@example.org &#39;", &["mail", "amina", "example", "org", "39"]),
        ("https://example.org/a-b?q=1#top", &["https", "example", "org", "a", "b", "q", "1", "top"]),
        ("nul\0inside \u{301}\u{200d} # @ #_ ☕", &["nul", "inside"]),
    ];
    for (text, expected) in cases {
        assert_eq!(tokens(text), *expected, "{text}");
    }
}

#[test]
fn composed_and_decomposed_texts_give_the_same_tokens() {
    for (one, other) in [
        ("é", "e\u{301}"),
        ("한", "\u{1112}\u{1161}\u{11ab}"),
        ("が", "か\u{3099}"),
        ("ড়", "\u{9a1}\u{9bc}"),
        ("ệ", "e\u{323}\u{302}"),
        ("ά", "α\u{301}"),
    ] {
        assert_eq!(tokens(one), tokens(other), "{one}");
        assert_eq!(fold(one), fold(other), "{one}");
    }
}

#[test]
fn a_long_word_is_cut_at_a_character() {
    assert_eq!(tokens(&"a".repeat(300)), ["a".repeat(64)]);
    assert_eq!(tokens(&"Я".repeat(300)), ["я".repeat(32)]);
    assert_eq!(tokens(&format!("a{}", "я".repeat(300))), [format!("a{}", "я".repeat(31))]);
    assert_eq!(tokens(&format!("#{}", "a".repeat(300)))[0].len(), MOST_TOKEN_BYTES);
}

#[test]
fn terms_are_unique_in_the_order_seen_and_hold_each_last_character() {
    let terms = index_terms(&["Re: Coffee", "coffee, COFFEE & 東京 tea"]);
    assert_eq!(terms.terms, "re coffee 東京 京 tea");
}

#[test]
fn what_lies_beyond_the_most_tokens_is_cut_and_said_so() {
    let text: String = (0..MOST_TOKENS).map(|n| format!("w{n} ")).collect();
    let terms = index_terms(&["", &text]);
    assert!(!terms.cut && terms.terms.ends_with(&format!(" w{}", MOST_TOKENS - 1)));
    assert_eq!(terms.terms.split(' ').count(), MOST_TOKENS);
    assert!(index_terms(&["one more", &text]).cut);
}

#[test]
fn a_megabyte_of_anything_is_read_in_linear_time() {
    for unit in [
        "a",
        "A",
        "é",
        "\u{301}",
        "a\u{301}",
        "\u{200d}",
        "\u{202e}",
        "\u{9be}",
        "漢",
        "ก\u{e48}",
        "か\u{3099}",
        "#",
        "@",
        "#_",
        "#a",
        "_",
        "\u{FF9E}",
        "ﷺ",
        "\u{1F1E6}",
        "\u{10FFFF}",
        "\0",
        "#\u{301}",
        "क\u{94d}",
    ] {
        let text = unit.repeat(1_000_000 / unit.len());
        let begun = Instant::now();
        let _ = tokens(&text).len();
        let _ = index_terms(&[&text]);
        let _ = fold(&text);
        let taken = begun.elapsed();
        assert!(taken < Duration::from_secs(20), "{unit:?} took {taken:?}");
    }
}

/// Texts in which everything that has a rule of its own meets everything else.
fn mixed() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,60}", "[a-cA-Cßéİς0-9 #@_.'\u{AD}\u{301}\u{200d}京がかｶﾞกิ\u{3099}مَـहि한\u{1100}\u{1161}]{0,60}"]
}

/// A soak asks for more, by PROPTEST_CASES.
fn at_least(cases: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig { cases: asked.cases.max(cases), ..asked }
}

proptest! {
    #![proptest_config(at_least(1_000))]

    #[test]
    fn tokens_hold_letters_digits_and_marks_alone_and_stand_in_order(text in mixed()) {
        let mut before = 0;
        for_each_token(&text, |token, range| {
            assert!(range.start >= before && text.get(range.clone()).is_some());
            before = range.start;
            assert!(!token.is_empty() && token.len() <= MOST_TOKEN_BYTES);
            let (sign, word) = token.split_at(usize::from(token.starts_with(['#', '@'])));
            assert!(word.chars().all(|c| c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) || (!sign.is_empty() && c == '_')), "{token:?}");
        });
    }

    #[test]
    fn a_token_is_its_own_token(text in "[a-zA-ZßéÅςА-Яа-яёا-يअ-हि-ौ가-힣0-9Ａ-Ｚ ]{0,40}") {
        for token in tokens(&text) {
            prop_assert_eq!(tokens(&token), [token]);
        }
    }

    #[test]
    fn case_makes_no_difference(text in "[a-zA-Zà-öÀ-ÖА-Яа-яΑ-Ρα-ρ #@.]{0,60}") {
        prop_assert_eq!(tokens(&text.to_uppercase()), tokens(&text.to_lowercase()));
    }

    #[test]
    fn terms_are_the_tokens_without_repeats(text in mixed()) {
        let terms = index_terms(&[&text]).terms;
        let listed: Vec<&str> = terms.split(' ').filter(|term| !term.is_empty()).collect();
        let unique: std::collections::HashSet<&str> = listed.iter().copied().collect();
        prop_assert_eq!(listed.len(), unique.len());
        for token in tokens(&text) {
            prop_assert!(unique.contains(token.as_str()), "{}", token);
        }
    }
}
