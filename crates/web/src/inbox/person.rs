//! The column beside a conversation: who it is, how they are reached, what else they said.

use super::{
    known::Known,
    list::{Show, row_view, whose},
};
use crate::{App, Result, components::RowView};
use tertulia_engine::story::{self, First, Piece, To};
use tertulia_model::{ConversationId, PersonId};
use tertulia_store::{
    listing::{self, InboxFilter},
    people::{self, Identity},
    reading,
};

/// How many of their other conversations stand beside one.
const OTHERS: i64 = 6;

/// A way in which a person is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdentityView {
    pub icon: String,
    pub words: String,
    /// What is not certain of it.
    pub doubt: Option<&'static str>,
}

pub(crate) struct PersonView {
    pub id: String,
    pub name: String,
    pub identities: Vec<IdentityView>,
    /// Lines, each of pieces and where they lead.
    pub story: Vec<Vec<(String, Option<String>)>>,
    pub others: Vec<RowView>,
}

/// A handle and where it is theirs.
pub(crate) fn handle_words(app: &App, space: &str, handle: &str) -> String {
    let (kind, rest) = space.split_once(':').unwrap_or((space, ""));
    let spec = app.engine.registry.of_space(space).map(|known| known.spec());
    match spec {
        // The handle of a visitor to our own chat is a number that says nothing to anybody.
        Some(spec) if spec.hosts_visitors => spec.title.clone(),
        _ if kind == "mail" => handle.to_owned(),
        // What is brought and not fetched is known by what it was called when it came.
        Some(spec) if !spec.pulls && !rest.is_empty() => format!("{handle} on {rest}"),
        _ => format!("{handle} on {}", spec.map_or(kind, |spec| &spec.title)),
    }
}

/// How a person is reached, each identity in words. An address that was only typed is said to be so.
pub(crate) fn identity_views(app: &App, identities: &[Identity]) -> Vec<IdentityView> {
    let mut views = Vec::new();
    for identity in identities {
        let (kind, _) = identity.space.split_once(':').unwrap_or((&identity.space, ""));
        let spec = app.engine.registry.of_space(&identity.space).map(|known| known.spec());
        let icon = spec.map_or(if kind == "mail" { "mail" } else { "at-sign" }, |spec| &spec.icon).to_owned();
        let words = handle_words(app, &identity.space, &identity.handle);
        views.push(IdentityView { icon, words, doubt: None });
        if let Some(claimed) = &identity.claimed_mail
            && !identities.iter().any(|other| other.space == "mail" && other.handle == *claimed)
        {
            let doubt = Some("typed by them, not confirmed");
            views.push(IdentityView { icon: "mail".to_owned(), words: claimed.clone(), doubt });
        }
    }
    views
}

fn piece(piece: Piece) -> (String, Option<String>) {
    let href = piece.to.map(|to| match to {
        To::Person(id) => format!("/people/{id}"),
        To::Heard(id) => format!("/people/{id}#h-said"),
        To::Conversation(id) => format!("/inbox/{id}"),
        To::Item(id) => format!("/feedback/{id}"),
        To::Message(conversation, message) => format!("/inbox/{conversation}?at={message}#message-{message}"),
    });
    (if matches!(piece.to, Some(To::Person(_))) { whose(Some(&piece.words)) } else { piece.words }, href)
}

pub(crate) async fn person_view(
    app: &App,
    known: &Known,
    person: Option<PersonId>,
    but: ConversationId,
) -> Result<Option<PersonView>> {
    let db = || app.engine.db.reader();
    let Some(person) = person else { return Ok(None) };
    let Some(found) = people::get(&mut db(), person).await? else { return Ok(None) };
    let filter = InboxFilter { person: Some(person), ..InboxFilter::default() };
    let (mut one, mut other, mut third) = (db(), db(), db());
    // One of them is the one that is open, and one more tells whether these are all.
    let (identities, mut others, first_heard) = tokio::try_join!(
        people::identities(&mut one, person),
        listing::inbox(&mut other, known.viewer, filter, None, OTHERS + 2),
        reading::first_heard(&mut third, person)
    )?;
    others.retain(|row| row.id != but);
    let read = story::Read {
        person: &found,
        identities: &identities,
        first_heard,
        others: First::of(others.iter().collect(), OTHERS),
    };
    let story = story::of(&app.engine, read, but).await?;
    let others = others.iter().take(OTHERS.unsigned_abs() as usize).map(|row| {
        let mut view = row_view(row, known, &Show::default(), None);
        view.state = Some(row.state.clone());
        view
    });
    Ok(Some(PersonView {
        id: person.to_string(),
        name: whose(Some(&found.name)),
        identities: identity_views(app, &identities),
        story: story.into_iter().map(|line| line.into_iter().map(piece).collect()).collect(),
        others: others.collect(),
    }))
}
