//! Recursive descent over the lexemes: OR, then AND, then NEAR, then NOT, then words, fields and parentheses.

use super::date::{self, DAY_MILLIS};
use super::lexer::{FIELDS, Lexeme, Placed, Text, example, lexemes};
use super::phrase::{Numbering, Phrase};
use super::{Day, Has, MOST_CHARS, MOST_DEPTH, Node, QueryError, Value, channel_key};
use std::ops::Range;

/// A longer phrase is looked for in parts.
const MOST_PHRASE_WORDS: usize = 100;

/// What was read, and what it looks for in the texts and in the author's names.
#[derive(Default)]
pub(super) struct Parsed {
    pub root: Option<Node>,
    pub words: Numbering,
    pub author: Numbering,
}

pub(super) fn parse(text: &str) -> Result<Parsed, QueryError> {
    if text.chars().nth(MOST_CHARS).is_some() {
        return Err(QueryError::too_long(text));
    }
    let lexemes = lexemes(text)?;
    if lexemes.is_empty() {
        return Ok(Parsed::default());
    }
    let mut parser = Parser { lexemes: &lexemes, at: 0, end: text.len(), found: Parsed::default() };
    let root = parser.any(0)?;
    match parser.peek() {
        None => Ok(Parsed { root: Some(root), ..parser.found }),
        Some(extra) => Err(QueryError::new(
            extra.at.clone(),
            "This parenthesis closes nothing.",
            "Take it out, or put a ( where the group begins.",
        )),
    }
}

struct Parser<'a> {
    lexemes: &'a [Placed],
    at: usize,
    end: usize,
    found: Parsed,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Placed> {
        self.lexemes.get(self.at)
    }

    fn next_is(&mut self, lexeme: &Lexeme) -> Option<Range<usize>> {
        let placed = self.peek().filter(|placed| placed.lexeme == *lexeme)?;
        self.at += 1;
        Some(placed.at.clone())
    }

    fn any(&mut self, depth: usize) -> Result<Node, QueryError> {
        let mut children = vec![self.all(depth)?];
        while let Some(at) = self.next_is(&Lexeme::Or) {
            self.expect_operand("OR", at)?;
            children.push(self.all(depth)?);
        }
        Ok(one_or(children, Node::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Node, QueryError> {
        let mut children = vec![self.near(depth)?];
        loop {
            if let Some(at) = self.next_is(&Lexeme::And) {
                self.expect_operand("AND", at)?;
            } else if matches!(self.peek().map(|placed| &placed.lexeme), None | Some(Lexeme::Or | Lexeme::Close)) {
                return Ok(one_or(children, Node::All));
            }
            children.push(self.near(depth)?);
        }
    }

    fn near(&mut self, depth: usize) -> Result<Node, QueryError> {
        let start = self.peek().map_or(self.end, |placed| placed.at.start);
        let left = self.unary(depth)?;
        let Some(Placed { lexeme: Lexeme::Near(between), at }) = self.peek() else { return Ok(left) };
        self.at += 1;
        self.expect_operand("NEAR", at.clone())?;
        let right = self.unary(depth)?;
        let end = self.lexemes[self.at - 1].at.end;
        let (Node::Phrase(left), Node::Phrase(right)) = (left, right) else {
            return Err(QueryError::new(
                start..end,
                "NEAR stands between two words or two phrases.",
                "Write coffee NEAR/5 cold, or \"flat white\" NEAR/5 cold.",
            ));
        };
        if let Some(Placed { lexeme: Lexeme::Near(_), at }) = self.peek() {
            return Err(QueryError::new(
                at.clone(),
                "NEAR joins two words, not three.",
                "Write it as two conditions: coffee NEAR/5 cold AND cold NEAR/5 morning.",
            ));
        }
        Ok(Node::Near(Box::new([left, right]), *between))
    }

    fn unary(&mut self, depth: usize) -> Result<Node, QueryError> {
        let Some(placed) = self.peek() else {
            return Err(QueryError::new(
                self.end..self.end,
                "Something is missing at the end.",
                "Add a word, or take the last operator out.",
            ));
        };
        if depth >= MOST_DEPTH && matches!(placed.lexeme, Lexeme::Open | Lexeme::Not) {
            return Err(QueryError::too_deep(placed.at.clone()));
        }
        self.at += 1;
        match &placed.lexeme {
            Lexeme::Not => {
                self.expect_operand("NOT", placed.at.clone())?;
                Ok(match self.unary(depth + 1)? {
                    Node::Not(twice) => *twice,
                    child => Node::Not(Box::new(child)),
                })
            }
            Lexeme::Open => self.group(placed.at.clone(), depth + 1),
            Lexeme::Text(text) => phrase(text, &placed.at, &mut self.found.words).map(Node::Phrase),
            Lexeme::Field("from", name) => author(name, &placed.at, &mut self.found.author).map(Node::From),
            Lexeme::Field(field, value) => field_node(field, value, &placed.at),
            Lexeme::Reach(bound, people) => Ok(Node::Reach(*bound, *people)),
            Lexeme::Close => Err(QueryError::new(
                placed.at.clone(),
                "This parenthesis closes nothing.",
                "Take it out, or put a ( where the group begins.",
            )),
            Lexeme::And => Err(nothing_before("AND", placed)),
            Lexeme::Or => Err(nothing_before("OR", placed)),
            Lexeme::Near(_) => Err(nothing_before("NEAR", placed)),
        }
    }

    fn group(&mut self, open: Range<usize>, depth: usize) -> Result<Node, QueryError> {
        if let Some(close) = self.next_is(&Lexeme::Close) {
            let help = "Write words between them, or take both out.";
            return Err(QueryError::new(open.start..close.end, "There is nothing between these parentheses.", help));
        }
        if self.peek().is_none() {
            return Err(never_closed(open));
        }
        let inner = self.any(depth)?;
        match self.next_is(&Lexeme::Close) {
            Some(_) => Ok(inner),
            None => Err(never_closed(open)),
        }
    }

    /// An operator at `at` must have something behind it.
    fn expect_operand(&self, operator: &str, at: Range<usize>) -> Result<(), QueryError> {
        match self.peek().map(|placed| &placed.lexeme) {
            None | Some(Lexeme::Close) => Err(QueryError::new(
                at,
                format!("Nothing stands behind {operator}."),
                format!(
                    "Add a word behind it. To look for the word itself, write \"{}\" in quotation marks.",
                    operator.to_lowercase()
                ),
            )),
            Some(_) => Ok(()),
        }
    }
}

fn never_closed(open: Range<usize>) -> QueryError {
    QueryError::new(open, "This parenthesis is never closed.", "Put a ) where the group ends, or take this one out.")
}

fn nothing_before(operator: &str, placed: &Placed) -> QueryError {
    let help = format!(
        "Put a word before it. To look for the word itself, write \"{}\" in quotation marks.",
        operator.to_lowercase()
    );
    QueryError::new(placed.at.clone(), format!("Nothing stands before {operator}."), help)
}

fn one_or(mut children: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match children.pop() {
        Some(only) if children.is_empty() => only,
        Some(last) => {
            children.push(last);
            many(children)
        }
        None => many(children),
    }
}

fn phrase(text: &Text, at: &Range<usize>, numbering: &mut Numbering) -> Result<Phrase, QueryError> {
    let mut number = |needle| numbering.number(needle);
    let phrase = Phrase::new(&text.text, text.quoted, text.prefix, &mut number).ok_or_else(|| {
        QueryError::new(at.clone(), "There is no letter or digit here to look for.", "Write a word, or take this out.")
    })?;
    if phrase.steps().count() > MOST_PHRASE_WORDS {
        let help = format!("Keep it below {MOST_PHRASE_WORDS} words; its rarest part finds the same.");
        return Err(QueryError::new(at.clone(), "This phrase is too long.", help));
    }
    Ok(phrase)
}

fn author(value: &Text, at: &Range<usize>, numbering: &mut Numbering) -> Result<Phrase, QueryError> {
    let name = value.text.trim_start_matches(['@', '＠', '#', '＃']);
    if name.contains('*') {
        let help = format!("Write it as {}.", example("from"));
        return Err(QueryError::new(at.clone(), "A star can only stand at the end of a word.", help));
    }
    phrase(&Text { text: name.to_owned(), ..value.clone() }, at, numbering)
}

fn field_node(field: &str, value: &Text, at: &Range<usize>) -> Result<Node, QueryError> {
    debug_assert!(FIELDS.contains(&field));
    let wrong = |message: &str| Err(QueryError::new(at.clone(), message, format!("Write it as {}.", example(field))));
    match field {
        "channel" => match channel_key(&value.text) {
            folded if folded.is_empty() => wrong("This names no channel."),
            folded => Ok(Node::Channel(Value {
                text: value.text.as_str().into(),
                quoted: value.quoted,
                folded: folded.into(),
            })),
        },
        "lang" => {
            let code = value.text.to_ascii_lowercase();
            if code == "hi-latn" {
                return Ok(Node::Language("hi-Latn".to_owned()));
            }
            let is_code = matches!(code.len(), 2 | 3) && code.bytes().all(|byte| byte.is_ascii_lowercase());
            if is_code { Ok(Node::Language(code)) } else { wrong("A language is named by its two letters.") }
        }
        "has" => match value.text.to_ascii_lowercase().trim_end_matches('s') {
            "link" => Ok(Node::Has(Has::Link)),
            "image" | "picture" | "photo" => Ok(Node::Has(Has::Image)),
            "question" => Ok(Node::Has(Has::Question)),
            "attachment" | "file" => Ok(Node::Has(Has::Attachment)),
            _ => wrong("This is nothing that can be asked for."),
        },
        "in" => match value.text.parse::<i64>() {
            // Written as it is shown, since a thread that goes into another is found by that and named anew.
            Ok(thread) if thread >= 0 && thread.to_string() == value.text => Ok(Node::In(thread)),
            _ => wrong("A thread is named by its number."),
        },
        _ => match date::day_from(&value.text) {
            Some(number) if field == "since" => Ok(Node::Since(Day { number, edge: number * DAY_MILLIS })),
            Some(number) => Ok(Node::Until(Day { number, edge: (number + 1) * DAY_MILLIS })),
            None => wrong("This is no day of the calendar."),
        },
    }
}
