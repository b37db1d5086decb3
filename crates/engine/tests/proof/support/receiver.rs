//! A program that is told of events: a small HTTP server on loopback that answers as a test wants.

use http::{HeaderMap, HeaderName, HeaderValue};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Told {
    pub headers: HeaderMap,
    pub body: String,
}

impl Told {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn json(&self) -> ::serde_json::Value {
        ::serde_json::from_str(&self.body).unwrap()
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Whether it is signed with this secret, by the reckoning of the standard's own library.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let at = self.header("webhook-timestamp").parse().unwrap();
        let signed = standardwebhooks::Webhook::new(secret).unwrap().sign(self.id(), at, self.body.as_bytes()).unwrap();
        self.header("webhook-signature").split(' ').any(|one| one == signed)
    }
}

/// What it does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    With(u16, &'static str, String),
    Body(u16, Vec<u8>),
    /// Takes the request and goes away without a word.
    Hangs,
    /// Takes its time first.
    After(Duration),
}

type Answers = Box<dyn Fn(usize, &Told) -> Reply + Send + Sync>;

pub struct Receiver {
    pub port: u16,
    told: Arc<Mutex<Vec<Told>>>,
    answers: Arc<Mutex<Answers>>,
    task: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// One that takes all there is.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let told: Arc<Mutex<Vec<Told>>> = Arc::default();
        let answers: Arc<Mutex<Answers>> = Arc::new(Mutex::new(Box::new(|_, _| Reply::Status(204))));
        let (log, how) = (told.clone(), answers.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, log.clone(), how.clone()));
            }
        });
        Self { port, told, answers, task }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/events", self.port)
    }

    pub fn will(&self, answers: impl Fn(usize, &Told) -> Reply + Send + Sync + 'static) {
        *self.answers.lock().unwrap() = Box::new(answers);
    }

    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    pub fn ids(&self) -> Vec<String> {
        self.told().iter().map(|told| told.id().to_owned()).collect()
    }

    pub fn kinds(&self) -> Vec<String> {
        self.told().iter().map(Told::kind).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, log: Arc<Mutex<Vec<Told>>>, how: Arc<Mutex<Answers>>) {
    let Some(told) = read(&mut stream).await else { return };
    let n = {
        let mut log = log.lock().unwrap();
        log.push(told.clone());
        log.len() - 1
    };
    let reply = how.lock().unwrap()(n, &told);
    let (status, header, body) = match reply {
        Reply::Status(status) => (status, String::new(), Vec::new()),
        Reply::With(status, name, value) => (status, format!("{name}: {value}\r\n"), Vec::new()),
        Reply::Body(status, body) => (status, String::new(), body),
        Reply::Hangs => return,
        Reply::After(time) => {
            tokio::time::sleep(time).await;
            (204, String::new(), Vec::new())
        }
    };
    let head = format!("HTTP/1.1 {status} So\r\n{header}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&body).await;
}

async fn read(stream: &mut TcpStream) -> Option<Told> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    assert_eq!(lines.next(), Some("POST /events HTTP/1.1"));
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value.trim()).unwrap());
    }
    let length: usize = headers.get("content-length")?.to_str().unwrap().parse().unwrap();
    while bytes.len() < end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Told { headers, body: String::from_utf8(bytes[end + 4..].to_vec()).unwrap() })
}
