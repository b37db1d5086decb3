//! What members bring by hand: an entry by the form of a channel, a file of many.

mod entry;
mod file;

use crate::{
    App,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_connector::by_hand::ByHand;
use tertulia_model::Permission::{Converse, Manage};

/// Bytes of a filled-in form with its files; what its channel takes is asked of the channel.
const ENTRY_LIMIT: usize = 64 << 20;
/// Bytes of a file; what is larger is for Import.
const FILE_LIMIT: usize = 64 << 20;

pub(crate) fn routes(table: &mut Table) {
    let (converse, manage) = (Rule::Member(Converse), Rule::Member(Manage));
    table.get("/by-hand", converse, get(entry::choose));
    table.get("/by-hand/{channel}", converse, get(entry::form));
    table.upload("/by-hand/{channel}", converse, post(entry::enter), ENTRY_LIMIT);
    table.upload("/channels/{id}/file", manage, post(file::bring), FILE_LIMIT);
}

/// The way to the form, for where people look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WriteDown {
    pub title: String,
    pub icon: String,
}

/// None where no kind of channel has a form, or the viewer may only read.
pub(crate) fn write_down(app: &App, may_converse: bool) -> Option<WriteDown> {
    if !may_converse {
        return None;
    }
    let form = app.engine.registry.all().find_map(|known| known.by_hand().and_then(ByHand::form))?;
    Some(WriteDown { title: form.title.clone(), icon: form.icon.clone() })
}
