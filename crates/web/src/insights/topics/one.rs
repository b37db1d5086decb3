//! One topic: what tells it, its messages, and what members decided about it.

use super::{
    PATH, id,
    page::{Typical, typical},
    words,
};
use crate::{
    App, Result, Viewer, WebError,
    access::form::Mistakes,
    export::Along,
    figures::words as figures,
    inbox::{Known, flash, times},
    insights::{asked::Asked, labels},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use std::collections::BTreeSet;
use tertulia_engine::topics as desk;
use tertulia_model::{MessageId, Permission};
use tertulia_store::{reading, topic_messages, topics as stored};

const PAGE: i64 = 30;

/// A message of the topic, as it can be chosen.
struct Line {
    id: String,
    message: Typical,
    sure: i64,
}

/// What somebody decided.
struct Decision {
    id: i64,
    words: String,
    by: String,
}

#[derive(Template)]
#[template(path = "insights/topics/one.html")]
struct OnePage {
    shell: Shell,
    along: Along,
    mistakes: Mistakes,
    back: String,
    period: String,
    id: i64,
    name: String,
    is_hidden: bool,
    words: String,
    language: String,
    amount: String,
    event: Option<String>,
    voices: Option<String>,
    people_href: String,
    lines: Vec<Line>,
    more: Option<String>,
    decisions: Vec<Decision>,
    /// Those it can be merged into.
    others: Vec<(String, String)>,
    may_decide: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(topic): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    render(&app, &viewer, &headers, id(&topic)?, (asked, Mistakes::default())).await
}

pub(super) async fn render(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    topic: i64,
    (asked, mistakes): (Asked, Mistakes),
) -> Result<Response> {
    let (filter, wrong) = asked.filter(app).await?;
    if !wrong.is_empty() {
        let why = "These days cannot be shown. Choose others under Insights, Topics.";
        return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    let known = Known::read(app, viewer, headers).await?;
    let weeks = desk::weeks_of(filter.period);
    let (language, shown) = desk::one(&app.engine, topic, weeks).await?;
    let looked = desk::shown(&app.engine, Some(&language), weeks).await?.filter(|looked| looked.language == language);
    let topics = looked.map(|looked| looked.topics).unwrap_or_default();
    let mut found = desk::behind(&app.engine, vec![shown], weeks).await?;
    let Some(found) = found.pop() else { return Err(WebError::not_found()) };
    let (lines, more) = lines(app, &known, &asked, &found.topic, weeks).await?;
    let mut shell = app.shell(viewer, "topics", &found.topic.name, Nav::Insights).await?;
    shell.toast = flash::take(app, headers);
    let page = OnePage {
        shell,
        along: Along::of(&asked.here(&format!("{}/topic", super::href(found.topic.id))), &words::METHODS),
        back: asked.here(PATH),
        period: figures::period(filter.period),
        id: found.topic.id,
        name: found.topic.name.clone(),
        is_hidden: found.topic.is_hidden,
        words: found.topic.words.join(", "),
        language: labels::words::language(&language),
        amount: words::amount(&found.topic, found.people),
        event: words::event(&found.topic),
        voices: words::voices(&found, topics.iter().map(|topic| topic.messages).sum()),
        people_href: super::behind("/insights/people", found.topic.id, weeks),
        lines,
        more,
        decisions: decisions(app, &known, &found.topic).await?,
        others: others(topics, found.topic.id),
        may_decide: viewer.user.role.may(Permission::Converse),
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(flash::said(headers, (status, Html(page.render()?)).into_response()))
}

async fn lines(
    app: &App,
    known: &Known,
    asked: &Asked,
    topic: &desk::Shown,
    weeks: (i64, i64),
) -> Result<(Vec<Line>, Option<String>)> {
    let mut db = app.engine.db.reader();
    let below = asked.below.parse().ok().map(MessageId);
    let mut placed = topic_messages::newest(&mut db, &topic.units, weeks, below, PAGE + 1).await?;
    let is_more = i64::try_from(placed.len()).is_ok_and(|found| found > PAGE);
    placed.truncate(usize::try_from(PAGE).unwrap_or(0));
    let last = placed.last().filter(|_| is_more).map(|one| one.message_id.to_string());
    let path = super::href(topic.id);
    let more = last.map(|last| asked.with(&path, &[("below", &last)]));
    let ids: Vec<MessageId> = placed.iter().map(|one| one.message_id).collect();
    let mut messages = reading::by_ids(&mut db, &ids).await?;
    messages.sort_by_key(|message| std::cmp::Reverse(message.id));
    let sure = |id: MessageId| placed.iter().find(|one| one.message_id == id).map_or(0, |one| one.sure);
    let line = |message: &reading::Message| Line {
        id: message.id.to_string(),
        message: typical(known, message),
        sure: sure(message.id),
    };
    Ok((messages.iter().map(line).collect(), more))
}

/// What holds of this topic and of what is in it, the newest first.
async fn decisions(app: &App, known: &Known, topic: &desk::Shown) -> Result<Vec<Decision>> {
    let units: BTreeSet<i64> = topic.units.iter().copied().chain([topic.id]).collect();
    let standing = stored::standing(&mut app.engine.db.reader()).await?;
    let concerns = |wish: &stored::Wish| {
        units.contains(&wish.topic_id) || wish.other_id.is_some_and(|other| units.contains(&other))
    };
    let wishes: Vec<stored::Wish> = standing.into_iter().rev().filter(concerns).collect();
    let ids: Vec<i64> = wishes.iter().flat_map(|wish| [Some(wish.topic_id), wish.other_id]).flatten().collect();
    let names = desk::name(&app.engine, &ids).await?;
    let name = |id: Option<i64>| id.and_then(|id| names.get(&id)).map_or("", String::as_str);
    let one = |wish: &stored::Wish| Decision {
        id: wish.id,
        words: words::decision(
            &wish.kind,
            name(Some(wish.topic_id)),
            name(wish.other_id),
            wish.words.as_deref().unwrap_or_default(),
        ),
        by: format!("{}, {}", known.member(wish.by_user), times::moment_words(wish.at, &known.zone)),
    };
    Ok(wishes.iter().map(one).collect())
}

fn others(topics: Vec<desk::Shown>, own: i64) -> Vec<(String, String)> {
    let others = topics.into_iter().filter(|topic| topic.id != own);
    others.map(|topic| (topic.id.to_string(), topic.name)).collect()
}
