//! The mail server goes away and comes back; the disk fills and is cleared.

use crate::{
    desk::{self, Desk, folder, letter, messages, until},
    support::{Serving, tertulia},
};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tertulia_testkit::{Mail, rounds};

fn question(name: &str, n: u64) -> String {
    let from = format!("Customer {n} <c{n}@example.test>");
    letter(&from, &format!("{name}@desk.test"), &format!("{name}.{n}@q.test"), "Order", "", &format!("Question {n}?"))
}

#[test]
fn soak_a_mail_server_that_goes_away_is_told_of_and_what_came_meanwhile_is_read() {
    let Some(mut mail) = Mail::start() else { return };
    let desk = Desk::open(&mail, "away");
    for n in 0..rounds() {
        mail.stop_imap();
        mail.put("away", question("away", n).as_bytes());
        let page = desk.until_page("/channels", "trying again by itself");
        assert!(page.contains("Nothing is lost, and it is tried again by itself."), "{page}");
        assert!(page.contains("If it stays so for an hour, look at the settings."), "{page}");
        mail.start_imap();
        desk.conversation(&format!(">Customer {n}<"));
        let page = desk.until_page("/channels", "listening");
        assert!(!page.contains("tried again"), "the trouble is over, and so is what was said of it: {page}");
    }
    assert_eq!(desk.rows().len() as u64, rounds());
}

/// The program with its data on a small disk of its own, which only it sees. None, and a note, where that may not be.
fn on_a_small_disk(folder: &Path) -> Option<(Serving, PathBuf)> {
    let mount = format!("mount -t tmpfs -o size={}m tmpfs data", 16 + 3 * rounds());
    let mut probe = Command::new("unshare");
    probe.args(["--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).stderr(Stdio::null());
    if !probe.status().is_ok_and(|status| status.success()) {
        tertulia_testkit::skipped_here("a small disk", "only root may mount one, and not everywhere");
        return None;
    }
    fs::create_dir_all(folder.join("data")).unwrap();
    let program = tertulia(folder, &["serve", "--listen", "127.0.0.1:0"]);
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &format!("{mount} && exec \"$0\" \"$@\"")]);
    command.arg(program.get_program()).args(program.get_args()).current_dir(folder).env_clear();
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let serving = Serving::start_by(folder, command);
    let disk =
        PathBuf::from(format!("/proc/{}/root", serving.pid())).join(folder.strip_prefix("/").unwrap()).join("data");
    Some((serving, disk))
}

/// Fills a disk to its last byte.
fn fill(disk: &Path) {
    let mut file = fs::File::create(disk.join("filler")).unwrap();
    for piece in [1 << 20, 4096, 512, 1] {
        while file.write_all(&vec![7; piece]).is_ok() {}
    }
}

#[test]
fn soak_a_full_disk_loses_no_mail_and_ends_nothing() {
    let Some(mail) = desk::servers() else { return };
    let folder = folder();
    let Some((program, disk)) = on_a_small_disk(folder.path()) else { return };
    let owner = program.set_up();
    let desk = Desk { program, owner, name: "full", folder };
    desk.connect(mail, mail.imap_port);
    mail.put("full", question("full", 1_000).as_bytes());
    let conversation = desk.conversation(">Customer 1000<");
    for n in 0..rounds() {
        fill(&disk);
        mail.put("full", format!("{}{}", question("full", n), "Word after word. \r\n".repeat(20_000)).as_bytes());
        // What is there can be read. What a person writes is kept, or said not to be.
        let page = desk.get(&conversation);
        assert!(messages(&page)[0].contains("Question 1000?"), "{page}");
        let [key, channel, seen] = ["key", "channel", "seen"].map(|name| desk::field(&page, name));
        let text = format!("Answer {n}. {}", "It is on its way to you. ".repeat(15_000));
        let fields = [("key", &*key), ("channel", &channel), ("seen", &*seen), ("text", &text)];
        let path = conversation.split('?').next().unwrap();
        let answer = desk.post(&format!("{path}/reply"), &fields);
        let said = answer.status != 303;
        println!("a reply on a full disk: {}", answer.status);
        assert!(!said || answer.body.contains("disk"), "{} {}", answer.status, answer.body);
        let kept = messages(&desk.get(&conversation)).iter().any(|message| message.contains(&format!("Answer {n}.")));
        assert_eq!(kept, !said);
        assert!(!desk.get("/inbox").contains(&format!(">Customer {n}<")));
        fs::remove_file(disk.join("filler")).unwrap();
        desk.conversation(&format!(">Customer {n}<"));
    }
    let page = desk.until_page("/channels", "listening");
    assert!(!page.contains("could not"), "{page}");
    let rows = desk.rows();
    for n in 0..rounds() {
        let name = format!(">Customer {n}<");
        assert_eq!(rows.iter().filter(|(_, row)| row.contains(&name)).count(), 1, "{name}");
    }
    until("nothing waits in vain", || desk.get("/quarantine").contains("Nothing is set aside.").then_some(()));
}
