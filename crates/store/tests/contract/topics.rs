//! Topics from week to week, and what people decided about them.

use crate::support::{NOW, on_both, write};
use tertulia_model::UserId;
use tertulia_store::topics::{self, Run, Topic, Week, Wish};

pub fn topic(id: i64, language: &str) -> Topic {
    Topic {
        id,
        language: language.to_owned(),
        part_of: None,
        label: r#"["tea"]"#.to_owned(),
        words: "[]".to_owned(),
        profile: "{}".to_owned(),
        first_week: 10,
        last_week: 10,
        weeks_quiet: 0,
        forgotten_week: None,
    }
}

fn wish(id: i64, kind: &str) -> Wish {
    Wish {
        id,
        kind: kind.to_owned(),
        topic_id: 1,
        other_id: Some(2),
        words: None,
        by_user: UserId(1),
        at: NOW,
        undone_by: None,
        undone_at: None,
    }
}

#[test]
fn a_topic_is_known_from_week_to_week() {
    on_both(async |mut db| {
        assert!(!topics::any(&mut db).await.unwrap());
        let part = Topic { part_of: Some(1), ..topic(3, "en") };
        write!(db, |tx| topics::put(tx, &[topic(1, "en"), topic(2, "es"), part.clone()]).await.unwrap());
        let later = Topic { last_week: 11, weeks_quiet: 1, forgotten_week: Some(12), ..topic(1, "en") };
        write!(db, |tx| topics::put(tx, std::slice::from_ref(&later)).await.unwrap());
        assert_eq!(topics::of_language(&mut db, "en").await.unwrap(), [later.clone(), part]);
        assert_eq!(topics::get(&mut db, 1).await.unwrap(), Some(later));
        assert_eq!(topics::get(&mut db, 9).await.unwrap(), None);
        assert!(topics::any(&mut db).await.unwrap());
    });
}

#[test]
fn a_week_is_counted_unless_something_changed_meanwhile() {
    on_both(async |mut db| {
        write!(db, |tx| {
            topics::put(tx, &[topic(1, "en"), topic(2, "es")]).await.unwrap();
            topics::note_events(tx, 10, &[(1, "new", None), (2, "resumed", Some(3))]).await.unwrap();
        });
        let waiting = topics::to_count(&mut db, 9).await.unwrap();
        assert_eq!(waiting, [(1, 10, 1), (2, 10, 1)]);
        write!(db, |tx| {
            topics::note_events(tx, 10, &[(2, "quiet", None)]).await.unwrap();
            topics::recounted(tx, waiting[0], (7, 4)).await.unwrap();
            topics::recounted(tx, waiting[1], (7, 4)).await.unwrap();
        });
        assert_eq!(topics::to_count(&mut db, 9).await.unwrap(), [(2, 10, 2)]);
        let week = |topic_id, messages, people, event: &str| Week {
            topic_id,
            week: 10,
            messages,
            people,
            event: Some(event.to_owned()),
            event_of: None,
        };
        assert_eq!(topics::weeks(&mut db, "en", (10, 10)).await.unwrap(), [week(1, 7, 4, "new")]);
        assert_eq!(topics::weeks(&mut db, "es", (9, 11)).await.unwrap(), [week(2, 0, 0, "quiet")]);
        assert_eq!(topics::weeks(&mut db, "en", (11, 12)).await.unwrap(), []);
        write!(db, |tx| topics::count_again(tx, "en", 11).await.unwrap());
        assert_eq!(topics::to_count(&mut db, 1).await.unwrap(), [(2, 10, 2)], "what is older stays as it was counted");
        write!(db, |tx| topics::count_again(tx, "en", 10).await.unwrap());
        assert_eq!(topics::to_count(&mut db, 1).await.unwrap(), [(1, 10, 1)]);
    });
}

#[test]
fn a_week_that_was_looked_at_again_takes_the_place_of_what_stood() {
    on_both(async |mut db| {
        let run = |language: &str, week, messages| Run {
            language: language.to_owned(),
            week,
            messages,
            learnt_from: 5,
            of_none: 1,
            topics: 2,
            at: NOW,
        };
        for one in [run("en", 10, 60), run("en", 11, 70), run("es", 10, 90), run("en", 11, 80)] {
            write!(db, |tx| topics::put_run(tx, &one).await.unwrap());
        }
        assert_eq!(topics::runs(&mut db, "en", (11, 12)).await.unwrap(), [run("en", 11, 80)]);
        let languages = topics::languages(&mut db).await.unwrap();
        assert_eq!(languages, [("en".to_owned(), 11, 140), ("es".to_owned(), 10, 90)]);
    });
}

#[test]
fn what_people_decided_is_taken_back_and_stays_known() {
    on_both(async |mut db| {
        write!(db, |tx| {
            topics::wish(tx, &wish(1, "merge")).await.unwrap();
            topics::wish(tx, &wish(2, "split")).await.unwrap();
        });
        assert_eq!(topics::standing(&mut db).await.unwrap(), [wish(1, "merge"), wish(2, "split")]);
        assert_eq!(topics::to_look(&mut db).await.unwrap(), Some((2, 1, 0)));
        write!(db, |tx| topics::looked(tx, 2, (0, Some(77))).await.unwrap());
        assert_eq!(topics::to_look(&mut db).await.unwrap(), Some((2, 1, 77)));
        write!(db, |tx| topics::look_anew(tx, 2).await.unwrap());
        write!(db, |tx| topics::looked(tx, 2, (77, None)).await.unwrap());
        assert_eq!(topics::to_look(&mut db).await.unwrap(), Some((2, 1, 0)), "it begins anew, whoever was at its end");
        write!(db, |tx| topics::looked(tx, 2, (0, None)).await.unwrap());
        assert_eq!(topics::to_look(&mut db).await.unwrap(), None);
        write!(db, |tx| topics::look_anew(tx, 1).await.unwrap());
        assert_eq!(topics::to_look(&mut db).await.unwrap(), None, "nothing is looked at after a merge");
        write!(db, |tx| topics::look_anew(tx, 2).await.unwrap());
        assert_eq!(topics::to_look(&mut db).await.unwrap(), Some((2, 1, 0)), "also what was done");
        let by = (UserId(5), NOW + 9);
        assert!(write!(db, |tx| topics::take_back(tx, 1, Some(by)).await.unwrap()));
        assert!(!write!(db, |tx| topics::take_back(tx, 1, Some(by)).await.unwrap()), "it was already");
        assert_eq!(topics::standing(&mut db).await.unwrap(), [wish(2, "split")]);
        let undone = Wish { undone_by: Some(by.0), undone_at: Some(by.1), ..wish(1, "merge") };
        assert_eq!(topics::wishes(&mut db, Some(2), 9).await.unwrap(), std::slice::from_ref(&undone));
        assert_eq!(topics::one_wish(&mut db, 1).await.unwrap(), Some(undone));
        assert!(write!(db, |tx| topics::take_back(tx, 1, None).await.unwrap()));
        assert_eq!(topics::standing(&mut db).await.unwrap().len(), 2);
    });
}
