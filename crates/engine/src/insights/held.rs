//! What is held in memory between two questions: the columns, and how everybody is made up.

use super::{
    columns::{self, Columns},
    population::{self, Customers, Roll},
};
use crate::{Engine, Result};
use std::{collections::HashMap, sync::Arc};
use tertulia_store::attributes::Attribute;
use tokio::sync::Mutex;

/// Held by the engine.
#[derive(Default)]
pub struct Held(Mutex<State>);

#[derive(Default)]
struct State {
    columns: Option<Arc<Columns>>,
    /// Rises where something is known otherwise of persons or customers.
    known: u64,
    rolls: HashMap<String, (Stamp, Option<Arc<Roll>>)>,
    customers: Option<(Stamp, Arc<Customers>)>,
}

/// Of which reading something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    reading: u64,
    known: u64,
    /// Of the columns, where what people write decides.
    seq: i64,
}

/// All messages as they are committed by now.
pub struct View {
    pub columns: Arc<Columns>,
    known: u64,
}

impl View {
    fn stamp(&self, seq: i64) -> Stamp {
        Stamp { reading: self.columns.reading(), known: self.known, seq }
    }
}

/// The columns with all that is committed by now. Who asks first waits until everything is read.
pub async fn view(engine: &Engine) -> Result<View> {
    let mut state = engine.insights.0.lock().await;
    let mut held = match state.columns.take() {
        Some(held) => held,
        None => Arc::new(columns::load(&engine.db).await?),
    };
    // Where that fails they are read anew next time.
    if columns::refresh(&mut held, &engine.db).await? {
        state.known += 1;
    }
    state.columns = Some(held.clone());
    Ok(View { columns: held, known: state.known })
}

/// Holds these columns from now on, in place of what the database would give: for measuring how fast they are counted.
pub async fn hold(engine: &Engine, columns: Columns) {
    engine.insights.0.lock().await.columns = Some(Arc::new(columns));
}

/// How everybody is made up by an attribute; none where nothing says.
pub async fn roll(engine: &Engine, view: &View, attribute: &Attribute) -> Result<Option<Arc<Roll>>> {
    let by_language = attribute.name == population::LANGUAGE;
    let stamp = view.stamp(if by_language { view.columns.seq } else { 0 });
    if let Some((of, roll)) = engine.insights.0.lock().await.rolls.get(&attribute.name)
        && *of == stamp
    {
        return Ok(roll.clone());
    }
    let roll = population::read(&mut engine.db.reader(), &view.columns, attribute).await?.map(Arc::new);
    engine.insights.0.lock().await.rolls.insert(attribute.name.clone(), (stamp, roll.clone()));
    Ok(roll)
}

/// Who the customers are.
pub async fn customers(engine: &Engine, view: &View) -> Result<Arc<Customers>> {
    let stamp = view.stamp(0);
    if let Some((of, customers)) = &engine.insights.0.lock().await.customers
        && *of == stamp
    {
        return Ok(customers.clone());
    }
    let customers = Arc::new(Customers::read(&mut engine.db.reader()).await?);
    engine.insights.0.lock().await.customers = Some((stamp, customers.clone()));
    Ok(customers)
}
