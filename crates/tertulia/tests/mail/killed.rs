//! The program is killed with -9 while it reads a mailbox and while it sends; then it is started again.

use crate::{
    desk::{self, Desk, messages, until},
    support::{OWNER, PASSWORD, Serving},
};
use std::time::{Duration, Instant};
use tertulia_model::{Chance, SeededChance};
use tertulia_store::{keys::source_key, messages as stored};
use tertulia_testkit::rounds;

const MAILS_A_ROUND: u64 = 120;

fn mail_number(n: u64) -> String {
    desk::letter(
        &format!("Customer {n} <c{}@example.test>", n % 40),
        "pulled@desk.test",
        &format!("old.{n}@example.test"),
        &format!("Number {n}"),
        "Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n",
        &format!("These are the words of mail {n}."),
    )
}

fn stored_messages(folder: &std::path::Path) -> i64 {
    desk::look_into(folder, async |db| stored::count(db).await.unwrap())
}

#[test]
fn soak_a_program_killed_while_it_reads_a_mailbox_misses_nothing_and_doubles_nothing() {
    let Some(mail) = desk::servers() else { return };
    let folder = desk::folder();
    desk::connect_by_command(folder.path(), mail, "pulled");
    let chance = SeededChance::new(41);
    let mut seen = Vec::new();
    for round in 0..rounds() {
        // Each time there is something to read in the middle of which it may end.
        for n in 0..MAILS_A_ROUND {
            mail.put("pulled", mail_number(round * MAILS_A_ROUND + n).as_bytes());
        }
        let program = Serving::start(folder.path(), &["serve"]);
        if round == 0 {
            until("the first mails are stored", || (stored_messages(folder.path()) > 0).then_some(()));
        } else {
            std::thread::sleep(Duration::from_millis(chance.below(250)));
        }
        drop(program);
        seen.push(stored_messages(folder.path()));
    }
    let all = MAILS_A_ROUND * rounds();
    println!("messages stored at each kill: {seen:?} of {all}");
    let program = Serving::start(folder.path(), &["serve"]);
    let all = i64::try_from(all).unwrap();
    let begin = Instant::now();
    until("all of the mail is there", || (stored_messages(folder.path()) >= all).then_some(()));
    assert!(begin.elapsed() < Duration::from_secs(20), "nobody waits for what a dead program held");
    let owner = program.sign_in(OWNER, PASSWORD).expect("whoever set it up");
    until("it has caught up", || program.get("/channels", &owner).ok().filter(|page| page.body.contains("listening")));
    desk::look_into(folder.path(), async |db| {
        let keys: Vec<_> = (0..all).map(|n| source_key("mail", &format!("old.{n}@example.test"))).collect();
        assert_eq!(stored::known(db, &keys).await.unwrap().len(), keys.len(), "one is missing");
        assert_eq!(stored::count(db).await.unwrap(), all, "one is there twice");
    });
    assert!(seen.iter().any(|count| (1..all).contains(count)), "no kill came in the middle: {seen:?}");
}

/// How far one reply is from the next, so that the kills fall among them.
const APART: Duration = Duration::from_millis(110);

#[test]
fn soak_a_program_killed_while_it_sends_sends_nothing_twice_and_says_what_it_does_not_know() {
    let Some(mail) = desk::servers() else { return };
    let mut desk = Desk::open(mail, "sending");
    let all = 6 * rounds();
    let customers: Vec<String> = (0..all).map(|n| format!("sent{n:03}")).collect();
    for name in &customers {
        let from = format!("{name} <{name}@example.test>");
        let text = desk::letter(&from, "sending@desk.test", &format!("{name}@q.test"), "Order", "", "Where is it?");
        mail.put("sending", text.as_bytes());
    }
    let rows = until("all questions are heard", || Some(desk.rows()).filter(|rows| rows.len() as u64 == all));
    let of = |name: &String| rows.iter().find(|(_, row)| row.contains(&format!(">{name}<"))).unwrap().0.clone();
    let asked: Vec<String> = customers.iter().map(of).collect();
    let begin = Instant::now();
    for (n, conversation) in (0u32..).zip(&asked) {
        std::thread::sleep((APART * n).saturating_sub(begin.elapsed()));
        desk.reply(conversation, "It left this morning.");
    }
    // The first reply can be taken back for ten seconds; then one after the other goes out.
    let chance = SeededChance::new(42);
    let took = begin.elapsed();
    for n in 0..u32::try_from(rounds()).unwrap() {
        let part = took / u32::try_from(rounds()).unwrap();
        let at = Duration::from_secs(10) + part * n + part.mul_f64(chance.below(100) as f64 / 100.0);
        std::thread::sleep(at.saturating_sub(begin.elapsed()));
        desk = desk.kill_and_start();
    }
    let (mut sent, mut unknown) = (0, 0);
    for (name, conversation) in customers.iter().zip(&asked) {
        let page = until("every reply comes to an end", || {
            let page = desk.get(conversation);
            let ours = messages(&page).get(1).map(|message| (*message).to_owned())?;
            (ours.contains("<span>sent</span>") || ours.contains("It did arrive")).then_some(page)
        });
        assert_eq!(messages(&page).len(), 2);
        let is_sent = messages(&page)[1].contains("<span>sent</span>");
        let arrived = if is_sent {
            sent += 1;
            until("what was sent has arrived", || Some(mail.inbox(name)).filter(|mails| !mails.is_empty()))
        } else {
            unknown += 1;
            mail.inbox(name)
        };
        assert!(arrived.len() <= 1, "{name} was answered {} times", arrived.len());
    }
    println!("{sent} replies sent, {unknown} in doubt after {} kills", rounds());
    assert_eq!(stored_messages(desk.folder.path()), 2 * i64::try_from(all).unwrap());
    assert!(sent > unknown, "{sent} sent, {unknown} in doubt");
}
