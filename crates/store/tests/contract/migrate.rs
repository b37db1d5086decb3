use crate::support::{NOW, on_both_empty, write};
use tertulia_store::{Sql, StoreError, binds, migrate, newest_version, settings};

#[test]
fn migrations_run_twice_harmlessly() {
    on_both_empty(async |mut db| {
        migrate(&db, NOW).await.unwrap();
        write!(db, |tx| settings::set(tx, "kept", "yes").await.unwrap());
        migrate(&db, NOW + 1).await.unwrap();
        assert_eq!(settings::get(&mut db, "kept").await.unwrap().as_deref(), Some("yes"));
        let notes: Vec<(i64, i64)> =
            db.rows("SELECT version, applied_at FROM migrations ORDER BY version", binds![]).await.unwrap();
        assert_eq!(notes.len() as i64, newest_version());
        assert!(notes.iter().all(|(_, applied_at)| *applied_at == NOW));
    });
}

#[test]
fn nodes_that_start_at_once_migrate_once() {
    on_both_empty(async |db| {
        let nodes: Vec<_> = (0..4)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move { migrate(&db, NOW).await })
            })
            .collect();
        for node in nodes {
            node.await.unwrap().unwrap();
        }
    });
}

#[test]
fn a_database_of_a_newer_program_is_refused_unchanged() {
    on_both_empty(async |mut db| {
        migrate(&db, NOW).await.unwrap();
        write!(db, |tx| {
            let sql = "INSERT INTO migrations (version, name, applied_at) VALUES ($1, 'later', 0)";
            tx.run(sql, binds![newest_version() + 1]).await.unwrap();
        });
        let refused = migrate(&db, NOW).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Broken(text) if text.contains("newer Tertulia")), "{refused}");
        assert_eq!(db.number("SELECT COUNT(*) FROM users", binds![]).await.unwrap(), 0);
    });
}
