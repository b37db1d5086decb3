//! The reader: exact ranges, resuming, damage.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{mapping, range, resumes_everywhere, steps};
use proptest::prelude::*;
use tertulia_connector_import::{Delimiter, Format, ImportError, Mapping, open};

const CSV: Format = Format::Csv(Delimiter::Comma);

fn text_only() -> Mapping {
    mapping(&[("text", "text")])
}

/// The troubles' reasons and the items' bytes.
fn told(format: Format, mapping: &Mapping, bytes: &[u8]) -> Vec<Result<String, String>> {
    let step = |step: common::Step| match step {
        Ok(item) => Ok(String::from_utf8_lossy(&bytes[range(&item)]).into_owned()),
        Err(trouble) => Err(trouble.reason),
    };
    steps(format, mapping, bytes, 0).into_iter().map(step).collect()
}

const MAILS: &str = "From kim at example.org  Mon Jan  3 12:00:00 2005
From: kim at example.org (Kim Lee)
Subject: One

From the beginning of a sentence.

From here to there
is a long way, in Jan 2005 at 12:00.
From jo@example.org Tue Jan  4 12:00:00 2005
From: jo@example.org
Subject: Two, without an empty line before it

>From quoted

From ann@example.org Wed Jan  5 12:00:00 2005

From bob@example.org Thu Jan  6 12:00:00 2005
Subject: Four

end";

#[test]
fn a_mailbox_is_cut_at_its_from_lines_and_not_at_sentences() {
    let mails = told(Format::Mbox, &Mapping::default(), MAILS.as_bytes());
    let starts: Vec<&str> = mails.iter().map(|mail| mail.as_ref().unwrap().split(' ').nth(1).unwrap()).collect();
    assert_eq!(starts, ["kim", "jo@example.org", "ann@example.org", "bob@example.org"]);
    assert_eq!(mails.concat_ok(), MAILS);
    resumes_everywhere(Format::Mbox, &Mapping::default(), MAILS.as_bytes());
    let crlf = MAILS.replace('\n', "\r\n");
    assert_eq!(told(Format::Mbox, &Mapping::default(), crlf.as_bytes()).len(), 4);
    resumes_everywhere(Format::Mbox, &Mapping::default(), crlf.as_bytes());
}

trait ConcatOk {
    fn concat_ok(&self) -> String;
}

impl ConcatOk for Vec<Result<String, String>> {
    fn concat_ok(&self) -> String {
        self.iter().map(|part| part.as_ref().unwrap().as_str()).collect()
    }
}

#[test]
fn a_mailbox_larger_than_the_window_is_cut_the_same_wherever_the_chunks_end() {
    // Lengths around the window's chunk move the separators over its edge.
    for padding in (262_144 - 60..262_144 + 10).step_by(7) {
        let first = format!("From a Mon Jan  3 12:00:00 2005\nSubject: a\n\n{}\n\n", "x".repeat(padding));
        let second = "From b Mon Jan  3 12:00:00 2005\r\nSubject: b\r\n\r\nhi\r\n\r\n".repeat(3);
        let whole = format!("{first}{second}");
        let mails = told(Format::Mbox, &Mapping::default(), whole.as_bytes());
        assert_eq!(mails.len(), 4, "padding {padding}");
        assert_eq!(mails.concat_ok(), whole);
    }
}

#[test]
fn text_before_the_first_mail_is_set_aside_and_empty_lines_are_not() {
    let junk = format!("Archive of our list\n\n{MAILS}");
    let found = told(Format::Mbox, &Mapping::default(), junk.as_bytes());
    assert!(found[0].as_ref().unwrap_err().contains("before the first mail"));
    assert_eq!(found.len(), 5);
    let blank = format!("\u{feff}\n\r\n\n{MAILS}");
    assert_eq!(told(Format::Mbox, &Mapping::default(), blank.as_bytes()).len(), 4);
    assert_eq!(told(Format::Mbox, &Mapping::default(), b""), []);
    resumes_everywhere(Format::Mbox, &Mapping::default(), junk.as_bytes());
}

#[test]
fn rows_keep_the_line_ends_inside_their_quotes() {
    let csv = "\u{feff}id,text\r\n1,\"a\rb\"\r\n\r\n2,\"c\nd\"\r\n3,e\n4,f\r";
    assert_eq!(told(CSV, &text_only(), csv.as_bytes()).concat_ok(), "1,\"a\rb\"2,\"c\nd\"3,e4,f");
    resumes_everywhere(CSV, &text_only(), csv.as_bytes());
}

#[test]
fn a_carriage_return_alone_ends_a_row_only_where_it_ends_the_first() {
    let inside = "id,text\n1,a\r\rb\n2,c\n";
    assert_eq!(told(CSV, &text_only(), inside.as_bytes()).concat_ok(), "1,a\r\rb2,c");
    let old = "id,text\r1,a\r2,\"b\r\nc\"\r";
    assert_eq!(told(CSV, &text_only(), old.as_bytes()).concat_ok(), "1,a2,\"b\r\nc\"");
    resumes_everywhere(CSV, &text_only(), inside.as_bytes());
    resumes_everywhere(CSV, &text_only(), old.as_bytes());
}

#[test]
fn a_ragged_row_is_set_aside_and_the_next_ones_come() {
    let csv = "id,text\n1,a\n2\n3,c,d\n4,e,,\n  \n5,f\n";
    let found = told(CSV, &text_only(), csv.as_bytes());
    let troubles: Vec<&String> = found.iter().filter_map(|step| step.as_ref().err()).collect();
    assert_eq!(found.len(), 5);
    assert_eq!(troubles[0], "This row has 1 column where the first row of the file names 2 columns.");
    assert_eq!(troubles[1], "This row has 3 columns where the first row of the file names 2 columns.");
    assert_eq!(found[3], Ok("4,e,,".to_owned()), "empty columns too many do no harm");
    resumes_everywhere(CSV, &text_only(), csv.as_bytes());
}

#[test]
fn a_quote_that_is_never_closed_costs_its_line_only() {
    let csv = "id,text\n1,a\n2,\"oops\n3,c\n4,d\n";
    let found = told(CSV, &text_only(), csv.as_bytes());
    assert_eq!(found[1], Err("A quote in this row is never closed.".to_owned()));
    assert_eq!(found[2..], [Ok("3,c".to_owned()), Ok("4,d".to_owned())]);
    resumes_everywhere(CSV, &text_only(), csv.as_bytes());
}

#[test]
fn a_row_without_end_is_given_up_after_ten_megabytes() {
    let long = "y,\"x\n".to_owned() + &"3,c\n".repeat(3 << 20);
    let csv = format!("id,text\n1,a\n{long}");
    let mut reader = open(CSV, &text_only(), std::io::Cursor::new(csv.into_bytes()), 0).unwrap();
    assert!(reader.next_item().unwrap().is_ok());
    let trouble = reader.next_item().unwrap().unwrap_err();
    assert!(trouble.reason.contains("10 MB"), "{}", trouble.reason);
    assert!(reader.next_item().unwrap().is_ok());
    assert_eq!(reader.filter(|step| step.is_ok()).count(), (3 << 20) - 1);
}

#[test]
fn a_file_of_nothing_but_open_quotes_does_not_take_for_ever() {
    // Each line leaves a quote open, so each could be read to the end of the file again.
    let hostile = "id,text\n".to_owned() + &"x\",y,\"z\n".repeat(1 << 20);
    let started = std::time::Instant::now();
    let troubles = steps(CSV, &text_only(), hostile.as_bytes(), 0);
    assert!(troubles.iter().all(Result::is_err) && !troubles.is_empty());
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn a_table_in_utf_16_has_ranges_in_bytes() {
    let text = "id;text\r\n1;\"Привет;\r\nмир\"\r\n2;Ċ \u{2c22} ok\r\n";
    for (mark, encode) in
        [(vec![0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), (vec![0xfe, 0xff], u16::to_be_bytes)]
    {
        let bytes: Vec<u8> = mark.into_iter().chain(text.encode_utf16().flat_map(encode)).collect();
        let format = Format::Csv(Delimiter::Semicolon);
        let said: Vec<String> =
            common::messages(format, &text_only(), &bytes).into_iter().map(|(_, content)| content.text).collect();
        assert_eq!(said, ["Привет;\r\nмир", "Ċ \u{2c22} ok"]);
        resumes_everywhere(format, &text_only(), &bytes);
    }
}

#[test]
fn lines_of_json_may_be_blank_and_end_in_any_way() {
    let lines = "\n{\"text\":\"a\"}\r\n   \r\n{\"text\":\"b\"}";
    assert_eq!(told(Format::Jsonl, &text_only(), lines.as_bytes()).concat_ok(), "{\"text\":\"a\"}{\"text\":\"b\"}");
    resumes_everywhere(Format::Jsonl, &text_only(), lines.as_bytes());
    let long = format!("{{\"text\":\"{}\"}}\n{{\"text\":\"c\"}}\n", "x".repeat(21 << 20));
    let found = told(Format::Jsonl, &text_only(), long.as_bytes());
    assert_eq!(found[0], Err("This line is longer than 20 MB.".to_owned()));
    assert_eq!(found[1], Ok("{\"text\":\"c\"}".to_owned()));
}

#[test]
fn a_file_that_cannot_be_read_at_all_says_why() {
    let refused = |format, mapping: &Mapping, text: &str| {
        open(format, mapping, std::io::Cursor::new(text.as_bytes().to_vec()), 0)
            .err()
            .map(|error| error.to_string())
            .unwrap()
    };
    assert!(refused(CSV, &text_only(), "").contains("empty"));
    assert!(refused(CSV, &text_only(), "\n\n").contains("empty"));
    let missing = refused(CSV, &mapping(&[("text", "body")]), "id,text\n1,a\n");
    assert!(missing.contains("\"body\"") && missing.contains("id, text"), "{missing}");
    assert!(refused(CSV, &Mapping::default(), "id,text\n").contains("which column holds the text"));
    assert!(refused(Format::Twcs, &Mapping::default(), "id,text\n").contains("\"tweet_id\""));
    let zone = Mapping { time_zone: "Lisbon".to_owned(), ..text_only() };
    assert!(refused(CSV, &zone, "id,text\n").contains("time zone"));
    assert!(steps(CSV, &text_only(), b"id,text\n", 0).is_empty(), "a header alone is an empty archive");
}

/// A file whose disk fails after some bytes.
struct Failing(std::io::Cursor<Vec<u8>>, u64);

impl std::io::Read for Failing {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let left = self.1.saturating_sub(self.0.position()) as usize;
        if left == 0 {
            return Err(std::io::Error::other("the disk went away"));
        }
        let most = left.min(into.len());
        self.0.read(&mut into[..most])
    }
}

impl std::io::Seek for Failing {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_disk_that_fails_ends_the_reading_with_the_place_to_go_on() {
    let csv = "id,text\n".to_owned() + &"1,abcdefgh\n".repeat(400_000);
    let failing = Failing(std::io::Cursor::new(csv.clone().into_bytes()), 2_000_000);
    let mut reader = open(CSV, &text_only(), failing, 0).unwrap();
    let read: Vec<common::Step> = reader.by_ref().collect();
    assert!(reader.failed());
    let (last, taken) = read.split_last().unwrap();
    let trouble = last.as_ref().unwrap_err();
    assert!(trouble.reason.contains("the disk went away"), "{}", trouble.reason);
    assert_eq!(taken.len() + steps(CSV, &text_only(), csv.as_bytes(), trouble.next_offset).len(), 400_000);
    assert!(matches!(
        open(CSV, &text_only(), Failing(std::io::Cursor::new(csv.into_bytes()), 0), 0),
        Err(ImportError::Io(_))
    ));
}

fn nasty_field() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ab \",;\t|\r\n'é漢]{0,12}").unwrap()
}

proptest! {
    #[test]
    fn what_a_writer_wrote_is_read_back_from_exact_ranges(
        rows in prop::collection::vec(prop::collection::vec(nasty_field(), 3), 0..12),
        always in any::<bool>(),
        crlf in any::<bool>(),
    ) {
        let mut writer = csv::WriterBuilder::new()
            .quote_style(if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .from_writer(Vec::new());
        writer.write_record(["id", "text", "third"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let mut read = Vec::new();
        for step in steps(CSV, &text_only(), &bytes, 0) {
            let one = &bytes[range(&step.unwrap())];
            let mut oracle = csv::ReaderBuilder::new().has_headers(false).from_reader(one);
            let records: Vec<csv::StringRecord> = oracle.records().map(Result::unwrap).collect();
            prop_assert_eq!(records.len(), 1, "a range holds one row: {:?}", one);
            read.push(records[0].iter().map(str::to_owned).collect::<Vec<String>>());
        }
        prop_assert_eq!(read, rows);
        resumes_everywhere(CSV, &text_only(), &bytes);
    }

    #[test]
    fn broken_tables_resume_like_whole_ones(text in "[ab\",\r\n]{0,80}") {
        let bytes = format!("id,text\n{text}").into_bytes();
        resumes_everywhere(CSV, &text_only(), &bytes);
        for item in steps(CSV, &text_only(), &bytes, 0).into_iter().flatten() {
            prop_assert!(item.offset + item.length <= item.next_offset && item.next_offset <= bytes.len() as u64);
        }
    }

    #[test]
    fn random_bytes_never_panic_and_reading_always_moves_on(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for format in Format::ALL {
            let Ok(reader) = open(format, &text_only(), std::io::Cursor::new(bytes.clone()), 0) else { continue };
            let mut last = 0;
            for step in reader {
                let (offset, next) = match step {
                    Ok(item) => (item.offset, item.next_offset),
                    Err(trouble) => (trouble.offset, trouble.next_offset),
                };
                prop_assert!(offset >= last && next > offset);
                last = next;
            }
        }
        let _ = tertulia_connector_import::sniff(&bytes, "x.csv");
        for format in Format::ALL {
            let _ = tertulia_connector_import::preview(format, &text_only(), std::io::Cursor::new(bytes.clone()), 10);
        }
    }

    #[test]
    fn mailboxes_resume_wherever_they_are_cut(pieces in prop::collection::vec(0..6usize, 0..25)) {
        let words = ["From a Mon Jan  3 12:00:00 2005\n", "Subject: x\n", "\n", "From me\n", ">From you\n", "\r\n"];
        let whole: String = pieces.into_iter().map(|piece| words[piece]).collect();
        resumes_everywhere(Format::Mbox, &Mapping::default(), whole.as_bytes());
    }
}

#[test]
fn a_ragged_row_is_refused_again_when_it_is_tried_again() {
    let csv = b"id,text\n1,a\n";
    let hint = common::reader(CSV, &text_only(), csv, 0).hint();
    let normalise = |row: &[u8]| {
        let content = tertulia_model::RawContent::Memory(Vec::new());
        let raw = tertulia_model::RawItem { key: "1".to_owned(), content, received_at: 0, hint: hint.clone() };
        tertulia_connector::Connector::normalise(&tertulia_connector_import::Import::default(), "test", &raw, row)
    };
    assert_eq!(normalise(b"4,e,,\n").unwrap().len(), 1, "empty columns too many do no harm");
    let refused = normalise(b"3,c,d\n").unwrap_err();
    assert_eq!(refused.0, "This row has 3 columns where the first row of the file names 2 columns.");
}
