//! The model: what each n-gram says of each language, in one table that is read where it lies.
//!
//! All numbers are little-endian. `"TLNG"`, u32 format, then for each of the groups (in their order) u8 languages and
//! for each u8 length of its code, the code, u8 prior (cost in steps); f32 calibration twice; u32 slots; the slots, each u32; then
//! the rows. A slot is empty (all ones) or holds ten bits of fingerprint and, lower, where its row begins, in units of two
//! bytes; a row stands in the first slot that was free from its place on. It is u16 kind, then costs. A kind below
//! [`SINGLE`] says how many pairs follow, of u8 language and i8 change of its cost; from there on that many single costs
//! follow, for each language one, in whole sixteens.
//!
//! A cost is −ln of a language's probability of a letter after the four before it, less that of the language in which it is
//! likeliest, in steps of [`STEP`]. The rows of an n-gram's last letters add up: a row of single costs stands for itself, and
//! what longer n-grams change is added to it.

use super::letters::{Group, LONGEST, Window};

/// The model that was learnt. A new one makes the past to be read again.
pub const MODEL_VERSION: i64 = 2;
/// One step of a cost, in nats.
pub const STEP: f32 = 0.1;
/// The most languages of one group.
pub const MOST_LANGUAGES: usize = 64;
pub const FORMAT: u32 = 1;
pub const MAGIC: &[u8; 4] = b"TLNG";
/// From here on a row's kind says how many single costs it has.
pub const SINGLE: u16 = 128;
/// The n-grams from which a row of single costs may come.
pub const LONGEST_BASE: usize = 3;

/// So many letters are looked up together.
const TOGETHER: usize = 32;

/// A row's kind, and its costs and whatever stands behind them.
type Row = (u16, &'static [u8]);

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
    slots: &'static [[u8; 4]],
    rows: &'static [u8],
}

/// No row.
pub const EMPTY: u32 = u32::MAX;
/// How many bits of a slot say where a row begins.
pub const BEGIN_BITS: u32 = 22;
/// The most slots that are asked for one n-gram.
pub const MOST_PROBES: usize = 256;

/// The first slot of an n-gram, of so many, and its fingerprint, in the high bits of a slot.
#[inline]
pub fn place(gram: u64, slots: usize) -> (usize, u32) {
    let hash = (gram ^ (gram >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let slot = ((hash >> 32) * slots as u64) >> 32;
    (slot as usize, (hash as u32) << BEGIN_BITS)
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
        let count = u32::from_le_bytes(reader.four()?) as usize;
        if count == 0 || !calibration.iter().all(|number| number.is_finite()) {
            return None;
        }
        let slots = reader.take(count.checked_mul(4)?)?.as_chunks().0;
        let size = u32::from_le_bytes(reader.four()?) as usize;
        let rows = reader.0;
        (size == rows.len()).then_some(Self { languages, calibration, slots, rows })
    }

    pub fn languages(&self, group: Group) -> &[Language] {
        &self.languages[group as usize]
    }

    #[inline]
    fn slot(&self, at: usize) -> u32 {
        self.slots.get(at).map_or(EMPTY, |slot| u32::from_le_bytes(*slot))
    }

    #[inline]
    fn row(&self, gram: u64) -> Option<Row> {
        let (first, fingerprint) = place(gram, self.slots.len());
        self.row_from(self.slot(first), first, fingerprint)
    }

    /// The row with a fingerprint that stands at a slot or behind it.
    #[inline]
    fn row_from(&self, mut slot: u32, first: usize, fingerprint: u32) -> Option<Row> {
        const BEGIN: u32 = (1 << BEGIN_BITS) - 1;
        for next in first + 1..=first + MOST_PROBES {
            if slot == EMPTY {
                return None;
            }
            if slot & !BEGIN == fingerprint {
                let (kind, costs) = self.rows.get((slot & BEGIN) as usize * 2..)?.split_first_chunk()?;
                return Some((u16::from_le_bytes(*kind), costs));
            }
            slot = self.slot(next);
        }
        None
    }

    /// Adds what the last letters of windows cost each language; by short n-grams alone where that will do.
    ///
    /// The table is larger than the nearer caches. So many letters go through each step together: while the memory for one of
    /// them is on its way, that for the others is asked for.
    pub fn add(&self, windows: &[Window], deep: bool, costs: &mut Costs) {
        for windows in windows.chunks(TOGETHER) {
            let mut found = [None; TOGETHER];
            self.find(windows, LONGEST_BASE, &mut found);
            windows.iter().zip(found).for_each(|(window, row)| self.add_base(*window, row, costs));
            if !deep {
                continue;
            }
            // A longer n-gram stands in the table only with the shorter ones that it ends in.
            let mut left = [Window::START; TOGETHER];
            left[..windows.len()].copy_from_slice(windows);
            let mut count = windows.len();
            for length in LONGEST_BASE + 1..=LONGEST {
                self.find(&left[..count], length, &mut found);
                let mut kept = 0;
                for at in 0..count {
                    if let Some((kind, row)) = found[at] {
                        change(row.get(..usize::from(kind) * 2).unwrap_or_default(), costs);
                        left[kept] = left[at];
                        kept += 1;
                    }
                }
                count = kept;
            }
        }
    }

    /// The rows of the windows' last letters, as many of them as there are windows.
    #[inline]
    fn find(&self, windows: &[Window], length: usize, found: &mut [Option<Row>; TOGETHER]) {
        let mut firsts = [(EMPTY, 0, 0); TOGETHER];
        for (first, window) in firsts.iter_mut().zip(windows) {
            if let Some(gram) = window.gram(length) {
                let (at, fingerprint) = place(gram, self.slots.len());
                *first = (self.slot(at), at, fingerprint);
            }
        }
        for (found, (slot, at, fingerprint)) in found.iter_mut().zip(firsts).take(windows.len()) {
            *found = self.row_from(slot, at, fingerprint);
        }
    }

    /// What a letter costs by the longest n-gram, of a base's length at most, that tells all costs, and by those between.
    #[inline]
    fn add_base(&self, window: Window, longest: Option<Row>, costs: &mut Costs) {
        let mut row = longest;
        for shorter in (0..LONGEST_BASE).rev() {
            match row {
                Some((kind @ SINGLE.., row)) => {
                    return single(row.get(..usize::from(kind - SINGLE)).unwrap_or_default(), costs);
                }
                Some((kind, row)) => change(row.get(..usize::from(kind) * 2).unwrap_or_default(), costs),
                None => {}
            }
            row = (shorter > 0).then(|| window.gram(shorter)).flatten().and_then(|gram| self.row(gram));
        }
    }
}

#[inline]
fn single(row: &[u8], costs: &mut Costs) {
    for (costs, more) in costs.as_chunks_mut::<16>().0.iter_mut().zip(row.as_chunks::<16>().0) {
        for (cost, more) in costs.iter_mut().zip(more) {
            *cost = cost.wrapping_add(i16::from(*more));
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
