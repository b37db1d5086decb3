//! A query as text again. Parentheses stand only where they are needed, so that printing never nests deeper than what
//! was written.

use super::lexer::can_be_excluded;
use super::phrase::Phrase;
use super::{Has, Node, Query, Value, date, reach};
use std::fmt::{self, Display, Formatter};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.root.as_ref().map_or(Ok(()), |root| root.fmt(f))
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(children) => joined(f, children, " ", |child| matches!(child, Self::All(_) | Self::Any(_))),
            Self::Any(children) => joined(f, children, " OR ", |child| matches!(child, Self::Any(_))),
            Self::Not(child) => {
                let text = match **child {
                    Self::All(_) | Self::Any(_) | Self::Near(..) => format!("({child})"),
                    _ => child.to_string(),
                };
                let sign = if text.starts_with(can_be_excluded) { "-" } else { "NOT " };
                write!(f, "{sign}{text}")
            }
            Self::Phrase(phrase) => phrase.fmt(f),
            Self::Near(sides, between) => write!(f, "{} NEAR/{between} {}", sides[0], sides[1]),
            Self::Channel(Value { text, quoted: true, .. }) => write!(f, "channel:\"{text}\""),
            Self::Channel(Value { text, .. }) => write!(f, "channel:{text}"),
            Self::Language(code) => write!(f, "lang:{code}"),
            Self::From(author) => write!(f, "from:{author}"),
            Self::Has(has) => write!(f, "has:{}", has.name()),
            Self::In(thread) => write!(f, "in:{thread}"),
            Self::Reach(bound, people) => reach::print(f, *bound, *people),
            Self::Since(day) => write!(f, "since:{}", date::day_text(day.number)),
            Self::Until(day) => write!(f, "until:{}", date::day_text(day.number)),
        }
    }
}

impl Display for Phrase {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let star = if self.prefix { "*" } else { "" };
        match self.quoted {
            true => write!(f, "\"{}\"{star}", self.text),
            false => write!(f, "{}{star}", self.text),
        }
    }
}

impl Has {
    fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Image => "image",
            Self::Question => "question",
            Self::Attachment => "attachment",
        }
    }
}

fn joined(
    f: &mut Formatter<'_>,
    children: &[Node],
    between: &str,
    needs_parentheses: fn(&Node) -> bool,
) -> fmt::Result {
    for (number, child) in children.iter().enumerate() {
        if number > 0 {
            f.write_str(between)?;
        }
        if needs_parentheses(child) {
            write!(f, "({child})")?;
        } else {
            child.fmt(f)?;
        }
    }
    Ok(())
}
