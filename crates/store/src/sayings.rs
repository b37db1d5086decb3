//! Texts in which somebody may be named beside what was said, for an erasure to look through.

use crate::{Result, Sql, Tx, binds, erasing::Counts};

/// What stands in texts of the program's own, which may repeat what somebody said or is called: errors, reasons, errands;
/// notes beside what somebody asks for, which are of them alone; and the team's own notes.
/// The table, its column, and what becomes of the rows that hold a text (`$1`).
const SAYINGS: [(&str, &str, &str); 20] = [
    ("errands", "task", "DELETE FROM errands WHERE task = $1"),
    ("errands", "name", "DELETE FROM errands WHERE name = $1"),
    ("asked_mails", "address", "DELETE FROM asked_mails WHERE address = $1"),
    ("jobs", "last_error", "UPDATE jobs SET last_error = NULL WHERE last_error = $1"),
    ("channels", "last_error", "UPDATE channels SET last_error = NULL WHERE last_error = $1"),
    ("passed_over", "reason", "DELETE FROM passed_over WHERE reason = $1"),
    ("ledger_counts", "reason", "DELETE FROM ledger_counts WHERE reason = $1"),
    ("ledger_gaps", "reason", "UPDATE ledger_gaps SET reason = 'It failed.' WHERE reason = $1"),
    ("imports", "reasons", "UPDATE imports SET error = NULL, reasons = '{}' WHERE reasons = $1"),
    ("imports", "error", "UPDATE imports SET error = NULL, reasons = '{}' WHERE error = $1"),
    ("deliveries", "reason", "UPDATE deliveries SET reason = NULL WHERE reason = $1"),
    ("notes", "text", "DELETE FROM notes WHERE text = $1"),
    ("notes", "text_before", "UPDATE notes SET text_before = NULL WHERE text_before = $1"),
    ("feedback_evidence", "note", "UPDATE feedback_evidence SET note = '' WHERE note = $1"),
    ("tellings", "note", "UPDATE tellings SET note = NULL WHERE note = $1"),
    ("tellings", "words", "UPDATE tellings SET words = NULL, version = version + 1 WHERE words = $1"),
    ("tellings", "note_before", "UPDATE tellings SET note_before = NULL, version = version + 1 WHERE note_before = $1"),
    (
        "tellings",
        "words_before",
        "UPDATE tellings SET words_before = NULL, version = version + 1 WHERE words_before = $1",
    ),
    ("invitations", "words", "UPDATE invitations SET words = NULL, version = version + 1 WHERE words = $1"),
    (
        "invitations",
        "words_before",
        "UPDATE invitations SET words_before = NULL, version = version + 1 WHERE words_before = $1",
    ),
];

/// One such text, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    pub table: &'static str,
    forget: &'static str,
    pub text: String,
}

/// All of them, each text once. Whoever looks for a name in them compares as both databases do alike.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Saying>> {
    let mut all = Vec::new();
    for (table, column, forget) in SAYINGS {
        let sql = format!("SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL");
        let texts: Vec<(String,)> = on.rows(sql, binds![]).await?;
        all.extend(texts.into_iter().map(|(text,)| Saying { table, forget, text }));
    }
    Ok(all)
}

/// Takes these texts out of the rows that hold them.
pub async fn forget(tx: &mut Tx, found: &[Saying], counts: &mut Counts) -> Result<()> {
    for saying in found {
        let rows = tx.run(saying.forget, binds![&saying.text]).await?;
        *counts.entry(saying.table.to_owned()).or_default() += rows;
    }
    // Notes went by what they said: whom they named is told nothing any more.
    let sql = "DELETE FROM note_mentions WHERE NOT EXISTS (SELECT 1 FROM notes n WHERE n.id = note_mentions.note_id)";
    tx.run(sql, binds![]).await?;
    Ok(())
}
