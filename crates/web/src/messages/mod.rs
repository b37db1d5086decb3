//! What hangs on one message: its HTML, its files, its earlier wordings.

use crate::routes::Table;

pub(crate) fn routes(_table: &mut Table) {}
