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
fn a_language_that_the_model_does_not_know_is_not_taken_for_one_that_it_does() {
    for text in [
        "Hei, milloin tilaukseni saapuu perille? Olen odottanut sitä kohta kaksi viikkoa enkä ole kuullut mitään.",
        "Hei, jeg lurer på når bestillingen min kommer, jeg har ventet på kaffebønner både lørdag og søndag før påske.",
        "Tere, millal minu tellimus kohale jõuab? Olen oodanud juba kaks nädalat ning pole midagi kuulnud.",
    ] {
        assert_eq!(detect(text), "und", "{text}");
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
        ("und", "Espresso Lungo Macchiato"),
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
