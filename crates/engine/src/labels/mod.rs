//! Labels: what the models make of what people say, where a member said that it is something else, and how often the models
//! are wrong, measured here on random samples that people read without seeing what a model said.
//!
//! A label is written in the transaction that stores the words it is of, and goes with them. What holds of a message is what
//! a person said, else what the model says ([`held`]).

mod again;
mod correct;
mod measured;
mod programs;
mod sample;
mod statistics;

pub(crate) use again::run;
pub use again::{Progress, catch_up, progress, version};
pub use correct::{Said, Undo, correct, correct_all, take_back, undo, undo_all};
pub(crate) use measured::Kept;
pub use measured::{Case, Cell, Counted, ENOUGH, Meant, Measured, Rate, counted, measure, measured, measured_lately};
pub use sample::{
    LEAST_EACH, MOST_EACH, Outlook, READERS, Standing, Told, Undo as SampleUndo, draw, end, next, outlook, read,
    settle, standing, take_up, undo as undo_sample, unread, whole,
};
pub use statistics::{Agreement, Loan};

use crate::{Engine, Result};
use std::collections::HashMap;
use tertulia_analysis::labels::{Guess, Kind, Labels};
use tertulia_model::MessageId;
use tertulia_store::{
    Sql, Tx, label_samples,
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

/// What holds of each of these messages, by kind. Of a message that no model labelled, what people said alone.
pub async fn held(on: &mut impl Sql, messages: &[MessageId]) -> Result<HashMap<MessageId, Vec<Held>>> {
    let labelled: HashMap<MessageId, Labelled> =
        stored::of(on, messages).await?.into_iter().map(|one| (one.message_id, one)).collect();
    let mut corrected: HashMap<(MessageId, i64), Correction> = HashMap::new();
    for one in stored::corrections(on, messages).await? {
        corrected.insert((one.message_id, one.kind), one);
    }
    let mut all = HashMap::new();
    for id in messages {
        let one = labelled.get(id);
        let labels = one.map_or_else(Labels::default, |one| Labels::of_row(one.values));
        let version = one.map_or(0, |one| one.version);
        let held = |kind: Kind| {
            let guess = labels.get(kind);
            let said = corrected.remove(&(*id, kind.code()));
            let value = said.as_ref().map_or(guess.map(|guess| guess.value), |said| u16::try_from(said.value).ok())?;
            Some(Held { kind, value, guess, version, corrected: said })
        };
        let held: Vec<Held> = Kind::ALL.into_iter().filter_map(held).collect();
        if one.is_some() || !held.is_empty() {
            all.insert(*id, held);
        }
    }
    Ok(all)
}

/// The row of a wording that was labelled just now.
pub(crate) fn row(message_id: MessageId, revision: i64, (labels, version): (&Labels, i64)) -> Labelled {
    Labelled { message_id, revision, version, values: labels.to_row() }
}

/// A message of theirs is worded anew, or shown at last in a wording that had waited: what was said of its old words holds no
/// more, and no sample holds it, since it was drawn with these.
pub(crate) async fn worded(
    engine: &Engine,
    tx: &mut Tx,
    (message, revision): (&Known, i64),
    labels: (&Labels, i64),
) -> Result<()> {
    if message.direction == "theirs" {
        stored::end_all(tx, message.id, engine.now()).await?;
        label_samples::leave(tx, message.id).await?;
        stored::put(tx, &[row(message.id, revision, labels)]).await?;
    }
    Ok(())
}
