//! The JSON API for integrators.

use crate::routes::Table;

pub(crate) fn routes(_table: &mut Table) {}
