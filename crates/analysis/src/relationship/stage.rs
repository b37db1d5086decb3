//! How far a relationship has come, in five words.

use super::{DAY, History, Measured};
use tertulia_model::Millis;

/// From this strength on somebody may be trusted.
const TRUSTED_FROM: f64 = 50.0;
/// So often they came back.
const TRUSTED_RETURNS: usize = 2;
/// Whoever spoke of us within this is still an advocate.
const ADVOCATE_FOR: Millis = 180 * DAY;

/// In the order in which they are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Nothing went both ways yet.
    New,
    /// Both sides had their turn.
    Talking,
    /// They came back after a week or more.
    Returning,
    /// They come back, and it is strong.
    Trusted,
    /// They are trusted, and speak of us to others unasked; whether well or badly is not known.
    Advocate,
}

/// The stage at which a relationship is. It goes back as the strength fades, but nobody who came back is new again.
pub fn stage(history: &History, measured: &Measured, now: Millis) -> Stage {
    if measured.exchange_days == 0 {
        return Stage::New;
    }
    if measured.returns == 0 {
        return Stage::Talking;
    }
    if measured.strength < TRUSTED_FROM || measured.returns < TRUSTED_RETURNS {
        return Stage::Returning;
    }
    let speaks = history.spoke_of_us_at.is_some_and(|at| at <= now && now - at <= ADVOCATE_FOR);
    if speaks { Stage::Advocate } else { Stage::Trusted }
}
