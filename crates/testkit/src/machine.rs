//! What this machine has: programs, folders, ports, and the user that servers run as.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's root folder: the nearest one upwards whose `Cargo.toml` has a `[workspace]`.
pub fn workspace_root() -> PathBuf {
    let start = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let start = PathBuf::from(start);
    let is_root = |folder: &&Path| {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.lines().any(|line| line.trim() == "[workspace]")
    };
    start.ancestors().find(is_root).unwrap_or(&start).to_path_buf()
}

/// A file or folder of the data sets, which stand outside the project: in `TERTULIA_DATA`, else in `shared/data`
/// beside the workspace. `None`, and a note in the skips, when it is absent.
pub fn data(path: &str) -> Option<PathBuf> {
    let found = data_folder().join(path);
    if found.exists() {
        return Some(found);
    }
    crate::skipped_data(path);
    None
}

/// Where the data sets are looked for; it may be absent.
pub fn data_folder() -> PathBuf {
    std::env::var_os("TERTULIA_DATA")
        .map_or_else(|| workspace_root().join("..").join("shared").join("data"), PathBuf::from)
}

/// A program on `PATH`, or in the folders of the system's own servers, which a plain user's `PATH` often lacks.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(system).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A port of 127.0.0.1 that was free a moment ago. Whoever starts a server on it must be ready to find it taken.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback address has free ports");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// Who servers run as: ourselves, or `nobody` when we are root, since initdb refuses root and the rest should.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub user: String,
    pub group: String,
    pub uid: u32,
    pub gid: u32,
    pub we_are_root: bool,
}

impl Account {
    pub(crate) fn for_servers() -> Account {
        let we_are_root = id(&["-u"]) == "0";
        let ask = |what: &str| if we_are_root { id(&[what, "nobody"]) } else { id(&[what]) };
        let ask_name = |what: &str| if we_are_root { id(&["-n", what, "nobody"]) } else { id(&["-n", what]) };
        let number = |text: String| text.parse().expect("`id` prints a number");
        Account {
            user: ask_name("-u"),
            group: ask_name("-g"),
            uid: number(ask("-u")),
            gid: number(ask("-g")),
            we_are_root,
        }
    }
}

fn id(arguments: &[&str]) -> String {
    let output = Command::new("id").args(arguments).output().expect("`id` is on every Unix");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
