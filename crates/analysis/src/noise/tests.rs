use super::*;
use proptest::prelude::*;

fn values(texts: &[&str], place: Place) -> Vec<Noise> {
    texts.iter().map(|text| of(text, place).value).collect()
}

#[test]
fn the_model_can_be_read() {
    let model = MODEL.as_ref().expect("the model of this version");
    assert_eq!(model.head.classes, Noise::ALL.len());
}

#[test]
fn prizes_and_premium_numbers_are_spam() {
    let spam = [
        "WINNER!! You have won a £1000 cash prize! To claim call 09061234567 now. T&Cs apply, 150p/min, 18+ only",
        "FREE ringtone! Text TONE to 87121 to get a new tone every week. Txt STOP to end. £1.50 per msg",
    ];
    assert_eq!(values(&spam, Place::Private), [Noise::Spam; 2]);
}

#[test]
fn who_wants_subscribers_promotes() {
    let promotion = [
        "hey guys please check out my new channel and subscribe, i make music covers every week!!",
        "Check out my videos please and subscribe to my channel, thanks",
    ];
    assert_eq!(values(&promotion, Place::Public), [Noise::Promotion; 2]);
}

#[test]
fn what_customers_write_is_fine_in_any_language() {
    let fine = [
        "Hi, my parcel has not arrived yet. Could you please look where it is? The number is 44 8120 3391.",
        "Thank you for the quick answer, the new filter works.",
        "I was charged twice (2 x 49.90) for one order, please refund one of them.",
        "Guten Tag, meine Rechnung vom März stimmt nicht. Bitte rufen Sie mich unter 0151 2345678 zurück.",
        "Bonjour, je n'ai toujours pas reçu ma commande. Pouvez-vous m'aider ?",
        "Buenos días, ¿a qué hora abren mañana? Gracias.",
        "Olá, o meu telefone não funciona desde ontem.",
        "Buongiorno, vorrei cambiare il mio appuntamento.",
        "Dzień dobry, kiedy mogę odebrać zamówienie?",
        "Здравствуйте, мой заказ ещё не пришёл.",
        "Siparişim hâlâ gelmedi, yardımcı olur musunuz?",
        "مرحبا، لم يصل طلبي بعد.",
        "注文した商品がまだ届きません。",
        "Habari, mzigo wangu haujafika bado.",
        "नमस्ते, मेरा ऑर्डर अभी तक नहीं आया है।",
    ];
    for place in [Place::Public, Place::Private] {
        assert_eq!(values(&fine, place), [Noise::Fine; 15]);
    }
}

#[test]
fn a_link_in_what_is_written_to_us_alone_is_no_promotion() {
    let asked = "Where can I download the manual? Your link https://example.org/manual gives me an error.";
    assert_eq!(of(asked, Place::Private).value, Noise::Fine);
}

#[test]
fn who_shows_or_quotes_something_in_public_does_not_promote() {
    let shown = [
        "Here is the photo of the broken handle: https://example.org/p/3412",
        "See https://example.org/faq#returns, it says thirty days there, not fourteen.",
    ];
    assert_eq!(values(&shown, Place::Public), [Noise::Fine; 2]);
}

#[test]
fn nothing_is_fine_and_names_go_there_and_back() {
    assert_eq!(values(&["", " \n\t "], Place::Public), [Noise::Fine; 2]);
    for noise in Noise::ALL {
        assert_eq!(Noise::of_name(noise.name()), Some(noise));
    }
}

#[test]
fn each_place_has_its_own_threshold_and_in_private_nobody_promotes() {
    let thresholds = [0.0, 0.4, 0.8, 0.0];
    let value = |spam, promotion, place| decide([0.0, spam, promotion, 0.0], &thresholds, place).value;
    assert_eq!(value(-1.0, 1.0, Place::Public), Noise::Fine);
    assert_eq!(value(-1.0, 2.0, Place::Public), Noise::Promotion);
    assert_eq!(value(3.0, 2.0, Place::Public), Noise::Spam);
    assert_eq!(value(-1.0, 2.0, Place::Private), Noise::Fine);
    assert_eq!(value(0.0, 2.0, Place::Private), Noise::Spam);
}

proptest! {
    #[test]
    fn any_text_has_the_same_label_each_time(text in "\\PC{0,400}") {
        for place in [Place::Public, Place::Private] {
            let label = of(&text, place);
            prop_assert_eq!(label, of(&text, place));
            prop_assert!((0.0..=1.0).contains(&label.confidence), "{}", label.confidence);
        }
    }
}
