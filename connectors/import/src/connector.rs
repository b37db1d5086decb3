//! The connector: what an import says of itself, and how an item is understood.

use crate::{bluesky, discourse, format::Format, mastodon, mbox, plan::Plan, slack, table, wordpress};
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError, RwLock};
use tertulia_connector::{Connector, NormaliseError};
use tertulia_connector_email::{Folder, parse_mail};
use tertulia_model::{ConnectorSpec, Direction, EchoSafety, Inbound, InboundKind, Limits, RawItem};

/// Files of what was said before: mailboxes, tables, JSON lines, and what platforms export.
pub struct Import {
    spec: ConnectorSpec,
    /// The plan of the hint that came last. All items of a file share one hint, so it is made once for a file and
    /// found again by comparing pointers; the hint is held, so its address cannot come to mean another.
    last: RwLock<Option<(Arc<Value>, Arc<Plan>)>>,
}

impl Default for Import {
    fn default() -> Self {
        Self { spec: spec(), last: RwLock::new(None) }
    }
}

/// The import, for the list of connectors.
pub fn connector() -> Import {
    Import::default()
}

fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "import".to_owned(),
        title: "Import".to_owned(),
        summary:
            "Takes in archives of what was said before: mailbox files, tables, JSON lines, and what platforms export."
                .to_owned(),
        icon: "file-input".to_owned(),
        settings_schema: json!({
            "type": "object",
            "properties": {
                "name": {
                    "type": "string",
                    "title": "Name of the archive",
                    "description": "Files that you import under the same name share one space of message ids, so importing one again doubles nothing.",
                    "maxLength": 80,
                    "x-order": 1,
                },
            },
            "required": ["name"],
            "additionalProperties": false,
        }),
        limits: Limits::NONE,
        // Nothing is sent here, so nothing is ever sent again.
        echo_safety: EchoSafety::AtMostOnce,
        pulls: false,
        sends: false,
        hosts_visitors: false,
        cannot_hear: Vec::new(),
    }
}

impl Import {
    fn plan(&self, hint: &Arc<Value>) -> Result<Arc<Plan>, NormaliseError> {
        if let Some((known, plan)) = &*self.last.read().unwrap_or_else(PoisonError::into_inner)
            && Arc::ptr_eq(known, hint)
        {
            return Ok(plan.clone());
        }
        let plan = Arc::new(Plan::new(hint)?);
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = Some((hint.clone(), plan.clone()));
        Ok(plan)
    }
}

impl Connector for Import {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn account(&self, settings: &Value) -> String {
        let name = settings.get("name").and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
        name.unwrap_or("archive").to_owned()
    }

    fn source(&self, account: &str) -> String {
        format!("import:{account}")
    }

    fn archives(&self) -> Option<&dyn tertulia_connector::archive::Archives> {
        Some(self)
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let plan = self.plan(&item.hint)?;
        match plan.format {
            Format::Mbox => mail(&plan, bytes),
            Format::Csv(_) | Format::Jsonl | Format::Twcs => table::normalise(account, &plan, bytes),
            Format::Mastodon => mastodon::normalise(&plan, bytes),
            Format::Bluesky => bluesky::normalise(&plan, bytes),
            Format::Slack => slack::normalise(account, &plan, bytes),
            Format::WordPress => wordpress::normalise(&plan, bytes),
            Format::Discourse => discourse::normalise(account, &plan, bytes),
        }
    }
}

fn mail(plan: &Plan, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
    let mut event = parse_mail(&mbox::mail_of(bytes), &plan.our_accounts, Folder::Archive)?;
    if let InboundKind::Created(content) = &mut event.kind {
        content.visibility = plan.visibility();
        content.stated_at = content.stated_at.or_else(|| mbox::separator_time(bytes));
        // In history, what we wrote is as much our conversation as what was written to us.
        content.addressed_to_us |= content.direction == Direction::Ours;
    }
    Ok(vec![event])
}
