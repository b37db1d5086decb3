//! What went to and fro with a person.

use crate::{
    deliveries::delivery,
    support::{NOW, conversation, message, on_both, person, write},
};
use tertulia_model::{ConversationId, DeliveryState, MessageId, MonitorId, PersonId};
use tertulia_store::{
    Db,
    conversations::{self, Conversation},
    deliveries::{self, Delivery},
    mentions::{self, Mention},
    messages::{self, NewMessage, flags},
    people, turns,
};

const AMINA: PersonId = PersonId(1);

fn said(n: i64, held: Option<i64>) -> NewMessage {
    NewMessage { person_id: Some(AMINA), conversation_id: held.map(ConversationId), auto: "person", ..message(n) }
}

fn ours(n: i64, held: i64) -> NewMessage {
    NewMessage { direction: "ours", person_id: None, ..said(n, Some(held)) }
}

async fn places(db: &mut Db, since: i64, bounds: (i64, i64)) -> Vec<(i64, String)> {
    let found = turns::of_person(db, AMINA, since, bounds).await.unwrap();
    found.into_iter().map(|turn| ((turn.at - NOW) / 60_000, turn.direction)).collect()
}

#[test]
fn turns_are_theirs_and_ours_and_nothing_of_programs_of_others_or_passed_on() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Amina"), person(2, "Bo")]).await.unwrap();
            let held = |n| Conversation { person_id: Some(AMINA), ..conversation(n) };
            conversations::put(tx, &[held(1), held(2), conversation(3)]).await.unwrap();
            let all = [
                said(1, Some(1)),
                ours(2, 1),
                NewMessage { auto: "reply", ..said(3, Some(1)) },
                NewMessage { person_id: Some(PersonId(2)), ..said(4, Some(1)) },
                NewMessage { flags: flags::FORWARD, ..ours(5, 1) },
                NewMessage { state: "deleted", ..said(6, Some(1)) },
                said(7, Some(2)),
                said(8, Some(3)),
                said(9, None),
            ];
            messages::add(tx, &all).await.unwrap();
        });
        let turn = |n: i64, by: &str| (n, by.to_owned());
        let all = [turn(7, "theirs"), turn(2, "ours"), turn(1, "theirs")];
        assert_eq!(places(&mut db, 0, (9, 9)).await, all);
        assert_eq!(places(&mut db, 0, (9, 2)).await, all[..1], "of the last two messages of each conversation");
        assert_eq!(places(&mut db, 0, (1, 9)).await, all[..1], "of the conversation that was last");
        assert_eq!(places(&mut db, NOW + 2 * 60_000, (9, 9)).await, all[..1]);
    });
}

#[test]
fn what_of_ours_was_not_sent_is_no_turn_and_what_lost_its_words_with_its_days_is_one() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Amina")]).await.unwrap();
            conversations::put(tx, &[Conversation { person_id: Some(AMINA), ..conversation(1) }]).await.unwrap();
            let aged = NewMessage { state: "deleted", flags: flags::AGED, ..said(1, Some(1)) };
            let all = [aged, ours(2, 1), ours(3, 1), ours(4, 1), ours(5, 1), ours(6, 1), ours(7, 1)];
            messages::add(tx, &all).await.unwrap();
            let states = ["sent", "queued", "failed", "unknown", "withdrawn"];
            for (n, state) in (2..).zip(states.map(|state| DeliveryState::parse(state).unwrap())) {
                deliveries::add(tx, &Delivery { state, ..delivery(n) }).await.unwrap();
            }
        });
        let turn = |n: i64, by: &str| (n, by.to_owned());
        assert_eq!(places(&mut db, 0, (9, 9)).await, [turn(7, "ours"), turn(2, "ours"), turn(1, "theirs")]);
    });
}

#[test]
fn what_they_say_in_public_is_a_turn_where_it_is_to_us_or_answers_us() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Amina")]).await.unwrap();
            conversations::put(tx, &[Conversation { person_id: Some(AMINA), ..conversation(1) }]).await.unwrap();
            let public = |n: i64| NewMessage { visibility: "public", ..said(n, Some(1)) };
            let answers = |n: i64, to: i64, parent_rank: i64| NewMessage {
                parent_id: Some(MessageId(to)),
                parent_rank,
                ..public(n)
            };
            let all = [
                public(1),
                NewMessage { visibility: "public", ..ours(2, 1) },
                public(3),
                answers(4, 2, 1),
                answers(5, 2, 2),
                answers(6, 1, 1),
                NewMessage { flags: flags::ADDRESSED, ..public(7) },
            ];
            messages::add(tx, &all).await.unwrap();
        });
        let turn = |n: i64, by: &str| (n, by.to_owned());
        assert_eq!(places(&mut db, 0, (9, 9)).await, [turn(7, "theirs"), turn(4, "theirs"), turn(2, "ours")]);
    });
}

/// More than are asked for at once, each with two turns.
#[test]
fn of_many_conversations_the_latest_turns_are_given_and_of_each_only_its_last_messages_are_looked_at() {
    on_both(async |mut db| {
        let many = 23;
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Amina")]).await.unwrap();
            let held = |n| Conversation { person_id: Some(AMINA), ..conversation(n) };
            let all: Vec<Conversation> = (1..=many).map(held).collect();
            conversations::put(tx, &all).await.unwrap();
            let first = (1..=many).map(|n| said(n, Some(n)));
            let second = (1..=many).map(|n| ours(many + n, n));
            let by_program = (1..=4).map(|n| NewMessage { auto: "bulk", ..said(2 * many + n, Some(5)) });
            messages::add(tx, &first.chain(second).chain(by_program).collect::<Vec<_>>()).await.unwrap();
        });
        let numbers =
            async |db: &mut Db, bounds| places(db, 0, bounds).await.into_iter().map(|(n, _)| n).collect::<Vec<_>>();
        let (all, last): (Vec<i64>, _) = ((1..=2 * many).rev().collect(), (many..=2 * many).rev().collect::<Vec<_>>());
        assert_eq!(numbers(&mut db, (99, 99)).await, all);
        assert_eq!(numbers(&mut db, (99, many + 1)).await, last);
        let but_one: Vec<i64> = (2 * many - 4..=2 * many).rev().filter(|n| *n != many + 5).take(4).collect();
        assert_eq!(numbers(&mut db, (99, 4)).await, but_one);
        let of_the_fifth = turns::of_person(&mut db, AMINA, 0, (99, 4)).await.unwrap();
        assert!(of_the_fifth.iter().all(|turn| turn.conversation_id != ConversationId(5)), "{of_the_fifth:?}");
    });
}

#[test]
fn the_last_mention_is_one_that_a_monitor_found_and_nobody_called_noise() {
    on_both(async |mut db| {
        let mention = |n: i64, state: &str| Mention {
            monitor_id: MonitorId(7),
            place: message(n).place,
            message_id: MessageId(n),
            version: 1,
            revision: 1,
            at: message(n).at,
            channel_id: message(n).channel_id,
            language: "en".to_owned(),
            state: state.to_owned(),
            decided_by: None,
            decided_at: None,
            found: n,
        };
        let last = async |db: &mut Db, to_others| turns::last_mention(db, AMINA, to_others).await.unwrap();
        assert_eq!(last(&mut db, 9).await, None);
        write!(db, |tx| {
            let all = [said(1, None), said(2, None), said(3, None), said(4, Some(1)), said(5, None)];
            messages::add(tx, &all).await.unwrap();
            mentions::put(tx, &[mention(1, "new"), mention(2, "listened"), mention(3, "noise"), mention(4, "new")])
                .await
                .unwrap();
        });
        assert_eq!(last(&mut db, 9).await, Some(message(2).at));
        assert_eq!(last(&mut db, 2).await, None, "it is too long ago to be looked at");
    });
}
