//! What to begin with, where nothing is connected yet.

use crate::{App, Result};
use std::sync::Arc;
use tertulia_connector::Connector;
use tertulia_store::channels;

/// One way to begin.
pub(super) struct Beginning {
    pub icon: &'static str,
    pub title: &'static str,
    pub text: &'static str,
    pub button: &'static str,
    pub href: String,
}

/// The ways to begin, as long as nobody can write to us anywhere.
pub(super) async fn where_new(app: &App) -> Result<Option<Vec<Beginning>>> {
    let known = channels::all(&mut app.engine.db.reader()).await?;
    let is_new = !known.iter().any(|channel| app.hears_live(&channel.connector));
    Ok(is_new.then(|| beginnings(app)))
}

/// By what the connectors can do that this program was built with.
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
