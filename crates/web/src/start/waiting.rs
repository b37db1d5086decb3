//! What waits: people for an answer, answers that did not get through, channels that need somebody.

use crate::{
    App, Result, Viewer,
    components::RowView,
    inbox::{whose, why_back},
};
use std::collections::HashMap;
use tertulia_engine::outbound;
use tertulia_model::{ChannelId, ChannelState, DeliveryState, Permission::Manage};
use tertulia_store::{
    channels::{self, Channel},
    deliveries,
    listing::{self, InboxFilter, InboxRow, Whose},
    quarantine, users,
};

/// How many conversations and deliveries stand on the start page; the rest is in the inbox.
const SHOWN: usize = 5;
/// Counting stops here.
const MOST_COUNTED: i64 = 1_000;

pub(super) struct Waiting {
    pub rows: Vec<RowView>,
    /// "7 conversations are open, 2 of them with you."
    pub open: i64,
    pub open_words: String,
    pub mine_words: String,
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

impl Waiting {
    pub async fn read(app: &App, viewer: &Viewer) -> Result<Self> {
        let mut db = app.engine.db.reader();
        let me = viewer.user.id;
        let may_manage = viewer.user.role.may(Manage);
        let all = InboxFilter { state: Some("open"), ..InboxFilter::default() };
        let open = listing::count(&mut db, me, all, MOST_COUNTED).await?;
        let mine = listing::count(&mut db, me, InboxFilter { whose: Whose::Of(me), ..all }, MOST_COUNTED).await?;
        let quarantined = quarantine::count_waiting_up_to(&mut db, MOST_COUNTED).await?;
        let longest = listing::longest_waiting(&mut db, me, SHOWN as i64).await?;
        let known: HashMap<ChannelId, Channel> =
            channels::all_ever(&mut db).await?.into_iter().map(|channel| (channel.id, channel)).collect();
        let members = users::all(&mut db).await?;
        let name_of = |id| members.iter().find(|member| member.id == id).map(|member| member.name.clone());
        let rows = longest
            .into_iter()
            .map(|row| RowView { assignee: row.assignee_id.and_then(name_of), ..row_view(app, row, &known) })
            .collect();
        let stuck = deliveries::troubled(&mut db, SHOWN as i64 + 1).await?;
        let more_deliveries = stuck.len() > SHOWN;
        let mut shown = Vec::new();
        for delivery in stuck.into_iter().take(SHOWN) {
            let row = listing::inbox_row(&mut db, me, delivery.conversation_id).await?;
            shown.push(stuck_view(&delivery, row.and_then(|row| row.person_name)));
        }
        let mut ailing: Vec<&Channel> = known.values().collect();
        ailing.sort_by_key(|channel| channel.id);
        Ok(Self {
            rows,
            open,
            open_words: counted(open),
            mine_words: counted(mine),
            deliveries: shown,
            more_deliveries,
            channels: ailing.into_iter().filter_map(|channel| ailing_view(channel, may_manage)).collect(),
            quarantined,
            quarantined_words: counted(quarantined),
            may_manage,
        })
    }

    /// Whether there is nothing that somebody should do.
    pub fn is_calm(&self) -> bool {
        self.rows.is_empty() && self.deliveries.is_empty() && self.channels.is_empty()
    }
}

fn counted(number: i64) -> String {
    match number {
        0 => "none".to_owned(),
        MOST_COUNTED.. => format!("more than {}", MOST_COUNTED - 1),
        _ => number.to_string(),
    }
}

fn row_view(app: &App, row: InboxRow, channels: &HashMap<ChannelId, Channel>) -> RowView {
    let channel = channels.get(&row.channel_id);
    let spec = channel.and_then(|channel| app.engine.registry.get(&channel.connector)).map(|kind| kind.spec());
    RowView {
        id: row.id.to_string(),
        href: format!("/inbox/{}", row.id),
        name: whose(row.person_name.as_deref()),
        channel_icon: spec.map(|spec| spec.icon.clone()).unwrap_or_default(),
        channel: channel.map(|channel| channel.name.clone()).unwrap_or_default(),
        why: why_back(&row),
        words: row.snippet,
        // Here it matters since when they wait, not what came last.
        at: row.waiting_since.unwrap_or(row.last_at),
        unread: row.unread,
        ..RowView::default()
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
