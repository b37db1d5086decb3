//! The kit finds a connector that breaks a promise.

use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use tertulia_connector::{
    Connector, Context, FieldError, NormaliseError, PullError,
    conformance::{Fixture, check},
};
use tertulia_model::{
    Author, Batch, BounceNotice, ConnectorSpec, Content, Direction, EchoSafety, EventKey, Inbound, InboundKind, Limits,
    RawContent, RawItem, Visibility,
};

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    RemembersBesideTheCursor,
    CountsItsReadings,
    NamesTheSecret,
    HidesAPicture,
}

struct Faulty {
    spec: ConnectorSpec,
    fault: Fault,
    times: AtomicU32,
}

fn run(fault: Fault) {
    let key = json!({"type": "string", "title": "Key", "format": "password"});
    let word = || "faulty".to_owned();
    let spec = ConnectorSpec {
        name: word(),
        title: word(),
        summary: word(),
        icon: word(),
        settings_schema: json!({"type": "object", "properties": {"key": key}}),
        limits: Limits::NONE,
        echo_safety: EchoSafety::AtMostOnce,
        pulls: true,
        sends: false,
        hosts_visitors: false,
        cannot_hear: Vec::new(),
    };
    let faulty = Faulty { spec, fault, times: AtomicU32::new(0) };
    check(&faulty, "account", &[Fixture::new("one", "one", json!({}))]);
}

#[async_trait]
impl Connector for Faulty {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn check(&self, settings: &Value) -> Vec<FieldError> {
        let said = if self.fault == Fault::NamesTheSecret { &settings["key"] } else { &Value::Null };
        vec![FieldError::new("key", format!("{said} is too short."))]
    }

    fn account(&self, _settings: &Value) -> String {
        "account".to_owned()
    }

    fn source(&self, _account: &str) -> String {
        "faulty".to_owned()
    }

    async fn pull(&self, _ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
        let place = match self.fault {
            Fault::RemembersBesideTheCursor => self.times.fetch_add(1, Ordering::Relaxed).into(),
            _ => cursor.and_then(|cursor| cursor.as_u64()).unwrap_or(0),
        };
        let content = RawContent::Memory(Vec::new());
        let item = RawItem { key: place.to_string(), content, received_at: 0, hint: json!({}).into() };
        Ok(Batch { items: vec![item], next: Some(json!(place + 1)), ..Batch::default() })
    }

    fn normalise(&self, account: &str, _item: &RawItem, _bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        if self.fault == Fault::HidesAPicture {
            let author = Author { space: "x".into(), handle: "kim".into(), display_name: None, claimed_mail: None };
            let said = Content::said(author, Direction::Theirs, Visibility::Public, "Look".to_owned());
            let content = Box::new(Content { html: Some("<p>Look <img src=a.png></p>".to_owned()), ..said });
            let key = EventKey { source: account.to_owned(), external_id: "1".to_owned() };
            return Ok(vec![Inbound { key, kind: InboundKind::Created(content) }]);
        }
        let times = self.times.fetch_add(1, Ordering::Relaxed);
        let reason = if self.fault == Fault::CountsItsReadings { times.to_string() } else { String::new() };
        let notice = BounceNotice { bounced_id: "1".to_owned(), permanent: true, failed: Vec::new(), reason };
        let key = EventKey { source: account.to_owned(), external_id: "1".to_owned() };
        Ok(vec![Inbound { key, kind: InboundKind::Bounced(notice) }])
    }
}

#[test]
fn a_connector_that_keeps_its_promises_passes() {
    run(Fault::None);
}

#[test]
#[should_panic(expected = "the same cursor led to other items")]
fn a_cursor_that_holds_only_half_is_found() {
    run(Fault::RemembersBesideTheCursor);
}

#[test]
#[should_panic(expected = "the same bytes gave something else")]
fn one_that_says_something_else_each_time_is_found() {
    run(Fault::CountsItsReadings);
}

#[test]
#[should_panic(expected = "the secret key shows in the errors of the settings")]
fn a_secret_in_an_error_is_found() {
    run(Fault::NamesTheSecret);
}

#[test]
#[should_panic(expected = "one: a message shows a picture and does not say so")]
fn a_picture_that_nobody_is_told_of_is_found() {
    run(Fault::HidesAPicture);
}
