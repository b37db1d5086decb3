//! Who the names of the settings are: our own account and those that are watched.

use crate::{
    login,
    names::is_did,
    settings::{Mode, Settings},
};
use std::collections::BTreeMap;
use tertulia_connector::{Context, PullError};
use tertulia_model::Millis;

/// DIDs by the names that led to them once.
pub type Names = BTreeMap<String, String>;

/// A name that leads nowhere is looked for again this often: a server says so, too, while a name's own domain does not
/// answer.
const AGAIN: Millis = 15 * 60_000;

pub struct Who {
    pub us: String,
    /// The DIDs whose events alone are asked for.
    pub wanted: Vec<String>,
    /// Of the names in the settings, those that were found.
    pub names: Names,
    /// Names that lead to nobody so far.
    lost: Vec<String>,
    looked_at: Millis,
}

impl Who {
    /// `known`: whom names led to before.
    pub async fn find(ctx: &Context, settings: &Settings, known: Option<&Names>) -> Result<Self, PullError> {
        let mut who = Self {
            us: String::new(),
            wanted: Vec::new(),
            names: Names::new(),
            lost: Vec::new(),
            looked_at: ctx.clock.now(),
        };
        who.us = who.look_up(ctx, settings, known, &settings.handle).await?;
        if settings.mode == Mode::Watched {
            who.wanted.push(who.us.clone());
            for account in &settings.accounts {
                match who.look_up(ctx, settings, known, account).await {
                    Ok(did) => who.wanted.push(did),
                    // One that is gone stops none of the others.
                    Err(PullError::Misconfigured(_)) => who.lost.push(account.clone()),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(who)
    }

    pub fn lost(&self) -> impl Iterator<Item = &str> {
        self.lost.iter().map(String::as_str)
    }

    /// Looks for those who were not found, from time to time; whether somebody was.
    pub async fn look_again(&mut self, ctx: &Context, settings: &Settings) -> bool {
        let now = ctx.clock.now();
        if self.lost.is_empty() || now < self.looked_at.saturating_add(AGAIN) {
            return false;
        }
        self.looked_at = now;
        let before = self.wanted.len();
        let mut lost = std::mem::take(&mut self.lost).into_iter();
        for name in lost.by_ref() {
            match self.look_up(ctx, settings, None, &name).await {
                Ok(did) => self.wanted.push(did),
                Err(PullError::Misconfigured(_)) => self.lost.push(name),
                // The server itself is in trouble, and has its rest; what is found already is heard meanwhile.
                Err(_) => {
                    self.lost.push(name);
                    break;
                }
            }
        }
        self.lost.extend(lost);
        self.wanted.len() > before
    }

    async fn look_up(
        &mut self,
        ctx: &Context,
        settings: &Settings,
        known: Option<&Names>,
        name: &str,
    ) -> Result<String, PullError> {
        if is_did(name) {
            return Ok(name.to_owned());
        }
        let did = match known.and_then(|known| known.get(name)).filter(|did| is_did(did)) {
            Some(did) => did.clone(),
            None => login::did_of(ctx, settings, name).await?,
        };
        self.names.insert(name.to_owned(), did.clone());
        Ok(did)
    }
}
