//! Answers to surveys: one person's score, words, or both, to one question.
//!
//! [`columns`] finds what each column of a table holds, [`answer`] what a row says, and [`score`] keeps scores on their
//! scales; [`door`] lets in what programs post, [`brought`] what somebody brings by hand.

mod answer;
mod brought;
mod columns;
mod door;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod score;
mod settings;

use async_trait::async_trait;
use columns::Mapping;
use serde::Deserialize;
use serde_json::Value;
use tertulia_connector::{
    Connector, Context, FieldError, NormaliseError, PullError, ReceiveError, Received, Request,
    by_hand::{Brought, ByHand, File, Files},
};
use tertulia_model::{ConnectorSpec, Inbound, Mode, RawItem};

pub fn connector() -> Survey {
    Survey { spec: settings::spec(), files: brought::files() }
}

#[derive(Debug)]
pub struct Survey {
    spec: ConnectorSpec,
    files: Files,
}

#[async_trait]
impl Connector for Survey {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn check(&self, settings: &Value) -> Vec<FieldError> {
        settings::check(settings)
    }

    fn account(&self, settings: &Value) -> String {
        settings::account(settings)
    }

    async fn test(&self, ctx: &Context) -> Result<Vec<String>, PullError> {
        let token = door::token(ctx)
            .ok_or_else(|| PullError::Misconfigured("This channel has no key yet: add it again.".to_owned()))?;
        Ok(vec![
            format!("A program posts answers (JSON, or a line of JSON each) to {}", ctx.door_url("/answers")),
            format!("and files (CSV too) to {}", ctx.door_url("/file")),
            format!("with the header Authorization: Bearer {token}"),
        ])
    }

    async fn receive(&self, ctx: &Context, request: Request) -> Result<Received, ReceiveError> {
        door::receive(ctx, &request).await
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let mapping = Mapping::deserialize(&*item.hint)
            .map_err(|error| NormaliseError(format!("The columns of this answer cannot be understood: {error}.")))?;
        let kept = serde_json::from_slice(bytes)
            .map_err(|error| NormaliseError(format!("This is no answer to a survey: {error}.")))?;
        answer::normalise(account, &mapping, &kept)
    }

    fn mode(&self) -> Option<Mode> {
        Some(Mode::Survey)
    }

    fn by_hand(&self) -> Option<&dyn ByHand> {
        Some(self)
    }

    fn preview(&self, settings: &Value, sample: &[u8]) -> Option<Result<Vec<Inbound>, Vec<FieldError>>> {
        Some(brought::preview(settings, sample))
    }

    fn source(&self, account: &str) -> String {
        answer::source(account)
    }
}

impl ByHand for Survey {
    fn files(&self) -> Option<&Files> {
        Some(&self.files)
    }

    fn file(&self, ctx: &Context, file: &File) -> Result<Brought, Vec<FieldError>> {
        brought::file(&ctx.account, &ctx.settings, file)
    }
}
