//! How many slips of the finger lie between two words.

/// Letters, digits, and one place for anything else.
const ALPHABET: usize = 37;

/// The longest word that is compared; one machine word holds a row of the matrix.
pub(super) const MOST_LETTERS: usize = 64;

/// Letters as small numbers: 0–25 letters, 26–35 digits, 36 the rest.
#[inline]
pub(super) fn code(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'0'..=b'9' => byte - b'0' + 26,
        _ => 36,
    }
}

/// The number of insertions, deletions, substitutions and swaps of neighbours that lead from one word to the other
/// (optimal string alignment; the restricted Damerau–Levenshtein distance), over [`code`]s, at most [`MOST_LETTERS`] each.
///
/// A whole column of the matrix is computed at once (Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and
/// Damerau edit distances"): names are short, and millions of pairs are asked for.
pub(super) fn distance(a: &[u8], b: &[u8]) -> u32 {
    let (a, b) = (&a[..a.len().min(MOST_LETTERS)], &b[..b.len().min(MOST_LETTERS)]);
    if a.is_empty() || b.is_empty() {
        return a.len().max(b.len()) as u32;
    }
    let mut places = [0u64; ALPHABET];
    for (at, code) in a.iter().enumerate() {
        places[usize::from(*code).min(ALPHABET - 1)] |= 1 << at;
    }
    let last = 1u64 << (a.len() - 1);
    let (mut rises, mut falls) = (u64::MAX, 0u64);
    let (mut diagonal, mut before) = (0u64, 0u64);
    let mut distance = a.len() as u32;
    for code in b {
        let here = places[usize::from(*code).min(ALPHABET - 1)];
        let swapped = ((!diagonal & here) << 1) & before;
        diagonal = ((here & rises).wrapping_add(rises) ^ rises) | here | falls | swapped;
        let mut up = falls | !(diagonal | rises);
        let mut down = diagonal & rises;
        distance += u32::from(up & last != 0);
        distance -= u32::from(down & last != 0);
        up = (up << 1) | 1;
        down <<= 1;
        rises = down | !(diagonal | up);
        falls = up & diagonal;
        before = here;
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn between(a: &str, b: &str) -> u32 {
        let codes = |text: &str| text.bytes().map(code).collect::<Vec<u8>>();
        distance(&codes(a), &codes(b))
    }

    #[test]
    fn slips_are_counted() {
        assert_eq!(between("smith", "smith"), 0);
        assert_eq!(between("smith", "smiht"), 1);
        assert_eq!(between("smith", "smyth"), 1);
        assert_eq!(between("smith", "smithe"), 1);
        assert_eq!(between("", "smith"), 5);
        assert_eq!(between("kitten", "sitting"), 3);
    }

    proptest! {
        #[test]
        fn the_distance_is_the_one_of_the_matrix(a in "[abc]{0,70}", b in "[abc]{0,70}") {
            let cut = |text: &str| text[..text.len().min(MOST_LETTERS)].to_owned();
            prop_assert_eq!(between(&a, &b) as usize, strsim::osa_distance(&cut(&a), &cut(&b)));
        }
    }
}
