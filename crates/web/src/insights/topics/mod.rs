//! Topics: what people talk about, week by week, and what members make of it: they rename, merge, split and hide topics, and can
//! take each of that back.

mod export;
mod one;
mod page;
pub(crate) mod words;

use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    figures::words as figures,
    inbox::flash,
    insights::asked::Asked,
    routes::{Rule, Table},
    undo::{Of, WayBack},
};
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
    routing::{get, post},
};
use jiff::{ToSpan, civil::Date};
use serde::Deserialize;
use tertulia_engine::{EngineError, figures::Period, insights::asked::Question, topics as desk};
use tertulia_model::{
    MessageId,
    Permission::{Converse, Read},
};

pub(super) fn routes(table: &mut Table) {
    let (look, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/insights/topics", look, get(page::page));
    let all = ["/insights/topics.csv", "/insights/topics.json", "/insights/topics.html"];
    table.exports(all, look, get(export::all));
    let one =
        ["/insights/topics/{id}/topic.csv", "/insights/topics/{id}/topic.json", "/insights/topics/{id}/topic.html"];
    table.exports(one, look, get(export::one));
    table.post("/insights/topics/undo", work, post(undo));
    table.post("/insights/topics/decisions/{id}/take-back", work, post(take_back));
    table.get("/insights/topics/{id}", look, get(one::page));
    table.post("/insights/topics/{id}/rename", work, post(rename));
    table.post("/insights/topics/{id}/merge", work, post(merge));
    table.post("/insights/topics/{id}/split", work, post(split));
    table.post("/insights/topics/{id}/hide", work, post(hide));
    table.post("/insights/topics/{id}/unhide", work, post(unhide));
}

const PATH: &str = "/insights/topics";

const UNDO: WayBack = WayBack {
    purpose: "undo of topics",
    path: "/insights/topics/undo",
    instead: "Open the topic under Insights, Topics: what was decided stands there, and can be taken back.",
};

fn id(text: &str) -> Result<i64> {
    text.parse().ok().filter(|id| *id > 0).ok_or_else(WebError::not_found)
}

pub(super) fn href(id: i64) -> String {
    format!("{PATH}/{id}")
}

/// Days of which an address can tell.
const MOST_DAYS: i64 = 366;

/// The first and the last day of some weeks; where those are too many days, some from each week at least, which means the same
/// weeks. Of very many, of the last of them.
fn days((first, last): (i64, i64)) -> (String, String) {
    let (mut from, mut until) = (desk::first_day(first), desk::first_day(last).saturating_add(6.days()));
    let is_over = |from: Date, until: Date| from < until.saturating_sub((MOST_DAYS - 1).days());
    if is_over(from, until) {
        from = from.saturating_add(6.days());
    }
    if is_over(from, until) {
        until = desk::first_day(last);
    }
    (from.max(until.saturating_sub((MOST_DAYS - 1).days())).to_string(), until.to_string())
}

/// The weeks of some days: in these a topic is counted. "16 Nov 2026 to 22 Nov 2026, whole weeks in UTC".
pub(super) fn whole_weeks(period: Period) -> String {
    let (first, last) = desk::weeks_of(period);
    let until = desk::first_day(last).saturating_add(6.days());
    format!("{}, whole weeks in UTC", figures::between(desk::first_day(first), until))
}

/// A page of a topic, or of all of a language, in some weeks.
fn in_weeks(path: &str, language: &str, weeks: (i64, i64)) -> String {
    let (from, until) = days(weeks);
    Asked { from, until, language: language.to_owned(), ..Asked::default() }.here(path)
}

/// Who spoke of a topic in some weeks, or what they said.
fn behind(path: &str, topic: i64, weeks: (i64, i64)) -> String {
    let (from, until) = days(weeks);
    Asked { from, until, question: Question::Topic(topic).name(), ..Asked::default() }.here(path)
}

fn done(app: &App, viewer: &Viewer, topic: i64, said: &str, wish: i64) -> Response {
    UNDO.done(app, viewer, &href(topic), said, wish)
}

/// What was decided, or the page again with what is wrong.
async fn answer(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (topic, said): (i64, &str),
    decided: Result<i64, EngineError>,
) -> Result<Response> {
    match decided {
        Ok(wish) => Ok(done(app, viewer, topic, said, wish)),
        Err(error) => one::render(app, viewer, headers, topic, (Default::default(), Mistakes::of(error)?)).await,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    name: String,
}

async fn rename(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(topic): Path<String>,
    Fields(form): Fields<Named>,
) -> Result<Response> {
    let topic = id(&topic)?;
    let decided = desk::rename(&app.engine, viewer.user.id, topic, &form.name).await;
    answer(&app, &viewer, &headers, (topic, "It is called so from now on."), decided).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Merged {
    into: String,
}

async fn merge(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(topic): Path<String>,
    Fields(form): Fields<Merged>,
) -> Result<Response> {
    let topic = id(&topic)?;
    let decided = match form.into.parse() {
        Ok(into) => desk::merge(&app.engine, viewer.user.id, topic, into).await,
        Err(_) => Err(EngineError::invalid("into", "Choose the topic in which it is to be.")),
    };
    answer(&app, &viewer, &headers, (topic, "They are shown as one from now on."), decided).await
}

async fn split(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(topic): Path<String>,
    Fields(form): Fields<Vec<(String, String)>>,
) -> Result<Response> {
    let topic = id(&topic)?;
    let chosen: Vec<MessageId> = form
        .iter()
        .filter(|(name, _)| name == "message")
        .filter_map(|(_, value)| value.parse().ok().map(MessageId))
        .collect();
    match desk::split(&app.engine, viewer.user.id, topic, &chosen).await {
        Ok((wish, part)) => {
            let words = "These are a topic of their own now; what is like them follows in a moment.";
            Ok(done(&app, &viewer, part, words, wish))
        }
        Err(error) => one::render(&app, &viewer, &headers, topic, (Default::default(), Mistakes::of(error)?)).await,
    }
}

async fn hide(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(topic): Path<String>,
) -> Result<Response> {
    let topic = id(&topic)?;
    let decided = desk::hide(&app.engine, viewer.user.id, topic).await;
    answer(&app, &viewer, &headers, (topic, "It is not shown from now on."), decided).await
}

async fn unhide(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(topic): Path<String>,
) -> Result<Response> {
    let topic = id(&topic)?;
    let decided = desk::unhide(&app.engine, viewer.user.id, topic).await;
    answer(&app, &viewer, &headers, (topic, "It is shown again."), decided).await
}

async fn taken_back(app: &App, viewer: &Viewer, wish: i64) -> Result<Response> {
    let wish = desk::take_back(&app.engine, viewer.user.id, wish).await?;
    Ok(flash::redirect(app, &href(wish.topic_id), "It is as if that had not been decided.", None))
}

async fn take_back(State(app): State<App>, viewer: Viewer, Path(wish): Path<String>) -> Result<Response> {
    taken_back(&app, &viewer, id(&wish)?).await
}

async fn undo(State(app): State<App>, viewer: Viewer, Query(of): Query<Of>) -> Result<Response> {
    let wish: i64 = UNDO.accept(&app, &viewer, &of)?;
    taken_back(&app, &viewer, wish).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_of_an_address_mean_the_weeks_that_are_counted() {
        let present = desk::week_of(1_795_255_200_000);
        let monday = desk::first_day(present);
        let sunday = monday.saturating_add(6.days());
        assert_eq!(days((present, present)), (monday.to_string(), sunday.to_string()));
        // A year of days touches 53 weeks or 54, and an address tells of 366 days.
        for weeks in [1, 52, 53, 54] {
            let asked = (present - weeks + 1, present);
            let (from, until) = days(asked);
            let period = crate::figures::own(&from, &until).unwrap();
            assert_eq!(desk::weeks_of(period), asked, "{weeks} weeks: {from} to {until}");
        }
        let (from, until) = days((0, present));
        let all = desk::weeks_of(crate::figures::own(&from, &until).unwrap());
        assert!(all.1 == present && all.1 - all.0 >= 52, "{from} to {until}");
    }
}
