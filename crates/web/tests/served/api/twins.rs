//! Whatever a member can do on a screen, a program can do by the API, or it stands here why not.

use std::collections::{BTreeMap, BTreeSet};
use tertulia_web::routes::{Entry, Rule};

/// What a program asks for in place of a screen.
const TWINS: &[(&str, &[&str])] = &[
    ("GET /api/v1/conversations", &["GET /", "GET /inbox", "GET /people/{id}"]),
    ("GET /api/v1/conversations/{id}", &["GET /inbox/{id}"]),
    ("POST /api/v1/conversations/{id}/replies", &["POST /inbox/{id}/reply"]),
    ("POST /api/v1/conversations/{id}/files", &["POST /inbox/{id}/files"]),
    ("POST /api/v1/messages/{id}/forwards", &["POST /inbox/{id}/forward/{message}"]),
    ("POST /api/v1/conversations/{id}/assign", &["POST /inbox/{id}/assign"]),
    ("POST /api/v1/conversations/{id}/pending", &["POST /inbox/{id}/pending"]),
    ("POST /api/v1/conversations/{id}/close", &["POST /inbox/{id}/close"]),
    ("POST /api/v1/conversations/{id}/reopen", &["POST /inbox/{id}/reopen"]),
    ("POST /api/v1/conversations/{id}/snooze", &["POST /inbox/{id}/snooze"]),
    ("POST /api/v1/conversations/{id}/unread", &["POST /inbox/{id}/unread"]),
    ("POST /api/v1/conversations/{id}/merge", &["POST /inbox/{id}/merge"]),
    ("POST /api/v1/conversations/{id}/part", &["POST /inbox/{id}/part"]),
    ("POST /api/v1/conversations/{id}/apart", &["POST /inbox/{id}/apart"]),
    ("POST /api/v1/deliveries/{id}/undo", &["POST /deliveries/{id}/undo"]),
    ("POST /api/v1/deliveries/{id}/again", &["POST /deliveries/{id}/again"]),
    ("POST /api/v1/deliveries/{id}/arrived", &["POST /deliveries/{id}/arrived"]),
    ("POST /api/v1/deliveries/{id}/leave", &["POST /deliveries/{id}/leave"]),
    ("POST /api/v1/deliveries/{id}/take-up", &["POST /deliveries/{id}/leave/undo"]),
    ("GET /api/v1/messages", &["GET /listen", "GET /listen/thread/{message}"]),
    ("POST /api/v1/messages/{id}/conversation", &["POST /listen/open/{message}"]),
    ("GET /api/v1/messages/{id}", &["GET /messages/{id}/html"]),
    ("GET /api/v1/messages/{id}/wordings", &["GET /messages/{id}/revisions"]),
    ("GET /api/v1/attachments/{id}", &["GET /attachments/{id}", "GET /messages/{id}/picture"]),
    ("GET /api/v1/monitors", &["GET /listen/monitors"]),
    ("POST /api/v1/monitors", &["GET /listen/monitors/new", "POST /listen/monitors/new"]),
    ("POST /api/v1/monitors/preview", &["GET /listen/monitors/preview"]),
    ("GET /api/v1/monitors/{id}", &["GET /listen/monitors/{id}/progress"]),
    ("GET /api/v1/monitors/{id}/mentions", &["GET /listen/monitors/{id}"]),
    ("PUT /api/v1/monitors/{id}", &["GET /listen/monitors/{id}/edit", "POST /listen/monitors/{id}/edit"]),
    ("DELETE /api/v1/monitors/{id}", &["GET /listen/monitors/{id}/remove", "POST /listen/monitors/{id}/remove"]),
    ("POST /api/v1/monitors/{id}/pause", &["POST /listen/monitors/{id}/state"]),
    ("PUT /api/v1/monitors/{id}/mentions/{message}/state", &["POST /listen/monitors/{id}/mentions/{message}"]),
    ("POST /api/v1/monitors/{id}/mutes", &["POST /listen/monitors/{id}/mute/{message}"]),
    ("DELETE /api/v1/monitors/{id}/mutes/{mute}", &["POST /listen/monitors/{id}/unmute/{mute}"]),
    ("PUT /api/v1/monitors/{id}/notice", &["POST /listen/monitors/{id}/notice"]),
    ("DELETE /api/v1/monitors/{id}/notice", &["POST /listen/monitors/{id}/notice/stop"]),
    ("PUT /api/v1/monitors/{id}/webhooks", &["POST /listen/monitors/{id}/programs"]),
    ("GET /api/v1/ledger", &["GET /listen/coverage"]),
    ("GET /api/v1/channels", &["GET /channels"]),
    ("GET /api/v1/connectors", &["GET /channels/new", "GET /by-hand"]),
    ("POST /api/v1/channels", &["GET /channels/new/{connector}", "POST /channels/new/{connector}"]),
    ("POST /api/v1/channels/test", &["POST /channels/test/{connector}"]),
    ("POST /api/v1/channels/preview", &["POST /channels/preview/{connector}"]),
    ("GET /api/v1/channels/{id}", &["GET /channels/{id}"]),
    ("PUT /api/v1/channels/{id}", &["POST /channels/{id}"]),
    ("PUT /api/v1/channels/{id}/bounds", &["POST /channels/{id}/bounds"]),
    ("DELETE /api/v1/channels/{id}", &["GET /channels/{id}/delete"]),
    ("POST /api/v1/channels/{id}/pause", &["POST /channels/{id}/state"]),
    ("POST /api/v1/channels/{id}/file", &["POST /channels/{id}/file"]),
    ("POST /api/v1/channels/{id}/entries", &["GET /by-hand/{channel}", "POST /by-hand/{channel}"]),
    ("GET /api/v1/people", &["GET /people"]),
    ("GET /api/v1/feedback", &["GET /feedback"]),
    ("POST /api/v1/feedback", &["GET /feedback/new", "POST /feedback/new"]),
    ("POST /api/v1/feedback/like", &["GET /feedback/like"]),
    ("GET /api/v1/feedback/{id}", &["GET /feedback/{id}"]),
    ("PUT /api/v1/feedback/{id}", &["GET /feedback/{id}/edit", "POST /feedback/{id}/edit"]),
    ("POST /api/v1/feedback/{id}/evidence", &["GET /feedback/{id}/behalf", "POST /feedback/{id}/behalf"]),
    ("DELETE /api/v1/feedback/{id}/evidence/{evidence}", &["POST /feedback/{id}/evidence/{evidence}/remove"]),
    ("POST /api/v1/feedback/{id}/merge", &["GET /feedback/{id}/merge/{other}", "POST /feedback/{id}/merge/{other}"]),
    ("POST /api/v1/feedback/{id}/part", &["POST /feedback/{id}/part/{part}"]),
    ("PUT /api/v1/feedback/{id}/change", &["POST /feedback/{id}/join"]),
    ("GET /api/v1/changes", &["GET /feedback/changes"]),
    ("POST /api/v1/changes", &["GET /feedback/changes/new", "POST /feedback/changes/new"]),
    ("GET /api/v1/changes/{id}", &["GET /feedback/changes/{id}"]),
    ("PUT /api/v1/changes/{id}", &["GET /feedback/changes/{id}/edit", "POST /feedback/changes/{id}/edit"]),
    ("POST /api/v1/changes/{id}/move", &["POST /feedback/changes/{id}/move"]),
    ("GET /api/v1/people/{id}/relationship", &["GET /people/{id}"]),
    (
        "POST /api/v1/people/{id}/merges",
        &["GET /people/{id}/same", "GET /people/{id}/same/{other}", "POST /people/{id}/same/{other}"],
    ),
    ("DELETE /api/v1/people/{id}/merges/{merge}", &["POST /people/{id}/part/{merge}"]),
    ("GET /api/v1/merges", &["GET /people/merges"]),
    ("POST /api/v1/merges/undo", &["POST /people/merges/part"]),
    ("PUT /api/v1/merges/automatic", &["POST /people/suggested/by-itself"]),
    ("GET /api/v1/merges/automatic", &["GET /people/suggested"]),
    ("GET /api/v1/people/suggestions", &["GET /people/suggested"]),
    ("PUT /api/v1/people/{id}/apart/{other}", &["POST /people/{id}/apart/{other}"]),
    ("DELETE /api/v1/people/{id}/apart/{other}", &["POST /people/{id}/apart/{other}/undo"]),
    ("POST /api/v1/people/{id}/consents", &["POST /people/{id}/consent"]),
    ("GET /api/v1/people/{id}/export", &["GET /people/{id}/export.zip"]),
    ("GET /api/v1/people/{id}/erasure", &["GET /people/{id}/erase"]),
    ("POST /api/v1/people/{id}/erasure", &["POST /people/{id}/erase"]),
    ("GET /api/v1/erasures", &["GET /people/erasures"]),
    ("GET /api/v1/erasures/{id}", &["GET /people/erasures/{id}", "GET /people/erasures/{id}/report.json"]),
    ("GET /api/v1/promises", &["GET /promises"]),
    ("POST /api/v1/promises/{id}/confirm", &["POST /promises/{id}/confirm"]),
    ("POST /api/v1/promises/{id}/dismiss", &["POST /promises/{id}/dismiss"]),
    ("POST /api/v1/promises/{id}/keep", &["POST /promises/{id}/keep"]),
    ("POST /api/v1/promises/{id}/break", &["POST /promises/{id}/break"]),
    ("POST /api/v1/promises/{id}/reopen", &["POST /promises/{id}/reopen"]),
    ("POST /api/v1/messages/{id}/promises", &["POST /messages/{id}/promises"]),
    ("GET /api/v1/quarantine", &["GET /quarantine"]),
    ("GET /api/v1/quarantine/{id}", &["GET /quarantine/{id}"]),
    ("GET /api/v1/quarantine/{id}/file", &["GET /quarantine/{id}/file"]),
    ("POST /api/v1/quarantine/{id}/retry", &["POST /quarantine/{id}/replay", "POST /quarantine/replay-all"]),
    ("POST /api/v1/quarantine/{id}/discard", &["POST /quarantine/{id}/discard"]),
    ("POST /api/v1/quarantine/{id}/restore", &["POST /quarantine/{id}/restore"]),
    ("GET /api/v1/imports", &["GET /import"]),
    ("POST /api/v1/imports/files", &["POST /import/upload", "GET /import/map"]),
    ("POST /api/v1/imports/preview", &["POST /import/preview"]),
    ("POST /api/v1/imports", &["POST /import/start"]),
    ("GET /api/v1/imports/{id}", &["GET /import/{id}"]),
    ("POST /api/v1/imports/{id}/stop", &["POST /import/{id}/stop"]),
    ("POST /api/v1/imports/{id}/go-on", &["POST /import/{id}/go-on"]),
    ("POST /api/v1/imports/{id}/give-up", &["POST /import/{id}/give-up"]),
    ("GET /api/v1/mappings", &["GET /import/mappings"]),
    ("POST /api/v1/mappings", &["POST /import/mappings"]),
    ("PUT /api/v1/mappings/{id}/name", &["POST /import/mappings/{id}/rename"]),
    ("DELETE /api/v1/mappings/{id}", &["POST /import/mappings/{id}/delete"]),
    ("GET /api/v1/webhooks", &["GET /settings/webhooks"]),
    ("POST /api/v1/webhooks", &["GET /settings/webhooks/new", "POST /settings/webhooks/new"]),
    ("GET /api/v1/webhooks/{id}", &["GET /settings/webhooks/{id}"]),
    ("PUT /api/v1/webhooks/{id}", &["GET /settings/webhooks/{id}/edit", "POST /settings/webhooks/{id}/edit"]),
    ("DELETE /api/v1/webhooks/{id}", &["POST /settings/webhooks/{id}/remove"]),
    ("POST /api/v1/webhooks/{id}/pause", &["POST /settings/webhooks/{id}/state"]),
    ("POST /api/v1/webhooks/{id}/secret", &["POST /settings/webhooks/{id}/secret"]),
    ("POST /api/v1/webhooks/{id}/test", &["POST /settings/webhooks/{id}/test"]),
    ("POST /api/v1/webhooks/{id}/redeliver", &["POST /settings/webhooks/{id}/again"]),
    ("GET /api/v1/webhooks/{id}/calls", &["GET /settings/webhooks/{id}/log"]),
    ("GET /api/v1/webhooks/{id}/calls/{call}", &["GET /settings/webhooks/{id}/log/{call}"]),
    ("POST /api/v1/webhooks/{id}/calls/{call}/redeliver", &["POST /settings/webhooks/{id}/log/{call}/again"]),
    ("GET /api/v1/members", &["GET /team", "GET /team/{id}"]),
];

/// What begins so is for people alone, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("/account", "a member's own name, password and sessions are theirs to change"),
    ("/sign-out", "a program has a key and no session"),
    ("/team", "members, their roles and their keys are given by a person who signed in: no key makes another"),
    ("/theme", "how a page looks"),
    ("/goal", "said once, by a person, at the beginning"),
    ("/start/", "a part of a page"),
    ("/live", "what an open page is told"),
    ("/settings", "set once for the installation, by a person who signed in"),
    ("/feedback/undo", "the toast's button: a program asks for the opposite"),
    ("/inbox/list", "a part of a page"),
    ("/inbox/tabs", "a part of a page"),
    ("/inbox/unread", "a part of a page"),
    ("/inbox/undo", "the toast's button: a program asks for the opposite"),
    ("/inbox/{id}/row", "a part of a page"),
    ("/inbox/{id}/head", "a part of a page"),
    ("/inbox/{id}/messages", "a part of a page"),
    ("/inbox/{id}/draft", "a draft is what a person has not finished"),
    ("/inbox/{id}/files/{file}/remove", "takes a file out of a draft: a program names only what it sends"),
    ("/deliveries/{id}/write", "makes a draft"),
    ("/messages/mail.css", "how a page looks"),
    ("/listen/news", "a part of a page"),
    ("/listen/monitors/unseen", "a part of a page"),
    ("/listen/monitors/{id}/news", "a part of a page"),
    ("/people/erasures/{id}/state", "a part of a page"),
    ("/channels/rows", "a part of a page"),
    ("/quarantine/rows", "a part of a page"),
    ("/import/rows", "a part of a page"),
    ("/import/{id}/rows", "a part of a page"),
];

#[test]
fn whatever_a_screen_can_do_a_program_can_or_it_is_said_why_not() {
    let table = tertulia_web::table();
    let name = |entry: &Entry| format!("{} {}", entry.method, entry.path);
    let of_api: BTreeSet<String> =
        table.entries().iter().filter(|entry| entry.path.starts_with("/api/")).map(name).collect();
    let twins: BTreeMap<&str, &str> =
        TWINS.iter().flat_map(|(twin, screens)| screens.iter().map(|screen| (*screen, *twin))).collect();
    let gone: Vec<_> = twins.values().filter(|twin| !of_api.contains(**twin)).collect();
    assert!(gone.is_empty(), "there is no such route of the API: {gone:?}");
    let screens: Vec<_> = table.entries().iter().filter(|entry| matches!(entry.rule, Rule::Member(_))).collect();
    let is_left_out = |path: &str| LEFT_OUT.iter().any(|(begin, _)| path == *begin || path.starts_with(begin));
    let alone: Vec<String> = screens
        .iter()
        .filter(|entry| !twins.contains_key(name(entry).as_str()) && !is_left_out(entry.path))
        .map(|entry| name(entry))
        .collect();
    assert!(alone.is_empty(), "say in this file which route of the API does the same, or why none does: {alone:#?}");
    let known: BTreeSet<String> = screens.iter().map(|entry| name(entry)).collect();
    let old: Vec<_> = twins.keys().filter(|screen| !known.contains(**screen)).collect();
    assert!(old.is_empty(), "there is no such screen any more: {old:?}");
    let unused: Vec<_> =
        LEFT_OUT.iter().filter(|(begin, _)| !screens.iter().any(|entry| entry.path.starts_with(begin))).collect();
    assert!(unused.is_empty(), "nothing begins so any more: {unused:?}");
}
