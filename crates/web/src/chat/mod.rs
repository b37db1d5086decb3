//! The web chat's door: its page, its stream, its visitors' words.

use crate::routes::Table;

pub(crate) fn routes(_table: &mut Table) {}
