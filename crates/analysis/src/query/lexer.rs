//! A query's text as words, quotes, operators and fields, each with its place.

use super::QueryError;
use super::reach::{self, Bound};
use std::ops::Range;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lexeme {
    Open,
    Close,
    And,
    Or,
    Not,
    Near(u32),
    Text(Text),
    Field(&'static str, Text),
    /// More or fewer people than so many.
    Reach(Bound, i64),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub text: String,
    pub quoted: bool,
    /// A star stood at the end.
    pub prefix: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub lexeme: Lexeme,
    pub at: Range<usize>,
}

pub(super) const FIELDS: [&str; 7] = ["channel", "lang", "from", "has", "in", "since", "until"];
/// What people write instead, and what is right.
const ALMOST_FIELDS: &[(&str, &str)] = &[
    ("channels", "channel"),
    ("chanel", "channel"),
    ("language", "lang"),
    ("langauge", "lang"),
    ("lng", "lang"),
    ("author", "from"),
    ("sender", "from"),
    ("form", "from"),
    ("person", "from"),
    ("thread", "in"),
    ("after", "since"),
    ("sinse", "since"),
    ("before", "until"),
    ("untill", "until"),
    ("till", "until"),
    ("contains", "has"),
];
/// NEAR without a number.
const NEAR_BY_ITSELF: u32 = 10;
const MOST_NEAR: u32 = 1_000;

/// Telephones and word processors turn quotation marks; all of them are taken.
pub(super) fn opens_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

fn closes_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '»' | '«')
}

pub(super) fn lexemes(text: &str) -> Result<Vec<Placed>, QueryError> {
    let mut lexer = Lexer { text, at: 0, found: Vec::new() };
    while let Some(c) = lexer.peek() {
        lexer.one(c)?;
    }
    Ok(lexer.found)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    found: Vec<Placed>,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn push(&mut self, lexeme: Lexeme, start: usize) {
        self.found.push(Placed { lexeme, at: start..self.at });
    }

    fn one(&mut self, c: char) -> Result<(), QueryError> {
        let start = self.at;
        let after = self.text[start + c.len_utf8()..].chars().next();
        match c {
            '(' | ')' => {
                self.at += 1;
                self.push(if c == '(' { Lexeme::Open } else { Lexeme::Close }, start);
            }
            '-' if after.is_some_and(can_be_excluded) => {
                self.at += 1;
                self.push(Lexeme::Not, start);
            }
            c if ends_word(c) && !opens_quote(c) => self.at += c.len_utf8(),
            c if opens_quote(c) => {
                let text = self.quoted()?;
                self.push(Lexeme::Text(text), start);
            }
            _ => self.bare()?,
        }
        Ok(())
    }

    /// From the quotation mark at hand to the one that closes it, and a star behind or before that.
    fn quoted(&mut self) -> Result<Text, QueryError> {
        let start = self.at;
        let inner = start + self.peek().map_or(0, char::len_utf8);
        let Some((length, close)) = self.text[inner..].char_indices().find(|(_, c)| closes_quote(*c)) else {
            return Err(QueryError::new(
                start..self.text.len(),
                "The quotation mark is never closed.",
                "Put another \" where the phrase ends, or take this one out.",
            ));
        };
        let mut text = self.text[inner..inner + length].to_owned();
        self.at = inner + length + close.len_utf8();
        let mut prefix = take_stars(&mut text);
        if self.peek() == Some('*') {
            prefix = true;
            self.at = self.text.len() - self.text[self.at..].trim_start_matches('*').len();
        }
        Ok(Text { text, quoted: true, prefix })
    }

    fn bare(&mut self) -> Result<(), QueryError> {
        let start = self.at;
        let rest = &self.text[start..];
        let word = &rest[..rest.find(ends_word).unwrap_or(rest.len())];
        self.at += word.len();
        let lexeme = match word {
            "AND" => Lexeme::And,
            "OR" => Lexeme::Or,
            "NOT" => Lexeme::Not,
            "NEAR" => Lexeme::Near(NEAR_BY_ITSELF),
            _ if word.starts_with("NEAR/") => Lexeme::Near(near_number(word, start)?),
            _ => match self.field(word, start)? {
                Some(field) => field,
                None if reach::is_meant(word, &self.text[self.at..]) => reach::read(word, start)?,
                None => match bare_text(word, start)? {
                    Some(text) => Lexeme::Text(text),
                    None => return Ok(()),
                },
            },
        };
        self.push(lexeme, start);
        Ok(())
    }

    fn field(&mut self, word: &str, start: usize) -> Result<Option<Lexeme>, QueryError> {
        let Some((name, value)) = word.split_once(':') else { return Ok(None) };
        let lower = name.to_ascii_lowercase();
        let Some(field) = FIELDS.iter().find(|field| **field == lower) else {
            let almost = ALMOST_FIELDS.iter().find(|(wrong, _)| *wrong == lower).filter(|_| !value.starts_with("//"));
            return almost.map_or(Ok(None), |(_, right)| {
                let help = format!("Write {right}:, or put \"{word}\" in quotation marks to look for these words.");
                Err(QueryError::new(start..start + name.len() + 1, format!("There is no “{name}:” here."), help))
            });
        };
        if !value.is_empty() {
            let mut text = value.to_owned();
            let prefix = *field == "from" && take_stars(&mut text);
            return Ok(Some(Lexeme::Field(field, Text { text, quoted: false, prefix })));
        }
        if self.peek().is_some_and(opens_quote) {
            return Ok(Some(Lexeme::Field(field, self.quoted()?)));
        }
        let help = format!("Write what to look for directly behind the colon: {}.", example(field));
        Err(QueryError::new(start..self.at, format!("Nothing stands behind “{field}:”."), help))
    }
}

/// A field as it could be written.
pub(super) fn example(field: &str) -> &'static str {
    match field {
        "channel" => "channel:email",
        "lang" => "lang:es",
        "from" => "from:Amina or from:\"Amina Öz\"",
        "has" => "has:link, has:image, has:question or has:attachment",
        "in" => "in:1234, the number of a thread",
        "since" => "since:2026-01-31",
        _ => "until:2026-01-31",
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '(' | ')') || opens_quote(c)
}

/// What a minus may stand before; elsewhere it is a dash.
pub(super) fn can_be_excluded(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '(' | '#' | '@') || opens_quote(c)
}

/// Takes the stars off the end of a word, and says whether they mean "begins with".
fn take_stars(text: &mut String) -> bool {
    let bare = text.trim_end_matches('*');
    let is_word = bare
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || c == '_' || unicode_normalization::char::is_combining_mark(c));
    let takes = is_word && bare.len() < text.len();
    if takes {
        text.truncate(bare.len());
    }
    takes
}

fn near_number(word: &str, start: usize) -> Result<u32, QueryError> {
    let number =
        word.strip_prefix("NEAR/").and_then(|number| number.parse().ok()).filter(|number| *number <= MOST_NEAR);
    number.ok_or_else(|| {
        let help = format!("Write NEAR/5 for at most five words between; the most is {MOST_NEAR}.");
        QueryError::new(start..start + word.len(), "NEAR needs a number behind its slash.", help)
    })
}

/// A word outside quotation marks; `None` for lone punctuation, which is passed over ("fish & chips").
fn bare_text(word: &str, start: usize) -> Result<Option<Text>, QueryError> {
    let at = start..start + word.len();
    // So that no word that is printed behind "reach" could be read as its number.
    let number = word.trim_start_matches(reach::is_sign);
    let mut text = if number.starts_with(|c: char| c.is_ascii_digit()) { number } else { word }.to_owned();
    let prefix = take_stars(&mut text);
    if text.contains('*') {
        let help = "Write the beginning of a word and a star, such as roast*, or put the words in quotation marks.";
        return Err(QueryError::new(at, "A star can only stand at the end of a word.", help));
    }
    let is_dash_or_so =
        |c: char| c.is_ascii() || matches!(c, '\u{A1}'..='\u{BF}' | '\u{2000}'..='\u{206F}' | '\u{3000}'..='\u{303F}');
    if !text.contains(char::is_alphanumeric) && text.chars().all(is_dash_or_so) {
        return Ok(None);
    }
    Ok(Some(Text { text, quoted: false, prefix }))
}
