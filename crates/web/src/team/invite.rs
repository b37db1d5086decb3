//! Inviting somebody, and links by which a member sets a password: shown once, or sent by mail.

use super::{RoleChoice, member::named, role_choices};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use tertulia_engine::{accounts, outbound};
use tertulia_model::Role;
use tertulia_store::users::{self, User};

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct InviteForm {
    name: String,
    mail: String,
    role: String,
}

#[derive(Template)]
#[template(path = "team/invite.html")]
struct InvitePage {
    shell: Shell,
    form: InviteForm,
    roles: Vec<RoleChoice>,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "team/link.html")]
struct LinkPage {
    shell: Shell,
    member: User,
    link: String,
    /// Whether a mailbox is connected that could carry it.
    by_mail: bool,
    mistakes: Mistakes,
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    draw_form(&app, &viewer, InviteForm::default(), Mistakes::default()).await
}

async fn draw_form(app: &App, viewer: &Viewer, form: InviteForm, mistakes: Mistakes) -> Result<Response> {
    let shell = app.shell(viewer, "invite", "Invite somebody", Nav::Team).await?;
    let roles = role_choices(Role::parse(&form.role).unwrap_or(Role::Agent));
    Ok(Html(InvitePage { shell, form, roles, mistakes }.render()?).into_response())
}

pub(super) async fn invite(
    State(app): State<App>,
    viewer: Viewer,
    Fields(form): Fields<InviteForm>,
) -> Result<Response> {
    // Who chose no role gives the one that most have, never more than they meant to.
    let role = Role::parse(&form.role).unwrap_or(Role::Agent);
    match accounts::invite(&app.engine, &form.mail, &form.name, role).await {
        Ok(link) => {
            let member = users::by_mail(&mut app.engine.db.reader(), &form.mail).await?;
            draw_link(&app, &viewer, member.ok_or_else(WebError::not_found)?, link, Mistakes::default()).await
        }
        Err(error) => {
            let page = draw_form(&app, &viewer, form, Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Makes a new link for a member: the invitation once more, or a new password.
pub(super) async fn link(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let member = named(&app, &id).await?;
    let link = accounts::password_link(&app.engine, member.id).await?;
    draw_link(&app, &viewer, member, link, Mistakes::default()).await
}

async fn draw_link(app: &App, viewer: &Viewer, member: User, link: String, mistakes: Mistakes) -> Result<Response> {
    let shell = app.shell(viewer, "link", "A link to hand over", Nav::Team).await?;
    let by_mail = outbound::mail_channel(&app.engine).await?.is_some();
    Ok(Html(LinkPage { shell, member, link, by_mail, mistakes }.render()?).into_response())
}

/// Sends a member a link of their own by mail. It is made here and now: one that came in with a form could lead anywhere.
pub(super) async fn mail(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let member = named(&app, &id).await?;
    let Some(channel) = outbound::mail_channel(&app.engine).await? else {
        let message = "No mailbox is connected that could send it. Hand the link over yourself.";
        return Err(WebError::new(StatusCode::CONFLICT, message));
    };
    let link = accounts::password_link(&app.engine, member.id).await?;
    let organisation = app.organisation().await?;
    let (subject, text) = letter(&member, &viewer.user.name, &organisation, &link);
    match outbound::send_system_mail(&app.engine, &channel, &member.mail, &subject, &text).await {
        Ok(()) => Ok(Redirect::to(&format!("/team/{}?done=mailed", member.id)).into_response()),
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            let page = draw_link(&app, &viewer, member, link, mistakes).await?;
            Ok((StatusCode::BAD_GATEWAY, page).into_response())
        }
    }
}

/// Subject and text of the mail that carries a link.
fn letter(member: &User, from: &str, organisation: &str, link: &str) -> (String, String) {
    let (subject, why) = if member.password_hash.is_none() {
        (format!("Your invitation to {organisation}"), format!("{from} invites you to the team of {organisation}."))
    } else {
        (format!("A new password for {organisation}"), format!("{from} made you a link to set a new password."))
    };
    let text = format!(
        "Hello {},\n\n{why} Choose your password here, within three days:\n\n{link}\n\n\
         The link works once and is meant for you alone. If you did not expect it, do nothing.\n\n{organisation}\n",
        member.name
    );
    (subject, text)
}
