//! Goals: declared beforehand, frozen when listening begins, and measured by what is there.

use crate::{
    looped,
    recount::compare_noted,
    support::{
        NOW, World, add_channel, add_member, each_place,
        json::Json,
        on_both,
        said::{Said, said},
    },
    telling,
};
use jiff::civil::date;
use std::sync::Arc;
use tertulia_engine::{
    EngineError,
    channels::{self, ChannelForm},
    desk,
    figures::{self, Figure, Period},
    goals::{self, GoalForm, Measure, Verdict, outcomes},
    people::{self as persons, Evidence},
    setup, telling as tell, worker,
};
use tertulia_model::{ChannelState, EchoSafety, GoalId, UserId};
use tertulia_store::{goals::Goal, tellings::DONE};

const DAY: i64 = 86_400_000;

fn form(sentence: &str, measure: &str, hoped: &str) -> GoalForm {
    GoalForm {
        sentence: sentence.to_owned(),
        today: "nobody knows".to_owned(),
        hoped: hoped.to_owned(),
        due_on: "2026-12-01".to_owned(),
        declared_on: date(2026, 11, 21),
        measure: measure.to_owned(),
        ..GoalForm::default()
    }
}

async fn versions(world: &World, goal: GoalId) -> Vec<Goal> {
    goals::versions(&world.engine, goal).await.unwrap().into_iter().map(|version| version.goal).collect()
}

/// Its day is over.
async fn end(world: &World, version: GoalId) {
    let job = worker::take(&world.engine, worker::GOAL, version.0).await.unwrap();
    job.expect("it is due").await.unwrap();
}

/// A world in which nobody listens: its channel is gone.
async fn quiet(world: &World) {
    setup::rename_organisation(&world.engine, "Café").await.unwrap();
    channels::set_state(&world.engine, world.channel.id, ChannelState::Deleted).await.unwrap();
}

#[test]
fn a_goal_is_frozen_when_the_next_channel_goes_live_and_then_each_change_is_a_version() {
    on_both(async |world| {
        quiet(&world).await;
        let engine: &Arc<_> = &world.engine;
        let goal = goals::add(engine, world.user, &form("Answer all", "answered", "80")).await.unwrap();
        goals::change(engine, world.user, (goal, None), &form("Answer all", "answered", "90 %")).await.unwrap();
        let soft = versions(&world, goal).await;
        assert_eq!((soft.len(), soft[0].target, soft[0].frozen_at), (1, Some(0.9), None));
        world.clock.advance(1_000);
        add_channel(engine, "other@shop.example").await;
        let frozen = versions(&world, goal).await;
        assert_eq!((frozen[0].frozen_at, frozen[0].after_listening), (Some(NOW + 1_000), false));
        goals::change(engine, world.user, (goal, Some(goal)), &form("Answer most", "answered", "70")).await.unwrap();
        let both = versions(&world, goal).await;
        assert_eq!(both.iter().map(|one| one.sentence.as_str()).collect::<Vec<_>>(), ["Answer most", "Answer all"]);
        assert_eq!((both[0].after_listening, both[1].after_listening), (true, false));
        let late = goals::change(engine, world.user, (goal, Some(goal)), &form("Mine", "", "x")).await;
        assert!(matches!(late, Err(EngineError::Refused(_))), "somebody changed it since");
        let after = goals::add(engine, world.user, &form("Another", "turns", "4")).await.unwrap();
        assert!(versions(&world, after).await[0].after_listening);
    });
}

#[test]
fn two_who_declare_and_listen_at_once_leave_no_goal_that_is_soft_while_somebody_listens() {
    on_both(async |world| {
        quiet(&world).await;
        let engine = world.engine.clone();
        for round in 0..20 {
            let (one, user) = (engine.clone(), world.user);
            let declares = tokio::spawn(async move { goals::add(&one, user, &form("Answer all", "", "all")).await });
            let account = format!("{round}@shop.example");
            let (declared, channel) = tokio::join!(declares, add_channel(&engine, &account));
            let goal = declared.unwrap().unwrap();
            assert!(versions(&world, goal).await[0].frozen_at.is_some());
            channels::set_state(&engine, channel.id, ChannelState::Deleted).await.unwrap();
        }
    });
}

#[test]
fn a_goal_is_met_or_missed_at_its_day_by_the_figure_and_unknown_where_there_is_too_little() {
    on_both(async |world| {
        let engine: &Arc<_> = &world.engine;
        let below = GoalForm { at_most: true, ..form("Few wait", "unanswered", "1") };
        let few = goals::add(engine, world.user, &below).await.unwrap();
        let share = goals::add(engine, world.user, &form("Answer all", "answered", "90")).await.unwrap();
        let words = goals::add(engine, world.user, &form("Be kind", "", "kinder")).await.unwrap();
        for n in 0..3 {
            world.hear(&[said(&format!("q{n}"), "Where?").by(&format!("p{n}@home.example")).created()]).await;
        }
        let verdict = async |goal| goals::one(engine, goal).await.unwrap().0;
        assert_eq!(verdict(few).await.verdict, Verdict::Running);
        assert_eq!((verdict(few).await.value, verdict(few).await.reaches()), (Some(3.0), Some(false)));
        assert_eq!((verdict(share).await.value, verdict(share).await.n), (None, 3));
        world.clock.set(NOW + 11 * DAY);
        assert_eq!(verdict(few).await.verdict, Verdict::Missed, "it is over");
        assert_eq!(verdict(share).await.verdict, Verdict::Unknown, "three are too few to say");
        assert_eq!(verdict(words).await.verdict, Verdict::Unknown, "nothing measures it");
        for goal in [few, share] {
            end(&world, goal).await;
        }
        // Whatever happens now comes too late: late mail, an answer, an end.
        for n in 3..6 {
            let late = said(&format!("q{n}"), "Where?").by(&format!("p{n}@home.example"));
            world.hear(&[late.created()]).await;
        }
        for n in 0..3 {
            let id = world.conversation_of(&format!("q{n}")).await.id;
            desk::set_state(engine, id, "closed").await.unwrap();
        }
        assert_eq!((verdict(share).await.verdict, verdict(share).await.value), (Verdict::Unknown, None));
        let stands = verdict(few).await;
        assert_eq!((stands.verdict, stands.value, stands.n, stands.people), (Verdict::Missed, Some(3.0), 3, 3));
        assert_eq!(stands.last, date(2026, 12, 1));
        goals::give_up(engine, few, true).await.unwrap();
        assert!(verdict(few).await.goal.given_up_at.is_some());
        let refused = goals::change(engine, world.user, (few, None), &form("Again", "", "x")).await;
        assert!(refused.is_err(), "a goal that was given up, and a day that is over");
    });
}

#[test]
fn an_outcome_is_brought_by_a_table_whose_bad_rows_and_doubles_are_named() {
    on_both(async |world| {
        let (engine, by): (&Arc<_>, _) = (&world.engine, world.user);
        let visits =
            outcomes::OutcomeForm { name: "Visits".to_owned(), adds_up: true, ..outcomes::OutcomeForm::default() };
        let visits = outcomes::add(engine, by, &visits).await.unwrap();
        let goal = goals::add(engine, by, &form("More visits", &Measure::Outcome(visits).name(), "100")).await.unwrap();
        let table =
            "Date;Visits\n2026-11-18;40\n19.11.2026;1,5\n2026-11-18;41\nsoon;7\n2026-11-20;many\n2026-10-01;999\n";
        let mapping = outcomes::Mapping { source: "till".to_owned(), ..outcomes::Mapping::default() };
        let report = outcomes::bring(engine, by, visits, (table.as_bytes(), &mapping)).await.unwrap();
        assert_eq!((report.taken, report.known, report.wrong_count), (3, 0, 3));
        assert_eq!(report.wrong.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [4, 5, 6]);
        let again = outcomes::bring(engine, by, visits, (table.as_bytes(), &mapping)).await.unwrap();
        assert_eq!((again.taken, again.known), (0, 3));
        let other = "Date;Visits\n2026-11-18;60\n";
        let left = outcomes::bring(engine, by, visits, (other.as_bytes(), &mapping)).await.unwrap();
        assert!(left.wrong[0].1.contains("40"), "{left:?}");
        let replace = outcomes::Mapping { replace: true, ..mapping.clone() };
        assert_eq!(outcomes::bring(engine, by, visits, (other.as_bytes(), &replace)).await.unwrap().replaced, 1);
        outcomes::enter(engine, by, visits, ("2026-11-18", "50", "door")).await.unwrap();
        let stands = goals::one(engine, goal).await.unwrap().0;
        assert_eq!((stands.value, stands.n, stands.reaches()), (Some(111.5), 3, Some(true)), "of thirty days");
        let (_, counted) = goals::one(engine, goal).await.unwrap();
        let points = goals::series(engine, &stands, &counted).await.unwrap();
        assert_eq!(points.iter().map(|point| point.value).collect::<Vec<_>>()[10..], [Some(999.0), Some(111.5)]);
        for bad in ["", "Date\n2026-11-18\n", "a,b,c\n1,2,3\n"] {
            assert!(outcomes::bring(engine, by, visits, (bad.as_bytes(), &mapping)).await.is_err(), "{bad}");
        }
        let nowhere = outcomes::Mapping { source: " ".to_owned(), ..mapping };
        assert!(outcomes::bring(engine, by, visits, (other.as_bytes(), &nowhere)).await.is_err());
    });
}

#[test]
fn what_became_of_a_version_stays_beside_it_however_often_the_goal_is_declared_anew() {
    on_both(async |world| {
        let engine: &Arc<_> = &world.engine;
        let anew = |due_on: &str, declared_on| GoalForm {
            due_on: due_on.to_owned(),
            declared_on,
            at_most: true,
            ..form("Few wait", "unanswered", "1")
        };
        let goal = goals::add(engine, world.user, &anew("2026-12-24", date(2026, 11, 21))).await.unwrap();
        goals::change(engine, world.user, (goal, None), &anew("2026-12-01", date(2026, 11, 21))).await.unwrap();
        let second = versions(&world, goal).await[0].id;
        for n in 0..2 {
            world.hear(&[said(&format!("q{n}"), "Where?").by(&format!("p{n}@home.example")).created()]).await;
        }
        world.clock.set(NOW + 11 * DAY);
        end(&world, second).await;
        goals::change(engine, world.user, (goal, None), &anew("2027-06-30", date(2026, 12, 2))).await.unwrap();
        let all = goals::versions(engine, goal).await.unwrap();
        let became: Vec<_> = all.iter().map(|version| (version.verdict, version.value)).collect();
        assert_eq!(became, [(Some(Verdict::Running), None), (Some(Verdict::Missed), Some(2.0)), (None, None)]);
        assert!(worker::take(engine, worker::GOAL, all[0].goal.id.0).await.unwrap().is_none(), "its day is to come");
        world.clock.set(NOW + 40 * DAY);
        end(&world, goal).await;
        assert_eq!(goals::versions(engine, goal).await.unwrap()[2].goal.ended_at, None, "another took its place");
    });
}

#[test]
fn a_channel_that_is_only_told_what_was_said_freezes_goals_and_an_archive_does_not() {
    each_place(async |place| {
        let world = World::on(place, Json::new("json", EchoSafety::CheckThenSend).only_told()).await;
        quiet(&world).await;
        let goal = goals::add(&world.engine, world.user, &form("Answer all", "answered", "80")).await.unwrap();
        let mut archive = ChannelForm { name: "Old mail".to_owned(), ..ChannelForm::default() };
        archive.settings.insert("name".to_owned(), "old".into());
        channels::add(&world.engine, "lines", archive).await.unwrap();
        assert_eq!(versions(&world, goal).await[0].frozen_at, None);
        add_channel(&world.engine, "hook@shop.example").await;
        assert!(versions(&world, goal).await[0].frozen_at.is_some());
        world.engine.db.close().await;
    });
}

#[test]
fn many_goals_are_counted_once_and_each_by_its_own_days() {
    on_both(async |world| {
        let engine: &Arc<_> = &world.engine;
        for n in 0..6 {
            let days_ago = if n == 5 { 20 } else { 1 };
            let at = NOW - days_ago * DAY;
            let one = Said { at, ..said(&format!("q{n}"), "Where?").by(&format!("p{n}@home.example")) };
            world.hear(&[one.created()]).await;
        }
        for days in ["7", "30", "90"] {
            let over = GoalForm { over_days: days.to_owned(), ..form("Answer all", "answered", "90") };
            goals::add(engine, world.user, &over).await.unwrap();
        }
        let (all, counted) = goals::all(engine).await.unwrap();
        assert_eq!(
            all.iter().map(|stands| (stands.value, stands.n)).collect::<Vec<_>>(),
            [(Some(0.0), 5), (Some(0.0), 6), (Some(0.0), 6)]
        );
        let points = goals::series(engine, &all[0], &counted).await.unwrap();
        assert_eq!(points.iter().map(|point| point.n).collect::<Vec<_>>()[9..], [1, 0, 5]);
    });
}

#[test]
fn a_goal_is_seen_to_by_somebody_of_the_team_and_two_outcomes_have_two_names() {
    on_both(async |world| {
        let (engine, by): (&Arc<_>, _) = (&world.engine, world.user);
        let nobody = GoalForm { owner: Some(UserId(7)), ..form("Answer all", "", "all") };
        assert!(matches!(goals::add(engine, by, &nobody).await, Err(EngineError::Invalid(_))));
        let other = add_member(engine).await;
        let owned = GoalForm { owner: Some(other), ..form("Answer all", "", "all") };
        goals::add(engine, by, &owned).await.unwrap();
        let named = |name: &str| outcomes::OutcomeForm { name: name.to_owned(), adds_up: true, ..Default::default() };
        let visits = outcomes::add(engine, by, &named("Visits")).await.unwrap();
        assert!(outcomes::add(engine, by, &named("visits")).await.is_err(), "two of one name");
        outcomes::change(engine, visits, &named("Guests")).await.unwrap();
        let measure = Measure::Outcome(visits).name();
        let goal = goals::add(engine, by, &form("More", &measure, "100")).await.unwrap();
        let latest = outcomes::OutcomeForm { adds_up: false, ..named("Guests") };
        assert!(outcomes::change(engine, visits, &latest).await.is_err(), "a goal rests on how it is counted");
        let archived = outcomes::OutcomeForm { is_archived: true, ..named("Guests") };
        outcomes::change(engine, visits, &archived).await.unwrap();
        assert!(goals::add(engine, by, &form("More", &measure, "100")).await.is_err());
        goals::change(engine, by, (goal, None), &form("Even more", &measure, "200")).await.unwrap();
    });
}

#[test]
fn a_value_is_put_back_as_it_was_and_never_over_one_that_came_since() {
    on_both(async |world| {
        let (engine, by): (&Arc<_>, _) = (&world.engine, world.user);
        let form = outcomes::OutcomeForm { name: "Visits".to_owned(), adds_up: true, ..Default::default() };
        let visits = outcomes::add(engine, by, &form).await.unwrap();
        let enter = async |value: &'static str| {
            outcomes::enter(engine, by, visits, ("2026-11-20", value, "till")).await.unwrap()
        };
        let first = enter("4").await.entry;
        world.clock.advance(1_000);
        let second = enter("5").await;
        assert_eq!(second.replaced.as_ref(), Some(&first));
        let instead = Some((second.entry.id, second.entry.given_at));
        outcomes::put_back(engine, &first, instead).await.unwrap();
        assert!(outcomes::put_back(engine, &first, instead).await.is_err(), "it is undone already");
        let gone = outcomes::remove(engine, visits, first.id).await.unwrap();
        assert_eq!(gone, first, "as it was given");
        world.clock.advance(1_000);
        enter("9").await;
        assert!(outcomes::put_back(engine, &gone, None).await.is_err(), "somebody gave another value");
        let small: &[u8] = br#"[{ "day": "2026-11-21", "value": 5e-7 }]"#;
        let mapping = outcomes::Mapping { source: "api".to_owned(), ..outcomes::Mapping::default() };
        let report = outcomes::bring(engine, by, visits, (small, &mapping)).await.unwrap();
        assert_eq!((report.taken, report.wrong_count), (1, 0), "{report:?}");
    });
}

#[test]
fn loop_time_is_a_figure_of_the_days_and_a_goal_rests_on_it() {
    on_both(async |world| {
        let story = telling::begin(&world).await;
        telling::prepare(&world, story.change).await;
        let goal = GoalForm { at_most: true, ..form("Told within two weeks", Figure::LoopTime.name(), "14 days") };
        let goal = goals::add(&world.engine, world.user, &goal).await.unwrap();
        let mut noted = looped::Noted::new();
        let rosa = telling::of(&world, story.change, "Rosa").await;
        let delivery = telling::queue(&world, rosa.id, "k1").await;
        telling::wire(&world, delivery).await;
        looped::note(&world, &rosa, Some(world.delivery(delivery).await.message_id), &mut noted).await;
        world.clock.advance(3 * DAY);
        for name in ["Bo", "cy"] {
            let row = telling::of(&world, story.change, name).await;
            tell::by_hand(&world.engine, world.user, row.id, "At the counter.").await.unwrap();
            looped::note(&world, &row, None, &mut noted).await;
        }
        compare_told(&world, story.change, 3).await;
        let people = telling::all(&world, story.change, DONE).await;
        let (one, other) = (people[1].person_id, people[2].person_id);
        let merge = persons::merge(&world.engine, world.user, (one, other), "One of both", &Evidence::known()).await;
        compare_told(&world, story.change, 2).await;
        persons::part(&world.engine, world.user, merge.unwrap()).await.unwrap();
        compare_told(&world, story.change, 3).await;
        let stands = goals::one(&world.engine, goal).await.unwrap().0;
        assert_eq!((stands.n, stands.value), (3, None), "three are too few to say");
        compare_noted(&world, 30, &noted).await;
    });
}

/// The tellings behind the figure are so many, each of the change and of one person.
async fn compare_told(world: &World, change: tertulia_model::ChangeId, n: usize) {
    let period = Period::last_days(&world.engine, 7).await.unwrap();
    let told = figures::report(&world.engine, period).await.unwrap().told;
    assert_eq!(told.len(), n);
    assert!(told.iter().all(|case| case.change == Some(change) && case.people.len() == 1 && case.value.is_some()));
}

#[test]
fn a_table_with_points_between_thousands_is_read_so_and_another_way_can_be_chosen() {
    on_both(async |world| {
        let form =
            outcomes::OutcomeForm { name: "Visits".to_owned(), adds_up: true, ..outcomes::OutcomeForm::default() };
        let outcome = outcomes::add(&world.engine, world.user, &form).await.unwrap();
        let table = "day;visits\n2026-11-01;1.250\n2026-11-02;870\n".as_bytes();
        let looks = outcomes::Mapping { source: "till".to_owned(), replace: true, ..outcomes::Mapping::default() };
        let point = outcomes::Mapping { numbers: tertulia_engine::amounts::Written::Point, ..looks.clone() };
        for (mapping, expected) in [(&looks, 1250.0), (&point, 1.25)] {
            let report = outcomes::bring(&world.engine, world.user, outcome, (table, mapping)).await.unwrap();
            let example = Some(("1.250".to_owned(), expected));
            assert_eq!((report.wrong_count, report.example), (0, example), "{mapping:?}");
        }
    });
}
