use crate::{
    feedback_changes::change,
    support::{NOW, on_both, write},
};
use tertulia_model::{ChangeId, UserId};
use tertulia_store::{
    feedback_changes::{self, Change},
    roadmap::{self, Entry},
};

fn entry(n: i64, is_public: bool) -> Entry {
    Entry {
        change_id: ChangeId(n),
        title: format!("For all: {n}"),
        words: "Everybody may read this.".to_owned(),
        language: "en".to_owned(),
        is_public,
        by_user: UserId(1),
        published_at: NOW,
        updated_at: NOW,
    }
}

#[test]
fn only_what_was_published_is_shown_and_its_words_outlive_being_taken_off() {
    on_both(async |mut db| {
        write!(db, |tx| {
            for n in 1..=2 {
                feedback_changes::add(tx, &change(n)).await.unwrap();
                roadmap::put(tx, &entry(n, n == 1)).await.unwrap();
            }
            feedback_changes::add(tx, &change(3)).await.unwrap();
        });
        let shown = roadmap::shown(&mut db, ChangeId(1)).await.unwrap().unwrap();
        assert_eq!((shown.title.as_str(), shown.state.as_str()), ("For all: 1", "considering"));
        for n in [2, 3] {
            assert_eq!(roadmap::shown(&mut db, ChangeId(n)).await.unwrap(), None);
        }
        let off = Entry { is_public: false, published_at: NOW + 9, updated_at: NOW + 9, ..entry(1, true) };
        write!(db, |tx| roadmap::put(tx, &off).await.unwrap());
        assert_eq!(roadmap::shown(&mut db, ChangeId(1)).await.unwrap(), None);
        let kept = roadmap::get(&mut db, ChangeId(1)).await.unwrap().unwrap();
        assert_eq!(kept, Entry { published_at: NOW, ..off }, "it was first published when it was");
        let all = roadmap::all(&mut db, None, 9).await.unwrap();
        assert_eq!(all.iter().map(|e| e.change_id.0).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(roadmap::all(&mut db, Some(ChangeId(2)), 9).await.unwrap().len(), 1);
        write!(db, |tx| feedback_changes::remove(tx, ChangeId(1)).await.unwrap());
        assert_eq!(roadmap::get(&mut db, ChangeId(1)).await.unwrap(), None);
    });
}

#[test]
fn a_state_is_paged_from_what_was_moved_last() {
    on_both(async |mut db| {
        write!(db, |tx| {
            for n in 1..=5 {
                let state = if n == 5 { "planned" } else { "done" };
                feedback_changes::add(tx, &Change { state: state.to_owned(), moved_at: NOW + n / 2, ..change(n) })
                    .await
                    .unwrap();
                roadmap::put(tx, &entry(n, n != 2)).await.unwrap();
            }
        });
        let first = roadmap::list(&mut db, "done", None, 2).await.unwrap();
        assert_eq!(first.iter().map(|s| s.id.0).collect::<Vec<_>>(), [4, 3]);
        let last = first.last().map(|s| (s.moved_at, s.id));
        let rest = roadmap::list(&mut db, "done", last, 9).await.unwrap();
        assert_eq!(rest.iter().map(|s| s.id.0).collect::<Vec<_>>(), [1]);
        assert_eq!(roadmap::list(&mut db, "declined", None, 9).await.unwrap(), []);
    });
}
