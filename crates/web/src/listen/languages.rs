//! Languages by name, for a choice and for a label. Those that `tertulia_analysis::language` can tell apart.

/// Code (ISO 639-1) and English name, in the order of the names.
const NAMES: [(&str, &str); 60] = [
    ("am", "Amharic"),
    ("ar", "Arabic"),
    ("hy", "Armenian"),
    ("as", "Assamese"),
    ("be", "Belarusian"),
    ("bn", "Bengali"),
    ("bg", "Bulgarian"),
    ("my", "Burmese"),
    ("zh", "Chinese"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("dv", "Dhivehi"),
    ("nl", "Dutch"),
    ("en", "English"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("ka", "Georgian"),
    ("de", "German"),
    ("el", "Greek"),
    ("gu", "Gujarati"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hu", "Hungarian"),
    ("is", "Icelandic"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("kn", "Kannada"),
    ("kk", "Kazakh"),
    ("km", "Khmer"),
    ("ko", "Korean"),
    ("lo", "Lao"),
    ("lv", "Latvian"),
    ("lt", "Lithuanian"),
    ("mk", "Macedonian"),
    ("ml", "Malayalam"),
    ("mr", "Marathi"),
    ("ne", "Nepali"),
    ("no", "Norwegian"),
    ("or", "Odia"),
    ("ps", "Pashto"),
    ("fa", "Persian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pa", "Punjabi"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sr", "Serbian"),
    ("si", "Sinhala"),
    ("es", "Spanish"),
    ("sv", "Swedish"),
    ("ta", "Tamil"),
    ("te", "Telugu"),
    ("th", "Thai"),
    ("bo", "Tibetan"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("vi", "Vietnamese"),
    ("yi", "Yiddish"),
    ("und", "not known"),
];

/// What a language is called; a code without a name here is its own name.
pub(crate) fn name(code: &str) -> &str {
    NAMES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// For a label beside words: nothing where the language is not known.
pub(crate) fn label(code: &str) -> Option<(String, String)> {
    (code != "und" && !code.is_empty()).then(|| (code.to_owned(), name(code).to_owned()))
}

/// What a form offers: any language first, then each by name.
pub(crate) fn choices() -> Vec<(String, String)> {
    let any = (String::new(), "any language".to_owned());
    let named = NAMES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned()));
    std::iter::once(any).chain(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_languages_that_can_be_told_apart_have_names() {
        let said = [
            "Vielen Dank für die schnelle Lieferung, der Kaffee schmeckt wunderbar.",
            "Καλημέρα σας",
            "コーヒーはまだですか",
            "Доброе утро, когда вы открываетесь сегодня?",
            "صباح الخير، متى تفتحون اليوم؟",
            "Dzień dobry, czy kawa jest już świeżo palona? Dziękuję, będę później.",
        ];
        for text in said {
            let code = tertulia_analysis::language::detect(text);
            assert_ne!(name(code), code, "{text}");
        }
        assert_eq!((name("und"), label("und"), name("tlh")), ("not known", None, "tlh"));
    }
}
