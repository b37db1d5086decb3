//! Kannel without root: bearerbox with a network that is played, and smsbox, which speaks HTTP.
//!
//! `fakesmsc` is the handset: it connects to the played network, says what it is told, and shows what it gets. bearerbox
//! opens that port on every interface and takes connections from 127.0.0.1 alone.

use crate::{
    machine::{Account, free_port, program},
    service::Service,
    skipped,
};
use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

const INSTALL: &str = "apt-get install kannel kannel-extras";
const HANDSET: &str = "/usr/lib/kannel/test/fakesmsc";
/// Ports may be taken between choosing and using them.
const TRIES: usize = 3;

/// A running gateway of this test's own.
#[derive(Debug)]
pub struct Kannel {
    bearerbox: Service,
    smsbox: Service,
    network: u16,
    sendsms: u16,
}

/// How the gateway hands on what comes.
#[derive(Debug, Clone)]
pub struct KannelService {
    /// `get-url` or `post-url`.
    pub kind: &'static str,
    pub url: String,
    /// Whether Kannel joins the parts of a long message itself.
    pub joins: bool,
}

impl Kannel {
    pub const USER: &'static str = "desk";
    pub const PASSWORD: &'static str = "kannel-pw-51";

    /// Starts one, or tells that it is not installed.
    pub fn start(service: &KannelService) -> Option<Kannel> {
        let (Some(bearerbox), Some(smsbox), true) =
            (program("bearerbox"), program("smsbox"), Path::new(HANDSET).exists())
        else {
            skipped("Kannel", INSTALL);
            return None;
        };
        let mut error = String::new();
        for _ in 0..TRIES {
            match Self::try_start(&bearerbox, &smsbox, service) {
                Ok(kannel) => return Some(kannel),
                Err(why) => error = why,
            }
        }
        panic!("{error}");
    }

    fn try_start(bearerbox: &PathBuf, smsbox: &PathBuf, service: &KannelService) -> Result<Kannel, String> {
        let account = Account::for_servers();
        let [admin, boxes, network, sendsms] = [free_port(), free_port(), free_port(), free_port()];
        let start = |name: &'static str, program: &PathBuf, port: u16| {
            let signal = if name == "smsbox" { "KILL" } else { "TERM" };
            let mut box_ = Service::prepare(name, signal, Some(&account));
            let configuration = configuration(box_.dir(), [admin, boxes, network, sendsms], service);
            std::fs::write(box_.dir().join("kannel.conf"), configuration).expect("our own folder can be written to");
            let script = format!("mkdir -p spool && chmod 777 spool\nexec '{}' kannel.conf\n", program.display());
            box_.start(&script, |_| TcpStream::connect(("127.0.0.1", port)).is_ok())?;
            Ok::<_, String>(box_)
        };
        let bearerbox = start("bearerbox", bearerbox, boxes)?;
        let smsbox = start("smsbox", smsbox, sendsms)?;
        Ok(Kannel { bearerbox, smsbox, network, sendsms })
    }

    pub fn sendsms_url(&self) -> String {
        format!("http://127.0.0.1:{}/cgi-bin/sendsms", self.sendsms)
    }

    /// Says one message on the network, in the words of `fakesmsc`: `sender receiver text words`, `sender receiver ucs2
    /// %04%16`, `sender receiver udh-text %05… words`.
    pub fn say(&self, message: &str) {
        drop(self.say_and_listen(message));
    }

    /// Says one message and stays switched on. The network has room for one handset at a time.
    pub fn say_and_listen(&self, message: &str) -> Handset {
        let handset = self.handset(1, message);
        let said = handset.said.recv_timeout(Duration::from_secs(20));
        said.unwrap_or_else(|_| panic!("the handset said nothing:\n{}", self.bearerbox.log()));
        // Time to be heard before it hangs up.
        std::thread::sleep(Duration::from_millis(300));
        handset
    }

    /// A handset that is switched on and shows what it gets.
    pub fn listen(&self) -> Handset {
        self.handset(0, "1 2 text unsaid")
    }

    fn handset(&self, most: u8, message: &str) -> Handset {
        let (port, most) = (self.network.to_string(), most.to_string());
        let mut command = Command::new(HANDSET);
        command.args(["-H", "127.0.0.1", "-r", &port, "-m", &most, message]).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the handset starts");
        let output = BufReader::new(process.stderr.take().expect("it was asked for"));
        let ((tell_said, said), (tell_got, got)) = (channel(), channel());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if line.contains("sent message 1") {
                    tell_said.send(()).ok();
                }
                if let Some((_, message)) = line.split_once(": <").filter(|(before, _)| before.contains("Got message"))
                {
                    tell_got.send(message.trim_end_matches('>').to_owned()).ok();
                }
            }
        });
        Handset { process, said, got }
    }

    /// Kills what speaks HTTP, in the middle of whatever it does.
    pub fn kill_smsbox(&mut self) {
        self.smsbox.stop();
    }

    pub fn start_smsbox(&mut self) {
        let port = self.sendsms;
        self.smsbox.restart(|_| TcpStream::connect(("127.0.0.1", port)).is_ok()).expect("smsbox starts again");
    }

    /// Holds what speaks with the network: smsbox takes messages and gets no word on them.
    pub fn hold_bearerbox(&self) {
        self.bearerbox.signal("STOP");
    }

    pub fn release_bearerbox(&self) {
        self.bearerbox.signal("CONT");
    }

    /// Stops what speaks with the network, and with it smsbox.
    pub fn stop(&mut self) {
        self.bearerbox.stop();
        self.smsbox.stop();
    }
}

/// A handset that is on. It is off when dropped.
#[derive(Debug)]
pub struct Handset {
    process: Child,
    said: Receiver<()>,
    got: Receiver<String>,
}

impl Handset {
    /// The next message as `from to kind words`, if one comes within so many seconds.
    pub fn next(&self, seconds: u64) -> Option<String> {
        self.got.recv_timeout(Duration::from_secs(seconds)).ok()
    }
}

impl Drop for Handset {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn configuration(dir: &Path, [admin, boxes, network, sendsms]: [u16; 4], service: &KannelService) -> String {
    let dir = dir.display();
    let KannelService { kind, url, joins } = service;
    let (user, password) = (Kannel::USER, Kannel::PASSWORD);
    format!(
        r#"group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {password}
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
dlr-storage = internal
store-type = spool
store-location = "{dir}/spool"
sms-combine-concatenated-mo = {joins}

group = smsc
smsc = fake
smsc-id = PLAYED
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
http-request-retry = 1000
http-queue-delay = 1

group = sendsms-user
username = {user}
password = {password}
concatenation = true
max-messages = 10

group = sms-service
keyword = default
{kind} = "{url}"
max-messages = 0
catch-all = true
accept-x-kannel-headers = true
"#
    )
}
