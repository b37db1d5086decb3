//! One draw: what is said, everybody one by one, and who answered.

use super::{
    href, known, round_href,
    words::{Line, line},
};
use crate::{
    App, Result, Viewer,
    feedback::cut,
    inbox::{Known, flash},
    layout::{Nav, Shell},
    listen::languages::name as language_name,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::HashMap;
use tertulia_model::{Millis, Permission};
use tertulia_store::{
    invitation_texts::{self, Text},
    invitations::{self, Part, Round},
};

const PAGE: i64 = 50;

/// What lists there are: the name in the address, in words, and the states that it holds. Who answered is asked otherwise.
const LISTS: [(&str, &str, &[&str]); 6] = [
    ("draft", "To look at", &["draft"]),
    ("way", "On their way", &["queued", "unknown"]),
    ("sent", "Invited", &["sent"]),
    (ANSWERED, "Answered", &[]),
    ("unsent", "Not sent", &["unsent", "failed"]),
    ("skipped", "Left out", &["skipped"]),
];
const ANSWERED: &str = "answered";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    show: String,
    after: Option<i64>,
}

struct TextView {
    language: String,
    code: String,
    subject: String,
    words: String,
    edit_href: String,
}

struct PartLine {
    name: String,
    drawn: i64,
    invited: i64,
    answered: i64,
}

#[derive(Template)]
#[template(path = "insights/inviting/round.html")]
struct RoundPage {
    shell: Shell,
    title: String,
    how: String,
    by: String,
    at: Millis,
    headline: String,
    again_href: String,
    texts: Vec<TextView>,
    /// In which languages those are to be written to who wait for their draft, and no text is.
    missing: Vec<String>,
    new_text_href: String,
    filters: Vec<(&'static str, String, bool, i64)>,
    lines: Vec<Line>,
    first_href: Option<String>,
    older: Option<String>,
    empty: (&'static str, &'static str),
    parts: Vec<PartLine>,
    may_work: bool,
}

fn text_view(round: i64, text: Text) -> TextView {
    TextView {
        language: language_name(&text.language).to_owned(),
        edit_href: format!("{}/text?language={}", round_href(round), text.language),
        code: text.language,
        subject: text.subject,
        words: text.words,
    }
}

fn missing_words(languages: &[(String, i64)], texts: &[Text]) -> Vec<String> {
    let is_missing = |code: &str| code != "und" && !texts.iter().any(|text| text.language == code);
    let words = |(code, many): &(String, i64)| {
        let who = if *many == 1 { "One of them is".to_owned() } else { format!("{many} of them are") };
        format!("{who} to be written to in {}", language_name(code))
    };
    let missing = languages.iter().filter(|(code, _)| !texts.is_empty() && is_missing(code));
    missing.map(words).take(5).collect()
}

fn empty(list: &str) -> (&'static str, &'static str) {
    match list {
        "draft" => ("No draft waits for you", "Each of them was sent, left out, or could not be sent."),
        "way" => ("Nothing is on its way", "What you send stands here until it has arrived."),
        "sent" => ("Nobody was invited yet", "Whom an invitation reached stands here."),
        ANSWERED => {
            ("Nobody has answered yet", "Whoever writes in the conversation that an invitation began stands here.")
        }
        "unsent" => ("Everything could be sent", "Whoever could not be written to stands here, with the reason."),
        _ => ("Nobody was left out", "Whom you decided not to write to stands here."),
    }
}

fn part_lines(parts: Vec<Part>, answers: &[(i64, i64, i64)]) -> Vec<PartLine> {
    let of = |place: i64| answers.iter().find(|(at, ..)| *at == place).map_or((0, 0), |(_, n, said)| (*n, *said));
    let line = |part: Part| {
        let (invited, answered) = of(part.place);
        PartLine { name: part.name, drawn: part.drawn, invited, answered }
    };
    parts.into_iter().filter(|part| part.drawn > 0).map(line).collect()
}

/// "4 of 12 who were invited have answered."
fn headline(answers: &[(i64, i64, i64)]) -> String {
    let (invited, answered) = answers.iter().fold((0, 0), |(n, said), (_, more, have)| (n + more, said + have));
    match (invited, answered) {
        (0, _) => "Nobody was invited yet.".to_owned(),
        (1, 0) => "One person was invited, and has not answered yet.".to_owned(),
        (1, _) => "The one person who was invited has answered.".to_owned(),
        (n, 0) => format!("{n} people were invited; nobody has answered yet."),
        (n, said) => format!("{said} of {n} people who were invited answered."),
    }
}

fn again_href(round: &Round) -> String {
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    fields.append_pair("attribute", &round.attribute).append_pair("size", &round.asked.to_string());
    fields.append_pair("rest", &round.rest_days.to_string());
    format!("/insights/invite?{}", fields.finish())
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let round = known(&app, &id).await?;
    let members = Known::read(&app, &viewer, &headers).await?;
    let list = LISTS.iter().find(|(name, ..)| *name == shown.show).unwrap_or(&LISTS[0]);
    let mut db = app.engine.db.reader();
    let counts: HashMap<String, i64> = invitations::counts(&mut db, round.id).await?.into_iter().collect();
    let answers = invitations::answers(&mut db, round.id).await?;
    let all: i64 = answers.iter().map(|(.., said)| said).sum();
    let of = |name: &str, states: &[&str]| match name == ANSWERED {
        true => all,
        false => states.iter().filter_map(|state| counts.get(*state)).sum(),
    };
    let place = |name: &str| format!("{}?show={name}", round_href(round.id));
    let filters = LISTS.iter().map(|(name, words, states)| (*words, place(name), *name == list.0, of(name, states)));
    let after = shown.after.unwrap_or(0);
    let mut rows = match list.0 == ANSWERED {
        true => invitations::answered(&mut db, round.id, after, PAGE + 1).await?,
        false => invitations::list(&mut db, round.id, list.2, after, PAGE + 1).await?,
    };
    let older = cut(&mut rows, PAGE).map(|last| format!("{}&after={}", place(list.0), last.id));
    let first_href = rows.first().filter(|_| list.0 == "draft").map(|row| href(row.id));
    let texts = invitation_texts::of_round(&mut db, round.id).await?;
    let languages = invitations::languages(&mut db, round.id).await?;
    let parts = invitations::parts(&mut db, round.id).await?;
    let drawn: i64 = parts.iter().map(|part| part.drawn).sum();
    let mut shell = app.shell(&viewer, "insights", "Invite the unheard", Nav::Insights).await?;
    shell.toast = flash::take(&app, &headers);
    let page = RoundPage {
        shell,
        how: format!("{drawn} drawn, seed {}", round.seed),
        by: members.member(round.drawn_by),
        at: round.drawn_at,
        headline: headline(&answers),
        again_href: again_href(&round),
        missing: missing_words(&languages, &texts),
        texts: texts.into_iter().map(|text| text_view(round.id, text)).collect(),
        new_text_href: format!("{}/text", round_href(round.id)),
        filters: filters.collect(),
        lines: rows.into_iter().map(line).collect(),
        first_href,
        older,
        empty: empty(list.0),
        parts: part_lines(parts, &answers),
        may_work: viewer.user.role.may(Permission::Converse),
        title: round.title,
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
