//! The one way out. [`queue_reply`] stores a reply or a forward, its delivery and its job in one transaction; [`run_send`]
//! brings it to the wire. Nothing is ever sent twice in silence, and nothing is dropped in silence.

mod away;
mod back;
mod check;
mod compose;
mod decide;
mod deliver;
mod files;
mod forward;
mod singly;
mod system;
mod throttle;
mod waiting;
mod ways;

pub use back::came_back;
pub(crate) use back::reason_of;
pub(crate) use check::plausible_address;
pub(crate) use compose::queue_drafted;
pub use compose::{ReplyForm, UNDO_MILLIS, queue_reply};
pub use decide::{Doubt, consider_sent, doubt_again, leave, send_again, undo_leave, undo_reply, write_again};
pub(crate) use decide::{text_of, with_text};
pub use deliver::{doubt_queued, run_send};
pub use files::{Files, Named};
pub use forward::{
    Passing, begin_forward, can_forward, cannot as cannot_forward, files_to_pass_on, kind_forwards, way_to_forward,
};
pub(crate) use singly::{Drafted, begin};
pub use system::{confirm_address, mail_channel, send_system_mail};
pub(crate) use system::{mail_channel_on, post_system_mail};
pub(crate) use throttle::{Ahead, PAUSE_WORDS, note_pause, pause_left};
pub(crate) use waiting::{wait_again, wait_no_more};
pub use ways::{LOOK_BACK, Way, most_bytes, most_bytes_in, ways_among, ways_to_answer};
pub(crate) use ways::{begins, sends, way_to_address, way_to_begin, way_to_tell};

use crate::Engine;
use tertulia_connector::sign;
use tertulia_model::MessageId;

const TOKEN_PURPOSE: &str = "reply token";
/// How much of the signature a token carries: 96 bits, short enough for an address.
const SIGNATURE: usize = 16;

/// Names one of our messages inside a mail, so that an answer finds its conversation without headers.
pub fn reply_token(engine: &Engine, message: MessageId) -> String {
    let id = message.0.to_string();
    let signature = sign::sign(&engine.vault.key_for(TOKEN_PURPOSE), &id);
    format!("{id}.{}", &signature[..SIGNATURE])
}

/// The message that a token names, if the token is ours. Tokens pass through addresses, which some servers lower-case.
pub fn read_reply_token(engine: &Engine, token: &str) -> Option<MessageId> {
    let (id, _) = token.split_once('.')?;
    let message = MessageId(id.parse().ok()?);
    reply_token(engine, message).eq_ignore_ascii_case(token.trim()).then_some(message)
}
