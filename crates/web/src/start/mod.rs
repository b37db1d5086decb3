//! The start page: the goal, and what waits.

use crate::routes::Table;

pub(crate) fn routes(_table: &mut Table) {}
