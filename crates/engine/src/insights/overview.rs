//! Whom we heard: how many, which parts of all people hardly, and who speaks most.

use super::{
    asked::{Filter, choose},
    columns::{Chosen, Columns, Heard, Tally},
    held::{self, View},
    population::{self, Basis, LANGUAGE, Link, Roll},
};
use crate::{Engine, Result};
use std::sync::Arc;
use tertulia_model::ChannelId;
use tertulia_voices::{
    concentration::{Concentration, concentration, curve},
    coverage::{self, Segment, Standing},
    sample::Sample,
};

/// Whom we heard in some days.
#[derive(Debug, Clone)]
pub struct Overview {
    pub people: u64,
    pub messages: u64,
    /// Messages of which nobody knows who wrote them.
    pub of_nobody: u64,
    /// How many customers there are, and how many of them were heard; none where no list was read, or only some people are
    /// meant.
    pub customers: Option<(u64, u64)>,
    pub coverage: Vec<Coverage>,
    /// All together, then by channel, the one with the most messages first.
    pub voices: Vec<Speaking>,
    /// Whether anything says how everybody is made up, be it compared with these or not.
    pub is_made_up: bool,
    /// Whether anything but the days narrows whom this speaks of.
    pub is_narrowed: bool,
}

/// How all people and those who were heard are made up by one attribute.
#[derive(Debug, Clone)]
pub struct Coverage {
    pub attribute: String,
    pub title: String,
    pub basis: Basis,
    /// The unheard first.
    pub parts: Vec<Covered>,
    /// People who were heard, by what links them to the parts.
    pub by_identity: u64,
    pub by_statement: u64,
    pub by_language: u64,
    /// Who was heard and is in no part: nothing is known of them.
    pub unlinked: u64,
    /// Customers of whom it is not known.
    pub unknown: u64,
}

/// One part.
#[derive(Debug, Clone)]
pub struct Covered {
    pub key: String,
    pub name: String,
    /// How many people there are, or how much of all.
    pub amount: f64,
    /// Of all people, of those who were heard and are in a part, and of their messages: 0..1.
    pub share: f64,
    pub heard: u64,
    pub heard_share: f64,
    pub messages: u64,
    pub message_share: f64,
    /// Their share of those who were heard by their share of all, 1 at parity, from low to high. None where there are none of
    /// them, or nobody was heard.
    pub index: Option<(f64, f64, f64)>,
    pub standing: Standing,
    /// Too few to say much.
    pub thin: bool,
}

/// Who speaks, on one channel or on all.
#[derive(Debug, Clone)]
pub struct Speaking {
    pub channel: Option<ChannelId>,
    pub concentration: Concentration,
    /// Part of the people, the quietest first, and their part of the messages: from nobody to everybody.
    pub curve: Vec<(f64, f64)>,
}

/// Points of a curve.
const POINTS: usize = 40;

/// All that there is to say of whom we heard.
pub async fn overview(engine: &Engine, filter: &Filter) -> Result<Overview> {
    let view = held::view(engine).await?;
    let chosen = choose(engine, &view, filter).await?;
    let customers = held::customers(engine, &view).await?;
    let rolls = rolls(engine, &view).await?;
    let (is_made_up, is_narrowed, is_of_some) = (!rolls.is_empty(), filter.is_narrowed(), filter.is_of_some());
    let rolls = compared(rolls, filter);
    let columns = view.columns.clone();
    held::aside(move || {
        let tally = columns.tally(&chosen, Heard::Anything);
        let heard = flags(&columns, &tally);
        let customers = (customers.all > 0 && !is_of_some).then(|| (customers.all, customers.among(&columns, &heard)));
        let coverage = rolls.iter().map(|roll| covered(&columns, &tally, roll)).collect();
        Overview {
            people: tally.people.len() as u64,
            messages: tally.messages,
            of_nobody: tally.of_nobody,
            customers,
            coverage,
            voices: speaking(&columns, &chosen, &tally),
            is_made_up,
            is_narrowed,
        }
    })
    .await
}

/// How everybody is made up, by each attribute that says so.
pub(super) async fn rolls(engine: &Engine, view: &View) -> Result<Vec<Arc<Roll>>> {
    let mut found = Vec::new();
    for attribute in population::attributes(&mut engine.db.reader()).await? {
        found.extend(held::roll(engine, view, &attribute).await?);
    }
    // What holds of everybody alike compares nobody.
    found.retain(|roll| roll.parts().len() > 1);
    Ok(found)
}

/// By which of these the people whom a filter lets through are like everybody but for being heard: some people are what they
/// are, and whoever writes in one language is not of another.
pub(super) fn compared(mut rolls: Vec<Arc<Roll>>, filter: &Filter) -> Vec<Arc<Roll>> {
    if filter.is_of_some() {
        rolls.clear();
    }
    rolls.retain(|roll| filter.language.is_none() || roll.attribute.name != LANGUAGE);
    rolls
}

/// By number, who was heard.
fn flags(columns: &Columns, tally: &Tally) -> Vec<bool> {
    let mut heard = vec![false; columns.persons()];
    tally.people.iter().for_each(|one| heard[one.person as usize] = true);
    heard
}

/// The level of all intervals of an attribute together.
const LEVEL: f64 = 0.95;

fn covered(columns: &Columns, tally: &Tally, roll: &Roll) -> Coverage {
    let mut links = [0_u64; 3];
    for one in &tally.people {
        if let Some((_, link)) = roll.of(columns, one.person) {
            links[link as usize] += 1;
        }
    }
    let column = roll.column(columns, tally.people.iter().map(|one| one.person));
    let messages = tally.people.iter().map(|one| one.messages).collect();
    let answers = vec![0.0; tally.people.len()];
    let sample = Sample::from_columns(vec![column], answers, messages).unwrap_or_default();
    let found = coverage::coverage(&sample, &roll.margin(), LEVEL);
    let row = |one: Segment| {
        let part = roll.parts().iter().find(|part| part.name == one.name);
        let index = [one.index, one.low, one.high];
        Covered {
            key: part.map_or_else(String::new, |part| part.key.clone()),
            name: one.name,
            amount: one.customers,
            share: one.customers_share,
            heard: one.heard,
            heard_share: one.heard_share,
            messages: one.messages,
            message_share: one.messages_share,
            index: index.iter().all(|n| n.is_finite()).then_some((one.index, one.low, one.high)),
            standing: one.standing,
            thin: one.thin,
        }
    };
    Coverage {
        attribute: roll.attribute.name.clone(),
        title: roll.attribute.title.clone(),
        basis: roll.basis.clone(),
        parts: found.segments.into_iter().map(row).collect(),
        by_identity: links[Link::Identity as usize],
        by_statement: links[Link::Stated as usize],
        by_language: links[Link::Language as usize],
        unlinked: found.unlinked,
        unknown: roll.unknown,
    }
}

fn speaking(columns: &Columns, chosen: &Chosen, tally: &Tally) -> Vec<Speaking> {
    let all: Vec<u32> = tally.people.iter().map(|one| one.messages).collect();
    let one = |(channel, messages): (Option<ChannelId>, &[u32])| {
        let concentration = concentration(messages, false)?;
        Some(Speaking { channel, concentration, curve: curve(messages, POINTS) })
    };
    let by_channel = columns.by_channel(chosen);
    let channels = by_channel.iter().map(|voices| (Some(voices.channel), voices.messages.as_slice()));
    std::iter::once((None, all.as_slice())).chain(channels).filter_map(one).collect()
}
