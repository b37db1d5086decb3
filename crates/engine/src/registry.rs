//! The connectors this program was built with, by name.

use crate::outbound::kind_forwards;
use std::{collections::BTreeMap, sync::Arc};
use tertulia_connector::Connector;
use tertulia_model::Mode;

/// The space of handles that are mail addresses, whichever kind of channel they were heard on.
const MAIL: &str = "mail";

#[derive(Clone, Default)]
pub struct Registry(BTreeMap<String, Arc<dyn Connector>>);

impl Registry {
    pub fn new(connectors: impl IntoIterator<Item = Arc<dyn Connector>>) -> Self {
        Self(connectors.into_iter().map(|connector| (connector.spec().name.clone(), connector)).collect())
    }

    pub fn get(&self, name: &str) -> Option<&Arc<dyn Connector>> {
        self.0.get(name)
    }

    /// Whether channels of this kind can write to any mail address, not only to whoever wrote to them.
    pub fn writes_to_addresses(&self, name: &str) -> bool {
        self.get(name).is_some_and(|connector| kind_forwards(connector.spec()))
    }

    /// Whether a channel of this kind knows what is ours by where it lay: into the folder of sent mail nobody puts
    /// anything but us. A file of old mail says nothing of the kind, and whoever wrote to us may have written our name.
    pub fn vouches(&self, name: &str) -> bool {
        self.get(name).is_some_and(|connector| connector.archives().is_none())
    }

    /// Whether answers on channels of this kind are written down by whoever gave them, and nothing is sent.
    pub fn is_written_down(&self, name: &str) -> bool {
        let form = |known: &Arc<dyn Connector>| known.by_hand()?.form().map(|form| form.written_down);
        self.get(name).and_then(form).unwrap_or(false)
    }

    /// How what is said on channels of a kind comes about, where it is all of one kind.
    pub fn mode(&self, name: &str) -> Option<Mode> {
        self.get(name).and_then(|connector| connector.mode())
    }

    /// The connector that reads archives, if this program was built with one.
    pub fn of_archives(&self) -> Option<&Arc<dyn Connector>> {
        self.all().find(|connector| connector.archives().is_some())
    }

    /// The kind of channel on which people are known by handles of a space: its name stands before the colon, and a mail
    /// address belongs to whichever kind writes to such.
    pub fn of_space(&self, space: &str) -> Option<&Arc<dyn Connector>> {
        match space.split_once(':').map_or(space, |(kind, _)| kind) {
            MAIL => self.all().find(|connector| kind_forwards(connector.spec())),
            kind => self.get(kind),
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Connector>> {
        self.0.values()
    }
}
