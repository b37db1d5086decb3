//! What the models make of a message, quietly under it.

use super::words;
use crate::{
    App, Result,
    components::{LabelLine, LabelsView, MessageView},
    inbox::{Known, times},
};
use std::collections::HashMap;
use tertulia_analysis::labels::Kind;
use tertulia_engine::labels::{self as desk, Held, Measured};
use tertulia_model::MessageId;
use tertulia_store::reading::Message;

/// Puts it to each message of theirs that is labelled.
pub(crate) async fn tie(app: &App, known: &Known, messages: &[Message], views: &mut [MessageView]) -> Result<()> {
    let theirs: Vec<MessageId> = messages.iter().filter(|m| has_labels(m)).map(|m| m.id).collect();
    if theirs.is_empty() {
        return Ok(());
    }
    let mut held = desk::held(&mut app.engine.db.reader(), &theirs).await?;
    let measures = Measures::lately(app).await?;
    for (message, view) in messages.iter().zip(views.iter_mut()) {
        if let Some(held) = held.remove(&message.id) {
            view.labels = Some(labels_view(known, message, &held, &measures));
        }
    }
    Ok(())
}

/// Only what others say, and still says something.
pub(super) fn has_labels(message: &Message) -> bool {
    message.direction == "theirs" && message.state == "shown"
}

/// What is measured of every kind.
pub(super) struct Measures(HashMap<Kind, std::sync::Arc<Measured>>);

impl Measures {
    pub async fn lately(app: &App) -> Result<Self> {
        let mut all = HashMap::new();
        for kind in Kind::ALL {
            all.insert(kind, desk::measured_lately(&app.engine, kind).await?);
        }
        Ok(Self(all))
    }
}

pub(super) fn labels_view(known: &Known, message: &Message, held: &[Held], measures: &Measures) -> LabelsView {
    let short: Vec<String> = held.iter().filter_map(|one| words::short(one.kind, one.value)).collect();
    let line = |one: &Held| LabelLine {
        title: words::title(one.kind).to_owned(),
        value: words::value(one.kind, one.value),
        standing: standing(known, one),
        measured: words::measured(
            measures.0.get(&one.kind).and_then(|measured| measured.cell(message.channel_id, &message.language)),
        ),
    };
    LabelsView {
        id: message.id.to_string(),
        short: short.join(", "),
        lines: held.iter().map(line).collect(),
        may: known.may_converse,
    }
}

/// Who says so, and how sure that is.
fn standing(known: &Known, held: &Held) -> String {
    let Some(said) = &held.corrected else {
        return held.guess.map_or_else(String::new, |guess| format!("The model is {} % sure.", guess.sure));
    };
    let who = format!("Said by {}, {}", known.member(said.by_user), times::full_words(said.at, &known.zone));
    match held.guess {
        Some(guess) => format!("{who}. The model says: {}.", words::value(held.kind, guess.value)),
        None => format!("{who}."),
    }
}
