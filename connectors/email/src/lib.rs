//! E-mail: IMAP in, SMTP out.
//!
//! [`parse_mail`] is the pure half, and serves archives of mail too.

mod addresses;
mod attach;
mod autos;
mod bounce;
mod compose;
mod confirm;
mod cursor;
mod elsewhere;
mod fetch;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod imap;
mod mime;
mod oauth;
mod parse;
mod pull;
mod reply;
mod screened;
mod sent;
mod settings;
mod smtp;
mod text;
mod token;
mod wire;
mod words;

pub use addresses::{one_line, plain_address};
pub use parse::{Folder, parse_mail};

use async_trait::async_trait;
use imap::Imap;
use serde_json::Value;
use settings::Settings;
use smtp::Smtp;
use std::time::Duration;
use tertulia_connector::{Connector, Context, Elsewhere, FieldError, NormaliseError, PullError, SendError, Sent};
use tertulia_model::{Batch, ConnectorSpec, Inbound, InboundKind, Outgoing, RawItem};

/// How long a server may take to say whether it keeps a message. RFC 5321 §4.5.3.2.6 asks for ten minutes, which a
/// person does not wait; after this the message is looked for in the folder of sent mail.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How long one pull waits for news. Well below the 29 minutes after which servers hang up (RFC 2177), and short
/// enough that the folder of sent mail is looked at twice a minute.
const WAITING: Duration = Duration::from_secs(25);
/// A copy for the folder of sent mail must not hold up the answer that the message went out.
const FILING: Duration = Duration::from_secs(20);

/// The connector for mailboxes.
pub struct Email {
    spec: ConnectorSpec,
    tokens: oauth::Tokens,
    patience: Duration,
    waiting: Duration,
}

pub fn connector() -> Email {
    Email { spec: settings::spec(), tokens: oauth::Tokens::default(), patience: PATIENCE, waiting: WAITING }
}

impl Email {
    /// The same with another patience for servers that have taken a message and say nothing.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The same with another time that one pull waits for news.
    pub fn with_waiting(mut self, waiting: Duration) -> Self {
        self.waiting = waiting;
        self
    }

    async fn file_sent_copy(&self, ctx: &Context, settings: &Settings, id: &str, mail: &[u8]) -> Result<(), PullError> {
        let mut imap = Imap::sign_in(ctx, settings, &self.tokens).await?;
        if let Some(folder) = sent::folder(&mut imap, settings).await? {
            sent::file_copy(&mut imap, &folder, id, mail).await?;
        }
        imap.sign_out().await;
        Ok(())
    }

    async fn attachments(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Vec<Vec<u8>>, SendError> {
        let mut files = Vec::with_capacity(outgoing.attachments.len());
        for attachment in &outgoing.attachments {
            let bytes = ctx.blobs.read(&attachment.content).await.map_err(|error| SendError::RetryAfter {
                wait: Duration::from_secs(60),
                reason: format!("The file {} could not be read ({error}); it is tried again.", attachment.name),
            })?;
            files.push(bytes);
        }
        Ok(files)
    }
}

#[async_trait]
impl Connector for Email {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn check(&self, settings: &Value) -> Vec<FieldError> {
        settings::check(settings)
    }

    fn our_addresses(&self, settings: &Value) -> Vec<String> {
        Settings::read(settings).ours
    }

    fn account(&self, settings: &Value) -> String {
        settings::main_address(settings)
    }

    async fn test(&self, ctx: &Context) -> Result<Vec<String>, PullError> {
        let settings = Settings::read(&ctx.settings);
        let mut imap = Imap::sign_in(ctx, &settings, &self.tokens).await?;
        let name = &settings.folder;
        let opened = imap.open(name).await.map_err(|trouble| {
            PullError::Misconfigured(format!(
                "The folder \u{201c}{name}\u{201d} could not be opened: {}",
                trouble.words()
            ))
        })?;
        let mut seen = vec![match opened.exists {
            1 => format!("Signed in. 1 mail in {name}."),
            count => format!("Signed in. {} mails in {name}.", thousands(count)),
        }];
        match sent::folder(&mut imap, &settings).await? {
            Some(folder) => {
                imap.open(&folder).await.map_err(|trouble| {
                    PullError::Misconfigured(format!(
                        "The folder for sent mail could not be opened: {}",
                        trouble.words()
                    ))
                })?;
                seen.push(format!("Sent mail is in \u{2018}{folder}\u{2019}."));
            }
            None => seen.push("No folder for sent mail was found; name one if you have it.".to_owned()),
        }
        imap.sign_out().await;
        Smtp::sign_in(ctx, &settings, &self.tokens).await.map_err(for_a_test)?.quit().await;
        seen.push(format!("The outgoing server {} accepts our sign-in.", settings.smtp.host));
        Ok(seen)
    }

    async fn pull(&self, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
        pull::pull(self, ctx, cursor).await
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let folder =
            item.hint.get("folder").and_then(|f| serde_json::from_value(f.clone()).ok()).unwrap_or(Folder::Inbox);
        let mut ours: Vec<String> = vec![account.to_lowercase()];
        let others = item.hint.get("ours").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        ours.extend(others.map(str::to_lowercase));
        let checker = item.hint.get("checker").and_then(Value::as_str);
        let mut inbound = parse::parse_checked(bytes, &ours, folder, checker)?;
        if let (Some(megabytes), InboundKind::Created(content)) = (item.hint.get("megabytes"), &mut inbound.kind) {
            content.headers_only = true;
            content
                .remarks
                .push(format!("This mail has {megabytes} MB; only its headers were read. It is whole in the mailbox."));
        }
        Ok(vec![inbound])
    }

    /// The Message-ID. It is chosen once for a message, so that a repeat is known as one.
    fn choose_external_id(&self, settings: &Value, unique: &str) -> String {
        let address = settings::main_address(settings);
        let domain = address.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| domain.is_ascii());
        let safe: String =
            unique.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
        format!("tertulia.{safe}@{}", domain.unwrap_or("tertulia.invalid"))
    }

    fn source(&self, _account: &str) -> String {
        parse::SOURCE.to_owned()
    }

    async fn send(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        let settings = Settings::read(&ctx.settings);
        let files = self.attachments(ctx, outgoing).await?;
        let letter = compose::compose(outgoing, &settings, ctx.clock.now(), files).map_err(SendError::Rejected)?;
        let mut smtp = Smtp::sign_in(ctx, &settings, &self.tokens).await?;
        smtp.send(&letter, self.patience).await?;
        smtp.quit().await;
        if settings.file_sent_copy {
            let filing = self.file_sent_copy(ctx, &settings, &outgoing.external_id, &letter.bytes);
            match tokio::time::timeout(FILING, filing).await {
                Ok(Ok(())) => {}
                Ok(Err(why)) => tracing::warn!(channel = %ctx.channel, "no copy in the folder of sent mail: {why}"),
                Err(_) => {
                    tracing::warn!(channel = %ctx.channel, "no copy in the folder of sent mail: the server was slow")
                }
            }
        }
        Ok(Sent { external_id: outgoing.external_id.clone() })
    }

    fn said_elsewhere(&self, settings: &Value, words: &Elsewhere) -> Option<RawItem> {
        let id = self.choose_external_id(settings, &words.unique);
        elsewhere::item(&Settings::read(settings), &id, words)
    }

    async fn find_sent(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Option<Sent>, PullError> {
        let settings = Settings::read(&ctx.settings);
        let mut imap = Imap::sign_in(ctx, &settings, &self.tokens).await?;
        let sent = sent::folder(&mut imap, &settings).await?;
        let mut found = false;
        // The inbox too: we may be among the recipients.
        for folder in sent.iter().chain(std::iter::once(&settings.folder)) {
            found = found || sent::holds(&mut imap, folder, &outgoing.external_id).await?;
        }
        imap.sign_out().await;
        Ok(found.then(|| Sent { external_id: outgoing.external_id.clone() }))
    }
}

/// What sending would have said, as the answer to "does it work?".
fn for_a_test(error: SendError) -> PullError {
    match error {
        SendError::RetryAfter { reason, .. } | SendError::Throttled { reason, .. } => PullError::Retry(reason),
        SendError::Reauthorise(why) => PullError::Reauthorise(why),
        SendError::Rejected(why) | SendError::Unknown(why) | SendError::Gone(why) => PullError::Misconfigured(why),
    }
}

/// 1204 as "1,204".
fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
