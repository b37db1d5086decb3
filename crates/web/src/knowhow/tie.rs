//! The articles in an answer, under it; and under what they wrote next, whether each of them helped.

use super::{article::standing, href};
use crate::{
    App, Result,
    components::{ArticleView, MessageView},
    inbox::Known,
};
use tertulia_model::MessageId;
use tertulia_store::{article_uses, articles, reading::Message};

/// `messages` in the order in which they were said.
pub(crate) async fn tie(app: &App, known: &Known, messages: &[Message], views: &mut [MessageView]) -> Result<()> {
    let ours: Vec<MessageId> = messages.iter().filter(|m| m.is_answer_of_ours()).map(|m| m.id).collect();
    let mut db = app.engine.db.reader();
    let uses = article_uses::of_messages(&mut db, &ours).await?;
    if uses.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = uses.iter().map(|used| used.article_id).collect();
    let named = articles::some(&mut db, &ids).await?;
    for used in uses {
        let Some(at) = messages.iter().position(|message| message.id == used.message_id) else { continue };
        let Some(article) = named.iter().find(|article| article.id == used.article_id) else { continue };
        let is_said = |m: &Message| m.direction == "theirs" && m.state == "shown" && m.auto == "person";
        let next = messages.iter().enumerate().skip(at + 1).find(|(_, m)| is_said(m)).map(|(next, _)| next);
        // Of words that nobody saw nobody can say whether they helped.
        let was_read = views[at].delivery.as_ref().is_none_or(|delivery| !delivery.has_failed);
        let asks = next.filter(|_| used.helped.is_none() && known.may_converse && was_read);
        let view = ArticleView {
            id: used.id.to_string(),
            title: article.title.clone(),
            href: href(article.id),
            standing: used.helped.as_deref().map(|helped| {
                let by = used.said_by.map_or_else(String::new, |by| format!(", says {}", known.member(by)));
                format!("{}{by}", standing(Some(helped)))
            }),
            asks: false,
            may: known.may_converse,
        };
        if let Some(view_of_next) = asks.and_then(|next| views.get_mut(next)) {
            // Put into two answers before they wrote again, it is asked about once.
            view_of_next.articles.retain(|other| other.href != view.href);
            view_of_next.articles.push(ArticleView { asks: true, ..view.clone() });
        }
        views[at].articles.push(view);
    }
    Ok(())
}
