//! The columns themselves.

use std::ops::Range;

/// Facts of a message in one number.
pub mod bits {
    /// We said it.
    pub const OURS: u16 = 1;
    pub const PUBLIC: u16 = 2;
    /// A model or a person said something of its tone.
    pub const TONED: u16 = 4;
    /// It is noise: promotion or spam.
    pub const NOISE: u16 = 8;
    /// Whether it is noise was looked at.
    pub const SIFTED: u16 = 16;
    /// It adds something, and is no mere "good post".
    pub const SUBSTANCE: u16 = 32;
    /// Whether it does was looked at.
    pub const WEIGHED: u16 = 64;
    /// All that it does was looked at; the acts stand from [`FIRST_ACT`] on.
    pub const READ: u16 = 128;
    /// A person corrected one of its labels.
    pub const CORRECTED: u16 = 256;
    /// Question, request, complaint, thanks, commitment.
    pub const FIRST_ACT: u16 = 512;
    pub const ACTS: usize = 5;
    /// Its words were let go: what monitors found in it went with them.
    pub const AGED: u16 = 16_384;

    pub const fn act(n: usize) -> u16 {
        FIRST_ACT << n
    }
}

/// One message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub place: i64,
    pub person: u32,
    pub channel: u16,
    pub language: u16,
    pub bits: u16,
    /// Below zero where it is negative, above where it is positive.
    pub tone: i8,
    /// How sure that is, in hundredths.
    pub tone_sure: u8,
    pub noise_sure: u8,
    pub substance_sure: u8,
}

/// All messages, in the order of their places.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    place: Vec<i64>,
    person: Vec<u32>,
    channel: Vec<u16>,
    language: Vec<u16>,
    bits: Vec<u16>,
    tone: Vec<i8>,
    tone_sure: Vec<u8>,
    noise_sure: Vec<u8>,
    substance_sure: Vec<u8>,
}

macro_rules! each_column {
    ($self:ident, $column:ident => $does:expr) => {{
        {
            let $column = &mut $self.place;
            $does
        }
        {
            let $column = &mut $self.person;
            $does
        }
        {
            let $column = &mut $self.channel;
            $does
        }
        {
            let $column = &mut $self.language;
            $does
        }
        {
            let $column = &mut $self.bits;
            $does
        }
        {
            let $column = &mut $self.tone;
            $does
        }
        {
            let $column = &mut $self.tone_sure;
            $does
        }
        {
            let $column = &mut $self.noise_sure;
            $does
        }
        {
            let $column = &mut $self.substance_sure;
            $does
        }
    }};
}

/// More pieces than this are put in by writing everything anew.
const FEW_PIECES: usize = 64;

impl Rows {
    /// Bytes a message.
    pub const BYTES: usize = 8 + 4 + 2 + 2 + 2 + 4;

    pub fn len(&self) -> usize {
        self.place.len()
    }

    pub fn is_empty(&self) -> bool {
        self.place.is_empty()
    }

    pub fn places(&self) -> &[i64] {
        &self.place
    }

    pub fn persons(&self) -> &[u32] {
        &self.person
    }

    pub fn channels(&self) -> &[u16] {
        &self.channel
    }

    pub fn languages(&self) -> &[u16] {
        &self.language
    }

    pub fn bits(&self) -> &[u16] {
        &self.bits
    }

    pub fn tones(&self) -> &[i8] {
        &self.tone
    }

    pub fn get(&self, at: usize) -> Row {
        Row {
            place: self.place[at],
            person: self.person[at],
            channel: self.channel[at],
            language: self.language[at],
            bits: self.bits[at],
            tone: self.tone[at],
            tone_sure: self.tone_sure[at],
            noise_sure: self.noise_sure[at],
            substance_sure: self.substance_sure[at],
        }
    }

    /// The rows from one place to another, both with it.
    pub fn range(&self, first: i64, last: i64) -> Range<usize> {
        let begin = self.place.partition_point(|place| *place < first);
        let end = self.place.partition_point(|place| *place <= last);
        begin..end.max(begin)
    }

    /// At the end; its place is higher than all.
    pub fn push(&mut self, row: Row) {
        self.place.push(row.place);
        self.person.push(row.person);
        self.channel.push(row.channel);
        self.language.push(row.language);
        self.bits.push(row.bits);
        self.tone.push(row.tone);
        self.tone_sure.push(row.tone_sure);
        self.noise_sure.push(row.noise_sure);
        self.substance_sure.push(row.substance_sure);
    }

    /// Lets go of room that is kept for more.
    pub fn shrink(&mut self) {
        each_column!(self, column => column.shrink_to_fit());
    }

    /// What stood in these spans (sorted, apart from each other) goes, and these rows (sorted) come, each inside of a span.
    pub fn replace(&mut self, spans: &[(i64, i64)], fresh: &[Row]) {
        if spans.len() > FEW_PIECES {
            return self.write_anew(spans, fresh);
        }
        // From the end, so that what stands before keeps its place.
        for (first, last) in spans.iter().rev() {
            let old = self.range(*first, *last);
            let begin = fresh.partition_point(|row| row.place < *first);
            let end = fresh.partition_point(|row| row.place <= *last);
            let mut piece = Self::default();
            fresh[begin..end].iter().for_each(|row| piece.push(*row));
            self.splice(old, piece);
        }
    }

    fn splice(&mut self, old: Range<usize>, piece: Self) {
        self.place.splice(old.clone(), piece.place);
        self.person.splice(old.clone(), piece.person);
        self.channel.splice(old.clone(), piece.channel);
        self.language.splice(old.clone(), piece.language);
        self.bits.splice(old.clone(), piece.bits);
        self.tone.splice(old.clone(), piece.tone);
        self.tone_sure.splice(old.clone(), piece.tone_sure);
        self.noise_sure.splice(old.clone(), piece.noise_sure);
        self.substance_sure.splice(old, piece.substance_sure);
    }

    fn write_anew(&mut self, spans: &[(i64, i64)], fresh: &[Row]) {
        let mut all = Self::default();
        let (mut at, mut taken) = (0, 0);
        for (first, last) in spans {
            let old = self.range(*first, *last);
            (at..old.start).for_each(|at| all.push(self.get(at)));
            at = old.end;
            while taken < fresh.len() && fresh[taken].place <= *last {
                all.push(fresh[taken]);
                taken += 1;
            }
        }
        (at..self.len()).for_each(|at| all.push(self.get(at)));
        *self = all;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn row(place: i64, person: u32) -> Row {
        Row { place, person, channel: 0, language: 0, bits: 0, tone: 0, tone_sure: 0, noise_sure: 0, substance_sure: 0 }
    }

    /// Spans apart from each other, in their order.
    fn apart(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
        spans.sort_unstable();
        let mut kept: Vec<(i64, i64)> = Vec::new();
        for (first, last) in spans {
            if kept.last().is_none_or(|before| before.1 < first) {
                kept.push((first, last));
            }
        }
        kept
    }

    proptest! {
        #[test]
        fn what_is_replaced_is_what_a_map_would_hold(
            old in proptest::collection::btree_set(0_i64..600, 0..200),
            spans in proptest::collection::vec((0_i64..600, 0_i64..8), 0..120),
            fresh in proptest::collection::btree_set(0_i64..600, 0..100),
        ) {
            let spans = apart(spans.into_iter().map(|(first, long)| (first, first + long)).collect());
            let inside = |place: &i64| spans.iter().any(|(first, last)| first <= place && place <= last);
            let mut rows = Rows::default();
            old.iter().for_each(|place| rows.push(row(*place, 1)));
            let fresh: Vec<Row> = fresh.iter().filter(|place| inside(place)).map(|place| row(*place, 2)).collect();
            let mut expected: BTreeMap<i64, u32> = old.iter().filter(|p| !inside(p)).map(|p| (*p, 1)).collect();
            expected.extend(fresh.iter().map(|row| (row.place, row.person)));
            rows.replace(&spans, &fresh);
            let found: Vec<(i64, u32)> = (0..rows.len()).map(|at| (rows.get(at).place, rows.get(at).person)).collect();
            prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        }
    }
}
