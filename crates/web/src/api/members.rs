//! The members, by whose ids conversations are given.

use super::{ident::Ident, shapes::Page};
use crate::{App, Result};
use axum::{Json, extract::State};
use serde::Serialize;
use tertulia_store::users;
use utoipa::ToSchema;

/// A member of the team.
#[derive(Serialize, ToSchema)]
pub(super) struct Member {
    id: Ident,
    name: String,
    /// `viewer`, `agent` or `owner`.
    role: String,
}

/// Lists members
///
/// Those who can sign in.
#[utoipa::path(
    get, path = "/api/v1/members", tag = "members", security(("key" = ["read"])),
    responses((status = 200, body = Page<Member>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Member>>> {
    let all = users::all(&mut app.engine.db.reader()).await?;
    let member =
        |user: users::User| Member { id: user.id.into(), name: user.name, role: user.role.as_str().to_owned() };
    Ok(Json(Page::whole(all.into_iter().filter(|user| user.disabled_at.is_none()).map(member).collect())))
}
