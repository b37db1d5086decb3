//! Which properties of a message a query asks about.

use super::Node;

/// What of a message decides whether a query matches it. Where something else changed, the answer stands.
///
/// ```
/// use tertulia_analysis::query::{Uses, parse};
/// let uses = parse("coffee -lang:de (reach>10k OR from:amina)").unwrap().uses();
/// assert_eq!(uses, Uses { words: true, language: true, reach: true, author: true, ..Uses::default() });
/// assert!(uses.meets(Uses { language: true, ..Uses::default() }));
/// assert!(!uses.meets(Uses { thread: true, ..Uses::default() }));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Uses {
    /// Words of subject and body.
    pub words: bool,
    pub channel: bool,
    pub language: bool,
    pub author: bool,
    pub thread: bool,
    /// When it was written.
    pub time: bool,
    pub reach: bool,
    /// What it holds: links and questions stand in the texts, images and attachments beside them.
    pub has: bool,
}

impl Uses {
    /// Whether both name something in common: those that use what `changed` must be asked again.
    #[must_use]
    pub fn meets(self, changed: Self) -> bool {
        self.list().into_iter().zip(changed.list()).any(|(one, other)| one && other)
    }

    fn list(self) -> [bool; 8] {
        let Self { words, channel, language, author, thread, time, reach, has } = self;
        [words, channel, language, author, thread, time, reach, has]
    }

    pub(super) fn add(&mut self, node: &Node) {
        match node {
            Node::All(children) | Node::Any(children) => children.iter().for_each(|child| self.add(child)),
            Node::Not(child) => self.add(child),
            Node::Phrase(_) | Node::Near(..) => self.words = true,
            Node::Channel(_) => self.channel = true,
            Node::Language(_) => self.language = true,
            Node::From(_) => self.author = true,
            Node::Has(_) => self.has = true,
            Node::In(_) => self.thread = true,
            Node::Reach(..) => self.reach = true,
            Node::Since(_) | Node::Until(_) => self.time = true,
        }
    }
}
