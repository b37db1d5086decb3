//! The articles that fit what is being written: found by the rarest of its words, weighed by all of them. However many
//! articles there are, only so many rows are read.

use crate::Result;
use std::collections::{BTreeMap, HashMap};
pub use tertulia_analysis::knowhow::Least;
use tertulia_analysis::{
    alike,
    knowhow::{Fit, Held, Stock, asked, fit},
};
use tertulia_store::{
    Sql,
    article_terms::{self, Posting},
    articles::{self, Article},
};

/// So many stand beside an answer.
pub const SHOWN: usize = 3;
/// Rows of the index that are read for one question, and articles that are weighed.
const MOST_HELD: i64 = 4_000;
const MOST_WEIGHED: usize = 60;

/// An article that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// In the language that was wanted where there is one in it, else as it was found.
    pub article: Article,
    pub in_their_language: bool,
    /// The share of what was looked for that it speaks of: 0 to 1.
    pub covers: f64,
}

/// What of an article goes into an answer.
pub fn text_of(article: &Article) -> String {
    match &article.link {
        Some(link) => format!("{}\n\n{link}", article.body),
        None => article.body.clone(),
    }
}

/// What fits an answer that is being written to what somebody said, the best first and each topic once. `language` is
/// theirs; `und` wants none in particular. At least `least` must speak for an article.
pub async fn fitting(
    on: &mut impl Sql,
    (written, said): (&str, &str),
    language: &str,
    (least, most): (Least, usize),
) -> Result<Vec<Found>> {
    let asked = asked(written, said);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let terms: Vec<String> = asked.keys().cloned().collect();
    let held = article_terms::frequencies(on, &terms).await?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let stock = Stock { articles: articles::count(on).await?, frequencies: held.iter().cloned().collect() };
    let mut by_article: HashMap<i64, Vec<Posting>> = HashMap::new();
    for posting in article_terms::holding(on, &alike::rarest(held, MOST_HELD), MOST_HELD).await? {
        by_article.entry(posting.article_id).or_default().push(posting);
    }
    let mut nearest: Vec<(i64, Vec<Posting>)> = by_article.into_iter().collect();
    nearest.sort_by_key(|(id, postings)| (std::cmp::Reverse(postings.len()), *id));
    nearest.truncate(MOST_WEIGHED);
    let ids: Vec<i64> = nearest.iter().map(|(id, _)| *id).collect();
    let postings: HashMap<i64, Vec<Posting>> = nearest.into_iter().collect();
    let mut fits: Vec<(Article, Fit)> = Vec::new();
    for article in articles::some(on, &ids).await?.into_iter().filter(|article| article.archived_at.is_none()) {
        let one = |p: &Posting| (p.term.clone(), p.times, p.in_title);
        let rows: Vec<(String, i64, bool)> = postings.get(&article.id).into_iter().flatten().map(one).collect();
        let held: Vec<Held<'_>> =
            rows.iter().map(|(term, times, in_title)| Held { term, times: *times, in_title: *in_title }).collect();
        fits.extend(fit(&asked, &held, article.length, &stock, least).map(|fit| (article, fit)));
    }
    fits.sort_by(|(a, fa), (b, fb)| fb.score.total_cmp(&fa.score).then(a.id.cmp(&b.id)));
    in_language(on, fits, language, most).await
}

/// Each topic once, in the wanted language where it has it.
async fn in_language(on: &mut impl Sql, fits: Vec<(Article, Fit)>, language: &str, most: usize) -> Result<Vec<Found>> {
    let mut best: Vec<(Article, Fit)> = Vec::new();
    for (article, fit) in fits {
        if best.len() < most && !best.iter().any(|(other, _)| other.topic_id == article.topic_id) {
            best.push((article, fit));
        }
    }
    let topics: Vec<i64> = best.iter().map(|(article, _)| article.topic_id).collect();
    let mut theirs: BTreeMap<i64, Article> = BTreeMap::new();
    if language != "und" {
        let all = articles::of_topics(on, &topics).await?;
        let spoken = all.into_iter().filter(|one| one.language == language && one.archived_at.is_none());
        theirs.extend(spoken.map(|article| (article.topic_id, article)));
    }
    let found = |(article, fit): (Article, Fit)| {
        let spoken = theirs.remove(&article.topic_id);
        Found {
            in_their_language: spoken.is_some() || language == "und",
            article: spoken.unwrap_or(article),
            covers: fit.covers,
        }
    };
    Ok(best.into_iter().map(found).collect())
}
