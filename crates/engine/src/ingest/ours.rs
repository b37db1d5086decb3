//! A message that was there already comes again, and one of the two copies is known to be ours: an echo from the channel,
//! or the proof that what only claimed to be ours is.

use super::{Words, amend::mark_sent, arrive::partner, hold::Touched};
use crate::{Engine, Result, people, wording::Envelope};
use tertulia_model::{Direction, MessageId};
use tertulia_store::{
    Tx, conversations,
    keys::{self, SourceKey, fingerprint},
    messages::{self, Known},
    monitors, reading,
};

pub(super) async fn again(
    engine: &Engine,
    tx: &mut Tx,
    key: SourceKey,
    words: &Words,
    vouches: bool,
    sent: &mut Vec<MessageId>,
) -> Result<Touched> {
    let Some(message) = messages::known(tx, &[key]).await?.into_iter().next() else { return Ok(Touched::new()) };
    let proven = vouches && words.content.direction == Direction::Ours;
    match message.direction.as_str() {
        // It did go out. Where nothing proves the sender (a copy in the inbox), its name and its words do.
        "ours" if proven || message.fingerprint == fingerprint(&[&words.content.text]) => {
            mark_sent(engine, tx, message.id, sent).await
        }
        "theirs" if proven && message.state == "shown" && message.fingerprint == words.fingerprint => {
            own_up(engine, tx, &message, words).await
        }
        _ => Ok(Touched::new()),
    }
}

/// The copy in the inbox came before the one in the sent folder, and counted as somebody's who claims to be us.
async fn own_up(engine: &Engine, tx: &mut Tx, message: &Known, words: &Words) -> Result<Touched> {
    messages::becomes_ours(tx, message.id, &Envelope::of(&words.content).to_json()).await?;
    monitors::match_later(tx, &[message.id]).await?;
    let person = match partner(words) {
        Some(partner) => people::resolve(engine, tx, [partner.as_ref()]).await?.get(&partner).map(|(_, person)| person),
        None => None,
    };
    let Some(id) = message.conversation_id else { return Ok(Touched::new()) };
    let Some(mut conversation) = conversations::one_to_change(tx, id).await? else { return Ok(Touched::new()) };
    if conversation.person_id == message.person_id {
        conversation.person_id = person;
    }
    let theirs = reading::last_theirs(tx, id).await?;
    conversation.last_theirs_place = theirs.as_ref().map_or(0, |said| said.place);
    let is_newest = conversation.last_place == message.place;
    if is_newest && theirs.as_ref().is_none_or(|said| keys::place_at(said.heard_at) < message.place) {
        conversation.waiting_since = None;
        if conversation.state == "open" {
            conversation.state = "pending".to_owned();
        }
    }
    if let Some(theirs) = theirs {
        conversation.snippet = theirs.snippet;
    }
    conversations::put(tx, &[conversation]).await?;
    Ok(Touched::from([id]))
}
