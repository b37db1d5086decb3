//! What an owner says of an endpoint: where it is, and what it is told.

use super::{EndpointView, href, kinds, known};
use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, RawForm, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::webhooks::{self, EndpointForm};
use tertulia_store::webhooks::Endpoint;

struct KindView {
    kind: &'static str,
    words: &'static str,
    help: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "settings/webhooks/form.html")]
struct FormPage {
    shell: Shell,
    action: String,
    back: String,
    title: String,
    is_new: bool,
    url: String,
    description: String,
    kinds: Vec<KindView>,
    mistakes: Mistakes,
}

/// Shown once after it was made.
#[derive(Template)]
#[template(path = "settings/webhooks/secret.html")]
pub(super) struct SecretPage {
    pub shell: Shell,
    pub name: String,
    pub href: String,
    pub secret: String,
    /// The one before signs for a day as well.
    pub is_another: bool,
}

fn read(body: &[u8]) -> EndpointForm {
    let mut form = EndpointForm::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        match &*name {
            "url" => form.url = value.into_owned(),
            "description" => form.description = value.into_owned(),
            "events" => form.kinds.push(value.into_owned()),
            _ => {}
        }
    }
    form
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    endpoint: Option<&Endpoint>,
    form: EndpointForm,
    mistakes: Mistakes,
) -> Result<Html<String>> {
    let title = endpoint.map_or_else(|| "A program to tell".to_owned(), super::name);
    let page = FormPage {
        shell: app.shell(viewer, "webhook-form", title.clone(), Nav::Settings).await?,
        action: endpoint.map_or_else(|| "/settings/webhooks/new".to_owned(), |e| format!("{}/edit", href(e.id))),
        back: endpoint.map_or_else(|| "/settings/webhooks".to_owned(), |e| href(e.id)),
        title,
        is_new: endpoint.is_none(),
        kinds: kinds()
            .map(|(kind, words, tells)| KindView {
                kind,
                words,
                help: format!("{tells} ({kind})"),
                chosen: form.kinds.iter().any(|chosen| chosen == kind),
            })
            .collect(),
        url: form.url,
        description: form.description,
        mistakes,
    };
    Ok(Html(page.render()?))
}

pub(super) async fn new(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    draw(&app, &viewer, None, EndpointForm::default(), Mistakes::default()).await
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, RawForm(body): RawForm) -> Result<Response> {
    let form = read(&body);
    match webhooks::add(&app.engine, &form, viewer.user.id).await {
        Ok(new) => {
            let endpoint = known(&app, &new.id.to_string()).await?;
            let page = SecretPage {
                shell: app.shell(&viewer, "webhook-secret", "The secret", Nav::Settings).await?,
                name: super::name(&endpoint),
                href: href(new.id),
                secret: new.secret.reveal().to_owned(),
                is_another: false,
            };
            Ok(Html(page.render()?).into_response())
        }
        Err(error) => {
            let page = draw(&app, &viewer, None, form, Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

pub(super) async fn edit(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>> {
    let endpoint = known(&app, &id).await?;
    let form = EndpointForm {
        url: endpoint.url.clone(),
        description: endpoint.description.clone(),
        kinds: endpoint.kinds.split(' ').map(str::to_owned).collect(),
    };
    draw(&app, &viewer, Some(&endpoint), form, Mistakes::default()).await
}

pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response> {
    let endpoint = known(&app, &id).await?;
    let form = read(&body);
    match webhooks::change(&app.engine, endpoint.id, &form).await {
        Ok(()) => Ok(flash::redirect(&app, &EndpointView::of(&endpoint).href, "The changes are kept.", None)),
        Err(error) => {
            let page = draw(&app, &viewer, Some(&endpoint), form, Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
