//! Who is told what became of a change: once, through merges and whatever becomes of a sending.

use crate::{
    deliveries::delivery,
    evidence::{says, votes},
    feedback::item,
    feedback_changes::change,
    person_merges::{AMINA, BAKER, CAFE, held, join, merge, part, three},
    support::{NOW, message, on_both, person, write},
};
use tertulia_model::{
    ChangeId, ChannelId, ConversationId, DeliveryId, DeliveryState, FeedbackId, IdentityId, JobId, MessageId, PersonId,
};
use tertulia_store::{
    Db, Tx, conversations, deliveries, evidence,
    feedback::{self, Item},
    feedback_changes::{self, Change},
    jobs,
    messages::{self, NewMessage},
    people,
    tellings::{self, DECLINED, DONE, HELPED, Telling},
};

/// A draft for a person, who said the message of that number where there is one.
pub fn draft(id: i64, person: i64, message: Option<i64>) -> Telling {
    Telling {
        id,
        change_id: ChangeId(5),
        kind: DONE.to_owned(),
        person_id: PersonId(person),
        stands: true,
        message_id: message.map(MessageId),
        language: "en".to_owned(),
        state: "draft".to_owned(),
        reason: None,
        words: None,
        note: None,
        words_before: None,
        note_before: None,
        asked_at: NOW,
        delivery_id: None,
        by_user: None,
        acted_at: None,
        told_at: None,
        took: None,
        answer: None,
        answer_message_id: None,
        answered_by: None,
        answered_at: None,
        version: 0,
    }
}

/// It was told by hand so long after it was asked.
pub fn told(after: i64, telling: Telling) -> Telling {
    Telling { state: "by_hand".to_owned(), told_at: Some(NOW + after), took: Some(after), ..telling }
}

/// The change that is done, and whoever is to be told of it.
pub async fn done(tx: &mut Tx) {
    let done = Change { state: "done".to_owned(), ..change(5) };
    feedback_changes::add(tx, &done).await.unwrap();
    feedback_changes::put(tx, &done).await.unwrap();
    feedback::add(tx, &Item { change_id: Some(ChangeId(5)), ..item(1) }).await.unwrap();
}

/// What a person said in private.
fn private(id: i64, person: i64) -> NewMessage {
    NewMessage { visibility: "private", person_id: Some(PersonId(person)), ..message(id) }
}

async fn get(db: &mut Db, id: i64) -> Telling {
    tellings::get(db, id).await.unwrap().unwrap()
}

/// How each stands: state, whether it counts, whose it is.
async fn all(db: &mut Db, ids: &[i64]) -> Vec<(String, bool, i64)> {
    let mut found = Vec::new();
    for id in ids {
        let telling = get(db, *id).await;
        found.push((telling.state, telling.stands, telling.person_id.0));
    }
    found
}

fn stood(all: &[(&str, bool, i64)]) -> Vec<(String, bool, i64)> {
    all.iter().map(|(state, stands, person)| ((*state).to_owned(), *stands, *person)).collect()
}

async fn send(db: &Db, telling: i64, id: i64) {
    write!(db, |tx| {
        deliveries::add(tx, &delivery(id)).await.unwrap();
        let held = tellings::get_to_change(tx, telling).await.unwrap().unwrap();
        let sent = Telling { state: "queued".to_owned(), delivery_id: Some(DeliveryId(id)), ..held };
        tellings::put(tx, &sent).await.unwrap();
    });
}

async fn becomes(db: &Db, id: i64, state: DeliveryState, at: i64) {
    use DeliveryState::{Failed, Queued, Sent, Unknown};
    let from = [Queued, Sent, Unknown, Failed];
    write!(db, |tx| assert!(deliveries::set_state(tx, DeliveryId(id), &from, state, None, at).await.unwrap()));
}

#[test]
fn a_person_has_one_draft_of_a_change_however_often_it_is_prepared() {
    on_both(async |mut db| {
        write!(db, |tx| {
            done(tx).await;
            people::add_persons(tx, &[person(10, "Amina"), person(11, "Bo")]).await.unwrap();
            messages::add(tx, &[private(7, 10)]).await.unwrap();
            evidence::add(tx, &says(1, 1, 10, 7)).await.unwrap();
            let owed = Telling { state: "owed".to_owned(), reason: Some("behalf".to_owned()), ..draft(2, 11, None) };
            assert_eq!(tellings::add(tx, &[draft(1, 10, Some(7)), owed.clone()]).await.unwrap(), 2);
            assert_eq!(tellings::add(tx, &[draft(3, 10, Some(8)), Telling { id: 4, ..owed }]).await.unwrap(), 0);
            let declined = Telling { kind: DECLINED.to_owned(), ..draft(6, 10, Some(7)) };
            assert_eq!(tellings::add(tx, &[declined]).await.unwrap(), 1, "that it is declined is something else");
            // What was owed can be told by now.
            assert_eq!(tellings::add(tx, &[draft(5, 11, Some(9))]).await.unwrap(), 1);
        });
        assert_eq!(get(&mut db, 1).await, draft(1, 10, Some(7)));
        assert_eq!(get(&mut db, 2).await, Telling { version: 1, ..draft(2, 11, Some(9)) });
        assert_eq!(tellings::get(&mut db, 3).await.unwrap(), None);
        assert_eq!(tellings::counts(&mut db, ChangeId(5), DONE).await.unwrap(), [("draft".to_owned(), 2)]);
        assert_eq!(tellings::counts(&mut db, ChangeId(5), HELPED).await.unwrap(), []);
        let languages = tellings::languages(&mut db, ChangeId(5), DONE).await.unwrap();
        assert_eq!(languages, [("en".to_owned(), 2)]);
    });
}

#[test]
fn when_the_last_telling_of_a_channel_is_due_is_known_and_one_that_is_tried_again_is_left_out() {
    on_both(async |mut db| {
        write!(db, |tx| {
            done(tx).await;
            people::add_persons(tx, &[person(10, "Amina"), person(11, "Bo")]).await.unwrap();
            tellings::add(tx, &[draft(1, 10, None), draft(2, 11, None)]).await.unwrap();
        });
        let here = delivery(7).channel_id;
        assert_eq!(tellings::last_due(&mut db, here).await.unwrap(), None);
        for (telling, id, at) in [(1, 7, NOW + 10), (2, 8, NOW + 20)] {
            send(&db, telling, id).await;
            write!(db, |tx| jobs::add_for(tx, JobId(id), ("send", here), id, at).await.unwrap());
        }
        // An answer that tells of no change.
        write!(db, |tx| {
            deliveries::add(tx, &delivery(9)).await.unwrap();
            jobs::add_for(tx, JobId(9), ("send", here), 9, NOW + 30).await.unwrap();
        });
        assert_eq!(tellings::last_due(&mut db, here).await.unwrap(), Some(NOW + 20));
        assert_eq!(tellings::last_due(&mut db, ChannelId(99)).await.unwrap(), None, "elsewhere nobody waits");
        write!(db, |tx| assert!(deliveries::note_attempt(tx, DeliveryId(8), 0, NOW).await.unwrap()));
        assert_eq!(tellings::last_due(&mut db, here).await.unwrap(), Some(NOW + 10));
    });
}

#[test]
fn what_is_told_to_somebody_goes_on_where_it_was_last_sent_while_that_is_theirs() {
    on_both(async |mut db| {
        write!(db, |tx| {
            done(tx).await;
            people::add_persons(tx, &[person(10, "Amina")]).await.unwrap();
            conversations::put(tx, &[held(1, PersonId(10))]).await.unwrap();
            tellings::add(tx, &[draft(1, 10, None)]).await.unwrap();
        });
        assert_eq!(tellings::last_held(&mut db, ChangeId(5), PersonId(10)).await.unwrap(), None);
        send(&db, 1, 7).await;
        becomes(&db, 7, DeliveryState::Withdrawn, NOW + 1).await;
        let last = tellings::last_held(&mut db, ChangeId(5), PersonId(10)).await.unwrap();
        assert_eq!(last, Some(ConversationId(1)), "also where it was taken back");
        write!(db, |tx| conversations::put(tx, &[held(1, PersonId(11))]).await.unwrap());
        assert_eq!(tellings::last_held(&mut db, ChangeId(5), PersonId(10)).await.unwrap(), None, "it is another's");
    });
}

#[test]
fn a_draft_answers_what_they_still_ask_by_and_nothing_public_once_there_is_something_private() {
    on_both(async |mut db| {
        write!(db, |tx| {
            done(tx).await;
            let public = NewMessage { visibility: "public", ..private(9, 10) };
            messages::add(tx, &[private(7, 10), private(8, 10), public]).await.unwrap();
            for one in [says(1, 1, 10, 7), says(2, 1, 10, 8), says(3, 1, 10, 9)] {
                evidence::add(tx, &one).await.unwrap();
            }
            tellings::add(tx, &[draft(1, 10, Some(9))]).await.unwrap();
            assert_eq!(tellings::add(tx, &[draft(2, 10, Some(8))]).await.unwrap(), 1, "it was public");
            let own = Telling { words: Some("You said …".to_owned()), ..draft(1, 10, Some(8)) };
            tellings::put(tx, &own).await.unwrap();
            assert_eq!(tellings::add(tx, &[draft(3, 10, Some(7))]).await.unwrap(), 0, "that one still stands");
        });
        let kept = get(&mut db, 1).await;
        assert_eq!((kept.message_id, kept.words.as_deref()), (Some(MessageId(8)), Some("You said …")));
        write!(db, |tx| {
            evidence::remove(tx, 2).await.unwrap();
            assert_eq!(tellings::add(tx, &[draft(4, 10, Some(7))]).await.unwrap(), 1, "by that they ask no more");
        });
        let now = get(&mut db, 1).await;
        assert_eq!((now.message_id, now.words, now.state.as_str()), (Some(MessageId(7)), None, "draft"));
    });
}

#[test]
fn what_it_said_before_stands_beside_it_until_its_message_goes() {
    on_both(async |mut db| {
        let own = |words: Option<&str>, note: Option<&str>| Telling {
            words: words.map(str::to_owned),
            note: note.map(str::to_owned),
            ..draft(1, 10, Some(7))
        };
        write!(db, |tx| {
            done(tx).await;
            messages::add(tx, &[private(7, 10)]).await.unwrap();
            tellings::add(tx, &[draft(1, 10, Some(7))]).await.unwrap();
            tellings::put(tx, &own(Some("You said …"), None)).await.unwrap();
            tellings::put(tx, &own(None, Some("By phone."))).await.unwrap();
        });
        let before = get(&mut db, 1).await;
        assert_eq!((before.words_before.as_deref(), before.note_before.as_deref()), (Some("You said …"), None));
        write!(db, |tx| {
            let other = Telling { message_id: Some(MessageId(8)), ..own(Some("And you …"), None) };
            tellings::put(tx, &own(Some("And you …"), None)).await.unwrap();
            tellings::put(tx, &other).await.unwrap();
        });
        assert_eq!(get(&mut db, 1).await.words_before, None, "it was of another message");
        write!(db, |tx| {
            tellings::put(tx, &own(Some("You said …"), Some("By phone."))).await.unwrap();
            tellings::put(tx, &own(None, None)).await.unwrap();
            messages::bury(tx, MessageId(7), message(7).place).await.unwrap();
        });
        let gone = get(&mut db, 1).await;
        assert_eq!((gone.words_before, gone.note_before), (None, None));
    });
}

#[test]
fn lists_are_paged_and_lead_from_one_draft_to_the_next() {
    on_both(async |mut db| {
        write!(db, |tx| {
            done(tx).await;
            people::add_persons(tx, &[10, 11, 12].map(|n| person(n, "Amina"))).await.unwrap();
            tellings::add(tx, &[draft(1, 10, None), draft(2, 11, None), draft(3, 12, None)]).await.unwrap();
            let failed = Telling { state: "failed".to_owned(), ..draft(2, 11, None) };
            tellings::put(tx, &failed).await.unwrap();
            evidence::add(tx, &votes(1, 1, 11)).await.unwrap();
        });
        let list = async |db: &mut Db, states: &[&str], after| {
            let rows = tellings::list(db, (ChangeId(5), DONE), states, after, 9).await.unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(list(&mut db, &["draft"], 0).await, [1, 3]);
        assert_eq!(list(&mut db, &["draft", "failed"], 1).await, [2, 3]);
        let first = get(&mut db, 1).await;
        assert_eq!(tellings::beside(&mut db, &first, false).await.unwrap(), Some(3));
        assert_eq!(tellings::beside(&mut db, &first, true).await.unwrap(), None);
        let last = get(&mut db, 3).await;
        assert_eq!(tellings::beside(&mut db, &last, true).await.unwrap(), Some(1));
        assert_eq!(tellings::count_before(&mut db, &last).await.unwrap(), 1);
        let debts = tellings::debts(&mut db, None, 9).await.unwrap();
        assert_eq!(debts.iter().map(|row| (row.id, row.person_name.as_str())).collect::<Vec<_>>(), [(2, "Amina")]);
        assert_eq!(tellings::debts(&mut db, Some(2), 9).await.unwrap(), []);
        let joined = |change| Item { change_id: Some(ChangeId(change)), ..item(1) };
        write!(db, |tx| feedback::put(tx, &joined(6)).await.unwrap());
        assert_eq!(tellings::debts(&mut db, None, 9).await.unwrap(), [], "it is owed where the item is now");
        write!(db, |tx| feedback::put(tx, &joined(5)).await.unwrap());
        assert_eq!(tellings::of_person(&mut db, PersonId(12)).await.unwrap().len(), 1);
        let planned = Change { state: "planned".to_owned(), ..change(5) };
        write!(db, |tx| feedback_changes::put(tx, &planned).await.unwrap());
        assert_eq!(tellings::debts(&mut db, None, 9).await.unwrap(), [], "nothing is owed of what is not done");
        let declined = Change { state: "declined".to_owned(), ..change(5) };
        write!(db, |tx| feedback_changes::put(tx, &declined).await.unwrap());
        assert_eq!(tellings::debts(&mut db, None, 9).await.unwrap(), [], "what is owed is that it is done");
    });
}

#[test]
fn a_telling_follows_its_delivery_and_no_other() {
    on_both(async |mut db| {
        write!(db, |tx| {
            done(tx).await;
            tellings::add(tx, &[draft(1, 10, Some(7))]).await.unwrap();
        });
        send(&db, 1, 1).await;
        becomes(&db, 1, DeliveryState::Sent, NOW + 500).await;
        assert_eq!(tellings::of_delivery(&mut db, DeliveryId(1)).await.unwrap(), Some(1));
        let sent = get(&mut db, 1).await;
        assert_eq!((sent.state.as_str(), sent.told_at, sent.took), ("told", Some(NOW + 500), Some(500)));
        assert_eq!(tellings::sent_by(&mut db, &[MessageId(1)]).await.unwrap(), [(MessageId(1), 1, DONE.to_owned())]);
        becomes(&db, 1, DeliveryState::Failed, NOW + 600).await;
        let failed = get(&mut db, 1).await;
        assert_eq!((failed.state.as_str(), failed.told_at, failed.took), ("failed", None, None));
        becomes(&db, 1, DeliveryState::Sent, NOW - 5).await;
        assert_eq!(get(&mut db, 1).await.took, Some(0), "whoever asked bore a date that was still to come");
        becomes(&db, 1, DeliveryState::Failed, NOW + 600).await;
        write!(db, |tx| {
            let telling = tellings::by_delivery(tx, DeliveryId(1)).await.unwrap().unwrap();
            tellings::put(tx, &told(700, telling)).await.unwrap();
            assert!(deliveries::note_arrived(tx, DeliveryId(1), NOW + 800).await.unwrap());
        });
        let by_hand = get(&mut db, 1).await;
        assert_eq!((by_hand.state.as_str(), by_hand.told_at), ("by_hand", Some(NOW + 700)));
        write!(db, |tx| {
            tellings::put(tx, &Telling { state: "draft".to_owned(), delivery_id: None, ..by_hand }).await.unwrap();
            let known = tellings::by_delivery(tx, DeliveryId(1)).await.unwrap();
            assert_eq!(known.map(|telling| telling.id), Some(1), "that it was a sending of it stays known");
            assert_eq!(tellings::by_delivery(tx, DeliveryId(2)).await.unwrap(), None);
        });
        becomes(&db, 1, DeliveryState::Unknown, NOW + 900).await;
        assert_eq!(get(&mut db, 1).await.state, "draft");
    });
}

#[test]
fn of_two_of_one_person_the_one_that_got_farther_counts_and_both_are_as_they_were_once_they_are_parted() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            done(tx).await;
            tellings::add(tx, &[draft(1, 1, Some(1)), draft(2, 2, Some(2)), draft(3, 3, None)]).await.unwrap();
            tellings::put(tx, &told(9, draft(3, 3, None))).await.unwrap();
        });
        send(&db, 1, 1).await;
        let before = all(&mut db, &[1, 2, 3]).await;
        join(&db, &merge(10, BAKER, AMINA)).await;
        assert_eq!(all(&mut db, &[1, 2]).await, stood(&[("queued", true, 1), ("draft", false, 1)]));
        join(&db, &merge(11, AMINA, CAFE)).await;
        assert_eq!(
            all(&mut db, &[1, 2, 3]).await,
            stood(&[("queued", false, 3), ("draft", false, 3), ("by_hand", true, 3)])
        );
        assert_eq!(
            tellings::of_person(&mut db, CAFE).await.unwrap().len(),
            3,
            "all that there is, for whoever is given it"
        );
        part(&db, 10).await;
        assert_eq!(all(&mut db, &[2]).await, stood(&[("draft", true, 2)]));
        part(&db, 11).await;
        assert_eq!(all(&mut db, &[1, 2, 3]).await, before);
    });
}

#[test]
fn one_that_was_told_on_their_behalf_goes_back_with_what_the_merge_took_along() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            done(tx).await;
            tellings::add(tx, &[draft(1, 1, None), draft(2, 2, None)]).await.unwrap();
        });
        join(&db, &merge(10, BAKER, AMINA)).await;
        assert_eq!(all(&mut db, &[1, 2]).await, stood(&[("draft", true, 1), ("draft", false, 1)]));
        part(&db, 10).await;
        assert_eq!(all(&mut db, &[1, 2]).await, stood(&[("draft", true, 1), ("draft", true, 2)]));
    });
}

#[test]
fn where_the_one_that_counts_fails_another_takes_its_place_and_an_answer_goes_before_all() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            done(tx).await;
            tellings::add(tx, &[draft(1, 1, Some(1)), draft(2, 2, Some(2))]).await.unwrap();
        });
        send(&db, 1, 1).await;
        send(&db, 2, 2).await;
        join(&db, &merge(10, BAKER, AMINA)).await;
        assert_eq!(all(&mut db, &[1, 2]).await, stood(&[("queued", true, 1), ("queued", false, 1)]));
        becomes(&db, 1, DeliveryState::Failed, NOW + 5).await;
        assert_eq!(all(&mut db, &[1, 2]).await, stood(&[("failed", false, 1), ("queued", true, 1)]));
        becomes(&db, 1, DeliveryState::Sent, NOW + 6).await;
        assert_eq!(all(&mut db, &[1, 2]).await, stood(&[("told", true, 1), ("queued", false, 1)]));
        let answered = Telling { answer: Some("helped".to_owned()), answered_at: Some(NOW), ..get(&mut db, 2).await };
        write!(db, |tx| tellings::put(tx, &answered).await.unwrap());
        assert_eq!(all(&mut db, &[1, 2]).await, stood(&[("told", false, 1), ("queued", true, 1)]));
    });
}

#[test]
fn what_an_identity_asked_goes_along_to_another_person() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            done(tx).await;
            tellings::add(tx, &[draft(1, 1, Some(1)), draft(2, 2, Some(2))]).await.unwrap();
            people::link(tx, 50, IdentityId(2), AMINA, "the same address", 1.0, NOW).await.unwrap();
        });
        assert_eq!(all(&mut db, &[1, 2]).await, stood(&[("draft", true, 1), ("draft", false, 1)]));
    });
}

#[test]
fn words_of_theirs_go_with_the_message_and_a_person_with_all_they_were_told() {
    on_both(async |mut db| {
        write!(db, |tx| {
            done(tx).await;
            messages::add(tx, &[message(7), message(8)]).await.unwrap();
            let own = |telling: Telling| Telling { words: Some("You said …".to_owned()), ..telling };
            tellings::add(tx, &[draft(1, 10, Some(7)), draft(2, 11, Some(8))]).await.unwrap();
            tellings::put(tx, &own(draft(1, 10, Some(7)))).await.unwrap();
            tellings::put(tx, &own(told(5, draft(2, 11, Some(8))))).await.unwrap();
            for n in [7, 8] {
                messages::bury(tx, MessageId(n), message(n).place).await.unwrap();
            }
        });
        let owed = get(&mut db, 1).await;
        assert_eq!((owed.state.as_str(), owed.reason.as_deref(), owed.words), ("owed", Some("deleted"), None));
        let told = get(&mut db, 2).await;
        assert_eq!((told.state.as_str(), told.words, told.told_at), ("by_hand", None, Some(NOW + 5)));
        write!(db, |tx| assert_eq!(tellings::forget_person(tx, PersonId(10)).await.unwrap(), 1));
        assert_eq!(tellings::get(&mut db, 1).await.unwrap(), None);
        assert!(tellings::get(&mut db, 2).await.unwrap().is_some());
    });
}

#[test]
fn a_draft_of_who_does_not_ask_any_more_goes_and_what_was_told_stays() {
    on_both(async |mut db| {
        write!(db, |tx| {
            done(tx).await;
            evidence::add(tx, &votes(1, 1, 10)).await.unwrap();
            feedback::recount(tx, &[FeedbackId(1)]).await.unwrap();
            tellings::add(tx, &[draft(1, 10, None), draft(2, 11, None), draft(3, 12, None)]).await.unwrap();
            tellings::put(tx, &told(5, draft(3, 12, None))).await.unwrap();
            let asks = |id, person| Telling { kind: HELPED.to_owned(), ..draft(id, person, None) };
            tellings::add(tx, &[asks(4, 10), asks(5, 12)]).await.unwrap();
        });
        assert!(!tellings::is_told(&mut db, ChangeId(5), PersonId(10)).await.unwrap());
        assert!(tellings::is_told(&mut db, ChangeId(5), PersonId(12)).await.unwrap());
        let stale = tellings::stale(&mut db, ChangeId(5), 9).await.unwrap();
        assert_eq!(stale, [2, 4], "who asks no more, and who is asked though they were not told");
        write!(db, |tx| tellings::forget_stale(tx, ChangeId(5), &[1, 2, 3, 4, 5]).await.unwrap());
        assert!(tellings::get(&mut db, 5).await.unwrap().is_some());
        assert!(tellings::stale(&mut db, ChangeId(5), 9).await.unwrap().is_empty());
        assert!(tellings::get(&mut db, 1).await.unwrap().is_some());
        assert!(tellings::get(&mut db, 2).await.unwrap().is_none());
        assert!(tellings::get(&mut db, 3).await.unwrap().is_some());
    });
}
