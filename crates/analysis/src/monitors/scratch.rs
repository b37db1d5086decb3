//! What a thread keeps between messages so that it need not ask for memory for each.

use super::plan::Signature;
use crate::query::phrase::Hits;

/// Room for one matching, used again and again; each thread has its own, and it serves any set.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) seen: Seen,
    /// By monitor: the message for which it was asked last.
    pub(super) asked_for: Vec<u32>,
    pub(super) found: Vec<i64>,
    /// How many monitors were asked for the last message.
    pub(super) asks: usize,
}

/// Which needles the message at hand holds, and where.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Counts messages, so that nothing need be wiped between them.
    pub message: u32,
    /// By needle: the message that held it last, and the number of its list there.
    needles: Vec<(u32, u32)>,
    /// The needles of the message at hand, each once.
    pub present: Vec<u32>,
    /// For each of them its positions, rising.
    positions: Vec<Vec<u32>>,
    pub signature: Signature,
}

/// A longer list is given back after its message, so that hostile messages leave nothing behind.
const KEPT_POSITIONS: usize = 64;

impl Scratch {
    /// How many monitors were asked about the last message: those whose words it seemed to hold, and those without any.
    pub fn asked(&self) -> usize {
        self.asks
    }

    pub(super) fn begin(&mut self, needles: usize, monitors: usize) {
        if self.seen.message == u32::MAX {
            *self = Self::default();
        }
        self.seen.begin(needles);
        // Whatever another set wrote there names an older message.
        self.asked_for.resize(monitors.max(self.asked_for.len()), 0);
        self.found.clear();
        self.asks = 0;
    }

    /// Whether the monitor in this slot was not asked yet for the message at hand.
    #[inline]
    pub(super) fn is_first_ask(&mut self, slot: u32) -> bool {
        std::mem::replace(&mut self.asked_for[slot as usize], self.seen.message) != self.seen.message
    }
}

impl Seen {
    fn begin(&mut self, needles: usize) {
        for list in self.positions.iter_mut().take(self.present.len()) {
            list.clear();
            if list.capacity() > KEPT_POSITIONS {
                *list = Vec::new();
            }
        }
        self.present.clear();
        self.signature.clear();
        self.message += 1;
        self.needles.resize(needles.max(self.needles.len()), (0, 0));
    }

    #[inline]
    pub fn note(&mut self, needle: u32, position: u32) {
        let entry = &mut self.needles[needle as usize];
        if entry.0 != self.message {
            *entry = (self.message, self.present.len() as u32);
            self.present.push(needle);
            self.signature.add(needle);
            if self.positions.len() < self.present.len() {
                self.positions.push(Vec::new());
            }
        }
        self.positions[entry.1 as usize].push(position);
    }
}

impl Hits for Seen {
    #[inline]
    fn of(&self, needle: u32) -> &[u32] {
        match self.needles.get(needle as usize) {
            Some((message, list)) if *message == self.message => {
                self.positions.get(*list as usize).map_or(&[], Vec::as_slice)
            }
            _ => &[],
        }
    }
}

#[cfg(test)]
impl Seen {
    /// How many lists the message at hand fills, and with how many positions.
    pub fn size(&self) -> (usize, usize) {
        (self.present.len(), self.positions.iter().take(self.present.len()).map(Vec::len).sum())
    }

    /// For how many positions there is room.
    pub fn kept_positions(&self) -> usize {
        self.positions.iter().map(Vec::capacity).sum()
    }
}
