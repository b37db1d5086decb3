//! Asking the server, and what its answers mean.

use crate::settings::Settings;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tertulia_connector::{
    Context, PullError, SendError,
    guard::{AddressGuard, GuardError},
    http::{Answer, Ask},
};
use tertulia_model::Millis;

/// Who we are.
const ME: &str = "/api/v1/accounts/verify_credentials";
const WHO: &str = "The Mastodon server";
/// A page of forty statuses has some hundred kilobytes.
const PAGE_BYTES: usize = 16 << 20;
/// How soon a question is asked again that makes an answer ready.
const SOON: Duration = Duration::from_secs(30);
/// The longest that a server's own words make us wait.
const LONGEST: Duration = Duration::from_secs(3_600);

pub struct Api<'a> {
    pub ctx: &'a Context,
    pub settings: &'a Settings,
    /// For the server, and for all that it names or leads to.
    pub guard: Arc<AddressGuard>,
    token: &'a str,
}

impl<'a> Api<'a> {
    pub async fn of(ctx: &'a Context, settings: &'a Settings) -> Result<Self, PullError> {
        let server = url::Url::parse(&settings.base);
        let server = server.map_err(|_| PullError::Misconfigured("The settings name no server.".to_owned()))?;
        let token = ctx.secret("access_token");
        let token = token.ok_or_else(|| PullError::Reauthorise("There is no access token: enter one.".to_owned()))?;
        let guard = ctx.guard.for_all_of(&server).await?;
        Ok(Self { ctx, settings, guard, token: token.reveal() })
    }

    /// `path` begins with a slash; the values of the query are written as an address needs them.
    pub fn url(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut url = format!("{}{path}", self.settings.base);
        if !query.is_empty() {
            url.push('?');
            url.push_str(&url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish());
        }
        url
    }

    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Ask {
        Ask::get(self.url(path, query)).bearer(self.token)
    }

    pub fn with_token(&self, ask: Ask) -> Ask {
        ask.bearer(self.token)
    }

    /// Any answer, whatever its status; too large a one is an error of its own.
    pub async fn answer(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, GuardError> {
        self.guard.ask(&self.get(path, query).at_most(PAGE_BYTES)).await
    }

    pub async fn read<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, PullError> {
        let answer = self.answer(path, query).await?;
        self.understood(&answer)
    }

    /// The same, where it may not be there (any more).
    pub async fn find<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<Option<T>, PullError> {
        let answer = self.answer(path, query).await?;
        if matches!(answer.status, 404 | 410) {
            return Ok(None);
        }
        self.understood(&answer).map(Some)
    }

    /// The same, where what is forbidden (403) is as good as not there.
    pub async fn peek<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<Option<T>, PullError> {
        let answer = self.answer(path, query).await?;
        if matches!(answer.status, 403 | 404 | 410) {
            return Ok(None);
        }
        self.understood(&answer).map(Some)
    }

    pub fn understood<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, PullError> {
        if !answer.is_success() {
            return Err(self.refused(answer));
        }
        serde_json::from_slice(&answer.body).map_err(|_| {
            PullError::Retry(format!("{WHO} gave an answer that cannot be read; it is asked again by itself."))
        })
    }

    /// What an answer that is no success means for hearing.
    pub fn refused(&self, answer: &Answer) -> PullError {
        let now = self.ctx.clock.now();
        match answer.pull_error(WHO, now) {
            PullError::RetryAfter { wait, reason } => {
                PullError::RetryAfter { wait: pause(answer, now).unwrap_or(wait), reason }
            }
            // What only stands before the server forbids in its own way.
            PullError::Retry(said) if answer.status == 403 && is_of_the_server(answer) => {
                PullError::Reauthorise(format!(
                    "{said} Make a token with the scopes read and write:statuses, and see whether the account is open."
                ))
            }
            other => other,
        }
    }

    /// A server may refuse one question and accept the token all the same: the channel stops for a person only where the
    /// server does not know us any more.
    pub async fn confirmed(&self, error: PullError) -> PullError {
        let PullError::Reauthorise(why) = error else { return error };
        match self.read::<Value>(ME, &[]).await {
            Err(PullError::Reauthorise(_)) => PullError::Reauthorise(why),
            Err(_) => PullError::Retry(why),
            Ok(_) => PullError::Retry(format!("{why} It accepts the token for other questions, so it is asked again.")),
        }
    }

    /// The same for an answer that is being made ready, where it may not be there (any more): what is refused, is refused to
    /// this one answer, and others may go out all the same.
    pub async fn find_to_answer<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Option<T>, SendError> {
        let answer = self.answer(path, query).await.map_err(|error| match error {
            GuardError::Private { .. } | GuardError::BadUrl(_) => SendError::Rejected(error.to_string()),
            error => SendError::RetryAfter { wait: SOON, reason: error.to_string() },
        })?;
        match answer.status {
            404 | 410 => Ok(None),
            500..600 if answer.status != 503 => {
                Err(SendError::RetryAfter { wait: SOON, reason: format!("{WHO} answered {}.", answer.status) })
            }
            _ if !answer.is_success() => Err(self.refused_sending(&answer)),
            _ => serde_json::from_slice(&answer.body).map(Some).map_err(|_| SendError::RetryAfter {
                wait: SOON,
                reason: format!("{WHO} gave an answer that cannot be read; it is asked again by itself."),
            }),
        }
    }

    /// What a refusal means for sending: nothing was done with what was refused. To forbid (403) concerns this message: the
    /// person answered has blocked the account, or the post is not for it. Only credentials that are not accepted (401)
    /// stop the channel.
    pub fn refused_sending(&self, answer: &Answer) -> SendError {
        let now = self.ctx.clock.now();
        match answer.send_error(WHO, now) {
            SendError::Throttled { wait, reason } => {
                SendError::Throttled { wait: pause(answer, now).unwrap_or(wait), reason }
            }
            SendError::Rejected(said) if answer.status == 403 => SendError::Rejected(format!(
                "{said} Nothing was sent. They may have blocked the account, or the post may not be answered. If this happens \
                 to every answer, the token lacks the scope write:statuses."
            )),
            other => other,
        }
    }
}

/// Mastodon and its kin say in JSON why they forbid something.
fn is_of_the_server(answer: &Answer) -> bool {
    answer.json().is_ok_and(|json| json.get("error").is_some())
}

/// The time at which the server's count begins anew. Mastodon says a date; some of its kin say seconds.
pub fn pause(answer: &Answer, now: Millis) -> Option<Duration> {
    if let Some(wait) = answer.retry_after(now) {
        return Some(wait.min(LONGEST));
    }
    let reset = answer.header("x-ratelimit-reset")?.trim();
    let at = match reset.parse::<i64>() {
        Ok(seconds) => seconds.checked_mul(1000)?,
        Err(_) => time(reset)?,
    };
    let wait = Duration::from_millis(at.saturating_sub(now).max(1_000).unsigned_abs());
    Some(wait.min(LONGEST))
}

/// A time as Mastodon writes it (RFC 3339), in milliseconds.
pub fn time(text: &str) -> Option<Millis> {
    text.parse::<jiff::Timestamp>().ok().map(|at| at.as_millisecond())
}

/// Who we are here, as the server says.
#[derive(Debug, Clone)]
pub struct Me {
    pub id: String,
    pub acct: String,
}

impl Me {
    pub async fn ask(api: &Api<'_>) -> Result<Self, PullError> {
        let account: Value = api.read(ME, &[]).await?;
        let text = |name: &str| account.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let me = Self { id: text("id"), acct: text("acct").to_lowercase() };
        let user = api.settings.handle.split('@').next().unwrap_or_default();
        if me.id.is_empty() || me.acct.split('@').next() != Some(user) {
            return Err(PullError::Misconfigured(format!(
                "The access token belongs to @{}, and the settings say @{}. Correct one of the two.",
                me.acct, api.settings.handle
            )));
        }
        Ok(me)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tertulia_connector::{BlobSink, BlobWriter, Secret, SecretSet};
    use tertulia_model::{BlobRange, ChannelId, FixedClock, SeededChance};

    struct NoBlobs;

    #[async_trait::async_trait]
    impl BlobSink for NoBlobs {
        async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>> {
            Err(std::io::ErrorKind::StorageFull.into())
        }

        async fn read(&self, _range: &BlobRange) -> std::io::Result<Vec<u8>> {
            Err(std::io::ErrorKind::NotFound.into())
        }
    }

    fn context(server: &str) -> Context {
        Context {
            channel: ChannelId(7),
            account: "shop".to_owned(),
            settings: json!({"server": server, "handle": "@shop@m.example"}),
            secrets: SecretSet::from([("access_token".to_owned(), Secret::new("token"))]),
            clock: Arc::new(FixedClock::at(0)),
            chance: Arc::new(SeededChance::new(1)),
            guard: Arc::new(AddressGuard::new(["127.0.0.1".to_owned()])),
            blobs: Arc::new(NoBlobs),
            session: tokio::sync::Mutex::default(),
            public_url: "https://tertulia.example".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_server_of_the_world_leads_nowhere_into_our_house_and_our_own_server_does() {
        for (server, may) in [("https://1.1.1.1", false), ("http://127.0.0.1:3000", true)] {
            let ctx = context(server);
            let settings = Settings::read(&ctx.settings);
            let api = Api::of(&ctx, &settings).await.unwrap();
            let led = api.guard.resolve("127.0.0.1", 80).await;
            assert_eq!(led.is_ok(), may, "{server}: {led:?}");
        }
    }

    #[test]
    fn a_pause_is_read_as_a_date_or_as_seconds_and_never_longer_than_an_hour() {
        let answer = |name: &str, value: &str| Answer {
            status: 429,
            headers: vec![(name.to_owned(), value.to_owned())],
            url: String::new(),
            moved_for_good: false,
            is_cut: false,
            body: Vec::new(),
        };
        let now = 1_750_000_000_000;
        let reset = |value: &str| pause(&answer("x-ratelimit-reset", value), now).map(|wait| wait.as_secs());
        assert_eq!(reset("2025-06-15T15:07:40.123456Z"), Some(60));
        assert_eq!(reset("1750000090"), Some(90));
        assert_eq!(reset("1"), Some(1));
        assert_eq!(reset("99999999999999"), Some(3_600));
        assert_eq!(reset("9223372036854775807"), None);
        assert_eq!(reset("soon"), None);
        assert_eq!(pause(&answer("retry-after", "7"), now).map(|wait| wait.as_secs()), Some(7));
    }
}
