//! The built program in a folder of its own, and plain HTTP to it.
#![allow(clippy::unwrap_used, dead_code)]

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Output, Stdio},
    time::{Duration, Instant},
};

pub const PASSWORD: &str = "a cup of quiet coffee";
pub const OWNER: &str = "ines@roaster.example";

/// Three mails, the second an answer to the first.
pub const MBOX: &str = "\
From ana@b.example Mon Nov  2 10:00:00 2026
From: Ana <ana@b.example>
To: shop@roaster.example
Subject: Beans
Date: Mon, 2 Nov 2026 10:00:00 +0000
Message-ID: <1@b.example>

Do you have beans?

From shop@roaster.example Mon Nov  2 11:00:00 2026
From: Shop <shop@roaster.example>
To: ana@b.example
Subject: Re: Beans
Date: Mon, 2 Nov 2026 11:00:00 +0000
Message-ID: <2@roaster.example>
In-Reply-To: <1@b.example>

We do.

From bo@c.example Mon Nov  2 12:00:00 2026
From: Bo <bo@c.example>
To: list@c.example
Subject: Something else
Date: Mon, 2 Nov 2026 12:00:00 +0000
Message-ID: <3@c.example>

Nothing about us.
";

pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A folder whose installation has its owner and its goal.
pub fn set_up() -> tempfile::TempDir {
    let folder = folder();
    Serving::set_up_in(folder.path());
    folder
}

pub fn import(folder: &Path) -> String {
    std::fs::write(folder.join("old.mbox"), MBOX).unwrap();
    done(folder, &["import", "old.mbox", "--our", "shop@roaster.example", "--name", "Old mail"])
}

/// The program, with the settings of whoever runs the tests out of the way.
pub fn tertulia(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia"));
    command.args(arguments).current_dir(folder).env_clear();
    for name in ["PATH", "TMPDIR", "HOME"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    tertulia(folder, arguments).stdin(Stdio::null()).output().unwrap()
}

/// Runs it with something on its standard input.
pub fn run_with(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = tertulia(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin: ChildStdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// What it printed, on both streams.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// Runs it and expects it to go well.
pub fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

/// Runs it and expects it to refuse.
pub fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(!output.status.success(), "{arguments:?} went well: {}", said(&output));
    said(&output)
}

/// A program that is serving. It is killed when dropped.
pub struct Serving {
    child: Child,
    pub address: String,
    pub took: Duration,
    pub folder: PathBuf,
}

impl Serving {
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        let arguments = [arguments, &["--listen", "127.0.0.1:0"]].concat();
        Self::start_by(folder, tertulia(folder, &arguments))
    }

    /// Starts it by a command that becomes the program.
    pub fn start_by(folder: &Path, mut command: Command) -> Self {
        let begin = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().expect("it says where it listens").unwrap();
        let address = line.rsplit_once("http://").expect("its address").1.to_owned();
        // What it goes on saying must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let mut serving = Self { child, address, took: Duration::ZERO, folder: folder.to_owned() };
        while !serving.get("/readyz", "").is_ok_and(|answer| answer.status == 200) {
            assert!(begin.elapsed() < Duration::from_secs(60), "it is never ready");
            std::thread::sleep(Duration::from_millis(10));
        }
        serving.took = begin.elapsed();
        serving
    }

    pub fn get(&self, path: &str, cookie: &str) -> std::io::Result<Answer> {
        self.request("GET", path, cookie, "")
    }

    pub fn post(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> Answer {
        self.request("POST", path, cookie, &encoded(form)).unwrap()
    }

    fn request(&self, method: &str, path: &str, cookie: &str, body: &str) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nCookie: {cookie}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {1}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        Ok(Answer::read(&String::from_utf8_lossy(&bytes)))
    }

    /// A program's request: JSON, with its key.
    pub fn ask(&self, method: &str, path: &str, key: &str, body: &str) -> Answer {
        self.ask_with("", method, path, key, body)
    }

    /// `headers`: further ones, each with its end of line.
    pub fn ask_with(&self, headers: &str, method: &str, path: &str, key: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\
             {headers}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::read(&String::from_utf8_lossy(&bytes))
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn terminate(mut self) -> std::process::ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    /// Sets the installation up; gives the owner's cookie.
    pub fn set_up(&self) -> String {
        let form = [
            ("organisation", "Fuente & Flor"),
            ("name", "Inés Robledo"),
            ("mail", OWNER),
            ("password", PASSWORD),
            ("goal", "Answer everybody within a day"),
            ("today", "about half"),
            ("hoped", "nine of ten"),
            ("due_on", "2099-03-31"),
        ];
        let answer = self.post("/welcome", "", &form);
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.cookie.expect("the owner is signed in")
    }

    /// A folder whose installation has its owner and its goal, and is not running.
    pub fn set_up_in(folder: &Path) {
        let serving = Self::start(folder, &["serve"]);
        serving.set_up();
        assert!(serving.terminate().success());
    }

    pub fn sign_in(&self, mail: &str, password: &str) -> Option<String> {
        self.post("/sign-in", "", &[("mail", mail), ("password", password), ("next", "/")]).cookie
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub cookie: Option<String>,
    pub body: String,
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (found, value) = line.split_once(':')?;
                found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let cookie = header("set-cookie").map(|cookie| cookie.split(';').next().unwrap_or_default().to_owned());
        Self {
            status: head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0),
            location: header("location").unwrap_or_default(),
            cookie: cookie.filter(|cookie| !cookie.ends_with('=')),
            body: body.to_owned(),
        }
    }
}

fn encoded(form: &[(&str, &str)]) -> String {
    let escape = |text: &str| {
        text.bytes().fold(String::new(), |mut out, byte| {
            if byte.is_ascii_alphanumeric() {
                out.push(byte.into());
            } else {
                write!(out, "%{byte:02X}").unwrap();
            }
            out
        })
    };
    form.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}
