//! Know-how as a program sees it.

use super::{Api, at_field, problem};
use crate::support::talk::{self, Line};
use serde_json::{Value, json};

const BODY: &str = "You can return a bag within thirty days, opened or not.";

async fn written(api: &Api) -> String {
    let new = json!({ "title": "Returns and refunds", "body": BODY, "link": "https://shop.example/returns" });
    let article = api.change("POST", "/api/v1/articles", &new).await;
    assert_eq!(article.status, 201, "{}", article.body);
    article.headers["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_article_is_written_found_changed_put_back_and_archived() {
    let api = Api::new().await;
    let at = written(&api).await;
    let id = at.rsplit('/').next().unwrap();
    assert_eq!(api.read(&at).await["language"], "en");
    let asked = json!({ "said": "Can I return my bag?", "language": "de" });
    let found = api.done("POST", "/api/v1/articles/find", &asked).await;
    assert_eq!(
        (&found["items"][0]["article"]["id"], &found["items"][0]["in_their_language"]),
        (&json!(id), &json!(false))
    );
    assert!(found["items"][0]["text"].as_str().unwrap().ends_with("\n\nhttps://shop.example/returns"));
    let german = json!({ "title": "Rückgabe", "body": "Dreißig Tage lang.", "language": "de", "topic_id": id });
    assert_eq!(api.change("POST", "/api/v1/articles", &german).await.status, 201);
    let found = api.done("POST", "/api/v1/articles/find", &asked).await;
    assert_eq!(found["items"][0]["article"]["title"], "Rückgabe");
    let words = json!({ "title": "Returns", "body": "Otherwise.", "language": "en", "version": 1 });
    assert_eq!(api.done("PUT", &at, &words).await["version"], 2);
    assert_eq!(problem(&api.change("PUT", &at, &words).await).0, 409);
    assert_eq!(api.done("POST", &format!("{at}/versions/1/put-back"), &Value::Null).await["body"], BODY);
    assert_eq!(api.read(&format!("{at}/versions")).await["items"].as_array().unwrap().len(), 3);
    assert_eq!(api.change("DELETE", &format!("{at}/versions/2"), &Value::Null).await.status, 204);
    assert_eq!(api.read(&format!("{at}/versions")).await["items"].as_array().unwrap().len(), 2);
    api.done("POST", &format!("{at}/archive"), &Value::Null).await;
    let archived = api.read("/api/v1/articles?archived=true").await;
    assert_eq!(archived["items"][0]["id"], id);
    assert_eq!(api.done("POST", &format!("{at}/bring-back"), &Value::Null).await["archived_at"], Value::Null);
    let page = api.read("/api/v1/articles?limit=1").await;
    let next = format!("/api/v1/articles?limit=1&cursor={}", page["next"].as_str().unwrap());
    assert_ne!(api.read(&next).await["items"][0]["id"], page["items"][0]["id"]);
}

#[tokio::test]
async fn an_answer_names_the_articles_in_it_and_what_came_of_them_is_said() {
    let api = Api::new().await;
    let at = written(&api).await;
    let id = at.rsplit('/').next().unwrap();
    let conversation = talk::conversation(&api.site, api.channel, Line::new("m", "rosa", "Can I return it?")).await;
    let replies = format!("/api/v1/conversations/{conversation}/replies");
    api.reply(&replies, "k1", &json!({ "text": "Come by.", "articles": [id] })).await;
    assert_eq!(api.read(&format!("{at}/uses")).await["items"], json!([]), "it does not hold it");
    api.reply(&replies, "k2", &json!({ "text": format!("Hello.\n\n{BODY}"), "articles": [id] })).await;
    at_field(&api.reply(&replies, "k3", &json!({ "text": "Write {name} there." })).await, "text");
    api.reply(&replies, "k4", &json!({ "text": "Write {name} there.", "as_it_is": true })).await;
    let used = api.read(&format!("{at}/uses")).await["items"][0].clone();
    assert_eq!((&used["helped"], &used["conversation_id"]), (&Value::Null, &json!(conversation.to_string())));
    let says = format!("{at}/uses/{}", used["id"].as_str().unwrap());
    assert_eq!(api.change("PUT", &says, &json!({ "helped": "helped" })).await.status, 204);
    assert_eq!(api.read(&format!("{at}/uses")).await["items"][0]["helped"], "helped");
    assert_eq!(api.change("PUT", &says, &json!({ "helped": "very" })).await.status, 422);
    assert_eq!(api.change("PUT", "/api/v1/articles/7/uses/8", &json!({ "helped": "not" })).await.status, 404);
}

#[tokio::test]
async fn a_saved_reply_is_kept_changed_and_removed() {
    let api = Api::new().await;
    let new = json!({ "title": "Greeting", "body": "Hello {first name|there}", "of_team": true });
    let made = api.done("POST", "/api/v1/saved-replies", &new).await;
    let at = format!("/api/v1/saved-replies/{}", made["id"].as_str().unwrap());
    assert_eq!(api.read("/api/v1/saved-replies?q=greet").await["items"][0]["body"], "Hello {first name|there}");
    let words = json!({ "title": "Greeting", "body": "Hi {member}", "version": 1 });
    assert_eq!(api.done("PUT", &at, &words).await["of_team"], false);
    assert_eq!(problem(&api.change("PUT", &at, &words).await).0, 409);
    at_field(&api.change("POST", "/api/v1/saved-replies", &json!({ "title": "x", "body": "{y}" })).await, "body");
    api.done("DELETE", &at, &Value::Null).await;
    assert_eq!(api.get(&at).await.status, 404);
}
