//! Who may be one person: names of any script, reasons, households, and what is learnt from few records.

use tertulia_analysis::identity::resolve::{Link, clusters, one_to_one};
use tertulia_analysis::identity::*;
use tertulia_model::SeededChance;

/// Two records and the parameters that a small installation begins with.
fn compare(one: &Record, other: &Record) -> (Pattern, Score, Vec<Reason>) {
    let mut catalogue = Catalogue::new();
    let (a, b) = (catalogue.add(one), catalogue.add(other));
    let parameters = Parameters::expected(1_000);
    let scorer = Scorer::new(&catalogue, &parameters);
    assert_eq!(catalogue.compare(a, b), catalogue.compare(b, a));
    (catalogue.compare(a, b), scorer.score(a, b), scorer.reasons(a, b))
}

fn record(values: &[(Field, &str)]) -> Record {
    values.iter().fold(Record::new(), |record, (field, value)| record.with(*field, value))
}

fn called(name: &str) -> Record {
    record(&[(Field::FullName, name)])
}

#[test]
fn a_name_and_its_latin_spelling_are_near_in_every_script() {
    for (name, latin) in [
        ("محمد علي", "Mohammed Ali"),
        ("فاطمة الزهراء", "Fatima Alzahra"),
        ("حسين كريم", "Hussein Karim"),
        ("Сергей Иванов", "Sergei Ivanov"),
        ("Юлия Щербакова", "Yulia Shcherbakova"),
        ("Пётр Чайковский", "Pyotr Tchaikovsky"),
        ("Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos"),
        ("Ελένη Νικολάου", "Eleni Nikolaou"),
        ("王小明", "Wang Xiaoming"),
        ("張偉", "Zhang Wei"),
        ("김철수", "Kim Cheol-su"),
        ("이영희", "Lee Yeonghui"),
        ("राहुल शर्मा", "Rahul Sharma"),
        ("प्रिया सिंह", "Priya Singh"),
        ("דוד כהן", "David Cohen"),
        ("Łukasz Żółć", "Lukasz Zolc"),
    ] {
        let (pattern, score, _) = compare(&called(name), &called(latin));
        for comparison in [Comparison::GivenName, Comparison::Surname] {
            let level = pattern.level(comparison);
            assert!(level.is_some_and(|level| level <= Level::Near), "{name}, {latin}: {comparison:?} {level:?}");
        }
        assert!(score.weight > 4.0, "{name}, {latin}: {score:?}");
        assert!(shares_a_key(&called(name), &called(latin)), "{name}, {latin}");
    }
}

fn shares_a_key(one: &Record, other: &Record) -> bool {
    let theirs = keys(other);
    keys(one).iter().any(|key| theirs.contains(key))
}

#[test]
fn names_of_different_people_are_different_in_every_script() {
    for (name, other) in [
        ("محمد علي", "Karim Mansour"),
        ("Сергей Иванов", "Dmitri Petrov"),
        ("王小明", "Li Na"),
        ("김철수", "Park Jimin"),
        ("राहुल शर्मा", "Priya Singh"),
        ("Ana Ruiz", "Luis Weber"),
    ] {
        let (_, score, _) = compare(&called(name), &called(other));
        assert!(score.weight < -3.0, "{name}, {other}: {score:?}");
    }
}

#[test]
fn names_in_either_order_slips_and_parts_are_known_again() {
    let near = |one: &str, other: &str, expected: [Level; 2]| {
        let (pattern, ..) = compare(&called(one), &called(other));
        let levels = [Comparison::GivenName, Comparison::Surname].map(|comparison| pattern.level(comparison));
        assert_eq!(levels, expected.map(Some), "{one}, {other}");
        pattern.level(Comparison::NameOrder)
    };
    assert_eq!(near("Ana Ruiz", "Ruiz Ana", [Level::Exact, Level::Exact]), Some(Level::Different));
    assert_eq!(near("Ana Ruiz", "Ruiz, Ana", [Level::Exact, Level::Exact]), Some(Level::Exact));
    near("Maria Schmidt", "Mraia Schmitd", [Level::VeryNear, Level::VeryNear]);
    near("Anna-Maria Schmidt", "Anna Schmidt", [Level::Exact, Level::Exact]);
    near("A. Schmidt", "Anna Schmidt", [Level::Near, Level::Exact]);
    near("Ana Ruiz García", "Ana Ruiz", [Level::Exact, Level::Near]);
    near("Rob Weber", "Robert Weber", [Level::Near, Level::Exact]);
    near("J.R. Weber", "JR Weber", [Level::VeryNear, Level::Exact]);
    near("Prof. Dr. Eva Weber", "Eva Weber", [Level::Exact, Level::Exact]);
}

#[test]
fn dates_numbers_and_mailboxes_have_their_own_slips() {
    let level = |field: Field, one: &str, other: &str| {
        let (pattern, ..) = compare(&record(&[(field, one)]), &record(&[(field, other)]));
        pattern.levels().next().map(|(_, level)| level)
    };
    assert_eq!(level(Field::BirthDate, "1984-03-07", "7.3.1984"), Some(Level::Exact));
    assert_eq!(level(Field::BirthDate, "1984-03-07", "1984-07-03"), Some(Level::VeryNear));
    assert_eq!(level(Field::BirthDate, "1984-03-07", "1948-03-07"), Some(Level::VeryNear));
    assert_eq!(level(Field::BirthDate, "1984-03-07", "1984-03-29"), Some(Level::Near));
    assert_eq!(level(Field::BirthDate, "1984-03-07", "1951-11-22"), Some(Level::Different));
    assert_eq!(level(Field::Phone, "+49 151 2345 6789", "0151 23456789"), Some(Level::Exact));
    assert_eq!(level(Field::Phone, "0151 23456789", "0151 23456798"), Some(Level::VeryNear));
    assert_eq!(level(Field::Email, "Ana.Ruiz+news@example.org", "ana.ruiz@example.org"), Some(Level::Exact));
    assert_eq!(level(Field::Email, "ana.ruiz@example.org", "ana.ruiz@example.net"), Some(Level::Near));
    assert_eq!(level(Field::Email, "ana.ruiz@example.org", "anna.ruiz@example.org"), Some(Level::VeryNear));
    assert_eq!(level(Field::Email, "chris@example.org", "chris@example.net"), Some(Level::Alike));
    assert_eq!(level(Field::Email, "info@shop.example", "info@farm.example"), Some(Level::Different));
    assert_eq!(level(Field::Handle, "@ana_ruiz@example.social", "anaruiz.bsky.social"), Some(Level::Exact));
    assert_eq!(level(Field::Handle, "anaruiz", "anaruiz84"), Some(Level::VeryNear));
    assert_eq!(level(Field::Link, "https://www.ana.example/", "http://ana.example"), Some(Level::Exact));
    assert_eq!(level(Field::Street, "12 Long Street", "12 Long St."), Some(Level::Exact));
}

#[test]
fn of_several_values_those_that_agree_best_count() {
    let one = record(&[(Field::Email, "ana@work.example"), (Field::Email, "ana.ruiz@home.example")]);
    let other = record(&[(Field::Email, "info@shop.example"), (Field::Email, "ana.ruiz@home.example")]);
    assert_eq!(compare(&one, &other).0.level(Comparison::Email), Some(Level::Exact));
}

#[test]
fn postcode_and_town_in_each_others_place_are_put_right() {
    let one = record(&[(Field::Place, "Valencia"), (Field::Postcode, "46001")]);
    let other = record(&[(Field::Place, "46001"), (Field::Postcode, "Valencia")]);
    let (pattern, ..) = compare(&one, &other);
    assert_eq!(pattern.level(Comparison::Place), Some(Level::Exact));
    assert_eq!(pattern.level(Comparison::Postcode), Some(Level::Exact));
}

#[test]
fn a_mailbox_called_as_a_handle_is_evidence_and_an_office_is_none() {
    let handle = record(&[(Field::Handle, "quietotter")]);
    let (pattern, ..) = compare(&handle, &record(&[(Field::Email, "quiet.otter@example.org")]));
    assert_eq!(pattern.level(Comparison::Handle), Some(Level::VeryNear));
    let (pattern, ..) =
        compare(&record(&[(Field::Handle, "support")]), &record(&[(Field::Email, "support@a.example")]));
    assert_eq!(pattern.level(Comparison::Handle), None);
    // That it is called otherwise says nothing.
    let (pattern, ..) = compare(&handle, &record(&[(Field::Email, "ana@example.org")]));
    assert_eq!(pattern.level(Comparison::Handle), None);
}

#[test]
fn a_handle_made_of_the_name_says_little_more_than_the_name() {
    let named = [(Field::FullName, "Ana Ruiz"), (Field::Handle, "anaruiz")];
    let other = [(Field::FullName, "Ana Ruiz"), (Field::Handle, "quietotter")];
    let by_name = compare(&record(&named[..1]), &record(&named[..1])).1.weight;
    let by_both = compare(&record(&named), &record(&named)).1.weight;
    let by_whim = compare(&record(&other), &record(&other)).1.weight;
    assert!(by_both < by_name + 3.0, "{by_name} {by_both}");
    assert!(by_whim > by_name + 10.0, "{by_name} {by_whim}");
}

#[test]
fn people_of_one_house_or_one_firm_are_not_taken_for_one_person() {
    let at_home = |given: &str| {
        record(&[
            (Field::GivenName, given),
            (Field::Surname, "Ruiz"),
            (Field::StreetNumber, "12"),
            (Field::Street, "Calle Larga"),
            (Field::Place, "Valencia"),
            (Field::Postcode, "46001"),
            (Field::Phone, "963 555 0188"),
        ])
    };
    let (_, score, reasons) = compare(&at_home("Ana"), &at_home("Luis"));
    assert!(score.probability < 0.05, "{score:?}");
    let household = reasons.iter().find(|reason| reason.about == About::Household);
    assert!(household.is_some_and(|reason| reason.weight < -10.0), "{reasons:?}");
    assert!(compare(&at_home("Ana"), &at_home("Ana")).1.probability > 0.9);
    let at_work = |name: &str| {
        record(&[
            (Field::FullName, name),
            (Field::Signature, "Otter & Heron GmbH, Bremen"),
            (Field::Link, "https://otter-heron.example"),
        ])
    };
    let (_, score, _) = compare(&at_work("Ana Ruiz"), &at_work("Luis Weber"));
    assert!(score.probability < 0.01, "{score:?}");
}

#[test]
fn reasons_speak_for_and_against_and_add_up() {
    let one = record(&[(Field::FullName, "Ana Ruiz"), (Field::Email, "ana.ruiz@example.org"), (Field::Place, "Lugo")]);
    let other =
        record(&[(Field::FullName, "Ana Ruiz"), (Field::Email, "ana.ruiz@example.org"), (Field::Place, "Bern")]);
    let (_, score, reasons) = compare(&one, &other);
    let sum: f64 = reasons.iter().map(|reason| reason.weight).sum();
    assert!((sum - score.weight).abs() < 0.1, "{sum} {score:?} {reasons:?}");
    assert_eq!(reasons[0].about, About::Comparison(Comparison::Email, Level::Exact));
    let place = reasons.iter().find(|reason| reason.about == About::Comparison(Comparison::Place, Level::Different));
    assert!(place.is_some_and(|reason| reason.weight < 0.0), "{reasons:?}");
}

#[test]
fn a_rare_surname_proves_more_than_a_common_one() {
    let mut catalogue = Catalogue::new();
    for number in 0..400 {
        let surname = if number % 4 == 0 { "Smith".to_owned() } else { format!("Name{number}q") };
        catalogue.add(&record(&[(Field::Surname, &surname)]));
    }
    let rare =
        [catalogue.add(&record(&[(Field::Surname, "Zilm")])), catalogue.add(&record(&[(Field::Surname, "Zilm")]))];
    let scorer = Scorer::new(&catalogue, &Parameters::expected(catalogue.len()));
    let (common, rare) = (scorer.score(0, 4).weight, scorer.score(rare[0], rare[1]).weight);
    assert!(rare > common + 4.0, "{rare} {common}");
}

#[test]
fn few_records_are_weighed_as_if_all_others_stood_beside_them() {
    let mut all = Catalogue::new();
    for number in 0..200 {
        let surname = if number % 5 == 0 { "Smith".to_owned() } else { format!("Name{number}q") };
        all.add(&record(&[(Field::Surname, &surname)]));
    }
    let smith = record(&[(Field::Surname, "Smith")]);
    let (parameters, kept) = (Parameters::expected(200), serde_json::to_string(&all.frequencies()).unwrap());
    let mut few = Catalogue::new();
    let (a, b) = (few.add(&smith), few.add(&smith));
    let by_kept = Scorer::with_frequencies(&few, &parameters, &serde_json::from_str(&kept).unwrap()).score(a, b);
    assert_eq!(by_kept, Scorer::new(&all, &parameters).score(0, 5));
    assert!(by_kept.weight < Scorer::new(&few, &parameters).score(a, b).weight);
    assert!(!kept.contains("smith"));
}

/// Sixty people, a third of them twice, with a slip in one value.
fn made_people() -> Vec<Record> {
    let given = ["ana", "luis", "maria", "john", "eva", "omar", "ines", "paul", "nora", "karl"];
    let surnames = ["ruiz", "weber", "okafor", "tanaka", "lind", "moreau"];
    let mut records = Vec::new();
    for person in 0..60_usize {
        let (given, surname) = (given[person % 10], surnames[person / 10]);
        let born = format!("19{:02}-{:02}-{:02}", 40 + person, 1 + person % 12, 1 + person * 7 % 28);
        let mail = format!("{given}.{surname}@example{}.org", person % 5);
        let of = |surname: &str| {
            record(&[
                (Field::GivenName, given),
                (Field::Surname, surname),
                (Field::BirthDate, &born),
                (Field::Email, &mail),
            ])
        };
        records.push(of(surname));
        if person % 3 == 0 {
            records.push(of(&format!("{surname}e")));
        }
    }
    records
}

#[test]
fn few_records_are_enough_and_the_same_chance_learns_the_same() {
    let mut catalogue = Catalogue::new();
    made_people().iter().for_each(|record| {
        catalogue.add(record);
    });
    let blocks = Blocks::new(&catalogue, Blocking::default());
    let expected = Parameters::expected(catalogue.len());
    let learn = || estimate(&catalogue, &blocks, Scope::Within, &expected, Effort::default(), &SeededChance::new(7));
    let learnt = learn();
    assert_eq!(learnt, learn());
    assert!(learnt.parameters.is_whole());
    assert!(learnt.log_likelihoods.is_sorted(), "{:?}", learnt.log_likelihoods);
    let scorer = Scorer::new(&catalogue, &learnt.parameters);
    let mut links = Vec::new();
    blocks.for_each_pair(Scope::Within, |a, b| {
        links.push(Link { a, b, odds_bits: scorer.odds_bits(scorer.score(a, b).weight) });
    });
    let groups = clusters(links, |a, b| scorer.odds_bits(scorer.score(a, b).weight));
    assert_eq!(groups.len(), 20);
    assert!(groups.iter().all(|group| group.len() == 2 && group[1] == group[0] + 1), "{groups:?}");
}

#[test]
fn families_are_learnt_to_be_families() {
    let given = ["ana", "luis", "maria", "john", "eva", "omar", "ines", "paul", "nora", "karl", "ida", "hugo"];
    let mut catalogue = Catalogue::new();
    let mut add = |family: usize, member: usize| {
        let given = given[(family * 5 + member * 7) % given.len()];
        let born = format!(
            "19{:02}-{:02}-{:02}",
            (family * 3 + member * 31) % 90 + 10,
            1 + (family + member * 5) % 12,
            1 + (family * 7 + member) % 28
        );
        catalogue.add(&record(&[
            (Field::GivenName, given),
            (
                Field::Surname,
                &format!("{}son", ["ruiz", "weber", "okafo", "tanaka", "lind", "moreau", "abe", "vitali"][family % 8]),
            ),
            (Field::BirthDate, &born),
            (Field::StreetNumber, &format!("{}", 1 + family * 13 % 97)),
            (Field::Street, &format!("{} street", ["harbour", "mill", "church", "garden", "long"][family % 5])),
            (Field::Postcode, &format!("{}", 4_000 + family * 37)),
        ]))
    };
    let mut twice = Vec::new();
    let mut house = Vec::new();
    for family in 0..60 {
        let members = [add(family, 0), add(family, 1), add(family, 2)];
        house.extend([(members[0], members[1]), (members[0], members[2]), (members[1], members[2])]);
        if family % 3 == 0 {
            twice.push((members[0], add(family, 0)));
        }
    }
    let blocks = Blocks::new(&catalogue, Blocking::default());
    let expected = Parameters::expected(catalogue.len());
    let learnt = estimate(&catalogue, &blocks, Scope::Within, &expected, Effort::default(), &SeededChance::new(3));
    let pairs = learnt.parameters.household.prior * Scope::Within.pairs(catalogue.len());
    assert!((120.0..260.0).contains(&pairs), "{pairs}");
    let scorer = Scorer::new(&catalogue, &learnt.parameters);
    let probability = |(a, b): &(u32, u32)| scorer.score(*a, *b).probability;
    assert!(twice.iter().map(probability).all(|probability| probability > 0.9));
    assert!(house.iter().map(probability).all(|probability| probability < 0.1));
}

#[test]
fn an_empty_catalogue_teaches_what_was_expected() {
    for scope in [Scope::Within, Scope::Between(0)] {
        let catalogue = Catalogue::new();
        let blocks = Blocks::new(&catalogue, Blocking::default());
        let expected = Parameters::expected(0);
        let learnt = estimate(&catalogue, &blocks, scope, &expected, Effort::default(), &SeededChance::new(1));
        assert!(learnt.parameters.is_whole());
    }
}

#[test]
fn what_was_learnt_can_be_kept() {
    let expected = Parameters::expected(300);
    let kept = serde_json::to_string(&expected).unwrap();
    let read: Parameters = serde_json::from_str(&kept).unwrap();
    assert!(read.is_whole());
    for comparison in Comparison::ALL {
        let pairs = read.weights(comparison).into_iter().zip(expected.weights(comparison));
        assert!(pairs.into_iter().all(|(one, other)| (one - other).abs() < 1e-9), "{comparison:?}");
    }
    let mut broken = read;
    broken.comparisons.swap(0, 1);
    assert!(!broken.is_whole());
}

#[test]
fn each_pair_of_a_block_is_seen_once_and_large_blocks_are_left_out() {
    let mut catalogue = Catalogue::new();
    for _ in 0..3 {
        catalogue.add(&record(&[(Field::FullName, "Ana Ruiz"), (Field::Email, "ana@example.org")]));
    }
    for number in 0..9 {
        catalogue.add(&record(&[(Field::GivenName, "Eva"), (Field::Handle, &format!("q{number}z{number}"))]));
    }
    let blocks = Blocks::new(&catalogue, Blocking { most_records: 5 });
    let mut seen = Vec::new();
    blocks.for_each_pair(Scope::Within, |a, b| seen.push((a, b)));
    seen.sort_unstable();
    assert_eq!(seen, [(0, 1), (0, 2), (1, 2)]);
    assert_eq!(blocks.too_large, 1);
    assert_eq!(blocks.candidates(1), [0, 2]);
    assert!(blocks.pairs_up(0, 2) && !blocks.pairs_up(0, 3));
    let mut between = Vec::new();
    blocks.for_each_pair(Scope::Between(1), |a, b| between.push((a, b)));
    assert_eq!(between.len(), 2);
}

#[test]
fn two_lists_are_linked_one_to_one_by_the_strongest() {
    let link = |a, b, odds_bits| Link { a, b, odds_bits };
    let links = vec![link(0, 10, 5.0), link(0, 11, 9.0), link(1, 11, 8.0), link(1, 10, 1.0), link(2, 12, -1.0)];
    assert_eq!(one_to_one(links, 0.0), [link(0, 11, 9.0), link(1, 10, 1.0)]);
}

#[test]
fn one_strong_link_does_not_tie_together_groups_that_contradict_each_other() {
    let link = |a, b, odds_bits| Link { a, b, odds_bits };
    let links = vec![link(0, 1, 9.0), link(2, 3, 9.0), link(1, 2, 4.0)];
    assert_eq!(clusters(links.clone(), |_, _| -6.0), [vec![0, 1], vec![2, 3]]);
    assert_eq!(clusters(links, |_, _| 0.5), [vec![0, 1, 2, 3]]);
}
