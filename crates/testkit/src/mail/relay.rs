//! A small SMTP server (RFC 5321) that hands mail to LMTP (RFC 2033) at once, for machines where OpenSMTPD may not run.
//! It lives in the test's own process and so ends with it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[derive(Debug)]
pub(super) struct Relay {
    port: u16,
    switches: Arc<Switches>,
}

#[derive(Debug, Default)]
struct Switches {
    over: AtomicBool,
    silent: AtomicBool,
    holding: AtomicBool,
    only_signed_in: AtomicBool,
}

impl Relay {
    pub(super) fn start(lmtp: u16) -> Relay {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback address has free ports");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let switches = Arc::new(Switches::default());
        let shared = switches.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.over.load(Ordering::Relaxed) {
                    return;
                }
                // A customer who hangs up in the middle is not the relay's trouble.
                let switches = shared.clone();
                std::thread::spawn(move || Dialog::new(stream, lmtp, switches).and_then(Dialog::run).ok());
            }
        });
        Relay { port, switches }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Takes a mail, delivers it, and never says so.
    pub(super) fn be_silent(&self, silent: bool) {
        self.switches.silent.store(silent, Ordering::Relaxed);
    }

    /// Takes a mail, delivers it, and says so only once it may.
    pub(super) fn hold_answers(&self, hold: bool) {
        self.switches.holding.store(hold, Ordering::Relaxed);
    }

    /// Takes mail only from those who signed in.
    pub(super) fn ask_for_sign_in(&self, ask: bool) {
        self.switches.only_signed_in.store(ask, Ordering::Relaxed);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.switches.over.store(true, Ordering::Relaxed);
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

struct Dialog {
    input: BufReader<TcpStream>,
    output: TcpStream,
    lmtp: u16,
    switches: Arc<Switches>,
    signed_in: bool,
    /// `MAIL` and `RCPT` lines as they came.
    sender: Option<String>,
    recipients: Vec<String>,
}

impl Dialog {
    fn new(stream: TcpStream, lmtp: u16, switches: Arc<Switches>) -> std::io::Result<Dialog> {
        let output = stream.try_clone()?;
        let input = BufReader::new(stream);
        Ok(Dialog { input, output, lmtp, switches, signed_in: false, sender: None, recipients: Vec::new() })
    }

    fn run(mut self) -> std::io::Result<()> {
        self.say("220 relay.test ESMTP")?;
        while let Some(line) = read_line(&mut self.input)? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    self.say("250-relay.test\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES")?
                }
                "HELO" | "NOOP" => self.say("250 2.0.0 Ok")?,
                "AUTH" => self.sign_in(&line)?,
                "MAIL" if !self.signed_in && self.switches.only_signed_in.load(Ordering::Relaxed) => {
                    self.say("530 5.7.0 Sign in first")?;
                }
                "MAIL" => {
                    self.recipients.clear();
                    self.sender = Some(line);
                    self.say("250 2.1.0 Ok")?;
                }
                "RCPT" => self.recipient(line)?,
                "DATA" => self.data()?,
                "RSET" => {
                    self.sender = None;
                    self.recipients.clear();
                    self.say("250 2.0.0 Ok")?;
                }
                "QUIT" => return self.say("221 2.0.0 Bye"),
                _ => self.say("500 5.5.1 Unknown command")?,
            }
        }
        Ok(())
    }

    /// RFC 4954, with the two mechanisms that carry the password as it is.
    fn sign_in(&mut self, line: &str) -> std::io::Result<()> {
        let mut words = line.split(' ').skip(1);
        let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
        let first = words.next().map(str::to_owned);
        let secret = match mechanism.as_str() {
            "PLAIN" => self.answer(first, "")?.rsplit('\0').next().map(str::to_owned),
            "LOGIN" => {
                // "Username:" and "Password:"
                self.answer(first, "VXNlcm5hbWU6")?;
                Some(self.answer(None, "UGFzc3dvcmQ6")?)
            }
            _ => return self.say("504 5.5.4 Unknown mechanism"),
        };
        self.signed_in = secret.as_deref() == Some(super::Mail::PASSWORD);
        self.say(if self.signed_in { "235 2.7.0 Welcome" } else { "535 5.7.8 Wrong name or password" })
    }

    /// What the client sent along, or sends when asked.
    fn answer(&mut self, sent: Option<String>, question: &str) -> std::io::Result<String> {
        let coded = match sent {
            Some(coded) => coded,
            None => {
                self.say(&format!("334 {question}"))?;
                read_line(&mut self.input)?.unwrap_or_default()
            }
        };
        Ok(String::from_utf8_lossy(&base64(&coded)).into_owned())
    }

    fn recipient(&mut self, line: String) -> std::io::Result<()> {
        let ours = ["@desk.test>", "@example.test>"].iter().any(|end| line.to_ascii_lowercase().contains(end));
        match (ours, &self.sender) {
            (_, None) => self.say("503 5.5.1 MAIL first"),
            (false, _) => self.say("550 5.1.1 No such domain here"),
            (true, _) => {
                self.recipients.push(line);
                self.say("250 2.1.5 Ok")
            }
        }
    }

    fn data(&mut self) -> std::io::Result<()> {
        if self.recipients.is_empty() {
            return self.say("503 5.5.1 RCPT first");
        }
        self.say("354 End with a dot")?;
        // The dots stay doubled (RFC 5321, 4.5.2): LMTP wants them so too.
        let mut body = Vec::new();
        loop {
            let begin = body.len();
            if self.input.read_until(b'\n', &mut body)? == 0 {
                return Ok(());
            }
            if matches!(&body[begin..], b".\r\n" | b".\n") {
                break;
            }
        }
        let delivered = self.deliver(&body);
        while self.switches.holding.load(Ordering::Relaxed) && !self.switches.over.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(5));
        }
        match delivered {
            Ok(_) if self.switches.silent.load(Ordering::Relaxed) => self.wait_until_they_leave(),
            Ok(refused) if refused.is_empty() => self.say("250 2.0.0 Delivered"),
            Ok(refused) => self.say(&refused),
            Err(_) => self.say("451 4.3.0 The boxes can't be reached now"),
        }
    }

    fn wait_until_they_leave(&mut self) -> std::io::Result<()> {
        while read_line(&mut self.input)?.is_some() {}
        Ok(())
    }

    /// Gives the first refusal, or nothing.
    fn deliver(&self, body: &[u8]) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.lmtp))?;
        let mut answers = BufReader::new(stream.try_clone()?);
        let mut refused = String::new();
        let sender = self.sender.iter().map(String::as_str);
        let envelope = sender.chain(self.recipients.iter().map(String::as_str));
        read_reply(&mut answers)?;
        for line in std::iter::once("LHLO relay.test").chain(envelope).chain(["DATA"]) {
            write!(stream, "{line}\r\n")?;
            keep_refusal(&mut refused, read_reply(&mut answers)?);
        }
        stream.write_all(body)?;
        for _ in &self.recipients {
            keep_refusal(&mut refused, read_reply(&mut answers)?);
        }
        write!(stream, "QUIT\r\n")?;
        Ok(refused)
    }

    fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.output.write_all(format!("{line}\r\n").as_bytes())
    }
}

fn keep_refusal(refused: &mut String, reply: String) {
    if refused.is_empty() && reply.starts_with(['4', '5']) {
        *refused = reply;
    }
}

fn read_line(input: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let read = input.read_until(b'\n', &mut line)?;
    Ok((read > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned()))
}

/// The last line of a reply that may have several.
fn read_reply(input: &mut impl BufRead) -> std::io::Result<String> {
    loop {
        let line = read_line(input)?.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(line);
        }
    }
}

/// RFC 4648, read leniently: what is no digit of it is passed over.
fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for digit in text.chars().filter_map(|c| DIGITS.find(c)) {
        bits = (bits << 6) | digit as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_read_as_the_rfcs_examples_say() {
        for (coded, plain) in
            [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("AHN1cHBvcnQAcHc=", "\0support\0pw")]
        {
            assert_eq!(base64(coded), plain.as_bytes(), "{coded}");
        }
    }
}
