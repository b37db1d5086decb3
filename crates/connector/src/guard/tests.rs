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

#[test]
fn a_name_with_one_private_address_among_public_ones_is_refused() {
    let addresses = || ["1.1.1.1", "10.0.0.1"].map(|address| address.parse().unwrap());
    let refused = check(&BTreeSet::new(), "intranet.example", addresses()).unwrap_err();
    let GuardError::Private { host, address } = refused else { panic!("{refused}") };
    assert_eq!((host.as_str(), address.to_string().as_str()), ("intranet.example", "10.0.0.1"));
    check(&BTreeSet::new(), "public.example", ["1.1.1.1".parse().unwrap()]).unwrap();
    check(&BTreeSet::from(["intranet.example".to_owned()]), "intranet.example", addresses()).unwrap();
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
async fn what_an_outsider_names_never_reaches_the_operators_private_hosts() {
    let guard = AddressGuard::new(["localhost".to_owned()]);
    assert!(guard.resolve("localhost", 25).await.is_ok());
    assert!(matches!(guard.for_outsiders().resolve("localhost", 25).await, Err(GuardError::Private { .. })));
}

#[tokio::test]
async fn a_server_of_the_world_leads_to_none_of_the_operators_private_hosts_and_one_of_the_house_does() {
    let guard = Arc::new(AddressGuard::new(["localhost".to_owned()]));
    let of = |server: &str| url::Url::parse(server).unwrap();
    let of_the_house = guard.for_all_of(&of("http://localhost:3000/")).await.unwrap();
    assert!(of_the_house.resolve("localhost", 25).await.is_ok());
    let of_the_world = guard.for_all_of(&of("https://1.1.1.1/")).await.unwrap();
    assert!(matches!(of_the_world.resolve("localhost", 25).await, Err(GuardError::Private { .. })));
    assert!(matches!(guard.for_all_of(&of("http://10.0.0.1/")).await, Err(GuardError::Private { .. })));
}

#[tokio::test]
async fn a_fetch_refuses_private_addresses_and_other_schemes() {
    let guard = AddressGuard::default();
    for url in [
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://127.0.0.1:9/",
        "http://2130706433/",
        // A name that leads to a private address.
        "http://localhost:9/",
    ] {
        let error = guard.ask(&Ask::get(url)).await.unwrap_err();
        assert!(matches!(error, GuardError::Private { .. }), "{url}: {error}");
        let error = guard.stream(&Ask::get(url)).await.err().unwrap();
        assert!(matches!(error, GuardError::Private { .. }), "{url} as a stream: {error}");
    }
    assert!(matches!(guard.ask(&Ask::get("file:///etc/passwd")).await, Err(GuardError::BadUrl(_))));
}

/// Answers each connection with the next of these, and gives the requests back.
async fn server(answers: Vec<String>) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let mut heard = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = vec![0; 8192];
            let length = stream.read(&mut buffer).await.unwrap();
            heard.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        heard
    });
    (port, heard)
}

fn redirect(status: &str, to: &str) -> String {
    format!("HTTP/1.1 {status}\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nfine";

#[tokio::test]
async fn a_redirect_to_a_private_address_is_refused_like_the_address_itself() {
    let guard = AddressGuard::new(["127.0.0.1".to_owned()]);
    for to in ["http://169.254.169.254/latest", "http://[::1]/", "http://10.0.0.1/", "http://localhost:1/"] {
        let (port, _) = server(vec![redirect("302 Found", to)]).await;
        let error = guard.ask(&Ask::get(format!("http://127.0.0.1:{port}/"))).await.unwrap_err();
        assert!(matches!(error, GuardError::Private { .. }), "{to}: {error}");
    }
}

#[tokio::test]
async fn whoever_leads_from_page_to_page_is_given_no_more_time_than_any() {
    let guard = AddressGuard::new(["127.0.0.1".to_owned()]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let leads_on = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let mut times = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            times += 1;
            tokio::time::sleep(Duration::from_millis(400)).await;
            let answer = if times < 5 { redirect("302 Found", &format!("/{times}")) } else { FINE.to_owned() };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let ask = Ask { patience: Duration::from_secs(1), ..Ask::get(format!("http://127.0.0.1:{port}/")) };
    let error = guard.ask(&ask).await.unwrap_err();
    assert!(matches!(error, GuardError::Http(_)), "{error}");
    leads_on.abort();
}

#[tokio::test]
async fn credentials_stay_with_the_host_they_were_meant_for() {
    let guard = AddressGuard::new(["127.0.0.1".to_owned(), "localhost".to_owned()]);
    let (other, heard_there) = server(vec![FINE.to_owned()]).await;
    let (port, heard_here) = server(vec![redirect("301 Moved", &format!("http://localhost:{other}/new"))]).await;
    let ask = Ask::get(format!("http://127.0.0.1:{port}/old")).bearer("hush").header("accept", "text/plain");
    let answer = guard.ask(&ask).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice(), answer.moved_for_good), (200, &b"fine"[..], true));
    assert!(heard_here.await.unwrap()[0].contains("hush"));
    let there = heard_there.await.unwrap().remove(0);
    assert!(!there.contains("hush") && there.contains("text/plain"), "{there}");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let guard = AddressGuard::new(["127.0.0.1".to_owned()]);
    let (port, _) = server(vec![FINE.to_owned()]).await;
    let asked = guard.ask(&Ask::get(format!("http://127.0.0.1:{port}/")).at_most(3)).await;
    assert!(matches!(asked, Err(GuardError::TooLarge(3))));
    let (port, _) = server(vec![FINE.to_owned(), FINE.to_owned()]).await;
    let url = format!("http://127.0.0.1:{port}/");
    let beginning = guard.ask(&Ask::get(&url).beginning(3)).await.unwrap();
    assert_eq!((beginning.body.as_slice(), beginning.is_cut), (&b"fin"[..], true));
    assert!(!guard.ask(&Ask::get(&url).beginning(4)).await.unwrap().is_cut);
}
