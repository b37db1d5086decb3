//! The OpenAPI document, made from the handlers.

use super::{
    articles, asking, attributes, ballot_votes, by_hand, changes, channels, connectors, consents, conversations,
    customers, deliveries, erasures, feedback, figures, files, forwards, goals, imports, insights, invitation_rounds,
    invitations, keeping, knowing, label_samples, labels, ledger, mappings, margins, members, mentions, merges,
    messages, monitors, mutes, notes, notices, opinion_map, opinions, organisations, others, outcomes, people,
    promises, quarantine, questions, replies, roadmap, same, samples, saved_replies, segments, shapes::Problem,
    telling, tellings, today, topics, trackers, triangulation, uploads, webhooks,
};
use crate::once;
use axum::Json;
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tertulia",
        description = "What people say to an organisation, and its answers. Ids are strings, times are milliseconds \
                       since 1970 in UTC, and every error is a problem (RFC 9457). An owner makes keys under Team; a \
                       key may do what its scopes and its member's role allow. A change that is asked for again with \
                       the same `Idempotency-Key` happens once and is answered as before, for a day.",
    ),
    paths(
        by_hand::bring, by_hand::enter, by_hand::go_on, conversations::list, conversations::one, replies::reply, keeping::assign, keeping::close, keeping::end, keeping::reopen,
        keeping::snooze, deliveries::one, messages::search, messages::one, keeping::open, monitors::list, monitors::add,
        monitors::one, monitors::change, monitors::remove, monitors::pause, monitors::resume, monitors::preview,
        mentions::list, mentions::decide, mentions::volume, mutes::list, mutes::add, mutes::remove, ledger::days,
        connectors::list, channels::list, channels::add, channels::test, channels::one, channels::pause,
        channels::resume, people::list, people::one, people::messages, knowing::one, merges::list, merges::undo, merges::automatic, merges::want, same::list, same::add, same::undo, same::apart, same::open_again, same::suggested, asking::show, asking::ask, consents::list, consents::set, quarantine::list,
        quarantine::retry, quarantine::discard, quarantine::restore, imports::list, imports::one, members::list,
        notices::mine, notices::set_mine, notices::stop_mine, notices::programs, notices::set_programs,
        notices::stop_programs, channels::change, channels::remove, channels::bound, erasures::export,
        erasures::preview, erasures::erase, erasures::list, erasures::report,
        erasures::preview_customer, erasures::erase_customer, uploads::send, uploads::start, uploads::stop,
        uploads::go_on, uploads::give_up, webhooks::list, webhooks::add, webhooks::one, webhooks::change, webhooks::remove,
        webhooks::pause, webhooks::resume, webhooks::rotate, webhooks::test, webhooks::calls, webhooks::call,
        webhooks::redeliver, webhooks::redeliver_failed, messages::wordings, messages::file,
        quarantine::one, quarantine::file, deliveries::undo, deliveries::again, deliveries::arrived, deliveries::leave,
        deliveries::take_up, keeping::pending, keeping::unread, keeping::merge, keeping::part, keeping::apart,
        mappings::list, mappings::one, mappings::save, mappings::rename, mappings::remove, files::bring,
        forwards::forward, uploads::preview, samples::preview,
        feedback::list, feedback::add, feedback::like, feedback::one, feedback::change, feedback::remove,
        feedback::evidence, feedback::give, feedback::take_back, feedback::merge, feedback::part, feedback::join,
        changes::list, changes::add, changes::one, changes::change, changes::remove, changes::move_to, changes::moves,
        figures::all, figures::cases, insights::overview, insights::answers, insights::people, insights::messages, triangulation::one, margins::list, margins::put, margins::remove,
        topics::list, topics::one, topics::messages, topics::decisions, topics::decide, topics::take_back,
        opinions::list, opinions::add, opinions::one, opinions::rename, opinions::remove, opinions::statements, opinions::add_statements, opinions::change_statement,
        ballot_votes::votes, ballot_votes::bring, ballot_votes::batches, ballot_votes::take_back, opinion_map::map, opinion_map::places,
        invitation_rounds::plan, invitation_rounds::list, invitation_rounds::draw, invitation_rounds::one, invitation_rounds::texts, invitation_rounds::write_text, invitation_rounds::remove_text,
        invitations::list, invitations::one, invitations::keep, invitations::send, invitations::skip, invitations::draft,
        others::list, others::add, others::one, others::change, others::remove, others::put_back, others::figures, others::cases,
        notes::of_conversation, notes::add_to_conversation, notes::of_person, notes::add_of_person, notes::one, notes::change,
        notes::remove, notes::mentions, notes::see,
        telling::state, telling::ask_after, telling::prepare, telling::texts, telling::write_text, telling::remove_text, telling::ask_now,
        telling::list, tellings::one, tellings::keep, tellings::send, tellings::skip, tellings::by_hand, tellings::owe,
        tellings::draft, tellings::answer, tellings::debts, tellings::loop_time, goals::list, goals::add, goals::one, goals::change, goals::versions, goals::give_up, goals::take_up, outcomes::list, outcomes::add, outcomes::change, outcomes::values, outcomes::bring, outcomes::remove,
        roadmap::look, roadmap::set, roadmap::public, roadmap::publish, roadmap::withdraw,
        trackers::list, trackers::add, trackers::one, trackers::remove, trackers::notes, trackers::not_yet,
        promises::list, promises::one, promises::of_person, promises::confirm, promises::dismiss, promises::keep,
        promises::break_it, promises::reopen, promises::add, today::show, today::done, today::pass_on, today::put_off,
        today::days, openapi, articles::list, articles::add, articles::find, articles::one, articles::change, articles::archive, articles::bring_back, articles::versions, articles::put_back, articles::forget_version, articles::uses, articles::say, questions::list, questions::one, questions::say, saved_replies::list, saved_replies::add, saved_replies::one, saved_replies::change, saved_replies::remove,
        attributes::list, attributes::of_person, attributes::put, attributes::remove, customers::list, customers::one,
        customers::say, customers::unsay, customers::lists, customers::start, customers::send, customers::list_one,
        customers::wrong, customers::stop, organisations::list, organisations::one, organisations::people,
        organisations::rename, organisations::merge, organisations::part, organisations::of_person, organisations::put_in,
        organisations::take_out, segments::list, segments::add, segments::one, segments::change, segments::remove,
        segments::weights, segments::choose, segments::weighted,
        labels::all, labels::measured, labels::read, labels::of_message, labels::correct, labels::take_back,
        label_samples::list, label_samples::draw, label_samples::one, label_samples::end, label_samples::go_on,
        label_samples::unread, label_samples::read, label_samples::take_back, label_samples::settle
    ),
    components(schemas(Problem)),
    modifiers(&Key)
)]
struct Api;

struct Key;

impl Modify for Key {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key of this installation: `Authorization: Bearer tt_…`"))
            .build();
        document.components.get_or_insert_default().add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// Shows this document
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "about", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"))
)]
pub(super) async fn openapi() -> Json<&'static Value> {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
        let mut document = serde_json::to_value(Api::openapi()).unwrap_or_default();
        let paths = document["paths"].as_object_mut().into_iter().flatten();
        for (path, methods) in paths {
            for (method, operation) in methods.as_object_mut().into_iter().flatten() {
                complete(path, method, operation);
            }
        }
        super::links::add(&mut document);
        document
    });
    Json(&DOCUMENT)
}

/// Adds what every operation of its kind has: errors that any of them can answer, the bounds of parameters that many take.
fn complete(path: &str, method: &str, operation: &mut Value) {
    operation["operationId"] = super::links::name(path, method).into();
    let keyed = operation["security"].as_array().is_some_and(|schemes| schemes.iter().any(|s| s.get("key").is_some()));
    if !keyed {
        return;
    }
    let takes_body = operation.get("requestBody").is_some();
    let changes = !matches!(method, "get");
    // A file is not kept with its answer: its route knows no such key.
    let is_file = operation["requestBody"]["content"].get("application/octet-stream").is_some();
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    parameters.iter_mut().for_each(bound);
    let is_asked = parameters.iter().any(|parameter| parameter["in"] == "query");
    if changes && !is_file && !parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key") {
        parameters.push(idempotency_key());
    }
    operation["parameters"] = parameters.into();
    if let Some(responses) = operation["responses"].as_object_mut() {
        let mut add = |holds: bool, status: &str, words: &str| {
            if holds && !responses.contains_key(status) {
                responses.insert(status.to_owned(), problem(words));
            }
        };
        add(true, "401", "No key, or not one of this installation");
        add(true, "403", "The key lacks the scope, or its member's role does not allow it");
        add(path.contains('{'), "404", "There is no such thing");
        add(takes_body, "400", "The body is no JSON that can be read");
        add(takes_body, "413", "More than a megabyte");
        add(takes_body, "415", "The body is not said to be JSON");
        add(changes, "409", "It cannot be done as things stand, or the request with this key is still under way");
        add(changes || is_asked, "422", "Something in it is missing, too long or not understood; `errors` says which");
    }
}

fn problem(words: &str) -> Value {
    json!({
        "description": words,
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "Chosen by you and new for each change: repeated with the same one, it happens once.",
        "schema": once::key_schema(),
    })
}

/// The bounds of parameters that mean the same wherever they stand.
fn bound(parameter: &mut Value) {
    let bounds = match parameter["name"].as_str().unwrap_or_default() {
        "limit" => json!({ "minimum": 1, "maximum": super::extract::MOST, "default": super::extract::LIMIT }),
        "cursor" if parameter["schema"].get("pattern").is_none() => {
            json!({ "pattern": "^(0|[1-9][0-9]{0,17}|[1-8][0-9]{18})$" })
        }
        "since" | "until" if parameter["schema"]["format"] == "int64" => {
            json!({ "minimum": 0, "maximum": super::extract::LATEST })
        }
        "found_after" => json!({ "minimum": 0, "maximum": super::extract::LAST_NUMBER }),
        "Idempotency-Key" => once::key_schema(),
        _ => return,
    };
    if let (Some(schema), Value::Object(bounds)) = (parameter["schema"].as_object_mut(), bounds) {
        schema.extend(bounds);
    }
}
