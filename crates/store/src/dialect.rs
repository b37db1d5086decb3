//! What must differ between the two databases. Everything else in this crate is one text for both.

use crate::db::Dialect;

impl Dialect {
    /// A schema in this database's words: only with INTEGER PRIMARY KEY does SQLite use the row's own key, and it calls
    /// BYTEA a BLOB.
    pub fn schema(self, text: &str) -> String {
        match self {
            Self::Sqlite => text.replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY").replace("BYTEA", "BLOB"),
            Self::Postgres => text.to_owned(),
        }
    }

    /// Ends a query that claims rows which others may be claiming at the same moment. SQLite has one writer.
    pub fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// Makes writers announce one after the other, so that the sequence is the order of commits. SQLite has one writer.
    pub fn commit_order_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT pg_advisory_xact_lock(7306)"),
        }
    }

    /// The head and tail of a statement that puts (place, terms) into the full-text index.
    pub fn index_terms(self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite => ("INSERT INTO message_terms (rowid, terms)", ""),
            Self::Postgres => (
                "INSERT INTO message_terms (place, terms) SELECT p, array_to_tsvector(string_to_array(t, ' ')) FROM (",
                ") AS v (p, t)",
            ),
        }
    }

    /// Which places hold a term, as a condition on `message_terms` with the query at `$n`.
    pub fn terms_match(self, n: usize) -> String {
        match self {
            Self::Sqlite => format!("message_terms MATCH ${n}"),
            Self::Postgres => format!("terms @@ CAST(${n} AS TSQUERY)"),
        }
    }

    /// The column of the full-text index that holds the message's place.
    pub fn terms_place(self) -> &'static str {
        match self {
            Self::Sqlite => "rowid",
            Self::Postgres => "place",
        }
    }
}
