//! Who posts: a signature as Standard Webhooks has it, or a bearer token where the sender cannot sign.
//!
//! The signature is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. A header may carry several, while the
//! sender changes its secret. Our own thirty lines rather than a crate, since the time is handed in.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tertulia_connector::{Context, ReceiveError, Request, sign};
use tertulia_model::Millis;

/// How old or how new a signed request may be.
const WINDOW: Millis = 5 * 60_000;
const PREFIX: &str = "whsec_";
/// More signatures in one header than any change of secrets needs.
const MOST_SIGNATURES: usize = 16;
const LEAST_SECRET: usize = 16;

/// Whether senders sign; else they show a token.
pub fn signs(ctx: &Context) -> bool {
    ctx.text("proof") != Some("bearer")
}

/// What the sender signs with, or the token it shows: as typed, or made from this channel's own key.
pub fn secret(ctx: &Context) -> Option<String> {
    if let Some(typed) = ctx.secret("secret") {
        return Some(typed.reveal().trim().to_owned());
    }
    made(ctx)
}

/// The secret that was made for this channel. It is another one than the key it is made of, which nobody ever sees.
pub fn made(ctx: &Context) -> Option<String> {
    let key = ctx.secret("door_key")?.reveal().as_bytes();
    if !signs(ctx) {
        return Some(sign::sign(key, "bearer"));
    }
    let secret = URL_SAFE_NO_PAD.decode(sign::sign(key, "standard-webhooks")).ok()?;
    Some(format!("{PREFIX}{}", STANDARD.encode(secret)))
}

/// The bytes behind `whsec_…`.
pub fn key_of(secret: &str) -> Result<Vec<u8>, String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).unwrap_or_default();
    if key.len() < LEAST_SECRET {
        let reason =
            "The signing secret must be whsec_ and at least 16 bytes in base64. Leave it empty to have one made.";
        return Err(reason.to_owned());
    }
    Ok(key)
}

/// Who cannot prove it is turned away with what was wrong, and nothing of the secret.
pub fn check(ctx: &Context, request: &Request) -> Result<(), ReceiveError> {
    let secret = secret(ctx)
        .ok_or_else(|| ReceiveError::Forbidden("This channel has no secret yet: add it again.".to_owned()))?;
    if !signs(ctx) {
        let shown = request.bearer().unwrap_or_default();
        let refused = || ReceiveError::Unauthorised("Send this channel's token: Authorization: Bearer …".to_owned());
        return if sign::same(shown, &secret) { Ok(()) } else { Err(refused()) };
    }
    let key = key_of(&secret).map_err(ReceiveError::Forbidden)?;
    signature(&key, request).map_err(|why| ReceiveError::Unauthorised(why.to_owned()))
}

fn signature(key: &[u8], request: &Request) -> Result<(), &'static str> {
    let header = |name: &str| request.header(name).filter(|value| !value.is_empty());
    let (Some(id), Some(time), Some(signatures)) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
    else {
        return Err("The headers webhook-id, webhook-timestamp and webhook-signature are needed (Standard Webhooks).");
    };
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    for part in [id.as_bytes(), b".", time.as_bytes(), b".", &request.body] {
        mac.update(part);
    }
    let signatures = signatures.split_whitespace().take(MOST_SIGNATURES).filter_map(|one| one.strip_prefix("v1,"));
    let fits = signatures
        .filter_map(|signature| STANDARD.decode(signature).ok())
        .any(|given| mac.clone().verify_slice(&given).is_ok());
    if !fits {
        return Err("None of the signatures fits. Is the secret this channel's, and the body signed as it is sent?");
    }
    // Only now: what is unsigned tells nobody how our clock goes.
    let seconds: Millis = time.parse().map_err(|_| "webhook-timestamp must be the time in seconds since 1970.")?;
    let age = request.at.saturating_sub(seconds.saturating_mul(1_000));
    if age.abs() > WINDOW {
        return Err(
            "It was signed more than five minutes ago or in the future. Sign each try anew; is the clock right?",
        );
    }
    Ok(())
}
