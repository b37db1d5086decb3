//! What is not known of a reply: a server that takes it and never answers, and an echo that comes before the answer.

use crate::{
    desk::{header, messages},
    shop::{Shop, until},
};
use std::time::Duration;
use tertulia_model::DeliveryState;
use tertulia_store::{jobs, messages as stored};
use tertulia_testkit::{Mail, rounds};

fn names() -> Vec<String> {
    (0..rounds()).map(|n| format!("customer{n:02}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn soak_a_server_that_takes_a_mail_and_never_answers_leaves_the_rest_to_a_person() {
    let Some(mail) = Mail::start_with_relay() else { return };
    let shop = Shop::open(&mail, Duration::from_millis(300)).await;
    let mut replies = Vec::new();
    for name in names() {
        replies.push((shop.asked_and_answered(&mail, &name).await, name));
    }
    mail.never_answer(true);
    shop.let_go();
    for (reply, name) in &replies {
        let unknown = shop.ends_as(reply, DeliveryState::Unknown).await;
        assert!(unknown.reason.unwrap().contains("may have arrived"));
        assert_eq!(mail.inbox(name).len(), 1, "this server did take it, and nothing was sent again by itself");
        let page = shop.page(reply.conversation_id).await;
        let ours = messages(&page)[1].to_owned();
        assert!(ours.contains("It did arrive") && ours.contains("Send it again"), "{ours}");
        let conversation = shop.heard(&format!("{name}@q.test")).await;
        assert_eq!(conversation.state, "open", "it waits for a person");
    }
    mail.never_answer(false);
    // One person looks and sees that it arrived; another has it sent again, knowing that it may come twice.
    for (n, (reply, name)) in replies.iter().enumerate() {
        let again = n % 2 == 1;
        shop.decide(reply, if again { "again" } else { "arrived" }).await;
        shop.ends_as(reply, DeliveryState::Sent).await;
        let arrived = mail.inbox(name);
        assert_eq!(arrived.len(), if again { 2 } else { 1 });
        assert!(arrived.iter().all(|mail| header(mail, "Message-ID") == header(&arrived[0], "Message-ID")));
        let page = shop.page(reply.conversation_id).await;
        assert!(messages(&page).len() == 2 && messages(&page)[1].contains("<span>sent</span>"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn soak_an_echo_that_comes_before_the_answer_is_the_message_itself() {
    let Some(mail) = Mail::start_with_relay() else { return };
    let shop = Shop::open(&mail, Duration::from_secs(60)).await;
    // As many as are sent at once where none has gone well yet.
    for some in names().chunks(jobs::AT_ONE_CHANNEL as usize) {
        let mut replies = Vec::new();
        for name in some {
            replies.push((shop.asked_and_answered(&mail, name).await, name));
        }
        mail.hold_answers(true);
        shop.let_go();
        for (reply, name) in &replies {
            // The server files what it was given, as Gmail's does, before it answers.
            let arrived = until("the customer has it", async || mail.inbox(name).pop()).await;
            assert_eq!(shop.delivery(reply).await.state, DeliveryState::Queued, "the server has not answered");
            mail.put("shop/.Sent", &arrived);
        }
        for (reply, _) in &replies {
            shop.ends_as(reply, DeliveryState::Sent).await;
        }
        mail.hold_answers(false);
    }
    // Once a later one is through, the answers have come too; nothing became a message of its own or was filed twice.
    let last = shop.asked_and_answered(&mail, "last").await;
    shop.let_go();
    until("the last answer is filed", async || (mail.sent("shop").len() as u64 == rounds() + 1).then_some(())).await;
    assert_eq!(messages(&shop.page(last.conversation_id).await).len(), 2);
    let count = stored::count(&mut shop.site.engine.db.reader()).await.unwrap();
    assert_eq!(count.unsigned_abs(), 2 * (rounds() + 1));
    assert!(names().iter().all(|name| mail.inbox(name).len() == 1));
    assert_eq!(mail.sent("shop").len() as u64, rounds() + 1);
}
