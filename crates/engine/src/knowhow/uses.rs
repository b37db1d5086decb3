//! Articles in answers. That one was put in is noted in the transaction that stores the answer, if the answer still holds it;
//! whether it helped a member says, once they wrote again.

use super::{TOPIC, Undo, articles::gone, find::text_of, finish, questions};
use crate::{Engine, EngineError, Result, ingest::Tries};
use std::sync::Arc;
use tertulia_analysis::knowhow;
use tertulia_model::{ConversationId, MessageId, UserId};
use tertulia_store::{
    Sql, Tx,
    article_uses::{self, Use},
    articles,
};

/// What can be said of an article in an answer.
pub const VERDICTS: [&str; 3] = ["helped", "not", "unclear"];
/// An answer holds no more of them.
const MOST_IN_ANSWER: usize = 10;

/// An article that an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Put(i64);

/// Which of the articles that were put into an answer it still holds: some are taken out again before it is sent.
pub(crate) async fn put_in(on: &mut impl Sql, named: &[i64], text: &str) -> Result<Vec<Put>> {
    let mut named = named.to_vec();
    named.truncate(MOST_IN_ANSWER);
    let found = articles::some(on, &named).await?;
    let held = found.iter().filter(|article| knowhow::holds(text, &text_of(article)));
    Ok(held.map(|article| Put(article.id)).collect())
}

/// Notes them beside the answer.
pub(crate) async fn note(
    engine: &Engine,
    tx: &mut Tx,
    (message_id, conversation_id): (MessageId, ConversationId),
    used_by: UserId,
    put: &[Put],
) -> Result<()> {
    let one = |put: &Put| Use {
        id: engine.next_id(),
        article_id: put.0,
        message_id,
        conversation_id,
        used_by,
        used_at: engine.now(),
        helped: None,
        said_by: None,
        said_at: None,
    };
    if put.is_empty() {
        return Ok(());
    }
    article_uses::add(tx, &put.iter().map(one).collect::<Vec<_>>()).await?;
    questions::answered(tx, conversation_id).await
}

fn missing() -> EngineError {
    EngineError::missing("This answer, or the article in it,")
}

/// A member says whether an article helped whom it was sent to; `None` takes back what was said.
pub async fn say(engine: &Arc<Engine>, by: UserId, used: i64, helped: Option<&str>) -> Result<(Use, Undo)> {
    if helped.is_some_and(|helped| !VERDICTS.contains(&helped)) {
        return Err(EngineError::invalid("helped", "Say that it helped, that it did not, or that it is unclear."));
    }
    let mut tries = Tries::default();
    loop {
        match try_say(engine, by, used, helped, None).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_say(
    engine: &Engine,
    by: UserId,
    id: i64,
    helped: Option<&str>,
    expected: Option<&Option<String>>,
) -> Result<(Use, Undo)> {
    let mut tx = engine.db.begin().await?;
    let used = article_uses::get_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    if expected.is_some_and(|expected| *expected != used.helped) {
        return Err(gone());
    }
    article_uses::say(&mut tx, id, helped.map(|helped| (helped, by, engine.now()))).await?;
    finish(engine, tx, &[(TOPIC, used.article_id), ("conversation", used.conversation_id.0)]).await?;
    let undo = Undo::Said { used: id, before: used.helped.clone(), after: helped.map(str::to_owned) };
    Ok((used, undo))
}

/// As it was before; gives the article.
pub(super) async fn unsay(
    engine: &Arc<Engine>,
    by: UserId,
    used: i64,
    before: &Option<String>,
    after: &Option<String>,
) -> Result<i64> {
    let mut tries = Tries::default();
    loop {
        match try_say(engine, by, used, before.as_deref(), Some(after)).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done.map(|(used, _)| used.article_id),
        }
    }
}
