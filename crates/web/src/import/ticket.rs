//! What a form carries of an uploaded file from one step to the next. Signed: a blob's name alone opens nothing, or
//! whoever knows the hash of somebody's attachment could have it imported.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use tertulia_connector::sign;
use tertulia_engine::vault::Vault;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub blob: String,
    pub size: u64,
    /// The file's name, without folders.
    pub name: String,
}

impl Ticket {
    pub fn seal(&self, vault: &Vault) -> String {
        let said = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let signature = sign::sign(&vault.key_for("upload"), &said);
        format!("{said}.{signature}")
    }

    pub fn open(text: &str, vault: &Vault) -> Option<Self> {
        let (said, signature) = text.split_once('.')?;
        if !sign::verify(&vault.key_for("upload"), said, signature) {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(said).ok()?).ok()
    }
}

/// Characters of a file's name.
const NAME: usize = 120;

/// A file's name as it may be shown: the last part of a path, without what could turn or hide the words around it.
pub(super) fn plain_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    let name: String = last.chars().filter(|c| !is_hidden(*c)).take(NAME).collect();
    match name.trim().trim_matches('.') {
        "" => "file".to_owned(),
        _ => name.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_opens_only_as_it_was_sealed() {
        let vault = Vault::new([7; 32]);
        let ticket = Ticket { blob: "ab".repeat(32), size: 9, name: "forum.csv".into() };
        let sealed = ticket.seal(&vault);
        assert_eq!(Ticket::open(&sealed, &vault), Some(ticket.clone()));
        assert_eq!(Ticket::open(&sealed, &Vault::new([8; 32])), None);
        let other = Ticket { blob: "cd".repeat(32), ..ticket }.seal(&Vault::new([9; 32]));
        let (_, signature) = sealed.split_once('.').unwrap();
        let forged = format!("{}.{signature}", other.split_once('.').unwrap().0);
        for wrong in [forged.as_str(), "", ".", "abc", &sealed[1..]] {
            assert_eq!(Ticket::open(wrong, &vault), None, "{wrong}");
        }
    }

    #[test]
    fn hostile_names_lose_their_folders_and_their_tricks() {
        assert_eq!(plain_name("../../etc/passwd"), "passwd");
        assert_eq!(plain_name("C:\\Users\\Bo\\mail.mbox"), "mail.mbox");
        assert_eq!(plain_name("photo\u{202e}gnp.csv\r\nX: y"), "photognp.csvX: y");
        assert_eq!(plain_name("/"), "file");
        assert_eq!(plain_name(".."), "file");
        assert_eq!(plain_name("<b>&.csv"), "<b>&.csv");
        assert_eq!(plain_name(&"長".repeat(500)).chars().count(), NAME);
    }
}
