//! What is held in memory between two questions: the columns, and how everybody is made up.

use super::{
    columns::{self, Columns},
    population::{self, Base, Customers, Roll},
};
use crate::{Engine, EngineError, Result};
use std::{collections::HashMap, sync::Arc};
use tertulia_store::{StoreError, attributes::Attribute};
use tokio::sync::Mutex;

/// Held by the engine.
#[derive(Default)]
pub struct Held(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    columns: Option<Arc<Columns>>,
    /// Rises where something is known otherwise of persons or customers.
    known: u64,
    /// What the database says of each attribute, and the same with the languages that people write in.
    bases: HashMap<String, (Stamp, Option<Arc<Base>>)>,
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
    let (held, db) = (engine.insights.0.clone(), engine.db.clone());
    // By itself: whoever asked may go away meanwhile, and what was read stays.
    let read = tokio::spawn(async move {
        let mut state = held.lock_owned().await;
        let mut held = match state.columns.take() {
            Some(held) => held,
            None => Arc::new(columns::load(&db).await?),
        };
        // Where that fails they are read anew next time.
        if columns::refresh(&mut held, &db).await? {
            state.known += 1;
        }
        state.columns = Some(held.clone());
        Ok(View { columns: held, known: state.known })
    });
    read.await.map_err(broken)?
}

fn broken(error: tokio::task::JoinError) -> EngineError {
    EngineError::Store(StoreError::Broken(error.to_string()))
}

/// Counts beside what else the server does.
pub(crate) async fn aside<T: Send + 'static>(count: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(count).await.map_err(broken)
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
    let columns = view.columns.clone();
    let roll = match base(engine, view, attribute).await? {
        Some(base) if by_language => Some(Arc::new(aside(move || base.by_language(&columns)).await?)),
        Some(base) => Some(Arc::new(Arc::unwrap_or_clone(base).0)),
        None => None,
    };
    engine.insights.0.lock().await.rolls.insert(attribute.name.clone(), (stamp, roll.clone()));
    Ok(roll)
}

/// What the database says of it, which no new message changes.
async fn base(engine: &Engine, view: &View, attribute: &Attribute) -> Result<Option<Arc<Base>>> {
    let stamp = view.stamp(0);
    if let Some((of, base)) = engine.insights.0.lock().await.bases.get(&attribute.name)
        && *of == stamp
    {
        return Ok(base.clone());
    }
    let base = population::read(&mut engine.db.reader(), &view.columns, attribute).await?.map(Arc::new);
    // Others are not read twice: only of a language anything is added to it.
    if attribute.name == population::LANGUAGE {
        engine.insights.0.lock().await.bases.insert(attribute.name.clone(), (stamp, base.clone()));
    }
    Ok(base)
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
