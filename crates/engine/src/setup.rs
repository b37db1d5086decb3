//! The first run: the organisation's name, its owner, and one goal, written down before the first channel.

pub use crate::goals::GoalForm;

use crate::{Engine, EngineError, Result, accounts, accounts::SignedIn, goals as desk, roadmap};
use std::sync::Arc;
use tertulia_connector::FieldError;
use tertulia_model::Role;
use tertulia_store::{changes, goals, settings, users};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirstRun {
    pub organisation: String,
    pub name: String,
    pub mail: String,
    pub password: String,
    pub goal: GoalForm,
}

/// Whether nobody has set this installation up yet.
pub async fn is_new(engine: &Engine) -> Result<bool> {
    Ok(settings::get(&mut engine.db.reader(), settings::ORGANISATION).await?.is_none())
}

/// Refuses what comes only after the first run: whoever listens first of all says who they are and what they hope for.
pub async fn must_be_done(engine: &Engine) -> Result<()> {
    let address = &engine.public_url;
    let mut db = engine.db.reader();
    if is_new(engine).await? || users::count_active_owners(&mut db).await? == 0 {
        return Err(EngineError::Refused(format!(
            "Nobody has set this installation up yet: it needs an owner and one goal first. Start it with `tertulia serve` \
             and open {address}; the first visitor becomes its owner and writes the goal down. Then give this command again."
        )));
    }
    if goals::standing(&mut db).await?.is_empty() {
        return Err(EngineError::Refused(format!(
            "No goal is written down yet. An owner writes one at {address}/goals/new; then give this command again."
        )));
    }
    Ok(())
}

/// Sets the installation up and signs the owner in. Only once.
pub async fn first_run(engine: &Arc<Engine>, form: FirstRun) -> Result<SignedIn> {
    let mut errors = Vec::new();
    check_organisation(&form.organisation, &mut errors);
    accounts::check_member(&form.mail, &form.name, &mut errors);
    accounts::check_password(&form.password, &mut errors);
    form.goal.mistakes(&mut errors);
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors));
    }
    let hash = accounts::hash_password(engine, &form.password).await?;
    let mut tx = engine.db.begin().await?;
    let organisation = form.organisation.trim();
    if settings::get(&mut tx, settings::ORGANISATION).await?.is_some() {
        return Err(EngineError::Refused("This installation was set up already. Sign in instead.".to_owned()));
    }
    settings::set(&mut tx, settings::ORGANISATION, organisation).await?;
    let owner = accounts::new_user(engine, &form.mail, &form.name, Role::Owner, Some(hash));
    users::add(&mut tx, &owner).await?;
    desk::first(engine, &mut tx, owner.id, &form.goal).await?;
    tx.commit().await?;
    accounts::start_session(engine, owner).await
}

/// The longest name of an organisation: it stands in the subject of the mails that we send by ourselves.
const LONGEST_NAME: usize = 100;

/// What is wrong with an organisation's name.
fn check_organisation(name: &str, errors: &mut Vec<FieldError>) {
    if name.trim().is_empty() {
        errors.push(FieldError::new("organisation", "What is your organisation called?"));
    } else if name.trim().chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        errors.push(FieldError::new("organisation", "A name of one line, with at most a hundred letters, is best."));
    }
}

/// Gives the organisation another name; gives the one it had.
pub async fn rename_organisation(engine: &Arc<Engine>, name: &str) -> Result<String> {
    let mut errors = Vec::new();
    check_organisation(name, &mut errors);
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors));
    }
    let mut tx = engine.db.begin().await?;
    let before = settings::get(&mut tx, settings::ORGANISATION).await?.unwrap_or_default();
    settings::set(&mut tx, settings::ORGANISATION, name.trim()).await?;
    roadmap::touched(engine, &mut tx).await?;
    let noted = changes::note(&mut tx, &[("organisation", 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(before)
}

/// Says where the organisation's days end: the IANA name of a time zone.
pub async fn set_time_zone(engine: &Arc<Engine>, name: &str) -> Result<()> {
    let zone = jiff::tz::TimeZone::get(name.trim()).ok();
    let Some(known) = zone.as_ref().and_then(|zone| zone.iana_name()) else {
        return Err(EngineError::invalid(
            "time_zone",
            "This time zone is not known. Write it as Europe/Lisbon, or UTC.",
        ));
    };
    let mut tx = engine.db.begin().await?;
    settings::set(&mut tx, settings::TIME_ZONE, known).await?;
    let noted = changes::note(&mut tx, &[("organisation", 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
