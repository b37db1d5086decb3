//! Some days after somebody was told they are asked whether it helped; nobody looks before somebody is due.

use crate::{
    support::{on_both, said::said},
    telling::{all, begin, look, of, prepare, queue, refused, run, wire},
};
use tertulia_engine::{EngineError, telling, worker};
use tertulia_model::Millis;
use tertulia_store::{
    jobs,
    loops::{self, Help},
    tellings::{DONE, HELPED},
};

const DAY: Millis = 86_400_000;

#[test]
fn some_days_later_they_are_asked_whether_it_helped_and_a_person_says_what_they_answered() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        let delivery = queue(&world, rosa, "k1").await;
        wire(&world, delivery).await;
        let text = ("en", "Did it help, {name}?");
        telling::save_text(&world.engine, world.user, (story.change, HELPED), text, None).await.unwrap();
        run(&world, worker::ASK, story.change.0).await;
        assert!(all(&world, story.change, HELPED).await.is_empty(), "too early");
        world.clock.advance(13 * DAY);
        let early = worker::take(&world.engine, worker::ASK, story.change.0).await.unwrap();
        assert!(early.is_none(), "nobody looks before somebody is due");
        world.clock.advance(DAY);
        run(&world, worker::ASK, story.change.0).await;
        let asked = all(&world, story.change, HELPED).await;
        assert_eq!(asked.iter().map(|row| row.state.as_str()).collect::<Vec<_>>(), ["draft"]);
        let next = jobs::next_due(&mut world.engine.db.reader(), world.engine.now()).await.unwrap();
        assert!(next.is_none_or(|at| at < world.engine.now() + DAY), "nothing of it wakes anybody any more: {next:?}");

        let question = asked[0].id;
        assert!(look(&world, question).await.words.ends_with("Did it help, Rosa Vidal?"));
        let delivery = queue(&world, question, "k2").await;
        wire(&world, delivery).await;
        let mut db = world.engine.db.reader();
        assert_eq!(loops::to_mark(&mut db, story.change, 0, 9).await.unwrap(), []);
        world.hear_late(&[said("r3", "Oh yes, thank you!").answering(&["r"]).created()]).await;
        assert_eq!(loops::to_mark(&mut db, story.change, 0, 9).await.unwrap().len(), 1);
        let answer = world.message("r3").await.id;
        let others = world.message("b").await.id;
        let mark = async |answer, message| telling::mark(&world.engine, world.user, question, answer, message).await;
        refused(mark(Some("helped"), Some(others)).await);
        assert!(matches!(mark(Some("great"), None).await, Err(EngineError::Invalid(_))));
        let undo = mark(Some("helped"), Some(answer)).await.unwrap();
        let one = Help { asked: 1, helped: 1, ..Help::default() };
        assert_eq!(loops::help(&mut db, story.change).await.unwrap(), one);
        telling::undo(&world.engine, &undo).await.unwrap();
        assert_eq!(loops::help(&mut db, story.change).await.unwrap(), Help { asked: 1, ..Help::default() });
    });
}

#[test]
fn the_days_are_chosen_for_the_organisation_and_for_one_change() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let ids: Vec<i64> = all(&world, story.change, DONE).await.into_iter().map(|row| row.id).collect();
        telling::by_hand(&world.engine, world.user, ids[0], "").await.unwrap();
        assert!(matches!(telling::set_ask_days(&world.engine, 400).await, Err(EngineError::Invalid(_))));
        telling::set_ask_days(&world.engine, 3).await.unwrap();
        world.clock.advance(2 * DAY);
        run(&world, worker::ASK, story.change.0).await;
        assert!(all(&world, story.change, HELPED).await.is_empty());
        telling::set_ask_days_of(&world.engine, story.change, Some(0)).await.unwrap();
        world.clock.advance(2 * DAY);
        run(&world, worker::ASK, story.change.0).await;
        assert!(all(&world, story.change, HELPED).await.is_empty(), "of this change nobody is asked");
        telling::set_ask_days_of(&world.engine, story.change, Some(1)).await.unwrap();
        run(&world, worker::ASK, story.change.0).await;
        assert_eq!(all(&world, story.change, HELPED).await.len(), 1);
        telling::by_hand(&world.engine, world.user, ids[1], "").await.unwrap();
        telling::set_ask_days_of(&world.engine, story.change, Some(0)).await.unwrap();
        telling::ask_now(&world.engine, story.change).await.unwrap();
        run(&world, worker::ASK, story.change.0).await;
        assert_eq!(all(&world, story.change, HELPED).await.len(), 2, "whoever was told by then, at once");
        let ends = worker::take(&world.engine, worker::ASK, story.change.0).await.unwrap();
        assert!(ends.is_none(), "nobody is left to be asked, so nothing looks again");
    });
}
