//! What was set aside, newest first, narrowed to a channel or a reason.

use crate::{
    App, Result, Viewer,
    layout::{Nav, Shell, ToastView, size_words},
    listen::thousands,
};
use askama::Template;
use axum::{
    extract::{RawForm, RawQuery, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::HashMap;
use tertulia_engine::quarantine as desk;
use tertulia_model::{ChannelId, Permission, QuarantineId};
use tertulia_store::{
    channels::{self, Channel},
    quarantine::{self, Quarantined},
};

/// One thing that was set aside.
pub(super) struct ItemView {
    pub id: String,
    pub channel: String,
    pub icon: String,
    pub reason: String,
    pub size: String,
    pub at: i64,
}

/// One reason, and how many wait for it.
struct ReasonView {
    words: String,
    href: String,
    count: i64,
    current: bool,
}

/// What the address asks for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Asked {
    channel: Option<ChannelId>,
    reason: Option<String>,
    before: Option<QuarantineId>,
    discarded: Option<i64>,
    /// How many were read by a replay, and how many not.
    replayed: Option<(usize, usize)>,
}

impl Asked {
    fn of(raw: Option<&str>) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            match &*name {
                "channel" => asked.channel = value.parse().ok().map(ChannelId),
                "reason" => asked.reason = Some(value.into_owned()).filter(|reason| !reason.is_empty()),
                "before" => asked.before = value.parse().ok().map(QuarantineId),
                "discarded" => asked.discarded = value.parse().ok(),
                "replayed" => {
                    asked.replayed = value.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                }
                _ => {}
            }
        }
        asked
    }

    fn address(&self, path: &str) -> String {
        let mut pairs = Vec::new();
        if let Some(id) = self.channel {
            pairs.push(format!("channel={id}"));
        }
        if let Some(reason) = &self.reason {
            pairs.push(format!("reason={}", utf8_percent_encode(reason, NON_ALPHANUMERIC)));
        }
        if let Some(before) = self.before {
            pairs.push(format!("before={before}"));
        }
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    fn toast(&self) -> Option<ToastView> {
        if let Some(id) = self.discarded {
            let undo_url = Some(format!("/quarantine/{id}/restore"));
            return Some(ToastView { text: "Discarded.".to_owned(), undo_url });
        }
        let text = match self.replayed? {
            (1, 0) => "It was read and is in its place now.".to_owned(),
            (read, 0) => format!("{} were read and are in their place now.", thousands(read)),
            (0, left) => format!("None could be read yet; {} stay here.", thousands(left)),
            (read, left) => format!("{} were read; {} still cannot be.", thousands(read), thousands(left)),
        };
        Some(ToastView { text, undo_url: None })
    }
}

#[derive(Template)]
#[template(path = "quarantine/list.html")]
struct ListPage {
    shell: Shell,
    live_src: String,
    body: Rows,
}

#[derive(Template)]
#[template(path = "quarantine/rows.html")]
struct Rows {
    items: Vec<ItemView>,
    reasons: Vec<ReasonView>,
    /// The one reason that is looked at.
    reason: Option<String>,
    /// Its channel's name where the list keeps to one.
    channel: Option<String>,
    all_href: &'static str,
    older: Option<String>,
    may_manage: bool,
    csrf: String,
    is_first: bool,
}

/// Items on a page, and reasons to choose from.
const PAGE: usize = 50;
const REASONS: i64 = 8;

pub(super) async fn list(State(app): State<App>, viewer: Viewer, RawQuery(raw): RawQuery) -> Result<Response> {
    let asked = Asked::of(raw.as_deref());
    let mut shell = app.shell(&viewer, "quarantine", "Quarantine", Nav::Quarantine).await?;
    shell.toast = asked.toast();
    let body = body(&app, &viewer, &asked).await?;
    Ok(Html(ListPage { live_src: asked.address("/quarantine/rows"), body, shell }.render()?).into_response())
}

pub(super) async fn rows(State(app): State<App>, viewer: Viewer, RawQuery(raw): RawQuery) -> Result<Response> {
    Ok(Html(body(&app, &viewer, &Asked::of(raw.as_deref())).await?.render()?).into_response())
}

async fn body(app: &App, viewer: &Viewer, asked: &Asked) -> Result<Rows> {
    let mut db = app.engine.db.reader();
    let all: HashMap<ChannelId, Channel> =
        channels::all_ever(&mut db).await?.into_iter().map(|channel| (channel.id, channel)).collect();
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut items = quarantine::narrowed(&mut db, asked.channel, asked.reason.as_deref(), asked.before, limit).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let mut reasons = quarantine::reasons(&mut db, asked.channel, REASONS).await?;
    // Where each has its own, the list itself says it all.
    if reasons.iter().all(|(_, count)| *count == 1) && asked.reason.is_none() {
        reasons.clear();
    }
    Ok(Rows {
        older: items
            .last()
            .filter(|_| more)
            .map(|last| Asked { before: Some(last.id), ..asked.clone() }.address("/quarantine")),
        items: items.into_iter().map(|item| view(app, &all, &item)).collect(),
        reasons: reasons.into_iter().map(|(words, count)| reason_view(asked, words, count)).collect(),
        reason: asked.reason.clone(),
        channel: asked
            .channel
            .map(|id| all.get(&id).map_or_else(|| "a channel that is gone".to_owned(), |c| c.name.clone())),
        all_href: "/quarantine",
        may_manage: viewer.user.role.may(Permission::Manage),
        csrf: viewer.csrf.clone(),
        is_first: asked.before.is_none(),
    })
}

fn reason_view(asked: &Asked, words: String, count: i64) -> ReasonView {
    let current = asked.reason.as_ref() == Some(&words);
    let to = Asked { channel: asked.channel, reason: (!current).then(|| words.clone()), ..Asked::default() };
    ReasonView { href: to.address("/quarantine"), current, words, count }
}

pub(super) fn view(app: &App, channels: &HashMap<ChannelId, Channel>, item: &Quarantined) -> ItemView {
    let channel = channels.get(&item.channel_id);
    let icon = channel.and_then(|c| app.engine.registry.get(&c.connector)).map(|c| c.spec().icon.clone());
    ItemView {
        id: item.id.to_string(),
        channel: channel.map_or_else(|| "a channel that is gone".to_owned(), |c| c.name.clone()),
        icon: icon.unwrap_or_else(|| "circle-help".to_owned()),
        reason: item.reason.clone(),
        size: size_words(item.size.unsigned_abs()),
        at: item.received_at,
    }
}

/// Tries all of one reason again, as after an update that understands more.
pub(super) async fn replay_all(State(app): State<App>, viewer: Viewer, RawForm(body): RawForm) -> Result<Redirect> {
    let reason = url::form_urlencoded::parse(&body).find(|(name, _)| name == "reason").map(|(_, reason)| reason);
    let done = desk::replay_all(&app.engine, reason.as_deref().unwrap_or_default(), viewer.user.id).await?;
    Ok(Redirect::to(&format!("/quarantine?replayed={}-{}", done.read, done.left)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_channel_and_its_reason() {
        let asked = Asked::of(Some("channel=7&reason=no+date+%26+no+words&before=9&discarded=x"));
        let address = asked.address("/quarantine");
        assert_eq!(Asked::of(address.split_once('?').map(|(_, raw)| raw)), asked);
        assert_eq!((asked.channel, asked.discarded), (Some(ChannelId(7)), None));
    }

    #[test]
    fn a_toast_says_what_was_done_and_never_what_an_address_says() {
        let text = |raw: &str| Asked::of(Some(raw)).toast().map(|toast| toast.text);
        assert_eq!(text("replayed=1-0").unwrap(), "It was read and is in its place now.");
        assert_eq!(text("replayed=1200-3").unwrap(), "1,200 were read; 3 still cannot be.");
        assert_eq!(text("replayed=You+won"), None);
        assert_eq!(Asked::of(Some("discarded=5")).toast().unwrap().undo_url.unwrap(), "/quarantine/5/restore");
    }
}
