//! The body of the fuzz target for what proxies say of whom they speak for.

use super::Proxies;
use http::{HeaderMap, HeaderValue};
use std::net::IpAddr;

/// Lists of addresses, a header in each line. Who is no proxy is believed nothing; who is named is named by the believed
/// part of the lists alone, whatever a visitor wrote before it.
pub fn forwarded(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append("x-forwarded-for", value);
        }
    }
    let (stranger, proxy) = (IpAddr::from([203, 0, 113, 9]), IpAddr::from([127, 0, 0, 1]));
    let believed = Proxies::default();
    assert_eq!(believed.origin(stranger, &headers), stranger, "a stranger speaks for somebody else");
    let named = believed.origin(proxy, &headers);
    assert_eq!(named, named.to_canonical(), "one address has two names");
    if named == proxy {
        return;
    }
    let mut invented = HeaderMap::new();
    invented.append("x-forwarded-for", HeaderValue::from_static("198.51.100.7, 127.0.0.1"));
    headers.get_all("x-forwarded-for").iter().for_each(|list| {
        invented.append("x-forwarded-for", list.clone());
    });
    let again = believed.origin(proxy, &invented);
    let is_proxy = named.is_loopback();
    assert!(again == named || is_proxy, "what stands before the proxies' own words is believed: {named} and {again}");
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_corpus_of_forwarded_addresses_is_read() {
        tertulia_testkit::replay("forwarded", super::forwarded);
    }
}
