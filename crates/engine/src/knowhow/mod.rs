//! Know-how: short articles, found while an answer is written and put into it; what members say came of them; and what is
//! asked again and again without one. Whatever is done here can be undone.

mod articles;
mod erasing;
mod find;
mod questions;
mod uses;

pub use articles::{
    ArticleForm, For, MOST_BODY, MOST_LINK, MOST_TITLE, Undo, add, archive, bring_back, change, forget_version,
    put_back, undo,
};
pub(crate) use erasing::named;
pub use find::{Found, Least, SHOWN, fitting, text_of};
pub use questions::{DAYS, Dismissed, dismiss, undo_dismiss};
pub(crate) use questions::{look_at, look_at_thread, run as look_for_questions, soon as questions_soon};
pub(crate) use uses::{Put, note, put_in};
pub use uses::{VERDICTS, say};

use crate::{Engine, EngineError, Result};
use tertulia_store::{Tx, changes as announced};

/// The topic under which changes of articles are announced.
pub const TOPIC: &str = "article";

fn missing() -> EngineError {
    EngineError::missing("This article")
}

async fn finish(engine: &Engine, mut tx: Tx, changed: &[(&str, i64)]) -> Result<()> {
    let noted = announced::note(&mut tx, changed, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
