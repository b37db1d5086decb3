//! How people who ask are weighed: by how the customers are made up, or as somebody chose.

use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{RawForm, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use std::collections::HashMap;
use tertulia_analysis::weighting::{LEAST, Weighted};
use tertulia_engine::segments::{self as desk, Weighing};
use tertulia_model::Permission;

struct Line {
    key: String,
    name: String,
    customers: String,
    askers: u64,
    weight: String,
    is_thin: bool,
}

#[derive(Template)]
#[template(path = "segments/weights.html")]
struct WeightsPage {
    shell: Shell,
    lines: Vec<Line>,
    is_chosen: bool,
    unknown: u64,
    definition: String,
    mistakes: Mistakes,
    may_manage: bool,
}

/// A number with two digits behind the point where they say something.
fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What stands beside the raw count of an item; none where there is nothing to weigh by.
pub(crate) fn words(weighed: Option<Weighted>) -> Option<String> {
    Some(match weighed? {
        Weighted::Nobody => "by segment: nobody of a known segment".to_owned(),
        Weighted::TooFew { .. } => "by segment: too few to weigh".to_owned(),
        Weighted::Is { count, askers, .. } => {
            let people = if askers == 1 { "1 person".to_owned() } else { format!("{askers} people") };
            format!("by segment {} (on {people})", (count * 10.0).round() / 10.0)
        }
    })
}

/// What the weighted count is, in words.
pub(crate) fn definition(weighing: &Weighing) -> String {
    if weighing.is_chosen {
        return "Each person who asks counts as much as your team chose for their segment. Those whose segment is not known, or has no weight, are left out; the count in front has everybody, each once.".to_owned();
    }
    let mut words = format!(
        "Whoever asks is no sample of your customers: one segment may be loud. So each person of a segment counts (share of the customers in it) ÷ (share of all who ask for anything). With fewer than {LEAST} people of a segment who ask for anything, nothing is weighed. Those whose segment is not known are left out; the count in front has everybody, each once."
    );
    if weighing.weights.unheard > 0.0 {
        words.push_str(&format!(
            " Nobody asks for anything of segments in which {} % of the customers are: nothing speaks for them.",
            short(weighing.weights.unheard * 100.0)
        ));
    }
    words
}

/// What was typed, by the name of its field.
type Typed = HashMap<String, String>;

/// The page; with what was typed, where that could not be taken.
async fn shown(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (typed, mistakes): (&Typed, Mistakes),
) -> Result<String> {
    let weighing = desk::weighing(&mut app.engine.db.reader()).await?;
    let all: i64 = weighing.shares.iter().map(|share| share.customers).sum();
    let line = |(n, share): (usize, &tertulia_store::segments::Share)| {
        let weight = weighing.weights.of.get(&share.folded);
        let key = format!("weight-{n}");
        Line {
            name: share.value.clone(),
            customers: format!("{} ({} %)", share.customers, short(share.customers as f64 * 100.0 / all.max(1) as f64)),
            askers: weighing.askers.get(&share.folded).copied().unwrap_or(0),
            weight: match typed.get(&key) {
                Some(typed) => typed.clone(),
                None => weight.map(|weight| short(weight.weight)).unwrap_or_default(),
            },
            key,
            is_thin: weight.is_some_and(|weight| weight.is_thin),
        }
    };
    let mut shell = app.shell(viewer, "segments", "Weights", Nav::People).await?;
    shell.toast = flash::take(app, headers);
    let page = WeightsPage {
        shell,
        lines: weighing.shares.iter().enumerate().map(line).collect(),
        is_chosen: weighing.is_chosen,
        unknown: weighing.askers.get("").copied().unwrap_or(0),
        definition: definition(&weighing),
        mistakes,
        may_manage: viewer.user.role.may(Permission::Manage),
    };
    Ok(page.render()?)
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    let page = shown(&app, &viewer, &headers, (&Typed::new(), Mistakes::default())).await?;
    Ok(flash::said(&headers, Html(page).into_response()))
}

pub(super) async fn choose(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Result<Response> {
    let typed: Typed = url::form_urlencoded::parse(&body).into_owned().collect();
    let weights = if typed.contains_key("computed") {
        None
    } else {
        let weighing = desk::weighing(&mut app.engine.db.reader()).await?;
        let mut chosen = Vec::new();
        for (n, share) in weighing.shares.iter().enumerate() {
            let text = typed.get(&format!("weight-{n}")).map(|text| text.trim().replace(',', ".")).unwrap_or_default();
            if !text.is_empty() {
                chosen.push((share.value.clone(), text.parse().unwrap_or(f64::NAN)));
            }
        }
        Some(chosen)
    };
    let said = if weights.is_some() { "They are weighed so now." } else { "They are weighed by your customers again." };
    match desk::choose_weights(&app.engine, weights.as_deref()).await {
        Ok(()) => Ok(flash::redirect(&app, "/segments/weights", said, None)),
        Err(error) => {
            let page = shown(&app, &viewer, &headers, (&typed, Mistakes::of(error)?)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
    }
}
