//! Saving a monitor: the query as it is written or put together from simple fields, and what it would find.

use super::href;
use crate::{
    App, Result, Viewer, WebError,
    inbox::{flash, id as id_of},
    layout::{Nav, Shell},
    listen::{
        BrokenQuery,
        asked::{Asked, DAYS_ARE_UTC, with_more},
        cards::{self, Card},
        channel_choices, has_choices, languages, thousands,
    },
};
use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, RawQuery, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use std::collections::HashMap;
use tertulia_analysis::query;
use tertulia_engine::{
    EngineError,
    monitors::{self, MonitorForm, PREVIEW_DAYS, PREVIEW_LOOKS},
};
use tertulia_model::{ChannelId, MonitorId};
use tertulia_store::{channels, channels::Channel, monitors as stored, people};

/// Examples shown while a query is written.
const EXAMPLES: usize = 5;

/// What the form sends: the line itself, or the simple fields that make one.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    q: String,
    /// What the monitor was called and looked for when the form was opened; a new one says nothing.
    was_name: Option<String>,
    was_q: Option<String>,
    /// All of these words.
    all: String,
    /// One of these: several by commas.
    any: String,
    /// None of these.
    none: String,
    channel: String,
    language: String,
    has: String,
}

impl Typed {
    /// The query: what was written in the line, and what the simple fields add to it.
    fn query(&self, channels: &HashMap<ChannelId, Channel>) -> String {
        let listed = |text: &str| -> Vec<String> {
            text.split([',', ';', '\n', '、', '،']).map(quoted).filter(|word| !word.is_empty()).collect()
        };
        let mut parts = listed(&self.all);
        let any = listed(&self.any);
        match any.len() {
            0 => {}
            1 => parts.extend(any),
            _ => parts.push(format!("({})", any.join(" OR "))),
        }
        parts.extend(listed(&self.none).into_iter().map(|word| format!("NOT {word}")));
        let channel = self.channel.parse().ok().and_then(|id| channels.get(&ChannelId(id)));
        parts.extend(channel.and_then(|channel| query::channel_named(&channel.name)));
        for (field, value) in [("lang", &self.language), ("has", &self.has)] {
            if !value.is_empty() {
                parts.push(format!("{field}:{value}"));
            }
        }
        with_more(&self.q, &parts)
    }
}

/// What was typed into a simple field, as it stands in a line: in quotation marks where it would be read as something else
/// than a word.
fn quoted(text: &str) -> String {
    let text = text.replace('"', " ");
    let text = text.trim();
    let is_word = text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '#' | '@'))
        && !text.contains(char::is_whitespace)
        && query::parse(text).is_ok_and(|query| query.to_string() == text);
    if is_word || text.is_empty() { text.to_owned() } else { format!("\"{text}\"") }
}

#[derive(Template)]
#[template(path = "listen/monitor_form.html")]
struct FormPage {
    shell: Shell,
    title: &'static str,
    action: String,
    back: String,
    /// What the monitor is called.
    called: String,
    q: String,
    errors: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    languages: Vec<(String, String)>,
    has: Vec<(String, String)>,
    preview: PreviewPart,
    is_new: bool,
    /// What the monitor was called and looked for when the form was opened.
    shown: MonitorForm,
    /// What of a search that is saved the monitor keeps otherwise, or not at all.
    changed: Vec<String>,
}

/// A monitor, and what it was called and looked for when its form was opened.
type Known = (MonitorId, MonitorForm);

impl FormPage {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message.as_str())
    }
}

/// What a query would find.
#[derive(Template, Default)]
#[template(path = "listen/preview.html")]
struct PreviewPart {
    /// The query as it would be kept; empty where there is nothing to look for yet.
    query: String,
    broken: Option<BrokenQuery>,
    words: String,
    /// Whose days those of the query are, where it has any.
    days: Option<&'static str>,
    cards: Vec<Card>,
}

async fn all_channels(app: &App) -> Result<HashMap<ChannelId, Channel>> {
    let all = channels::all_ever(&mut app.engine.db.reader()).await?;
    Ok(all.into_iter().map(|channel| (channel.id, channel)).collect())
}

async fn preview_of(app: &App, text: String, channels: &HashMap<ChannelId, Channel>) -> Result<PreviewPart> {
    let query = match query::parse(&text) {
        Err(error) => {
            let broken = Some(BrokenQuery::of(&text, error));
            return Ok(PreviewPart { broken, query: text, ..PreviewPart::default() });
        }
        Ok(query) if query.is_empty() => return Ok(PreviewPart::default()),
        Ok(query) => query,
    };
    let found = monitors::preview(&app.engine, &query, EXAMPLES, PREVIEW_LOOKS).await?;
    let number = thousands(found.matches);
    let words = match (found.looked_back_to, found.matches) {
        (None, 0) => format!("Nothing of the last {PREVIEW_DAYS} days fits."),
        (None, 1) => format!("One message of the last {PREVIEW_DAYS} days fits."),
        (None, _) => format!("{number} messages of the last {PREVIEW_DAYS} days fit."),
        (Some(_), 0) => {
            format!("None of the newest that were looked at fits; there may be more of the last {PREVIEW_DAYS} days.")
        }
        (Some(_), _) => format!(
            "{number} fit among the newest that were looked at; there may be more of the last {PREVIEW_DAYS} days."
        ),
    };
    let organisation = app.organisation().await?;
    let cards = found.examples.iter().map(|m| cards::card(app, channels, &organisation, &query, m)).collect();
    let days = query.uses().time.then_some(DAYS_ARE_UTC);
    Ok(PreviewPart { query: text, broken: None, words, days, cards })
}

/// What stands in the form, while it is written.
pub(super) async fn preview(State(app): State<App>, _: Viewer, Query(typed): Query<Typed>) -> Result<Response> {
    let channels = all_channels(&app).await?;
    let part = preview_of(&app, typed.query(&channels), &channels).await?;
    Ok(Html(part.render()?).into_response())
}

async fn form_page(
    app: &App,
    viewer: &Viewer,
    known: Option<Known>,
    typed: Typed,
    errors: Vec<(String, String)>,
) -> Result<FormPage> {
    let channels = all_channels(app).await?;
    let q = typed.query(&channels);
    let preview = preview_of(app, q.clone(), &channels).await?;
    let title = if known.is_some() { "Change the monitor" } else { "A new monitor" };
    Ok(FormPage {
        shell: app.shell(viewer, "listen", title, Nav::Listen).await?,
        title,
        action: known
            .as_ref()
            .map_or_else(|| "/listen/monitors/new".to_owned(), |(id, _)| format!("{}/edit", href(*id))),
        back: known.as_ref().map_or_else(|| "/listen/monitors".to_owned(), |(id, _)| href(*id)),
        called: typed.name,
        q,
        errors,
        channels: channel_choices(&channels),
        languages: languages::choices(),
        has: has_choices(),
        preview,
        is_new: known.is_none(),
        shown: known.map(|(_, shown)| shown).unwrap_or_default(),
        changed: Vec::new(),
    })
}

pub(super) async fn new(State(app): State<App>, viewer: Viewer, RawQuery(raw): RawQuery) -> Result<Response> {
    // A search that is saved brings its line and what was chosen beside it.
    let searched = Asked::of(raw.as_deref());
    let person = match searched.person_id() {
        Some(id) => people::get(&mut app.engine.db.reader(), id).await?,
        None => None,
    };
    let (searched, changed) = searched.for_a_monitor(person.as_ref().map(|person| person.name.as_str()));
    let Asked { q, channel, language, .. } = searched;
    let typed = Typed { q, channel, language, ..Typed::default() };
    let page = FormPage { changed, ..form_page(&app, &viewer, None, typed, Vec::new()).await? };
    Ok(Html(page.render()?).into_response())
}

pub(super) async fn edit(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    let typed = Typed { name: monitor.name.clone(), q: monitor.query.clone(), ..Typed::default() };
    let shown = (monitor.id, MonitorForm { name: monitor.name, query: monitor.query });
    Ok(Html(form_page(&app, &viewer, Some(shown), typed, Vec::new()).await?.render()?).into_response())
}

pub(super) async fn known(app: &App, id: &str) -> Result<stored::Monitor> {
    stored::get(&mut app.engine.db.reader(), MonitorId(id_of(id)?)).await?.ok_or_else(WebError::not_found)
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, Form(typed): Form<Typed>) -> Result<Response> {
    let channels = all_channels(&app).await?;
    let form = MonitorForm { name: typed.name.clone(), query: typed.query(&channels) };
    match monitors::add(&app.engine, &form, viewer.user.id).await {
        Ok(id) => Ok(Redirect::to(&href(id)).into_response()),
        Err(error) => refused(&app, &viewer, None, form, error).await,
    }
}

pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    let channels = all_channels(&app).await?;
    let form = MonitorForm { name: typed.name.clone(), query: typed.query(&channels) };
    let shown = typed.was_name.zip(typed.was_q).map(|(name, query)| MonitorForm { name, query });
    match monitors::change(&app.engine, monitor.id, &form, shown.as_ref()).await {
        Ok(()) => Ok(flash::redirect(&app, &href(monitor.id), "The monitor is changed.", None)),
        Err(error) => {
            let now = known(&app, &id).await?;
            let now = MonitorForm { name: now.name, query: now.query };
            // Who is told how it stands now has seen it when they save again.
            let seen = if monitors::is_meanwhile(&error) { now } else { shown.unwrap_or(now) };
            refused(&app, &viewer, Some((monitor.id, seen)), form, error).await
        }
    }
}

async fn refused(
    app: &App,
    viewer: &Viewer,
    known: Option<Known>,
    form: MonitorForm,
    error: EngineError,
) -> Result<Response> {
    let EngineError::Invalid(errors) = error else { return Err(error.into()) };
    // The simple fields were put into the line, where what is wrong is shown.
    let typed = Typed { name: form.name, q: form.query, ..Typed::default() };
    let named = |field: &str| if field == "name" { field.to_owned() } else { "q".to_owned() };
    let errors = errors.into_iter().map(|error| (named(&error.field), error.message)).collect();
    let page = form_page(app, viewer, known, typed, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_fields_become_a_query_that_can_be_read() {
        let typed = Typed {
            all: "roastery".to_owned(),
            any: "flat white, espresso、珈琲".to_owned(),
            none: "job offer; \"spam".to_owned(),
            language: "es".to_owned(),
            has: "question".to_owned(),
            ..Typed::default()
        };
        let text = typed.query(&HashMap::new());
        assert_eq!(
            text,
            "roastery (\"flat white\" OR espresso OR 珈琲) NOT \"job offer\" NOT spam lang:es has:question"
        );
        assert!(query::parse(&text).is_ok());
        let with_cold =
            |q: &str| Typed { q: q.to_owned(), all: "cold".to_owned(), ..Typed::default() }.query(&HashMap::new());
        assert_eq!(with_cold("tea OR coffee"), "(tea OR coffee) cold");
        assert_eq!(with_cold("(a b) OR (c d)"), "((a b) OR (c d)) cold");
        assert_eq!(with_cold("(tea OR coffee) x"), "(tea OR coffee) x cold");
        assert_eq!(with_cold("\"tea OR coffee\""), "\"tea OR coffee\" cold");
        let odd = Typed { any: "OR, Shop(2), -tea, 10:30, channel:".to_owned(), ..Typed::default() };
        let text = odd.query(&HashMap::new());
        assert_eq!(text, "(\"OR\" OR \"Shop(2)\" OR \"-tea\" OR 10:30 OR \"channel:\")");
        assert!(query::parse(&text).is_ok());
        assert_eq!(Typed { q: " tea ".to_owned(), ..Typed::default() }.query(&HashMap::new()), "tea");
    }
}
