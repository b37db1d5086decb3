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

    /// One value of many. SQLite looks names such as `$7` up one by one, at each run, so there it has none and takes the
    /// number after the one before.
    pub fn placeholder(self, n: usize) -> String {
        match self {
            Self::Sqlite => "?".to_owned(),
            Self::Postgres => format!("${n}"),
        }
    }

    /// `($1,$2),($3,$4)` … for many rows.
    pub fn placeholders(self, rows: usize, width: usize) -> String {
        let mut text = String::with_capacity(rows * width * 6);
        for n in 0..rows * width {
            text.push_str(match (n, n % width) {
                (0, _) => "(",
                (_, 0) => "),(",
                _ => ",",
            });
            text.push_str(&self.placeholder(n + 1));
        }
        text.push(')');
        text
    }

    /// Ends a query that claims rows which others may be claiming at the same moment. SQLite has one writer.
    pub fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// Ends a query whose rows are to stay as they are read until the transaction ends. SQLite has one writer.
    pub fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR UPDATE",
        }
    }

    /// Makes programs that start at once migrate one after the other. SQLite has one writer.
    pub fn migration_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT pg_advisory_xact_lock(7304)"),
        }
    }

    /// Makes those who place messages in threads do it one after the other. SQLite has one writer.
    pub fn threading_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT pg_advisory_xact_lock(7305)"),
        }
    }

    /// Makes writers announce one after the other, so that the sequence is the order of commits. SQLite has one writer.
    pub fn commit_order_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT pg_advisory_xact_lock(7306)"),
        }
    }

    /// Keeps those who name blobs in rows from those who take blobs off the disk, who are `alone`. SQLite has one writer.
    pub fn blobs_lock(self, alone: bool) -> Option<&'static str> {
        match (self, alone) {
            (Self::Sqlite, _) => None,
            (Self::Postgres, false) => Some("SELECT pg_advisory_xact_lock_shared(7307)"),
            (Self::Postgres, true) => Some("SELECT pg_advisory_xact_lock(7307)"),
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

    /// Brings the parts of the full-text index together by so many pages, where that is for us to do: PostgreSQL does it
    /// by itself. SQLite would too, but then does nothing with most commits and everything with one, and everybody waits.
    pub fn merge_terms(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some("INSERT INTO message_terms (message_terms, rank) VALUES ('merge', $1)"),
            Self::Postgres => None,
        }
    }

    /// Which places hold the terms, as a condition on `message_terms`; `query` is the placeholder.
    pub fn terms_match(self, query: &str) -> String {
        match self {
            Self::Sqlite => format!("message_terms MATCH {query}"),
            Self::Postgres => format!("terms @@ CAST({query} AS TSQUERY)"),
        }
    }

    /// One term, or all that begin with it, in the index's own query language.
    pub fn term(self, term: &str, prefix: bool) -> String {
        match self {
            Self::Sqlite => format!("\"{}\"{}", term.replace('"', "\"\""), if prefix { " *" } else { "" }),
            Self::Postgres => {
                let quoted = term.replace('\\', "\\\\").replace('\'', "''");
                format!("'{quoted}'{}", if prefix { ":*" } else { "" })
            }
        }
    }

    /// Conditions joined by "and" or "or".
    pub fn joined(self, conditions: &[String], all: bool) -> String {
        let by = match (self, all) {
            (Self::Sqlite, true) => " AND ",
            (Self::Sqlite, false) => " OR ",
            (Self::Postgres, true) => " & ",
            (Self::Postgres, false) => " | ",
        };
        format!("({})", conditions.join(by))
    }

    /// The column of the full-text index that holds the message's place.
    pub fn terms_place(self) -> &'static str {
        match self {
            Self::Sqlite => "rowid",
            Self::Postgres => "place",
        }
    }
}
