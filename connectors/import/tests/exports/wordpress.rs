use crate::{
    common::{resumes_everywhere, survives_damage, told},
    ours,
};
use tertulia_connector_import::{Format, Mapping, Sniffed, open, sniff};
use tertulia_model::{Direction, InboundKind, Shows, Visibility};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- generator=\"WordPress\" -->\n\
    <rss version=\"2.0\" xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><title>Roasting &amp; more</title>\
    <link>https://blog.roast.example/</link><wp:author><wp:author_id>3</wp:author_id>\
    <wp:author_login><![CDATA[kim]]></wp:author_login><wp:author_email>kim@roast.example</wp:author_email>\
    <wp:author_display_name><![CDATA[Kim Lee]]></wp:author_display_name></wp:author>\n";

fn comment(number: u32, content: &str, more: &str) -> String {
    format!(
        "<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author><![CDATA[Bo]]></wp:comment_author>\
         <wp:comment_author_email>Bo@Example.org</wp:comment_author_email>\
         <wp:comment_date_gmt>2024-03-01 11:00:00</wp:comment_date_gmt>{more}\
         <wp:comment_content><![CDATA[{content}]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved>\
         <wp:comment_type>comment</wp:comment_type><wp:comment_parent>0</wp:comment_parent>\
         <wp:comment_user_id>0</wp:comment_user_id></wp:comment>\n"
    )
}

fn item(number: u32, content: &str, status: &str, comments: &str) -> String {
    format!(
        "<item><title>On beans</title><link>https://blog.roast.example/beans/</link>\
         <dc:creator><![CDATA[kim]]></dc:creator><guid isPermaLink=\"false\">https://blog.roast.example/?p={number}</guid>\
         <content:encoded><![CDATA[{content}]]></content:encoded><wp:post_id>{number}</wp:post_id>\
         <wp:post_date_gmt>2024-03-01 10:00:00</wp:post_date_gmt><wp:status>{status}</wp:status>\
         <wp:post_type>post</wp:post_type>{comments}</item>\n"
    )
}

pub fn example() -> Vec<u8> {
    let comments = [
        comment(4, "First line\nsecond &lt;b&gt; <em>line</em> </item> <wp:comment>", ""),
        comment(5, "Thanks", "<wp:comment_parent>4</wp:comment_parent><wp:comment_user_id>3</wp:comment_user_id>"),
        comment(6, "Buy", "<wp:comment_approved>spam</wp:comment_approved>"),
        comment(7, "[…]", "<wp:comment_type>pingback</wp:comment_type>"),
        comment(8, "May I?", "<wp:comment_approved>0</wp:comment_approved>"),
        comment(9, "Gone", "<wp:comment_approved>trash</wp:comment_approved>"),
    ];
    let whole = [
        HEAD,
        &item(1, "Old &amp; new\n\nbeans", "publish", &comments.concat()),
        &item(2, "Not yet", "draft", ""),
        "<item><title>menu</title><guid>https://blog.roast.example/?p=9</guid><wp:post_type>nav_menu_item</wp:post_type></item>\n",
        &item(3, "<!-- wp:paragraph --><p>Secret</p>", "private", &comment(12, "Here too", "")),
        "</channel></rss>\n",
    ];
    whole.concat().into_bytes()
}

fn post(number: u32) -> String {
    format!("https://blog.roast.example/?p={number}")
}

fn under(number: u32, comment: u32) -> String {
    format!("{}#comment-{comment}", post(number))
}

#[test]
fn posts_and_comments_are_called_as_the_sites_feeds_call_them() {
    let file = example();
    assert_eq!(sniff(&file, "export.xml"), Some(Sniffed::Readable(Format::WordPress)));
    let told = told(Format::WordPress, &ours(&["kim"]), &file);
    assert_eq!(told.refused, Vec::<String>::new());
    assert_eq!(told.ids(), [post(1), under(1, 4), under(1, 5), under(1, 8), post(3), under(3, 12)]);
    assert!(told.said.iter().all(|event| event.key.source == "https://blog.roast.example"));
    let first = told.of(&post(1));
    assert_eq!((first.text.as_str(), first.subject.as_deref()), ("Old & new\n\nbeans", Some("On beans")));
    assert_eq!((first.author.handle.as_str(), first.author.display_name.as_deref()), ("kim", Some("Kim Lee")));
    assert_eq!((first.direction, first.visibility), (Direction::Ours, Visibility::Public));
    assert_eq!(
        (first.permalink.as_deref(), first.stated_at),
        (Some("https://blog.roast.example/beans/"), Some(1_709_287_200_000))
    );
    let asked = told.of(&under(1, 4));
    assert_eq!(asked.text, "First line\nsecond <b> line");
    assert_eq!(asked.references, [post(1)]);
    assert_eq!((asked.author.handle.as_str(), asked.author.display_name.as_deref()), ("bo@example.org", Some("Bo")));
    assert_eq!(
        (asked.author.space.as_str(), asked.author.claimed_mail.as_deref()),
        ("https://blog.roast.example", Some("bo@example.org")),
        "an address that was typed proves nothing"
    );
    assert_eq!((asked.direction, asked.addressed_to_us), (Direction::Theirs, true), "below what we wrote");
    assert_eq!(asked.permalink.as_deref(), Some("https://blog.roast.example/beans/#comment-4"));
    let answer = told.of(&under(1, 5));
    assert_eq!(answer.references, [post(1), under(1, 4)]);
    assert_eq!((answer.direction, answer.author.handle.as_str()), (Direction::Ours, "kim"));
    let waits = told.of(&under(1, 8));
    assert_eq!((waits.visibility, waits.remarks.len()), (Visibility::Private, 1));
    assert_eq!(told.of(&post(3)).visibility, Visibility::Private);
    assert_eq!(told.of(&under(3, 12)).visibility, Visibility::Private, "as the post above it");
    assert_eq!(told.passed_over.len(), 5, "{:?}", told.passed_over);
    for reason in ["spam", "trash", "pingback", "draft", "menu"] {
        assert!(told.passed_over.iter().any(|told| told.contains(reason)), "{reason}: {:?}", told.passed_over);
    }
}

#[test]
fn a_post_shows_the_pictures_that_stand_in_it() {
    let picture = "<!-- wp:image --><figure><img src=\"https://blog.roast.example/mug.jpg\" alt=\"\"/></figure>";
    let smiley = "Thanks <img src=\"/smile.png\" class=\"wp-smiley\">";
    let file = [
        HEAD,
        &item(1, picture, "publish", &[comment(4, smiley, ""), comment(5, "<img src='/me.png'>", "")].concat()),
        &item(2, "Beans\n\n[gallery ids=\"3,4\"]", "publish", ""),
        &item(3, "Words", "publish", ""),
        "</channel></rss>",
    ]
    .concat();
    let told = told(Format::WordPress, &Mapping::default(), file.as_bytes());
    let expected = [
        (post(1), Shows::IMAGE),
        (under(1, 4), Shows::default()),
        (under(1, 5), Shows::IMAGE),
        (post(2), Shows::IMAGE),
        (post(3), Shows::default()),
    ];
    for (id, shows) in expected {
        assert_eq!(told.of(&id).shows, shows, "{id}");
    }
}

#[test]
fn two_posts_that_share_a_guid_are_two_posts() {
    let twin = item(1, "Other words", "publish", &comment(30, "Below the twin", "")).replace("/beans/", "/twin/");
    let file = [HEAD, &item(1, "Words", "publish", ""), &twin].concat();
    let told = told(Format::WordPress, &Mapping::default(), file.as_bytes());
    let link = "https://blog.roast.example/twin/";
    assert_eq!(told.ids(), [post(1), link.to_owned(), format!("{link}#comment-30")]);
    resumes_everywhere(Format::WordPress, &Mapping::default(), file.as_bytes());
}

#[test]
fn a_post_that_was_edited_says_so() {
    let edited = String::from_utf8(example()).unwrap().replacen(
        "<wp:status>publish",
        "<wp:post_modified_gmt>2024-03-02 10:00:00</wp:post_modified_gmt><wp:status>publish",
        1,
    );
    let told = told(Format::WordPress, &Mapping::default(), edited.as_bytes());
    assert!(matches!(told.said[1].kind, InboundKind::Edited { revision: 1_709_373_600_000, .. }));
}

#[test]
fn an_export_is_read_on_from_anywhere_and_damage_ends_nothing_badly() {
    resumes_everywhere(Format::WordPress, &Mapping::default(), &example());
    survives_damage(Format::WordPress, &Mapping::default(), &example());
}

#[test]
fn entities_that_a_file_declares_are_never_resolved() {
    let bomb = "<!DOCTYPE rss [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    let file = String::from_utf8(example()).unwrap().replacen("<rss ", &format!("{bomb}<rss "), 1);
    let file = file.replacen("<title>On beans</title>", "<title>&b;&x;&#66;</title>", 1);
    let told = told(Format::WordPress, &Mapping::default(), file.as_bytes());
    assert_eq!(told.of(&post(1)).subject.as_deref(), Some("&b;&x;B"));
}

#[test]
fn a_comment_of_ten_megabytes_is_set_aside_and_its_neighbours_are_taken() {
    let long = comment(50, &"x".repeat(10 << 20), "");
    let file =
        [HEAD, &item(1, "words", "publish", &[comment(49, "before", ""), long, comment(51, "after", "")].concat())]
            .concat();
    let told = told(Format::WordPress, &Mapping::default(), file.as_bytes());
    assert_eq!(told.ids(), [post(1), under(1, 49), under(1, 51)]);
    assert_eq!(told.refused, ["This comment is larger than 8 MB, which nobody writes."]);
}

#[test]
fn comments_and_posts_without_an_end_cost_themselves_only() {
    let broken = comment(4, "open", "").replace("</wp:comment>", "");
    let file = [HEAD, &item(1, "words", "publish", &[broken, comment(5, "whole", "")].concat())].concat();
    let cut = file.clone() + "<item><title>cut o";
    let told_whole = told(Format::WordPress, &Mapping::default(), file.as_bytes());
    assert_eq!(told_whole.ids(), [post(1), under(1, 5)]);
    assert_eq!(told_whole.refused, ["This comment has no end: the file is damaged here."]);
    let told_cut = told(Format::WordPress, &Mapping::default(), cut.as_bytes());
    assert!(told_cut.refused[1].contains("cut off"), "{:?}", told_cut.refused);
}

#[test]
fn what_does_not_say_its_site_is_refused_in_words() {
    let refused = open(Format::WordPress, &Mapping::default(), std::io::Cursor::new(b"<rss><channel>".to_vec()), 0)
        .err()
        .unwrap();
    assert!(refused.to_string().contains("which site"), "{refused}");
}
