//! What was told is of an outcome, and leaves all else as it stood: who waits, how a conversation ended, what was deleted.

use crate::{
    erasing::erase_wholly,
    support::{World, json::Wire, on_both, on_both_by_mail, said::said},
    telling::{all, asked_by, begin, form, look, of, person_of, prepare, queue, refused, run, wire},
};
use tertulia_engine::{
    consent, desk,
    feedback::{self, Of},
    outbound,
    people::{self as people_desk, Evidence},
    telling::{self, SendForm, Trouble},
    worker,
};
use tertulia_model::{ChangeId, ConversationId, Millis};
use tertulia_store::{
    conversations, endings, loops,
    tellings::{self, DECLINED, DONE, HELPED, Row},
};

const DAY: Millis = 86_400_000;

async fn row(world: &World, change: ChangeId, kind: &str, name: &str) -> Row {
    all(world, change, kind).await.into_iter().find(|row| row.person_name.contains(name)).unwrap()
}

fn stands(trouble: Option<Trouble>) -> String {
    match trouble {
        Some(Trouble::Stands(words)) => words,
        other => panic!("nothing stands in the way: {other:?}"),
    }
}

#[test]
fn who_heard_that_it_is_declined_is_told_that_it_is_done_and_is_asked_only_then_whether_it_helped() {
    on_both(async |world| {
        let story = begin(&world).await;
        feedback::move_to(&world.engine, world.user, story.change, "declined", "Too few of us.").await.unwrap();
        refused(telling::prepare(&world.engine, story.change).await);
        let text = ("en", "Hello {name}, you asked {quote}. Alas, no.");
        telling::save_text(&world.engine, world.user, (story.change, DECLINED), text, None).await.unwrap();
        prepare(&world, story.change).await;
        assert_eq!(all(&world, story.change, DONE).await, [], "nobody is told that it is done");
        let rosa = row(&world, story.change, DECLINED, "Rosa").await.id;
        let delivery = queue(&world, rosa, "k1").await;
        wire(&world, delivery).await;
        let first = loops::times(&mut world.engine.db.reader(), None).await.unwrap();
        let bo = row(&world, story.change, DECLINED, "Bo").await.id;
        let before = form(&look(&world, bo).await, "k2");

        world.clock.advance(DAY);
        feedback::move_to(&world.engine, world.user, story.change, "done", "More of us by now.").await.unwrap();
        assert!(stands(look(&world, bo).await.trouble).contains("moved since"));
        refused(telling::send(&world.engine, world.user, before).await);
        prepare(&world, story.change).await;
        let states: Vec<String> = all(&world, story.change, DONE).await.into_iter().map(|row| row.state).collect();
        assert_eq!(states, ["draft"; 3], "Rosa has one as well");
        world.clock.advance(15 * DAY);
        run(&world, worker::ASK, story.change.0).await;
        assert_eq!(all(&world, story.change, HELPED).await, [], "all she heard is no");

        let delivery = queue(&world, of(&world, story.change, "Rosa").await.id, "k3").await;
        wire(&world, delivery).await;
        let times = loops::times(&mut world.engine.db.reader(), None).await.unwrap();
        assert_eq!((times, times.n), (first, 1), "she counts once, as she was told first");
        world.clock.advance(15 * DAY);
        run(&world, worker::ASK, story.change.0).await;
        assert_eq!(all(&world, story.change, HELPED).await.len(), 1);
    });
}

#[test]
fn whoever_waits_for_something_newer_goes_on_waiting_and_what_is_put_off_stays_so() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        world.hear_late(&[said("r2", "And my order is broken").answering(&["r"]).created()]).await;
        let before = world.conversation_of("r").await;
        assert_eq!((before.state.as_str(), before.waiting_since.is_some()), ("open", true));
        let draft = look(&world, of(&world, story.change, "Rosa").await.id).await;
        let since = telling::since(&mut world.engine.db.reader(), &draft).await.unwrap();
        assert_eq!(since.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(), ["And my order is broken"]);
        // It was on the screen, so nothing is asked.
        let shown = SendForm { shown: since.iter().map(|m| m.id).collect(), ..form(&draft, "k1") };
        let delivery = telling::send(&world.engine, world.user, shown).await.unwrap();
        let after = world.conversation_of("r").await;
        assert_eq!((after.state.as_str(), after.waiting_since), ("open", before.waiting_since));
        let seen = conversations::seen(&mut world.engine.db.reader(), world.user, after.id).await.unwrap();
        assert_eq!(seen, 0, "nobody has read it");
        outbound::undo_reply(&world.engine, world.user, delivery.id).await.unwrap();
        let back = world.conversation_of("r").await;
        assert_eq!((back.state.as_str(), back.waiting_since), ("open", before.waiting_since));

        let until = world.engine.now() + DAY;
        let bo = world.conversation_of("b").await.id;
        desk::snooze(&world.engine, bo, until).await.unwrap();
        queue(&world, of(&world, story.change, "Bo").await.id, "k2").await;
        let put_off = world.conversation(bo).await.unwrap();
        assert_eq!((put_off.state.as_str(), put_off.snoozed_until), ("snoozed", Some(until)));
        // Who waits for nothing else is answered.
        let (cy, asked) = (world.conversation_of("c").await.id, world.message("c").await.id);
        let drafts = all(&world, story.change, DONE).await;
        let of_cy = drafts.iter().find(|row| row.message_id == Some(asked)).unwrap();
        queue(&world, of_cy.id, "k3").await;
        assert_eq!(world.conversation(cy).await.unwrap().state, "pending");
    });
}

async fn ended(world: &World, id: ConversationId) -> (Option<String>, Vec<String>) {
    let all = endings::of_conversation(&mut world.engine.db.reader(), id, (i64::MIN, i64::MAX), 9).await.unwrap();
    let outcome = world.conversation(id).await.unwrap().ended().map(|ended| ended.outcome);
    (outcome, all.into_iter().map(|ending| ending.outcome).collect())
}

#[test]
fn what_has_ended_stays_as_it_ended() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let held = world.conversation_of("r").await.id;
        desk::close_as(&world.engine, held, "listened", world.user).await.unwrap();
        let before = ended(&world, held).await;
        world.clock.advance(DAY);
        let delivery = queue(&world, of(&world, story.change, "Rosa").await.id, "k1").await;
        assert_eq!(world.conversation(held).await.unwrap().state, "closed");
        assert_eq!(ended(&world, held).await, before);
        outbound::undo_reply(&world.engine, world.user, delivery).await.unwrap();
        assert_eq!(ended(&world, held).await, before);
        assert_eq!(before, (Some("listened".to_owned()), vec!["listened".to_owned()]));
    });
}

#[test]
fn an_undo_takes_no_words_along_and_gives_them_back() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        let words = "ä".repeat(telling::MOST_WORDS);
        telling::keep_words(&world.engine, rosa, &words, None).await.unwrap();
        let undo = telling::by_hand(&world.engine, world.user, rosa, "At the counter.").await.unwrap();
        assert!(serde_json::to_string(&undo).unwrap().len() < 600, "it goes through a browser");
        telling::undo(&world.engine, &undo).await.unwrap();
        let back = look(&world, rosa).await.telling;
        assert_eq!((back.state.as_str(), back.words, back.note), ("draft", Some(words), None));
        let undo = telling::keep_words(&world.engine, rosa, "", None).await.unwrap();
        telling::undo(&world.engine, &undo).await.unwrap();
        assert!(look(&world, rosa).await.telling.words.is_some());
    });
}

#[test]
fn a_draft_whose_message_is_not_what_they_ask_by_is_not_sent_until_it_is_prepared_anew() {
    on_both(async |world| {
        let story = begin(&world).await;
        world.hear_late(&[said("r9", "It was cold today").created()]).await;
        let by_mistake = Of::Message { message: world.message("r9").await.id, note: String::new() };
        let given = feedback::give(&world.engine, world.user, story.item, &by_mistake).await.unwrap();
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        let before = look(&world, rosa).await;
        assert_eq!(before.telling.message_id, Some(world.message("r9").await.id), "the newest");
        feedback::take_back(&world.engine, given.evidence).await.unwrap();
        assert!(stands(look(&world, rosa).await.trouble).contains("not what they ask by"));
        refused(telling::send(&world.engine, world.user, form(&before, "k1")).await);
        prepare(&world, story.change).await;
        let anew = look(&world, rosa).await;
        assert_eq!((anew.trouble.clone(), anew.telling.message_id), (None, Some(world.message("r").await.id)));
    });
}

#[test]
fn words_of_a_deleted_message_come_back_into_no_draft() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        world.wire.will([Wire::Rejected("No such mailbox.")]);
        let delivery = queue(&world, rosa, "k1").await;
        wire(&world, delivery).await;
        world.hear(&[said("r", "").deleted()]).await;
        telling::draft_again(&world.engine, rosa).await.unwrap();
        let again = look(&world, rosa).await.telling;
        assert_eq!((again.state.as_str(), again.reason.as_deref(), again.words), ("owed", Some("deleted"), None));
    });
}

#[test]
fn who_was_not_told_after_all_is_not_asked_whether_it_helped() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        let undo = telling::by_hand(&world.engine, world.user, rosa, "").await.unwrap();
        let text = ("en", "Did it help, {name}?");
        telling::save_text(&world.engine, world.user, (story.change, HELPED), text, None).await.unwrap();
        telling::ask_now(&world.engine, story.change).await.unwrap();
        run(&world, worker::ASK, story.change.0).await;
        let question = row(&world, story.change, HELPED, "Rosa").await.id;
        assert_eq!(look(&world, question).await.trouble, None);
        telling::undo(&world.engine, &undo).await.unwrap();
        assert!(stands(look(&world, question).await.trouble).contains("not told after all"));
        prepare(&world, story.change).await;
        assert_eq!(all(&world, story.change, HELPED).await, [], "it goes when drafts are prepared");
    });
}

#[test]
fn a_move_that_is_undone_asks_again() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        telling::by_hand(&world.engine, world.user, rosa, "").await.unwrap();
        let slip = feedback::move_to(&world.engine, world.user, story.change, "planned", "").await.unwrap();
        world.clock.advance(15 * DAY);
        run(&world, worker::ASK, story.change.0).await;
        assert!(
            worker::take(&world.engine, worker::ASK, story.change.0).await.unwrap().is_none(),
            "nobody looks again"
        );
        feedback::undo(&world.engine, world.user, &slip).await.unwrap();
        run(&world, worker::ASK, story.change.0).await;
        assert_eq!(all(&world, story.change, HELPED).await.len(), 1);
    });
}

#[test]
fn of_two_on_their_way_who_turn_out_to_be_one_person_one_is_told() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let (rosa, bo) = (person_of(&world, "rosa@").await, person_of(&world, "bo@").await);
        let first = queue(&world, of(&world, story.change, "Rosa").await.id, "k1").await;
        let second = queue(&world, of(&world, story.change, "Bo").await.id, "k2").await;
        people_desk::merge(&world.engine, world.user, (bo, rosa), "Rosa Vidal", &Evidence::known()).await.unwrap();
        wire(&world, first).await;
        wire(&world, second).await;
        assert_eq!(world.wire.sent_ids().len(), 1);
        let times = loops::times(&mut world.engine.db.reader(), None).await.unwrap();
        assert_eq!(times.n, 1);
        assert!(tellings::debts(&mut world.engine.db.reader(), None, 9).await.unwrap().is_empty());
    });
}

#[test]
fn a_wish_that_outlived_an_erasure_is_found_among_many() {
    on_both_by_mail(async |world| {
        world.hear(&[said("r0", "Please do not write to me, ever.").created()]).await;
        let rosa = person_of(&world, "rosa@").await;
        consent::set(&world.engine, rosa, None, false, "Said so at the counter.", world.user).await.unwrap();
        erase_wholly(&world, rosa).await;
        world.clock.advance(1_800_000);
        let all = [
            ("r", said("r", "Could you open on Sundays after all?").at_minute(80)),
            ("b", said("b", "Sunday hours, please").by("bo@home.example").called("Bo").at_minute(81)),
        ];
        let story = asked_by(&world, &all).await;
        telling::save_text(&world.engine, world.user, (story.change, DONE), ("en", "Done: {quote}"), None)
            .await
            .unwrap();
        prepare(&world, story.change).await;
        let owed = of(&world, story.change, "Rosa").await;
        assert_eq!((owed.state.as_str(), owed.reason.as_deref()), ("owed", Some("refused")));
        assert_eq!(of(&world, story.change, "Bo").await.state, "draft");
    });
}
