use crate::{
    deliveries::delivery,
    person_merges::{AMINA, BAKER, INES, merge, three},
    support::{NOW, body, conversation, message, on_both, person, write},
};
use tertulia_model::{ConversationId, DeliveryId, DeliveryState, MessageId, PersonId, UserId};
use tertulia_store::{
    Db, Tx,
    article_uses::{self, Use},
    conversations, deliveries, messages,
    messages::NewMessage,
    people, person_merges,
    questions::{self, Group, Question},
};

fn group(id: i64) -> Group {
    Group {
        id,
        language: "en".to_owned(),
        state: "open".to_owned(),
        article_id: None,
        people: 0,
        said_by: None,
        said_at: None,
        version: 0,
    }
}

fn question(n: i64, group_id: i64) -> Question {
    Question { message_id: MessageId(n), group_id, words: format!("Where is it? {n}"), asked_at: NOW + n }
}

fn terms(words: &str) -> Vec<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

/// Amina asks twice, Bo once, each in a conversation of their own.
async fn stage(tx: &mut Tx) {
    people::add_persons(tx, &[person(1, "Amina"), person(2, "Bo")]).await.unwrap();
    conversations::put(tx, &[conversation(1), conversation(2), conversation(3)]).await.unwrap();
    let theirs = |n: i64, who: i64| NewMessage {
        conversation_id: Some(ConversationId(n)),
        person_id: Some(PersonId(who)),
        ..message(n)
    };
    messages::add(tx, &[theirs(1, 1), theirs(2, 1), theirs(3, 2)]).await.unwrap();
    messages::add_bodies(tx, &[body(1), body(2), body(3)]).await.unwrap();
    questions::add_group(tx, &group(1)).await.unwrap();
    questions::add_group(tx, &group(2)).await.unwrap();
    questions::add(tx, &question(1, 1), &terms("where shop")).await.unwrap();
    questions::add(tx, &question(2, 1), &[]).await.unwrap();
    questions::add(tx, &question(3, 1), &terms("where")).await.unwrap();
    questions::recount(tx, &[1]).await.unwrap();
}

async fn asked_by(db: &mut Db, group: i64) -> i64 {
    questions::group(db, group).await.unwrap().map_or(-1, |group| group.people)
}

/// An article stands in an answer to the third conversation.
fn used() -> Use {
    Use {
        id: 1,
        article_id: 7,
        message_id: MessageId(9),
        conversation_id: ConversationId(3),
        used_by: UserId(1),
        used_at: NOW + 5,
        helped: None,
        said_by: None,
        said_at: None,
    }
}

#[test]
fn a_person_who_asks_twice_counts_once_and_who_was_answered_with_an_article_not_at_all() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        assert_eq!(asked_by(&mut db, 1).await, 2);
        let groups = questions::groups(&mut db, "open", None, 10).await.unwrap();
        assert_eq!(groups, [Group { people: 2, ..group(1) }], "nobody asks in the other");
        assert_eq!(questions::groups(&mut db, "open", Some((2, 1)), 10).await.unwrap(), []);
        assert_eq!(questions::groups_of_conversation(&mut db, ConversationId(3)).await.unwrap(), [1]);
        let used = used();
        write!(db, |tx| {
            article_uses::add(tx, std::slice::from_ref(&used)).await.unwrap();
            questions::recount(tx, &[1, 1]).await.unwrap();
        });
        assert_eq!(asked_by(&mut db, 1).await, 1);
    });
}

#[test]
fn what_was_asked_is_found_by_its_terms_and_shown_with_who_asked() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        let known = questions::frequencies(&mut db, &terms("where shop tea")).await.unwrap();
        assert_eq!(known, [("shop".to_owned(), 1), ("where".to_owned(), 2)]);
        let held = questions::holding(&mut db, &terms("shop"), 9).await.unwrap();
        assert_eq!(held, [("shop".to_owned(), MessageId(1))]);
        assert_eq!(questions::some(&mut db, &[MessageId(3), MessageId(9)]).await.unwrap(), [question(3, 1)]);
        assert_eq!(questions::count_compared(&mut db, 1, 9).await.unwrap(), 2);
        let all = questions::of_group(&mut db, 1, None, 2).await.unwrap();
        assert_eq!(all.iter().map(|one| one.message_id.0).collect::<Vec<_>>(), [3, 2]);
        assert_eq!((all[0].person_name.as_deref(), all[0].conversation_id), (Some("Bo"), Some(ConversationId(3))));
        let rest = questions::of_group(&mut db, 1, Some((NOW + 2, 2)), 2).await.unwrap();
        assert_eq!(rest.len(), 1);
        let heard = questions::heard(&mut db, MessageId(1), MessageId(2), 9).await.unwrap();
        assert_eq!((heard.len(), heard[0].id), (1, MessageId(2)));
    });
}

#[test]
fn a_question_goes_with_its_message_or_its_days_and_an_empty_group_with_it() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        write!(db, |tx| messages::bury(tx, MessageId(3), message(3).place).await.unwrap());
        assert_eq!(asked_by(&mut db, 1).await, 1);
        assert_eq!(questions::holding(&mut db, &terms("where"), 9).await.unwrap().len(), 1);
        let old = write!(db, |tx| questions::forget_before(tx, NOW + 2, 9).await.unwrap());
        assert_eq!(old, [1]);
        write!(db, |tx| questions::recount(tx, &old).await.unwrap());
        assert_eq!(asked_by(&mut db, 1).await, 1, "the second time stays");
        write!(db, |tx| {
            let mut said = questions::group_to_change(tx, 2).await.unwrap().unwrap();
            said.state = "none".to_owned();
            (said.said_by, said.said_at) = (Some(UserId(4)), Some(NOW));
            questions::put_group(tx, &said).await.unwrap();
            let old = questions::forget_before(tx, NOW + 9, 9).await.unwrap();
            questions::recount(tx, &[old, vec![2]].concat()).await.unwrap();
        });
        assert_eq!(asked_by(&mut db, 1).await, -1, "it is gone");
        assert_eq!(asked_by(&mut db, 2).await, -1, "nobody would find it, whatever was said of it");
    });
}

#[test]
fn what_rests_on_an_article_is_open_while_it_is_archived() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            let mut known = questions::group_to_change(tx, 1).await.unwrap().unwrap();
            (known.state, known.article_id) = ("known".to_owned(), Some(7));
            questions::put_group(tx, &known).await.unwrap();
            questions::follow_article(tx, 8, true).await.unwrap();
        });
        let stands = async |db: &mut Db| {
            let group = questions::group(db, 1).await.unwrap().unwrap();
            (group.state, group.article_id, group.version)
        };
        assert_eq!(stands(&mut db).await, ("known".to_owned(), Some(7), 1));
        write!(db, |tx| questions::follow_article(tx, 7, true).await.unwrap());
        assert_eq!(stands(&mut db).await, ("open".to_owned(), Some(7), 2));
        write!(db, |tx| questions::follow_article(tx, 7, false).await.unwrap());
        assert_eq!(stands(&mut db).await, ("known".to_owned(), Some(7), 3));
    });
}

#[test]
fn who_asks_is_counted_anew_when_persons_are_merged_and_parted_and_when_a_question_is_taken() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            questions::add_group(tx, &group(1)).await.unwrap();
            for n in [1, 2, 3] {
                questions::add(tx, &question(n, 1), &[]).await.unwrap();
            }
            questions::recount(tx, &[1]).await.unwrap();
        });
        assert_eq!(asked_by(&mut db, 1).await, 3);
        let one = merge(1, BAKER, AMINA);
        write!(db, |tx| person_merges::join(tx, &one).await.unwrap());
        assert_eq!(asked_by(&mut db, 1).await, 2);
        write!(db, |tx| person_merges::part(tx, &one, AMINA, (INES, NOW + 9)).await.unwrap());
        assert_eq!(asked_by(&mut db, 1).await, 3);
        write!(db, |tx| questions::forget(tx, &[MessageId(3)]).await.unwrap());
        assert_eq!(asked_by(&mut db, 1).await, 2);
    });
}

#[test]
fn who_got_no_answer_after_all_asks_again() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            let used = used();
            article_uses::add(tx, &[used]).await.unwrap();
            questions::recount(tx, &[1]).await.unwrap();
            deliveries::add(tx, &delivery(9)).await.unwrap();
        });
        assert_eq!(asked_by(&mut db, 1).await, 1);
        let (queued, failed) = ([DeliveryState::Queued], DeliveryState::Failed);
        write!(db, |tx| {
            assert!(deliveries::set_state(tx, DeliveryId(9), &queued, failed, None, NOW + 6).await.unwrap());
        });
        assert_eq!(asked_by(&mut db, 1).await, 2);
        assert_eq!(article_uses::counts(&mut db, 7).await.unwrap(), []);
        assert_eq!(article_uses::of_article(&mut db, 7, None, 9).await.unwrap(), []);
        write!(db, |tx| assert!(deliveries::note_arrived(tx, DeliveryId(9), NOW + 7).await.unwrap()));
        assert_eq!(asked_by(&mut db, 1).await, 1);
        write!(db, |tx| assert_eq!(article_uses::forget(tx, &[MessageId(9)]).await.unwrap(), 1));
        assert_eq!(asked_by(&mut db, 1).await, 2);
    });
}
