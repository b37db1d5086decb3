//! What an IMAP server says, as it is before it is parsed: the parser takes the byte behind a code for a space and fails in the
//! middle of a letter where it is none (imap-proto 0.17), and makes room for as much as a server announces.

use crate::wire::Wire;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is announced as one piece; whole mails are asked for up to two megabytes, larger ones piece by piece.
const LARGEST_LITERAL: u64 = 64 << 20;

#[derive(Debug)]
pub struct Screened {
    wire: Wire,
    head: Head,
    at: At,
    /// The byte before was the end of a code, `]`.
    is_behind_code: bool,
}

/// The beginning of a line tells what it is: a status has a text behind its code and holds no literal (RFC 9051 §9,
/// `resp-cond-state` and `continue-req`); only what stands there is the parser's to stumble over.
#[derive(Debug, Clone, Copy, Default)]
enum Head {
    #[default]
    Empty,
    /// In the tag, or the star in its place.
    Tag,
    /// So many letters of the word behind it.
    Word([u8; LONGEST_STATUS], usize),
    Status,
    Data,
}

const STATUSES: [&str; 5] = ["OK", "NO", "BAD", "BYE", "PREAUTH"];
const LONGEST_STATUS: usize = 7;

impl Head {
    fn behind(self, byte: u8) -> Self {
        match (self, byte) {
            (_, b'\n') => Self::Empty,
            (Self::Empty, b'+') => Self::Status,
            (Self::Tag, b' ') => Self::Word([0; LONGEST_STATUS], 0),
            (Self::Empty | Self::Tag, _) => Self::Tag,
            (Self::Word(word, length), b' ' | b'\r') => {
                let is_it = |status: &str| status.as_bytes().eq_ignore_ascii_case(&word[..length]);
                if STATUSES.iter().any(|status| is_it(status)) { Self::Status } else { Self::Data }
            }
            (Self::Word(mut word, length), _) if length < LONGEST_STATUS => {
                word[length] = byte;
                Self::Word(word, length + 1)
            }
            (Self::Word(..), _) => Self::Data,
            (known, _) => known,
        }
    }
}

/// Where in an answer the next byte stands (RFC 9051 §9, `literal`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Line,
    /// Behind `{`, with the number so far.
    Count(u64),
    /// Behind `}`, then behind the carriage return.
    Counted(u64),
    Ending(u64),
    /// Bytes of a literal that are still to come: they are nobody's to change.
    Literal(u64),
}

impl Screened {
    pub fn new(wire: Wire) -> Self {
        Self { wire, head: Head::default(), at: At::Line, is_behind_code: false }
    }

    pub fn into_inner(self) -> Wire {
        self.wire
    }

    fn screen(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        let mut from = 0;
        while from < bytes.len() {
            if let At::Literal(left) = self.at {
                let taken = left.min((bytes.len() - from) as u64);
                self.at = if taken == left { At::Line } else { At::Literal(left - taken) };
                from += usize::try_from(taken).unwrap_or(usize::MAX);
                continue;
            }
            let byte = &mut bytes[from];
            if matches!(self.head, Head::Status) {
                if self.is_behind_code && !byte.is_ascii() {
                    *byte = b'?';
                }
                self.is_behind_code = *byte == b']';
            } else {
                self.at = next(self.at, *byte)?;
            }
            // Behind a literal the same line goes on.
            if !matches!(self.at, At::Literal(_)) {
                self.head = self.head.behind(*byte);
            }
            from += 1;
        }
        Ok(())
    }
}

fn next(at: At, byte: u8) -> io::Result<At> {
    Ok(match (at, byte) {
        (_, b'{') => At::Count(0),
        (At::Count(count), b'0'..=b'9') => At::Count(count.saturating_mul(10).saturating_add(u64::from(byte - b'0'))),
        (At::Count(count), b'}') => At::Counted(count),
        (At::Counted(count), b'\r') => At::Ending(count),
        (At::Ending(count), b'\n') if count > LARGEST_LITERAL => {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the mail server announced {count} bytes at once, more than was asked for"),
            ));
        }
        (At::Ending(0), b'\n') => At::Line,
        (At::Ending(count), b'\n') => At::Literal(count),
        _ => At::Line,
    })
}

impl AsyncRead for Screened {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        std::task::ready!(Pin::new(&mut self.wire).poll_read(cx, buffer))?;
        Poll::Ready(self.screen(&mut buffer.filled_mut()[before..]))
    }
}

impl AsyncWrite for Screened {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_model::{Chance, SeededChance};

    /// In pieces of so many bytes, as a network may bring them.
    fn screened(text: &[u8], piece: usize) -> io::Result<Vec<u8>> {
        let mut screened = Screened::new(Box::new(tokio::io::empty()));
        let mut bytes = text.to_vec();
        for piece in bytes.chunks_mut(piece) {
            screened.screen(piece)?;
        }
        Ok(bytes)
    }

    #[test]
    fn a_letter_behind_a_code_is_none_and_whatever_a_literal_holds_is_left_as_it_is() {
        for piece in [1, 2, 7, 1_000] {
            let said = "A2 OK [READ-ONLY]éopen {40}\r\n* 1 FETCH (BODY[] {9}\r\n]é{9}\r\n]ü)\r\n+ [X]é\r\n\
                        * LIST () \"/\" \"[x]é\"\r\n* preauth [Y]é\r\n* OKAY [Y]é\r\n"
                .as_bytes();
            let expected: Vec<u8> = [
                &b"A2 OK [READ-ONLY]?\xa9open {40}\r\n* 1 FETCH (BODY[] {9}\r\n"[..],
                "]é{9}\r\n]ü)\r\n".as_bytes(),
                &b"+ [X]?\xa9\r\n"[..],
                "* LIST () \"/\" \"[x]é\"\r\n".as_bytes(),
                &b"* preauth [Y]?\xa9\r\n"[..],
                "* OKAY [Y]é\r\n".as_bytes(),
            ]
            .concat();
            assert_eq!(screened(said, piece).unwrap_or_default(), expected, "{piece}");
        }
    }

    #[test]
    fn who_announces_more_than_was_asked_for_is_not_listened_to() {
        assert!(screened(b"* 1 FETCH (BODY[] {536870912}\r\n", 3).is_err());
        assert!(screened(b"* 1 FETCH (BODY[] {99999999999999999999999}\r\n", 3).is_err());
        assert!(screened(b"* OK {99999999999} is no literal\r\n", 3).is_ok());
        assert!(screened(b"* OK nor is this {99999999999}\r\n", 3).is_ok());
    }

    #[test]
    fn what_is_plain_goes_through_as_it_came() {
        let chance = SeededChance::new(7);
        for _ in 0..2_000 {
            let text: Vec<u8> = (0..chance.below(60)).map(|_| b" ]{}09a\r\n"[chance.below(9) as usize]).collect();
            let piece = 1 + chance.below(20) as usize;
            assert_eq!(screened(&text, piece).ok(), Some(text.clone()), "{text:?}");
        }
    }
}
