use crate::{
    common::{build::zip, content, resumes_everywhere, survives_damage, told},
    ours,
};
use serde_json::{Value, json};
use tertulia_connector_import::{Format, Mapping, Sniffed, open, sniff};
use tertulia_model::{AutoKind, Direction, InboundKind, Shows, Visibility};

fn bytes(value: Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn users() -> Vec<u8> {
    bytes(json!([
        { "id": "U1", "team_id": "T9", "name": "kim", "profile": { "display_name": "Kim Lee", "email": "kim@roast.example" } },
        { "id": "U2", "team_id": "T9", "name": "bo", "profile": { "real_name": "Bo Diaz" } },
    ]))
}

fn general() -> Vec<u8> {
    bytes(json!([
        { "type": "message", "subtype": "channel_join", "user": "U1", "text": "<@U1> has joined", "ts": "1709287190.000001" },
        { "type": "message", "user": "U2", "text": "<@U1> the beans &amp; the mug: <https://roast.example|here>",
          "ts": "1709287200.000100", "edited": { "user": "U2", "ts": "1709287260.000000" },
          "files": [{ "id": "F1", "name": "mug.png", "url_private": "https://files.slack.com/mug.png" }] },
        { "type": "message", "user": "U1", "text": "On it", "ts": "1709287300.000200", "thread_ts": "1709287200.000100",
          "parent_user_id": "U2" },
        { "type": "message", "subtype": "bot_message", "bot_id": "B7", "username": "Deploy", "text": "",
          "attachments": [{ "fallback": "no", "title": "Released", "text": "Version 2" }], "ts": "1709287400.000300" },
        { "type": "message", "subtype": "message_changed", "ts": "1709287500.000400",
          "message": { "type": "message", "user": "U1", "text": "On it now", "ts": "1709287300.000200",
                       "edited": { "user": "U1", "ts": "1709287500.000000" } } },
        { "type": "message", "subtype": "message_deleted", "ts": "1709287600.000500", "deleted_ts": "1709287000.000000" },
        { "type": "message", "user": "U2", "text": "", "ts": "1709287700.000600" },
    ]))
}

pub fn example() -> Vec<u8> {
    zip(&[
        ("general/", b""),
        ("users.json", &users()),
        ("channels.json", &bytes(json!([{ "id": "C1", "name": "general", "members": ["U1"] }]))),
        ("dms.json", &bytes(json!([{ "id": "D1", "members": ["U1", "U2"] }]))),
        ("integration_logs.json", b"[]"),
        ("general/2024-03-01.json", &general()),
        (
            "general/2024-02-29.json",
            &bytes(json!([{ "type": "message", "user": "U3", "text": "first", "ts": "1709200000.000000",
                                                    "user_profile": { "real_name": "Ida" } }])),
        ),
        (
            "D1/2024-03-02.json",
            &bytes(json!([{ "type": "message", "user": "U2", "text": "psst", "ts": "1709373600.000000" }])),
        ),
    ])
}

#[test]
fn a_workspace_is_read_day_by_day_with_its_people_and_threads() {
    let file = example();
    assert_eq!(sniff(&file, "export.zip"), Some(Sniffed::Readable(Format::Slack)));
    let mapping = Mapping { visibility: Visibility::Public, ..ours(&["Kim"]) };
    let told = told(Format::Slack, &mapping, &file);
    assert_eq!(told.refused, Vec::<String>::new());
    assert!(told.said.iter().all(|event| event.key.source == "slack:T9"));
    let ids = [
        "D1/1709373600.000000",
        "C1/1709200000.000000",
        "C1/1709287200.000100",
        "C1/1709287200.000100",
        "C1/1709287300.000200",
        "C1/1709287400.000300",
        "C1/1709287300.000200",
        "C1/1709287000.000000",
    ];
    assert_eq!(told.ids(), ids, "channel by channel, in the order of days");
    let asked = told.of("C1/1709287200.000100");
    assert_eq!(asked.text, "@Kim Lee the beans & the mug: here (https://roast.example)");
    assert_eq!((asked.author.handle.as_str(), asked.author.display_name.as_deref()), ("U2", Some("Bo Diaz")));
    assert_eq!(
        (asked.direction, asked.addressed_to_us, asked.stated_at),
        (Direction::Theirs, true, Some(1_709_287_200_000))
    );
    assert_eq!(asked.remarks, ["A file came with it: mug.png (https://files.slack.com/mug.png)."]);
    assert_eq!(asked.shows, Shows::IMAGE | Shows::FILE);
    assert!(matches!(told.said[3].kind, InboundKind::Edited { revision: 1_709_287_260_000, .. }));
    let answer = told.of("C1/1709287300.000200");
    assert_eq!(
        (answer.direction, answer.references.as_slice()),
        (Direction::Ours, &["C1/1709287200.000100".to_owned()][..])
    );
    let robot = told.of("C1/1709287400.000300");
    assert_eq!(
        (robot.text.as_str(), robot.auto, robot.author.handle.as_str()),
        ("Released\nVersion 2", AutoKind::Bulk, "B7")
    );
    assert!(matches!(told.said[6].kind, InboundKind::Edited { revision: 1_709_287_500_000, .. }));
    assert_eq!(content(&told.said[6]).text, "On it now");
    assert!(matches!(told.said[7].kind, InboundKind::Deleted));
    assert_eq!(told.of("D1/1709373600.000000").visibility, Visibility::Private, "what two people said to each other");
    assert_eq!(told.of("C1/1709200000.000000").author.display_name.as_deref(), Some("Ida"));
    assert_eq!(told.passed_over.len(), 2, "{:?}", told.passed_over);
}

#[test]
fn what_a_message_shows_is_told_by_its_files_and_by_the_boxes_below_it() {
    let cases = [
        (json!({}), Shows::default()),
        (json!({ "files": [{ "id": "F1", "mimetype": "image/heic", "name": "mug" }] }), Shows::IMAGE | Shows::FILE),
        (json!({ "files": [{ "id": "F1", "mimetype": "application/pdf", "name": "bill.pdf" }] }), Shows::FILE),
        (json!({ "files": [{ "id": "F1", "mode": "tombstone", "name": "mug.png" }] }), Shows::default()),
        (json!({ "attachments": [{ "image_url": "https://a.example/1.png" }] }), Shows::IMAGE),
        (json!({ "attachments": [{ "thumb_url": "https://a.example/1.png" }] }), Shows::default()),
        (json!({ "blocks": [{ "type": "image", "image_url": "https://a.example/1.png" }] }), Shows::IMAGE),
    ];
    let messages = cases.iter().enumerate().map(|(n, (more, _))| {
        let mut message =
            json!({ "type": "message", "user": "U1", "text": "Look", "ts": format!("170928720{n}.000100") });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    });
    let file = zip(&[
        ("users.json", &users()),
        ("channels.json", &bytes(json!([{ "id": "C1", "name": "general" }]))),
        ("general/2024-03-01.json", &bytes(messages.collect())),
    ]);
    let told = told(Format::Slack, &Mapping::default(), &file);
    for (n, (more, expected)) in cases.iter().enumerate() {
        assert_eq!(told.of(&format!("C1/170928720{n}.000100")).shows, *expected, "{more}");
    }
}

#[test]
fn a_workspace_is_read_on_from_anywhere_and_damage_ends_nothing_badly() {
    resumes_everywhere(Format::Slack, &Mapping::default(), &example());
    survives_damage(Format::Slack, &Mapping::default(), &example());
}

#[test]
fn days_and_lists_that_are_broken_cost_themselves_only() {
    let file = zip(&[
        ("users.json", b"[{"),
        ("channels.json", b"[{\"id\":\"C1\",\"name\":\"general\"}]"),
        ("general/2024-03-01.json", b"{\"no\":\"list\"}"),
        (
            "general/2024-03-02.json",
            b"[{\"type\":\"message\",\"user\":\"U1\",\"text\":\"whole\",\"ts\":\"1.1\"},{\"type\":\"mess",
        ),
        ("general/2024-03-03.json", b"[{\"type\":\"message\",\"user\":\"U1\",\"text\":\"fine\",\"ts\":\"2.1\"}, 5]"),
    ]);
    let told = told(Format::Slack, &Mapping { source: "Team".to_owned(), ..Mapping::default() }, &file);
    assert_eq!(told.ids(), ["C1/1.1", "C1/2.1"]);
    assert_eq!(told.said[0].key.source, "slack:Team");
    assert_eq!(told.refused.len(), 4, "{:?}", told.refused);
    assert!(told.refused[0].contains("users.json"), "{:?}", told.refused);
    resumes_everywhere(Format::Slack, &Mapping::default(), &file);
}

#[test]
fn a_zip_that_is_no_workspace_is_refused_in_words() {
    let file = zip(&[("channels.json", b"[]")]);
    let refused = open(Format::Slack, &Mapping::default(), std::io::Cursor::new(file), 0).err().unwrap();
    assert!(refused.to_string().contains("holds no day of a channel"), "{refused}");
}
