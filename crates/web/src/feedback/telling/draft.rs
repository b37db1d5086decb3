//! One draft: what they said, where it goes, in which words; and what is done with it.

use super::{
    href, page_href,
    words::{answer_words, standing},
};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    feedback::change_href,
    inbox::{Known, flash, fresh_key, id as id_of, whose},
    layout::{Nav, Shell},
    listen::languages::name as language_name,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    telling::{self as desk, Look, SendForm, Trouble},
    wording::StoredParts,
};
use tertulia_model::{MessageId, Millis};
use tertulia_store::{
    deliveries, loops,
    messages::flags,
    reading,
    tellings::{self, HELPED},
};

/// What is typed in the words of one draft.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    words: String,
    seen: String,
    key: String,
    /// What they asked, and what was shown of what they wrote since.
    asked: Option<MessageId>,
    shown: String,
    /// They were asked whether to send it though new messages came.
    even: String,
}

/// Why the page comes again, with what was typed.
#[derive(Default)]
pub(super) struct Again {
    pub words: Option<String>,
    /// As it was looked at while these words were typed.
    pub seen: String,
    /// What was noted: of who was told another way, and of who is left out.
    pub by_hand: Option<String>,
    pub skip: Option<String>,
    pub warning: String,
    /// What was not done.
    pub nothing: &'static str,
    pub asks_again: bool,
}

impl Again {
    /// What a person can mend on the same page; other errors go on to a page of their own.
    pub fn refused(self, error: EngineError) -> Result<Self> {
        let mistakes = Mistakes::of(error)?;
        let fields = mistakes.fields().iter().map(|(_, message)| message.as_str());
        let all: Vec<&str> = fields.chain([mistakes.general.as_str()]).filter(|words| !words.is_empty()).collect();
        Ok(Self { warning: all.join(" "), ..self })
    }
}

struct Said {
    words: String,
    at: Millis,
    channel: (String, String),
    href: String,
    /// Somebody else may have written it.
    is_doubtful: bool,
}

/// What they wrote since what they asked.
struct Since {
    words: String,
    at: Millis,
    href: String,
}

/// What they said after they were asked whether it helped.
struct Answer {
    words: String,
    message: MessageId,
    at: Millis,
    href: String,
}

#[derive(Template)]
#[template(path = "feedback/telling/draft.html")]
struct DraftPage {
    shell: Shell,
    csrf: String,
    href: String,
    back: String,
    change: String,
    name: String,
    person_href: String,
    /// "3 of 20 to look at"
    place: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    said: Option<Said>,
    is_behalf: bool,
    /// They confirmed an address on the public roadmap and said nothing with it.
    is_voice: bool,
    asked_at: Millis,
    since: i64,
    came: Vec<Since>,
    /// The ids of these, by spaces.
    shown: String,
    /// The channel, the address, whether everybody can read it.
    goes: Option<(String, String, bool)>,
    send_label: String,
    language_words: Option<String>,
    standing: &'static str,
    is_draft: bool,
    trouble: Option<String>,
    can_owe: bool,
    no_text_href: Option<String>,
    reason: Option<String>,
    note: Option<String>,
    by: Option<String>,
    told_at: Option<Millis>,
    sent_href: Option<String>,
    words: String,
    /// What it says by now, where other words were typed before that.
    now: Option<String>,
    seen: String,
    key: String,
    asked: Option<MessageId>,
    version: i64,
    warning: String,
    nothing: &'static str,
    asks_again: bool,
    by_hand: Option<String>,
    skip: Option<String>,
    is_helped: bool,
    can_redraft: bool,
    can_tell_by_hand: bool,
    can_skip: bool,
    takes_answer: bool,
    answer: Option<&'static str>,
    answered_by: Option<String>,
    reply: Option<Answer>,
    may_work: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let page = draw(&app, &viewer, &headers, id_of(&id)?, Again::default()).await?;
    Ok(flash::said(&headers, page))
}

fn number(many: i64) -> String {
    crate::listen::thousands(usize::try_from(many).unwrap_or(0))
}

pub(super) async fn draw(app: &App, viewer: &Viewer, headers: &HeaderMap, id: i64, again: Again) -> Result<Response> {
    let known = Known::read(app, viewer, headers).await?;
    let look = desk::look(&app.engine, &mut app.engine.db.reader(), id).await?;
    let name = whose(Some(&look.name));
    let mut shell = app.shell(viewer, "feedback", name.clone(), Nav::Feedback).await?;
    shell.toast = flash::take(app, headers);
    let status = if again.warning.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = whole(app, &known, look, (shell, name), again).await?;
    Ok((status, Html(page.render()?)).into_response())
}

async fn whole(
    app: &App,
    known: &Known,
    look: Look,
    (shell, name): (Shell, String),
    again: Again,
) -> Result<DraftPage> {
    let mut db = app.engine.db.reader();
    let t = &look.telling;
    let is_draft = t.state == "draft";
    let (mut previous, mut next, mut place) = (None, None, None);
    if is_draft {
        previous = tellings::beside(&mut db, t, true).await?.map(href);
        next = tellings::beside(&mut db, t, false).await?.map(href);
        let before = tellings::count_before(&mut db, t).await?;
        let counts = tellings::counts(&mut db, t.change_id, &t.kind).await?;
        let all = counts.iter().find(|(state, _)| state == "draft").map_or(0, |(_, many)| *many);
        place = Some(format!("{} of {} to look at", number(before + 1), number(all)));
    }
    let sent = match t.delivery_id {
        Some(delivery) => deliveries::get(&mut db, delivery).await?,
        None => None,
    };
    let reply = reply(app, &look, sent.as_ref()).await?;
    let came = if is_draft { desk::since(&mut db, &look).await? } else { Vec::new() };
    let is_newer = again.words.as_ref().is_some_and(|typed| *typed != look.words) && again.seen != look.seen;
    let is_helped = t.kind == HELPED;
    let is_closed = |states: &[&str]| states.contains(&t.state.as_str());
    Ok(DraftPage {
        csrf: shell.csrf.clone(),
        shell,
        href: href(t.id),
        back: page_href(t.change_id, &t.kind),
        change: look.change.title.clone(),
        person_href: format!("/people/{}", t.person_id),
        place,
        previous,
        next,
        said: look.message.as_ref().filter(|m| m.state == "shown").map(|message| said(known, message)),
        is_behalf: t.message_id.is_none(),
        is_voice: t.message_id.is_none() && look.way.is_some(),
        asked_at: t.asked_at,
        since: look.since,
        shown: came.iter().map(|m| m.id.to_string()).collect::<Vec<_>>().join(" "),
        came: came.iter().map(since).collect(),
        goes: look.way.as_ref().map(|way| {
            let to = look.to().unwrap_or_default().to_owned();
            (format!("{}: {}", way.title, way.channel_name), to, way.is_public)
        }),
        send_label: look.way.as_ref().map_or_else(String::new, |way| format!("Send to {name} by {}", way.title)),
        language_words: language_words(&look),
        standing: standing(&t.kind, &t.state),
        is_draft,
        trouble: look.trouble.as_ref().filter(|_| is_draft).map(Trouble::words),
        can_owe: look.trouble.as_ref().is_some_and(|trouble| trouble.reason().is_some()),
        no_text_href: matches!(look.trouble, Some(Trouble::NoText))
            .then(|| format!("{}/telling/text?kind={}", change_href(t.change_id), t.kind)),
        reason: match t.state.as_str() {
            "owed" => t.reason.as_deref().map(|reason| desk::reason_words(reason).to_owned()),
            "failed" | "unknown" | "queued" => sent.as_ref().and_then(|sent| sent.reason.clone()),
            _ => None,
        },
        note: t.note.clone(),
        by: t.by_user.map(|user| known.member(user)),
        told_at: t.told_at,
        sent_href: sent.as_ref().map(|sent| {
            let (held, message) = (sent.conversation_id, sent.message_id);
            format!("/inbox/{held}?at={message}#message-{message}")
        }),
        now: is_newer.then(|| look.words.clone()),
        words: again.words.unwrap_or_else(|| look.words.clone()),
        seen: look.seen.clone(),
        key: fresh_key(app),
        asked: look.message.as_ref().map(|m| m.id),
        version: t.version,
        warning: again.warning,
        nothing: again.nothing,
        asks_again: again.asks_again,
        by_hand: again.by_hand,
        skip: again.skip,
        is_helped,
        can_redraft: is_closed(&["failed", "owed", "skipped", "by_hand"]),
        can_tell_by_hand: is_closed(&["draft", "owed", "failed", "unknown", "skipped"]),
        can_skip: is_closed(&["draft", "owed", "failed"]),
        takes_answer: is_helped && is_closed(&["told", "by_hand", "owed", "unknown", "queued"]),
        answer: t.answer.as_deref().map(answer_words),
        answered_by: t.answered_by.map(|user| known.member(user)),
        reply,
        may_work: known.may_converse,
        name,
    })
}

fn said(known: &Known, message: &reading::Message) -> Said {
    let channel = known.channel(message.channel_id);
    Said {
        words: StoredParts::parse(&message.parts).own_words(&message.text),
        at: message.at,
        channel: (channel.icon, channel.words),
        href: place(message),
        is_doubtful: message.flags & flags::DOUBTFUL != 0,
    }
}

fn place(message: &reading::Message) -> String {
    message.conversation_id.map_or_else(
        || format!("/listen/thread/{}#message-{}", message.id, message.id),
        |held| format!("/inbox/{held}?at={}#message-{}", message.id, message.id),
    )
}

fn since(message: &reading::Message) -> Since {
    Since { words: message.snippet.clone(), at: message.at, href: place(message) }
}

fn language_words(look: &Look) -> Option<String> {
    let language = look.language.as_deref().filter(|_| look.is_other_language)?;
    let (theirs, ours) = (language_name(&look.telling.language), language_name(language));
    Some(format!("They write in {theirs}, in which there is no text: this is in {ours}."))
}

async fn reply(app: &App, look: &Look, sent: Option<&deliveries::Delivery>) -> Result<Option<Answer>> {
    let Some(sent) = sent.filter(|_| look.telling.kind == HELPED) else { return Ok(None) };
    let mut db = app.engine.db.reader();
    let next = match look.telling.answer_message_id {
        Some(message) => Some(message),
        None => loops::next_said(&mut db, sent.conversation_id, sent.message_id, look.telling.person_id).await?,
    };
    let Some(message) = next else { return Ok(None) };
    let found = reading::message(&mut db, message).await?;
    Ok(found.map(|said| Answer {
        words: StoredParts::parse(&said.parts).own_words(&said.text),
        message,
        at: said.at,
        href: format!("/inbox/{}?at={message}#message-{message}", sent.conversation_id),
    }))
}

pub(super) async fn send(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let id: i64 = id_of(&id)?;
    let onwards = onwards(&app, id).await?;
    let form = SendForm {
        telling: id,
        seen: typed.seen.clone(),
        words: typed.words.clone(),
        key: typed.key,
        asked: typed.asked,
        shown: typed.shown.split(' ').filter_map(|id| id.parse().ok()).collect(),
        even_if_unseen: !typed.even.is_empty(),
    };
    let again = Again { words: Some(typed.words), seen: typed.seen, nothing: "Nothing was sent.", ..Again::default() };
    let again = match desk::send(&app.engine, viewer.user.id, form).await {
        Ok(delivery) => {
            let look = desk::look(&app.engine, &mut app.engine.db.reader(), id).await?;
            let said = format!("On its way to {}.", whose(Some(&look.name)));
            let undo = format!("/deliveries/{}/undo", delivery.id);
            return Ok(flash::redirect(&app, &onwards, &said, Some(undo)));
        }
        Err(EngineError::Unseen(many)) => {
            let came =
                if many == 1 { "A new message of theirs".to_owned() } else { format!("{many} new messages of theirs") };
            let warning =
                format!("{came} came since you opened this. Look at it first; press again to send this all the same.");
            Again { warning, asks_again: true, ..again }
        }
        Err(error) => again.refused(error)?,
    };
    draw(&app, &viewer, &headers, id, again).await
}

/// Where it goes on after one was looked at: the next draft, or else the first, or back to all of them.
pub(super) async fn onwards(app: &App, id: i64) -> Result<String> {
    let mut db = app.engine.db.reader();
    let telling = tellings::get(&mut db, id).await?.ok_or_else(WebError::not_found)?;
    if telling.state != "draft" {
        return Ok(href(id));
    }
    let next = match tellings::beside(&mut db, &telling, false).await? {
        Some(next) => Some(next),
        None => tellings::beside(&mut db, &telling, true).await?,
    };
    Ok(next.map_or_else(|| page_href(telling.change_id, &telling.kind), href))
}
