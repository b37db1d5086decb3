//! One article: what it says, in which languages, where it was put into answers and whether it helped.

use super::{href, known, language_words};
use crate::{
    App, Result, Viewer,
    inbox::{Known, flash, whose},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_model::{Millis, Permission};
use tertulia_store::{
    article_uses::{self, Count, MOST_COUNTED, Place},
    articles,
};

/// Answers on one page, and versions that are shown.
const PAGE: i64 = 20;
const VERSIONS: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// Where the page before ended.
    below: String,
}

/// An answer that held it.
struct Used {
    name: String,
    href: String,
    at: Millis,
    by: String,
    standing: &'static str,
}

struct Earlier {
    version: i64,
    title: String,
    body: String,
    link: String,
    by: String,
    at: Millis,
}

#[derive(Template)]
#[template(path = "knowhow/article.html")]
struct ArticlePage {
    shell: Shell,
    token: String,
    href: String,
    id: String,
    title: String,
    body: String,
    link: Option<String>,
    language: String,
    code: String,
    by: String,
    at: Millis,
    is_archived: bool,
    others: Vec<(String, String)>,
    counted: String,
    used: Vec<Used>,
    older: Option<String>,
    earlier: Vec<Earlier>,
    may_work: bool,
}

/// How it went, as far as somebody said.
pub(super) fn standing(helped: Option<&str>) -> &'static str {
    match helped {
        Some("helped") => "It helped",
        Some("not") => "It did not help",
        Some(_) => "Unclear whether it helped",
        None => "Nobody has said whether it helped",
    }
}

fn people(n: i64) -> String {
    if n == 1 { "1 person".to_owned() } else { format!("{n} people") }
}

/// "Put into 12 answers, to 11 people. Of 7 people it is said what came of it: it helped 5, …"
fn counted(counts: &[Count]) -> String {
    let of = |helped: Option<&str>| counts.iter().find(|count| count.helped.as_deref() == helped);
    let answers: i64 = counts.iter().map(|count| count.answers).sum();
    if answers == 0 {
        return "It was put into no answer yet.".to_owned();
    }
    let into = if answers == 1 { "one answer".to_owned() } else { format!("{answers} answers") };
    let newest = if answers >= MOST_COUNTED { "Of the newest: put" } else { "Put" };
    let said: Vec<String> = [("helped", "it helped"), ("not", "it did not help"), ("unclear", "it is unclear for")]
        .into_iter()
        .filter_map(|(helped, words)| of(Some(helped)).map(|count| format!("{words} {}", people(count.people))))
        .collect();
    if said.is_empty() {
        return format!(
            "{newest} into {into}. Nobody has said yet whether it helped: you are asked once they write again."
        );
    }
    format!("{newest} into {into}. As your team says: {}.", said.join(", "))
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let article = known(&app, &id).await?;
    let names = Known::read(&app, &viewer, &headers).await?;
    let mut db = app.engine.db.reader();
    let mut used = article_uses::of_article(&mut db, article.id, shown.below.parse().ok(), PAGE + 1).await?;
    let has_more = used.len() as i64 > PAGE;
    used.truncate(PAGE.unsigned_abs() as usize);
    let older = used.last().filter(|_| has_more).map(|last| format!("{}?below={}", href(article.id), last.used.id));
    let counts = article_uses::counts(&mut db, article.id).await?;
    let others = articles::of_topics(&mut db, &[article.topic_id]).await?;
    let versions = articles::versions(&mut db, article.id, VERSIONS).await?;
    let mut shell = app.shell(&viewer, "know-how", &article.title, Nav::KnowHow).await?;
    shell.toast = flash::take(&app, &headers);
    let line = |place: Place| {
        let Place { used, person_name, .. } = place;
        let (conversation, message) = (used.conversation_id, used.message_id);
        Used {
            name: whose(person_name.as_deref()),
            href: format!("/inbox/{conversation}?at={message}#message-{message}"),
            at: used.used_at,
            by: names.member(used.used_by),
            standing: standing(used.helped.as_deref()),
        }
    };
    let earlier = |v: articles::Version| Earlier {
        version: v.version,
        title: v.title,
        body: v.body,
        link: v.link.unwrap_or_default(),
        by: names.member(v.by_user),
        at: v.at,
    };
    let page = ArticlePage {
        token: shell.csrf.clone(),
        shell,
        href: href(article.id),
        id: article.id.to_string(),
        language: language_words(&article.language),
        by: names.member(article.changed_by),
        at: article.changed_at,
        is_archived: article.archived_at.is_some(),
        others: others
            .iter()
            .filter(|other| other.id != article.id && other.archived_at.is_none())
            .map(|other| (language_words(&other.language), href(other.id)))
            .collect(),
        counted: counted(&counts),
        used: used.into_iter().map(line).collect(),
        older,
        earlier: versions.into_iter().filter(|v| v.version != article.version).map(earlier).collect(),
        may_work: viewer.user.role.may(Permission::Converse),
        title: article.title,
        body: article.body,
        link: article.link,
        code: article.language,
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_an_article_names_how_many_people_it_rests_on() {
        let count =
            |helped: Option<&str>, answers, people| Count { helped: helped.map(str::to_owned), answers, people };
        assert_eq!(counted(&[]), "It was put into no answer yet.");
        assert!(counted(&[count(None, 1, 1)]).starts_with("Put into one answer. Nobody has said yet"));
        let all = [count(Some("helped"), 6, 5), count(Some("not"), 1, 1), count(None, 4, 4)];
        let words = "Put into 11 answers. As your team says: it helped 5 people, it did not help 1 person.";
        assert_eq!(counted(&all), words);
    }
}
