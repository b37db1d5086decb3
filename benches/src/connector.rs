//! A connector that costs next to nothing, so that what is measured is ours: an item is one line of
//! `number TAB parent TAB author TAB addressed TAB milliseconds TAB words`.

use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::Arc;
use tertulia_connector::{Connector, Context, NormaliseError, SendError, Sent};
use tertulia_model::{
    Author, ConnectorSpec, Content, CountBy, Direction, EchoSafety, EventKey, Inbound, InboundKind, Limits, Millis,
    Outgoing, RawContent, RawItem, Visibility,
};

pub struct Firehose {
    spec: ConnectorSpec,
}

impl Firehose {
    pub const NAME: &'static str = "firehose";
}

impl Default for Firehose {
    fn default() -> Self {
        let limits = Limits::words(10_000, CountBy::Characters);
        let spec = ConnectorSpec {
            name: Self::NAME.to_owned(),
            title: "Firehose".to_owned(),
            summary: "Made-up messages for measuring.".to_owned(),
            icon: "rss".to_owned(),
            settings_schema: json!({ "type": "object", "properties": {} }),
            limits,
            echo_safety: EchoSafety::ProviderDedup,
            pulls: false,
            sends: true,
            hosts_visitors: false,
            cannot_hear: Vec::new(),
        };
        Self { spec }
    }
}

/// A message before it is an item.
#[derive(Debug, Clone)]
pub struct Line {
    pub number: usize,
    /// What it answers.
    pub parent: Option<usize>,
    pub author: usize,
    pub addressed_to_us: bool,
    pub at: Millis,
    pub words: String,
}

impl Line {
    pub fn into_item(self, hint: &Arc<Value>, now: Millis) -> RawItem {
        let parent = self.parent.map(|parent| parent.to_string()).unwrap_or_default();
        let addressed = u8::from(self.addressed_to_us);
        let line = format!("{}\t{parent}\t{}\t{addressed}\t{}\t{}", self.number, self.author, self.at, self.words);
        RawItem {
            key: self.number.to_string(),
            content: RawContent::Memory(line.into_bytes()),
            received_at: now,
            hint: hint.clone(),
        }
    }
}

#[async_trait]
impl Connector for Firehose {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn account(&self, _settings: &Value) -> String {
        "bench".to_owned()
    }

    fn source(&self, account: &str) -> String {
        format!("{}:{account}", Self::NAME)
    }

    fn normalise(&self, account: &str, _item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let broken = || NormaliseError("no line of the firehose".to_owned());
        let line = std::str::from_utf8(bytes).map_err(|_| broken())?;
        let fields: Vec<&str> = line.splitn(6, '\t').collect();
        let [number, parent, author, addressed, at, words] = fields[..] else { return Err(broken()) };
        let author = Author {
            space: Self::NAME.to_owned(),
            handle: format!("person{author}"),
            display_name: Some(format!("Person {author}")),
            claimed_mail: None,
        };
        let content = Content {
            addressed_to_us: addressed == "1",
            stated_at: Some(at.parse().map_err(|_| broken())?),
            references: if parent.is_empty() { Vec::new() } else { vec![parent.to_owned()] },
            ..Content::said(author, Direction::Theirs, Visibility::Public, words.to_owned())
        };
        let key = EventKey { source: self.source(account), external_id: number.to_owned() };
        Ok(vec![Inbound { key, kind: InboundKind::Created(Box::new(content)) }])
    }

    async fn send(&self, _ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        Ok(Sent { external_id: outgoing.external_id.clone() })
    }
}
