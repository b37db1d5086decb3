//! Other organisations beside ours, and the messages behind what is said of both.

use super::{
    extract::{Asked, Given, Id, cursor, invalid, limit},
    figures::{USUAL, period},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tertulia_engine::{
    others::{self as desk, AccountForm, Answers, Case, Kind, OtherForm},
    promises,
};
use tertulia_model::ChannelId;
use utoipa::{IntoParams, ToSchema};

/// An account by which another organisation speaks in public.
#[derive(Serialize, ToSchema)]
pub(super) struct OtherAccount {
    /// On which kind of channel it is.
    kind: String,
    account: String,
    /// The names by which others address it, without their sign.
    called: Vec<String>,
    /// Whoever speaks by it, as they are known here.
    person_id: Ident,
    /// The channel that hears nothing but its page.
    page_channel_id: Option<Ident>,
}

/// An organisation that stands beside ours.
#[derive(Serialize, ToSchema)]
pub(super) struct OtherOrganisation {
    id: Ident,
    name: String,
    accounts: Vec<OtherAccount>,
    saved_by: Ident,
    saved_at: i64,
    version: i64,
}

impl From<desk::Known> for OtherOrganisation {
    fn from(known: desk::Known) -> Self {
        let account = |one: tertulia_store::others::Account| OtherAccount {
            called: one.called.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            kind: one.space,
            account: one.handle,
            person_id: one.person_id.into(),
            page_channel_id: one.page_id.map(Ident::from),
        };
        Self {
            id: Ident(known.other.id),
            accounts: known.accounts.into_iter().map(account).collect(),
            name: known.other.name,
            saved_by: known.other.saved_by.into(),
            saved_at: known.other.saved_at,
            version: known.other.version,
        }
    }
}

/// Lists the organisations beside ours
///
/// By name.
#[utoipa::path(
    get, path = "/api/v1/others", tag = "others", security(("key" = ["read"])),
    responses((status = 200, body = Page<OtherOrganisation>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<OtherOrganisation>>> {
    let all = desk::all(&app.engine).await?;
    Ok(Json(Page::whole(all.into_iter().map(OtherOrganisation::from).collect())))
}

async fn shown(app: &App, id: i64) -> Result<Json<OtherOrganisation>> {
    Ok(Json(desk::one(&app.engine, id).await?.into()))
}

/// Shows one
#[utoipa::path(
    get, path = "/api/v1/others/{id}", tag = "others", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The other organisation")),
    responses((status = 200, body = OtherOrganisation))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<OtherOrganisation>> {
    shown(&app, id).await
}

/// An account that was heard here in public.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOtherAccount {
    /// As it stands on what they said; with its kind and a space before it, where several kinds of channels know it.
    #[schema(min_length = 1, max_length = 500, example = "rival@net.example")]
    account: String,
    /// The names by which others address it; its own, where there are none.
    #[serde(default)]
    #[schema(max_items = 5, example = json!(["rival"]))]
    called: Vec<String>,
    /// The channel that hears nothing but its page.
    #[serde(default)]
    page_channel_id: Option<Ident>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOtherOrganisation {
    #[schema(min_length = 1, max_length = 100, example = "The roastery across the street")]
    name: String,
    #[schema(min_items = 1, max_items = 12)]
    accounts: Vec<NewOtherAccount>,
}

impl NewOtherOrganisation {
    fn form(self) -> OtherForm {
        let account = |one: NewOtherAccount| AccountForm {
            account: one.account,
            called: one.called.join(" "),
            page: one.page_channel_id.map(|id| ChannelId(id.0)),
        };
        OtherForm { name: self.name, accounts: self.accounts.into_iter().map(account).collect() }
    }
}

/// Names an organisation to stand beside ours
#[utoipa::path(
    post, path = "/api/v1/others", tag = "others", security(("key" = ["reply"])), request_body = NewOtherOrganisation,
    responses((status = 201, body = OtherOrganisation))
)]
pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Given(body): Given<NewOtherOrganisation>,
) -> Result<(StatusCode, Json<OtherOrganisation>)> {
    let (id, _) = desk::add(&app.engine, viewer.user.id, &body.form()).await?;
    Ok((StatusCode::CREATED, shown(&app, id).await?))
}

/// Changes its name and accounts
#[utoipa::path(
    put, path = "/api/v1/others/{id}", tag = "others", security(("key" = ["reply"])), request_body = NewOtherOrganisation,
    params(("id" = Ident, Path, description = "The other organisation")),
    responses((status = 200, body = OtherOrganisation))
)]
pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NewOtherOrganisation>,
) -> Result<Json<OtherOrganisation>> {
    desk::change(&app.engine, viewer.user.id, (id, None), &body.form()).await?;
    shown(&app, id).await
}

/// Removes it
///
/// Nothing that was heard is lost. For two days it can be put back.
#[utoipa::path(
    delete, path = "/api/v1/others/{id}", tag = "others", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The other organisation")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    desk::remove(&app.engine, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts back one that was removed
#[utoipa::path(
    post, path = "/api/v1/others/{id}/put-back", tag = "others", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The other organisation")),
    responses((status = 200, body = OtherOrganisation))
)]
pub(super) async fn put_back(State(app): State<App>, Id(id): Id) -> Result<Json<OtherOrganisation>> {
    desk::put_back(&app.engine, id).await?;
    shown(&app, id).await
}

/// How one side answers in public.
#[derive(Serialize, ToSchema)]
pub(super) struct PublicAnswers {
    /// How many there are, each person once in each thread, and how many people these are.
    n: usize,
    people: usize,
    /// How many of them have a public answer, and how many people these are.
    answered: usize,
    people_answered: usize,
    /// The part that has one; absent where there are fewer than five.
    share: Option<f64>,
    /// Milliseconds to the first public answer, the median; absent where fewer than five have one.
    median: Option<f64>,
    /// Nine of ten stay at or below it.
    p90: Option<f64>,
}

impl From<Answers> for PublicAnswers {
    fn from(said: Answers) -> Self {
        Self {
            n: said.n,
            people: said.people,
            answered: said.answered,
            people_answered: said.people_answered,
            share: said.share,
            median: said.half,
            p90: said.nine,
        }
    }
}

/// Accounts of which nothing was heard, so that whether they answer cannot be seen.
#[derive(Serialize, ToSchema)]
pub(super) struct SilentAccounts {
    accounts: Vec<String>,
    /// How many that were said to them are left out.
    left_out: usize,
}

/// Another organisation beside ours.
#[derive(Serialize, ToSchema)]
pub(super) struct SideBySide {
    /// The first and the last day, both with it.
    #[schema(format = Date, example = "2026-11-01")]
    from: String,
    #[schema(format = Date, example = "2026-11-30")]
    until: String,
    time_zone: String,
    theirs: PublicAnswers,
    /// Ours, of what was said in the same ways on the same networks.
    ours: PublicAnswers,
    /// How the part that was answered is counted, on both sides.
    answered_definition: String,
    /// How the time to the first answer is counted, on both sides.
    first_answer_definition: String,
    /// What cannot be seen of them, each with why.
    not_visible: Vec<String>,
    silent: Vec<SilentAccounts>,
    /// What was said to us on the same networks in another way, and is left out.
    left_out_of_ours: usize,
    /// There was more than is read at once: the latest was.
    cut: bool,
    channel_ids: Vec<Ident>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BesideQuery {
    /// The first day; with `until`. The last 30 days if both are left out.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
}

/// Shows one beside ours
///
/// How many people who said something in public have a public answer, and how soon, counted the same way for both from what was
/// heard here. Nothing of it is ever published.
#[utoipa::path(
    get, path = "/api/v1/others/{id}/figures", tag = "others", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The other organisation"), BesideQuery),
    responses((status = 200, body = SideBySide))
)]
pub(super) async fn figures(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<BesideQuery>,
) -> Result<Json<SideBySide>> {
    let period = period(&app, asked.from.as_deref(), asked.until.as_deref(), USUAL).await?;
    let found = desk::compare(&app.engine, id, period).await?;
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    let channel_ids = found.channels().into_iter().map(Ident::from).collect();
    let silent = |one: desk::Silent| SilentAccounts { accounts: one.accounts, left_out: one.cases };
    Ok(Json(SideBySide {
        from: period.first().to_string(),
        until: period.last().to_string(),
        time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        theirs: found.theirs.said.into(),
        ours: found.ours.said.into(),
        answered_definition: desk::ANSWERED.to_owned(),
        first_answer_definition: desk::FIRST_ANSWER.to_owned(),
        not_visible: desk::UNSEEN.iter().map(|(what, why)| format!("{what}: {why}")).collect(),
        silent: found.silent.into_iter().map(silent).collect(),
        left_out_of_ours: found.left_out,
        cut: found.is_cut,
        channel_ids,
    }))
}

/// Who said something in public, and what became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct PublicCase {
    /// The first thing of these days that they said in this thread.
    message_id: Ident,
    person_id: Ident,
    channel_id: Ident,
    at: i64,
    /// `reply` (it answers what the organisation said) or `named` (it names its account, or stands on its page).
    kind: String,
    /// The first public answer to them.
    answer_id: Option<Ident>,
    /// Milliseconds until then.
    took: Option<i64>,
}

impl From<&Case> for PublicCase {
    fn from(case: &Case) -> Self {
        Self {
            message_id: case.message.into(),
            person_id: case.person.into(),
            channel_id: case.channel.into(),
            at: case.at,
            kind: match case.kind {
                Kind::Reply => "reply",
                Kind::Named => "named",
            }
            .to_owned(),
            answer_id: case.answer.map(|(answer, _)| answer.into()),
            took: case.answer.map(|(_, took)| took),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BesideCasesQuery {
    /// `theirs` if it is left out, or `ours`.
    #[param(pattern = "^(theirs|ours)$")]
    side: Option<String>,
    /// The first day; with `until`. The last 30 days if both are left out.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// The last day, with it; at most a year after the first.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    until: Option<String>,
    /// Only those that have a public answer (`true`), or only the others.
    answered: Option<bool>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists what the figures of either side speak of
///
/// The latest first.
#[utoipa::path(
    get, path = "/api/v1/others/{id}/cases", tag = "others", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The other organisation"), BesideCasesQuery),
    responses((status = 200, body = Page<PublicCase>))
)]
pub(super) async fn cases(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<BesideCasesQuery>,
) -> Result<Json<Page<PublicCase>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?.unwrap_or(i64::MAX);
    let period = period(&app, asked.from.as_deref(), asked.until.as_deref(), USUAL).await?;
    let found = desk::compare(&app.engine, id, period).await?;
    let side = match asked.side.as_deref() {
        None | Some("theirs") => &found.theirs,
        Some("ours") => &found.ours,
        Some(_) => return Err(invalid("side", "Ask for `theirs` or `ours`.")),
    };
    let takes = |case: &&Case| case.key < below && asked.answered.is_none_or(|is| is == case.answer.is_some());
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let rows: Vec<&Case> = side.cases.iter().rev().filter(takes).take(wanted).collect();
    Ok(Json(Page::of(rows, limit, |case| case.key.to_string(), PublicCase::from)))
}
