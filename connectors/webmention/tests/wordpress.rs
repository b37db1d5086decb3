//! A real WordPress that tells of a link by Pingback. What one said is recorded, and heard the same without one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::sync::{Arc, Mutex};
use support::{DAY, World};
use tertulia_connector::PullError;
use tertulia_model::{Clock, InboundKind, SystemClock};
use tertulia_testkit::{Blog, Page, Site, WordPress};

const RECORDING: &str = "wordpress.json";

/// Our own site, by another name than the blog's, since the blog stands for the world. (WordPress sees no link without a
/// full stop in it.) What comes to its door is kept.
fn our_site() -> (World, String, Arc<Mutex<Vec<String>>>) {
    let (ours, theirs) = (Site::start(), Site::start());
    let site = ours.url("/").replace("127.0.0.1", "localhost");
    ours.put("/grinder.html", Page::html("<title>The grinder</title>").header("X-Pingback", &format!("{site}door")));
    let posted = Arc::new(Mutex::new(Vec::new()));
    let letters = posted.clone();
    ours.answer("/door", move |asked| {
        letters.lock().unwrap().push(String::from_utf8_lossy(&asked.body).into_owned());
        let thanks = "<methodResponse><params><param><value>ok</value></param></params></methodResponse>";
        Page::new("text/xml", thanks)
    });
    let mut world = World::with(ours, theirs, &site);
    world.reach_outsiders_at("127.0.0.1");
    (world, site, posted)
}

/// A post that links to ours, and tells us so.
fn review(target: &str) -> String {
    format!(
        "$id = wp_insert_post(['post_title' => 'A review', 'post_content' => '<p>We tried <a href=\"{target}\">this</a> and \
         kept it.</p>', 'post_status' => 'publish', 'post_author' => 1]); do_all_pings(); return $id;"
    )
}

#[tokio::test]
async fn soak_a_real_wordpress_tells_of_a_link_and_its_post_is_heard_edited_and_taken_back() {
    let Some(blog) = Blog::real(RECORDING, SystemClock.now()) else { return };
    story(&blog).await;
    blog.tape().keep();
}

#[tokio::test]
async fn what_a_wordpress_told_once_is_heard_edited_and_taken_back() {
    story(&Blog::recorded(RECORDING)).await;
}

async fn story(blog: &Blog) {
    let (mut world, site, posted) = our_site();
    world.clock.set(blog.tape().at());
    blog.tape().mark(site.trim_start_matches("http://").trim_end_matches('/'), "OUR-SITE");
    let target = format!("{site}grinder.html");
    let id = blog.run(&review(&target));
    let letter = blog.tape().act("what came to our door", || posted.lock().unwrap().pop().unwrap_or_default());
    assert!(!letter.is_empty(), "no pingback came: {}", blog.log());
    let received = world.receive("/pingback", "text/xml", &letter).await.unwrap();
    let said = String::from_utf8(received.plain.unwrap().1).unwrap();
    assert!(!said.contains("fault"), "{said} to {letter}");
    let events = world.work().await;
    let content = support::created(&events);
    assert!(content.text.contains("We tried this and kept it."), "{}", content.text);
    assert!(content.subject.as_deref().unwrap().starts_with("A review"));
    assert_eq!(events[0].key.external_id, format!("{} {target}", blog.url(&format!("/?p={id}"))));

    blog.run(&format!(
        "return wp_update_post(['ID' => {id}, 'post_content' => '<p>We tried <a href=\"{target}\">this</a>, and it broke.</p>']);"
    ));
    let events = world.later(DAY).await;
    assert!(
        matches!(&events[0].kind, InboundKind::Edited { content, .. } if content.text.contains("it broke")),
        "{events:?}"
    );
    blog.run(&format!("wp_trash_post({id}); return 1;"));
    assert!(world.later(7 * DAY).await.is_empty(), "a page may be missing for a day");
    assert_eq!(world.later(DAY).await[0].kind, InboundKind::Deleted);
}

#[tokio::test(flavor = "multi_thread")]
async fn soak_a_wordpress_that_is_killed_before_it_is_looked_at_is_heard_once() {
    let Some(mut blog) = WordPress::start() else { return };
    let (mut world, site, posted) = our_site();
    world.clock.set(SystemClock.now());
    let target = format!("{site}grinder.html");
    blog.run(&review(&target));
    let letter = posted.lock().unwrap().pop().unwrap();
    world.receive("/pingback", "text/xml", &letter).await.unwrap();
    let kill = async { tokio::task::block_in_place(|| blog.kill()) };
    let (mut done, ()) = tokio::join!(world.try_work(), kill);
    let mut heard = Vec::new();
    match done.pop().unwrap() {
        Ok(batch) => heard.extend(world.events(&[batch])),
        Err(error) => assert!(matches!(error, PullError::Retry(_)), "{error:?}"),
    }
    // It is away for a day: what was heard stays, what was not is waited for.
    world.clock.advance(DAY);
    for done in world.try_work().await {
        assert!(done.is_err() || done.is_ok_and(|batch| batch.items.is_empty()));
    }
    tokio::task::block_in_place(|| blog.start_again());
    heard.extend(world.later(2 * DAY).await);
    heard.extend(world.later(7 * DAY).await);
    assert!(matches!(heard.as_slice(), [one] if matches!(one.kind, InboundKind::Created(_))), "{heard:?}");
}
