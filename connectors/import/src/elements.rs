//! The elements of one list in a JSON file, or its lines: each an item.

use crate::{
    json::{self, End},
    plain::Plain,
    reader::{MOST_POST_BYTES, Next, Span, Steps, Trouble},
    window::Window,
};
use serde_json::Value;
use std::io;

/// Says of an element that holds nobody's words why it does not.
pub(crate) type Judge = fn(&Value) -> Option<&'static str>;

enum Source {
    List(Window),
    Lines(Plain),
}

pub(crate) struct Elements {
    source: Source,
    judge: Judge,
    /// Offsets are those of a packed file's content, so items carry their bytes.
    packed: Option<u64>,
    done: bool,
    kept: Vec<u8>,
}

const CUT_OFF: &str =
    "The file ends in the middle of this: it was cut off. Export it again; what came before it is safe.";
const NO_JSON: &str = "Here the file is damaged: something stands where a new entry of its list is expected.";

impl Elements {
    /// The list in which the window stands; `packed` says how much a packed file unpacks to.
    pub(crate) fn of_list(window: Window, judge: Judge, packed: Option<u64>) -> Self {
        Self { source: Source::List(window), judge, packed, done: false, kept: Vec::new() }
    }

    pub(crate) fn of_lines(lines: Plain, judge: Judge) -> Self {
        Self { source: Source::Lines(lines), judge, packed: None, done: false, kept: Vec::new() }
    }

    fn judged(&mut self, at: Span, end: End) -> Next {
        let content = |kept: &Vec<u8>| self.packed.map(|_| kept.clone());
        let too_large = || format!("This is larger than {} MB, which no post is.", MOST_POST_BYTES >> 20);
        Some(match end {
            End::TooLong => Err(Trouble::new(at, too_large()).with(self.packed.map(|_| Vec::new()))),
            End::CutOff => Err(Trouble::new(at, CUT_OFF).with(content(&self.kept))),
            End::Whole => match serde_json::from_slice(&self.kept).ok().and_then(|value| (self.judge)(&value)) {
                Some(reason) => Err(Trouble::passed_over(at, reason)),
                None => Ok(at.with(content(&self.kept))),
            },
        })
    }
}

impl Steps for Elements {
    fn here(&self) -> u64 {
        match &self.source {
            Source::List(window) => window.offset(0),
            Source::Lines(lines) => lines.here(),
        }
    }

    fn next_step(&mut self) -> io::Result<Next> {
        let window = match &mut self.source {
            Source::Lines(lines) => {
                let line = match lines.next_step()? {
                    Some(Ok(line)) => line,
                    other => return Ok(other),
                };
                let at = Span { offset: line.offset, length: line.length, next_offset: line.next_offset };
                if at.length > MOST_POST_BYTES {
                    return Ok(self.judged(at, End::TooLong));
                }
                self.kept = lines.window.bytes(at.offset, at.length)?;
                return Ok(self.judged(at, End::Whole));
            }
            Source::List(window) if !self.done => window,
            Source::List(_) => return Ok(None),
        };
        json::take(window, b',')?;
        let next = json::peek(window)?;
        let offset = window.offset(0);
        let span = |length: u64, window: &Window| Span { offset, length, next_offset: window.offset(0) };
        match next {
            Some(b']') => {
                self.done = true;
                return Ok(None);
            }
            None => {
                self.done = true;
                // One further than there is: what was told once is not told again by who goes on from there.
                let at = Span { offset, length: 0, next_offset: offset + 1 };
                return Ok(Some(Err(Trouble::new(at, CUT_OFF).with(self.packed.map(|_| Vec::new())))));
            }
            Some(_) => {}
        }
        let (length, end) = json::value(window, &mut self.kept, MOST_POST_BYTES)?;
        if length == 0 {
            // A bracket too much: whatever follows is looked at again.
            window.forget(1);
            let trouble = Trouble::new(span(1, window), NO_JSON);
            return Ok(Some(Err(trouble.with(self.packed.map(|_| Vec::new())))));
        }
        let at = span(length, window);
        Ok(self.judged(at, end))
    }

    fn bytes(&mut self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        match &mut self.source {
            Source::List(window) => window.bytes(offset, length),
            Source::Lines(lines) => lines.bytes(offset, length),
        }
    }

    fn size(&self) -> Option<u64> {
        self.packed
    }
}
