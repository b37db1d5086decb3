//! Shares of those who saw a statement, and the tests that Polis makes of them.
//!
//! All counts are smoothed by one made-up answer more, so that a handful of votes says little (Small et al. 2021).

/// The 90th percentile of the normal distribution: what a test must exceed, one-sided, at one in ten.
pub const CLEAR: f64 = 1.2816;

/// (s + 1) / (n + 2): the share of s among n, drawn towards a half.
pub fn share(successes: u32, seen: u32) -> f64 {
    (f64::from(successes) + 1.0) / (f64::from(seen) + 2.0)
}

/// Is the share more than a half? z = 2 √m (t / m − 1/2), with t = s + 1 and m = n + 1.
pub fn more_than_half(successes: u32, seen: u32) -> f64 {
    let (successes, seen) = (f64::from(successes) + 1.0, f64::from(seen) + 1.0);
    2.0 * seen.sqrt() * (successes / seen - 0.5)
}

/// Is the share larger inside than outside? z = (p₁ − p₂) / √(p (1 − p) (1/m₁ + 1/m₂)), where tᵢ = sᵢ + 1, mᵢ = nᵢ + 1,
/// pᵢ = tᵢ / mᵢ and p = (t₁ + t₂) / (m₁ + m₂). 0 where everybody did.
pub fn more_than_outside(inside: (u32, u32), outside: (u32, u32)) -> f64 {
    let smoothed = |(successes, seen): (u32, u32)| (f64::from(successes) + 1.0, f64::from(seen) + 1.0);
    let ((t1, m1), (t2, m2)) = (smoothed(inside), smoothed(outside));
    let pooled = (t1 + t2) / (m1 + m2);
    if pooled >= 1.0 {
        return 0.0;
    }
    (t1 / m1 - t2 / m2) / (pooled * (1.0 - pooled) * (1.0 / m1 + 1.0 / m2)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn they_are_as_worked_out_by_hand() {
        assert_eq!(share(0, 0), 0.5);
        assert_eq!(share(10, 10), 11.0 / 12.0);
        // 2 √11 (11/11 − 1/2) = √11.
        assert!((more_than_half(10, 10) - 11_f64.sqrt()).abs() < 1e-12);
        // 2 √4 (2/4 − 1/2) = 0.
        assert_eq!(more_than_half(1, 3), 0.0);
        // p₁ = 4/4, p₂ = 1/4, p = 5/8: (3/4) / √(15/64 · 1/2) = 3/4 / √(15/128).
        assert!((more_than_outside((3, 3), (0, 3)) - 0.75 / (15.0_f64 / 128.0).sqrt()).abs() < 1e-12);
        assert_eq!(more_than_outside((5, 5), (9, 9)), 0.0);
    }

    proptest! {
        #[test]
        fn they_are_numbers_whatever_was_voted([a, b, c, d] in prop::array::uniform4(0..5_000_u32)) {
            let (inside, outside) = ((a.min(b), a.max(b)), (c.min(d), c.max(d)));
            prop_assert!((0.0..=1.0).contains(&share(inside.0, inside.1)));
            prop_assert!(more_than_half(inside.0, inside.1).is_finite());
            let there = more_than_outside(inside, outside);
            prop_assert!(there.is_finite());
            prop_assert!((there + more_than_outside(outside, inside)).abs() < 1e-9);
        }
    }
}
