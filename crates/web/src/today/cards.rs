//! A card in words: who, what happened, why it is here, and what can be done.

use crate::{
    App, Result,
    inbox::{Known, times, whose},
};
use jiff::{civil::Date, tz::TimeZone};
use tertulia_engine::{
    promises,
    today::{Card, Key, Today, Why},
};
use tertulia_model::{Millis, Permission::Converse, UserId};

const DAY: Millis = 86_400_000;

/// One card.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// Its key, as it stands in addresses and ids.
    pub key: String,
    pub icon: &'static str,
    /// "Wrote for the first time".
    pub kind: String,
    pub who: String,
    pub who_href: Option<String>,
    /// Icon and name.
    pub channel: Option<(String, String)>,
    /// What they said, or what was promised; empty where there are no words any more.
    pub words: String,
    pub why: String,
    pub passed_on: Option<(String, String)>,
    pub href: String,
    pub open: &'static str,
    pub done: &'static str,
    /// What was tried with it and refused.
    pub tried: Option<Tried>,
}

impl View {
    pub fn tried_to_pass_on(&self) -> Option<&Tried> {
        self.tried.as_ref().filter(|tried| tried.passes_on)
    }

    pub fn tried_to_put_off(&self) -> Option<&Tried> {
        self.tried.as_ref().filter(|tried| !tried.passes_on)
    }
}

/// A form as it was filled in, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tried {
    pub key: String,
    pub passes_on: bool,
    pub to: String,
    pub note: String,
    pub until: String,
    pub mistake: String,
}

impl Tried {
    /// Nothing that would be lost was typed.
    pub fn is_blank(&self) -> bool {
        self.note.is_empty() && self.until.is_empty()
    }

    pub fn is_to(&self, member: &Member) -> bool {
        self.to == member.id
    }
}

/// Somebody to whom a card can be passed on.
pub(crate) struct Member {
    pub id: String,
    pub name: String,
}

/// Whoever may answer, but for the reader.
pub(super) fn others(known: &Known) -> Vec<Member> {
    let may = |member: &&tertulia_store::users::Named| {
        member.id != known.viewer && member.disabled_at.is_none() && member.role.may(Converse)
    };
    let mut others: Vec<Member> = known
        .members
        .values()
        .filter(may)
        .map(|member| Member { id: member.id.to_string(), name: member.name.clone() })
        .collect();
    others.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    others
}

pub(crate) fn key_words(key: &Key) -> String {
    format!("{}-{}-{}", key.kind, key.subject_id, key.cause)
}

/// A key from an address; what is none names nothing.
pub(crate) fn read_key(text: &str) -> Option<Key> {
    let (kind, rest) = text.split_once('-')?;
    let (subject, cause) = rest.split_once('-')?;
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
    let is_kind = matches!(kind, "first" | "promise" | "back" | "quiet" | "new");
    let (subject_id, cause) = (number(subject)?, number(cause)?);
    is_kind.then(|| Key { kind: kind.to_owned(), subject_id, cause })
}

pub(super) async fn views(app: &App, known: &Known, today: Today, tried: Option<&Tried>) -> Result<Vec<View>> {
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    let (works, now) = (known.may_converse, app.engine.now());
    let telling = Telling { known, works, zone, today: today.day.date, now };
    let view = |card: Card| {
        let view = telling.view(card);
        let tried = tried.filter(|tried| tried.key == view.key).cloned();
        View { tried, ..view }
    };
    Ok(today.cards.into_iter().map(view).collect())
}

/// How cards are told to one reader: by the organisation's calendar, whoever reads.
struct Telling<'a> {
    known: &'a Known,
    /// Whether the cards are the reader's, and not everybody's.
    works: bool,
    zone: TimeZone,
    today: Date,
    now: Millis,
}

impl Telling<'_> {
    fn view(&self, card: Card) -> View {
        let kept = card.clone();
        let (icon, kind, why) = self.why(card.why);
        let channel = card.channel.map(|id| self.known.channel(id)).map(|channel| (channel.icon, channel.words));
        let view = View {
            key: key_words(&card.key),
            icon,
            kind,
            who: whose(card.name.as_deref()),
            who_href: card.person.map(|person| format!("/people/{person}")),
            channel,
            words: card.words,
            why,
            passed_on: card.passed_on.map(|(by, note)| (self.passed_on(by), note)),
            done: "Done",
            ..View::default()
        };
        let (href, open) = ways(&kept);
        let done = if matches!(kept.why, Why::Promise { .. }) { "Kept" } else { view.done };
        View { href, open, done, ..view }
    }

    fn passed_on(&self, by: UserId) -> String {
        match self.known.member(by).as_str() {
            "you" => "You passed this on".to_owned(),
            name if self.works => format!("{name} passed this on to you"),
            name => format!("{name} passed this on"),
        }
    }

    fn promised(&self, by: Option<UserId>) -> String {
        match by.map(|by| self.known.member(by)).as_deref() {
            Some("you") => "You promised it".to_owned(),
            Some(name) => format!("{name} promised it"),
            None => "It was promised".to_owned(),
        }
    }

    fn why(&self, why: Why) -> (&'static str, String, String) {
        let (icon, kind, said) = match why {
            Why::First { since } => {
                let said = format!("Nobody here has talked with them yet. They have waited {}.", self.since(since));
                ("message-circle", "Wrote for the first time", said)
            }
            Why::Promise { due_at, by } => return ("alarm-clock", self.promised(by), self.due(due_at)),
            Why::Back { since, heard_before } => {
                let (ago, before) = (span((since - heard_before) / DAY), self.day(heard_before));
                let said = format!(
                    "Before that you heard from them {ago} ago, on {before}. They have waited {}.",
                    self.since(since)
                );
                ("undo-2", "Came back", said)
            }
            Why::Quiet { last_at, days } => {
                let ago = span((self.now - last_at) / DAY);
                let said = format!(
                    "You talked on {days} days, and nothing was said for {ago}, since {}. Ask how they are.",
                    self.day(last_at)
                );
                ("hourglass", "Has become quiet", said)
            }
            Why::New { times, last_at } => {
                let said = format!(
                    "They spoke of you {times} times in 30 days, last on {}, and you have never talked. Say something.",
                    self.day(last_at)
                );
                ("ear", "Speaks of you", said)
            }
        };
        (icon, kind.to_owned(), said)
    }

    fn due(&self, due_at: Millis) -> String {
        let day = times::in_zone(due_at, &self.zone).map(|at| at.date());
        let late = day.and_then(|day| self.today.since(day).ok()).map_or(0, |span| span.get_days());
        match late {
            ..=0 => "It is due today.".to_owned(),
            1 => "It was due yesterday, and nobody has said yet whether it was kept.".to_owned(),
            days => format!(
                "It was due {days} days ago, on {}, and nobody has said yet whether it was kept.",
                self.day(due_at)
            ),
        }
    }

    /// "Fri 4 Dec", with its year where it is not this one.
    fn day(&self, at: Millis) -> String {
        let Some(at) = times::in_zone(at, &self.zone) else { return "an unknown day".to_owned() };
        let pattern = if at.year() == self.today.year() { "%a %-d %b" } else { "%-d %b %Y" };
        at.strftime(pattern).to_string()
    }

    /// "since 09:12", "since yesterday, 17:40", "since Fri 4 Dec".
    fn since(&self, at: Millis) -> String {
        let Some(time) = times::in_zone(at, &self.zone) else { return "for a while".to_owned() };
        let days = self.today.since(time.date()).map_or(0, |span| span.get_days());
        match days {
            ..=0 => format!("since {}", time.strftime("%H:%M")),
            1 => format!("since yesterday, {}", time.strftime("%H:%M")),
            _ => format!("since {}", self.day(at)),
        }
    }
}

/// Where a card leads, and how that is said.
fn ways(card: &Card) -> (String, &'static str) {
    match (&card.why, card.conversation, card.message) {
        (Why::Promise { .. }, Some(conversation), Some(message)) => {
            let promise = card.key.subject_id;
            (format!("/inbox/{conversation}?at={message}#promise-{promise}"), "Open the promise")
        }
        (Why::New { .. }, _, Some(message)) => {
            (format!("/listen/thread/{message}#message-{message}"), "Open what they said")
        }
        (_, Some(conversation), _) => (format!("/inbox/{conversation}"), "Open the conversation"),
        _ => (card.person.map_or_else(|| "/".to_owned(), |person| format!("/people/{person}")), "Open"),
    }
}

/// "9 weeks", "5 months", "2 years".
fn span(days: i64) -> String {
    match days {
        ..=13 => format!("{days} days"),
        14..120 => format!("{} weeks", days / 7),
        120..730 => format!("{} months", days / 30),
        _ => format!("{} years", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_only_as_it_is_written() {
        for text in ["first-12-0", "promise-395868130017808384-0", "back-3-77", "quiet-1-9", "new-4-0"] {
            assert_eq!(read_key(text).map(|key| key_words(&key)).as_deref(), Some(text));
        }
        for wrong in ["", "first", "first-1", "first--1-0", "last-1-0", "first-1-0-0", "first-99999999999999999999-0"] {
            assert_eq!(read_key(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_silence_is_said_in_what_people_count_it_in() {
        assert_eq!([span(9), span(61), span(150), span(900)], ["9 days", "8 weeks", "5 months", "2 years"]);
    }
}
