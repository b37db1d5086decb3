//! What hundreds of customers said beside the letters and chats: in the reviews of the web shop, when they were asked, and at the
//! counter. Those who write reviews are mostly young and those at the counter mostly old, so that Insights have something to tell
//! apart.

use super::Director;
use crate::demo::load;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tertulia_connector::{SecretSet, by_hand::File};
use tertulia_engine::{by_hand, topics};
use tertulia_model::{Millis, UserId};

const REVIEWS: &str = include_str!("../../../demo/reviews.jsonl");
const SURVEY: &str = include_str!("../../../demo/survey.jsonl");
const COUNTER: &str = include_str!("../../../demo/counter.jsonl");
const MINUTE: Millis = 60_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    key: String,
    /// Their address, by which they are a customer.
    from: String,
    name: String,
    minutes_ago: i64,
    text: String,
    /// How likely they are to recommend us, 0 to 10.
    score: Option<u8>,
}

fn words(file: &str) -> Result<Vec<Word>> {
    file.lines().map(|line| serde_json::from_str(line).with_context(|| format!("this says nobody: {line}"))).collect()
}

impl Director<'_> {
    pub(super) async fn guests_speak(&self) -> Result<()> {
        let owner = self.owner().await?;
        self.reviews_come().await?;
        let settings = json!({
            "name": "How are we doing?", "scale": "nps",
            "question": "How likely are you to recommend us, and what should we do better?",
        });
        self.is_brought(owner, ("survey", "Customer survey", settings), SURVEY).await?;
        self.is_brought(owner, ("notes", "At the counter", json!({ "place": "At the counter" })), COUNTER).await?;
        topics::find_all(self.engine).await?;
        Ok(())
    }

    fn ago(&self, minutes: i64) -> Millis {
        self.engine.now() - minutes * MINUTE
    }

    /// The file that the web shop gives of its reviews.
    async fn reviews_come(&self) -> Result<()> {
        let row = |word: Word| {
            let at = self.ago(word.minutes_ago);
            json!({ "id": word.key, "author": word.from, "name": word.name, "time": at, "text": word.text }).to_string()
        };
        let rows: Vec<String> = words(REVIEWS)?.into_iter().map(row).collect();
        let mapping = json!({
            "source": "Reviews", "id": "id", "text": "text", "author": "author", "author_name": "name", "time": "time",
            "time_format": "unix_millis", "visibility": "public",
        });
        load::import(self.engine, mapping, &rows).await?;
        Ok(())
    }

    /// A table that somebody brings to a channel of its own.
    async fn is_brought(&self, by: UserId, (connector, name, settings): (&str, &str, Value), file: &str) -> Result<()> {
        let channel = load::add(self.engine, connector, name, settings, SecretSet::new()).await?;
        let row = |word: Word| {
            let at = jiff::Timestamp::from_millisecond(self.ago(word.minutes_ago))?;
            let row = json!({
                "id": word.key, "email": word.from, "name": word.name, "date": at.to_string(), "comment": word.text,
                "score": word.score,
            });
            anyhow::Ok(row.to_string())
        };
        let rows = words(file)?.into_iter().map(row).collect::<Result<Vec<_>>>()?;
        let file = File {
            name: format!("{connector}.jsonl"),
            bytes: rows.join("\n").into(),
            key: None,
            zone: String::new(),
            at: self.engine.now(),
        };
        let report = by_hand::bring(self.engine, by, channel, file).await?;
        ensure!(report.set_aside == 0 && report.taken == rows.len(), "not all of {name} was taken: {report:?}");
        Ok(())
    }
}
