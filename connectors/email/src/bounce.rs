//! Mails that say that a mail of ours did not arrive: delivery reports (RFC 3464), and what older servers write in
//! words.

use crate::{
    addresses::{one_line, plain_address},
    autos::has_null_sender,
    mime::{Entity, Leaf},
    parse::clean_id,
};
use tertulia_model::BounceNotice;

const MAX_REASON: usize = 400;
const NO_REASON: &str = "The other server gave no reason.";
/// RFC 5321 §4.5.3.1.3 ends a path at 256 characters.
const MAX_ADDRESS: usize = 256;
const MAX_RECIPIENTS: usize = 100;

/// Starts of subjects by which servers without a report name a failure.
const FAILURE_SUBJECTS: &[&str] = &[
    "undelivered mail",
    "undeliverable",
    "mail delivery failed",
    "mail delivery failure",
    "mail system error",
    "delivery status notification",
    "delivery failure",
    "failure notice",
    "returned mail",
    "warning: could not send",
    "warning: message",
    "unzustellbar",
    "mail konnte nicht zugestellt",
    "no se puede entregar",
    "non remis",
];

/// The notice in a mail, if it is one that names the mail it speaks of.
pub fn recognise(mail: &Entity<'_>, leaves: &[Leaf<'_>], text: &str) -> Option<BounceNotice> {
    let status = |leaf: &&Leaf<'_>| leaf.media_type().0 == "message" && is_delivery_status(&leaf.media_type().1);
    // A person may pass on the report that they got of a mail of theirs: that is their message.
    let report = leaves.iter().find(status).filter(|_| is_delivery_report(mail) || is_by_machine(mail));
    let notice = match report {
        Some(leaf) => Report::read(&leaf.entity.decoded().0).failure()?,
        None => told_in_words(mail, text)?,
    };
    let bounced_id = enclosed_id(leaves).or_else(|| quoted_id(text)).or_else(|| answered_id(mail))?;
    Some(BounceNotice { bounced_id, ..notice })
}

/// A report is one as a whole (RFC 6522 §3, RFC 3464 §2), not by a part of it.
fn is_delivery_report(mail: &Entity<'_>) -> bool {
    let is_delivery = |kind: &str| is_delivery_status(&kind.to_ascii_lowercase());
    mail.content_type().is_some_and(|ct| {
        ct.ctype() == "multipart"
            && ct.subtype() == Some("report")
            && ct.attribute("report-type").is_some_and(is_delivery)
    })
}

fn is_by_machine(mail: &Entity<'_>) -> bool {
    let from = mail.field("From").unwrap_or_default().to_lowercase();
    has_null_sender(mail)
        || mail.has("X-Failed-Recipients")
        || ["mailer-daemon", "postmaster", "mail delivery s"].iter().any(|name| from.contains(name))
}

/// Also the form for internationalised mail (RFC 6533).
fn is_delivery_status(subtype: &str) -> bool {
    matches!(subtype, "delivery-status" | "global-delivery-status")
}

/// The fields of a report that matter.
#[derive(Default)]
struct Report {
    recipients: Vec<Recipient>,
}

#[derive(Default)]
struct Recipient {
    /// As we wrote it, where that is told: it may have been passed on since (RFC 3464 §2.3.1).
    original: Option<String>,
    address: Option<String>,
    action: String,
    status: String,
    diagnostic: String,
}

impl Recipient {
    fn address(&self) -> Option<&String> {
        self.original.as_ref().or(self.address.as_ref())
    }

    fn why(&self) -> &str {
        let told = [&self.diagnostic, &self.status].into_iter().find(|told| !told.is_empty());
        told.map_or(NO_REASON, String::as_str)
    }
}

impl Report {
    /// The first group of fields is about the message, each further one about a recipient (RFC 3464 §2.1).
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        let group = |group: &str| {
            let unfolded = group.replace("\n ", " ").replace("\n\t", " ");
            let mut recipient = Recipient::default();
            for (name, value) in unfolded.lines().filter_map(|line| line.split_once(':')) {
                let bare = value.split_once(';').map_or(value, |(_, rest)| rest).trim();
                match name.trim().to_ascii_lowercase().as_str() {
                    "original-recipient" => recipient.original = address(bare),
                    "final-recipient" => recipient.address = address(bare),
                    "action" => recipient.action = value.trim().to_ascii_lowercase(),
                    "status" => recipient.status = value.trim().to_owned(),
                    "diagnostic-code" => recipient.diagnostic = bare.to_owned(),
                    _ => {}
                }
            }
            recipient
        };
        let groups = text.split("\n\n").map(group).filter(|r| !r.action.is_empty() || !r.status.is_empty());
        Self { recipients: groups.take(MAX_RECIPIENTS).collect() }
    }

    /// Whom it did not reach, whether for good, and why; `None` for reports of success.
    fn failure(&self) -> Option<BounceNotice> {
        // "failed" with a 4.x.x status: the other server has tried for days and has given up.
        let failed =
            |r: &&Recipient| r.action.starts_with("failed") || r.action.is_empty() && r.status.starts_with('5');
        let delayed = |r: &&Recipient| r.action.starts_with("delayed") || r.status.starts_with('4');
        let permanent = self.recipients.iter().any(|r| failed(&r));
        let hit: Vec<&Recipient> =
            self.recipients.iter().filter(|r| if permanent { failed(r) } else { delayed(r) }).collect();
        let first = hit.first()?.why();
        let whom = hit.iter().filter_map(|r| r.address().cloned());
        if hit.iter().all(|r| r.why() == first) {
            return Some(notice(permanent, whom, first));
        }
        let each = |r: &&Recipient| r.address().map_or_else(|| r.why().to_owned(), |to| format!("{} ({to})", r.why()));
        Some(notice(permanent, whom, &hit.iter().map(each).collect::<Vec<_>>().join("; ")))
    }
}

/// Some servers name a mailbox of theirs without its domain.
fn address(bare: &str) -> Option<String> {
    plain_address(bare).or_else(|| Some(bare.to_lowercase()).filter(|bare| !bare.is_empty()))
}

/// Of a mail that is still to be found.
fn notice(permanent: bool, whom: impl Iterator<Item = String>, why: &str) -> BounceNotice {
    let mut failed: Vec<String> = Vec::new();
    for address in whom.take(MAX_RECIPIENTS).map(|address| one_line(&address, MAX_ADDRESS)) {
        if !address.is_empty() && !failed.contains(&address) {
            failed.push(address);
        }
    }
    BounceNotice { bounced_id: String::new(), permanent, failed, reason: one_line(why, MAX_REASON) }
}

/// A failure told in words, by a machine.
fn told_in_words(mail: &Entity<'_>, text: &str) -> Option<BounceNotice> {
    let subject = mail.text("Subject").unwrap_or_default().to_lowercase();
    let says_so = mail.has("X-Failed-Recipients")
        || FAILURE_SUBJECTS.iter().any(|start| subject.starts_with(start))
        // qmail's own form (QSBMF).
        || text.trim_start().starts_with("Hi. This is the");
    if !is_by_machine(mail) || !says_so {
        return None;
    }
    let head: String = text.chars().take(4_000).collect::<String>().to_lowercase();
    let trying = subject.contains("delay") || subject.starts_with("warning");
    let still = ["will be retried", "will keep trying", "will continue to", "not yet been delivered", "being retried"];
    let permanent = !trying && !still.iter().any(|phrase| head.contains(phrase));
    // Exim's own field.
    let whom = mail.raw("X-Failed-Recipients").unwrap_or_default();
    Some(notice(permanent, whom.split(',').filter_map(plain_address), reason_in_words(text)))
}

/// The line that holds a status code.
fn reason_in_words(text: &str) -> &str {
    let has_code = |line: &&str| {
        line.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').any(|word| {
            let digits = word.bytes().all(|b| b.is_ascii_digit());
            let enhanced = word.len() >= 5 && word.split('.').count() == 3;
            (digits && word.len() == 3 || enhanced && word.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
                && word.starts_with(['4', '5'])
        })
    };
    text.lines().take(60).find(has_code).unwrap_or(NO_REASON)
}

/// The Message-ID of the mail, or of its headers, that a report encloses.
fn enclosed_id(leaves: &[Leaf<'_>]) -> Option<String> {
    let encloses = |leaf: &&Leaf<'_>| {
        let (main, sub) = leaf.media_type();
        matches!(
            (main.as_str(), sub.as_str()),
            ("message", "rfc822" | "global" | "global-headers") | ("text", "rfc822-headers")
        )
    };
    leaves.iter().filter(encloses).find_map(|leaf| {
        let (bytes, _) = leaf.entity.decoded();
        let id = Entity::read(&bytes).field("Message-ID")?;
        clean_id(&id)
    })
}

/// The Message-ID in headers that were copied into the text.
fn quoted_id(text: &str) -> Option<String> {
    let line = text.lines().find(|line| {
        let line = line.trim_start_matches(['>', ' ', '\t', '|']).as_bytes();
        line.get(..11).is_some_and(|start| start.eq_ignore_ascii_case(b"message-id:"))
    })?;
    clean_id(line.split_once(':')?.1)
}

fn answered_id(mail: &Entity<'_>) -> Option<String> {
    clean_id(&mail.field("In-Reply-To").or_else(|| mail.field("References"))?)
}
