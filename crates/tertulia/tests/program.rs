//! The built program, from outside: its commands on folders of their own, and a browser's requests.
#![allow(clippy::unwrap_used)]

mod support;

use std::{fs, net::TcpStream, path::Path};
use support::{MBOX, OWNER, PASSWORD, Serving, done, folder, import, refused, run_with, said, set_up};

#[test]
fn without_any_configuration_an_empty_installation_is_served_and_set_up() {
    let folder = folder();
    let serving = Serving::start(folder.path(), &["serve"]);
    eprintln!("an empty installation was ready after {} ms", serving.took.as_millis());
    assert!(folder.path().join("data/tertulia.db").exists());
    let first = serving.get("/", "").unwrap();
    assert_eq!((first.status, first.location.as_str()), (303, "/welcome"));
    let owner = serving.set_up();
    let start = serving.get("/", &owner).unwrap();
    assert_eq!(start.status, 200, "{}", start.body);
    assert!(start.body.contains("Fuente &#38; Flor") || start.body.contains("Fuente &amp; Flor"), "{}", start.body);
    assert!(serving.terminate().success(), "it ends in good order");
    assert!(!folder.path().join("data/tertulia.db-wal").exists(), "the database is closed");
}

#[test]
fn a_second_program_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let folder = folder();
    let serving = Serving::start(folder.path(), &["serve"]);
    let words = refused(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(words.contains("Another Tertulia is running on data"), "{words}");
    fs::write(folder.path().join("old.mbox"), MBOX).unwrap();
    let words = refused(folder.path(), &["import", "old.mbox"]);
    assert!(words.contains("Import the file there instead"), "{words}");
    assert_eq!(serving.get("/readyz", "").unwrap().status, 200);
}

#[test]
fn two_data_folders_that_name_one_database_are_not_served_at_once() {
    let folder = folder();
    for name in ["one", "two"] {
        let text = format!("data_dir = \"{name}\"\ndatabase = \"shared/desk.db\"\n");
        fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    }
    let serving = Serving::start(folder.path(), &["serve", "--config", "one.toml"]);
    let words = refused(folder.path(), &["serve", "--config", "two.toml", "--listen", "127.0.0.1:0"]);
    assert!(words.contains("Another Tertulia is running on shared/desk.db"), "{words}");
    assert_eq!(serving.get("/readyz", "").unwrap().status, 200);
}

#[cfg(unix)]
#[test]
fn a_database_in_its_own_data_folder_is_not_served_from_another_one_by_whatever_name() {
    let folder = folder();
    fs::create_dir(folder.path().join("data")).unwrap();
    std::os::unix::fs::symlink("data/tertulia.db", folder.path().join("link.db")).unwrap();
    for (name, database) in [("named", "data/tertulia.db"), ("linked", "link.db")] {
        let key = "secrets_key_file = \"data/secrets.key\"\n";
        let text = format!("data_dir = \"{name}\"\ndatabase = \"{database}\"\n{key}");
        fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    }
    let second = |config: &str, database: &str| {
        let words = refused(folder.path(), &["serve", "--config", config, "--listen", "127.0.0.1:0"]);
        assert!(words.contains(&format!("Another Tertulia is running on {database}")), "{words}");
    };
    let serving = Serving::start(folder.path(), &["serve"]);
    second("named.toml", "data/tertulia.db");
    second("linked.toml", "link.db");
    assert_eq!(serving.get("/readyz", "").unwrap().status, 200);
    assert!(serving.terminate().success());
    // And the other way about.
    let serving = Serving::start(folder.path(), &["serve", "--config", "linked.toml"]);
    second("named.toml", "data/tertulia.db");
    let words = refused(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(words.contains("Another Tertulia is running on data/tertulia.db"), "{words}");
    assert_eq!(serving.get("/readyz", "").unwrap().status, 200);
}

#[test]
fn an_address_that_is_taken_is_named() {
    let (one, two) = (folder(), folder());
    let serving = Serving::start(one.path(), &["serve"]);
    let words = refused(two.path(), &["serve", "--listen", &serving.address]);
    assert!(words.contains(&serving.address) && words.contains("Is another program there?"), "{words}");
}

#[test]
fn an_open_request_does_not_hold_up_the_end() {
    let folder = folder();
    let serving = Serving::start(folder.path(), &["serve"]);
    // Half a request: the program waits for the rest of it.
    let mut idle = TcpStream::connect(&serving.address).unwrap();
    std::io::Write::write_all(&mut idle, b"GET / HTTP/1.1\r\nHost:").unwrap();
    let begin = std::time::Instant::now();
    assert!(serving.terminate().success());
    assert!(begin.elapsed().as_secs() < 8, "it took {:?}", begin.elapsed());
}

#[test]
fn a_slip_in_the_configuration_names_its_line_and_the_nearest_right_word() {
    let folder = folder();
    fs::write(folder.path().join("tertulia.toml"), "data_dir = \"d\"\nlisen = \"127.0.0.1:1\"\n").unwrap();
    let words = refused(folder.path(), &["config", "check"]);
    assert!(words.contains("tertulia.toml, line 2") && words.contains("Did you mean `listen`?"), "{words}");
    assert!(!folder.path().join("d").exists(), "nothing is made before the configuration is right");
}

#[test]
fn an_unknown_level_of_logging_is_refused_by_every_command() {
    let folder = folder();
    fs::write(folder.path().join("tertulia.toml"), "data_dir = \"d\"\nlog = \"inof\"\n").unwrap();
    for command in [&["config", "check"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let words = refused(folder.path(), command);
        assert!(words.contains("tertulia.toml, line 2") && words.contains("Did you mean `info`?"), "{words}");
    }
    fs::write(folder.path().join("tertulia.toml"), "log = \"Info,sqlx=warn\"\n").unwrap();
    done(folder.path(), &["config", "check"]);
}

#[test]
fn the_configuration_shows_where_each_value_comes_from_and_no_password() {
    let folder = folder();
    let text = "listen = \"127.0.0.1:9\"\ndatabase = \"postgres://desk:s3cret@db.example/desk\"\n";
    fs::write(folder.path().join("mine.toml"), text).unwrap();
    let words = done(folder.path(), &["config", "check", "--config", "mine.toml"]);
    assert!(words.contains("127.0.0.1:9") && words.contains("mine.toml, line 1"), "{words}");
    assert!(words.contains("db.example/desk") && !words.contains("s3cret"), "{words}");
}

#[test]
fn before_the_first_run_a_command_says_what_to_do_first_and_changes_nothing() {
    let folder = folder();
    fs::write(folder.path().join("old.mbox"), MBOX).unwrap();
    fs::write(folder.path().join("pw"), "olive-tree\n").unwrap();
    let channel =
        ["channel", "add", "email", "--set", "address=shop@roaster.example", "--set", "imap_host=mail.example"];
    for command in [
        &["import", "old.mbox", "--our", "shop@roaster.example"][..],
        &[&channel[..], &["--secret", "password=pw"]].concat(),
        &["user", "add", "bo@roaster.example", "--name", "Bo Lind"],
    ] {
        let words = refused(folder.path(), command);
        assert!(words.contains("an owner and one goal first") && words.contains("tertulia serve"), "{words}");
    }
    assert!(done(folder.path(), &["channel", "list"]).contains("No channel yet"));
    Serving::set_up_in(folder.path());
    assert!(import(folder.path()).contains("3 messages taken"));
}

#[test]
fn a_mailbox_is_imported_and_importing_it_again_doubles_nothing() {
    let folder = set_up();
    let words = import(folder.path());
    assert!(words.contains("3 messages taken"), "{words}");
    let words = import(folder.path());
    assert!(words.contains("0 messages taken") && words.contains("3 were here already"), "{words}");
    let words = refused(folder.path(), &["import", "absent.mbox"]);
    assert!(words.contains("absent.mbox cannot be read"), "{words}");
}

/// The files in the blob store.
fn stored(folder: &Path) -> usize {
    let Ok(places) = fs::read_dir(folder.join("data/blobs")) else { return 0 };
    places.map(|place| fs::read_dir(place.unwrap().path()).unwrap().count()).sum()
}

#[test]
fn a_file_that_is_refused_is_not_kept() {
    let folder = set_up();
    fs::write(folder.path().join("picture.bin"), [0, 159, 146, 150].repeat(500)).unwrap();
    assert!(refused(folder.path(), &["import", "picture.bin"]).contains("no mailbox"));
    fs::write(folder.path().join("forum.csv"), "nr;who;what\n1;ana;Hello\n").unwrap();
    fs::write(folder.path().join("map.json"), r#"{"text":"waht"}"#).unwrap();
    assert!(refused(folder.path(), &["import", "forum.csv", "--mapping", "map.json"]).contains("waht"));
    assert_eq!(stored(folder.path()), 0);
}

/// Starts an import and presses Ctrl-C once its first pieces are in.
fn stopped(folder: &Path, arguments: &[&str]) -> String {
    let mut child = support::tertulia(folder, arguments)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Once the write-ahead log has grown, the first pieces are in.
    let log = folder.join("data/tertulia.db-wal");
    while fs::metadata(&log).map_or(0, |log| log.len()) < 2_000_000 {
        assert!(child.try_wait().unwrap().is_none(), "it was over before it could be stopped");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

#[test]
fn an_import_stopped_with_ctrl_c_goes_on_with_the_same_command_and_starts_again_with_another_mapping() {
    const ROWS: usize = 20_000;
    let folder = set_up();
    let row = |n: usize| format!("{n};a{};words of {n};These are the other words of row {n}.\n", n % 50);
    let table: String = std::iter::once("id;author;text;more\n".to_owned()).chain((0..ROWS).map(row)).collect();
    fs::write(folder.path().join("long.csv"), table).unwrap();
    let words = stopped(folder.path(), &["import", "long.csv"]);
    assert!(words.contains("The same command goes on"), "{words}");
    let words = done(folder.path(), &["import", "long.csv"]);
    assert!(words.contains("Going on with the import"), "{words}");
    assert!(words.contains(&format!("{ROWS} messages taken")), "{words}");
    assert!(words.contains("0 were here already"), "{words}");

    let other = set_up();
    fs::copy(folder.path().join("long.csv"), other.path().join("long.csv")).unwrap();
    stopped(other.path(), &["import", "long.csv"]);
    fs::write(other.path().join("map.json"), r#"{"text":"more","source":"Mended"}"#).unwrap();
    let mended = ["import", "long.csv", "--mapping", "map.json"];
    let words = done(other.path(), &mended);
    assert!(words.contains("The earlier run is left at"), "{words}");
    assert!(words.contains("Starting again with another source, text."), "{words}");
    assert!(words.contains(&format!("{ROWS} messages taken")), "{words}");
    let words = done(other.path(), &mended);
    assert!(words.contains(&format!("{ROWS} were here already")) && !words.contains("earlier run"), "{words}");
}

#[test]
fn a_table_is_imported_with_columns_that_are_guessed_or_told() {
    let folder = set_up();
    let table = "nr;when;who;what\n1;2026-11-01 10:00;ana;Hello\n2;2026-11-01 11:00;bo;Good morning\n";
    fs::write(folder.path().join("forum.csv"), table).unwrap();
    fs::write(folder.path().join("map.json"), r#"{"id":"nr","time":"when","author":"who","text":"what"}"#).unwrap();
    let words = done(folder.path(), &["import", "forum.csv", "--mapping", "map.json", "--name", "Forum"]);
    assert!(words.contains("2 messages taken"), "{words}");
    fs::write(folder.path().join("map.json"), r#"{"txt":"what"}"#).unwrap();
    fs::write(folder.path().join("other.csv"), format!("{table}3;2026-11-02;cy;Yes\n")).unwrap();
    let words = refused(folder.path(), &["import", "other.csv", "--mapping", "map.json"]);
    assert!(words.contains("txt"), "{words}");
}

#[test]
fn the_order_of_dates_is_told_and_so_are_those_that_cannot_be_read() {
    let folder = set_up();
    let row = |n: usize| format!("{n},{:02}/{:02}/2024,Hello\n", n % 12 + 1, n % 11 + 1);
    let table: String = std::iter::once("id,date,text\n".to_owned()).chain((0..300).map(row)).collect();
    fs::write(folder.path().join("dates.csv"), format!("{table}300,03/20/2024,Hello\n301,soon,Hello\n")).unwrap();
    let words = done(folder.path(), &["import", "dates.csv"]);
    assert!(words.contains("time_format = month_day_year"), "{words}");
    assert!(words.contains("302 messages taken") && words.contains("1 × Its time could not be read"), "{words}");
}

#[test]
fn edits_that_wait_for_what_they_change_are_told() {
    let folder = set_up();
    let table = "id;version;text\n1;3;Hello\n2;3;Good morning\n";
    fs::write(folder.path().join("app.csv"), table).unwrap();
    let words = done(folder.path(), &["import", "app.csv", "--name", "Guessed"]);
    assert!(words.contains("2 messages taken") && !words.contains("revision"), "{words}");
    fs::write(folder.path().join("map.json"), r#"{"revision":"version"}"#).unwrap();
    let words = done(folder.path(), &["import", "app.csv", "--name", "Told", "--mapping", "map.json"]);
    assert!(words.contains("id = id, text = text, revision = version."), "{words}");
    assert!(
        words.contains("0 messages taken") && words.contains("2 × It is an edit, here or in an earlier"),
        "{words}"
    );
}

#[test]
fn an_owner_who_lost_the_password_gets_in_again() {
    let folder = folder();
    let serving = Serving::start(folder.path(), &["serve"]);
    let owner = serving.set_up();
    let words = done(folder.path(), &["user", "list"]);
    assert!(words.contains(OWNER) && words.contains("owner"), "{words}");
    let output = run_with(folder.path(), &["user", "reset", OWNER, "--password-stdin"], "another cup of coffee\n");
    assert!(output.status.success(), "{}", said(&output));
    assert!(serving.sign_in(OWNER, PASSWORD).is_none(), "the old password is over");
    assert!(serving.sign_in(OWNER, "another cup of coffee").is_some());
    assert_ne!(serving.get("/", &owner).unwrap().status, 200, "sessions of before are over");
    let words = done(folder.path(), &["user", "reset", OWNER]);
    let path =
        words.lines().find_map(|line| line.split_once("/password/")).map(|(_, token)| format!("/password/{token}"));
    assert_eq!(serving.get(&path.unwrap(), "").unwrap().status, 200, "the link opens");
    assert!(refused(folder.path(), &["user", "reset", "nobody@roaster.example"]).contains("Nobody in the team"));
}

#[test]
fn in_the_wrong_folder_nothing_is_made_and_nobody_is_said_to_be_unknown() {
    let folder = folder();
    for command in [&["user", "list"][..], &["user", "reset", OWNER]] {
        let words = refused(folder.path(), command);
        assert!(words.contains("There is no installation in data") && words.contains("--config"), "{words}");
    }
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_disabled_member_gets_no_link_that_would_be_refused() {
    let folder = folder();
    let serving = Serving::start(folder.path(), &["serve"]);
    let owner = serving.set_up();
    done(folder.path(), &["user", "add", "bo@roaster.example", "--name", "Bo Lind"]);
    let team = serving.get("/team", &owner).unwrap().body;
    let link = team.split("/team/").skip(1).find(|rest| rest.contains("<bdi>Bo Lind</bdi></a>")).unwrap();
    let id: String = link.chars().take_while(char::is_ascii_digit).collect();
    let page = serving.get(&format!("/team/{id}"), &owner).unwrap().body;
    assert!(page.contains("Bo Lind"), "{page}");
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    assert_eq!(serving.post(&format!("/team/{id}/disable"), &owner, &[("csrf", csrf)]).status, 303);
    for command in
        [&["user", "reset", "bo@roaster.example"][..], &["user", "reset", "bo@roaster.example", "--password-stdin"]]
    {
        let words = refused(folder.path(), command);
        assert!(words.contains("Bo Lind is disabled") && words.contains("under Team"), "{words}");
        assert!(!words.contains("/password/"), "{words}");
    }
}

#[test]
fn a_member_is_invited_by_command_and_sets_a_password_by_the_link() {
    let folder = folder();
    let add = ["user", "add", "bo@roaster.example", "--name", "Bo Lind", "--role", "viewer"];
    let words = refused(folder.path(), &add);
    assert!(words.contains("the first visitor becomes its owner"), "{words}");
    let serving = Serving::start(folder.path(), &["serve"]);
    serving.set_up();
    let words = refused(folder.path(), &["user", "add", "bo@roaster.example", "--name", "Bo", "--role", "king"]);
    assert!(words.contains("king is no role") && !done(folder.path(), &["user", "list"]).contains("bo@"), "{words}");
    let words = done(folder.path(), &add);
    let link = words.lines().find(|line| line.contains("/password/")).unwrap();
    assert!(done(folder.path(), &["user", "list"]).contains("(invited)"), "they have no password yet");
    let path = &link[link.find("/password/").unwrap()..];
    assert_eq!(serving.get(path, "").unwrap().status, 200, "{path}");
    serving.post(path, "", &[("password", "a pot of strong tea")]);
    assert!(serving.sign_in("bo@roaster.example", "a pot of strong tea").is_some());
    assert!(done(folder.path(), &["user", "list"]).lines().any(|line| line.starts_with("viewer  bo@")));
    assert!(!done(folder.path(), &["user", "list"]).contains("(invited)"));
    assert!(refused(folder.path(), &add).contains("has this address already"), "nobody is invited twice");
}

#[test]
fn a_channel_is_tried_before_it_goes_on_after_a_pause() {
    let folder = set_up();
    fs::write(folder.path().join("pw"), tertulia_testkit::Mail::PASSWORD).unwrap();
    let servers = tertulia_testkit::Mail::start();
    let (imap, smtp) = servers.as_ref().map_or((9, 9), |servers| (servers.imap_port, servers.smtp_port));
    let (imap, smtp) = (format!("imap_port={imap}"), format!("smtp_port={smtp}"));
    let mut add = vec!["channel", "add", "email", "--name", "Desk", "--secret", "password=pw"];
    for setting in
        ["address=desk@desk.test", "username=desk", "imap_host=127.0.0.1", "imap_security=none", "smtp_security=none"]
    {
        add.extend(["--set", setting]);
    }
    done(folder.path(), &[&add[..], &["--set", &imap, "--set", &smtp]].concat());
    let words = refused(folder.path(), &["channel", "test", "Desk"]);
    assert!(words.contains("allow_private_hosts"), "{words}");
    done(folder.path(), &["channel", "pause", "Desk"]);
    if servers.is_some() {
        fs::write(folder.path().join("tertulia.toml"), "allow_private_hosts = [\"127.0.0.1\"]\n").unwrap();
        let words = done(folder.path(), &["channel", "test", "Desk"]);
        assert!(words.contains("Signed in. 0 mails in INBOX.") && words.contains("accepts our sign-in"), "{words}");
        assert!(done(folder.path(), &["channel", "list"]).contains("paused"), "a test changes nothing");
    }
    assert!(refused(folder.path(), &["channel", "test", "Desks"]).contains("No channel is called Desks"));
    assert!(refused(folder.path(), &["channel", "resume", "Desks"]).contains("No channel is called Desks"));
    assert!(done(folder.path(), &["channel", "resume", "desk@desk.test"]).contains("Desk goes on"));
    assert!(done(folder.path(), &["channel", "list"]).contains("live"));
}

#[test]
fn channels_are_added_paused_and_deleted_by_command() {
    let folder = set_up();
    fs::write(folder.path().join("pw"), "olive-tree\n").unwrap();
    let add = ["channel", "add", "email", "--set", "address=shop@roaster.example", "--set", "imap_host=mail.example"];
    let words = done(folder.path(), &[&add[..], &["--set", "imap_port=993", "--secret", "password=pw"]].concat());
    assert!(words.contains("is connected"), "{words}");
    assert!(done(folder.path(), &["channel", "list"]).contains("live"));
    done(folder.path(), &["channel", "pause", "shop@roaster.example"]);
    assert!(done(folder.path(), &["channel", "list"]).contains("paused"));
    let words = refused(folder.path(), &[&add[..], &["--set", "imap_hots=x"]].concat());
    assert!(words.contains("Did you mean imap_host?"), "{words}");
    let words = refused(folder.path(), &[&add[..], &["--set", "password=olive-tree"]].concat());
    assert!(words.contains("--secret password=FILE"), "{words}");
    done(folder.path(), &["channel", "delete", "shop@roaster.example"]);
    assert!(done(folder.path(), &["channel", "list"]).contains("No channel yet"));
    let database = fs::read(folder.path().join("data/tertulia.db")).unwrap();
    assert!(!String::from_utf8_lossy(&database).contains("olive-tree"), "secrets are never stored in the clear");
}

#[test]
fn the_doctor_names_a_missing_file_and_another_key() {
    let folder = set_up();
    import(folder.path());
    assert!(!done(folder.path(), &["doctor"]).contains("trouble"));
    let blobs: Vec<_> = fs::read_dir(folder.path().join("data/blobs")).unwrap().map(|entry| entry.unwrap()).collect();
    let place = blobs.iter().find(|entry| entry.file_name().len() == 2).unwrap().path();
    fs::remove_dir_all(place).unwrap();
    fs::write(folder.path().join("data/secrets.key"), "ab".repeat(32)).unwrap();
    let words = refused(folder.path(), &["doctor"]);
    assert!(words.contains("are missing from") && words.contains("needs the secrets key"), "{words}");
    assert!(words.contains("2 things need you"), "{words}");
}

#[test]
fn the_demo_starts_with_its_people_and_goes_on_talking() {
    let folder = folder();
    let serving = Serving::start(folder.path(), &["demo", "--keep", "kept", "--speed", "40"]);
    eprintln!("the demo was ready after {} ms", serving.took.as_millis());
    let owner = (0..100).find_map(|_| serving.sign_in("ines@fuenteyflor.example", "a quiet cup of coffee")).unwrap();
    assert_eq!(serving.get("/", &owner).unwrap().status, 200);
    let counted = |name: &str| {
        done(folder.path(), &["backup", name, "--config", "kept.toml"])
            .split(" messages")
            .next()
            .unwrap()
            .rsplit(' ')
            .next()
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    fs::write(folder.path().join("kept.toml"), "data_dir = \"kept\"\n").unwrap();
    let before = counted("one");
    assert!(before >= 430, "{before}");
    std::thread::sleep(std::time::Duration::from_secs(5));
    let after = counted("two");
    assert!(after > before, "{before} messages at first, {after} later");
    assert!(serving.terminate().success());
    // At this speed all was said within a second or two; what was kept goes on.
    let again = Serving::start(folder.path(), &["demo", "--keep", "kept", "--speed", "1000"]);
    assert!(again.sign_in("ines@fuenteyflor.example", "a quiet cup of coffee").is_some());
    let kept = counted("three");
    let grows = |name: usize| {
        std::thread::sleep(std::time::Duration::from_millis(500));
        counted(&name.to_string()) > kept + 100
    };
    assert!((4..60).any(grows), "they say it all, and begin anew");
}

#[test]
fn on_postgresql_it_serves_is_well_and_is_backed_up_by_pg_dump() {
    let Some(postgres) = tertulia_testkit::Postgres::shared() else { return };
    let folder = folder();
    let configuration = format!("database = \"{}\"\n", postgres.fresh_database());
    fs::write(folder.path().join("tertulia.toml"), configuration).unwrap();
    let serving = Serving::start(folder.path(), &["serve"]);
    serving.set_up();
    assert!(!folder.path().join("data/tertulia.db").exists());
    assert!(!done(folder.path(), &["doctor"]).contains("trouble"));
    if std::process::Command::new("pg_dump").arg("--version").output().is_ok() {
        let words = done(folder.path(), &["backup", "kept"]);
        assert!(words.contains("0 messages") && folder.path().join("kept/tertulia.pgdump").exists(), "{words}");
        let words = done(folder.path(), &["restore", "kept", "--to", "again"]);
        assert!(words.contains("pg_restore"), "{words}");
    } else {
        assert!(refused(folder.path(), &["backup", "kept"]).contains("apt-get install postgresql-client"));
    }
}

#[test]
fn on_postgresql_an_import_beside_the_server_is_worked_once() {
    const ROWS: usize = 20_000;
    let Some(postgres) = tertulia_testkit::Postgres::shared() else { return };
    let folder = folder();
    fs::write(folder.path().join("tertulia.toml"), format!("database = \"{}\"\n", postgres.fresh_database())).unwrap();
    let serving = Serving::start(folder.path(), &["serve"]);
    serving.set_up();
    let row = |n: usize| format!("{n},a{},These are the words of row {n}.\n", n % 50);
    let table: String = std::iter::once("id,author,text\n".to_owned()).chain((0..ROWS).map(row)).collect();
    fs::write(folder.path().join("long.csv"), table).unwrap();
    let words = done(folder.path(), &["import", "long.csv"]);
    assert!(words.contains(&format!("{ROWS} messages taken")) && words.contains("0 were here already"), "{words}");
}
