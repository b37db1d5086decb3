//! Customers made by chance, and who of them is heard.

use super::Scenario;
use crate::draws::Draws;
use crate::population::Population;
use crate::sample::{Column, MISSING, Sample};

const AGES: [(&str, f64); 4] = [("18-29", 0.18), ("30-44", 0.27), ("45-59", 0.30), ("60+", 0.25)];
const LANGUAGES: [(&str, f64); 3] = [("en", 0.55), ("de", 0.30), ("pl", 0.15)];

/// Log-odds of a yes by age and by language.
const BY_AGE: [f64; 4] = [0.7, 0.2, 0.0, -0.7];
const BY_LANGUAGE: [f64; 3] = [0.0, -0.4, 0.6];

/// Messages of one person: one, and as many more as a number whose logarithm is normal; at most so many.
const SPREAD: f64 = 1.2;
const MOST_MESSAGES: f64 = 5_000.0;

/// The opinion of those who waver: the probability of a yes in each message.
const LEANING: (f64, f64) = (0.15, 0.8);

pub struct World {
    pub population: Population,
    /// The share that an estimate is to find.
    pub truth: f64,
    people: Vec<Person>,
}

struct Person {
    age: u32,
    language: u32,
    angry: bool,
    heard: f64,
}

fn pick(draws: &mut Draws, shares: &[(&str, f64)]) -> u32 {
    let mut left = draws.uniform();
    let at = shares.iter().position(|(_, share)| {
        left -= share;
        left < 0.0
    });
    at.unwrap_or(shares.len() - 1) as u32
}

impl World {
    pub fn new(scenario: &Scenario, draws: &mut Draws) -> Self {
        let mut people: Vec<Person> = (0..scenario.people).map(|_| person(scenario, draws)).collect();
        let sum: f64 = people.iter().map(|person| person.heard).sum();
        people.iter_mut().for_each(|person| person.heard = (person.heard * scenario.heard / sum).min(1.0));
        let list = people
            .iter()
            .map(|person| [Some(AGES[person.age as usize].0), Some(LANGUAGES[person.language as usize].0)]);
        let population = Population::from_list(&["age", "language"], list).ordered("age", &AGES.map(|(name, _)| name));
        let opinion = |person: &Person| match (scenario.wavering, person.angry) {
            (false, angry) => f64::from(u8::from(angry)),
            (true, false) => LEANING.0,
            (true, true) => LEANING.1,
        };
        let truth = people.iter().map(opinion).sum::<f64>() / people.len().max(1) as f64;
        Self { population, truth, people }
    }

    /// Who is heard this time, and what they say.
    pub fn draw(&self, scenario: &Scenario, draws: &mut Draws) -> Sample {
        let mut heard = Heard::default();
        for person in &self.people {
            if !draws.happens(person.heard) {
                continue;
            }
            let unlinked = if person.angry { scenario.unlinked.1 } else { scenario.unlinked.0 };
            let linked = unlinked == 0.0 || !draws.happens(unlinked);
            let times = if person.angry { scenario.angry_messages } else { 1.0 };
            let more = (times * (SPREAD * draws.normal()).exp()).min(MOST_MESSAGES);
            let messages = 1 + more as u32;
            let answer = if scenario.wavering {
                let leaning = if person.angry { LEANING.1 } else { LEANING.0 };
                let yes = (0..messages).filter(|_| draws.happens(leaning)).count();
                yes as f64 / f64::from(messages)
            } else {
                f64::from(u8::from(person.angry))
            };
            heard.add(linked.then_some((person.age, person.language)), answer, messages);
        }
        let (bots, messages, claims) = scenario.bots;
        for _ in 0..bots {
            let claimed = claims.then(|| (pick(draws, &AGES), pick(draws, &LANGUAGES)));
            heard.add(claimed, 1.0, messages);
        }
        heard.sample()
    }
}

fn person(scenario: &Scenario, draws: &mut Draws) -> Person {
    let (age, language) = (pick(draws, &AGES), pick(draws, &LANGUAGES));
    let other_tariff = draws.happens(0.3);
    let odds = scenario.leaning
        + BY_AGE[age as usize]
        + BY_LANGUAGE[language as usize]
        + if other_tariff { scenario.tariff.1 } else { 0.0 };
    let angry = draws.happens(1.0 / (1.0 + (-odds).exp()));
    let times = |holds: bool, times: f64| if holds { times } else { 1.0 };
    let heard = times(age == 0, scenario.young)
        * times(age == 3, scenario.old)
        * times(language == 0, scenario.english)
        * times(angry, scenario.angry_heard)
        * times(other_tariff, scenario.tariff.0);
    Person { age, language, angry, heard }
}

#[derive(Default)]
struct Heard {
    ages: Vec<u32>,
    languages: Vec<u32>,
    answers: Vec<f64>,
    messages: Vec<u32>,
}

impl Heard {
    fn add(&mut self, known: Option<(u32, u32)>, answer: f64, messages: u32) {
        let (age, language) = known.unwrap_or((MISSING, MISSING));
        self.ages.push(age);
        self.languages.push(language);
        self.answers.push(answer);
        self.messages.push(messages);
    }

    fn sample(self) -> Sample {
        let names = |categories: &[(&str, f64)]| categories.iter().map(|(name, _)| (*name).to_owned()).collect();
        let columns = vec![
            Column::new("age", names(&AGES), self.ages),
            Column::new("language", names(&LANGUAGES), self.languages),
        ];
        // The columns are as long as each other and their codes are of the lists above, so that nothing is refused.
        Sample::from_columns(columns, self.answers, self.messages).unwrap_or_default()
    }
}
