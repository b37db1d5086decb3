//! When members and programs are told what a monitor found, and of what.

use crate::{
    monitors::{settle, watch},
    support::{World, json::Wire, on_both_by_mail, said::said},
};
use std::time::Duration;
use tertulia_engine::monitors::{self, ENDPOINTS, NoticeForm, Often};
use tertulia_model::{MessageId, MonitorId};
use tertulia_store::{
    changes,
    mentions::{self, Mention},
    monitors as stored,
};

const HOUR: i64 = 3_600_000;

fn told(mail: Often) -> NoticeForm {
    NoticeForm { mail, quiet_from: 0, quiet_until: 0, most: 2, ..NoticeForm::default() }
}

async fn hear(world: &World, id: &str, text: &str) {
    world.hear(&[said(id, text).created()]).await;
    settle(world).await;
}

fn letters(world: &World) -> Vec<String> {
    world.wire.sent.lock().unwrap().iter().map(|letter| letter.text.clone()).collect()
}

#[test]
fn who_switches_telling_on_is_told_of_what_comes_from_then_on_and_not_of_all_that_was_found_before() {
    on_both_by_mail(async |world| {
        let tea = watch(&world, "tea").await;
        settle(&world).await;
        for whom in [world.user, ENDPOINTS] {
            monitors::set_notice(&world.engine, tea, whom, &told(Often::Never)).await.unwrap();
        }
        hear(&world, "old", "tea of last month").await;
        for whom in [world.user, ENDPOINTS] {
            monitors::set_notice(&world.engine, tea, whom, &told(Often::Hourly)).await.unwrap();
        }
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 0, "nobody asked to be told of that");
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 0);
        assert_eq!(monitors::unseen(&world.engine, world.user, 9).await.unwrap(), 1, "it is still to be seen");
        hear(&world, "new", "tea of today").await;
        // Another interval tells what was still to be told.
        monitors::set_notice(&world.engine, tea, world.user, &NoticeForm { most: 3, ..told(Often::Hourly) })
            .await
            .unwrap();
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 1);
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 1);
        let letter = letters(&world).pop().unwrap();
        assert!(letter.contains("found one new message") && letter.contains("tea of today"), "{letter}");
        assert!(!letter.contains("last month"), "{letter}");
    });
}

/// Notes so many mentions of messages that are gone since, as if they had come at once.
async fn found_at_once(world: &World, monitor: MonitorId, count: i64) {
    let mut tx = world.engine.db.begin().await.unwrap();
    let noted = changes::note(&mut tx, &[(monitors::TOPIC, monitor.0)], world.engine.now()).await.unwrap();
    let of_message = world.message("first").await;
    let one = |n: i64| Mention {
        monitor_id: monitor,
        place: n,
        message_id: MessageId(n),
        version: 1,
        revision: 1,
        at: n,
        channel_id: of_message.channel_id,
        language: "en".to_owned(),
        state: "new".to_owned(),
        decided_by: None,
        decided_at: None,
        found: noted.last().unwrap().seq,
    };
    mentions::put(&mut tx, &(1..=count).map(one).collect::<Vec<_>>()).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn a_monitor_that_finds_more_than_is_counted_tells_of_the_newest_and_does_not_fall_behind() {
    on_both_by_mail(async |world| {
        let tea = watch(&world, "tea").await;
        settle(&world).await;
        hear(&world, "first", "tea to begin with").await;
        for whom in [world.user, ENDPOINTS] {
            monitors::set_notice(&world.engine, tea, whom, &told(Often::Hourly)).await.unwrap();
        }
        found_at_once(&world, tea, 2_001).await;
        hear(&world, "last", "tea at the very end").await;
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 1);
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 1);
        let letter = letters(&world).pop().unwrap();
        assert!(letter.contains("more than 2000 new messages") && letter.contains("tea at the very end"), "{letter}");
        assert!(letter.contains("At least 1998 more were held back"), "{letter}");
        let newest = mentions::newest(&mut world.engine.db.reader(), (tea, 1)).await.unwrap();
        for notice in stored::notices(&mut world.engine.db.reader()).await.unwrap() {
            assert_eq!(notice.told_to, newest, "{:?}", notice.user_id);
        }
        world.clock.advance(2 * HOUR);
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 0, "what was held back is not told again");
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 0);
    });
}

#[test]
fn a_mail_a_day_comes_at_its_hour_and_what_is_found_in_between_waits_for_it() {
    on_both_by_mail(async |world| {
        let tea = watch(&world, "tea").await;
        settle(&world).await;
        // It is noon in UTC; the day's mail is one of the morning.
        let daily = NoticeForm { quiet_from: 20, quiet_until: 8, ..told(Often::Daily) };
        for whom in [world.user, ENDPOINTS] {
            monitors::set_notice(&world.engine, tea, whom, &daily).await.unwrap();
        }
        let tell = async || {
            let told = monitors::tell_endpoints(&world.engine).await.unwrap();
            (monitors::tell(&world.engine).await.unwrap(), told)
        };
        hear(&world, "noon", "tea at noon").await;
        assert_eq!(tell().await, (0, 0), "not before the hour");
        world.clock.advance(20 * HOUR);
        assert_eq!(tell().await, (1, 1));
        world.clock.advance(24 * HOUR);
        assert_eq!(tell().await, (0, 0), "nothing came");
        hear(&world, "late", "tea an hour later").await;
        world.clock.advance(HOUR);
        assert_eq!(tell().await, (0, 0), "it waits for the hour of the next day");
        world.clock.advance(23 * HOUR);
        assert_eq!(tell().await, (1, 1));
    });
}

#[test]
fn a_mail_that_may_have_left_is_not_sent_again_and_one_that_did_not_is_only_as_often_as_its_server_bears() {
    on_both_by_mail(async |world| {
        let tea = watch(&world, "tea").await;
        settle(&world).await;
        monitors::set_notice(&world.engine, tea, world.user, &told(Often::Hourly)).await.unwrap();
        let tell = async |minutes: i64| {
            world.clock.advance(minutes * 60_000);
            monitors::tell(&world.engine).await.unwrap();
            letters(&world).len()
        };
        hear(&world, "a", "tea").await;
        world.wire.will([Wire::Unknown]);
        assert_eq!(tell(0).await, 1, "it arrived, but the answer was lost");
        assert_eq!((tell(10).await, tell(60).await), (1, 1), "and comes no second time");
        hear(&world, "b", "more tea").await;
        world.wire.will([Wire::Rejected("no such mailbox"), Wire::Retry(Duration::from_secs(60))]);
        assert_eq!((tell(60).await, tell(10).await, tell(40).await), (1, 1, 1), "refused, and left alone for the hour");
        assert_eq!(tell(10).await, 1, "the server is busy");
        assert_eq!(tell(10).await, 2, "and soon is not");
        hear(&world, "c", "tea again").await;
        world.wire.will([Wire::Throttled(Duration::from_secs(7_200))]);
        assert_eq!((tell(60).await, tell(10).await, tell(100).await), (2, 2, 2), "nothing is sent in the pause");
        assert_eq!(tell(20).await, 3);
        assert!(letters(&world)[2].contains("tea again") && !letters(&world)[2].contains("more tea"));
    });
}
