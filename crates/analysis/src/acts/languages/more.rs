//! Shorter lists.

use super::*;

pub(super) const LISTS: Lists = &[
    (
        THANKS,
        "gràcies, moltes gràcies, moltíssimes gràcies, mercès, us agraeixo, tack, tack så mycket, tusen tack, takk, tusen takk, mange tak, kiitos, kiitoksia, \
         dziękuję, dzięki, dziękujemy, wielkie dzięki, díky, děkuji, děkujeme, ďakujem, köszönöm, köszönjük, kösz, mulțumesc, \
         hvala, спасибо, благодарю, большое спасибо, дякую, благодаря, teşekkürler, teşekkür ederim, teşekkür ederiz, çok teşekkürler, \
         sağ olun, sağolun, sağ ol, elinize sağlık, elinize saglik, ευχαριστώ, ευχαριστούμε, σας ευχαριστώ, شكرا, شكرًا, شكرا جزيلا, أشكركم, \
         أشكرك, مع الشكر, الله يبارك, تسلموا, يسلمو, ممنون, مرسی, متشکرم, سپاس, תודה, תודה רבה, धन्यवाद, शुक्रिया, ধন্যবাদ, \
         ありがとう, 有難う, 感謝, お礼, 谢谢, 謝謝, 感谢, 多谢, 감사합니다, 감사해요, 고맙습니다, 고마워, cảm ơn, ขอบคุณ, terima kasih, asante, eskerrik asko, \
         შენ გმადლობ, გმადლობთ",
    ),
    (
        THANKS_NOTHING,
        "nej tack, nie dziękuję, нет спасибо, hayır teşekkürler, όχι ευχαριστώ, لا شكرا, no gràcies, благодаря ему, благодаря тому",
    ),
    (
        ASKS_FIRST,
        "què és, on és, hi ha, teniu, ets una, har ni, är det, finns det, var finns, vad kostar, hur, har dere, er dere, er det, \
         har i, er der, onko, missä, milloin, paljonko, czy, jak długo, kolik, máte, сколько, можно ли, \
         есть ли, почему, скільки, ne zaman, nerede, kaç, nasıl, var mı, πού, πότε, πόσο, ποιος, τι ώρα, υπάρχει, έχετε, هل, متى, أين, \
         كم, كيف, لماذا, آیا, کی, کجا, چند, האם, מתי, איפה, כמה, איזה, क्या, कब, कहाँ, कितना, कैसे, 请问, 有没有, 能不能, 可不可以, 是不是, 怎么, 什么时候, 多少, \
         언제, 어디, 얼마",
    ),
    (
        ASKS_TOLD,
        "vull saber, vol saber, m agradaria saber, voldria saber, jag undrar, undrar om, jeg lurer, lurer på, haluaisin tietää, kysyn, \
         chciałbym wiedzieć, chciałabym wiedzieć, zastanawiam się, rád bych věděl, ráda bych věděla, хотел узнать, хотела узнать, хочу узнать, \
         хотел бы узнать, подскажите, скажите пожалуйста, öğrenmek istiyorum, merak ediyorum, acaba, θα ήθελα να μάθω, ήθελα να ρωτήσω, \
         ξέρει κανείς, أريد أن أعرف, أود أن أعرف, أسأل, سؤال, שאלה, רציתי לשאול, מישהו יודע, जानना चाहता, जानना चाहती, बता सकते, बता सकती, \
         教えて, ご教示, お尋ね, でしょうか, ますか, ですか, ませんか, 請問, 想问, 想知道, 가능한가요, 인가요, 있나요, 궁금, 할까요, 되나요",
    ),
    (
        WANTS,
        "si us plau envieu, necessito, us demano, m envieu, voldria que, skulle vilja beställa, jag vill ha, jag behöver, vänligen, \
         vennligst, jeg trenger, ole hyvä ja, tarvitsen, proszę o, proszę wysłać, proszę sprawdzić, bardzo proszę, poproszę, potrzebuję, \
         chciałbym zamówić, chciałabym zamówić, prosím o, prosím pošlete, potřebuji, vyřiďte, vzkažte, прошу, пришлите, отправьте, проверьте, \
         помогите, верните, мне нужно, мне нужна, замените, отмените, сообщите, перезвоните, дайте знать, будьте добры, надішліть, прошу вас, \
         lütfen gönderin, rica ediyorum, rica ederim, istiyorum, gönderir misiniz, gönderebilir, bakar mısınız, yardım edin, haber verin, \
         iptal edin, değiştirin, iade istiyorum, παρακαλώ να, παρακαλώ στείλτε, στείλτε, στείλτε μου, θα ήθελα να παραγγείλω, χρειάζομαι, ελέγξτε, \
         أرجو, نرجو, أرسلوا, أريد أن أطلب, أريد بطاقة, أود إرسال, الرجاء, ساعدوني, أطلب, أعيدوا, لطفا, خواهش می‌کنم, اشکال ندارد, אבקש, אנא, שלחו, \
         בבקשה תשלחו, אפשר לקבל, भेज दीजिए, भेजें, कृपया, चाहिए, दीजिए, कर दीजिए, お願い, してください, 送ってください, 確認してください, いただけますか, \
         いただけませんか, いただきたい, 请帮, 请给, 请发, 请把, 请替, 麻烦, 帮我, 请尽快, 请取消, 能换, 可以改, 请告诉, 보내 주세요, 보내주세요, 부탁, 해주세요, 해 주세요, \
         알려 주세요, 알려주세요, vui lòng, làm ơn, giúp tôi, ช่วย, กรุณา, ฝากบอก",
    ),
    (
        WANTS_OR_ASKS,
        "podeu, podríeu, pots, podria, kan ni, kan du, kunne dere, kan dere, kan i, voisitteko, voitteko, czy mogą, czy może, czy można, mogliby, mógłby pan, mogłaby pani, můžete, mohli byste, не могли бы, можете, можно, чи можете, mısınız, misiniz, miyim, mıyım, μπορείτε, θα μπορούσατε, γίνεται να, هل يمكن, هل يمكنكم, ممكن, می‌توانید, می‌شود, אפשר, האם אפשר, सकते हैं, सकती हैं, सकता हूँ, 可以吗, 能不能",
    ),
    (
        WANTS_MAYBE,
        "snälla, si us plau, sisplau, tack på förhand, proszę, prosím, пожалуйста, будь ласка, lütfen, παρακαλώ, من فضلك, من فضلكم, لو سمحت, בבקשה, कृपया, どうか, 拜托",
    ),
    (
        WANTS_NOTHING,
        "tack snälla, no cal, nie trzeba, не надо, не нужно, gerek yok, istemiyorum, 不用, 不需要, よろしくお願い",
    ),
    (
        COMPLAINS,
        "queixa, decebut, decebuda, no ha arribat, no funciona, sense gust, besviken, klagomål, har inte kommit, fungerar inte, skuffet, fungerer ikke, \
         pettynyt, ei toimi, ei ole tullut, reklamacja, rozczarowany, rozczarowana, nie dotarła, nie dotarło, nie przyszło, nie przyszła, nie działa, \
         skandal, stížnost, zklamaný, zklamaná, nedorazil, nedorazila, nefunguje, reklamace, promočený, rozpadl, жалоба, разочарован, разочарована, \
         не пришёл, не пришел, не пришла, не пришло, не работает, не принимается, ужасно, отвратительно, скандал, возврат денег, никто не отвечает, \
         скарга, не працює, şikayet, şikâyet, gelmedi, çalışmıyor, hayal kırıklığı, berbat, rezalet, iade istiyorum, tadı yok, παράπονο, \
         απογοητευμένος, απογοητευμένη, απαράδεκτο, δεν έφτασε, δεν ήρθε, δεν λειτουργεί, χάλια, شكوى, لم يصل, لم تصل, لا يعمل, سيئ جدا, \
         خيبة أمل, מאוכזב, מאוכזבת, לא הגיע, לא הגיעה, לא עובד, תלונה, शिकायत, नहीं आया, नहीं पहुँचा, काम नहीं, बेकार, 届いていません, 届きません, 壊れて, \
         残念, 苦情, ひどい, がっかり, 没收到, 没有收到, 坏了, 投诉, 失望, 太差, 도착하지 않, 실망, 고장, 불만, 환불, thất vọng, khiếu nại",
    ),
    (
        COMPLAINS_LIKELY,
        "trencat, trencada, malament, per desgràcia, trasig, skadad, för dyrt, ødelagt, rikki, liian, uszkodzony, uszkodzona, zepsuty, \
         za drogo, rozbitý, poškozený, mokrá, сломан, сломана, сломался, повреждён, kırık, bozuk, hasarlı, \
         çok pahalı, olmamış, küsmüş, yanlış, σπασμένο, χαλασμένο, مكسور, تالف, שבור, टूटा, ख़राब, खराब, 不具合, 遅い, \
         太慢, 太贵",
    ),
    (
        COMPLAINS_NOTHING,
        "ho sento, perdoneu, förlåt, przepraszam, omlouvám, извините, простите, özür dilerim, kusura bakmayın, συγγνώμη, عذرا, آسف, סליחה, माफ़, すみません, 申し訳, 问题不大, 没问题, 没有问题, 問題ございません, 죄송",
    ),
    (
        COMMITS,
        "us envio, us enviem, t envio, li envio, us aviso, t aviso, hi seré, hi serem, vindré, vindrem, jag skickar, vi skickar, skickar jag, skickar vi, kommer jag, kommer vi, jag kommer att, \
         jag kommer på, vi kommer på, lovar, jeg sender, vi sender, jeg kommer, tulen, lähetän, wyślę, wyślemy, sprawdzę, sprawdzimy, przyjdę, przyjdziemy, \
         dam znać, damy znać, obiecuję, odeślę, pošlu, pošleme, přijdu, dám vědět, ozvu se, отправлю, отправим, проверю, проверим, приду, придём, придем, \
         сделаю, сделаем, сообщу, сообщим, вышлю, вышлем, обещаю, напишу вам, перезвоню, надішлю, göndereceğim, göndereceğiz, gönderiyorum, gönderiyoruz, \
         geleceğim, geleceğiz, bakacağım, bakacağız, haber veririm, haber veririz, söz veriyorum, θα στείλω, θα στείλουμε, θα έρθω, θα έρθουμε, έρχομαι, \
         θα ελέγξω, θα δω, σας στέλνω, υπόσχομαι, سأرسل, سنرسل, سأكتب, سنكتب, سأتحقق, سنتحقق, سآتي, سنأتي, سوف, أعدكم, أعدك, سأعود, سنعود, خواهم, می‌فرستم, \
         می‌آیم, אשלח, נשלח, אבדוק, נבדוק, אגיע, נגיע, אני מבטיח, भेजूँगा, भेजूंगा, भेजूँगी, भेजेंगे, आऊँगा, आऊंगा, आऊँगी, आता हूँ, आती हूँ, जाता हूँ, जाती हूँ, देखूँगा, देखेंगे, करेंगे, करूँगा, \
         お送りします, お送りいたします, 送ります, 確認します, 確認いたします, 伺います, 行きます, ご連絡します, ご連絡いたします, 約束します, 我会, 我们会, 马上发, 给您寄, 给您发, \
         보내 드리, 보내드리, 확인하겠, 가겠습니다, 하겠습니다, tôi sẽ, chúng tôi sẽ, จะส่ง",
    ),
    (
        COMMITS_NOTHING,
        "potser, kanske, ehkä, może, możda, možná, jeśli, jeżeli, pokud, если, может быть, якщо, eğer, belki, αν, ίσως, إذا, ربما, אם, अगर, もし, なら, たら, 如果, 要是",
    ),
    (
        DENIES,
        "mai, sense, inte, aldrig, ikke, aldri, ei, nie, bez, nikdy, не, нет, никогда, без, ні, değil, yok, hiç, δεν, μην, όχι, χωρίς, لا, لم, لن, ليس, بدون, نه, לא, אין, בלי, नहीं, मत, 没有, 不是",
    ),
    (
        LEADS,
        "hola, bon dia, hej, hei, dzień dobry, dobrý den, cześć, здравствуйте, привет, добрый день, merhaba, selam, καλημέρα, γεια σας, مرحبا, السلام عليكم, سلام, שלום, नमस्ते, 您好, 你好, 안녕하세요",
    ),
];
