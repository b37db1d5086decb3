//! What somebody with a proven address said on a page of ours, as the mail that they might have written instead: so it is
//! kept, found, answered and erased like every other.

use crate::{
    addresses::one_line,
    compose::{bracketed, mailbox, with_crlf},
    parse::Folder,
    settings::Settings,
};
use lettre::{
    Message,
    message::{SinglePart, header::ContentType},
};
use serde_json::json;
use std::time::{Duration, SystemTime};
use tertulia_connector::Elsewhere;
use tertulia_model::{RawContent, RawItem};

pub fn item(settings: &Settings, id: &str, words: &Elsewhere) -> Option<RawItem> {
    let since = Duration::from_millis(u64::try_from(words.at).unwrap_or(0));
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(with_crlf(&words.text));
    let mail = Message::builder()
        .from(mailbox(&words.address, None).ok()?)
        .to(mailbox(&settings.address, None).ok()?)
        .date(SystemTime::UNIX_EPOCH + since)
        .message_id(Some(bracketed(id).ok()?))
        .subject(one_line(&words.subject, 900))
        .singlepart(text)
        .ok()?;
    Some(RawItem {
        key: id.to_owned(),
        content: RawContent::Memory(mail.formatted()),
        received_at: words.at,
        hint: json!({ "folder": Folder::Inbox, "ours": settings.ours }).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse_mail;
    use serde_json::json;
    use tertulia_model::{Direction, InboundKind};

    #[test]
    fn it_reads_as_a_mail_from_them_to_us() {
        let settings = Settings::read(&json!({ "address": "shop@roaster.example" }));
        let words = Elsewhere {
            unique: "voice.1.1".to_owned(),
            address: "amina@example.org".to_owned(),
            subject: "Open on\r\nBcc: all@example.org".to_owned(),
            text: "Sundays, please.\n.\nFrom: nobody \u{0}شكرا".to_owned(),
            at: 1_795_262_400_000,
        };
        let item = item(&settings, "tertulia.voice.1.1@roaster.example", &words).unwrap();
        let RawContent::Memory(bytes) = item.content else { panic!("it is in memory") };
        let read = parse_mail(&bytes, &settings.ours, Folder::Inbox).unwrap();
        assert_eq!(read.key.external_id, "tertulia.voice.1.1@roaster.example");
        let InboundKind::Created(content) = read.kind else { panic!("something was said") };
        assert_eq!((content.author.handle.as_str(), content.direction), ("amina@example.org", Direction::Theirs));
        assert!(content.addressed_to_us && content.recipients.len() == 1, "{content:?}");
        assert_eq!(content.subject.as_deref(), Some("Open on Bcc: all@example.org"));
        assert_eq!(content.text.trim(), "Sundays, please.\n.\nFrom: nobody شكرا");
        assert_eq!(content.stated_at, Some(1_795_262_400_000));
    }
}
