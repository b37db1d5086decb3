//! A throw-away PostgreSQL cluster.

use crate::machine::{Account, free_port, program};
use crate::service::Service;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The port of a cluster that is already there, for a run of many test processes (see `src/bin/`).
const SHARED_PORT: &str = "TERTULIA_TEST_POSTGRES_PORT";

/// What [`Postgres::prepared_database`] copies.
const PREPARED: &str = "prepared";

/// A running cluster that only 127.0.0.1 reaches. It and its folder are gone when this is dropped or the process ends.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    bin: PathBuf,
    /// `None` when somebody else keeps the cluster.
    _service: Option<Service>,
}

impl Postgres {
    /// The cluster that the tests of this process share. `None`, and a note in the skips, when it is not installed.
    pub fn shared() -> Option<&'static Postgres> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        let shared =
            SHARED.get_or_init(|| bin_folder().map(|bin| kept_elsewhere(&bin).unwrap_or_else(|| run(bin, false))));
        if shared.is_none() {
            skip();
        }
        shared.as_ref()
    }

    /// A cluster of one's own. `fsync` as in production, for figures about speed; without it for tests.
    pub fn start_own(fsync: bool) -> Option<Postgres> {
        let started = bin_folder().map(|bin| run(bin, fsync));
        if started.is_none() {
            skip();
        }
        started
    }

    /// A cluster for the test processes that a runner starts, and no skip when there is none: they tell their own.
    pub fn for_many_processes() -> Option<Postgres> {
        bin_folder().map(|bin| run(bin, false))
    }

    /// The environment variable, and its value, by which [`Postgres::shared`] in another process finds this cluster.
    pub fn handed_on(&self) -> (&'static str, String) {
        (SHARED_PORT, self.port.to_string())
    }

    /// Makes an empty database and gives its URL.
    pub fn fresh_database(&self) -> String {
        let name = new_name();
        self.sql(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
        self.url(&name)
    }

    /// Makes a database as `prepare` leaves an empty one, given its URL, and gives the URL of that. It is prepared once for
    /// all processes that share the cluster, and copied: the hundreds of statements of a schema take longer than most tests.
    /// All of them are to prepare it in the same way, and to leave no connection open.
    pub fn prepared_database(&self, prepare: impl FnOnce(&str)) -> String {
        if !self.is_prepared() {
            let name = new_name();
            self.sql(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
            prepare(&self.url(&name));
            self.keep_as_prepared(&name);
        }
        let name = new_name();
        self.sql(&format!("CREATE DATABASE {name} TEMPLATE {PREPARED}"));
        self.url(&name)
    }

    fn is_prepared(&self) -> bool {
        !self.sql(&format!("SELECT 1 FROM pg_database WHERE datname = '{PREPARED}'")).is_empty()
    }

    /// Of several that were prepared at once the first stays. A connection that is just being closed is waited for.
    fn keep_as_prepared(&self, name: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while let Err(why) = self.try_sql("postgres", &format!("ALTER DATABASE {name} RENAME TO {PREPARED}")) {
            if self.is_prepared() {
                return;
            }
            assert!(Instant::now() < deadline, "what was prepared can't be kept: {why}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs one statement in the `postgres` database and gives what psql prints, unaligned.
    ///
    /// # Panics
    /// When the statement fails.
    pub fn sql(&self, statement: &str) -> String {
        self.sql_in("postgres", statement)
    }

    /// As [`Postgres::sql`], in another database.
    ///
    /// # Panics
    /// When the statement fails.
    pub fn sql_in(&self, database: &str, statement: &str) -> String {
        self.try_sql(database, statement).unwrap_or_else(|why| panic!("{statement}: {why}"))
    }

    fn try_sql(&self, database: &str, statement: &str) -> Result<String, String> {
        let output = Command::new(self.bin.join("psql"))
            .args(["-X", "-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", "-d", database])
            .args(["-v", "ON_ERROR_STOP=1", "-Atc", statement])
            .output()
            .expect("psql stands beside postgres");
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }
}

fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    // The chance is for clusters that several processes share: process ids come round again.
    let chance = RandomState::new().build_hasher().finish() as u32;
    format!("t{}_{}_{chance:08x}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn skip() {
    crate::skipped("PostgreSQL", "apt-get install postgresql");
}

fn kept_elsewhere(bin: &Path) -> Option<Postgres> {
    let port = std::env::var(SHARED_PORT).ok()?;
    let port = port.parse().unwrap_or_else(|_| panic!("{SHARED_PORT} is not a port: {port}"));
    Some(Postgres { port, bin: bin.to_owned(), _service: None })
}

/// The folder that holds the server and its tools: where `postgres` on `PATH` really stands, else Debian's newest.
fn bin_folder() -> Option<PathBuf> {
    let on_path = program("postgres").and_then(|file| file.canonicalize().ok());
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    let candidates = on_path.and_then(|file| file.parent().map(Path::to_owned)).into_iter();
    let whole = |folder: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|tool| folder.join(tool).is_file());
    candidates.chain(versions.into_iter().rev().map(|(_, folder)| folder)).find(whole)
}

fn run(bin: PathBuf, fsync: bool) -> Postgres {
    let account = Account::for_servers();
    let mut failure = String::new();
    // Another process may take the port between our finding it free and the server's asking for it.
    for _ in 0..3 {
        let port = free_port();
        let mut service = Service::prepare("postgres", "QUIT", Some(&account));
        let ready = |service: &Service| service.log().contains("database system is ready to accept connections");
        match service.start(&script(&bin, port, fsync), ready) {
            Ok(()) => return Postgres { port, bin, _service: Some(service) },
            Err(reason) => failure = reason,
        }
    }
    panic!("{failure}");
}

fn script(bin: &Path, port: u16, fsync: bool) -> String {
    let bin = bin.display();
    let durable = if fsync { "" } else { "-c fsync=off -c synchronous_commit=off -c full_page_writes=off" };
    format!(
        "export LC_ALL=C\n\
         '{bin}/initdb' -D data -U postgres -A trust -E UTF8 --locale=C -N >/dev/null || exit 1\n\
         exec '{bin}/postgres' -D data -p {port} -h 127.0.0.1 -c unix_socket_directories= \
         -c max_connections=200 {durable}\n"
    )
}
