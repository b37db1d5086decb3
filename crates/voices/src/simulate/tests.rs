//! A few hundred runs each; the figures of the guide come from many more (`cargo xtask eval voices`).

use super::*;

fn runs(name: &str, runs: u64) -> Report {
    let scenario = Scenario { people: 4_000, ..Scenario::named(name).unwrap() };
    simulate(&scenario, runs, 2_024)
}

#[test]
fn the_same_seed_gives_the_same_report_and_another_another() {
    let scenario = Scenario { people: 2_000, ..Scenario::named("usual").unwrap() };
    assert_eq!(simulate(&scenario, 20, 1), simulate(&scenario, 20, 1));
    assert_ne!(simulate(&scenario, 20, 1).weighted, simulate(&scenario, 20, 2).weighted);
}

#[test]
fn weights_take_the_bias_away_where_the_assumptions_hold() {
    let found = runs("usual", 400);
    assert!(found.by_message > 0.08 && found.by_person > 0.02, "{found}");
    assert!(found.weighted.abs() < 0.006 && found.refused == 0.0, "{found}");
    assert!((0.92..=0.98).contains(&found.coverage), "{found}");
}

#[test]
fn they_do_not_where_anger_itself_writes() {
    let found = runs("anger", 60);
    assert!(found.weighted > 0.1 && found.coverage < 0.1 && !found.scenario.holds, "{found}");
}

#[test]
fn few_people_are_refused_and_a_report_says_so_in_words() {
    let scenario = Scenario { people: 1_000, heard: 12.0, ..Scenario::named("too-few").unwrap() };
    let found = simulate(&scenario, 20, 1);
    assert_eq!((found.refused, found.refusals.too_few, found.coverage), (1.0, 20, 0.0));
    let text = found.to_string();
    assert!(text.contains("refused 100.0 % (20 too few") && !text.contains("design effect"), "{text}");
    let json = serde_json::to_string(&found).unwrap();
    crate::read_back::assert_same(&serde_json::from_str::<Report>(&json).unwrap(), &found);
}
