//! What rows, objects, tweets and mails come to mean.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{content, events, mapping, messages};
use tertulia_connector_import::{Delimiter, Format, Mapping, preview, sample};
use tertulia_model::{Direction, InboundKind, RecipientRole, Shows, Visibility};

const CSV: Format = Format::Csv(Delimiter::Comma);
const TWEETS: &str = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n";

fn accounts(names: &[&str], mapping: Mapping) -> Mapping {
    Mapping { our_accounts: names.iter().map(|name| (*name).to_owned()).collect(), ..mapping }
}

#[test]
fn a_tweet_says_who_answers_whom_whatever_the_order() {
    let file = format!(
        "{TWEETS}3,RoastCo,False,Tue Oct 31 22:10:47 +0000 2017,\"@115712 Sorry &amp; thanks,\rwe are on it\",,2.0\n\
         2,115712,True,Tue Oct 31 22:08:27 +0000 2017,@roastco my beans &lt;3 are late,3,\n\
         4,115713,True,Tue Oct 31 22:09:27 +0000 2017,I hear @RoastCo is good,,\n"
    );
    let said = messages(Format::Twcs, &accounts(&["@roastco"], Mapping::default()), file.as_bytes());
    let (id, ours) = &said[0];
    assert_eq!((id.as_str(), ours.direction, ours.addressed_to_us), ("3", Direction::Ours, true));
    assert_eq!(ours.text, "@115712 Sorry & thanks,\rwe are on it");
    assert_eq!(ours.references, ["2"]);
    assert_eq!(ours.author.handle, "roastco");
    assert_eq!(ours.author.display_name.as_deref(), Some("RoastCo"));
    assert_eq!(ours.our_address.as_deref(), Some("roastco"));
    assert_eq!(ours.stated_at, Some(1_509_487_847_000));
    let (_, theirs) = &said[1];
    assert_eq!((theirs.direction, theirs.addressed_to_us), (Direction::Theirs, true));
    assert_eq!((theirs.text.as_str(), theirs.visibility), ("@roastco my beans <3 are late", Visibility::Public));
    assert_eq!((theirs.author.space.as_str(), theirs.author.handle.as_str()), ("twitter", "115712"));
    assert_eq!(theirs.author.display_name, None);
    assert!(theirs.references.is_empty());
    let (_, about) = &said[2];
    assert!(!about.addressed_to_us, "said about us, not to us");
}

#[test]
fn tweets_of_two_brands_know_only_ours() {
    let file = format!("{TWEETS}5,OtherCo,False,Tue Oct 31 22:10:47 +0000 2017,@9 hi,,\n");
    let (_, other) = &messages(Format::Twcs, &accounts(&["roastco"], Mapping::default()), file.as_bytes())[0];
    assert_eq!((other.direction, other.addressed_to_us), (Direction::Theirs, false));
}

#[test]
fn a_row_is_understood_by_its_mapping() {
    let map = accounts(
        &["hello@roastery.example"],
        Mapping {
            time_zone: "Europe/Lisbon".to_owned(),
            source: "old desk".to_owned(),
            ..mapping(&[
                ("id", "nr"),
                ("text", "texto"),
                ("author", "de"),
                ("author_name", "nome"),
                ("time", "data"),
                ("subject", "assunto"),
                ("parent", "resposta"),
                ("thread", "ticket"),
                ("recipient", "para"),
                ("permalink", "link"),
            ])
        },
    );
    let file = "nr,de,nome,data,assunto,texto,resposta,ticket,para,link\n\
        8,Ana@Example.org,Ana,31.07.2017 22:10,Moagem,\"Bom dia,\nobrigada\",7.0,T1,hello@roastery.example; x@example.org,https://e.example/8\n\
        9,hello@roastery.example,Nós,31.07.2017 22:20,,Claro,8,T1,ana@example.org,javascript:alert(1)\n";
    let said = events(CSV, &map, file.as_bytes());
    let first = said[0].as_ref().unwrap();
    assert_eq!((first.key.source.as_str(), first.key.external_id.as_str()), ("import:old desk", "8"));
    let ana = content(first);
    assert_eq!((ana.author.space.as_str(), ana.author.handle.as_str()), ("mail", "ana@example.org"));
    assert_eq!(ana.author.display_name.as_deref(), Some("Ana"));
    assert_eq!(ana.stated_at, Some(1_501_535_400_000), "22:10 in Lisbon's summer is 21:10 UTC");
    assert_eq!(ana.references, ["thread:T1", "7"]);
    assert_eq!(ana.recipients.len(), 2);
    assert_eq!(ana.recipients[0].role, RecipientRole::To);
    assert_eq!(ana.our_address.as_deref(), Some("hello@roastery.example"));
    assert_eq!(ana.permalink.as_deref(), Some("https://e.example/8"));
    assert_eq!((ana.direction, ana.addressed_to_us, ana.visibility), (Direction::Theirs, true, Visibility::Private));
    let us = content(said[1].as_ref().unwrap());
    assert_eq!((us.direction, us.addressed_to_us), (Direction::Ours, true));
    assert_eq!(us.permalink, None, "only addresses of the web are links");
}

#[test]
fn a_thread_called_by_its_first_message_has_it_as_ancestor() {
    let map = Mapping { thread_is_first_message: true, ..mapping(&[("id", "id"), ("text", "text"), ("thread", "t")]) };
    let said = messages(CSV, &map, b"id,t,text\n1,1,first\n2,1,second\n");
    assert!(said[0].1.references.is_empty());
    assert_eq!(said[1].1.references, ["1"]);
}

#[test]
fn a_row_without_an_id_is_the_same_message_wherever_it_stands() {
    let map = mapping(&[("text", "text"), ("author", "who"), ("time", "when")]);
    let one = messages(CSV, &map, b"who,when,text\nana,2017-07-31,hi\nbo,2017-07-31,hi\n");
    let two = messages(
        Format::Csv(Delimiter::Semicolon),
        &map,
        b"text;x;when;who\r\n\"hi\";1;2017-07-31;bo\r\nhi;2;2017-07-31;ana\r\n",
    );
    assert_eq!((&one[0].0, &one[1].0), (&two[1].0, &two[0].0));
    assert_ne!(one[0].0, one[1].0);
}

#[test]
fn edits_deletions_and_empty_rows_are_what_they_are() {
    let map =
        mapping(&[("id", "id"), ("text", "text"), ("time", "at"), ("edited_at", "edited"), ("deleted", "deleted")]);
    let file = "id,text,at,edited,deleted\n\
        1,new words,2017-07-31T10:00:00Z,2017-07-31T11:00:00Z,\n\
        2,,2017-07-31T10:00:00Z,,2017-08-01\n\
        3,never edited,2017-07-31T10:00:00Z,2017-07-31T10:00:00Z,false\n\
        4,,,,\n";
    let kinds: Vec<(String, InboundKind)> = events(CSV, &map, file.as_bytes())
        .into_iter()
        .map(|event| event.unwrap())
        .map(|event| (event.key.external_id, event.kind))
        .collect();
    assert_eq!(kinds.len(), 4, "a row that says nothing gives nothing");
    assert!(matches!(&kinds[0], (id, InboundKind::Created(content)) if id == "1" && content.text == "new words"));
    assert!(matches!(&kinds[1], (id, InboundKind::Edited { revision: 1_501_498_800_000, .. }) if id == "1"));
    assert!(matches!(&kinds[2], (id, InboundKind::Deleted) if id == "2"));
    assert!(matches!(&kinds[3], (id, InboundKind::Created(_)) if id == "3"));
}

#[test]
fn a_file_with_a_row_for_each_version_gives_revisions() {
    let map = mapping(&[("id", "id"), ("text", "text"), ("revision", "v")]);
    let said = events(CSV, &map, b"id,v,text\n1,2,third\n1,0,first\n");
    assert!(matches!(said[0].as_ref().unwrap().kind, InboundKind::Edited { revision: 2, .. }));
    assert!(matches!(said[1].as_ref().unwrap().kind, InboundKind::Created(_)));
}

#[test]
fn directions_are_read_from_words_and_from_yes_and_no() {
    for (column, value, ours) in [
        ("direction", "outgoing", true),
        ("direction", "IN", false),
        ("inbound", "True", false),
        ("inbound", "false", true),
        ("is_staff", "1", true),
        ("from_me", "no", false),
    ] {
        let map = mapping(&[("text", "text"), ("direction", column)]);
        let file = format!("text,{column}\nhello,{value}\n");
        let (_, said) = &messages(CSV, &map, file.as_bytes())[0];
        assert_eq!(said.direction == Direction::Ours, ours, "{column} = {value}");
        assert!(said.addressed_to_us);
    }
    let map = mapping(&[("text", "text"), ("direction", "message_kind")]);
    let (_, said) = &messages(CSV, &map, b"text,message_kind\nhello,1\n")[0];
    assert_eq!(
        (said.direction, said.addressed_to_us),
        (Direction::Theirs, false),
        "what is not understood says nothing"
    );
}

#[test]
fn each_row_is_read_in_its_own_encoding_and_says_so() {
    let map = mapping(&[("text", "text")]);
    let said = messages(CSV, &map, b"id,text\n1,caf\xe9 \x93ok\x94\n2,caf\xc3\xa9\n3,nul\0l\n");
    assert_eq!(said[0].1.text, "café “ok”");
    assert!(said[0].1.remarks[0].contains("Windows-1252"));
    assert_eq!((said[1].1.text.as_str(), said[1].1.remarks.len()), ("café", 0));
    assert_eq!(said[2].1.text, "null");
    assert!(said[2].1.remarks[0].contains("Null bytes"));
}

#[test]
fn a_time_that_cannot_be_read_is_remarked_and_costs_nothing_else() {
    let map = mapping(&[("text", "text"), ("time", "at")]);
    let said = messages(CSV, &map, b"text,at\nhello,last Tuesday\nagain,\n");
    assert_eq!(said[0].1.stated_at, None);
    assert_eq!(said[0].1.remarks, ["The time \"last Tuesday\" could not be read."]);
    assert!(said[1].1.remarks.is_empty());
}

#[test]
fn objects_are_read_by_dotted_paths() {
    let map = mapping(&[
        ("id", "id"),
        ("html", "cooked"),
        ("author", "author.login"),
        ("time", "created"),
        ("parent", "refs.0"),
        ("subject", "topic.title"),
    ]);
    let file = "{\"id\":7,\"cooked\":\"<p>Hello &amp; <b>welcome</b><img src='/mug.png'></p>\",\"author\":{\"login\":\"Zoë\"},\
        \"created\":1509487847,\"refs\":[6],\"topic.title\":\"A dot in a key\"}\n[1]\n{\"id\":8,\"cooked\":\n";
    let said = events(Format::Jsonl, &map, file.as_bytes());
    let first = content(said[0].as_ref().unwrap());
    assert_eq!(first.text.trim(), "Hello & welcome");
    assert!(first.html.as_deref().unwrap().contains("<b>"));
    assert_eq!(first.shows, Shows::IMAGE);
    assert_eq!(first.author.handle, "zoë");
    assert_eq!(first.references, ["6"]);
    assert_eq!(first.subject.as_deref(), Some("A dot in a key"));
    assert_eq!(first.stated_at, Some(1_509_487_847_000));
    assert!(said[1].as_ref().unwrap_err().contains("not an object"));
    assert!(said[2].as_ref().unwrap_err().contains("not JSON"));
}

#[test]
fn a_thousand_braces_deep_is_a_reason_and_no_crash() {
    let deep = "{\"a\":".repeat(1000) + "1" + &"}".repeat(1000);
    let said = events(Format::Jsonl, &mapping(&[("text", "a")]), deep.as_bytes());
    assert!(said[0].as_ref().unwrap_err().contains("recursion limit"), "{said:?}");
}

#[test]
fn people_without_a_name_stay_different_people() {
    let map = mapping(&[("id", "id"), ("text", "text"), ("author", "who"), ("author_name", "name")]);
    let said = messages(CSV, &map, b"id,text,who,name\n1,a,,\n2,b,nan,\n3,c,,Ana Lee\n");
    assert_eq!(said[0].1.author.handle, "unknown:1");
    assert_eq!(said[1].1.author.handle, "unknown:2");
    assert_eq!(
        (said[2].1.author.handle.as_str(), said[2].1.author.display_name.as_deref()),
        ("ana lee", Some("Ana Lee"))
    );
}

#[test]
fn a_mail_of_an_archive_is_private_unless_told_and_knows_our_address() {
    let file = "From kim at example.org  Mon Jan  3 12:00:00 2005\nFrom: kim at example.org (Kim Lee)\n\
        To: hello at roastery.example\nMessage-ID: <1@example.org>\nSubject: Hours\n\nOpen on Sunday?\n\n\
        From hello at roastery.example  Mon Jan  3 13:00:00 2005\nFrom: hello at roastery.example (Roastery)\n\
        Message-ID: <2@example.org>\nIn-Reply-To: <1@example.org>\nDate: Mon, 3 Jan 2005 13:00:00 +0000\n\nYes.\n>From ten.\n";
    let said = messages(Format::Mbox, &accounts(&["Hello@roastery.example"], Mapping::default()), file.as_bytes());
    let (kim, us) = (&said[0].1, &said[1].1);
    assert_eq!((kim.author.handle.as_str(), kim.author.display_name.as_deref()), ("kim@example.org", Some("Kim Lee")));
    assert_eq!((kim.direction, kim.addressed_to_us, kim.visibility), (Direction::Theirs, true, Visibility::Private));
    assert_eq!(kim.stated_at, Some(1_104_753_600_000), "the From line dates a mail without a date");
    assert_eq!((us.direction, us.addressed_to_us), (Direction::Ours, true));
    assert_eq!(us.references, [said[0].0.as_str()]);
    assert!(us.text.contains("\nFrom ten."), "{}", us.text);
    let public = Mapping { visibility: Visibility::Public, ..Mapping::default() };
    let list = messages(Format::Mbox, &public, file.as_bytes());
    assert_eq!((list[0].1.visibility, list[0].1.addressed_to_us), (Visibility::Public, false));
}

#[test]
fn the_preview_shows_what_rows_would_become() {
    let file = b"id,when,words\n1,2017-07-31,hello\n2,2017-07-31\n3,2017-07-31,cut o";
    let map = mapping(&[("id", "id"), ("text", "words"), ("time", "when")]);
    let shown = |map: &Mapping, most: usize| preview(CSV, map, std::io::Cursor::new(file.to_vec()), most);
    let rows = shown(&map, 10);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0].as_ref().unwrap().text, "hello");
    assert!(rows[1].as_ref().unwrap_err().contains("2 columns"));
    assert_eq!(shown(&map, 1).len(), 1);
    assert!(shown(&Mapping::default(), 10).iter().all(Result::is_err), "nothing says where the text is");
    let objects = sample(Format::Jsonl, b"{\"a\":{\"b\":1},\"c\":[2]}\n{\"d\":true}\n", 10);
    assert_eq!(objects.columns, ["a.b", "c", "d"]);
    assert_eq!(objects.rows, [["1", "[2]", ""], ["", "", "true"]]);
    let mixed = sample(CSV, b"Gr\xc3\xb6\xc3\x9fe,text\n1,caf\xe9\n2,caf\xc3", 10);
    assert_eq!(mixed.columns, ["Größe", "text"], "another encoding further down garbles nothing");
    assert_eq!(mixed.rows[0], ["1", "café"]);
}

#[test]
fn columns_that_hold_whole_books_give_names_of_one_line() {
    let map = mapping(&[
        ("id", "id"),
        ("text", "text"),
        ("author", "who"),
        ("subject", "subject"),
        ("parent", "parent"),
        ("permalink", "link"),
    ]);
    let book = "Call me Ishmael. ".repeat(50_000);
    let file = format!("id,text,who,subject,parent,link\n{book},hi,{book},{book},{book}x,https://e.example/{book}\n");
    let (id, said) = &messages(CSV, &map, file.as_bytes())[0];
    assert!(id.len() < 100 && said.references[0].len() < 100 && said.references[0] != *id);
    assert!(said.author.handle.len() <= 400 && said.author.display_name.as_ref().unwrap().len() <= 200);
    assert_eq!(said.subject.as_ref().unwrap().chars().count(), 1000);
    assert_eq!(said.permalink, None);
}

#[test]
fn an_address_with_a_name_gives_both() {
    let map =
        accounts(&["hello@roastery.example"], mapping(&[("text", "text"), ("author", "from"), ("recipient", "to")]));
    let file = "from,to,text\n\"\"\"Kim Lee\"\" <Kim@Example.org>\",Roastery <hello@roastery.example>,hi\n<jo@example.org>,,hi\n";
    let said = messages(CSV, &map, file.as_bytes());
    let kim = &said[0].1;
    assert_eq!((kim.author.space.as_str(), kim.author.handle.as_str()), ("mail", "kim@example.org"));
    assert_eq!(kim.author.display_name.as_deref(), Some("Kim Lee"));
    assert_eq!(kim.our_address.as_deref(), Some("hello@roastery.example"));
    assert_eq!((said[1].1.author.handle.as_str(), &said[1].1.author.display_name), ("jo@example.org", &None));
}
