//! "Me too": somebody gives an address on the public page, gets one mail with a link, and counts once they followed it. What
//! the page answers is the same whoever's address it was, and nothing of it is shown to anybody before.

use super::Limits;
use crate::{
    Engine, EngineError, Result,
    buckets::{Size, household},
    consent::{self, Whom},
    feedback,
    ingest::Tries,
    intake, outbound, people as persons,
    worker::{Done, VOICE},
};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tertulia_connector::{
    Elsewhere, FieldError, SendError,
    addresses::{is_mail_address, which_of_ours},
    sign,
};
use tertulia_model::{Author, Batch, ChangeId, JobId, MessageId, Millis};
use tertulia_store::{
    channels::Channel,
    evidence, feedback_changes, jobs,
    keys::event_source_key,
    messages, people,
    roadmap::{self, Shown},
    settings, threads,
    voices::{self, Voice},
};

/// Characters of what may be said with a voice.
pub const MOST_SENTENCE: usize = 1_000;
const LONGEST_ADDRESS: usize = 254;

/// A link to confirm holds for two days.
const HOLDS: Millis = 48 * 3_600_000;
/// An address is not mailed about the same change again within this, and each time within twice as long.
const AGAIN_AFTER: Millis = 3_600_000;
/// Doubled so often at most.
const DOUBLED: i64 = 6;
const DAY: Millis = 24 * 3_600_000;
/// Changes about which one address is mailed in a day.
const MOST_A_DAY: i64 = 10;
/// Forms from one address, and from all together: beyond this our own mail server would soon be taken for a nuisance.
const FORMS: Size = Size { most: 12, one_each: 300_000 };
const ALL_FORMS: Size = Size { most: 300, one_each: 10_000 };
/// Forgotten in one transaction.
const AT_ONCE: i64 = 500;

const PURPOSE: &str = "voice on the roadmap";
/// The space of mail addresses.
const MAIL: &str = "mail";

/// What a reader typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VoiceForm {
    pub address: String,
    /// What they want to say with it.
    pub words: String,
}

fn checked(form: &VoiceForm, ours: &[String]) -> Result<VoiceForm> {
    let form = VoiceForm { address: form.address.trim().to_lowercase(), words: feedback::paragraphs(&form.words) };
    let mut errors = Vec::new();
    if form.address.len() > LONGEST_ADDRESS || !is_mail_address(&form.address) {
        errors.push(FieldError::new("address", "Write your whole e-mail address, as amina@example.org."));
    } else if which_of_ours(&form.address, ours).is_some() {
        errors.push(FieldError::new("address", "This address is ours. Write your own."));
    }
    if form.words.chars().count() > MOST_SENTENCE {
        errors.push(FieldError::new("words", format!("Keep it below {MOST_SENTENCE} characters.")));
    }
    if errors.is_empty() { Ok(form) } else { Err(EngineError::Invalid(errors)) }
}

/// Whether voices can be taken at present: something must be able to send the mail.
pub async fn are_taken(engine: &Engine) -> Result<bool> {
    Ok(outbound::mail_channel(engine).await?.is_some())
}

/// Whether a change in this state takes voices.
pub fn takes_voices(state: &str) -> bool {
    matches!(state, "considering" | "planned")
}

impl Limits {
    fn take(&self, from: Option<IpAddr>, now: Millis) -> bool {
        let one = (Some(from.map(household)), FORMS);
        self.forms.take([one, (None, ALL_FORMS)], now)
    }
}

/// Takes a form. Whether a mail leaves is not told: the answer must not say whose addresses we know.
pub async fn ask(engine: &Arc<Engine>, change: ChangeId, form: &VoiceForm, from: Option<IpAddr>) -> Result<()> {
    let closed = || EngineError::Refused("Voices cannot be taken at present. Come back later.".to_owned());
    let mail = outbound::mail_channel(engine).await?.ok_or_else(closed)?;
    let form = checked(form, &engine.connector(&mail)?.our_addresses(&mail.settings))?;
    if !engine.roadmap_limits.take(from, engine.now()) {
        return Err(EngineError::TooMany);
    }
    let mut tries = Tries::default();
    loop {
        match try_ask(engine, &mail, change, &form).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_ask(engine: &Engine, mail: &Channel, change: ChangeId, form: &VoiceForm) -> Result<()> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    // Two forms with one address at once are one voice.
    feedback::held_change(&mut tx, change).await?;
    let shown = roadmap::shown(&mut tx, change).await?.filter(|shown| takes_voices(&shown.state));
    shown.ok_or_else(|| EngineError::missing("This change"))?;
    // It stays as it is read here: it may be confirmed this very moment.
    let known = match voices::of(&mut tx, change, &form.address).await? {
        Some(known) => voices::get_to_change(&mut tx, known.id).await?,
        None => None,
    };
    let lately = known.as_ref().is_some_and(|known| known.asked_at > now - pause(known));
    let often = voices::asked_since(&mut tx, &form.address, now - DAY).await? >= MOST_A_DAY;
    // Whoever asked us by mail to leave them alone is not asked by mail either.
    let whom = Whom { handles: vec![form.address.clone()], answers: None };
    let refused = consent::refusal(engine, &mut tx, mail, whom).await?.is_some();
    if lately || often || refused {
        return Ok(());
    }
    let voice = match known {
        // It counts already: the link in the mail takes it back.
        Some(known) if known.confirmed_at.is_some() => Voice { asked_at: now, ..known },
        // Only who reads the last mail decides, and about these words.
        Some(known) => Voice { words: form.words.clone(), round: known.round + 1, asked_at: now, ..known },
        None => Voice {
            id: engine.next_id(),
            change_id: change,
            address: form.address.clone(),
            words: form.words.clone(),
            round: 1,
            asked_at: now,
            confirmed_at: None,
            evidence_id: None,
        },
    };
    voices::put(&mut tx, &voice).await?;
    jobs::add(&mut tx, JobId(engine.next_id()), VOICE, voice.id, now).await?;
    tx.commit().await?;
    engine.bell.ring();
    Ok(())
}

/// How long an address that was mailed is left alone.
fn pause(voice: &Voice) -> Millis {
    if voice.confirmed_at.is_some() { DAY } else { AGAIN_AFTER << (voice.round - 1).clamp(0, DOUBLED) }
}

fn signature(engine: &Engine, voice: &Voice) -> String {
    sign::sign(&engine.vault.key_for(PURPOSE), &signed(voice))
}

fn signed(voice: &Voice) -> String {
    format!("{}.{}.{}", voice.id, voice.round, voice.address)
}

/// Sends the mail with the link.
pub(crate) async fn send(engine: &Arc<Engine>, id: i64) -> Result<Done> {
    let mut db = engine.db.reader();
    let Some(voice) = voices::get(&mut db, id).await? else { return Ok(Done::Finished) };
    let Some(shown) = roadmap::shown(&mut db, voice.change_id).await? else { return Ok(Done::Finished) };
    // Nobody waits any more for what could not leave for so long.
    if voice.asked_at < engine.now() - HOLDS {
        return Ok(Done::Finished);
    }
    let Some(mail) = outbound::mail_channel(engine).await? else {
        return Ok(Done::Again(Duration::from_secs(600), "no mail channel can send".to_owned()));
    };
    let (subject, text) = letter(engine, &voice, &shown).await?;
    match outbound::post_system_mail(engine, &mail, &voice.address, &subject, &text).await? {
        // After "unknown" it may have arrived; who gets nothing asks again.
        Ok(()) | Err(SendError::Unknown(_) | SendError::Rejected(_) | SendError::Gone(_)) => Ok(Done::Finished),
        Err(SendError::RetryAfter { wait, reason } | SendError::Throttled { wait, reason }) => {
            Ok(Done::Again(wait, reason))
        }
        Err(SendError::Reauthorise(why)) => Ok(Done::Again(Duration::from_secs(600), why)),
    }
}

async fn letter(engine: &Engine, voice: &Voice, shown: &Shown) -> Result<(String, String)> {
    let organisation = settings::get(&mut engine.db.reader(), settings::ORGANISATION).await?.unwrap_or_default();
    let link = format!("{}/voices/{}/{}", engine.public_url, voice.id, signature(engine, voice));
    let (title, page) = (&shown.title, format!("{}/roadmap/{}", engine.public_url, shown.id));
    let text = if voice.confirmed_at.is_some() {
        format!(
            "Hello,\n\nyour voice counts already for this on our roadmap:\n\n{title}\n{page}\n\nYou can take it back here:\n\n{link}\n\n{organisation}\n"
        )
    } else {
        format!(
            "Hello,\n\nsomebody asked for this on our roadmap and gave this address:\n\n{title}\n{page}\n\nIf that was you, say so here within two days, and your voice counts:\n\n{link}\n\nBy the same link you can take it back at any time. If it was not you, do nothing: nothing else will come.\n\n{organisation}\n"
        )
    };
    Ok((format!("Your voice for our roadmap ({organisation})"), text))
}

/// What a link is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub title: String,
    pub change: ChangeId,
    pub words: String,
    pub is_confirmed: bool,
    /// It was done or declined since.
    pub is_over: bool,
}

fn over() -> EngineError {
    EngineError::Refused("This link does not hold any more, or a part of it is missing.".to_owned())
}

/// The voice of a link that holds.
fn holds(engine: &Engine, voice: Option<Voice>, given: &str) -> Result<Voice> {
    let voice = voice.ok_or_else(over)?;
    let is_right = sign::verify(&engine.vault.key_for(PURPOSE), &signed(&voice), given);
    let is_late = voice.confirmed_at.is_none() && voice.asked_at < engine.now() - HOLDS;
    if is_right && !is_late { Ok(voice) } else { Err(over()) }
}

/// Looks at a link; nothing is changed.
pub async fn link(engine: &Engine, id: i64, given: &str) -> Result<Link> {
    let mut db = engine.db.reader();
    let voice = holds(engine, voices::get(&mut db, id).await?, given)?;
    let shown = roadmap::get(&mut db, voice.change_id).await?.ok_or_else(over)?;
    let change = feedback_changes::get(&mut db, voice.change_id).await?.ok_or_else(over)?;
    Ok(Link {
        is_over: !takes_voices(&change.state),
        title: shown.title,
        change: voice.change_id,
        words: voice.words,
        is_confirmed: voice.confirmed_at.is_some(),
    })
}

/// The address is theirs: they ask for it from now on. What they said with it goes the one way in first, so that a crash in
/// between says it once.
pub async fn confirm(engine: &Arc<Engine>, id: i64, given: &str) -> Result<()> {
    let voice = holds(engine, voices::get(&mut engine.db.reader(), id).await?, given)?;
    if voice.confirmed_at.is_some() {
        return Ok(());
    }
    let said = if voice.words.is_empty() { None } else { say(engine, &voice).await? };
    let mut tries = Tries::default();
    loop {
        match try_confirm(engine, id, given, said).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

/// What they said, as a message of theirs on the channel that the mail went out by. None where that takes none.
async fn say(engine: &Arc<Engine>, voice: &Voice) -> Result<Option<MessageId>> {
    let closed = || EngineError::Refused("This cannot be taken at present. Follow the link again later.".to_owned());
    let mail = outbound::mail_channel(engine).await?.ok_or_else(closed)?;
    let connector = engine.connector(&mail)?;
    let shown = roadmap::get(&mut engine.db.reader(), voice.change_id).await?.ok_or_else(over)?;
    let words = Elsewhere {
        unique: format!("voice.{}.{}", voice.id, voice.round),
        address: voice.address.clone(),
        subject: shown.title,
        text: voice.words.clone(),
        at: engine.now(),
    };
    let Some(item) = connector.said_elsewhere(&mail.settings, &words) else { return Ok(None) };
    let key = tertulia_model::EventKey {
        source: connector.source(&mail.account),
        external_id: connector.choose_external_id(&mail.settings, &words.unique),
    };
    intake::submit(engine, &mail, &connector, Batch { items: vec![item], ..Batch::default() }).await?;
    let known = messages::known(&mut engine.db.reader(), &[event_source_key(&key)]).await?;
    Ok(known.first().map(|known| known.id))
}

async fn try_confirm(engine: &Arc<Engine>, id: i64, given: &str, said: Option<MessageId>) -> Result<()> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    // Nobody is heard for the first time, merged or erased while it is found who they are.
    threads::place_alone(&mut tx).await?;
    let voice = holds(engine, voices::get_to_change(&mut tx, id).await?, given)?;
    if voice.confirmed_at.is_some() {
        return Ok(());
    }
    let entry = roadmap::get(&mut tx, voice.change_id).await?.ok_or_else(over)?;
    let author =
        Author { space: MAIL.to_owned(), handle: voice.address.clone(), display_name: None, claimed_mail: None };
    let resolved = persons::resolve(engine, &mut tx, [&author]).await?;
    let (identity, person) = resolved.get(&author).ok_or_else(|| EngineError::missing("This address"))?;
    people::begin_asking(&mut tx, identity, &voice.address, now, (now, now)).await?;
    people::note_confirmed(&mut tx, identity, &voice.address, now).await?;
    // Words that could be no message are kept beside it.
    let note = match (said, voice.words.as_str()) {
        (None, words) if !words.is_empty() => words.to_owned(),
        _ => "They gave their voice on the public roadmap.".to_owned(),
    };
    let counted = feedback::count_voice(engine, &mut tx, &entry, (said, person), note).await?;
    let confirmed = Voice { words: String::new(), confirmed_at: Some(now), evidence_id: counted.evidence, ..voice };
    voices::put(&mut tx, &confirmed).await?;
    persons::suggest_if_news(engine, &mut tx).await?;
    feedback::finish(engine, tx, &[counted.item], &[confirmed.change_id]).await
}

/// They take their voice back: it counts no more, and nothing of it is kept but what they had said.
pub async fn withdraw(engine: &Arc<Engine>, id: i64, given: &str) -> Result<()> {
    let voice = holds(engine, voices::get(&mut engine.db.reader(), id).await?, given)?;
    if let Some(evidence) = voice.evidence_id
        && evidence::get(&mut engine.db.reader(), evidence).await?.is_some()
    {
        feedback::take_back(engine, evidence).await?;
    }
    let mut tx = engine.db.begin().await?;
    let known = voices::get_to_change(&mut tx, id).await?;
    if known.is_some_and(|known| known.evidence_id != voice.evidence_id) {
        return Err(EngineError::Refused("It was confirmed in this very moment.".to_owned()));
    }
    voices::remove(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets whoever did not confirm in time.
pub async fn forget(engine: &Engine) -> Result<()> {
    loop {
        let mut tx = engine.db.begin_bulk().await?;
        let gone = voices::forget_unconfirmed(&mut tx, engine.now() - HOLDS, AT_ONCE).await?;
        tx.commit().await?;
        if i64::try_from(gone).unwrap_or(0) < AT_ONCE {
            return Ok(());
        }
    }
}
