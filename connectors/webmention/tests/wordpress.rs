//! A real WordPress that tells of a link by Pingback.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::sync::{Arc, Mutex};
use support::{DAY, World};
use tertulia_model::InboundKind;
use tertulia_testkit::{Page, Site, WordPress};

#[tokio::test]
async fn soak_a_real_wordpress_tells_of_a_link_and_its_post_is_heard_edited_and_taken_back() {
    let Some(blog) = WordPress::start() else { return };
    // Ours goes by another name, since the blog stands for the world. (WordPress sees no link without a full stop in it.)
    let (ours, theirs) = (Site::start(), Site::start());
    let site = ours.url("/").replace("127.0.0.1", "localhost");
    let (target, door) = (format!("{site}grinder.html"), format!("{site}door"));
    ours.put("/grinder.html", Page::html("<title>The grinder</title>").header("X-Pingback", &door));
    let posted = Arc::new(Mutex::new(Vec::new()));
    let letters = posted.clone();
    ours.answer("/door", move |asked| {
        letters.lock().unwrap().push(String::from_utf8_lossy(&asked.body).into_owned());
        let thanks = "<methodResponse><params><param><value>ok</value></param></params></methodResponse>";
        Page::new("text/xml", thanks)
    });
    let mut world = World::with(ours, theirs, &site);
    world.reach_outsiders_at("127.0.0.1");

    let id = blog.run(&format!(
        "$id = wp_insert_post(['post_title' => 'A review', 'post_content' => '<p>We tried <a href=\"{target}\">this</a> and \
         kept it.</p>', 'post_status' => 'publish', 'post_author' => 1]); do_all_pings(); return $id;"
    ));
    let letter = posted.lock().unwrap().pop().unwrap_or_else(|| panic!("no pingback came: {}", blog.log()));
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
