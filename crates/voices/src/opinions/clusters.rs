//! Which people stand close together: base clusters first, then groups of those.
//!
//! As in Polis (Small et al. 2021), people are first put into up to a hundred base clusters, and those, weighed by how
//! many people they hold, into groups by k-means for each k that is allowed. Polis begins at the first points that it
//! meets, which depends on who came first, and from its own last result. Here nothing depends on an order: base
//! clusters begin with the points farthest apart (Gonzalez 1985), and groups are found by global k-means (Likas,
//! Vlassis and Verbeek 2003), which tries every base cluster as the next centre and keeps the best.

/// A place on the map.
pub type Point = [f64; 2];

/// Rounds of k-means until it is taken as it is.
const BASE_ROUNDS: usize = 20;
const GROUP_ROUNDS: usize = 100;

/// Points with weights, put into clusters.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    pub centres: Vec<Point>,
    /// For each point the place of its centre.
    pub of: Vec<usize>,
    /// The sum over points of weight times squared distance to the centre.
    pub inertia: f64,
}

pub fn squared(a: Point, b: Point) -> f64 {
    (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])
}

/// The mean of weighted points; the origin where there is no weight.
pub fn mean<'a>(points: impl Iterator<Item = (&'a Point, f64)>) -> Point {
    let mut sum = [0.0; 3];
    for (point, weight) in points {
        sum = [sum[0] + weight * point[0], sum[1] + weight * point[1], sum[2] + weight];
    }
    if sum[2] > 0.0 { [sum[0] / sum[2], sum[1] / sum[2]] } else { [0.0; 2] }
}

/// Up to `most` clusters of people: their centres, and how many people each holds. Where people stand in no more
/// different places than that, each place is one. Work: people times `most` times 20.
pub fn base(points: &[Point], most: usize) -> (Clusters, Vec<f64>) {
    let weights = vec![1.0; points.len()];
    let clusters = k_means(points, &weights, farthest_apart(points, most.max(1)), BASE_ROUNDS);
    let mut held = vec![0.0; clusters.centres.len()];
    clusters.of.iter().for_each(|cluster| held[*cluster] += 1.0);
    (clusters, held)
}

/// The point farthest from the middle, then always the one that is farthest from those taken.
fn farthest_apart(points: &[Point], most: usize) -> Vec<Point> {
    let middle = mean(points.iter().map(|point| (point, 1.0)));
    let mut nearest: Vec<f64> = points.iter().map(|point| squared(*point, middle)).collect();
    let mut taken: Vec<Point> = Vec::new();
    while taken.len() < most {
        let farthest = (0..points.len()).reduce(|best, next| if nearest[next] > nearest[best] { next } else { best });
        let Some(farthest) = farthest.filter(|place| taken.is_empty() || nearest[*place] > 0.0) else { break };
        let point = points[farthest];
        for (nearest, other) in nearest.iter_mut().zip(points) {
            let distance = squared(*other, point);
            *nearest = if taken.is_empty() { distance } else { nearest.min(distance) };
        }
        taken.push(point);
    }
    taken
}

/// The best clusterings found, of 2, 3 … up to `most` clusters; fewer where there are fewer points. Work: at most
/// points² times `most`² times 100, with points being at most a few hundred base clusters.
pub fn groupings(points: &[Point], weights: &[f64], most: usize) -> Vec<Clusters> {
    let mut found = Vec::new();
    let mut centres = vec![mean(points.iter().zip(weights.iter().copied()))];
    while centres.len() < most.min(points.len()) {
        let from = |point: &Point| {
            let start = centres.iter().copied().chain([*point]).collect();
            k_means(points, weights, start, GROUP_ROUNDS)
        };
        let wanted = centres.len() + 1;
        let tried = points.iter().map(from).filter(|clusters| clusters.centres.len() == wanted);
        let Some(best) = tried.reduce(|best, next| if next.inertia < best.inertia { next } else { best }) else {
            break;
        };
        centres.clone_from(&best.centres);
        found.push(best);
    }
    found
}

/// Lloyd's k-means from given centres: each point to the nearest, each centre to the weighted mean of its points, until
/// nothing moves. A centre that no point is nearest to is dropped.
fn k_means(points: &[Point], weights: &[f64], mut centres: Vec<Point>, rounds: usize) -> Clusters {
    let mut of = vec![usize::MAX; points.len()];
    for _ in 0..rounds {
        let (moved, kept) = assign(points, &mut centres, &mut of);
        if !moved && kept {
            break;
        }
        let mut sums = vec![[0.0; 3]; centres.len()];
        for ((point, weight), cluster) in points.iter().zip(weights).zip(&of) {
            let sum = &mut sums[*cluster];
            *sum = [sum[0] + weight * point[0], sum[1] + weight * point[1], sum[2] + weight];
        }
        for (centre, sum) in centres.iter_mut().zip(sums) {
            *centre = [sum[0] / sum[2], sum[1] / sum[2]];
        }
    }
    let inertia = points
        .iter()
        .zip(weights)
        .zip(&of)
        .map(|((point, weight), cluster)| weight * squared(*point, centres[*cluster]));
    Clusters { inertia: inertia.sum(), of, centres }
}

/// Gives each point its nearest centre (the first of those equally near). Says whether any point changed, and whether
/// every centre has one; those without are taken away.
fn assign(points: &[Point], centres: &mut Vec<Point>, of: &mut [usize]) -> (bool, bool) {
    let mut moved = false;
    let mut held = vec![false; centres.len()];
    for (point, cluster) in points.iter().zip(of.iter_mut()) {
        let mut nearest = (f64::INFINITY, 0);
        for (place, centre) in centres.iter().enumerate() {
            let distance = squared(*point, *centre);
            if distance < nearest.0 {
                nearest = (distance, place);
            }
        }
        moved |= *cluster != nearest.1;
        *cluster = nearest.1;
        held[nearest.1] = true;
    }
    if held.iter().all(|held| *held) {
        return (moved, true);
    }
    let place: Vec<usize> = held
        .iter()
        .scan(0, |next, held| {
            let place = *next;
            *next += usize::from(*held);
            Some(place)
        })
        .collect();
    of.iter_mut().for_each(|cluster| *cluster = place[*cluster]);
    let mut each = held.iter();
    centres.retain(|_| *each.next().unwrap_or(&false));
    (moved, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_a_base_cluster_where_there_are_few() {
        let points = [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 2.0], [1.0, 0.0], [0.0, 0.0]];
        let (clusters, held) = base(&points, 100);
        assert_eq!(clusters.centres.len(), 3);
        assert_eq!(clusters.inertia, 0.0);
        assert_eq!(held.iter().sum::<f64>(), 6.0);
        assert_eq!(held[clusters.of[0]], 3.0);
        assert_eq!(clusters.of[0], clusters.of[2]);
    }

    #[test]
    fn no_points_and_equal_points_are_no_trouble() {
        assert_eq!(base(&[], 100).0.centres.len(), 0);
        let (clusters, held) = base(&[[3.0, 4.0]; 5], 100);
        assert_eq!((clusters.centres, held), (vec![[3.0, 4.0]], vec![5.0]));
        assert!(groupings(&[[3.0, 4.0]], &[5.0], 5).is_empty());
        assert!(groupings(&[], &[], 5).is_empty());
    }

    #[test]
    fn three_heaps_are_found_whatever_their_order() {
        let heap =
            |x: f64, y: f64| (0..10).map(move |step| [x + f64::from(step % 3) * 0.1, y + f64::from(step % 4) * 0.1]);
        let mut points: Vec<Point> = heap(0.0, 0.0).chain(heap(9.0, 0.0)).chain(heap(0.0, 9.0)).collect();
        let weights = vec![1.0; points.len()];
        let first = groupings(&points, &weights, 5);
        assert_eq!(first.iter().map(|clusters| clusters.centres.len()).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert!(first.windows(2).all(|pair| pair[1].inertia <= pair[0].inertia));
        for heap in first[1].of.chunks(10) {
            assert!(heap.iter().all(|cluster| *cluster == heap[0]));
        }
        points.reverse();
        let second = groupings(&points, &weights, 5);
        for (a, b) in first.iter().zip(&second) {
            assert!((a.inertia - b.inertia).abs() < 1e-9);
        }
    }

    #[test]
    fn a_heavy_point_draws_the_centre() {
        let points = [[0.0, 0.0], [1.0, 0.0], [10.0, 0.0]];
        let found = groupings(&points, &[9.0, 1.0, 1.0], 2);
        assert_eq!(found[0].of[0], found[0].of[1]);
        let centre = found[0].centres[found[0].of[0]];
        assert!((centre[0] - 0.1).abs() < 1e-12);
    }
}
