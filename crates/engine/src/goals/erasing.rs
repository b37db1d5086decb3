//! What an erasure leaves for a person to look at.

use crate::{Engine, Result};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tertulia_store::{goals, outcomes};

/// Goals and outcomes whose words, which are the team's, name somebody.
pub(crate) async fn named(engine: &Engine, is_named: impl Fn(&str) -> bool) -> Result<Vec<Value>> {
    let mut db = engine.db.reader();
    let says =
        |goal: &goals::Goal| [&goal.sentence, &goal.today_value, &goal.hoped_value].iter().any(|text| is_named(text));
    let all = goals::all(&mut db).await?;
    let goals: BTreeSet<i64> = all.iter().filter(|goal| says(goal)).map(|goal| goal.goal_id.0).collect();
    let all = outcomes::all(&mut db).await?;
    let mut found: BTreeSet<i64> = all
        .iter()
        .filter(|outcome| is_named(&outcome.name) || is_named(&outcome.unit))
        .map(|outcome| outcome.id)
        .collect();
    let sources = outcomes::sources(&mut db).await?;
    found.extend(sources.iter().filter(|(_, source)| is_named(source)).map(|(outcome, _)| *outcome));
    let one = |kind: &'static str| move |id: i64| json!({ "kind": kind, "id": id.to_string() });
    Ok(goals.into_iter().map(one("goal")).chain(found.into_iter().map(one("outcome"))).collect())
}
