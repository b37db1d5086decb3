//! The team, its roles, invitations and the keys of the JSON API.

mod invite;
mod keys;
mod member;

use crate::{
    App, Result, Viewer,
    layout::{Nav, Shell, ToastView},
    routes::{Rule, Table},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
    routing::{get, post},
};
use tertulia_model::{Permission::Manage, Role};
use tertulia_store::users::{self, User};

pub(crate) fn routes(table: &mut Table) {
    let manage = Rule::Member(Manage);
    table.get("/team", manage, get(page));
    table.get("/team/new", manage, get(invite::page));
    table.post("/team/new", manage, post(invite::invite));
    table.get("/team/{id}", manage, get(member::page));
    table.post("/team/{id}/name", manage, post(member::rename));
    table.post("/team/{id}/role", manage, post(member::role));
    table.post("/team/{id}/disable", manage, post(member::disable));
    table.post("/team/{id}/enable", manage, post(member::enable));
    table.post("/team/{id}/link", manage, post(invite::link));
    table.post("/team/{id}/mail", manage, post(invite::mail));
    table.get("/team/keys/new", manage, get(keys::page));
    table.post("/team/keys/new", manage, post(keys::add));
    table.post("/team/keys/{id}/revoke", manage, post(keys::revoke));
}

/// The roles, in the words of those who choose one.
const ROLES: [(Role, &str, &str); 3] = [
    (Role::Agent, "Agent", "Reads everything and answers. The right one for most."),
    (Role::Viewer, "Viewer", "Reads everything and changes nothing."),
    (Role::Owner, "Owner", "Also connects channels, imports, and looks after the team."),
];

struct RoleChoice {
    value: &'static str,
    word: &'static str,
    help: &'static str,
    chosen: bool,
}

fn role_choices(chosen: Role) -> Vec<RoleChoice> {
    ROLES
        .iter()
        .map(|(role, word, help)| RoleChoice { value: role.as_str(), word, help, chosen: *role == chosen })
        .collect()
}

fn role_word(role: Role) -> &'static str {
    ROLES.iter().find(|(known, ..)| *known == role).map_or("Viewer", |(_, word, _)| word)
}

/// What was just done, named in the address after it: only what stands here is ever said.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Done {
    done: String,
    /// Conversations that whoever left had, and that somebody else is to take.
    given_back: usize,
}

impl Done {
    fn toast(&self) -> Option<ToastView> {
        let text = match self.done.as_str() {
            "name" => "The new name is kept.",
            "role" => "The role is changed.",
            "disabled" => "They can no longer sign in, and their keys have ended.",
            "enabled" => "They can sign in again.",
            "mailed" => "The link is on its way by mail.",
            "revoked" => "The key has ended.",
            _ => return None,
        };
        let given_back = match self.given_back {
            0 => String::new(),
            1 => " One conversation of theirs is nobody’s now.".to_owned(),
            many => format!(" {many} conversations of theirs are nobody’s now."),
        };
        Some(ToastView { text: format!("{text}{given_back}"), undo_url: None })
    }
}

#[derive(Template)]
#[template(path = "team/list.html")]
struct TeamPage {
    shell: Shell,
    members: Vec<MemberLine>,
    keys: Vec<keys::KeyView>,
}

struct MemberLine {
    name: String,
    mail: String,
    role: &'static str,
    href: String,
    is_me: bool,
    is_disabled: bool,
    /// The invitation was not followed yet.
    is_invited: bool,
}

async fn page(State(app): State<App>, viewer: Viewer, Query(done): Query<Done>) -> Result<Html<String>> {
    let mut shell = app.shell(&viewer, "team", "Team", Nav::Team).await?;
    shell.toast = done.toast();
    let mut db = app.engine.db.reader();
    let members = users::all(&mut db).await?;
    let keys = users::api_tokens(&mut db).await?.into_iter().map(|key| keys::view(key, &members)).collect();
    let line = |member: &User| MemberLine {
        name: member.name.clone(),
        mail: member.mail.clone(),
        role: role_word(member.role),
        href: format!("/team/{}", member.id),
        is_me: member.id == viewer.user.id,
        is_disabled: member.disabled_at.is_some(),
        is_invited: member.password_hash.is_none(),
    };
    Ok(Html(TeamPage { shell, members: members.iter().map(line).collect(), keys }.render()?))
}
