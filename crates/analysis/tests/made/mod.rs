//! Queries, texts and messages at random, over few enough words that they meet.

#![allow(dead_code, reason = "each test file uses its part")]

use proptest::prelude::*;
use tertulia_analysis::query::Document;

const WORDS: &[&str] = &[
    "tea",
    "Coffee",
    "café",
    "straße",
    "flat white",
    "roast",
    "roasted",
    "ro",
    "東京",
    "京",
    "京都に",
    "が",
    "ｶﾞ",
    "สวัสดี",
    "ส",
    "#tea",
    "@tea",
    "#東京",
    "#flat_white",
    "a@b.org",
    "can't",
    "3.14",
    "e\u{301}te",
    "مُحَمَّد",
    "한국",
    "x_y",
    "Re:",
    "AND",
    "#",
    "\u{200d}",
    "İ",
    "É",
    "тест",
    "हिन्दी",
    "שָׁלוֹם",
    "ตลาด",
    "ro.as",
    "コーヒー",
];

pub fn word() -> impl Strategy<Value = String> + Clone {
    prop_oneof![4 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => "\\PC{1,6}"]
}

pub fn text() -> impl Strategy<Value = String> {
    prop::collection::vec((word(), prop::sample::select(&[" ", "", ", ", "\n"][..])), 0..14)
        .prop_map(|words| words.into_iter().map(|(word, space)| word + space).collect())
}

/// Mostly well-formed queries, as people would write them.
pub fn query() -> impl Strategy<Value = String> {
    query_of(word())
}

/// Words so few that a text holds most of what a query asks for.
const FEW_WORDS: &[&str] = &["tea", "milk", "teas", "#tea", "東京", "京", "a"];

pub fn few_words() -> impl Strategy<Value = String> + Clone {
    prop::sample::select(FEW_WORDS).prop_map(str::to_owned)
}

pub fn dense_text() -> impl Strategy<Value = String> {
    prop::collection::vec(few_words(), 0..6).prop_map(|words| words.join(" "))
}

pub fn query_of(word: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let field = prop::sample::select(
        &[
            "lang:es",
            "channel:email",
            "channel:\"my shop\"",
            "from:amina",
            "from:\"Amina Öz\"",
            "has:link",
            "has:question",
            "in:7",
            "since:2026-01-31",
            "until:2020-02-29",
            "lang:und",
            "channel:Chat",
            "from:öz",
            "from:am*",
            "from:\"東京\"",
            "has:image",
            "has:attachment",
            "reach>10k",
            "reach<=250",
            "reach>=1",
        ][..],
    );
    let leaf = prop_oneof![
        6 => word.clone(),
        2 => prop::collection::vec(word.clone(), 1..4).prop_map(|words| format!("\"{}\"", words.join(" ").replace(['"', '“', '”', '«', '»'], ""))),
        1 => word.clone().prop_map(|word| format!("{word}*")),
        1 => (word.clone(), word, 0..20).prop_map(|(one, other, n)| format!("{one} NEAR/{n} {other}")),
        1 => field.prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" ")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" OR ")),
            inner.clone().prop_map(|part| format!("({part})")),
            inner.clone().prop_map(|part| format!("-({part})")),
            inner.clone().prop_map(|part| format!("-{part}")),
            inner.prop_map(|part| format!("NOT {part}")),
        ]
    })
}

/// A soak asks for more, by PROPTEST_CASES.
pub fn at_least(cases: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig { cases: asked.cases.max(cases), ..asked }
}

/// A message that owns its words.
#[derive(Debug, Clone)]
pub struct Message {
    pub texts: Vec<String>,
    pub channel: &'static [&'static str],
    pub language: &'static str,
    pub author: &'static [&'static str],
    pub holds: (bool, bool),
    pub thread: i64,
    pub reach: Option<i64>,
    pub at: i64,
}

impl Message {
    pub fn of(texts: &[&str]) -> Self {
        Self {
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            channel: &["email", "My Shop"],
            language: "es",
            author: &["Amina Öz", "amina@example.org"],
            holds: (false, false),
            thread: 7,
            reach: None,
            at: 0,
        }
    }

    pub fn asked<T>(&self, ask: impl FnOnce(&Document<'_>) -> T) -> T {
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        ask(&Document {
            texts: &texts,
            channel: self.channel,
            language: self.language,
            author: self.author,
            has_attachment: self.holds.0,
            has_image: self.holds.1,
            thread: self.thread,
            reach: self.reach,
            at: self.at,
        })
    }
}

pub fn message() -> impl Strategy<Value = Message> {
    let texts = prop::collection::vec(text(), 0..3);
    const CHANNELS: &[&[&str]] = &[&["email", "My Shop"], &["webchat", " CHAT "], &["chat", "chat"], &[]];
    const AUTHORS: &[&[&str]] = &[&["Amina Öz", "amina@example.org"], &["東京の人"], &["", "rosa"], &[]];
    let channel = prop::sample::select(CHANNELS);
    let language = prop::sample::select(&["es", "en", "und", "ES"][..]);
    let author = prop::sample::select(AUTHORS);
    let reach = prop::option::of(prop::sample::select(&[0, 1, 250, 251, 10_000, 10_001][..]));
    let at = prop::sample::select(&[0, 1_582_934_400_000, 1_582_934_399_999, 1_769_817_600_000, 1_769_817_599_999][..]);
    (texts, channel, language, author, any::<(bool, bool)>(), 6..8_i64, reach, at).prop_map(
        |(texts, channel, language, author, holds, thread, reach, at)| Message {
            texts,
            channel,
            language,
            author,
            holds,
            thread,
            reach,
            at,
        },
    )
}
