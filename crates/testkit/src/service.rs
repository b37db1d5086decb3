//! A server that can't outlive the test.
//!
//! Statics are not dropped and a killed process drops nothing, so the server is not our child but the child of a small
//! shell that reads our orders from a pipe. When we end, however we end, the kernel closes the pipe; the shell reads
//! end-of-file, stops the server and removes the folder.

use crate::machine::Account;
use std::io::Write;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// `$1` is the folder, `$2` the signal that asks the server to stop. `$1/start` is the script that becomes the server.
/// The inner shell waits for the server, so `ended` appears as soon as it is gone. The server has a process group of its
/// own: Dovecot's workers live on for half a minute with the connections they have, and end with it here.
const KEEPER: &str = r#"
dir=$1; signal=$2
cd "$dir" || exit 1
command -v setsid >/dev/null && alone=setsid || alone=
start() {
  rm -f ended
  ( $alone sh ./start </dev/null >>log 2>&1 & echo $! >pid; wait $!; echo $? >ended ) &
}
stop() {
  [ -f pid ] || return 0
  kill -"$signal" "$(cat pid)" 2>/dev/null
  tries=0
  while [ ! -f ended ] && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
  [ -f ended ] || kill -KILL "$(cat pid)" 2>/dev/null
  [ -z "$alone" ] || kill -KILL -"$(cat pid)" 2>/dev/null
  rm -f pid
}
while read -r order; do
  case $order in
    start) start ;;
    stop) stop; echo >stopped ;;
  esac
done
stop
cd / && rm -rf "$dir"
"#;

/// How long a server may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Service {
    name: &'static str,
    dir: PathBuf,
    keeper: Child,
    /// `None` only while dropping.
    orders: Option<ChildStdin>,
}

impl Service {
    /// A folder owned by `account` (by us, when `None`) and its keeper. Nothing runs until `start`.
    pub(crate) fn prepare(name: &'static str, signal: &str, account: Option<&Account>) -> Service {
        let folder = tempfile::Builder::new().prefix(&format!("tertulia-{name}-")).tempdir();
        let dir = folder.expect("the temporary folder can be written to").keep();
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, name]).arg(&dir).arg(signal);
        // Its own process group: Ctrl-C and a runner's time-out reach the test, and the keeper cleans up after it.
        command.process_group(0).current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(account) = account.filter(|account| account.we_are_root) {
            chown(&dir, Some(account.uid), Some(account.gid)).expect("root may give a folder away");
            command.uid(account.uid).gid(account.gid);
        }
        let mut keeper = command.spawn().expect("there is a shell");
        let orders = keeper.stdin.take();
        Service { name, dir, keeper, orders }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Runs `script` (which ends in `exec SERVER`) and waits until `ready`. Says no when the server ended instead.
    pub(crate) fn start(&mut self, script: &str, ready: impl Fn(&Service) -> bool) -> Result<(), String> {
        std::fs::write(self.dir.join("start"), script).expect("our own folder can be written to");
        self.restart(ready)
    }

    /// Starts the same script again.
    pub(crate) fn restart(&mut self, ready: impl Fn(&Service) -> bool) -> Result<(), String> {
        // The keeper removes it too, but later than we would look.
        std::fs::remove_file(self.dir.join("ended")).ok();
        self.order("start");
        self.wait(|service| ready(service) || service.dir.join("ended").exists());
        if self.dir.join("ended").exists() {
            return Err(format!("{} did not start:\n{}", self.name, self.log()));
        }
        Ok(())
    }

    /// Stops the server and keeps its folder.
    pub(crate) fn stop(&mut self) {
        std::fs::remove_file(self.dir.join("stopped")).ok();
        self.order("stop");
        self.wait(|service| service.dir.join("stopped").exists());
    }

    /// Sends the server itself a signal by its name.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.dir.join("pid")).unwrap_or_default();
        let sent = Command::new("kill").args([&format!("-{signal}"), pid.trim()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{} did not get the signal", self.name);
    }

    pub(crate) fn log(&self) -> String {
        let bytes = std::fs::read(self.dir.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn order(&mut self, word: &str) {
        let orders = self.orders.as_mut().expect("orders are closed only in drop");
        writeln!(orders, "{word}").expect("the keeper lives as long as we do");
    }

    fn wait(&self, done: impl Fn(&Service) -> bool) {
        let begin = Instant::now();
        while !done(self) {
            assert!(begin.elapsed() < PATIENCE, "{} is not ready after {PATIENCE:?}:\n{}", self.name, self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.orders.take();
        self.keeper.wait().ok();
    }
}
