//! One of our messages as the bytes of a mail (RFC 5322, MIME).

use crate::{addresses::one_line, attach::file_name, settings::Settings, token};
use lettre::{
    Address, Message,
    message::{
        Attachment, Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use std::time::{Duration, SystemTime};
use tertulia_connector::addresses::which_of_ours;
use tertulia_model::{Millis, Outgoing, RecipientRole};

/// References beyond this are left out from the middle; the root and the nearest tie a thread together.
const MAX_REFERENCES: usize = 30;

/// A mail ready to go.
#[derive(Debug)]
pub struct Letter {
    pub from: String,
    /// Everybody it goes to, the blind ones included.
    pub to: Vec<String>,
    pub bytes: Vec<u8>,
}

/// `files` are the contents of the attachments, in their order. An error is a sentence for the person who wrote it.
pub fn compose(outgoing: &Outgoing, settings: &Settings, now: Millis, files: Vec<Vec<u8>>) -> Result<Letter, String> {
    let from = outgoing.from_address.as_deref().unwrap_or(&settings.address);
    if which_of_ours(from, &settings.ours).is_none() {
        return Err(format!(
            "{} is not an address of this mailbox. Add it in the channel's settings, or send as another.",
            one_line(from, 100)
        ));
    }
    // What the mailbox is called was typed for just this; whoever writes is named where nothing was.
    let name = settings.display_name.as_deref().or(outgoing.from_name.as_deref());
    let since = Duration::from_millis(u64::try_from(now).unwrap_or(0));
    let mut builder = Message::builder()
        .from(mailbox(from, name)?)
        .date(SystemTime::UNIX_EPOCH + since)
        .message_id(Some(bracketed(&outgoing.external_id)?))
        .subject(one_line(outgoing.subject.as_deref().unwrap_or_default(), 900));
    for recipient in recipients(outgoing) {
        let mailbox = mailbox(&recipient.1, recipient.2.as_deref())?;
        builder = match recipient.0 {
            RecipientRole::To => builder.to(mailbox),
            RecipientRole::Cc => builder.cc(mailbox),
            // lettre takes it into the envelope and leaves it out of what everybody reads.
            RecipientRole::Bcc => builder.bcc(mailbox),
        };
    }
    let references = references(outgoing);
    if let Some(parent) = references.last() {
        builder = builder.in_reply_to(parent.clone()).references(references.join(" "));
    }
    if let Some(token) = outgoing.reply_token.as_deref().filter(|token| token::is_token(token)) {
        builder = builder.raw_header(header(token::HEADER, token));
        let plus = token::reply_address(from, token).filter(|_| settings.reply_plus_addressing);
        if let Some(address) = plus {
            builder = builder.reply_to(mailbox(&address, name)?);
        }
    }
    if outgoing.by_machine {
        // RFC 3834 §5: whoever answers by a machine sees that nobody reads it.
        builder = builder.raw_header(header("Auto-Submitted", "auto-generated"));
    }
    let whole = outgoing.whole_text();
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(with_crlf(&whole));
    let built = if files.is_empty() {
        builder.singlepart(text)
    } else {
        let boundary = format!("part-{}", boundary(&outgoing.external_id, &whole));
        let mut parts = MultiPart::mixed().boundary(boundary).singlepart(text);
        for (attachment, bytes) in outgoing.attachments.iter().zip(files) {
            let name = Some(file_name(&attachment.name)).filter(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| "file".to_owned());
            let media_type = media_type(&attachment.media_type).map_err(|error| error.to_string())?;
            // A file's lines end as they please, and a mail's in CRLF alone (RFC 5321 §2.3.8): strict servers refuse others.
            let body = Body::new_with_encoding(bytes, ContentTransferEncoding::Base64)
                .map_err(|_| format!("The file {name} could not be put into the mail."))?;
            parts = parts.singlepart(Attachment::new(name).body(body, media_type));
        }
        builder.multipart(parts)
    };
    let message = built.map_err(|error| match error {
        lettre::error::Error::MissingTo => "This mail has nobody to go to. Add a recipient.".to_owned(),
        other => format!("This mail could not be put together: {other}."),
    })?;
    let to = message.envelope().to().iter().map(ToString::to_string).collect();
    Ok(Letter { from: from.to_owned(), to, bytes: message.formatted() })
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// What a file is called in a mail. A mail within the mail may not be encoded (RFC 2045 §6.4), so it goes as plain bytes.
fn media_type(named: &str) -> Result<ContentType, impl std::error::Error> {
    let lower = named.trim_start().to_ascii_lowercase();
    let composite = lower.starts_with("message/") || lower.starts_with("multipart/");
    let named = if composite { Err(()) } else { ContentType::parse(named).map_err(|_| ()) };
    named.or_else(|()| ContentType::parse("application/octet-stream"))
}

/// The recipients; where none are named, the one whose handle is answered.
fn recipients(outgoing: &Outgoing) -> Vec<(RecipientRole, String, Option<String>)> {
    if outgoing.recipients.is_empty() && !outgoing.to_handle.is_empty() {
        return vec![(RecipientRole::To, outgoing.to_handle.clone(), None)];
    }
    outgoing.recipients.iter().map(|r| (r.role, r.address.clone(), r.name.clone())).collect()
}

pub(crate) fn mailbox(address: &str, name: Option<&str>) -> Result<Mailbox, String> {
    let parsed: Address = address
        .trim()
        .parse()
        .map_err(|_| format!("\u{201c}{}\u{201d} is no address that mail can go to.", one_line(address, 100)))?;
    let name = name.map(|name| one_line(name, 200)).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, parsed))
}

fn references(outgoing: &Outgoing) -> Vec<String> {
    let mut list: Vec<String> = outgoing.references.iter().filter_map(|id| bracketed(id).ok()).collect();
    if list.len() > MAX_REFERENCES {
        list.drain(1..list.len() - MAX_REFERENCES + 1);
    }
    list
}

/// An id in its brackets. One with a blank or a bracket inside could end the header and begin another.
pub(crate) fn bracketed(id: &str) -> Result<String, String> {
    let good = !id.is_empty() && id.len() < 900 && id.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>'));
    if good { Ok(format!("<{id}>")) } else { Err("The message has no usable id.".to_owned()) }
}

/// The same for the same mail, so that a repeat is the same bytes; not to be guessed from outside the text.
fn boundary(id: &str, text: &str) -> String {
    tertulia_connector::sign::sign(id.as_bytes(), text).replace(['_', '-'], "x")
}

pub(crate) fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "").replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Folder, parse_mail};
    use serde_json::json;
    use tertulia_model::{
        AutoKind, BlobRange, Forwarded, InboundKind, MessageId, OutgoingAttachment, Recipient, Visibility,
    };

    fn settings() -> Settings {
        Settings::read(
            &json!({"address": "hello@roastery.example", "imap_host": "x.example", "reply_plus_addressing": true}),
        )
    }

    fn outgoing() -> Outgoing {
        let to = |role, address: &str| Recipient { role, address: address.to_owned(), name: None };
        Outgoing {
            message: MessageId(1),
            external_id: "tertulia.1@roastery.example".to_owned(),
            idempotency_key: "k".to_owned(),
            to_handle: String::new(),
            from_address: None,
            from_name: Some("Caf\u{e9} \u{2615}".to_owned()),
            recipients: vec![
                to(RecipientRole::To, "kim@customer.example"),
                to(RecipientRole::Cc, "jon@customer.example"),
                to(RecipientRole::Bcc, "boss@customer.example"),
            ],
            subject: Some(
                "Re: Gr\u{fc}\u{df}e aus der R\u{f6}sterei, ein ziemlich langer Betreff \u{65e5}\u{672c}\u{8a9e}"
                    .to_owned(),
            ),
            text: "Hello \u{1f600}\n\n.\nFrom here on: a line with a dot alone stands above.".to_owned(),
            references: (0..60).map(|n| format!("ref{n}@customer.example")).collect(),
            reply_token: Some("Tok3n.abcDEF".to_owned()),
            attachments: Vec::new(),
            forwards: None,
            by_machine: false,
            visibility: Visibility::Private,
        }
    }

    fn read_back(letter: &Letter) -> tertulia_model::Content {
        match parse_mail(&letter.bytes, &settings().ours, Folder::Sent).unwrap().kind {
            InboundKind::Created(content) => *content,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_we_write_is_read_back_as_written() {
        let letter = compose(&outgoing(), &settings(), 1_748_848_500_000, Vec::new()).unwrap();
        let content = read_back(&letter);
        assert_eq!(content.subject, outgoing().subject);
        assert_eq!(content.text, outgoing().text);
        assert_eq!(content.author.display_name.as_deref(), Some("Caf\u{e9} \u{2615}"));
        assert_eq!(content.stated_at, Some(1_748_848_500_000));
        assert_eq!(content.reply_token.as_deref(), Some("Tok3n.abcDEF"));
        assert_eq!(content.reply_to.as_deref(), Some("hello+t-tok3n.abcdef@roastery.example"));
        assert_eq!(content.references.len(), 30);
        assert_eq!(content.references[0], "ref0@customer.example");
        assert_eq!(content.references[29], "ref59@customer.example");
        let text = String::from_utf8(letter.bytes.clone()).unwrap();
        assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 998), "{text}");
        assert!(!text.contains("boss@customer.example") && !text.contains("Auto-Submitted"));
        assert_eq!(letter.to, ["kim@customer.example", "jon@customer.example", "boss@customer.example"]);
    }

    #[test]
    fn files_go_with_it_and_a_repeat_is_the_same_bytes() {
        let mut with_file = outgoing();
        let content = BlobRange { blob: "b".to_owned(), offset: 0, length: 3 };
        let name = "../Rechnung f\u{fc}r Kim.pdf".to_owned();
        with_file.attachments = vec![OutgoingAttachment { name, media_type: "application/pdf".to_owned(), content }];
        let letter = |mail: &Outgoing| compose(mail, &settings(), 0, vec![vec![0, 255, 10]]).unwrap();
        let content = read_back(&letter(&with_file));
        assert_eq!(
            (content.attachments[0].name.as_str(), content.attachments[0].bytes.as_slice()),
            ("Rechnung f\u{fc}r Kim.pdf", &[0, 255, 10][..])
        );
        assert_eq!(content.text, with_file.text);
        assert_eq!(letter(&with_file).bytes, letter(&with_file).bytes);
    }

    #[test]
    fn a_file_comes_back_byte_for_byte_whatever_its_lines_end_in() {
        for (name, media_type, sent_as, bytes) in [
            ("table.csv", "text/csv", "text/csv", &b"a,b\n1,2\n"[..]),
            ("old.txt", "text/plain", "text/plain", b"one\rtwo\r\nthree\n.\n"),
            (
                "Cold coffee.eml",
                "message/rfc822",
                "application/octet-stream",
                b"Subject: Cold coffee\n\nIt was cold.\n",
            ),
        ] {
            let content = BlobRange { blob: "b".to_owned(), offset: 0, length: 3 };
            let (name, media_type) = (name.to_owned(), media_type.to_owned());
            let attachments = vec![OutgoingAttachment { name, media_type, content }];
            let mail = Outgoing { attachments, ..outgoing() };
            let letter = compose(&mail, &settings(), 0, vec![bytes.to_vec()]).unwrap();
            let text = String::from_utf8(letter.bytes.clone()).unwrap();
            assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{text}");
            let [file] = &read_back(&letter).attachments[..] else { panic!("{text}") };
            assert_eq!((file.media_type.as_str(), file.bytes.as_slice()), (sent_as, bytes));
        }
    }

    #[test]
    fn a_forward_is_read_back_with_the_original_below_and_begins_a_thread_of_its_own() {
        let original = "---------- Forwarded message ----------\nFrom: Kim <kim@customer.example>\n\n.\nStale beans";
        let forwards = |text: &str| Some(Forwarded { message: MessageId(7), text: text.to_owned() });
        let mail = Outgoing {
            text: "Nils, please look.\n".to_owned(),
            references: Vec::new(),
            forwards: forwards(original),
            ..outgoing()
        };
        let letter = compose(&mail, &settings(), 0, Vec::new()).unwrap();
        let content = read_back(&letter);
        assert_eq!(content.text, format!("Nils, please look.\n\n{original}"));
        assert!(content.references.is_empty());
        let headers = String::from_utf8(letter.bytes.clone()).unwrap();
        let headers = headers.split("\r\n\r\n").next().unwrap();
        assert!(!headers.contains("In-Reply-To") && !headers.contains("References"), "{headers}");
        assert_eq!(compose(&mail, &settings(), 0, Vec::new()).unwrap().bytes, letter.bytes, "a repeat is the same");
        let wordless = Outgoing { text: String::new(), ..mail };
        assert_eq!(read_back(&compose(&wordless, &settings(), 0, Vec::new()).unwrap()).text, original);
        // What somebody wrote in the original stays words: it ends no part and begins no header.
        let evil = "From: x\r\n\r\n--part-0--\r\nBcc: victim@example.org";
        let mail = Outgoing { forwards: forwards(evil), ..wordless };
        let letter = compose(&mail, &settings(), 0, Vec::new()).unwrap();
        assert!(!letter.to.iter().any(|to| to.contains("victim")));
        assert_eq!(read_back(&letter).text, evil.replace("\r\n", "\n"));
    }

    #[test]
    fn a_mail_of_the_programs_own_says_that_no_person_wrote_it() {
        let said = |by_machine| {
            let mail = Outgoing { by_machine, ..outgoing() };
            let letter = compose(&mail, &settings(), 0, Vec::new()).unwrap();
            (String::from_utf8(letter.bytes.clone()).unwrap(), read_back(&letter).auto)
        };
        let (text, auto) = said(true);
        assert!(text.contains("\r\nAuto-Submitted: auto-generated\r\n"), "{text}");
        assert_ne!(auto, AutoKind::Person, "also we know it for one");
        let (text, auto) = said(false);
        assert!(!text.contains("Auto-Submitted") && auto == AutoKind::Person, "{text}");
    }

    #[test]
    fn no_field_can_smuggle_in_a_header() {
        let evil = "x\r\nBcc: victim@example.org\r\n\r\nbody";
        let mut mail = outgoing();
        mail.subject = Some(evil.to_owned());
        mail.from_name = Some(evil.to_owned());
        mail.recipients[0].name = Some(evil.to_owned());
        mail.references = vec![evil.to_owned(), "good@customer.example".to_owned()];
        mail.reply_token = Some(evil.to_owned());
        let letter = compose(&mail, &settings(), 0, Vec::new()).unwrap();
        let text = String::from_utf8(letter.bytes.clone()).unwrap();
        let headers = text.split("\r\n\r\n").next().unwrap();
        assert!(!headers.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{headers}");
        assert!(!letter.to.iter().any(|to| to.contains("victim")));
        assert_eq!(read_back(&letter).references, ["good@customer.example"]);
        for broken in ["kim@customer.example\r\nBcc: victim@example.org", "kim", "<kim@customer.example>, x@y.example"]
        {
            let mut mail = outgoing();
            mail.recipients[0].address = broken.to_owned();
            let error = compose(&mail, &settings(), 0, Vec::new()).unwrap_err();
            assert!(error.contains("no address that mail can go to"), "{error}");
        }
        let mut mail = outgoing();
        mail.from_address = Some("boss@elsewhere.example".to_owned());
        assert!(compose(&mail, &settings(), 0, Vec::new()).unwrap_err().contains("not an address of this mailbox"));
        let mut mail = outgoing();
        mail.external_id = evil.to_owned();
        assert!(compose(&mail, &settings(), 0, Vec::new()).is_err());
    }
}
