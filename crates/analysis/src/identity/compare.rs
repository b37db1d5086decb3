//! The levels of two records.

use super::catalogue::{COLUMNS, Catalogue, Column, Row};
use super::pattern::{Comparison, Level, Pattern};

/// Columns that are compared with themselves alone.
const PLAIN: [(Column, Comparison); 9] = [
    (Column::StreetNumber, Comparison::StreetNumber),
    (Column::Place, Comparison::Place),
    (Column::Postcode, Comparison::Postcode),
    (Column::Region, Comparison::Region),
    (Column::BirthDate, Comparison::BirthDate),
    (Column::Email, Comparison::Email),
    (Column::Phone, Comparison::Phone),
    (Column::Link, Comparison::Link),
    (Column::Signature, Comparison::Signature),
];

/// Two columns that people mix up, how they are compared, and how their order is.
pub(super) struct Pair {
    pub(super) columns: [Column; 2],
    pub(super) comparisons: [Comparison; 2],
    pub(super) order: Comparison,
}

pub(super) const NAMES: Pair = Pair {
    columns: [Column::GivenName, Column::Surname],
    comparisons: [Comparison::GivenName, Comparison::Surname],
    order: Comparison::NameOrder,
};

pub(super) const ADDRESS: Pair = Pair {
    columns: [Column::Street, Column::Locality],
    comparisons: [Comparison::Street, Comparison::Locality],
    order: Comparison::AddressOrder,
};

impl Catalogue {
    /// Compares two records. Symmetric; about half a microsecond.
    #[must_use]
    pub fn compare(&self, a: u32, b: u32) -> Pattern {
        let (one, other) = (&self.rows[a as usize], &self.rows[b as usize]);
        let mut pattern = Pattern::default();
        self.pair(&NAMES, one, other, &mut pattern);
        self.pair(&ADDRESS, one, other, &mut pattern);
        let common = one.present & other.present;
        for (column, comparison) in PLAIN {
            if common & column.bit() != 0
                && let Some(level) = self.best(column, one, column, other)
            {
                pattern.set(comparison, level);
            }
        }
        if let Some(level) = self.handles(one, other) {
            pattern.set(Comparison::Handle, level);
        }
        pattern
    }

    /// The level of the values that agree best.
    #[inline]
    pub(super) fn best(&self, column: Column, one: &Row, other_column: Column, other: &Row) -> Option<Level> {
        let (ours, theirs) = (self.values_of(one, column), self.values_of(other, other_column));
        if let ([a], [b]) = (ours, theirs) {
            return Some(self.level(column, *a, *b));
        }
        ours.iter().flat_map(|a| theirs.iter().map(|b| self.level(column, *a, *b))).min()
    }

    fn pair(&self, pair: &Pair, one: &Row, other: &Row, pattern: &mut Pattern) {
        let [first, second] = pair.columns;
        let straight = [self.best(first, one, first, other), self.best(second, one, second, other)];
        // [ours in their second column, theirs in our second column]
        let crossed = match worth_crossing(straight) {
            true => [self.best(first, one, second, other), self.best(second, one, first, other)],
            false => [None, None],
        };
        let is_crossed = goodness(crossed) >= goodness(straight) + MARGIN;
        let levels = if is_crossed { sorted(crossed) } else { straight };
        for (comparison, level) in pair.comparisons.into_iter().zip(levels) {
            if let Some(level) = level {
                pattern.set(comparison, level);
            }
        }
        if levels != [None, None] {
            pattern.set(pair.order, if is_crossed { Level::Different } else { Level::Exact });
        }
    }

    /// Handles with handles; where one of the two has none, with the names of mailboxes, which proves a little less.
    fn handles(&self, one: &Row, other: &Row) -> Option<Level> {
        let handles = self.best(Column::Handle, one, Column::Handle, other);
        let with_mail = [
            self.best(Column::Handle, one, Column::MailName, other),
            self.best(Column::MailName, one, Column::Handle, other),
        ];
        let with_mail = with_mail.into_iter().flatten().min().map(|level| level.max(Level::VeryNear));
        match (handles, with_mail) {
            (Some(handles), Some(with_mail)) => Some(handles.min(with_mail)),
            // That a mailbox is not called as the handle is says nothing.
            (None, with_mail) => with_mail.filter(|level| *level <= Level::Near),
            (handles, None) => handles,
        }
    }
}

/// What the other order must be better by: one exact agreement where there was none.
const MARGIN: u32 = 3;

fn goodness(levels: [Option<Level>; 2]) -> u32 {
    let of = |level: Option<Level>| match level {
        Some(Level::Exact) => 4,
        Some(Level::VeryNear) => 3,
        Some(Level::Near) => 1,
        _ => 0,
    };
    of(levels[0]) + of(levels[1])
}

fn worth_crossing(straight: [Option<Level>; 2]) -> bool {
    goodness(straight) <= 1
}

/// Which of two crossed comparisons stands for which column must not depend on whose record came first. What agrees better
/// stands for the second column: a surname alone is no more than a family, a given name alone would be taken for a person.
fn sorted([one, other]: [Option<Level>; 2]) -> [Option<Level>; 2] {
    match (one, other) {
        (Some(a), Some(b)) => [Some(a.max(b)), Some(a.min(b))],
        (level, None) | (None, level) => [None, level],
    }
}

const _: () = assert!(COLUMNS <= 16);
