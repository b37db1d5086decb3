//! Segments, and how people who ask are weighed by theirs.

use super::{
    extract::{Given, Id, invalid},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tertulia_analysis::weighting::Weighted;
use tertulia_engine::segments::{self as desk, RuleForm};
use tertulia_model::FeedbackId;
use tertulia_store::{
    feedback,
    segments::{self, Is},
};
use utoipa::ToSchema;

/// What must hold of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Must {
    /// It is one of the words.
    OneOf,
    /// It is none of them; so it is where nothing is known.
    NoneOf,
    AtLeast,
    AtMost,
    Known,
    Unknown,
}

impl From<Is> for Must {
    fn from(is: Is) -> Self {
        match is {
            Is::OneOf => Self::OneOf,
            Is::NoneOf => Self::NoneOf,
            Is::AtLeast => Self::AtLeast,
            Is::AtMost => Self::AtMost,
            Is::Known => Self::Known,
            Is::Unknown => Self::Unknown,
        }
    }
}

impl From<Must> for Is {
    fn from(must: Must) -> Self {
        match must {
            Must::OneOf => Self::OneOf,
            Must::NoneOf => Self::NoneOf,
            Must::AtLeast => Self::AtLeast,
            Must::AtMost => Self::AtMost,
            Must::Known => Self::Known,
            Must::Unknown => Self::Unknown,
        }
    }
}

/// One thing that holds of everybody in a segment.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SegmentRule {
    /// The attribute, by its name.
    #[schema(max_length = 100, example = "segment")]
    attribute: String,
    is: Must,
    /// One of these; of a number or a day the one it is compared with.
    #[serde(default)]
    words: Vec<String>,
}

/// A filter over what is known of people.
#[derive(Serialize, ToSchema)]
pub(super) struct Segment {
    id: Ident,
    name: String,
    /// All of them hold.
    rules: Vec<SegmentRule>,
    saved_by: Ident,
    saved_at: i64,
    version: i64,
}

impl From<segments::Segment> for Segment {
    fn from(segment: segments::Segment) -> Self {
        let rule =
            |rule: segments::Rule| SegmentRule { attribute: rule.attribute, is: rule.is.into(), words: rule.words };
        Self {
            id: Ident(segment.id),
            rules: segment.rules().into_iter().map(rule).collect(),
            name: segment.name,
            saved_by: segment.saved_by.into(),
            saved_at: segment.saved_at,
            version: segment.version,
        }
    }
}

/// Lists segments
///
/// By name.
#[utoipa::path(
    get, path = "/api/v1/segments", tag = "segments", security(("key" = ["read"])),
    responses((status = 200, body = Page<Segment>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Segment>>> {
    let all = segments::all(&mut app.engine.db.reader()).await?;
    Ok(Json(Page::whole(all.into_iter().map(Segment::from).collect())))
}

async fn shown(app: &App, id: i64) -> Result<Json<Segment>> {
    let found = segments::get(&mut app.engine.db.reader(), id).await?;
    found.map(|segment| Json(segment.into())).ok_or_else(WebError::not_found)
}

/// Shows a segment
#[utoipa::path(
    get, path = "/api/v1/segments/{id}", tag = "segments", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The segment")),
    responses((status = 200, body = Segment))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Segment>> {
    shown(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSegment {
    #[schema(min_length = 1, max_length = 80, example = "Wholesale in the north")]
    name: String,
    #[schema(min_items = 1, max_items = 8)]
    rules: Vec<SegmentRule>,
}

impl NewSegment {
    fn forms(&self) -> Vec<RuleForm> {
        let form = |rule: &SegmentRule| RuleForm {
            attribute: rule.attribute.clone(),
            is: desk::is_name(rule.is.into()).to_owned(),
            words: rule.words.join("\n"),
        };
        self.rules.iter().map(form).collect()
    }
}

/// Keeps a segment
#[utoipa::path(
    post, path = "/api/v1/segments", tag = "segments", security(("key" = ["reply"])), request_body = NewSegment,
    responses((status = 201, body = Segment))
)]
pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Given(body): Given<NewSegment>,
) -> Result<(StatusCode, Json<Segment>)> {
    let id = desk::save(&app.engine, viewer.user.id, (None, None), &body.name, &body.forms()).await?;
    Ok((StatusCode::CREATED, shown(&app, id).await?))
}

/// Changes a segment
#[utoipa::path(
    put, path = "/api/v1/segments/{id}", tag = "segments", security(("key" = ["reply"])), request_body = NewSegment,
    params(("id" = Ident, Path, description = "The segment")),
    responses((status = 200, body = Segment))
)]
pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NewSegment>,
) -> Result<Json<Segment>> {
    desk::save(&app.engine, viewer.user.id, (Some(id), None), &body.name, &body.forms()).await?;
    shown(&app, id).await
}

/// Removes a segment
///
/// Nobody is changed by it.
#[utoipa::path(
    delete, path = "/api/v1/segments/{id}", tag = "segments", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The segment")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    desk::remove(&app.engine, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How one person of a segment counts.
#[derive(Serialize, ToSchema)]
pub(super) struct SegmentWeight {
    /// The word for it in lists of customers.
    segment: String,
    customers: i64,
    /// Of whoever asks for anything, each once.
    askers: u64,
    /// Null where nobody of it asks for anything.
    weight: Option<f64>,
    /// Too few ask to weigh them.
    too_few: bool,
}

/// How people who ask are weighed.
#[derive(Serialize, ToSchema)]
pub(super) struct SegmentWeights {
    /// Whether the team chose the weights; else they follow from the lists of customers.
    chosen: bool,
    segments: Vec<SegmentWeight>,
    /// Of whoever asks for anything, those whose segment is not known.
    unknown: u64,
    /// The share of customers in segments of which nobody asks for anything, 0 to 1.
    unheard: f64,
}

async fn weights_now(app: &App) -> Result<Json<SegmentWeights>> {
    let weighing = desk::weighing(&mut app.engine.db.reader()).await?;
    let one = |share: &segments::Share| {
        let weight = weighing.weights.of.get(&share.folded);
        SegmentWeight {
            segment: share.value.clone(),
            customers: share.customers,
            askers: weighing.askers.get(&share.folded).copied().unwrap_or(0),
            weight: weight.map(|weight| weight.weight),
            too_few: weight.is_some_and(|weight| weight.is_thin),
        }
    };
    Ok(Json(SegmentWeights {
        chosen: weighing.is_chosen,
        segments: weighing.shares.iter().map(one).collect(),
        unknown: weighing.askers.get("").copied().unwrap_or(0),
        unheard: weighing.weights.unheard,
    }))
}

/// Shows how people who ask are weighed
#[utoipa::path(
    get, path = "/api/v1/segment-weights", tag = "segments", security(("key" = ["read"])),
    responses((status = 200, body = SegmentWeights))
)]
pub(super) async fn weights(State(app): State<App>) -> Result<Json<SegmentWeights>> {
    weights_now(&app).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChosenWeights {
    /// The weight of one person of each segment; null: they follow from the lists of customers.
    weights: Option<BTreeMap<String, f64>>,
}

/// Chooses how people who ask are weighed
#[utoipa::path(
    put, path = "/api/v1/segment-weights", tag = "segments", security(("key" = ["manage"])), request_body = ChosenWeights,
    responses((status = 200, body = SegmentWeights))
)]
pub(super) async fn choose(State(app): State<App>, Given(body): Given<ChosenWeights>) -> Result<Json<SegmentWeights>> {
    const MOST: usize = 1_000;
    let chosen: Option<Vec<(String, f64)>> = body.weights.map(|weights| weights.into_iter().collect());
    if chosen.as_ref().is_some_and(|weights| weights.len() > MOST) {
        return Err(invalid("weights", format!("Give at most {MOST} weights.")));
    }
    desk::choose_weights(&app.engine, chosen.as_deref()).await?;
    weights_now(&app).await
}

/// Who asks for an item, weighed by their segments.
#[derive(Serialize, ToSchema)]
pub(super) struct WeightedAskers {
    /// How many ask for it, each once.
    askers: i64,
    /// As many as would ask if those who ask were made up as the customers are; null where that cannot be said.
    weighted: Option<f64>,
    /// On how many people that rests: those whose segment is known.
    weighed: u64,
    /// As many as would say as much if all weighed the same (Kish).
    effective: Option<f64>,
    /// Why nothing is weighed: `no segments`, `nobody`, `too few`; null where it is.
    refused: Option<String>,
    /// How many of each segment ask; the empty word for those whose segment is not known.
    segments: BTreeMap<String, u64>,
}

/// Weighs who asks for an item
#[utoipa::path(
    get, path = "/api/v1/feedback/{id}/weighted", tag = "feedback", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 200, body = WeightedAskers))
)]
pub(super) async fn weighted(State(app): State<App>, Id(id): Id) -> Result<Json<WeightedAskers>> {
    let mut db = app.engine.db.reader();
    let item = feedback::get(&mut db, FeedbackId(id)).await?.ok_or_else(WebError::not_found)?;
    let weighing = desk::weighing(&mut db).await?;
    let found = desk::weigh(&mut db, &weighing, &[item.id]).await?.remove(&item.id);
    let (weighted, segments) = found.unwrap_or_default();
    let (mut answer, refused) = (
        WeightedAskers { askers: item.askers, weighted: None, weighed: 0, effective: None, refused: None, segments },
        |why: &str| Some(why.to_owned()),
    );
    match weighted {
        None if weighing.is_known() => answer.refused = refused("nobody"),
        None => answer.refused = refused("no segments"),
        Some(Weighted::Nobody) => answer.refused = refused("nobody"),
        Some(Weighted::TooFew { askers }) => {
            answer.weighed = askers;
            answer.refused = refused("too few");
        }
        Some(Weighted::Is { count, askers, effective, .. }) => {
            answer.weighted = Some(count);
            answer.weighed = askers;
            answer.effective = Some(effective);
        }
    }
    Ok(Json(answer))
}
