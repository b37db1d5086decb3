//! What a share would be if every label were right: machines' guesses corrected by how often they are wrong here, as the samples
//! that were read say (`labels::measured`), each message by its language and channel. That goes by what the machine said of all of
//! them: what members came upon and corrected is just what it got wrong, and taken out would be taken back twice.

use super::{
    asked::{Filter, Question},
    columns::{Chosen, Columns, NOBODY, OfCell},
};
use crate::{
    Engine, Result,
    labels::{Measured, READERS, measured_lately, progress},
    promises,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use tertulia_analysis::labels::{Kind, NEGATIVE, NO, POSITIVE, SUBSTANTIAL, YES};
use tertulia_model::ChannelId;
use tertulia_store::{insights, keys};
use tertulia_voices::{
    confusion::Confusion,
    estimate::{Refusal, Weighed},
    misclassification::{self, Corrected, Counting, Doubt, Errors, Person, Said, Uncorrected},
    pooling::Cell,
};

/// Of all intervals.
const LEVEL: f64 = 0.95;
/// The same figures always have the same interval.
const SEED: u64 = 1970;

/// What of a figure is the machine's error, and what it is without.
#[derive(Debug, Clone)]
pub struct Correction {
    pub kind: Kind,
    /// Messages that as many readers said the same of, or that were settled, and that the machine labels.
    pub read: u64,
    pub readers: u64,
    /// Of what the machine calls so, how much is none; and of what is so, how much it misses. Each with its interval, 0..1; none
    /// where nothing such was read.
    pub false_calls: Option<(f64, f64, f64)>,
    pub missed: Option<(f64, f64, f64)>,
    /// Messages of which a member said what they are: the machine's own share goes by that, the corrected one does not.
    pub told: u64,
    /// Messages that the models that hold now are still to label, while they label the past: of these other models said it.
    pub to_come: Option<u64>,
    pub by_message: std::result::Result<Corrected, Uncorrected>,
    /// One person, one voice, and as everybody is made up; none where there is no such estimate.
    pub by_person: Option<std::result::Result<Corrected, Uncorrected>>,
    pub weighted: Option<std::result::Result<Corrected, Uncorrected>>,
}

impl Question {
    /// Which label answers it, and which value of it says yes; none of what a monitor finds or somebody answered: neither is a guess.
    pub fn label(self) -> Option<(Kind, u16)> {
        Some(match self {
            Self::Negative => (Kind::Sentiment, NEGATIVE),
            Self::Positive => (Kind::Sentiment, POSITIVE),
            Self::Asks => (Kind::Question, YES),
            Self::Wants => (Kind::Request, YES),
            Self::Complains => (Kind::Complaint, YES),
            Self::Thanks => (Kind::Thanks, YES),
            Self::Commits => (Kind::Commitment, YES),
            Self::Substance => (Kind::Substance, SUBSTANTIAL),
            Self::Monitor(_) | Self::Scored(_) | Self::Topic(_) => return None,
        })
    }

    fn counting(self) -> Counting {
        if self.is_of_each() { Counting::EachPart } else { Counting::Any }
    }
}

/// What was read of one kind of label, and where members said what it is.
pub(super) struct Checked {
    kind: Kind,
    class: usize,
    measured: Arc<Measured>,
    /// Places, in their order, and what the machine says there.
    said: Vec<(i64, Option<usize>)>,
    to_come: Option<u64>,
}

/// What was read of the label that answers a question.
pub(super) async fn checked(engine: &Engine, filter: &Filter, question: Question) -> Result<Option<Checked>> {
    let Some((kind, value)) = question.label() else { return Ok(None) };
    let Some(class) = kind.values().iter().position(|(known, _)| *known == value) else { return Ok(None) };
    let measured = measured_lately(engine, kind).await?;
    let mut said = Vec::new();
    let mut db = engine.db.reader();
    let runs = progress(&mut db).await?.filter(|stands| stands.ended_at.is_none());
    let to_come = runs.map(|stands| u64::try_from(stands.left()).unwrap_or(0));
    if measured.n > 0 {
        let window = filter.period.window(&promises::time_zone(&mut db).await?);
        let span = (keys::place_at(window.from), keys::place_until(window.until));
        let all = insights::corrected(&mut db, span).await?;
        let places: Vec<i64> =
            all.into_iter().filter(|(_, of, _)| *of == kind.code()).map(|(place, ..)| place).collect();
        // In the order of their places, each once.
        let found = insights::said_at(&mut db, &places).await?;
        said.extend(found.into_iter().map(|one| (one.place, guessed(kind, &one))));
    }
    Ok(Some(Checked { kind, class, measured, said, to_come }))
}

/// The place among the values of a kind of what the machine says of a message.
fn guessed(kind: Kind, said: &insights::Said) -> Option<usize> {
    let act = || {
        let n = Kind::ACTS.iter().position(|act| *act == kind)?;
        said.acts.map(|acts| i64::from(if acts >> n & 1 == 1 { YES } else { NO }))
    };
    let value = match kind {
        Kind::Sentiment => said.sentiment,
        Kind::Noise => said.noise,
        Kind::Substance => said.substance,
        _ => act(),
    }?;
    kind.values().iter().position(|(known, _)| i64::from(*known) == value)
}

/// An estimate by its weights, with the number of each person of its sample.
pub(super) type Weights<'a> = (&'a std::result::Result<Weighed, Refusal>, &'a [u32]);

/// Corrects what a question comes to.
pub(super) fn corrected(
    (columns, chosen): (&Columns, &Chosen),
    question: Question,
    checked: &Checked,
    by_person: Weights<'_>,
    weighted: Option<Weights<'_>>,
) -> Correction {
    let mut cells = checked.measured.confusions();
    let stand_for: Vec<f64> = checked.measured.cells.iter().map(|cell| cell.stands_for.max(1) as f64).collect();
    let [false_calls, missed] = misclassification::mistakes(&cells, &stand_for, checked.class);
    let told = |errors: &std::result::Result<Errors, Uncorrected>, by_cell: &Told| {
        let of = |weights: Weights<'_>| {
            let weighed = weights.0.as_ref().ok()?;
            let errors = errors.as_ref().map_err(Clone::clone);
            Some(errors.and_then(|errors| by_cell.of_people(weighed, weights.1, (question, checked.class), errors)))
        };
        let of_messages =
            || errors.as_ref().map_err(Clone::clone).and_then(|errors| by_cell.of_messages(checked.class, errors));
        // Each is drawn hundreds of times.
        let (by_message, (by_person, weighted)) =
            rayon::join(of_messages, || rayon::join(|| of(by_person), || weighted.and_then(of)));
        Correction {
            kind: checked.kind,
            read: checked.measured.n as u64,
            readers: READERS as u64,
            false_calls,
            missed,
            told: by_cell.told,
            to_come: checked.to_come,
            by_message,
            by_person,
            weighted,
        }
    };
    // Where too little was read nothing has to be counted.
    let errors = Errors::new(&cells);
    if errors.is_err() {
        return told(&errors, &Told::default());
    }
    let by_cell = columns.by_cell(chosen, question.heard(&super::asked::Found::default()), &checked.said);
    let by_cell = Told::new(columns, by_cell, &mut cells);
    told(&Errors::new(&cells), &by_cell)
}

/// What each person said, in the cells of the errors.
#[derive(Default)]
struct Told {
    said: Vec<Said>,
    /// Messages of which a member said what they are.
    told: u64,
    /// Where each person's stand, by their numbers.
    of: Vec<std::ops::Range<usize>>,
}

impl Told {
    /// Cells of which nothing was read are put to those of which something was.
    fn new(columns: &Columns, by_cell: Vec<OfCell>, cells: &mut Vec<Cell>) -> Self {
        let classes: Vec<String> = cells.first().map(|cell| cell.confusion.classes.clone()).unwrap_or_default();
        let classes: Vec<&str> = classes.iter().map(String::as_str).collect();
        let mut places: BTreeMap<(String, String), u32> =
            (0..).zip(cells.iter()).map(|(at, cell)| ((cell.channel.clone(), cell.language.clone()), at)).collect();
        let mut known: HashMap<(u16, u16), u32> = HashMap::new();
        let mut place = |channel: u16, language: u16| {
            *known.entry((channel, language)).or_insert_with(|| {
                let channel = columns.channels().get(usize::from(channel)).copied().unwrap_or(ChannelId(0)).to_string();
                let language = columns.languages().get(usize::from(language)).cloned().unwrap_or_default();
                *places.entry((channel, language)).or_insert_with_key(|(channel, language)| {
                    let (language, channel) = (language.clone(), channel.clone());
                    cells.push(Cell { language, channel, confusion: Confusion::new(&classes) });
                    (cells.len() - 1) as u32
                })
            })
        };
        let many = |of: &OfCell| of.counts.iter().map(|count| u64::from(*count)).sum::<u64>();
        let corrected = by_cell.iter().filter(|one| one.is_said).map(many).sum();
        let mut told = Self { said: Vec::with_capacity(by_cell.len()), told: corrected, of: Vec::new() };
        for of_person in by_cell.chunk_by(|a, b| a.person == b.person) {
            let begin = told.said.len();
            told.said.extend(
                of_person.iter().map(|one| Said { cell: Some(place(one.channel, one.language)), counts: one.counts }),
            );
            let person = of_person[0].person;
            if person != NOBODY {
                told.of.resize(person as usize + 1, 0..0);
                told.of[person as usize] = begin..told.said.len();
            }
        }
        told
    }

    fn of(&self, person: u32) -> &[Said] {
        self.of.get(person as usize).map_or(&[], |range| &self.said[range.clone()])
    }

    /// These messages, whoever wrote them.
    fn of_messages(&self, class: usize, errors: &Errors) -> std::result::Result<Corrected, Uncorrected> {
        let messages: f64 = self.said.iter().map(|said| f64::from(said.all())).sum();
        // All of it as if one had said it: each message counts once.
        let all = [Person { weight: 1.0, said: &self.said }];
        misclassification::correct(&all, class, Counting::EachPart, errors, (Doubt::Labels { messages }, LEVEL, SEED))
    }

    fn of_people(
        &self,
        weighed: &Weighed,
        persons: &[u32],
        (question, class): (Question, usize),
        errors: &Errors,
    ) -> std::result::Result<Corrected, Uncorrected> {
        let person = |(at, weight): (&u32, &f64)| {
            let number = persons.get(*at as usize).copied().unwrap_or(NOBODY);
            Person { weight: *weight, said: self.of(number) }
        };
        let people: Vec<Person<'_>> = weighed.people.iter().zip(&weighed.weights).map(person).collect();
        let doubt = Doubt::Sample { worth: weighed.estimate.worth };
        misclassification::correct(&people, class, question.counting(), errors, (doubt, LEVEL, SEED))
    }
}
