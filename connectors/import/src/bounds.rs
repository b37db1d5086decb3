//! Keeps ids to what a database can index, whatever a column holds.

const MOST_ID_BYTES: usize = 400;

/// An id as it is, or where it is longer than any honest id, a short one made from it: the same from the same.
pub(crate) fn id(text: &str) -> String {
    if text.len() <= MOST_ID_BYTES {
        return text.to_owned();
    }
    format!("long-{}", &blake3::hash(text.as_bytes()).to_hex()[..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_id_becomes_a_short_one_and_stays_itself() {
        let (long, longer) = ("x".repeat(401), "x".repeat(402));
        assert_eq!(id("7"), "7");
        assert_eq!(id(&long).len(), 37);
        assert_eq!(id(&long), id(&long));
        assert_ne!(id(&long), id(&longer));
    }
}
