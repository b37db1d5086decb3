//! The connectors this program was built with, by name.

use std::{collections::BTreeMap, sync::Arc};
use tertulia_connector::Connector;

#[derive(Clone, Default)]
pub struct Registry(BTreeMap<String, Arc<dyn Connector>>);

impl Registry {
    pub fn new(connectors: impl IntoIterator<Item = Arc<dyn Connector>>) -> Self {
        Self(connectors.into_iter().map(|connector| (connector.spec().name.clone(), connector)).collect())
    }

    pub fn get(&self, name: &str) -> Option<&Arc<dyn Connector>> {
        self.0.get(name)
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Connector>> {
        self.0.values()
    }
}
