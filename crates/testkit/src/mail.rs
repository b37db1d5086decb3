//! Mail servers on loopback: Dovecot for IMAP and LMTP, OpenSMTPD in front of it.

mod boxes;
mod dovecot;
mod relay;
mod smtpd;

use crate::machine::{Account, free_port, program};
use crate::service::Service;
use std::path::{Path, PathBuf};

/// What brings the servers on Debian and its kin.
const INSTALL: &str = "apt-get install dovecot-imapd dovecot-lmtpd opensmtpd";

/// Running mail servers. Any `NAME@desk.test` and `NAME@example.test` has a box, named `NAME`, with the password
/// [`Mail::PASSWORD`]; the box has a `Sent` folder marked as such. All is gone when this is dropped or the process ends.
#[derive(Debug)]
pub struct Mail {
    /// IMAP without encryption, with STARTTLS.
    pub imap_port: u16,
    /// IMAP over TLS; the certificate names `localhost` and 127.0.0.1 and is signed by [`Mail::ca_pem`].
    pub imaps_port: u16,
    /// SMTP without encryption. Takes mail for the two domains from anybody; needs no sign-in.
    pub smtp_port: u16,
    /// LMTP, straight into the boxes.
    pub lmtp_port: u16,
    /// The folder of the IMAP server; `box/NAME` in it is a maildir.
    pub dir: PathBuf,
    /// The certificate authority to trust, in PEM.
    pub ca_pem: PathBuf,
    imap: Service,
    smtp: Smtp,
    account: Account,
}

#[derive(Debug)]
enum Smtp {
    OpenSmtpd(Service),
    /// Where OpenSMTPD may not run (it insists on root and on a private mount).
    Relay(relay::Relay),
}

impl Mail {
    /// The password of everybody.
    pub const PASSWORD: &'static str = "pw";

    /// Starts the servers. `None`, and a note in the skips, when they are not installed.
    pub fn start() -> Option<Mail> {
        Mail::start_choosing(|account| {
            let may = smtpd::may_run(account);
            if !may {
                crate::told("OpenSMTPD may not run here (it needs root): a relay of the test kit stood in for it");
            }
            may
        })
    }

    /// The same with the test kit's own relay in OpenSMTPD's place, as on machines where that may not run. It can be
    /// told to misbehave.
    pub fn start_with_relay() -> Option<Mail> {
        Mail::start_choosing(|_| false)
    }

    fn start_choosing(opensmtpd: fn(&Account) -> bool) -> Option<Mail> {
        let (Some(dovecot), Some(smtpd)) = (program("dovecot"), program("smtpd").filter(|_| installed_for_lmtp()))
        else {
            crate::skipped("Dovecot and OpenSMTPD", INSTALL);
            return None;
        };
        let mut failure = String::new();
        // Another process may take a port between our finding it free and the server's asking for it.
        for _ in 0..3 {
            match Mail::try_start(&dovecot, &smtpd, opensmtpd) {
                Ok(mail) => return Some(mail),
                Err(reason) => failure = reason,
            }
        }
        panic!("{failure}");
    }

    fn try_start(dovecot: &Path, smtpd: &Path, opensmtpd: fn(&Account) -> bool) -> Result<Mail, String> {
        let account = Account::for_servers();
        let ports = dovecot::Ports { imap: free_port(), imaps: free_port(), lmtp: free_port() };
        let imap = dovecot::start(dovecot, &account, &ports)?;
        let (smtp_port, smtp) = if opensmtpd(&account) {
            let port = free_port();
            (port, Smtp::OpenSmtpd(smtpd::start(smtpd, &account, port, ports.lmtp)?))
        } else {
            let relay = relay::Relay::start(ports.lmtp);
            (relay.port(), Smtp::Relay(relay))
        };
        let dir = imap.dir().to_owned();
        let ca_pem = dir.join("ca.pem");
        let dovecot::Ports { imap: imap_port, imaps: imaps_port, lmtp: lmtp_port } = ports;
        Ok(Mail { imap_port, imaps_port, smtp_port, lmtp_port, dir, ca_pem, imap, smtp, account })
    }

    /// Puts a mail into somebody's inbox as it is, byte for byte: no server on the way looks at it or mends it.
    pub fn put(&self, name: &str, mail: &[u8]) {
        boxes::put(&self.dir.join("box").join(name), &self.account, mail, 0o600);
    }

    /// Puts a mail into somebody's inbox that the IMAP server lists and cannot read.
    pub fn put_unreadable(&self, name: &str, mail: &[u8]) {
        boxes::put(&self.dir.join("box").join(name), &self.account, mail, 0);
    }

    /// The mails in somebody's inbox, in the order in which they came.
    pub fn inbox(&self, name: &str) -> Vec<Vec<u8>> {
        boxes::read(&self.dir.join("box").join(name))
    }

    /// The mails in somebody's folder of sent mail.
    pub fn sent(&self, name: &str) -> Vec<Vec<u8>> {
        boxes::read(&self.dir.join("box").join(name).join(".Sent"))
    }

    /// The IMAP server (and LMTP with it) goes away; the boxes stay. Mail sent meanwhile waits at the SMTP server or is
    /// put off by it.
    pub fn stop_imap(&mut self) {
        self.imap.stop();
    }

    /// It comes back, on the same ports and with the same boxes.
    pub fn start_imap(&mut self) {
        let port = self.imap_port;
        self.imap.restart(|_| dovecot::answers(port)).expect("what has started once starts again");
    }

    /// From now on the SMTP server takes a mail, delivers it, and never says so; or says so again.
    ///
    /// # Panics
    /// With OpenSMTPD, which is honest: [`Mail::start_with_relay`] gives the one that can misbehave.
    pub fn never_answer(&self, silent: bool) {
        self.relay().be_silent(silent);
    }

    /// From now on the SMTP server takes a mail, delivers it, and keeps its answer to itself until it may give it.
    ///
    /// # Panics
    /// With OpenSMTPD: see [`Mail::start_with_relay`].
    pub fn hold_answers(&self, hold: bool) {
        self.relay().hold_answers(hold);
    }

    /// From now on the SMTP server takes mail only from those who signed in (AUTH PLAIN or LOGIN, without encryption);
    /// any name will do, with [`Mail::PASSWORD`].
    ///
    /// # Panics
    /// With OpenSMTPD, which wants encryption for that: see [`Mail::start_with_relay`].
    pub fn ask_for_sign_in(&self, ask: bool) {
        self.relay().ask_for_sign_in(ask);
    }

    /// Where the servers are, as JSON, for a process that is not written in Rust.
    pub fn handed_on(&self) -> String {
        let Mail { imap_port, imaps_port, smtp_port, .. } = self;
        let (ca, password) = (self.ca_pem.display().to_string(), Mail::PASSWORD);
        format!(r#"{{"imap":{imap_port},"imaps":{imaps_port},"smtp":{smtp_port},"ca":{ca:?},"password":{password:?}}}"#)
    }

    fn relay(&self) -> &relay::Relay {
        match &self.smtp {
            Smtp::Relay(relay) => relay,
            Smtp::OpenSmtpd(_) => panic!("OpenSMTPD can't be told to: start the mail servers with start_with_relay"),
        }
    }

    /// Which program answers on `smtp_port`.
    pub fn smtp_server(&self) -> &'static str {
        match &self.smtp {
            Smtp::OpenSmtpd(_) => "OpenSMTPD",
            Smtp::Relay(_) => "the test kit's own relay",
        }
    }

    /// What the servers logged, for the message of a failed assertion.
    pub fn log(&self) -> String {
        let smtp = match &self.smtp {
            Smtp::OpenSmtpd(service) => service.log(),
            Smtp::Relay(_) => String::new(),
        };
        format!("{}\n{smtp}", self.imap.log())
    }
}

/// Debian's dovecot-core alone has neither IMAP nor LMTP.
fn installed_for_lmtp() -> bool {
    let folders = ["/usr/lib/dovecot", "/usr/libexec/dovecot", "/usr/local/libexec/dovecot"];
    folders.iter().any(|folder| ["imap", "lmtp"].iter().all(|part| Path::new(folder).join(part).exists()))
}
