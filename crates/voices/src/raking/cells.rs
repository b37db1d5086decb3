//! People who are alike in all margins get the same factor, so the work is done once for each kind of person.

/// The kinds of people there are in a sample, in the order in which they first appear.
#[derive(Debug, Clone)]
pub struct Cells {
    /// For each person, the cell.
    pub of_person: Vec<u32>,
    /// For each margin and cell, the category.
    pub codes: Vec<Vec<u32>>,
    /// How many categories each margin has.
    pub sizes: Vec<usize>,
    /// How many people are in each cell.
    pub people: Vec<f64>,
    /// The sum of their weights by design.
    pub base: Vec<f64>,
}

/// Tables up to this size are looked up, larger ones sorted.
const LARGEST_TABLE: usize = 1 << 22;

impl Cells {
    /// Groups people by their codes in all margins: each margin is a code below its size for each person.
    ///
    /// # Panics
    /// Never for margins whose codes are below their sizes and as many as there are people.
    #[must_use]
    pub fn new(people: usize, margins: &[(Vec<u32>, usize)], base: impl Fn(usize) -> f64) -> Self {
        let mut of_person = vec![0_u32; people];
        let mut count = usize::from(people > 0);
        for (codes, size) in margins {
            count = refine(&mut of_person, count, codes, *size);
        }
        let mut cells = Self {
            codes: margins.iter().map(|_| vec![0; count]).collect(),
            sizes: margins.iter().map(|(_, size)| *size).collect(),
            people: vec![0.0; count],
            base: vec![0.0; count],
            of_person,
        };
        for (person, cell) in cells.of_person.iter().enumerate() {
            let cell = *cell as usize;
            cells.people[cell] += 1.0;
            cells.base[cell] += base(person);
        }
        for ((codes, _), of_cell) in margins.iter().zip(&mut cells.codes) {
            for (cell, code) in cells.of_person.iter().zip(codes) {
                of_cell[*cell as usize] = *code;
            }
        }
        cells
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.people.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// What the categories of a margin add up to, of a figure that each cell has.
    #[must_use]
    pub fn totals(&self, margin: usize, of_cell: &[f64]) -> Vec<f64> {
        let mut totals = vec![0.0; self.sizes[margin]];
        for (code, value) in self.codes[margin].iter().zip(of_cell) {
            totals[*code as usize] += value;
        }
        totals
    }
}

/// Splits each cell by one more code, and numbers what there is anew. Gives how many cells there are then.
fn refine(of_person: &mut [u32], cells: usize, codes: &[u32], size: usize) -> usize {
    let key = |cell: u32, code: u32| cell as usize * size + code as usize;
    let mut next = 0_u32;
    let mut number = || {
        next += 1;
        next - 1
    };
    if cells.saturating_mul(size) <= LARGEST_TABLE {
        let mut table = vec![u32::MAX; cells * size];
        for (cell, code) in of_person.iter_mut().zip(codes) {
            let place = &mut table[key(*cell, *code)];
            if *place == u32::MAX {
                *place = number();
            }
            *cell = *place;
        }
        return next as usize;
    }
    let mut keys: Vec<(usize, u32)> =
        of_person.iter().zip(codes).zip(0..).map(|((cell, code), person)| (key(*cell, *code), person)).collect();
    keys.sort_unstable();
    // A kind bears the number of its first person until all are numbered in the order of their first.
    for alike in keys.chunk_by(|a, b| a.0 == b.0) {
        alike.iter().for_each(|(_, person)| of_person[*person as usize] = alike[0].1);
    }
    for person in 0..of_person.len() {
        let first = of_person[person] as usize;
        of_person[person] = if first == person { number() } else { of_person[first] };
    }
    next as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn people_who_are_alike_share_a_cell() {
        let margins = [(vec![0, 1, 0, 1], 2), (vec![2, 0, 2, 1], 3)];
        let cells = Cells::new(4, &margins, |person| person as f64);
        assert_eq!(cells.of_person, [0, 1, 0, 2]);
        assert_eq!((cells.people.clone(), cells.base.clone()), (vec![2.0, 1.0, 1.0], vec![2.0, 1.0, 3.0]));
        assert_eq!(cells.codes, [vec![0, 1, 1], vec![2, 0, 1]]);
        assert_eq!(cells.totals(0, &cells.base), [2.0, 4.0]);
        assert_eq!((Cells::new(3, &[], |_| 1.0).len(), Cells::new(0, &[], |_| 1.0).len()), (1, 0));
    }

    proptest! {
        #[test]
        fn a_table_and_sorting_find_the_same(codes in prop::collection::vec((0_u32..5, 0_u32..7), 0..60)) {
            let column = |pick: fn(&(u32, u32)) -> u32| codes.iter().map(pick).collect::<Vec<u32>>();
            // The second time the size is so large that no table is made.
            let small = Cells::new(codes.len(), &[(column(|c| c.0), 5), (column(|c| c.1), 7)], |_| 1.0);
            let large = Cells::new(codes.len(), &[(column(|c| c.0), 5), (column(|c| c.1), 1 << 40)][..1], |_| 1.0);
            let mut sorted = large.of_person.clone();
            let count = refine(&mut sorted, large.len(), &column(|c| c.1), 1 << 40);
            prop_assert_eq!(&small.of_person, &sorted);
            prop_assert_eq!(small.len(), if codes.is_empty() { 0 } else { count });
        }
    }
}
