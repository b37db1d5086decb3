//! One draft as a person looks at it: whom it goes to and where, in which words, and what stands in its way. What was looked at is what is
//! sent: all of it stands in `seen`, which is compared once more in the transaction that sends.

use super::{DAY, missing, round, who};
use crate::{
    Engine, Result,
    outbound::{self, Way},
    saved_replies,
    telling::{choose, own_language},
};
use tertulia_connector::sign;
use tertulia_model::UserId;
use tertulia_store::{
    Sql,
    customers::{self, Customer, Handle},
    invitation_texts,
    invitations::{self, Invitation, Round},
};

const PURPOSE: &str = "invitation as it was looked at";

/// What stands in the way of sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It is no draft, or things stand otherwise by now: in words.
    Stands(String),
    /// Nobody has written what is to be said.
    NoText,
    /// It cannot be sent, for this reason.
    Cannot(&'static str),
    /// They do not want to be written to: in words.
    Refused(String),
}

impl Trouble {
    pub fn words(&self) -> String {
        match self {
            Self::Stands(words) | Self::Refused(words) => words.clone(),
            Self::NoText => "Nobody has written yet what is to be said. Write the text first.".to_owned(),
            Self::Cannot(reason) => who::reason_words(reason).to_owned(),
        }
    }

    /// For what reason it cannot be sent, if it cannot.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Cannot(reason) => Some(reason),
            Self::Refused(_) => Some("refused"),
            Self::Stands(_) | Self::NoText => None,
        }
    }
}

/// One draft, as it stands this moment.
#[derive(Debug, Clone)]
pub struct Look {
    pub invitation: Invitation,
    pub round: Round,
    pub customer: Customer,
    /// The address that it goes to.
    pub to: Option<Handle>,
    /// How it goes to them.
    pub way: Option<Way>,
    pub trouble: Option<Trouble>,
    pub words: String,
    /// The language that it is in; none where it was put into other words by hand, or nothing is written.
    pub language: Option<String>,
    /// They are to be written to in another one, in which there is no text.
    pub is_other_language: bool,
    /// Changes with whatever the writer has looked at.
    pub seen: String,
}

/// `by` is whoever looks at it, and would send it.
pub async fn look(engine: &Engine, on: &mut impl Sql, by: UserId, id: i64) -> Result<Look> {
    let invitation = invitations::get(on, id).await?.ok_or_else(missing)?;
    look_at(engine, on, by, invitation).await
}

pub(super) async fn look_at(engine: &Engine, on: &mut impl Sql, by: UserId, invitation: Invitation) -> Result<Look> {
    let round = round(on, invitation.round_id).await?;
    let customer = customers::get(on, invitation.customer_id).await?.ok_or_else(missing)?;
    let one = who::one(engine, on, &customer).await?;
    let all = invitation_texts::of_round(on, round.id).await?;
    let text = choose(&all, &invitation.language, &own_language(on).await?);
    let language = text.map_or("und", |(text, _)| text.language.as_str());
    let known = saved_replies::known_of(engine, on, by, (&customer.name, language)).await?;
    let subject = text.map(|(text, _)| saved_replies::fill(&text.subject, &known)).unwrap_or_default();
    let filled = text.map(|(text, _)| saved_replies::fill(&text.words, &known));
    let by_hand = invitation.words.is_some();
    let name = Some(customer.name.clone()).filter(|name| !name.trim().is_empty());
    let reached = one.reached.as_ref().ok();
    let way =
        reached.map(|(channel, to)| outbound::way_to_begin(engine, channel, (&to.handle, name.clone()), &subject));
    let written = text.map(|(text, _)| (text.language.as_str(), text.version, text.written_at));
    let mut look = Look {
        words: invitation.words.clone().or(filled).unwrap_or_default(),
        language: text.filter(|_| !by_hand).map(|(text, _)| text.language.clone()),
        is_other_language: text.is_some_and(|(_, is_other)| is_other) && !by_hand,
        seen: String::new(),
        trouble: None,
        to: reached.map(|(_, to)| to.clone()),
        invitation,
        round,
        customer,
        way,
    };
    look.seen = seen(engine, &look, &format!("{written:?}"));
    look.trouble = trouble(engine, on, &look, (&one, text.is_some())).await?;
    Ok(look)
}

fn seen(engine: &Engine, look: &Look, written: &str) -> String {
    let way = look.way.as_ref().map(|way| (way.channel, &way.to_handle, &way.subject, &way.from_addresses));
    let Invitation { id, version, .. } = look.invitation;
    let all = format!("{id} {version} {written} {way:?} {:?} {}", look.customer.person_id, look.customer.name);
    let mut signed = sign::sign(&engine.vault.key_for(PURPOSE), &all);
    signed.truncate(24);
    signed
}

async fn trouble(
    engine: &Engine,
    on: &mut impl Sql,
    look: &Look,
    (one, has_text): (&who::One, bool),
) -> Result<Option<Trouble>> {
    let stands = |words: &str| Ok(Some(Trouble::Stands(words.to_owned())));
    if look.invitation.state != "draft" {
        return stands("It is no draft any more.");
    }
    if look.customer.left_at.is_some() {
        return stands("They stand in no list any more. Leave them out.");
    }
    if let Some(person) = look.customer.person_id
        && invitations::has_written(on, person).await?
    {
        return stands("They have written to you since they were drawn. Answer them there, and leave them out here.");
    }
    let since = engine.now() - look.round.rest_days * DAY;
    if invitations::invited_beside(on, &look.invitation, since).await? {
        return stands("They were invited by another draw meanwhile. Leave them out here.");
    }
    if let Some(words) = &one.refused {
        return Ok(Some(Trouble::Refused(words.clone())));
    }
    if let Err(reason) = &one.reached {
        return Ok(Some(Trouble::Cannot(reason)));
    }
    Ok((!has_text).then_some(Trouble::NoText))
}
