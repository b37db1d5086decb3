//! What programs and exports are told of whom the organisation hears; shares are fractions.

use super::ident::Ident;
use crate::insights::{corrected, words};
use serde::Serialize;
use tertulia_engine::{
    figures,
    insights::{
        asked::{Filter, Question},
        corrected::Correction,
        overview::{self, Overview},
        population::Basis,
        voices::Answer,
    },
};
use tertulia_voices::{
    coverage::Standing,
    estimate::{Estimate, Refusal},
    misclassification::{Corrected, Uncorrected},
};
use utoipa::ToSchema;

/// Whom the organisation heard in some days.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeardInDays {
    /// The first and the last day, both with it.
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    /// The same in a sentence.
    sentence: String,
    people: u64,
    messages: u64,
    /// Messages of which nobody knows who wrote them.
    messages_of_nobody: u64,
    /// Who stands in a list of customers; absent where there is none.
    customers: Option<u64>,
    customers_heard: Option<u64>,
    coverage: Vec<CoverageOf>,
    concentration: Vec<ConcentrationOf>,
}

/// How everybody and those who were heard are made up by one attribute.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoverageOf {
    attribute: String,
    title: String,
    basis: BasisOf,
    /// People heard of whom it is known: as customers, by what is known of them, by the language they write in.
    by_identity: u64,
    by_statement: u64,
    by_language: u64,
    /// People heard who are in no part.
    unlinked: u64,
    /// Customers of whom it is not known.
    unknown: u64,
    /// The surely unheard first.
    parts: Vec<PartOf>,
}

/// Where it is from how everybody is made up.
#[derive(Serialize, ToSchema)]
pub(crate) struct BasisOf {
    /// `customers` or `margins`.
    kind: String,
    /// Of margins: in the words of whoever put them down, and of which day.
    source: Option<String>,
    as_of: Option<String>,
}

impl From<&Basis> for BasisOf {
    fn from(basis: &Basis) -> Self {
        match basis {
            Basis::Customers => Self { kind: "customers".to_owned(), source: None, as_of: None },
            Basis::Margins { source, as_of } => {
                Self { kind: "margins".to_owned(), source: Some(source.clone()), as_of: Some(as_of.clone()) }
            }
        }
    }
}

/// One part; shares are fractions.
#[derive(Serialize, ToSchema)]
pub(crate) struct PartOf {
    key: String,
    name: String,
    /// Customers; of margins as they were given.
    amount: f64,
    share: f64,
    people: u64,
    people_share: f64,
    messages: u64,
    messages_share: f64,
    /// Its share of the people heard by its share of everybody: 1 at parity. Absent where nothing can be said.
    index: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    /// `unheard`, `at_par` or `loud`: what its interval says.
    standing: String,
    /// Too few to say much.
    thin: bool,
}

/// How few write how much.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConcentrationOf {
    /// Absent for all channels together.
    channel_id: Option<Ident>,
    people: u64,
    messages: u64,
    gini: f64,
    /// The part of the messages that the loudest 1 % and 10 % wrote.
    top_1: f64,
    top_10: f64,
    /// So many who all wrote as much would be as diverse (inverse Simpson).
    effective_voices: f64,
}

/// What is said of a question; shares are fractions.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnswerOf {
    question: String,
    title: String,
    /// The same in a sentence.
    sentence: String,
    /// How a person's answer is counted.
    definition: String,
    /// Messages that are meant, and those of which an answer is known.
    messages: u64,
    judged: u64,
    /// By messages, as they come.
    by_message: Option<f64>,
    /// People of whom an answer is known.
    people: u64,
    /// One person, one voice.
    by_person: EstimateOf,
    /// As everybody is made up; absent where nothing says how that is.
    weighted: Option<EstimateOf>,
    /// What the weighted share is weighted to, and what else is known of everybody and left out: too many at once.
    weighted_to: Vec<WeightedTo>,
    left_out: Vec<String>,
    /// The same without what the labels get wrong; absent of what is asked of no label.
    corrected: Option<CorrectionOf>,
    /// By messages without the loudest ten, and the part of the messages that is theirs.
    without_loudest: Option<f64>,
    loudest_share: Option<f64>,
}

/// What of a question's shares is the error of labels, and what they are without.
#[derive(Serialize, ToSchema)]
pub(crate) struct CorrectionOf {
    /// The kind of label.
    label: String,
    /// Messages that two readers said the same of, or that were settled.
    read: u64,
    /// The same in a sentence.
    sentence: String,
    /// Of what the machine calls so, how much is none; of what is so, how much it misses. Absent where nothing such was read.
    false_calls: Option<RateOf>,
    missed: Option<RateOf>,
    /// Messages of which a member said what they are: the corrected shares go by what the machine says of them all the same.
    told: u64,
    /// Messages that are still to be labelled again by another model, while that goes on; until then some are by either.
    to_come: Option<u64>,
    by_message: CorrectedOf,
    /// Absent where there is no such share to correct.
    by_person: Option<CorrectedOf>,
    weighted: Option<CorrectedOf>,
}

/// A part of a whole with its interval, at 95 %.
#[derive(Serialize, ToSchema)]
pub(crate) struct RateOf {
    share: f64,
    low: f64,
    high: f64,
}

/// A corrected share, or why there is none.
#[derive(Serialize, ToSchema)]
pub(crate) struct CorrectedOf {
    share: Option<f64>,
    /// The interval, at 95 %: it holds the doubt about labels and about whom was heard.
    low: Option<f64>,
    high: Option<f64>,
    /// The part of it in languages or on channels of which nothing was read: it is taken for like the others.
    unread: Option<f64>,
    /// The part of it in languages or on channels in which the labels are not told apart: it may be anything. Of people who count where
    /// any of their messages says so, those who wrote there.
    blind: Option<f64>,
    /// Why nothing is said, and what would mend it.
    refusal: Option<String>,
}

impl CorrectionOf {
    fn new(question: Question, known: &Correction) -> Self {
        let rate = |(share, low, high)| RateOf { share, low, high };
        let one = |said: &Result<Corrected, Uncorrected>| {
            let right = said.as_ref().ok();
            CorrectedOf {
                share: right.map(|said| said.share),
                low: right.map(|said| said.low),
                high: right.map(|said| said.high),
                unread: right.map(|said| said.unread),
                blind: right.map(|said| said.blind),
                refusal: said.is_err().then(|| corrected::refusal(question, said)),
            }
        };
        Self {
            label: known.kind.as_str().to_owned(),
            read: known.read,
            sentence: corrected::checked(question, known),
            false_calls: known.false_calls.map(rate),
            missed: known.missed.map(rate),
            told: known.told,
            to_come: known.to_come,
            by_message: one(&known.by_message),
            by_person: known.by_person.as_ref().map(one),
            weighted: known.weighted.as_ref().map(one),
        }
    }
}

/// An attribute that those who were heard are made to have as everybody has it.
#[derive(Serialize, ToSchema)]
pub(crate) struct WeightedTo {
    pub title: String,
    pub basis: BasisOf,
}

/// A share with how sure it is, or why nothing is said.
#[derive(Serialize, ToSchema)]
pub(crate) struct EstimateOf {
    share: Option<f64>,
    /// The interval, at 95 %.
    low: Option<f64>,
    high: Option<f64>,
    /// People on whom it rests.
    n: u64,
    /// Kish's design effect of the weights, and what n is worth by it.
    deff: Option<f64>,
    effective_n: Option<f64>,
    /// People heard who can be linked to nobody, and where the share would lie whatever they think.
    unlinked: u64,
    manski_low: Option<f64>,
    manski_high: Option<f64>,
    /// What was done on the way.
    notes: Vec<String>,
    /// Why nothing is said, and what would mend it.
    refusal: Option<String>,
}

impl From<&Result<Estimate, Refusal>> for EstimateOf {
    fn from(said: &Result<Estimate, Refusal>) -> Self {
        match said {
            Ok(said) => Self {
                share: Some(said.share),
                low: Some(said.low),
                high: Some(said.high),
                n: said.n,
                deff: Some(said.deff),
                effective_n: Some(said.effective_n),
                unlinked: said.unlinked.people,
                manski_low: Some(said.manski.0),
                manski_high: Some(said.manski.1),
                notes: said.notes.iter().map(ToString::to_string).collect(),
                refusal: None,
            },
            Err(refused) => Self {
                share: None,
                low: None,
                high: None,
                n: refused.n,
                deff: None,
                effective_n: None,
                unlinked: refused.unlinked.people,
                manski_low: None,
                manski_high: None,
                notes: Vec::new(),
                refusal: Some(words::refusal(refused)),
            },
        }
    }
}

/// What an export keeps to; what is absent keeps to nothing.
#[derive(Serialize)]
struct Kept {
    channel_id: Option<Ident>,
    language: Option<String>,
    attribute: Option<String>,
    part: Option<String>,
    segment_id: Option<Ident>,
    mode: Option<&'static str>,
    noise: bool,
}

/// All of it, as the overview and the page of voices export it.
#[derive(Serialize)]
pub(crate) struct Exported {
    filter: Kept,
    heard: HeardInDays,
    answers: Vec<AnswerOf>,
    /// Of the overview, where there were any exchanges.
    #[serde(skip_serializing_if = "Option::is_none")]
    meaningful: Option<MeaningfulOf>,
    methods: Vec<&'static str>,
}

/// What part of all exchanges was meaningful.
#[derive(Serialize)]
struct MeaningfulOf {
    /// Absent where it rests on fewer than five.
    share: Option<f64>,
    n: usize,
    held: usize,
    unknown: usize,
    people: usize,
    definition: &'static str,
}

impl From<&figures::Estimate> for MeaningfulOf {
    fn from(said: &figures::Estimate) -> Self {
        Self {
            share: said.value,
            n: said.n,
            held: said.held,
            unknown: said.unknown,
            people: said.people,
            definition: figures::definition(figures::Figure::Meaningful),
        }
    }
}

pub(crate) fn export(
    filter: &Filter,
    overview: &Overview,
    answers: &[(Answer, String)],
    meaningful: Option<&figures::Estimate>,
) -> Exported {
    let part = filter.part.as_ref();
    let kept = Kept {
        channel_id: filter.channel.map(Ident::from),
        language: filter.language.clone(),
        attribute: part.map(|(attribute, _)| attribute.clone()),
        part: part.map(|(_, key)| key.clone()),
        segment_id: filter.segment.map(Ident),
        mode: filter.mode.map(tertulia_model::Mode::as_str),
        noise: filter.with_noise,
    };
    Exported {
        filter: kept,
        heard: heard(filter, overview),
        answers: answers.iter().map(|(answer, name)| answered(answer, name)).collect(),
        meaningful: meaningful.map(Into::into),
        methods: crate::insights::METHODS.to_vec(),
    }
}

pub(super) fn heard(filter: &Filter, found: &Overview) -> HeardInDays {
    let part = |part: &overview::Covered| PartOf {
        key: part.key.clone(),
        name: part.name.clone(),
        amount: part.amount,
        share: part.share,
        people: part.heard,
        people_share: part.heard_share,
        messages: part.messages,
        messages_share: part.message_share,
        index: part.index.map(|(at, ..)| at),
        low: part.index.map(|(_, low, _)| low),
        high: part.index.map(|(_, _, high)| high),
        standing: match part.standing {
            Standing::Unheard => "unheard",
            Standing::AtPar => "at_par",
            Standing::Loud => "loud",
        }
        .to_owned(),
        thin: part.thin,
    };
    let coverage = |of: &overview::Coverage| CoverageOf {
        attribute: of.attribute.clone(),
        title: of.title.clone(),
        basis: (&of.basis).into(),
        by_identity: of.by_identity,
        by_statement: of.by_statement,
        by_language: of.by_language,
        unlinked: of.unlinked,
        unknown: of.unknown,
        parts: of.parts.iter().map(part).collect(),
    };
    let speaking = |voices: &overview::Speaking| ConcentrationOf {
        channel_id: voices.channel.map(Ident::from),
        people: voices.concentration.people,
        messages: voices.concentration.messages,
        gini: voices.concentration.gini,
        top_1: voices.concentration.top_1,
        top_10: voices.concentration.top_10,
        effective_voices: voices.concentration.effective_voices,
    };
    HeardInDays {
        from: filter.period.first().to_string(),
        until: filter.period.last().to_string(),
        sentence: words::headline(found),
        people: found.people,
        messages: found.messages,
        messages_of_nobody: found.of_nobody,
        customers: found.customers.map(|(all, _)| all),
        customers_heard: found.customers.map(|(_, heard)| heard),
        coverage: found.coverage.iter().map(coverage).collect(),
        concentration: found.voices.iter().map(speaking).collect(),
    }
}

pub(super) fn answered(answer: &Answer, name: &str) -> AnswerOf {
    AnswerOf {
        question: answer.question.name(),
        title: name.to_owned(),
        sentence: words::answer(answer, name),
        definition: words::definition(answer.question).to_owned(),
        messages: answer.messages,
        judged: answer.judged,
        by_message: answer.raw,
        people: answer.people,
        by_person: (&answer.by_person).into(),
        weighted: answer.weighted.as_ref().map(Into::into),
        weighted_to: answer
            .margins
            .iter()
            .map(|(title, basis)| WeightedTo { title: title.clone(), basis: basis.into() })
            .collect(),
        left_out: answer.left_out.clone(),
        corrected: answer.corrected.as_ref().map(|known| CorrectionOf::new(answer.question, known)),
        without_loudest: answer.without_loudest.and_then(|found| found.without),
        loudest_share: answer.without_loudest.map(|found| found.their_share),
    }
}
