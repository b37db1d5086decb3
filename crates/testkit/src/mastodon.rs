//! A server that speaks Mastodon's client API.

use crate::machine::{free_port, workspace_root};
use crate::service::Service;
use std::net::TcpStream;
use std::path::PathBuf;

/// A running server with three accounts: `shop`, `kim` (who follows nobody) and `lee` (whom `shop` follows). Each has the
/// access token `NAME_token`. Faults are made at `/api/v1/_mock/faults`.
#[derive(Debug)]
pub struct Mastodon {
    pub port: u16,
    service: Service,
}

impl Mastodon {
    /// Starts a server. `None`, and a note in the skips, when it is not installed.
    pub fn start() -> Option<Mastodon> {
        Mastodon::start_with("")
    }

    /// The same with lines of its own in its configuration.
    pub fn start_with(more: &str) -> Option<Mastodon> {
        let Some(program) = program() else {
            crate::skipped("mastodon-mock", "cargo xtask test --install");
            return None;
        };
        let mut failure = String::new();
        // Another process may take the port between our finding it free and the server's asking for it.
        for _ in 0..3 {
            let port = free_port();
            // As ourselves: its Python may stand in a home that nobody else may enter. Asked to stop, it would wait until
            // its streams are closed.
            let mut service = Service::prepare("mastodon", "KILL", None);
            let configuration = configuration(port, more);
            std::fs::write(service.dir().join("mock.toml"), configuration).expect("our own folder can be written to");
            let program = program.display();
            let script = format!(
                "export HOME=\"$PWD\"\nexec '{program}' serve --config mock.toml --host 127.0.0.1 --port {port}\n"
            );
            match service.start(&script, |_| answers(port)) {
                Ok(()) => return Some(Mastodon { port, service }),
                Err(reason) => failure = reason,
            }
        }
        panic!("{failure}");
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The server goes away; what it knows stays.
    pub fn stop(&mut self) {
        self.service.stop();
    }

    /// It comes back, on the same port.
    pub fn start_again(&mut self) {
        let port = self.port;
        self.service.restart(|_| answers(port)).expect("what has started once starts again");
    }

    /// What the server logged, for the message of a failed assertion.
    pub fn log(&self) -> String {
        self.service.log()
    }
}

/// Where `cargo xtask test --install` puts it.
fn program() -> Option<PathBuf> {
    let installed = workspace_root().join("target/servers/mastodon/bin/mastodon_mock");
    installed.is_file().then_some(installed).or_else(|| crate::machine::program("mastodon_mock"))
}

fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn configuration(port: u16, more: &str) -> String {
    let account = |name: &str| {
        format!(
            "[[seed.accounts]]\nusername = \"{name}\"\ndisplay_name = \"{name} \u{2615}\"\naccess_token = \"{name}_token\"\n"
        )
    };
    let accounts: String = ["shop", "kim", "lee"].map(account).concat();
    format!(
        "domain = \"127.0.0.1:{port}\"\nurl_scheme = \"http\"\n{more}\n[database]\npath = \"mock.sqlite\"\n\
         [streaming]\nheartbeat_seconds = 1.0\n{accounts}[[seed.follows]]\nfollower = \"shop\"\nfollowing = \"lee\"\n"
    )
}
