//! What the list can be narrowed to: how closed ones ended, one channel, one segment.

use super::{ChannelTab, Known, Show, Tab};
use crate::{App, Result, inbox::known::ChannelName};
use tertulia_model::ChannelId;

/// Closed ones by how they ended.
pub(super) fn outcome_tabs(show: &Show) -> Vec<Tab> {
    if show.state() != "closed" {
        return Vec::new();
    }
    let all = [("All", ""), ("Answered", "answered"), ("Just listened", "listened"), ("Passed on", "passed_on")];
    let shown = show.outcome().unwrap_or_default();
    let tab = |(words, outcome): (&'static str, &str)| {
        (words, show.other(|other| other.outcome = outcome.to_owned()), outcome == shown, 0)
    };
    all.map(tab).to_vec()
}

/// The channels that there are now, and the one that is shown.
pub(super) fn channel_tabs(known: &Known, show: &Show) -> Vec<ChannelTab> {
    let shown = show.channel();
    let mut channels: Vec<_> =
        known.channels.iter().filter(|(id, channel)| !channel.is_deleted || Some(**id) == shown).collect();
    channels.sort_by(|(_, one), (_, other)| one.words.cmp(&other.words));
    if channels.len() < 2 && shown.is_none() {
        return Vec::new();
    }
    let tab = |(id, channel): (&ChannelId, &ChannelName)| ChannelTab {
        icon: channel.icon.clone(),
        words: channel.words.clone(),
        href: show.other(|other| other.channel = id.to_string()),
        is_shown: Some(*id) == shown,
    };
    let all = ChannelTab {
        icon: "inbox".to_owned(),
        words: "All channels".to_owned(),
        href: show.other(|other| other.channel.clear()),
        is_shown: shown.is_none(),
    };
    [all].into_iter().chain(channels.into_iter().map(tab)).collect()
}

/// The segments that there are, and the one that is shown; none where none is kept.
pub(super) async fn segment_tabs(app: &App, show: &Show) -> Result<Vec<ChannelTab>> {
    let all = crate::segments::choices(app).await?;
    if all.len() < 2 {
        return Ok(Vec::new());
    }
    let shown = show.segment().map(|id| id.to_string()).unwrap_or_default();
    let tab = |(id, words): (String, String)| ChannelTab {
        icon: "users".to_owned(),
        is_shown: id == shown,
        href: show.other(|other| other.segment = id),
        words,
    };
    Ok(all.into_iter().map(tab).collect())
}
