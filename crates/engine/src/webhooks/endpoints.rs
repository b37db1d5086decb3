//! Endpoints: adding, changing, switching on and off, another secret, a test, telling once more.

use super::{Event, KINDS, TRIED_FOR, announce, waiting};
use crate::{Engine, EngineError, Result};
use std::{sync::Arc, time::Duration};
use tertulia_connector::{FieldError, Secret, SecretSet, guard::GuardError, sign};
use tertulia_model::{Millis, UserId};
use tertulia_store::{
    Tx,
    webhooks::{self, Endpoint},
};
use url::Url;

/// More than an organisation has programs; what each happening costs rises with their number.
pub const MOST_ENDPOINTS: usize = 50;
const LONGEST_URL: usize = 2_000;
const LONGEST_DESCRIPTION: usize = 200;
/// For so long the secret before signs as well.
const OVERLAP: Millis = 24 * 3_600_000;
/// How long a name server may take while somebody waits.
const RESOLVE_FOR: Duration = Duration::from_secs(5);

pub(super) const SWITCHED_OFF: &str = "The endpoint was switched off before this was told.";
pub(super) const SECRET: &str = "secret";
pub(super) const FORMER: &str = "former";

/// What a person says of an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointForm {
    pub url: String,
    pub description: String,
    pub kinds: Vec<String>,
}

/// An endpoint that was added, and its secret: it is shown this once.
#[derive(Debug)]
pub struct New {
    pub id: i64,
    pub secret: Secret,
}

async fn check(engine: &Engine, form: &EndpointForm) -> Result<EndpointForm> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, why: &str| errors.push(FieldError::new(field, why));
    let url = form.url.trim();
    match Url::parse(url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.has_host() => {
            if url.len() > LONGEST_URL {
                wrong("url", "This address is too long: at most 2,000 characters.");
            } else if let Some(why) = refused(engine, &parsed).await {
                wrong("url", &why);
            }
        }
        _ => wrong("url", "Write the whole address, as https://shop.example/webhooks."),
    }
    let description = form.description.trim();
    if description.chars().count() > LONGEST_DESCRIPTION || description.chars().any(char::is_control) {
        wrong("description", "One line of at most 200 letters is best.");
    }
    let mut kinds: Vec<String> = Vec::new();
    for (known, _) in KINDS {
        kinds.extend(form.kinds.iter().find(|kind| *kind == known).cloned());
    }
    if let Some(unknown) = form.kinds.iter().find(|kind| !KINDS.iter().any(|(known, _)| known == kind)) {
        let shown: String = unknown.chars().take(60).collect();
        wrong("events", &format!("“{shown}” is no event of this program."));
    } else if kinds.is_empty() {
        wrong("events", "Choose at least one event.");
    }
    if errors.is_empty() {
        Ok(EndpointForm { url: url.to_owned(), description: description.to_owned(), kinds })
    } else {
        Err(EngineError::Invalid(errors))
    }
}

/// Why an address may not be called. It is looked at again at each call: names change their addresses.
async fn refused(engine: &Engine, url: &Url) -> Option<String> {
    let port = url.port_or_known_default().unwrap_or(443);
    let resolving = engine.guard.resolve(url.host_str()?, port);
    match tokio::time::timeout(RESOLVE_FOR, resolving).await {
        Ok(Err(error @ GuardError::Private { .. })) => Some(error.to_string()),
        // A name server that is away is no reason to refuse what was typed.
        _ => None,
    }
}

fn new_secret(engine: &Engine) -> Secret {
    let mut key = [0; 32];
    engine.chance.fill(&mut key);
    Secret::new(sign::webhook_secret(&key))
}

/// Adds an endpoint. It is on, and told of what happens from now on.
pub async fn add(engine: &Arc<Engine>, form: &EndpointForm, by: UserId) -> Result<New> {
    let form = check(engine, form).await?;
    let mut tx = engine.db.begin().await?;
    if webhooks::all(&mut tx).await?.len() >= MOST_ENDPOINTS {
        let why = format!("There are {MOST_ENDPOINTS} endpoints already. Remove one that is not needed any more.");
        return Err(EngineError::Refused(why));
    }
    let secret = new_secret(engine);
    let secrets = SecretSet::from([(SECRET.to_owned(), secret.clone())]);
    let now = engine.now();
    let endpoint = Endpoint {
        id: engine.next_id(),
        url: form.url,
        description: form.description,
        kinds: form.kinds.join(" "),
        state: "on".to_owned(),
        reason: None,
        secrets: engine.vault.lock(&secrets, engine.chance.as_ref()),
        former_until: None,
        failing_since: None,
        rest_until: 0,
        created_by: by,
        created_at: now,
        updated_at: now,
    };
    webhooks::add(&mut tx, &endpoint).await?;
    announce(engine, tx, endpoint.id).await?;
    Ok(New { id: endpoint.id, secret })
}

async fn to_change(tx: &mut Tx, id: i64) -> Result<Endpoint> {
    webhooks::get_to_change(tx, id).await?.ok_or_else(missing)
}

fn missing() -> EngineError {
    EngineError::missing("This endpoint")
}

/// Another address, description or choice of events. What waits goes to the new address.
pub async fn change(engine: &Arc<Engine>, id: i64, form: &EndpointForm) -> Result<()> {
    let form = check(engine, form).await?;
    let mut tx = engine.db.begin().await?;
    let before = to_change(&mut tx, id).await?;
    let after = Endpoint {
        url: form.url,
        description: form.description,
        kinds: form.kinds.join(" "),
        updated_at: engine.now(),
        ..before
    };
    webhooks::change(&mut tx, &after).await?;
    announce(engine, tx, id).await
}

/// Switches an endpoint on or off. What waits for one that is switched off is not told; what happens while it is off is
/// not kept for it.
pub async fn switch(engine: &Arc<Engine>, id: i64, on: bool) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let before = to_change(&mut tx, id).await?;
    if on != (before.state == "on") {
        let state = if on { "on" } else { "off" }.to_owned();
        let (reason, failing_since) = (None, before.failing_since.filter(|_| !on));
        let after = Endpoint { state, reason, failing_since, rest_until: 0, updated_at: engine.now(), ..before };
        webhooks::change(&mut tx, &after).await?;
    }
    if !on {
        webhooks::give_up(&mut tx, id, SWITCHED_OFF, engine.now()).await?;
    }
    announce(engine, tx, id).await
}

/// Gives an endpoint another secret, which is shown this once. For a day the one before signs as well, so that whoever
/// gets the events can change it in their own time.
pub async fn rotate(engine: &Arc<Engine>, id: i64) -> Result<Secret> {
    let mut tx = engine.db.begin().await?;
    let before = to_change(&mut tx, id).await?;
    let mut secrets = engine.vault.unlock(&before.secrets)?;
    let secret = new_secret(engine);
    if let Some(former) = secrets.insert(SECRET.to_owned(), secret.clone()) {
        secrets.insert(FORMER.to_owned(), former);
    }
    let after = Endpoint {
        secrets: engine.vault.lock(&secrets, engine.chance.as_ref()),
        former_until: Some(engine.now() + OVERLAP),
        updated_at: engine.now(),
        ..before
    };
    webhooks::change(&mut tx, &after).await?;
    announce(engine, tx, id).await?;
    Ok(secret)
}

/// Removes an endpoint with its log.
pub async fn remove(engine: &Arc<Engine>, id: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    to_change(&mut tx, id).await?;
    webhooks::remove(&mut tx, id).await?;
    announce(engine, tx, id).await
}

/// Somebody wants to see how it answers: it is called at once, whatever it asked for before.
async fn wake(tx: &mut Tx, endpoint: Endpoint) -> Result<()> {
    if endpoint.rest_until > 0 {
        webhooks::change(tx, &Endpoint { rest_until: 0, ..endpoint }).await?;
    }
    Ok(())
}

/// Tells an endpoint that somebody tries it out, once, also where it is off; gives the call.
pub async fn test(engine: &Arc<Engine>, id: i64) -> Result<i64> {
    let mut tx = engine.db.begin().await?;
    let endpoint = to_change(&mut tx, id).await?;
    wake(&mut tx, endpoint).await?;
    let event = Event::Tested { endpoint: id };
    let (kind, body) = (event.kind().to_owned(), event.body(&engine.public_url, engine.now()));
    let event = webhooks::Event { id: engine.next_id(), kind, body };
    let call = waiting(engine, id, event.id, &event.kind, engine.now());
    webhooks::note(&mut tx, std::slice::from_ref(&event), std::slice::from_ref(&call)).await?;
    announce(engine, tx, id).await?;
    Ok(call.id)
}

/// Tells an endpoint once more of one thing, under the same id as before.
pub async fn redeliver(engine: &Arc<Engine>, id: i64, call: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let endpoint = to_change(&mut tx, id).await?;
    let known = webhooks::call(&mut tx, call).await?.filter(|call| call.endpoint_id == id);
    let known = known.ok_or_else(|| EngineError::missing("This event"))?;
    let now = engine.now();
    // Where it is off, it is tried this once, as a test is.
    let until = if endpoint.state == "on" { now + TRIED_FOR } else { now };
    wake(&mut tx, endpoint).await?;
    if !webhooks::redeliver(&mut tx, known.id, now, until).await? {
        return Err(EngineError::Refused("It is on its way already.".to_owned()));
    }
    announce(engine, tx, id).await
}

/// Tells an endpoint once more of all that failed of what happened since a moment; how many that are.
pub async fn redeliver_failed(engine: &Arc<Engine>, id: i64, since: Millis) -> Result<u64> {
    let mut tx = engine.db.begin().await?;
    let endpoint = to_change(&mut tx, id).await?;
    if endpoint.state != "on" {
        return Err(EngineError::Refused(
            "It is off. Switch it on first; then what failed can be told again.".to_owned(),
        ));
    }
    let now = engine.now();
    wake(&mut tx, endpoint).await?;
    let many = webhooks::redeliver_failed(&mut tx, id, since, now, now + TRIED_FOR).await?;
    announce(engine, tx, id).await?;
    Ok(many)
}
