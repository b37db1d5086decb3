use crate::support::{on_both, write};
use tertulia_store::{Db, Sql, Value, binds, db};

type Row = (i64, Option<i64>, Option<String>, Option<Vec<u8>>, Option<bool>, Option<f64>);

async fn table(db: &Db) {
    write!(db, |tx| {
        let sql = tx.dialect().schema("CREATE TABLE things (id BIGINT PRIMARY KEY, number BIGINT, text TEXT, bytes BYTEA, truth BOOLEAN, amount DOUBLE PRECISION)");
        tx.run(sql, binds![]).await.unwrap();
    });
}

/// Every kind of value, and every kind of nothing.
fn thing(n: i64) -> Row {
    (
        n,
        (n % 2 == 0).then_some(n),
        (n % 3 == 0).then(|| n.to_string()),
        (n % 5 == 0).then(|| n.to_le_bytes().to_vec()),
        (n % 7 == 0).then_some(n % 2 == 0),
        (n % 11 == 0).then_some(n as f64 / 4.0),
    )
}

const HEAD: &str = "INSERT INTO things (id, number, text, bytes, truth, amount)";

#[test]
fn many_rows_are_inserted_across_the_boundaries_of_pieces() {
    on_both(async |mut db| {
        table(&db).await;
        for rows in [0, 1, 4, 5, 79, 80, 401, 1_000] {
            let things: Vec<Row> = (0..rows).map(thing).collect();
            let values: Vec<Value> =
                things.clone().into_iter().flat_map(|(a, b, c, d, e, f)| binds![a, b, c, d, e, f]).collect();
            write!(db, |tx| {
                tx.run("DELETE FROM things", binds![]).await.unwrap();
                assert_eq!(tx.insert_many(HEAD, 6, "", values.clone()).await.unwrap(), rows.cast_unsigned());
                let again = tx.insert_many(HEAD, 6, "ON CONFLICT (id) DO NOTHING", values).await.unwrap();
                assert_eq!(again, 0, "nothing is touched twice");
            });
            let found: Vec<Row> = db.rows("SELECT * FROM things ORDER BY id", binds![]).await.unwrap();
            assert_eq!(found, things, "{rows} rows");
        }
    });
}

#[test]
fn rows_of_many_columns_stay_below_the_limit_of_binds() {
    on_both(async |mut db| {
        let columns: Vec<String> = (0..100).map(|n| format!("c{n}")).collect();
        let values: Vec<Value> = (0..50_000_i64).map(Value::from).collect();
        write!(db, |tx| {
            tx.run(format!("CREATE TABLE wide ({} BIGINT)", columns.join(" BIGINT, ")), binds![]).await.unwrap();
            tx.insert_many("INSERT INTO wide", 100, "", values).await.unwrap();
        });
        assert_eq!(db.number("SELECT COUNT(*) FROM wide WHERE c99 % 100 = 99", binds![]).await.unwrap(), 500);
    });
}

#[test]
fn long_lists_are_asked_for_in_pieces() {
    on_both(async |mut db| {
        table(&db).await;
        let values = (0..1_000).flat_map(|n| binds![n, n % 2]).collect();
        write!(db, |tx| tx.insert_many("INSERT INTO things (id, number)", 2, "", values).await.unwrap());
        for wanted in [0, 1, 2, 5, 79, 81, 400, 401, 1_000] {
            let list: Vec<Value> = (0..wanted).map(Value::from).collect();
            let sql = "SELECT id FROM things WHERE id IN ({list})";
            let mut found: Vec<(i64,)> = db::rows_in(&mut db, sql, &list).await.unwrap();
            found.sort_unstable();
            assert!(found.into_iter().map(|(id,)| id).eq(0..wanted), "{wanted} values");
            let sql = "SELECT id FROM things WHERE number = $1 AND id IN ({list})";
            let odd = db::rows_in_with::<(i64,)>(&mut db, sql, &[Value::from(1_i64)], &list).await.unwrap();
            assert_eq!(odd.len() as i64, wanted / 2);
        }
        let list: Vec<Value> = (0..997_i64).map(Value::from).collect();
        let gone = write!(db, |tx| tx.run_in("DELETE FROM things WHERE id IN ({list})", &list).await.unwrap());
        assert_eq!(gone, 997);
        assert_eq!(db.number("SELECT MIN(id) FROM things", binds![]).await.unwrap(), 997);
    });
}

#[test]
fn a_question_with_one_answer_gets_it_or_none() {
    on_both(async |mut db| {
        table(&db).await;
        write!(db, |tx| tx.run("INSERT INTO things (id, text) VALUES (1, 'a'), (2, NULL)", binds![]).await.unwrap());
        for (id, text) in [(1_i64, Some("a")), (2, None), (3, None)] {
            let found = db::text(&mut db, "SELECT text FROM things WHERE id = $1", binds![id]).await.unwrap();
            assert_eq!(found.as_deref(), text);
        }
        assert_eq!(db.number("SELECT MAX(number) FROM things", binds![]).await.unwrap(), 0);
    });
}

#[test]
fn what_is_not_committed_did_not_happen() {
    on_both(async |db| {
        table(&db).await;
        let mut tx = db.begin_bulk().await.unwrap();
        tx.run("INSERT INTO things (id) VALUES (1)", binds![]).await.unwrap();
        assert_eq!(tx.number("SELECT COUNT(*) FROM things", binds![]).await.unwrap(), 1);
        assert_eq!(db.reader().number("SELECT COUNT(*) FROM things", binds![]).await.unwrap(), 0, "nobody sees it yet");
        drop(tx);
        assert_eq!(write!(db, |tx| tx.number("SELECT COUNT(*) FROM things", binds![]).await.unwrap()), 0);
    });
}

#[test]
fn sqlite_readers_cannot_write_and_a_closed_database_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut db = Db::open_sqlite(&path).await.unwrap();
        table(&db).await;
        assert!(db.rows::<(i64,)>("INSERT INTO things (id) VALUES (1) RETURNING id", binds![]).await.is_err());
        db.close().await;
    });
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["shop.db"]);
}
