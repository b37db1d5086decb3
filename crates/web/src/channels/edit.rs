//! Adding a channel and changing it: the connector's own form, tried before it is kept.

use super::{
    form::{self, FieldView, Purpose},
    list::{self, ChannelView},
    preview::{self, Preview},
};
use crate::{
    App, Result, Viewer, WebError,
    inbox::flash,
    layout::{Nav, Shell, ToastView},
};
use askama::Template;
use axum::{
    extract::{Path, RawForm, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde_json::{Map, Value};
use std::sync::Arc;
use tertulia_connector::{
    Connector, FieldError,
    by_hand::{ByHand, Files},
};
use tertulia_engine::{
    EngineError,
    channels::{self as desk, ChannelForm},
};
use tertulia_model::{ChannelId, ChannelState, ConnectorSpec};
use tertulia_store::{
    channels::{self, Channel, PassedOver},
    ledger,
};

/// One kind of channel that can be added.
struct Kind {
    href: String,
    icon: String,
    title: String,
    summary: String,
}

#[derive(Template)]
#[template(path = "channels/choose.html")]
struct ChoosePage {
    shell: Shell,
    kinds: Vec<Kind>,
}

pub(super) async fn choose(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let shell = app.shell(&viewer, "channels", "Connect a channel", Nav::Channels).await?;
    let heard = app.engine.registry.all().filter(|connector| connector.archives().is_none());
    let kind = |spec: &ConnectorSpec| Kind {
        href: format!("/channels/new/{}", spec.name),
        icon: spec.icon.clone(),
        title: spec.title.clone(),
        summary: spec.summary.clone(),
    };
    let kinds = heard.map(|connector| kind(connector.spec())).collect();
    Ok(Html(ChoosePage { shell, kinds }.render()?).into_response())
}

/// What a test of the connection showed.
#[derive(Default, Template)]
#[template(path = "channels/tested.html")]
struct Tested {
    lines: Vec<String>,
    error: Option<String>,
    /// What is wrong with which setting, by its title.
    fields: Vec<(String, String)>,
    /// Without a script the page came anew, and no page ever carries a password.
    passwords_again: bool,
}

#[derive(Template)]
#[template(path = "channels/form.html")]
struct FormPage {
    shell: Shell,
    action: String,
    test_action: Option<String>,
    /// The channel that is changed.
    channel: Option<ChannelView>,
    title: String,
    summary: String,
    own_name: String,
    fields: Vec<FieldView>,
    advanced: Vec<FieldView>,
    advanced_open: bool,
    error: String,
    mistakes: Vec<(String, String)>,
    tested: Option<Tested>,
    /// For a chat: what to paste into a page, and where to try it.
    script: Option<String>,
    try_href: Option<String>,
    /// Where a sample shows what it becomes, that sample, and what it becomes.
    preview_action: Option<String>,
    sample: String,
    preview: Option<Preview>,
    /// Which files can be brought to it.
    files: Option<Files>,
    /// The form by which something is entered here by hand.
    write_down: Option<(String, String)>,
    /// What it brought that is no message.
    passed_over: Vec<PassedOver>,
    /// Calls at its door that were refused today: how many and why, and what to do.
    refused: Vec<(String, String)>,
    /// How many messages of a day it may bring; empty means any number.
    day_cap: String,
    keep_days: String,
    asks_delete: bool,
}

/// A form to be drawn: whose, with what in it, and what is wrong.
struct Draft<'a> {
    connector: &'a Arc<dyn Connector>,
    channel: Option<&'a Channel>,
    label: String,
    settings: Option<Map<String, Value>>,
    errors: Vec<FieldError>,
    error: Option<String>,
    tested: Option<Tested>,
    sample: String,
    preview: Option<Preview>,
}

impl<'a> Draft<'a> {
    fn empty(connector: &'a Arc<dyn Connector>) -> Self {
        Self {
            connector,
            channel: None,
            label: String::new(),
            settings: None,
            errors: Vec::new(),
            error: None,
            tested: None,
            sample: String::new(),
            preview: None,
        }
    }

    fn of(connector: &'a Arc<dyn Connector>, channel: &'a Channel) -> Self {
        let settings = channel.settings.as_object().cloned();
        Self { channel: Some(channel), label: channel.name.clone(), settings, ..Self::empty(connector) }
    }

    fn typed(connector: &'a Arc<dyn Connector>, channel: Option<&'a Channel>, form: &ChannelForm) -> Self {
        Self { channel, label: form.name.clone(), settings: Some(form.settings.clone()), ..Self::empty(connector) }
    }

    async fn page(self, app: &App, viewer: &Viewer) -> Result<FormPage> {
        let spec = self.connector.spec();
        let purpose = if self.channel.is_some() { Purpose::Edit } else { Purpose::Add };
        let all = form::fields(&spec.settings_schema, purpose, self.settings.as_ref(), &self.errors);
        let (advanced, fields): (Vec<_>, Vec<_>) = all.into_iter().partition(|field| field.advanced);
        let title = match self.channel {
            Some(channel) => channel.name.clone(),
            None => format!("Connect: {}", spec.title),
        };
        let chat = self.channel.filter(|_| spec.hosts_visitors);
        let hand = self.connector.by_hand().filter(|_| self.channel.is_some());
        let form = hand.and_then(ByHand::form).zip(self.channel);
        Ok(FormPage {
            shell: app.shell(viewer, "channels", title.clone(), Nav::Channels).await?,
            action: match self.channel {
                Some(channel) => format!("/channels/{}", channel.id),
                None => format!("/channels/new/{}", spec.name),
            },
            // Where visitors come to us there is nothing to connect to.
            test_action: (!spec.hosts_visitors).then(|| format!("/channels/test/{}", spec.name)),
            channel: match self.channel {
                Some(channel) => Some(list::view(app, channel).await?),
                None => None,
            },
            passed_over: match self.channel {
                Some(channel) => channels::passed_over(&mut app.engine.db.reader(), channel.id).await?,
                None => Vec::new(),
            },
            refused: match self.channel {
                Some(channel) => refused_today(app, channel.id).await?,
                None => Vec::new(),
            },
            summary: spec.summary.clone(),
            own_name: self.label,
            advanced_open: advanced.iter().any(|field| !field.error.is_empty()),
            mistakes: marked(fields.iter().chain(&advanced)),
            fields,
            advanced,
            error: self.error.unwrap_or_default(),
            tested: self.tested,
            script: chat.map(|channel| {
                format!("<script async src=\"{}/chat/{}/widget.js\"></script>", app.engine.public_url, channel.id)
            }),
            try_href: chat.map(|channel| format!("/chat/{}/frame", channel.id)),
            day_cap: number(self.channel.and_then(|channel| channel.day_cap)),
            keep_days: number(self.channel.and_then(|channel| channel.keep_days)),
            preview_action: preview::is_shown(self.connector).then(|| format!("/channels/preview/{}", spec.name)),
            sample: self.sample,
            preview: self.preview,
            files: hand.and_then(ByHand::files).cloned(),
            write_down: form.map(|(form, channel)| (format!("/by-hand/{}", channel.id), form.title.clone())),
            asks_delete: false,
            title,
        })
    }
}

async fn refused_today(app: &App, channel: ChannelId) -> Result<Vec<(String, String)>> {
    let today = ledger::day_of(app.engine.now());
    let words = |(reason, times): (String, i64)| {
        let (why, what_to_do) = reason.split_once(". ").unwrap_or((reason.trim_end_matches('.'), ""));
        let calls = if times == 1 { "One call was".to_owned() } else { format!("{times} calls were") };
        (format!("{calls} refused today: {why}."), what_to_do.to_owned())
    };
    let refused = ledger::refused_on(&mut app.engine.db.reader(), channel, today).await?;
    Ok(refused.into_iter().map(words).collect())
}

fn number(bound: Option<i64>) -> String {
    bound.map_or_else(String::new, |bound| bound.to_string())
}

/// The fields that are marked as wrong, and why.
fn marked<'a>(fields: impl Iterator<Item = &'a FieldView>) -> Vec<(String, String)> {
    fields.filter(|field| !field.error.is_empty()).map(|field| (field.name.clone(), field.error.clone())).collect()
}

fn connector(app: &App, name: &str) -> Result<Arc<dyn Connector>> {
    let found = app.engine.registry.get(name).filter(|connector| connector.archives().is_none()).cloned();
    found.ok_or_else(WebError::not_found)
}

async fn known(app: &App, id: ChannelId) -> Result<(Channel, Arc<dyn Connector>)> {
    let channel = channels::get(&mut app.engine.db.reader(), id).await?;
    let channel = channel.filter(|c| c.state != ChannelState::Deleted).ok_or_else(WebError::not_found)?;
    let connector = app.engine.connector(&channel)?;
    Ok((channel, connector))
}

fn pairs(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

pub(super) async fn new_form(State(app): State<App>, viewer: Viewer, Path(name): Path<String>) -> Result<Response> {
    let connector = connector(&app, &name)?;
    Ok(Html(Draft::empty(&connector).page(&app, &viewer).await?.render()?).into_response())
}

pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(name): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response> {
    let connector = connector(&app, &name)?;
    let (form, errors) = form::read(&connector.spec().settings_schema, Purpose::Add, &pairs(&body));
    let done = if errors.is_empty() {
        desk::add(&app.engine, &name, form.clone()).await
    } else {
        Err(EngineError::Invalid(errors))
    };
    match done {
        // A chat's page tells what to do next: paste the script.
        Ok(id) if connector.spec().hosts_visitors => {
            Ok(Redirect::to(&format!("/channels/{id}?done=added")).into_response())
        }
        Ok(id) => Ok(added(&app, &connector, id)),
        Err(error) => again(&app, &viewer, Draft::typed(&connector, None, &form), error).await,
    }
}

/// What is brought by hand is not waited for.
fn added(app: &App, connector: &Arc<dyn Connector>, id: ChannelId) -> Response {
    match connector.by_hand() {
        Some(hand) if hand.form().is_some() => {
            flash::redirect(app, &format!("/by-hand/{id}"), "It is ready. Write down the first one.", None)
        }
        Some(_) => flash::redirect(app, &format!("/channels/{id}"), "It is ready. Bring the first file below.", None),
        None => Redirect::to("/channels?done=added").into_response(),
    }
}

pub(super) async fn edit_form(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<i64>,
    RawQuery(raw): RawQuery,
) -> Result<Response> {
    let (channel, connector) = known(&app, ChannelId(id)).await?;
    let mut page = Draft::of(&connector, &channel).page(&app, &viewer).await?;
    page.shell.toast = flash::take(&app, &headers);
    if raw.as_deref() == Some("done=added") {
        page.shell.toast =
            Some(ToastView { text: "The chat is ready. Paste its line into your page.".to_owned(), undo_url: None });
    }
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

/// What the sample in the form would become under what else stands in it.
pub(super) async fn preview(
    State(app): State<App>,
    viewer: Viewer,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Result<Response> {
    let connector = connector(&app, &name)?;
    let typed = pairs(&body);
    let channel = changed(&app, &name, &typed).await?;
    let purpose = if channel.is_some() { Purpose::Edit } else { Purpose::Add };
    let (form, errors) = form::read(&connector.spec().settings_schema, purpose, &typed);
    let mut settings = form.settings.clone();
    for (name, value) in channel.iter().filter_map(|channel| channel.settings.as_object()).flatten() {
        settings.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let sample = typed.iter().find(|(name, _)| name == "sample").map(|(_, sample)| sample.clone()).unwrap_or_default();
    let shown = preview::of(&app, &connector, settings, errors, &sample).await?;
    if headers.contains_key("hx-request") {
        return Ok(Html(shown.render()?).into_response());
    }
    let draft = Draft { sample, preview: Some(shown), ..Draft::typed(&connector, channel.as_ref(), &form) };
    Ok(Html(draft.page(&app, &viewer).await?.render()?).into_response())
}

/// The channel that a form changes, if it is there already.
async fn changed(app: &App, connector: &str, typed: &[(String, String)]) -> Result<Option<Channel>> {
    let id = typed.iter().find(|(name, _)| name == "channel").and_then(|(_, id)| id.parse().ok()).map(ChannelId);
    Ok(match id {
        Some(id) => Some(known(app, id).await?.0).filter(|channel| channel.connector == connector),
        None => None,
    })
}

/// The question before deleting, for those without a script; with one it is a dialog on the channel's page.
pub(super) async fn ask_delete(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> Result<Response> {
    let (channel, connector) = known(&app, ChannelId(id)).await?;
    let mut page = Draft::of(&connector, &channel).page(&app, &viewer).await?;
    page.asks_delete = true;
    Ok(Html(page.render()?).into_response())
}

pub(super) async fn update(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<i64>,
    RawForm(body): RawForm,
) -> Result<Response> {
    let (channel, connector) = known(&app, ChannelId(id)).await?;
    let (form, errors) = form::read(&connector.spec().settings_schema, Purpose::Edit, &pairs(&body));
    let done = if errors.is_empty() {
        desk::update(&app.engine, channel.id, form.clone()).await
    } else {
        Err(EngineError::Invalid(errors))
    };
    match done {
        Ok(()) => Ok(Redirect::to("/channels?done=changed").into_response()),
        Err(error) => again(&app, &viewer, Draft::typed(&connector, Some(&channel), &form), error).await,
    }
}

/// The form once more with what is wrong; what was typed stays, but for passwords.
async fn again(app: &App, viewer: &Viewer, mut draft: Draft<'_>, error: EngineError) -> Result<Response> {
    let status = match error {
        EngineError::Invalid(errors) => {
            draft.error = Some("Nothing was saved yet. Mend what is marked, then save again.".to_owned());
            draft.errors = errors;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        EngineError::Refused(why) => {
            draft.error = Some(why);
            StatusCode::CONFLICT
        }
        other => return Err(other.into()),
    };
    Ok((status, Html(draft.page(app, viewer).await?.render()?)).into_response())
}

/// Tries what was typed against the real service. With a script the answer stands beside the form, which stays as it
/// is; without one the page comes anew, and passwords have to be typed again.
pub(super) async fn test(
    State(app): State<App>,
    viewer: Viewer,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Result<Response> {
    let connector = connector(&app, &name)?;
    let typed = pairs(&body);
    let channel = changed(&app, &name, &typed).await?;
    let purpose = if channel.is_some() { Purpose::Edit } else { Purpose::Add };
    let (form, errors) = form::read(&connector.spec().settings_schema, purpose, &typed);
    let known = channel.as_ref().map(|channel| channel.id);
    let seen = if errors.is_empty() {
        desk::test(&app.engine, &name, known, form.clone()).await
    } else {
        Err(EngineError::Invalid(errors))
    };
    let (mut tested, errors) = told(connector.spec(), seen)?;
    if headers.contains_key("hx-request") {
        return Ok(Html(tested.render()?).into_response());
    }
    tested.passwords_again = !form.secrets.is_empty();
    let draft = Draft { errors, tested: Some(tested), ..Draft::typed(&connector, channel.as_ref(), &form) };
    Ok(Html(draft.page(&app, &viewer).await?.render()?).into_response())
}

fn told(spec: &ConnectorSpec, seen: tertulia_engine::Result<Vec<String>>) -> Result<(Tested, Vec<FieldError>)> {
    let title = |field: &str| {
        let title = spec.settings_schema["properties"][field]["title"].as_str();
        title.unwrap_or(field).to_owned()
    };
    match seen {
        Ok(lines) => Ok((Tested { lines, ..Tested::default() }, Vec::new())),
        Err(EngineError::Invalid(errors)) => {
            let mut fields: Vec<(String, String)> = Vec::new();
            // As at the fields themselves: of two complaints about one, the connector's own, which comes last.
            for error in &errors {
                fields.retain(|(known, _)| *known != title(&error.field));
                fields.push((title(&error.field), error.message.clone()));
            }
            Ok((Tested { fields, ..Tested::default() }, errors))
        }
        Err(EngineError::Channel(why) | EngineError::Refused(why)) => {
            Ok((Tested { error: Some(why), ..Tested::default() }, Vec::new()))
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn set_state(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<i64>,
    RawForm(body): RawForm,
) -> Result<Redirect> {
    let asked = pairs(&body).into_iter().find(|(name, _)| name == "state").map(|(_, state)| state);
    let state = match asked.as_deref() {
        Some("live") => ChannelState::Live,
        Some("paused") => ChannelState::Paused,
        Some("deleted") => ChannelState::Deleted,
        _ => {
            return Err(WebError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "A channel can be paused, go on, or be deleted.",
            ));
        }
    };
    desk::set_state(&app.engine, ChannelId(id), state).await?;
    Ok(Redirect::to(&format!("/channels?done={}", state.as_str())))
}
