//! Counting over the columns: who was heard how often, and what they said of a question.

use super::{Columns, NOBODY, bits};
use rayon::prelude::*;
use std::ops::Range;
use tertulia_model::{ChannelId, Millis};
use tertulia_store::keys;

/// Which messages are asked about, in the numbers of one reading of the columns.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub(super) range: Range<usize>,
    /// By number; none where all are meant.
    channels: Option<Vec<bool>>,
    languages: Option<Vec<bool>>,
    /// By number; whoever has none is left out. None where all are meant, also those whom nobody knows.
    people: Option<Vec<bool>>,
    /// By number of the channel, whether what is said there to us alone and what everybody can read are meant.
    said: Option<Vec<[bool; 2]>>,
    with_noise: bool,
}

/// What is asked of a message.
#[derive(Debug, Clone, Copy)]
pub enum Heard<'a> {
    /// Nothing: each is as good as another.
    Anything,
    /// Whether its tone is negative (below zero) or positive; of those whose tone is known.
    Tone(i8),
    /// Whether it does this ([`bits::act`]); of those of which that was looked at.
    Act(usize),
    /// Whether it adds something; of those of which that was looked at.
    Substance,
    /// Whether it stands at one of these places (in their order); of those from one place on that still have their words.
    At(&'a [i64], i64),
    /// What is known of these places (in their order), and of no other.
    Among(&'a [(i64, bool)]),
}

/// One who was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfPerson {
    pub person: u32,
    /// Their messages that are asked about.
    pub messages: u32,
    /// Those of them of which an answer is known.
    pub judged: u32,
    /// Those of these of which it is yes.
    pub hits: u32,
}

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Each once, by number.
    pub people: Vec<OfPerson>,
    pub messages: u64,
    pub judged: u64,
    pub hits: u64,
    /// Of the messages those of which nobody knows who wrote them.
    pub of_nobody: u64,
    /// Of the judged ones, and those of which it is yes.
    pub judged_of_nobody: u64,
    pub hits_of_nobody: u64,
}

/// Who speaks on one channel, the loudest first: how many messages each wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelVoices {
    pub channel: ChannelId,
    pub messages: Vec<u32>,
}

impl Chosen {
    /// All that people wrote from a moment up to another, without what is noise.
    pub fn between(columns: &Columns, from: Millis, until: Millis) -> Self {
        let range = columns.rows.range(keys::place_at(from), keys::place_until(until).saturating_sub(1));
        Self { range, channels: None, languages: None, people: None, said: None, with_noise: false }
    }

    /// All that people ever wrote, what is noise as well.
    pub fn all(columns: &Columns) -> Self {
        Self { range: 0..columns.len(), channels: None, languages: None, people: None, said: None, with_noise: true }
    }

    /// Only on these channels.
    pub fn on(mut self, columns: &Columns, channels: &[ChannelId]) -> Self {
        self.channels = Some(columns.channels.iter().map(|known| channels.contains(known)).collect());
        self
    }

    /// Only in these languages.
    pub fn in_languages(mut self, columns: &Columns, languages: &[String]) -> Self {
        self.languages = Some(columns.languages.iter().map(|known| languages.contains(known)).collect());
        self
    }

    /// Only of persons by whose number it says yes.
    pub fn of(mut self, people: Vec<bool>) -> Self {
        self.people = Some(people);
        self
    }

    /// Only what was said as it is meant: of each channel, to us alone (false) or for everybody to read (true).
    pub fn said(mut self, columns: &Columns, is_meant: impl Fn(ChannelId, bool) -> bool) -> Self {
        self.said = Some(columns.channels.iter().map(|id| [is_meant(*id, false), is_meant(*id, true)]).collect());
        self
    }

    pub fn with_noise(mut self) -> Self {
        self.with_noise = true;
        self
    }

    #[inline]
    pub(super) fn takes(&self, columns: &Columns, at: usize) -> bool {
        let rows = &columns.rows;
        let facts = rows.bits()[at];
        if facts & bits::OURS != 0 || (facts & bits::NOISE != 0 && !self.with_noise) {
            return false;
        }
        let has = |chosen: &Option<Vec<bool>>, number: usize| {
            chosen.as_ref().is_none_or(|chosen| chosen.get(number).copied().unwrap_or(false))
        };
        has(&self.channels, usize::from(rows.channels()[at]))
            && has(&self.languages, usize::from(rows.languages()[at]))
            && has(&self.people, rows.persons()[at] as usize)
            && self.said.as_ref().is_none_or(|said| {
                let of_channel = said.get(usize::from(rows.channels()[at]));
                of_channel.is_some_and(|said| said[usize::from(facts & bits::PUBLIC != 0)])
            })
    }

    /// Pieces for all cores, in their order.
    pub(super) fn pieces(&self) -> Vec<Range<usize>> {
        let cores = rayon::current_num_threads().clamp(1, 16);
        let long = self.range.len().div_ceil(cores).max(1 << 15);
        (self.range.start..self.range.end)
            .step_by(long)
            .map(|begin| begin..(begin + long).min(self.range.end))
            .collect()
    }
}

/// What a piece came to: three counts of each person, and the sums.
struct Piece {
    counts: Vec<[u32; 3]>,
    sums: Tally,
}

impl Heard<'_> {
    /// Whether an answer is known of a message, and whether it is yes.
    #[inline]
    fn holds(self, columns: &Columns, at: usize) -> (bool, bool) {
        let rows = &columns.rows;
        let facts = rows.bits()[at];
        match self {
            Self::Anything => (true, true),
            Self::Tone(side) => {
                let tone = rows.tones()[at];
                (facts & bits::TONED != 0, tone != 0 && (tone > 0) == (side > 0))
            }
            Self::Act(n) => (facts & bits::READ != 0, facts & bits::act(n) != 0),
            Self::Substance => (facts & bits::WEIGHED != 0, facts & bits::SUBSTANCE != 0),
            Self::At(found, since) => {
                let place = rows.places()[at];
                (place >= since && facts & bits::AGED == 0, found.binary_search(&place).is_ok())
            }
            Self::Among(known) => {
                let place = rows.places()[at];
                let found = known.binary_search_by_key(&place, |(place, _)| *place);
                found.map_or((false, false), |at| (true, known[at].1))
            }
        }
    }
}

impl Columns {
    /// The places of messages of which it holds, below one, the newest first.
    pub fn behind(&self, chosen: &Chosen, asked: Heard<'_>, below: i64, take: usize) -> Vec<i64> {
        let places = self.rows.places();
        let end = places.partition_point(|place| *place < below).clamp(chosen.range.start, chosen.range.end);
        let is_meant = |at: &usize| chosen.takes(self, *at) && asked.holds(self, *at) == (true, true);
        (chosen.range.start..end).rev().filter(is_meant).map(|at| places[at]).take(take).collect()
    }

    /// Counts by person what is asked about.
    pub fn tally(&self, chosen: &Chosen, asked: Heard<'_>) -> Tally {
        let pieces: Vec<Piece> =
            chosen.pieces().into_par_iter().map(|range| self.tally_piece(chosen, asked, range)).collect();
        let mut pieces = pieces.into_iter();
        let Some(mut all) = pieces.next() else { return Tally::default() };
        for piece in pieces {
            for (one, more) in all.counts.iter_mut().zip(&piece.counts) {
                (0..3).for_each(|n| one[n] += more[n]);
            }
            all.sums.add(&piece.sums);
        }
        let heard = (0_u32..).zip(&all.counts).filter(|(_, counts)| counts[0] > 0);
        let of = |(person, [messages, judged, hits]): (u32, &[u32; 3])| OfPerson {
            person,
            messages: *messages,
            judged: *judged,
            hits: *hits,
        };
        let people = heard.map(of).collect();
        Tally { people, ..all.sums }
    }

    fn tally_piece(&self, chosen: &Chosen, asked: Heard<'_>, range: Range<usize>) -> Piece {
        let mut counts = vec![[0_u32; 3]; self.persons()];
        let mut sums = Tally::default();
        let rows = &self.rows;
        let places = rows.places();
        let mut found: &[i64] = match asked {
            Heard::At(found, _) => &found[found.partition_point(|place| *place < places[range.start])..],
            _ => &[],
        };
        for at in range {
            if !chosen.takes(self, at) {
                continue;
            }
            let (judged, hit) = match asked {
                Heard::At(_, since) => {
                    while found.first().is_some_and(|place| *place < places[at]) {
                        found = &found[1..];
                    }
                    let judged = places[at] >= since && rows.bits()[at] & bits::AGED == 0;
                    (judged, found.first() == Some(&places[at]))
                }
                _ => asked.holds(self, at),
            };
            let (judged, hit) = (u32::from(judged), u32::from(judged && hit));
            sums.messages += 1;
            sums.judged += u64::from(judged);
            sums.hits += u64::from(hit);
            match counts.get_mut(rows.persons()[at] as usize) {
                Some(count) => {
                    count[0] += 1;
                    count[1] += judged;
                    count[2] += hit;
                }
                None => {
                    sums.of_nobody += 1;
                    sums.judged_of_nobody += u64::from(judged);
                    sums.hits_of_nobody += u64::from(hit);
                }
            }
        }
        Piece { counts, sums }
    }

    /// Who speaks on each channel; of those whom somebody knows. The channel with the most messages first.
    pub fn by_channel(&self, chosen: &Chosen) -> Vec<ChannelVoices> {
        let rows = &self.rows;
        let takes = |at: &usize| chosen.takes(self, *at) && rows.persons()[*at] != NOBODY;
        let mut sizes = vec![0_usize; self.channels.len()];
        let taken: Vec<usize> = chosen.range.clone().into_par_iter().filter(takes).collect();
        taken.iter().for_each(|at| sizes[usize::from(rows.channels()[*at])] += 1);
        // Each channel's persons beside each other.
        let mut begins: Vec<usize> = Vec::with_capacity(sizes.len());
        let mut sum = 0;
        for size in &sizes {
            begins.push(sum);
            sum += size;
        }
        let mut ends = begins.clone();
        let mut persons = vec![0_u32; sum];
        for at in taken {
            let end = &mut ends[usize::from(rows.channels()[at])];
            persons[*end] = rows.persons()[at];
            *end += 1;
        }
        let mut counts = vec![0_u32; self.persons()];
        let mut found = Vec::new();
        for (channel, size) in self
            .channels
            .iter()
            .zip(&sizes)
            .zip(&begins)
            .filter(|((_, size), _)| **size > 0)
            .map(|((channel, size), begin)| (channel, &persons[*begin..*begin + *size]))
        {
            let mut who: Vec<u32> = Vec::new();
            for person in size {
                let count = &mut counts[*person as usize];
                if *count == 0 {
                    who.push(*person);
                }
                *count += 1;
            }
            let mut messages: Vec<u32> =
                who.into_iter().map(|person| std::mem::take(&mut counts[person as usize])).collect();
            messages.sort_unstable_by(|a, b| b.cmp(a));
            found.push(ChannelVoices { channel: *channel, messages });
        }
        let all = |voices: &ChannelVoices| voices.messages.iter().map(|n| u64::from(*n)).sum::<u64>();
        found.sort_by_key(|voices| (std::cmp::Reverse(all(voices)), voices.channel));
        found
    }

    /// The language in which each person wrote most, by their number; of two the first in the alphabet. [`u16::MAX`] for whoever
    /// was not heard, or in no language that is known.
    pub fn main_languages(&self, chosen: &Chosen) -> Vec<u16> {
        const NONE: u16 = u16::MAX;
        const MIXED: u16 = u16::MAX - 1;
        let rows = &self.rows;
        let unknown = self.language_index.get("und").copied().unwrap_or(NONE);
        let mut main = vec![NONE; self.persons()];
        let takes = |at: usize| {
            let (person, language) = (rows.persons()[at], rows.languages()[at]);
            let counts = person != NOBODY && language != unknown && chosen.takes(self, at);
            counts.then_some((person, language))
        };
        for (person, language) in chosen.range.clone().filter_map(takes) {
            let known = &mut main[person as usize];
            *known = match *known {
                NONE => language,
                same if same == language => same,
                _ => MIXED,
            };
        }
        let of_mixed = |(person, _): &(u32, u16)| main[*person as usize] == MIXED;
        let mut several: Vec<(u32, u16)> = chosen.range.clone().filter_map(takes).filter(of_mixed).collect();
        several.sort_unstable();
        for own in several.chunk_by(|a, b| a.0 == b.0) {
            let parts = own.chunk_by(|a, b| a.1 == b.1);
            let name = |part: &[(u32, u16)]| self.languages.get(usize::from(part[0].1));
            let most = parts.max_by(|a, b| a.len().cmp(&b.len()).then_with(|| name(b).cmp(&name(a))));
            if let Some(most) = most {
                main[own[0].0 as usize] = most[0].1;
            }
        }
        main
    }
}

impl Tally {
    fn add(&mut self, more: &Self) {
        self.messages += more.messages;
        self.judged += more.judged;
        self.hits += more.hits;
        self.of_nobody += more.of_nobody;
        self.judged_of_nobody += more.judged_of_nobody;
        self.hits_of_nobody += more.hits_of_nobody;
    }

    /// The same without these persons (in the order of their numbers).
    pub fn without(&self, persons: &[u32]) -> Self {
        let mut left = self.clone();
        left.people.retain(|one| persons.binary_search(&one.person).is_err());
        for one in self.people.iter().filter(|one| persons.binary_search(&one.person).is_ok()) {
            left.messages -= u64::from(one.messages);
            left.judged -= u64::from(one.judged);
            left.hits -= u64::from(one.hits);
        }
        left
    }

    /// Those who wrote most, the loudest first; of two the one of the lower number.
    pub fn loudest(&self, many: usize) -> Vec<OfPerson> {
        let mut people = self.people.clone();
        people.sort_unstable_by_key(|one| (std::cmp::Reverse(one.messages), one.person));
        people.truncate(many);
        people
    }
}

#[cfg(test)]
mod tests;
