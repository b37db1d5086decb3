//! What a heavy server said, told again. A soak tells a story against the real server, through a tape that stands before
//! it; with `TERTULIA_RECORD=1` what passed is kept as a fixture. The ordinary tests tell the same story to the tape alone.
//!
//! Kept is what the server answered: status, the headers that matter, the body. Of what we asked, only where. Tokens and
//! addresses of mail are blanked, and of a page for people only its links and articles stay.

use crate::{
    loopback::{Door, Open},
    site::{Asked, Page, read},
};
use serde_json::{Map, Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

const HEADERS: [&str; 9] = [
    "content-type",
    "date",
    "etag",
    "last-modified",
    "link",
    "location",
    "ratelimit-reset",
    "retry-after",
    "x-pingback",
];
const SECRETS: [&str; 3] = ["accessJwt", "refreshJwt", "email"];
/// What stands for the server's own address, and for the same in an address.
const SERVER: [&str; 2] = ["THE-SERVER", "THE%2DSERVER"];

/// Somewhere between whoever asks and a server, or in the server's place.
pub struct Tape {
    door: Open,
    inner: Arc<Inner>,
}

type Listener = Box<dyn Fn(&str) + Send + Sync>;

struct Inner {
    file: PathBuf,
    /// The real server, if there is one.
    upstream: Mutex<Option<u16>>,
    is_real: bool,
    steps: Mutex<Steps>,
    listener: Mutex<Option<Listener>>,
    /// What differs from run to run, and what stands for it.
    marks: Mutex<Vec<(String, String)>>,
}

#[derive(Default)]
struct Steps {
    /// What passed: what was asked and answered, done and given, or told without being asked.
    all: Vec<Value>,
    used: Vec<bool>,
    at: i64,
}

impl Tape {
    /// Before a real server; [`Tape::stand_before`] says which. The story begins at `now`.
    pub fn recording(file: &str, now: i64) -> Tape {
        Self::start(file, true, Steps { at: now, ..Steps::default() })
    }

    /// In a server's place.
    ///
    /// # Panics
    /// Where there is no such recording.
    pub fn replaying(file: &str) -> Tape {
        let bytes = std::fs::read(path_of(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let kept: Value = serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        let all = kept["steps"].as_array().cloned().unwrap_or_default();
        let steps = Steps { used: vec![false; all.len()], all, at: kept["at"].as_i64().unwrap_or_default() };
        Self::start(file, false, steps)
    }

    fn start(file: &str, is_real: bool, steps: Steps) -> Tape {
        let door = Door::new();
        let port = door.port;
        let inner = Arc::new(Inner {
            file: path_of(file),
            upstream: Mutex::default(),
            is_real,
            steps: Mutex::new(steps),
            listener: Mutex::default(),
            marks: Mutex::new(vec![
                (format!("127.0.0.1:{port}"), SERVER[0].to_owned()),
                (format!("127.0.0.1%3A{port}"), SERVER[1].to_owned()),
            ]),
        });
        let serving = inner.clone();
        Tape { door: door.open(move |stream| serving.serve(stream)), inner }
    }

    pub fn port(&self) -> u16 {
        self.door.port
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.door.port)
    }

    /// From now on what is asked is asked of the server at that port.
    pub fn stand_before(&self, port: u16) {
        *lock(&self.inner.upstream) = Some(port);
    }

    /// When the story begins.
    pub fn at(&self) -> i64 {
        lock(&self.inner.steps).at
    }

    /// Something that is another in each run (an address of the test's own) and how it stands in the recording.
    pub fn mark(&self, this_time: &str, name: &str) {
        lock(&self.inner.marks).push((this_time.to_owned(), name.to_owned()));
    }

    /// Something that is done to the server itself, and what it gave.
    pub fn act(&self, what: &str, really: impl FnOnce() -> String) -> String {
        let name = self.inner.unmarked(what);
        if self.inner.is_real {
            let gave = really();
            self.inner.note(json!({ "did": name, "gave": self.inner.unmarked(&gave) }));
            return gave;
        }
        let step = self.inner.take("did", &name).unwrap_or_else(|| panic!("the recording knows nothing of: {name}"));
        self.inner.marked(step["gave"].as_str().unwrap_or_default())
    }

    /// The server said this without being asked.
    pub fn tell(&self, words: &str) {
        self.inner.note(json!({ "told": self.inner.unmarked(words) }));
    }

    /// Who hears what was told so, each in its turn of the story.
    pub fn on_told(&self, listener: impl Fn(&str) + Send + Sync + 'static) {
        *lock(&self.inner.listener) = Some(Box::new(listener));
    }

    /// The story is over: it is kept, where that is asked for.
    ///
    /// # Panics
    /// Where it cannot be written down.
    pub fn keep(&self) {
        if self.inner.is_real && std::env::var_os("TERTULIA_RECORD").is_some() {
            let steps = lock(&self.inner.steps);
            let kept = json!({ "at": steps.at, "steps": steps.all });
            let text = serde_json::to_string_pretty(&kept).expect("JSON is written");
            std::fs::create_dir_all(self.inner.file.parent().expect("a file stands in a folder")).expect("a folder");
            std::fs::write(&self.inner.file, text + "\n").expect("the recording can be written");
        }
    }
}

fn path_of(file: &str) -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    here.join("fixtures/recorded").join(file)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    fn serve(&self, mut stream: TcpStream) {
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok();
        let Some(asked) = read(&stream) else { return };
        let page = if self.is_real { self.pass_on(&asked) } else { Some(self.recall(&asked)) };
        // A server that is away says nothing.
        let Some(page) = page else { return };
        page.write(&mut stream).ok();
        drop(stream);
        if !self.is_real {
            self.tell_on();
        }
    }

    fn pass_on(&self, asked: &Asked) -> Option<Page> {
        let port = (*lock(&self.upstream))?;
        let mut upstream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        let mut head = format!("{} {} HTTP/1.0\r\n", asked.method, asked.path);
        for (name, value) in &asked.headers {
            if !matches!(name.as_str(), "connection" | "accept-encoding" | "transfer-encoding") {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        upstream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).ok()?;
        upstream.write_all(&asked.body).ok()?;
        let mut answer = Vec::new();
        upstream.read_to_end(&mut answer).ok()?;
        let page = page_of(&answer)?;
        let headers: Map<String, Value> = page
            .headers
            .iter()
            .filter(|(name, _)| HEADERS.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), self.unmarked(value).into()))
            .collect();
        let is_html = page.headers.iter().any(|(name, value)| name == "content-type" && value.starts_with("text/html"));
        let body = String::from_utf8_lossy(&page.body);
        let body = if is_html { links_and_articles(&body) } else { without_secrets(&body) };
        let asked = self.unmarked(&format!("{} {}", asked.method, asked.path));
        self.note(json!({ "asked": asked, "status": page.status, "headers": headers, "body": self.unmarked(&body) }));
        Some(page)
    }

    fn recall(&self, asked: &Asked) -> Page {
        let name = self.unmarked(&format!("{} {}", asked.method, asked.path));
        let Some(step) = self.take("asked", &name) else {
            // A status that nobody takes for good, so that the test fails where it asks something else than it did.
            return Page {
                status: 599,
                body: format!("the recording knows nothing of {name}").into(),
                ..Page::default()
            };
        };
        let headers = step["headers"].as_object().into_iter().flatten();
        let headers = headers.map(|(name, value)| (name.clone(), self.marked(value.as_str().unwrap_or_default())));
        Page {
            status: step["status"].as_u64().and_then(|status| status.try_into().ok()).unwrap_or(599),
            headers: headers.collect(),
            body: self.marked(step["body"].as_str().unwrap_or_default()).into(),
            breaks_after: None,
        }
    }

    fn note(&self, step: Value) {
        lock(&self.steps).all.push(step);
    }

    /// The first step of this name that was not told yet.
    fn take(&self, kind: &str, name: &str) -> Option<Value> {
        let mut steps = lock(&self.steps);
        let at = (0..steps.all.len()).find(|at| !steps.used[*at] && steps.all[*at][kind] == name)?;
        steps.used[at] = true;
        Some(steps.all[at].clone())
    }

    /// What was told before the next thing that was asked or done.
    fn tell_on(&self) {
        let mut steps = lock(&self.steps);
        let last = steps.used.iter().rposition(|used| *used).unwrap_or(0);
        let until = (last..steps.all.len()).find(|at| !steps.used[*at] && steps.all[*at].get("told").is_none());
        let mut told = Vec::new();
        for at in 0..until.unwrap_or(steps.all.len()) {
            if let Some(words) = steps.all[at]["told"].as_str().filter(|_| !steps.used[at]).map(str::to_owned) {
                steps.used[at] = true;
                told.push(words);
            }
        }
        drop(steps);
        if let Some(listener) = &*lock(&self.listener) {
            told.iter().for_each(|words| listener(&self.marked(words)));
        }
    }

    /// As it stands in the recording.
    fn unmarked(&self, text: &str) -> String {
        lock(&self.marks).iter().fold(text.to_owned(), |text, (this_time, name)| text.replace(this_time, name))
    }

    /// As it is this time.
    fn marked(&self, text: &str) -> String {
        lock(&self.marks).iter().fold(text.to_owned(), |text, (this_time, name)| text.replace(name, this_time))
    }
}

fn page_of(answer: &[u8]) -> Option<Page> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    // Who passes it on says anew how long it is, and for how long the connection stands.
    let own = |name: &str| matches!(name, "content-length" | "connection" | "keep-alive" | "transfer-encoding");
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    let headers = headers.filter(|(name, _)| !own(name)).collect();
    Some(Page { status, headers, body: answer[end + 4..].to_vec(), breaks_after: None })
}

/// Of JSON, without what opens or finds something.
fn without_secrets(body: &str) -> String {
    let Ok(mut json) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    blank(&mut json);
    json.to_string()
}

fn blank(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if SECRETS.contains(&name.as_str()) { *value = "blank".into() } else { blank(value) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(blank),
        _ => {}
    }
}

/// Of a page for people, what a program reads there and our own words. The rest is its theme's.
fn links_and_articles(html: &str) -> String {
    let mut kept = String::from("<!DOCTYPE html>\n");
    for (begin, end) in [("<title", "</title>"), ("<link", ">"), ("<article", "</article>")] {
        let mut rest = html;
        while let Some(at) = rest.find(begin) {
            let Some(length) = rest[at..].find(end) else { break };
            let (piece, after) = rest[at..].split_at(length + end.len());
            if begin != "<link" || piece.contains("alternate") || piece.contains("pingback") {
                kept.push_str(piece);
                kept.push('\n');
            }
            rest = after;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_and_what_is_the_themes_is_not_kept() {
        let session = r#"{"did":"did:plc:a","accessJwt":"eyJ.1","more":[{"refreshJwt":"eyJ.2","email":"kim@a.test"}]}"#;
        let kept = without_secrets(session);
        assert!(kept.contains("did:plc:a") && !kept.contains("eyJ") && !kept.contains("kim@"), "{kept}");
        let page = "<head><title>T</title><style>x</style><link rel=\"alternate\" href=\"/feed\"><link rel=stylesheet \
                    href=/x.css></head><body><nav>theirs</nav><article>ours</article></body>";
        let kept = links_and_articles(page);
        assert!(kept.contains("/feed") && kept.contains("ours") && kept.contains("<title>T"), "{kept}");
        assert!(!kept.contains("style") && !kept.contains("theirs"), "{kept}");
    }

    #[test]
    fn what_a_server_said_is_told_again_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("story.json").to_string_lossy().into_owned();
        let server = crate::Site::start();
        server.put("/a", Page::new("text/plain", "first").header("set-cookie", "secret=1"));
        let tape = Tape::recording(&file, 7);
        tape.stand_before(server.port());
        let ask = |tape: &Tape| {
            let mut stream = TcpStream::connect(("127.0.0.1", tape.port())).unwrap();
            stream.write_all(b"GET /a HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        assert!(ask(&tape).ends_with("first"));
        tape.tell("told");
        server.put("/a", Page::new("text/plain", format!("second, of {}", tape.url("/b"))));
        assert_eq!(tape.act("change", || "done".to_owned()), "done");
        ask(&tape);
        let kept = json!({ "at": tape.at(), "steps": lock(&tape.inner.steps).all }).to_string();
        assert!(!kept.contains("secret") && !kept.contains("127.0.0.1"), "{kept}");
        std::fs::write(&file, kept).unwrap();
        drop(tape);

        let again = Tape::replaying(&file);
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = heard.clone();
        again.on_told(move |words| lock(&hears).push(words.to_owned()));
        assert!(ask(&again).ends_with("first"));
        assert_eq!(again.act("change", || unreachable!()), "done");
        assert!(ask(&again).ends_with(&format!("second, of {}", again.url("/b"))));
        assert!(ask(&again).contains("599"), "more than was recorded");
        assert_eq!((lock(&heard).as_slice(), again.at()), (&["told".to_owned()][..], 7));
    }
}
