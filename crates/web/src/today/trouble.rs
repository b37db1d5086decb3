//! What does not go as it should: answers that did not get through, channels that need somebody, what was set aside.

use crate::{App, Result, Viewer, inbox::whose};
use tertulia_engine::outbound;
use tertulia_model::{ChannelState, DeliveryState, Permission::Manage};
use tertulia_store::{
    channels::{self, Channel},
    deliveries, listing, quarantine,
};

/// How many answers stand under Today; the rest is in the inbox.
const SHOWN: usize = 5;
/// Counting stops here.
const MOST_COUNTED: i64 = 1_000;

pub(super) struct Trouble {
    pub deliveries: Vec<Stuck>,
    pub more_deliveries: bool,
    pub channels: Vec<Ailing>,
    pub quarantined: i64,
    pub quarantined_words: String,
    pub may_manage: bool,
}

/// One of our answers that a person has to decide on.
pub(super) struct Stuck {
    pub what: String,
    pub reason: String,
    pub next: &'static str,
    pub href: String,
}

/// A channel that does not hear or speak as it should.
pub(super) struct Ailing {
    pub what: String,
    pub reason: String,
    pub next: &'static str,
    /// Where an owner mends it.
    pub href: Option<String>,
}

impl Trouble {
    pub async fn read(app: &App, viewer: &Viewer) -> Result<Self> {
        let mut db = app.engine.db.reader();
        let may_manage = viewer.user.role.may(Manage);
        let quarantined = quarantine::count_waiting_up_to(&mut db, MOST_COUNTED).await?;
        let stuck = deliveries::troubled(&mut db, SHOWN as i64 + 1).await?;
        let more_deliveries = stuck.len() > SHOWN;
        let mut shown = Vec::new();
        for delivery in stuck.into_iter().take(SHOWN) {
            let row = listing::inbox_row(&mut db, viewer.user.id, delivery.conversation_id).await?;
            shown.push(stuck_view(&delivery, row.and_then(|row| row.person_name)));
        }
        let mut ailing = channels::all_ever(&mut db).await?;
        ailing.sort_by_key(|channel| channel.id);
        Ok(Self {
            deliveries: shown,
            more_deliveries,
            channels: ailing.iter().filter_map(|channel| ailing_view(channel, may_manage)).collect(),
            quarantined,
            quarantined_words: counted(quarantined),
            may_manage,
        })
    }
}

fn counted(number: i64) -> String {
    match number {
        0 => "none".to_owned(),
        MOST_COUNTED.. => format!("more than {}", MOST_COUNTED - 1),
        _ => number.to_string(),
    }
}

fn stuck_view(delivery: &deliveries::Delivery, person: Option<String>) -> Stuck {
    let person = whose(person.as_deref().or(Some(&delivery.outgoing.to_handle)));
    let href = format!("/inbox/{}#message-{}", delivery.conversation_id, delivery.message_id);
    let reason = delivery.reason.clone().unwrap_or_default();
    let sent = match &delivery.outgoing.forwards {
        None => format!("your answer to {person}"),
        Some(_) => format!("what was passed on to {}", delivery.outgoing.to_handle),
    };
    if delivery.state == DeliveryState::Unknown {
        let next = "Nothing is sent again by itself. Look whether it did, then say so there.";
        return Stuck { what: format!("Perhaps {sent} did not arrive."), reason, next, href };
    }
    let next = "What was written is kept. Send it again, write it again, or leave it.";
    let what = if outbound::came_back(delivery) { "It came back" } else { "It could not be delivered" };
    Stuck { what: format!("{what}: {sent}."), reason, next, href }
}

fn ailing_view(channel: &Channel, may_manage: bool) -> Option<Ailing> {
    let (what, next) = match channel.state {
        ChannelState::Stopped if may_manage => {
            ("has stopped", "What is written there waits at its source and comes in once you have mended it.")
        }
        ChannelState::Stopped => {
            ("has stopped", "What is written there waits at its source. Ask an owner of the team to mend it.")
        }
        ChannelState::Failing => (
            "cannot be reached just now",
            "It is tried again by itself; what is written there waits at its source. If it lasts, look at its settings.",
        ),
        ChannelState::Live | ChannelState::Paused | ChannelState::Deleted => return None,
    };
    Some(Ailing {
        what: format!("{} {what}.", channel.name),
        reason: channel.last_error.clone().unwrap_or_default(),
        next,
        href: may_manage.then(|| format!("/channels/{}", channel.id)),
    })
}
