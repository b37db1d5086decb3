//! A server of a test's own on 127.0.0.1.

use std::{
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// A free port, and who is to be answered there.
pub struct Door {
    listener: TcpListener,
    pub port: u16,
}

/// Answers whoever comes, each in a thread of its own, until it is dropped.
pub struct Open {
    pub port: u16,
    ended: Arc<AtomicBool>,
}

impl Door {
    pub fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback address has free ports");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        Self { listener, port }
    }

    pub fn open(self, answer: impl Fn(TcpStream) + Clone + Send + 'static) -> Open {
        let ended = Arc::new(AtomicBool::new(false));
        let (port, over, listener) = (self.port, ended.clone(), self.listener);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let answer = answer.clone();
                std::thread::spawn(move || answer(stream));
            }
        });
        Open { port, ended }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for somebody to come.
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}
