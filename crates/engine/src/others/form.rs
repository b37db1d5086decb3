//! What a member types of another organisation: its name, and the accounts by which it speaks in public.

use crate::{EngineError, Result, customers::values::line};
use tertulia_analysis::{
    query::{self, Query},
    tokens::fold,
};
use tertulia_model::ChannelId;
use tertulia_store::{
    Sql, channels,
    others::{self, NewAccount},
    people::{self, Identity},
};

const LONGEST_NAME: usize = 100;
pub const MOST_ACCOUNTS: usize = 12;
/// Names by which one account is addressed.
const MOST_CALLED: usize = 5;
const LONGEST_CALLED: usize = 100;
const LONGEST_ACCOUNT: usize = 500;
/// Words of a kind and an account.
const MOST_PARTS: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtherForm {
    pub name: String,
    pub accounts: Vec<AccountForm>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountForm {
    /// As it stands on what they said; where several kinds of channels know it, the kind before it and a space.
    pub account: String,
    /// The names by which others address it, apart by spaces; its own, where there are none.
    pub called: String,
    /// The channel that hears nothing but its page.
    pub page: Option<ChannelId>,
}

/// What was typed, read.
pub(super) struct Read {
    pub name: String,
    pub name_folded: String,
    pub accounts: Vec<NewAccount>,
}

impl Read {
    /// Of this name, without any account yet.
    pub fn called(name: &str) -> Result<Self> {
        let name = line(name);
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(EngineError::invalid("name", format!("Give a name of 1 to {LONGEST_NAME} letters.")));
        }
        let name_folded = fold(&name);
        Ok(Self { name, name_folded, accounts: Vec::new() })
    }
}

impl OtherForm {
    pub(super) async fn read(&self, on: &mut impl Sql) -> Result<Read> {
        let mut read = Read::called(&self.name)?;
        let wrong = |words: String| EngineError::invalid("accounts", words);
        if self.accounts.is_empty() || self.accounts.len() > MOST_ACCOUNTS {
            return Err(wrong(format!("Give 1 to {MOST_ACCOUNTS} accounts by which it speaks in public.")));
        }
        for form in &self.accounts {
            let identity = identity(on, &form.account).await?.map_err(wrong)?;
            if read.accounts.iter().any(|account| account.identity_id == identity.id) {
                return Err(wrong(format!("{} is given twice. Leave one of them out.", identity.handle)));
            }
            if let Some(page) = form.page
                && channels::get(on, page).await?.is_none()
            {
                return Err(wrong(format!("{}: its page is no channel of yours.", identity.handle)));
            }
            let called = names(&form.called, &identity.handle).map_err(wrong)?;
            read.accounts.push(NewAccount { identity_id: identity.id, called, page_id: form.page });
        }
        Ok(read)
    }
}

/// The account that is meant, of those that said something in public here; or why none is.
async fn identity(on: &mut impl Sql, typed: &str) -> Result<std::result::Result<Identity, String>> {
    let typed = line(typed);
    let bare = typed.trim_start_matches('@');
    if bare.is_empty() || bare.chars().count() > LONGEST_ACCOUNT {
        return Ok(Err("Write each account as it stands on what they said.".to_owned()));
    }
    let handles = |text: &str| vec![text.to_owned(), text.to_lowercase()];
    let mut found = people::with_handles(on, handles(bare)).await?;
    if found.is_empty() {
        // Kinds and accounts of archives may hold spaces, too.
        for (at, _) in bare.match_indices(' ').take(MOST_PARTS) {
            let handle = bare[at + 1..].trim_start_matches('@');
            found.extend(people::find(on, &bare[..at], handles(handle)).await?);
        }
    }
    let mut heard: Vec<Identity> = Vec::new();
    for one in found {
        let is_known = heard.iter().any(|known| known.id == one.id);
        if !is_known && others::is_heard(on, (one.person_id, one.id), 0).await? {
            heard.push(one);
        }
    }
    let all: Vec<String> = heard.iter().map(|one| format!("{} {}", one.space, one.handle)).collect();
    Ok(match (heard.pop(), heard.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_), false) => Err(format!("Several accounts are called so. Write one of these: {}.", all.join("; "))),
        (None, _) => Err(format!(
            "Nothing that {bare} said in public was heard here yet. Write the account as it stands on the page of whoever \
             speaks by it, under People; it can be added once it was heard."
        )),
    })
}

/// The names by which an account is addressed, apart by spaces; its own where none are typed.
fn names(typed: &str, handle: &str) -> std::result::Result<String, String> {
    let own = handle.split('@').next().filter(|own| is_name(own)).unwrap_or_default();
    let typed = line(&typed.replace(',', " "));
    let mut names: Vec<String> = Vec::new();
    for name in typed.split(' ').filter(|name| !name.is_empty()) {
        let name = name.trim_start_matches('@').to_lowercase();
        if !is_name(&name) {
            return Err(format!("“{name}” cannot be a name by which somebody is addressed. Write it as in @name."));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() > MOST_CALLED {
        return Err(format!("Give {MOST_CALLED} names for an account at most."));
    }
    Ok(if names.is_empty() { own.to_lowercase() } else { names.join(" ") })
}

/// Letters and digits, and what stands between them in names of accounts.
fn is_name(name: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let holds = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    name.chars().count() <= LONGEST_CALLED
        && name.chars().any(char::is_alphanumeric)
        && ends(name.chars().next())
        && ends(name.chars().next_back())
        && name.chars().all(holds)
}

/// What finds the messages that address an account; none where no name is known.
pub(super) fn addressing(called: &str) -> Option<Query> {
    let names: Vec<String> = called.split(' ').filter(|name| !name.is_empty()).map(|name| format!("@{name}")).collect();
    if names.is_empty() {
        return None;
    }
    query::parse(&names.join(" OR ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_addressed_by_its_own_name_unless_others_are_given() {
        assert_eq!(names("", "Rival@net.example").unwrap(), "rival");
        assert_eq!(names("", "did:plc:abc").unwrap(), "", "nobody is addressed so");
        assert_eq!(names("@Rival.Shop, rival_beans @rival.shop", "x").unwrap(), "rival.shop rival_beans");
        for wrong in ["a*b", "(rival)", "\"rival\"", "-rival", "rival.", "a b c d e f"] {
            assert!(names(wrong, "x").is_err(), "{wrong}");
        }
    }

    #[test]
    fn whatever_is_a_name_can_be_looked_for() {
        for called in ["rival", "rival.shop rival_beans", "rival-shop", "42", "Élan"] {
            assert!(addressing(called).is_some(), "{called}");
        }
        assert!(addressing("").is_none());
    }
}
