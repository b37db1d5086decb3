//! Announcements of what was committed, to whoever watches live, and who has which conversation open.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, atomic::{AtomicI64, Ordering}},
};
use tertulia_model::{ConversationId, Millis, UserId};
use tertulia_store::changes::Change;
use tokio::sync::broadcast;

/// The bus of this process.
#[derive(Clone)]
pub struct Bus {
    sender: broadcast::Sender<Change>,
    newest: Arc<AtomicI64>,
    open: Arc<Mutex<HashMap<(ConversationId, UserId), Millis>>>,
    /// When a person last did something here.
    worked_at: Arc<AtomicI64>,
}

/// For how long after a person's last act bulk work stays polite.
const WORKING_FOR: Millis = 15_000;

/// How long a look at a conversation counts as having it open.
const OPEN_FOR: Millis = 40_000;

impl Bus {
    pub fn new(newest: i64) -> Self {
        let (sender, _) = broadcast::channel(4096);
        Self { sender, newest: Arc::new(AtomicI64::new(newest)), open: Arc::default(), worked_at: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    pub fn announce(&self, changes: Vec<Change>) {
        for change in changes {
            self.newest.fetch_max(change.seq, Ordering::SeqCst);
            // Nobody watching is no error.
            let _ = self.sender.send(change);
        }
    }

    pub fn listen(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }

    /// The sequence of the newest change announced here.
    pub fn newest(&self) -> i64 {
        self.newest.load(Ordering::SeqCst)
    }

    /// Notes that a person does something: bulk work makes room.
    pub fn person_works(&self, now: Millis) {
        self.worked_at.fetch_max(now, Ordering::Relaxed);
    }

    pub fn somebody_works(&self, now: Millis) -> bool {
        now.saturating_sub(self.worked_at.load(Ordering::Relaxed)) < WORKING_FOR
    }

    /// Notes that a member has a conversation open; true if that is news.
    pub fn opened(&self, conversation: ConversationId, user: UserId, now: Millis) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, at| now - *at < OPEN_FOR);
        open.insert((conversation, user), now).is_none()
    }

    /// Who else has it open.
    pub fn who_has_open(&self, conversation: ConversationId, but: UserId, now: Millis) -> Vec<UserId> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut users: Vec<UserId> = open
            .iter()
            .filter(|((c, user), at)| *c == conversation && *user != but && now - **at < OPEN_FOR)
            .map(|((_, user), _)| *user)
            .collect();
        users.sort_unstable();
        users
    }
}
