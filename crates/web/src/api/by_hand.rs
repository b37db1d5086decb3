//! What people would bring by hand, brought by a program on behalf of its member.

use super::{
    extract::{Given, Id, invalid},
    files,
    ident::Ident,
    letters,
    shapes::Problem,
};
use crate::{App, Result, Viewer, WebError, channels::values, inbox::fresh_key, once};
use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tertulia_connector::by_hand::{ByHand, Entry, File, Report};
use tertulia_engine::{EngineError, by_hand, desk, outbound};
use tertulia_model::{Attachment, ChannelId, ConversationId};
use tertulia_store::{channels, conversations};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEntry {
    /// As the `entry_schema` of the channel's connector says; a moment may be milliseconds since 1970.
    #[schema(value_type = Object)]
    values: Map<String, Value>,
    /// The time zone of moments that name none.
    #[serde(default)]
    #[schema(max_length = 60, example = "Europe/Lisbon")]
    time_zone: String,
    /// What goes along: as many and as large as the channel's form takes, 12 MB in all as they are sent.
    #[serde(default)]
    #[schema(max_items = 50)]
    files: Vec<AlongFile>,
}

/// A file that goes along with an entry.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlongFile {
    #[schema(max_length = 200, example = "letter.pdf")]
    name: String,
    /// `application/octet-stream` if it is left out.
    #[schema(max_length = 100, pattern = "^[A-Za-z0-9.+_-]+/[A-Za-z0-9.+_-]+$", example = "application/pdf")]
    media_type: Option<String>,
    /// Its bytes in base64 (RFC 4648, section 4).
    #[schema(min_length = 1, pattern = "^[A-Za-z0-9+/]+={0,2}$", example = "SGVsbG8=")]
    base64: String,
}

impl AlongFile {
    fn read(self) -> Result<Attachment> {
        let (name, media_type) =
            files::called(&self.name, self.media_type).map_err(|(_, why)| invalid("files", why))?;
        let bytes = STANDARD.decode(&self.base64).ok().filter(|bytes| !bytes.is_empty());
        let wrong =
            || invalid("files", format!("{name} is empty or no base64 (RFC 4648, section 4, with its padding)."));
        Ok(Attachment { bytes: bytes.ok_or_else(wrong)?, name, media_type, content_id: None, inline: false })
    }
}

/// One entry, which is stored.
#[derive(Serialize, ToSchema)]
pub(super) struct Entered {
    message: Ident,
    conversation: Option<Ident>,
    /// Whether it was stored just now; else the same entry had come before.
    is_new: bool,
}

impl From<by_hand::Entered> for Entered {
    fn from(entered: by_hand::Entered) -> Self {
        Self {
            message: entered.message.into(),
            conversation: entered.conversation.map(Ident::from),
            is_new: entered.is_new,
        }
    }
}

/// The same request is the same entry, for as long as it is kept; without a key each is another.
fn entry_key(app: &App, viewer: &Viewer, headers: &HeaderMap) -> Result<String> {
    Ok(match once::key(headers)? {
        Some(key) => format!("api:{}:{key}", viewer.user.id),
        None => fresh_key(app),
    })
}

/// Writes something down
///
/// A phone call, a meeting, a letter: one entry by the form of a channel that has one. It becomes a conversation, in the
/// name of the key's member. Nothing is sent.
#[utoipa::path(
    post, path = "/api/v1/channels/{id}/entries", tag = "channels", request_body = NewEntry,
    security(("key" = ["reply"])), params(("id" = Ident, Path, description = "The channel")),
    responses(
        (status = 201, body = Entered),
        (status = 404, description = "There is no such channel, or it has no form", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than 12 MB", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn enter(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    headers: HeaderMap,
    Given(body): Given<NewEntry>,
) -> Result<Response> {
    let channel = channels::get(&mut app.engine.db.reader(), ChannelId(id)).await?.ok_or_else(WebError::not_found)?;
    let connector = app.engine.registry.get(&channel.connector).ok_or_else(WebError::not_found)?;
    let form = connector.by_hand().and_then(ByHand::form).ok_or_else(WebError::not_found)?;
    let (values, errors) = values(&form.schema, body.values);
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors).into());
    }
    let key = entry_key(&app, &viewer, &headers)?;
    let files = body.files.into_iter().map(AlongFile::read).collect::<Result<_>>()?;
    let entry = Entry { values, files, key, zone: body.time_zone, at: app.engine.now() };
    let entered = by_hand::enter(&app.engine, viewer.user.id, channel.id, entry).await?;
    Ok((StatusCode::CREATED, Json(Entered::from(entered))).into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    /// Plain text.
    #[serde(default)]
    #[schema(example = "They called again: it works now.")]
    text: String,
    /// Files that were brought to this conversation, by the ids that they got.
    #[serde(default)]
    #[schema(max_items = 50)]
    files: Vec<Ident>,
}

/// Writes down what they said
///
/// Later, in a conversation that is written down. What we said is a reply, of which nothing is sent either.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/entries", tag = "conversations", request_body = Said,
    security(("key" = ["reply"])), params(("id" = Ident, Path, description = "The conversation")),
    responses(
        (status = 201, body = Entered),
        (status = 409, description = "Nothing was written down in this conversation before, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn go_on(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    headers: HeaderMap,
    Given(said): Given<Said>,
) -> Result<Response> {
    let id = ConversationId(id);
    conversations::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
    let ways = outbound::ways_to_answer(&app.engine, id).await?;
    let way = ways.into_iter().find(|way| way.written_down).ok_or_else(|| {
        let message = "Nothing was written down in this conversation before: what they say comes by its own channel.";
        WebError::new(StatusCode::CONFLICT, message)
    })?;
    let key = entry_key(&app, &viewer, &headers)?;
    let ids = letters::ids("files", &said.files)?;
    let files = desk::brought_files(&app.engine, viewer.user.id, id, &ids).await?;
    let files = files.ok_or_else(|| invalid("files", "One of these is not here (any more). Bring it again."))?;
    let said = (said.text, files, key);
    let entered = by_hand::go_on(&app.engine, viewer.user.id, id, way.channel, said).await?;
    desk::finish_brought(&app.engine, viewer.user.id, id, &ids).await?;
    Ok((StatusCode::CREATED, Json(Entered::from(entered))).into_response())
}

/// What became of a file's rows.
#[derive(Serialize, ToSchema)]
pub(super) struct Brought {
    /// How many messages were taken, those that were known before among them.
    taken: usize,
    /// Rows that said nothing.
    empty: usize,
    /// Rows that were set aside: they wait in Quarantine.
    set_aside: usize,
    /// The first hundred of these.
    rows: Vec<RowTrouble>,
    /// Which column was read as what.
    columns: BTreeMap<String, String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RowTrouble {
    /// In a table the heading is row 1.
    row: usize,
    message: String,
}

impl From<Report> for Brought {
    fn from(report: Report) -> Self {
        let named = report.rows.into_iter().map(|one| RowTrouble { row: one.row, message: one.message });
        Self {
            taken: report.taken,
            empty: report.empty,
            set_aside: report.set_aside,
            rows: named.collect(),
            columns: report.columns,
        }
    }
}

/// Brings a file
///
/// A table (CSV, or JSON, one object a line) with many entries, as the channel's page takes it. The rows that do not fit are
/// set aside. The same file again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/channels/{id}/file", tag = "channels", security(("key" = ["manage"])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file itself"),
    params(("id" = Ident, Path, description = "The channel")),
    responses(
        (status = 200, body = Brought),
        (status = 404, description = "There is no such channel, or it takes no files", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than 12 MB", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn bring(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    headers: HeaderMap,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<Json<Brought>> {
    let bytes = body.map_err(|_| WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "This is more than 12 MB."))?;
    let key = once::key(&headers)?.map(str::to_owned);
    let file = File { name: "file".to_owned(), bytes, key, zone: String::new(), at: app.engine.now() };
    Ok(Json(by_hand::bring(&app.engine, viewer.user.id, ChannelId(id), file).await?.into()))
}
