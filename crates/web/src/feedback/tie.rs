//! What ties a message to what its writer asks for.

use crate::{
    App, Result,
    components::{LinkView, MessageView},
};
use tertulia_model::MessageId;
use tertulia_store::{evidence, reading::Message};

/// Offers to note what they ask for, by a key on the newest of theirs, and leads to where that was noted.
pub(crate) async fn tie(app: &App, may_work: bool, messages: &[Message], views: &mut [MessageView]) -> Result<()> {
    let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
    let noted = evidence::of_messages(&mut app.engine.db.reader(), &ids).await?;
    for (message, view) in messages.iter().zip(views.iter_mut()) {
        for place in noted.iter().filter(|place| place.message_id == Some(message.id)) {
            view.links.push(LinkView::new("lightbulb", "Noted in Feedback", format!("/feedback/{}", place.item_id)));
        }
        let can = may_work && message.state == "shown" && message.direction == "theirs";
        view.asks_url = can.then(|| format!("/feedback/new?message={}", message.id));
    }
    super::telling::tie(app, messages, views).await?;
    if let Some(newest) = views.iter_mut().rev().find(|view| view.asks_url.is_some()) {
        newest.asks_hotkey = true;
    }
    Ok(())
}
