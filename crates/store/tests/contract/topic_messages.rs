//! Which messages are of which topic.

use super::topics::topic;
use crate::support::{body, message, on_both, write};
use tertulia_model::{MessageId, PersonId, UserId};
use tertulia_store::{
    Db,
    labels::{self, Correction, Labelled},
    messages::{self, NewMessage},
    topic_messages::{self, NoNoise, Placed},
    topics,
};

const FINE: NoNoise = NoNoise { kind: 3, value: 1 };

fn placed(message: i64, unit: i64, week: i64) -> Placed {
    let message_id = MessageId(message);
    Placed { message_id, topic_id: 1, unit_id: unit, week, revision: 1, sure: 90, typical: None }
}

async fn four_messages(db: &Db) {
    let said = |n: i64| NewMessage { auto: "person", person_id: Some(PersonId(n % 2 + 1)), ..message(n) };
    write!(db, |tx| {
        messages::add(tx, &[said(1), said(2), said(3), message(4)]).await.unwrap();
        messages::add_bodies(tx, &[body(1), body(2), body(3), body(4)]).await.unwrap();
    });
}

#[test]
fn messages_are_placed_moved_and_taken_out_and_their_weeks_are_to_be_counted() {
    on_both(async |mut db| {
        four_messages(&db).await;
        let first = Placed { typical: Some(0), ..placed(1, 1, 10) };
        write!(db, |tx| {
            topic_messages::put(tx, &[first, placed(2, 1, 10), placed(3, 2, 11)]).await.unwrap();
            topic_messages::put(tx, &[]).await.unwrap();
        });
        assert_eq!(topics::to_count(&mut db, 9).await.unwrap(), [(1, 10, 1), (2, 11, 1)]);
        let all = [MessageId(3), MessageId(1), MessageId(9)];
        assert_eq!(topic_messages::of(&mut db, &all).await.unwrap(), [first, placed(3, 2, 11)]);
        assert_eq!(topic_messages::count(&mut db, &[1, 2], (10, 11)).await.unwrap(), (3, 2));
        assert_eq!(topic_messages::count(&mut db, &[1], (11, 11)).await.unwrap(), (0, 0));
        let wrote = [(1, PersonId(1), 1), (1, PersonId(2), 1), (2, PersonId(2), 1)];
        assert_eq!(topic_messages::voices(&mut db, &[2, 1], (10, 11)).await.unwrap(), wrote);
        assert!(topic_messages::voices(&mut db, &[1], (11, 11)).await.unwrap().is_empty());
        let stand = |of: &[i64]| of.iter().map(|n| message(*n).place).collect::<Vec<i64>>();
        assert_eq!(topic_messages::places(&mut db, &[2, 1], (10, 11)).await.unwrap(), stand(&[1, 2, 3]));
        assert_eq!(topic_messages::places(&mut db, &[1, 2], (11, 11)).await.unwrap(), stand(&[3]));
        let newest = topic_messages::newest(&mut db, &[1, 2], (10, 11), None, 2).await.unwrap();
        assert_eq!(newest, [placed(3, 2, 11), placed(2, 1, 10)]);
        let below = Some(MessageId(2));
        assert_eq!(topic_messages::newest(&mut db, &[1, 2], (10, 11), below, 2).await.unwrap(), [first]);
        assert_eq!(topic_messages::of_topic(&mut db, 1, 1, 1).await.unwrap(), [placed(2, 1, 10)]);
        assert_eq!(topic_messages::newest_of_topic(&mut db, 1, 1).await.unwrap(), [placed(3, 2, 11)]);
        let typical = topic_messages::typical(&mut db, &[1, 2], (10, 11), 3).await.unwrap();
        assert_eq!(typical.into_iter().collect::<Vec<_>>(), [(1, vec![first])]);
        let newest = topic_messages::newest_of_each(&mut db, &[1, 2], (10, 11), 1).await.unwrap();
        assert_eq!(newest.into_iter().collect::<Vec<_>>(), [(1, vec![placed(2, 1, 10)]), (2, vec![placed(3, 2, 11)])]);
        write!(db, |tx| {
            topic_messages::put(tx, &[placed(2, 2, 10)]).await.unwrap();
            topic_messages::take_out(tx, &[MessageId(3)]).await.unwrap();
        });
        assert_eq!(topics::to_count(&mut db, 9).await.unwrap(), [(2, 10, 1), (1, 10, 2), (2, 11, 2)]);
        write!(db, |tx| messages::bury(tx, MessageId(1), message(1).place).await.unwrap());
        assert_eq!(topic_messages::of(&mut db, &[MessageId(1)]).await.unwrap(), []);
        assert_eq!(topics::to_count(&mut db, 9).await.unwrap(), [(2, 10, 1), (2, 11, 2), (1, 10, 3)]);
    });
}

#[test]
fn what_is_labelled_waits_to_be_placed_once_there_are_topics() {
    on_both(async |mut db| {
        four_messages(&db).await;
        let labelled = |n| Labelled { message_id: MessageId(n), revision: 1, version: 7, values: [None; 10] };
        write!(db, |tx| labels::put(tx, &[labelled(1)]).await.unwrap());
        assert!(!topic_messages::any_waiting(&mut db).await.unwrap(), "there are no topics");
        write!(db, |tx| {
            topics::put(tx, &[topic(1, "en")]).await.unwrap();
            labels::put(tx, &[labelled(3), labelled(2), labelled(1)]).await.unwrap();
            labels::put(tx, &[labelled(2)]).await.unwrap();
            messages::bury(tx, MessageId(3), message(3).place).await.unwrap();
        });
        assert!(topic_messages::any_waiting(&mut db).await.unwrap());
        assert_eq!(write!(db, |tx| topic_messages::take_waiting(tx, 1).await.unwrap()), [MessageId(1)]);
        assert_eq!(write!(db, |tx| topic_messages::take_waiting(tx, 9).await.unwrap()), [MessageId(2)]);
        assert!(!topic_messages::any_waiting(&mut db).await.unwrap());
    });
}

#[test]
fn topics_are_found_from_what_people_said_that_is_no_noise_by_what_holds() {
    on_both(async |mut db| {
        four_messages(&db).await;
        let noise = |n, value| {
            let mut values = [None; 10];
            values[4] = Some(value);
            Labelled { message_id: MessageId(n), revision: 1, version: 7, values }
        };
        let said = Correction {
            id: 1,
            message_id: MessageId(2),
            kind: 3,
            value: 1,
            by_user: UserId(1),
            at: 1,
            ended_at: None,
            stood: None,
        };
        write!(db, |tx| {
            labels::put(tx, &[noise(1, 2), noise(2, 2)]).await.unwrap();
            labels::correct(tx, &said).await.unwrap();
        });
        let (first, last) = (message(1).place - 1, message(9).place);
        let found = topic_messages::between(&mut db, FINE, "en", (first, last), 9).await.unwrap();
        let ids = |found: &[topic_messages::Candidate]| found.iter().map(|one| one.id.0).collect::<Vec<_>>();
        assert_eq!(ids(&found), [2, 3], "one is spam, one nobody wrote");
        assert_eq!((found[0].text.as_str(), found[0].person_id), ("Where is order 2?", Some(PersonId(1))));
        let after = (message(2).place, last);
        assert_eq!(ids(&topic_messages::between(&mut db, FINE, "en", after, 9).await.unwrap()), [3]);
        assert_eq!(topic_messages::between(&mut db, FINE, "es", after, 9).await.unwrap(), []);
        let all = [1, 2, 3, 4].map(MessageId);
        assert_eq!(ids(&topic_messages::by_ids(&mut db, FINE, &all).await.unwrap()), [2, 3]);
        let asked = [(4, 1), (3, 1), (2, 1), (1, 1)].map(|(id, revision)| (MessageId(id), revision));
        let still = topic_messages::still(&mut db, FINE, "en", &asked).await.unwrap();
        assert_eq!(still, [MessageId(2), MessageId(3)]);
        let edited = [(MessageId(2), 2), (MessageId(3), 1)];
        assert_eq!(topic_messages::still(&mut db, FINE, "en", &edited).await.unwrap(), [MessageId(3)]);
        assert_eq!(topic_messages::still(&mut db, FINE, "es", &asked).await.unwrap(), []);
        let counted = topic_messages::count_languages(&mut db, FINE, (first, last)).await.unwrap();
        assert_eq!(counted, [("en".to_owned(), 2)]);
    });
}
