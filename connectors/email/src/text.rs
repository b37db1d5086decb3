//! Bytes to text: charsets, flowed lines, limits.

use crate::mime::Leaf;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;
use tertulia_connector::html::html_to_text;

/// Bytes of text kept of one mail. A longer one is cut, and says so.
pub const MAX_TEXT: usize = 2 << 20;
/// Bytes of HTML kept of one mail. A longer one is shown as text.
pub const MAX_HTML: usize = 4 << 20;
/// Bytes of one part, as they came, that are read as text: enough for the most that is kept, in any encoding. Of a text
/// of a hundred megabytes no second and third copy is made only to be thrown away.
const MAX_READ: usize = 16 << 20;
/// What stands between two texts of one mail.
const BETWEEN: &str = "\n\n";

/// The text of a mail and its HTML, gathered from the parts that are there to be read.
#[derive(Default)]
pub struct Gathered {
    plain: Vec<String>,
    /// HTML that stands beside other parts instead of for them: it is read on.
    plain_outside_alternative: bool,
    html: Vec<(String, bool)>,
    /// Bytes of text that were not even read.
    unread: usize,
}

impl Gathered {
    /// Takes a readable leaf (see [`Leaf::is_readable`]).
    pub fn take(&mut self, leaf: &Leaf<'_>, remarks: &mut Remarks) {
        let (bytes, damaged, left_out) = leaf.entity.decoded_start(MAX_READ);
        if damaged {
            remarks.add("A part of the text is damaged or ends early.");
        }
        let charset = leaf.entity.content_type().and_then(|ct| ct.attribute("charset"));
        let text = tidy(decode(&bytes, charset, remarks), remarks);
        if leaf.media_type().1 == "html" {
            self.html.push((text, leaf.alternative));
        } else {
            self.plain_outside_alternative |= !leaf.alternative;
            self.unread += left_out;
            self.plain.push(unflow(leaf, text));
        }
    }

    /// The plain text, and the HTML as it came.
    pub fn finish(mut self, remarks: &mut Remarks) -> (String, Option<String>) {
        // A mail of several texts side by side, some of them HTML, shows all of them only as text.
        let side_by_side = self.plain_outside_alternative && self.html.iter().any(|(_, alternative)| !alternative);
        let mut html = None;
        if side_by_side {
            self.plain
                .extend(self.html.iter().map(|(text, _)| html_to_text(&text[..text.floor_char_boundary(MAX_HTML)])));
        } else if let Some((largest, _)) = self.html.into_iter().max_by_key(|(text, _)| text.len()) {
            if self.plain.iter().all(|text| text.trim().is_empty()) {
                self.plain = vec![html_to_text(&largest[..largest.floor_char_boundary(MAX_HTML)])];
            }
            if largest.len() <= MAX_HTML {
                html = Some(largest);
            } else {
                remarks.add("The HTML is very large and is shown as text.");
            }
        }
        let parts: Vec<&str> = self.plain.iter().map(|text| text.trim_end()).filter(|t| !t.is_empty()).collect();
        let joined = parts.iter().map(|part| part.len()).sum::<usize>() + BETWEEN.len() * parts.len().saturating_sub(1);
        if joined > MAX_TEXT {
            let whole = joined + self.unread;
            remarks.add(&format!("The text was cut after 2 MB of {} MB.", whole.div_ceil(1 << 20)));
        }
        (start_of(&parts), html)
    }
}

/// The parts one after the other, as far as they are kept: a large one is not written out anew to be cut.
fn start_of(parts: &[&str]) -> String {
    let mut text = String::new();
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            text.push_str(BETWEEN);
        }
        let room = MAX_TEXT.saturating_sub(text.len());
        text.push_str(&part[..part.floor_char_boundary(room)]);
        if part.len() > room {
            break;
        }
    }
    text.truncate(text.floor_char_boundary(MAX_TEXT));
    text
}

/// What could not be read as it should have been, each thing once.
#[derive(Default)]
pub struct Remarks(Vec<String>);

impl Remarks {
    pub fn add(&mut self, remark: &str) {
        if self.0.len() < 20 && !self.0.iter().any(|known| known == remark) {
            self.0.push(remark.to_owned());
        }
    }

    pub fn into_list(self) -> Vec<String> {
        self.0
    }
}

/// Bytes as text in the charset they name. Mail that names none, or ASCII, and holds more is UTF-8 if it can be, else
/// Windows-1252, which is what such mail was written in for twenty years.
pub fn decode(bytes: &[u8], charset: Option<&str>, remarks: &mut Remarks) -> String {
    let label = charset.map(|name| name.trim().trim_matches(['"', '\''])).filter(|name| !name.is_empty());
    let ascii = label.is_none_or(|name| name.eq_ignore_ascii_case("us-ascii") || name.eq_ignore_ascii_case("ascii"));
    if ascii {
        return match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        };
    }
    let name = label.unwrap_or_default();
    if let Some(encoding) = Encoding::for_label_no_replacement(name.as_bytes()) {
        let (text, _, lossy) = encoding.decode(bytes);
        if lossy {
            remarks.add(&format!("Some characters could not be read as {}.", encoding.name()));
        }
        return text.into_owned();
    }
    // Charsets of old mail that the web never knew: UTF-7, code page 850 …
    if !is_stateful_asian(name)
        && let Some(decoder) = charset_decoder(name.as_bytes())
    {
        return decoder(bytes);
    }
    let shown: String = name.chars().filter(|c| c.is_ascii_graphic()).take(40).collect();
    let encoding = if std::str::from_utf8(bytes).is_ok() && !bytes.is_ascii() { UTF_8 } else { WINDOWS_1252 };
    let called = if encoding == UTF_8 { "UTF-8" } else { "Windows-1252" };
    remarks.add(&format!("unknown charset {shown}, read as {called}"));
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Those which the decoders would answer with one replacement character for all of the text.
fn is_stateful_asian(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    matches!(
        name.as_str(),
        "iso-2022-cn" | "iso-2022-cn-ext" | "iso-2022-kr" | "csiso2022kr" | "hz-gb-2312" | "replacement"
    )
}

/// Line ends as `\n`, no NUL (no database takes it in a text), nothing else changed.
fn tidy(text: String, remarks: &mut Remarks) -> String {
    let has_nul = memchr::memchr(0, text.as_bytes()).is_some();
    if has_nul {
        remarks.add("NUL bytes were removed from the text.");
    }
    if !has_nul && memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return text;
    }
    let mut tidy = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = memchr::memchr2(b'\r', 0, rest.as_bytes()) {
        tidy.push_str(&rest[..at]);
        let is_end_of_line = rest.as_bytes()[at] == b'\r';
        rest = &rest[at + 1..];
        if is_end_of_line && !rest.starts_with('\n') {
            tidy.push('\n');
        }
    }
    tidy.push_str(rest);
    tidy
}

/// Joins the lines that a flowed text (RFC 3676) only broke to stay short.
fn unflow(leaf: &Leaf<'_>, text: String) -> String {
    let attribute = |name| leaf.entity.content_type().and_then(|ct| ct.attribute(name));
    if !attribute("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed")) {
        return text;
    }
    let delete_space = attribute("delsp").is_some_and(|value| value.eq_ignore_ascii_case("yes"));
    let mut paragraphs: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let depth = line.bytes().take_while(|b| *b == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        match paragraphs.last_mut() {
            Some((above, paragraph)) if open && *above == depth && !signature => {
                if delete_space {
                    paragraph.pop();
                }
                paragraph.push_str(content);
            }
            _ => paragraphs.push((depth, content.to_owned())),
        }
        open = content.ends_with(' ') && !signature;
    }
    let quoted = |(depth, text): &(usize, String)| match depth {
        0 => text.clone(),
        _ => format!("{} {text}", ">".repeat(*depth)),
    };
    paragraphs.iter().map(quoted).collect::<Vec<_>>().join("\n")
}
