//! Labels in plain words.

use crate::listen::languages;
use tertulia_analysis::labels::{
    FINE, Kind, NEGATIVE, NEUTRAL, POSITIVE, PROMOTION, SPAM, SUBSTANTIAL, THIN, YES, languages as codes,
};
use tertulia_engine::labels::{Agreement, Cell, ENOUGH, Loan, Rate};

/// How it is measured how often labels are wrong, in sentences: they go along with each export.
pub(crate) const METHODS: [&str; 7] = [
    "A label is a guess of a small model; counted as wrong is what the model says otherwise than people do who did not see what it says.",
    "Samples are drawn at random of what people wrote, each message by the same chance within its language and channel. Each is read by two \
     members: where both say the same it holds, where they differ it counts on neither side until it is settled.",
    "What members correct elsewhere mends that message and is no measure: what is come upon is no random sample.",
    "The error of all weighs each language on each channel by how many messages it has; its interval (95 %) is Wilson’s, of as many messages \
     as all these weigh together. It is of the share of messages whose language and channel were read: of the others nothing is known.",
    "The error of one language on one channel leans on what is known of all of them, the more the fewer were read there (partial pooling); \
     below 80 messages of each value it says what it borrows.",
    "Agreement of readers is Krippendorff’s alpha for values without an order, over the first two readers who could tell of each message: from \
     0.80 on they agree well, below 0.667 no error measured by it means much.",
    "Each figure is of the version of the model that is named.",
];

/// What a kind is called.
pub(crate) fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Language => "Language",
        Kind::Sentiment => "Tone",
        Kind::Noise => "Noise",
        Kind::Substance => "Substance",
        Kind::Question => "Asks something",
        Kind::Request => "Wants something done",
        Kind::Complaint => "Complains",
        Kind::Thanks => "Says thanks",
        Kind::Commitment => "Commits to something",
    }
}

/// What is asked of whoever reads a message.
pub(super) fn question(kind: Kind) -> &'static str {
    match kind {
        Kind::Language => "In which language is this written?",
        Kind::Sentiment => "How is this meant?",
        Kind::Noise => "Is this meant for you, or is it noise?",
        Kind::Substance => "Does this hold something to go by?",
        Kind::Question => "Does this ask something?",
        Kind::Request => "Does this want something done?",
        Kind::Complaint => "Does this complain of something?",
        Kind::Thanks => "Does this say thanks?",
        Kind::Commitment => "Does its writer say what they will do?",
    }
}

/// What it is, in a sentence or two.
pub(super) fn sentence(kind: Kind) -> &'static str {
    match kind {
        Kind::Language => {
            "The language of a message’s own words, without what is quoted. Where too little is said, it is not known."
        }
        Kind::Sentiment => {
            "Whether a message is meant well, ill, or neither. It is of what is said, not of who says it: a polite complaint is negative."
        }
        Kind::Noise => {
            "Whether a message is meant for you at all, or is spam, or somebody promoting something of theirs."
        }
        Kind::Substance => {
            "Whether a message holds something to go by, such as a reason, a detail, an idea. A short one can, and a long one may not."
        }
        Kind::Question => "Whether a message asks something, with or without a question mark.",
        Kind::Request => "Whether a message wants somebody to do something.",
        Kind::Complaint => "Whether a message says that something is not as it should be.",
        Kind::Thanks => "Whether a message thanks somebody.",
        Kind::Commitment => "Whether whoever writes says what they themselves will do.",
    }
}

/// What a value is called.
pub(crate) fn value(kind: Kind, value: u16) -> String {
    let word = match (kind, value) {
        (Kind::Language, _) => return language(&kind.word(value)),
        (Kind::Sentiment, NEGATIVE) => "Negative",
        (Kind::Sentiment, NEUTRAL) => "Neutral",
        (Kind::Sentiment, POSITIVE) => "Positive",
        (Kind::Noise, FINE) => "Meant for you",
        (Kind::Noise, SPAM) => "Spam",
        (Kind::Noise, PROMOTION) => "Promotion",
        (Kind::Substance, THIN) => "Thin",
        (Kind::Substance, SUBSTANTIAL) => "Holds something",
        (_, YES) => "Yes",
        _ => "No",
    };
    word.to_owned()
}

pub(crate) fn language(code: &str) -> String {
    match code {
        codes::UNKNOWN => "Not known".to_owned(),
        codes::SEVERAL => "Several languages".to_owned(),
        codes::ROMANISED_HINDI => "Hindi in Latin letters".to_owned(),
        code => languages::name(code).to_owned(),
    }
}

/// All that a kind can be, as a form offers it: what programs call it, and what it is called.
pub(crate) fn choices(kind: Kind) -> Vec<(String, String)> {
    if kind != Kind::Language {
        return kind.values().iter().map(|(known, word)| ((*word).to_owned(), value(kind, *known))).collect();
    }
    // What stands last, whether the list of languages has it or not.
    let is_beside = |code: &str| [codes::SEVERAL, codes::ROMANISED_HINDI, codes::UNKNOWN].contains(&code);
    let named = languages::choices().into_iter().filter(|(code, _)| !code.is_empty() && !is_beside(code));
    let beside = [codes::SEVERAL, codes::ROMANISED_HINDI, codes::UNKNOWN].map(|code| (code.to_owned(), language(code)));
    named.chain(beside).collect()
}

/// What a message is said to be in a few words; of what says nothing of it, none.
pub(super) fn short(kind: Kind, held: u16) -> Option<String> {
    let word = match (kind, held) {
        (Kind::Language, _) if kind.word(held) == codes::UNKNOWN => return None,
        (Kind::Language, _) => return Some(value(kind, held)),
        (Kind::Sentiment, NEGATIVE | NEUTRAL | POSITIVE) => return Some(value(kind, held).to_lowercase()),
        (Kind::Noise, SPAM) => "spam",
        (Kind::Noise, PROMOTION) => "promotion",
        (Kind::Substance, THIN) => "thin",
        (Kind::Question, YES) => "asks something",
        (Kind::Request, YES) => "wants something done",
        (Kind::Complaint, YES) => "complains",
        (Kind::Thanks, YES) => "says thanks",
        (Kind::Commitment, YES) => "commits to something",
        _ => return None,
    };
    Some(word.to_owned())
}

/// A share as people read it: whole percents, and "under 1 %" for what is not nothing.
pub(super) fn percent(share: f64) -> String {
    match (share * 100.0).round() {
        rounded if rounded < 1.0 && share > 0.0 => "under 1 %".to_owned(),
        rounded => format!("{rounded:.0} %"),
    }
}

/// "8 % (3 to 17 %)".
pub(super) fn rate(rate: Rate) -> String {
    let bound = |share: f64| format!("{:.0}", (share * 100.0).round());
    format!("{} ({} to {} %)", percent(rate.share), bound(rate.low), bound(rate.high))
}

/// "12 messages that two of you read, and that the machine labels."
pub(super) fn read_messages(n: usize) -> String {
    let messages = if n == 1 { "1 message".to_owned() } else { format!("{n} messages") };
    format!("{messages} of random samples, of which two readers say the same, or it was settled. The newest first.")
}

/// What was measured where a message stands.
pub(crate) fn measured(cell: Option<&Cell>) -> String {
    match cell {
        None => "How often it is wrong here was not measured.".to_owned(),
        Some(cell) => {
            let messages = if cell.n == 1 { "message" } else { "messages" };
            let borrows = cell.thin > 0 && !cell.borrowed.is_empty();
            let few = if borrows { " Few were read, so this borrows from other languages and channels." } else { "" };
            format!(
                "Measured here, it is wrong in {}, by {} {messages} that people read.{few}",
                rate(cell.error),
                cell.n
            )
        }
    }
}

/// On what a cell's error rests: its own messages, and what it borrows from whom. `named` says where another stands.
pub(super) fn borrows(cell: &Cell, named: impl Fn(&Loan) -> String) -> String {
    /// Who lends less is not named.
    const LEAST: f64 = 0.05;
    const MOST: usize = 3;
    if cell.thin == 0 || cell.borrowed.is_empty() {
        return if cell.thin == 0 { "its own messages" } else { "its own messages, of which there are few" }.to_owned();
    }
    let lenders = cell.borrowed.iter().filter(|loan| loan.part >= LEAST).take(MOST);
    let lenders: Vec<String> = lenders.map(|loan| format!("{} {}", percent(loan.part), named(loan))).collect();
    let values = if cell.thin == 1 { "value" } else { "values" };
    let own = format!("{} its own, since of {} {values} fewer than {ENOUGH} were read", percent(cell.own), cell.thin);
    if lenders.is_empty() { own } else { format!("{own}; borrowed: {}", lenders.join(", ")) }
}

/// What readers' agreement comes to, in words (Krippendorff 2004, p. 241).
pub(super) fn agreement(agreement: Option<Agreement>) -> String {
    let Some(Agreement { alpha, between }) = agreement else { return "not measured".to_owned() };
    let bounds = format!(" ({:.2} to {:.2})", between.0, between.1);
    let words = match alpha {
        0.8.. => "they agree well",
        0.667.. => "they agree enough for careful conclusions",
        _ => "they agree too little to measure by; talk about what it means",
    };
    format!("{alpha:.2}{bounds}, {words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_value_has_words_of_its_own() {
        let mut titles: Vec<&str> = Kind::ALL.into_iter().map(title).collect();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!(!sentence(kind).is_empty() && question(kind).ends_with('?'));
            let offered = choices(kind);
            let mut words: Vec<&String> = offered.iter().map(|(_, words)| words).collect();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), offered.len(), "{kind:?}");
            for (code, words) in &offered {
                let known = kind.value(code).unwrap_or_else(|| panic!("{code} is offered and no value of {kind:?}"));
                assert_eq!(&value(kind, known), words);
            }
        }
    }

    #[test]
    fn shares_are_said_as_people_read_them() {
        assert_eq!([0.0, 0.004, 0.083, 1.0].map(percent), ["0 %", "under 1 %", "8 %", "100 %"]);
        assert_eq!(rate(Rate { share: 0.083, low: 0.031, high: 0.17 }), "8 % (3 to 17 %)");
        assert_eq!(measured(None), "How often it is wrong here was not measured.");
        let told = |alpha| agreement(Some(Agreement { alpha, between: (alpha - 0.1, alpha) }));
        assert!(told(0.9).ends_with("well") && told(0.7).contains("careful") && told(0.1).contains("too little"));
        let loan = Loan { channel: tertulia_model::ChannelId(1), language: "es".to_owned(), part: 0.4 };
        let (error, borrowed) = (Rate { share: 0.1, low: 0.0, high: 0.3 }, vec![loan]);
        let cell = |thin| Cell {
            channel: tertulia_model::ChannelId(2),
            language: "en".to_owned(),
            n: 9,
            stands_for: 9,
            wrong: 1,
            error,
            thin,
            own: 0.6,
            borrowed: borrowed.clone(),
            counts: std::collections::BTreeMap::new(),
        };
        let alone = Cell { borrowed: Vec::new(), ..cell(2) };
        assert!(measured(Some(&cell(2))).contains("borrows") && !measured(Some(&alone)).contains("borrows"));
        let said = |thin| borrows(&cell(thin), |loan| loan.language.clone());
        assert_eq!(
            (said(0).as_str(), said(2).as_str()),
            ("its own messages", "60 % its own, since of 2 values fewer than 80 were read; borrowed: 40 % es")
        );
    }
}
