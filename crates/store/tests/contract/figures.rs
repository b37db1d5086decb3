//! What figures are made of.

use crate::{
    support::{NOW, conversation, message, on_both, write},
    tellings as told,
};
use tertulia_model::{ChangeId, ChannelId, ConversationId, DeliveryId, DeliveryState, MessageId, PersonId, UserId};
use tertulia_store::{
    conversations::{self, Conversation, Outcome},
    deliveries::{self, Delivery},
    endings::{self, Ending},
    erasing::{self, Counts},
    figures, keys,
    labels::{self, Correction, Labelled},
    messages::{self, NewMessage, flags},
    promises::{self, Promise},
    tellings::{self, Telling},
};

const MINUTE: i64 = 60_000;

fn theirs(n: i64, held: i64) -> NewMessage {
    let (person_id, conversation_id) = (Some(PersonId(9)), Some(ConversationId(held)));
    NewMessage { person_id, conversation_id, auto: "person", ..message(n) }
}

fn ours(n: i64, held: i64) -> NewMessage {
    NewMessage { direction: "ours", person_id: None, ..theirs(n, held) }
}

fn delivery(n: i64, state: DeliveryState) -> Delivery {
    Delivery { id: DeliveryId(n), message_id: MessageId(n), state, ..crate::deliveries::delivery(n) }
}

#[test]
fn what_counts_was_said_by_a_person_in_a_conversation_and_sent() {
    on_both(async |mut db| {
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1), conversation(2)]).await.unwrap();
            let all = [
                theirs(1, 2),
                theirs(2, 1),
                NewMessage { auto: "reply", ..theirs(3, 1) },
                NewMessage { state: "deleted", ..theirs(4, 1) },
                NewMessage { flags: flags::FORWARD, ..ours(5, 1) },
                NewMessage { conversation_id: None, ..theirs(6, 1) },
                ours(7, 1),
                ours(8, 1),
                ours(9, 1),
            ];
            messages::add(tx, &all).await.unwrap();
            for one in [delivery(8, DeliveryState::Failed), delivery(9, DeliveryState::Sent)] {
                deliveries::add(tx, &one).await.unwrap();
            }
        });
        let both = [ConversationId(1), ConversationId(2)];
        let found = figures::said_in(&mut db, &both).await.unwrap();
        let order: Vec<_> = found.iter().map(|said| (said.conversation_id.0, (said.at - NOW) / MINUTE)).collect();
        assert_eq!(order, [(1, 2), (1, 7), (1, 9), (2, 1)], "8 failed");
        let sides: Vec<_> = found.iter().map(|said| (said.is_theirs, said.person_id)).collect();
        assert_eq!(sides[..2], [(true, Some(PersonId(9))), (false, None)]);
        assert_eq!((found[0].channel_id, found[0].language.as_str()), (ChannelId(1), "en"));
    });
}

#[test]
fn what_theirs_is_worth_is_what_a_person_says_else_what_a_model_does() {
    on_both(async |mut db| {
        let labelled = |n: i64, noise: i64, substance: i64| Labelled {
            message_id: MessageId(n),
            revision: 1,
            version: 7,
            values: [None, None, None, None, Some(noise), None, Some(substance), None, None, None],
        };
        let correction = Correction {
            id: 9,
            message_id: MessageId(2),
            kind: 4,
            value: 1,
            by_user: UserId(1),
            at: NOW,
            ended_at: None,
            stood: None,
        };
        write!(db, |tx| {
            let aged = NewMessage { state: "deleted", flags: flags::AGED | flags::NOISE, ..theirs(4, 1) };
            let all = [theirs(1, 1), theirs(2, 1), theirs(3, 1), aged, ours(5, 1), theirs(6, 2)];
            messages::add(tx, &all).await.unwrap();
            labels::put(tx, &[labelled(1, 1, 2), labelled(2, 2, 2), labelled(5, 1, 2)]).await.unwrap();
            labels::correct(tx, &correction).await.unwrap();
        });
        let found = figures::weighed_in(&mut db, &[ConversationId(1)], (4, 3)).await.unwrap();
        let told: Vec<_> = found.iter().map(|one| (one.place, one.substance, one.noise, one.was_noise)).collect();
        let at = |n: i64| message(n).place;
        let expected = [
            (at(1), Some(2), Some(1), false),
            (at(2), Some(1), Some(2), false),
            (at(3), None, None, false),
            (at(4), None, None, true),
        ];
        assert_eq!(told, expected, "neither ours nor another conversation's");
    });
}

#[test]
fn conversations_of_a_span_are_those_in_which_anything_was_written_then() {
    on_both(async |mut db| {
        write!(db, |tx| {
            let all = [theirs(1, 4), theirs(2, 3), theirs(3, 3), NewMessage { conversation_id: None, ..theirs(4, 5) }];
            messages::add(tx, &all).await.unwrap();
        });
        let held = async |db: &mut _, from, until| {
            let found = figures::conversations_in(db, NOW + from * MINUTE, NOW + until * MINUTE).await.unwrap();
            found.into_iter().map(|id| id.0).collect::<Vec<_>>()
        };
        assert_eq!(held(&mut db, 0, 9).await, [3, 4]);
        assert_eq!(held(&mut db, 1, 2).await, [4], "its end is no part of it");
        assert_eq!(held(&mut db, 4, 9).await, [] as [i64; 0]);
    });
}

#[test]
fn a_conversation_is_at_work_while_it_is_open_or_put_off() {
    on_both(async |mut db| {
        let states = ["open", "pending", "snoozed", "closed"];
        let all = (1..).zip(states).map(|(n, state)| Conversation { state: state.to_owned(), ..conversation(n) });
        write!(db, |tx| conversations::put(tx, &all.clone().collect::<Vec<_>>()).await.unwrap());
        assert_eq!(figures::at_work(&mut db).await.unwrap(), [ConversationId(1), ConversationId(3)]);
    });
}

#[test]
fn promises_belong_to_the_day_they_came_due_or_without_one_to_when_they_were_settled() {
    on_both(async |mut db| {
        let promise = |n: i64, state: &str, due_at, closed_at| Promise {
            due_at,
            closed_at,
            ..crate::promises::promise(n, state, None)
        };
        write!(db, |tx| {
            conversations::put(tx, &(1..=6).map(conversation).collect::<Vec<_>>()).await.unwrap();
            let all = [
                promise(1, "open", Some(NOW + 1), None),
                promise(2, "kept", Some(NOW + 2), Some(NOW + 90)),
                promise(3, "kept", Some(NOW + 50), Some(NOW + 2)),
                promise(4, "broken", None, Some(NOW + 3)),
                promise(5, "open", None, None),
                promise(6, "dismissed", Some(NOW + 3), Some(NOW + 3)),
            ];
            promises::add(tx, &all).await.unwrap();
        });
        let found = figures::promised(&mut db, NOW, NOW + 10).await.unwrap();
        let said: Vec<_> = found.iter().map(|one| (one.id, one.state.as_str(), one.at - NOW)).collect();
        assert_eq!(said, [(1, "open", 1), (2, "kept", 2), (4, "broken", 3)]);
        assert_eq!(found[0].language, "und", "its message is not there");
    });
}

#[test]
fn what_lost_its_words_with_its_days_was_said_and_what_was_erased_was_not() {
    on_both(async |mut db| {
        let aged = |n: i64| theirs(n, 1);
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1)]).await.unwrap();
            let forward = NewMessage { flags: flags::FORWARD, ..ours(3, 1) };
            let never = NewMessage { state: "waiting", flags: flags::BARE, ..theirs(4, 1) };
            let robot = NewMessage { auto: "reply", ..theirs(5, 1) };
            messages::add(tx, &[aged(1), ours(2, 1), forward, never, robot, aged(6)]).await.unwrap();
        });
        let all: Vec<MessageId> = (1..=6).map(MessageId).collect();
        let doomed = erasing::doomed(&mut db, &all).await.unwrap();
        write!(db, |tx| {
            erasing::take_words(tx, &doomed, |_| String::new(), &mut Counts::new()).await.unwrap();
            erasing::note_aged(tx, &doomed).await.unwrap();
        });
        let places = async |db: &mut _| {
            let found = figures::said_in(db, &[ConversationId(1)]).await.unwrap();
            found.into_iter().map(|said| (said.at - NOW) / MINUTE).collect::<Vec<_>>()
        };
        assert_eq!(places(&mut db).await, [1, 2, 6]);
        let one = erasing::doomed(&mut db, &[MessageId(6)]).await.unwrap();
        write!(db, |tx| erasing::bury(tx, &one, |_| String::new(), &mut Counts::new()).await.unwrap());
        assert_eq!(places(&mut db).await, [1, 2]);
    });
}

/// `n` minutes after the beginning.
fn ending(n: i64, held: i64, outcome: &str) -> Ending {
    let (at, held) = (NOW + n * MINUTE, ConversationId(held));
    Ending {
        id: n,
        conversation_id: held,
        written_in: held,
        place: keys::place(at, n),
        outcome: outcome.to_owned(),
        by_user: UserId(7),
        at,
    }
}

#[test]
fn a_conversation_ended_as_listened_while_it_stands_so_or_once_they_wrote_again() {
    on_both(async |mut db| {
        let closed = |n: i64, at: i64| {
            let mut held = Conversation { state: "closed".to_owned(), ..conversation(n) };
            held.end(Some(Outcome { outcome: "listened".to_owned(), by: UserId(7), at: NOW + at * MINUTE }));
            held
        };
        write!(db, |tx| {
            let opened = conversation(2);
            let again = conversation(3);
            conversations::put(tx, &[closed(1, 5), opened, again, closed(4, 9)]).await.unwrap();
            let robot = NewMessage { auto: "reply", ..theirs(20, 2) };
            messages::add(tx, &[theirs(1, 1), theirs(2, 2), theirs(3, 3), theirs(30, 3), robot]).await.unwrap();
            // The last was closed anew since, and the conversation before that was opened by hand.
            for one in [
                ending(5, 1, "listened"),
                ending(6, 2, "listened"),
                ending(7, 3, "listened"),
                ending(8, 4, "listened"),
                ending(9, 4, "listened"),
                ending(4, 1, "answered"),
            ] {
                endings::add(tx, &one).await.unwrap();
            }
        });
        let all: Vec<_> = (1..=4).map(ConversationId).collect();
        let mut found = figures::listened_in(&mut db, &all).await.unwrap();
        found.sort_by_key(|one| one.place);
        let ends: Vec<_> = found.iter().map(|one| (one.conversation_id.0, (one.at - NOW) / MINUTE)).collect();
        assert_eq!(ends, [(1, 5), (3, 7), (4, 9)]);
        assert_eq!(found[0].channel_id, ChannelId(1));
    });
}

#[test]
fn who_was_told_belongs_to_the_day_on_which_they_were_with_where_that_was() {
    on_both(async |mut db| {
        write!(db, |tx| {
            told::done(tx).await;
            messages::add(tx, &[theirs(1, 3)]).await.unwrap();
            deliveries::add(tx, &delivery(8, DeliveryState::Sent)).await.unwrap();
            let all = [
                Telling { delivery_id: Some(DeliveryId(8)), ..told::told(100, told::draft(1, 1, None)) },
                told::told(200, told::draft(2, 2, Some(1))),
                told::told(300, told::draft(3, 3, None)),
                told::told(900, told::draft(4, 4, None)),
                told::draft(5, 5, None),
                Telling { stands: false, ..told::told(150, told::draft(6, 6, None)) },
            ];
            tellings::add(tx, &all).await.unwrap();
            for telling in &all {
                tellings::put(tx, telling).await.unwrap();
            }
            tx.run("UPDATE tellings SET stands = FALSE WHERE id = 6", vec![]).await.unwrap();
        });
        let found = figures::told(&mut db, NOW + 100, NOW + 900).await.unwrap();
        let said: Vec<_> = found
            .iter()
            .map(|one| (one.id, one.person_id.0, one.conversation_id.map(|held| held.0), one.at - NOW, one.took))
            .collect();
        assert_eq!(said, [(1, 1, Some(1), 100, 100), (2, 2, Some(3), 200, 200), (3, 3, None, 300, 300)]);
        assert_eq!((found[0].change_id, found[2].channel_id), (ChangeId(5), None));
    });
}
