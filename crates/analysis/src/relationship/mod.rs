//! How well an organisation and one person know each other: a strength and a stage, each with its reasons.
//!
//! Only what goes both ways counts. `docs/guides/relationship.md` says the same in plain words; what it promises (what we
//! send alone adds nothing, volume cannot buy it, it fades) is tested as properties.

mod measure;
#[cfg(test)]
mod properties;
mod stage;

pub use measure::{DAY, Measured, measure};
pub use stage::{Stage, stage};

use tertulia_model::{ChannelId, ConversationId, Millis};

/// One message between a person and us. Answers of programs (out of office, bounces, our own automatic ones) are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub at: Millis,
    pub is_theirs: bool,
    pub conversation: ConversationId,
    pub channel: ChannelId,
}

/// A promise of ours that came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    pub closed_at: Millis,
    pub is_kept: bool,
}

/// All that is known between a person and us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// In any order.
    pub turns: Vec<Turn>,
    pub promises: Vec<Promise>,
    /// When they last spoke of us to others, where we were not asked.
    pub spoke_of_us_at: Option<Millis>,
}
