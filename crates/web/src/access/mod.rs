//! Signing in and out, the first run, links to set a password.

use crate::routes::Table;

pub(crate) fn routes(_table: &mut Table) {}
