//! Whether what the composer hands in can go out, in words for whoever wrote it.

use super::{ReplyForm, Way};
use crate::{EngineError, Result};
use tertulia_connector::FieldError;
use tertulia_model::{Forwarded, RecipientRole};
use tertulia_store::drafts::DraftFile;

/// Addresses of one message. Nothing here sends one text to many.
const MOST_RECIPIENTS: usize = 20;

/// What is wrong with a reply or a forward, each at its field.
pub(super) fn check(form: &ReplyForm, way: &Way, forwards: Option<&Forwarded>, files: &[DraftFile]) -> Result<()> {
    let mut errors = Vec::new();
    match forwards {
        None if form.text.trim().is_empty() && files.is_empty() => {
            errors.push(FieldError::new("text", "Write something first."));
        }
        Some(_) if !form.recipients.iter().any(|r| r.role == RecipientRole::To) => {
            errors.push(FieldError::new("recipients", "Say whom it goes to: write an e-mail address under To."));
        }
        _ => {}
    }
    let length = way.limits.length(&form.text) + forwards.map_or(0, |forwarded| way.limits.length(&forwarded.text));
    if length > way.limits.text {
        let with = if forwards.is_some() { "with what it passes on, this" } else { "this" };
        errors.push(FieldError::new(
            "text",
            format!("{} takes {} {}; {with} has {length}. Shorten it.", way.title, way.limits.text, way.limits.unit()),
        ));
    }
    check_files(&mut errors, way, files);
    check_addresses(&mut errors, form, way);
    if errors.is_empty() { Ok(()) } else { Err(EngineError::Invalid(errors)) }
}

fn check_files(errors: &mut Vec<FieldError>, way: &Way, files: &[DraftFile]) {
    if files.len() > way.limits.attachments {
        let message = match way.limits.attachments {
            0 => format!("{} carries no files. Remove them, or put a link into the text.", way.title),
            most => format!("{} carries at most {most} files. Remove some.", way.title),
        };
        errors.push(FieldError::new("files", message));
    }
    for file in
        files.iter().filter(|file| way.limits.attachments > 0 && file.content.length > way.limits.attachment_bytes)
    {
        let most = way.limits.attachment_bytes / 1_000_000;
        errors.push(FieldError::new(
            "files",
            format!("{} is larger than {most} MB, the most that {} carries.", file.name, way.title),
        ));
    }
}

fn check_addresses(errors: &mut Vec<FieldError>, form: &ReplyForm, way: &Way) {
    // Whoever answers all of those that they were written to with can do so, however many these are.
    let most = MOST_RECIPIENTS.max(way.reply_all.len());
    if form.recipients.len() > most {
        let words = format!(
            "A message goes to {most} addresses at most, and this has {}. Write to people one by one.",
            form.recipients.len()
        );
        errors.push(FieldError::new("recipients", words));
    }
    for recipient in form.recipients.iter().filter(|_| way.limits.recipients) {
        if !plausible_address(&recipient.address) {
            errors.push(FieldError::new("recipients", format!("“{}” is not an e-mail address.", recipient.address)));
        }
    }
    if let Some(from) = &form.from_address
        && way.limits.recipients
        && !way.from_addresses.contains(&from.to_lowercase())
    {
        errors.push(FieldError::new(
            "from",
            format!("This channel cannot send as {from}. Choose one of: {}.", way.from_addresses.join(", ")),
        ));
    }
}

/// One @, something on both sides, nothing that could break out of a header.
pub(crate) fn plausible_address(address: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\\\"()[]".contains(c);
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            !local.is_empty() && !domain.is_empty() && address.len() <= 254 && !address.contains(bad)
        }
        None => false,
    }
}
