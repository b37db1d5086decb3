//! All customers, also those who never wrote.

use super::{PAGE, cut};
use crate::{
    App, Result, Viewer,
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_model::Permission;
use tertulia_store::{
    attributes,
    customers::{self, Wanted},
};

/// What is listed, by its name in the address, and its words.
const KINDS: [(&str, &str); 3] = [("", "In a list"), ("doubtful", "Doubtful"), ("left", "Left")];
/// Attributes that stand beside a name.
const BESIDE: [&str; 3] = ["segment", "plan", "region"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    q: String,
    only: String,
    before: String,
}

impl Shown {
    fn with(&self, name: &str, value: &str) -> String {
        let all = [("q", self.q.trim()), ("only", self.only.as_str())];
        let kept = all.into_iter().filter(|(other, _)| *other != name).chain([(name, value)]);
        let pairs: Vec<_> = kept.filter(|(_, value)| !value.is_empty()).collect();
        let said = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if said.is_empty() { "/customers".to_owned() } else { format!("/customers?{said}") }
    }
}

struct Line {
    href: String,
    name: String,
    /// "Wholesale · Gold"
    beside: String,
    /// Whom they are, or that it is doubtful; none where they never wrote.
    is: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "customers/list.html")]
struct ListPage {
    shell: Shell,
    query: String,
    only: String,
    kinds: Vec<(&'static str, String, bool, i64)>,
    customers: Vec<Line>,
    older: Option<String>,
    may_manage: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let query = shown.q.trim().to_owned();
    let wanted = Wanted {
        like: Some(query.as_str()).filter(|text| !text.is_empty()),
        tie: Some("doubtful").filter(|_| shown.only == "doubtful"),
        left: shown.only == "left",
    };
    let mut rows = customers::list(&mut db, wanted, shown.before.parse().ok(), PAGE + 1).await?;
    let has_more = cut(&mut rows);
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let stated = attributes::of_customers(&mut db, &ids).await?;
    let line = |row: &customers::Customer| {
        let value = |name: &&str| stated.iter().find(|s| s.customer_id == Some(row.id) && s.attribute == *name);
        let beside: Vec<&str> = BESIDE.iter().filter_map(value).map(|stated| stated.value.as_str()).collect();
        Line {
            href: format!("/customers/{}", row.id),
            name: row.name.clone(),
            beside: beside.join(" · "),
            is: match row.tie.as_str() {
                "none" => None,
                "doubtful" => Some("doubtful who it is"),
                "said" => Some("has written, as they say"),
                _ => Some("has written"),
            },
        }
    };
    let mut shell = app.shell(&viewer, "customers", "Customers", Nav::People).await?;
    shell.toast = flash::take(&app, &headers);
    let page = ListPage {
        shell,
        kinds: KINDS.map(|(name, words)| (words, shown.with("only", name), shown.only == name, 0)).to_vec(),
        older: rows.last().filter(|_| has_more).map(|last| shown.with("before", &last.id.to_string())),
        customers: rows.iter().map(line).collect(),
        query,
        only: shown.only,
        may_manage: viewer.user.role.may(Permission::Manage),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
