//! The team: members, their sessions, links to set a password, keys of the JSON API.

use crate::{Result, Sql, StoreError, Tx, binds};
use tertulia_model::{Millis, Role, TokenId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
struct UserRow {
    id: UserId,
    mail: String,
    name: String,
    role: String,
    password_hash: Option<String>,
    theme: String,
    created_at: Millis,
    disabled_at: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// Lower case.
    pub mail: String,
    pub name: String,
    pub role: Role,
    /// Absent until the member has followed the invitation.
    pub password_hash: Option<String>,
    /// `auto`, `light` or `dark`.
    pub theme: String,
    pub created_at: Millis,
    pub disabled_at: Option<Millis>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            mail: row.mail,
            name: row.name,
            // A role that this version does not know may read and no more.
            role: Role::parse(&row.role).unwrap_or(Role::Viewer),
            password_hash: row.password_hash,
            theme: row.theme,
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        }
    }
}

const COLUMNS: &str = "id, mail, name, role, password_hash, theme, created_at, disabled_at";

pub async fn add(tx: &mut Tx, user: &User) -> Result<()> {
    let sql = format!("INSERT INTO users ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    let u = user.clone();
    let mail = u.mail.trim().to_lowercase();
    let values = binds![u.id, mail, u.name, u.role.as_str(), u.password_hash, u.theme, u.created_at, u.disabled_at];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: UserId) -> Result<Option<User>> {
    let row: Option<UserRow> = on.row(format!("SELECT {COLUMNS} FROM users WHERE id = $1"), binds![id]).await?;
    Ok(row.map(User::from))
}

pub async fn by_mail(on: &mut impl Sql, mail: &str) -> Result<Option<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE mail = $1");
    let row: Option<UserRow> = on.row(sql, binds![mail.trim().to_lowercase()]).await?;
    Ok(row.map(User::from))
}

/// All members, the disabled ones last.
pub async fn all(on: &mut impl Sql) -> Result<Vec<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users ORDER BY CASE WHEN disabled_at IS NULL THEN 0 ELSE 1 END, name, id");
    Ok(on.rows::<UserRow>(sql, binds![]).await?.into_iter().map(User::from).collect())
}

/// What a screen calls a member by, and offers them for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub disabled_at: Option<Millis>,
}

/// The names of all members, in no order.
pub async fn names(on: &mut impl Sql) -> Result<Vec<Named>> {
    let rows: Vec<(UserId, String, String, Option<Millis>)> =
        on.rows("SELECT id, name, role, disabled_at FROM users", binds![]).await?;
    let named = |(id, name, role, disabled_at): (UserId, String, String, Option<Millis>)| Named {
        id,
        name,
        role: Role::parse(&role).unwrap_or(Role::Viewer),
        disabled_at,
    };
    Ok(rows.into_iter().map(named).collect())
}

pub async fn count_active_owners(on: &mut impl Sql) -> Result<i64> {
    on.number(
        "SELECT COUNT(*) FROM users WHERE role = 'owner' AND disabled_at IS NULL AND password_hash IS NOT NULL",
        binds![],
    )
    .await
}

pub async fn set_password(tx: &mut Tx, id: UserId, hash: &str) -> Result<()> {
    touched_one(tx.run("UPDATE users SET password_hash = $2 WHERE id = $1", binds![id, hash]).await?)
}

pub async fn set_name(tx: &mut Tx, id: UserId, name: &str) -> Result<()> {
    touched_one(tx.run("UPDATE users SET name = $2 WHERE id = $1", binds![id, name]).await?)
}

pub async fn set_role(tx: &mut Tx, id: UserId, role: Role) -> Result<()> {
    touched_one(tx.run("UPDATE users SET role = $2 WHERE id = $1", binds![id, role.as_str()]).await?)
}

pub async fn set_theme(tx: &mut Tx, id: UserId, theme: &str) -> Result<()> {
    touched_one(tx.run("UPDATE users SET theme = $2 WHERE id = $1", binds![id, theme]).await?)
}

/// Disables a member (or enables again, with `None`); a disabled member's sessions and keys end at once.
pub async fn set_disabled(tx: &mut Tx, id: UserId, at: Option<Millis>) -> Result<()> {
    touched_one(tx.run("UPDATE users SET disabled_at = $2 WHERE id = $1", binds![id, at]).await?)?;
    if at.is_some() {
        end_sessions(tx, id).await?;
        tx.run("UPDATE api_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL", binds![id, at])
            .await?;
    }
    Ok(())
}

fn touched_one(rows: u64) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::missing("this member")) }
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    pub user_id: UserId,
    pub csrf: String,
    pub expires_at: Millis,
}

pub async fn add_session(tx: &mut Tx, token_hash: &[u8], session: &Session, now: Millis) -> Result<()> {
    let sql = "INSERT INTO sessions (token_hash, user_id, csrf, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    tx.run(sql, binds![token_hash, session.user_id, &session.csrf, now, session.expires_at]).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct SignedIn {
    #[sqlx(flatten)]
    user: UserRow,
    #[sqlx(flatten)]
    session: Session,
}

/// Who is signed in by it, and until when; none where it ended, or its member is disabled.
pub async fn session(on: &mut impl Sql, token_hash: &[u8], now: Millis) -> Result<Option<(User, Session)>> {
    let sql = "SELECT u.id, u.mail, u.name, u.role, u.password_hash, u.theme, u.created_at, u.disabled_at, \
                      s.user_id, s.csrf, s.expires_at FROM sessions s JOIN users u ON u.id = s.user_id \
               WHERE s.token_hash = $1 AND s.expires_at > $2 AND u.disabled_at IS NULL";
    let found: Option<SignedIn> = on.row(sql, binds![token_hash, now]).await?;
    Ok(found.map(|found| (found.user.into(), found.session)))
}

pub async fn extend_session(tx: &mut Tx, token_hash: &[u8], expires_at: Millis) -> Result<()> {
    tx.run("UPDATE sessions SET expires_at = $2 WHERE token_hash = $1", binds![token_hash, expires_at]).await?;
    Ok(())
}

pub async fn end_session(tx: &mut Tx, token_hash: &[u8]) -> Result<()> {
    tx.run("DELETE FROM sessions WHERE token_hash = $1", binds![token_hash]).await?;
    Ok(())
}

pub async fn end_sessions(tx: &mut Tx, user: UserId) -> Result<()> {
    tx.run("DELETE FROM sessions WHERE user_id = $1", binds![user]).await?;
    Ok(())
}

pub async fn forget_expired(tx: &mut Tx, now: Millis) -> Result<u64> {
    let sessions = tx.run("DELETE FROM sessions WHERE expires_at <= $1", binds![now]).await?;
    Ok(sessions + tx.run("DELETE FROM password_links WHERE expires_at <= $1", binds![now]).await?)
}

/// A link by which `user` sets a password; earlier links of the same member end.
pub async fn add_password_link(
    tx: &mut Tx,
    token_hash: &[u8],
    user: UserId,
    now: Millis,
    expires_at: Millis,
) -> Result<()> {
    end_password_links(tx, user).await?;
    let sql = "INSERT INTO password_links (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    tx.run(sql, binds![token_hash, user, now, expires_at]).await?;
    Ok(())
}

pub async fn password_link(on: &mut impl Sql, token_hash: &[u8], now: Millis) -> Result<Option<UserId>> {
    let sql = "SELECT user_id FROM password_links WHERE token_hash = $1 AND expires_at > $2";
    Ok(on.row::<(UserId,)>(sql, binds![token_hash, now]).await?.map(|(id,)| id))
}

/// False where it was used or ended meanwhile.
pub async fn use_password_link(tx: &mut Tx, token_hash: &[u8]) -> Result<bool> {
    Ok(tx.run("DELETE FROM password_links WHERE token_hash = $1", binds![token_hash]).await? == 1)
}

/// All links by which `user` could set a password end.
pub async fn end_password_links(tx: &mut Tx, user: UserId) -> Result<()> {
    tx.run("DELETE FROM password_links WHERE user_id = $1", binds![user]).await?;
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiToken {
    pub id: TokenId,
    pub user_id: UserId,
    pub name: String,
    /// Words separated by spaces: `read`, `reply`.
    pub scopes: String,
    pub created_at: Millis,
    pub used_at: Option<Millis>,
    pub revoked_at: Option<Millis>,
}

const TOKEN_COLUMNS: &str = "id, user_id, name, scopes, created_at, used_at, revoked_at";

pub async fn add_api_token(tx: &mut Tx, token_hash: &[u8], token: &ApiToken) -> Result<()> {
    let sql =
        "INSERT INTO api_tokens (id, user_id, name, token_hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = binds![token.id, token.user_id, &token.name, token_hash, &token.scopes, token.created_at];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn api_token(on: &mut impl Sql, token_hash: &[u8]) -> Result<Option<ApiToken>> {
    let sql = format!("SELECT {TOKEN_COLUMNS} FROM api_tokens WHERE token_hash = $1 AND revoked_at IS NULL");
    on.row(sql, binds![token_hash]).await
}

pub async fn api_tokens(on: &mut impl Sql) -> Result<Vec<ApiToken>> {
    on.rows(format!("SELECT {TOKEN_COLUMNS} FROM api_tokens WHERE revoked_at IS NULL ORDER BY id DESC"), binds![]).await
}

pub async fn note_api_token_used(tx: &mut Tx, id: TokenId, now: Millis) -> Result<()> {
    tx.run("UPDATE api_tokens SET used_at = $2 WHERE id = $1", binds![id, now]).await?;
    Ok(())
}

pub async fn revoke_api_token(tx: &mut Tx, id: TokenId, now: Millis) -> Result<()> {
    tx.run("UPDATE api_tokens SET revoked_at = $2 WHERE id = $1", binds![id, now]).await?;
    Ok(())
}
