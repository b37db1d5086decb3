//! Answering: the reply itself, its draft and its files.

use super::{
    Fields,
    composer::{Drawn, Written, fresh_key},
    conversation::{self, Opened},
    fields::Upload,
    flash, id,
    list::Show,
    next,
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use tertulia_engine::{
    EngineError, desk,
    outbound::{self, ReplyForm},
};
use tertulia_model::{ChannelId, ConversationId};
use tertulia_store::{conversations, deliveries};

/// A draft longer than this is no draft of a person's.
const MOST_TEXT: usize = 400_000;

async fn held(app: &App, conversation: &str) -> Result<conversations::Conversation> {
    let found = conversations::get(&mut app.engine.db.reader(), id(conversation)?).await?;
    found.ok_or_else(WebError::not_found)
}

/// Keeps what was written; it survives whatever becomes of the request.
async fn keep(app: &App, viewer: &Viewer, conversation: ConversationId, written: &Written) -> Result<()> {
    if written.text.len() > MOST_TEXT {
        return Err(WebError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "This text is too long to be kept. Send it as a file, or shorten it.",
        ));
    }
    let form = serde_json::to_value(written).map_err(std::io::Error::other)?;
    desk::save_draft(&app.engine, viewer.user.id, conversation, &form).await?;
    Ok(())
}

/// Puts files to the draft. The largest that any way to answer carries is the limit; which way it is to be is known
/// only when it is sent.
async fn attach(app: &App, viewer: &Viewer, conversation: ConversationId, files: &[Upload]) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let ways = outbound::ways_to_answer(&app.engine, conversation).await?;
    let most = ways.iter().map(|way| way.limits.attachment_bytes).max().unwrap_or(0);
    for file in files {
        if file.bytes.len() as u64 > most {
            let message = match most {
                0 => format!("{} was not taken: this conversation carries no files.", file.name),
                _ => format!("{} is larger than {} MB, the most that can be sent.", file.name, most / 1_000_000),
            };
            return Err(EngineError::invalid("files", message).into());
        }
        let bytes = file.bytes.to_vec();
        desk::attach(&app.engine, viewer.user.id, conversation, &file.name, &file.media_type, bytes).await?;
    }
    Ok(())
}

/// Sends a reply. Without its effect, the page comes again with everything that was written.
pub(crate) async fn send(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
    fields: Fields,
) -> Result<Response> {
    let held = held(&app, &conversation).await?;
    let written = Written::of(&fields);
    let key = given_key(fields.get("key")).unwrap_or_else(|| fresh_key(&app));
    if let Some(standing) = deliveries::by_key(&mut app.engine.db.reader(), &key).await?
        && standing.conversation_id == held.id
        && standing.outgoing.text == written.text
    {
        // The same form a second time (an impatient press, a reload): it is one reply, and nothing of it is a draft again.
        let to = format!("/inbox/{}{}", held.id, show.query());
        return Ok(flash::redirect(&app, &to, "On its way.", Some(format!("/deliveries/{}/undo", standing.id))));
    }
    keep(&app, &viewer, held.id, &written).await?;
    let refused = |error: WebError, key: Option<String>, again: bool| Refused { error, key, again };
    let attempt = async {
        attach(&app, &viewer, held.id, &fields.files)
            .await
            .map_err(|error| refused(error, Some(key.clone()), false))?;
        let before = deliveries::by_key(&mut app.engine.db.reader(), &key).await;
        let before = before.map_err(|error| refused(error.into(), Some(key.clone()), false))?;
        if before.is_some_and(|sent| sent.outgoing.text != written.text) {
            // The page is an old one, gone back to: what it sent stands above, and this is another answer.
            let words = "What this page sent before has gone out; it stands above. Press again to send this as well.";
            return Err(refused(WebError::new(StatusCode::CONFLICT, words), None, true));
        }
        let next = next::after(&app, viewer.user.id, &show, &held).await;
        let next = next.map_err(|error| refused(error, Some(key.clone()), false))?;
        let form = reply_form(held.id, &fields, &written, key.clone());
        match outbound::queue_reply(&app.engine, viewer.user.id, form).await {
            Ok(delivery) => Ok((delivery, next)),
            Err(EngineError::Unseen(count)) => {
                let error = WebError::new(StatusCode::CONFLICT, unseen_words(count));
                Err(refused(error, Some(key.clone()), true))
            }
            Err(error) => Err(refused(error.into(), Some(key.clone()), false)),
        }
    };
    match attempt.await {
        Ok((delivery, next)) => {
            let close = fields.has("close");
            let to = if close { next } else { format!("/inbox/{}{}", held.id, show.query()) };
            let text = if close { "Sent and closed." } else { "On its way." };
            Ok(flash::redirect(&app, &to, text, Some(format!("/deliveries/{}/undo", delivery.id))))
        }
        Err(refused) => {
            let drawn = Drawn {
                written: Some(written),
                key: refused.key,
                warning: Some(refused.error.message),
                again: refused.again,
                ..Drawn::default()
            };
            let page = conversation::draw(&app, &viewer, &headers, held, &show, Opened { drawn, ..Opened::default() });
            Ok((refused.error.status, page.await?).into_response())
        }
    }
}

/// Why a reply did not go, and what its composer is drawn with again.
struct Refused {
    error: WebError,
    key: Option<String>,
    again: bool,
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

fn reply_form(conversation: ConversationId, fields: &Fields, written: &Written, key: String) -> ReplyForm {
    ReplyForm {
        conversation,
        channel: ChannelId(written.channel.parse().unwrap_or_default()),
        text: written.text.clone(),
        recipients: written.addressed(),
        subject: written.subject.clone(),
        from_address: written.from.clone(),
        idempotency_key: key,
        seen: Some(fields.get("seen").parse().unwrap_or_default()),
        even_if_unseen: fields.get("confirm") == "yes",
        close: fields.has("close"),
        with_draft_files: true,
    }
}

/// Keeps the draft as it is typed; by the button "Reply to all", addressed to everybody.
pub(crate) async fn draft(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
    fields: Fields,
) -> Result<Response> {
    let held = held(&app, &conversation).await?;
    let mut written = Written::of(&fields);
    if fields.get("then") == "everybody" {
        let ways = outbound::ways_to_answer(&app.engine, held.id).await?;
        let chosen = ways.iter().find(|way| way.channel.to_string() == written.channel);
        if let Some(way) = chosen {
            written.address(&way.reply_all);
        }
    }
    keep(&app, &viewer, held.id, &written).await?;
    attach(&app, &viewer, held.id, &fields.files).await?;
    if headers.contains_key("x-csrf-token") {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(back(held.id, &show))
}

fn back(conversation: ConversationId, show: &Show) -> Response {
    Redirect::to(&format!("/inbox/{conversation}{}", show.query())).into_response()
}

pub(crate) async fn add_files(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
    fields: Fields,
) -> Result<Response> {
    let held = held(&app, &conversation).await?;
    attach(&app, &viewer, held.id, &fields.files).await?;
    files_answer(&app, &viewer, &headers, held.id, &show).await
}

/// The button stands in the composer's form: without a script it brings the whole form along, which is kept.
pub(crate) async fn remove_file(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path((conversation, file)): Path<(String, String)>,
    Query(show): Query<Show>,
    fields: Fields,
) -> Result<Response> {
    let held = held(&app, &conversation).await?;
    desk::detach(&app.engine, viewer.user.id, id(&file)?).await?;
    if fields.has("text") {
        keep(&app, &viewer, held.id, &Written::of(&fields)).await?;
    }
    files_answer(&app, &viewer, &headers, held.id, &show).await
}

async fn files_answer(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    conversation: ConversationId,
    show: &Show,
) -> Result<Response> {
    if headers.contains_key("x-csrf-token") {
        return conversation::draft_files(app, viewer, conversation, show).await;
    }
    Ok(back(conversation, show))
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
