//! People: who wrote, how they are reached, what they said.

use super::{
    consents::Consent,
    extract::{Asked, Id, cursor, invalid, limit},
    ident::Ident,
    shapes::{Message, Page},
};
use crate::{App, Result, WebError};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tertulia_model::PersonId;
use tertulia_store::{consents, people, person_merges, reading, segments};
use utoipa::{IntoParams, ToSchema};

const LONGEST_SEARCH: usize = 200;

/// A person in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonLine {
    id: Ident,
    name: String,
    /// How many messages are theirs.
    messages: i64,
    /// When they last wrote; when we first knew of them, where they never did.
    last_at: i64,
}

/// A handle of a person on one kind of channel.
#[derive(Serialize, ToSchema)]
pub(super) struct Identity {
    id: Ident,
    /// The kind of handle.
    #[schema(example = "mail")]
    space: String,
    handle: String,
    /// What they call themselves there.
    name: Option<String>,
    created_at: i64,
}

/// A person with all that they are known by.
#[derive(Serialize, ToSchema)]
pub(super) struct WholePerson {
    id: Ident,
    name: String,
    /// Whom they are part of: everything of theirs stands there.
    part_of: Option<Ident>,
    identities: Vec<Identity>,
    /// All that was said by or about them of being written to, the newest first.
    consents: Vec<Consent>,
    created_at: i64,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PeopleQuery {
    /// A part of a name or handle, in any case; all people if it is left out.
    #[param(max_length = 200, example = "amina")]
    q: Option<String>,
    /// Only those in this segment.
    segment_id: Option<Ident>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists people
///
/// Whoever is known most recently first.
#[utoipa::path(
    get, path = "/api/v1/people", tag = "people", security(("key" = ["read"])), params(PeopleQuery),
    responses((status = 200, body = Page<PersonLine>))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<PeopleQuery>) -> Result<Json<Page<PersonLine>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?.map(PersonId);
    let like = asked.q.as_deref().map(str::trim).filter(|like| !like.is_empty());
    if like.is_some_and(|like| like.chars().count() > LONGEST_SEARCH) {
        return Err(invalid("q", format!("Give at most {LONGEST_SEARCH} characters.")));
    }
    let mut db = app.engine.db.reader();
    let rules = match asked.segment_id {
        Some(id) => {
            let segment = segments::get(&mut db, id.0).await?;
            segment.ok_or_else(|| invalid("segment_id", "There is no such segment (any more)."))?.rules()
        }
        None => Vec::new(),
    };
    let rows = people::list_of(&mut db, like, &rules, below, limit + 1).await?;
    let line = |row: people::PersonRow| PersonLine {
        id: row.id.into(),
        name: row.name,
        messages: row.messages,
        last_at: row.last_at,
    };
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), line)))
}

/// Shows a person
#[utoipa::path(
    get, path = "/api/v1/people/{id}", tag = "people", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 200, body = WholePerson))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<WholePerson>> {
    let mut db = app.engine.db.reader();
    let person = people::get(&mut db, PersonId(id)).await?.ok_or_else(WebError::not_found)?;
    let identities = people::identities(&mut db, person.id).await?;
    let said = consents::of_person(&mut db, person.id).await?;
    let part_of = person_merges::part_of(&mut db, person.id).await?;
    let identity = |identity: people::Identity| Identity {
        id: identity.id.into(),
        space: identity.space,
        handle: identity.handle,
        name: identity.name,
        created_at: identity.created_at,
    };
    Ok(Json(WholePerson {
        id: person.id.into(),
        name: person.name,
        part_of: part_of.map(Ident::from),
        identities: identities.into_iter().map(identity).collect(),
        consents: said.into_iter().map(Consent::of).collect(),
        created_at: person.created_at,
    }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TheirsQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists a person's messages
///
/// Newest first, whichever channel they came by.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/messages", tag = "people", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The person"), TheirsQuery),
    responses((status = 200, body = Page<Message>))
)]
pub(super) async fn messages(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<TheirsQuery>,
) -> Result<Json<Page<Message>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?;
    let mut db = app.engine.db.reader();
    let person = person_merges::standing_for(&mut db, PersonId(id)).await?.ok_or_else(WebError::not_found)?;
    let rows = reading::person(&mut db, person.id, below, limit + 1).await?;
    let page = Page::of(rows, limit, |row| row.place.to_string(), |row| row);
    let ids: Vec<_> = page.items.iter().map(|message| message.id).collect();
    let attachments = reading::attachments(&mut db, &ids).await?;
    Ok(Json(Page { items: Message::with_attachments(page.items, &attachments), next: page.next }))
}
