//! One IMAP connection (RFC 9051, RFC 3501): signing in, looking, fetching, waiting, filing.
//!
//! Every command is read to its tagged answer here, since a server may refuse a FETCH half-way with NO, and a mail
//! that was not given must not count as read.

use crate::{
    cursor::internal_date,
    oauth::{TokenError, Tokens, xoauth2},
    one_line,
    screened::Screened,
    settings::{Security, Settings},
    wire::{self, WireError},
    words::{modified_utf7, passes, quoted, set},
};
use async_imap::{
    Authenticator, Client, Session,
    error::Error,
    imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response, ResponseCode, Status},
};
use std::time::Duration;
use tertulia_connector::{Context, PullError};
use tertulia_model::Millis;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a server may stay silent within an answer.
const SILENCE: Duration = Duration::from_secs(60);

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The connection is of no more use.
    Gone(String),
    /// The server said no; the connection lives.
    Refused(String),
    /// The server said "not now"; whatever else it is asked for fares no better.
    Busy(String),
    /// Our own disk, not the server.
    Storage(String),
}

impl Trouble {
    pub fn words(&self) -> &str {
        match self {
            Self::Gone(why) | Self::Refused(why) | Self::Busy(why) | Self::Storage(why) => why,
        }
    }
}

impl From<Trouble> for PullError {
    fn from(trouble: Trouble) -> Self {
        Self::Retry(trouble.words().to_owned())
    }
}

/// A folder as it was when opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Opened {
    pub uidvalidity: u32,
    pub uidnext: Option<u32>,
    pub exists: u32,
}

/// What is known of a mail before it is fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listed {
    pub uid: u32,
    pub size: u64,
    pub arrived: Option<Millis>,
}

pub struct Imap {
    session: Session<Screened>,
    can_idle: bool,
}

impl Imap {
    pub async fn sign_in(ctx: &Context, settings: &Settings, tokens: &Tokens) -> Result<Self, PullError> {
        match Self::try_sign_in(ctx, settings, tokens).await {
            // A token may end before its time; only where a renewed one is refused, too, is a person needed.
            Err(PullError::Reauthorise(_)) if tokens.forget(ctx.channel) => {
                Self::try_sign_in(ctx, settings, tokens).await
            }
            other => other,
        }
    }

    /// A session on a wire on which everything stands already.
    #[cfg(any(test, feature = "fuzzing"))]
    pub async fn with(wire: wire::Wire) -> Result<Self, Trouble> {
        let mut client = Client::new(Screened::new(wire));
        client.read_response().await.map_err(|error| gone(error.into()))?.ok_or_else(hung_up)?;
        let session = client.login("shop", "secret").await.map_err(|(error, _)| gone(error))?;
        Ok(Self { session, can_idle: true })
    }

    async fn try_sign_in(ctx: &Context, settings: &Settings, tokens: &Tokens) -> Result<Self, PullError> {
        let mut client = greet(ctx, settings).await?;
        if settings.imap.security == Security::StartTls {
            match timeout(SILENCE, client.run_command_and_check_ok("STARTTLS", None)).await {
                Ok(Ok(())) => {}
                Ok(Err(Error::No(_) | Error::Bad(_))) => {
                    let host = &settings.imap.host;
                    return Err(PullError::Misconfigured(format!(
                        "{host} offers no STARTTLS on this port. Choose TLS, with port 993."
                    )));
                }
                // A server that hangs up or is silent has not said that it does not offer it.
                Ok(Err(error)) => return Err(gone(error).into()),
                Err(_) => return Err(silent().into()),
            }
            // What the server sent before encryption began is dropped with the old client (RFC 9051 §11.1).
            let wire =
                wire::encrypt(client.into_inner().into_inner(), &settings.imap.host, settings.extra_ca.as_deref());
            client = Client::new(Screened::new(wire.await.map_err(pull_error)?));
        }
        let session = authenticate(ctx, settings, tokens, client).await?;
        let mut imap = Self { session, can_idle: false };
        let mut can_idle = false;
        imap.command("CAPABILITY", |response| {
            if let Response::Capabilities(list) = response {
                let idle = |c: &async_imap::imap_proto::Capability<'_>| {
                    matches!(c, async_imap::imap_proto::Capability::Atom(name) if name.eq_ignore_ascii_case("IDLE"))
                };
                can_idle |= list.iter().any(idle);
            }
        })
        .await?;
        imap.can_idle = can_idle;
        Ok(imap)
    }

    /// Sends a command and shows each answer to `each`, until the tagged one.
    async fn command(&mut self, text: &str, mut each: impl FnMut(&Response<'_>)) -> Result<(), Trouble> {
        let id = timeout(SILENCE, self.session.run_command(text)).await.map_err(|_| silent())?.map_err(gone)?;
        loop {
            let read = timeout(SILENCE, self.session.read_response()).await.map_err(|_| silent())?;
            let response = read.map_err(|error| gone(error.into()))?.ok_or_else(hung_up)?;
            match response.parsed() {
                Response::Done { tag, status, outcome } if *tag == id => {
                    return match status {
                        Status::Ok => Ok(()),
                        _ => Err(refused(said(outcome.information.as_deref()))),
                    };
                }
                Response::Data { status: Status::Bye, outcome } => {
                    return Err(Trouble::Gone(format!(
                        "The mail server ended the connection: {}",
                        said(outcome.information.as_deref())
                    )));
                }
                other => each(other),
            }
        }
    }

    /// Opens a folder to read it; nothing in it changes (EXAMINE).
    pub async fn open(&mut self, folder: &str) -> Result<Opened, Trouble> {
        let mut opened = Opened::default();
        self.command(&format!("EXAMINE {}", quoted(&modified_utf7(folder))), |response| match response {
            Response::Data { outcome, .. } => match &outcome.code {
                Some(ResponseCode::UidValidity(value)) => opened.uidvalidity = *value,
                Some(ResponseCode::UidNext(value)) => opened.uidnext = Some(*value),
                _ => {}
            },
            Response::MailboxData(MailboxDatum::Exists(count)) => opened.exists = *count,
            _ => {}
        })
        .await?;
        Ok(opened)
    }

    /// The UIDs that match, rising.
    pub async fn search(&mut self, query: &str) -> Result<Vec<u32>, Trouble> {
        let mut uids = Vec::new();
        self.command(&format!("UID SEARCH {query}"), |response| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                uids.extend_from_slice(found);
            }
        })
        .await?;
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    /// Sizes and times of arrival.
    pub async fn list(&mut self, uids: &[u32]) -> Result<Vec<Listed>, Trouble> {
        let mut list = Vec::new();
        self.command(&format!("UID FETCH {} (UID RFC822.SIZE INTERNALDATE)", set(uids)), |response| {
            let Response::Fetch(_, attributes) = response else { return };
            let mut listed = Listed::default();
            for attribute in attributes {
                match attribute {
                    AttributeValue::Uid(uid) => listed.uid = *uid,
                    AttributeValue::Rfc822Size(size) => listed.size = u64::from(*size),
                    AttributeValue::InternalDate(text) => listed.arrived = internal_date(text),
                    _ => {}
                }
            }
            if uids.binary_search(&listed.uid).is_ok() {
                list.push(listed);
            }
        })
        .await?;
        list.sort_unstable_by_key(|listed| listed.uid);
        list.dedup_by_key(|listed| listed.uid);
        Ok(list)
    }

    /// Whole mails, without marking them as read.
    pub async fn bodies(&mut self, uids: &[u32]) -> Result<Vec<(u32, Vec<u8>)>, Trouble> {
        self.fetch(uids, "BODY.PEEK[]").await
    }

    /// A piece of a large mail (RFC 9051 §6.4.5, partial); shorter than asked for at its end.
    pub async fn piece(&mut self, uid: u32, from: u64, count: u64) -> Result<Option<Vec<u8>>, Trouble> {
        let found = self.fetch(&[uid], &format!("BODY.PEEK[]<{from}.{count}>")).await?;
        Ok(found.into_iter().next().map(|(_, bytes)| bytes))
    }

    pub async fn headers(&mut self, uid: u32) -> Result<Option<Vec<u8>>, Trouble> {
        let found = self.fetch(&[uid], "BODY.PEEK[HEADER]").await?;
        Ok(found.into_iter().next().map(|(_, bytes)| bytes))
    }

    async fn fetch(&mut self, uids: &[u32], what: &str) -> Result<Vec<(u32, Vec<u8>)>, Trouble> {
        let mut found: Vec<(u32, Vec<u8>)> = Vec::new();
        self.command(&format!("UID FETCH {} (UID {what})", set(uids)), |response| {
            let Response::Fetch(_, attributes) = response else { return };
            let (mut uid, mut bytes) = (None, None);
            for attribute in attributes {
                match attribute {
                    AttributeValue::Uid(value) => uid = Some(*value),
                    AttributeValue::BodySection { data: Some(data), .. } => bytes = Some(data.to_vec()),
                    _ => {}
                }
            }
            // A server may tell of flags in between; those answers carry no body.
            if let (Some(uid), Some(bytes)) = (uid, bytes)
                && uids.contains(&uid)
            {
                found.push((uid, bytes));
            }
        })
        .await?;
        Ok(found)
    }

    /// Waits until the open folder has new mail, or until the time is over (IDLE, RFC 2177, else NOOP).
    pub async fn wait(&mut self, most: Duration) -> Result<bool, Trouble> {
        let until = Instant::now() + most;
        if self.can_idle {
            return self.idle(until).await;
        }
        let mut news = false;
        while !news && Instant::now() < until {
            tokio::time::sleep(Duration::from_secs(5).min(until - Instant::now())).await;
            self.command("NOOP", |response| news |= is_news(response)).await?;
        }
        Ok(news)
    }

    async fn idle(&mut self, until: Instant) -> Result<bool, Trouble> {
        let id = timeout(SILENCE, self.session.run_command("IDLE")).await.map_err(|_| silent())?.map_err(gone)?;
        let (mut news, mut started, mut done_sent) = (false, false, false);
        loop {
            // News may come before the server says that it idles; leaving is allowed only after.
            if started && news && !done_sent {
                self.done().await?;
                done_sent = true;
            }
            let deadline = if started && !done_sent { until } else { Instant::now() + SILENCE };
            let Ok(read) = timeout_at(deadline, self.session.read_response()).await else {
                if done_sent || !started {
                    return Err(silent());
                }
                self.done().await?;
                done_sent = true;
                continue;
            };
            let response = read.map_err(|error| gone(error.into()))?.ok_or_else(hung_up)?;
            match response.parsed() {
                Response::Continue(_) => started = true,
                Response::Done { tag, status, outcome } if *tag == id => {
                    return match status {
                        Status::Ok => Ok(news),
                        _ => Err(refused(said(outcome.information.as_deref()))),
                    };
                }
                Response::Data { status: Status::Bye, outcome } => {
                    return Err(Trouble::Gone(format!(
                        "The mail server ended the connection: {}",
                        said(outcome.information.as_deref())
                    )));
                }
                other => news |= is_news(other),
            }
        }
    }

    async fn done(&mut self) -> Result<(), Trouble> {
        timeout(SILENCE, self.session.run_command_untagged("DONE")).await.map_err(|_| silent())?.map_err(gone)
    }

    /// The folders by name, with whether one is marked as that of sent mail (RFC 6154).
    pub async fn folders(&mut self) -> Result<Vec<(String, bool)>, Trouble> {
        let mut folders = Vec::new();
        self.command("LIST \"\" \"*\"", |response| {
            if let Response::MailboxData(MailboxDatum::List(data)) = response
                && !data.name_attributes.contains(&NameAttribute::NoSelect)
            {
                folders.push((data.name.to_string(), data.name_attributes.contains(&NameAttribute::Sent)));
            }
        })
        .await?;
        Ok(folders)
    }

    /// Files a mail as read.
    pub async fn append(&mut self, folder: &str, mail: &[u8]) -> Result<(), Trouble> {
        let append = self.session.append(modified_utf7(folder), Some("(\\Seen)"), None, mail);
        timeout(SILENCE, append).await.map_err(|_| silent())?.map_err(gone)
    }

    pub async fn sign_out(mut self) {
        timeout(Duration::from_secs(2), self.session.logout()).await.ok();
    }
}

async fn greet(ctx: &Context, settings: &Settings) -> Result<Client<Screened>, PullError> {
    let wire = wire::open(ctx, &settings.imap, settings.extra_ca.as_deref()).await.map_err(pull_error)?;
    let mut client = Client::new(Screened::new(wire));
    let host = &settings.imap.host;
    match timeout(SILENCE, client.read_response()).await {
        Ok(Ok(Some(greeting))) => match greeting.parsed() {
            Response::Data { status: Status::Bye, outcome } => {
                Err(PullError::Retry(format!("{host} is not ready: {}", said(outcome.information.as_deref()))))
            }
            _ => Ok(client),
        },
        Ok(Ok(None)) => Err(PullError::Retry(format!("{host} hung up before it greeted."))),
        Ok(Err(_)) => Err(PullError::Retry(format!(
            "{host} did not greet as a mail server does. Check the port and the encryption."
        ))),
        Err(_) => Err(PullError::Retry(format!("{host} did not greet. Check the port and the encryption."))),
    }
}

/// Answers the one challenge of PLAIN or XOAUTH2. A second challenge is XOAUTH2's way to say why not, to be answered
/// with nothing.
struct Once(Option<String>);

impl Authenticator for Once {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}

async fn authenticate(
    ctx: &Context,
    settings: &Settings,
    tokens: &Tokens,
    client: Client<Screened>,
) -> Result<Session<Screened>, PullError> {
    let user = &settings.username;
    let signed_in = if settings.xoauth2 {
        let token = tokens.access_token(ctx, settings).await.map_err(|error| match error {
            TokenError::Refused(why) => PullError::Reauthorise(why),
            TokenError::Later(why) => PullError::Retry(why),
        })?;
        timeout(SILENCE, client.authenticate("XOAUTH2", Once(Some(xoauth2(user, &token))))).await
    } else {
        let password =
            ctx.secret("password").ok_or_else(|| PullError::Reauthorise("There is no password yet.".to_owned()))?;
        let password = password.reveal();
        let plain = Once(Some(format!("\0{user}\0{password}")));
        if user.is_ascii() && password.is_ascii() {
            match timeout(SILENCE, client.login(user, password)).await {
                // LOGIN is optional since RFC 9051; the other way carries the same.
                Ok(Err((Error::Bad(_), client))) => timeout(SILENCE, client.authenticate("PLAIN", plain)).await,
                other => other,
            }
        } else {
            timeout(SILENCE, client.authenticate("PLAIN", plain)).await
        }
    };
    match signed_in {
        Ok(Ok(session)) => Ok(session),
        Ok(Err((Error::No(why), _))) => Err(refused_sign_in(&settings.imap.host, &why)),
        Ok(Err((error, _))) => Err(gone(error).into()),
        Err(_) => Err(silent().into()),
    }
}

/// RFC 5530 tells a wrong password from a server that cannot look just now.
fn refused_sign_in(host: &str, why: &str) -> PullError {
    if passes(why) || why.to_lowercase().contains("serverbug") {
        return PullError::Retry(format!("{host} does not let us in just now; it is tried again."));
    }
    PullError::Reauthorise(format!(
        "{host} did not accept the user name or the password. Mail stays in the mailbox and is read once you sign in again."
    ))
}

fn is_news(response: &Response<'_>) -> bool {
    matches!(response, Response::MailboxData(MailboxDatum::Exists(_)))
}

pub fn pull_error(error: WireError) -> PullError {
    match error {
        WireError::Later(why) => PullError::Retry(why),
        WireError::Setting(why) => PullError::Misconfigured(why),
    }
}

/// A tagged NO or BAD.
fn refused(why: String) -> Trouble {
    if passes(&why) { Trouble::Busy(why) } else { Trouble::Refused(why) }
}

fn gone(error: Error) -> Trouble {
    match error {
        Error::No(why) | Error::Bad(why) => refused(one_line(&why, 200)),
        // The library puts what it could not parse into the words; that may be a whole mail.
        Error::Parse(_) => Trouble::Gone("The mail server answered something that could not be read.".to_owned()),
        Error::Io(error) if error.kind() == std::io::ErrorKind::Other => {
            Trouble::Gone("The mail server answered something that could not be read.".to_owned())
        }
        other => {
            Trouble::Gone(format!("The connection to the mail server broke: {}", one_line(&other.to_string(), 100)))
        }
    }
}

fn silent() -> Trouble {
    Trouble::Gone(format!("The mail server said nothing for {} seconds.", SILENCE.as_secs()))
}

fn hung_up() -> Trouble {
    Trouble::Gone("The mail server hung up.".to_owned())
}

fn said(information: Option<&str>) -> String {
    one_line(information.unwrap_or("no reason given"), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_server_is_no_wrong_password() {
        for busy in ["[UNAVAILABLE] later", "[SERVERBUG] oops", "[OVERQUOTA] exceeded command or bandwidth limits"] {
            assert!(matches!(refused_sign_in("h", busy), PullError::Retry(_)), "{busy}");
        }
        assert!(matches!(refused_sign_in("h", "Maximum number of connections exceeded"), PullError::Retry(_)));
        assert!(matches!(refused_sign_in("h", "[AUTHENTICATIONFAILED] no"), PullError::Reauthorise(_)));
    }
}
