//! What a classifier sees of a text: its words, pairs of words and runs of characters, each as a number.

use super::normal::{Kind, Normal, Piece};

/// The most bytes of a text that a model may ask for.
const MOST_BYTES: u16 = 8_192;
/// The longest run of characters that a model may ask for.
const LONGEST: u8 = 8;

/// Which features a model was learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Runs of this many characters up to…
    pub shortest: u8,
    /// …this many are features, within a word and the spaces around it.
    pub longest: u8,
    /// How many bytes of a text are read.
    pub most_bytes: u16,
    /// Pairs of words with one between them are features.
    pub skips: bool,
    /// Words behind a "not" are others.
    pub negation: bool,
    /// What a link leads to is read as words are, but for one to a video, which stays where it is; tags of HTML are passed over.
    pub opens_links: bool,
}

impl Settings {
    pub(super) fn of_marks(marks: u8) -> Self {
        let is_set = |bit: u8| marks & 1 << bit != 0;
        let (skips, negation, opens_links) = (is_set(0), is_set(1), is_set(2));
        Self { shortest: 0, longest: 0, most_bytes: 0, skips, negation, opens_links }
    }

    pub(super) fn marks(&self) -> u8 {
        let bits = [self.skips, self.negation, self.opens_links];
        bits.into_iter().zip(0..).map(|(is_set, bit)| u8::from(is_set) << bit).sum()
    }

    pub(super) fn is_possible(&self) -> bool {
        (1..=self.longest).contains(&self.shortest)
            && self.longest <= LONGEST
            && (1..=MOST_BYTES).contains(&self.most_bytes)
    }
}

/// Features of one kind share a scale.
pub const GROUPS: usize = 2;
pub const WORDS: usize = 0;
pub const CHARS: usize = 1;

const K: u64 = 0x9E37_79B9_7F4A_7C15;

#[inline]
fn mix(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(23) ^ value).wrapping_mul(K)
}

fn hash(chars: &[u32]) -> u64 {
    chars.iter().fold(0x51, |hash, c| mix(hash, u64::from(*c)))
}

/// Spreads what is known of a feature over all bits: the upper ones are its place in a table.
#[inline]
fn spread(hash: u64) -> u64 {
    (hash ^ hash >> 29).wrapping_mul(K)
}

/// Finds the features of texts; the room is used again for the next one.
#[derive(Debug, Default)]
pub struct Features {
    normal: Normal,
}

/// Words that turn round what follows them.
const NEGATIONS: [&str; 24] = [
    "not", "no", "never", "cannot", "cant", "dont", "nicht", "kein", "keine", "nie", "non", "mai", "ne", "pas",
    "jamais", "não", "nao", "nunca", "nem", "nahi", "nahin", "لا", "مش", "ليس",
];

/// How many words a negation reaches.
const REACH: u32 = 4;

impl Features {
    /// Hands on the group and the hash of each feature, once for each time that it stands in the text. At most about
    /// `longest` + 5 for each byte that is read.
    pub fn read(&mut self, text: &str, settings: &Settings, mut add: impl FnMut(usize, u64)) {
        self.normal.read(text, usize::from(settings.most_bytes), settings.opens_links);
        words(&self.normal, settings, |hash| add(WORDS, spread(hash)));
        runs(&self.normal, settings, |hash| add(CHARS, spread(hash)));
    }
}

fn words(normal: &Normal, settings: &Settings, mut add: impl FnMut(u64)) {
    let (mut last, mut before) = (1, 2);
    let mut negated = 0;
    for piece in &normal.pieces {
        let chars = normal.of(piece);
        let word = hash(chars);
        add(mix(word, 11));
        add(mix(mix(last, word), 12));
        if settings.skips {
            add(mix(mix(before, word), 13));
        }
        (before, last) = (last, word);
        if piece.is_loud {
            add(14);
        }
        if piece.is_drawn_out {
            add(15);
        }
        if settings.negation {
            match piece.kind {
                Kind::Word if negated > 0 => {
                    add(mix(word, 16));
                    negated -= 1;
                }
                Kind::Word => (),
                _ => negated = 0,
            }
            if is_negation(chars, piece) {
                negated = REACH;
            }
        }
    }
    // How long, and how loud.
    add(mix(20, u64::from(normal.pieces.len().checked_ilog2().unwrap_or(0))));
    if normal.letters > 5 {
        add(mix(21, u64::from(normal.capitals * 8 / normal.letters)));
    }
}

fn runs(normal: &Normal, settings: &Settings, mut add: impl FnMut(u64)) {
    let (shortest, longest) = (usize::from(settings.shortest), usize::from(settings.longest));
    for piece in &normal.pieces {
        // A space stands on either side.
        let around = &normal.chars[piece.start as usize - 1..=piece.end as usize];
        for start in 0..around.len() - 1 {
            let mut hash = 0x77;
            for (length, c) in around[start..].iter().take(longest).enumerate() {
                hash = mix(hash, u64::from(*c));
                if length + 1 >= shortest {
                    add(hash);
                }
            }
        }
    }
}

fn is_negation(chars: &[u32], piece: &Piece) -> bool {
    if piece.kind != Kind::Word {
        return false;
    }
    let ends_so = |ending: &str| {
        let ending = ending.chars().map(u32::from);
        chars.len() >= 3 && ending.rev().zip(chars.iter().rev()).all(|(a, b)| a == *b)
    };
    ends_so("n't")
        || chars.len() < 7 && NEGATIONS.iter().any(|word| word.chars().map(u32::from).eq(chars.iter().copied()))
}
