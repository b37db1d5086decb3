//! What the demo's team did in the weeks before: it was asked for something, changed it, and told those who asked; and whatever
//! else an organisation does that listens. All of it is done by what the screens call, at the time when it was done
//! ([`StageClock`]), so that every screen shows how it looks where people live with it.

mod beside;
mod figures;
mod guests;
mod heard;
mod round;
mod script;

use super::{
    clock::StageClock,
    lines,
    load::Channels,
    story::{Place, Story},
};
use anyhow::{Context, Result, ensure};
use heard::Rooms;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use script::Script;
use std::sync::Arc;
use tertulia_engine::{
    Engine,
    outbound::{self, ReplyForm},
    promises::{self, Due},
    worker,
};
use tertulia_model::{ChannelId, ConversationId, DeliveryState, UserId};
use tertulia_store::{
    channels,
    deliveries::{self, Delivery},
    keys::source_key,
    messages::{self, Known},
    promises as stored_promises, users,
};

const HOUR: i64 = 3_600_000;

/// Whoever has it all done.
struct Director<'a> {
    engine: &'a Arc<Engine>,
    story: &'a Story,
    script: Script,
    clock: &'a StageClock,
    /// Where the story's people speak, and where those of the script do.
    channels: Channels,
    rooms: Rooms,
}

/// Has the team do what it did, and comes back to today.
pub async fn live(engine: &Arc<Engine>, story: &Story, clock: &StageClock, channels: Channels) -> Result<()> {
    let script = Script::read()?;
    let longest = script.asked.iter().map(|said| said.hours_ago).max().unwrap_or(0);
    clock.set_back((longest + 24) * HOUR);
    let rooms = heard::open(engine, story, channels).await?;
    let director = Director { engine, story, script, clock, channels, rooms };
    let done = director.all().await;
    clock.set_right();
    done?;
    director.due_today().await
}

impl Director<'_> {
    async fn all(&self) -> Result<()> {
        self.goes_round().await?;
        self.others_ask().await?;
        self.writes_down().await?;
        self.listens().await?;
        self.counts().await?;
        self.guests_speak().await
    }

    /// The clock goes on from so many hours ago.
    fn at(&self, hours_ago: i64) {
        self.clock.set_back(hours_ago * HOUR);
    }

    fn today(&self) -> Result<Date> {
        Ok(Timestamp::from_millisecond(self.engine.now())?.to_zoned(TimeZone::UTC).date())
    }

    /// A member of the team.
    async fn member(&self, mail: &str) -> Result<UserId> {
        let found = users::by_mail(&mut self.engine.db.reader(), mail).await?;
        Ok(found.with_context(|| format!("{mail} is not in the demo's team"))?.id)
    }

    async fn owner(&self) -> Result<UserId> {
        self.member(&self.story.organisation.owner()?.email).await
    }

    /// A line of the story as it is stored.
    async fn line(&self, key: &str) -> Result<Known> {
        let line = self.story.line(key).with_context(|| format!("{key} is not told"))?;
        let said_by = || line.from.as_deref().with_context(|| format!("nobody says {key}"));
        let external_id = match line.channel {
            Place::Email => lines::message_id(self.story, line),
            Place::Webchat => heard::of_visitor(said_by()?, &lines::chat_id(self.story, line)),
            Place::Forum | Place::Social => key.to_owned(),
        };
        self.stored(self.channels.of(line.channel), &external_id).await
    }

    /// What a channel calls so.
    async fn stored(&self, channel: ChannelId, external_id: &str) -> Result<Known> {
        let mut db = self.engine.db.reader();
        let channel = channels::get(&mut db, channel).await?.context("the channel is not there")?;
        let source = self.engine.connector(&channel)?.source(&channel.account);
        let found = messages::known(&mut db, &[source_key(&source, external_id)]).await?;
        found.into_iter().next().with_context(|| format!("{external_id} is not there"))
    }

    /// Does a job that is due.
    async fn work(&self, kind: &str, subject: i64) -> Result<()> {
        let job = worker::take(self.engine, kind, subject).await?;
        job.with_context(|| format!("there is nothing to {kind}"))?.await?;
        Ok(())
    }

    /// Somebody of the team answers; it leaves.
    async fn answer(
        &self,
        (channel, conversation): (ChannelId, ConversationId),
        by: UserId,
        text: &str,
        articles: Vec<i64>,
    ) -> Result<Delivery> {
        let reply = ReplyForm {
            conversation,
            channel,
            text: text.to_owned(),
            recipients: Vec::new(),
            subject: None,
            from_address: None,
            idempotency_key: format!("lived-{conversation}-{}", self.engine.now()),
            seen: None,
            shown: Vec::new(),
            even_if_unseen: true,
            close: false,
            files: outbound::Files::none(),
            articles,
            forwards: None,
        };
        let delivery = outbound::queue_reply(self.engine, by, reply).await?;
        self.leaves(&delivery).await?;
        Ok(delivery)
    }

    /// What is on its way leaves, once it cannot be taken back any more.
    async fn leaves(&self, delivery: &Delivery) -> Result<()> {
        self.clock.go_on(outbound::UNDO_MILLIS + 1_000);
        self.work(worker::SEND, delivery.id.0).await?;
        let left = deliveries::get(&mut self.engine.db.reader(), delivery.id).await?;
        let left = left.context("what was sent is not there")?;
        ensure!(left.state == DeliveryState::Sent, "it did not leave: {:?} {:?}", left.state, left.reason);
        Ok(())
    }

    /// What was promised in an answer is a promise; where nothing was found in it, it is put down by hand.
    async fn promised(&self, answer: &Delivery, by: UserId, words: &str, due: Due) -> Result<i64> {
        let found = stored_promises::of_messages(&mut self.engine.db.reader(), &[answer.message_id]).await?;
        let undo = match found.first() {
            Some(found) => promises::confirm(self.engine, found.id, by, due).await?,
            None => promises::add(self.engine, answer.message_id, by, words, due).await?,
        };
        Ok(undo.promise)
    }
}
