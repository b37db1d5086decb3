//! Keeps what is being written, and loses nothing that the same member wrote on another device meanwhile.

use super::{
    Fields,
    asked::Asked,
    composer::{Written, fresh_key, most_bytes},
};
use crate::{Result, WebError};
use axum::http::StatusCode;
use tertulia_engine::{EngineError, desk};
use tertulia_model::DeliveryState;
use tertulia_store::{deliveries, drafts};

/// A draft longer than this is no draft of a person's.
const MOST_TEXT: usize = 400_000;

/// Keeps what was written; it survives whatever becomes of the request. Where something else stands that the page does
/// not know and that this does not hold, that stays and is given back.
pub(super) async fn keep(asked: &Asked, fields: &Fields, written: &mut Written) -> Result<Option<Written>> {
    if written.text.len() > MOST_TEXT {
        return Err(WebError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "This text is too long to be kept. Send it as a file, or shorten it.",
        ));
    }
    if written.version.is_empty() {
        written.version = fresh_key(&asked.app);
    }
    let form = serde_json::to_value(&*written).map_err(std::io::Error::other)?;
    loop {
        let there = drafts::get(&mut asked.app.engine.db.reader(), asked.draft()).await?;
        if let Some(other) = there.as_ref().map(Written::kept)
            && other.says_more_than(written)
            && !knows(fields, &other.version)
        {
            return Ok(Some(other));
        }
        let known = there.as_ref().map(|draft| draft.form.as_str());
        if desk::replace_draft(&asked.app.engine, asked.draft(), known, &form).await? {
            return Ok(None);
        }
    }
}

/// Whether the page a form stands on knows a version: it saw it, wrote it, or shows it for its writer to decide. A form
/// that says nothing about versions knows whatever stands.
fn knows(fields: &Fields, version: &str) -> bool {
    let named = |field: &str| fields.get(field).split(' ').any(|known| known == version);
    !fields.has("base") || named("base") || named("over")
}

/// Whether what a form holds is on its way already: it was saved late, after its own page was sent. Two pages of one draft
/// may have one key: what the other one went on to write is on no way.
pub(super) async fn was_sent(asked: &Asked, fields: &Fields) -> Result<bool> {
    let key = fields.get("key");
    let standing = deliveries::by_key(&mut asked.app.engine.db.reader(), key).await?;
    let written = fields.get("text").trim().replace("\r\n", "\n");
    Ok(standing.is_some_and(|delivery| {
        delivery.state != DeliveryState::Withdrawn && delivery.outgoing.text.contains(&written)
    }))
}

/// Puts the files that came along to the draft, and says which of them cannot go.
pub(super) async fn attach(asked: &Asked, fields: &Fields) -> Result<()> {
    if fields.files.is_empty() {
        return Ok(());
    }
    let most = most_bytes(asked).await?;
    let mut too_large = Vec::new();
    for file in &fields.files {
        if file.bytes.len() as u64 > most {
            too_large.push(file.name.as_str());
            continue;
        }
        let bytes = file.bytes.to_vec();
        desk::attach(&asked.app.engine, asked.draft(), &file.name, &file.media_type, bytes).await?;
    }
    match too_large.as_slice() {
        [] => Ok(()),
        names => Err(EngineError::invalid("files", not_taken(names, most)).into()),
    }
}

/// Why files cannot go along, where those of `most` bytes can.
pub(crate) fn not_taken(names: &[&str], most: u64) -> String {
    let (is, was) = if names.len() == 1 { ("is", "was") } else { ("are", "were") };
    let names = names.join(", ");
    match most {
        0 => format!("{names} {was} not taken: this conversation carries no files. Put a link into the text."),
        _ => format!("{names} {is} larger than {} MB, the most that can be sent.", most / 1_000_000),
    }
}
