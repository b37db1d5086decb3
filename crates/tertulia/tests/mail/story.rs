//! One mail heard, answered, answered again; and one that came back.

use crate::desk::{self, Desk, header, letter, messages, submit, until};

#[test]
fn a_mail_is_heard_answered_and_answered_again_and_what_comes_back_is_told() {
    let Some(mail) = desk::servers() else { return };
    let desk = Desk::open(mail, "story");
    let kim = "Kim Ito <kim@example.test>";
    let question = letter(kim, "story@desk.test", "question.1@example.test", "Sundays", "", "Are you open on Sunday?");
    submit(mail, "kim@example.test", "story@desk.test", &question);
    let conversation = desk.conversation("Kim Ito");
    desk.reply(&conversation, "From nine to one.\nSee you!");

    // What the customer gets hangs on what she wrote.
    let answer = until("the answer is in the customer's box", || mail.inbox("kim").pop());
    let id = header(&answer, "Message-ID").unwrap();
    assert_eq!(header(&answer, "In-Reply-To").as_deref(), Some("<question.1@example.test>"));
    assert_eq!(header(&answer, "References").as_deref(), Some("<question.1@example.test>"));
    assert_eq!(header(&answer, "From").as_deref(), Some("\"Fuente y Flor\" <story@desk.test>"));
    assert_eq!(header(&answer, "Subject").as_deref(), Some("Re: Sundays"));
    assert!(header(&answer, "To").unwrap().contains("kim@example.test"));
    assert!(id.starts_with("<tertulia.") && id.ends_with("@desk.test>"), "{id}");
    assert!(String::from_utf8_lossy(&answer).contains("From nine to one."));
    desk.until_page(&conversation, "sent");

    until("the copy is filed", || Some(mail.sent("story")).filter(|sent| sent.len() == 1));
    let thanks = format!("In-Reply-To: {id}\r\nReferences: <question.1@example.test> {id}\r\n");
    let thanks = letter(kim, "story@desk.test", "thanks.1@example.test", "Re: Sundays", &thanks, "Wonderful, thanks.");
    submit(mail, "kim@example.test", "story@desk.test", &thanks);
    desk.until_page(&conversation, "Wonderful, thanks.");
    // The copy in the folder of sent mail is heard, and is the message that is there.
    let channel =
        desk::look_into(desk.folder.path(), async |db| tertulia_store::channels::all(db).await.unwrap()[0].id);
    until("the folder of sent mail was read", || {
        let look = async |db: &mut tertulia_store::Db| tertulia_store::channels::cursor(db, channel).await.unwrap();
        let cursor = desk::look_into(desk.folder.path(), look)?;
        (cursor["folders"]["Sent"]["last_uid"].as_i64()? >= 1).then_some(())
    });
    let page = desk.get(&conversation);
    assert_eq!(messages(&page).len(), 3, "it stands in the same conversation");
    assert_eq!(desk.rows().len(), 1);

    submit(mail, "", "story@desk.test", &bounce(&id));
    let page = desk.until_page(&conversation, "mailbox is full");
    let all = messages(&page);
    assert_eq!(all.len(), 3, "the notice is no message");
    assert!(all[1].contains("From nine to one.") && all[1].contains("mailbox is full"), "{}", all[1]);
    assert!(all[1].contains("Send it again"), "{}", all[1]);
    assert_eq!((mail.inbox("kim").len(), mail.sent("story").len()), (1, 1));
}

/// A delivery report (RFC 3464) about one of our mails.
fn bounce(id: &str) -> String {
    let more = "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
                Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n";
    let text = format!(
        "--b\r\n\r\nYour message could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.test\r\n\r\nFinal-Recipient: rfc822; kim@example.test\r\nAction: failed\r\n\
         Status: 5.2.2\r\nDiagnostic-Code: smtp; 552 5.2.2 The mailbox is full\r\n--b\r\n\
         Content-Type: message/rfc822\r\n\r\nMessage-ID: {id}\r\nSubject: Re: Sundays\r\n\r\nFrom nine\r\n--b--"
    );
    let daemon = "Mail Delivery System <mailer-daemon@example.test>";
    letter(daemon, "story@desk.test", "bounce.1@example.test", "Undelivered Mail Returned to Sender", more, &text)
}
