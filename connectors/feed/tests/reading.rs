//! What is understood of each kind of feed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use std::collections::BTreeMap;
use support::{Channel, NOW, put};
use tertulia_model::{Content, Direction, Inbound, InboundKind, Shows, Visibility};
use tertulia_testkit::{Page, Site};

async fn read(name: &str) -> (Site, BTreeMap<String, Content>) {
    let site = Site::start();
    put(&site, "/feed", name);
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    let batches = channel.drain().await;
    let created = channel.created(&batches);
    (site, created)
}

#[tokio::test]
async fn a_post_of_wordpress_is_read_with_its_writer_its_words_and_its_file() {
    let (site, posts) = read("wordpress.rss").await;
    let post = &posts[&site.url("/?p=12")];
    assert_eq!(post.subject.as_deref(), Some("The new grinder isn\u{2019}t quiet"));
    assert_eq!(post.text, "We bought one & it roars.\n\n- Loud\n- Fast");
    assert!(post.html.as_deref().unwrap().contains("<li>Loud</li>"));
    assert_eq!(post.permalink.as_deref(), Some(site.url("/2025/06/new-grinder/").as_str()));
    assert_eq!((post.author.space.as_str(), post.author.handle.as_str()), ("feed:127.0.0.1", "in\u{e9}s"));
    assert_eq!(post.author.display_name.as_deref(), Some("In\u{e9}s"));
    assert_eq!(post.stated_at, Some(1_749_996_000_000));
    assert_eq!((post.direction, post.visibility, post.addressed_to_us), (Direction::Theirs, Visibility::Public, false));
    assert_eq!(post.remarks, [format!("With a file: {} (audio/mpeg, 124 kB)", site.url("/noise.mp3"))]);
    assert_eq!(post.shows, Shows::FILE);
    assert!(posts[&site.url("/?p=7")].remarks.is_empty());
}

#[tokio::test]
async fn atom_is_read_with_its_xhtml_its_relative_links_and_its_own_prefix() {
    let (site, posts) = read("blog.atom").await;
    let two = &posts["tag:blog.example,2025:two"];
    assert_eq!(two.subject.as_deref(), Some("1 < 2"));
    assert_eq!(two.text, "An XHTML post & a link.");
    assert!(two.html.as_deref().unwrap().contains("<em>XHTML</em> post &amp; a <a href=\"/x?a=1&amp;b=2\">"));
    assert_eq!(two.permalink.as_deref(), Some(site.url("/blog/posts/two").as_str()));
    assert_eq!(two.stated_at, Some(1_750_000_000_000));
    assert_eq!(two.author.handle, "http://kim.example/");
    assert_eq!(two.author.display_name.as_deref(), Some("Kim eel"), "nothing turns the line around");
    assert!(two.remarks[0].contains("two.jpg"));
    assert_eq!(two.shows, Shows::IMAGE | Shows::FILE);
    let one = &posts["tag:blog.example,2025:one"];
    assert_eq!((one.subject.as_deref(), one.text.as_str()), (Some("日本語の記事"), "緑茶について。"));
    assert_eq!(one.author.display_name.as_deref(), Some("Tea & Co"), "the feed itself where nobody is named");
}

#[tokio::test]
async fn the_threads_of_atom_are_read() {
    let (site, comments) = read("wordpress_comments.atom").await;
    let (post, first, second) = (site.url("/?p=12"), site.url("/?p=12#comment-31"), site.url("/?p=12#comment-32"));
    assert_eq!(comments[&first].references, [post]);
    assert_eq!(comments[&second].references, std::slice::from_ref(&first));
    assert_eq!(comments[&second].direction, Direction::Theirs);
    assert!(comments[&second].text.ends_with("Bring it in!"));
}

#[tokio::test]
async fn the_oldest_feeds_are_read_as_they_were_meant() {
    let (site, news) = read("old.rdf").await;
    let one = &news[&site.url("/1")];
    assert_eq!((one.subject.as_deref(), one.text.as_str()), (Some("Le café du coin"), "Fermé le lundi."));
    assert_eq!(one.author.display_name.as_deref(), Some("Zoé"));
    let (site, news) = read("oldest.rss").await;
    let water = &news[&site.url("/water")];
    assert_eq!(water.subject.as_deref(), Some("Water is off \u{2014} again"));
    assert_eq!(water.text, "From 10 to 12 & maybe longer");
    let bare = news.iter().find(|(id, _)| id.starts_with("words:")).unwrap().1;
    assert_eq!((bare.subject.as_deref(), bare.text.as_str()), (None, "No link at all"));
}

#[tokio::test]
async fn json_feeds_are_read() {
    let (site, notes) = read("feed.json").await;
    let note = &notes["2"];
    assert_eq!((note.subject.as_deref(), note.text.as_str()), (None, "A note without a title."));
    assert_eq!(
        (note.author.handle.as_str(), note.author.display_name.as_deref()),
        ("http://lee.example/", Some("Lee"))
    );
    assert!(note.remarks[0].contains("audio/mpeg, 5 kB"));
    assert_eq!(note.shows, Shows::FILE);
    let html = &notes[&site.url("/1")];
    assert_eq!((html.text.as_str(), html.author.handle.as_str()), ("Hello all", "kim"));
}

#[tokio::test]
async fn what_an_item_shows_is_found_wherever_feeds_say_it_and_its_loss_is_an_edit() {
    let site = Site::start();
    let feed = |first: &str| {
        let item = |n: usize, inside: &str| format!("<item><guid>{n}</guid><title>Post {n}</title>{inside}</item>");
        let html = |html: &str| {
            format!("<description><![CDATA[<p>Words enough to be told from others.</p>{html}]]></description>")
        };
        let items = [
            item(1, &html(first)),
            item(2, &html("<img src='/s.gif' class=wp-smiley><img src='/count' width=1 height=1>")),
            item(3, "<media:content url='/x' medium='image'/>"),
            item(4, "<media:content url='https://1.gravatar.com/avatar/0f' medium='image'/>"),
            item(5, "<enclosure url='/cup.JPEG' length='9'/>"),
            item(6, "<enclosure url='/talk.mp3' type='audio/mpeg' length='9'/>"),
        ];
        let items = items.concat();
        let feed = format!(
            "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'><channel><title>T</title>{items}</channel></rss>"
        );
        Page::new("text/xml", feed)
    };
    site.put("/feed", feed("<img src='/cup.png'>"));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    let batches = channel.drain().await;
    let said = channel.created(&batches);
    let shown: Vec<Shows> = said.values().map(|content| content.shows).collect();
    let picture = Shows::IMAGE | Shows::FILE;
    assert_eq!(shown, [Shows::IMAGE, Shows::default(), picture, Shows::default(), picture, Shows::FILE]);
    site.put("/feed", feed(""));
    let batches = channel.later(60).await;
    let events = channel.events(&batches);
    let [Inbound { kind: InboundKind::Edited { content, .. }, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((content.subject.as_deref(), content.shows), (Some("Post 1"), Shows::default()));
}

#[tokio::test]
async fn json_feeds_name_the_picture_of_an_item_by_itself() {
    let site = Site::start();
    let feed = json!({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [
        {"id": "1", "content_text": "With one", "image": "/cup"}, {"id": "2", "content_text": "Without", "image": "javascript:x"}]});
    site.put("/feed", Page::new("application/feed+json", feed.to_string()));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    let batches = channel.drain().await;
    let said = channel.created(&batches);
    assert_eq!((said["1"].shows, said["2"].shows), (Shows::IMAGE | Shows::FILE, Shows::default()));
    assert_eq!(said["1"].remarks, [format!("With a file: {} (image)", site.url("/cup"))]);
}

#[tokio::test]
async fn of_our_own_blog_the_posts_are_ours_and_the_comments_are_written_to_us() {
    let site = Site::start();
    put(&site, "/feed", "wordpress.rss");
    put(&site, "/comments/feed", "wordpress_comments.rss");
    let link = "<link rel='alternate' type='application/rss+xml' title='Comments Feed' href='/comments/feed'>";
    site.put("/", Page::html(format!("<html><head>{link}</head>")));
    let mut channel = Channel::new(&site.url("/feed"), json!({ "whose": "ours", "comments": true }));
    let batches = channel.drain().await;
    assert!(batches.iter().all(|batch| batch.history));
    let said = channel.created(&batches);
    assert_eq!(said.len(), 4);
    let (post, comment) = (&said[&site.url("/?p=12")], &said[&site.url("/?p=12#comment-31")]);
    assert_eq!((post.direction, post.addressed_to_us), (Direction::Ours, false));
    assert_eq!((comment.direction, comment.addressed_to_us), (Direction::Theirs, true));
    assert_eq!(comment.references, [site.url("/?p=12")], "the post is known by its id, not by its address");
    let other = &said[&site.url("/?p=7#comment-30")];
    assert_ne!(other.author.handle, comment.author.handle, "a typed name is nobody elsewhere");
    assert_eq!(other.author.display_name, comment.author.display_name);
}

#[tokio::test]
async fn hostile_words_are_kept_out_of_names_and_cut_to_measure() {
    let site = Site::start();
    let marks = "e\u{301}".to_owned() + &"\u{301}".repeat(500_000);
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let feed = format!(
        "<?xml version='1.0'?>{bomb}<rss version='2.0'><channel><title>\u{202e}T\u{200b}</title>\
         <item><guid>1</guid><title>&b;\u{202e}evil</title><description>&lt;script&gt;alert(1)&lt;/script&gt;ok&#0;&#x1F600;</description>\
         <author>x@y (\u{202e}nnA)</author><pubDate>Sun, 99 Jun 99999 99:99:99 GMT</pubDate></item>\
         <item><guid>2</guid><title>{marks}</title><description>{marks}</description></item></channel></rss>"
    );
    site.put("/feed", Page::new("text/xml", feed));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    let batches = channel.drain().await;
    let said = channel.created(&batches);
    let one = &said["1"];
    assert_eq!(one.subject.as_deref(), Some("&b;evil"), "entities of the document's own are not opened");
    assert_eq!(one.text, "ok\u{1f600}");
    assert_eq!(one.author.display_name.as_deref(), Some("nnA"));
    assert_eq!(one.stated_at, None);
    assert!(one.remarks[0].contains("99999"));
    assert!(said["2"].subject.as_deref().unwrap().chars().count() <= 500);
    assert!(said["2"].text.len() <= 1 << 20);
    assert!(batches[0].again_at.unwrap() > NOW);
}
