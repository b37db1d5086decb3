//! What is said of both sides, in words.

use crate::{
    App,
    figures::words::{TOO_FEW, counted, share, span},
    inbox::handle_words,
    listen::thousands,
};
use tertulia_engine::others::{self as desk, Answers, Case, Silent};
use tertulia_store::others::Account;

/// One figure of one side.
pub(super) struct Card {
    pub title: &'static str,
    pub large: String,
    pub is_few: bool,
    pub sentence: String,
    pub rests_on: String,
    pub definition: &'static str,
    /// The messages behind it.
    pub href: String,
}

fn messages(n: usize) -> String {
    counted(n, "message", "messages")
}

fn people(n: usize) -> String {
    counted(n, "person", "people")
}

/// Both figures of a side; `nobody`: what is said where there is nothing.
pub(super) fn cards(said: &Answers, nobody: &str, href: &str) -> Vec<Card> {
    vec![answered(said, nobody, href), first_answer(said, href)]
}

fn answered(said: &Answers, nobody: &str, href: &str) -> Card {
    Card {
        title: "Answered in public",
        large: said.share.map_or_else(|| TOO_FEW.to_owned(), share),
        is_few: said.share.is_none(),
        sentence: match (said.share, said.n) {
            (Some(_), n) => format!("{} of {} have a public answer.", thousands(said.answered), thousands(n)),
            (None, 0) => nobody.to_owned(),
            (None, n) => format!("This rests on {}: look at {}.", messages(n), if n == 1 { "it" } else { "them" }),
        },
        rests_on: format!("Rests on {} of {}.", messages(said.n), people(said.people)),
        definition: desk::ANSWERED,
        href: href.to_owned(),
    }
}

fn first_answer(said: &Answers, href: &str) -> Card {
    let answers = counted(said.answered, "answer", "answers");
    Card {
        title: "First public answer",
        large: said.half.map_or_else(|| TOO_FEW.to_owned(), span),
        is_few: said.half.is_none(),
        sentence: match (said.half, said.answered) {
            (Some(half), _) => {
                let nine = said.nine.unwrap_or(half);
                format!("Half of those who were answered waited {} at most; nine of ten {}.", span(half), span(nine))
            }
            (None, 0) => "Nobody has a public answer.".to_owned(),
            (None, n) => format!("This rests on {answers}: look at {}.", if n == 1 { "it" } else { "them" }),
        },
        rests_on: format!("Rests on {answers} to {}.", people(said.people_answered)),
        definition: desk::FIRST_ANSWER,
        href: href.to_owned(),
    }
}

/// "rival@net.example on Mastodon, addressed as @rival"; by no name where only answers to it can be found.
pub(super) fn account(app: &App, account: &Account) -> String {
    let words = handle_words(app, &account.space, &account.handle);
    let names: Vec<String> =
        account.called.split(' ').filter(|name| !name.is_empty()).map(|name| format!("@{name}")).collect();
    let addressed = if names.is_empty() { "by no name".to_owned() } else { format!("as {}", names.join(" or ")) };
    format!("{words}, addressed {addressed}")
}

/// Why nothing is counted of a network.
pub(super) fn silent(one: &Silent) -> String {
    format!(
        "Nothing that {} said in these days was heard here, so whether they answer there cannot be seen: {} to them left out.",
        one.accounts.join(" or "),
        messages(one.cases)
    )
}

/// What became of a case.
pub(super) fn outcome(case: &Case) -> String {
    match case.answer {
        Some((_, after)) => format!("Answered after {}", span(after as f64)),
        None => "No public answer heard".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Answers =
        Answers { n: 3, people: 2, answered: 1, people_answered: 1, share: None, half: None, nine: None };

    #[test]
    fn too_few_are_told_to_be_looked_at() {
        let both = cards(&FEW, "Nobody.", "/x");
        assert_eq!(both[0].sentence, "This rests on 3 messages: look at them.");
        assert_eq!(both[0].rests_on, "Rests on 3 messages of 2 people.");
        assert_eq!(both[1].sentence, "This rests on one answer: look at it.");
        assert!(both[0].is_few && both[1].large == TOO_FEW);
        let none = Answers { n: 0, people: 0, answered: 0, people_answered: 0, ..FEW };
        assert_eq!(cards(&none, "Nobody.", "/x")[0].sentence, "Nobody.");
    }

    #[test]
    fn enough_say_a_part_and_a_time() {
        let said = Answers {
            n: 15,
            people: 12,
            answered: 12,
            people_answered: 10,
            share: Some(0.8),
            half: Some(3_600_000.0),
            nine: None,
        };
        let both = cards(&said, "Nobody.", "/x");
        assert_eq!((both[0].large.as_str(), both[0].sentence.as_str()), ("80 %", "12 of 15 have a public answer."));
        assert_eq!((both[1].large.as_str(), both[1].is_few), ("1 h", false));
        assert_eq!(both[1].rests_on, "Rests on 12 answers to 10 people.");
    }
}
