use crate::{
    evidence::{says, votes},
    feedback_changes::change,
    support::{NOW, on_both, write},
};
use tertulia_model::{ChangeId, FeedbackId, MessageId, UserId};
use tertulia_store::{
    Db, evidence,
    feedback::{self, Below, Item, Wanted},
    feedback_changes, feedback_terms,
};

/// The `n`th item, in the team's words.
pub fn item(n: i64) -> Item {
    let (title, asked) = (format!("Item {n}"), format!("They ask for {n}."));
    Item {
        id: FeedbackId(n),
        title_folded: title.to_lowercase(),
        asked_folded: asked.to_lowercase(),
        title,
        asked,
        language: "en".to_owned(),
        title_of: None,
        asked_of: None,
        change_id: None,
        merged_into: None,
        root_id: FeedbackId(n),
        askers: 0,
        version: 0,
        created_by: UserId(1),
        created_at: NOW + n,
    }
}

async fn ids(db: &mut Db, wanted: Wanted<'_>) -> Vec<i64> {
    feedback::list(db, &wanted, None, 99).await.unwrap().into_iter().map(|row| row.id.0).collect()
}

pub async fn askers(db: &mut Db, id: i64) -> i64 {
    feedback::get(db, FeedbackId(id)).await.unwrap().unwrap().askers
}

#[test]
fn an_item_is_kept_changed_and_taken_away_as_if_it_had_never_been() {
    on_both(async |mut db| {
        write!(db, |tx| feedback::add(tx, &item(1)).await.unwrap());
        assert_eq!(feedback::get(&mut db, FeedbackId(1)).await.unwrap(), Some(item(1)));
        let changed = Item { title: "Ice".to_owned(), change_id: Some(ChangeId(3)), ..item(1) };
        write!(db, |tx| {
            assert_eq!(feedback::get_to_change(tx, &[FeedbackId(1), FeedbackId(9)]).await.unwrap(), [item(1)]);
            feedback::put(tx, &changed).await.unwrap();
            evidence::add(tx, &says(1, 1, 7, 70)).await.unwrap();
            feedback_terms::put(tx, FeedbackId(1), &["ice".to_owned()]).await.unwrap();
        });
        assert_eq!(feedback::get(&mut db, FeedbackId(1)).await.unwrap(), Some(Item { version: 1, ..changed }));
        assert_eq!(feedback::some(&mut db, &[FeedbackId(1), FeedbackId(9)]).await.unwrap().len(), 1);
        assert_eq!(feedback::all(&mut db, None, 9).await.unwrap().len(), 1);
        assert_eq!(feedback::all(&mut db, Some(FeedbackId(1)), 9).await.unwrap(), []);
        write!(db, |tx| feedback::remove(tx, FeedbackId(1)).await.unwrap());
        assert_eq!(feedback::get(&mut db, FeedbackId(1)).await.unwrap(), None);
        assert_eq!(evidence::get(&mut db, 1).await.unwrap(), None);
        assert_eq!(feedback_terms::count(&mut db).await.unwrap(), 0);
    });
}

#[test]
fn the_most_asked_for_stands_first_and_the_list_is_narrowed_by_state_words_and_change() {
    on_both(async |mut db| {
        write!(db, |tx| {
            feedback_changes::add(tx, &change(5)).await.unwrap();
            for n in 1..=4 {
                feedback::add(tx, &item(n)).await.unwrap();
            }
            feedback::put(tx, &Item { change_id: Some(ChangeId(5)), ..item(2) }).await.unwrap();
            for (id, of, person) in [(1, 3, 30), (2, 3, 31), (3, 2, 30)] {
                evidence::add(tx, &votes(id, of, person)).await.unwrap();
            }
            feedback::recount(tx, &[2, 3].map(FeedbackId)).await.unwrap();
        });
        assert_eq!(ids(&mut db, Wanted::default()).await, [3, 2, 4, 1]);
        let of = |state| Wanted { state: Some(state), ..Wanted::default() };
        assert_eq!(ids(&mut db, of("open")).await, [3, 4, 1]);
        assert_eq!(ids(&mut db, of("considering")).await, [2]);
        assert_eq!(ids(&mut db, of("done")).await, Vec::<i64>::new());
        assert_eq!(ids(&mut db, Wanted { change: Some(ChangeId(5)), ..Wanted::default() }).await, [2]);
        assert_eq!(ids(&mut db, Wanted { words: vec!["item", "for 4"], ..Wanted::default() }).await, [4]);
        assert_eq!(ids(&mut db, Wanted { words: vec!["100%"], ..Wanted::default() }).await, Vec::<i64>::new());
        let below = Some(Below { askers: 1, id: FeedbackId(2) });
        let rest = feedback::list(&mut db, &Wanted::default(), below, 1).await.unwrap();
        assert_eq!(rest[0].id, FeedbackId(4));
        let row = feedback::rows_of(&mut db, &[FeedbackId(2)]).await.unwrap().remove(0);
        assert_eq!(
            (row.askers, row.change_title.as_deref(), row.state.as_deref()),
            (1, Some("Change 5"), Some("considering"))
        );
        assert_eq!(feedback_changes::get(&mut db, ChangeId(5)).await.unwrap().unwrap().askers, 1);
    });
}

#[test]
fn a_merge_keeps_every_asker_once_and_is_parted_with_what_was_given_to_it() {
    on_both(async |mut db| {
        let by = (UserId(1), NOW);
        write!(db, |tx| {
            for n in 1..=3 {
                feedback::add(tx, &item(n)).await.unwrap();
            }
            for (id, of, person) in [(1, 1, 10), (2, 1, 11), (3, 2, 11), (4, 2, 12), (5, 3, 13)] {
                evidence::add(tx, &votes(id, of, person)).await.unwrap();
            }
            feedback::recount(tx, &[1, 2, 3].map(FeedbackId)).await.unwrap();
            feedback::merge(tx, (FeedbackId(1), FeedbackId(2)), false, by).await.unwrap();
        });
        assert_eq!((askers(&mut db, 2).await, askers(&mut db, 1).await), (3, 0), "who asked for both counts once");
        write!(db, |tx| feedback::merge(tx, (FeedbackId(2), FeedbackId(3)), true, by).await.unwrap());
        assert_eq!(askers(&mut db, 3).await, 4);
        assert_eq!(ids(&mut db, Wanted::default()).await, [3]);
        let parts = feedback::parts(&mut db, FeedbackId(3), 9).await.unwrap();
        let told: Vec<_> = parts.iter().map(|part| (part.id.0, part.merged_into.0, part.gave_change)).collect();
        assert_eq!(told, [(2, 3, true), (1, 2, false)]);
        let root = feedback::rows_of(&mut db, &[1, 2].map(FeedbackId)).await.unwrap();
        assert_eq!(root.iter().map(|row| row.id.0).collect::<Vec<_>>(), [3]);
        // What came since was given to the one that stands.
        write!(db, |tx| {
            evidence::add(tx, &votes(6, 3, 14)).await.unwrap();
            assert_eq!(feedback::part(tx, FeedbackId(2)).await.unwrap(), Some(FeedbackId(3)));
        });
        assert_eq!((askers(&mut db, 3).await, askers(&mut db, 2).await, askers(&mut db, 1).await), (2, 3, 0));
        write!(db, |tx| {
            assert_eq!(feedback::part(tx, FeedbackId(1)).await.unwrap(), Some(FeedbackId(2)));
            assert_eq!(feedback::part(tx, FeedbackId(1)).await.unwrap(), None, "it stands by itself");
        });
        assert_eq!((askers(&mut db, 3).await, askers(&mut db, 2).await, askers(&mut db, 1).await), (2, 2, 2));
    });
}

#[test]
fn words_that_are_gone_where_they_were_said_are_gone_here_and_the_askers_stay() {
    on_both(async |mut db| {
        write!(db, |tx| {
            let title_of = Some(MessageId(7));
            feedback::add(tx, &Item { title_of, ..item(1) }).await.unwrap();
            feedback::add(tx, &Item { asked_of: title_of, ..item(2) }).await.unwrap();
            feedback::add(tx, &item(3)).await.unwrap();
            evidence::add(tx, &says(1, 1, 10, 7)).await.unwrap();
            feedback::recount(tx, &[FeedbackId(1)]).await.unwrap();
            feedback::forget_words(tx, &[MessageId(7)]).await.unwrap();
        });
        let all = feedback::all(&mut db, None, 9).await.unwrap();
        let words: Vec<_> = all.iter().map(|i| (i.title.as_str(), i.asked.as_str(), i.askers)).collect();
        let untouched = ("Item 3", "They ask for 3.", 0);
        assert_eq!(words, [untouched, ("Item 2", "", 0), ("", "They ask for 1.", 1)]);
        assert_eq!(ids(&mut db, Wanted { words: vec!["item"], ..Wanted::default() }).await, [3, 2]);
    });
}
