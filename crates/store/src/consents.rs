//! Whether somebody wants to hear from us: what was said last holds, all that was said before is kept as its record.

use crate::{Result, Sql, Tx, binds, keys::SourceKey};
use tertulia_model::{ChannelId, IdentityId, Millis, PersonId, UserId};

/// Whom a wish is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Identity(IdentityId),
    Person(PersonId),
}

impl Subject {
    fn parts(self) -> (&'static str, i64) {
        match self {
            Self::Identity(id) => ("identity", id.0),
            Self::Person(id) => ("person", id.0),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Consent {
    pub id: i64,
    /// `identity` or `person`.
    pub subject_kind: String,
    pub subject_id: i64,
    /// None: on every channel.
    #[sqlx(try_from = "i64")]
    pub channel_id: Scope,
    pub allowed: bool,
    /// What they wrote, or what the member noted who entered it.
    pub words: String,
    pub at: Millis,
    /// The member who entered it; none where they said so themselves by the channel's own means.
    pub by_user: Option<UserId>,
}

/// The channel a wish is about, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope(pub Option<ChannelId>);

impl From<i64> for Scope {
    fn from(id: i64) -> Self {
        Self((id != 0).then_some(ChannelId(id)))
    }
}

const COLUMNS: &str = "id, subject_kind, subject_id, channel_id, allowed, words, at, by_user";

/// A wish to be noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish<'a> {
    pub subject: Subject,
    pub channel: Option<ChannelId>,
    /// None where they only asked for help: kept as its record, and changes nothing.
    pub allowed: Option<bool>,
    pub words: &'a str,
    pub by: Option<UserId>,
    /// The event that told it.
    pub event: Option<SourceKey>,
    pub at: Millis,
}

/// Notes a wish; false where this event has told it before.
pub async fn note(tx: &mut Tx, id: i64, wish: &Wish<'_>) -> Result<bool> {
    let (kind, subject) = wish.subject.parts();
    let channel = wish.channel.map_or(0, |channel| channel.0);
    let sql = format!(
        "INSERT INTO consents ({COLUMNS}, event_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (event_key) DO NOTHING"
    );
    let values = binds![id, kind, subject, channel, wish.allowed, wish.words, wish.at, wish.by, wish.event];
    Ok(tx.run(sql, values).await? == 1)
}

/// The wish that forbids to write to this identity, or to its person, on this channel, if one holds. What somebody said
/// last of a channel holds for it; what was said of all channels holds where nothing was said of that one since.
pub async fn refusal(
    on: &mut impl Sql,
    identity: IdentityId,
    person: PersonId,
    channel: ChannelId,
) -> Result<Option<Consent>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM consents WHERE ((subject_kind = 'identity' AND subject_id = $1) \
         OR (subject_kind = 'person' AND subject_id = $2)) AND channel_id IN (0, $3) \
         AND allowed IS NOT NULL ORDER BY at DESC, id DESC"
    );
    let all: Vec<Consent> = on.rows(sql, binds![identity, person, channel]).await?;
    for kind in ["identity", "person"] {
        let newest = all.iter().find(|wish| wish.subject_kind == kind);
        if let Some(refused) = newest.filter(|wish| !wish.allowed) {
            return Ok(Some(refused.clone()));
        }
    }
    Ok(None)
}

/// Whether it was said since then that this identity (or its person, where that counts, too) may be written to on a channel.
pub async fn allowed_since(
    on: &mut impl Sql,
    identity: IdentityId,
    person: Option<PersonId>,
    channel: ChannelId,
    since: Millis,
) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM consents WHERE allowed = TRUE AND at >= $4 AND channel_id IN (0, $3) AND \
               ((subject_kind = 'identity' AND subject_id = $1) OR (subject_kind = 'person' AND subject_id = $2))";
    Ok(on.number(sql, binds![identity, person.unwrap_or(PersonId(0)), channel, since]).await? > 0)
}

/// What holds of a channel that was deleted holds of the one that is added for the same account.
pub async fn follow_channel(tx: &mut Tx, from: ChannelId, to: ChannelId) -> Result<()> {
    tx.run("UPDATE consents SET channel_id = $2 WHERE channel_id = $1", binds![from, to]).await?;
    Ok(())
}

/// An identity turns out to be another person's: what was noted of the person it leaves, where that is nobody without it,
/// holds for it from now on.
pub async fn follow_identity(tx: &mut Tx, from: PersonId, identity: IdentityId) -> Result<()> {
    let sql = "UPDATE consents SET subject_kind = 'identity', subject_id = $2 \
               WHERE subject_kind = 'person' AND subject_id = $1 \
               AND NOT EXISTS (SELECT 1 FROM identities WHERE person_id = $1 AND id <> $2)";
    tx.run(sql, binds![from, identity]).await?;
    Ok(())
}

/// All that was said for or against by or about a person and their identities, the newest first.
pub async fn of_person(on: &mut impl Sql, person: PersonId) -> Result<Vec<Consent>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM consents WHERE allowed IS NOT NULL AND ((subject_kind = 'person' AND subject_id = $1) \
         OR (subject_kind = 'identity' AND subject_id IN (SELECT id FROM identities WHERE person_id = $1))) \
         ORDER BY at DESC, id DESC"
    );
    on.rows(sql, binds![person]).await
}
