//! Insights: what can be said of what people say, and how sure that is.

pub(crate) mod labels;

use crate::routes::Table;

pub(crate) fn routes(table: &mut Table) {
    labels::routes(table);
}
