//! Languages by name, for a choice and for a label. Those that `tertulia_analysis::language` can tell apart.

/// Code (ISO 639-1, else 639-3) and English name, in the order of the names.
const NAMES: [(&str, &str); 100] = [
    ("af", "Afrikaans"),
    ("sq", "Albanian"),
    ("am", "Amharic"),
    ("ar", "Arabic"),
    ("hy", "Armenian"),
    ("as", "Assamese"),
    ("az", "Azerbaijani"),
    ("eu", "Basque"),
    ("be", "Belarusian"),
    ("bn", "Bengali"),
    ("bs", "Bosnian"),
    ("bg", "Bulgarian"),
    ("my", "Burmese"),
    ("ca", "Catalan"),
    ("zh", "Chinese"),
    ("hr", "Croatian"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("dv", "Dhivehi"),
    ("nl", "Dutch"),
    ("en", "English"),
    ("eo", "Esperanto"),
    ("et", "Estonian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("lg", "Ganda"),
    ("ka", "Georgian"),
    ("de", "German"),
    ("el", "Greek"),
    ("gu", "Gujarati"),
    ("ha", "Hausa"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hi-Latn", "Hindi in Latin letters"),
    ("hu", "Hungarian"),
    ("is", "Icelandic"),
    ("ig", "Igbo"),
    ("id", "Indonesian"),
    ("ga", "Irish"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("kn", "Kannada"),
    ("kk", "Kazakh"),
    ("km", "Khmer"),
    ("rw", "Kinyarwanda"),
    ("ko", "Korean"),
    ("lo", "Lao"),
    ("la", "Latin"),
    ("lv", "Latvian"),
    ("lt", "Lithuanian"),
    ("mk", "Macedonian"),
    ("ms", "Malay"),
    ("ml", "Malayalam"),
    ("mi", "Maori"),
    ("mr", "Marathi"),
    ("mn", "Mongolian"),
    ("ne", "Nepali"),
    ("pcm", "Nigerian Pidgin"),
    ("no", "Norwegian"),
    ("nb", "Norwegian Bokmål"),
    ("nn", "Norwegian Nynorsk"),
    ("or", "Odia"),
    ("om", "Oromo"),
    ("ps", "Pashto"),
    ("fa", "Persian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pa", "Punjabi"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sr", "Serbian"),
    ("sn", "Shona"),
    ("si", "Sinhala"),
    ("sk", "Slovak"),
    ("sl", "Slovene"),
    ("so", "Somali"),
    ("st", "Sotho"),
    ("es", "Spanish"),
    ("sw", "Swahili"),
    ("sv", "Swedish"),
    ("tl", "Tagalog"),
    ("ta", "Tamil"),
    ("te", "Telugu"),
    ("th", "Thai"),
    ("bo", "Tibetan"),
    ("ti", "Tigrinya"),
    ("ts", "Tsonga"),
    ("tn", "Tswana"),
    ("tr", "Turkish"),
    ("tw", "Twi"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("uz", "Uzbek"),
    ("vi", "Vietnamese"),
    ("cy", "Welsh"),
    ("xh", "Xhosa"),
    ("yi", "Yiddish"),
    ("yo", "Yoruba"),
    ("zu", "Zulu"),
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
