//! The inbox as a browser meets it, without a socket.

use crate::support::{
    NOW, Site,
    desk::{Desk, amina, desk, field, location, said, undo_of},
    request, steady,
    talk::{self, Line, Talk},
};
use axum::body::Body;
use tertulia_connector::SendError;
use tertulia_engine::{desk, outbound};
use tertulia_model::{DeliveryState, Role};
use tertulia_store::{deliveries, drafts, users};

#[tokio::test]
async fn an_empty_inbox_teaches() {
    let (site, owner) = Site::ready(Vec::new()).await;
    let page = site.get("/inbox", &owner).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("No channel yet") && page.body.contains("href=\"/channels\""));
    let agent = site.member(Role::Agent).await;
    let page = site.get("/inbox", &agent).await.body;
    assert!(page.contains("An owner of the team connects") && !page.contains("Add a channel"));
}

#[tokio::test]
async fn the_list_shows_who_said_what_and_escapes_it() {
    let desk = desk().await;
    desk.hears(Line {
        name: Some("<b>Eve</b> \u{202e}moc".into()),
        at: NOW,
        ..amina("1", "<script>alert(1)</script>")
    })
    .await;
    let page = desk.get("/inbox").await.body;
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{page}");
    assert!(
        page.contains("<bdi class=\"row-name\">&#60;b&#62;Eve&#60;/b&#62; moc</bdi>"),
        "nothing turns a name around"
    );
    assert!(!page.contains("<script>alert") && !page.contains("<b>Eve"));
    assert!(page.contains("class=\"row unread\""));
    insta::assert_snapshot!("a_row", steady(&desk.get("/inbox/list").await.body));
}

#[tokio::test]
async fn opening_a_conversation_reads_it_and_marking_unread_undoes_that() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains("When do you open?"));
    assert!(!desk.get("/inbox").await.body.contains("row unread"));
    let answer = desk.post(&format!("/inbox/{id}/unread"), &[]).await;
    assert_eq!(location(&answer), "/inbox");
    assert!(desk.get("/inbox").await.body.contains("row unread"));
}

#[tokio::test]
async fn the_number_beside_inbox_is_what_one_has_not_read() {
    let desk = desk().await;
    let read = desk.hears(amina("1", "When do you open?")).await;
    desk.hears(Line::new("2", "bo@example.org", "Is the <shop> open?")).await;
    let unread = async || desk.get("/inbox/unread").await.body;
    assert!(unread().await.contains("<span data-exact=\"2\">2</span><span class=\"unseen\"> unread</span>"));
    assert!(desk.get("/people").await.body.contains("<title>(2) People · "));
    let page = desk.get(&format!("/inbox/{read}")).await.body;
    assert!(
        page.contains("<title>(1) Amina Yusuf · ") && unread().await.contains("<span data-exact=\"1\">1</span>"),
        "{page}"
    );
    let colleague = desk.site.member(Role::Agent).await;
    assert!(
        desk.site.get("/inbox/unread", &colleague).await.body.contains("<span data-exact=\"2\">2</span>"),
        "each for themselves"
    );
    desk.post(&format!("/inbox/{read}/close"), &[]).await;
    let tabs = desk.get("/inbox/tabs").await.body;
    assert!(tabs.contains("Open <span class=\"count\">1</span>") && !tabs.contains("<html"), "{tabs}");
}

#[tokio::test]
async fn who_leaves_gives_their_conversations_back_to_nobody() {
    let desk = desk().await;
    let (open, closed) = (desk.hears(amina("1", "When do you open?")).await, desk.hears(amina("2", "Thanks!")).await);
    desk.site.member(Role::Agent).await;
    let agent = users::by_mail(&mut desk.site.engine.db.reader(), "agent@roaster.example").await.unwrap().unwrap().id;
    for id in [open, closed] {
        desk.post(&format!("/inbox/{id}/assign"), &[("to", &agent.to_string())]).await;
    }
    desk.post(&format!("/inbox/{closed}/close"), &[]).await;
    assert!(!desk.get("/inbox?whose=nobody").await.body.contains(&format!("row-{open}\"")));
    let left = location(&desk.post(&format!("/team/{agent}/disable"), &[]).await);
    let page = desk.get(&left).await.body;
    assert!(page.contains("One conversation of theirs is nobody’s now."), "{page}");
    assert!(desk.get("/inbox?whose=nobody").await.body.contains(&format!("row-{open}\"")));
    assert_eq!(desk.held(closed).await.assignee_id, None, "should they write again");
}

#[tokio::test]
async fn the_list_pages_without_loss_and_keeps_its_filter() {
    let desk = desk().await;
    let lines: Vec<Line> = (0..95).map(|n| Line::new(&format!("{n}"), &format!("p{n}@example.org"), "Hello")).collect();
    talk::hear(&desk.site, desk.mail, &lines).await;
    let (mut path, mut seen) = ("/inbox".to_owned(), std::collections::BTreeSet::new());
    for _ in 0..4 {
        let page = desk.get(&path).await.body;
        seen.extend(page.split("id=\"row-").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        let Some(next) = page.split("<a class=\"button quiet\" href=\"/inbox?below=").nth(1) else { break };
        path = format!("/inbox?below={}", next.split('"').next().unwrap().replace("&#38;", "&"));
    }
    assert_eq!(seen.len(), 95);
    assert!(desk.get("/inbox").await.body.contains("<span class=\"count\">95</span>"));
    let mine = desk.get("/inbox?whose=me&state=closed").await.body;
    assert!(mine.contains("Nothing is closed yet") && mine.contains("/inbox?state=pending&#38;whose=me"), "{mine}");
}

#[tokio::test]
async fn each_page_of_the_list_stays_live_within_its_own_rows() {
    let desk = desk().await;
    let lines: Vec<Line> = (0..95).map(|n| Line::new(&format!("{n}"), &format!("p{n}@example.org"), "Hello")).collect();
    talk::hear(&desk.site, desk.mail, &lines).await;
    let rows = |body: &str| -> Vec<String> {
        body.split("id=\"row-").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let between = |body: &str, from: &str| {
        let found = body.split(from).nth(1).map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"));
        found.unwrap_or_default()
    };
    let mut page = desk.get("/inbox").await.body;
    let mut pages = Vec::new();
    loop {
        pages.push((between(&page, "data-live-src=\"/inbox/list"), rows(&page)));
        let older = between(&page, "<a class=\"button quiet\" href=\"/inbox?below=");
        if older.is_empty() {
            break;
        }
        page = desk.get(&format!("/inbox?below={older}")).await.body;
    }
    assert_eq!(pages.iter().map(|(_, rows)| rows.len()).collect::<Vec<_>>(), [40, 40, 15]);
    for (live, shown) in &pages {
        assert_eq!(&rows(&desk.get(&format!("/inbox/list{live}")).await.body), shown, "{live}");
    }
    // Somebody new stands in the first list and in no other, and pushes nobody out of it.
    let new = desk.hears(Line { at: NOW, ..amina("new", "Are you open?") }).await.to_string();
    for (n, (live, shown)) in pages.iter().enumerate() {
        let now = rows(&desk.get(&format!("/inbox/list{live}")).await.body);
        let expected: Vec<String> = Some(new.clone()).into_iter().filter(|_| n == 0).chain(shown.clone()).collect();
        assert_eq!(now, expected, "page {n}");
    }
    // What happened to a few is fetched alone: those that stand in the list, and none that it does not hold.
    let ((first, shown), (second, older)) = (&pages[0], &pages[1]);
    let few = format!("&only={},{},{new},99999", shown[3], older[0]);
    assert_eq!(rows(&desk.get(&format!("/inbox/list{first}{few}")).await.body), [new.as_str(), shown[3].as_str()]);
    assert_eq!(rows(&desk.get(&format!("/inbox/list{second}{few}")).await.body), [older[0].as_str()]);
    let many = (1..=21).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    for bad in ["x", "1;2", "1.5", many.as_str()] {
        let answer = desk.get(&format!("/inbox/list?only={bad}")).await;
        assert!(answer.status == 400 && answer.body.contains("up to 20 numbers"), "{bad}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_reply_goes_out_as_its_form_says_and_can_be_taken_back() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains("Send to Amina Yusuf by e-mail") && page.contains("by e-mail to amina@example.org"));
    let (key, seen) = (field(&page, "key"), field(&page, "seen"));
    let channel = desk.mail.to_string();
    let form = [
        ("key", key.as_str()),
        ("seen", &seen),
        ("channel", &channel),
        ("to", "Amina <amina@example.org>"),
        ("cc", "bo@example.org"),
        ("bcc", ""),
        ("subject", "Re: Beans"),
        ("text", "At nine.\r\nSee you!"),
    ];
    let answer = desk.reply(id, &form, &[("bag.png", b"pixels")]).await;
    assert_eq!(location(&answer), format!("/inbox/{id}"));
    let sent = desk.sent(id).await;
    let outgoing = &sent[0].outgoing;
    assert_eq!((outgoing.text.as_str(), outgoing.subject.as_deref()), ("At nine.\nSee you!", Some("Re: Beans")));
    assert_eq!(
        outgoing.recipients.iter().map(|r| r.address.as_str()).collect::<Vec<_>>(),
        ["amina@example.org", "bo@example.org"]
    );
    assert_eq!(outgoing.attachments[0].name, "bag.png");
    assert_eq!(desk.held(id).await.state, "pending");
    // The next page says so once, and offers to undo it.
    let next = request("GET", &format!("/inbox/{id}"), "")
        .header("cookie", format!("tertulia_session={}; {}", desk.owner, said(&answer)));
    let next = desk.site.send(next.body(Body::empty()).unwrap()).await;
    let undo = format!("/deliveries/{}/undo", sent[0].id);
    assert!(next.body.contains("On its way.") && next.body.contains(&undo), "{}", next.body);
    assert_eq!(said(&next), "tertulia_said=");
    // The same form twice is one reply.
    desk.reply(id, &form, &[]).await;
    assert_eq!(desk.sent(id).await.len(), 1);
    assert_eq!(location(&desk.post(&undo, &[]).await), format!("/inbox/{id}"));
    assert_eq!(desk.sent(id).await[0].state, DeliveryState::Withdrawn);
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains("At nine.\nSee you!</textarea>"), "the words are a draft again: {page}");
    assert!(page.contains("value=\"bo@example.org\"") && page.contains("bag.png"));
}

#[tokio::test]
async fn an_old_page_does_not_swallow_a_second_answer() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let (key, channel) = (field(&page, "key"), desk.mail.to_string());
    let seen = desk.newest(id).await;
    let form = |text| {
        [("key", key.as_str()), ("seen", &seen), ("channel", &channel), ("text", text)]
            .map(|(a, b)| (a.to_owned(), String::from(b)))
    };
    let first = form("At nine.");
    let second = form("And on Sundays at ten.");
    fn borrowed(form: &[(String, String); 4]) -> Vec<(&str, &str)> {
        form.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
    }
    assert_eq!(desk.reply(id, &borrowed(&first), &[]).await.status, 303);
    let again = desk.reply(id, &borrowed(&second), &[]).await;
    assert_eq!(again.status, 409);
    assert!(again.body.contains("has gone out") && again.body.contains("And on Sundays at ten.</textarea>"));
    assert_ne!(field(&again.body, "key"), key);
}

#[tokio::test]
async fn a_reply_over_messages_nobody_saw_asks_first_and_keeps_the_text() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let (key, seen, channel) = (field(&page, "key"), field(&page, "seen"), desk.mail.to_string());
    let late = |n: &str, text: &str| Line { answers: Some("1".into()), at: NOW + 1_000, ..amina(n, text) };
    talk::hear(&desk.site, desk.mail, &[late("2", "On Sunday, I mean."), late("3", "Or Monday.")]).await;
    let form = [("key", key.as_str()), ("seen", &seen), ("channel", &channel), ("text", "At nine.")];
    let asked = desk.reply(id, &form, &[("map.png", b"the way"), ("hours.png", b"nine")]).await;
    assert_eq!(asked.status, 409);
    assert!(asked.body.contains("map.png") && asked.body.contains("hours.png"), "{}", asked.body);
    assert!(asked.body.contains("2 messages were not on your screen yet"), "{}", asked.body);
    assert!(asked.body.contains("On Sunday, I mean.") && asked.body.contains("At nine.</textarea>"));
    assert!(asked.body.contains("Send all the same by e-mail"));
    assert!(desk.sent(id).await.is_empty());
    let seen = field(&asked.body, "seen");
    let form = [("key", key.as_str()), ("seen", &seen), ("channel", &channel), ("text", "At nine.")];
    assert_eq!(desk.reply(id, &form, &[]).await.status, 303);
    let sent = desk.sent(id).await;
    let names: Vec<&str> = sent[0].outgoing.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!((sent.len(), names.as_slice()), (1, ["map.png", "hours.png"].as_slice()));
}

#[tokio::test]
async fn a_file_that_is_too_large_takes_no_other_with_it() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let (key, seen, channel) = (field(&page, "key"), field(&page, "seen"), desk.mail.to_string());
    let form = [("key", key.as_str()), ("seen", &seen), ("channel", &channel), ("text", "At nine.")];
    let large = vec![0; 1_000_001];
    let refused = desk.reply(id, &form, &[("one.png", b"1"), ("film.png", &large), ("two.png", b"2")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("film.png is larger than 1 MB"), "{}", refused.body);
    assert!(refused.body.contains(">one.png<") && refused.body.contains(">two.png<"), "{}", refused.body);
    // Whoever heard no answer sends their files again: each goes once.
    assert_eq!(desk.reply(id, &form, &[("two.png", b"2"), ("one.png", b"1, another")]).await.status, 303);
    let sent = desk.sent(id).await;
    let names: Vec<&str> = sent[0].outgoing.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["one.png", "two.png", "one.png"]);
}

#[tokio::test]
async fn what_cannot_be_sent_says_why_and_loses_nothing() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let (seen, channel) = (desk.newest(id).await, desk.mail.to_string());
    let long = "é".repeat(2_001);
    for (text, to, files, why) in [
        ("", "amina@example.org", vec![], "Write something first."),
        (long.as_str(), "amina@example.org", vec![], "takes 2000 characters"),
        ("Hello", "not an address", vec![], "is not an e-mail address"),
        ("Hello", "amina@example.org", vec![("big.png", vec![0; 1_000_001])], "the most that can be sent"),
    ] {
        let form = [("seen", seen.as_str()), ("channel", &channel), ("to", to), ("text", text)];
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        let answer = desk.reply(id, &form, &files).await;
        assert_eq!(answer.status, 422, "{why}");
        assert!(answer.body.contains(why) && answer.body.contains(&format!("{text}</textarea>")), "{why}");
    }
    assert!(desk.sent(id).await.is_empty());
}

#[tokio::test]
async fn a_draft_with_its_files_is_there_on_every_device() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    let token = page.split("<meta name=\"csrf\" content=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let scripted = |path: String, kind: &str, body: String| {
        request("POST", &path, &desk.owner)
            .header("x-csrf-token", &token)
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap()
    };
    let urlencoded = "application/x-www-form-urlencoded";
    let kept =
        desk.site.send(scripted(format!("/inbox/{id}/draft"), urlencoded, "text=Half+an+answ&subject=S".into())).await;
    assert_eq!(kept.status, 204);
    let file = "--cut\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"../menu.pdf\"\r\n\r\nx\r\n--cut--\r\n";
    let list =
        desk.site.send(scripted(format!("/inbox/{id}/files"), "multipart/form-data; boundary=cut", file.into())).await;
    assert!(list.body.contains("<bdi class=\"attachment-name\">menu.pdf</bdi>"), "{}", list.body);
    let elsewhere = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(elsewhere.contains("Half an answ</textarea>") && elsewhere.contains("menu.pdf"));
    let me = desk.me().await;
    let files = drafts::files(&mut desk.site.engine.db.reader(), drafts::Key::answer(me, id)).await.unwrap();
    let remove = format!("/inbox/{id}/files/{}/remove", files[0].id);
    let list = desk.site.send(scripted(remove, urlencoded, String::new())).await;
    assert!(!list.body.contains("menu.pdf"));
    assert!(desk.get(&format!("/inbox/{id}")).await.body.contains("Half an answ</textarea>"));
}

#[tokio::test]
async fn what_a_browser_keeps_of_a_draft_is_kept_for_the_member_who_wrote_it() {
    let desk = desk().await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let path = format!("/inbox/{id}");
    let kept_as = |page: &str| {
        let key = page.split(" data-key=\"").nth(1).and_then(|rest| rest.split('"').next());
        key.unwrap_or_default().to_owned()
    };
    let owners = kept_as(&desk.get(&path).await.body);
    assert!(owners.ends_with(&format!("-{id}")), "{owners}");
    assert_eq!(kept_as(&desk.get(&path).await.body), owners, "after a reload it is found again");
    let agent = desk.site.member(Role::Agent).await;
    let agents = kept_as(&desk.site.get(&path, &agent).await.body);
    assert!(agents.ends_with(&format!("-{id}")), "{agents}");
    assert_ne!(agents, owners, "whoever signs in next in the same browser does not get it");
}

#[tokio::test]
async fn closing_goes_to_the_next_and_can_be_undone() {
    let desk = desk().await;
    let lower = desk.hears(Line { at: NOW - 9_000_000, ..Line::new("1", "a@example.org", "One") }).await;
    let upper = desk.hears(Line { at: NOW - 1_000, ..Line::new("2", "b@example.org", "Two") }).await;
    let closed = desk.post(&format!("/inbox/{upper}/close"), &[]).await;
    assert_eq!(location(&closed), format!("/inbox/{lower}"));
    assert_eq!(desk.held(upper).await.state, "closed");
    let undo = undo_of(&desk.follow(&closed).await);
    assert_eq!(location(&desk.post(&undo, &[]).await), format!("/inbox/{upper}"));
    assert_eq!(desk.held(upper).await.state, "open");
    assert_eq!(desk.post(&undo, &[]).await.status, 409, "undone once");
    assert_eq!(desk.post("/inbox/undo?of=forged.token", &[]).await.status, 404);
    // The last in the list leads to the first, the only one to the list.
    assert_eq!(location(&desk.post(&format!("/inbox/{lower}/close"), &[]).await), format!("/inbox/{upper}"));
    assert_eq!(location(&desk.post(&format!("/inbox/{upper}/close"), &[]).await), "/inbox");
}

#[tokio::test]
async fn a_conversation_is_given_put_off_and_taken_up_again() {
    let desk = desk().await;
    desk.site.member(Role::Agent).await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let me = desk.me().await.to_string();
    desk.post(&format!("/inbox/{id}/assign"), &[("to", &me)]).await;
    assert_eq!(desk.held(id).await.assignee_id.unwrap().to_string(), me);
    assert!(desk.get("/inbox?whose=me").await.body.contains("with <bdi>you</bdi>"));
    assert!(!desk.get("/inbox?whose=nobody").await.body.contains("with <bdi>you</bdi>"));
    desk.post(&format!("/inbox/{id}/assign"), &[("to", "")]).await;
    assert_eq!(desk.held(id).await.assignee_id, None);
    assert_eq!(desk.post(&format!("/inbox/{id}/assign"), &[("to", "someone")]).await.status, 404);
    desk.post(&format!("/inbox/{id}/pending"), &[]).await;
    assert_eq!(desk.held(id).await.state, "pending");
    // Nine in the morning where the reader is: Madrid, an hour before UTC.
    let snooze = request("POST", &format!("/inbox/{id}/snooze"), "")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", format!("tertulia_session={}; tz=Europe%2FMadrid", desk.owner))
        .header("content-type", "application/x-www-form-urlencoded");
    desk.site.send(snooze.body(Body::from("until=tomorrow")).unwrap()).await;
    assert_eq!(desk.held(id).await.snoozed_until, Some(NOW + 20 * 3_600_000));
    assert!(desk.get("/inbox?state=snoozed").await.body.contains("until Sun, 22 Nov, 08:00"));
    for bad in [("until", "date"), ("until", "never")] {
        assert_eq!(desk.post(&format!("/inbox/{id}/snooze"), &[bad, ("date", "soon")]).await.status, 422);
    }
    let past = [("until", "date"), ("date", "2020-01-01")];
    assert_eq!(desk.post(&format!("/inbox/{id}/snooze"), &past).await.status, 422);
    desk.post(&format!("/inbox/{id}/reopen"), &[]).await;
    assert_eq!(desk.held(id).await.state, "open");
}

#[tokio::test]
async fn a_viewer_reads_and_is_told_why_there_is_nothing_to_press() {
    let desk = desk().await;
    let viewer = desk.site.member(Role::Viewer).await;
    let id = desk.hears(amina("1", "When do you open?")).await;
    let page = desk.site.get(&format!("/inbox/{id}"), &viewer).await.body;
    assert!(page.contains("When do you open?") && page.contains("You may read here"));
    assert!(!page.contains("<textarea") && !page.contains("/close\""));
}

#[tokio::test]
async fn a_long_conversation_shows_its_newest_and_leads_to_the_rest() {
    let desk = desk().await;
    let id = desk.hears(amina("0", "Thought 0.")).await;
    let line = |n: i64| Line {
        answers: Some("0".into()),
        at: NOW - 3_600_000 + n * 1_000,
        ..amina(&n.to_string(), &format!("Thought {n}."))
    };
    let lines: Vec<Line> = (1..120).map(line).collect();
    talk::hear(&desk.site, desk.mail, &lines).await;
    let page = desk.get(&format!("/inbox/{id}")).await.body;
    assert!(page.contains("Thought 119.") && page.contains("Thought 70.") && !page.contains("Thought 69."));
    let earlier = page.split("href=\"/inbox/").find(|rest| rest.contains("?before=")).unwrap();
    let earlier = format!("/inbox/{}", earlier.split('"').next().unwrap());
    let page = desk.get(&earlier).await.body;
    assert!(page.contains("Thought 69.") && page.contains("Thought 20.") && !page.contains("Thought 70."));
    assert!(page.contains("Go to the newest") && !page.contains("<textarea"));
    let first = talk::message(&desk.site, id, "3").await;
    assert!(desk.get(&format!("/inbox/{id}?at={first}")).await.body.contains("Thought 3."));
    let last = talk::message(&desk.site, id, "119").await;
    assert!(desk.get(&format!("/inbox/{id}?at={last}")).await.body.contains("<textarea"));
}

#[tokio::test]
async fn what_names_nothing_is_not_found() {
    let desk = desk().await;
    for path in ["/inbox/1", "/inbox/x", "/inbox/9999999999999999999999/messages", "/inbox/1/head"] {
        assert_eq!(desk.get(path).await.status, 404, "{path}");
    }
    for path in ["/inbox/1/reply", "/inbox/1/draft", "/inbox/1/close", "/inbox/1/unread", "/deliveries/1/again"] {
        assert_eq!(desk.post(path, &[]).await.status, 404, "{path}");
    }
    desk::set_state(&desk.site.engine, desk.hears(amina("1", "Hello")).await, "closed").await.unwrap();
    assert_eq!(desk.get("/inbox?below=x&down_to=y&current=z&state=nonsense").await.status, 200);
}

#[tokio::test]
async fn what_could_not_be_delivered_is_left_so_with_an_undo_or_written_again() {
    let talk = Talk::named("email");
    let (site, owner) = Site::ready(vec![talk.clone()]).await;
    let mail = talk::channel(&site, "email", "shop@roaster.example").await;
    let desk = Desk { site, owner, mail };
    let shown = async |id| desk.get(&format!("/inbox/{id}")).await.body;
    let id = desk.hears(Line::new("1", "amina@example.org", "When do you open?")).await;
    let page = shown(id).await;
    let channel = mail.to_string();
    let [key, seen] = ["key", "seen"].map(|name| field(&page, name));
    let form = [("key", key.as_str()), ("seen", &seen), ("channel", &channel), ("text", "At nien.")];
    assert_eq!(desk.post(&format!("/inbox/{id}/reply"), &form).await.status, 303);
    let delivery = deliveries::of_conversation(&mut desk.site.engine.db.reader(), id).await.unwrap().remove(0);
    desk.site.clock.set(NOW + 20_000);
    *talk.refuse.lock().unwrap() = Some(SendError::Rejected("No such mailbox.".into()));
    outbound::run_send(&desk.site.engine, delivery.id).await.unwrap();
    let list = desk.get("/inbox").await.body;
    assert!(list.contains("could not be delivered") && !list.contains("answered"), "{list}");
    assert!(list.contains("row unread"), "{list}");

    let act = |act: &str| format!("/deliveries/{}/{act}", delivery.id);
    assert_eq!(desk.post(&act("leave"), &[]).await.status, 303);
    let left = shown(id).await;
    assert!(left.contains("Left so by you") && !left.contains(&act("leave")), "{left}");
    assert!(!desk.get("/").await.body.contains("could not be delivered"));
    assert_eq!(desk.post(&act("leave/undo"), &[]).await.status, 303);
    assert!(desk.get("/").await.body.contains("could not be delivered"));

    assert_eq!(desk.post(&act("write"), &[]).await.status, 303);
    let draft = shown(id).await;
    assert!(field(&draft, "to").contains("amina@example.org"), "addressed as it was");
    assert!(draft.contains("dir=\"auto\" data-hotkey=\"r\">At nien.</textarea>"), "{draft}");
    assert!(!desk.get("/").await.body.contains("could not be delivered"));
}

#[tokio::test]
async fn what_the_person_said_elsewhere_stands_beside_the_conversation() {
    let desk = desk().await;
    let one = desk.hears(amina("1", "When do you open?")).await;
    let other = desk.hears(Line { subject: Some("Cups".into()), ..amina("2", "My cup came broken") }).await;
    desk.hears(Line::new("3", "bo@example.org", "Do you roast decaf?")).await;
    assert_ne!(one, other);
    let page = desk.get(&format!("/inbox/{one}")).await.body;
    let beside = page.split("Also said").nth(1).expect("their other conversations").split("</section>").next().unwrap();
    assert!(beside.contains(&format!("href=\"/inbox/{other}\"")) && beside.contains("My cup came broken"), "{beside}");
    assert!(!beside.contains(&format!("/inbox/{one}\"")) && !beside.contains("decaf"), "{beside}");
}
