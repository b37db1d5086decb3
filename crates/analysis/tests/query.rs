//! The language of searches: what it finds, what it refuses, and that an index never hides what the matcher would find.

mod made;

use made::{at_least, query, text, word};
use proptest::prelude::*;
use tertulia_analysis::query::{
    Document, MOST_CHARS, Narrow, Uses, asks_for_channel, channel_key, channel_named, parse, with_channel_named,
};
use tertulia_analysis::tokens::{MOST_TOKENS, index_terms};

fn document<'a>(texts: &'a [&'a str]) -> Document<'a> {
    Document {
        texts,
        channel: &["email", "Shop Mailbox"],
        language: "en",
        author: &["Amina Öztürk", "amina_oz@example.org"],
        has_attachment: true,
        has_image: false,
        thread: 42,
        reach: Some(2_500),
        at: 1_769_860_800_000, // 2026-01-31T12:00:00Z
    }
}

fn finds(query: &str, text: &str) -> bool {
    parse(query).unwrap_or_else(|error| panic!("{query}: {error}")).matches(&document(&["Order 17", text]))
}

#[test]
fn operators_read_as_they_are_written() {
    let text = "The flat white was cold. Never again!";
    for query in [
        "",
        "   ",
        "&",
        "white",
        "WHITE",
        "white cold",
        "white AND cold",
        "tea OR cold",
        "\"flat white\"",
        "“flat white”",
        "«flat white»",
        "-tea",
        "NOT tea cold",
        "white -\"white flat\"",
        "(tea OR white) (cold OR hot)",
        "tea OR white cold",
        "whi*",
        "\"flat whi*\"",
        "\"flat whi\"*",
        "flat-white",
        "white & cold",
        "-(tea OR milk)",
        "white NEAR/1 cold",
        "cold NEAR/1 white",
        "order 17",
        "NOT NOT cold",
        "never's OR cold",
        "never again",
        "-and",
    ] {
        assert!(finds(query, text), "{query}");
    }
    for query in [
        "tea",
        "-white",
        "NOT white",
        "\"white flat\"",
        "white tea",
        "tea OR milk",
        "white NEAR/0 cold",
        "\"17 the\"",
        "order NEAR/1000 cold",
        "whit",
    ] {
        assert!(!finds(query, text), "{query}");
    }
}

#[test]
fn case_accents_and_forms_make_no_difference() {
    assert!(
        finds("cafe", "CAFÉ")
            && finds("Café", "cafe")
            && finds("strasse", "Straße")
            && finds("Ｃａｆｅ", "café")
            && finds("ガス", "ｶﾞｽ")
    );
}

#[test]
fn words_of_unspaced_scripts_are_found_wherever_they_stand() {
    let text = "新宿のコーヒー店で東京都民が飲む。สวัสดีครับ";
    for query in ["東京", "京都", "東京都民", "都", "む", "新", "コーヒー", "\"東京都\"", "สวัสดี", "ครับ", "東*", "東京*"]
    {
        assert!(finds(query, text), "{query}");
    }
    for query in ["京東", "東都", "犬", "東京大学"] {
        assert!(!finds(query, text), "{query}");
    }
}

#[test]
fn a_channel_is_asked_for_by_its_name_whatever_stands_in_it() {
    for name in
        ["Shop", "Shop(2)", "Bo's \"Shop\" (2)", "„Laden“ am Eck", "a OR b", "-", "Café *", "shop*", "in:3", "店 東京"]
    {
        let field = channel_named(name).unwrap();
        let query = parse(&field).unwrap();
        let of = |channel: &[&str]| query.matches(&Document { channel, ..document(&["tea"]) });
        assert!(of(&["email", name]) && !of(&["email", "another"]), "{field}");
        assert_eq!(query.bounds().channels, Some(vec![channel_key(name)]), "{field}");
        assert_eq!(parse(&query.to_string()).unwrap(), query, "{field}");
        let said = format!("tea ({field} OR -{field})");
        assert!(asks_for_channel(&said, name), "{said}");
        assert_eq!(with_channel_named(&said, name, &["X"]), "tea (channel:\"X\" OR -channel:\"X\")");
    }
    assert_eq!(channel_named(" \" "), None);
}

#[test]
fn only_what_asks_for_a_channel_asks_for_another_once_it_is_renamed() {
    let text = "Tea  channel:shop NOT CHANNEL:\"SHÓP\" \"channel:shop\" channel:shops from:shop";
    assert_eq!(
        with_channel_named(text, "Shop", &["Stall 2"]),
        "Tea  channel:\"Stall 2\" NOT channel:\"Stall 2\" \"channel:shop\" channel:shops from:shop"
    );
    assert_eq!(with_channel_named("tea", "Shop", &["Stall"]), "tea");
    assert_eq!(with_channel_named("channel:shop", "Shop", &["\""]), "channel:shop", "nothing to ask for");
    assert!(!asks_for_channel("\"channel:shop\" shop", "Shop"));
    let both = with_channel_named("-channel:shop(tea)", "Shop", &["Shop", "Stall"]);
    assert_eq!(both, "-(channel:\"Shop\" OR channel:\"Stall\")(tea)");
    assert!(parse(&both).unwrap().matches(&document(&["tea"])));
}

#[test]
fn tags_and_names_are_found_with_their_sign_or_without() {
    let text = "Thanks @Jane_Doe for the #FlatWhite at a@b.example";
    for query in
        ["#flatwhite", "flatwhite", "#flat*", "@jane_doe", "jane", "\"the #flatwhite at\"", "jane NEAR/3 #flatwhite"]
    {
        assert!(finds(query, text), "{query}");
    }
    for query in ["#jane", "@flatwhite", "#flat", "@b", "@jane"] {
        assert!(!finds(query, text), "{query}");
    }
}

#[test]
fn fields_ask_for_what_a_message_is() {
    let text = "Is it open? See https://example.org";
    for query in [
        "channel:email",
        "channel:EMAIL",
        "channel:\"shop mailbox\"",
        "lang:en",
        "LANG:EN",
        "from:amina",
        "from:\"Amina Ozturk\"",
        "from:ozt*",
        "from:amina_oz@example.org",
        "from:@amina",
        "has:link",
        "has:links",
        "has:question",
        "has:attachment",
        "has:file",
        "-has:image",
        "in:42",
        "reach>2499",
        "reach>=2500",
        "reach<1m",
        "REACH<=3K",
        "reach＞2 reach≥2500 reach≤2500",
        "-reach>10k",
        "since:2026-01-31",
        "until:2026-01-31",
        "since:2026-01-30 until:2026-02-01",
        "open -lang:de",
        "lang:de OR lang:en",
    ] {
        assert!(finds(query, text), "{query}");
    }
    for query in [
        "channel:webchat",
        "channel:shop",
        "lang:es",
        "from:rosa",
        "from:open",
        "reach>2500",
        "reach<2500",
        "reach>=2501",
        "reach<=2k",
        "has:image",
        "in:41",
        "since:2026-02-01",
        "until:2026-01-30",
        "-in:42",
    ] {
        assert!(!finds(query, text), "{query}");
    }
}

#[test]
fn a_reach_that_is_not_known_is_neither_more_nor_less() {
    let finds = |query: &str, reach| parse(query).unwrap().matches(&Document { reach, ..document(&["tea"]) });
    for query in ["reach>0", "reach>=0", "reach<5", "reach<=5"] {
        assert!(!finds(query, None), "{query}");
        assert!(finds(&format!("NOT {query}"), None), "{query}");
    }
    assert!(finds("reach>=0", Some(0)) && finds("reach<1", Some(0)) && !finds("reach>0", Some(0)));
}

#[test]
fn a_number_of_people_prints_short_and_the_word_itself_can_be_looked_for() {
    let printed = |query: &str| parse(query).unwrap().to_string();
    assert_eq!(printed("REACH>=10000 -reach<2M reach>1500 reach<=0"), "reach>=10k -reach<2m reach>1500 reach<=0");
    assert_eq!(printed("reach AND >5 OR \"reach >5\""), "reach 5 OR \"reach >5\"");
    assert!(
        finds("reach", "Out of reach > 10")
            && finds("reaches*", "who reaches 10")
            && finds("\"reach: 10\"", "reach 10")
    );
}

#[test]
fn a_query_says_what_it_uses_excluded_or_not() {
    let none = Uses::default();
    let cases = [
        ("", none),
        ("-tea", Uses { words: true, ..none }),
        ("a NEAR/3 b", Uses { words: true, ..none }),
        ("channel:email OR NOT (lang:es has:link)", Uses { channel: true, language: true, has: true, ..none }),
        ("from:amina since:2026-01-31", Uses { author: true, time: true, ..none }),
        ("until:2026-01-31 -in:7 reach>5", Uses { time: true, thread: true, reach: true, ..none }),
    ];
    for (query, uses) in cases {
        assert_eq!(parse(query).unwrap().uses(), uses, "{query}");
    }
    assert!(!none.meets(Uses { words: true, ..none }) && !Uses { words: true, ..none }.meets(none));
}

#[test]
fn the_matcher_reads_as_much_of_a_message_as_the_index_holds() {
    let text = "tea ".repeat(MOST_TOKENS - 1) + "last beyond";
    let terms = index_terms(&[&text]);
    assert!(terms.cut);
    for (query, is_found) in [("last", true), ("beyond", false)] {
        let query = parse(query).unwrap();
        assert_eq!(query.matches(&document(&[&text])), is_found, "{query}");
        assert_eq!(query.narrow().accepts(&terms.terms), is_found, "{query}");
    }
}

#[test]
fn a_question_that_was_only_quoted_is_not_asked() {
    assert!(!finds("has:question", "On Monday, Jo wrote:\n> Are you open?\nYes."));
    let answered = ["Re: are you open?", "Yes."];
    assert!(!parse("has:question").unwrap().matches(&document(&answered)));
    let asked = ["Are you open?", "Please tell me."];
    assert!(parse("has:question").unwrap().matches(&document(&asked)));
}

#[test]
fn what_looks_like_a_field_and_is_none_is_looked_for_as_words() {
    assert!(
        finds("note:this", "please note: this")
            && finds("https://example.org", "see https://example.org/x")
            && finds("12:30", "at 12:30")
    );
}

#[test]
fn an_error_points_at_its_place_and_says_how_to_mend_it() {
    let cases = [
        ("tea \"flat white", 4..15, "never closed"),
        ("(tea OR milk", 0..1, "never closed"),
        ("tea) milk", 3..4, "closes nothing"),
        (")", 0..1, "closes nothing"),
        ("tea ()", 4..6, "nothing between"),
        ("(", 0..1, "never closed"),
        ("AND tea", 0..3, "Nothing stands before AND"),
        ("tea OR", 4..6, "Nothing stands behind OR"),
        ("tea AND OR milk", 8..10, "Nothing stands before OR"),
        ("NOT", 0..3, "Nothing stands behind NOT"),
        ("tea NEAR/x milk", 4..10, "NEAR needs a number"),
        ("tea NEAR/5", 4..10, "Nothing stands behind NEAR"),
        ("tea NEAR/5 (a OR b)", 0..19, "two words"),
        ("a NEAR/5 b NEAR/5 c", 11..17, "not three"),
        ("ro*st", 0..5, "star"),
        ("*", 0..1, "star"),
        ("\"!!\"", 0..4, "no letter or digit"),
        ("tea 💔", 4..8, "no letter or digit"),
        ("lang:spanish", 0..12, "two letters"),
        ("from: Amina", 0..5, "Nothing stands behind"),
        ("author:Amina", 0..7, "no “author:”"),
        ("has:soul", 0..8, "nothing that can be asked"),
        ("in:abc", 0..6, "number"),
        ("since:2026-02-30", 0..16, "calendar"),
        ("until:31.1.2026", 0..15, "calendar"),
        ("channel:\" \"", 0..11, "no channel"),
        ("tea reach:10", 4..12, "compared with a number"),
        ("reach=10", 0..8, "compared with a number"),
        ("reach>many", 6..10, "“many” is no number"),
        ("reach>1.5k", 6..10, "no number"),
        ("reach>-3", 6..8, "no number"),
        ("reach>9223372036854775807k", 6..26, "no number"),
        ("reach> 10k", 0..6, "No number stands directly behind"),
        ("tea reach > 10k", 4..9, "compared with a number"),
        ("REACH >= 10k", 0..5, "compared with a number"),
        ("Followers>10k", 0..13, "no “Followers” here"),
    ];
    for (query, at, message) in cases {
        let error = parse(query).expect_err(query);
        assert!(error.message.contains(message), "{query}: {error}");
        assert_eq!(error.at, at, "{query}: {error}");
        assert!(!error.help.is_empty(), "{query}");
        assert!(query.get(error.at).is_some(), "{query}");
    }
}

#[test]
fn too_long_and_too_deep_are_errors_and_not_crashes() {
    assert!(parse(&"é".repeat(MOST_CHARS)).is_ok());
    assert!(parse(&"é".repeat(MOST_CHARS + 1)).unwrap_err().message.contains("too long"));
    let nested = |depth: usize| format!("{}tea{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(50)).is_ok());
    assert!(parse(&nested(51)).unwrap_err().message.contains("too deep"));
    assert!(parse(&nested(1_900)).is_err());
    assert!(parse(&"NOT ".repeat(900)).is_err() && parse(&format!("{}tea", "NOT ".repeat(900))).is_err());
    assert!(parse(&format!("\"{}\"", "a ".repeat(101))).unwrap_err().message.contains("phrase is too long"));
    // Each word prints with a space that was not there.
    let tight = "\"a\"".repeat(1_300);
    assert!(parse(&tight).unwrap_err().message.contains("too long"));
}

#[test]
fn what_is_found_is_marked_once_and_what_is_excluded_never() {
    let marked = |query: &str, text: &str| -> Vec<String> {
        parse(query).unwrap().highlights(text).iter().map(|mark| text[mark.start..mark.end].to_owned()).collect()
    };
    assert_eq!(marked("white \"flat white\" -cold lang:en", "A Flat White, cold; white."), ["Flat White", "white"]);
    assert_eq!(marked("roast*", "Roasted by the roaster"), ["Roasted", "roaster"]);
    assert_eq!(marked("東京都", "わが東京都は"), ["東京都"]);
    assert_eq!(marked("京", "東京都"), ["京"]);
    assert_eq!(marked("#tea", "tea and #tea"), ["#tea"]);
    assert_eq!(marked("cafe NEAR/1 cold", "café too cold, but cold at home"), ["café", "cold"]);
    assert!(marked("", "anything").is_empty());
}

#[test]
fn bounds_hold_only_what_every_match_must_fulfil() {
    let bounds = |query: &str| parse(query).unwrap().bounds();
    let day = 86_400_000;
    let both = bounds("tea since:2026-01-31 (until:2026-02-01 lang:es) channel:Email");
    assert_eq!((both.since, both.until), (Some(20_484 * day), Some(20_486 * day)));
    assert_eq!((both.languages, both.channels), (Some(vec!["es".to_owned()]), Some(vec!["email".to_owned()])));
    assert_eq!(bounds("lang:es OR lang:de").languages, Some(vec!["es".to_owned(), "de".to_owned()]));
    assert_eq!(bounds("lang:es OR tea").languages, None);
    assert_eq!(bounds("-lang:es -since:2026-01-01"), Default::default());
    assert_eq!(bounds("lang:es lang:de").languages, Some(Vec::new()));
}

#[test]
fn a_condition_on_terms_asks_for_every_word_that_must_be_there() {
    let narrow = |query: &str| parse(query).unwrap().narrow();
    let term = |word: &str| Narrow::Term(word.to_owned());
    assert_eq!(narrow("-tea lang:es"), Narrow::Everything);
    assert_eq!(narrow("tea OR lang:es"), Narrow::Everything);
    assert_eq!(
        narrow("ro* 京 #tag"),
        Narrow::All(vec![Narrow::Prefix("ro".into()), Narrow::Prefix("京".into()), term("#tag")])
    );
    assert_eq!(narrow("東京都 OR a"), Narrow::Any(vec![Narrow::All(vec![term("東京"), term("京都")]), term("a")]));
}

proptest! {
    #![proptest_config(at_least(2_000))]

    #[test]
    fn an_index_never_hides_what_the_matcher_finds(query in query(), subject in text(), body in text()) {
        let Ok(query) = parse(&query) else { return Ok(()) };
        let texts = [subject.as_str(), body.as_str()];
        if query.matches(&document(&texts)) {
            let terms = index_terms(&texts).terms;
            prop_assert!(query.narrow().accepts(&terms), "{} in {:?}: {:?}", query, texts, query.narrow());
        }
    }

    #[test]
    fn a_word_of_a_text_finds_the_text(words in prop::collection::vec(word(), 1..8), pick in any::<prop::sample::Index>()) {
        let text = words.join(" ");
        let phrase = words[pick.index(words.len())].replace(['"', '“', '”', '„', '«', '»', '*'], " ");
        if let Ok(query) = parse(&format!("\"{phrase}\"")) {
            prop_assert!(query.matches(&document(&["", &text])), "{:?} in {:?}", phrase, text);
            prop_assert!(!query.highlights(&text).is_empty());
        }
    }

    #[test]
    fn a_query_prints_as_what_parses_to_it(text in query()) {
        if let Ok(query) = parse(&text) {
            let printed = query.to_string();
            match parse(&printed) {
                Ok(again) => prop_assert_eq!(again, query, "{:?} printed {:?}", text, printed),
                Err(error) => prop_assert!(false, "{:?} printed {:?}: {}", text, printed, error),
            }
        }
    }

    #[test]
    fn no_query_makes_the_parser_panic_and_every_error_points_into_it(text in "\\PC{0,40}|[a-z0-9\"()*:/#@ \u{ad}\u{301}“„«-]{0,40}|((NOT|AND|OR|NEAR/3|from:|has:|[(]|[)]|\"|-|\\*|a) ?){0,12}") {
        match parse(&text) {
            Ok(query) => {
                let _ = query.matches(&document(&[&text]));
                let printed = query.to_string();
                let again = parse(&printed);
                prop_assert_eq!(again.as_ref(), Ok(&query), "{:?} printed {:?}", text, printed);
            }
            Err(error) => prop_assert!(text.get(error.at.clone()).is_some(), "{:?}", error),
        }
    }

    #[test]
    fn marks_stand_in_order_and_on_boundaries(query in query(), text in text()) {
        if let Ok(query) = parse(&query) {
            let mut end = 0;
            for mark in query.highlights(&text) {
                prop_assert!(mark.start >= end && mark.start < mark.end && text.get(mark.start..mark.end).is_some());
                end = mark.end;
            }
        }
    }
}
