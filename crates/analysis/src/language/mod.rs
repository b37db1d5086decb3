//! The language of a message: by its script where that tells, else by a model of what letters follow each other in each
//! language; "und" (undetermined, ISO 639-2) rather than a guess.
//!
//! The model adds up −ln of the probability of each letter after the four before it, in each language of the script (a Markov
//! chain of letters and word boundaries, see [`learning`] and `docs/models/language.md`). Its confidence is the share of the
//! likeliest language in all likelihoods, where differences count the less the longer the text is.

mod letters;
mod mingled;
mod model;
mod reading;
mod scripts;
mod verdict;
mod words;

pub use model::MODEL_VERSION;
use model::Model;
use reading::MOST_BYTES;
use scripts::Script;
use std::sync::LazyLock;
use verdict::Hearing;
pub(crate) use words::is_common;

/// What training and reading share.
pub mod learning {
    pub use super::letters::{BOUNDARY, Group, LONGEST, Window, context, ending, gram, length, letter};
    pub use super::model::{
        BEGIN_BITS, EMPTY, FORMAT, LONGEST_BASE, Language, MAGIC, MODEL_VERSION, MOST_PROBES, Model, SINGLE, STEP,
        place,
    };
    pub use super::reading::words;
    pub use super::{Detected, Weighed, detected_by, weighed};
}

static MODEL: LazyLock<Option<Model>> = LazyLock::new(|| Model::read(include_bytes!("../../models/language.bin")));

/// Fewer letters than this say nothing: "K", "ok".
const LEAST_LETTERS: usize = 3;
/// What is less likely than this is not said.
const LEAST_CONFIDENCE: f32 = 0.15;
/// One letter of a script of one language may be a sign.
const LEAST_OTHER: usize = 2;
/// The confidence that a script of one language gives.
const BY_SCRIPT: f32 = 0.99;
/// A second language in another script must be as likely as this.
const LEAST_ALSO: f32 = 0.4;

/// The codes (ISO 639-1, else 639-3; "hi-Latn" is Hindi in Latin letters) that a language can be said to have by somebody
/// who knows.
const KNOWN: [&str; 98] = [
    "af", "am", "ar", "as", "az", "be", "bg", "bn", "bo", "bs", "ca", "cs", "cy", "da", "de", "dv", "el", "en", "eo",
    "es", "et", "eu", "fa", "fi", "fr", "ga", "gu", "ha", "he", "hi", "hr", "hu", "hy", "id", "ig", "is", "it", "ja",
    "ka", "kk", "km", "kn", "ko", "la", "lg", "lo", "lt", "lv", "mi", "mk", "ml", "mn", "mr", "ms", "my", "nb", "ne",
    "nl", "nn", "no", "om", "or", "pa", "pcm", "pl", "ps", "pt", "ro", "ru", "rw", "si", "sk", "sl", "sn", "so", "sq",
    "sr", "st", "sv", "sw", "ta", "te", "th", "ti", "tl", "tn", "tr", "ts", "tw", "uk", "ur", "uz", "vi", "xh", "yi",
    "yo", "zh", "zu",
];

/// The code as it is kept, of a language that somebody named: "ES", "es-MX".
pub fn known(named: &str) -> Option<&'static str> {
    let named = named.trim();
    if named.eq_ignore_ascii_case("hi-Latn") || named.eq_ignore_ascii_case("hi_Latn") {
        return Some("hi-Latn");
    }
    let primary = named.split(['-', '_']).next().unwrap_or(named).trim();
    KNOWN.into_iter().find(|code| code.eq_ignore_ascii_case(primary))
}

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detected {
    /// ISO 639-1 where that has it, lower case; "hi-Latn"; or "und".
    pub language: &'static str,
    /// How likely that is, 0 to 1; of "und" 0.
    pub confidence: f32,
    /// The second language of a text in two.
    pub also: Option<&'static str>,
}

impl Detected {
    const NOTHING: Self = Self { language: "und", confidence: 0.0, also: None };

    fn sure(language: &'static str, confidence: f32) -> Self {
        if language == "und" { Self::NOTHING } else { Self { language, confidence, also: None } }
    }
}

/// The code of the language (ISO 639-1 where that has it), lower case, or "und". See [`detected`].
///
/// ```
/// use tertulia_analysis::language::detect;
/// assert_eq!(detect("Vielen Dank für die schnelle Lieferung, der Kaffee schmeckt wunderbar."), "de");
/// assert_eq!(detect("Καλημέρα σας"), "el");
/// assert_eq!(detect("コーヒーはまだですか"), "ja");
/// assert_eq!(detect("ok :-) https://example.org/das-ist-ein-link"), "und");
/// ```
pub fn detect(text: &str) -> &'static str {
    detected(text).language
}

/// The language of a text, how sure that is, and a second language where it is in two.
///
/// ```
/// use tertulia_analysis::language::detected;
/// let said = detected("Where is my order? I have waited for two weeks.\n¿Dónde está mi pedido? Llevo dos semanas esperando.");
/// assert_eq!((said.language, said.also), ("es", Some("en")));
/// ```
pub fn detected(text: &str) -> Detected {
    MODEL.as_ref().map_or(Detected::NOTHING, |model| detected_by(model, text))
}

/// [`detected`], by a model that is handed in.
pub fn detected_by(model: &Model, text: &str) -> Detected {
    let mut hearing = Hearing::new(model);
    reading::read(text, &mut hearing);
    let Some(script) = hearing.tally.main() else { return Detected::NOTHING };
    let main = in_script(script, text, &mut hearing);
    if main.also.is_some() || main.language == "und" {
        return main;
    }
    let Some(second) = hearing.tally.second(script) else { return main };
    let second = in_script(second, text, &mut hearing);
    let is_second = second.language != "und" && second.language != main.language && second.confidence >= LEAST_ALSO;
    Detected { also: is_second.then_some(second.language), ..main }
}

fn in_script(script: Script, text: &str, hearing: &mut Hearing<'_>) -> Detected {
    let letters = hearing.tally.count(script);
    let start = &text[..crate::tokens::floor_boundary(text, MOST_BYTES)];
    let is_latin = script == Script::Of(learning::Group::Latin);
    if let Some(code) = (!is_latin).then(|| scripts::language(script, start)).flatten() {
        let enough = letters >= LEAST_OTHER;
        return if enough { Detected::sure(code, BY_SCRIPT) } else { Detected::NOTHING };
    }
    let Script::Of(group) = script else { return Detected::NOTHING };
    if letters < if is_latin { LEAST_LETTERS } else { LEAST_OTHER } {
        return Detected::NOTHING;
    }
    let model = hearing.model();
    let code = |language: usize| model.languages(group).get(language).map(|language| language.code);
    let stretches = hearing.stretches(group);
    let mut aside = Vec::new();
    let mut found = verdict::judge(model, group, &stretches, &aside);
    while let Some(one) = found
        && code(one.language).is_some_and(|code| !mingled::is_borne_out(code, one.confidence, start))
    {
        aside.push(one.language);
        found = verdict::judge(model, group, &stretches, &aside);
    }
    match found {
        Some(found) if found.confidence >= LEAST_CONFIDENCE => Detected {
            language: code(found.language).unwrap_or("und"),
            confidence: found.confidence,
            also: found.also.and_then(code),
        },
        _ => Detected::NOTHING,
    }
}

/// What a text costs each language of its script, for the fitting of confidences.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    pub group: learning::Group,
    pub letters: usize,
    /// In steps of [`learning::STEP`], in the order of the model's languages.
    pub costs: Vec<i32>,
}

/// None where no model is asked.
pub fn weighed(model: &Model, text: &str) -> Option<Weighed> {
    let mut hearing = Hearing::new(model);
    reading::read(text, &mut hearing);
    let Some(Script::Of(group)) = hearing.tally.main() else { return None };
    let letters = hearing.tally.count(Script::Of(group));
    let costs = verdict::total(model, group, &hearing.stretches(group));
    Some(Weighed { group, letters, costs })
}

#[cfg(test)]
mod tests;
