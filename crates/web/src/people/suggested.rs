//! Who may be the same person: on the page of each, and all of them in one list.

use super::{
    ask, grounds,
    merges::{self, ByItself},
};
use crate::{
    App, Result, Viewer,
    inbox::{handle_words, whose},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use serde::Deserialize;
use std::collections::HashSet;
use tertulia_engine::people::read_grounds;
use tertulia_model::{IdentityId, Permission, PersonId};
use tertulia_store::suggestions::{self, Below, Found};

const PAGE: i64 = 30;
/// On a person's own page.
const MOST_OF_ONE: usize = 3;
/// Of two with many addresses each pair of these is a suggestion of its own.
const MOST_LOOKED_AT: i64 = 60;

/// A person who may be another.
pub(crate) struct SuggestedView {
    /// The page where both are seen side by side.
    pub look: String,
    pub apart: String,
    pub name: String,
    pub handle: String,
    pub other_name: String,
    pub other_handle: String,
    pub how_sure: String,
    pub speaks_for: String,
    pub against: String,
    pub is_claimed: bool,
    /// What they said themselves when they were asked.
    pub said: &'static str,
}

/// `mine` is on the left of each.
async fn views(app: &App, found: Vec<Found>, mine: Option<PersonId>) -> Result<Vec<SuggestedView>> {
    let mut views = Vec::with_capacity(found.len());
    for one in found {
        let said = ask::said(app, (one.person_id, one.other_person_id)).await?;
        views.push(view(app, one, mine, said));
    }
    Ok(views)
}

fn view(app: &App, found: Found, mine: Option<PersonId>, said: &'static str) -> SuggestedView {
    let words = grounds::words(&read_grounds(&found.reasons));
    let (left, right) = (
        (found.person_id, whose(Some(&found.name)), handle_words(app, &found.space, &found.handle)),
        (
            found.other_person_id,
            whose(Some(&found.other_name)),
            handle_words(app, &found.other_space, &found.other_handle),
        ),
    );
    let (left, right) = if mine == Some(right.0) { (right, left) } else { (left, right) };
    SuggestedView {
        look: format!("/people/{}/same/{}", left.0, right.0),
        apart: format!("/people/{}/apart/{}", left.0, right.0),
        name: left.1,
        handle: left.2,
        other_name: right.1,
        other_handle: right.2,
        how_sure: grounds::how_sure(found.probability),
        speaks_for: words.speaks_for.join(", "),
        against: words.against.join(", "),
        is_claimed: found.is_claimed,
        said,
    }
}

pub(super) async fn of_person(app: &App, person: PersonId) -> Result<Vec<SuggestedView>> {
    let mut found = suggestions::of_person(&mut app.engine.db.reader(), person, None, MOST_LOOKED_AT).await?;
    once_each(&mut found);
    found.truncate(MOST_OF_ONE);
    views(app, found, Some(person)).await
}

/// Of two persons with several addresses the most probable stands for all.
fn once_each(found: &mut Vec<Found>) {
    let mut seen = HashSet::new();
    found.retain(|one| {
        let (a, b) = (one.person_id, one.other_person_id);
        seen.insert((a.min(b), a.max(b)))
    });
}

#[derive(Template)]
#[template(path = "people/suggested.html")]
struct SuggestedPage {
    shell: Shell,
    found: Vec<SuggestedView>,
    older: Option<String>,
    may_decide: bool,
    may_manage: bool,
    by_itself: ByItself,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    below: String,
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, Query(wanted): Query<Wanted>) -> Result<Html<String>> {
    let mut found = suggestions::all(&mut app.engine.db.reader(), below(&wanted.below), PAGE + 1).await?;
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE.unsigned_abs() as usize);
    let place =
        |last: &Found| format!("/people/suggested?below={}_{}_{}", last.probability, last.first_id, last.second_id);
    let older = found.last().filter(|_| has_more).map(place);
    once_each(&mut found);
    let page = SuggestedPage {
        shell: app.shell(&viewer, "people", "Perhaps the same person", Nav::People).await?,
        found: views(&app, found, None).await?,
        older,
        may_decide: viewer.user.role.may(Permission::Converse),
        may_manage: viewer.user.role.may(Permission::Manage),
        by_itself: merges::by_itself(&app).await?,
    };
    Ok(Html(page.render()?))
}

fn below(text: &str) -> Option<Below> {
    let mut parts = text.split('_');
    let probability = parts.next()?.parse().ok()?;
    let (first, second) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Below { probability, first: IdentityId(first), second: IdentityId(second) })
}
