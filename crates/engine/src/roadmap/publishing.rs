//! What a member shows of a change to everybody. Its words are typed for that: nothing of an item or of what somebody said
//! comes there by itself.

use crate::{
    Engine, EngineError, Result,
    feedback::{self, Undo},
    ingest::Tries,
};
use std::sync::Arc;
use tertulia_analysis::language;
use tertulia_connector::FieldError;
use tertulia_model::{ChangeId, UserId};
use tertulia_store::{
    Tx,
    roadmap::{self, Entry},
    settings,
};

/// Characters.
pub const MOST_WORDS: usize = 4_000;
const MOST_TITLE: usize = 200;

/// What everybody is to read of a change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PublicForm {
    pub title: String,
    pub words: String,
}

fn checked(form: &PublicForm) -> Result<PublicForm> {
    let form = PublicForm { title: feedback::line(&form.title), words: feedback::paragraphs(&form.words) };
    let mut errors = Vec::new();
    if form.title.is_empty() {
        errors.push(FieldError::new("title", "Say in a few words what changes, as everybody may read it."));
    }
    for (field, text, most) in [("title", &form.title, MOST_TITLE), ("words", &form.words, MOST_WORDS)] {
        if text.chars().count() > most {
            errors.push(FieldError::new(field, format!("Keep it below {most} characters.")));
        }
    }
    if errors.is_empty() { Ok(form) } else { Err(EngineError::Invalid(errors)) }
}

/// Puts a change on the page, or gives it other words there.
pub async fn publish(engine: &Arc<Engine>, by: UserId, change: ChangeId, form: &PublicForm) -> Result<Undo> {
    let form = checked(form)?;
    let mut tries = Tries::default();
    loop {
        match try_publish(engine, by, change, &form).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_publish(engine: &Engine, by: UserId, id: ChangeId, form: &PublicForm) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    feedback::held_change(&mut tx, id).await?;
    let before = roadmap::get(&mut tx, id).await?;
    let now = engine.now();
    let entry = Entry {
        change_id: id,
        title: form.title.clone(),
        words: form.words.clone(),
        language: language::detect(&format!("{}\n{}", form.title, form.words)).to_owned(),
        is_public: true,
        by_user: by,
        published_at: before.as_ref().map_or(now, |before| before.published_at),
        updated_at: now,
    };
    roadmap::put(&mut tx, &entry).await?;
    touched(engine, &mut tx).await?;
    feedback::finish(engine, tx, &[], &[id]).await?;
    Ok(Undo::Shown { change: id, before: before.is_some_and(|before| before.is_public) })
}

/// Takes a change off the page, or puts it back with the words that it had.
pub async fn show(engine: &Arc<Engine>, by: UserId, change: ChangeId, is_public: bool) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_show(engine, by, change, is_public).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_show(engine: &Engine, by: UserId, id: ChangeId, is_public: bool) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    feedback::held_change(&mut tx, id).await?;
    let known = roadmap::get(&mut tx, id).await?;
    let Some(known) = known.filter(|known| known.is_public != is_public) else {
        return Err(EngineError::Refused("It stands so already. Nothing was changed.".to_owned()));
    };
    roadmap::put(&mut tx, &Entry { is_public, by_user: by, updated_at: engine.now(), ..known }).await?;
    touched(engine, &mut tx).await?;
    feedback::finish(engine, tx, &[], &[id]).await?;
    Ok(Undo::Shown { change: id, before: !is_public })
}

/// Something of the page is changed by this transaction that the moves of changes do not tell.
pub(crate) async fn touched(engine: &Engine, tx: &mut Tx) -> Result<()> {
    Ok(settings::set(tx, settings::ROADMAP_CHANGED, &engine.now().to_string()).await?)
}
