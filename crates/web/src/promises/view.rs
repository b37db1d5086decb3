//! A promise in words: for which day, whether that is over, what became of it.

use crate::{
    App, Result,
    components::PromiseView,
    inbox::{Known, times, whose},
};
use jiff::{civil::Date, tz::TimeZone};
use std::collections::HashMap;
use tertulia_engine::promises as desk;
use tertulia_model::{MessageId, Millis, PersonId};
use tertulia_store::{
    promises::{self, Listed, Promise},
    reading::Message,
};

/// How promises are told to one reader.
struct Telling<'a> {
    known: &'a Known,
    zone: TimeZone,
    today: Date,
}

impl<'a> Telling<'a> {
    async fn begin(app: &App, known: &'a Known) -> Result<Self> {
        let zone = desk::time_zone(&mut app.engine.db.reader()).await?;
        let today = times::today(app.engine.now(), &zone);
        Ok(Self { known, zone, today })
    }

    /// "Fri 4 Dec", with its year where it is not this one: by the organisation's calendar, whoever reads.
    fn day(&self, at: Millis) -> String {
        let Some(day) = times::in_zone(at, &self.zone) else { return "an unknown day".to_owned() };
        let pattern = if day.year() == self.today.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
        day.strftime(pattern).to_string()
    }

    fn standing(&self, promise: &Promise) -> String {
        let by = |member| self.known.member(member);
        let closed = |word: &str| {
            let who = promise.closed_by.map_or_else(String::new, |member| format!(", said by {}", by(member)));
            let when = promise.closed_at.map_or_else(String::new, |at| format!(", {}", self.day(at)));
            let due = promise.due_at.map_or_else(String::new, |due| format!(" Promised by {}.", self.day(due)));
            format!("{word}{who}{when}.{due}")
        };
        match (promise.state.as_str(), promise.due_at) {
            ("suggested", None) => "A promise? It names no day.".to_owned(),
            ("suggested", Some(due)) => format!("A promise? Due {}.", self.day(due)),
            ("kept", _) => closed("Kept"),
            ("broken", _) => closed("Not kept"),
            (_, None) => "Promised, without a day.".to_owned(),
            (_, Some(due)) => format!("Promised by {}.", self.day(due)),
        }
    }

    fn overdue(&self, promise: &Promise) -> Option<String> {
        let due = promise.due_at.filter(|_| promise.state == "open")?;
        let due = times::in_zone(due, &self.zone)?.date();
        let days = self.today.since(due).ok()?.get_days();
        match days {
            ..0 => None,
            0 => Some("That is today.".to_owned()),
            1 => Some("That was yesterday, and nobody has said yet whether it was kept.".to_owned()),
            days => Some(format!("That was {days} days ago, and nobody has said yet whether it was kept.")),
        }
    }

    fn view(&self, promise: Promise) -> PromiseView {
        PromiseView {
            id: promise.id.to_string(),
            standing: self.standing(&promise),
            overdue: self.overdue(&promise),
            words: promise.words,
            note: promise.note,
            state: promise.state,
            may: self.known.may_converse,
            ..PromiseView::default()
        }
    }
}

/// What stands under each of these messages: whatever was none is not said.
pub(crate) async fn by_message(
    app: &App,
    known: &Known,
    messages: &[Message],
) -> Result<HashMap<MessageId, Vec<PromiseView>>> {
    let ours: Vec<MessageId> =
        messages.iter().filter(|m| m.direction == "ours" && m.state == "shown").map(|m| m.id).collect();
    let mut found = promises::of_messages(&mut app.engine.db.reader(), &ours).await?;
    found.retain(|promise| promise.state != "dismissed" && (promise.state != "suggested" || known.may_converse));
    let mut views: HashMap<MessageId, Vec<PromiseView>> = HashMap::new();
    if found.is_empty() {
        return Ok(views);
    }
    let telling = Telling::begin(app, known).await?;
    for promise in found {
        views.entry(promise.message_id).or_default().push(telling.view(promise));
    }
    Ok(views)
}

/// As lines of a list to which one comes back by `back`, each with the way to where it was said.
pub(crate) async fn lines(app: &App, known: &Known, found: Vec<Listed>, back: &str) -> Result<Vec<PromiseView>> {
    let telling = Telling::begin(app, known).await?;
    let line = |one: Listed| {
        let Listed { promise, person_id, person_name } = one;
        let (conversation, message) = (promise.conversation_id, promise.message_id);
        let named = |id: PersonId| (whose(person_name.as_deref()), format!("/people/{id}"));
        PromiseView {
            href: Some(format!("/inbox/{conversation}?at={message}#message-{message}")),
            person: person_id.map(named),
            back: back.to_owned(),
            ..telling.view(promise)
        }
    };
    Ok(found.into_iter().map(line).collect())
}
