//! The live streams of one account: opened together, read together, dropped together.

use crate::{
    api::Api,
    sse::{Event, Reader},
};
use bytes::Bytes;
use futures::future::select_all;
use serde_json::Value;
use std::time::Duration;
use tertulia_connector::{
    PullError,
    guard::GuardError,
    http::{Ask, Stream},
};
use tokio::time::Instant;

/// A server says something at least every fifteen seconds, if only that it is there.
const SILENCE: Duration = Duration::from_secs(70);
/// Hashtags that have a stream of their own.
const MOST_HASHTAGS: usize = 10;
/// Once something came, what comes right after it goes along.
const LULL: Duration = Duration::from_millis(300);
const MOST_EVENTS: usize = 200;

/// One event, and whether it came by the account's own stream.
pub struct Heard {
    pub event: Event,
    pub by_account: bool,
}

struct Open {
    by_account: bool,
    stream: Stream,
    reader: Reader,
    last: Instant,
}

#[derive(Default)]
pub struct Streams {
    open: Vec<Open>,
}

/// What one wait brought.
#[derive(Default)]
pub struct Brought {
    pub heard: Vec<Heard>,
    /// A stream ended or fell silent: why. All must be opened again, and what they missed be read.
    pub broken: Option<String>,
}

impl Streams {
    pub fn are_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Opens all streams that the settings ask for. None of them opens where the server has no streaming, or forbids
    /// it: then it says so, and everything is asked for from time to time.
    pub async fn open(api: &Api<'_>) -> Result<Self, PullError> {
        let base = streaming_base(api).await?;
        let mut paths = Vec::new();
        if api.settings.account || api.settings.home {
            paths.push((true, "/api/v1/streaming/user".to_owned()));
        }
        for tag in api.settings.hashtags.iter().take(MOST_HASHTAGS) {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("tag", tag).finish();
            paths.push((false, format!("/api/v1/streaming/hashtag?{query}")));
        }
        let mut open = Vec::with_capacity(paths.len());
        for (by_account, path) in paths {
            let ask = api.with_token(Ask::get(format!("{base}{path}")).header("accept", "text/event-stream"));
            let stream = api.guard.stream(&ask).await?;
            match stream.status {
                200 => open.push(Open { by_account, stream, reader: Reader::default(), last: Instant::now() }),
                // Whether the token is of any use, the answers of REST say.
                403 | 404 | 405 | 501 => return Ok(Self::default()),
                _ => return Err(api.refused(&stream.whole(1 << 20).await?)),
            }
        }
        Ok(Self { open })
    }

    /// Waits up to `patience` for events.
    pub async fn wait(&mut self, patience: Duration) -> Brought {
        let mut brought = Brought::default();
        let mut until = Instant::now() + patience;
        while brought.heard.len() < MOST_EVENTS {
            let silent = self.open.iter().map(|open| open.last + SILENCE).min().unwrap_or(until);
            let chunks = select_all(self.open.iter_mut().map(|open| Box::pin(open.stream.chunk())));
            let came = tokio::time::timeout_at(until.min(silent), chunks).await.map(|(chunk, at, _)| (chunk, at));
            match came {
                Ok((chunk, at)) => {
                    let before = brought.heard.len();
                    if let Err(why) = self.take(at, chunk, &mut brought) {
                        brought.broken = Some(why);
                        break;
                    }
                    if before == 0 && !brought.heard.is_empty() {
                        until = until.min(Instant::now() + LULL);
                    }
                }
                Err(_) if Instant::now() >= until => break,
                Err(_) => {
                    brought.broken = Some("The stream fell silent.".to_owned());
                    break;
                }
            }
        }
        brought
    }

    fn take(
        &mut self,
        at: usize,
        chunk: Result<Option<Bytes>, GuardError>,
        brought: &mut Brought,
    ) -> Result<(), String> {
        let open = &mut self.open[at];
        let bytes = chunk.map_err(|error| format!("The stream broke: {error}"))?;
        let bytes = bytes.ok_or_else(|| "The server ended the stream.".to_owned())?;
        open.last = Instant::now();
        let mut events = Vec::new();
        open.reader.take(&bytes, &mut events);
        let by_account = open.by_account;
        brought.heard.extend(events.into_iter().map(|event| Heard { event, by_account }));
        Ok(())
    }
}

/// Large installations stream from a host of its own, which the server names as a WebSocket's address.
async fn streaming_base(api: &Api<'_>) -> Result<String, PullError> {
    let instance: Option<Value> = api.find("/api/v2/instance", &[]).await?;
    let named = instance.as_ref().and_then(|i| i.pointer("/configuration/urls/streaming")).and_then(Value::as_str);
    Ok(named.and_then(|named| http_of(named, &api.settings.base)).unwrap_or_else(|| api.settings.base.clone()))
}

/// The token is never sent without encryption where the server itself has it.
pub fn http_of(named: &str, base: &str) -> Option<String> {
    let url = match named.strip_prefix("wss://") {
        Some(rest) => format!("https://{rest}"),
        None if base.starts_with("http://") => format!("http://{}", named.strip_prefix("ws://")?),
        None => return None,
    };
    let url = url::Url::parse(&url).ok()?;
    url.host_str()?;
    Some(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_streams_own_host_is_taken_and_encryption_is_never_given_up() {
        let of = |named| http_of(named, "https://m.example");
        assert_eq!(of("wss://streaming.m.example").as_deref(), Some("https://streaming.m.example"));
        assert_eq!(of("ws://streaming.m.example"), None);
        assert_eq!(http_of("ws://127.0.0.1:3000", "http://127.0.0.1:3000").as_deref(), Some("http://127.0.0.1:3000"));
        assert_eq!(of("javascript:alert(1)"), None);
    }
}
