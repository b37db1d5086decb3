//! Figures by segment: in which of the segments that are kept the people behind cases are, as far as it is known by now.

use super::{Case, Report};
use crate::{Engine, Result};
use std::collections::{BTreeSet, HashMap};
use tertulia_analysis::figures::parted_by_each;
use tertulia_model::PersonId;
use tertulia_store::segments::{self, Fact, Rule};

/// Who is in which segment: somebody may be in several of them, or in none.
#[derive(Debug, Clone, Default)]
pub struct Segmented {
    /// The number and the name of each segment, by name.
    pub names: Vec<(i64, String)>,
    /// Of those who are in any.
    of: HashMap<PersonId, Vec<i64>>,
}

/// The people of a report, by segment.
pub async fn segmented(engine: &Engine, report: &Report) -> Result<Segmented> {
    let mut db = engine.db.reader();
    let all = segments::all(&mut db).await?;
    if all.is_empty() {
        return Ok(Segmented::default());
    }
    let rules: Vec<(i64, Vec<Rule>)> = all.iter().map(|segment| (segment.id, segment.rules())).collect();
    let asked: BTreeSet<&String> = rules.iter().flat_map(|(_, rules)| rules).map(|rule| &rule.attribute).collect();
    let attributes: Vec<String> = asked.into_iter().cloned().collect();
    let people: BTreeSet<PersonId> = report.all().flat_map(|case| case.people.iter().copied()).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let facts = segments::facts(&mut db, &attributes, &people).await?;
    let known = facts.chunk_by(|one, next| one.person_id == next.person_id);
    let known: HashMap<PersonId, &[Fact]> = known.map(|own| (own[0].person_id, own)).collect();
    let mut of = HashMap::new();
    for person in people {
        let own = known.get(&person).copied().unwrap_or_default();
        let holds = |rule: &Rule| rule.holds(own.iter().find(|fact| fact.attribute == rule.attribute));
        let theirs = rules.iter().filter(|(_, rules)| rules.iter().all(holds));
        let theirs: Vec<i64> = theirs.map(|(id, _)| *id).collect();
        if !theirs.is_empty() {
            of.insert(person, theirs);
        }
    }
    Ok(Segmented { names: all.into_iter().map(|segment| (segment.id, segment.name)).collect(), of })
}

impl Segmented {
    fn is_in(&self, person: PersonId, segment: Option<i64>) -> bool {
        match (self.of.get(&person), segment) {
            (Some(theirs), Some(segment)) => theirs.contains(&segment),
            (None, None) => true,
            _ => false,
        }
    }

    /// The segments of those whom a case is about, each once; `None` where one of them is in none, or nobody is known.
    fn of(&self, case: &Case) -> Vec<Option<i64>> {
        let mut found: BTreeSet<Option<i64>> = BTreeSet::new();
        for person in &case.people {
            match self.of.get(person) {
                Some(theirs) => found.extend(theirs.iter().copied().map(Some)),
                None => {
                    found.insert(None);
                }
            }
        }
        if found.is_empty() {
            found.insert(None);
        }
        found.into_iter().collect()
    }

    /// Leaves of those whom a case is about the ones who are in a segment, or in none; whether it is about any.
    pub fn narrow(&self, case: &mut Case, segment: Option<i64>) -> bool {
        if case.people.is_empty() {
            return segment.is_none();
        }
        case.people.retain(|person| self.is_in(*person, segment));
        !case.people.is_empty()
    }

    /// Cases by segment, the largest part first and those in no segment last: each stands in the segments of all whom it is
    /// about, and is there about those alone who are in it. Nothing, where no segment is kept.
    pub fn parted(&self, cases: &[Case]) -> Vec<(Option<i64>, Vec<Case>)> {
        if self.names.is_empty() {
            return Vec::new();
        }
        let narrowed = |segment: Option<i64>, cases: Vec<&Case>| {
            let mut own: Vec<Case> = cases.into_iter().cloned().collect();
            own.retain_mut(|case| self.narrow(case, segment));
            (segment, own)
        };
        let parts = parted_by_each(cases, |case| self.of(case));
        let mut parts: Vec<_> = parts.into_iter().map(|(segment, cases)| narrowed(segment, cases)).collect();
        parts.sort_by_key(|(segment, _)| segment.is_none());
        parts
    }

    /// What a segment is called; none where there is no such segment any more.
    pub fn name(&self, segment: i64) -> Option<&str> {
        self.names.iter().find(|(id, _)| *id == segment).map(|(_, name)| name.as_str())
    }
}
