//! HTML to plain text: for reading, searching and quoting, not for showing.

/// The text of a piece of HTML, with a line for each block, and `> ` before what is quoted, so that quotes can be told
/// from answers.
pub fn html_to_text(html: &str) -> String {
    let mut text = Text::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.words(&rest[..at]);
        rest = &rest[at..];
        rest = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.find("-->").map_or("", |end| &comment[end + 3..])
        } else if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            text.words("<");
            &rest[1..]
        } else {
            tag(rest, &mut text)
        };
    }
    text.words(rest);
    text.finish()
}

/// Takes one tag off the front; for those whose content is no text, the content too.
fn tag<'a>(rest: &'a str, text: &mut Text) -> &'a str {
    let end = end_of_tag(rest);
    let inside = rest[1..end].trim_end_matches('>');
    let closing = inside.starts_with('/');
    let name = inside.trim_start_matches('/');
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
    let name = name.to_ascii_lowercase();
    let rest = &rest[end..];
    match name.as_str() {
        "script" | "style" | "title" if !closing && !inside.ends_with('/') => {
            return after_closing(rest, &name).unwrap_or_default();
        }
        "template" | "noscript" | "svg" if !closing && !inside.ends_with('/') => return text.pass_over(rest, name),
        "br" => text.line_end(),
        "hr" | "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "pre" | "table" => text.block(2),
        "div" | "tr" | "dt" | "dd" | "section" | "article" | "header" | "footer" | "address" | "center" => {
            text.block(1)
        }
        "li" => {
            text.block(1);
            if !closing {
                text.words("- ");
            }
        }
        "td" | "th" if closing => text.words(" "),
        "blockquote" => {
            text.block(1);
            text.quoted = if closing { text.quoted.saturating_sub(1) } else { (text.quoted + 1).min(20) };
        }
        _ => {}
    }
    rest
}

/// How far a tag's end is looked for with care for its quotes: without a bound, tags that never end would each be read to
/// the end of the mail.
const LONGEST_TAG: usize = 2_048;

/// Where a tag ends; a `>` inside a quoted attribute is not its end.
fn end_of_tag(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().take(LONGEST_TAG).enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') if at > 0 && rest.as_bytes()[at - 1] == b'=' => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    // A quote that is never closed swallows no more than its own line.
    rest.find('>').map_or(rest.len(), |at| at + 1)
}

fn after_closing<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(at) = rest[from..].find("</") {
        let start = from + at + 2;
        if rest.as_bytes()[start..].get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes())) {
            return Some(rest[start..].find('>').map_or("", |end| &rest[start + end + 1..]));
        }
        from = start;
    }
    None
}

#[derive(Default)]
struct Text {
    out: String,
    /// The quoting depth that the next line starts with.
    quoted: usize,
    /// Line ends owed before the next word.
    owed: usize,
    space: bool,
    /// Elements that are known not to be closed any more, so that nobody looks for their ends again and again.
    unclosed: Vec<String>,
}

impl Text {
    /// Leaves an element out. One that is never closed takes no words with it: a reader of mails shows them, too.
    fn pass_over<'a>(&mut self, rest: &'a str, name: String) -> &'a str {
        if self.unclosed.contains(&name) {
            return rest;
        }
        after_closing(rest, &name).unwrap_or_else(|| {
            self.unclosed.push(name);
            rest
        })
    }

    fn words(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        let decoded = if piece.contains('&') { html_escape::decode_html_entities(piece) } else { piece.into() };
        for word in decoded.split_inclusive(is_blank) {
            let bare = word.trim_end_matches(is_blank);
            if bare.is_empty() {
                self.space = true;
                continue;
            }
            self.start_line_or_word();
            self.out.push_str(bare);
            self.space = bare.len() < word.len();
        }
    }

    fn start_line_or_word(&mut self) {
        let fresh = self.out.is_empty();
        if fresh || self.owed > 0 {
            let prefix = if self.quoted == 0 { String::new() } else { format!("{} ", ">".repeat(self.quoted)) };
            for line in 0..(if fresh { 1 } else { self.owed }) {
                if !fresh {
                    self.out.push('\n');
                }
                if self.quoted > 0 && (fresh || line + 1 == self.owed) {
                    self.out.push_str(&prefix);
                }
            }
            self.owed = 0;
        } else if self.space {
            self.out.push(' ');
        }
        self.space = false;
    }

    fn line_end(&mut self) {
        self.owed = (self.owed + 1).min(2);
        self.space = false;
    }

    /// A block stands on lines of its own, the larger ones with an empty line before.
    fn block(&mut self, lines: usize) {
        self.owed = self.owed.max(lines);
        self.space = false;
    }

    fn finish(mut self) -> String {
        self.out.retain(|c| !matches!(c, '\0' | '\u{200b}' | '\u{feff}'));
        self.out
    }
}

/// Blanks that HTML folds; a no-break space is read as one of them.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{a0}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_lines_and_quotes_are_marked() {
        let html = "<html><head><title>No</title><style>p > a {x:1}</style></head><body><p>Hello&nbsp;Kim &amp; all,</p>\
            <div>one<br>two</div><ul><li>a</li><li>b</li></ul><blockquote><p>You wrote <b>this</b></p></blockquote>bye</body>";
        assert_eq!(html_to_text(html), "Hello Kim & all,\n\none\ntwo\n\n- a\n- b\n\n> You wrote this\n\nbye");
    }

    #[test]
    fn tags_that_never_end_take_no_more_time_than_others() {
        let started = std::time::Instant::now();
        let hostile = r#"<b ="> ="#.repeat(100_000);
        assert!(html_to_text(&hostile).len() <= hostile.len());
        assert!(started.elapsed().as_secs() < 30, "read again and again to its end");
    }

    #[test]
    fn broken_html_loses_no_words_and_never_panics() {
        assert_eq!(html_to_text("1 < 2 and <b>bold"), "1 < 2 and bold");
        assert_eq!(html_to_text("a<!-- never closed b"), "a");
        assert_eq!(html_to_text("x<a title=\"5 > 3\" href='#'>y</a>"), "xy");
        assert_eq!(html_to_text("a<script>if (1<2) {}</SCRIPT >b"), "ab");
        assert_eq!(html_to_text("a<svg><text>x</text></svg>b<svg/onload=x()>c<svg>d"), "abcd");
        assert_eq!(html_to_text("<"), "<");
        assert_eq!(html_to_text("<p"), "");
        assert_eq!(html_to_text("\u{65e5}<\u{672c}>\u{8a9e}"), "\u{65e5}<\u{672c}>\u{8a9e}");
    }
}
