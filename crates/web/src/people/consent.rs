//! Whether a person wants to be written to: what holds on each channel, who said so, and what was said before.

use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::{flash, id},
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use std::collections::HashMap;
use tertulia_engine::consent;
use tertulia_model::{ChannelId, Millis, PersonId};
use tertulia_store::{
    channels::{self, Channel},
    consents::{self, Consent},
    people::Identity,
    users,
};

/// One wish, in words.
pub(super) struct WishView {
    pub channel: String,
    pub allowed: bool,
    /// "they said so themselves", "noted by Inés".
    pub by: String,
    pub words: String,
    pub at: Millis,
}

pub(super) struct ConsentView {
    /// What holds now, for each channel of which something was said.
    pub standing: Vec<WishView>,
    pub record: Vec<WishView>,
    /// For the form: value and name of each channel.
    pub channels: Vec<(String, String)>,
}

pub(super) async fn view(app: &App, person: PersonId, identities: &[Identity]) -> Result<ConsentView> {
    let mut db = app.engine.db.reader();
    let record = consents::of_person(&mut db, person).await?;
    let all = channels::all_ever(&mut db).await?;
    let members: HashMap<_, _> = users::all(&mut db).await?.into_iter().map(|user| (user.id, user.name)).collect();
    let name = |id: Option<ChannelId>| match id {
        None => "Every channel".to_owned(),
        Some(id) => {
            all.iter().find(|c| c.id == id).map_or_else(|| "A channel that is gone".to_owned(), |c| c.name.clone())
        }
    };
    let wish = |one: &Consent, channel: Option<ChannelId>| WishView {
        channel: name(channel),
        allowed: one.allowed,
        by: match one.by_user {
            None => "they said so themselves".to_owned(),
            Some(user) => format!("noted by {}", members.get(&user).map_or("somebody who left", String::as_str)),
        },
        words: one.words.clone(),
        at: one.at,
    };
    let sends = |channel: &Channel| app.engine.registry.get(&channel.connector).is_some_and(|kind| kind.spec().sends);
    let open = channels::all(&mut db).await?;
    let mut standing = Vec::new();
    for channel in open.iter().filter(|channel| sends(channel)) {
        let (mut holds, mut kept) = (None, None);
        for identity in identities {
            holds = holds.or(consents::refusal(&mut db, identity.id, person, channel.id).await?);
            kept = kept.or(consent::kept(&app.engine, &mut db, channel, &identity.handle, Some(identity)).await?);
        }
        if let Some(kept) = kept.filter(|_| holds.is_none()) {
            let by = "kept as a hash when they were erased".to_owned();
            let view = WishView { channel: channel.name.clone(), allowed: false, by, words: kept.words(), at: kept.at };
            standing.push(view);
            continue;
        }
        let newest = || record.iter().find(|one| one.channel_id.0.is_none_or(|id| id == channel.id)).cloned();
        standing.extend(holds.or_else(newest).map(|one| wish(&one, Some(channel.id))));
    }
    let mut choices = vec![(String::new(), "Every channel".to_owned())];
    choices.extend(open.iter().filter(|channel| sends(channel)).map(|c| (c.id.to_string(), c.name.clone())));
    let record = record.iter().map(|one| wish(one, one.channel_id.0)).collect();
    Ok(ConsentView { standing, record, channels: choices })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Noted {
    channel: String,
    wish: String,
    why: String,
}

pub(super) async fn note(
    State(app): State<App>,
    viewer: Viewer,
    Path(person): Path<String>,
    Fields(noted): Fields<Noted>,
) -> Result<Response> {
    let person: PersonId = id(&person)?;
    let cannot = |why: &str| WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why);
    let channel = match noted.channel.as_str() {
        "" => None,
        typed => Some(ChannelId(typed.parse().map_err(|_| cannot("Choose a channel from the list."))?)),
    };
    let allowed = match noted.wish.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(cannot("Choose whether they may be written to. Nothing was noted.")),
    };
    if noted.why.trim().is_empty() {
        return Err(cannot("Write how you know, in a few words: it is kept with your name. Nothing was noted."));
    }
    consent::set(&app.engine, person, channel, allowed, &noted.why, viewer.user.id).await?;
    let said = if allowed { "Noted: they may be written to." } else { "Noted: they do not want to be written to." };
    Ok(flash::redirect(&app, &format!("/people/{person}"), said, None))
}
