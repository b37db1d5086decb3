//! The JSON API for integrators: the same permissions as the screens, a key instead of a session.
//!
//! The handlers' own comments become the OpenAPI document at `/api/v1/openapi.json`.

mod articles;
mod asking;
mod attributes;
mod ballot_votes;
mod by_hand;
mod changes;
mod channels;
mod connectors;
mod consents;
mod conversations;
mod customers;
mod deliveries;
mod document;
mod erasures;
mod extract;
mod feedback;
pub(crate) mod figures;
mod figuring;
mod files;
mod forwards;
mod goals;
pub(crate) mod heard;
mod ident;
mod imports;
mod insights;
mod invitation_rounds;
mod invitations;
mod keeping;
mod knowing;
mod label_samples;
pub(crate) mod labels;
pub(crate) mod ledger;
mod letters;
mod links;
mod mappings;
mod margins;
mod members;
mod mentions;
mod merges;
mod messages;
mod monitors;
mod mutes;
mod notes;
mod notices;
pub(crate) mod opinion_map;
mod opinions;
mod organisations;
mod others;
mod outcomes;
mod people;
mod promises;
mod quarantine;
mod questions;
mod replies;
mod roadmap;
mod same;
mod samples;
mod saved_replies;
mod segments;
mod shapes;
mod telling;
mod tellings;
mod today;
pub(crate) mod topics;
mod trackers;
pub(crate) mod triangulation;
mod uploads;
mod webhooks;

use crate::{
    once,
    routes::{Rule, Table},
};
use axum::{
    http::Method,
    routing::{delete, get, post, put},
};
use tertulia_model::Permission::{Converse, Manage, Read};

pub(crate) fn routes(table: &mut Table) {
    talk(table);
    listen(table);
    look_after(table);
    persons(table);
    customers(table);
    invitation_rounds::routes(table);
    feedback(table);
    figuring::routes(table);
    know_how(table);
    noted(table);
    promised(table);
    today_cards(table);
    in_public(table);
    imports(table);
    webhooks(table);
    table.get("/api/v1/openapi.json", Rule::Anybody, get(document::openapi));
}

/// Conversations and what they are made of.
fn talk(table: &mut Table) {
    let (read, reply) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    table.get("/api/v1/conversations", read, get(conversations::list));
    table.get("/api/v1/conversations/{id}", read, get(conversations::one));
    // A reply keeps its key with itself, for longer than a day, and so does a forward.
    table.post("/api/v1/conversations/{id}/replies", reply, post(replies::reply));
    table.post("/api/v1/messages/{id}/forwards", reply, post(forwards::forward));
    // Sent twice, a file waits twice, and goes once.
    table.upload("/api/v1/conversations/{id}/files", reply, post(files::bring), crate::inbox::UPLOAD_LIMIT);
    table.change(Method::POST, "/api/v1/conversations/{id}/entries", reply, post(by_hand::go_on));
    table.change_with("/api/v1/channels/{id}/entries", reply, post(by_hand::enter), once::MOST_BYTES);
    table.change(Method::POST, "/api/v1/conversations/{id}/assign", reply, post(keeping::assign));
    table.change(Method::POST, "/api/v1/conversations/{id}/close", reply, post(keeping::close));
    table.change(Method::PUT, "/api/v1/conversations/{id}/outcome", reply, put(keeping::end));
    table.change(Method::POST, "/api/v1/conversations/{id}/reopen", reply, post(keeping::reopen));
    table.change(Method::POST, "/api/v1/conversations/{id}/snooze", reply, post(keeping::snooze));
    table.change(Method::POST, "/api/v1/conversations/{id}/pending", reply, post(keeping::pending));
    table.change(Method::POST, "/api/v1/conversations/{id}/unread", reply, post(keeping::unread));
    table.change(Method::POST, "/api/v1/conversations/{id}/merge", reply, post(keeping::merge));
    table.change(Method::POST, "/api/v1/conversations/{id}/part", reply, post(keeping::part));
    table.change(Method::POST, "/api/v1/conversations/{id}/apart", reply, post(keeping::apart));
    table.get("/api/v1/deliveries/{id}", read, get(deliveries::one));
    table.change(Method::POST, "/api/v1/deliveries/{id}/undo", reply, post(deliveries::undo));
    table.change(Method::POST, "/api/v1/deliveries/{id}/again", reply, post(deliveries::again));
    table.change(Method::POST, "/api/v1/deliveries/{id}/arrived", reply, post(deliveries::arrived));
    table.change(Method::POST, "/api/v1/deliveries/{id}/leave", reply, post(deliveries::leave));
    table.change(Method::POST, "/api/v1/deliveries/{id}/take-up", reply, post(deliveries::take_up));
    table.get("/api/v1/messages", read, get(messages::search));
    table.get("/api/v1/messages/{id}", read, get(messages::one));
    table.get("/api/v1/messages/{id}/wordings", read, get(messages::wordings));
    table.get("/api/v1/attachments/{id}", read, get(messages::file));
    table.change(Method::POST, "/api/v1/messages/{id}/conversation", reply, post(keeping::open));
    table.get("/api/v1/members", read, get(members::list));
}

/// Monitors, what they find, and what nobody heard.
fn listen(table: &mut Table) {
    let (read, listen) = (Rule::Key("read", Read), Rule::Key("listen", Converse));
    table.get("/api/v1/monitors", read, get(monitors::list));
    table.change(Method::POST, "/api/v1/monitors", listen, post(monitors::add));
    // It changes nothing, and is a POST only since a query may be long.
    table.change(Method::POST, "/api/v1/monitors/preview", read, post(monitors::preview));
    table.get("/api/v1/monitors/{id}", read, get(monitors::one));
    table.change(Method::PUT, "/api/v1/monitors/{id}", listen, put(monitors::change));
    table.change(Method::DELETE, "/api/v1/monitors/{id}", listen, delete(monitors::remove));
    table.change(Method::POST, "/api/v1/monitors/{id}/pause", listen, post(monitors::pause));
    table.change(Method::POST, "/api/v1/monitors/{id}/resume", listen, post(monitors::resume));
    table.get("/api/v1/monitors/{id}/mentions", read, get(mentions::list));
    table.change(Method::PUT, "/api/v1/monitors/{id}/mentions/{message}/state", listen, put(mentions::decide));
    table.get("/api/v1/monitors/{id}/volume", read, get(mentions::volume));
    table.get("/api/v1/monitors/{id}/mutes", read, get(mutes::list));
    table.change(Method::POST, "/api/v1/monitors/{id}/mutes", listen, post(mutes::add));
    table.change(Method::DELETE, "/api/v1/monitors/{id}/mutes/{mute}", listen, delete(mutes::remove));
    table.get("/api/v1/monitors/{id}/notice", read, get(notices::mine));
    table.change(Method::PUT, "/api/v1/monitors/{id}/notice", listen, put(notices::set_mine));
    table.change(Method::DELETE, "/api/v1/monitors/{id}/notice", listen, delete(notices::stop_mine));
    table.get("/api/v1/monitors/{id}/webhooks", read, get(notices::programs));
    table.change(Method::PUT, "/api/v1/monitors/{id}/webhooks", listen, put(notices::set_programs));
    table.change(Method::DELETE, "/api/v1/monitors/{id}/webhooks", listen, delete(notices::stop_programs));
    table.get("/api/v1/ledger", read, get(ledger::days));
}

/// What we said we would do.
fn promised(table: &mut Table) {
    let (read, reply) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    table.get("/api/v1/promises", read, get(promises::list));
    table.get("/api/v1/promises/{id}", read, get(promises::one));
    table.change(Method::POST, "/api/v1/promises/{id}/confirm", reply, post(promises::confirm));
    table.change(Method::POST, "/api/v1/promises/{id}/dismiss", reply, post(promises::dismiss));
    table.change(Method::POST, "/api/v1/promises/{id}/keep", reply, post(promises::keep));
    table.change(Method::POST, "/api/v1/promises/{id}/break", reply, post(promises::break_it));
    table.change(Method::POST, "/api/v1/promises/{id}/reopen", reply, post(promises::reopen));
    table.change(Method::POST, "/api/v1/messages/{id}/promises", reply, post(promises::add));
    table.get("/api/v1/people/{id}/promises", read, get(promises::of_person));
}

/// The first screen of the day.
fn today_cards(table: &mut Table) {
    let (read, reply) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    table.get("/api/v1/today", read, get(today::show));
    table.get("/api/v1/today/days", read, get(today::days));
    table.change(Method::POST, "/api/v1/today/{card}/done", reply, post(today::done));
    table.change(Method::POST, "/api/v1/today/{card}/pass-on", reply, post(today::pass_on));
    table.change(Method::POST, "/api/v1/today/{card}/put-off", reply, post(today::put_off));
}

/// What the team notes for itself.
fn noted(table: &mut Table) {
    let (read, reply) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    table.get("/api/v1/conversations/{id}/notes", read, get(notes::of_conversation));
    table.change(Method::POST, "/api/v1/conversations/{id}/notes", reply, post(notes::add_to_conversation));
    table.get("/api/v1/people/{id}/notes", read, get(notes::of_person));
    table.change(Method::POST, "/api/v1/people/{id}/notes", reply, post(notes::add_of_person));
    table.get("/api/v1/notes/mentions", read, get(notes::mentions));
    table.change(Method::POST, "/api/v1/notes/mentions/seen", reply, post(notes::see));
    table.get("/api/v1/notes/{id}", read, get(notes::one));
    table.change(Method::PUT, "/api/v1/notes/{id}", reply, put(notes::change));
    table.change(Method::DELETE, "/api/v1/notes/{id}", reply, delete(notes::remove));
}

/// Channels and Quarantine.
fn look_after(table: &mut Table) {
    let (read, manage) = (Rule::Key("read", Read), Rule::Key("manage", Manage));
    table.get("/api/v1/connectors", manage, get(connectors::list));
    table.get("/api/v1/channels", read, get(channels::list));
    table.change(Method::POST, "/api/v1/channels", manage, post(channels::add));
    table.change(Method::POST, "/api/v1/channels/test", manage, post(channels::test));
    table.change(Method::POST, "/api/v1/channels/preview", manage, post(samples::preview));
    table.get("/api/v1/channels/{id}", read, get(channels::one));
    table.change(Method::PUT, "/api/v1/channels/{id}", manage, put(channels::change));
    table.change(Method::DELETE, "/api/v1/channels/{id}", manage, delete(channels::remove));
    table.change(Method::PUT, "/api/v1/channels/{id}/bounds", manage, put(channels::bound));
    table.change(Method::POST, "/api/v1/channels/{id}/pause", manage, post(channels::pause));
    table.change(Method::POST, "/api/v1/channels/{id}/resume", manage, post(channels::resume));
    table.change_with("/api/v1/channels/{id}/file", manage, post(by_hand::bring), once::MOST_BYTES);
    table.get("/api/v1/quarantine", read, get(quarantine::list));
    table.get("/api/v1/quarantine/{id}", manage, get(quarantine::one));
    table.get("/api/v1/quarantine/{id}/file", manage, get(quarantine::file));
    table.change(Method::POST, "/api/v1/quarantine/{id}/retry", manage, post(quarantine::retry));
    table.change(Method::POST, "/api/v1/quarantine/{id}/discard", manage, post(quarantine::discard));
    table.change(Method::POST, "/api/v1/quarantine/{id}/restore", manage, post(quarantine::restore));
}

fn persons(table: &mut Table) {
    let (read, manage) = (Rule::Key("read", Read), Rule::Key("manage", Manage));
    table.get("/api/v1/people", read, get(people::list));
    table.get("/api/v1/people/suggestions", read, get(same::suggested));
    table.get("/api/v1/people/{id}", read, get(people::one));
    table.get("/api/v1/people/{id}/messages", read, get(people::messages));
    table.get("/api/v1/people/{id}/consents", read, get(consents::list));
    // Whoever talks with people notes what they want.
    let note = Rule::Key("manage", Converse);
    table.change(Method::POST, "/api/v1/people/{id}/consents", note, post(consents::set));
    table.get("/api/v1/merges", read, get(merges::list));
    table.change(Method::POST, "/api/v1/merges/undo", note, post(merges::undo));
    table.get("/api/v1/merges/automatic", read, get(merges::automatic));
    table.change(Method::PUT, "/api/v1/merges/automatic", manage, put(merges::want));
    table.get("/api/v1/people/{id}/relationship", read, get(knowing::one));
    table.get("/api/v1/people/{id}/merges", read, get(same::list));
    table.change(Method::POST, "/api/v1/people/{id}/merges", note, post(same::add));
    table.change(Method::DELETE, "/api/v1/people/{id}/merges/{merge}", note, delete(same::undo));
    table.get("/api/v1/people/{id}/same/{other}", read, get(asking::show));
    let reply = Rule::Key("reply", Converse);
    table.change(Method::POST, "/api/v1/people/{id}/same/{other}/ask", reply, post(asking::ask));
    table.change(Method::PUT, "/api/v1/people/{id}/apart/{other}", note, put(same::apart));
    table.change(Method::DELETE, "/api/v1/people/{id}/apart/{other}", note, delete(same::open_again));
    table.get("/api/v1/people/{id}/export", manage, get(erasures::export));
    table.get("/api/v1/people/{id}/erasure", manage, get(erasures::preview));
    table.change(Method::POST, "/api/v1/people/{id}/erasure", manage, post(erasures::erase));
    table.get("/api/v1/erasures", manage, get(erasures::list));
    table.get("/api/v1/erasures/{id}", manage, get(erasures::report));
}

/// Articles, and saved replies.
fn know_how(table: &mut Table) {
    let (read, work) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    table.get("/api/v1/articles", read, get(articles::list));
    table.change(Method::POST, "/api/v1/articles", work, post(articles::add));
    // It changes nothing, and is a POST only since an answer may be long.
    table.change(Method::POST, "/api/v1/articles/find", read, post(articles::find));
    table.get("/api/v1/articles/{id}", read, get(articles::one));
    table.change(Method::PUT, "/api/v1/articles/{id}", work, put(articles::change));
    table.change(Method::POST, "/api/v1/articles/{id}/archive", work, post(articles::archive));
    table.change(Method::POST, "/api/v1/articles/{id}/bring-back", work, post(articles::bring_back));
    table.get("/api/v1/articles/{id}/versions", read, get(articles::versions));
    let back = "/api/v1/articles/{id}/versions/{version}/put-back";
    table.change(Method::POST, back, work, post(articles::put_back));
    let version = "/api/v1/articles/{id}/versions/{version}";
    table.change(Method::DELETE, version, work, delete(articles::forget_version));
    table.get("/api/v1/articles/{id}/uses", read, get(articles::uses));
    table.change(Method::PUT, "/api/v1/articles/{id}/uses/{use}", work, put(articles::say));
    table.get("/api/v1/questions", read, get(questions::list));
    table.get("/api/v1/questions/{id}", read, get(questions::one));
    table.change(Method::PUT, "/api/v1/questions/{id}", work, put(questions::say));
    table.get("/api/v1/saved-replies", read, get(saved_replies::list));
    table.change(Method::POST, "/api/v1/saved-replies", work, post(saved_replies::add));
    table.get("/api/v1/saved-replies/{id}", read, get(saved_replies::one));
    table.change(Method::PUT, "/api/v1/saved-replies/{id}", work, put(saved_replies::change));
    table.change(Method::DELETE, "/api/v1/saved-replies/{id}", work, delete(saved_replies::remove));
}

/// What is known of people: customers, attributes, organisations, segments.
fn customers(table: &mut Table) {
    let (read, manage) = (Rule::Key("read", Read), Rule::Key("manage", Manage));
    let (note, work) = (Rule::Key("manage", Converse), Rule::Key("reply", Converse));
    table.get("/api/v1/attributes", read, get(attributes::list));
    table.get("/api/v1/people/{id}/attributes", read, get(attributes::of_person));
    table.change(Method::PUT, "/api/v1/people/{id}/attributes/{name}", note, put(attributes::put));
    table.change(Method::DELETE, "/api/v1/people/{id}/attributes/{name}", note, delete(attributes::remove));
    table.get("/api/v1/customers", read, get(customers::list));
    table.get("/api/v1/customers/{id}", read, get(customers::one));
    table.get("/api/v1/customers/{id}/erasure", manage, get(erasures::preview_customer));
    table.change(Method::POST, "/api/v1/customers/{id}/erasure", manage, post(erasures::erase_customer));
    table.change(Method::PUT, "/api/v1/customers/{id}/people/{person}", note, put(customers::say));
    table.change(Method::DELETE, "/api/v1/customers/{id}/people/{person}", note, delete(customers::unsay));
    // As on the screen, only an owner sees them.
    let look = Rule::Key("read", Manage);
    table.get("/api/v1/customer-lists", look, get(customers::lists));
    table.change(Method::POST, "/api/v1/customer-lists", manage, post(customers::start));
    // A file is too large to be kept with its answer: sent twice, it is looked at twice, and nothing else happens.
    table.upload("/api/v1/customer-lists/files", manage, post(customers::send), crate::customers::MOST_BYTES);
    table.get("/api/v1/customer-lists/{id}", look, get(customers::list_one));
    table.get("/api/v1/customer-lists/{id}/wrong", look, get(customers::wrong));
    table.change(Method::POST, "/api/v1/customer-lists/{id}/stop", manage, post(customers::stop));
    table.get("/api/v1/organisations", read, get(organisations::list));
    table.get("/api/v1/organisations/{id}", read, get(organisations::one));
    table.get("/api/v1/organisations/{id}/people", read, get(organisations::people));
    table.change(Method::PUT, "/api/v1/organisations/{id}/name", note, put(organisations::rename));
    table.change(Method::POST, "/api/v1/organisations/{id}/merge", note, post(organisations::merge));
    table.change(Method::POST, "/api/v1/organisations/{id}/part", note, post(organisations::part));
    table.get("/api/v1/people/{id}/organisations", read, get(organisations::of_person));
    table.change(Method::POST, "/api/v1/people/{id}/organisations", note, post(organisations::put_in));
    let belongs = "/api/v1/people/{id}/organisations/{organisation}";
    table.change(Method::DELETE, belongs, note, delete(organisations::take_out));
    table.get("/api/v1/segments", read, get(segments::list));
    table.change(Method::POST, "/api/v1/segments", work, post(segments::add));
    table.get("/api/v1/segments/{id}", read, get(segments::one));
    table.change(Method::PUT, "/api/v1/segments/{id}", work, put(segments::change));
    table.change(Method::DELETE, "/api/v1/segments/{id}", work, delete(segments::remove));
    table.get("/api/v1/segment-weights", read, get(segments::weights));
    table.change(Method::PUT, "/api/v1/segment-weights", manage, put(segments::choose));
    table.get("/api/v1/feedback/{id}/weighted", read, get(segments::weighted));
}

/// What people ask for, and what is done about it.
fn feedback(table: &mut Table) {
    let (read, work) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    table.get("/api/v1/feedback", read, get(feedback::list));
    table.change(Method::POST, "/api/v1/feedback", work, post(feedback::add));
    // It changes nothing, and is a POST only since it may say much.
    table.change(Method::POST, "/api/v1/feedback/like", read, post(feedback::like));
    table.get("/api/v1/feedback/{id}", read, get(feedback::one));
    table.change(Method::PUT, "/api/v1/feedback/{id}", work, put(feedback::change));
    table.change(Method::DELETE, "/api/v1/feedback/{id}", work, delete(feedback::remove));
    table.get("/api/v1/feedback/{id}/evidence", read, get(feedback::evidence));
    table.change(Method::POST, "/api/v1/feedback/{id}/evidence", work, post(feedback::give));
    table.change(Method::DELETE, "/api/v1/feedback/{id}/evidence/{evidence}", work, delete(feedback::take_back));
    table.change(Method::POST, "/api/v1/feedback/{id}/merge", work, post(feedback::merge));
    table.change(Method::POST, "/api/v1/feedback/{id}/part", work, post(feedback::part));
    table.change(Method::PUT, "/api/v1/feedback/{id}/change", work, put(feedback::join));
    table.get("/api/v1/changes", read, get(changes::list));
    table.change(Method::POST, "/api/v1/changes", work, post(changes::add));
    table.get("/api/v1/changes/{id}", read, get(changes::one));
    table.change(Method::PUT, "/api/v1/changes/{id}", work, put(changes::change));
    table.change(Method::DELETE, "/api/v1/changes/{id}", work, delete(changes::remove));
    table.change(Method::POST, "/api/v1/changes/{id}/move", work, post(changes::move_to));
    table.get("/api/v1/changes/{id}/moves", read, get(changes::moves));
    tell(table);
}

/// Telling those who asked, one by one.
fn tell(table: &mut Table) {
    let (read, work) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    table.get("/api/v1/changes/{id}/telling", read, get(telling::state));
    table.change(Method::PUT, "/api/v1/changes/{id}/telling", work, put(telling::ask_after));
    table.change(Method::POST, "/api/v1/changes/{id}/telling/prepare", work, post(telling::prepare));
    table.change(Method::POST, "/api/v1/changes/{id}/telling/ask", work, post(telling::ask_now));
    table.get("/api/v1/changes/{id}/telling/texts", read, get(telling::texts));
    table.change(Method::PUT, "/api/v1/changes/{id}/telling/texts", work, put(telling::write_text));
    let text = "/api/v1/changes/{id}/telling/texts/{kind}/{language}";
    table.change(Method::DELETE, text, work, delete(telling::remove_text));
    table.get("/api/v1/changes/{id}/tellings", read, get(telling::list));
    table.get("/api/v1/tellings/{id}", read, get(tellings::one));
    table.change(Method::PUT, "/api/v1/tellings/{id}", work, put(tellings::keep));
    table.change(Method::POST, "/api/v1/tellings/{id}/send", work, post(tellings::send));
    table.change(Method::POST, "/api/v1/tellings/{id}/skip", work, post(tellings::skip));
    table.change(Method::POST, "/api/v1/tellings/{id}/by-hand", work, post(tellings::by_hand));
    table.change(Method::POST, "/api/v1/tellings/{id}/owe", work, post(tellings::owe));
    table.change(Method::POST, "/api/v1/tellings/{id}/draft", work, post(tellings::draft));
    table.change(Method::PUT, "/api/v1/tellings/{id}/answer", work, put(tellings::answer));
    table.get("/api/v1/debts", read, get(tellings::debts));
    table.get("/api/v1/loop", read, get(tellings::loop_time));
}

/// What everybody may read of changes, and what trackers say of them.
fn in_public(table: &mut Table) {
    let (read, work) = (Rule::Key("read", Read), Rule::Key("reply", Converse));
    let manage = Rule::Key("manage", Manage);
    table.get("/api/v1/roadmap", read, get(roadmap::look));
    table.change(Method::PUT, "/api/v1/roadmap", manage, put(roadmap::set));
    table.get("/api/v1/changes/{id}/public", read, get(roadmap::public));
    table.change(Method::PUT, "/api/v1/changes/{id}/public", work, put(roadmap::publish));
    table.change(Method::DELETE, "/api/v1/changes/{id}/public", work, delete(roadmap::withdraw));
    table.get("/api/v1/changes/{id}/tracker-notes", read, get(trackers::notes));
    table.change(Method::POST, "/api/v1/changes/{id}/not-yet", work, post(trackers::not_yet));
    table.get("/api/v1/trackers", manage, get(trackers::list));
    table.change(Method::POST, "/api/v1/trackers", manage, post(trackers::add));
    table.get("/api/v1/trackers/{id}", manage, get(trackers::one));
    table.change(Method::DELETE, "/api/v1/trackers/{id}", manage, delete(trackers::remove));
}

fn imports(table: &mut Table) {
    // As on the screen, only an owner sees them.
    let (look, manage) = (Rule::Key("read", Manage), Rule::Key("manage", Manage));
    table.get("/api/v1/imports", look, get(imports::list));
    table.change(Method::POST, "/api/v1/imports", manage, post(uploads::start));
    // It changes nothing, and is a POST only since it says much.
    table.change(Method::POST, "/api/v1/imports/preview", manage, post(uploads::preview));
    // A file is too large to be kept with its answer: sent twice, it is looked at twice, and nothing else happens.
    table.upload("/api/v1/imports/files", manage, post(uploads::send), crate::import::MOST_BYTES);
    table.get("/api/v1/imports/{id}", look, get(imports::one));
    table.change(Method::POST, "/api/v1/imports/{id}/stop", manage, post(uploads::stop));
    table.change(Method::POST, "/api/v1/imports/{id}/go-on", manage, post(uploads::go_on));
    table.change(Method::POST, "/api/v1/imports/{id}/give-up", manage, post(uploads::give_up));
    table.get("/api/v1/mappings", look, get(mappings::list));
    table.change(Method::POST, "/api/v1/mappings", manage, post(mappings::save));
    table.get("/api/v1/mappings/{id}", look, get(mappings::one));
    table.change(Method::PUT, "/api/v1/mappings/{id}/name", manage, put(mappings::rename));
    table.change(Method::DELETE, "/api/v1/mappings/{id}", manage, delete(mappings::remove));
}

/// Programs that are told what happens.
fn webhooks(table: &mut Table) {
    let manage = Rule::Key("manage", Manage);
    table.get("/api/v1/webhooks", manage, get(webhooks::list));
    table.change(Method::POST, "/api/v1/webhooks", manage, post(webhooks::add));
    table.get("/api/v1/webhooks/{id}", manage, get(webhooks::one));
    table.change(Method::PUT, "/api/v1/webhooks/{id}", manage, put(webhooks::change));
    table.change(Method::DELETE, "/api/v1/webhooks/{id}", manage, delete(webhooks::remove));
    table.change(Method::POST, "/api/v1/webhooks/{id}/pause", manage, post(webhooks::pause));
    table.change(Method::POST, "/api/v1/webhooks/{id}/resume", manage, post(webhooks::resume));
    table.change(Method::POST, "/api/v1/webhooks/{id}/secret", manage, post(webhooks::rotate));
    table.change(Method::POST, "/api/v1/webhooks/{id}/test", manage, post(webhooks::test));
    table.change(Method::POST, "/api/v1/webhooks/{id}/redeliver", manage, post(webhooks::redeliver_failed));
    table.get("/api/v1/webhooks/{id}/calls", manage, get(webhooks::calls));
    table.get("/api/v1/webhooks/{id}/calls/{call}", manage, get(webhooks::call));
    let again = "/api/v1/webhooks/{id}/calls/{call}/redeliver";
    table.change(Method::POST, again, manage, post(webhooks::redeliver));
}
