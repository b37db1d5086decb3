use crate::support::{NOW, on_both, write};
use std::time::Duration;
use tertulia_store::changes::{self, Change};

#[test]
fn changes_are_read_on_from_a_sequence() {
    on_both(async |mut db| {
        assert_eq!(changes::newest(&mut db).await.unwrap(), 0);
        let noted = write!(db, |tx| {
            assert!(changes::note(tx, &[], NOW).await.unwrap().is_empty());
            changes::note(tx, &[("conversation", 7), ("channel", i64::MAX), ("conversation", 7)], NOW).await.unwrap()
        });
        assert_eq!(noted.iter().map(|c| c.subject).collect::<Vec<_>>(), [7, i64::MAX, 7]);
        assert_eq!(changes::after(&mut db, 0, 10).await.unwrap(), noted);
        assert_eq!(changes::after(&mut db, noted[0].seq, 1).await.unwrap(), noted[1..2]);
        assert_eq!(changes::newest(&mut db).await.unwrap(), noted[2].seq);
    });
}

#[test]
fn nobody_notes_a_change_until_who_is_alone_has_ended() {
    on_both(async |db| {
        let mut first = db.begin().await.unwrap();
        changes::alone(&mut first).await.unwrap();
        let other = db.clone();
        let waiting = tokio::spawn(async move {
            write!(other, |tx| changes::note(tx, &[("channel", 1)], NOW).await.unwrap());
        });
        tokio::time::sleep(Duration::from_millis(80)).await;
        assert!(!waiting.is_finished());
        drop(first);
        waiting.await.unwrap();
    });
}

#[test]
fn a_thousand_changes_keep_their_order_and_the_newest_is_never_forgotten() {
    on_both(async |mut db| {
        let many: Vec<(&str, i64)> = (0..1_003).map(|n| ("conversation", n)).collect();
        let noted = write!(db, |tx| changes::note(tx, &many, NOW).await.unwrap());
        assert!(noted.iter().map(|c| c.subject).eq(0..1_003));
        assert!(noted.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        assert_eq!(write!(db, |tx| changes::forget(tx, NOW + 1).await.unwrap()), 1_002);
        assert_eq!(changes::newest(&mut db).await.unwrap(), noted[1_002].seq);
        let next = write!(db, |tx| changes::note(tx, &[("channel", 1)], NOW).await.unwrap());
        assert!(next[0].seq > noted[1_002].seq);
    });
}

#[test]
fn who_reads_while_many_write_never_sees_a_sequence_appear_behind_them() {
    on_both(async |db| {
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let db = db.clone();
                tokio::spawn(async move {
                    for n in 0..12 {
                        let mut tx = db.begin().await.unwrap();
                        changes::note(&mut tx, &[("conversation", writer), ("channel", n)], NOW).await.unwrap();
                        // Without the order of commits, who noted first and commits last would be overlooked.
                        tokio::time::sleep(Duration::from_millis((writer * 7 + n * 3).cast_unsigned() % 5)).await;
                        tx.commit().await.unwrap();
                    }
                })
            })
            .collect();
        let mut reader = db.clone();
        let (mut seen, mut last): (Vec<Change>, i64) = (Vec::new(), 0);
        while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
            seen.extend(changes::after(&mut reader, last, 50).await.unwrap());
            last = seen.last().map_or(0, |change| change.seq);
        }
        seen.extend(changes::after(&mut reader, last, 1_000).await.unwrap());
        assert_eq!(seen.len(), 8 * 12 * 2, "a reader who resumes from the last sequence misses nothing");
    });
}
