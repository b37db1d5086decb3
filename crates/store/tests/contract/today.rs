use crate::{
    deliveries::delivery,
    monitors::monitor,
    promises::promise,
    support::{NOW, conversation, identity, message, on_both, person, write},
};
use tertulia_model::{ChannelId, ConversationId, DeliveryState, MessageId, Millis, MonitorId, PersonId, UserId};
use tertulia_store::{
    Db, Tx,
    conversations::{self, Conversation},
    deliveries::{self, Delivery},
    keys,
    mentions::{self, Mention},
    messages::{self, NewMessage, flags},
    monitors::{self, Monitor},
    people,
    promises::{self, Promise},
    today::{self, Work},
    today_cards::{self, Decided, Key},
};

const ME: UserId = UserId(1);
const DAY: Millis = 86_400_000;
const TODAY: i64 = 20_717;

/// The `n`th conversation, in which the `n`th person waits since its minute.
fn waits(n: i64) -> Conversation {
    let held = conversation(n);
    Conversation { person_id: Some(PersonId(n)), waiting_since: Some(held.created_at), ..held }
}

fn theirs(n: i64) -> NewMessage {
    let conversation_id = Some(ConversationId(n));
    NewMessage { person_id: Some(PersonId(n)), conversation_id, auto: "person", flags: flags::ADDRESSED, ..message(n) }
}

/// A later message of ours in the `n`th conversation.
fn ours(id: i64, n: i64) -> NewMessage {
    NewMessage { conversation_id: Some(ConversationId(n)), direction: "ours", auto: "person", ..message(id) }
}

async fn stage(tx: &mut Tx, held: &[Conversation]) {
    let each: Vec<_> = (1..=9).map(|n| person(n, &format!("Person {n}"))).collect();
    people::add_persons(tx, &each).await.unwrap();
    let handles: Vec<_> = (1..=8).map(|n| identity(n, n, &format!("p{n}@home.example"))).collect();
    people::add_identities(tx, &handles).await.unwrap();
    people::add_identities(tx, &[identity(9, 9, "No-Reply@shop.example")]).await.unwrap();
    messages::add(tx, &(1..=9).map(theirs).collect::<Vec<_>>()).await.unwrap();
    conversations::put(tx, held).await.unwrap();
}

async fn first(db: &Db, work: Work) -> Vec<i64> {
    let rows = today::first_timers(&mut db.reader(), work, (TODAY, i64::MAX), 20).await.unwrap();
    rows.into_iter().map(|row| row.conversation_id.0).collect()
}

fn decision(id: i64, kind: &str, subject_id: i64) -> Decided {
    Decided {
        id,
        key: Key { kind: kind.to_owned(), subject_id, cause: 0 },
        person_id: None,
        conversation_id: None,
        state: "done".to_owned(),
        from_day: TODAY,
        holder_id: None,
        passed_by: None,
        note: String::new(),
        by_user: ME,
        at: NOW,
        version: 0,
    }
}

#[test]
fn what_of_ours_failed_answers_nobody() {
    on_both(async |db| {
        write!(db, |tx| {
            stage(tx, &[waits(1), waits(2), waits(3)]).await;
            messages::add(tx, &[ours(21, 1), ours(22, 2), ours(23, 3)]).await.unwrap();
            let failed = Delivery { state: DeliveryState::Failed, ..delivery(21) };
            for one in [failed, delivery(22)] {
                deliveries::add(tx, &one).await.unwrap();
            }
        });
        assert_eq!(first(&db, Work::Of(ME)).await, [1]);
        let answered = async |n| today::answered_since(&mut db.reader(), PersonId(n), 0).await.unwrap();
        assert_eq!([answered(1).await, answered(2).await, answered(3).await], [false, true, true]);
    });
}

#[test]
fn whether_more_wait_than_are_looked_at_is_told() {
    on_both(async |db| {
        write!(db, |tx| stage(tx, &[waits(1), waits(2), conversation(3)]).await);
        let are_more = async |than| today::are_more_unanswered(&mut db.reader(), than).await.unwrap();
        assert_eq!([are_more(1).await, are_more(2).await], [true, false]);
    });
}

#[test]
fn who_wrote_for_the_first_time_waits_until_they_are_answered_and_machines_do_not() {
    on_both(async |db| {
        write!(db, |tx| {
            let closed = Conversation { state: "closed".to_owned(), waiting_since: None, ..waits(11) };
            let earlier = Conversation { person_id: Some(PersonId(5)), ..closed };
            let held = [
                waits(1),
                waits(2),
                Conversation { assignee_id: Some(UserId(2)), ..waits(3) },
                Conversation { state: "snoozed".to_owned(), ..waits(4) },
                waits(5),
                Conversation { assignee_id: Some(ME), ..waits(6) },
                // They wait again, long after the conversation began.
                Conversation { waiting_since: Some(waits(7).created_at + 2 * DAY), ..waits(7) },
                // Of one that was answered on its first day.
                waits(8),
                waits(9),
                earlier,
            ];
            stage(tx, &held).await;
            // What of the first was passed on to others is no answer to them.
            let forward = NewMessage { flags: flags::FORWARD, ..ours(81, 1) };
            messages::add(tx, &[ours(80, 8), forward]).await.unwrap();
        });
        assert_eq!(first(&db, Work::Of(ME)).await, [1, 2, 6], "whoever waits longest first");
        assert_eq!(first(&db, Work::Of(UserId(2))).await, [1, 2, 3]);
        assert_eq!(first(&db, Work::All).await, [1, 2, 3, 6]);
        let early = today::first_timers(&mut db.reader(), Work::All, (TODAY, waits(2).created_at), 20).await.unwrap();
        assert_eq!(early.len(), 1);
        assert_eq!((early[0].person_name.as_deref(), early[0].words.as_str()), (Some("Person 1"), "Where is 1"));
        write!(db, |tx| {
            today_cards::hold(tx, &decision(1, "first", 1)).await.unwrap();
            let later = Decided { state: "open".to_owned(), from_day: TODAY + 1, ..decision(2, "first", 2) };
            today_cards::hold(tx, &later).await.unwrap();
            let mine = Decided {
                state: "open".to_owned(),
                holder_id: Some(ME),
                passed_by: Some(UserId(2)),
                note: "Yours".to_owned(),
                ..decision(3, "first", 6)
            };
            today_cards::hold(tx, &mine).await.unwrap();
        });
        assert_eq!(first(&db, Work::Of(ME)).await, [6]);
        let tomorrow = today::first_timers(&mut db.reader(), Work::Of(ME), (TODAY + 1, i64::MAX), 9).await.unwrap();
        let notes: Vec<_> =
            tomorrow.iter().map(|row| (row.conversation_id.0, row.note.as_deref(), row.passed_by)).collect();
        assert_eq!(notes, [(2, None, None), (6, Some("Yours"), Some(UserId(2)))]);
    });
}

#[test]
fn whoever_was_first_answered_on_a_day_is_counted_once_and_nobody_else() {
    on_both(async |db| {
        let said = |id: i64, person: i64, flags: i64| NewMessage {
            person_id: Some(PersonId(person)),
            conversation_id: Some(ConversationId(id)),
            auto: "person",
            flags,
            ..message(id)
        };
        let held = |n: i64, person: i64| Conversation { id: ConversationId(n), waiting_since: None, ..waits(person) };
        let early = |id: i64, n: i64| NewMessage { place: keys::place(NOW - DAY, id), at: NOW - DAY, ..ours(id, n) };
        write!(db, |tx| {
            // The first in two places; of the others one waits, one was only overheard, one was brought in; to one something
            // was passed on; one was answered before; nobody reads what goes to the last.
            let held =
                [held(1, 1), held(21, 1), waits(2), held(23, 3), held(24, 4), held(5, 5), held(6, 6), held(9, 9)];
            stage(tx, &held).await;
            let forward = NewMessage { flags: flags::FORWARD, ..ours(85, 5) };
            let theirs =
                [said(21, 1, flags::ADDRESSED), said(23, 3, 0), said(24, 4, flags::ADDRESSED | flags::HISTORY)];
            messages::add(tx, &theirs).await.unwrap();
            let ours = [
                ours(81, 1),
                ours(82, 21),
                ours(83, 23),
                ours(84, 24),
                forward,
                early(60, 6),
                ours(86, 6),
                ours(89, 9),
            ];
            messages::add(tx, &ours).await.unwrap();
        });
        let count =
            async |from, until| today::count_answered(&mut db.reader(), Work::Of(ME), (from, until), 9).await.unwrap();
        assert_eq!((count(NOW, NOW + DAY).await, count(NOW + DAY, NOW + 2 * DAY).await), (1, 0));
    });
}

#[test]
fn what_is_due_is_of_whoever_has_the_conversation_or_was_passed_the_card() {
    on_both(async |db| {
        write!(db, |tx| {
            let others = Conversation { assignee_id: Some(UserId(2)), ..waits(3) };
            stage(tx, &[waits(1), waits(2), others, waits(4)]).await;
            let all = [
                promise(1, "open", Some(NOW + 2)),
                promise(2, "open", Some(NOW + 1)),
                promise(3, "open", Some(NOW)),
                // Of those that were settled: within the day, later, and before it was due.
                Promise { closed_at: Some(NOW + 5), ..promise(4, "kept", Some(NOW - 9 * DAY)) },
                Promise { closed_at: Some(NOW + 2 * DAY), ..promise(7, "broken", Some(NOW)) },
                Promise { closed_at: Some(NOW + 5), ..promise(8, "kept", Some(NOW + 3 * DAY)) },
                promise(5, "open", None),
                promise(6, "open", Some(NOW + DAY)),
            ];
            promises::add(tx, &all).await.unwrap();
            let said = NewMessage { sent_by: Some(UserId(2)), ..ours(20, 2) };
            messages::add(tx, &[said]).await.unwrap();
            promises::add(tx, &[Promise { message_id: MessageId(20), ..promise(9, "open", Some(NOW + 3)) }])
                .await
                .unwrap();
        });
        let mine = today::due_promises(&mut db.reader(), Work::Of(ME), (TODAY, NOW + DAY), 9).await.unwrap();
        assert_eq!(
            mine.iter().map(|due| (due.promise_id, due.promised_by)).collect::<Vec<_>>(),
            [(2, None), (1, None), (9, Some(UserId(2)))],
            "who wrote it, whoever has it now"
        );
        write!(db, |tx| tx.run("DELETE FROM promises WHERE id = 9", vec![]).await.unwrap());
        let due = async |member| {
            let found = today::due_promises(&mut db.reader(), Work::Of(member), (TODAY, NOW + DAY), 9).await.unwrap();
            found.into_iter().map(|due| (due.promise_id, due.note)).collect::<Vec<_>>()
        };
        assert_eq!(due(ME).await, [(2, None), (1, None)]);
        write!(db, |tx| {
            let passed = Decided {
                state: "open".to_owned(),
                holder_id: Some(UserId(2)),
                passed_by: Some(ME),
                note: "You said it".to_owned(),
                ..decision(1, "promise", 2)
            };
            today_cards::hold(tx, &passed).await.unwrap();
            let later = Decided { state: "open".to_owned(), from_day: TODAY + 1, ..decision(2, "promise", 1) };
            today_cards::hold(tx, &later).await.unwrap();
        });
        assert_eq!(due(ME).await, []);
        assert_eq!(due(UserId(2)).await, [(3, None), (2, Some("You said it".to_owned()))]);
        let settled =
            async |member| today::count_settled(&mut db.reader(), Work::Of(member), (NOW, NOW + DAY), 9).await.unwrap();
        assert_eq!(settled(ME).await, 1);
        let all = today::due_promises(&mut db.reader(), Work::All, (TODAY, NOW + DAY), 9).await.unwrap();
        assert_eq!(all.len(), 2);
    });
}

#[test]
fn who_was_silent_for_long_and_waits_now_came_back() {
    on_both(async |db| {
        let long_ago = |id: i64, person: i64, days: i64| NewMessage {
            id: MessageId(id),
            place: keys::place(NOW - days * DAY, id),
            at: NOW - days * DAY,
            person_id: Some(PersonId(person)),
            source_key: keys::source_key("mail", &id.to_string()),
            ..theirs(person)
        };
        write!(db, |tx| {
            stage(tx, &[waits(1), waits(2), waits(3), Conversation { assignee_id: Some(UserId(2)), ..waits(4) }]).await;
            let robot = NewMessage { auto: "reply", ..long_ago(103, 1, 20) };
            let all = [long_ago(101, 1, 90), robot, long_ago(102, 2, 20), long_ago(104, 4, 90)];
            messages::add(tx, &all).await.unwrap();
        });
        let back = async |since| {
            let found = today::came_back(&mut db.reader(), Work::Of(ME), (since, 60 * DAY), 9).await.unwrap();
            found.into_iter().map(|row| (row.person_id.0, row.before)).collect::<Vec<_>>()
        };
        assert_eq!(back(NOW - DAY).await, [(1, keys::place(NOW - 90 * DAY, 101))]);
        assert_eq!(back(NOW + DAY).await, [], "they have waited for longer");
    });
}

#[test]
fn who_wrote_and_was_answered_since_is_known_from_who_was_only_written_to() {
    on_both(async |db| {
        write!(db, |tx| {
            let forward = NewMessage { flags: flags::FORWARD, ..ours(82, 2) };
            let before = NewMessage { place: keys::place(NOW - DAY, 83), at: NOW - DAY, ..ours(83, 3) };
            let robot = NewMessage { auto: "reply", ..theirs(4) };
            let all = [theirs(1), ours(81, 1), theirs(2), forward, before, theirs(3), robot, ours(84, 4)];
            messages::add(tx, &all).await.unwrap();
        });
        let long_ago = keys::place_at(NOW - 90 * DAY);
        let answered =
            async |person, place| today::answered_since(&mut db.reader(), PersonId(person), place).await.unwrap();
        assert!(answered(1, long_ago).await && !answered(1, theirs(1).place).await);
        for person in [2, 3, 4] {
            assert!(!answered(person, long_ago).await, "{person}");
        }
    });
}

#[test]
fn quiet_is_who_talked_with_us_last_and_long_ago() {
    on_both(async |db| {
        let until = NOW + 10 * DAY;
        let quiet = |n: i64, days: i64| {
            let at = NOW + days * DAY;
            let place = keys::place(at, n);
            let state = "closed".to_owned();
            Conversation {
                state,
                waiting_since: None,
                last_at: at,
                last_place: place,
                last_theirs_place: place,
                ..waits(n)
            }
        };
        write!(db, |tx| {
            let newer = Conversation { id: ConversationId(22), ..quiet(2, 20) };
            let open = Conversation { state: "open".to_owned(), ..quiet(5, 4) };
            stage(tx, &[quiet(1, 3), quiet(2, 5), newer, quiet(3, 6), quiet(4, 12), open]).await;
            // Who spoke elsewhere since is not silent.
            let elsewhere = NewMessage {
                place: keys::place(NOW + 15 * DAY, 300),
                at: NOW + 15 * DAY,
                person_id: Some(PersonId(3)),
                ..message(300)
            };
            messages::add(tx, &[elsewhere]).await.unwrap();
        });
        let found = today::quiet(&mut db.reader(), (NOW, until), (100, 9)).await.unwrap();
        assert_eq!(found.iter().map(|one| one.person_id.0).collect::<Vec<_>>(), [1]);
        let silent =
            async |person, place| today::is_silent_since(&mut db.reader(), PersonId(person), place).await.unwrap();
        assert!(silent(1, found[0].last_place).await && !silent(1, found[0].last_place - 1).await);
        assert!(!silent(3, keys::place(NOW + 6 * DAY, 3)).await);
    });
}

#[test]
fn who_speaks_of_us_and_never_talked_is_found_by_what_monitors_found() {
    on_both(async |db| {
        let overheard = |n: i64| NewMessage { conversation_id: None, ..theirs(n) };
        let mention = |n: i64, state: &str| Mention {
            monitor_id: MonitorId(1),
            place: message(n).place,
            message_id: MessageId(n),
            version: 2,
            revision: 1,
            at: message(n).at,
            channel_id: ChannelId(1),
            language: "en".to_owned(),
            state: state.to_owned(),
            decided_by: None,
            decided_at: None,
            found: n,
        };
        write!(db, |tx| {
            let robot = NewMessage { auto: "bulk", ..overheard(3) };
            messages::add(tx, &[overheard(1), overheard(2), robot, theirs(4)]).await.unwrap();
            let all = [mention(1, "new"), mention(2, "noise"), mention(3, "new"), mention(4, "new")];
            mentions::put(tx, &all).await.unwrap();
            monitors::add(tx, &Monitor { version: 2, ..monitor(1, "Us") }).await.unwrap();
            conversations::put(tx, &[waits(4)]).await.unwrap();
        });
        let spoke = async |since| {
            let found = today::spoke_of_us(&mut db.reader(), (MonitorId(1), 2), since, 9).await.unwrap();
            found.into_iter().map(|one| (one.message_id.0, one.person_id.0)).collect::<Vec<_>>()
        };
        assert_eq!((spoke(NOW).await, spoke(NOW + DAY).await), (vec![(1, 1)], vec![]));
        let ids = [1, 2, 3, 5].map(MessageId);
        let mut found = today::found_of(&mut db.reader(), &ids).await.unwrap();
        found.sort_unstable();
        assert_eq!(found, [MessageId(1), MessageId(3)], "noise is left out, and what nobody found");
        let never = async |person| today::never_talked(&mut db.reader(), PersonId(person)).await.unwrap();
        assert!(never(1).await && !never(4).await);
    });
}
