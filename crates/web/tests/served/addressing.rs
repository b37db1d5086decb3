//! Whom an answer by mail goes to and which of our addresses it is sent as, as the composer says it.

use crate::support::{
    NOW, Site,
    desk::{Desk, amina, desk, field, location},
    talk::{self, Line, Talk},
};

/// A mailbox with two addresses.
async fn two_addresses() -> Desk {
    let (site, owner) = Site::ready(vec![Talk::named("email")]).await;
    let more = [("other_addresses", "Orders@roaster.example")];
    let mail = talk::channel_with(&site, "email", "shop@roaster.example", &more).await;
    Desk { site, owner, mail }
}

#[tokio::test]
async fn reply_to_all_addresses_everybody_else_on_the_mail_and_keeps_what_was_written() {
    let desk = desk().await;
    let copies = ["shop@roaster.example", "bo@example.org", "Kim@example.org"].map(str::to_owned).to_vec();
    let id = desk.hears(Line { copies, ..amina("q", "Shall we?") }).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains("Others are on this mail.") && page.contains("name=\"then\" value=\"everybody\""));
    assert_eq!(
        (field(&page, "to").as_str(), field(&page, "cc").as_str()),
        ("Amina Yusuf &#60;amina@example.org&#62;", "")
    );

    let channel = desk.mail.to_string();
    let form = [("channel", channel.as_str()), ("text", "Gladly."), ("then", "everybody")];
    let all = desk.compose(&format!("/inbox/{id}/draft"), &form, &[]).await;
    let page = desk.get(&location(&all)).await.body;
    assert_eq!(field(&page, "cc"), "bo@example.org, Kim@example.org");
    assert!(page.contains("Gladly.</textarea>") && !page.contains("Others are on this mail."));
    let (to, cc) = (field(&page, "to").replace("&#60;", "<").replace("&#62;", ">"), field(&page, "cc"));
    let seen = desk.newest(id).await;
    let form = [("channel", channel.as_str()), ("text", "Gladly."), ("seen", &seen), ("to", &to), ("cc", &cc)];
    assert_eq!(desk.reply(id, &form, &[]).await.status, 303);
    let outgoing = desk.sent(id).await.remove(0).outgoing;
    let recipients: Vec<_> = outgoing.recipients.iter().map(|r| r.address.as_str()).collect();
    assert_eq!(recipients, ["amina@example.org", "bo@example.org", "Kim@example.org"]);
}

#[tokio::test]
async fn a_mail_to_us_alone_offers_no_reply_to_all() {
    let desk = desk().await;
    let id = desk.hears(Line { copies: vec!["shop@roaster.example".to_owned()], ..amina("q", "Hello") }).await;
    assert!(!desk.get(&format!("/inbox/{id}")).await.body.contains("value=\"everybody\""));
}

#[tokio::test]
async fn the_composer_proposes_the_address_that_was_written_to_and_sends_as_the_one_that_is_chosen() {
    let desk = two_addresses().await;
    let chosen = |page: &str| {
        let select =
            page.split("name=\"from\">").nth(1).expect("a choice of addresses").split("</select>").next().unwrap();
        let option = select.split("<option value=\"").find(|option| option.contains(" selected")).unwrap().to_owned();
        option.split('"').next().unwrap().to_owned()
    };
    let written_to = |address: &str, id: &str| Line {
        our_address: Some(address.to_owned()),
        at: NOW - 60_000,
        ..amina(id, &format!("To {address}"))
    };
    let orders = desk.hears(written_to("orders@roaster.example", "1")).await;
    let shop = desk.hears(written_to("shop@roaster.example", "2")).await;
    assert_eq!(chosen(&desk.get(&format!("/inbox/{orders}")).await.body), "orders@roaster.example");
    assert_eq!(chosen(&desk.get(&format!("/inbox/{shop}")).await.body), "shop@roaster.example");

    let channel = desk.mail.to_string();
    // A choice is kept with the draft.
    desk.post(&format!("/inbox/{shop}/draft"), &[("text", "Hi"), ("from", "orders@roaster.example")]).await;
    assert_eq!(chosen(&desk.get(&format!("/inbox/{shop}")).await.body), "orders@roaster.example");
    let seen = desk.newest(shop).await;
    let form = |from| [("channel", channel.as_str()), ("seen", &seen), ("text", "Hi"), ("from", from)];
    let refused = desk.reply(shop, &form("boss@elsewhere.example"), &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("cannot send as boss@elsewhere.example") && refused.body.contains("Hi</textarea>"));
    assert!(desk.sent(shop).await.is_empty());
    assert_eq!(desk.reply(shop, &form("orders@roaster.example"), &[]).await.status, 303);
    let sent = desk.sent(shop).await.remove(0);
    assert_eq!(sent.outgoing.from_address.as_deref(), Some("orders@roaster.example"));
}

#[tokio::test]
async fn the_composer_names_whom_the_kept_draft_goes_to_and_not_who_wrote_last() {
    let desk = desk().await;
    let id = desk.hears(Line { at: NOW - 9_000, ..amina("1", "When do you open?") }).await;
    let channel = desk.mail.to_string();
    let draft = [("channel", channel.as_str()), ("text", "At nine."), ("to", "Amina Yusuf <amina@example.org>")];
    desk.compose(&format!("/inbox/{id}/draft"), &draft, &[]).await;
    assert!(desk.get(&format!("/inbox/{id}")).await.body.contains("Send to Amina Yusuf by e"));
    let bo = Line { name: Some("Bo Lind".into()), ..Line::new("2", "bo@example.org", "And where?") };
    desk.hears(Line { answers: Some("1".to_owned()), at: NOW - 1_000, ..bo }).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains("And where?"), "in the same conversation: {page}");
    assert!(page.contains("<bdi data-addressee>Amina Yusuf &#60;amina@example.org&#62;</bdi>"), "{page}");
    let composer = page.split("<tt-composer").nth(1).unwrap();
    let button = composer.split("button primary").nth(1).unwrap();
    assert!(button.contains("<span>Send by e") && !button.contains("Bo Lind"), "{button}");
    let fold = composer.split("composer-recipients").nth(1).unwrap();
    assert!(fold.split('>').next().unwrap().contains(" open"), "the addresses are in sight");
}
