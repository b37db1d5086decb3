//! What is being written on several devices at once: nothing takes the place of words that its page does not know.

use crate::support::{
    Answer,
    desk::{Desk, amina, desk, field, location},
    request,
};
use axum::body::Body;
use tertulia_model::ConversationId;

/// Saves a draft as the composer's script does.
async fn save(desk: &Desk, id: ConversationId, fields: &[(&str, &str)]) -> Answer {
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let token = page.split("<meta name=\"csrf\" content=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = request("POST", &format!("/inbox/{id}/draft"), &desk.owner)
        .header("x-csrf-token", token)
        .header("content-type", "application/x-www-form-urlencoded");
    desk.site.send(request.body(Body::from(body)).unwrap()).await
}

async fn kept(desk: &Desk, id: ConversationId) -> String {
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let from = page.split("data-hotkey=\"r\">").nth(1).unwrap();
    from.split("</textarea>").next().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_saves_over_what_it_knows_and_is_told_of_what_it_does_not() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    assert_eq!(save(&desk, id, &[("text", "At nine"), ("base", ""), ("version", "a1")]).await.status, 204);
    assert_eq!(field(&desk.get(&format!("/inbox/{id}")).await.body, "base"), "a1");
    assert_eq!(save(&desk, id, &[("text", "At ten."), ("base", "a1"), ("version", "a2")]).await.status, 204);
    // Another device still shows what stood before.
    let refused = save(&desk, id, &[("text", "Whenever."), ("base", "a1"), ("version", "b1")]).await;
    assert_eq!(refused.status, 409);
    let said: serde_json::Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!((said["version"].as_str(), said["text"].as_str()), (Some("a2"), Some("At ten.")));
    assert_eq!(kept(&desk, id).await, "At ten.");
    // What holds the other's words loses none, and neither does what was decided with them on the screen.
    let both = [("text", "Whenever.\n\nAt ten."), ("base", "a1"), ("version", "b2")];
    assert_eq!(save(&desk, id, &both).await.status, 204);
    assert_eq!(save(&desk, id, &[("text", "Never."), ("base", "a2"), ("over", "b2")]).await.status, 204);
    assert_eq!(kept(&desk, id).await, "Never.");
}

#[tokio::test]
async fn pressing_send_does_not_drop_what_another_device_wrote_before_it_was_seen() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let (key, seen, channel) = (field(&page, "key"), field(&page, "seen"), desk.mail.to_string());
    save(&desk, id, &[("text", "A long answer, written on the phone."), ("base", ""), ("version", "phone")]).await;
    let form = [("key", key.as_str()), ("seen", &seen), ("channel", &channel), ("base", ""), ("text", "At nine.")];
    for act in ["reply", "draft/discard", "draft"] {
        let asked = desk.compose(&format!("/inbox/{id}/{act}"), &form, &[]).await;
        assert_eq!(asked.status, 409, "{act}");
        assert!(asked.body.contains("on another device meanwhile"), "{}", asked.body);
        assert!(asked.body.contains("A long answer, written on the phone.</blockquote>"), "{}", asked.body);
        assert!(asked.body.contains("At nine.</textarea>") && asked.body.contains("name=\"over\" value=\"phone\""));
        assert_eq!(field(&asked.body, "base"), "", "a save by itself still asks first");
    }
    assert!(desk.sent(id).await.is_empty());
    assert_eq!(kept(&desk, id).await, "A long answer, written on the phone.");
    let again = [form.as_slice(), &[("over", "phone")]].concat();
    assert_eq!(desk.reply(id, &again, &[]).await.status, 303);
    assert_eq!(desk.sent(id).await[0].outgoing.text, "At nine.");
    assert_eq!(kept(&desk, id).await, "");
}

#[tokio::test]
async fn what_was_sent_is_named_to_the_page_and_comes_back_by_no_late_save() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let (key, seen, channel) = (field(&page, "key"), field(&page, "seen"), desk.mail.to_string());
    let taken = |page: &str| page.split("data-taken=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(taken(&page), "");
    let form = [("key", key.as_str()), ("seen", &seen), ("channel", &channel), ("base", ""), ("text", "At nine.")];
    let sent = desk.reply(id, &form, &[]).await;
    assert_eq!(taken(&desk.get(&location(&sent)).await.body), key);
    assert_eq!(
        save(&desk, id, &[("text", "At nine"), ("key", &key), ("base", ""), ("version", "late")]).await.status,
        204
    );
    assert_eq!(kept(&desk, id).await, "");
    // Another page of the same draft may have its key: what was written there is in no answer.
    let elsewhere = [("text", "And on Sundays at ten."), ("key", key.as_str()), ("base", ""), ("version", "other")];
    save(&desk, id, &elsewhere).await;
    assert_eq!(kept(&desk, id).await, "And on Sundays at ten.");
    save(&desk, id, &[("text", ""), ("key", "web-fresh"), ("base", "other"), ("version", "gone")]).await;
    // Taken back, it is a draft, and its page may go on with it.
    desk.post(&format!("/deliveries/{}/undo", desk.sent(id).await[0].id), &[]).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let base = field(&page, "base");
    assert_eq!((kept(&desk, id).await.as_str(), taken(&page)), ("At nine.", key.clone()));
    assert_eq!(save(&desk, id, &[("text", "At ten."), ("key", &key), ("base", &base)]).await.status, 204);
    assert_eq!(kept(&desk, id).await, "At ten.");
}

#[tokio::test]
async fn who_is_signed_out_is_led_back_to_where_they_wrote() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let send = |referrer: String| {
        let request = request("POST", &format!("/inbox/{id}/reply"), "")
            .header("sec-fetch-site", "same-origin")
            .header("referer", referrer)
            .header("content-type", "application/x-www-form-urlencoded");
        desk.site.send(request.body(Body::from("text=At+nine.")).unwrap())
    };
    let answer = send(format!("http://desk.example/inbox/{id}?state=open")).await;
    assert_eq!(answer.status, 401);
    assert!(answer.body.contains("what you wrote is kept"), "{}", answer.body);
    assert!(answer.body.contains(&format!("href=\"/inbox/{id}?state=open\"")), "{}", answer.body);
    let strange = send("http://elsewhere.example/inbox/7".to_owned()).await.body;
    assert!(!strange.contains("/inbox/7"), "{strange}");
}
