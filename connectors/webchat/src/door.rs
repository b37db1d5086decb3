//! The door: what the visitors' page posts to us.

use crate::{
    identity::{self, SiteUser},
    mail,
    said::{Said, is_message_id},
    settings::{self, TEXT_LIMIT},
    token::VisitorToken,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tertulia_connector::{Context, Presence, ReceiveError, Received, Request, readable};
use tertulia_model::{Author, Batch, Millis, RawContent, RawItem};

/// Eight thousand characters of four bytes each, escaped, and some room.
const LARGEST_BODY: usize = 128 * 1024;
const LEAST_KEY_BYTES: usize = 32;

#[derive(Deserialize, Default)]
#[serde(default)]
struct SessionAsked {
    /// The host site's word on who its user is.
    identity: Option<String>,
}

#[derive(Deserialize)]
struct MessagePosted {
    id: String,
    text: String,
    /// By the visitor's clock: when it was written.
    at: Option<Millis>,
    /// By the visitor's clock: now.
    sent: Option<Millis>,
    claimed_mail: Option<String>,
}

#[derive(Deserialize)]
struct MailTyped {
    address: String,
}

pub fn receive(presence: &Presence, ctx: &Context, request: &Request) -> Result<Received, ReceiveError> {
    if request.method != "POST" {
        return Err(ReceiveError::NotFound);
    }
    comes_from_our_own_page(ctx, request)?;
    match request.path.as_str() {
        "/session" => session(ctx, request),
        "/messages" => with_visitor(presence, ctx, request, message),
        "/mail" => with_visitor(presence, ctx, request, typed_mail),
        "/here" | "/typing" => with_visitor(presence, ctx, request, |_, _, _| Ok(answer(204, Value::Null))),
        _ => Err(ReceiveError::NotFound),
    }
}

/// The page that talks to us is served by us, so its posts come from our own origin. The site around it is held off by
/// `frame-ancestors`; a browser never lets it post here in a visitor's name. (A program can write any header: what it
/// may do rests on the token alone.)
fn comes_from_our_own_page(ctx: &Context, request: &Request) -> Result<(), ReceiveError> {
    let own = url::Url::parse(&ctx.public_url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let same_site = request.header("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let from_us = match request.header("origin") {
        Some(origin) => origin == own,
        None => request.header("sec-fetch-site").is_some(),
    };
    if same_site && from_us {
        return Ok(());
    }
    Err(ReceiveError::Forbidden(format!("The chat can only be used on its own page, at {}.", ctx.public_url)))
}

/// Gives a token: to the visitor whom the host site names, to the one who comes back, or to a new one.
fn session(ctx: &Context, request: &Request) -> Result<Received, ReceiveError> {
    let asked: SessionAsked = if request.body.is_empty() { SessionAsked::default() } else { json_of(request)? };
    let key = visitor_key(ctx)?;
    let known = request.bearer().and_then(|token| VisitorToken::open(key, &ctx.account, token, request.at).ok());
    let resumed = known.is_some();
    let token = match (asked.identity, known) {
        (Some(jwt), _) => named(ctx, &jwt, request.at)?,
        (None, Some(token)) => token.renewed(request.at),
        (None, None) => VisitorToken::anonymous(&ctx.account, &*ctx.chance, request.at),
    };
    let page = settings::page(&ctx.settings);
    Ok(answer(
        200,
        json!({
            "token": token.seal(key),
            "visitor": token.visitor,
            "named": token.is_named(),
            "name": token.name,
            "resumed": resumed,
            "expires_at": token.expires(),
            "title": page.title,
            "greeting": page.greeting,
            "ask_mail": page.ask_mail && token.mail.is_none(),
            "away_text": page.away_text,
            "text_limit": page.text_limit,
        }),
    ))
}

fn named(ctx: &Context, jwt: &str, now: Millis) -> Result<VisitorToken, ReceiveError> {
    let secret = ctx.secret("identity_secret").ok_or_else(|| {
        let reason = "This chat has no identity secret, so it cannot take the site's word on who its users are.";
        ReceiveError::Forbidden(reason.to_owned())
    })?;
    let SiteUser { subject, name, mail } = identity::verify(secret.reveal().as_bytes(), jwt, now)
        .map_err(|error| ReceiveError::Forbidden(error.to_string()))?;
    Ok(VisitorToken { visitor: format!("user:{subject}"), channel: ctx.account.clone(), issued: now, name, mail })
}

type Handler = fn(&Context, &Request, VisitorToken) -> Result<Received, ReceiveError>;

/// Every post of a visitor is a sign that their page is still open.
fn with_visitor(
    presence: &Presence,
    ctx: &Context,
    request: &Request,
    handler: Handler,
) -> Result<Received, ReceiveError> {
    let missing = || ReceiveError::Unauthorised("The visitor's token is missing. Reload the page.".to_owned());
    let token = request.bearer().ok_or_else(missing)?;
    let token = VisitorToken::open(visitor_key(ctx)?, &ctx.account, token, request.at)?;
    presence.sign(ctx.channel, &token.visitor, request.at);
    handler(ctx, request, token)
}

/// Takes one message. It is durable before the answer goes out; the same id again is the same event, so a page that
/// heard no answer may post it as often as it likes.
fn message(_: &Context, request: &Request, token: VisitorToken) -> Result<Received, ReceiveError> {
    let posted: MessagePosted = json_of(request)?;
    if !is_message_id(&posted.id) {
        return Err(ReceiveError::Invalid("A message's id must be a UUID.".to_owned()));
    }
    check_text(&posted.text)?;
    let claimed_mail = match posted.claimed_mail.as_deref().map(str::trim).filter(|typed| !typed.is_empty()) {
        Some(typed) => Some(mail_of(typed)?),
        None => token.mail,
    };
    let said = Said {
        v: 1,
        handle: token.visitor,
        id: posted.id,
        text: posted.text,
        received: request.at,
        written: posted.at,
        posted: posted.sent,
        name: token.name,
        claimed_mail,
    };
    let bytes = serde_json::to_vec(&said).map_err(|error| ReceiveError::Invalid(error.to_string()))?;
    let item = RawItem {
        key: format!("{}/{}", said.handle, said.id),
        content: RawContent::Memory(bytes),
        received_at: request.at,
        hint: json!({}).into(),
    };
    let batch = Batch { items: vec![item], ..Batch::default() };
    Ok(Received { batch, ..answer(202, json!({ "id": said.id })) })
}

fn check_text(text: &str) -> Result<(), ReceiveError> {
    let text = readable(text);
    if text.is_empty() {
        return Err(ReceiveError::Invalid("There is nothing in this message yet.".to_owned()));
    }
    let length = text.chars().count();
    if length > TEXT_LIMIT {
        let reason = format!("This message has {length} characters; {TEXT_LIMIT} fit. Please send it in two parts.");
        return Err(ReceiveError::Invalid(reason));
    }
    Ok(())
}

/// An address typed apart from any message: most visitors type it after their last words, and leave.
fn typed_mail(ctx: &Context, request: &Request, token: VisitorToken) -> Result<Received, ReceiveError> {
    let typed: MailTyped = json_of(request)?;
    let address = mail_of(&typed.address)?;
    let claim = Author { claimed_mail: Some(address.clone()), ..author(&ctx.account, token) };
    Ok(Received { claim: Some(claim), ..answer(202, json!({ "address": address })) })
}

fn mail_of(typed: &str) -> Result<String, ReceiveError> {
    mail::tidy(typed).ok_or_else(|| {
        let reason = "This does not look like an e-mail address. Please check it: amina@example.org, for instance.";
        ReceiveError::Invalid(reason.to_owned())
    })
}

/// Who holds `token`. What the host site says of their address is a claim too: the site may not have confirmed it.
pub fn visitor(ctx: &Context, token: &str) -> Result<Author, ReceiveError> {
    let token = VisitorToken::open(visitor_key(ctx)?, &ctx.account, token, ctx.clock.now())?;
    Ok(author(&ctx.account, token))
}

fn author(account: &str, token: VisitorToken) -> Author {
    Author {
        space: crate::said::source(account),
        handle: token.visitor,
        display_name: token.name,
        claimed_mail: token.mail,
    }
}

/// A key that is missing or short would let anybody write in anybody's name, so then nobody may.
fn visitor_key(ctx: &Context) -> Result<&[u8], ReceiveError> {
    ctx.secret("visitor_key").map(|key| key.reveal().as_bytes()).filter(|key| key.len() >= LEAST_KEY_BYTES).ok_or_else(
        || ReceiveError::Forbidden("This chat is not set up: its key is missing. Add the channel again.".to_owned()),
    )
}

/// JSON alone: a form on another site cannot send this type without asking first (the Fetch standard's preflight).
fn json_of<T: DeserializeOwned>(request: &Request) -> Result<T, ReceiveError> {
    let media_type = request.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(ReceiveError::Invalid("The chat speaks application/json.".to_owned()));
    }
    if request.body.len() > LARGEST_BODY {
        return Err(ReceiveError::Invalid("This message is too large. Please send it in parts.".to_owned()));
    }
    serde_json::from_slice(&request.body)
        .map_err(|_| ReceiveError::Invalid("The page sent something that cannot be read. Please reload it.".to_owned()))
}

fn answer(status: u16, body: Value) -> Received {
    Received { status, body, ..Received::default() }
}
