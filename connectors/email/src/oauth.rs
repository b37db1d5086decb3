//! Signing in with a token (XOAUTH2) and renewing it (RFC 6749 §6).

use crate::settings::Settings;
use serde::Deserialize;
use std::{collections::HashMap, sync::Mutex};
use tertulia_connector::{Context, Secret, http::Ask, sign::sign};
use tertulia_model::{ChannelId, Millis};

const MAX_ANSWER: usize = 64 << 10;
/// A token is renewed this long before it ends, so that it does not end on the way.
const MARGIN: Millis = 60_000;

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// The provider wants a person to agree anew.
    Refused(String),
    Later(String),
}

/// Tokens in hand by channel, so that not every mail asks for one.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<ChannelId, Held>>);

struct Held {
    /// Tells tokens of earlier credentials apart, without keeping those.
    credentials: String,
    token: Secret,
    until: Millis,
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    expires_in: Option<i64>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Tokens {
    pub async fn access_token(&self, ctx: &Context, settings: &Settings) -> Result<Secret, TokenError> {
        let refused = |why: &str| TokenError::Refused(why.to_owned());
        let refresh = ctx.secret("oauth_refresh_token").ok_or_else(|| refused("There is no refresh token yet."))?;
        let url = settings.token_url.as_deref().ok_or_else(|| refused("The settings name no token address."))?;
        let client_id = settings.client_id.as_deref().unwrap_or_default();
        let credentials = sign(refresh.reveal().as_bytes(), &format!("{url} {client_id}"));
        let now = ctx.clock.now();
        if let Some(held) = self.lock().get(&ctx.channel)
            && held.credentials == credentials
            && now < held.until - MARGIN
        {
            return Ok(held.token.clone());
        }
        let mut form =
            vec![("grant_type", "refresh_token"), ("refresh_token", refresh.reveal()), ("client_id", client_id)];
        form.extend(ctx.secret("oauth_client_secret").map(|secret| ("client_secret", secret.reveal())));
        let fetched = ctx.guard.ask(&Ask::post_form(url, &form).at_most(MAX_ANSWER)).await;
        let fetched = fetched.map_err(|error| TokenError::Later(format!("The token service: {error}")))?;
        let answer = read(fetched.status, &fetched.body)?;
        let token = Secret::new(answer.0);
        self.lock().insert(ctx.channel, Held { credentials, token: token.clone(), until: now + answer.1 * 1000 });
        Ok(token)
    }

    /// Forgets a token that a server refused; whether there was one.
    pub fn forget(&self, channel: ChannelId) -> bool {
        self.lock().remove(&channel).is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ChannelId, Held>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The token and how many seconds it lasts.
pub fn read(status: u16, body: &[u8]) -> Result<(String, i64), TokenError> {
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    match answer {
        Some(Answer { access_token: Some(token), expires_in, .. }) if status == 200 => {
            Ok((token, expires_in.unwrap_or(300).clamp(0, 86_400)))
        }
        // RFC 6749 §5.2: what is wrong with the request or the grant is 400 or 401, and stays wrong.
        Some(Answer { error: Some(error), error_description, .. }) if matches!(status, 400 | 401 | 403) => {
            let why = error_description.unwrap_or(error);
            Err(TokenError::Refused(format!("Your provider did not renew the token: {}", crate::one_line(&why, 200))))
        }
        _ => Err(TokenError::Later(format!("The token service answered with status {status}."))),
    }
}

/// The first and only message of XOAUTH2, before base64.
pub fn xoauth2(user: &str, token: &Secret) -> String {
    format!("user={user}\x01auth=Bearer {}\x01\x01", token.reveal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_in_message_is_the_one_that_google_and_microsoft_document() {
        let message = xoauth2("someuser@example.com", &Secret::new("ya29.token"));
        assert_eq!(message, "user=someuser@example.com\u{1}auth=Bearer ya29.token\u{1}\u{1}");
    }

    #[test]
    fn a_refused_grant_needs_a_person_and_a_sick_service_only_time() {
        assert_eq!(read(200, br#"{"access_token":"t","expires_in":3600}"#), Ok(("t".to_owned(), 3600)));
        assert!(matches!(read(400, br#"{"error":"invalid_grant"}"#), Err(TokenError::Refused(_))));
        assert!(matches!(read(503, b"<html>"), Err(TokenError::Later(_))));
        assert!(matches!(read(200, b"{}"), Err(TokenError::Later(_))));
    }
}
