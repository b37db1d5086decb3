//! Moves over JSON of any size, value by value: what is inside is understood elsewhere.

use crate::window::Window;
use serde_json::{Map, Value};
use std::io;

/// How the way over a value ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Whole,
    /// The file ended in the middle of it.
    CutOff,
    /// Larger than what was asked for; it is passed all the same, if it ends.
    TooLong,
}

/// A key is never longer; what is, is no key that is looked for.
const LONGEST_KEY: u64 = 1024;
/// Of what a file says of itself, such values are kept.
const LONGEST_FACT: u64 = 4096;

/// The next byte that is no white space, at which the window then stands; `None` at the end.
pub(crate) fn peek(window: &mut Window) -> io::Result<Option<u8>> {
    loop {
        let view = window.view();
        match view.iter().position(|byte| !byte.is_ascii_whitespace()) {
            Some(at) => {
                let byte = view[at];
                window.forget(at);
                return Ok(Some(byte));
            }
            None => window.forget(view.len()),
        }
        if !window.more()? {
            return Ok(None);
        }
    }
}

/// Moves over the byte at which the window stands, if it is `byte`.
pub(crate) fn take(window: &mut Window, byte: u8) -> io::Result<bool> {
    let is = peek(window)? == Some(byte);
    if is {
        window.forget(1);
    }
    Ok(is)
}

/// How far into a value the way has come. Kinds of brackets are not told apart: whoever parses the value does that.
#[derive(Default)]
struct Walk {
    depth: u64,
    in_string: bool,
    escaped: bool,
    began: bool,
}

impl Walk {
    /// How many bytes of `view` belong to the value, where it ends in them.
    fn feed(&mut self, view: &[u8]) -> Option<usize> {
        for (at, byte) in view.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' | b'{' | b'[' if self.began && self.depth == 0 => return Some(at),
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth <= 1 => return Some(at + usize::from(self.depth == 1)),
                b'}' | b']' => self.depth -= 1,
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return Some(at),
                _ => {}
            }
            self.began = true;
        }
        None
    }

    /// A number or a word ends where the file does.
    fn may_end(&self) -> bool {
        self.depth == 0 && !self.in_string && self.began
    }
}

/// Moves over one value and keeps up to `most` bytes of it in `kept`. Gives its length, which is 0 where no value begins.
pub(crate) fn value(window: &mut Window, kept: &mut Vec<u8>, most: u64) -> io::Result<(u64, End)> {
    kept.clear();
    let mut walk = Walk::default();
    let mut length = 0u64;
    loop {
        let view = window.view();
        let end = walk.feed(view);
        let passed = end.unwrap_or(view.len());
        let room = usize::try_from(most.saturating_sub(length)).unwrap_or(usize::MAX);
        kept.extend_from_slice(&view[..passed.min(room)]);
        length += passed as u64;
        window.forget(passed);
        let over = if length > most { End::TooLong } else { End::Whole };
        if end.is_some() {
            return Ok((length, over));
        }
        if !window.more()? {
            return Ok((length, if walk.may_end() { over } else { End::CutOff }));
        }
    }
}

/// Goes to the elements of the list at `path` ("post_stream", "posts"), behind its bracket. The window stands at the
/// value that the path begins in.
pub(crate) fn enter(window: &mut Window, path: &[&str]) -> io::Result<bool> {
    let Some((wanted, rest)) = path.split_first() else { return take(window, b'[') };
    if !take(window, b'{')? {
        return Ok(false);
    }
    let mut kept = Vec::new();
    while let Some(key) = key(window, &mut kept)? {
        if key == *wanted && matches!(peek(window)?, Some(b'[' | b'{')) && enter(window, rest)? {
            return Ok(true);
        }
        value(window, &mut kept, 0)?;
    }
    Ok(false)
}

/// The next key of an object; the window then stands at its value.
fn key(window: &mut Window, kept: &mut Vec<u8>) -> io::Result<Option<String>> {
    take(window, b',')?;
    if peek(window)? != Some(b'"') {
        return Ok(None);
    }
    value(window, kept, LONGEST_KEY)?;
    if !take(window, b':')? {
        return Ok(None);
    }
    peek(window)?;
    Ok(Some(serde_json::from_slice(kept).unwrap_or_default()))
}

/// The short values at the top of an object, by the names that are asked for.
pub(crate) fn facts(window: &mut Window, wanted: &[&str]) -> io::Result<Map<String, Value>> {
    let mut found = Map::new();
    if !take(window, b'{')? {
        return Ok(found);
    }
    let mut kept = Vec::new();
    while let Some(key) = key(window, &mut kept)? {
        let (length, end) = value(window, &mut kept, LONGEST_FACT)?;
        if length == 0 {
            break;
        }
        if end == End::Whole
            && wanted.contains(&key.as_str())
            && let Ok(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) = serde_json::from_slice(&kept)
        {
            found.insert(key, value);
        }
    }
    Ok(found)
}

/// The text at `key`, if it holds any.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A value or a list of them, as programs write either for "some".
pub(crate) fn each(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let (one, many) = match value {
        Some(Value::Array(list)) => (None, list.as_slice()),
        other => (other.filter(|value| !value.is_null()), &[][..]),
    };
    one.into_iter().chain(many)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Encoding;
    use std::io::Cursor;

    fn window(text: &str) -> Window {
        Window::new(Box::new(Cursor::new(text.as_bytes().to_vec())), Encoding::Utf8, 0).unwrap()
    }

    fn first(text: &str, most: u64) -> (String, u64, End) {
        let mut kept = Vec::new();
        let (length, end) = value(&mut window(text), &mut kept, most).unwrap();
        (String::from_utf8(kept).unwrap(), length, end)
    }

    #[test]
    fn a_value_ends_where_it_ends_whatever_stands_in_it() {
        let whole = |text: &str| (text.to_owned(), text.len() as u64, End::Whole);
        for value in [r#"{"a":"}\"]","b":[1,{"c":null}]}"#, r#""x,\\""#, "[]", "-12.5e3", "true"] {
            assert_eq!(first(&format!("{value},{{}}"), 999), whole(value));
            assert_eq!(first(value, 999), whole(value));
        }
        assert_eq!(first(r#"{"a":1"#, 999).2, End::CutOff);
        assert_eq!(first(r#"{"a":12345}]"#, 4), (r#"{"a""#.to_owned(), 11, End::TooLong));
        for none in ["]", "}", ",", ""] {
            assert_eq!(first(none, 9).1, 0, "{none}");
        }
        assert_eq!(first("12{", 9), ("12".to_owned(), 2, End::Whole));
    }

    #[test]
    fn a_list_is_found_by_its_path_behind_whatever_comes_before_it() {
        let mut here = window(r#"{ "a": {"posts": 3}, "stream" : {"ids":[1], "posts": [ {"x":1} ]}}"#);
        assert!(enter(&mut here, &["stream", "posts"]).unwrap());
        assert_eq!(peek(&mut here).unwrap(), Some(b'{'));
        assert!(!enter(&mut window(r#"{"a":{"posts":3}}"#), &["stream", "posts"]).unwrap());
        assert!(!enter(&mut window("[1]"), &["stream"]).unwrap());
        assert!(enter(&mut window(" [1]"), &[]).unwrap());
    }

    #[test]
    fn the_facts_of_an_object_are_its_short_values() {
        let found =
            facts(&mut window(r#"{"list":[{"title":"no"}],"title":"Yes","id":7,"more":{}}"#), &["title", "id", "more"]);
        assert_eq!(Value::Object(found.unwrap()), serde_json::json!({"title": "Yes", "id": 7}));
    }
}
