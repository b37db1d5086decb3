//! A site that says what a test wants it to say, and remembers who asked: for what no real server can be made to do.

use crate::loopback::{Door, Open};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// A small HTTP server on 127.0.0.1, until it is dropped.
pub struct Site {
    door: Open,
    inner: Arc<Inner>,
}

type Answerer = Arc<dyn Fn(&Asked) -> Page + Send + Sync>;

#[derive(Default)]
struct Inner {
    pages: Mutex<HashMap<String, Answerer>>,
    asked: Mutex<Vec<Asked>>,
}

/// What somebody asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

/// What is answered.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The connection breaks after so many bytes of the body.
    pub breaks_after: Option<usize>,
}

impl Page {
    pub fn new(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into(), ..Self::default() }.header("content-type", media_type)
    }

    pub fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::new("text/html; charset=utf-8", body)
    }

    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub fn redirect(status: u16, to: &str) -> Self {
        Self::status(status).header("location", to)
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With an ETag, by which it is known not to have changed.
    #[must_use]
    pub fn etag(self, etag: &str) -> Self {
        self.header("etag", etag)
    }

    #[must_use]
    pub fn breaking_after(self, bytes: usize) -> Self {
        Self { breaks_after: Some(bytes), ..self }
    }

    fn for_asked(self, asked: &Asked) -> Self {
        let etag = self.headers.iter().find(|(name, _)| name == "etag").map(|(_, etag)| etag);
        if etag.is_some() && etag == asked.headers.get("if-none-match") { Self::status(304) } else { self }
    }

    pub(crate) fn write(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        let mut head =
            format!("HTTP/1.1 {} .\r\ncontent-length: {}\r\nconnection: close\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        stream.write_all(&self.body[..self.breaks_after.unwrap_or(self.body.len()).min(self.body.len())])
    }
}

impl Site {
    pub fn start() -> Site {
        let inner = Arc::new(Inner::default());
        let serving = inner.clone();
        Site { door: Door::new().open(move |stream| serving.serve(stream)), inner }
    }

    pub fn port(&self) -> u16 {
        self.door.port
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.door.port)
    }

    /// From now on this is what stands at a path, with or without a query.
    pub fn put(&self, path: &str, page: Page) {
        self.answer(path, move |_| page.clone());
    }

    /// From now on a path is answered so.
    pub fn answer(&self, path: &str, answer: impl Fn(&Asked) -> Page + Send + Sync + 'static) {
        self.inner.pages().insert(path.to_owned(), Arc::new(answer));
    }

    /// What was asked for since the last time.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.inner.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn pages(&self) -> std::sync::MutexGuard<'_, HashMap<String, Answerer>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut stream: TcpStream) {
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok();
        let Some(asked) = read(&stream) else { return };
        let found = {
            let pages = self.pages();
            let bare = asked.path.split('?').next().unwrap_or_default();
            pages.get(&asked.path).or_else(|| pages.get(bare)).cloned()
        };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
        let page = found.map_or_else(|| Page::status(404), |answer| answer(&asked));
        // Whoever asked may have gone: that is their affair.
        page.for_asked(&asked).write(&mut stream).ok();
    }
}

pub(crate) fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let mut asked = Asked { method: words.next()?.to_owned(), path: words.next()?.to_owned(), ..Asked::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        asked.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = asked.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    asked.body = vec![0; length];
    reader.read_exact(&mut asked.body).ok()?;
    Some(asked)
}
