//! The language of searches and monitors.
//!
//! | write | finds |
//! |---|---|
//! | `coffee beans` | both words, anywhere |
//! | `"coffee beans"` | the words side by side |
//! | `coffee OR tea`, `coffee NOT decaf`, `coffee -decaf`, `(a OR b) c` | as it reads; AND binds closer than OR |
//! | `coffee NEAR/5 cold` | at most five words between them, in either order; `NEAR` alone means ten |
//! | `roast*` | words that begin so |
//! | `#tag`, `@name` | the tag or name with its sign |
//! | `channel:email lang:es from:"Amina"` | by channel, language, author (a word of the name, or the handle) |
//! | `has:link` `image` `question` `attachment` | what the message holds |
//! | `in:123` | the thread of that number |
//! | `reach>10k` `reach>=500` `reach<2m` `reach<=250` | how many people the channel says it could reach; where it says nothing, no comparison holds, and so `NOT reach>10k` finds it |
//! | `since:2026-01-31 until:2026-02-01` | from the first day's begin to the last day's end, by UTC: a line means the same to everybody |
//!
//! Case and accents never matter. A word in a script without spaces is found as a phrase of its overlapping pairs, so
//! wherever it stands within a longer run; a single such character is found wherever it stands.

mod date;
mod error;
mod lexer;
pub(crate) mod matching;
mod naming;
mod narrow;
mod parser;
pub(crate) mod phrase;
mod print;
mod reach;
mod uses;

pub use error::QueryError;
pub use naming::{asks_for_channel, channel_key, channel_named, with_channel_named};
pub use narrow::{Bounds, Narrow};
pub use uses::Uses;

use phrase::{Needles, Phrase};
use reach::Bound;
use tertulia_model::Extent;

/// The most characters a query may have.
pub const MOST_CHARS: usize = 4_000;
/// How deep parentheses may be nested.
pub const MOST_DEPTH: usize = 50;

/// A parsed query. It prints as text that parses to the same query.
///
/// ```
/// let query = tertulia_analysis::query::parse("(espresso OR \"flat white\") -decaf lang:en").unwrap();
/// assert_eq!(query.to_string(), "(espresso OR \"flat white\") -decaf lang:en");
/// ```
#[derive(Debug, Clone)]
pub struct Query {
    pub(crate) root: Option<Node>,
    /// What all phrases of the query look for in the texts.
    pub(crate) words: Needles,
    /// And in the author's names.
    pub(crate) author: Needles,
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Phrase(Phrase),
    /// Both phrases, at most so many words apart.
    Near(Box<[Phrase; 2]>, u32),
    Channel(Value),
    Language(String),
    From(Phrase),
    Has(Has),
    In(i64),
    Reach(Bound, i64),
    Since(Day),
    Until(Day),
}

/// A day of UTC, and the moment that bounds it: where it begins for `since:`, where it ends for `until:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    /// Days since 1970-01-01.
    number: i64,
    edge: i64,
}

/// A field's value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    text: Box<str>,
    quoted: bool,
    /// For comparing.
    pub(crate) folded: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Has {
    Link,
    Image,
    Question,
    Attachment,
}

/// What a query is asked about: one message as the matcher needs it.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The subject and the body, or the body alone.
    pub texts: &'a [&'a str],
    /// The names that `channel:` may use: the connector's and the channel's own.
    pub channel: &'a [&'a str],
    /// ISO 639-1, or "und".
    pub language: &'a str,
    /// The display name and the handle.
    pub author: &'a [&'a str],
    pub has_attachment: bool,
    pub has_image: bool,
    pub thread: i64,
    /// How many people the channel says it could reach (who follow its author), if it says so.
    pub reach: Option<i64>,
    /// Milliseconds UTC.
    pub at: i64,
}

/// Reads a query. A text without any word or field is the empty query, which matches everything.
///
/// ```
/// use tertulia_analysis::query::parse;
/// let error = parse("coffee \"flat white").unwrap_err();
/// assert_eq!(error.at, 7..18);
/// assert_eq!(error.message, "The quotation mark is never closed.");
/// ```
///
/// # Errors
/// Says in plain words what cannot be read, where, and how to mend it.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    let parsed = parser::parse(text)?;
    let (words, author) = (Needles::of(parsed.words), Needles::of(parsed.author));
    let query = Query { root: parsed.root, words, author };
    // A query is kept as it prints, so what it prints must be readable again.
    if query.to_string().chars().count() > MOST_CHARS {
        return Err(QueryError::too_long(text));
    }
    Ok(query)
}

impl Query {
    /// Whether it asks for nothing, and so matches everything.
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// Whether the document is what the query asks for. This decides; an index only narrows.
    ///
    /// ```
    /// use tertulia_analysis::query::{Document, parse};
    /// let texts = ["Order 17", "My coffee came cold. Café closed?"];
    /// let document = Document {
    ///     texts: &texts, channel: &["email", "Shop"], language: "en", author: &["Amina Öz", "amina@example.org"],
    ///     has_attachment: false, has_image: false, thread: 7, reach: Some(250), at: 1_769_900_000_000,
    /// };
    /// for found in ["cafe", "coffee NEAR/1 cold", "from:amina since:2026-01-31", "order -tea has:question", "cof* in:7", "reach<1k"] {
    ///     assert!(parse(found).unwrap().matches(&document), "{found}");
    /// }
    /// assert!(!parse("\"cold coffee\"").unwrap().matches(&document));
    /// ```
    pub fn matches(&self, document: &Document<'_>) -> bool {
        matching::matches(self, document)
    }

    /// Where in `text` the query's words stand: in order, never overlapping. What is excluded with NOT is not shown.
    ///
    /// ```
    /// let query = tertulia_analysis::query::parse("\"flat white\" -tea").unwrap();
    /// let marks = query.highlights("A Flat White, not tea");
    /// assert_eq!((marks.len(), marks[0].start, marks[0].end), (1, 2, 12));
    /// ```
    pub fn highlights(&self, text: &str) -> Vec<Extent> {
        matching::highlights(self, text)
    }

    /// What of a message it asks about, excluded or not: where none of that changed, its answer stands.
    pub fn uses(&self) -> Uses {
        let mut uses = Uses::default();
        if let Some(root) = &self.root {
            uses.add(root);
        }
        uses
    }

    /// A condition on the terms of [`crate::tokens::index_terms`] that every matching document fulfils.
    ///
    /// ```
    /// use tertulia_analysis::query::{Narrow, parse};
    /// let term = |word: &str| Narrow::Term(word.to_owned());
    /// assert_eq!(parse("\"Flat White\" -tea").unwrap().narrow(), Narrow::All(vec![term("flat"), term("white")]));
    /// ```
    pub fn narrow(&self) -> Narrow {
        self.root.as_ref().map_or(Narrow::Everything, |root| narrow::narrow(root, &self.words.in_turn()))
    }

    /// What every matching document's time, language and channel must be.
    ///
    /// ```
    /// let bounds = tertulia_analysis::query::parse("tea lang:es until:2026-01-31").unwrap().bounds();
    /// assert_eq!(bounds.until, Some(1_769_904_000_000));
    /// assert_eq!(bounds.languages, Some(vec!["es".to_owned()]));
    /// ```
    pub fn bounds(&self) -> Bounds {
        self.root.as_ref().map_or_else(Bounds::default, narrow::bounds)
    }
}

impl Node {
    /// Gives the needles other numbers: those that stand at the old ones in these lists.
    pub(crate) fn renumber(&mut self, words: &[u32], author: &[u32]) {
        match self {
            Self::All(children) | Self::Any(children) => {
                children.iter_mut().for_each(|child| child.renumber(words, author));
            }
            Self::Not(child) => child.renumber(words, author),
            Self::Phrase(phrase) => phrase.renumber(words),
            Self::Near(sides, _) => sides.iter_mut().for_each(|side| side.renumber(words)),
            Self::From(phrase) => phrase.renumber(author),
            _ => {}
        }
    }
}
