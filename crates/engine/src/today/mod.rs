//! Today: the first screen of the day, finite on purpose. Who wrote for the first time and what was promised for today come up
//! until none waits; who came back, one quiet person and one who might become a new acquaintance are asked about once a day.
//! What was decided of a card is kept (`store::today_cards`); what a card says is read anew each time.

mod acts;
mod day;
mod due;
mod month;
mod proposals;
mod proposed;

pub use acts::{Act, MOST_NOTE, Undo, act, undo};
pub use day::{Day, now as day_now, number as day_number, of_number as day_of_number};
pub use month::{DayEnd, Month, month, note_day};
pub use tertulia_store::today_cards::Key;

use crate::{Engine, Result};
use std::{collections::HashSet, sync::Arc};
use tertulia_model::{ChannelId, ConversationId, MessageId, Millis, PersonId, UserId};
use tertulia_store::today::{LOOKED_AT, Work, are_more_unanswered};

/// The topic under which changes of a member's Today are announced, by the member. Every page is told: a card that nobody has
/// stands in all of them, and who did it is the only one named.
pub const TOPIC: &str = "today";
/// Cards at once.
pub const MOST: usize = 7;
/// For so long nobody has heard of who is quiet, or came back, in milliseconds.
pub const SILENCE: Millis = 60 * DAY;
const DAY: Millis = 86_400_000;

/// Why a card is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// They wrote for the first time, and wait since then.
    First { since: Millis },
    /// It was promised by the end of a day; by whom of us, where that is known.
    Promise { due_at: Millis, by: Option<UserId> },
    /// They wrote again, having been heard last so long ago.
    Back { since: Millis, heard_before: Millis },
    /// They talked with us on so many days, and nothing was heard since.
    Quiet { last_at: Millis, days: usize },
    /// They spoke of us so often lately, and never talked with us.
    New { times: usize, last_at: Millis },
}

/// One person and one thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub key: Key,
    pub person: Option<PersonId>,
    pub name: Option<String>,
    pub channel: Option<ChannelId>,
    pub conversation: Option<ConversationId>,
    /// The message that it is about, where it is about one.
    pub message: Option<MessageId>,
    /// What they said last, or what was promised.
    pub words: String,
    pub why: Why,
    /// Who passed it on, and what they wrote with it.
    pub passed_on: Option<(UserId, String)>,
}

/// What stands in a Today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Today {
    pub day: Day,
    pub cards: Vec<Card>,
    /// Whether more comes up once one of these is done.
    pub more: bool,
    /// More waits than is looked through, so that not everybody who wrote for the first time comes up.
    pub overfull: bool,
}

/// Who looks at a Today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A member who works: what they have and what nobody has.
    Works(UserId),
    /// Who only looks on sees what waits for anybody.
    LooksOn,
}

/// The Today of a reader. What is asked about once a day is chosen here, the first time that there is room for it.
pub async fn today(engine: &Arc<Engine>, reader: Reader) -> Result<Today> {
    let (day, _) = day_now(engine).await?;
    of(engine, reader, day, (MOST, true)).await
}

/// Up to so many cards; nothing is chosen anew unless `chooses`.
async fn of(engine: &Arc<Engine>, reader: Reader, day: Day, (most, chooses): (usize, bool)) -> Result<Today> {
    let work = match reader {
        Reader::Works(member) => Work::Of(member),
        Reader::LooksOn => Work::All,
    };
    let mut cards = due::cards(engine, work, (&day, engine.now()), most + 1).await?;
    let more = cards.len() > most;
    cards.truncate(most);
    if let Reader::Works(member) = reader {
        let known: HashSet<PersonId> = cards.iter().filter_map(|card| card.person).collect();
        let room = most - cards.len();
        cards.extend(proposals::cards(engine, member, &day, (room, chooses, known)).await?);
    }
    let overfull = !more && are_more_unanswered(&mut engine.db.reader(), LOOKED_AT).await?;
    Ok(Today { day, cards, more, overfull })
}
