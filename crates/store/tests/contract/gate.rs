//! Who writes for a person goes before who writes in bulk: SQLite has one writer.

use crate::support::on_sqlite;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tertulia_store::{Db, Urgency};

async fn soon() {
    tokio::time::sleep(Duration::from_millis(30)).await;
}

#[test]
fn a_person_passes_before_bulk_work_that_waited_longer() {
    on_sqlite(async |db| {
        let order: Arc<Mutex<Vec<&str>>> = Arc::default();
        let enter = |db: &Db, who: &'static str| {
            let (db, order) = (db.clone(), order.clone());
            tokio::spawn(async move {
                let tx = if who == "bulk" { db.begin_bulk().await } else { db.begin().await }.unwrap();
                order.lock().unwrap().push(who);
                tx.commit().await.unwrap();
            })
        };
        let open = db.begin_bulk().await.unwrap();
        let mut tasks = vec![enter(&db, "bulk"), enter(&db, "bulk")];
        soon().await;
        tasks.extend([enter(&db, "person"), enter(&db, "person")]);
        soon().await;
        open.commit().await.unwrap();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), ["person", "person", "bulk", "bulk"]);
    });
}

#[test]
fn a_person_who_gives_up_waiting_holds_nobody_back() {
    on_sqlite(async |db| {
        let open = db.begin().await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(30), db.begin()).await.is_err());
        open.commit().await.unwrap();
        let bulk = tokio::time::timeout(Duration::from_secs(5), db.begin_bulk()).await;
        assert!(bulk.is_ok(), "bulk work waits for somebody who is gone");
    });
}

#[test]
fn a_person_passes_before_the_background_that_waited_longer() {
    on_sqlite(async |db| {
        let order: Arc<Mutex<Vec<&str>>> = Arc::default();
        let enter = |who: &'static str| {
            let (db, order) = (db.clone(), order.clone());
            tokio::spawn(async move {
                let urgency = if who == "person" { Urgency::Interactive } else { Urgency::Background };
                let tx = db.begin_as(urgency).await.unwrap();
                order.lock().unwrap().push(who);
                tx.commit().await.unwrap();
            })
        };
        let open = db.begin_background().await.unwrap();
        let background = enter("background");
        soon().await;
        let person = enter("person");
        soon().await;
        open.commit().await.unwrap();
        background.await.unwrap();
        person.await.unwrap();
        assert_eq!(*order.lock().unwrap(), ["person", "background"]);
    });
}

#[test]
fn who_watches_learns_how_long_each_write_held_the_writer() {
    on_sqlite(async |db| {
        let write = async |lasting: u64| {
            let tx = db.begin().await.unwrap();
            tokio::time::sleep(Duration::from_millis(lasting)).await;
            tx.commit().await.unwrap();
        };
        write(0).await;
        assert!(db.watched_writes().is_empty(), "nobody watched");
        db.watch_writes();
        write(40).await;
        assert!(db.watched_writes().iter().any(|took| *took >= Duration::from_millis(40)));
        assert!(db.watched_writes().is_empty(), "watching had ended");
    });
}

#[test]
fn when_writing_rests_the_writer_is_looked_after_and_goes_on() {
    on_sqlite(async |db| {
        db.watch_writes();
        let mut passed = 0;
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            passed += db.watched_writes().len();
            db.watch_writes();
            if passed > 0 {
                break;
            }
        }
        assert!(passed > 0, "nobody held the writer's door");
        db.begin().await.unwrap().commit().await.unwrap();
    });
}
