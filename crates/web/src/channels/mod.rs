//! Channels: connected, tested, paused, deleted.

use crate::routes::Table;

pub(crate) fn routes(_table: &mut Table) {}
