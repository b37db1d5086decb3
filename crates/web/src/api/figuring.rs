//! Ways to what is counted: figures, labels, insights, topics, opinions, goals, and others beside us.

use super::{figures, goals, insights, label_samples, labels, opinions, others, outcomes, topics};
use crate::routes::{Rule, Table};
use axum::{
    http::Method,
    routing::{delete, get, post, put},
};
use tertulia_model::Permission::{Converse, Manage, Read};

pub(super) fn routes(table: &mut Table) {
    labelled(table);
    figured(table);
    beside(table);
}

/// What the models make of messages, and how often they are wrong.
fn labelled(table: &mut Table) {
    let (read, reply) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    table.get("/api/v1/labels", read, get(labels::all));
    table.get("/api/v1/labels/{kind}/measured", read, get(labels::measured));
    table.get("/api/v1/labels/{kind}/read", read, get(labels::read));
    table.get("/api/v1/messages/{id}/labels", read, get(labels::of_message));
    table.change(Method::PUT, "/api/v1/messages/{id}/labels/{kind}", reply, put(labels::correct));
    table.change(Method::DELETE, "/api/v1/messages/{id}/labels/{kind}", reply, delete(labels::take_back));
    table.get("/api/v1/label-samples", read, get(label_samples::list));
    table.change(Method::POST, "/api/v1/label-samples", reply, post(label_samples::draw));
    table.get("/api/v1/label-samples/{id}", read, get(label_samples::one));
    table.change(Method::POST, "/api/v1/label-samples/{id}/end", reply, post(label_samples::end));
    table.change(Method::POST, "/api/v1/label-samples/{id}/go-on", reply, post(label_samples::go_on));
    table.get("/api/v1/label-samples/{id}/unread", read, get(label_samples::unread));
    let message = "/api/v1/label-samples/{id}/messages/{message}";
    table.change(Method::PUT, message, reply, put(label_samples::read));
    table.change(Method::DELETE, message, reply, delete(label_samples::take_back));
    let settled = "/api/v1/label-samples/{id}/messages/{message}/settled";
    table.change(Method::PUT, settled, reply, put(label_samples::settle));
}

/// How well the organisation answers, and what it hopes to reach.
fn figured(table: &mut Table) {
    let read = Rule::Key("read", Read);
    table.get("/api/v1/figures", read, get(figures::all));
    table.get("/api/v1/figures/{name}/cases", read, get(figures::cases));
    insights::routes(table);
    let decide = Rule::Key("reply", Converse);
    table.get("/api/v1/topics", read, get(topics::list));
    table.get("/api/v1/topics/{id}", read, get(topics::one));
    table.get("/api/v1/topics/{id}/messages", read, get(topics::messages));
    table.get("/api/v1/topic-decisions", read, get(topics::decisions));
    table.change(Method::POST, "/api/v1/topic-decisions", decide, post(topics::decide));
    table.change(Method::DELETE, "/api/v1/topic-decisions/{id}", decide, delete(topics::take_back));
    opinions::routes(table);
    let (manage, note) = (Rule::Key("manage", Manage), Rule::Key("manage", Converse));
    table.get("/api/v1/goals", read, get(goals::list));
    table.change(Method::POST, "/api/v1/goals", manage, post(goals::add));
    table.get("/api/v1/goals/{id}", read, get(goals::one));
    table.change(Method::PUT, "/api/v1/goals/{id}", manage, put(goals::change));
    table.get("/api/v1/goals/{id}/versions", read, get(goals::versions));
    table.change(Method::POST, "/api/v1/goals/{id}/give-up", manage, post(goals::give_up));
    table.change(Method::POST, "/api/v1/goals/{id}/take-up", manage, post(goals::take_up));
    table.get("/api/v1/outcomes", read, get(outcomes::list));
    table.change(Method::POST, "/api/v1/outcomes", manage, post(outcomes::add));
    table.change(Method::PUT, "/api/v1/outcomes/{id}", manage, put(outcomes::change));
    table.get("/api/v1/outcomes/{id}/values", read, get(outcomes::values));
    table.change(Method::POST, "/api/v1/outcomes/{id}/values", note, post(outcomes::bring));
    table.change(Method::DELETE, "/api/v1/outcomes/{id}/values/{value}", note, delete(outcomes::remove));
}

/// Other organisations beside ours.
fn beside(table: &mut Table) {
    let (read, work) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    table.get("/api/v1/others", read, get(others::list));
    table.change(Method::POST, "/api/v1/others", work, post(others::add));
    table.get("/api/v1/others/{id}", read, get(others::one));
    table.change(Method::PUT, "/api/v1/others/{id}", work, put(others::change));
    table.change(Method::DELETE, "/api/v1/others/{id}", work, delete(others::remove));
    table.change(Method::POST, "/api/v1/others/{id}/put-back", work, post(others::put_back));
    table.get("/api/v1/others/{id}/figures", read, get(others::figures));
    table.get("/api/v1/others/{id}/cases", read, get(others::cases));
}
