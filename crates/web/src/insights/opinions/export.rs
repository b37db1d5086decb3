//! What a map says, to take along. Nobody who voted is named in it.

use super::{known, words};
use crate::{
    App, Result,
    export::{self, Export, Format, Names, Row},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use std::collections::BTreeMap;
use tertulia_engine::opinions::{self as desk, Drawn};
use tertulia_voices::opinions::Tally;

/// How the figures were found, in sentences: they go along with each export.
pub(crate) const METHODS: [&str; 7] = [
    "Of each person and statement the latest vote counts. A statement that was taken out or says who people are keeps its votes and \
     moves nobody.",
    "Places: the first two principal components of the votes (1, 0, -1), a missing vote counting as the mean of its statement, stretched \
     by the root of statements by votes given (Small, Bjorkegren, Erkkilä, Shaw and Megill 2021); who voted on fewer than 7 has none.",
    "Groups: up to 100 base clusters, then k-means for 2 to 5 groups; the smallest number whose silhouette is within one standard error \
     of the best. Below 15 people with a place or 5 statements none are made.",
    "A statement speaks for a group where its share is above a half and above that of everybody else, each in a test that chance passes \
     once in ten; of many statements some pass by chance.",
    "Agreed across groups: a majority of every group, of those who saw it. Never said of what fewer than 15 people saw, or fewer than 5 \
     of a group (the whole of a smaller one).",
    "Of a group with fewer than 5 people it is not told how it voted on each statement, nor of another by which that could be worked \
     out.",
    "Shares are (taken + 1) / (seen + 2). The map shows those who voted, and is no picture of anybody else.",
];

pub(super) async fn take(State(app): State<App>, Path(id): Path<String>, format: Format) -> Result<Response> {
    let ballot = known(&app, &id).await?;
    let drawn = desk::draw(&app.engine, ballot.id).await?;
    let name = format!("opinions-{}", drawn.ballot.id);
    match format {
        Format::Json => Ok(export::json(&name, &crate::api::opinion_map::map_of(&drawn))),
        _ => map(name, &drawn).answer(format),
    }
}

fn tally(export: &mut Export, about: (&str, &str), one: Tally, note: &str) {
    let counts = [("agree", one.agree), ("disagree", one.disagree), ("pass", one.pass())];
    for (figure, count) in counts {
        export.count(about, figure, count.into()).n(one.seen.into());
    }
    export.count(about, "seen", one.seen.into()).note(note);
}

fn map(name: String, drawn: &Drawn) -> Export {
    let mut export = Export::new(name, drawn.ballot.question.clone(), words::headline(drawn), &METHODS);
    words::notes(drawn).into_iter().for_each(|note| export.about("note", note));
    let mut names = Names::default();
    let all: BTreeMap<u64, String> = drawn.words().into_iter().map(|(id, words)| (id, names.only(&words))).collect();
    let text = |id: u64| all.get(&id).map_or("", String::as_str);
    export.section("group", "Groups", ("", "Group"));
    for group in &drawn.map.groups {
        export.count(("", &words::group_name(group.number)), "people", group.size as u64);
    }
    statements(&mut export, drawn, &all);
    export.section("speaks for", "What sets each group apart", ("Group", "Statement"));
    for group in drawn.map.groups.iter().take(drawn.told()) {
        let of = words::group_name(group.number);
        for one in &group.speaks {
            let clear = if one.is_clear { "" } else { ", not clearly: chance may do as much" };
            let note = format!("{} {}{clear}", words::of(one.taken, one.seen), words::side(one.side));
            export.share((&of, text(one.statement)), "share", one.share).n(one.seen.into()).note(note);
        }
    }
    let consensus = &drawn.map.consensus;
    for (key, title, list) in [
        ("agreed across groups", "Agreed across groups", &consensus.across_groups),
        ("agreed over all", "Agreed over all", &consensus.over_all),
    ] {
        export.section(key, title, ("", "Statement"));
        for one in list {
            let row: &mut Row = export.share(("", text(one.statement)), "share", one.share);
            row.n(one.tally.seen.into()).note(words::side(one.side));
        }
    }
    export
}

/// What all say of each statement, and what each group does that is told.
fn statements(export: &mut Export, drawn: &Drawn, all: &BTreeMap<u64, String>) {
    export.section("statement", "All statements", ("Of", "Statement"));
    for one in &drawn.map.statements {
        let text = all.get(&one.id).map_or("", String::as_str);
        tally(export, ("everybody", text), one.tally, &words::note(drawn, one.id, one.tally));
        for (group, by) in words::told(drawn, &one.by_group) {
            tally(export, (&group, text), by, "");
        }
    }
}
