//! The team, its roles, invitations and the keys of the JSON API.

use crate::routes::Table;

pub(crate) fn routes(_table: &mut Table) {}
