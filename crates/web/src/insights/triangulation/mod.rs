//! Triangulation: one question, asked of what people say in public, what they say to us, what they answered when they were asked,
//! and what was noted after talking.

mod choices;
mod export;
mod page;
pub(crate) mod words;

use super::asked::{Asked, named};
use crate::{
    App, Result,
    access::form::Mistakes,
    routes::{Rule, Table},
};
use axum::routing::get;
use tertulia_engine::{
    EngineError,
    insights::{
        asked::{Filter, Question},
        triangulation::{self, Offline, Survey, Triangulation, triangulate},
    },
};
use tertulia_model::{Mode, Permission::Read};

pub(super) const PATH: &str = "/insights/triangulation";

pub(super) fn routes(table: &mut Table) {
    table.get(PATH, Rule::Member(Read), get(page::page));
    let along = ["/insights/triangulation.csv", "/insights/triangulation.json", "/insights/triangulation.html"];
    table.exports(along, Rule::Member(Read), get(export::take));
}

/// Two sides that are taken apart, by their names.
pub(crate) fn between(text: &str) -> Option<(Mode, Mode)> {
    let (first, second) = text.split_once('-')?;
    let both = (Mode::parse(first)?, Mode::parse(second)?);
    (both.0 != both.1).then_some(both)
}

/// What the address asks of the four sides; what is wrong with it where it asks for something that is none.
fn asked_of(asked: &Asked) -> std::result::Result<triangulation::Asked, EngineError> {
    let offline = match (asked.counted.is_empty(), asked.among.is_empty()) {
        (true, true) => Some(Offline::Words),
        (false, false) => Offline::named(&format!("outcome-{}-{}", asked.counted, asked.among)),
        (counted_is_missing, _) => {
            let field = if counted_is_missing { "counted" } else { "among" };
            let why = "A share needs both: how many it holds of, and among how many.";
            return Err(EngineError::invalid(field, why));
        }
    };
    let two = if asked.between.is_empty() { Some(None) } else { between(&asked.between).map(Some) };
    Ok(triangulation::Asked {
        question: asked.question().unwrap_or(Question::Negative),
        survey: Survey::named(&asked.survey)
            .ok_or_else(|| EngineError::invalid("survey", "Choose what the survey's side is read from."))?,
        offline: offline.ok_or_else(|| EngineError::invalid("counted", "Choose one of your outcomes."))?,
        between: two.ok_or_else(|| EngineError::invalid("between", "Choose two of the four sources."))?,
    })
}

/// All that the page and its exports say.
pub(super) struct Found {
    pub filter: Filter,
    pub name: String,
    pub all: Triangulation,
    /// What is wrong with the address: then this is what it would be without.
    pub mistakes: Mistakes,
}

async fn find(app: &App, asked: &Asked) -> Result<Found> {
    let alone = Asked { channel: String::new(), language: String::new(), mode: String::new(), ..asked.clone() };
    let (filter, mut mistakes) = alone.filter(app).await?;
    let of = match asked_of(asked) {
        Ok(of) => of,
        Err(error) => {
            for (field, why) in Mistakes::of(error)?.fields() {
                mistakes.note(field, why);
            }
            triangulation::Asked::of(asked.question().unwrap_or(Question::Negative))
        }
    };
    let name = named(app, of.question).await?.unwrap_or_default();
    let all = triangulate(&app.engine, &filter, &of).await?;
    Ok(Found { filter, name, all, mistakes })
}
