//! Topics to take along: all of a language in some weeks, or one.

use super::{id, words};
use crate::{
    App, Result, WebError,
    api::topics as shapes,
    export::{self, Export, Format, Names, Row},
    figures::words as figures,
    insights::{asked::Asked, export::filter_of, labels},
};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use tertulia_engine::{
    figures::Period,
    topics::{self as desk, Standing, first_day},
};

/// Of more no people are counted.
const MOST: usize = 100;

fn about(export: &mut Export, period: Period) {
    export.about("days", super::whole_weeks(period));
}

pub(super) async fn all(State(app): State<App>, Query(asked): Query<Asked>, format: Format) -> Result<Response> {
    let filter = filter_of(&app, &asked).await?;
    let weeks = desk::weeks_of(filter.period);
    let name = export::of_days("topics", filter.period);
    let looked = desk::shown(&app.engine, filter.language.as_deref(), weeks).await?;
    if format == Format::Json {
        // As on the screen: where the language that was asked for has none, those of another.
        let language = looked.as_ref().map(|looked| looked.language.as_str());
        let mut listed = shapes::listed(&app, language, weeks, (0, MOST)).await?;
        listed.note = match &looked {
            Some(looked) => words::instead(filter.language.as_deref().unwrap_or_default(), looked),
            None => Some(none(&app).await?),
        };
        return Ok(export::json(&name, &listed));
    }
    let Some(looked) = looked else {
        let mut export = Export::new(name, "Topics", none(&app).await?, &words::METHODS);
        about(&mut export, filter.period);
        return export.answer(format);
    };
    let shown: Vec<&desk::Shown> = looked.topics.iter().filter(|topic| !topic.is_hidden).collect();
    let mut export = Export::new(name, "Topics", words::headline(&looked, &shown), &words::METHODS);
    about(&mut export, filter.period);
    export.about("language", labels::words::language(&looked.language));
    export.about("rests on", words::rests_on(&looked));
    if let Some(instead) = words::instead(filter.language.as_deref().unwrap_or_default(), &looked) {
        export.about("note", instead);
    }
    let hidden = looked.topics.len() - shown.len();
    if hidden > 0 {
        export.about("note", format!("Left out: {}.", figures::counted(hidden, "hidden topic", "hidden topics")));
    }
    if shown.len() > MOST {
        export.about("note", format!("The largest {MOST} of {} topics.", shown.len()));
    }
    let told = shown.into_iter().take(MOST).cloned().collect();
    let found = desk::behind(&app.engine, told, weeks).await?;
    topics(&mut export, &looked.language, &found);
    export.answer(format)
}

/// Why there are none.
async fn none(app: &App) -> Result<String> {
    Ok(format!("No topics were found yet. {}", words::lacking(&desk::lacking(&app.engine).await?)))
}

pub(super) async fn one(
    State(app): State<App>,
    Path(topic): Path<String>,
    Query(asked): Query<Asked>,
    format: Format,
) -> Result<Response> {
    let (topic, filter) = (id(&topic)?, filter_of(&app, &asked).await?);
    let weeks = desk::weeks_of(filter.period);
    let (language, shown) = desk::one(&app.engine, topic, weeks).await?;
    let name = export::of_days(&format!("topic-{}", shown.id), filter.period);
    if format == Format::Json {
        return Ok(export::json(&name, &shapes::with_methods(&app, &language, shown, weeks).await?));
    }
    let found = desk::behind(&app.engine, vec![shown], weeks).await?.pop().ok_or_else(WebError::not_found)?;
    let sentence = words::amount(&found.topic, found.people);
    let mut export = Export::new(name, found.topic.name.clone(), sentence, &words::METHODS);
    about(&mut export, filter.period);
    export.about("language", labels::words::language(&language));
    topics(&mut export, &language, std::slice::from_ref(&found));
    export.answer(format)
}

/// Each topic with how much of it how many said, and week by week.
fn topics(export: &mut Export, language: &str, found: &[Standing]) {
    let mut names = Names::default();
    let named: Vec<(&Standing, String)> = found.iter().map(|one| (one, names.only(&one.topic.name))).collect();
    export.section("topic", "Topics", ("", "Topic"));
    for (one, name) in &named {
        let (topic, about) = (&one.topic, (language, name.as_str()));
        let n = topic.messages.unsigned_abs();
        export.count(about, "messages", n);
        export.count(about, "people", one.people.unsigned_abs()).n(n);
        if let Some(c) = one.concentration() {
            let with = |row: &mut Row| {
                row.n(c.people);
            };
            with(export.share(about, "loudest 1 %", c.top_1));
            with(export.share(about, "loudest tenth", c.top_10));
            with(export.share(about, "90-9-1: the next 9 %", c.one_nine_ninety.1));
            with(export.share(about, "90-9-1: the other 90 %", c.one_nine_ninety.2));
            with(export.number(about, "gini", c.gini));
            with(export.number(about, "effective voices", c.effective_voices));
        }
        export.words(about, "spoken of since the week of", first_day(topic.first_week).to_string());
        if let Some(event) = words::event(topic) {
            export.words(about, "what became of it", event);
        }
        export.words(about, "words that tell it", topic.words.join(", "));
    }
    export.section("week", "Week by week", ("Topic", "Week of"));
    for (one, name) in &named {
        for (week, messages) in &one.topic.weeks {
            export.count((name, &first_day(*week).to_string()), "messages", messages.unsigned_abs());
        }
    }
}
