//! What was made of each person's messages, by language and channel: that is where errors of labels are measured.

use super::{Chosen, Columns, Heard, bits};
use rayon::prelude::*;
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
        let rows = &self.rows;
        let key = |at: usize| -> Option<(u64, bool, u8)> {
            if !chosen.takes(self, at) {
                return None;
            }
            let known = said.binary_search_by_key(&rows.places()[at], |(place, _)| *place).ok();
            let class = known.map_or_else(|| asked.class(self, at), |known| said[known].1)?;
            let cell = u64::from(rows.channels()[at]) << 16 | u64::from(rows.languages()[at]);
            Some((u64::from(rows.persons()[at]) << 32 | cell, known.is_some(), class as u8))
        };
        let mut keys: Vec<(u64, bool, u8)> = chosen.range.clone().into_par_iter().filter_map(key).collect();
        keys.par_sort_unstable();
        let same = |a: &(u64, bool, u8), b: &(u64, bool, u8)| (a.0, a.1) == (b.0, b.1);
        let one = |all: &[(u64, bool, u8)]| {
            let (key, is_said, _) = all[0];
            let mut counts = [0; MOST_CLASSES];
            all.iter().for_each(|(_, _, class)| counts[usize::from(*class)] += 1);
            let (channel, language) = ((key >> 16) as u16, key as u16);
            OfCell { person: (key >> 32) as u32, channel, language, is_said, counts }
        };
        keys.chunk_by(same).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::columns::{NOBODY, Row};
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
