//! Whom an answer by mail goes to, and which of our addresses it is sent as.

use crate::support::{
    World, add_channel, on_both_by_mail,
    said::{bounced_from, said},
};
use tertulia_engine::{EngineError, channels, outbound};
use tertulia_model::{AutoKind, DeliveryState, Recipient, RecipientRole};
use tertulia_store::deliveries::Delivery;

fn addresses(recipients: &[Recipient]) -> Vec<(RecipientRole, &str)> {
    recipients.iter().map(|r| (r.role, r.address.as_str())).collect()
}

async fn proposed(world: &World, id: &str) -> outbound::Way {
    let conversation = world.conversation_of(id).await.id;
    outbound::ways_to_answer(&world.engine, conversation).await.unwrap().remove(0)
}

#[test]
fn a_reply_to_all_goes_to_everybody_on_the_mail_but_us_and_once_to_each() {
    use RecipientRole::{Bcc, Cc, To};
    on_both_by_mail(async |world| {
        let mail = said("q", "Shall we?")
            .to(To, "desk@shop.example")
            .to(To, "bo@home.example")
            .to(Cc, "Orders@Shop.example")
            .to(Cc, "Desk+t-Tok3n.abc@Shop.example")
            .to(Cc, "Rosa@Home.example")
            .to(Cc, "bo@home.example")
            .to(Cc, "kim@work.example")
            .to(Bcc, "hidden@work.example");
        world.hear(&[mail.created()]).await;
        let way = proposed(&world, "q").await;
        assert_eq!(addresses(&way.reply), [(To, "rosa@home.example")]);
        let all = [(To, "rosa@home.example"), (Cc, "bo@home.example"), (Cc, "kim@work.example")];
        assert_eq!(addresses(&way.reply_all), all);
        let delivery = world.answer("q", "k").await;
        assert_eq!(
            addresses(&delivery.outgoing.recipients),
            [(To, "rosa@home.example")],
            "to all is said, not assumed"
        );
    });
}

#[test]
fn an_answer_goes_where_its_writer_asks_for_it() {
    use RecipientRole::{Cc, To};
    on_both_by_mail(async |world| {
        let mail = said("q", "Shall we?").asks_answers_to("rosa@work.example").to(To, "desk@shop.example");
        world.hear(&[mail.to(Cc, "rosa@home.example").created()]).await;
        let way = proposed(&world, "q").await;
        assert_eq!(addresses(&way.reply), [(To, "rosa@work.example")]);
        assert_eq!(way.reply[0].name, None, "the name is that of the other address");
        assert_eq!(addresses(&way.reply_all), [(To, "rosa@work.example"), (Cc, "rosa@home.example")]);
    });
}

#[test]
fn it_is_sent_as_the_address_that_was_written_to_unless_another_of_ours_is_chosen() {
    on_both_by_mail(async |world| {
        world.hear(&[said("q", "Where is it?").came_to("Orders@shop.example").created()]).await;
        world.hear(&[said("p", "And this?").by("bo@home.example").created()]).await;
        let way = proposed(&world, "q").await;
        assert_eq!(way.from_addresses, ["orders@shop.example", "desk@shop.example"]);
        assert_eq!(proposed(&world, "p").await.from_addresses, ["desk@shop.example", "orders@shop.example"]);
        let sent = world.answer("q", "as proposed").await;
        assert_eq!(sent.outgoing.from_address.as_deref(), Some("orders@shop.example"));

        let mut form = world.reply(sent.conversation_id, "as chosen");
        form.from_address = Some("Desk@shop.example".to_owned());
        let sent = outbound::queue_reply(&world.engine, world.user, form.clone()).await.unwrap();
        assert_eq!(sent.outgoing.from_address.as_deref(), Some("desk@shop.example"));

        form.idempotency_key = "as a stranger".to_owned();
        form.from_address = Some("rosa@home.example".to_owned());
        let refused = outbound::queue_reply(&world.engine, world.user, form).await;
        let Err(EngineError::Invalid(errors)) = refused else { panic!("{refused:?}") };
        assert_eq!(errors[0].field, "from");
        assert!(errors[0].message.contains("cannot send as rosa@home.example"), "{errors:?}");
        assert_eq!(world.count().await, 4, "nothing was stored");
    });
}

#[test]
fn a_machine_or_a_message_that_may_be_forged_is_answered_only_if_there_is_no_other() {
    on_both_by_mail(async |world| {
        let away = |id: &str| said(id, "I am on holiday").by("robot@home.example").auto(AutoKind::Reply);
        world.hear(&[said("q", "Where is it?").created(), said("q2", "Hello?").answering(&["q"]).created()]).await;
        let forged = said("q2", "Send it to me.").by("mallory@evil.example").answering(&["q"]).at_minute(3);
        world.hear(&[away("away").answering(&["q"]).at_minute(2).created(), forged.created()]).await;
        let held = world.conversation_of("q").await;
        assert_eq!(world.messages_in(held.id).await.len(), 4);
        assert_eq!(addresses(&proposed(&world, "q").await.reply), [(RecipientRole::To, "rosa@home.example")]);

        let question = said("ours", "How was it?").by_us().to(RecipientRole::To, "robot@home.example");
        world.hear(&[question.created(), away("away2").answering(&["ours"]).at_minute(1).created()]).await;
        assert_eq!(addresses(&proposed(&world, "ours").await.reply), [(RecipientRole::To, "robot@home.example")]);
    });
}

#[test]
fn what_follows_a_mail_of_ours_that_nobody_answered_goes_on_from_it() {
    use RecipientRole::{Bcc, Cc, To};
    on_both_by_mail(async |mut world| {
        // Rosa is known by another address, and by another mailbox.
        world.hear(&[said("q", "Where is it?").created()]).await;
        world.channel = add_channel(&world.engine, "sales@shop.example").await;
        let offer = said("offer", "We have new beans.").by_us().about("New beans").came_to("sales@shop.example");
        let offer = offer.to(To, "Rosa@Work.example").to(To, "sales+news@shop.example").to(Cc, "bo@home.example");
        world.hear(&[offer.to(Bcc, "boss@shop.example").created()]).await;
        let way = proposed(&world, "offer").await;
        assert_eq!((way.channel, way.to_handle.as_str()), (world.channel.id, "rosa@work.example"));
        assert_eq!(addresses(&way.reply), [(To, "Rosa@Work.example")]);
        assert_eq!(addresses(&way.reply_all), [(To, "Rosa@Work.example"), (Cc, "bo@home.example")]);
        let sent = world.answer("offer", "k").await.outgoing;
        assert_eq!((sent.references, sent.subject.as_deref()), (vec!["offer".to_owned()], Some("Re: New beans")));
        assert_eq!(sent.from_address.as_deref(), Some("sales@shop.example"));
        // And on from that one; until somebody answers.
        let again = world.answer("offer", "k2").await.outgoing;
        assert_eq!(again.references, ["offer".to_owned(), sent.external_id.clone()]);
        world.hear(&[said("a", "Yes?").by("bo@home.example").answering(&["offer"]).created()]).await;
        assert_eq!(addresses(&proposed(&world, "offer").await.reply), [(To, "bo@home.example")]);
    });
}

/// An answer to all whom the mail `q` was between.
async fn answered_to_all(world: &World) -> Delivery {
    let mut form = world.reply(world.conversation_of("q").await.id, "k");
    form.recipients = proposed(world, "q").await.reply_all;
    let sent = outbound::queue_reply(&world.engine, world.user, form).await.unwrap();
    outbound::run_send(&world.engine, sent.id).await.unwrap();
    sent
}

#[test]
fn a_mail_that_came_back_from_some_says_from_whom() {
    use RecipientRole::{Cc, To};
    on_both_by_mail(async |world| {
        let mail = said("q", "Shall we?").to(To, "desk@shop.example").to(Cc, "bo@home.example");
        world.hear(&[mail.to(Cc, "kim@work.example").created()]).await;
        let sent = answered_to_all(&world).await;
        let back = async |n: &str, failed: &[&str]| {
            world.hear(&[bounced_from(n, &sent.outgoing.external_id, true, failed)]).await;
            let delivery = world.delivery(sent.id).await;
            assert!(delivery.state == DeliveryState::Failed && outbound::came_back(&delivery), "{delivery:?}");
            delivery.reason.unwrap()
        };
        let bos = "It came back from bo@home.example: No such mailbox.";
        assert_eq!(back("n1", &["bo@home.example"]).await, format!("{bos} Nothing is known against the others."));
        outbound::leave(&world.engine, world.user, sent.id).await.unwrap();
        assert_eq!(back("n2", &["Bo@home.example"]).await, format!("{bos} Nothing is known against the others."));
        assert!(world.delivery(sent.id).await.left_at.is_some(), "that was known when it was left");
        let rest = ["rosa@home.example", "kim@work.example"];
        let rests = "It came back from rosa@home.example, kim@work.example: No such mailbox.";
        assert_eq!(back("n3", &rest).await, format!("{bos} {rests}"));
        assert_eq!(world.delivery(sent.id).await.left_at, None, "somebody has to decide anew");
        outbound::leave(&world.engine, world.user, sent.id).await.unwrap();
        for n in 0..3 {
            assert_eq!(back(&format!("x{n}"), &[&format!("x{n}@made.up")]).await, format!("{bos} {rests}"));
        }
        assert!(world.delivery(sent.id).await.left_at.is_some(), "whoever makes up addresses moves nothing");
        // A notice of the first sending that comes late does not stop the second.
        outbound::send_again(&world.engine, sent.id).await.unwrap();
        world.hear(&[bounced_from("late", &sent.outgoing.external_id, true, &["kim@work.example"])]).await;
        assert_eq!(world.delivery(sent.id).await.state, DeliveryState::Queued);
        outbound::run_send(&world.engine, sent.id).await.unwrap();
        assert_eq!(world.delivery(sent.id).await.state, DeliveryState::Sent);
    });
}

#[test]
fn a_mail_that_came_back_from_an_address_we_never_wrote_to_says_nothing_of_the_others() {
    use RecipientRole::{Cc, To};
    on_both_by_mail(async |world| {
        world.hear(&[said("q", "Shall we?").to(To, "desk@shop.example").to(Cc, "kim@work.example").created()]).await;
        let sent = answered_to_all(&world).await;
        // Kim's mail is passed on to where it failed.
        world.hear(&[bounced_from("n", &sent.outgoing.external_id, true, &["kim@home.example"])]).await;
        let reason = world.delivery(sent.id).await.reason.unwrap();
        let kims = "It came back from kim@home.example: No such mailbox.";
        assert_eq!(reason, kims);
        let back = async |n: &str, failed: &[&str]| {
            world.hear(&[bounced_from(n, &sent.outgoing.external_id, true, failed)]).await;
            world.delivery(sent.id).await.reason.unwrap()
        };
        let both = format!("{kims} It came back from rosa@home.example: No such mailbox.");
        assert_eq!(back("n2", &["rosa@home.example"]).await, both, "kim's may be the one that is not named");
        assert_eq!(back("n3", &["kim@elsewhere.example"]).await, both);
    });
}

#[test]
fn a_notice_that_names_nobody_we_know_takes_back_once_that_the_others_are_well() {
    use RecipientRole::{Cc, To};
    on_both_by_mail(async |world| {
        world.hear(&[said("q", "Shall we?").to(To, "desk@shop.example").to(Cc, "kim@work.example").created()]).await;
        let sent = answered_to_all(&world).await;
        let back = async |n: &str, failed: &[&str]| {
            world.hear(&[bounced_from(n, &sent.outgoing.external_id, true, failed)]).await;
            world.delivery(sent.id).await.reason.unwrap()
        };
        let rosas = "It came back from rosa@home.example: No such mailbox.";
        assert_eq!(back("n1", &["rosa@home.example"]).await, format!("{rosas} Nothing is known against the others."));
        let both = format!("{rosas} It came back: No such mailbox.");
        assert_eq!(back("n2", &[]).await, both);
        assert_eq!(back("n3", &[]).await, both);
        assert_eq!(back("n4", &["x@made.up"]).await, both);
    });
}

#[test]
fn an_address_that_is_ours_no_more_is_proposed_to_nobody() {
    on_both_by_mail(async |world| {
        world.hear(&[said("q", "Where is it?").came_to("old@shop.example").created()]).await;
        assert_eq!(proposed(&world, "q").await.from_addresses, ["desk@shop.example", "orders@shop.example"]);
        let deleted = tertulia_model::ChannelState::Deleted;
        channels::set_state(&world.engine, world.channel.id, deleted).await.unwrap();
        let conversation = world.conversation_of("q").await.id;
        assert!(outbound::ways_to_answer(&world.engine, conversation).await.unwrap().is_empty());
    });
}

#[test]
fn what_the_program_writes_itself_is_marked_as_such_and_what_a_member_writes_is_not() {
    on_both_by_mail(async |world| {
        world.hear(&[said("q", "Where is it?").created()]).await;
        let answer = world.answer("q", "k").await;
        outbound::run_send(&world.engine, answer.id).await.unwrap();
        outbound::send_system_mail(&world.engine, &world.channel, "rosa@home.example", "Is this yours?", "Hello")
            .await
            .unwrap();
        let sent = world.wire.sent.lock().unwrap().clone();
        let marked: Vec<_> =
            sent.iter().map(|o| (o.by_machine, o.reply_token.is_some(), o.forwards.is_some())).collect();
        assert_eq!(marked, [(false, true, false), (true, false, false)]);
    });
}
