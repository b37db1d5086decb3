//! Monitors: saved queries over everything that people say. What is heard is matched by [`live`], what was heard before by
//! [`past`], what a stream of everybody's words brings by [`sift`](mod@sift) before it is kept; all of them ask the one
//! matcher (`analysis::query`). Our own words are no mentions.

mod hours;
mod live;
mod notices;
mod past;
mod preview;
mod save;
mod sift;
mod watch;

pub use live::{match_waiting, run};
pub use notices::{ENDPOINTS, NoticeForm, Often, note_seen, set_notice, stop_notice, tell, tell_endpoints, unseen};
pub(crate) use past::match_past;
pub use preview::{PREVIEW_DAYS, PREVIEW_LOOKS, Preview, preview};
pub(crate) use save::channel_renamed;
pub use save::{MonitorForm, add, change, decide, is_meanwhile, mute, pause, remove, unmute};
pub(crate) use sift::watched;
pub use watch::{Held, Watch};

use crate::search;
use std::collections::HashMap;
use tertulia_analysis::query::Uses;
use tertulia_model::{ChannelId, MonitorId};
use tertulia_store::{
    channels::Channel,
    mentions::Mention,
    monitors::{Monitor, uses},
    reading::Message,
};

/// The topic under which a change of a monitor or of its stream is announced; its subject is the monitor.
pub const TOPIC: &str = "monitor";

/// How far a monitor has looked back, of how far there is to look; none once it is through. By time, which places are in the
/// order of: from where it began to the oldest message that is stored (`reading::oldest_place`).
pub fn looked_back(monitor: &Monitor, oldest: Option<i64>) -> Option<(i64, i64)> {
    let from = monitor.behind_from.unwrap_or_default();
    let place = monitor.behind?.min(from);
    Some(((from - place).max(0), (from - oldest.unwrap_or(place)).max(1)))
}

/// Whether a message can be a mention at all.
pub(crate) fn is_said(message: &Message) -> bool {
    message.state == "shown" && message.direction == "theirs"
}

fn mention(monitor: MonitorId, version: i64, message: &Message) -> Mention {
    Mention {
        monitor_id: monitor,
        place: message.place,
        message_id: message.id,
        version,
        revision: message.revision,
        at: message.at,
        channel_id: message.channel_id,
        language: message.language.clone(),
        state: "new".to_owned(),
        decided_by: None,
        decided_at: None,
        found: 0,
    }
}

/// What a query uses, as the store keeps it.
pub(crate) fn uses_bits(used: Uses) -> i64 {
    [
        (used.author, uses::AUTHOR),
        (used.thread, uses::THREAD),
        (used.language, uses::LANGUAGE),
        (used.channel, uses::CHANNEL),
    ]
    .into_iter()
    .filter_map(|(used, bit)| used.then_some(bit))
    .sum()
}

type Channels = HashMap<ChannelId, Channel>;

/// The numbers of the monitors that a stored message fits.
fn fitting<'s>(
    held: &Held,
    message: &Message,
    channels: &Channels,
    scratch: &'s mut tertulia_analysis::monitors::Scratch,
) -> &'s [i64] {
    search::with_document(message, channels, |document| held.set.matching(document, scratch))
}
