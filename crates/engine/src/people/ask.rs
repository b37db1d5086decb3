//! Somebody is asked themselves whether another identity is theirs, too: by a message on the channel they write on, with a link
//! that only whoever reads it there can follow. What they say is told to the team, and proves nothing by itself: of the other
//! they are shown as much as tells nobody an address, and many begin alike.

use super::merge::{Evidence, both};
use crate::{
    Engine, EngineError, Result,
    ingest::Tries,
    outbound::{self, Files, ReplyForm, Way},
    vault::hex,
};
use std::{collections::BTreeSet, sync::Arc};
use tertulia_model::{
    ConversationId, DeliveryState, IdentityId, Millis, PersonId, Recipient, RecipientRole, UserId, Visibility,
};
use tertulia_store::{
    Sql, Tx, changes, conversations,
    deliveries::{self, Delivery},
    identity_questions::{self as questions, Asked, Question},
    messages::flags,
    people::{self, Identity},
    person_merges, reading,
    reviews::{self, Decision},
    suggestions::{self, Found},
    threads,
};

/// Characters of what is written above the link.
pub const MOST_ASKING: usize = 1_000;
const DAY: Millis = 24 * 3_600_000;
/// A link holds for a week.
const HOLDS: Millis = 7 * DAY;
/// About the same two nobody is asked again within this, and about anybody not more often in it.
const AGAIN_AFTER: Millis = 30 * DAY;
const MOST_ASKED: i64 = 3;
/// Whoever was asked a moment ago, and not written to yet, is being asked.
const UNDER_WAY: Millis = 10 * 60_000;
/// How many of the last messages of somebody are looked at for where they can be asked, and suggestions for whom they may be.
const LOOK_BACK: i64 = 100;
/// What stands before the secret of a link.
const PATH: &str = "/is-this-you/";

/// What stands above the link where nobody writes something else.
pub const USUAL_WORDS: &str = "Hello,\n\nwe think that you may have written to us from somewhere else as well. If you like, \
    tell us whether we are right: then you need not tell us everything twice. The page below says what we mean. Nothing \
    happens before you press a button there, and you need not answer.";

/// One of both who can be asked, and how.
#[derive(Debug, Clone)]
pub struct Choice {
    pub asked: Identity,
    /// What they are asked about.
    pub other: Identity,
    pub conversation: ConversationId,
    pub way: Way,
    /// They wait for an answer there, and what asks them would count as one.
    pub waits: bool,
}

/// What is suggested of two persons; none where nothing is, or it was decided.
async fn suggested(on: &mut impl Sql, (one, other): (PersonId, PersonId)) -> Result<Option<Found>> {
    let found = suggestions::of_person(on, one, None, LOOK_BACK).await?;
    Ok(found.into_iter().find(|found| found.person_id == other || found.other_person_id == other))
}

/// Where these two can be asked, whoever of them; none where nothing is suggested of them, or no way is private and open.
pub async fn choices(engine: &Engine, pair: (PersonId, PersonId)) -> Result<Vec<Choice>> {
    let mut db = engine.db.reader();
    both(&mut db, pair.0, pair.1).await?;
    let Some(found) = suggested(&mut db, pair).await? else { return Ok(Vec::new()) };
    let mut choices = Vec::new();
    for (asked, other) in [(found.first_id, found.second_id), (found.second_id, found.first_id)] {
        let (asked, other) =
            (people::identity_by_id(&mut db, asked).await?, people::identity_by_id(&mut db, other).await?);
        if let (Some(asked), Some(other)) = (asked, other) {
            choices.extend(choice(engine, asked, other).await?);
        }
    }
    Ok(choices)
}

/// The way to somebody where only they read it: what everybody reads anybody could answer. It goes on from what they wrote
/// themselves, lest they read what another's message was about.
async fn choice(engine: &Engine, asked: Identity, other: Identity) -> Result<Option<Choice>> {
    let mut db = engine.db.reader();
    let said = reading::person(&mut db, asked.person_id, None, LOOK_BACK).await?;
    let last = said.into_iter().find(|message| {
        message.identity_id == Some(asked.id)
            && message.is_said_to_us()
            && message.visibility == "private"
            && message.flags & flags::DOUBTFUL == 0
            && message.conversation_id.is_some()
    });
    let Some((message, conversation)) = last.and_then(|message| Some((message.id, message.conversation_id?))) else {
        return Ok(None);
    };
    let ways = outbound::ways_to_answer(engine, conversation).await?;
    let channel = reading::message(&mut db, message).await?.map(|message| message.channel_id);
    let fits = |way: &Way| {
        Some(way.channel) == channel && !way.is_public && !way.written_down && way.to_handle == asked.handle
    };
    let Some(way) = ways.into_iter().find(fits) else { return Ok(None) };
    let held = conversations::get(&mut db, conversation).await?;
    let waits = held.is_some_and(|held| held.state == "open");
    Ok(Some(Choice { asked, other, conversation, way, waits }))
}

/// What was asked of two persons so far, the latest first.
pub async fn asked(engine: &Engine, pair: (PersonId, PersonId)) -> Result<Vec<Asked>> {
    Ok(questions::between(&mut engine.db.reader(), pair).await?)
}

/// Asks whoever writes as `identity` whether the other of both is them, too; empty words are the usual ones. Gives the
/// delivery of the message that asks.
pub async fn ask(
    engine: &Arc<Engine>,
    by: UserId,
    pair: (PersonId, PersonId),
    identity: IdentityId,
    words: &str,
) -> Result<Delivery> {
    let words = words.replace("\r\n", "\n");
    let words = Some(words.trim()).filter(|words| !words.is_empty()).unwrap_or(USUAL_WORDS);
    if words.chars().count() > MOST_ASKING {
        return Err(EngineError::invalid("words", format!("Keep it below {MOST_ASKING} characters.")));
    }
    let choice = choices(engine, pair).await?.into_iter().find(|choice| choice.asked.id == identity);
    let choice = choice.ok_or_else(|| {
        EngineError::Refused(
            "They cannot be asked there: it is not suggested (any more) that these two are one, or nothing can be sent \
             to them where only they read it."
                .to_owned(),
        )
    })?;
    let mut token = [0; 32];
    engine.chance.fill(&mut token);
    let token = hex(&token);
    let question = begin(engine, by, pair, &choice, &token).await?;
    let text = format!("{words}\n\n{}{PATH}{token}", engine.public_url);
    let sent = outbound::queue_reply(engine, by, form(&choice, &question, text)).await;
    let delivery = match sent {
        Ok(delivery) => delivery,
        Err(error) => {
            take_back(engine, question.id).await?;
            return Err(of_words(error));
        }
    };
    // Something else was written there in this moment: what is meant for one must not reach another, or everybody.
    if !is_theirs(&delivery, &choice) {
        outbound::undo_reply(engine, by, delivery.id).await?;
        take_back(engine, question.id).await?;
        return Err(EngineError::Refused(
            "Something was written there just now. Nothing was sent; look again.".to_owned(),
        ));
    }
    Ok(delivery)
}

fn is_theirs(delivery: &Delivery, choice: &Choice) -> bool {
    let (outgoing, handle) = (&delivery.outgoing, &choice.asked.handle);
    outgoing.visibility == Visibility::Private
        && outgoing.to_handle == *handle
        && outgoing.recipients.iter().all(|recipient| recipient.address == *handle)
}

/// What is wrong with the text is wrong with the words above the link.
fn of_words(error: EngineError) -> EngineError {
    let EngineError::Invalid(mut errors) = error else { return error };
    for error in errors.iter_mut().filter(|error| error.field == "text") {
        "words".clone_into(&mut error.field);
    }
    EngineError::Invalid(errors)
}

fn form(choice: &Choice, question: &Question, text: String) -> ReplyForm {
    let only_them =
        Recipient { role: RecipientRole::To, address: choice.asked.handle.clone(), name: choice.asked.name.clone() };
    ReplyForm {
        conversation: choice.conversation,
        channel: choice.way.channel,
        text,
        recipients: if choice.way.limits.recipients { vec![only_them] } else { Vec::new() },
        subject: None,
        from_address: None,
        idempotency_key: question.sent_key.clone(),
        seen: None,
        shown: Vec::new(),
        even_if_unseen: false,
        close: false,
        files: Files::none(),
        articles: Vec::new(),
        forwards: None,
    }
}

/// Notes that it is asked, before it is: the link holds as soon as somebody can read it.
async fn begin(
    engine: &Engine,
    by: UserId,
    pair: (PersonId, PersonId),
    choice: &Choice,
    token: &str,
) -> Result<Question> {
    let mut tries = Tries::default();
    loop {
        match try_begin(engine, by, pair, choice, token).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_begin(
    engine: &Engine,
    by: UserId,
    pair: (PersonId, PersonId),
    choice: &Choice,
    token: &str,
) -> Result<Question> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    // Two who ask at once ask once, and nobody is merged or erased meanwhile.
    threads::place_alone(&mut tx).await?;
    both(&mut tx, pair.0, pair.1).await?;
    let lately = questions::between(&mut tx, pair).await?.into_iter().any(|asked| {
        let left = match asked.state.as_deref() {
            Some(state) => !matches!(state, "withdrawn" | "failed"),
            None => asked.asked_at > now - UNDER_WAY,
        };
        asked.person_id == choice.asked.person_id && left && asked.asked_at > now - AGAIN_AFTER
    });
    if lately {
        return Err(EngineError::Refused(
            "They were asked about this already, less than a month ago. Nobody is pressed for an answer.".to_owned(),
        ));
    }
    let since = (now - AGAIN_AFTER, now - UNDER_WAY);
    if questions::asked_since(&mut tx, choice.asked.person_id, since).await? >= MOST_ASKED {
        let words = format!("They were asked {MOST_ASKED} times in a month whether they are somebody. That has to do.");
        return Err(EngineError::Refused(words));
    }
    let id = engine.next_id();
    let question = Question {
        id,
        asked_id: choice.asked.id,
        other_id: choice.other.id,
        sent_key: format!("is this you {id}"),
        token_hash: hash(token),
        by_user: by,
        asked_at: now,
        answer: None,
        answered_at: None,
    };
    questions::add(&mut tx, &question).await?;
    tx.commit().await?;
    Ok(question)
}

async fn take_back(engine: &Engine, id: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    questions::remove(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

fn hash(token: &str) -> Vec<u8> {
    blake3::hash(token.as_bytes()).as_bytes().to_vec()
}

/// What the page of a link shows: the other identity, so that only whoever has it knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub other: String,
}

fn over() -> EngineError {
    EngineError::Refused("This link does not hold any more, or a part of it is missing.".to_owned())
}

/// The question of a link that holds, with both identities, which are of two persons; what was taken back was not asked. Of a
/// link that does not hold it is not told why: it says nothing of anybody.
async fn holding(engine: &Engine, on: &mut impl Sql, token: &str) -> Result<(Question, Identity, Identity)> {
    let question = questions::by_token(on, &hash(token)).await?.ok_or_else(over)?;
    let asked = people::identity_by_id(on, question.asked_id).await?.ok_or_else(over)?;
    let other = people::identity_by_id(on, question.other_id).await?.ok_or_else(over)?;
    let sent = deliveries::by_key(on, &question.sent_key).await?;
    let is_asked = sent.is_none_or(|sent| sent.state != DeliveryState::Withdrawn);
    let holds = is_asked && question.asked_at > engine.now() - HOLDS && asked.person_id != other.person_id;
    if holds { Ok((question, asked, other)) } else { Err(over()) }
}

/// Looks at a link. Nothing is changed: programs that look for what is harmful follow links as well.
pub async fn look(engine: &Engine, token: &str) -> Result<Shown> {
    let (question, _, other) = holding(engine, &mut engine.db.reader(), token).await?;
    if question.answer.is_some() {
        return Err(over());
    }
    Ok(Shown { other: masked(engine, &other) })
}

/// They say whether it is them. What was said first holds; who says something again is thanked as before.
pub async fn say(engine: &Arc<Engine>, token: &str, is_same: bool) -> Result<()> {
    // Whoever has no link that holds keeps nobody waiting.
    holding(engine, &mut engine.db.reader(), token).await?;
    let mut tries = Tries::default();
    loop {
        match try_say(engine, token, is_same).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_say(engine: &Engine, token: &str, is_same: bool) -> Result<()> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let (question, asked, other) = holding(engine, &mut tx, token).await?;
    if !questions::answer(&mut tx, question.id, if is_same { "yes" } else { "no" }, now).await? {
        return Ok(());
    }
    let pair = (asked.person_id, other.person_id);
    if !is_same {
        are_two(&mut tx, pair, question.by_user, now).await?;
    }
    let noted = changes::note(&mut tx, &[("person", pair.0.0), ("person", pair.1.0)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// As when a member says so.
async fn are_two(tx: &mut Tx, pair: (PersonId, PersonId), by: UserId, now: Millis) -> Result<()> {
    person_merges::decide(tx, pair, Some("apart"), (by, now)).await?;
    let decision = Decision { is_same: Some(false), merge: None, by, at: now };
    Ok(reviews::note(tx, pair, decision).await?)
}

/// Why two are made one by a member: what they said themselves when they were asked, else that the member knows it.
pub async fn evidence(engine: &Engine, pair: (PersonId, PersonId)) -> Result<Evidence> {
    let said = asked(engine, pair).await?;
    let yes = said.iter().filter(|asked| asked.answer.as_deref() == Some("yes"));
    let yes: BTreeSet<PersonId> = yes.map(|asked| asked.person_id).collect();
    let no = said.iter().any(|asked| asked.answer.as_deref() == Some("no"));
    if yes.is_empty() || no {
        return Ok(Evidence::known());
    }
    let words = match yes.len() {
        1 => "One of them was asked, and said that both are them.",
        _ => "Each of both was asked, and said that the other is them.",
    };
    Ok(Evidence { words: words.to_owned(), ..Evidence::known() })
}

/// A text without the links by which somebody says whether another is them: for whoever must not follow one in their place.
pub fn without_links(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(PATH) {
        let secret = at + PATH.len();
        let end = secret + rest[secret..].bytes().take_while(u8::is_ascii_hexdigit).count();
        if end == secret {
            clean.push_str(&rest[..end]);
        } else {
            let before = rest[..at].char_indices().rev().find(|(_, c)| c.is_whitespace() || "\"'<>()[]".contains(*c));
            clean.push_str(&rest[..before.map_or(0, |(at, c)| at + c.len_utf8())]);
            clean.push_str("[link]");
        }
        rest = &rest[end..];
    }
    clean + rest
}

/// An identity so that whoever has it knows it, and nobody learns it.
fn masked(engine: &Engine, identity: &Identity) -> String {
    let spec = engine.registry.of_space(&identity.space).map(|known| known.spec());
    let title = spec.map_or("another place", |spec| spec.title.as_str());
    let handle = identity.handle.trim_start_matches('@');
    let first: String = handle.chars().take(1).collect();
    // What a machine made up says nothing to whoever has it, and an address of the web says all.
    let says_nothing = spec.is_some_and(|spec| spec.hosts_visitors)
        || handle.starts_with("did:")
        || handle.bytes().all(|byte| byte.is_ascii_digit())
        || handle.contains("://")
        || first.is_empty();
    match handle.rsplit_once('@') {
        _ if says_nothing => title.to_owned(),
        Some((_, domain)) if identity.space == "mail" => format!("{first}…@{}", masked_domain(domain)),
        Some((_, domain)) => format!("{first}…@{} ({title})", masked_domain(domain)),
        None if handle.starts_with('+') && handle.len() > 6 && handle.is_ascii() => {
            format!("{}…{} ({title})", &handle[..3], &handle[handle.len() - 2..])
        }
        None => format!("{first}… ({title})"),
    }
}

/// Its first letter and its end: one of somebody's own says as much as their name.
fn masked_domain(domain: &str) -> String {
    let first: String = domain.chars().take(1).collect();
    match domain.rsplit_once('.') {
        Some((_, end)) => format!("{first}….{end}"),
        None => format!("{first}…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_by_which_somebody_says_who_they_are_is_hidden_wherever_it_stands() {
        for (text, hidden) in [
            ("Is it you?\n\nhttps://desk.example/is-this-you/0a1b2c", "Is it you?\n\n[link]"),
            ("> <http://desk.example/is-this-you/0a1b>\nYes", "> <[link]>\nYes"),
            (
                "<a href=\"https://desk.example/is-this-you/0a\">https://desk.example/is-this-you/0a…</a>",
                "<a href=\"[link]\">[link]…</a>",
            ),
            ("éhttps://desk.example/is-this-you/", "éhttps://desk.example/is-this-you/"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(without_links(text), hidden);
        }
    }
}
