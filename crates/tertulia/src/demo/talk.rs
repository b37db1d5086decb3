//! The demo's people go on: what they had in mind to say, and a word of thanks for an answer.

use super::{
    letter::Letter,
    lines,
    load::Channels,
    stage::{Heard, Stage},
    story::{Line, Person, Place, Story},
    thanks,
};
use anyhow::{Context, Result};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tertulia_analysis::language;
use tertulia_engine::{Engine, intake};
use tertulia_model::{Batch, ChannelId, ChannelState, Outgoing, RawItem};
use tertulia_store::{changes, channels};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};

/// How long somebody takes to read an answer and to write a line.
const READING_SECONDS: u64 = 9;
const MORE_SECONDS: u64 = 14;

struct Talk {
    engine: Arc<Engine>,
    story: Arc<Story>,
    stage: Arc<Stage>,
    channels: Channels,
}

/// Once all was said, they have so long to themselves before they begin anew.
const PAUSE: Duration = Duration::from_secs(60);

/// Goes on until the program ends. `speed` is how many times faster than life; `again`, whether what they have to say was
/// begun in an earlier run already.
pub async fn go_on(
    engine: Arc<Engine>,
    story: Arc<Story>,
    stage: Arc<Stage>,
    channels: Channels,
    mut heard: mpsc::UnboundedReceiver<Heard>,
    speed: f64,
    again: bool,
) {
    let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
    let talk = Arc::new(Talk { engine, story, stage, channels });
    let speaking = talk.clone();
    let monologue = tokio::spawn(async move { speaking.go_on_saying(speed, again).await });
    let mut thanked = HashSet::new();
    while let Some(heard) = heard.recv().await {
        // Once is polite, twice is a habit.
        if !thanked.insert((heard.connector.clone(), heard.outgoing.to_handle.clone())) {
            continue;
        }
        let talk = talk.clone();
        tokio::spawn(async move {
            let seconds = READING_SECONDS + talk.engine.chance.below(MORE_SECONDS);
            sleep(Duration::from_secs(seconds).div_f64(speed)).await;
            if let Err(error) = talk.thank(&heard).await {
                tracing::warn!(%error, "somebody in the demo could not give thanks");
            }
        });
    }
    monologue.abort();
}

impl Talk {
    /// What they had in mind; and when all of it was said, once more, as new messages.
    async fn go_on_saying(&self, speed: f64, again: bool) {
        if !again {
            self.say_all(&self.story, speed).await;
            sleep(PAUSE.div_f64(speed)).await;
        }
        loop {
            let round = usize::try_from(self.engine.now() / 1_000).unwrap_or(1);
            match Story::in_round(round) {
                Ok(story) => self.say_all(&story, speed).await,
                Err(error) => tracing::warn!(%error, "the demo's people have nothing more to say"),
            }
            sleep(PAUSE.div_f64(speed)).await;
        }
    }

    async fn say_all(&self, story: &Story, speed: f64) {
        let start = Instant::now();
        for line in &story.later {
            sleep_until(start + Duration::from_secs(line.after_seconds.into()).div_f64(speed)).await;
            if let Err(error) = self.say(story, line).await {
                tracing::warn!(key = line.key, %error, "a line of the demo was not said");
            }
        }
    }

    async fn say(&self, story: &Story, line: &Line) -> Result<()> {
        let now = self.engine.now();
        match line.channel {
            Place::Email => self.stage.post(lines::mail(story, line, now)?),
            Place::Webchat => self.bring(self.channels.chat, vec![lines::chat(story, line, now)?], false).await?,
            place @ (Place::Forum | Place::Social) => {
                let rows = lines::rows(story, line, now, now)?;
                let items = rows.into_iter().map(|row| lines::row_item(place, &line.key, row, now)).collect();
                // What an archive brings is history: heard, with no clock running.
                self.bring(self.channels.of(place), items, true).await?;
            }
        }
        Ok(())
    }

    /// Brings items to a channel that nobody pulls.
    async fn bring(&self, id: ChannelId, items: Vec<RawItem>, history: bool) -> Result<()> {
        let engine = &self.engine;
        let channel = channels::get(&mut engine.db.reader(), id).await?.context("the channel is not there")?;
        if channel.state != ChannelState::Live {
            return Ok(());
        }
        let connector = engine.connector(&channel)?;
        intake::submit(engine, &channel, &connector, Batch { items, history, ..Batch::default() }).await?;
        let now = engine.now();
        let mut tx = engine.db.begin_bulk().await?;
        channels::note_success(&mut tx, id, true, true, now).await?;
        let noted = changes::note(&mut tx, &[("channel", id.0)], now).await?;
        tx.commit().await?;
        engine.bus.announce(noted);
        Ok(())
    }

    async fn thank(&self, heard: &Heard) -> Result<()> {
        let outgoing = &heard.outgoing;
        let by_mail = heard.connector == "email";
        let person = if by_mail {
            let to = outgoing.recipients.first().map_or(outgoing.to_handle.as_str(), |to| to.address.as_str());
            self.story.person_by_mail(to)
        } else {
            outgoing.to_handle.strip_prefix("visitor:").and_then(|key| self.story.person(key).ok())
        };
        let Some(person) = person else { return Ok(()) };
        let language = language::detect(&self.story.words_of(&person.key));
        let Some(words) = thanks::in_language(language, self.engine.chance.below(6)) else { return Ok(()) };
        if by_mail {
            self.stage.post(self.letter_of_thanks(person, outgoing, words)?);
            return Ok(());
        }
        // An id that no line of the story has: its own lines have four digits.
        let id = format!("00000000-0000-4000-8001-{:012x}", outgoing.message.0.cast_unsigned() & 0xffff_ffff_ffff);
        let item = lines::chat_item(&person.key, &person.name, &id, words, self.engine.now(), None, None);
        self.bring(self.channels.chat, vec![item], false).await
    }

    fn letter_of_thanks(&self, person: &Person, outgoing: &Outgoing, words: &str) -> Result<RawItem> {
        let mail = person.mail.clone().context("they have no address")?;
        let domain = mail.split_once('@').map_or("mail.example", |(_, domain)| domain).to_owned();
        let ours = outgoing.from_address.clone().unwrap_or_else(|| self.story.organisation.addresses[0].clone());
        let subject = outgoing.subject.clone().unwrap_or_default();
        let mut references = outgoing.references.clone();
        references.push(outgoing.external_id.clone());
        let letter = Letter {
            id: format!("thanks.{}@{domain}", outgoing.message),
            from: (Some(person.name.clone()), mail),
            to: vec![(Some(self.story.organisation.name.clone()), ours)],
            cc: Vec::new(),
            subject: if subject.starts_with("Re:") { subject } else { format!("Re: {subject}") },
            at: self.engine.now(),
            references,
            text: format!("{words}\n\n{}", person.name),
            html: None,
            files: Vec::new(),
            marks: Vec::new(),
        };
        lines::letter_item(&self.story, &letter, false)
    }
}
