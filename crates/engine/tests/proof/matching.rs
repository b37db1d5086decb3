//! Monitors that are saved, changed and removed while messages come: nobody misses any, and nobody is told twice.

use crate::{
    monitors::{found, settle, watch},
    support::{World, on_both, rounds, said::said},
};
use std::time::Duration;
use tertulia_engine::{
    EngineError,
    monitors::{self, ENDPOINTS, MonitorForm, NoticeForm, Often},
    worker,
};
use tertulia_model::{Clock, MessageId, MonitorId};
use tertulia_store::{Dialect, Sql, changes, mentions, monitors as stored, threads};

fn form(name: &str, query: &str) -> MonitorForm {
    MonitorForm { name: name.to_owned(), query: query.to_owned() }
}

async fn match_live(world: &World) {
    while monitors::match_waiting(&world.engine).await.unwrap() > 0 {}
}

#[test]
fn what_was_not_told_before_another_wording_is_told_once_it_is_known_to_fit_still() {
    crate::support::on_both_by_mail(async |world| {
        let tea = watch(&world, "tea").await;
        settle(&world).await;
        let soon = NoticeForm { mail: Often::Hourly, quiet_from: 0, quiet_until: 0, ..NoticeForm::default() };
        for whom in [world.user, ENDPOINTS] {
            monitors::set_notice(&world.engine, tea, whom, &soon).await.unwrap();
        }
        world.hear(&[said("both", "tea and cake").created(), said("tea", "only tea").created()]).await;
        match_live(&world).await;
        monitors::change(&world.engine, tea, &form("Cake", "cake"), None).await.unwrap();
        world.hear(&[said("cake", "cake at last").created()]).await;
        match_live(&world).await;
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 0, "the first may fit, and has the lower number");
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 0);
        settle(&world).await;
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 1);
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 1);
        let letter = world.wire.sent.lock().unwrap().last().unwrap().text.clone();
        assert!(letter.contains("tea and cake") && letter.contains("cake at last"), "{letter}");
        assert!(!letter.contains("only tea"), "{letter}");
        world.clock.advance(2 * 3_600_000);
        assert_eq!(monitors::tell(&world.engine).await.unwrap(), 0, "told once");
        assert_eq!(monitors::tell_endpoints(&world.engine).await.unwrap(), 0);
    });
}

#[test]
fn what_is_edited_while_another_wording_is_looked_for_keeps_what_was_decided_of_it() {
    on_both(async |world| {
        let tea = watch(&world, "tea").await;
        settle(&world).await;
        world.hear(&[said("a", "tea and cake").created()]).await;
        settle(&world).await;
        let a = world.message("a").await.id;
        monitors::decide(&world.engine, tea, a, "listened", world.user).await.unwrap();
        monitors::change(&world.engine, tea, &form("Cake", "cake"), None).await.unwrap();
        world.hear(&[said("a", "").edited(1, "cake and tea")]).await;
        // The past is looked at before the edit is.
        worker::take(&world.engine, worker::MATCH_PAST, tea.0).await.unwrap().unwrap().await.unwrap();
        match_live(&world).await;
        let listened = mentions::Asked { state: Some("listened".to_owned()), ..mentions::Asked::default() };
        let page = mentions::page(&mut world.engine.db.reader(), (tea, 2), &listened, i64::MAX, 10).await.unwrap();
        assert_eq!(page.iter().map(|mention| mention.message_id).collect::<Vec<_>>(), [a]);
    });
}

#[test]
fn a_form_that_was_opened_before_a_change_says_so_and_writes_over_nothing_unseen() {
    on_both(async |world| {
        let tea = watch(&world, "tea").await;
        let shown = form("tea", "tea");
        monitors::change(&world.engine, tea, &form("Tea", "tea NOT cold"), Some(&shown)).await.unwrap();
        let refused = monitors::change(&world.engine, tea, &form("Tea", "green tea"), Some(&shown)).await.unwrap_err();
        let EngineError::Invalid(errors) = refused else { panic!("{refused}") };
        assert_eq!(errors[0].field, "meanwhile");
        assert!(errors[0].message.contains("“Tea”") && errors[0].message.contains("tea NOT cold"), "{errors:?}");
        let now = stored::get(&mut world.engine.db.reader(), tea).await.unwrap().unwrap();
        assert_eq!(now.query, "tea NOT cold");
        // What the other did is what this one wants as well.
        monitors::change(&world.engine, tea, &form("Tea", "tea NOT cold"), Some(&shown)).await.unwrap();
        let seen = form("Tea", "tea NOT cold");
        monitors::change(&world.engine, tea, &form("Tea", "green tea"), Some(&seen)).await.unwrap();
        // A thread that it asks for became part of another.
        world.hear(&[said("one", "One").created(), said("late", "Late").answering(&["between"]).created()]).await;
        let late = world.message("late").await.thread_id;
        let asked = form("A thread", &format!("in:{late}"));
        monitors::change(&world.engine, tea, &asked, Some(&form("Tea", "green tea"))).await.unwrap();
        world.hear(&[said("between", "Between").answering(&["one"]).created()]).await;
        let joined = world.message("late").await.thread_id;
        assert_ne!(joined, late);
        let refused = monitors::change(&world.engine, tea, &form("A talk", &asked.query), Some(&asked)).await;
        assert!(
            matches!(refused, Err(EngineError::Invalid(errors)) if errors[0].message.contains(&joined.to_string()))
        );
    });
}

/// Has `acting` come to the point where it would commit, then the matching of what waits, and then lets both go on, in that
/// order. Only PostgreSQL has two writers.
async fn before_the_matching_ends<F: Future<Output = ()> + Send + 'static>(world: &World, acting: F) {
    let mut gate = world.engine.db.begin_bulk().await.unwrap();
    changes::alone(&mut gate).await.unwrap();
    let acting = tokio::spawn(acting);
    waiting(world, 1).await;
    let engine = world.engine.clone();
    let matching = tokio::spawn(async move { while monitors::match_waiting(&engine).await.unwrap() > 0 {} });
    waiting(world, 2).await;
    drop(gate);
    acting.await.unwrap();
    matching.await.unwrap();
}

async fn waiting(world: &World, many: i64) {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..500 {
        if world.engine.db.reader().number(sql, Vec::new()).await.unwrap() >= many {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{many} do not wait");
}

fn on_postgres(story: impl AsyncFn(World)) {
    on_both(async |world| {
        if world.engine.db.dialect() == Dialect::Postgres {
            story(world).await;
        }
    });
}

/// With which change each mention of a message was found: monitor, number.
async fn noted(world: &World, message: MessageId) -> Vec<(MonitorId, i64)> {
    let mut found = Vec::new();
    for (monitor, ..) in mentions::of_messages(&mut world.engine.db.reader(), &[message]).await.unwrap() {
        let sql = "SELECT found FROM mentions WHERE monitor_id = $1 AND message_id = $2";
        let number = world.engine.db.reader().number(sql, tertulia_store::binds![monitor, message]).await.unwrap();
        found.push((monitor, number));
    }
    found.sort_unstable();
    found
}

#[test]
fn a_monitor_that_is_saved_or_changed_while_messages_are_matched_finds_each_of_them_once() {
    on_postgres(async |world| {
        let tea = watch(&world, "tea").await;
        settle(&world).await;
        world.hear(&[said("a", "tea and cake").created(), said("b", "tea").created()]).await;
        let (engine, user) = (world.engine.clone(), world.user);
        before_the_matching_ends(&world, async move {
            monitors::add(&engine, &form("New", "cake"), user).await.unwrap();
        })
        .await;
        let all = stored::all(&mut world.engine.db.reader()).await.unwrap();
        let new = all.iter().find(|monitor| monitor.name == "New").unwrap().id;
        assert_eq!(found(&world, new).await, ["a"], "who matched began anew with it");
        let a = world.message("a").await.id;
        let before = noted(&world, a).await;
        assert!(before.len() == 2 && before.iter().all(|(_, number)| *number > 0), "{before:?}");

        world.hear(&[said("c", "cake").created(), said("d", "tea, again").created()]).await;
        let engine = world.engine.clone();
        before_the_matching_ends(&world, async move {
            monitors::change(&engine, tea, &form("Cake", "cake"), None).await.unwrap();
        })
        .await;
        assert_eq!(found(&world, tea).await, ["c"], "by the new wording, before the past was looked at");
        settle(&world).await;
        assert_eq!((found(&world, tea).await, found(&world, new).await), (ids(["c", "a"]), ids(["c", "a"])));
        assert_eq!(noted(&world, a).await, before, "what was found as it came is not found anew");
        assert!(noted(&world, world.message("d").await.id).await.is_empty());
    });
}

fn ids<const N: usize>(ids: [&str; N]) -> Vec<String> {
    ids.map(str::to_owned).to_vec()
}

#[test]
fn a_monitor_that_is_removed_while_messages_are_matched_leaves_nothing_behind() {
    on_postgres(async |world| {
        let (tea, other) = (watch(&world, "tea").await, watch(&world, "tea OR cake").await);
        settle(&world).await;
        world.hear(&[said("a", "tea").created()]).await;
        let engine = world.engine.clone();
        before_the_matching_ends(&world, async move {
            monitors::remove(&engine, tea).await.unwrap();
        })
        .await;
        let left = noted(&world, world.message("a").await.id).await;
        assert_eq!(left.iter().map(|(monitor, _)| *monitor).collect::<Vec<_>>(), [other]);
    });
}

#[test]
fn who_looks_at_the_past_and_who_joins_threads_do_not_stand_in_each_others_way() {
    on_postgres(async |world| {
        for n in 0..6 {
            let name = |what: &str| format!("{what}{n}");
            let (one, late) = (said(&name("one"), "One"), said(&name("late"), "Late"));
            world.hear(&[one.created(), late.answering(&[&name("between")]).created()]).await;
            let (one, late) = (world.message(&name("one")).await, world.message(&name("late")).await);
            let monitor = watch(&world, &format!("in:{} OR in:{}", one.thread_id, late.thread_id)).await;
            world.hear(&[said(&name("late"), "").edited(1, "Later")]).await;
            // As a piece does that changes a message and ties its thread to another.
            let mut piece = world.engine.db.begin_bulk().await.unwrap();
            threads::place_alone(&mut piece).await.unwrap();
            stored::match_later(&mut piece, &[late.id]).await.unwrap();
            let looking = worker::take(&world.engine, worker::MATCH_PAST, monitor.0).await.unwrap().unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
            let joining =
                tokio::time::timeout(Duration::from_secs(5), threads::join(&mut piece, late.thread_id, one.thread_id));
            joining.await.unwrap().unwrap();
            changes::note(&mut piece, &[("heard", 0)], world.clock.now()).await.unwrap();
            piece.commit().await.unwrap();
            looking.await.unwrap();
            let looked = stored::get(&mut world.engine.db.reader(), monitor).await.unwrap().unwrap();
            assert_eq!(looked.behind, None, "it was not taken back, and is not tried again");
            settle(&world).await;
            assert_eq!(found(&world, monitor).await.len(), 2);
        }
    });
}

#[test]
fn looks_at_the_past_while_pieces_join_threads_all_come_to_their_end() {
    on_postgres(async |world| {
        for n in 0..rounds() {
            let name = |what: &str| format!("{what}{n}");
            world
                .hear(&[
                    said(&name("one"), "One").created(),
                    said(&name("late"), "Late").answering(&[&name("between")]).created(),
                    said(&name("last"), "Last").answering(&[&name("beyond")]).created(),
                ])
                .await;
            let thread = world.message(&name("late")).await.thread_id;
            let monitor = watch(&world, &format!("in:{thread}")).await;
            let looking = worker::take(&world.engine, worker::MATCH_PAST, monitor.0).await.unwrap().unwrap();
            let bridges = [
                said(&name("one"), "").edited(1, "One, said better"),
                said(&name("between"), "Between").answering(&[&name("one")]).created(),
                said(&name("beyond"), "Beyond").answering(&[&name("between")]).created(),
            ];
            let (_, looked) = tokio::join!(world.hear(&bridges), looking);
            looked.unwrap();
            settle(&world).await;
            let now = stored::get(&mut world.engine.db.reader(), monitor).await.unwrap().unwrap();
            assert_eq!(now.behind, None, "it was not taken back, and is not tried again");
            assert_eq!(found(&world, monitor).await.len(), 5, "{}", now.query);
        }
    });
}
