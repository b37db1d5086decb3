use crate::{
    common::{build::Repository, resumes_everywhere, survives_damage, told},
    ours,
};
use serde_json::{Value, json};
use tertulia_connector_import::{Format, Mapping, Sniffed, open, sniff};
use tertulia_model::{Direction, Shows, Visibility};

const DID: &str = "did:plc:roastery234567abcdefghij";

fn post(text: &str, more: Value) -> Value {
    let mut post = json!({ "$type": "app.bsky.feed.post", "text": text, "createdAt": "2024-03-01T10:00:00.000Z" });
    post.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    post
}

fn uri(rkey: &str) -> String {
    format!("at://{DID}/app.bsky.feed.post/{rkey}")
}

pub fn example() -> Repository {
    let kim = "at://did:plc:kim/app.bsky.feed.post/3kroot";
    let text = "Grüße an @kim: roast.example/beans";
    let start = text.find("@kim").unwrap();
    let link = text.find("roast").unwrap();
    Repository::new(
        DID,
        &[
            (
                "app.bsky.actor.profile/self",
                json!({ "$type": "app.bsky.actor.profile", "displayName": "The Roastery" }),
            ),
            ("app.bsky.feed.like/3ka", json!({ "$type": "app.bsky.feed.like", "subject": { "uri": kim } })),
            ("app.bsky.feed.post/3kaaa", post("We open at nine", json!({}))),
            (
                "app.bsky.feed.post/3kaab",
                post(
                    text,
                    json!({ "reply": { "root": { "uri": kim, "cid": "x" }, "parent": { "uri": uri("3kaaa"), "cid": "y" } },
                            "facets": [
                        { "index": { "byteStart": start, "byteEnd": start + 4 },
                          "features": [{ "$type": "app.bsky.richtext.facet#mention", "did": "did:plc:kim" }] },
                        { "index": { "byteStart": link, "byteEnd": text.len() },
                          "features": [{ "$type": "app.bsky.richtext.facet#link", "uri": "https://roast.example/beans?x=1&y=2" }] },
                        { "index": { "byteStart": 3, "byteEnd": 9999 },
                          "features": [{ "$type": "app.bsky.richtext.facet#link", "uri": "https://evil.example" }] },
                        { "index": { "byteStart": 3, "byteEnd": 4 },
                          "features": [{ "$type": "app.bsky.richtext.facet#link", "uri": "https://inside-a-letter.example" }] },
                    ] }),
                ),
            ),
            (
                "app.bsky.feed.post/3kaac",
                post(
                    "",
                    json!({ "embed": { "$type": "app.bsky.embed.recordWithMedia",
                                       "media": { "images": [{ "alt": "Beans" }, {}] },
                                       "record": { "record": { "uri": kim } } } }),
                ),
            ),
            ("app.bsky.feed.post/3kaad", post("Same words, same moment", json!({}))),
            ("app.bsky.feed.post/3kaae", post("Same words, same moment", json!({}))),
            ("app.bsky.feed.post/3kaaf", json!({ "$type": "app.bsky.feed.like" })),
            ("app.bsky.graph.follow/3ka", json!({ "$type": "app.bsky.graph.follow", "subject": "did:plc:kim" })),
        ],
    )
}

#[test]
fn a_repository_gives_its_posts_by_the_names_that_its_tree_says() {
    let car = example().car();
    assert_eq!(sniff(&car, "repo.car"), Some(Sniffed::Readable(Format::Bluesky)));
    let told = told(Format::Bluesky, &ours(&[DID]), &car);
    let mut ids = told.ids();
    ids.sort_unstable();
    let expected: Vec<String> = ["3kaaa", "3kaab", "3kaac", "3kaad", "3kaae"].iter().map(|rkey| uri(rkey)).collect();
    assert_eq!(ids, expected);
    assert_eq!(told.refused, ["This record is called a post and says that it is something else."]);
    assert_eq!(
        told.passed_over.len(),
        5,
        "a profile, a like, a follow, and those of the tree's top: {:?}",
        told.passed_over
    );
    let first = told.of(&uri("3kaaa"));
    assert_eq!(told.event(&uri("3kaaa")).key.source, "bluesky");
    assert_eq!((first.text.as_str(), first.stated_at), ("We open at nine", Some(1_709_287_200_000)));
    assert_eq!((first.author.handle.as_str(), first.author.display_name.as_deref()), (DID, Some("The Roastery")));
    assert_eq!((first.direction, first.visibility), (Direction::Ours, Visibility::Public));
    assert_eq!(first.permalink, Some(format!("https://bsky.app/profile/{DID}/post/3kaaa")));
    let answer = told.of(&uri("3kaab"));
    assert_eq!(answer.references, ["at://did:plc:kim/app.bsky.feed.post/3kroot".to_owned(), uri("3kaaa")]);
    assert_eq!(
        answer.html.as_deref().unwrap(),
        "<p>Grüße an <a href=\"https://bsky.app/profile/did:plc:kim\">@kim</a>: \
         <a href=\"https://roast.example/beans?x=1&amp;y=2\">roast.example/beans</a></p>"
            .replace("roast.example/beans</a>", "roast.example&#x2F;beans</a>"),
        "facets count bytes, and those that fit no letter are left out"
    );
    let shown = told.of(&uri("3kaac"));
    assert_eq!(shown.remarks.len(), 3, "{:?}", shown.remarks);
    assert_eq!((shown.shows, answer.shows), (Shows::IMAGE | Shows::FILE, Shows::default()));
}

#[test]
fn films_are_files_and_a_card_shows_a_picture_only_where_it_leads_to_one() {
    let card = |uri: &str| json!({ "external": { "uri": uri, "title": "x" } });
    let cases = [
        (json!({ "video": {} }), Shows::FILE),
        (json!({ "video": {}, "presentation": "gif" }), Shows::IMAGE | Shows::FILE),
        (card("https://roast.example/beans"), Shows::default()),
        (card("https://media.example/dance.gif?x=1"), Shows::IMAGE),
    ];
    for (embed, expected) in cases {
        let file = Repository::new(DID, &[("app.bsky.feed.post/3kaaa", post("Look", json!({ "embed": embed })))]);
        let told = told(Format::Bluesky, &Mapping::default(), &file.car());
        assert_eq!(told.of(&uri("3kaaa")).shows, expected, "{embed}");
    }
}

#[test]
fn whoever_is_answered_or_named_is_written_to() {
    let told = told(Format::Bluesky, &ours(&["did:plc:kim"]), &example().car());
    let (answer, other) = (told.of(&uri("3kaab")), told.of(&uri("3kaaa")));
    assert_eq!((answer.direction, answer.addressed_to_us), (Direction::Theirs, true));
    assert_eq!((other.direction, other.addressed_to_us), (Direction::Theirs, false));
}

#[test]
fn a_repository_is_read_on_from_anywhere_and_damage_ends_nothing_badly() {
    let car = example().car();
    resumes_everywhere(Format::Bluesky, &Mapping::default(), &car);
    survives_damage(Format::Bluesky, &Mapping::default(), &car);
}

#[test]
fn what_the_tree_names_and_the_file_does_not_hold_is_told() {
    let mut repository = example();
    repository.left_out = vec!["app.bsky.feed.post/3kaaa", "app.bsky.feed.post/3kaac"];
    let car = repository.car();
    let told = told(Format::Bluesky, &Mapping::default(), &car);
    assert!(
        told.refused.last().unwrap().starts_with("2 posts that its index names are not in this file"),
        "{:?}",
        told.refused
    );
    resumes_everywhere(Format::Bluesky, &Mapping::default(), &car);
}

#[test]
fn a_record_that_is_not_what_its_name_says_is_set_aside() {
    let mut car = example().car();
    let at = car.windows(7).position(|seven| seven == b"at nine").unwrap();
    car[at + 3..at + 7].copy_from_slice(b"five");
    let told = told(Format::Bluesky, &Mapping::default(), &car);
    assert!(told.refused.iter().any(|reason| reason.contains("not what its name says")), "{:?}", told.refused);
    assert_eq!(told.said.len(), 4, "the others stand");
}

#[test]
fn what_is_no_repository_is_refused_in_words() {
    let refusal = |car: &[u8]| {
        open(Format::Bluesky, &Mapping::default(), std::io::Cursor::new(car.to_vec()), 0).err().unwrap().to_string()
    };
    assert!(refusal(b"").contains("does not begin as a CAR"));
    assert!(refusal(b"\x0a\xa1gversion\x02").contains("another version"));
    let car = example().car();
    let header = usize::from(car[0]) + 1;
    assert!(refusal(&car[..header]).contains("The beginning of this repository is not in the file"));
}
