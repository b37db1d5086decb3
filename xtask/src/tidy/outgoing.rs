//! Whatever goes out to an address goes through the guard, which refuses private ones: no product code opens a connection,
//! asks a name server or makes an HTTP client of its own.

use super::File;

/// Where the guard itself stands.
const GUARD: &[&str] = &["crates/connector/src/guard.rs", "crates/connector/src/http.rs"];
/// What opens a way out. Which crates there are that could, `Cargo.toml` tells: whoever adds one adds its word here.
const WAYS_OUT: &[&str] = &[
    "TcpStream::connect",
    "TcpStream as ",
    "TcpSocket",
    "UdpSocket",
    "UnixStream",
    "UnixDatagram",
    "socket2::",
    "lookup_host",
    "to_socket_addrs",
    "ToSocketAddrs",
    "reqwest::",
    "hyper::",
    "hyper_util::",
    "connect_async",
    "AsyncSmtpTransport",
    "SmtpTransport::",
];

pub fn check(files: &[File]) -> Vec<String> {
    files.iter().filter(|file| is_product(file)).flat_map(in_file).collect()
}

fn is_product(file: &File) -> bool {
    let is_ours = ["crates/", "connectors/"].iter().any(|folder| file.path.starts_with(folder));
    // The test kit starts servers on this machine and looks whether they are up.
    let is_free = file.path.starts_with("crates/testkit/") || GUARD.contains(&file.path.as_str());
    file.path.ends_with(".rs") && file.path.contains("/src/") && is_ours && !is_free && !file.is_test()
}

fn in_file(file: &File) -> Vec<String> {
    let lines = file.product_lines().filter(|(_, line)| !line.trim_start().starts_with("//"));
    let way_out = |line: &str| WAYS_OUT.iter().find(|way| line.contains(**way));
    lines
        .filter_map(|(number, line)| Some((number, way_out(line)?)))
        .map(|(number, way)| {
            format!("{}:{number}: {way} goes out past the guard (take ctx.guard or engine.guard)", file.path)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&[File { path: path.into(), text: text.into() }]).len()
    }

    #[test]
    fn a_connection_past_the_guard_is_found_in_every_crate_of_the_product() {
        for path in ["connectors/feed/src/ask.rs", "crates/engine/src/hooks.rs", "crates/tertulia/src/doctor.rs"] {
            assert_eq!(found(path, "fn a() {}\nlet stream = TcpStream::connect(to).await?;"), 1, "{path}");
        }
        assert_eq!(found("crates/web/src/a.rs", "use reqwest::Client;\nreqwest::get(url)\nlookup_host(name)"), 3);
    }

    #[test]
    fn every_way_to_open_a_connection_is_one() {
        for way in [
            "let stream = std::net::TcpStream::connect_timeout(&to, wait)?;",
            "use std::net::TcpStream as Wire;",
            "let socket = tokio::net::TcpSocket::new_v4()?;",
            "let socket = std::net::UdpSocket::bind(here)?;",
            "let stream = tokio::net::UnixStream::connect(path).await?;",
            "let socket = std::os::unix::net::UnixDatagram::unbound()?;",
            "let client = hyper::client::conn::http1::handshake(io).await?;",
            "use hyper_util::client::legacy::Client;",
            "let socket = socket2::Socket::new(domain, kind, None)?;",
            "use std::net::{IpAddr, ToSocketAddrs};",
        ] {
            assert_eq!(found("crates/engine/src/a.rs", way), 1, "{way}");
        }
        for harmless in
            ["use std::net::{IpAddr, SocketAddr};", "let listener = tokio::net::TcpListener::bind(at).await?;"]
        {
            assert_eq!(found("crates/tertulia/src/serve.rs", harmless), 0, "{harmless}");
        }
    }

    #[test]
    fn the_guard_tests_and_comments_may_name_what_it_does() {
        for path in ["crates/connector/src/guard.rs", "crates/testkit/src/isso.rs", "connectors/feed/tests/hubs.rs"] {
            assert_eq!(found(path, "TcpStream::connect(to)"), 0, "{path}");
        }
        assert_eq!(found("crates/web/src/a.rs", "// not by reqwest::get\n#[cfg(test)]\nTcpStream::connect(to)"), 0);
    }
}
