//! Where to go when a conversation leaves the list.

use super::list::Show;
use crate::{App, Result};
use tertulia_model::UserId;
use tertulia_store::{
    conversations::Conversation,
    listing::{self, Below},
};

/// The address of the conversation below this one in the list it was opened from; the first one where it was the
/// last; the list itself where it was the only one.
pub(crate) async fn after(app: &App, viewer: UserId, show: &Show, left: &Conversation) -> Result<String> {
    let mut db = app.engine.db.reader();
    let show = &show.read(app).await?;
    let place = Below { last_at: left.last_at, id: left.id };
    let mut found = listing::inbox(&mut db, viewer, show.filter(viewer), Some(place), 1).await?;
    if found.is_empty() {
        found = listing::inbox(&mut db, viewer, show.filter(viewer), None, 2).await?;
        found.retain(|row| row.id != left.id);
    }
    let query = show.query();
    Ok(found.first().map_or_else(|| format!("/inbox{query}"), |row| format!("/inbox/{}{query}", row.id)))
}
