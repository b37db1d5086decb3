//! How it is said whose word something is, and how it is known who a customer is.

use crate::listen::thousands;
use tertulia_engine::amounts::Written;
use tertulia_store::{attributes::Known, customer_ties};

/// "Inés, by hand", "the list “CRM”": whose word a value is.
pub(crate) fn source_words(known: &Known) -> String {
    let by = || known.by_name.as_deref().unwrap_or("somebody who left the team");
    match known.stated.source.as_str() {
        "list" => {
            known.list.as_ref().map_or_else(|| "a customer list".to_owned(), |list| format!("customer list “{list}”"))
        }
        "said" => format!("they said so, noted by {}", by()),
        "program" => format!("a program of {}", by()),
        _ => format!("put down by {}", by()),
    }
}

/// How it is known who a customer is, in words.
pub(crate) fn tie_words(tie: &str) -> &'static str {
    match tie {
        customer_ties::CONFIRMED => "They confirmed the address of the list by the link in a mail.",
        customer_ties::SAID => {
            "They say to be this customer: they wrote from an address of the list, or typed it. Nobody has confirmed it."
        }
        customer_ties::MEMBER => "A member of the team said so.",
        customer_ties::DOUBTFUL => {
            "It is doubtful who this is: an address of theirs leads to several people, or several customers of one list have it."
        }
        _ => "Nobody with these addresses has written yet.",
    }
}

/// "1,204 customers"
pub(super) fn many(number: i64, one: &str, more: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        n => format!("{} {more}", thousands(usize::try_from(n).unwrap_or(0))),
    }
}

/// How numbers can be written in a file: names and words.
pub(crate) fn number_ways() -> Vec<(String, String)> {
    let words = |written: Written| match written {
        Written::Auto => "as the whole column looks",
        Written::Point => "1,250.50",
        Written::Comma => "1.250,50",
    };
    Written::ALL.map(|written| (written.as_str().to_owned(), words(written).to_owned())).to_vec()
}
