//! One member: their role, and whether they may come in.

use super::{Done, RoleChoice, role_choices};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use tertulia_engine::accounts;
use tertulia_model::{Role, UserId};
use tertulia_store::users::{self, User};

#[derive(Template)]
#[template(path = "team/member.html")]
struct MemberPage {
    shell: Shell,
    member: User,
    is_me: bool,
    roles: Vec<RoleChoice>,
    mistakes: Mistakes,
}

/// The member that an address names.
pub(super) async fn named(app: &App, id: &str) -> Result<User> {
    let id = id.parse().map(UserId).map_err(|_| WebError::not_found())?;
    users::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response> {
    let member = named(&app, &id).await?;
    draw(&app, &viewer, member, &done, Mistakes::default()).await
}

async fn draw(app: &App, viewer: &Viewer, member: User, done: &Done, mistakes: Mistakes) -> Result<Response> {
    let mut shell = app.shell(viewer, "member", member.name.clone(), Nav::Team).await?;
    shell.toast = done.toast();
    let is_me = member.id == viewer.user.id;
    let page = MemberPage { shell, is_me, roles: role_choices(member.role), member, mistakes };
    Ok(Html(page.render()?).into_response())
}

#[derive(serde::Deserialize)]
pub(super) struct RoleForm {
    role: String,
}

pub(super) async fn role(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(form): Fields<RoleForm>,
) -> Result<Response> {
    let member = named(&app, &id).await?;
    let role = Role::parse(&form.role)
        .ok_or_else(|| WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "Choose one of the roles."))?;
    let disabled = member.disabled_at.is_some();
    change(&app, &viewer, member, role, disabled, "role").await
}

#[derive(serde::Deserialize)]
pub(super) struct NameForm {
    name: String,
}

pub(super) async fn rename(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(form): Fields<NameForm>,
) -> Result<Response> {
    let member = named(&app, &id).await?;
    match accounts::rename(&app.engine, member.id, &form.name).await {
        Ok(()) => Ok(Redirect::to(&format!("/team/{}?done=name", member.id)).into_response()),
        Err(error) => {
            let page = draw(&app, &viewer, member, &Done::default(), Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

pub(super) async fn disable(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let member = named(&app, &id).await?;
    let role = member.role;
    change(&app, &viewer, member, role, true, "disabled").await
}

pub(super) async fn enable(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let member = named(&app, &id).await?;
    let role = member.role;
    change(&app, &viewer, member, role, false, "enabled").await
}

async fn change(
    app: &App,
    viewer: &Viewer,
    member: User,
    role: Role,
    disabled: bool,
    done: &'static str,
) -> Result<Response> {
    match accounts::change_member(&app.engine, member.id, role, disabled).await {
        Ok(given_back) => {
            let more = if given_back > 0 { format!("&given_back={given_back}") } else { String::new() };
            Ok(Redirect::to(&format!("/team/{}?done={done}{more}", member.id)).into_response())
        }
        Err(error) => {
            let page = draw(app, viewer, member, &Done::default(), Mistakes::of(error)?).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
    }
}
