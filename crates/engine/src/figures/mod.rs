//! Figures: how well we answer, over days of the organisation's calendar. They are counted anew from the messages each time,
//! so that no merge, deletion or erasure can leave a wrong one behind.

mod period;
pub mod public;
mod segments;
mod words;

pub use period::Period;
pub(crate) use period::today;
pub use segments::{Segmented, segmented};
pub use tertulia_analysis::figures::{Case, Estimate, FEW, Figure, Meaning, Report, Unit, Verdict, estimate, parted};
pub use words::{definition, title};

use crate::{Engine, Result, promises};
use std::collections::HashMap;
use tertulia_analysis::{
    figures::{Fold, Said, Side, Weight, Window, two_way},
    labels::{FINE, Kind, SUBSTANTIAL},
};
use tertulia_model::ConversationId;
use tertulia_store::{Sql, figures};

/// Conversations that are read at once.
const TOGETHER: usize = 1_600;

/// All that there is to say of a period.
pub async fn report(engine: &Engine, period: Period) -> Result<Report> {
    let mut db = engine.db.reader();
    let zone = promises::time_zone(&mut db).await?;
    report_of(engine, period.window(&zone)).await
}

/// All that there is to say of what lies between two moments.
pub(crate) async fn report_of(engine: &Engine, window: Window) -> Result<Report> {
    let mut db = engine.db.reader();
    let at_work = figures::at_work(&mut db).await?;
    let mut held = figures::conversations_in(&mut db, window.from, window.until).await?;
    // Where somebody waits since before.
    held.extend_from_slice(&at_work);
    held.sort_unstable();
    held.dedup();
    let mut fold = Fold::new(window);
    for piece in held.chunks(TOGETHER) {
        let mut all: Vec<Said> = figures::said_in(&mut db, piece).await?.into_iter().map(said).collect();
        all.extend(figures::listened_in(&mut db, piece).await?.into_iter().map(listened));
        all.sort_unstable_by_key(|one| (one.conversation, one.place));
        let weights = weights(&mut db, &two_way(&all, window)).await?;
        fold.take(&all, |place| weights.get(&place).copied().unwrap_or_default());
    }
    let mut report = fold.finish();
    let is_at_work = |id: &ConversationId| at_work.binary_search(id).is_ok();
    report.waiting.retain(|case| case.conversation.as_ref().is_some_and(is_at_work));
    // What is due later than now is neither kept nor broken.
    let until = window.until.min(engine.now());
    report.promises = promised(&mut db, Window { until, ..window }).await?;
    report.told = told(&mut db, window).await?;
    Ok(report)
}

/// Exchanges next to the line, of those that are meaningful and of those that are not: so many of each, the latest first.
pub fn beside_the_line<'a>(exchanges: &[&'a Case], each: usize) -> (Vec<&'a Case>, Vec<&'a Case>) {
    let side = |is_meaningful: bool| {
        let mut found: Vec<(u32, &Case)> = exchanges
            .iter()
            .filter(|case| Figure::Meaningful.side(case) == Some(is_meaningful))
            .filter_map(|case| Some((case.meaning?.distance()?, *case)))
            .collect();
        found.sort_unstable_by_key(|(distance, case)| (*distance, std::cmp::Reverse(case.key)));
        found.into_iter().take(each).map(|(_, case)| case).collect()
    };
    (side(true), side(false))
}

/// What is known of what was said in these conversations, by its place.
async fn weights(on: &mut impl Sql, conversations: &[ConversationId]) -> Result<HashMap<i64, Weight>> {
    let kinds = (Kind::Substance.code(), Kind::Noise.code());
    let one = |one: figures::Weighed| {
        let is_noise = one.was_noise || one.noise.is_some_and(|noise| noise != i64::from(FINE));
        let substance = one.substance.map(|substance| substance == i64::from(SUBSTANTIAL));
        (one.place, Weight { substance, is_noise })
    };
    Ok(figures::weighed_in(on, conversations, kinds).await?.into_iter().map(one).collect())
}

fn said(said: figures::Said) -> Said {
    Said {
        conversation: said.conversation_id,
        place: said.place,
        at: said.at,
        side: if said.is_theirs { Side::Theirs } else { Side::Ours },
        person: said.person_id,
        channel: said.channel_id,
        language: said.language,
    }
}

fn listened(one: figures::Listened) -> Said {
    Said {
        conversation: one.conversation_id,
        place: one.place,
        at: one.at,
        side: Side::Listened,
        person: None,
        channel: one.channel_id,
        language: String::new(),
    }
}

async fn promised(on: &mut impl Sql, window: Window) -> Result<Vec<Case>> {
    let case = |one: figures::Promised| Case {
        key: one.id,
        conversation: Some(one.conversation_id),
        change: None,
        at: one.at,
        people: one.person_id.into_iter().collect(),
        channel: Some(one.channel_id),
        language: one.language.into(),
        holds: one.state == "kept",
        listened: false,
        value: None,
        meaning: None,
    };
    Ok(figures::promised(on, window.from, window.until).await?.into_iter().map(case).collect())
}

async fn told(on: &mut impl Sql, window: Window) -> Result<Vec<Case>> {
    let case = |one: figures::Told| Case {
        key: one.id,
        conversation: one.conversation_id,
        change: Some(one.change_id),
        at: one.at,
        people: vec![one.person_id],
        channel: one.channel_id,
        language: one.language.into(),
        holds: true,
        listened: false,
        value: Some(one.took),
        meaning: None,
    };
    Ok(figures::told(on, window.from, window.until).await?.into_iter().map(case).collect())
}
