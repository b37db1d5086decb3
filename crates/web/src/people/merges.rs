//! All who were made one, by whom and why; several are parted at once. And whether that may happen by itself.

use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::{flash, whose},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use tertulia_engine::people::{self as desk, PROBABLE, Precision};
use tertulia_model::{Millis, Permission};
use tertulia_store::person_merges::{self, Standing};

const PAGE: i64 = 50;
/// Before the number of a merge, in the name of its box.
const CHOSEN: &str = "merge-";

struct MergeView {
    id: i64,
    from: String,
    into: String,
    into_href: String,
    why: String,
    at: Millis,
    by: String,
}

/// Whether it may happen by itself, in words.
pub(super) struct ByItself {
    pub words: String,
    /// Why it rests though it is wanted.
    pub rests: &'static str,
    pub suffices: bool,
    pub is_wanted: bool,
}

pub(super) async fn by_itself(app: &App) -> Result<ByItself> {
    let precision = desk::precision(&app.engine).await?;
    Ok(ByItself {
        words: words(&precision),
        rests: rests(&precision),
        suffices: precision.suffices(),
        is_wanted: precision.is_wanted,
    })
}

fn rests(precision: &Precision) -> &'static str {
    if precision.same < precision.reviewed {
        "It is wanted, and rests: it was wrong too often for what was decided so far."
    } else {
        "It is wanted, and rests: not enough was decided yet to know whether it is right."
    }
}

const PROVEN: &str = "Two persons can become one by themselves only where each confirmed, by the link in a mail, an address of the same mailbox. What somebody typed is never enough.";

fn words(precision: &Precision) -> String {
    let probable = PROBABLE * 100.0;
    if precision.reviewed == 0 {
        return format!(
            "{PROVEN} Nobody decided yet about a pair that is said to be {probable} in 100 probable. How often that is right here is not known; {} such pairs have to be decided, all of them right, before it may happen by itself.",
            Precision::least_needed()
        );
    }
    format!(
        "{PROVEN} You decided about {} pairs that are said to be {probable} in 100 probable; {} were one person. With 95 in 100 confidence at least {:.1} in 100 are right. Before it may happen by itself that has to be 99.5, which takes {} pairs if all of them are right.",
        precision.reviewed,
        precision.same,
        // Never more than it is.
        (precision.at_least * 1_000.0).floor() / 10.0,
        Precision::least_needed()
    )
}

#[derive(Template)]
#[template(path = "people/merges.html")]
struct MergesPage {
    shell: Shell,
    merges: Vec<MergeView>,
    older: Option<String>,
    only_automatic: bool,
    may_decide: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    before: String,
    only: String,
}

pub(super) async fn list(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    let (before, only) = (wanted.before.parse().unwrap_or(i64::MAX), wanted.only == "automatic");
    let mut found = person_merges::standing(&mut app.engine.db.reader(), before, only, PAGE + 1).await?;
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE.unsigned_abs() as usize);
    let place = |last: &Standing| {
        let only = if only { "&only=automatic" } else { "" };
        format!("/people/merges?before={}{only}", last.id)
    };
    let older = found.last().filter(|_| has_more).map(place);
    let mut shell = app.shell(&viewer, "people", "Made one", Nav::People).await?;
    shell.toast = flash::take(&app, &headers);
    let page = MergesPage {
        shell,
        merges: found.into_iter().map(view).collect(),
        older,
        only_automatic: only,
        may_decide: viewer.user.role.may(Permission::Converse),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

fn view(merge: Standing) -> MergeView {
    MergeView {
        id: merge.id,
        from: whose(Some(&merge.from_name)),
        into: whose(Some(&merge.into_name)),
        into_href: format!("/people/{}", merge.into_id),
        why: merge.evidence,
        at: merge.at,
        by: merge.by_name.unwrap_or_else(|| "somebody who is gone".to_owned()),
    }
}

/// Parts those that were chosen.
pub(super) async fn part(
    State(app): State<App>,
    viewer: Viewer,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Result<Response> {
    let chosen: Vec<i64> = form.keys().filter_map(|name| name.strip_prefix(CHOSEN)?.parse().ok()).collect();
    let words = match desk::part_all(&app.engine, viewer.user.id, &chosen).await? {
        0 => "Nobody was parted: choose whom first.".to_owned(),
        1 => "One is by themselves again.".to_owned(),
        n => format!("{n} are by themselves again."),
    };
    Ok(flash::redirect(&app, "/people/merges", &words, None))
}

#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    wanted: String,
}

pub(super) async fn want(State(app): State<App>, viewer: Viewer, Fields(wish): Fields<Wish>) -> Result<Response> {
    let is_wanted = match wish.wanted.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(WebError::not_found()),
    };
    desk::want(&app.engine, viewer.user.id, is_wanted).await?;
    let words = if is_wanted {
        "What is so probable is made one by itself from now on."
    } else {
        "Nobody is made one without you any more."
    };
    Ok(flash::redirect(&app, "/people/suggested", words, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_said_and_what_is_known_is_never_said_to_be_more() {
        let none = Precision { reviewed: 0, same: 0, at_least: 0.0, is_wanted: false };
        assert!(words(&none).contains("598 such pairs"), "{}", words(&none));
        let some = Precision { reviewed: 100, same: 99, at_least: 0.95389, is_wanted: false };
        assert!(words(&some).contains("at least 95.3 in 100"), "{}", words(&some));
        assert!(rests(&none).contains("not enough") && rests(&some).contains("wrong too often"));
    }
}
