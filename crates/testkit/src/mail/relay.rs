//! A small SMTP server (RFC 5321) that hands mail to LMTP (RFC 2033) at once, for machines where OpenSMTPD may not run.
//! It lives in the test's own process and so ends with it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Debug)]
pub(super) struct Relay {
    port: u16,
    over: Arc<AtomicBool>,
}

impl Relay {
    pub(super) fn start(lmtp: u16) -> Relay {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback address has free ports");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let over = Arc::new(AtomicBool::new(false));
        let ended = over.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                // A customer who hangs up in the middle is not the relay's trouble.
                std::thread::spawn(move || Dialog::new(stream, lmtp).and_then(Dialog::run).ok());
            }
        });
        Relay { port, over }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

struct Dialog {
    input: BufReader<TcpStream>,
    output: TcpStream,
    lmtp: u16,
    /// `MAIL` and `RCPT` lines as they came.
    sender: Option<String>,
    recipients: Vec<String>,
}

impl Dialog {
    fn new(stream: TcpStream, lmtp: u16) -> std::io::Result<Dialog> {
        let output = stream.try_clone()?;
        Ok(Dialog { input: BufReader::new(stream), output, lmtp, sender: None, recipients: Vec::new() })
    }

    fn run(mut self) -> std::io::Result<()> {
        self.say("220 relay.test ESMTP")?;
        while let Some(line) = read_line(&mut self.input)? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.say("250-relay.test\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES")?,
                "HELO" | "NOOP" => self.say("250 2.0.0 Ok")?,
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
        match self.deliver(&body) {
            Ok(refused) if refused.is_empty() => self.say("250 2.0.0 Delivered"),
            Ok(refused) => self.say(&refused),
            Err(_) => self.say("451 4.3.0 The boxes can't be reached now"),
        }
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
