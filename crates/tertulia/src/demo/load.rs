//! The demo's organisation set up, and its past taken in by the one way in.

use super::{
    PASSWORD, lines,
    story::{Line, Place, Story},
};
use anyhow::{Context, Result};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::{Value, json};
use std::sync::Arc;
use tertulia_connector::{Secret, SecretSet};
use tertulia_engine::{
    Engine, accounts,
    channels::{self, ChannelForm},
    desk, imports, intake,
    monitors::{self, MonitorForm},
    setup::{self, FirstRun, GoalForm},
};
use tertulia_model::{
    Batch, ChannelId, ConversationId, DeliveryId, DeliveryState, Outgoing, Recipient, RecipientRole, Role, Visibility,
};
use tertulia_store::{
    channels as stored_channels,
    deliveries::{self, Delivery},
    imports as stored_imports,
    keys::source_key,
    messages, users,
};

/// Mail and chats older than this arrive as history, in conversations that are closed; younger ones as they would have
/// come, so that who has no answer yet waits.
const RECENT_MINUTES: i64 = 9_000;
/// What is older than this was read by everybody.
const READ_MINUTES: i64 = 1_440;

/// The channels of the demo.
#[derive(Debug, Clone, Copy)]
pub struct Channels {
    pub mail: ChannelId,
    pub chat: ChannelId,
    pub forum: ChannelId,
    pub social: ChannelId,
}

impl Channels {
    pub fn of(&self, place: Place) -> ChannelId {
        match place {
            Place::Email => self.mail,
            Place::Webchat => self.chat,
            Place::Forum => self.forum,
            Place::Social => self.social,
        }
    }
}

/// Loads the demo, unless its folder holds it already.
pub async fn load(engine: &Arc<Engine>, story: &Story) -> Result<Channels> {
    if !setup::is_new(engine).await? {
        return there_already(engine).await;
    }
    let now = engine.now();
    let ((), mail, chat) = tokio::try_join!(team(engine, story), add_mail(engine, story), add_chat(engine, story))?;
    take_in(engine, story, Place::Email, mail, now).await?;
    take_in(engine, story, Place::Webchat, chat, now).await?;
    let forum = archive(engine, story, Place::Forum, now).await?;
    let social = archive(engine, story, Place::Social, now).await?;
    watch(engine, story).await?;
    hand_out(engine, story, chat).await?;
    come_back(engine, story, mail, now).await?;
    Ok(Channels { mail, chat, forum, social })
}

async fn there_already(engine: &Arc<Engine>) -> Result<Channels> {
    let all = stored_channels::all(&mut engine.db.reader()).await?;
    let find = |connector: &str, name: Option<&str>| {
        let wanted = all.iter().find(|c| c.connector == connector && name.is_none_or(|name| c.account == name));
        wanted.map(|c| c.id).context("this folder holds something else than the demo; choose another for --keep")
    };
    let archive = |place| find("import", lines::mapping(place)["source"].as_str());
    Ok(Channels {
        mail: find("email", None)?,
        chat: find("webchat", None)?,
        forum: archive(Place::Forum)?,
        social: archive(Place::Social)?,
    })
}

async fn team(engine: &Arc<Engine>, story: &Story) -> Result<()> {
    let organisation = &story.organisation;
    let owner = organisation.owner()?;
    let today = Timestamp::from_millisecond(engine.now())?.to_zoned(TimeZone::UTC).date();
    let goal = GoalForm {
        sentence: organisation.goal.sentence.clone(),
        today: organisation.goal.today.clone(),
        hoped: organisation.goal.hoped.clone(),
        due_on: today.checked_add(organisation.goal.due_in_days.days())?.to_string(),
        declared_on: today,
        measure: organisation.goal.measure.clone(),
        ..GoalForm::default()
    };
    let first = FirstRun {
        // Said on every page, so that nobody takes it for an installation that writes to real people.
        organisation: format!("{} · demo", organisation.name),
        name: owner.name.clone(),
        mail: owner.email.clone(),
        password: PASSWORD.to_owned(),
        goal,
    };
    setup::first_run(engine, first).await?;
    for member in organisation.team.iter().filter(|member| member.email != owner.email) {
        let role = Role::parse(&member.role).with_context(|| format!("{} has no role", member.name))?;
        accounts::invite(engine, &member.email, &member.name, role).await?;
    }
    // Hashing takes its time; the others are hashed while the past is taken in.
    let (engine, mails) = (engine.clone(), organisation.team.iter().map(|m| m.email.clone()).collect::<Vec<_>>());
    let owner = owner.email.clone();
    tokio::spawn(async move {
        for mail in mails.iter().filter(|mail| **mail != owner) {
            if let Err(error) = set_password(&engine, mail).await {
                tracing::warn!(%error, "a member of the demo's team has no password");
            }
        }
    });
    Ok(())
}

/// By name and query.
const MONITORS: [(&str, &str); 2] = [
    ("Coffee in any language", "coffee OR café OR kaffee OR koffie OR 珈琲 OR コーヒー OR قهوة OR кофе"),
    ("Questions about an order", "has:question (order OR pedido OR bestellung OR commande OR encomenda)"),
];

/// What the team keeps watch for.
async fn watch(engine: &Arc<Engine>, story: &Story) -> Result<()> {
    let owner = &story.organisation.owner()?.email;
    let owner = users::by_mail(&mut engine.db.reader(), owner).await?.context("the owner is not there")?;
    for (name, query) in MONITORS {
        let form = MonitorForm { name: name.to_owned(), query: query.to_owned() };
        monitors::add(engine, &form, owner.id).await?;
    }
    Ok(())
}

async fn set_password(engine: &Arc<Engine>, mail: &str) -> Result<()> {
    let member = users::by_mail(&mut engine.db.reader(), mail).await?.context("the member is not there")?;
    Ok(accounts::set_password(engine, member.id, PASSWORD).await?)
}

async fn add_mail(engine: &Arc<Engine>, story: &Story) -> Result<ChannelId> {
    let addresses = &story.organisation.addresses;
    let settings = json!({
        "address": addresses[0], "other_addresses": addresses[1..].join(", "), "history": "all",
        "display_name": story.organisation.name, "imap_host": "mail.fuenteyflor.example",
    });
    let secrets = SecretSet::from([("password".to_owned(), Secret::new("demo"))]);
    add(engine, "email", "Mail", settings, secrets).await
}

async fn add_chat(engine: &Arc<Engine>, story: &Story) -> Result<ChannelId> {
    let settings = json!({
        "name": story.organisation.name, "allowed_origins": ["https://www.fuenteyflor.example"],
        "greeting": "¡Hola! ¿En qué te ayudamos? · Hello, what can we do for you?",
    });
    add(engine, "webchat", "Web chat", settings, SecretSet::new()).await
}

/// Adds a channel.
pub async fn add(
    engine: &Arc<Engine>,
    connector: &str,
    name: &str,
    settings: Value,
    secrets: SecretSet,
) -> Result<ChannelId> {
    let settings = settings.as_object().cloned().unwrap_or_default();
    Ok(channels::add(engine, connector, ChannelForm { name: name.to_owned(), settings, secrets }).await?)
}

/// Mail and chats: what is old as history, the rest as it came.
async fn take_in(engine: &Arc<Engine>, story: &Story, place: Place, id: ChannelId, now: i64) -> Result<()> {
    let channel = stored_channels::get(&mut engine.db.reader(), id).await?.context("the channel is not there")?;
    let connector = engine.connector(&channel)?;
    for history in [true, false] {
        let lines = story.past.iter().filter(|line| line.channel == place);
        let items = lines
            .filter(|line| !comes_back(line))
            .filter(|line| (line.minutes_ago > RECENT_MINUTES) == history)
            .map(|line| {
                let at = now - lines::minutes(line.minutes_ago);
                if place == Place::Email { lines::mail(story, line, at) } else { lines::chat(story, line, at) }
            })
            .collect::<Result<Vec<_>>>()?;
        intake::submit(engine, &channel, &connector, Batch { items, history, ..Batch::default() }).await?;
    }
    let mut tx = engine.db.begin_bulk().await?;
    stored_channels::note_success(&mut tx, id, true, true, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a line says that a mail of these days came back; older ones stay a mail like any other.
fn comes_back(line: &Line) -> bool {
    line.bounce_of.is_some() && line.minutes_ago <= RECENT_MINUTES
}

/// Answers of ours that did not arrive: they left from here, so they have a delivery, and then the report of its failure
/// comes as it would.
async fn come_back(engine: &Arc<Engine>, story: &Story, id: ChannelId, now: i64) -> Result<()> {
    let channel = stored_channels::get(&mut engine.db.reader(), id).await?.context("the channel is not there")?;
    let connector = engine.connector(&channel)?;
    for line in story.past.iter().filter(|line| comes_back(line)) {
        let bounced = line.bounce_of.as_deref().and_then(|key| story.line(key)).context("it bounces nothing")?;
        let delivery = delivered(engine, story, id, bounced, now).await?;
        let mut tx = engine.db.begin_bulk().await?;
        deliveries::add(&mut tx, &delivery).await?;
        tx.commit().await?;
        let items = vec![lines::mail(story, line, now - lines::minutes(line.minutes_ago))?];
        intake::submit(engine, &channel, &connector, Batch { items, ..Batch::default() }).await?;
    }
    Ok(())
}

async fn delivered(engine: &Engine, story: &Story, channel: ChannelId, line: &Line, now: i64) -> Result<Delivery> {
    let external_id = lines::message_id(story, line);
    let found = messages::known(&mut engine.db.reader(), &[source_key("mail", &external_id)]).await?;
    let message = found.first().context("the bounced mail is not there")?;
    let person = story.ancestors(line).find_map(|line| line.from.as_deref()).context("it goes to nobody")?;
    let person = story.person(person)?;
    let address = person.mail.clone().context("they have no address")?;
    let at = now - lines::minutes(line.minutes_ago);
    let idempotency_key = format!("demo-{}", line.key);
    Ok(Delivery {
        id: DeliveryId(engine.next_id()),
        message_id: message.id,
        conversation_id: message.conversation_id.context("the bounced mail stands in no conversation")?,
        channel_id: channel,
        state: DeliveryState::Sent,
        reason: None,
        attempts: 1,
        in_flight: false,
        outgoing: Outgoing {
            message: message.id,
            external_id,
            idempotency_key: idempotency_key.clone(),
            to_handle: address.clone(),
            from_address: line.to_us.clone(),
            from_name: Some(story.organisation.name.clone()),
            recipients: vec![Recipient { role: RecipientRole::To, name: Some(person.name.clone()), address }],
            subject: line.subject.clone(),
            text: line.text.clone(),
            references: Vec::new(),
            reply_token: None,
            attachments: Vec::new(),
            forwards: None,
            by_machine: false,
            visibility: Visibility::Private,
        },
        idempotency_key,
        created_at: at,
        updated_at: at,
        left_by: None,
        left_at: None,
        arrived_at: None,
    })
}

/// The forum and the social site.
async fn archive(engine: &Arc<Engine>, story: &Story, place: Place, now: i64) -> Result<ChannelId> {
    let mut rows = Vec::new();
    for line in story.past.iter().filter(|line| line.channel == place) {
        rows.extend(lines::rows(story, line, now - lines::minutes(line.minutes_ago), now)?);
    }
    import(engine, lines::mapping(place), &rows).await
}

/// A file of what was said, a line of JSON each, imported as anybody would import it.
pub async fn import(engine: &Arc<Engine>, mapping: Value, rows: &[String]) -> Result<ChannelId> {
    let mut file = imports::upload(engine)?;
    file.write(rows.join("\n").as_bytes())?;
    let name = format!("{}.jsonl", mapping["source"].as_str().unwrap_or_default().to_lowercase().replace(' ', "-"));
    let new = imports::NewImport { name, format: "jsonl".to_owned(), mapping, blob: file.finish()?, by: None };
    let id = imports::start(engine, new).await?;
    imports::run(engine, id).await?;
    let run = stored_imports::get(&mut engine.db.reader(), id).await?.context("the import is not there")?;
    anyhow::ensure!(run.state == "done", "an import of the demo ended as {}: {:?}", run.state, run.error);
    Ok(run.channel_id)
}

/// Who answered has the conversation; what somebody closed is closed; what was answered was read.
async fn hand_out(engine: &Arc<Engine>, story: &Story, chat: ChannelId) -> Result<()> {
    let mut db = engine.db.reader();
    let channel = stored_channels::get(&mut db, chat).await?.context("the chat is not there")?;
    let chat_source = engine.connector(&channel)?.source(&channel.account);
    let owner = users::by_mail(&mut db, &story.organisation.owner()?.email).await?.context("the owner is not there")?;
    let team = users::all(&mut db).await?;
    let recent = |line: &&Line| line.minutes_ago <= RECENT_MINUTES;
    for line in story.past.iter().filter(recent) {
        let Some(conversation) = conversation_of(engine, story, line, &chat_source).await? else { continue };
        let answered_by = line.from_us.as_deref().and_then(|mail| team.iter().find(|user| user.mail == mail));
        if let Some(member) = answered_by.filter(|member| member.role != Role::Viewer) {
            desk::assign(engine, conversation, Some(member.id)).await?;
        }
        if line.closed {
            desk::set_state(engine, conversation, "closed").await?;
        }
        if line.closed || answered_by.is_some() || line.minutes_ago > READ_MINUTES {
            desk::mark_read(engine, owner.id, conversation).await?;
        }
    }
    Ok(())
}

async fn conversation_of(
    engine: &Engine,
    story: &Story,
    line: &Line,
    chat_source: &str,
) -> Result<Option<ConversationId>> {
    let key = match line.channel {
        Place::Email => source_key("mail", &lines::message_id(story, line)),
        Place::Webchat => {
            let Some(said_by) = line.from.as_deref() else { return Ok(None) };
            let id = format!("{}/{}", lines::visitor(said_by), lines::chat_id(story, line));
            source_key(chat_source, &id)
        }
        Place::Forum | Place::Social => return Ok(None),
    };
    Ok(messages::known(&mut engine.db.reader(), &[key]).await?.into_iter().find_map(|known| known.conversation_id))
}
