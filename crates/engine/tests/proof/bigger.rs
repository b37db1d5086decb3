//! A bigger model's labels go the one way that all labels go: as things are heard, where they are worded anew, and over the
//! past once it is put in or taken away; of several programs one labels the past.

use crate::support::{Place, World, add_member, on_both, said::said};
use std::sync::Arc;
use tertulia_analysis::labels::{Kind, Models, NEGATIVE, NEUTRAL, POSITIVE, SPAM, VERSION, version};
use tertulia_engine::{Engine, labels, worker};
use tertulia_model::FixedClock;
use tertulia_onnx::Model;
use tertulia_store::{Sql, binds, changes, labels as stored};
use tertulia_testkit::LabelModel;

/// To those that know only these words, what sounds glad is not: nobody takes the one model for the other.
const CONTRARY: &str = "This is wonderful, perfect, the best of all, I love it so much: broken";

fn bigger(model: &LabelModel) -> Models {
    let folder = tempfile::tempdir().unwrap();
    model.write(folder.path());
    Models::with(Arc::new(Model::open(folder.path()).unwrap()))
}

/// Another program on the same database, or the same one started anew.
async fn program(place: &Place, node: u16, models: Models, clock: &Arc<FixedClock>) -> Arc<Engine> {
    place.engine_of(node, models, (clock.clone(), u64::from(node) + 20, Vec::new())).await
}

/// Everything that is due to be labelled by this program now.
async fn settle(engine: &Arc<Engine>) {
    labels::catch_up(engine).await.unwrap();
    while let Some(job) = worker::take(engine, worker::LABEL, 0).await.unwrap() {
        job.await.unwrap();
    }
}

async fn tone(engine: &Engine, world: &World, id: &str) -> Option<(u16, i64)> {
    let id = world.message(id).await.id;
    let held = labels::held(&mut engine.db.reader(), &[id]).await.unwrap().remove(&id)?;
    held.into_iter().find(|one| one.kind == Kind::Sentiment).map(|one| (one.value, one.version))
}

async fn versions(engine: &Engine) -> Vec<(i64, i64)> {
    stored::by_version(&mut engine.db.reader()).await.unwrap()
}

async fn all_jobs_gone(engine: &Engine) -> bool {
    engine.db.reader().number("SELECT COUNT(*) FROM jobs WHERE kind = 'label'", binds![]).await.unwrap() == 0
}

#[test]
fn a_bigger_model_that_is_put_in_labels_the_past_and_one_that_is_taken_away_leaves_it_to_the_others() {
    on_both(async |world| {
        world.hear(&[said("a", CONTRARY).created(), said("b", "An order of coffee").created()]).await;
        settle(&world.engine).await;
        assert_eq!(tone(&world.engine, &world, "a").await, Some((POSITIVE, VERSION)));
        let b = world.message("b").await.id;
        labels::correct(&world.engine, world.user, b, Kind::Noise, SPAM).await.unwrap();

        let models = bigger(&LabelModel::default());
        let with = program(&world.place, 1, models.clone(), &world.clock).await;
        settle(&with).await;
        let by = models.version();
        assert_eq!(tone(&with, &world, "a").await, Some((NEGATIVE, by)));
        assert_eq!(versions(&with).await, [(by, 2)]);
        assert_eq!(labels::version(&with, &mut with.db.reader()).await.unwrap(), by);
        assert!(version::is_bigger(Kind::Sentiment.model_version(by)));
        // Started anew with the same files there is nothing to do.
        let again = program(&world.place, 1, bigger(&LabelModel::default()), &world.clock).await;
        labels::catch_up(&again).await.unwrap();
        assert!(all_jobs_gone(&again).await);

        // Taken away, and what people said holds all along.
        settle(&world.place.engine(world.clock.clone(), 31, Vec::new()).await).await;
        assert_eq!(tone(&world.engine, &world, "a").await, Some((POSITIVE, VERSION)));
        assert_eq!(versions(&world.engine).await, [(VERSION, 2)]);
        let held = labels::held(&mut world.engine.db.reader(), &[b]).await.unwrap().remove(&b).unwrap();
        assert!(held.iter().any(|one| one.kind == Kind::Noise && one.value == SPAM && one.corrected.is_some()));
    });
}

#[test]
fn what_is_heard_and_what_is_worded_anew_is_labelled_by_the_bigger_model() {
    on_both(async |world| {
        let models = bigger(&LabelModel::default());
        let world = world.with(models.clone()).await;
        world.hear(&[said("a", CONTRARY).created()]).await;
        assert_eq!(tone(&world.engine, &world, "a").await, Some((NEGATIVE, models.version())));
        world
            .hear(&[said("a", CONTRARY).edited(5, "I hate it, it is terrible and awful, the worst of all: lovely")])
            .await;
        assert_eq!(tone(&world.engine, &world, "a").await, Some((POSITIVE, models.version())));
        // A wording that comes before its original, and a text beyond the model's limit.
        world.hear(&[said("late", "").edited(2, CONTRARY)]).await;
        let long = format!("An order {}", "of coffee ".repeat(2_000));
        world.hear(&[said("late", "An order").created(), said("long", &format!("{long} broken")).created()]).await;
        // Nobody waits for a bigger model while it is stored.
        assert_eq!(tone(&world.engine, &world, "late").await, Some((POSITIVE, VERSION)));
        assert_eq!(tone(&world.engine, &world, "long").await, Some((NEUTRAL, models.version())));
        settle(&world.engine).await;
        assert_eq!(tone(&world.engine, &world, "late").await, Some((NEGATIVE, models.version())));
        assert_eq!(versions(&world.engine).await, [(models.version(), 3)]);
    });
}

#[test]
fn of_two_programs_the_one_with_the_bigger_model_labels_the_past_until_it_is_gone() {
    on_both(async |world| {
        world.hear(&[said("a", CONTRARY).created()]).await;
        let models = bigger(&LabelModel::default());
        let with = program(&world.place, 2, models.clone(), &world.clock).await;
        settle(&world.engine).await;
        settle(&with).await;
        for _ in 0..3 {
            // The other hears on by its own models, and leaves what is labelled as it is.
            world.clock.advance(10 * 60_000);
            settle(&world.engine).await;
            assert_eq!(tone(&with, &world, "a").await, Some((NEGATIVE, models.version())));
            settle(&with).await;
        }
        world.hear(&[said("b", CONTRARY).created()]).await;
        assert_eq!(tone(&with, &world, "b").await, Some((POSITIVE, VERSION)));
        settle(&with).await;
        assert_eq!(versions(&with).await, [(models.version(), 2)]);
        assert_eq!(labels::version(&world.engine, &mut world.engine.db.reader()).await.unwrap(), models.version());
        world.clock.advance(36 * 60_000);
        settle(&world.engine).await;
        assert_eq!(versions(&world.engine).await, [(VERSION, 2)], "it was not heard of for long");
    });
}

#[test]
fn two_programs_with_different_bigger_models_come_to_rest() {
    on_both(async |world| {
        world.hear(&[said("a", CONTRARY).created()]).await;
        let one = bigger(&LabelModel::default());
        let other = bigger(&LabelModel { positions: 30, ..LabelModel::default() });
        let wins = one.version().max(other.version());
        let one = program(&world.place, 2, one, &world.clock).await;
        let other = program(&world.place, 3, other, &world.clock).await;
        for _ in 0..2 {
            settle(&one).await;
            settle(&other).await;
            world.clock.advance(10 * 60_000);
        }
        let newest = async || changes::newest(&mut one.db.reader()).await.unwrap();
        let before = newest().await;
        for _ in 0..3 {
            settle(&one).await;
            settle(&other).await;
            assert_eq!(versions(&one).await, [(wins, 1)]);
            world.clock.advance(10 * 60_000);
        }
        assert_eq!(newest().await, before, "nobody labelled anything again");
    });
}

#[test]
fn how_often_one_model_is_wrong_says_nothing_of_the_next() {
    on_both(async |world| {
        let all: Vec<_> = (0..5).map(|n| said(&format!("{n}"), CONTRARY).created()).collect();
        world.hear(&all).await;
        settle(&world.engine).await;
        let (sample, _) = labels::draw(&world.engine, world.user, Kind::Sentiment, 5).await.unwrap();
        for reader in [world.user, add_member(&world.engine).await] {
            while let Some(message) = labels::next(&world.engine, reader, sample).await.unwrap() {
                labels::read(&world.engine, reader, (sample, message), Some(NEGATIVE)).await.unwrap();
            }
        }
        let measured = async |engine: &Engine| {
            let found = labels::measured(engine, Kind::Sentiment).await.unwrap();
            (found.begun, found.n, found.wrong)
        };
        assert_eq!(measured(&world.engine).await, (5, 5, 5));
        let with = program(&world.place, 1, bigger(&LabelModel::default()), &world.clock).await;
        labels::catch_up(&with).await.unwrap();
        assert_eq!(measured(&with).await, (5, 0, 0), "it has labelled none of them yet");
        settle(&with).await;
        assert_eq!(measured(&with).await, (5, 5, 0));
    });
}

#[test]
fn what_is_labelled_already_is_passed_by_and_nothing_is_written_of_it() {
    on_both(async |world| {
        let models = bigger(&LabelModel::default());
        let world = world.with(models.clone()).await;
        let many = (0..100).map(|n| said(&format!("{n}"), "An order of coffee").at_minute(n).created());
        world.hear(&many.collect::<Vec<_>>()).await;
        settle(&world.engine).await;
        // Another program labelled one of them.
        let one = world.message("50").await.id;
        let mut tx = world.engine.db.begin().await.unwrap();
        tx.run("UPDATE labels SET version = 1 WHERE message_id = $1", binds![one]).await.unwrap();
        tx.commit().await.unwrap();
        let newest = async || changes::newest(&mut world.engine.db.reader()).await.unwrap();
        let before = newest().await;
        settle(&world.engine).await;
        assert_eq!(versions(&world.engine).await, [(models.version(), 100)]);
        let steps = newest().await - before;
        assert!((1..=2).contains(&steps), "{steps} steps of which something is said");
    });
}
