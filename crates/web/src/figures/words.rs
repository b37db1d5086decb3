//! Figures in words: a sentence each, and on what it rests.

use crate::listen::thousands;
use jiff::{civil::Date, tz::TimeZone};
use tertulia_engine::figures::{Case, Estimate, FEW, Figure, Meaning, Period, Unit, Verdict};

const MINUTE: f64 = 60_000.0;
const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// "3 h 20 min"
pub(crate) fn span(milliseconds: f64) -> String {
    let minutes = (milliseconds / MINUTE).round() as i64;
    let joined = |large: String, small: i64, unit: &str| match small {
        0 => large,
        _ => format!("{large} {small} {unit}"),
    };
    match minutes {
        ..1 => "less than a minute".to_owned(),
        1..HOUR => format!("{minutes} min"),
        HOUR..2_880 => joined(format!("{} h", minutes / HOUR), minutes % HOUR, "min"),
        _ => joined(format!("{} days", minutes / DAY), minutes % DAY / HOUR, "h"),
    }
}

/// "92 %"; all is said only of all, and nothing only of none.
pub(crate) fn share(part: f64) -> String {
    let percent = (part * 100.0).round() as i64;
    let percent = if part > 0.0 && part < 1.0 { percent.clamp(1, 99) } else { percent };
    format!("{percent} %")
}

/// A share less another in points: "+12", "−3", "0".
pub(crate) fn signed(difference: f64) -> String {
    match (difference * 100.0).round() as i64 {
        0 => "0".to_owned(),
        n if n > 0 => format!("+{n}"),
        n => format!("−{}", n.abs()),
    }
}

/// How likely chance alone makes as much of a difference: "0.031".
pub(crate) fn chance(p: f64) -> String {
    if p < 0.001 { "below 0.001".to_owned() } else { format!("{p:.3}") }
}

/// "4", "4.5"
fn number(value: f64) -> String {
    format!("{value:.1}").trim_end_matches(".0").to_owned()
}

pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("one {one}") } else { format!("{} {many}", thousands(n)) }
}

fn people(n: usize) -> String {
    counted(n, "person", "people")
}

/// A value of a figure by itself.
pub(crate) fn value(figure: Figure, value: f64) -> String {
    match figure.unit() {
        Unit::Time => span(value),
        Unit::Share => share(value),
        Unit::Number => number(value),
        Unit::People => match value as usize {
            0 => "Nobody".to_owned(),
            n => people(n),
        },
    }
}

pub(crate) const TOO_FEW: &str = "Too few to say";

/// What stands large.
pub(crate) fn large(figure: Figure, said: &Estimate) -> String {
    said.value.map_or_else(|| TOO_FEW.to_owned(), |said| value(figure, said))
}

/// What it says, in a sentence.
pub(crate) fn sentence(figure: Figure, said: &Estimate) -> String {
    let Some(half) = said.value else { return few(figure, said) };
    let nine = said.p90.unwrap_or(half);
    let (held, n) = (thousands(said.held), thousands(said.n));
    match figure {
        Figure::FirstAnswer => {
            format!("Half of those who were answered waited {} at most; nine of ten {}.", span(half), span(nine))
        }
        Figure::LaterAnswer => {
            format!("When they wrote again, half waited {} at most; nine of ten {}.", span(half), span(nine))
        }
        Figure::Answered if said.listened > 0 => {
            let more = counted(said.listened, "more was just listened to", "more were just listened to");
            format!("{held} of {n} conversations have an answer; {more}.")
        }
        Figure::Answered => format!("{held} of {n} conversations have an answer."),
        Figure::JustListened => format!("{held} of {n} conversations were just listened to."),
        Figure::Unanswered if said.people == 0 => "Everybody who wrote has an answer, or asks for none.".to_owned(),
        Figure::Unanswered if said.people == 1 => "One person had the last word.".to_owned(),
        Figure::Unanswered => format!("{} people had the last word.", thousands(said.people)),
        Figure::TwoWay => format!("In {held} of {n} conversations that began, both sides have spoken."),
        Figure::Turns => {
            format!("Half of them have {} turns at most; nine of ten {}.", number(half), number(nine))
        }
        Figure::Meaningful => format!("{held} of {n} exchanges were meaningful.{}", unknown(said)),
        Figure::PromisesKept => format!("{held} of {n} that came due were kept."),
        Figure::LoopTime => {
            format!("Half of those who were told waited {} at most; nine of ten {}.", span(half), span(nine))
        }
    }
}

/// Of how many exchanges it is not known whether they were meaningful.
fn unknown(said: &Estimate) -> String {
    match said.unknown {
        0 => String::new(),
        n => format!(" Of {} it is not known yet.", counted(n, "more", "more")),
    }
}

/// What a member does instead; whoever sees the public page can look at nothing.
pub(super) fn look_at_them() -> String {
    format!(" Below {FEW}, look at each of them instead.")
}

/// Why nothing is said.
fn few(figure: Figure, said: &Estimate) -> String {
    let (one, many) = match figure {
        Figure::FirstAnswer => ("conversation was answered", "conversations were answered"),
        Figure::LaterAnswer => ("further turn was answered", "further turns were answered"),
        Figure::PromisesKept => ("promise came due", "promises came due"),
        Figure::LoopTime => ("person was told", "people were told"),
        Figure::Answered if said.listened > 0 => ("other conversation began", "other conversations began"),
        Figure::Turns | Figure::Meaningful => ("conversation went both ways", "conversations went both ways"),
        _ => ("conversation began", "conversations began"),
    };
    let few = match said.n {
        0 => format!("No {one}."),
        n => format!("{}.", begun(&counted(n, one, many))),
    };
    match (figure, said.listened) {
        (Figure::Answered, 1..) => {
            let heard =
                counted(said.listened, "conversation was just listened to", "conversations were just listened to");
            format!("{}. {few}", begun(&heard))
        }
        (Figure::Meaningful, _) => few + &unknown(said),
        _ => few,
    }
}

/// With a large letter.
fn begun(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// On what it rests.
pub(crate) fn rests_on(figure: Figure, said: &Estimate) -> String {
    let cases = match figure {
        Figure::LaterAnswer => counted(said.n, "answer", "answers"),
        Figure::PromisesKept => counted(said.n, "promise", "promises"),
        Figure::LoopTime => counted(said.n, "telling", "tellings"),
        Figure::Meaningful => counted(said.n, "exchange", "exchanges"),
        _ => counted(said.n, "conversation", "conversations"),
    };
    format!("Rests on {cases} with {}.", people(said.people))
}

/// What became of one case.
pub(super) fn outcome(figure: Figure, case: &Case) -> String {
    let took = case.value.map(|value| value as f64);
    match figure {
        Figure::FirstAnswer | Figure::LaterAnswer | Figure::Answered | Figure::JustListened if case.listened => {
            "Just listened".to_owned()
        }
        Figure::JustListened => (if case.holds { "Answered" } else { "No answer yet" }).to_owned(),
        Figure::FirstAnswer | Figure::LaterAnswer | Figure::Answered => {
            took.map_or_else(|| "No answer yet".to_owned(), |took| format!("Answered after {}", span(took)))
        }
        Figure::Unanswered => "Waits for an answer".to_owned(),
        Figure::TwoWay => (if case.holds { "Both sides spoke" } else { "One side only" }).to_owned(),
        Figure::Turns => counted(case.value.unwrap_or(0).unsigned_abs() as usize, "turn", "turns"),
        Figure::Meaningful => case.meaning.map(why).unwrap_or_default(),
        Figure::PromisesKept => (if case.holds { "Kept" } else { "Not kept" }).to_owned(),
        Figure::LoopTime => format!("Told after {}", span(took.unwrap_or_default())),
    }
}

/// Why an exchange is meaningful, or is not.
pub(crate) fn why(meaning: Meaning) -> String {
    let came_back = match meaning.returns {
        1 => "They came back to your answer".to_owned(),
        n => format!("They came back to your answers {n} times"),
    };
    let of_substance = counted(meaning.substantial as usize, "message", "messages");
    match meaning.verdict {
        Verdict::Meaningful => format!("{came_back}, and {of_substance} of theirs hold something to go by."),
        Verdict::NoSubstance => format!("{came_back}, and nothing they said holds anything to go by."),
        Verdict::NoReturn => {
            format!("They did not come back to an answer of yours; {of_substance} of theirs hold something to go by.")
        }
        Verdict::Neither => {
            "They did not come back to an answer of yours, and nothing they said holds anything to go by.".to_owned()
        }
        Verdict::Unknown => {
            format!("{came_back}; whether what they said holds anything to go by is not known.")
        }
    }
    .replace("one message of theirs hold ", "one message of theirs holds ")
}

/// The words for the cases that hold, and for the others; none where no case differs.
pub(super) fn sides(figure: Figure) -> Option<(&'static str, &'static str)> {
    match figure {
        Figure::FirstAnswer | Figure::LaterAnswer | Figure::Answered => Some(("Answered", "Not answered")),
        Figure::JustListened => Some(("Just listened", "Not just listened")),
        Figure::TwoWay => Some(("Both sides spoke", "One side only")),
        Figure::Meaningful => Some(("Meaningful", "Not meaningful")),
        Figure::PromisesKept => Some(("Kept", "Not kept")),
        Figure::Turns | Figure::Unanswered | Figure::LoopTime => None,
    }
}

fn day(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// "23 Oct 2026 to 21 Nov 2026"
pub(crate) fn period(period: Period) -> String {
    between(period.first(), period.last())
}

/// "23 Oct 2026 to 21 Nov 2026, by the calendar of Europe/Madrid"
pub(crate) fn by_calendar(of: Period, zone: &TimeZone) -> String {
    format!("{}, by the calendar of {}", period(of), zone.iana_name().unwrap_or("UTC"))
}

/// "23 Oct 2026 to 21 Nov 2026"
pub(crate) fn between(first: Date, last: Date) -> String {
    if first == last { day(first) } else { format!("{} to {}", day(first), day(last)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_in_two_units_at_most() {
        let words = |minutes: i64| span(minutes as f64 * MINUTE);
        assert_eq!(
            [0, 12, 60, 200, 2_879, 2_880, 3_000, 4_320].map(words),
            ["less than a minute", "12 min", "1 h", "3 h 20 min", "47 h 59 min", "2 days", "2 days 2 h", "3 days"]
        );
    }

    #[test]
    fn all_is_said_only_of_all_and_nothing_only_of_none() {
        assert_eq!([0.0, 0.001, 0.5, 0.999, 1.0].map(share), ["0 %", "1 %", "50 %", "99 %", "100 %"]);
        assert_eq!([4.0, 4.5].map(number), ["4", "4.5"]);
    }

    #[test]
    fn too_few_are_said_to_be_too_few() {
        let said = Estimate { value: None, p90: None, n: 1, of: 2, held: 1, listened: 0, unknown: 0, people: 1 };
        assert_eq!(sentence(Figure::FirstAnswer, &said), "One conversation was answered.");
        let heard = Estimate { listened: 2, ..said };
        assert_eq!(
            sentence(Figure::Answered, &heard),
            "2 conversations were just listened to. One other conversation began."
        );
        let enough = Estimate { value: Some(0.75), n: 12, of: 12, held: 9, listened: 3, ..said };
        assert_eq!(
            sentence(Figure::Answered, &enough),
            "9 of 12 conversations have an answer; 3 more were just listened to."
        );
        assert_eq!(sentence(Figure::PromisesKept, &Estimate { n: 0, ..said }), "No promise came due.");
        assert_eq!(large(Figure::FirstAnswer, &said), TOO_FEW);
        let exchanges = Estimate { unknown: 2, ..enough };
        assert_eq!(
            sentence(Figure::Meaningful, &exchanges),
            "9 of 12 exchanges were meaningful. Of 2 more it is not known yet."
        );
    }

    #[test]
    fn why_an_exchange_stands_where_it_does_is_said() {
        let of = |verdict, returns, substantial| why(Meaning { verdict, returns, substantial });
        assert_eq!(
            of(Verdict::Meaningful, 1, 1),
            "They came back to your answer, and one message of theirs holds something to go by."
        );
        assert_eq!(
            of(Verdict::Meaningful, 2, 3),
            "They came back to your answers 2 times, and 3 messages of theirs hold something to go by."
        );
        assert!(of(Verdict::NoReturn, 0, 1).contains("one message of theirs holds"));
    }
}
