//! Meaningful exchanges: what part of all, and those that stand next to the line, on either side, each with why.

use super::asked::Asked;
use crate::{
    App, Result,
    figures::{self as pages, Card, words},
    inbox::{Known, whose},
};
use tertulia_engine::{
    figures::{self, Case, Figure, beside_the_line},
    insights::asked::Filter,
};
use tertulia_store::listing;

/// Examples on each side of the line.
const EACH: usize = 3;

pub(super) struct Example {
    pub href: String,
    pub name: String,
    /// The last thing they said.
    pub words: String,
    pub why: String,
}

pub(super) struct Exchanges {
    pub card: Card,
    pub said: figures::Estimate,
    above: Vec<Example>,
    below: Vec<Example>,
}

impl Exchanges {
    pub fn sides(&self) -> [(&'static str, &[Example]); 2] {
        [("Just above the line", &self.above), ("Just below it", &self.below)]
    }
}

/// Those of the days, channel, language and segment that are asked for. None where people are chosen otherwise: of whom a
/// conversation is, figures know by segments alone.
pub(super) async fn read(app: &App, known: &Known, asked: &Asked, filter: &Filter) -> Result<Option<Exchanges>> {
    if filter.part.is_some() || filter.mode.is_some() {
        return Ok(None);
    }
    let mut report = figures::report(&app.engine, filter.period).await?;
    if let Some(segment) = filter.segment {
        let segmented = figures::segmented(&app.engine, &report).await?;
        report.keep(|case| segmented.narrow(case, Some(segment)));
    }
    let is_of = |case: &&Case| {
        filter.channel.is_none_or(|channel| case.channel == Some(channel))
            && filter.language.as_ref().is_none_or(|language| **language == *case.language)
    };
    let cases: Vec<&Case> = report.cases(Figure::Meaningful).into_iter().filter(is_of).collect();
    if cases.is_empty() {
        return Ok(None);
    }
    let said = figures::estimate(Figure::Meaningful, cases.iter().copied());
    let (above, below) = beside_the_line(&cases, EACH);
    let days = pages::Asked {
        from: filter.period.first().to_string(),
        until: filter.period.last().to_string(),
        channel: asked.channel.clone(),
        language: asked.language.clone(),
        segment: asked.segment.clone(),
        ..pages::Asked::default()
    };
    let mut all = Exchanges {
        card: pages::said(Figure::Meaningful, &said, days.with("/figures/meaningful", ("holds", ""))),
        said,
        above: Vec::new(),
        below: Vec::new(),
    };
    for case in above {
        all.above.push(example(app, known, case).await?);
    }
    for case in below {
        all.below.push(example(app, known, case).await?);
    }
    Ok(Some(all))
}

async fn example(app: &App, known: &Known, case: &Case) -> Result<Example> {
    let row = match case.conversation {
        Some(id) => listing::inbox_row(&mut app.engine.db.reader(), known.viewer, id).await?,
        None => None,
    };
    let said = row.as_ref().map(|row| if row.snippet.trim().is_empty() { &row.subject } else { &row.snippet });
    Ok(Example {
        href: case.conversation.map_or_else(String::new, |id| format!("/inbox/{id}")),
        name: whose(row.as_ref().and_then(|row| row.person_name.as_deref())),
        words: said.cloned().unwrap_or_default(),
        why: case.meaning.map(words::why).unwrap_or_default(),
    })
}
