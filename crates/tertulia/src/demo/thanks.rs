//! What somebody who got an answer may say, in the language they write in.

/// Short thanks; none for a language in which nobody here can be sure to sound like a person.
pub fn in_language(language: &str, which: u64) -> Option<&'static str> {
    let all: &[&str] = match language {
        "es" => &["¡Gracias por contestar tan rápido!", "Perfecto, muchas gracias.", "Gracias, así da gusto."],
        "en" => &["Thank you, that was quick!", "Perfect, thanks a lot.", "That helps. Thank you."],
        "de" => &["Vielen Dank für die schnelle Antwort!", "Wunderbar, danke!", "Danke, das hilft mir sehr."],
        "fr" => &["Merci pour votre réponse rapide !", "Parfait, merci beaucoup.", "Merci, c'est très gentil."],
        "pt" => &["Obrigado pela resposta rápida!", "Perfeito, muito obrigado."],
        "it" => &["Grazie per la risposta!", "Perfetto, grazie mille."],
        "nl" => &["Dank voor het snelle antwoord!", "Prima, bedankt."],
        "sv" => &["Tack för snabbt svar!", "Toppen, tack."],
        "pl" => &["Dziękuję za szybką odpowiedź!", "Świetnie, dziękuję."],
        "ja" => &["早速のお返事、ありがとうございます。"],
        "ar" => &["شكرًا جزيلًا على الرد السريع."],
        "ru" => &["Спасибо за быстрый ответ!"],
        "tr" => &["Hızlı cevap için teşekkürler!"],
        _ => return None,
    };
    all.get(usize::try_from(which % all.len() as u64).unwrap_or(0)).copied()
}
