use crate::support::{NOW, body, message, on_both, write};
use tertulia_model::{MessageId, UserId};
use tertulia_store::{
    Db, Result, Sql, StoreError, label_samples,
    labels::{self, Correction, Labelled, Looked},
    messages, reading,
};

/// How many are corrected or were labelled by which version is counted on one page only; samples are drawn by hand, and few.
pub async fn ask(on: &mut impl Sql) -> Result<()> {
    let some = [MessageId(1), MessageId(2)];
    labels::of(on, &some).await?;
    labels::outdated(on, &[1], 9, (10, 10)).await?;
    labels::outdated_between(on, &[1]).await?;
    labels::still(on, &[(MessageId(1), 1)]).await?;
    labels::corrections(on, &some).await?;
    labels::history(on, MessageId(1)).await?;
    labels::candidates(on, 2, 9, 10).await?;
    label_samples::get(on, 1).await?;
    label_samples::messages(on, 1).await?;
    label_samples::readings(on, 1).await?;
    label_samples::drawn_of_kind(on, 2).await?;
    label_samples::readings_of_kind(on, 2).await?;
    Ok(())
}

fn labelled(id: i64, version: i64) -> Labelled {
    let values = [Some(113), Some(97), Some(3), Some(60), None, None, Some(2), Some(71), Some(17), Some(i64::MAX)];
    Labelled { message_id: MessageId(id), revision: 1, version, values }
}

fn said(id: i64, message: i64, kind: i64, value: i64) -> Correction {
    let (message_id, by_user) = (MessageId(message), UserId(1));
    Correction { id, message_id, kind, value, by_user, at: NOW + id, ended_at: None, stood: Some("en".to_owned()) }
}

async fn three_messages(db: &Db) {
    write!(db, |tx| {
        messages::add(tx, &[message(1), message(2), message(3)]).await.unwrap();
        messages::add_bodies(tx, &[body(1), body(2), body(3)]).await.unwrap();
    });
}

#[test]
fn labels_are_read_as_they_were_put_and_the_next_take_their_place() {
    on_both(async |mut db| {
        write!(db, |tx| {
            labels::put(tx, &[labelled(2, 7), labelled(1, 7)]).await.unwrap();
            labels::put(tx, &[]).await.unwrap();
        });
        let all = [MessageId(1), MessageId(2), MessageId(3)];
        assert_eq!(labels::of(&mut db, &all).await.unwrap(), [labelled(1, 7), labelled(2, 7)]);
        let anew = Labelled { revision: 2, values: [None; 10], ..labelled(1, 8) };
        write!(db, |tx| labels::put(tx, &[anew]).await.unwrap());
        assert_eq!(labels::of(&mut db, &all[..1]).await.unwrap(), [anew]);
        assert_eq!(labels::by_version(&mut db).await.unwrap(), [(8, 1), (7, 1)]);
        assert_eq!(labels::outdated_between(&mut db, &[9]).await.unwrap(), None, "there are no such messages");
        assert_eq!(labels::of(&mut db, &[]).await.unwrap(), []);
    });
}

#[test]
fn what_another_version_labelled_or_none_did_is_found_from_the_newest_on() {
    on_both(async |mut db| {
        three_messages(&db).await;
        let ours = messages::NewMessage { direction: "ours", ..message(4) };
        write!(db, |tx| {
            messages::add(tx, &[ours]).await.unwrap();
            labels::put(tx, &[labelled(2, 7), labelled(3, 9)]).await.unwrap();
        });
        let lower = labels::outdated(&mut db, &[7], i64::MAX, (9, 9)).await.unwrap();
        assert_eq!(lower.old.iter().map(|one| one.id.0).collect::<Vec<_>>(), [3, 1], "a higher one is another, too");
        let Looked { lowest, many, old: found } = labels::outdated(&mut db, &[9], i64::MAX, (2, 2)).await.unwrap();
        assert_eq!((lowest, many), (Some(message(2).place), 2));
        let told: Vec<_> = found.iter().map(|one| (one.id.0, one.labelled, one.text.as_str())).collect();
        assert_eq!(told, [(2, Some(113), "Where is order 2?")]);
        let Looked { lowest, old: found, .. } =
            labels::outdated(&mut db, &[9], message(2).place, (2, 2)).await.unwrap();
        assert_eq!((lowest, found.len(), found[0].labelled), (Some(message(1).place), 1, None));
        let end = labels::outdated(&mut db, &[9], message(1).place, (2, 2)).await.unwrap();
        assert_eq!(end, Looked { lowest: None, many: 0, old: vec![] });
        // Where one old one is enough nothing behind it was looked at.
        let one = labels::outdated(&mut db, &[9], i64::MAX, (9, 1)).await.unwrap();
        assert_eq!((one.lowest, one.many, one.old.len()), (Some(message(2).place), 2, 1));
        let asked = [(MessageId(1), 1), (MessageId(2), 0), (MessageId(4), 1)];
        assert_eq!(labels::still(&mut db, &asked).await.unwrap(), [MessageId(1)]);
        assert_eq!(labels::count_to_label(&mut db).await.unwrap(), 3);
        for version in [9, 8, 7] {
            assert!(labels::outdated_between(&mut db, &[version]).await.unwrap().is_some(), "{version}");
        }
        assert_eq!(labels::outdated_between(&mut db, &[7, 9]).await.unwrap(), None, "both are ours");
        let all = Some((message(3).place, message(2).place, 2));
        assert_eq!(labels::outdated_between(&mut db, &[6, 8]).await.unwrap(), all, "between them and beyond");
        write!(db, |tx| labels::put(tx, &[labelled(2, 9)]).await.unwrap());
        assert_eq!(labels::outdated_between(&mut db, &[9]).await.unwrap(), None);
        assert!(labels::outdated_between(&mut db, &[7]).await.unwrap().is_some());
        write!(db, |tx| labels::set_language(tx, MessageId(1), "pt").await.unwrap());
        assert_eq!(reading::message(&mut db, MessageId(1)).await.unwrap().unwrap().language, "pt");
    });
}

#[test]
fn one_correction_of_a_kind_holds_and_those_before_it_stay_known() {
    on_both(async |mut db| {
        write!(db, |tx| {
            labels::correct(tx, &said(1, 1, 2, 3)).await.unwrap();
            labels::correct(tx, &said(2, 1, 2, 1)).await.unwrap();
            labels::correct(tx, &said(3, 1, 3, 2)).await.unwrap();
            assert_eq!(labels::standing_to_change(tx, MessageId(1), 2).await.unwrap(), Some(said(2, 1, 2, 1)));
            assert_eq!(labels::standing_to_change(tx, MessageId(1), 9).await.unwrap(), None);
        });
        let here = [MessageId(1)];
        assert_eq!(labels::corrections(&mut db, &here).await.unwrap(), [said(2, 1, 2, 1), said(3, 1, 3, 2)]);
        let before = Correction { ended_at: Some(NOW + 2), ..said(1, 1, 2, 3) };
        assert_eq!(labels::history(&mut db, MessageId(1)).await.unwrap()[2], before);
        assert_eq!(labels::count_corrected(&mut db).await.unwrap(), [(2, 1), (3, 1)]);
        let mut tx = db.begin().await.unwrap();
        let again = labels::end(&mut tx, 1, None).await;
        assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
        tx.roll_back().await.unwrap();
        write!(db, |tx| {
            labels::end(tx, 2, Some(NOW + 9)).await.unwrap();
            labels::end(tx, 1, None).await.unwrap();
        });
        assert_eq!(labels::correction(&mut db, 1).await.unwrap().unwrap().ended_at, None);
        assert_eq!(labels::corrections(&mut db, &here).await.unwrap()[0].id, 1);
        write!(db, |tx| assert_eq!(labels::end_all(tx, MessageId(1), NOW + 20).await.unwrap(), 2));
        assert_eq!(labels::corrections(&mut db, &here).await.unwrap(), []);
    });
}

#[test]
fn what_was_made_of_words_goes_with_them_and_follows_a_copy_to_its_original() {
    on_both(async |mut db| {
        three_messages(&db).await;
        write!(db, |tx| {
            labels::put(tx, &[labelled(1, 7), labelled(2, 7), labelled(3, 7)]).await.unwrap();
            labels::correct(tx, &said(1, 1, 2, 3)).await.unwrap();
            labels::correct(tx, &said(2, 3, 2, 3)).await.unwrap();
            labels::correct(tx, &said(3, 3, 4, 1)).await.unwrap();
            labels::correct(tx, &said(4, 2, 2, 1)).await.unwrap();
            messages::bury(tx, MessageId(1), message(1).place).await.unwrap();
        });
        let all = [MessageId(1), MessageId(2), MessageId(3)];
        assert_eq!(labels::of(&mut db, &all).await.unwrap(), [labelled(2, 7), labelled(3, 7)]);
        assert_eq!(labels::history(&mut db, MessageId(1)).await.unwrap(), []);
        let copy = messages::known_by_id(&mut db, MessageId(3)).await.unwrap().unwrap();
        let original = messages::known_by_id(&mut db, MessageId(2)).await.unwrap().unwrap();
        write!(db, |tx| messages::merge_copy(tx, &copy, &original, message(3).source_key).await.unwrap());
        let held: Vec<_> = labels::corrections(&mut db, &all).await.unwrap();
        assert_eq!(held.iter().map(|one| (one.id, one.message_id.0)).collect::<Vec<_>>(), [(4, 2), (3, 2)]);
        write!(db, |tx| messages::becomes_ours(tx, MessageId(2), "{}").await.unwrap());
        assert_eq!(labels::of(&mut db, &all).await.unwrap(), [], "what we say ourselves is not labelled");
    });
}

#[test]
fn candidates_are_what_people_said_but_for_what_was_drawn_before() {
    on_both(async |mut db| {
        let by = |auto| move |n| messages::NewMessage { auto, ..message(n) };
        let said: Vec<_> = [1, 2, 3].map(by("person")).into_iter().chain([by("bulk")(4)]).collect();
        write!(db, |tx| messages::add(tx, &said).await.unwrap());
        crate::label_samples::draw(&db, 2, &[2]).await;
        let ids = |found: &[labels::Candidate]| found.iter().map(|one| one.id.0).collect::<Vec<_>>();
        let (lowest, found) = labels::candidates(&mut db, 2, i64::MAX, 2).await.unwrap();
        assert_eq!((lowest, ids(&found)), (Some(message(2).place), vec![3]));
        let asked = [1, 2, 3].map(MessageId);
        assert_eq!(labels::sampled(&mut db, 2, &asked).await.unwrap().into_iter().collect::<Vec<_>>(), [MessageId(2)]);
        let (_, of_another) = labels::candidates(&mut db, 3, i64::MAX, 9).await.unwrap();
        assert_eq!(ids(&of_another), [3, 2, 1]);
        let (end, none) = labels::candidates(&mut db, 2, message(1).place, 2).await.unwrap();
        assert_eq!((end, none), (None, vec![]));
    });
}

#[test]
fn many_messages_get_one_language_at_once_and_the_others_keep_theirs() {
    on_both(async |mut db| {
        three_messages(&db).await;
        let before = reading::message(&mut db, MessageId(3)).await.unwrap().unwrap().language;
        write!(db, |tx| labels::set_languages(tx, &[MessageId(1), MessageId(2)], "cy").await.unwrap());
        let mut stand = Vec::new();
        for id in 1..=3 {
            stand.push(reading::message(&mut db, MessageId(id)).await.unwrap().unwrap().language);
        }
        assert_eq!(stand, ["cy", "cy", &before]);
    });
}
