//! One organisation: its people, what they said and what they asked for.

use super::{href, known};
use crate::{
    App, Result, Viewer,
    inbox::{Known, Show, flash, row_view, whose},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tertulia_model::{Millis, Permission, PersonId};
use tertulia_store::{
    customers, listing,
    organisations::{self, Member, Organisation},
};

const PAGE: i64 = 30;
const MOST_ASKED: i64 = 20;
const MOST_PARTS: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    after: i64,
    /// The customer that the page before ended with.
    from: i64,
}

struct AskedFor {
    href: String,
    title: String,
    state: Option<String>,
    at: Millis,
}

#[derive(Template)]
#[template(path = "organisations/page.html")]
struct OrganisationPage {
    shell: Shell,
    token: String,
    href: String,
    title: String,
    counts: String,
    people: Vec<Member>,
    more_people: Option<String>,
    /// Those who never wrote: address and name.
    customers: Vec<(String, String)>,
    more_customers: Option<String>,
    conversations: Vec<crate::components::RowView>,
    asked: Vec<AskedFor>,
    parts: Vec<Organisation>,
    /// What it was called before.
    before: Vec<String>,
    may_work: bool,
}

/// "3 people who wrote, 12 customers in your lists"
fn counts_words((people, customers): (i64, i64)) -> String {
    let many = |n: i64, one: &str, more: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {more}") };
    format!(
        "{}, {}",
        many(people, "person who wrote", "people who wrote"),
        many(customers, "customer in your lists", "customers in your lists")
    )
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let organisation = known(&app, &id).await?;
    if organisation.merged_into.is_some() {
        return Ok(Redirect::to(&href(organisation.root_id)).into_response());
    }
    let mut db = app.engine.db.reader();
    let root = organisation.id;
    let mut people = organisations::people(&mut db, root, PersonId(shown.after), PAGE + 1).await?;
    let has_more = people.len() as i64 > PAGE;
    people.truncate(PAGE.unsigned_abs() as usize);
    let more_people = people.last().filter(|_| has_more).map(|last| format!("{}?after={}", href(root), last.id));
    let mut rows = customers::of_organisation(&mut db, root, shown.from, PAGE + 1).await?;
    let more_customers = rows.len() as i64 > PAGE;
    rows.truncate(PAGE.unsigned_abs() as usize);
    let more_customers = rows.last().filter(|_| more_customers).map(|last| format!("{}?from={}", href(root), last.id));
    let known = Known::read(&app, &viewer, &headers).await?;
    let conversations = listing::of_organisation(&mut db, viewer.user.id, root, PAGE).await?;
    let conversations = conversations.iter().map(|row| {
        let mut view = row_view(row, &known, &Show::default(), None);
        view.state.get_or_insert_with(|| row.state.clone());
        view
    });
    let asked = organisations::asked_for(&mut db, root, MOST_ASKED).await?;
    let asked = asked.into_iter().map(|place| AskedFor {
        href: format!("/feedback/{}", place.item_id),
        title: place.title,
        state: place.state,
        at: place.asked_at,
    });
    let mut shell = app.shell(&viewer, "organisation", organisation.name.clone(), Nav::People).await?;
    shell.toast = flash::take(&app, &headers);
    let named = |member: Member| Member { name: whose(Some(&member.name)), ..member };
    let page = OrganisationPage {
        token: shell.csrf.clone(),
        shell,
        href: href(root),
        title: organisation.name,
        counts: counts_words(organisations::counts(&mut db, root).await?),
        people: people.into_iter().map(named).collect(),
        more_people,
        customers: rows.into_iter().map(|row| (format!("/customers/{}", row.id), row.name)).collect(),
        more_customers,
        conversations: conversations.collect(),
        asked: asked.collect(),
        parts: organisations::parts(&mut db, root, MOST_PARTS).await?,
        before: organisations::names_before(&mut db, root).await?,
        may_work: viewer.user.role.may(Permission::Converse),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
