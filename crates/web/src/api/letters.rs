//! What replies and forwards have in common: whom they go to, their files, and that one key stands for one of them.

use super::{
    extract::{idempotency_key, invalid},
    ident::Ident,
};
use crate::{App, Result, Viewer, WebError};
use axum::http::HeaderMap;
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    outbound::{self, Files, Named, ReplyForm, Way},
    saved_replies,
};
use tertulia_model::{AttachmentId, ChannelId, ConversationId, MessageId, Recipient, RecipientRole};
use tertulia_store::{
    StoreError,
    deliveries::{self, Delivery},
    drafts::{self, DraftFile, Key},
};
use utoipa::ToSchema;

/// Of each kind, and of files.
const MOST: usize = 50;
const LONGEST_NAME: usize = 200;
const LONGEST_SUBJECT: usize = 1_000;

/// Whom a mail goes to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Addressee {
    #[schema(max_length = 254, example = "nils@mill.example")]
    address: String,
    #[serde(default)]
    #[schema(max_length = 200, example = "Nils Holm")]
    name: String,
}

/// What a program says of a reply or a forward.
pub(super) struct Letter {
    pub conversation: ConversationId,
    /// The message that is passed on.
    pub forwards: Option<MessageId>,
    /// Of its files those that go along; none for all that can.
    pub attachments: Option<Vec<Ident>>,
    pub channel: Option<ChannelId>,
    pub text: String,
    pub to: Vec<Addressee>,
    pub cc: Vec<Addressee>,
    pub bcc: Vec<Addressee>,
    pub subject: Option<String>,
    pub from: Option<String>,
    pub files: Vec<Ident>,
    pub close: bool,
    /// The articles that it holds.
    pub articles: Vec<Ident>,
    /// What stands in braces is meant so.
    pub as_it_is: bool,
}

/// The files that a field names.
pub(super) fn ids(field: &str, given: &[Ident]) -> Result<Vec<AttachmentId>> {
    if given.len() > MOST {
        return Err(invalid(field, format!("Name at most {MOST}.")));
    }
    Ok(given.iter().map(|id| AttachmentId(id.0)).collect())
}

fn is_plain(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.contains(char::is_control)
}

impl Letter {
    fn addressed(&self) -> [(&'static str, RecipientRole, &[Addressee]); 3] {
        [
            ("to", RecipientRole::To, &self.to),
            ("cc", RecipientRole::Cc, &self.cc),
            ("bcc", RecipientRole::Bcc, &self.bcc),
        ]
    }

    /// Those that it names.
    fn named(&self) -> Vec<Recipient> {
        let one = |role, given: &Addressee| {
            let name = Some(given.name.trim().to_owned()).filter(|name| !name.is_empty());
            Recipient { role, address: given.address.trim().to_owned(), name }
        };
        self.addressed().into_iter().flat_map(|(_, role, all)| all.iter().map(move |given| one(role, given))).collect()
    }

    /// What no channel could carry.
    pub fn check(&self) -> Result<()> {
        for (field, _, all) in self.addressed() {
            if all.len() > MOST {
                return Err(invalid(field, format!("Name at most {MOST}.")));
            }
            if all.iter().any(|one| !is_plain(&one.name, LONGEST_NAME)) {
                let words = format!("A name is one line of at most {LONGEST_NAME} characters.");
                return Err(invalid(field, words));
            }
        }
        if self.subject.as_ref().is_some_and(|subject| !is_plain(subject, LONGEST_SUBJECT)) {
            let words = format!("A subject is one line of at most {LONGEST_SUBJECT} characters.");
            return Err(invalid("subject", words));
        }
        Ok(())
    }

    /// What this way cannot carry is refused, and not passed over as in a form that shows no field for it.
    fn fits(&self, way: &Way) -> Result<()> {
        let named = self.addressed().map(|(field, _, all)| (field, !all.is_empty()));
        let mut named = named.into_iter().chain([("from", self.from.is_some())]);
        if let Some((field, _)) = named.find(|(_, given)| *given && !way.limits.recipients) {
            let words = format!("{} goes to whoever wrote, from the account they wrote to. Leave this out.", way.title);
            return Err(invalid(field, words));
        }
        if self.subject.is_some() && !way.limits.subject {
            return Err(invalid("subject", format!("{} has no subject. Leave it out.", way.title)));
        }
        Ok(())
    }

    /// As it is handed to the one way out.
    pub fn form(&self, way: &Way, key: &str) -> Result<ReplyForm> {
        self.fits(way)?;
        if self.forwards.is_none() && !self.as_it_is {
            saved_replies::check_filled_in(&self.text)?;
        }
        let brought = ids("files", &self.files)?;
        let passed_on = self.attachments.as_deref().map(|named| ids("attachments", named)).transpose()?;
        let mut recipients = self.named();
        if self.to.is_empty() && !recipients.is_empty() {
            // A copy goes to others besides, and not in place of whoever is answered.
            recipients.splice(0..0, way.reply.iter().cloned());
        }
        Ok(ReplyForm {
            conversation: self.conversation,
            channel: way.channel,
            text: self.text.clone(),
            recipients,
            subject: self.subject.clone(),
            from_address: self.from.clone(),
            idempotency_key: key.to_owned(),
            seen: None,
            shown: Vec::new(),
            even_if_unseen: false,
            close: self.close,
            files: Files::Named(Named { brought, passed_on }),
            articles: self.articles.iter().map(|id| id.0).collect(),
            forwards: self.forwards,
        })
    }

    /// One key is one letter: refuses this one where something else was sent under its key.
    pub async fn must_be(&self, app: &App, viewer: &Viewer, sent: &Delivery) -> Result<()> {
        if self.says(sent) && self.took_its_files(app, viewer, sent).await? {
            return Ok(());
        }
        Err(invalid("Idempotency-Key", "This key was used for another reply. Choose a new one for each reply."))
    }

    fn says(&self, sent: &Delivery) -> bool {
        let outgoing = &sent.outgoing;
        sent.conversation_id == self.conversation
            && outgoing.text == self.text
            && outgoing.forwards.as_ref().map(|forwarded| forwarded.message) == self.forwards
            && self.channel.is_none_or(|channel| channel == sent.channel_id)
            && self.subject.as_ref().is_none_or(|subject| outgoing.subject.as_ref() == Some(subject))
            && self.named().iter().all(|named| outgoing.recipients.contains(named))
    }

    /// Files are known by their ids for a while after they were sent; from then on only their number is.
    async fn took_its_files(&self, app: &App, viewer: &Viewer, sent: &Delivery) -> Result<bool> {
        let went = &sent.outgoing.attachments;
        let is_as_many = match (self.forwards, &self.attachments) {
            (Some(_), None) => self.files.len() <= went.len(),
            (_, passed_on) => self.files.len() + passed_on.as_ref().map_or(0, Vec::len) == went.len(),
        };
        let key = Key::brought(viewer.user.id, self.conversation);
        let known = drafts::named(&mut app.engine.db.reader(), key, &ids("files", &self.files)?).await?;
        let is_there = |file: &DraftFile| went.iter().any(|one| one.name == file.name && one.content == file.content);
        Ok(is_as_many && known.iter().all(is_there))
    }
}

/// Each member's programs have keys of their own choice, which others cannot guess at or run into.
pub(super) fn key(viewer: &Viewer, headers: &HeaderMap) -> Result<String> {
    Ok(format!("api:{}:{}", viewer.user.id, idempotency_key(headers)?))
}

/// What was sent under a key.
pub(super) async fn known(app: &App, key: &str) -> Result<Option<Delivery>> {
    Ok(deliveries::by_key(&mut app.engine.db.reader(), key).await?)
}

pub(super) async fn queue(app: &App, viewer: &Viewer, form: ReplyForm) -> Result<Delivery> {
    let key = form.idempotency_key.clone();
    match outbound::queue_reply(&app.engine, viewer.user.id, form).await {
        // The same request at the same moment came first.
        Err(EngineError::Store(StoreError::Conflict)) => {
            known(app, &key).await?.ok_or_else(|| EngineError::Store(StoreError::Conflict).into())
        }
        queued => queued.map_err(|error| at_our_field(error.into())),
    }
}

/// The screen's one field for all whom something goes to is several here.
fn at_our_field(mut error: WebError) -> WebError {
    for (field, _) in error.fields.iter_mut().filter(|(field, _)| field == "recipients") {
        "to".clone_into(field);
    }
    error
}
