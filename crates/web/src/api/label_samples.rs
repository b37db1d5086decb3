//! Random samples of messages that people label without seeing what a model says.

use super::{
    extract::{Asked, Given, Id, whole},
    ident::Ident,
    labels::{KindName, count, value},
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError, messages::split_words};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use tertulia_analysis::labels::Kind;
use tertulia_engine::{
    labels::{self as desk, Outlook},
    people,
};
use tertulia_model::MessageId;
use tertulia_store::reading;
use utoipa::{IntoParams, ToSchema};

/// A sample, and how far it is read.
#[derive(Serialize, ToSchema)]
pub(super) struct LabelSample {
    id: Ident,
    /// Which kind of label is looked for.
    kind: &'static str,
    /// How many were asked for of each language on each channel.
    each: i64,
    /// With it the same sample is drawn again from the same messages.
    seed: String,
    drawn_by: Ident,
    drawn_at: i64,
    /// When somebody ended it.
    ended_at: Option<i64>,
    messages: i64,
    /// Two readers say the same, or it was settled.
    held: i64,
    /// Readers differ.
    differing: i64,
    /// Wait for a second reader.
    read_once: i64,
    /// Wait for a first.
    unread: i64,
    /// Two read them, and not both could tell.
    untold: i64,
    /// Left for the key's member.
    left_for_me: i64,
}

fn sample(viewer: &Viewer, outlook: &Outlook) -> Result<LabelSample> {
    let one = &outlook.sample;
    let [held, differing, read_once, unread, untold] = outlook.counts().map(count);
    Ok(LabelSample {
        id: Ident(one.id),
        kind: Kind::of_code(one.kind).ok_or_else(WebError::not_found)?.as_str(),
        each: one.each_cell,
        seed: one.seed.to_string(),
        drawn_by: one.drawn_by.into(),
        drawn_at: one.drawn_at,
        ended_at: one.ended_at,
        messages: count(outlook.messages.len()),
        held,
        differing,
        read_once,
        unread,
        untold,
        left_for_me: count(outlook.left_for(viewer.user.id).len()),
    })
}

async fn shown(app: &App, viewer: &Viewer, id: i64) -> Result<Json<LabelSample>> {
    Ok(Json(sample(viewer, &desk::outlook(&app.engine, id).await?)?))
}

/// Lists label samples
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/label-samples", tag = "labels", security(("key" = ["read"])), params(ReadQuery),
    responses((status = 200, body = Page<LabelSample>))
)]
pub(super) async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Asked(asked): Asked<ReadQuery>,
) -> Result<Json<Page<LabelSample>>> {
    let limit = usize::try_from(super::extract::limit(asked.limit)?).unwrap_or(1);
    let mut items = Vec::new();
    for one in desk::whole(&app.engine).await?.into_iter().take(limit) {
        items.push(sample(&viewer, &desk::outlook(&app.engine, one.id).await?)?);
    }
    Ok(Json(Page::whole(items)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLabelSample {
    kind: KindName,
    /// How many of each language on each channel.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 5, maximum = 200, example = 20)]
    each: i64,
}

/// Draws a label sample
///
/// At random of what people wrote, of each language on each channel so many; what was in a sample of this kind before is left
/// out.
#[utoipa::path(
    post, path = "/api/v1/label-samples", tag = "labels", security(("key" = ["reply"])), request_body = NewLabelSample,
    responses((status = 201, body = LabelSample))
)]
pub(super) async fn draw(
    State(app): State<App>,
    viewer: Viewer,
    Given(body): Given<NewLabelSample>,
) -> Result<(StatusCode, Json<LabelSample>)> {
    let (id, _) = desk::draw(&app.engine, viewer.user.id, body.kind.kind(), body.each).await?;
    Ok((StatusCode::CREATED, shown(&app, &viewer, id).await?))
}

/// Shows a label sample
#[utoipa::path(
    get, path = "/api/v1/label-samples/{id}", tag = "labels", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The sample")),
    responses((status = 200, body = LabelSample))
)]
pub(super) async fn one(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<LabelSample>> {
    shown(&app, &viewer, id).await
}

/// Ends a label sample
///
/// Nobody is asked to go on with it; what was read counts.
#[utoipa::path(
    post, path = "/api/v1/label-samples/{id}/end", tag = "labels", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The sample")),
    responses((status = 200, body = LabelSample))
)]
pub(super) async fn end(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<LabelSample>> {
    desk::end(&app.engine, id).await?;
    shown(&app, &viewer, id).await
}

/// Goes on with a label sample
#[utoipa::path(
    post, path = "/api/v1/label-samples/{id}/go-on", tag = "labels", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The sample")),
    responses((status = 200, body = LabelSample))
)]
pub(super) async fn go_on(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<LabelSample>> {
    desk::take_up(&app.engine, id).await?;
    shown(&app, &viewer, id).await
}

/// A message of a sample, without what a model says of it.
#[derive(Serialize, ToSchema)]
pub(super) struct MessageToLabel {
    message_id: Ident,
    channel_id: Ident,
    subject: Option<String>,
    /// The author's own words.
    text: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReadQuery {
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists what the key's member has not read of a sample
///
/// In the order of the sample, which is chance; then what two others differ in.
#[utoipa::path(
    get, path = "/api/v1/label-samples/{id}/unread", tag = "labels", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The sample"), ReadQuery),
    responses((status = 200, body = Page<MessageToLabel>))
)]
pub(super) async fn unread(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Asked(asked): Asked<ReadQuery>,
) -> Result<Json<Page<MessageToLabel>>> {
    let limit = usize::try_from(super::extract::limit(asked.limit)?).unwrap_or(1);
    let outlook = desk::outlook(&app.engine, id).await?;
    let ids: Vec<MessageId> =
        outlook.left_for(viewer.user.id).iter().take(limit).map(|drawn| drawn.message_id).collect();
    let found = reading::by_ids(&mut app.engine.db.reader(), &ids).await?;
    let one = |id: &MessageId| found.iter().find(|message| message.id == *id && message.state == "shown");
    let items = ids.iter().filter_map(one).map(|message| MessageToLabel {
        message_id: message.id.into(),
        channel_id: message.channel_id.into(),
        subject: message.subject.clone(),
        // Nobody who only reads says in somebody's place who they are.
        text: people::without_links(&split_words(message).0),
    });
    Ok(Json(Page::whole(items.collect())))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LabelReading {
    /// What it is; null: it cannot be told.
    #[schema(max_length = 20, example = "negative")]
    value: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SettledLabel {
    /// What it is; null: it is not settled any more.
    #[schema(max_length = 20, example = "negative")]
    value: Option<String>,
}

/// The message of a sample in a path.
fn ids((sample, message): (String, String)) -> Result<(i64, MessageId)> {
    let read = |text: &str| Ident::read(text).map(|id| id.0).ok_or_else(WebError::not_found);
    Ok((read(&sample)?, MessageId(read(&message)?)))
}

/// The value that is said, of the kind that a sample is about.
async fn said(app: &App, sample: i64, word: Option<&str>) -> Result<Option<u16>> {
    let outlook = desk::outlook(&app.engine, sample).await?;
    let kind = Kind::of_code(outlook.sample.kind).ok_or_else(WebError::not_found)?;
    word.map(|word| value(kind, word)).transpose()
}

/// Says what a message of a sample is
///
/// For the key's member, who sees no more than the message. LabelReading again, only the last counts.
#[utoipa::path(
    put, path = "/api/v1/label-samples/{id}/messages/{message}", tag = "labels", security(("key" = ["reply"])),
    request_body = LabelReading,
    params(("id" = Ident, Path, description = "The sample"), ("message" = Ident, Path, description = "The message")),
    responses((status = 200, body = LabelSample))
)]
pub(super) async fn read(
    State(app): State<App>,
    viewer: Viewer,
    Path(at): Path<(String, String)>,
    Given(body): Given<LabelReading>,
) -> Result<Json<LabelSample>> {
    let at = ids(at)?;
    let value = said(&app, at.0, body.value.as_deref()).await?;
    desk::read(&app.engine, viewer.user.id, at, value).await?;
    shown(&app, &viewer, at.0).await
}

/// Takes back what was said of a message of a sample
#[utoipa::path(
    delete, path = "/api/v1/label-samples/{id}/messages/{message}", tag = "labels", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The sample"), ("message" = Ident, Path, description = "The message")),
    responses((status = 200, body = LabelSample))
)]
pub(super) async fn take_back(
    State(app): State<App>,
    viewer: Viewer,
    Path(at): Path<(String, String)>,
) -> Result<Json<LabelSample>> {
    let at = ids(at)?;
    desk::unread(&app.engine, viewer.user.id, at).await?;
    shown(&app, &viewer, at.0).await
}

/// Settles what a message of a sample is
///
/// Where those who read it differ, and have talked about it.
#[utoipa::path(
    put, path = "/api/v1/label-samples/{id}/messages/{message}/settled", tag = "labels", security(("key" = ["reply"])),
    request_body = SettledLabel,
    params(("id" = Ident, Path, description = "The sample"), ("message" = Ident, Path, description = "The message")),
    responses((status = 200, body = LabelSample))
)]
pub(super) async fn settle(
    State(app): State<App>,
    viewer: Viewer,
    Path(at): Path<(String, String)>,
    Given(body): Given<SettledLabel>,
) -> Result<Json<LabelSample>> {
    let at = ids(at)?;
    let value = said(&app, at.0, body.value.as_deref()).await?;
    desk::settle(&app.engine, viewer.user.id, at, value).await?;
    shown(&app, &viewer, at.0).await
}
