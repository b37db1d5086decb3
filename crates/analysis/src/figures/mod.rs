//! How well an organisation answers, from who spoke when. What each figure means is written in `docs/guides/figures.md`.
//!
//! A turn is what one side says until the other speaks. Whatever a figure says it says of its cases, so that each can be
//! opened and looked at.

mod fold;
mod meaning;

pub use fold::{Fold, Said, Side, Window, two_way};
pub use meaning::{Meaning, Verdict, Weight, meaning};

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tertulia_model::{ChangeId, ChannelId, ConversationId, Millis, PersonId};

/// What can be measured. Whoever adds a figure adds its cases to [`Report`], and its words to `engine::figures`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Figure {
    FirstAnswer,
    LaterAnswer,
    Answered,
    JustListened,
    Unanswered,
    TwoWay,
    Turns,
    Meaningful,
    PromisesKept,
    LoopTime,
}

/// What a figure's value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The median of spans of time, in milliseconds.
    Time,
    /// A part of all, 0 to 1.
    Share,
    /// The median of numbers.
    Number,
    /// How many people.
    People,
}

impl Figure {
    pub const ALL: [Self; 10] = [
        Self::FirstAnswer,
        Self::LaterAnswer,
        Self::Answered,
        Self::JustListened,
        Self::Unanswered,
        Self::TwoWay,
        Self::Turns,
        Self::Meaningful,
        Self::PromisesKept,
        Self::LoopTime,
    ];

    /// Its name in addresses, in the API and in goals.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstAnswer => "first-answer",
            Self::LaterAnswer => "later-answer",
            Self::Answered => "answered",
            Self::JustListened => "just-listened",
            Self::Unanswered => "unanswered",
            Self::TwoWay => "two-way",
            Self::Turns => "turns",
            Self::Meaningful => "meaningful",
            Self::PromisesKept => "promises-kept",
            Self::LoopTime => "loop-time",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.name() == name)
    }

    pub fn unit(self) -> Unit {
        match self {
            Self::FirstAnswer | Self::LaterAnswer | Self::LoopTime => Unit::Time,
            Self::Answered | Self::JustListened | Self::TwoWay | Self::Meaningful | Self::PromisesKept => Unit::Share,
            Self::Turns => Unit::Number,
            Self::Unanswered => Unit::People,
        }
    }

    /// On which side of the figure a case stands. None: what was just listened to has no answer to wait for, and neither
    /// flatters a figure of answers nor hurts it; and of what was said in an exchange nobody knows what it is worth.
    pub fn side(self, case: &Case) -> Option<bool> {
        match self {
            Self::JustListened => Some(case.listened),
            Self::Meaningful => case.meaning.and_then(Meaning::holds),
            _ if case.listened => None,
            _ => Some(case.holds),
        }
    }

    /// Whether a case that began then is one of these days: who waits for an answer waits since whenever they wrote.
    fn is_of(self, window: Window, at: Millis) -> bool {
        match self {
            Self::Unanswered => at < window.until,
            _ => window.holds(at),
        }
    }
}

/// One of those that a figure speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Names the case within its figure: later cases have higher ones.
    pub key: i64,
    /// None where somebody was told of a change another way, and had asked another way.
    pub conversation: Option<ConversationId>,
    /// Of what they were told.
    pub change: Option<ChangeId>,
    /// When it began; when they were told.
    pub at: Millis,
    /// Those of them whom it is about.
    pub people: Vec<PersonId>,
    pub channel: Option<ChannelId>,
    pub language: Arc<str>,
    /// Answered, two-way, kept, told.
    pub holds: bool,
    /// A member ended it as just listened to.
    pub listened: bool,
    /// Milliseconds, or turns; none where there is nothing to measure.
    pub value: Option<i64>,
    /// Of a conversation that went both ways: whether it was meaningful, and why.
    pub meaning: Option<Meaning>,
}

/// All cases of a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The first turn of theirs in a conversation.
    pub first: Vec<Case>,
    /// Each turn of theirs after that.
    pub later: Vec<Case>,
    /// Turns of theirs that are the last word, and which nobody has answered, since whenever.
    pub waiting: Vec<Case>,
    /// Conversations that began, by either side.
    pub talks: Vec<Case>,
    /// What we promised.
    pub promises: Vec<Case>,
    /// Who was told what became of what they asked.
    pub told: Vec<Case>,
}

impl Report {
    /// The cases that a figure speaks of.
    pub fn cases(&self, figure: Figure) -> Vec<&Case> {
        match figure {
            Figure::FirstAnswer | Figure::Answered | Figure::JustListened => self.first.iter().collect(),
            Figure::LaterAnswer => self.later.iter().collect(),
            Figure::Unanswered => self.waiting.iter().collect(),
            Figure::TwoWay => self.talks.iter().collect(),
            Figure::Turns | Figure::Meaningful => self.talks.iter().filter(|talk| talk.holds).collect(),
            Figure::PromisesKept => self.promises.iter().collect(),
            Figure::LoopTime => self.told.iter().collect(),
        }
    }

    /// All cases, whatever they are for.
    pub fn all(&self) -> impl Iterator<Item = &Case> {
        [&self.first, &self.later, &self.waiting, &self.talks, &self.promises, &self.told].into_iter().flatten()
    }

    /// Keeps the cases that are wanted, as far as they are.
    pub fn keep(&mut self, is_wanted: impl Fn(&mut Case) -> bool) {
        let Self { first, later, waiting, talks, promises, told } = self;
        for cases in [first, later, waiting, talks, promises, told] {
            cases.retain_mut(&is_wanted);
        }
    }

    /// What a figure says of a part of the days that were counted.
    pub fn of_window(&self, figure: Figure, window: Window) -> Estimate {
        estimate(figure, self.cases(figure).into_iter().filter(|case| figure.is_of(window, case.at)))
    }
}

/// A figure of fewer cases says less than each of them would.
pub const FEW: usize = 5;

/// What a figure says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// None: there are too few cases to say.
    pub value: Option<f64>,
    /// Nine of ten stay at or below it; for spans of time and numbers.
    pub p90: Option<f64>,
    /// How many cases it rests on.
    pub n: usize,
    /// Of how many it was looked for: those without an answer have no time to their answer.
    pub of: usize,
    /// How many of these were answered, two-way, kept.
    pub held: usize,
    /// How many more were just listened to, and stand on neither side.
    pub listened: usize,
    /// Of how many more it is not known on which side they stand.
    pub unknown: usize,
    /// How many people those are about on which it rests.
    pub people: usize,
}

/// What these cases say of a figure.
pub fn estimate<'a>(figure: Figure, cases: impl IntoIterator<Item = &'a Case>) -> Estimate {
    let is_measured = matches!(figure.unit(), Unit::Time | Unit::Number);
    let (mut of, mut held, mut listened, mut unknown) = (0, 0, 0, 0);
    let (mut values, mut people) = (Vec::new(), HashSet::new());
    for case in cases {
        let Some(holds) = figure.side(case) else {
            listened += usize::from(case.listened);
            unknown += usize::from(!case.listened);
            continue;
        };
        of += 1;
        held += usize::from(holds);
        values.extend(case.value);
        if !is_measured || case.value.is_some() {
            people.extend(case.people.iter().copied());
        }
    }
    values.sort_unstable();
    let rest = Estimate { value: None, p90: None, n: of, of, held, listened, unknown, people: people.len() };
    match figure.unit() {
        Unit::People => Estimate { value: Some(people.len() as f64), ..rest },
        Unit::Share => Estimate { value: (of >= FEW).then(|| held as f64 / of as f64), ..rest },
        Unit::Time | Unit::Number => {
            let n = values.len();
            let is_enough = n >= FEW;
            Estimate {
                value: median(&values).filter(|_| is_enough),
                p90: p90(&values).filter(|_| is_enough),
                n,
                ..rest
            }
        }
    }
}

/// Cases by what they have in common, the largest part first.
pub fn parted<K: Ord + std::hash::Hash>(cases: &[Case], key: impl Fn(&Case) -> K) -> Vec<(K, Vec<&Case>)> {
    parted_by_each(cases, |case| vec![key(case)])
}

/// The same where a case stands in several parts: once for each key.
pub fn parted_by_each<K: Ord + std::hash::Hash>(
    cases: &[Case],
    keys: impl Fn(&Case) -> Vec<K>,
) -> Vec<(K, Vec<&Case>)> {
    let mut parts: HashMap<K, Vec<&Case>> = HashMap::new();
    for case in cases {
        for key in keys(case) {
            parts.entry(key).or_default().push(case);
        }
    }
    let mut parts: Vec<(K, Vec<&Case>)> = parts.into_iter().collect();
    parts.sort_by(|(one, these), (other, those)| those.len().cmp(&these.len()).then_with(|| one.cmp(other)));
    parts
}

/// What stands in the middle of sorted values; of two, what lies between them.
pub(crate) fn median(sorted: &[i64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)? as f64;
    let lower = sorted[(sorted.len() - 1) / 2] as f64;
    Some(f64::midpoint(lower, upper))
}

/// By the nearest rank.
pub(crate) fn p90(sorted: &[i64]) -> Option<f64> {
    let rank = (sorted.len() * 9).div_ceil(10);
    sorted.get(rank.checked_sub(1)?).map(|value| *value as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(n: i64, value: Option<i64>) -> Case {
        Case {
            key: n,
            conversation: Some(ConversationId(n)),
            change: None,
            at: n,
            people: vec![PersonId(n % 3)],
            channel: Some(ChannelId(1)),
            language: "en".into(),
            holds: value.is_some(),
            listened: false,
            value,
            meaning: None,
        }
    }

    #[test]
    fn of_what_nobody_knows_whether_it_is_meaningful_nothing_is_said() {
        let of = |n: i64, verdict| {
            let meaning = Some(Meaning { verdict, returns: 1, substantial: 1 });
            Case { holds: true, meaning, ..case(n, Some(3)) }
        };
        let mut cases: Vec<Case> = (0..5).map(|n| of(n, Verdict::Meaningful)).collect();
        cases.push(of(5, Verdict::NoReturn));
        cases.push(of(6, Verdict::Unknown));
        let said = estimate(Figure::Meaningful, &cases);
        assert_eq!((said.value, said.n, said.held, said.unknown, said.listened), (Some(5.0 / 6.0), 6, 5, 1, 0));
    }

    #[test]
    fn every_figure_is_found_by_its_name() {
        for figure in Figure::ALL {
            assert_eq!(Figure::named(figure.name()), Some(figure));
        }
        assert_eq!(Figure::named("first"), None);
    }

    #[test]
    fn the_median_stands_in_the_middle_and_nine_of_ten_stay_below_the_other() {
        let cases: Vec<Case> = (1..=10).map(|n| case(n, Some(n * 10))).collect();
        let said = estimate(Figure::FirstAnswer, &cases);
        assert_eq!((said.value, said.p90, said.n, said.people), (Some(55.0), Some(90.0), 10, 3));
        let said = estimate(Figure::FirstAnswer, &cases[..5]);
        assert_eq!((said.value, said.p90), (Some(30.0), Some(50.0)));
    }

    #[test]
    fn too_few_cases_say_nothing_and_those_without_an_answer_have_no_time() {
        let mut cases: Vec<Case> = (1..=4).map(|n| case(n, Some(n))).collect();
        let said = estimate(Figure::FirstAnswer, &cases);
        assert_eq!((said.value, said.p90, said.n), (None, None, 4));
        cases.push(case(5, None));
        assert_eq!(estimate(Figure::FirstAnswer, &cases).value, None, "four were answered");
        let share = estimate(Figure::Answered, &cases);
        assert_eq!((share.value, share.n), (Some(0.8), 5));
        assert_eq!(estimate(Figure::Unanswered, &cases[..2]).value, Some(2.0), "a count is never too small");
        assert_eq!(estimate(Figure::Answered, &[]).value, None);
    }
    #[test]
    fn a_median_rests_on_those_who_have_a_value_and_names_how_many_people_these_are() {
        let answered = (1..=5).map(|n| Case { people: vec![PersonId(7)], ..case(n, Some(n)) });
        let cases: Vec<Case> = answered.chain((6..=40).map(|n| case(n, None))).collect();
        let said = estimate(Figure::FirstAnswer, &cases);
        assert_eq!((said.value, said.n, said.of, said.people), (Some(3.0), 5, 40, 1));
        assert_eq!(estimate(Figure::Answered, &cases).people, 4);
    }

    #[test]
    fn what_was_just_listened_to_stands_on_neither_side_of_answers_and_is_counted() {
        let mut cases: Vec<Case> = (1..=9).map(|n| case(n, Some(n))).collect();
        for heard in &mut cases[..3] {
            (heard.holds, heard.listened, heard.value) = (false, true, None);
        }
        let answered = estimate(Figure::Answered, &cases);
        assert_eq!((answered.value, answered.n, answered.held, answered.listened), (Some(1.0), 6, 6, 3));
        let first = estimate(Figure::FirstAnswer, &cases);
        assert_eq!((first.value, first.n, first.of, first.listened), (Some(6.5), 6, 6, 3));
        let heard = estimate(Figure::JustListened, &cases);
        assert_eq!((heard.value, heard.n, heard.listened), (Some(3.0 / 9.0), 9, 0));
    }

    #[test]
    fn a_case_stands_in_each_of_its_parts_and_the_largest_comes_first() {
        let cases: Vec<Case> = (1..=4).map(|n| case(n, None)).collect();
        let keys = |case: &Case| if case.key == 2 { vec!["b", "a"] } else { vec!["b"] };
        let parts = parted_by_each(&cases, keys);
        let told: Vec<_> = parts.iter().map(|(key, cases)| (*key, cases.len())).collect();
        assert_eq!(told, [("b", 4), ("a", 1)]);
        assert_eq!(parted(&cases, |case| case.people[0]).len(), 3);
    }

    #[test]
    fn what_is_kept_of_a_report_is_kept_in_all_of_its_lists() {
        let list = || vec![case(1, None), case(2, None)];
        let (first, later, waiting, talks, promises, told) = (list(), list(), list(), list(), list(), list());
        let mut report = Report { first, later, waiting, talks, promises, told };
        assert_eq!(report.all().count(), 12);
        report.keep(|case| case.key == 2);
        assert_eq!(report.all().map(|case| case.key).collect::<Vec<_>>(), [2; 6]);
    }

    #[test]
    fn a_part_of_the_days_is_what_a_report_of_these_days_says() {
        let whole = Report { first: (0..30).map(|n| case(n, Some(n))).collect(), ..Report::default() };
        let part = Window { from: 10, until: 20 };
        let alone = Report { first: (10..20).map(|n| case(n, Some(n))).collect(), ..Report::default() };
        assert_eq!(
            whole.of_window(Figure::FirstAnswer, part),
            estimate(Figure::FirstAnswer, alone.cases(Figure::FirstAnswer))
        );
        let waiting = Report { waiting: (0..30).map(|n| case(n, None)).collect(), ..Report::default() };
        assert_eq!(waiting.of_window(Figure::Unanswered, part).n, 20, "whoever waits since before waits");
    }
}
