//! The page.

use super::KEEP;
use crate::{
    App, Result,
    figures::{Card, said, words},
    layout::Shell,
    state::Peer,
};
use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::figures::public;
use tertulia_model::Millis;

#[derive(Template)]
#[template(path = "scorecard/page.html")]
struct ScorecardPage {
    shell: Shell,
    colour: String,
    period: String,
    zone: String,
    counted_at: Millis,
    cards: Vec<Card>,
}

pub(super) async fn page(State(app): State<App>, peer: Peer, headers: HeaderMap) -> Result<Response> {
    let (look, card) = public::scorecard(&app.engine, app.visitor_address(peer, &headers)).await?;
    let mut shell = Shell::new("scorecard", "How we answer");
    shell.organisation = app.organisation().await?;
    let page = ScorecardPage {
        shell,
        colour: look.colour,
        period: words::period(card.period),
        zone: card.time_zone.clone(),
        counted_at: card.counted_at,
        cards: card.figures.iter().map(|(figure, estimate)| said(*figure, estimate, String::new())).collect(),
    };
    Ok(([KEEP], Html(page.render()?)).into_response())
}
