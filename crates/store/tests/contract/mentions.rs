use crate::support::{NOW, message, on_both, write};
use tertulia_model::{ChannelId, MessageId, MonitorId, PersonId, UserId};
use tertulia_store::{
    Db,
    mentions::{self, Asked, Mention},
    messages,
    messages::NewMessage,
    monitors,
    mutes::{self, Mute},
};

const TEA: (MonitorId, i64) = (MonitorId(1), 2);
const DAY: i64 = 86_400_000;

/// The `n`th message, mentioned.
fn mention(n: i64) -> Mention {
    let message = message(n);
    Mention {
        monitor_id: TEA.0,
        place: message.place,
        message_id: message.id,
        version: TEA.1,
        revision: 1,
        at: message.at,
        channel_id: ChannelId(n % 2),
        language: if n > 2 { "pt" } else { "en" }.to_owned(),
        state: "new".to_owned(),
        decided_by: None,
        decided_at: None,
        found: 10 * n,
    }
}

async fn shown(db: &mut Db, asked: &Asked) -> Vec<i64> {
    let page = mentions::page(db, TEA, asked, i64::MAX, 10).await.unwrap();
    page.into_iter().map(|mention| mention.message_id.0).collect()
}

async fn fill(db: &Db) {
    write!(db, |tx| {
        let by = |n: i64| NewMessage { person_id: Some(PersonId(n)), ..message(n) };
        messages::add(tx, &[by(1), by(2), by(3), by(4)]).await.unwrap();
        mentions::put(tx, &[mention(1), mention(2), mention(3), mention(4)]).await.unwrap();
    });
}

#[test]
fn a_stream_shows_its_mentions_newest_first_without_noise_and_what_is_muted() {
    on_both(async |mut db| {
        fill(&db).await;
        assert_eq!(shown(&mut db, &Asked::default()).await, [4, 3, 2, 1]);
        let decided =
            write!(db, |tx| mentions::decide(tx, TEA.0, MessageId(3), "noise", UserId(1), NOW).await.unwrap());
        assert!(decided);
        assert!(!write!(db, |tx| mentions::decide(tx, TEA.0, MessageId(9), "noise", UserId(1), NOW).await.unwrap()));
        assert_eq!(shown(&mut db, &Asked::default()).await, [4, 2, 1]);
        assert_eq!(shown(&mut db, &Asked { state: Some("noise".to_owned()), ..Asked::default() }).await, [3]);
        let mute = |id, monitor_id, kind: &str, subject_id| Mute {
            id,
            monitor_id,
            kind: kind.to_owned(),
            subject_id,
            created_by: UserId(1),
            created_at: NOW,
        };
        write!(db, |tx| {
            mutes::add(tx, &mute(1, 0, "person", 1)).await.unwrap();
            mutes::add(tx, &mute(2, 1, "thread", 2)).await.unwrap();
            mutes::add(tx, &mute(3, 9, "person", 4)).await.unwrap();
        });
        assert_eq!(shown(&mut db, &Asked::default()).await, [4], "what another monitor mutes is shown here");
        assert_eq!(mentions::newest(&mut db, TEA).await.unwrap(), 40);
        let each = mentions::count_each_since(&mut db, &[TEA.0], NOW).await.unwrap();
        assert_eq!(each, [], "there is no such monitor");
        write!(db, |tx| {
            let known = monitors::Monitor { version: TEA.1, ..crate::monitors::monitor(1, "tea") };
            monitors::add(tx, &known).await.unwrap();
        });
        let each = mentions::count_each_since(&mut db, &[TEA.0, MonitorId(9)], NOW).await.unwrap();
        assert_eq!(each, [(TEA.0, 1)]);
        let since = mentions::since(&mut db, TEA, 10, 10).await.unwrap();
        assert_eq!(since.iter().map(|m| m.message_id.0).collect::<Vec<_>>(), [4]);
        write!(db, |tx| mutes::remove(tx, 1).await.unwrap());
        let portuguese = Asked { language: Some("pt".to_owned()), ..Asked::default() };
        assert_eq!(shown(&mut db, &portuguese).await, [4]);
        let there = Asked { channel: Some(ChannelId(1)), until: Some(NOW + 3 * 60_000), ..Asked::default() };
        assert_eq!(shown(&mut db, &there).await, [1]);
        assert_eq!(shown(&mut db, &Asked { since: Some(NOW + 3 * 60_000), ..Asked::default() }).await, [4]);
    });
}

#[test]
fn the_volume_is_counted_by_the_days_of_a_clock_by_channel_and_language() {
    on_both(async |mut db| {
        fill(&db).await;
        let volume = mentions::volume(&mut db, TEA, &Asked::default(), 0).await.unwrap();
        let counted: Vec<_> = volume.iter().map(|v| (v.day, v.channel_id.0, v.language.as_str(), v.times)).collect();
        let day = NOW / DAY;
        assert_eq!(counted, [(day, 0, "en", 1), (day, 0, "pt", 1), (day, 1, "en", 1), (day, 1, "pt", 1)]);
        // A clock on which the day is about to end between the second and the third.
        let offset = DAY - (NOW + 3 * 60_000) % DAY;
        let volume = mentions::volume(&mut db, TEA, &Asked::default(), offset).await.unwrap();
        let days: Vec<_> = volume.iter().map(|v| (v.day - day, v.times)).collect();
        assert_eq!(days, [(0, 1), (0, 1), (1, 1), (1, 1)]);
    });
}

#[test]
fn matching_again_keeps_what_a_member_decided_and_what_an_older_wording_found_can_be_forgotten() {
    on_both(async |mut db| {
        fill(&db).await;
        write!(db, |tx| {
            mentions::decide(tx, TEA.0, MessageId(2), "listened", UserId(1), NOW).await.unwrap();
            let newer = |n| Mention { version: 3, revision: 2, found: 99, ..mention(n) };
            mentions::put(tx, &[newer(2), newer(4)]).await.unwrap();
        });
        let now = (TEA.0, 3);
        let page = mentions::page(&mut db, now, &Asked::default(), i64::MAX, 10).await.unwrap();
        let kept: Vec<_> = page.iter().map(|m| (m.message_id.0, m.state.as_str(), m.revision, m.decided_by)).collect();
        assert_eq!(kept, [(4, "new", 2, None), (2, "listened", 2, Some(UserId(1)))]);
        assert_eq!(page.iter().map(|m| m.found).collect::<Vec<_>>(), [40, 20], "it was found when it was found first");
        let untold = async |db: &mut Db, after| {
            let found = mentions::untold(db, TEA.0, after, 10).await.unwrap();
            found.into_iter().map(|m| m.message_id.0).collect::<Vec<_>>()
        };
        write!(db, |tx| {
            let known = monitors::Monitor { version: 3, ..crate::monitors::monitor(1, "tea") };
            monitors::add(tx, &known).await.unwrap();
        });
        assert_eq!(untold(&mut db, 10).await, [0; 0], "the third may still fit, and its number is lower");
        assert_eq!(untold(&mut db, 30).await, [4]);
        let after = async |db: &mut Db, found, message, asked: &Asked| {
            let found = mentions::found_after(db, now, asked, (found, MessageId(message)), 10).await.unwrap();
            found.into_iter().map(|m| m.message_id.0).collect::<Vec<_>>()
        };
        let (all, last) = (Asked::default(), i64::MAX);
        assert_eq!(after(&mut db, 10, last, &all).await, [0; 0], "nor do programs that ask hear of more");
        assert_eq!(after(&mut db, 40, 3, &all).await, [4]);
        // What waits to be looked at is left to who looks at it.
        write!(db, |tx| monitors::match_later(tx, &[MessageId(3)]).await.unwrap());
        assert_eq!(write!(db, |tx| mentions::forget_outdated(tx, TEA.0, 3, 1).await.unwrap()), 1);
        assert_eq!(write!(db, |tx| mentions::forget_outdated(tx, TEA.0, 3, 9).await.unwrap()), 0);
        write!(db, |tx| monitors::take_waiting(tx, 9).await.unwrap());
        assert_eq!(write!(db, |tx| mentions::forget_outdated(tx, TEA.0, 3, 9).await.unwrap()), 1);
        assert_eq!(untold(&mut db, 10).await, [4, 2], "the newest first");
        assert_eq!(after(&mut db, 10, last, &all).await, [2, 4]);
        assert_eq!((after(&mut db, 20, 1, &all).await, after(&mut db, 20, 2, &all).await), (vec![2, 4], vec![4]));
        assert_eq!(after(&mut db, 40, 4, &all).await, [0; 0]);
        let portuguese = Asked { language: Some("pt".to_owned()), ..all };
        assert_eq!(after(&mut db, 0, last, &portuguese).await, [4]);
        let past = Mention { version: 3, found: 0, ..mention(3) };
        write!(db, |tx| mentions::put(tx, &[past]).await.unwrap());
        assert_eq!(after(&mut db, 0, 0, &Asked::default()).await, [2, 4], "the past was not found as it came");
        let mut of = mentions::of_messages(&mut db, &[MessageId(1), MessageId(2), MessageId(4)]).await.unwrap();
        of.sort_by_key(|(_, place, _)| *place);
        assert_eq!(of.iter().map(|(_, _, id)| id.0).collect::<Vec<_>>(), [2, 4]);
        write!(db, |tx| mentions::take_back(tx, &[(of[0].0, of[0].1)]).await.unwrap());
        assert_eq!(mentions::of_messages(&mut db, &[MessageId(2)]).await.unwrap(), []);
    });
}
