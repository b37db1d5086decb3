//! A language that the machine cannot read: whatever is written in it, it calls neutral. What is then said of all must hold what is.

use crate::{
    confusion::Confusion,
    draws::Draws,
    misclassification::{Corrected, Counting, Doubt, Errors, MOST_CLASSES, Person, Said, sampled},
    pooling::Cell,
};

/// Negative, neutral, positive: how much of what people write is.
const TRUE: [f64; 3] = [0.3, 0.5, 0.2];
const READ: usize = 200;
const ENGLISH: [[f64; 3]; 3] = [[0.85, 0.1, 0.05], [0.07, 0.86, 0.07], [0.04, 0.11, 0.85]];
const FINNISH: [[f64; 3]; 3] = [[0.03, 0.95, 0.02], [0.02, 0.95, 0.03], [0.03, 0.93, 0.04]];

fn one_of(shares: &[f64; 3], draws: &mut Draws) -> usize {
    let mut left = draws.uniform();
    let found = shares.iter().position(|share| {
        left -= share;
        left < 0.0
    });
    found.unwrap_or(1)
}

fn read(language: &str, rates: &[[f64; 3]; 3], draws: &mut Draws) -> Cell {
    let mut confusion = Confusion::new(&["negative", "neutral", "positive"]);
    for _ in 0..READ {
        let is = one_of(&TRUE, draws);
        confusion.note(is, one_of(&rates[is], draws));
    }
    Cell { language: language.to_owned(), channel: "1".to_owned(), confusion }
}

/// By message: so much of it in Finnish.
fn by_message(finnish: f64, seed: u64) -> Corrected {
    let mut draws = Draws::new(seed);
    let errors = Errors::new(&[read("en", &ENGLISH, &mut draws), read("fi", &FINNISH, &mut draws)]).unwrap();
    let mut counts = [[0; MOST_CLASSES]; 2];
    for _ in 0..2_000 {
        let cell = usize::from(draws.happens(finnish));
        let is = one_of(&TRUE, &mut draws);
        counts[cell][one_of(&[ENGLISH, FINNISH][cell][is], &mut draws)] += 1;
    }
    let said = [0, 1].map(|cell| Said { cell: Some(cell as u32), counts: counts[cell] });
    let people = [Person { weight: 1.0, said: &said }];
    let doubt = Doubt::Labels { messages: 2_000.0 };
    sampled(&people, 0, Counting::EachPart, &errors, (doubt, 0.95, seed), 80).unwrap()
}

#[test]
fn what_is_written_where_the_machine_is_blind_may_be_anything_and_never_turns_the_share_over() {
    for finnish in [0.15, 0.3] {
        let found: Vec<Corrected> = (0..35).map(|run| by_message(finnish, 100 + run)).collect();
        let holds = found.iter().filter(|one| (one.low..=one.high).contains(&TRUE[0])).count();
        let worst = found.iter().map(|one| (one.share - TRUE[0]).abs()).fold(0.0, f64::max);
        assert!(holds >= 33 && worst < 0.1, "{finnish}: {holds} of 35 hold it, {worst} off");
        for one in &found {
            assert!((one.blind - finnish).abs() < 0.05 && one.unread == 0.0, "{one:?}");
            assert!(one.high - one.low > 0.8 * finnish, "it may be anything there: {one:?}");
        }
    }
}

#[test]
fn of_people_who_write_where_the_machine_is_blind_nothing_is_known_however_they_count() {
    let cell = |language: &str, counts: [[f64; 2]; 2]| {
        let mut confusion = Confusion::new(&["no", "yes"]);
        confusion.counts = counts.map(|row| row.to_vec()).to_vec();
        Cell { language: language.to_owned(), channel: "1".to_owned(), confusion }
    };
    let cells = [cell("en", [[80.0, 20.0], [10.0, 90.0]]), cell("fi", [[97.0, 3.0], [95.0, 5.0]])];
    let errors = Errors::new(&cells).unwrap();
    // Of English 34 of 100 are called so, which comes to a fifth.
    let said =
        |n: u32| Said { cell: Some(u32::from(n >= 70)), counts: if n < 24 { [0, 1, 0, 0] } else { [1, 0, 0, 0] } };
    let said: Vec<[Said; 1]> = (0..100).map(|n| [said(n)]).collect();
    let people: Vec<Person<'_>> = said.iter().map(|said| Person { weight: 1.0, said }).collect();
    for counting in [Counting::EachPart, Counting::Any] {
        let found = sampled(&people, 1, counting, &errors, (Doubt::Sample { worth: 100.0 }, 0.95, 1), 150).unwrap();
        assert!((found.blind - 0.3).abs() < 1e-9 && found.unread == 0.0, "{found:?}");
        assert!((found.share - 0.2).abs() < 0.03, "that of the others: {found:?}");
        assert!(found.low < 0.13 && found.high > 0.38 && found.high < 0.7, "{found:?}");
    }
    let most = said.iter().map(|said| Person { weight: 1.0, said }).skip(50).collect::<Vec<_>>();
    let refused = sampled(&most, 1, Counting::EachPart, &errors, (Doubt::Sample { worth: 50.0 }, 0.95, 1), 9);
    assert!(
        matches!(refused, Err(crate::misclassification::Uncorrected::Blind { share, unread: 0.0 }) if share > 0.55),
        "{refused:?}"
    );
}
