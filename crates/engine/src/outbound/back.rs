//! What is said of a mail that came back, which it may have done from some of its recipients only.

use tertulia_model::{BounceNotice, DeliveryState};
use tertulia_store::deliveries::Delivery;

const CAME_BACK: &str = "It came back";
const OTHERS: &str = " Nothing is known against the others.";
/// Whoever got a mail of ours can write notices about it at will: a reason of so many bytes grows no more.
const MOST: usize = 4_000;

/// Whether a delivery failed because the mail came back: then it did go out, and some may have got it.
pub fn came_back(delivery: &Delivery) -> bool {
    delivery.state == DeliveryState::Failed && delivery.reason.as_deref().is_some_and(|why| why.contains(CAME_BACK))
}

/// Why a delivery failed, with what a further notice tells; none where it tells nothing new.
pub(crate) fn reason_of(delivery: &Delivery, notice: &BounceNotice) -> Option<String> {
    let known = delivery.reason.as_deref().filter(|_| delivery.state == DeliveryState::Failed);
    let is_told = |known: &str| known.len() > MOST || notice.failed.iter().all(|address| names(known, address));
    if known.is_some_and(is_told) {
        return None;
    }
    let from = if notice.failed.is_empty() { ":" } else { " from" };
    let told = format!("{CAME_BACK}{from} {}.", notice.words().trim_end_matches('.'));
    let known = known.map(|known| known.strip_suffix(OTHERS).unwrap_or(known));
    let mut reason = known.into_iter().chain([told.as_str()]).collect::<Vec<_>>().join(" ");
    let to = &delivery.outgoing.recipients;
    if to.len() > 1 && !notice.failed.is_empty() && !to.iter().all(|recipient| names(&reason, &recipient.address)) {
        reason.push_str(OTHERS);
    }
    Some(reason)
}

/// Whether an address stands in a text as a word of its own.
fn names(text: &str, address: &str) -> bool {
    let mut words = text.split(|c: char| c.is_whitespace() || ",;:<>()\"".contains(c));
    words.any(|word| word.trim_end_matches('.').eq_ignore_ascii_case(address))
}
