//! Versions of all models together, in one number that JavaScript holds exactly.
//!
//! From the right: two digits each for the models in the program (acts, substance, noise, sentiment, language), and above
//! these ten digits what tells of a bigger model: 0 without one, else its mark times 16 and four bits for what it speaks of.
//! So the number is another whenever a bigger model is put in, changed, or taken away. Of a message of which it could not say a kind,
//! that kind's bit is not set: there the model in the program was heard ([`alike`]).

use super::{Kind, Models};

/// A model has fewer versions than this.
const STEP: i64 = 100;
/// The versions of the models in the program are below this.
const BUILT_IN: i64 = STEP.pow(5);
/// What a bigger model speaks of, a bit each.
const SPOKEN_OF: i64 = 16;
/// So many marks there are that the whole stays below 2⁵³: one change of models in 56,000 is not seen.
const MARKS: u64 = 56_000;

/// One number made of the versions of the models in the program.
pub(super) const fn version_of(parts: [i64; 5]) -> i64 {
    let (mut whole, mut n) = (0, 0);
    while n < parts.len() {
        whole = whole * STEP + parts[n];
        n += 1;
    }
    whole
}

/// The same with a bigger model beside them, which is known by a checksum.
pub(super) fn with_bigger(built_in: i64, checksum: u64, kinds: &[Kind]) -> i64 {
    let spoken_of = kinds.iter().filter_map(|kind| bit(*kind)).fold(0, |all, bit| all | bit);
    if spoken_of == 0 {
        return built_in;
    }
    // Never 0, so that no bit may be set and it is still known beside which model.
    let mark = i64::try_from(match checksum % MARKS {
        0 => MARKS,
        mark => mark,
    })
    .unwrap_or_default();
    (mark * SPOKEN_OF + spoken_of) * BUILT_IN + built_in
}

/// The same of a message of which the bigger model could not say this kind.
pub(super) fn unsaid(version: i64, kind: Kind) -> i64 {
    match bit(kind) {
        Some(bit) if (version / BUILT_IN) & bit != 0 => version - bit * BUILT_IN,
        _ => version,
    }
}

/// All versions that these models label by: also where the bigger one of them could not say one kind or another, which labelling
/// again would not mend. By rising number, at most 16.
///
/// ```
/// use tertulia_analysis::labels::version::alike;
/// assert_eq!(alike(101_010_101), [101_010_101]);
/// assert_eq!(alike(170_101_010_101), [160_101_010_101, 170_101_010_101]);
/// ```
pub fn alike(version: i64) -> Vec<i64> {
    let all = version / BUILT_IN % SPOKEN_OF;
    let (whole, parts) = (version - all * BUILT_IN, (0..=all).filter(|part| part & all == *part));
    parts.map(|part| whole + part * BUILT_IN).collect()
}

/// The part that the models in the program are.
pub fn built_in(version: i64) -> i64 {
    version % BUILT_IN
}

/// Which of several versions is to win where programs with different models share one installation: newer models in the
/// program before all, then a bigger one beside them; of two bigger ones always the same.
///
/// ```
/// use tertulia_analysis::labels::version::rank;
/// let (old, new) = (101_010_101, 101_020_101);
/// let with_a_bigger_one = |version: i64| 160_010_000_000_000 + version;
/// assert!(rank(new) > rank(with_a_bigger_one(old)) && rank(with_a_bigger_one(new)) > rank(new));
/// ```
pub fn rank(version: i64) -> (i64, i64) {
    (built_in(version), version)
}

/// See [`Kind::model_version`].
pub(super) fn of_kind(kind: Kind, version: i64) -> i64 {
    let bigger = version / BUILT_IN;
    if bit(kind).is_some_and(|bit| bigger & bit != 0) {
        return STEP + bigger / SPOKEN_OF;
    }
    let nth = match kind {
        Kind::Language => 4,
        Kind::Sentiment => 3,
        Kind::Noise => 2,
        Kind::Substance => 1,
        _ => 0,
    };
    version / STEP.pow(nth) % STEP
}

/// Whether a version of one kind's model is that of a bigger one.
pub fn is_bigger(of_kind: i64) -> bool {
    of_kind >= STEP
}

/// None of a language: it is told before all else, by the model in the program.
fn bit(kind: Kind) -> Option<i64> {
    match kind {
        Kind::Language => None,
        Kind::Sentiment => Some(1),
        Kind::Noise => Some(2),
        Kind::Substance => Some(4),
        _ => Some(8),
    }
}

impl Models {
    /// Of all of them.
    pub fn version(&self) -> i64 {
        self.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_version_of_all_models_tells_each_of_them_and_rises_where_one_does() {
        let version = version_of([3, 1, 4, 15, 9]);
        let each = [Kind::Language, Kind::Sentiment, Kind::Noise, Kind::Substance, Kind::Question, Kind::Commitment];
        assert_eq!(each.map(|kind| kind.model_version(version)), [3, 1, 4, 15, 9, 9]);
        assert!(version_of([3, 1, 5, 0, 0]) > version && version_of([3, 1, 4, 15, 10]) > version);
    }

    #[test]
    fn a_bigger_model_is_told_of_the_kinds_that_it_speaks_of_alone() {
        let plain = version_of([3, 1, 4, 15, 9]);
        let version = with_bigger(plain, 56_007, &[Kind::Sentiment, Kind::Thanks]);
        let each = [Kind::Language, Kind::Sentiment, Kind::Noise, Kind::Substance, Kind::Thanks];
        assert_eq!(each.map(|kind| kind.model_version(version)), [3, 107, 4, 15, 107]);
        assert!(is_bigger(107) && !is_bigger(99));
        assert_eq!(with_bigger(plain, 7, &[Kind::Language]), plain, "it says nothing that counts");
    }

    #[test]
    fn what_a_bigger_model_could_not_say_is_the_others_and_no_reason_to_label_it_again() {
        let plain = version_of([3, 1, 4, 15, 9]);
        for checksum in [0, 7, 56_000] {
            let version = with_bigger(plain, checksum, &[Kind::Sentiment, Kind::Noise]);
            let without = unsaid(version, Kind::Sentiment);
            assert_eq!(Kind::Sentiment.model_version(without), 1);
            assert!(is_bigger(Kind::Noise.model_version(without)) && unsaid(without, Kind::Sentiment) == without);
            assert!(version < 1 << 53 && built_in(without) == plain && unsaid(version, Kind::Thanks) == version);
            let all = alike(version);
            assert!(all.len() == 4 && all.contains(&version) && all.contains(&without) && all.is_sorted());
            assert!(!all.contains(&plain), "without it the message is labelled again");
        }
    }

    proptest! {
        #[test]
        fn a_program_reads_it_exactly_and_models_that_differ_have_another(
            parts in proptest::array::uniform5(0i64..100), one in any::<u64>(), other in any::<u64>(),
        ) {
            let plain = version_of(parts);
            let with = |checksum| with_bigger(plain, checksum, &[Kind::Sentiment]);
            prop_assert!(with(one) < 1 << 53 && with(one) != plain);
            prop_assert_eq!(built_in(with(one)), plain);
            prop_assert_eq!(with(one) == with(other), one % MARKS == other % MARKS);
            prop_assert!(rank(with(one)) > rank(plain));
        }
    }
}
