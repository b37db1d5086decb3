//! What a query would find, while it is being written: the last thirty days' matches and their number.

use super::is_said;
use crate::{Engine, Result, search};
use tertulia_analysis::query::Query;
use tertulia_model::Millis;
use tertulia_store::{keys::time_of_place, ledger::DAY, reading::Message};

/// For so long back a preview looks.
pub const PREVIEW_DAYS: i64 = 30;
/// A preview that is typed into looks at no more messages than this, and says so.
pub const PREVIEW_LOOKS: usize = 5_000;
/// Matches read at once.
const PAGE: usize = 200;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preview {
    /// The newest that fit.
    pub examples: Vec<Message>,
    pub matches: usize,
    /// How far back it looked, where it did not get to the end of the thirty days.
    pub looked_back_to: Option<Millis>,
}

/// What a query finds in the last thirty days among at most so many messages that may fit, with so many examples.
pub async fn preview(engine: &Engine, query: &Query, examples: usize, most: usize) -> Result<Preview> {
    let filter = search::Filter { since: Some(engine.now() - PREVIEW_DAYS * DAY), ..search::Filter::default() };
    let mut preview = Preview::default();
    let (mut below, mut left) = (None, most);
    loop {
        let found = search::search_among(engine, query, &filter, below, (PAGE, left)).await?;
        left = left.saturating_sub(found.looked_at);
        let theirs = found.messages.iter().filter(|message| is_said(message));
        preview.matches += theirs.clone().count();
        let room = examples.saturating_sub(preview.examples.len());
        preview.examples.extend(theirs.take(room).cloned());
        below = found.below;
        match below {
            None => return Ok(preview),
            Some(place) if left == 0 => {
                preview.looked_back_to = Some(time_of_place(place));
                return Ok(preview);
            }
            Some(_) => {}
        }
    }
}
