//! Nothing is told twice: not after a program was killed in the middle, and not by two programs or two members at once.

use crate::{
    support::{
        Place, World, each_place,
        json::{Json, Wire},
        on_both,
        said::{Said, said},
    },
    telling::{all, asked_by, begin, form, look, of, person_of, prepare, queue, wire},
};
use tertulia_engine::{
    outbound,
    people::{self as people_desk, Evidence},
    telling::{self, Trouble},
    worker,
};
use tertulia_model::{ChangeId, EchoSafety};
use tertulia_store::{
    telling_texts,
    tellings::{self, DONE},
};

async fn write(world: &World, change: ChangeId) {
    telling::save_text(&world.engine, world.user, (change, DONE), ("en", "Done: {quote}"), None).await.unwrap();
}

#[test]
fn drafts_go_on_where_they_were_stopped_and_nobody_has_two() {
    on_both(async |world| {
        let names: Vec<String> = (0..700).map(|n| format!("p{n}")).collect();
        let said: Vec<(&str, Said)> = names
            .iter()
            .map(|name| (name.as_str(), said(name, "Please open on Sundays").by(&format!("{name}@home.example"))))
            .collect();
        let story = asked_by(&world, &said).await;
        write(&world, story.change).await;
        telling::prepare(&world.engine, story.change).await.unwrap();
        let (mut aborted, mut seen) = (0, 0);
        while let Some(running) = worker::take(&world.engine, worker::TELL, story.change.0).await.unwrap() {
            let is_half = loop {
                let round = telling_texts::round(&mut world.engine.db.reader(), story.change).await.unwrap();
                if round.after_person.is_none() || round.looked > seen {
                    seen = round.looked;
                    break round.after_person.is_some();
                }
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            };
            if is_half {
                // As if the program had been killed: its claim runs out.
                running.abort();
                aborted += 1;
            }
            let _ = running.await;
            world.clock.advance(200_000);
        }
        assert!(aborted > 0, "it was stopped in the middle");
        let mut db = world.engine.db.reader();
        assert_eq!(tellings::counts(&mut db, story.change, DONE).await.unwrap(), [("draft".to_owned(), 700)]);
        assert_eq!(telling_texts::round(&mut db, story.change).await.unwrap().looked, 700, "each was looked at once");
    });
}

#[test]
fn people_are_told_one_after_the_other_and_not_all_at_once() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let now = world.engine.now();
        let mut due = Vec::new();
        for name in ["Rosa", "Bo", "cy"] {
            let draft = look(&world, of(&world, story.change, name).await.id).await;
            let channel = draft.way.as_ref().unwrap().channel;
            telling::send(&world.engine, world.user, form(&draft, name)).await.unwrap();
            due.push(tellings::last_due(&mut world.engine.db.reader(), channel).await.unwrap().unwrap() - now);
        }
        let first = outbound::UNDO_MILLIS;
        assert_eq!(due, [first, first + 2_000, first + 4_000]);
    });
}

#[test]
fn who_said_nothing_for_too_long_where_that_closes_a_channel_is_owed_it_and_cannot_be_answered() {
    each_place(async |place| {
        let json = Json::new("json", EchoSafety::CheckThenSend).answered_within(24 * 3_600_000);
        let world = World::on(place, json).await;
        let db = world.engine.db.clone();
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        let held = world.message("r").await.conversation_id.unwrap();
        assert_eq!(look(&world, rosa).await.trouble, None);
        assert_eq!(outbound::ways_to_answer(&world.engine, held).await.unwrap().len(), 1);
        world.clock.advance(25 * 3_600_000);
        let late = look(&world, rosa).await;
        assert_eq!(late.trouble, Some(Trouble::Owed("too_late")));
        telling::send(&world.engine, world.user, form(&late, "k1")).await.unwrap_err();
        let owed = of(&world, story.change, "Rosa").await;
        assert_eq!((owed.state.as_str(), owed.reason.as_deref()), ("owed", Some("too_late")));
        assert!(outbound::ways_to_answer(&world.engine, held).await.unwrap().is_empty());
        world.hear_late(&[said("again", "Are you there?").answering(&["r"]).created()]).await;
        assert_eq!(outbound::ways_to_answer(&world.engine, held).await.unwrap().len(), 1, "a word of theirs opens it");
        db.close().await;
    });
}

/// On PostgreSQL two programs share a database.
fn on_two(story: impl AsyncFn(World, std::sync::Arc<tertulia_engine::Engine>)) {
    each_place(async |place| {
        if matches!(place, Place::Sqlite(_)) {
            return;
        }
        let world = World::at(place, EchoSafety::CheckThenSend).await;
        let other = world.place.engine(world.clock.clone(), 8, vec![world.wire.clone()]).await;
        let both = [world.engine.db.clone(), other.db.clone()];
        story(world, other).await;
        for db in both {
            db.close().await;
        }
    });
}

#[test]
fn two_programs_that_prepare_the_same_make_everybody_one_draft() {
    on_two(async |world, other| {
        let names: Vec<String> = (0..600).map(|n| format!("p{n}")).collect();
        let heard = |name: &String| said(name, "Please open on Sundays").by(&format!("{name}@home.example"));
        let said: Vec<(&str, Said)> = names.iter().map(|name| (name.as_str(), heard(name))).collect();
        let story = asked_by(&world, &said).await;
        write(&world, story.change).await;
        telling::prepare(&world.engine, story.change).await.unwrap();
        let first = worker::take(&world.engine, worker::TELL, story.change.0).await.unwrap().unwrap();
        // As if the first had not been heard of for a while.
        world.clock.advance(200_000);
        let second = worker::take(&other, worker::TELL, story.change.0).await.unwrap();
        first.await.unwrap();
        if let Some(second) = second {
            second.await.unwrap();
        }
        let mut db = world.engine.db.reader();
        assert_eq!(tellings::counts(&mut db, story.change, DONE).await.unwrap(), [("draft".to_owned(), 600)]);
    });
}

#[test]
fn of_two_members_at_two_programs_one_sends_it() {
    on_two(async |world, other| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        for round in 0..10 {
            let now = look(&world, rosa).await;
            let (one, two) = (form(&now, &format!("a{round}")), form(&now, &format!("b{round}")));
            let (here, there) =
                tokio::join!(telling::send(&world.engine, world.user, one), telling::send(&other, world.user, two),);
            assert_ne!(here.is_ok(), there.is_ok(), "{here:?} {there:?}");
            let delivery = here.or(there).unwrap();
            outbound::undo_reply(&world.engine, world.user, delivery.id).await.unwrap();
        }
    });
}

#[test]
fn what_is_told_by_hand_at_one_program_is_not_sent_again_at_another() {
    on_two(async |world, other| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        world.wire.will([Wire::Rejected("Full.")]);
        let delivery = queue(&world, rosa, "k1").await;
        wire(&world, delivery).await;
        let (by_hand, again) = tokio::join!(
            telling::by_hand(&world.engine, world.user, rosa, "At the counter."),
            outbound::send_again(&other, delivery),
        );
        assert_ne!(by_hand.is_ok(), again.is_ok(), "{by_hand:?} {again:?}");
        wire(&world, delivery).await;
        assert_eq!(world.wire.sent_ids().len(), usize::from(again.is_ok()));
    });
}

#[test]
fn acts_and_merges_at_once_leave_everybody_with_one() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let (rosa, bo) = (person_of(&world, "rosa@").await, person_of(&world, "bo@").await);
        let (of_rosa, of_bo) = (of(&world, story.change, "Rosa").await.id, of(&world, story.change, "Bo").await.id);
        let form = form(&look(&world, of_rosa).await, "k1");
        let engine = &world.engine;
        let evidence = Evidence::known();
        let (sent, told, merged) = tokio::join!(
            telling::send(engine, world.user, form),
            telling::by_hand(engine, world.user, of_bo, ""),
            people_desk::merge(engine, world.user, (bo, rosa), "Rosa Vidal", &evidence),
        );
        merged.unwrap();
        assert!(sent.is_ok() || told.is_ok(), "{sent:?} {told:?}");
        let standing = all(&world, story.change, DONE).await;
        assert_eq!(standing.len(), 2, "one for the two, and Cy's");
    });
}
