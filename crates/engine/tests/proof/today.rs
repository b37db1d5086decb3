//! Today: what waits comes up until none is left, what is asked about once a day does not come again, and what was decided of a
//! card holds for everybody, and can be undone.

use crate::{
    erasing::{erase_wholly, person, places, rosa},
    exporting::{archive, holds},
    monitors::{settle, watch},
    support::{
        World, add_member, on_both,
        said::{Said, said},
    },
};
use jiff::civil::date;
use tertulia_engine::{
    EngineError, accounts, consent, desk, people,
    promises::{self, Due},
    setup,
    today::{self, Act, Key, Reader, Undo, Why},
};
use tertulia_model::{AutoKind, Millis, Role, UserId};
use tertulia_store::today_cards;

pub const HOUR: Millis = 3_600_000;
pub const DAY: Millis = 24 * HOUR;
pub const DAY_IN_MINUTES: i64 = 24 * 60;

pub async fn cards_of(world: &World, member: UserId) -> Vec<today::Card> {
    today::today(&world.engine, Reader::Works(member)).await.unwrap().cards
}

/// Kinds and names of what stands in the Today of the one member.
pub async fn stands(world: &World) -> Vec<(String, String)> {
    let cards = cards_of(world, world.user).await;
    cards.into_iter().map(|card| (card.key.kind, card.name.unwrap_or_default())).collect()
}

pub fn pairs<const N: usize>(all: [(&str, &str); N]) -> Vec<(String, String)> {
    all.map(|(kind, name)| (kind.to_owned(), name.to_owned())).to_vec()
}

pub async fn only_key(world: &World) -> Key {
    let mut cards = cards_of(world, world.user).await;
    assert_eq!(cards.len(), 1, "{cards:?}");
    cards.remove(0).key
}

pub async fn done(world: &World, key: &Key) -> Result<Undo, EngineError> {
    today::act(&world.engine, world.user, key, &Act::Done).await
}

pub fn is_refused<T: std::fmt::Debug>(said: &Result<T, EngineError>) -> bool {
    matches!(said, Err(EngineError::Refused(_)))
}

pub fn bo(id: &str, text: &str) -> Said {
    said(id, text).by("bo@other.example").called("Bo")
}

#[test]
fn who_writes_for_the_first_time_waits_on_one_card_until_they_are_answered() {
    on_both(async |world| {
        let robot = said("robot", "I am away").by("robot@other.example").auto(AutoKind::Reply);
        let nobody = said("nobody", "Your parcel left").by("no-reply@parcels.example");
        let other = said("q2", "And one more thing").at_minute(3);
        world.hear(&[said("q", "Do you have it in blue?").created(), bo("b", "Hello").at_minute(2).created()]).await;
        world.hear(&[other.created(), robot.created(), nobody.created()]).await;
        assert_ne!(world.conversation_of("q").await.id, world.conversation_of("q2").await.id);
        assert_eq!(stands(&world).await, pairs([("first", "Rosa Vidal"), ("first", "Bo")]));
        // Both of her conversations are done by one card.
        let key = cards_of(&world, world.user).await.remove(0).key;
        let undo = done(&world, &key).await.unwrap();
        assert_eq!(stands(&world).await, pairs([("first", "Bo")]));
        assert!(is_refused(&done(&world, &key).await), "done is done");
        today::undo(&world.engine, world.user, &undo).await.unwrap();
        assert_eq!(stands(&world).await.len(), 2);
        assert!(is_refused(&today::undo(&world.engine, world.user, &undo).await));
        world.answer("b", "k").await;
        assert_eq!(stands(&world).await, pairs([("first", "Rosa Vidal")]));
        // Answered in one of two places she is somebody whom we know.
        world.answer("q", "k2").await;
        assert_eq!(stands(&world).await, []);
    });
}

#[test]
fn what_is_snoozed_closed_or_anothers_does_not_wait() {
    on_both(async |world| {
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        let id = world.conversation_of("q").await.id;
        desk::snooze(&world.engine, id, world.engine.now() + DAY).await.unwrap();
        assert_eq!(stands(&world).await, []);
        desk::set_state(&world.engine, id, "open").await.unwrap();
        assert_eq!(stands(&world).await.len(), 1);
        let other = add_member(&world.engine).await;
        desk::assign(&world.engine, id, Some(other)).await.unwrap();
        assert_eq!(stands(&world).await, []);
        assert_eq!(cards_of(&world, other).await.len(), 1);
        let looks_on = today::today(&world.engine, Reader::LooksOn).await.unwrap();
        assert_eq!(looks_on.cards.len(), 1, "who only looks on sees what waits for anybody");
        desk::set_state(&world.engine, id, "closed").await.unwrap();
        assert_eq!(cards_of(&world, other).await, []);
    });
}

#[test]
fn a_promise_is_due_on_its_day_where_the_organisation_is_and_its_card_keeps_it() {
    on_both(async |world| {
        world.hear(&[said("q", "Do you still have it?").created()]).await;
        let message = world.answer("q", "k").await.message_id;
        let promise = async |words, day| {
            let due = Due::On(date(2026, 11, day));
            promises::add(&world.engine, message, world.user, words, due).await.unwrap().promise
        };
        // In Auckland it is the 22nd already.
        setup::set_time_zone(&world.engine, "Pacific/Auckland").await.unwrap();
        promise("To write", 23).await;
        assert_eq!(stands(&world).await, []);
        let id = promise("To look", 22).await;
        assert_eq!(stands(&world).await, pairs([("promise", "Rosa Vidal")]));
        let undo = done(&world, &only_key(&world).await).await.unwrap();
        assert_eq!(promises::get(&world.engine, id).await.unwrap().promise.state, "kept");
        assert_eq!(stands(&world).await, []);
        today::undo(&world.engine, world.user, &undo).await.unwrap();
        assert_eq!(stands(&world).await.len(), 1);
        promises::break_it(&world.engine, id, world.user, None).await.unwrap();
        assert_eq!(stands(&world).await, []);
    });
}

#[test]
fn what_is_passed_on_stands_with_another_who_has_the_conversation_by_it() {
    on_both(async |world| {
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        let other = add_member(&world.engine).await;
        let key = only_key(&world).await;
        let pass = |to, note: &str| Act::PassOn { to, note: note.to_owned() };
        let act = async |act| today::act(&world.engine, world.user, &key, &act).await;
        for wrong in [pass(world.user, ""), pass(UserId(7), ""), pass(other, &"x".repeat(501))] {
            assert!(matches!(act(wrong).await, Err(EngineError::Invalid(_))));
        }
        let undo = act(pass(other, " You know blue. ")).await.unwrap();
        assert_eq!(stands(&world).await, []);
        assert_eq!(world.conversation_of("q").await.assignee_id, Some(other));
        let theirs = cards_of(&world, other).await;
        assert_eq!(theirs[0].passed_on, Some((world.user, "You know blue.".to_owned())));
        today::undo(&world.engine, world.user, &undo).await.unwrap();
        assert_eq!((stands(&world).await.len(), cards_of(&world, other).await.len()), (1, 1), "it is nobody's again");
        assert_eq!(world.conversation_of("q").await.assignee_id, None);
        // A member who leaves holds nothing up.
        act(pass(other, "")).await.unwrap();
        accounts::set_password(&world.engine, world.user, "a quiet cup of coffee").await.unwrap();
        accounts::change_member(&world.engine, world.user, Role::Owner, false).await.unwrap();
        accounts::change_member(&world.engine, other, Role::Agent, true).await.unwrap();
        assert_eq!(stands(&world).await.len(), 1);
    });
}

#[test]
fn what_is_put_off_comes_up_again_on_its_day() {
    on_both(async |world| {
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        let key = only_key(&world).await;
        let act = async |until| today::act(&world.engine, world.user, &key, &Act::PutOff { until }).await;
        for wrong in [date(2026, 11, 21), date(2020, 1, 1), date(2028, 1, 1)] {
            assert!(matches!(act(wrong).await, Err(EngineError::Invalid(_))), "{wrong}");
        }
        act(date(2026, 11, 23)).await.unwrap();
        assert!(is_refused(&act(date(2026, 11, 24)).await), "it does not stand there");
        world.clock.advance(DAY);
        assert_eq!(stands(&world).await, []);
        world.clock.advance(DAY);
        assert_eq!(stands(&world).await, pairs([("first", "Rosa Vidal")]));
        act(date(2026, 11, 24)).await.unwrap();
        assert_eq!(stands(&world).await, []);
    });
}

#[test]
fn of_two_who_decide_at_the_same_moment_one_does() {
    on_both(async |world| {
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        let other = add_member(&world.engine).await;
        let key = only_key(&world).await;
        let put_off = Act::PutOff { until: date(2026, 11, 23) };
        let (mine, theirs) = tokio::join!(
            today::act(&world.engine, world.user, &key, &Act::Done),
            today::act(&world.engine, other, &key, &put_off)
        );
        assert!(mine.is_ok() != theirs.is_ok(), "{mine:?} {theirs:?}");
    });
}

/// They and we talked on two days, long ago.
pub fn talked(name: &str, from_day: i64) -> Vec<tertulia_model::Inbound> {
    let at = |day: i64, minute: i64| -(from_day - day) * DAY_IN_MINUTES + minute;
    let by = |id: &str, text: &str, minute: i64| {
        said(&format!("{name}-{id}"), text).by(&format!("{name}@other.example")).called(name).at_minute(minute)
    };
    let ours = |id: &str, answers: &str, minute: i64| {
        said(&format!("{name}-{id}"), "Yes.").by_us().answering(&[&format!("{name}-{answers}")]).at_minute(minute)
    };
    vec![
        by("1", "Do you roast it dark?", at(0, 0)).created(),
        ours("2", "1", at(0, 30)).created(),
        by("3", "And light?", at(1, 0)).answering(&[&format!("{name}-2")]).created(),
        ours("4", "3", at(1, 30)).created(),
        by("5", "Thank you!", at(2, 0)).answering(&[&format!("{name}-4")]).created(),
    ]
}

#[test]
fn one_quiet_person_is_asked_about_a_day_and_no_other_takes_their_place() {
    on_both(async |world| {
        world.hear_history(&talked("amina", 90)).await;
        world.hear_history(&talked("ravi", 100)).await;
        world.hear_history(&[bo("once", "Only once").at_minute(-90 * DAY_IN_MINUTES).created()]).await;
        assert_eq!(stands(&world).await, pairs([("quiet", "amina")]));
        assert_eq!(stands(&world).await, pairs([("quiet", "amina")]), "the same one all day");
        let other = add_member(&world.engine).await;
        assert_eq!(cards_of(&world, other).await[0].name.as_deref(), Some("ravi"), "each is asked about another");
        let undo = done(&world, &only_key(&world).await).await.unwrap();
        assert_eq!(stands(&world).await, []);
        today::undo(&world.engine, world.user, &undo).await.unwrap();
        assert_eq!(stands(&world).await, pairs([("quiet", "amina")]));
        done(&world, &only_key(&world).await).await.unwrap();
        world.clock.advance(DAY);
        assert_eq!(stands(&world).await, [], "the other was asked about yesterday");
        world.clock.advance(8 * DAY);
        assert_eq!(stands(&world).await, pairs([("quiet", "ravi")]), "who was done does not come back");
    });
}

#[test]
fn nobody_is_asked_about_who_does_not_want_to_hear_from_us() {
    on_both(async |world| {
        world.hear_history(&talked("amina", 90)).await;
        let who = world.message("amina-1").await.person_id.unwrap();
        consent::set(&world.engine, who, None, false, "said so", world.user).await.unwrap();
        assert_eq!(stands(&world).await, []);
    });
}

#[test]
fn who_writes_again_after_a_long_silence_came_back_until_they_are_answered() {
    on_both(async |world| {
        world.hear_history(&talked("amina", 90)).await;
        let again = said("again", "Do you remember me?").by("amina@other.example").called("amina");
        world.hear(&[again.created()]).await;
        assert_eq!(stands(&world).await, pairs([("back", "amina")]));
        let other = add_member(&world.engine).await;
        let key = only_key(&world).await;
        let pass = Act::PassOn { to: other, note: "You roasted it".to_owned() };
        today::act(&world.engine, world.user, &key, &pass).await.unwrap();
        assert_eq!(stands(&world).await, []);
        let theirs = cards_of(&world, other).await;
        assert_eq!(theirs[0].passed_on, Some((world.user, "You roasted it".to_owned())));
        let Why::Back { heard_before, .. } = theirs[0].why else { panic!("{theirs:?}") };
        assert_eq!(heard_before, world.message("amina-5").await.at);
        world.answer("again", "k").await;
        assert_eq!(cards_of(&world, other).await, []);
    });
}

#[test]
fn who_speaks_of_us_often_and_never_talked_with_us_is_proposed_once() {
    on_both(async |world| {
        watch(&world, "Mercado").await;
        let speaks = |n: i64| said(&format!("m{n}"), "Mercado again").by("zoe@other.example").called("Zoë");
        let events = [1, 2, 3].map(|n| speaks(n).at_minute(n).overheard().created());
        let once = said("o", "Mercado once").by("once@other.example").overheard();
        world.hear(&events).await;
        world.hear(&[once.created()]).await;
        settle(&world).await;
        assert_eq!(stands(&world).await, pairs([("new", "Zoë")]));
        let cards = cards_of(&world, world.user).await;
        assert!(matches!(cards[0].why, Why::New { times: 3, .. }), "{cards:?}");
        // Somebody says something to them: then it is no proposal any more.
        let message = world.message("m3").await.id;
        desk::open_thread(&world.engine, message, world.user).await.unwrap();
        assert_eq!(stands(&world).await, []);
    });
}

#[test]
fn seven_cards_stand_there_at_most_and_the_next_comes_up_when_one_is_done() {
    on_both(async |world| {
        let line = |n: i64| said(&format!("n{n}"), "Hello").by(&format!("n{n}@other.example")).at_minute(n).created();
        world.hear(&(0..9).map(line).collect::<Vec<_>>()).await;
        world.hear_history(&talked("amina", 90)).await;
        for left in (1..=9).rev() {
            let found = today::today(&world.engine, Reader::Works(world.user)).await.unwrap();
            let first = found.cards.iter().filter(|card| card.key.kind == "first").count();
            assert_eq!((first, found.more), (left.min(7), left > 7));
            assert!(found.cards.len() <= today::MOST);
            done(&world, &found.cards[0].key).await.unwrap();
        }
        assert_eq!(stands(&world).await, pairs([("quiet", "amina")]));
    });
}

#[test]
fn a_day_is_kept_where_nothing_was_left_at_its_end() {
    on_both(async |world| {
        let ends = async || {
            let day = today::day_now(&world.engine).await.unwrap().0;
            world.clock.advance(day.ends - world.engine.now() + 60_000);
            today::note_day(&world.engine).await.unwrap();
            // Whatever is noted later changes nothing.
            today::note_day(&world.engine).await.unwrap();
        };
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        ends().await;
        world.answer("q", "k").await;
        ends().await;
        let late = bo("b", "Hello").at_minute(37 * 60);
        world.hear_late(&[late.created()]).await;
        world.answer("b", "k2").await;
        ends().await;
        let month = today::month(&world.engine, world.user, None).await.unwrap();
        let told: Vec<_> = month
            .days
            .iter()
            .filter_map(|day| day.ended.map(|ended| (day.date.day(), ended.due, ended.left_over, day.is_kept())))
            .collect();
        assert_eq!(told, [(21, 1, 1, false), (22, 1, 0, true), (23, 1, 0, true)]);
        assert_eq!((month.kept(), month.with_something_due()), (2, 3));
        // Long after its end nobody knows how a day ended.
        world.clock.advance(DAY + 2 * HOUR);
        today::note_day(&world.engine).await.unwrap();
        let month = today::month(&world.engine, world.user, Some(date(2026, 11, 9))).await.unwrap();
        assert_eq!((month.first, month.days[23].ended), (date(2026, 11, 1), None));
    });
}

#[test]
fn who_became_part_of_another_is_asked_about_as_that_one_and_erased_with_them() {
    on_both(async |world| {
        world.hear_history(&talked("amina", 90)).await;
        world.hear(&[rosa("w", "Hello").created()]).await;
        let (amina, rosa) = (world.message("amina-1").await.person_id.unwrap(), person(&world).await);
        let key = cards_of(&world, world.user).await.into_iter().find(|card| card.key.kind == "quiet").unwrap().key;
        done(&world, &key).await.unwrap();
        let evidence = people::Evidence::known();
        people::merge(&world.engine, world.user, (amina, rosa), "Rosalindaxx Vidal", &evidence).await.unwrap();
        let as_rosa = Key { subject_id: rosa.0, ..key };
        let mut db = world.engine.db.reader();
        assert!(today_cards::of(&mut db, &as_rosa).await.unwrap().is_some(), "it holds of the whole");
        let other = add_member(&world.engine).await;
        let card = cards_of(&world, world.user).await.remove(0);
        let note = "Say secretoxx to her".to_owned();
        today::act(&world.engine, world.user, &card.key, &Act::PassOn { to: other, note }).await.unwrap();
        assert!(holds(&archive(&world, rosa).await, "Say secretoxx to her"));
        erase_wholly(&world, rosa).await;
        assert_eq!(places(&world, &["secretoxx"]).await, Vec::<String>::new());
        assert_eq!(cards_of(&world, other).await, []);
    });
}
