//! From bytes to characters.

use crate::format::Encoding;
use std::borrow::Cow;

pub(crate) const READ_AS_WINDOWS_1252: &str =
    "Not valid UTF-8, so it was read as Windows-1252: some letters may be wrong.";
pub(crate) const BROKEN_UTF_16: &str = "Some characters were broken and are shown as \u{fffd}.";

/// The text of `bytes`, and what has to be said about it.
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> (Cow<'_, str>, Option<&'static str>) {
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), None),
            Err(_) => (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0, Some(READ_AS_WINDOWS_1252)),
        },
        Encoding::Utf16Le => wide(bytes, encoding_rs::UTF_16LE),
        Encoding::Utf16Be => wide(bytes, encoding_rs::UTF_16BE),
    }
}

fn wide<'a>(bytes: &'a [u8], encoding: &'static encoding_rs::Encoding) -> (Cow<'a, str>, Option<&'static str>) {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    (text, broken.then_some(BROKEN_UTF_16))
}
