use crate::support::{NOW, before, blob, on_both, write};
use tertulia_model::{
    ChannelId, ConversationId, DeliveryId, DeliveryState, Forwarded, JobId, MessageId, Outgoing, OutgoingAttachment,
    UserId, Visibility,
};
use tertulia_store::{StoreError, deliveries, deliveries::Delivery, jobs, merges};

pub fn delivery(n: i64) -> Delivery {
    let outgoing = Outgoing {
        message: MessageId(n),
        external_id: format!("<{n}@example.org>"),
        idempotency_key: format!("key{n}"),
        to_handle: "amina@example.org".to_owned(),
        from_address: None,
        from_name: Some("Café".to_owned()),
        recipients: Vec::new(),
        subject: Some("Re: order".to_owned()),
        text: "It left today. \u{0} 🚚".to_owned(),
        references: vec!["<a@b>".to_owned()],
        reply_token: None,
        attachments: vec![OutgoingAttachment {
            name: "label.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            content: blob(2),
        }],
        forwards: Some(Forwarded { message: MessageId(3), text: "From: Amina".to_owned() }),
        by_machine: true,
        visibility: Visibility::Private,
    };
    Delivery {
        id: DeliveryId(n),
        message_id: MessageId(n),
        conversation_id: ConversationId(1),
        channel_id: ChannelId(1),
        state: DeliveryState::Queued,
        reason: None,
        attempts: 0,
        in_flight: false,
        idempotency_key: format!("key{n}"),
        outgoing,
        created_at: NOW,
        updated_at: NOW + n,
        left_by: None,
        left_at: None,
        arrived_at: None,
    }
}

#[test]
fn a_delivery_is_found_by_its_id_its_message_and_its_conversation() {
    on_both(async |mut db| {
        write!(db, |tx| {
            deliveries::add(tx, &delivery(2)).await.unwrap();
            deliveries::add(tx, &delivery(1)).await.unwrap();
        });
        assert_eq!(deliveries::get(&mut db, DeliveryId(1)).await.unwrap(), Some(delivery(1)));
        write!(db, |tx| {
            assert_eq!(deliveries::get_to_change(tx, DeliveryId(1)).await.unwrap(), Some(delivery(1)));
        });
        assert_eq!(deliveries::of_message(&mut db, MessageId(2)).await.unwrap(), Some(delivery(2)));
        assert_eq!(deliveries::of_message(&mut db, MessageId(3)).await.unwrap(), None);
        assert_eq!(deliveries::by_key(&mut db, "key2").await.unwrap(), Some(delivery(2)));
        let here = deliveries::of_conversation(&mut db, ConversationId(1)).await.unwrap();
        assert_eq!(here, [delivery(1), delivery(2)]);
        assert_eq!(deliveries::newest_keys(&mut db, ConversationId(1), 5).await.unwrap(), ["key2", "key1"]);
        assert_eq!(deliveries::newest_keys(&mut db, ConversationId(1), 1).await.unwrap(), ["key2"]);
        assert!(deliveries::newest_keys(&mut db, ConversationId(5), 5).await.unwrap().is_empty());
        let before = before(ConversationId(1), ConversationId(5));
        write!(db, |tx| merges::join(tx, &before, NOW).await.unwrap());
        assert_eq!(deliveries::of_conversation(&mut db, ConversationId(5)).await.unwrap().len(), 2);
    });
}

#[test]
fn one_message_and_one_key_are_one_delivery() {
    on_both(async |db| {
        write!(db, |tx| deliveries::add(tx, &delivery(1)).await.unwrap());
        for twice in [
            Delivery { id: DeliveryId(2), idempotency_key: "other".to_owned(), ..delivery(1) },
            Delivery { id: DeliveryId(2), message_id: MessageId(2), ..delivery(1) },
        ] {
            let mut tx = db.begin().await.unwrap();
            let refused = deliveries::add(&mut tx, &twice).await;
            assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
        }
    });
}

#[test]
fn a_delivery_moves_on_only_from_where_it_is_thought_to_stand() {
    on_both(async |mut db| {
        use DeliveryState::{Failed, Queued, Sent, Unknown, Withdrawn};
        write!(db, |tx| {
            deliveries::add(tx, &delivery(1)).await.unwrap();
            deliveries::add(tx, &delivery(2)).await.unwrap();
            assert!(deliveries::note_attempt(tx, DeliveryId(1), 0, NOW + 50).await.unwrap());
            assert!(!deliveries::note_attempt(tx, DeliveryId(1), 0, NOW + 50).await.unwrap(), "it was begun");
            deliveries::note_waiting(tx, DeliveryId(1), "the server is busy", NOW + 51).await.unwrap();
        });
        let waiting = deliveries::get(&mut db, DeliveryId(1)).await.unwrap().unwrap();
        assert_eq!((waiting.attempts, waiting.updated_at), (1, NOW + 51));
        assert_eq!(waiting.reason.as_deref(), Some("the server is busy"));
        write!(db, |tx| {
            let id = DeliveryId(1);
            assert!(deliveries::set_state(tx, id, &[Queued, Unknown], Sent, None, NOW + 60).await.unwrap());
            assert!(!deliveries::set_state(tx, id, &[Queued], Withdrawn, None, NOW + 61).await.unwrap());
            assert!(!deliveries::set_state(tx, id, &[], Failed, None, NOW + 61).await.unwrap());
            deliveries::note_waiting(tx, id, "too late", NOW + 62).await.unwrap();
        });
        let sent = deliveries::get(&mut db, DeliveryId(1)).await.unwrap().unwrap();
        assert_eq!((sent.state, sent.reason, sent.updated_at), (Sent, None, NOW + 60));
    });
}

#[test]
fn what_needs_a_person_is_listed_and_can_be_sent_another_way() {
    on_both(async |mut db| {
        use DeliveryState::{Failed, Queued, Unknown};
        write!(db, |tx| {
            for n in 1..=3 {
                deliveries::add(tx, &delivery(n)).await.unwrap();
            }
            deliveries::set_state(tx, DeliveryId(1), &[Queued], Failed, Some("no such address"), NOW + 70)
                .await
                .unwrap();
            deliveries::set_state(tx, DeliveryId(2), &[Queued], Unknown, Some("no answer"), NOW + 80).await.unwrap();
        });
        let troubled = deliveries::troubled(&mut db, 5).await.unwrap();
        assert_eq!(troubled.iter().map(|d| (d.id.0, d.state)).collect::<Vec<_>>(), [(2, Unknown), (1, Failed)]);
        let other = Outgoing { text: "By SMS".to_owned(), ..delivery(1).outgoing };
        write!(db, |tx| {
            assert!(!deliveries::note_attempt(tx, DeliveryId(1), 0, NOW + 81).await.unwrap(), "it has failed");
            assert!(!deliveries::redirect(tx, DeliveryId(1), ChannelId(7), &other, NOW + 90).await.unwrap());
            assert!(deliveries::redirect(tx, DeliveryId(3), ChannelId(7), &other, NOW + 90).await.unwrap());
        });
        let redirected = deliveries::get(&mut db, DeliveryId(3)).await.unwrap().unwrap();
        assert_eq!((redirected.channel_id, redirected.attempts, redirected.outgoing), (ChannelId(7), 0, other));
        assert_eq!(redirected.created_at, NOW + 90, "the other way is tried as long as the first");
    });
}

#[test]
fn what_did_not_get_through_is_left_so_by_a_member_until_it_is_taken_up_or_sent_again() {
    use DeliveryState::{Failed, Queued};
    on_both(async |mut db| {
        let (id, amina, bo) = (DeliveryId(1), UserId(7), UserId(8));
        write!(db, |tx| {
            deliveries::add(tx, &delivery(1)).await.unwrap();
            assert!(!deliveries::leave(tx, id, amina, NOW + 5).await.unwrap(), "it is on its way");
            deliveries::set_state(tx, id, &[Queued], Failed, None, NOW + 6).await.unwrap();
            assert!(deliveries::leave(tx, id, amina, NOW + 7).await.unwrap());
            assert!(!deliveries::leave(tx, id, bo, NOW + 8).await.unwrap(), "somebody has left it before");
        });
        let left = deliveries::get(&mut db, id).await.unwrap().unwrap();
        assert_eq!((left.left_by, left.left_at), (Some(amina), Some(NOW + 7)));
        assert!(deliveries::troubled(&mut db, 5).await.unwrap().is_empty());
        write!(db, |tx| {
            assert!(deliveries::take_up(tx, id).await.unwrap());
            assert!(!deliveries::take_up(tx, id).await.unwrap());
        });
        assert_eq!(deliveries::troubled(&mut db, 5).await.unwrap().len(), 1);
        write!(db, |tx| {
            deliveries::leave(tx, id, bo, NOW + 9).await.unwrap();
            deliveries::queue_again(tx, id, &[Failed], NOW + 10).await.unwrap();
            deliveries::set_state(tx, id, &[Queued], Failed, None, NOW + 11).await.unwrap();
        });
        assert_eq!(
            deliveries::troubled(&mut db, 5).await.unwrap().len(),
            1,
            "that it failed once more nobody has seen"
        );
    });
}

#[test]
fn an_attempt_is_in_flight_until_its_end_is_noted() {
    on_both(async |mut db| {
        write!(db, |tx| {
            deliveries::add(tx, &delivery(1)).await.unwrap();
            assert!(deliveries::note_attempt(tx, DeliveryId(1), 0, NOW).await.unwrap());
        });
        let begun = deliveries::get(&mut db, DeliveryId(1)).await.unwrap().unwrap();
        assert_eq!((begun.in_flight, begun.attempts), (true, 1));
        write!(db, |tx| deliveries::note_waiting(tx, DeliveryId(1), "full", NOW).await.unwrap());
        assert!(!deliveries::get(&mut db, DeliveryId(1)).await.unwrap().unwrap().in_flight);
        write!(db, |tx| {
            assert!(deliveries::note_attempt(tx, DeliveryId(1), 1, NOW).await.unwrap());
            let from = [DeliveryState::Queued];
            assert!(deliveries::set_state(tx, DeliveryId(1), &from, DeliveryState::Sent, None, NOW).await.unwrap());
        });
        assert!(!deliveries::get(&mut db, DeliveryId(1)).await.unwrap().unwrap().in_flight);
    });
}

#[test]
fn one_that_is_queued_again_counts_from_then() {
    on_both(async |mut db| {
        let from = [DeliveryState::Failed];
        write!(db, |tx| {
            deliveries::add(tx, &Delivery { state: DeliveryState::Failed, attempts: 3, ..delivery(1) }).await.unwrap();
            assert!(deliveries::queue_again(tx, DeliveryId(1), &from, NOW + 90).await.unwrap());
            assert!(!deliveries::queue_again(tx, DeliveryId(1), &from, NOW + 95).await.unwrap());
        });
        let again = deliveries::get(&mut db, DeliveryId(1)).await.unwrap().unwrap();
        let expected = Delivery { attempts: 3, created_at: NOW + 90, updated_at: NOW + 90, ..delivery(1) };
        assert_eq!(again, expected);
    });
}

#[test]
fn a_delivery_is_behind_earlier_ones_of_its_conversation_that_are_due_or_being_sent() {
    on_both(async |mut db| {
        let second = Delivery { id: DeliveryId(2), ..delivery(2) };
        let other = Delivery { conversation_id: ConversationId(8), ..delivery(3) };
        write!(db, |tx| {
            deliveries::add(tx, &delivery(1)).await.unwrap();
            jobs::add(tx, JobId(1), "send", 1, NOW + 10).await.unwrap();
        });
        assert!(!deliveries::is_behind(&mut db, &second, "line", NOW + 9).await.unwrap(), "put off until later");
        assert!(deliveries::is_behind(&mut db, &second, "line", NOW + 10).await.unwrap(), "due");
        assert!(!deliveries::is_behind(&mut db, &delivery(1), "line", NOW + 10).await.unwrap(), "not behind itself");
        assert!(!deliveries::is_behind(&mut db, &other, "line", NOW + 10).await.unwrap(), "another conversation");
        let held = write!(db, |tx| jobs::claim(tx, "a", NOW + 10, NOW + 50, 1).await.unwrap());
        assert_eq!(held.len(), 1);
        assert!(deliveries::is_behind(&mut db, &second, "line", NOW + 20).await.unwrap(), "being sent");
        write!(db, |tx| jobs::retry(tx, &held[0], NOW + 60, "busy").await.unwrap());
        assert!(!deliveries::is_behind(&mut db, &second, "line", NOW + 20).await.unwrap(), "put off");
        assert!(deliveries::is_behind(&mut db, &second, "busy", NOW + 20).await.unwrap(), "in the line itself");
        write!(db, |tx| {
            let from = [DeliveryState::Queued];
            deliveries::set_state(tx, DeliveryId(1), &from, DeliveryState::Sent, None, NOW + 60).await.unwrap();
        });
        assert!(!deliveries::is_behind(&mut db, &second, "line", NOW + 60).await.unwrap(), "it has left");
    });
}

#[test]
fn after_a_restore_what_is_queued_on_a_channel_is_in_doubt_and_nothing_else() {
    on_both(async |mut db| {
        let other = Delivery { channel_id: ChannelId(2), ..delivery(3) };
        write!(db, |tx| {
            for one in [&delivery(1), &delivery(2), &other] {
                deliveries::add(tx, one).await.unwrap();
            }
            let (id, from) = (DeliveryId(2), [DeliveryState::Queued]);
            assert!(deliveries::set_state(tx, id, &from, DeliveryState::Sent, None, NOW).await.unwrap());
            assert_eq!(deliveries::doubt_queued(tx, ChannelId(1), NOW + 1).await.unwrap(), 1);
        });
        for (id, doubted) in [(1, true), (2, false), (3, false)] {
            let found = deliveries::get(&mut db, DeliveryId(id)).await.unwrap().unwrap();
            assert_eq!(found.in_flight, doubted, "{id}");
        }
    });
}

#[test]
fn what_arrived_was_sent_whatever_was_feared_before_and_keeps_its_first_moment() {
    on_both(async |mut db| {
        write!(db, |tx| {
            let feared = Delivery { state: DeliveryState::Failed, reason: Some("no answer".to_owned()), ..delivery(1) };
            deliveries::add(tx, &feared).await.unwrap();
            let taken_back = Delivery { state: DeliveryState::Withdrawn, ..delivery(2) };
            deliveries::add(tx, &taken_back).await.unwrap();
            assert!(deliveries::note_arrived(tx, DeliveryId(1), NOW + 10).await.unwrap());
            assert!(deliveries::note_arrived(tx, DeliveryId(1), NOW + 20).await.unwrap());
            assert!(!deliveries::note_arrived(tx, DeliveryId(2), NOW + 20).await.unwrap());
        });
        let arrived = deliveries::get(&mut db, DeliveryId(1)).await.unwrap().unwrap();
        assert_eq!((arrived.state, arrived.reason, arrived.arrived_at), (DeliveryState::Sent, None, Some(NOW + 10)));
    });
}
