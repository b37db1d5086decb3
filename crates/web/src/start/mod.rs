//! The start page: the goal, and what waits.

mod goal;
mod waiting;

use crate::{
    App, Result, Viewer,
    components::GoalView,
    inbox::times,
    layout::{Nav, Shell},
    routes::{Rule, Table},
};
use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::Html,
    routing::{get, post},
};
use std::sync::Arc;
use tertulia_connector::Connector;
use tertulia_model::Permission::{Manage, Read};
use tertulia_store::{channels, goals};
use waiting::Waiting;

pub(crate) fn routes(table: &mut Table) {
    table.get("/", Rule::Member(Read), get(page));
    table.get("/start/waiting", Rule::Member(Read), get(fragment));
    table.get("/goal", Rule::Member(Manage), get(goal::page));
    table.post("/goal", Rule::Member(Manage), post(goal::declare));
}

#[derive(Template)]
#[template(path = "start/page.html")]
struct StartPage {
    shell: Shell,
    name: String,
    goal: Option<GoalView>,
    may_manage: bool,
    /// What to begin with, where nothing is connected yet.
    beginnings: Option<Vec<Beginning>>,
    waiting: Waiting,
}

/// What stands in the page's live part, by itself.
#[derive(Template)]
#[template(path = "start/waiting.html")]
struct WaitingFragment {
    waiting: Waiting,
}

/// One way to begin.
struct Beginning {
    icon: &'static str,
    title: &'static str,
    text: &'static str,
    button: &'static str,
    href: String,
}

async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Html<String>> {
    let shell = app.shell(&viewer, "start", "Start", Nav::Start).await?;
    let may_manage = viewer.user.role.may(Manage);
    let mut db = app.engine.db.reader();
    let today = times::today(app.engine.now(), &times::zone(&headers));
    let goal = goals::current(&mut db).await?.map(|goal| goal::view(goal, today, may_manage));
    let is_new = !channels::all(&mut db).await?.iter().any(|channel| app.hears_live(&channel.connector));
    let page = StartPage {
        shell,
        name: viewer.user.name.clone(),
        goal,
        may_manage,
        beginnings: is_new.then(|| beginnings(&app)),
        waiting: Waiting::read(&app, &viewer).await?,
    };
    Ok(Html(page.render()?))
}

async fn fragment(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    Ok(Html(WaitingFragment { waiting: Waiting::read(&app, &viewer).await? }.render()?))
}

/// The ways to begin that this program was built with, by what its connectors can do.
fn beginnings(app: &App) -> Vec<Beginning> {
    let registry = &app.engine.registry;
    let connect = |connector: &Arc<dyn Connector>| format!("/channels/new/{}", connector.spec().name);
    let mailbox = registry.all().find(|kind| registry.writes_to_addresses(&kind.spec().name)).map(|kind| Beginning {
        icon: "mail",
        title: "Your mailbox",
        text: "The address people write to. Their mails come here and your answers go out from it; what lies in the mailbox stays as it is.",
        button: "Connect a mailbox",
        href: connect(kind),
    });
    let chat = registry.all().find(|kind| kind.spec().hosts_visitors).map(|kind| Beginning {
        icon: "message-circle",
        title: "A chat on your website",
        text: "One line for your pages, and visitors can ask you something there. Who has left gets the answer by mail.",
        button: "Make a chat",
        href: connect(kind),
    });
    let archive = registry.of_archives().map(|_| Beginning {
        icon: "file-input",
        title: "What was said before",
        text: "An archive of mails, or a table from another program. It comes in quietly, as read and closed.",
        button: "Bring in an archive",
        href: "/import".to_owned(),
    });
    [mailbox, chat, archive].into_iter().flatten().collect()
}
