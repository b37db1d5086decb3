//! What became of a file.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tertulia_model::Millis;

/// Counts of what was taken, skipped and set aside, each with its reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub taken: u64,
    pub skipped: BTreeMap<String, u64>,
    pub quarantined: BTreeMap<String, u64>,
    /// When the earliest and the latest message that was taken were written.
    pub first: Option<Millis>,
    pub last: Option<Millis>,
}

/// A damaged file could give every row its own reason; beyond this many they are counted together.
const MOST_REASONS: usize = 50;
const OTHER_REASONS: &str = "Other reasons";

/// The reason for an item of which nothing came: the row had no text.
pub const NOTHING_SAID: &str = "There was no text in it.";

impl Report {
    pub fn take(&mut self, stated_at: Option<Millis>) {
        self.taken += 1;
        self.span(stated_at, stated_at);
    }

    pub fn skip(&mut self, reason: &str) {
        count(&mut self.skipped, reason, 1);
    }

    pub fn quarantine(&mut self, reason: &str) {
        count(&mut self.quarantined, reason, 1);
    }

    pub fn skipped_in_all(&self) -> u64 {
        self.skipped.values().sum()
    }

    pub fn quarantined_in_all(&self) -> u64 {
        self.quarantined.values().sum()
    }

    /// Adds what a further part of the same file gave.
    pub fn add(&mut self, part: &Self) {
        self.taken += part.taken;
        self.span(part.first, part.last);
        for (reason, times) in &part.skipped {
            count(&mut self.skipped, reason, *times);
        }
        for (reason, times) in &part.quarantined {
            count(&mut self.quarantined, reason, *times);
        }
    }

    fn span(&mut self, first: Option<Millis>, last: Option<Millis>) {
        self.first = self.first.into_iter().chain(first).min();
        self.last = self.last.max(last);
    }
}

fn count(reasons: &mut BTreeMap<String, u64>, reason: &str, times: u64) {
    let reason = if reasons.contains_key(reason) || reasons.len() < MOST_REASONS { reason } else { OTHER_REASONS };
    *reasons.entry(reason.to_owned()).or_default() += times;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_whole() {
        let (mut whole, mut one, mut two) = (Report::default(), Report::default(), Report::default());
        for (second, at) in [(false, Some(5)), (false, None), (true, Some(3))] {
            if second { &mut two } else { &mut one }.take(at);
            whole.take(at);
        }
        two.skip("empty");
        whole.skip("empty");
        two.quarantine("broken");
        whole.quarantine("broken");
        one.add(&two);
        assert_eq!(one, whole);
        assert_eq!((whole.first, whole.last), (Some(3), Some(5)));
    }

    #[test]
    fn a_thousand_reasons_stay_a_short_report() {
        let mut report = Report::default();
        for number in 0..1000 {
            report.quarantine(&format!("broken in the way {number}"));
        }
        assert_eq!(report.quarantined.len(), MOST_REASONS + 1);
        assert_eq!(report.quarantined_in_all(), 1000);
    }
}
