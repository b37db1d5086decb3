//! Two names turn out to be one person, and two again.

use crate::support::{World, on_both, said::said};
use std::ops::Range;
use tertulia_analysis::relationship::Stage;
use tertulia_engine::{
    EngineError, erase,
    people::{self, Evidence},
    worker,
};
use tertulia_model::{AutoKind, IdentityId, PersonId};
use tertulia_store::{people as stored, person_merges, reading, suggestions};

async fn who(world: &World, message: &str) -> PersonId {
    world.message(message).await.person_id.unwrap()
}

/// Rosa writes from home and from work.
async fn rosa_twice(world: &World) -> (PersonId, PersonId) {
    let home = said("home", "Is the grinder back?").by("rosa@home.example").created();
    let work = said("work", "And the invoice?").by("r.marin@work.example").created();
    world.hear(&[home, work]).await;
    (who(world, "home").await, who(world, "work").await)
}

async fn merge(world: &World, from: PersonId, into: PersonId) -> Result<i64, EngineError> {
    people::merge(&world.engine, world.user, (from, into), " Rosa Marín ", &Evidence::known()).await
}

#[test]
fn two_are_one_and_two_again_with_what_came_since() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        assert_ne!(home, work);
        let (from, into) = people::preview(&world.engine, work, home).await.unwrap();
        assert_eq!((from.messages, from.conversations, from.identities.len()), (1, 1, 1));
        assert_eq!((into.person.id, into.messages), (home, 1));
        let merged = merge(&world, work, home).await.unwrap();
        assert_eq!((who(&world, "home").await, who(&world, "work").await), (home, home));
        let later = said("later", "It came, thank you").by("r.marin@work.example").created();
        let fresh = said("fresh", "One more thing").by("rosa@home.example").created();
        world.hear(&[later, fresh]).await;
        assert_eq!((who(&world, "later").await, who(&world, "fresh").await), (home, home));
        let mut db = world.engine.db.reader();
        assert_eq!(stored::get(&mut db, home).await.unwrap().unwrap().name, "Rosa Marín");
        assert_eq!(people::part(&world.engine, world.user, merged).await.unwrap(), work);
        let each = [who(&world, "home").await, who(&world, "fresh").await, who(&world, "later").await];
        assert_eq!(each, [home, home, work]);
        let twice = people::part(&world.engine, world.user, merged).await;
        assert!(matches!(twice, Err(EngineError::Refused(_))), "{twice:?}");
    });
}

#[test]
fn whoever_is_part_of_somebody_is_not_merged_again_and_a_name_is_asked_for() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        let nameless = people::merge(&world.engine, world.user, (work, home), " ", &Evidence::known()).await;
        assert!(matches!(nameless, Err(EngineError::Invalid(_))), "{nameless:?}");
        assert!(matches!(merge(&world, home, home).await, Err(EngineError::Refused(_))));
        assert!(matches!(merge(&world, PersonId(7), home).await, Err(EngineError::NotFound(_))));
        merge(&world, work, home).await.unwrap();
        assert!(matches!(merge(&world, work, home).await, Err(EngineError::Refused(_))));
        assert!(matches!(people::preview(&world.engine, home, work).await, Err(EngineError::Refused(_))));
    });
}

#[test]
fn that_two_are_not_the_same_is_remembered_and_taken_back_by_a_merge() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        let apart = async || person_merges::apart_from(&mut world.engine.db.reader(), home).await.unwrap();
        people::apart(&world.engine, world.user, (work, home), true).await.unwrap();
        assert_eq!(apart().await, [work]);
        people::apart(&world.engine, world.user, (work, home), false).await.unwrap();
        assert_eq!(apart().await, []);
        people::apart(&world.engine, world.user, (home, work), true).await.unwrap();
        merge(&world, work, home).await.unwrap();
        assert_eq!(apart().await, [], "whoever says that they are one takes it back");
    });
}

#[test]
fn who_is_erased_goes_with_all_names_they_had() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        merge(&world, work, home).await.unwrap();
        let by_a_part = erase::erase(&world.engine, work, world.user).await;
        assert!(matches!(by_a_part, Err(EngineError::Refused(_))), "{by_a_part:?}");
        erase::erase(&world.engine, home, world.user).await.unwrap();
        let mut db = world.engine.db.reader();
        for gone in [home, work] {
            assert_eq!(stored::get(&mut db, gone).await.unwrap(), None);
            assert_eq!(reading::person(&mut db, gone, None, 9).await.unwrap(), []);
        }
        assert!(world.message("work").await.text.is_empty());
    });
}

/// The pairs that are suggested of a person, by their handles.
async fn suggested(world: &World, person: PersonId) -> Vec<(String, String, f64)> {
    if let Some(job) = worker::take(&world.engine, worker::SUGGEST, 0).await.unwrap() {
        job.await.unwrap();
    }
    let found = suggestions::of_person(&mut world.engine.db.reader(), person, 9).await.unwrap();
    found.into_iter().map(|one| (one.handle, one.other_handle, one.probability)).collect()
}

#[test]
fn whoever_is_called_alike_and_writes_from_a_like_address_is_suggested_with_why_until_it_is_decided() {
    on_both(async |world| {
        let by = |id: &str, handle: &str, name: &str| said(id, "Hello").by(handle).called(name).created();
        world
            .hear(&[
                by("one", "zofia.kowalczyk@home.example", "Zofia Kowalczyk"),
                by("two", "zofia.kowalczyk@work.example", "Zofia Kowalczyk"),
                by("three", "bo@elsewhere.example", "Bo Lindqvist"),
            ])
            .await;
        world.clock.advance(5_000);
        let (one, two, three) = (who(&world, "one").await, who(&world, "two").await, who(&world, "three").await);
        let found = suggested(&world, one).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].2 > 0.5, "{found:?}");
        let handles = [found[0].0.as_str(), found[0].1.as_str()];
        assert_eq!(handles, ["zofia.kowalczyk@home.example", "zofia.kowalczyk@work.example"]);
        let reasons = suggestions::of_person(&mut world.engine.db.reader(), two, 9).await.unwrap().remove(0).reasons;
        let grounds = people::read_grounds(&reasons);
        assert!(grounds.iter().any(|ground| ground.bits > 3.0), "{grounds:?}");
        assert!(suggested(&world, three).await.is_empty());
        people::apart(&world.engine, world.user, (one, two), true).await.unwrap();
        assert!(suggested(&world, one).await.is_empty(), "it was decided");
        people::apart(&world.engine, world.user, (one, two), false).await.unwrap();
        assert_eq!(suggested(&world, two).await.len(), 1);
        merge(&world, two, one).await.unwrap();
        assert!(suggested(&world, one).await.is_empty(), "they are one");
    });
}

#[test]
fn what_goes_both_ways_is_known_by_its_days_and_nothing_else_counts() {
    on_both(async |world| {
        let ask = |id: &str| said(id, "Is the grinder back?").created();
        world.hear(&[ask("one")]).await;
        let rosa = who(&world, "one").await;
        let known = async || people::knowing(&world.engine, rosa).await.unwrap();
        let before = known().await;
        assert_eq!((before.stage, before.measured.strength), (Stage::New, 0.0));
        world.answer("one", "k1").await;
        let after = known().await;
        assert_eq!(
            (after.stage, after.measured.exchange_days, after.measured.answered_in_time),
            (Stage::Talking, 1, 1)
        );
        assert!(after.measured.strength > 10.0, "{after:?}");
        world.answer("one", "k2").await;
        world.hear(&[said("away", "I am away").auto(AutoKind::Reply).created()]).await;
        let same = known().await;
        assert!((same.measured.strength - after.measured.strength).abs() < 1e-9, "{same:?} {after:?}");
        world.clock.advance(60 * 86_400_000);
        let faded = known().await.measured;
        assert!((faded.weighted_days - after.measured.weighted_days / 2.0).abs() < 1e-6, "{faded:?}");
    });
}

/// So many pairs were suggested as very probable and decided, as if members had looked at them.
async fn reviewed(world: &World, pairs: Range<i64>) {
    let mut tx = world.engine.db.begin().await.unwrap();
    for n in pairs {
        let sql = "INSERT INTO reviewed_pairs (first_id, second_id, probability, is_same, by_user, at) \
                   VALUES ($1, $2, 0.999, TRUE, 1, 1)";
        tx.run(sql, vec![n.into(), (n + 1_000_000).into()]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[test]
fn nobody_is_made_one_by_itself_before_it_is_known_to_be_right_and_then_all_of_it_is_undone_at_once() {
    on_both(async |world| {
        let mut tx = world.engine.db.begin().await.unwrap();
        tx.run("UPDATE users SET role = 'owner'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let refused = people::want(&world.engine, world.user, true).await;
        assert!(matches!(refused, Err(EngineError::Refused(_))), "{refused:?}");
        reviewed(&world, 0..597).await;
        assert!(people::want(&world.engine, world.user, true).await.is_err(), "one is missing");
        reviewed(&world, 597..598).await;
        people::want(&world.engine, world.user, true).await.unwrap();
        let by = |id: &str, handle: &str| said(id, "Hello").by(handle).called("Zofia Kowalczyk-Brzezińska").created();
        world.hear(&[by("one", "zofia.kb@home.example"), by("two", "zofia.kb@work.example")]).await;
        world.clock.advance(5_000);
        let one = who(&world, "one").await;
        let left = suggested(&world, one).await;
        let probability =
            suggestions::after(&mut world.engine.db.reader(), (IdentityId(0), IdentityId(0)), 9).await.unwrap();
        assert!(probability[0].probability >= people::PROBABLE, "{probability:?}");
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(who(&world, "two").await, one);
        let merges = person_merges::standing(&mut world.engine.db.reader(), i64::MAX, true, 9).await.unwrap();
        assert_eq!((merges.len(), merges[0].into_id), (1, one));
        assert_eq!(people::part_all(&world.engine, world.user, &[merges[0].id, 7]).await.unwrap(), 1);
        assert_ne!(who(&world, "two").await, one);
        let apart = person_merges::apart_from(&mut world.engine.db.reader(), one).await.unwrap();
        assert_eq!(apart, [who(&world, "two").await], "it does not come about again");
        let precision = people::precision(&world.engine).await.unwrap();
        assert!(!precision.suffices() && precision.is_wanted, "it was wrong once: {precision:?}");
    });
}
