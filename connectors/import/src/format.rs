//! What kind of file it is.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A kind of archive that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Format {
    /// Mails one after another, each begun by a `From ` line (RFC 4155 and its older relatives).
    Mbox,
    /// Support talk on Twitter as the columns `tweet_id, author_id, inbound, created_at, text …` hold it.
    Twcs,
    /// A table with a row of column names at its top.
    Csv(Delimiter),
    /// One JSON object a line.
    Jsonl,
    /// The posts of one account as ActivityPub's OrderedCollection: `outbox.json`, or the export that holds it.
    Mastodon,
    /// The repository of one account (AT Protocol), as a CAR file.
    Bluesky,
    /// The export of a workspace: a zip with a file for each channel and day.
    Slack,
    /// WordPress's own export (WXR).
    WordPress,
    /// Posts of a forum as Discourse's API gives them.
    Discourse,
}

/// What stands between the fields of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    Pipe,
}

impl Delimiter {
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

impl Format {
    pub const ALL: [Self; 12] = [
        Self::Mbox,
        Self::Twcs,
        Self::Csv(Delimiter::Comma),
        Self::Csv(Delimiter::Semicolon),
        Self::Csv(Delimiter::Tab),
        Self::Csv(Delimiter::Pipe),
        Self::Jsonl,
        Self::Mastodon,
        Self::Bluesky,
        Self::Slack,
        Self::WordPress,
        Self::Discourse,
    ];

    /// Whether a person has to say which column holds what.
    pub fn needs_mapping(self) -> bool {
        matches!(self, Self::Csv(_) | Self::Jsonl)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Mbox => "mbox",
            Self::Twcs => "twcs",
            Self::Csv(Delimiter::Comma) => "csv",
            Self::Csv(Delimiter::Semicolon) => "csv-semicolon",
            Self::Csv(Delimiter::Tab) => "tsv",
            Self::Csv(Delimiter::Pipe) => "csv-pipe",
            Self::Jsonl => "jsonl",
            Self::Mastodon => "mastodon",
            Self::Bluesky => "bluesky",
            Self::Slack => "slack",
            Self::WordPress => "wordpress",
            Self::Discourse => "discourse",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Mbox => "Mailbox file (mbox)",
            Self::Twcs => "Tweets (twcs CSV)",
            Self::Csv(Delimiter::Comma) => "Table, commas (CSV)",
            Self::Csv(Delimiter::Semicolon) => "Table, semicolons (CSV)",
            Self::Csv(Delimiter::Tab) => "Table, tabs (TSV)",
            Self::Csv(Delimiter::Pipe) => "Table, bars (CSV)",
            Self::Jsonl => "JSON, one object a line (JSONL)",
            Self::Mastodon => "Posts of an account (Mastodon)",
            Self::Bluesky => "Repository of an account (Bluesky CAR)",
            Self::Slack => "Export of a workspace (Slack)",
            Self::WordPress => "Export of a site (WordPress WXR)",
            Self::Discourse => "Posts of a forum (Discourse)",
        }
    }

    /// What somebody should know who imports such a file: where it does not say by itself whose it is.
    pub(crate) fn note(self) -> &'static str {
        match self {
            Self::Mbox | Self::Twcs | Self::Csv(_) | Self::Jsonl => "",
            Self::Mastodon => "If it is your own account, write it below as @name@server.",
            Self::Bluesky => {
                "If it is your own account, write its DID below: it stands before each of its posts. The file does not say its handle."
            }
            Self::Slack => "Name your own people below by their handles, ids or mail addresses.",
            Self::WordPress => "Name your own authors below by their logins or mail addresses.",
            Self::Discourse => {
                "The posts do not say which forum they are from: write its address (forum.example.org) as the name of the archive, each time the same. Name your own people below by their user names."
            }
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.trim().to_lowercase();
        let known = Self::ALL.into_iter().find(|format| format.name() == wanted);
        known.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            format!("\"{text}\" is no kind of file that can be read here; it is one of: {}", names.join(", "))
        })
    }
}

impl From<Format> for String {
    fn from(format: Format) -> Self {
        format.name().to_owned()
    }
}

impl TryFrom<String> for Format {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// How a text file's characters are written down. Anything that is not UTF-16 is read as UTF-8, and where a row is
/// not UTF-8, that row as Windows-1252.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    #[default]
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// The encoding of a file by its first bytes, and how many of them are its byte order mark.
    pub fn of(first: &[u8]) -> (Self, u64) {
        match first {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            _ => (Self::without_mark(first), 0),
        }
    }

    /// UTF-16 without a mark shows itself by a zero in every ASCII character.
    fn without_mark(first: &[u8]) -> Self {
        let pairs: Vec<&[u8]> = first[..first.len().min(512)].chunks_exact(2).collect();
        let most = pairs.len() * 3 / 4;
        let zeros = |at: usize| pairs.iter().filter(|pair| pair[at] == 0 && pair[1 - at] != 0).count();
        match pairs.len() {
            0..4 => Self::Utf8,
            _ if zeros(1) > most => Self::Utf16Le,
            _ if zeros(0) > most => Self::Utf16Be,
            _ => Self::Utf8,
        }
    }

    /// Bytes in one code unit.
    pub(crate) fn width(self) -> usize {
        if self == Self::Utf8 { 1 } else { 2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_a_wrong_name_lists_them() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse::<Format>().unwrap(), format);
            let json = serde_json::to_string(&format).unwrap();
            assert_eq!(serde_json::from_str::<Format>(&json).unwrap(), format);
        }
        assert!("xls".parse::<Format>().unwrap_err().contains("jsonl"));
    }

    #[test]
    fn utf_16_is_seen_with_and_without_its_mark() {
        let le: Vec<u8> = "id;text".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = "id;text".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(Encoding::of(&le), (Encoding::Utf16Le, 0));
        assert_eq!(Encoding::of(&be), (Encoding::Utf16Be, 0));
        assert_eq!(Encoding::of(&[&[0xff, 0xfe], &le[..]].concat()), (Encoding::Utf16Le, 2));
        assert_eq!(Encoding::of("\u{feff}id;text".as_bytes()), (Encoding::Utf8, 3));
        assert_eq!(Encoding::of(b""), (Encoding::Utf8, 0));
    }
}
