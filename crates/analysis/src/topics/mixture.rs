//! Which messages are about the same: a mixture of Dirichlet-multinomials, sampled one message at a time.
//!
//! Each message is of one topic. Taken out of its topic, it goes into topic *k* with probability
//!
//! ```text
//! p(k) ∝ (m_k + α) · Π_i (n_kw + β_w + c_i) / (N_k + B + i),     β_w = B · √c_w / Σ_v √c_v
//! ```
//!
//! where *m_k* messages are in *k*, *n_kw* of whose *N_k* words are *w*, *c_i* is how often the message's *i*-th word stood in
//! it before, and *c_w* how often a word stands in all messages. Topics run empty, and those left are those found (Yin & Wang,
//! "A Dirichlet multinomial mixture model-based approach for short text clustering", KDD 2014). Other than there, the prior
//! β is not the same for all words: a word that everybody uses is expected in each topic, and says little by being there.
//! *B* is a share of all words, so that how many topics are found does not rise with how much is said.

use super::words::Corpus;

/// α: what an empty topic weighs beside one message.
const EMPTY: f64 = 0.1;
/// After so many words the products are scaled, so that they stay within what a number holds.
const SCALE_AFTER: usize = 16;
/// Empty topics that are kept from one round to the next, for what is new.
const SPARE: usize = 3;

/// A repeatable sequence (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Debug)]
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// From 0 up to but not 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What is expected of words before any topic is known.
#[derive(Debug, Clone)]
pub(super) struct Prior {
    /// β_w.
    pub(super) words: Vec<f64>,
    /// B, their sum.
    pub(super) sum: f64,
    /// How much oftener a word stands in all messages than β expects.
    overall: Vec<f64>,
}

impl Prior {
    pub(super) fn new(counts: &[f64], sum: f64) -> Self {
        let roots: Vec<f64> = counts.iter().map(|count| count.max(0.5).sqrt()).collect();
        let all_roots: f64 = roots.iter().sum();
        let words: Vec<f64> = roots.iter().map(|root| sum * root / all_roots).collect();
        let all: f64 = counts.iter().sum();
        let overall =
            counts.iter().zip(&words).map(|(count, prior)| (count + prior) / (all + sum) * (sum / prior)).collect();
        Self { words, sum, overall }
    }

    /// How often a word is expected among all that is said, as a share.
    pub(super) fn share(&self, word: usize) -> f64 {
        self.overall[word] * self.words[word] / self.sum
    }
}

/// Where a message belongs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) topic: usize,
    /// The probability that it is of this topic, and neither of another nor of none.
    pub(super) confidence: f64,
}

/// The topics with what is in them.
#[derive(Debug)]
pub(super) struct Mixture<'a> {
    corpus: &'a Corpus,
    prior: Prior,
    topics: usize,
    /// Words of each topic: first by word, then by topic.
    counts: Vec<f32>,
    /// Words and messages in each topic.
    sizes: Vec<f64>,
    messages: Vec<f64>,
    /// Where each message is.
    of: Vec<u32>,
    /// These many first topics are known from before and stay, even empty.
    kept: usize,
    scores: Vec<f64>,
}

/// How a message is put where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// As probable as it is there.
    Drawn,
    /// Where it is most probable.
    Best,
}

impl<'a> Mixture<'a> {
    /// `known` are words, with how many of each, that topics from before bring along.
    pub(super) fn new(corpus: &'a Corpus, prior: Prior, known: &[Vec<(u32, f64)>], fresh: usize) -> Self {
        let topics = known.len() + fresh;
        let mut counts = vec![0.0; corpus.vocabulary.len() * topics];
        let mut sizes = vec![0.0; topics];
        for (topic, words) in known.iter().enumerate() {
            for (word, count) in words {
                counts[*word as usize * topics + topic] += *count as f32;
                sizes[topic] += f64::from(*count as f32);
            }
        }
        Self {
            corpus,
            prior,
            topics,
            counts,
            sizes,
            messages: vec![0.0; topics],
            of: vec![u32::MAX; corpus.len()],
            kept: known.len(),
            scores: vec![0.0; topics],
        }
    }

    pub(super) fn topics(&self) -> usize {
        self.topics
    }

    pub(super) fn messages(&self, topic: usize) -> f64 {
        self.messages[topic]
    }

    pub(super) fn topic_of(&self, message: usize) -> usize {
        self.of[message] as usize
    }

    pub(super) fn prior(&self) -> &Prior {
        &self.prior
    }

    /// How often each word stands in a topic, and how many words it holds.
    pub(super) fn words_of(&self, topic: usize) -> (Vec<f64>, f64) {
        let counts = self.counts.iter().skip(topic).step_by(self.topics.max(1));
        (counts.map(|count| f64::from(*count)).collect(), self.sizes[topic])
    }

    fn put(&mut self, message: usize, topic: usize) {
        self.of[message] = topic as u32;
        self.change(message, topic, 1.0);
    }

    fn take(&mut self, message: usize) {
        let topic = self.topic_of(message);
        self.change(message, topic, -1.0);
    }

    fn change(&mut self, message: usize, topic: usize, by: f32) {
        let words = self.corpus.text(message);
        for word in words {
            self.counts[*word as usize * self.topics + topic] += by;
        }
        self.sizes[topic] += f64::from(by) * words.len() as f64;
        self.messages[topic] += f64::from(by);
    }

    /// Begins: what is of a known topic goes there, all else anywhere among the fresh ones.
    pub(super) fn begin(&mut self, draws: &mut Draws) {
        let places: Vec<usize> = (0..self.corpus.len())
            .map(|message| match self.known_place(message) {
                Some(topic) => topic,
                None => self.kept + draws.below(self.topics - self.kept),
            })
            .collect();
        for (message, topic) in places.into_iter().enumerate() {
            self.put(message, topic);
        }
    }

    fn known_place(&mut self, message: usize) -> Option<usize> {
        if self.kept == 0 {
            return None;
        }
        let corpus = self.corpus;
        let words = corpus.text(message);
        self.weigh(words, 1.0);
        // Nothing is in the fresh ones yet. (To ask for more than in all that is said would ask too much of what is all that is
        // said this week.)
        let empty = self.scores.get(self.kept).copied()?;
        let known = &self.scores[..self.kept];
        let best = best_of(known)?;
        (known[best] > empty).then_some(best)
    }

    /// One round over all messages.
    pub(super) fn round(&mut self, choice: Choice, draws: &mut Draws) {
        let corpus = self.corpus;
        for message in 0..corpus.len() {
            self.take(message);
            self.weigh(corpus.text(message), 1.0);
            for (score, messages) in self.scores.iter_mut().zip(&self.messages) {
                *score *= messages + EMPTY;
            }
            let topic = match choice {
                Choice::Drawn => draw(&self.scores, draws),
                Choice::Best => best_of(&self.scores).unwrap_or_default(),
            };
            self.put(message, topic);
        }
    }

    /// How probable words are in each topic, beside how probable they are before anything is known (into `scores`); gives
    /// the same for all that is said. All by a factor that is the same.
    fn weigh(&mut self, words: &[u32], nowhere: f64) -> f64 {
        let (prior, topics) = (&self.prior, self.topics);
        let mut nowhere = nowhere;
        self.scores.fill(1.0);
        let mut before = 0.0;
        for (place, word) in words.iter().enumerate() {
            let at = *word as usize;
            before = if place > 0 && words[place - 1] == *word { before + 1.0 } else { 0.0 };
            let expected = prior.words[at];
            let (scale, plus, all) = (prior.sum / expected, expected + before, prior.sum + place as f64);
            let row = &self.counts[at * topics..(at + 1) * topics];
            for ((score, count), size) in self.scores.iter_mut().zip(row).zip(&self.sizes) {
                *score *= (f64::from(*count) + plus) * scale / (size + all);
            }
            nowhere *= prior.overall[at];
            if place % SCALE_AFTER == SCALE_AFTER - 1 {
                let most = self.scores.iter().copied().fold(nowhere, f64::max);
                if most > 0.0 {
                    self.scores.iter_mut().for_each(|score| *score /= most);
                    nowhere /= most;
                }
            }
        }
        nowhere
    }

    /// Leaves out empty topics but for a few, which costs nothing and makes rounds quicker.
    pub(super) fn compact(&mut self) {
        let mut spare = SPARE;
        let stays: Vec<usize> = (0..self.topics)
            .filter(|topic| {
                let stays = *topic < self.kept || self.messages[*topic] > 0.0 || spare > 0;
                if stays && *topic >= self.kept && self.messages[*topic] <= 0.0 {
                    spare -= 1;
                }
                stays
            })
            .collect();
        self.keep(&stays.iter().map(|topic| vec![*topic]).collect::<Vec<_>>());
    }

    /// Puts topics together: each group becomes one, in this order; what is in no group must be empty.
    pub(super) fn keep(&mut self, groups: &[Vec<usize>]) {
        let topics = groups.len();
        let mut counts = vec![0.0_f32; self.corpus.vocabulary.len() * topics];
        let mut became = vec![u32::MAX; self.topics];
        for (new, group) in groups.iter().enumerate() {
            for old in group {
                became[*old] = new as u32;
                for word in 0..self.corpus.vocabulary.len() {
                    counts[word * topics + new] += self.counts[word * self.topics + old];
                }
            }
        }
        let sum = |of: &[f64]| groups.iter().map(|group| group.iter().map(|old| of[*old]).sum()).collect();
        (self.sizes, self.messages) = (sum(&self.sizes), sum(&self.messages));
        for of in &mut self.of {
            *of = became.get(*of as usize).copied().unwrap_or(u32::MAX);
        }
        (self.topics, self.counts, self.scores) = (topics, counts, vec![0.0; topics]);
        self.kept = self.kept.min(topics);
    }

    /// Where a message of the corpus belongs, judged without itself; none where it says no more of a topic than of all that
    /// is said. A topic that `counts` not is none.
    pub(super) fn place(&mut self, message: usize, counts: &[bool]) -> Option<Place> {
        let corpus = self.corpus;
        self.take(message);
        let place = self.place_words(corpus.text(message), counts);
        let topic = self.topic_of(message);
        self.change(message, topic, 1.0);
        place
    }

    /// Where words belong.
    pub(super) fn place_words(&mut self, words: &[u32], counts: &[bool]) -> Option<Place> {
        if words.is_empty() {
            return None;
        }
        let all: f64 = self.messages.iter().sum();
        // None counts as much as the average topic.
        let topics = counts.iter().filter(|counts| **counts).count();
        let nowhere = self.weigh(words, 1.0 / (topics + 1) as f64);
        for ((score, messages), counts) in self.scores.iter_mut().zip(&self.messages).zip(counts) {
            *score *= if *counts { messages / all.max(1.0) } else { 0.0 };
        }
        let topic = best_of(&self.scores)?;
        let sum: f64 = self.scores.iter().sum::<f64>() + nowhere;
        let confidence = self.scores[topic] / sum;
        (self.scores[topic] > nowhere && confidence.is_finite()).then_some(Place { topic, confidence })
    }
}

fn best_of(scores: &[f64]) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (place, score) in scores.iter().enumerate() {
        if best.is_none_or(|(_, most)| *score > most) {
            best = Some((place, *score));
        }
    }
    best.map(|(place, _)| place)
}

fn draw(scores: &[f64], draws: &mut Draws) -> usize {
    let mut left = draws.share() * scores.iter().sum::<f64>();
    for (place, score) in scores.iter().enumerate() {
        left -= score;
        if left < 0.0 {
            return place;
        }
    }
    best_of(scores).unwrap_or_default()
}
