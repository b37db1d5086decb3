//! Which languages are learnt, and from what.

use tertulia_analysis::language::learning::Group;

/// A language of the model.
pub struct Learnt {
    pub code: &'static str,
    pub group: Group,
    /// The language's name in lingua's language-model crates.
    pub lingua: Option<&'static str>,
    /// Folders of tweets below `sentiment/`.
    pub tweets: &'static [&'static str],
    /// How much likelier than others a message is in it before it is read, in nats: much is written in a few languages.
    pub prior: f64,
}

const fn of(group: Group, code: &'static str, lingua: &'static str) -> Learnt {
    Learnt { code, group, lingua: Some(lingua), tweets: &[], prior: 0.0 }
}

const fn latin(code: &'static str, lingua: &'static str) -> Learnt {
    of(Group::Latin, code, lingua)
}

impl Learnt {
    const fn with_tweets(self, tweets: &'static [&'static str]) -> Self {
        Self { tweets, ..self }
    }

    const fn common(self, prior: f64) -> Self {
        Self { prior, ..self }
    }
}

/// From tweets alone.
const fn tweeted(code: &'static str, tweets: &'static [&'static str], prior: f64) -> Learnt {
    Learnt { code, group: Group::Latin, lingua: None, tweets, prior }
}

pub const LEARNT: &[Learnt] = &[
    latin("af", "afrikaans"),
    latin("az", "azerbaijani"),
    latin("bs", "bosnian"),
    latin("ca", "catalan"),
    latin("cs", "czech"),
    latin("cy", "welsh"),
    latin("da", "danish"),
    latin("de", "german").with_tweets(&["umsab/german"]).common(0.7),
    latin("en", "english").with_tweets(&["umsab/english"]).common(1.5),
    latin("eo", "esperanto"),
    latin("es", "spanish").with_tweets(&["umsab/spanish"]).common(1.0),
    latin("et", "estonian"),
    latin("eu", "basque"),
    latin("fi", "finnish"),
    latin("fr", "french").with_tweets(&["umsab/french"]).common(0.7),
    latin("ga", "irish"),
    tweeted("ha", &["afrisenti/hau"], -0.5),
    tweeted("hi-Latn", &["umsab/hindi"], -2.0),
    latin("hr", "croatian"),
    latin("hu", "hungarian"),
    latin("id", "indonesian"),
    tweeted("ig", &["afrisenti/ibo"], -0.5),
    latin("is", "icelandic"),
    latin("it", "italian").with_tweets(&["umsab/italian"]).common(0.7),
    latin("la", "latin"),
    latin("lg", "ganda"),
    latin("lt", "lithuanian"),
    latin("lv", "latvian"),
    latin("mi", "maori"),
    latin("ms", "malay"),
    latin("nb", "bokmal"),
    latin("nl", "dutch"),
    latin("nn", "nynorsk"),
    tweeted("pcm", &["afrisenti/pcm"], -5.0),
    latin("pl", "polish"),
    latin("pt", "portuguese").with_tweets(&["umsab/portuguese", "afrisenti/por"]).common(0.7),
    latin("ro", "romanian"),
    tweeted("rw", &["afrisenti/kin"], -0.5),
    latin("sk", "slovak"),
    latin("sl", "slovene"),
    latin("sn", "shona"),
    latin("so", "somali"),
    latin("sq", "albanian"),
    latin("st", "sotho"),
    latin("sv", "swedish"),
    latin("sw", "swahili").with_tweets(&["afrisenti/swa"]),
    latin("tl", "tagalog"),
    latin("tn", "tswana"),
    latin("tr", "turkish"),
    latin("ts", "tsonga").with_tweets(&["afrisenti/tso"]),
    tweeted("tw", &["afrisenti/twi"], -0.5),
    latin("vi", "vietnamese"),
    latin("xh", "xhosa"),
    latin("yo", "yoruba").with_tweets(&["afrisenti/yor"]),
    latin("zu", "zulu"),
    of(Group::Cyrillic, "be", "belarusian"),
    of(Group::Cyrillic, "bg", "bulgarian"),
    of(Group::Cyrillic, "kk", "kazakh"),
    of(Group::Cyrillic, "mk", "macedonian"),
    of(Group::Cyrillic, "mn", "mongolian"),
    of(Group::Cyrillic, "ru", "russian").common(0.7),
    of(Group::Cyrillic, "sr", "serbian"),
    of(Group::Cyrillic, "uk", "ukrainian"),
    of(Group::Arabic, "ar", "arabic").with_tweets(&["umsab/arabic", "afrisenti/arq", "afrisenti/ary"]).common(1.0),
    of(Group::Arabic, "fa", "persian"),
    of(Group::Arabic, "ur", "urdu"),
    of(Group::Devanagari, "hi", "hindi").common(0.7),
    of(Group::Devanagari, "mr", "marathi"),
];
