//! `tertulia backup` and `restore`, from outside.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use support::{OWNER, PASSWORD, Serving, done, folder, import, refused, said, set_up};

#[test]
fn a_backup_made_while_the_program_runs_comes_back_whole() {
    let folder = set_up();
    import(folder.path());
    let serving = Serving::start(folder.path(), &["serve"]);
    let owner = serving.sign_in(OWNER, PASSWORD).unwrap();
    let words = done(folder.path(), &["backup", "kept"]);
    assert!(words.contains("3 messages") && words.contains("secrets key"), "{words}");
    assert_eq!(serving.get("/", &owner).unwrap().status, 200, "the program goes on");
    assert!(refused(folder.path(), &["backup", "kept"]).contains("is not empty"));
    drop(serving);
    assert!(refused(folder.path(), &["restore", "kept", "--to", "data"]).contains("is not empty"));
    done(folder.path(), &["restore", "kept", "--to", "keyless"]);
    fs::write(folder.path().join("keyless.toml"), "data_dir = \"keyless\"\nlisten = \"127.0.0.1:0\"\n").unwrap();
    let words = refused(folder.path(), &["serve", "--config", "keyless.toml"]);
    assert!(words.contains("needs the secrets key"), "{words}");
    assert!(!folder.path().join("keyless/secrets.key").exists(), "no key is made that opens nothing");
    let words = done(folder.path(), &["restore", "kept", "--to", "again", "--key", "data/secrets.key"]);
    assert!(words.contains("3 messages"), "{words}");
    fs::write(folder.path().join("again.toml"), "data_dir = \"again\"\n").unwrap();
    let words = done(folder.path(), &["doctor", "--config", "again.toml"]);
    assert!(!words.contains("trouble"), "{words}");
    let serving = Serving::start(folder.path(), &["serve", "--config", "again.toml"]);
    assert!(serving.sign_in(OWNER, PASSWORD).is_some(), "the team is back");
}

#[test]
fn a_damaged_backup_is_not_restored() {
    let folder = set_up();
    import(folder.path());
    done(folder.path(), &["backup", "kept"]);
    let blobs = fs::read_dir(folder.path().join("kept/blobs")).unwrap().next().unwrap().unwrap().path();
    let blob = fs::read_dir(blobs).unwrap().next().unwrap().unwrap().path();
    // A new file under the old name: the backup's names are shared with the installation's.
    fs::remove_file(&blob).unwrap();
    fs::write(&blob, "something else").unwrap();
    let words = refused(folder.path(), &["restore", "kept", "--to", "one"]);
    assert!(words.contains("was changed or damaged"), "{words}");
    // As many files as there should be, each whole, and yet not those.
    fs::remove_file(&blob).unwrap();
    let other = blake3::hash(b"something else").to_hex().to_string();
    fs::create_dir_all(folder.path().join("kept/blobs").join(&other[..2])).unwrap();
    fs::write(folder.path().join("kept/blobs").join(&other[..2]).join(&other), "something else").unwrap();
    let words = refused(folder.path(), &["restore", "kept", "--to", "other"]);
    assert!(words.contains("other files than its database points to"), "{words}");
    fs::write(folder.path().join("kept/tertulia.db"), "not a database").unwrap();
    let words = refused(folder.path(), &["restore", "kept", "--to", "two"]);
    assert!(words.contains("Nothing was restored") && !folder.path().join("two").exists(), "{words}");
    fs::remove_file(folder.path().join("kept/manifest.json")).unwrap();
    assert!(refused(folder.path(), &["restore", "kept", "--to", "three"]).contains("no whole backup"));
}

#[test]
fn a_restore_with_the_wrong_key_is_refused_before_anything_is_written() {
    let folder = set_up();
    import(folder.path());
    done(folder.path(), &["backup", "kept"]);
    fs::write(folder.path().join("wrong.key"), "ab".repeat(32)).unwrap();
    let words = refused(folder.path(), &["restore", "kept", "--to", "again", "--key", "wrong.key"]);
    assert!(words.contains("needs the secrets key") && !folder.path().join("again").exists(), "{words}");
}

#[test]
fn a_damaged_file_is_told_when_it_is_backed_up_and_keeps_nothing_else_from_coming_back() {
    let folder = set_up();
    import(folder.path());
    assert!(done(folder.path(), &["doctor", "--thorough"]).contains("is whole"));
    let places = fs::read_dir(folder.path().join("data/blobs")).unwrap().map(|entry| entry.unwrap());
    let place = places.into_iter().find(|entry| entry.file_name().len() == 2).unwrap().path();
    let blob = fs::read_dir(place).unwrap().next().unwrap().unwrap();
    let mut bytes = fs::read(blob.path()).unwrap();
    bytes[40] ^= 1;
    fs::write(blob.path(), &bytes).unwrap();
    assert!(done(folder.path(), &["doctor"]).contains("are there"), "its size tells nothing");
    let words = refused(folder.path(), &["doctor", "--thorough"]);
    assert!(words.contains("1 of 1 files that messages point to are damaged"), "{words}");
    let words = refused(folder.path(), &["backup", "kept"]);
    assert!(
        words.contains("were lost before: 1 damaged.") && words.contains("Everything else is in the backup"),
        "{words}"
    );
    let manifest = fs::read_to_string(folder.path().join("kept/manifest.json")).unwrap();
    assert!(
        manifest.contains("blobs_damaged") && manifest.contains(&*blob.file_name().to_string_lossy()),
        "{manifest}"
    );
    let words = done(folder.path(), &["restore", "kept", "--to", "again", "--key", "data/secrets.key"]);
    assert!(words.contains("3 messages") && words.contains("before the backup was made: 1 damaged."), "{words}");
}

#[test]
fn a_backup_does_not_name_a_key_that_is_not_the_databases() {
    let folder = set_up();
    let right = fs::read(folder.path().join("data/secrets.key")).unwrap();
    fs::write(folder.path().join("data/secrets.key"), "ab".repeat(32)).unwrap();
    let words = refused(folder.path(), &["backup", "kept"]);
    assert!(words.contains("needs the secrets key") && !folder.path().join("kept").exists(), "{words}");
    fs::write(folder.path().join("data/secrets.key"), right).unwrap();
    done(folder.path(), &["backup", "kept"]);
}

#[cfg(unix)]
#[test]
fn what_is_deleted_while_a_postgresql_database_is_dumped_is_whole_in_the_backup() {
    use std::os::unix::fs::PermissionsExt;
    let Some(postgres) = tertulia_testkit::Postgres::shared() else { return };
    if ["pg_dump", "pg_restore", "psql"].iter().any(|name| std::process::Command::new(name).arg("-V").output().is_err())
    {
        return tertulia_testkit::skipped("pg_dump", "apt-get install postgresql-client");
    }
    let folder = folder();
    let url = postgres.fresh_database();
    fs::write(folder.path().join("tertulia.toml"), format!("database = \"{url}\"\n")).unwrap();
    Serving::set_up_in(folder.path());
    import(folder.path());
    // Somebody deletes all messages right after the dump was made, and before it is looked at.
    let path = std::env::var("PATH").unwrap();
    let dump = format!(
        "#!/bin/sh\nPATH='{path}'\npg_dump \"$@\" && psql -qX '{url}' -c 'DELETE FROM bodies; DELETE FROM imports'\n"
    );
    fs::create_dir(folder.path().join("bin")).unwrap();
    fs::write(folder.path().join("bin/pg_dump"), dump).unwrap();
    fs::set_permissions(folder.path().join("bin/pg_dump"), fs::Permissions::from_mode(0o755)).unwrap();
    let bin = format!("{}:{path}", folder.path().join("bin").display());
    let output = support::tertulia(folder.path(), &["backup", "kept"]).env("PATH", bin).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("3 messages"), "{}", said(&output));
    done(folder.path(), &["restore", "kept", "--to", "again", "--key", "data/secrets.key"]);
    let anew = postgres.fresh_database();
    let dump = folder.path().join("again/tertulia.pgdump");
    let restored = std::process::Command::new("pg_restore").args(["--no-owner", "--dbname", &anew]).arg(dump).status();
    assert!(restored.unwrap().success());
    fs::write(folder.path().join("again.toml"), format!("database = \"{anew}\"\ndata_dir = \"again\"\n")).unwrap();
    let words = done(folder.path(), &["doctor", "--config", "again.toml"]);
    assert!(!words.contains("trouble"), "{words}");
}
