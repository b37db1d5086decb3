//! Who writes for a person goes before who writes in bulk: SQLite has one writer.

use crate::support::on_sqlite;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tertulia_store::Db;

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
