//! What stands beside messages that go: what is being written, how conversations were merged, what is still to be sent.

use crate::{
    deliveries::delivery,
    erasing::{ANA, talk},
    support::{NOW, before, blob, conversation, message, on_both, write},
};
use tertulia_model::{AttachmentId, ConversationId, DeliveryId, DeliveryState, JobId, MessageId, PersonId, UserId};
use tertulia_store::{
    Sql,
    conversations::{self, Conversation},
    deliveries::{self, Delivery},
    drafts::{self, DraftFile, Key},
    erasing::{self, Counts},
    jobs,
    kept::{self, WhichDrafts},
    merges::{self, MovedDraft},
    messages,
};

const BO: PersonId = PersonId(2);

#[test]
fn a_conversation_is_one_persons_until_somebody_else_talks_there_or_it_was_begun_with_them() {
    on_both(async |mut db| {
        talk(&mut db).await;
        let held = [1, 2, 3].map(ConversationId);
        for (person, theirs) in
            [(Some(ANA), vec![ConversationId(1)]), (Some(BO), vec![ConversationId(2)]), (None, vec![])]
        {
            assert_eq!(erasing::without_others(&mut db, person, &held).await.unwrap(), theirs, "{person:?}");
        }
        let with_bo = Conversation { person_id: Some(BO), ..conversation(4) };
        write!(db, |tx| {
            conversations::put(tx, &[with_bo]).await.unwrap();
            merges::join(tx, &before(ConversationId(1), ConversationId(3)), NOW).await.unwrap();
        });
        let merged = erasing::without_others(&mut db, Some(ANA), &held).await.unwrap();
        assert_eq!(merged, [ConversationId(1)], "what became part of another has its messages there");
        assert_eq!(erasing::without_others(&mut db, Some(ANA), &[ConversationId(4)]).await.unwrap(), []);
        let with_nobody = [ConversationId(5)];
        assert_eq!(erasing::without_others(&mut db, None, &with_nobody).await.unwrap(), with_nobody);
    });
}

#[test]
fn drafts_are_read_and_go_by_their_conversation_by_what_they_pass_on_or_one_by_one() {
    on_both(async |mut db| {
        let [amina, bo] = [7, 8].map(UserId);
        let all = [
            Key::answer(amina, ConversationId(1)),
            Key::answer(amina, ConversationId(2)),
            Key::forward(amina, ConversationId(3), MessageId(5)),
            Key::answer(bo, ConversationId(2)),
        ];
        write!(db, |tx| {
            for (n, key) in all.into_iter().enumerate() {
                drafts::save(tx, key, &format!("{{\"n\":{n}}}"), NOW).await.unwrap();
                let id = AttachmentId(n as i64 + 1);
                let (name, media_type) = ("a".to_owned(), "text/plain".to_owned());
                drafts::add_file(tx, key, &DraftFile { id, name, media_type, content: blob(1) }, NOW).await.unwrap();
            }
        });
        let form = |n: usize| format!("{{\"n\":{n}}}");
        let written: Vec<_> = all.into_iter().enumerate().map(|(n, key)| (key, form(n), NOW)).collect();
        assert_eq!(kept::all_drafts(&mut db).await.unwrap(), written);
        let which = WhichDrafts {
            in_conversations: vec![ConversationId(1)],
            passing_on: vec![MessageId(5), MessageId(9)],
            named: vec![all[3]],
        };
        let (forms, files) = kept::drafts(&mut db, &which).await.unwrap();
        let meant = [(ConversationId(1), form(0)), (ConversationId(2), form(3)), (ConversationId(3), form(2))];
        assert_eq!(forms, meant);
        assert_eq!(files.iter().map(|file| file.id.0).collect::<Vec<_>>(), [1, 3, 4]);
        let mut counts = Counts::new();
        write!(db, |tx| erasing::forget_drafts(tx, &which, &mut counts).await.unwrap());
        assert_eq!((counts["drafts"], counts["draft_files"]), (3, 3));
        assert_eq!(kept::all_drafts(&mut db).await.unwrap(), [written[1].clone()]);
        assert_eq!(drafts::files(&mut db, all[1]).await.unwrap().len(), 1);
    });
}

#[test]
fn of_how_a_conversation_stood_before_it_was_merged_stays_what_is_left_of_it_or_nothing() {
    on_both(async |mut db| {
        talk(&mut db).await;
        let (bos, anas) = (ConversationId(2), ConversationId(1));
        let form = "{}".to_owned();
        let moved = MovedDraft { user: UserId(1), from: form.clone(), into: None, became: form, files: Vec::new() };
        write!(db, |tx| {
            let both = merges::Before { drafts: vec![moved], ..before(bos, anas) };
            merges::join(tx, &both, NOW).await.unwrap();
        });
        let (subject, newest) = erasing::left_of_part(&mut db, bos).await.unwrap();
        assert_eq!(subject.as_deref(), Some("About order 3"));
        assert_eq!(newest, Some(("Where is 3".to_owned(), Some(BO))));
        let found = erasing::merges(&mut db, &[anas]).await.unwrap();
        assert_eq!((found.len(), found[0].0), (1, bos));
        assert_eq!(erasing::merges(&mut db, &[bos]).await.unwrap(), found, "on either side");
        assert_eq!(erasing::merges(&mut db, &[ConversationId(3)]).await.unwrap(), []);
        let mut counts = Counts::new();
        let left = Some(("Order 3", "Where is 3"));
        write!(db, |tx| erasing::reword_merge(tx, bos, &found[0].1, left, &mut counts).await.unwrap());
        let kept = merges::before(&mut db, bos).await.unwrap().unwrap();
        assert_eq!((kept.from.subject.as_str(), kept.from.snippet.as_str()), ("Order 3", "Where is 3"));
        assert_eq!((kept.into.subject.as_str(), kept.drafts.len()), ("", 0), "drafts may be to whoever was erased");
        assert_eq!(merges::parts(&mut db, anas, 9).await.unwrap()[0].subject, "Order 3");
        write!(db, |tx| erasing::forget_merges(tx, &[bos], &mut counts).await.unwrap());
        let kept = merges::before(&mut db, bos).await.unwrap().unwrap();
        assert_eq!((kept.from.subject.as_str(), kept.drafts.len(), counts["merges"]), ("", 0, 2));
    });
}

#[test]
fn what_waited_or_did_not_get_through_is_withdrawn_with_its_words_and_where_an_answer_waited_is_told() {
    use DeliveryState::{Failed, Queued, Sent, Unknown, Withdrawn};
    on_both(async |mut db| {
        talk(&mut db).await;
        let one = |n, held, state| Delivery { conversation_id: ConversationId(held), state, ..delivery(n) };
        write!(db, |tx| {
            for (n, held, state) in [(2, 1, Queued), (4, 2, Failed), (6, 3, Unknown), (7, 3, Queued), (8, 3, Sent)] {
                deliveries::add(tx, &one(n, held, state)).await.unwrap();
                jobs::add(tx, JobId(n), "send", n, NOW).await.unwrap();
            }
            tx.run("UPDATE messages SET flags = $1 WHERE id = 7", vec![messages::flags::FORWARD.into()]).await.unwrap();
        });
        let sent = [2, 4, 6, 7, 8].map(MessageId);
        let doomed = erasing::doomed(&mut db, &sent).await.unwrap();
        let mut counts = Counts::new();
        let unsent = write!(db, |tx| erasing::bury(tx, &doomed, str::to_owned, &mut counts).await.unwrap());
        let whose: Vec<_> = unsent.iter().map(|(conversation, _)| *conversation).collect();
        assert_eq!(whose, [ConversationId(1)], "what was passed on answers nobody");
        for (n, state) in [(2, Withdrawn), (4, Withdrawn), (6, Withdrawn), (7, Withdrawn), (8, Sent)] {
            assert_eq!(deliveries::get(&mut db, DeliveryId(n)).await.unwrap().unwrap().state, state, "{n}");
        }
        assert!(deliveries::troubled(&mut db, 9).await.unwrap().is_empty(), "nobody can decide about it any more");
        assert_eq!((counts["deliveries"], counts["jobs"], counts["messages"]), (5, 5, 5));
        assert_eq!(db.number("SELECT COUNT(*) FROM jobs", vec![]).await.unwrap(), 0);
    });
}

#[test]
fn many_messages_lose_their_words_at_once() {
    on_both(async |mut db| {
        talk(&mut db).await;
        let placed = [1, 2, 5].map(|n| (MessageId(n), message(n).place));
        write!(db, |tx| messages::bury_all(tx, &placed).await.unwrap());
        for n in 1..=8 {
            let is_gone = placed.iter().any(|(id, _)| id.0 == n);
            assert_eq!(messages::words(&mut db, MessageId(n)).await.unwrap().is_none(), is_gone, "{n}");
        }
        let deleted = "SELECT COUNT(*) FROM messages WHERE state = 'deleted'";
        assert_eq!(db.number(deleted, vec![]).await.unwrap(), 3);
        assert_eq!(db.number("SELECT COUNT(*) FROM message_terms", vec![]).await.unwrap(), 5);
        write!(db, |tx| messages::bury_all(tx, &[]).await.unwrap());
    });
}
