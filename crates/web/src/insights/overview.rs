//! The overview: whom we heard, in sentences, each with the way to what is behind it.

use super::{
    asked::{Asked, SPANS, questions},
    behind,
    corrected::{self, Trust},
    exchanges::{self, Exchanges},
    export::METHODS,
    picture::{self, Picture},
    words,
};
use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    export::{Along, Names},
    figures::words as figures,
    inbox::Known,
    layout::{Nav, Shell},
    listen::languages,
    segments,
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::insights::{
    asked::Filter,
    overview::{self, Coverage, Covered, Overview, Speaking},
    voices::{self, Answer},
};
use tertulia_voices::coverage::Standing;

/// What can be chosen beside the days, as a form shows it.
pub(super) struct Choices {
    pub channels: Vec<(String, String)>,
    pub languages: Vec<(String, String)>,
    pub segments: Vec<(String, String)>,
}

impl Choices {
    pub async fn read(app: &App, known: &Known) -> Result<Self> {
        let mut channels: Vec<(String, String)> =
            known.channels.iter().map(|(id, channel)| (id.to_string(), channel.words.clone())).collect();
        channels.sort_by_cached_key(|(_, words)| words.to_lowercase());
        channels.insert(0, (String::new(), "all channels".to_owned()));
        Ok(Self { channels, languages: languages::choices(), segments: segments::choices(app).await? })
    }
}

/// The spans as filters have them.
pub(super) fn spans(asked: &Asked, path: &str, is_right: bool) -> Vec<(&'static str, String, bool, i64)> {
    let one = |(days, words): (i64, &'static str)| {
        (words, asked.with(path, &[("days", &days.to_string())]), is_right && asked.span() == Some(days), 0)
    };
    SPANS.map(one).into()
}

/// One thing that is said, and the way to more.
struct Card {
    title: String,
    sentence: String,
    rests_on: String,
    /// What is known of its labels' error; none of what rests on none.
    trust: Option<Trust>,
    href: String,
    more: &'static str,
    /// The messages and the people behind it; of what is no question, none.
    behind: Option<(String, String)>,
}

/// A part of everybody in the table of those who are heard.
struct PartRow {
    name: String,
    href: String,
    share: String,
    heard: String,
    heard_share: String,
    index: String,
}

/// One attribute as a picture, and the same as a table.
struct Heard {
    title: String,
    picture: Picture,
    parts: Vec<PartRow>,
}

/// One question in the table of what they say.
struct SaidRow {
    name: String,
    href: String,
    share: String,
    people: String,
    messages_href: String,
    people_href: String,
}

#[derive(Template)]
#[template(path = "insights/overview.html")]
struct OverviewPage {
    shell: Shell,
    asked: Asked,
    mistakes: Mistakes,
    period: String,
    spans: Vec<(&'static str, String, bool, i64)>,
    choices: Choices,
    headline: String,
    rests_on: String,
    narrowed: Vec<(String, String)>,
    is_empty: bool,
    has_population: bool,
    /// How the parts of everybody are heard, of the attribute that tells most.
    heard: Option<Heard>,
    /// What they say, and the same as a table.
    said: Option<(Picture, Vec<SaidRow>)>,
    cards: Vec<Card>,
    exchanges: Option<Exchanges>,
    people_href: String,
    messages_href: String,
    along: Along,
}

const PATH: &str = "/insights";
/// Questions that are answered here.
const MOST_ANSWERS: usize = 4;

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (filter, mistakes) = asked.filter(&app).await?;
    let found = overview::overview(&app.engine, &filter).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let answered = answered_first(&app, &filter).await?;
    let rows = answered.iter().map(|(answer, name)| said(&asked, answer, name)).collect();
    let page = OverviewPage {
        shell: app.shell(&viewer, "insights", "Insights", Nav::Insights).await?,
        period: figures::period(filter.period),
        spans: spans(&asked, PATH, mistakes.is_empty()),
        choices: Choices::read(&app, &known).await?,
        headline: words::headline(&found),
        rests_on: words::rests_on(&found),
        narrowed: behind::filters(&app, &known, &asked, PATH).await?,
        is_empty: found.messages == 0,
        has_population: found.is_made_up,
        heard: most_telling(&found).map(|of| heard(&asked, of)),
        said: (!answered.is_empty()).then(|| (picture::shares(&asked, &answered), rows)),
        cards: cards(&asked, &found, &answered),
        exchanges: exchanges::read(&app, &known, &asked, &filter).await?,
        people_href: asked.of_all("/insights/people", &[]),
        messages_href: asked.of_all("/insights/messages", &[]),
        along: Along::of(&asked.here(PATH), &METHODS),
        asked,
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

/// The attribute to begin with: of which a part is unheard most, else of which most is known of those who were heard.
fn most_telling(found: &Overview) -> Option<&Coverage> {
    let known = |of: &Coverage| of.by_identity + of.by_statement + of.by_language;
    // How near to its part the least heard one may be.
    let nearest = |of: &Coverage| {
        let unheard = of.parts.iter().filter(|part| part.standing == Standing::Unheard);
        unheard.filter_map(|part| part.index.map(|(.., high)| high)).fold(f64::INFINITY, f64::min)
    };
    let all = found.coverage.iter().filter(|of| known(of) > 0);
    all.min_by(|a, b| nearest(a).total_cmp(&nearest(b)).then(known(b).cmp(&known(a))))
}

fn heard(asked: &Asked, of: &Coverage) -> Heard {
    let row = |part: &Covered| PartRow {
        name: part.name.clone(),
        href: picture::in_part(asked, of, part),
        share: figures::share(part.share),
        heard: words::number(part.heard),
        heard_share: figures::share(part.heard_share),
        index: picture::index(part),
    };
    Heard { title: of.title.clone(), picture: picture::parity(asked, of), parts: of.parts.iter().map(row).collect() }
}

fn said(asked: &Asked, answer: &Answer, name: &str) -> SaidRow {
    let at = |path: &str| asked.of_question(path, answer.question);
    let said = match &answer.weighted {
        Some(Ok(said)) => Some(said),
        _ => answer.by_person.as_ref().ok(),
    };
    SaidRow {
        name: name.to_owned(),
        href: at("/insights/voices"),
        share: said.map_or_else(|| figures::TOO_FEW.to_owned(), words::estimate),
        people: words::number(said.map_or(answer.people, |said| said.n)),
        messages_href: at("/insights/messages"),
        people_href: at("/insights/people"),
    }
}

fn cards(asked: &Asked, found: &Overview, answered: &[(Answer, String)]) -> Vec<Card> {
    let more = asked.here("/insights/voices");
    let of_part = |of: &Coverage| Card {
        title: of.title.clone(),
        sentence: words::coverage(of),
        rests_on: words::linked(of),
        trust: None,
        href: format!("{more}#by-{}", of.attribute),
        more: "Show each part",
        behind: None,
    };
    let mut cards: Vec<Card> = found.coverage.iter().map(of_part).collect();
    if let Some(all) = found.voices.first() {
        cards.push(Card {
            title: "Who speaks".to_owned(),
            sentence: words::speaking(all),
            rests_on: words::rests_on(found),
            trust: None,
            href: format!("{more}#speaking"),
            more: "Show it by channel",
            behind: None,
        });
    }
    cards.extend(answered.iter().map(|(answer, name)| {
        let people = figures::counted(words::people_behind(answer) as usize, "person", "people");
        let at = |path: &str| asked.of_question(path, answer.question);
        Card {
            title: name.clone(),
            sentence: words::answer(answer, name),
            rests_on: format!("Rests on {people} whose words were looked at."),
            trust: corrected::at_hand(answer).and_then(|_| corrected::trust(answer)),
            href: at("/insights/voices"),
            more: "How sure is that?",
            behind: Some((at("/insights/messages"), at("/insights/people"))),
        }
    }));
    cards
}

/// The first questions of which anything is known, each with what it is called. Why of the others nothing is said stands under voices.
pub(super) async fn answered_first(app: &App, filter: &Filter) -> Result<Vec<(Answer, String)>> {
    let all = questions(app).await?;
    let mut answered = Vec::new();
    // A few at a time: no more is asked than is shown.
    for some in all.chunks(MOST_ANSWERS) {
        let named: Vec<_> = some.iter().map(|(question, _)| *question).collect();
        let answers = voices::answers(&app.engine, filter, &named).await?;
        let known = answers.into_iter().zip(some).filter(|(answer, _)| answer.people > 0);
        answered.extend(known.map(|(answer, (_, name))| (answer, name.clone())));
        if answered.len() >= MOST_ANSWERS {
            break;
        }
    }
    answered.truncate(MOST_ANSWERS);
    Ok(answered)
}

/// Whom we heard, and who speaks on each channel with what it is called.
pub(super) async fn overview_of(
    app: &App,
    known: &Known,
    filter: &Filter,
) -> Result<(Overview, Vec<(Speaking, String)>)> {
    let found = overview::overview(&app.engine, filter).await?;
    let channel = |voices: &Speaking| match voices.channel.or(filter.channel) {
        Some(id) => known.channel(id).words,
        None => "All channels".to_owned(),
    };
    // Of one channel all and each are the same.
    let shown = if filter.channel.is_some() { 1 } else { found.voices.len() };
    // A line of the curve is known by its name: two channels that are called the same are two.
    let mut names = Names::default();
    let voices = found.voices.iter().take(shown).map(|voices| (voices.clone(), names.only(&channel(voices)))).collect();
    Ok((found, voices))
}
