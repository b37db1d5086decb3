//! What was drafted for one person and looked at by a member goes out singly, by the one way out: what tells somebody of a change, and an
//! invitation to who was not heard yet. Each keeps how it stands beside its delivery.

use super::Way;
use crate::{
    Engine, Result,
    feedback::CHANGE_TOPIC,
    invitations::{self, Invites},
    telling::{self, Tells},
};
use tertulia_model::{ChannelId, ConversationId, MessageId, Millis, PersonId, UserId};
use tertulia_store::{
    Sql, Tx,
    conversations::{self, Conversation},
    deliveries::Delivery,
    invitations::{self as stored_invitations, Invitation},
    tellings::{self, Telling},
};

/// What a message was drafted as, as it was looked at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Drafted {
    Telling(Tells),
    Invitation(Invites),
}

/// The same, held in the transaction that sends it.
pub(super) enum Held {
    Telling(Telling),
    Invitation(Invitation),
}

impl Drafted {
    pub fn way(&self) -> &Way {
        match self {
            Self::Telling(tells) => &tells.way,
            Self::Invitation(invites) => &invites.way,
        }
    }

    /// What it answers; none where they said nothing.
    pub fn answers(&self) -> Option<MessageId> {
        match self {
            Self::Telling(tells) => tells.message,
            Self::Invitation(_) => None,
        }
    }

    /// It is what was looked at.
    pub(super) async fn as_seen(&self, engine: &Engine, tx: &mut Tx, user: UserId, way: &Way) -> Result<Held> {
        Ok(match self {
            Self::Telling(tells) => Held::Telling(telling::as_seen(engine, tx, tells, way).await?),
            Self::Invitation(invites) => Held::Invitation(invitations::as_seen(engine, tx, user, invites, way).await?),
        })
    }
}

impl Held {
    /// It is on its way. Gives what changed on screens.
    pub async fn sent(
        self,
        engine: &Engine,
        tx: &mut Tx,
        by: UserId,
        delivery: &Delivery,
    ) -> Result<(&'static str, i64)> {
        match self {
            Self::Telling(held) => {
                let change = held.change_id;
                telling::sent(engine, tx, held, by, delivery).await?;
                Ok((CHANGE_TOPIC, change.0))
            }
            Self::Invitation(held) => {
                let round = held.round_id;
                invitations::sent(engine, tx, held, by, delivery).await?;
                Ok((invitations::TOPIC, round))
            }
        }
    }
}

/// The sending was taken back before it left: it is a draft again. False where it is none of these.
pub(super) async fn taken_back(tx: &mut Tx, delivery: &Delivery) -> Result<bool> {
    Ok(telling::taken_back(tx, delivery).await? || invitations::taken_back(tx, delivery).await?)
}

/// Whether what a queued sending says still counts.
pub(super) async fn is_wanted(on: &mut impl Sql, delivery: &Delivery) -> Result<bool> {
    telling::is_wanted(on, delivery).await
}

/// A sending that failed, or may have, goes again only while its draft waits for just that.
pub(super) async fn may_go_again(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    telling::may_go_again(tx, delivery).await?;
    invitations::may_go_again(tx, delivery).await
}

/// What did not get through is written again where it was written. False where it is none of these.
pub(super) async fn written_anew(tx: &mut Tx, delivery: &Delivery) -> Result<bool> {
    Ok(telling::written_anew(tx, delivery).await? || invitations::written_anew(tx, delivery).await?)
}

/// When the last of those is due that wait to leave on a channel for the first time.
pub(super) async fn last_due(on: &mut impl Sql, channel: ChannelId) -> Result<Option<Millis>> {
    let told = tellings::last_due(on, channel).await?;
    Ok(told.max(stored_invitations::last_due(on, channel).await?))
}

/// Who said nothing stands in no conversation: what goes to them begins one. It waits for nobody, so it stands with those that are
/// over until they answer.
pub(crate) async fn begin(
    engine: &Engine,
    tx: &mut Tx,
    (id, person): (ConversationId, PersonId),
    way: &Way,
) -> Result<()> {
    if conversations::get(tx, id).await?.is_some() {
        return Ok(());
    }
    let begun = Conversation {
        id,
        subject: way.subject.clone().unwrap_or_default(),
        person_id: Some(person),
        channel_id: way.channel,
        state: "closed".to_owned(),
        assignee_id: None,
        snoozed_until: None,
        waiting_since: None,
        last_at: engine.now(),
        last_place: 0,
        last_theirs_place: 0,
        news: 0,
        woken: false,
        snippet: String::new(),
        created_at: engine.now(),
        version: 0,
        outcome: None,
        outcome_by: None,
        outcome_at: None,
    };
    Ok(conversations::put(tx, &[begun]).await?)
}
