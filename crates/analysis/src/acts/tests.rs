use super::*;
use proptest::prelude::*;

fn found(text: &str) -> Vec<&'static str> {
    find(text).iter().map(Act::as_str).collect()
}

#[track_caller]
fn each(act: &str, texts: &[&str]) {
    for text in texts {
        assert!(found(text).contains(&act), "{act} not in {:?}: {text}", found(text));
    }
}

#[track_caller]
fn none(act: &str, texts: &[&str]) {
    for text in texts {
        assert!(!found(text).contains(&act), "{act}: {text}");
    }
}

#[test]
fn questions_are_found_with_and_without_their_mark() {
    each(
        "question",
        &[
            "Is the terrace heated?",
            "how long does shipping to Norway take",
            "Hallo, wie lange dauert der Versand",
            "¿Tenéis leche de avena?",
            "Je voudrais savoir si vous livrez le samedi.",
            "Quanto costa la spedizione?",
            "Vocês enviam para os Açores?",
            "Hoe laat gaan jullie open?",
            "Έχετε ανοιχτά την Κυριακή;",
            "هل تفتحون يوم الجمعة؟",
            "日曜日は営業していますか。",
            "Czy jest parking?",
            "Pazar günü açık mısınız?",
        ],
    );
    none(
        "question",
        &["We are open.", "How are you?", "See https://example.org/?page=2 for more.", "He said \"why?\" and left."],
    );
}

#[test]
fn requests_are_told_from_questions_and_courtesies() {
    each(
        "request",
        &[
            "Please send me the invoice again.",
            "Could you move my booking to eight?",
            "Bitte schicken Sie mir die Rechnung.",
            "Por favor, enviadme la factura.",
            "Pouvez-vous annuler ma commande ?",
            "Vorrei annullare il mio ordine.",
            "Gostaria de cancelar a minha encomenda.",
            "Kunt u de factuur opnieuw sturen?",
            "Lütfen gönderin.",
            "請求書を送ってください。",
            "Proszę o zwrot pieniędzy.",
        ],
    );
    none(
        "request",
        &[
            "Yes please!",
            "Could you tell me where the museum is?",
            "Please don't hesitate to call.",
            "Bitte sehr!",
            "Don't worry.",
            "We sent the parcel.",
        ],
    );
}

#[test]
fn complaints_are_taken_back_by_a_denial_or_an_apology() {
    each(
        "complaint",
        &[
            "My parcel never arrived.",
            "The grinder doesn't work.",
            "Die Lieferung ist nicht angekommen.",
            "El paquete no ha llegado.",
            "Le moulin ne fonctionne plus.",
            "Il macinino non funziona.",
            "A encomenda ainda não chegou.",
            "Het pakket is nooit aangekomen.",
            "商品がまだ届きません。",
            "Sipariş gelmedi, hayal kırıklığı.",
        ],
    );
    none(
        "complaint",
        &[
            "The cup is not broken.",
            "No complaints at all.",
            "We are sorry that your parcel never arrived.",
            "Es ist nichts kaputt.",
            "No está roto.",
            "A cold morning. We came again.",
        ],
    );
}

#[test]
fn thanks_are_meant() {
    each(
        "thanks",
        &[
            "Thank you!",
            "Vielen Dank für alles",
            "¡Muchas gracias!",
            "Merci beaucoup",
            "Grazie mille",
            "Obrigada!",
            "Bedankt",
            "Teşekkürler",
            "ありがとうございます",
            "شكرا",
            "Dziękuję",
            "धन्यवाद",
        ],
    );
    none(
        "thanks",
        &["No, thanks.", "Thanks for nothing.", "Nein danke", "No gracias", "Non merci", "The tank is full."],
    );
}

#[test]
fn commitments_are_the_writers_own_and_not_denied() {
    each(
        "commitment",
        &[
            "I'll check the stock tomorrow.",
            "We will send you a new lid.",
            "Ich melde mich morgen.",
            "Mañana te llamo.",
            "Revisaré el pedido.",
            "Je vous envoie le colis demain.",
            "Ti mando la foto stasera.",
            "Vou verificar o pedido.",
            "Ik stuur je morgen een nieuwe.",
            "明日お送りします。",
        ],
    );
    none(
        "commitment",
        &[
            "I won't send it.",
            "If you pay, I will send it.",
            "Will you send it?",
            "Maybe I'll come.",
            "You sent it.",
            "He said \"I'll send it\".",
        ],
    );
}

#[test]
fn what_says_nothing_does_nothing() {
    for text in ["", "   ", "👍👍", "https://example.org", "!!!", "???", "12 34", "\u{0}\u{fffd}", "\"\"\"«»„“"]
    {
        assert_eq!(find(text), Acts::default(), "{text:?}");
    }
}

#[test]
fn a_hostile_text_is_read_to_a_bound() {
    let pieces = ["if you please i'll ", "no ", "\"", "?", "ありがとう", "I'll let me we will ", "\n\n", "e\u{301}"];
    for piece in pieces {
        let text = piece.repeat(1_000_000 / piece.len());
        assert_eq!(find(&text), find(&text[..crate::tokens::floor_boundary(&text, MOST_BYTES)]), "{piece:?}");
    }
    assert_eq!(find(&format!("{} thank you", "word ".repeat(2_000))), Acts::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_read_and_twice_the_same(text in "\\PC{0,200}") {
        let acts = find(&text);
        prop_assert_eq!(acts, find(&text));
        for act in Act::ALL {
            prop_assert!((0.0..=1.0).contains(&acts.confidence(act)));
        }
    }

    #[test]
    fn one_more_sentence_takes_nothing_away(
        first in prop::sample::select(vec!["Thank you.", "Is it open?", "My parcel never arrived.", "I'll send it tomorrow."]),
        second in "[a-z ]{0,60}",
    ) {
        let (alone, with) = (find(first), find(&format!("{first} {second}.")));
        for act in Act::ALL {
            prop_assert!(with.confidence(act) >= alone.confidence(act));
        }
    }
}
