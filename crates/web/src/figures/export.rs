//! All figures of a period, to take along.

use super::{
    asked::Asked,
    page::{Group, Groups, said},
    words,
};
use crate::{
    App, Result, Viewer, WebError,
    api::figures as shapes,
    export::{self, Export, Format, Names, Unit},
    inbox::Known,
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use tertulia_engine::{
    figures::{self, Figure, Report},
    promises,
};

/// How they were counted, in sentences: these go along with each export, beside what each figure means.
pub(crate) const METHODS: [&str; 3] = [
    "Programs and automatic answers count on neither side.",
    "Days begin and end by the calendar of the organisation; which of its days a case is of is said with each figure.",
    "A share or a median of fewer than five cases is not said.",
];

pub(super) async fn take(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
    format: Format,
) -> Result<Response> {
    let (period, mistakes) = asked.period(&app).await?;
    if !mistakes.is_empty() {
        let why = "These days cannot be exported. Choose others under Figures.";
        return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    let name = export::of_days("figures", period);
    if format == Format::Json {
        return Ok(export::json(&name, &shapes::of_days(&app, period).await?));
    }
    let report = figures::report(&app.engine, period).await?;
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    let answered = figures::estimate(Figure::Answered, report.cases(Figure::Answered));
    let mut export = Export::new(name, "Figures", words::sentence(Figure::Answered, &answered), &METHODS);
    export.about("days", words::by_calendar(period, &zone));
    Figure::ALL.into_iter().for_each(|figure| one(&mut export, &report, figure));
    let known = Known::read(&app, &viewer, &headers).await?;
    let groups = Groups::read(&app, &known, (&report, &asked.of_days())).await?;
    for (key, title, head, groups) in [
        ("by channel", "Answered, by channel", "Channel", &groups.channels),
        ("by language", "Answered, by language", "Language", &groups.languages),
        ("by segment", "Answered, by segment", "Segment", &groups.segments),
    ] {
        export.section(key, title, ("", head));
        let mut names = Names::default();
        groups.iter().for_each(|one| group(&mut export, &names.only(&one.words), one));
    }
    export.answer(format)
}

fn one(export: &mut Export, report: &Report, figure: Figure) {
    let found = figures::estimate(figure, report.cases(figure));
    let (name, unit) = match figure.unit() {
        figures::Unit::Time => ("milliseconds", Unit::Time),
        figures::Unit::Share => ("share", Unit::Share),
        figures::Unit::Number => ("turns", Unit::Number),
        figures::Unit::People => ("people", Unit::Count),
    };
    let card = said(figure, &found, String::new());
    if figure == Figure::ALL[0] {
        export.section("figure", "How you answer", ("", "Figure"));
    }
    let about = (name, card.title);
    export.row(about, "value", unit, found.value).n(found.n as u64).note(card.sentence);
    if let Some(nine) = found.p90 {
        export.row(about, "nine of ten at most", unit, nine).n(found.n as u64);
    }
    export.count(about, "people", found.people as u64);
    export.method(format!("{}: {}", card.title, card.definition));
}

fn group(export: &mut Export, name: &str, group: &Group) {
    let about = ("", name);
    for (figure, many) in [
        ("conversations", group.asked),
        ("people", group.people),
        ("answered", group.answered),
        ("just listened", group.listened),
    ] {
        export.count(about, figure, many as u64);
    }
    export.share(about, "share answered", group.part).n(group.asked.saturating_sub(group.listened) as u64);
    export.row(about, "first answer", Unit::Time, group.half).n(group.answered as u64);
}
