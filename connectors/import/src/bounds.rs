//! Keeps names and ids to what a database can index and a line can show, whatever a column holds.

const MOST_ID_BYTES: usize = 400;

/// An id as it is, or where it is longer than any honest id, a short one made from it: the same from the same.
pub(crate) fn id(text: &str) -> String {
    if text.len() <= MOST_ID_BYTES {
        return text.to_owned();
    }
    format!("long-{}", &blake3::hash(text.as_bytes()).to_hex()[..32])
}

/// One line of at most `most` characters: runs of blanks as one, nothing that controls a terminal or turns the
/// direction of what follows (Unicode's explicit formatting characters, UAX #9).
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')));
        if line.len() > most.saturating_mul(4) {
            break;
        }
    }
    match line.char_indices().nth(most) {
        Some((end, _)) => line[..end].to_owned(),
        None => line,
    }
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

    #[test]
    fn a_name_is_one_visible_line() {
        assert_eq!(one_line(" Ana\r\n\tLee\u{0} \u{202e}eeL\u{202c} ", 20), "Ana Lee eeL");
        assert_eq!(one_line("é日本語", 2), "é日");
        assert_eq!(one_line(&"word ".repeat(1 << 20), 9), "word word");
    }
}
