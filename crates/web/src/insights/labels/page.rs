//! All kinds of labels: what each is, how far the models have come, and how often they are wrong here.

use super::{href, words};
use crate::{
    App, Result, Viewer,
    export::Along,
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use std::collections::HashMap;
use tertulia_analysis::labels::{
    Kind,
    version::{alike, is_bigger},
};
use tertulia_engine::labels as desk;
use tertulia_store::labels as stored;

/// One kind.
struct Card {
    href: String,
    title: &'static str,
    sentence: &'static str,
    /// Which model it is by; none where there is no model yet.
    model: Option<String>,
    /// How often it is wrong, in words.
    error: Option<String>,
    /// On how many messages that rests, and how readers agree.
    rests_on: String,
    corrected: i64,
}

/// How far the models have come with what was heard.
pub(super) struct Work {
    pub done: i64,
    pub left: i64,
    pub all: i64,
    pub is_running: bool,
}

impl Work {
    async fn read(app: &App) -> Result<Self> {
        let mut db = app.engine.db.reader();
        // While it runs, an open page asks again and again: what it wrote itself is enough, and counts nothing.
        if let Some(progress) = desk::progress(&mut db).await?.filter(|progress| progress.ended_at.is_none()) {
            let (left, all) = (progress.left(), progress.of);
            return Ok(Self { done: all - left, left, all, is_running: true });
        }
        let (done, left) = labelled(app).await?;
        Ok(Self { done, left, all: done + left, is_running: false })
    }
}

/// How many messages were labelled by the models that hold here, and how many by others.
pub(crate) async fn labelled(app: &App) -> Result<(i64, i64)> {
    let mut db = app.engine.db.reader();
    let holds = alike(desk::version(&app.engine, &mut db).await?);
    let by = stored::by_version(&mut db).await?;
    let (done, left): (Vec<_>, Vec<_>) = by.into_iter().partition(|(version, _)| holds.contains(version));
    let sum = |each: &[(i64, i64)]| each.iter().map(|(_, many)| many).sum();
    Ok((sum(&done), sum(&left)))
}

/// Which model a kind's labels are by, in a sentence; none where there is no model.
pub(super) fn model(version: i64) -> Option<String> {
    match version {
        ..=0 => None,
        _ if is_bigger(version) => Some(format!("By a bigger model that you brought, number {version}.")),
        _ => Some(format!("Version {version} of its model.")),
    }
}

#[derive(Template)]
#[template(path = "insights/labels/page.html")]
struct TrustPage {
    shell: Shell,
    along: Along,
    work: Work,
    cards: Vec<Card>,
}

#[derive(Template)]
#[template(path = "insights/labels/progress.html")]
struct ProgressPart {
    work: Work,
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    let corrected: HashMap<i64, i64> =
        stored::count_corrected(&mut app.engine.db.reader()).await?.into_iter().collect();
    let holds = desk::version(&app.engine, &mut app.engine.db.reader()).await?;
    let mut cards = Vec::new();
    for kind in Kind::ALL {
        let measured = desk::measured_lately(&app.engine, kind).await?;
        cards.push(Card {
            href: href(kind),
            title: words::title(kind),
            sentence: words::sentence(kind),
            model: model(kind.model_version(holds)),
            error: measured.error.map(words::rate),
            rests_on: rests_on(&measured),
            corrected: corrected.get(&kind.code()).copied().unwrap_or(0),
        });
    }
    let work = Work::read(&app).await?;
    let along = Along::of("/insights/labels", &words::METHODS);
    let mut shell = app.shell(&viewer, "trust in the labels", "Trust in the labels", Nav::Insights).await?;
    shell.toast = flash::take(&app, &headers);
    Ok(flash::said(&headers, Html(TrustPage { shell, along, work, cards }.render()?).into_response()))
}

/// What an open page asks while the past is labelled again.
pub(super) async fn progress(State(app): State<App>) -> Result<Html<String>> {
    Ok(Html(ProgressPart { work: Work::read(&app).await? }.render()?))
}

/// "By 84 messages that people read; they agree well": what was read, of how much, and how readers agree.
pub(super) fn rests_on(measured: &desk::Measured) -> String {
    let messages = |many: usize| if many == 1 { "1 message".to_owned() } else { format!("{many} messages") };
    if measured.begun == 0 {
        return "Nobody has read a sample yet.".to_owned();
    }
    let agreement = format!(" Agreement of readers (Krippendorff’s alpha): {}.", words::agreement(measured.agreement));
    if measured.n == 0 {
        let verb = if measured.begun == 1 { "was" } else { "were" };
        let words =
            "read by somebody, and nothing holds yet: that takes two who say the same, and a model that labels it.";
        let agreement = if measured.read_twice > 0 { agreement.as_str() } else { "" };
        return format!("{} {verb} {words}{agreement}", messages(measured.begun));
    }
    let whole = match measured.error {
        Some(_) if measured.covers < 1.0 => format!(
            " It is of the {} of messages whose language and channel were read; of the others nothing is known.",
            words::percent(measured.covers)
        ),
        _ => String::new(),
    };
    format!("By {} that people read without seeing what the machine says.{whole}{agreement}", messages(measured.n))
}
