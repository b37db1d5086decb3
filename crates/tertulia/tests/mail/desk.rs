//! The program with a mailbox connected to it, and people who write there.

use crate::support::{Serving, done};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    path::Path,
    sync::{Mutex, OnceLock},
    time::{Duration, Instant},
};
use tertulia_store::Db;
use tertulia_testkit::Mail;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The servers that all tests of this program share; each test has mailboxes of its own.
pub fn servers() -> Option<&'static Mail> {
    static SERVERS: OnceLock<Mail> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    let _one_starts = STARTING.lock().unwrap();
    if SERVERS.get().is_none() {
        // Where they are not installed each test says so itself.
        let _ = SERVERS.set(Mail::start()?);
    }
    SERVERS.get()
}

/// Waits until there is something.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begin.elapsed() < PATIENCE, "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(40));
    }
}

/// A program that reads the mailbox `NAME@desk.test`.
pub struct Desk {
    pub program: Serving,
    pub owner: String,
    pub name: &'static str,
    pub folder: tempfile::TempDir,
}

pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tertulia.toml"), "allow_private_hosts = [\"127.0.0.1\"]\n").unwrap();
    folder
}

/// What somebody types to connect the mailbox; `imap` is the port where it is found.
pub fn settings(mail: &Mail, name: &str, imap: u16) -> Vec<(&'static str, String)> {
    vec![
        ("address", format!("{name}@desk.test")),
        ("display_name", "Fuente y Flor".to_owned()),
        ("imap_host", "127.0.0.1".to_owned()),
        ("imap_port", imap.to_string()),
        ("imap_security", "none".to_owned()),
        ("username", name.to_owned()),
        ("smtp_host", "127.0.0.1".to_owned()),
        ("smtp_port", mail.smtp_port.to_string()),
        ("smtp_security", "none".to_owned()),
    ]
}

/// Sets the installation up and connects the mailbox by command, while nobody serves. All of its old mail is wanted.
pub fn connect_by_command(folder: &Path, mail: &Mail, name: &str) {
    Serving::set_up_in(folder);
    fs::write(folder.join("password"), Mail::PASSWORD).unwrap();
    let mut words: Vec<String> = ["channel", "add", "email", "--secret", "password=password"].map(str::to_owned).into();
    let history = ("history", "all".to_owned());
    for (setting, value) in settings(mail, name, mail.imap_port).into_iter().chain([history]) {
        words.extend(["--set".to_owned(), format!("{setting}={value}")]);
    }
    done(folder, &words.iter().map(String::as_str).collect::<Vec<_>>());
}

impl Desk {
    /// Sets the installation up and connects the mailbox by its form, as a person does.
    pub fn open(mail: &Mail, name: &'static str) -> Self {
        Self::open_at(mail, name, mail.imap_port)
    }

    pub fn open_at(mail: &Mail, name: &'static str, imap: u16) -> Self {
        let folder = folder();
        let program = Serving::start(folder.path(), &["serve"]);
        let owner = program.set_up();
        let desk = Self { program, owner, name, folder };
        desk.connect(mail, imap);
        desk
    }

    pub fn connect(&self, mail: &Mail, imap: u16) {
        let typed: Vec<(String, String)> = settings(mail, self.name, imap)
            .into_iter()
            .map(|(name, value)| (format!("setting-{name}"), value))
            .collect();
        let mut form: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        form.extend([("label", "Our mail"), ("setting-auth", "password"), ("setting-password", Mail::PASSWORD)]);
        form.extend([("setting-folder", "INBOX"), ("setting-history", "now"), ("setting-file_sent_copy", "on")]);
        let tried = self.post("/channels/test/email", &form);
        let said = tried.body.split("<main").nth(1).unwrap_or(&tried.body);
        assert!(said.contains("Signed in. 0 mails in INBOX.") && said.contains("accepts our sign-in"), "{said}");
        let answer = self.post("/channels/new/email", &form);
        assert_eq!((answer.status, answer.location.as_str()), (303, "/channels?done=added"), "{}", answer.body);
        self.until_page("/channels", "listening");
    }

    pub fn get(&self, path: &str) -> String {
        self.program.get(path, &self.owner).map_or_else(|error| error.to_string(), |answer| answer.body)
    }

    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> crate::support::Answer {
        self.program.post(path, &self.owner, form)
    }

    /// Waits until a page says something; gives the page.
    pub fn until_page(&self, path: &str, words: &str) -> String {
        until(&format!("{path} says {words}"), || Some(self.get(path)).filter(|page| page.contains(words)))
    }

    /// The rows of the inbox, with where each leads; all pages of it.
    pub fn rows(&self) -> Vec<(String, String)> {
        let (mut all, mut next) = (Vec::new(), Some("/inbox".to_owned()));
        while let Some(path) = next {
            let page = self.get(&path);
            let rows = page.split("<li class=\"row").skip(1);
            all.extend(rows.filter_map(|row| Some((first_link(row)?, row.to_owned()))));
            next = page.split_once("<p class=\"older\">").and_then(|(_, older)| first_link(older));
        }
        all
    }

    /// Where the conversation stands whose row in the inbox holds these words.
    pub fn conversation(&self, words: &str) -> String {
        until(&format!("a row of the inbox says {words}"), || {
            self.rows().into_iter().find(|(_, row)| row.contains(words)).map(|(href, _)| href)
        })
    }

    /// Answers by the composer's form, as it stands on the page. Gives the page before.
    pub fn reply(&self, conversation: &str, text: &str) -> String {
        let page = self.get(conversation);
        let fields = ["key", "seen", "channel", "to", "cc", "bcc", "subject"].map(|name| (name, field(&page, name)));
        let mut form: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        form.push(("text", text));
        let path = conversation.split('?').next().unwrap();
        let answer = self.post(&format!("{path}/reply"), &form);
        assert_eq!(answer.status, 303, "{}", answer.body);
        page
    }

    /// The program is killed as by a power cut, and started again.
    pub fn kill_and_start(self) -> Self {
        let Self { program, owner, name, folder } = self;
        drop(program);
        let program = Serving::start(folder.path(), &["serve"]);
        Self { program, owner, name, folder }
    }
}

/// Looks into the database of an installation.
pub fn look_into<T>(folder: &Path, look: impl AsyncFnOnce(&mut Db) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut db = Db::open_sqlite(&folder.join("data/tertulia.db")).await.unwrap();
        let seen = look(&mut db).await;
        db.close().await;
        seen
    })
}

fn first_link(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("href=\"")?;
    Some(unescaped(rest.split_once('"')?.0))
}

/// The messages of a conversation's page.
pub fn messages(page: &str) -> Vec<&str> {
    let parts = page.split("<article class=\"message").skip(1);
    parts.map(|part| part.split_once("</article>").map_or(part, |(message, _)| message)).collect()
}

/// The value of a form's field.
pub fn field(page: &str, name: &str) -> String {
    let (_, form) =
        page.split_once("<form class=\"composer\"").unwrap_or_else(|| panic!("it cannot be answered: {page}"));
    let Some((_, rest)) = form.split_once(&format!("name=\"{name}\" value=\"")) else { return String::new() };
    unescaped(rest.split_once('"').unwrap().0)
}

fn unescaped(text: &str) -> String {
    let signs = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&amp;", "&"), ("&#38;", "&")];
    signs.iter().fold(text.to_owned(), |text, (coded, plain)| text.replace(coded, plain))
}

/// A mail as a customer's program writes it.
pub fn letter(from: &str, to: &str, id: &str, subject: &str, more: &str, text: &str) -> String {
    format!("From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\n{more}\r\n{text}\r\n")
}

/// Gives a mail to the SMTP server (RFC 5321).
pub fn submit(mail: &Mail, from: &str, to: &str, letter: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", mail.smtp_port)).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut answer = || {
        let mut line = String::new();
        while line.as_bytes().get(3) != Some(&b' ') {
            line.clear();
            assert!(answers.read_line(&mut line).unwrap() > 0, "the server hung up");
        }
        assert!(line.starts_with(['2', '3']), "{line}");
    };
    answer();
    let envelope = ["EHLO customer.test".to_owned(), format!("MAIL FROM:<{from}>"), format!("RCPT TO:<{to}>")];
    for line in envelope.into_iter().chain(["DATA".to_owned(), format!("{letter}.")]) {
        write!(stream, "{line}\r\n").unwrap();
        answer();
    }
}

/// A header field of a mail, unfolded.
pub fn header(mail: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(mail).replace("\r\n", "\n");
    let head = text.split_once("\n\n").map_or(text.as_str(), |(head, _)| head).replace("\n ", " ").replace("\n\t", " ");
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}
