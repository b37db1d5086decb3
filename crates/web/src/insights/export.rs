//! What the pages of voices and the overview say, to take along.

use super::{
    asked::Asked,
    behind::filters,
    corrected,
    exchanges::{self, Exchanges},
    overview::{answered_first, overview_of},
    voices::{Found, find},
    words,
};
use crate::{
    App, Result, Viewer, WebError,
    api::heard as shapes,
    export::{self, Export, Format, Names},
    figures::words as figures,
    inbox::Known,
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use tertulia_engine::{
    insights::{asked::Filter, overview::Coverage, population::Basis, voices::Answer},
    promises,
};
use tertulia_voices::{
    estimate::{Estimate, Note, Refusal},
    misclassification::{Corrected, Uncorrected},
};

/// How the figures were found, in sentences: they go along with each export.
pub(crate) const METHODS: [&str; 8] = [
    "Counted are messages that people wrote and that still stand, without promotion and spam unless they are asked for; ours and \
     automatic answers count on neither side.",
    "A person is whoever the team or confirmed addresses make one of several identities; each person counts once.",
    "Coverage compares the part of everybody (the customers in lists, or margins that are named) with the part of the people heard of \
     whom the attribute is known; the index is one by the other, with Wilson's interval at 95 % for all parts of an attribute together.",
    "Concentration is Gini's coefficient over those who wrote, the part of the loudest 1 % and 10 %, and the inverse Simpson index \
     (the effective number of voices).",
    "Weighted shares come from raking within bounds (Deville and Särndal 1992), thin categories joined with a note; the interval is \
     Wilson's with the people that the linearised calibration error is worth, Kish's design effect beside it.",
    "Who can be linked to nobody is in no weighted share; the Manski range says how far they could move it.",
    "Below 30 linked people, 20 effective people or where more than a quarter of everybody is hardly heard, nothing is said; the refusal says \
     what would mend it.",
    "Shares without the labels’ errors are corrected by how often the machine is wrong of messages that were drawn by chance and read by \
     two (Rogan and Gladen 1978; for people who count where any of their messages says so, by how many of them were called so), of each \
     language and channel with partial pooling; their interval holds that doubt and the one of whom was heard. It goes by what the \
     machine says of all messages; what members correct counts in the shares beside it.",
];

/// Which messages are meant; days that are none cannot be taken along.
pub(super) async fn filter_of(app: &App, asked: &Asked) -> Result<Filter> {
    let (filter, mistakes) = asked.filter(app).await?;
    if !mistakes.is_empty() {
        let why = "These days cannot be exported. Choose others under Insights.";
        return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    Ok(filter)
}

/// The days and all that a view keeps to.
pub(super) async fn kept(export: &mut Export, app: &App, filter: &Filter, kept: Vec<(String, String)>) -> Result<()> {
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    export.about("days", figures::by_calendar(filter.period, &zone));
    kept.into_iter().for_each(|(words, _)| export.about("filter", format!("only {words}")));
    if filter.with_noise {
        export.about("filter", "promotion and spam as well");
    }
    Ok(())
}

/// All that the page of voices says.
pub(super) async fn voices(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
    format: Format,
) -> Result<Response> {
    let filter = filter_of(&app, &asked).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let found = find(&app, &known, &filter).await?;
    let name = export::of_days("voices", filter.period);
    if format == Format::Json {
        return Ok(export::json(&name, &shapes::export(&filter, &found.overview, &found.answers, None)));
    }
    let mut all = Export::new(name, "Voices", words::headline(&found.overview), &METHODS);
    kept(&mut all, &app, &filter, filters(&app, &known, &asked, "/insights/voices").await?).await?;
    heard(&mut all, &found);
    answers(&mut all, &found.answers);
    all.answer(format)
}

/// What the overview says: the same of its questions alone, and meaningful exchanges.
pub(super) async fn overview(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
    format: Format,
) -> Result<Response> {
    let filter = filter_of(&app, &asked).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let (overview, voices) = overview_of(&app, &known, &filter).await?;
    let found = Found { overview, voices, answers: answered_first(&app, &filter).await? };
    let exchanges = exchanges::read(&app, &known, &asked, &filter).await?;
    let name = export::of_days("overview", filter.period);
    if format == Format::Json {
        let shape = shapes::export(&filter, &found.overview, &found.answers, exchanges.as_ref().map(|all| &all.said));
        return Ok(export::json(&name, &shape));
    }
    let mut all = Export::new(name, "Insights", words::headline(&found.overview), &METHODS);
    kept(&mut all, &app, &filter, filters(&app, &known, &asked, "/insights").await?).await?;
    heard(&mut all, &found);
    answers(&mut all, &found.answers);
    if let Some(exchanges) = &exchanges {
        meaningful(&mut all, exchanges);
    }
    all.answer(format)
}

fn meaningful(all: &mut Export, exchanges: &Exchanges) {
    let (said, card) = (&exchanges.said, &exchanges.card);
    all.section("exchanges", card.title, ("", "Exchanges"));
    all.share(("", "meaningful"), "share", said.value).n(said.n as u64).note(&card.sentence);
    all.method(format!("{}: {}", card.title, card.definition));
}

fn heard(all: &mut Export, found: &Found) {
    let overview = &found.overview;
    all.section("heard", "Who was heard", ("", "Heard"));
    all.count(("", "people"), "how many", overview.people).note(words::rests_on(overview));
    all.count(("", "messages"), "how many", overview.messages);
    all.count(("", "messages of nobody known"), "how many", overview.of_nobody);
    if let Some((customers, of_them)) = overview.customers {
        all.count(("", "customers heard"), "how many", of_them).n(customers).note("n: all customers");
    }
    let mut titles = Names::default();
    overview.coverage.iter().for_each(|of| coverage(all, of, &titles.only(&of.title)));
    all.section("concentration", "Who speaks", ("", "Channel"));
    for (voices, name) in &found.voices {
        let c = &voices.concentration;
        all.count(("", name), "messages", c.messages).n(c.people);
        all.share(("", name), "loudest 1 %", c.top_1).n(c.people);
        all.share(("", name), "loudest 10 %", c.top_10).n(c.people);
        all.share(("", name), "90-9-1: the next 9 %", c.one_nine_ninety.1).n(c.people);
        all.share(("", name), "90-9-1: the other 90 %", c.one_nine_ninety.2).n(c.people);
        all.number(("", name), "gini", c.gini).n(c.people);
        all.number(("", name), "effective voices", c.effective_voices).n(c.people);
    }
}

fn coverage(all: &mut Export, of: &Coverage, title: &str) {
    all.section("coverage", format!("{title}: who is heard"), ("", title));
    // People heard of whom it is known, and their messages.
    let known = of.by_identity + of.by_statement + of.by_language;
    let messages = of.parts.iter().map(|part| part.messages).sum();
    let customers = (of.basis == Basis::Customers).then(|| of.parts.iter().map(|part| part.amount).sum::<f64>() as u64);
    for part in &of.parts {
        let about = (title, part.name.as_str());
        match customers {
            Some(all_of_them) => {
                all.count(about, "customers", part.amount as u64);
                all.share(about, "share of everybody", part.share).n(all_of_them);
            }
            None => {
                all.number(about, "given", part.amount);
                all.share(about, "share of everybody", part.share);
            }
        }
        all.count(about, "people heard", part.heard);
        all.share(about, "share of people heard", part.heard_share).n(known);
        all.count(about, "messages", part.messages);
        all.share(about, "share of messages", part.message_share).n(messages);
        let note = if part.thin { "too few to say much" } else { "" };
        let row = all.number(about, "index", part.index.map(|(index, ..)| index)).n(known).note(note);
        if let Some((_, low, high)) = part.index {
            row.between(low, high);
        }
    }
    all.section("coverage", format!("{title}: who is in no part"), ("", title));
    let note = format!("{} {}", words::linked(of), words::basis(&of.basis));
    all.count((title, "in no part"), "people in no part", of.unlinked).n(of.unlinked).note(note);
}

fn answers(all: &mut Export, answers: &[(Answer, String)]) {
    all.section("answer", "What they say", ("", "Question"));
    answers.iter().for_each(|(answer, name)| said(all, answer, name));
    if let Some(words) = answers.first().and_then(|(answer, _)| words::weighted_to(answer)) {
        all.about("weighted to", words);
    }
}

fn said(all: &mut Export, answer: &Answer, name: &str) {
    let question = answer.question.name();
    let about = (question.as_str(), name);
    all.share(about, "by messages", answer.raw).n(answer.judged);
    estimate(all, about, BY_PEOPLE, &answer.by_person);
    if let Some(weighted) = &answer.weighted {
        estimate(all, about, "as everybody is made up", weighted);
        if let Ok(said) = weighted {
            let range = all.share(about, "range for the unlinked", None).n(said.unlinked.people);
            range.between(said.manski.0, said.manski.1);
        }
    }
    if let Some(known) = &answer.corrected {
        let readings = [
            ("by messages, without the labels’ errors", Some(&known.by_message)),
            ("by people, without the labels’ errors", known.by_person.as_ref()),
            ("as everybody is made up, without the labels’ errors", known.weighted.as_ref()),
        ];
        for (figure, said) in readings.into_iter().filter_map(|(figure, said)| Some((figure, said?))) {
            without_errors(all, about, figure, (answer, known.read, said));
        }
    }
    if let Some(without) = answer.without_loudest {
        let note = words::without_loudest(answer).unwrap_or_default();
        let row = all.share(about, "by messages without the loudest", without.without);
        let theirs = (without.their_share * answer.judged as f64).round() as u64;
        row.n(answer.judged.saturating_sub(theirs)).note(note);
    }
}

/// One person, one voice.
pub(super) const BY_PEOPLE: &str = "by people";

/// What weighting costs, and what was done on the way.
fn sure(figure: &str, said: &Estimate) -> String {
    let cost = format!("design effect {:.4}, effective n {:.1}", said.deff, said.effective_n);
    // That nobody is weighted where each counts once is no news.
    let notes = said.notes.iter().filter(|note| figure != BY_PEOPLE || **note != Note::Unweighted);
    notes.fold(cost, |words, note| format!("{words}; {note}"))
}

/// A share of people with how sure it is, or why nothing is said.
pub(super) fn estimate(all: &mut Export, about: (&str, &str), figure: &str, said: &Result<Estimate, Refusal>) {
    match said {
        Ok(said) => {
            all.share(about, figure, said.share).between(said.low, said.high).n(said.n).note(sure(figure, said));
        }
        Err(refused) => {
            all.share(about, figure, None).n(refused.n).note(words::refusal(refused));
        }
    }
}

fn without_errors(
    all: &mut Export,
    about: (&str, &str),
    figure: &str,
    (answer, read, said): (&Answer, u64, &Result<Corrected, Uncorrected>),
) {
    let row = all.share(about, figure, said.as_ref().ok().map(|said| said.share)).n(read);
    match (said, &answer.corrected) {
        (Ok(said), Some(known)) => {
            let again = corrected::to_come(known);
            row.between(said.low, said.high)
                .note(format!("{}{again}", corrected::rests_on(answer.question, known, said)));
        }
        _ => {
            row.note(corrected::refusal(answer.question, said));
        }
    }
}
