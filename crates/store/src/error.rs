//! Why the database refused, named by what the caller does next.

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else holds what was wanted to be unique (an address, a key). The caller says so or takes the other.
    #[error("that already exists")]
    Conflict,
    /// Busy or gone for a moment; the same call may be made again.
    #[error("the database is busy: {0}")]
    Retry(String),
    /// Two changes waited for each other and the database took this one back whole; it may be made again at once.
    #[error("two changes met, and this one was taken back: {0}")]
    RolledBack(String),
    /// The disk has no room; nothing was changed.
    #[error("the disk is full; nothing was lost, and it goes on as soon as there is room")]
    DiskFull,
    /// A row to be written is not one that this database takes: a character it has no place for, a length it does not hold.
    #[error("the database refuses it: {0}")]
    Refused(String),
    /// The stored data or the schema are not what this version expects.
    #[error("{0}")]
    Broken(String),
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    #[error("blob store: {0}")]
    Blob(#[from] std::io::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Self::Retry(error.to_string()),
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Conflict,
            sqlx::Error::Database(database) => match database.code().as_deref() {
                // PostgreSQL's serialization failure and deadlock.
                Some("40001" | "40P01") => Self::RolledBack(error.to_string()),
                // SQLITE_BUSY and its kinds, SQLITE_LOCKED; PostgreSQL's too many connections, and its ways to say that it
                // stops or starts.
                Some("5" | "261" | "517" | "773" | "6" | "53300" | "57P01" | "57P02" | "57P03") => {
                    Self::Retry(error.to_string())
                }
                // SQLITE_FULL; PostgreSQL's disk_full.
                Some("13" | "53100") => Self::DiskFull,
                Some(code) if refuses_the_row(code) => Self::Refused(database.message().to_owned()),
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

/// PostgreSQL's classes data exception, integrity constraint violation and program limit exceeded; SQLite's TOOBIG,
/// CONSTRAINT and MISMATCH with their kinds, which are told apart above the lowest byte. All others speak of the
/// statement, the disk or the connection.
fn refuses_the_row(code: &str) -> bool {
    match code.len() {
        5 => ["22", "23", "54"].iter().any(|class| code.starts_with(class)),
        _ => code.parse().is_ok_and(|code: u32| matches!(code & 0xff, 18..=20)),
    }
}

impl StoreError {
    /// Whether it is the row's own affair, or that of a row which it meets: made again, the call fails again, and without
    /// that row it goes through. Never so where the disk is full, the
    /// database away or busy, or what is stored already not what it should be.
    pub fn is_of_the_row(&self) -> bool {
        matches!(self, Self::Conflict | Self::Refused(_))
    }

    /// Whether the same call may work a moment later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Retry(_) | Self::RolledBack(_) | Self::DiskFull)
    }

    /// Whether the same transaction, made again from its beginning, may end otherwise: it met another, and nothing of it
    /// was kept.
    pub fn met_another(&self) -> bool {
        matches!(self, Self::Conflict | Self::RolledBack(_))
    }
}

pub type Result<T> = std::result::Result<T, StoreError>;

#[cfg(test)]
mod tests {
    use super::refuses_the_row;

    #[test]
    fn only_what_a_row_holds_is_the_rows_affair() {
        let of_the_row = ["22021", "23514", "54000", "18", "19", "275", "1811", "20"];
        assert!(of_the_row.iter().all(|code| refuses_the_row(code)));
        let of_others = ["10", "11", "8", "14", "778", "1", "42P01", "58030", "XX001", "08006", "57014", "53200", ""];
        assert!(!of_others.iter().any(|code| refuses_the_row(code)));
    }
}
