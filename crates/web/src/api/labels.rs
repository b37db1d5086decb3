//! What the models make of messages, where a person says otherwise, and how often the models are wrong.

use super::{
    extract::{Asked, Given, Id, cursor, invalid, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{
    App, Result, Viewer, WebError,
    insights::labels::{labelled, words},
};
use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use tertulia_analysis::labels::Kind;
use tertulia_engine::labels::{self as desk, Counted, Held, Meant, Measured};
use tertulia_model::{ChannelId, MessageId};
use tertulia_store::{
    labels as stored,
    reading::{self, Message},
};
use utoipa::{IntoParams, ToSchema};

/// What is said of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = LabelKind)]
pub(super) enum KindName {
    Language,
    Sentiment,
    Noise,
    Substance,
    Question,
    Request,
    Complaint,
    Thanks,
    Commitment,
}

impl KindName {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Language => Kind::Language,
            Self::Sentiment => Kind::Sentiment,
            Self::Noise => Kind::Noise,
            Self::Substance => Kind::Substance,
            Self::Question => Kind::Question,
            Self::Request => Kind::Request,
            Self::Complaint => Kind::Complaint,
            Self::Thanks => Kind::Thanks,
            Self::Commitment => Kind::Commitment,
        }
    }
}

/// The kind in the path.
pub(super) fn kind(text: &str) -> Result<Kind> {
    Kind::parse(text).ok_or_else(WebError::not_found)
}

/// A value as programs call it; for a value that there is not, the mistake.
pub(super) fn value(kind: Kind, word: &str) -> Result<u16> {
    kind.value(word).ok_or_else(|| {
        let known: Vec<&str> = kind.values().iter().map(|(_, word)| *word).collect();
        let offered = if known.is_empty() {
            "a language that can be told, as in `/api/v1/labels`".to_owned()
        } else {
            known.join(", ")
        };
        invalid("value", format!("Give one of these: {offered}."))
    })
}

/// One label of a message.
#[derive(Serialize, ToSchema)]
pub(super) struct MessageLabel {
    /// `language`, `sentiment`, `noise`, `substance`, `question`, `request`, `complaint`, `thanks` or `commitment`.
    kind: &'static str,
    /// What holds: of a language its code (`und`: not known, `mul`: several, `hi-Latn`: Hindi in Latin letters), else one of
    /// the kind's values.
    value: String,
    /// What the model says, where it says anything.
    model_value: Option<String>,
    /// How sure the model is, 0 to 100.
    sure: Option<i64>,
    /// The version of the model: below 100 of one in the program, else of a bigger one that was brought.
    model_version: i64,
    /// The member who said that it is something else, and when.
    corrected_by: Option<Ident>,
    corrected_at: Option<i64>,
    /// How often the model was measured to be wrong in this language on this channel; absent where that was not measured.
    error: Option<ErrorOfLabel>,
}

/// A share with the interval in which it lies at 95 %.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorOfLabel {
    /// 0 to 1.
    share: f64,
    low: f64,
    high: f64,
    /// Messages that it rests on.
    n: i64,
}

fn rate(rate: desk::Rate, n: usize) -> ErrorOfLabel {
    ErrorOfLabel { share: rate.share, low: rate.low, high: rate.high, n: count(n) }
}

pub(super) fn count(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}

async fn found(app: &App, id: i64) -> Result<Message> {
    let found = reading::message(&mut app.engine.db.reader(), MessageId(id)).await?;
    found.filter(|message| message.state == "shown").ok_or_else(WebError::not_found)
}

async fn shown(app: &App, id: i64) -> Result<Json<Page<MessageLabel>>> {
    let message = found(app, id).await?;
    let held = desk::held(&mut app.engine.db.reader(), &[message.id]).await?.remove(&message.id).unwrap_or_default();
    let mut labels = Vec::with_capacity(held.len());
    for one in held {
        let measured = desk::measured_lately(&app.engine, one.kind).await?;
        labels.push(label(one, &measured, (message.channel_id, &message.language)));
    }
    Ok(Json(Page::whole(labels)))
}

fn label(held: Held, measured: &Measured, (channel, language): (ChannelId, &str)) -> MessageLabel {
    MessageLabel {
        kind: held.kind.as_str(),
        value: held.kind.word(held.value),
        model_value: held.guess.map(|guess| held.kind.word(guess.value)),
        sure: held.guess.map(|guess| i64::from(guess.sure)),
        model_version: held.kind.model_version(held.version),
        corrected_by: held.corrected.as_ref().map(|said| said.by_user.into()),
        corrected_at: held.corrected.map(|said| said.at),
        error: measured.cell(channel, language).map(|cell| rate(cell.error, cell.n)),
    }
}

/// Shows what the models make of a message
///
/// Only what others say is labelled; of a message of ours the list is empty.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}/labels", tag = "labels", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The message")),
    responses((status = 200, body = Page<MessageLabel>))
)]
pub(super) async fn of_message(State(app): State<App>, Id(id): Id) -> Result<Json<Page<MessageLabel>>> {
    shown(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CorrectedLabel {
    /// What it is: a code of a language, or one of the kind's values.
    #[schema(max_length = 20, example = "negative")]
    value: String,
}

fn ids((id, kind_name): (String, String)) -> Result<(MessageId, Kind)> {
    let id = Ident::read(&id).ok_or_else(WebError::not_found)?;
    Ok((MessageId(id.0), kind(&kind_name)?))
}

/// Says what a label is
///
/// It holds for this message, whatever a model says of it later, and is no part of what is measured.
#[utoipa::path(
    put, path = "/api/v1/messages/{id}/labels/{kind}", tag = "labels", security(("key" = ["reply"])), request_body = CorrectedLabel,
    params(("id" = Ident, Path, description = "The message"), ("kind" = inline(KindName), Path, description = "The kind")),
    responses((status = 200, body = Page<MessageLabel>))
)]
pub(super) async fn correct(
    State(app): State<App>,
    viewer: Viewer,
    Path(at): Path<(String, String)>,
    Given(body): Given<CorrectedLabel>,
) -> Result<Json<Page<MessageLabel>>> {
    let (message, kind) = ids(at)?;
    desk::correct(&app.engine, viewer.user.id, message, kind, value(kind, &body.value)?).await?;
    shown(&app, message.0).await
}

/// Takes back what a person said of a label
///
/// What the model says holds again.
#[utoipa::path(
    delete, path = "/api/v1/messages/{id}/labels/{kind}", tag = "labels", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The message"), ("kind" = inline(KindName), Path, description = "The kind")),
    responses((status = 200, body = Page<MessageLabel>))
)]
pub(super) async fn take_back(
    State(app): State<App>,
    viewer: Viewer,
    Path(at): Path<(String, String)>,
) -> Result<Json<Page<MessageLabel>>> {
    let (message, kind) = ids(at)?;
    desk::take_back(&app.engine, viewer.user.id, message, kind).await?;
    shown(&app, message.0).await
}

/// A kind of label.
#[derive(Serialize, ToSchema)]
pub(crate) struct KindOfLabel {
    kind: &'static str,
    title: &'static str,
    values: Vec<ValueOfLabel>,
    /// The version of its model: below 100 of one in the program (0: there is none yet), else of a bigger one that was brought.
    model_version: i64,
    /// Messages of which a person says what it is.
    corrected: i64,
    /// How often the model is wrong, over all that what was read stands for; absent where that was not measured.
    error: Option<ErrorOfLabel>,
    /// The share of messages that `error` is of, 0 to 1: those of a language on a channel of which anything was read.
    covers: f64,
    /// How readers agree (Krippendorff's alpha).
    alpha: Option<f64>,
}

/// A value, and what it is called on the screens.
#[derive(Serialize, ToSchema)]
pub(crate) struct ValueOfLabel {
    value: String,
    title: String,
}

/// All kinds of labels, and how far labelling is.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllLabels {
    kinds: Vec<KindOfLabel>,
    /// Messages that were labelled by the models that hold here.
    labelled: i64,
    /// Messages that other models labelled, and that are to be labelled again.
    left: i64,
    /// How it is measured how often they are wrong.
    methods: Vec<&'static str>,
}

/// Lists the kinds of labels
#[utoipa::path(
    get, path = "/api/v1/labels", tag = "labels", security(("key" = ["read"])),
    responses((status = 200, body = AllLabels))
)]
pub(super) async fn all(State(app): State<App>) -> Result<Json<AllLabels>> {
    Ok(Json(all_kinds(&app).await?))
}

pub(crate) async fn all_kinds(app: &App) -> Result<AllLabels> {
    let mut db = app.engine.db.reader();
    let corrected = stored::count_corrected(&mut db).await?;
    let holds = desk::version(&app.engine, &mut db).await?;
    let (labelled, others) = labelled(app).await?;
    let progress = desk::progress(&mut db).await?;
    let mut kinds = Vec::new();
    for kind in Kind::ALL {
        let measured = desk::measured(&app.engine, kind).await?;
        kinds.push(KindOfLabel {
            kind: kind.as_str(),
            title: words::title(kind),
            values: words::choices(kind).into_iter().map(|(value, title)| ValueOfLabel { value, title }).collect(),
            model_version: kind.model_version(holds),
            corrected: corrected.iter().find(|(code, _)| *code == kind.code()).map_or(0, |(_, many)| *many),
            error: measured.error.map(|error| rate(error, measured.n)),
            covers: measured.covers,
            alpha: measured.agreement.map(|agreement| agreement.alpha),
        });
    }
    let left = progress.map_or(others, |progress| progress.left().max(others));
    Ok(AllLabels { kinds, labelled, left, methods: words::METHODS.to_vec() })
}

/// One language on one channel.
#[derive(Serialize, ToSchema)]
pub(crate) struct CellOfLabel {
    channel_id: Ident,
    language: String,
    /// Messages that people labelled, and those of them that the model labels otherwise.
    read: i64,
    wrong: i64,
    /// By its own messages and, where these are few, by those of all cells.
    error: ErrorOfLabel,
    /// Values of which too few were read here for the cell to speak for itself.
    thin_values: i64,
    /// The part of the error that rests on the cell's own messages, 0 to 1.
    own: f64,
    /// Who lends the rest, the largest first.
    borrowed: Vec<LoanOfLabel>,
}

/// What another language or channel lends.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoanOfLabel {
    channel_id: Ident,
    language: String,
    /// 0 to 1.
    part: f64,
}

/// How often one value is taken for another.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenForAnother {
    /// What people say.
    value: String,
    /// What the model says.
    model_value: String,
    times: i64,
}

/// What is measured of a kind of label, from random samples alone.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeasuredLabel {
    kind: &'static str,
    /// Messages that two readers or a talk settled, and that the model labels.
    read: i64,
    wrong: i64,
    /// Over all messages that what was read stands for; absent where nothing was read.
    error: Option<ErrorOfLabel>,
    /// The share of messages that `error` is of, 0 to 1: those of a language on a channel of which anything was read.
    covers: f64,
    /// How readers agree (Krippendorff's alpha): of each message that two or more could tell, the first two who could.
    alpha: Option<f64>,
    /// Between which values that lies at 95 %, where it is known.
    alpha_between: Option<[f64; 2]>,
    read_twice: i64,
    /// In which readers differ, and that are not settled.
    differing: i64,
    /// That wait to be read by two.
    waiting: i64,
    /// That two read, and not both could tell.
    untold: i64,
    cells: Vec<CellOfLabel>,
    taken_for: Vec<TakenForAnother>,
    /// How it was measured.
    methods: Vec<&'static str>,
}

/// Shows how often a kind of label is wrong
#[utoipa::path(
    get, path = "/api/v1/labels/{kind}/measured", tag = "labels", security(("key" = ["read"])),
    params(("kind" = inline(KindName), Path, description = "The kind")),
    responses((status = 200, body = MeasuredLabel))
)]
pub(super) async fn measured(State(app): State<App>, Path(name): Path<String>) -> Result<Json<MeasuredLabel>> {
    let found = desk::measured(&app.engine, kind(&name)?).await?;
    Ok(Json(measured_of(&found)))
}

pub(crate) fn measured_of(found: &Measured) -> MeasuredLabel {
    let kind = found.kind;
    let loan = |loan: &desk::Loan| LoanOfLabel {
        channel_id: loan.channel.into(),
        language: loan.language.clone(),
        part: loan.part,
    };
    let cell = |cell: &desk::Cell| CellOfLabel {
        channel_id: cell.channel.into(),
        language: cell.language.clone(),
        read: count(cell.n),
        wrong: count(cell.wrong),
        error: rate(cell.error, cell.n),
        thin_values: count(cell.thin),
        own: cell.own,
        borrowed: cell.borrowed.iter().map(loan).collect(),
    };
    let taken = |(held, guess, times): &(u16, u16, usize)| TakenForAnother {
        value: kind.word(*held),
        model_value: kind.word(*guess),
        times: count(*times),
    };
    MeasuredLabel {
        kind: kind.as_str(),
        read: count(found.n),
        wrong: count(found.wrong),
        error: found.error.map(|error| rate(error, found.n)),
        covers: found.covers,
        alpha: found.agreement.map(|agreement| agreement.alpha),
        alpha_between: found.agreement.map(|agreement| [agreement.between.0, agreement.between.1]),
        read_twice: count(found.read_twice),
        differing: count(found.differing),
        waiting: count(found.waiting),
        untold: count(found.untold),
        cells: found.cells.iter().map(cell).collect(),
        taken_for: found.confusion.iter().map(taken).collect(),
        methods: words::METHODS.to_vec(),
    }
}

/// Which of the messages that were read are meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReadQuery {
    /// Only on this channel.
    channel_id: Option<Ident>,
    /// Only in this language, as `cells` of what is measured has it.
    language: Option<String>,
    /// Only those of which people say this.
    value: Option<String>,
    /// Only those of which the model says this.
    model_value: Option<String>,
    /// `true`: only those of which the two differ.
    wrong: Option<bool>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// A message that counts in what is measured.
#[derive(Serialize, ToSchema)]
pub(super) struct ReadMessage {
    message_id: Ident,
    channel_id: Ident,
    language: String,
    /// What people say: two readers, or a talk.
    value: String,
    /// What the model says.
    model_value: String,
}

/// Lists the messages on which a measured error rests
///
/// The newest first; one that was drawn into two samples comes twice.
#[utoipa::path(
    get, path = "/api/v1/labels/{kind}/read", tag = "labels", security(("key" = ["read"])),
    params(("kind" = inline(KindName), Path, description = "The kind"), ReadQuery),
    responses((status = 200, body = Page<ReadMessage>))
)]
pub(super) async fn read(
    State(app): State<App>,
    Path(name): Path<String>,
    Asked(asked): Asked<ReadQuery>,
) -> Result<Json<Page<ReadMessage>>> {
    let kind = kind(&name)?;
    let said = |field: &str, word: Option<&String>| match word {
        None => Ok(None),
        Some(word) => kind.value(word).map(Some).ok_or_else(|| invalid(field, "There is no such value.")),
    };
    let meant = Meant {
        channel: asked.channel_id.map(|id| ChannelId(id.0)),
        held: said("value", asked.value.as_ref())?,
        guess: said("model_value", asked.model_value.as_ref())?,
        language: asked.language,
        wrong: asked.wrong.unwrap_or(false),
    };
    let (skip, limit) = (cursor(asked.cursor.as_deref())?.unwrap_or(0), limit(asked.limit)?);
    let (skip, limit) = (usize::try_from(skip).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(0));
    let all = desk::counted(&app.engine, kind, &meant).await?;
    let item = |one: &Counted| ReadMessage {
        message_id: one.message.into(),
        channel_id: one.channel.into(),
        language: one.language.clone(),
        value: kind.word(one.held),
        model_value: kind.word(one.guess),
    };
    let items: Vec<ReadMessage> = all.iter().skip(skip).take(limit).map(item).collect();
    let next = skip.saturating_add(items.len());
    Ok(Json(Page { next: (next < all.len() && !items.is_empty()).then(|| next.to_string()), items }))
}
