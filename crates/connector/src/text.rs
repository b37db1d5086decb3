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

/// A text of at most so many characters, and what to remark where that is not all of it.
pub fn cut(mut text: String, most: usize) -> (String, Option<String>) {
    let Some((end, _)) = text.char_indices().nth(most) else { return (text, None) };
    text.truncate(end);
    (text, Some(format!("It is longer than {most} characters; the rest was left out.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_controls_are_left_out_and_line_ends_kept() {
        assert_eq!(readable(" a\r\nb\rc\0\u{7}\td \n"), "a\nb\nc\td");
        assert_eq!(readable("\0\u{8}\n"), "");
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters_and_says_so() {
        assert_eq!(cut("éa".to_owned(), 2), ("éa".to_owned(), None));
        let (text, remark) = cut("éab".to_owned(), 1);
        assert_eq!((text.as_str(), remark.unwrap().contains("longer than 1 ")), ("é", true));
    }
}
