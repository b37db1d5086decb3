//! How many of each segment are to be invited, and who: looked at first, then drawn.

use super::{TOPIC, who};
use crate::{
    Engine, EngineError, Result,
    ingest::Tries,
    insights::{
        self,
        columns::{Chosen, Heard},
        parts,
        population::{self, LANGUAGE, Roll},
    },
    languages,
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};
use tertulia_model::{PersonId, UserId};
use tertulia_store::{
    Db, Sql,
    attributes::{self as known_attributes, Attribute},
    changes,
    customer_ties::DOUBTFUL,
    customers::{self, Handle},
    invitations::{self, Candidate, Invitation, Part, Round},
    threads,
};
use tertulia_voices::inviting::{self, Stratum};

/// Invitations of one draw: each is looked at by a person.
pub const MOST: i64 = 500;
pub const USUAL: i64 = 30;
/// Days in which nobody is invited twice.
pub const MOST_DAYS: i64 = 3_650;
pub const USUAL_DAYS: i64 = 180;
/// Rows that are read at once.
const PAGE: i64 = 20_000;

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// By which attribute, by its name.
    pub attribute: String,
    pub size: i64,
    /// The same seed draws the same people, as long as nothing else changed.
    pub seed: i64,
    /// Whoever was invited within so many days is left out.
    pub rest_days: i64,
}

impl Asked {
    fn checked(&self) -> Result<()> {
        let invalid = |field: &str, words: String| Err(EngineError::invalid(field, words));
        if !(1..=MOST).contains(&self.size) {
            return invalid("size", format!("Invite 1 to {MOST}: each is looked at and sent by a person."));
        }
        if self.seed < 0 {
            return invalid("seed", "The seed is a whole number from 0.".to_owned());
        }
        if !(0..=MOST_DAYS).contains(&self.rest_days) {
            return invalid("rest", format!("Choose 0 to {MOST_DAYS} days."));
        }
        Ok(())
    }
}

/// One part of the customers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartPlan {
    /// None: of whom it is not known.
    pub key: Option<String>,
    pub name: String,
    pub customers: u64,
    /// Of these, who has ever written anything.
    pub heard: u64,
    /// Of the others, who can be invited.
    pub reachable: u64,
    /// Why the rest cannot be, and how many.
    pub cannot: BTreeMap<&'static str, u64>,
    pub invited: u64,
}

impl PartPlan {
    pub fn unheard(&self) -> u64 {
        self.customers - self.heard
    }

    /// The part of them that is heard, 0..1.
    pub fn share(&self) -> f64 {
        if self.customers == 0 { 0.0 } else { self.heard as f64 / self.customers as f64 }
    }
}

/// What a draw would be.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub attribute: Attribute,
    /// Those least heard first.
    pub parts: Vec<PartPlan>,
    /// Who is drawn, by the place of their part.
    chosen: Vec<(usize, i64)>,
}

/// The attributes by which customers can be told apart.
pub async fn attributes(engine: &Engine) -> Result<Vec<Attribute>> {
    population::attributes(&mut engine.db.reader()).await
}

/// Looks at what a draw would be, and changes nothing. None where no list says anything of anybody.
pub async fn plan(engine: &Engine, asked: &Asked) -> Result<Option<Plan>> {
    asked.checked()?;
    let all = attributes(engine).await?;
    let attribute = all.into_iter().find(|one| one.name == asked.attribute);
    let attribute =
        attribute.ok_or_else(|| EngineError::invalid("attribute", "Choose one of what is known of your customers."))?;
    let view = insights::view(engine).await?;
    let Some(roll) = insights::roll(engine, &view, &attribute).await? else { return Ok(None) };
    let columns = view.columns;
    let heard: HashSet<PersonId> = insights::aside(move || {
        let tally = columns.tally(&Chosen::all(&columns), Heard::Anything);
        tally.people.iter().filter(|one| one.messages > 0).filter_map(|one| columns.person(one.person)).collect()
    })
    .await?;
    let mut db = engine.db.reader();
    let mut crowd = Crowd::read(&mut db, &roll, &heard).await?;
    if crowd.customers.is_empty() {
        return Ok(None);
    }
    crowd.reach(engine, &mut db, asked).await?;
    Ok(Some(crowd.planned(asked, attribute)))
}

/// One customer, once.
struct One {
    id: i64,
    person: Option<PersonId>,
    part: usize,
    is_heard: bool,
    /// Why they cannot be invited; none: they can.
    cannot: Option<&'static str>,
}

/// All customers, who are counted once where they stand in several lists as one person.
struct Crowd {
    parts: Vec<PartPlan>,
    customers: Vec<One>,
    lists: HashMap<i64, Candidate>,
}

impl Crowd {
    async fn read(db: &mut Db, roll: &Roll, heard: &HashSet<PersonId>) -> Result<Self> {
        let mut lists = HashMap::new();
        let mut after = i64::MIN;
        loop {
            let page = invitations::candidates(db, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            lists.extend(page.into_iter().map(|one| (one.id, one)));
        }
        let known = |part: &parts::Part| PartPlan {
            key: Some(part.key.clone()),
            name: part.name.clone(),
            ..PartPlan::default()
        };
        let mut parts: Vec<PartPlan> = roll.parts().iter().map(known).collect();
        let unknown = parts.len();
        parts.push(PartPlan { name: "Not known".to_owned(), ..PartPlan::default() });
        let mut met = HashSet::new();
        let mut customers = Vec::new();
        for (id, person, part) in population::customers_by(db, roll).await? {
            if person.is_some_and(|person| !met.insert(person)) {
                continue;
            }
            let part = part.map_or(unknown, usize::from);
            let is_heard = person.is_some_and(|person| heard.contains(&person));
            parts[part].customers += 1;
            parts[part].heard += u64::from(is_heard);
            customers.push(One { id, person, part, is_heard, cannot: None });
        }
        Ok(Self { parts, customers, lists })
    }

    /// Finds out who of those who were not heard can be invited.
    async fn reach(&mut self, engine: &Engine, db: &mut Db, asked: &Asked) -> Result<()> {
        let doors = who::Doors::of(engine, db).await?;
        let ids: Vec<i64> = self.lists.keys().copied().collect();
        let mut listed: HashMap<i64, Vec<Handle>> = HashMap::new();
        let mut owners: HashMap<(String, String), Vec<i64>> = HashMap::new();
        for one in customers::handles(db, &ids).await? {
            owners.entry((one.space.clone(), one.handle.clone())).or_default().push(one.customer_id);
            listed.entry(one.customer_id).or_default().push(one);
        }
        let since = engine.now() - asked.rest_days * super::DAY;
        let invited: HashSet<i64> = invitations::invited_since(db, since).await?.into_iter().collect();
        let list_of = |id: &i64| self.lists.get(id).map(|known| known.list.as_str());
        let mut may = Vec::new();
        for one in self.customers.iter_mut().filter(|one| !one.is_heard) {
            let known = listed.remove(&one.id).unwrap_or_default();
            let addresses = who::addresses(db, (one.id, one.person), known).await?;
            let owners = |at: &Handle| owners.get(&(at.space.clone(), at.handle.clone()));
            let is_shared = |at: &Handle| {
                owners(at).is_some_and(|all| all.iter().any(|id| *id != one.id && list_of(id) == list_of(&one.id)))
            };
            let is_doubtful = self.lists.get(&one.id).is_some_and(|known| known.tie == DOUBTFUL);
            one.cannot = match doors.reach(&addresses, is_shared) {
                _ if is_doubtful => Some("doubtful"),
                _ if invited.contains(&one.id) => Some("invited"),
                Err(why) => Some(why),
                Ok((_, at)) => owners(at).is_some_and(|all| all.iter().any(|id| *id < one.id)).then_some("twice"),
            };
            if one.cannot.is_none() {
                may.push((one.id, addresses));
            }
        }
        let suspects = who::suspects(engine, db, &doors, &may).await?;
        let mut refused = HashSet::new();
        for (id, addresses) in may.iter().filter(|(id, _)| suspects.contains(id)) {
            if who::refusal(engine, db, &doors, addresses).await?.is_some() {
                refused.insert(*id);
            }
        }
        self.customers.iter_mut().filter(|one| refused.contains(&one.id)).for_each(|one| one.cannot = Some("refused"));
        Ok(())
    }

    fn planned(mut self, asked: &Asked, attribute: Attribute) -> Plan {
        for one in self.customers.iter().filter(|one| !one.is_heard) {
            let part = &mut self.parts[one.part];
            match one.cannot {
                Some(why) => *part.cannot.entry(why).or_default() += 1,
                None => part.reachable += 1,
            }
        }
        let of = |part: &PartPlan| Stratum { customers: part.customers, heard: part.heard, reachable: part.reachable };
        let mut order: Vec<usize> = (0..self.parts.len()).filter(|n| self.parts[*n].customers > 0).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&self.parts[*a], &self.parts[*b]);
            a.share().total_cmp(&b.share()).then(b.customers.cmp(&a.customers)).then(a.key.cmp(&b.key))
        });
        let strata: Vec<Stratum> = order.iter().map(|n| of(&self.parts[*n])).collect();
        let given = inviting::allocate(&strata, asked.size.unsigned_abs());
        let mut chosen = Vec::new();
        let mut parts = Vec::with_capacity(order.len());
        for (place, (n, many)) in order.into_iter().zip(given).enumerate() {
            let free = |one: &&One| one.part == n && !one.is_heard && one.cannot.is_none();
            let mut may: Vec<i64> = self.customers.iter().filter(free).map(|one| one.id).collect();
            may.sort_unstable();
            let part = PartPlan { invited: many, ..std::mem::take(&mut self.parts[n]) };
            let named = format!("{}\n{}", attribute.name, part.key.as_deref().unwrap_or_default());
            let drawn = inviting::draw(asked.seed.unsigned_abs(), &named, may.len(), many as usize);
            chosen.extend(drawn.into_iter().map(|at| (place, may[at])));
            parts.push(part);
        }
        Plan { attribute, parts, chosen }
    }
}

impl Plan {
    pub fn invited(&self) -> usize {
        self.chosen.len()
    }
}

/// Draws them, and keeps a draft for each. Gives the draw.
pub async fn draw(engine: &Arc<Engine>, by: UserId, asked: &Asked) -> Result<i64> {
    let mut tries = Tries::default();
    loop {
        match try_draw(engine, by, asked).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_draw(engine: &Engine, by: UserId, asked: &Asked) -> Result<i64> {
    let nobody = "Nobody who was not heard yet can be invited. Nothing was drawn.";
    let plan = plan(engine, asked).await?.filter(|plan| !plan.chosen.is_empty());
    let plan = plan.ok_or_else(|| EngineError::Refused(nobody.to_owned()))?;
    let now = engine.now();
    let id = engine.next_id();
    let round = Round {
        id,
        attribute: plan.attribute.name.clone(),
        title: plan.attribute.title.clone(),
        asked: asked.size,
        seed: asked.seed,
        rest_days: asked.rest_days,
        drawn_by: by,
        drawn_at: now,
    };
    let part = |(place, part): (i64, &PartPlan)| Part {
        place,
        part_key: part.key.clone(),
        name: part.name.clone(),
        customers: part.customers.cast_signed(),
        heard: part.heard.cast_signed(),
        reachable: part.reachable.cast_signed(),
        drawn: part.invited.cast_signed(),
    };
    let parts: Vec<Part> = (0..).zip(&plan.parts).map(part).collect();
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let invited = invitations::invited_since(&mut tx, now - asked.rest_days * super::DAY).await?;
    if plan.chosen.iter().any(|(_, id)| invited.binary_search(id).is_ok()) {
        let words = "Somebody drew some of them meanwhile. Nothing was drawn; look at how it stands now.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    let ids: Vec<i64> = plan.chosen.iter().map(|(_, customer)| *customer).collect();
    let spoken = spoken(&mut tx, &ids).await?;
    let one = |(place, customer): &(usize, i64)| Invitation {
        id: engine.next_id(),
        round_id: id,
        customer_id: *customer,
        place: *place as i64,
        language: spoken.get(customer).map_or_else(|| "und".to_owned(), |code| (*code).to_owned()),
        state: "draft".to_owned(),
        reason: None,
        words: None,
        words_before: None,
        delivery_id: None,
        by_user: None,
        acted_at: None,
        sent_at: None,
        version: 0,
    };
    let drawn: Vec<Invitation> = plan.chosen.iter().map(one).collect();
    invitations::add(&mut tx, &round, &parts, &drawn).await?;
    let noted = changes::note(&mut tx, &[(TOPIC, id)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(id)
}

/// In which language lists say that they are to be written to.
async fn spoken(on: &mut impl Sql, customers: &[i64]) -> Result<HashMap<i64, &'static str>> {
    let mut said = known_attributes::of_customers(on, customers).await?;
    said.retain(|one| one.attribute == LANGUAGE);
    said.sort_by_key(|one| (one.at, one.id));
    Ok(said.iter().filter_map(|one| Some((one.customer_id?, languages::code(&one.value)?))).collect())
}
