//! Values as people and programs write them: words, numbers, days.

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
}

/// How values are written that can be written in several ways.
pub struct How<'a> {
    pub dates: TimeFormat,
    pub zone: &'a TimeZone,
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
        Kind::Text | Kind::Choice => Ok(Read { folded: fold(&text), value: text, number: None }),
        Kind::Number => {
            let number = number(&text).ok_or("this is no number, such as 1250 or 12.5.")?;
            let value = number.to_string();
            Ok(Read { folded: value.clone(), value, number: Some(number) })
        }
        Kind::Date => {
            let at = times::read(&text, how.dates, how.zone).ok_or("this is no day, such as 2026-11-28.")?;
            let day = Timestamp::from_millisecond(at).map_err(|_| "this is no day, such as 2026-11-28.")?;
            let day = day.to_zoned(how.zone.clone()).date();
            let midnight = day.to_zoned(TimeZone::UTC).map_err(|_| "this is no day, such as 2026-11-28.")?;
            let value = day.to_string();
            Ok(Read { folded: value.clone(), value, number: Some(midnight.timestamp().as_millisecond() as f64) })
        }
    }
}

/// A number as people write it: `1,250.5`, `1.250,5`, `1 250,5`, `12 %`. A comma that stands once before three digits is taken
/// to part thousands, but for a zero before it; a point is not.
fn number(text: &str) -> Option<f64> {
    let bare: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’' | '%' | '€' | '$' | '£')).collect();
    let (points, commas) = (bare.matches('.').count(), bare.matches(',').count());
    let last = bare.rfind(['.', ',']);
    let plain = match (points, commas) {
        (0, 0) => bare.clone(),
        (_, 0) | (0, _) => {
            let mark = if points > 0 { '.' } else { ',' };
            let whole = bare.split(mark).next().unwrap_or_default().trim_start_matches(['-', '+']);
            let parts_thousands = bare.split(mark).skip(1).all(|part| part.len() == 3)
                && (1..=3).contains(&whole.len())
                && whole != "0"
                && (points + commas > 1 || mark == ',');
            match (parts_thousands, points + commas) {
                (true, _) => bare.replace(mark, ""),
                (false, 1) => bare.replace(mark, "."),
                (false, _) => return None,
            }
        }
        _ => {
            let decimal = bare.chars().nth(bare[..last?].chars().count())?;
            if bare.matches(decimal).count() > 1 {
                return None;
            }
            let thousands = if decimal == '.' { "," } else { "." };
            bare.replace(thousands, "").replace(decimal, ".")
        }
    };
    let is_plain = plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    plain.parse::<f64>().ok().filter(|number| is_plain && number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_however_they_are_written() {
        for (text, expected) in [
            ("1250", 1250.0),
            ("-12.5", -12.5),
            ("1,250.5", 1250.5),
            ("1.250,5", 1250.5),
            ("1 250,5", 1250.5),
            ("1'250.50", 1250.5),
            ("1.250.000", 1_250_000.0),
            ("1,250", 1250.0),
            ("0,125", 0.125),
            ("12,5", 12.5),
            ("1.250", 1.25),
            ("12 %", 12.0),
        ] {
            assert_eq!(number(text), Some(expected), "{text}");
        }
        for text in ["", "many", "1.2.3", "1,2,3", "1e9", "NaN", "inf", "1-2", "٣"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_a_day_wherever_the_organisation_is() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let how = How { dates: TimeFormat::Auto, zone: &zone };
        for text in ["2024-03-01", "01.03.2024", "2024-03-01 00:00"] {
            assert_eq!(read(text, Kind::Date, &how).unwrap().value, "2024-03-01", "{text}");
        }
        let american = How { dates: TimeFormat::MonthDayYear, ..how };
        assert_eq!(read("3/1/2024", Kind::Date, &american).unwrap().value, "2024-03-01");
        assert!(read("soon", Kind::Date, &how).is_err());
    }

    #[test]
    fn words_are_one_whatever_their_case_and_are_no_longer_than_anybody_reads() {
        let how = How { dates: TimeFormat::Auto, zone: &TimeZone::UTC };
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
