//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{
    Folder, cursor,
    imap::{Imap, Trouble},
    mime, oauth, parse, parse_mail,
    reply::{self, Extensions, Reply},
};
use std::io::Cursor;
use tertulia_connector::conformance::sound;
use tokio::io::{AsyncBufReadExt, BufReader, join, sink};

/// A mail as a server gives it.
pub fn mail(bytes: &[u8]) {
    let ours = ["desk@roastery.example".to_owned()];
    for folder in [Folder::Inbox, Folder::Sent, Folder::Archive] {
        if let Ok(event) = parse_mail(bytes, &ours, folder) {
            sound("a mail", &[event]);
        }
    }
    mime::decode_words(bytes);
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(1_000)]);
    parse::clean_id(&text);
    cursor::internal_date(&text);
}

/// A position as it was kept.
pub fn position(bytes: &[u8]) {
    let Ok(kept) = serde_json::from_slice(bytes) else { return };
    if let Ok(Some(read)) = cursor::Cursor::read(Some(kept)) {
        let again = cursor::Cursor::read(Some(read.write()));
        assert!(again.is_ok_and(|again| again.as_ref() == Some(&read)), "a position is kept as another one");
    }
}

/// What an SMTP server answers, however its pieces are cut: the first byte says where.
pub fn smtp(bytes: &[u8]) {
    let Some((first, answers)) = bytes.split_first() else { return };
    let whole = replies(answers, answers.len().max(1));
    assert_eq!(whole, replies(answers, usize::from(*first) + 1), "other answers in pieces");
    for reply in whole.into_iter().flatten() {
        assert!(reply.code < 1_000 && reply.words().chars().count() <= 301, "{reply:?}");
        let can = Extensions::read(&reply);
        assert!(can.wants_a_sign_in() || !can.mechanism("PLAIN"), "one signs in so where nobody signs in: {can:?}");
        assert_ne!(can.size(), Some(0), "a server that takes nothing");
    }
}

fn replies(bytes: &[u8], piece: usize) -> Vec<Result<Reply, String>> {
    let mut wire = BufReader::with_capacity(piece, bytes);
    wait(async {
        let mut replies = Vec::new();
        while wire.fill_buf().await.is_ok_and(|rest| !rest.is_empty()) {
            replies.push(reply::read(&mut wire).await);
        }
        replies
    })
}

/// All that an IMAP server says, whatever it is told: signing in, a folder, its mails, the wait for more.
pub fn imap(bytes: &[u8]) {
    listen(bytes);
}

/// The mails that were given.
fn listen(bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let wire = Box::new(join(Cursor::new(bytes.to_vec()), sink()));
    wait(async {
        let mut imap = Imap::with(wire).await?;
        imap.open("INBOX").await?;
        let uids = imap.search("ALL").await?;
        assert!(uids.is_sorted_by(|one, next| one < next), "{uids:?}");
        let listed = imap.list(&uids).await?;
        assert!(listed.iter().all(|mail| uids.contains(&mail.uid)), "a mail that was not asked for: {listed:?}");
        let bodies = imap.bodies(&uids).await?;
        assert!(bodies.iter().all(|(uid, _)| uids.contains(uid)), "the body of another mail");
        imap.folders().await?;
        imap.wait(std::time::Duration::ZERO).await?;
        Ok::<_, Trouble>(bodies)
    })
    .unwrap_or_else(|trouble| {
        assert!(!trouble.words().is_empty(), "it ends without a word");
        Vec::new()
    })
}

/// What a token service answers: its status in the first line.
pub fn token(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let status = String::from_utf8_lossy(&bytes[..at]).trim().parse().unwrap_or(200);
    if let Ok((_, seconds)) = oauth::read(status, &bytes[at..]) {
        assert!((0..=86_400).contains(&seconds), "a token for {seconds} seconds");
    }
}

/// Nothing here waits for anybody: all that comes is there.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.unwrap_or_else(|error| panic!("no runtime: {error}")).block_on(future)
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_mails_is_read() {
        replay("mail", super::mail);
    }

    #[test]
    fn the_corpus_of_servers_answers_is_read() {
        replay("smtp", super::smtp);
    }

    #[test]
    fn the_corpus_of_mailboxes_is_heard_and_one_of_them_to_its_end() {
        replay("imap", super::imap);
        let whole = tertulia_testkit::workspace_root().join("fuzz/corpus/imap/whole");
        let mails = super::listen(&std::fs::read(whole).unwrap());
        assert_eq!(mails, [(4, b"Subject: hi\r\n\r\nyes\r\n".to_vec()), (7, b"x".to_vec())]);
    }

    #[test]
    fn the_corpus_of_tokens_is_read() {
        replay("token", super::token);
    }

    #[test]
    fn the_corpus_of_positions_is_read() {
        replay("position", super::position);
    }
}
