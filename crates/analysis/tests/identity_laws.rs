//! What must hold of any records whatever.

use proptest::prelude::*;
use tertulia_analysis::identity::fold::{fold, skeleton, split_name};
use tertulia_analysis::identity::*;
use tertulia_model::SeededChance;

const FIELDS: [Field; 15] = [
    Field::FullName,
    Field::GivenName,
    Field::Surname,
    Field::StreetNumber,
    Field::Street,
    Field::Locality,
    Field::Place,
    Field::Postcode,
    Field::Region,
    Field::BirthDate,
    Field::Email,
    Field::Phone,
    Field::Handle,
    Field::Link,
    Field::Signature,
];

/// Few enough that records agree by chance now and then.
const WORDS: [&str; 16] = [
    "ana",
    "anna",
    "luis",
    "ruiz",
    "ruis",
    "Weber",
    "webber",
    "anaruiz",
    "anaruiz84",
    "Μαρία",
    "Мария",
    "محمد",
    "王小明",
    "12",
    "long street",
    "long",
];

fn value() -> impl Strategy<Value = (Field, String)> {
    let words = || prop::sample::select(&WORDS[..]);
    (prop::sample::select(&FIELDS[..]), words(), words(), 0..3_u32).prop_map(|(field, one, other, number)| {
        let text = match field {
            Field::BirthDate => format!("198{number}-0{}-1{number}", 1 + number),
            Field::Email => format!("{one}@{}.example", fold(other).replace(' ', "")),
            Field::Link => format!("https://{}.example/{}", fold(one).replace(' ', ""), fold(other).replace(' ', "")),
            Field::Phone => format!("0151 234567{number}"),
            Field::Postcode => format!("4600{number}"),
            // A number would be put right: it is a postcode in the wrong place.
            Field::Place if one == "12" => "Lugo".to_owned(),
            Field::FullName => format!("{one} {other}"),
            _ => one.to_owned(),
        };
        (field, text)
    })
}

fn values() -> impl Strategy<Value = Vec<(Field, String)>> {
    prop::collection::vec(value(), 0..10)
}

fn record(values: &[(Field, String)]) -> Record {
    values.iter().fold(Record::new(), |record, (field, value)| record.with(*field, value))
}

/// Parameters that something was learnt for, so that not only the expected ones are tried.
fn learnt(records: &[Record], seed: u64) -> Estimate {
    let mut catalogue = Catalogue::new();
    for record in records {
        catalogue.add(record);
    }
    let blocks = Blocks::new(&catalogue, Blocking::default());
    let expected = Parameters::expected(catalogue.len());
    let effort = Effort { random_pairs: 200, most_steps: 20 };
    estimate(&catalogue, &blocks, Scope::Within, &expected, effort, &SeededChance::new(seed))
}

/// The weight of two records that stand alone, so that no term is rarer for what is added.
fn weight(one: &Record, other: &Record, parameters: &Parameters) -> f64 {
    let mut catalogue = Catalogue::new();
    let (a, b) = (catalogue.add(one), catalogue.add(other));
    Scorer::new(&catalogue, parameters).score(a, b).weight
}

proptest! {
    #[test]
    fn comparing_is_symmetric(all in prop::collection::vec(values(), 2..8), seed: u64) {
        let records: Vec<Record> = all.iter().map(|values| record(values)).collect();
        let parameters = learnt(&records, seed).parameters;
        let mut catalogue = Catalogue::new();
        for record in &records {
            catalogue.add(record);
        }
        let scorer = Scorer::new(&catalogue, &parameters);
        for a in 0..records.len() as u32 {
            for b in 0..a {
                prop_assert_eq!(catalogue.compare(a, b), catalogue.compare(b, a));
                let (one, other) = (scorer.score(a, b), scorer.score(b, a));
                prop_assert!((one.weight - other.weight).abs() < 1e-9, "{:?} {:?}", one, other);
                prop_assert!((0.0..=1.0).contains(&one.probability));
            }
        }
    }

    #[test]
    fn a_field_that_one_of_two_lacks_weighs_nothing(one in values(), other in values(), more in value()) {
        let lacking: Vec<_> = other.into_iter().filter(|(field, _)| kin(*field) != kin(more.0)).collect();
        let without: Vec<_> = one.into_iter().filter(|(field, _)| kin(*field) != kin(more.0)).collect();
        let with: Vec<_> = without.iter().cloned().chain([more]).collect();
        let parameters = Parameters::expected(500);
        let [before, after] = [without, with].map(|one| weight(&record(&one), &record(&lacking), &parameters));
        prop_assert!((before - after).abs() < 1e-9, "{before} {after}");
    }

    #[test]
    fn an_agreement_more_never_lowers_the_weight(one in values(), other in values(), more in value()) {
        // A full name has both parts.
        let is_name = |field| matches!(field, Field::FullName | Field::GivenName | Field::Surname);
        let same = |field: Field| field == more.0 || (is_name(field) && is_name(more.0) && (field == Field::FullName || more.0 == Field::FullName));
        let lacking = |values: Vec<(Field, String)>| values.into_iter().filter(|(field, _)| !same(*field)).collect::<Vec<_>>();
        let (one, other) = (lacking(one), lacking(other));
        let with = |values: &[(Field, String)]| record(&values.iter().cloned().chain([more.clone()]).collect::<Vec<_>>());
        let parameters = Parameters::expected(500);
        let before = weight(&record(&one), &record(&other), &parameters);
        let after = weight(&with(&one), &with(&other), &parameters);
        prop_assert!(after >= before - 1e-9, "{before} {after} {more:?}");
    }

    #[test]
    fn two_of_the_same_speak_for_one_person(one in values()) {
        prop_assert!(weight(&record(&one), &record(&one), &Parameters::expected(500)) >= -1e-9);
    }

    #[test]
    fn the_likelihood_never_falls(all in prop::collection::vec(values(), 0..30), seed: u64) {
        let records: Vec<Record> = all.iter().map(|values| record(values)).collect();
        let estimate = learnt(&records, seed);
        prop_assert!(estimate.parameters.is_whole(), "{:?}", estimate.parameters);
        let rises = estimate.log_likelihoods.windows(2).all(|pair| pair[1] >= pair[0] - 1e-6 * pair[0].abs().max(1.0));
        prop_assert!(rises, "{:?}", estimate.log_likelihoods);
    }

    #[test]
    fn each_pair_that_shares_a_key_is_seen_once(all in prop::collection::vec(values(), 0..20)) {
        let mut catalogue = Catalogue::new();
        let records: Vec<Record> = all.iter().map(|values| record(values)).collect();
        for record in &records {
            catalogue.add(record);
        }
        let blocks = Blocks::new(&catalogue, Blocking { most_records: 1_000 });
        let mut seen = Vec::new();
        blocks.for_each_pair(Scope::Within, |a, b| seen.push((a.min(b), a.max(b))));
        seen.sort_unstable();
        let keys: Vec<Vec<u64>> = records.iter().map(keys).collect();
        let mut expected = Vec::new();
        for a in 0..records.len() {
            for b in a + 1..records.len() {
                if keys[a].iter().any(|key| keys[b].contains(key)) {
                    expected.push((a as u32, b as u32));
                }
            }
        }
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn folding_is_idempotent_and_plain(text in "\\PC{0,60}") {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded.clone());
        prop_assert!(folded.bytes().all(|byte| byte == b' ' || byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
        prop_assert!(skeleton(&folded).len() <= folded.len());
    }

    #[test]
    fn no_value_breaks_anything(text in "\\PC{0,300}", other in "\\PC{0,40}") {
        split_name(&text);
        let all = |text: &str| FIELDS.iter().fold(Record::new(), |record, field| record.with(*field, text));
        let weight = weight(&all(&text), &all(&other), &Parameters::expected(10));
        prop_assert!(weight.is_finite());
    }
}

/// Fields that are compared together: a mailbox speaks of a handle, a full name of both its parts.
fn kin(field: Field) -> usize {
    match field {
        Field::FullName | Field::GivenName | Field::Surname => 0,
        Field::Street | Field::Locality => 1,
        Field::Place | Field::Postcode => 2,
        Field::Email | Field::Handle => 3,
        other => 4 + other as usize,
    }
}
