use crate::support::{NOW, on_both, write};
use tertulia_model::{ChannelId, ImportId, UserId};
use tertulia_store::imports::{self, ImportRun};

pub fn run(n: i64) -> ImportRun {
    ImportRun {
        id: ImportId(n),
        channel_id: ChannelId(1),
        name: "Alte Mails.mbox".to_owned(),
        format: "mbox".to_owned(),
        mapping: "{}".to_owned(),
        blob: format!("{n:064x}"),
        size: 5_000_000_000,
        position: 0,
        state: "waiting".to_owned(),
        taken: 0,
        known: 0,
        skipped: 0,
        quarantined: 0,
        reasons: "{}".to_owned(),
        error: None,
        worked_ms: 0,
        created_by: Some(UserId(1)),
        created_at: NOW,
        finished_at: None,
    }
}

#[test]
fn an_import_goes_on_from_its_position_and_keeps_its_report() {
    on_both(async |mut db| {
        let further = ImportRun {
            position: 4_000_000_000,
            state: "done".to_owned(),
            taken: 10,
            known: 2,
            skipped: 3,
            quarantined: 1,
            reasons: "{\"empty\":3}".to_owned(),
            error: Some("no".to_owned()),
            worked_ms: 77,
            finished_at: Some(NOW + 9),
            ..run(1)
        };
        write!(db, |tx| {
            imports::add(tx, &run(1)).await.unwrap();
            imports::add(tx, &run(2)).await.unwrap();
            imports::progress(tx, &further).await.unwrap();
            imports::set_state(tx, ImportId(2), "stopped").await.unwrap();
        });
        assert_eq!(imports::get(&mut db, ImportId(1)).await.unwrap(), Some(further.clone()));
        assert_eq!(imports::get(&mut db, ImportId(3)).await.unwrap(), None);
        let stopped = ImportRun { state: "stopped".to_owned(), ..run(2) };
        assert_eq!(write!(db, |tx| imports::get_to_change(tx, ImportId(2)).await.unwrap()), Some(stopped.clone()));
        assert_eq!(imports::all(&mut db, None, 5).await.unwrap(), [stopped.clone(), further.clone()]);
        assert_eq!(imports::all(&mut db, None, 1).await.unwrap(), std::slice::from_ref(&stopped));
        assert_eq!(imports::all(&mut db, Some(stopped.id), 5).await.unwrap(), [further]);
    });
}

#[test]
fn a_stop_that_came_while_a_batch_was_read_is_not_lost_when_the_batch_is_written() {
    on_both(async |mut db| {
        let running = ImportRun { state: "running".to_owned(), position: 7, ..run(1) };
        write!(db, |tx| {
            imports::add(tx, &run(1)).await.unwrap();
            imports::progress(tx, &running).await.unwrap();
        });
        assert_eq!(imports::get(&mut db, ImportId(1)).await.unwrap().unwrap().state, "running");
        write!(db, |tx| imports::set_state(tx, ImportId(1), "stopped").await.unwrap());
        write!(db, |tx| imports::progress(tx, &ImportRun { position: 9, ..running.clone() }).await.unwrap());
        let stopped = imports::get(&mut db, ImportId(1)).await.unwrap().unwrap();
        assert_eq!((stopped.state.as_str(), stopped.position), ("stopped", 9));
        write!(db, |tx| imports::set_state(tx, ImportId(1), "given_up").await.unwrap());
        write!(db, |tx| imports::progress(tx, &running).await.unwrap());
        assert_eq!(imports::get(&mut db, ImportId(1)).await.unwrap().unwrap().state, "given_up");
        write!(db, |tx| imports::progress(tx, &ImportRun { state: "done".to_owned(), ..running }).await.unwrap());
        assert_eq!(imports::get(&mut db, ImportId(1)).await.unwrap().unwrap().state, "done");
    });
}
