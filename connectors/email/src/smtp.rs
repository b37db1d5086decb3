//! Sending (RFC 5321). Written here because the exact moment of a failure decides what may be done next: before the
//! last dot nothing went out, after it nobody knows until the server answers.

use crate::{
    compose::Letter,
    oauth::{TokenError, Tokens, xoauth2},
    reply::{self, Extensions, Reply},
    settings::{Security, Settings},
    wire::{self, Wire, WireError},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::time::Duration;
use tertulia_connector::{Context, Secret, SendError};
use tokio::{
    io::{AsyncWriteExt, BufReader},
    time::timeout,
};

/// How long a server may think about a command (RFC 5321 §4.5.3.2 allows five minutes; nobody who waits for a person
/// at a screen does).
const STEP: Duration = Duration::from_secs(60);
const TRY_AGAIN: Duration = Duration::from_secs(60);
/// After a "not now" (greylisting is the usual reason) an early repeat is in vain.
const NOT_NOW: Duration = Duration::from_secs(5 * 60);

pub struct Smtp {
    wire: BufReader<Wire>,
    host: String,
    extensions: Extensions,
}

impl Smtp {
    /// Connects, encrypts and signs in. Nothing of a mail has been said yet, so each failure here is safe to repeat.
    pub async fn sign_in(ctx: &Context, settings: &Settings, tokens: &Tokens) -> Result<Self, SendError> {
        match Self::try_sign_in(ctx, settings, tokens).await {
            // A token may end before its time; only where a renewed one is refused, too, is a person needed.
            Err(SendError::Reauthorise(_)) if tokens.forget(ctx.channel) => {
                Self::try_sign_in(ctx, settings, tokens).await
            }
            other => other,
        }
    }

    async fn try_sign_in(ctx: &Context, settings: &Settings, tokens: &Tokens) -> Result<Self, SendError> {
        let server = &settings.smtp;
        let wire = wire::open(ctx, server, settings.extra_ca.as_deref()).await.map_err(wire_error)?;
        let mut smtp =
            Self { wire: BufReader::new(wire), host: server.host.clone(), extensions: Extensions::default() };
        let greeting = smtp.reply(STEP).await.map_err(|why| later(&why))?;
        smtp.expect(greeting)?;
        let name = settings.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let name = if name.is_ascii() { name } else { "localhost" };
        smtp.hello(name).await?;
        if server.security == Security::StartTls {
            if !smtp.extensions.offers("STARTTLS") {
                return Err(SendError::Rejected(format!(
                    "{} offers no encryption on this port, so nothing was sent. Choose TLS with port 465 in the channel's settings.",
                    smtp.host
                )));
            }
            smtp.command("STARTTLS").await?;
            let encrypted = wire::encrypt(smtp.wire.into_inner(), &server.host, settings.extra_ca.as_deref());
            smtp.wire = BufReader::new(encrypted.await.map_err(wire_error)?);
            smtp.hello(name).await?;
        }
        smtp.authenticate(ctx, settings, tokens).await?;
        Ok(smtp)
    }

    async fn hello(&mut self, name: &str) -> Result<(), SendError> {
        let reply = self.ask(&format!("EHLO {name}")).await?;
        self.extensions = if reply.is_good() {
            Extensions::read(&reply)
        } else {
            self.command(&format!("HELO {name}")).await?;
            Extensions::default()
        };
        Ok(())
    }

    /// A server that asks for no sign-in (a relay in one's own house) gets none.
    async fn authenticate(&mut self, ctx: &Context, settings: &Settings, tokens: &Tokens) -> Result<(), SendError> {
        if !self.extensions.wants_a_sign_in() {
            return Ok(());
        }
        let user = settings.smtp_username.as_deref().unwrap_or(&settings.username);
        if settings.xoauth2 {
            let token = tokens.access_token(ctx, settings).await.map_err(|error| match error {
                TokenError::Refused(why) => SendError::Reauthorise(why),
                TokenError::Later(why) => later(&why),
            })?;
            let reply = self.ask(&format!("AUTH XOAUTH2 {}", STANDARD.encode(xoauth2(user, &token)))).await?;
            // 334 carries the reason in base64; an empty answer brings the final no.
            let reply = if reply.code == 334 { self.ask("").await? } else { reply };
            return self.signed_in(&reply);
        }
        let missing = || SendError::Reauthorise("There is no password yet for sending.".to_owned());
        let password: &Secret = ctx.secret("smtp_password").or_else(|| ctx.secret("password")).ok_or_else(missing)?;
        let reply = if self.extensions.mechanism("PLAIN") || !self.extensions.mechanism("LOGIN") {
            let plain = STANDARD.encode(format!("\0{user}\0{}", password.reveal()));
            self.ask(&format!("AUTH PLAIN {plain}")).await?
        } else {
            let mut reply = self.ask("AUTH LOGIN").await?;
            for part in [user, password.reveal()] {
                if reply.code == 334 {
                    reply = self.ask(&STANDARD.encode(part)).await?;
                }
            }
            reply
        };
        self.signed_in(&reply)
    }

    fn signed_in(&self, reply: &Reply) -> Result<(), SendError> {
        match reply.code {
            235 => Ok(()),
            // 454: temporary (RFC 4954 §4.7.6).
            400..=499 => Err(not_now(reply)),
            _ => Err(SendError::Reauthorise(format!(
                "{} did not accept the user name or the password for sending. The message waits.",
                self.host
            ))),
        }
    }

    /// Sends one mail to all its recipients, or to none.
    pub async fn send(&mut self, letter: &Letter, patience: Duration) -> Result<(), SendError> {
        self.check_size(letter.bytes.len())?;
        let foreign = !letter.from.is_ascii() || letter.to.iter().any(|to| !to.is_ascii());
        if foreign && !self.extensions.offers("SMTPUTF8") {
            let why = format!("{} cannot send to or from addresses with foreign letters. Nothing was sent.", self.host);
            return Err(SendError::Rejected(why));
        }
        let mut mail_from = format!("MAIL FROM:<{}>", letter.from);
        if self.extensions.offers("SIZE") {
            mail_from.push_str(&format!(" SIZE={}", letter.bytes.len()));
        }
        if foreign {
            mail_from.push_str(" SMTPUTF8");
        }
        self.command(&mail_from).await?;
        self.name_recipients(&letter.to).await?;
        self.command("DATA").await?;
        let stuffed = dot_stuffed(&letter.bytes);
        // Without the last dot a server must throw away what it has (RFC 5321 §4.1.1.4).
        timeout(patience, self.write(&stuffed))
            .await
            .map_err(|_| later("it stopped taking the message"))?
            .map_err(|e| later(&e))?;
        let unknown = |why: String| {
            SendError::Unknown(format!(
                "{} took the message and did not say whether it will deliver it ({why}). It may or may not arrive.",
                self.host
            ))
        };
        timeout(STEP, write_all(&mut self.wire, b".\r\n"))
            .await
            .map_err(|_| unknown("no answer".to_owned()))?
            .map_err(unknown)?;
        let reply = read_reply(&mut self.wire, patience).await.map_err(unknown)?;
        match reply.code {
            200..=299 => Ok(()),
            400..=499 => Err(not_now(&reply)),
            _ => Err(SendError::Rejected(format!("{} refused the message: {}", self.host, reply.words()))),
        }
    }

    fn check_size(&self, size: usize) -> Result<(), SendError> {
        match self.extensions.size().filter(|limit| size > *limit) {
            Some(limit) => Err(SendError::Rejected(format!(
                "With its files this message has {} MB; {} takes at most {} MB. Send fewer or smaller files.",
                size.div_ceil(1 << 20),
                self.host,
                limit >> 20
            ))),
            None => Ok(()),
        }
    }

    /// All or nobody: a mail that reached only some could not be repeated for the others without doubling it, and a
    /// refusal that is only logged would be a loss in silence.
    async fn name_recipients(&mut self, to: &[String]) -> Result<(), SendError> {
        let mut refused: Vec<(String, Reply)> = Vec::new();
        for address in to {
            let reply = self.ask(&format!("RCPT TO:<{address}>")).await?;
            if !reply.is_good() {
                refused.push((address.clone(), reply));
            }
        }
        let Some((_, first)) = refused.first() else { return Ok(()) };
        // Nothing may be left half-said on this connection.
        let first = first.clone();
        self.ask("RSET").await.ok();
        if refused.iter().all(|(_, reply)| (400..500).contains(&reply.code)) {
            return Err(not_now(&first));
        }
        let words: Vec<String> =
            refused.iter().map(|(address, reply)| format!("{address} ({})", reply.words())).collect();
        let nobody = if to.len() > refused.len() { " Nothing was sent to the others either." } else { "" };
        Err(SendError::Rejected(format!("{} does not deliver to {}.{nobody}", self.host, words.join(", "))))
    }

    pub async fn quit(mut self) {
        if write_all(&mut self.wire, b"QUIT\r\n").await.is_ok() {
            read_reply(&mut self.wire, Duration::from_secs(2)).await.ok();
        }
    }

    /// A command that must be answered well.
    async fn command(&mut self, text: &str) -> Result<(), SendError> {
        let reply = self.ask(text).await?;
        self.expect(reply)
    }

    fn expect(&self, reply: Reply) -> Result<(), SendError> {
        match reply.code {
            200..=399 => Ok(()),
            400..=499 => Err(not_now(&reply)),
            530 | 535 => Err(SendError::Reauthorise(format!("{} wants a sign-in: {}", self.host, reply.words()))),
            _ => Err(SendError::Rejected(format!("{} refused: {}", self.host, reply.words()))),
        }
    }

    async fn ask(&mut self, text: &str) -> Result<Reply, SendError> {
        let line = format!("{text}\r\n");
        let written = timeout(STEP, self.write(line.as_bytes())).await;
        written.map_err(|_| later("it stopped listening"))?.map_err(|why| later(&why))?;
        self.reply(STEP).await.map_err(|why| later(&why))
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        write_all(&mut self.wire, bytes).await
    }

    async fn reply(&mut self, patience: Duration) -> Result<Reply, String> {
        read_reply(&mut self.wire, patience).await
    }
}

async fn write_all(wire: &mut BufReader<Wire>, bytes: &[u8]) -> Result<(), String> {
    let stream = wire.get_mut();
    stream.write_all(bytes).await.map_err(|error| error.to_string())?;
    stream.flush().await.map_err(|error| error.to_string())
}

/// One answer, which may have several lines (RFC 5321 §4.2.1).
async fn read_reply(wire: &mut BufReader<Wire>, patience: Duration) -> Result<Reply, String> {
    timeout(patience, reply::read(wire))
        .await
        .map_err(|_| format!("no answer within {} seconds", patience.as_secs()))?
}

/// The body with a dot before each line that starts with one (RFC 5321 §4.5.2), ending in a line end.
fn dot_stuffed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 50 + 2);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn later(why: &str) -> SendError {
    let reason =
        format!("The outgoing mail server could not be used ({why}). The message did not go out; it is tried again.");
    SendError::RetryAfter { wait: TRY_AGAIN, reason }
}

fn not_now(reply: &Reply) -> SendError {
    let reason =
        format!("The outgoing mail server said \u{201c}not now\u{201d} ({}). It is tried again.", reply.words());
    SendError::RetryAfter { wait: NOT_NOW, reason }
}

fn wire_error(error: WireError) -> SendError {
    match error {
        WireError::Later(why) => later(&why),
        WireError::Setting(why) => SendError::Rejected(format!("Nothing was sent: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_dot_does_not_end_the_message() {
        assert_eq!(dot_stuffed(b"a\r\n.\r\n..b\r\nc"), b"a\r\n..\r\n...b\r\nc\r\n");
        assert_eq!(dot_stuffed(b".x\r\n"), b"..x\r\n");
    }

    #[tokio::test]
    async fn an_answer_of_several_lines_is_one_answer() {
        let wire: Wire = Box::new(tokio_test_stream(
            b"250-mail.example\r\n250-SIZE 1000\r\n250 AUTH PLAIN\r\n221 bye\r\nnonsense\r\n22",
        ));
        let mut wire = BufReader::new(wire);
        let reply = read_reply(&mut wire, STEP).await.unwrap();
        assert_eq!((reply.code, reply.text.as_str()), (250, "mail.example\nSIZE 1000\nAUTH PLAIN"));
        assert_eq!(read_reply(&mut wire, STEP).await.unwrap().code, 221);
        assert!(read_reply(&mut wire, STEP).await.is_err());
        assert_eq!(read_reply(&mut wire, STEP).await.unwrap_err(), "the connection was closed");
    }

    fn tokio_test_stream(bytes: &[u8]) -> tokio::io::DuplexStream {
        let (ours, mut theirs) = tokio::io::duplex(4096);
        let bytes = bytes.to_vec();
        tokio::spawn(async move { theirs.write_all(&bytes).await });
        ours
    }
}
