use crate::{
    deliveries::delivery,
    support::{NOW, blob, conversation, on_both, person, write},
};
use tertulia_model::{AttachmentId, ChannelId, ConversationId, MessageId, PersonId, UserId};
use tertulia_store::{
    Db, conversations,
    conversations::Conversation,
    deliveries::{self, Delivery},
    drafts::{self, DraftFile, Key},
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
        let among = async |db: &mut Db, filter: InboxFilter<'_>, ids: &[i64]| {
            let ids: Vec<_> = ids.iter().copied().map(ConversationId).collect();
            let rows = listing::inbox_among(db, ME, filter, None, &ids).await.unwrap();
            rows.into_iter().map(|row| row.id.0).collect::<Vec<_>>()
        };
        assert_eq!(among(&mut db, all, &[1, 3, 9]).await, [3, 1], "and no other, newest first");
        assert_eq!(among(&mut db, InboxFilter { state: Some("open"), ..all }, &[1, 2]).await, [1]);
        assert_eq!(among(&mut db, InboxFilter { whose: Whose::Nobodys, ..all }, &[1, 2]).await, [0_i64; 0]);
        let open = InboxFilter { state: Some("open"), ..all };
        let count = async |db: &mut Db, filter, most| listing::count(db, ME, [filter], most).await.unwrap()[0];
        let several =
            [all, InboxFilter { person: Some(PersonId(3)), ..all }, InboxFilter { state: Some("closed"), ..all }];
        let each = [
            count(&mut db, several[0], 9).await,
            count(&mut db, several[1], 9).await,
            count(&mut db, several[2], 9).await,
        ];
        assert_eq!(listing::count(&mut db, ME, several, 9).await.unwrap(), each, "several at once are counted each");
        assert_eq!(each[1], 1);
        assert_eq!(count(&mut db, open, 10).await, 2);
        assert_eq!(count(&mut db, open, 1).await, 1, "counting stops");
        assert_eq!(count(&mut db, InboxFilter { whose: Whose::Of(ME), ..open }, 10).await, 1);
        assert_eq!(count(&mut db, InboxFilter { state: Some("closed"), whose: Whose::Nobodys, ..all }, 10).await, 0);
    });
}

#[test]
fn the_inbox_is_narrowed_by_channel() {
    on_both(async |mut db| {
        let chat = ChannelId(8);
        let closed = Conversation { state: "closed".to_owned(), channel_id: chat, ..conversation(2) };
        let mine = Conversation { assignee_id: Some(ME), channel_id: chat, ..conversation(3) };
        let all = [conversation(1), closed, mine, Conversation { channel_id: chat, ..conversation(4) }];
        write!(db, |tx| conversations::put(tx, &all).await.unwrap());
        let of_chat = InboxFilter { channel: Some(chat), ..InboxFilter::default() };
        let open = InboxFilter { state: Some("open"), ..of_chat };
        for (filter, expected) in [
            (of_chat, vec![4, 3, 2]),
            (open, vec![4, 3]),
            (InboxFilter { whose: Whose::Of(ME), ..open }, vec![3]),
            (InboxFilter { whose: Whose::Nobodys, ..open }, vec![4]),
        ] {
            let rows = listing::inbox(&mut db, ME, filter, None, 10).await.unwrap();
            assert_eq!(rows.iter().map(|row| row.id.0).collect::<Vec<_>>(), expected);
            assert_eq!(listing::count(&mut db, ME, [filter], 10).await.unwrap()[0], expected.len() as i64);
        }
    });
}

#[test]
fn what_one_has_begun_to_write_is_marked_and_found_again() {
    on_both(async |mut db| {
        let (answer, forward) = (|n| Key::answer(ME, ConversationId(n)), |n, m| Key::forward(ME, ConversationId(n), m));
        let file = DraftFile {
            id: AttachmentId(1),
            name: "label.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            content: blob(3),
        };
        let passed_on = MessageId(70);
        write!(db, |tx| {
            let all: Vec<_> = (1..=9).map(conversation).collect();
            conversations::put(tx, &all).await.unwrap();
            let closed = Conversation { state: "closed".to_owned(), ..conversation(2) };
            conversations::put(tx, &[closed]).await.unwrap();
            drafts::save(tx, answer(1), r#"{"text":"Dear Amina","to":""}"#, NOW).await.unwrap();
            drafts::save(tx, answer(2), r#"{"channel":"7","text":"She wrote \"text\":\"\""}"#, NOW).await.unwrap();
            drafts::save(tx, answer(3), r#"{"channel":"7","text":""}"#, NOW).await.unwrap();
            drafts::save(tx, forward(4, passed_on), "{}", NOW).await.unwrap();
            drafts::add_file(tx, forward(4, passed_on), &DraftFile { id: AttachmentId(2), ..file.clone() }, NOW)
                .await
                .unwrap();
            drafts::save(tx, forward(5, passed_on), r#"{"text":"Look at this"}"#, NOW).await.unwrap();
            drafts::add_file(tx, answer(6), &file, NOW).await.unwrap();
            drafts::save(tx, answer(7), r#"{"text":"Never mind"}"#, NOW).await.unwrap();
            drafts::throw_away(tx, answer(7), NOW).await.unwrap();
            drafts::save(tx, Key::answer(UserId(2), ConversationId(8)), r#"{"text":"Hers"}"#, NOW).await.unwrap();
        });
        let begun = InboxFilter { begun: true, ..InboxFilter::default() };
        let rows = listing::inbox(&mut db, ME, begun, None, 20).await.unwrap();
        let found: Vec<_> = rows.iter().map(|row| (row.id.0, row.begun)).collect();
        assert_eq!(found, [(6, Some(0)), (5, Some(passed_on.0)), (2, Some(0)), (1, Some(0))]);
        assert_eq!(listing::count(&mut db, ME, [begun], 20).await.unwrap()[0], 4);
        let all = listing::inbox(&mut db, ME, InboxFilter::default(), None, 20).await.unwrap();
        let marked: Vec<_> = all.iter().filter(|row| row.begun.is_some()).map(|row| row.id.0).collect();
        assert_eq!(marked, [6, 5, 2, 1], "the mark and the list say the same");
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
