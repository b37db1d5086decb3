//! The four sources for a spreadsheet and for a program, with how they were found.

use super::{
    super::{
        asked::Asked,
        behind::filters,
        export::{Table, named},
        words as insights,
    },
    Found, PATH, find, page,
    words::{self, METHODS},
};
use crate::{App, Result, Viewer, WebError, api::triangulation as shapes, figures::words as figures, inbox::Known};
use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

async fn found(app: &App, asked: &Asked) -> Result<Found> {
    let found = find(app, asked).await?;
    if let Some((_, why)) = found.mistakes.fields().first() {
        return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    Ok(found)
}

pub(super) async fn json(State(app): State<App>, _viewer: Viewer, Query(asked): Query<Asked>) -> Result<Response> {
    let found = found(&app, &asked).await?;
    let body = Json(shapes::triangulated(&found.filter, &found.name, &found.all));
    Ok(named(body.into_response(), "application/json", found.filter.period, ("triangulation", "json")))
}

pub(super) async fn csv(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let found = found(&app, &asked).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let kept: Vec<String> = filters(&app, &known, &asked, PATH).await?.into_iter().map(|(words, _)| words).collect();
    let table = table(&known, &found, &kept);
    Ok(named(table.into_response(), "text/csv; charset=utf-8", found.filter.period, ("triangulation", "csv")))
}

fn table(known: &Known, found: &Found, kept: &[String]) -> String {
    let mut table = Table(Table::HEAD.to_owned());
    let all = &found.all;
    let question = all.asked.question.name();
    table.row(("question", &question, &found.name), "", [None; 3], 0, &words::headline(all));
    for one in &all.sources {
        let origin = page::origin(known, one);
        let about = (one.mode.as_str(), origin.as_str());
        table.estimate(about, "by people", &one.by_person);
        if let Some(weighted) = &one.weighted {
            table.estimate(about, "as everybody is made up", weighted);
        }
        table.row(
            ("source", one.mode.as_str(), &origin),
            "answers",
            [Some(one.answers as f64), None, None],
            one.answers,
            one.mode.note(),
        );
    }
    if let Some(comparison) = &all.comparison {
        let about = ("test", "", "all sources");
        table.row(
            about,
            "chi-square",
            [Some(comparison.statistic), None, None],
            comparison.df,
            "n: degrees of freedom",
        );
        table.row(about, "p", [Some(comparison.p), None, None], comparison.df, words::compared_on(all));
        for pair in &comparison.pairs {
            let (first, second) = (&all.readings[pair.first], &all.readings[pair.second]);
            let about = ("difference", first.source.as_str(), second.source.as_str());
            let values = [Some(pair.difference), Some(pair.low), Some(pair.high)];
            table.row(about, "first less second", values, first.n + second.n, &words::difference(all, pair));
            table.row(about, "p by Holm", [Some(pair.p_adjusted), None, None], first.n + second.n, "");
        }
    }
    for by in all.apart.iter().flat_map(|apart| &apart.by) {
        let between = all
            .apart
            .as_ref()
            .map_or_else(String::new, |apart| format!("{} less {}", apart.first.as_str(), apart.second.as_str()));
        for one in &by.segments {
            let note = if one.thin { "too few to say much" } else { "" };
            let n = one.people.0 + one.people.1;
            let name = format!("{}: {}", by.attribute, words::segment(one));
            for (figure, part) in [("composition", one.composition), ("within", one.within)] {
                let values = [Some(part.value), Some(part.low), Some(part.high)];
                table.row(("driven", &between, &name), figure, values, n, note);
            }
        }
    }
    table.row(("method", "", ""), "days", [None; 3], 0, &figures::period(found.filter.period));
    kept.iter().for_each(|words| table.row(("method", "", ""), "filter", [None; 3], 0, &format!("only {words}")));
    if found.filter.with_noise {
        table.row(("method", "", ""), "filter", [None; 3], 0, "promotion and spam as well");
    }
    if let Some(words) = insights::weights(&all.margins, &all.left_out) {
        table.row(("method", "", ""), "weighted to", [None; 3], 0, &words);
    }
    METHODS.iter().for_each(|words| table.row(("method", "", ""), "note", [None; 3], 0, words));
    table.0
}
