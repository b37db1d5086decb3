use crate::{
    common::{content, resumes_everywhere, survives_damage, told},
    ours,
};
use serde_json::{Value, json};
use tertulia_connector_import::{Format, Mapping, Sniffed, open, sniff};
use tertulia_model::{Direction, InboundKind, Shows, Visibility};

fn post(number: i64, cooked: &str, more: Value) -> Value {
    let mut post = json!({ "id": 100 + number, "topic_id": 7, "topic_slug": "grinding-it", "post_number": number, "post_type": 1,
                           "username": "Kim", "name": "Kim Lee", "created_at": "2024-03-01T10:00:00.000Z",
                           "updated_at": "2024-03-01T10:00:00.000Z", "cooked": cooked, "version": 1,
                           "reply_to_post_number": null, "deleted_at": null, "user_deleted": false, "hidden": false });
    post.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    post
}

fn posts() -> Vec<Value> {
    vec![
        post(1, "<p>How fine?</p>", json!({ "topic_title": "Grinding &amp; it" })),
        post(2, "<p>Very</p><blockquote><p>How fine?</p></blockquote>", json!({ "username": "roastery", "name": "" })),
        post(
            3,
            "<p>Thanks <a class=\"mention\" href=\"/u/roastery\">@roastery</a></p>",
            json!({ "reply_to_post_number": 2, "version": 3 }),
        ),
        post(4, "", json!({ "post_type": 3, "action_code": "closed.enabled" })),
        post(5, "<p>gone</p>", json!({ "user_deleted": true })),
        post(6, "<p>spam?</p>", json!({ "hidden": true })),
    ]
}

pub fn topic() -> Vec<u8> {
    let topic = json!({ "post_stream": { "stream": [1], "posts": posts() }, "id": 7, "title": "Grinding & it",
                        "slug": "grinding-it", "archetype": "regular" });
    topic.to_string().into_bytes()
}

fn forms() -> [(&'static str, Vec<u8>); 4] {
    let lines = posts().iter().map(|post| format!("{post}\n")).collect::<String>();
    [
        ("topic", topic()),
        ("list", Value::Array(posts()).to_string().into_bytes()),
        ("latest", json!({ "latest_posts": posts() }).to_string().into_bytes()),
        ("lines", lines.into_bytes()),
    ]
}

fn mapping(accounts: &[&str]) -> Mapping {
    Mapping { source: "https://Forum.example.org/".to_owned(), visibility: Visibility::Public, ..ours(accounts) }
}

#[test]
fn posts_are_the_same_in_whichever_form_the_api_gives_them() {
    for (form, file) in forms() {
        assert_eq!(sniff(&file, "posts"), Some(Sniffed::Readable(Format::Discourse)), "{form}");
        let told = told(Format::Discourse, &mapping(&["roastery"]), &file);
        assert_eq!(told.refused, Vec::<String>::new(), "{form}");
        assert_eq!(told.ids(), ["t/7/1", "t/7/2", "t/7/3", "t/7/3", "t/7/5", "t/7/6"], "{form}");
        let (first, second, third) = (told.of("t/7/1"), told.of("t/7/2"), told.of("t/7/3"));
        assert_eq!(told.event("t/7/1").key.source, "discourse:forum.example.org");
        assert_eq!((first.text.as_str(), first.subject.as_deref()), ("How fine?", Some("Grinding & it")), "{form}");
        assert_eq!((first.author.handle.as_str(), first.author.display_name.as_deref()), ("kim", Some("Kim Lee")));
        assert_eq!(first.permalink.as_deref(), Some("https://forum.example.org/t/grinding-it/7/1"));
        assert!(first.references.is_empty());
        assert_eq!((second.text.as_str(), second.direction), ("Very\n\n> How fine?", Direction::Ours));
        assert_eq!(second.references, ["t/7/1"], "a post that answers none answers the topic");
        assert_eq!(
            (third.references.as_slice(), third.addressed_to_us),
            (&["t/7/1".to_owned(), "t/7/2".to_owned()][..], true)
        );
        assert!(matches!(told.said[3].kind, InboundKind::Edited { revision: 2, .. }));
        assert!(matches!(told.said[4].kind, InboundKind::Deleted));
        assert_eq!(content(&told.said[5]).visibility, Visibility::Private, "the forum hides it");
        assert_eq!(told.passed_over.len(), 1, "{form}");
        resumes_everywhere(Format::Discourse, &mapping(&[]), &file);
        survives_damage(Format::Discourse, &mapping(&[]), &file);
    }
}

#[test]
fn a_post_shows_its_pictures_and_files_and_no_faces() {
    let shown = |cooked: &str| {
        let file = json!({ "latest_posts": [post(1, cooked, json!({}))] }).to_string();
        told(Format::Discourse, &mapping(&[]), file.as_bytes()).of("t/7/1").shows
    };
    for (cooked, expected) in [
        (
            "<p>Hi <img src=\"/e.png\" class=\"emoji\"></p><aside><img width=\"24\" src=\"/u.png\" class=\"avatar\"></aside>",
            Shows::default(),
        ),
        ("<div class=\"lightbox-wrapper\"><img src=\"/mug.jpeg\" width=\"690\"></div>", Shows::IMAGE),
        ("<p><a class=\"attachment\" href=\"/uploads/bill.pdf\">bill.pdf</a> (9 KB)</p>", Shows::FILE),
        ("<p>class=\"attachment\"</p>", Shows::default()),
    ] {
        assert_eq!(shown(cooked), expected, "{cooked}");
    }
}

#[test]
fn a_damaged_line_costs_itself_only() {
    let [.., (_, lines)] = forms();
    let damaged = String::from_utf8(lines).unwrap().replacen("\"cooked\":\"<p>Very", "\"cooked\":<p>Very", 1);
    let told = told(Format::Discourse, &mapping(&[]), damaged.as_bytes());
    assert_eq!((told.refused.len(), told.ids().len()), (1, 5), "{:?}", told.refused);
}

#[test]
fn a_private_topic_stays_private_and_a_name_is_a_source_too() {
    let file = String::from_utf8(topic()).unwrap().replace("\"regular\"", "\"private_message\"");
    let told = told(Format::Discourse, &Mapping { source: "Old Forum".to_owned(), ..mapping(&[]) }, file.as_bytes());
    assert_eq!(told.of("t/7/1").visibility, Visibility::Private);
    assert_eq!(told.event("t/7/1").key.source, "discourse:old forum");
    assert_eq!(told.of("t/7/1").permalink, None);
}

#[test]
fn what_holds_no_posts_is_refused_in_words() {
    let refused =
        open(Format::Discourse, &Mapping::default(), std::io::Cursor::new(b"{\"a\":1}".to_vec()), 0).err().unwrap();
    assert!(refused.to_string().contains("No posts were found"), "{refused}");
}
