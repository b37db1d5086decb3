//! The inbox: conversations, read and answered.

use crate::routes::Table;

pub(crate) fn routes(_table: &mut Table) {}
