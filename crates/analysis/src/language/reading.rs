//! What of a text is read, letter by letter: no links, addresses, names of accounts and numbers.

use super::letters::{Group, letter};
use crate::tokens::floor_boundary;

/// How much of a text is looked at: enough for any language, and the same cost for a book as for a page.
pub(super) const MOST_BYTES: usize = 1_200;

/// Whatever is told of a text's letters.
pub trait Listen {
    /// A letter of a script with several languages.
    fn letter(&mut self, group: Group, code: u64);
    /// The word whose letters were told is over.
    fn end(&mut self, group: Group);
    /// A character beyond ASCII that belongs to no such script.
    fn other(&mut self, c: char);
    /// A line or a sentence may end here.
    fn pause(&mut self);
}

/// Whether a word between blanks is said in some language. "http" and "RT" are what is left of links and retweets.
fn is_prose(word: &[u8]) -> bool {
    !(word.contains(&b'@')
        || matches!(word, [b'>' | b'&', ..] | b"RT" | b"rt")
        || word.starts_with(b"http")
        || word.starts_with(b"www.")
        || word.windows(3).any(|part| part == b"://"))
}

/// Tells the letters of a text's beginning. A letter that is repeated again and again is told twice.
pub fn read(text: &str, listener: &mut impl Listen) {
    // A text of links alone must not be read to its end either.
    let start = &text[..floor_boundary(text, MOST_BYTES * 4)];
    let mut room = MOST_BYTES;
    for word in start.split_ascii_whitespace() {
        if room == 0 {
            break;
        }
        if is_prose(word.as_bytes()) {
            let part = &word[..floor_boundary(word, room)];
            room = if part.len() < word.len() { 0 } else { room - part.len() };
            read_word(part, listener);
            if word.ends_with(['.', '!', '?', '…', ':', '/', '|', ')']) {
                listener.pause();
            }
        }
    }
}

fn read_word(word: &str, listener: &mut impl Listen) {
    let mut group = None;
    let (mut last, mut last_but_one) = (0, 0);
    for c in word.chars() {
        let Some((own, code)) = letter(c) else {
            if let Some(ended) = group.take() {
                listener.end(ended);
            }
            if !c.is_ascii() {
                listener.other(c);
            }
            continue;
        };
        if group != Some(own) {
            if let Some(ended) = group.replace(own) {
                listener.end(ended);
            }
            (last, last_but_one) = (0, 0);
        }
        if code != last || code != last_but_one {
            listener.letter(own, code);
        }
        (last_but_one, last) = (last, code);
    }
    if let Some(ended) = group {
        listener.end(ended);
    }
}

/// The words of one script, each by its letters' codes, as the model sees them.
pub fn words(text: &str, of: Group) -> Vec<Vec<u64>> {
    struct Words {
        of: Group,
        done: Vec<Vec<u64>>,
        current: Vec<u64>,
    }
    impl Listen for Words {
        fn letter(&mut self, _: Group, code: u64) {
            self.current.push(code);
        }
        fn end(&mut self, group: Group) {
            let word = std::mem::take(&mut self.current);
            if group == self.of {
                self.done.push(word);
            }
        }
        fn other(&mut self, _: char) {}
        fn pause(&mut self) {}
    }
    let mut words = Words { of, done: Vec::new(), current: Vec::new() };
    read(text, &mut words);
    words.done
}
