//! The export of a real WordPress. What one gave is recorded, and read the same without one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::told;
use tertulia_connector_import::{Format, Mapping, Sniffed, sniff};
use tertulia_model::{Clock, InboundKind, SystemClock};
use tertulia_testkit::Blog;

const RECORDING: &str = "wordpress.json";

#[test]
fn soak_the_export_of_a_real_wordpress_is_read_whole() {
    let Some(blog) = Blog::real(RECORDING, SystemClock.now()) else { return };
    story(&blog);
    blog.tape().keep();
}

#[test]
fn what_a_wordpress_exported_once_is_read_whole() {
    story(&Blog::recorded(RECORDING));
}

fn comment(blog: &Blog, post: &str, parent: &str, author: &str, words: &str) -> String {
    blog.run(&format!(
        "return wp_new_comment(['comment_post_ID' => {post}, 'comment_parent' => {parent}, 'comment_author' => '{author}', \
         'comment_author_email' => '{author}@reader.test', 'comment_author_url' => '', 'comment_content' => '{words}', \
         'comment_type' => 'comment', 'comment_author_IP' => '127.0.0.1', 'comment_agent' => ''], true);"
    ))
}

fn story(blog: &Blog) {
    let post = blog.run(
        "return wp_insert_post(['post_title' => 'A talk & a \u{2014} dash', 'post_content' => '<p>Ol\u{e1}, ]]> \u{202e}Zoe\u{202c} \
         \u{1f600}</p>', 'post_status' => 'publish', 'post_author' => 1]);",
    );
    let first = comment(blog, &post, "0", "Ann", "Mine <b>too</b>");
    let second = comment(blog, &post, &first, "Bo", "\u{421}\u{43f}\u{430}\u{441}\u{438}\u{431}\u{43e}");
    blog.run(&format!("wp_spam_comment(wp_new_comment(['comment_post_ID' => {post}, 'comment_author' => 'Spam', 'comment_author_email' \
        => 'x@spam.test', 'comment_author_url' => '', 'comment_content' => 'Buy', 'comment_type' => 'comment', 'comment_parent' => 0, \
        'comment_author_IP' => '127.0.0.1', 'comment_agent' => ''], true)); return 1;"));
    // Without the remarks for people that stand before it.
    let export = blog.run(
        "require_once ABSPATH . 'wp-admin/includes/export.php'; ob_start(); export_wp(['content' => 'post']); \
         return preg_replace('/<!--.*?-->\\s*/s', '', ob_get_clean());",
    );
    let export: String = serde_json::from_str(&export).unwrap();
    let bytes = export.as_bytes();
    assert_eq!(sniff(bytes, "blog.xml"), Some(Sniffed::Readable(Format::WordPress)));
    let told = told(Format::WordPress, &Mapping::default(), bytes);
    assert_eq!(told.refused, Vec::<String>::new());
    let said: Vec<(&str, &str)> = told
        .said
        .iter()
        // A post that was changed since is told with its change.
        .filter(|event| matches!(event.kind, InboundKind::Created(_)))
        .map(|event| {
            let content = common::content(event);
            (content.author.handle.as_str(), content.text.as_str())
        })
        .collect();
    let words = ["The kettle is on.", "At last!", "Ol\u{e1}, ]]> \u{202e}Zoe\u{202c} \u{1f600}", "Mine too"];
    let spoken: Vec<&str> = said.iter().map(|(_, words)| *words).collect();
    assert_eq!(spoken, [&words[..], &["\u{421}\u{43f}\u{430}\u{441}\u{438}\u{431}\u{43e}"]].concat(), "and no spam");
    assert_eq!((said[0].0, said[3].0), ("admin", "ann@reader.test"));
    let post_id = blog.url(&format!("/?p={post}"));
    assert_eq!(told.of(&post_id).subject.as_deref(), Some("A talk & a \u{2014} dash"));
    let answer = told.said.iter().map(common::content).find(|content| content.text.starts_with('\u{421}')).unwrap();
    assert_eq!(answer.author.display_name.as_deref(), Some("Bo"));
    assert!(answer.references.last().unwrap().ends_with(&first), "{:?} under {first}, {second}", answer.references);
    assert_eq!(answer.references[0], post_id);
}
