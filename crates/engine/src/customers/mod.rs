//! Customers: lists of them on their way in ([`start`], read by a job in pieces), and who they are among those who were heard.
//! Whom a customer is follows from exact handles and from what members say (`store::customer_ties`), never from a guess.

mod meaning;
mod piece;
mod runs;
mod ties;
pub mod values;

pub use meaning::{Mapping, Means, guess, key_of, meaning_of, name_of};
pub(crate) use runs::run;
pub use runs::{Look, MISSING, MOST_BYTES, New, Preview, look, preview, start, stop};
pub use ties::{Undo, say, undo};

/// The topic under which it is announced how far a list is.
pub const TOPIC: &str = "customers";
