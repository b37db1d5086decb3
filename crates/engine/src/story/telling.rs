//! The sentences of a story: a pure function of the facts. All its wording stands here.

use crate::desk::outcome_words;
use jiff::{Timestamp, tz::TimeZone};
use tertulia_analysis::relationship::Stage;
use tertulia_model::{ConversationId, FeedbackId, MessageId, Millis, PersonId};
use tertulia_store::{evidence::Place, promises::Promise};

/// So much of what somebody said stands in a line.
const MOST_WORDS: usize = 60;

/// The first so many, and whether there are more than these.
#[derive(Debug, Clone)]
pub struct First<T> {
    pub found: Vec<T>,
    pub has_more: bool,
}

impl<T> First<T> {
    /// `found` was asked for with one more than `most`.
    pub fn of(mut found: Vec<T>, most: i64) -> Self {
        let most = usize::try_from(most).unwrap_or_default();
        let has_more = found.len() > most;
        found.truncate(most);
        Self { found, has_more }
    }

    pub(super) fn map<U>(self, each: impl FnMut(T) -> U) -> First<U> {
        First { found: self.found.into_iter().map(each).collect(), has_more: self.has_more }
    }

    /// What is said behind the first of them: a number only where it is all.
    fn and_others(&self) -> String {
        match (self.has_more, self.found.len().saturating_sub(1)) {
            (true, _) => ", and more".to_owned(),
            (false, 0) => String::new(),
            (false, 1) => ", and one more".to_owned(),
            (false, others) => format!(", and {others} more"),
        }
    }
}

/// What is known, as it is stored.
#[derive(Debug, Clone)]
pub struct Facts {
    pub person: PersonId,
    pub name: String,
    pub first_heard: Option<Millis>,
    /// Whether they said anything outside of this conversation; asked only where there is no other.
    pub heard_elsewhere: bool,
    /// The kinds of channels on which they are known.
    pub channels: Vec<String>,
    pub stage: Stage,
    /// What the stage says.
    pub means: &'static str,
    /// Their other conversations, the latest first.
    pub before: First<Talk>,
    /// What they asked for, the latest first.
    pub asked: First<Place>,
    /// What we promised them and nobody has closed, what is due first.
    pub open: First<Promise>,
    /// How many promises to them were kept, and how many not.
    pub kept: i64,
    pub broken: i64,
    pub now: Millis,
}

/// Another conversation with them.
#[derive(Debug, Clone)]
pub struct Talk {
    pub conversation: ConversationId,
    pub at: Millis,
    pub words: String,
    pub state: String,
    pub outcome: Option<String>,
}

/// Where a part of a line leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Person(PersonId),
    /// What they said, on their page.
    Heard(PersonId),
    Conversation(ConversationId),
    Item(FeedbackId),
    Message(ConversationId, MessageId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub words: String,
    pub to: Option<To>,
}

pub type Line = Vec<Piece>;

fn plain(words: impl Into<String>) -> Piece {
    Piece { words: words.into(), to: None }
}

fn linked(words: impl Into<String>, to: To) -> Piece {
    Piece { words: words.into(), to: Some(to) }
}

/// The story: one line where all that is known of them is what they said here, else three.
pub fn tell(facts: &Facts, zone: &TimeZone) -> Vec<Line> {
    let days = Days { zone, now: facts.now };
    let is_first = !facts.heard_elsewhere
        && facts.stage == Stage::New
        && facts.before.found.is_empty()
        && facts.asked.found.is_empty()
        && facts.open.found.is_empty()
        && facts.kept + facts.broken == 0;
    if is_first {
        return vec![first_time(facts, &days)];
    }
    vec![who(facts, &days), before(facts, &days), promised(facts, &days)]
}

struct Days<'a> {
    zone: &'a TimeZone,
    now: Millis,
}

impl Days<'_> {
    /// "4 Dec", with its year where it is not this one.
    fn day(&self, at: Millis) -> String {
        let of = |at| Timestamp::from_millisecond(at).map(|at| at.to_zoned(self.zone.clone()));
        let (Ok(day), Ok(today)) = (of(at), of(self.now)) else { return "an unknown day".to_owned() };
        day.strftime(if day.year() == today.year() { "%-d %b" } else { "%-d %b %Y" }).to_string()
    }
}

fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// What was said, cut at a word; isolated, since it may run from the right.
fn quoted(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST_WORDS {
        return format!("“\u{2068}{line}\u{2069}”");
    }
    let cut: String = line.chars().take(MOST_WORDS).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole).to_owned();
    format!("“\u{2068}{cut}\u{2069}…”")
}

fn by_channels(facts: &Facts) -> String {
    if facts.channels.is_empty() { String::new() } else { format!(" by {}", list(&facts.channels)) }
}

fn first_time(facts: &Facts, days: &Days<'_>) -> Line {
    let on = facts.first_heard.map_or_else(String::new, |at| format!(", first heard on {}", days.day(at)));
    let rest = format!("{on}{}. All they said stands here.", by_channels(facts));
    vec![linked(&facts.name, To::Person(facts.person)), plain(rest)]
}

fn who(facts: &Facts, days: &Days<'_>) -> Line {
    let since = facts.first_heard.map_or_else(String::new, |at| format!(", heard since {}", days.day(at)));
    let rest = format!("{since}{}. {}", by_channels(facts), facts.means);
    vec![linked(&facts.name, To::Person(facts.person)), plain(rest)]
}

fn before(facts: &Facts, days: &Days<'_>) -> Line {
    let mut line = Vec::new();
    match facts.before.found.first() {
        None if facts.heard_elsewhere => {
            line.push(plain("No other conversation; what they said elsewhere stands on "));
            line.push(linked("their page", To::Heard(facts.person)));
            line.push(plain("."));
        }
        None => line.push(plain("No other conversation.")),
        Some(last) => {
            let is_silent = last.words.trim().is_empty();
            let words = if is_silent { "something without words".to_owned() } else { quoted(&last.words) };
            // It may be later than this one.
            line.push(plain(format!("Also, on {}: ", days.day(last.at))));
            line.push(linked(words, To::Conversation(last.conversation)));
            line.push(plain(format!(" ({}){}.", stands(last), facts.before.and_others())));
        }
    }
    if let Some(asked) = facts.asked.found.first() {
        line.push(plain(" They asked for "));
        line.push(linked(quoted(title(asked)), To::Item(asked.item_id)));
        line.push(plain(format!(": {}{}.", became(asked), facts.asked.and_others())));
    }
    line
}

fn title(asked: &Place) -> &str {
    if asked.title.trim().is_empty() { "something whose words are gone" } else { &asked.title }
}

fn stands(talk: &Talk) -> &str {
    match (talk.state.as_str(), talk.outcome.as_deref()) {
        ("closed", Some(outcome)) => outcome_words(outcome),
        (state, _) => state,
    }
}

fn became(asked: &Place) -> &str {
    match asked.state.as_deref() {
        None => "nothing is done about it yet",
        Some("considering") => "it is considered",
        Some("planned") => "it is planned",
        Some("done") => "it is done",
        Some("declined") => "it was declined",
        Some(other) => other,
    }
}

fn promised(facts: &Facts, days: &Days<'_>) -> Line {
    let mut line = Vec::new();
    if let Some(first) = facts.open.found.first() {
        let words =
            if first.words.is_empty() { "something whose words are gone".to_owned() } else { quoted(&first.words) };
        let over = first.due_at.is_some_and(|due| due < facts.now);
        let due = match first.due_at {
            None => String::new(),
            Some(due) if over => format!(" by {}, and nobody has said whether it was kept", days.day(due)),
            Some(due) => format!(" by {}", days.day(due)),
        };
        line.push(plain("You promised "));
        line.push(linked(words, To::Message(first.conversation_id, first.message_id)));
        line.push(plain(format!("{due}{}.", facts.open.and_others())));
    } else if facts.kept + facts.broken == 0 {
        return vec![plain("Nothing is promised to them.")];
    } else {
        line.push(plain("No promise is open."));
    }
    match (facts.kept, facts.broken) {
        (0, 0) => {}
        (kept, 0) => line.push(plain(format!(" Kept so far: {kept}."))),
        (kept, broken) => line.push(plain(format!(" Kept so far: {kept}; not kept: {broken}."))),
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 21 November 2026, noon in UTC.
    const NOW: Millis = 1_795_262_400_000;
    const DAY: Millis = 86_400_000;

    fn all<T>(found: Vec<T>) -> First<T> {
        First { found, has_more: false }
    }

    fn facts() -> Facts {
        Facts {
            person: PersonId(1),
            name: "Amina Yusuf".to_owned(),
            first_heard: Some(NOW - 400 * DAY),
            heard_elsewhere: false,
            channels: vec!["E-mail".to_owned(), "Web chat".to_owned()],
            stage: Stage::New,
            means: "Nothing went both ways yet.",
            before: all(Vec::new()),
            asked: all(Vec::new()),
            open: all(Vec::new()),
            kept: 0,
            broken: 0,
            now: NOW,
        }
    }

    fn talk(n: i64, state: &str, outcome: Option<&str>) -> Talk {
        Talk {
            conversation: ConversationId(n),
            at: NOW - n * DAY,
            words: format!("About order {n}"),
            state: state.to_owned(),
            outcome: outcome.map(str::to_owned),
        }
    }

    fn promise(n: i64, due_at: Option<Millis>) -> Promise {
        Promise {
            id: n,
            message_id: MessageId(n),
            conversation_id: ConversationId(9),
            words: format!("I'll check order {n}."),
            due_at,
            state: "open".to_owned(),
            sign: "future".to_owned(),
            made_at: NOW,
            confirmed_by: None,
            confirmed_at: None,
            closed_by: None,
            closed_at: None,
            note: None,
            version: 0,
        }
    }

    fn asked(title: &str, state: Option<&str>) -> Place {
        Place {
            message_id: None,
            item_id: FeedbackId(5),
            title: title.to_owned(),
            asks: true,
            note: String::new(),
            asked_at: NOW,
            change_id: None,
            change: state.map(|_| "Change".to_owned()),
            state: state.map(str::to_owned),
        }
    }

    fn said(facts: &Facts) -> Vec<String> {
        let lines = tell(facts, &TimeZone::UTC);
        let line = |line: Line| line.into_iter().map(|piece| piece.words).collect::<String>();
        lines.into_iter().map(|one| line(one).replace(['\u{2068}', '\u{2069}'], "")).collect()
    }

    #[test]
    fn whose_words_all_stand_here_has_no_story_and_that_is_said_with_the_day() {
        assert_eq!(
            said(&facts()),
            ["Amina Yusuf, first heard on 17 Oct 2025 by E-mail and Web chat. All they said stands here."]
        );
        let unknown = Facts { channels: Vec::new(), first_heard: None, ..facts() };
        assert_eq!(said(&unknown), ["Amina Yusuf. All they said stands here."]);
    }

    #[test]
    fn whoever_was_heard_elsewhere_is_not_heard_for_the_first_time() {
        let overheard = Facts { heard_elsewhere: true, ..facts() };
        assert_eq!(
            said(&overheard),
            [
                "Amina Yusuf, heard since 17 Oct 2025 by E-mail and Web chat. Nothing went both ways yet.",
                "No other conversation; what they said elsewhere stands on their page.",
                "Nothing is promised to them.",
            ]
        );
        let ways: Vec<To> =
            tell(&overheard, &TimeZone::UTC).into_iter().flatten().filter_map(|piece| piece.to).collect();
        assert_eq!(ways, [To::Person(PersonId(1)), To::Heard(PersonId(1))]);
    }

    #[test]
    fn three_lines_say_who_what_before_and_what_was_promised() {
        let known = Facts {
            stage: Stage::Returning,
            means: "They came back.",
            before: all(vec![talk(3, "closed", Some("listened")), talk(20, "closed", None)]),
            asked: all(vec![asked("Open on Sundays", Some("planned")), asked("Tea", None)]),
            open: all(vec![promise(4, Some(NOW + 6 * DAY)), promise(3, None)]),
            kept: 1,
            ..facts()
        };
        assert_eq!(
            said(&known),
            [
                "Amina Yusuf, heard since 17 Oct 2025 by E-mail and Web chat. They came back.",
                "Also, on 18 Nov: “About order 3” (just listened), and one more. They asked for “Open on Sundays”: it is planned, and one more.",
                "You promised “I'll check order 4.” by 27 Nov, and one more. Kept so far: 1.",
            ]
        );
        let lines = tell(&known, &TimeZone::UTC);
        let ways: Vec<To> = lines.iter().flatten().filter_map(|piece| piece.to).collect();
        let expected = [
            To::Person(PersonId(1)),
            To::Conversation(ConversationId(3)),
            To::Item(FeedbackId(5)),
            To::Message(ConversationId(9), MessageId(4)),
        ];
        assert_eq!(ways, expected, "each part leads to where it stands");
    }

    #[test]
    fn a_number_is_said_only_where_it_is_all_of_them() {
        let cut = Facts {
            before: First::of(vec![talk(1, "open", None), talk(2, "open", None), talk(3, "open", None)], 2),
            asked: First::of(vec![asked("Tea", None), asked("Milk", None)], 1),
            open: First::of(vec![promise(1, None), promise(2, None), promise(3, None)], 3),
            ..facts()
        };
        assert_eq!(
            said(&cut)[1..],
            [
                "Also, on 20 Nov: “About order 1” (open), and more. They asked for “Tea”: nothing is done about it yet, and more.",
                "You promised “I'll check order 1.”, and 2 more.",
            ]
        );
    }

    #[test]
    fn what_is_not_there_is_not_made_up() {
        let talking = Facts { stage: Stage::Talking, means: "You talk with each other.", ..facts() };
        assert_eq!(said(&talking)[1..], ["No other conversation.", "Nothing is promised to them."]);
        let over = Facts { broken: 1, open: all(vec![promise(2, Some(NOW - DAY))]), ..talking.clone() };
        assert_eq!(
            said(&over)[2],
            "You promised “I'll check order 2.” by 20 Nov, and nobody has said whether it was kept. Kept so far: 0; not kept: 1."
        );
        assert_eq!(said(&Facts { kept: 2, ..talking })[2], "No promise is open. Kept so far: 2.");
    }

    #[test]
    fn long_words_are_cut_at_a_word_and_those_that_are_gone_or_were_none_are_said_to_be() {
        let long = Talk { words: "lorem ".repeat(50), ..talk(1, "open", None) };
        let gone = Promise { words: String::new(), ..promise(1, None) };
        let story =
            Facts { before: all(vec![long]), open: all(vec![gone]), asked: all(vec![asked(" ", None)]), ..facts() };
        let story = said(&story);
        assert!(
            story[1].contains("lorem…” (open).") && story[1].contains("“something whose words are gone”"),
            "{story:?}"
        );
        assert!(story[2].starts_with("You promised something whose words are gone."), "{story:?}");
        let picture = Talk { words: " ".to_owned(), ..talk(1, "open", None) };
        assert!(
            said(&Facts { before: all(vec![picture]), ..facts() })[1].contains(": something without words (open).")
        );
    }
}
