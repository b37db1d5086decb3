//! Mail as mail programs make it: RFC 5322 with MIME (RFC 2045–2047).

use super::story::File;
use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tertulia_model::Millis;

/// A name and an address.
pub type Mailbox = (Option<String>, String);

#[derive(Debug, Clone)]
pub struct Letter {
    /// The Message-ID without its brackets.
    pub id: String,
    pub from: Mailbox,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub subject: String,
    pub at: Millis,
    /// Message-IDs of the ancestors, oldest first.
    pub references: Vec<String>,
    pub text: String,
    pub html: Option<String>,
    pub files: Vec<File>,
    /// Further header fields, ASCII.
    pub marks: Vec<(&'static str, &'static str)>,
}

impl Letter {
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let mut out = String::new();
        for (name, value) in &self.marks {
            field(&mut out, name, value);
        }
        field(&mut out, "From", &mailbox(&self.from));
        field(&mut out, "To", &mailboxes(&self.to));
        if !self.cc.is_empty() {
            field(&mut out, "Cc", &mailboxes(&self.cc));
        }
        field(&mut out, "Subject", &words(&self.subject));
        field(&mut out, "Date", &date(self.at)?);
        field(&mut out, "Message-ID", &format!("<{}>", self.id));
        if let Some(parent) = self.references.last() {
            field(&mut out, "In-Reply-To", &format!("<{parent}>"));
            let all: Vec<String> = self.references.iter().map(|id| format!("<{id}>")).collect();
            field(&mut out, "References", &all.join("\r\n "));
        }
        field(&mut out, "MIME-Version", "1.0");
        out += &self.body();
        Ok(out.into_bytes())
    }

    fn body(&self) -> String {
        let plain = part("text/plain; charset=utf-8", "", &STANDARD.encode(&self.text));
        let words = match &self.html {
            None => plain,
            Some(html) => {
                multipart("alternative", &[plain, part("text/html; charset=utf-8", "", &STANDARD.encode(html))])
            }
        };
        if self.files.is_empty() {
            return words;
        }
        let mut parts = vec![words];
        for file in &self.files {
            // RFC 2231 for names beyond ASCII would be longer than the names; an encoded word is what most programs write.
            let disposition =
                format!("Content-Disposition: attachment; filename=\"{}\"\r\n", words_of_name(&file.name));
            parts.push(part(&file.media_type, &disposition, &file.base64));
        }
        multipart("mixed", &parts)
    }
}

fn field(out: &mut String, name: &str, value: &str) {
    *out += &format!("{name}: {value}\r\n");
}

/// One part: its header fields, an empty line, its content in lines of 76 characters.
fn part(media_type: &str, more: &str, base64: &str) -> String {
    let mut out = format!("Content-Type: {media_type}\r\n{more}Content-Transfer-Encoding: base64\r\n\r\n");
    let mut rest = base64;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(76));
        out += line;
        out += "\r\n";
        rest = after;
    }
    out
}

/// Base64 has no hyphen, so that no boundary can stand in a part.
fn multipart(kind: &str, parts: &[String]) -> String {
    let boundary = format!("--=-{kind}-of-this-mail");
    let mut out = format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n");
    for part in parts {
        out += &format!("--{boundary}\r\n{part}");
    }
    out += &format!("--{boundary}--\r\n");
    out
}

fn mailboxes(all: &[Mailbox]) -> String {
    all.iter().map(mailbox).collect::<Vec<_>>().join(",\r\n ")
}

fn mailbox((name, address): &Mailbox) -> String {
    name.as_ref().map_or_else(|| address.clone(), |name| format!("{} <{address}>", words(name)))
}

fn words_of_name(name: &str) -> String {
    if name.is_ascii() { name.replace(['"', '\\'], "_") } else { words(name) }
}

/// Text in a header: as it is where it is plain, else encoded words of at most 75 characters (RFC 2047 §2).
fn words(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " -_.'!?".contains(c);
    if text.len() < 70 && text.chars().all(plain) {
        return text.to_owned();
    }
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for c in text.chars() {
        if piece.len() + c.len_utf8() > 42 {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(c);
    }
    pieces.push(piece);
    let encoded: Vec<String> = pieces.iter().map(|piece| format!("=?UTF-8?B?{}?=", STANDARD.encode(piece))).collect();
    encoded.join("\r\n ")
}

fn date(at: Millis) -> Result<String> {
    let time = jiff::Timestamp::from_millisecond(at).context("a time of the demo")?;
    Ok(time.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_connector_email::{Folder, parse_mail};
    use tertulia_model::InboundKind;

    #[test]
    fn what_a_letter_says_is_what_our_mailbox_reads() {
        let letter = Letter {
            id: "m1@tegami.example".to_owned(),
            from: (Some("片桐 澄江, Kioto".to_owned()), "s@tegami.example".to_owned()),
            to: vec![(None, "hola@us.example".to_owned())],
            cc: vec![(Some("Joan \"J\" Whitby".to_owned()), "joan@b.example".to_owned())],
            subject: "日本への発送について、できるだけ早くお返事をいただけますと大変嬉しく思います".to_owned(),
            at: 1_795_262_400_000,
            references: vec!["a@us.example".to_owned(), "b@us.example".to_owned()],
            text: "はじめまして。\n--\n片桐".to_owned(),
            html: Some("<p>はじめまして。</p>".to_owned()),
            files: vec![File {
                name: "señas.txt".to_owned(),
                media_type: "text/plain".to_owned(),
                base64: STANDARD.encode("Calle Olmo 14"),
            }],
            marks: vec![("Precedence", "bulk")],
        };
        let read = parse_mail(&letter.bytes().unwrap(), &["hola@us.example".to_owned()], Folder::Inbox).unwrap();
        assert_eq!(read.key.external_id, letter.id);
        let InboundKind::Created(content) = read.kind else { panic!("a letter is a message") };
        assert_eq!(content.author.display_name, letter.from.0);
        assert_eq!(content.subject.as_deref(), Some(letter.subject.as_str()));
        assert_eq!((content.text.trim_end(), content.references), (letter.text.as_str(), letter.references));
        assert_eq!((content.stated_at, content.html), (Some(letter.at), letter.html));
        assert_eq!(
            (content.attachments[0].name.as_str(), &content.attachments[0].bytes[..]),
            ("señas.txt", &b"Calle Olmo 14"[..])
        );
        assert!(content.addressed_to_us && content.remarks.is_empty(), "{:?}", content.remarks);
        assert_eq!(content.recipients[1].name.as_deref(), Some("Joan \"J\" Whitby"));
    }
}
