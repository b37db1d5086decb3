//! Whether a machine wrote a mail (RFC 3834), and whether it came through a list.

use crate::mime::Entity;
use tertulia_model::AutoKind;

/// What absence notices start their subject with where they carry no header that says so. Outlook's do not always.
const ABSENCE_SUBJECTS: &[&str] = &[
    "automatic reply:",
    "auto reply:",
    "autoreply:",
    "auto-reply:",
    "out of office:",
    "out of the office:",
    "automatische antwort:",
    "abwesenheitsnotiz",
    "abwesend:",
    "respuesta autom\u{e1}tica:",
    "fuera de la oficina:",
    "r\u{e9}ponse automatique",
    "absence du bureau",
    "risposta automatica:",
    "fuori sede:",
    "resposta autom\u{e1}tica:",
    "automatisch antwoord:",
    "afwezig:",
    "autosvar:",
    "automaattinen vastaus:",
    "odpowied\u{17a} automatyczna:",
    "automatick\u{e1} odpov\u{11b}\u{10f}:",
    "\u{430}\u{432}\u{442}\u{43e}\u{43c}\u{430}\u{442}\u{438}\u{447}\u{435}\u{441}\u{43a}\u{438}\u{439} \u{43e}\u{442}\u{432}\u{435}\u{442}:",
    "\u{81ea}\u{52d5}\u{8fd4}\u{4fe1}",
    "\u{81ea}\u{52d5}\u{5fdc}\u{7b54}",
    "\u{81ea}\u{52a8}\u{56de}\u{590d}",
    "\u{81ea}\u{52a8}\u{7b54}\u{590d}",
];

pub fn auto_kind(mail: &Entity<'_>) -> AutoKind {
    match keyword(mail, "Auto-Submitted").as_deref() {
        Some("auto-replied") => return AutoKind::Reply,
        Some("no" | "") | None => {}
        // auto-generated, auto-notified (RFC 5435): a machine's own idea, to whoever it may concern.
        Some(_) if is_absence(mail) => return AutoKind::Reply,
        Some(_) => return AutoKind::Bulk,
    }
    let precedence = keyword(mail, "Precedence");
    let says_auto =
        ["X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Auto-Reply"].iter().any(|name| mail.has(name));
    if says_auto || precedence.as_deref() == Some("auto_reply") || is_absence(mail) || is_receipt(mail) {
        return AutoKind::Reply;
    }
    if matches!(precedence.as_deref(), Some("bulk" | "junk")) || is_newsletter(mail) {
        return AutoKind::Bulk;
    }
    if has_null_sender(mail) { AutoKind::Reply } else { AutoKind::Person }
}

/// Whether it came through a list, be it for talk or for news.
pub fn is_list(mail: &Entity<'_>) -> bool {
    ["List-Id", "List-Post", "List-Unsubscribe", "X-Mailing-List"].iter().any(|name| mail.has(name))
        || matches!(keyword(mail, "Precedence").as_deref(), Some("list" | "bulk" | "junk"))
}

/// A list that only tells: it can be left but not written to. On a list that takes answers people talk.
fn is_newsletter(mail: &Entity<'_>) -> bool {
    let writable = mail.field("List-Post").is_some_and(|post| !post.trim().eq_ignore_ascii_case("no"));
    let talk = writable || keyword(mail, "Precedence").as_deref() == Some("list");
    (mail.has("List-Unsubscribe") || mail.has("List-Id")) && !talk
}

/// `Return-Path: <>`: sent by a machine that wants no answer (RFC 5321 §4.5.5).
pub fn has_null_sender(mail: &Entity<'_>) -> bool {
    mail.field("Return-Path").is_some_and(|path| matches!(path.trim(), "<>" | "" | "< >"))
}

fn is_absence(mail: &Entity<'_>) -> bool {
    let Some(subject) = mail.text("Subject") else { return false };
    let start: String = subject.chars().take(60).collect::<String>().to_lowercase();
    ABSENCE_SUBJECTS.iter().any(|phrase| start.starts_with(phrase))
}

/// A receipt that somebody's program sent on opening our mail (RFC 8098).
fn is_receipt(mail: &Entity<'_>) -> bool {
    let report = |ct: &mail_parser::ContentType<'_>| {
        ct.subtype() == Some("report")
            && ct.attribute("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("disposition-notification"))
    };
    mail.content_type().is_some_and(report)
}

/// A header's first word in lower case: "auto-replied; owner-email=…" is "auto-replied".
fn keyword(mail: &Entity<'_>, name: &str) -> Option<String> {
    let field = mail.field(name)?;
    let word = field.split([';', '(', ' ', '\t', ',']).next().unwrap_or_default();
    Some(word.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(headers: &str) -> AutoKind {
        auto_kind(&Entity::read(format!("{headers}\r\n\r\ntext").as_bytes()))
    }

    #[test]
    fn machines_are_told_from_people() {
        for (headers, expected) in [
            ("Subject: Hello", AutoKind::Person),
            ("Auto-Submitted: no", AutoKind::Person),
            ("Auto-Submitted: auto-replied (vacation)", AutoKind::Reply),
            ("Auto-Submitted:\r\n auto-replied\t(vacation)", AutoKind::Reply),
            ("Auto-Submitted: auto-generated", AutoKind::Bulk),
            ("Auto-Submitted: auto-generated\r\nSubject: Automatic reply: Beans", AutoKind::Reply),
            ("Subject: =?utf-8?Q?Respuesta_autom=C3=A1tica:_caf=C3=A9?=", AutoKind::Reply),
            ("Subject: My automatic reply: does it work?", AutoKind::Person),
            ("Precedence: bulk", AutoKind::Bulk),
            ("Precedence: list\r\nList-Id: <r.example>\r\nList-Unsubscribe: <mailto:x@y>", AutoKind::Person),
            ("List-Unsubscribe: <https://shop.example/bye>", AutoKind::Bulk),
            ("List-Id: <news.example>\r\nList-Post: NO", AutoKind::Bulk),
            ("X-Autoreply: yes", AutoKind::Reply),
            ("Return-Path: <>", AutoKind::Reply),
            ("Return-Path: =?us-ascii?q?=3C=3E?=", AutoKind::Person),
            ("Precedence: =?us-ascii?q?bulk?=", AutoKind::Person),
            ("Return-Path: <kim@example.org>", AutoKind::Person),
        ] {
            assert_eq!(kind(headers), expected, "{headers}");
        }
    }
}
