//! The map of a ballot, for programs. Nobody who voted is named on it.

use super::{
    extract::{Asked, Id, invalid, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, insights::opinions::words};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tertulia_engine::opinions::{self as desk, Drawn};
use tertulia_voices::opinions::{self as voices, Side};
use utoipa::{IntoParams, ToSchema};

/// How many of those who saw a statement are on which side.
#[derive(Serialize, ToSchema)]
pub(crate) struct VoteTally {
    agree: u32,
    disagree: u32,
    pass: u32,
    seen: u32,
}

impl From<voices::Tally> for VoteTally {
    fn from(one: voices::Tally) -> Self {
        Self { agree: one.agree, disagree: one.disagree, pass: one.pass(), seen: one.seen }
    }
}

/// A statement on the map.
#[derive(Serialize, ToSchema)]
pub(crate) struct MappedStatement {
    statement_id: Ident,
    /// Its words, or its number where nobody gave them.
    text: String,
    /// It has no part in places, groups and what is agreed on: it was taken out, or says who people are.
    silent: bool,
    /// Where somebody would stand who agreed with this and said nothing else.
    x: f64,
    y: f64,
    /// How far from the middle that is.
    extremity: f64,
    /// The weight in the draw of what to show next: 0 where it was taken out. What nobody saw yet weighs 81/16.
    priority: f64,
    all: VoteTally,
    /// In the order of the groups, as far as it is told of them.
    by_group: Vec<VoteTally>,
    /// The product of the groups' smoothed shares of agreement; null where there are no groups, or where of one of them it is not
    /// told how it voted: it could be worked out from the others.
    group_aware_consensus: Option<f64>,
}

/// A statement that a group answers otherwise than the others do.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpeaksFor {
    statement_id: Ident,
    /// `agree` or `disagree`.
    side: String,
    /// How many of the group are on that side, of how many that saw it.
    taken: u32,
    seen: u32,
    /// (taken + 1) / (seen + 2)
    share: f64,
    /// Whether both tests are passed; else it is the nearest that there is.
    clear: bool,
}

/// People who answer alike.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpinionGroup {
    /// 0 is the largest: group A.
    number: u32,
    name: String,
    people: usize,
    /// Whether it is told how it voted. It is not of groups of fewer than 5 people, nor of one by which theirs could be worked
    /// out.
    told: bool,
    /// The mean place of its people.
    x: f64,
    y: f64,
    speaks: Vec<SpeaksFor>,
}

/// A statement that is agreed on, or agreed to be wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgreedOn {
    statement_id: Ident,
    /// `agree` or `disagree`.
    side: String,
    /// (taken + 1) / (seen + 2)
    share: f64,
    all: VoteTally,
    /// In the order of the groups, as far as it is told of them.
    by_group: Vec<VoteTally>,
}

/// Who answers alike, what sets each group apart, and what all of them agree on.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpinionMapOf {
    ballot_id: Ident,
    question: String,
    /// It in a sentence.
    headline: String,
    /// Who voted, and how many of them have a place.
    people: usize,
    placed: usize,
    /// Votes that count: one for each person and statement.
    votes: usize,
    /// The share of all difference that each direction shows.
    explained_across: f64,
    explained_upwards: f64,
    /// Empty where a note says why.
    groups: Vec<OpinionGroup>,
    /// By the majority of every group.
    agreed_across_groups: Vec<AgreedOn>,
    /// By a majority of all.
    agreed_over_all: Vec<AgreedOn>,
    /// Those that anybody voted on.
    statements: Vec<MappedStatement>,
    /// What whoever reads the map must know: why there are no groups, and how many more would do.
    notes: Vec<String>,
    /// How it was found.
    methods: Vec<String>,
}

fn ident(id: u64) -> Ident {
    Ident(id.cast_signed())
}

fn side(of: Side) -> String {
    words::side(of).to_owned()
}

fn tallies(drawn: &Drawn, of: &[voices::Tally]) -> Vec<VoteTally> {
    of.iter().take(drawn.told()).copied().map(VoteTally::from).collect()
}

/// Whether it is told of each group how it voted.
fn is_all_told(drawn: &Drawn) -> bool {
    drawn.told() == drawn.map.groups.len()
}

/// What whoever reads the map must know, and why something is absent from it.
fn notes(drawn: &Drawn) -> Vec<String> {
    let mut notes = words::notes(drawn);
    if !is_all_told(drawn) {
        notes.push(
            "No group_aware_consensus is given: it would tell how a group voted of which that is not told.".to_owned(),
        );
    }
    notes
}

pub(crate) fn map_of(drawn: &Drawn) -> OpinionMapOf {
    let all = drawn.words();
    let statement = |one: &voices::Statement| MappedStatement {
        statement_id: ident(one.id),
        text: all.get(&one.id).cloned().unwrap_or_default(),
        silent: one.is_silent,
        x: one.position[0],
        y: one.position[1],
        extremity: one.extremity,
        priority: if drawn.rules.moderated_out.contains(&one.id) { 0.0 } else { one.priority },
        all: one.tally.into(),
        by_group: tallies(drawn, &one.by_group),
        group_aware_consensus: one.group_aware_consensus.filter(|_| is_all_told(drawn)),
    };
    let speaks = |one: &voices::Representative| SpeaksFor {
        statement_id: ident(one.statement),
        side: side(one.side),
        taken: one.taken,
        seen: one.seen,
        share: one.share,
        clear: one.is_clear,
    };
    let group = |(at, one): (usize, &voices::Group)| OpinionGroup {
        told: at < drawn.told(),
        number: one.number,
        name: words::group_name(one.number),
        people: one.size,
        x: one.centre[0],
        y: one.centre[1],
        speaks: one.speaks.iter().filter(|_| at < drawn.told()).map(speaks).collect(),
    };
    let agreed = |one: &voices::Agreed| AgreedOn {
        statement_id: ident(one.statement),
        side: side(one.side),
        share: one.share,
        all: one.tally.into(),
        by_group: tallies(drawn, &one.by_group),
    };
    let map = &drawn.map;
    OpinionMapOf {
        ballot_id: Ident(drawn.ballot.id),
        question: drawn.ballot.question.clone(),
        headline: words::headline(drawn),
        people: drawn.people,
        placed: map.placed,
        votes: map.votes,
        explained_across: map.explained[0],
        explained_upwards: map.explained[1],
        groups: map.groups.iter().enumerate().map(group).collect(),
        agreed_across_groups: map.consensus.across_groups.iter().map(agreed).collect(),
        agreed_over_all: map.consensus.over_all.iter().map(agreed).collect(),
        statements: map.statements.iter().map(statement).collect(),
        notes: notes(drawn),
        methods: crate::insights::opinions::METHODS.iter().map(|words| (*words).to_owned()).collect(),
    }
}

/// Shows the map of a ballot
///
/// Groups of people who answer alike, what sets each apart, and what is agreed on; or why no groups can be told apart.
#[utoipa::path(
    get, path = "/api/v1/opinions/{id}/map", tag = "opinions", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The ballot")), responses((status = 200, body = OpinionMapOf))
)]
pub(super) async fn map(State(app): State<App>, Id(id): Id) -> Result<Json<OpinionMapOf>> {
    let drawn = desk::draw(&app.engine, id).await?;
    Ok(Json(map_of(&drawn)))
}

/// Where one who votes stands.
#[derive(Serialize, ToSchema)]
pub(super) struct PlaceOf {
    /// On how many statements that count they voted.
    votes: usize,
    /// Null where that is too few for a place.
    x: Option<f64>,
    y: Option<f64>,
    /// The number of their group; null where they are in none.
    group: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PlacesQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists where people stand on the map of a ballot
///
/// In the order of their places, without who they are.
#[utoipa::path(
    get, path = "/api/v1/opinions/{id}/places", tag = "opinions", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The ballot"), PlacesQuery),
    responses((status = 200, body = Page<PlaceOf>))
)]
pub(super) async fn places(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<PlacesQuery>,
) -> Result<Json<Page<PlaceOf>>> {
    let limit = usize::try_from(limit(asked.limit)?).unwrap_or_default();
    let skip: usize = match super::extract::cursor(asked.cursor.as_deref())? {
        None => 0,
        Some(skip) => {
            usize::try_from(skip).map_err(|_| invalid("cursor", "Give `next` of the page before, unchanged."))?
        }
    };
    let drawn = desk::draw(&app.engine, id).await?;
    let all = &drawn.map.participants;
    let items: Vec<PlaceOf> = all
        .iter()
        .skip(skip)
        .take(limit)
        .map(|one| PlaceOf {
            votes: one.votes,
            x: one.position.map(|[x, _]| x),
            y: one.position.map(|[_, y]| y),
            group: one.group,
        })
        .collect();
    let next = skip.saturating_add(items.len());
    Ok(Json(Page { next: (!items.is_empty() && next < all.len()).then(|| next.to_string()), items }))
}
