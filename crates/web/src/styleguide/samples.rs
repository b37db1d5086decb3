//! People who never were, writing to a coffee roaster that never was.

use super::beside;
use crate::components::{
    AttachmentView, ChannelChoice, ComposerView, DeliveryView, GoalView, HeardView, LinkView, MessageView, PromiseView,
    RecipientsView, RowView, Side,
};
use crate::layout::{Shell, Theme, UserView};
use crate::today::{Member, View};
use tertulia_model::{DeliveryState, Role};

/// 21 November 2026, 09:00 UTC: samples stand still, so that pictures can be compared.
pub(super) const NOW: i64 = 1_795_251_600_000;
pub(super) const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

pub const NAMES: [&str; 10] = [
    "Amina Yusuf",
    "أمينة يوسف",
    "田中 さくら",
    "Ольга Климова",
    "Χρήστος Παπαδόπουλος",
    "Nguyễn Thị Bích",
    "Wolfeschlegelsteinhausenbergerdorff",
    "María José de la Fuente",
    "דוד לוי",
    "bo@example.org",
];

pub fn shell(theme: Theme, lang: &str) -> Shell {
    Shell {
        organisation: "Morning Street Coffee".to_owned(),
        user: Some(UserView { name: "Jo Abrahams".to_owned(), role: Role::Owner }),
        csrf: "sample".to_owned(),
        unread: 4,
        quarantined: 1,
        theme,
        lang: lang.to_owned(),
        ..Shell::new("styleguide", "Styleguide")
    }
}

pub fn goal() -> GoalView {
    GoalView {
        sentence: "Nobody who writes to us waits longer than a day for an answer.".to_owned(),
        today: "2 days and 3 hours".to_owned(),
        hoped_for: "1 day".to_owned(),
        by: "1 March 2027".to_owned(),
        edit_href: Some("#goal".to_owned()),
    }
}

pub fn members() -> Vec<Member> {
    let member = |id: &str, name: &str| Member { id: id.to_owned(), name: name.to_owned() };
    vec![member("2", "Inés Robledo"), member("3", "Ravi")]
}

/// Today's cards, one of each kind.
pub fn today() -> Vec<View> {
    let card = |key: &str, (icon, kind): (&'static str, &str), who: &str, words: &str, why: &str| View {
        key: key.to_owned(),
        icon,
        kind: kind.to_owned(),
        who: who.to_owned(),
        who_href: Some("#person".to_owned()),
        channel: Some(("mail".to_owned(), "E-mail: Shop".to_owned())),
        words: words.to_owned(),
        why: why.to_owned(),
        href: "#conversation".to_owned(),
        open: "Open the conversation",
        done: "Done",
        ..View::default()
    };
    let first = ("message-circle", "Wrote for the first time");
    let promise = card(
        "promise-2-0",
        ("alarm-clock", "You promised it"),
        "Nguyễn Thị Bích",
        "I will look for the parcel by Friday.",
        "It was due yesterday, and nobody has said yet whether it was kept.",
    );
    let passed_on = Some(("Inés Robledo passed this on to you".to_owned(), "You know the grinder better.".to_owned()));
    let words = "هل تشحنون القهوة إلى عمّان؟";
    let asks = "Nobody here has talked with them yet. They have waited since yesterday, 17:40.";
    let back = "Before that you heard from them 5 months ago, on Wed 17 Jun. They have waited since 08:12.";
    let quiet = "You talked on 6 days, and nothing was said for 11 weeks, since Fri 4 Sep. Ask how they are.";
    let new = "They spoke of you 4 times in 30 days, last on Thu 19 Nov, and you have never talked. Say something.";
    vec![
        card("first-1-0", first, "أمينة يوسف", words, asks),
        View { open: "Open the promise", done: "Kept", ..promise },
        View {
            passed_on,
            ..card("back-3-1", ("undo-2", "Came back"), "田中 さくら", "また豆を注文したいのですが。", back)
        },
        card(
            "quiet-4-1",
            ("hourglass", "Has become quiet"),
            "Χρήστος Παπαδόπουλος",
            "Thanks, that was the best so far!",
            quiet,
        ),
        View {
            open: "Open what they said",
            ..card("new-5-0", ("ear", "Speaks of you"), "Ольга Климова", "The coffee from Morning Street again.", new)
        },
    ]
}

pub fn filters() -> Vec<(&'static str, &'static str, bool, u64)> {
    vec![
        ("Open", "#open", true, 6),
        ("Mine", "#mine", false, 2),
        ("Pending", "#pending", false, 0),
        ("Closed", "#closed", false, 0),
    ]
}

pub fn rows() -> Vec<RowView> {
    let row = |id: &str, name: &str, channel: (&str, &str), words: &str, at: i64| RowView {
        id: id.to_owned(),
        href: "?page=conversation".to_owned(),
        name: name.to_owned(),
        channel_icon: channel.0.to_owned(),
        channel: channel.1.to_owned(),
        words: words.to_owned(),
        at,
        ..RowView::default()
    };
    let mail = ("mail", "by e-mail");
    let chat = ("message-circle", "in the web chat");
    let some = |text: &str| Some(text.to_owned());
    vec![
        RowView {
            unread: true,
            ..row(
                "1",
                "Amina Yusuf",
                mail,
                "The second bag arrived open again, and this time half of it was in the box. I love your coffee but I can't",
                NOW - HOUR / 2,
            )
        },
        RowView {
            unread: true,
            draft: true,
            ..row(
                "2",
                "田中 さくら",
                chat,
                "こんにちは。エチオピアの豆は日本まで送っていただけますか。送料も教えてください。",
                NOW - HOUR,
            )
        },
        RowView {
            current: true,
            assignee: some("Jo"),
            ..row(
                "3",
                "María José de la Fuente",
                mail,
                "¿Podríais avisarme cuando vuelva el descafeinado? Lo llevo pidiendo desde septiembre.",
                NOW - 3 * HOUR,
            )
        },
        RowView {
            unread: true,
            ..row(
                "4",
                "أمينة يوسف",
                mail,
                "شكراً جزيلاً على الرد السريع. القهوة وصلت اليوم وهي رائعة، وسأطلب منها مرة أخرى قريباً.",
                NOW - 5 * HOUR,
            )
        },
        RowView {
            ours_last: true,
            assignee: some("Priya"),
            state: some("pending"),
            ..row(
                "5",
                "Wolfeschlegelsteinhausenbergerdorff",
                mail,
                "Wir haben die Maschine heute entkalkt, aber der Druck kommt nicht über sechs Bar.",
                NOW - DAY,
            )
        },
        RowView {
            unread: true,
            ..row("6", "Ольга Климова", chat, "Добрый день! Во сколько вы открываетесь в воскресенье?", NOW - 2 * DAY)
        },
        RowView {
            assignee: some("Jo"),
            state: some("snoozed until Monday"),
            ..row(
                "7",
                "bo@example.org",
                mail,
                "Invoice 2214: could you put our VAT number on it and send it once more?",
                NOW - 4 * DAY,
            )
        },
        row("8", "Χρήστος Παπαδόπουλος", mail, "Ευχαριστώ πολύ!", NOW - 40 * DAY),
    ]
}

pub fn messages() -> Vec<MessageView> {
    let message = |id: &str, side: Side, author: &str, at: i64, text: &str| MessageView {
        id: id.to_owned(),
        seq: id.parse().ok(),
        side,
        author: author.to_owned(),
        channel_icon: "mail".to_owned(),
        channel: "by e-mail".to_owned(),
        at,
        text: text.to_owned(),
        ..MessageView::default()
    };
    let some = |text: &str| Some(text.to_owned());
    vec![
        MessageView {
            subject: some("El descafeinado"),
            language: Some(("es".to_owned(), "Spanish".to_owned())),
            quoted: some(
                "El 2 de noviembre, Morning Street Coffee escribió:\nEl descafeinado vuelve en unas semanas, con la nueva cosecha.",
            ),
            ..message(
                "1",
                Side::Theirs,
                "María José de la Fuente",
                NOW - 2 * DAY,
                "Hola a todas:\n\n¿Podríais avisarme cuando vuelva el descafeinado? Lo llevo pidiendo desde septiembre, y por las noches ya no sé qué tomar. El de la otra tienda no me gusta nada, <b>not bold</b>.\n\nUn abrazo,\nMaría José",
            )
        },
        MessageView {
            delivery: Some(DeliveryView::of(DeliveryState::Sent)),
            attachments: attachments().into_iter().take(1).collect(),
            promises: promises(),
            promise_url: some("#promise"),
            articles: vec![beside::article(false)],
            ..message(
                "2",
                Side::Ours,
                "Priya",
                NOW - 2 * DAY + 2 * HOUR,
                "Hola, María José:\n\nLlega el jueves. Te guardo medio kilo con tu nombre en la tienda de la calle Mayor, y te mando la ficha de cata.",
            )
        },
        MessageView {
            language: Some(("ar".to_owned(), "Arabic".to_owned())),
            edited_at: Some(NOW - DAY),
            articles: vec![beside::article(true)],
            ..message(
                "4",
                Side::Theirs,
                "أمينة يوسف",
                NOW - DAY,
                "مرحباً، هل يمكنني استلام الطلب من المقهى القريب من المحطة بدلاً من التوصيل؟ أعود إلى البيت بعد السابعة مساءً.",
            )
        },
        MessageView {
            delivery: Some(DeliveryView {
                explanation: some(
                    "The mail server took it and never answered. It may have arrived; nothing is sent again by itself.",
                ),
                choices: vec![
                    ("Send it again".to_owned(), "#again".to_owned()),
                    ("It arrived".to_owned(), "#arrived".to_owned()),
                ],
                ..DeliveryView::of(DeliveryState::Unknown)
            }),
            ..message(
                "5",
                Side::Ours,
                "Jo Abrahams",
                NOW - DAY + HOUR,
                "Of course. It waits for you at Station Square until eight.",
            )
        },
        MessageView {
            language: Some(("ja".to_owned(), "Japanese".to_owned())),
            channel_icon: "message-circle".to_owned(),
            channel: "in the web chat".to_owned(),
            attachments: attachments(),
            ..message(
                "6",
                Side::Theirs,
                "田中 さくら",
                NOW - 5 * HOUR,
                "先日いただいた豆、とても香りがよくて毎朝の楽しみになっています。次はもう少し深煎りのものを試してみたいのですが、おすすめはありますか。",
            )
        },
        MessageView {
            deleted_at: Some(NOW - 4 * HOUR),
            ..message("7", Side::Theirs, "bo@example.org", NOW - 4 * HOUR, "")
        },
        MessageView {
            warnings: vec!["This may not be from who it says it is".to_owned()],
            quoted: some("> Your parcel is on its way.\n> Follow it here."),
            ..message(
                "8",
                Side::Theirs,
                "Wolfeschlegelsteinhausenbergerdorff",
                NOW - 3 * HOUR,
                "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft hat https://example.org/eine/sehr/lange/adresse/die/nirgends/umbricht/und/immer/weitergeht/bis/zum/rand geschickt.",
            )
        },
        MessageView {
            delivery: Some(DeliveryView::of(DeliveryState::Queued)),
            ..message("9", Side::Ours, "Jo Abrahams", NOW - HOUR, "Thank you, we are looking at it now.")
        },
        MessageView {
            is_forward: true,
            recipients: some("forwarded to Nils Holm"),
            quoted: some(
                "---------- Forwarded message ----------\nFrom: Wolfeschlegelsteinhausenbergerdorff\n\nDonaudampfschifffahrt",
            ),
            delivery: Some(DeliveryView::of(DeliveryState::Sent)),
            links: vec![LinkView::new("reply", "Read what came back", "#talk".to_owned())],
            forward_url: some("#forward"),
            asks_url: some("#asks"),
            ..message("10", Side::Ours, "Jo Abrahams", NOW - HOUR / 2, "Nils, was this one of yours?")
        },
    ]
}

/// One that is asked about, and one whose day is over.
fn promises() -> Vec<PromiseView> {
    let promise = |id: &str, state: &str, words: &str, standing: &str| PromiseView {
        id: id.to_owned(),
        state: state.to_owned(),
        words: words.to_owned(),
        standing: standing.to_owned(),
        may: true,
        ..PromiseView::default()
    };
    let over = "That was 3 days ago, and nobody has said yet whether it was kept.".to_owned();
    vec![
        promise("1", "suggested", "Te guardo medio kilo.", "A promise? It names no day."),
        PromiseView {
            overdue: Some(over),
            ..promise("2", "open", "Te mando la ficha de cata el martes.", "Promised by Tue 3 Nov.")
        },
    ]
}

pub fn attachments() -> Vec<AttachmentView> {
    vec![
        AttachmentView::new("ficha-de-cata-etiopía.pdf", "application/pdf", 182_000, "#file"),
        AttachmentView::new(
            "der-sehr-lange-name-eines-bildes-vom-beutel-der-offen-ankam.jpeg",
            "image/jpeg",
            3_400_000,
            "#file",
        ),
    ]
}

pub fn mail_composer() -> ComposerView {
    ComposerView {
        conversation: "sample-mail".to_owned(),
        kept_as: "1-sample-mail".to_owned(),
        action: "#send".to_owned(),
        addressee: "María José".to_owned(),
        channels: vec![
            ChannelChoice {
                id: "1".to_owned(),
                addressee: "María José".to_owned(),
                to: Some("mj@example.org".to_owned()),
                label: "by e-mail to mj@example.org".to_owned(),
                plain_label: "by e-mail".to_owned(),
                send_label: "Send to María José by e-mail".to_owned(),
                plain_send_label: "Send by e-mail".to_owned(),
                limit: 100_000,
                counts: "characters",
                note: crate::components::SendNote::None,
                selected: true,
            },
            ChannelChoice { selected: false, ..in_the_chat("María José") },
        ],
        recipients: Some(RecipientsView { to: "mj@example.org".to_owned(), ..RecipientsView::default() }),
        limit: 100_000,
        counts: "characters",
        seen: "9".to_owned(),
        known: "0".to_owned(),
        settled: "0".to_owned(),
        attachment_bytes: 20_000_000,
        send_label: "Send to María José by e-mail".to_owned(),
        ..ComposerView::default()
    }
}

fn in_the_chat(addressee: &str) -> ChannelChoice {
    ChannelChoice {
        id: "2".to_owned(),
        addressee: addressee.to_owned(),
        label: "in the web chat".to_owned(),
        plain_label: "in the web chat".to_owned(),
        send_label: format!("Send to {addressee} in the web chat"),
        plain_send_label: "Send in the web chat".to_owned(),
        limit: 26,
        counts: "characters",
        selected: true,
        ..ChannelChoice::default()
    }
}

pub fn chat_composer() -> ComposerView {
    ComposerView {
        conversation: "sample-chat".to_owned(),
        kept_as: "1-sample-chat".to_owned(),
        addressee: "田中 さくら".to_owned(),
        channels: vec![in_the_chat("田中 さくら")],
        recipients: None,
        text: "はい、日本へもお送りできます。送料は二千円です。".to_owned(),
        limit: 26,
        counts: "characters",
        send_label: "Send to 田中 さくら in the web chat".to_owned(),
        warning: Some("さくら wrote again while you were writing. Read it above; what you wrote is kept.".to_owned()),
        ..mail_composer()
    }
}

pub fn heard() -> Vec<HeardView> {
    let piece = |text: &str, found: bool| (text.to_owned(), found);
    vec![
        HeardView {
            id: "1".to_owned(),
            href: "#heard".to_owned(),
            name: "Χρήστος Παπαδόπουλος".to_owned(),
            person_href: Some("#person".to_owned()),
            channel_icon: "rss".to_owned(),
            channel: "neighbourhood forum".to_owned(),
            at: NOW - 6 * HOUR,
            subject: Some("Where to drink coffee near the station".to_owned()),
            words: vec![
                piece("… their ", false),
                piece("decaf", true),
                piece(
                    " is the only one here that tastes of coffee at all, and it has been gone for two months. Does anyone know when the ",
                    false,
                ),
                piece("decaf", true),
                piece(" is back?", false),
            ],
            ..HeardView::default()
        },
        HeardView {
            id: "2".to_owned(),
            href: "#heard".to_owned(),
            name: "Nguyễn Thị Bích".to_owned(),
            channel_icon: "mail".to_owned(),
            channel: "shop mailbox".to_owned(),
            at: NOW - 9 * DAY,
            words: vec![piece("Cà phê ", false), piece("decaf", true), piece(" của các bạn bao giờ có lại?", false)],
            language: Some(("vi".to_owned(), "Vietnamese".to_owned())),
            has_attachments: true,
            ..HeardView::default()
        },
    ]
}
