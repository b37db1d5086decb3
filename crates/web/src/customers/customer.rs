//! One customer: what the list says of them, and who they are among those who were heard.

use super::{
    undo::{Act, done},
    words::tie_words,
};
use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::{flash, handle_words, id as id_of, whose},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::BTreeSet;
use tertulia_engine::customers as desk;
use tertulia_model::{Millis, Permission, PersonId};
use tertulia_store::{attributes, customer_ties, customers, organisations, people};

struct Candidate {
    id: PersonId,
    name: String,
    said: String,
}

#[derive(Template)]
#[template(path = "customers/customer.html")]
struct CustomerPage {
    shell: Shell,
    id: i64,
    name: String,
    list: String,
    number: Option<String>,
    at: Millis,
    left_at: Option<Millis>,
    handles: Vec<String>,
    values: Vec<(String, String)>,
    organisation: Option<(i64, String)>,
    tie: &'static str,
    person: Option<(PersonId, String)>,
    is_by_member: bool,
    /// Who may be meant, and nobody has said.
    candidates: Vec<Candidate>,
    may_work: bool,
    may_manage: bool,
}

pub(super) async fn known(app: &App, id: &str) -> Result<customers::Customer> {
    let id: i64 = id_of(id)?;
    customers::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let customer = known(&app, &id).await?;
    let mut db = app.engine.db.reader();
    let handles = customers::handles(&mut db, &[customer.id]).await?;
    let titles = attributes::all(&mut db).await?;
    let stated = attributes::of_customers(&mut db, &[customer.id]).await?;
    let values = titles.iter().flat_map(|attribute| {
        let own = stated.iter().filter(|stated| stated.attribute == attribute.name);
        own.map(|stated| (attribute.title.clone(), stated.value.clone())).collect::<Vec<_>>()
    });
    let organisation = match customer.organisation_id {
        Some(id) => organisations::get(&mut db, id).await?,
        None => None,
    };
    let person = match customer.person_id {
        Some(person) => people::get(&mut db, person).await?.map(|found| (person, whose(Some(&found.name)))),
        None => None,
    };
    let mut shell = app.shell(&viewer, "customer", customer.name.clone(), Nav::People).await?;
    shell.toast = flash::take(&app, &headers);
    let page = CustomerPage {
        shell,
        id: customer.id,
        list: customer.list,
        number: customer.external_id,
        at: customer.changed_at,
        left_at: customer.left_at,
        candidates: candidates(&app, &handles, customer.person_id).await?,
        handles: handles.iter().map(|h| handle_words(&app, &h.space, &h.handle)).collect(),
        values: values.collect(),
        organisation: organisation.map(|one| (one.root_id, one.name)),
        tie: tie_words(&customer.tie),
        is_by_member: customer.tie == customer_ties::MEMBER,
        person,
        name: customer.name,
        may_work: viewer.user.role.may(Permission::Converse),
        may_manage: viewer.user.role.may(Permission::Manage),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

/// Whoever has a handle of the list, but for the one they are said to be.
async fn candidates(app: &App, handles: &[customers::Handle], but: Option<PersonId>) -> Result<Vec<Candidate>> {
    let mut db = app.engine.db.reader();
    let mut persons = BTreeSet::new();
    for one in handles {
        if let Some(found) = people::identity(&mut db, &one.space, &one.handle).await? {
            persons.insert(found.person_id);
        }
    }
    let mut found = Vec::new();
    for id in persons.into_iter().filter(|id| Some(*id) != but) {
        let Some(person) = people::get(&mut db, id).await? else { continue };
        let said = crate::people::said(people::messages(&mut db, id).await?);
        found.push(Candidate { id, name: whose(Some(&person.name)), said });
    }
    Ok(found)
}

#[derive(Deserialize)]
pub(super) struct Said {
    /// `yes`, `no`, or nothing: nobody says anything of it any more.
    is: String,
    #[serde(default)]
    back: String,
}

pub(super) async fn tie(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, person)): Path<(String, String)>,
    Fields(form): Fields<Said>,
) -> Result<Response> {
    let customer = known(&app, &id).await?;
    let person: PersonId = id_of(&person)?;
    let is_same = match form.is.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let undo = desk::say(&app.engine, viewer.user.id, (customer.id, person), is_same).await?;
    let said = match is_same {
        Some(true) => "They are this customer.",
        Some(false) => "They are not this customer: it is remembered.",
        None => "Nobody says any more who this customer is.",
    };
    let to = if form.back == "person" { format!("/people/{person}") } else { format!("/customers/{}", customer.id) };
    Ok(done(&app, &viewer, &to, said, Some(Act::Tie(undo))))
}
