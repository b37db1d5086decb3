//! What was erased: all reports, and each of them with how far it is.

use crate::{
    App, Result, Viewer, WebError,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use tertulia_model::Millis;
use tertulia_store::{
    erased::{self, Report},
    users,
};

const PAGE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    below: Option<i64>,
}

struct Line {
    id: i64,
    at: Millis,
    by: String,
    is_done: bool,
}

#[derive(Template)]
#[template(path = "people/erasures.html")]
struct ErasuresPage {
    shell: Shell,
    lines: Vec<Line>,
    is_first: bool,
    older: Option<String>,
}

pub(super) async fn list(State(app): State<App>, viewer: Viewer, Query(part): Query<Part>) -> Result<Html<String>> {
    let mut db = app.engine.db.reader();
    let mut found = erased::reports(&mut db, part.below, PAGE + 1).await?;
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE.unsigned_abs() as usize);
    let older = found.last().filter(|_| has_more).map(|last| format!("/people/erasures?below={}", last.id));
    let names: HashMap<_, _> = users::all(&mut db).await?.into_iter().map(|user| (user.id, user.name)).collect();
    let line = |report: Report| Line {
        id: report.id,
        at: report.at,
        by: names.get(&report.by_user).cloned().unwrap_or_else(|| "Somebody who is not here any more".to_owned()),
        is_done: report.sealed.is_none(),
    };
    let page = ErasuresPage {
        shell: app.shell(&viewer, "people", "Erasures", Nav::People).await?,
        lines: found.into_iter().map(line).collect(),
        is_first: part.below.is_none(),
        older,
    };
    Ok(Html(page.render()?))
}

#[derive(Template)]
#[template(path = "people/erased.html")]
struct ErasedPage {
    shell: Shell,
    id: i64,
    body: Body,
}

/// What changes while it goes on.
#[derive(Template)]
#[template(path = "people/erased_body.html")]
struct Body {
    id: i64,
    at: Millis,
    finished: bool,
    /// What is being done, and how much of how much is.
    doing: String,
    done: i64,
    of: i64,
    facts: Vec<(&'static str, u64)>,
    /// Conversations with others that wait again for an answer.
    unsent: Vec<String>,
    stays: Vec<String>,
    out_of_reach: Vec<String>,
    /// Where a name of theirs still stands: what it is, and its address.
    named_in: Vec<(&'static str, String)>,
    /// Members whose own saved replies do.
    in_replies_of: Vec<String>,
    /// Folder and time of each backup that was made before.
    backups: Vec<(String, Millis)>,
}

impl Body {
    fn of(report: &Report) -> Self {
        let told: Value = serde_json::from_str(&report.report).unwrap_or_default();
        let number = |name: &str| told[name].as_u64().unwrap_or(0);
        let each = |name: &str| told[name].as_array().cloned().unwrap_or_default();
        let lines = |name: &str| each(name).iter().filter_map(|line| line.as_str().map(str::to_owned)).collect();
        let unsent = each("answers_to_others_not_sent");
        let doing = &told["doing"];
        Self {
            id: report.id,
            at: report.at,
            finished: report.sealed.is_none(),
            doing: doing["what"].as_str().unwrap_or("It begins in a moment").to_owned(),
            done: doing["done"].as_i64().unwrap_or(0),
            of: doing["of"].as_i64().unwrap_or(0),
            facts: vec![
                ("Addresses and accounts", number("identities")),
                ("Customers of your lists", told["rows"]["customers"].as_u64().unwrap_or(0)),
                ("Addresses that your lists name", told["rows"]["customer_handles"].as_u64().unwrap_or(0)),
                ("Messages of theirs", number("messages_of_theirs")),
                ("Messages of ours to them", number("messages_of_ours_to_them")),
                ("Conversations", number("conversations")),
                ("Items in Quarantine", number("set_aside")),
                ("Answers to others that were not sent", unsent.iter().filter_map(|one| one["answers"].as_u64()).sum()),
                ("Files on the disk written anew", report.rewritten.unsigned_abs()),
                ("Files on the disk deleted", report.removed.unsigned_abs()),
            ],
            unsent: unsent.iter().filter_map(|one| one["conversation"].as_str().map(str::to_owned)).collect(),
            stays: lines("what_stays"),
            out_of_reach: lines("out_of_reach"),
            named_in: each("named_in").iter().filter_map(named).collect(),
            in_replies_of: each("named_in").iter().filter_map(of_a_member).collect(),
            backups: each("backups")
                .iter()
                .filter_map(|one| Some((one["folder"].as_str()?.to_owned(), one["made_at"].as_i64()?)))
                .collect(),
        }
    }
}

/// Whose own saved reply it is: there is nothing that anybody else can open.
fn of_a_member(place: &Value) -> Option<String> {
    place["of"].as_str().filter(|_| place["kind"] == "saved reply").map(str::to_owned)
}

fn named(place: &Value) -> Option<(&'static str, String)> {
    let id = place["id"].as_str()?;
    match place["kind"].as_str()? {
        "monitor" => Some(("A monitor: its name or what it looks for", format!("/listen/monitors/{id}/edit"))),
        "other" => Some(("An organisation you look at: its name", format!("/others/{id}"))),
        "article" => Some(("An article: its words", format!("/know-how/{id}"))),
        "saved reply" if place["of"].is_string() => None,
        "saved reply" => Some(("A saved reply: its words", format!("/know-how/replies/{id}"))),
        "note" => Some(("A note of the team's", format!("/notes/{id}"))),
        "feedback" => Some(("Something that people ask for: its words", format!("/feedback/{id}"))),
        "invitations" => Some(("What those who are invited are told: its words", format!("/insights/invite/{id}"))),
        "telling" => Some(("What those who asked are told: its words", format!("/feedback/changes/{id}/telling"))),
        "change" => Some(("A change: its words or its reason", format!("/feedback/changes/{id}"))),
        "goal" => Some(("A goal: its words", format!("/goals/{id}"))),
        "outcome" => {
            Some(("An outcome: its name, or from where its values are known", format!("/goals/outcomes/{id}")))
        }
        "file" => Some(("The name of a file that was imported", format!("/import/{id}"))),
        _ => None,
    }
}

async fn known(app: &App, id: i64) -> Result<Report> {
    erased::get_report(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

pub(super) async fn report(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> Result<Html<String>> {
    let body = Body::of(&known(&app, id).await?);
    let shell = app.shell(&viewer, "person", "Report of an erasure", Nav::People).await?;
    Ok(Html(ErasedPage { shell, id, body }.render()?))
}

/// The part of it that is fetched anew while it goes on.
pub(super) async fn state(State(app): State<App>, _: Viewer, Path(id): Path<i64>) -> Result<Html<String>> {
    Ok(Html(Body::of(&known(&app, id).await?).render()?))
}

pub(super) async fn download(State(app): State<App>, _: Viewer, Path(id): Path<i64>) -> Result<Response> {
    let mut response = known(&app, id).await?.report.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"erasure.json\""));
    Ok(response)
}
