//! The four sources, to take along.

use super::{
    super::{
        asked::Asked,
        behind::filters,
        export::{BY_PEOPLE, estimate, kept},
        words as insights,
    },
    Found, PATH, find, page,
    words::{self, METHODS},
};
use crate::{
    App, Result, Viewer, WebError,
    api::triangulation as shapes,
    export::{self, Export, Format, Unit},
    inbox::Known,
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use tertulia_engine::insights::triangulation::Apart;
use tertulia_voices::difference::Comparison;

pub(super) async fn take(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
    format: Format,
) -> Result<Response> {
    let found = find(&app, &asked).await?;
    if let Some((_, why)) = found.mistakes.fields().first() {
        return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    let name = export::of_days("triangulation", found.filter.period);
    if format == Format::Json {
        return Ok(export::json(&name, &shapes::triangulated(&found.filter, &found.name, &found.all)));
    }
    let known = Known::read(&app, &viewer, &headers).await?;
    let title = format!("Triangulation: {}", found.name);
    let mut export = Export::new(name, title, words::headline(&found.all), &METHODS);
    // A channel, a language and a way to say something choose among sources: of these all stand side by side.
    let asked = Asked { channel: String::new(), language: String::new(), mode: String::new(), ..asked };
    kept(&mut export, &app, &found.filter, filters(&app, &known, &asked, PATH).await?).await?;
    export.about("question", &found.name);
    export.about("compared", words::compared_on(&found.all));
    if let Some(words) = insights::weights(&found.all.margins, &found.all.left_out) {
        export.about("weighted to", words);
    }
    sources(&mut export, &known, &found);
    if let Some(comparison) = &found.all.comparison {
        differences(&mut export, &found, comparison);
    }
    if let Some(apart) = &found.all.apart {
        driven(&mut export, apart);
    }
    export.answer(format)
}

fn sources(export: &mut Export, known: &Known, found: &Found) {
    export.section("source", "The four sources", ("Source", "Read from"));
    for one in &found.all.sources {
        let origin = page::origin(known, one);
        let about = (one.mode.as_str(), origin.as_str());
        estimate(export, about, BY_PEOPLE, &one.by_person);
        if let Some(weighted) = &one.weighted {
            estimate(export, about, "as everybody is made up", weighted);
        }
        export.count(about, "answers", one.answers).n(one.answers).note(one.mode.note());
    }
}

fn differences(export: &mut Export, found: &Found, comparison: &Comparison) {
    let all = &found.all;
    export.section("test", "Do they differ?", ("", "Test"));
    let about = ("", "all sources");
    export.number(about, "chi-square", comparison.statistic).n(comparison.df).note("n: degrees of freedom");
    let note = words::test(comparison, all.readings.len());
    export.row(about, "p", Unit::Chance, comparison.p).n(comparison.df).note(note);
    export.section("difference", "How they differ", ("First", "Second"));
    for pair in &comparison.pairs {
        let (first, second) = (&all.readings[pair.first], &all.readings[pair.second]);
        let (about, n) = ((first.source.as_str(), second.source.as_str()), first.n + second.n);
        let less = export.row(about, "first less second", Unit::Points, pair.difference);
        less.between(pair.low, pair.high).n(n).note(words::difference(all, pair));
        export.row(about, "p by Holm", Unit::Chance, pair.p_adjusted).n(n);
    }
}

fn driven(export: &mut Export, apart: &Apart) {
    let (first, second) = (insights::source(apart.first), insights::source(apart.second));
    let between = format!("{} less {}", apart.first.as_str(), apart.second.as_str());
    export.section("driven", format!("Who makes the difference of {first} and {second}"), ("", "Part"));
    for by in &apart.by {
        for one in &by.segments {
            let note = if one.thin { "too few to say much" } else { "" };
            let name = format!("{}: {}", by.attribute, words::segment(one));
            for (figure, part) in [("composition", one.composition), ("within", one.within)] {
                let row = export.row((&between, &name), figure, Unit::Points, part.value);
                row.between(part.low, part.high).n(one.people.0 + one.people.1).note(note);
            }
        }
    }
}
