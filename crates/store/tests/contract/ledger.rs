use crate::support::{NOW, on_both, write};
use std::collections::BTreeMap;
use tertulia_model::{ChannelId, Gap};
use tertulia_store::ledger::{self, Heard, Kind};

const HERE: ChannelId = ChannelId(1);

#[test]
fn what_pieces_add_to_a_day_is_its_sum_with_the_longest_lag_and_the_smallest_share() {
    on_both(async |mut db| {
        let today = ledger::day_of(NOW);
        let first = Heard { live: 2, lag_times: 2, lag_total: 5_000, lag_most: 4_000, ..Heard::default() };
        write!(db, |tx| {
            ledger::note_heard(tx, HERE, today, &first).await.unwrap();
            let second = Heard { live: 1, history: 7, lag_times: 1, lag_total: 900, lag_most: 900, sampled: Some(0.5) };
            ledger::note_heard(tx, HERE, today, &second).await.unwrap();
            ledger::note_heard(tx, HERE, today, &Heard { sampled: Some(0.9), ..Heard::default() }).await.unwrap();
            ledger::note_heard(tx, ChannelId(2), today - 1, &first).await.unwrap();
        });
        let days = ledger::days(&mut db, today, today).await.unwrap();
        let day = &days[0];
        assert_eq!((days.len(), day.heard, day.history, day.lag_times), (1, 3, 7, 3));
        assert_eq!((day.lag_total, day.lag_most, day.sampled), (5_900, 4_000, Some(0.5)));
        assert_eq!(ledger::heard_on(&mut db, HERE, today).await.unwrap(), 3);
        assert_eq!(ledger::heard_on(&mut db, HERE, today + 1).await.unwrap(), 0);
        assert_eq!(ledger::days(&mut db, today - 1, today).await.unwrap().len(), 2);
    });
}

#[test]
fn what_was_not_kept_is_counted_by_its_reason_and_endless_reasons_are_counted_together() {
    on_both(async |mut db| {
        let day = ledger::day_of(NOW);
        let passed = |n: u64| BTreeMap::from([((Kind::Passed, "an empty item".to_owned()), n)]);
        write!(db, |tx| {
            ledger::note_counts(tx, HERE, day, &passed(2)).await.unwrap();
            ledger::note_counts(tx, HERE, day, &passed(3)).await.unwrap();
            ledger::note_counts(tx, HERE, day, &BTreeMap::new()).await.unwrap();
            for n in 0..300_u64 {
                let one = BTreeMap::from([((Kind::Counted, format!("reason {n} {}", "ü".repeat(400))), 1)]);
                ledger::note_counts(tx, HERE, day, &one).await.unwrap();
            }
        });
        let counts = ledger::counts(&mut db, day, day).await.unwrap();
        assert_eq!(counts.len(), 201);
        assert_eq!(counts.iter().map(|count| count.times).sum::<i64>(), 305);
        // When there is no more room, what has a name goes on under its own.
        write!(db, |tx| {
            let mut more = passed(4);
            more.insert((Kind::Aside, "something new".to_owned()), 7);
            ledger::note_counts(tx, HERE, day, &more).await.unwrap();
            // On another day all at once: the room goes to those seen most often, the rest is counted together.
            let mut many: BTreeMap<_, _> = (0..300).map(|n| ((Kind::Counted, format!("reason {n:03}")), 1)).collect();
            many.insert((Kind::Counted, "the usual".to_owned()), 1_000);
            many.insert((Kind::Passed, "the other usual".to_owned()), 900);
            ledger::note_counts(tx, HERE, day + 1, &many).await.unwrap();
        });
        let counts = ledger::counts(&mut db, day, day).await.unwrap();
        let of = |kind: &str, reason: &str| {
            counts.iter().find(|count| count.kind == kind && count.reason == reason).map(|count| count.times)
        };
        assert_eq!((of("passed", "an empty item"), of("aside", "other reasons")), (Some(9), Some(7)));
        assert_eq!(of("counted", "other reasons"), Some(101));
        let next = ledger::counts(&mut db, day + 1, day + 1).await.unwrap();
        let most: Vec<(&str, i64)> = next.iter().filter(|c| c.times > 1).map(|c| (&*c.reason, c.times)).collect();
        assert_eq!(most, [("the usual", 1_000), ("other reasons", 102), ("the other usual", 900)]);
        assert_eq!(next.len(), 201);
        let passed: Vec<_> = counts.iter().filter(|count| count.kind == "passed").collect();
        assert_eq!((passed.len(), passed[0].times, passed[0].reason.as_str()), (1, 9, "an empty item"));
        assert!(counts.iter().all(|count| count.reason.len() <= 300));
    });
}

#[test]
fn a_silence_is_one_span_with_its_newest_reason_until_the_channel_is_heard_again() {
    on_both(async |mut db| {
        write!(db, |tx| {
            ledger::begin_away(tx, 1, HERE, "no answer", NOW).await.unwrap();
            ledger::begin_away(tx, 2, HERE, "the password is refused", NOW + 10).await.unwrap();
            ledger::begin_away(tx, 3, ChannelId(2), "paused", NOW + 20).await.unwrap();
        });
        let open = ledger::gaps(&mut db, NOW + 1_000, NOW + 2_000).await.unwrap();
        assert_eq!(open.len(), 2);
        assert_eq!(
            (open[0].from_at, open[0].until_at, open[0].reason.as_str()),
            (NOW, None, "the password is refused")
        );
        assert!(write!(db, |tx| ledger::end_away(tx, HERE, NOW + 100).await.unwrap()));
        assert!(!write!(db, |tx| ledger::end_away(tx, HERE, NOW + 200).await.unwrap()));
        let gap = Gap { from: NOW + 300, until: NOW + 200, reason: "the stream keeps three days".to_owned() };
        write!(db, |tx| ledger::note_lost(tx, 4, HERE, &gap).await.unwrap());
        let all = ledger::gaps(&mut db, NOW, NOW + 2_000).await.unwrap();
        let spans: Vec<_> = all.iter().map(|gap| (gap.kind.as_str(), gap.from_at, gap.until_at)).collect();
        assert_eq!(
            spans,
            [("away", NOW, Some(NOW + 100)), ("away", NOW + 20, None), ("lost", NOW + 300, Some(NOW + 300))]
        );
        assert_eq!(ledger::gaps(&mut db, NOW + 101, NOW + 2_000).await.unwrap().len(), 2);
    });
}

#[test]
fn a_time_away_that_is_over_is_a_span_of_its_own_unless_one_goes_on() {
    on_both(async |mut db| {
        let span = Gap { from: NOW, until: NOW + 500, reason: "nobody was there".to_owned() };
        write!(db, |tx| {
            ledger::begin_away(tx, 1, ChannelId(2), "paused", NOW - 10).await.unwrap();
            ledger::note_away(tx, 2, HERE, &span).await.unwrap();
            ledger::note_away(tx, 3, ChannelId(2), &span).await.unwrap();
        });
        let all = ledger::gaps(&mut db, NOW, NOW + 1_000).await.unwrap();
        let spans: Vec<_> = all.iter().map(|gap| (gap.channel_id.0, gap.until_at, gap.reason.as_str())).collect();
        assert_eq!(spans, [(2, None, "paused"), (1, Some(NOW + 500), "nobody was there")]);
        assert_eq!((all[1].kind.as_str(), all[1].from_at), ("away", NOW));
        assert!(!write!(db, |tx| ledger::end_away(tx, HERE, NOW + 900).await.unwrap()), "nothing of it goes on");
    });
}

#[test]
fn calls_that_were_refused_are_told_for_a_channel_and_a_day() {
    on_both(async |mut db| {
        let day = ledger::day_of(NOW);
        let counts = |times| {
            BTreeMap::from([((Kind::Refused, "no proof".to_owned()), times), ((Kind::Passed, "empty".to_owned()), 9)])
        };
        write!(db, |tx| {
            ledger::note_counts(tx, HERE, day, &counts(2)).await.unwrap();
            ledger::note_counts(tx, HERE, day, &counts(3)).await.unwrap();
            ledger::note_counts(tx, HERE, day - 1, &counts(7)).await.unwrap();
            ledger::note_counts(tx, ChannelId(2), day, &counts(8)).await.unwrap();
        });
        assert_eq!(ledger::refused_on(&mut db, HERE, day).await.unwrap(), [("no proof".to_owned(), 5)]);
        assert_eq!(ledger::refused_on(&mut db, HERE, day + 1).await.unwrap(), []);
    });
}
