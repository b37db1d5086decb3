//! From a row to the answers in it. Pure: what makes a row itself (its id, or how often the same came before it) was noted
//! when it came.

use crate::{
    columns::Mapping,
    score::{self, scale_of, scale_of_column},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use tertulia_connector::{
    NormaliseError,
    addresses::is_mail_address,
    clipped, cut, fields, readable,
    table::{fingerprint, folded},
    times,
};
use tertulia_model::{
    Author, Content, Direction, EventKey, Inbound, InboundKind, Millis, Scale, SurveyAnswer, Visibility,
};

const LONGEST: usize = 200;
const LONGEST_QUESTION: usize = 500;
/// Characters of one comment. More is a document.
const LONGEST_COMMENT: usize = 200_000;
const MOST_ATTRIBUTES: usize = 200;

/// A row as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub row: Value,
    /// What tells it from a row that says the same: made when it came.
    #[serde(default)]
    pub mark: String,
}

pub fn source(account: &str) -> String {
    format!("survey:{account}")
}

/// What makes a row the same row when it comes again.
pub enum Identity {
    /// An id, or who answered what when: the same again is the same.
    Known(String),
    /// Nobody is named: the same words may be two people's. By the row's words and its time.
    Anonymous { words: String, timed: bool },
}

pub fn identity(mapping: &Mapping, row: &Value) -> Identity {
    let get = |field: &str| fields::said(row, mapping.column(field));
    if let Some(id) = get("id") {
        return Identity::Known(format!("id:{}", clipped(&id, LONGEST)));
    }
    let words = fingerprint(&[&row.to_string()]);
    match (respondent(mapping, row), get("time")) {
        (Some(respondent), Some(time)) => {
            let survey = get("survey").unwrap_or_else(|| mapping.survey.clone());
            let question = get("question").unwrap_or_else(|| mapping.question.clone());
            Identity::Known(format!("by:{}", fingerprint(&[&respondent, &survey, &question, &time])))
        }
        (Some(_), None) => Identity::Known(format!("said:{words}")),
        (None, time) => Identity::Anonymous { words, timed: time.is_some() },
    }
}

/// Who answered, where somebody is named. Who is called "anonymous" is not one person with all others who are.
fn respondent(mapping: &Mapping, row: &Value) -> Option<String> {
    const NOBODY: [&str; 18] = [
        "anonymous",
        "anonym",
        "anonymus",
        "anonimo",
        "anonyme",
        "anonima",
        "na",
        "none",
        "null",
        "nan",
        "unknown",
        "guest",
        "unbekannt",
        "inconnu",
        "desconocido",
        "匿名",
        "аноним",
        "",
    ];
    let named = clipped(&fields::said(row, mapping.column("respondent"))?, LONGEST);
    let folded = folded(&named);
    (!NOBODY.contains(&folded.as_str())).then_some(named)
}

/// The mark of a file or request, for rows that have nothing else.
pub fn mark_of(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..9])
}

/// The answers of one row: one, or one for each column that is a question.
pub fn normalise(account: &str, mapping: &Mapping, kept: &Kept) -> Result<Vec<Inbound>, NormaliseError> {
    let (attributes, all) = attributes(mapping, &kept.row);
    let row = Answered { mapping, row: &kept.row, account, attributes, all };
    if !kept.row.is_object() {
        return Err(NormaliseError("An answer must be an object in braces.".to_owned()));
    }
    let id = match identity(mapping, &kept.row) {
        Identity::Known(id) => id,
        Identity::Anonymous { words, .. } => format!("anonymous:{words}{}", kept.mark),
    };
    let time = row.time()?;
    let author = row.author(&id);
    let event = |external_id: String, content: Content| Inbound {
        key: EventKey { source: source(account), external_id },
        kind: InboundKind::Created(Box::new(content)),
    };
    if mapping.questions.is_empty() {
        let said = row.content(author, time)?;
        return Ok(said.into_iter().map(|content| event(id.clone(), content)).collect());
    }
    let mut events = Vec::new();
    for question in &mapping.questions {
        if let Some(mut content) = row.answer_to(question, author.clone(), time)? {
            // All that one person answered is one thread, on a root that never comes.
            content.references = vec![format!("sheet:{id}")];
            events.push(event(format!("{id}/{}", fingerprint(&[question])), content));
        }
    }
    Ok(events)
}

struct Answered<'a> {
    mapping: &'a Mapping,
    row: &'a Value,
    account: &'a str,
    attributes: BTreeMap<String, String>,
    /// Whether these are all of them.
    all: bool,
}

impl Answered<'_> {
    fn get(&self, field: &str) -> Option<String> {
        fields::said(self.row, self.mapping.column(field))
    }

    /// A time that cannot be read would put an answer into a month that it was not given in.
    fn time(&self) -> Result<Option<Millis>, NormaliseError> {
        let Some(written) = self.get("time") else { return Ok(None) };
        let zone = times::zone(&self.mapping.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let read = times::read(&written, self.mapping.time_format, &zone);
        read.map(Some).ok_or_else(|| {
            let written = clipped(&written, 60);
            NormaliseError(format!("The time \u{201c}{written}\u{201d} could not be read. Say how times are written."))
        })
    }

    /// Nobody who is not named is anybody else.
    fn author(&self, id: &str) -> Author {
        let name = self.get("respondent_name").map(|name| clipped(&name, LONGEST));
        let (space, handle) = match respondent(self.mapping, self.row) {
            Some(address) if is_mail_address(&address) => ("mail".to_owned(), address.to_lowercase()),
            Some(respondent) => (source(self.account), respondent),
            None => (source(self.account), format!("unnamed:{id}")),
        };
        Author { space, handle, display_name: name, claimed_mail: None }
    }

    fn content(&self, author: Author, time: Option<Millis>) -> Result<Option<Content>, NormaliseError> {
        let column = self.mapping.column("score");
        let scale = self.scale(column)?;
        let score = self.get("score").map(|cell| score::read(&cell, scale)).transpose().map_err(NormaliseError)?;
        let comment = self.get("comment").map(|comment| readable(&comment)).filter(|comment| !comment.is_empty());
        let question = self.get("question").unwrap_or_else(|| match self.mapping.question.as_str() {
            "" => column.to_owned(),
            question => question.to_owned(),
        });
        Ok(self.said(author, time, &question, scale, score, comment))
    }

    /// A cell below a question: a score where the question's name tells its scale, else words.
    fn answer_to(
        &self,
        question: &str,
        author: Author,
        time: Option<Millis>,
    ) -> Result<Option<Content>, NormaliseError> {
        let Some(cell) = fields::said(self.row, question) else { return Ok(None) };
        let scale = self.mapping.scale.or_else(|| scale_of_column(question)).unwrap_or(Scale::Free);
        if scale == Scale::Free {
            let score = cell.parse::<f64>().ok().filter(|score| score.is_finite());
            let words = Some(readable(&cell)).filter(|words| !words.is_empty());
            return Ok(self.said(author, time, question, scale, score, words));
        }
        let score = score::read(&cell, scale)
            .map_err(|why| NormaliseError(format!("\u{201c}{}\u{201d}: {why}", clipped(question, 80))))?;
        Ok(self.said(author, time, question, scale, Some(score), None))
    }

    fn scale(&self, column: &str) -> Result<Scale, NormaliseError> {
        if let Some(written) = self.get("scale") {
            return scale_of(&written).ok_or_else(|| {
                let written = clipped(&written, 40);
                NormaliseError(format!("\u{201c}{written}\u{201d} is no scale: write nps, csat or free."))
            });
        }
        Ok(self.mapping.scale.or_else(|| scale_of_column(column)).unwrap_or(Scale::Free))
    }

    /// None where neither a score nor a word was given.
    fn said(
        &self,
        author: Author,
        time: Option<Millis>,
        question: &str,
        scale: Scale,
        score: Option<f64>,
        comment: Option<String>,
    ) -> Option<Content> {
        let text = comment.or_else(|| score.map(|score| score::words(score, scale)))?;
        let (text, too_long) = cut(text, LONGEST_COMMENT);
        let survey = self.get("survey").unwrap_or_else(|| self.mapping.survey.clone());
        let question = clipped(question, LONGEST_QUESTION);
        let more = (!self.all).then(|| {
            format!("The row says more of who answered than the {MOST_ATTRIBUTES} columns that are kept here.")
        });
        Some(Content {
            remarks: more.into_iter().chain(too_long).collect(),
            stated_at: time,
            subject: Some(question.clone()).filter(|question| !question.is_empty()),
            survey: Some(SurveyAnswer {
                survey: clipped(&survey, LONGEST),
                question,
                scale,
                score,
                attributes: self.attributes.clone(),
            }),
            ..Content::said(author, Direction::Theirs, Visibility::Private, text)
        })
    }
}

/// Whatever else the row says is something known of who answered: their zone, their age, a weight. And whether that is all.
fn attributes(mapping: &Mapping, row: &Value) -> (BTreeMap<String, String>, bool) {
    let zone = mapping.column("zone");
    let cells = row.as_object().into_iter().flatten();
    let mut known: BTreeMap<String, String> = cells
        .filter(|(name, value)| !mapping.is_mapped(name) && *name != zone && !value.is_object() && !value.is_array())
        .filter_map(|(name, value)| Some((clipped(name, 80), clipped(&fields::plain(value)?, LONGEST))))
        .collect();
    let all = known.len() < MOST_ATTRIBUTES;
    while known.len() >= MOST_ATTRIBUTES {
        known.pop_last();
    }
    known.extend(fields::said(row, zone).map(|zone| ("zone".to_owned(), clipped(&zone, LONGEST))));
    (known, all)
}
