//! All who were made one, and whether that may happen by itself.

use super::{
    extract::{Asked, Given, cursor, limit},
    ident::Ident,
    shapes::{Page, Problem},
};
use crate::{App, Result, Viewer};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tertulia_engine::people as desk;
use tertulia_store::person_merges::{self, Standing};
use utoipa::{IntoParams, ToSchema};

/// Merges that are undone at once.
const MOST: usize = 100;

/// Somebody who is part of a person.
#[derive(Serialize, ToSchema)]
pub(super) struct StandingMerge {
    id: Ident,
    /// Who was by themselves.
    person: Ident,
    name: String,
    /// Whom they are part of by now.
    part_of: Ident,
    part_of_name: String,
    evidence: String,
    /// How probable it was said to be; 1 where a member said so.
    #[schema(minimum = 0, maximum = 1)]
    confidence: f64,
    /// No member decided it.
    is_automatic: bool,
    at: i64,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MergesQuery {
    /// Only those that no member decided.
    automatic: Option<bool>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists all merges that stand
///
/// The latest first.
#[utoipa::path(
    get, path = "/api/v1/merges", tag = "people", security(("key" = ["read"])), params(MergesQuery),
    responses((status = 200, body = Page<StandingMerge>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Asked(asked): Asked<MergesQuery>,
) -> Result<Json<Page<StandingMerge>>> {
    let limit = limit(asked.limit)?;
    let before = cursor(asked.cursor.as_deref())?.unwrap_or(i64::MAX);
    let only = asked.automatic.unwrap_or(false);
    let rows = person_merges::standing(&mut app.engine.db.reader(), before, only, limit + 1).await?;
    let shown = |merge: Standing| StandingMerge {
        id: Ident(merge.id),
        person: merge.from_id.into(),
        name: merge.from_name,
        part_of: merge.into_id.into(),
        part_of_name: merge.into_name,
        evidence: merge.evidence,
        confidence: merge.confidence,
        is_automatic: merge.is_automatic,
        at: merge.at,
    };
    Ok(Json(Page::of(rows, limit, |last| last.id.to_string(), shown)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    #[schema(min_items = 1, max_items = 100)]
    merges: Vec<Ident>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Parted {
    /// How many are by themselves again; those that were so already do not count.
    parted: usize,
}

/// Undoes several merges
#[utoipa::path(
    post, path = "/api/v1/merges/undo", tag = "people", security(("key" = ["manage"])), request_body = Chosen,
    responses((status = 200, body = Parted))
)]
pub(super) async fn undo(State(app): State<App>, viewer: Viewer, Given(chosen): Given<Chosen>) -> Result<Json<Parted>> {
    if chosen.merges.is_empty() || chosen.merges.len() > MOST {
        return Err(super::extract::invalid("merges", format!("Give 1 to {MOST} merges.")));
    }
    let ids: Vec<i64> = chosen.merges.iter().map(|id| id.0).collect();
    Ok(Json(Parted { parted: desk::part_all(&app.engine, viewer.user.id, &ids).await? }))
}

/// Whether what is very probable is made one by itself, where both confirmed an address of the same mailbox.
#[derive(Serialize, ToSchema)]
pub(super) struct Automatic {
    /// An owner wants it.
    wanted: bool,
    /// What members decided here shows that it is right often enough; while it does not, nothing happens by itself.
    suffices: bool,
    /// Pairs of at least 0.995 that members decided about.
    reviewed: u64,
    /// How many of them were one person.
    same: u64,
    /// With 0.95 confidence the share of those that are right is not below it (Clopper and Pearson). It suffices from 0.995.
    #[schema(minimum = 0, maximum = 1)]
    at_least: f64,
}

async fn state(app: &App) -> Result<Json<Automatic>> {
    let precision = desk::precision(&app.engine).await?;
    Ok(Json(Automatic {
        wanted: precision.is_wanted,
        suffices: precision.suffices(),
        reviewed: precision.reviewed,
        same: precision.same,
        at_least: precision.at_least,
    }))
}

/// Tells whether merges may happen by themselves
#[utoipa::path(
    get, path = "/api/v1/merges/automatic", tag = "people", security(("key" = ["read"])),
    responses((status = 200, body = Automatic))
)]
pub(super) async fn automatic(State(app): State<App>) -> Result<Json<Automatic>> {
    state(&app).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WishFor {
    wanted: bool,
}

/// Sets whether merges may happen by themselves
#[utoipa::path(
    put, path = "/api/v1/merges/automatic", tag = "people", security(("key" = ["manage"])), request_body = WishFor,
    responses(
        (status = 200, body = Automatic),
        (status = 409, description = "It is not known to be right often enough, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn want(
    State(app): State<App>,
    viewer: Viewer,
    Given(wish): Given<WishFor>,
) -> Result<Json<Automatic>> {
    desk::want(&app.engine, viewer.user.id, wish.wanted).await?;
    state(&app).await
}
