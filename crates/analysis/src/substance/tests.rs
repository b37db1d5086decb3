use super::*;
use proptest::prelude::*;

const REASONED: &str = "I tried both bags for two weeks. The old one kept its smell for 20 days, because it has a valve, while the new \
    one was flat after eight. Perhaps you could print the date of roasting larger, so that people know when to use a jar?";

fn score(text: &str) -> f64 {
    judge(text, "en").score
}

#[test]
fn what_argues_is_substantial_and_what_only_praises_is_thin() {
    assert_eq!(judge(REASONED, "en").label, Substance::Substantial);
    for text in [
        "Great post!",
        "So true, thanks for sharing!!!",
        "lol",
        "Nice",
        "I love this so much",
        "+1",
        "Well said.",
        "ok",
    ] {
        assert_eq!(judge(text, "en").label, Substance::Thin, "{text}");
    }
    for (language, text) in [
        ("de", "Toller Beitrag, danke!"),
        ("fr", "Bravo, super article, merci beaucoup !"),
        ("es", "¡Genial, muchas gracias!"),
        ("it", "Grazie mille, bellissimo!"),
        ("pt", "Muito obrigada, adorei!"),
        ("nl", "Bedankt, heel leuk!"),
        ("ja", "素晴らしい！"),
    ] {
        assert_eq!(judge(text, language).label, Substance::Thin, "{text}");
    }
}

#[test]
fn reasons_count_in_each_language_that_has_lists() {
    for (language, text) in [
        (
            "de",
            "Der neue Beutel hat kein Ventil, deshalb riecht der Kaffee nach acht Tagen nicht mehr. Vielleicht würde ein Glas helfen.",
        ),
        (
            "fr",
            "Le nouveau sachet n'a pas de valve, donc le café perd son arôme après huit jours. Il faudrait peut-être un bocal.",
        ),
        (
            "es",
            "La bolsa nueva no tiene válvula, por eso el café pierde aroma a los ocho días. Quizá convendría usar un bote.",
        ),
        (
            "it",
            "Il sacchetto nuovo non ha la valvola, quindi il caffè perde aroma dopo otto giorni. Forse servirebbe un barattolo.",
        ),
        (
            "pt",
            "O saco novo não tem válvula, por isso o café perde aroma depois de oito dias. Talvez seja melhor usar um frasco.",
        ),
        (
            "nl",
            "De nieuwe zak heeft geen ventiel, daardoor verliest de koffie na acht dagen zijn geur. Misschien helpt een pot.",
        ),
    ] {
        assert_eq!(judge(text, language).label, Substance::Substantial, "{text}");
        assert!(parts(text, language).iter().any(|part| part.name == "reasons" && part.value > 0.0), "{text}");
    }
    assert_eq!(languages().count(), 14);
}

#[test]
fn of_two_texts_of_one_length_the_one_that_argues_has_the_higher_score() {
    let argues =
        "The fee should fall because the council already pays 40 percent of the cost, although rents rose last year.";
    let rants = "These people are a total disgrace, you are all idiots, and they will do it again and again, as they always do it.";
    assert!(score(argues) > score(rants) + 0.3, "{} {}", score(argues), score(rants));
    let shouts = argues.to_uppercase();
    assert!(score(argues) > score(&shouts));
}

#[test]
fn promotion_is_not_a_contribution() {
    let sells = "Check out our amazing channel, click here and use my code for free shipping, limited time special offer, buy now!";
    assert_eq!(judge(sells, "en").label, Substance::Thin);
}

#[test]
fn what_has_no_word_is_wordless() {
    for text in ["", " \n", "👍👍👍", "https://example.org/a-very-long/name-of-a-page", "?!", "\u{0}"] {
        assert_eq!(judge(text, "und"), Judged { label: Substance::Wordless, score: 0.0, confidence: 1.0 }, "{text:?}");
    }
}

#[test]
fn the_parts_add_up_to_the_score() {
    let sum: f64 = parts(REASONED, "en").iter().map(|part| part.value).sum();
    assert!((1.0 / (1.0 + (-sum).exp()) - score(REASONED)).abs() < 1e-12);
}

#[test]
fn a_hostile_text_is_read_to_a_bound() {
    for piece in ["because ", "a", "!", "日本", "A B ", "e\u{301}", "http://", "\"", "\n", "because however if "] {
        let text = piece.repeat(1_000_000 / piece.len());
        let judged = judge(&text, "en");
        assert_eq!(
            judged,
            judge(&text[..crate::tokens::floor_boundary(&text, features::MOST_BYTES)], "en"),
            "{piece:?}"
        );
        assert!(judged.label != Substance::Substantial, "{piece:?} {judged:?}");
    }
    let many: String = (0..2_000).map(|n| format!("w{n} ")).collect();
    assert!(judge(&many, "en").score.is_finite());
}

#[test]
fn saying_it_again_gains_next_to_nothing() {
    for text in [REASONED, "Great post!", "The bag has no valve, so the beans go stale.", "Is it open on Sundays?"] {
        for times in [2, 5, 20] {
            let again = format!("{text} ").repeat(times);
            assert!(score(&again) <= score(text) + 0.05, "{times}: {} {}", score(&again), score(text));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_has_a_score_and_twice_the_same(text in "\\PC{0,200}", language in prop::sample::select(vec!["en", "de", "ja", "und", ""])) {
        let judged = judge(&text, language);
        prop_assert_eq!(judged, judge(&text, language));
        prop_assert!((0.0..=1.0).contains(&judged.score) && (0.5..=1.0).contains(&judged.confidence));
    }

    #[test]
    fn exclamation_marks_never_raise_the_score(
        words in prop::collection::vec(prop::sample::select(vec!["because", "the", "Anna", "valve,", "12", "you", "why?", "so.", "great", "shut", "up"]), 1..30),
        at in 0_usize..30,
    ) {
        let plain = words.join(" ");
        let mut shouted = words;
        shouted.insert(at.min(shouted.len()), "!!!!");
        prop_assert!(score(&shouted.join(" ")) <= score(&plain));
        let ended = format!("{plain}!!!!");
        prop_assert!(score(&ended) <= score(&plain));
    }
}
