//! Words as somebody typed them.

/// The text without what no reader can see: control characters other than line ends and tabs.
pub fn readable(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = lines.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    kept.trim().to_owned()
}

/// A line of at most so many characters, without what no reader can see.
pub fn clipped(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_controls_are_left_out_and_line_ends_kept() {
        assert_eq!(readable(" a\r\nb\rc\0\u{7}\td \n"), "a\nb\nc\td");
        assert_eq!(readable("\0\u{8}\n"), "");
    }
}
