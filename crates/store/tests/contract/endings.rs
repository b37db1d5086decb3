use crate::support::{NOW, before, conversation, on_both, write};
use tertulia_model::{ConversationId, UserId};
use tertulia_store::{
    conversations::{self, Conversation, Outcome},
    endings::{self, Ending},
    keys,
    listing::{self, InboxFilter},
    merges,
};

const HERE: ConversationId = ConversationId(1);
const THERE: ConversationId = ConversationId(2);
const ALL: (i64, i64) = (i64::MIN, i64::MAX);

fn ending(n: i64, outcome: &str) -> Ending {
    let at = NOW + n;
    Ending {
        id: n,
        conversation_id: HERE,
        written_in: HERE,
        place: keys::place(at, n),
        outcome: outcome.to_owned(),
        by_user: UserId(7),
        at,
    }
}

#[test]
fn each_time_that_a_conversation_ended_stays_known_until_it_is_taken_back() {
    on_both(async |mut db| {
        let (one, other) = (ending(1, "answered"), ending(2, "listened"));
        write!(db, |tx| {
            endings::add(tx, &one).await.unwrap();
            endings::add(tx, &other).await.unwrap();
        });
        assert_eq!(endings::of_conversation(&mut db, HERE, ALL, 9).await.unwrap(), [other.clone(), one.clone()]);
        let between = (one.place, other.place);
        assert_eq!(endings::of_conversation(&mut db, HERE, between, 9).await.unwrap(), std::slice::from_ref(&one));
        write!(db, |tx| endings::take_back(tx, HERE, other.at).await.unwrap());
        assert_eq!(endings::of_conversation(&mut db, HERE, ALL, 9).await.unwrap(), [one]);
    });
}

#[test]
fn endings_go_with_their_conversation_into_another_and_back() {
    on_both(async |mut db| {
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1), conversation(2)]).await.unwrap();
            endings::add(tx, &ending(1, "listened")).await.unwrap();
            merges::join(tx, &before(HERE, THERE), NOW).await.unwrap();
        });
        assert_eq!(endings::of_conversation(&mut db, THERE, ALL, 9).await.unwrap().len(), 1);
        write!(db, |tx| merges::part(tx, &before(HERE, THERE), THERE).await.unwrap());
        assert_eq!(endings::of_conversation(&mut db, HERE, ALL, 9).await.unwrap(), [ending(1, "listened")]);
    });
}

#[test]
fn what_is_open_has_not_ended_and_closed_ones_are_found_by_how_they_did() {
    on_both(async |mut db| {
        let outcome = Outcome { outcome: "listened".to_owned(), by: UserId(7), at: NOW };
        let ended = |n: i64, state: &str| {
            let mut one = Conversation { state: state.to_owned(), ..conversation(n) };
            one.end(Some(outcome.clone()));
            one
        };
        write!(db, |tx| {
            let all =
                [ended(1, "closed"), ended(2, "open"), Conversation { state: "closed".to_owned(), ..conversation(3) }];
            conversations::put(tx, &all).await.unwrap();
        });
        let stored = conversations::get(&mut db, HERE).await.unwrap().unwrap();
        assert_eq!(stored.ended(), Some(outcome));
        assert_eq!(conversations::get(&mut db, THERE).await.unwrap().unwrap().outcome, None, "it is open");
        let listened = InboxFilter { state: Some("closed"), outcome: Some("listened"), ..InboxFilter::default() };
        let rows = listing::inbox(&mut db, UserId(1), listened, None, 9).await.unwrap();
        assert_eq!(
            rows.iter().map(|row| (row.id, row.outcome.as_deref())).collect::<Vec<_>>(),
            [(HERE, Some("listened"))]
        );
        assert_eq!(listing::count(&mut db, UserId(1), [listened], 9).await.unwrap()[0], 1);
        // They write again: it is open, and has not ended.
        write!(db, |tx| {
            let open = Conversation { state: "open".to_owned(), ..stored };
            conversations::put(tx, &[open]).await.unwrap();
        });
        assert_eq!(listing::count(&mut db, UserId(1), [listened], 9).await.unwrap()[0], 0);
    });
}
