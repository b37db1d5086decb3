//! Mails that want to break whoever reads them: each ends with a reason, and the good one behind it comes.

use crate::{
    desk::{self, Desk, messages, until},
    letters::{self, End},
};
use tertulia_testkit::{Mail, rounds};

fn good(after: &str) -> String {
    let word = after.to_lowercase().replace(' ', "-");
    let (from, id) = (format!("Good after {after} <good-{word}@example.test>"), format!("good-{word}@example.test"));
    desk::letter(
        &from,
        "hostile@desk.test",
        &id,
        "Beans",
        "Date: Mon, 2 Nov 2026 11:00:00 +0000\r\n",
        "Do you have beans?",
    )
}

#[test]
fn soak_each_hostile_mail_ends_with_a_reason_and_the_good_one_behind_it_comes() {
    let Some(mail) = desk::servers() else { return };
    for round in 0..usize::try_from(rounds()).unwrap() {
        each_ends_with_a_reason(mail, round);
    }
}

fn each_ends_with_a_reason(mail: &Mail, round: usize) {
    // A mailbox of its own each time; its name lives as long as the test.
    let name: &'static str = Box::leak(format!("hostile{round}").into_boxed_str());
    let desk = Desk::open(mail, name);
    let letters = letters::all(round);
    for letter in &letters {
        mail.put(name, &letter.bytes);
        mail.put(name, good(letter.name).as_bytes());
    }
    for letter in &letters {
        desk.conversation(&format!(">Good after {}<", letter.name));
    }
    let aside = desk.get("/quarantine");
    for letter in &letters {
        match letter.end {
            End::Message(says) => {
                let page = desk.get(&desk.conversation(&format!(">{}<", letter.name)));
                let all = messages(&page);
                assert!(
                    all.len() == 1 && all[0].contains(says),
                    "{} does not say \u{201c}{says}\u{201d}:\n{all:?}",
                    letter.name
                );
            }
            End::Aside(why) => assert!(aside.contains(why), "Quarantine does not say \u{201c}{why}\u{201d}:\n{aside}"),
        }
    }
    let expected = letters.iter().filter(|letter| matches!(letter.end, End::Aside(_))).count();
    assert_eq!(aside.matches("class=\"set-aside\"").count(), expected);
    // What was set aside is there whole.
    let (_, rest) = aside.split_once("href=\"/quarantine/").unwrap();
    let item = desk.get(&format!("/quarantine/{}", rest.split_once('"').unwrap().0));
    assert!(item.contains("Set aside") && item.contains("Download"), "{item}");
    let highest = peak_megabytes(desk.program.pid());
    assert!(highest < 200, "the program grew to {highest} MB: something was unpacked");
}

#[test]
fn a_mail_that_the_server_cannot_give_is_named_in_quarantine_and_the_others_come() {
    let Some(mail) = desk::servers() else { return };
    let desk = Desk::open(mail, "ungiven");
    let good = |after: &str| good(after).replace("hostile@", "ungiven@");
    mail.put("ungiven", good("nothing").as_bytes());
    desk.conversation(">Good after nothing<");
    mail.put_unreadable("ungiven", good("itself").as_bytes());
    mail.put("ungiven", good("the poison").as_bytes());
    desk.conversation(">Good after the poison<");
    let aside = desk.get("/quarantine");
    assert!(
        aside.contains("This mail could not be fetched, 3 times") && aside.contains("still in the mailbox"),
        "{aside}"
    );
    let (_, rest) = aside.split_once("href=\"/quarantine/").unwrap();
    let item = format!("/quarantine/{}", rest.split_once('"').unwrap().0);
    let again = desk.post(&format!("{item}/replay"), &[]);
    assert!(again.body.contains("It never came here"), "{} {}", again.status, again.body);
    assert!(desk.get("/quarantine").contains("could not be fetched"), "it stays there until somebody decides");
}

#[test]
fn a_mail_of_a_hundred_megabytes_is_taken_in_bounded_memory() {
    let Some(mail) = desk::servers() else { return };
    let desk = Desk::open(mail, "huge");
    let before = peak_megabytes(desk.program.pid());
    let huge = String::from_utf8(letters::huge()).unwrap().replacen("hostile@", "huge@", 1).into_bytes();
    mail.put("huge", &huge);
    mail.put("huge", good("the huge one").replace("hostile@", "huge@").as_bytes());
    drop(huge);
    desk.conversation(">Good after the huge one<");
    let conversation = desk.conversation(">Huge Mail<");
    let page = until("the huge mail says what was cut", || {
        Some(desk.get(&conversation)).filter(|page| page.contains("The text was cut after 2 MB of 50 MB"))
    });
    assert!(page.contains("roast.mp4"), "its file is kept");
    let highest = peak_megabytes(desk.program.pid());
    println!("the program used {before} MB before and {highest} MB at most");
    assert!(highest < 300, "{highest} MB");
}

/// The most memory that a process has held so far.
fn peak_megabytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}
