//! Candidates for a search: the index narrows, the matcher decides (in the engine).

use crate::{Dialect, Result, Sql, binds};
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
    let mut values = binds![];
    let mut conditions = Vec::new();
    let mut bind = |value: crate::Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let below = bounds.until.map_or(before_place, |until| before_place.min(crate::keys::place_at(until)));
    let from = bounds.since.map_or(0, crate::keys::place_at);
    let dialect = on.dialect();
    let mut sql = match terms {
        Some(terms) => {
            let place = dialect.terms_place();
            let text = print(terms, dialect);
            let at = bind(text.into()).trim_start_matches('$').parse().unwrap_or(1);
            conditions.push(dialect.terms_match(at));
            conditions.push(format!("message_terms.{place} < {}", bind(below.into())));
            conditions.push(format!("message_terms.{place} >= {}", bind(from.into())));
            let narrowed = bounds.person.is_some() || bounds.channels.is_some() || bounds.languages.is_some();
            let join =
                if narrowed { format!(" JOIN messages m ON m.place = message_terms.{place}") } else { String::new() };
            format!("SELECT message_terms.{place} FROM message_terms{join}")
        }
        None => {
            conditions.push(format!("m.place < {}", bind(below.into())));
            conditions.push(format!("m.place >= {}", bind(from.into())));
            conditions.push("m.state = 'shown'".to_owned());
            "SELECT m.place FROM messages m".to_owned()
        }
    };
    if let Some(person) = bounds.person {
        conditions.push(format!("m.person_id = {}", bind(person.into())));
    }
    if let Some(channels) = &bounds.channels {
        let list: Vec<String> = channels.iter().map(|id| bind((*id).into())).collect();
        conditions
            .push(format!("m.channel_id IN ({})", if list.is_empty() { "NULL".to_owned() } else { list.join(", ") }));
    }
    if let Some(languages) = &bounds.languages {
        let list: Vec<String> = languages.iter().map(|code| bind(code.into())).collect();
        conditions
            .push(format!("m.language IN ({})", if list.is_empty() { "NULL".to_owned() } else { list.join(", ") }));
    }
    let limit = bind(limit.into());
    sql.push_str(&format!(" WHERE {} ORDER BY 1 DESC LIMIT {limit}", conditions.join(" AND ")));
    Ok(on.rows::<(i64,)>(sql, values).await?.into_iter().map(|(place,)| place).collect())
}

/// The condition as the index wants it. Terms are quoted, so that nothing in them can be taken for an operator.
fn print(terms: &Terms, dialect: Dialect) -> String {
    let quoted = |term: &str| match dialect {
        Dialect::Sqlite => format!("\"{}\"", term.replace('"', "\"\"")),
        Dialect::Postgres => format!("'{}'", term.replace('\\', "\\\\").replace('\'', "''")),
    };
    let (and, or) = match dialect {
        Dialect::Sqlite => (" AND ", " OR "),
        Dialect::Postgres => (" & ", " | "),
    };
    let group = |all: &[Terms], by: &str| {
        let inner: Vec<String> = all.iter().map(|terms| print(terms, dialect)).collect();
        format!("({})", inner.join(by))
    };
    match terms {
        Terms::Term(term) => quoted(term),
        Terms::Prefix(term) => match dialect {
            Dialect::Sqlite => format!("{} *", quoted(term)),
            Dialect::Postgres => format!("{}:*", quoted(term)),
        },
        Terms::All(all) => group(all, and),
        Terms::Any(any) => group(any, or),
    }
}
