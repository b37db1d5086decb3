//! What is known of people: each value with where it is from.

use super::{
    extract::{Asked, Given, Id, invalid},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::{
    attributes::{self as desk, Source},
    customers::{name_of, values::Kind},
};
use tertulia_model::PersonId;
use tertulia_store::{attributes, person_merges};
use utoipa::{IntoParams, ToSchema};

/// Something that may be known of somebody.
#[derive(Serialize, ToSchema)]
pub(super) struct Attribute {
    #[schema(example = "segment")]
    name: String,
    title: String,
    /// `text`, `choice`, `number` or `date`.
    kind: String,
}

/// A value that is known of a person. Of each attribute the one that holds stands first.
#[derive(Serialize, ToSchema)]
pub(super) struct KnownValue {
    #[schema(example = "segment")]
    name: String,
    title: String,
    value: String,
    /// Whether it holds; else another source says so, and does not.
    holds: bool,
    /// `list` (a list of customers), `hand` (a member), `said` (they themselves) or `program`.
    source: String,
    /// The list that brought it.
    list: Option<String>,
    /// The member who put it down, or whose program did.
    by: Option<Ident>,
    at: i64,
}

async fn known(app: &App, person: PersonId) -> Result<Page<KnownValue>> {
    let mut db = app.engine.db.reader();
    let person = person_merges::standing_for(&mut db, person).await?.ok_or_else(WebError::not_found)?;
    let mut before = String::new();
    let rows = attributes::of_person(&mut db, person.id).await?.into_iter().map(|known| {
        let holds = known.stated.attribute != before;
        before.clone_from(&known.stated.attribute);
        KnownValue {
            name: known.stated.attribute,
            title: known.title,
            value: known.stated.value,
            holds,
            source: known.stated.source,
            list: known.list,
            by: known.stated.by_user.map(Ident::from),
            at: known.stated.at,
        }
    });
    Ok(Page::whole(rows.collect()))
}

/// Lists attributes
///
/// Whatever may be known of people, with those first that every list of customers may bring.
#[utoipa::path(
    get, path = "/api/v1/attributes", tag = "people", security(("key" = ["read"])),
    responses((status = 200, body = Page<Attribute>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Attribute>>> {
    let all = attributes::all(&mut app.engine.db.reader()).await?;
    let attribute = |one: attributes::Attribute| Attribute { name: one.name, title: one.title, kind: one.kind };
    Ok(Json(Page::whole(all.into_iter().map(attribute).collect())))
}

/// Lists what is known of a person
#[utoipa::path(
    get, path = "/api/v1/people/{id}/attributes", tag = "people", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 200, body = Page<KnownValue>))
)]
pub(super) async fn of_person(State(app): State<App>, Id(id): Id) -> Result<Json<Page<KnownValue>>> {
    Ok(Json(known(&app, PersonId(id)).await?))
}

/// Whose word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Word {
    #[default]
    Program,
    /// A member knows it.
    Hand,
    /// They said so themselves.
    Said,
}

impl From<Word> for Source {
    fn from(word: Word) -> Self {
        match word {
            Word::Program => Self::Program,
            Word::Hand => Self::Hand,
            Word::Said => Self::Said,
        }
    }
}

/// What an attribute's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ValueKind {
    Text,
    /// A few words that many have in common.
    Choice,
    Number,
    Date,
}

impl From<ValueKind> for Kind {
    fn from(kind: ValueKind) -> Self {
        match kind {
            ValueKind::Text => Self::Text,
            ValueKind::Choice => Self::Choice,
            ValueKind::Number => Self::Number,
            ValueKind::Date => Self::Date,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPersonValue {
    #[schema(min_length = 1, max_length = 500, example = "Wholesale")]
    value: String,
    /// Whose word it is; the program's if it is left out.
    #[serde(default)]
    source: Word,
    /// What an attribute that is not known yet is called; its name if it is left out.
    #[schema(max_length = 60)]
    title: Option<String>,
    /// What its values are. Without it only what is known already can be put down.
    kind: Option<ValueKind>,
}

fn read((id, name): (String, String)) -> Result<(PersonId, String)> {
    let id = Ident::read(&id).ok_or_else(WebError::not_found)?;
    Ok((PersonId(id.0), name))
}

/// Puts down what is known of a person
///
/// In place of what the same source said of it before; what others say stays beside it.
#[utoipa::path(
    put, path = "/api/v1/people/{id}/attributes/{name}", tag = "people", security(("key" = ["manage"])),
    request_body = NewPersonValue,
    params(("id" = Ident, Path, description = "The person"), ("name" = String, Path, description = "The attribute", example = "segment")),
    responses((status = 200, body = Page<KnownValue>))
)]
pub(super) async fn put(
    State(app): State<App>,
    viewer: Viewer,
    Path(path): Path<(String, String)>,
    Given(body): Given<NewPersonValue>,
) -> Result<Json<Page<KnownValue>>> {
    let (person, name) = read(path)?;
    let title = body.title.as_deref().unwrap_or(&name);
    if name_of(title) != name_of(&name) {
        return Err(invalid("title", "Give a title that is this name but for case, spaces and accents."));
    }
    let by = (viewer.user.id, Source::from(body.source));
    desk::set(&app.engine, by, person, (title, body.kind.map(Kind::from)), &body.value).await?;
    Ok(Json(known(&app, person).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WordQuery {
    /// Whose word is taken back; the program's if it is left out.
    #[param(inline)]
    source: Option<Word>,
}

/// Takes back what was put down of a person
///
/// What one source said of it. What lists say stays.
#[utoipa::path(
    delete, path = "/api/v1/people/{id}/attributes/{name}", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The person"), ("name" = String, Path, description = "The attribute", example = "segment"), WordQuery),
    responses((status = 200, body = Page<KnownValue>))
)]
pub(super) async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    Path(path): Path<(String, String)>,
    Asked(asked): Asked<WordQuery>,
) -> Result<Json<Page<KnownValue>>> {
    let (person, name) = read(path)?;
    let by = (viewer.user.id, Source::from(asked.source.unwrap_or_default()));
    desk::take_back(&app.engine, by, person, &name).await?;
    Ok(Json(known(&app, person).await?))
}
