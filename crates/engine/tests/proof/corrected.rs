//! A share is freed of what the machine gets wrong as far as people read: where nobody did it says so, and where they did the true
//! share lies in its interval.

use crate::support::{World, add_member, on_both, said::said};
use tertulia_analysis::labels::{Kind, NO, VERSION, YES};
use tertulia_engine::{
    figures::Period,
    insights::{
        asked::{Filter, Question},
        corrected::Correction,
        voices::answers,
    },
    labels,
};
use tertulia_model::MessageId;
use tertulia_store::labels::{self as stored, Labelled};
use tertulia_voices::misclassification::Uncorrected;

const PEOPLE: usize = 60;
/// The bit of a complaint among what a message does.
const COMPLAINS: i64 = 4;

/// So many complain, and the machine misses four of them and hears ten others complain.
fn complains(n: usize) -> bool {
    n < 18
}

fn is_called_so(n: usize) -> bool {
    (4..28).contains(&n)
}

async fn crowd(world: &World) -> Vec<MessageId> {
    let all: Vec<_> = (0..PEOPLE)
        .map(|n| said(&format!("m{n}"), "Do you have it in blue?").by(&format!("p{n}@home.example")).created())
        .collect();
    world.hear(&all).await;
    let (mut ids, mut labelled) = (Vec::new(), Vec::new());
    for n in 0..PEOPLE {
        let acts = if is_called_so(n) { COMPLAINS } else { 0 };
        let sure = Some(90);
        let values = [None, None, Some(2), sure, Some(1), sure, Some(1), sure, Some(acts), Some(0)];
        let message = world.message(&format!("m{n}")).await;
        ids.push(message.id);
        labelled.push(Labelled { message_id: message.id, revision: message.revision, version: VERSION, values });
    }
    let mut tx = world.engine.db.begin().await.unwrap();
    stored::put(&mut tx, &labelled).await.unwrap();
    tx.commit().await.unwrap();
    ids
}

async fn corrected(world: &World, question: Question) -> Option<Correction> {
    // What was measured may be a minute old.
    world.clock.advance(61_000);
    let filter = Filter::of(Period::last_days(&world.engine, 30).await.unwrap());
    answers(&world.engine, &filter, &[question]).await.unwrap().remove(0).corrected
}

#[test]
fn a_share_is_corrected_once_people_read_what_the_machine_says_and_not_before() {
    on_both(async |world| {
        let ids = crowd(&world).await;
        let engine = &world.engine;
        let before = corrected(&world, Question::Complains).await.unwrap();
        assert_eq!((before.read, before.by_message), (0, Err(Uncorrected::NotMeasured)));
        assert_eq!(before.by_person, Some(Err(Uncorrected::NotMeasured)), "nothing from elsewhere stands in for it");

        let other = add_member(engine).await;
        let (sample, _) = labels::draw(engine, world.user, Kind::Complaint, 55).await.unwrap();
        for reader in [world.user, other] {
            while let Some(message) = labels::next(engine, reader, sample).await.unwrap() {
                let n = ids.iter().position(|id| *id == message).unwrap();
                let value = if complains(n) { YES } else { NO };
                labels::read(engine, reader, (sample, message), Some(value)).await.unwrap();
            }
        }
        let found = corrected(&world, Question::Complains).await.unwrap();
        assert_eq!((found.kind, found.read, found.readers), (Kind::Complaint, 55, 2));
        assert!(found.false_calls.is_some_and(|(at, low, high)| low < at && (0.3..0.55).contains(&at) && at < high));
        assert!(found.weighted.is_none(), "nothing says how everybody is made up");
        let found_before = found.by_message.clone().unwrap();
        for said in [found.by_message, found.by_person.unwrap()] {
            let said = said.unwrap();
            assert!((said.observed - 0.4).abs() < 1e-9 && said.known == 0.0 && said.unread == 0.0, "{said:?}");
            assert!((said.share - 0.3).abs() < 0.06, "{said:?}");
            assert!(said.low < 0.3 && 0.3 < said.high && said.high - said.low > 0.1, "{said:?}");
        }
        assert_eq!(found.told, 0);
        // Of tone nobody read anything, and of what a monitor finds nothing is guessed.
        let tone = corrected(&world, Question::Negative).await.unwrap();
        assert_eq!(tone.by_person, Some(Err(Uncorrected::NotMeasured)));

        // What a member says of a message is so. The errors are those of all that the machine said: of a call that was taken back by
        // hand they take nothing off again.
        let before = found_before;
        for id in &ids[18..28] {
            labels::correct(engine, world.user, *id, Kind::Complaint, NO).await.unwrap();
        }
        let found = corrected(&world, Question::Complains).await.unwrap();
        assert_eq!(found.told, 10);
        let said = found.by_message.unwrap();
        assert!((said.observed - 24.0 / 60.0).abs() < 1e-9, "{said:?}");
        assert_eq!(said, before);
    });
}
