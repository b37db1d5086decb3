//! What becomes of each kind of mail.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use serde_json::json;
use tertulia_connector::Connector;
use tertulia_connector_email::{Folder, parse_mail};
use tertulia_model::{
    AutoKind, BounceNotice, Content, Direction, Inbound, InboundKind, RawContent, RawItem, RecipientRole, Shows,
};

fn ours() -> Vec<String> {
    vec!["hello@roastery.example".to_owned(), "shop@roastery.example".to_owned()]
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/{name}.eml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn inbound(name: &str) -> Inbound {
    parse_mail(&fixture(name), &ours(), Folder::Inbox).unwrap()
}

fn content_of(inbound: Inbound) -> Content {
    match inbound.kind {
        InboundKind::Created(content) => *content,
        other => panic!("no message: {other:?}"),
    }
}

fn content(name: &str) -> Content {
    content_of(inbound(name))
}

fn bounce(name: &str) -> BounceNotice {
    match inbound(name).kind {
        InboundKind::Bounced(notice) => notice,
        other => panic!("no bounce: {other:?}"),
    }
}

fn parsed(mail: &[u8]) -> Content {
    content_of(parse_mail(mail, &ours(), Folder::Inbox).unwrap())
}

/// As the channel hears it, whose settings name the server that checks senders.
fn heard(mail: &[u8], folder: &str) -> Content {
    hinted(mail, json!({"folder": folder, "ours": ours(), "checker": "provider.example"}))
}

fn hinted(mail: &[u8], hint: serde_json::Value) -> Content {
    let (key, content) = ("1".to_owned(), RawContent::Memory(Vec::new()));
    let item = RawItem { key, content, received_at: 0, hint: hint.into() };
    let heard = tertulia_connector_email::connector().normalise("hello@roastery.example", &item, mail).unwrap();
    content_of(heard.into_iter().next().unwrap())
}

#[test]
fn a_mail_of_which_only_the_headers_came_says_so() {
    let mail = hinted(&fixture("plain"), json!({"folder": "inbox", "ours": ours(), "megabytes": 200}));
    assert!(mail.headers_only && mail.remarks.iter().any(|remark| remark.contains("200 MB")), "{:?}", mail.remarks);
    assert!(!content("plain").headers_only);
}

#[test]
fn a_plain_mail_says_who_wrote_to_whom_and_when() {
    let event = inbound("plain");
    assert_eq!((event.key.source.as_str(), event.key.external_id.as_str()), ("mail", "m1@customer.example"));
    let mail = content_of(event);
    assert_eq!((mail.author.space.as_str(), mail.author.handle.as_str()), ("mail", "maria@customer.example"));
    assert_eq!(mail.author.display_name.as_deref(), Some("Maria Lind"));
    assert_eq!((mail.direction, mail.addressed_to_us, mail.auto), (Direction::Theirs, true, AutoKind::Person));
    assert_eq!(mail.our_address.as_deref(), Some("hello@roastery.example"));
    assert_eq!(mail.reply_to.as_deref(), Some("maria.private@customer.example"));
    assert_eq!(mail.stated_at, Some(1_748_848_500_000));
    assert_eq!(mail.subject.as_deref(), Some("Where is my order?"));
    assert_eq!(mail.text, "Hello,\n\nmy order 1042 has not come yet. Is it on its way?\n\nMaria");
    let roles: Vec<_> = mail.recipients.iter().map(|r| (r.role, r.address.as_str())).collect();
    assert_eq!(
        roles,
        [
            (RecipientRole::To, "hello@roastery.example"),
            (RecipientRole::To, "shop@roastery.example"),
            (RecipientRole::Cc, "jon@elsewhere.example")
        ]
    );
    assert!(mail.remarks.is_empty() && mail.html.is_none() && mail.attachments.is_empty());
}

#[test]
fn html_is_kept_and_read_as_text() {
    let mail = content("html_only");
    assert_eq!(
        mail.text,
        "The grinder I bought is loud.\n\nCan I bring it back \u{2013} today?\n\n> You asked how it is."
    );
    assert!(mail.html.unwrap().contains("<b>loud</b>"));
}

#[test]
fn a_picture_that_a_mail_takes_from_elsewhere_is_shown_and_what_counts_its_readers_is_none() {
    let shows = |html: &str| {
        let head = "From: a@example.org\r\nMessage-ID: <1@example.org>\r\nContent-Type: text/html\r\n\r\n";
        parsed(format!("{head}{html}\r\n").as_bytes()).shows
    };
    assert_eq!(shows("<p>Look <img src=\"https://a.example/cup.png\"></p>"), Shows::IMAGE);
    assert_eq!(shows("<p>Look</p><img src=\"https://a.example/open\" width=\"1\" height=\"1\">"), Shows::default());
}

#[test]
fn of_alternatives_the_text_is_text_and_the_html_html() {
    let mail = content("alternative");
    assert_eq!(mail.text, "Thank you, it arrived.\n\n> Has it come?");
    assert!(mail.html.unwrap().starts_with("<p>Thank you"));
    assert_eq!(mail.author.display_name.as_deref(), Some("Zo\u{eb} Brandt"));
    assert_eq!(mail.references, ["root@customer.example", "tertulia.9@roastery.example"]);
    assert!(mail.attachments.is_empty());
}

#[test]
fn files_keep_their_names_and_lose_their_folders() {
    let mail = content("attachments");
    assert_eq!(mail.text, "See the picture.");
    let names: Vec<_> = mail.attachments.iter().map(|a| (a.name.as_str(), a.media_type.as_str(), a.inline)).collect();
    assert_eq!(
        names,
        [
            ("caf\u{e9}.png", "image/png", true),
            ("Rechnung f\u{fc}r Juni.pdf", "application/pdf", false),
            ("evil.sh", "application/x-sh", false),
            ("notes.txt", "text/plain", false),
        ]
    );
    assert_eq!(mail.attachments[0].content_id.as_deref(), Some("pic@customer.example"));
    assert_eq!(mail.attachments[1].bytes, b"%PDF-1.4 a small bill");
}

#[test]
fn a_forwarded_mail_stays_a_file_with_all_that_is_in_it() {
    let mail = content("forwarded");
    assert_eq!(mail.text, "This came to me by mistake.");
    let [file] = mail.attachments.as_slice() else { panic!("{:?}", mail.attachments) };
    assert_eq!((file.name.as_str(), file.media_type.as_str()), ("Cold coffee.eml", "message/rfc822"));
    let inner = content_of(parse_mail(&file.bytes, &ours(), Folder::Archive).unwrap());
    assert_eq!((inner.text.as_str(), inner.attachments[0].name.as_str()), ("It was cold.", "deeper.eml"));
    assert!(!inner.addressed_to_us);
}

#[test]
fn every_charset_is_read_in_name_subject_and_text() {
    for (name, who, subject, text) in [
        ("iso2022jp", "\u{5c71}\u{7530} \u{82b1}\u{5b50}", "豆の注文について", "エチオピアの豆はまだありますか。"),
        ("windows1251", "Ольга Петрова", "Вопрос о заказе", "Здравствуйте, когда придёт мой заказ?"),
        ("koi8r", "Иван", "Спасибо", "Очень вкусный кофе!"),
        ("gb18030", "王伟", "退款", "我想退款,咖啡机坏了。"),
        ("rtl_name", "مريم العلي", "سؤال عن الطلب", "متى يصل طلبي؟"),
    ] {
        let mail = content(name);
        assert_eq!(mail.author.display_name.as_deref(), Some(who), "{name}");
        assert_eq!(mail.subject.as_deref(), Some(subject), "{name}");
        assert_eq!(mail.text, text, "{name}");
        assert!(mail.remarks.is_empty(), "{name}: {:?}", mail.remarks);
    }
}

#[test]
fn flowed_lines_are_joined_and_quotes_stay_quotes() {
    let expected = "This is one long sentence that was only broken to stay short.\n> and this is what you wrote\nA new line.\n-- \nFinn";
    assert_eq!(content("flowed").text, expected);
}

#[test]
fn a_bounce_names_the_mail_it_speaks_of() {
    let gone = bounce("bounce_permanent");
    assert_eq!((gone.bounced_id.as_str(), gone.permanent), ("tertulia.abc@roastery.example", true));
    assert_eq!(gone.failed, ["gone@customer.example"]);
    assert_eq!(gone.reason, "550 5.1.1 <gone@customer.example>: no such user here");
    let late = bounce("bounce_transient");
    assert_eq!((late.bounced_id.as_str(), late.permanent), ("tertulia.def@roastery.example", false));
    let words = bounce("bounce_in_words");
    assert_eq!((words.bounced_id.as_str(), words.permanent), ("tertulia.jkl@roastery.example", true));
    assert_eq!(words.reason, "550 mailbox is unknown");
    assert_eq!(inbound("bounce_permanent").key.external_id, "dsn1@mx.example");
}

#[test]
fn a_person_who_calls_themselves_a_mail_server_in_an_encoded_name_writes_no_bounce() {
    let mail = "From: =?us-ascii?q?Mailer=2DDaemon?= <kim@customer.example>\r\nSubject: Returned mail\r\n\
        In-Reply-To: <tertulia.1@roastery.example>\r\n\r\nI send it back.";
    assert_eq!(parsed(mail.as_bytes()).text, "I send it back.");
}

#[test]
fn a_bounce_names_everybody_whom_the_mail_did_not_reach() {
    let report = String::from_utf8(fixture("bounce_permanent")).unwrap().replace("\r\n", "\n");
    let of = |address: &str, action: &str| format!("\nFinal-Recipient: rfc822; {address}\nAction: {action}\n");
    let more = [
        of("kim@customer.example", "delivered"),
        of("full@customer.example", "failed"),
        of("slow@customer.example", "delayed"),
        of("full@customer.example", "failed"),
    ];
    let report = report.replace("    no such user here\n", &format!("    no such user here\n{}", more.concat()));
    let heard = |mail: &str| match parse_mail(mail.as_bytes(), &ours(), Folder::Inbox).unwrap().kind {
        InboundKind::Bounced(notice) => notice,
        other => panic!("no bounce: {other:?}"),
    };
    let gone = heard(&report);
    assert_eq!(gone.failed, ["gone@customer.example", "full@customer.example"]);
    assert!(gone.permanent && gone.words().starts_with("gone@customer.example, full@customer.example: 550 5.1.1"));
    let full = report.replace(
        "full@customer.example\nAction: failed",
        "<Full@customer.example>\nAction: failed\nDiagnostic-Code: smtp; 552 full",
    );
    assert_eq!(heard(&full).failed, gone.failed);
    let each = "550 5.1.1 <gone@customer.example>: no such user here (gone@customer.example); 552 full (full@customer.example)";
    assert_eq!(heard(&full).reason, format!("{each}; 552 full (full@customer.example)"));
    let late = heard(&report.replace("Action: failed", "Action: delivered"));
    assert_eq!((late.failed, late.permanent), (vec!["slow@customer.example".to_owned()], false));
    let words = "From: MX <mailer-daemon@mx.example>\nX-Failed-Recipients: Bo@customer.example,\n kim@customer.example\n\n\
        Sorry.\nMessage-ID: <tertulia.1@roastery.example>\n";
    let words = heard(words);
    assert_eq!(words.failed, ["bo@customer.example", "kim@customer.example"]);
    assert_eq!(words.reason, "The other server gave no reason.");
}

#[test]
fn a_person_who_passes_on_the_report_they_got_writes_a_message() {
    let report = String::from_utf8(fixture("bounce_permanent")).unwrap().replace("\r\n", "\n");
    let kims = report
        .replace("Return-Path: <>", "Return-Path: <kim@customer.example>")
        .replace("Mail Delivery System <mailer-daemon@mx.example>", "Kim <kim@customer.example>")
        .replace("Auto-Submitted: auto-replied\n", "")
        .replace("multipart/report; report-type=delivery-status;", "multipart/mixed;")
        .replace("This is the mail system of mx.example.", "My mail to you came back.");
    let mail = parsed(kims.as_bytes());
    assert_eq!((mail.author.handle.as_str(), mail.auto), ("kim@customer.example", AutoKind::Person));
    assert_eq!((mail.text.as_str(), mail.attachments.len()), ("My mail to you came back.", 2));
    // Without the machine's name or the report's type it is still one by the other.
    let nameless = report.replace("mailer-daemon@mx.example", "noreply@mx.example").replace("Return-Path: <>\n", "");
    let nameless = nameless.replace("Mail Delivery System", "MX");
    let typeless = report.replace("multipart/report; report-type=delivery-status;", "multipart/mixed;");
    for mail in [nameless, typeless] {
        let heard = parse_mail(mail.as_bytes(), &ours(), Folder::Inbox).unwrap().kind;
        assert!(matches!(heard, InboundKind::Bounced(_)), "{heard:?}");
    }
}

#[test]
fn a_report_of_success_is_a_machines_message_and_no_bounce() {
    assert_eq!(content("report_of_success").auto, AutoKind::Reply);
}

#[test]
fn absence_notices_are_known_in_three_languages() {
    for name in ["absence_english", "absence_german", "absence_spanish"] {
        assert_eq!(content(name).auto, AutoKind::Reply, "{name}");
    }
}

#[test]
fn talk_on_a_list_is_peoples_and_not_addressed_to_us() {
    let talk = content("list_talk");
    assert_eq!((talk.auto, talk.addressed_to_us), (AutoKind::Person, false));
    assert_eq!(talk.author.handle, "kim@example.org");
    assert_eq!(talk.author.display_name.as_deref(), Some("Kim Example"));
    assert_eq!(talk.permalink.as_deref(), Some("https://lists.example/beans/1"));
    let news = content("newsletter");
    assert_eq!((news.auto, news.addressed_to_us), (AutoKind::Bulk, true));
}

#[test]
fn a_missing_or_garbled_date_is_none_and_1970_is_what_was_said() {
    assert_eq!(content("no_date").stated_at, None);
    assert_eq!(content("date_garbage").stated_at, None);
    assert_eq!(content("date_1970").stated_at, Some(0));
}

#[test]
fn archives_write_dates_and_senders_in_their_own_ways() {
    let with = |from: &str, date: &str| parsed(format!("From: {from}\r\nDate: {date}\r\n\r\nhi").as_bytes());
    let mail = with("kim at example.org (Example, Kim (Post, Room 3))", "Sat Apr  5 20:56:01 2003");
    assert_eq!(mail.stated_at, Some(1_049_576_161_000));
    assert_eq!(mail.author.handle, "kim@example.org");
    assert_eq!(mail.author.display_name.as_deref(), Some("Example, Kim (Post, Room 3)"));
    let hidden = with("k|m @end|ng |rom ex@mp|e@org (Kim Example)", "Sat Apr  5 20:56:01 PST 2003");
    assert_eq!(hidden.stated_at, Some(1_049_604_961_000));
    assert_eq!(hidden.author.display_name.as_deref(), Some("Kim Example"));
    assert_eq!(hidden.author.handle, "k.m..end.ng..rom.ex.mp.e.org@sender.invalid");
    assert_eq!(with("Root", "").author.handle, "root@sender.invalid");
    assert_eq!(with("", "").author.handle, "unknown@sender.invalid");
}

#[test]
fn a_mail_without_an_id_has_the_same_one_by_each_way_it_came() {
    let first = inbound("no_message_id").key.external_id;
    let mut other_way = b"Received: from c.example by d.example\r\nDelivered-To: shop@roastery.example\r\n".to_vec();
    other_way.extend(fixture("no_message_id"));
    let second = parse_mail(&other_way, &ours(), Folder::Inbox).unwrap().key.external_id;
    assert_eq!(first, second);
    assert!(first.starts_with("sha256-") && first.ends_with("@no-message-id.invalid"));
    let mut changed = fixture("no_message_id");
    changed.extend(b"PS");
    assert_ne!(parse_mail(&changed, &ours(), Folder::Inbox).unwrap().key.external_id, first);
    let long = format!("From: a@b.example\r\nMessage-ID: <{}@x>\r\n\r\nhi", "y".repeat(5_000));
    let id = parse_mail(long.as_bytes(), &ours(), Folder::Inbox).unwrap().key.external_id;
    assert!(id.starts_with("sha256-"));
}

#[test]
fn of_headers_that_stand_twice_the_first_counts() {
    let event = inbound("duplicated_headers");
    assert_eq!(event.key.external_id, "dup1@customer.example");
    let mail = content_of(event);
    assert_eq!(
        (mail.author.handle.as_str(), mail.subject.as_deref()),
        ("first@customer.example", Some("First subject"))
    );
}

#[test]
fn what_could_not_be_read_well_is_remarked_on() {
    let nul = content("nul_bytes");
    assert_eq!((nul.text.as_str(), nul.remarks.len()), ("before and after", 1));
    let strange = content("unknown_charset");
    assert_eq!(strange.text, "na\u{ef}ve caf\u{e9}");
    assert_eq!(strange.remarks, ["unknown charset x-klingon-8, read as Windows-1252"]);
    let cut = content("truncated_base64");
    assert_eq!(cut.attachments[0].name, "half.pdf");
    assert!(cut.attachments[0].bytes.starts_with(b"%PDF-1.4 the first half"));
    assert_eq!(cut.remarks, ["The file half.pdf is damaged or ends early."]);
}

#[test]
fn the_parent_comes_last_among_the_references() {
    assert_eq!(content("references_disagree").references, ["a@x.example", "c@x.example", "b@x.example"]);
    let many: String = (0..5_000).map(|n| format!(" <{n}@x.example>\r\n")).collect();
    let mail = format!("From: a@b.example\r\nMessage-ID: <own@x>\r\nReferences:{many}\r\n\r\nhi");
    let references = parsed(mail.as_bytes()).references;
    assert_eq!(references.len(), 100);
    assert_eq!(references[0], "0@x.example");
}

#[test]
fn a_reply_token_is_found_in_the_address_it_went_to_and_in_our_own_copy() {
    let answer = content("reply_by_plus_address");
    assert_eq!(answer.reply_token.as_deref(), Some("Tok3n.abcDEF_1"));
    assert_eq!(answer.copy_token, None, "whoever answers to all writes to that address too");
    assert_eq!((answer.addressed_to_us, answer.our_address.as_deref()), (true, Some("hello@roastery.example")));
    let sent = content_of(parse_mail(&fixture("sent_by_us"), &ours(), Folder::Sent).unwrap());
    assert_eq!(sent.reply_token.as_deref(), Some("Tok3n.abcDEF_1"));
    assert_eq!(sent.copy_token, sent.reply_token);
    assert_eq!((sent.direction, sent.addressed_to_us), (Direction::Ours, false));
    assert!(sent.recipients.iter().any(|r| r.role == RecipientRole::Bcc));
}

#[test]
fn a_mail_that_only_claims_to_be_ours_is_not_taken_for_ours() {
    let mail = |results: &str, folder: &str| {
        let date = "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n";
        let head = format!("From: hello@roastery.example\r\nTo: shop@roastery.example\r\nMessage-ID: <x@y>\r\n{date}");
        heard(format!("{results}{head}\r\nPay now.").as_bytes(), folder)
    };
    let found =
        |by: &str, result: &str| format!("Authentication-Results: {by}; {result} header.from=roastery.example\r\n");
    let failed = found("mx.provider.example", "dmarc=fail");
    let of_others = found("mx.evil.example", "dmarc=pass");
    for unproven in ["", &failed, &of_others] {
        let claim = mail(unproven, "inbox");
        assert_eq!((claim.direction, claim.addressed_to_us), (Direction::Theirs, true), "{unproven}");
        assert_eq!(claim.remarks, ["This claims to come from your own address, and nothing confirms it."]);
    }
    for (results, folder) in [(found("mx.provider.example", "dmarc=pass"), "inbox"), (failed, "sent")] {
        let proven = mail(&results, folder);
        assert_eq!((proven.direction, proven.remarks.len()), (Direction::Ours, 0), "{folder}");
    }
}

#[test]
fn what_somebody_wrote_into_the_form_of_a_website_is_theirs() {
    let mail = |more: &str, folder: &str| {
        let proven = "Authentication-Results: mx.provider.example; dmarc=pass header.from=roastery.example\r\n";
        let date = "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n";
        let head = format!("{proven}From: Website <hello@roastery.example>\r\nMessage-ID: <x@y>\r\n{date}{more}");
        heard(format!("{head}\r\nAre you open on Sunday?").as_bytes(), folder)
    };
    let kims = "To: shop@roastery.example\r\nReply-To: Kim <Kim@customer.example>\r\n";
    for folder in ["inbox", "sent", "archive"] {
        let filled_in = mail(kims, folder);
        assert_eq!((filled_in.direction, filled_in.addressed_to_us), (Direction::Theirs, true), "{folder}");
        assert_eq!(filled_in.author.handle, "kim@customer.example");
        assert_eq!(filled_in.author.display_name.as_deref(), Some("Kim"));
        assert_eq!((filled_in.our_address.as_deref(), filled_in.reply_to), (Some("shop@roastery.example"), None));
        assert!(filled_in.remarks[0].contains("for kim@customer.example"), "{:?}", filled_in.remarks);
    }
    for ours in [
        "To: shop@roastery.example\r\n",
        "To: shop@roastery.example\r\nReply-To: hello+t-Tok3n.abc@roastery.example\r\n",
        "To: shop@roastery.example\r\nReply-To: kim@customer.example, hello@roastery.example\r\n",
        "To: shop@roastery.example\r\nCc: kim@customer.example\r\nReply-To: kim@customer.example\r\n",
        "To: shop@roastery.example\r\nBcc: bo@customer.example\r\nReply-To: kim@customer.example\r\n",
        "Reply-To: kim@customer.example\r\n",
    ] {
        for folder in ["inbox", "sent", "archive"] {
            assert_eq!(mail(ours, folder).direction, Direction::Ours, "{folder}: {ours}");
        }
    }
    // Nobody becomes one of us by it, and that nothing proves whence it came is said all the same.
    let forged = format!("From: hello@roastery.example\r\nMessage-ID: <x@y>\r\n{kims}\r\nPay now.");
    let forged = heard(forged.as_bytes(), "inbox");
    assert_eq!((forged.direction, forged.author.handle.as_str()), (Direction::Theirs, "kim@customer.example"));
    assert!(forged.remarks[0].contains("nothing confirms it"), "{:?}", forged.remarks);
}

#[test]
fn an_archive_is_a_zip_and_stays_one() {
    let mail = content("zip_bomb");
    assert_eq!(mail.attachments[0].name, "harmless.zip");
    assert!(mail.attachments[0].bytes.starts_with(b"PK") && mail.attachments[0].bytes.len() < 10_000);
}

#[test]
fn lines_may_end_as_on_unix() {
    let mail = content("unix_lines");
    assert_eq!((mail.text.as_str(), mail.attachments[0].bytes.as_slice()), ("one", &b"a,b"[..]));
}

#[test]
fn a_mail_nested_a_thousand_deep_is_read_down_to_a_depth_and_says_so() {
    let mut mail = String::from("From: a@b.example\r\nMessage-ID: <deep@x>\r\n");
    for depth in 0..1_000 {
        mail += &format!("Content-Type: multipart/mixed; boundary=\"b{depth}\"\r\n\r\n--b{depth}\r\n");
    }
    mail += "Content-Type: text/plain\r\n\r\nthe bottom\r\n";
    let mail = parsed(mail.as_bytes());
    assert_eq!(mail.attachments.len(), 1);
    assert_eq!(mail.remarks[..1], ["Parts nested more than 32 deep are kept as one file, unopened."]);
}

#[test]
fn mails_inside_mails_cost_no_stack_however_many() {
    let inner = "Content-Type: message/rfc822\r\n\r\n".repeat(300_000);
    let mail = parsed(format!("From: a@b.example\r\n{inner}").as_bytes());
    assert_eq!(mail.attachments.len(), 1);
}

#[test]
fn too_many_files_are_counted_and_the_first_are_kept() {
    let part = "--b\r\nContent-Type: image/gif\r\n\r\nx\r\n".repeat(3_000);
    let mail = format!("From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{part}--b--\r\n");
    let mail = parsed(mail.as_bytes());
    assert_eq!(mail.attachments.len(), 500);
    assert!(mail.remarks[0].contains("the first 500 are kept"), "{:?}", mail.remarks);
}

#[test]
fn a_huge_header_is_refused_with_a_reason_and_a_huge_text_is_cut() {
    let mail = format!("From: a@b.example\r\nX-Junk: {}", "x".repeat(2 << 20));
    let error = parse_mail(mail.as_bytes(), &ours(), Folder::Inbox).unwrap_err();
    assert!(error.to_string().contains("larger than 1 MB"));
    let mail = format!("From: a@b.example\r\n\r\n{}", "\u{e4}b".repeat(2 << 20));
    let mail = parsed(mail.as_bytes());
    assert!(mail.text.len() <= 2 << 20 && mail.remarks[0].starts_with("The text was cut after 2 MB"));
    assert!(parse_mail(b"\r\n\r\n", &ours(), Folder::Inbox).is_err());
    assert!(parse_mail(b"GIF89a\0\0\0", &ours(), Folder::Inbox).is_err());
}

#[test]
fn html_beside_plain_text_is_read_on_as_text() {
    let mail = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nplain words\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<p>footer</p>\r\n--b--\r\n";
    let mail = parsed(mail.as_bytes());
    assert_eq!((mail.text.as_str(), mail.html), ("plain words\n\nfooter", None));
}

#[test]
fn ordinary_mail_is_read_in_well_under_a_millisecond_each() {
    let words = "The beans were good and the cup was warm. ".repeat(90);
    let mail = String::from_utf8(fixture("alternative")).unwrap().replace("Thank you, it arrived.", &words);
    let began = std::time::Instant::now();
    for _ in 0..500 {
        parsed(mail.as_bytes());
    }
    // Without optimisation and beside other tests; the release build is some ten times faster.
    assert!(began.elapsed().as_secs_f64() < 2.0, "{:?} for 500 mails", began.elapsed());
    println!("{:?} for 500 mails of {} bytes", began.elapsed(), mail.len());
}
