//! The folder of sent mail: which it is, what lies in it, putting a copy there.

use crate::{
    imap::{Imap, Trouble, quoted},
    settings::Settings,
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use tertulia_connector::PullError;

/// What the folder is called where the server does not mark it.
const USUAL_NAMES: &[&str] =
    &["sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente", "enviados"];

/// The folder of sent mail, as the server spells it.
pub async fn folder(imap: &mut Imap, settings: &Settings) -> Result<Option<String>, PullError> {
    if let Some(named) = &settings.sent_folder {
        return Ok(Some(modified_utf7(named)));
    }
    let folders = imap.folders().await?;
    if let Some((marked, _)) = folders.iter().find(|(_, marked)| *marked) {
        return Ok(Some(marked.clone()));
    }
    let last_part = |name: &str| name.rsplit(['/', '.']).next().unwrap_or(name).to_lowercase();
    Ok(folders.into_iter().map(|(name, _)| name).find(|name| USUAL_NAMES.contains(&last_part(name).as_str())))
}

/// Whether a mail of this id lies in the folder.
pub async fn holds(imap: &mut Imap, folder: &str, message_id: &str) -> Result<bool, Trouble> {
    imap.open(folder).await?;
    // The server finds parts of a header; the brackets make it whole.
    let found = imap.search(&format!("HEADER Message-ID {}", quoted(&format!("<{message_id}>")))).await?;
    Ok(!found.is_empty())
}

/// Files a copy, unless the server has done so by itself, as Gmail does.
pub async fn file_copy(imap: &mut Imap, folder: &str, message_id: &str, mail: &[u8]) -> Result<(), Trouble> {
    if holds(imap, folder, message_id).await? {
        return Ok(());
    }
    imap.append(folder, mail).await
}

/// A folder's name as older servers want it (RFC 3501 §5.1.3); one without foreign letters stays as it is.
pub fn modified_utf7(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let (mut out, mut foreign) = (String::new(), Vec::new());
    let flush = |foreign: &mut Vec<u16>, out: &mut String| {
        if !foreign.is_empty() {
            let bytes: Vec<u8> = foreign.drain(..).flat_map(u16::to_be_bytes).collect();
            out.push('&');
            out.push_str(&STANDARD_NO_PAD.encode(bytes).replace('/', ","));
            out.push('-');
        }
    };
    for c in name.chars() {
        if c.is_ascii() {
            flush(&mut foreign, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            foreign.extend(c.encode_utf16(&mut [0; 2]).iter());
        }
    }
    flush(&mut foreign, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_folder_names_are_spelled_as_the_rfc_does() {
        assert_eq!(
            modified_utf7("~peter/mail/\u{53f0}\u{5317}/\u{65e5}\u{672c}\u{8a9e}"),
            "~peter/mail/&U,BTFw-/&ZeVnLIqe-"
        );
        assert_eq!(modified_utf7("Envoy\u{e9}s"), "Envoy&AOk-s");
        assert_eq!(modified_utf7("Sent Items"), "Sent Items");
    }
}
