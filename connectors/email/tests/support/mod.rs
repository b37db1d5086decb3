//! A channel, a place for blobs and a customer's mail program, for tests against servers.

use serde_json::{Value, json};
use std::{
    io::{Read, Seek, SeekFrom, Write},
    sync::{Arc, Mutex},
    time::Duration,
};
use tertulia_connector::{BlobSink, BlobWriter, Connector, Context, Secret, SecretSet, guard::AddressGuard};
use tertulia_connector_email::{Email, connector};
use tertulia_model::{
    Batch, BlobRange, ChannelId, Content, InboundKind, MessageId, Outgoing, RawContent, Recipient, RecipientRole,
    SeededChance, SystemClock, Visibility,
};
use tertulia_testkit::Mail;

/// Blobs in one temporary file each, with the size of the largest piece that was ever written at once.
#[derive(Default)]
pub struct Blobs {
    files: Mutex<Vec<std::fs::File>>,
    pub largest_piece: Mutex<usize>,
    /// No room is left.
    pub full: std::sync::atomic::AtomicBool,
}

pub struct SharedBlobs(pub Arc<Blobs>);

struct Writer {
    blobs: Arc<Blobs>,
    file: std::fs::File,
    length: u64,
}

#[async_trait::async_trait]
impl BlobSink for SharedBlobs {
    async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>> {
        Ok(Box::new(Writer { blobs: self.0.clone(), file: tempfile::tempfile()?, length: 0 }))
    }

    async fn read(&self, range: &BlobRange) -> std::io::Result<Vec<u8>> {
        let files = self.0.files.lock().unwrap();
        let mut file = &files[range.blob.parse::<usize>().unwrap()];
        file.seek(SeekFrom::Start(range.offset))?;
        let mut bytes = Vec::new();
        file.take(range.length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[async_trait::async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if self.blobs.full.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let mut largest = self.blobs.largest_piece.lock().unwrap();
        *largest = bytes.len().max(*largest);
        self.length += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    async fn finish(self: Box<Self>) -> std::io::Result<BlobRange> {
        let mut files = self.blobs.files.lock().unwrap();
        files.push(self.file);
        Ok(BlobRange { blob: (files.len() - 1).to_string(), offset: 0, length: self.length })
    }
}

/// A channel of the connector under test.
pub struct Channel {
    pub email: Email,
    pub ctx: Context,
    pub blobs: Arc<Blobs>,
    pub cursor: Option<Value>,
}

impl Channel {
    pub fn new(settings: Value, password: &str) -> Self {
        // The program does this when it starts.
        rustls::crypto::ring::default_provider().install_default().ok();
        let email = connector().with_patience(Duration::from_secs(2)).with_waiting(Duration::from_secs(3));
        let blobs = Arc::new(Blobs::default());
        let ctx = Context {
            channel: ChannelId(7),
            account: email.account(&settings),
            settings,
            secrets: SecretSet::from([("password".to_owned(), Secret::new(password))]),
            clock: Arc::new(SystemClock),
            chance: Arc::new(SeededChance::new(1)),
            guard: Arc::new(AddressGuard::new(["127.0.0.1".to_owned(), "localhost".to_owned()])),
            blobs: Arc::new(SharedBlobs(blobs.clone())),
            session: tokio::sync::Mutex::default(),
            public_url: "https://tertulia.example".to_owned(),
        };
        Self { email, ctx, blobs, cursor: None }
    }

    /// The mailbox `desk` on the test kit's servers.
    pub fn desk(mail: &Mail, more: Value) -> Self {
        Self::of("desk", mail, more)
    }

    pub fn of(name: &str, mail: &Mail, more: Value) -> Self {
        let mut settings = json!({
            "address": format!("{name}@desk.test"), "username": name, "display_name": "The Desk",
            "imap_host": "127.0.0.1", "imap_port": mail.imap_port, "imap_security": "none",
            "smtp_host": "127.0.0.1", "smtp_port": mail.smtp_port, "smtp_security": "none",
        });
        for (key, value) in more.as_object().unwrap() {
            settings[key] = value.clone();
        }
        Self::new(settings, Mail::PASSWORD)
    }

    /// One pull that must succeed; the cursor moves on as the engine moves it.
    pub async fn pull(&mut self) -> Batch {
        let batch = self.email.pull(&self.ctx, self.cursor.clone()).await.unwrap();
        if let Some(next) = &batch.next {
            self.cursor = Some(next.clone());
        }
        batch
    }

    /// Pulls while there is more, at most `times`; all that came.
    pub async fn drain(&mut self, times: usize) -> Vec<Batch> {
        let mut batches = Vec::new();
        for _ in 0..times {
            let batch = self.pull().await;
            let more = batch.more;
            batches.push(batch);
            if !more {
                break;
            }
        }
        batches
    }

    /// What a batch says, understood.
    pub async fn contents(&self, batch: &Batch) -> Vec<(String, Content)> {
        let mut list = Vec::new();
        for item in &batch.items {
            let bytes = match &item.content {
                RawContent::Memory(bytes) => bytes.clone(),
                RawContent::Stored(range) => self.ctx.blobs.read(range).await.unwrap(),
            };
            for event in self.email.normalise(&self.ctx.account, item, &bytes).unwrap() {
                if let InboundKind::Created(content) = event.kind {
                    list.push((event.key.external_id, *content));
                }
            }
        }
        list
    }

    pub async fn subjects(&self, batches: &[Batch]) -> Vec<String> {
        let mut list = Vec::new();
        for batch in batches {
            list.extend(self.contents(batch).await.into_iter().filter_map(|(_, content)| content.subject));
        }
        list
    }
}

pub fn outgoing(id: &str, to: &str, subject: &str) -> Outgoing {
    Outgoing {
        message: MessageId(1),
        external_id: id.to_owned(),
        idempotency_key: id.to_owned(),
        to_handle: String::new(),
        from_address: None,
        from_name: None,
        recipients: vec![Recipient { role: RecipientRole::To, address: to.to_owned(), name: None }],
        subject: Some(subject.to_owned()),
        text: "Hello from the desk.\n".to_owned(),
        references: Vec::new(),
        reply_token: None,
        attachments: Vec::new(),
        forwards: None,
        by_machine: false,
        visibility: Visibility::Private,
    }
}

/// A mail program other than ours.
pub struct Program(pub async_imap::Session<tokio::net::TcpStream>);

impl Program {
    pub async fn sign_in(mail: &Mail, name: &str) -> Self {
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", mail.imap_port)).await.unwrap();
        let mut client = async_imap::Client::new(stream);
        client.read_response().await.unwrap();
        Self(client.login(name, Mail::PASSWORD).await.map_err(|(error, _)| error).unwrap())
    }

    /// Puts a mail into a folder; `arrived` as IMAP writes a date, or now.
    pub async fn put(&mut self, folder: &str, subject: &str, arrived: Option<&str>) {
        self.put_bytes(folder, mail(subject, "body\r\n").as_bytes(), arrived).await;
    }

    pub async fn put_bytes(&mut self, folder: &str, bytes: &[u8], arrived: Option<&str>) {
        let date = arrived.map(|date| format!("\"{date}\""));
        self.0.append(folder, None, date.as_deref(), bytes).await.unwrap();
    }
}

pub fn mail(subject: &str, body: &str) -> String {
    format!(
        "From: Kim <kim@example.test>\r\nTo: desk@desk.test\r\nSubject: {subject}\r\nMessage-ID: <{}@example.test>\r\n\r\n{body}",
        subject.replace(' ', "-")
    )
}
