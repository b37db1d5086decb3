//! A change is done and those who asked are told, by forms alone.

use crate::support::{
    Site,
    desk::{self, Desk, amina, field, location},
    talk::Line,
};
use tertulia_engine::{outbound, telling, worker};
use tertulia_model::{DeliveryId, Role};
use tertulia_store::{deliveries, tellings};

/// Amina and Bo ask by mail; it is done. Gives where the change is.
async fn done(desk: &Desk) -> String {
    let mut item = String::new();
    for (n, line) in
        [amina("1", "Could you <b>open</b> on Sundays?"), Line::new("2", "bo@example.org", "Sundays, please")]
            .into_iter()
            .enumerate()
    {
        let held = desk.hears(line).await;
        let message = desk.newest(held).await;
        let id = item.rsplit('/').next().unwrap_or_default().to_owned();
        let mut form = vec![("message", message.as_str()), ("title", "Open on Sundays")];
        if n > 0 {
            form.push(("item", &id));
        }
        item = location(&desk.post("/feedback/new", &form).await);
    }
    let id = item.rsplit('/').next().unwrap();
    let change = location(&desk.post("/feedback/changes/new", &[("title", "We <i>open</i>"), ("item", id)]).await);
    let moved = [("state", "done"), ("reason", "From May on.")];
    location(&desk.post(&format!("{change}/move"), &moved).await);
    change
}

async fn run(site: &Site, kind: &str, change: &str) {
    let id = change.rsplit('/').next().unwrap().parse().unwrap();
    worker::take(&site.engine, kind, id).await.unwrap().expect("it is due").await.unwrap();
}

/// The addresses of the tellings on a page, in its order.
fn tellings_on(page: &str) -> Vec<String> {
    let mut found: Vec<String> = page
        .split("href=\"/feedback/tellings/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|id| seen.insert(id.clone()));
    found.into_iter().map(|id| format!("/feedback/tellings/{id}")).collect()
}

async fn written(desk: &Desk, change: &str) {
    let text = [("kind", "done"), ("language", "en"), ("words", "Hello {name}, you asked {quote}. Done.")];
    location(&desk.post(&format!("{change}/telling/text"), &text).await);
}

async fn sends(desk: &Desk, telling: &str, more: &[(&str, &str)]) -> crate::support::Answer {
    let page = desk.get(telling).await.body;
    let (seen, key) = (field(&page, "seen"), field(&page, "key"));
    let (asked, shown) = (field(&page, "asked"), field(&page, "shown"));
    let mut form = vec![("seen", seen.as_str()), ("key", &key), ("words", "We are open.")];
    form.extend_from_slice(&[("asked", asked.as_str()), ("shown", shown.as_str())]);
    form.extend_from_slice(more);
    desk.post(&format!("{telling}/send"), &form).await
}

async fn sent(desk: &Desk, answer: &crate::support::Answer) -> DeliveryId {
    let undo = desk::undo_of(&desk.follow(answer).await);
    undo.split('/').nth(2).unwrap().parse().map(DeliveryId).unwrap()
}

#[tokio::test]
async fn drafts_are_prepared_looked_at_and_sent_one_by_one() {
    let desk = desk::desk().await;
    let change = done(&desk).await;
    assert!(desk.get(&change).await.body.contains("Nobody was told yet, and no draft is prepared."));
    let page = format!("{change}/telling");
    let early = desk.post(&format!("{page}/prepare"), &[]).await;
    assert!(early.status == 409 && early.body.contains("Write that first"), "{} {}", early.status, early.body);
    let form = desk.get(&format!("{page}/text")).await.body;
    assert!(form.contains("From May on.") && form.contains("{quote}"), "something to begin with: {form}");
    let wrong = [("kind", "done"), ("language", "en"), ("words", "Hello {you} <b>")];
    let refused = desk.post(&format!("{page}/text"), &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("could stand for {you}") && refused.body.contains("Hello {you} &#60;b&#62;"));
    written(&desk, &change).await;
    written_again_is_refused(&desk, &page).await;
    assert!(desk.get(&page).await.body.contains("2 people who asked have no draft yet."));
    location(&desk.post(&format!("{page}/prepare"), &[]).await);
    run(&desk.site, worker::TELL, &change).await;
    let list = desk.get(&page).await.body;
    assert!(list.contains("Prepared for 2 of 2 who asked.") && !list.contains("<b>open"), "{list}");
    let all = tellings_on(&list);
    assert_eq!(all.len(), 2);
    let people = desk.get("/people").await.body;
    let amina = people.split("href=\"/people/").find(|rest| rest.contains("Amina Yusuf")).unwrap();
    let page_of_amina = desk.get(&format!("/people/{}", amina.split(['"', '?']).next().unwrap())).await.body;
    assert!(page_of_amina.contains("done. <a href=\"/feedback/tellings/"), "whether they know: {page_of_amina}");
    let progress = desk.get(&format!("{page}/progress?since=0")).await.body;
    assert!(progress.contains("The drafts are ready"), "a page that was open all the while says so: {progress}");
    let drawn = format!("{page}/progress?since={}", desk.site.engine.now());
    assert!(!desk.get(&drawn).await.body.contains("The drafts are ready"));

    let draft = desk.get(&all[0]).await.body;
    assert!(draft.contains("1 of 2 to look at") && draft.contains("amina@example.org"), "{draft}");
    assert!(draft.contains("Hello Amina Yusuf, you asked “Could you &#60;b&#62;open&#60;/b&#62; on Sundays?”. Done."));
    let answer = sends(&desk, &all[0], &[]).await;
    assert_eq!(location(&answer), all[1], "the next one");
    let delivery = sent(&desk, &answer).await;
    let page_of_all = desk.get(&format!("{page}?show=way")).await.body;
    assert!(page_of_all.contains("On its way"), "{page_of_all}");
    let back = desk.post(&format!("/deliveries/{delivery}/undo"), &[]).await;
    assert_eq!(location(&back), all[0]);
    assert!(desk.get(&all[0]).await.body.contains(">We are open.</textarea>"), "in the words that were to go");
    let delivery = sent(&desk, &sends(&desk, &all[0], &[]).await).await;
    desk.site.clock.advance(outbound::UNDO_MILLIS);
    outbound::run_send(&desk.site.engine, delivery).await.unwrap();
    let told = desk.get(&format!("{page}?show=told")).await.body;
    assert!(told.contains("told after ") && tellings_on(&told) == [all[0].clone()], "{told}");
    let held = deliveries::get(&mut desk.site.engine.db.reader(), delivery).await.unwrap().unwrap().conversation_id;
    assert!(desk.get(&format!("/inbox/{held}")).await.body.contains("Told what became of it"));
    let whole = desk.get(&change).await.body;
    assert!(whole.contains("1 of 2 were told; 1 to look at.") && whole.contains("One person was told, "), "{whole}");
    let behind = desk.get(&format!("{change}/loop")).await.body;
    assert_eq!(tellings_on(&behind), [all[0].clone()]);
    assert!(desk.get("/feedback/loop").await.body.contains("Everybody behind it"));
}

async fn written_again_is_refused(desk: &Desk, page: &str) {
    let text = [("kind", "done"), ("language", "en"), ("words", "Over it.")];
    let refused = desk.post(&format!("{page}/text"), &text).await;
    assert!(refused.status == 422 && refused.body.contains("Somebody wrote this text meanwhile"), "{}", refused.body);
}

#[tokio::test]
async fn what_changed_since_it_was_looked_at_is_not_sent_and_the_words_are_kept() {
    let desk = desk::desk().await;
    let change = done(&desk).await;
    written(&desk, &change).await;
    location(&desk.post(&format!("{change}/telling/prepare"), &[]).await);
    run(&desk.site, worker::TELL, &change).await;
    let all = tellings_on(&desk.get(&format!("{change}/telling")).await.body);
    let page = desk.get(&all[0]).await.body;
    let (seen, key) = (field(&page, "seen"), field(&page, "key"));
    let version = field(&page, "version");
    let kept = desk.post(&format!("{}/keep", all[0]), &[("words", "Own words."), ("version", &version)]).await;
    assert_eq!(location(&kept), all[0]);
    let old = [("seen", seen.as_str()), ("key", &key), ("words", "Mine <3")];
    let refused = desk.post(&format!("{}/send", all[0]), &old).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("Something changed here since") && refused.body.contains("Mine &#60;3"),
        "{}",
        refused.body
    );
    assert!(refused.body.contains("What it says by now") && refused.body.contains("Own words."), "{}", refused.body);
    let late = [("words", "Typed for long"), ("version", version.as_str()), ("seen", &seen)];
    let late = desk.post(&format!("{}/keep", all[0]), &late).await;
    assert!(late.status == 422 && late.body.contains("Nothing was changed."), "{}", late.body);
    assert!(late.body.contains(">Typed for long</textarea>"), "{}", late.body);
    let long = "n".repeat(1_001);
    for (act, open) in [("skip", "field-skip"), ("by-hand", "field-hand")] {
        let refused = desk.post(&format!("{}/{act}", all[0]), &[("note", &long)]).await;
        assert_eq!(refused.status, 422, "{act}");
        let field = refused.body.split(open).last().unwrap();
        assert!(field.split("</textarea>").next().unwrap().ends_with(&long), "{act}: what was typed is kept");
    }
    let newer = Line { answers: Some("1".into()), ..amina("3", "And another thing") };
    let before = desk.get(&all[0]).await.body;
    desk.hears(newer).await;
    let (seen, key, asked) = (field(&before, "seen"), field(&before, "key"), field(&before, "asked"));
    let form = [("seen", seen.as_str()), ("key", &key), ("asked", &asked), ("words", "We are open.")];
    let unseen = desk.post(&format!("{}/send", all[0]), &form).await;
    assert!(unseen.status == 422 && unseen.body.contains("A new message of theirs"), "{}", unseen.body);
    assert!(unseen.body.contains("name=\"even\" value=\"yes\""));
    assert!(unseen.body.contains("And another thing"), "what came is shown: {}", unseen.body);
    assert!(!unseen.body.contains("What it says by now"), "nothing else changed");
    // What is on the screen is not asked about.
    assert_eq!(sends(&desk, &all[0], &[]).await.status, 303);
}

#[tokio::test]
async fn told_by_hand_left_out_and_asked_whether_it_helped() {
    let desk = desk::desk().await;
    let change = done(&desk).await;
    written(&desk, &change).await;
    location(&desk.post(&format!("{change}/telling/prepare"), &[]).await);
    run(&desk.site, worker::TELL, &change).await;
    let page = format!("{change}/telling");
    let all = tellings_on(&desk.get(&page).await.body);
    let told = desk.post(&format!("{}/by-hand", all[0]), &[("note", "At the <counter>")]).await;
    assert_eq!(location(&told), all[1]);
    assert!(desk.get(&all[0]).await.body.contains("At the &#60;counter&#62;"));
    let left = desk.post(&format!("{}/skip", all[1]), &[("note", "")]).await;
    assert_eq!(location(&left), format!("{page}?kind=done"));
    let undone = desk.post(&desk::undo_of(&desk.follow(&left).await), &[]).await;
    assert_eq!(location(&undone), all[1]);
    assert!(desk.get(&all[1]).await.body.contains("1 of 1 to look at"));

    let asks = format!("{page}?kind=helped");
    assert!(desk.get(&asks).await.body.contains("Nobody was asked yet."));
    let text = [("kind", "helped"), ("language", "en"), ("words", "Did it help?")];
    assert_eq!(location(&desk.post(&format!("{page}/text"), &text).await), asks);
    let wrong = desk.post(&format!("{page}/days"), &[("days", "soon")]).await;
    assert_eq!(wrong.status, 422);
    location(&desk.post(&format!("{page}/days"), &[("days", "2")]).await);
    location(&desk.post(&format!("{page}/ask"), &[]).await);
    run(&desk.site, worker::ASK, &change).await;
    let question = tellings_on(&desk.get(&asks).await.body).remove(0);
    let delivery = sent(&desk, &sends(&desk, &question, &[]).await).await;
    desk.site.clock.advance(outbound::UNDO_MILLIS);
    outbound::run_send(&desk.site.engine, delivery).await.unwrap();
    desk.hears(Line { answers: Some("1".into()), ..amina("4", "It did, <thank you>!") }).await;
    let marks = desk.get(&asks).await.body;
    assert!(marks.contains("It did, &#60;thank you&#62;!") && marks.contains("wrote after you asked"), "{marks}");
    let message = field(&marks, "message");
    let marked = desk
        .post(&format!("{question}/answer"), &[("answer", "helped"), ("message", &message), ("back", "list")])
        .await;
    assert_eq!(location(&marked), asks);
    assert!(desk.get(&change).await.body.contains("It helped 1 of 1 who answered; one was asked."));
}

#[tokio::test]
async fn who_may_only_read_sees_it_all_and_sends_nothing() {
    let desk = desk::desk().await;
    let change = done(&desk).await;
    written(&desk, &change).await;
    telling::prepare(
        &desk.site.engine,
        change.rsplit('/').next().unwrap().parse().map(tertulia_model::ChangeId).unwrap(),
    )
    .await
    .unwrap();
    run(&desk.site, worker::TELL, &change).await;
    let viewer = desk.site.member(Role::Viewer).await;
    let page = desk.site.get(&format!("{change}/telling"), &viewer).await.body;
    assert!(!page.contains("Look at them one by one") && !page.contains("Write it in another language"), "{page}");
    let all = tellings_on(&page);
    let draft = desk.site.get(&all[0], &viewer).await.body;
    assert!(draft.contains("Hello Amina Yusuf") && !draft.contains("data-send"), "{draft}");
    for act in ["send", "skip", "by-hand", "keep", "again", "owe", "answer"] {
        assert_eq!(desk.site.post(&format!("{}/{act}", all[0]), &viewer, &[]).await.status, 403, "{act}");
    }
    let id = all[0].rsplit('/').next().unwrap().parse().unwrap();
    let stands = tellings::get(&mut desk.site.engine.db.reader(), id).await.unwrap().unwrap();
    assert_eq!(stands.state, "draft");
    assert_eq!(desk.get("/feedback/tellings/7").await.status, 404);
    assert_eq!(desk.get("/feedback/tellings/x").await.status, 404);
    assert!(desk.get("/feedback/debts").await.body.contains("Nothing is owed"));
}

#[tokio::test]
async fn what_was_told_of_another_outcome_stays_to_be_seen() {
    let desk = desk::desk().await;
    let change = done(&desk).await;
    written(&desk, &change).await;
    location(&desk.post(&format!("{change}/telling/prepare"), &[]).await);
    run(&desk.site, worker::TELL, &change).await;
    let page = format!("{change}/telling");
    let first = tellings_on(&desk.get(&page).await.body).remove(0);
    location(&desk.post(&format!("{first}/by-hand"), &[("note", "")]).await);
    let moved = [("state", "declined"), ("reason", "Too few of us.")];
    location(&desk.post(&format!("{change}/move"), &moved).await);
    let now = desk.get(&page).await.body;
    assert!(now.contains("When it was done") && now.contains("Write it"), "{now}");
    assert!(desk.get(&format!("{page}/text")).await.body.contains("Too few of us."));
    let then = desk.get(&format!("{page}?kind=done&show=told")).await.body;
    assert!(then.contains("The change was moved since.") && tellings_on(&then) == [first], "{then}");
}
