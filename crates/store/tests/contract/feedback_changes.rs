use crate::{
    evidence::votes,
    feedback::item,
    support::{NOW, on_both, write},
};
use tertulia_model::{ChangeId, FeedbackId, UserId};
use tertulia_store::{
    evidence, feedback,
    feedback::Item,
    feedback_changes::{self, Change, Move},
};

/// The `n`th change, which is considered.
pub fn change(n: i64) -> Change {
    Change {
        id: ChangeId(n),
        title: format!("Change {n}"),
        words: "What it would be.".to_owned(),
        state: "considering".to_owned(),
        reason: String::new(),
        link: None,
        askers: 0,
        version: 0,
        created_by: UserId(1),
        created_at: NOW + n,
        moved_at: NOW + n,
    }
}

fn moved(id: i64, before: Option<&str>, state: &str) -> Move {
    Move {
        id,
        change_id: ChangeId(1),
        state_before: before.map(str::to_owned),
        reason_before: String::new(),
        state: state.to_owned(),
        reason: "There is room for it.".to_owned(),
        by_user: UserId(1),
        at: NOW + id,
        undone_at: None,
    }
}

#[test]
fn a_change_is_kept_moved_and_its_last_move_undone_stays_on_the_record() {
    on_both(async |mut db| {
        write!(db, |tx| {
            feedback_changes::add(tx, &change(1)).await.unwrap();
            feedback_changes::add_move(tx, &moved(1, None, "considering")).await.unwrap();
            assert_eq!(feedback_changes::get_to_change(tx, ChangeId(1)).await.unwrap(), Some(change(1)));
            let planned =
                Change { state: "planned".to_owned(), link: Some("https://x.example/1".to_owned()), ..change(1) };
            feedback_changes::put(tx, &planned).await.unwrap();
            feedback_changes::add_move(tx, &moved(2, Some("considering"), "planned")).await.unwrap();
        });
        let now = feedback_changes::get(&mut db, ChangeId(1)).await.unwrap().unwrap();
        assert_eq!((now.state.as_str(), now.version), ("planned", 1));
        let last = feedback_changes::last_move(&mut db, ChangeId(1)).await.unwrap();
        assert_eq!(last, Some(moved(2, Some("considering"), "planned")));
        write!(db, |tx| feedback_changes::undo_move(tx, 2, UserId(1), NOW + 9).await.unwrap());
        assert_eq!(feedback_changes::last_move(&mut db, ChangeId(1)).await.unwrap().unwrap().id, 1);
        let all = feedback_changes::moves(&mut db, ChangeId(1), 9).await.unwrap();
        assert_eq!(all.iter().map(|m| (m.id, m.undone_at)).collect::<Vec<_>>(), [(2, Some(NOW + 9)), (1, None)]);
    });
}

#[test]
fn who_asks_for_several_items_of_a_change_counts_once_and_the_most_asked_for_stands_first() {
    on_both(async |mut db| {
        write!(db, |tx| {
            for n in 1..=3 {
                feedback_changes::add(tx, &change(n)).await.unwrap();
                feedback::add(tx, &Item { change_id: Some(ChangeId(if n == 3 { 3 } else { 1 })), ..item(n) })
                    .await
                    .unwrap();
            }
            for (id, of, person) in [(1, 1, 10), (2, 2, 10), (3, 2, 11), (4, 3, 12)] {
                evidence::add(tx, &votes(id, of, person)).await.unwrap();
            }
            for n in 1..=3 {
                feedback_changes::recount(tx, ChangeId(n)).await.unwrap();
            }
        });
        let list = feedback_changes::list(&mut db, "considering", None, 9).await.unwrap();
        assert_eq!(list.iter().map(|c| (c.id.0, c.askers)).collect::<Vec<_>>(), [(1, 2), (3, 1), (2, 0)]);
        let rest = feedback_changes::list(&mut db, "considering", Some((1, ChangeId(3))), 9).await.unwrap();
        assert_eq!(rest.iter().map(|c| c.id.0).collect::<Vec<_>>(), [2]);
        assert_eq!(feedback_changes::list(&mut db, "done", None, 9).await.unwrap(), []);
        assert_eq!(feedback_changes::all(&mut db, None, Some(ChangeId(3)), 9).await.unwrap().len(), 2);
        assert_eq!(feedback_changes::all(&mut db, Some("done"), None, 9).await.unwrap(), []);
        write!(db, |tx| feedback_changes::remove(tx, ChangeId(1)).await.unwrap());
        assert_eq!(feedback_changes::get(&mut db, ChangeId(1)).await.unwrap(), None);
        assert_eq!(feedback::get(&mut db, FeedbackId(1)).await.unwrap().unwrap().change_id, None);
    });
}
