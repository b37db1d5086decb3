use super::*;
use proptest::prelude::*;

#[test]
fn every_kind_and_value_keeps_the_number_under_which_it_is_stored() {
    let codes: Vec<(i64, &str)> = Kind::ALL.into_iter().map(|kind| (kind.code(), kind.as_str())).collect();
    let known = [
        (1, "language"),
        (2, "sentiment"),
        (3, "noise"),
        (4, "substance"),
        (5, "question"),
        (6, "request"),
        (7, "complaint"),
        (8, "thanks"),
        (9, "commitment"),
    ];
    assert_eq!(codes, known, "rows in databases hold these numbers");
    for kind in Kind::ALL {
        assert_eq!((Kind::of_code(kind.code()), Kind::parse(kind.as_str())), (Some(kind), Some(kind)));
        for (value, word) in kind.values() {
            assert_eq!((kind.value(word), kind.word(*value).as_str(), kind.has(*value)), (Some(*value), *word, true));
        }
        assert!(!kind.has(0), "nothing is labelled by 0");
    }
    assert_eq!(
        ["de", "und", "mul", "hi-Latn"].map(|code| Kind::Language.value(code)),
        [113, 15_691, 10_056, 20_225].map(Some)
    );
    assert_eq!(["xx", "DE", "de-Latn", ""].map(|code| Kind::Language.value(code)), [None; 4]);
}

#[test]
fn what_stands_in_a_row_and_means_nothing_is_not_labelled() {
    let row = [Some(-1), Some(3), Some(7), Some(50), Some(1), None, None, Some(9), Some(1), Some(i64::MAX)];
    assert_eq!(Labels::of_row(row), Labels::default());
    assert_eq!(Labels::default().to_row(), [None; COLUMNS]);
}

proptest! {
    #[test]
    fn whatever_was_labelled_is_read_as_it_was_stored(
        tone in proptest::option::of((1u16..=3, 0u8..=100)),
        noise in proptest::option::of((1u16..=3, 0u8..=100)),
        acts in proptest::collection::vec(proptest::option::of((1u16..=2, 0u8..=100)), 5),
        code in proptest::option::of("(de|en|zh|und|mul|hi-Latn)"),
    ) {
        let guess = |(value, sure)| Guess { value, sure };
        let mut labels = Labels::default();
        labels.set(Kind::Sentiment, tone.map(guess));
        labels.set(Kind::Noise, noise.map(guess));
        labels.set(Kind::Language, code.and_then(|code| languages::pack(&code)).map(|value| Guess { value, sure: 9 }));
        for (act, said) in Kind::ACTS.into_iter().zip(acts) {
            labels.set(act, said.map(guess));
        }
        prop_assert_eq!(Labels::of_row(labels.to_row()), labels);
        prop_assert!(labels.to_row().iter().take(8).flatten().all(|number| (0..=32_767).contains(number)));
    }

    #[test]
    fn a_number_is_a_codes_or_nobodys(number in any::<u16>()) {
        if let Some(code) = languages::unpack(number) {
            prop_assert_eq!(languages::pack(&code), Some(number));
        }
    }

    #[test]
    fn no_text_breaks_the_labels(subject in ".{0,60}", text in ".{0,400}", is_public in any::<bool>()) {
        let labels = Models::default().label(&subject, &text, if is_public { Place::Public } else { Place::Private });
        prop_assert_eq!(Labels::of_row(labels.to_row()), labels);
    }
}
