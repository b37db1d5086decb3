//! The model: what each n-gram says of each language, in one table that is read where it lies.
//!
//! All numbers are little-endian. `"TLNG"`, u32 format, then for each of the groups (in their order) u8 languages and
//! for each u8 length of its code, the code, u8 prior (cost in steps); f32 calibration twice; u8 bits; 2^bits + 1 times u32,
//! where each bucket begins; then the buckets. A bucket holds rows: u16 fingerprint, u8 kind, costs. A kind below 128 says how
//! many pairs follow, of u8 language and i8 change of its cost; from 128 on that many single costs follow, for each
//! language one.
//!
//! A cost is −ln of a language's probability of a letter after the four before it, less that of the language in which it is
//! likeliest, in steps of [`STEP`]. The rows of an n-gram's last letters add up: a row of single costs stands for itself, and
//! what longer n-grams change is added to it.

use super::letters::{Group, LONGEST, Window};

/// The model that was learnt. A new one makes the past to be read again.
pub const MODEL_VERSION: i64 = 1;
/// One step of a cost, in nats.
pub const STEP: f32 = 0.1;
/// The most languages of one group.
pub const MOST_LANGUAGES: usize = 64;
pub const FORMAT: u32 = 1;
pub const MAGIC: &[u8; 4] = b"TLNG";
/// From here on a row's kind says how many single costs it has.
pub const SINGLE: u8 = 128;
/// The n-grams from which a row of single costs may come.
pub const LONGEST_BASE: usize = 3;

/// Costs of each language of a group.
pub type Costs = [i16; MOST_LANGUAGES];

#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    pub code: &'static str,
    pub prior: u8,
}

#[derive(Debug)]
pub struct Model {
    languages: [Vec<Language>; Group::ALL.len()],
    /// How a difference of costs becomes a confidence: see [`super::verdict`].
    pub calibration: [f32; 2],
    shift: u32,
    begins: &'static [u8],
    rows: &'static [u8],
}

/// Where a row stands, and how it is known there.
#[inline]
pub fn place(gram: u64, bits: u32) -> (usize, u16) {
    let hash = (gram ^ gram >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let hash = (hash ^ hash >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    ((hash >> (64 - bits)) as usize, hash as u16)
}

struct Reader(&'static [u8]);

impl Reader {
    fn take(&mut self, length: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn four(&mut self) -> Option<[u8; 4]> {
        self.take(4)?.try_into().ok()
    }
}

impl Model {
    /// Reads a model's head; its rows stay where they are. None if it is not one.
    pub fn read(bytes: &'static [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        if reader.take(4)? != MAGIC || u32::from_le_bytes(reader.four()?) != FORMAT {
            return None;
        }
        let mut languages: [Vec<Language>; Group::ALL.len()] = Default::default();
        for group in &mut languages {
            let count = usize::from(reader.byte()?);
            if !(1..=MOST_LANGUAGES).contains(&count) {
                return None;
            }
            for _ in 0..count {
                let length = usize::from(reader.byte()?);
                let code = std::str::from_utf8(reader.take(length)?).ok()?;
                group.push(Language { code, prior: reader.byte()? });
            }
        }
        let calibration = [f32::from_le_bytes(reader.four()?), f32::from_le_bytes(reader.four()?)];
        let bits = u32::from(reader.byte()?);
        if !(1..=24).contains(&bits) || !calibration.iter().all(|number| number.is_finite()) {
            return None;
        }
        let begins = reader.take(4 * ((1 << bits) + 1))?;
        let rows = reader.0;
        let ends = begins.last_chunk().map(|last| u32::from_le_bytes(*last) as usize);
        (ends == Some(rows.len())).then_some(Self { languages, calibration, shift: bits, begins, rows })
    }

    pub fn languages(&self, group: Group) -> &[Language] {
        &self.languages[group as usize]
    }

    /// A row's kind and costs.
    #[inline]
    fn row(&self, gram: u64) -> Option<(u8, &'static [u8])> {
        let (bucket, fingerprint) = place(gram, self.shift);
        let bounds: &[u8; 8] = self.begins.get(bucket * 4..)?.first_chunk()?;
        let (begin, end) = bounds.split_at(4);
        let begin = u32::from_le_bytes(begin.try_into().ok()?) as usize;
        let end = u32::from_le_bytes(end.try_into().ok()?) as usize;
        let mut bucket = self.rows.get(begin..end)?;
        while let [low, high, kind, rest @ ..] = bucket {
            let length = if *kind < SINGLE { usize::from(*kind) * 2 } else { usize::from(*kind - SINGLE) };
            let (costs, next) = rest.split_at_checked(length)?;
            if u16::from_le_bytes([*low, *high]) == fingerprint {
                return Some((*kind, costs));
            }
            bucket = next;
        }
        None
    }

    /// Adds what the last letter of a window costs each language.
    #[inline]
    pub fn add(&self, window: Window, costs: &mut Costs) {
        let mut longest = LONGEST_BASE;
        while longest > 0 {
            let found = window.gram(longest).and_then(|gram| self.row(gram));
            match found {
                Some((SINGLE.., row)) => {
                    for (cost, more) in costs.iter_mut().zip(row) {
                        *cost = cost.wrapping_add(i16::from(*more));
                    }
                    break;
                }
                Some((_, row)) => change(row, costs),
                None => {}
            }
            longest -= 1;
        }
        // A longer n-gram stands in the table only with the shorter ones that it ends in.
        for length in LONGEST_BASE + 1..=LONGEST {
            let Some((_, row)) = window.gram(length).and_then(|gram| self.row(gram)) else { break };
            change(row, costs);
        }
    }
}

#[inline]
fn change(row: &[u8], costs: &mut Costs) {
    for [language, more] in row.as_chunks().0 {
        let cost = &mut costs[usize::from(*language) % MOST_LANGUAGES];
        *cost = cost.wrapping_add(i16::from(more.cast_signed()));
    }
}
