//! A compact linear classifier of short texts: hashed words, pairs of words and runs of characters ([`features`]), a table of
//! small whole numbers and a softmax ([`model`]). What it costs grows with the text up to a bound, and with nothing else.

pub mod features;
pub mod model;
pub mod normal;

pub use features::{Features, Settings};
pub use model::{Head, Malformed, Model, Scores};

#[cfg(test)]
mod tests;
