//! How somebody answers in public, as anybody can see it: the same for another organisation and for ours, so that the two can
//! stand beside each other. What each figure means is written in `docs/guides/others.md`.

use crate::figures::{FEW, Window, median, p90};
use std::collections::{HashMap, HashSet};
use tertulia_model::{ChannelId, MessageId, Millis, PersonId, ThreadId};

/// How something was said to an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// It answers something that the organisation said itself.
    Reply,
    /// It names its account, or stands on its page.
    Named,
}

/// Who says it, as the organisation that is looked at sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// The organisation itself, answering this person; none where it answers nobody who is known.
    Itself(Option<PersonId>),
    /// Somebody else, saying it to the organisation; none where it is said to nobody or to others.
    Somebody(PersonId, Option<Kind>),
}

/// One message that everybody can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub message: MessageId,
    pub thread: ThreadId,
    pub place: i64,
    pub at: Millis,
    pub channel: ChannelId,
    pub voice: Voice,
}

/// Somebody who said something to the organisation in a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The first thing of these days that they said to it there.
    pub message: MessageId,
    /// Its place: later cases have higher ones.
    pub key: i64,
    pub at: Millis,
    pub person: PersonId,
    pub channel: ChannelId,
    pub kind: Kind,
    /// The first public answer to them after it, and how long it took.
    pub answer: Option<(MessageId, Millis)>,
}

/// Who said something to the organisation in a window, and what became of it: of messages of whole threads, those of one
/// beside each other and in their order. The answer may come after the window.
pub fn cases(said: &[Said], window: Window) -> Vec<Case> {
    let mut cases = Vec::new();
    for thread in said.chunk_by(|one, next| one.thread == next.thread) {
        let mut of: HashMap<PersonId, Case> = HashMap::new();
        for one in thread {
            match one.voice {
                Voice::Somebody(person, Some(kind)) if window.holds(one.at) => {
                    of.entry(person).or_insert_with(|| begun(one, person, kind));
                }
                Voice::Itself(Some(person)) => {
                    if let Some(case) = of.get_mut(&person).filter(|case| case.answer.is_none()) {
                        case.answer = Some((one.message, (one.at - case.at).max(0)));
                    }
                }
                Voice::Somebody(..) | Voice::Itself(None) => {}
            }
        }
        cases.extend(of.into_values());
    }
    cases.sort_unstable_by_key(|case| case.key);
    cases
}

fn begun(one: &Said, person: PersonId, kind: Kind) -> Case {
    Case { message: one.message, key: one.place, at: one.at, person, channel: one.channel, kind, answer: None }
}

/// What cases say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answers {
    /// How many cases there are, and how many people they are of.
    pub n: usize,
    pub people: usize,
    /// How many of them were answered, and how many people these are of.
    pub answered: usize,
    pub people_answered: usize,
    /// The part that was answered; none of too few.
    pub share: Option<f64>,
    /// How long it took: the median, and below which nine of ten stay; none of too few answers.
    pub half: Option<f64>,
    pub nine: Option<f64>,
}

pub fn answers<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Answers {
    let cases: Vec<&Case> = cases.into_iter().collect();
    let people = |of: &[&Case]| of.iter().map(|case| case.person).collect::<HashSet<_>>().len();
    let answered: Vec<&Case> = cases.iter().copied().filter(|case| case.answer.is_some()).collect();
    let mut took: Vec<Millis> = answered.iter().filter_map(|case| case.answer.map(|(_, after)| after)).collect();
    took.sort_unstable();
    let n = cases.len();
    let is_enough = took.len() >= FEW;
    Answers {
        n,
        people: people(&cases),
        answered: took.len(),
        people_answered: people(&answered),
        share: (n >= FEW).then(|| took.len() as f64 / n as f64),
        half: median(&took).filter(|_| is_enough),
        nine: p90(&took).filter(|_| is_enough),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Window = Window { from: 0, until: 1_000 };

    fn one(n: i64, thread: i64, voice: Voice) -> Said {
        Said { message: MessageId(n), thread: ThreadId(thread), place: n, at: n * 10, channel: ChannelId(1), voice }
    }

    fn to_it(n: i64, thread: i64, person: i64) -> Said {
        one(n, thread, Voice::Somebody(PersonId(person), Some(Kind::Named)))
    }

    fn answer(n: i64, thread: i64, person: i64) -> Said {
        one(n, thread, Voice::Itself(Some(PersonId(person))))
    }

    #[test]
    fn who_says_several_things_in_a_thread_counts_once_from_the_first_to_the_first_answer() {
        let said = [to_it(1, 1, 7), to_it(2, 1, 7), answer(3, 1, 7), to_it(4, 1, 7), answer(9, 1, 7), to_it(5, 2, 7)];
        let found = cases(&said, ALL);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].key, found[0].answer), (1, Some((MessageId(3), 20))));
        assert_eq!((found[1].key, found[1].answer), (5, None));
        assert_eq!(answers(&found).people, 1);
    }

    #[test]
    fn an_answer_to_somebody_else_or_to_nobody_answers_nobody_here() {
        let said = [to_it(1, 1, 7), to_it(2, 1, 8), answer(3, 1, 8), one(4, 1, Voice::Itself(None))];
        let found = cases(&said, ALL);
        assert_eq!(found.iter().map(|case| case.answer.is_some()).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn what_is_said_to_nobody_begins_nothing_and_an_answer_before_it_answers_nothing() {
        let said = [one(1, 1, Voice::Somebody(PersonId(7), None)), answer(2, 1, 7), to_it(3, 1, 7)];
        let found = cases(&said, ALL);
        assert_eq!((found.len(), found[0].key, found[0].answer), (1, 3, None));
    }

    #[test]
    fn a_case_belongs_to_the_window_in_which_it_began_and_its_answer_may_come_later() {
        let said = [to_it(1, 1, 7), to_it(3, 1, 8), answer(9, 1, 8), answer(10, 1, 7)];
        let found = cases(&said, Window { from: 20, until: 40 });
        assert_eq!((found.len(), found[0].answer), (1, Some((MessageId(9), 60))));
    }

    #[test]
    fn too_few_say_nothing_and_are_counted() {
        let four: Vec<Said> = (1..=4).flat_map(|n| [to_it(n * 2, n, n), answer(n * 2 + 1, n, n)]).collect();
        let said = answers(&cases(&four, ALL));
        assert_eq!((said.n, said.answered, said.share, said.half), (4, 4, None, None));
        let more: Vec<Said> = four.iter().copied().chain([to_it(90, 9, 9)]).collect();
        let said = answers(&cases(&more, ALL));
        assert_eq!((said.n, said.people, said.share, said.half), (5, 5, Some(0.8), None), "four have an answer");
        let five: Vec<Said> = more.into_iter().chain([answer(99, 9, 9)]).collect();
        let said = answers(&cases(&five, ALL));
        assert_eq!((said.share, said.half, said.nine, said.people_answered), (Some(1.0), Some(10.0), Some(90.0), 5));
    }
}
