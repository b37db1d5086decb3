//! One draft as a person looks at it: whom it goes to and where, in which words, and what stands in its way. What was looked
//! at is what is sent: all of it stands in `seen`, which is compared once more in the transaction that sends.

use super::{change_of, missing, sending_channels, texts};
use crate::{
    Engine, Result, consent,
    outbound::{self, Way},
    wording::StoredParts,
};
use tertulia_connector::sign;
use tertulia_model::{ChangeId, MessageId, PersonId};
use tertulia_store::{
    Sql, askers,
    feedback_changes::Change,
    people,
    reading::{self, Message},
    roadmap, telling_texts,
    tellings::{self, DONE, HELPED, Telling},
    voices,
};

/// How far back a conversation is looked at for what came since.
const LOOK_BACK: i64 = 50;
/// Of what came since, no more is shown.
const SHOWN: usize = 5;
const PURPOSE: &str = "telling as it was looked at";

/// What stands in the way of sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It is no draft, or things stand otherwise by now: in words.
    Stands(String),
    /// Nobody has written what is to be said.
    NoText,
    /// It cannot be told by a message, for this reason: it is owed.
    Owed(&'static str),
    /// They do not want to be written to: in words.
    Refused(String),
}

impl Trouble {
    pub fn words(&self) -> String {
        match self {
            Self::Stands(words) | Self::Refused(words) => words.clone(),
            Self::NoText => "Nobody has written yet what is to be said. Write the text first.".to_owned(),
            Self::Owed(reason) => reason_words(reason).to_owned(),
        }
    }

    /// For what reason it is owed, if it is.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Owed(reason) => Some(reason),
            Self::Refused(_) => Some("refused"),
            Self::Stands(_) | Self::NoText => None,
        }
    }
}

/// Why something could not be told, in words for the team.
pub fn reason_words(reason: &str) -> &'static str {
    match reason {
        "behalf" => "Somebody noted it on their behalf: there is no message of theirs to answer.",
        "deleted" => "What they said was deleted, so there is nothing to answer.",
        "spoken" => "They said it in person. Tell them when you see them.",
        "no_way" => "Nothing can be sent (any more) on the channel where they asked.",
        "no_conversation" => "They said it in public and not to you: it stands in no conversation.",
        "too_late" => "This channel lets nobody be written to who has said nothing there for so long.",
        "refused" => "They do not want to be written to there.",
        "withdrawn" => "It was stopped on its way, and its words are gone.",
        _ => "It could not be told.",
    }
}

/// One draft, as it stands this moment.
#[derive(Debug, Clone)]
pub struct Look {
    pub telling: Telling,
    pub change: Change,
    pub name: String,
    /// What they said.
    pub message: Option<Message>,
    /// How it goes to them.
    pub way: Option<Way>,
    pub trouble: Option<Trouble>,
    pub words: String,
    /// The language that it is in; none where it was put into other words by hand, or nothing is written.
    pub language: Option<String>,
    /// They write in another one, in which there is no text.
    pub is_other_language: bool,
    /// Changes with whatever the writer has looked at.
    pub seen: String,
    /// How many messages of theirs came to the conversation after what they asked.
    pub since: i64,
}

impl Look {
    /// The address, account or number that it goes to.
    pub fn to(&self) -> Option<&str> {
        let way = self.way.as_ref()?;
        Some(way.reply.first().map_or(way.to_handle.as_str(), |recipient| recipient.address.as_str()))
    }
}

pub async fn look(engine: &Engine, on: &mut impl Sql, id: i64) -> Result<Look> {
    let telling = tellings::get(on, id).await?.ok_or_else(missing)?;
    look_at(engine, on, telling).await
}

pub(super) async fn look_at(engine: &Engine, on: &mut impl Sql, telling: Telling) -> Result<Look> {
    let change = change_of(on, telling.change_id).await?;
    let name = people::get(on, telling.person_id).await?.map(|person| person.name).unwrap_or_default();
    let found = match telling.message_id {
        Some(id) => way(engine, on, id).await?,
        None => None,
    };
    let (message, way) = match (found, telling.message_id) {
        (Some((message, way)), _) => (Some(message), Some(way)),
        (None, Some(id)) => (reading::message(on, id).await?, None),
        (None, None) => (None, way_of_voice(engine, on, change.id, telling.person_id).await?),
    };
    let all = telling_texts::of_change(on, change.id, &telling.kind).await?;
    let text = texts::choose(&all, &telling.language, &texts::own_language(on).await?);
    let said = match &message {
        Some(m) => StoredParts::parse(&m.parts).own_words(&m.text),
        // Who gave a voice and said nothing asked for just what it was given to.
        None => way.as_ref().and_then(|way| way.subject.clone()).unwrap_or_default(),
    };
    let limits = way.as_ref().map(|way| way.limits);
    let filled = text.zip(limits).map(|((text, _), limits)| {
        let handle = message.as_ref().and_then(|m| m.handle.as_deref());
        texts::fill(&text.words, Some(name.as_str()).filter(|name| is_a_name(name, handle)), &said, limits)
    });
    let by_hand = telling.words.is_some();
    let since = match message.as_ref().and_then(|m| m.conversation_id.map(|held| (held, m.id))) {
        Some((held, message)) => reading::count_theirs_after(on, held, message, &[]).await?,
        None => 0,
    };
    let mut look = Look {
        words: telling.words.clone().or(filled).unwrap_or_default(),
        language: text.filter(|_| !by_hand).map(|(text, _)| text.language.clone()),
        is_other_language: text.is_some_and(|(_, is_other)| is_other) && !by_hand,
        seen: String::new(),
        since,
        trouble: None,
        telling,
        change,
        name,
        message,
        way,
    };
    let written = text.filter(|_| !by_hand).map(|(text, _)| (&text.language, text.version, text.written_at));
    look.seen = seen(engine, &look, &format!("{written:?}"));
    look.trouble = trouble(engine, on, &look, text.is_some() || by_hand).await?;
    Ok(look)
}

/// What they wrote in the conversation since what they asked: the last few of it, in the order in which it came.
pub async fn since(on: &mut impl Sql, look: &Look) -> Result<Vec<Message>> {
    let asked = look.message.as_ref().filter(|_| look.since > 0);
    let Some((held, asked)) = asked.and_then(|m| m.conversation_id.map(|held| (held, m.id))) else {
        return Ok(Vec::new());
    };
    let mut came = reading::conversation(on, held, None, LOOK_BACK).await?;
    came.retain(|m| m.direction == "theirs" && m.state == "shown" && m.id > asked);
    came.sort_unstable_by_key(|m| m.id);
    let surplus = came.len().saturating_sub(SHOWN);
    came.drain(..surplus);
    Ok(came)
}

/// A handle is no name to call somebody by, nor is its part that stands for one until a name is known.
fn is_a_name(name: &str, handle: Option<&str>) -> bool {
    let is = |handle: &str| handle.eq_ignore_ascii_case(name) || handle.split('@').any(|part| part == name);
    !name.is_empty() && !name.contains('@') && !handle.is_some_and(is)
}

/// How what somebody said is answered; none where it cannot be.
pub(super) async fn way(engine: &Engine, on: &mut impl Sql, id: MessageId) -> Result<Option<(Message, Way)>> {
    let Some(message) = reading::message(on, id).await? else { return Ok(None) };
    let can = message.state == "shown" && message.direction == "theirs" && message.conversation_id.is_some();
    if !can {
        return Ok(None);
    }
    Ok(outbound::way_to_tell(engine, on, &message).await?.map(|way| (message, way)))
}

/// How whoever gave a voice on the public page and said nothing with it is told: by mail, where they confirmed that it
/// reaches them. None where they gave none, or no mail can be sent.
pub(super) async fn way_of_voice(
    engine: &Engine,
    on: &mut impl Sql,
    change: ChangeId,
    person: PersonId,
) -> Result<Option<Way>> {
    let Some((_, address, given_to)) = voices::reached(on, change, &[person]).await?.pop() else { return Ok(None) };
    // In the words that they read, whatever change it is by now.
    let Some(entry) = roadmap::get(on, given_to).await? else { return Ok(None) };
    outbound::way_to_address(engine, on, &address, &entry.title).await
}

fn seen(engine: &Engine, look: &Look, written: &str) -> String {
    let message = look.message.as_ref().map(|m| (m.id, m.revision, m.person_id, &m.visibility));
    let way = look.way.as_ref().map(|way| (way.channel, look.to(), way.is_public, &way.from_addresses));
    let all =
        format!("{} {} {written} {message:?} {way:?} {}", look.telling.id, look.telling.version, look.change.state);
    let mut signed = sign::sign(&engine.vault.key_for(PURPOSE), &all);
    signed.truncate(24);
    signed
}

async fn trouble(engine: &Engine, on: &mut impl Sql, look: &Look, has_words: bool) -> Result<Option<Trouble>> {
    let Look { telling, change, message, way, .. } = look;
    let stands = |words: &str| Ok(Some(Trouble::Stands(words.to_owned())));
    if telling.state != "draft" {
        return stands("It is no draft any more.");
    }
    if !telling.stands {
        return stands(
            "They turned out to be somebody whom this is told as well. Nothing more is sent to them from here.",
        );
    }
    let told_of = if telling.kind == HELPED { DONE } else { telling.kind.as_str() };
    if change.state != told_of {
        return stands("The change was moved since. Move it back, or leave this draft alone.");
    }
    if telling.kind != HELPED && askers::first_asked(on, change.id, telling.person_id).await?.is_none() {
        return stands("It was taken back that they ask for this. Skip it, or have drafts prepared anew.");
    }
    if telling.kind == HELPED && !tellings::is_told(on, change.id, telling.person_id).await? {
        return stands("They were not told after all, so there is nothing to ask. Skip it.");
    }
    let Some(message) = message.as_ref() else {
        return match way {
            None => Ok(Some(Trouble::Owed("behalf"))),
            Some(way) => unless_refused(engine, on, way, has_words).await,
        };
    };
    if message.state != "shown" {
        return Ok(Some(Trouble::Owed("deleted")));
    }
    if message.person_id != Some(telling.person_id) {
        return stands("What they said turned out to be somebody else's. Have drafts prepared anew.");
    }
    if telling.kind != HELPED && !is_asked_by(engine, on, telling, message).await? {
        return stands("That message is not what they ask by any more. Have drafts prepared anew.");
    }
    let Some(way) = way else {
        let reason = if message.conversation_id.is_none() { "no_conversation" } else { "no_way" };
        return Ok(Some(Trouble::Owed(reason)));
    };
    if let Some(held) = message.conversation_id.filter(|_| way.limits.answer_within.is_some()) {
        let last = reading::last_theirs_heard(on, held, way.channel).await?.unwrap_or(message.heard_at);
        if !way.limits.is_open(last, engine.now()) {
            return Ok(Some(Trouble::Owed("too_late")));
        }
    }
    unless_refused(engine, on, way, has_words).await
}

async fn unless_refused(engine: &Engine, on: &mut impl Sql, way: &Way, has_words: bool) -> Result<Option<Trouble>> {
    if let Some(words) = consent::against_on(engine, on, way).await? {
        return Ok(Some(Trouble::Refused(words)));
    }
    Ok((!has_words).then_some(Trouble::NoText))
}

/// Whether they ask by this message, and do not ask in private as well where it is one that everybody can read. What is
/// prepared anew goes by the same ([`tellings::add`]).
async fn is_asked_by(engine: &Engine, on: &mut impl Sql, telling: &Telling, message: &Message) -> Result<bool> {
    let (change, person) = (telling.change_id, telling.person_id);
    if !askers::asks_by(on, change, person, message.id).await? {
        return Ok(false);
    }
    if message.visibility != "public" {
        return Ok(true);
    }
    let sending = sending_channels(engine, on).await?;
    let best = askers::some(on, change, &[person], &sending).await?.pop().and_then(|asker| asker.message_id);
    let best = match best {
        Some(best) => reading::message(on, best).await?,
        None => None,
    };
    Ok(best.is_none_or(|best| best.visibility == "public"))
}
