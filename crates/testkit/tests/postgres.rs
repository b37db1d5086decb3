use std::io::Read;
use std::process::{Command, Stdio};
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
fn a_cluster_of_ones_own_is_gone_with_its_value() {
    let Some(postgres) = Postgres::start_own(true) else { return };
    assert_eq!(postgres.sql("SHOW fsync"), "on");
    let folder = postgres.sql("SHOW data_directory");
    assert!(std::path::Path::new(&folder).exists());
    drop(postgres);
    assert!(!std::path::Path::new(&folder).exists(), "{folder} is left behind");
}

/// Not a test of its own: `a_killed_test_leaves_nothing_behind` runs it in a second process and kills that.
#[test]
#[ignore = "run by a_killed_test_leaves_nothing_behind"]
fn wait_to_be_killed() {
    let Some(postgres) = Postgres::start_own(false) else { return };
    println!("folder={} port={}.", postgres.sql("SHOW data_directory"), postgres.port());
    std::thread::sleep(std::time::Duration::from_secs(60));
}

#[test]
fn a_killed_test_leaves_nothing_behind() {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "wait_to_be_killed"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut stdout = victim.stdout.take().unwrap();
    let mut chunk = [0; 512];
    while !said.contains("port=") || !said.ends_with(".\n") {
        let read = stdout.read(&mut chunk).unwrap();
        if read == 0 {
            assert!(said.contains("skipped: PostgreSQL"), "{said}");
            return;
        }
        said.push_str(&String::from_utf8_lossy(&chunk[..read]));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    let folder = said.split("folder=").nth(1).unwrap().split_whitespace().next().unwrap();
    let port: u16 = said.split("port=").nth(1).unwrap().split('.').next().unwrap().parse().unwrap();
    for _ in 0..200 {
        let answers = std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        if !answers && !std::path::Path::new(folder).exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the server on port {port} or its folder {folder} outlived the test");
}
