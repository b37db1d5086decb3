//! The live monitors in memory: read anew whenever one of them changed, on whichever node.

use crate::Result;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_analysis::{monitors::MonitorSet, query};
use tertulia_model::MonitorId;
use tertulia_store::{Sql, monitors};

/// The live monitors as they stood at one moment.
#[derive(Debug, Default)]
pub struct Held {
    edition: monitors::Edition,
    pub set: MonitorSet,
    /// The version of each monitor's wording, and the bits of what it uses.
    pub known: HashMap<MonitorId, (i64, i64)>,
    /// What any of them uses.
    pub uses: i64,
}

impl Held {
    /// Whether the monitors are still those.
    pub async fn is_current(&self, on: &mut impl Sql) -> Result<bool> {
        Ok(monitors::edition(on).await? == self.edition)
    }
}

/// Where they are held.
#[derive(Debug, Default)]
pub struct Watch(Mutex<Arc<Held>>);

impl Watch {
    /// The live monitors as this database (or open transaction) has them.
    pub async fn current(&self, on: &mut impl Sql) -> Result<Arc<Held>> {
        let edition = monitors::edition(on).await?;
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if held.edition == edition {
            return Ok(held);
        }
        let fresh = Arc::new(read(edition, monitors::all(on).await?));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        Ok(fresh)
    }
}

fn read(edition: monitors::Edition, stored: Vec<monitors::Monitor>) -> Held {
    let mut held = Held { edition, ..Held::default() };
    for monitor in stored.into_iter().filter(|monitor| monitor.state == "live") {
        match query::parse(&monitor.query) {
            Ok(query) => {
                held.set.insert(monitor.id.0, query);
                held.known.insert(monitor.id, (monitor.version, monitor.uses));
                held.uses |= monitor.uses;
            }
            // It was read before it was saved: only an older or newer program could have done so otherwise.
            Err(error) => {
                tracing::error!(monitor = %monitor.id, %error, "a saved monitor cannot be read; it matches nothing")
            }
        }
    }
    held
}
