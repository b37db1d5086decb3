use crate::{
    feedback_changes::change,
    support::{NOW, on_both, write},
};
use tertulia_model::{ChangeId, UserId};
use tertulia_store::{
    feedback_changes::{self, Change},
    trackers::{self, Note, Tracker},
};

fn tracker(id: i64) -> Tracker {
    Tracker {
        id,
        title: format!("Tracker {id}"),
        secrets: vec![1, 2, 3],
        created_by: UserId(1),
        created_at: NOW,
        heard_at: None,
    }
}

fn note(id: i64, change: i64, what: &str) -> Note {
    Note {
        id,
        change_id: ChangeId(change),
        tracker_id: 1,
        link: "https://issues.example/7".to_owned(),
        what: what.to_owned(),
        said_at: NOW + id,
        heard_at: NOW + id,
        waits: what == "closed",
    }
}

#[test]
fn a_call_is_noted_once_and_forgotten_after_its_time() {
    on_both(async |mut db| {
        write!(db, |tx| {
            trackers::add(tx, &tracker(1)).await.unwrap();
            trackers::add(tx, &tracker(2)).await.unwrap();
            assert!(trackers::note_call(tx, 1, b"one", NOW + 1).await.unwrap());
            assert!(!trackers::note_call(tx, 1, b"one", NOW + 2).await.unwrap());
            assert!(trackers::note_call(tx, 2, b"one", NOW + 3).await.unwrap());
        });
        let heard = trackers::get(&mut db, 1).await.unwrap().unwrap().heard_at;
        assert_eq!(heard, Some(NOW + 2), "it called, even if with nothing new");
        assert_eq!(trackers::all(&mut db).await.unwrap().iter().map(|t| t.id).collect::<Vec<_>>(), [1, 2]);
        write!(db, |tx| {
            assert_eq!(trackers::forget_calls(tx, NOW + 2, 9).await.unwrap(), 1);
            assert!(trackers::note_call(tx, 1, b"one", NOW + 4).await.unwrap());
            assert!(trackers::remove(tx, 1).await.unwrap());
            assert!(!trackers::remove(tx, 1).await.unwrap());
            assert_eq!(trackers::forget_calls(tx, NOW + 9, 9).await.unwrap(), 1, "those of the other");
        });
    });
}

#[test]
fn what_is_said_of_an_issue_waits_at_the_changes_that_link_to_it() {
    on_both(async |mut db| {
        let link = "https://issues.example/7";
        write!(db, |tx| {
            for n in 1..=3 {
                let link = if n == 3 { None } else { Some(link.to_owned()) };
                feedback_changes::add(tx, &Change { link, ..change(n) }).await.unwrap();
            }
        });
        let both = [format!("{link}/"), link.to_owned()];
        let found = trackers::linked(&mut db, &both, 9).await.unwrap();
        assert_eq!(found, [ChangeId(1), ChangeId(2)]);
        assert_eq!(trackers::linked(&mut db, &both, 1).await.unwrap(), [ChangeId(1)]);
        write!(db, |tx| {
            trackers::add_note(tx, &note(1, 1, "closed")).await.unwrap();
            trackers::add_note(tx, &note(2, 1, "reopened")).await.unwrap();
            trackers::add_note(tx, &note(3, 2, "closed")).await.unwrap();
        });
        let said = trackers::notes(&mut db, ChangeId(1), 9).await.unwrap();
        assert_eq!(said, [note(2, 1, "reopened"), note(1, 1, "closed")]);
        let waiting = trackers::waiting(&mut db, 9).await.unwrap();
        let waits: Vec<_> = waiting.iter().map(|w| (w.note_id, w.change_id.0, w.title.as_str())).collect();
        assert_eq!(waits, [(3, 2, "Change 2"), (1, 1, "Change 1")]);
        write!(db, |tx| assert_eq!(trackers::settle(tx, ChangeId(1)).await.unwrap(), 1));
        assert_eq!(trackers::waiting(&mut db, 9).await.unwrap().len(), 1);
    });
}
