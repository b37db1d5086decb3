//! From who spoke when to the cases of figures, one conversation after the other.

use super::{Case, Report, Weight, meaning};
use std::{collections::HashSet, sync::Arc};
use tertulia_model::{ChannelId, ConversationId, Millis, PersonId};

/// Who speaks; or that a member ended it there, since somebody wanted to be heard and there was nothing to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Theirs,
    Ours,
    Listened,
}

/// One message of a conversation that counts: said by a person, sent, still there, and not passed on to others; or such an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub conversation: ConversationId,
    /// The order of all messages.
    pub place: i64,
    pub at: Millis,
    pub side: Side,
    pub person: Option<PersonId>,
    pub channel: ChannelId,
    pub language: String,
}

/// From a moment up to another, which is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: Millis,
    pub until: Millis,
}

impl Window {
    pub fn holds(&self, at: Millis) -> bool {
        (self.from..self.until).contains(&at)
    }
}

/// Takes in conversations and gathers the cases of those that lie in a window.
#[derive(Debug)]
pub struct Fold {
    window: Window,
    report: Report,
    languages: HashSet<Arc<str>>,
}

impl Fold {
    pub fn new(window: Window) -> Self {
        Self { window, report: Report::default(), languages: HashSet::new() }
    }

    /// Takes in messages of whole conversations, those of one beside each other and in their order; with what is known of a message
    /// of theirs, by its place.
    pub fn take(&mut self, said: &[Said], weight: impl Fn(i64) -> Weight) {
        for conversation in said.chunk_by(|one, next| one.conversation == next.conversation) {
            self.one(conversation, &weight);
        }
    }

    pub fn finish(self) -> Report {
        self.report
    }

    fn one(&mut self, all: &[Said], weight: impl Fn(i64) -> Weight) {
        let spoken: Vec<&Said> = all.iter().filter(|one| one.side != Side::Listened).collect();
        self.talk(&spoken, spoken.chunk_by(|one, next| one.side == next.side).count(), weight);
        let turned = turned(all);
        let turns: Vec<&[&Said]> = turned.chunk_by(|one, next| one.side == next.side).collect();
        let mut is_first = true;
        for (n, turn) in turns.iter().enumerate().filter(|(_, turn)| turn[0].side == Side::Theirs) {
            let (begin, was_first) = (turn[0], std::mem::replace(&mut is_first, false));
            let next = turns.get(n + 1).map(|next| next[0]);
            let answered_at = next.filter(|next| next.side == Side::Ours).map(|next| next.at);
            let case = Case {
                holds: answered_at.is_some(),
                listened: next.is_some_and(|next| next.side == Side::Listened),
                value: answered_at.map(|answered| answered - begin.at),
                ..self.case(begin, people(turn))
            };
            // Whoever waits at the end of the days waits, however long ago they wrote.
            if next.is_none() && begin.at < self.window.until {
                self.report.waiting.push(case.clone());
            }
            if !self.window.holds(begin.at) {
                continue;
            }
            let list = if was_first { &mut self.report.first } else { &mut self.report.later };
            list.push(case);
        }
    }

    /// A conversation that began in the window.
    fn talk(&mut self, said: &[&Said], turns: usize, weight: impl Fn(i64) -> Weight) {
        let Some(begin) = said.first().filter(|begin| self.window.holds(begin.at)) else { return };
        let case = Case {
            holds: turns > 1,
            value: i64::try_from(turns).ok(),
            meaning: (turns > 1).then(|| meaning(said, weight)),
            ..self.case(begin, people(said))
        };
        self.report.talks.push(case);
    }

    fn case(&mut self, begin: &Said, people: Vec<PersonId>) -> Case {
        Case {
            key: begin.place,
            conversation: Some(begin.conversation),
            change: None,
            at: begin.at,
            people,
            channel: Some(begin.channel),
            language: self.language(&begin.language),
            holds: false,
            listened: false,
            value: None,
            meaning: None,
        }
    }

    /// One text for all cases of a language.
    fn language(&mut self, code: &str) -> Arc<str> {
        if let Some(known) = self.languages.get(code) {
            return known.clone();
        }
        let new: Arc<str> = code.into();
        self.languages.insert(new.clone());
        new
    }
}

/// The conversations that began in a window and in which both sides spoke, in their order: of them it is asked whether they
/// were meaningful.
pub fn two_way(said: &[Said], window: Window) -> Vec<ConversationId> {
    let of = |all: &[Said]| {
        let mut spoken = all.iter().filter(|one| one.side != Side::Listened);
        let begin = spoken.next().filter(|begin| window.holds(begin.at))?;
        spoken.any(|one| one.side != begin.side).then_some(begin.conversation)
    };
    said.chunk_by(|one, next| one.conversation == next.conversation).filter_map(of).collect()
}

/// What turns are made of. That somebody was listened to ends a turn of theirs where they have the last word, or go on
/// afterwards: what we said next answered them after all, and where the last word was ours there was nothing to listen to.
fn turned(all: &[Said]) -> Vec<&Said> {
    let spoken = |one: &&Said| one.side != Side::Listened;
    let is_theirs = |one: &Said| one.side == Side::Theirs;
    let stays = |(n, one): &(usize, &Said)| {
        spoken(one)
            || all[..*n].iter().rev().find(spoken).is_some_and(is_theirs)
                && all[n + 1..].iter().find(spoken).is_none_or(is_theirs)
    };
    all.iter().enumerate().filter(stays).map(|(_, one)| one).collect()
}

/// Those of them who spoke, each once.
fn people(said: &[&Said]) -> Vec<PersonId> {
    let theirs = said.iter().filter(|one| one.side == Side::Theirs);
    let mut people: Vec<PersonId> = theirs.filter_map(|one| one.person).collect();
    people.sort_unstable();
    people.dedup();
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Figure, estimate};

    const ALL: Window = Window { from: 0, until: 1_000 };

    /// `t` is them, `o` is us, and `L` that they were just listened to; ten later each.
    fn told(conversation: i64, sides: &str) -> Vec<Said> {
        let one = |(n, side): (usize, char)| {
            let at = i64::try_from(n).unwrap() * 10;
            Said {
                conversation: ConversationId(conversation),
                place: conversation * 1_000 + at,
                at,
                side: match side {
                    't' => Side::Theirs,
                    'o' => Side::Ours,
                    _ => Side::Listened,
                },
                person: (side == 't').then_some(PersonId(conversation)),
                channel: ChannelId(1),
                language: "en".to_owned(),
            }
        };
        sides.chars().enumerate().map(one).collect()
    }

    fn report(window: Window, sides: &[&str]) -> Report {
        let mut fold = Fold::new(window);
        for (n, one) in (1..).zip(sides) {
            fold.take(&told(n, one), |_| Weight { substance: Some(true), is_noise: false });
        }
        fold.finish()
    }

    #[test]
    fn who_writes_three_times_waits_from_the_first_and_is_answered_once() {
        let report = report(ALL, &["tttoo"]);
        assert_eq!(report.first.len(), 1);
        assert_eq!((report.first[0].value, report.first[0].holds), (Some(30), true));
        assert!(report.later.is_empty() && report.waiting.is_empty());
        assert_eq!(report.talks[0].value, Some(2));
    }

    #[test]
    fn later_turns_are_later_answers_and_a_last_word_of_theirs_waits() {
        let report = report(ALL, &["totot", "t", "o"]);
        assert_eq!(report.later.iter().map(|case| case.value).collect::<Vec<_>>(), [Some(10), None]);
        assert_eq!(report.waiting.iter().map(|case| case.conversation.unwrap().0).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(report.talks.iter().map(|talk| talk.holds).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(report.talks.iter().map(|talk| talk.meaning.is_some()).collect::<Vec<_>>(), [true, false, false]);
        let said: Vec<Said> = (1..).zip(["totot", "t", "tLo", "oo"]).flat_map(|(n, one)| told(n, one)).collect();
        let found: Vec<i64> = two_way(&said, ALL).iter().map(|id| id.0).collect();
        assert_eq!((found, two_way(&said, Window { from: 1, until: 9 })), (vec![1, 3], Vec::new()));
        assert_eq!(estimate(Figure::Unanswered, &report.waiting).value, Some(2.0));
    }

    #[test]
    fn whoever_we_wrote_to_first_has_a_first_answer_too() {
        let report = report(ALL, &["oto"]);
        assert_eq!(report.first[0].value, Some(10));
        assert_eq!(report.talks[0].value, Some(3));
    }

    #[test]
    fn a_turn_belongs_to_the_window_in_which_it_began_and_its_answer_may_come_later() {
        let window = Window { from: 10, until: 30 };
        let report = report(window, &["tototo", "to"]);
        assert!(report.first.is_empty() && report.talks.is_empty(), "they began before");
        assert_eq!(report.later.iter().map(|case| (case.at, case.value)).collect::<Vec<_>>(), [(20, Some(10))]);
    }
    #[test]
    fn whoever_waits_at_the_end_of_the_window_waits_however_long_ago_they_wrote() {
        let report = report(Window { from: 20, until: 40 }, &["t", "to", "ootot"]);
        assert_eq!(report.waiting.iter().map(|case| case.at).collect::<Vec<_>>(), [0], "the last writes after its end");
        assert_eq!((report.first.len(), report.later.len()), (1, 0));
    }

    #[test]
    fn who_was_just_listened_to_waits_for_no_answer_and_who_writes_again_waits_from_then() {
        let heard = report(ALL, &["t", "tL"]);
        assert_eq!(heard.waiting.iter().map(|case| case.conversation.unwrap().0).collect::<Vec<_>>(), [1]);
        assert_eq!(
            heard.first.iter().map(|case| (case.listened, case.holds)).collect::<Vec<_>>(),
            [(false, false), (true, false)]
        );
        let again = report(ALL, &["tLto"]);
        assert!(again.first[0].listened && again.first[0].value.is_none());
        assert_eq!((again.later[0].at, again.later[0].value), (20, Some(10)));
        assert_eq!(again.talks[0].value, Some(2), "nobody spoke in between");
        assert!(report(ALL, &["tLt"]).waiting[0].at == 20);
    }

    #[test]
    fn an_end_counts_once_and_only_where_they_have_the_last_word() {
        let after_all = report(ALL, &["tLo"]);
        assert_eq!((after_all.first[0].listened, after_all.first[0].value), (false, Some(20)), "they were answered");
        for sides in ["oL", "toL", "L"] {
            let report = report(ALL, &[sides]);
            assert!(report.first.iter().chain(&report.later).all(|case| !case.listened), "{sides}");
        }
        let twice = report(ALL, &["tLLt"]);
        assert_eq!((twice.first.len(), twice.later.len()), (1, 1));
    }
}
