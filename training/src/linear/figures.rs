//! How good labels are.

/// What a text is, what it was taken for, and how surely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    pub class: u8,
    pub said: u8,
    pub confidence: f32,
}

fn count(of: &[Judged], which: impl Fn(&Judged) -> bool) -> f64 {
    of.iter().filter(|judged| which(judged)).count() as f64
}

fn mean_of_classes(classes: u8, of_one: impl Fn(u8) -> f64) -> f64 {
    (0..classes).map(of_one).sum::<f64>() / f64::from(classes.max(1))
}

/// The mean over classes of 2·tp / (2·tp + fp + fn); a class that is neither there nor said counts nought.
pub fn macro_f1(of: &[Judged], classes: u8) -> f64 {
    mean_of_classes(classes, |class| {
        let right = count(of, |judged| judged.class == class && judged.said == class);
        let both = count(of, |judged| judged.class == class) + count(of, |judged| judged.said == class);
        if both == 0.0 { 0.0 } else { 2.0 * right / both }
    })
}

/// The mean over classes of the share that is found.
pub fn macro_recall(of: &[Judged], classes: u8) -> f64 {
    mean_of_classes(classes, |class| {
        let right = count(of, |judged| judged.class == class && judged.said == class);
        right / count(of, |judged| judged.class == class).max(1.0)
    })
}

/// Matthews' correlation of "any class but the first" (Matthews 1975); nought where one side is empty.
pub fn mcc(of: &[Judged]) -> f64 {
    let cell = |is: bool, said: bool| count(of, |judged| (judged.class != 0) == is && (judged.said != 0) == said);
    let (tp, tn, fp, fn_) = (cell(true, true), cell(false, false), cell(false, true), cell(true, false));
    let below = ((tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_)).sqrt();
    if below == 0.0 { 0.0 } else { (tp * tn - fp * fn_) / below }
}

/// How far confidence and share of right ones are apart, in ten bands of confidence, weighed by their texts: the expected
/// calibration error (Naeini and others 2015).
pub fn calibration_error(of: &[Judged]) -> f64 {
    let mut bands = [(0.0, 0.0); 10];
    for judged in of {
        let band = &mut bands[((judged.confidence * 10.0) as usize).min(9)];
        band.0 += f64::from(judged.confidence);
        band.1 += f64::from(u8::from(judged.class == judged.said));
    }
    bands.iter().map(|(sure, right): &(f64, f64)| (sure - right).abs()).sum::<f64>() / (of.len() as f64).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(pairs: &[(u8, u8)]) -> Vec<Judged> {
        pairs.iter().map(|(class, said)| Judged { class: *class, said: *said, confidence: 0.75 }).collect()
    }

    #[test]
    fn figures_are_those_counted_by_hand() {
        let of = judged(&[(0, 0), (0, 1), (1, 1), (1, 1), (2, 0), (2, 2)]);
        // 0: tp 1 of 2, said 2; 1: tp 2 of 2, said 3; 2: tp 1 of 2, said 1.
        assert!((macro_f1(&of, 3) - (0.5 + 0.8 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((macro_recall(&of, 3) - (0.5 + 1.0 + 0.5) / 3.0).abs() < 1e-12);
        // tp 3, tn 1, fp 1, fn 1.
        assert!((mcc(&of) - (3.0 - 1.0) / (4.0f64 * 4.0 * 2.0 * 2.0).sqrt()).abs() < 1e-12);
        assert!((calibration_error(&of) - (0.75 - 4.0 / 6.0)).abs() < 1e-7);
    }

    #[test]
    fn nothing_gives_nought() {
        assert_eq!((macro_f1(&[], 3), macro_recall(&[], 3), mcc(&[]), calibration_error(&[])), (0.0, 0.0, 0.0, 0.0));
    }
}
