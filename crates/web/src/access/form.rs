//! Forms that come back with what was typed and with each mistake beside its field.

use crate::WebError;
use axum::{
    extract::{Form, FromRequest, Request},
    response::IntoResponse,
};
use serde::de::DeserializeOwned;
use tertulia_engine::EngineError;

/// What is wrong with a form.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    fields: Vec<(String, String)>,
    /// What is wrong with no field of its own; empty where nothing is.
    pub general: String,
}

impl Mistakes {
    /// What a person can mend on the same page; other errors go on to a page of their own.
    pub fn of(error: EngineError) -> Result<Self, WebError> {
        match error {
            EngineError::Invalid(errors) => {
                Ok(Self { fields: errors.into_iter().map(|e| (e.field, e.message)).collect(), general: String::new() })
            }
            EngineError::Refused(_) | EngineError::TooMany | EngineError::Channel(_) => {
                Ok(Self { fields: Vec::new(), general: error.to_string() })
            }
            other => Err(other.into()),
        }
    }

    /// The mistake in one field; empty where there is none.
    pub fn at(&self, field: &str) -> &str {
        self.fields.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message)
    }

    /// Each field that is wrong, and why.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.general.is_empty()
    }

    /// Says something of a field that has no mistake of its own.
    pub fn note(&mut self, field: &str, message: &str) {
        if self.at(field).is_empty() {
            self.fields.push((field.to_owned(), message.to_owned()));
        }
    }
}

/// A form's fields; a body that is no form is refused in our own words.
pub(crate) struct Fields<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Fields<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        match Form::<T>::from_request(request, state).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(WebError::new(
                rejection.into_response().status(),
                "This form could not be read. Nothing was changed; go back, load the page again and retry.",
            )),
        }
    }
}
