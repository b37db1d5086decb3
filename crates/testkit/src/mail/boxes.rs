//! Boxes looked into and filled past all servers. They are maildirs: a mail is a file in `new` or `cur`, written in `tmp`
//! and moved, so that no reader ever sees half of one.

use crate::machine::Account;
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Names tell the order of arrival.
static NEXT: AtomicU64 = AtomicU64::new(1);

pub(super) fn put(maildir: &Path, account: &Account, mail: &[u8], mode: u32) {
    for part in ["", "tmp", "new", "cur"] {
        let folder = maildir.join(part);
        if !folder.exists() {
            std::fs::create_dir_all(&folder).expect("the box can be made");
            give(&folder, account);
        }
    }
    let name = format!("{:010}.put.test", NEXT.fetch_add(1, Ordering::Relaxed));
    let (written, there) = (maildir.join("tmp").join(&name), maildir.join("new").join(&name));
    std::fs::write(&written, mail).expect("the box can be written to");
    give(&written, account);
    std::fs::set_permissions(&written, Permissions::from_mode(mode)).expect("the file is ours");
    std::fs::rename(written, there).expect("a file moves within a box");
}

fn give(path: &Path, account: &Account) {
    if account.we_are_root {
        chown(path, Some(account.uid), Some(account.gid)).expect("root may give a file away");
    }
}

pub(super) fn read(maildir: &Path) -> Vec<Vec<u8>> {
    let files = |part: &str| std::fs::read_dir(maildir.join(part)).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = files("new").chain(files("cur")).map(|file| file.path()).collect();
    paths.sort_by_key(|path| path.file_name().map(std::ffi::OsStr::to_owned));
    // The server moves a mail from `new` to `cur` and marks it there whenever it likes.
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}
