//! All figures of a period.

use super::{
    asked::{Asked, IN_NONE, SPANS},
    picture::{self, Picture},
    words,
};
use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    export::Along,
    inbox::Known,
    layout::{Nav, Shell},
    listen::languages,
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::{
    figures::{self, Case, Figure, Report, Segmented},
    promises,
};

/// Groups of a table on the page; the exports have all of them.
const MOST_GROUPS: usize = 30;

/// One figure.
pub(crate) struct Card {
    pub name: &'static str,
    pub title: &'static str,
    pub large: String,
    pub is_few: bool,
    pub sentence: String,
    pub rests_on: String,
    /// Beside the conversations: where all that stands behind it is.
    pub beside: Option<(&'static str, &'static str)>,
    pub definition: &'static str,
    pub href: String,
}

/// Of the cases of the channel and language that are asked for.
pub(super) fn card(asked: &Asked, report: &Report, figure: Figure) -> Card {
    let said_of = figures::estimate(figure, report.cases(figure).into_iter().filter(|case| asked.is_of(case)));
    let mut card = said(figure, &said_of, asked.address(&format!("/figures/{}", figure.name()), &[]));
    if card.is_few && said_of.n > 0 {
        card.sentence.push_str(&words::look_at_them());
    }
    card
}

/// What a figure says, with the way to what is behind it.
pub(crate) fn said(figure: Figure, said: &figures::Estimate, href: String) -> Card {
    Card {
        name: figure.name(),
        title: figures::title(figure),
        large: words::large(figure, said),
        is_few: said.value.is_none(),
        sentence: words::sentence(figure, said),
        rests_on: words::rests_on(figure, said),
        beside: (figure == Figure::LoopTime).then_some(("Loop time of all days, by change", "/feedback/loop")),
        definition: figures::definition(figure),
        href,
    }
}

/// What is said of one channel, one language, or one segment.
pub(super) struct Group {
    pub words: String,
    href: String,
    pub asked: usize,
    pub people: usize,
    pub answered: usize,
    pub listened: usize,
    share: String,
    first: String,
    /// The share that was answered and half of the times to a first answer, where enough is known.
    pub part: Option<f64>,
    pub half: Option<f64>,
}

fn group(words: String, href: String, cases: &[&Case]) -> Group {
    let answered = figures::estimate(Figure::Answered, cases.iter().copied());
    let first = figures::estimate(Figure::FirstAnswer, cases.iter().copied());
    Group {
        words,
        href,
        asked: answered.n + answered.listened,
        people: answered.people,
        answered: answered.held,
        listened: answered.listened,
        share: words::large(Figure::Answered, &answered),
        first: words::large(Figure::FirstAnswer, &first),
        part: answered.value,
        half: first.value,
    }
}

/// What was answered by channel, by language and by segment.
pub(super) struct Groups {
    pub channels: Vec<Group>,
    pub languages: Vec<Group>,
    pub segments: Vec<Group>,
}

impl Groups {
    pub async fn read(app: &App, known: &Known, (report, shown): (&Report, &Asked)) -> Result<Self> {
        let segmented = figures::segmented(&app.engine, report).await?;
        let behind = |name: &str, value: &str| shown.address("/figures/answered", &[(name, value)]);
        let channels = figures::parted(&report.first, |case| case.channel).into_iter();
        let languages = figures::parted(&report.first, |case| case.language.clone()).into_iter();
        Ok(Self {
            channels: channels
                .filter_map(|(id, cases)| id.map(|id| (id, cases)))
                .map(|(id, cases)| group(known.channel(id).words, behind("channel", &id.to_string()), &cases))
                .collect(),
            languages: languages
                .map(|(code, cases)| group(languages::name(&code).to_owned(), behind("language", &code), &cases))
                .collect(),
            segments: by_segment(&segmented, report, behind),
        })
    }
}

#[derive(Template)]
#[template(path = "figures/page.html")]
struct FiguresPage {
    shell: Shell,
    period: String,
    zone: String,
    spans: Vec<(&'static str, String, bool, i64)>,
    asked: Asked,
    mistakes: Mistakes,
    is_empty: bool,
    picture: Picture,
    cards: Vec<Card>,
    groups: Groups,
    /// That there are more channels and languages than are shown; nothing where there are not.
    more_channels: String,
    more_languages: String,
    along: Along,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (period, mistakes) = asked.period(&app).await?;
    // What cannot be read is shown in its fields, and the figures beside it are those of the usual days.
    let shown = if mistakes.is_empty() { asked.of_days() } else { Asked::default() };
    let report = figures::report(&app.engine, period).await?;
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let spans = SPANS.map(|days| {
        let words = match days {
            7 => "7 days",
            30 => "30 days",
            _ => "90 days",
        };
        (words, format!("/figures?days={days}"), mistakes.is_empty() && shown.span() == Some(days), 0)
    });
    let mut groups = Groups::read(&app, &known, (&report, &shown)).await?;
    let page = FiguresPage {
        shell: app.shell(&viewer, "figures", "Figures", Nav::Figures).await?,
        period: words::period(period),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        spans: spans.to_vec(),
        is_empty: report.first.is_empty()
            && report.talks.is_empty()
            && report.promises.is_empty()
            && report.later.is_empty()
            && report.waiting.is_empty()
            && report.told.is_empty(),
        picture: picture::picture(period, &report.first, &zone),
        cards: Figure::ALL.map(|figure| card(&shown, &report, figure)).into(),
        more_channels: cut(&mut groups.channels, ("more channel", "more channels")),
        more_languages: cut(&mut groups.languages, ("more language", "more languages")),
        groups,
        along: Along::of(&shown.address("/figures", &[]), &[]),
        asked,
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

/// Keeps what a page shows of a table, and says how much more there is.
fn cut(groups: &mut Vec<Group>, (one, many): (&str, &str)) -> String {
    let left = groups.len().saturating_sub(MOST_GROUPS);
    groups.truncate(MOST_GROUPS);
    match left {
        0 => String::new(),
        n => format!("And {}: all of them are in what you can take along below.", words::counted(n, one, many)),
    }
}

/// Each segment with what is said of its people; who is in none stands last.
fn by_segment(segmented: &Segmented, report: &Report, behind: impl Fn(&str, &str) -> String) -> Vec<Group> {
    let one = |(segment, cases): (Option<i64>, Vec<Case>)| {
        let (words, value) = match segment {
            Some(id) => (segmented.name(id).unwrap_or_default().to_owned(), id.to_string()),
            None => ("In no segment".to_owned(), IN_NONE.to_owned()),
        };
        group(words, behind("segment", &value), &cases.iter().collect::<Vec<_>>())
    };
    segmented.parted(&report.first).into_iter().map(one).collect()
}
