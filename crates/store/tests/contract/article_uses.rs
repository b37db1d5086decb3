use crate::support::{NOW, before, body, conversation, message, on_both, person, write};
use tertulia_model::{ConversationId, MessageId, PersonId, UserId};
use tertulia_store::{
    Db, Tx,
    article_uses::{self, Count, Use},
    conversations::{self, Conversation},
    merges, messages,
    messages::NewMessage,
    people,
};

/// The use of an article in the `n`th message, of the `n`th conversation.
fn used(n: i64, article_id: i64) -> Use {
    Use {
        id: n * 10 + article_id,
        article_id,
        message_id: MessageId(n),
        conversation_id: ConversationId(n),
        used_by: UserId(1),
        used_at: NOW + n,
        helped: None,
        said_by: None,
        said_at: None,
    }
}

async fn stage(tx: &mut Tx) {
    people::add_persons(tx, &[person(1, "Amina")]).await.unwrap();
    let with_amina = |n| Conversation { person_id: Some(PersonId(1)), ..conversation(n) };
    conversations::put(tx, &[with_amina(1), with_amina(2), conversation(3)]).await.unwrap();
    let ours = |n| NewMessage { conversation_id: Some(ConversationId(n)), direction: "ours", ..message(n) };
    messages::add(tx, &[ours(1), ours(2), ours(3)]).await.unwrap();
    messages::add_bodies(tx, &[body(1), body(2), body(3)]).await.unwrap();
    article_uses::add(tx, &[used(1, 7), used(1, 8), used(2, 7), used(3, 7)]).await.unwrap();
}

async fn of(db: &mut Db, messages: &[i64]) -> Vec<i64> {
    let ids: Vec<MessageId> = messages.iter().map(|n| MessageId(*n)).collect();
    article_uses::of_messages(db, &ids).await.unwrap().into_iter().map(|one| one.id).collect()
}

#[test]
fn what_is_said_of_an_article_is_counted_by_answers_and_by_people() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            let one = article_uses::get_to_change(tx, 17).await.unwrap().unwrap();
            assert_eq!(one, used(1, 7));
            article_uses::say(tx, 17, Some(("helped", UserId(2), NOW + 9))).await.unwrap();
            article_uses::say(tx, 27, Some(("helped", UserId(2), NOW + 9))).await.unwrap();
        });
        let count =
            |helped: Option<&str>, answers, people| Count { helped: helped.map(str::to_owned), answers, people };
        let mut counts = article_uses::counts(&mut db, 7).await.unwrap();
        counts.sort_by_key(|count| count.helped.clone());
        assert_eq!(counts, [count(None, 1, 0), count(Some("helped"), 2, 1)]);
        let said = article_uses::get(&mut db, 17).await.unwrap().unwrap();
        assert_eq!(
            (said.helped.as_deref(), said.said_by, said.said_at),
            (Some("helped"), Some(UserId(2)), Some(NOW + 9))
        );
        write!(db, |tx| article_uses::say(tx, 17, None).await.unwrap());
        assert_eq!(article_uses::get(&mut db, 17).await.unwrap(), Some(used(1, 7)));
        let places = article_uses::of_article(&mut db, 7, Some(37), 10).await.unwrap();
        assert_eq!(places.iter().map(|place| place.used.id).collect::<Vec<_>>(), [27, 17]);
        assert_eq!((places[0].person_id, places[0].person_name.as_deref()), (Some(PersonId(1)), Some("Amina")));
    });
}

#[test]
fn a_use_goes_with_its_message_taken_back_merged_and_parted() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        assert_eq!(of(&mut db, &[1, 3]).await, [17, 18, 37]);
        write!(db, |tx| messages::bury(tx, MessageId(2), message(2).place).await.unwrap());
        assert_eq!(of(&mut db, &[2]).await, [27], "that it was put in holds no words");
        write!(db, |tx| messages::remove(tx, MessageId(1), message(1).place).await.unwrap());
        assert_eq!(of(&mut db, &[1]).await, [0; 0]);
        write!(db, |tx| merges::join(tx, &before(ConversationId(3), ConversationId(2)), NOW).await.unwrap());
        let at = |one: Option<Use>| one.unwrap().conversation_id;
        assert_eq!(at(article_uses::get(&mut db, 37).await.unwrap()), ConversationId(2));
        write!(db, |tx| {
            merges::part(tx, &before(ConversationId(3), ConversationId(2)), ConversationId(2)).await.unwrap();
        });
        assert_eq!(at(article_uses::get(&mut db, 37).await.unwrap()), ConversationId(3));
        assert_eq!(write!(db, |tx| article_uses::forget(tx, &[MessageId(3)]).await.unwrap()), 1);
        assert_eq!(of(&mut db, &[3]).await, [0; 0]);
    });
}
