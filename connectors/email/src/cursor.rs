//! How far a mailbox has been read.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use tertulia_connector::PullError;
use tertulia_model::Millis;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// When this mailbox was first read. What is older is history.
    pub started_at: Millis,
    /// History reaches back to here; `None` for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    #[serde(default)]
    pub folders: BTreeMap<String, Position>,
}

/// A place in one folder. UIDs only rise, for as long as `uidvalidity` stays (RFC 9051 §2.3.1.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub uidvalidity: u32,
    pub last_uid: u32,
    /// Mails up to this UID were there before us.
    pub history_until: u32,
    /// The folder was rebuilt, so that its UIDs do not tell old mail from new: the time at which it took each does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_date: bool,
}

impl Cursor {
    /// A cursor that cannot be read is not as none: a mailbox that begins anew passes over all that came until now.
    pub fn read(value: Option<Value>) -> Result<Option<Self>, PullError> {
        let read = value.map(serde_json::from_value).transpose();
        read.map_err(|_| {
            PullError::Misconfigured(
                "How far this mailbox was read is not known any more. Delete it here and connect it again, with its old \
                 mail: everything in it is read then, and what is here already is not doubled."
                    .to_owned(),
            )
        })
    }

    pub fn write(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day as IMAP's SEARCH writes it: `2-Jun-2025`.
pub fn imap_day(at: Millis) -> String {
    let day = mail_parser::DateTime::from_timestamp(at.div_euclid(1000));
    format!("{}-{}-{}", day.day, MONTHS[usize::from(day.month - 1) % MONTHS.len()], day.year)
}

/// INTERNALDATE (`" 2-Jun-2025 09:15:00 +0200"`) as milliseconds.
pub fn internal_date(text: &str) -> Option<Millis> {
    let (day, rest) = text.trim().split_once(' ')?;
    let date = mail_parser::DateTime::parse_rfc822(&format!("{} {rest}", day.replace('-', " ")))?;
    date.is_valid().then(|| date.to_timestamp() * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_json_and_garbage_is_no_new_beginning() {
        let mut cursor = Cursor { started_at: 5, since: Some(3), ..Cursor::default() };
        cursor
            .folders
            .insert("INBOX".to_owned(), Position { uidvalidity: 7, last_uid: 9, history_until: 4, by_date: true });
        assert_eq!(Cursor::read(Some(cursor.write())), Ok(Some(cursor)));
        assert!(matches!(Cursor::read(Some(serde_json::json!("x"))), Err(PullError::Misconfigured(_))));
        assert_eq!(Cursor::read(None), Ok(None));
    }

    #[test]
    fn days_and_dates_are_those_of_the_calendar() {
        assert_eq!(imap_day(0), "1-Jan-1970");
        assert_eq!(imap_day(1_748_848_500_000), "2-Jun-2025");
        assert_eq!(imap_day(1_709_164_800_000), "29-Feb-2024");
        assert_eq!(internal_date(" 2-Jun-2025 09:15:00 +0200"), Some(1_748_848_500_000));
        assert_eq!(internal_date("yesterday"), None);
    }
}
