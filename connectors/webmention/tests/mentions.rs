//! Mentions from the first telling to the end of their page.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use support::{DAY, NOW, World, created};
use tertulia_connector::{Connector, PullError, ReceiveError, conformance};
use tertulia_model::{Inbound, InboundKind, Shows, Visibility};
use tertulia_testkit::Page;

#[tokio::test]
async fn an_answer_on_somebodys_blog_is_heard_once_and_stands_under_our_page() {
    let mut world = World::new();
    world.put("/a", "<p>It <b>roars</b>. Send help.</p>");
    let (source, target) = (world.source("/a"), world.target());
    let told = world.tell(&source, &target).await.unwrap();
    assert_eq!((told.status, told.batch.items.len(), told.batch.gathered.len()), (202, 0, 1));
    assert!(world.theirs.asked().is_empty(), "nothing is fetched while somebody waits");
    let events = world.work().await;
    assert_eq!(events[0].key.source, "webmention");
    assert_eq!(events[0].key.external_id, format!("{source} {target}"));
    let content = created(&events);
    assert_eq!(content.text, "It roars. Send help.");
    assert_eq!(content.author.display_name.as_deref(), Some("Kim"));
    assert_eq!(content.author.handle, world.source("/"));
    assert!(content.author.space.starts_with("webmention:localhost:"));
    assert_eq!((content.visibility, content.addressed_to_us), (Visibility::Public, true));
    assert_eq!(content.references, std::slice::from_ref(&target));
    assert_eq!(content.permalink.as_deref(), Some(source.as_str()));
    // Told again, before and after the program was started anew: never a second message.
    world.tell(&source, &target).await.unwrap();
    world.tell(&format!("{source}#x"), &target).await.unwrap();
    assert!(world.work().await.is_empty());
    world.restart();
    world.tell(&source, &target).await.unwrap();
    assert!(world.work().await.is_empty(), "what was heard of it is kept with its errand");
}

#[tokio::test]
async fn other_words_that_are_told_of_after_a_restart_are_an_edit_at_once() {
    let mut world = World::new();
    world.put("/a", "One");
    let (source, target) = (world.source("/a"), world.target());
    world.tell(&source, &target).await.unwrap();
    let key = world.work().await.remove(0).key;
    world.restart();
    world.put("/a", "Two");
    world.clock.advance(1_000);
    world.tell(&source, &target).await.unwrap();
    let events = world.work().await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        matches!(&events[0].kind, InboundKind::Edited { content, .. } if events[0].key == key && content.text == "Two"),
        "{events:?}"
    );
    assert!(world.later(2 * DAY).await.is_empty(), "and it is told once");
}

#[tokio::test]
async fn a_picture_is_shown_until_its_page_shows_it_no_more() {
    let mut world = World::new();
    world.put("/a", "One <img src=/cup.png>");
    let (source, target) = (world.source("/a"), world.target());
    world.tell(&source, &target).await.unwrap();
    assert_eq!(created(&world.work().await).shows, Shows::IMAGE);
    world.put("/a", "One ");
    world.clock.advance(1_000);
    world.tell(&source, &target).await.unwrap();
    let events = world.work().await;
    assert!(
        matches!(&events[..], [Inbound { kind: InboundKind::Edited { content, .. }, .. }] if content.shows == Shows::default()),
        "the words are the same: {events:?}"
    );
}

#[tokio::test]
async fn a_page_that_may_not_be_read_for_a_while_is_looked_at_again_later_each_time_and_keeps_its_mention() {
    for then in [Page::status(403), Page::status(401), Page::status(451), Page::status(500)] {
        let mut world = World::new();
        world.put("/a", "One");
        let (source, target) = (world.source("/a"), world.target());
        world.tell(&source, &target).await.unwrap();
        let key = world.work().await.remove(0).key;
        world.theirs.put("/a", then.clone());
        world.theirs.asked();
        for wait in [1, 1, 2, 3] {
            assert!(world.later(wait * DAY - 1).await.is_empty());
            assert!(world.theirs.asked().is_empty(), "{then:?}: not before {wait} days");
            assert!(world.later(1).await.is_empty(), "nothing is taken back");
            assert_eq!(world.theirs.asked().len(), 1, "{then:?} after {wait} days");
        }
        // Also when somebody tells of it meanwhile.
        world.tell(&source, &target).await.unwrap();
        assert!(world.work().await.is_empty());
        for _ in 0..200 {
            assert!(world.later(90 * DAY).await.is_empty());
        }
        world.put("/a", "Two");
        let events = world.later(90 * DAY).await;
        assert!(
            matches!(&events[0].kind, InboundKind::Edited { content, .. } if content.text == "Two"),
            "{then:?}: it may be read again: {events:?}"
        );
        world.theirs.put("/a", Page::status(410));
        let events = world.later(90 * DAY).await;
        assert_eq!((&events[0].key, &events[0].kind), (&key, &InboundKind::Deleted));
    }
}

#[tokio::test]
async fn a_page_of_ours_that_leads_elsewhere_is_not_followed_for_an_outsider() {
    let mut world = World::new();
    let inside = tertulia_testkit::Site::start();
    inside.put("/", Page::html("internal"));
    world.ours.put("/away", Page::redirect(302, &inside.url("/")));
    let target = world.ours.url("/away");
    world.theirs.put("/a", Page::html(format!("<p>See <a href='{target}'>this</a> page")));
    world.tell(&world.source("/a"), &target).await.unwrap();
    assert_eq!(world.work().await.len(), 1, "a page of ours that leads elsewhere is one that we have");
    assert!(inside.asked().is_empty(), "what is allowed to us is not lent to an outsider");
}

#[tokio::test]
async fn a_page_is_looked_at_again_and_what_changed_is_an_edit() {
    let mut world = World::new();
    world.put("/a", "One");
    let (source, target) = (world.source("/a"), world.target());
    world.tell(&source, &target).await.unwrap();
    world.work().await;
    // By a second telling at once …
    world.put("/a", "Two");
    world.clock.advance(1_000);
    world.tell(&source, &target).await.unwrap();
    let events = world.work().await;
    assert!(
        matches!(&events[0].kind, InboundKind::Edited { revision, content } if *revision == NOW + 1_000 && content.text == "Two")
    );
    assert_eq!(world.waiting.len(), 1);
    // … and by itself, also when all that was in memory is lost.
    world.restart();
    world.put("/a", "Three");
    assert!(world.later(DAY - 5_000).await.is_empty());
    let events = world.later(10_000).await;
    assert!(matches!(&events[0].kind, InboundKind::Edited { content, .. } if content.text == "Three"), "{events:?}");
    world.theirs.asked();
    for (wait, looks) in [(6, 0), (1, 1), (29, 0), (1, 1), (89, 0), (1, 1), (90, 1), (90, 1)] {
        assert!(world.later(wait * DAY).await.is_empty());
        assert_eq!(world.theirs.asked().len(), looks, "after {wait} days");
    }
}

#[tokio::test]
async fn a_page_that_is_gone_or_links_no_more_takes_its_mention_with_it() {
    for (then, misses, told) in
        [(Page::status(410), 0, 1), (Page::html("<p>Never mind</p>"), 1, 1), (Page::status(404), 1, 0)]
    {
        let mut world = World::new();
        world.put("/a", "One");
        let (source, target) = (world.source("/a"), world.target());
        world.tell(&source, &target).await.unwrap();
        let key = world.work().await.remove(0).key;
        world.theirs.put("/a", then.clone());
        world.restart();
        for _ in 0..misses {
            assert!(world.later(DAY).await.is_empty(), "it may be a mistake of its server");
        }
        let events = world.later(DAY).await;
        assert_eq!((&events[0].key, &events[0].kind), (&key, &InboundKind::Deleted), "{then:?}");
        assert!(world.waiting.is_empty(), "nobody looks for it again");
        // Told by its server at once, where that is a reason to believe it; told again in the same bad hour, it is no other.
        let mut world = World::new();
        world.put("/b", "One");
        let (source, target) = (world.source("/b"), world.target());
        world.tell(&source, &target).await.unwrap();
        world.work().await;
        world.theirs.put("/b", then);
        world.tell(&source, &target).await.unwrap();
        assert_eq!(world.work().await.len(), told);
        world.tell(&source, &target).await.unwrap();
        assert!(world.work().await.is_empty());
        assert_eq!(world.later(DAY).await.len(), 1 - told);
    }
}

#[tokio::test]
async fn one_odd_page_in_the_place_of_a_mention_takes_nothing_back() {
    for odd in ["<h1>We are back soon", "<p>Do you agree to our cookies?", ""] {
        let mut world = World::new();
        world.put("/a", "One");
        let (source, target) = (world.source("/a"), world.target());
        world.tell(&source, &target).await.unwrap();
        world.work().await;
        world.theirs.put("/a", Page::html(odd));
        assert!(world.later(DAY).await.is_empty(), "{odd}");
        world.put("/a", "Two");
        let events = world.later(DAY).await;
        assert!(matches!(&events[..], [Inbound { kind: InboundKind::Edited { .. }, .. }]), "{odd}: {events:?}");
        // The first miss is forgotten, so the next one is a first one again.
        world.theirs.put("/a", Page::html(odd));
        for wait in [7 * DAY, 1] {
            assert!(world.later(wait).await.is_empty(), "{odd}");
        }
    }
}

#[tokio::test]
async fn a_page_that_comes_back_after_it_was_missed_once_stays() {
    let mut world = World::new();
    world.put("/a", "One");
    let (source, target) = (world.source("/a"), world.target());
    world.tell(&source, &target).await.unwrap();
    world.work().await;
    world.theirs.put("/a", Page::status(404));
    assert!(world.later(DAY).await.is_empty());
    world.put("/a", "One");
    assert!(world.later(DAY).await.is_empty());
    world.theirs.put("/a", Page::status(404));
    assert!(world.later(30 * DAY).await.is_empty(), "the first miss is forgotten");
}

#[tokio::test]
async fn a_server_that_is_away_is_waited_for_and_nothing_is_taken_back() {
    let mut world = World::new();
    let (source, target) = (world.source("/a"), world.target());
    world.theirs.put("/a", Page::status(503).header("retry-after", "120"));
    world.tell(&source, &target).await.unwrap();
    let done = world.try_work().await.remove(0);
    assert!(matches!(done, Err(PullError::RetryAfter { wait, .. }) if wait.as_secs() == 120));
    world.theirs.put("/a", Page::html("x".repeat(10_000)).breaking_after(100));
    assert!(matches!(world.try_work().await.remove(0), Err(PullError::Retry(_))));
    world.put("/a", "One");
    assert_eq!(world.work().await.len(), 1);
    world.theirs.put("/a", Page::status(500));
    for _ in 0..20 {
        assert!(world.later(30 * DAY).await.is_empty());
    }
    assert_eq!(world.waiting.len(), 1, "it is looked for again, seldom");
}

#[tokio::test]
async fn what_does_not_mention_us_is_counted_and_not_kept() {
    let mut world = World::new();
    let target = world.target();
    for (path, page) in [
        ("/none", Page::html("<p>Nothing here")),
        ("/commented", Page::html(format!("<!-- <a href='{target}'> -->"))),
        ("/gone", Page::status(410)),
        ("/missing", Page::status(404)),
        ("/forbidden", Page::status(403)),
        ("/late", Page::html(format!("{}<a href='{target}'>", "x".repeat(2 << 20)))),
    ] {
        world.theirs.put(path, page);
        world.tell(&world.source(path), &target).await.unwrap();
        assert_eq!(world.counted().await.len(), 1, "{path}");
        assert!(world.waiting.is_empty(), "{path}");
    }
    // It links by now: what was said of it before takes nothing away from it.
    world.put("/none", "One");
    world.tell(&world.source("/none"), &target).await.unwrap();
    created(&world.work().await);
    // A page that we do not have.
    world.put("/a", "One");
    world.tell(&world.source("/a"), &world.ours.url("/no-such-page")).await.unwrap();
    world.theirs.asked();
    assert_eq!(world.counted().await, ["Mentions of pages that you do not have."]);
    assert!(world.theirs.asked().is_empty(), "and nobody was asked for it");
}

#[tokio::test]
async fn a_page_that_leads_into_the_house_is_not_fetched() {
    let mut world = World::new();
    let target = world.target();
    // Our own private host, which the team's channels may reach and outsiders may not.
    let inside = tertulia_testkit::Site::start();
    inside.put("/secret", Page::html(format!("<a href='{target}'>x</a>")));
    for to in [
        inside.url("/secret"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://[::1]/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://2130706433/".to_owned(),
    ] {
        world.theirs.put("/a", Page::redirect(302, &to));
        for source in [world.source("/a"), to.clone()] {
            world.tell(&source, &target).await.unwrap();
            let counted = world.counted().await;
            assert!(counted[0].contains("private addresses"), "{source} to {to}: {counted:?}");
        }
    }
    assert!(inside.asked().is_empty());
}

#[tokio::test]
async fn an_address_that_only_leads_back_to_us_says_nothing() {
    // Both sites are the world's here.
    let mut world = World::new();
    world.ctx.guard = std::sync::Arc::new(
        tertulia_connector::guard::AddressGuard::new(["127.0.0.1".to_owned()])
            .letting_outsiders(["127.0.0.1".to_owned(), "localhost".to_owned()]),
    );
    let target = world.target();
    world.ours.put("/grinder", Page::html(format!("<a href='{target}'>this page</a>")));
    world.theirs.put("/short", Page::redirect(301, &target));
    world.tell(&world.source("/short"), &target).await.unwrap();
    assert_eq!(world.counted().await, ["Addresses that only lead back to you."]);
}

#[tokio::test]
async fn likes_without_words_are_counted_and_those_with_words_are_heard() {
    let mut world = World::new();
    let target = world.target();
    let like =
        |words: &str| Page::html(format!("<div class=h-entry><a class=u-like-of href='{target}'>x</a>{words}</div>"));
    world.theirs.put("/like", like(""));
    world.tell(&world.source("/like"), &target).await.unwrap();
    assert_eq!(world.counted().await, ["Likes, reposts and bookmarks without words."]);
    world.tell(&world.source("/like"), &target).await.unwrap();
    assert!(world.counted().await.is_empty(), "once");
    world.theirs.put("/said", like("<p class=e-content>Finally a quiet one!</p>"));
    world.tell(&world.source("/said"), &target).await.unwrap();
    let events = world.work().await;
    let content = created(&events);
    assert_eq!((content.text.as_str(), content.addressed_to_us), ("Finally a quiet one!", false));
    assert!(content.remarks[0].starts_with("Likes "));
}

#[tokio::test]
async fn a_page_without_microformats_json_and_text_are_read_too() {
    let mut world = World::new();
    let target = world.target();
    for (page, text, subject) in [
        (
            Page::html(format!("<title>Our test</title><p>We tried <a href='{target}'>this one</a> and kept it.")),
            "We tried this one and kept it.",
            Some("Our test"),
        ),
        (Page::new("text/plain", format!("Look: {target} is good")), "is good", None),
        (Page::new("application/activity+json", format!("{{\"object\": \"{target}\"}}")), "/page", None),
    ] {
        let mut other = World::new();
        std::mem::swap(&mut other.ours, &mut world.ours);
        let mut other = World::with(other.ours, other.theirs, &target.replace("/grinder", "/"));
        other.theirs.put("/page", page);
        other.tell(&other.source("/page"), &target).await.unwrap();
        let events = other.work().await;
        let content = created(&events);
        assert!(content.text.contains(text), "{}", content.text);
        assert_eq!(content.subject.as_deref(), subject);
        assert!(content.author.handle.starts_with("localhost"), "nobody is named: the site itself");
        std::mem::swap(&mut other.ours, &mut world.ours);
    }
}

#[tokio::test]
async fn nobody_can_speak_in_the_name_of_another_site() {
    let mut world = World::new();
    let target = world.target();
    let page = format!(
        "<div class=h-entry><a class='p-author h-card' href='https://kim.example/'>Kim\u{202e}</a><a class=u-url href='https://kim.example/post'></a>\
         <p class=e-content>Bad <a href='{target}'>one</a><script>alert(1)</script></p></div>"
    );
    world.theirs.put("/evil", Page::html(page));
    world.tell(&world.source("/evil"), &target).await.unwrap();
    let events = world.work().await;
    let content = created(&events);
    assert_eq!(content.author.handle, "https://kim.example/");
    assert!(content.author.space.starts_with("webmention:localhost"), "this site's Kim, and no other's");
    assert_eq!(content.author.display_name.as_deref(), Some("Kim"));
    assert_eq!(content.permalink.as_deref(), Some(world.source("/evil").as_str()));
    assert_eq!(content.text, "Bad one");
}

#[tokio::test]
async fn what_is_no_webmention_is_refused_in_words() {
    let mut world = World::new();
    let (source, target) = (world.source("/a"), world.target());
    for (from, to) in [
        ("", target.as_str()),
        (source.as_str(), ""),
        ("ftp://a.example/", &target),
        ("javascript:alert(1)", &target),
        ("https://me:secret@a.example/", &target),
        (&source, "https://somebody.example/"),
        (&target, &target),
        (&format!("https://a.example/{}", "x".repeat(2_000)), &target),
    ] {
        let refused = world.tell(from, to).await;
        assert!(matches!(refused, Err(ReceiveError::Invalid(_))), "{from} {to}");
    }
    let as_json = world.receive("/webmention", "application/json", "{}").await;
    assert!(matches!(as_json, Err(ReceiveError::Invalid(_))));
    assert_eq!(world.receive("/else", "", "").await.unwrap_err(), ReceiveError::NotFound);
    for _ in 0..60 {
        let _ = world.tell(&source, &target).await;
    }
    assert_eq!(world.tell(&source, &target).await.unwrap_err(), ReceiveError::TooMany);
    assert_eq!(world.waiting.len(), 1, "one page, one errand");
}

#[tokio::test]
async fn the_test_says_what_belongs_into_the_pages_and_whether_it_stands_there() {
    let world = World::new();
    world.ours.put("/", Page::html("<head></head>"));
    let lines = world.webmention.test(&world.ctx).await.unwrap().join("\n");
    assert!(
        lines.contains("<link rel=\"webmention\" href=\"https://tertulia.example/hooks/7/webmention\">"),
        "{lines}"
    );
    assert!(
        lines.contains("X-Pingback: https://tertulia.example/hooks/7/pingback")
            && lines.contains("does not say it yet")
    );
    world.ours.put("/", Page::html("<link href='https://tertulia.example/hooks/7/webmention' rel='me webmention'>"));
    assert!(world.webmention.test(&world.ctx).await.unwrap().join("\n").contains("says where mentions are taken"));
    conformance::check_secrets(&world.webmention, &world.ctx).await;
}
