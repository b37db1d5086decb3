//! How well a person and the organisation know each other.

use super::extract::Id;
use crate::{App, Result, WebError};
use axum::{Json, extract::State};
use serde::Serialize;
use tertulia_analysis::relationship;
use tertulia_engine::people as desk;
use tertulia_model::PersonId;
use tertulia_store::person_merges;
use utoipa::ToSchema;

/// How far it has come; each goes on from the one before.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// Nothing went both ways yet.
    New,
    /// Both sides had their turn.
    Talking,
    /// They came back after a week or more.
    Returning,
    /// They come back, and it is strong.
    Trusted,
    /// They are trusted, and speak of the organisation to others unasked; whether well or badly is not measured.
    Advocate,
}

/// A relationship, and what it rests on.
#[derive(Serialize, ToSchema)]
pub(super) struct Relationship {
    stage: Stage,
    /// A summary of what stands below; not compared with what people themselves say about it.
    #[schema(minimum = 0, maximum = 100)]
    strength: f64,
    /// Days on which both sides had their turn in a conversation.
    exchange_days: usize,
    /// How often they came back after a week or more.
    returns: usize,
    /// How often they wrote and a day has passed or an answer has come.
    answerable: usize,
    /// How many of those were answered within a day.
    answered_in_time: usize,
    promises_kept: usize,
    promises_broken: usize,
    /// Channels on which both sides had their turn.
    channels: usize,
    last_exchange_at: Option<i64>,
    /// When they last spoke of the organisation to others, as far as a monitor found it.
    spoke_of_us_at: Option<i64>,
}

/// Tells how well a person is known
///
/// Only what goes both ways counts, and it fades by half in 60 days. The formula stands in the guide on relationships.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/relationship", tag = "people", security(("key" = ["read"])),
    params(("id" = super::ident::Ident, Path, description = "The person")),
    responses((status = 200, body = Relationship))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Relationship>> {
    let person = person_merges::standing_for(&mut app.engine.db.reader(), PersonId(id))
        .await?
        .ok_or_else(WebError::not_found)?;
    let knowing = desk::knowing(&app.engine, person.id).await?;
    let measured = knowing.measured;
    Ok(Json(Relationship {
        stage: match knowing.stage {
            relationship::Stage::New => Stage::New,
            relationship::Stage::Talking => Stage::Talking,
            relationship::Stage::Returning => Stage::Returning,
            relationship::Stage::Trusted => Stage::Trusted,
            relationship::Stage::Advocate => Stage::Advocate,
        },
        strength: measured.strength,
        exchange_days: measured.exchange_days,
        returns: measured.returns,
        answerable: measured.answerable,
        answered_in_time: measured.answered_in_time,
        promises_kept: measured.promises_kept,
        promises_broken: measured.promises_broken,
        channels: measured.channels,
        last_exchange_at: measured.last_exchange_at,
        spoke_of_us_at: knowing.spoke_of_us_at,
    }))
}
