#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;
use tertulia_testkit::Postgres;

#[test]
fn each_fresh_database_is_empty_and_another_one() {
    let Some(postgres) = Postgres::shared() else { return };
    let (first, second) = (postgres.fresh_database(), postgres.fresh_database());
    assert_ne!(first, second);
    for url in [first, second] {
        let name = url.rsplit('/').next().unwrap();
        let encoding =
            postgres.sql(&format!("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = '{name}'"));
        assert_eq!(encoding, "UTF8");
    }
}

#[test]
fn what_is_prepared_is_prepared_once_and_copied_for_each() {
    let Some(postgres) = Postgres::start_own(false) else { return };
    let name = |url: &str| url.rsplit('/').next().unwrap().to_owned();
    let asked = |url: &str, statement: &str| postgres.sql_in(&name(url), statement);
    let made = std::cell::Cell::new(0);
    let prepared = || {
        postgres.prepared_database(|url| {
            made.set(made.get() + 1);
            asked(url, "CREATE TABLE cups (size INTEGER); INSERT INTO cups VALUES (3)");
        })
    };
    let (first, second) = (prepared(), prepared());
    assert_eq!(made.get(), 1);
    asked(&first, "INSERT INTO cups VALUES (4)");
    assert_eq!(asked(&first, "SELECT COUNT(*) FROM cups"), "2");
    assert_eq!(asked(&second, "SELECT COUNT(*) FROM cups"), "1", "each has its own");
}

#[test]
fn a_cluster_of_ones_own_is_gone_with_its_value() {
    let Some(postgres) = Postgres::start_own(true) else { return };
    assert_eq!(postgres.sql("SHOW fsync"), "on");
    let folder = postgres.sql("SHOW data_directory");
    assert!(std::path::Path::new(&folder).exists());
    drop(postgres);
    assert!(!std::path::Path::new(&folder).exists(), "{folder} is left behind");
}

#[test]
fn a_killed_run_leaves_nothing_behind() {
    if Postgres::shared().is_none() {
        return;
    }
    // Everything that the victim makes stands in here; the server's user must be able to enter.
    let home = tempfile::tempdir().unwrap();
    std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let mut victim = Command::new(env!("CARGO_BIN_EXE_with-postgres"))
        .args(["sh", "-c", "echo $TERTULIA_TEST_POSTGRES_PORT; exec cat"])
        .env("TMPDIR", home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(victim.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let port: u16 = said.trim().parse().unwrap();
    let left = || std::fs::read_dir(home.path()).unwrap().count();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok() && left() == 1);
    victim.kill().unwrap();
    victim.wait().unwrap();
    for _ in 0..200 {
        if left() == 0 && TcpStream::connect(("127.0.0.1", port)).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the server on port {port} or its folder outlived the run: {} left", left());
}

#[test]
fn a_run_of_many_processes_shares_one_cluster() {
    let Some(postgres) = Postgres::shared() else { return };
    let (name, port) = postgres.handed_on();
    assert_eq!((name, port), ("TERTULIA_TEST_POSTGRES_PORT", postgres.port().to_string()));
    let code = Command::new(env!("CARGO_BIN_EXE_with-postgres"))
        .args(["sh", "-c", "test -n \"$TERTULIA_TEST_POSTGRES_PORT\" && exit 7"])
        .status()
        .unwrap()
        .code();
    assert_eq!(code, Some(7), "the command has its port, and its exit code is handed on");
}
