//! Patterns for `LIKE … ESCAPE '!'`.

/// SQLite refuses patterns over 50,000 bytes; nobody looks for so many letters.
pub const LONGEST: usize = 200;

/// A pattern that finds these letters anywhere, whatever they are.
pub fn anywhere(letters: impl Iterator<Item = char>) -> String {
    let escaped = letters.flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c]));
    format!("%{}%", escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_pattern_means_itself() {
        assert_eq!(anywhere("50 %_!".chars()), "%50 !%!_!!%");
        assert_eq!(anywhere("".chars()), "%%");
    }
}
