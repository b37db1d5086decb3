//! Telling members what their monitors found: a number beside Listen, and a mail now and then that gathers what came since
//! the last one. Not in quiet hours, and never more at a time than the member asked for; what is held back is said.

use super::{TOPIC, hours::is_due};
use crate::{
    Engine, EngineError, Result, outbound,
    webhooks::{self, Event},
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::{fmt::Write as _, sync::Arc};
use tertulia_connector::{FieldError, SendError};
use tertulia_model::{MessageId, MonitorId, UserId};
use tertulia_store::{
    changes,
    channels::Channel,
    mentions::{self, Mention},
    monitors::{self, Monitor, Notice},
    reading, settings, users,
};

/// How often a mail is sent, where there is something to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Often {
    #[default]
    Never,
    /// At most once a minute: for programs, not for mailboxes.
    Soon,
    Hourly,
    /// At the hour at which the quiet ones end.
    Daily,
}

/// How a member, or other programs, are to be told of one monitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticeForm {
    /// How often by mail; where it is for other programs, how often they are told.
    pub mail: Often,
    /// Hours of the day between which nobody is told; the same hour twice means none. What comes once a day comes when
    /// they end.
    pub quiet_from: i8,
    pub quiet_until: i8,
    /// Whose hours those are: an IANA name.
    pub zone: String,
    /// Messages named at one time.
    pub most: i64,
}

impl Default for NoticeForm {
    fn default() -> Self {
        Self { mail: Often::Never, quiet_from: 20, quiet_until: 8, zone: "UTC".to_owned(), most: 20 }
    }
}

/// Stands for whoever is told by webhook, where else a member stands: the endpoints of all, and so once.
pub const ENDPOINTS: UserId = UserId(0);

const MOST_IN_A_MAIL: i64 = 100;
/// Of what came since the last mail so many are counted; beyond that it says "more than".
const MOST_COUNTED: usize = 2_000;

/// Says how a member wants to be told; who was not told before is told of what comes from now on.
pub async fn set_notice(engine: &Arc<Engine>, id: MonitorId, user: UserId, form: &NoticeForm) -> Result<()> {
    let mut errors = Vec::new();
    if !(1..=MOST_IN_A_MAIL).contains(&form.most) {
        errors.push(FieldError::new("most", format!("Between 1 and {MOST_IN_A_MAIL} messages at a time.")));
    }
    if form.mail == Often::Soon && user != ENDPOINTS {
        errors.push(FieldError::new("mail", "A mail comes at most once an hour."));
    }
    for (field, hour) in [("quiet_from", form.quiet_from), ("quiet_until", form.quiet_until)] {
        if !(0..24).contains(&hour) {
            errors.push(FieldError::new(field, "An hour of the day is a number from 0 to 23."));
        }
    }
    if TimeZone::get(&form.zone).is_err() {
        errors.push(FieldError::new("zone", "This time zone is not known."));
    }
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors));
    }
    let mut tx = engine.db.begin().await?;
    monitors::get(&mut tx, id).await?.ok_or_else(|| EngineError::missing("This monitor"))?;
    // Mentions are numbered by changes: whatever is committed from now on has a higher number than the newest that is seen.
    let newest = changes::newest(&mut tx).await?;
    let before = monitors::notice(&mut tx, id, user).await?;
    // The first of each day comes at its hour, too.
    let told_at = if form.mail == Often::Daily { engine.now() } else { 0 };
    let begins = before.is_none_or(|before| read(&before).mail == Often::Never);
    let notice = Notice {
        monitor_id: id,
        user_id: user,
        form: serde_json::to_string(form).unwrap_or_default(),
        seen_to: newest,
        told_to: newest,
        told_at,
    };
    monitors::set_notice(&mut tx, &notice, begins).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

fn read(notice: &Notice) -> NoticeForm {
    serde_json::from_str(&notice.form).unwrap_or_default()
}

/// The member is no longer told.
pub async fn stop_notice(engine: &Arc<Engine>, id: MonitorId, user: UserId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    monitors::remove_notice(&mut tx, id, user).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// The member looks at a monitor's stream, which goes up to a mention (`Mention::found`).
pub async fn note_seen(engine: &Arc<Engine>, id: MonitorId, user: UserId, seen_to: i64) -> Result<()> {
    if monitors::notice(&mut engine.db.reader(), id, user).await?.is_none_or(|notice| notice.seen_to >= seen_to) {
        return Ok(());
    }
    let mut tx = engine.db.begin().await?;
    monitors::note_seen(&mut tx, id, user, seen_to).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// How many mentions a member has not seen of the monitors that they are told of; more than `most` are only said to be more.
pub async fn unseen(engine: &Engine, user: UserId, most: i64) -> Result<i64> {
    let mut db = engine.db.reader();
    let mut count = 0;
    let notices = monitors::notices_of(&mut db, user).await?;
    let ids: Vec<MonitorId> = notices.iter().map(|notice| notice.monitor_id).collect();
    let watched = monitors::named(&mut db, &ids).await?;
    for notice in notices {
        let Some(monitor) = watched.iter().find(|monitor| monitor.id == notice.monitor_id) else { continue };
        let found = mentions::since(&mut db, (monitor.id, monitor.version), notice.seen_to, most).await?;
        count += i64::try_from(found.len()).unwrap_or(most);
        if count >= most {
            return Ok(most);
        }
    }
    Ok(count)
}

/// Sends the mails that are due; how many.
pub async fn tell(engine: &Arc<Engine>) -> Result<usize> {
    let notices = monitors::notices(&mut engine.db.reader()).await?;
    let mut sent = 0;
    for notice in notices.into_iter().filter(|notice| notice.user_id != ENDPOINTS) {
        // What one mail cannot do must not keep the others back.
        match tell_one(engine, &notice).await {
            Ok(told) => sent += usize::from(told),
            Err(error) => {
                tracing::warn!(monitor = %notice.monitor_id, %error, "a member could not be told; tried again later")
            }
        }
    }
    Ok(sent)
}

/// What a monitor found since somebody was told.
struct News {
    /// The newest first; where there is too much to count, they are told of the newest, and of the others that they are there.
    found: Vec<Mention>,
    /// Up to where they are told with it.
    up_to: i64,
    is_all: bool,
}

impl News {
    /// None where there is nothing to tell, or not yet.
    async fn since(engine: &Engine, monitor: MonitorId, told_to: i64) -> Result<Option<Self>> {
        let asked = i64::try_from(MOST_COUNTED + 1).unwrap_or(i64::MAX);
        let mut found = mentions::untold(&mut engine.db.reader(), monitor, told_to, asked).await?;
        let Some(up_to) = found.first().map(|mention| mention.found) else { return Ok(None) };
        let is_all = found.len() <= MOST_COUNTED;
        found.truncate(MOST_COUNTED);
        Ok(Some(Self { found, up_to, is_all }))
    }

    /// The newest, so many of them.
    fn named(&self, most: i64) -> Vec<MessageId> {
        let most = usize::try_from(most).unwrap_or(1);
        self.found.iter().take(most).map(|mention| mention.message_id).collect()
    }
}

async fn tell_one(engine: &Arc<Engine>, notice: &Notice) -> Result<bool> {
    let form = read(notice);
    let now = engine.now();
    if !is_due(&form, notice.told_at, now) {
        return Ok(false);
    }
    let mut db = engine.db.reader();
    let (Some(monitor), Some(user)) =
        (monitors::get(&mut db, notice.monitor_id).await?, users::get(&mut db, notice.user_id).await?)
    else {
        return Ok(false);
    };
    if user.disabled_at.is_some() {
        return Ok(false);
    }
    let Some(channel) = outbound::mail_channel(engine).await? else { return Ok(false) };
    if outbound::pause_left(engine, &channel).is_some() {
        return Ok(false);
    }
    let Some(news) = News::since(engine, monitor.id, notice.told_to).await? else {
        note_silence(engine, notice, form.mail, &monitor).await?;
        return Ok(false);
    };
    let (subject, text) = letter(engine, &monitor, &form, &news).await?;
    // Noted before it leaves: told once too often would be worse than late, and what surely did not leave is told later.
    let mut tx = engine.db.begin_bulk().await?;
    let mine = monitors::note_told(&mut tx, notice, news.up_to, now).await?;
    tx.commit().await?;
    if !mine {
        return Ok(false);
    }
    let Err((error, is_for_now)) = leave(engine, &channel, &user.mail, &subject, &text).await else { return Ok(true) };
    // What the server refused for good, it is not asked again before the next mail would be due.
    let told = Notice { told_to: news.up_to, told_at: now, ..notice.clone() };
    let mut tx = engine.db.begin_bulk().await?;
    monitors::note_told(&mut tx, &told, notice.told_to, if is_for_now { notice.told_at } else { now }).await?;
    tx.commit().await?;
    Err(error)
}

/// Sends a mail to a member. An error means that it surely did not leave; with it, whether that is only so for now.
async fn leave(
    engine: &Arc<Engine>,
    channel: &Channel,
    to: &str,
    subject: &str,
    text: &str,
) -> std::result::Result<(), (EngineError, bool)> {
    match outbound::post_system_mail(engine, channel, to, subject, text).await {
        Ok(Ok(())) => Ok(()),
        // It may have arrived, and all that it tells stands in the stream.
        Ok(Err(SendError::Unknown(reason))) => {
            tracing::warn!(channel = %channel.id, reason, "nobody knows whether a member was told; it is not sent again");
            Ok(())
        }
        Ok(Err(error)) => {
            if let SendError::Throttled { wait, .. } = &error {
                let connector = engine.connector(channel).map_err(|error| (error, true))?;
                outbound::note_pause(engine, channel, &*connector, *wait).await.map_err(|error| (error, true))?;
            }
            let is_for_now = matches!(error, SendError::RetryAfter { .. } | SendError::Throttled { .. });
            Err((EngineError::Channel(error.to_string()), is_for_now))
        }
        Err(error) => Err((error, true)),
    }
}

/// Tells endpoints what monitors found, of those monitors that are to tell it; how many were told of. What it names and
/// up to where is noted in the transaction that makes the event, so that nothing is told twice or left out.
pub async fn tell_endpoints(engine: &Arc<Engine>) -> Result<usize> {
    let mut told = 0;
    for notice in monitors::notices_of(&mut engine.db.reader(), ENDPOINTS).await? {
        let form = read(&notice);
        let now = engine.now();
        if !is_due(&form, notice.told_at, now) {
            continue;
        }
        let Some(monitor) = monitors::get(&mut engine.db.reader(), notice.monitor_id).await? else { continue };
        let Some(news) = News::since(engine, monitor.id, notice.told_to).await? else {
            note_silence(engine, &notice, form.mail, &monitor).await?;
            continue;
        };
        let named = news.named(form.most);
        let event = Event::Matched {
            monitor: monitor.id,
            held_back: news.found.len() - named.len(),
            messages: named,
            counted_all: news.is_all,
        };
        let mut tx = engine.db.begin_bulk().await?;
        if monitors::note_told(&mut tx, &notice, news.up_to, now).await? {
            webhooks::tell(engine, &mut tx, &[event]).await?;
            tx.commit().await?;
            told += 1;
        }
    }
    Ok(told)
}

/// Nothing to tell at the hour of the day: what comes later waits for that of the next day. Not while the monitor looks
/// back, since what it had found may still be to be told.
async fn note_silence(engine: &Engine, notice: &Notice, often: Often, monitor: &Monitor) -> Result<()> {
    if often == Often::Daily && monitor.behind.is_none() {
        let mut tx = engine.db.begin_bulk().await?;
        monitors::note_told(&mut tx, notice, notice.told_to, engine.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn letter(engine: &Engine, monitor: &Monitor, form: &NoticeForm, news: &News) -> Result<(String, String)> {
    let mut db = engine.db.reader();
    let named = news.named(form.most);
    let mut messages = reading::by_ids(&mut db, &named).await?;
    messages.sort_unstable_by_key(|message| std::cmp::Reverse(message.place));
    let organisation = settings::get(&mut db, settings::ORGANISATION).await?.unwrap_or_default();
    let count = match news.found.len() {
        n if !news.is_all => format!("more than {n} new messages"),
        1 => "one new message".to_owned(),
        n => format!("{n} new messages"),
    };
    let subject = format!("{}: {count}", one_line(&monitor.name));
    let mut text = format!("“{}” found {count}.\n", one_line(&monitor.name));
    for message in &messages {
        let who = message.person_name.as_deref().or(message.handle.as_deref()).unwrap_or("Somebody");
        let _ = write!(text, "\n{}: {}\n", one_line(who), one_line(&message.snippet));
    }
    let held_back = news.found.len() - named.len();
    if held_back > 0 {
        let at_least = if news.is_all { "" } else { "At least " };
        let _ = write!(text, "\n{at_least}{held_back} more were held back: you asked for {} a mail.\n", form.most);
    }
    let _ = write!(
        text,
        "\nAll of them: {}/listen/monitors/{}\nThere you also say how often you are told, or not at all.\n\n{organisation}\n",
        engine.public_url, monitor.id
    );
    Ok((subject, text))
}

/// What an outsider wrote, so that it makes no line of its own in our mail.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}
