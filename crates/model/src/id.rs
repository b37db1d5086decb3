//! Ids are positive 63-bit numbers ordered by time: 41 bits of milliseconds since 2024, 10 bits of node, 12 bits of
//! sequence. In JSON and addresses they are strings, since JavaScript's numbers end at 2^53.

use crate::{Clock, Millis};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::sync::{Arc, Mutex};

/// 2024-01-01T00:00:00Z, where the ids' time begins.
const EPOCH: Millis = 1_704_067_200_000;
const NODE_BITS: u32 = 10;
const SEQUENCE_BITS: u32 = 12;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    )+};
}

ids! {
    /// A message: one thing one person (or we) said.
    MessageId,
    /// What reply headers tie together.
    ThreadId,
    /// What the team holds and answers.
    ConversationId,
    /// One human.
    PersonId,
    /// A handle of a person on one kind of channel.
    IdentityId,
    /// A configured account of one connector.
    ChannelId,
    /// One sending of one of our messages.
    DeliveryId,
    /// A file that came or goes with a message.
    AttachmentId,
    /// A member of the team.
    UserId,
    /// A row of the job table.
    JobId,
    /// An item that could not be read.
    QuarantineId,
    /// One run of an import.
    ImportId,
    /// What the columns of a kind of file mean, kept under a name.
    MappingId,
    /// What the organisation hopes to reach.
    GoalId,
    /// A key for the JSON API.
    TokenId,
    /// A saved query.
    MonitorId,
    /// Something that people ask for.
    FeedbackId,
    /// What is done about it.
    ChangeId,
}

/// Makes ids. Two makers with different node numbers never make the same one, and one maker never goes back, even
/// when its clock does: it counts on from the highest id it was told of.
pub struct IdMaker {
    clock: Arc<dyn Clock>,
    node: i64,
    /// The last milliseconds and sequence used, as one number.
    last: Mutex<i64>,
}

impl IdMaker {
    /// `highest` is the highest id that this node ever stored, 0 for none.
    pub fn new(clock: Arc<dyn Clock>, node: u16, highest: i64) -> Self {
        let node = i64::from(node) & ((1 << NODE_BITS) - 1);
        let millis = highest >> (NODE_BITS + SEQUENCE_BITS);
        let sequence = highest & ((1 << SEQUENCE_BITS) - 1);
        Self { clock, node, last: Mutex::new((millis << SEQUENCE_BITS) | sequence) }
    }

    pub fn next(&self) -> i64 {
        let now = (self.clock.now() - EPOCH).max(0) << SEQUENCE_BITS;
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *last = now.max(*last + 1);
        let (millis, sequence) = (*last >> SEQUENCE_BITS, *last & ((1 << SEQUENCE_BITS) - 1));
        (millis << (NODE_BITS + SEQUENCE_BITS)) | (self.node << SEQUENCE_BITS) | sequence
    }
}

/// The highest id that could have been made at `at`: for questions such as "all ids before then".
pub fn id_at(at: Millis) -> i64 {
    (at - EPOCH).max(0) << (NODE_BITS + SEQUENCE_BITS)
}

/// When an id was made.
pub fn time_of(id: i64) -> Millis {
    (id >> (NODE_BITS + SEQUENCE_BITS)) + EPOCH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FixedClock;

    #[test]
    fn ids_rise_within_a_millisecond_and_past_its_sequence() {
        let maker = IdMaker::new(Arc::new(FixedClock::at(EPOCH + 5)), 3, 0);
        let ids: Vec<i64> = (0..10_000).map(|_| maker.next()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| (id >> SEQUENCE_BITS) & 1023 == 3));
    }

    #[test]
    fn a_clock_set_back_makes_no_id_twice() {
        let clock = Arc::new(FixedClock::at(EPOCH + 1_000_000));
        let first = IdMaker::new(clock.clone(), 1, 0).next();
        clock.set(EPOCH + 10);
        assert!(IdMaker::new(clock, 1, first).next() > first);
    }

    #[test]
    fn an_id_is_a_string_in_json() {
        let json = serde_json::to_string(&MessageId(9_007_199_254_740_993)).unwrap();
        assert_eq!(json, "\"9007199254740993\"");
        assert_eq!(serde_json::from_str::<MessageId>(&json).unwrap(), MessageId(9_007_199_254_740_993));
    }
}
