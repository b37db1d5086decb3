//! One SQL text and one bind chain for two databases.
//!
//! Reads take anything that is [`Sql`] (the database or an open transaction); writes take a [`Tx`]. SQLite has a pool
//! of readers and one writer; who waits at the writer as a person goes before who waits as bulk.

use crate::{
    checkpoint::LogKeeper,
    column_news::{self, News},
    error::{Result, StoreError},
    gate::{Passage, Urgency, WriteGate},
    value::Value,
};
use sqlx::{
    AssertSqlSafe, Connection, FromRow, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    postgres::{PgPoolOptions, PgRow},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
use std::{path::Path, pin::Pin, sync::Arc, time::Duration};
use tertulia_model::MessageId;

/// A row that both databases can give.
pub trait Record: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}
impl<T> Record for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}

/// What a database answers, on the heap. Without that the drivers' futures are part of the type of whatever asks, and the
/// compiler walks through all of them again for each route: minutes, against an allocation a statement.
type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

macro_rules! query_as {
    ($driver:ty, $record:ty, $sql:expr, $values:expr) => {{
        let mut query = sqlx::query_as::<$driver, $record>(AssertSqlSafe($sql));
        for value in $values {
            query = match value {
                Value::Int(v) => query.bind(v),
                Value::Text(v) => query.bind(v),
                Value::Bytes(v) => query.bind(v),
                Value::Bool(v) => query.bind(v),
                Value::Real(v) => query.bind(v),
            };
        }
        query
    }};
}

macro_rules! query {
    ($driver:ty, $sql:expr, $values:expr) => {{
        let mut query = sqlx::query::<$driver>(AssertSqlSafe($sql));
        for value in $values {
            query = match value {
                Value::Int(v) => query.bind(v),
                Value::Text(v) => query.bind(v),
                Value::Bytes(v) => query.bind(v),
                Value::Bool(v) => query.bind(v),
                Value::Real(v) => query.bind(v),
            };
        }
        query
    }};
}

/// What can be asked: the database itself, or a transaction that is open on it.
pub trait Sql: Send {
    fn dialect(&self) -> Dialect;
    /// All rows.
    fn rows<T: Record>(
        &mut self,
        sql: impl Into<String> + Send,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<T>>> + Send;

    /// The one row, or none.
    fn row<T: Record>(
        &mut self,
        sql: impl Into<String> + Send,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Option<T>>> + Send {
        async { Ok(self.rows(sql, values).await?.into_iter().next()) }
    }

    /// The one number in the one row; 0 for NULL or no row.
    fn number(
        &mut self,
        sql: impl Into<String> + Send,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<i64>> + Send {
        async { Ok(self.row::<(Option<i64>,)>(sql, values).await?.and_then(|(n,)| n).unwrap_or(0)) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

#[derive(Clone)]
pub enum Db {
    Sqlite { read: SqlitePool, write: SqlitePool, gate: Arc<WriteGate>, log: Arc<LogKeeper> },
    Postgres(PgPool),
}

impl Db {
    /// Opens (and makes, where it is missing) the SQLite database at `path`.
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A reply or a cursor that was committed must survive a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(false)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(400)
            // The driver's thread hands rows over one by one; with room for few of them both sides wait for each other.
            .row_buffer_size(1_000)
            .pragma("temp_store", "memory")
            // The keeper of the log does it outside of write transactions; this is for when it cannot keep up.
            .pragma("wal_autocheckpoint", "65536");
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            // When the disk is full, SQLite ends the transaction by itself; the driver then believes for ever that one
            // is open. Such a connection is closed and another takes its place.
            .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
            .connect_with(options.clone().pragma("cache_size", "-65536"))
            .await?;
        let checkpoints =
            SqlitePoolOptions::new().max_connections(1).max_lifetime(None).connect_with(options.clone()).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(8)
            .min_connections(1)
            .max_lifetime(None)
            .connect_with(options.pragma("cache_size", "-8192").pragma("query_only", "on"))
            .await?;
        let gate = Arc::new(WriteGate::default());
        let log = Arc::new(LogKeeper::start(checkpoints, write.clone(), &gate));
        Ok(Self::Sqlite { read, write, gate, log })
    }

    pub async fn open_postgres(url: &str) -> Result<Self> {
        let pool =
            PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(10)).connect(url).await?;
        Ok(Self::Postgres(pool))
    }

    /// A write transaction for a person who waits.
    pub async fn begin(&self) -> Result<Tx> {
        self.begin_as(Urgency::Interactive).await
    }

    /// A write transaction for work that lets people go first.
    pub async fn begin_bulk(&self) -> Result<Tx> {
        self.begin_as(Urgency::Bulk).await
    }

    /// A write transaction for what was said long ago: as a rule it lets everybody go first.
    pub async fn begin_background(&self) -> Result<Tx> {
        self.begin_as(Urgency::Background).await
    }

    /// A write transaction of this urgency.
    pub async fn begin_as(&self, urgency: Urgency) -> Result<Tx> {
        let begun: Answer<'_, Tx> = Box::pin(async move {
            match self {
                Self::Sqlite { write, gate, .. } => {
                    let guard = gate.pass(urgency).await;
                    let tx = write.begin_with("BEGIN IMMEDIATE").await?;
                    Ok(Tx::begun(Open::Sqlite(tx, guard)))
                }
                Self::Postgres(pool) => Ok(Tx::begun(Open::Postgres(pool.begin().await?))),
            }
        });
        begun.await
    }

    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write, log, .. } => {
                log.end().await;
                read.close().await;
                // Without this the readers' last look would leave the log behind as a second file.
                let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(write).await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// A reading handle; cheap to make.
    pub fn reader(&self) -> Self {
        self.clone()
    }
}

impl Sql for Db {
    fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    async fn rows<T: Record>(&mut self, sql: impl Into<String> + Send, values: Vec<Value>) -> Result<Vec<T>> {
        let sql = sql.into();
        let asked: Answer<'_, Vec<T>> = Box::pin(async move {
            Ok(match self {
                Self::Sqlite { read, .. } => query_as!(Sqlite, T, sql, values).fetch_all(&*read).await?,
                Self::Postgres(pool) => query_as!(Postgres, T, sql, values).fetch_all(&*pool).await?,
            })
        });
        asked.await
    }
}

/// An open write transaction. Dropped without `commit`, it changes nothing.
pub struct Tx {
    open: Open,
    /// What it changed of messages, for the columns in memory.
    news: News,
}

enum Open {
    Sqlite(Transaction<'static, Sqlite>, Passage),
    Postgres(Transaction<'static, Postgres>),
}

impl Sql for Tx {
    fn dialect(&self) -> Dialect {
        match self.open {
            Open::Sqlite(..) => Dialect::Sqlite,
            Open::Postgres(_) => Dialect::Postgres,
        }
    }

    async fn rows<T: Record>(&mut self, sql: impl Into<String> + Send, values: Vec<Value>) -> Result<Vec<T>> {
        let sql = sql.into();
        let asked: Answer<'_, Vec<T>> = Box::pin(async move {
            Ok(match &mut self.open {
                Open::Sqlite(tx, _) => query_as!(Sqlite, T, sql, values).fetch_all(&mut **tx).await?,
                Open::Postgres(tx) => query_as!(Postgres, T, sql, values).fetch_all(&mut **tx).await?,
            })
        });
        asked.await
    }
}

impl Tx {
    fn begun(open: Open) -> Self {
        Self { open, news: News::default() }
    }

    pub(crate) fn news(&mut self) -> &mut News {
        &mut self.news
    }

    /// Whether this transaction added the message.
    pub(crate) fn news_of(&self, message: MessageId) -> bool {
        self.news.has_added(message)
    }

    /// Runs one statement; gives the number of rows it touched.
    pub async fn run(&mut self, sql: impl Into<String>, values: Vec<Value>) -> Result<u64> {
        let sql = sql.into();
        let run: Answer<'_, u64> = Box::pin(async move {
            Ok(match &mut self.open {
                Open::Sqlite(tx, _) => query!(Sqlite, sql, values).execute(&mut **tx).await?.rows_affected(),
                Open::Postgres(tx) => query!(Postgres, sql, values).execute(&mut **tx).await?.rows_affected(),
            })
        });
        run.await
    }

    /// `head` VALUES (…), (…) `tail` for many rows of `width` values each. Rows go in pieces of a few fixed sizes, so
    /// that few statements are prepared. `tail` has no values of its own.
    pub async fn insert_many(&mut self, head: &str, width: usize, tail: &str, values: Vec<Value>) -> Result<u64> {
        let mut touched = 0;
        for (rows, values) in pieces(width, values) {
            let sql = format!("{head} VALUES {} {tail}", self.dialect().placeholders(rows, width));
            touched += self.run(sql, values).await?;
        }
        Ok(touched)
    }

    /// As [`Tx::insert_many`], with `RETURNING` in the tail; in no particular order.
    pub(crate) async fn insert_returning<T: Record>(
        &mut self,
        head: &str,
        width: usize,
        tail: &str,
        values: Vec<Value>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        for (rows, values) in pieces(width, values) {
            let sql = format!("{head} VALUES {} {tail}", self.dialect().placeholders(rows, width));
            found.extend(self.rows::<T>(sql, values).await?);
        }
        Ok(found)
    }

    /// Runs `sql` (with `{list}` where the values go) for all `values`, as [`rows_in`] does.
    pub async fn run_in(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        let mut touched = 0;
        for piece in values.chunks(LISTS[0]) {
            let (list, values) = self.dialect().filled_list(&[], piece);
            touched += self.run(sql.replace("{list}", &list), values).await?;
        }
        Ok(touched)
    }

    /// As dropping it does, but it is over by the end: what it held is free for whoever comes next.
    pub async fn roll_back(self) -> Result<()> {
        match self.open {
            Open::Sqlite(tx, _passage) => tx.rollback().await?,
            Open::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    /// What it changes is there for all; what columns in memory must hear of it is written down first.
    pub async fn commit(mut self) -> Result<()> {
        let done: Answer<'_, ()> = Box::pin(async move {
            let news = std::mem::take(&mut self.news);
            if !news.is_empty() {
                column_news::write(&mut self, news).await?;
            }
            match self.open {
                Open::Sqlite(tx, passage) => {
                    tx.commit().await?;
                    passage.wrote();
                }
                Open::Postgres(tx) => tx.commit().await?,
            }
            Ok(())
        });
        done.await
    }
}

/// How many rows one statement inserts.
const PIECES: [usize; 6] = [2_000, 400, 80, 16, 4, 1];
/// How many values one list holds.
const LISTS: [usize; 8] = [1_600, 800, 400, 200, 80, 16, 4, 1];
/// SQLite's limit is 32,766 binds a statement, PostgreSQL's 65,535.
const MOST_BINDS: usize = 32_000;

/// Cuts the values of many rows into pieces of fixed numbers of rows.
fn pieces(width: usize, values: Vec<Value>) -> impl Iterator<Item = (usize, Vec<Value>)> + Send {
    debug_assert!(width > 0 && values.len().is_multiple_of(width), "{} values of width {width}", values.len());
    let mut rows_left = values.len() / width;
    let mut values = values.into_iter();
    std::iter::from_fn(move || {
        let fits = |piece: &usize| *piece <= rows_left && piece * width <= MOST_BINDS;
        let piece = PIECES.into_iter().find(fits)?;
        rows_left -= piece;
        Some((piece, values.by_ref().take(piece * width).collect()))
    })
}

impl Dialect {
    /// The list of placeholders for a piece, and what to bind: `fixed`, then the piece, filled up to one of the fixed
    /// sizes by repeating its last value.
    fn filled_list(self, fixed: &[Value], piece: &[Value]) -> (String, Vec<Value>) {
        let size = LISTS.into_iter().rev().find(|size| *size >= piece.len()).unwrap_or(piece.len());
        let mut values = Vec::with_capacity(fixed.len() + size);
        values.extend_from_slice(fixed);
        values.extend_from_slice(piece);
        if let Some(last) = piece.last() {
            values.resize(fixed.len() + size, last.clone());
        }
        // Names and no names do not mix: the driver counts what has none from one.
        let named = |n: usize| format!("${}", fixed.len() + n);
        let list: Vec<String> =
            (1..=size).map(|n| if fixed.is_empty() { self.placeholder(n) } else { named(n) }).collect();
        (list.join(","), values)
    }
}

/// Asks `sql` (with one `{list}` where the values go) for all `values`, in pieces of fixed sizes. `sql` must not depend
/// on an order over all of them, and a value may be answered twice. With `({rows})` instead, each value is a row of its own.
pub async fn rows_in<T: Record>(on: &mut impl Sql, sql: &str, values: &[Value]) -> Result<Vec<T>> {
    rows_in_with(on, sql, &[], values).await
}

/// As [`rows_in`], with `fixed` values before the list: `$1`, `$2` …
pub async fn rows_in_with<T: Record>(
    on: &mut impl Sql,
    sql: &str,
    fixed: &[Value],
    values: &[Value],
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    for piece in values.chunks(LISTS[0]) {
        let (list, values) = on.dialect().filled_list(fixed, piece);
        let sql = sql.replace("{rows}", &list.replace(',', "),(")).replace("{list}", &list);
        found.extend(on.rows::<T>(sql, values).await?);
    }
    Ok(found)
}

impl Db {
    /// Notes from now on how long each write transaction on SQLite's one writer takes: nobody else writes meanwhile.
    pub fn watch_writes(&self) {
        if let Self::Sqlite { gate, .. } = self {
            gate.watch();
        }
    }

    /// How long each took since [`Db::watch_writes`], which ends. PostgreSQL's writers do not wait for each other: none.
    pub fn watched_writes(&self) -> Vec<Duration> {
        match self {
            Self::Sqlite { gate, .. } => gate.watched(),
            Self::Postgres(_) => Vec::new(),
        }
    }
}

/// One text column of one row, for questions with one answer.
pub async fn text(on: &mut impl Sql, sql: &str, values: Vec<Value>) -> Result<Option<String>> {
    Ok(on.row::<(Option<String>,)>(sql, values).await?.and_then(|(text,)| text))
}

/// Runs each statement of a script.
pub(crate) async fn script(tx: &mut Tx, text: &str) -> Result<()> {
    match &mut tx.open {
        Open::Sqlite(tx, _) => sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut **tx).await.map(|_| ())?,
        Open::Postgres(tx) => sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut **tx).await.map(|_| ())?,
    }
    Ok(())
}

impl StoreError {
    pub(crate) fn missing(what: &str) -> Self {
        Self::Broken(format!("{what} is not there"))
    }
}
