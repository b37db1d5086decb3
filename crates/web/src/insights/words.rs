//! Insights in words: a sentence first, and how sure it is.

use crate::{
    figures::words::{counted, share},
    listen::thousands,
};
use tertulia_engine::insights::{
    asked::{Question, Scored},
    overview::{Coverage, Covered, Overview, Speaking},
    population::Basis,
    voices::Answer,
};
use tertulia_model::Mode;
use tertulia_store::survey_answers::Asked as Scale;
use tertulia_voices::{
    coverage::Standing,
    estimate::{Estimate, Refusal},
};

/// Parts that a sentence names.
const NAMED: usize = 2;

pub(crate) fn number(n: u64) -> String {
    thousands(usize::try_from(n).unwrap_or(usize::MAX))
}

/// What a question is called in a table.
pub(crate) fn title(question: Question) -> String {
    match question {
        Question::Negative => "Negative in tone",
        Question::Positive => "Positive in tone",
        Question::Asks => "Ask something",
        Question::Wants => "Ask for something to be done",
        Question::Complains => "Complain",
        Question::Thanks => "Thank",
        Question::Commits => "Promise something",
        Question::Substance => "Add something of substance",
        Question::Monitor(_) => "Speak of what a monitor finds",
        Question::Scored(_) => "Answer at one end of a scale",
        Question::Topic(_) => "Speak of a topic",
    }
    .to_owned()
}

/// "Gave 0 to 6 to “Would you recommend us?”".
pub(crate) fn scored(one: Scored, asked: &Scale) -> String {
    let (least, most) = one.scores(asked);
    let of = if asked.question.is_empty() { &asked.survey } else { &asked.question };
    format!("Gave {least} to {most} to “{of}”")
}

/// What a source is called.
pub(crate) fn source(mode: Mode) -> &'static str {
    match mode {
        Mode::Social => "Social",
        Mode::Service => "Service",
        Mode::Survey => "Survey",
        Mode::Offline => "Offline",
    }
}

/// Which messages a source is of.
pub(crate) fn said_as(mode: Mode) -> &'static str {
    match mode {
        Mode::Social => "Social: said in public",
        Mode::Service => "Service: said to you",
        Mode::Survey => "Survey: answered when asked",
        Mode::Offline => "Offline: noted after talking",
    }
}

/// How a person's answer is counted.
pub(crate) fn definition(question: Question) -> &'static str {
    if question.is_of_each() {
        "Of each person the part of their own messages of which it holds counts; then each person counts once."
    } else {
        "A person counts once, and counts as yes where it holds of any of their messages in these days."
    }
}

fn begun(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// "Age: 60 and over".
fn part_name(of: &Coverage, part: &Covered) -> String {
    format!("{}: {}", of.title, part.name)
}

/// Parts that are surely heard less than their share, the most unheard first.
fn unheard(overview: &Overview) -> Vec<(&Coverage, &Covered)> {
    let all = overview.coverage.iter().flat_map(|of| of.parts.iter().map(move |part| (of, part)));
    let mut found: Vec<_> = all.filter(|(_, part)| part.standing == Standing::Unheard).collect();
    let index = |part: &Covered| part.index.map_or(f64::MAX, |(index, ..)| index);
    found.sort_by(|a, b| index(a.1).total_cmp(&index(b.1)).then_with(|| b.1.share.total_cmp(&a.1.share)));
    found
}

/// Whom we heard, and whom hardly.
pub(crate) fn headline(overview: &Overview) -> String {
    let we = if overview.is_narrowed { "Of those chosen, we" } else { "We" };
    let heard = match overview.customers {
        Some((all, 0)) => format!("{we} heard none of your {} customers", number(all)),
        Some((all, heard)) => format!("{we} heard {} of your {} customers", number(heard), number(all)),
        None => format!("{we} heard {}", counted(overview.people as usize, "person", "people")),
    };
    let found = unheard(overview);
    let named: Vec<String> = found
        .iter()
        .take(NAMED)
        .map(|(of, part)| match part.heard {
            0 => format!("{} not at all", part_name(of, part)),
            _ if part.index.is_some_and(|(index, ..)| index < 0.5) => format!("{} hardly at all", part_name(of, part)),
            _ => format!("{} less than their part", part_name(of, part)),
        })
        .collect();
    if named.is_empty() { format!("{heard}.") } else { format!("{heard}; {}.", named.join(", ")) }
}

/// On what it rests.
pub(crate) fn rests_on(overview: &Overview) -> String {
    let people = counted(overview.people as usize, "person", "people");
    let messages = counted(overview.messages as usize, "message", "messages");
    let nobody = match overview.of_nobody {
        0 => String::new(),
        n => format!(" Of {} of them nobody knows who wrote.", number(n)),
    };
    let chosen = if overview.is_narrowed { ", of those chosen" } else { "" };
    format!("Rests on {messages} of {people}{chosen}.{nobody}")
}

/// How a coverage reads.
pub(crate) fn coverage(of: &Coverage) -> String {
    let found: Vec<&Covered> = of.parts.iter().filter(|part| part.standing == Standing::Unheard).collect();
    let told = |part: &&Covered| {
        format!("{} ({} of everybody, {} of those you heard)", part.name, share(part.share), share(part.heard_share))
    };
    match found.as_slice() {
        _ if of.by_identity + of.by_statement + of.by_language == 0 => {
            "Who is heard less than their part cannot be said: of nobody you heard it is known.".to_owned()
        }
        [] => "No part of them is surely heard less than it should be.".to_owned(),
        [one] => format!("Heard less than their part: {}.", told(one)),
        many => {
            let named: Vec<String> = many.iter().take(NAMED).map(told).collect();
            let more = many.len().saturating_sub(NAMED);
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("Heard less than their part: {}{rest}.", named.join(", "))
        }
    }
}

/// Who is compared with what, and who is missing.
pub(crate) fn linked(of: &Coverage) -> String {
    let known = of.by_identity + of.by_statement + of.by_language;
    let all = known + of.unlinked;
    let links = [
        (of.by_identity, "as customers"),
        (of.by_statement, "by what is known of them"),
        (of.by_language, "by the language they write in"),
    ];
    let links: Vec<String> =
        links.iter().filter(|(n, _)| *n > 0).map(|(n, how)| format!("{} {how}", number(*n))).collect();
    let links = if links.is_empty() { String::new() } else { format!(" ({})", links.join(", ")) };
    let unlinked = share(if all > 0 { of.unlinked as f64 / all as f64 } else { 0.0 });
    let unknown = match of.unknown {
        0 => String::new(),
        n => format!(" Of {} customers it is not known.", number(n)),
    };
    if known == 0 {
        let all = counted(all as usize, "person", "people");
        return format!("Of nobody you heard it is known: {all} ({unlinked}) in no part.{unknown}");
    }
    format!(
        "Of {} whom you heard it is known of {}{links}; the other {} ({unlinked}) are in no part.{unknown}",
        counted(all as usize, "person", "people"),
        number(known),
        number(of.unlinked)
    )
}

/// Where it is from how everybody is made up.
pub(crate) fn basis(basis: &Basis) -> String {
    match basis {
        Basis::Customers => "Everybody: the customers in your lists.".to_owned(),
        Basis::Margins { source, as_of } => format!("Everybody: {source}, as of {as_of}."),
    }
}

/// How few write how much.
pub(crate) fn speaking(voices: &Speaking) -> String {
    let c = &voices.concentration;
    let worth = c.effective_voices.round().max(1.0) as usize;
    if c.people == 1 {
        return "One person wrote all of it.".to_owned();
    }
    format!(
        "The loudest tenth of {} wrote {} of the {}; as diverse as if {} wrote as much each.",
        counted(c.people as usize, "person", "people"),
        share(c.top_10),
        counted(c.messages as usize, "message", "messages"),
        counted(worth, "person", "people")
    )
}

/// "34 % (27 % to 42 %)".
pub(crate) fn estimate(said: &Estimate) -> String {
    range(said.share, said.low, said.high)
}

pub(super) fn range(at: f64, low: f64, high: f64) -> String {
    format!("{} ({} to {})", share(at), share(low), share(high))
}

/// Why nothing is said, and what would mend it.
pub(crate) fn refusal(refused: &Refusal) -> String {
    if refused.n == 0 && refused.unlinked.people > 0 {
        return format!(
            "Nothing links any of the {} heard to how everybody is made up; what is known of them, or a list of customers that \
             names them, would.",
            counted(refused.unlinked.people as usize, "person", "people")
        );
    }
    if refused.n == 0 {
        return "Of nobody it is known yet.".to_owned();
    }
    format!("{}.", begun(&refused.to_string()))
}

fn says(question: Question, name: &str, part: &str, who: &str) -> String {
    match question {
        Question::Negative => format!("{part} of what {who} say is negative in tone"),
        Question::Positive => format!("{part} of what {who} say is positive in tone"),
        Question::Substance => format!("{part} of what {who} say adds something of substance"),
        Question::Asks => format!("{part} of {who} ask something"),
        Question::Wants => format!("{part} of {who} ask for something to be done"),
        Question::Complains => format!("{part} of {who} complain"),
        Question::Thanks => format!("{part} of {who} thank you"),
        Question::Commits => format!("{part} of {who} promise something"),
        Question::Monitor(_) | Question::Topic(_) => {
            let named = name.strip_prefix("Speak of ").unwrap_or(name);
            format!("{part} of {who} speak of {named}")
        }
        Question::Scored(_) => format!("{part} of what {who} answer is that: {name}"),
    }
}

/// The one sentence that answers a question.
pub(crate) fn answer(answer: &Answer, name: &str) -> String {
    let is_listed = answer.margins.iter().all(|(_, basis)| *basis == Basis::Customers);
    let everybody = if is_listed { "your customers" } else { "everybody you serve" };
    let (said, who) = match (&answer.weighted, &answer.by_person) {
        (Some(Ok(said)), _) => (said, everybody),
        (None, Ok(said)) => (said, "the people you heard"),
        (Some(Err(refused)), _) | (None, Err(refused)) => {
            let whom = if answer.weighted.is_some() { everybody } else { "the people you heard" };
            let chosen = if answer.is_narrowed { " of those chosen" } else { "" };
            return format!("Too little is known{chosen} to say this of {whom}. {}", refusal(refused));
        }
    };
    let by_messages = answer
        .raw
        .map_or_else(String::new, |raw| format!(" Counted by messages, as they come, it would read {}.", share(raw)));
    let about = if answer.is_narrowed { "Of those chosen, about" } else { "About" };
    format!(
        "{about} {} ({} to {}).{by_messages}",
        says(answer.question, name, &share(said.share), who),
        share(said.low),
        share(said.high)
    )
}

/// To what it is weighted, and to what not; none where nothing says how everybody is made up.
pub(crate) fn weighted_to(answer: &Answer) -> Option<String> {
    weights(&answer.margins, &answer.left_out)
}

pub(crate) fn weights(margins: &[(String, Basis)], left_out: &[String]) -> Option<String> {
    if margins.is_empty() {
        return None;
    }
    let one = |(title, from): &(String, Basis)| match from {
        Basis::Customers => format!("{title} (your lists of customers)"),
        Basis::Margins { source, as_of } => format!("{title} ({source}, as of {as_of})"),
    };
    let all: Vec<String> = margins.iter().map(one).collect();
    let left_out = match left_out {
        [] => String::new(),
        some => format!(" Left out, for so many at once would make it unsure: {}.", some.join(", ")),
    };
    Some(format!("Weighted to {}.{left_out}", all.join(", ")))
}

/// On how many a figure of people rests: of a weighted one on those who could be linked.
pub(crate) fn people_behind(answer: &Answer) -> u64 {
    match &answer.weighted {
        Some(Ok(said)) => said.n,
        Some(Err(refused)) => refused.n,
        None => answer.people,
    }
}

/// What becomes of it without the loudest.
pub(crate) fn without_loudest(answer: &Answer) -> Option<String> {
    let found = answer.without_loudest?;
    let without = found.without?;
    let loudest = match found.left_out {
        1 => "loudest person".to_owned(),
        n => format!("loudest {n}"),
    };
    Some(format!(
        "Without the {loudest}, who wrote {} of it, counting messages would read {}.",
        share(found.their_share),
        share(without)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(name: &str, share: f64, heard: u64, standing: Standing) -> Covered {
        Covered {
            key: name.to_owned(),
            name: name.to_owned(),
            amount: share * 100.0,
            share,
            heard,
            heard_share: heard as f64 / 212.0,
            messages: heard * 3,
            message_share: 0.0,
            index: Some((heard as f64 / 212.0 / share, 0.0, 0.9)),
            standing,
            thin: false,
        }
    }

    fn overview() -> Overview {
        let parts =
            vec![covered("60 and over", 0.3, 6, Standing::Unheard), covered("20 to 39", 0.7, 206, Standing::Loud)];
        let coverage = Coverage {
            attribute: "age".to_owned(),
            title: "Age".to_owned(),
            basis: Basis::Customers,
            parts,
            by_identity: 200,
            by_statement: 12,
            by_language: 0,
            unlinked: 53,
            unknown: 4,
        };
        Overview {
            people: 265,
            messages: 1_204,
            of_nobody: 9,
            customers: Some((18_400, 212)),
            coverage: vec![coverage],
            voices: Vec::new(),
            is_made_up: true,
            is_narrowed: false,
        }
    }

    #[test]
    fn whom_we_heard_is_a_sentence_that_names_who_is_missing() {
        let found = overview();
        assert_eq!(headline(&found), "We heard 212 of your 18,400 customers; Age: 60 and over hardly at all.");
        assert_eq!(rests_on(&found), "Rests on 1,204 messages of 265 people. Of 9 of them nobody knows who wrote.");
        let chosen = Overview { is_narrowed: true, ..found.clone() };
        assert!(headline(&chosen).starts_with("Of those chosen, we heard 212 of your"), "{}", headline(&chosen));
        assert!(rests_on(&chosen).starts_with("Rests on 1,204 messages of 265 people, of those chosen."));
        let none = Overview { customers: None, coverage: Vec::new(), people: 1, ..found };
        assert_eq!(headline(&none), "We heard one person.");
    }

    #[test]
    fn who_is_in_no_part_is_always_told() {
        let found = overview();
        assert_eq!(
            linked(&found.coverage[0]),
            "Of 265 people whom you heard it is known of 212 (200 as customers, 12 by what is known of them); the other 53 \
             (20 %) are in no part. Of 4 customers it is not known."
        );
        let of = Coverage { by_identity: 0, by_statement: 0, unlinked: 265, unknown: 0, ..found.coverage[0].clone() };
        assert!(coverage(&of).ends_with("of nobody you heard it is known."), "{}", coverage(&of));
        assert_eq!(linked(&of), "Of nobody you heard it is known: 265 people (100 %) in no part.");
        assert_eq!(
            coverage(&found.coverage[0]),
            "Heard less than their part: 60 and over (30 % of everybody, 3 % of those you heard)."
        );
    }
}
