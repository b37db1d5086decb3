//! One organisation beside ours.

use super::{href, known, words};
use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    figures::{Asked, SPANS, words::period as period_words},
    inbox::{Known, flash},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::{others as desk, promises};
use tertulia_model::Permission;

#[derive(Template)]
#[template(path = "others/page.html")]
struct OtherPage {
    shell: Shell,
    href: String,
    name: String,
    accounts: Vec<String>,
    period: String,
    zone: String,
    spans: Vec<(&'static str, String, bool, i64)>,
    asked: Asked,
    mistakes: Mistakes,
    theirs: Vec<words::Card>,
    ours: Vec<words::Card>,
    /// Where it was heard.
    channels: Vec<String>,
    /// What their side leaves out, and what ours does.
    leaves_out: Vec<String>,
    unseen: [(&'static str, &'static str); 2],
    may_work: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let id = known(&app, &id).await?.other.id;
    let (period, mistakes) = asked.period(&app).await?;
    // What cannot be read is shown in its fields, and the figures beside it are those of the usual days.
    let shown = if mistakes.is_empty() { asked.clone() } else { Asked::default() };
    let found = desk::compare(&app.engine, id, period).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    let at = href(id);
    let spans = SPANS.map(|days| {
        let words = match days {
            7 => "7 days",
            30 => "30 days",
            _ => "90 days",
        };
        (words, format!("{at}?days={days}"), mistakes.is_empty() && shown.span() == Some(days), 0)
    });
    let behind = |path: &str| shown.address(&format!("{at}/{path}"), &[]);
    let nobody = "Nobody said anything to them in public in these days, as far as was heard here.";
    let no_one = "Nobody said anything to you in the same way on the same networks in these days.";
    let mut shell = app.shell(&viewer, "other", found.known.other.name.clone(), Nav::Figures).await?;
    shell.toast = flash::take(&app, &headers);
    let page = OtherPage {
        shell,
        accounts: found.known.accounts.iter().map(|account| words::account(&app, account)).collect(),
        period: period_words(period),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        spans: spans.to_vec(),
        theirs: words::cards(&found.theirs.said, nobody, &behind("messages")),
        ours: words::cards(&found.ours.said, no_one, &behind("beside")),
        channels: found.channels().into_iter().map(|channel| known.channel(channel).words).collect(),
        leaves_out: leaves_out(&found),
        unseen: desk::UNSEEN,
        name: found.known.other.name,
        href: at,
        may_work: viewer.user.role.may(Permission::Converse),
        asked,
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(flash::said(&headers, (status, Html(page.render()?)).into_response()))
}

/// What either side leaves out, a sentence each.
fn leaves_out(found: &desk::Compared) -> Vec<String> {
    let mut said: Vec<String> = found.silent.iter().map(words::silent).collect();
    if found.left_out > 0 {
        let messages = crate::figures::words::counted(found.left_out, "message", "messages");
        said.push(format!(
            "Of yours, {messages} on the same networks: said to you in a way in which nobody spoke to them there."
        ));
    }
    said.push("Of yours, all that was said on other networks or in private: it is under Figures.".to_owned());
    said.push("Of both, what was said by programs, what was deleted, and what a channel keeps no longer.".to_owned());
    if found.is_cut {
        said.push(
            "There was more than is read at once: the latest is counted. Of fewer days it may be all.".to_owned(),
        );
    }
    said
}
