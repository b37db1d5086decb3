//! The one private-address guard: every outgoing connection, whoever wants it, is resolved and opened here.
//!
//! A name is resolved once and the connection goes to exactly the addresses that were checked, so that a name which
//! changes its address between the check and the use (DNS rebinding) gains nothing.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};
use tokio::net::TcpStream;

/// What the operator allows beyond public addresses.
#[derive(Debug, Clone, Default)]
pub struct AddressGuard {
    /// Hosts (names or addresses, lower case) that may be private: a mail server in one's own house.
    allowed_hosts: BTreeSet<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    #[error(
        "{host} is a private address ({address}). If this server is yours, add it to `allow_private_hosts` in the configuration."
    )]
    Private { host: String, address: IpAddr },
    #[error("The name {0} could not be found. Is it written correctly?")]
    Unresolved(String),
    #[error("{0} did not answer: {1}")]
    Unreachable(String, std::io::Error),
    #[error("{0} is not an address that can be fetched.")]
    BadUrl(String),
    #[error("{0}")]
    Http(String),
    #[error("The answer is larger than {0} bytes.")]
    TooLarge(usize),
}

impl AddressGuard {
    pub fn new(allowed_hosts: impl IntoIterator<Item = String>) -> Self {
        Self { allowed_hosts: allowed_hosts.into_iter().map(|host| host.to_lowercase()).collect() }
    }

    /// The addresses behind `host`, all of them checked.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, GuardError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
        let addresses: Vec<SocketAddr> = tokio::net::lookup_host((bare.as_str(), port))
            .await
            .map_err(|_| GuardError::Unresolved(bare.clone()))?
            .collect();
        if addresses.is_empty() {
            return Err(GuardError::Unresolved(bare));
        }
        if !self.allowed_hosts.contains(&bare)
            && let Some(private) = addresses.iter().find(|address| !is_public(address.ip()))
        {
            return Err(GuardError::Private { host: bare, address: private.ip() });
        }
        Ok(addresses)
    }

    /// Opens a TCP connection to a checked address of `host`.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, GuardError> {
        let addresses = self.resolve(host, port).await?;
        TcpStream::connect(addresses.as_slice()).await.map_err(|error| GuardError::Unreachable(host.to_owned(), error))
    }

    /// Fetches `url` (http or https) by GET, following at most three redirects, each checked anew.
    pub async fn fetch(self: &Arc<Self>, url: &str, most_bytes: usize) -> Result<Fetched, GuardError> {
        let mut target = url::Url::parse(url).map_err(|_| GuardError::BadUrl(url.to_owned()))?;
        for _ in 0..4 {
            let response = self.client(&target).await?.get(target.clone()).send().await.map_err(http_error)?;
            if response.status().is_redirection() {
                let location = response.headers().get("location").and_then(|value| value.to_str().ok());
                target = location
                    .and_then(|to| target.join(to).ok())
                    .ok_or_else(|| GuardError::Http("A redirect leads nowhere.".to_owned()))?;
                continue;
            }
            return read_body(response, most_bytes).await;
        }
        Err(GuardError::Http("Too many redirects.".to_owned()))
    }

    /// Posts a form to `url` (an OAuth token endpoint) and gives back the answer. No redirect is followed.
    pub async fn post_form(
        self: &Arc<Self>,
        url: &str,
        form: &[(&str, &str)],
        most_bytes: usize,
    ) -> Result<Fetched, GuardError> {
        let target = url::Url::parse(url).map_err(|_| GuardError::BadUrl(url.to_owned()))?;
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let response = self
            .client(&target)
            .await?
            .post(target)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .map_err(http_error)?;
        read_body(response, most_bytes).await
    }

    /// A client that can reach the checked addresses of `target`'s host and nothing else.
    async fn client(&self, target: &url::Url) -> Result<reqwest::Client, GuardError> {
        if !matches!(target.scheme(), "http" | "https") {
            return Err(GuardError::BadUrl(target.to_string()));
        }
        let host = target.host_str().ok_or_else(|| GuardError::BadUrl(target.to_string()))?;
        let port = target.port_or_known_default().unwrap_or(443);
        let addresses = self.resolve(host, port).await?;
        // The client would panic where no program has chosen one before.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .resolve_to_addrs(host, &addresses)
            .no_proxy()
            .timeout(std::time::Duration::from_secs(20))
            .user_agent(concat!("Tertulia/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(http_error)
    }
}

/// What a fetch brought.
#[derive(Debug, Clone)]
pub struct Fetched {
    pub status: u16,
    pub media_type: Option<String>,
    pub body: Vec<u8>,
}

fn http_error(error: reqwest::Error) -> GuardError {
    GuardError::Http(error.without_url().to_string())
}

async fn read_body(mut response: reqwest::Response, most_bytes: usize) -> Result<Fetched, GuardError> {
    let status = response.status().as_u16();
    let media_type = response
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .map(std::borrow::ToOwned::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(http_error)? {
        if body.len() + chunk.len() > most_bytes {
            return Err(GuardError::TooLarge(most_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched { status, media_type, body })
}

/// Whether an address lies in the public internet (IANA special-purpose registries, RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let special = v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let s = v6.segments();
    // Addresses that carry an IPv4 address inside: mapped, compatible, NAT64 (RFC 6052), 6to4 (RFC 3056).
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => inner(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x2002, high, low, ..] => inner(high, low),
        [0x2001, 0, ..] | [0x2001, 0xdb8, ..] | [0x3fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_private_address_is_seen() {
        for private in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001:0:1::1",
            "::7f00:1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private} passed as public");
        }
        for public in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(is_public(public.parse().unwrap()), "{public} was refused");
        }
    }

    #[tokio::test]
    async fn a_private_host_is_refused_until_the_operator_allows_it() {
        let guard = AddressGuard::default();
        let refused = guard.resolve("localhost", 25).await.unwrap_err();
        assert!(matches!(refused, GuardError::Private { .. }), "{refused}");
        assert!(refused.to_string().contains("allow_private_hosts"));
        assert!(guard.resolve("[::1]", 25).await.is_err());
        let allowed = AddressGuard::new(["LOCALHOST".to_owned()]);
        assert!(!allowed.resolve("localhost", 25).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_fetch_refuses_private_addresses_and_other_schemes() {
        let guard = Arc::new(AddressGuard::default());
        for url in ["http://169.254.169.254/latest", "http://[::1]/", "http://127.0.0.1:9/", "http://2130706433/"] {
            let error = guard.fetch(url, 10).await.unwrap_err();
            assert!(matches!(error, GuardError::Private { .. }), "{url}: {error}");
        }
        assert!(matches!(guard.fetch("file:///etc/passwd", 10).await, Err(GuardError::BadUrl(_))));
    }
}
