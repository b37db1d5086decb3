//! A network of the AT protocol: a server of Bluesky accounts with its directory, and a Jetstream of what it tells.

use crate::machine::{free_port, workspace_root};
use crate::service::Service;

/// A running network. Handles end in `.test`; anybody may open an account
/// (`com.atproto.server.createAccount`).
#[derive(Debug)]
pub struct Network {
    pds_port: u16,
    jet_port: u16,
    service: Service,
    _directory: Service,
}

impl Network {
    /// Starts a network. It is heavy, so `None` outside of soaks; and `None`, with a note in the skips, when it is not
    /// installed.
    pub fn start() -> Option<Network> {
        if !crate::soaking() {
            println!("only in soaks: cargo xtask soak");
            return None;
        }
        let servers = workspace_root().join("target/servers");
        let (node, home) = (servers.join("node/bin/node"), servers.join("pds"));
        if !node.is_file() || !home.join("node_modules/@atproto/pds").is_dir() {
            crate::skipped("the server of Bluesky accounts", "cargo xtask soak --install");
            return None;
        }
        let mut failure = String::new();
        // Another process may take a port between our finding it free and the server's asking for it.
        for _ in 0..3 {
            let (plc, pds_port, jet_port) = (free_port(), free_port(), free_port());
            let run =
                |what: &str| format!("data=$PWD/data\ncd '{}' && exec '{}' {what}\n", home.display(), node.display());
            // As ourselves, since Node may stand in a home that nobody else may enter; killed, since it stops slowly.
            let mut directory = Service::prepare("directory", "KILL", None);
            let mut service = Service::prepare("network", "KILL", None);
            let script = run(&format!("network.mjs directory {plc}"));
            let begun = directory.start(&script, |service| service.log().contains("the directory is up"));
            let script = run(&format!("network.mjs \"$data\" {plc} {pds_port} {jet_port}"));
            match begun.and_then(|()| service.start(&script, |service| times_up(service) == 1)) {
                Ok(()) => return Some(Network { pds_port, jet_port, service, _directory: directory }),
                Err(reason) => failure = reason,
            }
        }
        panic!("{failure}");
    }

    /// Kills the server of accounts and the Jetstream, as a power cut would.
    pub fn kill(&mut self) {
        self.service.stop();
    }

    /// Starts them again with all that they held.
    ///
    /// # Panics
    /// When they do not come up.
    pub fn start_again(&mut self) {
        let times = times_up(&self.service);
        let up = self.service.restart(|service| times_up(service) > times);
        up.unwrap_or_else(|reason| panic!("{reason}"));
    }

    pub fn pds_port(&self) -> u16 {
        self.pds_port
    }

    /// Where accounts live.
    pub fn pds(&self) -> String {
        format!("http://127.0.0.1:{}", self.pds_port)
    }

    /// Where all of it is told.
    pub fn jetstream(&self) -> String {
        format!("ws://127.0.0.1:{}/subscribe", self.jet_port)
    }

    /// What the servers logged, for the message of a failed assertion.
    pub fn log(&self) -> String {
        self.service.log()
    }
}

fn times_up(service: &Service) -> usize {
    service.log().matches("the network is up").count()
}
