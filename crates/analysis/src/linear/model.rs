//! A model: a table of small whole numbers, one row for each hashed feature.
//!
//! ```text
//! score_k = bias_k + Σ_g scale_g / √n_g · Σ_{features f of group g} table[f][k]
//! P(k) = exp(score_k / T) / Σ_j exp(score_j / T)
//! ```
//!
//! with the `n_g` features of group *g* in the text and the temperature *T* (Guo and others, "On Calibration of Modern Neural
//! Networks", 2017), which is chosen on texts that the weights were not learnt from. The inner sums are of whole numbers, so
//! that a text has the same scores on any machine. Hashing: Weinberger and others, "Feature Hashing for Large Scale
//! Multitask Learning", 2009.
//!
//! As bytes, numbers in little endian:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | [`MAGIC`] |
//! | 1, 1, 1, 1 | [`FORMAT`], classes, bits of the table, marks of the settings |
//! | 1, 1, 2 | shortest and longest run of characters, most bytes of a text |
//! | 4 · [`GROUPS`] | scale of each group, f32 |
//! | 4 · [`LANES`] | bias of each class, f32 |
//! | 4 · [`LANES`] | threshold of each class, f32 |
//! | 4 | temperature, f32 |
//! | 8 | FNV-1a of all other bytes |
//! | [`LANES`] · 2^bits | the table, i8 |

use super::features::{CHARS, Features, GROUPS, Settings, WORDS};

pub const MAGIC: [u8; 4] = *b"TLIN";
/// Of the bytes. What a feature is belongs to it: a change there makes a new format.
pub const FORMAT: u8 = 1;
/// The most classes; a row of the table has room for so many.
pub const LANES: usize = 4;
const MOST_BITS: u8 = 20;
const BIAS_AT: usize = 12 + 4 * GROUPS;
const THRESHOLDS_AT: usize = BIAS_AT + 4 * LANES;
const TEMPERATURE_AT: usize = THRESHOLDS_AT + 4 * LANES;
const CHECK_AT: usize = TEMPERATURE_AT + 4;
const HEAD: usize = CHECK_AT + 8;

/// Why bytes are no model: they must be made anew by the trainer of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("these bytes are no linear model")]
    Magic,
    #[error("this is a linear model of another format")]
    Format,
    #[error("the linear model has more or fewer bytes than it says")]
    Length,
    #[error("the linear model says something impossible of itself")]
    Head,
    #[error("the linear model's bytes were changed")]
    Checksum,
}

/// What a model is but for its table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    pub classes: usize,
    pub bits: u32,
    pub settings: Settings,
    pub scales: [f32; GROUPS],
    pub bias: [f32; LANES],
    /// How probable a class must be before it is said; what that means is for whoever asks the model.
    pub thresholds: [f32; LANES],
    pub temperature: f32,
}

#[derive(Debug, Clone)]
pub struct Model {
    pub head: Head,
    table: Vec<[i8; LANES]>,
}

/// A score or a probability for each class; nought beyond the last.
pub type Scores = [f32; LANES];

impl Model {
    /// A model just learnt; `table` has 2^`bits` rows.
    pub fn new(head: Head, table: Vec<[i8; LANES]>) -> Result<Self, Malformed> {
        if !is_possible(&head) {
            return Err(Malformed::Head);
        }
        if table.len() != 1 << head.bits {
            return Err(Malformed::Length);
        }
        Ok(Self { head, table })
    }

    /// Reads a model. Everything is checked: what comes back cannot fail on any text.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if !bytes.starts_with(&MAGIC) {
            return Err(Malformed::Magic);
        }
        let (head, table) = bytes.split_at_checked(HEAD).ok_or(Malformed::Length)?;
        if head[4] != FORMAT {
            return Err(Malformed::Format);
        }
        let float = |at: usize| f32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let scales = std::array::from_fn(|group| float(12 + 4 * group));
        let bias = std::array::from_fn(|class| float(BIAS_AT + 4 * class));
        let thresholds = std::array::from_fn(|class| float(THRESHOLDS_AT + 4 * class));
        let settings = Settings {
            shortest: head[8],
            longest: head[9],
            most_bytes: u16::from_le_bytes([head[10], head[11]]),
            ..Settings::of_marks(head[7])
        };
        let temperature = float(TEMPERATURE_AT);
        let (classes, bits) = (usize::from(head[5]), u32::from(head[6]));
        let read = Head { classes, bits, settings, scales, bias, thresholds, temperature };
        if !is_possible(&read) {
            return Err(Malformed::Head);
        }
        if table.len() != LANES << read.bits {
            return Err(Malformed::Length);
        }
        if head[CHECK_AT..] != check(&head[..CHECK_AT], table).to_le_bytes() {
            return Err(Malformed::Checksum);
        }
        let rows = table.as_chunks::<LANES>().0.iter().map(|row| row.map(u8::cast_signed)).collect();
        Ok(Self { head: read, table: rows })
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let Head { classes, bits, settings, scales, bias, thresholds, temperature } = self.head;
        let mut bytes = MAGIC.to_vec();
        bytes.extend([FORMAT, classes as u8, bits as u8, settings.marks(), settings.shortest, settings.longest]);
        bytes.extend(settings.most_bytes.to_le_bytes());
        let numbers = scales.iter().chain(&bias).chain(&thresholds).chain([&temperature]);
        numbers.for_each(|number| bytes.extend(number.to_le_bytes()));
        let table: Vec<u8> = self.table.iter().flatten().map(|weight| weight.cast_unsigned()).collect();
        bytes.extend(check(&bytes, &table).to_le_bytes());
        bytes.extend(table);
        bytes
    }

    /// The score of each class; `features` is room to work in.
    pub fn scores(&self, text: &str, features: &mut Features) -> Scores {
        let mut sums = [[0i32; LANES]; GROUPS];
        let mut counts = [0u32; GROUPS];
        let (table, shift) = (&self.table, 64 - self.head.bits);
        features.read(text, &self.head.settings, |group, hash| {
            // The shift leaves no more than the table has rows.
            if let Some(row) = table.get((hash >> shift) as usize) {
                counts[group] += 1;
                sums[group].iter_mut().zip(row).for_each(|(sum, weight)| *sum += i32::from(*weight));
            }
        });
        let norm = |group: usize| self.head.scales[group] / (counts[group].max(1) as f32).sqrt();
        let (words, chars) = (norm(WORDS), norm(CHARS));
        std::array::from_fn(|class| {
            self.head.bias[class] + words * sums[WORDS][class] as f32 + chars * sums[CHARS][class] as f32
        })
    }

    /// The probability of each class, as far as such texts were learnt from.
    pub fn probabilities(&self, text: &str, features: &mut Features) -> Scores {
        softmax(self.scores(text, features), self.head.classes, self.head.temperature)
    }
}

/// exp(score / T), made to sum to one over the first `classes`.
pub fn softmax(scores: Scores, classes: usize, temperature: f32) -> Scores {
    let classes = classes.min(LANES);
    let most = scores[..classes].iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut shares = [0.0; LANES];
    let mut sum = 0.0;
    for (share, score) in shares.iter_mut().zip(&scores[..classes]) {
        *share = ((score - most) / temperature).exp();
        sum += *share;
    }
    shares.map(|share| share / sum)
}

fn is_possible(head: &Head) -> bool {
    let floats = head.scales.iter().chain(&head.bias).chain(&head.thresholds).chain([&head.temperature]);
    (2..=LANES).contains(&head.classes)
        && (1..=u32::from(MOST_BITS)).contains(&head.bits)
        && head.settings.is_possible()
        && floats.copied().all(|number| number.is_finite() && number.abs() < 1e6)
        && head.temperature > 1e-3
}

/// FNV-1a over eight bytes at a time; it tells accidents, not malice.
fn check(head: &[u8], table: &[u8]) -> u64 {
    let eights = crate::tokens::eights(head).chain(crate::tokens::eights(table));
    eights.fold(0xCBF2_9CE4_8422_2325, |hash, word| (hash ^ word).wrapping_mul(0x0100_0000_01B3))
}
