//! A message is passed on: nothing moves where it came from, and what comes back is a talk of its own.

use crate::support::{World, before_merging, on_both, on_both_by_mail, said::said};
use tertulia_engine::{
    EngineError, desk,
    outbound::{self, ReplyForm, UNDO_MILLIS},
    search,
    wording::{Envelope, StoredParts},
    worker,
};
use tertulia_model::{AutoKind, ConversationId, DeliveryState, MessageId, Recipient, RecipientRole};
use tertulia_store::{
    conversations,
    deliveries::Delivery,
    drafts::{self, Key},
    listing, merges, reading, threads,
};

const SUPPLIER: &str = "nils@mill.example";

/// Rosa complains, with two pictures.
async fn complained(world: &World) -> (ConversationId, MessageId) {
    let mail = said("q", "They were stale.\n\nRosa").about("Re: Beans").came_to("orders@shop.example");
    let mail = mail.to(RecipientRole::To, "orders@shop.example").to(RecipientRole::Cc, "bo@home.example");
    world.hear(&[mail.with_file("one.png", b"one").with_file("two.png", b"two").created()]).await;
    let message = world.message("q").await;
    (message.conversation_id.unwrap(), message.id)
}

fn form(world: &World, (conversation, message): (ConversationId, MessageId), key: &str) -> ReplyForm {
    let to = |role, address: &str| Recipient { role, address: address.to_owned(), name: None };
    ReplyForm {
        text: "Nils, what happened here?".to_owned(),
        recipients: vec![to(RecipientRole::To, SUPPLIER), to(RecipientRole::Cc, "lab@mill.example")],
        articles: Vec::new(),
        forwards: Some(message),
        ..world.reply(conversation, key)
    }
}

async fn pass_on(world: &World, what: (ConversationId, MessageId), key: &str) -> Delivery {
    outbound::begin_forward(&world.engine, world.user, what.0, what.1).await.unwrap();
    outbound::queue_reply(&world.engine, world.user, form(world, what, key)).await.unwrap()
}

#[test]
fn a_forward_carries_the_original_and_its_files_and_leaves_the_conversation_as_it_stands() {
    on_both_by_mail(async |world| {
        let what = complained(&world).await;
        let before = world.conversation(what.0).await.unwrap();
        let row =
            async || listing::inbox_row(&mut world.engine.db.reader(), world.user, what.0).await.unwrap().unwrap();
        let row_before = row().await;
        let delivery = pass_on(&world, what, "k").await;
        assert_eq!(world.conversation(what.0).await.unwrap(), before, "they wait as before");
        assert_eq!(row().await, row_before, "unread and unanswered as before");

        let outgoing = &delivery.outgoing;
        assert_eq!(outgoing.subject.as_deref(), Some("Fwd: Beans"));
        assert_eq!((outgoing.to_handle.as_str(), outgoing.references.len()), (SUPPLIER, 0));
        assert_eq!(outgoing.from_address.as_deref(), Some("orders@shop.example"));
        let whole = outgoing.whole_text();
        assert!(whole.starts_with("Nils, what happened here?\n\n---------- Forwarded message"), "{whole}");
        assert!(
            whole.contains("From: Rosa Vidal <rosa@home.example>\n") && whole.ends_with("They were stale.\n\nRosa")
        );
        let names: Vec<&str> = outgoing.attachments.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["one.png", "two.png"]);
        assert_eq!(world.engine.blobs.read(&outgoing.attachments[1].content).unwrap(), b"two");

        let ours = world.message(&outgoing.external_id).await;
        assert!(ours.is_forward() && !ours.is_answer_of_ours() && ours.parent_id.is_none());
        assert_ne!(ours.thread_id, world.message("q").await.thread_id);
        assert_eq!((ours.conversation_id, ours.text.as_str()), (Some(what.0), whole.as_str()));
        assert_eq!(StoredParts::parse(&ours.parts).own_words(&ours.text), "Nils, what happened here?");
        assert_eq!(Envelope::parse(&ours.envelope).forwards, Some(what.1));
        let query = tertulia_analysis::query::parse("happened stale").unwrap();
        let found = search::search(&world.engine, &query, &search::Filter::default(), None, 9).await.unwrap();
        assert_eq!(found.messages.iter().map(|m| m.id).collect::<Vec<_>>(), [ours.id]);

        // One way out: its id was chosen before, the same form is one forward, and the worker sends it.
        assert_eq!(
            outbound::queue_reply(&world.engine, world.user, form(&world, what, "k")).await.unwrap().id,
            delivery.id
        );
        outbound::run_send(&world.engine, delivery.id).await.unwrap();
        assert_eq!(world.wire.sent_ids(), std::slice::from_ref(&outgoing.external_id));
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent);
        assert_eq!(world.conversation(what.0).await.unwrap(), before);
    });
}

#[test]
fn whoever_got_a_forward_is_in_no_later_answer_to_the_person() {
    on_both_by_mail(async |world| {
        let what = complained(&world).await;
        let forward = pass_on(&world, what, "k").await;
        let answer = said("nils", "A wet sack.").by(SUPPLIER).answering(&[&forward.outgoing.external_id]).at_minute(70);
        world.hear(&[answer.created()]).await;
        let ways = outbound::ways_to_answer(&world.engine, what.0).await.unwrap();
        let addresses: Vec<&str> = ways.iter().flat_map(|w| &w.reply_all).map(|r| r.address.as_str()).collect();
        assert_eq!(addresses, ["rosa@home.example", "bo@home.example"]);
        assert_eq!(ways[0].answers, Some(what.1));
        let reply = world.answer("q", "answer").await;
        assert_eq!(reply.outgoing.references, ["q"], "our answer names what Rosa wrote, not the forward");
    });
}

#[test]
fn what_comes_back_opens_a_conversation_with_whoever_wrote_it_and_all_of_it_stands_there() {
    on_both_by_mail(async |world| {
        let what = complained(&world).await;
        let forward = pass_on(&world, what, "k").await;
        let before = world.conversation(what.0).await.unwrap();
        let id = forward.outgoing.external_id.as_str();
        let seq = tertulia_store::changes::newest(&mut world.engine.db.reader()).await.unwrap();
        world.hear(&[said("nils", "A wet sack.").by(SUPPLIER).answering(&[id]).at_minute(70).created()]).await;
        let answer = world.message("nils").await;
        let theirs = world.conversation_of("nils").await;
        assert_ne!(theirs.id, what.0);
        assert_eq!((theirs.state.as_str(), theirs.snippet.as_str()), ("open", "A wet sack."));
        assert_eq!(theirs.person_id, answer.person_id);
        assert_eq!(answer.thread_id, world.message(id).await.thread_id, "it is the same thread");
        assert_eq!(world.conversation(what.0).await.unwrap(), before, "nobody has answered Rosa, nor has she written");
        assert!(merges::proposed(&mut world.engine.db.reader(), what.0).await.unwrap().is_empty());
        let told = tertulia_store::changes::after(&mut world.engine.db.reader(), seq, 99).await.unwrap();
        assert!(
            told.iter().any(|c| c.topic == "conversation" && c.subject == what.0.0),
            "its page learns of it: {told:?}"
        );

        // More on the same thread, also from somebody else, and our answer to it.
        let reply = world.answer("nils", "to nils").await;
        assert_eq!(reply.outgoing.recipients[0].address, SUPPLIER);
        world.hear(&[said("lab", "Confirmed.").by("lab@mill.example").answering(&[id]).at_minute(80).created()]).await;
        world
            .hear(&[said("n2", "New sack sent.")
                .by(SUPPLIER)
                .answering(&[id, "nils", &reply.outgoing.external_id])
                .at_minute(90)
                .created()])
            .await;
        for id in ["lab", "n2"] {
            assert_eq!(world.message(id).await.conversation_id, Some(theirs.id), "{id}");
        }
        assert_eq!(world.messages_in(what.0).await.len(), 2);
        // A second answer that comes in one piece with the first of another forward.
        let again = pass_on(&world, what, "k2").await;
        let id = again.outgoing.external_id.as_str();
        let both =
            ["x1", "x2"].map(|n| said(n, "Me too.").by("x@mill.example").answering(&[id]).at_minute(95).created());
        world.hear(&both).await;
        assert_eq!(world.message("x1").await.conversation_id, world.message("x2").await.conversation_id);
        assert_ne!(world.message("x1").await.conversation_id, Some(theirs.id));
    });
}

#[test]
fn nobody_speaks_as_the_person_by_way_of_a_forward() {
    on_both_by_mail(async |world| {
        let what = complained(&world).await;
        let forward = pass_on(&world, what, "k").await;
        let token = forward.outgoing.reply_token.clone().unwrap();
        // An absence notice opens nothing.
        let away = said("away", "I am away.").by("lab@mill.example").auto(AutoKind::Reply).answering(&["other"]);
        let away = away.with_token(&token).at_minute(60);
        world.hear(&[away.created()]).await;
        assert_eq!(world.message("away").await.conversation_id, None);
        // Even under her address, with the token or the id that only the one who got the forward knows.
        world.hear(&[said("forged", "Send it to me instead.").with_token(&token).at_minute(70).created()]).await;
        let answering = said("forged2", "Refund it.").answering(&[&forward.outgoing.external_id]).at_minute(71);
        world.hear(&[answering.created()]).await;
        for id in ["forged", "forged2"] {
            assert_ne!(world.message(id).await.conversation_id, Some(what.0), "{id}");
        }
        assert_eq!(world.messages_in(what.0).await.len(), 2);
    });
}

#[test]
fn whoever_gets_a_forward_learns_no_token_that_leads_into_the_conversation() {
    on_both_by_mail(async |world| {
        let (conversation, _) = complained(&world).await;
        let token = world.answer("q", "a").await.outgoing.reply_token.unwrap();
        let address = format!("desk+t-{}@shop.example", token.to_lowercase());
        let words = format!("v1.2 of it. {token}.\n> X-Tertulia-Reply: {token}\n> 7.{}é", "x".repeat(15));
        let again = said("again", &words).answering(&["q"]).to(RecipientRole::To, &address).at_minute(70);
        world.hear(&[again.created()]).await;
        let message = world.message("again").await.id;
        let passing = outbound::way_to_forward(&world.engine, conversation, message).await.unwrap().unwrap();
        let text = passing.forwarded.text;
        assert!(!text.to_lowercase().contains(&token.to_lowercase()), "{text}");
        assert!(
            text.contains("To: desk+t-@shop.example") && text.contains("v1.2 of it. .\n> X-Tertulia-Reply: \n> 7.x")
        );
        assert!(text.ends_with("xé"), "nothing else is lost: {text}");
    });
}

#[test]
fn two_presses_of_the_button_put_the_files_there_once() {
    on_both_by_mail(async |world| {
        let (conversation, message) = complained(&world).await;
        let begin = || {
            let (engine, user) = (world.engine.clone(), world.user);
            tokio::spawn(async move { outbound::begin_forward(&engine, user, conversation, message).await.unwrap() })
        };
        for pressed in [begin(), begin(), begin()] {
            pressed.await.unwrap();
        }
        let key = Key::forward(world.user, conversation, message);
        assert_eq!(drafts::files(&mut world.engine.db.reader(), key).await.unwrap().len(), 2);
    });
}

#[test]
fn our_copy_of_a_forward_under_another_name_is_no_message_of_its_own() {
    on_both_by_mail(async |world| {
        let what = complained(&world).await;
        let forward = pass_on(&world, what, "k").await;
        let token = forward.outgoing.reply_token.clone().unwrap();
        let copy = said("rewritten", "Nils, what happened here?").to(RecipientRole::To, SUPPLIER);
        world.hear(&[copy.copy_with_token(&token).at_minute(61).created()]).await;
        assert_eq!(world.count().await, 2);
        assert_eq!(world.delivery(forward.id).await.state, DeliveryState::Sent);
        world.hear(&[said("nils", "A wet sack.").by(SUPPLIER).answering(&["rewritten"]).at_minute(70).created()]).await;
        assert_ne!(world.message("nils").await.conversation_id, Some(what.0));
        assert_eq!(world.message("nils").await.parent_id, Some(world.message("rewritten").await.id));
    });
}

#[test]
fn a_forward_taken_back_is_a_draft_of_its_own_beside_the_answer() {
    on_both_by_mail(async |world| {
        let what = complained(&world).await;
        let engine = &world.engine;
        let answer = Key::answer(world.user, what.0);
        let key = Key::forward(world.user, what.0, what.1);
        desk::save_draft(engine, answer, &serde_json::json!({"text": "Dear Rosa"})).await.unwrap();
        let before = world.conversation(what.0).await.unwrap();
        outbound::begin_forward(engine, world.user, what.0, what.1).await.unwrap();
        let files = drafts::files(&mut engine.db.reader(), key).await.unwrap();
        desk::detach(engine, world.user, files[0].id).await.unwrap();
        // Begun again, it stays as it is.
        outbound::begin_forward(engine, world.user, what.0, what.1).await.unwrap();
        let delivery = outbound::queue_reply(engine, world.user, form(&world, what, "k")).await.unwrap();
        assert_eq!(delivery.outgoing.attachments.len(), 1, "one was left out");
        assert!(drafts::get(&mut engine.db.reader(), key).await.unwrap().is_none());
        world.clock.advance(UNDO_MILLIS - 1);
        outbound::undo_reply(engine, world.user, delivery.id).await.unwrap();
        let mut db = engine.db.reader();
        let form: serde_json::Value =
            serde_json::from_str(&drafts::get(&mut db, key).await.unwrap().unwrap().form).unwrap();
        assert_eq!(
            (form["text"].as_str(), form["subject"].as_str()),
            (Some("Nils, what happened here?"), Some("Fwd: Beans"))
        );
        assert_eq!(form["recipients"][0]["address"], SUPPLIER);
        assert_eq!(drafts::files(&mut db, key).await.unwrap()[0].name, "two.png");
        let kept = drafts::get(&mut db, answer).await.unwrap().unwrap().form;
        assert!(kept.contains("Dear Rosa"), "the answer that was begun is as it was: {kept}");
        assert_eq!(world.conversation(what.0).await.unwrap(), before);
        assert_eq!(world.messages_in(what.0).await.len(), 1);
        let working = tokio::spawn(worker::run(engine.clone()));
        world.clock.advance(UNDO_MILLIS);
        engine.bell.ring();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        working.abort();
        assert_eq!(world.wire.sent_ids(), [""; 0]);
    });
}

#[test]
fn a_file_that_holds_a_token_is_left_out_of_a_forward_and_named() {
    on_both_by_mail(async |world| {
        complained(&world).await;
        let token = world.answer("q", "a").await.outgoing.reply_token.unwrap();
        let header = format!("Subject: Beans\r\nX-Tertulia-Reply: {token}\r\n\r\nWe are sorry.");
        let (begin, end) = token.split_at(5);
        let broken = format!("Reply-To: <desk+t-{begin}=\r\n{end}@shop.example>\r\n\r\nWe are sorry.");
        let mail = said("enclosing", "See what you wrote.").at_minute(70);
        let mail = mail.with_file("header.eml", header.as_bytes()).with_file("Broken.EML", broken.as_bytes());
        let mail = mail.with_file("harmless.eml", b"Subject: 1.2\r\n\r\nHello").with_file("one.png", b"one");
        world.hear(&[mail.created()]).await;
        let message = world.message("enclosing").await;
        let what = (message.conversation_id.unwrap(), message.id);
        let begun = outbound::begin_forward(&world.engine, world.user, what.0, what.1).await.unwrap();
        assert_eq!(begun, ["header.eml", "Broken.EML"]);
        let key = Key::forward(world.user, what.0, what.1);
        let files = drafts::files(&mut world.engine.db.reader(), key).await.unwrap();
        assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["harmless.eml", "one.png"]);
    });
}

#[test]
fn a_forward_is_no_answer_to_what_came_before_it() {
    on_both_by_mail(async |world| {
        let what = complained(&world).await;
        pass_on(&world, what, "k").await;
        // A mail of Rosa's that was under way all the while.
        world.hear(&[said("late", "And cold.").answering(&["q"]).at_minute(1).created()]).await;
        let held = world.conversation(what.0).await.unwrap();
        assert_eq!((held.state.as_str(), held.waiting_since), ("open", Some(world.message("q").await.at)));
        // An answer taken back leaves her waiting though the forward stands.
        let reply = world.answer("q", "answer").await;
        outbound::undo_reply(&world.engine, world.user, reply.id).await.unwrap();
        assert_eq!(world.conversation(what.0).await.unwrap().waiting_since, held.waiting_since);
        assert_eq!(world.conversation(what.0).await.unwrap().last_place, held.last_place);
    });
}

#[test]
fn a_forward_is_not_written_into_a_conversation_that_was_merged_away_meanwhile() {
    on_both_by_mail(async |world| {
        let what = complained(&world).await;
        world.hear(&[said("p", "And this?").by("bo@home.example").created()]).await;
        let into = world.conversation_of("p").await.id;
        let mut merge = world.engine.db.begin_bulk().await.unwrap();
        threads::place_alone(&mut merge).await.unwrap();
        let (engine, user, form) = (world.engine.clone(), world.user, form(&world, what, "k"));
        let passing = tokio::spawn(async move { outbound::queue_reply(&engine, user, form).await });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let before = before_merging(&mut merge, what.0, into).await;
        merges::join(&mut merge, &before, 0).await.unwrap();
        conversations::remove(&mut merge, what.0).await.unwrap();
        merge.commit().await.unwrap();
        let refused = passing.await.unwrap();
        assert!(matches!(refused, Err(EngineError::Refused(_))), "{refused:?}");
        assert_eq!(world.count().await, 2, "nothing was stored");
    });
}

#[test]
fn a_forward_needs_somebody_to_go_to_and_may_say_nothing_itself() {
    on_both_by_mail(async |world| {
        let what = complained(&world).await;
        for (recipients, why) in [
            (vec![], "Say whom it goes to"),
            (vec![(RecipientRole::Cc, SUPPLIER)], "Say whom it goes to"),
            (vec![(RecipientRole::To, "nils")], "is not an e-mail address"),
            (vec![(RecipientRole::To, SUPPLIER); 21], "goes to 20 addresses at most, and this has 21"),
        ] {
            let recipients = recipients.into_iter().map(|(role, address)| Recipient {
                role,
                address: address.to_owned(),
                name: None,
            });
            let form = ReplyForm { recipients: recipients.collect(), ..form(&world, what, "k") };
            let refused = outbound::queue_reply(&world.engine, world.user, form).await;
            let Err(EngineError::Invalid(errors)) = refused else { panic!("{refused:?}") };
            assert!(errors[0].message.contains(why) && errors[0].field == "recipients", "{errors:?}");
        }
        let wordless = ReplyForm { text: " \n".to_owned(), seen: Some(MessageId(0)), ..form(&world, what, "k") };
        let delivery = outbound::queue_reply(&world.engine, world.user, wordless).await.unwrap();
        assert!(delivery.outgoing.whole_text().starts_with("---------- Forwarded message"));
        let long = ReplyForm { text: "x".repeat(1_990), ..form(&world, what, "k2") };
        let refused = outbound::queue_reply(&world.engine, world.user, long).await;
        assert!(
            matches!(&refused, Err(EngineError::Invalid(e)) if e[0].message.contains("with what it passes on")),
            "{refused:?}"
        );
    });
}

#[test]
fn what_is_not_there_or_came_where_nobody_else_can_be_addressed_is_not_passed_on() {
    on_both_by_mail(async |world| {
        let what = complained(&world).await;
        let nowhere = (what.0, MessageId(7));
        let elsewhere = (ConversationId(7), what.1);
        for what in [nowhere, elsewhere] {
            assert!(outbound::way_to_forward(&world.engine, what.0, what.1).await.unwrap().is_none());
            let begun = outbound::begin_forward(&world.engine, world.user, what.0, what.1).await;
            assert!(matches!(begun, Err(EngineError::Refused(_))), "{begun:?}");
        }
        world.hear(&[said("q", "They were stale.").deleted()]).await;
        let sent = outbound::queue_reply(&world.engine, world.user, form(&world, what, "k")).await;
        assert!(matches!(sent, Err(EngineError::Refused(_))), "{sent:?}");
    });
    on_both(async |world| {
        let what = complained(&world).await;
        assert!(!outbound::can_forward(&world.engine, &world.channel));
        assert!(outbound::way_to_forward(&world.engine, what.0, what.1).await.unwrap().is_none());
        let sent = outbound::queue_reply(&world.engine, world.user, form(&world, what, "k")).await;
        assert!(matches!(sent, Err(EngineError::Refused(_))), "{sent:?}");
        assert_eq!(reading::conversation(&mut world.engine.db.reader(), what.0, None, 9).await.unwrap().len(), 1);
    });
}
