use crate::customer_runs::run;
use crate::support::{body, message, on_both, on_sqlite, write};
use tertulia_store::{
    Db, Dialect, Sql,
    customer_runs::{self, Run},
    messages, newest_version, settings, upkeep,
};

#[test]
fn a_copy_holds_what_was_committed_when_it_was_made_and_nothing_later() {
    on_sqlite(async |db| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.db");
        write!(db, |tx| settings::set(tx, "name", "before").await.unwrap());
        upkeep::copy_to(&db, &path).await.unwrap();
        write!(db, |tx| settings::set(tx, "name", "after").await.unwrap());
        let mut copy = Db::open_sqlite(&path).await.unwrap();
        assert_eq!(settings::get(&mut copy, "name").await.unwrap().as_deref(), Some("before"));
        assert!(upkeep::damage(&mut copy).await.unwrap().is_empty());
        assert!(upkeep::copy_to(&db, &path).await.is_err(), "a copy is never written over something");
        copy.close().await;
    });
}

#[test]
fn what_is_used_counted_and_sound_is_told() {
    on_both(async |mut db| {
        assert_eq!(upkeep::schema_version(&mut db).await.unwrap(), newest_version());
        assert!(upkeep::blobs_used(&mut db).await.unwrap().is_empty());
        write!(db, |tx| {
            for n in 1..=3 {
                let mut body = body(n);
                body.raw = (n != 3).then(|| tertulia_model::BlobRange { blob: "cd".repeat(32), offset: 0, length: 1 });
                messages::add(tx, &[message(n)]).await.unwrap();
                messages::add_bodies(tx, &[body]).await.unwrap();
            }
        });
        assert_eq!(upkeep::blobs_used(&mut db).await.unwrap(), ["cd".repeat(32)]);
        // A list of customers that is still to be read needs its file.
        let list = run(1);
        write!(db, |tx| customer_runs::add(tx, &list).await.unwrap());
        assert_eq!(upkeep::blobs_used(&mut db).await.unwrap(), [list.blob.clone(), "cd".repeat(32)]);
        write!(db, |tx| customer_runs::progress(tx, &Run { state: "done".to_owned(), ..list }).await.unwrap());
        assert_eq!(upkeep::blobs_used(&mut db).await.unwrap(), ["cd".repeat(32)]);
        let counts = upkeep::counts(&mut db).await.unwrap();
        assert!(counts.contains(&("messages", 3)) && counts.contains(&("users", 0)), "{counts:?}");
        assert!(upkeep::damage(&mut db).await.unwrap().is_empty());
    });
}

#[test]
fn a_database_from_before_there_were_lists_of_customers_tells_its_blobs() {
    on_both(async |mut db| {
        let mut body = body(1);
        body.raw = Some(tertulia_model::BlobRange { blob: "cd".repeat(32), offset: 0, length: 1 });
        write!(db, |tx| {
            messages::add_bodies(tx, &[body]).await.unwrap();
            tx.run("DROP TABLE customer_runs", Vec::new()).await.unwrap();
            tx.run("DELETE FROM migrations WHERE version > 16", Vec::new()).await.unwrap();
        });
        assert_eq!(upkeep::schema_version(&mut db).await.unwrap(), 16);
        assert_eq!(upkeep::blobs_used(&mut db).await.unwrap(), ["cd".repeat(32)]);
    });
}

#[test]
fn a_moment_of_postgresql_that_is_held_goes_on_showing_what_was() {
    on_both(async |db| {
        let mut body = body(1);
        body.raw = Some(tertulia_model::BlobRange { blob: "cd".repeat(32), offset: 0, length: 1 });
        write!(db, |tx| messages::add_bodies(tx, &[body]).await.unwrap());
        if db.dialect() == Dialect::Sqlite {
            assert!(upkeep::hold_moment(&db).await.is_err(), "it is copied whole");
            return;
        }
        let (mut moment, name) = upkeep::hold_moment(&db).await.unwrap();
        assert!(!name.is_empty());
        let before = upkeep::blobs_used(&mut moment).await.unwrap();
        assert!(!before.is_empty());
        write!(db, |tx| messages::bury(tx, tertulia_model::MessageId(1), 1).await.unwrap());
        assert!(upkeep::blobs_used(&mut db.reader()).await.unwrap().is_empty());
        assert_eq!(upkeep::blobs_used(&mut moment).await.unwrap(), before);
        assert!(moment.run("DELETE FROM users", Vec::new()).await.is_err(), "it only reads");
    });
}

#[test]
fn backups_are_known_by_their_folder_and_the_newest_stands_first() {
    on_both(async |mut db| {
        for (folder, at) in [("/mnt/a", 1), ("/mnt/b", 2), ("/mnt/a", 3)] {
            write!(db, |tx| upkeep::note_backup(tx, folder, at).await.unwrap());
        }
        let all = upkeep::backups(&mut db).await.unwrap();
        assert_eq!(all, [("/mnt/a".to_owned(), 3), ("/mnt/b".to_owned(), 2)]);
    });
}
