//! Values as people and programs write them: words, numbers, days.

use crate::amounts::{self, Written};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use tertulia_analysis::tokens::fold;
use tertulia_connector::times::{self, TimeFormat};

/// Letters of a value.
pub const LONGEST: usize = 500;

/// What an attribute's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    Number,
    Date,
    /// A few words that many have in common.
    Choice,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Text, Self::Choice, Self::Number, Self::Date];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Choice => "choice",
        }
    }

    /// The kind of that name; text, where there is none.
    pub fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name).unwrap_or(Self::Text)
    }
}

/// A value as it is kept, as it is found, and its number where it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    pub value: String,
    pub folded: String,
    pub number: Option<f64>,
    /// As it stood, on one line.
    pub written: String,
}

impl Read {
    /// As it is kept; where that is another than it stood, both: "1.250 → 1250".
    pub fn told(self) -> String {
        if self.value == self.written { self.value } else { format!("{} → {}", self.written, self.value) }
    }
}

/// How values are written that can be written in several ways.
#[derive(Clone, Copy)]
pub struct How<'a> {
    pub dates: TimeFormat,
    pub zone: &'a TimeZone,
    pub numbers: Written,
}

/// What somebody typed on one line.
pub fn line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Reads a value, or says what is wrong with it.
pub fn read(text: &str, kind: Kind, how: &How<'_>) -> Result<Read, String> {
    let text = line(text);
    if text.is_empty() {
        return Err("there is nothing in it.".to_owned());
    }
    if text.chars().count() > LONGEST {
        return Err(format!("it is longer than {LONGEST} letters."));
    }
    match kind {
        Kind::Text | Kind::Choice => Ok(Read { folded: fold(&text), value: text.clone(), number: None, written: text }),
        Kind::Number => {
            let number = amounts::read(&text, how.numbers).ok_or(match how.numbers {
                Written::Auto => "this is no number, such as 1250 or 12.5.",
                Written::Point => "this is no number, written as 1,250.50 is.",
                Written::Comma => "this is no number, written as 1.250,50 is.",
            })?;
            let value = number.to_string();
            Ok(Read { folded: value.clone(), value, number: Some(number), written: text })
        }
        Kind::Date => {
            let at = times::read(&text, how.dates, how.zone).ok_or("this is no day, such as 2026-11-28.")?;
            let day = Timestamp::from_millisecond(at).map_err(|_| "this is no day, such as 2026-11-28.")?;
            let day = day.to_zoned(how.zone.clone()).date();
            let midnight = day.to_zoned(TimeZone::UTC).map_err(|_| "this is no day, such as 2026-11-28.")?;
            let value = day.to_string();
            let number = Some(midnight.timestamp().as_millisecond() as f64);
            Ok(Read { folded: value.clone(), value, number, written: text })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_its_column_is_written_and_says_how_it_stood() {
        let auto = How { dates: TimeFormat::Auto, zone: &TimeZone::UTC, numbers: Written::Auto };
        let found = read("1.250", Kind::Number, &How { numbers: Written::Comma, ..auto }).unwrap();
        assert_eq!((found.value.as_str(), found.number, found.written.as_str()), ("1250", Some(1250.0), "1.250"));
        assert_eq!(read("1.250", Kind::Number, &auto).unwrap().value, "1.25");
        let wrong = read("12.5", Kind::Number, &How { numbers: Written::Comma, ..auto }).unwrap_err();
        assert!(wrong.contains("1.250,50"), "{wrong}");
    }

    #[test]
    fn a_day_is_a_day_wherever_the_organisation_is() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let how = How { dates: TimeFormat::Auto, zone: &zone, numbers: Written::Auto };
        for text in ["2024-03-01", "01.03.2024", "2024-03-01 00:00"] {
            assert_eq!(read(text, Kind::Date, &how).unwrap().value, "2024-03-01", "{text}");
        }
        let american = How { dates: TimeFormat::MonthDayYear, ..how };
        assert_eq!(read("3/1/2024", Kind::Date, &american).unwrap().value, "2024-03-01");
        assert!(read("soon", Kind::Date, &how).is_err());
    }

    #[test]
    fn words_are_one_whatever_their_case_and_are_no_longer_than_anybody_reads() {
        let how = How { dates: TimeFormat::Auto, zone: &TimeZone::UTC, numbers: Written::Auto };
        let found = read(" Groß\tHandel\n", Kind::Choice, &how).unwrap();
        assert_eq!(found.value, "Groß Handel");
        assert_eq!(
            found.folded,
            read("GROSS HANDEL", Kind::Choice, &how)
                .unwrap()
                .folded
                .replace("gross", &found.folded[..found.folded.find(' ').unwrap()])
        );
        assert!(read(&"x".repeat(501), Kind::Text, &how).is_err() && read(" ", Kind::Text, &how).is_err());
    }
}
