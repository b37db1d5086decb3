//! Adding, changing, testing, pausing and deleting channels.

use crate::{Engine, EngineError, Result, goals, monitors, retention, vault};
use std::{sync::Arc, time::Duration};
use tertulia_connector::{Connector, FieldError, Secret, SecretSet};
use tertulia_model::{ChannelId, ChannelState};
use tertulia_store::{
    changes,
    channels::{self, Channel},
    consents, ledger, threads,
};

/// Why a channel is not heard that a member paused.
const PAUSED: &str = "It was paused here.";
const MOST_A_DAY: i64 = 10_000_000;
const MOST_DAYS: i64 = 36_500;
/// How long a test of a connection may take.
const TEST_FOR: Duration = Duration::from_secs(30);

/// What the form hands in: all fields, secrets too; an empty secret of a known channel means the one that is stored.
#[derive(Debug, Clone, Default)]
pub struct ChannelForm {
    pub name: String,
    pub settings: serde_json::Map<String, serde_json::Value>,
    pub secrets: SecretSet,
}

/// Checks a form against the connector's schema and its own rules.
fn check(connector: &Arc<dyn Connector>, form: &ChannelForm, has_secrets: &SecretSet) -> Result<serde_json::Value> {
    let schema = &connector.spec().settings_schema;
    let required = schema.get("required").and_then(|r| r.as_array()).cloned().unwrap_or_default();
    let title = |name: &str| schema["properties"][name]["title"].as_str().unwrap_or(name).to_owned();
    let mut errors = Vec::new();
    for name in required.iter().filter_map(|name| name.as_str()) {
        let filled = form.settings.get(name).is_some_and(|value| !value.is_null() && value.as_str() != Some(""))
            || form
                .secrets
                .get(name)
                .or_else(|| has_secrets.get(name))
                .is_some_and(|secret| !secret.reveal().is_empty());
        if !filled {
            errors.push(FieldError::new(name, format!("“{}” is needed.", title(name))));
        }
    }
    let settings = serde_json::Value::Object(form.settings.clone());
    errors.extend(connector.check(&settings));
    if errors.is_empty() { Ok(settings) } else { Err(EngineError::Invalid(errors)) }
}

/// Settings that the connector wants made up for it once: a key, an account's name (`x-generated` in the schema).
fn generate(engine: &Engine, connector: &Arc<dyn Connector>, form: &mut ChannelForm) {
    let schema = connector.spec().settings_schema.clone();
    let properties = schema.get("properties").and_then(|p| p.as_object()).cloned().unwrap_or_default();
    for (name, _) in
        properties.iter().filter(|(_, s)| s.get("x-generated").and_then(serde_json::Value::as_bool) == Some(true))
    {
        let mut bytes = [0; 24];
        engine.chance.fill(&mut bytes);
        if connector.spec().secret_names().contains(&name.as_str()) {
            form.secrets.entry(name.clone()).or_insert_with(|| Secret::new(vault::hex(&bytes)));
        } else {
            form.settings.entry(name.clone()).or_insert_with(|| vault::hex(&bytes[..8]).into());
        }
    }
}

fn named(engine: &Engine, connector: &str) -> Result<Arc<dyn Connector>> {
    engine.registry.get(connector).cloned().ok_or_else(|| EngineError::missing("This kind of channel"))
}

/// Adds a channel; it is heard at once. An account that is connected already is refused.
pub async fn add(engine: &Arc<Engine>, connector: &str, mut form: ChannelForm) -> Result<ChannelId> {
    let connector = named(engine, connector)?;
    generate(engine, &connector, &mut form);
    let settings = check(&connector, &form, &SecretSet::new())?;
    let account = connector.account(&settings);
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    let there = channels::by_account(&mut tx, &connector.spec().name, &account).await?;
    let before = there.as_ref().map(|there| there.id);
    if let Some(there) = there.filter(|c| c.state != ChannelState::Deleted) {
        return Err(EngineError::Refused(format!("{account} is connected already, as “{}”.", there.name)));
    }
    let name = if form.name.trim().is_empty() { account.clone() } else { form.name.trim().to_owned() };
    let channel = Channel {
        id: ChannelId(engine.next_id()),
        connector: connector.spec().name.clone(),
        account,
        name,
        state: ChannelState::Live,
        settings,
        secrets: (!form.secrets.is_empty()).then(|| engine.vault.lock(&form.secrets, engine.chance.as_ref())),
        caught_up: !connector.spec().pulls,
        failures: 0,
        last_error: None,
        last_pull_at: None,
        last_heard_at: None,
        day_cap: None,
        keep_days: None,
        pull_after: 0,
        send_after: 0,
        created_at: now,
    };
    goals::freeze(engine, &mut tx, &channel.connector).await?;
    channels::add(&mut tx, &channel).await?;
    if let Some(before) = before {
        consents::follow_channel(&mut tx, before, channel.id).await?;
    }
    let noted = changes::note(&mut tx, &[("channel", channel.id.0)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(channel.id)
}

async fn get(engine: &Engine, id: ChannelId) -> Result<Channel> {
    let channel = channels::get(&mut engine.db.reader(), id).await?.filter(|c| c.state != ChannelState::Deleted);
    channel.ok_or_else(|| EngineError::missing("This channel"))
}

/// Secrets as stored, with what the form brought newly over them. Where they would go to another server than the one they
/// were typed for (`x-receives-secrets` in the schema), they are typed anew: what is stored is told to nobody.
fn merged_secrets(
    engine: &Engine,
    connector: &Arc<dyn Connector>,
    channel: &Channel,
    form: &ChannelForm,
) -> Result<SecretSet> {
    let mut secrets = match &channel.secrets {
        Some(locked) => engine.vault.unlock(locked)?,
        None => SecretSet::new(),
    };
    let typed = |name: &str| form.secrets.get(name).is_some_and(|secret| !secret.reveal().is_empty());
    if go_elsewhere(connector, channel, form) {
        let again = |name: &String| FieldError::new(name, "It goes to another server now: type it once more.");
        let untyped: Vec<_> = secrets.keys().filter(|name| !typed(name)).map(again).collect();
        if !untyped.is_empty() {
            return Err(EngineError::Invalid(untyped));
        }
    }
    secrets.extend(form.secrets.iter().filter(|(name, _)| typed(name)).map(|(n, s)| (n.clone(), s.clone())));
    Ok(secrets)
}

fn go_elsewhere(connector: &Arc<dyn Connector>, channel: &Channel, form: &ChannelForm) -> bool {
    let properties = connector.spec().settings_schema["properties"].as_object().into_iter().flatten();
    let mut receivers = properties.filter(|(_, field)| field["x-receives-secrets"] == true);
    let is_said = |value: &serde_json::Value| !value.is_null() && value.as_str() != Some("");
    receivers.any(|(name, field)| {
        let usual = || Some(&field["default"]).filter(|value| is_said(value));
        let stored = channel.settings.get(name).filter(|value| is_said(value)).or_else(usual);
        let chosen = form.settings.get(name).map(|value| Some(value).filter(|v| is_said(v)).or_else(usual));
        chosen.is_some_and(|chosen| chosen != stored)
    })
}

/// Changes a channel's settings; a channel that had stopped starts again.
pub async fn update(engine: &Arc<Engine>, id: ChannelId, mut form: ChannelForm) -> Result<()> {
    let channel = get(engine, id).await?;
    let connector = named(engine, &channel.connector)?;
    let secrets = merged_secrets(engine, &connector, &channel, &form)?;
    for (name, value) in channel.settings.as_object().into_iter().flatten() {
        form.settings.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let settings = check(&connector, &form, &secrets)?;
    if connector.account(&settings) != channel.account {
        let why = format!("This channel is {}. To connect another account, add a channel of its own.", channel.account);
        return Err(EngineError::Refused(why));
    }
    let locked = (!secrets.is_empty()).then(|| engine.vault.lock(&secrets, engine.chance.as_ref()));
    let name = if form.name.trim().is_empty() { channel.name.as_str() } else { form.name.trim() };
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    if let Some(before) = channels::get(&mut tx, id).await? {
        monitors::channel_renamed(engine, &mut tx, &before, name).await?;
    }
    channels::update(&mut tx, id, name, &settings, locked).await?;
    if channel.state == ChannelState::Stopped || channel.state == ChannelState::Failing {
        channels::set_state(&mut tx, id, ChannelState::Live, engine.now()).await?;
    }
    let noted = changes::note(&mut tx, &[("channel", id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(())
}

/// How much a channel may bring, and for how long it keeps what it brought; none means any number, and for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Messages of a day that are not to us.
    pub day_cap: Option<i64>,
    pub keep_days: Option<i64>,
}

pub async fn set_bounds(engine: &Arc<Engine>, id: ChannelId, bounds: Bounds) -> Result<()> {
    let mut wrong = Vec::new();
    for (field, value, most) in [("day_cap", bounds.day_cap, MOST_A_DAY), ("keep_days", bounds.keep_days, MOST_DAYS)] {
        if value.is_some_and(|value| !(1..=most).contains(&value)) {
            wrong
                .push(FieldError::new(field, format!("Write a whole number between 1 and {most}, or leave it empty.")));
        }
    }
    if !wrong.is_empty() {
        return Err(EngineError::Invalid(wrong));
    }
    get(engine, id).await?;
    let mut tx = engine.db.begin().await?;
    channels::set_bounds(&mut tx, id, bounds.day_cap, bounds.keep_days).await?;
    if bounds.keep_days.is_some() {
        retention::begin(engine, &mut tx, id).await?;
    }
    let noted = changes::note(&mut tx, &[("channel", id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(())
}

/// Tries a form against the real service without saving it; the lines say what was seen.
pub async fn test(
    engine: &Arc<Engine>,
    connector: &str,
    known: Option<ChannelId>,
    mut form: ChannelForm,
) -> Result<Vec<String>> {
    let connector = named(engine, connector)?;
    let mut secrets = form.secrets.clone();
    if let Some(id) = known {
        let channel = get(engine, id).await?;
        secrets = merged_secrets(engine, &connector, &channel, &form)?;
        for (name, value) in channel.settings.as_object().into_iter().flatten() {
            form.settings.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    let settings = check(&connector, &form, &secrets)?;
    let account = connector.account(&settings);
    let channel = Channel {
        id: known.unwrap_or(ChannelId(0)),
        connector: connector.spec().name.clone(),
        account,
        name: form.name,
        state: ChannelState::Live,
        settings,
        secrets: None,
        caught_up: false,
        failures: 0,
        last_error: None,
        last_pull_at: None,
        last_heard_at: None,
        day_cap: None,
        keep_days: None,
        pull_after: 0,
        send_after: 0,
        created_at: engine.now(),
    };
    let context = engine.context_with(&channel, secrets);
    match tokio::time::timeout(TEST_FOR, connector.test(&context)).await {
        Ok(Ok(lines)) => Ok(lines),
        Ok(Err(error)) => Err(EngineError::Channel(error.to_string())),
        Err(_) => {
            Err(EngineError::Channel("The server did not answer within 30 seconds. Check host and port.".to_owned()))
        }
    }
}

/// Pauses, goes on, or deletes. Deleting keeps every message and forgets the credentials.
pub async fn set_state(engine: &Arc<Engine>, id: ChannelId, state: ChannelState) -> Result<()> {
    let channel = get(engine, id).await?;
    let pulls = engine.registry.get(&channel.connector).is_some_and(|known| known.spec().pulls);
    let mut tx = engine.db.begin().await?;
    if state == ChannelState::Live {
        goals::freeze(engine, &mut tx, &channel.connector).await?;
    }
    channels::set_state(&mut tx, id, state, engine.now()).await?;
    match state {
        ChannelState::Paused => {
            ledger::begin_away(&mut tx, engine.next_id(), id, PAUSED, engine.now()).await?;
        }
        // A channel that is pulled is heard again with its next pull.
        ChannelState::Live if pulls => {}
        _ => drop(ledger::end_away(&mut tx, id, engine.now()).await?),
    }
    let noted = changes::note(&mut tx, &[("channel", id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(())
}
