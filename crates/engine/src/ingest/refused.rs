//! One row that the database refuses must not hold a whole channel: it would be fetched and refused for ever, and nothing
//! behind it would be heard. The piece is halved until what is refused stands alone; that goes to Quarantine.

use super::{Prepared, prepare::set_aside};
use crate::{Engine, EngineError, Result};
use tertulia_model::QuarantineId;
use tertulia_store::{StoreError, channels::Channel};

/// What is still to be stored of a piece, in its order.
pub(crate) struct Parts(Vec<Prepared>);

impl Parts {
    pub fn of(piece: Prepared) -> Self {
        Self(vec![piece])
    }

    pub fn next(&mut self) -> Option<Prepared> {
        self.0.pop()
    }

    /// Whether the part taken last is the end of the piece.
    pub fn is_at_the_end(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts the halves of a refused part in its place; where one item is left, that item is set aside. An error that is no
    /// item's own comes back: nothing is set aside because the disk is full or the database is away.
    pub fn without_refused(
        &mut self,
        engine: &Engine,
        channel: &Channel,
        mut part: Prepared,
        error: EngineError,
        history: bool,
    ) -> Result<()> {
        if !error.is_of_the_row() {
            return Err(error);
        }
        match part.items.len() {
            0 => return Err(error),
            1 if part.quarantined.is_empty() => {
                let reason = why_refused(&error);
                tracing::warn!(channel = %channel.id, %error, "an item cannot be stored and is set aside");
                let id = QuarantineId(engine.next_id());
                let aside = |(item, _)| set_aside(id, channel.id, item, reason.clone(), history);
                let quarantined = part.items.into_iter().map(aside).collect();
                let (passed_over, left_out) = (part.passed_over, part.left_out);
                self.0.push(Prepared { quarantined, passed_over, left_out, ..Prepared::default() });
            }
            // What was set aside before is stored by itself: no item is at fault for it.
            _ if !part.quarantined.is_empty() => {
                let quarantined = std::mem::take(&mut part.quarantined);
                let (passed_over, left_out) =
                    (std::mem::take(&mut part.passed_over), std::mem::take(&mut part.left_out));
                self.0.extend([part, Prepared { quarantined, passed_over, left_out, ..Prepared::default() }]);
            }
            several => {
                let rest = part.split_off(several / 2);
                self.0.extend([rest, part]);
            }
        }
        Ok(())
    }
}

impl Prepared {
    /// Cuts the piece before its `n`th item and gives what comes from there.
    fn split_off(&mut self, n: usize) -> Self {
        let items = self.items.split_off(n);
        let told: usize = self.items.iter().map(|(_, events)| events).sum();
        Self { events: self.events.split_off(told), items, ..Self::default() }
    }
}

/// For whoever looks into Quarantine.
pub(crate) fn why_refused(error: &EngineError) -> String {
    format!("It was understood, but could not be stored: {}", hindrance(error))
}

const IN_ITS_PLACE: &str = "something that is stored already stands in its place. Try it again in a minute; if that does \
                            not help, please report this item.";

/// What stands in the way of storing an item, and what to do about it.
pub(crate) fn hindrance(error: &EngineError) -> String {
    match error {
        EngineError::Store(StoreError::Conflict) => IN_ITS_PLACE.to_owned(),
        other => format!("{other}. Please report this item."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_way_is_said_with_what_to_do() {
        let conflict = why_refused(&StoreError::Conflict.into());
        assert!(conflict.contains("stored already stands in its place. Try it again"), "{conflict}");
        let refused = why_refused(&StoreError::Refused("too long".to_owned()).into());
        assert!(refused.ends_with("could not be stored: the database refuses it: too long. Please report this item."));
    }
}
