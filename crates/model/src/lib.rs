//! The domain's types. Everything here is plain data: no I/O, no async, no clock and no chance of its own.
//!
//! The words are those of helpdesks, mail and surveys; `ARCHITECTURE.md` defines each of them once.

mod chance;
mod channel;
mod clock;
mod counting;
mod id;
mod inbound;
mod outgoing;
mod role;
mod sms;

pub use chance::{Chance, SeededChance};
pub use channel::{ChannelState, ConnectorSpec, CountBy, EchoSafety, Limits, Mode};
pub use clock::{Clock, FixedClock, Millis, SystemClock, clamp_stated_time};
pub use id::*;
pub use inbound::{
    Attachment, Author, AutoKind, Batch, BlobRange, BounceNotice, Content, Direction, Errand, EventKey, Extent, Gap,
    Inbound, InboundKind, RawContent, RawItem, Recipient, RecipientRole, Scale, Shows, SurveyAnswer, Unheard,
    Visibility,
};
pub use outgoing::{DeliveryState, Forwarded, Outgoing, OutgoingAttachment};
pub use role::{Permission, Role};
pub use sms::{SmsParts, sms_parts};
