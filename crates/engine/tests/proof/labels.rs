//! Labels go with the words they are of; what a person says of one holds; the past is labelled again where models are newer,
//! whatever stops it; and what is measured rests on random samples alone.

use crate::support::{
    World, add_member, on_both,
    said::{Said, said},
};
use tertulia_analysis::labels::{Kind, NEGATIVE, NO, POSITIVE, SPAM, VERSION, YES};
use tertulia_engine::{
    EngineError, erase,
    labels::{self, Held, SampleUndo},
    monitors, worker,
};
use tertulia_model::{MessageId, UserId};
use tertulia_store::{Sql, binds, label_samples, labels as stored, settings};

async fn held(world: &World, id: MessageId) -> Vec<Held> {
    labels::held(&mut world.engine.db.reader(), &[id]).await.unwrap().remove(&id).unwrap_or_default()
}

async fn value(world: &World, id: &str, kind: Kind) -> Option<String> {
    let held = held(world, world.message(id).await.id).await;
    held.into_iter().find(|one| one.kind == kind).map(|one| kind.word(one.value))
}

async fn rows(world: &World, table: &str) -> i64 {
    world.engine.db.reader().number(format!("SELECT COUNT(*) FROM {table}"), binds![]).await.unwrap()
}

fn asking(id: &str) -> Said {
    said(id, "Where is my order? I have been waiting for it since Monday morning.")
}

#[test]
fn what_people_say_is_labelled_as_it_is_stored_and_anew_with_each_wording() {
    on_both(async |world| {
        let ours = said("ours", "It left this morning, and you should have it tomorrow.").by_us();
        world.hear(&[asking("a").created(), ours.created()]).await;
        assert_eq!(value(&world, "a", Kind::Question).await.as_deref(), Some("yes"));
        assert_eq!(value(&world, "a", Kind::Language).await.as_deref(), Some("en"));
        assert_eq!(value(&world, "ours", Kind::Question).await, None, "what we say is not labelled");
        let a = world.message("a").await.id;
        labels::correct(&world.engine, world.user, a, Kind::Noise, SPAM).await.unwrap();
        assert_eq!(value(&world, "a", Kind::Noise).await.as_deref(), Some("spam"));
        world.hear(&[asking("a").edited(5, "It has come this morning, many thanks to all of you.")]).await;
        assert_eq!(value(&world, "a", Kind::Question).await.as_deref(), Some("no"));
        assert!(held(&world, a).await.iter().all(|one| one.corrected.is_none()), "it was said of other words");
        assert_eq!(stored::history(&mut world.engine.db.reader(), a).await.unwrap().len(), 1, "and stays known");
        world.hear(&[asking("a").edited(3, "Where has it gone?")]).await;
        assert_eq!(value(&world, "a", Kind::Question).await.as_deref(), Some("no"), "an older wording never wins");
        // An edit that comes first waits with its words, and is labelled once its original is there.
        world.hear(&[asking("late").edited(2, "Is it there yet, or where is it by now?")]).await;
        assert_eq!(value(&world, "late", Kind::Question).await, None);
        world.hear(&[said("late", "Thank you very much for the quick answer.").created()]).await;
        assert_eq!(value(&world, "late", Kind::Question).await.as_deref(), Some("yes"));
    });
}

#[test]
fn a_correction_holds_until_it_is_taken_back_and_only_the_last_is_undone() {
    on_both(async |world| {
        world.hear(&[asking("a").created(), said("ours", "Tomorrow.").by_us().created()]).await;
        let (a, ours) = (world.message("a").await.id, world.message("ours").await.id);
        let engine = &world.engine;
        let first = labels::correct(engine, world.user, a, Kind::Question, NO).await.unwrap();
        assert_eq!(value(&world, "a", Kind::Question).await.as_deref(), Some("no"));
        let other = add_member(engine).await;
        let second = labels::correct(engine, other, a, Kind::Sentiment, POSITIVE).await.unwrap();
        let third = labels::correct(engine, other, a, Kind::Sentiment, NEGATIVE).await.unwrap();
        assert!(matches!(labels::undo(engine, &second).await, Err(EngineError::Refused(_))), "another holds by now");
        labels::undo(engine, &third).await.unwrap();
        assert_eq!(value(&world, "a", Kind::Sentiment).await.as_deref(), Some("positive"));
        let back = labels::take_back(engine, world.user, a, Kind::Question).await.unwrap();
        assert_eq!(value(&world, "a", Kind::Question).await.as_deref(), Some("yes"), "the model's holds again");
        assert!(matches!(labels::undo(engine, &first).await, Err(EngineError::Refused(_))));
        labels::undo(engine, &back).await.unwrap();
        assert_eq!(value(&world, "a", Kind::Question).await.as_deref(), Some("no"));
        assert!(matches!(
            labels::correct(engine, other, ours, Kind::Sentiment, POSITIVE).await,
            Err(EngineError::Refused(_))
        ));
        assert!(matches!(labels::correct(engine, other, a, Kind::Sentiment, 9).await, Err(EngineError::Invalid(_))));
        let nobody = labels::correct(engine, other, MessageId(7), Kind::Sentiment, POSITIVE).await;
        assert!(matches!(nobody, Err(EngineError::NotFound(_))));
    });
}

#[test]
fn a_corrected_language_is_the_messages_own_and_monitors_look_again() {
    on_both(async |world| {
        world.hear(&[asking("a").created()]).await;
        let id = world.message("a").await.id;
        let spanish = crate::monitors::watch(&world, "lang:es").await;
        crate::monitors::settle(&world).await;
        let es = Kind::Language.value("es").unwrap();
        let undo = labels::correct(&world.engine, world.user, id, Kind::Language, es).await.unwrap();
        crate::monitors::settle(&world).await;
        assert_eq!(world.message("a").await.language, "es");
        assert_eq!(crate::monitors::found(&world, spanish).await, ["a"]);
        labels::undo(&world.engine, &undo).await.unwrap();
        crate::monitors::settle(&world).await;
        assert_eq!(world.message("a").await.language, "en");
        assert_eq!(crate::monitors::found(&world, spanish).await, [""; 0]);
        while monitors::match_waiting(&world.engine).await.unwrap() > 0 {}
    });
}

#[test]
fn a_message_stands_in_one_language_and_in_its_first_once_all_is_taken_back() {
    on_both(async |world| {
        let spoken = Said { language: Some("ca".to_owned()), ..asking("said") };
        world.hear(&[asking("a").created(), spoken.created()]).await;
        let (engine, a) = (&world.engine, world.message("a").await.id);
        let language = |word| Kind::Language.value(word).unwrap();
        labels::correct(engine, world.user, a, Kind::Language, language("es")).await.unwrap();
        labels::correct(engine, world.user, a, Kind::Language, language("mul")).await.unwrap();
        assert_eq!(value(&world, "a", Kind::Language).await.as_deref(), Some("mul"));
        assert_eq!(world.message("a").await.language, "en", "it still stands in one");
        labels::take_back(engine, world.user, a, Kind::Language).await.unwrap();
        assert_eq!(world.message("a").await.language, "en");
        // What the model says is something else where the source said another, and can be said against it.
        let spoken = world.message("said").await.id;
        assert_eq!(world.message("said").await.language, "ca");
        let undo = labels::correct(engine, world.user, spoken, Kind::Language, language("ca")).await.unwrap();
        assert!(undo.is_nothing());
        labels::correct(engine, world.user, spoken, Kind::Language, language("en")).await.unwrap();
        assert_eq!(world.message("said").await.language, "en");
        labels::take_back(engine, world.user, spoken, Kind::Language).await.unwrap();
        assert_eq!(world.message("said").await.language, "ca");
    });
}

#[test]
fn what_is_said_of_other_words_is_refused_and_of_several_kinds_all_holds_or_none() {
    on_both(async |world| {
        world.hear(&[asking("a").created()]).await;
        let (engine, a) = (&world.engine, world.message("a").await.id);
        let undo = labels::correct(engine, world.user, a, Kind::Noise, SPAM).await.unwrap();
        let both = [(Kind::Thanks, Some(YES)), (Kind::Question, Some(9))];
        let wrong = labels::correct_all(engine, world.user, (a, Some(0)), &both).await;
        assert!(matches!(wrong, Err(EngineError::Invalid(_))));
        assert_eq!(rows(&world, "label_corrections").await, 1, "the first was not said either");
        world.hear(&[asking("a").edited(5, "Where is it by now? It should have come on Monday.")]).await;
        assert!(matches!(labels::undo(engine, &undo).await, Err(EngineError::Refused(_))), "it was of other words");
        let stale = labels::correct_all(engine, world.user, (a, Some(0)), &both[..1]).await;
        assert!(matches!(stale, Err(EngineError::Refused(_))));
        let said = labels::correct_all(engine, world.user, (a, Some(5)), &[both[0], (Kind::Noise, Some(SPAM))]).await;
        assert_eq!(value(&world, "a", Kind::Noise).await.as_deref(), Some("spam"));
        labels::undo_all(engine, &said.unwrap()).await.unwrap();
        assert!(held(&world, a).await.iter().all(|one| one.corrected.is_none()));
    });
}

/// As a program with older models left it.
async fn made_old(world: &World) {
    let mut tx = world.engine.db.begin().await.unwrap();
    tx.run("UPDATE labels SET version = 1, sentiment = 3, sentiment_sure = 9, acts = 0", binds![]).await.unwrap();
    tx.run("DELETE FROM labels WHERE message_id IN (SELECT id FROM messages WHERE external_id = 'never')", binds![])
        .await
        .unwrap();
    settings::set(
        &mut tx,
        settings::LABELS_AGAIN,
        r#"{"version":1,"below":null,"looked":0,"of":0,"labelled":0,"begun_at":1,"ended_at":2}"#,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn the_past_is_labelled_again_by_newer_models_and_what_people_said_holds() {
    on_both(async |world| {
        let many = (0..900).map(|n| asking(&format!("{n}")).at_minute(n).created()).collect::<Vec<_>>();
        world.hear(&many).await;
        // As good as surely English, but for its source, which says that it is not.
        let spoken = Said { language: Some("es".to_owned()), ..asking("never") };
        world.hear(&[spoken.created(), asking("said").created()]).await;
        made_old(&world).await;
        let corrected = world.message("said").await.id;
        labels::correct(&world.engine, world.user, corrected, Kind::Noise, SPAM).await.unwrap();
        labels::catch_up(&world.engine).await.unwrap();
        let job = worker::take(&world.engine, worker::LABEL, 0).await.unwrap().expect("it is due");
        // Stopped in the middle, it goes on where it was.
        let looked = async || labels::progress(&mut world.engine.db.reader()).await.unwrap().unwrap().looked;
        while looked().await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        job.abort();
        let _ = job.await;
        let reached = looked().await;
        assert!(0 < reached && reached < 902, "{reached}");
        let mut tx = world.engine.db.begin().await.unwrap();
        tx.run("UPDATE jobs SET lease_until = 0, lease_owner = NULL WHERE kind = 'label'", binds![]).await.unwrap();
        tx.commit().await.unwrap();
        if let Some(job) = worker::take(&world.engine, worker::LABEL, 0).await.unwrap() {
            job.await.unwrap();
        }
        let mut db = world.engine.db.reader();
        assert_eq!(stored::by_version(&mut db).await.unwrap(), [(VERSION, 902)]);
        for id in ["0", "899", "never", "said"] {
            assert_eq!(value(&world, id, Kind::Question).await.as_deref(), Some("yes"), "{id}");
        }
        assert_eq!(value(&world, "said", Kind::Noise).await.as_deref(), Some("spam"));
        assert_eq!(world.message("never").await.language, "es");
        let progress = labels::progress(&mut db).await.unwrap().unwrap();
        assert_eq!((progress.version, progress.left(), progress.of), (VERSION, 0, 902));
        labels::catch_up(&world.engine).await.unwrap();
        assert!(worker::take(&world.engine, worker::LABEL, 0).await.unwrap().is_none(), "there is nothing more to do");
        // A program with older models went on for a while.
        let mut tx = world.engine.db.begin().await.unwrap();
        let sql = "UPDATE labels SET version = 1 WHERE message_id = $1";
        tx.run(sql, binds![corrected]).await.unwrap();
        tx.commit().await.unwrap();
        labels::catch_up(&world.engine).await.unwrap();
        worker::take(&world.engine, worker::LABEL, 0).await.unwrap().expect("it is seen").await.unwrap();
        assert_eq!(stored::by_version(&mut db).await.unwrap(), [(VERSION, 902)]);
    });
}

#[test]
fn a_program_with_older_models_leaves_the_work_to_the_newer_one() {
    on_both(async |world| {
        world.hear(&[asking("a").created()]).await;
        made_old(&world).await;
        labels::catch_up(&world.engine).await.unwrap();
        let newer =
            r#"{"version":9999999999,"below":null,"looked":0,"of":1,"labelled":0,"begun_at":1,"ended_at":null}"#;
        let mut tx = world.engine.db.begin().await.unwrap();
        settings::set(&mut tx, settings::LABELS_AGAIN, newer).await.unwrap();
        tx.commit().await.unwrap();
        worker::take(&world.engine, worker::LABEL, 0).await.unwrap().expect("it is due").await.unwrap();
        assert_eq!(stored::by_version(&mut world.engine.db.reader()).await.unwrap(), [(1, 1)], "nothing was done");
        assert!(worker::take(&world.engine, worker::LABEL, 0).await.unwrap().is_none());
        world.clock.advance(61_000);
        assert!(worker::take(&world.engine, worker::LABEL, 0).await.unwrap().is_some(), "the job is still there");
    });
}

#[test]
fn an_installation_that_heard_nothing_has_nothing_to_label_again() {
    on_both(async |world| {
        labels::catch_up(&world.engine).await.unwrap();
        assert!(worker::take(&world.engine, worker::LABEL, 0).await.unwrap().is_none());
        world.hear(&[asking("a").created()]).await;
        labels::catch_up(&world.engine).await.unwrap();
        assert!(worker::take(&world.engine, worker::LABEL, 0).await.unwrap().is_none(), "it was labelled as it came");
    });
}

/// Two members read all of a sample of questions; the second says that the last is none.
async fn read_by_two(world: &World, sample: i64) -> (UserId, UserId) {
    let (one, other) = (world.user, add_member(&world.engine).await);
    for reader in [one, other] {
        let mut last = None;
        while let Some(message) = labels::next(&world.engine, reader, sample).await.unwrap() {
            let value = if reader == other
                && labels::outlook(&world.engine, sample).await.unwrap().left_for(other).len() == 1
            {
                NO
            } else {
                YES
            };
            last = Some(labels::read(&world.engine, reader, (sample, message), Some(value)).await.unwrap());
        }
        assert!(last.is_some());
    }
    (one, other)
}

#[test]
fn a_sample_is_read_by_two_measured_and_settled_by_talk() {
    on_both(async |world| {
        let all: Vec<_> = (0..12).map(|n| asking(&format!("{n}")).at_minute(n).created()).collect();
        world.hear(&all).await;
        world.hear(&[said("ours", "Tomorrow, I am sure of it.").by_us().created()]).await;
        let engine = &world.engine;
        let (sample, _) = labels::draw(engine, world.user, Kind::Question, 10).await.unwrap();
        let drawn = labels::outlook(engine, sample).await.unwrap();
        assert_eq!((drawn.counts(), drawn.messages[0].0.of_cell), ([0, 0, 0, 10, 0], 12));
        // What somebody corrects where they come upon it is no part of what is measured.
        labels::correct(engine, world.user, drawn.messages[0].0.message_id, Kind::Question, NO).await.unwrap();
        assert_eq!(labels::measured(engine, Kind::Question).await.unwrap().n, 0);
        let (one, other) = read_by_two(&world, sample).await;
        let measured = labels::measured(engine, Kind::Question).await.unwrap();
        assert_eq!((measured.n, measured.wrong, measured.differing, measured.read_twice), (9, 0, 1, 10));
        let differs = labels::outlook(engine, sample).await.unwrap();
        let disputed = differs.differing().next().unwrap().0.message_id;
        assert!(labels::settle(engine, one, (sample, drawn.messages[0].0.message_id), Some(NO)).await.is_err());
        let undo = labels::settle(engine, one, (sample, disputed), Some(NO)).await.unwrap();
        let measured = labels::measured(engine, Kind::Question).await.unwrap();
        assert_eq!((measured.n, measured.wrong), (10, 1), "the model called it a question");
        assert_eq!(measured.confusion, [(NO, YES, 1), (YES, YES, 9)]);
        assert_eq!(labels::undo_sample(engine, one, undo).await.unwrap(), Some(sample));
        // A third who reads it decides.
        let third = add_member(engine).await;
        assert_eq!(labels::next(engine, third, sample).await.unwrap(), Some(disputed));
        labels::read(engine, third, (sample, disputed), Some(YES)).await.unwrap();
        assert_eq!(labels::measured(engine, Kind::Question).await.unwrap().wrong, 0);
        assert_eq!(labels::next(engine, other, sample).await.unwrap(), None, "nothing is left for anybody");
    });
}

#[test]
fn what_was_drawn_once_is_not_drawn_again_and_nothing_read_is_lost_by_undoing() {
    on_both(async |world| {
        let all: Vec<_> = (0..7).map(|n| asking(&format!("{n}")).at_minute(n).created()).collect();
        world.hear(&all).await;
        let engine = &world.engine;
        let (sample, drawn) = labels::draw(engine, world.user, Kind::Question, 5).await.unwrap();
        let (second, _) = labels::draw(engine, world.user, Kind::Question, 5).await.unwrap();
        assert_eq!(labels::outlook(engine, second).await.unwrap().messages.len(), 2);
        assert!(matches!(labels::draw(engine, world.user, Kind::Question, 5).await, Err(EngineError::Refused(_))));
        assert!(matches!(labels::draw(engine, world.user, Kind::Noise, 4).await, Err(EngineError::Invalid(_))));
        let message = labels::next(engine, world.user, sample).await.unwrap().unwrap();
        let said = labels::read(engine, world.user, (sample, message), None).await.unwrap();
        assert_ne!(labels::next(engine, world.user, sample).await.unwrap(), Some(message), "it cannot be told");
        assert!(matches!(labels::undo_sample(engine, world.user, drawn).await, Err(EngineError::Refused(_))));
        labels::undo_sample(engine, world.user, said).await.unwrap();
        assert_eq!(labels::next(engine, world.user, sample).await.unwrap(), Some(message));
        let ended = labels::end(engine, sample).await.unwrap();
        assert!(labels::end(engine, sample).await.is_err());
        labels::undo_sample(engine, world.user, ended).await.unwrap();
        assert_eq!(labels::undo_sample(engine, world.user, SampleUndo::Drawn(second)).await.unwrap(), None);
        assert_eq!(labels::whole(engine).await.unwrap().len(), 1);
    });
}

#[test]
fn a_message_that_cannot_be_told_or_is_worded_anew_waits_for_nobody() {
    on_both(async |world| {
        let all: Vec<_> = (0..5).map(|n| asking(&format!("{n}")).at_minute(n).created()).collect();
        world.hear(&all).await;
        let (engine, one, other) = (&world.engine, world.user, add_member(&world.engine).await);
        let (sample, _) = labels::draw(engine, one, Kind::Question, 5).await.unwrap();
        let (first, second) = (world.message("0").await.id, world.message("1").await.id);
        labels::read(engine, one, (sample, first), None).await.unwrap();
        labels::read(engine, other, (sample, first), Some(YES)).await.unwrap();
        let outlook = labels::outlook(engine, sample).await.unwrap();
        assert_eq!(outlook.counts(), [0, 0, 0, 4, 1]);
        let third = add_member(engine).await;
        assert!(outlook.left_for(third).iter().all(|drawn| drawn.message_id != first), "nobody is asked again");
        labels::read(engine, one, (sample, second), Some(YES)).await.unwrap();
        world.hear(&[asking("1").edited(5, "It has come this morning, many thanks to all of you.")]).await;
        let outlook = labels::outlook(engine, sample).await.unwrap();
        assert_eq!((outlook.messages.len(), rows(&world, "label_readings").await), (4, 2), "it left with its words");
        let refused = labels::read(engine, other, (sample, second), Some(YES)).await;
        assert!(matches!(refused, Err(EngineError::NotFound(_))));
    });
}

#[test]
fn two_who_draw_at_once_never_hold_the_same_message() {
    on_both(async |world| {
        let all: Vec<_> = (0..7).map(|n| asking(&format!("{n}")).at_minute(n).created()).collect();
        world.hear(&all).await;
        let engine = &world.engine;
        for kind in Kind::ALL {
            let draw = || labels::draw(engine, world.user, kind, 5);
            let (one, other) = tokio::join!(draw(), draw());
            let mut held = Vec::new();
            for (sample, _) in [one, other].into_iter().flatten() {
                let outlook = labels::outlook(engine, sample).await.unwrap();
                held.extend(outlook.messages.iter().map(|(drawn, _)| drawn.message_id));
            }
            let many = held.len();
            held.sort_unstable();
            held.dedup();
            assert!(held.len() == many && many >= 5, "{kind:?} {many}");
        }
    });
}

#[test]
fn what_was_settled_or_read_since_is_not_undone() {
    on_both(async |world| {
        let all: Vec<_> = (0..5).map(|n| asking(&format!("{n}")).at_minute(n).created()).collect();
        world.hear(&all).await;
        let (engine, one, other) = (&world.engine, world.user, add_member(&world.engine).await);
        let (sample, _) = labels::draw(engine, one, Kind::Question, 5).await.unwrap();
        let at = (sample, world.message("0").await.id);
        let read = labels::read(engine, one, at, Some(YES)).await.unwrap();
        world.clock.advance(1_000);
        labels::read(engine, one, at, Some(NO)).await.unwrap();
        assert!(matches!(labels::undo_sample(engine, one, read).await, Err(EngineError::Refused(_))));
        labels::read(engine, other, at, Some(YES)).await.unwrap();
        let settled = labels::settle(engine, one, at, Some(NO)).await.unwrap();
        world.clock.advance(1_000);
        labels::settle(engine, other, at, Some(YES)).await.unwrap();
        assert!(matches!(labels::undo_sample(engine, one, settled).await, Err(EngineError::Refused(_))));
        let outlook = labels::outlook(engine, sample).await.unwrap();
        assert_eq!(outlook.counts(), [1, 0, 0, 4, 0]);
    });
}

#[test]
fn nothing_that_was_made_of_somebodys_words_outlives_them() {
    on_both(async |world| {
        let all: Vec<_> = (0..5).map(|n| asking(&format!("{n}")).at_minute(n).created()).collect();
        world.hear(&all).await;
        let engine = &world.engine;
        let id = world.message("0").await.id;
        labels::correct(engine, world.user, id, Kind::Noise, SPAM).await.unwrap();
        assert_eq!(rows(&world, "label_corrections").await, 1);
        let (sample, _) = labels::draw(engine, world.user, Kind::Question, 5).await.unwrap();
        let message = labels::next(engine, world.user, sample).await.unwrap().unwrap();
        labels::read(engine, world.user, (sample, message), Some(YES)).await.unwrap();
        world.hear(&[asking("0").deleted()]).await;
        assert_eq!((rows(&world, "labels").await, rows(&world, "label_corrections").await), (4, 0));
        let person = world.message("1").await.person_id.unwrap();
        erase::erase(engine, person, world.user).await.unwrap();
        for table in ["labels", "label_corrections", "label_readings", "label_sample_messages"] {
            assert_eq!(rows(&world, table).await, 0, "{table}");
        }
        let mut db = engine.db.reader();
        assert_eq!(label_samples::all(&mut db).await.unwrap().len(), 1, "that a sample was drawn names nobody");
        assert_eq!(labels::measured(engine, Kind::Question).await.unwrap().n, 0);
    });
}
