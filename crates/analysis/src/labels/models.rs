//! What a program labels with.

use super::{Guess, Kind, Labels, Place, Told, VERSION, adapters, tell_language, version};
use std::{fmt, sync::Arc};

/// A model that is not in the program: an installation brings it, and it says more of some kinds of labels, or says it better.
///
/// What it says depends on what it is given alone, and it never fails: where it can say nothing it says nothing, and the model
/// in the program is heard.
pub trait Bigger: Send + Sync {
    /// Of all that makes it say what it says: another one has another.
    fn checksum(&self) -> u64;

    /// Of which kinds it speaks; a language is none of them, since the others go by it.
    fn kinds(&self) -> &[Kind];

    /// What it says of one of its kinds, of a message's own words in their language (as [`Kind::Language`] calls it).
    fn say(&self, kind: Kind, own: &str, language: &str) -> Option<Guess>;
}

/// The models of a program: those in it, and perhaps a bigger one. This is the one way to a message's labels.
#[derive(Clone)]
pub struct Models {
    bigger: Option<Arc<dyn Bigger>>,
    pub(super) version: i64,
}

impl Default for Models {
    /// Those in the program.
    fn default() -> Self {
        Self { bigger: None, version: VERSION }
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Models").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Models {
    /// With a bigger one beside them.
    pub fn with(bigger: Arc<dyn Bigger>) -> Self {
        let version = version::with_bigger(VERSION, bigger.checksum(), bigger.kinds());
        Self { bigger: Some(bigger), version }
    }

    /// Whether there is a bigger one, which takes its time.
    pub fn has_bigger(&self) -> bool {
        self.bigger.is_some()
    }

    /// Labels a message by its subject and its author's own words, without quotes and signature (see
    /// [`crate::quotes::own_text`]), and by whether everybody may read it. One without any words of its own is not labelled.
    ///
    /// ```
    /// use tertulia_analysis::labels::{Kind, Labels, Models, Place, YES};
    /// let models = Models::default();
    /// let labels = models.label("", "Where is my order? I have waited for it since Monday.", Place::Private);
    /// assert_eq!(labels.get(Kind::Question).map(|guess| guess.value), Some(YES));
    /// assert_eq!(labels.get(Kind::Language).map(|guess| Kind::Language.word(guess.value)).as_deref(), Some("en"));
    /// assert_eq!(models.label("", "  ", Place::Private), Labels::default());
    /// ```
    pub fn label(&self, subject: &str, own: &str, place: Place) -> Labels {
        self.label_by(subject, own, place).0
    }

    /// The same, and by which version: another one where the bigger model could not say what it speaks of, and the one in the
    /// program was heard.
    pub fn label_by(&self, subject: &str, own: &str, place: Place) -> (Labels, i64) {
        self.label_told(subject, own, place, &tell_language(subject, own))
    }

    /// The same, where its language was told before.
    pub(crate) fn label_told(&self, subject: &str, own: &str, place: Place, language: &Told) -> (Labels, i64) {
        let (mut labels, mut version) = (Labels::default(), self.version);
        if own.trim().is_empty() {
            return (labels, version);
        }
        labels.set(Kind::Language, language.label());
        labels.set(Kind::Noise, adapters::noise(own, place));
        labels.set(Kind::Sentiment, adapters::sentiment(own, language.code));
        labels.set(Kind::Substance, adapters::substance(own, language.code));
        for (act, guess) in Kind::ACTS.into_iter().zip(adapters::acts(subject, own)) {
            labels.set(act, guess);
        }
        if let Some(bigger) = &self.bigger {
            for kind in bigger.kinds().iter().copied().filter(|kind| *kind != Kind::Language) {
                let said = bigger.say(kind, own, language.code).filter(|guess| kind.has(guess.value));
                if said.is_none() {
                    version = version::unsaid(version, kind);
                }
                labels.set(kind, said.or_else(|| labels.get(kind)));
            }
        }
        (labels, version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::{NEGATIVE, POSITIVE, SPAM};

    /// Says that all who shout are angry, and nothing of the others.
    struct Loud;

    impl Bigger for Loud {
        fn checksum(&self) -> u64 {
            5
        }

        fn kinds(&self) -> &[Kind] {
            &[Kind::Sentiment, Kind::Noise, Kind::Language]
        }

        fn say(&self, kind: Kind, own: &str, language: &str) -> Option<Guess> {
            let value = match kind {
                Kind::Sentiment if language == "en" && own.ends_with('!') => NEGATIVE,
                // A value that is none of its kind.
                Kind::Noise => 9,
                Kind::Language => 113,
                _ => return None,
            };
            Some(Guess { value, sure: 88 })
        }
    }

    #[test]
    fn what_a_bigger_model_says_holds_and_what_it_does_not_say_the_others_do() {
        let (models, plain) = (Models::with(Arc::new(Loud)), Models::default());
        let glad = "Thank you so much, this is the best coffee I ever had, I love it";
        let loud = format!("{glad}!");
        let label = |models: &Models, text: &str| models.label("", text, Place::Private);
        assert_eq!(label(&plain, &loud).get(Kind::Sentiment).map(|guess| guess.value), Some(POSITIVE));
        assert_eq!(label(&models, &loud).get(Kind::Sentiment), Some(Guess { value: NEGATIVE, sure: 88 }));
        assert_eq!(label(&models, glad), label(&plain, glad));
        let by = |text: &str| Kind::Sentiment.model_version(models.label_by("", text, Place::Private).1);
        assert!(version::is_bigger(by(&loud)) && !version::is_bigger(by(glad)), "each label is called whose it is");
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Sentiment) {
            assert_eq!(label(&models, &loud).get(kind), label(&plain, &loud).get(kind), "{kind:?}");
        }
        assert_eq!(models.label("", " \n", Place::Public), Labels::default(), "it is not asked about nothing");
        assert_ne!(models.version(), plain.version());
        assert_ne!(Some(SPAM), label(&models, &loud).get(Kind::Noise).map(|guess| guess.value));
    }
}
