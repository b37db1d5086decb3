use super::*;
use proptest::prelude::*;

fn values(texts: &[&str]) -> Vec<Sentiment> {
    texts.iter().map(|text| of(text, "und").value).collect()
}

#[test]
fn the_model_can_be_read() {
    let model = MODEL.as_ref().expect("the model of this version");
    assert_eq!(model.head.classes, Sentiment::ALL.len());
}

#[test]
fn delight_is_positive_in_several_languages() {
    let delighted = [
        "I love it, thank you so much! 😍",
        "What a great day, best service ever!!!",
        "Ich liebe es, vielen Dank, super! 😍",
        "J'adore, merci beaucoup, c'est génial ! 😍",
        "¡Me encanta, muchas gracias, feliz día! 😍",
        "Adoro, muito obrigado, que lindo! 😍",
        "Bellissimo, grazie mille, ottimo lavoro! 😍",
    ];
    assert_eq!(values(&delighted), [Sentiment::Positive; 7]);
}

#[test]
fn anger_is_negative_in_several_languages() {
    let angry = [
        "This is the worst service ever, I hate it.",
        "So sad and disappointed, what a terrible day 😡",
        "Ich hasse das, so eine Scheiße, zum Kotzen 😡",
        "J'en ai marre, c'est nul, quelle honte 😡",
        "Qué asco, odio esto, qué mierda 😡",
        "Que ódio, odeio isso, que merda 😡",
        "Che schifo, vergogna, governo ladro 😡",
    ];
    assert_eq!(values(&angry), [Sentiment::Negative; 7]);
}

#[test]
fn nothing_is_neutral_and_names_go_there_and_back() {
    assert_eq!(values(&["", " \n\t ", "\u{200B}"])[..2], [Sentiment::Neutral; 2]);
    for sentiment in Sentiment::ALL {
        assert_eq!(Sentiment::of_name(sentiment.name()), Some(sentiment));
    }
    assert_eq!(Sentiment::of_name("cross"), None);
}

proptest! {
    #[test]
    fn any_text_has_the_same_label_each_time(text in "\\PC{0,400}") {
        let label = of(&text, "und");
        prop_assert_eq!(label, of(&text, "und"));
        prop_assert!((1.0 / 3.0 - 1e-3..=1.0).contains(&label.confidence), "{}", label.confidence);
    }
}
