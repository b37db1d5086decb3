use super::*;
use crate::{confusion::Confusion, pooling::Cell};

fn cell(language: &str, counts: &[&[f64]]) -> Cell {
    let classes = ["no", "yes", "other"][..counts.len()].iter().map(|name| (*name).to_owned()).collect();
    let confusion = Confusion { classes, counts: counts.iter().map(|row| row.to_vec()).collect() };
    Cell { language: language.to_owned(), channel: "1".to_owned(), confusion }
}

/// Of a hundred that are not, twenty are called so; of a hundred that are, ninety.
fn errors() -> Errors {
    Errors::new(&[cell("en", &[&[80.0, 20.0], &[10.0, 90.0]])]).unwrap()
}

fn said(cell: Option<u32>, not: u32, so: u32) -> [Said; 1] {
    [Said { cell, counts: [not, so, 0, 0] }]
}

fn of(people: &[[Said; 1]], counting: Counting) -> Corrected {
    let people: Vec<Person<'_>> = people.iter().map(|said| Person { weight: 2.5, said }).collect();
    let doubt = Doubt::Sample { worth: people.len() as f64 };
    sampled(&people, 1, counting, &errors(), (doubt, 0.95, 1), 60).unwrap()
}

#[test]
fn people_with_one_message_come_to_rogan_and_gladens_share_however_they_count() {
    // 34 of 100 are called so: (0.34 + 0.8 − 1)/0.7 = 0.2.
    let people: Vec<[Said; 1]> = (0..100).map(|n| said(Some(0), u32::from(n >= 34), u32::from(n < 34))).collect();
    let parts = of(&people, Counting::EachPart);
    assert!((parts.share - 0.2).abs() < 0.005 && (parts.observed - 0.34).abs() < 1e-9, "{parts:?}");
    let any = of(&people, Counting::Any);
    assert!((any.share - parts.share).abs() < 0.01 && (any.observed - 0.34).abs() < 1e-9, "{any:?}");
    for found in [parts, any] {
        assert!(found.low < 0.13 && found.high > 0.26 && found.high < 0.5, "{found:?}");
    }
}

#[test]
fn who_writes_much_is_not_taken_for_one_who_says_it_because_a_few_of_it_were_called_so() {
    // Of thirty messages each, six are called so: as many as are called so by mistake.
    let people: Vec<[Said; 1]> = (0..40).map(|_| said(Some(0), 24, 6)).collect();
    let found = of(&people, Counting::Any);
    assert!((found.observed - 1.0).abs() < 1e-12, "{found:?}");
    assert!(found.share < 0.3, "{found:?}");
    let sayers: Vec<[Said; 1]> =
        (0..40).map(|n| if n < 10 { said(Some(0), 3, 27) } else { said(Some(0), 25, 5) }).collect();
    let found = of(&sayers, Counting::Any);
    assert!(found.share > 0.2 && found.low > 0.05, "{found:?}");
}

#[test]
fn what_a_person_says_is_so() {
    let people: Vec<[Said; 1]> = (0..50).map(|n| said(None, u32::from(n >= 10), u32::from(n < 10))).collect();
    for counting in [Counting::EachPart, Counting::Any] {
        let found = of(&people, counting);
        assert!((found.share - 0.2).abs() < 1e-9 && (found.known - 1.0).abs() < 1e-9, "{found:?}");
        assert!(found.low > 0.03 && found.low < 0.2 && found.high > 0.2 && found.high < 0.45, "{found:?}");
    }
}

#[test]
fn fewer_than_are_called_so_by_mistake_are_none() {
    let people: Vec<[Said; 1]> = (0..100).map(|n| said(Some(0), u32::from(n >= 10), u32::from(n < 10))).collect();
    for counting in [Counting::EachPart, Counting::Any] {
        let found = of(&people, counting);
        assert!(found.share < 0.01 && found.low < 0.005 && found.high < 0.12, "{found:?}");
    }
}

#[test]
fn messages_that_stand_for_no_others_leave_the_doubt_of_labels_alone() {
    let messages = said(Some(0), 6_600, 3_400);
    let people = [Person { weight: 1.0, said: &messages }];
    let told = |messages| {
        sampled(&people, 1, Counting::EachPart, &errors(), (Doubt::Labels { messages }, 0.95, 1), 300).unwrap()
    };
    let (many, few) = (told(10_000.0), told(50.0));
    assert!(
        many.low > 0.05 && many.high < 0.35 && many.high - many.low > 0.1,
        "the labels are a hundred each: {many:?}"
    );
    assert!(few.high - few.low > 1.2 * (many.high - many.low), "{few:?}");
}

#[test]
fn what_was_not_measured_or_too_little_says_what_would_mend_it() {
    let why = |cells: &[Cell]| Errors::new(cells).unwrap_err();
    assert_eq!(why(&[]), Uncorrected::NotMeasured);
    assert_eq!(why(&[cell("en", &[&[0.0, 0.0], &[0.0, 0.0]])]), Uncorrected::NotMeasured);
    let few = why(&[cell("en", &[&[80.0, 16.0], &[1.0, 3.0]])]);
    let expected =
        Uncorrected::TooFewLabels { class: "yes".to_owned(), labels: 4.0, more: 6, read: 100.0, messages: Some(150) };
    assert_eq!(few, expected);
    let blind = why(&[cell("en", &[&[500.0, 500.0], &[450.0, 550.0]])]);
    assert!(matches!(blind, Uncorrected::TooLittleApart { messages: None, .. }), "{blind:?}");
    let unsure = why(&[cell("en", &[&[9.0, 3.0], &[5.0, 7.0]])]);
    assert!(matches!(unsure, Uncorrected::TooLittleApart { messages: Some(1..), .. }), "{unsure:?}");
    assert_eq!(why(&[cell("en", &[&[9.0]])]), Uncorrected::Unfit);
}

#[test]
fn what_was_read_nowhere_borrows_and_is_less_sure_and_most_of_it_is_refused() {
    let read = cell("en", &[&[80.0, 20.0], &[10.0, 90.0]]);
    let unread = cell("es", &[&[0.0, 0.0], &[0.0, 0.0]]);
    let errors = Errors::new(&[read, unread]).unwrap();
    let told = |there: u32| {
        let said = [
            Said { cell: Some(0), counts: [66 - 66 * there / 100, 34 - 34 * there / 100, 0, 0] },
            Said { cell: Some(1), counts: [66 * there / 100, 34 * there / 100, 0, 0] },
        ];
        let people = [Person { weight: 1.0, said: &said }];
        sampled(&people, 1, Counting::EachPart, &errors, (Doubt::Labels { messages: 100.0 }, 0.95, 1), 300)
    };
    let (none, some) = (told(0).unwrap(), told(40).unwrap());
    assert!(none.unread == 0.0 && (some.unread - 0.4).abs() < 0.02, "{some:?}");
    assert!(some.high - some.low > none.high - none.low, "{none:?} {some:?}");
    assert!(matches!(told(90), Err(Uncorrected::Unread { share }) if share > 0.85));
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let (person, errors) = (said(Some(0), 1, 1), errors());
    let with = |weight: f64, said: &[Said], class, counting| {
        correct(&[Person { weight, said }], class, counting, &errors, (Doubt::Sample { worth: 9.0 }, 0.95, 1))
    };
    let part = Counting::EachPart;
    assert_eq!(with(0.0, &person, 1, part), Err(Uncorrected::Unfit));
    assert_eq!(with(1.0, &person, 2, part), Err(Uncorrected::Unfit));
    assert_eq!(with(1.0, &said(Some(1), 1, 1), 1, part), Err(Uncorrected::Unfit));
    assert_eq!(with(1.0, &[Said { cell: Some(0), counts: [1, 0, 1, 0] }], 1, part), Err(Uncorrected::Unfit));
    assert_eq!(with(1.0, &said(Some(0), 0, 0), 1, part), Err(Uncorrected::Nothing));
    let messages = (Doubt::Labels { messages: 2.0 }, 0.95, 1);
    let any = correct(&[Person { weight: 1.0, said: &person }], 1, Counting::Any, &errors, messages);
    assert_eq!(any, Err(Uncorrected::Unfit), "whoever counts wholly stands for others");
}

#[test]
fn what_it_takes_for_so_and_what_it_misses_are_told_with_how_sure() {
    let [false_calls, missed] = mistakes(
        &[cell("en", &[&[80.0, 20.0], &[10.0, 90.0]]), cell("es", &[&[0.0, 0.0], &[0.0, 0.0]])],
        &[9.0, 5.0],
        1,
    );
    let (at, low, high) = false_calls.unwrap();
    assert!((at - 20.0 / 110.0).abs() < 1e-12 && low < at && at < high);
    assert!((missed.unwrap().0 - 0.1).abs() < 1e-12);
    assert_eq!(mistakes(&[], &[], 1), [None, None]);
}

#[test]
fn a_small_cell_of_which_as_much_was_read_says_no_more_of_all_messages_than_it_has() {
    // Of 10,000 messages in English 20 of 100 are called so, one wrongly; of 100 in Finnish 40, thirty of them wrongly.
    let cells = [cell("en", &[&[79.0, 1.0], &[1.0, 19.0]]), cell("fi", &[&[55.0, 30.0], &[5.0, 10.0]])];
    let [false_calls, missed] = mistakes(&cells, &[10_000.0, 100.0], 1);
    let (at, low, high) = false_calls.unwrap();
    assert!((at - 130.0 / 2_040.0).abs() < 1e-12, "{at}");
    // As sure as the twenty that were read in English, and hardly surer.
    assert!(low > 0.005 && low < 0.02 && high > 0.2 && high < 0.3, "{low} {high}");
    assert!((missed.unwrap().0 - 105.0 / 2_015.0).abs() < 1e-12);
}

#[test]
fn where_nobody_was_called_so_some_may_say_so_all_the_same() {
    let nobody: Vec<[Said; 1]> = (0..40).map(|_| said(Some(0), 1, 0)).collect();
    let found = of(&nobody, Counting::Any);
    assert!(found.share < 0.01 && found.high > 0.005 && found.high < 0.15, "{found:?}");
    let everybody: Vec<[Said; 1]> = (0..40).map(|_| said(None, 0, 1)).collect();
    let found = of(&everybody, Counting::Any);
    assert!(found.share > 0.999 && found.low < 0.999 && found.low > 0.9, "{found:?}");
}

#[test]
fn whoever_writes_where_the_classes_are_not_told_apart_counts_by_what_they_say_elsewhere_and_may_have_said_anything_there()
 {
    let seeing = cell("en", &[&[80.0, 20.0], &[10.0, 90.0]]);
    let blind = cell("fi", &[&[50.0, 50.0], &[50.0, 50.0]]);
    let errors = Errors::new(&[seeing, blind]).unwrap();
    let here = |so: bool| Said { cell: Some(0), counts: [u32::from(!so), u32::from(so), 0, 0] };
    let there = Said { cell: Some(1), counts: [0, 9, 0, 0] };
    let told = |also_there: usize, only_there: usize| {
        let mut people: Vec<Vec<Said>> = (0..100).map(|at| vec![here(at % 100 < 34)]).collect();
        people.iter_mut().rev().take(also_there).for_each(|said| said.push(there));
        people.extend((0..only_there).map(|_| vec![there]));
        let people: Vec<Person<'_>> = people.iter().map(|said| Person { weight: 1.0, said }).collect();
        let doubt = Doubt::Sample { worth: people.len() as f64 };
        sampled(&people, 1, Counting::Any, &errors, (doubt, 0.95, 1), 200)
    };
    let none = told(0, 0).unwrap();
    assert_eq!((none.blind, none.unread), (0.0, 0.0));
    assert!(!none.blind.is_sign_negative() && !none.unread.is_sign_negative());
    // What is said there makes nobody say it, and nobody's silence surer.
    let also = told(30, 0).unwrap();
    assert!((also.share - none.share).abs() < 0.01 && (also.blind - 0.3).abs() < 1e-9, "{none:?} {also:?}");
    assert!(also.low < none.share && (0.15..0.3).contains(&(also.high - none.high)), "{none:?} {also:?}");
    let only = told(0, 30).unwrap();
    assert!((only.share - none.share).abs() < 0.01 && (only.blind - 30.0 / 130.0).abs() < 1e-9, "{only:?}");
    assert!(only.high - none.high > 0.05, "{none:?} {only:?}");
    assert!(matches!(told(60, 0), Err(Uncorrected::Blind { share, .. }) if (share - 0.6).abs() < 1e-9));
}

#[test]
fn what_is_handed_in_twice_of_one_cell_is_one() {
    let twice = [Said { cell: Some(0), counts: [2, 0, 0, 0] }, Said { cell: Some(0), counts: [1, 2, 0, 0] }];
    let once = said(Some(0), 3, 2);
    let told = |said: &[Said]| {
        let people: Vec<Person<'_>> = (0..30).map(|_| Person { weight: 1.0, said }).collect();
        sampled(&people, 1, Counting::Any, &errors(), (Doubt::Sample { worth: 30.0 }, 0.95, 1), 20).unwrap()
    };
    assert_eq!(told(&twice), told(&once));
}
