//! The few distributions that intervals and tests need: normal, Student's t, beta, chi-square.
//!
//! Relative accuracy is about 1e-12 in the ranges used here; the tests hold figures computed elsewhere.

/// ln Γ(x) for x > 0 (Lanczos 1964, g = 7, nine terms).
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = TERMS[1..].iter().enumerate().fold(TERMS[0], |sum, (at, term)| sum + term / (x + at as f64 + 1.0));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// I_x(a, b), the distribution function of the beta distribution (continued fraction, Lentz 1976).
#[must_use]
pub fn beta_below(x: f64, a: f64, b: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    }
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut c, mut d) = (1.0, 1.0 / away(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            fraction *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

/// The point below which a beta-distributed number lies with probability `p`.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    halved(0.0, 1.0, |x| beta_below(x, a, b) < p)
}

/// P(χ² > x) with `df` degrees of freedom: Q(df/2, x/2), by series or continued fraction.
#[must_use]
pub fn chi_square_above(x: f64, df: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return 1.0;
    }
    let (a, x) = (df / 2.0, x / 2.0);
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for step in 1..10_000 {
            term *= x / (a + f64::from(step));
            sum += term;
            if term < sum * 1e-16 {
                break;
            }
        }
        return (1.0 - front * sum).max(0.0);
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut fraction = d;
    for step in 1..10_000 {
        let i = f64::from(step);
        let term = -i * (i - a);
        b += 2.0;
        d = 1.0 / (term * d + b);
        c = b + term / c;
        fraction *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * fraction
}

/// P(Z > z) for a standard normal Z.
#[must_use]
pub fn normal_above(z: f64) -> f64 {
    let half = 0.5 * chi_square_above(z * z, 1.0);
    if z < 0.0 { 1.0 - half } else { half }
}

/// The point below which a standard normal number lies with probability `p`.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p < 0.5 { -normal_quantile_above(p) } else { normal_quantile_above(1.0 - p) }
}

fn normal_quantile_above(tail: f64) -> f64 {
    halved(0.0, 40.0, |z| normal_above(z) > tail)
}

/// The two-sided critical value of Student's t: P(|T| ≤ t) = `level`.
#[must_use]
pub fn t_critical(level: f64, df: f64) -> f64 {
    let tail = (1.0 - level) / 2.0;
    if df > 1e7 {
        return normal_quantile_above(tail);
    }
    let df = df.max(1.0);
    let above = |t: f64| 0.5 * beta_below(df / (df + t * t), df / 2.0, 0.5);
    let mut far = 2.0;
    while above(far) > tail && far < 1e12 {
        far *= 2.0;
    }
    halved(0.0, far, |t| above(t) > tail)
}

/// Where `is_before` turns from true to false, by halving until no number lies between.
fn halved(mut low: f64, mut high: f64, is_before: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high || high - low < 1e-15 * high.abs() {
            break;
        }
        if is_before(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-10, "{value}, but {expected} was expected");
    }

    #[test]
    fn the_figures_are_those_that_r_gives() {
        near(ln_gamma(0.5), 0.572_364_942_924_700_1);
        near(ln_gamma(3.7), 1.428_072_326_665_388);
        near(ln_gamma(120.5), 455.417_600_446_234_5);
        near(beta_below(0.3, 2.5, 7.0), 0.641_222_462_971_722_1);
        near(beta_quantile(0.025, 3.0, 17.5), 0.032_925_190_277_327_42);
        near(beta_quantile(0.975, 3.0, 17.5), 0.324_021_873_583_666_4);
        near(chi_square_above(0.5, 1.0), 0.479_500_122_186_953_5);
        near(chi_square_above(7.0, 3.0), 0.071_897_772_496_465_15);
        near(chi_square_above(30.0, 8.0), 0.000_211_378_503_466_761_7);
        near(normal_quantile(0.975), 1.959_963_984_540_054);
        near(normal_quantile(0.999), 3.090_232_306_167_813);
        near(normal_quantile(1e-5), -4.264_890_793_922_826);
        near(t_critical(0.95, 1.0), 12.706_204_736_174_694);
        near(t_critical(0.95, 5.0), 2.570_581_835_636_314);
        near(t_critical(0.95, 29.5), 2.043_724_966_772_123);
        near(t_critical(0.95, 200.0), 1.971_896_223_633_908);
    }

    #[test]
    fn the_edges_are_numbers() {
        assert_eq!((beta_below(-1.0, 2.0, 2.0), beta_below(2.0, 2.0, 2.0)), (0.0, 1.0));
        assert_eq!(beta_below(f64::NAN, 2.0, 2.0), 0.0);
        assert_eq!(chi_square_above(0.0, 3.0), 1.0);
        assert!(chi_square_above(1e5, 3.0) < 1e-300);
        assert!((normal_above(-1.0) + normal_above(1.0) - 1.0).abs() < 1e-15);
        assert!(t_critical(0.95, 0.0).is_finite());
    }
}
