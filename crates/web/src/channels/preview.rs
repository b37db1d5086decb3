//! What a sample would become, while a channel's form is being filled in.

use askama::Template;
use serde_json::{Map, Value};
use std::sync::Arc;
use tertulia_connector::{Connector, FieldError};
use tertulia_engine::{EngineError, by_hand};
use tertulia_model::{Content, Direction, Inbound, InboundKind, Visibility};

use crate::{App, Result, listen::languages};

/// Messages of a sample that are shown.
const SHOWN: usize = 10;
/// Characters of a message that are shown.
const WORDS: usize = 280;
/// Characters of a sample.
const LARGEST: usize = 200_000;
/// The field of what was pasted.
pub(crate) const SAMPLE: &str = "sample";

/// Beside the form.
#[derive(Default, Template)]
#[template(path = "channels/preview.html")]
pub(super) struct Preview {
    /// Nothing was pasted yet.
    is_empty: bool,
    rows: Vec<Row>,
    more: usize,
    /// Each field that does not fit: its place in the form, its title, why.
    misfits: Vec<(Option<String>, String, String)>,
}

/// A message that a sample would become.
pub(crate) struct Row {
    pub author: String,
    pub at: Option<i64>,
    pub subject: String,
    pub words: String,
    pub facts: Vec<String>,
}

/// What a sample becomes: its first messages, and how many more.
pub(crate) struct Becomes {
    pub rows: Vec<Row>,
    pub more: usize,
}

/// Whether this kind shows what a sample would become.
pub(super) fn is_shown(connector: &Arc<dyn Connector>) -> bool {
    let nothing = Value::Object(Map::new());
    connector.preview(&nothing, b"").is_some()
}

pub(super) async fn of(
    app: &App,
    connector: &Arc<dyn Connector>,
    settings: Map<String, Value>,
    errors: Vec<FieldError>,
    sample: &str,
) -> Result<Preview> {
    if sample.trim().is_empty() {
        return Ok(Preview { is_empty: true, ..Preview::default() });
    }
    let shown = if errors.is_empty() { becomes(app, connector, settings, sample).await? } else { Some(Err(errors)) };
    Ok(match shown {
        Some(Ok(Becomes { rows, more })) => Preview { rows, more, ..Preview::default() },
        Some(Err(errors)) => misfits(connector, errors),
        None => Preview { is_empty: true, ..Preview::default() },
    })
}

/// What a sample becomes, or what does not fit; none where this kind shows nothing of the sort.
pub(crate) async fn becomes(
    app: &App,
    connector: &Arc<dyn Connector>,
    settings: Map<String, Value>,
    sample: &str,
) -> Result<Option<std::result::Result<Becomes, Vec<FieldError>>>> {
    if sample.chars().count() > LARGEST {
        let message = "This is more than is needed to see what it becomes: paste a few items or rows.";
        return Ok(Some(Err(vec![FieldError::new(SAMPLE, message)])));
    }
    let name = connector.spec().name.clone();
    let shown = by_hand::preview(&app.engine, &name, Value::Object(settings), sample.as_bytes().to_vec()).await;
    match shown {
        Ok(shown) => Ok(shown.map(|shown| shown.map(|events| first_of(&events)))),
        Err(EngineError::Invalid(errors)) => Ok(Some(Err(errors))),
        Err(other) => Err(other.into()),
    }
}

fn misfits(connector: &Arc<dyn Connector>, errors: Vec<FieldError>) -> Preview {
    let properties = &connector.spec().settings_schema["properties"];
    let named = |error: FieldError| match properties[&error.field]["title"].as_str() {
        Some(title) => (Some(format!("field-{}{}", super::form::PREFIX, error.field)), title.to_owned(), error.message),
        None => (None, "Sample".to_owned(), error.message),
    };
    Preview { misfits: errors.into_iter().map(named).collect(), ..Preview::default() }
}

fn first_of(events: &[Inbound]) -> Becomes {
    Becomes { rows: events.iter().take(SHOWN).map(row).collect(), more: events.len().saturating_sub(SHOWN) }
}

fn row(event: &Inbound) -> Row {
    let (content, fact) = match &event.kind {
        InboundKind::Created(content) => (Some(content), None),
        InboundKind::Edited { content, .. } => (Some(content), Some("an edit of what is stored")),
        InboundKind::Deleted | InboundKind::DeletedByHash(_) => (None, Some("takes a message back")),
        _ => (None, Some("no message")),
    };
    let mut facts: Vec<String> = fact.into_iter().map(str::to_owned).collect();
    let Some(content) = content else {
        let words = event.key.external_id.chars().take(WORDS).collect();
        return Row { author: String::new(), at: None, subject: String::new(), words, facts };
    };
    facts.extend(known_of(content));
    Row {
        author: content.author.display_name.clone().unwrap_or_else(|| content.author.handle.clone()),
        at: content.stated_at,
        subject: content.subject.clone().unwrap_or_default(),
        words: content.text.chars().take(WORDS).collect(),
        facts,
    }
}

/// What else the fields say of it.
fn known_of(content: &Content) -> Vec<String> {
    let mut facts = Vec::new();
    if content.direction == Direction::Ours {
        facts.push("ours".to_owned());
    }
    if content.addressed_to_us {
        facts.push("written to you: opens a conversation".to_owned());
    }
    facts.push(if content.visibility == Visibility::Public { "everybody can read it" } else { "private" }.to_owned());
    if !content.references.is_empty() {
        facts.push("answers another message".to_owned());
    }
    facts.extend(content.permalink.as_ref().map(|_| "with a link".to_owned()));
    facts.extend(content.language.as_deref().map(|code| languages::name(code).to_owned()));
    if let Some(answer) = &content.survey {
        facts.extend(answer.score.map(|score| format!("score {score}")));
    }
    facts.extend(content.remarks.iter().cloned());
    facts
}
