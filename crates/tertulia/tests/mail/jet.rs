//! A stream that stays open, as a Jetstream is one: whoever listens is told what is said, from where they ask to begin.

use std::{
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};
use tertulia_model::{Clock, SystemClock};
use tokio_tungstenite::tungstenite::{
    Message, accept_hdr,
    handshake::server::{ErrorResponse, Request, Response},
};

pub const US: &str = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

pub struct Jet {
    pub url: String,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    told: Mutex<Vec<(i64, String)>>,
    opened: AtomicUsize,
}

impl Jet {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/subscribe", listener.local_addr().unwrap());
        let inner = Arc::<Inner>::default();
        let serving = inner.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let inner = serving.clone();
                thread::spawn(move || inner.serve(stream));
            }
        });
        Self { url, inner }
    }

    /// How often somebody began to listen.
    pub fn opened(&self) -> usize {
        self.inner.opened.load(Ordering::SeqCst)
    }

    /// Kim answers us.
    pub fn say(&self, words: &str) {
        let at = SystemClock.now() * 1_000;
        let ours = format!("{{\"uri\":\"at://{US}/app.bsky.feed.post/3kours\",\"cid\":\"bafyreia\"}}");
        let event = format!(
            "{{\"did\":\"did:plc:bbbbbbbbbbbbbbbbbbbbbbbb\",\"time_us\":{at},\"kind\":\"commit\",\"commit\":{{\
             \"rev\":\"3n3ezdlvop22m\",\"operation\":\"create\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"k{at}\",\
             \"record\":{{\"$type\":\"app.bsky.feed.post\",\"text\":\"{words}\",\"createdAt\":\"2026-11-28T15:28:12.237Z\",\
             \"reply\":{{\"root\":{ours},\"parent\":{ours}}}}},\"cid\":\"bafyreib\"}}}}"
        );
        self.inner.told.lock().unwrap().push((at, event));
    }
}

impl Inner {
    fn serve(&self, stream: TcpStream) {
        let mut asked = String::new();
        #[expect(clippy::result_large_err, reason = "the library's own signature")]
        let look = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            asked = request.uri().query().unwrap_or_default().to_owned();
            Ok(response)
        };
        let mut next = self.told.lock().unwrap().len();
        let Ok(mut socket) = accept_hdr(stream, look) else { return };
        let cursor = asked.split('&').find_map(|part| part.strip_prefix("cursor=")?.parse::<i64>().ok());
        if let Some(cursor) = cursor {
            next = self.told.lock().unwrap().iter().take_while(|(at, _)| *at < cursor).count();
        }
        self.opened.fetch_add(1, Ordering::SeqCst);
        loop {
            let more: Vec<String> = self.told.lock().unwrap()[next..].iter().map(|(_, event)| event.clone()).collect();
            next += more.len();
            for event in more {
                // Whoever was killed hears nothing more.
                if socket.send(Message::text(event)).is_err() {
                    return;
                }
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}
