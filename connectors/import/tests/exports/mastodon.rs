use crate::{
    common::{
        build::{tar_gz, zip},
        content, resumes_everywhere, survives_damage, told,
    },
    ours,
};
use serde_json::{Value, json};
use tertulia_connector_import::{Format, Mapping, Sniffed, open, sniff};
use tertulia_model::{Direction, InboundKind, Shows, Visibility};

const ACTOR: &str = "https://social.example/users/roastery";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

pub fn note(id: &str, content: &str, more: Value) -> Value {
    let mut note = json!({
        "id": format!("{ACTOR}/statuses/{id}"),
        "type": "Note",
        "attributedTo": ACTOR,
        "published": "2024-03-01T10:00:00Z",
        "url": format!("https://social.example/@roastery/{id}"),
        "to": [PUBLIC],
        "cc": [format!("{ACTOR}/followers")],
        "content": content,
    });
    note.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    note
}

pub fn activity(kind: &str, object: Value) -> Value {
    json!({ "id": format!("{ACTOR}#{kind}"), "type": kind, "actor": ACTOR, "published": "2024-03-01T10:00:00Z",
            "to": [PUBLIC], "object": object })
}

pub fn outbox(items: &[Value]) -> Vec<u8> {
    let whole = json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json",
                        "type": "OrderedCollection", "totalItems": items.len(), "orderedItems": items });
    serde_json::to_vec(&whole).unwrap()
}

fn id(id: &str) -> String {
    format!("{ACTOR}/statuses/{id}")
}

pub fn example() -> Vec<u8> {
    outbox(&[
        activity("Create", note("1", "<p>We open at nine &amp; <b>close</b> at six</p><p>Come in</p>", json!({}))),
        activity(
            "Create",
            note(
                "2",
                "<p>@kim it is on its way</p>",
                json!({ "inReplyTo": "https://other.example/users/kim/statuses/77", "cc": ["https://other.example/users/kim"],
                        "to": [], "summary": "Delivery", "updated": "2024-03-01T11:00:00Z",
                        "tag": [{ "type": "Mention", "name": "@kim@other.example", "href": "https://other.example/users/kim" }],
                        "attachment": [{ "type": "Document", "mediaType": "image/png", "name": "The parcel",
                                         "url": "/media_attachments/files/1.png" }] }),
            ),
        ),
        activity("Announce", json!("https://other.example/users/kim/statuses/78")),
        activity("Like", json!("https://other.example/users/kim/statuses/78")),
        activity("Delete", json!({ "id": id("9"), "type": "Tombstone" })),
        activity("Update", note("1", "<p>We open at ten</p>", json!({ "updated": "2024-03-02T10:00:00Z" }))),
    ])
}

#[test]
fn posts_answers_edits_and_deletions_are_what_they_are() {
    let file = example();
    assert_eq!(sniff(&file, "outbox.json"), Some(Sniffed::Readable(Format::Mastodon)));
    let told = told(Format::Mastodon, &ours(&["@Roastery@social.example"]), &file);
    assert_eq!(told.refused, Vec::<String>::new());
    let first = told.of(&id("1"));
    assert_eq!(told.event(&id("1")).key.source, "mastodon");
    assert_eq!(first.text, "We open at nine & close at six\n\nCome in");
    assert!(first.html.as_deref().unwrap().contains("<b>close</b>"));
    assert_eq!((first.visibility, first.stated_at), (Visibility::Public, Some(1_709_287_200_000)));
    assert_eq!(first.permalink.as_deref(), Some("https://social.example/@roastery/1"));
    assert_eq!((first.author.space.as_str(), first.author.handle.as_str()), ("mastodon", "roastery@social.example"));
    assert_eq!((first.direction, first.our_address.as_deref()), (Direction::Ours, Some("roastery@social.example")));
    let answer = told.of(&id("2"));
    assert_eq!(answer.references, ["https://other.example/users/kim/statuses/77"]);
    assert_eq!((answer.visibility, answer.subject.as_deref()), (Visibility::Private, Some("Delivery")));
    assert_eq!(answer.remarks, ["A file came with it: The parcel (/media_attachments/files/1.png)."]);
    assert_eq!((answer.shows, first.shows), (Shows::IMAGE | Shows::FILE, Shows::default()));
    let kinds: Vec<(&str, &InboundKind)> =
        told.said.iter().map(|event| (event.key.external_id.rsplit('/').next().unwrap(), &event.kind)).collect();
    assert!(matches!(kinds[2], ("2", InboundKind::Edited { revision: 1_709_290_800_000, .. })));
    assert!(matches!(kinds[3], ("9", InboundKind::Deleted)));
    assert!(matches!(kinds[4], ("1", InboundKind::Edited { revision: 1_709_373_600_000, .. })));
    assert_eq!(content(&told.said[4]).text, "We open at ten");
    assert_eq!(told.passed_over.len(), 2);
    assert!(told.passed_over[0].contains("a boost"), "{:?}", told.passed_over);
}

#[test]
fn what_a_post_shows_is_told_by_type_by_name_and_by_its_words() {
    let file = |kind: &str, media: &str, url: &str| json!({ "type": kind, "mediaType": media, "url": url });
    let cases = [
        (json!({}), "<p>x</p>", Shows::default()),
        (json!({ "attachment": file("Image", "", "/1") }), "", Shows::IMAGE | Shows::FILE),
        (
            json!({ "attachment": [file("Document", "video/mp4", "/1.mp4"), file("Document", "", "/2.webp")] }),
            "",
            Shows::IMAGE | Shows::FILE,
        ),
        (json!({ "attachment": file("Document", "audio/ogg", "/1") }), "", Shows::FILE),
        (json!({ "image": { "type": "Image", "url": "/1" } }), "", Shows::IMAGE),
        (json!({}), "<p><img src='/1.png'></p>", Shows::IMAGE),
    ];
    let items: Vec<Value> = cases
        .iter()
        .enumerate()
        .map(|(n, (more, html, _))| activity("Create", note(&format!("{n}"), html, more.clone())))
        .collect();
    let told = told(Format::Mastodon, &Mapping::default(), &outbox(&items));
    for (n, (more, html, expected)) in cases.iter().enumerate() {
        assert_eq!(told.of(&id(&n.to_string())).shows, *expected, "{more} {html}");
    }
}

#[test]
fn what_somebody_else_wrote_to_us_is_for_us_and_a_file_makes_nobody_ours() {
    let theirs = json!({
        "type": "Create", "actor": "https://other.example/@Kim",
        "object": { "id": "https://other.example/p/1", "type": "Question", "content": "<p>Which roast?</p>",
                    "to": "as:Public", "oneOf": [{ "name": "Dark" }, { "name": "Light" }],
                    "tag": { "type": "Mention", "href": ACTOR } },
    });
    let file = outbox(&[theirs]);
    let told_ours = told(Format::Mastodon, &ours(&[ACTOR]), &file);
    let poll = told_ours.of("https://other.example/p/1");
    assert_eq!(poll.text, "Which roast?\n- Dark\n- Light");
    assert_eq!(poll.author.handle, "kim@other.example");
    assert_eq!((poll.direction, poll.addressed_to_us), (Direction::Theirs, true));
    assert_eq!((poll.visibility, poll.stated_at), (Visibility::Public, None));
    let told_nobody = told(Format::Mastodon, &Mapping::default(), &example());
    assert!(
        told_nobody
            .said
            .iter()
            .filter(|event| !matches!(event.kind, InboundKind::Deleted))
            .all(|event| { content(event).direction == Direction::Theirs && !content(event).addressed_to_us })
    );
}

#[test]
fn the_export_is_read_as_it_is_packed_and_says_the_same_as_the_bare_file() {
    let bare = told(Format::Mastodon, &Mapping::default(), &example());
    let actor = json!({ "id": ACTOR, "preferredUsername": "roastery", "name": "The Roastery" }).to_string();
    let packed_zip = zip(&[("export/outbox.json", &example()), ("export/actor.json", actor.as_bytes())]);
    let picture = vec![7; 70_000];
    let packed_tar =
        tar_gz(&[("media_attachments/files/1.png", &picture), ("outbox.json", &example()), ("likes.json", b"{}")]);
    for (name, file) in [("zip", &packed_zip), ("tar.gz", &packed_tar)] {
        assert_eq!(sniff(file, name), Some(Sniffed::Readable(Format::Mastodon)), "{name}");
        let mut packed = told(Format::Mastodon, &Mapping::default(), file);
        assert_eq!(packed.ids(), bare.ids(), "{name}");
        assert_eq!(packed.passed_over, bare.passed_over);
        let shown = packed.of(&id("1")).author.display_name.clone();
        assert_eq!(
            shown.as_deref(),
            (name == "zip").then_some("The Roastery"),
            "the zip's actor.json stands beside it"
        );
        for event in &mut packed.said {
            if let InboundKind::Created(content) | InboundKind::Edited { content, .. } = &mut event.kind {
                content.author.display_name = None;
            }
        }
        assert_eq!(packed.said, bare.said, "{name}");
        resumes_everywhere(Format::Mastodon, &Mapping::default(), file);
        survives_damage(Format::Mastodon, &Mapping::default(), file);
        let size = open(Format::Mastodon, &Mapping::default(), std::io::Cursor::new(file.clone()), 0).unwrap().size();
        assert_eq!(size, Some(example().len() as u64));
    }
    resumes_everywhere(Format::Mastodon, &Mapping::default(), &example());
    survives_damage(Format::Mastodon, &Mapping::default(), &example());
}

#[test]
fn what_is_no_outbox_is_refused_in_words() {
    let refusal = |file: &[u8]| {
        open(Format::Mastodon, &Mapping::default(), std::io::Cursor::new(file.to_vec()), 0).err().unwrap().to_string()
    };
    assert!(refusal(b"{\"type\":\"OrderedCollection\",\"first\":\"x\"}").contains("no list called orderedItems"));
    assert!(refusal(&zip(&[("likes.json", b"{}")])).contains("no outbox.json"));
    assert!(refusal(&tar_gz(&[("likes.json", b"{}")])).contains("no outbox.json"));
    assert!(refusal(&zip(&[("outbox.json", b"[]")])[..40]).contains("zip is damaged"));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &[b'x'; 5000]).unwrap();
    assert!(refusal(&gzip.finish().unwrap()).contains("no tar"));
}
