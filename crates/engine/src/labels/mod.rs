//! Labels: what the models make of what people say, where a member said that it is something else, and how often the models
//! are wrong, measured here on random samples that people read without seeing what a model said.
//!
//! A label is written in the transaction that stores the words it is of, and goes with them. What holds of a message is what
//! a person said, else what the model says ([`held`]).

mod again;
mod correct;
mod measured;
mod sample;
mod statistics;

pub(crate) use again::run;
pub use again::{Progress, catch_up, progress};
pub use correct::{Undo, correct, take_back, undo};
pub(crate) use measured::Kept;
pub use measured::{Case, Cell, ENOUGH, Measured, Rate, measure, measured, measured_lately};
pub use sample::{
    LEAST_EACH, MOST_EACH, Outlook, Standing, Undo as SampleUndo, draw, end, next, outlook, read, settle, standing,
    take_up, undo as undo_sample, unread, whole,
};

use crate::Result;
use std::collections::HashMap;
use tertulia_analysis::labels::{Guess, Kind, Labels, VERSION};
use tertulia_model::{MessageId, Millis};
use tertulia_store::{
    Sql, Tx,
    labels::{self as stored, Correction, Labelled},
    messages::Known,
};

/// The topic under which changes of labels, and of samples, are announced: its subject is the message, or the sample.
pub const TOPIC: &str = "label";

/// One kind of label of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub kind: Kind,
    /// What holds.
    pub value: u16,
    /// What the model says, where it says anything.
    pub guess: Option<Guess>,
    /// By which versions of the models.
    pub version: i64,
    /// Who said that it is something else.
    pub corrected: Option<Correction>,
}

/// What holds of each of these messages, by kind. Of a message that is not labelled nothing.
pub async fn held(on: &mut impl Sql, messages: &[MessageId]) -> Result<HashMap<MessageId, Vec<Held>>> {
    let labelled = stored::of(on, messages).await?;
    let mut corrected: HashMap<(MessageId, i64), Correction> = HashMap::new();
    for one in stored::corrections(on, messages).await? {
        corrected.insert((one.message_id, one.kind), one);
    }
    let mut all = HashMap::new();
    for one in labelled {
        let labels = Labels::of_row(one.values);
        let held = |kind: Kind| {
            let guess = labels.get(kind);
            let said = corrected.remove(&(one.message_id, kind.code()));
            let value = said.as_ref().map_or(guess.map(|guess| guess.value), |said| u16::try_from(said.value).ok())?;
            Some(Held { kind, value, guess, version: one.version, corrected: said })
        };
        all.insert(one.message_id, Kind::ALL.into_iter().filter_map(held).collect());
    }
    Ok(all)
}

/// The row of a wording that was labelled just now.
pub(crate) fn row(message_id: MessageId, revision: i64, labels: &Labels) -> Labelled {
    Labelled { message_id, revision, version: VERSION, values: labels.to_row() }
}

/// A message of theirs is worded anew, or shown at last in a wording that had waited: what was said of its old words holds no
/// more.
pub(crate) async fn worded(tx: &mut Tx, message: &Known, revision: i64, labels: &Labels, now: Millis) -> Result<()> {
    if message.direction == "theirs" {
        stored::end_all(tx, message.id, now).await?;
        stored::put(tx, &[row(message.id, revision, labels)]).await?;
    }
    Ok(())
}
