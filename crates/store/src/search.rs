//! Candidates for a search: the index narrows, the matcher decides (in the engine).

use crate::{Dialect, Result, Sql, Value, binds, terms::split};
use tertulia_model::{ChannelId, Millis, PersonId};

/// A condition on the terms of a message, in words that both databases' indexes have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terms {
    Term(String),
    Prefix(String),
    All(Vec<Terms>),
    Any(Vec<Terms>),
}

/// What narrows a search besides its terms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    pub since: Option<Millis>,
    pub until: Option<Millis>,
    pub person: Option<PersonId>,
    pub channels: Option<Vec<ChannelId>>,
    pub languages: Option<Vec<String>>,
}

/// The places of messages that may match, newest first, below `before_place`.
pub async fn candidates(
    on: &mut impl Sql,
    terms: Option<&Terms>,
    bounds: &Bounds,
    before_place: i64,
    limit: i64,
) -> Result<Vec<i64>> {
    let dialect = on.dialect();
    let terms = match terms.map(|terms| print(terms, dialect)) {
        Some(Printed::Nothing) => return Ok(Vec::new()),
        Some(Printed::Text(text)) => Some(text),
        Some(Printed::Everything) | None => None,
    };
    let mut values = binds![];
    let mut conditions = Vec::new();
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let below = bounds.until.map_or(before_place, |until| before_place.min(crate::keys::place_until(until)));
    let from = bounds.since.map_or(0, crate::keys::place_at);
    let (mut sql, place) = match terms {
        Some(text) => {
            let place = format!("message_terms.{}", dialect.terms_place());
            conditions.push(dialect.terms_match(&bind(text.into())));
            let narrowed = bounds.person.is_some() || bounds.channels.is_some() || bounds.languages.is_some();
            let join = if narrowed { format!(" JOIN messages m ON m.place = {place}") } else { String::new() };
            (format!("SELECT {place} FROM message_terms{join}"), place)
        }
        None => {
            conditions.push("m.state = 'shown'".to_owned());
            ("SELECT m.place FROM messages m".to_owned(), "m.place".to_owned())
        }
    };
    conditions.push(format!("{place} < {}", bind(below.into())));
    conditions.push(format!("{place} >= {}", bind(from.into())));
    if let Some(person) = bounds.person {
        conditions.push(format!("m.person_id = {}", bind(person.into())));
    }
    let mut one_of = |column: &str, list: Vec<Value>| {
        let list: Vec<String> = list.into_iter().map(&mut bind).collect();
        // No choice at all: nothing is one of them.
        let list = if list.is_empty() { "NULL".to_owned() } else { list.join(", ") };
        conditions.push(format!("{column} IN ({list})"));
    };
    if let Some(channels) = &bounds.channels {
        one_of("m.channel_id", channels.iter().map(|id| (*id).into()).collect());
    }
    if let Some(languages) = &bounds.languages {
        one_of("m.language", languages.iter().map(Value::from).collect());
    }
    let limit = bind(limit.into());
    sql.push_str(&format!(" WHERE {} ORDER BY 1 DESC LIMIT {limit}", conditions.join(" AND ")));
    Ok(on.rows::<(i64,)>(sql, values).await?.into_iter().map(|(place,)| place).collect())
}

/// A condition as the index wants it.
#[derive(Debug, PartialEq, Eq)]
enum Printed {
    /// Any message may match.
    Everything,
    Nothing,
    Text(String),
}

/// Prints a condition. Terms are quoted, so that nothing in them can be taken for an operator.
fn print(terms: &Terms, dialect: Dialect) -> Printed {
    match terms {
        Terms::Term(term) => {
            group(split(term).map(|t| Printed::Text(dialect.term(&t, false))), true, dialect, Printed::Nothing)
        }
        Terms::Prefix(term) => {
            let parts: Vec<String> = split(term).collect();
            let last = parts.len().saturating_sub(1);
            let parts = parts.iter().enumerate().map(|(n, t)| Printed::Text(dialect.term(t, n == last)));
            group(parts, true, dialect, Printed::Everything)
        }
        Terms::All(all) => group(all.iter().map(|t| print(t, dialect)), true, dialect, Printed::Everything),
        Terms::Any(any) => group(any.iter().map(|t| print(t, dialect)), false, dialect, Printed::Nothing),
    }
}

/// Joins conditions by "and" (`all`) or "or"; `empty` where there is none.
fn group(parts: impl Iterator<Item = Printed>, all: bool, dialect: Dialect, empty: Printed) -> Printed {
    // Of an "and" everything can be left out, and nothing decides it; of an "or" it is the other way round.
    let (neutral, decisive) =
        if all { (Printed::Everything, Printed::Nothing) } else { (Printed::Nothing, Printed::Everything) };
    let mut texts = Vec::new();
    let mut any = false;
    for part in parts {
        any = true;
        match part {
            Printed::Text(text) => texts.push(text),
            part if part == decisive => return decisive,
            _ => {}
        }
    }
    match texts.len() {
        0 if any => neutral,
        0 => empty,
        1 => Printed::Text(texts.remove(0)),
        _ => Printed::Text(dialect.joined(&texts, all)),
    }
}
