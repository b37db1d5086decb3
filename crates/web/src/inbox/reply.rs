//! Writing: an answer or a forward, its draft and its files.

use super::{
    Fields,
    asked::Asked,
    composer::{self, Drawn, Written, fresh_key},
    conversation::{self, Opened},
    flash, id,
    keeping::{attach, keep, was_sent},
    next,
};
use crate::{App, Result, WebError, knowhow};
use axum::{
    Json,
    extract::{Path, Query},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::{
    EngineError, by_hand, desk,
    outbound::{self, ReplyForm},
    saved_replies,
};
use tertulia_model::{ChannelId, DeliveryState, MessageId, Millis, Outgoing};
use tertulia_store::{
    StoreError,
    deliveries::{self, Delivery},
};

/// As many as a live conversation shows.
const MOST_SHOWN: usize = 200;

/// The cookie that names what was just taken.
pub(super) const TAKEN: &str = "tertulia_taken";

/// Sends a reply or a forward. Without its effect, the page comes again with everything that was written.
pub(crate) async fn send(asked: Asked, fields: Fields) -> Result<Response> {
    let mut written = Written::of(&fields);
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
    match attempt(&asked, &fields, &mut written, &key, before.is_some()).await {
        Ok(answer) => Ok(answer),
        Err(refused) => come_again(&asked, &fields, written, key, refused).await,
    }
}

/// The page once more, with everything that was written and why it did not go.
async fn come_again(
    asked: &Asked,
    fields: &Fields,
    written: Written,
    key: String,
    refused: Refused,
) -> Result<Response> {
    let drawn = Drawn {
        // What was not kept, since something else stands in its place, knows no more than it did.
        base: refused.elsewhere.is_some().then(|| fields.get("base").to_owned()),
        written: Some(written),
        key: (!refused.is_old_page).then_some(key),
        warning: Some(refused.error.message),
        again: refused.again,
        is_asked: refused.is_unseen,
        as_it_is: refused.is_left_open,
        elsewhere: refused.elsewhere,
        ..Drawn::default()
    };
    let page = conversation::draw(asked, Opened { drawn, ..Opened::default() }).await?;
    Ok((refused.error.status, page).into_response())
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
    written: &mut Written,
    key: &str,
    is_old_page: bool,
) -> std::result::Result<Response, Refused> {
    let elsewhere = keep(asked, fields, written).await?;
    attach(asked, fields).await?;
    if let Some(other) = elsewhere {
        return Err(Refused::elsewhere(other, "Press again to send this in its place."));
    }
    if is_old_page {
        // The page is an old one, gone back to: what it sent stands above, and this is another answer.
        let words = "What this page sent before has gone out; it stands above. Press again to send this as well.";
        let error = WebError::new(StatusCode::CONFLICT, words);
        return Err(Refused { again: true, is_old_page: true, ..Refused::from(error) });
    }
    if fields.get("said") == "theirs" {
        return they_said(asked, written, key).await;
    }
    let next = next::after(&asked.app, asked.viewer.user.id, &asked.show, &asked.held).await?;
    if asked.forwards.is_none() && fields.get("as_it_is") != "yes" {
        saved_replies::check_filled_in(&written.text).map_err(Refused::left_open)?;
    }
    let form = reply_form(asked, fields, written, key.to_owned());
    let delivery = outbound::queue_reply(&asked.app.engine, asked.viewer.user.id, form).await?;
    if fields.has("close") && asked.forwards.is_none() {
        let closed = flash::redirect(&asked.app, &next, "Sent and closed.", undo_url(&delivery));
        return Ok(taken(&asked.app, key, closed));
    }
    let known = asked.known().await?;
    let done = if known.channel(delivery.channel_id).is_written_down { "Written down." } else { "On its way." };
    Ok(asked.stay(done, undo_url(&delivery)))
}

/// What they said is written down, where nothing is sent; the files of the draft go along.
async fn they_said(asked: &Asked, written: &Written, key: &str) -> std::result::Result<Response, Refused> {
    let engine = &asked.app.engine;
    let channel = ChannelId(written.channel.parse().unwrap_or_default());
    let files = desk::files_of_draft(engine, asked.draft()).await?;
    let said = (written.text.clone(), files, key.to_owned());
    by_hand::go_on(engine, asked.viewer.user.id, asked.held.id, channel, said).await?;
    desk::finish_draft(engine, asked.draft()).await?;
    Ok(taken(&asked.app, key, asked.stay("Written down.", None)))
}

/// The next page is about something else and names none of what this conversation was sent: the browser, which keeps a copy
/// until it knows, is told by a cookie that its script reads.
fn taken(app: &App, key: &str, mut answer: Response) -> Response {
    let secure = if app.is_https() { "; Secure" } else { "" };
    let cookie = format!("{TAKEN}={key}; Path=/; SameSite=Lax; Max-Age=60{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// Why a reply did not go, and what its composer is drawn with again.
struct Refused {
    error: WebError,
    again: bool,
    is_old_page: bool,
    /// It asks about what was not on the screen.
    is_unseen: bool,
    /// It asks about a place that was not filled in.
    is_left_open: bool,
    /// What was written on another device and stands as the draft.
    elsewhere: Option<Written>,
}

impl Refused {
    fn elsewhere(other: Written, what_now: &str) -> Self {
        let words = format!("You wrote something else here on another device meanwhile; it stands below. {what_now}");
        Self { again: true, elsewhere: Some(other), ..Self::from(WebError::new(StatusCode::CONFLICT, words)) }
    }

    /// Whoever means what stands in braces presses again.
    fn left_open(error: EngineError) -> Self {
        let mut refused = Self { again: true, is_left_open: true, ..Self::from(error) };
        refused.error.message.push_str(" If it is meant so, press again to send it as it is.");
        refused
    }
}

impl From<WebError> for Refused {
    fn from(error: WebError) -> Self {
        Self { error, again: false, is_old_page: false, is_unseen: false, is_left_open: false, elsewhere: None }
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
                Self { again: true, is_unseen: true, ..Self::from(error) }
            }
            error => WebError::from(error).into(),
        }
    }
}

fn unseen_words(count: i64) -> String {
    let (came, them) = match count {
        1 => ("1 message was".to_owned(), "it"),
        count => (format!("{count} messages were"), "them"),
    };
    format!("{came} not on your screen yet. Read {them} above; what you wrote is kept. Press again to send it.")
}

/// What the page's script names: `17 18`. More than a page holds is not looked at.
fn ids(text: &str) -> Vec<MessageId> {
    text.split(' ').filter_map(|id| id.parse().ok()).take(MOST_SHOWN).collect()
}

/// A key as we make them; anything else is not taken for one.
pub(crate) fn given_key(text: &str) -> Option<String> {
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
        shown: ids(fields.get("shown")),
        even_if_unseen: false,
        close: fields.has("close"),
        files: outbound::Files::OfDraft,
        articles: written.articles.split_whitespace().filter_map(|id| id.parse().ok()).collect(),
        forwards: asked.forwards,
    }
}

/// Keeps the draft as it is typed; by the button "Reply to all", addressed to everybody.
pub(crate) async fn draft(asked: Asked, fields: Fields) -> Result<Response> {
    if was_sent(&asked, &fields).await? {
        return Ok(kept(&asked));
    }
    let mut written = Written::of(&fields);
    if fields.get("then") == "everybody" {
        let ways = outbound::ways_to_answer(&asked.app.engine, asked.held.id).await?;
        let chosen = ways.iter().find(|way| way.channel.to_string() == written.channel);
        if let Some(way) = chosen {
            written.address(&way.reply_all);
        }
    }
    if let Some((article, text)) = knowhow::put_text(&asked.app, fields.get("put")).await? {
        written.text = [written.text.trim_end(), &text].join("\n\n").trim_start().to_owned();
        written.articles = format!("{} {article}", written.articles).trim().to_owned();
    }
    if asked.moved {
        written.stand_below(composer::kept(&asked).await?.as_ref());
    }
    let elsewhere = keep(&asked, &fields, &mut written).await?;
    attach(&asked, &fields).await?;
    match elsewhere {
        Some(other) if asked.is_scripted() => {
            let said = serde_json::json!({ "version": other.version, "text": other.text });
            Ok((StatusCode::CONFLICT, Json(said)).into_response())
        }
        Some(other) => ask_first(&asked, &fields, written, other).await,
        None if asked.moved => {
            let words = "This conversation was made one with another; here it goes on. What you wrote is kept below, and not sent.";
            Ok(flash::redirect(&asked.app, &asked.here(), words, None))
        }
        None => Ok(kept(&asked)),
    }
}

fn kept(asked: &Asked) -> Response {
    if asked.is_scripted() { StatusCode::NO_CONTENT.into_response() } else { asked.back() }
}

/// What the page shows is not kept before its writer has seen what stands in its place.
async fn ask_first(asked: &Asked, fields: &Fields, written: Written, other: Written) -> Result<Response> {
    let key = given_key(fields.get("key")).unwrap_or_else(|| fresh_key(&asked.app));
    let refused =
        Refused { again: false, ..Refused::elsewhere(other, "Nothing was changed; press again if you want to.") };
    come_again(asked, fields, written, key, refused).await
}

/// Throws away what was written, as it stands in the form now: so it comes back whole.
pub(crate) async fn discard(asked: Asked, fields: Fields) -> Result<Response> {
    let mut written = Written::of(&fields);
    if let Some(other) = keep(&asked, &fields, &mut written).await? {
        return ask_first(&asked, &fields, written, other).await;
    }
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
        let mut written = Written::of(&fields);
        if let Some(other) = keep(&asked, &fields, &mut written).await? {
            return ask_first(&asked, &fields, written, other).await;
        }
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
        assert!(unseen_words(1).starts_with("1 message was not") && unseen_words(1).contains("Read it above"));
        assert!(unseen_words(2).starts_with("2 messages were not") && unseen_words(2).contains("Read them above"));
    }
}
