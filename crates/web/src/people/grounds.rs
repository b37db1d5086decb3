//! Why two may be one person, in words.

use tertulia_analysis::identity::{Comparison, Level};
use tertulia_engine::people::Ground;

/// What weighs less than this many bits is not worth a sentence.
const LEAST: f64 = 0.5;

/// What speaks for it and against it, each the weightiest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Words {
    pub speaks_for: Vec<String>,
    pub against: Vec<String>,
}

pub(crate) fn words(grounds: &[Ground]) -> Words {
    let mut sorted: Vec<&Ground> = grounds.iter().filter(|ground| ground.bits.abs() >= LEAST).collect();
    sorted.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
    let mut words = Words::default();
    for ground in sorted {
        let list = if ground.bits > 0.0 { &mut words.speaks_for } else { &mut words.against };
        list.push(sentence(ground));
    }
    words
}

fn sentence(ground: &Ground) -> String {
    let Some((comparison, level)) = ground.about else {
        return "they may be two of one house or firm".to_owned();
    };
    if comparison.is_order() {
        return "the parts stand in another order".to_owned();
    }
    if let Some(both) = &ground.what {
        return match comparison {
            Comparison::Link => format!("both link to {both}"),
            Comparison::Phone => format!("both name the number {both}"),
            _ => format!("both sign with “{both}”"),
        };
    }
    let what = what(comparison);
    match level {
        Level::Exact => format!("the same {what}"),
        Level::VeryNear => format!("nearly the same {what}"),
        Level::Near => format!("a similar {what}"),
        Level::Alike => format!("{} {what} with something in common", article(what)),
        Level::Different => format!("another {what}"),
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn what(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::GivenName => "first name",
        Comparison::Surname => "surname",
        Comparison::StreetNumber => "house number",
        Comparison::Street => "street",
        Comparison::Locality => "part of town",
        Comparison::Place => "town",
        Comparison::Postcode => "postcode",
        Comparison::Region => "region",
        Comparison::BirthDate => "date of birth",
        Comparison::Email => "e-mail address",
        Comparison::Phone => "phone number",
        Comparison::Handle => "account name",
        Comparison::Link => "page in a profile or below a mail",
        Comparison::Signature => "line below their mails",
        Comparison::NameOrder | Comparison::AddressOrder => "order",
    }
}

/// How sure, in words and as a share: of such pairs so many are one.
pub(crate) fn how_sure(probability: f64) -> String {
    let in_ten = (probability * 10.0).floor();
    match probability {
        p if p >= 0.995 => "almost certainly one person".to_owned(),
        p if p >= 0.95 => "very probably one person (more than 9 in 10 such pairs are)".to_owned(),
        _ => format!("perhaps one person (about {in_ten:.0} in 10 such pairs are expected to be)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weightiest_is_said_first_and_what_weighs_nothing_is_not_said() {
        let ground = |about, bits| Ground { about, bits, what: None };
        let all = [
            ground(Some((Comparison::GivenName, Level::Exact)), 4.0),
            ground(Some((Comparison::Surname, Level::VeryNear)), 7.0),
            ground(Some((Comparison::Email, Level::Different)), -0.2),
            ground(None, -1.5),
        ];
        let words = words(&all);
        assert_eq!(words.speaks_for, ["nearly the same surname", "the same first name"]);
        assert_eq!(words.against, ["they may be two of one house or firm"]);
    }

    #[test]
    fn what_both_say_is_said_in_its_own_words() {
        let ground =
            |what, value: &str| Ground { about: Some((what, Level::Exact)), bits: 9.0, what: Some(value.to_owned()) };
        let both = [ground(Comparison::Link, "example.social/@ana"), ground(Comparison::Signature, "Roaster")];
        assert_eq!(words(&both).speaks_for, ["both link to example.social/@ana", "both sign with “Roaster”"]);
    }

    #[test]
    fn what_has_something_in_common_is_said_with_its_article() {
        let said =
            |what| words(&[Ground { about: Some((what, Level::Alike)), bits: 2.0, what: None }]).speaks_for.remove(0);
        assert_eq!(said(Comparison::Email), "an e-mail address with something in common");
        assert_eq!(said(Comparison::Surname), "a surname with something in common");
    }

    #[test]
    fn how_sure_it_is_is_said_as_a_share() {
        assert_eq!(how_sure(0.62), "perhaps one person (about 6 in 10 such pairs are expected to be)");
        assert!(how_sure(0.96).contains("9 in 10"));
        assert_eq!(how_sure(0.999), "almost certainly one person");
    }
}
