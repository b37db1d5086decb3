//! What is asked about once a day: who came back, one quiet person, one who might become a new acquaintance. Which card of a kind
//! is a member's on a day is noted when it is first shown, so that no other takes its place once it is done. One that was left
//! lies for a week before anybody is asked about it again.

use super::{Card, DAY, Day, Key, SILENCE, Why, proposed};
use crate::{Engine, Result, people};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tertulia_model::{MessageId, Millis, PersonId, UserId};
use tertulia_store::{
    monitors,
    today::{self, Quiet, Waiting, Work},
    today_cards::{self, Decided},
};

const KINDS: [&str; 3] = ["back", "quiet", "new"];
/// Who waits for longer has not just come back.
const LATELY: Millis = 14 * DAY;
/// For longer nobody is called quiet: they are gone.
const GONE: Millis = 365 * DAY;
/// Conversations that are looked at for quiet people, people that are taken from them, and among how many who talked with us
/// it is chosen.
const LOOKED_AT: (i64, usize) = (300, 40);
const MEASURED: usize = 6;
/// Of somebody who talked with us on fewer days it is not known that they would like to be asked.
const TALKED_ON: usize = 2;
/// How far back it is looked for who speaks of us, and how often they have to.
pub(super) const SPEAKS: Millis = 30 * DAY;
pub(super) const OFTEN: usize = 2;
/// Monitors that are looked at, mentions of each, and people of whom it is found out more.
const MONITORS: usize = 10;
const MENTIONS: i64 = 300;
const CONSIDERED: usize = 12;
/// Days for which nobody is asked again about somebody whose card was left.
const LEFT_FOR: i64 = 7;

/// The cards of a member's day, as many as there is room for; of nobody who has a card there already.
pub(super) async fn cards(
    engine: &Arc<Engine>,
    member: UserId,
    day: &Day,
    (room, chooses, mut known): (usize, bool, HashSet<PersonId>),
) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    if room == 0 {
        return Ok(cards);
    }
    let mut db = engine.db.reader();
    let mut held = today_cards::held_by(&mut db, member, day.number, 50).await?;
    held.retain(|one| KINDS.contains(&one.key.kind.as_str()));
    let drawn = today_cards::drawn(&mut db, member, day.number).await?;
    for kind in KINDS {
        let of_kind = kept(engine, member, held.iter().filter(|one| one.key.kind == kind).collect()).await?;
        let card = match drawn.iter().find(|key| key.kind == kind) {
            Some(key) if of_kind.iter().any(|card| card.key == *key) => None,
            Some(key) => still(engine, member, day, key).await?,
            None => match of_kind.first() {
                Some(card) => {
                    note(engine, member, day, &card.key).await?;
                    None
                }
                None if chooses && cards.len() < room => choose(engine, (member, day, kind), &known).await?,
                None => None,
            },
        };
        for card in of_kind.into_iter().chain(card) {
            if cards.len() < room && card.person.is_none_or(|person| known.insert(person)) {
                cards.push(card);
            }
        }
    }
    Ok(cards)
}

/// The cards of what was passed on to a member, or put off by them, as far as it still holds.
async fn kept(engine: &Arc<Engine>, member: UserId, held: Vec<&Decided>) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    for one in held {
        if let Some(card) = standing(engine, member, &one.key).await? {
            let passed_on = one.passed_by.map(|by| (by, one.note.clone()));
            cards.push(Card { passed_on, ..card });
        }
    }
    Ok(cards)
}

/// A card as it is now; of whoever is only proposed, as long as they may be asked.
async fn standing(engine: &Arc<Engine>, member: UserId, key: &Key) -> Result<Option<Card>> {
    let Some(card) = proposed::card(engine, member, key).await? else { return Ok(None) };
    // Who came back asked us.
    let may = matches!(card.why, Why::Back { .. }) || proposed::may_be_asked(engine, &card).await?;
    Ok(may.then_some(card))
}

/// What was chosen earlier on this day, unless somebody has decided about it, or it is over.
async fn still(engine: &Arc<Engine>, member: UserId, day: &Day, key: &Key) -> Result<Option<Card>> {
    if key.subject_id == 0 || !is_open(engine, (member, day), key).await? {
        return Ok(None);
    }
    standing(engine, member, key).await
}

/// Whether nobody has decided about it, or it stands with this member.
async fn is_open(engine: &Engine, (member, day): (UserId, &Day), key: &Key) -> Result<bool> {
    let decided = today_cards::of(&mut engine.db.reader(), key).await?;
    Ok(decided.is_none_or(|one| {
        one.state == "open" && one.from_day <= day.number && one.holder_id.is_none_or(|holder| holder == member)
    }))
}

async fn note(engine: &Engine, member: UserId, day: &Day, key: &Key) -> Result<bool> {
    let mut tx = engine.db.begin().await?;
    let is_new = today_cards::draw(&mut tx, member, day.number, key).await?;
    tx.commit().await?;
    Ok(is_new)
}

async fn choose(
    engine: &Arc<Engine>,
    (member, day, kind): (UserId, &Day, &'static str),
    known: &HashSet<PersonId>,
) -> Result<Option<Card>> {
    let found = match kind {
        "back" => came_back(engine, member, day, known).await?,
        "quiet" => quiet(engine, member, day, known).await?,
        _ => speaks_of_us(engine, member, day, known).await?,
    };
    match &found {
        // Another page of theirs may have chosen one at the same moment: that one is shown.
        Some(card) if !note(engine, member, day, &card.key).await? => return Ok(None),
        Some(_) => {}
        // Who comes back is seen when they do; for the others it is looked once in the morning.
        None if kind != "back" => {
            note(engine, member, day, &Key { kind: kind.to_owned(), subject_id: 0, cause: 0 }).await?;
        }
        None => {}
    }
    Ok(found)
}

async fn came_back(engine: &Arc<Engine>, member: UserId, day: &Day, known: &HashSet<PersonId>) -> Result<Option<Card>> {
    let since = engine.now() - LATELY;
    let mut found = today::came_back(&mut engine.db.reader(), Work::Of(member), (since, SILENCE), 20).await?;
    found.retain(|one| !known.contains(&one.person_id));
    for one in found {
        let key = Key { kind: "back".to_owned(), subject_id: one.conversation_id.0, cause: one.before };
        if was_first(engine, &one).await? || !is_open(engine, (member, day), &key).await? {
            continue;
        }
        if let Some(card) = proposed::card(engine, member, &key).await? {
            return Ok(Some(card));
        }
    }
    Ok(None)
}

/// Whether what they wrote now was somebody's card of who wrote for the first time, and decided about as that: who was only
/// overheard before is both.
async fn was_first(engine: &Engine, one: &Waiting) -> Result<bool> {
    let decided = today_cards::of_person(&mut engine.db.reader(), one.person_id).await?;
    // As far back as what they wrote may have been under way: in another conversation it may have come a little before.
    Ok(decided.iter().any(|decided| decided.key.kind == "first" && decided.at >= one.since - DAY))
}

/// Nobody was asked about this person lately, or has decided about them.
async fn is_free(engine: &Engine, (member, day): (UserId, &Day), key: &Key) -> Result<bool> {
    let lately = day.number - LEFT_FOR;
    let was_asked = today_cards::drawn_since(&mut engine.db.reader(), &key.kind, key.subject_id, lately).await?;
    Ok(!was_asked && is_open(engine, (member, day), key).await?)
}

fn quiet_key(one: &Quiet) -> Key {
    Key { kind: "quiet".to_owned(), subject_id: one.person_id.0, cause: one.last_place }
}

/// Of those who fell silent last, who talked best with us.
async fn quiet(engine: &Arc<Engine>, member: UserId, day: &Day, known: &HashSet<PersonId>) -> Result<Option<Card>> {
    let now = engine.now();
    let mut found = today::quiet(&mut engine.db.reader(), (now - GONE, now - SILENCE), LOOKED_AT).await?;
    found.retain(|one| !known.contains(&one.person_id));
    let mut measured: Vec<Card> = Vec::new();
    for one in found {
        if measured.len() == MEASURED {
            break;
        }
        let key = quiet_key(&one);
        // Most asked one question once: that is found out first, and costs little.
        if people::days_talked(engine, one.person_id).await? >= TALKED_ON
            && is_free(engine, (member, day), &key).await?
        {
            measured.extend(proposed::card(engine, member, &key).await?);
        }
    }
    let days = |card: &Card| if let Why::Quiet { days, .. } = card.why { days } else { 0 };
    measured.sort_by_key(|card| std::cmp::Reverse(days(card)));
    for card in measured {
        if proposed::may_be_asked(engine, &card).await? {
            return Ok(Some(card));
        }
    }
    Ok(None)
}

/// Of those who speak of us and never talked with us, who does so most.
async fn speaks_of_us(
    engine: &Arc<Engine>,
    member: UserId,
    day: &Day,
    known: &HashSet<PersonId>,
) -> Result<Option<Card>> {
    let mut db = engine.db.reader();
    let since = engine.now() - SPEAKS;
    let mut monitors = monitors::all(&mut db).await?;
    monitors.retain(|monitor| monitor.state == "live");
    let mut said: HashMap<PersonId, HashSet<MessageId>> = HashMap::new();
    for monitor in monitors.iter().take(MONITORS) {
        for one in today::spoke_of_us(&mut db, (monitor.id, monitor.version), since, MENTIONS).await? {
            said.entry(one.person_id).or_default().insert(one.message_id);
        }
    }
    let mut often: Vec<(usize, PersonId)> = said.into_iter().map(|(person, said)| (said.len(), person)).collect();
    often.retain(|(times, person)| *times >= OFTEN && !known.contains(person));
    often.sort_by_key(|(times, person)| (std::cmp::Reverse(*times), *person));
    for (_, person) in often.into_iter().take(CONSIDERED) {
        let key = Key { kind: "new".to_owned(), subject_id: person.0, cause: 0 };
        if !is_free(engine, (member, day), &key).await? {
            continue;
        }
        let Some(card) = proposed::card(engine, member, &key).await? else { continue };
        if proposed::may_be_asked(engine, &card).await? {
            return Ok(Some(card));
        }
    }
    Ok(None)
}
