use crate::support::{NOW, on_both, write};
use tertulia_model::UserId;
use tertulia_store::{
    customer_runs::{self, Run},
    trims,
};

pub fn run(id: i64) -> Run {
    Run {
        id,
        list: "CRM".to_owned(),
        name: "customers.csv".to_owned(),
        blob: format!("{id:064x}"),
        size: 1_000,
        columns: "[]".to_owned(),
        mapping: "{}".to_owned(),
        missing: "keep".to_owned(),
        state: "waiting".to_owned(),
        position: 0,
        read_bytes: 0,
        added: 0,
        changed: 0,
        same: 0,
        wrong: 0,
        gone: 0,
        error: None,
        created_by: UserId(7),
        created_at: NOW,
        finished_at: None,
    }
}

#[test]
fn how_far_a_list_is_stands_with_it_and_one_that_was_stopped_stays_so() {
    on_both(async |mut db| {
        write!(db, |tx| {
            customer_runs::add(tx, &run(1)).await.unwrap();
            customer_runs::add(tx, &run(2)).await.unwrap();
        });
        let ids = |all: Vec<Run>| all.into_iter().map(|run| run.id).collect::<Vec<_>>();
        assert_eq!(ids(customer_runs::all(&mut db, None, 9).await.unwrap()), [2, 1]);
        assert_eq!(ids(customer_runs::all(&mut db, Some(2), 9).await.unwrap()), [1]);
        let half = Run { state: "running".to_owned(), position: 200, added: 190, wrong: 10, read_bytes: 500, ..run(1) };
        write!(db, |tx| {
            assert_eq!(customer_runs::get_to_change(tx, 1).await.unwrap(), Some(run(1)));
            customer_runs::progress(tx, &half).await.unwrap();
        });
        assert_eq!(customer_runs::get(&mut db, 1).await.unwrap(), Some(half.clone()));
        write!(db, |tx| {
            customer_runs::progress(tx, &Run { state: "stopped".to_owned(), ..half.clone() }).await.unwrap();
            customer_runs::progress(tx, &half).await.unwrap();
        });
        assert_eq!(customer_runs::get(&mut db, 1).await.unwrap().unwrap().state, "stopped");
    });
}

#[test]
fn rows_that_were_not_taken_are_told_by_their_line_once() {
    on_both(async |mut db| {
        let wrong = [(7, "no address".to_owned(), Some(1)), (3, "no number".to_owned(), None)];
        write!(db, |tx| {
            customer_runs::add_wrong(tx, 1, &wrong).await.unwrap();
            customer_runs::add_wrong(tx, 1, &wrong[..1]).await.unwrap();
        });
        let lines = |rows: Vec<(i64, String)>| rows.into_iter().map(|(line, _)| line).collect::<Vec<_>>();
        assert_eq!(lines(customer_runs::wrong(&mut db, 1, 0, 9).await.unwrap()), [3, 7]);
        assert_eq!(lines(customer_runs::wrong(&mut db, 1, 3, 9).await.unwrap()), [7]);
        assert_eq!(customer_runs::wrong(&mut db, 2, 0, 9).await.unwrap(), []);
    });
}

#[test]
fn the_file_of_a_list_stays_while_it_is_read() {
    on_both(async |mut db| {
        let blob = run(1).blob;
        write!(db, |tx| {
            customer_runs::add(tx, &run(1)).await.unwrap();
            trims::add(tx, std::slice::from_ref(&blob), trims::Cause::Erased).await.unwrap();
        });
        assert_eq!(trims::being_read(&mut db).await.unwrap(), std::slice::from_ref(&blob));
        assert!(!trims::is_due(&mut db, &blob).await.unwrap());
        assert_eq!(trims::unnamed(&mut db, std::slice::from_ref(&blob)).await.unwrap(), [] as [String; 0]);
        write!(db, |tx| {
            customer_runs::progress(tx, &Run { state: "done".to_owned(), ..run(1) }).await.unwrap();
        });
        assert!(trims::is_due(&mut db, &blob).await.unwrap());
        assert_eq!(trims::unnamed(&mut db, std::slice::from_ref(&blob)).await.unwrap(), [blob]);
    });
}
