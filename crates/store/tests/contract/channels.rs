use crate::support::{NOW, channel, message, on_both, write};
use serde_json::json;
use std::collections::BTreeMap;
use tertulia_model::{ChannelId, ChannelState};
use tertulia_store::{
    channels::{self, Pause},
    messages,
};

#[test]
fn a_channel_comes_back_as_it_was_added() {
    on_both(async |mut db| {
        write!(db, |tx| channels::add(tx, &channel(1)).await.unwrap());
        assert_eq!(channels::get(&mut db, ChannelId(1)).await.unwrap(), Some(channel(1)));
        assert_eq!(channels::get(&mut db, ChannelId(2)).await.unwrap(), None);
        assert_eq!(channels::all(&mut db).await.unwrap(), [channel(1)]);
    });
}

#[test]
fn a_deleted_channel_loses_its_secrets_and_is_still_known_by_its_account() {
    on_both(async |mut db| {
        write!(db, |tx| {
            channels::add(tx, &channel(1)).await.unwrap();
            channels::set_state(tx, ChannelId(1), ChannelState::Deleted, NOW).await.unwrap();
        });
        assert!(channels::all(&mut db).await.unwrap().is_empty());
        let ever = channels::all_ever(&mut db).await.unwrap();
        assert_eq!((ever.len(), ever[0].secrets.clone()), (1, None));
        let (id, connector) = (ChannelId(1), "email".to_owned());
        let named = channels::Named { id, connector, name: channel(1).name, is_deleted: true };
        assert_eq!(channels::names(&mut db).await.unwrap(), [named], "messages go on naming theirs");
        let known = channels::by_account(&mut db, "email", "shop1@example.org").await.unwrap().unwrap();
        assert_eq!(known.state, ChannelState::Deleted);
        let again = channels::Channel { account: "shop1@example.org".to_owned(), ..channel(2) };
        write!(db, |tx| channels::add(tx, &again).await.unwrap());
        let known = channels::by_account(&mut db, "email", "shop1@example.org").await.unwrap().unwrap();
        assert_eq!(known.id, ChannelId(2), "the living one comes first");
        assert_eq!(channels::by_account(&mut db, "feed", "shop1@example.org").await.unwrap(), None);
    });
}

#[test]
fn new_settings_keep_the_secrets_unless_there_are_new_ones() {
    on_both(async |mut db| {
        write!(db, |tx| {
            channels::add(tx, &channel(1)).await.unwrap();
            channels::note_failure(tx, ChannelId(1), ChannelState::Stopped, "password refused").await.unwrap();
            channels::update(tx, ChannelId(1), "Counter", &json!({ "host": "new" }), None).await.unwrap();
        });
        let changed = channels::get(&mut db, ChannelId(1)).await.unwrap().unwrap();
        assert_eq!((changed.name.as_str(), &changed.settings), ("Counter", &json!({ "host": "new" })));
        assert_eq!((changed.secrets, changed.failures, changed.last_error), (Some(vec![0, 1, 255]), 0, None));
        write!(db, |tx| channels::update(tx, ChannelId(1), "Counter", &json!({}), Some(vec![7])).await.unwrap());
        assert_eq!(channels::get(&mut db, ChannelId(1)).await.unwrap().unwrap().secrets, Some(vec![7]));
    });
}

#[test]
fn the_cursor_is_kept_as_it_was_saved() {
    on_both(async |mut db| {
        write!(db, |tx| channels::add(tx, &channel(1)).await.unwrap());
        assert_eq!(channels::cursor(&mut db, ChannelId(1)).await.unwrap(), None);
        let cursor = json!({ "uid": u32::MAX, "modseq": i64::MAX, "folder": "Entwürfe/草稿" });
        write!(db, |tx| channels::save_cursor(tx, ChannelId(1), &cursor).await.unwrap());
        assert_eq!(channels::cursor(&mut db, ChannelId(1)).await.unwrap(), Some(cursor));
    });
}

#[test]
fn failures_are_counted_until_a_success_and_a_paused_channel_stays_paused() {
    on_both(async |mut db| {
        write!(db, |tx| {
            channels::add(tx, &channel(1)).await.unwrap();
            channels::note_failure(tx, ChannelId(1), ChannelState::Failing, "no route").await.unwrap();
            channels::note_failure(tx, ChannelId(1), ChannelState::Failing, "no answer").await.unwrap();
        });
        let failing = channels::get(&mut db, ChannelId(1)).await.unwrap().unwrap();
        assert_eq!((failing.state, failing.failures), (ChannelState::Failing, 2));
        assert_eq!(failing.last_error.as_deref(), Some("no answer"));
        write!(db, |tx| channels::note_success(tx, ChannelId(1), true, true, NOW + 1).await.unwrap());
        write!(db, |tx| channels::note_success(tx, ChannelId(1), false, false, NOW + 2).await.unwrap());
        let live = channels::get(&mut db, ChannelId(1)).await.unwrap().unwrap();
        assert_eq!((live.state, live.failures, live.caught_up), (ChannelState::Live, 0, true));
        assert_eq!((live.last_heard_at, live.last_pull_at), (Some(NOW + 1), Some(NOW + 2)));
        write!(db, |tx| {
            channels::note_failure(tx, ChannelId(1), ChannelState::Stopped, "password refused").await.unwrap();
            channels::note_success(tx, ChannelId(1), false, true, NOW + 3).await.unwrap();
        });
        let stopped = channels::get(&mut db, ChannelId(1)).await.unwrap().unwrap();
        assert_eq!(stopped.state, ChannelState::Stopped, "a pull that began before the stop does not lift it");
        assert_eq!(stopped.last_error.as_deref(), Some("password refused"));
        write!(db, |tx| {
            channels::set_state(tx, ChannelId(1), ChannelState::Paused, NOW).await.unwrap();
            channels::note_failure(tx, ChannelId(1), ChannelState::Failing, "late").await.unwrap();
        });
        assert_eq!(channels::get(&mut db, ChannelId(1)).await.unwrap().unwrap().state, ChannelState::Paused);
    });
}

#[test]
fn one_node_holds_a_channel_until_its_lease_ends_or_is_released() {
    on_both(async |db| {
        write!(db, |tx| channels::add(tx, &channel(1)).await.unwrap());
        let take = async |owner: &str, now: i64| {
            write!(db, |tx| channels::lease(tx, ChannelId(1), owner, now, now + 100).await.unwrap())
        };
        assert!(take("a", NOW).await);
        assert!(!take("b", NOW + 50).await, "another node holds it");
        assert!(take("a", NOW + 50).await, "the holder may keep it");
        assert!(!take("b", NOW + 149).await);
        assert!(take("b", NOW + 150).await, "it has ended");
        write!(db, |tx| channels::release(tx, ChannelId(1), "a").await.unwrap());
        assert!(!take("a", NOW + 160).await, "only the holder releases");
        write!(db, |tx| channels::release(tx, ChannelId(1), "b").await.unwrap());
        assert!(take("a", NOW + 161).await);
        assert_eq!(write!(db, |tx| channels::release_all(tx, "node-1-").await.unwrap()), 0);
        assert_eq!(write!(db, |tx| channels::release_all(tx, "a").await.unwrap()), 1);
        assert!(take("node-1-x", NOW + 162).await);
        assert_eq!(write!(db, |tx| channels::release_all(tx, "node-1-").await.unwrap()), 1, "all of one number");
    });
}

#[test]
fn of_many_nodes_that_ask_at_once_one_gets_the_channel() {
    on_both(async |db| {
        write!(db, |tx| channels::add(tx, &channel(1)).await.unwrap());
        let nodes: Vec<_> = (0..8)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.begin().await.unwrap();
                    let got = channels::lease(&mut tx, ChannelId(1), &format!("node{n}"), NOW, NOW + 100).await;
                    tx.commit().await.unwrap();
                    got.unwrap()
                })
            })
            .collect();
        let got = futures::future::join_all(nodes).await.into_iter().filter(|got| *got.as_ref().unwrap()).count();
        assert_eq!(got, 1);
    });
}

#[test]
fn the_messages_of_a_channel_are_counted() {
    on_both(async |mut db| {
        let other = messages::NewMessage { channel_id: ChannelId(2), ..message(3) };
        write!(db, |tx| messages::add(tx, &[message(1), message(2), other]).await.unwrap());
        assert_eq!(channels::count_messages_up_to(&mut db, ChannelId(1), 1).await.unwrap(), 1);
        assert_eq!(channels::count_messages_up_to(&mut db, ChannelId(1), 9).await.unwrap(), 2);
    });
}

#[test]
fn the_newest_message_of_a_channel_says_when_it_was_written_and_when_it_was_heard() {
    on_both(async |mut db| {
        write!(db, |tx| {
            channels::add(tx, &channel(1)).await.unwrap();
            channels::add(tx, &channel(2)).await.unwrap();
        });
        assert_eq!(channels::newest_message(&mut db, ChannelId(1)).await.unwrap(), None);
        let old = messages::NewMessage { flags: messages::flags::HISTORY, ..message(1) };
        let gone = messages::NewMessage { state: "deleted", ..message(8) };
        let elsewhere = messages::NewMessage { channel_id: ChannelId(2), ..message(9) };
        write!(db, |tx| messages::add(tx, &[old, gone, elsewhere]).await.unwrap());
        let newest = channels::newest_message(&mut db, ChannelId(1)).await.unwrap().unwrap();
        assert!(newest.is_history());
        write!(db, |tx| messages::add(tx, &[message(2)]).await.unwrap());
        let newest = channels::newest_message(&mut db, ChannelId(1)).await.unwrap().unwrap();
        assert_eq!((newest.at, newest.heard_at, newest.is_history()), (NOW + 120_000, NOW + 120_005, false));
    });
}

#[test]
fn what_is_no_message_is_counted_by_its_reason() {
    on_both(async |mut db| {
        let some = |bounces: usize, empty: usize| BTreeMap::from([("it came back", bounces), ("it was empty", empty)]);
        write!(db, |tx| {
            channels::note_passed_over(tx, ChannelId(1), &BTreeMap::new(), NOW).await.unwrap();
            channels::note_passed_over(tx, ChannelId(1), &some(1, 4), NOW).await.unwrap();
            channels::note_passed_over(tx, ChannelId(2), &some(9, 9), NOW).await.unwrap();
            let bounces = BTreeMap::from([("it came back", 2)]);
            channels::note_passed_over(tx, ChannelId(1), &bounces, NOW + 5).await.unwrap();
        });
        let found = channels::passed_over(&mut db, ChannelId(1)).await.unwrap();
        let facts: Vec<_> = found.iter().map(|one| (one.reason.as_str(), one.times, one.last_at)).collect();
        assert_eq!(facts, [("it came back", 3, NOW + 5), ("it was empty", 4, NOW)]);
        assert!(channels::passed_over(&mut db, ChannelId(3)).await.unwrap().is_empty());
    });
}

#[test]
fn a_channel_has_bounds_only_where_somebody_set_them() {
    on_both(async |mut db| {
        write!(db, |tx| {
            channels::add(tx, &channel(1)).await.unwrap();
            channels::set_bounds(tx, ChannelId(1), Some(5_000), Some(90)).await.unwrap();
        });
        let bounded = channels::get(&mut db, ChannelId(1)).await.unwrap().unwrap();
        assert_eq!((bounded.day_cap, bounded.keep_days), (Some(5_000), Some(90)));
        write!(db, |tx| channels::set_bounds(tx, ChannelId(1), None, None).await.unwrap());
        let free = channels::get(&mut db, ChannelId(1)).await.unwrap().unwrap();
        assert_eq!((free.day_cap, free.keep_days), (None, None));
    });
}

#[test]
fn a_pause_is_of_what_it_was_asked_for_and_the_longer_one_stands() {
    on_both(async |mut db| {
        let (one, now) = (channel(1), NOW);
        write!(db, |tx| channels::add(tx, &one).await.unwrap());
        let rests = async |db: &mut tertulia_store::Db| {
            let channel = channels::get(db, one.id).await.unwrap().unwrap();
            (channel.pull_after, channel.send_after)
        };
        assert_eq!(rests(&mut db).await, (0, 0));
        write!(db, |tx| {
            channels::rest(tx, one.id, Pause::Sending, now + 50).await.unwrap();
            channels::rest(tx, one.id, Pause::Pulling, now + 20).await.unwrap();
        });
        assert_eq!(rests(&mut db).await, (now + 20, now + 50));
        write!(db, |tx| channels::rest(tx, one.id, Pause::Both, now + 30).await.unwrap());
        assert_eq!(rests(&mut db).await, (now + 30, now + 50));
        // The clock was set back by a thousand, when 40 had passed: one is over, the other lasts ten more.
        write!(db, |tx| channels::bring_forward(tx, now + 40, now - 960).await.unwrap());
        assert_eq!(rests(&mut db).await, (0, now - 950));
        write!(db, |tx| channels::update(tx, one.id, "Shop", &one.settings, None).await.unwrap());
        assert_eq!(rests(&mut db).await, (0, 0), "it was asked of the former settings");
    });
}
