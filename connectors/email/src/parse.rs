//! The pure half: the bytes of a mail to an event. The same bytes give the same event, always.

use crate::{
    addresses::{self, Mailbox, one_line, plain_address},
    attach::{self, MAX_FILES},
    autos, bounce, confirm,
    mime::{self, Entity, Leaves, MAX_DEPTH},
    text::{Gathered, Remarks},
    token,
};
use mail_parser::{DateTime, HeaderValue};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::rc::Rc;
use tertulia_connector::{NormaliseError, addresses::which_of_ours, html::shown_in};
use tertulia_model::{
    Attachment, Author, AutoKind, Content, Direction, EventKey, Inbound, InboundKind, Millis, Recipient, RecipientRole,
    Visibility,
};

/// The space in which Message-IDs, and the addresses of people, are unique.
pub const SOURCE: &str = "mail";
/// A block of headers longer than this is an attack or no mail.
const MAX_HEADERS: usize = 1 << 20;
/// RFC 5322 §2.1.1 ends a line at 998 characters; no honest Message-ID is longer.
const MAX_ID: usize = 900;
const MAX_REFERENCES: usize = 100;
const MAX_RECIPIENTS: usize = 500;
const MAX_SUBJECT: usize = 1_000;
/// The author of a mail that names none (RFC 2606 keeps `.invalid` from ever being real).
const NOBODY: &str = "unknown@sender.invalid";

/// Where a mail lay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Folder {
    Inbox,
    /// What we sent, from here or from any other program.
    Sent,
    /// A file of old mail: nothing is known of whose it was.
    Archive,
}

/// Understands one mail. `ours` are the addresses that are ours, in lower case.
pub fn parse_mail(bytes: &[u8], ours: &[String], folder: Folder) -> Result<Inbound, NormaliseError> {
    parse_checked(bytes, ours, folder, None)
}

/// The same where `checker` is the server whose word is taken for who wrote a mail in the inbox.
pub fn parse_checked(
    bytes: &[u8],
    ours: &[String],
    folder: Folder,
    checker: Option<&str>,
) -> Result<Inbound, NormaliseError> {
    check_headers(bytes)?;
    let mail = Rc::new(Entity::read(bytes));
    if !["From", "Date", "Message-ID", "Subject", "To", "Received"].iter().any(|name| mail.has(name)) {
        return Err(NormaliseError("This is no mail: it has no sender, no date, no subject and no id.".to_owned()));
    }
    let external_id = message_id(&mail);
    let mut remarks = Remarks::default();
    if headers_are_cut(bytes) {
        remarks.add("This mail ends in the middle of its headers; no more of it came.");
    }
    let found = mime::leaves(&mail);
    let (text, html, attachments) = read_parts(&found, &mut remarks);
    let kind = match bounce::recognise(&mail, &found.list, &text) {
        Some(notice) if folder != Folder::Sent => InboundKind::Bounced(notice),
        _ => {
            let envelope = Envelope::read(&mail, ours, folder, checker, &mut remarks);
            let written = envelope.delivered.iter().map(|mailbox| mailbox.written.as_str());
            let copy_token = token::of_copy(&mail);
            let reply_token = copy_token.clone().or_else(|| token::of_answer(written, ours, &text));
            let stated_at = stated_at(&mail);
            if stated_at.is_none() {
                remarks.add("This mail has no date that can be read; it counts as written when it came.");
            }
            let auto = if is_report(&mail) { AutoKind::Reply } else { autos::auto_kind(&mail) };
            InboundKind::Created(Box::new(Content {
                direction: envelope.direction,
                visibility: Visibility::Private,
                addressed_to_us: envelope.addressed_to_us,
                stated_at,
                subject: subject(&mail),
                references: references(&mail, &external_id),
                reply_token,
                copy_token,
                our_address: envelope.our_address,
                reply_to: envelope.reply_to,
                author: envelope.author,
                recipients: envelope.recipients,
                auto,
                headers_only: false,
                permalink: permalink(&mail),
                shows: html.as_deref().map(shown_in).unwrap_or_default(),
                text,
                html,
                attachments,
                remarks: remarks.into_list(),
                reach: None,
                survey: None,
                language: None,
                profile: Vec::new(),
            }))
        }
    };
    Ok(Inbound { key: EventKey { source: SOURCE.to_owned(), external_id }, kind })
}

fn check_headers(bytes: &[u8]) -> Result<(), NormaliseError> {
    if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return Err(NormaliseError("This mail is empty.".to_owned()));
    }
    let start = &bytes[..bytes.len().min(MAX_HEADERS + 4)];
    let end = memchr::memmem::find(start, b"\n\n").into_iter().chain(memchr::memmem::find(start, b"\n\r\n")).min();
    if end.is_none() && bytes.len() > MAX_HEADERS {
        return Err(NormaliseError("The headers of this mail are larger than 1 MB; it was not read.".to_owned()));
    }
    Ok(())
}

/// A mail may be headers alone (RFC 5322 §2.1), but its last line ends as all lines do.
fn headers_are_cut(bytes: &[u8]) -> bool {
    !bytes.ends_with(b"\n")
        && memchr::memmem::find(bytes, b"\n\n").is_none()
        && memchr::memmem::find(bytes, b"\n\r\n").is_none()
}

fn read_parts(found: &Leaves<'_>, remarks: &mut Remarks) -> (String, Option<String>, Vec<Attachment>) {
    let mut gathered = Gathered::default();
    let mut files = Vec::new();
    let mut count = 0;
    for leaf in &found.list {
        if leaf.is_readable() && matches!(leaf.media_type().1.as_str(), "plain" | "html" | "enriched")
            || is_broken(leaf)
        {
            gathered.take(leaf, remarks);
            continue;
        }
        count += 1;
        if files.len() < MAX_FILES {
            files.push(attach::attachment(leaf, count, remarks));
        }
    }
    if found.too_deep {
        remarks.add(&format!("Parts nested more than {MAX_DEPTH} deep are kept as one file, unopened."));
    }
    if count + found.left_out > MAX_FILES {
        let all = count + found.left_out;
        remarks.add(&format!("This mail has {all} files; the first {MAX_FILES} are kept."));
    }
    let (text, html) = gathered.finish(remarks);
    (text, html, files)
}

/// A multipart whose boundary is not named: all that can be done is to show it.
fn is_broken(leaf: &mime::Leaf<'_>) -> bool {
    leaf.is_readable() && leaf.media_type().0 == "multipart"
}

/// Who wrote it, to whom, and what of that is us.
struct Envelope {
    author: Author,
    direction: Direction,
    addressed_to_us: bool,
    our_address: Option<String>,
    reply_to: Option<String>,
    recipients: Vec<Recipient>,
    /// All addresses it went to, those included that only the last server knew.
    delivered: Vec<Mailbox>,
}

impl Envelope {
    fn read(mail: &Entity<'_>, ours: &[String], folder: Folder, checker: Option<&str>, remarks: &mut Remarks) -> Self {
        let from = sender(mail).unwrap_or_else(|| {
            remarks.add("This mail names no sender.");
            Mailbox { address: NOBODY.to_owned(), written: NOBODY.to_owned(), name: None }
        });
        let our_from = which_of_ours(&from.address, ours);
        // Into the sent folder and into an archive nobody puts mail but us; into the inbox everybody does.
        let is_proven = match folder {
            Folder::Sent => true,
            Folder::Archive => our_from.is_some(),
            Folder::Inbox => our_from.is_some() && confirm::is_confirmed(mail, &from.address, checker),
        };
        if our_from.is_some() && !is_proven {
            remarks.add("This claims to come from your own address, and nothing confirms it.");
        }
        let recipients = recipients(mail, remarks);
        let answers_to = all(mail, "Reply-To");
        let visitor = our_from.and_then(|_| filled_in_by(&recipients, &answers_to, ours));
        if let Some(Mailbox { address, .. }) = visitor {
            remarks.add(&format!("Your own address sent this for {address}, as the form of a website does."));
        }
        let is_ours = is_proven && visitor.is_none();
        let author = visitor.cloned().unwrap_or(from);
        let mut delivered: Vec<Mailbox> = ["To", "Cc"].iter().flat_map(|name| all(mail, name)).collect();
        delivered.extend(["Delivered-To", "X-Original-To", "Envelope-To"].iter().flat_map(|name| all(mail, name)));
        let our_to = delivered.iter().find_map(|mailbox| which_of_ours(&mailbox.address, ours));
        let straight = folder == Folder::Inbox && !is_ours && !autos::is_list(mail);
        let our_address = if is_ours { our_from.or_else(|| ours.first().map(String::as_str)) } else { our_to };
        let reply_to = answers_to.into_iter().next().map(|mailbox| mailbox.address);
        Self {
            direction: if is_ours { Direction::Ours } else { Direction::Theirs },
            addressed_to_us: our_to.is_some() || straight,
            our_address: our_address
                .or_else(|| ours.first().filter(|_| straight).map(String::as_str))
                .map(str::to_owned),
            reply_to: reply_to.filter(|address| *address != author.address),
            author: Author {
                space: SOURCE.to_owned(),
                handle: author.address,
                display_name: author.name,
                claimed_mail: None,
            },
            recipients,
            delivered,
        }
    }
}

/// Who filled in the form of a website: it sends from us to us, and names them under Reply-To (RFC 5322 §3.6.2). That
/// proves no more than any From does. Between us alone, or to anybody else, it is our own mail.
fn filled_in_by<'m>(recipients: &[Recipient], answers_to: &'m [Mailbox], ours: &[String]) -> Option<&'m Mailbox> {
    let is_ours = |address: &str| which_of_ours(address, ours).is_some();
    let among_us = !recipients.is_empty() && recipients.iter().all(|r| is_ours(&r.address));
    answers_to.first().filter(|_| among_us && !answers_to.iter().any(|mailbox| is_ours(&mailbox.address)))
}

fn sender(mail: &Entity<'_>) -> Option<Mailbox> {
    for name in ["From", "Sender", "Reply-To", "Return-Path"] {
        let Some(mut mailbox) = all(mail, name).into_iter().next() else { continue };
        if mailbox.name.is_none() {
            // The comma in "kim at example.org (Example, Kim)" ends the mailbox for a parser of addresses.
            let whole = mail.raw(name).and_then(|raw| addresses::from_text(&raw));
            mailbox.name = whole.filter(|whole| whole.address == mailbox.address).and_then(|whole| whole.name);
        }
        return Some(mailbox);
    }
    stand_in(&mail.raw("From")?)
}

/// A From without a usable address still says who: "Root", or what archives make of addresses to hide them from
/// harvesters ("k|m @end|ng |rom ex@mp|e@org (Kim Example)"). The stand-in is the same each time, and nobody can be
/// written to by it.
fn stand_in(raw: &str) -> Option<Mailbox> {
    let (hidden, name) = match raw.split_once('(').and_then(|(before, rest)| Some((before, rest.rsplit_once(')')?.0))) {
        Some((before, comment)) if !before.trim().is_empty() => (before, comment),
        _ => (raw, raw),
    };
    let name = addresses::display_name(name);
    let letters = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '.' };
    let local: String = hidden.trim().to_lowercase().chars().map(letters).take(60).collect();
    let address = plain_address(&format!("{}@sender.invalid", local.trim_matches('.')))?;
    Some(Mailbox { written: address.clone(), address, name })
}

fn all(mail: &Entity<'_>, name: &str) -> Vec<Mailbox> {
    let mut list: Vec<Mailbox> = mail.values(name).flat_map(addresses::mailboxes).take(MAX_RECIPIENTS + 1).collect();
    if list.is_empty()
        && let Some(raw) = mail.raw(name)
    {
        list.extend(raw.split(',').filter_map(addresses::from_text).take(MAX_RECIPIENTS));
    }
    list
}

fn recipients(mail: &Entity<'_>, remarks: &mut Remarks) -> Vec<Recipient> {
    let roles = [("To", RecipientRole::To), ("Cc", RecipientRole::Cc), ("Bcc", RecipientRole::Bcc)];
    let mut list: Vec<Recipient> = Vec::new();
    for (name, role) in roles {
        for mailbox in all(mail, name) {
            if !list.iter().take(50).any(|known| known.address == mailbox.address) {
                list.push(Recipient { role, address: mailbox.address, name: mailbox.name });
            }
        }
    }
    if list.len() > MAX_RECIPIENTS {
        // How many more is not counted: somebody may have written a million only to have them counted.
        remarks
            .add(&format!("This mail has more than {MAX_RECIPIENTS} recipients; the first {MAX_RECIPIENTS} are kept."));
        list.truncate(MAX_RECIPIENTS);
    }
    list
}

fn subject(mail: &Entity<'_>) -> Option<String> {
    let subject = one_line(mail.text("Subject")?, MAX_SUBJECT);
    (!subject.is_empty()).then_some(subject)
}

/// What the sender's clock said. A date that is none is no date; one that cannot be true is the engine's to doubt.
fn stated_at(mail: &Entity<'_>) -> Option<Millis> {
    let read = mail.values("Date").find_map(HeaderValue::as_datetime).copied();
    let valid = |date: &DateTime| date.is_valid();
    let date = read.filter(valid).or_else(|| unix_date(&mail.raw("Date")?).filter(valid))?;
    date.to_timestamp().checked_mul(1000)
}

/// "Sat Apr  5 20:56:01 2003", as C's asctime writes it and old archives keep it, with or without a zone.
fn unix_date(raw: &str) -> Option<DateTime> {
    let words: Vec<&str> = raw.split_whitespace().collect();
    let (month, day, time, zone, year) = match words[..] {
        [_, month, day, time, year] => (month, day, time, "+0000", year),
        [_, month, day, time, zone, year] => (month, day, time, zone, year),
        _ => return None,
    };
    let fits = month.starts_with(|c: char| c.is_ascii_alphabetic()) && time.contains(':') && year.len() == 4;
    fits.then(|| DateTime::parse_rfc822(&format!("{day} {month} {year} {time} {zone}")))?
}

/// The address of a public copy, where a list keeps one (RFC 5064).
fn permalink(mail: &Entity<'_>) -> Option<String> {
    let raw = mail.raw("Archived-At")?;
    let url = url::Url::parse(raw.trim().trim_matches(['<', '>'])).ok()?;
    matches!(url.scheme(), "https" | "http").then(|| url.to_string())
}

/// A report of what became of a mail (RFC 6522) that is no failure: a machine wrote it all the same.
fn is_report(mail: &Entity<'_>) -> bool {
    mail.content_type().is_some_and(|ct| ct.ctype() == "multipart" && ct.subtype() == Some("report"))
}

/// The Message-ID; for a mail without one, or with one that is absurdly long, an id made from what all copies of the
/// mail share: sender, recipients, date, subject and body. `Received` and the like differ from mailbox to mailbox.
fn message_id(mail: &Entity<'_>) -> String {
    let own = mail.raw("Message-ID").and_then(|raw| clean_id(&raw));
    own.unwrap_or_else(|| {
        let mut hash = Sha256::new();
        for name in ["From", "To", "Date", "Subject", "In-Reply-To"] {
            hash.update(mail.raw(name).unwrap_or_default().as_bytes());
            hash.update([0]);
        }
        hash.update(mail.body);
        let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256-{hex}@no-message-id.invalid")
    })
}

/// The first id in a header, without its brackets, or `None` where there is nothing usable.
pub fn clean_id(raw: &str) -> Option<String> {
    ids_in(raw).next().filter(|id| id.len() <= MAX_ID)
}

/// The ids in a header. Blanks inside brackets come from folding; without brackets, an id is a word with an `@`.
fn ids_in(raw: &str) -> impl Iterator<Item = String> {
    let bracketed = raw.contains('<') && raw.contains('>');
    let pieces: Box<dyn Iterator<Item = &str>> = if bracketed {
        Box::new(raw.split('<').skip(1).filter_map(|piece| piece.split_once('>').map(|(id, _)| id)))
    } else {
        Box::new(raw.split_whitespace().filter(|word| word.contains('@')))
    };
    let clean = |id: &str| id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>();
    pieces.map(clean).filter(|id| !id.is_empty())
}

/// The ancestors, oldest first. `In-Reply-To` names the parent, so it comes last; of a longer history the root and the
/// nearest are kept.
fn references(mail: &Entity<'_>, own: &str) -> Vec<String> {
    let ids = |name| -> Vec<String> {
        let raw = mail.raw(name).unwrap_or_default();
        ids_in(&raw).filter(|id| id != own && id.len() <= MAX_ID).take(1_000).collect()
    };
    let mut list: Vec<String> = Vec::new();
    for id in ids("References") {
        if !list.contains(&id) {
            list.push(id);
        }
    }
    // Several parents are none in particular, and References knows better.
    if let [parent] = ids("In-Reply-To").as_slice() {
        list.retain(|id| id != parent);
        list.push(parent.clone());
    } else if list.is_empty() {
        list = ids("In-Reply-To");
        list.dedup();
    }
    if list.len() > MAX_REFERENCES {
        list.drain(1..list.len() - MAX_REFERENCES + 1);
    }
    list
}
