//! Languages by name, for a choice and for a label. Those that `tertulia_analysis::language` can tell apart.

use tertulia_engine::languages::NAMES;
pub(crate) use tertulia_engine::languages::name;

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
