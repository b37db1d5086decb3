//! Estimates and refusals on made-up people.

use super::*;
use crate::sample::Voice;
use proptest::prelude::*;

/// (age, language, answer, how many such people)
type Kind<'a> = (Option<&'a str>, Option<&'a str>, f64, usize);

fn sample(kinds: &[Kind<'_>]) -> Sample {
    let mut sample = Sample::new(&["age", "language"]);
    for (age, language, answer, people) in kinds {
        for _ in 0..*people {
            sample.push(Voice { values: &[*age, *language], answer: *answer, messages: 1 }).unwrap();
        }
    }
    sample
}

fn population(young: f64, english: f64) -> Population {
    let margin = |name: &str, yes: &str, no: &str, share: f64| {
        (name.to_owned(), vec![(yes.to_owned(), share), (no.to_owned(), 1.0 - share)])
    };
    let margins = [margin("age", "young", "old", young), margin("language", "en", "de", english)];
    Population::from_margins(margins, Some(10_000.0)).unwrap()
}

const HEARD: [Kind<'_>; 6] = [
    (Some("young"), Some("en"), 1.0, 60),
    (Some("young"), Some("en"), 0.0, 30),
    (Some("young"), Some("de"), 1.0, 20),
    (Some("old"), Some("en"), 0.0, 15),
    (Some("old"), Some("de"), 0.0, 10),
    (Some("old"), Some("de"), 1.0, 5),
];

#[test]
fn who_was_heard_too_rarely_counts_for_more() {
    let found = estimate(&sample(&HEARD), &population(0.4, 0.5), &Rules::default()).unwrap();
    assert!((found.by_person - 85.0 / 140.0).abs() < 1e-12);
    assert!(found.share < found.by_person - 0.1, "{found:?}");
    assert!(found.low < found.share && found.share < found.high && found.deff > 1.0);
    assert!((found.effective_n * found.deff - 140.0).abs() < 1e-9);
    assert_eq!((found.n, found.unlinked.people, found.method), (140, 0, Method::Raked));
    assert_eq!(found.manski, (found.share, found.share));
    assert!(found.notes.is_empty(), "{:?}", found.notes);
}

#[test]
fn the_unlinked_are_not_in_the_share_and_widen_the_range() {
    let mut kinds = HEARD.to_vec();
    kinds.push((None, None, 1.0, 60));
    let found = estimate(&sample(&kinds), &population(0.4, 0.5), &Rules::default()).unwrap();
    let alone = estimate(&sample(&HEARD), &population(0.4, 0.5), &Rules::default()).unwrap();
    assert_eq!((found.share, found.low, found.n), (alone.share, alone.low, 140));
    assert_eq!((found.unlinked.people, found.unlinked.share, found.unlinked.answer), (60, 0.3, Some(1.0)));
    assert!((found.manski.1 - found.manski.0 - 0.3).abs() < 1e-12);
    assert!(found.manski.0 < found.share && found.share < found.manski.1);
}

#[test]
fn who_gave_only_a_language_is_weighted_by_it() {
    let mut kinds = HEARD.to_vec();
    kinds.push((None, Some("de"), 0.0, 40));
    let found = estimate(&sample(&kinds), &population(0.4, 0.5), &Rules::default()).unwrap();
    assert_eq!((found.n, found.unlinked.people), (180, 0));
    assert_eq!(found.notes, [Note::ValueUnknown { attribute: "age".to_owned(), people: 40 }]);
}

#[test]
fn few_people_are_refused_with_how_many_more() {
    let refusal =
        estimate(&sample(&HEARD[..1][..]), &population(0.4, 0.5), &Rules { least_people: 80, ..Rules::default() });
    let refusal = refusal.unwrap_err();
    assert_eq!(refusal.needs, [Need { of: None, more: 20 }]);
    assert_eq!(
        refusal.to_string(),
        "too few people were heard: 60 who can be linked, 80 are the least; it would take 20 more"
    );
}

#[test]
fn an_unheard_half_is_refused_and_named() {
    let margins = ["0-29", "30-59", "60+"].map(|age| (age.to_owned(), if age == "60+" { 0.4 } else { 0.3 }));
    let population = Population::from_margins([("age".to_owned(), margins.to_vec())], None).unwrap();
    let kinds = [(Some("0-29"), None, 1.0, 60), (Some("30-59"), None, 0.0, 60), (Some("60+"), None, 0.0, 2)];
    let refusal = estimate(&sample(&kinds), &population, &Rules::default()).unwrap_err();
    assert!(matches!(&refusal.reason, Reason::Unheard { attribute, .. } if attribute == "age"));
    assert_eq!(refusal.needs, [Need { of: Some(("age".to_owned(), "60+".to_owned())), more: 3 }]);
    // What it asks for mends it.
    let mended = [kinds[0], kinds[1], (Some("60+"), None, 0.0, 5)];
    assert!(estimate(&sample(&mended), &population, &Rules::default()).is_ok());
}

#[test]
fn one_half_does_not_speak_for_the_other() {
    let kinds = [(Some("young"), Some("en"), 1.0, 90), (Some("young"), Some("de"), 0.0, 90)];
    let refusal = estimate(&sample(&kinds), &population(0.4, 0.5), &Rules::default()).unwrap_err();
    assert_eq!(refusal.needs, [Need { of: Some(("age".to_owned(), "old".to_owned())), more: 5 }]);
    assert!(refusal.to_string().starts_with("age: hardly anybody was heard of 60 % of the population"), "{refusal}");
}

#[test]
fn weights_too_uneven_are_refused_and_what_it_asks_for_mends_it() {
    let population = population(0.1, 0.5);
    let mut kinds = [
        (Some("young"), Some("en"), 1.0, 60),
        (Some("young"), Some("de"), 0.0, 60),
        (Some("old"), Some("en"), 0.0, 4),
        (Some("old"), Some("de"), 1.0, 4),
    ];
    let rules = Rules { raking: RakingRules { bounds: None, ..RakingRules::default() }, ..Rules::default() };
    let refusal = estimate(&sample(&kinds), &population, &rules).unwrap_err();
    let [Need { of: Some((attribute, category)), more }] = &refusal.needs[..] else { panic!("{refusal}") };
    assert_eq!((attribute.as_str(), category.as_str()), ("age", "old"));
    assert!((5..40).contains(more), "{refusal}");
    kinds[2].3 += *more as usize / 2;
    kinds[3].3 += more.div_ceil(2) as usize;
    let mended = estimate(&sample(&kinds), &population, &rules).unwrap();
    assert!(mended.effective_n >= 20.0 && mended.effective_n < 25.0, "{mended:?}");
}

#[test]
fn margins_that_cannot_be_met_are_refused_with_the_category() {
    let rules =
        Rules { raking: RakingRules { bounds: Some((0.5, 1.5)), ..RakingRules::default() }, ..Rules::default() };
    let refusal = estimate(&sample(&HEARD), &population(0.1, 0.5), &rules).unwrap_err();
    assert!(matches!(&refusal.reason, Reason::Unmet { attribute, .. } if attribute == "age"), "{refusal}");
    assert_eq!(refusal.needs.len(), 1);
    let told = Rules { largest_gap: 1.0, ..rules };
    let found = estimate(&sample(&HEARD), &population(0.1, 0.5), &told).unwrap();
    assert_eq!(found.method, Method::Trimmed);
    assert!(found.notes.iter().any(|note| matches!(note, Note::NotConverged { .. })));
}

#[test]
fn without_margins_it_is_the_mean_and_that_is_told() {
    let nothing = Population::from_margins([], None).unwrap();
    let found = estimate(&sample(&HEARD), &nothing, &Rules::default()).unwrap();
    assert!((found.share - found.by_person).abs() < 1e-12 && found.notes == [Note::Unweighted]);
    assert!((found.low - wilson(found.share, found.worth, 1.977).0).abs() < 1e-3);
}

#[test]
fn nobody_at_all_is_a_refusal() {
    let refusal = estimate(&sample(&[]), &population(0.4, 0.5), &Rules { least_people: 0, ..Rules::default() });
    assert_eq!(refusal.unwrap_err().needs, [Need { of: None, more: 2 }]);
}

#[test]
fn an_estimate_is_data_for_others() {
    let found = estimate(&sample(&HEARD), &population(0.4, 0.5), &Rules::default()).unwrap();
    let json = serde_json::to_string(&found).unwrap();
    let read = serde_json::from_str::<Estimate>(&json).unwrap();
    crate::read_back::assert_same(&read, &found);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever is heard, there is an estimate whose parts fit together, or a refusal that asks for somebody.
    #[test]
    fn an_estimate_fits_together_or_a_refusal_asks_for_somebody(
        people in prop::collection::vec((0..3_usize, 0..3_usize, 0.0..=1.0_f64), 0..120),
        young in 0.01..0.99_f64, english in 0.01..0.99_f64,
    ) {
        let kinds: Vec<Kind<'_>> = people.iter().map(|(age, language, answer)| {
            ([Some("young"), Some("old"), None][*age], [Some("en"), Some("de"), None][*language], *answer, 1)
        }).collect();
        match estimate(&sample(&kinds), &population(young, english), &Rules::default()) {
            Ok(found) => {
                prop_assert!(0.0 <= found.low && found.low <= found.share && found.share <= found.high && found.high <= 1.0);
                prop_assert!(found.manski.0 <= found.share + 1e-12 && found.share <= found.manski.1 + 1e-12);
                prop_assert!(found.effective_n <= found.n as f64 + 1e-6 && found.deff >= 1.0 - 1e-9);
                prop_assert!(found.n + found.unlinked.people == people.len() as u64);
            }
            Err(refusal) => prop_assert!(!refusal.needs.is_empty() && refusal.needs.iter().all(|need| need.more > 0), "{refusal}"),
        }
    }
}

#[test]
fn what_was_counted_is_as_sure_as_wilson_says_and_too_little_is_refused() {
    let said = counted(56, 70, &Rules::default()).unwrap();
    // Wilson's interval of 56/70 at 95 %, as Newcombe (1998) has it.
    assert!((said.low - 0.6918).abs() < 5e-4 && (said.high - 0.8770).abs() < 5e-4, "{said:?}");
    assert_eq!((said.share, said.n, said.worth), (0.8, 70, 70.0));
    let refused = counted(9, 12, &Rules::default()).unwrap_err();
    assert_eq!((refused.n, refused.needs[0].more), (12, 18));
}
