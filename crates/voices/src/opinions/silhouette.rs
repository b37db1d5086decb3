//! How many groups: by how well each person fits into theirs.
//!
//! The silhouette of a point is s = (b − a) / max(a, b), where a is its mean distance to the others of its own cluster
//! and b that to the nearest other cluster; 0 where it is alone (Rousseeuw 1987, "Silhouettes: a graphical aid to the
//! interpretation and validation of cluster analysis"). It lies between −1 and 1. Kaufman and Rousseeuw (1990, *Finding
//! Groups in Data*, table 4) read a mean of 0.25 or less as no structure, of 0.5 or less as weak and perhaps
//! artificial, of 0.7 or less as reasonable.

use super::clusters::{Clusters, Point, squared};

/// The mean silhouette of a clustering, and its standard error over base clusters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Silhouette {
    pub mean: f64,
    pub error: f64,
}

/// Distances between base clusters, measured once for all clusterings.
pub struct Distances {
    size: usize,
    of: Vec<f64>,
}

impl Distances {
    pub fn new(points: &[Point]) -> Self {
        let distance = |a: &Point, b: &Point| squared(*a, *b).sqrt();
        let of = points.iter().flat_map(|a| points.iter().map(move |b| distance(a, b))).collect();
        Self { size: points.len(), of }
    }

    /// The mean over people, each standing where their base cluster does. The error is that of a mean of as many values
    /// as there are base clusters, for people of one base cluster say the same.
    pub fn silhouette(&self, clusters: &Clusters, weights: &[f64]) -> Silhouette {
        let groups = clusters.centres.len();
        let mut sizes = vec![0.0; groups];
        clusters.of.iter().zip(weights).for_each(|(group, weight)| sizes[*group] += weight);
        let values: Vec<f64> = (0..self.size).map(|point| self.of_point(point, clusters, weights, &sizes)).collect();
        let all: f64 = weights.iter().sum();
        let mean = |values: &mut dyn Iterator<Item = f64>| {
            values.zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / all
        };
        if all <= 0.0 {
            return Silhouette { mean: 0.0, error: 0.0 };
        }
        let middle = mean(&mut values.iter().copied());
        let variance = mean(&mut values.iter().map(|value| (value - middle) * (value - middle)));
        Silhouette { mean: middle, error: (variance / self.size as f64).sqrt() }
    }

    fn of_point(&self, point: usize, clusters: &Clusters, weights: &[f64], sizes: &[f64]) -> f64 {
        let own = clusters.of[point];
        if sizes[own] <= 1.0 {
            return 0.0;
        }
        let mut sums = vec![0.0; sizes.len()];
        let row = &self.of[point * self.size..(point + 1) * self.size];
        for ((distance, weight), group) in row.iter().zip(weights).zip(&clusters.of) {
            sums[*group] += distance * weight;
        }
        let within = sums[own] / (sizes[own] - 1.0);
        let others = (0..sizes.len()).filter(|group| *group != own).map(|group| sums[group] / sizes[group]);
        let beside = others.fold(f64::INFINITY, f64::min);
        let larger = within.max(beside);
        if larger > 0.0 && larger.is_finite() { (beside - within) / larger } else { 0.0 }
    }
}

/// Which of several clusterings is taken: the one of fewest groups whose silhouette is no more than one standard error
/// below the best (the rule of Breiman et al. 1984). More groups must be clearly better, not by chance: this takes the
/// place of what Polis does to keep the number steady, to change it only after the same better number was seen four
/// times.
pub fn fewest_that_fit(silhouettes: &[Silhouette]) -> Option<usize> {
    let best = silhouettes.iter().copied().reduce(|best, next| if next.mean > best.mean { next } else { best })?;
    silhouettes.iter().position(|silhouette| silhouette.mean >= best.mean - best.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_silhouette_is_as_worked_out_by_hand() {
        // On a line at 0, 2 and 10, 14. For the first: a = 2, b = 12; the second: a = 2, b = 10; the third: a = 4, b =
        // 9; the last: a = 4, b = 13.
        let points = [[0.0, 0.0], [2.0, 0.0], [10.0, 0.0], [14.0, 0.0]];
        let clusters = Clusters { centres: vec![[1.0, 0.0], [12.0, 0.0]], of: vec![0, 0, 1, 1], inertia: 10.0 };
        let found = Distances::new(&points).silhouette(&clusters, &[1.0; 4]);
        let expected = (10.0 / 12.0 + 8.0 / 10.0 + 5.0 / 9.0 + 9.0 / 13.0) / 4.0;
        assert!((found.mean - expected).abs() < 1e-12);
    }

    #[test]
    fn a_base_cluster_counts_as_its_people() {
        let clusters = |of: &[usize]| Clusters { centres: vec![[0.0; 2]; 2], of: of.to_vec(), inertia: 0.0 };
        let few = Distances::new(&[[0.0, 0.0], [2.0, 0.0], [9.0, 1.0]]);
        let many = Distances::new(&[[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [2.0, 0.0], [9.0, 1.0], [9.0, 1.0]]);
        let few = few.silhouette(&clusters(&[0, 0, 1]), &[3.0, 1.0, 2.0]);
        let many = many.silhouette(&clusters(&[0, 0, 0, 0, 1, 1]), &[1.0; 6]);
        assert!((few.mean - many.mean).abs() < 1e-12);
    }

    #[test]
    fn who_is_alone_fits_neither_well_nor_badly() {
        let clusters = Clusters { centres: vec![[0.0; 2], [5.0; 2]], of: vec![0, 1], inertia: 0.0 };
        let found = Distances::new(&[[0.0; 2], [5.0; 2]]).silhouette(&clusters, &[1.0, 1.0]);
        assert_eq!(found, Silhouette { mean: 0.0, error: 0.0 });
        assert_eq!(Distances::new(&[]).silhouette(&clusters, &[]).mean, 0.0);
    }

    #[test]
    fn more_groups_must_be_clearly_better() {
        let of = |means: &[f64]| means.iter().map(|mean| Silhouette { mean: *mean, error: 0.02 }).collect::<Vec<_>>();
        assert_eq!(fewest_that_fit(&of(&[0.40, 0.41, 0.39])), Some(0));
        assert_eq!(fewest_that_fit(&of(&[0.40, 0.60, 0.61])), Some(1));
        assert_eq!(fewest_that_fit(&[]), None);
    }
}
