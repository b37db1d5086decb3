//! What is said twice counts once.
//!
//! The weights of Fellegi and Sunter add up where comparisons are independent of each other. Some never are: a town follows
//! from its postcode, a handle from the name. Their weight is lessened here, and always so that an agreement more is
//! never evidence less.

use super::catalogue::{Catalogue, Column, Row};
use super::compare::NAMES;
use super::pattern::{Comparison, Level};
use super::score::{Evidence, Sums};

/// Where `from` agrees and with it `what`, the latter weighs what it does by itself (`alone`), or the two together what
/// the weightier does.
pub(super) fn follows(what: Comparison, from: Comparison, alone: f64, evidence: &mut Evidence, sums: &mut Sums) {
    let Some((_, Level::Exact, because)) = evidence.0[from as usize] else { return };
    let Some((_, Level::Exact, weight)) = &mut evidence.0[what as usize] else { return };
    let too_much = (*weight - alone).clamp(0.0, because.max(0.0));
    *weight -= too_much;
    sums.strangers -= too_much;
}

/// What it weighs that two people make a handle or mailbox of one name in the same way, in bits: one in four does.
const SAME_HABIT: f64 = 2.0;

/// How somebody is called: by name, by handle, by mailboxes that are alike. That two Ana Ruiz are both `anaruiz` says
/// little more than that both are Ana Ruiz, and that a nickname stands in two places is one nickname. The weightiest
/// counts, and each other one up to [`SAME_HABIT`]. A mailbox that is the very same is that, whatever it is called.
pub(super) fn called(
    catalogue: &Catalogue,
    (one, other): (&Row, &Row),
    household: &[[f64; 5]; 16],
    evidence: &mut Evidence,
    sums: &mut Sums,
) {
    let weight_of = |evidence: &Evidence, comparison: Comparison| match evidence.0[comparison as usize] {
        Some((Comparison::Email, Level::Exact, _)) | None => 0.0,
        Some((_, _, weight)) => weight.max(0.0),
    };
    let (handle, mailbox) = (weight_of(evidence, Comparison::Handle), weight_of(evidence, Comparison::Email));
    if handle <= SAME_HABIT && mailbox <= SAME_HABIT {
        return;
    }
    let mut names = Sums::default();
    for (comparison, column) in NAMES.comparisons.into_iter().zip(NAMES.columns) {
        let weight = weight_of(evidence, comparison);
        if weight > 0.0 && is_called(catalogue, one, column) && is_called(catalogue, other, column) {
            let Some((_, level, _)) = evidence.0[comparison as usize] else { continue };
            names.strangers += weight;
            names.household += weight.min(household[comparison as usize][level.index()].max(0.0));
        }
    }
    let too_much = |names: f64| names + handle + mailbox - together([names, handle, mailbox]);
    sums.household -= too_much(names.household);
    let mut left = too_much(names.strangers);
    sums.strangers -= left;
    for comparison in [Comparison::Handle, Comparison::Email] {
        let taken = (weight_of(evidence, comparison) - SAME_HABIT).clamp(0.0, left);
        if let Some((_, _, weight)) = &mut evidence.0[comparison as usize] {
            *weight -= taken;
            left -= taken;
        }
    }
}

fn together(weights: [f64; 3]) -> f64 {
    let greatest = weights.into_iter().fold(0.0, f64::max);
    let all: f64 = weights.into_iter().map(|weight| weight.min(SAME_HABIT)).sum();
    greatest - greatest.min(SAME_HABIT) + all
}

/// Whether a name of the record stands in a handle or mailbox of its own.
fn is_called(catalogue: &Catalogue, row: &Row, column: Column) -> bool {
    let text = |value: &u32| catalogue.texts[*value as usize].replace(' ', "");
    let called = [Column::Handle, Column::MailName];
    let mut called = called.iter().flat_map(|column| catalogue.values_of(row, *column)).map(text);
    let names: Vec<String> = catalogue.values_of(row, column).iter().map(text).collect();
    called.any(|called| names.iter().any(|name| name.len() >= 3 && called.contains(name.as_str())))
}
