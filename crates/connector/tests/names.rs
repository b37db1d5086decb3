//! A name that everybody can ask for and that leads into somebody's own house: refused by every way out, at once and at the
//! end of a redirect.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::net::IpAddr;
use tertulia_connector::{
    guard::{AddressGuard, GuardError},
    http::Ask,
};
use tertulia_testkit::{Page, Site};

/// Where each name leads.
const NAMES: [(&str, &[&str]); 5] = [
    ("house.example", &["10.0.0.1"]),
    ("metadata.example", &["169.254.169.254"]),
    ("self.example", &["::1"]),
    ("hidden.example", &["::ffff:10.0.0.1"]),
    // One good address does not cover for another.
    ("both.example", &["93.184.216.34", "10.0.0.1"]),
];

fn guard() -> AddressGuard {
    let names = NAMES.map(|(name, addresses)| {
        (name.to_owned(), addresses.iter().map(|address| address.parse::<IpAddr>().unwrap()).collect())
    });
    // The server that leads there stands on this machine.
    AddressGuard::new(["127.0.0.1".to_owned()]).knowing(names)
}

fn refused<T>(what: &str, asked: Result<T, GuardError>) {
    let error = asked.err().unwrap_or_else(|| panic!("{what} was let through"));
    assert!(matches!(error, GuardError::Private { .. }), "{what}: {error}");
    assert!(error.to_string().contains("is a private address"), "{what}: {error}");
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_refused_by_every_way_out() {
    let guard = guard();
    for (name, _) in NAMES {
        for name in [name.to_owned(), name.to_uppercase()] {
            refused(&name, guard.resolve(&name, 443).await);
            refused(&name, guard.connect(&name, 993).await);
            refused(&name, guard.for_outsiders().resolve(&name, 443).await);
            for url in [format!("http://{name}/"), format!("https://{name}:8443/feed")] {
                refused(&url, guard.ask(&Ask::get(&url)).await);
                refused(&url, guard.ask(&Ask::post(&url, "text/plain", "words")).await);
                refused(&url, guard.stream(&Ask::get(&url)).await);
                refused(&url, guard.for_outsiders().ask(&Ask::get(&url)).await);
            }
        }
    }
}

#[tokio::test]
async fn a_redirect_to_such_a_name_is_refused_however_long_the_way_to_it() {
    let (site, guard) = (Site::start(), guard());
    for (name, _) in NAMES {
        let leading = |to: &str| Page::status(302).header("location", to);
        site.put("/first", leading("/second"));
        site.put("/second", leading(&format!("http://{name}/latest")));
        for path in ["/second", "/first"] {
            refused(name, guard.ask(&Ask::get(site.url(path))).await);
        }
    }
}

#[tokio::test]
async fn the_operator_may_allow_such_a_name_and_lets_no_outsider_reach_it() {
    let site = Site::start();
    site.put("/", Page::new("text/plain", "at home"));
    let port = site.url("").rsplit_once(':').unwrap().1.trim_end_matches('/').to_owned();
    let home = [("home.example".to_owned(), vec![IpAddr::from([127, 0, 0, 1])])];
    let guard = AddressGuard::new(["home.example".to_owned()]).knowing(home);
    let url = format!("http://home.example:{port}/");
    assert_eq!(guard.ask(&Ask::get(&url)).await.unwrap().body, b"at home", "the name leads where it was said to");
    refused(&url, guard.for_outsiders().ask(&Ask::get(&url)).await);
}
