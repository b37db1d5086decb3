//! What the team wrote down beside its answers: what it knows, replies it writes again and again, a note to a colleague, that it
//! just listened, and what it promised.

use super::{Director, script::Page};
use anyhow::{Context, Result};
use tertulia_engine::{
    desk,
    knowhow::{self, ArticleForm, For},
    notes::{self, About},
    promises::Due,
    saved_replies,
};
use tertulia_model::ConversationId;
use tertulia_store::{article_uses, articles};

impl Director<'_> {
    /// Articles, one of them in an answer that helped, and replies.
    pub(super) async fn writes_down(&self) -> Result<()> {
        let owner = self.owner().await?;
        self.at(self.script.article.hours_ago);
        let mut first = None;
        for page in &self.script.article.languages {
            let what = For { topic: first, ..For::default() };
            let (article, _) = knowhow::add(self.engine, owner, &article(page), what).await?;
            first = first.or(Some(article));
        }
        for page in &self.script.article.more {
            knowhow::add(self.engine, owner, &article(page), For::default()).await?;
        }
        for reply in &self.script.replies {
            let form = saved_replies::Form { title: reply.title.clone(), body: reply.body.clone(), of_team: true };
            saved_replies::add(self.engine, owner, &form).await?;
        }
        self.helps(first.context("nothing is written down")?).await
    }

    /// Somebody asks, the article is put into the answer, and it helps.
    async fn helps(&self, id: i64) -> Result<()> {
        let script = &self.script.article;
        let article = articles::get(&mut self.engine.db.reader(), id).await?.context("the article is not there")?;
        let by = self.member(&script.used.answer.by).await?;
        self.at(script.used.hours_ago);
        let heard = self.hears(&script.used).await?;
        self.at(script.used.hours_ago - script.used.answer.after_hours);
        let text = format!("{}\n\n{}", script.used.answer.text, knowhow::text_of(&article));
        let answer = self.answer(heard.place(), by, &text, vec![id]).await?;
        self.at(script.used.hours_ago - 2 * script.used.answer.after_hours);
        self.hears_more(&script.used, &script.thanks).await?;
        let uses = article_uses::of_messages(&mut self.engine.db.reader(), &[answer.message_id]).await?;
        let used = uses.first().context("the article is not in the answer")?;
        knowhow::say(self.engine, by, used.id, Some("helped")).await?;
        desk::close_as(self.engine, heard.conversation, "answered", by).await?;
        Ok(())
    }

    /// A note that names a colleague, and somebody who wanted to be heard and was.
    pub(super) async fn listens(&self) -> Result<()> {
        let note = &self.script.note;
        let on = self.conversation(&note.on).await?;
        self.at(note.hours_ago);
        notes::add(self.engine, self.member(&note.by).await?, About::Conversation(on), &note.text).await?;
        let listened = &self.script.listened;
        let on = self.conversation(&listened.on).await?;
        self.at(listened.hours_ago);
        desk::close_as(self.engine, on, "listened", self.member(&listened.by).await?).await?;
        Ok(())
    }

    /// An answer of yesterday evening holds a promise that is due today.
    pub(super) async fn due_today(&self) -> Result<()> {
        let promise = &self.script.promise;
        let by = self.member(&promise.by).await?;
        let line = self.line(&promise.on).await?;
        let conversation = line.conversation_id.context("nobody is promised anything")?;
        self.at(promise.hours_ago);
        let answer = self.answer((self.channels.mail, conversation), by, &promise.text, Vec::new()).await;
        self.clock.set_right();
        self.promised(&answer?, by, &promise.words, Due::On(self.today()?)).await?;
        Ok(())
    }

    async fn conversation(&self, key: &str) -> Result<ConversationId> {
        self.line(key).await?.conversation_id.with_context(|| format!("{key} stands in no conversation"))
    }
}

fn article(page: &Page) -> ArticleForm {
    ArticleForm {
        title: page.title.clone(),
        body: page.body.clone(),
        link: String::new(),
        language: page.language.clone(),
    }
}
