//! What the inbox names its rows and messages by.

use super::times;
use crate::{App, Result, Viewer};
use axum::http::HeaderMap;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use tertulia_engine::outbound;
use tertulia_model::{ChannelId, Permission, UserId};
use tertulia_store::{channels, users};

/// What rows and messages are named by: channels and members, read once for a page.
pub(crate) struct Known {
    pub channels: HashMap<ChannelId, ChannelName>,
    pub members: HashMap<UserId, users::Named>,
    pub zone: TimeZone,
    pub viewer: UserId,
    pub may_converse: bool,
    pub may_manage: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ChannelName {
    pub icon: String,
    /// "E-mail: Shop".
    pub words: String,
    pub is_mail: bool,
    /// Whether its messages can be passed on.
    pub forwards: bool,
    pub is_deleted: bool,
    /// Whether nothing is sent there: what was said is written down.
    pub is_written_down: bool,
    /// Whether people write to us there now: an archive that was brought in is no such place.
    pub is_live: bool,
}

impl Known {
    pub async fn read(app: &App, viewer: &Viewer, headers: &HeaderMap) -> Result<Self> {
        let mut db = app.engine.db.reader();
        let named = |channel: channels::Named| {
            let spec = app.engine.registry.get(&channel.connector).map(|connector| connector.spec());
            let icon = spec.map_or_else(|| "circle-help".to_owned(), |spec| spec.icon.clone());
            let title = spec.map_or_else(|| channel.connector.clone(), |spec| spec.title.clone());
            let is_mail = spec.is_some_and(|spec| spec.limits.recipients);
            let forwards = !channel.is_deleted && spec.is_some_and(outbound::kind_forwards);
            let is_live = !channel.is_deleted && app.hears_live(&channel.connector);
            let words = format!("{title}: {}", channel.name);
            let is_written_down = app.engine.registry.is_written_down(&channel.connector);
            let is_deleted = channel.is_deleted;
            (channel.id, ChannelName { icon, words, is_mail, forwards, is_deleted, is_written_down, is_live })
        };
        Ok(Self {
            channels: channels::names(&mut db).await?.into_iter().map(named).collect(),
            members: users::names(&mut db).await?.into_iter().map(|user| (user.id, user)).collect(),
            zone: times::zone(headers),
            viewer: viewer.user.id,
            may_converse: viewer.user.role.may(Permission::Converse),
            may_manage: viewer.user.role.may(Permission::Manage),
        })
    }

    pub fn channel(&self, id: ChannelId) -> ChannelName {
        self.channels.get(&id).cloned().unwrap_or_else(|| ChannelName {
            icon: "circle-help".to_owned(),
            words: "A channel that was deleted".to_owned(),
            is_mail: false,
            forwards: false,
            is_deleted: true,
            is_written_down: false,
            is_live: false,
        })
    }

    pub fn member(&self, id: UserId) -> String {
        match self.members.get(&id) {
            Some(_) if id == self.viewer => "you".to_owned(),
            Some(user) => user.name.clone(),
            None => "somebody who has left".to_owned(),
        }
    }
}
