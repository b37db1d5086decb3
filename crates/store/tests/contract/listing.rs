use crate::{
    deliveries::delivery,
    support::{NOW, conversation, on_both, person, write},
};
use tertulia_model::{ConversationId, PersonId, UserId};
use tertulia_store::{
    Db, conversations,
    conversations::Conversation,
    deliveries::{self, Delivery},
    listing::{self, Below, InboxFilter, Whose},
    people,
};

const ME: UserId = UserId(1);

#[test]
fn the_inbox_pages_through_equal_times_without_loss_or_repetition() {
    on_both(async |mut db| {
        // Ten conversations in three moments.
        let all: Vec<_> = (1..=10).map(|n| Conversation { last_at: NOW + n % 3, ..conversation(n) }).collect();
        write!(db, |tx| conversations::put(tx, &all).await.unwrap());
        let filter = InboxFilter { state: Some("open"), ..InboxFilter::default() };
        let (mut seen, mut below) = (Vec::new(), None);
        loop {
            let page = listing::inbox(&mut db, ME, filter, below, 4).await.unwrap();
            let Some(last) = page.last() else { break };
            below = Some(Below { last_at: last.last_at, id: last.id });
            seen.extend(page.iter().map(|row| (row.last_at, row.id.0)));
            assert!(seen.len() <= all.len(), "the pages do not end: {seen:?}");
        }
        let mut expected: Vec<_> = all.iter().map(|c| (c.last_at, c.id.0)).collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(seen, expected);
        let (last_at, id) = expected[3];
        let filter = InboxFilter { down_to: Some(Below { last_at, id: ConversationId(id) }), ..filter };
        let shown = listing::inbox(&mut db, ME, filter, None, 10).await.unwrap();
        assert_eq!(shown.iter().map(|row| (row.last_at, row.id.0)).collect::<Vec<_>>(), expected[..4]);
    });
}

#[test]
fn the_inbox_is_narrowed_by_state_member_and_person() {
    on_both(async |mut db| {
        let mine = Conversation { assignee_id: Some(ME), person_id: Some(PersonId(3)), ..conversation(1) };
        let closed = Conversation { state: "closed".to_owned(), assignee_id: Some(ME), ..conversation(2) };
        write!(db, |tx| {
            people::add_persons(tx, &[person(3, "أمينة")]).await.unwrap();
            conversations::put(tx, &[mine, closed, conversation(3)]).await.unwrap();
        });
        let ids = async |db: &mut Db, filter: InboxFilter<'_>| {
            let rows = listing::inbox(db, ME, filter, None, 10).await.unwrap();
            rows.into_iter().map(|row| row.id.0).collect::<Vec<_>>()
        };
        let all = InboxFilter::default();
        assert_eq!(ids(&mut db, all).await, [3, 2, 1]);
        assert_eq!(ids(&mut db, InboxFilter { state: Some("open"), ..all }).await, [3, 1]);
        assert_eq!(ids(&mut db, InboxFilter { whose: Whose::Of(ME), ..all }).await, [2, 1]);
        assert_eq!(ids(&mut db, InboxFilter { whose: Whose::Of(ME), state: Some("open"), ..all }).await, [1]);
        assert_eq!(ids(&mut db, InboxFilter { whose: Whose::Nobodys, ..all }).await, [3]);
        assert_eq!(ids(&mut db, InboxFilter { person: Some(PersonId(3)), ..all }).await, [1]);
        let row = listing::inbox_row(&mut db, ME, ConversationId(1)).await.unwrap().unwrap();
        assert_eq!((row.person_name.as_deref(), row.subject.as_str()), (Some("أمينة"), "About order 1"));
        assert_eq!(listing::inbox_row(&mut db, ME, ConversationId(9)).await.unwrap(), None);
        assert_eq!(listing::count(&mut db, "open", Whose::Everybodys, 10).await.unwrap(), 2);
        assert_eq!(listing::count(&mut db, "open", Whose::Everybodys, 1).await.unwrap(), 1, "counting stops");
        assert_eq!(listing::count(&mut db, "open", Whose::Of(ME), 10).await.unwrap(), 1);
        assert_eq!(listing::count(&mut db, "closed", Whose::Nobodys, 10).await.unwrap(), 0);
    });
}

#[test]
fn a_conversation_is_unread_for_who_has_not_seen_its_news() {
    on_both(async |mut db| {
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1)]).await.unwrap();
            conversations::mark_read(tx, ME, ConversationId(1), conversation(1).news).await.unwrap();
        });
        let unread = async |db: &mut Db, user: i64| {
            listing::inbox_row(db, UserId(user), ConversationId(1)).await.unwrap().unwrap().unread
        };
        assert!(!unread(&mut db, 1).await);
        assert!(unread(&mut db, 2).await);
        // However old the date is that its writer gave it.
        let more = Conversation { news: conversation(2).news, ..conversation(1) };
        write!(db, |tx| conversations::put(tx, &[more]).await.unwrap());
        assert!(unread(&mut db, 1).await);
    });
}

#[test]
fn a_row_tells_the_worst_that_became_of_our_messages_and_nobody_has_left_so() {
    use tertulia_model::DeliveryState::{Failed, Sent, Unknown};
    on_both(async |mut db| {
        let ended = |n: i64, state| Delivery { state, ..delivery(n) };
        let left = Delivery { left_by: Some(ME), left_at: Some(NOW), ..ended(4, Failed) };
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1)]).await.unwrap();
            for one in [ended(1, Sent), ended(2, Unknown), left] {
                deliveries::add(tx, &one).await.unwrap();
            }
        });
        let trouble = async |db: &mut Db| listing::inbox_row(db, ME, ConversationId(1)).await.unwrap().unwrap().trouble;
        assert_eq!(trouble(&mut db).await.as_deref(), Some("unknown"));
        write!(db, |tx| deliveries::add(tx, &ended(3, Failed)).await.unwrap());
        assert_eq!(trouble(&mut db).await.as_deref(), Some("failed"));
    });
}

#[test]
fn what_one_has_not_read_is_counted_among_the_newest_open_conversations() {
    on_both(async |mut db| {
        let closed = Conversation { state: "closed".to_owned(), ..conversation(4) };
        write!(db, |tx| {
            conversations::put(tx, &[conversation(1), conversation(2), conversation(3), closed]).await.unwrap();
            conversations::mark_read(tx, ME, ConversationId(2), conversation(2).news).await.unwrap();
        });
        assert_eq!(listing::count_unread(&mut db, ME, 10).await.unwrap(), 2);
        assert_eq!(listing::count_unread(&mut db, UserId(2), 10).await.unwrap(), 3, "each reads for themselves");
        assert_eq!(listing::count_unread(&mut db, ME, 2).await.unwrap(), 1, "no further than that is looked");
    });
}

#[test]
fn who_waits_longest_comes_first() {
    on_both(async |mut db| {
        let waits = |n: i64, since: Option<i64>| Conversation { waiting_since: since, ..conversation(n) };
        let closed = Conversation { state: "closed".to_owned(), ..waits(4, Some(NOW)) };
        let all = [waits(1, Some(NOW + 9)), waits(2, None), waits(3, Some(NOW + 1)), closed];
        write!(db, |tx| conversations::put(tx, &all).await.unwrap());
        let rows = listing::longest_waiting(&mut db, ME, 5).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id.0).collect::<Vec<_>>(), [3, 1]);
    });
}

#[test]
fn a_row_says_whether_the_last_word_was_ours_and_nobody_waits() {
    on_both(async |mut db| {
        let theirs = conversation(1);
        let ours = Conversation { last_place: conversation(2).last_place + 1, ..conversation(2) };
        let late = Conversation { waiting_since: Some(NOW), id: ConversationId(3), ..ours.clone() };
        write!(db, |tx| conversations::put(tx, &[theirs, ours, late]).await.unwrap());
        let rows = listing::inbox(&mut db, ME, InboxFilter::default(), None, 10).await.unwrap();
        assert_eq!(
            rows.iter().map(|row| (row.id.0, row.ours_last)).collect::<Vec<_>>(),
            [(3, false), (2, true), (1, false)]
        );
    });
}
