//! An installation is restored from a backup that was made while a reply waited; the reply has been sent since.

use crate::{
    desk::{self, Desk, messages, until},
    support::{Serving, done},
};
use std::fs;

#[test]
fn what_was_sent_since_the_backup_is_not_sent_again_after_a_restore() {
    let Some(mail) = desk::servers() else { return };
    let desk = Desk::open(mail, "restored");
    let letter = desk::letter("Noor <noor9@example.test>", "restored@desk.test", "n9@q.test", "Order", "", "Where?");
    mail.put("restored", letter.as_bytes());
    let conversation = desk.conversation("Noor");
    desk.reply(&conversation, "It left this morning.");
    // It can still be taken back, so it is queued.
    done(desk.folder.path(), &["backup", "kept"]);
    until("the customer has it", || mail.inbox("noor9").pop());
    until("it is filed as sent", || mail.sent("restored").pop());
    let Desk { program, owner, folder, .. } = desk;
    drop(program);
    done(folder.path(), &["restore", "kept", "--to", "again", "--key", "data/secrets.key"]);
    let config = "data_dir = \"again\"\nallow_private_hosts = [\"127.0.0.1\"]\n";
    fs::write(folder.path().join("again.toml"), config).unwrap();
    let program = Serving::start(folder.path(), &["serve", "--config", "again.toml"]);
    assert!(!folder.path().join("again/restored").exists(), "the next start is one like any other");
    until("it is known to be sent", || {
        let page = program.get(&conversation, &owner).ok()?.body;
        messages(&page).get(1)?.contains("<span>sent</span>").then_some(())
    });
    assert_eq!(mail.inbox("noor9").len(), 1, "one mail only");
}
