//! WebSub (W3C 2018): a hub tells us of news as soon as there is some.
//!
//! What a hub sends is proof that there is something new, and is not read itself: the feed is fetched at once, the one way
//! by which everything of it comes in, so that nothing is told twice.

use crate::settings::Settings;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use tertulia_connector::{
    Context, PullError, ReceiveError, Received, Request,
    guard::{AddressGuard, is_public},
    http::Ask,
    sign,
};
use tertulia_model::{Batch, Errand, Millis};
use url::Url;

pub const PATH: &str = "/hub/";
const KEY: &str = "hub_key";
const SOON: Millis = 60_000;
const DAY: Millis = 24 * 3_600_000;
/// What we ask for; the hub decides.
const LEASE_SECONDS: i64 = 10 * 24 * 3_600;
const LONGEST_CHALLENGE: usize = 2_000;
const LONGEST_HUB: usize = 400;

pub fn errand(hub: &str, topic: &str, due: Millis) -> Errand {
    // The time makes each another task, so that one which stands in for one that was just done is not taken for done, too.
    Errand { key: "hub".to_owned(), task: json!({ "hub": hub, "topic": topic, "due": due }), due }
}

/// Whether the hub could reach us: by an address on the internet, or because it stands in our own house.
pub async fn is_usable(ctx: &Context, guard: &AddressGuard, hub: &str) -> bool {
    if hub.len() > LONGEST_HUB || ctx.secret(KEY).is_none() {
        return false;
    }
    if ctx.public_url.starts_with("https://") {
        return true;
    }
    let Ok(url) = Url::parse(hub) else { return false };
    let Some(host) = url.host_str() else { return false };
    let found = guard.resolve(host, url.port_or_known_default().unwrap_or(80)).await;
    found.is_ok_and(|addresses| addresses.iter().any(|address| !is_public(address.ip())))
}

/// The path of our door for one topic at one hub. Nobody else can make one, so whoever calls there was told by us.
fn path(key: &[u8], hub: &str, topic: &str) -> String {
    let signature = sign::sign(key, &format!("hub\n{hub}\n{topic}"));
    format!("{PATH}{}/{signature}", URL_SAFE_NO_PAD.encode(hub))
}

/// What the hub signs its posts with.
fn secret(key: &[u8], path: &str) -> String {
    sign::sign(key, &format!("content\n{path}"))
}

/// Asks the hub to tell us (§5.1). It asks back at our door whether that is so.
pub async fn subscribe(ctx: &Context, task: &Value) -> Result<Batch, PullError> {
    let part = |name: &str| task.get(name).and_then(Value::as_str);
    let (Some(hub), Some(topic), Some(key)) = (part("hub"), part("topic"), ctx.secret(KEY)) else {
        return Err(PullError::Misconfigured(
            "This errand names no hub, or the channel has no key for hubs.".to_owned(),
        ));
    };
    let (path, now) = (path(key.reveal().as_bytes(), hub, topic), ctx.clock.now());
    let due = task.get("due").and_then(Value::as_i64).unwrap_or(0);
    if due > now + SOON {
        // A lease was given since; its renewal is not due yet.
        return Ok(Batch { errands: vec![errand(hub, topic, due + 1)], ..Batch::default() });
    }
    let form = [
        ("hub.callback", ctx.door_url(&path)),
        ("hub.mode", "subscribe".to_owned()),
        ("hub.topic", topic.to_owned()),
        ("hub.lease_seconds", LEASE_SECONDS.to_string()),
        ("hub.secret", secret(key.reveal().as_bytes(), &path)),
    ];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let guard = ctx.guard.for_all_of(&Settings::read(&ctx.settings)?.url).await?;
    let answer = guard.ask(&Ask::post_form(hub, &form).at_most(64 << 10)).await?;
    // What never comes to be confirmed is asked for again.
    let again_in = match answer.status {
        200..300 => DAY,
        400..500 if answer.status != 429 => {
            tracing::info!(channel = %ctx.channel, status = answer.status, "the hub refuses; the feed is asked as before");
            7 * DAY
        }
        _ => return Err(answer.pull_error("The feed's hub", now)),
    };
    Ok(Batch { errands: vec![errand(hub, topic, now + again_in)], ..Batch::default() })
}

/// What came to our door from a hub; `true` where there is news.
pub fn receive(ctx: &Context, request: &Request) -> Result<(Received, bool), ReceiveError> {
    let key = ctx.secret(KEY).ok_or(ReceiveError::NotFound)?.reveal().as_bytes();
    match request.method.as_str() {
        "GET" => confirm(key, request).map(|received| (received, false)),
        "POST" => {
            check_signature(key, request)?;
            Ok((Received { status: 202, pull_now: true, ..Received::default() }, true))
        }
        _ => Err(ReceiveError::NotFound),
    }
}

/// §5.3: the hub asks whether we asked. Not found is how to say no.
fn confirm(key: &[u8], request: &Request) -> Result<Received, ReceiveError> {
    let asked = |name: &str| request.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let encoded = request.path.strip_prefix(PATH).and_then(|rest| rest.split('/').next());
    let hub =
        encoded.and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok()).and_then(|hub| String::from_utf8(hub).ok());
    let (hub, topic) = hub.zip(asked("hub.topic")).ok_or(ReceiveError::NotFound)?;
    let signed = request.path.rsplit('/').next().unwrap_or_default();
    if !sign::verify(key, &format!("hub\n{hub}\n{topic}"), signed) {
        return Err(ReceiveError::NotFound);
    }
    match asked("hub.mode") {
        Some("subscribe") => {
            let challenge = asked("hub.challenge").filter(|text| !text.is_empty() && text.len() <= LONGEST_CHALLENGE);
            let challenge = challenge.ok_or_else(|| ReceiveError::Invalid("There is no hub.challenge.".to_owned()))?;
            let lease = asked("hub.lease_seconds").and_then(|lease| lease.parse().ok()).unwrap_or(LEASE_SECONDS);
            let lease = lease.clamp(600, 90 * 24 * 3_600) * 1_000;
            let renew = errand(&hub, topic, request.at + lease / 10 * 9);
            let batch = Batch { errands: vec![renew], ..Batch::default() };
            let plain = Some(("text/plain", challenge.as_bytes().to_vec()));
            Ok(Received { batch, status: 200, plain, ..Received::default() })
        }
        // §5.2: refused, now or later on. It may think otherwise in a week.
        Some("denied") => {
            let batch = Batch { errands: vec![errand(&hub, topic, request.at + 7 * DAY)], ..Batch::default() };
            Ok(Received { batch, status: 200, ..Received::default() })
        }
        // We never ask to be told no more: a lease that is not renewed ends.
        _ => Err(ReceiveError::NotFound),
    }
}

/// §7.1: `X-Hub-Signature: sha256=…` over the body as it came.
fn check_signature(key: &[u8], request: &Request) -> Result<(), ReceiveError> {
    let wrong = || ReceiveError::Forbidden("This is not signed with the secret that the hub was given.".to_owned());
    let (method, given) =
        request.header("x-hub-signature").and_then(|header| header.split_once('=')).ok_or_else(wrong)?;
    let given = from_hex(given.trim()).ok_or_else(wrong)?;
    let secret = secret(key, &request.path);
    let (secret, body) = (secret.as_bytes(), request.body.as_ref());
    let good = match method.trim() {
        "sha1" => is_mac::<Hmac<sha1::Sha1>>(secret, body, &given),
        "sha256" => is_mac::<Hmac<sha2::Sha256>>(secret, body, &given),
        "sha384" => is_mac::<Hmac<sha2::Sha384>>(secret, body, &given),
        "sha512" => is_mac::<Hmac<sha2::Sha512>>(secret, body, &given),
        _ => false,
    };
    if good { Ok(()) } else { Err(wrong()) }
}

fn is_mac<M: Mac + KeyInit>(secret: &[u8], body: &[u8], given: &[u8]) -> bool {
    <M as KeyInit>::new_from_slice(secret).is_ok_and(|mut mac| {
        mac.update(body);
        mac.verify_slice(given).is_ok()
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0 && digits.len() <= 128)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
