//! A server for outgoing mail that says "not now" twenty times in a row, at every step of a sending: the mail goes out
//! afterwards, once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[expect(dead_code, reason = "shared with the tests against real servers")]
mod support;

use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use support::{Channel, outgoing};
use tertulia_connector::{Connector, SendError, Sent};
use tertulia_testkit::REFUSALS;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Where it refuses, and in which words (RFC 5321 §4.2.2, RFC 4954 §4.7.6); at "" instead of its greeting.
const STEPS: [(&str, &str); 8] = [
    ("", "421 play.example: too busy, closing"),
    ("AUTH", "454 4.7.0 cannot look just now"),
    ("MAIL", "452 4.3.1 no room"),
    ("RCPT", "451 4.7.1 greylisted, come back in five minutes"),
    ("RCPT", "421 4.7.0 too many from you, closing"),
    ("DATA", "421 4.3.2 going down"),
    (".", "451 4.3.0 cannot keep it just now"),
    ("RCPT", "450 4.2.1 mailbox busy"),
];

/// What the server has taken, and how often it was asked.
#[derive(Default)]
struct Seen {
    connections: usize,
    taken: Vec<String>,
}

async fn server() -> (u16, Arc<Mutex<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let keep = seen.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let nth = keep.lock().unwrap().connections;
            keep.lock().unwrap().connections += 1;
            let refusal = (nth < REFUSALS).then(|| STEPS[nth % STEPS.len()]);
            // Whoever hangs up in the middle is not the server's trouble.
            dialog(stream, refusal, &keep).await.ok();
        }
    });
    (port, seen)
}

async fn dialog(
    stream: TcpStream,
    refusal: Option<(&'static str, &'static str)>,
    seen: &Mutex<Seen>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let refused = |at: &str| refusal.filter(|(step, _)| *step == at).map(|(_, words)| words);
    stream.write_all(format!("{}\r\n", refused("").unwrap_or("220 play.example")).as_bytes()).await?;
    let (mut in_data, mut mail, mut line) = (false, String::new(), String::new());
    while stream.read_line(&mut line).await? > 0 {
        let said = std::mem::take(&mut line);
        if in_data && said != ".\r\n" {
            mail.push_str(&said);
            continue;
        }
        let verb = said.trim_end().split([' ', ':']).next().unwrap_or_default();
        in_data = verb == "DATA" && refused(verb).is_none();
        let answer = refused(verb).unwrap_or(match verb {
            "EHLO" => "250-play.example\r\n250 AUTH PLAIN",
            "AUTH" => "235 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 fine",
        });
        if said == ".\r\n" && answer.starts_with('2') {
            seen.lock().unwrap().taken.push(std::mem::take(&mut mail));
        }
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        if answer.starts_with("421") {
            return Ok(());
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_mail_goes_out_once_after_twenty_times_not_now_at_every_step() {
    let (port, seen) = server().await;
    let settings = json!({
        "address": "desk@desk.test", "imap_host": "127.0.0.1", "imap_port": 1, "imap_security": "none",
        "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "file_sent_copy": false,
    });
    let desk = Channel::new(settings, "pw");
    let mail = outgoing("tertulia.1@desk.test", "kim@example.test", "Hi");
    for tried in 0..REFUSALS {
        let (step, words) = STEPS[tried % STEPS.len()];
        let refused = desk.email.send(&desk.ctx, &mail).await;
        let Err(SendError::RetryAfter { wait, reason }) = refused else { panic!("{step}, {words}: {refused:?}") };
        // A server that greylists counts an early repeat against us.
        assert!((Duration::from_secs(60)..=Duration::from_secs(3_600)).contains(&wait), "{step}: {wait:?}");
        assert!(reason.contains(&words[..3]) && reason.contains("tried again"), "{step}: {reason}");
        assert_eq!(seen.lock().unwrap().connections, tried + 1, "one attempt asked more than once, or not at all");
    }
    assert!(seen.lock().unwrap().taken.is_empty(), "it was taken by a server that refused it");
    let sent = desk.email.send(&desk.ctx, &mail).await.unwrap();
    assert_eq!(sent, Sent { external_id: "tertulia.1@desk.test".to_owned() });
    let seen = seen.lock().unwrap();
    assert_eq!((seen.taken.len(), seen.connections), (1, REFUSALS + 1));
    assert!(seen.taken[0].contains("Hello from the desk."), "{}", seen.taken[0]);
}
