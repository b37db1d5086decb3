use crate::{
    feedback_changes::change,
    support::{NOW, on_both, write},
    tellings::draft,
};
use tertulia_model::{ChangeId, PersonId, UserId};
use tertulia_store::{
    feedback_changes,
    telling_texts::{self, Round, Text},
    tellings,
};

fn text(language: &str, words: &str) -> Text {
    Text {
        change_id: ChangeId(5),
        kind: "done".to_owned(),
        language: language.to_owned(),
        words: words.to_owned(),
        version: 0,
        written_by: UserId(1),
        written_at: NOW,
    }
}

#[test]
fn a_text_is_written_over_only_by_who_knew_what_stood_there() {
    on_both(async |mut db| {
        write!(db, |tx| {
            assert!(telling_texts::put(tx, &text("en", "Done."), None).await.unwrap());
            assert!(!telling_texts::put(tx, &text("en", "Done!"), None).await.unwrap());
            assert!(!telling_texts::put(tx, &text("en", "Done!"), Some(1)).await.unwrap());
            assert!(telling_texts::put(tx, &text("en", "It is done."), Some(0)).await.unwrap());
            assert!(telling_texts::put(tx, &text("de", "Erledigt."), None).await.unwrap());
        });
        let now = telling_texts::of_change(&mut db, ChangeId(5), "done").await.unwrap();
        assert_eq!(now, [text("de", "Erledigt."), Text { version: 1, ..text("en", "It is done.") }]);
        assert_eq!(telling_texts::of_change(&mut db, ChangeId(5), "helped").await.unwrap(), []);
        let last = Some((ChangeId(5), "done".to_owned(), "de".to_owned()));
        assert_eq!(telling_texts::all(&mut db, last, 9).await.unwrap().len(), 1);
        assert_eq!(telling_texts::all(&mut db, None, 9).await.unwrap().len(), 2);
        write!(db, |tx| {
            assert!(telling_texts::remove(tx, ChangeId(5), "done", "de").await.unwrap());
            assert!(!telling_texts::remove(tx, ChangeId(5), "done", "de").await.unwrap());
        });
    });
}

#[test]
fn drafts_are_prepared_step_by_step_and_by_one_at_a_time() {
    on_both(async |mut db| {
        let id = ChangeId(5);
        let p = PersonId;
        assert_eq!(telling_texts::round(&mut db, id).await.unwrap(), Round::default());
        write!(db, |tx| {
            telling_texts::set_ask_days(tx, id, Some(7)).await.unwrap();
            telling_texts::begin(tx, id, NOW).await.unwrap();
            assert!(telling_texts::step(tx, id, p(0), p(20), 5).await.unwrap());
            assert!(!telling_texts::step(tx, id, p(0), p(20), 5).await.unwrap(), "another has come so far");
            assert!(!telling_texts::end(tx, id, p(0), NOW + 1).await.unwrap());
        });
        let half = Round {
            after_person: Some(p(20)),
            looked: 5,
            begun_at: Some(NOW),
            ended_at: None,
            ask_days: Some(7),
            ask_until: None,
        };
        assert_eq!(telling_texts::round(&mut db, id).await.unwrap(), half);
        write!(db, |tx| assert!(telling_texts::end(tx, id, p(20), NOW + 1).await.unwrap()));
        let whole = Round { after_person: None, ended_at: Some(NOW + 1), ..half };
        assert_eq!(telling_texts::round(&mut db, id).await.unwrap(), whole);
        write!(db, |tx| {
            telling_texts::begin(tx, id, NOW + 2).await.unwrap();
            telling_texts::set_ask_days(tx, id, None).await.unwrap();
            telling_texts::set_ask_until(tx, id, NOW).await.unwrap();
        });
        let again = telling_texts::round(&mut db, id).await.unwrap();
        let begun =
            Round { after_person: Some(p(0)), begun_at: Some(NOW + 2), ask_until: Some(NOW), ..Round::default() };
        assert_eq!(again, begun);
    });
}

#[test]
fn a_change_that_never_was_takes_its_texts_along() {
    on_both(async |mut db| {
        write!(db, |tx| {
            feedback_changes::add(tx, &change(5)).await.unwrap();
            telling_texts::put(tx, &text("en", "Done."), None).await.unwrap();
            telling_texts::begin(tx, ChangeId(5), NOW).await.unwrap();
            tellings::add(tx, &[draft(1, 10, None)]).await.unwrap();
            feedback_changes::remove(tx, ChangeId(5)).await.unwrap();
        });
        assert_eq!(telling_texts::all(&mut db, None, 9).await.unwrap(), []);
        assert_eq!(tellings::get(&mut db, 1).await.unwrap(), None);
    });
}
