//! Saved replies: their list, their form, and the menu beside an answer.

pub(super) mod form;
pub(super) mod list;
pub(super) mod menu;

use tertulia_analysis::saved::VARIABLES;

/// What can be filled in, as it is written.
fn variables() -> Vec<(String, &'static str)> {
    let means = |name| match name {
        "first name" => "how they are addressed",
        "name" => "their whole name",
        "member" => "your name",
        "organisation" => "ours",
        "day" => "today, as a day of the week",
        _ => "today, as 2026-12-04",
    };
    VARIABLES.map(|name| (format!("{{{name}}}"), means(name))).to_vec()
}
