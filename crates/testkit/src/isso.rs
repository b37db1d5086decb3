//! Isso, a server of comments under the pages of a blog, with its feeds.

use crate::machine::{free_port, program, workspace_root};
use crate::service::Service;
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
};

/// A running server. Anybody may comment; whoever did may change or delete their words with the cookie they got.
#[derive(Debug)]
pub struct Isso {
    pub port: u16,
    service: Service,
}

impl Isso {
    /// Starts a server. `None`, and a note in the skips, when it is not installed.
    pub fn start() -> Option<Isso> {
        let Some(program) = installed() else {
            crate::skipped("Isso", "cargo xtask test --install");
            return None;
        };
        let mut failure = String::new();
        // Another process may take the port between our finding it free and the server's asking for it.
        for _ in 0..3 {
            let port = free_port();
            // As ourselves: its Python may stand in a home that nobody else may enter.
            let mut service = Service::prepare("isso", "TERM", None);
            let configuration = configuration(port);
            std::fs::write(service.dir().join("isso.cfg"), configuration).expect("our own folder can be written to");
            let script = format!("export HOME=\"$PWD\" TZ=UTC\nexec '{}' -c isso.cfg run\n", program.display());
            match service.start(&script, |_| TcpStream::connect(("127.0.0.1", port)).is_ok()) {
                Ok(()) => return Some(Isso { port, service }),
                Err(reason) => failure = reason,
            }
        }
        panic!("{failure}");
    }

    /// The feed of the comments under one page of the blog.
    pub fn feed(&self, page: &str) -> String {
        format!("http://127.0.0.1:{}/feed?uri={page}", self.port)
    }

    /// Says something under a page (the first time with its `title`, since there is no such page); gives the answer's body, and the cookie that may change it.
    pub fn comment(&self, page: &str, json: &str) -> (String, String) {
        self.ask("POST", &format!("/new?uri={page}"), json, "")
    }

    /// Says something else instead.
    pub fn edit(&self, id: u64, json: &str, cookie: &str) -> (String, String) {
        self.ask("PUT", &format!("/id/{id}"), json, cookie)
    }

    fn ask(&self, method: &str, path: &str, json: &str, cookie: &str) -> (String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server is there");
        let length = json.len();
        let request = format!(
            "{method} {path} HTTP/1.0\r\nhost: 127.0.0.1:{}\r\ncontent-type: application/json\r\ncookie: {cookie}\r\n\
             content-length: {length}\r\n\r\n{json}",
            self.port
        );
        stream.write_all(request.as_bytes()).expect("the server listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the server answers in text");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let cookie = head.lines().find_map(|line| line.strip_prefix("Set-Cookie: ")?.split(';').next());
        (body.to_owned(), cookie.unwrap_or_default().to_owned())
    }

    /// The server goes away; what was said stays.
    pub fn stop(&mut self) {
        self.service.stop();
    }

    /// It comes back, on the same port.
    pub fn start_again(&mut self) {
        let port = self.port;
        let answers = |_: &Service| TcpStream::connect(("127.0.0.1", port)).is_ok();
        self.service.restart(answers).expect("what has started once starts again");
    }

    /// What the server logged, for the message of a failed assertion.
    pub fn log(&self) -> String {
        self.service.log()
    }
}

/// Where `cargo xtask test --install` puts it.
fn installed() -> Option<PathBuf> {
    let installed = workspace_root().join("target/servers/isso/bin/isso");
    installed.is_file().then_some(installed).or_else(|| program("isso"))
}

fn configuration(port: u16) -> String {
    format!(
        "[general]\ndbpath = comments.db\nhost = http://blog.test/\nnotify = stdout\n[server]\nlisten = \
         http://127.0.0.1:{port}\n[moderation]\nenabled = false\n[guard]\nenabled = false\n[rss]\nbase = \
         http://blog.test\nlimit = 50\n"
    )
}
