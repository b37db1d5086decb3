//! What is said of a mail that came back, which it may have done from some of its recipients only.

use tertulia_model::{BounceNotice, DeliveryState};
use tertulia_store::deliveries::Delivery;

const CAME_BACK: &str = "It came back";
const OTHERS: &str = " Nothing is known against the others.";
/// Addresses named by a notice that we never wrote to: a mail may have been passed on, and a forged notice names many.
const MOST_STRANGE: usize = 10;

/// Whether a delivery failed because the mail came back: then it did go out, and some may have got it.
pub fn came_back(delivery: &Delivery) -> bool {
    delivery.state == DeliveryState::Failed && delivery.reason.as_deref().is_some_and(|why| why.contains(CAME_BACK))
}

/// Why a delivery failed, with what a further notice tells; none where it tells nothing new. Whoever got a mail of ours
/// can write notices about it at will: after the first, one counts that names a recipient who was not named before, or,
/// once, that takes back what was said of the others.
pub(crate) fn reason_of(delivery: &Delivery, notice: &BounceNotice) -> Option<String> {
    let to = &delivery.outgoing.recipients;
    let is_recipient = |address: &String| to.iter().any(|recipient| recipient.address.eq_ignore_ascii_case(address));
    let known = match delivery.state {
        DeliveryState::Failed => delivery.reason.as_deref().filter(|_| came_back(delivery))?,
        _ => "",
    };
    let others_are_well = known.ends_with(OTHERS);
    let (ours, mut strange): (Vec<String>, Vec<String>) =
        notice.failed.iter().filter(|address| !names(known, address)).cloned().partition(is_recipient);
    strange.truncate(MOST_STRANGE);
    let is_new = !ours.is_empty() || others_are_well && (!strange.is_empty() || notice.failed.is_empty());
    if !known.is_empty() && !is_new {
        return None;
    }
    // Under an address that we do not know somebody may have failed whom we know by another.
    let all_known = !ours.is_empty() && strange.is_empty();
    let notice = BounceNotice { failed: [ours, strange].concat(), ..notice.clone() };
    let from = if notice.failed.is_empty() { ":" } else { " from" };
    let told = format!("{CAME_BACK}{from} {}.", notice.words().trim_end_matches('.'));
    let mut reason = format!("{} {told}", known.strip_suffix(OTHERS).unwrap_or(known)).trim_start().to_owned();
    let some_are_left = !to.iter().all(|recipient| names(&reason, &recipient.address));
    if all_known && some_are_left && (known.is_empty() || others_are_well) {
        reason.push_str(OTHERS);
    }
    Some(reason)
}

/// Whether an address stands in a text as a word of its own.
fn names(text: &str, address: &str) -> bool {
    let mut words = text.split(|c: char| c.is_whitespace() || ",;:<>()\"".contains(c));
    words.any(|word| word.trim_end_matches('.').eq_ignore_ascii_case(address))
}
