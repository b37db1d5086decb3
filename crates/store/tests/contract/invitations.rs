//! Customers who are invited: drawn, sent, answered, and gone with their customer.

use crate::{
    customers::{customer, handle, stage},
    deliveries::delivery,
    person_merges::{join, merge, part},
    support::{NOW, conversation, message, on_both, person, write},
};
use std::collections::BTreeMap;
use tertulia_model::{ChannelId, ConversationId, DeliveryId, DeliveryState, JobId, MessageId, PersonId, UserId};
use tertulia_store::{
    Tx, conversations,
    customers::{self, Customer},
    deliveries::{self, Delivery},
    invitation_texts::{self, Text},
    invitations::{self, Invitation, Part, Round},
    jobs,
    messages::{self, NewMessage},
    people,
};

fn round(id: i64) -> Round {
    Round {
        id,
        attribute: "segment".to_owned(),
        title: "Segment".to_owned(),
        asked: 2,
        seed: 7,
        rest_days: 180,
        drawn_by: UserId(1),
        drawn_at: NOW,
    }
}

fn part_of(place: i64, name: &str) -> Part {
    Part {
        place,
        part_key: Some(name.to_lowercase()),
        name: name.to_owned(),
        customers: 9,
        heard: 2,
        reachable: 5,
        drawn: 1,
    }
}

fn drawn(id: i64, customer_id: i64, place: i64) -> Invitation {
    Invitation {
        id,
        round_id: 50,
        customer_id,
        place,
        language: "es".to_owned(),
        state: "draft".to_owned(),
        reason: None,
        words: None,
        words_before: None,
        delivery_id: None,
        by_user: None,
        acted_at: None,
        sent_at: None,
        version: 0,
    }
}

/// Two customers were drawn, and the first is sent to Amina, who is them.
async fn begun(tx: &mut Tx) {
    stage(tx).await;
    let parts = [part_of(0, "Retail"), part_of(1, "Wholesale")];
    invitations::add(tx, &round(50), &parts, &[drawn(60, 1, 0), drawn(61, 2, 1)]).await.unwrap();
    let held = tertulia_store::conversations::Conversation { person_id: Some(PersonId(10)), ..conversation(1) };
    conversations::put(tx, &[held]).await.unwrap();
    let ours = NewMessage { direction: "ours", conversation_id: Some(ConversationId(1)), ..message(1) };
    messages::add(tx, &[ours]).await.unwrap();
    deliveries::add(tx, &delivery(1)).await.unwrap();
    let sent = Invitation {
        state: "queued".to_owned(),
        delivery_id: Some(DeliveryId(1)),
        by_user: Some(UserId(1)),
        acted_at: Some(NOW),
        ..drawn(60, 1, 0)
    };
    invitations::put(tx, &sent).await.unwrap();
}

async fn moved(tx: &mut Tx, from: DeliveryState, to: DeliveryState) {
    assert!(deliveries::set_state(tx, DeliveryId(1), &[from], to, None, NOW + 5).await.unwrap());
}

/// What a person said in the conversation.
fn theirs(n: i64, person: i64) -> NewMessage {
    NewMessage {
        conversation_id: Some(ConversationId(1)),
        person_id: Some(PersonId(person)),
        auto: "person",
        ..message(n)
    }
}

#[test]
fn a_draw_is_kept_with_its_parts_and_those_who_were_drawn() {
    on_both(async |mut db| {
        write!(db, |tx| begun(tx).await);
        assert_eq!(invitations::round(&mut db, 50).await.unwrap(), Some(round(50)));
        assert_eq!(invitations::rounds(&mut db, None, 9).await.unwrap(), [round(50)]);
        assert_eq!(invitations::rounds(&mut db, Some(50), 9).await.unwrap(), []);
        assert_eq!(invitations::parts(&mut db, 50).await.unwrap()[1], part_of(1, "Wholesale"));
        assert_eq!(invitations::get(&mut db, 61).await.unwrap(), Some(drawn(61, 2, 1)));
        let counts = invitations::counts(&mut db, 50).await.unwrap();
        assert_eq!(counts, [("draft".to_owned(), 1), ("queued".to_owned(), 1)]);
        assert_eq!(invitations::languages(&mut db, 50).await.unwrap(), [("es".to_owned(), 1)]);
        let rows = invitations::list(&mut db, 50, &["draft", "skipped"], 0, 9).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].customer_name.as_str(), rows[0].part.as_str()), ("Customer 2", "Wholesale"));
        assert_eq!(invitations::shown(&mut db, 61).await.unwrap().unwrap(), rows[0]);
        let first = invitations::get(&mut db, 60).await.unwrap().unwrap();
        assert_eq!(invitations::beside(&mut db, &first, false).await.unwrap(), Some(61));
        assert_eq!(invitations::beside(&mut db, &drawn(61, 2, 1), true).await.unwrap(), None);
        assert_eq!(invitations::count_before(&mut db, &drawn(61, 2, 1)).await.unwrap(), 0);
    });
}

#[test]
fn a_sending_is_followed_and_what_was_written_before_is_kept_for_undoing() {
    on_both(async |mut db| {
        write!(db, |tx| {
            begun(tx).await;
            assert_eq!(invitations::by_delivery(tx, DeliveryId(1)).await.unwrap().unwrap().id, 60);
            assert_eq!(invitations::by_delivery(tx, DeliveryId(9)).await.unwrap(), None);
            moved(tx, DeliveryState::Queued, DeliveryState::Unknown).await;
            moved(tx, DeliveryState::Unknown, DeliveryState::Failed).await;
        });
        assert_eq!(invitations::get(&mut db, 60).await.unwrap().unwrap().state, "failed");
        write!(db, |tx| {
            moved(tx, DeliveryState::Failed, DeliveryState::Queued).await;
            moved(tx, DeliveryState::Queued, DeliveryState::Sent).await;
        });
        let sent = invitations::get(&mut db, 60).await.unwrap().unwrap();
        assert_eq!((sent.state.as_str(), sent.sent_at, sent.version), ("sent", Some(NOW + 5), 5));
        assert_eq!(invitations::of_delivery(&mut db, DeliveryId(1)).await.unwrap(), Some(60));
        let some = [MessageId(1), MessageId(2)];
        assert_eq!(invitations::sent_by(&mut db, &some).await.unwrap(), [(MessageId(1), 60)]);
        assert_eq!(invitations::last_held(&mut db, 60, PersonId(10)).await.unwrap(), Some(ConversationId(1)));
        assert_eq!(invitations::last_held(&mut db, 60, PersonId(11)).await.unwrap(), None);
        write!(db, |tx| {
            let draft = invitations::get_to_change(tx, 61).await.unwrap().unwrap();
            let other = Invitation { words: Some("Hola".to_owned()), ..draft };
            invitations::put(tx, &other).await.unwrap();
            invitations::put(tx, &Invitation { words: None, ..other }).await.unwrap();
        });
        let draft = invitations::get(&mut db, 61).await.unwrap().unwrap();
        assert_eq!((draft.words, draft.words_before.as_deref()), (None, Some("Hola")));
    });
}

#[test]
fn an_answer_is_what_the_person_wrote_afterwards_and_follows_them_through_a_merge() {
    on_both(async |mut db| {
        write!(db, |tx| {
            begun(tx).await;
            moved(tx, DeliveryState::Queued, DeliveryState::Sent).await;
            let away = NewMessage { auto: "reply", ..theirs(3, 10) };
            messages::add(tx, &[theirs(2, 11), away]).await.unwrap();
        });
        assert_eq!(invitations::answers(&mut db, 50).await.unwrap(), [(0, 1, 0)], "somebody else, and a machine");
        write!(db, |tx| messages::add(tx, &[theirs(4, 10), theirs(5, 10)]).await.unwrap());
        assert_eq!(invitations::answers(&mut db, 50).await.unwrap(), [(0, 1, 1)]);
        let rows = invitations::answered(&mut db, 50, 0, 9).await.unwrap();
        assert_eq!((rows.len(), rows[0].id, rows[0].answer_message_id), (1, 60, Some(MessageId(4))));
        assert_eq!(rows[0].conversation_id, Some(ConversationId(1)));
        write!(db, |tx| people::add_persons(tx, &[person(12, "Amina B")]).await.unwrap());
        join(&db, &merge(70, PersonId(10), PersonId(12))).await;
        let rows = invitations::answered(&mut db, 50, 0, 9).await.unwrap();
        assert_eq!((rows.len(), rows[0].person_id), (1, Some(PersonId(12))));
        part(&db, 70).await;
        let rows = invitations::answered(&mut db, 50, 0, 9).await.unwrap();
        assert_eq!((rows.len(), rows[0].person_id), (1, Some(PersonId(10))));
    });
}

#[test]
fn who_may_be_invited_and_who_was_invited_lately_is_known() {
    on_both(async |mut db| {
        write!(db, |tx| {
            begun(tx).await;
            customers::add(tx, &[customer(3), Customer { left_at: Some(NOW), ..customer(4) }]).await.unwrap();
            let addresses = [handle(3, "cy@home.example"), handle(4, "amina@home.example")];
            customers::set_handles(tx, &[3, 4], &addresses).await.unwrap();
        });
        let found = invitations::candidates(&mut db, 0, 9).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!((found[0].person_id, found[0].tie.as_str()), (Some(PersonId(10)), "said"));
        assert_eq!(invitations::candidates(&mut db, 2, 1).await.unwrap()[0].id, 3);
        assert_eq!(invitations::shared(&mut db, 2).await.unwrap(), [handle(2, "cy@home.example")]);
        assert_eq!(invitations::shared(&mut db, 1).await.unwrap(), [], "the other one left");
        assert_eq!(invitations::invited_since(&mut db, NOW).await.unwrap(), [1, 2]);
        assert_eq!(invitations::invited_since(&mut db, NOW + 1).await.unwrap(), [2], "a draft waits however old it is");
        assert!(invitations::invited_beside(&mut db, &drawn(99, 1, 0), NOW).await.unwrap());
        assert!(!invitations::invited_beside(&mut db, &drawn(60, 1, 0), NOW).await.unwrap(), "that is itself");
        assert!(!invitations::has_written(&mut db, PersonId(10)).await.unwrap());
        write!(db, |tx| messages::add(tx, &[theirs(4, 10)]).await.unwrap());
        assert!(invitations::has_written(&mut db, PersonId(10)).await.unwrap());
    });
}

#[test]
fn those_on_their_way_leave_one_after_the_other() {
    on_both(async |mut db| {
        write!(db, |tx| {
            begun(tx).await;
            jobs::add_for(tx, JobId(1), ("send", ChannelId(1)), 1, NOW + 12_000).await.unwrap();
        });
        assert_eq!(invitations::last_due(&mut db, ChannelId(1)).await.unwrap(), Some(NOW + 12_000));
        assert_eq!(invitations::last_due(&mut db, ChannelId(2)).await.unwrap(), None);
    });
}

#[test]
fn a_text_is_written_in_the_place_of_what_its_writer_saw() {
    on_both(async |mut db| {
        let text = |round_id, language: &str, words: &str| Text {
            round_id,
            language: language.to_owned(),
            subject: "A question".to_owned(),
            words: words.to_owned(),
            version: 0,
            written_by: UserId(1),
            written_at: NOW,
        };
        write!(db, |tx| {
            assert!(invitation_texts::put(tx, &text(50, "en", "Hello"), None).await.unwrap());
            assert!(!invitation_texts::put(tx, &text(50, "en", "Hi"), None).await.unwrap());
            assert!(invitation_texts::put(tx, &text(50, "en", "Dear"), Some(0)).await.unwrap());
            assert!(invitation_texts::put(tx, &text(50, "es", "Hola"), None).await.unwrap());
            assert!(invitation_texts::put(tx, &text(51, "en", "Anew"), None).await.unwrap());
        });
        let of_round = invitation_texts::of_round(&mut db, 50).await.unwrap();
        assert_eq!(of_round, [Text { version: 1, ..text(50, "en", "Dear") }, text(50, "es", "Hola")]);
        assert_eq!(invitation_texts::newest(&mut db).await.unwrap(), [text(51, "en", "Anew"), text(50, "es", "Hola")]);
        let after = Some((50, "en".to_owned()));
        assert_eq!(invitation_texts::all(&mut db, after, 1).await.unwrap(), [text(50, "es", "Hola")]);
        write!(db, |tx| {
            assert!(invitation_texts::remove(tx, 50, "es").await.unwrap());
            assert!(!invitation_texts::remove(tx, 50, "es").await.unwrap());
        });
    });
}

#[test]
fn with_a_customer_goes_what_they_were_invited_by() {
    on_both(async |mut db| {
        write!(db, |tx| {
            begun(tx).await;
            let waits = Delivery { id: DeliveryId(2), ..delivery(2) };
            deliveries::add(tx, &waits).await.unwrap();
        });
        let of = invitations::of_customers(&mut db, &[1, 2]).await.unwrap();
        assert_eq!(of.iter().map(|one| one.id).collect::<Vec<_>>(), [61, 60]);
        let counts = write!(db, |tx| {
            let mut counts = BTreeMap::new();
            customers::forget_these(tx, &[1], &mut counts).await.unwrap();
            counts
        });
        assert_eq!((counts["invitations"], counts["invitation_deliveries"]), (1, 1));
        assert_eq!(invitations::get(&mut db, 60).await.unwrap(), None);
        assert_eq!(invitations::of_delivery(&mut db, DeliveryId(1)).await.unwrap(), None);
        assert_eq!(invitations::parts(&mut db, 50).await.unwrap()[0].drawn, 1, "that somebody was drawn stays");
    });
}
