//! What a map says, for a spreadsheet and for a program, with how it was found. Nobody who voted is named in either.

use super::{known, words};
use crate::{App, Result, customers::cell};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;
use tertulia_engine::opinions::{self as desk, Drawn};

/// How the figures were found, in sentences: they go along with each export.
pub(crate) const METHODS: [&str; 7] = [
    "Of each person and statement the latest vote counts. A statement that was taken out or says who people are keeps its votes and \
     moves nobody.",
    "Places: the first two principal components of the votes (1, 0, -1), a missing vote counting as the mean of its statement, stretched \
     by the root of statements by votes given (Small, Bjorkegren, Erkkilä, Shaw and Megill 2021); who voted on fewer than 7 has none.",
    "Groups: up to 100 base clusters, then k-means for 2 to 5 groups; the smallest number whose silhouette is within one standard error \
     of the best. Below 15 people with a place or 5 statements none are made.",
    "A statement speaks for a group where its share is above a half and above that of everybody else, each in a test that chance passes \
     once in ten; of many statements some pass by chance.",
    "Agreed across groups: a majority of every group, of those who saw it. Never said of what fewer than 15 people saw, or fewer than 5 \
     of a group (the whole of a smaller one).",
    "Of a group with fewer than 5 people it is not told how it voted on each statement, nor of another by which that could be worked \
     out.",
    "Shares are (taken + 1) / (seen + 2). The map shows those who voted, and is no picture of anybody else.",
];

async fn drawn(app: &App, id: &str) -> Result<Arc<Drawn>> {
    let ballot = known(app, id).await?;
    Ok(desk::draw(&app.engine, ballot.id).await?)
}

fn named(mut response: Response, kind: &'static str, (id, ending): (i64, &str)) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"opinions-{id}.{ending}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

pub(super) async fn json(State(app): State<App>, Path(id): Path<String>) -> Result<Response> {
    let drawn = drawn(&app, &id).await?;
    let body = Json(crate::api::opinion_map::map_of(&drawn));
    Ok(named(body.into_response(), "application/json", (drawn.ballot.id, "json")))
}

pub(super) async fn csv(State(app): State<App>, Path(id): Path<String>) -> Result<Response> {
    let drawn = drawn(&app, &id).await?;
    Ok(named(table(&drawn).into_response(), "text/csv; charset=utf-8", (drawn.ballot.id, "csv")))
}

/// A row for each statement and group, and each of all; then the notes and the methods.
fn table(drawn: &Drawn) -> String {
    let mut table = String::from("section,statement,group,agree,disagree,pass,seen,note\r\n");
    let mut row = |section: &str, statement: &str, group: &str, counts: [Option<u32>; 4], note: &str| {
        let counts = counts.map(|count| count.map(|count| count.to_string()).unwrap_or_default()).join(",");
        table.push_str(&format!("{},{},{},{counts},{}\r\n", cell(section), cell(statement), cell(group), cell(note)));
    };
    let all = drawn.words();
    let told = |tally: tertulia_voices::opinions::Tally| {
        [Some(tally.agree), Some(tally.disagree), Some(tally.pass()), Some(tally.seen)]
    };
    row("ballot", "", "", [None; 4], &drawn.ballot.question);
    row("ballot", "", "", [None; 4], &words::headline(drawn));
    for group in &drawn.map.groups {
        let size = u32::try_from(group.size).ok();
        row("group", "", &words::group_name(group.number), [None, None, None, size], "seen: people of the group");
    }
    for one in &drawn.map.statements {
        let text = all.get(&one.id).map_or("", String::as_str);
        row("statement", text, "", told(one.tally), &words::note(drawn, one.id, one.tally));
        for (group, tally) in words::told(drawn, &one.by_group) {
            row("statement", text, &group, told(tally), "");
        }
    }
    for group in drawn.map.groups.iter().take(drawn.told()) {
        for one in &group.speaks {
            let text = all.get(&one.statement).map_or("", String::as_str);
            let clear = if one.is_clear { "" } else { ", not clearly" };
            let note =
                format!("{} {}, share {:.4}{clear}", words::of(one.taken, one.seen), words::side(one.side), one.share);
            row("speaks for", text, &words::group_name(group.number), [None; 4], &note);
        }
    }
    let consensus = &drawn.map.consensus;
    for (section, list) in
        [("agreed across groups", &consensus.across_groups), ("agreed over all", &consensus.over_all)]
    {
        for one in list {
            let text = all.get(&one.statement).map_or("", String::as_str);
            let note = format!("{}, share {:.4}", words::side(one.side), one.share);
            row(section, text, "", told(one.tally), &note);
        }
    }
    drawn.map.notes.iter().for_each(|note| row("note", "", "", [None; 4], &note.to_string()));
    METHODS.iter().for_each(|words| row("method", "", "", [None; 4], words));
    table
}
