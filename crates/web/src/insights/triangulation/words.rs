//! Four sources in words: how they differ, whether chance explains it, and who makes the difference.

use crate::{
    figures::words::{chance, counted, share, signed},
    insights::words::{estimate, number, refusal, source},
};
use tertulia_engine::insights::triangulation::{Odd, On, Origin, Source, Triangulation};
use tertulia_model::Mode;
use tertulia_voices::{
    decomposition::{Contribution, Decomposition, Part},
    difference::{Comparison, Pair},
};

/// How the sources were found and laid side by side: these sentences go along with each export.
pub(crate) const METHODS: [&str; 6] = [
    "A source is a way in which an answer comes about: said in public (social), said to the organisation (service), answered when asked \
     (survey), noted after talking (offline). What a kind of channel does not say of itself is told by who could read the message.",
    "Each source is read as one question is read on the page of voices: one person, one voice, and where margins are known weighted to them; \
     votes count as their people last voted in these days, and two outcomes are a share of counts with Wilson's interval.",
    "Only weighted shares are compared with weighted ones. Where fewer than two sources can be weighted, all are compared as they were heard.",
    "The test is chi-square with the people that each share is worth (Rao and Scott 1984); the intervals of differences join those of the \
     shares (Newcombe 1998); p-values of pairs are Holm's (1979), so that among all pairs one is wrongly called different in at most one \
     case of twenty.",
    "Who makes the difference is by Kitagawa (1955), of people as they were heard: what comes of other people speaking (composition), \
     and of the same kinds of people saying otherwise (within), with intervals by the delta method.",
    "People who speak in two sources count in both, which makes the test careful. How often a label is wrong is in no interval.",
];

/// "12 points"; what rounds to none is said to be small.
fn points(difference: f64) -> String {
    match (difference.abs() * 100.0).round() as i64 {
        0 => "less than a point".to_owned(),
        1 => "one point".to_owned(),
        n => format!("{n} points"),
    }
}

/// "+12 (+4 to +20)"
pub(crate) fn in_points(value: f64, low: f64, high: f64) -> String {
    format!("{} ({} to {})", signed(value), signed(low), signed(high))
}

/// What of two sources; the higher first.
pub(crate) fn difference(all: &Triangulation, pair: &Pair) -> String {
    let (first, second) = (all.readings[pair.first].mode, all.readings[pair.second].mode);
    let (higher, lower) = if pair.difference >= 0.0 { (first, second) } else { (second, first) };
    let (least, most) = if pair.difference >= 0.0 { (pair.low, pair.high) } else { (-pair.high, -pair.low) };
    let interval = format!("{} to {}", signed(least), signed(most));
    if pair.differs {
        let by = points(pair.difference);
        let (higher, lower) = (source(higher), source(lower));
        format!("{higher} reads {by} higher than {lower} ({interval}); that is more than chance explains.")
    } else {
        let by = points(pair.difference);
        format!("{} and {} are {by} apart ({interval}), which chance alone may explain.", source(higher), source(lower))
    }
}

/// The sentence that answers the question.
pub(crate) fn headline(all: &Triangulation) -> String {
    match (&all.comparison, all.readings.as_slice()) {
        (Some(comparison), readings) => match comparison.pairs.first() {
            Some(pair) if pair.differs || readings.len() == 2 => difference(all, pair),
            _ => format!(
                "{} sources say something of it; no two of them differ by more than chance explains.",
                readings.len()
            ),
        },
        (None, [one]) => {
            let said = format!("{} ({} to {})", share(one.share), share(one.low), share(one.high));
            format!("Only one source says enough: {}, {said}. There is nothing to lay beside it.", source(one.mode))
        }
        (None, _) => "No source says enough of it in these days.".to_owned(),
    }
}

/// Whether the sources differ at all.
pub(crate) fn test(comparison: &Comparison, sources: usize) -> String {
    let differ = if comparison.p < 0.05 { "differ by more than chance explains" } else { "may differ by chance alone" };
    let degrees = counted(comparison.df as usize, "degree of freedom", "degrees of freedom");
    format!(
        "The {sources} sources together {differ}: chi-square {:.1} with {degrees}, p {}{}.",
        comparison.statistic,
        if comparison.p < 0.001 { "" } else { "= " },
        chance(comparison.p)
    )
}

/// On what they are compared.
pub(crate) fn compared_on(all: &Triangulation) -> &'static str {
    match (all.on, all.margins.is_empty()) {
        (On::Weighted, _) => "Compared as everybody is made up.",
        (On::AsHeard, true) => "Compared as they were heard, each person once: nothing says how everybody is made up.",
        (On::AsHeard, false) => {
            "Compared as they were heard, each person once: fewer than two of them can be weighted to everybody."
        }
    }
}

/// What a source says; or why it says nothing, and what would mend it.
pub(crate) fn said(one: &Source, on: On) -> String {
    match (one.on(on), one.odd) {
        (Some(said), _) => estimate(said),
        (None, Some(odd)) => self::odd(odd).to_owned(),
        (None, None) => match one.refused(on) {
            Some(refused) if refused.n > 0 || refused.unlinked.people > 0 => refusal(refused),
            _ => missing(one.mode).to_owned(),
        },
    }
}

fn odd(odd: Odd) -> &'static str {
    match odd {
        Odd::OfSome => "Counts are of everybody: they cannot be kept to some people.",
        Odd::Nothing => "One of the two has no value in these days.",
        Odd::NoPart => "The first must be a part of the second, both whole numbers of people.",
    }
}

/// What would make a source speak of which there is nothing.
fn missing(mode: Mode) -> &'static str {
    match mode {
        Mode::Social => "Nothing of it was said in public in these days. Listen to a public channel.",
        Mode::Service => "Nothing of it was said to you in these days.",
        Mode::Survey => {
            "Nobody was asked in these days. Bring the answers of a survey, or choose a statement that people voted on."
        }
        Mode::Offline => {
            "Nothing was noted in these days. Write down what people say, or choose two outcomes that were counted."
        }
    }
}

/// What a source is read from, but for the names of channels.
pub(crate) fn origin(one: &Source) -> Option<String> {
    match &one.origin {
        Origin::Messages { .. } => None,
        Origin::Ballot(ballot) => {
            let said = if ballot.agree { "agreed" } else { "disagreed" };
            let text = &ballot.statement.text;
            let text = if text.is_empty() { &ballot.statement.statement_key } else { text };
            Some(format!("Of those who voted on “{text}”, who {said}"))
        }
        Origin::Outcomes(part, of) => Some(format!("{} among {}", part.name, of.name)),
    }
}

/// On how many answers it rests.
pub(crate) fn answers(one: &Source) -> String {
    let n = one.answers as usize;
    match one.origin {
        Origin::Messages { .. } => counted(n, "message", "messages"),
        Origin::Ballot(_) => counted(n, "vote", "votes"),
        Origin::Outcomes(..) => counted(n, "person counted", "people counted"),
    }
}

/// "By Plan: as heard, Service reads 12 points higher than Social: +3 (…) since other people speak there, +9 (…) since …".
pub(crate) fn driven(by: &Decomposition, first: Mode, second: Mode) -> String {
    let apart = if by.difference >= 0.0 { "higher" } else { "lower" };
    let piece = |part: &Part| in_points(part.value, part.low, part.high);
    format!(
        "By {}: as heard, {} reads {} {apart} than {}: {} since other people speak there, {} since the same kinds of people say \
         otherwise.",
        by.attribute,
        source(first),
        points(by.difference),
        source(second),
        piece(&by.composition),
        piece(&by.within)
    )
}

/// Who makes most of it; nothing where there is nobody, or so few that it says nothing.
pub(crate) fn most(by: &Decomposition) -> Option<String> {
    let one = by.segments.iter().find(|one| !one.thin)?;
    let all = one.composition.value + one.within.value;
    Some(format!("Most comes with {}: {} points.", segment(one), signed(all)))
}

pub(crate) fn segment(one: &Contribution) -> &str {
    one.segment.as_deref().unwrap_or("Those of whom it is not known")
}

/// "34 %", of how many.
pub(crate) fn answer_of(answer: Option<f64>, people: u64) -> String {
    answer.map_or_else(|| "–".to_owned(), |answer| format!("{} of {}", share(answer), number(people)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_said_with_their_sign() {
        assert_eq!(
            [0.124, 0.014, 0.001, -0.2].map(points),
            ["12 points", "one point", "less than a point", "20 points"]
        );
        assert_eq!(in_points(0.12, -0.004, 0.2), "+12 (0 to +20)");
        assert_eq!(signed(-0.03), "−3");
        assert_eq!([0.0312, 0.000_4].map(chance), ["0.031", "below 0.001"]);
    }
}
