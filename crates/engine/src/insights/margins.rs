//! Margins as somebody types them, or hands them in as a file: a line a part, with a count of people or a share.

use super::{
    parts::{self, Part},
    population,
};
use crate::{
    Engine, EngineError, Result,
    amounts::{self, Written},
    customers::values::{Kind, line},
    languages,
};
use std::collections::BTreeSet;
use tertulia_analysis::tokens::fold;
use tertulia_model::UserId;
use tertulia_store::{changes, margins};

pub const TOPIC: &str = "margins";
/// More parts than anybody compares.
pub const MOST: usize = 60;
const LONGEST_NAME: usize = 120;
const LONGEST_SOURCE: usize = 300;

/// A margin as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// The attribute's name.
    pub attribute: String,
    /// A line a part: `60+; 4,120` or `North, 31 %`.
    pub parts: String,
    pub source: String,
    /// A day, such as `2025-12-31`.
    pub as_of: String,
}

/// Reads the parts: a name, then `;`, `,`, `=`, `:` or a tab, then a number. A first line without a number is a heading.
pub fn read_parts(text: &str) -> Result<Vec<Part>> {
    let wrong = |words: String| EngineError::invalid("parts", words);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // One number alone may say either (`4.120`): all of them say together how they are written.
    let how = amounts::of_column(Written::Auto, lines.iter().filter_map(|line| split(line)).map(|(_, amount)| amount));
    let mut parts = Vec::new();
    let mut known = BTreeSet::new();
    for (n, written) in lines.into_iter().enumerate() {
        let Some((name, amount)) = split(written) else {
            if n == 0 {
                continue;
            }
            return Err(wrong(format!("“{}” has no number at its end.", short(written))));
        };
        let amount = amounts::read(amount, how).ok_or_else(|| {
            wrong(format!("“{}” is written otherwise than the numbers of the other lines.", short(amount)))
        })?;
        let folded = fold(&name);
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(wrong(format!("Name the part in up to {LONGEST_NAME} letters.")));
        }
        if !amount.is_finite() || amount < 0.0 {
            return Err(wrong(format!("{name}: give a number that is not negative.")));
        }
        if !known.insert(folded.clone()) {
            return Err(wrong(format!("{name} stands there twice.")));
        }
        parts.push(Part { key: folded, name, amount });
        if parts.len() > MOST {
            return Err(wrong(format!("Give {MOST} parts at most.")));
        }
    }
    if parts.len() < 2 || parts.iter().map(|part| part.amount).sum::<f64>() <= 0.0 {
        return Err(wrong("Give at least two parts, a line each, such as “North; 4,120” or “60+; 31 %”.".to_owned()));
    }
    Ok(parts)
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The name and the number of a line, as it is written. Of "1,204" the comma is no end of a name: the first mark that leaves a number behind it is.
fn split(written: &str) -> Option<(String, &str)> {
    let marks = written.char_indices().filter(|(_, c)| matches!(c, ';' | '\t' | ',' | '=' | ':'));
    let both = |(at, mark): (usize, char)| {
        let (name, rest) = written.split_at(at);
        let amount = rest[mark.len_utf8()..].trim().trim_matches('"').trim_end_matches('%').trim();
        amounts::read(amount, Written::Auto)?;
        Some((line(name.trim().trim_matches('"')), amount))
    };
    marks.filter_map(both).find(|(name, _)| !name.is_empty())
}

/// The parts as people are found by them: what could match nobody is refused.
fn meant(attribute: &str, kind: Kind, mut parts: Vec<Part>) -> Result<Vec<Part>> {
    let wrong = |words: String| EngineError::invalid("parts", words);
    if attribute == population::LANGUAGE {
        let mut known = BTreeSet::new();
        for part in &mut parts {
            let code = languages::code(&part.name);
            let code =
                code.ok_or_else(|| wrong(format!("“{}” is no language that is known here.", short(&part.name))))?;
            if !known.insert(code) {
                return Err(wrong(format!("{} stands there twice.", languages::name(code))));
            }
            *part = Part { key: fold(code), name: code.to_owned(), amount: part.amount };
        }
        return Ok(parts);
    }
    let such_as = match kind {
        Kind::Number => "a number or a band of numbers, such as 18-29, 60+ or under 18",
        Kind::Date => "a year or several, such as 2024, 2020-2023 or before 2020",
        Kind::Text | Kind::Choice => return Ok(parts),
    };
    let mut bands = Vec::new();
    for part in &parts {
        let band = parts::band(kind, &part.name);
        let (from, until) = band.ok_or_else(|| wrong(format!("“{}” is not {such_as}.", short(&part.name))))?;
        bands.push((from, until, &part.name));
    }
    bands.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    if let Some(pair) = bands.windows(2).find(|pair| pair[0].1 > pair[1].0) {
        return Err(wrong(format!("“{}” and “{}” have something in common.", short(pair[0].2), short(pair[1].2))));
    }
    Ok(parts)
}

/// Puts a margin down, in place of what stood there.
pub async fn put(engine: &Engine, by: UserId, form: &Form) -> Result<()> {
    let all = population::attributes(&mut engine.db.reader()).await?;
    let attribute = all.iter().find(|one| one.name == form.attribute);
    let attribute = attribute.ok_or_else(|| EngineError::invalid("attribute", "Choose what the parts are of."))?;
    let parts = meant(&attribute.name, Kind::of(&attribute.kind), read_parts(&form.parts)?)?;
    let source = line(&form.source);
    if source.is_empty() || source.chars().count() > LONGEST_SOURCE {
        let words = format!("Say where the numbers are from, in up to {LONGEST_SOURCE} letters.");
        return Err(EngineError::invalid("source", words));
    }
    let as_of: Option<jiff::civil::Date> = form.as_of.trim().parse().ok().filter(|_| form.as_of.trim().len() == 10);
    let as_of = as_of.ok_or_else(|| EngineError::invalid("as_of", "Choose the day of which the numbers are."))?;
    let row = margins::Source {
        attribute: attribute.name.clone(),
        source,
        as_of: as_of.to_string(),
        by_user: by,
        at: engine.now(),
        version: 0,
    };
    let part = |part: Part| margins::Part {
        attribute: attribute.name.clone(),
        folded: part.key,
        value: part.name,
        amount: part.amount,
    };
    let parts: Vec<margins::Part> = parts.into_iter().map(part).collect();
    let mut tx = engine.db.begin().await?;
    margins::put(&mut tx, &row, &parts).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Takes the margin of an attribute away; whether there was one.
pub async fn remove(engine: &Engine, attribute: &str) -> Result<bool> {
    let mut tx = engine.db.begin().await?;
    let was_there = margins::remove(&mut tx, attribute).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(was_there)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, f64)> {
        read_parts(text).unwrap().into_iter().map(|part| (part.name, part.amount)).collect()
    }

    #[test]
    fn a_margin_is_read_as_it_is_typed_or_as_a_file_has_it() {
        let expected = [("North".to_owned(), 4120.0), ("South, coast".to_owned(), 31.5)];
        assert_eq!(told("Region;People\nNorth; 4,120\n\nSouth, coast; 31.5 %"), expected);
        assert_eq!(told("\"North\",4120\nSouth, coast\t31.5"), expected);
        let amounts = |text| told(text).into_iter().map(|(_, amount)| amount).collect::<Vec<_>>();
        assert_eq!(amounts("North; 1.250.000\nSouth; 980.500"), [1_250_000.0, 980_500.0], "as all of them look");
        assert_eq!(amounts("North; 4.120\nSouth; 980"), [4_120.0, 980.0]);
        assert_eq!(amounts("North; 41.250 %\nSouth; 58.75 %"), [41.25, 58.75]);
    }

    #[test]
    fn what_could_match_nobody_is_refused() {
        let read = |attribute: &str, kind, text: &str| {
            let found = meant(attribute, kind, read_parts(text).unwrap());
            found.map(|parts| parts.into_iter().map(|part| part.name).collect::<Vec<_>>()).ok()
        };
        assert_eq!(read("language", Kind::Choice, "English; 4\nES; 5").unwrap(), ["en", "es"]);
        assert_eq!(read("language", Kind::Choice, "English; 4\nen; 5"), None);
        assert_eq!(read("language", Kind::Choice, "English; 4\nNorth; 5"), None);
        assert!(read("age", Kind::Number, "under 18; 4\n18-59; 5\n60+; 3").is_some());
        for wrong in ["young; 4\nold; 5", "18-30; 4\n30-40; 5", "60+; 4\n70+; 5"] {
            assert_eq!(read("age", Kind::Number, wrong), None, "{wrong}");
        }
        assert!(read("since", Kind::Date, "before 2020; 4\n2020-2022; 5\n2023+; 1").is_some());
        assert_eq!(read("since", Kind::Date, "spring; 4\n2022; 5"), None);
        assert!(read("plan", Kind::Choice, "Gold; 4\nIron; 5").is_some());
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for wrong in ["", "North; 4", "North; 4\nSouth", "North; 4\nnorth; 5", "North; 0\nSouth; 0", "a; -1\nb; 2"] {
            assert!(read_parts(wrong).is_err(), "{wrong}");
        }
        let many: String = (0..=MOST).map(|n| format!("p{n}; 1\n")).collect();
        assert!(read_parts(&many).is_err());
    }
}
