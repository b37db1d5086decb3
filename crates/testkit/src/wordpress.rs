//! WordPress with a MariaDB of its own: heavy, so for soaks.

use crate::machine::{Account, free_port, program};
use crate::service::Service;
use std::{
    io::Write,
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};

const PACKAGE: &str = "/usr/share/wordpress/wp-load.php";
const INSTALL: &str = "apt-get install wordpress mariadb-server php-cli php-mysql php-xml";

const FILES: [(&str, &str); 7] = [
    ("wp-config.php", include_str!("../wordpress/wp-config.php")),
    ("setup.php", include_str!("../wordpress/setup.php")),
    ("run.php", include_str!("../wordpress/run.php")),
    ("wp-content/mu-plugins/loopback.php", include_str!("../wordpress/loopback.php")),
    ("wp-content/themes/plain/style.css", include_str!("../wordpress/theme/style.css")),
    ("wp-content/themes/plain/functions.php", include_str!("../wordpress/theme/functions.php")),
    ("wp-content/themes/plain/index.php", include_str!("../wordpress/theme/index.php")),
];

/// A running blog with one post and one comment, as a new WordPress has them.
#[derive(Debug)]
pub struct WordPress {
    pub port: u16,
    /// The port in all addresses that it gives.
    home: u16,
    database_port: u16,
    service: Service,
    account: Account,
}

impl WordPress {
    /// Starts a blog. It is heavy, so `None` outside of soaks; and `None`, with a note in the skips, when it is not
    /// installed.
    pub fn start() -> Option<WordPress> {
        Self::start_behind(None)
    }

    /// The same, behind something that stands at another port of this machine.
    pub fn start_behind(home: Option<u16>) -> Option<WordPress> {
        if !crate::soaking() {
            println!("only in soaks: cargo xtask soak");
            return None;
        }
        let needed = ["php", "mariadbd", "mariadb", "mariadb-install-db"].map(program);
        if needed.iter().any(Option::is_none) || !Path::new(PACKAGE).exists() {
            crate::skipped("WordPress", INSTALL);
            return None;
        }
        let account = Account::for_servers();
        let (port, database_port) = (free_port(), free_port());
        let mut service = Service::prepare("wordpress", "TERM", Some(&account));
        let site = service.dir().join("files");
        for (name, content) in FILES {
            let path = site.join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(&site)).expect("our own folder can be written to");
            std::fs::write(path, content).expect("our own folder can be written to");
        }
        let home = home.unwrap_or(port);
        match service.start(&script(port, home, database_port), |service| is_up(service, port)) {
            Ok(()) => Some(WordPress { port, home, database_port, service, account }),
            Err(reason) => panic!("{reason}"),
        }
    }

    /// Kills the blog and its database, as a power cut would.
    pub fn kill(&mut self) {
        self.service.stop();
    }

    /// Starts it again with all that it held.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start_again(&mut self) {
        let port = self.port;
        self.service.restart(|service| is_up(service, port)).unwrap_or_else(|reason| panic!("{reason}"));
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Runs PHP inside the blog, and gives what it returns as JSON.
    pub fn run(&self, php: &str) -> String {
        let mut command = Command::new("php");
        command.arg("run.php").current_dir(self.service.dir().join("site"));
        command.env("BLOG_PORT", self.home.to_string()).env("BLOG_DB_PORT", self.database_port.to_string());
        if self.account.we_are_root {
            use std::os::unix::process::CommandExt;
            command.uid(self.account.uid).gid(self.account.gid);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("PHP runs");
        child.stdin.take().and_then(|mut to| to.write_all(php.as_bytes()).ok()).expect("PHP reads what it is given");
        let output = child.wait_with_output().expect("PHP ends");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let result = said.rsplit_once("\nRESULT ").map(|(_, result)| result.trim().to_owned());
        result.unwrap_or_else(|| panic!("PHP gave no result: {said}\n{}", self.log()))
    }

    /// What the servers logged, for the message of a failed assertion.
    pub fn log(&self) -> String {
        self.service.log()
    }
}

fn is_up(service: &Service, port: u16) -> bool {
    service.log().contains("\ninstalled\n") && TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// The keeper ends the group: the database with the blog. What a commit wrote is the system's to keep, so that a killed
/// database has it.
fn script(port: u16, home: u16, database_port: u16) -> String {
    format!(
        r#"set -e
export HOME="$PWD" BLOG_PORT={home} BLOG_DB_PORT={database_port} PHP_CLI_SERVER_WORKERS=4
new=yes; [ ! -d data ] || new=
if [ "$new" ]; then
  cp -rL /usr/share/wordpress site 2>/dev/null || true
  rm -rf site/wp-content && mkdir site/wp-content && cp -r files/. site/
  mariadb-install-db --no-defaults --datadir="$PWD/data" --auth-root-authentication-method=normal --skip-test-db >/dev/null
fi
mariadbd --no-defaults --datadir="$PWD/data" --socket="$PWD/socket" --pid-file="$PWD/mariadb.pid" \
  --bind-address=127.0.0.1 --port={database_port} --innodb-flush-log-at-trx-commit=2 --innodb-buffer-pool-size=32M &
tries=0
until mariadb --no-defaults --socket="$PWD/socket" -u root -e 'SELECT 1' >/dev/null 2>&1; do
  tries=$((tries + 1)); [ $tries -lt 300 ]; sleep 0.1
done
if [ "$new" ]; then
  mariadb --no-defaults --socket="$PWD/socket" -u root \
    -e "CREATE DATABASE blog; CREATE USER blog@'127.0.0.1' IDENTIFIED BY 'blog'; GRANT ALL ON blog.* TO blog@'127.0.0.1'"
  echo; php site/setup.php
fi
exec php -S 127.0.0.1:{port} -t site
"#
    )
}
