//! Saving, changing and removing monitors, and what a member decides of their mentions.

use super::{TOPIC, uses_bits};
use crate::{Engine, EngineError, Result, search, worker};
use std::sync::Arc;
use tertulia_analysis::query;
use tertulia_connector::FieldError;
use tertulia_model::{ChannelId, JobId, MessageId, MonitorId, UserId};
use tertulia_store::{
    Tx, changes,
    channels::{self, Channel},
    jobs, mentions,
    monitors::{self, Monitor, uses},
    mutes::{self, Mute},
    reading, threads,
};

/// More than anybody can read; the bench shows that they can be matched.
const MOST_MONITORS: i64 = 10_000;
const LONGEST_NAME: usize = 100;
/// Whoever saves a hundred monitors does not have all of them look back at once.
const PAST: (&str, ChannelId) = (worker::MATCH_PAST, jobs::IN_TURN);
/// Stands for a field where the monitor itself is another than the form showed.
const MEANWHILE: &str = "meanwhile";

/// Whether a change was refused since somebody else had made one.
pub fn is_meanwhile(error: &EngineError) -> bool {
    matches!(error, EngineError::Invalid(errors) if errors.iter().any(|error| error.field == MEANWHILE))
}

/// What a member types.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MonitorForm {
    pub name: String,
    pub query: String,
}

/// The form with its query as it is kept, and the bits of what it uses.
fn checked(form: &MonitorForm) -> Result<(String, String, i64)> {
    let mut errors = Vec::new();
    let name: String = form.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() > LONGEST_NAME {
        errors.push(FieldError::new("name", format!("Keep the name below {LONGEST_NAME} characters.")));
    }
    match query::parse(&form.query) {
        Err(error) => errors.push(FieldError::new("query", error.to_string())),
        Ok(query) if query.is_empty() => {
            errors.push(FieldError::new("query", "Say what to look for: a word, a name, a phrase in quotation marks."));
        }
        Ok(query) if errors.is_empty() => {
            let name = if name.is_empty() { name_of(form.query.trim()) } else { name };
            return Ok((name, form.query.trim().to_owned(), uses_bits(query.uses())));
        }
        Ok(_) => {}
    }
    Err(EngineError::Invalid(errors))
}

/// Saves a new monitor: it matches what is heard from now on, and looks at the stored past in the background.
pub async fn add(engine: &Arc<Engine>, form: &MonitorForm, by: UserId) -> Result<MonitorId> {
    let (name, query, uses) = checked(form)?;
    let id = MonitorId(engine.next_id());
    let mut tx = engine.db.begin().await?;
    // What is just being stored does not know of this monitor: its end is waited for, so that it is found in the past.
    threads::place_alone(&mut tx).await?;
    if monitors::edition(&mut tx).await?.count >= MOST_MONITORS {
        return Err(EngineError::Refused(format!("There are {MOST_MONITORS} monitors. Remove one first.")));
    }
    let updated_at = next_edition(engine, &mut tx).await?;
    let monitor = Monitor {
        id,
        name,
        query,
        uses,
        version: 1,
        state: "live".to_owned(),
        behind: Some(i64::MAX),
        behind_from: Some(tertulia_store::keys::place_at(engine.now())),
        looked_at: 0,
        created_by: by,
        created_at: engine.now(),
        updated_at,
    };
    monitors::add(&mut tx, &monitor).await?;
    jobs::add_for(&mut tx, JobId(engine.next_id()), PAST, id.0, engine.now()).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(id)
}

/// A moment later than that of any other change, so that each change makes another edition.
async fn next_edition(engine: &Engine, tx: &mut Tx) -> Result<i64> {
    Ok(engine.now().max(monitors::edition(tx).await?.newest + 1))
}

async fn known(tx: &mut Tx, id: MonitorId) -> Result<Monitor> {
    monitors::get_to_change(tx, id).await?.ok_or_else(|| EngineError::missing("This monitor"))
}

/// Changes a monitor. Another wording is matched against the stored past anew; what members decided of mentions stays.
/// `made_from` is what the form showed when it was opened: where that does not hold any more, since somebody else changed
/// the monitor or a thread it asks for became part of another, nothing is written over unseen.
pub async fn change(
    engine: &Arc<Engine>,
    id: MonitorId,
    form: &MonitorForm,
    made_from: Option<&MonitorForm>,
) -> Result<()> {
    let (name, query, uses) = checked(form)?;
    alter(engine, id, |monitor, now| {
        let is_as_shown = |shown: &MonitorForm| (&shown.name, &shown.query) == (&monitor.name, &monitor.query);
        let is_as_wanted = (&name, &query) == (&monitor.name, &monitor.query);
        if !is_as_wanted && made_from.is_some_and(|shown| !is_as_shown(shown)) {
            let words = format!(
                "It was changed meanwhile: it is called “{}” now, and looks for: {} Yours stands here. Save again to put it \
                 in place of that.",
                monitor.name, monitor.query
            );
            return Err(EngineError::Invalid(vec![FieldError::new(MEANWHILE, words)]));
        }
        if monitor.query != query {
            look_back(monitor, now);
        }
        (monitor.name, monitor.query, monitor.uses) = (name, query, uses);
        Ok(())
    })
    .await
}

/// Pauses a monitor, or has it go on: then it looks at what it has missed.
pub async fn pause(engine: &Arc<Engine>, id: MonitorId, paused: bool) -> Result<()> {
    alter(engine, id, |monitor, now| {
        let state = if paused { "paused" } else { "live" };
        if monitor.state == "paused" && !paused {
            look_back(monitor, now);
        }
        state.clone_into(&mut monitor.state);
        Ok(())
    })
    .await
}

/// Looks at all that is stored anew; what was found before and is not found now goes.
fn look_back(monitor: &mut Monitor, now: i64) {
    monitor.version += 1;
    monitor.behind = Some(i64::MAX);
    monitor.behind_from = Some(tertulia_store::keys::place_at(now));
    monitor.looked_at = 0;
}

async fn alter(
    engine: &Arc<Engine>,
    id: MonitorId,
    change: impl FnOnce(&mut Monitor, i64) -> Result<()>,
) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    // Its row first, then the note: as those do who look at the stored past for it.
    let mut monitor = known(&mut tx, id).await?;
    change(&mut monitor, engine.now())?;
    monitor.updated_at = next_edition(engine, &mut tx).await?;
    monitors::change(&mut tx, &monitor).await?;
    if monitor.state == "live" && monitor.behind.is_some() {
        jobs::add_for(&mut tx, JobId(engine.next_id()), PAST, id.0, engine.now()).await?;
    }
    let noted = changes::note(&mut tx, &[(TOPIC, id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(())
}

/// A channel gets another name: whoever asks for it by the old one asks for it by the new one, and keeps what was found and
/// decided. Where one of the names is another channel's too, or that of a kind of channel, a query may find something else
/// from now on: such a monitor looks at all that is stored anew.
pub(crate) async fn channel_renamed(engine: &Engine, tx: &mut Tx, channel: &Channel, name: &str) -> Result<()> {
    let (was, now) = (query::channel_key(&channel.name), query::channel_key(name));
    if was == now {
        return Ok(());
    }
    let others: Vec<Channel> =
        channels::all_ever(tx).await?.into_iter().filter(|other| other.id != channel.id).collect();
    let means_others = |key: &str| {
        let is_named =
            |other: &Channel| search::channel_names(other).iter().any(|name| query::channel_key(name) == key);
        engine.registry.get(key).is_some() || others.iter().any(is_named)
    };
    let is_kind = query::channel_key(&channel.connector) == was;
    let asks_for = if means_others(&was) { vec![channel.name.as_str(), name] } else { vec![name] };
    for mut monitor in monitors::all(tx).await?.into_iter().filter(|monitor| monitor.uses & uses::CHANNEL != 0) {
        let asks_now = query::asks_for_channel(&monitor.query, name);
        if !asks_now && !query::asks_for_channel(&monitor.query, &channel.name) {
            continue;
        }
        // By its kind it is found as before.
        let text = if is_kind {
            monitor.query.clone()
        } else {
            query::with_channel_named(&monitor.query, &channel.name, &asks_for)
        };
        // A query that is as long as one can be has no room for another name.
        let can_be_said = query::parse(&text).is_ok();
        if can_be_said {
            reword(&mut monitor, text);
        }
        if monitor.state == "live" && (!can_be_said || asks_now || (!is_kind && means_others(&now))) {
            look_back(&mut monitor, engine.now());
            monitor.updated_at = next_edition(engine, tx).await?;
            monitors::change(tx, &monitor).await?;
            jobs::add_for(tx, JobId(engine.next_id()), PAST, monitor.id.0, engine.now()).await?;
        } else {
            monitors::reword(tx, monitor.id, &monitor.name, &monitor.query).await?;
        }
    }
    Ok(())
}

/// The same query in other words. A monitor that has no name but its query is called by that.
fn reword(monitor: &mut Monitor, query: String) {
    if monitor.name == name_of(&monitor.query) {
        monitor.name = name_of(&query);
    }
    monitor.query = query;
}

/// What a monitor is called that nobody gave a name.
fn name_of(query: &str) -> String {
    query.chars().take(LONGEST_NAME).collect()
}

/// Removes a monitor and what it found; the messages stay.
pub async fn remove(engine: &Arc<Engine>, id: MonitorId) -> Result<Monitor> {
    let mut tx = engine.db.begin().await?;
    let monitor = known(&mut tx, id).await?;
    // Before its mentions, as all have it who touch those.
    let noted = changes::note(&mut tx, &[(TOPIC, id.0)], engine.now()).await?;
    monitors::remove(&mut tx, id).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(monitor)
}

/// What a member makes of a mention: `listened` (hearing it was all there was to do), `noise`, or `new` again.
pub async fn decide(engine: &Arc<Engine>, id: MonitorId, message: MessageId, state: &str, by: UserId) -> Result<()> {
    if !["new", "listened", "noise"].contains(&state) {
        return Err(EngineError::Refused("A mention can be listened to, noise, or new again.".to_owned()));
    }
    let mut tx = engine.db.begin().await?;
    let noted = changes::note(&mut tx, &[(TOPIC, id.0)], engine.now()).await?;
    if !mentions::decide(&mut tx, id, message, state, by, engine.now()).await? {
        return Err(EngineError::missing("This mention"));
    }
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Leaves the author (`person`) or the thread of a message out, of one monitor or of all of them; gives the mute's number.
pub async fn mute(
    engine: &Arc<Engine>,
    monitor: Option<MonitorId>,
    message: MessageId,
    kind: &str,
    by: UserId,
) -> Result<i64> {
    let mut tx = engine.db.begin().await?;
    // It may be about to become part of another thread.
    threads::place_alone(&mut tx).await?;
    let said = reading::message(&mut tx, message).await?.ok_or_else(|| EngineError::missing("This message"))?;
    let subject_id = match kind {
        "person" => said.person_id.ok_or_else(no_author)?.0,
        "thread" => said.thread_id.0,
        _ => return Err(EngineError::Refused("An author or a thread can be muted.".to_owned())),
    };
    let id = engine.next_id();
    let one = Mute {
        id,
        monitor_id: monitor.map_or(0, |monitor| monitor.0),
        kind: kind.to_owned(),
        subject_id,
        created_by: by,
        created_at: engine.now(),
    };
    let id = mutes::add(&mut tx, &one).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, one.monitor_id)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(id)
}

fn no_author() -> EngineError {
    EngineError::Refused(
        "Nobody is known to have written this message, so there is no author to mute. Mute its thread.".to_owned(),
    )
}

pub async fn unmute(engine: &Arc<Engine>, id: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    mutes::remove(&mut tx, id).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
