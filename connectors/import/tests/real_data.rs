//! Real archives, where they are present.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{content, reader};
use std::{
    collections::{BTreeMap, HashSet},
    io::Read,
    process::{Command, Stdio},
};
use tertulia_connector::Connector;
use tertulia_connector_import::{Delimiter, Format, Import, Mapping, Sniffed, guess_mapping, open, sample, sniff};
use tertulia_model::{Direction, Inbound, RawContent, RawItem};

/// A packed file's content, unpacked by the machine's own xz.
fn unpacked(path: &std::path::Path) -> Option<Vec<u8>> {
    let Ok(mut xz) = Command::new("xz").arg("-dc").arg(path).stdout(Stdio::piped()).spawn() else {
        tertulia_testkit::skipped("xz", "apt-get install xz-utils");
        return None;
    };
    let mut bytes = Vec::new();
    xz.stdout.take()?.read_to_end(&mut bytes).unwrap();
    assert!(xz.wait().unwrap().success());
    Some(bytes)
}

fn understood(format: Format, mapping: &Mapping, bytes: &[u8]) -> (Vec<Inbound>, Vec<String>) {
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for event in common::events(format, mapping, bytes) {
        match event {
            Ok(event) => taken.push(event),
            Err(reason) => refused.push(reason),
        }
    }
    (taken, refused)
}

#[test]
fn every_mail_of_a_real_list_is_found_and_understood() {
    let Some(path) = tertulia_testkit::data("conversations/r-sig-mac.mbox.xz") else { return };
    let Some(bytes) = unpacked(&path) else { return };
    assert_eq!(sniff(&bytes[..65_536], "r-sig-mac.mbox"), Some(Sniffed::Readable(Format::Mbox)));
    // What `grep -c '^From '` counts, and which of those lines hold no address and no time: sentences.
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"From ")).collect();
    let has_clock = |line: &&&[u8]| line.windows(6).any(|six| six[0] == b':' && six[3] == b':');
    let sentences = lines.len() - lines.iter().filter(has_clock).count();
    let items: Vec<_> = reader(Format::Mbox, &Mapping::default(), &bytes, 0).map(Result::unwrap).collect();
    println!("{} lines begin with \"From \", {sentences} of them are sentences, {} mails", lines.len(), items.len());
    assert_eq!(items.len(), lines.len() - sentences);
    assert_eq!(items.iter().map(|item| item.length).sum::<u64>(), bytes.len() as u64, "no byte is lost");

    let (mails, refused) = understood(Format::Mbox, &Mapping::default(), &bytes);
    assert_eq!(refused, Vec::<String>::new());
    assert_eq!(mails.len(), items.len());
    let ids: HashSet<&str> = mails.iter().map(|mail| mail.key.external_id.as_str()).collect();
    let said: Vec<_> =
        mails.iter().filter(|mail| matches!(mail.kind, tertulia_model::InboundKind::Created(_))).map(content).collect();
    let with_address = said.iter().filter(|said| said.author.handle.contains('@')).count();
    let with_time = said.iter().filter(|said| said.stated_at.is_some()).count();
    let answers: Vec<&String> = said.iter().filter_map(|said| said.references.last()).collect();
    let present = answers.iter().filter(|parent| ids.contains(parent.as_str())).count();
    println!(
        "{} different ids, {} messages, {with_address} with an address, {with_time} with a time",
        ids.len(),
        said.len()
    );
    println!("{} answers, {present} to a mail in the archive", answers.len());
    assert!(ids.len() > 14_000 && with_address == said.len() && with_time > said.len() * 999 / 1000);
    assert!(present * 100 > answers.len() * 80);
}

#[test]
fn every_tweet_of_a_real_file_is_found_and_understood() {
    let Some(path) = tertulia_testkit::data("conversations/twcs.csv") else { return };
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(sniff(&bytes[..65_536], "twcs.csv"), Some(Sniffed::Readable(Format::Twcs)));
    let mapping = Mapping { our_accounts: vec!["SprintCare".to_owned()], ..Mapping::default() };
    // One of them holds two bare CRs outside quotes: readers that end a row there count one more, of half a tweet.
    // The file is opened as it is, not from memory, as an import does.
    let file = std::fs::File::open(&path).unwrap();
    assert_eq!(open(Format::Twcs, &mapping, file, 0).unwrap().map(Result::unwrap).count(), 5000);
    let (tweets, refused) = understood(Format::Twcs, &mapping, &bytes);
    assert_eq!((tweets.len(), refused.len()), (5000, 0));
    let ids: HashSet<&str> = tweets.iter().map(|tweet| tweet.key.external_id.as_str()).collect();
    let said: Vec<_> = tweets.iter().map(content).collect();
    let parents: Vec<&String> = said.iter().filter_map(|said| said.references.last()).collect();
    let present = parents.iter().filter(|parent| ids.contains(parent.as_str())).count();
    assert_eq!((parents.len(), present), (3694, 3688));
    let (brands, customers): (HashSet<&str>, HashSet<&str>) =
        said.iter().map(|said| said.author.handle.as_str()).partition(|handle| handle.parse::<u64>().is_err());
    assert_eq!((brands.len(), customers.len()), (76, 1443));
    assert!(said.iter().all(|said| said.stated_at.is_some() && !said.text.contains("&amp;")));
    let ours = said.iter().filter(|said| said.direction == Direction::Ours).count();
    assert!(ours > 0 && said.iter().filter(|said| said.addressed_to_us).count() > ours);
}

#[test]
fn the_columns_of_a_real_file_are_guessed() {
    let Some(path) = tertulia_testkit::data("conversations/discourse_posts.jsonl.xz") else { return };
    let Some(bytes) = unpacked(&path) else { return };
    // Known as Discourse's by itself; a person may still say what its columns mean.
    let start = &bytes[..bytes.len().min(200_000)];
    let sample = sample(Format::Jsonl, start, 20);
    let mapping = guess_mapping(&sample.columns, &sample.rows);
    let guessed: BTreeMap<&str, &Option<String>> = [
        ("id", &mapping.id),
        ("html", &mapping.html),
        ("author", &mapping.author),
        ("time", &mapping.time),
        ("thread", &mapping.thread),
    ]
    .into();
    println!("{guessed:?}");
    let (posts, refused) = understood(Format::Jsonl, &mapping, &bytes);
    // The crawl holds some posts twice: as many different ids as there are, and no post lost.
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let known: Vec<serde_json::Value> = lines.map(|line| serde_json::from_slice(line).unwrap()).collect();
    let different: HashSet<u64> = known.iter().filter_map(|post| post["id"].as_u64()).collect();
    assert_eq!(refused, Vec::<String>::new());
    let ids: HashSet<&str> = posts.iter().map(|post| post.key.external_id.as_str()).collect();
    println!("{} lines, {} events, {} ids", known.len(), posts.len(), ids.len());
    assert_eq!((posts.len() >= known.len(), ids.len()), (true, different.len()));
    let writers: HashSet<String> = known.iter().map(|post| post["username"].as_str().unwrap().to_lowercase()).collect();
    let people: HashSet<&str> = posts
        .iter()
        .filter(|post| !matches!(post.kind, tertulia_model::InboundKind::Deleted))
        .map(|post| content(post).author.handle.as_str())
        .collect();
    assert_eq!(people.len(), writers.len());
}

#[test]
fn a_table_of_real_comments_is_guessed_and_read() {
    let Some(folder) = tertulia_testkit::data("spam/youtube") else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "csv") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let format = Format::Csv(Delimiter::Comma);
        assert_eq!(sniff(&bytes, "x.csv"), Some(Sniffed::Readable(format)));
        let shown = sample(format, &bytes, 50);
        let mapping = guess_mapping(&shown.columns, &shown.rows);
        assert_eq!(mapping.text.as_deref(), Some("CONTENT"));
        let mut reader = reader(format, &mapping, &bytes, 0);
        let hint = reader.hint();
        let import = Import::default();
        let mut read = 0;
        while let Some(step) = reader.next_item() {
            let item = step.unwrap();
            let raw = RawItem {
                key: String::new(),
                content: RawContent::Memory(Vec::new()),
                received_at: 0,
                hint: hint.clone(),
            };
            read += import.normalise("youtube", &raw, &bytes[common::range(&item)]).unwrap().len();
        }
        let rows = csv::Reader::from_reader(&bytes[..]).byte_records().filter(Result::is_ok).count();
        assert_eq!(read, rows, "{}", path.display());
        files += 1;
    }
    assert!(files > 0);
}

#[test]
fn every_post_of_a_real_forum_is_found_with_what_it_answers() {
    let Some(path) = tertulia_testkit::data("conversations/discourse_posts.jsonl.xz") else { return };
    let Some(bytes) = unpacked(&path) else { return };
    assert_eq!(sniff(&bytes[..65_536], "posts"), Some(Sniffed::Readable(Format::Discourse)));
    let mapping = Mapping { source: "forum.example".to_owned(), ..Mapping::default() };
    let told = common::told(Format::Discourse, &mapping, &bytes);
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let known: Vec<serde_json::Value> = lines.map(|line| serde_json::from_slice(line).unwrap()).collect();
    let name = |post: &serde_json::Value| format!("t/{}/{}", post["topic_id"], post["post_number"]);
    let words: HashSet<String> = known.iter().filter(|post| post["post_type"] != 3).map(name).collect();
    let ids: HashSet<&str> = told.ids().into_iter().collect();
    let notes = known.iter().filter(|post| post["post_type"] == 3).count();
    println!("{} lines, {} of them notes of the forum's, {} messages", known.len(), notes, ids.len());
    assert_eq!((told.refused.len(), told.passed_over.len()), (0, notes));
    let silent = words.iter().filter(|name| !ids.contains(name.as_str())).count();
    assert_eq!((ids.len() + silent, silent), (words.len(), 0));
    let said: Vec<_> =
        told.said.iter().filter(|event| !matches!(event.kind, tertulia_model::InboundKind::Deleted)).collect();
    assert!(said.iter().all(|event| content(event).stated_at.is_some() && !content(event).text.is_empty()));
    let parents: Vec<&String> = said.iter().filter_map(|event| content(event).references.last()).collect();
    let present = parents.iter().filter(|parent| ids.contains(parent.as_str())).count();
    println!("{} answers, {present} to a post in the file", parents.len());
    assert!(parents.len() > 1_000 && present * 100 > parents.len() * 95);
}

#[test]
fn a_real_site_gives_its_posts_and_the_comments_below_them() {
    let Some(path) = tertulia_testkit::data("conversations/wordpress.wxr.xml") else { return };
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(sniff(&bytes[..65_536], "wordpress.xml"), Some(Sniffed::Readable(Format::WordPress)));
    let told = common::told(Format::WordPress, &Mapping::default(), &bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (items, comments) = (text.matches("<item>").count(), text.matches("<wp:comment>").count());
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    told.passed_over.iter().for_each(|reason| *reasons.entry(reason).or_default() += 1);
    assert_eq!(told.refused, Vec::<String>::new());
    let ids: HashSet<&str> = told.ids().into_iter().collect();
    println!("{items} items and {comments} comments: {} messages; {reasons:?}", ids.len());
    assert_eq!(ids.len() + told.passed_over.len(), items + comments, "each is taken or counted");
    let below: Vec<_> = told.said.iter().filter(|event| event.key.external_id.contains("#comment-")).collect();
    let answered = below.iter().filter(|event| content(event).references.len() == 2).count();
    let present = below.iter().filter(|event| ids.contains(content(event).references.last().unwrap().as_str())).count();
    println!(
        "{} comments taken, {answered} of them answer another, {present} answer something that was taken",
        below.len()
    );
    assert!(below.len() > 20 && answered > 5 && present * 10 >= below.len() * 9);
}
