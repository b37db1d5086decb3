//! What the models make of a message: one value a kind, each with how sure the model is.
//!
//! A [`Kind`] and each of its values have a number under which they are stored; numbers are never given anew. Which model
//! says what stands in `adapters.rs` alone. What a program labels with are its [`Models`]: those in it, and perhaps a
//! [`Bigger`] one beside them. Their [`version`] is made of all of them: where it is another than the one that a message was
//! labelled with, the message is labelled again.

mod adapters;
pub mod languages;
mod models;
pub mod version;

pub use crate::noise::Place;
pub use adapters::VERSION;
pub(crate) use adapters::{Told, tell_language};
pub use models::{Bigger, Models};

/// What is said of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// In which language it is.
    Language,
    /// How it is meant: negative, neutral, positive.
    Sentiment,
    /// Whether it is one of those that nobody meant for us: spam, promotion.
    Noise,
    /// Whether it holds something to go by.
    Substance,
    /// What it does, each said by itself.
    Question,
    Request,
    Complaint,
    Thanks,
    Commitment,
}

/// How many kinds there are.
pub const KINDS: usize = Kind::ALL.len();

/// The values of the kinds that have few.
pub const NEGATIVE: u16 = 1;
pub const NEUTRAL: u16 = 2;
pub const POSITIVE: u16 = 3;
pub const FINE: u16 = 1;
pub const SPAM: u16 = 2;
pub const PROMOTION: u16 = 3;
pub const THIN: u16 = 1;
pub const SUBSTANTIAL: u16 = 2;
pub const NO: u16 = 1;
pub const YES: u16 = 2;

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Language,
        Self::Sentiment,
        Self::Noise,
        Self::Substance,
        Self::Question,
        Self::Request,
        Self::Complaint,
        Self::Thanks,
        Self::Commitment,
    ];
    /// What a message does.
    pub const ACTS: [Self; 5] = [Self::Question, Self::Request, Self::Complaint, Self::Thanks, Self::Commitment];

    /// The number under which it is stored.
    pub fn code(self) -> i64 {
        self.place() as i64 + 1
    }

    pub fn of_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What programs call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Sentiment => "sentiment",
            Self::Noise => "noise",
            Self::Substance => "substance",
            Self::Question => "question",
            Self::Request => "request",
            Self::Complaint => "complaint",
            Self::Thanks => "thanks",
            Self::Commitment => "commitment",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Its values with what programs call them, in their order; of a language, which has many, none.
    pub fn values(self) -> &'static [(u16, &'static str)] {
        match self {
            Self::Language => &[],
            Self::Sentiment => &[(NEGATIVE, "negative"), (NEUTRAL, "neutral"), (POSITIVE, "positive")],
            Self::Noise => &[(FINE, "fine"), (SPAM, "spam"), (PROMOTION, "promotion")],
            Self::Substance => &[(THIN, "thin"), (SUBSTANTIAL, "substantial")],
            _ => &[(NO, "no"), (YES, "yes")],
        }
    }

    /// What programs call a value; empty for what is none.
    ///
    /// ```
    /// use tertulia_analysis::labels::{Kind, NEGATIVE};
    /// assert_eq!(Kind::Sentiment.word(NEGATIVE), "negative");
    /// assert_eq!(Kind::Language.value("hi-Latn").map(|value| Kind::Language.word(value)).as_deref(), Some("hi-Latn"));
    /// assert_eq!(Kind::Noise.value("negative"), None);
    /// ```
    pub fn word(self, value: u16) -> String {
        match self {
            Self::Language => languages::unpack(value).unwrap_or_default(),
            _ => self
                .values()
                .iter()
                .find(|(known, _)| *known == value)
                .map_or(String::new(), |(_, word)| (*word).into()),
        }
    }

    /// The value that is called so.
    pub fn value(self, word: &str) -> Option<u16> {
        match self {
            Self::Language => languages::is_outcome(word).then(|| languages::pack(word)).flatten(),
            _ => self.values().iter().find(|(_, known)| *known == word).map(|(value, _)| *value),
        }
    }

    /// Whether it has this value.
    pub fn has(self, value: u16) -> bool {
        self.value(&self.word(value)) == Some(value)
    }

    /// Which version of its model a version of all of them holds: below 100 of one that is in the program, from 100 on of a
    /// bigger one beside it.
    pub fn model_version(self, version: i64) -> i64 {
        version::of_kind(self, version)
    }

    fn place(self) -> usize {
        self as usize
    }
}

/// What a model says, and how sure it is: 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    pub value: u16,
    pub sure: u8,
}

/// One label of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    pub kind: Kind,
    pub value: u16,
    /// 0 to 100.
    pub sure: u8,
}

/// All labels of a message. What no model says anything of is not labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Labels([Option<Guess>; KINDS]);

/// How many numbers a row holds: a value and how sure, of each kind; of the acts, which of them hold and how sure of each.
pub const COLUMNS: usize = 10;
/// Of an act about which nothing is said, in its seven bits.
const UNSAID: i64 = 127;

impl Labels {
    pub fn get(&self, kind: Kind) -> Option<Guess> {
        self.0[kind.place()]
    }

    pub fn set(&mut self, kind: Kind, guess: Option<Guess>) {
        self.0[kind.place()] = guess.map(|guess| Guess { sure: guess.sure.min(100), ..guess });
    }

    /// Those that there are, in the order of their kinds.
    pub fn iter(&self) -> impl Iterator<Item = Label> + '_ {
        let label = |kind: Kind| self.get(kind).map(|guess| Label { kind, value: guess.value, sure: guess.sure });
        Kind::ALL.into_iter().filter_map(label)
    }

    /// As it is stored: language, sentiment, noise, substance, each with how sure, then the acts: bit 0 a question, 1 a
    /// request, 2 a complaint, 3 thanks, 4 a commitment; and how sure of each, seven bits an act, 127 for one that is not
    /// labelled.
    pub fn to_row(&self) -> [Option<i64>; COLUMNS] {
        let mut row = [None; COLUMNS];
        for (n, kind) in Kind::ALL.into_iter().take(4).enumerate() {
            let guess = self.get(kind);
            row[2 * n] = guess.map(|guess| i64::from(guess.value));
            row[2 * n + 1] = guess.map(|guess| i64::from(guess.sure));
        }
        if Kind::ACTS.iter().any(|act| self.get(*act).is_some()) {
            let (mut hold, mut sure) = (0, 0);
            for (n, act) in Kind::ACTS.into_iter().enumerate() {
                let guess = self.get(act);
                hold |= i64::from(guess.is_some_and(|guess| guess.value == YES)) << n;
                sure |= guess.map_or(UNSAID, |guess| i64::from(guess.sure)) << (7 * n);
            }
            (row[8], row[9]) = (Some(hold), Some(sure));
        }
        row
    }

    /// Read from a row; what no value of its kind stands there is not labelled.
    ///
    /// ```
    /// use tertulia_analysis::labels::{Guess, Kind, Labels, POSITIVE, YES};
    /// let mut labels = Labels::default();
    /// labels.set(Kind::Sentiment, Some(Guess { value: POSITIVE, sure: 71 }));
    /// labels.set(Kind::Thanks, Some(Guess { value: YES, sure: 90 }));
    /// assert_eq!(Labels::of_row(labels.to_row()), labels);
    /// ```
    pub fn of_row(row: [Option<i64>; COLUMNS]) -> Self {
        let mut labels = Self::default();
        let guess = |value: Option<i64>, sure: Option<i64>| {
            Some(Guess { value: u16::try_from(value?).ok()?, sure: u8::try_from(sure?).ok()?.min(100) })
        };
        for (n, kind) in Kind::ALL.into_iter().take(4).enumerate() {
            labels.set(kind, guess(row[2 * n], row[2 * n + 1]).filter(|guess| kind.has(guess.value)));
        }
        if let (Some(hold), Some(sure)) = (row[8], row[9]) {
            for (n, act) in Kind::ACTS.into_iter().enumerate() {
                let said = (sure >> (7 * n)) & UNSAID;
                let value = if hold >> n & 1 == 1 { YES } else { NO };
                labels.set(act, guess(Some(value.into()), Some(said)).filter(|_| said != UNSAID));
            }
        }
        labels
    }

    /// As one value stands where another was said: of what a person corrected.
    #[must_use]
    pub fn with(mut self, kind: Kind, value: u16) -> Self {
        self.set(kind, Some(Guess { value, sure: 100 }));
        self
    }
}

#[cfg(test)]
mod tests;
