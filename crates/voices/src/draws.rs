//! Chance from a seed: the same seed gives the same draws.

/// A repeatable sequence (SplitMix64, Steele, Lea and Flood 2014). For simulations and bootstraps, never for secrets.
#[derive(Debug, Clone)]
pub struct Draws(u64);

impl Draws {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One of many sequences that a seed gives, each by itself: what draws one does not wait for another.
    #[must_use]
    pub fn of(seed: u64, number: u64) -> Self {
        Self(Self(seed).word() ^ Self(!number).word())
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Evenly in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly below `bound` (Lemire 2019, without the rejection: the bias is below bound / 2⁶⁴); 0 where it is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.word()) * bound as u128) >> 64) as usize
    }

    /// True with this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Of the standard normal distribution (Marsaglia's polar method, 1964).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * square.ln() / square).sqrt();
            }
        }
    }

    /// Of the gamma distribution of this shape and scale 1 (Marsaglia and Tsang 2000); 0 for a shape that is not positive.
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape.is_nan() || shape <= 0.0 {
            return 0.0;
        }
        if shape < 1.0 {
            let power = (1.0 - self.uniform()).powf(1.0 / shape);
            return self.gamma(shape + 1.0) * power;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && (1.0 - self.uniform()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// Shares of the Dirichlet distribution with these parameters; all equal where every parameter is 0.
    pub fn dirichlet(&mut self, parameters: &[f64], shares: &mut [f64]) {
        for (share, parameter) in shares.iter_mut().zip(parameters) {
            *share = self.gamma(*parameter);
        }
        let sum: f64 = shares.iter().sum();
        let even = 1.0 / shares.len().max(1) as f64;
        for share in shares {
            *share = if sum > 0.0 { *share / sum } else { even };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_draws() {
        let (mut a, mut b) = (Draws::new(7), Draws::new(7));
        assert!((0..100).all(|_| a.normal().to_bits() == b.normal().to_bits()));
        assert_ne!(Draws::new(7).word(), Draws::new(8).word());
        let firsts: std::collections::BTreeSet<u64> = (0..1_000).map(|number| Draws::of(7, number).word()).collect();
        assert_eq!((firsts.len(), Draws::of(7, 3).word()), (1_000, Draws::of(7, 3).word()));
    }

    #[test]
    fn mean_and_variance_are_those_of_the_distribution() {
        let mut draws = Draws::new(1);
        let moments = |values: Vec<f64>| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64)
        };
        let n = 40_000;
        let (mean, variance) = moments((0..n).map(|_| draws.normal()).collect());
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        for shape in [0.3, 1.0, 6.5] {
            let (mean, variance) = moments((0..n).map(|_| draws.gamma(shape)).collect());
            assert!(
                (mean / shape - 1.0).abs() < 0.04 && (variance / shape - 1.0).abs() < 0.1,
                "{shape} {mean} {variance}"
            );
        }
        let mut shares = [0.0; 3];
        draws.dirichlet(&[0.0, 0.0, 0.0], &mut shares);
        assert_eq!(shares, [1.0 / 3.0; 3]);
        draws.dirichlet(&[2.0, 0.0, 5.0], &mut shares);
        assert!(shares[1] == 0.0 && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
