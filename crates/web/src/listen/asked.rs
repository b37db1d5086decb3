//! What the address of a search asks for. A plain form sends all its fields, most of them empty.

use crate::inbox::times;
use jiff::{
    civil::{Date, date},
    tz::TimeZone,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tertulia_analysis::query::{self, Query, QueryError};
use tertulia_engine::search::Filter;
use tertulia_model::{ChannelId, PersonId};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    pub q: String,
    pub channel: String,
    pub language: String,
    pub person: String,
    pub since: String,
    pub until: String,
    pub has: String,
    /// `1`: only what stands in a conversation.
    pub held: String,
    /// The place below which the page begins.
    pub below: Option<i64>,
}

/// What is wrong with one field of the form.
pub type FieldErrors = Vec<(&'static str, String)>;

impl Asked {
    /// Reads an address; what it does not know is left alone, and of a field named twice the last counts.
    pub fn of(raw: Option<&str>) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            let value = value.trim();
            let field = match &*name {
                "q" => &mut asked.q,
                "channel" => &mut asked.channel,
                "language" => &mut asked.language,
                "person" => &mut asked.person,
                "since" => &mut asked.since,
                "until" => &mut asked.until,
                "has" => &mut asked.has,
                "held" => &mut asked.held,
                "below" => {
                    asked.below = value.parse().ok();
                    continue;
                }
                _ => continue,
            };
            value.clone_into(field);
        }
        asked
    }

    /// What was chosen beside the query and can be said in it goes into it, so that the line says all that is asked.
    /// `None` where there is nothing of the kind, or the query must be mended first.
    pub fn said_in_the_query(&self) -> Option<Self> {
        let mut asked = Self { below: None, ..self.clone() };
        let mut more = Vec::new();
        if !asked.has.is_empty() {
            more.push(format!("has:{}", std::mem::take(&mut asked.has)));
        }
        if !asked.person.is_empty() && asked.person_id().is_none() {
            more.push(format!("from:\"{}\"", std::mem::take(&mut asked.person).replace('"', " ").trim()));
        }
        if more.is_empty() {
            return None;
        }
        query::parse(&self.q).ok()?;
        more.retain(|part| query::parse(part).is_ok() && !self.q.contains(part.as_str()));
        asked.q = with_more(&self.q, &more);
        Some(asked)
    }

    /// The search as a monitor can keep it (a query, beside it a channel and a language), and in words what of the search
    /// that changes. `person` is what the one is called to whom the search keeps.
    pub fn for_a_monitor(&self, person: Option<&str>) -> (Self, Vec<String>) {
        let mut asked = self.said_in_the_query().unwrap_or_else(|| self.clone());
        let (mut more, mut changed) = (Vec::new(), Vec::new());
        if self.person_id().is_some() {
            asked.person.clear();
            let name = person.unwrap_or_default().replace('"', " ");
            let field = format!("from:\"{}\"", name.trim());
            if query::parse(&field).is_ok() {
                more.push(field);
                changed.push(format!(
                    "The search kept to one person. A monitor knows people by name: it looks for what anybody called “{}” \
                     writes.",
                    name.trim()
                ));
            } else {
                changed.push(
                    "The search kept to one person who has no name. The monitor looks at what everybody writes."
                        .to_owned(),
                );
            }
        }
        let days = [("since", std::mem::take(&mut asked.since)), ("until", std::mem::take(&mut asked.until))];
        let days = days.map(|(field, day)| format!("{field}:{day}"));
        let before = more.len();
        more.extend(days.into_iter().filter(|part| query::parse(part).is_ok()));
        if more.len() > before {
            changed.push(format!("The search had days of your calendar. {DAYS_ARE_UTC}"));
        }
        if std::mem::take(&mut asked.held) == "1" {
            changed.push(
                "The search kept to conversations. The monitor looks at all that is heard, whoever holds it."
                    .to_owned(),
            );
        }
        asked.q = with_more(&asked.q, &more);
        (asked, changed)
    }

    pub fn person_id(&self) -> Option<PersonId> {
        self.person.parse().ok().map(PersonId)
    }

    pub fn is_held(&self) -> bool {
        self.held == "1"
    }

    pub fn channel_id(&self) -> Option<ChannelId> {
        self.channel.parse().ok().map(ChannelId)
    }

    /// The filter, and what is wrong with its fields; a field that cannot be read does not narrow.
    pub fn filter(&self, zone: &TimeZone) -> (Filter, FieldErrors) {
        let mut errors = Vec::new();
        let since = day(&self.since, "since", &mut errors);
        let until = day(&self.until, "until", &mut errors);
        if since.zip(until).is_some_and(|(since, until)| since > until) {
            errors.push(("until", "This day is before the first one. Choose a later one.".to_owned()));
        }
        let filter = Filter {
            channel: self.channel_id(),
            language: Some(self.language.clone()).filter(|code| !code.is_empty()),
            person: self.person_id(),
            held: self.is_held(),
            since: since.map(|day| times::day_begins(day, zone)),
            until: until.map(|day| times::day_begins(day + 1, zone)),
        };
        (filter, errors)
    }

    /// What is asked for in words.
    pub fn query(&self) -> Result<Query, QueryError> {
        query::parse(&self.q)
    }

    /// Whether anything is asked for besides words.
    pub fn narrows(&self) -> bool {
        [&self.channel, &self.language, &self.person, &self.since, &self.until].iter().any(|field| !field.is_empty())
    }

    pub fn asks_nothing(&self) -> bool {
        self.q.is_empty() && !self.narrows() && !self.is_held()
    }

    /// The address that asks the same, from this place on.
    pub fn address(&self, path: &str, below: Option<i64>) -> String {
        let below = below.map(|place| place.to_string()).unwrap_or_default();
        let fields = [
            ("q", &self.q),
            ("channel", &self.channel),
            ("language", &self.language),
            ("person", &self.person),
            ("since", &self.since),
            ("until", &self.until),
            ("has", &self.has),
            ("held", &self.held),
            ("below", &below),
        ];
        let pairs: Vec<String> = fields
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    pub fn without_held(&self) -> Self {
        Self { held: String::new(), below: None, ..self.clone() }
    }

    /// The same without one of its fields.
    /// The same, kept to this person.
    pub fn kept_to(&self, person: PersonId) -> Self {
        Self { person: person.to_string(), below: None, ..self.clone() }
    }

    pub fn without_person(&self) -> Self {
        Self { person: String::new(), below: None, ..self.clone() }
    }
}

/// A line means the same to everybody, wherever they are, and to a program.
pub(super) const DAYS_ARE_UTC: &str = "Days in the line begin and end by UTC.";

/// A line to which more is asked. OR binds loosest: without parentheses what is added would belong to its last part only.
pub(super) fn with_more(line: &str, more: &[String]) -> String {
    let line = line.trim();
    if line.is_empty() || more.is_empty() {
        return format!("{line}{}", more.join(" "));
    }
    // What cannot be read yet is mended later, with what was added.
    let printed = query::parse(line).map_or_else(|_| line.to_owned(), |query| query.to_string());
    let more = more.join(" ");
    if is_loose(&printed) { format!("({line}) {more}") } else { format!("{line} {more}") }
}

/// Whether a query, as it prints, has an OR outside of parentheses and quotation marks.
fn is_loose(printed: &str) -> bool {
    let (mut depth, mut quoted, mut outside) = (0_u32, false, String::new());
    for c in printed.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            c if depth == 0 && !quoted => outside.push(c),
            _ => {}
        }
    }
    outside.split_whitespace().any(|word| word == "OR")
}

/// The number of a day since 1970-01-01.
fn day(text: &str, field: &'static str, errors: &mut FieldErrors) -> Option<i64> {
    if text.is_empty() {
        return None;
    }
    let day = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    if day.is_none() {
        errors.push((field, "Write the day as 2026-01-31.".to_owned()));
    }
    day.map(|day| i64::from((day - date(1970, 1, 1)).get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_query_can_say_moves_into_it() {
        let asked = |raw: &str| Asked::of(Some(raw)).said_in_the_query().map(|asked| asked.q);
        assert_eq!(asked("q=coffee&has=link").unwrap(), "coffee has:link");
        assert_eq!(asked("has=question&person=Amina+%22Bo%22&q=").unwrap(), "has:question from:\"Amina  Bo\"");
        assert_eq!(asked("q=tea+OR+coffee&has=image&person=Bo").unwrap(), "(tea OR coffee) has:image from:\"Bo\"");
        assert_eq!(asked("q=(tea+OR+coffee)+x&has=image").unwrap(), "(tea OR coffee) x has:image");
        assert_eq!(asked("q=%22tea+OR+x%22&has=image").unwrap(), "\"tea OR x\" has:image");
        assert_eq!(asked("q=coffee+has:link&has=link").unwrap(), "coffee has:link");
        assert_eq!(asked("q=coffee&person=12"), None);
        assert_eq!(asked("q=%22never+closed&has=link"), None, "a broken query is mended first");
        assert_eq!(asked("q=coffee&has=nonsense").unwrap(), "coffee");
    }

    #[test]
    fn days_are_read_and_wrong_ones_are_named() {
        let (filter, errors) = Asked::of(Some("since=2026-11-20&until=2026-11-21")).filter(&TimeZone::UTC);
        assert_eq!((filter.since, filter.until), (Some(1_795_132_800_000), Some(1_795_305_600_000)));
        assert!(errors.is_empty());
        let wrong =
            |raw| Asked::of(Some(raw)).filter(&TimeZone::UTC).1.into_iter().map(|(field, _)| field).collect::<Vec<_>>();
        assert_eq!(wrong("since=2026-02-31&until=tomorrow"), ["since", "until"]);
        assert_eq!(wrong("since=2026-11-21&until=2026-11-20"), ["until"]);
    }

    #[test]
    fn an_address_asks_what_it_was_read_from() {
        let asked = Asked::of(Some("q=%E7%8F%88%E7%90%B2&channel=3&unknown=1&q=caf%C3%A9+%26+co"));
        assert_eq!(asked.q, "café & co");
        let address = asked.address("/listen", Some(9));
        let again = Asked::of(address.split_once('?').map(|(_, raw)| raw));
        assert_eq!(again, Asked { below: Some(9), ..asked });
        assert_eq!(Asked::default().address("/listen", None), "/listen");
    }
}
