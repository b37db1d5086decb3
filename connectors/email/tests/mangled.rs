//! Mail as it never should be: our fixtures, damaged by seeded chance.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use serde_json::json;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};
use tertulia_connector::{Connector, NormaliseError};
use tertulia_connector_email::connector;
use tertulia_model::{Chance, Content, Inbound, InboundKind, RawContent, RawItem, SeededChance};

/// A mangled mail has at most this many bytes, and is read without optimisation and beside other tests in so much time:
/// what costs a square of its length does not stay below.
const MAX_MAIL: usize = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(20);

/// What the grammars of mail are made of.
const SYNTAX: [&str; 24] = [
    "=?utf-8?q?",
    "=?iso-2022-jp?B?GyRC",
    "?=",
    "\r\n\r\n",
    "\n\n",
    "\r\n ",
    "--b",
    "--b--\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    "Content-Type: multipart/alternative; boundary=\"\"\r\n",
    "Content-Type: message/rfc822\r\n\r\n",
    "Content-Type: text/html; charset=utf-16\r\n\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "; filename*0*=utf-8''%ff; filename*1=x",
    "Message-ID: <>\r\n",
    "References: <a@b> <",
    "From: (((\"",
    "To: a:b@c,;:,<@,@:x@y>\r\n",
    "Date: 99 Feb 0000 99:99:99 +9999\r\n",
    "<div><!--<script>",
    "&#x110000;",
    "X-Tertulia-Reply:",
    "\\\"",
    "\0\u{202e}\u{feff}",
];

struct Mangler {
    chance: SeededChance,
    fixtures: Vec<Vec<u8>>,
}

impl Mangler {
    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.chance.below(bound as u64)).unwrap()
    }

    fn fixture(&self) -> &[u8] {
        &self.fixtures[self.below(self.fixtures.len())]
    }

    /// A piece of these bytes, sometimes short and sometimes long.
    fn piece(&self, bytes: &[u8]) -> std::ops::Range<usize> {
        let begin = self.below(bytes.len() + 1);
        let most = if self.below(2) == 0 { 40 } else { bytes.len() };
        begin..(begin + self.below(most + 1)).min(bytes.len())
    }

    fn line(&self, bytes: &[u8]) -> Vec<u8> {
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        lines[self.below(lines.len())].to_vec()
    }

    fn mail(&self) -> Vec<u8> {
        let mut mail = self.fixture().to_vec();
        for _ in 0..=self.below(8) {
            self.mangle(&mut mail);
            mail.truncate(MAX_MAIL);
            if mail.is_empty() {
                mail.push(b'\n');
            }
        }
        mail
    }

    fn mangle(&self, mail: &mut Vec<u8>) {
        let at = self.below(mail.len());
        match self.below(8) {
            0 => mail[at] ^= 1 << self.below(8),
            1 => mail[at] = b"\0\xff\x80<>\"()\\;=?\r\n -"[self.below(16)],
            2 => mail.truncate(at),
            3 => drop(mail.drain(self.piece(mail))),
            4 => {
                let other = self.fixture();
                let piece = other[self.piece(other)].to_vec();
                mail.splice(at..at, piece);
            }
            // A line of a mail again, be it on top: a header twice.
            5 => {
                let line = self.line(if self.below(2) == 0 { mail } else { self.fixture() });
                let at = if self.below(2) == 0 { 0 } else { at };
                mail.splice(at..at, line);
            }
            6 => {
                let syntax = SYNTAX[self.below(SYNTAX.len())].as_bytes();
                mail.splice(at..at, syntax.repeat(1 + self.below(3)));
            }
            // One thing many times over, which finds what costs a square of it.
            _ => {
                let piece = match self.below(2) {
                    0 => SYNTAX[self.below(SYNTAX.len())].as_bytes().to_vec(),
                    _ => mail[self.piece(mail)].to_vec(),
                };
                let times = (1usize << self.below(16)).min(MAX_MAIL / piece.len().max(1));
                mail.splice(at..at, piece.repeat(times));
            }
        }
    }
}

fn fixtures() -> Vec<Vec<u8>> {
    let folder = std::fs::read_dir(format!("{}/fixtures", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

fn read(mail: &[u8], folder: &str) -> Result<Vec<Inbound>, NormaliseError> {
    let hint = json!({"folder": folder, "ours": ["shop@roastery.example"], "checker": "provider.example"});
    let content = RawContent::Memory(Vec::new());
    let item = RawItem { key: "1".to_owned(), content, received_at: 0, hint: hint.into() };
    connector().normalise("hello@roastery.example", &item, mail)
}

fn is_within_limits(content: &Content) {
    assert!(content.text.len() <= 2 << 20, "a text of {} bytes", content.text.len());
    assert!(content.html.as_ref().is_none_or(|html| html.len() <= 4 << 20));
    assert!(content.subject.as_ref().is_none_or(|subject| subject.chars().count() <= 1_000 && one_line(subject)));
    assert!(content.references.len() <= 100 && content.references.iter().all(|id| id.len() <= 900));
    assert!(content.recipients.len() <= 500 && content.attachments.len() <= 500 && content.remarks.len() <= 20);
    let author = &content.author;
    assert!(author.handle.contains('@') && author.handle.len() <= 400 && one_line(&author.handle), "{author:?}");
    assert!(author.display_name.as_ref().is_none_or(|name| name.chars().count() <= 200 && one_line(name)));
    for file in &content.attachments {
        assert!(!file.name.is_empty() && file.name.len() <= 220 && one_line(&file.name), "{:?}", file.name);
        assert!(!file.name.contains(['/', '\\']), "{:?}", file.name);
    }
    assert!(content.reply_token.as_ref().is_none_or(|token| token.len() <= 200 && token.is_ascii()));
}

fn one_line(text: &str) -> bool {
    !text.contains(char::is_control)
}

fn read_or_refused(mail: &[u8]) {
    for folder in ["inbox", "sent", "archive"] {
        let events = match read(mail, folder) {
            Ok(events) => events,
            Err(error) => {
                assert!(error.0.ends_with('.'), "{error}");
                continue;
            }
        };
        let [event] = events.as_slice() else { panic!("one mail gave {} events", events.len()) };
        let id = &event.key.external_id;
        assert!(!id.is_empty() && id.len() <= 900 && !id.contains(char::is_whitespace) && one_line(id), "{id:?}");
        match &event.kind {
            InboundKind::Created(content) => is_within_limits(content),
            InboundKind::Bounced(notice) => {
                assert!(!notice.bounced_id.is_empty() && notice.reason.chars().count() <= 400, "{notice:?}");
                assert!(
                    notice.failed.len() <= 100 && notice.failed.iter().all(|a| a.chars().count() <= 256 && one_line(a))
                );
            }
            other => panic!("a mail is a message or a bounce, not {other:?}"),
        }
        assert!(read(mail, folder).unwrap() == events, "the same bytes gave something else");
    }
}

#[test]
fn soak_mails_mangled_at_random_are_read_or_refused() {
    let (tell, told) = mpsc::channel();
    let reading = std::thread::spawn(move || {
        let mut mangler = Mangler { chance: SeededChance::new(0), fixtures: fixtures() };
        let first = tertulia_testkit::first_seed();
        for seed in first..first + tertulia_testkit::rounds() * 200 {
            mangler.chance = SeededChance::new(seed);
            let mail = mangler.mail();
            tell.send((seed, mail.len())).unwrap();
            let read = catch_unwind(AssertUnwindSafe(|| read_or_refused(&mail)));
            assert!(read.is_ok(), "seed {seed}, {} bytes:\n{}", mail.len(), start_of(&mail));
        }
    });
    let (mut now, mut count) = ((0, 0), 0);
    loop {
        match told.recv_timeout(PATIENCE) {
            Ok(next) => (now, count) = (next, count + 1),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("seed {} with its {} bytes takes {PATIENCE:?}", now.0, now.1),
        }
    }
    reading.join().unwrap();
    assert_eq!(count, tertulia_testkit::rounds() * 200);
}

fn start_of(mail: &[u8]) -> String {
    String::from_utf8_lossy(&mail[..mail.len().min(2_000)]).into_owned()
}
