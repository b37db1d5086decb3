use super::learning::{Window, letter};
use super::model::MOST_LANGUAGES;
use super::*;

#[test]
fn each_language_of_a_sentence_is_named() {
    let sentences = [
        ("en", "The coffee arrived this morning and it is the best I have had in years, thank you!"),
        ("de", "Ich habe meine Bestellung noch nicht bekommen, können Sie bitte nachsehen?"),
        ("es", "Hola, quisiera saber si abren los domingos y si tienen opciones sin lactosa."),
        ("fr", "Bonjour, je voudrais savoir si vous livrez dans toute la France avant Noël."),
        ("it", "Buongiorno, vorrei sapere se è possibile cambiare il mio ordine di ieri."),
        ("pt", "Olá, o meu pedido ainda não chegou e já passaram duas semanas, o que fazer?"),
        ("nl", "Goedemorgen, ik heb een vraag over mijn bestelling van vorige week, wanneer komt het?"),
        ("sv", "Hej, jag undrar om ni har öppet på söndagar och om det går att boka bord."),
        ("tr", "Merhaba, siparişim henüz gelmedi, ne zaman kargoya verileceğini öğrenebilir miyim?"),
        ("vi", "Xin chào, tôi muốn hỏi cửa hàng của bạn có mở cửa vào chủ nhật không?"),
        ("ru", "Здравствуйте, когда вы привезёте мой заказ? Я жду уже неделю."),
        ("uk", "Добрий день, коли приїде моє замовлення? Я чекаю вже тиждень."),
        ("bg", "Здравейте, кога ще пристигне поръчката ми? Чакам вече една седмица, къде е?"),
        ("sr", "Добар дан, када ће стићи моја поруџбина?"),
        ("ar", "مرحبا، متى تفتحون يوم الجمعة؟ أريد أن أطلب قهوة."),
        ("fa", "سلام، سفارش من کی می‌رسد؟ خیلی ممنون از شما."),
        ("ur", "السلام علیکم، میرا آرڈر کب آئے گا؟"),
        ("he", "שלום, מתי אתם פותחים ביום שישי?"),
        ("el", "Καλημέρα, πότε ανοίγετε την Κυριακή;"),
        ("hi", "नमस्ते, मेरा ऑर्डर कब आएगा? मैं एक हफ़्ते से इंतज़ार कर रहा हूँ।"),
        ("mr", "नमस्कार, माझी ऑर्डर कधी येणार आहे?"),
        ("bn", "নমস্কার, আমার অর্ডার কখন আসবে?"),
        ("ta", "வணக்கம், என் ஆர்டர் எப்போது வரும்?"),
        ("te", "నమస్కారం, నా ఆర్డర్ ఎప్పుడు వస్తుంది?"),
        ("th", "สวัสดีครับ ร้านเปิดวันอาทิตย์ไหมครับ"),
        ("ka", "გამარჯობა, როდის იღება კაფე?"),
        ("hy", "Բարեւ ձեզ, երբ եք բացվում:"),
        ("am", "ሰላም፣ ትዕዛዜ መቼ ይደርሳል?"),
        ("ja", "注文したコーヒーがまだ届きません。いつ届きますか？"),
        ("zh", "你好，我订的咖啡什么时候到？已经一个星期了。"),
        ("ko", "안녕하세요, 주문한 커피가 언제 도착하나요?"),
        ("pl", "Dzień dobry, kiedy przyjdzie moje zamówienie? Czekam już tydzień, proszę o odpowiedź."),
        ("cs", "Dobrý den, kdy přijde moje objednávka? Čekám už týden a ještě nic nepřišlo, děkuji předem."),
        (
            "hu",
            "Jó napot, mikor érkezik meg a megrendelésem? Előre is köszönöm, nagyon örülök, hogy időben, esőben is szállítanak.",
        ),
    ];
    for (code, sentence) in sentences {
        assert_eq!(detect(sentence), code, "{sentence}");
    }
}

#[test]
fn what_says_too_little_is_undetermined() {
    for text in [
        "",
        "   ",
        "ok",
        "👍👍👍",
        "12345 67890",
        "https://example.org/ich-bin-ein-link",
        "@amina @joao",
        "a@b.org",
        "…",
        "K",
    ] {
        assert_eq!(detect(text), "und", "{text}");
    }
}

#[test]
fn languages_of_the_north_are_told_apart() {
    for (code, text) in [
        (
            "fi",
            "Hei, milloin tilaukseni saapuu perille? Olen odottanut sitä kohta kaksi viikkoa enkä ole kuullut mitään.",
        ),
        (
            "nb",
            "Hei, jeg lurer på når bestillingen min kommer, jeg har ventet på kaffebønner både lørdag og søndag før påske.",
        ),
        ("nn", "Hei, eg lurer på når tinginga mi kjem, eg har venta i to veker og ikkje høyrt noko frå dykk."),
        (
            "da",
            "Hej, jeg vil gerne vide, hvornår min bestilling kommer, for jeg har ventet i to uger uden at høre noget.",
        ),
        ("et", "Tere, millal minu tellimus kohale jõuab? Olen oodanud juba kaks nädalat ning pole midagi kuulnud."),
        ("is", "Góðan daginn, hvenær kemur pöntunin mín? Ég hef beðið í tvær vikur og ekkert heyrt."),
    ] {
        assert_eq!(detect(text), code, "{text}");
    }
}

#[test]
fn a_short_message_is_named_by_the_words_that_short_messages_are_made_of() {
    for (code, text) in [
        ("en", "Thank you very much!"),
        ("de", "Vielen Dank, liebe Grüße"),
        ("es", "Muchas gracias por todo"),
        ("fr", "Merci beaucoup, bonne journée"),
        ("it", "Grazie mille, a presto"),
    ] {
        assert_eq!(detect(text), code, "{text}");
    }
}

#[test]
fn names_of_brands_do_not_turn_a_japanese_sentence_into_english() {
    assert_eq!(detect("Tertulia Coffee Roasters のコーヒーが大好きです"), "ja");
    assert_eq!(detect("我很喜欢 Flat White 和 Espresso，谢谢你们"), "zh");
}

#[test]
fn links_and_addresses_say_nothing_of_the_language() {
    let text = "https://example.com/the-best-coffee-in-the-world-and-more amina@the-coffee-house.example Wann kommt meine Bestellung bei mir an?";
    assert_eq!(detect(text), "de");
}

#[test]
fn hindi_in_latin_letters_is_a_language_of_its_own() {
    let text = "bhai mera order abhi tak nahi aaya, kya aap log kuch kar sakte ho? bahut der ho gayi hai yaar";
    assert_eq!(detect(text), "hi-Latn");
    assert_eq!(known("hi-Latn"), Some("hi-Latn"));
    assert_eq!((known("HI"), known("es-MX"), known("tlh")), (Some("hi"), Some("es"), None));
}

#[test]
fn a_text_in_two_languages_has_both() {
    for (text, main, also) in [
        (
            "Guten Tag, ich warte seit zwei Wochen auf meine Bestellung und habe nichts gehört. Wann kommt sie denn an?\n\n\
             Bonjour, j'attends ma commande depuis deux semaines, quand arrive-t-elle ?",
            "de",
            "fr",
        ),
        ("Where is my order? I have been waiting. 注文したコーヒーがまだ届きません。いつ届きますか", "ja", "en"),
        ("Здравствуйте, когда вы привезёте мой заказ? Please tell me when it comes", "ru", "en"),
    ] {
        let found = detected(text);
        assert_eq!((found.language, found.also), (main, Some(also)), "{text}");
    }
    for text in [
        "The coffee arrived this morning and it is the best I have had in years. Thank you so much, see you next week!",
        "Wir waren am Sonntag im Café Central und haben Cappuccino und Croissants bestellt, alles sehr lecker. Danke!",
        "Hola, quisiera saber si abren los domingos y si tienen opciones sin lactosa. Muchas gracias, un saludo.",
        "Tertulia Coffee Roasters のコーヒーが大好きです",
    ] {
        assert_eq!(detected(text).also, None, "{text}");
    }
}

#[test]
fn the_more_is_said_the_surer_it_is() {
    let short = detected("domani");
    let long = detected("Buongiorno, vorrei sapere se domani è possibile cambiare il mio ordine di ieri.");
    assert!(long.confidence > 0.95 && long.confidence > short.confidence, "{short:?} {long:?}");
    assert!(detected("xqzt wvkj").confidence < 0.9);
    assert_eq!(detected("12 :-)"), Detected { language: "und", confidence: 0.0, also: None });
}

#[test]
fn letters_of_languages_that_are_not_known_are_not_taken_for_others() {
    // Tajik, Uyghur, Nepali, Pashto, Tigrinya.
    assert_eq!(detect("Салом, ман мехоҳам қаҳва харам, шумо кай мекушоед ҷони ман?"), "und");
    assert_eq!(detect("ياخشىمۇسىز، مەن قەھۋە ئىچىمەن ۋە سىزنى كۆرىمەن"), "und");
    assert_eq!(detect("नमस्ते, मेरो अर्डर कहिले आउँछ? म पनि एक हप्तादेखि पर्खिरहेको छु।"), "ne");
    assert_eq!(detect("سلام، زما فرمایش به کله راورسېږي؟ ډېره مننه"), "ps");
    assert_eq!(detect("ሰላም፡ ኣነ ቡን ክዕድግ ደልየ ኣለኹ"), "ti");
}

#[test]
fn a_script_of_one_language_and_letters_without_a_word_are_both_fine() {
    for (code, text) in
        [("ja", "コ"), ("zh", "位"), ("und", "ж"), ("und", "é"), ("und", "ア゙゙"), ("el", "αβ"), ("und", "α")]
    {
        let found = detect(text);
        assert!(found == code || text.chars().count() > 1 && found == "ja", "{text}: {found}");
    }
}

#[test]
fn hostile_texts_cost_no_more_than_others() {
    let begun = std::time::Instant::now();
    let texts = [
        "a".repeat(1 << 20),
        "ab".repeat(1 << 19),
        "漢".repeat(1 << 18),
        "\u{301}".repeat(1 << 19),
        "https://x ".repeat(100_000),
        "@a ".repeat(300_000),
        " ".repeat(1 << 20),
        "жa".repeat(1 << 18),
        "ﷺ".repeat(1 << 18),
        "İ".repeat(1 << 18),
        "a\u{0}b\u{1}\u{2}".repeat(1 << 17),
        "ab жы ab жы. ".repeat(1 << 16),
        "🙂".repeat(1 << 18),
    ];
    for text in &texts {
        let found = detected(text);
        assert!((0.0..=1.0).contains(&found.confidence) && found == detected(text));
    }
    assert!(begun.elapsed().as_secs() < 2, "{:?}", begun.elapsed());
}

proptest::proptest! {
    #[test]
    fn any_text_has_a_known_language_or_none(text in "\\PC{0,80}") {
        let found = detected(&text);
        proptest::prop_assert!(found.language == "und" || known(found.language) == Some(found.language));
        proptest::prop_assert!(found.also.is_none_or(|also| also != found.language && known(also) == Some(also)));
        proptest::prop_assert!((0.0..=1.0).contains(&found.confidence) && !found.confidence.is_nan());
    }
}

#[test]
fn the_model_is_whole_and_all_its_languages_are_known() {
    let model = MODEL.as_ref().expect("the model can be read");
    for group in learning::Group::ALL {
        for language in model.languages(group) {
            assert_eq!(known(language.code), Some(language.code));
        }
    }
    let bytes: &'static [u8] = include_bytes!("../../models/language.bin");
    assert!(bytes.len() < 6_500_000, "{}", bytes.len());
    for cut in [0, 3, 7, 40, 1_000, bytes.len() - 1] {
        assert!(Model::read(&bytes[..cut]).is_none(), "{cut}");
    }
    let mut other = bytes[..64].to_vec();
    other[0] = b'X';
    assert!(Model::read(other.leak()).is_none());
}

#[test]
fn letters_that_are_looked_up_together_cost_what_each_costs_alone() {
    let model = MODEL.as_ref().unwrap();
    let codes = "grüßendieçağrıñandúthequickbrownfoxjumpsöverlåtarżółw".repeat(2);
    let windows: Vec<Window> = codes
        .chars()
        .filter_map(letter)
        .scan(Window::START, |window, (_, code)| {
            *window = window.with(code);
            Some(*window)
        })
        .collect();
    for deep in [false, true] {
        let (mut together, mut alone) = ([0; MOST_LANGUAGES], [0; MOST_LANGUAGES]);
        model.add(&windows, deep, &mut together);
        windows.iter().for_each(|window| model.add(std::slice::from_ref(window), deep, &mut alone));
        assert!(together == alone && together.iter().any(|cost| *cost != 0), "{deep}");
    }
}

#[test]
fn plain_english_is_not_taken_for_a_language_that_is_half_english() {
    for text in [
        "Did you call me just now?",
        "Why did the bins not go out on Monday again?",
        "I go to the shop now, you come after lunch?",
        "Please don't text me any more, I have nothing to say.",
        "find size of disk cache",
        "K. Going for dinner, message you after.",
    ] {
        assert_eq!(detect(text), "en", "{text}");
    }
    assert_eq!(detect("Abeg wetin dey happen? I never see my coffee since last week o."), "pcm");
    assert_eq!(detect("Bhai meri coffee kab aayegi, do hafte ho gaye hai"), "hi-Latn");
}
