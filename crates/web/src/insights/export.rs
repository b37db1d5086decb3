//! What the page of voices says, for a spreadsheet and for a program, with how it was found.

use super::{
    asked::Asked,
    behind::filters,
    corrected,
    voices::{Found, find},
    words,
};
use crate::{
    App, Result, Viewer, WebError, api::heard as shapes, customers::cell, figures::words as figures, inbox::Known,
};
use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tertulia_engine::{
    figures::Period,
    insights::{asked::Filter, voices::Answer},
};
use tertulia_voices::{
    estimate::{Estimate, Refusal},
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
     language and channel with partial pooling; their interval holds that doubt and the one of whom was heard. What a member said of a \
     message counts as said.",
];

/// What is asked for, what it keeps to in words, and what was found.
async fn found(app: &App, viewer: &Viewer, headers: &HeaderMap, asked: &Asked) -> Result<(Filter, Vec<String>, Found)> {
    let (filter, mistakes) = asked.filter(app).await?;
    if !mistakes.is_empty() {
        let why = "These days cannot be exported. Choose others under Insights.";
        return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    let known = Known::read(app, viewer, headers).await?;
    let found = find(app, &known, &filter).await?;
    let kept = filters(app, &known, asked, "/insights/voices").await?;
    let mut words: Vec<String> = kept.into_iter().map(|(words, _)| format!("only {words}")).collect();
    words.extend(filter.with_noise.then(|| "promotion and spam as well".to_owned()));
    Ok((filter, words, found))
}

pub(super) fn named(
    mut response: Response,
    kind: &'static str,
    period: Period,
    (what, ending): (&str, &str),
) -> Response {
    let name = format!("attachment; filename=\"{what}-{}-{}.{ending}\"", period.first(), period.last());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

pub(super) async fn json(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (filter, _, found) = found(&app, &viewer, &headers, &asked).await?;
    let body = Json(shapes::export(&filter, &found.overview, &found.answers));
    Ok(named(body.into_response(), "application/json", filter.period, ("voices", "json")))
}

pub(super) async fn csv(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (filter, kept, found) = found(&app, &viewer, &headers, &asked).await?;
    let table = table(&filter, &kept, &found);
    Ok(named(table.into_response(), "text/csv; charset=utf-8", filter.period, ("voices", "csv")))
}

/// A row a figure: what it is about, what is measured, its value with its interval, and on how many it rests.
pub(super) struct Table(pub String);

impl Table {
    pub const HEAD: &str = "section,of,name,figure,value,low,high,n,note\r\n";

    pub fn row(
        &mut self,
        (section, of, name): (&str, &str, &str),
        figure: &str,
        values: [Option<f64>; 3],
        n: u64,
        note: &str,
    ) {
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
        let [value, low, high] = values.map(number);
        let words = [section, of, name, figure].map(cell).join(",");
        self.0.push_str(&format!("{words},{value},{low},{high},{n},{}\r\n", cell(note)));
    }

    pub fn estimate(&mut self, (of, name): (&str, &str), figure: &str, said: &Result<Estimate, Refusal>) {
        let about = ("answer", of, name);
        match said {
            Ok(said) => {
                let note = format!("design effect {:.4}, effective n {:.1}", said.deff, said.effective_n);
                self.row(about, figure, [Some(said.share), Some(said.low), Some(said.high)], said.n, &note);
            }
            Err(refused) => self.row(about, figure, [None; 3], refused.n, &words::refusal(refused)),
        }
    }
}

impl Table {
    fn corrected(&mut self, about: (&str, &str), figure: &str, answer: &Answer, said: &Result<Corrected, Uncorrected>) {
        let (of, name) = about;
        let Some(known) = &answer.corrected else { return };
        let (values, note) = match said {
            Ok(said) => {
                ([Some(said.share), Some(said.low), Some(said.high)], corrected::checked(answer.question, known))
            }
            Err(_) => ([None; 3], corrected::refusal(answer.question, said)),
        };
        self.row(("answer", of, name), figure, values, known.read, &note);
    }
}

fn table(filter: &Filter, kept: &[String], found: &Found) -> String {
    let mut table = Table(Table::HEAD.to_owned());
    let overview = &found.overview;
    let heard = ("heard", "", "");
    table.row(heard, "people", [Some(overview.people as f64), None, None], overview.people, &words::headline(overview));
    table.row(heard, "messages", [Some(overview.messages as f64), None, None], overview.messages, "");
    table.row(heard, "messages of nobody known", [Some(overview.of_nobody as f64), None, None], overview.of_nobody, "");
    if let Some((all, of_them)) = overview.customers {
        table.row(heard, "customers heard", [Some(of_them as f64), None, None], all, "n: all customers");
    }
    for of in &overview.coverage {
        for part in &of.parts {
            let about = ("coverage", of.title.as_str(), part.name.as_str());
            table.row(about, "share of everybody", [Some(part.share), None, None], part.heard, "");
            table.row(about, "share of people heard", [Some(part.heard_share), None, None], part.heard, "");
            table.row(about, "share of messages", [Some(part.message_share), None, None], part.messages, "");
            let (index, low, high) = part.index.map_or((None, None, None), |(i, l, h)| (Some(i), Some(l), Some(h)));
            table.row(
                about,
                "index",
                [index, low, high],
                part.heard,
                if part.thin { "too few to say much" } else { "" },
            );
        }
        let note = words::linked(of);
        table.row(
            ("coverage", &of.title, ""),
            "people in no part",
            [Some(of.unlinked as f64), None, None],
            of.unlinked,
            &note,
        );
    }
    for (voices, name) in &found.voices {
        let c = &voices.concentration;
        for (figure, value) in [
            ("gini", c.gini),
            ("loudest 1 %", c.top_1),
            ("loudest 10 %", c.top_10),
            ("90-9-1: the next 9 %", c.one_nine_ninety.1),
            ("90-9-1: the other 90 %", c.one_nine_ninety.2),
            ("effective voices", c.effective_voices),
        ] {
            table.row(("concentration", "", name), figure, [Some(value), None, None], c.people, "");
        }
    }
    for (answer, name) in &found.answers {
        let about = (answer.question.name(), name.as_str());
        let about = (about.0.as_str(), about.1);
        table.row(("answer", about.0, about.1), "by messages", [answer.raw, None, None], answer.judged, "");
        table.estimate(about, "by people", &answer.by_person);
        if let Some(weighted) = &answer.weighted {
            table.estimate(about, "as everybody is made up", weighted);
            if let Ok(said) = weighted {
                let manski = [None, Some(said.manski.0), Some(said.manski.1)];
                table.row(("answer", about.0, about.1), "range for the unlinked", manski, said.unlinked.people, "");
            }
        }
        if let Some(known) = &answer.corrected {
            let all = [
                ("by messages, without the labels’ errors", Some(&known.by_message)),
                ("by people, without the labels’ errors", known.by_person.as_ref()),
                ("as everybody is made up, without the labels’ errors", known.weighted.as_ref()),
            ];
            for (figure, said) in all.into_iter().filter_map(|(figure, said)| Some((figure, said?))) {
                table.corrected(about, figure, answer, said);
            }
        }
        if let Some(without) = answer.without_loudest {
            let note = words::without_loudest(answer).unwrap_or_default();
            table.row(
                ("answer", about.0, about.1),
                "by messages without the loudest",
                [without.without, None, None],
                without.left_out,
                &note,
            );
        }
    }
    table.row(("method", "", ""), "days", [None; 3], 0, &figures::period(filter.period));
    kept.iter().for_each(|words| table.row(("method", "", ""), "filter", [None; 3], 0, words));
    if let Some(words) = found.answers.first().and_then(|(answer, _)| words::weighted_to(answer)) {
        table.row(("method", "", ""), "weighted to", [None; 3], 0, &words);
    }
    METHODS.iter().for_each(|words| table.row(("method", "", ""), "note", [None; 3], 0, words));
    table.0
}
