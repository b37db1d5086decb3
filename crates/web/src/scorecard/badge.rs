//! The badge: one figure as a picture, for other pages.

use super::KEEP;
use crate::{App, Result, WebError, figures::words, state::Peer};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Response},
};
use tertulia_engine::{
    colours::{self, Palette},
    figures::{self, Figure, public},
};

/// The width of a letter, about; the picture tells the browser to keep to it.
const LETTER: usize = 7;
const MARGIN: usize = 10;

#[derive(Template)]
#[template(path = "scorecard/badge.svg", escape = "html")]
struct Badge {
    title: &'static str,
    value: String,
    colour: String,
    ink: String,
}

impl Badge {
    fn title_width(&self) -> usize {
        self.title.chars().count() * LETTER
    }

    fn value_width(&self) -> usize {
        self.value.chars().count() * LETTER
    }

    fn left(&self) -> usize {
        self.title_width() + 2 * MARGIN
    }

    fn width(&self) -> usize {
        self.left() + self.value_width() + 2 * MARGIN
    }

    fn margin(&self) -> usize {
        MARGIN
    }
}

pub(super) async fn badge(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response> {
    let figure = Figure::named(&name).filter(|figure| public::SHOWN.contains(figure));
    let figure = figure.ok_or_else(WebError::not_found)?;
    let (look, card) = public::scorecard(&app.engine, app.visitor_address(peer, &headers)).await?;
    let said = card.figures.iter().find(|(known, _)| *known == figure).map(|(_, said)| *said);
    let said = said.ok_or_else(WebError::not_found)?;
    let palette = Palette::of(&look.colour).or_else(|| Palette::of(colours::USUAL)).ok_or_else(WebError::not_found)?;
    let badge = Badge {
        title: figures::title(figure),
        value: format!("{} (n = {})", words::large(figure, &said), said.n),
        ink: palette.ink,
        colour: palette.colour,
    };
    let headers = [
        KEEP,
        (header::CONTENT_TYPE, "image/svg+xml; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'none'; sandbox"),
        // It is there to be shown on other sites.
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    Ok((headers, badge.render()?).into_response())
}
