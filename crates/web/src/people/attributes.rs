//! What is known of a person, each value with where it is from; put down by hand, corrected and taken back.

use super::person;
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    customers::{
        source_words, tie_words,
        undo::{Act, done},
    },
    inbox::id as id_of,
};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use tertulia_engine::{
    attributes::{self as desk, Source},
    customers::values::Kind,
};
use tertulia_model::{Millis, PersonId};
use tertulia_store::{
    attributes::{self, Known},
    customers::{self, Customer},
    organisations,
};

/// What the values of something new may be, and in words.
const KINDS: [(&str, &str); 4] = [
    ("choice", "a few words that many have in common"),
    ("text", "any words"),
    ("number", "a number"),
    ("date", "a day"),
];

/// One value, and whose word it is.
pub(super) struct ValueView {
    pub id: i64,
    pub value: String,
    pub source: String,
    pub at: Millis,
    /// Whether it was put down here, and can be taken back.
    pub is_ours: bool,
}

/// An attribute: the value that holds first, then what others say.
pub(super) struct AttributeView {
    pub name: String,
    pub title: String,
    /// The kind of field for it.
    pub field: &'static str,
    pub holds: ValueView,
    pub others: Vec<ValueView>,
    /// Whether others say something else.
    pub is_disputed: bool,
}

/// A customer that they are or may be.
pub(super) struct CustomerView {
    pub id: i64,
    pub name: String,
    pub list: String,
    pub is: &'static str,
    pub is_doubtful: bool,
}

pub(super) struct KnownView {
    pub attributes: Vec<AttributeView>,
    pub customers: Vec<CustomerView>,
    /// Number and name.
    pub organisations: Vec<(i64, String)>,
    /// (name, title) of what else may be put down, to choose from.
    pub more: Vec<(String, String)>,
    pub kinds: [(&'static str, &'static str); 4],
    /// What could not be put down.
    pub again: Again,
}

/// What was typed and is no such value, and why.
#[derive(Debug, Default)]
pub(super) struct Again {
    pub typed: Put,
    pub mistake: String,
}

impl Again {
    /// Whether it was meant for this attribute.
    pub fn is_of(&self, attribute: &str) -> bool {
        !self.mistake.is_empty() && self.typed.attribute == attribute
    }

    /// Whether it was meant for none of those that stand here already.
    pub fn is_of_none(&self, attributes: &[AttributeView]) -> bool {
        !self.mistake.is_empty() && !attributes.iter().any(|one| self.is_of(&one.name))
    }
}

fn value(known: Known) -> ValueView {
    ValueView {
        id: known.stated.id,
        source: source_words(&known),
        at: known.list_at.unwrap_or(known.stated.at),
        is_ours: known.stated.person_id.is_some(),
        value: known.stated.value,
    }
}

/// What `<input type>` takes such a value.
fn field_of(kind: &str) -> &'static str {
    if kind == "date" { "date" } else { "text" }
}

pub(super) async fn view(app: &App, person: PersonId, again: Again) -> Result<KnownView> {
    let mut db = app.engine.db.reader();
    let all = attributes::all(&mut db).await?;
    let mut views: Vec<AttributeView> = Vec::new();
    let mut folded = String::new();
    for known in attributes::of_person(&mut db, person).await? {
        match views.last_mut().filter(|view| view.name == known.stated.attribute) {
            Some(view) => {
                view.is_disputed |= known.stated.folded != folded;
                view.others.push(value(known));
            }
            None => {
                folded.clone_from(&known.stated.folded);
                views.push(AttributeView {
                    name: known.stated.attribute.clone(),
                    title: known.title.clone(),
                    field: field_of(&known.kind),
                    others: Vec::new(),
                    is_disputed: false,
                    holds: value(known),
                });
            }
        }
    }
    let more = all.into_iter().filter(|one| !views.iter().any(|view| view.name == one.name));
    let more = more.map(|one| (one.name, one.title)).collect();
    let customer = |one: Customer| CustomerView {
        id: one.id,
        is: tie_words(&one.tie),
        is_doubtful: one.tie == "doubtful",
        name: one.name,
        list: one.list,
    };
    let mut rows = customers::of_person(&mut db, person).await?;
    rows.extend(customers::doubtful_for(&mut db, person).await?);
    let organisations = organisations::of_person(&mut db, person).await?;
    Ok(KnownView {
        attributes: views,
        customers: rows.into_iter().map(customer).collect(),
        organisations: organisations.into_iter().map(|one| (one.id, one.name)).collect(),
        more,
        kinds: KINDS,
        again,
    })
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Put {
    /// The attribute, by its name or title; `new` with a title of its own.
    pub attribute: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub kind: String,
    pub value: String,
    /// That they said so themselves.
    #[serde(default)]
    pub said: String,
}

pub(super) async fn set(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(person): Path<String>,
    Fields(form): Fields<Put>,
) -> Result<Response> {
    let person: PersonId = id_of(&person)?;
    let source = if form.said == "yes" { Source::Said } else { Source::Hand };
    let attribute = match form.attribute.as_str() {
        "new" => (form.title.as_str(), Some(Kind::of(&form.kind))),
        name => (name, None),
    };
    match desk::set(&app.engine, (viewer.user.id, source), person, attribute, &form.value).await {
        Ok(undo) => Ok(done(&app, &viewer, &format!("/people/{person}"), "It is put down.", Some(Act::Value(undo)))),
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            let first = mistakes.fields().first().map(|(_, words)| words.clone());
            let mistake = first.unwrap_or_else(|| mistakes.general.clone());
            person::draw_value_again(&app, &viewer, &headers, person, Again { typed: form, mistake }).await
        }
    }
}

pub(super) async fn take_back(
    State(app): State<App>,
    viewer: Viewer,
    Path((person, value)): Path<(String, String)>,
) -> Result<Response> {
    let (person, value): (PersonId, i64) = (id_of(&person)?, id_of(&value)?);
    let known = attributes::of_person(&mut app.engine.db.reader(), person).await?;
    let known = known.into_iter().find(|known| known.stated.id == value).ok_or_else(WebError::not_found)?;
    let (source, whose) = desk::source_of(&known.stated).zip(known.stated.person_id).ok_or_else(WebError::not_found)?;
    let undo = desk::take_back(&app.engine, (viewer.user.id, source), whose, &known.stated.attribute).await?;
    Ok(done(&app, &viewer, &format!("/people/{person}"), "It is taken back.", Some(Act::Value(undo))))
}
