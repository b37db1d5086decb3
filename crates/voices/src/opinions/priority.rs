//! Which statement should be shown next, as Polis weighs it.

use super::tally::Tally;

/// What a statement about who people are weighs, whatever they said: 7².
pub const OF_META: f64 = 49.0;

/// 2^(−r/5) for r = 0 … 4, so that every machine has the same bits.
const FIFTHS: [f64; 5] =
    [1.0, 0.870_550_563_296_124_1, 0.757_858_283_255_199, 0.659_753_955_386_447_4, 0.574_349_177_498_517_5];

/// The weight of a statement in the draw of what to show next: ((1 − p) (E + 1) a (1 + 8 · 2^(−S/5)))², where S saw it,
/// a is the smoothed share of them that agreed, p that of those who passed, and E the statement's extremity. Few
/// passes, much agreement and a telling place on the map count, and what few have seen is lifted.
pub fn priority(tally: Tally, extremity: f64) -> f64 {
    let seen = f64::from(tally.seen) + 2.0;
    let passed = (f64::from(tally.pass()) + 1.0) / seen;
    let agreed = (f64::from(tally.agree) + 1.0) / seen;
    let importance = (1.0 - passed) * (extremity + 1.0) * agreed;
    let weight = importance * (1.0 + 8.0 * halved(tally.seen));
    weight * weight
}

/// 2^(−seen/5).
fn halved(seen: u32) -> f64 {
    FIFTHS[(seen % 5) as usize] * 0.5_f64.powi((seen / 5).min(2_000) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_a_fifth_are_those() {
        for seen in [0, 1, 2, 3, 4, 5, 17, 143, 100_000] {
            assert!((halved(seen) - 2_f64.powf(-f64::from(seen) / 5.0)).abs() < 1e-15);
        }
    }

    #[test]
    fn it_is_as_worked_out_by_hand() {
        // Nobody saw it: (1/2 · 1 · 1/2 · 9)² = 81/16.
        assert_eq!(priority(Tally::default(), 0.0), 81.0 / 16.0);
        // Five saw it, four agreed, one passed, E = 1: p = 2/7, a = 5/7: (5/7 · 2 · 5/7 · 5)² = (250/49)².
        let tally = Tally { agree: 4, disagree: 0, seen: 5 };
        assert!((priority(tally, 1.0) - (250.0_f64 / 49.0).powi(2)).abs() < 1e-12);
    }

    #[test]
    fn what_few_have_seen_comes_before_what_many_have() {
        let of = |seen| priority(Tally { agree: seen / 2, disagree: seen / 2, seen }, 0.5);
        assert!(of(2) > of(10) && of(10) > of(40));
    }
}
