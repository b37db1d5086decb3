//! The team's accounts: passwords (argon2id), sessions, invitations, keys of the JSON API.

use crate::{Engine, EngineError, Result, passwords::Try};
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use std::{net::IpAddr, sync::Arc};
use tertulia_connector::{FieldError, sign};
use tertulia_model::{ConversationId, Millis, Permission, Role, TokenId, UserId};
use tertulia_store::{
    Tx, changes, conversations, today_cards,
    users::{self, ApiToken, Session, User},
};

const SESSION_FOR: Millis = 14 * 24 * 3_600_000;
/// A session is renewed when less than this is left of it.
const RENEW_BELOW: Millis = 10 * 24 * 3_600_000;
const LINK_FOR: Millis = 3 * 24 * 3_600_000;
const SHORTEST_PASSWORD: usize = 10;
/// Nobody's password is longer; hashing megabytes is an attack.
const LONGEST_PASSWORD: usize = 1_000;
/// It stands in the sender of each mail that its member writes.
const LONGEST_NAME: usize = 100;
/// No mail address is longer (RFC 5321, 4.5.3.1, with the angle brackets of a path).
const LONGEST_ADDRESS: usize = 254;
/// A signed-in member: what the browser gets, and who it is.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// For the cookie; only its hash is stored.
    pub token: String,
    pub user: User,
}

pub(crate) fn check_password(password: &str, errors: &mut Vec<FieldError>) {
    if password.chars().count() < SHORTEST_PASSWORD {
        errors.push(FieldError::new(
            "password",
            format!("Use at least {SHORTEST_PASSWORD} characters; a few words are easiest to remember."),
        ));
    } else if password.len() > LONGEST_PASSWORD {
        errors.push(FieldError::new("password", "This is too long for a password."));
    }
}

fn check_name(name: &str, errors: &mut Vec<FieldError>) {
    if name.trim().is_empty() {
        errors.push(FieldError::new("name", "A name is needed."));
    } else if name.trim().chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        errors.push(FieldError::new("name", "A name of one line, with at most a hundred letters, is best."));
    }
}

pub(crate) fn check_member(mail: &str, name: &str, errors: &mut Vec<FieldError>) {
    check_name(name, errors);
    if !crate::outbound::plausible_address(mail.trim()) {
        errors.push(FieldError::new("mail", "This is not an e-mail address."));
    }
}

fn secret_token(engine: &Engine) -> String {
    let mut bytes = [0; 32];
    engine.chance.fill(&mut bytes);
    crate::vault::hex(&bytes)
}

fn token_hash(token: &str) -> Vec<u8> {
    blake3::hash(token.as_bytes()).as_bytes().to_vec()
}

pub(crate) async fn hash_password(engine: &Engine, password: &str) -> Result<String> {
    let mut salt = [0; 16];
    engine.chance.fill(&mut salt);
    let password = password.to_owned();
    let hashed = engine.passwords.work(move || {
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string())
    });
    hashed.await?.map_err(|error| EngineError::Refused(error.to_string()))
}

async fn is_password(engine: &Engine, password: &str, hash: &str) -> Result<bool> {
    let (password, hash) = (password.to_owned(), hash.to_owned());
    let verified = engine.passwords.work(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    });
    verified.await
}

/// A hash of nobody's password, so that an unknown address takes as long as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$3gwtc2j9A2k6PXvGZ1VgH0mMf7K0L7k1cQ3h1Xb3mZ0";

/// Where somebody tries to sign in from.
#[derive(Debug, Clone, Copy, Default)]
pub struct From<'a> {
    pub place: Option<IpAddr>,
    /// What [`browser_mark`] gave this browser when it signed in before.
    pub browser: Option<&'a str>,
}

const BROWSERS: &str = "browsers that signed in";

/// What a browser keeps of having signed in as this member, also when it is signed out: nobody's tries from elsewhere
/// keep it out ("device cookies" of the OWASP). It opens nothing.
pub fn browser_mark(engine: &Engine, user: &User) -> String {
    let name = secret_token(engine);
    let signature = sign::sign(&engine.vault.key_for(BROWSERS), &format!("{} {name}", user.mail));
    format!("{name}.{signature}")
}

fn signed_in_before(engine: &Engine, mail: &str, mark: &str) -> bool {
    let parts = mark.split_once('.');
    parts.is_some_and(|(name, signature)| {
        sign::verify(&engine.vault.key_for(BROWSERS), &format!("{mail} {name}"), signature)
    })
}

/// Signs a member in. Where the try comes from is for the limit.
pub async fn sign_in(engine: &Engine, mail: &str, password: &str, from: From<'_>) -> Result<SignedIn> {
    let mail = mail.trim().to_lowercase();
    let gate = &engine.passwords;
    if mail.len() > LONGEST_ADDRESS || password.len() > LONGEST_PASSWORD {
        return Err(EngineError::TooMany);
    }
    let known = from.browser.filter(|mark| signed_in_before(engine, &mail, mark));
    let this_try = Try::of(&mail, from.place, known);
    if !gate.begin(&this_try, engine.now()) {
        return Err(EngineError::TooMany);
    }
    let user = users::by_mail(&mut engine.db.reader(), &mail).await?.filter(|user| user.disabled_at.is_none());
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = is_password(engine, password, hash.as_deref().unwrap_or(NOBODY)).await?;
    let Some(user) = user.filter(|_| right && hash.is_some()) else {
        return Err(EngineError::invalid("password", "Address and password do not fit together."));
    };
    gate.succeeded(&this_try);
    start_session(engine, user).await
}

pub(crate) async fn start_session(engine: &Engine, user: User) -> Result<SignedIn> {
    let now = engine.now();
    let token = secret_token(engine);
    let session = Session { user_id: user.id, csrf: secret_token(engine), expires_at: now + SESSION_FOR };
    let mut tx = engine.db.begin().await?;
    users::forget_expired(&mut tx, now).await?;
    users::add_session(&mut tx, &token_hash(&token), &session, now).await?;
    tx.commit().await?;
    Ok(SignedIn { token, user })
}

/// Who holds a session, if it still runs.
pub async fn session(engine: &Engine, token: &str) -> Result<Option<(User, Session)>> {
    let now = engine.now();
    Ok(users::session(&mut engine.db.reader(), &token_hash(token), now).await?)
}

/// Its holder is at work: a session goes on for as long as it is used. What an open page does by itself is no use: one
/// forgotten on a lent machine is signed out in the end.
pub async fn keep_session(engine: &Engine, token: &str, session: &Session) -> Result<()> {
    let now = engine.now();
    if session.expires_at - now < RENEW_BELOW {
        let mut tx = engine.db.begin().await?;
        users::extend_session(&mut tx, &token_hash(token), now + SESSION_FOR).await?;
        tx.commit().await?;
    }
    Ok(())
}

pub async fn sign_out(engine: &Engine, token: &str) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    users::end_session(&mut tx, &token_hash(token)).await?;
    tx.commit().await?;
    engine.bus.session_ended();
    Ok(())
}

/// Adds a member without a password; gives the link by which they set one.
pub async fn invite(engine: &Arc<Engine>, mail: &str, name: &str, role: Role) -> Result<String> {
    let mut errors = Vec::new();
    check_member(mail, name, &mut errors);
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors));
    }
    let mail = mail.trim().to_lowercase();
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    if users::by_mail(&mut tx, &mail).await?.is_some() {
        return Err(EngineError::invalid("mail", "Somebody in the team has this address already."));
    }
    let user = new_user(engine, &mail, name, role, None);
    users::add(&mut tx, &user).await?;
    let link = add_link(engine, &mut tx, user.id, now).await?;
    tx.commit().await?;
    Ok(link)
}

pub(crate) fn new_user(engine: &Engine, mail: &str, name: &str, role: Role, password_hash: Option<String>) -> User {
    User {
        id: UserId(engine.next_id()),
        mail: mail.trim().to_lowercase(),
        name: name.trim().to_owned(),
        role,
        password_hash,
        theme: "auto".to_owned(),
        created_at: engine.now(),
        disabled_at: None,
    }
}

async fn add_link(engine: &Engine, tx: &mut Tx, user: UserId, now: Millis) -> Result<String> {
    let token = secret_token(engine);
    users::add_password_link(tx, &token_hash(&token), user, now, now + LINK_FOR).await?;
    Ok(format!("{}/password/{token}", engine.public_url))
}

/// A new link to set a password: a reset, or an invitation once more. The old password holds until it is used.
pub async fn password_link(engine: &Arc<Engine>, user: UserId) -> Result<String> {
    let mut tx = engine.db.begin().await?;
    users::get(&mut tx, user).await?.ok_or_else(|| EngineError::missing("This member"))?;
    let link = add_link(engine, &mut tx, user, engine.now()).await?;
    tx.commit().await?;
    Ok(link)
}

/// Who may set a password by this link.
pub async fn invited(engine: &Engine, token: &str) -> Result<User> {
    let mut db = engine.db.reader();
    let id = users::password_link(&mut db, &token_hash(token), engine.now()).await?.ok_or_else(no_link)?;
    users::get(&mut db, id).await?.filter(|user| user.disabled_at.is_none()).ok_or_else(no_link)
}

fn no_link() -> EngineError {
    EngineError::Refused("This link was used or is too old. Ask an owner of the team for a new one.".to_owned())
}

/// Sets a password by a link and signs in; all other sessions of the member end. The link is used up with it.
pub async fn accept(engine: &Engine, token: &str, password: &str) -> Result<SignedIn> {
    let user = invited(engine, token).await?;
    change_password(engine, user.id, password, Some(token)).await?;
    start_session(engine, user).await
}

/// Sets a password; the member's sessions end everywhere.
pub async fn set_password(engine: &Engine, user: UserId, password: &str) -> Result<()> {
    change_password(engine, user, password, None).await
}

/// Changes a member's own password, who says the present one; other sessions end, and a new one begins here.
pub async fn change_own_password(engine: &Engine, user: User, present: &str, password: &str) -> Result<SignedIn> {
    // Who is signed in has tries of their own, as a browser has that they signed in with before.
    let who = Try::of(&user.mail, None, Some(&user.id.to_string()));
    if present.len() > LONGEST_PASSWORD || !engine.passwords.begin(&who, engine.now()) {
        return Err(EngineError::TooMany);
    }
    if !is_password(engine, present, user.password_hash.as_deref().unwrap_or(NOBODY)).await? {
        return Err(EngineError::invalid("present", "This is not your present password."));
    }
    engine.passwords.succeeded(&who);
    change_password(engine, user.id, password, None).await?;
    start_session(engine, user).await
}

/// Ends a member's sessions everywhere; a new one begins here.
pub async fn sign_out_elsewhere(engine: &Engine, user: User) -> Result<SignedIn> {
    let mut tx = engine.db.begin().await?;
    users::end_sessions(&mut tx, user.id).await?;
    tx.commit().await?;
    // The others hear that theirs is over once this one has a new one.
    let signed_in = start_session(engine, user).await;
    engine.bus.session_ended();
    signed_in
}

/// Gives a member another name.
pub async fn rename(engine: &Engine, user: UserId, name: &str) -> Result<()> {
    let mut errors = Vec::new();
    check_name(name, &mut errors);
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors));
    }
    let mut tx = engine.db.begin().await?;
    users::set_name(&mut tx, user, name.trim()).await?;
    tx.commit().await?;
    Ok(())
}

async fn change_password(engine: &Engine, user: UserId, password: &str, link: Option<&str>) -> Result<()> {
    let mut errors = Vec::new();
    check_password(password, &mut errors);
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors));
    }
    let hash = hash_password(engine, password).await?;
    let mut tx = engine.db.begin().await?;
    // Of two who press at once with one link, the second finds it used.
    if let Some(link) = link
        && !users::use_password_link(&mut tx, &token_hash(link)).await?
    {
        return Err(no_link());
    }
    users::set_password(&mut tx, user, &hash).await?;
    users::end_sessions(&mut tx, user).await?;
    // A link that somebody else may have seen opens nothing once its owner has chosen a password.
    users::end_password_links(&mut tx, user).await?;
    tx.commit().await?;
    engine.bus.session_ended();
    Ok(())
}

/// Changes a member's role or leave; the last owner stays. Whoever leaves, or may only read from now on, gives back what they
/// have, so that somebody else takes it; gives how many conversations wait for that.
pub async fn change_member(engine: &Engine, user: UserId, role: Role, disabled: bool) -> Result<usize> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    let member = users::get(&mut tx, user).await?.ok_or_else(|| EngineError::missing("This member"))?;
    users::set_role(&mut tx, user, role).await?;
    if disabled != member.disabled_at.is_some() {
        users::set_disabled(&mut tx, user, disabled.then_some(now)).await?;
    }
    if users::count_active_owners(&mut tx).await? == 0 {
        return Err(EngineError::Refused("There must be one owner. Make somebody else an owner first.".to_owned()));
    }
    let leaves = disabled || !role.may(Permission::Converse);
    let given_back = if leaves { give_back(&mut tx, user).await? } else { Vec::new() };
    let topics: Vec<(&str, i64)> = given_back.iter().map(|id| ("conversation", id.0)).collect();
    let noted = changes::note(&mut tx, &topics, now).await?;
    tx.commit().await?;
    engine.bus.session_ended();
    engine.bus.announce(noted);
    Ok(given_back.len())
}

/// Takes all conversations from a member; those that are closed wait for nobody and are not told of.
async fn give_back(tx: &mut Tx, member: UserId) -> Result<Vec<ConversationId>> {
    let mut held = conversations::held_by_to_change(tx, member).await?;
    for conversation in &mut held {
        conversation.assignee_id = None;
    }
    conversations::put(tx, &held).await?;
    today_cards::let_go_of(tx, member).await?;
    Ok(held
        .into_iter()
        .filter(|conversation| conversation.state != "closed")
        .map(|conversation| conversation.id)
        .collect())
}

pub async fn set_theme(engine: &Engine, user: UserId, theme: &str) -> Result<()> {
    if !matches!(theme, "auto" | "light" | "dark") {
        return Err(EngineError::invalid("theme", "A theme is auto, light or dark."));
    }
    let mut tx = engine.db.begin().await?;
    users::set_theme(&mut tx, user, theme).await?;
    tx.commit().await?;
    Ok(())
}

/// What a key of the JSON API may do: see all that was heard, answer people and look after conversations, look after
/// monitors and what they find, look after channels, Quarantine and what people want.
pub const SCOPES: [&str; 4] = ["read", "reply", "listen", "manage"];

/// Who a key is: the member in whose name it acts, and what it may do.
#[derive(Debug, Clone)]
pub struct Program {
    pub key: TokenId,
    pub user: User,
    pub scopes: Vec<String>,
}

/// Makes a key; it is shown this once.
pub async fn add_api_token(engine: &Engine, user: UserId, name: &str, scopes: &[String]) -> Result<String> {
    let mut errors = Vec::new();
    if name.trim().is_empty() {
        errors.push(FieldError::new("name", "Give the key a name, so that you know later what uses it."));
    }
    if scopes.is_empty() || scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
        errors.push(FieldError::new("scopes", "Choose what the key may do."));
    }
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors));
    }
    let token = format!("tt_{}", secret_token(engine));
    let row = ApiToken {
        id: TokenId(engine.next_id()),
        user_id: user,
        name: name.trim().to_owned(),
        scopes: scopes.join(" "),
        created_at: engine.now(),
        used_at: None,
        revoked_at: None,
    };
    let mut tx = engine.db.begin().await?;
    users::add_api_token(&mut tx, &token_hash(&token), &row).await?;
    tx.commit().await?;
    Ok(token)
}

/// Who comes with this key.
pub async fn by_api_token(engine: &Engine, token: &str) -> Result<Option<Program>> {
    let mut db = engine.db.reader();
    let Some(row) = users::api_token(&mut db, &token_hash(token)).await? else { return Ok(None) };
    let Some(user) = users::get(&mut db, row.user_id).await?.filter(|u| u.disabled_at.is_none()) else {
        return Ok(None);
    };
    let now = engine.now();
    if row.used_at.is_none_or(|at| now - at > 60_000) {
        let mut tx = engine.db.begin_bulk().await?;
        users::note_api_token_used(&mut tx, row.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Program { key: row.id, user, scopes: row.scopes.split(' ').map(str::to_owned).collect() }))
}

pub async fn revoke_api_token(engine: &Engine, id: TokenId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    users::revoke_api_token(&mut tx, id, engine.now()).await?;
    tx.commit().await?;
    Ok(())
}
