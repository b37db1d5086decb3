//! One complaint goes the whole way: others ask for the same, it becomes a change, everybody who asked is told where they asked,
//! and one of them says that it helped. And what else people ask for, which is still on its way.

use super::{
    Director,
    heard::Heard,
    script::{Becomes, Behalf, Other, Said},
};
use anyhow::{Context, Result, ensure};
use tertulia_engine::{
    desk,
    feedback::{self, ChangeForm, ItemForm, Of},
    promises::{self, Due},
    roadmap::{self, Look, PublicForm},
    telling::{self, SendForm},
    worker,
};
use tertulia_model::{ChangeId, FeedbackId, MessageId, Millis, UserId};
use tertulia_store::{
    deliveries::Delivery,
    promises as stored_promises,
    tellings::{self, DONE, HELPED, Row},
};

/// After so many days they are asked whether it helped.
const ASKED_AFTER: i64 = 3;
/// Hours that things take: from being asked to being noted, from one telling to the next, from the question to the answer.
const NOTED: i64 = 1;
const APART: i64 = 1;
const THOUGHT: i64 = 20;
/// A promise is kept in the afternoon of its day.
const KEPT_BEFORE: Millis = 8 * 3_600_000;

impl Director<'_> {
    /// The loop, from the first who asks to whoever says that it helped.
    pub(super) async fn goes_round(&self) -> Result<()> {
        telling::set_own_language(self.engine, "es").await?;
        let look = Look { is_on: true, introduction: self.script.roadmap.clone(), ..Look::default() };
        roadmap::set_look(self.engine, &look).await?;
        let all: Vec<&Said> = self.script.asked.iter().collect();
        // Three have asked before somebody notes it.
        let (before, after) = all.split_at(3);
        let mut heard = Vec::new();
        for said in before {
            heard.push((*said, self.asks(said).await?));
        }
        let (item, change) = self.notes_it(&heard).await?;
        for said in after {
            let asked = self.asks(said).await?;
            self.at(said.hours_ago - said.answer.after_hours - NOTED);
            self.gives(item, asked.message).await?;
            heard.push((*said, asked));
        }
        self.does_it(change).await?;
        // Somebody else asked meanwhile, in person.
        self.speaks_for(item, &self.script.behalf).await?;
        self.tells(change, &heard).await?;
        self.helped(change, &heard).await
    }

    /// Somebody asks, and is answered.
    async fn asks(&self, said: &Said) -> Result<Heard> {
        self.at(said.hours_ago);
        let heard = self.hears(said).await?;
        self.at(said.hours_ago - said.answer.after_hours);
        let by = self.member(&said.answer.by).await?;
        let answer = self.answer(heard.place(), by, &said.answer.text, Vec::new()).await?;
        if said.key == self.script.helped.of {
            self.keeps_its_word(&answer, by, said).await?;
        }
        desk::close_as(self.engine, heard.conversation, "answered", by).await?;
        Ok(heard)
    }

    /// The first of them was promised something; on its day it is kept.
    async fn keeps_its_word(&self, answer: &Delivery, by: UserId, said: &Said) -> Result<()> {
        let words = "Le escribo el viernes con lo que podamos hacer para que no tenga que pedirlo.";
        let promise = self.promised(answer, by, words, Due::AsItIs).await?;
        let found = stored_promises::get(&mut self.engine.db.reader(), promise).await?;
        match found.and_then(|found| found.promise.due_at) {
            // Which day that is depends on the day on which the demo is started.
            Some(due) => self.clock.go_on((due - KEPT_BEFORE - self.engine.now()).max(0)),
            None => self.at(said.hours_ago - 2 * 24),
        }
        promises::keep(self.engine, promise, by, Some(self.script.kept.as_str())).await?;
        Ok(())
    }

    /// It stands on the list, by all who asked so far, and is considered.
    async fn notes_it(&self, heard: &[(&Said, Heard)]) -> Result<(FeedbackId, ChangeId)> {
        let owner = self.owner().await?;
        let change = &self.script.change;
        self.at(change.considered + NOTED);
        let form = ItemForm { title: self.script.item.title.clone(), asked: self.script.item.asked.clone() };
        let (item, _) = feedback::add(self.engine, owner, &form, None).await?;
        for (_, heard) in heard {
            self.gives(item, heard.message).await?;
        }
        self.at(change.considered);
        let form = ChangeForm { title: change.title.clone(), words: change.words.clone(), link: String::new() };
        let (made, _) = feedback::make(self.engine, owner, &form, Some(item)).await?;
        Ok((item, made))
    }

    async fn gives(&self, item: FeedbackId, message: MessageId) -> Result<()> {
        let of = Of::Message { message, note: String::new() };
        feedback::give(self.engine, self.owner().await?, item, &of).await?;
        Ok(())
    }

    /// Somebody of the team asks on behalf of whoever wrote a line.
    async fn speaks_for(&self, item: FeedbackId, behalf: &Behalf) -> Result<()> {
        let person = self.line(&behalf.of).await?.person_id.with_context(|| format!("nobody says {}", behalf.of))?;
        self.at(behalf.hours_ago);
        let of = Of::Person { person, note: behalf.note.clone() };
        feedback::give(self.engine, self.owner().await?, item, &of).await?;
        Ok(())
    }

    /// It is planned and done, for everybody to read.
    async fn does_it(&self, id: ChangeId) -> Result<()> {
        let owner = self.owner().await?;
        let change = &self.script.change;
        self.at(change.planned);
        feedback::move_to(self.engine, owner, id, "planned", &change.plan).await?;
        let public = PublicForm { title: change.public_title.clone(), words: change.public.clone() };
        roadmap::publish(self.engine, owner, id, &public).await?;
        self.at(change.done);
        feedback::move_to(self.engine, owner, id, "done", &change.reason).await?;
        Ok(())
    }

    /// What became of it is written once in each language; the drafts are looked at and sent one by one.
    async fn tells(&self, change: ChangeId, heard: &[(&Said, Heard)]) -> Result<()> {
        let by = self.member(&self.script.asked[0].answer.by).await?;
        let mut hours = self.script.change.done;
        self.at(hours);
        for (language, words) in &self.script.texts {
            telling::save_text(self.engine, by, (change, DONE), (language.as_str(), words.as_str()), None).await?;
        }
        telling::prepare(self.engine, change).await?;
        self.work(worker::TELL, change.0).await?;
        for (said, heard) in heard {
            hours -= APART;
            self.at(hours);
            let draft = self.draft(change, DONE, heard).await?;
            match said.becomes {
                Some(Becomes::Told) => drop(self.sends(&draft, by).await?),
                Some(Becomes::Skipped) => drop(telling::skip(self.engine, by, draft.id, &self.script.skipped).await?),
                Some(Becomes::Draft) | None => {}
            }
        }
        Ok(())
    }

    async fn draft(&self, change: ChangeId, kind: &str, heard: &Heard) -> Result<Row> {
        let drafts = tellings::list(&mut self.engine.db.reader(), (change, kind), &["draft"], 0, 50).await?;
        drafts.into_iter().find(|draft| draft.person_id == heard.person).context("somebody who asked has no draft")
    }

    /// As it was looked at.
    async fn sends(&self, draft: &Row, by: UserId) -> Result<Delivery> {
        let look = telling::look(self.engine, &mut self.engine.db.reader(), draft.id).await?;
        ensure!(look.trouble.is_none(), "{} cannot be told: {:?}", look.name, look.trouble);
        let form = SendForm {
            telling: draft.id,
            seen: look.seen,
            words: look.words,
            key: format!("lived-telling-{}", draft.id),
            asked: look.message.map(|message| message.id),
            shown: Vec::new(),
            even_if_unseen: true,
        };
        let delivery = telling::send(self.engine, by, form).await?;
        self.leaves(&delivery).await?;
        Ok(delivery)
    }

    /// Those who were told are to be asked whether it helped; the first of them is, and says so.
    async fn helped(&self, change: ChangeId, heard: &[(&Said, Heard)]) -> Result<()> {
        let script = &self.script.helped;
        let (said, heard) =
            heard.iter().find(|(said, _)| said.key == script.of).context("nobody says that it helped")?;
        let by = self.member(&said.answer.by).await?;
        let mut hours = self.script.change.done - self.script.asked.len() as i64 * APART - ASKED_AFTER * 24 - NOTED;
        self.at(hours);
        telling::save_text(self.engine, by, (change, HELPED), (said.language.as_str(), script.text.as_str()), None)
            .await?;
        telling::set_ask_days_of(self.engine, change, Some(ASKED_AFTER)).await?;
        self.work(worker::ASK, change.0).await?;
        let draft = self.draft(change, HELPED, heard).await?;
        let asked = self.sends(&draft, by).await?;
        hours -= THOUGHT;
        self.at(hours);
        let answer = self.hears_back(said, &asked.outgoing, &script.answer).await?;
        ensure!(answer.conversation == heard.conversation, "an answer stands elsewhere than its question");
        self.at(hours - NOTED);
        telling::mark(self.engine, by, draft.id, Some("helped"), Some(answer.message)).await?;
        desk::close_as(self.engine, heard.conversation, "answered", by).await?;
        Ok(())
    }

    /// What else people ask for.
    pub(super) async fn others_ask(&self) -> Result<()> {
        for other in &self.script.others {
            self.asks_for(other).await.with_context(|| other.title.clone())?;
        }
        Ok(())
    }

    async fn asks_for(&self, other: &Other) -> Result<()> {
        let owner = self.owner().await?;
        self.at(other.hours_ago);
        let form = ItemForm { title: other.title.clone(), asked: other.asked.clone() };
        let (item, _) = feedback::add(self.engine, owner, &form, None).await?;
        for key in &other.evidence {
            self.gives(item, self.line(key).await?.id).await?;
        }
        if let Some(behalf) = &other.behalf {
            self.speaks_for(item, behalf).await?;
        }
        if let Some(change) = &other.change {
            self.at(change.hours_ago);
            let form = ChangeForm { title: change.title.clone(), ..ChangeForm::default() };
            let (id, _) = feedback::make(self.engine, owner, &form, Some(item)).await?;
            if change.state != "considering" {
                feedback::move_to(self.engine, owner, id, &change.state, &change.reason).await?;
            }
            let public = PublicForm { title: change.title.clone(), words: change.public.clone() };
            roadmap::publish(self.engine, owner, id, &public).await?;
        }
        if let Some(later) = &other.later {
            self.at(later.hours_ago);
            for key in &later.evidence {
                self.gives(item, self.line(key).await?.id).await?;
            }
        }
        Ok(())
    }
}
