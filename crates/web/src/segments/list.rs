//! All segments, and how many are in each.

use crate::{
    App, Result, Viewer,
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use std::collections::BTreeMap;
use tertulia_model::Permission;
use tertulia_store::{
    attributes,
    segments::{self, Is, Rule},
};

/// Counting stops here.
const MOST_COUNTED: i64 = 10_000;

struct Line {
    id: i64,
    name: String,
    /// "Segment is Wholesale; Region is North or South"
    rules: String,
    many: String,
}

#[derive(Template)]
#[template(path = "segments/list.html")]
struct ListPage {
    shell: Shell,
    segments: Vec<Line>,
    may_work: bool,
}

/// What a rule says, in words.
pub(super) fn rule_words(rule: &Rule, titles: &BTreeMap<String, String>) -> String {
    let title = titles.get(&rule.attribute).unwrap_or(&rule.attribute);
    let words = rule.words.join(" or ");
    match rule.is {
        Is::OneOf => format!("{title} is {words}"),
        Is::NoneOf => format!("{title} is not {words}"),
        Is::AtLeast => format!("{title} is {words} or more"),
        Is::AtMost => format!("{title} is {words} or less"),
        Is::Known => format!("{title} is known"),
        Is::Unknown => format!("{title} is not known"),
    }
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let titles: BTreeMap<String, String> =
        attributes::all(&mut db).await?.into_iter().map(|one| (one.name, one.title)).collect();
    let mut lines = Vec::new();
    for segment in segments::all(&mut db).await? {
        let rules = segment.rules();
        let many = segments::count(&mut db, &rules, MOST_COUNTED + 1).await?;
        let said: Vec<String> = rules.iter().map(|rule| rule_words(rule, &titles)).collect();
        lines.push(Line {
            id: segment.id,
            name: segment.name,
            rules: said.join("; "),
            many: match many {
                1 => "1 person".to_owned(),
                n if n > MOST_COUNTED => "more than 10,000 people".to_owned(),
                n => format!("{n} people"),
            },
        });
    }
    let mut shell = app.shell(&viewer, "segments", "Segments", Nav::People).await?;
    shell.toast = flash::take(&app, &headers);
    let page = ListPage { shell, segments: lines, may_work: viewer.user.role.may(Permission::Converse) };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
