//! What was made of each person's messages, by language and channel: that is where errors of labels are measured.

use super::{Chosen, Columns, Heard, NOBODY, bits};
use rayon::prelude::*;
use std::ops::Range;
use tertulia_voices::misclassification::MOST_CLASSES;

/// What one person wrote in one language on one channel, by what it was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfCell {
    /// [`super::NOBODY`] where nobody knows who wrote it.
    pub person: u32,
    pub channel: u16,
    pub language: u16,
    /// A person said what these are.
    pub is_said: bool,
    /// What the machine called them, also where a person said something else: in the order of the values of a kind of label.
    pub counts: [u32; MOST_CLASSES],
}

impl Heard<'_> {
    /// Which value of its kind a message was given: of tone negative, neutral, positive; else no and yes. None where none was, or
    /// where it is asked of no label.
    #[inline]
    fn class(self, columns: &Columns, at: usize) -> Option<usize> {
        let facts = columns.rows.bits()[at];
        let two = |looked: u16, holds: u16| (facts & looked != 0).then_some(usize::from(facts & holds != 0));
        match self {
            Self::Tone(_) => {
                let tone = columns.rows.tones()[at];
                (facts & bits::TONED != 0).then_some((1 + i32::from(tone.signum())).unsigned_abs() as usize)
            }
            Self::Act(n) => two(bits::READ, bits::act(n)),
            Self::Substance => two(bits::WEIGHED, bits::SUBSTANCE),
            Self::Anything | Self::At(..) | Self::Among(_) => None,
        }
    }
}

impl Columns {
    /// What each person wrote, by cell, in the order of persons. `said` are the places (in their order) of which a person said what
    /// they are, with the class that the machine gave them, if any: columns hold what holds.
    pub fn by_cell(&self, chosen: &Chosen, asked: Heard<'_>, said: &[(i64, Option<usize>)]) -> Vec<OfCell> {
        let pieces = chosen.pieces().into_par_iter();
        let pieces: Vec<Vec<(u32, u64)>> = pieces.map(|range| self.in_cells(chosen, asked, said, range)).collect();
        // Each person's messages beside each other, what nobody wrote last: a sort of all of them took several times as long.
        let bin = |person: u32| (person as usize).min(self.persons());
        let mut ends = vec![0_usize; self.persons() + 1];
        pieces.iter().flatten().for_each(|(person, _)| ends[bin(*person)] += 1);
        let all = ends.iter_mut().fold(0, |sum, end| sum + std::mem::replace(end, sum));
        let mut cells = vec![0_u64; all];
        for (person, cell) in pieces.into_iter().flatten() {
            let end = &mut ends[bin(person)];
            cells[*end] = cell;
            *end += 1;
        }
        let mut rest = cells.as_mut_slice();
        let mut begin = 0;
        let mut persons = Vec::with_capacity(ends.len());
        for (person, end) in (0_u32..).zip(ends) {
            if end > begin {
                let (own, others) = rest.split_at_mut(end - begin);
                (rest, begin) = (others, end);
                persons.push((if person as usize == self.persons() { NOBODY } else { person }, own));
            }
        }
        persons.into_par_iter().flat_map_iter(|(person, cells)| counted(person, cells)).collect()
    }

    /// For each message of a piece that is judged its person and, in this order of bits, its cell, whether a person said what it is,
    /// and its class.
    fn in_cells(
        &self,
        chosen: &Chosen,
        asked: Heard<'_>,
        said: &[(i64, Option<usize>)],
        range: Range<usize>,
    ) -> Vec<(u32, u64)> {
        let rows = &self.rows;
        let places = rows.places();
        let mut said = &said[said.partition_point(|(place, _)| *place < places[range.start])..];
        let one = |at: usize| {
            while said.first().is_some_and(|(place, _)| *place < places[at]) {
                said = &said[1..];
            }
            if !chosen.takes(self, at) {
                return None;
            }
            let known = said.first().filter(|(place, _)| *place == places[at]);
            let class = known.map_or_else(|| asked.class(self, at), |(_, class)| *class)?;
            let cell = u64::from(rows.channels()[at]) << 16 | u64::from(rows.languages()[at]);
            Some((rows.persons()[at], cell << 3 | u64::from(known.is_some()) << 2 | class as u64))
        };
        range.filter_map(one).collect()
    }
}

/// Counts what one person wrote in each cell.
fn counted(person: u32, cells: &mut [u64]) -> Vec<OfCell> {
    cells.sort_unstable();
    let one = |all: &[u64]| {
        let mut counts = [0; MOST_CLASSES];
        all.iter().for_each(|cell| counts[(cell & 3) as usize] += 1);
        let (channel, language) = ((all[0] >> 19) as u16, (all[0] >> 3) as u16);
        OfCell { person, channel, language, is_said: all[0] & 4 != 0, counts }
    };
    cells.chunk_by(|a, b| a >> 2 == b >> 2).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::columns::Row;
    use tertulia_model::{ChannelId, PersonId};

    #[test]
    fn each_message_is_counted_once_where_its_errors_are_measured() {
        let mut columns = Columns::new(0);
        let all = [
            (Some(1), 7, "en", bits::READ | bits::act(2)),
            (Some(1), 7, "en", bits::READ),
            (Some(1), 7, "en", bits::READ),
            (Some(1), 8, "es", bits::READ),
            (Some(2), 7, "en", bits::READ | bits::act(2)),
            (None, 7, "en", bits::READ),
            // What was not looked at, and what is noise, is asked of nothing.
            (Some(2), 7, "en", bits::act(2)),
            (Some(2), 7, "en", bits::READ | bits::NOISE),
        ];
        for (at, (person, channel, language, bits)) in (0..).zip(all) {
            let row = Row {
                place: 10 + at,
                person: columns.person_number(person.map(PersonId)),
                channel: columns.channel_number(ChannelId(channel)),
                language: columns.language_number(language),
                bits,
                tone: [-1, 0, 1, 0, 0, 0, 0, 0][at as usize],
                tone_sure: 0,
                noise_sure: 0,
                substance_sure: 0,
            };
            columns.rows.push(row);
        }
        let chosen = Chosen::between(&columns, 0, 1_000);
        let told = |asked, said: &[(i64, Option<usize>)]| -> Vec<(u32, u16, bool, [u32; MOST_CLASSES])> {
            let found = columns.by_cell(&chosen, asked, said);
            found.into_iter().map(|one| (one.person, one.channel, one.is_said, one.counts)).collect()
        };
        let expected = [
            (0, 0, false, [1, 1, 0, 0]),
            (0, 0, true, [1, 0, 0, 0]),
            (0, 1, false, [1, 0, 0, 0]),
            (1, 0, false, [0, 1, 0, 0]),
            (NOBODY, 0, false, [1, 0, 0, 0]),
        ];
        assert_eq!(told(Heard::Act(2), &[(12, Some(0))]), expected);
        let otherwise = told(Heard::Act(2), &[(10, None), (12, Some(1))]);
        assert_eq!(otherwise[..2], [(0, 0, false, [1, 0, 0, 0]), (0, 0, true, [0, 1, 0, 0])], "what the machine said");
        assert_eq!(told(Heard::Tone(1), &[]), [], "of no tone anything is known");
        assert_eq!(told(Heard::Anything, &[]), []);
    }
}
