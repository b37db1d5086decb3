//! A database of each released version is opened, brought to the newest schema and read.
//!
//! `released/VERSION/` holds the migrations as that version shipped them and, after a step in `STEP_rows*.sql`, what a
//! shop had stored when it had come so far. With a release its new migrations are copied there and rows are added for the
//! new tables; afterwards nothing in that folder changes any more, since it stands for databases that exist.

#![allow(clippy::unwrap_used)]

use std::{fs, path::PathBuf};
use tertulia_model::{ChannelId, ConversationId, DeliveryState, IdentityId, JobId, MessageId, PersonId, UserId};
use tertulia_store::{
    Db, Dialect, Sql, binds, changes, channels, conversations, deliveries, drafts, jobs,
    keys::source_key,
    listing::{self, InboxFilter},
    messages, migrate, newest_version, people, reading,
    search::{self, Bounds, Terms},
    settings, threads, told, users, visitors,
};

/// Each released version, and the steps at which databases of it stand: all have rows of their own.
const RELEASED: &[(&str, &[&str])] = &[("0.1.0", &["0001_start", "0004_forwards"])];
const NOW: i64 = 1_790_000_100_000;

fn folder(version: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/released").join(version)
}

/// The files of a release in their order up to a step and its rows, those for the other database left out.
fn scripts(version: &str, step: &str, dialect: Dialect) -> Vec<String> {
    let last = format!("{step}_rows");
    let other = if dialect == Dialect::Sqlite { ".postgres.sql" } else { ".sqlite.sql" };
    let mut files: Vec<PathBuf> = fs::read_dir(folder(version)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| {
        let name = file.file_name().unwrap().to_string_lossy();
        !name.ends_with(other) && name.split('.').next().unwrap() <= last.as_str()
    });
    assert!(files.iter().any(|file| file.ends_with(format!("{last}.sql"))), "{last}.sql is not in {version}");
    // What is for both comes before what is for one: `0001_start.sql` before `0001_start.sqlite.sql`.
    files.sort_by_key(|file| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        (name.split('.').next().unwrap().to_owned(), name.matches('.').count())
    });
    files.iter().map(|file| dialect.schema(&bytes(&fs::read_to_string(file).unwrap(), dialect))).collect()
}

/// Writes `{00ff}` as this database writes bytes.
fn bytes(text: &str, dialect: Dialect) -> String {
    let mut parts = text.split('{');
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((hex, rest)) if !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                out.push_str(&match dialect {
                    Dialect::Sqlite => format!("x'{hex}'"),
                    Dialect::Postgres => format!("decode('{hex}', 'hex')"),
                });
                out.push_str(rest);
            }
            _ => {
                out.push('{');
                out.push_str(part);
            }
        }
    }
    out
}

/// Makes the database as the released version left it at that step.
async fn restore(db: &Db, version: &str, step: &str) {
    let notes = "CREATE TABLE migrations (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL);";
    let mut all = vec![notes.to_owned()];
    all.extend(scripts(version, step, db.dialect()));
    for script in all {
        let script = sqlx::AssertSqlSafe(script);
        match db {
            Db::Sqlite { write, .. } => sqlx::raw_sql(script).execute(write).await.map(|_| ()).unwrap(),
            Db::Postgres(pool) => sqlx::raw_sql(script).execute(pool).await.map(|_| ()).unwrap(),
        }
    }
}

fn on_each_released(story: impl AsyncFn(Db, &str)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (version, step) in RELEASED.iter().flat_map(|(version, steps)| steps.iter().map(move |step| (version, step))) {
        let folder = tempfile::tempdir().unwrap();
        runtime.block_on(async {
            let db = Db::open_sqlite(&folder.path().join("test.db")).await.unwrap();
            restore(&db, version, step).await;
            story(db.clone(), step).await;
            db.close().await;
        });
        let Some(postgres) = tertulia_testkit::Postgres::shared() else { continue };
        let url = postgres.fresh_database();
        runtime.block_on(async {
            let db = Db::open_postgres(&url).await.unwrap();
            restore(&db, version, step).await;
            story(db.clone(), step).await;
            db.close().await;
        });
    }
}

#[test]
fn a_database_of_every_released_version_is_brought_up_and_read() {
    on_each_released(async |mut db, step| {
        migrate(&db, NOW).await.unwrap();
        assert_eq!(db.number("SELECT MAX(version) FROM migrations", binds![]).await.unwrap(), newest_version());
        assert_eq!(db.number("SELECT COUNT(*) FROM migrations", binds![]).await.unwrap(), newest_version());
        conversation_is_there(&mut db).await;
        shop_is_there(&mut db).await;
        what_later_steps_moved_is_there(&mut db).await;
        if step == "0004_forwards" {
            what_later_steps_brought_is_there(&mut db).await;
        }
    });
}

/// What stood elsewhere before, or was not yet said of a message.
async fn what_later_steps_moved_is_there(db: &mut Db) {
    let visitor = people::identity(db, "webchat:1", "visitor-1").await.unwrap().unwrap();
    assert_eq!((visitor.id, visitor.claimed_mail.as_deref()), (IdentityId(11), Some("noor@example.org")));
    let (asked, _) = people::asked_since(db, visitor.id, "noor@example.org", -1).await.unwrap();
    assert_eq!(asked, 1, "the address is not asked once more");
    let page = reading::conversation(db, ConversationId(7), None, 9).await.unwrap();
    assert!(page.iter().all(|m| m.flags & messages::flags::REFERS != 0), "one has a parent, one waits for it");
}

/// What is in the tables that the later steps made.
async fn what_later_steps_brought_is_there(db: &mut Db) {
    let visitor = IdentityId(11);
    let shown = visitors::after(db, visitor, 1, 9).await.unwrap();
    let shown: Vec<_> = shown.iter().map(|entry| (entry.seq, entry.shown_id.as_str(), entry.text.as_str())).collect();
    assert_eq!(shown, [(3, "answer", "Elle part demain.")]);
    assert_eq!(visitors::newest(db, visitor).await.unwrap(), 3);
    assert_eq!(people::asked_since(db, visitor, "noor@work.example", 0).await.unwrap(), (1, 1));
    assert_eq!(told::children_of(db, &[MessageId(5)]).await.unwrap(), [source_key("mail", "<3@example.org>")]);
    let passed_on = drafts::Key::forward(UserId(1), ConversationId(7), MessageId(5));
    assert_eq!(drafts::get(db, passed_on).await.unwrap().unwrap().form, "{\"text\":\"Look at this\"}");
    let files = drafts::files(db, passed_on).await.unwrap();
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["laine.png"]);
    let thrown = drafts::Key::forward(UserId(1), ConversationId(7), MessageId(6));
    assert_eq!(drafts::get(db, thrown).await.unwrap(), None);
    let mut tx = db.begin().await.unwrap();
    assert!(drafts::take_up(&mut tx, thrown, 1_790_000_084_000).await.unwrap(), "it can be taken up again");
    tx.commit().await.unwrap();
}

async fn conversation_is_there(db: &mut Db) {
    let key = |name: &str| source_key("mail", name);
    let page = reading::conversation(db, ConversationId(7), None, 9).await.unwrap();
    let told: Vec<_> = page.iter().map(|m| (m.text.as_str(), m.has_html, m.person_name.as_deref())).collect();
    assert_eq!(told, [("Elle part demain.", false, None), ("Où est ma commande de laine ?", true, Some("ÉLODIE"))]);
    assert_eq!(page[0].parent_id, Some(MessageId(5)));
    assert_eq!(reading::revisions(db, MessageId(5)).await.unwrap().len(), 2);
    let known = messages::known(db, &[key("<1@example.org>"), key("<rewritten@example.org>")]).await.unwrap();
    let mut known: Vec<_> = known.into_iter().map(|k| k.id.0).collect();
    known.sort_unstable();
    assert_eq!(known, [5, 6]);
    assert_eq!(threads::awaiting(db, &[key("<0@example.org>")]).await.unwrap()[0].message_id, MessageId(5));
    let terms = Terms::All(vec![Terms::Term("où".to_owned()), Terms::Prefix("lai".to_owned())]);
    let found = search::candidates(db, Some(&terms), &Bounds::default(), i64::MAX, 9).await.unwrap();
    assert_eq!(found, [page[1].place]);
    let inbox = listing::inbox(db, UserId(1), InboxFilter::default(), None, 9).await.unwrap();
    assert_eq!((inbox.len(), inbox[0].unread, inbox[0].assignee_id), (1, true, Some(UserId(1))));
    assert_eq!(conversations::get(db, ConversationId(7)).await.unwrap().unwrap().version, 3);
}

async fn shop_is_there(db: &mut Db) {
    assert_eq!(settings::get(db, settings::ORGANISATION).await.unwrap().as_deref(), Some("Wool & Tea ☕"));
    assert_eq!(users::by_mail(db, "amina@example.org").await.unwrap().unwrap().theme, "dark");
    assert_eq!(users::count_active_owners(db).await.unwrap(), 1);
    let channel = channels::get(db, ChannelId(2)).await.unwrap().unwrap();
    assert_eq!((channel.secrets, channel.caught_up), (Some(vec![0x00, 0xff, 0x10]), true));
    assert_eq!(channels::cursor(db, ChannelId(2)).await.unwrap(), Some(serde_json::json!({ "uid": 7 })));
    assert_eq!(people::list(db, Some("élo"), None, 9).await.unwrap()[0].id, PersonId(3));
    let delivery = deliveries::of_message(db, MessageId(6)).await.unwrap().unwrap();
    assert_eq!((delivery.state, delivery.outgoing.text.as_str()), (DeliveryState::Unknown, "Elle part demain."));
    assert_eq!(jobs::next_due(db, NOW).await.unwrap(), Some(1_790_000_090_000));
    let of_a_channel = "SELECT channel_id FROM jobs WHERE id = $1";
    let counted = db.row::<(i64,)>(of_a_channel, binds![JobId(10)]).await.unwrap();
    assert_eq!(counted, Some((2,)), "it counts among those of its channel");
    assert_eq!(
        drafts::get(db, drafts::Key::answer(UserId(1), ConversationId(7))).await.unwrap().unwrap().form,
        "{\"text\":\"Bonjour\"}"
    );
    assert_eq!(changes::after(db, 0, 9).await.unwrap().len(), 1);
}

#[test]
fn a_migration_that_was_released_never_changes() {
    let migrations = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for (version, _) in RELEASED {
        for entry in fs::read_dir(folder(version)).unwrap() {
            let file = entry.unwrap().path();
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            if !name.contains("_rows.") {
                let released = fs::read_to_string(&file).unwrap();
                let now = fs::read_to_string(migrations.join(&name)).unwrap();
                assert!(released == now, "{name} was released with {version}: add a step instead of changing it");
            }
        }
    }
}
