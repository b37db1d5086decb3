//! Why a use case did not happen, named by what the caller does next.

use tertulia_connector::FieldError;
use tertulia_store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// What was asked for is not there (any more).
    #[error("{0}")]
    NotFound(String),
    /// The person must change something; each error names its field.
    #[error("{}", first_message(.0))]
    Invalid(Vec<FieldError>),
    /// It cannot be done as things stand; the sentence says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// Messages came that the writer has not seen; asking once more sends.
    #[error("{0} messages were not on the screen yet.")]
    Unseen(i64),
    /// Too many tries; later.
    #[error("Too many tries. Wait a minute, then try again.")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Channel(String),
}

impl EngineError {
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// Whether the transaction met another and may be made again: see [`StoreError::met_another`].
    pub fn met_another(&self) -> bool {
        matches!(self, Self::Store(error) if error.met_another())
    }

    /// Whether one row is at fault, and not the moment: see [`StoreError::is_of_the_row`].
    pub fn is_of_the_row(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_of_the_row())
    }

    pub fn missing(what: &str) -> Self {
        Self::NotFound(format!("{what} is not there (any more)."))
    }
}

impl From<std::io::Error> for EngineError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Self::Store(StoreError::DiskFull);
        }
        Self::Store(StoreError::Blob(error))
    }
}

fn first_message(errors: &[FieldError]) -> String {
    errors.first().map_or_else(|| "Something is missing.".to_owned(), |error| error.message.clone())
}

pub type Result<T> = std::result::Result<T, EngineError>;
