//! Others beside us on the screens: named, looked at, opened up, changed and removed with a way back; never in public.

use crate::support::{
    desk::{Desk, desk, location, undo_of},
    talk::{self, Line},
};
use tertulia_model::ChannelId;

/// Said in public, and not to us.
fn posted(id: &str, from: &str, text: &str) -> Line {
    Line { overheard: true, ..Line::new(id, from, text) }
}

fn answering(id: &str, from: &str, parent: &str, text: &str) -> Line {
    Line { answers: Some(parent.to_owned()), ..posted(id, from, text) }
}

/// A desk with a network on which so many asked the rival, and all but the first were answered.
async fn with_rival(asked: usize) -> (Desk, ChannelId) {
    let desk = desk().await;
    let network = talk::channel(&desk.site, "talk", "net").await;
    let mut lines = vec![posted("r", "rival", "Good morning")];
    for n in 0..asked {
        lines.push(posted(&format!("q{n}"), &format!("ana{n}"), &format!("@rival <b>question</b> {n}")));
    }
    for n in 1..asked {
        lines.push(answering(&format!("a{n}"), "rival", &format!("q{n}"), "Yes"));
    }
    let begin = desk.site.engine.now() - 3_600_000;
    for (line, at) in lines.iter_mut().zip(begin..) {
        line.at = at;
    }
    talk::hear(&desk.site, network, &lines).await;
    (desk, network)
}

async fn named(desk: &Desk) -> String {
    let form = [("title", "The <rival>"), ("account-0", "@rival"), ("called-0", ""), ("page-0", "")];
    location(&desk.post("/others/new", &form).await)
}

#[tokio::test]
async fn a_rival_stands_beside_us_with_its_definitions_and_the_messages_behind() {
    let (desk, _) = with_rival(6).await;
    assert!(desk.get("/others").await.body.contains("Nobody else is looked at"));
    let path = named(&desk).await;
    let list = desk.get("/others").await.body;
    assert!(list.contains("The &#60;rival&#62;") && list.contains("addressed as @rival"), "{list}");
    let page = desk.get(&path).await.body;
    assert!(page.contains("5 of 6 have a public answer.") && page.contains(">83 %<"), "{page}");
    assert!(page.contains("Rests on 6 messages of 6 people.") && page.contains("Rests on 5 answers to 5 people."));
    assert!(page.contains("Nobody said anything to you in the same way"), "{page}");
    assert!(page.contains("Not visible from outside") && page.contains("What this means"), "{page}");
    let open = desk.get(&format!("{path}/messages?days=90&holds=no")).await.body;
    assert_eq!(open.matches("class=\"case-line\"").count(), 1);
    assert!(open.contains("No public answer heard") && open.contains("&#60;b&#62;question&#60;/b&#62; 0"), "{open}");
    assert!(open.contains("href=\"/listen/thread/"), "{open}");
    let answered = desk.get(&format!("{path}/messages?holds=yes")).await.body;
    assert_eq!(answered.matches("class=\"case-line\"").count(), 5);
    assert!(desk.get(&format!("{path}/beside")).await.body.contains("None in these days"));
    assert_eq!(desk.get("/others/1").await.status, 404);
    assert_eq!(desk.get(&format!("{path}/messages?from=soon&until=")).await.status, 422);
    let wrong = desk.get(&format!("{path}?from=2026-11-20&until=2026-11-01")).await;
    assert!(wrong.status == 422 && wrong.body.contains("lies before the first"), "{}", wrong.body);
}

#[tokio::test]
async fn too_little_is_said_to_be_too_little() {
    let (desk, _) = with_rival(3).await;
    let page = desk.get(&named(&desk).await).await.body;
    assert!(page.contains("This rests on 3 messages: look at them."), "{page}");
    assert!(page.contains("This rests on 2 answers: look at them.") && page.contains("Too few to say"), "{page}");
}

#[tokio::test]
async fn naming_changing_and_removing_have_a_way_back() {
    let (desk, network) = with_rival(1).await;
    let unheard = desk.post("/others/new", &[("title", "Who"), ("account-0", "nobody")]).await;
    assert_eq!(unheard.status, 422);
    assert!(
        unheard.body.contains("was heard here yet") && unheard.body.contains("value=\"nobody\""),
        "{}",
        unheard.body
    );
    let form = [("title", "Rival"), ("account-0", "rival"), ("called-0", "rival rival.shop")];
    let added = desk.post("/others/new", &form).await;
    let path = location(&added);
    let page = desk.follow(&added).await;
    assert!(page.contains("addressed as @rival or @rival.shop"), "{page}");
    let edit = desk.get(&format!("{path}/edit")).await.body;
    assert!(edit.contains("value=\"rival rival.shop\"") && edit.contains("name=\"version\" value=\"0\""), "{edit}");
    let network = network.to_string();
    let changed = [("title", "The neighbour"), ("version", "0"), ("account-0", "rival"), ("page-0", network.as_str())];
    let done = desk.post(&format!("{path}/edit"), &changed).await;
    let page = desk.follow(&done).await;
    assert!(page.contains("The neighbour"), "{page}");
    let undone = desk.post(&undo_of(&page), &[]).await;
    assert!(desk.get(&location(&undone)).await.body.contains("or @rival.shop"));
    let stale = desk.post(&format!("{path}/edit"), &changed).await;
    assert!(stale.status == 422 && stale.body.contains("changed this organisation meanwhile"), "{}", stale.body);
    let removed = desk.post(&format!("{path}/remove"), &[]).await;
    assert_eq!(desk.get(&path).await.status, 404);
    let page = desk.follow(&removed).await;
    assert_eq!(location(&desk.post(&undo_of(&page), &[]).await), path);
    assert_eq!(desk.get(&path).await.status, 200);
}

#[tokio::test]
async fn nobody_but_members_sees_others() {
    let (desk, _) = with_rival(6).await;
    let path = named(&desk).await;
    desk.post("/settings/scorecard", &[("shown", "yes"), ("colour", "#a8432a")]).await;
    let page = desk.site.get("/scorecard", "").await;
    assert!(!page.body.contains("rival"), "{}", page.body);
    assert_ne!(desk.site.get(&path, "").await.status, 200);
}
