//! The same for programs: a file as the body of a request, and an import as JSON asks for it.

use super::{
    map::{Chosen, text},
    saved,
    ticket::{Ticket, plain_name},
    upload::Sink,
};
use crate::{App, Result, WebError};
use axum::{body::Body, http::StatusCode};
use futures::StreamExt;
use serde_json::Value;
use std::collections::BTreeMap;
use tertulia_connector::archive::{Look, PreviewRow};
use tertulia_engine::{imports, mappings::Naming};
use tertulia_model::{ImportId, MappingId, UserId};

/// A file that came, and what it is.
pub(crate) struct Sent {
    pub ticket: String,
    pub name: String,
    pub bytes: u64,
    pub look: Look,
}

/// Takes a file as it comes; what cannot be read is refused by its first bytes.
pub(crate) async fn take_body(app: &App, name: &str, body: Body) -> Result<Sent> {
    let ticket = receive_body(app, name, body, true).await?;
    let look = imports::look(&app.engine, &ticket.name, &ticket.blob)?;
    Ok(Sent { ticket: ticket.seal(&app.engine.vault), bytes: ticket.size, name: ticket.name, look })
}

/// Takes a file; as an archive it is looked at by its first bytes.
pub(crate) async fn receive_body(app: &App, name: &str, body: Body, is_archive: bool) -> Result<Ticket> {
    let name = plain_name(name);
    let mut sink = Sink::new(&app.engine, &name, is_archive)?;
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
    sink.finish().await
}

/// How a program wants a file to be read. What it leaves out is as the saved mapping says, or as the file suggests.
pub(crate) struct Wanted {
    pub file: String,
    pub mapping: Option<MappingId>,
    pub source: Option<String>,
    pub columns: BTreeMap<String, String>,
    pub time_format: Option<String>,
    pub time_zone: Option<String>,
    pub our_accounts: Option<Vec<String>>,
    pub public: Option<bool>,
}

/// Starts an import, by the same rules as the form.
pub(crate) async fn begin(app: &App, by: UserId, wanted: &Wanted) -> Result<ImportId> {
    Ok(right(choose(app, wanted).await?)?.start(app, by).await?)
}

/// The first rows as they would be taken.
pub(crate) async fn preview(app: &App, wanted: &Wanted) -> Result<Vec<std::result::Result<PreviewRow, String>>> {
    Ok(right(choose(app, wanted).await?.without_name())?.rows(app).await?.rows)
}

/// Keeps under a name how such a file is to be read.
pub(crate) async fn save(app: &App, by: UserId, named: (&str, bool), wanted: &Wanted) -> Result<Naming> {
    let chosen = right(choose(app, wanted).await?.without_name())?;
    if !chosen.look.needs_mapping {
        return Err(at("file", saved::NO_MAPPING));
    }
    Ok(chosen.save(app, by, named).await?)
}

fn at(field: &str, words: impl Into<String>) -> WebError {
    let words = words.into();
    let fields = vec![(field.to_owned(), words.clone())];
    WebError { fields, ..WebError::new(StatusCode::UNPROCESSABLE_ENTITY, words) }
}

fn right(chosen: Chosen) -> Result<Chosen> {
    let Some((_, first)) = chosen.mistakes.first() else { return Ok(chosen) };
    let words = first.clone();
    Err(WebError { fields: chosen.mistakes, ..WebError::new(StatusCode::UNPROCESSABLE_ENTITY, words) })
}

/// As the form would stand, filled in by somebody who changes just what is given.
async fn choose(app: &App, wanted: &Wanted) -> Result<Chosen> {
    let begun = begun(app, wanted).await?;
    let said =
        |given: &Option<String>, name: &str| given.clone().unwrap_or_else(|| text(&begun.mapping, name).to_owned());
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("file", &wanted.file).append_pair("source", &said(&wanted.source, "source"));
    form.append_pair("time_format", &said(&wanted.time_format, "time_format"));
    form.append_pair("time_zone", &said(&wanted.time_zone, "time_zone"));
    let known = begun.mapping["our_accounts"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let ours = wanted.our_accounts.clone().unwrap_or_else(|| known.map(str::to_owned).collect());
    form.append_pair("our_accounts", &ours.join("\n"));
    if wanted.public.unwrap_or(text(&begun.mapping, "visibility") == "public") {
        form.append_pair("public", "yes");
    }
    if let Some(mapping) = wanted.mapping {
        form.append_pair("saved", &mapping.to_string());
    }
    let fields = imports::mapping_fields(&app.engine)?;
    let mut mistakes: Vec<(String, String)> = Vec::new();
    for name in wanted.columns.keys().filter(|name| !fields.iter().any(|field| field.name == **name)) {
        let shown: String = name.chars().take(60).collect();
        mistakes.push((format!("columns.{shown}"), "A message has no such field.".to_owned()));
    }
    // A column of the saved mapping that this file does not have.
    mistakes.extend(begun.mistakes.iter().filter(|(name, _)| !wanted.columns.contains_key(name)).cloned());
    for field in fields {
        let column = wanted.columns.get(&field.name).map_or(text(&begun.mapping, &field.name), String::as_str);
        form.append_pair(&format!("{}{}", super::map::PREFIX, field.name), column);
    }
    let mut chosen = Chosen::typed(app, form.finish().as_bytes())?;
    mistakes.append(&mut chosen.mistakes);
    chosen.mistakes = mistakes;
    Ok(chosen)
}

/// Which of the two that are named is not there is said at its field.
async fn begun(app: &App, wanted: &Wanted) -> Result<Chosen> {
    Chosen::look(app, &wanted.file).map_err(|error| match error.status {
        StatusCode::NOT_FOUND => at("file", "This upload is not here (any more). Send the file again."),
        _ => error,
    })?;
    Chosen::begun(app, &wanted.file, Some(wanted.mapping)).await.map_err(|error| match error.status {
        StatusCode::NOT_FOUND => at("mapping", "There is no saved mapping with this id (any more)."),
        _ => error,
    })
}
