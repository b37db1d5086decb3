//! Migrations: one file a step, applied in order, each in its own transaction together with the note that it was.

use crate::{
    binds,
    db::{Db, Dialect, Sql, Tx, script},
    error::{Result, StoreError},
};
use tertulia_model::Millis;

struct Step {
    version: i64,
    name: &'static str,
    both: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        version: 1,
        name: "start",
        both: include_str!("../migrations/0001_start.sql"),
        sqlite: include_str!("../migrations/0001_start.sqlite.sql"),
        postgres: include_str!("../migrations/0001_start.postgres.sql"),
    },
    Step {
        version: 2,
        name: "visitors",
        both: include_str!("../migrations/0002_visitors.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 3,
        name: "told parents",
        both: include_str!("../migrations/0003_told_parents.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 4,
        name: "forwards",
        both: include_str!("../migrations/0004_forwards.sql"),
        sqlite: "",
        postgres: "",
    },
    Step { version: 5, name: "listen", both: include_str!("../migrations/0005_listen.sql"), sqlite: "", postgres: "" },
    Step {
        version: 6,
        name: "mappings",
        both: include_str!("../migrations/0006_mappings.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 7,
        name: "webhooks",
        both: include_str!("../migrations/0007_webhooks.sql"),
        sqlite: "",
        postgres: "",
    },
    Step { version: 8, name: "people", both: include_str!("../migrations/0008_people.sql"), sqlite: "", postgres: "" },
    Step {
        version: 9,
        name: "promises",
        both: include_str!("../migrations/0009_promises.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 10,
        name: "feedback",
        both: include_str!("../migrations/0010_feedback.sql"),
        sqlite: "",
        postgres: "",
    },
    Step { version: 11, name: "today", both: include_str!("../migrations/0011_today.sql"), sqlite: "", postgres: "" },
    Step {
        version: 12,
        name: "know-how",
        both: include_str!("../migrations/0012_knowhow.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 13,
        name: "listening",
        both: include_str!("../migrations/0013_listening.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 14,
        name: "telling",
        both: include_str!("../migrations/0014_telling.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 15,
        name: "figures",
        both: include_str!("../migrations/0015_figures.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 16,
        name: "roadmap",
        both: include_str!("../migrations/0016_roadmap.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 17,
        name: "customers",
        both: include_str!("../migrations/0017_customers.sql"),
        sqlite: "",
        postgres: "",
    },
    Step { version: 18, name: "others", both: include_str!("../migrations/0018_others.sql"), sqlite: "", postgres: "" },
    Step { version: 19, name: "labels", both: include_str!("../migrations/0019_labels.sql"), sqlite: "", postgres: "" },
    Step {
        version: 20,
        name: "insights",
        both: include_str!("../migrations/0020_insights.sql"),
        sqlite: include_str!("../migrations/0020_insights.sqlite.sql"),
        postgres: include_str!("../migrations/0020_insights.postgres.sql"),
    },
    Step { version: 21, name: "topics", both: include_str!("../migrations/0021_topics.sql"), sqlite: "", postgres: "" },
    Step {
        version: 22,
        name: "opinions",
        both: include_str!("../migrations/0022_opinions.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 23,
        name: "invitations",
        both: include_str!("../migrations/0023_invitations.sql"),
        sqlite: "",
        postgres: "",
    },
];

/// The newest schema this program knows.
pub fn newest_version() -> i64 {
    STEPS.iter().map(|step| step.version).max().unwrap_or(0)
}

/// Brings the database to the newest schema. A database made by a newer program is refused, unchanged.
pub async fn migrate(db: &Db, now: Millis) -> Result<()> {
    let mut tx = db.begin().await?;
    if let Some(lock) = tx.dialect().migration_lock() {
        // Two nodes that start at once: the second waits here and finds everything done.
        tx.run(lock, binds![]).await?;
    }
    script(
        &mut tx,
        "CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
    )
    .await?;
    let at = tx.number("SELECT MAX(version) FROM migrations", binds![]).await?;
    if at > newest_version() {
        return Err(StoreError::Broken(format!(
            "This database was made by a newer Tertulia (schema {at}, this program knows {}). Nothing was changed. Start the newer program, or restore a backup.",
            newest_version()
        )));
    }
    for step in STEPS.iter().filter(|step| step.version > at) {
        apply(&mut tx, step, now).await?;
    }
    tx.commit().await
}

async fn apply(tx: &mut Tx, step: &Step, now: Millis) -> Result<()> {
    let own = match tx.dialect() {
        Dialect::Sqlite => step.sqlite,
        Dialect::Postgres => step.postgres,
    };
    for text in [step.both, own] {
        script(tx, &tx.dialect().schema(text)).await?;
    }
    let note = "INSERT INTO migrations (version, name, applied_at) VALUES ($1, $2, $3)";
    tx.run(note, binds![step.version, step.name, now]).await?;
    Ok(())
}
