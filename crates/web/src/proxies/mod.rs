//! Where a request comes from, also behind web servers that pass it on.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;

use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use std::{fmt, net::IpAddr, sync::Arc};

/// The proxies that are believed about whom they speak for: by default those on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxies(Arc<[IpNet]>);

impl Default for Proxies {
    fn default() -> Self {
        Self(["127.0.0.0/8", "::1/128"].iter().filter_map(|range| range.parse().ok()).collect())
    }
}

impl fmt::Display for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }
}

impl Proxies {
    /// Reads addresses and ranges of them; an error says what is right.
    pub fn read(list: &[String]) -> Result<Self, String> {
        let range = |typed: &String| {
            let typed = typed.trim();
            let known = typed.parse::<IpNet>().or_else(|_| typed.parse::<IpAddr>().map(IpNet::from));
            known.map_err(|_| {
                format!("“{typed}” is no address. Write the proxy's address, 172.18.0.2, or a range, 172.18.0.0/16.")
            })
        };
        Ok(Self(list.iter().map(range).collect::<Result<_, _>>()?))
    }

    /// Where a visitor's request comes from. A proxy's own word stands last in the list, so it is read from the end for as
    /// long as who is named is a proxy that is believed: what stands before may be the visitor's invention.
    pub(crate) fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lists = headers.get_all("x-forwarded-for").iter().rev().map(HeaderValue::to_str);
        let mut named = lists.flat_map(|list| list.unwrap_or_default().rsplit(',')).map(|one| one.trim().parse());
        let mut from = peer.to_canonical();
        while self.0.iter().any(|range| range.contains(&from)) {
            let Some(Ok(before)) = named.next() else { break };
            from = IpAddr::to_canonical(&before);
        }
        from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(proxies: &Proxies, peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for list in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(list));
        }
        proxies.origin(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed_about_whom_it_speaks_for() {
        let here = Proxies::default();
        assert_eq!(from(&here, "203.0.113.9", &["192.0.2.1"]), "203.0.113.9");
        assert_eq!(from(&here, "172.18.0.2", &["192.0.2.1"]), "172.18.0.2");
        assert_eq!(from(&here, "127.0.0.1", &["10.0.0.1, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(from(&here, "127.0.0.1", &["10.0.0.1", "192.0.2.1"]), "192.0.2.1");
        assert_eq!(from(&here, "127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(from(&here, "::1", &["nonsense"]), "::1");
        assert_eq!(from(&here, "::ffff:127.0.0.1", &["::ffff:192.0.2.1"]), "192.0.2.1");
    }

    #[test]
    fn others_are_believed_once_they_are_named_and_one_behind_the_other() {
        let named = ["172.18.0.0/16", " 2001:db8::7 ", "198.51.100.4"].map(str::to_owned);
        let named = Proxies::read(&named).unwrap();
        assert_eq!(named.to_string(), "172.18.0.0/16, 2001:db8::7/128, 198.51.100.4/32");
        assert_eq!(from(&named, "172.18.0.2", &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(from(&named, "2001:db8::7", &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(from(&named, "172.18.0.2", &["10.0.0.1, 192.0.2.1, 198.51.100.4"]), "192.0.2.1");
        assert_eq!(from(&named, "127.0.0.1", &["192.0.2.1"]), "127.0.0.1", "those that are named and no others");
        for wrong in ["proxy", "172.18.0.0/33", "172.18.0.", "*", ""] {
            let error = Proxies::read(&[wrong.to_owned()]).unwrap_err();
            assert!(error.contains(&format!("“{wrong}”")) && error.contains("172.18.0.0/16"), "{error}");
        }
    }
}
