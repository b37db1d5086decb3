//! From one message of Slack to its events.

use super::{Person, Place, words};
use crate::{
    bounds::id,
    json::{each, text},
    plan::Plan,
    said::{Said, author, content_of, parse_json, place_and_bytes, remark_file, take_sides, without_nul},
};
use serde_json::Value;
use tertulia_connector::NormaliseError;
use tertulia_connector_email::one_line;
use tertulia_model::{AutoKind, Content, EventKey, Inbound, InboundKind, Millis, Shows, Visibility};

pub(crate) fn normalise(account: &str, plan: &Plan, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
    let (place, bytes): (Place, _) = place_and_bytes(bytes)?;
    let message = parse_json(bytes)?;
    let source = source(account, plan);
    let key = |ts: &str| EventKey { source: source.clone(), external_id: name(&place, ts) };
    let stamp = |message: &Value, field: &str| {
        let missing = || NormaliseError(format!("This message has no {field}, so it cannot be told from others."));
        text(message, field).map(str::to_owned).ok_or_else(missing)
    };
    match text(&message, "subtype") {
        Some("tombstone") => Ok(vec![deleted(key(&stamp(&message, "ts")?))]),
        Some("message_deleted") => Ok(vec![deleted(key(&stamp(&message, "deleted_ts")?))]),
        Some("message_changed") => {
            let changed = &message["message"];
            let key = key(&stamp(changed, "ts")?);
            let said = said(plan, &source, &place, changed);
            let revision = said.edited_at.or_else(|| time(&message, "ts")).unwrap_or(1).max(1);
            Ok(vec![Inbound { key, kind: InboundKind::Edited { revision, content: Box::new(said.content) } }])
        }
        _ => Ok(said(plan, &source, &place, &message).into_events(key(&stamp(&message, "ts")?))),
    }
}

fn deleted(key: EventKey) -> Inbound {
    Inbound { key, kind: InboundKind::Deleted }
}

/// The workspace; where the export does not say which, the name that somebody gave the archive.
fn source(account: &str, plan: &Plan) -> String {
    let given = Some(plan.mapping.source.trim()).filter(|name| !name.is_empty()).unwrap_or(account);
    format!("slack:{}", one_line(text(&plan.facts, "team").unwrap_or(given), 80))
}

fn name(place: &Place, ts: &str) -> String {
    id(&format!("{}/{ts}", place.channel.id))
}

/// `1355517523.000005`: seconds, and a number that tells messages of one moment apart.
fn time(message: &Value, field: &str) -> Option<Millis> {
    let seconds: f64 = text(message, field)?.parse().ok()?;
    (seconds.abs() < 1e11).then_some((seconds * 1000.0).floor() as Millis)
}

fn said(plan: &Plan, source: &str, place: &Place, message: &Value) -> Said {
    let ts = text(message, "ts").unwrap_or_default();
    let (who, person, is_machine) = speaker(place, message, ts);
    let shown = person.shown.as_deref().or(person.name.as_deref()).unwrap_or(&who);
    let parent = text(message, "thread_ts").filter(|parent| *parent != ts);
    let visibility = if place.channel.closed { Visibility::Private } else { plan.visibility() };
    let mut content = Content {
        visibility,
        stated_at: time(message, "ts"),
        references: parent.map(|parent| name(place, parent)).into_iter().collect(),
        auto: if is_machine { AutoKind::Bulk } else { AutoKind::Person },
        ..content_of(author(source, &id(&who), Some(shown)), without_nul(written(place, message)))
    };
    for file in each(message.get("files")).chain(each(message.get("file"))) {
        // Of a file that was deleted, only this stands there.
        if text(file, "mode") != Some("tombstone") {
            content.shows |= Shows::file(text(file, "mimetype").unwrap_or_default())
                | Shows::file_named(text(file, "name").unwrap_or_default());
        }
        let name = text(file, "title").or_else(|| text(file, "name")).or_else(|| text(file, "id")).unwrap_or_default();
        remark_file(&mut content, name, text(file, "permalink").or_else(|| text(file, "url_private")));
    }
    let blocks = each(message.get("blocks")).filter(|block| text(block, "type") == Some("image"));
    let boxes = each(message.get("attachments")).filter(|below| text(below, "image_url").is_some());
    content.shows |= blocks.chain(boxes).map(|_| Shows::IMAGE).collect::<Shows>();
    let names = |id: &str, person: &Person| {
        let told = [Some(id.to_owned()), person.name.clone(), person.mail.clone()];
        told.into_iter().flatten().collect::<Vec<String>>()
    };
    let by = names(&who, &person);
    let called = words::named(text(message, "text").unwrap_or_default()).chain(text(message, "parent_user_id"));
    let called: Vec<String> =
        called.flat_map(|id| names(id, place.people.get(id).unwrap_or(&Person::default()))).collect();
    take_sides(plan, &mut content, by.iter().map(String::as_str), called.iter().map(String::as_str));
    Said { content, revision: None, edited_at: time(&message["edited"], "ts") }
}

/// Who wrote it: somebody of the workspace, or a program, which may call itself anything.
fn speaker(place: &Place, message: &Value, ts: &str) -> (String, Person, bool) {
    let bot = text(message, "bot_id").or_else(|| text(&message["bot_profile"], "id"));
    if let Some(user) = text(message, "user") {
        let profile = &message["user_profile"];
        let told = || Person {
            name: text(profile, "name").map(str::to_owned),
            shown: text(profile, "display_name").or_else(|| text(profile, "real_name")).map(str::to_owned),
            mail: None,
        };
        let person = place.people.get(user).cloned().unwrap_or_else(told);
        return (user.to_owned(), person, bot.is_some() && text(message, "subtype") == Some("bot_message"));
    }
    let shown = text(message, "username").or_else(|| text(&message["bot_profile"], "name")).map(str::to_owned);
    // Nobody's words must not become the words of one person called nobody.
    let who = match (bot, &shown) {
        (Some(bot), _) => bot.to_owned(),
        (None, Some(name)) => format!("bot:{}", name.to_lowercase()),
        (None, None) => format!("unknown:{}/{ts}", place.channel.id),
    };
    (who, Person { name: None, shown, mail: None }, true)
}

/// The text, and what stands in boxes below it where programs write.
fn written(place: &Place, message: &Value) -> String {
    let mut written = words::plain(text(message, "text").unwrap_or_default(), place);
    for below in each(message.get("attachments")).take(20) {
        let parts = ["pretext", "title", "text"].into_iter().filter_map(|part| text(below, part));
        let parts: Vec<&str> = match parts.collect::<Vec<_>>() {
            none if none.is_empty() => text(below, "fallback").into_iter().collect(),
            some => some,
        };
        for part in parts {
            let part = words::plain(part, place);
            // A link's preview repeats what the link says.
            if !written.contains(&part) {
                written.push_str(if written.is_empty() { "" } else { "\n" });
                written.push_str(&part);
            }
        }
    }
    written
}
