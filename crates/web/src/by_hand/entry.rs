//! One entry: the form that the channel's connector has for it.

use crate::{
    App, Result, Viewer, WebError,
    access::form::Mistakes,
    channels::form::{self, FieldView, Purpose},
    inbox::{Fields, flash, fresh_key, given_key, id, times},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use tertulia_connector::{
    FieldError,
    by_hand::{ByHand, Entry, Form},
};
use tertulia_engine::{EngineError, by_hand};
use tertulia_model::{Attachment, ChannelId, Permission};
use tertulia_store::channels::Channel;

/// A place where something can be written down, or a kind of place that can be set up.
struct Place {
    href: String,
    icon: String,
    title: String,
    summary: String,
}

#[derive(Template)]
#[template(path = "by_hand/choose.html")]
struct ChoosePage {
    shell: Shell,
    places: Vec<Place>,
    /// Where there is none yet.
    kinds: Vec<Place>,
}

/// Leads to the form where there is one place for it.
pub(super) async fn choose(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let there = by_hand::channels(&app.engine, true).await?;
    if let [only] = there.as_slice() {
        return Ok(Redirect::to(&format!("/by-hand/{}", only.id)).into_response());
    }
    let place = |channel: &Channel| {
        let form = app.engine.registry.get(&channel.connector)?.by_hand()?.form()?;
        let (href, icon) = (format!("/by-hand/{}", channel.id), form.icon.clone());
        Some(Place { href, icon, title: channel.name.clone(), summary: form.title.clone() })
    };
    let places: Vec<Place> = there.iter().filter_map(place).collect();
    let may_manage = viewer.user.role.may(Permission::Manage);
    let mut kinds = Vec::new();
    for known in app.engine.registry.all().filter(|_| places.is_empty() && may_manage) {
        if known.by_hand().and_then(ByHand::form).is_some() {
            let spec = known.spec();
            kinds.push(Place {
                href: format!("/channels/new/{}", spec.name),
                icon: spec.icon.clone(),
                title: spec.title.clone(),
                summary: spec.summary.clone(),
            });
        }
    }
    let shell = app.shell(&viewer, "by-hand", "Write down", Nav::Inbox).await?;
    Ok(Html(ChoosePage { shell, places, kinds }.render()?).into_response())
}

#[derive(Template)]
#[template(path = "by_hand/entry.html")]
struct EntryPage {
    shell: Shell,
    channel: String,
    /// Where there are several.
    place: Option<String>,
    title: String,
    summary: String,
    key: String,
    fields: Vec<FieldView>,
    advanced: Vec<FieldView>,
    advanced_open: bool,
    files: usize,
    file_size: String,
    file_error: String,
    error: String,
    mistakes: Vec<(String, String)>,
    /// The channel's own page, for who looks after it: files are brought there.
    channel_href: Option<String>,
}

struct Asked {
    channel: Channel,
    form: Form,
    zone: TimeZone,
}

async fn asked(app: &App, channel: &str, headers: &HeaderMap) -> Result<Asked> {
    let channel: ChannelId = id(channel)?;
    let all = by_hand::channels(&app.engine, true).await?;
    let channel = all.into_iter().find(|known| known.id == channel).ok_or_else(WebError::not_found)?;
    let form = app.engine.registry.get(&channel.connector).and_then(|known| known.by_hand()?.form().cloned());
    Ok(Asked { channel, form: form.ok_or_else(WebError::not_found)?, zone: times::zone(headers) })
}

pub(super) async fn form(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(channel): Path<String>,
) -> Result<Response> {
    let asked = asked(&app, &channel, &headers).await?;
    let mut page = page(&app, &viewer, &asked, None, &Mistakes::default(), fresh_key(&app)).await?;
    page.shell.toast = flash::take(&app, &headers);
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

async fn page(
    app: &App,
    viewer: &Viewer,
    asked: &Asked,
    typed: Option<&Map<String, Value>>,
    mistakes: &Mistakes,
    key: String,
) -> Result<EntryPage> {
    let Asked { channel, form, zone } = asked;
    let errors: Vec<FieldError> =
        mistakes.fields().iter().map(|(field, message)| FieldError::new(field, message.clone())).collect();
    let mut all = form::fields(&form.schema, Purpose::Add, typed, &errors);
    all.iter_mut().for_each(|field| field.unsaid = true);
    for field in all.iter_mut().filter(|field| field.is("datetime-local")) {
        if typed.is_none() {
            field.value = times::field(app.engine.now(), zone);
        }
        if *zone == TimeZone::UTC {
            "On the clock of UTC: your browser named no time zone.".clone_into(&mut field.help);
        }
    }
    let (advanced, fields): (Vec<_>, Vec<_>) = all.into_iter().partition(|field| field.advanced);
    let marked = fields.iter().chain(&advanced).filter(|field| !field.error.is_empty());
    let mut named: Vec<(String, String)> = marked.map(|field| (field.name.clone(), field.error.clone())).collect();
    let file_error = mistakes.at("files").to_owned();
    if !file_error.is_empty() {
        named.push(("files".to_owned(), file_error.clone()));
    }
    let others = by_hand::channels(&app.engine, true).await?.len() > 1;
    Ok(EntryPage {
        shell: app.shell(viewer, "by-hand", form.title.clone(), Nav::Inbox).await?,
        channel: channel.id.to_string(),
        place: others.then(|| channel.name.clone()),
        title: form.title.clone(),
        summary: form.summary.clone(),
        key,
        advanced_open: advanced.iter().any(|field| !field.error.is_empty()),
        fields,
        advanced,
        files: form.files,
        file_size: crate::layout::size_words(form.file_bytes),
        file_error,
        error: mistakes.general.clone(),
        mistakes: named,
        channel_href: viewer.user.role.may(Permission::Manage).then(|| format!("/channels/{}", channel.id)),
    })
}

pub(super) async fn enter(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(channel): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let asked = asked(&app, &channel, &headers).await?;
    let key = given_key(fields.get("key")).unwrap_or_else(|| fresh_key(&app));
    let (typed, errors) = form::read(&asked.form.schema, Purpose::Add, fields.pairs());
    let entered = if errors.is_empty() {
        let entry = Entry {
            values: said(&typed.settings),
            files: files(&fields),
            key: key.clone(),
            zone: asked.zone.iana_name().unwrap_or_default().to_owned(),
            at: app.engine.now(),
        };
        by_hand::enter(&app.engine, viewer.user.id, asked.channel.id, entry).await
    } else {
        Err(EngineError::Invalid(errors))
    };
    match entered {
        Ok(entered) => {
            let to = entered.conversation.map_or_else(|| "/listen".to_owned(), |id| format!("/inbox/{id}"));
            Ok(flash::redirect(&app, &to, "Written down.", None))
        }
        Err(error) => {
            let mut mistakes = Mistakes::of(error)?;
            if !fields.files.is_empty() {
                mistakes.note("files", "Choose the files once more: no page can keep them.");
            }
            let page = page(&app, &viewer, &asked, Some(&typed.settings), &mistakes, key).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
    }
}

/// What was filled in; an empty field says nothing.
fn said(typed: &Map<String, Value>) -> Map<String, Value> {
    let says = |value: &Value| !value.is_null() && value.as_str() != Some("");
    typed.iter().filter(|(_, value)| says(value)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn files(fields: &Fields) -> Vec<Attachment> {
    let kept = |file: &crate::inbox::Upload| Attachment {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        content_id: None,
        inline: false,
        bytes: file.bytes.to_vec(),
    };
    fields.files.iter().map(kept).collect()
}
