//! Which articles fit what is being written: BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework") over
//! words and over what is left of them without their endings. Of a draft of four words nobody can tell the language, so endings
//! are cut alike in all of them, and words are cut short: for European languages that finds about as much as their own
//! stemmers do (McNamee, Nicholas and Mayfield 2009, "Addressing morphological variation in alphabetic languages").

use crate::{language, tokens};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Words of one text.
pub const MOST_WORDS: usize = 400;
/// Of a whole answer, which may hold several articles below words of its own.
const MOST_ANSWERED: usize = 8_000;
/// A word in a title counts as so many in the text.
const IN_TITLE: i64 = 3;
/// What is left of a word: its endings cut off, and no more letters than these.
const STEM: usize = 5;
const SHORTEST: usize = 3;
const ENDINGS: [&str; 12] = ["en", "es", "er", "em", "as", "os", "is", "s", "e", "a", "o", "i"];
/// That two words have the beginning in common says less than that they are the same.
const BY_STEM: f64 = 0.5;
/// The usual constants of BM25; articles are short, so their length is measured against one of so many words.
const SATURATION: f64 = 1.2;
const BY_LENGTH: f64 = 0.75;
const USUAL_LENGTH: f64 = 60.0;
/// From so many articles on a word that more than half of them hold tells nothing.
const FEW: i64 = 6;
/// A text still holds an article that says at least this share of its words.
const HOLDS: f64 = 0.5;

/// A term of an article: how often, where a title counts more, and whether the title holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub term: String,
    pub times: i64,
    pub in_title: bool,
}

/// The words of a text that say something, as they are compared.
fn words(text: &str) -> Vec<(String, bool)> {
    first_words(text, MOST_WORDS)
}

fn first_words(text: &str, most: usize) -> Vec<(String, bool)> {
    let mut words: Vec<(String, bool)> = Vec::new();
    tokens::for_each_token(text, |token, range| {
        // A tag comes once with its sign and once as a word.
        if words.len() < most && !token.starts_with(['#', '@']) {
            words.push((token.to_owned(), tokens::is_pair(&text[range])));
        }
    });
    words.retain(|(word, is_pair)| *is_pair || says_something(word));
    words
}

fn says_something(word: &str) -> bool {
    !language::is_common(word) && (word.chars().nth(1).is_some() || word.chars().all(char::is_numeric))
}

/// What is left of a word: "orders" and "order" are one, and so are "Karte" and "Karten".
fn stem(word: &str) -> String {
    let mut left = word;
    for _ in 0..2 {
        let cut = ENDINGS.iter().find_map(|ending| left.strip_suffix(ending).filter(|rest| is_long(rest)));
        left = cut.unwrap_or(left);
    }
    let end = left.char_indices().nth(STEM).map_or(left.len(), |(end, _)| end);
    format!("{}~", &left[..end])
}

fn is_long(rest: &str) -> bool {
    rest.chars().count() >= SHORTEST
}

fn is_stem(term: &str) -> bool {
    term.ends_with('~')
}

/// A word comes as itself and as what is left of it; a pair of characters of a script without spaces only as itself.
fn terms_of((word, is_pair): &(String, bool)) -> Vec<String> {
    if *is_pair { vec![word.clone()] } else { vec![word.clone(), stem(word)] }
}

/// By what an article is found, each term once and in order, and how many words it has.
pub fn terms(title: &str, body: &str) -> (Vec<Term>, i64) {
    let mut found: BTreeMap<String, (i64, bool)> = BTreeMap::new();
    let mut length = 0;
    for (text, counts, in_title) in [(title, IN_TITLE, true), (body, 1, false)] {
        for word in words(text) {
            length += 1;
            for term in terms_of(&word) {
                let entry = found.entry(term).or_default();
                entry.0 += counts;
                entry.1 |= in_title;
            }
        }
    }
    let term = |(term, (times, in_title))| Term { term, times, in_title };
    (found.into_iter().map(term).collect(), length)
}

/// What is looked for: what is being written counts twice what they said.
///
/// ```
/// use tertulia_analysis::knowhow::asked;
/// let asked = asked("Your refund", "When do I get the money back?");
/// assert!(asked["refund"] > asked["money"] && !asked.contains_key("the"));
/// ```
pub fn asked(written: &str, said: &str) -> BTreeMap<String, f64> {
    let mut asked: BTreeMap<String, f64> = BTreeMap::new();
    for (text, counts) in [(written, 2.0), (said, 1.0)] {
        for term in words(text).iter().flat_map(terms_of) {
            let counted = if is_stem(&term) { counts * BY_STEM } else { counts };
            let entry = asked.entry(term).or_default();
            *entry = entry.max(counted);
        }
    }
    asked
}

/// What an article holds of what is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held<'a> {
    pub term: &'a str,
    pub times: i64,
    pub in_title: bool,
}

/// How well an article fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    pub score: f64,
    /// The share of what is looked for that it speaks of, by the weight of the words: 0 to 1.
    pub covers: f64,
}

/// What is known of all articles: how many there are, and in how many a term stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stock {
    pub articles: i64,
    pub frequencies: HashMap<String, i64>,
}

impl Stock {
    /// What a term says that so many hold.
    fn weight(&self, term: &str) -> f64 {
        let holding = self.frequencies.get(term).copied().unwrap_or(0) as f64;
        (1.0 + (self.articles as f64 - holding + 0.5).max(0.0) / (holding + 0.5)).ln()
    }

    fn tells_nothing(&self, term: &str) -> bool {
        let holding = self.frequencies.get(term).copied().unwrap_or(0);
        self.articles >= FEW && holding * 2 > self.articles
    }
}

/// So many different words of its text must speak for an article, where none of its title does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Least {
    /// For who searches, and sees for themselves.
    One = 1,
    /// For what nobody asked to see: by one word it would be wrong too often.
    Two = 2,
}

/// How well an article of `length` words fits; none where too little speaks for it: a word of its title, or `least` of its
/// text.
pub fn fit(asked: &BTreeMap<String, f64>, held: &[Held<'_>], length: i64, stock: &Stock, least: Least) -> Option<Fit> {
    let longer = 1.0 - BY_LENGTH + BY_LENGTH * length as f64 / USUAL_LENGTH;
    let (mut score, mut different, mut by_title, mut spoken_of) = (0.0, 0_usize, false, 0.0);
    for one in held {
        let Some(counts) = asked.get(one.term) else { continue };
        let times = one.times as f64;
        score += counts * stock.weight(one.term) * times * (SATURATION + 1.0) / (times + SATURATION * longer);
        if counts_once(one.term) {
            spoken_of += stock.weight(one.term);
            if !stock.tells_nothing(one.term) {
                different += 1;
                by_title |= one.in_title;
            }
        }
    }
    let all: f64 = asked.keys().filter(|term| counts_once(term)).map(|term| stock.weight(term)).sum();
    let covers = if all > 0.0 { spoken_of / all } else { 0.0 };
    (by_title || different >= least as usize).then_some(Fit { score, covers })
}

/// A word is counted by what is left of it, a pair of characters as it is.
fn counts_once(term: &str) -> bool {
    is_stem(term) || tokens::is_pair(term)
}

/// Whether a text holds an article, if in other words here and there: half of its words at least.
///
/// ```
/// use tertulia_analysis::knowhow::holds;
/// let article = "You can return a bag within thirty days, opened or not.";
/// assert!(holds("Hello Ana,\nyou can return the bag within thirty days. See you!", article));
/// assert!(!holds("Hello Ana, come by whenever you like.", article));
/// ```
pub fn holds(text: &str, article: &str) -> bool {
    let of = |text: &str, most| first_words(text, most).into_iter().map(|(word, _)| word).collect::<BTreeSet<String>>();
    let (said, all) = (of(text, MOST_ANSWERED), of(article, MOST_WORDS));
    if all.is_empty() {
        return text.contains(article.trim());
    }
    all.iter().filter(|word| said.contains(*word)).count() as f64 >= all.len() as f64 * HOLDS
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLES: [(&str, &str); 7] = [
        ("Returns and refunds", "You can return a bag within thirty days. The money is back on your card in a week."),
        ("Delivery times", "Orders before noon leave the same day. Within the country they take two days."),
        ("Entregas y plazos", "Los pedidos salen el mismo día y tardan dos días en llegar."),
        ("Descaling the machine", "Fill the tank with the descaler, let it run, then rinse twice with clear water."),
        ("Öffnungszeiten", "Wir haben von acht bis achtzehn Uhr geöffnet, sonntags ist der Laden geschlossen."),
        ("Gift cards", "A gift card is valid for three years and can be used in the shop and online."),
        ("返品について", "三十日以内であれば返品できます。返金は一週間以内に行います。"),
    ];

    /// The titles of what fits, the best first.
    fn found(written: &str, said: &str) -> Vec<&'static str> {
        found_by(written, said, Least::Two)
    }

    fn found_by(written: &str, said: &str, least: Least) -> Vec<&'static str> {
        let all: Vec<(Vec<Term>, i64)> = ARTICLES.iter().map(|(title, body)| terms(title, body)).collect();
        let mut stock = Stock { articles: all.len() as i64, ..Stock::default() };
        for term in all.iter().flat_map(|(terms, _)| terms) {
            *stock.frequencies.entry(term.term.clone()).or_default() += 1;
        }
        let asked = asked(written, said);
        let mut fitting: Vec<(f64, &str)> = Vec::new();
        for ((terms, length), (title, _)) in all.iter().zip(ARTICLES) {
            let held: Vec<Held<'_>> = terms
                .iter()
                .filter(|term| asked.contains_key(&term.term))
                .map(|t| Held { term: &t.term, times: t.times, in_title: t.in_title })
                .collect();
            fitting.extend(fit(&asked, &held, *length, &stock, least).map(|fit| (fit.score, title)));
        }
        fitting.sort_by(|a, b| b.0.total_cmp(&a.0));
        fitting.into_iter().map(|(_, title)| title).collect()
    }

    #[test]
    fn what_they_ask_finds_the_article_before_a_word_is_typed() {
        assert_eq!(found("", "Hello, can I still return the coffee I bought?").first(), Some(&"Returns and refunds"));
        assert_eq!(found("", "How long does a delivery take?").first(), Some(&"Delivery times"));
        assert_eq!(found("", "¿Cuánto tarda la entrega?").first(), Some(&"Entregas y plazos"));
        assert_eq!(found("", "Haben Sie am Sonntag geöffnet?").first(), Some(&"Öffnungszeiten"));
        assert_eq!(found("", "返品できますか").first(), Some(&"返品について"));
    }

    #[test]
    fn what_is_written_counts_more_than_what_they_said() {
        let said = "Can I return it, and how do I descale the machine?";
        assert_eq!(found("About the refund:", said).first(), Some(&"Returns and refunds"));
        assert_eq!(found("Descaling the machine is easy", said).first(), Some(&"Descaling the machine"));
    }

    #[test]
    fn what_has_nothing_to_do_with_any_article_finds_none() {
        for said in ["", "Thank you so much!", "My dog ate the parcel", "??? 🙂", "and the of to you"] {
            assert_eq!(found("", said), [""; 0], "{said}");
        }
    }

    #[test]
    fn one_word_of_its_text_finds_an_article_for_who_searches_and_for_nobody_else() {
        assert_eq!(found_by("noon", "", Least::One), ["Delivery times"]);
        assert_eq!(found("noon", ""), [""; 0]);
    }

    #[test]
    fn endings_are_cut_alike_in_all_languages() {
        for (one, other) in [
            ("bag", "bags"),
            ("size", "sizes"),
            ("order", "orders"),
            ("tea", "teas"),
            ("karte", "karten"),
            ("entrega", "entregas"),
            ("delivery", "delivered"),
            ("lieferung", "liefern"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_ne!(stem("return"), stem("refund"));
    }

    #[test]
    fn a_question_that_an_article_speaks_of_is_covered_and_another_is_not() {
        let (terms, length) = terms(ARTICLES[0].0, ARTICLES[0].1);
        let covers = |said: &str| {
            let asked = asked("", said);
            let mut stock = Stock { articles: 1, ..Stock::default() };
            stock.frequencies.extend(terms.iter().map(|term| (term.term.clone(), 1)));
            let held: Vec<Held<'_>> =
                terms.iter().map(|t| Held { term: &t.term, times: t.times, in_title: t.in_title }).collect();
            fit(&asked, &held, length, &stock, Least::Two).map_or(0.0, |fit| fit.covers)
        };
        assert!(covers("Can I return a bag?") > 0.9, "{}", covers("Can I return a bag?"));
        assert!(covers("Do you repair grinders that broke within the guarantee of another shop?") < 0.3);
    }

    #[test]
    fn an_article_that_was_taken_out_again_is_not_held() {
        assert!(!holds("", ARTICLES[0].1) && holds(ARTICLES[0].1, ARTICLES[0].1));
        assert!(holds(&format!("こんにちは。{}", ARTICLES[6].1), ARTICLES[6].1));
    }

    #[test]
    fn an_article_is_held_below_many_words_of_the_answers_own() {
        let own: String = (0..1_500).map(|n| format!("word{n} ")).collect();
        assert!(holds(&format!("{own}\n\n{}\n\n{}", ARTICLES[0].1, ARTICLES[1].1), ARTICLES[1].1));
    }

    #[test]
    fn a_long_text_has_no_more_words_than_are_looked_at() {
        let long: String = (0..5_000).map(|n| format!("word{n} ")).collect();
        assert!(terms("x", &long).0.len() <= 2 * (MOST_WORDS + 1));
        assert!(asked(&"長".repeat(10_000), "").len() <= MOST_WORDS);
    }
}
