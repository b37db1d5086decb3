//! Words of others where one line of them is shown: names, subjects, reasons.

/// One line of at most `most` characters, runs of blanks as one, nothing invisible that misleads.
pub fn one_line(text: &str, most: usize) -> String {
    let mut line = String::with_capacity(text.len().min(most.saturating_mul(4)));
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|c| !turns_direction(*c)));
        // A whole book may stand where a name belongs.
        if line.len() > most.saturating_mul(4) {
            break;
        }
    }
    match line.char_indices().nth(most) {
        Some((end, _)) => line[..end].trim_end().to_owned(),
        None => line.trim_end().to_owned(),
    }
}

/// Characters that embed, override or isolate a direction of text.
pub fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_short_and_holds_nothing_that_turns_it_around() {
        assert_eq!(one_line(" a\n\tb\u{202e}c\u{0}  d ", 100), "a bc d");
        assert_eq!(one_line(&"\u{65e5}".repeat(1_000_000), 3), "\u{65e5}".repeat(3));
    }
}
