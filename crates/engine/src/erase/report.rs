//! The report of an erasure: numbers and sentences, and no word of theirs.

use super::{Found, beside::Unsent, needles};
use crate::{Engine, Result, feedback, goals, invitations, knowhow, notes, opinions, vault::Vault};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::io;
use tertulia_connector::{Secret, SecretSet};
use tertulia_model::{Chance, Millis};
use tertulia_store::{Dialect, Sql, erased, erasing::Counts, imports, monitors, upkeep};

/// In the report: how many hashes keep somebody from being written to.
pub(super) const WISHES: &str = "wishes not to be written to, kept as keyed hashes";

/// How it begins, once nothing of theirs is shown or found any more.
pub(super) fn begun(found: &Found, counts: &Counts, dialect: Dialect, now: Millis) -> Value {
    let written = found.doomed.iter().filter(|m| m.direction == "theirs").count();
    let mut report = json!({
        "at": now,
        "identities": found.identities.len(),
        "messages_of_theirs": written,
        "messages_of_ours_to_them": found.doomed.len() - written,
        "conversations": found.conversations().len(),
        "set_aside": found.aside.len(),
        "rows": {},
        "blobs": null,
        "finished": false,
        "kept_so_that_it_does_not_come_back": "A keyed hash of each identity and of each message, from which neither can be read.",
        "what_stays": stays(found, counts),
        "out_of_reach": out_of_reach(dialect),
    });
    add(&mut report, counts);
    report
}

fn out_of_reach(dialect: Dialect) -> Vec<&'static str> {
    let mut beyond = vec![
        "Backups made before this moment still hold them, until they are deleted; one that is put back brings them back, and \
         they have to be erased again.",
        "What was sent to them or to others has left this installation. Programs that are told of events were told of this \
         one, if they chose to be.",
        "Where the disk keeps older copies of a file (snapshots, copy-on-write, SSD wear levelling), those copies.",
    ];
    if dialect == Dialect::Postgres {
        beyond.push(
            "PostgreSQL: its dead rows were vacuumed; their bytes may stand in free parts of its files and in its archived \
             log until those are written over.",
        );
    }
    beyond
}

fn stays(found: &Found, counts: &Counts) -> Vec<&'static str> {
    let mut stays = vec![
        "That there were messages, when, and in which thread: without words, name or address.",
        "What other people wrote, also where they quote or name this person, or wrote to them as well.",
        "What members of the team called by a name of theirs, such as a monitor or a file that was imported: this report says \
         where, and a person decides.",
    ];
    if counts.get(WISHES).is_some_and(|kept| *kept > 0) {
        stays.push(
            "That they do not want to be written to: as a keyed hash, from which neither name nor address can be read, so \
             that nobody here writes to them again, not even after an import. If they write anew, that wish still holds, \
             until they take it back.",
        );
    }
    if found.handles.iter().any(|handle| !needles::means_somebody(handle)) {
        stays.push(
            "An account of theirs is called by a single character or a short number, which stands in everybody's words. It \
             was looked for where it stands for an account, and nowhere else: look through Quarantine for what is of them.",
        );
    }
    stays
}

/// Adds rows that went to those that went before.
pub(super) fn add(report: &mut Value, counts: &Counts) {
    if !report["rows"].is_object() {
        report["rows"] = Value::Object(Map::new());
    }
    for (table, rows) in counts.iter().filter(|(_, rows)| **rows > 0) {
        report["rows"][table.as_str()] = (report["rows"][table.as_str()].as_u64().unwrap_or(0) + rows).into();
    }
}

/// In the report: the conversations with others in which answers to them were not sent, since they went to the person, too.
const UNSENT: &str = "answers_to_others_not_sent";

/// Adds conversations in which others wait again.
pub(super) fn add_unsent(report: &mut Value, unsent: &[Unsent]) {
    if !report[UNSENT].is_array() {
        report[UNSENT] = json!([]);
    }
    let told = unsent.iter().map(|(id, answers)| json!({ "conversation": id.to_string(), "answers": answers }));
    if let Some(all) = report[UNSENT].as_array_mut() {
        all.extend(told);
    }
}

/// Says that all is done.
pub(super) fn end(report: &mut Value, kept: &erased::Report, named_in: Value, backups: Value) {
    report["blobs"] = json!({ "rewritten": kept.rewritten, "removed": kept.removed, "bytes_gone": kept.bytes_gone });
    report["named_in"] = named_in;
    report["backups"] = backups;
    report["finished"] = true.into();
    if let Some(fields) = report.as_object_mut() {
        fields.remove("doing");
    }
}

/// The backups that were made here, and still hold what was erased.
pub(super) async fn backups(on: &mut impl Sql) -> Result<Value> {
    let all = upkeep::backups(on).await?;
    Ok(all.into_iter().map(|(folder, at)| json!({ "folder": folder, "made_at": at })).collect())
}

/// Where members called something by a name of theirs. Whether it means them is for a person to say: it stays as it is.
pub(super) async fn named_in(engine: &Engine, search: &Search) -> Result<Value> {
    let handles = needles::Needles::of(&search.handles);
    let is_named = |text: &str| handles.stand_in(text) || needles::is_called(text, &search.names);
    let mut db = engine.db.reader();
    let mut found = Vec::new();
    for monitor in monitors::all(&mut db).await? {
        if is_named(&monitor.name) || is_named(&monitor.query) {
            found.push(json!({ "kind": "monitor", "id": monitor.id.to_string() }));
        }
    }
    let mut below = None;
    loop {
        let page = imports::all(&mut db, below, 500).await?;
        let Some(last) = page.last() else { break };
        below = Some(last.id);
        let named = page.iter().filter(|run| is_named(&run.name));
        found.extend(named.map(|run| json!({ "kind": "file", "id": run.id.to_string() })));
    }
    found.extend(feedback::named(engine, &is_named).await?);
    found.extend(knowhow::named(engine, &is_named).await?);
    found.extend(goals::named(engine, &is_named).await?);
    found.extend(opinions::named(engine, &is_named).await?);
    found.extend(invitations::named(engine, &is_named).await?);
    found.extend(notes::naming_somebody(engine, &is_named).await?);
    found.extend(crate::others::named(engine, &is_named).await?);
    Ok(found.into())
}

/// What is still to be looked for once the rows are gone. It is kept encrypted until all is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Search {
    pub handles: Vec<String>,
    pub names: Vec<String>,
    /// What has an id above this came after the erasure, and is of somebody who came back.
    pub below: i64,
    /// The same of what has no such id.
    #[serde(default)]
    pub until: Millis,
    /// What came while it was first looked for went as well.
    pub is_looked_again: bool,
    /// Up to which name the blobs were looked through; all of them once that is done.
    pub walked: String,
    pub is_walked: bool,
}

const SEALED: &str = "search";

impl Search {
    pub fn seal(&self, vault: &Vault, chance: &dyn Chance) -> Result<Vec<u8>> {
        let text = serde_json::to_string(self).map_err(io::Error::other)?;
        Ok(vault.lock(&SecretSet::from([(SEALED.to_owned(), Secret::new(text))]), chance))
    }

    pub fn unseal(vault: &Vault, sealed: &[u8]) -> Result<Self> {
        let secrets = vault.unlock(sealed)?;
        let text = secrets.get(SEALED).map(Secret::reveal).unwrap_or_default();
        Ok(serde_json::from_str(text).map_err(io::Error::other)?)
    }
}
