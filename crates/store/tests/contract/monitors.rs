use crate::support::{NOW, identity, message, on_both, write};
use tertulia_model::{IdentityId, MessageId, MonitorId, PersonId, ThreadId, UserId};
use tertulia_store::{
    mentions, messages,
    messages::NewMessage,
    monitors::{self, Monitor, uses},
    mutes::{self, Mute},
    people, reading, threads,
};

pub fn monitor(n: i64, name: &str) -> Monitor {
    Monitor {
        id: MonitorId(n),
        name: name.to_owned(),
        query: "espresso".to_owned(),
        uses: 0,
        version: 1,
        state: "live".to_owned(),
        behind: Some(i64::MAX),
        behind_from: Some(i64::MAX),
        looked_at: 0,
        created_by: UserId(1),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn edition(count: i64, newest: i64, last: i64) -> monitors::Edition {
    monitors::Edition { count, newest, last }
}

#[test]
fn a_monitor_is_kept_changed_and_removed_and_its_edition_tells() {
    on_both(async |mut db| {
        assert_eq!(monitors::edition(&mut db).await.unwrap(), edition(0, 0, 0));
        write!(db, |tx| {
            monitors::add(tx, &monitor(1, "tea")).await.unwrap();
            monitors::add(tx, &monitor(2, "Coffee")).await.unwrap();
        });
        let names: Vec<String> = monitors::all(&mut db).await.unwrap().into_iter().map(|m| m.name).collect();
        assert_eq!(names, ["Coffee", "tea"]);
        let page = monitors::page(&mut db, None, 1).await.unwrap();
        assert_eq!(page, [monitor(2, "Coffee")]);
        assert_eq!(monitors::page(&mut db, Some(page[0].id), 9).await.unwrap(), [monitor(1, "tea")]);
        assert_eq!(monitors::edition(&mut db).await.unwrap(), edition(2, NOW, 2));
        let changed = Monitor { query: "chá".to_owned(), version: 2, updated_at: NOW + 5, ..monitor(1, "chá") };
        write!(db, |tx| monitors::change(tx, &changed).await.unwrap());
        assert_eq!(monitors::edition(&mut db).await.unwrap(), edition(2, NOW + 5, 2));
        assert!(
            !write!(db, |tx| monitors::note_looked(tx, MonitorId(1), 1, Some(7), 3).await.unwrap()),
            "an old wording"
        );
        assert!(write!(db, |tx| monitors::note_looked(tx, MonitorId(1), 2, Some(7), 3).await.unwrap()));
        assert!(write!(db, |tx| monitors::note_looked(tx, MonitorId(1), 2, None, 4).await.unwrap()));
        let known = monitors::get(&mut db, MonitorId(1)).await.unwrap().unwrap();
        assert_eq!(known, Monitor { behind: None, looked_at: 7, ..changed });
        assert_eq!(monitors::named(&mut db, &[MonitorId(2), MonitorId(9)]).await.unwrap().len(), 1);
        assert_eq!(write!(db, |tx| monitors::get_to_change(tx, MonitorId(1)).await.unwrap()), Some(known.clone()));
        write!(db, |tx| monitors::reword(tx, MonitorId(1), "Tea", "té").await.unwrap());
        let reworded = Monitor { name: "Tea".to_owned(), query: "té".to_owned(), updated_at: NOW + 6, ..known };
        assert_eq!(monitors::get(&mut db, MonitorId(1)).await.unwrap(), Some(reworded), "and its edition tells");
        write!(db, |tx| {
            monitors::remove(tx, MonitorId(1)).await.unwrap();
            monitors::add(tx, &Monitor { updated_at: NOW + 5, ..monitor(3, "mate") }).await.unwrap();
        });
        assert_eq!(monitors::get(&mut db, MonitorId(1)).await.unwrap(), None);
        assert_eq!(monitors::edition(&mut db).await.unwrap(), edition(2, NOW + 5, 3), "one for another is a change");
    });
}

#[test]
fn messages_wait_for_monitors_only_where_there_are_some_that_would_look() {
    on_both(async |mut db| {
        let one = NewMessage { person_id: Some(PersonId(5)), thread_id: ThreadId(1), ..message(1) };
        write!(db, |tx| {
            messages::add(
                tx,
                &[one, message(2), NewMessage { state: "deleted", thread_id: ThreadId(1), ..message(3) }],
            )
            .await
            .unwrap();
            monitors::match_later(tx, &[MessageId(1)]).await.unwrap();
        });
        assert_eq!(monitors::count_waiting(&mut db).await.unwrap(), 0, "there is no monitor");
        assert!(!monitors::any_waiting(&mut db).await.unwrap());
        write!(db, |tx| {
            monitors::add(tx, &Monitor { uses: uses::THREAD | uses::CHANNEL, ..monitor(1, "a thread") }).await.unwrap();
            monitors::add(tx, &Monitor { state: "paused".to_owned(), uses: uses::AUTHOR, ..monitor(2, "hers") })
                .await
                .unwrap();
        });
        assert!(monitors::any(&mut db, uses::THREAD | uses::AUTHOR).await.unwrap());
        assert!(!monitors::any(&mut db, uses::AUTHOR).await.unwrap(), "that one is paused");
        write!(db, |tx| {
            monitors::match_person_later(tx, PersonId(5)).await.unwrap();
            monitors::match_later(tx, &[]).await.unwrap();
        });
        assert_eq!(monitors::count_waiting(&mut db).await.unwrap(), 0);
        write!(db, |tx| {
            monitors::thread_joined(tx, ThreadId(77), ThreadId(1)).await.unwrap();
            monitors::match_later(tx, &[MessageId(2)]).await.unwrap();
            // Asked again for less, all is still looked at.
            monitors::thread_joined(tx, ThreadId(77), ThreadId(1)).await.unwrap();
        });
        assert!(monitors::any_waiting(&mut db).await.unwrap());
        assert_eq!(monitors::count_waiting(&mut db).await.unwrap(), 2, "a tombstone waits for nobody");
        let just_came =
            write!(db, |tx| monitors::waiting(tx, &[MessageId(1), MessageId(2), MessageId(3)]).await.unwrap());
        assert_eq!(just_came, [MessageId(2)], "the other waits for those that ask for its thread");
        let read = reading::by_ids(&mut db, &[MessageId(2), MessageId(9), MessageId(1), MessageId(2)]).await.unwrap();
        assert_eq!(reading::oldest_place(&mut db).await.unwrap(), Some(message(1).place));
        assert_eq!(read.iter().map(|message| message.id.0).collect::<Vec<_>>(), [1, 2]);
        // Who takes them out and gives up leaves them to whoever comes next, at once.
        let mut given_up = db.begin().await.unwrap();
        assert_eq!(monitors::take_waiting(&mut given_up, 9).await.unwrap().len(), 2);
        given_up.roll_back().await.unwrap();
        let mut taken = write!(db, |tx| monitors::take_waiting(tx, 1).await.unwrap());
        taken.extend(write!(db, |tx| monitors::take_waiting(tx, 9).await.unwrap()));
        assert_eq!(taken, [(MessageId(1), uses::THREAD), (MessageId(2), uses::ANY)]);
        assert_eq!(monitors::count_waiting(&mut db).await.unwrap(), 0);
        write!(db, |tx| {
            monitors::remove(tx, MonitorId(1)).await.unwrap();
            monitors::match_later(tx, &[MessageId(1)]).await.unwrap();
        });
        assert!(monitors::any_waiting(&mut db).await.unwrap(), "what a paused one found may be gone");
    });
}

#[test]
fn mutes_and_notices_are_kept_for_each_monitor_and_go_with_it() {
    on_both(async |mut db| {
        let mute = |id, monitor_id, subject_id| Mute {
            id,
            monitor_id,
            kind: "person".to_owned(),
            subject_id,
            created_by: UserId(1),
            created_at: NOW,
        };
        let told = |form: &str, told_to| monitors::Notice {
            monitor_id: MonitorId(1),
            user_id: UserId(4),
            form: form.to_owned(),
            seen_to: 10,
            told_to,
            told_at: 0,
        };
        write!(db, |tx| {
            monitors::add(tx, &monitor(1, "tea")).await.unwrap();
            for (one, stands) in [(mute(1, 1, 50), 1), (mute(2, 1, 50), 1), (mute(3, 0, 51), 3), (mute(4, 2, 52), 4)] {
                assert_eq!(mutes::add(tx, &one).await.unwrap(), stands, "the number of the one that is there");
            }
            monitors::set_notice(tx, &told("{}", 10), true).await.unwrap();
            monitors::set_notice(tx, &told("{\"mail\":\"daily\"}", 99), false).await.unwrap();
        });
        let ids = |mutes: Vec<Mute>| mutes.into_iter().map(|m| m.id).collect::<Vec<_>>();
        assert_eq!(ids(mutes::of_monitor(&mut db, MonitorId(1)).await.unwrap()), [3, 1]);
        write!(db, |tx| mutes::remove(tx, 3).await.unwrap());
        assert_eq!(ids(mutes::of_monitor(&mut db, MonitorId(1)).await.unwrap()), [1]);
        let notice = monitors::notice(&mut db, MonitorId(1), UserId(4)).await.unwrap().unwrap();
        assert_eq!((notice.form.as_str(), notice.told_to), ("{\"mail\":\"daily\"}", 10), "what was told stays told");
        assert!(write!(db, |tx| monitors::note_told(tx, &notice, 12, NOW).await.unwrap()));
        assert!(!write!(db, |tx| monitors::note_told(tx, &notice, 12, NOW).await.unwrap()), "somebody else told them");
        assert!(write!(db, |tx| monitors::note_seen(tx, MonitorId(1), UserId(4), 11).await.unwrap()));
        assert!(
            !write!(db, |tx| monitors::note_seen(tx, MonitorId(1), UserId(4), 11).await.unwrap()),
            "nothing goes back"
        );
        let now = monitors::Notice { seen_to: 11, told_to: 12, told_at: NOW, ..notice };
        assert_eq!(monitors::notices(&mut db).await.unwrap(), std::slice::from_ref(&now));
        let anew = monitors::Notice { seen_to: 99, told_to: 99, told_at: 7, ..now.clone() };
        write!(db, |tx| monitors::set_notice(tx, &anew, true).await.unwrap());
        let begun = monitors::notice(&mut db, MonitorId(1), UserId(4)).await.unwrap().unwrap();
        assert_eq!((begun.seen_to, begun.told_to, begun.told_at), (11, 99, 7), "told anew; what was seen stays seen");
        write!(db, |tx| monitors::set_notice(tx, &now, true).await.unwrap());
        assert_eq!(monitors::notices_of(&mut db, UserId(4)).await.unwrap(), [now]);
        assert!(monitors::notices_of(&mut db, UserId(5)).await.unwrap().is_empty());
        write!(db, |tx| monitors::remove_notice(tx, MonitorId(1), UserId(4)).await.unwrap());
        assert!(monitors::notices(&mut db).await.unwrap().is_empty());
        write!(db, |tx| monitors::remove(tx, MonitorId(1)).await.unwrap());
        assert!(mutes::of_monitor(&mut db, MonitorId(1)).await.unwrap().is_empty());
    });
}

#[test]
fn who_turns_out_to_be_somebody_else_stays_muted() {
    on_both(async |mut db| {
        let mute = |id, monitor_id, subject_id| Mute {
            id,
            monitor_id,
            kind: "person".to_owned(),
            subject_id,
            created_by: UserId(1),
            created_at: NOW,
        };
        let muted = async |db: &mut tertulia_store::Db| {
            let mutes = mutes::of_monitor(db, MonitorId(1)).await.unwrap();
            mutes.into_iter().map(|m| (m.id, m.subject_id)).collect::<Vec<_>>()
        };
        write!(db, |tx| {
            // The first person has two handles, the second one.
            let all = [identity(1, 1, "a"), identity(2, 1, "b"), identity(3, 2, "c")];
            people::add_identities(tx, &all).await.unwrap();
            for one in [mute(1, 1, 1), mute(2, 0, 1), mute(3, 0, 2)] {
                mutes::add(tx, &one).await.unwrap();
            }
            people::link(tx, 7, IdentityId(1), PersonId(3), "said so", 1.0, NOW).await.unwrap();
        });
        assert_eq!(muted(&mut db).await, [(3, 2), (2, 1), (1, 1)], "the other handle is muted as before");
        write!(db, |tx| people::link(tx, 8, IdentityId(2), PersonId(2), "said so", 1.0, NOW).await.unwrap());
        assert_eq!(muted(&mut db).await, [(3, 2), (1, 2)], "once where they were muted in two");
    });
}

/// In a thread with the first message of it.
fn in_thread(n: i64, thread: i64) -> NewMessage {
    NewMessage { thread_id: ThreadId(thread), ..message(n) }
}

#[test]
fn a_mute_goes_on_to_a_joined_thread_where_its_side_is_the_larger_and_else_stays_with_its_messages() {
    on_both(async |mut db| {
        let mute = |id, monitor_id, subject_id| Mute {
            id,
            monitor_id,
            kind: "thread".to_owned(),
            subject_id,
            created_by: UserId(1),
            created_at: NOW,
        };
        let mention = |n: i64| mentions::Mention {
            monitor_id: MonitorId(1),
            place: message(n).place,
            message_id: MessageId(n),
            version: 1,
            revision: 1,
            at: message(n).at,
            channel_id: message(n).channel_id,
            language: "en".to_owned(),
            state: "new".to_owned(),
            decided_by: None,
            decided_at: None,
            found: n,
        };
        write!(db, |tx| {
            // One is small and muted here, one is large; 5 and 6 are alike, and 6 is muted everywhere.
            messages::add(tx, &[in_thread(1, 1), in_thread(2, 2), in_thread(3, 2), in_thread(5, 5), in_thread(6, 6)])
                .await
                .unwrap();
            mentions::put(tx, &[1, 2, 3, 5, 6].map(mention)).await.unwrap();
            mutes::add(tx, &mute(11, 1, 1)).await.unwrap();
            mutes::add(tx, &mute(12, 0, 6)).await.unwrap();
        });
        let shown = async |db: &mut tertulia_store::Db| {
            let asked = mentions::Asked::default();
            let page = mentions::page(db, (MonitorId(1), 1), &asked, i64::MAX, 10).await.unwrap();
            page.into_iter().map(|mention| mention.message_id.0).collect::<Vec<_>>()
        };
        let mutes_now = async |db: &mut tertulia_store::Db| {
            let mutes = mutes::of_monitor(db, MonitorId(1)).await.unwrap();
            mutes.into_iter().map(|m| (m.id, m.kind, m.subject_id)).collect::<Vec<_>>()
        };
        assert_eq!(shown(&mut db).await, [5, 3, 2]);
        write!(db, |tx| threads::join(tx, ThreadId(2), ThreadId(1)).await.unwrap());
        assert_eq!(shown(&mut db).await, [5, 3, 2], "the small one is muted as before, the large one is not");
        write!(db, |tx| messages::add(tx, &[in_thread(4, 1)]).await.unwrap());
        write!(db, |tx| mentions::put(tx, &[mention(4)]).await.unwrap());
        assert_eq!(shown(&mut db).await, [5, 4, 3, 2], "nor is what comes to it");
        assert_eq!(mutes::size_of_part(&mut db, 11).await.unwrap(), 1);
        write!(db, |tx| threads::join(tx, ThreadId(6), ThreadId(5)).await.unwrap());
        assert_eq!(shown(&mut db).await, [4, 3, 2], "of two alike the mute goes on to the whole");
        let part = (11, "part".to_owned(), 11);
        assert_eq!(mutes_now(&mut db).await, [(12, "thread".to_owned(), 5), part.clone()]);
        // Both muted, both everywhere: one mute is left, though its side was the smaller.
        write!(db, |tx| {
            messages::add(tx, &[in_thread(7, 7)]).await.unwrap();
            mutes::add(tx, &mute(13, 0, 7)).await.unwrap();
            threads::join(tx, ThreadId(7), ThreadId(5)).await.unwrap();
        });
        assert_eq!(mutes_now(&mut db).await, [(12, "thread".to_owned(), 5), part]);
        write!(db, |tx| mutes::remove(tx, 11).await.unwrap());
        assert_eq!(shown(&mut db).await, [4, 3, 2, 1]);
        assert_eq!(mutes::size_of_part(&mut db, 11).await.unwrap(), 0);
    });
}
