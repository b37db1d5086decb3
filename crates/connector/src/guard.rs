//! The one private-address guard: every outgoing connection, whoever wants it, is resolved and opened here.
//!
//! A name is resolved once and the connection goes to exactly the addresses that were checked, so that a name which
//! changes its address between the check and the use (DNS rebinding) gains nothing.

use crate::http::{Answer, Ask, Stream};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::net::TcpStream;

/// What the operator allows beyond public addresses.
#[derive(Clone, Default)]
pub struct AddressGuard {
    rules: Arc<Rules>,
    /// One for all, made when it is first needed: it keeps connections, and reads its list of certificates once.
    client: OnceLock<reqwest::Client>,
    /// See [`AddressGuard::for_outsiders`].
    outsiders: OnceLock<Arc<AddressGuard>>,
}

/// What may be reached, and how names are found.
#[derive(Default)]
struct Rules {
    /// Hosts (names or addresses, lower case) that may be private: a mail server in one's own house.
    allowed_hosts: BTreeSet<String>,
    /// See [`AddressGuard::knowing`].
    known: BTreeMap<String, Vec<IpAddr>>,
}

impl std::fmt::Debug for AddressGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddressGuard").field("allowed_hosts", &self.rules.allowed_hosts).finish_non_exhaustive()
    }
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
    /// Nothing of the request has left.
    #[error("No connection could be made to the server.")]
    NoConnection,
    #[error("{0}")]
    Http(String),
    #[error("The answer is larger than {0} bytes.")]
    TooLarge(usize),
}

impl AddressGuard {
    pub fn new(allowed_hosts: impl IntoIterator<Item = String>) -> Self {
        Self::by(Rules { allowed_hosts: lower(allowed_hosts), ..Rules::default() })
    }

    fn by(rules: Rules) -> Self {
        Self { rules: Arc::new(rules), ..Self::default() }
    }

    /// A guard for a test, which takes it from here and not from a name server where these names (lower case) lead. What is
    /// found so is checked as everything is.
    #[must_use]
    pub fn knowing(self, names: impl IntoIterator<Item = (String, Vec<IpAddr>)>) -> Self {
        let allowed_hosts = self.rules.allowed_hosts.clone();
        Self::by(Rules { allowed_hosts, known: names.into_iter().collect() })
    }

    /// The guard for whatever is fetched because an outsider names it (a page that is said to mention us, what a feed
    /// leads to): the operator's private hosts are not theirs to reach.
    pub fn for_outsiders(&self) -> Arc<AddressGuard> {
        self.outsiders.get_or_init(|| Arc::new(self.letting([]))).clone()
    }

    /// The guard for a server of the settings, and for all that it names or leads to (a redirect, another host of its own):
    /// one in our own house may lead about in it, one of the world leads to the world alone.
    pub async fn for_all_of(self: &Arc<Self>, server: &url::Url) -> Result<Arc<AddressGuard>, GuardError> {
        let host = server.host_str().unwrap_or_default();
        let addresses = self.resolve(host, server.port_or_known_default().unwrap_or(80)).await?;
        let of_the_house = addresses.iter().any(|address| !is_public(address.ip()));
        Ok(if of_the_house { self.clone() } else { self.for_outsiders() })
    }

    /// The same guard, letting outsiders reach `hosts`: for a test whose server stands for one in the world.
    #[must_use]
    pub fn letting_outsiders(self, hosts: impl IntoIterator<Item = String>) -> Self {
        Self { outsiders: OnceLock::from(Arc::new(self.letting(hosts))), ..self }
    }

    /// Another guard, to which these hosts and no others may be private.
    fn letting(&self, hosts: impl IntoIterator<Item = String>) -> Self {
        Self::by(Rules { allowed_hosts: lower(hosts), known: self.rules.known.clone() })
    }

    /// The addresses behind `host`, all of them checked.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, GuardError> {
        resolve(&self.rules, host, port).await
    }

    /// Opens a TCP connection to a checked address of `host`.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, GuardError> {
        let addresses = self.resolve(host, port).await?;
        TcpStream::connect(addresses.as_slice()).await.map_err(|error| GuardError::Unreachable(host.to_owned(), error))
    }

    /// Asks and reads the whole answer. A GET follows at most five redirects, each checked anew; what was meant for one
    /// host (credentials) is not told to another.
    pub async fn ask(&self, ask: &Ask) -> Result<Answer, GuardError> {
        let mut target = parse(&ask.url)?;
        let first = target.origin();
        let mut moved_for_good = true;
        // All of it together: what is led from page to page must not wait anew for each of them.
        let until = tokio::time::Instant::now() + ask.patience;
        for redirects in 0..=MOST_REDIRECTS {
            let same_host = target.origin() == first;
            let response =
                self.request(ask, &target, same_host)?.timeout(until - tokio::time::Instant::now()).send().await;
            let response = response.map_err(http_error)?;
            let status = response.status().as_u16();
            if ask.method != "GET" || !matches!(status, 301 | 302 | 303 | 307 | 308) {
                return read_body(response, ask.most_bytes, ask.or_its_beginning, moved_for_good && redirects > 0)
                    .await;
            }
            moved_for_good &= matches!(status, 301 | 308);
            let location = response.headers().get("location").and_then(|value| value.to_str().ok());
            target = location
                .and_then(|to| target.join(to).ok())
                .ok_or_else(|| GuardError::Http("A redirect leads nowhere.".to_owned()))?;
        }
        Err(GuardError::Http("Too many redirects.".to_owned()))
    }

    /// Asks, and gives the answer while it is still coming in; `patience` is for its beginning. No redirect is followed.
    pub async fn stream(&self, ask: &Ask) -> Result<Stream, GuardError> {
        let sending = self.request(ask, &parse(&ask.url)?, true)?.send();
        let response = tokio::time::timeout(ask.patience, sending)
            .await
            .map_err(|_| GuardError::Http("It took too long to answer.".to_owned()))?
            .map_err(http_error)?;
        Ok(Stream { status: response.status().as_u16(), response })
    }

    fn request(&self, ask: &Ask, target: &url::Url, with_secrets: bool) -> Result<reqwest::RequestBuilder, GuardError> {
        let method = ask.method.parse().map_err(|_| GuardError::Http(format!("{} is no method.", ask.method)))?;
        let mut request = self.client(target)?.request(method, target.clone());
        let secret = |name: &str| matches!(name, "authorization" | "cookie") || name.starts_with("x-");
        for (name, value) in ask.headers.iter().filter(|(name, _)| with_secrets || !secret(name)) {
            request = request.header(*name, value);
        }
        Ok(if ask.body.is_empty() { request } else { request.body(ask.body.clone()) })
    }

    /// The client, once what stands in `target` may be asked. A name is checked when its connection is opened; an address
    /// that is written out is no name and is checked here.
    fn client(&self, target: &url::Url) -> Result<&reqwest::Client, GuardError> {
        if !matches!(target.scheme(), "http" | "https") {
            return Err(GuardError::BadUrl(target.to_string()));
        }
        let written = match target.host() {
            Some(url::Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
            Some(url::Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
            Some(url::Host::Domain(_)) => None,
            None => return Err(GuardError::BadUrl(target.to_string())),
        };
        if let Some(address) = written {
            check(&self.rules.allowed_hosts, &address.to_string(), [address])?;
        }
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = new_client(self.rules.clone())?;
        Ok(self.client.get_or_init(|| client))
    }
}

const MOST_REDIRECTS: usize = 5;

fn parse(url: &str) -> Result<url::Url, GuardError> {
    url::Url::parse(url).map_err(|_| GuardError::BadUrl(url.chars().take(200).collect()))
}

fn new_client(rules: Arc<Rules>) -> Result<reqwest::Client, GuardError> {
    // The client would panic where no program has chosen one before.
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Arc::new(Checked(rules)))
        .no_proxy()
        .connect_timeout(CONNECT_FOR)
        .pool_max_idle_per_host(2)
        .pool_idle_timeout(Duration::from_secs(60))
        .user_agent(concat!("Tertulia/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(http_error)
}

const CONNECT_FOR: Duration = Duration::from_secs(10);

/// Resolves names for the client, and gives it none but checked addresses.
struct Checked(Arc<Rules>);

impl reqwest::dns::Resolve for Checked {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let rules = self.0.clone();
        Box::pin(async move {
            let addresses = resolve(&rules, name.as_str(), 0).await?;
            Ok(Box::new(addresses.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

fn lower(hosts: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    hosts.into_iter().map(|host| host.to_lowercase()).collect()
}

async fn resolve(rules: &Rules, host: &str, port: u16) -> Result<Vec<SocketAddr>, GuardError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
    let addresses: Vec<SocketAddr> = match rules.known.get(&bare) {
        Some(known) => known.iter().map(|address| SocketAddr::new(*address, port)).collect(),
        None => tokio::net::lookup_host((bare.as_str(), port))
            .await
            .map_err(|_| GuardError::Unresolved(bare.clone()))?
            .collect(),
    };
    if addresses.is_empty() {
        return Err(GuardError::Unresolved(bare));
    }
    check(&rules.allowed_hosts, &bare, addresses.iter().map(SocketAddr::ip))?;
    Ok(addresses)
}

fn check(
    allowed: &BTreeSet<String>,
    host: &str,
    addresses: impl IntoIterator<Item = IpAddr>,
) -> Result<(), GuardError> {
    if allowed.contains(host) {
        return Ok(());
    }
    match addresses.into_iter().find(|address| !is_public(*address)) {
        Some(address) => Err(GuardError::Private { host: host.to_owned(), address }),
        None => Ok(()),
    }
}

/// What stopped a request. Where the guard itself refused an address, its own words are found again inside.
pub(crate) fn http_error(error: reqwest::Error) -> GuardError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        match inner.downcast_ref::<GuardError>() {
            Some(GuardError::Private { host, address }) => {
                return GuardError::Private { host: host.clone(), address: *address };
            }
            Some(GuardError::Unresolved(host)) => return GuardError::Unresolved(host.clone()),
            _ => cause = inner.source(),
        }
    }
    // First: a connection that takes too long is a time-out, too, and one after which nothing has left.
    if error.is_connect() {
        return GuardError::NoConnection;
    }
    if error.is_timeout() {
        return GuardError::Http("It took too long to answer.".to_owned());
    }
    GuardError::Http(error.without_url().to_string())
}

pub(crate) async fn read_body(
    mut response: reqwest::Response,
    most_bytes: usize,
    or_its_beginning: bool,
    moved_for_good: bool,
) -> Result<Answer, GuardError> {
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers.filter_map(|(n, v)| Some((n.as_str().to_owned(), v.to_str().ok()?.to_owned()))).collect();
    let url = response.url().to_string();
    let (mut body, mut is_cut) = (Vec::new(), false);
    while let Some(chunk) = response.chunk().await.map_err(http_error)? {
        let room = most_bytes - body.len();
        if chunk.len() > room {
            if !or_its_beginning {
                return Err(GuardError::TooLarge(most_bytes));
            }
            body.extend_from_slice(&chunk[..room]);
            is_cut = true;
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, url, moved_for_good, body, is_cut })
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
mod tests;
