//! The list of channels: how each fares, in words.

use super::lag::{Lag, lag};
use crate::{
    App, Result, Viewer,
    layout::{Nav, Shell, ToastView},
};
use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::{Html, IntoResponse, Response},
};
use tertulia_model::{ChannelState, ConnectorSpec, Permission};
use tertulia_store::channels::{self, Channel};

/// One channel as it stands.
pub(super) struct ChannelView {
    pub id: String,
    pub name: String,
    pub account: String,
    pub kind: String,
    pub icon: String,
    pub state_icon: &'static str,
    pub state: &'static str,
    pub danger: bool,
    pub heard_at: Option<i64>,
    pub lag: Option<Lag>,
    pub count: String,
    /// What happened, what is safe, what to do.
    pub trouble: Option<(String, &'static str, &'static str)>,
    pub trouble_kind: &'static str,
    /// What waits since its service asked for a pause, and until when.
    pub rests: Vec<(&'static str, i64)>,
    pub needs_a_person: bool,
    pub is_paused: bool,
    pub is_chat: bool,
}

#[derive(Template)]
#[template(path = "channels/list.html")]
struct ListPage {
    shell: Shell,
    /// A channel was connected just now: what comes next is said.
    is_added: bool,
    body: Body,
}

#[derive(Template)]
#[template(path = "channels/rows.html")]
struct Body {
    channels: Vec<ChannelView>,
    archives: Vec<ChannelView>,
    may_manage: bool,
    csrf: String,
}

pub(super) async fn list(State(app): State<App>, viewer: Viewer, RawQuery(raw): RawQuery) -> Result<Response> {
    let mut shell = app.shell(&viewer, "channels", "Channels", Nav::Channels).await?;
    shell.toast = match raw.as_deref() {
        Some("done=changed") => Some("The changes are kept."),
        Some("done=paused") => Some("Paused. Nothing is heard until you let it go on."),
        Some("done=live") => Some("It goes on."),
        Some("done=deleted") => Some("Deleted. Its messages stay; its credentials are forgotten."),
        _ => None,
    }
    .map(|text| ToastView { text: text.to_owned(), undo_url: None });
    let is_added = raw.as_deref() == Some("done=added");
    Ok(Html(ListPage { body: body(&app, &viewer).await?, is_added, shell }.render()?).into_response())
}

pub(super) async fn rows(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    Ok(Html(body(&app, &viewer).await?.render()?).into_response())
}

async fn body(app: &App, viewer: &Viewer) -> Result<Body> {
    let (mut list, mut archives) = (Vec::new(), Vec::new());
    for channel in channels::all(&mut app.engine.db.reader()).await? {
        let view = view(app, &channel).await?;
        let is_archive = app.engine.registry.get(&channel.connector).is_some_and(|c| c.archives().is_some());
        if is_archive { archives.push(view) } else { list.push(view) }
    }
    let may_manage = viewer.user.role.may(Permission::Manage);
    Ok(Body { channels: list, archives, may_manage, csrf: viewer.csrf.clone() })
}

/// Counting stops here.
const MOST_COUNTED: i64 = 10_000;

pub(super) async fn view(app: &App, channel: &Channel) -> Result<ChannelView> {
    let mut db = app.engine.db.reader();
    let count = channels::count_messages_up_to(&mut db, channel.id, MOST_COUNTED + 1).await?;
    let newest = channels::newest_message(&mut db, channel.id).await?;
    let connector = app.engine.registry.get(&channel.connector);
    let spec = connector.map(|connector| connector.spec());
    let (state_icon, state) = words(channel, spec);
    let hosts = spec.is_some_and(|spec| spec.hosts_visitors);
    Ok(ChannelView {
        id: channel.id.to_string(),
        name: channel.name.clone(),
        account: if hosts { String::new() } else { channel.account.clone() },
        kind: spec.map_or_else(|| channel.connector.clone(), |spec| spec.title.clone()),
        icon: spec.map_or_else(|| "circle-help".to_owned(), |spec| spec.icon.clone()),
        state_icon,
        state,
        danger: channel.state == ChannelState::Stopped || spec.is_none(),
        heard_at: channel.last_heard_at,
        lag: lag(channel, spec, newest, app.engine.now()),
        count: match count {
            0 => "no messages yet".to_owned(),
            1 => "one message".to_owned(),
            n if n > MOST_COUNTED => "10,000+ messages".to_owned(),
            n => format!("{} messages", crate::listen::thousands(usize::try_from(n).unwrap_or(0))),
        },
        trouble: trouble(channel),
        rests: rests(channel, app.engine.now()),
        trouble_kind: if channel.state == ChannelState::Stopped { "error" } else { "warning" },
        needs_a_person: channel.state == ChannelState::Stopped,
        is_paused: channel.state == ChannelState::Paused,
        is_chat: hosts,
    })
}

fn words(channel: &Channel, spec: Option<&ConnectorSpec>) -> (&'static str, &'static str) {
    let Some(spec) = spec else { return ("circle-help", "this program does not know this kind of channel") };
    match channel.state {
        ChannelState::Live if spec.hosts_visitors => ("check", "open for visitors"),
        ChannelState::Live if spec.pulls && channel.last_pull_at.is_none() => ("hourglass", "connecting"),
        ChannelState::Live if !channel.caught_up => ("hourglass", "reading what is already there"),
        ChannelState::Live if spec.pulls => ("ear", "listening"),
        ChannelState::Live => ("check", "ready"),
        ChannelState::Paused => ("circle-pause", "paused"),
        ChannelState::Failing => ("refresh-cw", "trying again by itself"),
        ChannelState::Stopped => ("circle-alert", "stopped, needs you"),
        ChannelState::Deleted => ("trash-2", "deleted"),
    }
}

fn rests(channel: &Channel, now: i64) -> Vec<(&'static str, i64)> {
    let each =
        [("What is to be sent waits until", channel.send_after), ("It is asked for news again", channel.pull_after)];
    each.into_iter().filter(|(_, until)| *until > now).collect()
}

fn trouble(channel: &Channel) -> Option<(String, &'static str, &'static str)> {
    let what = channel.last_error.clone()?;
    let (safe, next) = match channel.state {
        ChannelState::Stopped => (
            "Nothing is lost: what comes meanwhile is read as soon as it works again.",
            "Look at the settings, test the connection, and save.",
        ),
        ChannelState::Failing => {
            ("Nothing is lost, and it is tried again by itself.", "If it stays so for an hour, look at the settings.")
        }
        _ => ("Nothing is lost.", ""),
    };
    Some((what, safe, next))
}
