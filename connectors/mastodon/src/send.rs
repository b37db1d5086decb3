//! Answering: one status, under a key by which the server drops repeats.

use crate::{
    api::Api,
    said::{same_words, written_at},
    settings::Settings,
    text::is_web,
};
use serde_json::{Value, json};
use std::time::Duration;
use tertulia_connector::{Context, PullError, SendError, Sent, guard::GuardError, http::Ask};
use tertulia_model::{Outgoing, Visibility, time_of};
use url::Url;

/// A server remembers an `Idempotency-Key` for an hour. What may have been sent longer ago is looked for first.
const KEY_LIVES: i64 = 50 * 60_000;
/// A repeat is harmless, so it may come soon.
const SOON: Duration = Duration::from_secs(10);

/// The post that is answered, as the server shows it to us.
struct Parent {
    id: String,
    acct: String,
    visibility: String,
    spoiler: String,
}

pub async fn send(ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
    let settings = Settings::read(&ctx.settings);
    let api = Api::of(ctx, &settings).await.map_err(not_yet)?;
    if !outgoing.attachments.is_empty() {
        return Err(SendError::Rejected("This channel sends words only. Send the answer without the file.".to_owned()));
    }
    let parent = match outgoing.references.last() {
        Some(uri) => Some(parent(&api, uri).await?),
        None => None,
    };
    let post = compose(&settings, outgoing, parent.as_ref())?;
    if ctx.clock.now() - time_of(outgoing.message.0) > KEY_LIVES
        && let Some(sent) = look_for(&api, outgoing, &post).await?
    {
        return Ok(sent);
    }
    let ask = Ask::post_json(api.url("/api/v1/statuses", &[]), &post);
    let ask = api.with_token(ask).header("idempotency-key", outgoing.idempotency_key.clone());
    let answer = api.guard.ask(&ask).await.map_err(broken)?;
    if !answer.is_success() {
        return Err(match answer.status {
            // It may have been taken: the same key finds it then.
            500..600 if answer.status != 503 => again(format!("The Mastodon server answered {}.", answer.status)),
            _ => api.refused_sending(&answer),
        });
    }
    let uri = answer.json().ok().and_then(|status| status.get("uri")?.as_str().map(str::to_owned));
    let unreadable = || again("The Mastodon server's answer cannot be read.".to_owned());
    uri.map(|external_id| Sent { external_id }).ok_or_else(unreadable)
}

/// Looks among what our account said last for a post that answers the same with the same words.
pub async fn find_sent(ctx: &Context, outgoing: &Outgoing) -> Result<Option<Sent>, PullError> {
    let settings = Settings::read(&ctx.settings);
    let api = Api::of(ctx, &settings).await?;
    let parent = match outgoing.references.last() {
        Some(uri) => match parent(&api, uri).await {
            Ok(parent) => Some(parent),
            Err(SendError::Rejected(_)) => return Ok(None),
            Err(error) => return Err(looking(error)),
        },
        None => None,
    };
    let Ok(post) = compose(&settings, outgoing, parent.as_ref()) else { return Ok(None) };
    look_for(&api, outgoing, &post).await.map_err(looking)
}

fn looking(error: SendError) -> PullError {
    match error {
        SendError::RetryAfter { wait, reason } | SendError::Throttled { wait, reason } => {
            PullError::RetryAfter { wait, reason }
        }
        SendError::Reauthorise(why) => PullError::Reauthorise(why),
        error => PullError::Retry(error.to_string()),
    }
}

async fn look_for(api: &Api<'_>, outgoing: &Outgoing, post: &Value) -> Result<Option<Sent>, SendError> {
    // Where our own account is not to be found the server is not itself: that proves nothing of what went out.
    let missing = || again("The Mastodon server says that this account is not there.".to_owned());
    let me: Option<Value> = api.find_to_answer("/api/v1/accounts/verify_credentials", &[]).await?;
    let me = me.as_ref().and_then(|me| me.get("id")?.as_str()).ok_or_else(missing)?;
    let query = [("exclude_reblogs", "true"), ("limit", "40")];
    let ours: Option<Vec<Value>> = api.find_to_answer(&format!("/api/v1/accounts/{me}/statuses"), &query).await?;
    let ours = ours.ok_or_else(missing)?;
    let since = time_of(outgoing.message.0) - 120_000;
    for status in ours.iter().filter(|status| written_at(status).is_some_and(|at| at >= since)) {
        let text = |name: &str| status.get(name).and_then(Value::as_str);
        let (Some(id), Some(uri)) = (text("id"), text("uri")) else { continue };
        if text("in_reply_to_id") != post.get("in_reply_to_id").and_then(Value::as_str) {
            continue;
        }
        let source: Option<Value> = api.find_to_answer(&format!("/api/v1/statuses/{id}/source"), &[]).await?;
        let words = source.as_ref().and_then(|source| source.get("text")?.as_str());
        if words.zip(post["status"].as_str()).is_some_and(|(there, here)| same_words(there, here)) {
            return Ok(Some(Sent { external_id: uri.to_owned() }));
        }
    }
    Ok(None)
}

/// The post's own name leads to its local id: by its address where it is at home here, else by a search that resolves.
async fn parent(api: &Api<'_>, uri: &str) -> Result<Parent, SendError> {
    let found = match local_id(&api.settings.base, uri) {
        Some(id) => {
            let status: Option<Value> = api.find_to_answer(&format!("/api/v1/statuses/{id}"), &[]).await?;
            status.filter(|status| status.get("uri").and_then(Value::as_str) == Some(uri))
        }
        None => None,
    };
    let found = match found {
        Some(found) => Some(found),
        None => search(api, uri).await?,
    };
    let found = found.ok_or_else(|| {
        SendError::Rejected(
            "The post that this answers is gone, or this account may not see it any more. Nothing was sent.".to_owned(),
        )
    })?;
    let text = |name: &str| found.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Parent {
        id: text("id"),
        acct: found.pointer("/account/acct").and_then(Value::as_str).unwrap_or_default().to_owned(),
        visibility: text("visibility"),
        spoiler: text("spoiler_text"),
    })
}

/// The number at the end of the address, where the post is at home on the very server that is asked.
fn local_id(base: &str, uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    if url.origin().ascii_serialization() != base {
        return None;
    }
    let last = url.path_segments()?.next_back()?.to_owned();
    (!last.is_empty() && last.len() <= 40 && last.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(last)
}

async fn search(api: &Api<'_>, uri: &str) -> Result<Option<Value>, SendError> {
    if !is_web(uri) {
        return Ok(None);
    }
    let query = [("q", uri), ("type", "statuses"), ("resolve", "true"), ("limit", "5")];
    let found: Option<Value> = api.find_to_answer("/api/v2/search", &query).await?;
    let mut statuses = found.as_ref().and_then(|found| found.get("statuses")?.as_array()).into_iter().flatten();
    Ok(statuses.find(|status| status.get("uri").and_then(Value::as_str) == Some(uri)).cloned())
}

fn compose(settings: &Settings, outgoing: &Outgoing, parent: Option<&Parent>) -> Result<Value, SendError> {
    let to = match parent {
        // An answer below a post of our own goes to whom the engine names.
        Some(parent) if !is_same(&parent.acct, &settings.handle, settings.domain()) => parent.acct.as_str(),
        _ => outgoing.to_handle.trim_start_matches('@'),
    };
    let text = outgoing.whole_text();
    if text.trim().is_empty() {
        return Err(SendError::Rejected("There are no words to send.".to_owned()));
    }
    let named = !to.is_empty() && !is_same(to, &settings.handle, settings.domain());
    if parent.is_none() && !named {
        return Err(SendError::Rejected("This message is addressed to no account.".to_owned()));
    }
    let status = if named && !mentions(&text, to, settings.domain()) { format!("@{to} {text}") } else { text };
    let mut post = json!({"status": status, "visibility": visibility(settings, outgoing.visibility, parent)});
    if let Some(parent) = parent {
        post["in_reply_to_id"] = parent.id.clone().into();
        // What stood behind a warning is answered behind it.
        if !parent.spoiler.trim().is_empty() {
            post["spoiler_text"] = parent.spoiler.clone().into();
            post["sensitive"] = true.into();
        }
    }
    Ok(post)
}

/// Never wider than what is answered, and never wider than the person who wrote it wants.
fn visibility(settings: &Settings, wanted: Visibility, parent: Option<&Parent>) -> &'static str {
    let open = if settings.answers_public { "public" } else { "unlisted" };
    let of_parent = match parent.map(|parent| parent.visibility.as_str()) {
        Some("public") | None => open,
        Some("unlisted") => "unlisted",
        Some("private") => "private",
        // Also what we do not know: a mention alone reads it.
        Some(_) => "direct",
    };
    match (wanted, of_parent) {
        // Theirs to their followers is not ours to our followers: other people.
        (Visibility::Private, _) => "direct",
        (_, of_parent) => of_parent,
    }
}

fn is_same(acct: &str, handle: &str, domain: &str) -> bool {
    let acct = acct.trim_start_matches('@').to_lowercase();
    acct == handle || format!("{acct}@{domain}") == handle
}

/// Whether the words name them already, with their server or without.
fn mentions(text: &str, acct: &str, domain: &str) -> bool {
    let acct = acct.to_lowercase();
    let local = acct.strip_suffix(domain).and_then(|name| name.strip_suffix('@'));
    let names = [Some(acct.as_str()), local];
    text.to_lowercase()
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ':' | '!' | '?'))
        .any(|word| word.strip_prefix('@').is_some_and(|name| names.contains(&Some(name.trim_end_matches('.')))))
}

/// Nothing was asked for yet that could double.
fn not_yet(error: PullError) -> SendError {
    match error {
        PullError::Retry(reason) => SendError::RetryAfter { wait: Duration::from_secs(30), reason },
        PullError::RetryAfter { wait, reason } => SendError::Throttled { wait, reason },
        PullError::Reauthorise(why) => SendError::Reauthorise(why),
        PullError::Misconfigured(why) => SendError::Rejected(why),
    }
}

fn broken(error: GuardError) -> SendError {
    match error {
        GuardError::Private { .. } | GuardError::BadUrl(_) => SendError::Rejected(error.to_string()),
        error => again(error.to_string()),
    }
}

fn again(what: String) -> SendError {
    let reason =
        format!("{what} It may have been taken; it is sent again with the same key, and the server drops a repeat.");
    SendError::RetryAfter { wait: SOON, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parent(visibility: &str) -> Parent {
        Parent {
            id: "7".to_owned(),
            acct: "kim@other.example".to_owned(),
            visibility: visibility.to_owned(),
            spoiler: String::new(),
        }
    }

    #[test]
    fn an_answer_is_never_wider_than_what_it_answers() {
        for (setting, of_parent, wanted, becomes) in [
            ("unlisted", "public", Visibility::Public, "unlisted"),
            ("public", "public", Visibility::Public, "public"),
            ("public", "unlisted", Visibility::Public, "unlisted"),
            ("public", "private", Visibility::Public, "private"),
            ("public", "direct", Visibility::Public, "direct"),
            ("public", "mutuals_only", Visibility::Public, "direct"),
            ("public", "public", Visibility::Private, "direct"),
            ("public", "unlisted", Visibility::Private, "direct"),
            ("public", "private", Visibility::Private, "direct"),
            ("public", "direct", Visibility::Private, "direct"),
        ] {
            let settings = Settings::read(&json!({"server": "m.example", "handle": "shop", "answers": setting}));
            assert_eq!(
                visibility(&settings, wanted, Some(&parent(of_parent))),
                becomes,
                "{setting} {of_parent} {wanted:?}"
            );
        }
    }

    #[test]
    fn who_is_named_already_is_not_named_again() {
        assert!(mentions("Hello @kim@other.example, yes", "kim@other.example", "m.example"));
        assert!(mentions("hi @Kim!", "kim@m.example", "m.example") && mentions("hi @kim.", "kim", "m.example"));
        assert!(
            !mentions("hi @kimberly", "kim", "m.example")
                && !mentions("mail kim@other.example", "kim@other.example", "m.example")
        );
    }

    #[test]
    fn a_local_id_is_read_only_from_an_address_of_the_same_server() {
        let base = "https://m.example";
        assert_eq!(local_id(base, "https://m.example/users/kim/statuses/113").as_deref(), Some("113"));
        assert_eq!(local_id(base, "https://evil.example/users/kim/statuses/113"), None);
        assert_eq!(local_id(base, "https://m.example/users/kim/statuses/1%2F..%2F2"), None);
        assert_eq!(local_id(base, "tag:m.example,2020:7"), None);
    }
}
