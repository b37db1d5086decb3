//! The connection to a Jetstream: a WebSocket through the address guard.

use futures::{SinkExt, StreamExt};
use rustls::pki_types::ServerName;
use std::{sync::Arc, time::Duration};
use tertulia_connector::{Context, PullError, guard::GuardError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Error, Message, Utf8Bytes, protocol::WebSocketConfig},
};
use url::Url;

const CONNECT: Duration = Duration::from_secs(20);
/// A message beyond this ends the connection. Records have at most one megabyte.
pub const MOST: usize = 32 << 20;

pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Duplex for T {}

pub struct Socket(WebSocketStream<Box<dyn Duplex>>);

/// What a connection gave.
pub enum Came {
    Event(Utf8Bytes),
    /// It is alive and said nothing of weight.
    Sign,
    /// It sent more than is ever taken.
    TooLarge,
    Ended(String),
}

impl Socket {
    /// `url` with its query.
    pub async fn open(ctx: &Context, url: &Url) -> Result<Self, PullError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let opening = async {
            let stream = ctx.guard.connect(&host, port).await.map_err(|error| match error {
                GuardError::Private { .. } | GuardError::BadUrl(_) => PullError::Misconfigured(error.to_string()),
                error => PullError::Retry(error.to_string()),
            })?;
            stream.set_nodelay(true).ok();
            let stream: Box<dyn Duplex> = match url.scheme() {
                "wss" => Box::new(encrypted(stream, &host).await?),
                _ => Box::new(stream),
            };
            let config = WebSocketConfig::default().max_message_size(Some(MOST)).max_frame_size(Some(MOST));
            let greeted = client_async_with_config(url.as_str(), stream, Some(config)).await;
            greeted.map(|(socket, _)| Self(socket)).map_err(|error| refusal(&host, &error))
        };
        let late = || PullError::Retry(format!("{host} did not answer within {} seconds.", CONNECT.as_secs()));
        tokio::time::timeout(CONNECT, opening).await.map_err(|_| late())?
    }

    /// The next that comes. Nothing is lost when the wait is given up.
    pub async fn next(&mut self) -> Came {
        match self.0.next().await {
            Some(Ok(Message::Text(event))) => Came::Event(event),
            Some(Ok(Message::Close(_))) | None => Came::Ended("The stream was closed.".to_owned()),
            // A compressed or another foreign message: we never ask for such.
            Some(Ok(_)) => Came::Sign,
            Some(Err(Error::Capacity(_))) => Came::TooLarge,
            Some(Err(error)) => Came::Ended(format!("The stream broke: {error}.")),
        }
    }

    pub async fn tell(&mut self, words: String) -> Result<(), PullError> {
        let sending = self.0.send(Message::Text(words.into()));
        let sent = tokio::time::timeout(CONNECT, sending).await.is_ok_and(|sent| sent.is_ok());
        if sent { Ok(()) } else { Err(PullError::Retry("The stream broke while it was told what to send.".to_owned())) }
    }

    /// Asks for a sign of life.
    pub async fn ping(&mut self) -> bool {
        let sending = self.0.send(Message::Ping(Vec::new().into()));
        tokio::time::timeout(Duration::from_secs(5), sending).await.is_ok_and(|sent| sent.is_ok())
    }
}

async fn encrypted(stream: tokio::net::TcpStream, host: &str) -> Result<impl Duplex + use<>, PullError> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| PullError::Retry(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare)
        .map_err(|_| PullError::Misconfigured(format!("{host} is no server's name. Correct the stream's address.")))?;
    let connected = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    // Another stream may do; so a certificate that does not hold is tried again, too, with its words on the channel.
    connected.map_err(|error| PullError::Retry(format!("The encrypted connection to {host} failed: {error}.")))
}

/// How long it is left alone where it asks for a pause and names no time, and at the most.
const PAUSE: (u64, u64) = (60, 3_600);

fn refusal(host: &str, error: &Error) -> PullError {
    let Error::Http(answer) = error else { return PullError::Retry(format!("{host} does not stream: {error}.")) };
    let status = answer.status().as_u16();
    let reason = format!("{host} answered {status} instead of a stream.");
    if !matches!(status, 429 | 503) {
        return PullError::Retry(reason);
    }
    let named = answer.headers().get("retry-after").and_then(|named| named.to_str().ok()?.trim().parse().ok());
    let wait = Duration::from_secs(named.unwrap_or(PAUSE.0).clamp(1, PAUSE.1));
    PullError::RetryAfter { wait, reason: format!("{reason} It asks for a pause; it goes on by itself.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_is_throttled_is_left_alone_for_as_long_as_it_says() {
        let refused = |status: u16, named: Option<&str>| {
            let mut answer = tokio_tungstenite::tungstenite::http::Response::new(None);
            *answer.status_mut() = status.try_into().unwrap();
            if let Some(named) = named {
                answer.headers_mut().insert("retry-after", named.parse().unwrap());
            }
            match refusal("jetstream.example", &Error::Http(Box::new(answer))) {
                PullError::RetryAfter { wait, .. } => Some(wait.as_secs()),
                _ => None,
            }
        };
        assert_eq!((refused(429, Some("17")), refused(429, Some("0"))), (Some(17), Some(1)));
        assert_eq!((refused(429, None), refused(503, Some("soon"))), (Some(60), Some(60)));
        assert_eq!(refused(429, Some("999999")), Some(3_600), "a pause of weeks is nobody's wish");
        assert_eq!(refused(502, Some("17")), None);
    }
}
