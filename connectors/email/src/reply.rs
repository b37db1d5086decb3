//! What an SMTP server answers (RFC 5321 §4.2), read from whatever bytes come.

use crate::one_line;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

const MAX_LINE: u64 = 4_096;
const MAX_LINES: usize = 100;

/// A server's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// A line for each of its lines, without the code.
    pub text: String,
}

impl Reply {
    pub fn is_good(&self) -> bool {
        (200..400).contains(&self.code)
    }

    pub fn words(&self) -> String {
        one_line(&format!("{} {}", self.code, self.text), 300)
    }
}

/// One answer, which may have several lines (RFC 5321 §4.2.1).
pub async fn read(wire: &mut (impl AsyncBufRead + Unpin)) -> Result<Reply, String> {
    let mut lines: Vec<String> = Vec::new();
    while lines.len() < MAX_LINES {
        let mut line = Vec::new();
        (&mut *wire).take(MAX_LINE).read_until(b'\n', &mut line).await.map_err(|error| error.to_string())?;
        if !line.ends_with(b"\n") {
            let is_whole = (line.len() as u64) < MAX_LINE;
            return Err(if is_whole { "the connection was closed" } else { "a line without an end" }.to_owned());
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        let code = code_of(line).ok_or("an answer that is none")?;
        lines.push(line.get(4..).unwrap_or_default().to_owned());
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(Reply { code, text: lines.join("\n") });
        }
    }
    Err("an answer without an end".to_owned())
}

/// Three digits, and nothing else that a number may be written with.
fn code_of(line: &str) -> Option<u16> {
    line.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

/// What a server says that it can do beyond the bare protocol: the answer to EHLO, in upper case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extensions(Vec<String>);

impl Extensions {
    /// The first line is the server's greeting, also where it is empty.
    pub fn read(reply: &Reply) -> Self {
        Self(reply.text.split('\n').skip(1).map(str::to_uppercase).collect())
    }

    pub fn offers(&self, extension: &str) -> bool {
        self.0.iter().any(|line| line.split_whitespace().next() == Some(extension))
    }

    pub fn wants_a_sign_in(&self) -> bool {
        self.0.iter().any(|line| line.starts_with("AUTH"))
    }

    /// Whether one may sign in so.
    pub fn mechanism(&self, name: &str) -> bool {
        let named = |line: &String| {
            let rest = line.strip_prefix("AUTH ").or_else(|| line.strip_prefix("AUTH="));
            rest.is_some_and(|rest| rest.split_whitespace().any(|word| word == name))
        };
        self.0.iter().any(named)
    }

    /// The largest mail that it takes, in bytes, where it says so (RFC 1870).
    pub fn size(&self) -> Option<usize> {
        let limit = self.0.iter().find_map(|line| line.strip_prefix("SIZE ")?.trim().parse().ok());
        limit.filter(|limit| *limit > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answers(mut bytes: &[u8]) -> Vec<Result<Reply, String>> {
        let mut answers = Vec::new();
        while !bytes.is_empty() {
            answers.push(read(&mut bytes).await);
        }
        answers
    }

    #[tokio::test]
    async fn what_a_server_can_do_begins_on_its_second_line_also_below_an_empty_greeting() {
        for greeting in ["mail.example", ""] {
            let said = format!("250-{greeting}\r\n250-AUTH LOGIN plain\r\n250-size 1000\r\n250 SMTPUTF8\r\n");
            let reply = answers(said.as_bytes()).await.remove(0).unwrap();
            let can = Extensions::read(&reply);
            assert!(can.wants_a_sign_in() && can.mechanism("PLAIN") && can.offers("SMTPUTF8"), "{said}");
            assert!(!can.mechanism("XOAUTH2") && !can.offers("STARTTLS"));
            assert_eq!(can.size(), Some(1_000));
        }
    }

    #[tokio::test]
    async fn what_is_no_answer_is_told_from_a_connection_that_ended() {
        let why = |read: &Result<Reply, String>| read.clone().unwrap_err();
        assert_eq!(why(&answers(b"+25 fine\r\n").await[0]), "an answer that is none");
        assert_eq!(why(&answers(b"250").await[0]), "the connection was closed");
        assert_eq!(why(&answers(&[b'2'; 5_000]).await[0]), "a line without an end");
        assert_eq!(why(&answers(&b"250-more\r\n".repeat(100)).await[0]), "an answer without an end");
    }
}
