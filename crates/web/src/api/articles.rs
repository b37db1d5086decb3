//! Know-how: articles, which of them fit, and what came of each.

use super::{
    extract::{Asked, Given, Id, Ids, cursor, invalid, limit},
    feedback::pair,
    ident::Ident,
    shapes::{Page, Person, Problem},
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::knowhow::{self as desk, ArticleForm, For};
use tertulia_store::{article_uses, articles};
use utoipa::{IntoParams, ToSchema};

/// A short article in one language.
#[derive(Serialize, ToSchema)]
pub(super) struct Article {
    id: Ident,
    /// The same for all languages of one article.
    topic_id: Ident,
    /// ISO 639-1.
    #[schema(example = "en")]
    language: String,
    #[schema(example = "How long does a delivery take?")]
    title: String,
    /// Plain words, as they go into an answer.
    body: String,
    link: Option<String>,
    /// Rises with each change of its words.
    version: i64,
    /// When it was put away; null where it is found.
    archived_at: Option<i64>,
    created_by: Ident,
    created_at: i64,
    changed_by: Ident,
    changed_at: i64,
}

impl From<articles::Article> for Article {
    fn from(article: articles::Article) -> Self {
        Self {
            id: Ident(article.id),
            topic_id: Ident(article.topic_id),
            language: article.language,
            title: article.title,
            body: article.body,
            link: article.link,
            version: article.version,
            archived_at: article.archived_at,
            created_by: article.created_by.into(),
            created_at: article.created_at,
            changed_by: article.changed_by.into(),
            changed_at: article.changed_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ArticlesQuery {
    /// Those that were put away, in place of those that are found.
    #[serde(default)]
    archived: bool,
    /// Where the page before ended (`next`).
    #[param(pattern = "^[0-9]{1,18}_[1-9][0-9]{0,17}$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists the articles
///
/// The newest first, the languages of one beside each other.
#[utoipa::path(
    get, path = "/api/v1/articles", tag = "know-how", security(("key" = ["read"])), params(ArticlesQuery),
    responses((status = 200, body = Page<Article>))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<ArticlesQuery>) -> Result<Json<Page<Article>>> {
    let limit = limit(asked.limit)?;
    let below = pair(asked.cursor.as_deref())?;
    let rows = articles::list(&mut app.engine.db.reader(), asked.archived, below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| format!("{}_{}", row.topic_id, row.id), Article::from)))
}

async fn known(app: &App, id: i64) -> Result<articles::Article> {
    articles::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

async fn shown(app: &App, id: i64) -> Result<Json<Article>> {
    Ok(Json(known(app, id).await?.into()))
}

/// A new article.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewArticle {
    /// As people ask for it.
    #[schema(min_length = 1, max_length = 120, example = "How long does a delivery take?")]
    title: String,
    /// Plain words, without a link.
    #[schema(min_length = 1, max_length = 3000, example = "Within the country two days, elsewhere a week.")]
    body: String,
    /// The one page that says more.
    #[serde(default)]
    #[schema(max_length = 500, example = "https://shop.example/delivery")]
    link: String,
    /// ISO 639-1; found in the words if it is left out.
    #[serde(default)]
    #[schema(max_length = 20, example = "en")]
    language: String,
    /// The article of which this is another language.
    topic_id: Option<Ident>,
    /// The question that is asked without an article, and that this one answers.
    question_id: Option<Ident>,
}

/// Writes an article
#[utoipa::path(
    post, path = "/api/v1/articles", tag = "know-how", security(("key" = ["reply"])), request_body = NewArticle,
    responses(
        (status = 201, body = Article, headers(("Location" = String, description = "Where the article is"))),
        (status = 404, description = "There is no such article", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn add(State(app): State<App>, viewer: Viewer, Given(new): Given<NewArticle>) -> Result<Response> {
    let form = ArticleForm { title: new.title, body: new.body, link: new.link, language: new.language };
    let what = For { topic: new.topic_id.map(|id| id.0), question: new.question_id.map(|id| id.0) };
    let (id, _) = desk::add(&app.engine, viewer.user.id, &form, what).await?;
    let place = format!("/api/v1/articles/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], shown(&app, id).await?).into_response())
}

/// What is looked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FindBody {
    /// What is being written; it counts twice what they said.
    #[serde(default)]
    #[schema(max_length = 4000)]
    written: String,
    /// What they said.
    #[serde(default)]
    #[schema(max_length = 4000, example = "How long does it take to Lisbon?")]
    said: String,
    /// Their language (ISO 639-1): an article that is there in it is given in it.
    #[serde(default)]
    #[schema(max_length = 20, example = "pt")]
    language: String,
}

const LONGEST: usize = 4_000;

/// An article that fits.
#[derive(Serialize, ToSchema)]
pub(super) struct FittingArticle {
    article: Article,
    /// What goes into an answer: the words, and below them the link.
    text: String,
    /// Whether it is in the language that was asked for.
    in_their_language: bool,
}

/// Finds the articles that fit an answer
///
/// At most three, the best first, by the words of what is being written and of what they said. Nothing is changed.
#[utoipa::path(
    post, path = "/api/v1/articles/find", tag = "know-how", security(("key" = ["read"])), request_body = FindBody,
    responses((status = 200, body = Page<FittingArticle>))
)]
pub(super) async fn find(State(app): State<App>, Given(body): Given<FindBody>) -> Result<Json<Page<FittingArticle>>> {
    for (field, text) in [("written", &body.written), ("said", &body.said)] {
        if text.chars().count() > LONGEST {
            return Err(invalid(field, format!("Give at most {LONGEST} characters.")));
        }
    }
    let language = match body.language.as_str() {
        "" => "und",
        named => tertulia_analysis::language::known(named)
            .ok_or_else(|| invalid("language", "Give a language that is known here, such as `en`."))?,
    };
    let mut db = app.engine.db.reader();
    let looked = (desk::Least::Two, desk::SHOWN);
    let found = desk::fitting(&mut db, (&body.written, &body.said), language, looked).await?;
    let one = |found: desk::Found| FittingArticle {
        text: desk::text_of(&found.article),
        in_their_language: found.in_their_language,
        article: found.article.into(),
    };
    Ok(Json(Page::whole(found.into_iter().map(one).collect())))
}

/// Shows an article
#[utoipa::path(
    get, path = "/api/v1/articles/{id}", tag = "know-how", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The article")),
    responses((status = 200, body = Article))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Article>> {
    shown(&app, id).await
}

/// Other words for an article.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ArticleWords {
    #[schema(min_length = 1, max_length = 120, example = "How long does a delivery take?")]
    title: String,
    #[schema(min_length = 1, max_length = 3000, example = "Within the country one day, elsewhere a week.")]
    body: String,
    #[serde(default)]
    #[schema(max_length = 500)]
    link: String,
    #[serde(default)]
    #[schema(max_length = 20, example = "en")]
    language: String,
    /// As the article was read before: if it is not that any more, nothing is changed.
    version: Option<i64>,
}

/// Gives an article other words
///
/// Those before are kept as a version.
#[utoipa::path(
    put, path = "/api/v1/articles/{id}", tag = "know-how", security(("key" = ["reply"])), request_body = ArticleWords,
    params(("id" = Ident, Path, description = "The article")),
    responses((status = 200, body = Article))
)]
pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(words): Given<ArticleWords>,
) -> Result<Json<Article>> {
    let form = ArticleForm { title: words.title, body: words.body, link: words.link, language: words.language };
    desk::change(&app.engine, viewer.user.id, id, &form, words.version).await?;
    shown(&app, id).await
}

/// Archives an article
///
/// It is found no more, and stays where it was used.
#[utoipa::path(
    post, path = "/api/v1/articles/{id}/archive", tag = "know-how", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The article")),
    responses((status = 200, body = Article))
)]
pub(super) async fn archive(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Article>> {
    desk::archive(&app.engine, viewer.user.id, id).await?;
    shown(&app, id).await
}

/// Brings an archived article back
#[utoipa::path(
    post, path = "/api/v1/articles/{id}/bring-back", tag = "know-how", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The article")),
    responses((status = 200, body = Article))
)]
pub(super) async fn bring_back(State(app): State<App>, Id(id): Id) -> Result<Json<Article>> {
    desk::bring_back(&app.engine, id).await?;
    shown(&app, id).await
}

/// How an article stood.
#[derive(Serialize, ToSchema)]
pub(super) struct ArticleVersion {
    version: i64,
    language: String,
    title: String,
    body: String,
    link: Option<String>,
    by: Ident,
    at: i64,
}

impl From<articles::Version> for ArticleVersion {
    fn from(v: articles::Version) -> Self {
        Self {
            version: v.version,
            language: v.language,
            title: v.title,
            body: v.body,
            link: v.link,
            by: v.by_user.into(),
            at: v.at,
        }
    }
}

/// Of one article.
const MOST_VERSIONS: i64 = 200;

/// Lists how an article stood
///
/// Its newest 200 versions, the present one first.
#[utoipa::path(
    get, path = "/api/v1/articles/{id}/versions", tag = "know-how", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The article")),
    responses((status = 200, body = Page<ArticleVersion>))
)]
pub(super) async fn versions(State(app): State<App>, Id(id): Id) -> Result<Json<Page<ArticleVersion>>> {
    known(&app, id).await?;
    let all = articles::versions(&mut app.engine.db.reader(), id, MOST_VERSIONS).await?;
    Ok(Json(Page::whole(all.into_iter().map(ArticleVersion::from).collect())))
}

/// Puts an earlier version back
///
/// As a new one.
#[utoipa::path(
    post, path = "/api/v1/articles/{id}/versions/{version}/put-back", tag = "know-how", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The article"), ("version" = Ident, Path, description = "The version")),
    responses((status = 200, body = Article))
)]
pub(super) async fn put_back(State(app): State<App>, viewer: Viewer, Ids(id, version): Ids) -> Result<Json<Article>> {
    desk::put_back(&app.engine, viewer.user.id, id, version).await?;
    shown(&app, id).await
}

/// Forgets an earlier version, for good
///
/// The present one can't be forgotten: change the article first.
#[utoipa::path(
    delete, path = "/api/v1/articles/{id}/versions/{version}", tag = "know-how", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The article"), ("version" = Ident, Path, description = "The version")),
    responses((status = 204, description = "It is forgotten"))
)]
pub(super) async fn forget_version(State(app): State<App>, Ids(id, version): Ids) -> Result<StatusCode> {
    desk::forget_version(&app.engine, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An answer that held an article.
#[derive(Serialize, ToSchema)]
pub(super) struct ArticleUse {
    id: Ident,
    message_id: Ident,
    conversation_id: Ident,
    /// To whom it went.
    person: Option<Person>,
    used_by: Ident,
    used_at: i64,
    /// `helped`, `not` or `unclear`; null while nobody has said.
    helped: Option<String>,
    said_by: Option<Ident>,
    said_at: Option<i64>,
}

impl From<article_uses::Place> for ArticleUse {
    fn from(place: article_uses::Place) -> Self {
        let used = place.used;
        Self {
            id: Ident(used.id),
            message_id: used.message_id.into(),
            conversation_id: used.conversation_id.into(),
            person: place.person_id.map(|id| Person { id: id.into(), name: place.person_name }),
            used_by: used.used_by.into(),
            used_at: used.used_at,
            helped: used.helped,
            said_by: used.said_by.map(Ident::from),
            said_at: used.said_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct UsesQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists the answers that held an article
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/articles/{id}/uses", tag = "know-how", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The article"), UsesQuery),
    responses((status = 200, body = Page<ArticleUse>))
)]
pub(super) async fn uses(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<UsesQuery>,
) -> Result<Json<Page<ArticleUse>>> {
    let (limit, below) = (limit(asked.limit)?, cursor(asked.cursor.as_deref())?);
    known(&app, id).await?;
    let rows = article_uses::of_article(&mut app.engine.db.reader(), id, below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.used.id.to_string(), ArticleUse::from)))
}

/// What came of an article in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Helped,
    Not,
    Unclear,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SaidHelped {
    /// Null takes back what was said.
    #[schema(inline)]
    helped: Option<Verdict>,
}

/// Says whether an article helped whom it was sent to
#[utoipa::path(
    put, path = "/api/v1/articles/{id}/uses/{use}", tag = "know-how", security(("key" = ["reply"])),
    request_body = SaidHelped,
    params(("id" = Ident, Path, description = "The article"), ("use" = Ident, Path, description = "Its use in an answer")),
    responses((status = 204, description = "It is noted"))
)]
pub(super) async fn say(
    State(app): State<App>,
    viewer: Viewer,
    Ids(id, used): Ids,
    Given(said): Given<SaidHelped>,
) -> Result<StatusCode> {
    let found = article_uses::get(&mut app.engine.db.reader(), used).await?;
    found.filter(|found| found.article_id == id).ok_or_else(WebError::not_found)?;
    let helped = said.helped.map(|helped| match helped {
        Verdict::Helped => "helped",
        Verdict::Not => "not",
        Verdict::Unclear => "unclear",
    });
    desk::say(&app.engine, viewer.user.id, used, helped).await?;
    Ok(StatusCode::NO_CONTENT)
}
