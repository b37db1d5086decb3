//! Answering: one record under a key that was chosen beforehand. To put it twice changes nothing.

use crate::{
    facets::{Feature, facet, find},
    login::{Call, Trouble, WHO, call, did_of, error_of, pause, sending},
    names::{POST, parts_of, post_uri},
    settings::Settings,
};
use serde_json::{Value, json};
use std::time::Duration;
use tertulia_connector::{Context, PullError, SendError, Sent, guard::GuardError, http::Answer};
use tertulia_model::{Millis, Outgoing, Visibility, time_of};

const SOON: Duration = Duration::from_secs(10);

pub async fn send(ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
    let settings = Settings::read(&ctx.settings);
    let now = ctx.clock.now();
    let answered = may_go(outgoing)?;
    let key = parts_of(&outgoing.external_id).map(|(_, key)| key.to_owned());
    let key = key.ok_or_else(|| SendError::Rejected("This message has no record key.".to_owned()))?;
    let reply = reply_to(ctx, &settings, answered).await?;
    let text = outgoing.whole_text();
    let mut record = json!({
        "$type": POST,
        "text": text,
        // The same in each attempt, so that a repeat is no change.
        "createdAt": written(outgoing),
        "reply": reply,
    });
    let facets = features(ctx, &settings, &text).await?;
    if !facets.is_empty() {
        record["facets"] = facets.into();
    }
    let us = our_did(ctx, &settings).await?;
    let body = json!({"repo": us, "collection": POST, "rkey": key, "record": record});
    let (did, answer) = match call(ctx, &settings, Call::Do("com.atproto.repo.putRecord", &body)).await {
        Ok(answered) => answered,
        Err(Trouble::Guard(error @ (GuardError::Http(_) | GuardError::TooLarge(_)))) => {
            return Err(again(&error.to_string()));
        }
        Err(trouble) => return Err(sending(trouble, now)),
    };
    if answer.is_success() {
        return Ok(Sent { external_id: post_uri(&did, &key) });
    }
    Err(match answer.status {
        500..600 if answer.status != 503 => again(&format!("{WHO} answered {}.", answer.status)),
        _ => refused(&answer, now),
    })
}

/// Looks for the record under its key.
pub async fn find_sent(ctx: &Context, outgoing: &Outgoing) -> Result<Option<Sent>, PullError> {
    let settings = Settings::read(&ctx.settings);
    let Some((_, key)) = parts_of(&outgoing.external_id) else { return Ok(None) };
    let us = did_of(ctx, &settings, &settings.handle).await?;
    let there = record(ctx, &settings, &us, key).await.map_err(|error| PullError::Retry(error.to_string()))?;
    Ok(there.map(|_| Sent { external_id: post_uri(&us, key) }))
}

/// The address of what is answered, if the message can go out here at all.
fn may_go(outgoing: &Outgoing) -> Result<&str, SendError> {
    let rejected = |words: &str| Err(SendError::Rejected(words.to_owned()));
    if outgoing.visibility == Visibility::Private {
        return rejected("Everybody can read what is said on Bluesky. Answer in public, or by another way.");
    }
    if !outgoing.attachments.is_empty() {
        return rejected("This channel sends words only. Send the answer without the file.");
    }
    if outgoing.whole_text().trim().is_empty() {
        return rejected("There are no words to send.");
    }
    match outgoing.references.last() {
        Some(uri) if parts_of(uri).is_some() => Ok(uri),
        _ => rejected("There is no post here that this would answer."),
    }
}

async fn our_did(ctx: &Context, settings: &Settings) -> Result<String, SendError> {
    did_of(ctx, settings, &settings.handle).await.map_err(|error| match error {
        // It has just signed in by that name, so the name is only not found for the moment.
        PullError::Misconfigured(why) => not_yet(PullError::Retry(why)),
        error => not_yet(error),
    })
}

/// The references of an answer: the post itself and the beginning of its talk, each by address and content.
async fn reply_to(ctx: &Context, settings: &Settings, uri: &str) -> Result<Value, SendError> {
    let gone = || SendError::Rejected("The post that this answers is gone. Nothing was sent.".to_owned());
    let (repo, key) = parts_of(uri).ok_or_else(gone)?;
    let parent = record(ctx, settings, repo, key).await?.ok_or_else(gone)?;
    let cid = parent.get("cid").and_then(Value::as_str).ok_or_else(gone)?;
    let itself = json!({"uri": uri, "cid": cid});
    let root = parent.pointer("/value/reply/root").filter(|root| {
        let has = |name: &str| root.get(name).is_some_and(Value::is_string);
        has("uri") && has("cid")
    });
    let root = root.map_or_else(|| itself.clone(), |root| json!({"uri": root["uri"], "cid": root["cid"]}));
    Ok(json!({"root": root, "parent": itself}))
}

/// A record as our server finds it; none where there is none (any more).
async fn record(ctx: &Context, settings: &Settings, repo: &str, key: &str) -> Result<Option<Value>, SendError> {
    let query = [("repo", repo), ("collection", POST), ("rkey", key)];
    let now = ctx.clock.now();
    let asked = call(ctx, settings, Call::Ask("com.atproto.repo.getRecord", &query)).await;
    let (_, answer) = asked.map_err(|trouble| sending(trouble, now))?;
    if matches!(answer.status, 400 | 404)
        && matches!(error_of(&answer).as_str(), "RecordNotFound" | "RepoNotFound" | "NotFound")
    {
        return Ok(None);
    }
    if !answer.is_success() {
        return Err(match refused(&answer, now) {
            // Nothing was written yet: whatever is wrong with the server, it may be asked again.
            SendError::Unknown(reason) => SendError::RetryAfter { wait: Duration::from_secs(30), reason },
            other => other,
        });
    }
    let unreadable = || SendError::RetryAfter {
        wait: Duration::from_secs(30),
        reason: format!("{WHO} gave an answer that cannot be read; it is asked again."),
    };
    answer.json().map(Some).map_err(|_| unreadable())
}

/// Links, names and tags of our text. A name that nobody has stays plain text.
async fn features(ctx: &Context, settings: &Settings, text: &str) -> Result<Vec<Value>, SendError> {
    let mut facets = Vec::new();
    for (range, feature) in find(text) {
        let feature = match feature {
            Feature::Link(uri) => json!({"$type": "app.bsky.richtext.facet#link", "uri": uri}),
            Feature::Tag(tag) => json!({"$type": "app.bsky.richtext.facet#tag", "tag": tag}),
            Feature::Name(name) => match did_of(ctx, settings, &name).await {
                Ok(did) => json!({"$type": "app.bsky.richtext.facet#mention", "did": did}),
                Err(PullError::Misconfigured(_)) => continue,
                Err(error) => return Err(not_yet(error)),
            },
        };
        facets.push(facet(&range, feature));
    }
    Ok(facets)
}

fn written(outgoing: &Outgoing) -> String {
    let at = jiff::Timestamp::from_millisecond(time_of(outgoing.message.0)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

fn not_yet(error: PullError) -> SendError {
    match error {
        PullError::Retry(reason) => SendError::RetryAfter { wait: Duration::from_secs(30), reason },
        PullError::RetryAfter { wait, reason } => SendError::Throttled { wait, reason },
        PullError::Reauthorise(why) => SendError::Reauthorise(why),
        PullError::Misconfigured(why) => SendError::Rejected(why),
    }
}

fn refused(answer: &Answer, now: Millis) -> SendError {
    match answer.send_error(WHO, now) {
        SendError::Throttled { wait, reason } => {
            SendError::Throttled { wait: pause(answer, now).unwrap_or(wait), reason }
        }
        SendError::Rejected(_)
            if matches!(
                error_of(answer).as_str(),
                "AccountTakedown" | "AccountDeactivated" | "ExpiredToken" | "InvalidToken"
            ) =>
        {
            SendError::Reauthorise(format!("{WHO} does not let this account write now ({}).", error_of(answer)))
        }
        other => other,
    }
}

fn again(what: &str) -> SendError {
    let reason =
        format!("{what} It may have been taken; it is put again under the same key, which changes nothing then.");
    SendError::RetryAfter { wait: SOON, reason }
}
