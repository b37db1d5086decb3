//! Finding topics, from messages to names.

use super::join::{self, Standing};
use super::mixture::{Choice, Draws, Mixture, Prior};
use super::words::Corpus;
use super::{Known, MessageTopic, Profile, TopicId, naming};
use std::collections::HashSet;

/// Topics that are looked for before any is found, at most.
const MOST_FRESH: usize = 100;
/// Topics from before that take part, at most: those that were spoken of last.
const MOST_KNOWN: usize = 200;
/// Rounds over all messages: drawn ones until hardly anything changes, then each to its best place.
const ROUNDS: usize = 15;
const LAST_ROUNDS: usize = 2;
/// B as a share of all words: a topic must have about so much of what is said to stand on its own.
const PRIOR_SHARE: f64 = 1.0 / 80.0;
/// What a known topic brings along, as a share of B.
const MEMORY: f64 = 1.0;

/// From here on a topic still uses the words of the known one that it began with.
const STILL_THE_SAME: f64 = 0.3;

/// One message.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    pub text: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Messages that topics are learnt from. Of more a sample is drawn, and the others are placed by what was learnt.
    pub most_learnt: usize,
    /// Messages that make a topic; fewer are of none.
    pub least_messages: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { most_learnt: 50_000, least_messages: 4 }
    }
}

/// What is talked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// The words that tell it, as people wrote them, the most telling first.
    pub words: Vec<String>,
    /// Typical messages, by their place among those given.
    pub typical: Vec<usize>,
    /// How many are of it.
    pub messages: usize,
    /// The topic of the weeks before that it grew from, if any.
    pub grown_from: Option<TopicId>,
    pub profile: Profile,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The largest first.
    pub topics: Vec<Topic>,
    /// For each message its topic, by place in `topics`; none where it belongs nowhere.
    pub of: Vec<Option<MessageTopic<usize>>>,
    /// How many messages topics were learnt from, the others having been placed afterwards.
    pub learnt_from: usize,
}

/// The topics of messages of one language and one period, beginning with those `known` from the periods before. The same
/// messages, rules and seed give the same.
///
/// Time grows with words × topics × rounds; memory with the words of [`Rules::most_learnt`] messages and with
/// (different words, 50,000 at most) × topics.
pub fn find(documents: &[Document<'_>], known: &[Known], rules: &Rules, seed: u64) -> Found {
    let mut draws = Draws::new(seed);
    let learnt = sample(documents.len(), rules.most_learnt, &mut draws);
    let mut known: Vec<&Known> = known.iter().collect();
    known.sort_by_key(|known| (known.weeks_quiet, known.id));
    known.truncate(MOST_KNOWN);
    let known_words: HashSet<&str> =
        known.iter().flat_map(|known| known.profile.words.iter().map(|word| word.word.as_str())).collect();
    let corpus = Corpus::read(learnt.iter().map(|number| documents[*number].text), |word| known_words.contains(word));
    if corpus.size() == 0 {
        return Found { of: vec![None; documents.len()], learnt_from: learnt.len(), ..Found::default() };
    }
    let (mixture, grown_from) = learn(&corpus, &known, &mut draws);
    let least = rules.least_messages.max(1) as f64;
    let kept = (0..mixture.topics()).map(|topic| mixture.messages(topic) >= least).collect();
    Finish { documents, learnt: &learnt, corpus: &corpus, grown_from, kept, mixture }.found()
}

/// Which of so many are learnt from, in order: all, or a sample in which each is as likely as another (Knuth 3.4.2 S).
fn sample(of: usize, most: usize, draws: &mut Draws) -> Vec<usize> {
    let mut wanted = most.min(of);
    let mut chosen = Vec::with_capacity(wanted);
    for number in 0..of {
        if wanted == of - number || (wanted > 0 && draws.below(of - number) < wanted) {
            chosen.push(number);
            wanted -= 1;
        }
    }
    chosen
}

/// The mixture once it has settled, and which known topic each of its topics grew from.
fn learn<'a, 'k>(corpus: &'a Corpus, known: &[&'k Known], draws: &mut Draws) -> (Mixture<'a>, Vec<Option<&'k Known>>) {
    let sum = (corpus.size() as f64 * PRIOR_SHARE).max(1.0);
    let prior = Prior::new(&corpus.counts(), sum);
    let brought: Vec<Vec<(u32, f64)>> = known.iter().map(|known| brought_along(corpus, &known.profile, sum)).collect();
    let fresh = MOST_FRESH.min(corpus.len()).max(1);
    let mut mixture = Mixture::new(corpus, prior, &brought, fresh);
    mixture.begin(draws);
    for round in 0..ROUNDS {
        mixture.round(Choice::Drawn, draws);
        if round >= 2 {
            mixture.compact();
        }
    }
    mixture.round(Choice::Best, draws);
    let standings: Vec<Standing> =
        known.iter().map(|known| if known.is_pinned { Standing::Pinned } else { Standing::Known }).collect();
    let groups = join::groups(&mixture, &standings);
    mixture.keep(&groups);
    for _ in 0..LAST_ROUNDS {
        mixture.round(Choice::Best, draws);
    }
    let first_known = |group: &Vec<usize>| group.iter().find_map(|topic| known.get(*topic).copied());
    (mixture, groups.iter().map(first_known).collect())
}

fn brought_along(corpus: &Corpus, profile: &Profile, sum: f64) -> Vec<(u32, f64)> {
    let words = profile.words.iter();
    let counted = |share: f32| (f64::from(share) * sum * MEMORY).clamp(0.0, sum);
    words.filter_map(|word| Some((corpus.vocabulary.number(&word.word)?, counted(word.share)))).collect()
}

/// What is left to do once topics are learnt.
struct Finish<'a> {
    documents: &'a [Document<'a>],
    learnt: &'a [usize],
    corpus: &'a Corpus,
    grown_from: Vec<Option<&'a Known>>,
    kept: Vec<bool>,
    mixture: Mixture<'a>,
}

impl Finish<'_> {
    fn found(mut self) -> Found {
        let mut of = self.places();
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.mixture.topics()];
        for (number, message) in self.learnt.iter().enumerate() {
            if let Some(place) = of[*message] {
                members[place.topic].push(number);
            }
        }
        let mut messages = vec![0; self.mixture.topics()];
        of.iter().flatten().for_each(|place| messages[place.topic] += 1);
        let mut order: Vec<usize> = (0..messages.len()).filter(|topic| !members[*topic].is_empty()).collect();
        order.sort_by_key(|topic| std::cmp::Reverse(messages[*topic]));
        let all = self.corpus.counts();
        let topics = order.iter().map(|topic| self.topic(*topic, &members[*topic], messages[*topic], &all)).collect();
        let mut became = vec![None; messages.len()];
        order.iter().enumerate().for_each(|(new, old)| became[*old] = Some(new));
        for place in &mut of {
            *place = place.and_then(|place| Some(MessageTopic { topic: became[place.topic]?, ..place }));
        }
        Found { topics, of, learnt_from: self.learnt.len() }
    }

    /// Where each message belongs, by the numbers of the mixture.
    fn places(&mut self) -> Vec<Option<MessageTopic<usize>>> {
        let mut learnt = self.learnt.iter().enumerate().peekable();
        let mut words = Vec::new();
        let mut places = Vec::with_capacity(self.documents.len());
        for (message, document) in self.documents.iter().enumerate() {
            let place = match learnt.next_if(|(_, learnt)| **learnt == message) {
                Some((number, _)) => self.mixture.place(number, &self.kept),
                None => {
                    self.corpus.vocabulary.read(document.text, &mut words);
                    self.mixture.place_words(&words, &self.kept)
                }
            };
            places.push(place.map(|place| MessageTopic { topic: place.topic, confidence: place.confidence }));
        }
        places
    }

    fn topic(&self, topic: usize, members: &[usize], messages: usize, all: &[f64]) -> Topic {
        let mut counts = vec![0.0; self.corpus.vocabulary.len()];
        let mut size = 0.0;
        for word in members.iter().flat_map(|member| self.corpus.text(*member)) {
            counts[*word as usize] += 1.0;
            size += 1.0;
        }
        let prior = self.mixture.prior();
        let telling = naming::telling(prior, &counts, size, all, self.corpus.size() as f64);
        let text = |number: usize| self.documents[self.learnt[number]].text;
        let typical = naming::typical(self.corpus, &telling, members, text);
        let share = messages as f64 / self.documents.len().max(1) as f64;
        Topic {
            words: naming::shown(self.corpus, &telling, members.iter().map(|number| text(*number))),
            typical: typical.into_iter().map(|number| self.learnt[number]).collect(),
            messages,
            grown_from: self.grown_from(topic, &counts, size),
            profile: Profile::learn(&self.corpus.vocabulary, prior, &counts, size, share),
        }
    }
    /// The known topic that one began with, if it is still told by its words: the cosine of the roots of their shares. (How
    /// telling they are this week says nothing where hardly anything else is said.)
    fn grown_from(&self, topic: usize, counts: &[f64], size: f64) -> Option<TopicId> {
        let known = self.grown_from.get(topic).copied().flatten()?;
        let (mut both, mut all) = (0.0, 0.0);
        for word in &known.profile.words {
            let share = f64::from(word.share).max(0.0);
            let number = self.corpus.vocabulary.number(&word.word);
            let count = number.map_or(0.0, |number| counts[number as usize]);
            both += (share * count / size.max(1.0)).sqrt();
            all += share;
        }
        (all > 0.0 && both / all.sqrt() >= STILL_THE_SAME).then_some(known.id)
    }
}
