//! The connector as the engine and the server see it.

use super::*;
use bytes::Bytes;
use serde_json::json;
use std::sync::Arc;
use tertulia_connector::{BlobSink, BlobWriter, Secret, SecretSet, Session, guard::AddressGuard};
use tertulia_model::{
    BlobRange, ChannelId, FixedClock, InboundKind, MessageId, OutgoingAttachment, RawContent, SeededChance, Visibility,
};

mod door;

const NOW: i64 = 1_750_000_000_000;
const SITE_SECRET: &str = "a secret of the host site, 32 bytes or more";
const UUID: &str = "3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d4e5f";

struct NoBlobs;

#[async_trait]
impl BlobSink for NoBlobs {
    async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>> {
        Err(std::io::Error::other("the web chat writes no blob"))
    }
    async fn read(&self, _: &BlobRange) -> std::io::Result<Vec<u8>> {
        Err(std::io::Error::other("the web chat reads no blob"))
    }
}

fn context() -> Context {
    let secret = |name: &str, value: &str| (name.to_owned(), Secret::new(value));
    Context {
        channel: ChannelId(7),
        account: "shop".to_owned(),
        settings: json!({ "name": "Café", "greeting": "Hello.", "allowed_origins": ["https://cafe.example"] }),
        secrets: SecretSet::from([
            secret("visitor_key", "0123456789abcdef0123456789abcdef"),
            secret("identity_secret", SITE_SECRET),
        ]),
        clock: Arc::new(FixedClock::at(NOW)),
        chance: Arc::new(SeededChance::new(1)),
        guard: Arc::new(AddressGuard::default()),
        blobs: Arc::new(NoBlobs),
        session: Session::default(),
        public_url: "https://chat.example".to_owned(),
    }
}

fn impatient() -> WebChat {
    WebChat { patience: Duration::from_millis(5), ..connector() }
}

fn answer_to(handle: &str) -> Outgoing {
    Outgoing {
        message: MessageId(1),
        external_id: "ours:1".to_owned(),
        idempotency_key: "k".to_owned(),
        to_handle: handle.to_owned(),
        from_address: None,
        from_name: None,
        recipients: Vec::new(),
        subject: None,
        text: "Yes, we have.".to_owned(),
        references: Vec::new(),
        reply_token: None,
        attachments: Vec::new(),
        forwards: None,
        by_machine: false,
        visibility: Visibility::Private,
    }
}

fn raw(bytes: &[u8]) -> RawItem {
    RawItem { key: "k".into(), content: RawContent::Memory(bytes.to_vec()), received_at: NOW, hint: Value::Null.into() }
}

#[test]
fn a_visitors_words_are_a_private_message_to_us() {
    let bytes = include_bytes!("../fixtures/unicode.json");
    let events = connector().normalise("shop", &raw(bytes), bytes).unwrap();
    insta::assert_json_snapshot!(events);
}

#[test]
fn all_that_one_visitor_says_hangs_from_one_root_and_others_from_theirs() {
    let root = |handle: &str, id: &str| {
        let bytes = json!({ "v": 1, "handle": handle, "id": id, "text": "x", "received": NOW }).to_string();
        let events = connector().normalise("shop", &raw(bytes.as_bytes()), bytes.as_bytes()).unwrap();
        let InboundKind::Created(content) = &events[0].kind else { panic!("no message") };
        (content.references.clone(), events[0].key.clone())
    };
    let (first, first_key) = root("visitor:a", UUID);
    let (second, second_key) = root("visitor:a", "00000000-0000-4000-8000-000000000000");
    let (other, other_key) = root("visitor:b", UUID);
    assert_eq!(first, second);
    assert_ne!(first, other);
    assert_ne!(first_key, second_key);
    assert_ne!(first_key, other_key, "the same UUID of another visitor took away a message");
}

#[test]
fn hostile_json_is_refused_with_a_reason() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let huge_number = r#"{"v":1,"handle":"visitor:a","id":"x","text":"x","received":1e999}"#;
    let unknown = json!({ "v": 1, "handle": "visitor:a", "id": UUID, "text": "x", "received": 1, "role": "owner" });
    let version = json!({ "v": 2, "handle": "visitor:a", "id": UUID, "text": "x", "received": 1 });
    let nobody = json!({ "v": 1, "handle": "agent:1", "id": UUID, "text": "x", "received": 1 });
    let empty = json!({ "v": 1, "handle": "visitor:a", "id": UUID, "text": "\u{0} ", "received": 1 });
    let uuid = json!({ "v": 1, "handle": "visitor:a", "id": "../../x", "text": "x", "received": 1 });
    let values = [unknown, version, nobody, empty, uuid].map(|value| value.to_string());
    for bytes in [deep.as_str(), huge_number, "null", "{}", "[]"].into_iter().chain(values.iter().map(String::as_str)) {
        let refused = connector().normalise("shop", &raw(b""), bytes.as_bytes());
        assert!(refused.is_err(), "{}", &bytes[..bytes.len().min(80)]);
    }
}

#[tokio::test]
async fn an_answer_is_sent_to_a_visitor_who_is_there_and_only_to_them() {
    let (chat, ctx) = (impatient(), context());
    let guard = chat.presence.enter(ctx.channel, "visitor:a", NOW);
    assert_eq!(chat.send(&ctx, &answer_to("visitor:a")).await.unwrap().external_id, "ours:1");
    assert!(matches!(chat.send(&ctx, &answer_to("visitor:b")).await, Err(SendError::Gone(_))));
    drop(guard);
    assert!(matches!(chat.send(&ctx, &answer_to("visitor:a")).await, Err(SendError::Gone(_))));
}

#[tokio::test]
async fn a_page_that_fell_silent_counts_as_gone() {
    let (chat, ctx) = (impatient(), context());
    let _guard = chat.presence.enter(ctx.channel, "visitor:a", NOW - tertulia_connector::HERE_FOR - 1);
    assert!(matches!(chat.send(&ctx, &answer_to("visitor:a")).await, Err(SendError::Gone(_))));
}

#[tokio::test]
async fn what_the_chat_cannot_carry_is_refused_before_it_is_sent() {
    let (chat, ctx) = (impatient(), context());
    let _guard = chat.presence.enter(ctx.channel, "visitor:a", NOW);
    let file = OutgoingAttachment {
        name: "a.pdf".into(),
        media_type: "application/pdf".into(),
        content: BlobRange { blob: "b".into(), offset: 0, length: 1 },
    };
    let with_file = Outgoing { attachments: vec![file], ..answer_to("visitor:a") };
    assert!(matches!(chat.send(&ctx, &with_file).await, Err(SendError::Rejected(_))));
    assert!(matches!(chat.send(&ctx, &answer_to("amina@example.org")).await, Err(SendError::Rejected(_))));
}

#[tokio::test]
async fn the_test_shows_the_line_to_paste_and_the_sites() {
    let lines = connector().test(&context()).await.unwrap();
    assert!(lines[0].contains("https://chat.example/chat/7/widget.js"), "{lines:?}");
    assert!(lines[1].contains("https://cafe.example"), "{lines:?}");
}

#[test]
fn no_secret_shows_in_debug() {
    let shown = format!("{:?} {:?}", context(), connector());
    assert!(!shown.contains(SITE_SECRET) && !shown.contains("0123456789abcdef"), "{shown}");
}
