//! After an erasure: nothing of what was taken out stays in the files of the database.

use crate::{Db, Result, Sql, StoreError, binds, gate::Urgency};
use sqlx::{AssertSqlSafe, Row, SqlitePool};
use std::time::Duration;

/// The tables out of which an erasure takes something.
const SCRUBBED: &str = "messages, bodies, attachments, message_terms, mentions, to_match, survey_answers, visitor_log, \
    deliveries, jobs, conversations, drafts, draft_files, merges, person_links, reviewed_pairs, person_merges, person_merge_parts, person_pairs, identity_keys, identity_suggestions, identity_traits, identity_questions, asked_mails, consents, mutes, identities, \
    persons, errands, api_answers, quarantine, imports, channels, passed_over, ledger_counts, ledger_gaps, webhook_attempts, webhook_calls, promises, \
    feedback_items, feedback_evidence, feedback_terms, today_cards, today_draws, article_uses, questions, question_terms, notes, note_mentions, tellings, telling_deliveries, roadmap_voices, \
    customers, customer_handles, customer_ties, attribute_values, person_values, organisation_people, others, other_accounts, \
    labels, label_corrections, label_readings, label_sample_messages, \
    topics, topic_weeks, message_topics, topic_wishes, to_place, ballot_voters, ballot_votes, \
    invitations, invitation_deliveries";

/// How often it is tried to empty the log, and how long between.
const TRIES: u32 = 200;
const BETWEEN: Duration = Duration::from_millis(50);

/// Pages of the full-text index that are brought together in one transaction: others write between them.
const STEP: i64 = 64;
/// So many steps are more than any index takes; while much is heard there is always something more to do.
const MOST_STEPS: u32 = 100_000;

/// Brings all of the log into the file and leaves none of it. While another connection brings it over, or somebody reads what
/// stands in it, SQLite says "busy" in the answer's first column, and no error
/// (<https://www.sqlite.org/c3ref/wal_checkpoint_v2.html>): it is tried again, with the writers' door closed.
async fn empty_log(write: &SqlitePool) -> Result<()> {
    for _ in 0..TRIES {
        let answer = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(write).await?;
        if answer.try_get::<i64, _>(0)? == 0 {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN).await;
    }
    Err(StoreError::Retry("somebody has read for long; the log could not be emptied".to_owned()))
}

impl Db {
    /// Writes anew what is left after an erasure: SQLite's full-text index, which remembers the words of what was taken out of
    /// it; its file, which keeps what was overwritten or moved in the free parts of its pages, and an empty log after it;
    /// PostgreSQL's tables give up their dead rows. While SQLite's file is written nobody else writes.
    pub async fn scrub(&self) -> Result<()> {
        self.rid_index().await?;
        match self {
            Self::Sqlite { write, gate, .. } => {
                let passage = gate.pass(Urgency::Bulk).await;
                sqlx::query("VACUUM").execute(write).await?;
                let emptied = empty_log(write).await;
                passage.wrote();
                emptied?;
            }
            Self::Postgres(pool) => {
                sqlx::query(AssertSqlSafe(format!("VACUUM {SCRUBBED}"))).execute(pool).await?;
            }
        }
        Ok(())
    }

    /// How many bytes that writes while nobody else can: all of SQLite's file, nothing of PostgreSQL's.
    pub async fn scrub_size(&self) -> Result<i64> {
        let sql = match self {
            Self::Sqlite { .. } => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            Self::Postgres(_) => return Ok(0),
        };
        self.reader().number(sql, binds![]).await
    }

    /// All parts of SQLite's full-text index become one, without what was taken out: what `optimize` does, in steps. It is
    /// done when a step changes next to nothing (<https://sqlite.org/fts5.html>, 6.9).
    async fn rid_index(&self) -> Result<()> {
        let Some(merge) = self.dialect().merge_terms() else { return Ok(()) };
        let mut pages = -STEP;
        for _ in 0..MOST_STEPS {
            let mut tx = self.begin_bulk().await?;
            let before = tx.number("SELECT total_changes()", binds![]).await?;
            tx.run(merge, binds![pages]).await?;
            let changes = tx.number("SELECT total_changes()", binds![]).await? - before;
            tx.commit().await?;
            if changes < 2 {
                break;
            }
            pages = STEP;
        }
        Ok(())
    }
}
