//! What is ours is known again when it comes back: by its name, by the token in its header, by where it lay.

use crate::support::{World, on_both, said::said};
use std::time::Duration;
use tertulia_engine::{
    imports::{self, NewImport},
    outbound, worker,
};
use tertulia_model::{DeliveryState, MessageId};
use tertulia_store::imports as runs;

/// Rosa has asked; gives the world in which she is to be answered.
async fn asked(world: &World) {
    world.hear(&[said("q", "Where is my order?").created()]).await;
}

#[test]
fn a_copy_in_the_inbox_that_nothing_proves_is_an_echo_by_its_name_and_its_words() {
    on_both(async |world| {
        asked(&world).await;
        for (n, (text, state)) in
            [("It left this morning.", DeliveryState::Sent), ("Other words.", DeliveryState::Queued)]
                .into_iter()
                .enumerate()
        {
            let delivery = world.answer("q", &format!("k{n}")).await;
            let copy = said(&delivery.outgoing.external_id, text).by("desk@shop.example");
            world.hear(&[copy.created()]).await;
            assert_eq!(world.delivery(delivery.id).await.state, state, "{text}");
        }
        assert_eq!(world.count().await, 3, "neither is a message of its own");
    });
}

#[test]
fn a_message_id_that_a_server_rewrote_is_learnt_by_the_reply_token() {
    on_both(async |world| {
        asked(&world).await;
        let delivery = world.answer("q", "k").await;
        let token = delivery.outgoing.reply_token.clone().unwrap();
        // The answer to the rewritten id comes even before our copy in Sent.
        let thanks = said("thanks", "Thank you!").answering(&["q", "rewritten"]).at_minute(90);
        world.hear(&[thanks.created()]).await;
        let copy = said("rewritten", "It left this morning.").copy_with_token(&token).at_minute(60);
        world.hear(&[copy.created()]).await;
        assert_eq!(world.count().await, 3, "the copy is no message of its own");
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Sent);
        let ours = world.message(&delivery.outgoing.external_id).await;
        assert_eq!(world.message("rewritten").await.id, ours.id);
        let thanks = world.message("thanks").await;
        assert_eq!((thanks.parent_id, thanks.thread_id), (Some(ours.id), ours.thread_id));
        world.hear(&[copy.created()]).await;
        assert_eq!(world.count().await, 3);
    });
}

#[test]
fn a_colleagues_own_answer_that_names_our_token_stays_a_message_of_its_own() {
    on_both(async |world| {
        asked(&world).await;
        let delivery = world.answer("q", "k").await;
        outbound::run_send(&world.engine, delivery.id).await.unwrap();
        let token = delivery.outgoing.reply_token.clone().unwrap();
        let quoting = "The courier is late, sorry.\n\n> It left this morning.";
        // From a phone to all, our plus address among them; and one whose header somebody copied around other words.
        let answer = said("phone", quoting).by_us().with_token(&token).at_minute(60);
        let other = said("other", "Something else.").copy_with_token(&token).at_minute(61);
        world.hear(&[answer.created(), other.created()]).await;
        assert_eq!(world.count().await, 4);
        for (id, text) in [("phone", quoting), ("other", "Something else.")] {
            let own = world.message(id).await;
            assert_eq!((own.state.as_str(), own.text.as_str()), ("shown", text));
            assert_eq!(own.conversation_id, Some(delivery.conversation_id), "the token places it all the same");
        }
        assert_eq!(world.message(&delivery.outgoing.external_id).await.text, "It left this morning.");
    });
}

#[test]
fn an_answer_with_our_token_finds_its_conversation_without_headers() {
    on_both(async |world| {
        asked(&world).await;
        let delivery = world.answer("q", "k").await;
        let token = delivery.outgoing.reply_token.clone().unwrap();
        let plain = said("plain", "Thanks").by("rosa@work.example").with_token(&token.to_lowercase()).at_minute(99);
        world.hear(&[plain.created()]).await;
        assert_eq!(world.message("plain").await.conversation_id, Some(delivery.conversation_id));
        let (id, signature) = token.split_once('.').unwrap();
        let other = MessageId(id.parse::<i64>().unwrap() + 1);
        let forgeries = [
            format!("{other}.{signature}"),
            format!("{id}.{}", "A".repeat(signature.len())),
            format!("{id}."),
            format!("{id}.{}", &signature[..8]),
            format!("{token}x"),
            id.to_owned(),
            String::new(),
        ];
        for forged in forgeries {
            assert_eq!(outbound::read_reply_token(&world.engine, &forged), None, "{forged}");
        }
        assert_eq!(outbound::read_reply_token(&world.engine, &token), Some(delivery.message_id));
        assert_eq!(outbound::read_reply_token(&world.engine, &token.to_uppercase()), Some(delivery.message_id));
    });
}

#[test]
fn a_file_of_old_mail_proves_nothing_of_what_a_mailbox_did_not_believe() {
    on_both(async |world| {
        asked(&world).await;
        let delivery = world.answer("q", "k").await;
        let token = delivery.outgoing.reply_token.clone().unwrap();
        // The mailbox heard somebody who only claims to be us; its export calls whoever has our address us.
        world.hear(&[said("claim", "Pay to this account.").by("desk@shop.example").created()]).await;
        let copy = said("copy", "It left this morning.").copy_with_token(&token).at_minute(60).created();
        let archive = [
            said("claim", "Pay to this account.").by_us().created(),
            copy.clone(),
            said(&delivery.outgoing.external_id, "Other words.").by_us().created(),
        ];
        let file: String = archive.iter().map(|event| serde_json::to_string(&[event]).unwrap() + "\n").collect();
        let blob = world.engine.blobs.put(file.as_bytes()).unwrap();
        let new =
            NewImport { name: "old".into(), format: "lines".into(), mapping: serde_json::json!({}), blob, by: None };
        let id = imports::start(&world.engine, new).await.unwrap();
        let working = tokio::spawn(worker::run(world.engine.clone()));
        let mut db = world.engine.db.reader();
        while runs::get(&mut db, id).await.unwrap().unwrap().state != "done" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        working.abort();
        assert_eq!(world.message("claim").await.direction, "theirs");
        assert_eq!(world.delivery(delivery.id).await.state, DeliveryState::Queued, "nothing says that it went out");
        assert_ne!(world.message("copy").await.id, delivery.message_id);
    });
}
