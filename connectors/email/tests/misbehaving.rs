//! Servers that do what no real one does on demand, played by a few lines each.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the tests against real servers")]
mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use support::{Channel, outgoing};
use tertulia_connector::{Connector, PullError, Secret, SendError};
use tertulia_connector_email::connector;
use tertulia_model::{Batch, Recipient, RecipientRole};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

/// An SMTP server that answers each line with what `answer` says; an empty answer is silence. It keeps what it was
/// told.
async fn smtp(mut answer: impl FnMut(&str) -> &'static str + Send + 'static) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = Arc::new(Mutex::new(Vec::new()));
    let keep = told.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            stream.write_all(b"220 play.example\r\n").await.ok();
            let mut in_data = false;
            let mut line = String::new();
            while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
                let said = line.trim_end().to_owned();
                line.clear();
                keep.lock().unwrap().push(said.clone());
                if in_data && said != "." {
                    continue;
                }
                in_data = said == "DATA";
                let reply = answer(&said);
                if reply == "hang up" {
                    break;
                }
                if !reply.is_empty() {
                    stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok();
                }
            }
        }
    });
    (port, told)
}

fn polite(said: &str) -> &'static str {
    match said.split([' ', ':']).next().unwrap_or_default() {
        "EHLO" => "250-play.example\r\n250-SIZE 5000000\r\n250 AUTH PLAIN XOAUTH2",
        "AUTH" => "235 welcome",
        "DATA" => "354 go on",
        "QUIT" => "221 bye",
        _ => "250 fine",
    }
}

fn channel(port: u16, more: serde_json::Value) -> Channel {
    let mut settings = json!({
        "address": "desk@desk.test", "imap_host": "127.0.0.1", "imap_port": 1, "imap_security": "none",
        "smtp_port": port, "smtp_security": "none", "file_sent_copy": false,
    });
    for (key, value) in more.as_object().unwrap() {
        settings[key] = value.clone();
    }
    Channel::new(settings, "pw")
}

async fn sending(answer: fn(&str) -> &'static str) -> Result<(), SendError> {
    let (port, _) = smtp(answer).await;
    let desk = channel(port, json!({}));
    desk.email.send(&desk.ctx, &outgoing("tertulia.1@desk.test", "kim@example.test", "Hi")).await.map(|_| ())
}

#[tokio::test]
async fn a_polite_server_gets_the_password_and_the_mail_with_its_dots() {
    let (port, told) = smtp(polite).await;
    let desk = channel(port, json!({}));
    let mut mail = outgoing("tertulia.1@desk.test", "kim@example.test", "Hi");
    mail.text = ".hidden\n.\nend".to_owned();
    desk.email.send(&desk.ctx, &mail).await.unwrap();
    let told = told.lock().unwrap();
    assert!(told.contains(&format!("AUTH PLAIN {}", STANDARD.encode("\0desk@desk.test\0pw"))));
    assert!(told.iter().any(|line| line.starts_with("MAIL FROM:<desk@desk.test> SIZE=")));
    assert!(told.contains(&"..hidden".to_owned()) && told.contains(&"..".to_owned()));
    assert!(told.contains(&"Message-ID: <tertulia.1@desk.test>".to_owned()));
}

#[tokio::test]
async fn a_server_that_takes_the_mail_and_never_answers_leaves_it_unknown() {
    let silent = sending(|said| if said == "." { "" } else { polite(said) }).await.unwrap_err();
    assert!(matches!(&silent, SendError::Unknown(why) if why.contains("may or may not")), "{silent:?}");
    let gone = sending(|said| if said == "." { "hang up" } else { polite(said) }).await.unwrap_err();
    assert!(matches!(gone, SendError::Unknown(_)), "{gone:?}");
}

#[tokio::test]
async fn what_fails_before_the_last_dot_surely_did_not_go_out() {
    let hung_up = sending(|said| if said.starts_with("RCPT") { "hang up" } else { polite(said) }).await.unwrap_err();
    assert!(matches!(hung_up, SendError::RetryAfter { .. }), "{hung_up:?}");
    let greylisted =
        sending(|said| if said.starts_with("RCPT") { "450 later" } else { polite(said) }).await.unwrap_err();
    assert!(matches!(greylisted, SendError::RetryAfter { .. }), "{greylisted:?}");
    let refused = sending(|said| if said == "." { "554 spam, we think" } else { polite(said) }).await.unwrap_err();
    assert!(matches!(&refused, SendError::Rejected(why) if why.contains("spam, we think")), "{refused:?}");
    let busy = sending(|said| if said == "." { "451 disk full" } else { polite(said) }).await.unwrap_err();
    assert!(matches!(busy, SendError::RetryAfter { .. }), "{busy:?}");
    let stranger = sending(|said| if said.starts_with("AUTH") { "535 no" } else { polite(said) }).await.unwrap_err();
    assert!(matches!(stranger, SendError::Reauthorise(_)), "{stranger:?}");
    let desk = channel(1, json!({}));
    let nobody = desk.email.send(&desk.ctx, &outgoing("tertulia.1@desk.test", "kim@example.test", "Hi")).await;
    assert!(matches!(nobody, Err(SendError::RetryAfter { .. })), "{nobody:?}");
}

#[tokio::test]
async fn one_refused_recipient_means_that_nobody_gets_it_and_the_refusal_names_them() {
    let (port, told) = smtp(|said| if said.contains("<gone@") { "550 5.1.1 no such user" } else { polite(said) }).await;
    let desk = channel(port, json!({}));
    let mut mail = outgoing("tertulia.1@desk.test", "kim@example.test", "Hi");
    mail.recipients.push(Recipient { role: RecipientRole::Cc, address: "gone@example.test".to_owned(), name: None });
    let error = desk.email.send(&desk.ctx, &mail).await.unwrap_err();
    let SendError::Rejected(why) = error else { panic!("{error:?}") };
    assert!(
        why.contains("gone@example.test (550 5.1.1 no such user)") && why.contains("Nothing was sent to the others")
    );
    assert!(!told.lock().unwrap().contains(&"DATA".to_owned()));
}

#[tokio::test]
async fn a_mail_larger_than_the_server_takes_is_refused_in_plain_words() {
    let (port, _) = smtp(polite).await;
    let desk = channel(port, json!({}));
    let mut mail = outgoing("tertulia.1@desk.test", "kim@example.test", "Hi");
    mail.text = "long lines of text\n".repeat(400_000);
    let error = desk.email.send(&desk.ctx, &mail).await.unwrap_err();
    assert!(matches!(&error, SendError::Rejected(why) if why.contains("takes at most 4 MB")), "{error:?}");
}

#[tokio::test]
async fn a_token_is_renewed_once_and_used_to_sign_in() {
    let (url, asked) = token_service("200 OK", r#"{"access_token":"fresh","expires_in":3600}"#).await;
    let (port, told) = smtp(polite).await;
    let mut desk = channel(port, json!({"auth": "xoauth2", "oauth_token_url": url, "oauth_client_id": "tertulia"}));
    desk.ctx.secrets.insert("oauth_refresh_token".to_owned(), Secret::new("long lived"));
    for _ in 0..2 {
        desk.email.send(&desk.ctx, &outgoing("tertulia.1@desk.test", "kim@example.test", "Hi")).await.unwrap();
    }
    let expected = STANDARD.encode("user=desk@desk.test\u{1}auth=Bearer fresh\u{1}\u{1}");
    assert_eq!(told.lock().unwrap().iter().filter(|line| **line == format!("AUTH XOAUTH2 {expected}")).count(), 2);
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 1, "the second mail uses the token in hand");
    assert!(asked[0].contains("grant_type=refresh_token&refresh_token=long+lived&client_id=tertulia"), "{}", asked[0]);
}

#[tokio::test]
async fn a_grant_that_was_withdrawn_asks_for_a_person() {
    let (url, _) =
        token_service("400 Bad Request", r#"{"error":"invalid_grant","error_description":"Token revoked."}"#).await;
    let (port, _) = smtp(polite).await;
    let mut desk = channel(port, json!({"auth": "xoauth2", "oauth_token_url": url, "oauth_client_id": "tertulia"}));
    desk.ctx.secrets.insert("oauth_refresh_token".to_owned(), Secret::new("long lived"));
    let error =
        desk.email.send(&desk.ctx, &outgoing("tertulia.1@desk.test", "kim@example.test", "Hi")).await.unwrap_err();
    assert!(matches!(&error, SendError::Reauthorise(why) if why.contains("Token revoked.")), "{error:?}");
}

async fn token_service(status: &'static str, body: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/token", listener.local_addr().unwrap().port());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let keep = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = String::new();
            let mut piece = [0; 4096];
            while !request.split_once("\r\n\r\n").is_some_and(|(_, body)| body.contains("client_id=")) {
                let read = stream.read(&mut piece).await.unwrap_or(0);
                if read == 0 {
                    break;
                }
                request.push_str(&String::from_utf8_lossy(&piece[..read]));
            }
            keep.lock().unwrap().push(request);
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(format!("{head}{body}").as_bytes()).await.ok();
        }
    });
    (url, asked)
}

#[tokio::test]
async fn without_encryption_nothing_goes_to_the_open_internet_and_to_private_addresses_only_with_leave() {
    let desk = channel(1, json!({"imap_host": "10.0.0.1"}));
    let error = desk.email.pull(&desk.ctx, None).await.unwrap_err();
    assert!(matches!(&error, PullError::Misconfigured(why) if why.contains("allow_private_hosts")), "{error:?}");
}

/// What is wrong with the server of three mails below.
#[derive(Clone, Copy)]
enum Wrong {
    Nothing,
    /// The connection ends whenever the second mail is asked for.
    Breaks,
    /// It ends with the first and with the second.
    BreaksTwice,
    /// The second mail alone is refused, in words as of a server that has enough.
    Limited,
    /// The second mail is enormous, and not even its headers are given, though the server says that all went well.
    Withheld,
    /// Whoever asks for this mail is told no.
    Refused(u32),
    /// Each FETCH is answered with this no.
    All(&'static str),
    /// Only so many of the three are there yet, and what number comes next is not told.
    Untold(u32),
}

async fn three_mails(wrong: Wrong) -> (Channel, Arc<Mutex<Wrong>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let wrong = Arc::new(Mutex::new(wrong));
    let now = wrong.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(play_three_mails(BufReader::new(stream), now.clone()));
        }
    });
    let mut desk = channel(1, json!({"imap_port": port, "history": "all"}));
    desk.email = connector().with_waiting(Duration::ZERO);
    (desk, wrong)
}

/// So many pulls: what came, and what failed.
async fn pulls(desk: &mut Channel, times: usize) -> (Vec<Batch>, Vec<PullError>) {
    let (mut batches, mut errors) = (Vec::new(), Vec::new());
    for _ in 0..times {
        match desk.email.pull(&desk.ctx, desk.cursor.clone()).await {
            Ok(batch) => {
                desk.cursor = batch.next.clone().or(desk.cursor.take());
                let more = batch.more;
                batches.push(batch);
                if !more {
                    break;
                }
            }
            Err(error) => errors.push(error),
        }
    }
    (batches, errors)
}

#[tokio::test]
async fn a_mail_that_cannot_be_fetched_in_three_pulls_is_set_aside_where_others_come() {
    for (wrong, poison) in [
        (Wrong::Breaks, 2),
        (Wrong::Limited, 2),
        (Wrong::Withheld, 2),
        (Wrong::Refused(1), 1),
        (Wrong::Refused(2), 2),
        (Wrong::Refused(3), 3),
    ] {
        let (mut desk, _) = three_mails(wrong).await;
        let (batches, errors) = pulls(&mut desk, 9).await;
        let expected: Vec<String> = (1..=3).filter(|uid| *uid != poison).map(|uid| format!("mail {uid}")).collect();
        assert_eq!(desk.subjects(&batches).await, expected);
        let skipped: Vec<&str> = batches.iter().flat_map(|b| &b.skipped).map(|(key, _)| key.as_str()).collect();
        assert_eq!(skipped, [format!("INBOX/9/{poison}")]);
        assert_eq!(errors.len(), 2, "there is a pause before each new try: {errors:?}");
        assert!(errors.iter().all(|error| matches!(error, PullError::Retry(_))), "{errors:?}");
    }
}

#[tokio::test]
async fn two_mails_beside_each_other_that_break_the_connection_hold_up_no_other() {
    let (mut desk, _) = three_mails(Wrong::BreaksTwice).await;
    let (batches, errors) = pulls(&mut desk, 12).await;
    assert_eq!(desk.subjects(&batches).await, ["mail 3"], "{errors:?}");
    let skipped: Vec<&str> = batches.iter().flat_map(|b| &b.skipped).map(|(key, _)| key.as_str()).collect();
    assert_eq!(skipped, ["INBOX/9/1", "INBOX/9/2"]);
}

#[tokio::test]
async fn a_server_that_gives_no_mail_at_all_has_none_set_aside() {
    for no in [
        "NO [OVERQUOTA] Account exceeded command or bandwidth limits.",
        "BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds",
        "NO [SERVERBUG] Internal error occurred.",
    ] {
        let (mut desk, wrong) = three_mails(Wrong::All(no)).await;
        let (batches, errors) = pulls(&mut desk, 5).await;
        // The folder of sent mail does not exist here, so each pull is one of the inbox.
        assert!(batches.is_empty() && desk.cursor.is_none(), "{no}: {batches:?}");
        let told = no.split_once(' ').unwrap().1;
        for error in errors {
            assert!(matches!(&error, PullError::Retry(why) if why.contains(told)), "{error:?}");
        }
        *wrong.lock().unwrap() = Wrong::Nothing;
        let (batches, _) = pulls(&mut desk, 3).await;
        assert_eq!(desk.subjects(&batches).await, ["mail 1", "mail 2", "mail 3"]);
        assert!(batches.iter().all(|batch| batch.skipped.is_empty()));
    }
}

/// RFC 9051 §6.3.2: UIDNEXT may be missing.
#[tokio::test]
async fn a_server_that_does_not_say_what_comes_next_has_nothing_skipped() {
    let (mut desk, there) = three_mails(Wrong::Untold(1)).await;
    let (batches, errors) = pulls(&mut desk, 3).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(desk.subjects(&batches).await, ["mail 1"]);
    *there.lock().unwrap() = Wrong::Untold(2);
    let (batches, _) = pulls(&mut desk, 3).await;
    assert_eq!(desk.subjects(&batches).await, ["mail 2"]);
}

async fn play_three_mails(
    mut stream: BufReader<tokio::net::TcpStream>,
    wrong: Arc<Mutex<Wrong>>,
) -> std::io::Result<()> {
    stream.write_all(b"* OK ready\r\n").await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let (tag, command) = line.trim_end().split_once(' ').unwrap();
        let wrong = *wrong.lock().unwrap();
        let there = if let Wrong::Untold(there) = wrong { there } else { 3 };
        let all = (1..=there).filter(|uid| wanted(command, *uid));
        let no = match wrong {
            Wrong::All(no) if command.starts_with("UID FETCH") => Some(no),
            Wrong::Limited if command.contains("BODY.PEEK[]") && wanted(command, 2) => Some("NO Size limit exceeded."),
            Wrong::Refused(uid) if command.contains("BODY.PEEK[]") && wanted(command, uid) => Some("NO It is damaged."),
            _ => None,
        };
        if let Some(no) = no {
            stream.write_all(format!("{tag} {no}\r\n").as_bytes()).await?;
            line.clear();
            continue;
        }
        let untagged = if command.starts_with("EXAMINE") {
            let next = if there == 3 { "* OK [UIDNEXT 4] n\r\n" } else { "" };
            format!("* {there} EXISTS\r\n* OK [UIDVALIDITY 9] v\r\n{next}")
        } else if command.starts_with("UID SEARCH") {
            format!("* SEARCH{}\r\n", all.map(|uid| format!(" {uid}")).collect::<String>())
        } else if command.contains("RFC822.SIZE") {
            let size = |uid| if uid == 2 && matches!(wrong, Wrong::Withheld) { 200 << 20 } else { 70 };
            all.map(|uid| format!("* {uid} FETCH (UID {uid} RFC822.SIZE {})\r\n", size(uid))).collect()
        } else if command.contains("BODY.PEEK[]") {
            let breaks = wanted(command, 2) && matches!(wrong, Wrong::Breaks | Wrong::BreaksTwice)
                || wanted(command, 1) && matches!(wrong, Wrong::BreaksTwice);
            if breaks {
                // Half an answer, then nothing.
                stream.write_all(b"* 2 FETCH (UID 2 BODY[] {70}\r\nFrom").await?;
                return Ok(());
            }
            let mail =
                |uid| format!("From: kim@example.test\r\nMessage-ID: <{uid}@x>\r\nSubject: mail {uid}\r\n\r\nhi");
            all.map(|uid| format!("* {uid} FETCH (UID {uid} BODY[] {{{}}}\r\n{})\r\n", mail(uid).len(), mail(uid)))
                .collect()
        } else {
            String::new()
        };
        stream.write_all(format!("{untagged}{tag} OK done\r\n").as_bytes()).await?;
        line.clear();
    }
    Ok(())
}

/// Whether a command's set of UIDs holds this one.
fn wanted(command: &str, uid: u32) -> bool {
    let Some(set) = command.split(' ').find(|word| word.starts_with(|c: char| c.is_ascii_digit())) else { return true };
    set.split(',').any(|range| {
        let (from, to) = range.split_once(':').unwrap_or((range, range));
        (from.parse::<u32>().unwrap()..=to.parse().unwrap_or(u32::MAX)).contains(&uid)
    })
}

#[tokio::test]
async fn a_mailbox_is_opened_with_a_token_and_a_person_is_asked_where_a_renewed_one_is_refused_too() {
    const NO: &str = "NO [AUTHENTICATIONFAILED] Invalid credentials";
    for (verdicts, expected_good) in [(&["OK welcome"][..], true), (&[NO, "OK welcome"], true), (&[NO, NO], false)] {
        let (url, asked) = token_service("200 OK", r#"{"access_token":"fresh","expires_in":3600}"#).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let mut heard = Vec::new();
            for verdict in verdicts {
                let stream = listener.accept().await.unwrap().0;
                heard.push(sign_in_with_a_token(BufReader::new(stream), verdict).await.unwrap());
            }
            heard
        });
        let more = json!({"imap_port": port, "auth": "xoauth2", "oauth_token_url": url, "oauth_client_id": "tertulia"});
        let mut desk = channel(1, more);
        desk.ctx.secrets.insert("oauth_refresh_token".to_owned(), Secret::new("long lived"));
        let error = desk.email.pull(&desk.ctx, None).await.unwrap_err();
        // Where it was let in, this server has nothing more to say.
        assert_eq!(matches!(error, PullError::Retry(_)), expected_good, "{error:?}");
        assert_eq!(matches!(error, PullError::Reauthorise(_)), !expected_good, "{error:?}");
        for (line, token) in heard.await.unwrap() {
            assert!(line.contains("AUTHENTICATE XOAUTH2"));
            assert_eq!(token, STANDARD.encode("user=desk@desk.test\u{1}auth=Bearer fresh\u{1}\u{1}"));
        }
        assert_eq!(asked.lock().unwrap().len(), verdicts.len(), "each refused token is renewed once");
    }
}

/// One sign-in as an IMAP server sees it: the command, and the token.
async fn sign_in_with_a_token(
    mut stream: BufReader<tokio::net::TcpStream>,
    verdict: &str,
) -> std::io::Result<(String, String)> {
    stream.write_all(b"* OK ready\r\n").await?;
    let (mut line, mut token) = (String::new(), String::new());
    stream.read_line(&mut line).await?;
    stream.write_all(b"+ \r\n").await?;
    stream.read_line(&mut token).await?;
    if verdict.starts_with("NO") {
        // XOAUTH2 tells why in a second challenge, to be answered with nothing.
        stream.write_all(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n").await?;
        stream.read_line(&mut String::new()).await?;
    }
    let tag = line.split(' ').next().unwrap();
    stream.write_all(format!("{tag} {verdict}\r\n").as_bytes()).await?;
    Ok((line, token.trim_end().to_owned()))
}

#[tokio::test]
async fn a_token_that_ended_early_is_renewed_before_sending_asks_for_a_person() {
    for (second, expected_good) in [("235 welcome", true), ("535 no", false)] {
        let (url, asked) = token_service("200 OK", r#"{"access_token":"fresh","expires_in":3600}"#).await;
        let mut auths = 0;
        let (port, _) = smtp(move |said| {
            auths += usize::from(said.starts_with("AUTH"));
            match said {
                _ if said.starts_with("AUTH") && auths == 1 => "535 no",
                _ if said.starts_with("AUTH") => second,
                _ => polite(said),
            }
        })
        .await;
        let mut desk = channel(port, json!({"auth": "xoauth2", "oauth_token_url": url, "oauth_client_id": "tertulia"}));
        desk.ctx.secrets.insert("oauth_refresh_token".to_owned(), Secret::new("long lived"));
        let sent = desk.email.send(&desk.ctx, &outgoing("tertulia.1@desk.test", "kim@example.test", "Hi")).await;
        assert_eq!(sent.is_ok(), expected_good, "{sent:?}");
        assert_eq!(matches!(sent, Err(SendError::Reauthorise(_))), !expected_good, "{sent:?}");
        assert_eq!(asked.lock().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn only_a_server_that_refuses_starttls_does_not_offer_it() {
    for (answer, refuses) in [("BAD unknown command", true), ("NO not here", true), ("", false)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut stream = BufReader::new(listener.accept().await.unwrap().0);
            stream.write_all(b"* OK ready\r\n").await.unwrap();
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            if !answer.is_empty() {
                let tag = line.split(' ').next().unwrap();
                stream.write_all(format!("{tag} {answer}\r\n").as_bytes()).await.unwrap();
            }
        });
        let desk = channel(1, json!({"imap_port": port, "imap_security": "starttls"}));
        let error = desk.email.pull(&desk.ctx, None).await.unwrap_err();
        assert_eq!(matches!(error, PullError::Misconfigured(_)), refuses, "{error:?}");
        assert_eq!(matches!(error, PullError::Retry(_)), !refuses, "{error:?}");
    }
}
