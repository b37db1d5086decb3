#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;
use tertulia_testkit::Mail;

/// A dialog in lines, with no library between us and the wire.
struct Wire {
    input: BufReader<TcpStream>,
    output: TcpStream,
}

impl Wire {
    fn open(port: u16) -> Wire {
        let output = TcpStream::connect(("127.0.0.1", port)).unwrap();
        output.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut wire = Wire { input: BufReader::new(output.try_clone().unwrap()), output };
        wire.line();
        wire
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.input.read_line(&mut line).unwrap();
        line
    }

    /// Sends an IMAP command and gives everything up to its tagged answer.
    fn imap(&mut self, command: &str) -> String {
        write!(self.output, "a {command}\r\n").unwrap();
        let mut answer = String::new();
        while !answer.lines().last().unwrap_or_default().starts_with("a ") {
            let line = self.line();
            assert!(!line.is_empty(), "the server hung up after {command}: {answer}");
            answer.push_str(&line);
        }
        answer
    }

    fn smtp(&mut self, command: &str) -> String {
        write!(self.output, "{command}\r\n").unwrap();
        loop {
            let line = self.line();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    fn submit(&mut self, to: &str, subject: &str) -> String {
        self.smtp("EHLO customer.example.test");
        self.smtp("MAIL FROM:<ana@example.test>");
        let answer = self.smtp(&format!("RCPT TO:<{to}>"));
        if !answer.starts_with('2') {
            return answer;
        }
        self.smtp("DATA");
        self.smtp(&format!(
            "From: ana@example.test\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nIt broke.\r\n..and again\r\n."
        ))
    }
}

fn wait_for_subject(imap: &mut Wire, subject: &str) -> String {
    for _ in 0..200 {
        imap.imap("SELECT INBOX");
        let found = imap.imap("FETCH 1:* (UID BODY.PEEK[])");
        if found.contains(subject) {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{subject} never came");
}

#[test]
fn a_mail_goes_in_by_smtp_and_is_seen_by_imap() {
    let Some(mail) = Mail::start() else { return };
    let mut smtp = Wire::open(mail.smtp_port);
    let answer = smtp.submit("support@desk.test", "Order broken");
    assert!(answer.starts_with("250"), "{answer}");
    let mut imap = Wire::open(mail.imap_port);
    assert!(imap.imap("LOGIN support pw").contains("a OK"));
    let found = wait_for_subject(&mut imap, "Subject: Order broken");
    assert!(found.contains("\r\n.and again\r\n"), "the leading dot is the customer's, once: {found}");
}

#[test]
fn a_wrong_password_and_a_strange_domain_are_refused() {
    let Some(mail) = Mail::start() else { return };
    assert!(Wire::open(mail.imap_port).imap("LOGIN support wrong").contains("a NO"));
    let answer = Wire::open(mail.smtp_port).submit("somebody@elsewhere.test", "Not for here");
    assert!(answer.starts_with('5'), "{answer}");
}

#[test]
fn the_relay_delivers_refuses_and_puts_off_like_a_real_server() {
    let Some(mut mail) = Mail::start_with_relay() else { return };
    assert!(Wire::open(mail.smtp_port).submit("support@desk.test", "By relay").starts_with("250"));
    let mut imap = Wire::open(mail.imap_port);
    imap.imap("LOGIN support pw");
    let found = wait_for_subject(&mut imap, "Subject: By relay");
    assert!(found.contains("\r\n.and again\r\n"), "{found}");
    assert!(Wire::open(mail.smtp_port).submit("somebody@elsewhere.test", "Not for here").starts_with('5'));
    mail.stop_imap();
    assert!(Wire::open(mail.smtp_port).submit("support@desk.test", "Later").starts_with("451"));
}

#[test]
fn the_relay_can_take_a_mail_and_never_answer() {
    let Some(mail) = Mail::start_with_relay() else { return };
    mail.never_answer(true);
    let mut smtp = Wire::open(mail.smtp_port);
    smtp.output.set_read_timeout(Some(Duration::from_millis(1500))).unwrap();
    smtp.smtp("EHLO customer.example.test");
    smtp.smtp("MAIL FROM:<ana@example.test>");
    smtp.smtp("RCPT TO:<support@desk.test>");
    smtp.smtp("DATA");
    write!(smtp.output, "Subject: Swallowed\r\n\r\nText\r\n.\r\n").unwrap();
    assert!(smtp.input.read_line(&mut String::new()).is_err(), "it answered, or hung up");
    let mut imap = Wire::open(mail.imap_port);
    imap.imap("LOGIN support pw");
    wait_for_subject(&mut imap, "Subject: Swallowed");
    mail.never_answer(false);
    assert!(Wire::open(mail.smtp_port).submit("support@desk.test", "Honest again").starts_with("250"));
}

#[test]
fn the_relay_can_ask_for_a_sign_in() {
    let Some(mail) = Mail::start_with_relay() else { return };
    mail.ask_for_sign_in(true);
    let mut smtp = Wire::open(mail.smtp_port);
    smtp.smtp("EHLO desk.test");
    assert!(smtp.smtp("MAIL FROM:<support@desk.test>").starts_with("530"));
    assert!(smtp.smtp("AUTH PLAIN AHN1cHBvcnQAd3Jvbmc=").starts_with("535"), "the password is wrong");
    assert!(smtp.smtp("AUTH PLAIN AHN1cHBvcnQAcHc=").starts_with("235"));
    assert!(smtp.smtp("MAIL FROM:<support@desk.test>").starts_with("250"));
    let mut other = Wire::open(mail.smtp_port);
    assert!(other.smtp("AUTH LOGIN").starts_with("334"));
    assert!(other.smtp("c3VwcG9ydA==").starts_with("334"));
    assert!(other.smtp("cHc=").starts_with("235"));
}

#[test]
fn the_sent_folder_is_marked_as_such() {
    let Some(mail) = Mail::start() else { return };
    let mut imap = Wire::open(mail.imap_port);
    imap.imap("LOGIN support@desk.test pw");
    let folders = imap.imap("LIST (SPECIAL-USE) \"\" \"*\"");
    assert!(folders.contains("\\Sent") && folders.contains("Sent\r\n"), "{folders}");
}

#[test]
fn the_server_goes_and_comes_back_with_its_boxes() {
    let Some(mut mail) = Mail::start() else { return };
    Wire::open(mail.smtp_port).submit("support@desk.test", "Before");
    let mut imap = Wire::open(mail.imap_port);
    imap.imap("LOGIN support pw");
    wait_for_subject(&mut imap, "Subject: Before");
    mail.stop_imap();
    assert!(TcpStream::connect(("127.0.0.1", mail.imap_port)).is_err(), "still there");
    mail.start_imap();
    let mut imap = Wire::open(mail.imap_port);
    imap.imap("LOGIN support pw");
    wait_for_subject(&mut imap, "Subject: Before");
    assert!(Wire::open(mail.smtp_port).submit("support@desk.test", "After").starts_with("250"));
    wait_for_subject(&mut imap, "Subject: After");
}

#[test]
fn imap_over_tls_shows_a_certificate_of_the_named_authority() {
    let Some(mail) = Mail::start() else { return };
    let output = Command::new("openssl")
        .args(["s_client", "-quiet", "-verify_return_error", "-verify_hostname", "localhost"])
        .args(["-connect", &format!("127.0.0.1:{}", mail.imaps_port), "-CAfile"])
        .arg(&mail.ca_pem)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            child.stdin.as_mut().unwrap().write_all(b"a LOGIN support pw\r\nb LOGOUT\r\n")?;
            let mut said = String::new();
            child.stdout.as_mut().unwrap().read_to_string(&mut said)?;
            let status = child.wait()?;
            Ok((status, said))
        })
        .unwrap();
    assert!(output.1.contains("a OK"), "{output:?}");
}

#[test]
fn nothing_is_left_when_the_value_is_gone() {
    let Some(mail) = Mail::start() else { return };
    let (dir, ports) = (mail.dir.clone(), [mail.imap_port, mail.smtp_port, mail.lmtp_port]);
    drop(mail);
    assert!(!dir.exists());
    for port in ports {
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "somebody still listens on {port}");
    }
}
