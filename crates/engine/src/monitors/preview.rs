//! What a query would find, while it is being written: the last thirty days' matches and their number.

use super::is_said;
use crate::{Engine, Result, search};
use tertulia_analysis::query::Query;
use tertulia_model::Millis;
use tertulia_store::{ledger::DAY, reading::Message};

/// For so long back a preview looks.
pub const PREVIEW_DAYS: i64 = 30;
/// A preview that is typed into looks at no more than this, and says so.
const MOST_LOOKED_AT: usize = 5_000;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preview {
    /// The newest that fit.
    pub examples: Vec<Message>,
    pub matches: usize,
    /// How far back it looked, where it did not get to the end of the thirty days.
    pub looked_back_to: Option<Millis>,
}

/// What a query finds in the last thirty days, with so many examples.
pub async fn preview(engine: &Engine, query: &Query, examples: usize) -> Result<Preview> {
    let filter = search::Filter { since: Some(engine.now() - PREVIEW_DAYS * DAY), ..search::Filter::default() };
    let mut preview = Preview::default();
    let (mut below, mut looked_at) = (None, 0);
    loop {
        let found = search::search(engine, query, &filter, below, 200).await?;
        looked_at += found.looked_at;
        let theirs = found.messages.iter().filter(|message| is_said(message));
        preview.matches += theirs.clone().count();
        let room = examples.saturating_sub(preview.examples.len());
        preview.examples.extend(theirs.take(room).cloned());
        below = found.below;
        if below.is_none() {
            return Ok(preview);
        }
        if looked_at >= MOST_LOOKED_AT {
            preview.looked_back_to = found.messages.last().map(|message| message.at);
            return Ok(preview);
        }
    }
}
