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
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
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
