//! The line above a conversation: who, how it stands, what can be done.

use super::{asked::Asked, known::Known, list::whose, times};
use crate::Result;
use askama::Template;
use axum::response::Html;
use tertulia_engine::desk;
use tertulia_model::Permission;
use tertulia_store::{conversations::Conversation, people};

pub(crate) struct HeadView {
    pub id: String,
    pub query: String,
    pub person: String,
    pub person_href: Option<String>,
    pub standing: String,
    pub state: String,
    pub members: Vec<MemberChoice>,
    pub nobody: bool,
    pub may_converse: bool,
    pub today: String,
    /// Said behind a time of day where the reader's own zone is not known.
    pub zone: &'static str,
    /// How it can end, in words and why one would say so, and whether it did.
    pub outcomes: Vec<(&'static str, &'static str, &'static str, bool)>,
}

pub(crate) struct MemberChoice {
    pub id: String,
    pub name: String,
    pub is_chosen: bool,
    pub is_me: bool,
}

pub(crate) fn head_view(asked: &Asked, known: &Known, person: String) -> HeadView {
    let held = &asked.held;
    let mut standing = Vec::new();
    let subject = held.subject.trim();
    if !subject.is_empty() {
        standing.push(subject.to_owned());
    }
    let state = match (held.state.as_str(), held.snoozed_until) {
        ("closed", _) => match held.ended() {
            Some(ended) => {
                format!("closed: {}, said by {}", desk::outcome_words(&ended.outcome), known.member(ended.by))
            }
            None => "closed".to_owned(),
        },
        ("snoozed", Some(until)) => format!("snoozed until {}", times::moment_words(until, &known.zone)),
        (state, _) => state.to_owned(),
    };
    standing.push(match held.assignee_id {
        Some(member) => format!("{state}, with {}", known.member(member)),
        None => state,
    });
    let mut members: Vec<MemberChoice> = known
        .members
        .values()
        .filter(|user| user.disabled_at.is_none() && user.role.may(Permission::Converse))
        .map(|user| MemberChoice {
            id: user.id.to_string(),
            name: user.name.clone(),
            is_chosen: held.assignee_id == Some(user.id),
            is_me: user.id == known.viewer,
        })
        .collect();
    members.sort_by(|a, b| b.is_me.cmp(&a.is_me).then_with(|| a.name.cmp(&b.name)));
    HeadView {
        id: held.id.to_string(),
        query: asked.show.query(),
        person,
        person_href: held.person_id.map(|person| format!("/people/{person}")),
        standing: standing.join(" · "),
        state: held.state.clone(),
        members,
        nobody: held.assignee_id.is_none(),
        may_converse: known.may_converse,
        today: times::today(asked.app.engine.now(), &known.zone).to_string(),
        zone: times::zone_words(&known.zone),
        outcomes: outcomes(held),
    }
}

fn outcomes(held: &Conversation) -> Vec<(&'static str, &'static str, &'static str, bool)> {
    let ended = held.ended().map(|ended| ended.outcome);
    let choice = |outcome: &'static str| {
        let (words, why) = match outcome {
            "listened" => ("Just listened", "They wanted to be heard, and nothing has to change."),
            "passed_on" => ("Passed on", "Somebody else sees to it."),
            _ => ("Answered", "They have what they asked for."),
        };
        (outcome, words, why, ended.as_deref() == Some(outcome))
    };
    desk::OUTCOMES.map(choice).to_vec()
}

#[derive(Template)]
#[template(path = "inbox/head.html")]
struct Head {
    head: HeadView,
    token: String,
}

pub(crate) async fn head(asked: Asked) -> Result<Html<String>> {
    let known = asked.known().await?;
    let person = match asked.held.person_id {
        Some(person) => people::get(&mut asked.app.engine.db.reader(), person).await?.map(|person| person.name),
        None => None,
    };
    let head = head_view(&asked, &known, whose(person.as_deref()));
    Ok(Html(Head { head, token: asked.viewer.csrf }.render()?))
}
