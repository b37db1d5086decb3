//! Whom to invite: the parts of the customers, who of each was not heard and can be written to, and how many of each would be drawn.

use super::round_href;
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    feedback::cut,
    figures::words::share,
    inbox::{Known, flash},
    insights::words::number,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use tertulia_engine::invitations::{self as desk, PartPlan, Plan, reason_words};
use tertulia_model::Millis;
use tertulia_store::invitations::{self, Round};

/// Draws on one page.
const PAGE: i64 = 20;
/// A seed that is proposed is short enough to be read out.
const SEEDS: u32 = 1_000_000;

/// What is asked for; all of it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    attribute: String,
    size: String,
    seed: String,
    rest: String,
    /// Draws below this one.
    below: Option<i64>,
}

impl Asked {
    /// What is left out is as usual, with a seed by chance.
    fn filled(mut self, app: &App, first: Option<&str>) -> Self {
        if self.attribute.is_empty() {
            first.unwrap_or_default().clone_into(&mut self.attribute);
        }
        if self.seed.trim().is_empty() {
            let mut bytes = [0; 4];
            app.engine.chance.fill(&mut bytes);
            self.seed = (u32::from_le_bytes(bytes) % SEEDS).to_string();
        }
        for (field, usual) in [(&mut self.size, desk::USUAL), (&mut self.rest, desk::USUAL_DAYS)] {
            if field.trim().is_empty() {
                *field = usual.to_string();
            }
        }
        self
    }

    /// What cannot be read is refused as what lies out of bounds.
    fn read(&self) -> desk::Asked {
        let whole = |text: &str| text.trim().parse().unwrap_or(-1);
        desk::Asked {
            attribute: self.attribute.clone(),
            size: whole(&self.size),
            seed: whole(&self.seed),
            rest_days: whole(&self.rest),
        }
    }
}

struct PartLine {
    name: String,
    customers: String,
    heard: String,
    share: String,
    unheard: String,
    reachable: String,
    invited: String,
    /// The part that is heard if all of these answer.
    after: String,
}

/// A plan in words.
struct PlanView {
    sentence: String,
    cannot: Vec<String>,
    lines: Vec<PartLine>,
    invited: usize,
}

struct RoundLine {
    href: String,
    words: String,
    at: Millis,
}

#[derive(Template)]
#[template(path = "insights/inviting/plan.html")]
struct PlanPage {
    shell: Shell,
    asked: Asked,
    mistakes: Mistakes,
    attributes: Vec<(String, String)>,
    title: String,
    plan: Option<PlanView>,
    rounds: Vec<RoundLine>,
    older: Option<String>,
    may_work: bool,
}

fn view(plan: &Plan) -> PlanView {
    let sum = |of: fn(&PartPlan) -> u64| plan.parts.iter().map(of).sum::<u64>();
    let (customers, unheard, reachable) = (sum(|p| p.customers), sum(PartPlan::unheard), sum(|p| p.reachable));
    let mut why: BTreeMap<&str, u64> = BTreeMap::new();
    for (reason, many) in plan.parts.iter().flat_map(|part| &part.cannot) {
        *why.entry(reason).or_default() += many;
    }
    let mut why: Vec<(&str, u64)> = why.into_iter().collect();
    why.sort_by_key(|(reason, many)| (std::cmp::Reverse(*many), *reason));
    let line = |part: &PartPlan| PartLine {
        name: part.name.clone(),
        customers: number(part.customers),
        heard: number(part.heard),
        share: share(part.share()),
        unheard: number(part.unheard()),
        reachable: number(part.reachable),
        invited: number(part.invited),
        after: share((part.heard + part.invited) as f64 / part.customers.max(1) as f64),
    };
    PlanView {
        sentence: format!(
            "{} of your {} customers have never written. {} of these can be written to first.",
            number(unheard),
            number(customers),
            number(reachable)
        ),
        cannot: why.into_iter().map(|(why, many)| format!("{}: {}", number(many), reason_words(why))).collect(),
        lines: plan.parts.iter().map(line).collect(),
        invited: plan.invited(),
    }
}

fn round_line(round: &Round) -> RoundLine {
    let words =
        format!("{} by {}", if round.asked == 1 { "One".to_owned() } else { round.asked.to_string() }, round.title);
    RoundLine { href: round_href(round.id), words, at: round.drawn_at }
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (asked, mistakes): (Asked, Mistakes),
) -> Result<Response> {
    let known = Known::read(app, viewer, headers).await?;
    let attributes = desk::attributes(&app.engine).await?;
    let asked = asked.filled(app, attributes.first().map(|one| one.name.as_str()));
    let (plan, mistakes) = match desk::plan(&app.engine, &asked.read()).await {
        Ok(plan) => (plan, mistakes),
        Err(error) => (None, Mistakes::of(error)?),
    };
    let title = attributes.iter().find(|one| one.name == asked.attribute).map(|one| one.title.clone());
    let mut rounds = invitations::rounds(&mut app.engine.db.reader(), asked.below, PAGE + 1).await?;
    let older = cut(&mut rounds, PAGE).map(|last| format!("/insights/invite?below={}", last.id));
    let mut shell = app.shell(viewer, "insights", "Invite the unheard", Nav::Insights).await?;
    shell.toast = flash::take(app, headers);
    let page = PlanPage {
        shell,
        attributes: attributes.into_iter().map(|one| (one.name, one.title)).collect(),
        title: title.unwrap_or_default(),
        plan: plan.as_ref().map(view),
        rounds: rounds.iter().map(round_line).collect(),
        older,
        may_work: known.may_converse,
        asked,
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(flash::said(headers, (status, Html(page.render()?)).into_response()))
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    draw(&app, &viewer, &headers, (asked, Mistakes::default())).await
}

pub(super) async fn draw_them(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Fields(asked): Fields<Asked>,
) -> Result<Response> {
    match desk::draw(&app.engine, viewer.user.id, &asked.read()).await {
        Ok(id) => {
            let said = "They are drawn. Write what you would say, then look at each draft. Nothing is sent by itself.";
            Ok(flash::redirect(&app, &round_href(id), said, None))
        }
        Err(error) => draw(&app, &viewer, &headers, (asked, Mistakes::of(error)?)).await,
    }
}
