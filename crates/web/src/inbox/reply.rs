//! Writing: an answer or a forward, its draft and its files.

use super::{
    Fields,
    asked::Asked,
    composer::{self, Drawn, Written, fresh_key, most_bytes},
    conversation::{self, Opened},
    flash, id, next,
};
use crate::{Result, WebError};
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::{
    EngineError, desk,
    outbound::{self, ReplyForm},
};
use tertulia_model::{ChannelId, DeliveryState, MessageId, Millis, Outgoing};
use tertulia_store::{
    StoreError,
    deliveries::{self, Delivery},
};

/// A draft longer than this is no draft of a person's.
const MOST_TEXT: usize = 400_000;

/// Keeps what was written; it survives whatever becomes of the request.
async fn keep(asked: &Asked, written: &Written) -> Result<()> {
    if written.text.len() > MOST_TEXT {
        return Err(WebError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "This text is too long to be kept. Send it as a file, or shorten it.",
        ));
    }
    let form = serde_json::to_value(written).map_err(std::io::Error::other)?;
    desk::save_draft(&asked.app.engine, asked.draft(), &form).await?;
    Ok(())
}

/// Puts the files that came along to the draft.
async fn attach(asked: &Asked, fields: &Fields) -> Result<()> {
    if fields.files.is_empty() {
        return Ok(());
    }
    let most = most_bytes(asked).await?;
    for file in &fields.files {
        if file.bytes.len() as u64 > most {
            let message = match most {
                0 => format!("{} was not taken: this conversation carries no files.", file.name),
                _ => format!("{} is larger than {} MB, the most that can be sent.", file.name, most / 1_000_000),
            };
            return Err(EngineError::invalid("files", message).into());
        }
        let bytes = file.bytes.to_vec();
        desk::attach(&asked.app.engine, asked.draft(), &file.name, &file.media_type, bytes).await?;
    }
    Ok(())
}

/// Sends a reply or a forward. Without its effect, the page comes again with everything that was written.
pub(crate) async fn send(asked: Asked, fields: Fields) -> Result<Response> {
    let written = Written::of(&fields);
    let mut key = given_key(fields.get("key")).unwrap_or_else(|| fresh_key(&asked.app));
    let mut before = deliveries::by_key(&mut asked.app.engine.db.reader(), &key).await?;
    if before.as_ref().is_some_and(|taken_back| taken_back.state == DeliveryState::Withdrawn) {
        // An old page, gone back to after its reply was taken back: sent from there, it is a reply of its own.
        (key, before) = (fresh_key(&asked.app), None);
    }
    if let Some(standing) = &before
        && is_same(&asked, &fields, &written, standing).await?
    {
        // The same form a second time (an impatient press, a reload): it is one reply, and nothing of it is a draft again.
        return Ok(asked.stay("On its way.", undo_url(standing)));
    }
    keep(&asked, &written).await?;
    match attempt(&asked, &fields, &written, &key, before.is_some()).await {
        Ok(answer) => Ok(answer),
        Err(refused) => {
            let drawn = Drawn {
                written: Some(written),
                key: (!refused.is_old_page).then_some(key),
                warning: Some(refused.error.message),
                again: refused.again,
                ..Drawn::default()
            };
            let page = conversation::draw(&asked, Opened { drawn, ..Opened::default() });
            Ok((refused.error.status, page.await?).into_response())
        }
    }
}

/// Whether a form says what was sent under its key already. Whatever was corrected in it (whom it goes to, what is passed
/// on, another file) makes it another one, which must not be dropped in silence.
async fn is_same(asked: &Asked, fields: &Fields, written: &Written, standing: &Delivery) -> Result<bool> {
    let outgoing = &standing.outgoing;
    let to = written.addressed();
    // An answer that names nobody went to whom it was proposed to go.
    let is_to_the_same = to == outgoing.recipients || to.is_empty() && asked.forwards.is_none();
    Ok(standing.conversation_id == asked.held.id
        && outgoing.text == written.text
        && outgoing.forwards.as_ref().map(|forwarded| forwarded.message) == asked.forwards
        && is_to_the_same
        && all_went(asked, fields, outgoing).await?)
}

/// Whether all files of a form went with what was sent.
async fn all_went(asked: &Asked, fields: &Fields, outgoing: &Outgoing) -> Result<bool> {
    for file in &fields.files {
        let mut went = false;
        for sent in outgoing.attachments.iter().filter(|sent| sent.name == file.name) {
            if sent.content.length != file.bytes.len() as u64 {
                continue;
            }
            let (blobs, content) = (asked.app.engine.blobs.clone(), sent.content.clone());
            let read = tokio::task::spawn_blocking(move || blobs.read(&content));
            went |= read.await.map_err(std::io::Error::other)?? == file.bytes;
        }
        if !went {
            return Ok(false);
        }
    }
    Ok(true)
}

fn undo_url(delivery: &Delivery) -> Option<String> {
    Some(format!("/deliveries/{}/undo", delivery.id))
}

async fn attempt(
    asked: &Asked,
    fields: &Fields,
    written: &Written,
    key: &str,
    is_old_page: bool,
) -> std::result::Result<Response, Refused> {
    attach(asked, fields).await?;
    if is_old_page {
        // The page is an old one, gone back to: what it sent stands above, and this is another answer.
        let words = "What this page sent before has gone out; it stands above. Press again to send this as well.";
        let error = WebError::new(StatusCode::CONFLICT, words);
        return Err(Refused { error, again: true, is_old_page: true });
    }
    let next = next::after(&asked.app, asked.viewer.user.id, &asked.show, &asked.held).await?;
    let form = reply_form(asked, fields, written, key.to_owned());
    let delivery = outbound::queue_reply(&asked.app.engine, asked.viewer.user.id, form).await?;
    if fields.has("close") && asked.forwards.is_none() {
        return Ok(flash::redirect(&asked.app, &next, "Sent and closed.", undo_url(&delivery)));
    }
    Ok(asked.stay("On its way.", undo_url(&delivery)))
}

/// Why a reply did not go, and what its composer is drawn with again.
struct Refused {
    error: WebError,
    again: bool,
    is_old_page: bool,
}

impl From<WebError> for Refused {
    fn from(error: WebError) -> Self {
        Self { error, again: false, is_old_page: false }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        WebError::from(error).into()
    }
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Unseen(count) => {
                let error = WebError::new(StatusCode::CONFLICT, unseen_words(count));
                Self { error, again: true, is_old_page: false }
            }
            error => WebError::from(error).into(),
        }
    }
}

fn unseen_words(count: i64) -> String {
    let came = if count == 1 { "1 new message".to_owned() } else { format!("{count} new messages") };
    format!("{came} came while you were writing. Read it above; what you wrote is kept. Press again to send it.")
        .replace("Read it above", if count == 1 { "Read it above" } else { "Read them above" })
}

/// A key as we make them; anything else is not taken for one.
fn given_key(text: &str) -> Option<String> {
    let rest = text.strip_prefix("web-")?;
    let is_ours = rest.len() == 22 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    is_ours.then(|| text.to_owned())
}

fn reply_form(asked: &Asked, fields: &Fields, written: &Written, key: String) -> ReplyForm {
    ReplyForm {
        conversation: asked.held.id,
        channel: ChannelId(written.channel.parse().unwrap_or_default()),
        text: written.text.clone(),
        recipients: written.addressed(),
        subject: written.subject.clone(),
        from_address: written.from.clone(),
        idempotency_key: key,
        seen: Some(MessageId(fields.get("seen").parse().unwrap_or_default())),
        even_if_unseen: fields.get("confirm") == "yes",
        close: fields.has("close"),
        with_draft_files: true,
        forwards: asked.forwards,
    }
}

/// Keeps the draft as it is typed; by the button "Reply to all", addressed to everybody.
pub(crate) async fn draft(asked: Asked, fields: Fields) -> Result<Response> {
    let mut written = Written::of(&fields);
    if fields.get("then") == "everybody" {
        let ways = outbound::ways_to_answer(&asked.app.engine, asked.held.id).await?;
        let chosen = ways.iter().find(|way| way.channel.to_string() == written.channel);
        if let Some(way) = chosen {
            written.address(&way.reply_all);
        }
    }
    if asked.moved {
        written.stand_below(composer::kept(&asked).await?.as_ref());
    }
    keep(&asked, &written).await?;
    attach(&asked, &fields).await?;
    if asked.moved {
        let words =
            "This conversation was made one with another; here it goes on. What you wrote is kept below, and not sent.";
        return Ok(flash::redirect(&asked.app, &asked.here(), words, None));
    }
    if asked.is_scripted() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(asked.back())
}

/// Throws away what was written, as it stands in the form now: so it comes back whole.
pub(crate) async fn discard(asked: Asked, fields: Fields) -> Result<Response> {
    keep(&asked, &Written::of(&fields)).await?;
    let at = desk::discard_draft(&asked.app.engine, asked.draft()).await?;
    let address = asked.act("/draft/undo");
    let and = if address.contains('?') { '&' } else { '?' };
    Ok(asked.stay("Thrown away.", Some(format!("{address}{and}thrown={at}"))))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Thrown {
    thrown: Millis,
}

/// Brings back what was thrown away.
pub(crate) async fn take_up(asked: Asked, Query(at): Query<Thrown>) -> Result<Response> {
    desk::take_up_draft(&asked.app.engine, asked.draft(), at.thrown).await?;
    Ok(asked.back())
}

pub(crate) async fn add_files(asked: Asked, fields: Fields) -> Result<Response> {
    attach(&asked, &fields).await?;
    files_answer(&asked).await
}

/// The button stands in the composer's form: without a script it brings the whole form along, which is kept.
pub(crate) async fn remove_file(
    asked: Asked,
    Path((_, file)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response> {
    desk::detach(&asked.app.engine, asked.viewer.user.id, id(&file)?).await?;
    if fields.has("text") {
        keep(&asked, &Written::of(&fields)).await?;
    }
    files_answer(&asked).await
}

async fn files_answer(asked: &Asked) -> Result<Response> {
    if asked.is_scripted() { conversation::draft_files(asked).await } else { Ok(asked.back()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_we_did_not_make_is_not_taken() {
        let ours = format!("web-{}", "0a".repeat(11));
        assert_eq!(given_key(&ours), Some(ours.clone()));
        for other in ["", "web-", "web-xyz", &ours[1..], &format!("{ours}0"), "web-0a0a0a0a0a0a0a0a0a0aé"] {
            assert_eq!(given_key(other), None, "{other}");
        }
    }

    #[test]
    fn one_message_is_it_and_two_are_them() {
        assert!(unseen_words(1).starts_with("1 new message came") && unseen_words(1).contains("Read it above"));
        assert!(unseen_words(2).starts_with("2 new messages came") && unseen_words(2).contains("Read them above"));
    }
}
