//! What anybody may see of how we answer: nothing until an owner turns it on. It is counted at most once in ten minutes, however
//! often it is asked for.

use super::{Estimate, Figure, Period, estimate, report};
use crate::{
    Engine, EngineError, Result,
    buckets::{Buckets, Size, household},
    colours, promises,
};
use std::{net::IpAddr, sync::Arc};
use tertulia_model::Millis;
use tertulia_store::{changes, settings};
use tokio::sync::Mutex;

/// What it says, in this order.
pub const SHOWN: [Figure; 4] = [Figure::Answered, Figure::FirstAnswer, Figure::LoopTime, Figure::PromisesKept];
const DAYS: i64 = 90;
/// For so long what was counted is shown again.
pub const KEPT_FOR: Millis = 600_000;
/// What one place may ask for: a page with a badge or two, for many readers behind one address.
const OF_A_PLACE: Size = Size { most: 120, one_each: 500 };

/// What is shown to anybody.
#[derive(Debug, Clone)]
pub struct Scorecard {
    pub period: Period,
    pub time_zone: String,
    pub counted_at: Millis,
    pub figures: Vec<(Figure, Estimate)>,
}

/// What was counted last, and who may ask.
#[derive(Debug, Default)]
pub(crate) struct Public {
    kept: Mutex<Option<Arc<Scorecard>>>,
    places: Buckets<Option<IpAddr>>,
}

/// Whether it is shown, and in which colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub is_on: bool,
    /// `#a8432a`, of the organisation: its other public pages have the same.
    pub colour: String,
}

pub async fn look(engine: &Engine) -> Result<Look> {
    let mut db = engine.db.reader();
    Ok(Look {
        is_on: settings::get(&mut db, settings::SCORECARD).await?.is_some_and(|on| on == "on"),
        colour: colours::colour(&mut db).await?,
    })
}

/// Turns it on or off, and says in which colour it is.
pub async fn set_look(engine: &Engine, look: &Look) -> Result<()> {
    let colour = colours::checked(&look.colour).map_err(|error| EngineError::Invalid(vec![error]))?;
    let mut tx = engine.db.begin().await?;
    colours::keep(&mut tx, &colour).await?;
    settings::set(&mut tx, settings::SCORECARD, if look.is_on { "on" } else { "off" }).await?;
    let noted = changes::note(&mut tx, &[("organisation", 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    *engine.public.kept.lock().await = None;
    Ok(())
}

/// What somebody from a place is shown, and how it looks; nothing is there while it is off.
pub async fn scorecard(engine: &Engine, place: Option<IpAddr>) -> Result<(Look, Arc<Scorecard>)> {
    if !engine.public.places.take([(place.map(household), OF_A_PLACE)], engine.now()) {
        return Err(EngineError::TooMany);
    }
    let look = look(engine).await?;
    if !look.is_on {
        return Err(EngineError::missing("This page"));
    }
    // Whoever comes while it is counted waits for that one.
    let mut kept = engine.public.kept.lock().await;
    let is_fresh = |card: &&Arc<Scorecard>| engine.now() - card.counted_at < KEPT_FOR;
    if let Some(card) = kept.as_ref().filter(is_fresh) {
        return Ok((look, card.clone()));
    }
    let period = Period::last_days(engine, DAYS).await?;
    let report = report(engine, period).await?;
    let zone = promises::time_zone(&mut engine.db.reader()).await?;
    let card = Arc::new(Scorecard {
        period,
        time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        counted_at: engine.now(),
        figures: SHOWN.map(|figure| (figure, estimate(figure, report.cases(figure)))).into(),
    });
    *kept = Some(card.clone());
    Ok((look, card))
}
