//! The demo from inside: states as they would be, and an answer that is heard.

use super::{lines, load, stage, story::Story, talk};
use crate::{config::Config, connectors, serve};
use std::{sync::Arc, time::Duration};
use tertulia_engine::outbound::{self, ReplyForm};
use tertulia_model::{ConversationId, DeliveryState, UserId};
use tertulia_store::{
    conversations, deliveries,
    keys::source_key,
    listing::{self, InboxFilter},
    messages, reading, users,
};

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_open_who_was_answered_is_pending_and_an_answer_is_thanked_for() {
    let folder = tempfile::tempdir().unwrap();
    let story = Arc::new(Story::read().unwrap());
    let (stage, heard) = stage::Stage::new();
    let mut running =
        serve::prepare(&Config::in_folder(folder.path()), stage::on_stage(connectors::all(), &stage)).await.unwrap();
    let engine = running.installation.engine.clone();
    let channels = load::load(&engine, &story).await.unwrap();
    let mut db = engine.db.reader();
    for (state, least) in [("open", 15), ("pending", 2), ("closed", 50)] {
        let count =
            listing::count(&mut db, UserId(0), InboxFilter { state: Some(state), ..InboxFilter::default() }, 1_000)
                .await
                .unwrap();
        assert!(count >= least, "{count} conversations are {state}");
    }
    let of = async |key: &str| -> ConversationId {
        let id = lines::message_id(&story, story.line(key).unwrap());
        let known = messages::known(&mut engine.db.reader(), &[source_key("mail", &id)]).await.unwrap();
        known[0].conversation_id.unwrap()
    };
    let closed = conversations::get(&mut db, of("m0371").await).await.unwrap().unwrap();
    assert_eq!(closed.state, "closed", "somebody closed it after the thanks");
    let troubled = deliveries::troubled(&mut db, 10).await.unwrap();
    let [came_back] = troubled.as_slice() else { panic!("one answer came back: {troubled:?}") };
    assert_eq!((came_back.state, came_back.conversation_id), (DeliveryState::Failed, of("m0434").await));
    assert!(came_back.reason.as_deref().unwrap().contains("The mailbox of the recipient is full"), "{came_back:?}");
    let reopened = conversations::get(&mut db, came_back.conversation_id).await.unwrap().unwrap();
    assert_eq!(reopened.state, "open", "somebody has to see to it");
    let waiting = conversations::get(&mut db, of("m0389").await).await.unwrap().unwrap();
    assert!(waiting.state == "open" && waiting.waiting_since.is_some());

    running.start_work();
    let talking = tokio::spawn(talk::go_on(engine.clone(), story.clone(), stage, channels, heard, 50.0, false));
    let ines = users::by_mail(&mut db, "ines@fuenteyflor.example").await.unwrap().unwrap();
    let reply = ReplyForm {
        conversation: waiting.id,
        channel: waiting.channel_id,
        text: "Liebe Frau Siebenhaar, das Päckchen geht heute hinaus.".to_owned(),
        recipients: Vec::new(),
        subject: None,
        from_address: None,
        idempotency_key: "demo".to_owned(),
        seen: None,
        even_if_unseen: true,
        close: false,
        files: outbound::Files::none(),
        forwards: None,
    };
    outbound::queue_reply(&engine, ines.id, reply).await.unwrap();
    let thanked = async {
        loop {
            let said = reading::conversation(&mut engine.db.reader(), waiting.id, None, 20).await.unwrap();
            // Her own words of before are longer.
            let thanks = |text: &str| text.contains("ank") && text.contains("Lotte Siebenhaar") && text.len() < 90;
            if said.iter().any(|m| m.direction == "theirs" && m.at > waiting.last_at && thanks(&m.text)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), thanked).await.expect("Lotte gives thanks in German");
    talking.abort();
}
