//! A status's HTML to plain text. It is written by the author's server, which may be anybody's.

use html5ever::{
    Attribute,
    tendril::StrTendril,
    tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};
use std::cell::RefCell;

/// The text of a status: a line for each break, links with the whole address they lead to, mentions and hashtags as
/// they are shown. Mastodon hides parts of an address in spans; all parts together are read.
pub fn plain(html: &str) -> String {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

#[derive(Default)]
struct Sink(RefCell<Text>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut text = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(words) => text.words(&words),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => text.open(&tag),
            Token::TagToken(tag) => text.close(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct Text {
    out: String,
    /// Line ends owed before the next word.
    owed: usize,
    space: bool,
    quoted: usize,
    /// The element whose content is no text, while inside it.
    skipping: Option<String>,
    preformatted: usize,
    link: Option<Link>,
}

struct Link {
    target: String,
    /// Where its words begin in `out`.
    start: usize,
}

impl Text {
    fn open(&mut self, tag: &Tag) {
        if self.skipping.is_some() {
            return;
        }
        match &*tag.name {
            name @ ("script" | "style" | "template" | "title" | "textarea" | "iframe" | "noscript")
                if !tag.self_closing =>
            {
                self.skipping = Some(name.to_owned());
            }
            "br" => self.line_end(),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" => self.block(2),
            "pre" => {
                self.block(2);
                self.preformatted += 1;
            }
            "div" | "tr" => self.block(1),
            "li" => {
                self.block(1);
                self.words("- ");
            }
            "blockquote" => {
                self.block(2);
                self.quoted = (self.quoted + 1).min(10);
            }
            "img" => {
                let alt = attribute(&tag.attrs, "alt").unwrap_or_default();
                self.words(&alt);
            }
            "a" => {
                self.end_link();
                let shown_as_it_is = attribute(&tag.attrs, "class")
                    .is_some_and(|class| class.split_whitespace().any(|c| matches!(c, "mention" | "hashtag")));
                let target = attribute(&tag.attrs, "href").filter(|_| !shown_as_it_is).unwrap_or_default();
                self.link = is_web(&target).then_some(Link { target, start: self.out.len() });
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(skipping) = &self.skipping {
            if skipping == name {
                self.skipping = None;
            }
            return;
        }
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" => self.block(2),
            "pre" => {
                self.preformatted = self.preformatted.saturating_sub(1);
                self.block(2);
            }
            "div" | "tr" | "li" => self.block(1),
            "blockquote" => {
                self.block(2);
                self.quoted = self.quoted.saturating_sub(1);
            }
            "a" => self.end_link(),
            _ => {}
        }
    }

    /// What a link shows may lie about where it leads: an address that the words do not say stands behind them.
    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let shown = self.out.get(link.start..).unwrap_or_default().trim();
        if bare(shown) != bare(&link.target) {
            let lonely = shown.is_empty();
            self.space = !lonely;
            self.words(&if lonely { link.target } else { format!("({})", link.target) });
        }
    }

    fn words(&mut self, piece: &str) {
        if self.skipping.is_some() {
            return;
        }
        if self.preformatted > 0 {
            for (n, line) in piece.split('\n').enumerate() {
                if n > 0 {
                    self.line_end();
                }
                if !line.is_empty() {
                    self.start();
                    self.out.push_str(line);
                }
            }
            return;
        }
        for word in piece.split_inclusive(is_blank) {
            let shown = word.trim_end_matches(is_blank);
            if !shown.is_empty() {
                self.start();
                self.out.push_str(shown);
                self.space = false;
            }
            self.space |= shown.len() < word.len();
        }
    }

    fn start(&mut self) {
        let fresh = self.out.is_empty();
        if !fresh && self.owed == 0 {
            if self.space {
                self.out.push(' ');
            }
            self.space = false;
            return;
        }
        if !fresh {
            (0..self.owed).for_each(|_| self.out.push('\n'));
        }
        if self.quoted > 0 {
            (0..self.quoted).for_each(|_| self.out.push('>'));
            self.out.push(' ');
        }
        self.owed = 0;
        self.space = false;
    }

    fn line_end(&mut self) {
        self.owed = (self.owed + 1).min(2);
        self.space = false;
    }

    fn block(&mut self, lines: usize) {
        self.owed = self.owed.max(lines);
        self.space = false;
    }

    fn finish(mut self) -> String {
        self.end_link();
        self.out.retain(|c| c != '\0');
        self.out
    }
}

fn attribute(attributes: &[Attribute], name: &str) -> Option<String> {
    attributes.iter().find(|a| &*a.name.local == name).map(|a| a.value.trim().to_owned())
}

pub fn is_web(address: &str) -> bool {
    let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

/// An address without what is often not shown of it.
fn bare(address: &str) -> &str {
    let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    address.strip_prefix("www.").unwrap_or(address).trim_end_matches('/')
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paragraphs_breaks_and_hidden_parts_of_a_link_read_as_they_are_meant() {
        let html = r#"<p>Hello <span class="h-card"><a href="https://m.example/@kim" class="u-url mention">@<span>kim</span></a></span>,<br>look: <a href="https://roastery.example/menu/very-long-page?x=1" rel="nofollow"><span class="invisible">https://</span><span class="ellipsis">roastery.example/menu/very-lon</span><span class="invisible">g-page?x=1</span></a></p><p>Good <a href="https://m.example/tags/coffee" class="mention hashtag" rel="tag">#<span>coffee</span></a> &amp; cake :blobcat:</p>"#;
        assert_eq!(
            plain(html),
            "Hello @kim,\nlook: https://roastery.example/menu/very-long-page?x=1\n\nGood #coffee & cake :blobcat:"
        );
    }

    #[test]
    fn a_link_that_lies_shows_where_it_leads() {
        assert_eq!(
            plain(r#"<p>Sign in at <a href="https://evil.example/x">https://bank.example</a> now</p>"#),
            "Sign in at https://bank.example (https://evil.example/x) now"
        );
        assert_eq!(plain(r#"<a href="javascript:alert(1)">click</a>"#), "click");
        assert_eq!(plain(r#"<a href="https://a.example/"></a>"#), "https://a.example/");
        assert_eq!(plain(r#"<a href="https://a.example/">a.example</a>"#), "a.example");
    }

    #[test]
    fn scripts_are_no_words_and_lists_quotes_and_code_keep_their_form() {
        assert_eq!(plain("<script>alert(1)</script>a<style>b</style>c"), "ac");
        assert_eq!(
            plain(
                "<p>x</p><ul><li>one</li><li>two</li></ul><blockquote><p>said</p></blockquote><pre><code>a  b\nc</code></pre>y"
            ),
            "x\n\n- one\n- two\n\n> said\n\na  b\nc\n\ny"
        );
        assert_eq!(plain("1 &lt; 2<p"), "1 < 2");
    }

    proptest! {
        #[test]
        fn no_html_makes_the_reader_panic_or_grow_without_bound(html in "(<[a-z/ =\"':]{0,12}>?|&[a-z#0-9]{0,6};?|[\\PC\u{202e}\u{301}]{0,8}){0,40}") {
            let text = plain(&html);
            prop_assert!(text.len() <= html.len() * 12 + 16, "{} of {}", text.len(), html.len());
        }
    }
}
