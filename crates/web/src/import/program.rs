//! The same for programs: a file as the body of a request, and an import as JSON asks for it.

use super::{map::Chosen, ticket::plain_name, upload::Sink};
use crate::{App, Result, WebError};
use axum::{body::Body, http::StatusCode};
use futures::StreamExt;
use std::collections::BTreeMap;
use tertulia_connector::archive::Look;
use tertulia_engine::imports;
use tertulia_model::{ImportId, UserId};

/// A file that came, and what it is.
pub(crate) struct Sent {
    pub ticket: String,
    pub name: String,
    pub bytes: u64,
    pub look: Look,
}

/// Takes a file as it comes; what cannot be read is refused by its first bytes.
pub(crate) async fn take_body(app: &App, name: &str, body: Body) -> Result<Sent> {
    let name = plain_name(name);
    let mut sink = Sink::new(&app.engine, &name)?;
    let mut chunks = body.into_data_stream();
    let mut bytes = 0;
    while let Some(chunk) = chunks.next().await {
        let broken = |_| WebError::new(StatusCode::BAD_REQUEST, "The file did not arrive whole. Nothing was kept.");
        let chunk = chunk.map_err(broken)?;
        bytes += chunk.len();
        if bytes > super::MOST_BYTES {
            return Err(WebError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "This file is larger than 4 GB. Nothing was kept.",
            ));
        }
        sink.take(&chunk).await?;
    }
    let ticket = sink.finish().await?;
    let look = imports::look(&app.engine, &ticket.name, &ticket.blob)?;
    Ok(Sent { ticket: ticket.seal(&app.engine.vault), bytes: ticket.size, name: ticket.name, look })
}

/// How a program wants a file to be read.
pub(crate) struct Wanted {
    pub file: String,
    pub source: String,
    pub columns: BTreeMap<String, String>,
    pub time_format: String,
    pub time_zone: String,
    pub our_accounts: Vec<String>,
    pub public: bool,
}

/// Starts an import, by the same rules as the form.
pub(crate) async fn begin(app: &App, by: UserId, wanted: Wanted) -> Result<ImportId> {
    Ok(choose(app, &wanted)?.start(app, by).await?)
}

fn choose(app: &App, wanted: &Wanted) -> Result<Chosen> {
    let look = Chosen::look(app, &wanted.file).map_err(|error| match error.status {
        StatusCode::NOT_FOUND => {
            let why = "This upload is not here (any more). Send the file again.".to_owned();
            WebError {
                fields: vec![("file".to_owned(), why.clone())],
                ..WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why)
            }
        }
        _ => error,
    })?;
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("file", &wanted.file).append_pair("source", &wanted.source);
    form.append_pair("time_format", &wanted.time_format).append_pair("time_zone", &wanted.time_zone);
    form.append_pair("our_accounts", &wanted.our_accounts.join("\n"));
    if wanted.public {
        form.append_pair("public", "yes");
    }
    let fields = imports::mapping_fields(&app.engine)?;
    let mut mistakes: Vec<(String, String)> = Vec::new();
    for name in wanted.columns.keys().filter(|name| !fields.iter().any(|field| field.name == **name)) {
        let shown: String = name.chars().take(60).collect();
        mistakes.push((format!("columns.{shown}"), "A message has no such field.".to_owned()));
    }
    for field in fields {
        let suggested = look.mapping[&field.name].as_str().unwrap_or_default();
        let column = wanted.columns.get(&field.name).map_or(suggested, String::as_str);
        form.append_pair(&format!("{}{}", super::map::PREFIX, field.name), column);
    }
    let chosen = Chosen::typed(app, form.finish().as_bytes())?;
    mistakes.extend(chosen.mistakes.iter().cloned());
    if let Some((_, first)) = mistakes.first() {
        let words = first.clone();
        return Err(WebError { fields: mistakes, ..WebError::new(StatusCode::UNPROCESSABLE_ENTITY, words) });
    }
    Ok(chosen)
}
