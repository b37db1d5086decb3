//! The folder of sent mail: which it is, what lies in it, putting a copy there.

use crate::{
    imap::{Imap, Trouble},
    settings::Settings,
    words::quoted,
};
use tertulia_connector::PullError;

/// What the folder is called where the server does not mark it.
const USUAL_NAMES: &[&str] =
    &["sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente", "enviados"];

/// The folder of sent mail, as the server spells it.
pub async fn folder(imap: &mut Imap, settings: &Settings) -> Result<Option<String>, PullError> {
    if let Some(named) = &settings.sent_folder {
        return Ok(Some(named.clone()));
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
