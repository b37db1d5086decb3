//! `eval opinions`: do our maps show what Polis's show?
//!
//! - `fixtures`: what a live Polis server computed of votes that are here as well. `min_abs_cos` is the smallest cosine
//!   (without its sign) between a principal component of ours and the server's; `max_priority_error` the largest
//!   difference of a statement's group-aware consensus or priority, *in the server's groups*: which groups a server has
//!   depends on all that it computed before, and is not asked here. `n` is the number of conversations.
//! - `exports`: published conversations with the group that Polis put each person into. `mean_ari` is the mean over
//!   conversations of the adjusted Rand index against our groups, found from the votes alone, among people whom both
//!   put into a group (how many those are is told on standard error); a conversation that is refused counts 0.
//! - `speed`: `votes_50k_ms` is the time for 50,000 made-up votes from the first to the finished map, the median of 25
//!   passes on one core; `votes_50k_busy_ms` is the time that the core worked for it, on average, which other programs
//!   hardly lengthen; `per_second` is votes a second.

mod exports;
mod fixtures;
mod speed;
#[cfg(test)]
mod tests;

use crate::arguments::Arguments;
use crate::skipped;
use anyhow::Result;

pub fn run(arguments: &Arguments) -> Result<()> {
    skipped::unless_sound("fixtures", fixtures::run(arguments));
    skipped::unless_sound("exports", exports::run(arguments));
    speed::run();
    Ok(())
}

/// The folders in a folder, by name.
fn folders(folder: &std::path::Path) -> Result<Vec<(String, std::path::PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_dir()) {
            found.push((name.to_string_lossy().into_owned(), path.clone()));
        }
    }
    found.sort();
    Ok(found)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
