use super::{exports, fixtures::Fixture, median};
use serde_json::{Value, json};
use std::path::Path;
use tertulia_voices::opinions::{Rules, map, map_with_groups};

/// What a server would say of six people and eight statements, of which the last was taken out: two camps.
fn votes() -> Vec<Value> {
    let vote = |person: u64, statement: u64| if (person < 3) == statement.is_multiple_of(2) { 1 } else { -1 };
    let pairs = (0..6).flat_map(|person| (0..8).map(move |statement| (person, statement)));
    pairs
        .filter(|(person, statement)| person + 1 != *statement)
        .map(|(person, statement)| {
            json!({ "participant_id": person, "statement_id": statement, "vote": vote(person, statement), "modified": 5.0 })
        })
        .collect()
}

fn write(folder: &Path, math: &Value, votes: &[Value]) -> Fixture {
    std::fs::write(folder.join("math-pca2.json"), math.to_string()).unwrap();
    std::fs::write(folder.join("votes.json"), json!(votes).to_string()).unwrap();
    Fixture::read(folder).unwrap()
}

fn math() -> Value {
    json!({
        "tids": [0, 1, 2, 3, 4, 5, 6, 7], "mod-out": [7], "meta-tids": [],
        "user-vote-counts": { "0": 7, "1": 7, "2": 7, "3": 7, "4": 7, "5": 7 },
        "base-clusters": { "id": [1, 4], "members": [[0, 1, 2], [3, 4, 5]] },
        "group-clusters": [{ "id": 0, "members": [1] }, { "id": 1, "members": [4] }],
        "pca": { "comps": [[], []] }, "group-aware-consensus": {}, "comment-priorities": {}, "repness": {},
    })
}

/// The server's figures as ours are, but for what is turned.
fn agreeing(fixture: &Fixture, turn: impl Fn(&mut Value)) -> Value {
    let drawn = map_with_groups(&fixture.votes, &fixture.rules, &fixture.groups);
    let mut math = math();
    for place in 0..2 {
        let weights: Vec<f64> = drawn.statements.iter().map(|statement| -statement.weights[place]).collect();
        math["pca"]["comps"][place] = json!(weights);
    }
    for statement in &drawn.statements {
        math["group-aware-consensus"][statement.id.to_string()] = json!(statement.group_aware_consensus);
        math["comment-priorities"][statement.id.to_string()] = json!(statement.priority);
    }
    turn(&mut math);
    math
}

#[test]
fn a_server_that_says_what_we_say_is_not_apart_and_any_difference_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let first = write(folder.path(), &math(), &votes());
    let apart = |turn: &dyn Fn(&mut Value)| {
        let fixture = write(folder.path(), &agreeing(&first, turn), &votes());
        assert_eq!(fixture.lacking(), None);
        fixture.apart(&map_with_groups(&fixture.votes, &fixture.rules, &fixture.groups)).unwrap()
    };
    let same = apart(&|_| ());
    assert!((same.cosine - 1.0).abs() < 1e-12 && same.consensus < 1e-12 && same.priority.unwrap() < 1e-12);
    let off = apart(&|math| math["comment-priorities"]["3"] = json!(100.0));
    assert!(off.priority.unwrap() > 1.0);
    let off = apart(&|math| math["group-aware-consensus"]["3"] = json!(0.99));
    assert!(off.consensus > 0.01);
    let off = apart(&|math| math["pca"]["comps"][1][2] = json!(5.0));
    assert!(off.cosine < 0.99);
    let off = apart(&|math| _ = math["comment-priorities"].as_object_mut().unwrap().remove("0"));
    assert_eq!(off.priority, Some(f64::INFINITY), "what the server lacks is no agreement");
    let broken = apart(&|math| (0..8).for_each(|id: u32| math["comment-priorities"][id.to_string()] = json!(49)));
    assert_eq!(broken.priority, None, "a server that takes all for metadata says nothing of priorities");
}

#[test]
fn a_fixture_is_complete_where_the_votes_are_those_that_were_counted() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(write(folder.path(), &math(), &votes()).lacking(), None);
    assert!(write(folder.path(), &math(), &votes()[1..]).lacking().is_some());
    let mut more = votes();
    more.push(json!({ "participant_id": 9, "statement_id": 1, "vote": 0 }));
    assert!(write(folder.path(), &math(), &more).lacking().is_some());
    let mut unknown = math();
    unknown["user-vote-counts"] = Value::Null;
    assert!(write(folder.path(), &unknown, &votes()).lacking().is_some(), "what cannot be compared is not complete");
}

#[test]
fn an_export_is_read_by_its_columns_whatever_their_order_and_the_later_vote_counts() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("votes.csv", "timestamp,vote,voter-id,comment-id\n9,1,4,7\n3,-1,4,7\n5,0,5,7\n6,often,5,8\n");
    write("comments.csv", "comment-body,comment-id,moderated\n\"a, b\",7,1\nc,8,-1\n");
    write("participants-votes.csv", "xid,participant,group-id\nq,4,1\nr,5,\n");
    let (votes, rules, groups) = exports::read(folder.path()).unwrap();
    let told: Vec<(u64, u64, i8)> =
        votes.iter().map(|(person, statement, vote)| (person, statement, vote.number())).collect();
    assert_eq!(told, [(4, 7, 1), (5, 7, 0)]);
    assert_eq!(rules.moderated_out, [8].into());
    assert_eq!(groups, [(4, 1)].into());
    let drawn = map(&votes, &Rules::default());
    assert!(exports::both(&drawn, &groups).is_empty(), "who is refused is in no group");
}

#[test]
fn the_middle_of_several_is_no_mean() {
    assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
    assert_eq!(median(Vec::new()), 0.0);
}
