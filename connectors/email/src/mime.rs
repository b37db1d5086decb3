//! Cuts a mail into its parts (RFC 2045, 2046) and undoes their transfer encodings.
//!
//! Header fields are read by `mail-parser`; the parts are cut here, so that a mail nested a thousand deep costs a
//! bounded stack, a part that ends early still gives what is there, and a forwarded mail stays the bytes it is.

use mail_parser::{ContentType, Header, HeaderValue, MessageParser, parsers::MessageStream};
use memchr::{memchr, memmem};
use std::{borrow::Cow, rc::Rc, sync::LazyLock};

/// Parts inside parts beyond this stay one file. Real mail stays below ten.
pub const MAX_DEPTH: usize = 32;
/// Leaves beyond this are counted, not kept.
pub const MAX_LEAVES: usize = 2_000;

static HEADERS: LazyLock<MessageParser> = LazyLock::new(MessageParser::new);

/// Header fields and what follows them: a mail, or a part of one.
pub struct Entity<'a> {
    pub headers: Vec<Header<'a>>,
    bytes: &'a [u8],
    pub body: &'a [u8],
}

impl<'a> Entity<'a> {
    pub fn read(bytes: &'a [u8]) -> Self {
        let mut stream = MessageStream::new(bytes);
        let mut headers = Vec::with_capacity(16);
        stream.parse_headers(&HEADERS, &mut headers);
        let body = bytes.get(stream.offset()..).unwrap_or_default();
        Self { headers, bytes, body }
    }

    /// The first field of this name: where a field is there twice, what stands higher was put there later, by a
    /// server nearer to us.
    pub fn value(&self, name: &str) -> Option<&HeaderValue<'a>> {
        self.headers.iter().find(|header| header.name().eq_ignore_ascii_case(name)).map(Header::value)
    }

    pub fn values<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s HeaderValue<'a>> {
        self.headers.iter().filter(move |header| header.name().eq_ignore_ascii_case(name)).map(Header::value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(HeaderValue::as_text).map(str::trim)
    }

    /// The field as it stands, unfolded, its encoded words undone: for people to read.
    pub fn raw(&self, name: &str) -> Option<String> {
        self.fields(name).next().map(decode_words)
    }

    /// The fields of a name as they came, from the top. What decides something is read from these: an encoded word is
    /// text for people (RFC 2047 §5), and undone it may turn into a bracket or a quote that nobody set.
    pub fn fields<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a [u8]> + 's {
        let bytes = self.bytes;
        let named = self.headers.iter().filter(move |header| header.name().eq_ignore_ascii_case(name));
        named.filter_map(move |header| bytes.get(header.offset_start() as usize..header.offset_end() as usize))
    }

    /// The first of these, unfolded (RFC 5322 §2.2.3), its encoded words left as they are.
    pub fn field(&self, name: &str) -> Option<String> {
        let bytes = self.fields(name).next()?;
        Some(String::from_utf8_lossy(bytes).replace(['\r', '\n'], "").trim().to_owned())
    }

    pub fn content_type(&self) -> Option<&ContentType<'a>> {
        self.value("Content-Type").and_then(HeaderValue::as_content_type)
    }

    fn is_type(&self, main: &str) -> bool {
        self.content_type().is_some_and(|ct| ct.ctype() == main)
    }

    pub fn boundary(&self) -> Option<&str> {
        self.content_type().filter(|ct| ct.ctype() == "multipart")?.attribute("boundary").filter(|b| !b.is_empty())
    }

    /// The body with its transfer encoding undone, and whether it was damaged.
    pub fn decoded(&self) -> (Cow<'a, [u8]>, bool) {
        self.decode(self.body)
    }

    /// The same of the first `most` bytes of a body that is longer; then what is left out, and no word of damage, since
    /// the cut may go through the middle of a letter.
    pub fn decoded_start(&self, most: usize) -> (Cow<'a, [u8]>, bool, usize) {
        let start = &self.body[..self.body.len().min(most)];
        let left_out = self.body.len() - start.len();
        let (bytes, damaged) = self.decode(start);
        (bytes, damaged && left_out == 0, left_out)
    }

    fn decode(&self, body: &'a [u8]) -> (Cow<'a, [u8]>, bool) {
        match self.text("Content-Transfer-Encoding").map(str::to_ascii_lowercase).as_deref() {
            Some("base64") => {
                let (bytes, damaged) = decode_base64(body);
                (Cow::Owned(bytes), damaged)
            }
            Some("quoted-printable") => (Cow::Owned(decode_quoted_printable(body)), false),
            _ => (Cow::Borrowed(body), false),
        }
    }
}

/// Undoes the encoded words (RFC 2047) of a header's value.
pub fn decode_words(bytes: &[u8]) -> String {
    let mut line = bytes.to_vec();
    line.push(b'\n');
    match MessageStream::new(&line).parse_unstructured() {
        HeaderValue::Text(text) => text.trim().to_owned(),
        _ => String::new(),
    }
}

/// A part that holds no other parts.
pub struct Leaf<'a> {
    pub entity: Rc<Entity<'a>>,
    /// It stands for the same content as its sisters (multipart/alternative, at whatever level above).
    pub alternative: bool,
    /// It was nested too deep to be opened.
    pub unopened: bool,
    /// It lay in a digest, where parts are mails unless they say otherwise.
    pub digest: bool,
}

#[derive(Default)]
pub struct Leaves<'a> {
    pub list: Vec<Leaf<'a>>,
    pub too_deep: bool,
    pub left_out: usize,
}

/// Cuts `entity` into its leaves, in order.
pub fn leaves<'a>(entity: &Rc<Entity<'a>>) -> Leaves<'a> {
    let mut found = Leaves::default();
    collect(entity.clone(), 0, false, false, &mut found);
    found
}

fn collect<'a>(entity: Rc<Entity<'a>>, depth: usize, alternative: bool, digest: bool, found: &mut Leaves<'a>) {
    if found.list.len() >= MAX_LEAVES {
        found.left_out += 1;
        return;
    }
    let Some(boundary) = entity.boundary() else {
        found.list.push(Leaf { entity, alternative, unopened: false, digest });
        return;
    };
    if depth >= MAX_DEPTH {
        found.too_deep = true;
        found.list.push(Leaf { entity, alternative, unopened: true, digest });
        return;
    }
    let parts = split(entity.body, boundary.as_bytes());
    let subtype = entity.content_type().and_then(ContentType::subtype).unwrap_or_default();
    let (alternative, digest) = (alternative || subtype == "alternative", subtype == "digest");
    if parts.is_empty() {
        // The boundary never comes: what is there is read as text.
        let plain = Entity { headers: Vec::new(), bytes: entity.body, body: entity.body };
        found.list.push(Leaf { entity: Rc::new(plain), alternative, unopened: false, digest: false });
        return;
    }
    for part in parts {
        collect(Rc::new(Entity::read(part)), depth + 1, alternative, digest, found);
    }
}

/// The parts between the lines `--boundary`. One that is never closed ends where the bytes end.
fn split<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let needle = [b"--", boundary].concat();
    let finder = memmem::Finder::new(&needle);
    let (mut parts, mut open, mut at) = (Vec::new(), None, 0);
    while let Some(found) = body.get(at..).and_then(|rest| finder.find(rest)) {
        let line = at + found;
        let after = line + needle.len();
        at = after;
        let rest = &body[after..];
        let closing = rest.starts_with(b"--");
        let at_line_start = line == 0 || body[line - 1] == b'\n';
        if !at_line_start || !(closing || matches!(rest.first(), None | Some(b'\r' | b'\n' | b' ' | b'\t'))) {
            continue;
        }
        if let Some(start) = open.take() {
            parts.push(without_line_end(&body[start..line]));
        }
        if closing || parts.len() > MAX_LEAVES {
            return parts;
        }
        at = memchr(b'\n', rest).map_or(body.len(), |end| after + end + 1);
        open = Some(at);
    }
    if let Some(start) = open {
        parts.push(&body[start..]);
    }
    parts
}

/// The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

impl Leaf<'_> {
    /// Main type and subtype in lower case; text/plain where nothing is said (RFC 2045 §5.2), and message/rfc822
    /// inside a digest (RFC 2046 §5.1.5).
    pub fn media_type(&self) -> (String, String) {
        match self.entity.content_type() {
            Some(ct) => (ct.ctype().to_ascii_lowercase(), ct.subtype().unwrap_or_default().to_ascii_lowercase()),
            None if self.digest => ("message".to_owned(), "rfc822".to_owned()),
            None => ("text".to_owned(), "plain".to_owned()),
        }
    }

    /// Whether this is text to be read where it stands, not a file.
    pub fn is_readable(&self) -> bool {
        let disposition = self.entity.value("Content-Disposition").and_then(HeaderValue::as_content_type);
        let named = disposition.is_some_and(|d| d.has_attribute("filename"))
            || self.entity.content_type().is_some_and(|ct| ct.has_attribute("name"));
        let attached = disposition.is_some_and(ContentType::is_attachment);
        let plain = !self.entity.has("Content-Type") && !self.digest;
        // A multipart without a boundary is nothing but text (RFC 2046 §5.1 wants one).
        let broken = self.entity.is_type("multipart") && !self.unopened;
        !named && !attached && !self.unopened && (plain || broken || self.entity.is_type("text"))
    }
}

const NOT_BASE64: u8 = 0xff;
static BASE64: LazyLock<[u8; 256]> = LazyLock::new(|| {
    let mut table = [NOT_BASE64; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (value, letter) in (0u8..).zip(alphabet) {
        table[usize::from(*letter)] = value;
    }
    table
});

/// Base64 as it comes: strange letters are skipped (RFC 2045 §6.8), padding may stand anywhere or be missing.
fn decode_base64(text: &[u8]) -> (Vec<u8>, bool) {
    let table = &*BASE64;
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut count, mut strange) = (0u32, 0, false);
    for &letter in text {
        let value = table[usize::from(letter)];
        if value != NOT_BASE64 {
            held = (held << 6) | u32::from(value);
            count += 1;
            if count == 4 {
                bytes.extend_from_slice(&held.to_be_bytes()[1..]);
                (held, count) = (0, 0);
            }
        } else if letter == b'=' {
            strange |= !finish_group(held, count, &mut bytes);
            (held, count) = (0, 0);
        } else {
            strange |= !letter.is_ascii_whitespace();
        }
    }
    let unpadded = count != 0;
    strange |= !finish_group(held, count, &mut bytes);
    (bytes, strange || unpadded)
}

/// The one or two bytes of a group that has no four letters; false where its letters are too few for a byte.
fn finish_group(held: u32, count: u32, bytes: &mut Vec<u8>) -> bool {
    match count {
        2 => bytes.push((held >> 4) as u8),
        3 => bytes.extend_from_slice(&((held >> 2) as u16).to_be_bytes()),
        1 => return false,
        _ => {}
    }
    true
}

/// Quoted-printable; an escape that is none stays as it is.
fn decode_quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'=', rest) {
        bytes.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let blank = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
        if let [high, low, tail @ ..] = rest
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            bytes.push(high << 4 | low);
            rest = tail;
        } else if rest.get(blank) == Some(&b'\n') {
            rest = &rest[blank + 1..];
        } else if blank < rest.len() {
            bytes.push(b'=');
        } else {
            rest = &[];
        }
    }
    bytes.extend_from_slice(rest);
    bytes
}

fn hex(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_gives_what_is_there() {
        assert_eq!(decode_base64(b"aGVsbG8="), (b"hello".to_vec(), false));
        assert_eq!(decode_base64(b"aGVs\r\nbG8=\r\n"), (b"hello".to_vec(), false));
        assert_eq!(decode_base64(b"aGVsbG8"), (b"hello".to_vec(), true));
        assert_eq!(decode_base64(b"aGVsb"), (b"hel".to_vec(), true));
        assert_eq!(decode_base64(b"aGk=aGk="), (b"hihi".to_vec(), false));
        assert!(decode_base64(b"a!Gk=").1);
    }

    #[test]
    fn quoted_printable_gives_what_is_there() {
        assert_eq!(decode_quoted_printable(b"caf=C3=A9 =\r\nau lait"), "caf\u{e9} au lait".as_bytes());
        assert_eq!(decode_quoted_printable(b"a=  \nb"), b"ab");
        assert_eq!(decode_quoted_printable(b"1+1=2 =ZZ ="), b"1+1=2 =ZZ ");
    }

    #[test]
    fn a_boundary_counts_only_at_the_start_of_a_line_and_in_full() {
        let body = b"pre\r\n--b\r\n\r\none --b\r\n--bc\r\n\r\n--b  \r\n\r\ntwo\r\n--b--\r\nafter";
        let parts = split(body, b"b");
        assert_eq!(parts, [&b"\r\none --b\r\n--bc\r\n"[..], b"\r\ntwo"]);
        assert_eq!(split(b"--b\n\nunclosed", b"b"), [b"\nunclosed"]);
        assert!(split(b"nothing here", b"b").is_empty());
    }
}
